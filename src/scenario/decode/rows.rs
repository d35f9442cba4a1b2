//! References to rows in `change`, `changed`, `created` and `deleted`: of the world, or named by a `created` item.

use std::collections::BTreeMap;

use crate::scenario::decode::context::Context;
use crate::scenario::decode::names::{Names, RESERVED, twice};
use crate::scenario::error::{LoadCode, LoadError};
use crate::scenario::tree::{Node, Table};
use crate::scenario::{
    Column, Expect, RELATION_COLUMNS, RowRef, RowTarget, SCOPE_COLUMNS, SERVER_COLUMNS,
};
use crate::verdict::Span;
use crate::world::RowKind;

/// The scopes that `created` items of earlier steps named.
#[derive(Debug, Default)]
pub(super) struct Created {
    names: BTreeMap<String, Span>,
}

impl Created {
    /// Takes in the names that a step's expectations give.
    pub(super) fn add(&mut self, cx: &mut Context<'_>, expect: &Expect, world: &Names) {
        for item in expect.created.iter().flat_map(|created| &created.value) {
            let Some(name) = &item.name else { continue };
            if RESERVED.contains(&name.as_str()) {
                cx.push(
                    LoadError::new(
                        LoadCode::ReservedName,
                        item.name_span,
                        "reserved word as a name",
                    )
                    .found(name),
                );
            } else if world.scopes.get(name).is_some() {
                cx.push(
                    LoadError::new(LoadCode::NameTwice, item.name_span, "name given twice")
                        .found(name)
                        .help("a scope of the world has that name"),
                );
            } else if let Some(earlier) = self.names.insert(name.clone(), item.name_span) {
                cx.push(twice(item.name_span, name, earlier, "scope"));
            }
        }
    }
}

/// Which kind of row a table speaks of, and the key that says so. `relation` beside `scope` is a column.
pub(super) fn kind(table: &Table) -> Option<(RowKind, &'static str)> {
    [
        (RowKind::Scope, "scope"),
        (RowKind::Server, "server"),
        (RowKind::Relation, "relation"),
    ]
    .into_iter()
    .find(|(_, key)| table.get(key).is_some())
}

/// The columns of a kind of row.
pub(super) const fn columns(kind: RowKind) -> &'static [Column] {
    match kind {
        RowKind::Server => SERVER_COLUMNS,
        RowKind::Relation => RELATION_COLUMNS,
        RowKind::Scope => SCOPE_COLUMNS,
    }
}

/// The keys that name a row, or that [`row`] has complained about.
pub(super) const fn row_keys(kind: RowKind) -> &'static [&'static str] {
    match kind {
        RowKind::Scope => &["scope", "server"],
        RowKind::Server => &["server", "relation"],
        RowKind::Relation => &["relation"],
    }
}

/// The row that a table speaks of.
pub(super) fn row(
    cx: &mut Context<'_>,
    table: &Table,
    at: Span,
    names: &Names,
    created: &Created,
) -> Option<RowRef> {
    let Some((kind, key)) = kind(table) else {
        cx.missing_key(at, "scope");
        cx.keys_of_rows(table);
        return None;
    };
    let entry = table.entry(key)?;
    let others: &[&str] = match kind {
        RowKind::Scope => &["server"],
        RowKind::Server => &["relation"],
        RowKind::Relation => &[],
    };
    for other in others {
        if let Some(other) = table.entry(other) {
            cx.exclusive(entry, other);
        }
    }
    reference(cx, &entry.value, kind, names, created)
}

/// A row by its name.
pub(super) fn reference(
    cx: &mut Context<'_>,
    node: &Node,
    kind: RowKind,
    names: &Names,
    created: &Created,
) -> Option<RowRef> {
    let name = cx.text(node)?;
    let target = match names.of(kind).get(&name) {
        Some(place) => RowTarget::World(place),
        None if kind == RowKind::Scope && created.names.contains_key(&name) => {
            RowTarget::Created(name)
        }
        None => {
            let known = names.of(kind).names();
            if kind == RowKind::Scope {
                let known = known.chain(created.names.keys().map(String::as_str));
                cx.unknown_name(node.span, kind.name(), &name, known);
            } else {
                cx.unknown_name(node.span, kind.name(), &name, known);
            }
            return None;
        }
    };
    Some(RowRef {
        kind,
        target,
        span: node.span,
    })
}

impl Context<'_> {
    /// The keys of a table that names no row: those of no row at all are wrong.
    fn keys_of_rows(&mut self, table: &Table) {
        let mut known = vec![
            "scope", "server", "relation", "like", "optional", "repeat", "delete",
        ];
        known.extend(Column::ALL.iter().map(|column| column.key()));
        self.keys(table, &known);
    }
}
