//! Which cases a target behind a wire gets, and as what: those whose world is set or bound, or does not matter.

use std::borrow::Cow;
use std::time::Duration;

use crate::door::remote::Capabilities;
use crate::model::{ClientMessage, Value};
use crate::scenario::{
    Action, Bound, Case, Initialize, OperationChoice, ParametersChoice, ServerChoice,
};
use crate::soap::{Element, read_request, write_client_message};
use crate::spec::IpamAdminOperationId;
use crate::spec::parameters::{is_parameters_type, parameters_type};
use crate::world::Caller;

/// The longest that a run waits in real time because a file says so.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// A target behind a wire, and what is known of its store.
#[derive(Debug)]
pub(super) struct Remote {
    /// What its control plane offers: nothing, where there is none.
    pub(super) offers: Capabilities,
    /// Whether its messages are binary XML, in which text that is no XML cannot be said.
    pub(super) binary: bool,
    pub(super) bound: Option<Bound>,
    pub(super) allow_writes: bool,
}

impl Remote {
    /// The case as this target gets it, or why it does not.
    pub(super) fn prepare<'c>(
        &self,
        scenario: &str,
        case: &'c Case,
    ) -> Result<Cow<'c, Case>, String> {
        if self.binary && case.steps.iter().any(|step| is_no_xml(&step.action)) {
            return Err("sends text that is no XML, which binary XML has no way to say".into());
        }
        if !self.offers.sets_time()
            && let Some(time) = longest_wait(case)
            && time > WAIT_MAX
        {
            return Err(format!(
                "waits {} s, and this target's time is real: it takes a control plane with `clock`",
                time.as_secs()
            ));
        }
        if self.offers.sets_worlds() {
            return self.offered(case).map(|()| Cow::Borrowed(case));
        }
        for step in &case.steps {
            match &step.action {
                Action::Change(_) => {
                    return Err("changes the store: it takes a control plane with `changes`".into());
                }
                Action::Connect { caller: Some(_) }
                | Action::Replicate {
                    caller: Some(_), ..
                } => {
                    return Err(
                        "opens sessions of several callers: it takes a control plane with `callers`"
                            .into(),
                    );
                }
                _ => {}
            }
        }
        if goes_by_parameters_alone(case) {
            return Ok(Cow::Borrowed(case));
        }
        let Some(bound) = &self.bound else {
            return Err(
                "its world is neither set nor bound: `--control URL` sets it, `--bind FILE` says what the store holds"
                    .into(),
            );
        };
        let fitted = bound.fit(scenario, case)?;
        if !self.allow_writes && may_write(&fitted) {
            return Err("may write to the store: `--allow-writes` runs it".into());
        }
        Ok(Cow::Owned(fitted))
    }

    /// Whether the control plane offers what the case needs.
    fn offered(&self, case: &Case) -> Result<(), String> {
        let offered = &self.offers;
        let missing = case.steps.iter().find_map(|step| match &step.action {
            Action::Change(_) if !offered.changes => Some("changes"),
            Action::Connect { caller: Some(_) }
            | Action::Replicate {
                caller: Some(_), ..
            } if !offered.callers => Some("callers"),
            _ => None,
        });
        missing.map_or(Ok(()), |missing| {
            Err(format!(
                "the target's control plane does not offer `{missing}`"
            ))
        })
    }
}

/// Whether a step sends text by hand that is no XML.
fn is_no_xml(action: &Action) -> bool {
    let Action::SendXml { action, xml } = action else {
        return false;
    };
    let message = ClientMessage::Raw {
        action: action.clone(),
        xml: xml.clone(),
    };
    Element::read(&write_client_message(&message, "", None, None).xml).is_err()
}

fn longest_wait(case: &Case) -> Option<Duration> {
    let late = case.world.partner.iter().filter(|rule| rule.does.waits());
    let delays = late.map(|rule| rule.delay);
    let waits = case.steps.iter().filter_map(|step| match step.action {
        Action::Wait(time) => Some(time),
        _ => None,
    });
    waits.chain(delays).max()
}

/// Whether nothing about the store can change how the case ends: no parameters, parameters of the wrong type, no
/// server or none that there could be.
fn goes_by_parameters_alone(case: &Case) -> bool {
    let world = &case.world;
    world.caller == Caller::default()
        && world.provisioned
        && !world.schema_conversion_required
        && case.steps.iter().all(|step| match &step.action {
            Action::Replicate { initialize, .. } | Action::Initialize(initialize) => {
                leads_nowhere(initialize)
            }
            Action::SendXml { action, xml } => is_refused(action.as_deref(), xml),
            Action::Change(_) | Action::SendBytes { .. } => false,
            _ => true,
        })
}

/// Whether an operation with these parameters is refused, or finds nothing to do, in every store.
fn leads_nowhere(initialize: &Initialize) -> bool {
    let overridden = |name: &str| initialize.set.iter().any(|(key, _)| key == name);
    if overridden("OperationId") || overridden("Server") {
        return false;
    }
    let own_type = match &initialize.operation {
        OperationChoice::Text(_) => return true,
        // The first member of the enumeration: whatever that does.
        OperationChoice::Absent => return false,
        OperationChoice::Member(operation) => parameters_type(*operation),
    };
    match &initialize.parameters {
        ParametersChoice::Absent | ParametersChoice::Nil => true,
        // A type that nobody knows, or that of another operation.
        ParametersChoice::Type(name) => match own_type {
            Some(own) if name == own => {
                initialize.operation
                    == OperationChoice::Member(IpamAdminOperationId::ReplicateServer)
                    && !matches!(initialize.server, ServerChoice::Row(_))
            }
            Some(_) => true,
            None => !is_parameters_type(name),
        },
    }
}

/// Whether a message by hand is one that nobody can use.
fn is_refused(action: Option<&str>, xml: &str) -> bool {
    match read_request(action, xml) {
        Err(_) => true,
        Ok(ClientMessage::InitializeOperationParameters { paramters }) => match paramters {
            None | Some(Value::Nil) => true,
            Some(Value::Object(object)) => {
                object.member("OperationId") == Some(&"ReplicateServer".into())
                    && matches!(object.member("Server"), None | Some(Value::Nil))
            }
            Some(_) => true,
        },
        Ok(_) => true,
    }
}

/// Whether a case can leave the store other than it was.
fn may_write(case: &Case) -> bool {
    let world = &case.world;
    case.steps.iter().any(|step| match &step.action {
        Action::Replicate { initialize, .. } | Action::Initialize(initialize) => {
            let replicates_server = initialize.operation
                == OperationChoice::Member(IpamAdminOperationId::ReplicateServer);
            let nothing_to_replicate = match initialize.server {
                ServerChoice::Row(server) if initialize.set.is_empty() => !world
                    .scopes
                    .iter()
                    .any(|scope| scope.server == server && !scope.relations.is_empty()),
                _ => false,
            };
            !(leads_nowhere(initialize) || replicates_server && nothing_to_replicate)
        }
        Action::SendXml { action, xml } => !is_refused(action.as_deref(), xml),
        Action::Change(_) | Action::SendBytes { .. } => true,
        _ => false,
    })
}
