//! What every decoder needs: typed access to values, with mistakes collected and never thrown.

use std::rc::Rc;

use crate::scenario::error::{Errors, LoadCode, LoadError, missing_key_message, one_of};
use crate::scenario::example::example;
use crate::scenario::limits::{self, ROW_BYTES_MAX, ROWS_MAX};
use crate::scenario::suggest::closest;
use crate::scenario::tree::{CountedPart, Entry, Kind, Node, Table};
use crate::scenario::{OneOrMore, Spanned};
use crate::verdict::Span;

/// How many valid words a message lists; more are named by what they are.
const LISTED_MAX: usize = 30;

/// The state of decoding one case.
pub(in crate::scenario) struct Context<'a> {
    /// The text, to tell headers from inline tables.
    pub(in crate::scenario) text: &'a str,
    pub(in crate::scenario) errors: &'a mut Errors,
    /// The rows of all cases so far.
    pub(in crate::scenario) rows: &'a mut u64,
    /// The bytes of text in the rows of all cases so far.
    pub(in crate::scenario) row_bytes: &'a mut u64,
    /// Which row of a `repeat` is being read, from 1.
    pub(in crate::scenario) count: u64,
}

impl Context<'_> {
    pub(in crate::scenario) fn push(&mut self, error: LoadError) {
        self.errors.push(error);
    }

    pub(in crate::scenario) fn wrong_type(&mut self, node: &Node, expected: &str) {
        self.wrong_type_for(node, expected, "");
    }

    /// The same for the value of a key, or for something in it: shows how the key is written.
    pub(in crate::scenario) fn wrong_type_for(&mut self, node: &Node, expected: &str, key: &str) {
        if node.is_poison() {
            return;
        }
        let error = LoadError::new(LoadCode::WrongType, node.span, "wrong type")
            .found_plain(node.type_name())
            .expected(expected);
        self.push(match example(key) {
            Some(example) => error.help(format!("for example `{example}`")),
            None => error,
        });
    }

    /// A word, duration, address or number that is not as it has to be.
    pub(in crate::scenario) fn malformed(&mut self, node: &Node, message: &str, expected: &str) {
        if self.errors.skips() {
            return;
        }
        let mut error = LoadError::new(LoadCode::Malformed, node.span, message).expected(expected);
        match &node.kind {
            Kind::Text(_) | Kind::Counted(_) => {
                error = error.found(self.text_of(node).unwrap_or_default())
            }
            Kind::Int(number) => error = error.found(number.to_string()),
            Kind::Float(text) => error = error.found(text),
            Kind::Bool(value) => error = error.found(value.to_string()),
            _ => {}
        }
        self.push(error);
    }

    /// Text, with the count put in where it stands in it.
    pub(in crate::scenario) fn text_of(&self, node: &Node) -> Option<String> {
        match &node.kind {
            Kind::Text(text) => Some(text.to_string()),
            Kind::Counted(parts) => {
                let mut text = String::new();
                for part in parts.iter() {
                    match part {
                        CountedPart::Text(part) => text.push_str(part),
                        CountedPart::Count => text.push_str(&self.count.to_string()),
                    }
                }
                Some(text)
            }
            _ => None,
        }
    }

    pub(in crate::scenario) fn text(&mut self, node: &Node) -> Option<String> {
        let text = self.text_of(node);
        if text.is_none() {
            self.wrong_type(node, "text");
        }
        text
    }

    pub(in crate::scenario) fn boolean(&mut self, node: &Node) -> Option<bool> {
        match node.kind {
            Kind::Bool(value) => Some(value),
            _ => {
                self.wrong_type(node, "true or false");
                None
            }
        }
    }

    pub(in crate::scenario) fn flag(&mut self, table: &Table, key: &str) -> bool {
        table
            .get(key)
            .and_then(|node| self.boolean(node))
            .unwrap_or(false)
    }

    pub(in crate::scenario) fn number(&mut self, node: &Node) -> Option<i128> {
        match &node.kind {
            Kind::Int(number) => Some(*number),
            Kind::Counted(parts) if **parts == [CountedPart::Count] => Some(i128::from(self.count)),
            _ => {
                self.wrong_type(node, "a whole number");
                None
            }
        }
    }

    /// A whole number between bounds.
    pub(in crate::scenario) fn count_between(
        &mut self,
        node: &Node,
        least: u64,
        most: u64,
    ) -> Option<u64> {
        let number = self.number(node)?;
        match u64::try_from(number) {
            Ok(value) if (least..=most).contains(&value) => Some(value),
            _ => {
                let expected = if most >= i64::MAX as u64 {
                    format!("a whole number from {least}")
                } else {
                    format!("a whole number from {least} to {most}")
                };
                self.malformed(node, "number out of bounds", &expected);
                None
            }
        }
    }

    pub(in crate::scenario) fn list<'n>(&mut self, node: &'n Node, of: &str) -> Option<&'n [Node]> {
        match &node.kind {
            Kind::List(list) => Some(&list.items),
            _ => {
                self.wrong_type(node, &format!("a list of {of}"));
                None
            }
        }
    }

    /// The table that is the value of a key, or stands in it.
    pub(in crate::scenario) fn table<'n>(
        &mut self,
        node: &'n Node,
        key: &str,
    ) -> Option<&'n Rc<Table>> {
        match &node.kind {
            Kind::Table(table) => Some(table),
            _ => {
                self.wrong_type_for(node, "a table", key);
                None
            }
        }
    }

    /// The list of tables that is the value of a key; what is no table is reported and left out.
    pub(in crate::scenario) fn tables<'n>(
        &mut self,
        node: Option<&'n Node>,
        key: &str,
    ) -> Vec<(Span, &'n Rc<Table>)> {
        let Some(node) = node else {
            return Vec::new();
        };
        let Kind::List(list) = &node.kind else {
            self.wrong_type_for(node, "a list of tables", key);
            return Vec::new();
        };
        list.items
            .iter()
            .filter_map(|item| self.table(item, key).map(|table| (item.span, table)))
            .collect()
    }

    pub(in crate::scenario) fn texts(&mut self, node: &Node) -> Option<Vec<Spanned<String>>> {
        let items = self.list(node, "text")?;
        Some(
            items
                .iter()
                .filter_map(|item| Some(Spanned::new(self.text(item)?, item.span)))
                .collect(),
        )
    }

    /// Reports the keys of a table that are not among `known`.
    pub(in crate::scenario) fn keys(&mut self, table: &Table, known: &[&str]) {
        for entry in &table.entries {
            if !known.contains(&&*entry.key) {
                self.unknown_key(entry, known);
            }
        }
    }

    pub(in crate::scenario) fn unknown_key(&mut self, entry: &Entry, known: &[&str]) {
        if self.errors.skips() {
            return;
        }
        let close = closest(&entry.key, known.iter().copied());
        let error = LoadError::new(LoadCode::UnknownKey, entry.key_span, "unknown key")
            .found(&entry.key)
            .did_you_mean(close);
        // The closest word, or the list: both at once hide the one that helps.
        self.push(match close {
            Some(_) => error,
            None => error.expected(one_of(known.iter().copied())),
        });
    }

    /// The value of a key that has to be there.
    pub(in crate::scenario) fn required<'n>(
        &mut self,
        table: &'n Table,
        span: Span,
        key: &str,
    ) -> Option<&'n Node> {
        let node = table.get(key);
        if node.is_none() {
            self.missing_key(span, key);
        }
        node
    }

    pub(in crate::scenario) fn missing_key(&mut self, span: Span, key: &str) {
        if self.errors.skips() {
            return;
        }
        self.push(LoadError::new(
            LoadCode::MissingKey,
            span,
            missing_key_message(key),
        ));
    }

    /// Keys that exclude each other: the later one is the mistake.
    pub(in crate::scenario) fn exclusive(&mut self, first: &Entry, second: &Entry) {
        let (first, second) = if first.key_span.start <= second.key_span.start {
            (first, second)
        } else {
            (second, first)
        };
        self.push(
            LoadError::new(
                LoadCode::Exclusive,
                second.key_span,
                "keys that exclude each other",
            )
            .found(&second.key)
            .expected(format!("`{}` or `{}`, not both", first.key, second.key))
            .label(first.key_span, "the other one"),
        );
    }

    /// A word of a fixed list.
    pub(in crate::scenario) fn member<T>(
        &mut self,
        node: &Node,
        what: &str,
        words: &[&str],
        from: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(node)?;
        let value = from(&text);
        if value.is_none() && !self.errors.skips() {
            let expected = if words.len() <= LISTED_MAX {
                one_of(words.iter().copied())
            } else {
                format!("a member of {what}")
            };
            let close = closest(&text, words.iter().copied());
            self.push(
                LoadError::new(LoadCode::Malformed, node.span, format!("no such {what}"))
                    .found(&text)
                    .expected(expected)
                    .did_you_mean(close),
            );
        }
        value
    }

    /// A name that has to be among those given.
    pub(in crate::scenario) fn unknown_name<'w>(
        &mut self,
        span: Span,
        what: &str,
        found: &str,
        names: impl IntoIterator<Item = &'w str> + Clone,
    ) {
        if self.errors.skips() {
            return;
        }
        let message = format!("unknown {what}");
        if self.errors.is_known(span, LoadCode::UnknownName, &message) {
            return;
        }
        let close = closest(found, names.clone());
        let mut error =
            LoadError::new(LoadCode::UnknownName, span, format!("unknown {what}")).found(found);
        let names: Vec<&str> = names.into_iter().take(LISTED_MAX + 1).collect();
        if names.is_empty() {
            error = error.expected(format!("a {what}, but there is none"));
        } else if names.len() <= LISTED_MAX {
            error = error.expected(one_of(names));
        }
        self.push(error.did_you_mean(close));
    }

    /// One value, or a list of at least one.
    pub(in crate::scenario) fn one_or_more<T>(
        &mut self,
        node: &Node,
        mut read: impl FnMut(&mut Self, &Node) -> Option<T>,
    ) -> Option<OneOrMore<T>> {
        let items = match &node.kind {
            Kind::List(list) if list.items.is_empty() => {
                self.push(
                    LoadError::new(LoadCode::Malformed, node.span, "empty list")
                        .expected("one value, or a list of at least one"),
                );
                return None;
            }
            Kind::List(list) => list.items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let values: Vec<Spanned<T>> = items
            .iter()
            .filter_map(|item| Some(Spanned::new(read(self, item)?, item.span)))
            .collect();
        (!values.is_empty()).then_some(OneOrMore {
            values,
            span: node.span,
        })
    }

    /// How many rows an item stands for. Counts them, and stops everything at the limit.
    pub(in crate::scenario) fn repeat(&mut self, table: &Table, span: Span) -> u64 {
        let node = table.get("repeat");
        let at = node.map_or(span, |node| node.span);
        let mut repeat = 1;
        if let Some(node) = node
            && let Some(number) = self.number(node)
        {
            if number > i128::from(ROWS_MAX) {
                self.too_many_rows(at);
                return 0;
            }
            repeat = self.count_between(node, 1, ROWS_MAX).unwrap_or(1);
        }
        if *self.rows + repeat > ROWS_MAX {
            self.too_many_rows(at);
            return 0;
        }
        *self.rows += repeat;
        repeat
    }

    /// Counts what a row holds beside itself: rows of other tables, and text. Stops everything at the limits.
    pub(in crate::scenario) fn weigh(
        &mut self,
        rows: usize,
        bytes: usize,
        table: &Table,
        span: Span,
    ) {
        let at = table.get("repeat").map_or(span, |node| node.span);
        *self.rows += rows as u64;
        *self.row_bytes += bytes as u64;
        if *self.rows > ROWS_MAX {
            self.too_many_rows(at);
        } else if *self.row_bytes > ROW_BYTES_MAX {
            self.errors.stop(
                LoadError::new(LoadCode::OverLimit, at, "too much text in rows").expected(format!(
                    "at most {ROW_BYTES_MAX} bytes in all rows of a file together"
                )),
            );
        }
    }

    /// A list that may not be long; a longer one is reported and not read.
    pub(in crate::scenario) fn listed<'n>(&mut self, node: Option<&'n Node>) -> Option<&'n Node> {
        if let Kind::List(list) = &node?.kind
            && let Some(over) = list.items.get(limits::LISTED_MAX)
        {
            self.push(
                LoadError::new(LoadCode::OverLimit, over.span, "list too long")
                    .expected(format!("at most {} entries", limits::LISTED_MAX)),
            );
            return None;
        }
        node
    }

    pub(in crate::scenario) fn too_many_rows(&mut self, span: Span) {
        self.errors.stop(
            LoadError::new(LoadCode::OverLimit, span, "too many rows").expected(format!(
                "at most {ROWS_MAX} in all cases of a file together"
            )),
        );
    }

    /// Where an `expect` is complained about: the `[` of its header, or its key.
    pub(in crate::scenario) fn header_or_key(&self, entry: &Entry) -> Span {
        let at = entry.value.span;
        if self.text.as_bytes().get(at.start) == Some(&b'[')
            && matches!(entry.value.kind, Kind::Table(_))
        {
            at
        } else {
            entry.key_span
        }
    }
}
