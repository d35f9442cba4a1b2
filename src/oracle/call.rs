//! The delegates called directly ([MS-IPAMM2] 3.19.4.4.1): which one, its checks, and what replication may end in.

use std::collections::BTreeSet;

use crate::model::{Object, Value};
use crate::oracle::ends::{self, FAILURE, Place, SUCCESS};
use crate::oracle::fates::{self, Plain, Plan, Planned, Source};
use crate::oracle::objects::{self, Fit, Found, StatedServer};
use crate::oracle::{Allowed, Case, Choice, EitherEnd, Fate, partner, single, validation};
use crate::spec::{
    AddressFamily, Grade, IpamAdminOperationId, IpamExceptionId, Question, RequirementId,
};

/// The delegate of an operation called directly ([MS-IPAMM2] 3.19.4.4.1); `None` and nil are NULL parameters.
///
/// No authorization and no pre-operation checks; OperationId of the object does not matter, its type does.
#[must_use]
pub fn call(
    case: &Case<'_>,
    operation: IpamAdminOperationId,
    paramters: Option<&Value>,
) -> Allowed {
    use RequirementId as Id;
    match operation {
        IpamAdminOperationId::ReplicateServer => {
            match own(operation, paramters, [Id::R_31_1a, Id::R_31_1b]) {
                Ok(object) => replicate_server(case, object),
                Err(requirement) => refused(case, requirement, SERVER),
            }
        }
        IpamAdminOperationId::ReplicateScope => {
            match own(operation, paramters, [Id::R_29_1a, Id::R_29_1b]) {
                Ok(object) => replicate_scope(case, object),
                Err(requirement) => refused(case, requirement, SCOPES),
            }
        }
        IpamAdminOperationId::CreateDhcpScope => {
            match own(operation, paramters, [Id::R_3_1a, Id::R_3_1b]) {
                Ok(object) => single::create(case, object),
                Err(requirement) => refused(case, requirement, ADD),
            }
        }
        IpamAdminOperationId::EditDhcpScope => {
            match own(operation, paramters, [Id::R_4_1a, Id::R_4_1b]) {
                Ok(object) => single::update(case, object),
                Err(requirement) => refused(case, requirement, UPDATE),
            }
        }
        other => out_of_scope(case, other, paramters),
    }
}

const SERVER: IpamExceptionId = IpamExceptionId::FAILED_TO_REPLICATE_SERVER;
const SCOPES: IpamExceptionId = IpamExceptionId::FAILED_TO_REPLICATE_SCOPES;
pub(super) const ADD: IpamExceptionId = IpamExceptionId::SCOPE_FAILED_TO_ADD;
pub(super) const UPDATE: IpamExceptionId = IpamExceptionId::SCOPE_FAILED_TO_UPDATE;

/// The parameters of the delegate's own type, or the requirement that NULL or another type breaks.
fn own(
    operation: IpamAdminOperationId,
    paramters: Option<&Value>,
    [null, other]: [RequirementId; 2],
) -> Result<&Object, RequirementId> {
    match objects::content(paramters) {
        // R-31-1a, R-29-1a, R-3-1a, R-4-1a
        Found::Null => Err(null),
        // R-31-1c, R-PROC-3
        Found::Given(object) if objects::fit(operation, objects::type_name(object)) == Fit::Own => {
            Ok(object)
        }
        // R-31-1b, R-29-1b, R-3-1b, R-4-1b (R-31-0, R-29-0, R-3-0, R-4-0)
        Found::Unreadable | Found::Given(_) => Err(other),
    }
}

/// Failure over the parameters themselves: nothing is written.
pub(super) fn refused(
    case: &Case<'_>,
    requirement: RequirementId,
    outermost: IpamExceptionId,
) -> Allowed {
    let details = [outermost, IpamExceptionId::INVALID_PARAMETER];
    ends::without_writes(case, vec![ends::hard(FAILURE, requirement, &details)])
}

