//! Disagreements that an exploration found, each as a scenario file of its own.

use std::collections::BTreeSet;

use crate::cli::CliError;
use crate::cli::args::ExploreArguments;
use crate::cli::explore::result::First;
use crate::cli::files::write_whole;
use crate::explore::{Found, Judging, Space, Tally};

/// The first disagreement of each kind, shrunk and written; the others as they are.
pub(super) fn write(
    arguments: &ExploreArguments,
    judging: &Judging<'_>,
    space: &Space,
    tally: &Tally,
) -> Result<Vec<First>, CliError> {
    let mut told = BTreeSet::new();
    let mut all = Vec::new();
    for (place, disagreement) in &tally.first {
        let mut first = First {
            place: *place,
            disagreement: disagreement.clone(),
            file: None,
            unwritable: None,
        };
        let kind = (&disagreement.requirement, &disagreement.check);
        let case = space.case(*place).filter(|_| told.insert(kind));
        if let Some(case) = case
            && let Some(door) = judging.door(&case)
        {
            let found = Found {
                place: *place,
                case,
                door,
                disagreement: disagreement.clone(),
            };
            let found = found.shrunk(judging);
            match found.text(space, &command(arguments, space)) {
                Ok(text) => {
                    let name = format!("{}-{}-{}.toml", space.name(), place.unit, place.number);
                    let path = arguments.output.join(name);
                    std::fs::create_dir_all(&arguments.output).map_err(|error| {
                        CliError::Write {
                            path: arguments.output.display().to_string(),
                            error,
                        }
                    })?;
                    write_whole(&path, &text)?;
                    first.file = Some(path.display().to_string());
                }
                Err(error) => first.unwritable = Some(error.to_string()),
            }
        }
        all.push(first);
    }
    Ok(all)
}

/// The command that finds it again.
fn command(arguments: &ExploreArguments, space: &Space) -> String {
    let what = match space {
        Space::Set(worlds) => format!("--set {}", worlds.set().name()),
        Space::Random(random) => format!("--random {} --seed {}", random.count, random.seed),
    };
    let strict = if arguments.strict { " --strict" } else { "" };
    let readings: String = arguments
        .reading
        .iter()
        .map(|reading| format!(" --reading {reading}"))
        .collect();
    format!("ipamconf explore {what}{strict}{readings}")
}
