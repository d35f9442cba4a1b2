//! Files that say what a target's store holds already: a world whose rows have record ids, and the scenarios that may
//! take place in it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::model::RecordId;
use crate::scenario::decode::{self, Context};
use crate::scenario::error::{Errors, LoadCode, LoadError, Rejected};
use crate::scenario::read::parse;
use crate::scenario::substitute::{self, Substitution, Variables};
use crate::scenario::suggest::closest;
use crate::scenario::tree::{Entry, Kind, List, Node, Table};
use crate::scenario::{Case, Source, Spanned};
use crate::verdict::Span;
use crate::world::{End, RecordIds, Relation, RowKind, Scope, Server, World};

const TOP_KEYS: &[&str] = &["version", "description", "for", "world"];
const RECORD_ID: &str = "record_id";

/// The largest record id that is taken: rows of which nobody knows the ids are counted on from the largest.
const RECORD_ID_MAX: u64 = 1 << 62;

/// The lists of rows that have record ids.
const ROWS: [(&str, RowKind); 3] = [
    ("servers", RowKind::Server),
    ("relations", RowKind::Relation),
    ("scopes", RowKind::Scope),
];

/// What a target's store holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The file and its text.
    pub source: Arc<Source>,
    /// The scenarios that may use it: ids, or beginnings of ids with a `*` behind.
    pub scenarios: Vec<Spanned<String>>,
    /// The rows, with their record ids.
    pub world: World,
}

/// Reads a file of a bound world.
///
/// # Errors
/// Every independent mistake in the file, sorted by position, as those of scenario files.
pub fn read_bound(source: Source) -> Result<Bound, Rejected> {
    let source = Arc::new(source);
    let mut errors = Errors::default();
    let bound =
        parse(&source.text, &mut errors).and_then(|tree| decode_bound(&source, &tree, &mut errors));
    match bound {
        Some(bound) if errors.is_empty() => Ok(bound),
        _ => Err(Rejected {
            source,
            errors: errors.into_sorted(),
        }),
    }
}

fn decode_bound(source: &Arc<Source>, tree: &Table, errors: &mut Errors) -> Option<Bound> {
    let start = Span::default();
    let world_node = tree.get("world");
    substitute::check(&world_node.into_iter().collect::<Vec<_>>(), &[], errors);
    let mut substitution = Substitution::default();
    let world_node = world_node.and_then(|node| substitution.apply(node, &Variables::none()));
    let (mut rows, mut row_bytes) = (0, 0);
    let mut cx = Context {
        text: &source.text,
        errors,
        rows: &mut rows,
        row_bytes: &mut row_bytes,
        count: 1,
    };
    cx.keys(tree, TOP_KEYS);
    if let Some(node) = tree.get("version") {
        cx.count_between(node, 1, 1);
    }
    if let Some(node) = tree.get("description") {
        cx.text(node);
    }
    let scenarios = cx
        .required(tree, start, "for")
        .and_then(|node| cx.texts(node))
        .unwrap_or_default();
    let Some(world_node) = world_node else {
        cx.missing_key(start, "world");
        return None;
    };
    let mut ids = RecordIds::default();
    let bare = Node {
        span: world_node.span,
        kind: match &world_node.kind {
            Kind::Table(table) => Kind::Table(Rc::new(without_ids(&mut cx, table, &mut ids))),
            other => other.clone(),
        },
    };
    let decoded = decode::world(&mut cx, Some(&bare));
    if !cx.errors.is_empty() {
        return None;
    }
    let mut world = World::clone(decoded.world());
    world.record_ids = Some(ids);
    Some(Bound {
        source: Arc::clone(source),
        scenarios,
        world,
    })
}

/// The world as a scenario would have it: the record ids are taken out and kept.
fn without_ids(cx: &mut Context<'_>, world: &Table, ids: &mut RecordIds) -> Table {
    let entries = world
        .entries
        .iter()
        .filter(|entry| {
            let is_rule = &*entry.key == "partner";
            if is_rule {
                // No case with rules fits, and one without is about a partner that accepts.
                cx.push(
                    LoadError::new(LoadCode::UnknownKey, entry.key_span, "unknown key")
                        .found(&entry.key)
                        .help("leave it out: only a control plane makes a partner behave so"),
                );
            }
            !is_rule
        })
        .collect::<Vec<_>>();
    let entries = entries
        .into_iter()
        .map(|entry| {
            let kind = ROWS.iter().find(|(key, _)| **key == *entry.key);
            match (kind, &entry.value.kind) {
                (Some((_, kind)), Kind::List(list)) => {
                    let mut first = BTreeMap::new();
                    let items = list
                        .items
                        .iter()
                        .map(|item| without_id(cx, *kind, item, &mut first, ids))
                        .collect();
                    Entry {
                        value: Node {
                            span: entry.value.span,
                            kind: Kind::List(Rc::new(List::new(items))),
                        },
                        ..entry.clone()
                    }
                }
                _ => entry.clone(),
            }
        })
        .collect();
    Table::new(entries)
}

