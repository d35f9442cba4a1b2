//! The columns of a row in the canonical text in which expectations compare them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpOptionsRow, AdmDhcpScopesRow, AdmDhcpServersRow,
    AdmIpRangeRow, ClassRow, OptionDefinitionRow, RecordId, RowKey, SerDuration, Tables,
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
        DhcpLeaseDurationType::Limited => duration.to_short(),
        DhcpLeaseDurationType::None => format!("None {}", duration.to_short()),
    }
}

fn enablement_text(value: Enablement) -> String {
    match value {
        Enablement::Enabled => "true".to_owned(),
        Enablement::Disabled => "false".to_owned(),
        Enablement::None => "None".to_owned(),
    }
}

/// The columns of the scopes of one state of a store, with what they need from other tables looked up once.
#[derive(Debug)]
pub struct ColumnView<'a> {
    names: &'a Names,
    servers: &'a BTreeMap<RowKey, Arc<AdmDhcpServersRow>>,
    options: HashMap<RowKey, Vec<&'a AdmDhcpOptionsRow>>,
    relations: HashMap<RecordId, Vec<RecordId>>,
    ranges: HashMap<RowKey, Vec<&'a AdmIpRangeRow>>,
    definitions: HashMap<(RowKey, RecordId), &'a OptionDefinitionRow>,
}

impl<'a> ColumnView<'a> {
    /// A view of a store. Linear in its rows.
    #[must_use]
    pub fn new(tables: &'a Tables, names: &'a Names) -> Self {
        let mut view = Self {
            names,
            servers: &tables.servers,
            options: HashMap::new(),
            relations: HashMap::new(),
            ranges: HashMap::new(),
            definitions: HashMap::new(),
        };
        for row in tables.options.values() {
            let scope = (row.family, row.scope_record_id);
            view.options.entry(scope).or_default().push(row);
        }
        for row in tables.scope_failovers.values() {
            let relations = view.relations.entry(row.scope_id).or_default();
            relations.push(row.failover_relation_id);
        }
        for row in tables.ranges.values() {
            let scope = (row.family, row.scope_record_id);
            view.ranges.entry(scope).or_default().push(row);
        }
        for (key, server) in &tables.servers {
            for definition in &server.option_definitions {
                view.definitions
                    .entry((*key, definition.record_id))
                    .or_insert(definition);
            }
        }
        view
    }

    /// The range rows of a scope, in the order of their keys.
    #[must_use]
    pub fn range_rows(&self, row: &AdmDhcpScopesRow) -> &[&'a AdmIpRangeRow] {
        self.ranges
            .get(&(row.family, row.record_id))
            .map_or(&[], Vec::as_slice)
    }

    /// The text of a scope's column; a scope without a range row has empty texts for the range row's columns.
    #[must_use]
    pub fn text(&self, row: &AdmDhcpScopesRow, column: Column) -> String {
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
            Column::DnsNotRequesting => {
                enablement_text(details.dns_not_requesting_clients_update_type)
            }
            Column::Exclusions => {
                let ranges: Vec<_> = details
                    .exclusion_ranges
                    .iter()
                    .map(|(first, last)| format!("{first}-{last}"))
                    .collect();
                ranges.join(", ")
            }
            Column::Options => self.options_text(row),
            Column::Relation => self.relations_text(row),
            Column::Superscope => row.superscope.clone().unwrap_or_default(),
            Column::AccessScope => row.access_scope.clone(),
            Column::ActiveLeases => details.number_of_active_leases.to_string(),
            Column::Sync => details.failover_config_sync_status.name().to_owned(),
            Column::ManagedBy => self.range_text(row, |range| &range.managed_by),
            Column::ManagedByEntity => self.range_text(row, |range| &range.managed_by_entity),
            Column::Host | Column::Server1 | Column::Server2 | Column::Mode => String::new(),
        }
    }

    fn range_text(
        &self,
        row: &AdmDhcpScopesRow,
        text: impl Fn(&AdmIpRangeRow) -> &String,
    ) -> String {
        self.range_rows(row)
            .first()
            .map_or_else(String::new, |range| text(range).clone())
    }

    /// Associations name IPv4 scopes only: that is the table their ScopeId refers to.
    fn relations_text(&self, row: &AdmDhcpScopesRow) -> String {
        if row.family != AddressFamily::InterNetwork {
            return String::new();
        }
        let mut relations: Vec<_> = self
            .relations
            .get(&row.record_id)
            .into_iter()
            .flatten()
            .map(|relation| self.names.relation(*relation))
            .collect();
        relations.sort();
        relations.join(", ")
    }

    /// The options of a scope by what they mean, not by the ids of their definitions, which differ from server to server.
    fn options_text(&self, row: &AdmDhcpScopesRow) -> String {
        let key = (row.family, row.dhcp_server_record_id);
        let server = self.servers.get(&key);
        let class = |classes: Option<&Vec<ClassRow>>, id: Option<RecordId>| {
            id.map_or_else(String::new, |id| {
                let name = classes
                    .and_then(|classes| classes.iter().find(|class| class.record_id == id))
                    .map_or_else(|| format!("unknown class {id}"), |class| class.name.clone());
                format!("/{name}")
            })
        };
        let mut options: Vec<String> = self
            .options
            .get(&(row.family, row.record_id))
            .into_iter()
            .flatten()
            .map(|option| {
                let id = option.option_definition_record_id;
                let definition = self.definitions.get(&(key, id));
                let number = definition.map_or_else(
                    || format!("unknown definition {id}"),
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
                format!("{number}{vendor}{user}={}", option.values.join("|"))
            })
            .collect();
        options.sort();
        options.join(", ")
    }
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
