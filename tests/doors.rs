//! The corpus through the door `http`, against our own server: the same verdicts as in process, case by case.
//!
//! The server runs in this process, on free ports; each case has a world of its own on it, with time by hand and one
//! unread callback, so that what happens between two events stands exactly there.

#[path = "support/corpus.rs"]
mod corpus;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use ipamconf::check::check;
use ipamconf::door::http::{
    Callbacks, Config, HttpAddress, HttpOptions, HttpTarget, Server, reach,
};
use ipamconf::scenario::Case;
use ipamconf::spec::{Readings, RequirementId};
use ipamconf::suite::run_case;
use ipamconf::trace::{Door, Trace};
use ipamconf::verdict::{CheckResult, CheckVerdict};
use ipamconf::world::World;

/// How many rows of a world keep a case out: a debug build reads and writes about a megabyte of JSON a second.
const ROWS_MAX: usize = 300;

/// Cases that come out otherwise over HTTP, and why.
const OTHERWISE: &[(&str, &str)] = &[];

/// A server of our simulator, for as long as it is held.
struct Served {
    options: HttpOptions,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Served {
    fn start(callbacks: Callbacks) -> Self {
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let config = Config::on_free_ports(World::default().set_up());
                let running = Server::bind(config).await.expect("free ports");
                let control = running.control_url().map(str::to_owned);
                let urls = (running.soap_url().to_owned(), control);
                tell.send(urls).expect("somebody listens");
                let _ = stopped.await;
                running.stop().await;
            });
        });
        let (http, control) = told.recv().expect("a server");
        let address = |url: &str| HttpAddress::parse(url).expect("an address");
        let options = HttpOptions {
            callbacks,
            ..HttpOptions::at(address(&http))
        };
        let control = control.map(|url| address(&url));
        Self {
            options: reach(options, control).expect("it is there"),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    fn target(&self) -> HttpTarget {
        HttpTarget::new(self.options.clone()).expect("a runtime")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A check as both doors have to have it: not which event it was about, whose numbers the order of a reply changes.
type Judged = (RequirementId, &'static str, CheckVerdict);

/// What is judged through both doors. What the wire cannot show in order, and the form of envelopes, which the session
/// has none of, is left out on both sides.
fn judged(results: &[CheckResult]) -> BTreeMap<Judged, usize> {
    let mut counts = BTreeMap::new();
    for result in results {
        let form = ["envelope", "callback-action", "one-action-prefix"];
        let order = ["start-progress-before-reply"];
        if form.contains(&result.check) || order.contains(&result.check) {
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

#[test]
fn every_case_comes_out_as_in_process() {
    let served = Served::start(Callbacks::Polled);
    let scenarios = corpus::scenarios();
    let cases: Vec<(String, &Case)> = scenarios
        .iter()
        .flat_map(|scenario| {
            let cases = scenario.cases.iter();
            cases.map(move |case| (corpus::case_name(scenario, case), case))
        })
        .filter(|(_, case)| {
            let doors = &case.doors;
            doors.contains(&Door::Session) && doors.contains(&Door::Http)
        })
        .filter(|(_, case)| rows(&case.world) <= ROWS_MAX)
        .collect();
    assert!(cases.len() > 300, "{} cases", cases.len());
    let next = AtomicUsize::new(0);
    let different = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut target = served.target();
                while let Some((name, case)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(difference) = difference(case, &mut target) {
                        different.lock().unwrap().insert(name.clone(), difference);
                    }
                }
            });
        }
    });
    let mut different = different.into_inner().unwrap();
    for (name, _) in OTHERWISE {
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

fn difference(case: &Case, target: &mut HttpTarget) -> Option<String> {
    let readings = Readings::default();
    let expected = judged(&check(case, &in_process(case), &readings));
    let trace = match run_case(case, target, &readings) {
        Ok(trace) => trace,
        Err(error) => return Some(format!("  not run: {error}")),
    };
    let found = judged(&check(case, &trace, &readings));
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
                "  {key:?}: {} in process, {} over http",
                count(&expected),
                count(&found)
            )
        })
        .collect();
    Some(lines.join("\n"))
}
