//! What an exploration has done so far, as a file that another one goes on from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cli::CliError;
use crate::cli::args::ExploreArguments;
use crate::cli::files::write_whole;
use crate::explore::{Space, Tally};
use crate::spec::Readings;

/// The version of the file's form.
const VERSION: u32 = 1;

/// A state file beyond this is none of ours.
const BYTES_MAX: u64 = 64 << 20;

/// What is done.
pub(super) struct State {
    what: What,
    /// For each space the units that are done.
    done: Vec<BTreeSet<usize>>,
    /// For each space what they came to.
    pub(super) tallies: Vec<Tally>,
}

/// What is explored: two states with the same are about the same worlds, judged in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct What {
    tool: String,
    /// The spaces with the number of their units.
    spaces: Vec<(String, usize)>,
    /// How many random cases; 0 for sets.
    random: u64,
    partition: Option<String>,
    strict: bool,
    readings: BTreeMap<String, String>,
}

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    version: u32,
    what: What,
    /// For each space the ranges of units that are done, first and last.
    done: Vec<Vec<(usize, usize)>>,
    tallies: Vec<Tally>,
}

impl State {
    /// Nothing is done.
    pub(super) fn new(arguments: &ExploreArguments, readings: &Readings, spaces: &[Space]) -> Self {
        let what = What {
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            spaces: spaces
                .iter()
                .map(|space| (space.name(), space.units()))
                .collect(),
            random: arguments.random.unwrap_or(0),
            partition: arguments.partition.map(|partition| partition.to_string()),
            strict: arguments.strict,
            readings: readings
                .differing()
                .map(|(question, reading)| (question.name().to_owned(), reading.name.to_owned()))
                .collect(),
        };
        Self {
            what,
            done: vec![BTreeSet::new(); spaces.len()],
            tallies: vec![Tally::default(); spaces.len()],
        }
    }

    /// What a file says is done of the same; where there is no such file, nothing.
    pub(super) fn resumed(self, path: &Path) -> Result<Self, CliError> {
        let fault = |what: String| CliError::File {
            path: path.display().to_string(),
            what,
        };
        match std::fs::metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(self),
            Err(error) => return Err(fault(error.to_string())),
            Ok(found) if found.len() > BYTES_MAX => {
                return Err(fault(format!(
                    "more than {BYTES_MAX} bytes: no state of ours"
                )));
            }
            Ok(_) => {}
        }
        let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
        let version = serde_json::from_str::<serde_json::Value>(&text)
            .ok()
            .and_then(|value| value.get("version")?.as_u64());
        match version {
            None => return Err(fault("not a state file of `ipamconf explore`".to_owned())),
            Some(version) if version != u64::from(VERSION) => {
                return Err(fault(format!(
                    "a state file of version {version}; this ipamconf goes on from version {VERSION}: delete it, or name another file"
                )));
            }
            Some(_) => {}
        }
        let saved: Saved = serde_json::from_str(&text)
            .map_err(|error| fault(format!("not a whole state file: {error}")))?;
        if saved.what != self.what {
            return Err(fault(format!(
                "the state of another exploration ({}); this one is {}: delete it, or name another file",
                saved.what, self.what
            )));
        }
        let spaces = self.what.spaces.len();
        if saved.done.len() != spaces || saved.tallies.len() != spaces {
            return Err(fault("not a whole state file".to_owned()));
        }
        let mut done = Vec::with_capacity(spaces);
        for (ranges, (_, units)) in saved.done.iter().zip(&self.what.spaces) {
            if ranges.iter().any(|(_, last)| last >= units) {
                return Err(fault("it names parts that there are not".to_owned()));
            }
            done.push(
                ranges
                    .iter()
                    .flat_map(|(first, last)| *first..=*last)
                    .collect(),
            );
        }
        Ok(Self {
            what: self.what,
            done,
            tallies: saved.tallies,
        })
    }

    pub(super) fn is_done(&self, space: usize, unit: usize) -> bool {
        self.done[space].contains(&unit)
    }

    /// A unit is done.
    pub(super) fn add(&mut self, space: usize, unit: usize, tally: Tally) {
        if self.done[space].insert(unit) {
            self.tallies[space].add(tally);
        }
    }

    /// Writes the file, whole or not at all.
    pub(super) fn save(&self, path: &Path) -> Result<(), CliError> {
        let saved = Saved {
            version: VERSION,
            what: self.what.clone(),
            done: self.done.iter().map(ranges).collect(),
            tallies: self.tallies.clone(),
        };
        let text = serde_json::to_string(&saved).map_err(|error| CliError::Write {
            path: path.display().to_string(),
            error: error.into(),
        })?;
        write_whole(path, &text)
    }
}

impl std::fmt::Display for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let spaces: Vec<&str> = self.spaces.iter().map(|(name, _)| name.as_str()).collect();
        write!(f, "ipamconf {}, {}", self.tool, spaces.join(" and "))?;
        if self.random > 0 {
            write!(f, " with {} cases", self.random)?;
        }
        if let Some(partition) = &self.partition {
            write!(f, ", part {partition}")?;
        }
        if self.strict {
            f.write_str(", strict")?;
        }
        for (question, reading) in &self.readings {
            write!(f, ", {question}={reading}")?;
        }
        Ok(())
    }
}

fn ranges(units: &BTreeSet<usize>) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for unit in units {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *unit => *last = *unit,
            _ => ranges.push((*unit, *unit)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_kept_as_ranges() {
        let of = |units: &[usize]| ranges(&units.iter().copied().collect());
        assert_eq!(of(&[]), []);
        assert_eq!(of(&[0, 1, 2, 5, 7, 8]), [(0, 2), (5, 5), (7, 8)]);
    }
}