/// Delegates that our digest does not follow: only their type check is known.
fn out_of_scope(
    case: &Case<'_>,
    operation: IpamAdminOperationId,
    paramters: Option<&Value>,
) -> Allowed {
    let details = &[IpamExceptionId::INVALID_PARAMETER];
    let fit = match objects::content(paramters) {
        Found::Null | Found::Unreadable => Fit::Other,
        Found::Given(object) => objects::fit(operation, objects::type_name(object)),
    };
    let ends = match fit {
        // R-PROC-3
        Fit::Other => vec![ends::hard(FAILURE, RequirementId::R_PROC_3, details)],
        // R-PROC-1, R-PROC-2
        Fit::Own | Fit::Untold => vec![
            ends::either(SUCCESS, RequirementId::R_PROC_1, None, &[]),
            ends::either(FAILURE, RequirementId::R_PROC_2, None, &[]),
        ],
    };
    ends::without_writes(case, ends)
}

/// .31 ReplicateFailoverServerDelegate ([MS-IPAMM2] 3.19.4.4.1.31).
fn replicate_server(case: &Case<'_>, object: &Object) -> Allowed {
    let server = match objects::server(object) {
        // R-31-2
        Found::Null => return refused(case, RequirementId::R_31_2, SERVER),
        Found::Unreadable => return refused(case, RequirementId::R_31_1b, SERVER),
        Found::Given(server) => server,
    };
    if server.stated == StatedServer::Other {
        return refused(case, RequirementId::R_31_1b, SERVER);
    }
    let plain = Plain::of(case.tables);
    // R-31-3a, R-31-3b, R-31-5: only the RecordId counts, and only IPv4 rows (OQ-19)
    let planned: Vec<Planned> = case
        .tables
        .scopes
        .values()
        .filter(|row| {
            row.family == AddressFamily::InterNetwork
                && row.dhcp_server_record_id == server.record_id
        })
        .map(|row| {
            let source = Source {
                record_id: row.record_id,
                owner: row.dhcp_server_record_id,
                details: &row.details,
                sent: None,
            };
            fates::plan(case, &plain, source)
        })
        .collect();
    // R-31-3c
    let allowed = if planned.is_empty() {
        nothing_to_replicate(case)
    } else {
        // R-31-4, R-31-7
        replicated(case, &planned, RequirementId::R_31_4, &[SERVER, SCOPES])
    };
    if server.stated == StatedServer::V6 {
        // a type that no schema lets stand there is met by the type check, if the decoder let it pass (OQ-19)
        let question = Question::OQ19;
        let details = [SERVER, IpamExceptionId::INVALID_PARAMETER];
        let end = ends::either(FAILURE, RequirementId::R_31_1b, Some(question), &details);
        return ends::or(case, allowed, end, Place::First, question);
    }
    allowed
}

/// A server without any scope: .29 faults on the empty collection, which looks unintended (OQ-3).
fn nothing_to_replicate(case: &Case<'_>) -> Allowed {
    let question = Some(Question::OQ3);
    let details = &[SERVER, SCOPES, IpamExceptionId::INVALID_PARAMETER];
    // R-29-2b
    let failure = ends::either(FAILURE, RequirementId::R_29_2b, question, details);
    // R-31-4
    let success = ends::either(SUCCESS, RequirementId::R_31_4, question, &[]);
    let mut either = vec![failure, success];
    if case.readings.is(Question::OQ3, "success") {
        either.reverse();
    }
    ends::without_writes(case, either)
}

/// .29 ReplicateFailoverScopeDelegate ([MS-IPAMM2] 3.19.4.4.1.29).
fn replicate_scope(case: &Case<'_>, object: &Object) -> Allowed {
    let scopes = match objects::scopes(object) {
        // R-29-2a
        Found::Null => return refused(case, RequirementId::R_29_2a, SCOPES),
        // R-29-2b
        Found::Given(scopes) if scopes.is_empty() => {
            return refused(case, RequirementId::R_29_2b, SCOPES);
        }
        Found::Unreadable => return refused(case, RequirementId::R_29_1b, SCOPES),
        Found::Given(scopes) => scopes,
    };
    let mut plain = Plain::of(case.tables);
    // R-29-3; the contents are believed as sent (OQ-20)
    let mut planned: Vec<Planned> = scopes
        .iter()
        .map(|scope| match scope.family {
            AddressFamily::InterNetwork => {
                let source = Source {
                    record_id: scope.record_id,
                    owner: scope.parent,
                    details: &scope.details,
                    sent: Some(scope),
                };
                let planned = fates::plan(case, &plain, source);
                plain.follow(&planned);
                planned
            }
            // R-29-3a: failover, and so every association, is of IPv4 scopes
            AddressFamily::InterNetworkV6 => Planned {
                source: scope.record_id,
                family: scope.family,
                plans: vec![fates::skip(RequirementId::R_29_3a, Grade::Soft)],
                question: None,
            },
        })
        .collect();
    fates::reconcile(case, &mut planned);
    planned.sort_by_key(|planned| planned.source);
    // R-29-7, R-29-8
    replicated(case, &planned, RequirementId::R_29_7, &[SCOPES])
}

