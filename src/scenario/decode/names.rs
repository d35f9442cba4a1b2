//! The names of a world's rows: found before the rows are read, so that references may look ahead.

use std::collections::HashMap;
use std::rc::Rc;

use crate::scenario::decode::context::Context;
use crate::scenario::error::{LoadCode, LoadError, quoted};
use crate::scenario::tree::{Node, Table};
use crate::verdict::Span;
use crate::world::RowKind;

/// Words that mean something else where a row's name is expected.
pub(super) const RESERVED: &[&str] = &["absent", "nil", "unknown", "0"];

/// Names of one kind, in the order of the file, and what they stand for.
#[derive(Debug, Default)]
pub(super) struct Index {
    places: HashMap<Rc<str>, (usize, Span)>,
    names: Vec<Rc<str>>,
}

impl Index {
    pub(super) fn get(&self, name: &str) -> Option<usize> {
        self.places.get(name).map(|(place, _)| *place)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.names.iter().map(|name| &**name)
    }

    /// Gives a name to a place; a name that cannot be given is reported.
    pub(super) fn declare(
        &mut self,
        cx: &mut Context<'_>,
        kind: &str,
        name: &str,
        span: Span,
        place: usize,
    ) {
        if RESERVED.contains(&name) {
            cx.push(
                LoadError::new(LoadCode::ReservedName, span, "reserved word as a name")
                    .found(name)
                    .expected(format!("another name for the {kind}")),
            );
            return;
        }
        if let Some((_, first)) = self.places.get(name) {
            if cx.errors.skips() {
                return;
            }
            let error = LoadError::new(LoadCode::NameTwice, span, "name given twice").found(name);
            let error = if *first == span {
                error.help(format!("write `${{n}}` in the name of a repeated {kind}"))
            } else {
                error.label(*first, format!("first {kind} of that name"))
            };
            cx.push(error);
            return;
        }
        let name: Rc<str> = Rc::from(name);
        self.places.insert(Rc::clone(&name), (place, span));
        self.names.push(name);
    }
}

/// The names of a world.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) servers: Index,
    pub(super) relations: Index,
    pub(super) scopes: Index,
}

impl Names {
    pub(super) fn of(&self, kind: RowKind) -> &Index {
        match kind {
            RowKind::Server => &self.servers,
            RowKind::Relation => &self.relations,
            RowKind::Scope => &self.scopes,
        }
    }

    /// The row of that name, or a mistake.
    pub(super) fn resolve(
        &self,
        cx: &mut Context<'_>,
        kind: RowKind,
        node: &Node,
    ) -> Option<usize> {
        let name = cx.text(node)?;
        let index = self.of(kind);
        let place = index.get(&name);
        if place.is_none() {
            cx.unknown_name(node.span, kind.name(), &name, index.names());
        }
        place
    }
}

/// An entry of a list of rows: the table, and how many rows it stands for.
#[derive(Debug)]
pub(super) struct Item<'n> {
    pub(super) span: Span,
    pub(super) table: &'n Rc<Table>,
    pub(super) repeat: u64,
}

/// Declares the names of all rows of a kind. Stops at the limit of rows.
pub(super) fn declare<'n>(
    cx: &mut Context<'_>,
    kind: RowKind,
    node: Option<&'n Node>,
    index: &mut Index,
) -> Vec<Item<'n>> {
    let mut items = Vec::new();
    let mut place = 0;
    for (span, table) in cx.tables(node, &format!("{}s", kind.name())) {
        let repeat = cx.repeat(table, span);
        if cx.errors.stopped {
            return items;
        }
        items.push(Item {
            span,
            table,
            repeat,
        });
        let name = cx.required(table, span, "name");
        for count in 1..=repeat {
            cx.count = count;
            if let Some(node) = name
                && let Some(text) = cx.text(node)
            {
                // It is kept here, in the row, and wherever the row is named.
                cx.weigh(0, 2 * text.len(), table, span);
                if cx.errors.stopped {
                    return items;
                }
                index.declare(cx, kind.name(), &text, node.span, place);
            }
            place += 1;
        }
        cx.count = 1;
    }
    items
}

/// `name given twice` for words that are no rows: roles, access scopes, cases.
pub(in crate::scenario) fn twice(span: Span, name: &str, first: Span, what: &str) -> LoadError {
    LoadError::new(LoadCode::NameTwice, span, "name given twice")
        .found(name)
        .label(first, format!("first {what} {}", quoted(name)))
}
