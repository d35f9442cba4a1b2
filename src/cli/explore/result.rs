//! The result of an exploration, for people and as JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use serde::Serialize;

use crate::cli::args::ExploreArguments;
use crate::cli::run::count;
use crate::explore::{Disagreement, Place, Space, Tally};
use crate::spec::Readings;

/// The version of the JSON object's form.
const VERSION: u32 = 1;

/// The result of an exploration.
#[derive(Debug, Serialize)]
pub(super) struct ExploreReport {
    version: u32,
    tool: String,
    strict: bool,
    readings: BTreeMap<String, String>,
    partition: Option<String>,
    /// Whether everything that was asked for was explored.
    complete: bool,
    pub(super) worlds: u64,
    disagreements: u64,
    spaces: Vec<SpaceReport>,
    /// What differs from run to run.
    times: Times,
}

#[derive(Debug, Serialize)]
struct Times {
    seconds_total: f64,
}

/// One set, or what was drawn.
#[derive(Debug, Serialize)]
pub(super) struct SpaceReport {
    name: String,
    /// The seed that cases were drawn by.
    seed: Option<u64>,
    worlds: u64,
    disagreements: u64,
    /// How often each class was reached.
    classes: BTreeMap<String, u64>,
    /// Expected classes that were not reached.
    missing: Vec<String>,
    /// Classes that nobody expected.
    new: Vec<String>,
    /// How many worlds the set is pinned to, where that can be compared.
    pinned: Option<u64>,
    /// The first disagreements.
    first: Vec<First>,
    /// Why none of its worlds was explored, where none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    unexplored: Option<String>,
}

/// A disagreement, and the scenario file that shows it.
#[derive(Debug, Serialize)]
pub(super) struct First {
    pub(super) place: Place,
    #[serde(flatten)]
    pub(super) disagreement: Disagreement,
    pub(super) file: Option<String>,
    /// Why there is no file, where the language cannot say the world.
    pub(super) unwritable: Option<String>,
}

impl SpaceReport {
    /// What was seen of a space: `counted` where all of its worlds were explored, `judged` where its classes can be
    /// compared with the expected ones.
    pub(super) fn new(
        space: &Space,
        tally: &Tally,
        (counted, judged): (bool, bool),
        first: Vec<First>,
    ) -> Self {
        let expected: BTreeSet<&str> = space
            .set()
            .filter(|_| judged)
            .map(|set| set.expected().lines().collect())
            .unwrap_or_default();
        let compares = judged && space.set().is_some();
        let (missing, new) = if compares {
            let reached: BTreeSet<&str> = tally.classes.keys().map(String::as_str).collect();
            let owned = |list: BTreeSet<&str>| list.into_iter().map(str::to_owned).collect();
            (
                owned(expected.difference(&reached).copied().collect()),
                owned(reached.difference(&expected).copied().collect()),
            )
        } else {
            (Vec::new(), Vec::new())
        };
        Self {
            name: space.name(),
            seed: match space {
                Space::Random(random) => Some(random.seed),
                Space::Set(_) => None,
            },
            worlds: tally.worlds,
            disagreements: tally.disagreements,
            classes: tally.classes.clone(),
            missing,
            new,
            pinned: space
                .set()
                .filter(|_| counted)
                .map(crate::explore::Set::worlds),
            first,
            unexplored: None,
        }
    }

    /// The same, with why none of its worlds was explored.
    pub(super) fn unexplored(mut self, why: Option<String>) -> Self {
        self.unexplored = why;
        self
    }

    fn is_miscounted(&self) -> bool {
        self.pinned.is_some_and(|pinned| pinned != self.worlds)
    }
}

impl ExploreReport {
    pub(super) fn new(
        arguments: &ExploreArguments,
        readings: &Readings,
        spaces: Vec<SpaceReport>,
        complete: bool,
    ) -> Self {
        Self {
            version: VERSION,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            strict: arguments.strict,
            readings: readings
                .differing()
                .map(|(question, reading)| (question.name().to_owned(), reading.name.to_owned()))
                .collect(),
            partition: arguments.partition.map(|partition| partition.to_string()),
            complete,
            worlds: spaces.iter().map(|space| space.worlds).sum(),
            disagreements: spaces.iter().map(|space| space.disagreements).sum(),
            spaces,
            times: Times { seconds_total: 0.0 },
        }
    }

    pub(super) fn timed(mut self, seconds: f64) -> Self {
        self.times.seconds_total = seconds;
        self
    }

    /// Whether anything is not as it has to be.
    pub(super) fn disagrees(&self) -> bool {
        self.disagreements > 0
            || self
                .spaces
                .iter()
                .any(|space| !space.missing.is_empty() || space.is_miscounted())
    }

    pub(super) fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    pub(super) fn human(&self, out: &mut dyn Write) -> std::io::Result<()> {
        for space in &self.spaces {
            for first in &space.first {
                let Disagreement {
                    requirement,
                    check,
                    expected,
                    found,
                } = &first.disagreement;
                writeln!(
                    out,
                    "disagreement[{requirement}]: {} {}",
                    space.name, first.place
                )?;
                writeln!(out, "  = check: {check}")?;
                writeln!(out, "  = expected: {expected}")?;
                writeln!(out, "  = found: {found}")?;
                if let Some(file) = &first.file {
                    writeln!(out, "  = again: `ipamconf run {file}`")?;
                }
                if let Some(reason) = &first.unwritable {
                    writeln!(out, "  = no file: {reason}")?;
                }
                writeln!(out)?;
            }
            if let Some(pinned) = space.pinned.filter(|_| space.is_miscounted()) {
                writeln!(
                    out,
                    "{}: {} worlds, and the set has {pinned}: worlds are lost or counted twice",
                    space.name, space.worlds
                )?;
            }
            for class in &space.missing {
                writeln!(out, "not reached any more: {class}")?;
            }
            for class in &space.new {
                writeln!(out, "reached for the first time: {class}")?;
            }
            if let Some(why) = &space.unexplored {
                writeln!(out, "{}: no world was explored: {why}", space.name)?;
                continue;
            }
            writeln!(
                out,
                "{}: {}, {}, {}",
                space.name,
                count_of(space.worlds, "world"),
                classes(space.classes.len()),
                count_of(space.disagreements, "disagreement"),
            )?;
        }
        let part = self
            .partition
            .as_ref()
            .map(|part| format!(" in part {part}"))
            .unwrap_or_default();
        let cut = if self.complete {
            ""
        } else {
            "; not everything was explored"
        };
        writeln!(
            out,
            "{}{part}, {}{cut}, in {:.1} s",
            count_of(self.worlds, "world"),
            count_of(self.disagreements, "disagreement"),
            self.times.seconds_total
        )
    }
}

fn classes(number: usize) -> String {
    match number {
        1 => "1 class".to_owned(),
        number => format!("{number} classes"),
    }
}

fn count_of(number: u64, of: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), of)
}
