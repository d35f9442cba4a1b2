//! Finding scenario files, reading them within limits, and writing files whole or not at all.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::cli::args::Selection;
use crate::cli::{CliError, embedded};
use crate::report::diagnostic;
use crate::scenario::{
    Bound, Case, FILE_BYTES_MAX, LoadCode, LoadError, Rejected, Scenario, Source, read, read_bound,
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
    let default = [default_path()];
    let named = if paths.is_empty() {
        if embedded::below(&default[0]).is_some() {
            eprintln!(
                "note: there is no folder `{DEFAULT_FOLDER}` here: taking the {} built-in scenarios",
                embedded::FILES.len()
            );
        }
        &default[..]
    } else {
        paths
    };
    for path in named {
        if let Some(below) = embedded::below(path) {
            let before = files.len();
            files.extend(embedded::named(below).map(|(name, _)| {
                let id = name.trim_end_matches(".toml").to_owned();
                (id, PathBuf::from(format!("{}{name}", embedded::PREFIX)))
            }));
            if files.len() == before {
                return Err(CliError::Usage(format!(
                    "no built-in scenario is called `{below}`: `ipamconf list embedded:` shows them"
                )));
            }
        } else if path.is_dir() {
            let mut found = Vec::new();
            collect(path, 0, &mut found, &mut loaded.rejected);
            found.sort();
            files.extend(
                found
                    .into_iter()
                    .map(|file| (id_of(&file, Some(path)), file)),
            );
        } else if let Err(error) = path.symlink_metadata()
            && error.kind() == std::io::ErrorKind::NotFound
        {
            return Err(CliError::Usage(not_there(path)));
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

/// What to say of a path that names nothing, with the file that was probably meant.
fn not_there(path: &Path) -> String {
    let mut ending = path.as_os_str().to_owned();
    ending.push(".toml");
    let with_ending = PathBuf::from(ending);
    let below = Path::new(DEFAULT_FOLDER);
    let meant = [
        with_ending.clone(),
        below.join(path),
        below.join(&with_ending),
    ]
    .into_iter()
    .find(|path| path.exists());
    let said = format!("there is no file or folder `{}`", path.display());
    match meant {
        Some(meant) => format!("{said}; did you mean `{}`", meant.display()),
        None => said,
    }
}

/// What is meant when no path is given: the folder `scenarios` where there is one, else what the binary carries.
fn default_path() -> PathBuf {
    let folder = PathBuf::from(DEFAULT_FOLDER);
    if folder.is_dir() {
        folder
    } else {
        PathBuf::from(embedded::PREFIX)
    }
}

/// Whether the files that were named would hold a scenario of that id, if there were one.
pub(super) fn covers(paths: &[PathBuf], id: &str) -> bool {
    let default = [default_path()];
    let named = if paths.is_empty() { &default } else { paths };
    named.iter().any(|path| {
        let (prefix, whole) = match embedded::below(path) {
            Some(below) => (below.trim_end_matches(".toml").to_owned(), false),
            None if path.is_dir() => {
                // As if for a file in that folder, without the file.
                let inside = id_of(&path.join("x.toml"), Some(path));
                let prefix = inside.strip_suffix('x').unwrap_or_default();
                (prefix.trim_end_matches('/').to_owned(), false)
            }
            None => (id_of(path, None), true),
        };
        id.strip_prefix(prefix.as_str()).is_some_and(|rest| {
            prefix.is_empty() || rest.is_empty() || (!whole && rest.starts_with('/'))
        })
    })
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

/// Refuses a file that is not there; `remedy` says how there comes to be one.
pub(super) fn refuse_missing(path: &Path, remedy: &str) -> Result<(), CliError> {
    match path.metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(CliError::File {
            path: path.display().to_string(),
            what: format!("there is no such file: {remedy}"),
        }),
        _ => Ok(()),
    }
}

pub(super) fn unreadable(path: &Path, error: &str) -> Rejected {
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
    if let Some((_, text)) = embedded::below(path).and_then(|below| embedded::named(below).next()) {
        return read(id, Source::new(name, text));
    }
    read(id, source_of(path)?)
}

/// Reads what a target's store holds.
pub(super) fn read_bound_file(path: &Path) -> Result<Bound, Rejected> {
    read_bound(source_of(path)?)
}

/// A file's text, within the limit.
fn source_of(path: &Path) -> Result<Source, Rejected> {
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    // One byte past the limit is enough to know that it is exceeded.
    let limit = FILE_BYTES_MAX as u64 + 1;
    std::fs::File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, &error.to_string()))?;
    Source::from_bytes(name.clone(), &bytes).map_err(|error| Rejected {
        source: std::sync::Arc::new(Source::new(
            name,
            String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]),
        )),
        errors: vec![error],
    })
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
    ) && any(
        selection.case.is_empty(),
        case.name
            .as_ref()
            .is_some_and(|name| selection.case.contains(name)),
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
    write_whole_bytes(path, content.as_bytes())
}

/// The same for what is no text.
pub(super) fn write_whole_bytes(path: &Path, content: &[u8]) -> Result<(), CliError> {
    let fault = |error| CliError::Write {
        path: path.display().to_string(),
        error,
    };
    // A device, a pipe or a link is written through: to put a file in its place would take it away.
    if path
        .symlink_metadata()
        .is_ok_and(|found| !found.is_file() && !found.is_dir())
    {
        return std::fs::write(path, content).map_err(fault);
    }
    let beside = beside(path);
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

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

/// Writes a new file whole or not at all.
///
/// # Errors
/// `AlreadyExists` where something is there already.
pub(super) fn write_new(path: &Path, content: &str) -> std::io::Result<()> {
    let beside = beside(path);
    // A link is made only where nothing is: what came to be there in the meantime stays.
    let written = std::fs::write(&beside, content).and_then(|()| {
        match std::fs::hard_link(&beside, path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(error),
            Err(_) if path.symlink_metadata().is_ok() => {
                Err(std::io::ErrorKind::AlreadyExists.into())
            }
            // Not every file system has links.
            Err(_) => std::fs::rename(&beside, path),
            Ok(()) => Ok(()),
        }
    });
    let _ = std::fs::remove_file(&beside);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_cover_the_ids_that_files_below_them_have() {
        let covers = |path: &str, id| covers(&[PathBuf::from(path)], id);
        assert!(covers("embedded:", "a/b"));
        assert!(covers("embedded:a", "a/b") && !covers("embedded:a", "ab/c"));
        assert!(covers("embedded:a/b.toml", "a/b") && !covers("embedded:a/b.toml", "a/bc"));
        assert!(covers("scenarios", "a/b"));
        let folder = "scenarios/replicate-server";
        assert!(covers(folder, "replicate-server/x") && !covers(folder, "other/x"));
        assert!(covers("scenarios/a/b.toml", "a/b") && !covers("scenarios/a/b.toml", "a/b/c"));
        assert!(covers("src", "anything/at-all"));
    }

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
