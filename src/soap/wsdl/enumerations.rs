//! The members of the enumerations ([MS-IPAMM2] 2.2.5), in the document's order.
//!
//! Those that `spec` has are taken from there; the others are only named in the schema, and stand here.

use crate::soap::types::Type;
use crate::spec;

macro_rules! members {
    ($name:ident; $($enumeration:ident: $($member:ident)*;)*) => {
        match $name {
            $(stringify!($enumeration) => Some(&[$(stringify!($member)),*]),)*
            _ => None,
        }
    };
}

/// The members of that enumeration; none for a type that is no enumeration.
pub(super) fn members(enumeration: &Type) -> Vec<&'static str> {
    macro_rules! of_spec {
        ($($name:ident)*) => {
            match enumeration.name {
                $(stringify!($name) => spec::$name::ALL.iter().map(|member| member.name()).collect(),)*
                "IpamExceptionId" => spec::IpamExceptionId::all().map(|id| id.name()).collect(),
                name => named(name).unwrap_or_default().to_vec(),
            }
        };
    }
    of_spec!(
        IpamAdminOperationId OverallProgressStatus SubTaskStatus CollectionOperations DhcpFailoverMode
        DhcpFailoverConfigSyncStatus DhcpScopeStatus DhcpLeaseDurationType DhcpServingClientsType DhcpDnsUpdateType
        DhcpOptionType
    )
}

/// The number of each member, for the one enumeration whose numbers do not count up from 0 (System.Net.Sockets,
/// AddressFamily: it has two pairs of aliases).
pub(super) fn numbers(enumeration: &Type) -> Option<&'static [i8]> {
    (enumeration.name == "AddressFamily").then_some(&[
        -1, 0, 1, 2, 3, 4, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23,
        24, 25, 26, 28, 29,
    ])
}

fn named(name: &str) -> Option<&'static [&'static str]> {
    members! {
        name;
        AddressAssignment: None Static Dynamic Auto VIP Reserved;
        AddressFamily: Unknown Unspecified Unix InterNetwork ImpLink Pup Chaos NS Ipx Iso Osi Ecma
            DataKit Ccitt Sna DecNet DataLink Lat HyperChannel AppleTalk NetBios VoiceView FireFox
            Banyan Atm InterNetworkV6 Cluster Ieee12844 Irda NetworkDesigners Max;
        DhcpAuditLoggingStatus: None Enabled Disabled;
        DhcpDiscardDnsRecordOnLeaseDeletionStatus: None Enabled Disabled;
        DhcpDnsNameProtectionStatus: None Enabled Disabled;
        DhcpDnsNotRequestingClientsUpdateType: None Enabled Disabled;
        DhcpFailoverOperationOwner: ServerOne ServerTwo;
        DhcpFailoverOperations: None FailoverCreate FailoverUpdate FailoverAddScopes
            FailoverRemoveScopes FailoverDelete;
        DhcpFailoverState: Unknown NoState Init Startup Normal CommunicationsInterrupted PartnerDown
            PotentialConflict ConflictDone ResolutionInterrupted Recover RecoverWait RecoverDone;
        DhcpOperationState: None Enabled Disabled;
        DhcpOptionCollectionType: None SingleValue MultiValue;
        DhcpOptionOwnerType: None Scope Server Policy Reservation;
        DhcpStatelessClientInventoryStatus: None Enabled Disabled;
        DnsDisableDynamicPtrUpdateType: None Enabled Disabled;
        EntityOperationType: Unknown Add Update Delete;
        IpamDatabaseType: DatabaseTypeNotConfigured WindowsInternalDatabase MSSQLServer;
        IpamObjectType: None IPv4AddressSpace IPv6AddressSpace IPv4Block IPv6Block IPv4Subnet IPv6Subnet
            IPv4Range IPv6Range IPv4Address IPv6Address DHCPServerv4 DHCPServerv6 DHCPScopev4
            DHCPScopev6 DHCPReservationv4 DHCPReservationv6 DHCPPolicyV4 DHCPSuperscopeV4 DHCPFailover
            DHCPFilter DNSServer DNSForwardLookupZone DNSReverseLookupZone AccessScope UserAccessPolicy
            DHCPSuperscopev4 DnsZoneVirtualContainer DnsReverseZoneVirtualContainer DnsResourceRecord
            DnsConditionalForwarder Max;
        ManagementStatus: None Unspecified Unmanaged Managed;
        PolicyOperations: PolicyCreate PolicyAddRange PolicyAddOptions PolicyRemoveRange PolicyCoreSet
            PolicyRemove PolicySetDnsProperties PartnerPolicyCreate PartnerPolicyAddRange
            PartnerPolicyAddOptions PartnerPolicyRemoveRange PartnerPolicyCoreSet PartnerPolicyRemove
            PartnerPolicySetDnsProperties;
        PolicyOperator: Or And;
        PolicyState: none enabled disabled;
        ServerInfoConfigRetrievalStatus: None NotStarted InProgress Completed;
        ServerInfoNewFlag: None Old New Modified;
        ServerRoleAuditFileAccess: NotChecked NotApplicable Denied Success;
        ServerRoleEventViewerAccess: NotChecked NotApplicable Denied Success;
        ServerRoleRpcAccess: NotChecked NotApplicable NotFound Denied Success;
        ServerRoleType: None Dc Dns Dhcp Nps;
        ServiceRunningStatus: NotChecked Stopped StartPending StopPending Running ContinuePending
            PausePending Paused NotApplicable NotReachable Unknown AccessDenied;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::types::{Content, all};

    #[test]
    fn every_enumeration_of_the_table_has_members() {
        for known in all() {
            let enumeration = matches!(known.content, Content::Enumeration);
            assert_eq!(!members(known).is_empty(), enumeration, "{known:?}");
            if let Some(numbers) = numbers(known) {
                assert_eq!(numbers.len(), members(known).len(), "{known:?}");
            }
        }
    }
}
