//! `[world]`: who calls, the servers, the relationships, the partner's rules. Scopes have a file of their own.

use std::time::Duration;

use crate::model::SerDuration;
use crate::scenario::decode::PARTNER_DELAY;
use crate::scenario::write::layout::{Entries, Toml};
use crate::scenario::write::scopes;
use crate::scenario::write::{Fields, NotWritable, texts};
use crate::spec::authorization::GLOBAL_ACCESS_SCOPE;
use crate::spec::{AddressFamily, DhcpFailoverMode, DhcpOptionType};
use crate::world::{
    Caller, End, OptionDefinition, PartnerRule, Policy, Relation, Role, Server, Via, World,
};

pub(super) fn world(world: &World) -> Result<Entries, NotWritable> {
    let mut fields = Fields::default();
    fields.flag("provisioned", world.provisioned, true);
    fields.flag(
        "schema_conversion_required",
        world.schema_conversion_required,
        false,
    );
    if world.caller != Caller::default() {
        fields.put("caller", caller(&world.caller));
    }
    let mut rows = |key: &str, rows: Vec<Toml>| {
        if !rows.is_empty() {
            fields.put(key, Toml::Rows(rows));
        }
    };
    rows("roles", world.roles.iter().map(role).collect());
    if !world.access_scopes.is_empty() {
        let names = world.access_scopes.iter().map(String::as_str);
        fields.put("access_scopes", texts(names));
    }
    if !world.servers.is_empty() {
        let servers: Result<_, _> = world.servers.iter().map(|row| server(row, world)).collect();
        // One line as long as it fits: most servers are a name.
        fields.put("servers", Toml::List(servers?));
    }
    let mut rows = |key: &str, rows: Vec<Toml>| {
        if !rows.is_empty() {
            fields.put(key, Toml::Rows(rows));
        }
    };
    let relations: Result<_, _> = world
        .relations
        .iter()
        .map(|row| relation(row, world))
        .collect();
    rows("relations", relations?);
    let scopes: Result<_, _> = world
        .scopes
        .iter()
        .map(|row| scopes::scope(row, world))
        .collect();
    rows("scopes", scopes?);
    let rules: Result<_, _> = world.partner.iter().map(|row| rule(row, world)).collect();
    rows("partner", rules?);
    Ok(fields.0)
}

/// The name of a row by its place.
pub(super) fn name_of<'w, T>(
    rows: &'w [T],
    place: usize,
    kind: &str,
    name: impl Fn(&'w T) -> &'w str,
) -> Result<Toml, NotWritable> {
    rows.get(place)
        .map(|row| Toml::text(name(row)))
        .ok_or_else(|| NotWritable::value(format!("a {kind} that is not there"), place.to_string()))
}

pub(super) fn server_name(world: &World, place: usize) -> Result<Toml, NotWritable> {
    name_of(&world.servers, place, "server", |row| &row.name)
}

pub(super) fn relation_name(world: &World, place: usize) -> Result<Toml, NotWritable> {
    name_of(&world.relations, place, "relation", |row| &row.name)
}

pub(super) fn scope_name(world: &World, place: usize) -> Result<Toml, NotWritable> {
    name_of(&world.scopes, place, "scope", |row| &row.name)
}

/// `caller = {…}`: what is empty is left out.
pub(super) fn caller(caller: &Caller) -> Toml {
    let mut fields = Fields::default();
    if !caller.groups.is_empty() {
        fields.put("groups", texts(caller.groups.iter().map(String::as_str)));
    }
    if !caller.policies.is_empty() {
        let policies = caller.policies.iter().map(policy).collect();
        fields.put("policies", Toml::List(policies));
    }
    fields.flag("local_administrator", caller.local_administrator, false);
    fields.table()
}

fn policy(policy: &Policy) -> Toml {
    let mut fields = Fields::default();
    fields.put("role", Toml::text(&policy.role));
    fields.text("access_scope", &policy.access_scope, GLOBAL_ACCESS_SCOPE);
    if policy.via == Via::Group {
        fields.put("via", Toml::text("group"));
    }
    fields.table()
}

