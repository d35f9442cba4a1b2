//! The limits on a document, shared with scenario files where those have them.

use crate::scenario::limits;

/// The bytes of one document, or of one line of `exec`: what the rows of a file may hold in text.
#[expect(clippy::cast_possible_truncation, reason = "it fits in 32 bits")]
pub const DOCUMENT_BYTES_MAX: usize = limits::ROW_BYTES_MAX as usize;

/// How deep lists and objects may stand in each other: an object in a message takes three levels of JSON, so more than
/// in a file. The bound keeps every walk over the tree, which is recursive, within a small stack.
pub const NESTING_MAX: usize = 2 * limits::NESTING_MAX;

/// The rows of all tables together: those of a file.
pub const ROWS_MAX: usize = limits::ROWS_MAX as usize;

/// The entries of one list of classes, definitions, roles, policies and the like: those of a file.
pub const LISTED_MAX: usize = limits::LISTED_MAX;

/// The code points up to which a message quotes the text that was found.
pub const QUOTED_MAX: usize = limits::QUOTED_MAX;
