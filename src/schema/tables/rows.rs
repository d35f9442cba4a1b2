//! Rows: servers, relations, scopes, and what stands in them.

use crate::scenario::limits::{LISTED_MAX, ROWS_MAX};
use crate::schema::kind::{Key, Kind, Table};
use crate::schema::tables::values::{address, exclusion, lease, range, row_name, subnet};
use crate::spec::{
    DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpFailoverMode, DhcpOptionType,
};

/// The largest number of an option that can be written.
const OPTION_MAX: i64 = u32::MAX as i64;

pub(super) fn tables() -> Vec<Table> {
    vec![server(), definition(), relation(), scope(), option()]
}

fn row_keys(has_other_family: bool) -> Vec<Key> {
    let mut keys = vec![
        Key::new(
            "name",
            row_name(),
            "What the row is called; no two rows of a kind are called the same, and none `absent`, `nil`, `unknown` or `0`.",
        )
        .required(),
        repeat("That many rows, in which `${n}` counts from 1 and `subnet` moves on to the next of the same size."),
        Key::new("missing", Kind::Flag, "The name and its id exist, the row does not: a dangling reference.")
            .default(false),
    ];
    if has_other_family {
        keys.push(Key::new(
            "same_id_as",
            Kind::Name("row"),
            "Shares the record id of an earlier row of the same kind in the other address family.",
        ));
    }
    keys
}

pub(super) fn repeat(meaning: &str) -> Key {
    let most = i64::try_from(ROWS_MAX).unwrap_or(i64::MAX);
    Key::new("repeat", Kind::count_to(1, most), meaning).default(1)
}

fn server() -> Table {
    let mut keys = row_keys(true);
    keys.extend([
        Key::new(
            "family",
            Kind::words(&["v4", "v6"]),
            "The address family of its scopes.",
        )
        .default("v4"),
        Key::new(
            "host",
            Kind::Text,
            "ParentServer.Name; becomes ManagedByEntity of new ranges.",
        )
        .default_words("its name"),
        Key::new(
            "access_scope",
            Kind::Name("access scope"),
            "The access scope that the server belongs to.",
        )
        .default("Global"),
        Key::new(
            "option_definitions",
            Kind::list_to(Kind::Table("optionDefinition"), LISTED_MAX),
            "The options that the server knows. Given: exactly these exist on it.",
        )
        .default_words("what the file needs"),
        Key::new(
            "vendor_classes",
            Kind::list_to(Kind::Text, LISTED_MAX),
            "The vendor classes that the server knows, likewise.",
        )
        .default_words("what the file needs"),
        Key::new(
            "user_classes",
            Kind::list_to(Kind::Text, LISTED_MAX),
            "The user classes that the server knows, likewise.",
        )
        .default_words("what the file needs"),
    ]);
    Table::new("server", Some("`world.servers`"), "A DHCP server.", keys)
}

fn definition() -> Table {
    let types: Vec<&str> = DhcpOptionType::ALL
        .iter()
        .map(|member| member.name())
        .collect();
    let keys = vec![
        Key::new(
            "id",
            Kind::count_to(0, OPTION_MAX),
            "The number of the option.",
        )
        .required(),
        Key::new("name", Kind::Text, "What the option is called.")
            .default_words("`option` and its number"),
        Key::new("type", Kind::words(&types), "The type of its values.").default("String"),
        Key::new(
            "vendor_class",
            Kind::Text,
            "The vendor class that it belongs to.",
        )
        .default_words("none"),
    ];
    Table::new(
        "optionDefinition",
        Some("`option_definitions`"),
        "An option that a server knows.",
        keys,
    )
}

fn end() -> Kind {
    Kind::Either(vec![Kind::Name("server or `\"nil\"`"), Kind::Zero])
}

fn mode() -> Kind {
    let modes: Vec<&str> = DhcpFailoverMode::ALL
        .iter()
        .map(|member| member.name())
        .collect();
    Kind::words(&modes)
}

