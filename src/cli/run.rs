//! `ipamconf run`: selecting cases, running them side by side, reporting.

mod jobs;
mod tell;
mod traces;

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

pub(super) use jobs::cannot_follow;
pub(super) use tell::{colour, count, is_drawn_on};

use crate::baseline::Entry;
use crate::cli::args::{RunArguments, SnapshotMode, readings};
use crate::cli::baseline;
use crate::cli::files::{covers, load};
use crate::cli::progress::Progress;
use crate::cli::reach::subject_elsewhere;
use crate::cli::run::jobs::{run_all, select};
use crate::cli::run::tell::{tell_rejected, tell_stale, write_results};
use crate::cli::run::traces::{leftovers, visit_snapshots};
use crate::cli::snapshots::Policy;
use crate::cli::subject::Subject;
use crate::cli::{CliError, Exit, Outcome};
use crate::report::{Report, RunInfo, SnapshotVerdict, Target as TargetReport, Times};
use crate::scenario::Scenario;

pub(super) fn run(
    arguments: &RunArguments,
    subject: &Subject<'_>,
    out: &mut dyn Write,
) -> Result<Exit, CliError> {
    let clock = Instant::now();
    let ci = arguments.ci || std::env::var("CI").is_ok_and(|value| value == "true" || value == "1");
    let elsewhere = match subject_elsewhere(arguments) {
        Err(CliError::Rejected(rejected)) => {
            tell_rejected(&[*rejected], arguments, ci, out)?;
            return Ok(Exit::WrongFile);
        }
        elsewhere => elsewhere?,
    };
    let subject = elsewhere.as_ref().unwrap_or(subject);
    let interrupted = watch_for_interrupt("finishing the cases that are running");
    let chosen = readings(&arguments.reading).map_err(CliError::Usage)?;
    let (today, expires) = baseline::today();
    if let Some(path) = &arguments.write_baseline {
        baseline::refuse_existing(path)?;
    }
    let loaded = load(&arguments.selection.paths)?;
    tell_rejected(&loaded.rejected, arguments, ci, out)?;
    if let Some(path) = &arguments.baseline {
        baseline::refuse_none(path)?;
    }
    let accepted = match arguments.baseline.as_deref().map(baseline::read) {
        None => None,
        Some(Ok(accepted)) => Some(accepted),
        Some(Err(rejected)) => {
            tell_rejected(&[rejected], arguments, ci, out)?;
            return Ok(Exit::WrongFile);
        }
    };
    let jobs = select(&loaded.scenarios, arguments, subject);
    if jobs.is_empty() && loaded.rejected.is_empty() {
        return Err(CliError::Usage(match arguments.partition {
            Some(partition) => format!("no scenario was selected in part {partition}"),
            None => "no scenario was selected: `ipamconf list` shows what there is".to_owned(),
        }));
    }
    let progress = Progress::new(jobs.len(), "cases", !ci && is_drawn_on(&std::io::stderr()));
    let mut finished = run_all(&jobs, arguments, subject, &chosen, &interrupted, &progress);
    drop(progress);
    if let Some(error) = finished
        .iter_mut()
        .find_map(|(_, finished)| finished.unsaved.take())
    {
        return Err(error);
    }
    let mut outcome = Outcome {
        wrong_file: !loaded.rejected.is_empty(),
        interrupted: interrupted.load(Ordering::Relaxed),
        bug: finished.iter().any(|(_, finished)| finished.bug),
        ..Outcome::default()
    };
    let gone = finished
        .iter()
        .find_map(|(_, finished)| finished.gone.clone());
    // A trace under another reading differs from its snapshot by design.
    let policy = Policy {
        mode: arguments.snapshots,
        write_pending: !ci,
    };
    let mut told = BTreeSet::new();
    if subject.is_ours && chosen.differing().next().is_none() {
        told = visit_snapshots(&jobs, &mut finished, policy)?;
    }
    if ci {
        told.clear();
    }
    let leftover = if subject.is_ours
        && arguments.selection.is_everything()
        && arguments.door.is_empty()
        && loaded.rejected.is_empty()
        && arguments.snapshots != SnapshotMode::Off
    {
        leftovers(&loaded.scenarios, &told)
    } else {
        Vec::new()
    };
    let mut seconds = Vec::new();
    let mut reports = Vec::new();
    for (_, finished) in finished {
        seconds.push(finished.seconds);
        reports.push(finished.report);
    }
    let mut stale = Vec::new();
    if let Some(accepted) = &accepted {
        let is_gone = |entry: &Entry| {
            loaded.rejected.is_empty() && is_gone(entry, &loaded.scenarios, arguments)
        };
        let applied = accepted.apply(today, arguments.strict, reports, is_gone);
        reports = applied.scenarios;
        // Of a run that was cut short, nobody knows what the rest would have matched.
        if !outcome.interrupted {
            stale = baseline::stale(accepted, &applied.stale, colour(&std::io::stderr(), ci));
        }
    }
    let info = RunInfo {
        target: TargetReport {
            door: subject
                .doors
                .iter()
                .map(|door| door.name())
                .collect::<Vec<_>>()
                .join(", "),
            address: subject.address.clone(),
        },
        seed: arguments.seed,
        strict: arguments.strict,
        readings: chosen,
    };
    let report = Report::new(&info, reports)
        .with_rejected(&loaded.rejected)
        .timed(Times {
            seconds_total: clock.elapsed().as_secs_f64(),
            seconds,
        });
    judge(&report, &mut outcome);
    outcome.stale |= !leftover.is_empty() || !stale.is_empty();
    if let Some(accepted) = &accepted {
        tell_stale(accepted, &stale, arguments, out)?;
    }
    write_results(&report, arguments, ci, out)?;
    // Half of the failures would look like all of them.
    if let Some(path) = arguments
        .write_baseline
        .as_ref()
        .filter(|_| !outcome.interrupted)
    {
        let entries = baseline::write(path, &report, expires)?;
        eprintln!(
            "baseline: {} written to {}, accepted until {expires}",
            count(entries, "failure"),
            path.display()
        );
    }
    for line in &leftover {
        eprintln!("stale snapshot: {line}");
    }
    if !told.is_empty() {
        eprintln!(
            "{} to review: `ipamconf snapshots diff`, then `accept` or `reject`",
            count(told.len(), "snapshot")
        );
    }
    if let Some(why) = &gone {
        eprintln!(
            "error: the target {} cannot be reached any more: {why}\n  {} of {} cases were finished and reported; see what became of the server, `ipamconf doctor --target {0}` looks again",
            subject.address,
            report.scenarios.len(),
            jobs.len()
        );
    }
    if outcome.interrupted {
        eprintln!(
            "interrupted: {} of {} cases were finished and reported",
            report.scenarios.len(),
            jobs.len()
        );
    }
    if outcome.bug {
        eprintln!("{}", crate::cli::exit::BUG_REPORT);
    }
    Ok(outcome.exit())
}

