//! `ipamconf lint`: everything that is wrong with scenario files, and everything that is odd about them.

use std::io::Write;

use crate::author::{Evidence, Warning, lint as warnings};
use crate::check::{check, foretell};
use crate::cli::args::LintArguments;
use crate::cli::files::{load, render};
use crate::cli::run::{colour, count};
use crate::cli::subject::{DOORS, run_on_simulator};
use crate::cli::{CliError, Exit};
use crate::report::warning;
use crate::scenario::{Case, Scenario};
use crate::spec::Readings;

pub(super) fn lint(arguments: &LintArguments, out: &mut dyn Write) -> Result<Exit, CliError> {
    let loaded = load(&arguments.paths)?;
    if loaded.scenarios.is_empty() && loaded.rejected.is_empty() {
        return Err(CliError::Usage(
            "there is no scenario file there".to_owned(),
        ));
    }
    let colour = colour(&std::io::stdout(), false);
    for rejected in &loaded.rejected {
        out.write_all(render(rejected, colour).as_bytes())?;
    }
    let mut found = 0;
    for scenario in &loaded.scenarios {
        let evidence: Vec<_> = scenario.cases.iter().map(evidence).collect();
        for warning in warnings(scenario, &evidence) {
            found += 1;
            writeln!(out, "{}", drawn(scenario, &warning, colour))?;
        }
    }
    let errors: usize = loaded
        .rejected
        .iter()
        .map(|rejected| rejected.errors.len())
        .sum();
    let files = loaded.scenarios.len() + loaded.rejected.len();
    writeln!(
        out,
        "{}: {}, {}",
        count(files, "file"),
        count(errors, "mistake"),
        count(found, "warning")
    )?;
    let is_wrong = errors > 0 || (arguments.strict && found > 0);
    Ok(if is_wrong {
        Exit::WrongFile
    } else {
        Exit::Conformant
    })
}

/// What running the case shows; `None` where our simulator has no door for it or cannot take its steps.
fn evidence(case: &Case) -> Option<Evidence> {
    let readings = Readings::default();
    let in_force = readings.overlaid_with(&case.readings);
    if in_force.differing().any(|(_, reading)| !reading.switchable) {
        return None;
    }
    let mut evidence = None;
    for door in case.doors.iter().filter(|door| DOORS.contains(door)) {
        let Ok(trace) = run_on_simulator(case, *door, &readings) else {
            continue;
        };
        let checks = check(case, &trace, &readings);
        let foretold = foretell(&trace, &in_force);
        evidence
            .get_or_insert_with(Evidence::default)
            .add(&trace, &checks, &foretold);
    }
    evidence
}

fn drawn(scenario: &Scenario, found: &Warning, colour: bool) -> String {
    let label = found.label.as_ref();
    warning(
        found.code.name(),
        found.code.title(),
        &scenario.source,
        (found.span, ""),
        label.map(|(span, text)| (*span, text.as_str())),
        &[
            format!("found: {}", found.found),
            format!("help: {}", found.help),
        ],
        colour,
    )
}
