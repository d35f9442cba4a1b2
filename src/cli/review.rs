//! `ipamconf snapshots`: looking at pending snapshots, accepting and rejecting them.
//!
//! A pending snapshot is a file `NAME.snap.new` beside `NAME.snap`, written by `ipamconf run` or by insta.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::cli::args::{SnapshotAction, SnapshotsArguments};
use crate::cli::files::write_whole;
use crate::cli::run::colour;
use crate::cli::snapshots::{PENDING, content_of, diff, read};
use crate::cli::{CliError, Exit};

/// A pending snapshot.
struct Pending {
    name: String,
    new: PathBuf,
    accepted: PathBuf,
}

pub(super) fn snapshots(
    arguments: &SnapshotsArguments,
    out: &mut dyn Write,
) -> Result<Exit, CliError> {
    let found = pending(&arguments.folder)?;
    for given in &arguments.names {
        if !found.iter().any(|pending| is_named(&pending.name, given)) {
            return Err(CliError::Usage(format!(
                "no snapshot called `{given}` is pending in `{}`",
                arguments.folder.display()
            )));
        }
    }
    let chosen: Vec<Pending> = found
        .into_iter()
        .filter(|pending| {
            arguments.names.is_empty()
                || arguments
                    .names
                    .iter()
                    .any(|given| is_named(&pending.name, given))
        })
        .collect();
    if chosen.is_empty() {
        writeln!(out, "no snapshot is pending")?;
        return Ok(Exit::Conformant);
    }
    // All are looked at before the first is changed.
    let mut texts = Vec::new();
    for pending in &chosen {
        texts.push(text_of(&pending.new)?);
    }
    for (pending, text) in chosen.iter().zip(&texts) {
        match arguments.action {
            SnapshotAction::Diff => show(pending, text, out)?,
            SnapshotAction::Accept => {
                accept(pending, text)?;
                writeln!(out, "accepted {}", pending.name)?;
            }
            SnapshotAction::Reject => {
                remove(&pending.new)?;
                writeln!(out, "rejected {}", pending.name)?;
            }
        }
    }
    let count = match chosen.len() {
        1 => "1 snapshot".to_owned(),
        count => format!("{count} snapshots"),
    };
    Ok(match arguments.action {
        SnapshotAction::Diff => {
            writeln!(
                out,
                "{count} pending: `ipamconf snapshots accept` or `reject`, with names for some of them"
            )?;
            Exit::Stale
        }
        SnapshotAction::Accept | SnapshotAction::Reject => Exit::Conformant,
    })
}

fn pending(folder: &Path) -> Result<Vec<Pending>, CliError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(CliError::Usage(format!(
                "there is no folder `{}` here: `--folder` names another",
                folder.display()
            )));
        }
        Err(error) => {
            return Err(CliError::File {
                path: folder.display().to_string(),
                what: error.to_string(),
            });
        }
    };
    let mut found: Vec<Pending> = entries
        .flatten()
        .filter_map(|entry| {
            let file = entry.file_name().into_string().ok()?;
            let name = file.strip_suffix(PENDING)?.to_owned();
            Some(Pending {
                accepted: folder.join(format!("{name}.snap")),
                new: folder.join(file),
                name,
            })
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// A snapshot is called by its name, its file, or its scenario, which stands for all of that scenario's cases.
fn is_named(name: &str, given: &str) -> bool {
    let file = Path::new(given)
        .file_name()
        .map(|file| file.to_string_lossy());
    let file = file.as_deref().unwrap_or(given);
    let as_file = [PENDING, ".snap"]
        .iter()
        .find_map(|ending| file.strip_suffix(ending));
    if let Some(as_file) = as_file {
        return name == as_file;
    }
    let given = given.replace('/', "__");
    name.strip_prefix(given.as_str())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
}

fn text_of(path: &Path) -> Result<String, CliError> {
    let wrong = |what: &str| CliError::File {
        path: path.display().to_string(),
        what: what.to_owned(),
    };
    let text = read(path).ok_or_else(|| wrong("it cannot be read as text"))?;
    if content_of(&text).is_none() {
        return Err(wrong(
            "it is no snapshot: the head between two lines of dashes is missing",
        ));
    }
    Ok(text)
}

fn show(pending: &Pending, text: &str, out: &mut dyn Write) -> Result<(), CliError> {
    let old = read(&pending.accepted);
    let new = content_of(text).unwrap_or(text);
    let (what, difference) = match old.as_deref() {
        None => ("new", diff("", new)),
        Some(old) => ("changed", diff(content_of(old).unwrap_or(old), new)),
    };
    writeln!(out, "{what} {}", pending.name)?;
    if difference.is_empty() {
        writeln!(out, "    no difference in content")?;
    }
    let coloured = std::io::stdout().is_terminal() && colour(&std::io::stdout(), false);
    for line in difference.lines() {
        let line = safe(line);
        let code = match line.chars().next() {
            Some('+') => "32",
            Some('-') => "31",
            _ => "",
        };
        if coloured && !code.is_empty() {
            writeln!(out, "    \u{1b}[{code}m{line}\u{1b}[0m")?;
        } else {
            writeln!(out, "    {line}")?;
        }
    }
    writeln!(out)?;
    Ok(())
}

/// Nothing in a file moves the cursor.
fn safe(line: &str) -> String {
    line.chars()
        .map(|c| {
            if c.is_control() && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

fn accept(pending: &Pending, text: &str) -> Result<(), CliError> {
    let kept = without_assertion_line(text);
    if kept == text {
        return std::fs::rename(&pending.new, &pending.accepted).map_err(|error| CliError::Write {
            path: pending.accepted.display().to_string(),
            error,
        });
    }
    write_whole(&pending.accepted, &kept)?;
    remove(&pending.new)
}

fn remove(path: &Path) -> Result<(), CliError> {
    std::fs::remove_file(path).map_err(|error| CliError::Write {
        path: path.display().to_string(),
        error,
    })
}

/// insta notes in a pending snapshot at which line of the test it arose, and drops that when it is accepted.
fn without_assertion_line(text: &str) -> String {
    let Some((head, content)) = text
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
    else {
        return text.to_owned();
    };
    let head: Vec<&str> = head
        .lines()
        .filter(|line| !line.starts_with("assertion_line:"))
        .collect();
    format!("---\n{}\n---\n{content}", head.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_called_by_name_file_or_scenario() {
        let name = "a__b@some-case";
        for given in [
            "a__b@some-case",
            "a/b",
            "a__b",
            "a__b@some-case.snap",
            "snapshots/a__b@some-case.snap.new",
        ] {
            assert!(is_named(name, given), "{given}");
        }
        for given in ["a", "a/", "a__b@some", "b", "a__b.snap", ""] {
            assert!(!is_named(name, given), "{given}");
        }
    }

    #[test]
    fn the_line_of_the_assertion_is_dropped_and_nothing_else() {
        let text = "---\nsource: x\nassertion_line: 33\nexpression: y\n---\na\nassertion_line: 1\n";
        assert_eq!(
            without_assertion_line(text),
            "---\nsource: x\nexpression: y\n---\na\nassertion_line: 1\n"
        );
        let plain = "---\nsource: x\n---\na\n";
        assert_eq!(without_assertion_line(plain), plain);
    }
}
