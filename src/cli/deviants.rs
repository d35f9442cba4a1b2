//! `ipamconf deviants`: the kill matrix, worked out on every processor.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cli::args::{DeviantsArguments, DeviantsFormat};
use crate::cli::explore::is_in_ci;
use crate::cli::files::{load, render};
use crate::cli::progress::Progress;
use crate::cli::run::is_drawn_on;
use crate::cli::subject::simulator;
use crate::cli::{CliError, Exit};
use crate::deviant::oracle::{
    Contradiction, OracleDeviant, contradiction, deviants as all_oracles,
};
use crate::deviant::{
    Corpus, Deviant, Judged, Listing, OnTrial, Role, SmallWorlds, deviants as all_deviants, html,
    judge, smallest, table,
};
use crate::report::{HumanOptions, human};
use crate::scenario::Scenario;
use crate::spec::Readings;

pub(super) fn deviants(
    arguments: &DeviantsArguments,
    out: &mut dyn Write,
) -> Result<Exit, CliError> {
    let loaded = load(&arguments.paths)?;
    for rejected in &loaded.rejected {
        eprint!("{}", render(rejected, std::io::stderr().is_terminal()));
    }
    if !loaded.rejected.is_empty() {
        return Ok(Exit::WrongFile);
    }
    let (deviants, oracles) = chosen(arguments);
    if deviants.is_empty() && oracles.is_empty() {
        return Err(CliError::Usage(
            "no deviant was selected: `ipamconf deviants -v` shows what there is".to_owned(),
        ));
    }
    let corpus = Corpus::new(&loaded.scenarios, &Readings::default(), &simulator);
    if corpus.runs.is_empty() {
        return Err(CliError::Usage(
            "no scenario can be run in process".to_owned(),
        ));
    }
    // The reports are large: each becomes what is shown of it, or nothing, before the next deviant is judged.
    let worlds = arguments.smallest.then(SmallWorlds::default);
    let drawn = is_drawn_on(&std::io::stderr()) && !is_in_ci();
    let progress = Progress::new(deviants.len(), "deviants", drawn);
    let judged = side_by_side(&deviants, arguments.jobs, |deviant| {
        let Judged { row, report } = judge(deviant, &corpus, &corpus.readings);
        let mut shown = Vec::new();
        if arguments.show {
            human(&report, &HumanOptions::default(), &mut shown)?;
        }
        let accused = is_accused_under_its_reading(deviant, &loaded.scenarios);
        let sought = worlds
            .as_ref()
            .map(|worlds| smallest(deviant, row.strict_only, &corpus.readings, worlds));
        progress.finished(false);
        let on_trial = OnTrial {
            row,
            accused_under_its_reading: accused,
            sought,
        };
        Ok::<_, std::io::Error>((on_trial, shown))
    });
    drop(progress);
    let on_trial: Vec<(OracleDeviant, Option<Contradiction>)> =
        side_by_side(&oracles, arguments.jobs, |oracle| {
            (*oracle, contradiction(oracle, &corpus))
        });
    let mut rows = Vec::new();
    for (deviant, judged) in deviants.iter().zip(judged) {
        let (row, shown) = judged?;
        rows.push(row);
        if arguments.show {
            writeln!(out, "== {}", deviant.name)?;
            out.write_all(&shown)?;
        }
    }
    let listing = Listing::new(&rows, &on_trial);
    let text = match arguments.format {
        DeviantsFormat::Human => table(&listing, arguments.verbose),
        DeviantsFormat::Html => html(&listing),
        DeviantsFormat::Json => {
            let text =
                serde_json::to_string_pretty(&listing).expect("a list of texts has a JSON form");
            format!("{text}\n")
        }
    };
    out.write_all(text.as_bytes())?;
    Ok(if listing.is_sound() {
        Exit::Conformant
    } else {
        Exit::Failed
    })
}

fn chosen(arguments: &DeviantsArguments) -> (Vec<Deviant>, Vec<OracleDeviant>) {
    let is_named = |name: &str| {
        arguments.filter.is_empty()
            || arguments
                .filter
                .iter()
                .any(|text| name.contains(text.as_str()))
    };
    let is_asked_for = |deviant: &Deviant| {
        arguments.requirement.is_empty() || arguments.requirement.contains(&deviant.requirement)
    };
    let deviants = all_deviants()
        .into_iter()
        .filter(|deviant| is_asked_for(deviant) && is_named(deviant.name))
        .collect();
    // An oracle breaks no requirement of its own.
    let oracles = all_oracles()
        .iter()
        .copied()
        .filter(|oracle| arguments.requirement.is_empty() && is_named(oracle.name))
        .collect();
    (deviants, oracles)
}

/// Of a deviant that follows a reading, whether it is accused of something under that reading.
fn is_accused_under_its_reading(deviant: &Deviant, scenarios: &[Scenario]) -> Option<bool> {
    let Role::Reading(question, reading) = deviant.role else {
        return None;
    };
    let mut own = Readings::default();
    own.choose(question.name(), reading)
        .expect("the table of rulings has it");
    let corpus = Corpus::new(scenarios, &own, &simulator);
    Some(!judge(deviant, &corpus, &own).row.cited.is_empty())
}

/// Does the same with each item on several threads; results stand in the order of the items.
fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    jobs: Option<u16>,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let threads = jobs.map_or_else(
        || std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        usize::from,
    );
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(items.len()).max(1) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    let result = work(item);
                    done.lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .push((index, result));
                }
            });
        }
    });
    let mut done = done
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