fn relation() -> Table {
    let mut keys = row_keys(false);
    keys.extend([
        Key::new(
            "server1",
            end(),
            "The server in the first position; `\"nil\"` is NULL, 0 the id that no row has.",
        )
        .required(),
        Key::new("server2", end(), "The server in the second position.").required(),
        Key::new("mode", mode(), "The mode of the relation.").default("LoadBalance"),
    ]);
    Table::new(
        "relation",
        Some("`world.relations`"),
        "A failover relation between two servers.",
        keys,
    )
}

/// Where columns of a row stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// A row of the world.
    World,
    /// The values that a step writes.
    Change,
    /// The values that are expected: one, or several that are accepted.
    Expect,
}

impl Use {
    fn value(self, kind: Kind) -> Kind {
        match self {
            Self::World | Self::Change => kind,
            Self::Expect => Kind::one_or_more(kind),
        }
    }

    fn relation(self) -> Kind {
        let name = || Kind::Name("relation");
        let names = || Kind::Either(vec![name(), Kind::list(name())]);
        match self {
            Self::World | Self::Change => names(),
            Self::Expect => Kind::Either(vec![name(), Kind::filled_list(names(), None)]),
        }
    }

    fn mask(self) -> Kind {
        match self {
            Self::World => address(),
            Self::Change | Self::Expect => {
                self.value(Kind::Either(vec![address(), Kind::words(&["none"])]))
            }
        }
    }
}