/// The outcome of an operation that tries these scopes.
fn replicated(
    case: &Case<'_>,
    planned: &[Planned],
    success: RequirementId,
    outermost: &[IpamExceptionId],
) -> Allowed {
    let judged = partner::judge(case, planned);
    let first_fault = |choices: &[Choice]| match choices.first() {
        Some(Choice::Fault { requirement, .. }) => Some(*requirement),
        _ => None,
    };
    let any_fault = |choices: &Vec<Choice>| {
        choices.iter().find_map(|choice| match choice {
            Choice::Fault { requirement, .. } => Some(*requirement),
            Choice::Skip { .. } | Choice::Write(_) => None,
        })
    };
    let by_ruling = judged
        .choices
        .iter()
        .find_map(|choices| first_fault(choices));
    // R-PROC-2: the requirement nearest to the fault decides
    let failure = by_ruling
        .or_else(|| judged.choices.iter().find_map(any_fault))
        .unwrap_or(RequirementId::R_PROC_2);
    let question = planned
        .iter()
        .zip(&judged.choices)
        .filter(|(_, choices)| any_fault(choices).is_some())
        .find_map(|(planned, _)| planned.question)
        .unwrap_or(Question::OQ15);
    let both = judged.may_succeed && judged.may_fail;
    let end = |stage, requirement, details: &[IpamExceptionId]| {
        if both {
            ends::either(stage, requirement, Some(question), details)
        } else {
            ends::hard(stage, requirement, details)
        }
    };
    let mut ends: Vec<EitherEnd> = Vec::with_capacity(2);
    if judged.may_succeed {
        ends.push(end(SUCCESS, success, &[]));
    }
    if judged.may_fail {
        let details = details(outermost, planned, &judged.choices);
        ends.push(end(FAILURE, failure, &details));
    }
    if by_ruling.is_some() {
        ends.reverse();
    }
    let fates = planned
        .iter()
        .zip(judged.choices)
        .map(|(planned, choices)| Fate {
            source: planned.source,
            family: planned.family,
            choices,
        })
        .collect();
    Allowed {
        ends,
        fates,
        at_most_written: judged.at_most_written,
        taken: judged.taken,
    }
}

/// The ids that a failure's details may name: the operation's own, then those that fit one of the faults.
fn details(
    outermost: &[IpamExceptionId],
    planned: &[Planned],
    choices: &[Vec<Choice>],
) -> Vec<IpamExceptionId> {
    let mut inner: BTreeSet<IpamExceptionId> = BTreeSet::from([ADD, UPDATE]);
    for choice in choices.iter().flatten() {
        if let Choice::Fault { detail, .. } = choice {
            inner.extend(detail);
        }
    }
    for plan in planned.iter().flat_map(|planned| &planned.plans) {
        match plan {
            // R-29-4: a partner that is not there to be fetched, as a relationship's or as a server's (OQ-14 d)
            Plan::Fault {
                requirement: RequirementId::R_29_4,
                ..
            } => inner.extend([
                IpamExceptionId::FAILOVER_FAILED_TO_FETCH,
                IpamExceptionId::DHCP_SERVER_FAILED_TO_FETCH,
            ]),
            Plan::Fault { detail: None, .. } => inner.extend(validation::DETAILS),
            Plan::Fault { .. } | Plan::Skip { .. } | Plan::Send(_) => {}
        }
    }
    let mut details = outermost.to_vec();
    details.extend(inner);
    details
}
