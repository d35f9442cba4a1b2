//! The corpus through the doors `http` and `net.tcp`, against our own server: the same verdicts as in process, case by
//! case.
//!
//! The server runs in this process, on free ports; each case has a world of its own on it, with time by hand and one
//! event at a time, so that what happens between two events stands exactly there.

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/serving.rs"]
mod serving;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ipamconf::check::check;
use ipamconf::door::http::{HttpOptions, HttpTarget, reach};
use ipamconf::door::nettcp::{self, NetTcpOptions, NetTcpTarget};
use ipamconf::door::remote::{Callbacks, HttpAddress};
use ipamconf::door::server::Config;
use ipamconf::model::ClientMessage;
use ipamconf::scenario::{Action, Case};
use ipamconf::soap::{Element, write_client_message};
use ipamconf::spec::{Readings, RequirementId};
use ipamconf::suite::{Target, run_case};
use ipamconf::trace::{Door, Trace};
use ipamconf::verdict::{CheckResult, CheckVerdict};
use ipamconf::wire::nmf::Via;
use ipamconf::world::World;
use serving::{Background, simulator};

/// How many rows of a world keep a case out: a debug build reads and writes about a megabyte of JSON a second.
const ROWS_MAX: usize = 300;

/// A door with a wire, and how it is compared.
struct Compared {
    door: Door,
    /// Cases that come out otherwise there, and why.
    otherwise: &'static [(&'static str, &'static str)],
    /// Checks that are left out: of what the wire cannot show in order.
    left_out: &'static [&'static str],
}

const HTTP: Compared = Compared {
    door: Door::Http,
    otherwise: &[],
    left_out: &["start-progress-before-reply"],
};

const NET_TCP: Compared = Compared {
    door: Door::NetTcp,
    otherwise: &[],
    left_out: &[],
};

/// A server of our simulator, for as long as it is held.
struct Served {
    options: HttpOptions,
    net_tcp: NetTcpOptions,
    _background: Background,
}

impl Served {
    fn start(callbacks: Callbacks) -> Self {
        let (urls, background) = simulator(Config::on_free_ports(World::default().set_up()));
        let address = |url: &str| HttpAddress::parse(url).expect("an address");
        let options = HttpOptions {
            callbacks,
            ..HttpOptions::at(address(&urls.soap.expect("an endpoint")))
        };
        let control = urls.control.map(|url| address(&url));
        let via = Via::read(&urls.net_tcp.expect("an endpoint")).expect("an address");
        Self {
            net_tcp: nettcp::reach(NetTcpOptions::at(via), control.clone()).expect("it is there"),
            options: reach(options, control).expect("it is there"),
            _background: background,
        }
    }

    fn target(&self) -> HttpTarget {
        HttpTarget::new(self.options.clone()).expect("a runtime")
    }
}

/// A check as both doors have to have it: not which event it was about, whose numbers the order of a reply changes.
type Judged = (RequirementId, &'static str, CheckVerdict);

/// What is judged through both doors. What the wire cannot show in order, and the form of envelopes, which the session
/// has none of, is left out on both sides.
fn judged(results: &[CheckResult], compared: &Compared) -> BTreeMap<Judged, usize> {
    let mut counts = BTreeMap::new();
    for result in results {
        let form = ["envelope", "callback-action", "one-action-prefix"];
        if form.contains(&result.check) || compared.left_out.contains(&result.check) {
            continue;
        }
        let judged = (result.requirement, result.check, result.verdict);
        *counts.entry(judged).or_default() += 1;
    }
    counts
}

fn rows(world: &World) -> usize {
    world.servers.len() + world.relations.len() + world.scopes.len()
}

fn in_process(case: &Case) -> Trace {
    corpus::run(case, Door::Session).0
}

/// Whether a case sends text that is no XML, which binary XML has no way to say.
fn is_beyond_binary(case: &Case) -> bool {
    case.steps.iter().any(|step| match &step.action {
        Action::SendXml { action, xml } => {
            let message = ClientMessage::Raw {
                action: action.clone(),
                xml: xml.clone(),
            };
            Element::read(&write_client_message(&message, "", None, None).xml).is_err()
        }
        _ => false,
    })
}

/// One door after the other: HTTP has two ways to a client, whose order load can change.
static TURN: Mutex<()> = Mutex::new(());

#[test]
fn every_case_comes_out_over_http_as_in_process() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let served = Served::start(Callbacks::Polled);
    every_case_comes_out_as_in_process(&HTTP, &|| Box::new(served.target()));
}

