//! The allowed outcomes of StartOperationWithCallback ([MS-IPAMM2] 3.19.4.4): the checks before the delegate.

use crate::model::Value;
use crate::oracle::authorization::{self, Right};
use crate::oracle::ends::{self, FAILURE, Place};
use crate::oracle::objects::{self, Found};
use crate::oracle::{Allowed, Case, EitherEnd, Stage, call};
use crate::spec::{IpamAdminOperationId, IpamExceptionId, Question, RequirementId};

const DENIED: &[IpamExceptionId] = &[
    IpamExceptionId::INSUFFICIENT_PRIVILEGE,
    IpamExceptionId::ACCESS_DENIED,
];

/// StartOperationWithCallback ([MS-IPAMM2] 3.19.4.4) on a session that accepted these parameters.
#[must_use]
pub fn start(case: &Case<'_>, paramters: Option<&Value>) -> Allowed {
    let object = match objects::content(paramters) {
        Found::Given(object) => object,
        // no server accepts these, so the session holds no parameters
        Found::Null | Found::Unreadable => return start_without_parameters(case),
    };
    let operation = match objects::operation_id(object) {
        Found::Given(operation) => operation,
        // OQ-17
        Found::Null => IpamAdminOperationId::EditDhcpServer,
        Found::Unreadable => return start_without_parameters(case),
    };
    let right = authorization::right(case, operation, object);
    // R-PRE-5: authorization comes before the checks of the store
    if right == Right::Denied {
        // R-PRE-1, R-AUTH-1, and the step that finds no right: R-AUTH-4, R-AUTH-10 or R-AUTH-11
        let step = authorization::decided_by(case, operation, object);
        let end = ends::hard(Stage::StartFault, step, DENIED);
        return ends::without_writes(case, vec![end]);
    }
    if let Some(end) = store_not_ready(case) {
        return ends::without_writes(case, vec![end]);
    }
    let question = Question::OQ13;
    let is_enough_by_reading =
        case.caller.local_administrator && case.readings.is(question, "local-administrators");
    let denied = |details| {
        ends::either(
            Stage::StartFault,
            RequirementId::R_AUTH_11,
            Some(question),
            details,
        )
    };
    match right {
        Right::Allowed | Right::Denied => call(case, operation, paramters),
        Right::Open => {
            let place = if is_enough_by_reading {
                Place::Last
            } else {
                Place::First
            };
            let allowed = call(case, operation, paramters);
            ends::or(case, allowed, denied(DENIED), place, question)
        }
        Right::Untold => {
            // R-PROC-3; success is not to be expected from parameters that no step of ours understands
            let failure = ends::either(
                FAILURE,
                RequirementId::R_PROC_3,
                Some(question),
                &[IpamExceptionId::INVALID_PARAMETER],
            );
            let mut either = vec![denied(DENIED), failure];
            if authorization::is_msm_administrator(case) || is_enough_by_reading {
                either.reverse();
            }
            ends::without_writes(case, either)
        }
    }
}

/// The step of [MS-IPAMM2] 3.19.6.1 that decides whether the caller may start the operation of these parameters;
/// `None` where they name none.
#[must_use]
pub fn right_to_start(case: &Case<'_>, paramters: Option<&Value>) -> Option<RequirementId> {
    let Found::Given(object) = objects::content(paramters) else {
        return None;
    };
    let Found::Given(operation) = objects::operation_id(object) else {
        return None;
    };
    Some(authorization::decided_by(case, operation, object))
}

/// StartOperationWithCallback on a session without parameters ([MS-IPAMM2] 3.19.4.4, OQ-17).
#[must_use]
pub fn start_without_parameters(case: &Case<'_>) -> Allowed {
    if let Some(end) = store_not_ready(case) {
        return ends::without_writes(case, vec![end]);
    }
    let question = Some(Question::OQ17);
    let details = &[IpamExceptionId::INVALID_PARAMETER];
    // R-START-4
    let fault = ends::either(
        Stage::StartFault,
        RequirementId::R_START_4,
        question,
        details,
    );
    // R-31-1a: a check that could never fire otherwise
    let processing = ends::either(FAILURE, RequirementId::R_31_1a, question, details);
    let mut either = vec![fault, processing];
    if case.readings.is(Question::OQ17, "processing") {
        either.reverse();
    }
    ends::without_writes(case, either)
}

fn store_not_ready(case: &Case<'_>) -> Option<EitherEnd> {
    // R-PRE-3
    if !case.provisioned {
        return Some(ends::hard(
            Stage::StartFault,
            RequirementId::R_PRE_3,
            &[IpamExceptionId::NOT_PROVISIONED],
        ));
    }
    // R-PRE-4
    case.schema_conversion_required.then(|| {
        ends::hard(
            Stage::StartFault,
            RequirementId::R_PRE_4,
            &[IpamExceptionId::CONVERSION_REQUIRED],
        )
    })
}
