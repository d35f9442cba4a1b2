//! The kill matrix as data: everything that its readers show, worked out once.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::deviant::oracle::{Contradiction, OracleDeviant};
use crate::deviant::{Deviant, Failure, Role, Row, Smallest, Sought, reason_to_agree};
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
    /// It agrees with the oracle in every world that was searched, and nothing says why it should.
    #[error("agrees with the oracle in every small world, and no reason is listed")]
    Agrees,
    /// It disagrees with the oracle, though a reason is listed why it should not.
    #[error("disagrees with the oracle in {world}, though listed as agreeing: {reason}")]
    Disagrees {
        /// The world.
        world: String,
        /// The reason.
        reason: &'static str,
    },
}

/// What became of one deviant, all together.
#[derive(Debug)]
pub struct OnTrial {
    /// What the corpus shows.
    pub row: Row,
    /// Of one that follows a reading, whether it is accused of something under that reading.
    pub accused_under_its_reading: Option<bool>,
    /// What the search for a small world came to, where there was one.
    pub sought: Option<Sought>,
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
    /// What the search for small worlds came to, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub small_worlds: Option<SmallWorldsFound>,
    /// A row for each deviant.
    pub deviants: Vec<ListedDeviant>,
    /// A row for each oracle with a mistake.
    pub oracles: Vec<ListedOracle>,
}

/// What the search for small worlds came to. Those that have to agree with the oracle do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SmallWorldsFound {
    /// How many deviants change what our server shows.
    pub searched: usize,
    /// How many of them disagree with the oracle in a small world.
    pub disagreeing: usize,
    /// In how many of these it is their own requirement that fails.
    pub own: usize,
    /// The most rows that such a world has.
    pub rows_max: usize,
    /// The most steps.
    pub steps_max: usize,
}

/// The smallest world in which a deviant disagrees with the oracle.
#[derive(Debug, Clone, Serialize)]
pub struct ListedWorld {
    /// The set that it was found in, as `explore` calls it.
    pub set: String,
    /// Its place there.
    pub place: String,
    /// The door.
    pub door: String,
    /// Whether that takes `--strict`.
    pub strict: bool,
    /// Servers, relationships and scopes.
    pub rows: usize,
    /// Rules for the partner.
    pub rules: usize,
    /// Steps.
    pub steps: usize,
    /// The requirement that fails.
    pub requirement: String,
    /// The check that says so.
    pub check: String,
    /// What the document allows.
    pub expected: String,
    /// What was found.
    pub found: String,
    /// A scenario file that shows it.
    pub scenario: Option<String>,
    /// All of it in a few words.
    #[serde(skip)]
    pub words: String,
}

impl From<&Smallest> for ListedWorld {
    fn from(smallest: &Smallest) -> Self {
        Self {
            set: smallest.set.clone(),
            place: smallest.place.to_string(),
            door: smallest.door.to_string(),
            strict: smallest.strict,
            rows: smallest.rows(),
            rules: smallest.size.rules,
            steps: smallest.size.steps,
            requirement: smallest.disagreement.requirement.clone(),
            check: smallest.disagreement.check.clone(),
            expected: smallest.disagreement.expected.clone(),
            found: smallest.disagreement.found.clone(),
            scenario: smallest.text.clone(),
            words: smallest.to_string(),
        }
    }
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
    /// The smallest world in which it disagrees with the oracle, where one was searched and found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smallest: Option<ListedWorld>,
    /// Why it is right that there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agrees_because: Option<&'static str>,
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
    /// The matrix of what became of the deviants and of the oracles.
    #[must_use]
    pub fn new(rows: &[OnTrial], oracles: &[(OracleDeviant, Option<Contradiction>)]) -> Self {
        let mut known: BTreeMap<u64, &'static str> = BTreeMap::new();
        let mistakes = || {
            rows.iter()
                .map(|on_trial| &on_trial.row)
                .filter(|row| row.deviant.role == Role::Mistake)
        };
        let count = |wanted: fn(&Row) -> bool| mistakes().filter(|row| wanted(row)).count();
        Self {
            total: mistakes().count(),
            killed: count(Row::is_killed),
            survived: count(|row| !row.is_killed()),
            first_failure_own: count(|row| row.first == Some(row.deviant.requirement)),
            small_worlds: small_worlds(rows),
            deviants: rows
                .iter()
                .map(|on_trial| {
                    let row = &on_trial.row;
                    let mut trouble = trouble(on_trial);
                    if row.deviant.role == Role::Mistake && row.differing > 0 {
                        match known.get(&row.fingerprint) {
                            Some(other) => trouble.push(Trouble::Alike(other)),
                            None => {
                                known.insert(row.fingerprint, row.deviant.name);
                            }
                        }
                    }
                    ListedDeviant::new(on_trial, &trouble)
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
    fn new(on_trial: &OnTrial, trouble: &[Trouble]) -> Self {
        let row = &on_trial.row;
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
            smallest: match &on_trial.sought {
                Some(Sought::Found(smallest)) => Some(ListedWorld::from(&**smallest)),
                _ => None,
            },
            agrees_because: match &on_trial.sought {
                Some(Sought::Not(reason)) => Some(reason),
                Some(Sought::Nowhere) => reason_to_agree(&row.deviant),
                _ => None,
            },
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

/// Counts over the deviants that change what our server shows; `None` where nothing was searched.
fn small_worlds(rows: &[OnTrial]) -> Option<SmallWorldsFound> {
    let searched: Vec<(&Deviant, &Sought)> = rows
        .iter()
        .filter_map(|on_trial| Some((&on_trial.row.deviant, on_trial.sought.as_ref()?)))
        .filter(|(deviant, sought)| {
            deviant.role != Role::Equal && !matches!(sought, Sought::Not(_))
        })
        .collect();
    rows.iter().find_map(|on_trial| on_trial.sought.as_ref())?;
    let found: Vec<(&Deviant, &Smallest)> = searched
        .iter()
        .filter_map(|(deviant, sought)| match sought {
            Sought::Found(smallest) => Some((*deviant, &**smallest)),
            _ => None,
        })
        .collect();
    let own = |(deviant, smallest): &&(&Deviant, &Smallest)| {
        smallest.disagreement.cited() == Some(deviant.requirement)
    };
    let most = |count: fn(&Smallest) -> usize| {
        let counts = found.iter().map(|(_, smallest)| count(smallest));
        counts.max().unwrap_or(0)
    };
    Some(SmallWorldsFound {
        searched: searched.len(),
        disagreeing: found.len(),
        own: found.iter().filter(own).count(),
        rows_max: most(Smallest::rows),
        steps_max: most(|smallest| smallest.size.steps),
    })
}

fn trouble(on_trial: &OnTrial) -> Vec<Trouble> {
    let row = &on_trial.row;
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
    if on_trial.accused_under_its_reading == Some(true) {
        found.push(Trouble::AccusedUnderItsReading);
    }
    match (&on_trial.sought, reason_to_agree(&row.deviant)) {
        (Some(Sought::Nowhere), None) => found.push(Trouble::Agrees),
        (Some(Sought::Found(smallest)), Some(reason)) => found.push(Trouble::Disagrees {
            world: smallest.to_string(),
            reason,
        }),
        (Some(Sought::CannotRun(error)), _) => found.push(Trouble::CannotRun(error.to_string())),
        _ => {}
    }
    found
}

fn case_words(scenario: &str, case: Option<&str>, door: Door) -> String {
    let case = case.map_or_else(String::new, |case| format!(": {case}"));
    format!("{scenario}{case} [{door}]")
}
