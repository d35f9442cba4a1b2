//! `[world]`: servers, relationships, roles, the caller and the partner's rules. Scopes have a file of their own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::scenario::RowSpans;
use crate::scenario::decode::context::Context;
use crate::scenario::decode::names::{Item, Names, declare, twice};
use crate::scenario::decode::{scopes, servers, values};
use crate::scenario::error::{LoadCode, LoadError};
use crate::scenario::limits::ROWS_MAX;
use crate::scenario::tree::{Kind, Node, Table};
use crate::spec::authorization::{self, BUILT_IN_ROLES, GLOBAL_ACCESS_SCOPE, SECURITY_GROUPS};
use crate::spec::{DhcpFailoverMode, IpamExceptionId};
use crate::verdict::Span;
use crate::world::{
    Caller, Does, End, PartnerRule, Policy, Relation, RequestKind, Role, RowKind, Via, World,
};

const WORLD_KEYS: &[&str] = &[
    "provisioned",
    "schema_conversion_required",
    "caller",
    "roles",
    "access_scopes",
    "servers",
    "relations",
    "scopes",
    "partner",
];

/// A world that was read, with what later decoders ask of it.
#[derive(Debug, Default)]
pub(in crate::scenario) struct Decoded {
    pub(super) world: Arc<World>,
    pub(super) spans: Arc<RowSpans>,
    pub(super) names: Names,
    /// The first key written that only a door with a session can carry.
    pub(super) session_key: Option<Span>,
    /// `servers` is there, well-formed or not.
    pub(super) servers_are_written: bool,
    /// How many rows it counts for.
    pub(in crate::scenario) rows: u64,
}

impl Decoded {
    /// The world.
    pub(in crate::scenario) fn world(&self) -> &World {
        &self.world
    }
}

/// Reads `[world]`; a file without one has an empty world.
pub(super) fn decode(cx: &mut Context<'_>, node: Option<&Node>) -> Decoded {
    let Some(table) = node.and_then(|node| cx.table(node, "world")) else {
        return Decoded::default();
    };
    let before = *cx.rows;
    cx.keys(table, WORLD_KEYS);
    let mut world = World::default();
    let mut names = Names::default();
    if let Some(node) = table.get("provisioned") {
        world.provisioned = cx.boolean(node).unwrap_or(true);
    }
    world.schema_conversion_required = cx.flag(table, "schema_conversion_required");
    world.access_scopes = access_scopes(cx, table);
    world.roles = roles(cx, table);

    let server_items = declare(
        cx,
        RowKind::Server,
        table.get("servers"),
        &mut names.servers,
    );
    let relations = declare(
        cx,
        RowKind::Relation,
        table.get("relations"),
        &mut names.relations,
    );
    let scope_items = declare(cx, RowKind::Scope, table.get("scopes"), &mut names.scopes);
    if cx.errors.stopped {
        return Decoded::default();
    }
    if let Some(node) = table.get("caller")
        && let Some(caller) = caller(cx, node, &world)
    {
        world.caller = caller;
    }
    let mut spans = RowSpans::default();
    servers::decode(cx, &server_items, &names, &mut world, &mut spans);
    decode_relations(cx, &relations, &names, &mut world, &mut spans);
    scopes::decode(cx, &scope_items, &names, &mut world, &mut spans);
    if cx.errors.stopped {
        return Decoded::default();
    }
    servers::complete_vendor_classes(&mut world);
    world.partner = partner(cx, table, &names);

    let session_key = ["caller", "provisioned", "schema_conversion_required"]
        .iter()
        .find_map(|key| table.entry(key).map(|entry| entry.key_span));
    Decoded {
        world: Arc::new(world),
        spans: Arc::new(spans),
        names,
        session_key,
        servers_are_written: table.get("servers").is_some(),
        rows: *cx.rows - before,
    }
}

fn access_scopes(cx: &mut Context<'_>, table: &Table) -> Vec<String> {
    let listed = cx.listed(table.get("access_scopes"));
    let Some(listed) = listed.and_then(|node| cx.texts(node)) else {
        return Vec::new();
    };
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    for name in listed.iter() {
        if name.value == GLOBAL_ACCESS_SCOPE {
            cx.push(
                LoadError::new(LoadCode::NameTwice, name.span, "name given twice")
                    .found(&name.value)
                    .help("`Global` is built in"),
            );
        } else if let Some(earlier) = first.insert(name.value.clone(), name.span) {
            cx.push(twice(name.span, &name.value, earlier, "access scope"));
        }
    }
    listed.into_iter().map(|name| name.value).collect()
}

