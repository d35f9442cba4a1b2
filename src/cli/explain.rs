//! `ipamconf explain`: what a scenario comes to.

use std::io::Write;

use crate::author::explain::{Explained, case as explained, head};
use crate::cli::args::{ExplainArguments, readings};
use crate::cli::files::{load, render};
use crate::cli::run::colour;
use crate::cli::subject::{DOORS, run_on_simulator};
use crate::cli::{CliError, Exit};
use crate::scenario::{Case, Scenario};
use crate::trace::Door;

pub(super) fn explain(arguments: &ExplainArguments, out: &mut dyn Write) -> Result<Exit, CliError> {
    let chosen = readings(&arguments.reading).map_err(CliError::Usage)?;
    if arguments.file.is_dir() {
        return Err(CliError::Usage(format!(
            "`{}` is a folder: explain takes one scenario file",
            arguments.file.display()
        )));
    }
    let loaded = load(std::slice::from_ref(&arguments.file))?;
    for rejected in &loaded.rejected {
        eprint!("{}", render(rejected, colour(&std::io::stderr(), false)));
    }
    let Some(scenario) = loaded.scenarios.first() else {
        return Ok(Exit::WrongFile);
    };
    let cases = selected(scenario, arguments.case.as_deref(), arguments.door)?;
    write!(out, "{}", head(scenario))?;
    let mut earlier: Vec<&Case> = Vec::new();
    for case in cases {
        let in_force = chosen.overlaid_with(&case.readings);
        let run = door_of(case, arguments.door).and_then(|door| {
            if let Some((question, reading)) = in_force
                .differing()
                .find(|(_, reading)| !reading.switchable)
            {
                return Err(format!(
                    "our simulator cannot follow {question}={}",
                    reading.name
                ));
            }
            run_on_simulator(case, door, &chosen).map_err(|error| error.to_string())
        });
        let same_world_as = earlier.iter().find(|other| other.world == case.world);
        writeln!(out)?;
        let text = explained(&Explained {
            scenario,
            case,
            same_world_as: same_world_as.copied(),
            readings: &in_force,
            run: run.as_ref().map_err(String::as_str),
        });
        write!(out, "{text}")?;
        if same_world_as.is_none() {
            earlier.push(case);
        }
    }
    Ok(Exit::Conformant)
}

/// The cases that a name and a door select; at least one that the door carries.
pub(super) fn selected<'a>(
    scenario: &'a Scenario,
    name: Option<&str>,
    door: Option<Door>,
) -> Result<Vec<&'a Case>, CliError> {
    let names: Vec<&str> = scenario
        .cases
        .iter()
        .filter_map(|case| case.name.as_deref())
        .collect();
    let cases: Vec<&Case> = scenario
        .cases
        .iter()
        .filter(|case| name.is_none() || case.name.as_deref() == name)
        .collect();
    if cases.is_empty() {
        let wanted = name.unwrap_or_default();
        let there = if names.is_empty() {
            "the file has no cases".to_owned()
        } else {
            format!("there is `{}`", names.join("`, `"))
        };
        return Err(CliError::Usage(format!(
            "no case is called `{wanted}`: {there}"
        )));
    }
    if let Some(door) = door
        && cases.iter().all(|case| !case.doors.contains(&door))
    {
        let reason = cases[0]
            .cannot
            .iter()
            .find(|cannot| cannot.door == door)
            .map_or_else(
                || "`doors` does not name it".to_owned(),
                |cannot| cannot.reason.clone(),
            );
        return Err(CliError::Usage(format!(
            "the door {door} does not carry this: {reason}"
        )));
    }
    Ok(cases)
}

/// The door to show a case through: the session, which shows the messages, before the delegate.
fn door_of(case: &Case, wanted: Option<Door>) -> Result<Door, String> {
    let ours = |door: &Door| DOORS.contains(door) && case.doors.contains(door);
    match wanted {
        Some(door) if ours(&door) => Ok(door),
        Some(door) => Err(format!("the door {door} does not carry this case")),
        None => [Door::Session, Door::Delegate]
            .into_iter()
            .find(ours)
            .ok_or_else(|| "our simulator has no door that carries this case".to_owned()),
    }
}
