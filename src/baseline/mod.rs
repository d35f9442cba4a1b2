//! Baselines: accepted failures of a known target, each with requirement, reason, issue and expiry date.
//!
//! An entry says what failed, not only that something did: the check that it accepts has to expect the same and,
//! unless the entry leaves it out, to find the same. Floor 4: texts and reports in, reports and texts out; today is
//! an argument.

mod apply;
mod date;
mod read;
mod write;

pub use apply::{Applied, Staleness};
pub use date::Date;
pub use read::{ENTRIES_MAX, read_baseline};
pub use write::{PLACEHOLDER, baseline_text};

use std::sync::Arc;

use crate::scenario::Source;
use crate::spec::RequirementId;
use crate::trace::Door;
use crate::verdict::Span;

/// A baseline file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// The file and its text.
    pub source: Arc<Source>,
    /// What it accepts, in the order of the file.
    pub entries: Vec<Entry>,
}

/// One accepted failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it begins.
    pub span: Span,
    /// Where its expiry date stands.
    pub expires_span: Span,
    /// The scenario's id.
    pub scenario: String,
    /// The case; `None` stands for each of the scenario's cases.
    pub case: Option<String>,
    /// The door; `None` stands for every door.
    pub door: Option<Door>,
    /// The requirement that the check cites.
    pub requirement: RequirementId,
    /// The word of the check.
    pub check: String,
    /// What the check expects.
    pub expected: String,
    /// What it finds; `None` where that varies and anything else than the expected is accepted.
    pub found: Option<String>,
    /// Why it is accepted.
    pub reason: String,
    /// Where that is followed up.
    pub issue: String,
    /// The last day it is accepted on.
    pub expires: Date,
}

impl Entry {
    /// Whether somebody still has to say why, or where it is followed up.
    #[must_use]
    pub fn is_placeholder(&self) -> bool {
        self.reason.starts_with(PLACEHOLDER) || self.issue.starts_with(PLACEHOLDER)
    }

    /// Which case it is about, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let case = self
            .case
            .as_ref()
            .map_or_else(String::new, |case| format!(", case `{case}`"));
        let door = self
            .door
            .map_or_else(String::new, |door| format!(", door {door}"));
        format!("`{}`{case}{door}", self.scenario)
    }
}
