//! `ipamconf deviants`: the kill matrix, worked out on every processor.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;

use crate::cli::args::{DeviantsArguments, DeviantsFormat};
use crate::cli::files::{load, render};
use crate::cli::subject::simulator;
use crate::cli::{CliError, Exit};
use crate::deviant::oracle::{Contradiction, OracleDeviant, contradiction, deviants as oracles};
use crate::deviant::{Corpus, Deviant, Failure, Judged, Role, Row, deviants as all, judge};
use crate::report::{HumanOptions, human};
use crate::spec::Readings;
use crate::trace::Door;

/// What is wrong with a row of the matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Trouble {
    Survived,
    Accused,
    AccusedUnderItsReading,
    Alike(&'static str),
    CannotRun(String),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Survived => f.write_str("survived: no check that cites its requirement failed"),
            Self::Accused => f.write_str("accused, though it breaks nothing"),
            Self::AccusedUnderItsReading => f.write_str("accused under its own reading"),
            Self::Alike(other) => write!(f, "shows nothing else than: {other}"),
            Self::CannotRun(error) => write!(f, "a case could not be carried out: {error}"),
        }
    }
}

#[derive(Serialize)]
struct Listed<'a> {
    total: usize,
    killed: usize,
    survived: usize,
    first_failure_own: usize,
    deviants: Vec<ListedRow<'a>>,
    oracles: Vec<ListedOracle>,
}

#[derive(Serialize)]
struct ListedOracle {
    name: &'static str,
    contradicted: bool,
    by: Option<String>,
    requirement: Option<&'static str>,
}

#[derive(Serialize)]
struct ListedRow<'a> {
    name: &'a str,
    requirement: &'static str,
    section: &'static str,
    role: String,
    killed: bool,
    strict: bool,
    differing: usize,
    kills: usize,
    first_kill: Option<String>,
    first_failure: Option<&'static str>,
    cited: Vec<(&'static str, usize)>,
    trouble: Vec<String>,
}

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
    let chosen: Vec<Deviant> = all()
        .into_iter()
        .filter(|deviant| {
            arguments.requirement.is_empty() || arguments.requirement.contains(&deviant.requirement)
        })
        .filter(|deviant| {
            arguments.filter.is_empty()
                || arguments
                    .filter
                    .iter()
                    .any(|text| deviant.name.contains(text.as_str()))
        })
        .collect();
    let chosen_oracles: Vec<OracleDeviant> = oracles()
        .iter()
        .copied()
        .filter(|_| arguments.requirement.is_empty())
        .filter(|oracle| {
            arguments.filter.is_empty()
                || arguments
                    .filter
                    .iter()
                    .any(|text| oracle.name.contains(text.as_str()))
        })
        .collect();
    if chosen.is_empty() && chosen_oracles.is_empty() {
        return Err(CliError::Usage(
            "no deviant was selected: `ipamconf deviants -v` shows what there is".to_owned(),
        ));
    }
    let readings = Readings::default();
    let corpus = Corpus::new(&loaded.scenarios, &readings, &simulator);
    if corpus.runs.is_empty() {
        return Err(CliError::Usage(
            "no scenario can be run in process".to_owned(),
        ));
    }
    let judged = side_by_side(&chosen, arguments.jobs, |deviant| {
        let judged = judge(deviant, &corpus, &readings);
        let mut trouble = trouble(&judged.row);
        if let Role::Reading(question, reading) = deviant.role {
            let mut own = readings.clone();
            own.choose(question.name(), reading)
                .expect("the table of rulings has it");
            let corpus = Corpus::new(&loaded.scenarios, &own, &simulator);
            if !judge(deviant, &corpus, &own).row.cited.is_empty() {
                trouble.push(Trouble::AccusedUnderItsReading);
            }
        }
        (judged, trouble)
    });
    let judged = with_twins(judged);
    let on_trial: Vec<(OracleDeviant, Option<Contradiction>)> =
        side_by_side(&chosen_oracles, arguments.jobs, |oracle| {
            (*oracle, contradiction(oracle, &corpus))
        });
    if arguments.show {
        for (judged, _) in &judged {
            writeln!(out, "== {}", judged.row.deviant.name)?;
            human(&judged.report, &HumanOptions::default(), out)?;
        }
    }
    match arguments.format {
        DeviantsFormat::Json => {
            let text = serde_json::to_string_pretty(&listed(&judged, &on_trial))
                .expect("a list of texts has a JSON form");
            writeln!(out, "{text}")?;
        }
        DeviantsFormat::Human => table(&listed(&judged, &on_trial), arguments.verbose, out)?,
    }
    let is_sound = judged.iter().all(|(_, trouble)| trouble.is_empty())
        && on_trial.iter().all(|(_, by)| by.is_some());
    Ok(if is_sound {
        Exit::Conformant
    } else {
        Exit::Failed
    })
}

fn trouble(row: &Row) -> Vec<Trouble> {
    let mut found: Vec<Trouble> = row
        .errors
        .first()
        .map(|error| Trouble::CannotRun(error.to_string()))
        .into_iter()
        .collect();
    match row.deviant.role {
        Role::Mistake | Role::Reading(..) if !row.is_killed() => found.push(Trouble::Survived),
        Role::Equal if !row.cited.is_empty() => found.push(Trouble::Accused),
        _ => {}
    }
    found
}