fn without_id(
    cx: &mut Context<'_>,
    kind: RowKind,
    item: &Node,
    first: &mut BTreeMap<u64, Span>,
    ids: &mut RecordIds,
) -> Node {
    let Kind::Table(table) = &item.kind else {
        return item.clone();
    };
    if let (Some(repeat), Some(id)) = (table.entry("repeat"), table.entry(RECORD_ID)) {
        cx.exclusive(repeat, id);
    }
    // The decoder of rows knows no record ids, and would not offer them.
    let misspelt = table
        .entries
        .iter()
        .find(|entry| closest(&entry.key, [RECORD_ID]).is_some())
        .filter(|_| table.get(RECORD_ID).is_none());
    let node = match misspelt {
        Some(entry) => {
            cx.unknown_key(entry, &[RECORD_ID]);
            Some(&entry.value)
        }
        None => cx.required(table, item.span, RECORD_ID),
    };
    let id = node.and_then(|node| cx.count_between(node, 1, RECORD_ID_MAX));
    if let (Some(id), Some(node)) = (id, node)
        // A row of the other family may share its id, and says so.
        && table.get("same_id_as").is_none()
        && let Some(earlier) = first.insert(id, node.span)
    {
        cx.push(
            LoadError::new(LoadCode::NameTwice, node.span, "record id given twice")
                .found(id.to_string())
                .label(earlier, format!("first {} with that id", kind.name())),
        );
    }
    let id = RecordId(id.and_then(|id| i64::try_from(id).ok()).unwrap_or(0));
    ids.of_mut(kind).push(id);
    let entries = table
        .entries
        .iter()
        .filter(|entry| {
            &*entry.key != RECORD_ID && misspelt.is_none_or(|other| other.key != entry.key)
        })
        .cloned()
        .collect();
    Node {
        span: item.span,
        kind: Kind::Table(Rc::new(Table::new(entries))),
    }
}

impl Bound {
    /// The case as it takes place in this world: its rows with their record ids here, and the rows beside them.
    ///
    /// # Errors
    /// Why it cannot: the file does not name it, or its world is no part of this one.
    pub fn fit(&self, scenario: &str, case: &Case) -> Result<Case, String> {
        let names = |pattern: &str| match pattern.strip_suffix('*') {
            Some(beginning) => scenario.starts_with(beginning),
            None => scenario == pattern,
        };
        if !self.scenarios.iter().any(|named| names(&named.value)) {
            return Err("the bound world does not name it in `for`".to_owned());
        }
        let world = Fitting {
            ours: &case.world,
            theirs: &self.world,
        }
        .fit()
        .map_err(|why| format!("its world is no part of the bound one: {why}"))?;
        Ok(Case {
            world: Arc::new(world),
            ..case.clone()
        })
    }
}

/// A scenario's world against one that is there.
struct Fitting<'a> {
    ours: &'a World,
    theirs: &'a World,
}

/// For each row of one kind of their world, its place in the world that comes out: ours first, then the others.
struct Order {
    /// Their places, in the new order.
    taken: Vec<usize>,
    /// The new place of each of theirs.
    places: Vec<usize>,
}

