//! The same bytes, whatever the order of the cases, the number of threads, and what a target has run before.
//!
//! Each round shuffles the corpus, deals it out to 1, 2 or 8 threads, and lets every thread keep its targets from case
//! to case. Trace, report and snapshot of every case have to be those of the first run, in order on one thread.
//! `IPAMCONF_ROUNDS=1000 cargo test --release --test determinism` takes longer to look.

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/deviants.rs"]
mod deviants;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ipamconf::check::check;
use ipamconf::door::{DelegateTarget, SessionTarget};
use ipamconf::report::{
    CaseContext, Report, RunInfo, ScenarioReport, Target as TargetReport, command_again, json,
    snapshot, trace_lines,
};
use ipamconf::scenario::{Case, Scenario};
use ipamconf::spec::Readings;
use ipamconf::suite::{Target, run_case};
use ipamconf::trace::Door;

const THREADS: [usize; 3] = [1, 2, 8];

/// All that a case shows.
#[derive(PartialEq)]
struct Shown {
    lines: Vec<String>,
    snapshot: String,
    report: ScenarioReport,
}

struct Job<'a> {
    scenario: &'a Scenario,
    case: &'a Case,
    door: Door,
}

impl Job<'_> {
    fn name(&self) -> String {
        format!(
            "{} [{}]",
            corpus::case_name(self.scenario, self.case),
            self.door
        )
    }

    fn run(&self, target: &mut dyn Target) -> Shown {
        let readings = Readings::default();
        let trace =
            run_case(self.case, target, &readings).expect("the simulator can run the corpus");
        let checks = check(self.case, &trace, &readings);
        let file = &self.scenario.source.path;
        let case = self.case.name.as_deref();
        let context = CaseContext {
            scenario: self.scenario,
            case: self.case,
            door: self.door,
            seed: 0,
            strict: false,
            command: command_again(file, case, self.door, 0, &readings, false),
        };
        let lines = trace_lines(&trace);
        Shown {
            snapshot: snapshot(&trace),
            report: ScenarioReport::from_case(&context, &trace, &checks, lines.clone()),
            lines,
        }
    }
}

/// The most scopes of a world in a debug build: a large one takes longer there than all the others together. A
/// release build runs every case.
const SCOPES_MAX: usize = if cfg!(debug_assertions) {
    1000
} else {
    usize::MAX
};

fn jobs(scenarios: &[Scenario]) -> Vec<Job<'_>> {
    let mut jobs = Vec::new();
    for scenario in scenarios {
        let of_size = |case: &&Case| case.world.scopes.len() <= SCOPES_MAX;
        for case in scenario.cases.iter().filter(of_size) {
            let doors = case
                .doors
                .iter()
                .filter(|door| corpus::DOORS.contains(door));
            jobs.extend(doors.map(|door| Job {
                scenario,
                case,
                door: *door,
            }));
        }
    }
    jobs
}

/// Fisher and Yates over a linear congruence: the same order for the same seed, on every machine.
fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    for last in (1..count).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let drawn = usize::try_from(state >> 33).expect("31 bits fit") % (last + 1);
        order.swap(last, drawn);
    }
    order
}

fn simulator(door: Door) -> Box<dyn Target> {
    match door {
        Door::Delegate => Box::new(DelegateTarget::default()),
        _ => Box::new(SessionTarget::default()),
    }
}

/// Runs the jobs in that order on so many threads, and gives what each showed, in the order of the jobs.
fn run_all(
    jobs: &[Job<'_>],
    order: &[usize],
    threads: usize,
    make: fn(Door) -> Box<dyn Target>,
) -> Vec<Shown> {
    let next = AtomicUsize::new(0);
    let shown: Vec<Mutex<Option<Shown>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut delegate = make(Door::Delegate);
                let mut session = make(Door::Session);
                while let Some(index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let job = &jobs[*index];
                    let target = match job.door {
                        Door::Delegate => &mut delegate,
                        _ => &mut session,
                    };
                    *shown[*index].lock().expect("no thread fails here") =
                        Some(job.run(&mut **target));
                }
            });
        }
    });
    shown
        .into_iter()
        .map(|shown| {
            let shown = shown.into_inner().expect("no thread fails here");
            shown.expect("every job was run")
        })
        .collect()
}

fn whole_report(shown: Vec<Shown>) -> String {
    let info = RunInfo {
        target: TargetReport {
            door: "delegate, session".to_owned(),
            address: "in-process".to_owned(),
        },
        seed: 0,
        strict: false,
        readings: Readings::default(),
    };
    let cases = shown.into_iter().map(|shown| shown.report).collect();
    json(&Report::new(&info, cases))
}

/// Where two traces part, in words; `None` where they are the same.
fn first_difference(first: &[String], then: &[String]) -> Option<String> {
    let length = first.len().max(then.len());
    (0..length).find_map(|line| {
        let (was, is) = (first.get(line), then.get(line));
        (was != is).then(|| format!("event {}: was {was:?}, is {is:?}", line + 1))
    })
}

#[test]
fn order_threads_and_what_ran_before_change_nothing() {
    let rounds: u64 = std::env::var("IPAMCONF_ROUNDS").ok().map_or(1, |rounds| {
        rounds.parse().expect("IPAMCONF_ROUNDS is a number")
    });
    let scenarios = corpus::scenarios();
    let jobs = jobs(&scenarios);
    let in_order: Vec<usize> = (0..jobs.len()).collect();
    let first = run_all(&jobs, &in_order, 1, simulator);
    for round in 0..rounds {
        for (turn, threads) in (0..).zip(THREADS) {
            let order = shuffled(jobs.len(), round * 3 + turn);
            let then = run_all(&jobs, &order, threads, simulator);
            for ((job, first), then) in jobs.iter().zip(&first).zip(&then) {
                let context = format!("{}, round {round}, {threads} threads", job.name());
                if let Some(difference) = first_difference(&first.lines, &then.lines) {
                    panic!("{context}: {difference}");
                }
                assert!(
                    first.snapshot == then.snapshot,
                    "{context}: another snapshot"
                );
                assert!(first.report == then.report, "{context}: another report");
            }
        }
    }
    let again = run_all(&jobs, &shuffled(jobs.len(), rounds * 3), 2, simulator);
    assert_eq!(whole_report(first), whole_report(again));
}

#[test]
fn a_target_that_remembers_the_case_before_is_found_out() {
    let scenarios = corpus::scenarios();
    let jobs = jobs(&scenarios[..5]);
    let in_order: Vec<usize> = (0..jobs.len()).collect();
    let first = run_all(&jobs, &in_order, 1, deviants::counting);
    let then = run_all(&jobs, &shuffled(jobs.len(), 1), 1, deviants::counting);
    let mut differing = first.iter().zip(&then);
    assert!(differing.any(|(first, then)| first_difference(&first.lines, &then.lines).is_some()));
}

#[test]
fn the_first_event_that_differs_is_named() {
    let lines = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(first_difference(&lines("a b"), &lines("a b")), None);
    assert_eq!(
        first_difference(&lines("a b c"), &lines("a x y")).as_deref(),
        Some("event 2: was Some(\"b\"), is Some(\"x\")")
    );
    assert_eq!(
        first_difference(&lines("a"), &lines("a b")).as_deref(),
        Some("event 2: was None, is Some(\"b\")")
    );
}

#[test]
fn every_case_is_dealt_out_once() {
    let order = shuffled(1000, 7);
    let mut sorted = order.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (0..1000).collect::<Vec<_>>());
    assert_ne!(order, sorted);
    assert_ne!(order, shuffled(1000, 8));
}
