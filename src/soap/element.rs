//! XML as a tree of elements with resolved names: what the text form and the binary form of a message share.

use std::fmt;
use std::sync::Arc;

use crate::soap::names::{INSTANCE, SERIALIZATION};

/// A name with its namespace; the namespace is empty where there is none. Copies share their text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<Parts>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Parts {
    namespace: Arc<str>,
    local: Arc<str>,
}

impl Name {
    /// That name in that namespace.
    #[must_use]
    pub fn new(namespace: impl Into<Arc<str>>, local: impl Into<Arc<str>>) -> Self {
        Self(Arc::new(Parts {
            namespace: namespace.into(),
            local: local.into(),
        }))
    }

    /// The namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.0.namespace
    }

    /// The name in it.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.0.local
    }

    /// Whether it is that name.
    #[must_use]
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.local() == local && self.namespace() == namespace
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.namespace().is_empty() {
            write!(f, "{{{}}}", self.namespace())?;
        }
        f.write_str(self.local())
    }
}

/// An attribute other than a namespace declaration and `i:type`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: Box<str>,
}

/// What stands in an element. Comments and processing instructions are dropped, CDATA is text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Box<Element>),
    /// Text; no two of them stand side by side.
    Text(Box<str>),
}

/// An element. A message has up to a million of them: what is the same in many is shared, and nothing has room to grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: Name,
    /// The prefix it had, or should have if nothing speaks against it.
    pub prefix: Option<Arc<str>>,
    /// Its attributes in order.
    pub attributes: Vec<Attribute>,
    /// The namespaces declared on it: prefix (empty for the default one) and URI.
    pub declarations: Vec<(Arc<str>, Arc<str>)>,
    /// The value of `i:type`, resolved where it stands. A prefix without a declaration is left as part of the name,
    /// in no namespace.
    pub type_name: Option<Name>,
    /// Its content.
    pub nodes: Vec<Node>,
}

impl Element {
    /// An empty element.
    #[must_use]
    pub fn new(namespace: &str, local: &str) -> Self {
        Self::named(
            Name::new(namespace, local),
            super::names::usual_prefix(namespace).map(Arc::from),
        )
    }

    /// An empty element of that name, with that prefix.
    #[must_use]
    pub const fn named(name: Name, prefix: Option<Arc<str>>) -> Self {
        Self {
            name,
            prefix,
            attributes: Vec::new(),
            declarations: Vec::new(),
            type_name: None,
            nodes: Vec::new(),
        }
    }

    /// With that attribute at the end.
    #[must_use]
    pub fn with_attribute(mut self, namespace: &str, local: &str, value: &str) -> Self {
        self.attributes.push(Attribute {
            name: Name::new(namespace, local),
            value: value.into(),
        });
        self
    }

    /// Declares a prefix on it.
    pub fn declare(&mut self, prefix: &str, uri: &str) {
        self.declarations.push((prefix.into(), uri.into()));
    }

    /// With that `i:type`.
    #[must_use]
    pub fn with_type(mut self, namespace: &str, local: &str) -> Self {
        self.type_name = Some(Name::new(namespace, local));
        self
    }

    /// With that text at the end.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Self {
        self.push_text(text);
        self
    }

    /// With that element at the end.
    #[must_use]
    pub fn with(mut self, child: Self) -> Self {
        self.push(child);
        self
    }

    /// Adds an element at the end.
    pub fn push(&mut self, child: Self) {
        self.nodes.push(Node::Element(Box::new(child)));
    }

    /// Adds text at the end.
    pub fn push_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.nodes.last_mut() {
            Some(Node::Text(last)) => *last = format!("{last}{text}").into(),
            _ => self.nodes.push(Node::Text(text.into())),
        }
    }

    /// `i:nil="true"`.
    #[must_use]
    pub fn nil(self) -> Self {
        self.with_attribute(INSTANCE, "nil", "true")
    }

    /// The elements in it.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(&**element),
            Node::Text(_) => None,
        })
    }

    /// The first element of that name in it.
    #[must_use]
    pub fn child(&self, namespace: &str, local: &str) -> Option<&Self> {
        self.children()
            .find(|child| child.name.is(namespace, local))
    }

    /// Its own text, without that of the elements in it.
    #[must_use]
    pub fn text(&self) -> String {
        self.nodes
            .iter()
            .filter_map(|node| match node {
                Node::Text(text) => Some(&**text),
                Node::Element(_) => None,
            })
            .collect()
    }

    /// Whether there is nothing in it but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.nodes.iter().all(|node| match node {
            Node::Text(text) => text.trim().is_empty(),
            Node::Element(_) => false,
        })
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, namespace: &str, local: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name.is(namespace, local))
            .map(|attribute| &*attribute.value)
    }

    /// Whether `i:nil` says so.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        matches!(
            self.attribute(INSTANCE, "nil").map(str::trim),
            Some("true" | "1")
        )
    }

    /// `z:Id`: what later elements may refer to.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.attribute(SERIALIZATION, "Id").map(str::trim)
    }

    /// `z:Ref`: the element stands for the one with that `z:Id`.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.attribute(SERIALIZATION, "Ref").map(str::trim)
    }

    /// The namespace that a prefix stands for among its own declarations.
    #[must_use]
    pub fn declared(&self, prefix: &str) -> Option<&str> {
        self.declarations
            .iter()
            .find(|(declared, _)| **declared == *prefix)
            .map(|(_, uri)| &**uri)
    }
}
