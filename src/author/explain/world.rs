//! The world as tables, its caller and its partner in words.

use std::collections::BTreeMap;

use crate::author::explain::name;
use crate::author::text::{Page, Part, Table, ends};
use crate::model::{AdmDhcpScopesRow, Tables};
use crate::scenario::{Case, Column, ColumnView, SCOPE_COLUMNS};
use crate::spec::AddressFamily;
use crate::spec::authorization::{BUILT_IN_ROLES, IPAM_ADMINISTRATORS, IPAM_MSM_ADMINISTRATORS};
use crate::world::{Caller, Does, End, PartnerRule, RequestKind, Setup, Via, World};

/// What the column of record ids is called: no file states them, and no other target has to give them out so.
const OUR_ID: &str = "our id";

pub(super) fn world(world: &World, setup: &Setup, page: &mut Page) {
    page.heading("World");
    if !world.provisioned {
        page.line(
            2,
            "the store is not provisioned: every operation faults (R-PRE-3)",
        );
    }
    if world.schema_conversion_required {
        page.line(
            2,
            "a schema conversion is required: every operation faults (R-PRE-4)",
        );
    }
    servers(world, setup, page);
    relations(world, setup, page);
    scopes(world, setup, page);
    associations(world, setup, page);
}

fn servers(world: &World, setup: &Setup, page: &mut Page) {
    page.line(2, &format!("servers ({})", world.servers.len()));
    let mut table = Table::new(
        3,
        &[
            "name",
            OUR_ID,
            "host",
            "family",
            "access scope",
            "option definitions",
            "vendor classes",
            "user classes",
            "row",
        ],
    );
    for (server, id) in world.servers.iter().zip(&setup.server_ids) {
        let key = (server.family, *id);
        let row = setup.tables.servers.get(&key).filter(|_| !server.missing);
        let classes = |classes: &[crate::model::ClassRow]| {
            let names: Vec<_> = classes.iter().map(|class| class.name.as_str()).collect();
            names.join(", ")
        };
        let definitions = row.map_or_else(String::new, |row| {
            let of = |definition: &crate::model::OptionDefinitionRow| {
                let vendor = row
                    .vendor_classes
                    .iter()
                    .find(|class| Some(class.record_id) == definition.vendor_class_record_id);
                match vendor {
                    Some(class) => format!("{}/{}", definition.option_id, class.name),
                    None => definition.option_id.to_string(),
                }
            };
            let all: Vec<_> = row.option_definitions.iter().map(of).collect();
            all.join(", ")
        });
        table.row([
            server.name.clone(),
            id.to_string(),
            server.host.clone(),
            family(server.family).to_owned(),
            server.access_scope.clone(),
            definitions,
            row.map_or_else(String::new, |row| classes(&row.vendor_classes)),
            row.map_or_else(String::new, |row| classes(&row.user_classes)),
            presence(server.missing),
        ]);
    }
    table.write(page, 4, "servers");
}

fn relations(world: &World, setup: &Setup, page: &mut Page) {
    page.line(2, &format!("relations ({})", world.relations.len()));
    let mut table = Table::new(4, &["name", OUR_ID, "server 1", "server 2", "mode", "row"]);
    let end = |end: End| match end {
        End::Server(index) => world.servers[index].name.clone(),
        End::Nil => "nil".to_owned(),
        End::Zero => "0".to_owned(),
    };
    for (relation, id) in world.relations.iter().zip(&setup.relation_ids) {
        table.row([
            relation.name.clone(),
            id.to_string(),
            end(relation.server1),
            end(relation.server2),
            relation.mode.name().to_owned(),
            presence(relation.missing),
        ]);
    }
    table.write(page, 4, "relations");
}

fn scopes(world: &World, setup: &Setup, page: &mut Page) {
    page.line(2, &format!("scopes ({})", world.scopes.len()));
    let mut headings = vec!["name", OUR_ID, "server", "subnet", "relation"];
    let columns: Vec<Column> = SCOPE_COLUMNS
        .iter()
        .copied()
        .filter(|column| !matches!(column, Column::Subnet | Column::Relation))
        .collect();
    headings.extend(columns.iter().map(|column| column.key()));
    headings.push("row");
    let mut table = Table::new(5, &headings);
    let tables: &Tables = &setup.tables;
    let view = ColumnView::new(tables, &setup.names);
    for (scope, id) in world.scopes.iter().zip(&setup.scope_ids) {
        let family = world.family_of(scope);
        // Of a row that is missing the author has said all the same what it would hold.
        let row = AdmDhcpScopesRow {
            record_id: *id,
            family,
            dhcp_server_record_id: setup.server_ids[scope.server],
            superscope: scope.superscope.clone(),
            access_scope: scope.access_scope.clone(),
            details: scope.details.clone(),
        };
        let relations: Vec<_> = scope
            .relations
            .iter()
            .map(|index| world.relations[*index].name.as_str())
            .collect();
        let mut cells = vec![
            scope.name.clone(),
            id.to_string(),
            world.servers[scope.server].name.clone(),
            view.text(&row, Column::Subnet),
            relations.join(", "),
        ];
        cells.extend(columns.iter().map(|column| view.text(&row, *column)));
        cells.push(presence(scope.missing));
        table.row(cells);
    }
    table.write(page, 4, "scopes");
}

