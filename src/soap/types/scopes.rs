//! Scopes and their exclusion ranges ([MS-IPAMM2] 2.2.4.141, 2.2.4.100).

use super::prelude::*;

types! {
    // 2.2.4.141
    Ipam DhcpScope "DhcpScope": BaseIpamObject {
        AccessScopeId: long;
        Description: string null;
        DiscardDnsRecordOnLeaseDeletionStatus: DhcpDiscardDnsRecordOnLeaseDeletionStatus;
        DnsNameProtectionStatus: DhcpDnsNameProtectionStatus;
        DnsUpdateType: DhcpDnsUpdateType;
        EndAddress: IPAddress null;
        ExclusionRanges: DhcpExclusionRangeCollection null;
        IsInheritedAccessScope: boolean;
        NumberOfActiveLeases: double;
        Options: DhcpOptionCollection null;
        ParentDhcpServerRecordId: long;
        PrefixLength: int;
        RecordId: long;
        ScopeId: IPAddress null;
        ScopeName: string null;
        StartAddress: IPAddress null;
        Status: DhcpScopeStatus;
        SubnetMask: IPAddress null;
        TotalNumberOfAddressesInScope: double;
        TotalNumberOfExcludedAddressesInScope: double;
    }
    // 2.2.4.151
    Ipam DhcpScopeV4 "DhcpScopeV4": DhcpScope {
        BootpLeaseDuration: duration;
        BootpLeaseDurationType: DhcpLeaseDurationType;
        DnsDisableDynamicPtrUpdates: DnsDisableDynamicPtrUpdateType;
        DnsNotRequestingClientsUpdateType: DhcpDnsNotRequestingClientsUpdateType;
        FailoverConfigSyncStatus: DhcpFailoverConfigSyncStatus;
        FailoverRelationshipName: string null;
        LeaseDuration: duration;
        LeaseDurationType: DhcpLeaseDurationType;
        PolicyActivationState: PolicyState;
        ServingClientsType: DhcpServingClientsType;
        SubnetDelay: long;
        SuperscopeName: string null;
        SuperscopeRecordId: long;
    }
    // 2.2.4.153
    Ipam DhcpScopeV6 "DhcpScopeV6": DhcpScope {
        PreferredLeaseTime: duration;
        PurgeInterval: duration;
        ScopePreference: unsignedByte;
        ScopeType: AddressAssignment;
        StatelessClientInventoryStatus: DhcpStatelessClientInventoryStatus;
        ValidLeaseTime: duration;
    }
    // 2.2.4.101
    Ipam DhcpExclusionRangeCollection "DhcpExclusionRangeCollection": IpamObject {
        ExclusionRangesInCollection: ArrayOfDhcpExclusionRange null;
        OperationTracker: ArrayOfKeyValuePairOfCollectionOperationsDhcpExclusionRangenTEz2bI_S null;
        UpdatedExclusionRanges: ArrayOfDhcpExclusionRange null;
    }
    // 2.2.4.100
    Ipam DhcpExclusionRange "DhcpExclusionRange": BaseIpamObject {
        EndAddress: IPAddress null;
        RecordId: long;
        StartAddress: IPAddress null;
    }
    // 2.2.4.102
    Ipam DhcpExclusionRangeV4 "DhcpExclusionRangeV4": DhcpExclusionRange {
    }
    // 2.2.4.103
    Ipam DhcpExclusionRangeV6 "DhcpExclusionRangeV6": DhcpExclusionRange {
    }
}
