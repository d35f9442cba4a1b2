//! The cases of a run, each through its doors: chosen, and run side by side.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use crate::check::check;
use crate::cli::CliError;
use crate::cli::args::RunArguments;
use crate::cli::files::selects;
use crate::cli::messages;
use crate::cli::progress::Progress;
use crate::cli::subject::Subject;
use crate::report::{
    CaseContext, CaseVerdict, Flaky, ScenarioReport, command_again, common_part, difference_lines,
    quoted, snapshot, trace_lines,
};
use crate::scenario::{Case, Scenario};
use crate::spec::Readings;
use crate::suite::TargetError;
use crate::trace::Door;

/// One case through one door.
pub(super) struct Job<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) case: &'a Case,
    pub(super) door: Door,
}

/// What a job came to.
pub(super) struct Finished {
    pub(super) report: ScenarioReport,
    /// The trace as text, and what it has in common with those of other doors; not where it could not be run.
    pub(super) texts: Option<(String, String)>,
    pub(super) seconds: f64,
    pub(super) bug: bool,
    /// The target cannot be reached any more, and why.
    pub(super) gone: Option<String>,
    /// Why the messages could not be saved.
    pub(super) unsaved: Option<CliError>,
}

/// The cases to run, in the order of the files; a case that our simulator has no door for is listed with one that it
/// asks for, to be reported as skipped.
pub(super) fn select<'a>(
    scenarios: &'a [Scenario],
    arguments: &RunArguments,
    subject: &Subject<'_>,
) -> Vec<Job<'a>> {
    let mut jobs = Vec::new();
    for scenario in scenarios {
        for case in scenario
            .cases
            .iter()
            .filter(|case| selects(&arguments.selection, scenario, case))
            .filter(|case| {
                arguments
                    .partition
                    .is_none_or(|part| part.holds(&scenario.id, case.name.as_deref()))
            })
        {
            let ours: Vec<Door> = case
                .doors
                .iter()
                .copied()
                .filter(|door| subject.doors.contains(door))
                .collect();
            if ours.is_empty() && arguments.door.is_empty() {
                jobs.extend(case.doors.first().map(|door| Job {
                    scenario,
                    case,
                    door: *door,
                }));
            }
            let wanted = |door: &Door| arguments.door.is_empty() || arguments.door.contains(door);
            jobs.extend(ours.into_iter().filter(wanted).map(|door| Job {
                scenario,
                case,
                door,
            }));
        }
    }
    jobs
}

/// Runs the jobs side by side; results stand in the order of the jobs, whatever finished first.
pub(super) fn run_all(
    jobs: &[Job<'_>],
    arguments: &RunArguments,
    subject: &Subject<'_>,
    readings: &Readings,
    interrupted: &AtomicBool,
    progress: &Progress,
) -> Vec<(usize, Finished)> {
    let next = AtomicUsize::new(0);
    let finished = Mutex::new(Vec::with_capacity(jobs.len()));
    let threads = arguments.jobs.map_or_else(
        || std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        usize::from,
    );
    let threads = threads.min(subject.jobs_max());
    // Nobody is there any more: asking on would say the same of every case.
    let gone = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(jobs.len()).max(1) {
            scope.spawn(|| {
                while !interrupted.load(Ordering::Relaxed) && !gone.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(index) else { break };
                    let result = run_job(job, arguments, subject, readings);
                    gone.fetch_or(result.gone.is_some(), Ordering::Relaxed);
                    progress.finished(matches!(
                        result.report.verdict,
                        CaseVerdict::Fail | CaseVerdict::Error
                    ));
                    finished
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .push((index, result));
                }
            });
        }
    });
    let mut finished = finished
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    finished.sort_by_key(|(index, _)| *index);
    finished
}

