//! Which delegate an operation ran: OperationId selects it, not what the parameters are ([MS-IPAMM2] 2.2.4.355).

use crate::check::operation::{Operation, Request, Stored};
use crate::check::rows;
use crate::model::{Terminal, Value};
use crate::oracle::{self, Case, Stage};
use crate::spec::{IpamAdminOperationId, RequirementId};
use crate::trace::Trace;
use crate::verdict::{CheckResult, CheckVerdict};

/// Cites R-31-6 for the end of an operation that did what ReplicateServer would have done with its parameters, though
/// they carry another OperationId.
pub(super) fn name_other_delegate(
    trace: &Trace,
    operation: &Operation<'_>,
    case: &Case<'_>,
    seen: Option<(usize, Stage)>,
    results: &mut [CheckResult],
) {
    const SELECTED: IpamAdminOperationId = IpamAdminOperationId::ReplicateServer;
    const SUCCESS: Stage = Stage::Processing(Terminal::Success);
    let Request::Start(Stored::Accepted(Some(Value::Object(object)))) = operation.request else {
        return;
    };
    let fails = |result: &CheckResult| result.verdict == CheckVerdict::Fail;
    let of_server = object.type_name.as_deref() == Some("ReplicateServerParameters");
    let ended = seen.map(|(_, stage)| stage);
    let selects_another = operation.id().is_some_and(|id| id != SELECTED);
    if !of_server || !selects_another || ended != Some(SUCCESS) {
        return;
    }
    let parameters = Value::Object(object.clone());
    let allowed = oracle::call(case, SELECTED, Some(&parameters));
    let fits = allowed.ends.iter().any(|end| end.stage == SUCCESS)
        && !rows::judge(trace, operation, &allowed, ended)
            .iter()
            .any(fails);
    if !fits {
        return;
    }
    for result in results.iter_mut().filter(|result| fails(result)) {
        result.requirement = RequirementId::R_31_6;
    }
}
