//! Making a failing case as small as it gets: rows, steps, expectations and values that it does not need are left out.
//!
//! Floor 4, pure. What failing means is for the caller to say; the same case and the same answers give the same result.

mod edits;
mod rows;

use std::ops::Range;

use crate::minimize::edits::{Part, edits};
use crate::minimize::rows::{Removed, without_rows, without_rules, without_steps};
use crate::scenario::{Case, Head, NotWritable, write};
use crate::spec::REQUIREMENTS;
use crate::trace::Door;

/// How many smaller cases are tried at most. An ordinary scenario needs a few hundred.
pub const TRIES_MAX: u32 = 10_000;

/// How many rows and steps the cases that are tried have at most, all together: what a try takes grows with them.
pub const ROWS_TRIED_MAX: u64 = 1_000_000;

/// What became of a case.
#[derive(Debug, Clone)]
pub struct Minimized {
    /// The smallest case that was found; it still fails.
    pub case: Case,
    /// How many smaller cases were tried.
    pub tries: u32,
    /// Whether nothing single can be left out any more: false where [`TRIES_MAX`] or [`ROWS_TRIED_MAX`] ended it.
    pub is_minimal: bool,
}

/// What a case is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// Servers of the world.
    pub servers: usize,
    /// Relationships.
    pub relations: usize,
    /// Scopes.
    pub scopes: usize,
    /// Rules for the partner.
    pub rules: usize,
    /// Steps; a file without any has one.
    pub steps: usize,
    /// Single things that are expected.
    pub expectations: usize,
    /// Values that are not as the language leaves them.
    pub values: usize,
}

impl Size {
    /// The size of a case.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        let edits = edits(case);
        let parts = |part| edits.iter().filter(|edit| edit.part == part).count();
        Self {
            servers: case.world.servers.len(),
            relations: case.world.relations.len(),
            scopes: case.world.scopes.len(),
            rules: case.world.partner.len(),
            steps: case.steps.len(),
            expectations: parts(Part::Expectation),
            values: parts(Part::Value),
        }
    }
}

/// Leaves out of a case what it does not need to fail, until nothing single can be left out: no row (with what refers to
/// it), no step, no expectation, no value that could be the language's default or a smaller number.
///
/// `fails` says whether a case still fails; the case given is one that does. Where that one can be written as a scenario
/// file for its doors, so can every smaller one that is kept.
#[must_use]
pub fn minimize(case: &Case, fails: impl FnMut(&Case) -> bool) -> Minimized {
    let mut search = Search {
        gate: Gate::of(case),
        case: case.clone(),
        fails,
        tries: 0,
        rows: 0,
        is_over: false,
    };
    // A server takes most along: where it goes, hundreds of scopes need not be tried.
    for list in [
        List::Servers,
        List::Relations,
        List::Scopes,
        List::Rules,
        List::Steps,
    ] {
        search.chunks(list);
    }
    search.singles();
    Minimized {
        case: search.case,
        tries: search.tries,
        is_minimal: !search.is_over,
    }
}

/// Lists of which whole stretches are left out first.
#[derive(Debug, Clone, Copy)]
enum List {
    Servers,
    Relations,
    Scopes,
    Rules,
    Steps,
}

impl List {
    fn length(self, case: &Case) -> usize {
        match self {
            Self::Servers => case.world.servers.len(),
            Self::Relations => case.world.relations.len(),
            Self::Scopes => case.world.scopes.len(),
            Self::Rules => case.world.partner.len(),
            Self::Steps => case.steps.len(),
        }
    }

    fn without(self, case: &Case, stretch: Range<usize>) -> Case {
        let mut smaller = case.clone();
        let removed = Removed::default();
        match self {
            Self::Servers => without_rows(&mut smaller, removed.servers(stretch)),
            Self::Relations => without_rows(&mut smaller, removed.relations(stretch)),
            Self::Scopes => without_rows(&mut smaller, removed.scopes(stretch)),
            Self::Rules => without_rules(&mut smaller, stretch),
            Self::Steps => without_steps(&mut smaller, stretch),
        }
        smaller
    }
}

/// What a smaller case has to be, beside failing.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Gate {
    /// One that can be written for these doors.
    Doors(Vec<Door>),
    /// One that can be written.
    AnyDoor,
    /// Nothing: the whole case was none that could be written either.
    None,
}

impl Gate {
    fn of(case: &Case) -> Self {
        [Self::Doors(case.doors.clone()), Self::AnyDoor]
            .into_iter()
            .find(|gate| gate.lets_through(case))
            .unwrap_or(Self::None)
    }

    fn lets_through(&self, case: &Case) -> bool {
        let doors = match self {
            Self::Doors(doors) => Some(doors.clone()),
            Self::AnyDoor => None,
            Self::None => return true,
        };
        // Which requirement it is matters to nobody here: expectations have to have one.
        let requirements = if case.requirements.is_empty() {
            REQUIREMENTS.iter().map(|row| row.id).take(1).collect()
        } else {
            case.requirements.clone()
        };
        let head = Head {
            requirements,
            doors,
            ..Head::default()
        };
        // What is too large is on its way to become smaller.
        matches!(write(&head, case), Ok(_) | Err(NotWritable::TooLarge(_)))
    }
}

struct Search<F> {
    case: Case,
    gate: Gate,
    fails: F,
    tries: u32,
    rows: u64,
    is_over: bool,
}

impl<F: FnMut(&Case) -> bool> Search<F> {
    /// Keeps a smaller case if it still fails.
    fn keeps(&mut self, smaller: Case) -> bool {
        let world = &smaller.world;
        let rows = world.servers.len() + world.relations.len() + world.scopes.len();
        let rows = 1 + rows as u64 + smaller.steps.len() as u64;
        if self.tries >= TRIES_MAX || self.rows + rows > ROWS_TRIED_MAX {
            self.is_over = true;
            return false;
        }
        self.tries += 1;
        self.rows += rows;
        let kept = (self.fails)(&smaller) && self.gate.lets_through(&smaller);
        if kept {
            self.case = smaller;
        }
        kept
    }

    /// Leaves out stretches of a list: halves first, then what is left of them by smaller and smaller pieces.
    fn chunks(&mut self, list: List) {
        let mut length = list.length(&self.case).div_ceil(2);
        while length > 0 && !self.is_over {
            let mut start = 0;
            while start < list.length(&self.case) && !self.is_over {
                let before = list.length(&self.case);
                let end = before.min(start + length);
                let smaller = list.without(&self.case, start..end);
                // One step stays, whatever is left out.
                if list.length(&smaller) == before || !self.keeps(smaller) {
                    start = end;
                }
            }
            length = if length == 1 { 0 } else { length.div_ceil(2) };
        }
    }

    /// Tries every single edit until none is kept.
    fn singles(&mut self) {
        let mut progress = true;
        while progress && !self.is_over {
            progress = false;
            let mut list = edits(&self.case);
            let mut place = 0;
            while let Some(edit) = list.get(place)
                && !self.is_over
            {
                let mut smaller = self.case.clone();
                edit.apply(&mut smaller);
                if self.keeps(smaller) {
                    progress = true;
                    // What stood behind it has moved up.
                    list = edits(&self.case);
                } else {
                    place += 1;
                }
            }
        }
    }
}