fn roles(cx: &mut Context<'_>, table: &Table) -> Vec<Role> {
    let mut roles: Vec<(Role, Span)> = Vec::new();
    let listed = cx.listed(table.get("roles"));
    for (span, role) in cx.tables(listed, "roles") {
        cx.keys(role, &["name", "operations"]);
        let name = cx.required(role, span, "name").and_then(|node| {
            let name = cx.text(node)?;
            if let Some((_, earlier)) = roles.iter().find(|(role, _)| role.name == name) {
                cx.push(twice(node.span, &name, *earlier, "role"));
            } else if BUILT_IN_ROLES.iter().any(|role| role.name == name) {
                cx.push(
                    LoadError::new(LoadCode::NameTwice, node.span, "name given twice")
                        .found(&name)
                        .help("a built-in role has that name"),
                );
            }
            Some((name, node.span))
        });
        let mut operations = Vec::new();
        if let Some(listed) = cx
            .required(role, span, "operations")
            .and_then(|node| cx.texts(node))
        {
            for operation in listed {
                let known: Vec<&str> = authorization::operations().collect();
                if !known.contains(&operation.value.as_str()) {
                    cx.unknown_name(operation.span, "operation", &operation.value, known);
                }
                operations.push(operation.value);
            }
        }
        if let Some((name, at)) = name {
            roles.push((Role { name, operations }, at));
        }
    }
    roles.into_iter().map(|(role, _)| role).collect()
}

/// `caller = {…}`: a key left out is empty.
pub(super) fn caller(cx: &mut Context<'_>, node: &Node, world: &World) -> Option<Caller> {
    let table = cx.table(node, "caller")?;
    cx.keys(table, &["groups", "policies", "local_administrator"]);
    let mut caller = Caller::nobody();
    let groups = cx.listed(table.get("groups"));
    if let Some(groups) = groups.and_then(|node| cx.texts(node)) {
        for group in groups {
            if !SECURITY_GROUPS.contains(&group.value.as_str()) {
                cx.unknown_name(
                    group.span,
                    "group",
                    &group.value,
                    SECURITY_GROUPS.iter().copied(),
                );
            }
            caller.groups.push(group.value);
        }
    }
    let policies = cx.listed(table.get("policies"));
    for (span, policy) in cx.tables(policies, "policies") {
        cx.keys(policy, &["role", "access_scope", "via"]);
        let role = cx.required(policy, span, "role").and_then(|node| {
            let name = cx.text(node)?;
            let known = || {
                let own = world.roles.iter().map(|role| role.name.as_str());
                own.chain(BUILT_IN_ROLES.iter().map(|role| role.name))
            };
            if !known().any(|role| role == name) {
                let names: Vec<&str> = known().collect();
                cx.unknown_name(node.span, "role", &name, names);
            }
            Some(name)
        });
        let access_scope = policy.get("access_scope").map_or_else(
            || Some(GLOBAL_ACCESS_SCOPE.to_owned()),
            |node| access_scope(cx, node, world),
        );
        let via = match policy.get("via") {
            None => Via::User,
            Some(node) => cx
                .member(
                    node,
                    "owner of a policy",
                    &["user", "group"],
                    |word| match word {
                        "user" => Some(Via::User),
                        "group" => Some(Via::Group),
                        _ => None,
                    },
                )
                .unwrap_or(Via::User),
        };
        if let (Some(role), Some(access_scope)) = (role, access_scope) {
            caller.policies.push(Policy {
                role,
                access_scope,
                via,
            });
        }
    }
    caller.local_administrator = cx.flag(table, "local_administrator");
    Some(caller)
}

/// The name of an access scope of the world.
pub(super) fn access_scope(cx: &mut Context<'_>, node: &Node, world: &World) -> Option<String> {
    let name = cx.text(node)?;
    let known =
        std::iter::once(GLOBAL_ACCESS_SCOPE).chain(world.access_scopes.iter().map(String::as_str));
    if !known.clone().any(|other| other == name) {
        cx.unknown_name(node.span, "access scope", &name, known);
        return None;
    }
    Some(name)
}

const RELATION_KEYS: &[&str] = &[
    "name",
    "repeat",
    "missing",
    "same_id_as",
    "server1",
    "server2",
    "mode",
];

