//! How much of a message is read.

/// How long a message may be. A scope takes about 3.3 KB, so that 10,000 scopes in one ReplicateScopeParameters
/// fit with room to spare; what is longer is no call that anybody makes.
pub const ENVELOPE_BYTES_MAX: usize = 64 << 20;

/// How many elements a message may have. 10,000 scopes have about 740,000.
pub const ELEMENTS_MAX: usize = 1 << 20;

/// How many bytes of memory the tree of a message may take, whatever it consists of. As many elements as there may be,
/// each with a short text and an attribute, take about that much.
pub const MEMORY_MAX: usize = 256 << 20;

/// How many bytes a name, a prefix or a namespace may have; they are compared again and again.
pub const NAME_BYTES_MAX: usize = 4096;

/// How deep elements may nest. The deepest message without a policy inside an option inside a policy has about
/// twenty levels.
pub const NESTING_MAX: usize = 64;

/// How many attributes an element may have, namespace declarations included. Envelopes have at most eight; what
/// reads attributes compares each with each.
pub const ATTRIBUTES_MAX: usize = 64;

/// How many values a message may stand for once its `z:Ref` are followed: a few hundred bytes of references to
/// references would otherwise stand for more than any memory holds.
pub const VALUES_MAX: usize = ELEMENTS_MAX;

/// The limits of one reader; [`Limits::DEFAULT`] unless somebody needs others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the message.
    pub bytes: usize,
    /// Elements of the message.
    pub elements: usize,
    /// Levels of elements.
    pub nesting: usize,
    /// Attributes of one element.
    pub attributes: usize,
    /// Bytes of memory that the tree may take; see [`MEMORY_MAX`].
    pub memory: usize,
}

impl Limits {
    /// The limits above.
    pub const DEFAULT: Self = Self {
        bytes: ENVELOPE_BYTES_MAX,
        elements: ELEMENTS_MAX,
        nesting: NESTING_MAX,
        attributes: ATTRIBUTES_MAX,
        memory: MEMORY_MAX,
    };
}
