//! A TOML file as a tree that tests can change and write again.

#![allow(
    dead_code,
    clippy::redundant_pub_crate,
    reason = "each test uses a part of it"
)]

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value; tables in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree {
    Text(String),
    Int(i64),
    Float(f64),
    Flag(bool),
    /// Dates, and numbers that do not fit, as they are written.
    Other(String),
    List(Vec<Self>),
    Table(Vec<(String, Self)>),
}

impl Tree {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(Self::of_table(DeTable::parse(text).ok()?.get_ref()))
    }

    fn of_table(table: &DeTable<'_>) -> Self {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| (key.span().start, key.get_ref().to_string(), Self::of(value)))
            .collect();
        entries.sort_by_key(|(start, ..)| *start);
        Self::Table(
            entries
                .into_iter()
                .map(|(_, key, value)| (key, value))
                .collect(),
        )
    }

    fn of(value: &Spanned<DeValue<'_>>) -> Self {
        match value.get_ref() {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| Self::Other(number.as_str().to_owned()), Self::Int),
            DeValue::Float(number) => number
                .as_str()
                .parse()
                .map_or_else(|_| Self::Other(number.as_str().to_owned()), Self::Float),
            DeValue::Boolean(flag) => Self::Flag(*flag),
            DeValue::Datetime(time) => Self::Other(time.to_string()),
            DeValue::Array(items) => Self::List(items.iter().map(Self::of).collect()),
            DeValue::Table(table) => Self::of_table(table),
        }
    }

    pub(crate) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Int(number) => (*number).into(),
            Self::Float(number) => (*number).into(),
            Self::Flag(flag) => (*flag).into(),
            // A number past all others.
            Self::Other(_) => 1e30.into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Table(entries) => entries
                .iter()
                .map(|(key, value)| (key.clone(), value.to_json()))
                .collect(),
        }
    }

    /// As an inline value.
    pub(crate) fn to_toml(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Int(number) => number.to_string(),
            Self::Float(number) => format!("{number:?}"),
            Self::Flag(flag) => flag.to_string(),
            Self::Other(text) => text.clone(),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::to_toml).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Table(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{} = {}", quoted(key), value.to_toml()))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    /// As a file, every key on a line of its own.
    pub(crate) fn to_file(&self) -> String {
        let Self::Table(entries) = self else {
            panic!("a file is a table");
        };
        entries
            .iter()
            .map(|(key, value)| format!("{} = {}\n", quoted(key), value.to_toml()))
            .collect()
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Table(entries) => entries
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// How many values it holds, itself included.
    pub(crate) fn size(&self) -> usize {
        1 + match self {
            Self::List(items) => items.iter().map(Self::size).sum(),
            Self::Table(entries) => entries.iter().map(|(_, value)| value.size()).sum(),
            _ => 0,
        }
    }

    /// The value of that number, counted depth first from 0.
    pub(crate) fn nth(&mut self, number: usize) -> Option<&mut Self> {
        if number == 0 {
            return Some(self);
        }
        let mut rest = number - 1;
        let below: Vec<&mut Self> = match self {
            Self::List(items) => items.iter_mut().collect(),
            Self::Table(entries) => entries.iter_mut().map(|(_, value)| value).collect(),
            _ => Vec::new(),
        };
        for value in below {
            let size = value.size();
            if rest < size {
                return value.nth(rest);
            }
            rest -= size;
        }
        None
    }
}

/// Text in double quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
