//! The roots of all objects, and servers with their roles ([MS-IPAMM2] 2.2.4.285, 2.2.4.155).

use super::prelude::*;

types! {
    // 2.2.4.285
    Ipam IpamObject "IpamObject": - {
    }
    // 2.2.4.64
    Ipam BaseIpamObject "BaseIpamObject": IpamObject {
        ModifiedProperties: ArrayOfstring null;
        SetProperties: ArrayOfstring null;
    }
    // 2.2.4.155
    Ipam DhcpServer "DhcpServer": BaseIpamObject {
        AccessScopeId: long;
        AuditLoggingStatus: DhcpAuditLoggingStatus;
        DiscardDnsRecordOnLeaseDeletionStatus: DhcpDiscardDnsRecordOnLeaseDeletionStatus;
        DnsNameProtectionStatus: DhcpDnsNameProtectionStatus;
        DnsRegistrationCredentialDomainName: string null;
        DnsRegistrationCredentialPassword: base64Binary null;
        DnsRegistrationCredentialUserName: string null;
        DnsUpdateType: DhcpDnsUpdateType;
        IsInheritedAccessScope: boolean;
        NumberOfActiveLeases: double;
        NumberOfAvailableAddresses: double;
        NumberOfScopes: int;
        OptionDefinitions: DhcpOptionDefinitionCollection null;
        Options: DhcpOptionCollection null;
        RecordId: long;
        ServerRoleInfo: ServerRoleDhcp null;
        UserClasses: DhcpUserClassCollection null;
        VendorClasses: DhcpVendorClassCollection null;
    }
    // 2.2.4.159
    Ipam DhcpServerV4 "DhcpServerV4": DhcpServer {
        AllowFilterEnabled: DhcpOperationState;
        DenyFilterEnabled: DhcpOperationState;
        DhcpDnsNotRequestingClientsUpdateType: DhcpDnsNotRequestingClientsUpdateType;
        DnsDisableDynamicPtrUpdates: DnsDisableDynamicPtrUpdateType;
        PolicyActivationState: PolicyState;
    }
    // 2.2.4.161
    Ipam DhcpServerV6 "DhcpServerV6": DhcpServer {
        PurgeInterval: duration;
        StatelessClientInventoryStatus: DhcpStatelessClientInventoryStatus;
    }
    // 2.2.4.389
    Ipam ServerRole "ServerRole": BaseIpamObject {
        AuditFileAccessStatus: ServerRoleAuditFileAccess;
        EventViewerAccessStatus: ServerRoleEventViewerAccess;
        LastRefreshTime: dateTime;
        ParentServer: ServerInfo null;
        RecordId: long;
        RpcAccessStatus: ServerRoleRpcAccess;
        ServerRoleFlag: ServerRoleType;
        ServerRoleInclusionStatus: boolean;
        ServiceStatus: ServiceRunningStatus;
        ServiceStatusModifiedTime: dateTime null;
    }
    // 2.2.4.391
    Ipam ServerRoleDhcp "ServerRoleDhcp": ServerRole {
        BackupPath: string null;
        DatabasePath: string null;
        DhcpCommonInfoId: long;
        ServerVersion: ServerRoleDhcpVersion null;
    }
    // 2.2.4.392
    Ipam ServerRoleDhcpVersion "ServerRoleDhcp.Version": - {
        MajorVersion: unsignedInt;
        MinorVersion: unsignedInt;
    }
    // 2.2.4.390
    Ipam ServerRoleDc "ServerRoleDc": ServerRole {
    }
    // 2.2.4.393
    Ipam ServerRoleDns "ServerRoleDns": ServerRole {
    }
    // 2.2.4.394
    Ipam ServerRoleNps "ServerRoleNps": ServerRole {
    }
    // 2.2.4.384
    Ipam ServerInfo "ServerInfo": BaseIpamObject {
        ADDomain: string null;
        ADDomainRecordId: int;
        ConfigurationRetrievalFlag: ServerInfoConfigRetrievalStatus;
        Description: string null;
        Domain: string null;
        ForestName: string null;
        IPAddresses: ArrayOfIPAddress null;
        LastModified: dateTime;
        ManagementStatus: ManagementStatus;
        Name: string null;
        NewFlag: ServerInfoNewFlag;
        OSName: string null;
        OSVersion: decimal;
        Owner: string null;
        RecordId: long;
        SamAccountName: string null;
        ServerCustomDataCollection: ArrayOfCustomFieldValue null;
        ServerGuid: string null;
        ServerRoleCollection: ArrayOfServerRole null;
    }
    // 2.2.4.85
    Ipam CustomFieldValue "CustomFieldValue": BaseIpamObject {
        BuiltInCustomFieldValueId: long;
        ParentCustomFieldName: string null;
        ParentCustomFieldNumber: int;
        ParentCustomFieldRecordId: long null;
        RecordId: long null;
        Value: string null;
    }
}
