//! The parsed file as a tree that keeps places and the order of keys, apart from the parser's own types.

use std::rc::Rc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::scenario::limits::VALUE_BYTES;
use crate::verdict::Span;

/// A value and its place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) kind: Kind,
}

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Text(Rc<str>),
    /// Text in which the count of a `repeat` stands: known only row by row.
    Counted(Rc<[CountedPart]>),
    /// Numbers that do not fit are the largest or smallest that do: they are past every limit all the same.
    Int(i128),
    /// In its lexical form.
    Float(Rc<str>),
    Bool(bool),
    Datetime,
    List(Rc<List>),
    Table(Rc<Table>),
    /// A mistake was already reported here: nobody complains about it again.
    Poison,
}

/// A part of text in which the count stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CountedPart {
    Text(String),
    Count,
}

/// The items of a list.
#[derive(Debug)]
pub(super) struct List {
    pub(super) items: Vec<Node>,
    size: Size,
}

/// The keys of a table in the order of the file.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
    size: Size,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: Rc<str>,
    pub(super) key_span: Span,
    pub(super) value: Node,
}

/// How many values there are, and whether `${` stands in any.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    values: u64,
    variables: bool,
}

impl Size {
    fn of<'a>(nodes: impl Iterator<Item = &'a Node>) -> Self {
        nodes.fold(Self::default(), |size, node| Self {
            values: size.values + node.values(),
            variables: size.variables || node.has_variables(),
        })
    }
}

impl List {
    pub(super) fn new(items: Vec<Node>) -> Self {
        let size = Size::of(items.iter());
        Self { items, size }
    }
}

impl Table {
    pub(super) fn new(entries: Vec<Entry>) -> Self {
        let size = Size::of(entries.iter().map(|entry| &entry.value));
        Self { entries, size }
    }

    /// The entry of that key.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| &*entry.key == key)
    }

    /// The value of that key.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }
}

impl Node {
    /// How many values it holds, itself included; long text counts for more.
    pub(super) fn values(&self) -> u64 {
        1 + match &self.kind {
            Kind::List(list) => list.size.values,
            Kind::Table(table) => table.size.values,
            Kind::Text(text) => (text.len() / VALUE_BYTES) as u64,
            _ => 0,
        }
    }

    /// Whether `${` stands in it anywhere.
    pub(super) fn has_variables(&self) -> bool {
        match &self.kind {
            Kind::Text(text) => text.contains("${"),
            Kind::List(list) => list.size.variables,
            Kind::Table(table) => table.size.variables,
            _ => false,
        }
    }

    /// The type, for a person.
    pub(super) fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Text(_) | Kind::Counted(_) | Kind::Poison => "text",
            Kind::Int(_) => "a whole number",
            Kind::Float(_) => "a number with a fraction",
            Kind::Bool(_) => "true or false",
            Kind::Datetime => "a date or time",
            Kind::List(_) => "a list",
            Kind::Table(_) => "a table",
        }
    }

    /// Whether both hold the same value, wherever they stand. Keys may stand in any order.
    pub(super) fn has_value_of(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Text(a), Kind::Text(b)) | (Kind::Float(a), Kind::Float(b)) => a == b,
            (Kind::Int(a), Kind::Int(b)) => a == b,
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::List(a), Kind::List(b)) => {
                a.items.len() == b.items.len()
                    && a.items.iter().zip(&b.items).all(|(a, b)| a.has_value_of(b))
            }
            (Kind::Table(a), Kind::Table(b)) => {
                a.entries.len() == b.entries.len()
                    && a.entries.iter().all(|entry| {
                        b.get(&entry.key)
                            .is_some_and(|node| entry.value.has_value_of(node))
                    })
            }
            _ => false,
        }
    }

    pub(super) fn is_poison(&self) -> bool {
        matches!(self.kind, Kind::Poison)
    }
}

/// The tree of a parsed file. Recursion is bounded by the nesting that [`super::nesting`] has checked.
pub(super) fn from_toml(table: &DeTable<'_>) -> Table {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: Rc::from(key.get_ref().as_ref()),
            key_span: span(key.span()),
            value: node(value),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_span.start);
    Table::new(entries)
}

fn node(value: &Spanned<DeValue<'_>>) -> Node {
    let kind = match value.get_ref() {
        DeValue::String(text) => Kind::Text(Rc::from(text.as_ref())),
        DeValue::Integer(number) => {
            let text = number.as_str();
            let limit = if text.starts_with('-') {
                i128::MIN
            } else {
                i128::MAX
            };
            Kind::Int(i128::from_str_radix(text, number.radix()).unwrap_or(limit))
        }
        DeValue::Float(number) => Kind::Float(Rc::from(number.as_str())),
        DeValue::Boolean(value) => Kind::Bool(*value),
        DeValue::Datetime(_) => Kind::Datetime,
        DeValue::Array(items) => Kind::List(Rc::new(List::new(items.iter().map(node).collect()))),
        DeValue::Table(table) => Kind::Table(Rc::new(from_toml(table))),
    };
    Node {
        span: span(value.span()),
        kind,
    }
}

fn span(range: std::ops::Range<usize>) -> Span {
    Span {
        start: range.start,
        end: range.end,
    }
}
