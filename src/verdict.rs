//! What a check finds: one comparison that cites exactly one requirement.
//!
//! Floor 2. Results are data; a failed expectation is never an error of the run.

use crate::spec::{Grade, Question, RequirementId};

/// The verdict of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckVerdict {
    /// As expected.
    Pass,
    /// Different, and that is a failure.
    Fail,
    /// Different, and that is to be shown.
    Deviates,
    /// This door cannot show it.
    NotObservable,
    /// The step it belongs to was never taken.
    NotReached,
}

impl CheckVerdict {
    /// The word used in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Deviates => "deviates",
            Self::NotObservable => "not-observable",
            Self::NotReached => "not-reached",
        }
    }

    /// Whether something was compared at all.
    #[must_use]
    pub const fn is_judged(self) -> bool {
        matches!(self, Self::Pass | Self::Fail | Self::Deviates)
    }
}

/// Which part of the suite made a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Judge {
    /// The grammar of a session.
    Grammar,
    /// The oracle.
    Oracle,
    /// The scenario's own expectations.
    Scenario,
}

impl Judge {
    /// The word used in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grammar => "grammar",
            Self::Oracle => "oracle",
            Self::Scenario => "scenario",
        }
    }
}

/// A place in a scenario file: bytes from `start` up to `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    /// The one requirement it cites.
    pub requirement: RequirementId,
    /// What came out.
    pub verdict: CheckVerdict,
    /// How a difference counts.
    pub grade: Grade,
    /// Who made it.
    pub judge: Judge,
    /// Which check it is: a stable word such as `one-terminal-status`.
    pub check: &'static str,
    /// What was expected, for a person.
    pub expected: String,
    /// What was found, for a person.
    pub found: String,
    /// The place in the scenario that asks for it; `None` for what the suite asks by itself.
    pub span: Option<Span>,
    /// A second place that helps, with a few words on it.
    pub label: Option<(Span, String)>,
    /// The number of the event concerned, in the trace.
    pub event: Option<usize>,
    /// The step concerned.
    pub step: Option<usize>,
    /// The question whose ruling decided it, and the reading that would have passed, if there is one.
    pub reading: Option<(Question, &'static str)>,
}

impl CheckResult {
    /// A check that found what it expected.
    #[must_use]
    pub fn pass(
        requirement: RequirementId,
        grade: Grade,
        judge: Judge,
        check: &'static str,
    ) -> Self {
        Self {
            requirement,
            verdict: CheckVerdict::Pass,
            grade,
            judge,
            check,
            expected: String::new(),
            found: String::new(),
            span: None,
            label: None,
            event: None,
            step: None,
            reading: None,
        }
    }

    /// A check that found something else: a failure where the grade is HARD, a deviation otherwise.
    #[must_use]
    pub fn differs(
        requirement: RequirementId,
        grade: Grade,
        judge: Judge,
        check: &'static str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        let verdict = match grade {
            Grade::Hard => CheckVerdict::Fail,
            Grade::Soft | Grade::Either => CheckVerdict::Deviates,
        };
        Self {
            verdict,
            expected: expected.into(),
            found: found.into(),
            ..Self::pass(requirement, grade, judge, check)
        }
    }

    /// The same result, pointing at a place in the scenario.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// The same result, about an event.
    #[must_use]
    pub fn about_event(mut self, event: Option<usize>) -> Self {
        self.event = event;
        self
    }

    /// The same result, about a step.
    #[must_use]
    pub fn about_step(mut self, step: usize) -> Self {
        self.step = Some(step);
        self
    }
}
