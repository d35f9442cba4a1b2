//! Which requirement an operation breaks that ended in another way than it should, or not at all.
//!
//! What decides the right end says why the wrong one is wrong: a fault the delegate owes, a right the caller has or
//! lacks. What came instead may say it more exactly: a refusal in the wrong place, the rights of another session.

use crate::check::operation::{Operation, Request, Stored};
use crate::check::oracle::{end_words, seen_end};
use crate::check::rows;
use crate::model::{Callback, Event, IpamException, Terminal, Value};
use crate::oracle::{self, Allowed, Case, Choice, Stage};
use crate::spec::{Grade, IpamExceptionId, RequirementId, SubTaskStatus};
use crate::trace::{SessionIndex, Trace, What};
use crate::verdict::{CheckResult, CheckVerdict, Judge};

/// An end that is not among those allowed.
pub(super) fn unexpected(
    trace: &Trace,
    operation: &Operation<'_>,
    case: &Case<'_>,
    allowed: &Allowed,
    stage: Stage,
) -> CheckResult {
    let ruling = &allowed.ends[0];
    let requirement = broken(trace, operation, case, allowed, Some(stage));
    // One way only, yet graded EITHER: the ruling is soft. So is that the right to replicate is enough (OQ-13).
    let soft = allowed.ends.len() == 1 && ruling.grade != Grade::Hard
        || requirement == RequirementId::R_AUTH_12;
    let expected = allowed
        .ends
        .iter()
        .map(end_words)
        .collect::<Vec<_>>()
        .join(", or ");
    let found = match stage {
        Stage::StartFault => "a fault in answer to StartOperationWithCallback".to_owned(),
        Stage::Processing(terminal) => format!("SetOverallStatus with {terminal}"),
    };
    let grade = if soft { Grade::Soft } else { Grade::Hard };
    CheckResult::differs(requirement, grade, Judge::Oracle, "end", expected, found)
}

/// No end that could be judged.
pub(super) fn missing(
    trace: &Trace,
    operation: &Operation<'_>,
    case: &Case<'_>,
    allowed: &Allowed,
) -> CheckResult {
    let fault = operation
        .answer
        .filter(|(_, event)| matches!(event, Event::Fault(_)));
    let found = match (fault, operation.started()) {
        (Some(_), _) => "a fault reply after StartProgressCallback, and no SetOverallStatus",
        (None, Some(_)) => "StartProgressCallback, and no SetOverallStatus with a Completed value",
        (None, None) => "neither a fault reply nor a callback that tells an end",
    };
    CheckResult::differs(
        broken(trace, operation, case, allowed, None),
        Grade::Hard,
        Judge::Oracle,
        "end",
        end_words(&allowed.ends[0]),
        found,
    )
    .about_event(fault.map(|(number, _)| number))
}

/// The requirement that is broken when a refused InitializeOperationParameters ends the session without a fault.
pub(super) const fn of_refusal(ruling: RequirementId) -> RequirementId {
    match ruling {
        RequirementId::R_INIT_2 | RequirementId::R_INIT_3 | RequirementId::R_INIT_4 => {
            RequirementId::R_INIT_7
        }
        other => other,
    }
}

/// Whether what an operation was told by a fault, reply or status, is that access is denied.
pub(super) fn is_denial(operation: &Operation<'_>) -> bool {
    const DENIED: [IpamExceptionId; 2] = [
        IpamExceptionId::INSUFFICIENT_PRIVILEGE,
        IpamExceptionId::ACCESS_DENIED,
    ];
    exceptions(operation)
        .flat_map(IpamException::ids)
        .any(|id| DENIED.contains(&id))
}

fn exceptions<'a>(operation: &'a Operation<'_>) -> impl Iterator<Item = &'a IpamException> {
    let reply = match operation.answer {
        Some((_, Event::Fault(fault))) => fault.detail.as_ref(),
        _ => None,
    };
    let told = operation
        .callbacks
        .iter()
        .filter_map(|(_, callback)| match callback {
            Callback::SetOverallStatus {
                completion_status: Some(status),
                ..
            } => status.exception(),
            _ => None,
        });
    reply.into_iter().chain(told)
}

fn broken(
    trace: &Trace,
    operation: &Operation<'_>,
    case: &Case<'_>,
    allowed: &Allowed,
    seen: Option<Stage>,
) -> RequirementId {
    use RequirementId as R;
    const FAILURE: Stage = Stage::Processing(Terminal::Failure);
    let ruling = &allowed.ends[0];
    match (ruling.stage, seen) {
        // What is refused before the operation is refused before StartProgressCallback, and by no other callback.
        (Stage::StartFault, None | Some(FAILURE)) if operation.faulted() => R::R_PRE_5,
        (Stage::StartFault, _) if is_about_rights(ruling.requirement) => match seen {
            Some(FAILURE) if fails_by_itself(operation, case) => R::R_AUTH_3,
            Some(FAILURE | Stage::StartFault) | None => R::R_PRE_1,
            Some(stage) => {
                of_another_session(trace, operation, case, stage).unwrap_or(ruling.requirement)
            }
        },
        (Stage::Processing(_), Some(stage)) if is_denial(operation) => {
            of_another_session(trace, operation, case, stage)
                .or_else(|| oracle::right_to_start(case, parameters(operation)?))
                .unwrap_or(ruling.requirement)
        }
        // A fault reply alone is no end (OQ-8).
        (FAILURE, None) if operation.faulted() => R::R_PROC_2,
        // The fault was noticed, and told as something else.
        (FAILURE, Some(_)) if a_subtask_failed(operation) => R::R_PROC_2,
        // A replication that faults owes its telling, whatever the inner step that it met.
        (FAILURE, None) => match operation.failure_details() {
            told @ (R::R_31_7 | R::R_29_8) => told,
            _ => ruling.requirement,
        },
        // A failure where nothing was to be done: what is to be skipped was taken for an error.
        (Stage::Processing(Terminal::Success), Some(FAILURE)) => {
            skipped(allowed).unwrap_or(ruling.requirement)
        }
        _ => ruling.requirement,
    }
}

