//! The kill matrix: which deviant is caught, by what, and what is said first.

use crate::check::check;
use crate::deviant::{Corpus, Deviant, Run, deviant_client, deviant_target};
use crate::report::{
    CaseContext, Report, RunInfo, ScenarioReport, Target as TargetReport, command_again,
    first_failure, trace_lines,
};
use crate::spec::{Readings, RequirementId};
use crate::suite::{Client, TargetError, run_case_for};
use crate::trace::{Door, TrackerState};
use crate::verdict::CheckVerdict;
use crate::world::Caller;

/// A case in which a deviant is caught.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The scenario.
    pub scenario: String,
    /// The case.
    pub case: Option<String>,
    /// The door.
    pub door: Door,
}

/// What became of one deviant.
#[derive(Debug, Clone)]
pub struct Row {
    /// The deviant.
    pub deviant: Deviant,
    /// The cases whose trace differs from the simulator's.
    pub differing: usize,
    /// The cases in which a check that cites its own requirement fails.
    pub kills: Vec<Failure>,
    /// Whether these checks only deviate, so that it takes `--strict`.
    pub strict_only: bool,
    /// The requirement of the first failure that `run` prints (with `--strict` where only that fails), if any.
    pub first: Option<RequirementId>,
    /// Every requirement whose checks fail or deviate, with the number of cases.
    pub cited: Vec<(RequirementId, usize)>,
    /// Cases that could not be carried out on it.
    pub errors: Vec<TargetError>,
    /// Stands for all its traces together: two deviants with the same one are the same.
    pub fingerprint: u64,
}

impl Row {
    /// Whether it was caught by its own requirement.
    #[must_use]
    pub const fn is_killed(&self) -> bool {
        !self.kills.is_empty()
    }
}

/// What one deviant came to: its row, and the report that a user of it would get.
#[derive(Debug)]
pub struct Judged {
    /// The row.
    pub row: Row,
    /// The report on the cases that differ.
    pub report: Report,
}

/// Runs a deviant over the corpus and judges every case in which it shows something else than the simulator.
#[must_use]
pub fn judge(deviant: &Deviant, corpus: &Corpus<'_>, readings: &Readings) -> Judged {
    let mut row = Row {
        deviant: *deviant,
        differing: 0,
        kills: Vec::new(),
        strict_only: false,
        first: None,
        cited: Vec::new(),
        errors: Vec::new(),
        fingerprint: FNV_OFFSET,
    };
    let mut judged = Vec::new();
    let client = client_of(deviant);
    for (index, run) in corpus.runs.iter().enumerate() {
        if !run.concerns(deviant) {
            continue;
        }
        let mut target = deviant_target(deviant.hooks, run.door);
        let trace = match run_case_for(run.case, &mut *target, readings, &client) {
            Ok(trace) => trace,
            Err(error) => {
                row.errors.push(error);
                continue;
            }
        };
        if trace == run.trace {
            continue;
        }
        row.differing += 1;
        fingerprint(&mut row.fingerprint, &index.to_string());
        for line in trace_lines(&trace) {
            fingerprint(&mut row.fingerprint, &line);
        }
        for (number, form) in &trace.forms {
            fingerprint(&mut row.fingerprint, &format!("{number} {form:?}"));
        }
        for tracker in trace.steps.iter().map(|step| step.tracker.as_ref()) {
            fingerprint(&mut row.fingerprint, &tracker_text(tracker));
        }
        for tracker in &trace.trackers {
            fingerprint(&mut row.fingerprint, &tracker_text(Some(tracker)));
        }
        let checks = check(run.case, &trace, readings);
        judged.push((run, trace, checks));
    }
    let caught = |wanted: CheckVerdict| -> Vec<Failure> {
        judged
            .iter()
            .filter(|(_, _, checks)| {
                checks.iter().any(|check| {
                    check.requirement == deviant.requirement && check.verdict == wanted
                })
            })
            .map(|(run, ..)| Failure {
                scenario: run.scenario.id.clone(),
                case: run.case.name.clone(),
                door: run.door,
            })
            .collect()
    };
    row.kills = caught(CheckVerdict::Fail);
    if row.kills.is_empty() {
        row.kills = caught(CheckVerdict::Deviates);
        row.strict_only = !row.kills.is_empty();
    }
    let strict = row.strict_only;
    let scenarios = judged
        .iter()
        .map(|(run, trace, checks)| {
            let seed = run.case.seed.unwrap_or(0);
            let context = CaseContext {
                scenario: run.scenario,
                case: run.case,
                door: run.door,
                seed,
                strict,
                command: command_again(
                    &run.scenario.source.path,
                    run.case.name.as_deref(),
                    run.door,
                    seed,
                    readings,
                    strict,
                ),
            };
            ScenarioReport::from_case(&context, trace, checks, Vec::new())
        })
        .collect();
    let info = RunInfo {
        target: TargetReport {
            door: "delegate, session".to_owned(),
            address: format!("deviant: {}", deviant.name),
        },
        seed: 0,
        strict,
        readings: readings.clone(),
    };
    let report = Report::new(&info, scenarios);
    row.first = first_failure(&report).map(|(_, check)| check.requirement);
    row.cited = report
        .requirements
        .iter()
        .filter(|row| row.verdict.is_wrong())
        .map(|row| (row.id, row.so_in))
        .collect();
    Judged { row, report }
}

/// Makes the clients that a deviant has.
fn client_of(deviant: &Deviant) -> impl Fn(&Readings, &Caller) -> Box<dyn Client> {
    let hooks = deviant.hooks;
    move |readings, caller| deviant_client(hooks, readings, caller)
}

/// What a client knows, for the fingerprint.
fn tracker_text(tracker: Option<&TrackerState>) -> String {
    tracker.map_or_else(String::new, |tracker| {
        format!(
            "{} {} {} {}",
            tracker.state.name(),
            tracker.overall.name(),
            tracker.subtasks,
            tracker.percentage
        )
    })
}

/// The first case in which a check that cites the deviant's own requirement fails or deviates: what a test needs, at a
/// part of the price of [`judge`]. Cases that are about the requirement are tried first.
#[must_use]
pub fn first_kill(deviant: &Deviant, corpus: &Corpus<'_>) -> Option<Failure> {
    let own = deviant.requirement;
    let client = client_of(deviant);
    let is_about = |run: &&Run<'_>| run.case.requirements.contains(&own);
    let runs = corpus.runs.iter().filter(|run| run.concerns(deviant));
    let (about, others): (Vec<_>, Vec<_>) = runs.partition(is_about);
    about.into_iter().chain(others).find_map(|run| {
        let mut target = deviant_target(deviant.hooks, run.door);
        let trace = run_case_for(run.case, &mut *target, &corpus.readings, &client).ok()?;
        if trace == run.trace {
            return None;
        }
        let kills = check(run.case, &trace, &corpus.readings)
            .iter()
            .any(|check| {
                check.requirement == own
                    && matches!(check.verdict, CheckVerdict::Fail | CheckVerdict::Deviates)
            });
        kills.then(|| Failure {
            scenario: run.scenario.id.clone(),
            case: run.case.name.clone(),
            door: run.door,
        })
    })
}

/// The start of FNV-1a.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, since the hasher of the standard library may change from version to version.
fn fingerprint(hash: &mut u64, line: &str) {
    for byte in line.bytes().chain([b'\n']) {
        *hash = (*hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
}
