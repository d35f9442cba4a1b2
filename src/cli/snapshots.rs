//! Snapshots on disk: in insta's own `.snap` files, in the folder `snapshots` beside `scenarios`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::cli::CliError;
use crate::cli::args::SnapshotMode;
use crate::cli::files::{DEFAULT_FOLDER, write_whole};
use crate::report::{Snapshot, SnapshotVerdict};

/// The test that reads the same files through insta.
const SOURCE: &str = "tests/snapshots.rs";

/// How many bytes of a snapshot are read: more than any we write.
const BYTES_MAX: u64 = 4 << 20;

/// How the file of a snapshot that waits for a decision ends.
pub(super) const PENDING: &str = ".snap.new";

/// The folder that belongs to a scenario file, if it stands below a folder `scenarios`.
pub(super) fn folder_of(file: &Path) -> Option<PathBuf> {
    let mut folder = file.parent()?;
    loop {
        if folder
            .file_name()
            .is_some_and(|name| name == DEFAULT_FOLDER)
        {
            return Some(folder.with_file_name("snapshots"));
        }
        folder = folder.parent()?;
    }
}

/// The content of a snapshot file: what follows the head between the two lines of dashes.
pub(super) fn content_of(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("---\n")?;
    let (_, content) = rest.split_once("\n---\n")?;
    Some(content)
}

/// What is compared, and what is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    pub(super) mode: SnapshotMode,
    /// Whether what differs is written beside, for `ipamconf snapshots` to look at.
    pub(super) write_pending: bool,
}

/// Compares a trace with its snapshot, or writes it. `None` where there is nothing to compare with.
pub(super) fn visit(
    folder: &Path,
    name: &str,
    found: &str,
    Policy {
        mode,
        write_pending,
    }: Policy,
) -> Result<Option<Snapshot>, CliError> {
    if mode == SnapshotMode::Off || (mode == SnapshotMode::Check && !folder.is_dir()) {
        return Ok(None);
    }
    let path = folder.join(format!("{name}.snap"));
    let pending = folder.join(format!("{name}{PENDING}"));
    let whole = || format!("---\nsource: {SOURCE}\n---\n{}\n", found.trim_end());
    let old = read(&path);
    let same = old
        .as_deref()
        .and_then(content_of)
        .is_some_and(|old| old.trim_end() == found.trim_end());
    if write_pending && (same || mode == SnapshotMode::Update) {
        // What was pending is decided: the trace is the accepted one, again or from now on.
        let _ = std::fs::remove_file(&pending);
    }
    if same {
        return Ok(Some(Snapshot {
            verdict: SnapshotVerdict::Same,
            diff: String::new(),
        }));
    }
    if mode == SnapshotMode::Update {
        std::fs::create_dir_all(folder).map_err(|error| CliError::Write {
            path: folder.display().to_string(),
            error,
        })?;
        write_whole(&path, &whole())?;
        return Ok(Some(Snapshot {
            verdict: SnapshotVerdict::Same,
            diff: String::new(),
        }));
    }
    // A courtesy: a folder that cannot be written to changes no verdict.
    if write_pending && let Err(error) = write_whole(&pending, &whole()) {
        eprintln!("note: {error}");
    }
    Ok(Some(match old {
        None => Snapshot {
            verdict: SnapshotVerdict::Pending,
            diff: String::new(),
        },
        Some(old) => Snapshot {
            verdict: SnapshotVerdict::Changed,
            diff: diff(content_of(&old).unwrap_or(&old), found),
        },
    }))
}

pub(super) fn read(path: &Path) -> Option<String> {
    use std::io::Read;
    let mut text = String::new();
    std::fs::File::open(path)
        .ok()?
        .take(BYTES_MAX)
        .read_to_string(&mut text)
        .ok()?;
    Some(text)
}

/// The difference of two texts, in unified form.
pub(super) fn diff(old: &str, new: &str) -> String {
    let (old, new) = (
        format!("{}\n", old.trim_end()),
        format!("{}\n", new.trim_end()),
    );
    TextDiff::from_lines(&old, &new)
        .unified_diff()
        .context_radius(2)
        .header("snapshot", "this run")
        .to_string()
}

/// Files in a snapshots folder that no case of the corpus belongs to, and snapshots that wait for a decision.
/// `told` are the names of snapshots that this run has told of already.
pub(super) fn leftovers(
    folder: &Path,
    names: &BTreeSet<String>,
    told: &BTreeSet<String>,
) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return found;
    };
    for entry in entries.flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        if let Some(name) = file.strip_suffix(PENDING) {
            if !told.contains(name) {
                found.push(format!(
                    "{}: waits for a decision; `ipamconf snapshots diff` shows it",
                    entry.path().display()
                ));
            }
        } else if let Some(name) = file.strip_suffix(".snap")
            && !names.contains(name)
        {
            found.push(format!(
                "{}: no case of that name; delete it",
                entry.path().display()
            ));
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_lie_beside_the_scenarios() {
        let folder = |file: &str| folder_of(Path::new(file));
        assert_eq!(
            folder("scenarios/a/b.toml"),
            Some(PathBuf::from("snapshots"))
        );
        assert_eq!(
            folder("/x/scenarios/b.toml"),
            Some(PathBuf::from("/x/snapshots"))
        );
        assert_eq!(folder("mine/b.toml"), None);
    }

    #[test]
    fn the_head_of_a_snapshot_file_is_no_content() {
        assert_eq!(
            content_of("---\nsource: x\n---\na\n---\nb\n"),
            Some("a\n---\nb\n")
        );
        assert_eq!(content_of("no head"), None);
    }
}