impl Fitting<'_> {
    fn fit(&self) -> Result<World, String> {
        let (ours, theirs) = (self.ours, self.theirs);
        self.same_conditions()?;
        let servers = order(
            "server",
            ours.servers.iter().map(|row| row.name.as_str()),
            theirs.servers.iter().map(|row| row.name.as_str()),
        )?;
        let relations = order(
            "relation",
            ours.relations.iter().map(|row| row.name.as_str()),
            theirs.relations.iter().map(|row| row.name.as_str()),
        )?;
        let scopes = order(
            "scope",
            ours.scopes.iter().map(|row| row.name.as_str()),
            theirs.scopes.iter().map(|row| row.name.as_str()),
        )?;
        let mut world = theirs.clone();
        world.servers = servers
            .taken
            .iter()
            .map(|at| Server {
                same_id_as: theirs.servers[*at].same_id_as.map(|at| servers.places[at]),
                ..theirs.servers[*at].clone()
            })
            .collect();
        let end = |end: End| match end {
            End::Server(at) => End::Server(servers.places[at]),
            other => other,
        };
        world.relations = relations
            .taken
            .iter()
            .map(|at| &theirs.relations[*at])
            .map(|row| Relation {
                server1: end(row.server1),
                server2: end(row.server2),
                ..row.clone()
            })
            .collect();
        world.scopes = scopes
            .taken
            .iter()
            .map(|at| &theirs.scopes[*at])
            .map(|row| Scope {
                server: servers.places[row.server],
                relations: row
                    .relations
                    .iter()
                    .map(|at| relations.places[*at])
                    .collect(),
                same_id_as: row.same_id_as.map(|at| scopes.places[at]),
                ..row.clone()
            })
            .collect();
        if let Some(ids) = &theirs.record_ids {
            let sorted =
                |ids: &[RecordId], order: &Order| order.taken.iter().map(|at| ids[*at]).collect();
            world.record_ids = Some(RecordIds {
                servers: sorted(&ids.servers, &servers),
                relations: sorted(&ids.relations, &relations),
                scopes: sorted(&ids.scopes, &scopes),
            });
        }
        self.same_rows(&world)?;
        self.nothing_beside(&world)?;
        Ok(world)
    }

    fn same_conditions(&self) -> Result<(), String> {
        let (ours, theirs) = (self.ours, self.theirs);
        if !ours.partner.is_empty() {
            return Err("`partner` can be set through a control plane only".to_owned());
        }
        let same = [
            ("caller", ours.caller == theirs.caller),
            ("provisioned", ours.provisioned == theirs.provisioned),
            (
                "schema_conversion_required",
                ours.schema_conversion_required == theirs.schema_conversion_required,
            ),
            (
                "roles",
                ours.roles.iter().all(|role| theirs.roles.contains(role)),
            ),
        ];
        match same.iter().find(|(_, same)| !same) {
            Some((key, _)) => Err(format!("`{key}` is another")),
            None => Ok(()),
        }
    }

    /// Our rows are as they stand in the world that came out.
    fn same_rows(&self, world: &World) -> Result<(), String> {
        let another =
            |kind: &str, name: &str| Err(format!("{kind} `{name}` is not the same in both"));
        for (ours, theirs) in self.ours.servers.iter().zip(&world.servers) {
            // What is left out on our side is whatever the options need.
            let theirs = Server {
                option_definitions: match &ours.option_definitions {
                    None => None,
                    Some(_) => theirs.option_definitions.clone(),
                },
                vendor_classes: match &ours.vendor_classes {
                    None => None,
                    Some(_) => theirs.vendor_classes.clone(),
                },
                user_classes: match &ours.user_classes {
                    None => None,
                    Some(_) => theirs.user_classes.clone(),
                },
                ..theirs.clone()
            };
            if *ours != theirs {
                return another("server", &ours.name);
            }
        }
        for (ours, theirs) in self.ours.relations.iter().zip(&world.relations) {
            if ours != theirs {
                return another("relation", &ours.name);
            }
        }
        for (ours, theirs) in self.ours.scopes.iter().zip(&world.scopes) {
            if ours != theirs {
                return another("scope", &ours.name);
            }
        }
        Ok(())
    }

    /// What else there is does not touch our servers: it would be replicated too.
    fn nothing_beside(&self, world: &World) -> Result<(), String> {
        let servers = self.ours.servers.len();
        let others = world.scopes.iter().skip(self.ours.scopes.len());
        for scope in others {
            if scope.server < servers {
                let server = &world.servers[scope.server].name;
                return Err(format!(
                    "server `{server}` has the scope `{}` there, and not in the scenario",
                    scope.name
                ));
            }
        }
        let others = world.relations.iter().skip(self.ours.relations.len());
        for relation in others {
            for end in [relation.server1, relation.server2] {
                if let End::Server(at) = end
                    && at < servers
                {
                    return Err(format!(
                        "server `{}` takes part in the relation `{}` there, and not in the scenario",
                        world.servers[at].name, relation.name
                    ));
                }
            }
        }
        Ok(())
    }
}

