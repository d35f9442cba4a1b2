//! `ipamconf run`: selecting cases, running them side by side, reporting.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use crate::baseline::{Baseline, Entry};
use crate::check::check;
use crate::cli::args::{ReportForm, RunArguments, RunFormat, SnapshotMode, readings};
use crate::cli::baseline::{self, Stale};
use crate::cli::files::{covers, load, render, selects, write_whole};
use crate::cli::messages;
use crate::cli::progress::Progress;
use crate::cli::reach::subject_elsewhere;
use crate::cli::snapshots::{self, Policy};
use crate::cli::subject::{DOORS, Subject};
use crate::cli::{CliError, Exit, Outcome};
use crate::report::{
    Annotation, CaseContext, CaseVerdict, Flaky, HumanOptions, Report, RunInfo, ScenarioReport,
    Snapshot, SnapshotVerdict, Target as TargetReport, Times, annotation, command_again,
    common_part, difference_lines, github, human, json, junit, markdown, quoted, snapshot,
    snapshot_name, trace_lines,
};
use crate::scenario::{Case, Rejected, Scenario};
use crate::spec::Readings;
use crate::suite::TargetError;
use crate::trace::Door;

/// The columns a report may take where the terminal does not say.
const WIDTH: usize = 100;

/// One case through one door.
struct Job<'a> {
    scenario: &'a Scenario,
    case: &'a Case,
    door: Door,
}

/// What a job came to.
struct Finished {
    report: ScenarioReport,
    /// The trace as text, and what it has in common with those of other doors; not where it could not be run.
    texts: Option<(String, String)>,
    seconds: f64,
    bug: bool,
    /// The target cannot be reached any more, and why.
    gone: Option<String>,
    /// Why the messages could not be saved.
    unsaved: Option<CliError>,
}

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

/// How many files with mistakes are shown in full.
const REJECTED_IN_FULL_MAX: usize = 10;

/// How many more get a line.
const REJECTED_MAX: usize = 100;

/// Says what is wrong with files: of the first few everything, of the others a line.
fn tell_rejected(
    rejected: &[Rejected],
    arguments: &RunArguments,
    ci: bool,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let errors_colour = colour(&std::io::stderr(), ci);
    let mistakes = rejected.iter().map(|rejected| rejected.errors.len()).sum();
    for (number, rejected) in rejected.iter().enumerate() {
        if arguments.format == RunFormat::Github {
            for error in &rejected.errors {
                let position = rejected.source.position(error.span.start);
                let command = annotation(
                    Annotation::Error,
                    &rejected.source.path,
                    (position.line, position.column),
                    error.code.name(),
                    &[error.to_string()],
                );
                out.write_all(command.as_bytes())?;
            }
        }
        if number < REJECTED_IN_FULL_MAX || arguments.verbose {
            eprint!("{}", render(rejected, errors_colour));
        } else if number < REJECTED_IN_FULL_MAX + REJECTED_MAX
            && let Some(first) = rejected.errors.first()
        {
            let others = match rejected.errors.len() {
                1 => String::new(),
                all => format!(" (and {})", count(all - 1, "more mistake")),
            };
            let place = rejected.source.locate(first.span);
            eprintln!("{place}: {}: {}{others}", first.code, first.message);
        }
    }
    match rejected {
        [] => {}
        [only] => eprintln!("{} in {}", count(mistakes, "mistake"), only.source.path),
        _ => eprintln!("{} in {} files", count(mistakes, "mistake"), rejected.len()),
    }
    Ok(())
}