fn associations(world: &World, setup: &Setup, page: &mut Page) {
    let rows: Vec<_> = setup.tables.scope_failovers.values().collect();
    page.line(2, &format!("associations ({})", rows.len()));
    // Only IPv4 scopes are associated; a scope of the other family may share the id.
    let names: BTreeMap<_, _> = setup
        .scope_ids
        .iter()
        .zip(&world.scopes)
        .rev()
        .map(|(id, scope)| (id, scope.name.as_str()))
        .collect();
    let mut table = Table::new(3, &["scope", "relation", OUR_ID]);
    for row in rows {
        let scope = names.get(&row.scope_id).copied().unwrap_or_default();
        table.row([
            scope.to_owned(),
            setup.names.relation(row.failover_relation_id),
            row.record_id.to_string(),
        ]);
    }
    table.write(page, 4, "associations");
    page.line(
        2,
        "every scope whose row is there has a range row with its addresses and its description",
    );
}

fn presence(missing: bool) -> String {
    if missing { "missing" } else { "there" }.to_owned()
}

const fn family(family: AddressFamily) -> &'static str {
    match family {
        AddressFamily::InterNetwork => "v4",
        AddressFamily::InterNetworkV6 => "v6",
    }
}

pub(super) fn caller(case: &Case, page: &mut Page) {
    page.heading("Caller");
    rights(&case.world.caller, &case.world, page);
}

/// Who somebody is, and what that lets them do (R-AUTH-5 to R-AUTH-15).
pub(super) fn rights(caller: &Caller, world: &World, page: &mut Page) {
    let groups = if caller.groups.is_empty() {
        "is in no IPAM group".to_owned()
    } else {
        format!("is in {}", caller.groups.join(", "))
    };
    page.line(2, &groups);
    let is_administrator = caller
        .groups
        .iter()
        .any(|group| group == IPAM_MSM_ADMINISTRATORS || group == IPAM_ADMINISTRATORS);
    for policy in &caller.policies {
        let of = match policy.via {
            Via::User => "a policy of the user",
            Via::Group => "a policy of a group",
        };
        let operations = operations(&policy.role, world);
        let gives = if operations.is_empty() {
            "nothing that matters here".to_owned()
        } else {
            operations.join(", ")
        };
        page.line(
            2,
            &format!(
                "has {of}: `{}` on {}, which gives {gives}",
                policy.role, policy.access_scope
            ),
        );
    }
    let replicates = caller
        .policies
        .iter()
        .any(|policy| operations(&policy.role, world).contains(&"MsmDhcpReplicateOperation"));
    if caller.local_administrator {
        page.line(2, "is a local administrator, of which no step asks (OQ-13)");
    }
    let may = if is_administrator {
        "so may run every operation (R-AUTH-7)"
    } else if replicates {
        "so may replicate, on whatever access scope (R-AUTH-10)"
    } else {
        "so may initialize (R-INIT-8), but not replicate (R-AUTH-11)"
    };
    page.line(2, may);
}

fn operations<'a>(role: &str, world: &'a World) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for own in world.roles.iter().filter(|own| own.name == role) {
        found.extend(own.operations.iter().map(String::as_str));
    }
    for built_in in BUILT_IN_ROLES.iter().filter(|own| own.name == role) {
        for operation in built_in.operations() {
            found.push(operation);
        }
    }
    found
}

pub(super) fn partner(world: &World, page: &mut Page) {
    page.heading("Partner");
    if world.partner.is_empty() {
        page.line(2, "accepts every create and update");
        return;
    }
    page.line(
        2,
        "each create or update is taken by the first rule that matches it and is not spent:",
    );
    let rules: Vec<String> = world
        .partner
        .iter()
        .enumerate()
        .map(|(number, rule)| format!("{}. {}", number + 1, rule_words(rule, world)))
        .collect();
    for part in ends(&rules) {
        match part {
            Part::Item(rule) => page.hanging(4, 7, rule),
            Part::LeftOut(count) => page.line(4, &format!("... {count} more rules ...")),
        }
    }
    page.line(2, "whatever no rule takes is accepted");
}

fn rule_words(rule: &PartnerRule<usize>, world: &World) -> String {
    let on = match rule.on {
        None => "creates and updates",
        Some(RequestKind::Create) => "creates",
        Some(RequestKind::Update) => "updates",
    };
    let scope = rule.scope.map_or_else(
        || "any scope".to_owned(),
        |index| name(&world.scopes[index].name),
    );
    let server = rule.server.map_or_else(
        || "any server".to_owned(),
        |index| name(&world.servers[index].name),
    );
    let delay = format!("{} s", rule.delay.as_secs_f64());
    let does = match rule.does {
        Does::Accept => "accepts".to_owned(),
        Does::Refuse => "refuses with a fault, and nothing is applied".to_owned(),
        Does::Unreachable => {
            format!("cannot be reached: a fault after {delay}, and nothing is applied")
        }
        Does::Late => format!("applies it and answers after {delay}"),
        Does::LoseAnswer => "applies it, but the answer is lost: a fault".to_owned(),
    };
    let first = match rule.after {
        0 => String::new(),
        1 => "lets the first one through, then ".to_owned(),
        count => format!("lets the first {count} through, then "),
    };
    let times = match rule.times {
        None => String::new(),
        Some(1) => "; once, then the rule is spent".to_owned(),
        Some(count) => format!("; {count} times, then the rule is spent"),
    };
    let detail = rule
        .detail
        .map_or_else(String::new, |id| format!("; the fault names {}", id.name()));
    format!("{on} of {scope} on {server}: {first}{does}{times}{detail}")
}
