//! The corpus that the binary carries, for folders without scenarios of their own.

use std::path::Path;

use crate::cli::CliError;
use crate::cli::files::write_whole;

/// Every scenario file: its path below `scenarios`, with `/`, and its text; sorted.
pub(super) const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/corpus.rs"));

/// What the names of these files begin with; what follows is the path below `scenarios`.
pub(super) const PREFIX: &str = "embedded:";

/// The part of a path argument that follows the prefix, if it has it.
pub(super) fn below(path: &Path) -> Option<&str> {
    path.to_str()?.strip_prefix(PREFIX)
}

/// The files that the rest of a path names: all of them, a folder of them, or one.
pub(super) fn named(below: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let wanted = below.trim_end_matches('/').to_owned();
    FILES.iter().copied().filter(move |(name, _)| {
        wanted.is_empty()
            || name
                .strip_prefix(wanted.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Writes the corpus out as a new folder, whole or not at all; a folder with something in it is refused.
pub(super) fn export(folder: &Path) -> Result<(), CliError> {
    let fault = |error| CliError::Write {
        path: folder.display().to_string(),
        error,
    };
    match std::fs::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(CliError::Usage(format!(
                    "`{}` is not empty: name a new folder",
                    folder.display()
                )));
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(fault(error)),
    }
    let full = std::path::absolute(folder).map_err(fault)?;
    let (Some(name), Some(parent)) = (full.file_name(), full.parent()) else {
        return Err(CliError::Usage(format!(
            "`{}` is no name for a new folder",
            folder.display()
        )));
    };
    let name = name.to_string_lossy();
    let beside = parent.join(format!(".{name}.{}.tmp", std::process::id()));
    let written = write_all(&beside).and_then(|()| {
        // Not every system puts a folder in the place of an empty one.
        let _ = std::fs::remove_dir(&full);
        std::fs::rename(&beside, &full).map_err(fault)
    });
    if written.is_err() {
        let _ = std::fs::remove_dir_all(&beside);
    }
    written
}

fn write_all(folder: &Path) -> Result<(), CliError> {
    for (name, text) in FILES {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).map_err(|error| CliError::Write {
            path: parent.display().to_string(),
            error,
        })?;
        write_whole(&path, text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_all_files_a_folder_or_one() {
        fn count(below: &str) -> usize {
            named(below).count()
        }
        assert_eq!(count(""), FILES.len());
        let (first, _) = FILES[0];
        assert_eq!(count(first), 1);
        let (folder, _) = first.split_once('/').unwrap();
        assert!(count(folder) >= 1 && count(folder) < FILES.len());
        assert_eq!(count(&format!("{folder}/")), count(folder));
        assert_eq!(count(&folder[..folder.len() - 1]), 0);
        assert_eq!(below(Path::new("embedded:a/b.toml")), Some("a/b.toml"));
        assert_eq!(below(Path::new("scenarios")), None);
    }
}
