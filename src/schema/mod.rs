//! The scenario language as data: every table, its keys, what they take, what they mean.
//!
//! Floor 4, pure. Three things are made from it: the JSON Schema that editors check scenario files with
//! ([`json_schema`]), the reference of the language ([`markdown`]), and the order of keys that
//! [`format`](mod@crate::format) writes. The reader in [`scenario`](crate::scenario) is written apart from it; tests hold
//! the two to the same keys and to the same yes and no.
//!
//! The schema looks at a file before the values of its cases are put in. So it never refuses what the reader takes,
//! and lets pass what only a look at the whole file can find: names that nothing bears, addresses outside their
//! subnet, a value that is wrong in one case.

mod json;
mod kind;
mod markdown;
mod tables;

pub use kind::{Condition, Default, Key, Kind, Language, Rest, Rule, Table};

/// Where the schema lies in the project, and what it is called by where it is published.
pub const SCHEMA_FILE: &str = "schema/scenario.schema.json";

/// The language of scenario files, version 1.
#[must_use]
pub fn language() -> Language {
    tables::language()
}

/// The JSON Schema of scenario files, draft 2020-12, with a line end at its end.
#[must_use]
pub fn json_schema() -> String {
    json::schema(&language())
}

/// The reference of the language, in Markdown.
#[must_use]
pub fn markdown() -> String {
    markdown::reference(&language())
}