#[test]
fn every_case_comes_out_over_net_tcp_as_in_process() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let served = Served::start(Callbacks::Polled);
    every_case_comes_out_as_in_process(&NET_TCP, &|| {
        Box::new(NetTcpTarget::new(served.net_tcp.clone()).expect("a runtime"))
    });
}

/// A server whose control plane has a clock and no more sends what it has when it likes: cases of one session in which
/// nothing is done in the middle of an operation come out the same.
#[test]
fn a_session_that_goes_on_by_itself_comes_out_as_in_process() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let served = Served::start(Callbacks::Polled);
    let mut options = served.net_tcp;
    let mut control = options
        .control
        .as_deref()
        .cloned()
        .expect("a control plane");
    control.capabilities.turns = false;
    control.capabilities.pace = false;
    options.control = Some(Arc::new(control));
    let scenarios = corpus::scenarios();
    let cases: Vec<&Case> = scenarios
        .iter()
        .filter(|scenario| scenario.id == "replicate-server/a-null-server-fails")
        .flat_map(|scenario| &scenario.cases)
        .collect();
    assert!(!cases.is_empty());
    let mut target = NetTcpTarget::new(options).expect("a runtime");
    for case in cases {
        assert_eq!(difference(case, &mut target, &NET_TCP), None);
    }
}

fn every_case_comes_out_as_in_process(
    compared: &Compared,
    target: &(dyn Fn() -> Box<dyn Target> + Sync),
) {
    let scenarios = corpus::scenarios();
    let cases: Vec<(String, &Case)> = scenarios
        .iter()
        .flat_map(|scenario| {
            let cases = scenario.cases.iter();
            cases.map(move |case| (corpus::case_name(scenario, case), case))
        })
        .filter(|(_, case)| {
            let doors = &case.doors;
            doors.contains(&Door::Session) && doors.contains(&compared.door)
        })
        .filter(|(_, case)| rows(&case.world) <= ROWS_MAX)
        .filter(|(_, case)| compared.door == Door::Http || !is_beyond_binary(case))
        .collect();
    assert!(cases.len() > 300, "{} cases", cases.len());
    let next = AtomicUsize::new(0);
    let different = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut target = target();
                while let Some((name, case)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(difference) = difference(case, &mut *target, compared) {
                        different.lock().unwrap().insert(name.clone(), difference);
                    }
                }
            });
        }
    });
    let mut different = different.into_inner().unwrap();
    for (name, _) in compared.otherwise {
        assert!(different.remove(*name).is_some(), "{name} is as in process");
    }
    let told: Vec<String> = different
        .iter()
        .map(|(name, difference)| format!("{name}\n{difference}"))
        .collect();
    assert!(
        told.is_empty(),
        "{} cases differ:\n{}",
        told.len(),
        told.join("\n")
    );
}

fn difference(case: &Case, target: &mut dyn Target, compared: &Compared) -> Option<String> {
    let readings = Readings::default();
    let expected = judged(&check(case, &in_process(case), &readings), compared);
    let trace = match run_case(case, target, &readings) {
        Ok(trace) => trace,
        Err(error) => return Some(format!("  not run: {error}")),
    };
    let found = judged(&check(case, &trace, &readings), compared);
    if found == expected {
        return None;
    }
    let keys: BTreeSet<&Judged> = found.keys().chain(expected.keys()).collect();
    let lines: Vec<String> = keys
        .into_iter()
        .filter(|key| found.get(key) != expected.get(key))
        .map(|key| {
            let count = |of: &BTreeMap<Judged, usize>| of.get(key).copied().unwrap_or(0);
            format!(
                "  {key:?}: {} in process, {} over {}",
                count(&expected),
                count(&found),
                compared.door
            )
        })
        .collect();
    Some(lines.join("\n"))
}
