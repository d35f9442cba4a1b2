//! The oracle against the trace: what was asked, what the document allows, what came.

use crate::check::operation::{Operation, Request, Stored};
use crate::check::rows;
use crate::model::{Callback, Event, IpamException, Terminal, Value};
use crate::oracle::{
    self, Allowed, AllowedReply, Case, EitherEnd, PartnerBounds, ReplyKind, Stage,
};
use crate::spec::{Grade, IpamAdminOperationId, Question, RULINGS, Readings, RequirementId};
use crate::trace::{Door, Trace};
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

/// Judges every operation of a trace that the oracle knows about.
pub(super) fn judge(
    trace: &Trace,
    operations: &[Operation<'_>],
    readings: &Readings,
    authority: &dyn Authority,
) -> Vec<CheckResult> {
    let mut results = Vec::new();
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
        let mut judged = match operation.request {
            Request::Initialize(paramters) => {
                initialize(operation, authority.initialize(&case, paramters))
            }
            Request::Start(_) | Request::Call(..) => {
                let Some(allowed) = allowed(operation, &case, authority) else {
                    continue;
                };
                let judged = start(trace, operation, &case, &allowed);
                taken = taken_by(operation, &allowed, &taken);
                judged
            }
            Request::Open | Request::Late(_) | Request::Raw => continue,
        };
        for result in &mut judged {
            result.step.get_or_insert(operation.step);
        }
        results.append(&mut judged);
    }
    results
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

fn initialize(operation: &Operation<'_>, allowed: Vec<AllowedReply>) -> Vec<CheckResult> {
    let (number, seen) = match operation.answer {
        Some((number, Event::InitializeOperationParametersResponse)) => {
            (number, ReplyKind::Response)
        }
        Some((number, Event::Fault(_))) => (number, ReplyKind::Fault),
        _ => return Vec::new(),
    };
    let Some(ruling) = allowed.first() else {
        return Vec::new();
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
        None => CheckResult::differs(
            ruling.requirement,
            Grade::Hard,
            Judge::Oracle,
            "initialize-reply",
            words(ruling.reply),
            words(seen),
        ),
    };
    vec![result.about_event(Some(number))]
}

const fn words(reply: ReplyKind) -> &'static str {
    match reply {
        ReplyKind::Response => "InitializeOperationParametersResponse",
        ReplyKind::Fault => "a fault in answer to InitializeOperationParameters",
    }
}

fn end_words(end: &EitherEnd) -> String {
    match end.stage {
        Stage::StartFault => {
            "a fault in answer to StartOperationWithCallback, and no callback".to_owned()
        }
        Stage::Processing(terminal) => format!("SetOverallStatus with {terminal}"),
    }
}

/// How an operation ended, as far as it shows, and the event that shows it.
fn seen_end(operation: &Operation<'_>) -> Option<(usize, Stage)> {
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
            let grade = if allowed.ends.len() > 1 {
                Grade::Either
            } else {
                ruling.grade
            };
            let found = allowed.ends.iter().find(|end| end.stage == stage);
            let result = match found {
                Some(end) => CheckResult {
                    found: end_words(end),
                    ..CheckResult::pass(end.requirement, grade, Judge::Oracle, "end")
                },
                None => unexpected_end(allowed, stage),
            };
            results.push(result.about_event(Some(number)));
            if let Some(end) = found {
                results.extend(details(operation, end, number));
            }
        }
        // The client itself ended the session: no end is owed.
        None if operation.cut_short => {}
        None => results.push(no_end(operation, ruling)),
    }
    results.extend(rows::judge(
        trace,
        operation,
        allowed,
        seen.map(|(_, stage)| stage),
    ));
    name_reading(trace, operation, case, &mut results);
    results
}

/// What there is instead, where an operation has no end that could be judged.
fn no_end(operation: &Operation<'_>, ruling: &EitherEnd) -> CheckResult {
    let fault = operation
        .answer
        .filter(|(_, event)| matches!(event, Event::Fault(_)));
    // R-PRE-5: what is refused before the operation is refused before StartProgressCallback.
    let late = fault.is_some() && ruling.stage == Stage::StartFault;
    let found = match (fault, operation.started()) {
        (Some(_), _) => "a fault reply after StartProgressCallback, and no SetOverallStatus",
        (None, Some(_)) => "StartProgressCallback, and no SetOverallStatus with a Completed value",
        (None, None) => "neither a fault reply nor a callback that tells an end",
    };
    CheckResult::differs(
        if late {
            RequirementId::R_PRE_5
        } else {
            ruling.requirement
        },
        Grade::Hard,
        Judge::Oracle,
        "end",
        end_words(ruling),
        found,
    )
    .about_event(fault.map(|(number, _)| number))
}

/// Where something failed, looks for a reading under which nothing would have: what the target may be following.
fn name_reading(
    trace: &Trace,
    operation: &Operation<'_>,
    case: &Case<'_>,
    results: &mut [CheckResult],
) {
    let fails = |result: &CheckResult| result.verdict == CheckVerdict::Fail;
    if !results.iter().any(fails) {
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

fn unexpected_end(allowed: &Allowed, stage: Stage) -> CheckResult {
    let ruling = &allowed.ends[0];
    // One way only, yet graded EITHER: the ruling is soft.
    let soft = allowed.ends.len() == 1 && ruling.grade != Grade::Hard;
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
    CheckResult::differs(
        ruling.requirement,
        grade,
        Judge::Oracle,
        "end",
        expected,
        found,
    )
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

/// Whether a door shows what happens in the store.
pub(super) const fn shows_store(door: Door) -> bool {
    matches!(door, Door::Delegate | Door::Session)
}
