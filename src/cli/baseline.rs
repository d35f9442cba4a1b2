//! Baselines on disk: reading one, saying what is stale in it, writing a new one.

use std::io::Read;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::baseline::{Baseline, Date, Staleness, baseline_text, read_baseline};
use crate::cli::CliError;
use crate::cli::files::{refuse_missing, unreadable, write_new};
use crate::report::{Report, diagnostic, quoted};
use crate::scenario::{FILE_BYTES_MAX, Rejected};

/// How long what is written is accepted.
const DAYS: u32 = 90;

/// Today and the day until which a new entry is accepted, in universal time.
pub(super) fn today() -> (Date, Date) {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs());
    let days = u32::try_from(seconds / (24 * 60 * 60)).unwrap_or(u32::MAX - DAYS);
    (Date::from_days(days), Date::from_days(days + DAYS))
}

/// Refuses a baseline that is not there.
pub(super) fn refuse_none(path: &Path) -> Result<(), CliError> {
    let file = quoted(&path.display().to_string());
    let remedy = format!("`--write-baseline {file}` writes one, of what fails");
    refuse_missing(path, &remedy)
}

/// Reads a baseline file.
pub(super) fn read(path: &Path) -> Result<Baseline, Rejected> {
    let mut bytes = Vec::new();
    // One byte past the limit is enough to know that it is exceeded.
    let limit = FILE_BYTES_MAX as u64 + 1;
    std::fs::File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(|error| unreadable(path, &error.to_string()))?;
    read_baseline(&path.display().to_string(), &bytes)
}

/// An entry that has to be mended or deleted, as it is told.
pub(super) struct Stale {
    pub(super) title: &'static str,
    pub(super) notes: Vec<String>,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) drawing: String,
}

/// The entries of a baseline that have to be mended or deleted.
pub(super) fn stale(baseline: &Baseline, found: &[(usize, Staleness)], colour: bool) -> Vec<Stale> {
    let mut told = Vec::new();
    for (number, why) in found {
        let entry = &baseline.entries[*number];
        let about = format!("about: {}, {}", entry.words(), entry.requirement);
        let (code, title, span, notes) = match why {
            Staleness::Expired => (
                "IC6002",
                "the baseline entry has expired",
                entry.expires_span,
                vec![
                    about,
                    format!("reason: {} ({})", entry.reason, entry.issue),
                    "help: mend the failure, or set a later date with a reason".to_owned(),
                ],
            ),
            Staleness::NoSuchFailure(instead) => {
                let found = instead.as_deref().unwrap_or("no such check was made");
                let notes = vec![
                    about,
                    format!(
                        "expected: a failure of `{}`; it expects {}{}",
                        entry.check,
                        entry.expected,
                        entry
                            .found
                            .as_ref()
                            .map_or_else(String::new, |found| format!(", finds {found}"))
                    ),
                    format!("found: {found}"),
                    "help: delete the entry, or mend it".to_owned(),
                ];
                (
                    "IC6001",
                    "the baseline entry matches no failure",
                    entry.span,
                    notes,
                )
            }
            Staleness::NoSuchCase => (
                "IC6001",
                "the baseline entry is about a case that there is not",
                entry.span,
                vec![about, "help: delete the entry, or mend it".to_owned()],
            ),
        };
        let position = baseline.source.position(span.start);
        told.push(Stale {
            title,
            drawing: diagnostic(
                code,
                title,
                &baseline.source,
                (span, ""),
                None,
                &notes,
                colour,
            ),
            notes,
            line: position.line,
            column: position.column,
        });
    }
    told
}

/// Refuses a file that is there already.
pub(super) fn refuse_existing(path: &Path) -> Result<(), CliError> {
    if path.symlink_metadata().is_ok() {
        return Err(exists(path));
    }
    Ok(())
}

fn exists(path: &Path) -> CliError {
    CliError::Usage(format!(
        "`{}` exists: delete it first, or name another file for `--write-baseline`",
        path.display()
    ))
}

/// Writes the failures of a run as a new baseline; gives the number of entries.
pub(super) fn write(path: &Path, report: &Report, expires: Date) -> Result<usize, CliError> {
    let (text, entries) = baseline_text(report, expires);
    match write_new(path, &text) {
        Ok(()) => Ok(entries),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(exists(path)),
        Err(error) => Err(CliError::Write {
            path: path.display().to_string(),
            error,
        }),
    }
}
