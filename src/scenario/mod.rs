//! Scenario files: their grammar with positions, and the evaluation of what they expect.
//!
//! Floor 3.

mod ast;
mod bind;
mod columns;
mod decode;
mod error;
mod evaluate;
mod example;
pub mod limits;
mod nesting;
mod read;
#[cfg(test)]
mod read_tests;
mod source;
mod substitute;
mod suggest;
mod syntax;
mod tree;
mod write;

pub use ast::*;
pub use bind::{Bound, read_bound};
pub use columns::{
    ColumnView, RELATION_COLUMNS, REPLICATED, SCOPE_COLUMNS, SERVER_COLUMNS, lease_text,
    relation_text, server_text,
};
pub(crate) use decode::{MANAGED_BY, PARTNER_DELAY, scope_defaults};
pub use error::{LoadCode, LoadError, Rejected};
pub use evaluate::evaluate;
pub use example::{EXAMPLES, example};
pub use limits::FILE_BYTES_MAX;
pub(crate) use read::parse_toml;
pub use read::{read, read_bytes};
pub use source::{Position, Source};
pub(crate) use suggest::closest;
pub use write::{Head, NotWritable, write};
