//! [MS-IPAMM2] 3.19.4.4.1.4 UpdateDhcpScopeDelegate: a scope that exists, and its range.

use std::sync::Arc;

use crate::delegate::scope_range::scope_range;
use crate::delegate::tracked::{modifies_dns, track_exclusions, track_options};
use crate::delegate::validate_scope::validate_dhcp_scope;
use crate::delegate::{Context, Replication, Stored, invalid_parameter, store_through_partner};
use crate::model::{AdmDhcpScopesRow, DhcpScope, IpamException, ParametersObject, RecordId};
use crate::spec::{IpamExceptionId, Question, Readings};
use crate::store::DataStore;
use crate::world::RequestKind;

/// The delegate called by the client.
pub(super) fn run(
    object: Option<ParametersObject>,
    ctx: &mut Context<'_>,
) -> Result<(), IpamException> {
    // R-4-0, R-4-1a, R-4-1b
    let scope = match object {
        None => return Err(failed(invalid_parameter("the parameters are NULL"))),
        Some(ParametersObject::UpdateDhcpScopeParameters { scope }) => scope,
        Some(other) => {
            let found = other.type_name();
            return Err(failed(invalid_parameter(&format!(
                "{found} are not UpdateDhcpScopeParameters"
            ))));
        }
    };
    // R-4-2
    let scope = scope.ok_or_else(|| failed(invalid_parameter("Scope is NULL")))?;
    update(&scope, None, ctx).result.map(|_| ())
}

/// R-4-3 to R-4-17b for one scope, by the client or for .29.
pub(super) fn update(
    scope_to_store: &DhcpScope,
    replication: Option<Replication>,
    ctx: &mut Context<'_>,
) -> Stored {
    let (row, server_name) = match prepare(scope_to_store, ctx.store) {
        Ok(found) => found,
        Err(error) => return Stored::at_once(Err(failed(error))),
    };
    let readings = ctx.readings;
    let mut stored = store_through_partner(ctx, replication, RequestKind::Update, |store| {
        write(scope_to_store, &row, &server_name, readings, store);
        row.record_id
    });
    stored.result = stored.result.map_err(failed);
    stored
}

fn failed(fault: IpamException) -> IpamException {
    fault.wrapped_in(
        IpamExceptionId::SCOPE_FAILED_TO_UPDATE,
        "the scope could not be updated",
    )
}

/// R-4-5 to R-4-9; the row to update and the name of its server.
fn prepare(
    scope: &DhcpScope,
    store: &dyn DataStore,
) -> Result<(Arc<AdmDhcpScopesRow>, String), IpamException> {
    // R-4-5, R-4-6
    let server_id = scope.parent_dhcp_server_record_id;
    let server = store
        .get_dhcp_server_from_table(server_id, scope.family)
        .ok_or_else(|| {
            IpamException::new(
                IpamExceptionId::DHCP_SERVER_FAILED_TO_FETCH,
                "the scope's server is not in the data store",
            )
        })?;
    // R-4-7a, R-4-7b
    let record_id = if scope.record_id.is_set() {
        Some(scope.record_id)
    } else {
        store.scope_on_server(scope.family, server_id, scope.details.scope_id)
    };
    // R-4-8
    let row = record_id
        .and_then(|id| store.scope((scope.family, id)))
        .ok_or_else(|| {
            IpamException::new(
                IpamExceptionId::SCOPE_NOT_FOUND,
                "there is no such scope to update",
            )
        })?;
    // R-4-9
    validate_dhcp_scope(scope)?;
    Ok((row, server.name.clone()))
}

/// R-4-10 to R-4-17b. Server, RecordId, access scope, superscope and statistics stay the row's own.
fn write(
    scope: &DhcpScope,
    row: &AdmDhcpScopesRow,
    server_name: &str,
    readings: &Readings,
    store: &mut dyn DataStore,
) {
    let source = &scope.details;
    let mut updated = row.clone();
    let details = &mut updated.details;
    // R-4-10
    details.scope_id = source.scope_id;
    details.scope_name.clone_from(&source.scope_name);
    details.status = source.status;
    details.subnet_delay = source.subnet_delay;
    details.lease_duration_type = source.lease_duration_type;
    details.lease_duration = source.lease_duration;
    details.serving_clients_type = source.serving_clients_type;
    // OQ-12: the rest of the configuration is in no list.
    if readings.is(Question::OQ12, "configuration") {
        details.start_address = source.start_address;
        details.end_address = source.end_address;
        details.subnet_mask = source.subnet_mask;
        details.prefix_length = source.prefix_length;
        details.description.clone_from(&source.description);
        details.bootp_lease_duration_type = source.bootp_lease_duration_type;
        details.bootp_lease_duration = source.bootp_lease_duration;
    }
    // R-4-15
    if modifies_dns(scope) {
        details.dns_update_type = source.dns_update_type;
        details.dns_name_protection_status = source.dns_name_protection_status;
        details.discard_dns_record_on_lease_deletion_status =
            source.discard_dns_record_on_lease_deletion_status;
        details.dns_not_requesting_clients_update_type =
            source.dns_not_requesting_clients_update_type;
    }
    track_exclusions(scope, &mut details.exclusion_ranges);
    let key = (row.family, row.record_id);
    store.update_scope(updated);
    // R-4-11: a scope whose range row is missing gets a new one.
    let range = store
        .range_of(key)
        .map_or(RecordId::UNSET, |range| range.record_id);
    store.put_range(scope_range(scope, key.1, range, server_name));
    track_options(scope, key.1, store);
}
