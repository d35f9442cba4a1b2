//! Scenario files: their grammar with positions, and the evaluation of what they expect.
//!
//! Floor 3.

mod ast;
mod columns;
mod source;

pub use ast::*;
pub use columns::{
    ColumnView, RELATION_COLUMNS, REPLICATED, SCOPE_COLUMNS, SERVER_COLUMNS, lease_text,
    relation_text, server_text,
};
pub use source::{Position, Source};
