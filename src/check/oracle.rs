//! The oracle against the trace: what was asked, what the document allows, what came.

use std::sync::Arc;

use crate::check::foretell::{Foretold, What};
use crate::check::operation::{Operation, Request, Stored};
use crate::check::{rows, selection, wrong_end};
use crate::model::{Callback, Event, IpamException, Terminal, Value};
use crate::oracle::{
    self, Allowed, AllowedReply, Case, EitherEnd, PartnerBounds, ReplyKind, Stage,
};
use crate::spec::{Grade, IpamAdminOperationId, Question, RULINGS, Readings, RequirementId};
use crate::store::difference;
use crate::trace::Trace;
use crate::verdict::{CheckResult, CheckVerdict, Judge};

/// Whoever says what is allowed. [`Document`] is the oracle; another one puts the oracle itself on trial.
pub trait Authority {
    /// What may answer InitializeOperationParameters.
    fn initialize(&self, case: &Case<'_>, paramters: Option<&Value>) -> Vec<AllowedReply> {
        oracle::initialize(case, paramters)
    }

    /// What StartOperationWithCallback may lead to; `paramters` are those of the session, `None` where it has none.
    fn start(&self, case: &Case<'_>, paramters: Option<Option<&Value>>) -> Allowed {
        paramters.map_or_else(
            || oracle::start_without_parameters(case),
            |paramters| oracle::start(case, paramters),
        )
    }

    /// What a delegate that is called directly may do.
    fn call(
        &self,
        case: &Case<'_>,
        operation: IpamAdminOperationId,
        paramters: Option<&Value>,
    ) -> Allowed {
        oracle::call(case, operation, paramters)
    }
}

/// The oracle.
#[derive(Debug, Clone, Copy, Default)]
pub struct Document;

impl Authority for Document {}

