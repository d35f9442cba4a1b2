//! The keys of a scope as written, before `like` and the defaults come in.

use std::net::IpAddr;

use crate::model::SerDuration;
use crate::scenario::decode::columns;
use crate::scenario::decode::context::Context;
use crate::scenario::decode::names::Names;
use crate::scenario::decode::values::Subnet;
use crate::scenario::decode::world::access_scope;
use crate::scenario::tree::{Kind, Node, Table};
use crate::spec::{
    DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpLeaseDurationType, DhcpScopeStatus,
    DhcpServingClientsType, Enablement,
};
use crate::verdict::Span;
use crate::world::{OptionValue, RowKind, World};

/// The keys of a scope.
pub(super) const SCOPE_KEYS: &[&str] = &[
    "name",
    "repeat",
    "missing",
    "same_id_as",
    "server",
    "subnet",
    "like",
    "relation",
    "scope_name",
    "range",
    "status",
    "lease",
    "subnet_delay",
    "serving",
    "description",
    "bootp_lease",
    "dns_update",
    "dns_name_protection",
    "dns_discard_records",
    "dns_not_requesting",
    "exclusions",
    "options",
    "superscope",
    "access_scope",
    "active_leases",
    "sync",
    "managed_by",
    "managed_by_entity",
    "mask",
    "invalid",
];

/// A value and its place, where the key is written.
pub(super) type Written<T> = Option<(T, Span)>;

/// The keys of a scope as written.
#[derive(Debug, Default)]
pub(super) struct Keys {
    pub(super) server: Option<usize>,
    pub(super) subnet: Written<Subnet>,
    /// `subnet` is there, well-formed or not.
    pub(super) subnet_is_written: bool,
    pub(super) scope_name: Option<String>,
    pub(super) range: Written<(IpAddr, IpAddr)>,
    /// `range` is there, well-formed or not.
    pub(super) range_is_written: bool,
    pub(super) status: Option<DhcpScopeStatus>,
    pub(super) lease: Option<(DhcpLeaseDurationType, SerDuration)>,
    pub(super) subnet_delay: Option<i64>,
    pub(super) serving: Option<DhcpServingClientsType>,
    pub(super) description: Option<String>,
    pub(super) bootp_lease: Option<(DhcpLeaseDurationType, SerDuration)>,
    pub(super) dns_update: Option<DhcpDnsUpdateType>,
    pub(super) dns_name_protection: Option<Enablement>,
    pub(super) dns_discard_records: Option<Enablement>,
    pub(super) dns_not_requesting: Option<Enablement>,
    pub(super) exclusions: Option<Vec<((IpAddr, IpAddr), Span)>>,
    pub(super) options: Option<Vec<(OptionValue, OptionSpans)>>,
    pub(super) relations: Vec<usize>,
    pub(super) superscope: Option<String>,
    pub(super) access_scope: Option<String>,
    pub(super) active_leases: u64,
    pub(super) sync: Option<DhcpFailoverConfigSyncStatus>,
    pub(super) managed_by: Option<String>,
    pub(super) managed_by_entity: Option<String>,
    pub(super) mask: Written<IpAddr>,
    pub(super) invalid: Option<Span>,
    pub(super) missing: bool,
    /// A key that decides whether the row is valid cannot be read.
    pub(super) is_broken: bool,
}

/// Where the parts of an option stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct OptionSpans {
    pub(super) id: Span,
    pub(super) vendor_class: Option<Span>,
    pub(super) user_class: Option<Span>,
}

/// Whether the count stands in a key other than those that name rows.
pub(super) fn depends_on_count(table: &Table) -> bool {
    fn counted(node: &Node) -> bool {
        match &node.kind {
            Kind::Counted(_) => true,
            Kind::List(list) => list.items.iter().any(counted),
            Kind::Table(table) => table.entries.iter().any(|entry| counted(&entry.value)),
            _ => false,
        }
    }
    table.entries.iter().any(|entry| {
        !["name", "like", "same_id_as"].contains(&&*entry.key) && counted(&entry.value)
    })
}

/// Reads the keys of a scope.
pub(super) fn read_keys(cx: &mut Context<'_>, table: &Table, names: &Names, world: &World) -> Keys {
    let get = |key: &str| table.get(key);
    let mut keys = Keys {
        is_broken: false,
        server: get("server").and_then(|node| names.resolve(cx, RowKind::Server, node)),
        subnet: get("subnet").and_then(|node| Some((columns::subnet(cx, node)?, node.span))),
        subnet_is_written: get("subnet").is_some(),
        scope_name: get("scope_name").and_then(|node| cx.text(node)),
        range: get("range").and_then(|node| Some((columns::range(cx, node)?, node.span))),
        range_is_written: get("range").is_some(),
        status: get("status").and_then(|node| columns::status(cx, node)),
        lease: get("lease").and_then(|node| columns::lease(cx, node)),
        subnet_delay: get("subnet_delay").and_then(|node| columns::subnet_delay(cx, node)),
        serving: get("serving").and_then(|node| columns::serving(cx, node)),
        description: get("description").and_then(|node| cx.text(node)),
        bootp_lease: get("bootp_lease").and_then(|node| columns::lease(cx, node)),
        dns_update: get("dns_update").and_then(|node| columns::dns_update(cx, node)),
        dns_name_protection: get("dns_name_protection")
            .and_then(|node| columns::enablement(cx, node)),
        dns_discard_records: get("dns_discard_records")
            .and_then(|node| columns::enablement(cx, node)),
        dns_not_requesting: get("dns_not_requesting")
            .and_then(|node| columns::enablement(cx, node)),
        exclusions: get("exclusions").and_then(|node| columns::exclusions(cx, node)),
        options: get("options").map(|node| columns::options(cx, node)),
        relations: get("relation").map_or_else(Vec::new, |node| relations(cx, node, names)),
        superscope: get("superscope").and_then(|node| cx.text(node)),
        access_scope: get("access_scope").and_then(|node| access_scope(cx, node, world)),
        active_leases: get("active_leases")
            .and_then(|node| cx.count_between(node, 0, i64::MAX as u64))
            .unwrap_or(0),
        sync: get("sync").and_then(|node| columns::sync(cx, node)),
        managed_by: get("managed_by").and_then(|node| cx.text(node)),
        managed_by_entity: get("managed_by_entity").and_then(|node| cx.text(node)),
        mask: get("mask").and_then(|node| Some((columns::address(cx, node)?, node.span))),
        invalid: get("invalid").and_then(|node| cx.boolean(node)?.then_some(node.span)),
        missing: cx.flag(table, "missing"),
    };
    let invalid_is_unclear = get("invalid").is_some_and(|node| !matches!(node.kind, Kind::Bool(_)));
    keys.is_broken = invalid_is_unclear
        || (keys.subnet_is_written && keys.subnet.is_none())
        || (keys.range_is_written && keys.range.is_none())
        || (get("mask").is_some() && keys.mask.is_none());
    keys
}

/// `relation = "R1"`, or a list of names without doubles.
fn relations(cx: &mut Context<'_>, node: &Node, names: &Names) -> Vec<usize> {
    let items = match &node.kind {
        Kind::List(list) => list.items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut relations = Vec::new();
    for item in items {
        if let Some(relation) = names.resolve(cx, RowKind::Relation, item) {
            relations.push(relation);
        }
    }
    relations
}
