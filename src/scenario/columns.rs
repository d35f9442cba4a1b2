//! The columns of a row in the canonical text in which expectations compare them.

use crate::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpScopesRow, AdmDhcpServersRow, RecordId, SerDuration, Tables,
};
use crate::scenario::Column;
use crate::spec::{AddressFamily, DhcpLeaseDurationType, Enablement};
use crate::world::Names;

/// The replicated columns: those that `like` means.
pub const REPLICATED: &[Column] = &[
    Column::Subnet,
    Column::ScopeName,
    Column::Status,
    Column::SubnetDelay,
    Column::Lease,
    Column::Serving,
    Column::Range,
    Column::Description,
    Column::BootpLease,
    Column::DnsUpdate,
    Column::DnsNameProtection,
    Column::DnsDiscardRecords,
    Column::DnsNotRequesting,
    Column::Exclusions,
    Column::Options,
];

/// The columns of a scope.
pub const SCOPE_COLUMNS: &[Column] = &[
    Column::Subnet,
    Column::Mask,
    Column::ScopeName,
    Column::Range,
    Column::Status,
    Column::Lease,
    Column::SubnetDelay,
    Column::Serving,
    Column::Description,
    Column::BootpLease,
    Column::DnsUpdate,
    Column::DnsNameProtection,
    Column::DnsDiscardRecords,
    Column::DnsNotRequesting,
    Column::Exclusions,
    Column::Options,
    Column::Relation,
    Column::Superscope,
    Column::AccessScope,
    Column::ActiveLeases,
    Column::Sync,
    Column::ManagedBy,
    Column::ManagedByEntity,
];

/// The columns of a server.
pub const SERVER_COLUMNS: &[Column] = &[Column::Host, Column::AccessScope];

/// The columns of a relationship.
pub const RELATION_COLUMNS: &[Column] = &[Column::Server1, Column::Server2, Column::Mode];

/// A lease as scenarios compare it.
#[must_use]
pub fn lease_text(kind: DhcpLeaseDurationType, duration: SerDuration) -> String {
    match kind {
        DhcpLeaseDurationType::Unlimited => "unlimited".to_owned(),
        DhcpLeaseDurationType::Limited => duration.to_string(),
        DhcpLeaseDurationType::None => format!("None {duration}"),
    }
}

fn enablement_text(value: Enablement) -> String {
    match value {
        Enablement::Enabled => "true".to_owned(),
        Enablement::Disabled => "false".to_owned(),
        Enablement::None => "None".to_owned(),
    }
}

/// The text of a scope's column; a scope without a range row has empty texts for the range row's columns.
#[must_use]
pub fn column_text(
    row: &AdmDhcpScopesRow,
    column: Column,
    tables: &Tables,
    names: &Names,
) -> String {
    let details = &row.details;
    match column {
        Column::Subnet => format!("{}/{}", details.scope_id, details.prefix_length),
        Column::Mask => details
            .subnet_mask
            .map_or_else(|| "none".to_owned(), |mask| mask.to_string()),
        Column::ScopeName => details.scope_name.clone(),
        Column::Range => format!("{}-{}", details.start_address, details.end_address),
        Column::Status => details.status.name().to_owned(),
        Column::Lease => lease_text(details.lease_duration_type, details.lease_duration),
        Column::SubnetDelay => details.subnet_delay.to_string(),
        Column::Serving => details.serving_clients_type.name().to_owned(),
        Column::Description => details.description.clone(),
        Column::BootpLease => lease_text(
            details.bootp_lease_duration_type,
            details.bootp_lease_duration,
        ),
        Column::DnsUpdate => details.dns_update_type.name().to_owned(),
        Column::DnsNameProtection => enablement_text(details.dns_name_protection_status),
        Column::DnsDiscardRecords => {
            enablement_text(details.discard_dns_record_on_lease_deletion_status)
        }
        Column::DnsNotRequesting => enablement_text(details.dns_not_requesting_clients_update_type),
        Column::Exclusions => {
            let ranges: Vec<_> = details
                .exclusion_ranges
                .iter()
                .map(|(first, last)| format!("{first}-{last}"))
                .collect();
            ranges.join(", ")
        }
        Column::Options => options_text(row, tables),
        Column::Relation => {
            let mut relations: Vec<_> = tables
                .scope_failovers
                .values()
                .filter(|association| {
                    row.family == AddressFamily::InterNetwork
                        && association.scope_id == row.record_id
                })
                .map(|association| names.relation(association.failover_relation_id))
                .collect();
            relations.sort();
            relations.join(", ")
        }
        Column::Superscope => row.superscope.clone().unwrap_or_default(),
        Column::AccessScope => row.access_scope.clone(),
        Column::ActiveLeases => details.number_of_active_leases.to_string(),
        Column::Sync => details.failover_config_sync_status.name().to_owned(),
        Column::ManagedBy => range_text(row, tables, |range| range.managed_by.clone()),
        Column::ManagedByEntity => range_text(row, tables, |range| range.managed_by_entity.clone()),
        Column::Host | Column::Server1 | Column::Server2 | Column::Mode => String::new(),
    }
}

