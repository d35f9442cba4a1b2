//! [MS-IPAMM2] 3.19.4.4.1.31 ReplicateFailoverServerDelegate: every scope of a server, to the partners.

use crate::delegate::replicate_scope::ReplicateScope;
use crate::delegate::{Context, invalid_parameter};
use crate::model::{IpamException, ParametersObject};
use crate::spec::{AddressFamily, IpamExceptionId, Question};

/// Collects the scopes of the server in the parameters and hands them to .29.
///
/// # Errors
/// When the parameters are NULL (R-31-1a) or of another type (R-31-1b), Server is NULL (R-31-2), or .29 does not
/// take the collection.
pub(super) fn collect(
    object: Option<ParametersObject>,
    ctx: &mut Context<'_>,
) -> Result<ReplicateScope, IpamException> {
    begin(object, ctx).map_err(|fault| {
        fault.wrapped_in(
            IpamExceptionId::FAILED_TO_REPLICATE_SERVER,
            "the server could not be replicated",
        )
    })
}

fn begin(
    object: Option<ParametersObject>,
    ctx: &mut Context<'_>,
) -> Result<ReplicateScope, IpamException> {
    // R-31-0, R-31-1a, R-31-1b, R-31-1c
    let server = match object {
        None => return Err(invalid_parameter("the parameters are NULL")),
        Some(ParametersObject::ReplicateServerParameters { server }) => server,
        Some(other) => {
            let found = other.type_name();
            return Err(invalid_parameter(&format!(
                "{found} are not ReplicateServerParameters"
            )));
        }
    };
    // R-31-2
    let server = server.ok_or_else(|| invalid_parameter("Server is NULL"))?;
    // R-31-3a, R-31-3b: by RecordId alone, in the IPv4 table (OQ-19); scopes outside failover are in it too.
    let scopes = ctx
        .store
        .get_scopes_for_server(server.record_id, AddressFamily::InterNetwork);
    // OQ-3: no rows are a NULL collection, which .29 faults on, unless read as nothing to do.
    if scopes.is_none() && ctx.readings.is(Question::OQ3, "success") {
        return Ok(ReplicateScope::nothing());
    }
    // R-31-3c
    ReplicateScope::new(scopes)
}