/// The columns of a scope, without `subnet` and `relation`.
fn columns(used: Use) -> Vec<Key> {
    let words = |words: &[&'static str]| used.value(Kind::words(words));
    let text = || used.value(Kind::Text);
    let flag = || used.value(Kind::Flag);
    let dns: Vec<&str> = DhcpDnsUpdateType::ALL
        .iter()
        .filter(|member| **member != DhcpDnsUpdateType::None)
        .map(|member| member.name())
        .collect();
    let sync: Vec<&str> = DhcpFailoverConfigSyncStatus::ALL
        .iter()
        .map(|member| member.name())
        .collect();
    vec![
        Key::new(
            "scope_name",
            text(),
            "ScopeName. Not the row's name, so that copies are equal where nothing is said.",
        )
        .default_words("the subnet's address"),
        Key::new(
            "range",
            used.value(range()),
            "StartAddress and EndAddress, of the scope and of its range row.",
        )
        .default_words("all but first and last address"),
        Key::new("status", words(&["Activated", "Deactivated"]), "Status.").default("Activated"),
        Key::new(
            "lease",
            used.value(lease()),
            "LeaseDuration and LeaseDurationType; `unlimited` is Unlimited and P0D.",
        )
        .default("8d"),
        Key::new("subnet_delay", used.value(Kind::count(0)), "SubnetDelay.").default(0),
        Key::new(
            "serving",
            words(&["Dhcp", "Bootp", "Both"]),
            "ServingClientsType.",
        )
        .default("Dhcp"),
        Key::new(
            "description",
            text(),
            "Description, of the scope and of its range row.",
        )
        .default(""),
        Key::new(
            "bootp_lease",
            used.value(lease()),
            "BootpLeaseDuration and BootpLeaseDurationType.",
        )
        .default("30d"),
        Key::new("dns_update", words(&dns), "DnsUpdateType.")
            .default("DynamicUpdateOnRequestByClient"),
        Key::new(
            "dns_name_protection",
            flag(),
            "DnsNameProtectionStatus: Enabled or Disabled.",
        )
        .default(false),
        Key::new(
            "dns_discard_records",
            flag(),
            "DiscardDnsRecordOnLeaseDeletionStatus: Enabled or Disabled.",
        )
        .default(false),
        Key::new(
            "dns_not_requesting",
            flag(),
            "DnsNotRequestingClientsUpdateType: Enabled or Disabled.",
        )
        .default(false),
        Key::new(
            "exclusions",
            Kind::list(exclusion()),
            "Excluded ranges and addresses; one value, compared as a set.",
        )
        .default(Vec::<String>::new()),
        Key::new(
            "options",
            Kind::list_to(Kind::Table("option"), LISTED_MAX),
            "The options with their values; one value, compared as a set.",
        )
        .default(Vec::<String>::new()),
        Key::new(
            "superscope",
            text(),
            "The superscope, which exists by being named. Not replicated.",
        )
        .default_words("none"),
        Key::new(
            "access_scope",
            used.value(Kind::Name("access scope")),
            "The access scope. Not replicated.",
        )
        .default("Global"),
        Key::new(
            "active_leases",
            used.value(Kind::count(0)),
            "The number of active leases. Not replicated.",
        )
        .default(0),
        Key::new(
            "sync",
            words(&sync),
            "FailoverConfigSyncStatus. Not replicated.",
        )
        .default("Unknown"),
        Key::new(
            "managed_by",
            text(),
            "ManagedBy, a custom field of the range row.",
        )
        .default("MSDHCP"),
        Key::new(
            "managed_by_entity",
            text(),
            "ManagedByEntity, a custom field of the range row.",
        )
        .default_words("the owner's host"),
        Key::new(
            "mask",
            used.mask(),
            match used {
                Use::World => "SubnetMask, where it is not that of `subnet`; only with `invalid`.",
                Use::Change | Use::Expect => "SubnetMask; `none` where there is none.",
            },
        )
        .default_words("from `subnet`"),
    ]
}

fn subnet_key(used: Use) -> Key {
    Key::new(
        "subnet",
        used.value(subnet()),
        "ScopeId, SubnetMask and PrefixLength.",
    )
}

fn relation_key(used: Use) -> Key {
    Key::new(
        "relation",
        used.relation(),
        "The relation that the scope is in, or several: one row in ADM_DhcpScopeFailoverTable each.",
    )
    .default_words("none")
}

/// The keys of columns as steps write them and expectations state them: nothing is a default there.
pub(super) fn stated(used: Use) -> Vec<Key> {
    let mut keys = vec![subnet_key(used), relation_key(used)];
    keys.extend(columns(used));
    for key in &mut keys {
        key.default = crate::schema::kind::Default::None;
    }
    keys
}

/// The columns of servers and relations as steps write them and expectations state them.
pub(super) fn stated_of_others(used: Use) -> Vec<Key> {
    vec![
        Key::new(
            "host",
            used.value(Kind::Text),
            "Of a server: ParentServer.Name.",
        ),
        Key::new(
            "server1",
            used.value(end()),
            "Of a relation: the server in the first position.",
        ),
        Key::new(
            "server2",
            used.value(end()),
            "Of a relation: the server in the second position.",
        ),
        Key::new("mode", used.value(mode()), "Of a relation: its mode."),
    ]
}

fn scope() -> Table {
    let mut keys = row_keys(true);
    keys.extend([
        Key::new("server", Kind::Name("server"), "The owner; gives the address family.").required(),
        subnet_key(Use::World).default_words("from `like`"),
        Key::new(
            "like",
            Kind::Name("scope"),
            "Takes over the replicated columns of a scope declared earlier, except those written beside it.",
        ),
        relation_key(Use::World),
    ]);
    keys.extend(columns(Use::World));
    keys.push(
        Key::new(
            "invalid",
            Kind::Flag,
            "The row breaks ValidateDhcpScope on purpose. Without it such data are a mistake in the file.",
        )
        .default(false),
    );
    Table::new(
        "scope",
        Some("`world.scopes`"),
        "A scope: its row, its range row, its exclusions and its option rows.",
        keys,
    )
    .any_of(&[&["subnet"], &["like"]])
}

fn option() -> Table {
    let keys = vec![
        Key::new(
            "id",
            Kind::count_to(0, OPTION_MAX),
            "The number of the option.",
        )
        .required(),
        Key::new(
            "value",
            Kind::Either(vec![Kind::Text, Kind::list(Kind::Text)]),
            "Its value, or its values.",
        )
        .required(),
        Key::new(
            "vendor_class",
            Kind::Text,
            "The vendor class of its definition.",
        )
        .default_words("none"),
        Key::new("user_class", Kind::Text, "The user class that it is for.").default_words("none"),
    ];
    Table::new("option", Some("`options`"), "An option of a scope.", keys)
}
