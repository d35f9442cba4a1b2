//! The parameters types of the operations: every type that extends IpamOperationWithProgressParameters
//! ([MS-IPAMM2] 2.2.4.286, Appendix B).

use crate::spec::IpamAdminOperationId;

/// The base type; no operation takes it as such ([MS-IPAMM2] 2.2.4.286).
pub const BASE_TYPE: &str = "IpamOperationWithProgressParameters";

/// Every concrete parameters type, in alphabetical order.
pub static PARAMETERS_TYPES: &[&str] = &[
    "AddScopesToSuperscopeParameters",
    "ApplyDhcpScopeConfigurationparameters",
    "ApplyDhcpServerConfigurationParameters",
    "CreateDhcpFiltersParameters",
    "CreateDhcpReservationParameters",
    "CreateDhcpScopeParameters",
    "CreateDhcpScopePolicyParameters",
    "CreateDhcpServerPolicyParameters",
    "CreateDnsResourceRecordsParameters",
    "CreateDnsZoneParameters",
    "CreateIpamIPAddressParameters",
    "DeleteDhcpFiltersParameters",
    "DeleteDhcpReservationCollectionParameters",
    "DeleteDhcpReservationParameters",
    "DeleteDhcpScopeParameters",
    "DeleteDnsResourceRecordsParameters",
    "DeleteDnsZonesParameters",
    "DeletePolicyParameters",
    "DeleteSuperscopesParameters",
    "DhcpFailoverDeleteParameters",
    "DhcpFailoverParameters",
    "DhcpFailoverRemoveScopesParameters",
    "DhcpFailoverWithScopesParameters",
    "DnsConditionalForwardersParameters",
    "DnsZonesTransferParameters",
    "MovePolicyProcessingOrderParameters",
    "MultiUpdateDnsResourceRecordParameters",
    "ReloadDnsZonesParameters",
    "RemoveScopesFromSuperscopeParameters",
    "RenameSuperscopeParameters",
    "ReplicateRelationParameters",
    "ReplicateScopeParameters",
    "ReplicateServerParameters",
    "ResetConfigSyncStatusParameters",
    "SetDhcpReservationCollectionParameters",
    "SetDhcpReservationParameters",
    "SetSuperscopeActivationStatusParameters",
    "UpdateDhcpFilterParameters",
    "UpdateDhcpFiltersParameters",
    "UpdateDhcpScopeParameters",
    "UpdateDhcpServerParameters",
    "UpdateDnsResourceRecordParameters",
    "UpdateDnsZonesParameters",
    "UpdateIpamIPAddressParameters",
    "UpdatePolicyParameters",
    "UpdatePolicyPropertiesParameters",
];

/// The parameters type that an operation's delegate takes ([MS-IPAMM2] 3.19.4.4.1), for the operations whose
/// delegates replicate or are called by those that do, and for their neighbours.
#[must_use]
pub const fn parameters_type(operation: IpamAdminOperationId) -> Option<&'static str> {
    use IpamAdminOperationId as Id;
    Some(match operation {
        Id::CreateDhcpScope => "CreateDhcpScopeParameters",
        Id::EditDhcpScope => "UpdateDhcpScopeParameters",
        Id::DeleteDhcpScope => "DeleteDhcpScopeParameters",
        Id::CreateDhcpFailover | Id::AddDhcpFailoverScopes => "DhcpFailoverWithScopesParameters",
        Id::EditDhcpFailover => "DhcpFailoverParameters",
        Id::RemoveDhcpFailoverScopes => "DhcpFailoverRemoveScopesParameters",
        Id::DeleteDhcpFailover => "DhcpFailoverDeleteParameters",
        Id::ResetConfigSyncStatus => "ResetConfigSyncStatusParameters",
        Id::ReplicateScope => "ReplicateScopeParameters",
        Id::ReplicateRelation => "ReplicateRelationParameters",
        Id::ReplicateServer => "ReplicateServerParameters",
        _ => return None,
    })
}

/// Whether the schema has a parameters type of that name, the base type included.
#[must_use]
pub fn is_parameters_type(name: &str) -> bool {
    name == BASE_TYPE || PARAMETERS_TYPES.contains(&name)
}

/// The DNS settings that ModifiedProperties has to name for them to be stored (R-3-15, R-4-15).
pub const DNS_PROPERTIES: &[&str] = &[
    "DiscardDnsRecordOnLeaseDeletionStatus",
    "DnsNameProtectionStatus",
    "DnsUpdateType",
    "DnsNotRequestingClientsUpdateType",
    "DnsDisableDynamicPtrUpdates",
];
