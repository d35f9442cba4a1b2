//! The rows of the abstract data model that the operation reaches ([MS-IPAMM2] 3.1.1.1).
//!
//! Plain data: no index and no procedure. The store keeps these rows; the oracle scans them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use crate::model::SerDuration;
use crate::spec::{
    AddressFamily, DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpFailoverMode,
    DhcpLeaseDurationType, DhcpOptionType, DhcpScopeStatus, DhcpServingClientsType, Enablement,
};

/// The primary key of a row: a signed 64-bit number, unique in its simple table. 0 means unset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RecordId(pub i64);

impl RecordId {
    /// The id no row has: not set.
    pub const UNSET: Self = Self(0);

    /// Whether it names a row at all; 0 and NULL are both used for "no reference".
    #[must_use]
    pub const fn is_set(self) -> bool {
        self.0 != 0
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The key of a row of a compound table: the family selects the simple table ([MS-IPAMM2] 3.1.1.1).
pub type RowKey = (AddressFamily, RecordId);

/// ADM_DHCPServersTable ([MS-IPAMM2] 3.1.1.1.17), with the host's name of the server role behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmDhcpServersRow {
    /// The primary key.
    pub record_id: RecordId,
    /// Which simple table the row is in.
    pub family: AddressFamily,
    /// ServerRoleInfo.ParentServer.Name.
    pub name: String,
    /// The access scope the server is assigned to (ADM_AccessScopeAssociationTable).
    pub access_scope: String,
    /// OptionDefinitions.
    pub option_definitions: Vec<OptionDefinitionRow>,
    /// VendorClasses.
    pub vendor_classes: Vec<ClassRow>,
    /// UserClasses.
    pub user_classes: Vec<ClassRow>,
}

/// An entry of ADM_DHCPServersTable.OptionDefinitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionDefinitionRow {
    /// The definition's own key.
    pub record_id: RecordId,
    /// OptionId, the number in DHCP.
    pub option_id: u32,
    /// Name.
    pub name: String,
    /// OptionType.
    pub option_type: DhcpOptionType,
    /// VendorClassRecordId; `None` for the default vendor class.
    pub vendor_class_record_id: Option<RecordId>,
}

/// An entry of ADM_DHCPServersTable.VendorClasses or UserClasses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassRow {
    /// The class's own key.
    pub record_id: RecordId,
    /// Name.
    pub name: String,
}

/// ADM_DHCPScopesTable ([MS-IPAMM2] 3.1.1.1.13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmDhcpScopesRow {
    /// The primary key; the same subnet on two servers is two rows.
    pub record_id: RecordId,
    /// Which simple table the row is in.
    pub family: AddressFamily,
    /// DHCPServerRecordId: the owner.
    pub dhcp_server_record_id: RecordId,
    /// The superscope, by name (SuperscopeId).
    pub superscope: Option<String>,
    /// The access scope the scope is assigned to.
    pub access_scope: String,
    /// ScopeDetails.
    pub details: ScopeDetails,
}

/// ScopeDetails of ADM_DHCPScopesTable ([MS-IPAMM2] 3.1.1.1.13.1), of the columns that the operation can meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeDetails {
    /// ScopeId: the subnet address.
    pub scope_id: IpAddr,
    /// SubnetMask; IPv6 scopes have none.
    pub subnet_mask: Option<IpAddr>,
    /// PrefixLength.
    pub prefix_length: i32,
    /// StartAddress of the range.
    pub start_address: IpAddr,
    /// EndAddress of the range.
    pub end_address: IpAddr,
    /// ScopeName.
    pub scope_name: String,
    /// Description.
    pub description: String,
    /// Status.
    pub status: DhcpScopeStatus,
    /// SubnetDelay, in milliseconds as DHCP servers count it.
    pub subnet_delay: i64,
    /// LeaseDurationType.
    pub lease_duration_type: DhcpLeaseDurationType,
    /// LeaseDuration.
    pub lease_duration: SerDuration,
    /// ServingClientsType.
    pub serving_clients_type: DhcpServingClientsType,
    /// BootpLeaseDurationType.
    pub bootp_lease_duration_type: DhcpLeaseDurationType,
    /// BootpLeaseDuration.
    pub bootp_lease_duration: SerDuration,
    /// DnsUpdateType.
    pub dns_update_type: DhcpDnsUpdateType,
    /// DnsNameProtectionStatus.
    pub dns_name_protection_status: Enablement,
    /// DiscardDnsRecordOnLeaseDeletionStatus.
    pub discard_dns_record_on_lease_deletion_status: Enablement,
    /// DnsNotRequestingClientsUpdateType.
    pub dns_not_requesting_clients_update_type: Enablement,
    /// ExclusionRanges: first and last address of each.
    pub exclusion_ranges: BTreeSet<(IpAddr, IpAddr)>,
    /// NumberOfActiveLeases: a statistic, never replicated.
    pub number_of_active_leases: u64,
    /// FailoverConfigSyncStatus.
    pub failover_config_sync_status: DhcpFailoverConfigSyncStatus,
}

