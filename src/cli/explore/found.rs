//! Disagreements that an exploration found, each as a scenario file of its own.

use std::collections::BTreeSet;

use crate::cli::CliError;
use crate::cli::args::ExploreArguments;
use crate::cli::explore::result::First;
use crate::cli::subject::Subject;
use crate::explore::{Space, Tally};
use crate::spec::Readings;

/// The first disagreements of a space.
pub(super) fn write(
    arguments: &ExploreArguments,
    subject: &Subject<'_>,
    readings: &Readings,
    space: &Space,
    tally: &Tally,
) -> Result<Vec<First>, CliError> {
    let _ = (arguments, subject, readings, space);
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for (place, disagreement) in &tally.first {
        if !told.insert((&disagreement.requirement, &disagreement.check)) {
            continue;
        }
        found.push(First {
            place: *place,
            disagreement: disagreement.clone(),
            file: None,
        });
    }
    Ok(found)
}
