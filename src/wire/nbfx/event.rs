//! What a document consists of, in order.

use super::value::Value;

/// One part of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<'a> {
    /// A start tag with all that stands in it.
    Start(Start<'a>),
    /// Text. Several in a row are one text.
    Text(Value<'a>),
    /// The end tag of the innermost open element.
    End,
    /// A comment.
    Comment(&'a str),
}

/// A start tag. Namespaces are resolved: declarations may stand after the names that use them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Start<'a> {
    /// The prefix, empty where there is none.
    pub prefix: &'a str,
    /// The name without it.
    pub local: &'a str,
    /// The namespace, empty where there is none.
    pub namespace: &'a str,
    /// Attributes and declarations in the order of the document.
    pub attributes: Vec<Attribute<'a>>,
}

/// What stands in a start tag beside its name.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute<'a> {
    /// An attribute.
    Plain {
        /// The prefix, empty where there is none.
        prefix: &'a str,
        /// The name without it.
        local: &'a str,
        /// The namespace, empty where there is none.
        namespace: &'a str,
        /// The value.
        value: Value<'a>,
    },
    /// A namespace declaration.
    Declaration {
        /// The prefix, empty for the default namespace.
        prefix: &'a str,
        /// The namespace.
        uri: &'a str,
    },
}
