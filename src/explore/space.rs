//! What can be explored: a pinned set, or cases drawn by seed.

use crate::explore::judge::{Disagreement, Factory, judge};
use crate::explore::random::Random;
use crate::explore::{Place, Set, Tally, UnitTally, Worlds};
use crate::scenario::Case;
use crate::spec::Readings;
use crate::suite::TargetError;
use crate::trace::Door;

/// What is explored, in units that do not depend on each other.
#[derive(Debug)]
pub enum Space {
    /// A set of worlds.
    Set(Worlds),
    /// Cases drawn by seed.
    Random(Random),
}

/// How the cases of a space are run and judged.
#[derive(Clone, Copy)]
pub struct Judging<'a> {
    /// Makes what is judged.
    pub make: &'a Factory<'a>,
    /// The doors it has.
    pub doors: &'a [Door],
    /// The readings to follow and to judge by.
    pub readings: &'a Readings,
    /// Whether a deviation is a disagreement as well.
    pub strict: bool,
}

/// A case in which a target disagrees with the oracle.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where it is.
    pub place: Place,
    /// The case.
    pub case: Case,
    /// The door it was run through.
    pub door: Door,
    /// The check that it does not pass.
    pub disagreement: Disagreement,
}

impl Judging<'_> {
    /// The first door of a case that the target has.
    #[must_use]
    pub fn door(&self, case: &Case) -> Option<Door> {
        case.doors
            .iter()
            .copied()
            .find(|door| self.doors.contains(door))
    }
}

impl Space {
    /// What it is called in reports and in the names of files.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Set(worlds) => worlds.set().name().to_owned(),
            Self::Random(random) => format!("random-{}", random.seed),
        }
    }

    /// The set, where it is one.
    #[must_use]
    pub const fn set(&self) -> Option<Set> {
        match self {
            Self::Set(worlds) => Some(worlds.set()),
            Self::Random(_) => None,
        }
    }

    /// How many units there are.
    #[must_use]
    pub fn units(&self) -> usize {
        match self {
            Self::Set(worlds) => worlds.units(),
            Self::Random(random) => random.units(),
        }
    }

    /// The cases of a unit, in order.
    pub fn cases(&self, unit: usize) -> Box<dyn Iterator<Item = Case> + '_> {
        match self {
            Self::Set(worlds) => worlds.cases(unit),
            Self::Random(random) => Box::new(random.cases(unit)),
        }
    }

    /// The case of a place.
    #[must_use]
    pub fn case(&self, place: Place) -> Option<Case> {
        self.cases(place.unit).nth(place.number)
    }

    /// Runs and judges every case of a unit for which the target has a door.
    ///
    /// # Errors
    /// When the target cannot take a case.
    pub fn explore(&self, unit: usize, judging: &Judging<'_>) -> Result<Tally, TargetError> {
        let mut tally = UnitTally::default();
        for (number, case) in self.cases(unit).enumerate() {
            let Some(door) = judging.door(&case) else {
                continue;
            };
            let judged = judge(&case, door, judging.make, judging.readings, judging.strict)?;
            tally.count(Place { unit, number }, judged);
        }
        Ok(tally.into())
    }

    /// The first case in which the target disagrees: of a set, one with the fewest rows.
    ///
    /// # Errors
    /// When the target cannot take a case.
    pub fn first_disagreement(&self, judging: &Judging<'_>) -> Result<Option<Found>, TargetError> {
        for unit in 0..self.units() {
            for (number, case) in self.cases(unit).enumerate() {
                let Some(door) = judging.door(&case) else {
                    continue;
                };
                let judged = judge(&case, door, judging.make, judging.readings, judging.strict)?;
                if let Some(disagreement) = judged.disagreement {
                    return Ok(Some(Found {
                        place: Place { unit, number },
                        case,
                        door,
                        disagreement,
                    }));
                }
            }
        }
        Ok(None)
    }
}