fn run_job(
    job: &Job<'_>,
    arguments: &RunArguments,
    subject: &Subject<'_>,
    readings: &Readings,
) -> Finished {
    let clock = Instant::now();
    let seed = job.case.seed.unwrap_or(arguments.seed);
    let mut command = command_again(
        &job.scenario.source.path,
        job.case.name.as_deref(),
        job.door,
        seed,
        readings,
        arguments.strict,
    );
    for word in &subject.again {
        command.push(' ');
        command.push_str(&quoted(word));
    }
    if arguments.repeat > 1 {
        command.push_str(&format!(" --repeat {}", arguments.repeat));
    }
    let context = CaseContext {
        scenario: job.scenario,
        case: job.case,
        door: job.door,
        seed,
        strict: arguments.strict,
        command,
    };
    let done = |report, texts, bug| Finished {
        report,
        texts,
        seconds: clock.elapsed().as_secs_f64(),
        bug,
        gone: None,
        unsaved: None,
    };
    if !subject.doors.contains(&job.door) {
        let wanted: Vec<_> = job.case.doors.iter().map(|door| door.name()).collect();
        let had: Vec<_> = subject.doors.iter().map(|door| door.name()).collect();
        let reason = format!(
            "needs the door {}; this target has {}",
            wanted.join(" or "),
            had.join(" and ")
        );
        return done(ScenarioReport::skipped(&context, &reason), None, false);
    }
    if let Some(reason) = cannot_follow(subject, job.case, readings) {
        return done(ScenarioReport::skipped(&context, &reason), None, false);
    }
    let prepared = match subject.prepare(&job.scenario.id, job.case) {
        Ok(prepared) => prepared,
        Err(reason) => return done(ScenarioReport::skipped(&context, &reason), None, false),
    };
    let case = prepared.as_ref();
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let trace = subject.run(case, job.door, readings)?;
        let mut flaky = None;
        if arguments.repeat > 1 {
            let first = trace_lines(&trace);
            for repeat in 2..=arguments.repeat as usize {
                let then = trace_lines(&subject.run(case, job.door, readings)?);
                flaky = first_difference(&first, &then, repeat);
                if flaky.is_some() {
                    break;
                }
            }
        }
        let checks = check(case, &trace, readings);
        let difference = trace.after.as_ref().map_or_else(Vec::new, |after| {
            difference_lines(&trace.setup.tables, after, &trace.setup.names)
        });
        let mut report = ScenarioReport::from_case(&context, &trace, &checks, difference);
        if let Some(flaky) = flaky {
            report = report.with_flaky(flaky);
        }
        let unsaved = arguments.save_messages.as_deref().and_then(|folder| {
            let in_force = readings.overlaid_with(&job.case.readings);
            messages::save(folder, job.scenario, job.case, &trace, (seed, &in_force)).err()
        });
        let texts = (snapshot(&trace), common_part(&trace));
        Ok::<_, TargetError>((report, texts, unsaved))
    }));
    match ran {
        Ok(Ok((report, texts, unsaved))) => Finished {
            unsaved,
            ..done(report, Some(texts), false)
        },
        Ok(Err(error @ (TargetError::Unsupported(_) | TargetError::Declined(_)))) => {
            let report = ScenarioReport::skipped(&context, &error.to_string());
            done(report, None, false)
        }
        Ok(Err(TargetError::Unreachable(why))) => Finished {
            gone: Some(why.clone()),
            ..done(ScenarioReport::error(&context, &why), None, false)
        },
        Ok(Err(error)) => done(
            ScenarioReport::error(&context, &error.to_string()),
            None,
            false,
        ),
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            let reason = format!("a bug in ipamconf ended this case: {text}");
            done(ScenarioReport::error(&context, &reason), None, true)
        }
    }
}

/// Why a target is not asked about a case under the readings in force, if there is a reason.
pub(in crate::cli) fn cannot_follow(
    subject: &Subject<'_>,
    case: &Case,
    readings: &Readings,
) -> Option<String> {
    let in_force = readings.overlaid_with(&case.readings);
    let unswitchable = in_force
        .differing()
        .find(|(_, reading)| !reading.switchable);
    if let Some((question, reading)) = unswitchable {
        return Some(format!(
            "our simulator cannot follow {question}={}",
            reading.name
        ));
    }
    // A target that is not ours follows the readings it follows: a file about another is none for it.
    let (question, reading) = in_force
        .differing()
        .find(|(question, reading)| readings.of(*question) != reading.name)
        .filter(|_| !subject.follows_readings)?;
    let name = reading.name;
    Some(format!(
        "is about {question}={name}; `--reading {question}={name}` runs it"
    ))
}

/// Where two traces of the same case part.
fn first_difference(first: &[String], then: &[String], repeat: usize) -> Option<Flaky> {
    let at = (0..first.len().max(then.len())).find(|at| first.get(*at) != then.get(*at))?;
    Some(Flaky {
        repeat,
        line: at + 1,
        first: first.get(at).cloned(),
        then: then.get(at).cloned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_part_at_the_first_line_that_differs() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let part = |first: &str, then: &str| {
            first_difference(&lines(first), &lines(then), 2)
                .map(|flaky| (flaky.line, flaky.first, flaky.then))
        };
        assert_eq!(part("a\nb", "a\nb"), None);
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(part("a\nb\nc", "a\nx\ny"), Some((2, text("b"), text("x"))));
        assert_eq!(part("a", "a\nb"), Some((2, None, text("b"))));
        assert_eq!(part("a\nb", "a"), Some((2, text("b"), None)));
    }
}
