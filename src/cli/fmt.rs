//! `ipamconf fmt`: scenario files in their one layout.

use std::io::{IsTerminal, Write};

use crate::cli::args::FmtArguments;
use crate::cli::exit::Outcome;
use crate::cli::files::{DEFAULT_FOLDER, load, render, write_whole};
use crate::cli::{CliError, Exit};
use crate::format::format;
use crate::scenario::{Scenario, Source, read};

pub(super) fn fmt(arguments: &FmtArguments, out: &mut dyn Write) -> Result<Exit, CliError> {
    // The scenarios that are built in cannot be written.
    if arguments.paths.is_empty() && !std::path::Path::new(DEFAULT_FOLDER).is_dir() {
        return Err(CliError::Usage(format!(
            "there is no folder `{DEFAULT_FOLDER}` here: name scenario files or folders"
        )));
    }
    let loaded = load(&arguments.paths)?;
    // A file with a mistake is left alone: what was meant is not known.
    for rejected in &loaded.rejected {
        eprint!("{}", render(rejected, std::io::stderr().is_terminal()));
    }
    if loaded.scenarios.is_empty() && loaded.rejected.is_empty() {
        return Err(CliError::Usage("there is no scenario file".to_owned()));
    }
    let mut outcome = Outcome {
        wrong_file: !loaded.rejected.is_empty(),
        ..Outcome::default()
    };
    let mut changed = 0;
    for scenario in &loaded.scenarios {
        let file = &scenario.source.path;
        let Some(text) = formatted(scenario) else {
            eprintln!(
                "error: `{file}` is left as it is: formatting it would have changed what it means; this is a bug in ipamconf"
            );
            outcome.bug = true;
            continue;
        };
        if text == scenario.source.text {
            continue;
        }
        changed += 1;
        if !arguments.check {
            // Through a link to the file itself.
            let path = std::fs::canonicalize(file).map_err(|error| CliError::Write {
                path: file.clone(),
                error,
            })?;
            write_whole(&path, &text)?;
        }
        writeln!(out, "{file}")?;
    }
    let files = loaded.scenarios.len();
    if arguments.check {
        outcome.failed = changed > 0;
        eprintln!("{changed} of {files} files would change");
    } else {
        eprintln!("{changed} of {files} files changed");
    }
    Ok(outcome.exit())
}

/// The new text; `None` where it would not be read as the same scenario.
fn formatted(scenario: &Scenario) -> Option<String> {
    let text = format(&scenario.source.text).ok()?;
    let again = read(
        &scenario.id,
        Source::new(scenario.source.path.clone(), text.clone()),
    )
    .ok()?;
    (again.cases.len() == scenario.cases.len()).then_some(text)
}
