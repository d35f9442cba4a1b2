//! `world.servers`: servers with their option definitions and classes, and record ids shared between families.

use std::collections::{BTreeMap, BTreeSet};

use crate::scenario::RowSpans;
use crate::scenario::decode::context::Context;
use crate::scenario::decode::names::{Item, Names};
use crate::scenario::decode::world::access_scope;
use crate::scenario::error::{LoadCode, LoadError};
use crate::scenario::tree::Node;
use crate::spec::{AddressFamily, DhcpOptionType};
use crate::world::{OptionDefinition, RowKind, Server, World};

const SERVER_KEYS: &[&str] = &[
    "name",
    "repeat",
    "missing",
    "same_id_as",
    "family",
    "host",
    "access_scope",
    "option_definitions",
    "vendor_classes",
    "user_classes",
];

/// Reads the servers.
pub(super) fn decode(
    cx: &mut Context<'_>,
    items: &[Item<'_>],
    names: &Names,
    world: &mut World,
    spans: &mut RowSpans,
) {
    let mut ids = SameIds::default();
    for item in items {
        cx.keys(item.table, SERVER_KEYS);
        for count in 1..=item.repeat {
            cx.count = count;
            let table = item.table;
            let name = table
                .get("name")
                .and_then(|node| cx.text_of(node))
                .unwrap_or_default();
            let mut server = Server::named(&name);
            if let Some(node) = table.get("family") {
                let family = cx.member(node, "address family", &["v4", "v6"], |word| match word {
                    "v4" => Some(AddressFamily::InterNetwork),
                    "v6" => Some(AddressFamily::InterNetworkV6),
                    _ => None,
                });
                server.family = family.unwrap_or(server.family);
            }
            if let Some(host) = table.get("host").and_then(|node| cx.text(node)) {
                server.host = host;
            }
            if let Some(node) = table.get("access_scope")
                && let Some(name) = access_scope(cx, node, world)
            {
                server.access_scope = name;
            }
            let mut classes = |key: &str| {
                let node = cx.listed(table.get(key))?;
                let listed = cx.texts(node)?;
                Some(listed.into_iter().map(|name| name.value).collect())
            };
            server.vendor_classes = classes("vendor_classes");
            server.user_classes = classes("user_classes");
            server.option_definitions = table
                .get("option_definitions")
                .map(|node| option_definitions(cx, node, server.vendor_classes.as_deref()));
            server.missing = cx.flag(table, "missing");
            if let Some(node) = table.get("same_id_as") {
                let place = world.servers.len();
                let families = |place: usize| world.servers.get(place).map(|server| server.family);
                server.same_id_as = ids.resolve(
                    cx,
                    names,
                    RowKind::Server,
                    node,
                    place,
                    server.family,
                    families,
                );
            }
            let classes = server.vendor_classes.iter().chain(&server.user_classes);
            let (listed, bytes) = classes.fold((0, 0), |(listed, bytes), names| {
                (
                    listed + names.len(),
                    bytes + names.iter().map(String::len).sum::<usize>(),
                )
            });
            let definitions = server.option_definitions.as_ref().map_or(0, Vec::len);
            let bytes = bytes + server.host.len();
            cx.weigh(listed + definitions, bytes, table, item.span);
            if cx.errors.stopped {
                return;
            }
            world.servers.push(server);
            spans.servers.push(item.span);
        }
        cx.count = 1;
    }
}

/// Keeps two rows of one family from sharing a record id.
#[derive(Debug, Default)]
pub(super) struct SameIds {
    taken: BTreeSet<(AddressFamily, usize)>,
    roots: BTreeMap<usize, usize>,
}

impl SameIds {
    /// The row whose id is shared: declared earlier, of the other family, and nobody else's of this family.
    #[expect(
        clippy::too_many_arguments,
        reason = "all of it is the one row in question"
    )]
    pub(super) fn resolve(
        &mut self,
        cx: &mut Context<'_>,
        names: &Names,
        kind: RowKind,
        node: &Node,
        place: usize,
        family: AddressFamily,
        families: impl Fn(usize) -> Option<AddressFamily>,
    ) -> Option<usize> {
        let other = names.resolve(cx, kind, node)?;
        let name = cx.text_of(node).unwrap_or_default();
        if other >= place {
            cx.push(
                LoadError::new(
                    LoadCode::UnknownName,
                    node.span,
                    format!("{} not declared yet", kind.name()),
                )
                .found(name)
                .expected(format!("a {} declared earlier", kind.name())),
            );
            return None;
        }
        let root = self.roots.get(&other).copied().unwrap_or(other);
        let is_taken = families(root) == Some(family) || !self.taken.insert((family, root));
        if families(other) == Some(family) || is_taken {
            cx.push(
                LoadError::new(
                    LoadCode::Subnet,
                    node.span,
                    "record id of the same address family",
                )
                .found(name)
                .expected(format!(
                    "a {} of the other family whose id is free in this one",
                    kind.name()
                )),
            );
            return None;
        }
        self.roots.insert(place, root);
        Some(other)
    }
}

