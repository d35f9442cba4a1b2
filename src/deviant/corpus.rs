//! The corpus as the unchanged simulator runs it: what every deviant is held against.

use crate::deviant::Deviant;
use crate::scenario::{Case, Scenario};
use crate::spec::Readings;
use crate::suite::{Target, run_case};
use crate::trace::{Door, Trace};

/// The doors in process: `http` stands for the session behind envelopes.
const DOORS: [Door; 3] = [Door::Delegate, Door::Session, Door::Http];

/// The most scopes of a world that deviants are run in. What a larger one tests is its size, and a mistake that shows
/// there alone is none of those planted; hundreds of deviants would spend most of their time in it.
const SCOPES_MAX: usize = 1000;

/// One case through one door, and what the simulator shows there.
#[derive(Debug, Clone)]
pub struct Run<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The case.
    pub case: &'a Case,
    /// The door.
    pub door: Door,
    /// What the simulator showed.
    pub trace: Trace,
}

/// Every case that a stranger's server is judged by in process: those about another reading are not among them, nor are
/// worlds of more than a thousand scopes.
#[derive(Debug)]
pub struct Corpus<'a> {
    /// The runs, in the order of the files.
    pub runs: Vec<Run<'a>>,
    /// The readings in force.
    pub readings: Readings,
}

impl Run<'_> {
    /// Whether a deviant can show there at all: a mistake in an envelope shows where there are envelopes, and every
    /// other one shows without.
    #[must_use]
    pub fn concerns(&self, deviant: &Deviant) -> bool {
        deviant.hooks.envelope.is_some() == (self.door == Door::Http)
    }
}

impl<'a> Corpus<'a> {
    /// Runs the scenarios on the simulator that `make` gives. What cannot be carried out is left out.
    #[must_use]
    pub fn new(
        scenarios: &'a [Scenario],
        readings: &Readings,
        make: &dyn Fn(Door) -> Box<dyn Target>,
    ) -> Self {
        let mut runs = Vec::new();
        for scenario in scenarios {
            for case in &scenario.cases {
                let in_force = readings.overlaid_with(&case.readings);
                if in_force != *readings || case.world.scopes.len() > SCOPES_MAX {
                    continue;
                }
                for door in DOORS.into_iter().filter(|door| case.doors.contains(door)) {
                    if let Ok(trace) = run_case(case, &mut *make(door), readings) {
                        runs.push(Run {
                            scenario,
                            case,
                            door,
                            trace,
                        });
                    }
                }
            }
        }
        Self {
            runs,
            readings: readings.clone(),
        }
    }
}
