//! A change of the store behind the server's back, from the columns an author names to rows.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpScopesRow, AdmDhcpServersRow, AdmIpRangeRow, RecordId,
    RowKey, ScopeDetails, SerDuration, Tables,
};
use crate::scenario::{Change, Column, ColumnValue};
use crate::spec::{
    AddressFamily, DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpFailoverMode,
    DhcpLeaseDurationType, DhcpScopeStatus, DhcpServingClientsType, Enablement,
};
use crate::suite::TargetError;
use crate::world::{RowKind, World};

/// What a target is asked to do to its store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreChange {
    /// This server row takes the place of the one with its key.
    PutServer(AdmDhcpServersRow),
    /// This relation row takes the place of the one with its key.
    PutRelation(AdmDhcpFailoverRelationRow),
    /// These rows take the places of a scope's rows; its associations become those with these relationships.
    PutScope {
        /// The scope row; a new row where its RecordId is unset.
        row: Box<AdmDhcpScopesRow>,
        /// Its range row; the store finds the one to replace by the scope.
        range: Box<AdmIpRangeRow>,
        /// The relationships it is associated with; `None` leaves them.
        relations: Option<Vec<RecordId>>,
    },
    /// The row is deleted, and what its foreign keys take with it.
    Delete(RowKind, RowKey),
}

/// The key of a row of the world.
pub(super) fn row_key(
    kind: RowKind,
    index: usize,
    world: &World,
    setup: &crate::world::Setup,
) -> RowKey {
    match kind {
        RowKind::Server => (world.servers[index].family, setup.server_ids[index]),
        RowKind::Relation => (AddressFamily::InterNetwork, setup.relation_ids[index]),
        RowKind::Scope => (
            world.family_of(&world.scopes[index]),
            setup.scope_ids[index],
        ),
    }
}

/// Turns an author's change into rows.
///
/// # Errors
/// When the row is not there, or a value does not fit.
pub(super) fn store_change(
    change: &Change,
    key: RowKey,
    world: &World,
    setup: &crate::world::Setup,
    tables: &Tables,
) -> Result<StoreChange, TargetError> {
    if change.delete {
        return Ok(StoreChange::Delete(change.row.kind, key));
    }
    let gone = || TargetError::Change("the row is not there any more".to_owned());
    match change.row.kind {
        RowKind::Server => {
            let mut row = AdmDhcpServersRow::clone(tables.servers.get(&key).ok_or_else(gone)?);
            for (column, value) in pairs(&change.columns) {
                match column {
                    Column::Host => value.clone_into(&mut row.name),
                    Column::AccessScope => value.clone_into(&mut row.access_scope),
                    _ => return Err(unfit(column, value)),
                }
            }
            Ok(StoreChange::PutServer(row))
        }
        RowKind::Relation => {
            let mut row =
                AdmDhcpFailoverRelationRow::clone(tables.relations.get(&key.1).ok_or_else(gone)?);
            for (column, value) in pairs(&change.columns) {
                match column {
                    Column::Server1 => row.server1_record_id = end(value, world, setup),
                    Column::Server2 => row.server2_record_id = end(value, world, setup),
                    Column::Mode => {
                        row.mode = DhcpFailoverMode::from_name(value)
                            .ok_or_else(|| unfit(column, value))?;
                    }
                    _ => return Err(unfit(column, value)),
                }
            }
            Ok(StoreChange::PutRelation(row))
        }
        RowKind::Scope => scope_change(change, key, world, setup, tables),
    }
}

/// A row that was deleted can be made again: it is a new row, as the author described it at first.
fn scope_change(
    change: &Change,
    key: RowKey,
    world: &World,
    setup: &crate::world::Setup,
    tables: &Tables,
) -> Result<StoreChange, TargetError> {
    let range_of = |tables: &Tables| {
        tables
            .ranges
            .values()
            .find(|range| range.family == key.0 && range.scope_record_id == key.1)
            .cloned()
    };
    let (mut row, range) = match tables.scopes.get(&key) {
        Some(row) => (AdmDhcpScopesRow::clone(row), range_of(tables)),
        None => {
            let first = setup.tables.scopes.get(&key);
            let row =
                first.ok_or_else(|| TargetError::Change("the row never was there".to_owned()))?;
            let row = AdmDhcpScopesRow {
                record_id: RecordId::UNSET,
                ..AdmDhcpScopesRow::clone(row)
            };
            (row, range_of(&setup.tables))
        }
    };
    let mut range = range.map_or_else(|| new_range(&row), |range| AdmIpRangeRow::clone(&range));
    range.scope_record_id = row.record_id;
    if !row.record_id.is_set() {
        range.record_id = RecordId::UNSET;
    }
    let mut relations = None;
    for (column, value) in pairs(&change.columns) {
        match column {
            Column::Superscope => row.superscope = (!value.is_empty()).then(|| value.to_owned()),
            Column::AccessScope => value.clone_into(&mut row.access_scope),
            Column::ManagedBy => value.clone_into(&mut range.managed_by),
            Column::ManagedByEntity => value.clone_into(&mut range.managed_by_entity),
            Column::Relation => {
                let named = |name: &str| world.relations.iter().position(|row| row.name == name);
                relations = Some(
                    value
                        .split(", ")
                        .filter_map(named)
                        .map(|index| setup.relation_ids[index])
                        .collect(),
                );
            }
            _ => set_detail(&mut row.details, column, value).ok_or_else(|| unfit(column, value))?,
        }
    }
    range.start_ip_address = row.details.start_address;
    range.end_ip_address = row.details.end_address;
    range.prefix_length = row.details.prefix_length;
    range.subnet_id = row.details.scope_id;
    range.description.clone_from(&row.details.description);
    Ok(StoreChange::PutScope {
        row: Box::new(row),
        range: Box::new(range),
        relations,
    })
}