fn range_text(
    row: &AdmDhcpScopesRow,
    tables: &Tables,
    text: impl Fn(&crate::model::AdmIpRangeRow) -> String,
) -> String {
    tables
        .ranges
        .values()
        .find(|range| range.family == row.family && range.scope_record_id == row.record_id)
        .map_or_else(String::new, |range| text(range))
}

/// The options of a scope by what they mean, not by the ids of their definitions, which differ from server to server.
fn options_text(row: &AdmDhcpScopesRow, tables: &Tables) -> String {
    let server = tables.servers.get(&(row.family, row.dhcp_server_record_id));
    let class = |classes: Option<&Vec<crate::model::ClassRow>>, id: Option<RecordId>| {
        id.map_or_else(String::new, |id| {
            let name = classes
                .and_then(|classes| classes.iter().find(|class| class.record_id == id))
                .map_or_else(|| format!("unknown class {id}"), |class| class.name.clone());
            format!("/{name}")
        })
    };
    let mut options: Vec<String> = tables
        .options
        .values()
        .filter(|option| option.family == row.family && option.scope_record_id == row.record_id)
        .map(|option| {
            let definition = server.and_then(|server| {
                server
                    .option_definitions
                    .iter()
                    .find(|definition| definition.record_id == option.option_definition_record_id)
            });
            let id = definition.map_or_else(
                || format!("unknown definition {}", option.option_definition_record_id),
                |definition| definition.option_id.to_string(),
            );
            let vendor = class(
                server.map(|server| &server.vendor_classes),
                definition.and_then(|definition| definition.vendor_class_record_id),
            );
            let user = class(
                server.map(|server| &server.user_classes),
                option.user_class_record_id,
            );
            format!("{id}{vendor}{user}={}", option.values.join("|"))
        })
        .collect();
    options.sort();
    options.join(", ")
}

/// The text of a server's column.
#[must_use]
pub fn server_text(row: &AdmDhcpServersRow, column: Column) -> String {
    match column {
        Column::Host => row.name.clone(),
        Column::AccessScope => row.access_scope.clone(),
        _ => String::new(),
    }
}

/// The text of a relationship's column.
#[must_use]
pub fn relation_text(row: &AdmDhcpFailoverRelationRow, column: Column, names: &Names) -> String {
    let end = |id: Option<RecordId>| match id {
        None => "nil".to_owned(),
        Some(RecordId::UNSET) => "0".to_owned(),
        Some(id) => names.server((AddressFamily::InterNetwork, id)),
    };
    match column {
        Column::Server1 => end(row.server1_record_id),
        Column::Server2 => end(row.server2_record_id),
        Column::Mode => row.mode.name().to_owned(),
        _ => String::new(),
    }
}
