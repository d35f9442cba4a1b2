//! `ipamconf explore`: every small world against the oracle, side by side, resumable.

mod found;
mod result;
mod state;

use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::cli::args::{ExploreArguments, ExploreSet, Format, readings};
use crate::cli::explore::result::{ExploreReport, SpaceReport};
use crate::cli::explore::state::State;
use crate::cli::progress::Progress;
use crate::cli::run::{is_drawn_on, watch_for_interrupt};
use crate::cli::subject::Subject;
use crate::cli::{CliError, Exit, Outcome};
use crate::explore::{Judging, Random, Set, Space, Tally, Worlds};
use crate::spec::Readings;
use crate::suite::TargetError;

/// How often the state of a resumable exploration is written.
const SAVE_EVERY: Duration = Duration::from_secs(2);

/// Runs the command.
pub(super) fn explore(
    arguments: &ExploreArguments,
    subject: &Subject<'_>,
    out: &mut dyn Write,
) -> Result<Exit, CliError> {
    let clock = Instant::now();
    let chosen = readings(&arguments.reading).map_err(CliError::Usage)?;
    if let Some((question, reading)) = chosen
        .differing()
        .find(|(_, reading)| subject.is_ours && !reading.switchable)
    {
        let name = reading.name;
        return Err(CliError::Usage(format!(
            "our simulator cannot follow {question}={name}"
        )));
    }
    let spaces = spaces(arguments);
    let mut state = State::new(arguments, &chosen, &spaces);
    if let Some(path) = &arguments.resume {
        state = state.resumed(path)?;
    }
    let interrupted = watch_for_interrupt("finishing the worlds that are being explored");
    let result = run(
        arguments,
        subject,
        &chosen,
        &spaces,
        &mut state,
        &interrupted,
    );
    // Whatever ended it, what is done stays done.
    if let Some(path) = &arguments.resume {
        state.save(path)?;
    }
    let broken = result?.err();
    let complete = broken.is_none() && !interrupted.load(Ordering::Relaxed);
    let make = |door| subject.target(door);
    let judging = Judging {
        make: &make,
        doors: &subject.doors,
        readings: &chosen,
        strict: arguments.strict,
    };
    let mut reports = Vec::new();
    for (space, tally) in spaces.iter().zip(&state.tallies) {
        let counted = complete && arguments.partition.is_none() && subject.is_ours;
        let judged = counted && chosen.differing().next().is_none();
        let files = found::write(arguments, &judging, space, tally)?;
        let why = why_unexplored(arguments, subject, (space, tally)).filter(|_| complete);
        reports.push(SpaceReport::new(space, tally, (counted, judged), files).unexplored(why));
    }
    let report = ExploreReport::new(arguments, &chosen, reports, complete)
        .timed(clock.elapsed().as_secs_f64());
    match arguments.format {
        Format::Json => out.write_all(report.json().as_bytes())?,
        Format::Human => report.human(out)?,
    }
    out.flush()?;
    if let Some(error) = &broken {
        eprintln!("error: the target could not take a world: {error}");
    }
    if complete && report.worlds == 0 {
        eprintln!("error: no world was explored, so nothing was judged");
    }
    let outcome = Outcome {
        interrupted: interrupted.load(Ordering::Relaxed),
        broken: broken.is_some() || report.worlds == 0,
        failed: report.disagrees(),
        ..Outcome::default()
    };
    if outcome.interrupted {
        match &arguments.resume {
            Some(path) => eprintln!(
                "interrupted: `--resume {}` goes on from here",
                path.display()
            ),
            None => eprintln!("interrupted: what was explored was reported"),
        }
    }
    Ok(outcome.exit())
}

/// Why no world of a space was explored, where that is not for want of time.
fn why_unexplored(
    arguments: &ExploreArguments,
    subject: &Subject<'_>,
    (space, tally): (&Space, &Tally),
) -> Option<String> {
    if tally.worlds > 0 {
        return None;
    }
    if !(0..space.units()).any(|unit| is_in_part(arguments, unit)) {
        return Some("none is in this part".to_owned());
    }
    let doors: Vec<&str> = subject.doors.iter().map(|door| door.name()).collect();
    Some(format!(
        "none can be taken through the door {}, and this target has no other",
        doors.join(" or ")
    ))
}

/// Whether a unit belongs to what was asked for.
fn is_in_part(arguments: &ExploreArguments, unit: usize) -> bool {
    arguments
        .partition
        .is_none_or(|partition| unit as u64 % partition.of == partition.part - 1)
}

fn spaces(arguments: &ExploreArguments) -> Vec<Space> {
    if let Some(count) = arguments.random {
        let seed = arguments.seed;
        return vec![Space::Random(Random { seed, count })];
    }
    let sets = match arguments.set {
        ExploreSet::All => Set::ALL,
        ExploreSet::A => &[Set::A],
        ExploreSet::B => &[Set::B],
        ExploreSet::C => &[Set::C],
        ExploreSet::D => &[Set::D],
        ExploreSet::E => &[Set::E],
    };
    sets.iter()
        .map(|set| Space::Set(Worlds::of(*set)))
        .collect()
}

/// Explores what the state does not have yet. The inner error is the target's.
fn run(
    arguments: &ExploreArguments,
    subject: &Subject<'_>,
    readings: &Readings,
    spaces: &[Space],
    state: &mut State,
    interrupted: &AtomicBool,
) -> Result<Result<(), TargetError>, CliError> {
    let mut open: Vec<(usize, usize)> = Vec::new();
    for (number, space) in spaces.iter().enumerate() {
        let units = (0..space.units())
            .filter(|unit| is_in_part(arguments, *unit) && !state.is_done(number, *unit));
        open.extend(units.map(|unit| (number, unit)));
    }
    let drawn = is_drawn_on(&std::io::stderr()) && !is_in_ci();
    let progress = Progress::new(open.len(), "parts", drawn);
    let shared = Mutex::new((state, Instant::now(), Ok(())));
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let saving = Mutex::new(Ok(()));
    let threads = arguments.jobs.map_or_else(
        || std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        usize::from,
    );
    std::thread::scope(|scope| {
        for _ in 0..threads.min(open.len()).max(1) {
            scope.spawn(|| {
                let make = |door| subject.target(door);
                let judging = Judging {
                    make: &make,
                    doors: &subject.doors,
                    readings,
                    strict: arguments.strict,
                };
                while !interrupted.load(Ordering::Relaxed) && !failed.load(Ordering::Relaxed) {
                    let taken = next.fetch_add(1, Ordering::Relaxed);
                    let Some((space, unit)) = open.get(taken).copied() else {
                        break;
                    };
                    let result = spaces[space].explore(unit, &judging);
                    let disagrees = result
                        .as_ref()
                        .is_ok_and(|tally: &Tally| tally.disagreements > 0);
                    let mut shared = lock(&shared);
                    match result {
                        Ok(tally) => shared.0.add(space, unit, tally),
                        Err(error) => {
                            shared.2 = Err(error);
                            failed.store(true, Ordering::Relaxed);
                        }
                    }
                    if let Some(path) = &arguments.resume
                        && shared.1.elapsed() >= SAVE_EVERY
                    {
                        shared.1 = Instant::now();
                        if let Err(error) = shared.0.save(path) {
                            *lock(&saving) = Err(error);
                            failed.store(true, Ordering::Relaxed);
                        }
                    }
                    drop(shared);
                    progress.finished(disagrees);
                }
            });
        }
    });
    drop(progress);
    saving
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner)?;
    let (_, _, result) = shared
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(result)
}

/// In a log a line that is drawn again and again is none.
pub(super) fn is_in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