/// The step by which the first scope is to be skipped, where nothing else may become of any.
fn skipped(allowed: &Allowed) -> Option<RequirementId> {
    let mut steps = allowed.fates.iter().map(|fate| match fate.choices[..] {
        [Choice::Skip { requirement, .. }] => Some(requirement),
        _ => None,
    });
    let first = steps.next().flatten()?;
    steps.all(|step| step.is_some()).then_some(first)
}

/// Whether an end is decided by what the caller may do ([MS-IPAMM2] 3.19.6.1).
const fn is_about_rights(requirement: RequirementId) -> bool {
    matches!(
        requirement,
        RequirementId::R_AUTH_4 | RequirementId::R_AUTH_10 | RequirementId::R_AUTH_11
    )
}

/// The parameters that the operation was started with, where they are known.
const fn parameters<'a>(operation: &Operation<'a>) -> Option<Option<&'a Value>> {
    match operation.request {
        Request::Start(Stored::Accepted(paramters)) => Some(paramters),
        _ => None,
    }
}

/// Whether the delegate would fail for a caller with every right, too.
fn fails_by_itself(operation: &Operation<'_>, case: &Case<'_>) -> bool {
    let administrator = crate::world::Caller::default();
    let case = Case {
        caller: &administrator,
        ..*case
    };
    parameters(operation).is_some_and(|paramters| {
        let allowed = oracle::start(&case, paramters);
        allowed.ends[0].stage == Stage::Processing(Terminal::Failure)
    })
}

/// R-AUTH-13, where the end is the right one for the caller of another session.
fn of_another_session(
    trace: &Trace,
    operation: &Operation<'_>,
    case: &Case<'_>,
    stage: Stage,
) -> Option<RequirementId> {
    let paramters = parameters(operation)?;
    let fits = trace.log.iter().any(|record| match &record.what {
        // Its own caller's end would have been no wrong one.
        What::Opened { caller } => {
            let case = Case { caller, ..*case };
            let allowed = oracle::start(&case, paramters);
            allowed.ends.iter().any(|end| end.stage == stage)
        }
        _ => false,
    });
    fits.then_some(RequirementId::R_AUTH_13)
}

fn a_subtask_failed(operation: &Operation<'_>) -> bool {
    operation.callbacks.iter().any(|(_, callback)| {
        matches!(
            callback,
            Callback::SetSubTaskStatus {
                status: SubTaskStatus::CompletedWithError,
                ..
            }
        )
    })
}

/// R-INIT-5, where what happened is wrong for the session's parameters and right for those of another
/// InitializeOperationParameters of the run: then that object was used. SOFT where it is the session's own earlier one,
/// which nothing says is replaced (OQ-17).
pub(super) fn other_parameters(
    trace: &Trace,
    operation: &Operation<'_>,
    operations: &[Operation<'_>],
    case: &Case<'_>,
    results: &[CheckResult],
) -> Option<CheckResult> {
    let fails = |result: &CheckResult| result.verdict == CheckVerdict::Fail;
    let own = parameters(operation)?;
    if !results.iter().any(fails) {
        return None;
    }
    // Where nothing was changed, anything may have been used: only a session beside this one makes it likely. The
    // session's own earlier object is allowed, however unlikely.
    let changed = operation.before != operation.after;
    let initialized = operations
        .iter()
        .filter(|earlier| {
            earlier.session == operation.session
                && matches!(earlier.request, Request::Initialize(_))
        })
        .find_map(|earlier| earlier.answer.map(|(number, _)| number))?;
    let is_likely = |other: SessionIndex| {
        if changed || other == operation.session {
            return true;
        }
        let closed = operations
            .iter()
            .filter(|operation| operation.session == other)
            .find_map(|operation| operation.closed);
        closed.is_none_or(|closed| closed > initialized)
    };
    let (number, stage) = seen_end(operation)?;
    let is_own = |other: &&Operation<'_>| other.session == operation.session;
    let (own_earlier, of_others): (Vec<_>, Vec<_>) = operations.iter().partition(is_own);
    let other = own_earlier.into_iter().chain(of_others).find(|other| {
        let (Request::Initialize(paramters), Some((_, answer))) = (other.request, other.answer)
        else {
            return false;
        };
        if paramters == own
            || *answer != Event::InitializeOperationParametersResponse
            || !is_likely(other.session)
        {
            return false;
        }
        let allowed = oracle::start(case, paramters);
        allowed.ends.iter().any(|end| end.stage == stage)
            && !rows::judge(trace, operation, &allowed, Some(stage))
                .iter()
                .any(fails)
    })?;
    let (grade, whose) = if other.session == operation.session {
        (Grade::Soft, "that came before it")
    } else {
        (Grade::Hard, "of another session")
    };
    let result = CheckResult::differs(
        RequirementId::R_INIT_5,
        grade,
        Judge::Oracle,
        "parameters-of-the-session",
        "an operation with the parameters that the session was given last",
        format!("one with those of an InitializeOperationParameters {whose}"),
    );
    Some(result.about_event(Some(number)))
}