/// Says of each mistake that shows the same as one before it.
fn with_twins(mut judged: Vec<(Judged, Vec<Trouble>)>) -> Vec<(Judged, Vec<Trouble>)> {
    let mut known: BTreeMap<u64, &'static str> = BTreeMap::new();
    for (judged, trouble) in &mut judged {
        let row = &judged.row;
        if row.deviant.role != Role::Mistake || row.differing == 0 {
            continue;
        }
        match known.get(&row.fingerprint) {
            Some(other) => trouble.push(Trouble::Alike(other)),
            None => {
                known.insert(row.fingerprint, row.deviant.name);
            }
        }
    }
    judged
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

fn words(failure: &Failure) -> String {
    case_words(&failure.scenario, failure.case.as_deref(), failure.door)
}

fn case_words(scenario: &str, case: Option<&str>, door: Door) -> String {
    let case = case.map_or_else(String::new, |case| format!(": {case}"));
    format!("{scenario}{case} [{door}]")
}

fn listed<'a>(
    judged: &'a [(Judged, Vec<Trouble>)],
    on_trial: &[(OracleDeviant, Option<Contradiction>)],
) -> Listed<'a> {
    let oracles = on_trial
        .iter()
        .map(|(oracle, by)| ListedOracle {
            name: oracle.name,
            contradicted: by.is_some(),
            by: by
                .as_ref()
                .map(|by| case_words(&by.scenario, by.case.as_deref(), by.door)),
            requirement: by.as_ref().map(|by| by.requirement.name()),
        })
        .collect();
    let rows: Vec<ListedRow<'_>> = judged
        .iter()
        .map(|(judged, trouble)| {
            let row = &judged.row;
            ListedRow {
                name: row.deviant.name,
                requirement: row.deviant.requirement.name(),
                section: row.deviant.requirement.section(),
                role: match row.deviant.role {
                    Role::Mistake => "mistake".to_owned(),
                    Role::Equal => "equal".to_owned(),
                    Role::Reading(question, reading) => format!("{question}={reading}"),
                },
                killed: row.is_killed(),
                strict: row.strict_only,
                differing: row.differing,
                kills: row.kills.len(),
                first_kill: row.kills.first().map(words),
                first_failure: row.first.map(|id| id.name()),
                cited: row
                    .cited
                    .iter()
                    .map(|(id, cases)| (id.name(), *cases))
                    .collect(),
                trouble: trouble.iter().map(ToString::to_string).collect(),
            }
        })
        .collect();
    let mistakes = || {
        judged
            .iter()
            .map(|(judged, _)| &judged.row)
            .filter(|row| row.deviant.role == Role::Mistake)
    };
    Listed {
        total: mistakes().count(),
        killed: mistakes().filter(|row| row.is_killed()).count(),
        survived: mistakes().filter(|row| !row.is_killed()).count(),
        first_failure_own: mistakes()
            .filter(|row| row.first == Some(row.deviant.requirement))
            .count(),
        deviants: rows,
        oracles,
    }
}

fn table(listed: &Listed<'_>, verbose: bool, out: &mut dyn Write) -> Result<(), CliError> {
    for row in &listed.deviants {
        if row.trouble.is_empty() && !verbose {
            continue;
        }
        let verdict = match (row.killed, row.strict) {
            (true, false) => "killed",
            (true, true) => "killed under --strict",
            (false, _) => "survives",
        };
        writeln!(
            out,
            "{:<10} {}: {verdict} ({} of {} cases that differ; first failure {})",
            row.requirement,
            row.name,
            row.kills,
            row.differing,
            row.first_failure.unwrap_or("none")
        )?;
        for trouble in &row.trouble {
            writeln!(out, "           {trouble}")?;
        }
        if !row.trouble.is_empty() && !row.cited.is_empty() {
            let cited: Vec<String> = row
                .cited
                .iter()
                .map(|(id, cases)| format!("{id} ({cases})"))
                .collect();
            writeln!(out, "           cited instead: {}", cited.join(", "))?;
        }
    }
    writeln!(
        out,
        "{} deviants: {} killed by their own requirement, {} survived; of {} the first failure printed is their own",
        listed.total, listed.killed, listed.survived, listed.first_failure_own
    )?;
    for oracle in &listed.oracles {
        match (&oracle.by, oracle.requirement) {
            (Some(by), Some(requirement)) if verbose => writeln!(
                out,
                "oracle     {}: contradicted by {by}, where it would blame {requirement}",
                oracle.name
            )?,
            (Some(_), _) => {}
            (None, _) => writeln!(out, "oracle     {}: nothing contradicts it", oracle.name)?,
        }
    }
    let contradicted = listed.oracles.iter().filter(|oracle| oracle.contradicted);
    writeln!(
        out,
        "{} oracles with a mistake: {} contradicted by the simulator",
        listed.oracles.len(),
        contradicted.count()
    )?;
    Ok(())
}