fn role(role: &Role) -> Toml {
    let mut fields = Fields::default();
    fields.put("name", Toml::text(&role.name));
    fields.put(
        "operations",
        texts(role.operations.iter().map(String::as_str)),
    );
    fields.table()
}

fn server(server: &Server, world: &World) -> Result<Toml, NotWritable> {
    let mut fields = Fields::default();
    fields.put("name", Toml::text(&server.name));
    fields.flag("missing", server.missing, false);
    if let Some(other) = server.same_id_as {
        fields.put("same_id_as", server_name(world, other)?);
    }
    if server.family == AddressFamily::InterNetworkV6 {
        fields.put("family", Toml::text("v6"));
    }
    fields.text("host", &server.host, &server.name);
    fields.text("access_scope", &server.access_scope, GLOBAL_ACCESS_SCOPE);
    let definitions = server.option_definitions.as_ref();
    let definitions = definitions.map(|rows| Toml::List(rows.iter().map(definition).collect()));
    fields.some("option_definitions", definitions);
    let classes = |names: &Option<Vec<String>>| {
        let names = names.as_ref()?;
        Some(texts(names.iter().map(String::as_str)))
    };
    fields.some("vendor_classes", classes(&server.vendor_classes));
    fields.some("user_classes", classes(&server.user_classes));
    Ok(fields.table())
}

fn definition(definition: &OptionDefinition) -> Toml {
    let mut fields = Fields::default();
    fields.put("id", Toml::Int(i64::from(definition.id)));
    fields.text(
        "name",
        &definition.name,
        &format!("option {}", definition.id),
    );
    if definition.option_type != DhcpOptionType::String {
        fields.put("type", Toml::text(definition.option_type.name()));
    }
    fields.some(
        "vendor_class",
        definition.vendor_class.as_deref().map(Toml::text),
    );
    fields.table()
}

fn relation(relation: &Relation, world: &World) -> Result<Toml, NotWritable> {
    let end = |end: End| match end {
        End::Server(place) => server_name(world, place),
        End::Nil => Ok(Toml::text("nil")),
        End::Zero => Ok(Toml::Int(0)),
    };
    let mut fields = Fields::default();
    fields.put("name", Toml::text(&relation.name));
    fields.flag("missing", relation.missing, false);
    fields.put("server1", end(relation.server1)?);
    fields.put("server2", end(relation.server2)?);
    if relation.mode != DhcpFailoverMode::LoadBalance {
        fields.put("mode", Toml::text(relation.mode.name()));
    }
    Ok(fields.table())
}

fn rule(rule: &PartnerRule<usize>, world: &World) -> Result<Toml, NotWritable> {
    let mut fields = Fields::default();
    fields.put("does", Toml::text(rule.does.name()));
    if let Some(server) = rule.server {
        fields.put("server", server_name(world, server)?);
    }
    if let Some(scope) = rule.scope {
        fields.put("scope", scope_name(world, scope)?);
    }
    fields.some("on", rule.on.map(|on| Toml::text(on.name())));
    if rule.after > 0 {
        fields.put("after", Toml::count(rule.after));
    }
    fields.some("times", rule.times.map(Toml::count));
    // Whoever does not wait has no delay.
    if rule.delay != PARTNER_DELAY && rule.does.waits() {
        fields.put("delay", duration(rule.delay)?);
    }
    fields.some("detail", rule.detail.map(|id| Toml::text(id.name())));
    Ok(fields.table())
}

/// A length of time as people write it.
pub(super) fn duration(duration: Duration) -> Result<Toml, NotWritable> {
    let unsayable = || NotWritable::value("a time of that length", format!("{duration:?}"));
    let short = SerDuration::from_duration(duration).ok_or_else(unsayable)?;
    let text = short.to_short();
    let said = SerDuration::from_short(&text).and_then(SerDuration::to_duration);
    if said == Some(duration) {
        Ok(Toml::text(&text))
    } else {
        Err(unsayable())
    }
}
