//! `ipamconf list`: the scenarios, what they are about and how they can be run.

use std::io::{IsTerminal, Write};

use serde::Serialize;

use crate::cli::args::{Format, ListArguments};
use crate::cli::files::{load, render, selects};
use crate::cli::{CliError, Exit, embedded};
use crate::scenario::Scenario;

#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    file: &'a str,
    title: &'a str,
    tags: &'a [String],
    cases: Vec<ListedCase<'a>>,
}

#[derive(Serialize)]
struct ListedCase<'a> {
    name: Option<&'a str>,
    requirements: Vec<&'static str>,
    doors: Vec<&'static str>,
}

pub(super) fn list(arguments: &ListArguments, out: &mut dyn Write) -> Result<Exit, CliError> {
    if let Some(folder) = &arguments.export {
        if !arguments.selection.is_everything() {
            return Err(CliError::Usage(
                "`--export` writes all built-in scenarios: give neither paths nor filters with it"
                    .to_owned(),
            ));
        }
        embedded::export(folder)?;
        let count = embedded::FILES.len();
        writeln!(out, "{count} scenarios written to {}", folder.display())?;
        return Ok(Exit::Conformant);
    }
    let loaded = load(&arguments.selection.paths)?;
    for rejected in &loaded.rejected {
        eprint!("{}", render(rejected, std::io::stderr().is_terminal()));
    }
    let listed: Vec<Listed<'_>> = loaded
        .scenarios
        .iter()
        .map(|scenario| listed(scenario, arguments))
        .filter(|listed| !listed.cases.is_empty())
        .collect();
    if listed.is_empty() && loaded.rejected.is_empty() {
        return Err(CliError::Usage("no scenario was selected".to_owned()));
    }
    match arguments.format {
        Format::Json => {
            let text =
                serde_json::to_string_pretty(&listed).expect("a list of texts has a JSON form");
            writeln!(out, "{text}")?;
        }
        Format::Human => {
            for scenario in &listed {
                writeln!(out, "{}: {}", scenario.id, scenario.title)?;
                for case in &scenario.cases {
                    let name = case
                        .name
                        .map_or_else(String::new, |name| format!("{name}: "));
                    let requirements = case.requirements.join(" ");
                    writeln!(out, "    {name}{requirements} [{}]", case.doors.join(", "))?;
                }
            }
            let cases: usize = listed.iter().map(|scenario| scenario.cases.len()).sum();
            writeln!(out, "{} scenarios, {cases} cases", listed.len())?;
        }
    }
    Ok(if loaded.rejected.is_empty() {
        Exit::Conformant
    } else {
        Exit::WrongFile
    })
}

fn listed<'a>(scenario: &'a Scenario, arguments: &ListArguments) -> Listed<'a> {
    Listed {
        id: &scenario.id,
        file: &scenario.source.path,
        title: &scenario.title.value,
        tags: &scenario.tags,
        cases: scenario
            .cases
            .iter()
            .filter(|case| selects(&arguments.selection, scenario, case))
            .map(|case| ListedCase {
                name: case.name.as_deref(),
                requirements: case.requirements.iter().map(|id| id.name()).collect(),
                doors: case.doors.iter().map(|door| door.name()).collect(),
            })
            .collect(),
    }
}
