//! Looking at a target before anything is asked of it: is it there, does it answer, can it say no, can it be set.

use std::io;
use std::sync::Arc;

use tokio::runtime::Builder;

use crate::door::http::client::options::HttpOptions;
use crate::door::remote::address::HttpAddress;
use crate::door::remote::answer::{Asked, excerpt, reply};
use crate::door::remote::control::{
    Capabilities, Control, ControlError, RemoteWorld, Worlds, capabilities, look,
};
use crate::door::remote::conversation::Patience;
use crate::door::remote::edge::{Answer, Bounds, Call, Failure, Line};
use crate::model::{ClientMessage, Event};
use crate::soap::names::{IPAM, SERVICE};
use crate::soap::write_client_message;
use crate::spec::Readings;
use crate::world::World;

/// The operation that nobody has.
const INVENTED: &str = "IpamconfUnknown";

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Good,
    /// Scenarios can be run, but not all of them.
    Limited,
    /// Nothing sensible can be run.
    Bad,
    /// Not looked at, because of an earlier check.
    Skipped,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was asked.
    pub check: &'static str,
    /// How it came out.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do; empty where there is nothing to do.
    pub advice: String,
}

/// What was looked at, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Probe {
    /// The checks.
    pub findings: Vec<Finding>,
}

impl Probe {
    /// Whether a run makes sense.
    #[must_use]
    pub fn is_fit(&self) -> bool {
        self.findings.iter().all(|f| f.state != State::Bad)
    }

    fn add(&mut self, check: &'static str, state: State, found: impl Into<String>, advice: &str) {
        self.findings.push(Finding {
            check,
            state,
            found: found.into(),
            advice: advice.to_owned(),
        });
    }
}

/// What to do where nobody listens.
const NOBODY: &str =
    "start the server, or correct the host and the port; `ipamconf doctor` looks again";

fn bounds(patience: Patience) -> Bounds {
    Bounds {
        part: patience.timeout,
        head: patience.timeout,
        bytes: crate::soap::ENVELOPE_BYTES_MAX,
    }
}