/// Judges every operation of a trace that the authority knows about, and tells what it allows.
pub(super) fn judge(
    trace: &Trace,
    operations: &[Operation<'_>],
    readings: &Readings,
    authority: &dyn Authority,
) -> (Vec<CheckResult>, Vec<Foretold>) {
    let mut results = Vec::new();
    let mut foretold = Vec::new();
    let mut taken = PartnerBounds::default();
    for operation in operations.iter().filter(|operation| !operation.after_end) {
        let Some(before) = &operation.before else {
            continue;
        };
        let case = Case {
            tables: before,
            provisioned: trace.setup.provisioned,
            schema_conversion_required: trace.setup.schema_conversion_required,
            caller: operation.caller,
            roles: &trace.setup.roles,
            partner: &trace.setup.partner,
            taken: &taken,
            readings,
        };
        let (mut judged, what) = match operation.request {
            Request::Initialize(paramters) => {
                let replies = authority.initialize(&case, paramters);
                (initialize(operation, &replies), What::Replies(replies))
            }
            Request::Start(_) | Request::Call(..) => {
                let Some(allowed) = allowed(operation, &case, authority) else {
                    continue;
                };
                let judged = start(trace, operation, operations, &case, &allowed);
                taken = taken_by(operation, &allowed, &taken);
                (judged, What::Outcomes(allowed))
            }
            Request::Open | Request::Late { .. } | Request::Raw => continue,
        };
        foretold.push(Foretold {
            step: operation.step,
            session: operation.session,
            what,
            before: Arc::clone(before),
        });
        for result in &mut judged {
            result.step.get_or_insert(operation.step);
        }
        results.append(&mut judged);
    }
    (results, foretold)
}

/// What each partner rule can have taken after an operation as it went.
pub(super) fn taken_by(
    operation: &Operation<'_>,
    allowed: &Allowed,
    before: &PartnerBounds,
) -> PartnerBounds {
    let least = |index: usize| before.taken.get(index).map_or(0, |(least, _)| *least);
    let mut after = allowed.taken.clone();
    for (index, bounds) in after.taken.iter_mut().enumerate() {
        if operation.disturbed {
            // what was changed meanwhile may have led to other requests
            *bounds = (least(index), u64::MAX);
        } else if operation.cut_short {
            // what the client left was not gone through with
            bounds.0 = least(index);
        }
    }
    after
}

/// `None` where nobody knows what the session holds.
pub(super) fn allowed(
    operation: &Operation<'_>,
    case: &Case<'_>,
    authority: &dyn Authority,
) -> Option<Allowed> {
    match operation.request {
        Request::Start(Stored::Nothing) => Some(authority.start(case, None)),
        Request::Start(Stored::Accepted(paramters)) => Some(authority.start(case, Some(paramters))),
        Request::Call(id, paramters) => Some(authority.call(case, id, paramters)),
        _ => None,
    }
}

fn initialize(operation: &Operation<'_>, allowed: &[AllowedReply]) -> Vec<CheckResult> {
    let Some(ruling) = allowed.first() else {
        return Vec::new();
    };
    let differs = |requirement, found| {
        CheckResult::differs(
            requirement,
            Grade::Hard,
            Judge::Oracle,
            "initialize-reply",
            words(ruling.reply),
            found,
        )
    };
    let (number, seen) = match (operation.answer, operation.closed) {
        (Some((number, Event::InitializeOperationParametersResponse)), _) => {
            (number, ReplyKind::Response)
        }
        (Some((number, Event::Fault(_))), _) => (number, ReplyKind::Fault),
        // R-INIT-7: a fault and the end of the session, not one of the two.
        (None, Some(closed)) if allowed.iter().all(|reply| reply.reply == ReplyKind::Fault) => {
            let requirement = wrong_end::of_refusal(ruling.requirement);
            let found = "the end of the session, without an answer";
            return vec![differs(requirement, found).about_event(Some(closed))];
        }
        _ => return Vec::new(),
    };
    let grade = if allowed.len() > 1 {
        Grade::Either
    } else {
        Grade::Hard
    };
    let result = match allowed.iter().find(|reply| reply.reply == seen) {
        Some(reply) => CheckResult {
            found: words(seen).to_owned(),
            ..CheckResult::pass(reply.requirement, grade, Judge::Oracle, "initialize-reply")
        },
        // R-INIT-8: whoever is refused for lack of a right would have been allowed to initialize.
        None if wrong_end::is_denial(operation) => differs(RequirementId::R_INIT_8, words(seen)),
        None => differs(ruling.requirement, words(seen)),
    };
    vec![result.about_event(Some(number))]
}

const fn words(reply: ReplyKind) -> &'static str {
    match reply {
        ReplyKind::Response => "InitializeOperationParametersResponse",
        ReplyKind::Fault => "a fault in answer to InitializeOperationParameters",
    }
}

pub(super) fn end_words(end: &EitherEnd) -> String {
    match end.stage {
        Stage::StartFault => {
            "a fault in answer to StartOperationWithCallback, and no callback".to_owned()
        }
        Stage::Processing(terminal) => format!("SetOverallStatus with {terminal}"),
    }
}

/// How an operation ended, as far as it shows, and the event that shows it.
pub(super) fn seen_end(operation: &Operation<'_>) -> Option<(usize, Stage)> {
    if let Some((number, terminal)) = operation.terminal() {
        return Some((number, Stage::Processing(terminal)));
    }
    match operation.answer {
        Some((number, Event::Fault(_))) if operation.started().is_none() => {
            Some((number, Stage::StartFault))
        }
        _ => None,
    }
}

