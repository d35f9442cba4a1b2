//! The enumerations of [MS-IPAMM2] 2.2.5 that the operation can show, in the document's order.

/// Defines an enumeration whose variants are spelled as on the wire, with its names and its parser.
macro_rules! wire_enum {
    ($(#[$meta:meta])* $name:ident { $($variant:ident),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the members are the document's; the section explains them")]
        pub enum $name { $($variant),* }

        impl $name {
            /// Every member, in the document's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The member as it is spelled on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant)),* }
            }

            /// The member of that spelling, if there is one.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|member| member.name() == name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
}

wire_enum! {
    /// [MS-IPAMM2] 2.2.5.63 IpamAdminOperationId: which delegate an operation runs.
    IpamAdminOperationId {
    EditDhcpServer,
    ApplyServerConfigurationTemplate,
    CreateDhcpScope,
    EditDhcpScope,
    DeleteDhcpScope,
    ApplyScopeConfigurationTemplate,
    AddScopesToSuperscope,
    RemoveScopesFromSuperscope,
    RenameSuperscope,
    DeleteSuperscopes,
    SetSuperscopeActivationStatus,
    CreateDhcpServerPolicy,
    CreateDhcpScopePolicy,
    UpdatePolicy,
    DeletePolicy,
    UpdatePolicyProperty,
    MovePolicyProcessingOrder,
    CreateDhcpReservation,
    DeleteDhcpReservation,
    DeleteDhcpReservationCollection,
    SetDhcpReservation,
    SetDhcpReservationCollection,
    CreateDhcpFailover,
    EditDhcpFailover,
    AddDhcpFailoverScopes,
    RemoveDhcpFailoverScopes,
    DeleteDhcpFailover,
    ResetConfigSyncStatus,
    ReplicateScope,
    ReplicateRelation,
    ReplicateServer,
    CreateDhcpFilters,
    UpdateDhcpFilter,
    UpdateDhcpFilters,
    DeleteDhcpFilters,
    CreateIpamIPAddress,
    UpdateIpamIPAddress,
    CreateDnsResourceRecords,
    DeleteDnsResourceRecords,
    UpdateDnsResourceRecords,
    UpdateDnsResourceRecord,
    CreateDnsZone,
    DeleteDnsZones,
    UpdateDnsZones,
    DnsZonesTransfer,
    ReloadDnsZones,
    CreateDnsConditionalForwarders,
    UpdateDnsConditionalForwarders,
    DeleteDnsConditionalForwarders
    }
}

wire_enum! {
    /// [MS-IPAMM2] 2.2.5.71 OverallProgressStatus: the value of SetOverallStatus.
    OverallProgressStatus { NotStarted, InProgress, CompletedWithSuccess, CompletedWithFailure }
}

wire_enum! {
    /// [MS-IPAMM2] 2.2.5 SubTaskStatus: the value of SetSubTaskStatus.
    SubTaskStatus {
        NotStarted, InProgress, CompletedWithError, CompletedWithWarning, CompletedWithSuccess,
        NotApplicable, NotRun,
    }
}

wire_enum! {
    /// [MS-IPAMM2] 2.2.5 CollectionOperations: what a client did to an entry of a collection. Delegates take Add,
    /// Set and Delete; the others are passed over.
    CollectionOperations { None, Add, Set, Delete, PartnerAdd, PartnerSet, PartnerDelete }
}

wire_enum! {
    /// [MS-IPAMM2] 2.2.5 DhcpFailoverMode.
    DhcpFailoverMode { None, LoadBalance, HotStandby }
}

wire_enum! {
    /// [MS-IPAMM2] 2.2.5 DhcpFailoverConfigSyncStatus: is a scope in step with its failover partner.
    DhcpFailoverConfigSyncStatus { Unknown, InSync, OutOfSync }
}

wire_enum! {
    /// [MS-IPAMM2] 2.2.5 DhcpScopeStatus.
    DhcpScopeStatus { None, Activated, Deactivated }
}

wire_enum! {
    /// [MS-IPAMM2] 2.2.5 DhcpLeaseDurationType.
    DhcpLeaseDurationType { None, Limited, Unlimited }
}

wire_enum! {
    /// [MS-IPAMM2] 2.2.5 DhcpServingClientsType.
    DhcpServingClientsType { None, Dhcp, Bootp, Both }
}

wire_enum! {
    /// [MS-IPAMM2] 2.2.5 DhcpDnsUpdateType.
    DhcpDnsUpdateType { None, Never, DynamicUpdateOnRequestByClient, DynamicUpdateAlways }
}

wire_enum! {
    /// The members that DhcpDiscardDnsRecordOnLeaseDeletionStatus, DhcpDnsNameProtectionStatus and
    /// DhcpDnsNotRequestingClientsUpdateType of [MS-IPAMM2] 2.2.5 have in common.
    Enablement { None, Enabled, Disabled }
}

wire_enum! {
    /// [MS-IPAMM2] 2.2.5 DhcpOptionType: the type of an option definition's values.
    DhcpOptionType {
        None, Byte, Word, DWord, DWordDWord, Encapsulated, String, IPAddress, BinaryData, IPv6Address,
    }
}

wire_enum! {
    /// AddressFamily, of the members the operation can meet: it selects the simple table of a compound one
    /// ([MS-IPAMM2] 3.1.1.1).
    AddressFamily { InterNetwork, InterNetworkV6 }
}
