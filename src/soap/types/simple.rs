//! Simple types, and the two types whose content no table describes: addresses and exceptions.

use super::prelude::*;

macro_rules! simple {
    ($($content:ident $namespace:ident: $($id:ident)*;)*) => {
        $($(
            #[allow(non_upper_case_globals, reason = "spelled as on the wire")]
            pub(super) static $id: Type = Type {
                namespace: Namespace::$namespace,
                name: stringify!($id),
                base: None,
                content: Content::$content,
            };
        )*)*
        pub(super) static ALL: &[&Type] = &[$($(&$id,)*)* &IPAddress];
    };
}

simple! {
    Text Schema: base64Binary boolean dateTime decimal double int long string unsignedByte unsignedInt unsignedShort;
    Text Serialization: duration;
    Any Schema: anyType;
    Exception Ipam1: IpamException;
    Enumeration Ipam1:
        IpamAdminOperationId
        IpamExceptionId
        OverallProgressStatus
        ;
    Enumeration Sockets:
        AddressFamily
        ;
    Enumeration Ipam:
        AddressAssignment
        CollectionOperations
        DhcpAuditLoggingStatus
        DhcpDiscardDnsRecordOnLeaseDeletionStatus
        DhcpDnsNameProtectionStatus
        DhcpDnsNotRequestingClientsUpdateType
        DhcpDnsUpdateType
        DhcpFailoverConfigSyncStatus
        DhcpFailoverMode
        DhcpFailoverOperationOwner
        DhcpFailoverOperations
        DhcpFailoverState
        DhcpLeaseDurationType
        DhcpOperationState
        DhcpOptionCollectionType
        DhcpOptionOwnerType
        DhcpOptionType
        DhcpScopeStatus
        DhcpServingClientsType
        DhcpStatelessClientInventoryStatus
        DnsDisableDynamicPtrUpdateType
        EntityOperationType
        IpamDatabaseType
        IpamObjectType
        ManagementStatus
        PolicyOperations
        PolicyOperator
        PolicyState
        ServerInfoConfigRetrievalStatus
        ServerInfoNewFlag
        ServerRoleAuditFileAccess
        ServerRoleEventViewerAccess
        ServerRoleRpcAccess
        ServerRoleType
        ServiceRunningStatus
        SubTaskStatus
        ;
}

/// [MS-IPAMM2] 2.2.4.441
#[allow(non_upper_case_globals, reason = "spelled as on the wire")]
pub(super) static IPAddress: Type = Type {
    namespace: Namespace::Net,
    name: "IPAddress",
    base: None,
    content: Content::Address(&[
        member("m_Address", &long, false),
        member("m_Family", &AddressFamily, false),
        member("m_HashCode", &int, false),
        member("m_Numbers", &ArrayOfunsignedShort, true),
        member("m_ScopeId", &long, false),
    ]),
};

const fn member(name: &'static str, declared: &'static Type, nillable: bool) -> Member {
    Member {
        name,
        declared,
        nillable,
    }
}