fn option_definitions(
    cx: &mut Context<'_>,
    node: &Node,
    vendor_classes: Option<&[String]>,
) -> Vec<OptionDefinition> {
    let mut definitions: Vec<OptionDefinition> = Vec::new();
    let listed = cx.listed(Some(node));
    for (span, table) in cx.tables(listed, "option_definitions") {
        cx.keys(table, &["id", "name", "type", "vendor_class"]);
        let id_node = cx.required(table, span, "id");
        let id = id_node.and_then(|node| option_id(cx, node));
        let name = table.get("name").and_then(|node| cx.text(node));
        let option_type = table
            .get("type")
            .map_or(Some(DhcpOptionType::String), |node| {
                let words: Vec<&str> = DhcpOptionType::ALL
                    .iter()
                    .map(|member| member.name())
                    .collect();
                cx.member(node, "DhcpOptionType", &words, DhcpOptionType::from_name)
            });
        let vendor_class = table.get("vendor_class").and_then(|node| {
            let name = cx.text(node)?;
            if let Some(listed) = vendor_classes
                && !listed.contains(&name)
            {
                cx.unknown_name(
                    node.span,
                    "vendor class",
                    &name,
                    listed.iter().map(String::as_str),
                );
            }
            Some(name)
        });
        let (Some(id), Some(option_type)) = (id, option_type) else {
            continue;
        };
        let known = definitions
            .iter()
            .any(|other| other.id == id && other.vendor_class == vendor_class);
        if known && let Some(node) = id_node {
            cx.push(
                LoadError::new(LoadCode::NameTwice, node.span, "option defined twice")
                    .found(id.to_string()),
            );
        }
        definitions.push(OptionDefinition {
            id,
            name: name.unwrap_or_else(|| format!("option {id}")),
            option_type,
            vendor_class,
        });
    }
    definitions
}

/// The number of an option.
pub(super) fn option_id(cx: &mut Context<'_>, node: &Node) -> Option<u32> {
    let id = cx.count_between(node, 0, u64::from(u32::MAX))?;
    u32::try_from(id).ok()
}

/// A server that lists its definitions and not its vendor classes has those of its definitions, too.
pub(super) fn complete_vendor_classes(world: &mut World) {
    let used: BTreeSet<String> = world
        .scopes
        .iter()
        .flat_map(|scope| {
            scope
                .options
                .iter()
                .filter_map(|option| option.vendor_class.clone())
        })
        .collect();
    for server in &mut world.servers {
        let own: BTreeSet<String> = server
            .option_definitions
            .iter()
            .flatten()
            .filter_map(|definition| definition.vendor_class.clone())
            .collect();
        if server.vendor_classes.is_none() && !own.is_subset(&used) {
            server.vendor_classes = Some(own.union(&used).cloned().collect());
        }
    }
}
