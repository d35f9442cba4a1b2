//! A baseline against the reports of a run: what it accepts, and which of its entries serve for nothing.

use std::collections::BTreeMap;

use crate::baseline::{Baseline, Date, Entry};
use crate::report::{Accepted, CaseVerdict, CheckReport, ScenarioReport};
use crate::verdict::CheckVerdict;

/// What came of a baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The reports, with what is accepted.
    pub scenarios: Vec<ScenarioReport>,
    /// The entries that have to be mended or deleted, by their number in the file.
    pub stale: Vec<(usize, Staleness)>,
}

/// Why an entry serves for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Staleness {
    /// Its day is over: it accepts nothing any more.
    Expired,
    /// The case was run and shows no such failure; in the same check it shows this instead, if that check was made.
    NoSuchFailure(Option<String>),
    /// There is no such scenario, case or door.
    NoSuchCase,
}

impl Baseline {
    /// Accepts what the entries say. `is_gone` says of an entry that is about nothing that ran whether it is about
    /// nothing that there is, either.
    #[must_use]
    pub fn apply(
        &self,
        today: Date,
        strict: bool,
        scenarios: Vec<ScenarioReport>,
        is_gone: impl Fn(&Entry) -> bool,
    ) -> Applied {
        let mut by_scenario: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (number, entry) in self.entries.iter().enumerate() {
            by_scenario.entry(&entry.scenario).or_default().push(number);
        }
        let mut uses = vec![Use::default(); self.entries.len()];
        let scenarios = scenarios
            .into_iter()
            .map(|scenario| {
                let about: Vec<usize> = by_scenario
                    .get(scenario.id.as_str())
                    .into_iter()
                    .flatten()
                    .copied()
                    .filter(|number| self.entries[*number].is_about(&scenario))
                    .collect();
                for number in &about {
                    uses[*number].exists = true;
                    uses[*number].ran |= ran(&scenario);
                }
                if !ran(&scenario) || about.is_empty() {
                    return scenario;
                }
                let scenario = scenario.accepting(strict, |check| {
                    let mut accepted = None;
                    for number in &about {
                        let entry = &self.entries[*number];
                        if entry.matches(check) {
                            uses[*number].matched = true;
                            if today <= entry.expires {
                                accepted = accepted.or_else(|| Some(entry.accepted()));
                            }
                        }
                    }
                    accepted
                });
                for number in about {
                    let instead = scenario
                        .checks
                        .iter()
                        .find_map(|check| self.entries[number].instead(check));
                    uses[number].instead = uses[number].instead.take().or(instead);
                }
                scenario
            })
            .collect();
        let mut stale = Vec::new();
        for (number, (entry, used)) in self.entries.iter().zip(uses).enumerate() {
            let why = if today > entry.expires {
                Staleness::Expired
            } else if used.matched || (used.exists && !used.ran) {
                continue;
            } else if used.ran {
                Staleness::NoSuchFailure(used.instead)
            } else if is_gone(entry) {
                Staleness::NoSuchCase
            } else {
                continue;
            };
            stale.push((number, why));
        }
        Applied { scenarios, stale }
    }
}

/// What an entry was good for.
#[derive(Debug, Clone, Default)]
struct Use {
    /// The case it is about was selected.
    exists: bool,
    /// The case it is about was carried out.
    ran: bool,
    /// A check matched it.
    matched: bool,
    /// What the check says instead.
    instead: Option<String>,
}

const fn ran(scenario: &ScenarioReport) -> bool {
    !matches!(scenario.verdict, CaseVerdict::Error | CaseVerdict::Skipped)
}

impl Entry {
    fn is_about(&self, scenario: &ScenarioReport) -> bool {
        self.scenario == scenario.id
            && (self.case.is_none() || self.case == scenario.case)
            && self.door.is_none_or(|door| door == scenario.door)
    }

    fn matches(&self, check: &CheckReport) -> bool {
        self.requirement == check.requirement
            && self.check == check.check
            && self.expected.trim() == check.expected.trim()
            && self
                .found
                .as_ref()
                .is_none_or(|found| found.trim() == check.found.trim())
    }

    fn instead(&self, check: &CheckReport) -> Option<String> {
        if self.requirement != check.requirement || self.check != check.check {
            return None;
        }
        Some(match check.verdict {
            CheckVerdict::Pass => "the check passes".to_owned(),
            CheckVerdict::NotObservable => "the check could not be observed".to_owned(),
            CheckVerdict::Fail | CheckVerdict::Deviates | CheckVerdict::NotReached => {
                format!("it expects {}, finds {}", check.expected, check.found)
            }
        })
    }

    fn accepted(&self) -> Accepted {
        Accepted {
            reason: self.reason.clone(),
            issue: self.issue.clone(),
            expires: self.expires.to_string(),
        }
    }
}
