//! Operation parameters ([MS-IPAMM2] 2.2.4.286 and the types that extend it).

use super::prelude::*;

types! {
    // 2.2.4.286
    Ipam IpamOperationWithProgressParameters "IpamOperationWithProgressParameters": IpamObject {
        OperationId: IpamAdminOperationId;
    }
    // 2.2.4.73
    Ipam CreateDhcpScopeParameters "CreateDhcpScopeParameters": IpamOperationWithProgressParameters {
        Scope: DhcpScope null;
    }
    // 2.2.4.446
    Ipam UpdateDhcpScopeParameters "UpdateDhcpScopeParameters": IpamOperationWithProgressParameters {
        Scope: DhcpScope null;
    }
    // 2.2.4.93
    Ipam DeleteDhcpScopeParameters "DeleteDhcpScopeParameters": IpamOperationWithProgressParameters {
        Scope: DhcpScope null;
    }
    // 2.2.4.112
    Ipam DhcpFailoverWithScopesParameters "DhcpFailoverWithScopesParameters": IpamOperationWithProgressParameters {
        Failover: DhcpFailover null;
        ScopeIds: ArrayOflong null;
    }
    // 2.2.4.109
    Ipam DhcpFailoverParameters "DhcpFailoverParameters": IpamOperationWithProgressParameters {
        Failover: DhcpFailover null;
    }
    // 2.2.4.110
    Ipam DhcpFailoverRemoveScopesParameters "DhcpFailoverRemoveScopesParameters": IpamOperationWithProgressParameters {
        Force: boolean;
        ScopeIds: ArrayOflong null;
    }
    // 2.2.4.107
    Ipam DhcpFailoverDeleteParameters "DhcpFailoverDeleteParameters": IpamOperationWithProgressParameters {
        Failover: DhcpFailover null;
        Force: boolean;
    }
    // 2.2.4.359
    Ipam ResetConfigSyncStatusParameters "ResetConfigSyncStatusParameters": IpamOperationWithProgressParameters {
        Scopes: ArrayOfDhcpScope null;
    }
    // 2.2.4.352
    Ipam ReplicateScopeParameters "ReplicateScopeParameters": IpamOperationWithProgressParameters {
        Scopes: ArrayOfDhcpScope null;
    }
    // 2.2.4.351
    Ipam ReplicateRelationParameters "ReplicateRelationParameters": IpamOperationWithProgressParameters {
        FailoverRelation: DhcpFailover null;
    }
    // 2.2.4.355
    Ipam ReplicateServerParameters "ReplicateServerParameters": IpamOperationWithProgressParameters {
        Server: DhcpServerV4 null;
    }
    // of operations that this tool does not know: only what they share is listed
    Ipam AddScopesToSuperscopeParameters "AddScopesToSuperscopeParameters": IpamOperationWithProgressParameters ..;
    Ipam ApplyDhcpScopeConfigurationparameters "ApplyDhcpScopeConfigurationparameters": IpamOperationWithProgressParameters ..;
    Ipam ApplyDhcpServerConfigurationParameters "ApplyDhcpServerConfigurationParameters": IpamOperationWithProgressParameters ..;
    Ipam CreateDhcpFiltersParameters "CreateDhcpFiltersParameters": IpamOperationWithProgressParameters ..;
    Ipam CreateDhcpReservationParameters "CreateDhcpReservationParameters": IpamOperationWithProgressParameters ..;
    Ipam CreateDhcpScopePolicyParameters "CreateDhcpScopePolicyParameters": IpamOperationWithProgressParameters ..;
    Ipam CreateDhcpServerPolicyParameters "CreateDhcpServerPolicyParameters": IpamOperationWithProgressParameters ..;
    Ipam CreateDnsResourceRecordsParameters "CreateDnsResourceRecordsParameters": IpamOperationWithProgressParameters ..;
    Ipam CreateDnsZoneParameters "CreateDnsZoneParameters": IpamOperationWithProgressParameters ..;
    Ipam CreateIpamIPAddressParameters "CreateIpamIPAddressParameters": IpamOperationWithProgressParameters ..;
    Ipam DeleteDhcpFiltersParameters "DeleteDhcpFiltersParameters": IpamOperationWithProgressParameters ..;
    Ipam DeleteDhcpReservationCollectionParameters "DeleteDhcpReservationCollectionParameters": IpamOperationWithProgressParameters ..;
    Ipam DeleteDhcpReservationParameters "DeleteDhcpReservationParameters": IpamOperationWithProgressParameters ..;
    Ipam DeleteDnsResourceRecordsParameters "DeleteDnsResourceRecordsParameters": IpamOperationWithProgressParameters ..;
    Ipam DeleteDnsZonesParameters "DeleteDnsZonesParameters": IpamOperationWithProgressParameters ..;
    Ipam DeletePolicyParameters "DeletePolicyParameters": IpamOperationWithProgressParameters ..;
    Ipam DeleteSuperscopesParameters "DeleteSuperscopesParameters": IpamOperationWithProgressParameters ..;
    Ipam DnsConditionalForwardersParameters "DnsConditionalForwardersParameters": IpamOperationWithProgressParameters ..;
    Ipam DnsZonesTransferParameters "DnsZonesTransferParameters": IpamOperationWithProgressParameters ..;
    Ipam MovePolicyProcessingOrderParameters "MovePolicyProcessingOrderParameters": IpamOperationWithProgressParameters ..;
    Ipam MultiUpdateDnsResourceRecordParameters "MultiUpdateDnsResourceRecordParameters": IpamOperationWithProgressParameters ..;
    Ipam ReloadDnsZonesParameters "ReloadDnsZonesParameters": IpamOperationWithProgressParameters ..;
    Ipam RemoveScopesFromSuperscopeParameters "RemoveScopesFromSuperscopeParameters": IpamOperationWithProgressParameters ..;
    Ipam RenameSuperscopeParameters "RenameSuperscopeParameters": IpamOperationWithProgressParameters ..;
    Ipam SetDhcpReservationCollectionParameters "SetDhcpReservationCollectionParameters": IpamOperationWithProgressParameters ..;
    Ipam SetDhcpReservationParameters "SetDhcpReservationParameters": IpamOperationWithProgressParameters ..;
    Ipam SetSuperscopeActivationStatusParameters "SetSuperscopeActivationStatusParameters": IpamOperationWithProgressParameters ..;
    Ipam UpdateDhcpFilterParameters "UpdateDhcpFilterParameters": IpamOperationWithProgressParameters ..;
    Ipam UpdateDhcpFiltersParameters "UpdateDhcpFiltersParameters": IpamOperationWithProgressParameters ..;
    Ipam UpdateDhcpServerParameters "UpdateDhcpServerParameters": IpamOperationWithProgressParameters ..;
    Ipam UpdateDnsResourceRecordParameters "UpdateDnsResourceRecordParameters": IpamOperationWithProgressParameters ..;
    Ipam UpdateDnsZonesParameters "UpdateDnsZonesParameters": IpamOperationWithProgressParameters ..;
    Ipam UpdateIpamIPAddressParameters "UpdateIpamIPAddressParameters": IpamOperationWithProgressParameters ..;
    Ipam UpdatePolicyParameters "UpdatePolicyParameters": IpamOperationWithProgressParameters ..;
    Ipam UpdatePolicyPropertiesParameters "UpdatePolicyPropertiesParameters": IpamOperationWithProgressParameters ..;
}
