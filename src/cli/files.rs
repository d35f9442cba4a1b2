//! Finding scenario files, reading them within limits, and writing files whole or not at all.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::cli::CliError;
use crate::cli::args::Selection;
use crate::report::diagnostic;
use crate::scenario::{
    Case, FILE_BYTES_MAX, LoadCode, LoadError, Rejected, Scenario, Source, read,
};
use crate::verdict::Span;

/// The folder that is meant when nothing is said.
pub(super) const DEFAULT_FOLDER: &str = "scenarios";

/// How many scenario files one command takes.
const FILES_MAX: usize = 100_000;

/// How deep folders may nest below the one that was named.
const DEPTH_MAX: usize = 32;

/// Scenarios that were read, and what is wrong with those that could not be.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) scenarios: Vec<Scenario>,
    pub(super) rejected: Vec<Rejected>,
}

/// Reads the scenarios that a selection names.
pub(super) fn load(paths: &[PathBuf]) -> Result<Loaded, CliError> {
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    let mut loaded = Loaded::default();
    let default = [PathBuf::from(DEFAULT_FOLDER)];
    let named = if paths.is_empty() {
        if !default[0].is_dir() {
            return Err(CliError::Usage(format!(
                "there is no folder `{DEFAULT_FOLDER}` here: name scenario files or folders"
            )));
        }
        &default[..]
    } else {
        paths
    };
    for path in named {
        if path.is_dir() {
            let mut found = Vec::new();
            collect(path, 0, &mut found, &mut loaded.rejected);
            found.sort();
            files.extend(
                found
                    .into_iter()
                    .map(|file| (id_of(&file, Some(path)), file)),
            );
        } else {
            files.push((id_of(path, None), path.clone()));
        }
    }
    // A file that was named twice is read once.
    let mut seen = std::collections::BTreeSet::new();
    files.retain(|(_, path)| seen.insert(path.clone()));
    if files.len() > FILES_MAX {
        return Err(CliError::Usage(format!(
            "{} scenario files are more than the {FILES_MAX} that one command takes",
            files.len()
        )));
    }
    for (id, path) in files {
        match read_file(&id, &path) {
            Ok(scenario) => loaded.scenarios.push(scenario),
            Err(rejected) => loaded.rejected.push(rejected),
        }
    }
    Ok(loaded)
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>, rejected: &mut Vec<Rejected>) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return rejected.push(unreadable(folder, &error.to_string())),
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() && depth < DEPTH_MAX {
            collect(&path, depth + 1, found, rejected);
        } else if !kind.is_dir() && path.extension().is_some_and(|ending| ending == "toml") {
            found.push(path);
        }
    }
}

/// The id of a scenario: its path below the folder `scenarios`, else below the folder that was named, without the
/// ending.
fn id_of(file: &Path, named: Option<&Path>) -> String {
    let parts: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    let start = match parts.iter().rposition(|part| part == DEFAULT_FOLDER) {
        Some(root) => root + 1,
        None => named.map_or(parts.len() - 1, |named| named.iter().count()),
    };
    parts
        .get(start..)
        .filter(|rest| !rest.is_empty())
        .unwrap_or(&parts)
        .join("/")
}

fn unreadable(path: &Path, error: &str) -> Rejected {
    let source = Source::new(path.display().to_string(), "");
    let error = LoadError::new(
        LoadCode::Unreadable,
        Span::default(),
        "the file cannot be read",
    )
    .found_plain(error.to_owned());
    Rejected {
        source: std::sync::Arc::new(source),
        errors: vec![error],
    }
}

fn read_file(id: &str, path: &Path) -> Result<Scenario, Rejected> {
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    // One byte past the limit is enough to know that it is exceeded.
    let limit = FILE_BYTES_MAX as u64 + 1;
    std::fs::File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, &error.to_string()))?;
    let source = Source::from_bytes(name.clone(), &bytes).map_err(|error| Rejected {
        source: std::sync::Arc::new(Source::new(
            name,
            String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]),
        )),
        errors: vec![error],
    })?;
    read(id, source)
}

/// The mistakes of a file as a person reads them.
pub(super) fn render(rejected: &Rejected, colour: bool) -> String {
    let mut text = String::new();
    for error in &rejected.errors {
        let mut notes = Vec::new();
        if let Some(found) = &error.found {
            notes.push(format!("found: {found}"));
        }
        if let Some(expected) = &error.expected {
            notes.push(format!("expected: {expected}"));
        }
        if let Some(help) = &error.help {
            notes.push(format!("help: {help}"));
        }
        let label = error
            .label
            .as_ref()
            .map(|(span, text)| (*span, text.as_str()));
        text.push_str(&diagnostic(
            error.code.name(),
            &error.message,
            &rejected.source,
            (error.span, ""),
            label,
            &notes,
            colour,
        ));
        text.push_str("\n\n");
    }
    text
}

/// Whether a case is selected.
pub(super) fn selects(selection: &Selection, scenario: &Scenario, case: &Case) -> bool {
    let name = case_name(scenario, case);
    let any = |empty: bool, found: bool| empty || found;
    any(
        selection.section.is_empty(),
        case.requirements.iter().any(|id| {
            selection
                .section
                .iter()
                .any(|section| in_section(id.section(), section))
        }),
    ) && any(
        selection.requirement.is_empty(),
        case.requirements
            .iter()
            .any(|id| selection.requirement.contains(id)),
    ) && any(
        selection.tag.is_empty(),
        scenario.tags.iter().any(|tag| selection.tag.contains(tag)),
    ) && any(
        selection.filter.is_empty(),
        selection
            .filter
            .iter()
            .any(|text| name.contains(text.as_str())),
    )
}

/// A section holds its subsections.
fn in_section(section: &str, wanted: &str) -> bool {
    section
        .strip_prefix(wanted)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// `scenario: case`, as people call a case.
pub(super) fn case_name(scenario: &Scenario, case: &Case) -> String {
    match &case.name {
        Some(name) => format!("{}: {name}", scenario.id),
        None => scenario.id.clone(),
    }
}

/// Writes a file whole or not at all: what was there stays until the new content is complete.
pub(super) fn write_whole(path: &Path, content: &str) -> Result<(), CliError> {
    let fault = |error| CliError::Write {
        path: path.display().to_string(),
        error,
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    std::fs::write(&beside, content)
        .and_then(|()| {
            // Who may read and write a file that was there is not ours to change.
            std::fs::metadata(path).map_or(Ok(()), |was| {
                std::fs::set_permissions(&beside, was.permissions())
            })
        })
        .and_then(|()| std::fs::rename(&beside, path))
        .map_err(|error| {
            let _ = std::fs::remove_file(&beside);
            fault(error)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_paths_below_the_scenarios_folder() {
        let id = |file: &str, named: Option<&str>| id_of(Path::new(file), named.map(Path::new));
        assert_eq!(id("scenarios/a/b.toml", Some("scenarios")), "a/b");
        assert_eq!(id("/x/scenarios/a/b.toml", None), "a/b");
        assert_eq!(id("mine/a/b.toml", Some("mine")), "a/b");
        assert_eq!(id("b.toml", None), "b");
        assert_eq!(id("x/b.toml", None), "b");
    }

    #[test]
    fn a_section_holds_its_subsections_and_no_others() {
        assert!(in_section("3.19.4.4.1.31", "3.19.4.4.1"));
        assert!(in_section("3.19.4.4.1.3", "3.19.4.4.1.3"));
        assert!(!in_section("3.19.4.4.1.31", "3.19.4.4.1.3"));
    }
}
