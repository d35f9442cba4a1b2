//! Keys and values as they are written.

use std::collections::BTreeMap;

use toml_edit::{Array, InlineTable, Item, Key, RawString, Table, TableLike, Value};

use crate::format::order::{Order, Tables, key_names};
use crate::format::trivia::{Gap, Line, comment, lines};

/// The columns after which a list is broken up.
const WIDTH: usize = 120;
const INDENT: usize = 2;

/// A key, dotted or not, and its value.
pub(super) struct Entry<'a> {
    /// The how-manieth of its table.
    pub(super) position: usize,
    pub(super) lead: Vec<Line>,
    key: String,
    value: &'a Value,
    tables: Tables,
}

fn raw(raw: Option<&RawString>) -> &str {
    raw.and_then(RawString::as_str).unwrap_or_default()
}

/// A key as it is written: bare where it can be.
pub(super) fn key_text(key: &Key) -> String {
    let name = key.get();
    let is_bare = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if is_bare {
        return name.to_owned();
    }
    match key.as_repr().and_then(|repr| repr.as_raw().as_str()) {
        Some(raw) => text(raw),
        None => format!("{name:?}"),
    }
}

/// Text in double quotes, except where single ones save escapes.
fn text(raw: &str) -> String {
    let quotes = if raw.starts_with("'''") { 3 } else { 1 };
    let is_literal = raw.starts_with('\'') && raw.len() >= 2 * quotes;
    if !is_literal || raw.contains(['"', '\\']) {
        return raw.to_owned();
    }
    let inner = &raw[quotes..raw.len() - quotes];
    let quote = "\"".repeat(quotes);
    format!("{quote}{inner}{quote}")
}

/// The keys of a table that are written below its header, in the order of the language.
pub(super) fn entries<'a>(table: &'a Table, tables: &Tables, order: &Order) -> Vec<Entry<'a>> {
    let mut found = Vec::new();
    collect(table, "", tables, order, &mut found);
    let mut by_place = BTreeMap::new();
    positions(table, &mut by_place);
    for entry in &mut found {
        let address = std::ptr::from_ref(entry.value).addr();
        entry.position = by_place.get(&address).copied().unwrap_or_default();
    }
    found
}

/// In which order the values stand in the file.
fn positions(table: &Table, found: &mut BTreeMap<usize, usize>) {
    for (_, item) in table.iter() {
        match item {
            Item::Value(value) => {
                let number = found.len();
                found.insert(std::ptr::from_ref(value).addr(), number);
            }
            Item::Table(inner) if inner.is_dotted() => positions(inner, found),
            _ => {}
        }
    }
}

fn collect<'a>(
    table: &'a Table,
    path: &str,
    tables: &Tables,
    order: &Order,
    found: &mut Vec<Entry<'a>>,
) {
    let names = key_names(table);
    for (key, item) in order.sorted(table, tables) {
        let name = format!("{path}{}", key_text(key));
        let inner = order.below_keys(tables, key.get(), &names);
        match item {
            Item::Value(value) => found.push(Entry {
                position: 0,
                lead: lines(raw(key.leaf_decor().prefix()), false),
                key: name,
                value,
                tables: inner,
            }),
            Item::Table(dotted) if dotted.is_dotted() => {
                collect(dotted, &format!("{name}."), &inner, order, found);
            }
            _ => {}
        }
    }
}

/// Puts lines together.
pub(super) struct Writer<'o> {
    out: String,
    order: &'o Order,
}

impl<'o> Writer<'o> {
    pub(super) const fn new(order: &'o Order) -> Self {
        Self {
            out: String::new(),
            order,
        }
    }

    pub(super) fn finish(mut self) -> String {
        let end = self.out.trim_end_matches('\n').len();
        self.out.truncate(end);
        self.out.push('\n');
        self.out
    }

    pub(super) fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    pub(super) fn blank_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    pub(super) fn lines(&mut self, lines: &[Line], indent: usize) {
        for line in lines {
            match line {
                Line::Blank => self.blank_line(),
                Line::Comment(text) => {
                    self.out.push_str(&" ".repeat(indent));
                    self.line(text);
                }
            }
        }
    }

    pub(super) fn entry(&mut self, entry: &Entry<'_>, is_first: bool) {
        let lead = match entry.lead.split_first() {
            Some((Line::Blank, rest)) if is_first => rest,
            _ => &entry.lead,
        };
        self.lines(lead, 0);
        let start = format!("{} = ", entry.key);
        let value = self.value(entry.value, &entry.tables, 0, start.chars().count());
        self.out.push_str(&start);
        self.out.push_str(&value);
        let after = comment(raw(entry.value.decor().suffix()));
        self.line(&after);
    }

