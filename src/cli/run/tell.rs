//! What a run says: the results in every form that was asked for, and what is wrong with files and baselines.

use std::io::{IsTerminal, Write};

use crate::baseline::Baseline;
use crate::cli::CliError;
use crate::cli::args::{ReportForm, RunArguments, RunFormat};
use crate::cli::baseline::Stale;
use crate::cli::files::{render, write_whole};
use crate::report::{
    Annotation, HumanOptions, Report, annotation, github, human, json, junit, markdown,
};
use crate::scenario::Rejected;

/// The columns a report may take where the terminal does not say.
const WIDTH: usize = 100;

/// How many files with mistakes are shown in full.
const REJECTED_IN_FULL_MAX: usize = 10;

/// How many more get a line.
const REJECTED_MAX: usize = 100;

/// Says what is wrong with files: of the first few everything, of the others a line.
pub(super) fn tell_rejected(
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
pub(super) fn tell_stale(
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

pub(in crate::cli) fn count(number: usize, of: &str) -> String {
    if number == 1 {
        format!("1 {of}")
    } else {
        format!("{number} {of}s")
    }
}

pub(super) fn write_results(
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
pub(in crate::cli) fn colour(stream: &impl IsTerminal, ci: bool) -> bool {
    !ci && stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Whether a line can be drawn again and again.
pub(in crate::cli) fn is_drawn_on(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("TERM").is_none_or(|value| value != "dumb")
}
