//! What is wrong with a document, and where.

use thiserror::Error;

use crate::soap::tree::TreeError;

/// Why bytes are no document of [MC-NBFX]: the byte where it shows, counted from the start of the message, and what
/// was expected and found.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("byte {at}: {fault}")]
pub struct NbfxError {
    /// The byte where the offending part begins, from the start of the message.
    pub at: usize,
    /// What is wrong.
    pub fault: Fault,
}

/// The ways in which a document can be wrong. Sections are those of [MC-NBFX].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The bytes end inside something, or a length says more than there is.
    #[error("expected {wanted} more bytes, found {left}")]
    Truncated {
        /// Bytes that the record needs.
        wanted: usize,
        /// Bytes that are left.
        left: usize,
    },
    /// 2.1.2: a MultiByteInt31 above 0x7FFFFFFF or of more than five bytes.
    #[error("expected an integer of 31 bits in at most 5 bytes, found more")]
    IntegerTooLarge,
    /// 2.1.2: a MultiByteInt31 with a needless last byte.
    #[error("expected an integer in its shortest form, found a last byte of 0")]
    IntegerOverlong,
    /// 2.2.3.15, .18, .29: a length of four bytes below zero.
    #[error("expected a length, found {found}")]
    NegativeLength {
        /// What stood there.
        found: i32,
    },
    /// Bytes that are not UTF-8.
    #[error("expected text in UTF-8, found other bytes")]
    NotUtf8,
    /// 2.2.3.27: an odd number of bytes, or a surrogate without its other half.
    #[error("expected text in UTF-16, found {found}")]
    NotUtf16 {
        /// What is wrong with it.
        found: &'static str,
    },
    /// A character that XML cannot have.
    #[error("expected a character that XML may have, found U+{:04X}", u32::from(*.found))]
    Character {
        /// The character.
        found: char,
    },
    /// 2.1.1: a record type that means nothing.
    #[error("expected a record type, found the reserved {found:#04X}")]
    ReservedRecord {
        /// The type.
        found: u8,
    },
    /// A record that may not stand there.
    #[error("expected {expected}, found {}", crate::wire::nbfx::record::name(*.found))]
    Record {
        /// What may stand there.
        expected: &'static str,
        /// The type of what stands there.
        found: u8,
    },
    /// [MC-NBFS] 2.1, [MC-NBFSE] 2.2: an id that stands for no string.
    #[error("expected the id of a string, found {found:#X}, which stands for none")]
    UnknownString {
        /// The id.
        found: u32,
    },
    /// 2.2.1, 2.2.2: a name or prefix that is empty, `xmlns`, or not a name of XML.
    #[error("expected a name, found `{}`", shortened(.found))]
    Name {
        /// The text.
        found: String,
    },
    /// A prefix that no element around declares.
    #[error("expected a prefix that is declared, found `{}`", shortened(.found))]
    UndeclaredPrefix {
        /// The prefix.
        found: String,
    },
    /// A declaration that namespaces in XML forbid.
    #[error("expected a namespace that `{}` may stand for, found `{}`", shortened(.prefix), shortened(.found))]
    Declaration {
        /// The prefix.
        prefix: String,
        /// The namespace.
        found: String,
    },
    /// The same attribute, or the same prefix, twice on one element.
    #[error("expected each attribute once, found `{}` again", shortened(.found))]
    DuplicateAttribute {
        /// Its name.
        found: String,
    },
    /// 2.2.3: a value that its record cannot have.
    #[error("expected {expected}, found {found:#X}")]
    Value {
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: u64,
    },
    /// 2.3.3: an array of what cannot be in one, or of nothing.
    #[error("expected {expected} of an array, found {found:#X}")]
    Array {
        /// What was expected.
        expected: &'static str,
        /// What stands there.
        found: u32,
    },
    /// The bytes end while elements are open.
    #[error(
        "expected the end of every element, found the end of the message with {open} of them open"
    )]
    Unclosed {
        /// How many.
        open: usize,
    },
    /// The bytes end before there was an element.
    #[error("expected an element, found the end of the message")]
    Empty,
    /// Something after the one element of a document.
    #[error("expected nothing after the document's element, found {}", crate::wire::nbfx::record::name(*.found))]
    AfterDocument {
        /// The type of the record.
        found: u8,
    },
    /// More than the reader was told to take.
    #[error("expected at most {limit} {what}, found more")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// More memory than the tree of a message may take.
    #[error(transparent)]
    Tree(TreeError),
    /// The reader was asked to go on after an error.
    #[error("expected no further reading, as the message is wrong before this")]
    Stopped,
}

impl Fault {
    pub(crate) fn at(self, at: usize) -> NbfxError {
        NbfxError { at, fault: self }
    }
}

/// So much of a text as a message of one line can show.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut shown: String = text
        .chars()
        .take(SHOWN)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push_str("...");
    }
    shown
}
