//! Puts allowed outcomes together: the common shapes of an operation's end.

use crate::model::Terminal;
use crate::oracle::{Allowed, Case, EitherEnd, Stage};
use crate::spec::{Grade, IpamExceptionId, Question, RequirementId};

/// SetOverallStatus(CompletedWithFailure) (R-PROC-2).
pub(super) const FAILURE: Stage = Stage::Processing(Terminal::Failure);
/// SetOverallStatus(CompletedWithSuccess) (R-PROC-1).
pub(super) const SUCCESS: Stage = Stage::Processing(Terminal::Success);

/// The end that alone is allowed.
pub(super) fn hard(
    stage: Stage,
    requirement: RequirementId,
    details: &[IpamExceptionId],
) -> EitherEnd {
    EitherEnd {
        stage,
        requirement,
        question: None,
        grade: Grade::Hard,
        details: details.to_vec(),
    }
}

/// One of several ends that a question leaves.
pub(super) fn either(
    stage: Stage,
    requirement: RequirementId,
    question: Option<Question>,
    details: &[IpamExceptionId],
) -> EitherEnd {
    EitherEnd {
        stage,
        requirement,
        question,
        grade: Grade::Either,
        details: details.to_vec(),
    }
}

/// An operation that ends in one of these ways and writes nothing.
pub(super) fn without_writes(case: &Case<'_>, ends: Vec<EitherEnd>) -> Allowed {
    Allowed {
        ends,
        fates: Vec::new(),
        at_most_written: Vec::new(),
        taken: case.taken.clone(),
    }
}

/// The outcome with one more way to end, before the others or after them.
///
/// An operation that ends that way may have written nothing, so no partner rule need have taken anything.
pub(super) fn or(
    case: &Case<'_>,
    mut allowed: Allowed,
    end: EitherEnd,
    place: Place,
    question: Question,
) -> Allowed {
    for other in &mut allowed.ends {
        other.grade = Grade::Either;
        other.question.get_or_insert(question);
    }
    match allowed
        .ends
        .iter()
        .position(|other| other.stage == end.stage)
    {
        // the same end for another reason; it only has to come first
        Some(index) if place == Place::First => {
            allowed.ends.remove(index);
            allowed.ends.insert(0, end);
        }
        Some(_) => {}
        None if place == Place::First => allowed.ends.insert(0, end),
        None => allowed.ends.push(end),
    }
    // the same end for two reasons is no choice
    if let [only] = allowed.ends.as_mut_slice() {
        only.grade = Grade::Hard;
        only.question = None;
    }
    for (index, (least, _)) in allowed.taken.taken.iter_mut().enumerate() {
        *least = case.taken.taken.get(index).map_or(0, |before| before.0);
    }
    allowed
}

/// Where an end goes among others: the first is our ruling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Our ruling.
    First,
    /// Accepted as well.
    Last,
}
