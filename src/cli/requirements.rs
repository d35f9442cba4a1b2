//! `ipamconf requirements`: which requirements the scenarios really test, by running them on our simulator.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write};

use serde::Serialize;

use crate::cli::args::{Format, RequirementsArguments};
use crate::cli::files::{load, render};
use crate::cli::{CliError, Exit, run};
use crate::spec::{REQUIREMENTS, RequirementId};

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
    status: &'static str,
    reason: Option<&'static str>,
    scenarios: Vec<String>,
}

pub(super) fn requirements(
    arguments: &RequirementsArguments,
    out: &mut dyn Write,
) -> Result<Exit, CliError> {
    let loaded = load(&arguments.paths)?;
    for rejected in &loaded.rejected {
        eprint!("{}", render(rejected, std::io::stderr().is_terminal()));
    }
    let mut tested: BTreeMap<RequirementId, BTreeSet<String>> = BTreeMap::new();
    for (id, case) in run::judged(&loaded.scenarios) {
        tested.entry(id).or_default().insert(case);
    }
    let rows: Vec<Row> = REQUIREMENTS
        .iter()
        .map(|requirement| {
            let scenarios: Vec<String> = tested
                .remove(&requirement.id)
                .unwrap_or_default()
                .into_iter()
                .collect();
            let reason = requirement.id.excluded();
            Row {
                id: requirement.id.name(),
                section: requirement.section,
                strength: requirement.strength.name(),
                says: requirement.step,
                status: match (scenarios.is_empty(), reason) {
                    (false, _) => "tested",
                    (true, Some(_)) => "excluded",
                    (true, None) => "untested",
                },
                reason: reason.filter(|_| scenarios.is_empty()),
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
        Format::Human => human(&rows, out)?,
    }
    Ok(if loaded.rejected.is_empty() {
        Exit::Conformant
    } else {
        Exit::WrongFile
    })
}

fn human(rows: &[Row], out: &mut dyn Write) -> Result<(), CliError> {
    for row in rows {
        let by = match (row.scenarios.len(), row.reason) {
            (0, Some(reason)) => reason.to_owned(),
            (0, None) => String::new(),
            (1, _) => row.scenarios[0].clone(),
            (more, _) => format!("{} and {} more", row.scenarios[0], more - 1),
        };
        let line = format!(
            "{:<10} {:<16} {:<9} {:<9} {by}",
            row.id, row.section, row.strength, row.status
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    let count = |status: &str| rows.iter().filter(|row| row.status == status).count();
    writeln!(
        out,
        "{} requirements: {} tested, {} excluded, {} untested",
        rows.len(),
        count("tested"),
        count("excluded"),
        count("untested")
    )?;
    Ok(())
}