/// Whether there is no such scenario, case or door, as far as this run can know.
fn is_gone(entry: &Entry, scenarios: &[Scenario], arguments: &RunArguments) -> bool {
    let mut of_id = scenarios
        .iter()
        .filter(|scenario| scenario.id == entry.scenario)
        .peekable();
    if of_id.peek().is_none() {
        return covers(&arguments.selection.paths, &entry.scenario);
    }
    !of_id.flat_map(|scenario| &scenario.cases).any(|case| {
        (entry.case.is_none() || entry.case == case.name)
            && entry.door.is_none_or(|door| case.doors.contains(&door))
    })
}

fn judge(report: &Report, outcome: &mut Outcome) {
    let snapshots = |verdict| {
        report
            .scenarios
            .iter()
            .filter_map(|scenario| scenario.snapshot.as_ref())
            .any(|snapshot| snapshot.verdict == verdict)
    };
    outcome.broken |= report.summary.error > 0 || !report.is_judged();
    outcome.failed |= report.summary.fail > 0 || snapshots(SnapshotVerdict::Changed);
    outcome.stale |= snapshots(SnapshotVerdict::Pending);
}

/// Raises a flag when the user presses Ctrl-C; a second one ends the process at once.
///
/// `doing` says what is still done after the first one.
pub(super) fn watch_for_interrupt(doing: &'static str) -> std::sync::Arc<AtomicBool> {
    let flag = std::sync::Arc::new(AtomicBool::new(false));
    let raise = std::sync::Arc::clone(&flag);
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
        else {
            return;
        };
        runtime.block_on(async {
            while tokio::signal::ctrl_c().await.is_ok() {
                if raise.swap(true, Ordering::Relaxed) {
                    std::process::exit(i32::from(Exit::Interrupted.code()));
                }
                eprintln!("interrupted: {doing} (once more to stop at once)");
            }
        });
    });
    flag
}
