//! The rows of the authorization tables that the operation reaches ([MS-IPAMM2] 3.1.1.1.36, 3.1.1.1.38, 3.19.6.1).

use crate::spec::IpamAdminOperationId;

/// The IPAM security groups of [MS-IPAMM2] 1.1, by the names a caller's token carries.
pub static SECURITY_GROUPS: &[&str] = &[
    IPAM_USERS,
    IPAM_ADMINISTRATORS,
    IPAM_ASM_ADMINISTRATORS,
    IPAM_MSM_ADMINISTRATORS,
    IPAM_IP_AUDIT_ADMINISTRATORS,
];

/// The group of plain users.
pub const IPAM_USERS: &str = "IPAM Users";
/// The group whose members have every IPAM right.
pub const IPAM_ADMINISTRATORS: &str = "IPAM Administrators";
/// The group that manages address space.
pub const IPAM_ASM_ADMINISTRATORS: &str = "IPAM ASM Administrators";
/// The group that manages DHCP and DNS servers.
pub const IPAM_MSM_ADMINISTRATORS: &str = "IPAM MSM Administrators";
/// The group that reads IP audit data.
pub const IPAM_IP_AUDIT_ADMINISTRATORS: &str = "IPAM IP Audit Administrators";

/// The built-in access scope ([MS-IPAMM2] 3.1.1.1.40).
pub const GLOBAL_ACCESS_SCOPE: &str = "Global";

/// The operation group that holds the failover operations ([MS-IPAMM2] 3.1.1.1.36.1).
static DHCP_FAILOVER_OPERATIONS: &[&str] = &[
    "MsmDhcpCreateFailover",
    "MsmDhcpEditFailover",
    "MsmDhcpDeleteFailover",
    "MsmDhcpReplicateOperation",
];

/// The operation group that holds the scope operations ([MS-IPAMM2] 3.1.1.1.36.1), of which the delegates here ask three.
static DHCP_SCOPE_OPERATIONS: &[&str] = &[
    "MsmDhcpCreateScope",
    "MsmDhcpEditScope",
    "MsmDhcpDeleteScope",
];

/// Every authorization operation that a role of ours can name.
pub fn operations() -> impl Iterator<Item = &'static str> {
    DHCP_FAILOVER_OPERATIONS
        .iter()
        .chain(DHCP_SCOPE_OPERATIONS)
        .copied()
}

/// A built-in role and the operation groups it holds, of those that matter here ([MS-IPAMM2] 3.1.1.1.38.1).
#[derive(Debug)]
pub struct BuiltInRole {
    /// The role's name.
    pub name: &'static str,
    groups: &'static [&'static [&'static str]],
}

impl BuiltInRole {
    /// The role's authorization operations, of those that matter here.
    pub fn operations(&self) -> impl Iterator<Item = &'static str> {
        self.groups.iter().copied().flatten().copied()
    }
}

/// The built-in roles.
pub static BUILT_IN_ROLES: &[BuiltInRole] = &[
    BuiltInRole {
        name: "IPAM DHCP Reservations Administrator",
        groups: &[],
    },
    BuiltInRole {
        name: "IPAM DHCP Scope Administrator",
        groups: &[DHCP_SCOPE_OPERATIONS],
    },
    BuiltInRole {
        name: "IPAM DNS Record Administrator",
        groups: &[],
    },
    BuiltInRole {
        name: "IPAM DHCP Administrator",
        groups: &[DHCP_FAILOVER_OPERATIONS, DHCP_SCOPE_OPERATIONS],
    },
    BuiltInRole {
        name: "IP Address Record Administrator",
        groups: &[],
    },
    BuiltInRole {
        name: "IPAM ASM Administrator",
        groups: &[],
    },
    BuiltInRole {
        name: "IPAM MSM Administrator",
        groups: &[DHCP_FAILOVER_OPERATIONS, DHCP_SCOPE_OPERATIONS],
    },
    BuiltInRole {
        name: "IPAM Administrator",
        groups: &[DHCP_FAILOVER_OPERATIONS, DHCP_SCOPE_OPERATIONS],
    },
    BuiltInRole {
        name: "IPAM DNS Administrator",
        groups: &[],
    },
];

/// Which object's access scope a policy has to match ([MS-IPAMM2] 3.19.6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizedObject {
    /// None: the operation is scope-agnostic.
    ScopeAgnostic,
    /// The DHCP server of the parameters.
    DhcpServer,
    /// The DHCP scope of the parameters.
    DhcpScope,
}

/// One row of the mapping of R-AUTH-4 with the flags of R-AUTH-5. Every row has AdminOnly and NonRBAC FALSE
/// and asks the group IPAM MSM Administrators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthorizationMapping {
    /// What the client wants to run.
    pub operation: IpamAdminOperationId,
    /// The authorization operation it maps to.
    pub authorization: &'static str,
    /// The object whose access scope counts.
    pub object: AuthorizedObject,
}

/// The mapping of [MS-IPAMM2] 3.19.6.1 (R-AUTH-4).
pub static AUTHORIZATION_MAPPINGS: &[AuthorizationMapping] = {
    use AuthorizedObject::{DhcpScope, DhcpServer, ScopeAgnostic};
    use IpamAdminOperationId as Id;
    const fn row(
        operation: Id,
        authorization: &'static str,
        object: AuthorizedObject,
    ) -> AuthorizationMapping {
        AuthorizationMapping {
            operation,
            authorization,
            object,
        }
    }
    &[
        row(Id::CreateDhcpScope, "MsmDhcpCreateScope", DhcpServer),
        row(Id::EditDhcpScope, "MsmDhcpEditScope", DhcpScope),
        row(Id::DeleteDhcpScope, "MsmDhcpDeleteScope", DhcpScope),
        row(Id::CreateDhcpFailover, "MsmDhcpCreateFailover", DhcpServer),
        row(Id::EditDhcpFailover, "MsmDhcpEditFailover", DhcpServer),
        row(Id::AddDhcpFailoverScopes, "MsmDhcpEditFailover", DhcpServer),
        row(
            Id::RemoveDhcpFailoverScopes,
            "MsmDhcpEditFailover",
            DhcpServer,
        ),
        row(Id::DeleteDhcpFailover, "MsmDhcpDeleteFailover", DhcpServer),
        row(
            Id::ResetConfigSyncStatus,
            "MsmDhcpReplicateOperation",
            ScopeAgnostic,
        ),
        row(
            Id::ReplicateScope,
            "MsmDhcpReplicateOperation",
            ScopeAgnostic,
        ),
        row(
            Id::ReplicateRelation,
            "MsmDhcpReplicateOperation",
            ScopeAgnostic,
        ),
        row(
            Id::ReplicateServer,
            "MsmDhcpReplicateOperation",
            ScopeAgnostic,
        ),
    ]
};
