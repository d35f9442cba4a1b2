//! The kill matrix as data: everything that its readers show, worked out once.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::deviant::oracle::{Contradiction, OracleDeviant};
use crate::deviant::{Failure, Role, Row};
use crate::trace::Door;

/// What is not as it should be with a deviant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// No check that cites its own requirement failed.
    #[error("survived: no check that cites its requirement failed")]
    Survived,
    /// It breaks nothing, and a check failed or deviated.
    #[error("accused, though it breaks nothing")]
    Accused,
    /// It follows a reading, and a check failed or deviated under that reading.
    #[error("accused under its own reading")]
    AccusedUnderItsReading,
    /// It shows the same traces as another one.
    #[error("shows nothing else than: {0}")]
    Alike(&'static str),
    /// A case could not be carried out on it: that is no verdict.
    #[error("a case could not be carried out: {0}")]
    CannotRun(String),
}

/// The whole matrix.
#[derive(Debug, Clone, Serialize)]
pub struct Listing {
    /// How many mistakes there are; controls do not count.
    pub total: usize,
    /// How many of them are caught by a check that cites their own requirement.
    pub killed: usize,
    /// How many are not.
    pub survived: usize,
    /// Of how many the first failure that `run` prints cites their own requirement.
    pub first_failure_own: usize,
    /// A row for each deviant.
    pub deviants: Vec<ListedDeviant>,
    /// A row for each oracle with a mistake.
    pub oracles: Vec<ListedOracle>,
}

/// One deviant.
#[derive(Debug, Clone, Serialize)]
pub struct ListedDeviant {
    /// What it does.
    pub name: &'static str,
    /// The requirement that it breaks.
    pub requirement: &'static str,
    /// The section of [MS-IPAMM2] that the requirement restates.
    pub section: &'static str,
    /// `mistake`, `equal`, or the reading that it follows.
    pub role: String,
    /// Whether a check that cites its requirement failed.
    pub killed: bool,
    /// Whether that takes `--strict`, since the requirement is graded SOFT.
    pub strict: bool,
    /// How many cases show something else than the simulator.
    pub differing: usize,
    /// In how many of them a check that cites its requirement failed.
    pub kills: usize,
    /// The first of these.
    pub first_kill: Option<String>,
    /// The requirement of the first failure that `run` prints.
    pub first_failure: Option<&'static str>,
    /// Every requirement that is cited by a failure, with the number of cases.
    pub cited: Vec<(&'static str, usize)>,
    /// What is not as it should be.
    pub trouble: Vec<String>,
}

/// One oracle with a mistake.
#[derive(Debug, Clone, Serialize)]
pub struct ListedOracle {
    /// What it gets wrong.
    pub name: &'static str,
    /// Whether the simulator contradicts it.
    pub contradicted: bool,
    /// The first case in which it does.
    pub by: Option<String>,
    /// The requirement that it would have us say is broken.
    pub requirement: Option<&'static str>,
}

impl Listing {
    /// The matrix of these rows. `under_own_reading` says of each deviant that follows a reading whether it is accused
    /// of something there.
    #[must_use]
    pub fn new(
        rows: &[(Row, Option<bool>)],
        oracles: &[(OracleDeviant, Option<Contradiction>)],
    ) -> Self {
        let mut known: BTreeMap<u64, &'static str> = BTreeMap::new();
        let mistakes = || {
            rows.iter()
                .map(|(row, _)| row)
                .filter(|row| row.deviant.role == Role::Mistake)
        };
        let count = |wanted: fn(&Row) -> bool| mistakes().filter(|row| wanted(row)).count();
        Self {
            total: mistakes().count(),
            killed: count(Row::is_killed),
            survived: count(|row| !row.is_killed()),
            first_failure_own: count(|row| row.first == Some(row.deviant.requirement)),
            deviants: rows
                .iter()
                .map(|(row, accused)| {
                    let mut trouble = trouble(row, *accused);
                    if row.deviant.role == Role::Mistake && row.differing > 0 {
                        match known.get(&row.fingerprint) {
                            Some(other) => trouble.push(Trouble::Alike(other)),
                            None => {
                                known.insert(row.fingerprint, row.deviant.name);
                            }
                        }
                    }
                    ListedDeviant::new(row, &trouble)
                })
                .collect(),
            oracles: oracles
                .iter()
                .map(|(oracle, by)| ListedOracle {
                    name: oracle.name,
                    contradicted: by.is_some(),
                    by: by
                        .as_ref()
                        .map(|by| case_words(&by.scenario, by.case.as_deref(), by.door)),
                    requirement: by.as_ref().map(|by| by.requirement.name()),
                })
                .collect(),
        }
    }

    /// Whether everything is as it should be.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.deviants.iter().all(|row| row.trouble.is_empty())
            && self.oracles.iter().all(|oracle| oracle.contradicted)
    }

    /// How many oracles the simulator contradicts.
    #[must_use]
    pub fn contradicted(&self) -> usize {
        self.oracles
            .iter()
            .filter(|oracle| oracle.contradicted)
            .count()
    }
}

impl ListedDeviant {
    fn new(row: &Row, trouble: &[Trouble]) -> Self {
        let requirement = row.deviant.requirement;
        Self {
            name: row.deviant.name,
            requirement: requirement.name(),
            section: requirement.section(),
            role: match row.deviant.role {
                Role::Mistake => "mistake".to_owned(),
                Role::Equal => "equal".to_owned(),
                Role::Reading(question, reading) => format!("{question}={reading}"),
            },
            killed: row.is_killed(),
            strict: row.strict_only,
            differing: row.differing,
            kills: row.kills.len(),
            first_kill: row.kills.first().map(
                |Failure {
                     scenario,
                     case,
                     door,
                 }| case_words(scenario, case.as_deref(), *door),
            ),
            first_failure: row.first.map(|id| id.name()),
            cited: row
                .cited
                .iter()
                .map(|(id, cases)| (id.name(), *cases))
                .collect(),
            trouble: trouble.iter().map(ToString::to_string).collect(),
        }
    }

    /// What became of it, in a few words.
    #[must_use]
    pub const fn verdict(&self) -> &'static str {
        match (self.killed, self.strict) {
            (true, false) => "caught",
            (true, true) => "caught under --strict",
            (false, _) => "not caught",
        }
    }
}

fn trouble(row: &Row, accused_under_its_reading: Option<bool>) -> Vec<Trouble> {
    let mut found: Vec<Trouble> = row
        .errors
        .first()
        .map(|error| Trouble::CannotRun(error.to_string()))
        .into_iter()
        .collect();
    match row.deviant.role {
        Role::Mistake | Role::Reading(..) if !row.is_killed() => found.push(Trouble::Survived),
        Role::Equal if !row.cited.is_empty() => found.push(Trouble::Accused),
        _ => {}
    }
    if accused_under_its_reading == Some(true) {
        found.push(Trouble::AccusedUnderItsReading);
    }
    found
}

fn case_words(scenario: &str, case: Option<&str>, door: Door) -> String {
    let case = case.map_or_else(String::new, |case| format!(": {case}"));
    format!("{scenario}{case} [{door}]")
}
