//! The authored world: rows with names, referring to each other by their place in the world.

use crate::model::{RecordId, ScopeDetails};
use crate::spec::authorization::{GLOBAL_ACCESS_SCOPE, IPAM_MSM_ADMINISTRATORS};
use crate::spec::{AddressFamily, DhcpFailoverMode, DhcpOptionType};
use crate::world::{PartnerRule, RowKind};

/// What a scenario says exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    /// ADM_IsIPAMConfigured; false faults every operation (R-PRE-3).
    pub provisioned: bool,
    /// ADM_IsSchemaConversionRequired; true faults every operation (R-PRE-4).
    pub schema_conversion_required: bool,
    /// Who opens the sessions.
    pub caller: Caller,
    /// Own roles, beside the built-in ones.
    pub roles: Vec<Role>,
    /// Own access scopes, beside `Global`.
    pub access_scopes: Vec<String>,
    /// The servers, in the order of the file.
    pub servers: Vec<Server>,
    /// The failover relationships.
    pub relations: Vec<Relation>,
    /// The scopes.
    pub scopes: Vec<Scope>,
    /// Rules for the failover partner; rows are indexes into `servers` and `scopes`.
    pub partner: Vec<PartnerRule<usize>>,
    /// The record ids of the rows, where they are in a store already; `None`: any.
    pub record_ids: Option<RecordIds>,
}

/// The record ids of a world's rows, by their places.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordIds {
    /// Of the servers.
    pub servers: Vec<RecordId>,
    /// Of the relationships.
    pub relations: Vec<RecordId>,
    /// Of the scopes.
    pub scopes: Vec<RecordId>,
}

impl RecordIds {
    /// Those of one kind.
    pub const fn of_mut(&mut self, kind: RowKind) -> &mut Vec<RecordId> {
        match kind {
            RowKind::Server => &mut self.servers,
            RowKind::Relation => &mut self.relations,
            RowKind::Scope => &mut self.scopes,
        }
    }

    /// The largest.
    pub(super) fn largest(&self) -> Option<RecordId> {
        let all = self
            .servers
            .iter()
            .chain(&self.relations)
            .chain(&self.scopes);
        all.max().copied()
    }
}

impl Default for World {
    fn default() -> Self {
        Self {
            provisioned: true,
            schema_conversion_required: false,
            caller: Caller::default(),
            roles: Vec::new(),
            access_scopes: Vec::new(),
            servers: Vec::new(),
            relations: Vec::new(),
            scopes: Vec::new(),
            partner: Vec::new(),
            record_ids: None,
        }
    }
}

/// Who opens a session: what the token and the access policies say ([MS-IPAMM2] 3.1.1.4).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caller {
    /// The IPAM security groups in the token.
    pub groups: Vec<String>,
    /// The access policies of the user and of the groups.
    pub policies: Vec<Policy>,
    /// Whether BUILTIN_ADMINISTRATORS is in the token.
    pub local_administrator: bool,
}

impl Caller {
    /// Somebody without any right.
    #[must_use]
    pub const fn nobody() -> Self {
        Self {
            groups: Vec::new(),
            policies: Vec::new(),
            local_administrator: false,
        }
    }
}

impl Default for Caller {
    /// An IPAM MSM administrator.
    fn default() -> Self {
        Self {
            groups: vec![IPAM_MSM_ADMINISTRATORS.to_owned()],
            ..Self::nobody()
        }
    }
}

/// One entry of an access policy: a role on an access scope ([MS-IPAMM2] 3.1.1.1.42).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Policy {
    /// The role's name.
    pub role: String,
    /// The access scope's name.
    pub access_scope: String,
    /// Whose policy it is.
    pub via: Via,
}

/// Whose policy an entry belongs to (R-AUTH-15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// The user's own.
    User,
    /// A group's.
    Group,
}

/// An own role ([MS-IPAMM2] 3.1.1.1.38).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// The authorization operations it holds.
    pub operations: Vec<String>,
}

/// A DHCP server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Unique among servers.
    pub name: String,
    /// IPv4 or IPv6.
    pub family: AddressFamily,
    /// ParentServer.Name.
    pub host: String,
    /// The access scope it is assigned to.
    pub access_scope: String,
    /// The option definitions; `None`: those that any option of the world uses.
    pub option_definitions: Option<Vec<OptionDefinition>>,
    /// The vendor classes; `None` likewise.
    pub vendor_classes: Option<Vec<String>>,
    /// The user classes; `None` likewise.
    pub user_classes: Option<Vec<String>>,
    /// The name and the id exist, the row does not.
    pub missing: bool,
    /// The server of the other family whose id it shares.
    pub same_id_as: Option<usize>,
}

impl Server {
    /// An IPv4 server with nothing said but its name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            family: AddressFamily::InterNetwork,
            host: name.to_owned(),
            access_scope: GLOBAL_ACCESS_SCOPE.to_owned(),
            option_definitions: None,
            vendor_classes: None,
            user_classes: None,
            missing: false,
            same_id_as: None,
        }
    }
}

/// An option definition of a server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OptionDefinition {
    /// OptionId.
    pub id: u32,
    /// Name.
    pub name: String,
    /// OptionType.
    pub option_type: DhcpOptionType,
    /// The vendor class, by name; `None` for the default class.
    pub vendor_class: Option<String>,
}

/// One of the two positions of a relationship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// A server of the world.
    Server(usize),
    /// NULL: a server that IPAM does not manage.
    Nil,
    /// The id 0.
    Zero,
}

/// A failover relationship.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Unique among relationships; its RelationshipName.
    pub name: String,
    /// Server1RecordId.
    pub server1: End,
    /// Server2RecordId.
    pub server2: End,
    /// Mode.
    pub mode: DhcpFailoverMode,
    /// The name and the id exist, the row does not.
    pub missing: bool,
}

/// A scope: its row of ADM_DHCPScopesTable, its range row, its options and its associations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Unique among scopes; not the ScopeName.
    pub name: String,
    /// The owner.
    pub server: usize,
    /// The columns.
    pub details: ScopeDetails,
    /// The relationships it is associated with, one row of ADM_DhcpScopeFailoverTable each.
    pub relations: Vec<usize>,
    /// Scope-level options.
    pub options: Vec<OptionValue>,
    /// The superscope, by name.
    pub superscope: Option<String>,
    /// The access scope it is assigned to.
    pub access_scope: String,
    /// Custom field ManagedBy of the range row.
    pub managed_by: String,
    /// Custom field ManagedByEntity of the range row; `None`: the owner's host.
    pub managed_by_entity: Option<String>,
    /// The name and the id exist, the rows do not.
    pub missing: bool,
    /// The scope of the other family whose id it shares.
    pub same_id_as: Option<usize>,
}

/// An option of a scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OptionValue {
    /// OptionId.
    pub id: u32,
    /// Values, as text.
    pub values: Vec<String>,
    /// The vendor class, by name.
    pub vendor_class: Option<String>,
    /// The user class, by name.
    pub user_class: Option<String>,
}
