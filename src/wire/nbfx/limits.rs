//! How much of a message is read.

use crate::soap::MEMORY_MAX;

/// What a reader takes before it stops. The defaults fit messages of 10,000 scopes; they bound memory by the length of
/// the message ([MC-NBFX] 4 leaves them to the implementer).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Levels of elements. Deployed readers have 32 or 128; the deepest message of the protocol has about twenty.
    pub nesting: usize,
    /// Attributes and declarations of one element; each is compared with each.
    pub attributes: usize,
    /// Declarations in force at once; every prefix is looked for among them.
    pub declarations: usize,
    /// Elements of the message.
    pub elements: usize,
    /// Bytes of the message for each element but the first 4096: an array has an element for each of its bytes, and each
    /// may take hundreds in memory. Honest messages have about ten.
    pub bytes_per_element: usize,
    /// Bytes of names, namespaces and texts that a message stands for, beside those that its length allows for.
    pub expansion: usize,
    /// Bytes of names, namespaces and texts for each byte of the message: arrays and dictionaries repeat long strings
    /// for two bytes, honest messages hardly more than twenty times.
    pub expansion_per_byte: usize,
    /// Bytes of texts for each byte of the message, beside `expansion`: a truth value has five for its one, and no number
    /// or time has more. Only strings of a dictionary, which honest messages have for names, stand for more.
    pub text_per_byte: usize,
    /// Bytes of memory that the tree of a message may take, where one is made of it; texts have the same limit.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            nesting: 64,
            attributes: 64,
            declarations: 256,
            elements: 1 << 20,
            bytes_per_element: 4,
            expansion: 1 << 16,
            expansion_per_byte: 48,
            text_per_byte: 8,
            memory: MEMORY_MAX,
        }
    }
}
