//! The smallest world in which a deviant disagrees with the oracle: the sets that `explore` goes through, judged without
//! any scenario's expectations.
//!
//! A deviant that is caught by the corpus alone would be caught because somebody thought of the case. One that disagrees
//! in a small world is caught by what the document allows, whoever writes the cases.

use std::fmt;

use crate::deviant::{Deviant, Role, deviant_target};
use crate::explore::{Disagreement, Found, Judging, Place, Random, Set, Space, Worlds};
use crate::minimize::Size;
use crate::spec::Readings;
use crate::suite::TargetError;
use crate::trace::Door;

/// The doors that a deviant has.
const DOORS: &[Door] = &[Door::Delegate, Door::Session];

/// How many worlds are drawn after the sets.
pub const DRAWN: u64 = 20_000;

/// The seed that they are drawn by.
pub const SEED: u64 = 0;

/// Deviants of the server that disagree in no world that is searched, each with the reason. One that disagrees in
/// none and does not stand here is an error, and so is one that stands here and disagrees.
pub const AGREEING: &[(&str, &str)] = &[
    ("passes over an operation it does not know", UNKNOWN),
    (
        "answers an operation it does not know as if it had started",
        UNKNOWN,
    ),
    (
        "compares the names of types without their namespaces",
        UNKNOWN,
    ),
    ("keeps the inner exceptions to itself", WORDS),
    ("counts keepalives alone as a sign of life", SILENCE),
    ("never ends a silent session", SILENCE),
    (
        "counts no keepalive before the start as a sign of life",
        SILENCE,
    ),
    (
        "ends a session that was silent for a minute in all",
        SILENCE,
    ),
    ("ends every session when one is lost", LOST),
    (
        "starts what was initialized when the connection is lost",
        LOST,
    ),
    ("goes on calling back when the connection is lost", LOST),
    (
        "takes SetOverallStatus from the client for the end of the session",
        "what a client's callback operation does not do is asked by scenarios only",
    ),
    ("tells a subtask that failed as success", SUBTASKS),
    ("never tells that a subtask has ended", SUBTASKS),
    ("reports no subtasks", SUBTASKS),
    (
        "stores DNS settings that nobody flagged as modified",
        "the oracle leaves open whether they are stored; scenarios ask for our reading",
    ),
    ("raises a failure as a fault reply as well", REPLY),
    ("answers the start after the end", REPLY),
    (
        "takes local administrators for administrators of everything",
        "the oracle leaves open what a local administrator may; scenarios ask for our reading",
    ),
];

const UNKNOWN: &str = "no world has a message, or a namespace, that the protocol does not know";
const WORDS: &str = "what a partner says to a failure is passed on as scenarios ask only";
const SILENCE: &str = "how long a session may be silent is asked by scenarios only";
const LOST: &str = "what follows a lost connection is asked by scenarios only";
const SUBTASKS: &str = "whether and how subtasks are told is asked by scenarios only";
const REPLY: &str = "where the reply to the start stands is asked by scenarios only";

/// Where disagreements are searched: set (e), set (d), set (c) and worlds drawn by seed, in this order. Set (c) takes
/// longest, and is not searched for deviants that are expected to agree.
#[derive(Debug)]
pub struct SmallWorlds {
    spaces: Vec<Space>,
}

impl Default for SmallWorlds {
    fn default() -> Self {
        let drawn = Random {
            seed: SEED,
            count: DRAWN,
        };
        Self {
            spaces: vec![
                Space::Set(Worlds::of(Set::E)),
                Space::Set(Worlds::of(Set::D)),
                Space::Set(Worlds::of(Set::C)),
                Space::Random(drawn),
            ],
        }
    }
}

/// What a search came to.
#[derive(Debug, Clone)]
pub enum Sought {
    /// It disagrees here first.
    Found(Box<Smallest>),
    /// It disagrees nowhere.
    Nowhere,
    /// It was not searched: the reason.
    Not(&'static str),
    /// A world could not be carried out on it.
    CannotRun(TargetError),
}

/// A world in which a deviant disagrees, as small as it gets.
#[derive(Debug, Clone)]
pub struct Smallest {
    /// The set that it was found in, as `explore` calls it: `c`, `d`, `random-0`.
    pub set: String,
    /// Where in that set.
    pub place: Place,
    /// Whether deviations were counted, as under `--strict`.
    pub strict: bool,
    /// What is left of it.
    pub size: Size,
    /// The check that fails there.
    pub disagreement: Disagreement,
    /// The door it fails through.
    pub door: Door,
    /// The text of a scenario file that shows it; what the language cannot say has none.
    pub text: Option<String>,
}

impl Smallest {
    /// The rows of its world.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.size.servers + self.size.relations + self.size.scopes
    }
}

impl fmt::Display for Smallest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |count: usize, of: &str| match count {
            1 => format!("1 {of}"),
            count => format!("{count} {of}s"),
        };
        write!(
            f,
            "{} {}: {}, {}, {} fails",
            self.set,
            self.place,
            counted(self.rows(), "row"),
            counted(self.size.steps, "step"),
            self.disagreement.requirement
        )
    }
}

/// Why it is no mistake that a deviant disagrees with the oracle nowhere; `None` where it has to disagree.
#[must_use]
pub fn reason_to_agree(deviant: &Deviant) -> Option<&'static str> {
    if deviant.role == Role::Equal {
        return Some("it breaks nothing");
    }
    AGREEING
        .iter()
        .find(|(name, _)| *name == deviant.name)
        .map(|(_, reason)| *reason)
}

/// Searches for the smallest world in which a deviant disagrees. With `strict_only` a deviation is enough; otherwise it
/// is where no world of a set shows a failure.
#[must_use]
pub fn smallest(
    deviant: &Deviant,
    strict_only: bool,
    readings: &Readings,
    worlds: &SmallWorlds,
) -> Sought {
    if deviant.hooks.client.is_some() {
        return Sought::Not("it is our own client, which no world judges");
    }
    if deviant.hooks.envelope.is_some() {
        return Sought::Not("it shows in envelopes, which are the same in every world");
    }
    let make = |door| deviant_target(deviant.hooks, door);
    let judged_by = |strict| Judging {
        make: &make,
        doors: DOORS,
        readings,
        strict,
    };
    // What is not expected to disagree at all is not searched twice.
    let agrees = reason_to_agree(deviant).is_some();
    let ways: &[bool] = if strict_only || agrees {
        &[true]
    } else {
        &[false, true]
    };
    let spaces = worlds.spaces.iter();
    for space in spaces.filter(|space| !agrees || space.set() != Some(Set::C)) {
        for strict in ways {
            let judging = judged_by(*strict);
            match space.first_disagreement(&judging) {
                Ok(None) => {}
                Ok(Some(found)) => {
                    let found = found.shrunk(&judging);
                    return Sought::Found(Box::new(described(deviant, space, *strict, found)));
                }
                Err(error) => return Sought::CannotRun(error),
            }
        }
    }
    Sought::Nowhere
}

fn described(deviant: &Deviant, space: &Space, strict: bool, found: Found) -> Smallest {
    let again = format!(
        "ipamconf deviants --smallest --format json --filter '{}'",
        deviant.name
    );
    Smallest {
        set: space.name(),
        place: found.place,
        strict,
        size: Size::of(&found.case),
        text: found.text(space, &again).ok(),
        disagreement: found.disagreement,
        door: found.door,
    }
}