/// Says which entries of the baseline have to be mended or deleted, and which nobody has filled in.
fn tell_stale(
    accepted: &Baseline,
    stale: &[Stale],
    arguments: &RunArguments,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let path = &accepted.source.path;
    for entry in stale {
        eprintln!("{}", entry.drawing);
        if arguments.format == RunFormat::Github {
            let place = (entry.line, entry.column);
            let command = annotation(Annotation::Error, path, place, entry.title, &entry.notes);
            out.write_all(command.as_bytes())?;
        }
    }
    if !stale.is_empty() {
        let entries = if stale.len() == 1 { "entry" } else { "entries" };
        eprintln!("{} stale {entries} in {path}", stale.len());
    }
    let open = accepted
        .entries
        .iter()
        .filter(|entry| entry.is_placeholder())
        .count();
    if open > 0 {
        let placeholder = crate::baseline::PLACEHOLDER;
        eprintln!(
            "note: in {path}, `{placeholder}` still stands for the reason or the issue of {open} of {} entries",
            accepted.entries.len()
        );
    }
    Ok(())
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

pub(super) fn count(number: usize, of: &str) -> String {
    if number == 1 {
        format!("1 {of}")
    } else {
        format!("{number} {of}s")
    }
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

fn write_results(
    report: &Report,
    arguments: &RunArguments,
    ci: bool,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    for file in &arguments.report {
        let content = match file.form {
            ReportForm::JUnit => junit(report),
            ReportForm::Json => json(report),
            ReportForm::Markdown => markdown(report),
        };
        write_whole(&file.path, &content)?;
    }
    match arguments.format {
        RunFormat::Json => out.write_all(json(report).as_bytes())?,
        // Nothing was run: the mistakes in the files have said it all.
        _ if report.scenarios.is_empty() => {}
        RunFormat::Github => github(report, out)?,
        RunFormat::Human => {
            let options = HumanOptions {
                colour: colour(&std::io::stdout(), ci),
                verbose: arguments.verbose,
                width: WIDTH,
            };
            human(report, &options, out)?;
        }
    }
    out.flush()?;
    Ok(())
}

/// Colour is for terminals, and for people who have not said otherwise.
pub(super) fn colour(stream: &impl IsTerminal, ci: bool) -> bool {
    !ci && stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Whether a line can be drawn again and again.
pub(super) fn is_drawn_on(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("TERM").is_none_or(|value| value != "dumb")
}

/// The cases to run, in the order of the files; a case that our simulator has no door for is listed with one that it
/// asks for, to be reported as skipped.
fn select<'a>(
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

/// Runs the jobs side by side; results stand in the order of the jobs, whatever finished first.
fn run_all(
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
pub(super) fn cannot_follow(
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

/// Compares each case's trace with its snapshot: that of the door `session` where it has one. The door `delegate`
/// has to agree with it on what both show. Gives the names of those that are new or changed.
fn visit_snapshots(
    jobs: &[Job<'_>],
    finished: &mut [(usize, Finished)],
    policy: Policy,
) -> Result<BTreeSet<String>, CliError> {
    let mut common: Option<(usize, usize, String)> = None;
    let mut to_review = BTreeSet::new();
    // Doors stand in the order of `Door::ALL`, so a case's delegate comes right before its session.
    for position in 0..finished.len() {
        let (index, result) = &finished[position];
        let job = &jobs[*index];
        let Some((text, shared)) = result.texts.clone() else {
            continue;
        };
        let is_primary = !job.case.doors.contains(&Door::Session) || job.door == Door::Session;
        if !is_primary {
            common = Some((*index, position, shared));
            continue;
        }
        let name = snapshot_name(&job.scenario.id, job.case.name.as_deref());
        if let Some(folder) = snapshots::folder_of(Path::new(&job.scenario.source.path)) {
            // The trace of a case that fails is nothing to accept.
            let failed = matches!(
                result.report.verdict,
                CaseVerdict::Fail | CaseVerdict::Error
            );
            let policy = match policy.mode {
                SnapshotMode::Update if failed => Policy {
                    mode: SnapshotMode::Check,
                    ..policy
                },
                _ => policy,
            };
            let visited = snapshots::visit(&folder, &name, &text, policy)?;
            if let Some(snapshot) = visited {
                if snapshot.verdict != SnapshotVerdict::Same {
                    to_review.insert(name);
                }
                attach(&mut finished[position].1, snapshot);
            }
        }
        if let Some((other, other_position, other_shared)) = common.take()
            && std::ptr::eq(jobs[other].case, job.case)
            && other_shared != shared
            && policy.mode != SnapshotMode::Off
        {
            let diff = snapshots::diff(&shared, &other_shared);
            let diff = format!("the doors `session` and `delegate` show different things\n{diff}");
            attach(
                &mut finished[other_position].1,
                Snapshot {
                    verdict: SnapshotVerdict::Changed,
                    diff,
                },
            );
        }
    }
    Ok(to_review)
}

fn attach(finished: &mut Finished, snapshot: Snapshot) {
    if finished.report.verdict != CaseVerdict::Error {
        finished.report = finished.report.clone().with_snapshot(snapshot);
    }
}

fn leftovers(scenarios: &[Scenario], told: &BTreeSet<String>) -> Vec<String> {
    let mut names = BTreeSet::new();
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    for scenario in scenarios {
        folders.extend(snapshots::folder_of(Path::new(&scenario.source.path)));
        for case in scenario
            .cases
            .iter()
            .filter(|case| case.doors.iter().any(|door| DOORS.contains(door)))
        {
            names.insert(snapshot_name(&scenario.id, case.name.as_deref()));
        }
    }
    folders
        .iter()
        .flat_map(|folder| snapshots::leftovers(folder, &names, told))
        .collect()
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