    /// A value that may take several lines, starting in that column.
    fn value(&self, value: &Value, tables: &Tables, indent: usize, column: usize) -> String {
        if let Value::Array(list) = value
            && !list.is_empty()
            && !has_comments(value)
            && !is_broken_up(list)
        {
            let line = self.on_one_line(value, tables, indent);
            // Breaking up a list of one gains nothing.
            let is_short = list.len() == 1 || column + line.chars().count() <= WIDTH;
            return if is_short {
                line
            } else {
                self.broken_up(list, tables, indent)
            };
        }
        match value {
            Value::Array(list) if !list.is_empty() || has_comments(value) => {
                self.broken_up(list, tables, indent)
            }
            _ => self.on_one_line(value, tables, indent),
        }
    }

    /// A value on one line, as far as comments and text of several lines let it be.
    fn on_one_line(&self, value: &Value, tables: &Tables, indent: usize) -> String {
        match value {
            Value::Array(list) if has_comments(value) => self.broken_up(list, tables, indent),
            Value::Array(list) => {
                let items: Vec<String> = list
                    .iter()
                    .map(|item| self.on_one_line(item, tables, indent))
                    .collect();
                format!("[{}]", items.join(", "))
            }
            Value::InlineTable(table) if table.is_empty() => "{}".to_owned(),
            Value::InlineTable(table) => {
                let mut keys = Vec::new();
                self.inline_keys(table, "", tables, indent, &mut keys);
                format!("{{ {} }}", keys.join(", "))
            }
            Value::String(formatted) => {
                let repr = formatted.as_repr().and_then(|repr| repr.as_raw().as_str());
                repr.map_or_else(|| format!("{:?}", formatted.value()), text)
            }
            Value::Integer(number) => plain(number.as_repr(), number.value()),
            Value::Float(number) => plain(number.as_repr(), number.value()),
            Value::Boolean(value) => plain(value.as_repr(), value.value()),
            Value::Datetime(time) => plain(time.as_repr(), time.value()),
        }
    }

    fn inline_keys(
        &self,
        table: &InlineTable,
        path: &str,
        tables: &Tables,
        indent: usize,
        keys: &mut Vec<String>,
    ) {
        let table: &dyn TableLike = table;
        let names = key_names(table);
        for (key, item) in self.order.sorted(table, tables) {
            let name = format!("{path}{}", key_text(key));
            let inner = self.order.below_keys(tables, key.get(), &names);
            match item {
                Item::Value(Value::InlineTable(dotted)) if dotted.is_dotted() => {
                    self.inline_keys(dotted, &format!("{name}."), &inner, indent, keys);
                }
                Item::Value(value) => {
                    keys.push(format!(
                        "{name} = {}",
                        self.on_one_line(value, &inner, indent)
                    ));
                }
                _ => {}
            }
        }
    }

    /// A list with each item on a line of its own.
    fn broken_up(&self, list: &Array, tables: &Tables, indent: usize) -> String {
        let inner = indent + INDENT;
        let mut writer = Writer::new(self.order);
        // What stands after the bracket or the item written last.
        let mut gap = Gap::default();
        let mut is_first = true;
        writer.out.push('[');
        for item in list {
            let decor = item.decor();
            gap = gap.then(Gap::of(raw(decor.prefix())));
            writer.gap(&gap, inner, is_first);
            is_first = false;
            writer.out.push_str(&" ".repeat(inner));
            let text = self.value(item, tables, inner, inner);
            writer.out.push_str(&text);
            writer.out.push(',');
            gap = Gap::of(raw(decor.suffix()));
        }
        gap = gap.then(Gap::of(list.trailing().as_str().unwrap_or_default()));
        while gap.lines.last() == Some(&Line::Blank) {
            gap.lines.pop();
        }
        writer.gap(&gap, inner, is_first);
        writer.out.push_str(&" ".repeat(indent));
        writer.out.push(']');
        writer.out
    }

    fn gap(&mut self, gap: &Gap, indent: usize, is_first: bool) {
        let after = comment(&gap.on_line);
        self.line(&after);
        let lines = match gap.lines.split_first() {
            Some((Line::Blank, rest)) if is_first => rest,
            _ => &gap.lines,
        };
        self.lines(lines, indent);
    }
}

fn plain(repr: Option<&toml_edit::Repr>, value: &impl ToString) -> String {
    repr.and_then(|repr| repr.as_raw().as_str())
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether a comment stands in a value: only lists have room for one.
fn has_comments(value: &Value) -> bool {
    let is_comment = |text: Option<&RawString>| raw(text).contains('#');
    match value {
        Value::Array(list) => {
            is_comment(Some(list.trailing()))
                || list.iter().any(|item| {
                    is_comment(item.decor().prefix())
                        || is_comment(item.decor().suffix())
                        || has_comments(item)
                })
        }
        Value::InlineTable(table) => table.iter().any(|(_, value)| has_comments(value)),
        _ => false,
    }
}

/// Whether the author gave the items of a list lines of their own.
fn is_broken_up(list: &Array) -> bool {
    let has_line_end = |text: Option<&RawString>| raw(text).contains('\n');
    has_line_end(Some(list.trailing()))
        || list
            .iter()
            .any(|item| has_line_end(item.decor().prefix()) || has_line_end(item.decor().suffix()))
}