/// ADM_DhcpFailoverRelationTable ([MS-IPAMM2] 3.1.1.1.44).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmDhcpFailoverRelationRow {
    /// The primary key.
    pub record_id: RecordId,
    /// RelationshipName.
    pub relationship_name: String,
    /// Server1RecordId; `None` is NULL, a server that IPAM does not manage.
    pub server1_record_id: Option<RecordId>,
    /// Server2RecordId, likewise.
    pub server2_record_id: Option<RecordId>,
    /// FailoverDetails.Mode.
    pub mode: DhcpFailoverMode,
}

/// ADM_DhcpScopeFailoverTable ([MS-IPAMM2] 3.1.1.1.45): an association of a scope with a relationship.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmDhcpScopeFailoverRow {
    /// The primary key.
    pub record_id: RecordId,
    /// FailoverRelationId.
    pub failover_relation_id: RecordId,
    /// ScopeId: the RecordId of an IPv4 row of ADM_DHCPScopesTable, not an address.
    pub scope_id: RecordId,
}

/// ADM_IPRangeTable ([MS-IPAMM2] 3.1.1.1.1), of the columns that the delegates write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmIpRangeRow {
    /// The primary key.
    pub record_id: RecordId,
    /// Which simple table the row is in.
    pub family: AddressFamily,
    /// ScopeRecordId: the scope the range belongs to.
    pub scope_record_id: RecordId,
    /// StartIPAddress.
    pub start_ip_address: IpAddr,
    /// EndIPAddress.
    pub end_ip_address: IpAddr,
    /// PrefixLength.
    pub prefix_length: i32,
    /// SubnetId: the scope's subnet address.
    pub subnet_id: IpAddr,
    /// Description.
    pub description: String,
    /// ManagedByValue (custom field ManagedBy).
    pub managed_by: String,
    /// ManagedByEntityValue (custom field ManagedByEntity).
    pub managed_by_entity: String,
}

/// ADM_DhcpOptionsTable ([MS-IPAMM2] 3.1.1.1.18), scope-level rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmDhcpOptionsRow {
    /// The primary key.
    pub record_id: RecordId,
    /// Which simple table the row is in.
    pub family: AddressFamily,
    /// ServerRecordId.
    pub server_record_id: RecordId,
    /// ScopeRecordId.
    pub scope_record_id: RecordId,
    /// OptionDefinitionRecordId: an entry of that server's OptionDefinitions.
    pub option_definition_record_id: RecordId,
    /// UserClassRecordId: an entry of that server's UserClasses; `None` for the default user class.
    pub user_class_record_id: Option<RecordId>,
    /// Values.
    pub values: Vec<String>,
}

/// What a data store holds: every table the operation reaches, rows in the order of their keys.
///
/// Rows are shared, so a copy costs one pointer a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tables {
    /// ADM_DHCPServersTable.
    pub servers: BTreeMap<RowKey, Arc<AdmDhcpServersRow>>,
    /// ADM_DHCPScopesTable.
    pub scopes: BTreeMap<RowKey, Arc<AdmDhcpScopesRow>>,
    /// ADM_DhcpFailoverRelationTable.
    pub relations: BTreeMap<RecordId, Arc<AdmDhcpFailoverRelationRow>>,
    /// ADM_DhcpScopeFailoverTable.
    pub scope_failovers: BTreeMap<RecordId, Arc<AdmDhcpScopeFailoverRow>>,
    /// ADM_IPRangeTable.
    pub ranges: BTreeMap<RowKey, Arc<AdmIpRangeRow>>,
    /// ADM_DhcpOptionsTable.
    pub options: BTreeMap<RowKey, Arc<AdmDhcpOptionsRow>>,
}