/// Sees whether a target can be reached at all, and what its control plane offers.
///
/// # Errors
/// A sentence with what to do, when nobody is there.
pub fn reach(
    mut options: HttpOptions,
    control: Option<HttpAddress>,
) -> Result<HttpOptions, String> {
    let looking = async {
        let bounds = bounds(options.patience);
        let mut line = Line::default();
        line.connect(&options.address, &bounds)
            .await
            .map_err(|failure| {
                format!(
                    "the target {} cannot be reached: {failure}\n  {NOBODY}",
                    options.address
                )
            })?;
        match control {
            Some(address) => look(address, &bounds).await.map(Some),
            None => Ok(None),
        }
    };
    let runtime = runtime().map_err(|error| error.to_string())?;
    let control = runtime.block_on(looking)?;
    options.control = control;
    Ok(options)
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Looks at a target, and at its control plane where one is named.
///
/// # Errors
/// When the system gives no runtime.
pub fn probe(
    address: &HttpAddress,
    control: Option<&HttpAddress>,
    patience: Patience,
) -> io::Result<Probe> {
    let bounds = bounds(patience);
    let mut probe = Probe::default();
    runtime()?.block_on(async {
        look_at_target(&mut probe, address, &bounds).await;
        look_at_control(&mut probe, address, control, &bounds).await;
    });
    Ok(probe)
}

const THERE: &str = "is it there";
const ANSWERS: &str = "does it answer";
const SAYS_NO: &str = "can it say \"unsupported\"";
const CONTROL: &str = "has it a control plane";
const CONTROL_SAYS_NO: &str = "can that say \"unsupported\"";
const SETS_WORLD: &str = "can its world be set";

async fn look_at_target(probe: &mut Probe, address: &HttpAddress, bounds: &Bounds) {
    let mut line = Line::default();
    match line.connect(address, bounds).await {
        Ok(()) => probe.add(
            THERE,
            State::Good,
            format!("{} takes connections", address.authority()),
            "",
        ),
        Err(failure) => {
            probe.add(THERE, State::Bad, failure.to_string(), NOBODY);
            probe.add(ANSWERS, State::Skipped, "nobody is there", "");
            return probe.add(SAYS_NO, State::Skipped, "nobody is there", "");
        }
    }
    let message = ClientMessage::Raw {
        action: Some(format!("{SERVICE}{INVENTED}")),
        xml: format!("<{INVENTED} xmlns=\"{IPAM}\"/>"),
    };
    let id = "urn:uuid:00000000-0000-4000-8000-000000000000";
    let written = write_client_message(&message, id, Some(&address.to_string()), None);
    let content_type =
        format!("application/soap+xml; charset=utf-8; action=\"{SERVICE}{INVENTED}\"");
    let call = Call::post(address.clone(), &content_type, written.xml.into_bytes());
    let answer = line.exchange(&call, bounds).await;
    let status = answer.as_ref().map_or(0, |answer| answer.status);
    match reply(Asked::Raw, Some(id), &answer) {
        Some((Event::Fault(fault), form)) => {
            probe.add(
                ANSWERS,
                State::Good,
                format!("HTTP {status} with a SOAP 1.2 envelope"),
                "",
            );
            let differs = form.deviations.first().map_or_else(String::new, |first| {
                format!(
                    "; {}: expected {}, found {}",
                    first.path, first.expected, first.found
                )
            });
            probe.add(
                SAYS_NO,
                State::Good,
                format!(
                    "an invented operation gets a fault, {}{differs}",
                    fault.code
                ),
                "",
            );
        }
        Some((Event::Unintelligible(found), _)) => {
            probe.add(
                ANSWERS,
                State::Bad,
                found,
                "correct the path of the address: SOAP 1.2 envelopes are expected there",
            );
            probe.add(SAYS_NO, State::Skipped, "it does not answer in SOAP", "");
        }
        other => {
            let found = other.map_or("nothing", |(event, _)| event.name());
            probe.add(ANSWERS, State::Good, format!("HTTP {status}"), "");
            probe.add(
                SAYS_NO,
                State::Bad,
                format!("an invented operation is answered with {found}"),
                "answer an unknown action with a SOAP fault: else every check that expects one passes or fails by chance",
            );
        }
    }
}

async fn look_at_control(
    probe: &mut Probe,
    target: &HttpAddress,
    control: Option<&HttpAddress>,
    bounds: &Bounds,
) {
    let Some(address) = control else {
        probe.add(
            CONTROL,
            State::Limited,
            "none was named",
            "name one with `--control URL`, or state with `--bind FILE` what the store holds: else only cases run whose outcome depends on the parameters alone",
        );
        return probe.add(SETS_WORLD, State::Skipped, "there is no control plane", "");
    };
    let mut line = Line::default();
    let offered = match capabilities(&mut line, address, bounds).await {
        Ok(offered) => offered,
        Err(error) => {
            probe.add(
                CONTROL,
                State::Bad,
                error.to_string(),
                "correct `--control`: GET /capabilities below it has to give version 1",
            );
            probe.add(
                CONTROL_SAYS_NO,
                State::Skipped,
                "there is no control plane",
                "",
            );
            return probe.add(SETS_WORLD, State::Skipped, "there is no control plane", "");
        }
    };
    probe.add(CONTROL, State::Good, told(&offered), "");
    let call = Call::get(address.below("ipamconf-unknown"));
    let answer = line.exchange(&call, bounds).await;
    match &answer {
        Ok(answer) if answer.status == 404 => {
            probe.add(CONTROL_SAYS_NO, State::Good, "an invented route gets 404", "");
        }
        other => probe.add(
            CONTROL_SAYS_NO,
            State::Bad,
            format!("an invented route gets {}", shown(other)),
            "answer an unknown route with 404: else nobody can tell what the control plane has done",
        ),
    }
    if offered.worlds == Worlds::None {
        return probe.add(
            SETS_WORLD,
            State::Limited,
            "it does not offer worlds",
            "state with `--bind FILE` what the store holds",
        );
    }
    match set_world(target, address, offered, bounds).await {
        Ok(found) => probe.add(SETS_WORLD, State::Good, found, ""),
        Err(error) => probe.add(
            SETS_WORLD,
            State::Bad,
            error.to_string(),
            "take every table of the body of POST /worlds, answer 201 with `id` and `endpoint`, and give the tables back at GET /worlds/{id}",
        ),
    }
}

async fn set_world(
    target: &HttpAddress,
    address: &HttpAddress,
    capabilities: Capabilities,
    bounds: &Bounds,
) -> Result<String, ControlError> {
    let shows_store = capabilities.store;
    let control = Arc::new(Control {
        address: address.clone(),
        capabilities,
    });
    let setup = World::default().set_up();
    let readings = Readings::default();
    let mut world = RemoteWorld::set(control, target, &setup, &readings, *bounds).await?;
    let mut found = format!("an empty world was set, its endpoint is {}", world.endpoint);
    if shows_store {
        let tables = world.tables().await?;
        if *tables == *setup.tables {
            found.push_str(", its store is empty as it should be");
        } else {
            found.push_str(", but its store is not empty");
        }
    }
    world.delete().await;
    Ok(found)
}

fn told(offered: &Capabilities) -> String {
    let worlds = match offered.worlds {
        Worlds::None => "no worlds",
        Worlds::One => "one world at a time",
        Worlds::Many => "worlds",
    };
    let words: Vec<&str> = [
        (offered.callers, "callers"),
        (offered.changes, "changes"),
        (offered.clock, "clock"),
        (offered.store, "store"),
        (offered.pace, "pace"),
        (offered.readings, "readings"),
    ]
    .into_iter()
    .filter_map(|(there, word)| there.then_some(word))
    .collect();
    format!("{}: {worlds}, {}", offered.name, words.join(", "))
}

fn shown(answer: &Result<Answer, Failure>) -> String {
    match answer {
        Ok(answer) => {
            let text = String::from_utf8_lossy(&answer.body);
            format!("HTTP {} `{}`", answer.status, excerpt(&text))
        }
        Err(failure) => failure.to_string(),
    }
}