fn new_range(row: &AdmDhcpScopesRow) -> AdmIpRangeRow {
    AdmIpRangeRow {
        record_id: RecordId::UNSET,
        family: row.family,
        scope_record_id: row.record_id,
        start_ip_address: row.details.start_address,
        end_ip_address: row.details.end_address,
        prefix_length: row.details.prefix_length,
        subnet_id: row.details.scope_id,
        description: row.details.description.clone(),
        managed_by: "MSDHCP".to_owned(),
        managed_by_entity: String::new(),
    }
}

fn pairs(columns: &[ColumnValue]) -> impl Iterator<Item = (Column, &str)> {
    columns.iter().filter_map(|column| {
        column
            .values
            .first()
            .map(|value| (column.column, value.value.as_str()))
    })
}

fn unfit(column: Column, value: &str) -> TargetError {
    TargetError::Change(format!(
        "`{value}` does not fit the column `{}`",
        column.key()
    ))
}

fn end(value: &str, world: &World, setup: &crate::world::Setup) -> Option<RecordId> {
    match value {
        "nil" => None,
        "0" => Some(RecordId::UNSET),
        name => world
            .servers
            .iter()
            .position(|server| server.name == name)
            .map(|index| setup.server_ids[index]),
    }
}

/// Sets a column from its canonical text; `None` where the text does not fit.
fn set_detail(details: &mut ScopeDetails, column: Column, value: &str) -> Option<()> {
    match column {
        Column::Subnet => {
            let (address, prefix) = value.split_once('/')?;
            details.scope_id = address.parse().ok()?;
            details.prefix_length = prefix.parse().ok()?;
            if details.scope_id.is_ipv4() {
                let bits = 32_u32.checked_sub(u32::try_from(details.prefix_length).ok()?)?;
                let mask = u32::MAX.checked_shl(bits).unwrap_or(0);
                details.subnet_mask = Some(IpAddr::from(mask.to_be_bytes()));
            }
        }
        Column::Mask => details.subnet_mask = Some(value.parse().ok()?),
        Column::ScopeName => value.clone_into(&mut details.scope_name),
        Column::Range => (details.start_address, details.end_address) = range(value)?,
        Column::Status => details.status = DhcpScopeStatus::from_name(value)?,
        Column::Lease => (details.lease_duration_type, details.lease_duration) = lease(value)?,
        Column::SubnetDelay => details.subnet_delay = value.parse().ok()?,
        Column::Serving => details.serving_clients_type = DhcpServingClientsType::from_name(value)?,
        Column::Description => value.clone_into(&mut details.description),
        Column::BootpLease => {
            (
                details.bootp_lease_duration_type,
                details.bootp_lease_duration,
            ) = lease(value)?;
        }
        Column::DnsUpdate => details.dns_update_type = DhcpDnsUpdateType::from_name(value)?,
        Column::DnsNameProtection => details.dns_name_protection_status = enablement(value)?,
        Column::DnsDiscardRecords => {
            details.discard_dns_record_on_lease_deletion_status = enablement(value)?;
        }
        Column::DnsNotRequesting => {
            details.dns_not_requesting_clients_update_type = enablement(value)?;
        }
        Column::Exclusions => {
            let ranges = value.split(", ").filter(|text| !text.is_empty()).map(range);
            details.exclusion_ranges = ranges.collect::<Option<BTreeSet<_>>>()?;
        }
        Column::ActiveLeases => details.number_of_active_leases = value.parse().ok()?,
        Column::Sync => {
            details.failover_config_sync_status = DhcpFailoverConfigSyncStatus::from_name(value)?;
        }
        _ => return None,
    }
    Some(())
}

fn range(text: &str) -> Option<(IpAddr, IpAddr)> {
    let (first, last) = text.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

fn lease(text: &str) -> Option<(DhcpLeaseDurationType, SerDuration)> {
    if text == "unlimited" {
        return Some((DhcpLeaseDurationType::Unlimited, SerDuration::ZERO));
    }
    SerDuration::from_short(text).map(|duration| (DhcpLeaseDurationType::Limited, duration))
}

fn enablement(text: &str) -> Option<Enablement> {
    match text {
        "true" => Some(Enablement::Enabled),
        "false" => Some(Enablement::Disabled),
        other => Enablement::from_name(other),
    }
}
