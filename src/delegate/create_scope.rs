//! [MS-IPAMM2] 3.19.4.4.1.3 CreateDhcpScopeDelegate: a new scope and its range.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::delegate::scope_range::scope_range;
use crate::delegate::tracked::{modifies_dns, track_exclusions, track_options};
use crate::delegate::validate_scope::validate_dhcp_scope;
use crate::delegate::{Context, Replication, Stored, invalid_parameter, store_through_partner};
use crate::model::{
    AdmDhcpScopesRow, DhcpScope, IpamException, ParametersObject, RecordId, ScopeDetails,
    SerDuration,
};
use crate::spec::authorization::GLOBAL_ACCESS_SCOPE;
use crate::spec::{
    DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpLeaseDurationType, Enablement,
    IpamExceptionId, Question, Readings,
};
use crate::store::DataStore;
use crate::world::RequestKind;

/// The delegate called by the client.
pub(super) fn run(
    object: Option<ParametersObject>,
    ctx: &mut Context<'_>,
) -> Result<(), IpamException> {
    let fault = |fault: IpamException| {
        fault.wrapped_in(
            IpamExceptionId::SCOPE_FAILED_TO_ADD,
            "the scope could not be created",
        )
    };
    // R-3-0, R-3-1a, R-3-1b
    let scope = match object {
        None => return Err(fault(invalid_parameter("the parameters are NULL"))),
        Some(ParametersObject::CreateDhcpScopeParameters { scope }) => scope,
        Some(other) => {
            let found = other.type_name();
            return Err(fault(invalid_parameter(&format!(
                "{found} are not CreateDhcpScopeParameters"
            ))));
        }
    };
    // R-3-2
    let scope = scope.ok_or_else(|| fault(invalid_parameter("Scope is NULL")))?;
    create(&scope, None, ctx).result.map(|_| ())
}

/// R-3-3 to R-3-17b for one scope, by the client or for .29.
pub(super) fn create(
    scope_to_store: &DhcpScope,
    replication: Option<Replication>,
    ctx: &mut Context<'_>,
) -> Stored {
    let fault = |fault: IpamException| {
        fault.wrapped_in(
            IpamExceptionId::SCOPE_FAILED_TO_ADD,
            "the scope could not be created",
        )
    };
    let server_name = match prepare(scope_to_store, ctx.store) {
        Ok(server_name) => server_name,
        Err(error) => return Stored::at_once(Err(fault(error))),
    };
    let readings = ctx.readings;
    let mut stored = store_through_partner(ctx, replication, RequestKind::Create, |store| {
        insert(scope_to_store, &server_name, readings, store)
    });
    stored.result = stored.result.map_err(fault);
    stored
}

/// R-3-5 to R-3-9; the name of the server the scope goes to.
fn prepare(scope: &DhcpScope, store: &dyn DataStore) -> Result<String, IpamException> {
    // R-3-5, R-3-6
    let server_id = scope.parent_dhcp_server_record_id;
    let server = store
        .get_dhcp_server_from_table(server_id, scope.family)
        .ok_or_else(|| {
            IpamException::new(
                IpamExceptionId::DHCP_SERVER_FAILED_TO_FETCH,
                "the scope's server is not in the data store",
            )
        })?;
    // R-3-7a, R-3-7b: the subnet counts on the scope's own server only (OQ-5).
    let scope_exists = if scope.record_id.is_set() {
        store.scope((scope.family, scope.record_id)).is_some()
    } else {
        !scope.details.scope_id.is_unspecified()
            && store
                .scope_on_server(scope.family, server_id, scope.details.scope_id)
                .is_some()
    };
    // R-3-8
    if scope_exists {
        return Err(invalid_parameter("the scope exists already"));
    }
    // R-3-9
    validate_dhcp_scope(scope)?;
    Ok(server.name.clone())
}

/// R-3-10 to R-3-17b; the new row.
fn insert(
    scope: &DhcpScope,
    server_name: &str,
    readings: &Readings,
    store: &mut dyn DataStore,
) -> RecordId {
    let source = &scope.details;
    let mut details = if readings.is(Question::OQ12, "configuration") {
        source.clone()
    } else {
        listed_columns(source)
    };
    // R-3-15
    if !modifies_dns(scope) {
        details.dns_update_type = DhcpDnsUpdateType::None;
        details.dns_name_protection_status = Enablement::None;
        details.discard_dns_record_on_lease_deletion_status = Enablement::None;
        details.dns_not_requesting_clients_update_type = Enablement::None;
    }
    // What the new row does not take over from the source (OQ-11, OQ-12).
    details.number_of_active_leases = 0;
    details.failover_config_sync_status = DhcpFailoverConfigSyncStatus::Unknown;
    details.exclusion_ranges.clear();
    track_exclusions(scope, &mut details.exclusion_ranges);
    let row = AdmDhcpScopesRow {
        record_id: scope.record_id,
        family: scope.family,
        dhcp_server_record_id: scope.parent_dhcp_server_record_id,
        superscope: None,
        access_scope: GLOBAL_ACCESS_SCOPE.to_owned(),
        details,
    };
    let record_id = store.insert_scope(row);
    store.put_range(scope_range(scope, record_id, RecordId::UNSET, server_name));
    track_options(scope, record_id, store);
    record_id
}

/// The columns that R-3-10 lists; the others as a row has them of which nothing is said (OQ-12, read word by word).
fn listed_columns(source: &ScopeDetails) -> ScopeDetails {
    let unspecified = match source.scope_id {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    ScopeDetails {
        subnet_mask: None,
        prefix_length: 0,
        start_address: unspecified,
        end_address: unspecified,
        description: String::new(),
        bootp_lease_duration_type: DhcpLeaseDurationType::None,
        bootp_lease_duration: SerDuration::ZERO,
        ..source.clone()
    }
}