fn order<'a>(
    kind: &str,
    ours: impl Iterator<Item = &'a str>,
    theirs: impl Iterator<Item = &'a str>,
) -> Result<Order, String> {
    let by_name: BTreeMap<&str, usize> = theirs.enumerate().map(|(at, name)| (name, at)).collect();
    let mut taken = Vec::with_capacity(by_name.len());
    for name in ours {
        match by_name.get(name) {
            Some(at) => taken.push(*at),
            None => return Err(format!("it has no {kind} `{name}`")),
        }
    }
    let mut places = vec![usize::MAX; by_name.len()];
    for (place, at) in taken.iter().enumerate() {
        places[*at] = place;
    }
    for (at, place) in places.iter_mut().enumerate() {
        if *place == usize::MAX {
            *place = taken.len();
            taken.push(at);
        }
    }
    Ok(Order { taken, places })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::read;

    const BOUND: &str = r#"
for = ["replicate-server/*"]

[world]
servers = [
  { name = "other", record_id = 90 },
  { name = "P1", record_id = 70 },
  { name = "S", record_id = 80 },
]
relations = [{ name = "R1", server1 = "S", server2 = "P1", record_id = 5 }]
scopes = [
  { name = "X", server = "other", subnet = "10.9.0.0/24", record_id = 6 },
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1", record_id = 7 },
]
"#;

    fn bound(text: &str) -> Result<Bound, Vec<String>> {
        read_bound(Source::new("bind.toml", text)).map_err(|rejected| {
            rejected
                .errors
                .iter()
                .map(|error| {
                    let at = rejected.source.position(error.span.start);
                    format!("{}:{}: {}", at.line, at.column, error.code)
                })
                .collect()
        })
    }

    fn case(world: &str) -> Case {
        let text = format!("title = \"t\"\n[world]\n{world}\n");
        read("t", Source::new("t.toml", text))
            .unwrap()
            .cases
            .remove(0)
    }

    const PART: &str = r#"servers = [{ name = "S" }, { name = "P1" }]
relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
scopes = [{ name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" }]"#;

    #[test]
    fn a_case_gets_the_record_ids_of_the_bound_rows() {
        let fitted = bound(BOUND)
            .unwrap()
            .fit("replicate-server/x", &case(PART))
            .unwrap();
        let setup = fitted.world.set_up();
        assert_eq!(setup.server_ids, [80, 70, 90].map(RecordId));
        assert_eq!(setup.relation_ids, [RecordId(5)]);
        assert_eq!(setup.scope_ids, [RecordId(7), RecordId(6)]);
        assert_eq!(setup.tables.scopes.len(), 2);
        let ids: Vec<_> = setup.tables.ranges.keys().map(|(_, id)| *id).collect();
        assert!(ids.iter().all(|id| *id > RecordId(90)), "{ids:?}");
    }

    #[test]
    fn rules_for_the_partner_are_refused() {
        let rule = r#"partner = [{ does = "refuse", server = "P1" }]"#;
        let rejected =
            read_bound(Source::new("bind.toml", format!("{BOUND}{rule}\n"))).unwrap_err();
        let [error] = rejected.errors.as_slice() else {
            panic!("{rejected}");
        };
        assert_eq!(error.found.as_deref(), Some("`partner`"));
        assert!(error.help.as_deref().unwrap().contains("control plane"));
    }

    #[test]
    fn a_misspelt_record_id_is_one_mistake_with_the_right_word() {
        for wrong in ["recordid", "record-id", "RecordId", "record"] {
            let text = BOUND.replace("record_id = 70", &format!("{wrong} = 70"));
            let rejected = read_bound(Source::new("bind.toml", text)).unwrap_err();
            let [error] = rejected.errors.as_slice() else {
                panic!("{wrong}: {rejected}");
            };
            assert_eq!(error.code, LoadCode::UnknownKey, "{wrong}");
            assert_eq!(error.help.as_deref(), Some("did you mean `record_id`"));
        }
    }

    #[test]
    fn a_world_that_is_no_part_does_not_fit() {
        let bound = bound(BOUND).unwrap();
        let why = |world: &str| bound.fit("replicate-server/x", &case(world)).unwrap_err();
        assert!(why(&PART.replace("\"S\"", "\"T\"")).ends_with("it has no server `T`"));
        assert!(why(&PART.replace("/24", "/25")).ends_with("scope `A` is not the same in both"));
        let without_scope = PART.lines().take(2).collect::<Vec<_>>().join("\n");
        assert!(why(&without_scope).contains("has the scope `A` there"));
        let without_relation = "servers = [{ name = \"P1\" }]";
        assert!(why(without_relation).contains("takes part in the relation `R1` there"));
        let refused = format!("{PART}\npartner = [{{ does = \"refuse\" }}]");
        assert!(why(&refused).contains("control plane only"));
        let error = bound.fit("create-scope/x", &case(PART)).unwrap_err();
        assert!(error.contains("`for`"), "{error}");
    }

    #[test]
    fn every_mistake_is_told_at_its_place() {
        let text = BOUND
            .replace("name = \"other\", record_id = 90", "name = \"other\"")
            .replace("record_id = 80", "record_id = 70")
            .replace("record_id = 5", "record_id = 0")
            .replace("record_id = 6", "record_id = 6, sever = 1")
            .replace("for = ", "fro = ");
        assert_eq!(
            bound(&text).unwrap_err(),
            [
                "1:1: IC2103",
                "2:1: IC2101",
                "6:3: IC2103",
                "8:29: IC2202",
                "10:72: IC2104",
                "12:74: IC2101"
            ]
        );
        let repeated = BOUND.replace("record_id = 90", "record_id = 90, repeat = 2");
        assert_eq!(
            bound(&repeated).unwrap_err(),
            ["6:12: IC2202", "6:37: IC2105"]
        );
    }
}