fn decode_relations(
    cx: &mut Context<'_>,
    items: &[Item<'_>],
    names: &Names,
    world: &mut World,
    spans: &mut RowSpans,
) {
    for item in items {
        cx.keys(item.table, RELATION_KEYS);
        if let Some(node) = item.table.get("same_id_as") {
            cx.push(
                LoadError::new(
                    LoadCode::Subnet,
                    node.span,
                    "relations have no address family",
                )
                .expected("`same_id_as` on a server or a scope"),
            );
        }
        for count in 1..=item.repeat {
            cx.count = count;
            let table = item.table;
            let mut end = |key: &str| {
                let node = cx.required(table, item.span, key)?;
                relation_end(cx, node, names)
            };
            let (server1, server2) = (end("server1"), end("server2"));
            let mode = table
                .get("mode")
                .and_then(|node| failover_mode(cx, node))
                .unwrap_or(DhcpFailoverMode::LoadBalance);
            let missing = cx.flag(table, "missing");
            world.relations.push(Relation {
                name: table
                    .get("name")
                    .and_then(|node| cx.text_of(node))
                    .unwrap_or_default(),
                server1: server1.unwrap_or(End::Nil),
                server2: server2.unwrap_or(End::Nil),
                mode,
                missing,
            });
            spans.relations.push(item.span);
        }
        cx.count = 1;
    }
}

/// One of the two positions of a relationship.
pub(super) fn relation_end(cx: &mut Context<'_>, node: &Node, names: &Names) -> Option<End> {
    match &node.kind {
        Kind::Int(0) => Some(End::Zero),
        Kind::Int(_) => {
            cx.malformed(
                node,
                "no record id but 0 can be written",
                "a server's name, `\"nil\"` or 0",
            );
            None
        }
        _ if cx.text_of(node).as_deref() == Some("nil") => Some(End::Nil),
        Kind::Text(_) | Kind::Counted(_) => {
            names.resolve(cx, RowKind::Server, node).map(End::Server)
        }
        _ => {
            cx.wrong_type(node, "a server's name, `\"nil\"` or 0");
            None
        }
    }
}

/// The mode of a relationship.
pub(super) fn failover_mode(cx: &mut Context<'_>, node: &Node) -> Option<DhcpFailoverMode> {
    let words: Vec<&str> = DhcpFailoverMode::ALL
        .iter()
        .map(|member| member.name())
        .collect();
    cx.member(
        node,
        "DhcpFailoverMode",
        &words,
        DhcpFailoverMode::from_name,
    )
}

/// How long `late` and `unreachable` take where nothing is said.
pub(crate) const PARTNER_DELAY: Duration = Duration::from_secs(30);

fn partner(cx: &mut Context<'_>, world: &Table, names: &Names) -> Vec<PartnerRule<usize>> {
    let mut rules = Vec::new();
    for (span, table) in cx.tables(world.get("partner"), "partner") {
        if rules.len() as u64 >= ROWS_MAX {
            break;
        }
        cx.keys(
            table,
            &[
                "does", "server", "scope", "on", "after", "times", "delay", "detail",
            ],
        );
        let words: Vec<&str> = Does::ALL.iter().map(|does| does.name()).collect();
        let does = cx.required(table, span, "does").and_then(|node| {
            cx.member(node, "behaviour of a partner", &words, |word| {
                Does::ALL.iter().copied().find(|does| does.name() == word)
            })
        });
        let server = table
            .get("server")
            .and_then(|node| names.resolve(cx, RowKind::Server, node));
        let scope = table
            .get("scope")
            .and_then(|node| names.resolve(cx, RowKind::Scope, node));
        let on = table.get("on").and_then(|node| {
            cx.member(node, "request", &["create", "update"], |word| match word {
                "create" => Some(RequestKind::Create),
                "update" => Some(RequestKind::Update),
                _ => None,
            })
        });
        let after = table
            .get("after")
            .and_then(|node| cx.count_between(node, 0, i64::MAX as u64));
        let times = table
            .get("times")
            .and_then(|node| cx.count_between(node, 1, i64::MAX as u64));
        let delay = table.get("delay").and_then(|node| duration(cx, node));
        if let (Some(does), Some(delay)) = (table.entry("does"), table.entry("delay"))
            && let Kind::Text(word) = &does.value.kind
            && ["accept", "refuse", "lose-answer"].contains(&&**word)
        {
            cx.push(
                LoadError::new(
                    LoadCode::Exclusive,
                    delay.key_span,
                    "keys that exclude each other",
                )
                .found("delay")
                .expected("`delay` only with `late` or `unreachable`")
                .label(does.value.span, "this does not wait"),
            );
        }
        let detail = table.get("detail").and_then(|node| exception_id(cx, node));
        if let Some(does) = does {
            rules.push(PartnerRule {
                does,
                server,
                scope,
                on,
                after: after.unwrap_or(0),
                times,
                delay: delay.unwrap_or(PARTNER_DELAY),
                detail,
            });
        }
    }
    rules
}

/// A length of time.
pub(super) fn duration(cx: &mut Context<'_>, node: &Node) -> Option<Duration> {
    let text = cx.text(node)?;
    let duration = values::duration(&text);
    if duration.is_none() {
        cx.malformed(
            node,
            "malformed duration",
            "a duration such as `8d`, `1h30m` or `250ms`",
        );
    }
    duration
}

/// A member of IpamExceptionId.
pub(super) fn exception_id(cx: &mut Context<'_>, node: &Node) -> Option<IpamExceptionId> {
    let text = cx.text(node)?;
    let id = IpamExceptionId::from_name(&text);
    if id.is_none() {
        let words: Vec<&str> = IpamExceptionId::all().map(IpamExceptionId::name).collect();
        cx.member(node, "IpamExceptionId", &words, |_| None::<IpamExceptionId>);
    }
    id
}
