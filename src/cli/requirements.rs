//! `ipamconf requirements`: which requirements the scenarios really test, by running them on our simulator.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write};

use serde::Serialize;

use crate::check::check;
use crate::cli::args::{Format, RequirementsArguments};
use crate::cli::files::{case_name, load, render};
use crate::cli::subject::{DOORS, run_on_simulator};
use crate::cli::{CliError, Exit};
use crate::scenario::Scenario;
use crate::spec::{Question, REQUIREMENTS, Readings, RequirementId};
use crate::trace::Door;

/// How many further cases of a requirement are told to a person.
const CASES_MAX: usize = 10;

#[derive(Serialize)]
struct Listed {
    requirements: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: &'static str,
    section: &'static str,
    strength: &'static str,
    says: &'static str,
    observable: &'static str,
    questions: Vec<&'static str>,
    status: &'static str,
    reason: Option<String>,
    scenarios: Vec<String>,
}

pub(super) fn requirements(
    arguments: &RequirementsArguments,
    out: &mut dyn Write,
) -> Result<Exit, CliError> {
    let loaded = load(&arguments.scenarios)?;
    for rejected in &loaded.rejected {
        eprint!("{}", render(rejected, std::io::stderr().is_terminal()));
    }
    let mut tested: BTreeMap<RequirementId, BTreeSet<String>> = BTreeMap::new();
    for (id, case) in judged(&loaded.scenarios) {
        tested.entry(id).or_default().insert(case);
    }
    let is_tested = |id: &RequirementId| tested.contains_key(id);
    let rows: Vec<Row> = REQUIREMENTS
        .iter()
        .filter(|row| arguments.ids.is_empty() || arguments.ids.contains(&row.id))
        .map(|requirement| {
            let id = requirement.id;
            let scenarios: Vec<String> = tested.get(&id).into_iter().flatten().cloned().collect();
            let implied = id.implied_by().filter(is_tested);
            let (status, reason) = match (scenarios.is_empty(), implied, id.excluded()) {
                (false, ..) => ("tested", None),
                (true, Some(other), _) => {
                    ("implied", Some(format!("{other} cannot hold without it")))
                }
                (true, None, Some(reason)) => ("excluded", Some(reason.to_owned())),
                (true, None, None) => ("untested", None),
            };
            Row {
                id: id.name(),
                section: requirement.section,
                strength: requirement.strength.name(),
                says: requirement.step,
                observable: requirement.observable,
                questions: requirement
                    .questions
                    .iter()
                    .map(|question| question.name())
                    .collect(),
                status,
                reason,
                scenarios,
            }
        })
        .collect();
    match arguments.format {
        Format::Json => {
            let text = serde_json::to_string_pretty(&Listed { requirements: rows })
                .expect("a list of texts has a JSON form");
            writeln!(out, "{text}")?;
        }
        Format::Human => human(&rows, !arguments.ids.is_empty(), out)?,
    }
    Ok(if loaded.rejected.is_empty() {
        Exit::Conformant
    } else {
        Exit::WrongFile
    })
}

fn human(rows: &[Row], in_full: bool, out: &mut dyn Write) -> Result<(), CliError> {
    for row in rows {
        let by = match (row.scenarios.len(), &row.reason) {
            (0, Some(reason)) => format!(": {reason}"),
            (0, None) => String::new(),
            (1, _) => format!(" by {}", row.scenarios[0]),
            (more, _) => format!(" by {} and {} more cases", row.scenarios[0], more - 1),
        };
        writeln!(
            out,
            "{}, [MS-IPAMM2] {}, {}: {}{by}",
            row.id, row.section, row.strength, row.status
        )?;
        writeln!(out, "    {}", row.says)?;
        if in_full {
            if !row.observable.is_empty() {
                writeln!(out, "    shows as: {}", row.observable)?;
            }
            for name in &row.questions {
                let Some(question) = Question::from_name(name) else {
                    continue;
                };
                let ruling = question.ruling();
                writeln!(out, "    {name}, {}; graded {}:", ruling.asks, ruling.grade)?;
                for reading in ruling.readings {
                    writeln!(out, "        {name}={}: {}", reading.name, reading.meaning)?;
                }
            }
            let others = row.scenarios.get(1..).unwrap_or_default();
            for case in others.iter().take(CASES_MAX) {
                writeln!(out, "    tested by {case}")?;
            }
            if others.len() > CASES_MAX {
                let more = others.len() - CASES_MAX;
                writeln!(out, "    and {more} more: `--format json` names them all")?;
            }
        }
    }
    let count = |status: &str| rows.iter().filter(|row| row.status == status).count();
    writeln!(
        out,
        "{} requirement{}: {} tested, {} implied, {} excluded, {} untested",
        rows.len(),
        if rows.len() == 1 { "" } else { "s" },
        count("tested"),
        count("implied"),
        count("excluded"),
        count("untested")
    )?;
    Ok(())
}

/// The most scopes of a world that the requirements of envelopes are counted in.
const ENVELOPES_MAX: usize = 1000;

/// Runs a whole corpus quietly: which requirements were judged, and by which cases.
fn judged(scenarios: &[Scenario]) -> Vec<(RequirementId, String)> {
    let mut found = Vec::new();
    for scenario in scenarios {
        for case in &scenario.cases {
            for door in &case.doors {
                // What a large world shows in envelopes, a small one does.
                let in_envelopes = *door == Door::Http && case.world.scopes.len() <= ENVELOPES_MAX;
                if !DOORS.contains(door) && !in_envelopes {
                    continue;
                }
                let readings = Readings::default();
                let Ok(trace) = run_on_simulator(case, *door, &readings) else {
                    continue;
                };
                let judged: BTreeSet<_> = check(case, &trace, &readings)
                    .into_iter()
                    .filter(|result| result.verdict.is_judged())
                    .map(|result| result.requirement)
                    .collect();
                let name = case_name(scenario, case);
                found.extend(judged.into_iter().map(|id| (id, name.clone())));
            }
        }
    }
    found
}
