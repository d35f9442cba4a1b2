//! Options, their definitions, classes and policies ([MS-IPAMM2] 2.2.4.120, 2.2.4.132).

use super::prelude::*;

types! {
    // 2.2.4.121
    Ipam DhcpOptionCollection "DhcpOptionCollection": - {
        OperationTracker: ArrayOfKeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S null;
        OptionsInCollection: ArrayOfDhcpOption null;
        OwnerType: DhcpOptionOwnerType;
        UpdatedOptions: ArrayOfDhcpOption null;
    }
    // 2.2.4.120
    Ipam DhcpOption "DhcpOption": BaseIpamObject {
        OptionDefinition: DhcpOptionDefinition null;
        OptionOwnerType: DhcpOptionOwnerType;
        RecordId: long;
        UserClass: DhcpUserClass null;
        Values: ArrayOfanyType null;
    }
    // 2.2.4.126
    Ipam DhcpOptionV4 "DhcpOptionV4": DhcpOption {
        PolicyOwner: DhcpPolicyV4 null;
    }
    // 2.2.4.127
    Ipam DhcpOptionV6 "DhcpOptionV6": DhcpOption {
    }
    // 2.2.4.123
    Ipam DhcpOptionDefinitionCollection "DhcpOptionDefinitionCollection": IpamObject {
        OperationTracker: ArrayOfKeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S null;
        OptionDefinitionsInCollection: ArrayOfDhcpOptionDefinition null;
        UpdatedOptionDefinitions: ArrayOfTupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL null;
    }
    // 2.2.4.122
    Ipam DhcpOptionDefinition "DhcpOptionDefinition": BaseIpamObject {
        Description: string null;
        Name: string null;
        OptionCollectionType: DhcpOptionCollectionType;
        OptionId: int;
        OptionType: DhcpOptionType;
        RecordId: long;
        Values: ArrayOfanyType null;
        VendorClass: DhcpVendorClass null;
    }
    // 2.2.4.124
    Ipam DhcpOptionDefinitionV4 "DhcpOptionDefinitionV4": DhcpOptionDefinition {
    }
    // 2.2.4.125
    Ipam DhcpOptionDefinitionV6 "DhcpOptionDefinitionV6": DhcpOptionDefinition {
    }
    // 2.2.4.168
    Ipam DhcpUserClassCollection "DhcpUserClassCollection": - {
        OperationTracker: ArrayOfKeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S null;
        UpdatedUserClasses: ArrayOfDhcpUserClass null;
        UserClassesInCollection: ArrayOfDhcpUserClass null;
    }
    // 2.2.4.167
    Ipam DhcpUserClass "DhcpUserClass": BaseIpamObject {
        Description: string null;
        IsDefault: boolean;
        Name: string null;
        RecordId: long;
        Value: ArrayOfunsignedByte null;
    }
    // 2.2.4.169
    Ipam DhcpUserClassV4 "DhcpUserClassV4": DhcpUserClass {
    }
    // 2.2.4.170
    Ipam DhcpUserClassV6 "DhcpUserClassV6": DhcpUserClass {
    }
    // 2.2.4.172
    Ipam DhcpVendorClassCollection "DhcpVendorClassCollection": - {
        OperationTracker: ArrayOfKeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S null;
        UpdatedVendorClasses: ArrayOfDhcpVendorClass null;
        VendorClassesInCollection: ArrayOfDhcpVendorClass null;
    }
    // 2.2.4.171
    Ipam DhcpVendorClass "DhcpVendorClass": BaseIpamObject {
        Description: string null;
        IsDefault: boolean;
        Name: string null;
        RecordId: long;
        Value: ArrayOfunsignedByte null;
    }
    // 2.2.4.173
    Ipam DhcpVendorClassV4 "DhcpVendorClassV4": DhcpVendorClass {
    }
    // 2.2.4.174
    Ipam DhcpVendorClassV6 "DhcpVendorClassV6": DhcpVendorClass {
        IanaVendorID: unsignedInt;
    }
    // 2.2.4.132
    Ipam DhcpPolicyV4 "DhcpPolicyV4": BaseIpamObject {
        Condition: DhcpPolicyConditionV4 null;
        DiscardDnsRecordOnLeaseDeletionStatus: DhcpDiscardDnsRecordOnLeaseDeletionStatus;
        DnsDisableDynamicPtrUpdates: DnsDisableDynamicPtrUpdateType;
        DnsNameProtectionStatus: DhcpDnsNameProtectionStatus;
        DnsNotRequestingClientsUpdateType: DhcpDnsNotRequestingClientsUpdateType;
        DnsSuffix: string null;
        DnsUpdateType: DhcpDnsUpdateType;
        LeaseDuration: duration;
        LeaseDurationType: DhcpLeaseDurationType;
        OperationTracker: ArrayOfPolicyOperations null;
        Options: DhcpOptionCollection null;
        PolicyDescription: string null;
        PolicyId: long;
        PolicyName: string null;
        ProcessingOrder: unsignedInt;
        Ranges: ArrayOfDhcpPolicyRangeV4 null;
        Scope: DhcpScope null;
        ScopeRecordId: long;
        Server: DhcpServer null;
        ServerRecordId: long;
        State: boolean;
    }
    // 2.2.4.130
    Ipam DhcpPolicyConditionV4 "DhcpPolicyConditionV4": BaseIpamObject {
        ClientId: ArrayOfstring null;
        Fqdn: ArrayOfstring null;
        MacAddress: ArrayOfstring null;
        Operator: PolicyOperator;
        RelayAgentCidInfo: ArrayOfstring null;
        RelayAgentInfo: ArrayOfstring null;
        RelayAgentRidInfo: ArrayOfstring null;
        RelayAgentSidInfo: ArrayOfstring null;
        UserClass: ArrayOfstring null;
        VendorClass: ArrayOfstring null;
    }
    // 2.2.4.131
    Ipam DhcpPolicyRangeV4 "DhcpPolicyRangeV4": BaseIpamObject {
        EndIPAddress: IPAddress null;
        RecordId: long;
        StartIPAddress: IPAddress null;
    }
}
