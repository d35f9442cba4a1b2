//! What an exploration has seen so far: counts that can be added in any order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::explore::judge::{Disagreement, Judged};

/// How many disagreements are kept to be shown; all of them are counted.
pub const KEPT_MAX: usize = 20;

/// What an exploration has seen so far.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Worlds explored.
    pub worlds: u64,
    /// Worlds in which the target disagrees.
    pub disagreements: u64,
    /// Classes reached, and how often.
    pub classes: BTreeMap<String, u64>,
    /// The first worlds with a disagreement, in order of their places.
    pub first: BTreeMap<Place, Disagreement>,
}

/// Where a case is: its unit, and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The unit.
    pub unit: usize,
    /// The number.
    pub number: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.unit, self.number)
    }
}

impl std::str::FromStr for Place {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "expected UNIT.NUMBER, such as 12.3";
        let (unit, number) = text.split_once('.').ok_or(expected)?;
        Ok(Self {
            unit: unit.parse().map_err(|_| expected)?,
            number: number.parse().map_err(|_| expected)?,
        })
    }
}

impl Serialize for Place {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Tally {
    /// Adds what others have seen.
    pub fn add(&mut self, other: Self) {
        self.worlds += other.worlds;
        self.disagreements += other.disagreements;
        for (class, count) in other.classes {
            *self.classes.entry(class).or_default() += count;
        }
        self.first.extend(other.first);
        while self.first.len() > KEPT_MAX {
            self.first.pop_last();
        }
    }
}

/// What is seen while one unit is explored.
#[derive(Debug, Default)]
pub struct UnitTally {
    worlds: u64,
    disagreements: u64,
    classes: BTreeMap<crate::explore::Class, u64>,
    first: BTreeMap<Place, Disagreement>,
}

impl UnitTally {
    /// Counts a case.
    pub fn count(&mut self, place: Place, judged: Judged) {
        self.worlds += 1;
        for class in judged.classes {
            *self.classes.entry(class).or_default() += 1;
        }
        if let Some(disagreement) = judged.disagreement {
            self.disagreements += 1;
            if self.first.len() < KEPT_MAX {
                self.first.insert(place, disagreement);
            }
        }
    }
}

impl From<UnitTally> for Tally {
    fn from(unit: UnitTally) -> Self {
        let mut classes = BTreeMap::new();
        for (class, count) in unit.classes {
            *classes.entry(class.to_string()).or_default() += count;
        }
        Self {
            worlds: unit.worlds,
            disagreements: unit.disagreements,
            classes,
            first: unit.first,
        }
    }
}