fn start(
    trace: &Trace,
    operation: &Operation<'_>,
    operations: &[Operation<'_>],
    case: &Case<'_>,
    allowed: &Allowed,
) -> Vec<CheckResult> {
    let mut results = Vec::new();
    let Some(ruling) = allowed.ends.first() else {
        return results;
    };
    let seen = seen_end(operation);
    match seen {
        // What was changed meanwhile may have decided it.
        _ if operation.disturbed => {}
        Some((number, stage)) => {
            let found = allowed.ends.iter().find(|end| end.stage == stage);
            let result = match found {
                Some(end) => CheckResult {
                    found: end_words(end),
                    ..CheckResult::pass(end.requirement, ruling.grade, Judge::Oracle, "end")
                },
                None => wrong_end::unexpected(trace, operation, case, allowed, stage),
            };
            results.push(result.about_event(Some(number)));
            if let Some(end) = found {
                results.extend(details(operation, end, number));
            }
        }
        // The client itself ended the session: no end is owed.
        None if operation.cut_short => {}
        None => results.push(wrong_end::missing(trace, operation, case, allowed)),
    }
    results.extend(rows::judge(
        trace,
        operation,
        allowed,
        seen.map(|(_, stage)| stage),
    ));
    if let Some(other) = wrong_end::other_parameters(trace, operation, operations, case, &results) {
        return vec![other];
    }
    selection::name_other_delegate(trace, operation, case, seen, &mut results);
    name_reading(trace, operation, case, &mut results);
    results
}

/// Where something failed, looks for a reading under which nothing would have: what the target may be following.
fn name_reading(
    trace: &Trace,
    operation: &Operation<'_>,
    case: &Case<'_>,
    results: &mut [CheckResult],
) {
    let fails = |result: &CheckResult| result.verdict == CheckVerdict::Fail;
    if !results.iter().any(fails) || shows_an_omission_alone(operation, results) {
        return;
    }
    let seen = seen_end(operation).map(|(_, stage)| stage);
    let reading = reading_that(case, |case| {
        allowed(operation, case, &Document).is_some_and(|allowed| {
            allowed.ends.iter().any(|end| Some(end.stage) == seen)
                && !rows::judge(trace, operation, &allowed, seen)
                    .iter()
                    .any(fails)
        })
    });
    for result in results.iter_mut().filter(|result| fails(result)) {
        result.reading = reading;
    }
}

/// Whether all that is wrong is that nothing was written. Under some readings nothing was to be written that shows, such
/// as a copy onto the source itself: nobody who left out everything is to be told that they follow one.
fn shows_an_omission_alone(operation: &Operation<'_>, results: &[CheckResult]) -> bool {
    let mut failures = results
        .iter()
        .filter(|result| result.verdict == CheckVerdict::Fail);
    failures.all(|result| result.check == "copy-written")
        && match (&operation.before, &operation.after) {
            (Some(before), Some(after)) => difference(before, after).is_empty(),
            _ => false,
        }
}

/// The reading of one question under which a test holds, if there is one: what the target may be following.
fn reading_that(
    case: &Case<'_>,
    holds: impl Fn(&Case<'_>) -> bool,
) -> Option<(Question, &'static str)> {
    for ruling in RULINGS {
        for reading in ruling.readings {
            if case.readings.is(ruling.question, reading.name) {
                continue;
            }
            let mut readings = case.readings.clone();
            if readings
                .choose(ruling.question.name(), reading.name)
                .is_ok()
                && holds(&Case {
                    readings: &readings,
                    ..*case
                })
            {
                return Some((ruling.question, reading.name));
            }
        }
    }
    None
}

/// The ids of the fault's details: a list nobody prescribes, so SOFT (OQ-8). Where there are no details at all the
/// grammar says so.
fn details(operation: &Operation<'_>, end: &EitherEnd, number: usize) -> Option<CheckResult> {
    if end.details.is_empty() {
        return None;
    }
    let exception: Option<&IpamException> = match end.stage {
        Stage::StartFault => match operation.answer {
            Some((_, Event::Fault(fault))) => fault.detail.as_ref(),
            _ => None,
        },
        Stage::Processing(Terminal::Failure) => {
            operation
                .callbacks
                .iter()
                .find_map(|(_, callback)| match callback {
                    Callback::SetOverallStatus {
                        completion_status: Some(status),
                        ..
                    } => status.exception(),
                    _ => None,
                })
        }
        Stage::Processing(Terminal::Success) => None,
    };
    let exception = exception?;
    let requirement = match end.stage {
        Stage::StartFault => RequirementId::R_FAULT_2,
        Stage::Processing(_) => operation.failure_details(),
    };
    let fits = exception.ids().any(|id| end.details.contains(&id));
    let result = if fits {
        CheckResult::pass(requirement, Grade::Soft, Judge::Oracle, "details")
    } else {
        let expected: Vec<_> = end.details.iter().map(|id| id.name()).collect();
        CheckResult::differs(
            requirement,
            Grade::Soft,
            Judge::Oracle,
            "details",
            format!("an IpamException that names {}", expected.join(" or ")),
            exception.to_string(),
        )
    };
    Some(result.about_event(Some(number)))
}
