//! Building the tree of a message, from text or binary XML alike, within a bound of memory.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::soap::element::{Attribute, Element, Name, Node};
use crate::soap::limits::NAME_BYTES_MAX;

/// Why a message has no tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// More memory than allowed.
    #[error(
        "the message takes more than {limit} bytes of memory up to here; expected a smaller one: what it asks for can \
        be divided among several"
    )]
    Memory {
        /// The limit.
        limit: usize,
    },
    /// A name, prefix or namespace that is too long.
    #[error("expected names and namespaces of at most {limit} bytes, found one of {found}")]
    Name {
        /// The limit.
        limit: usize,
        /// Its bytes.
        found: usize,
    },
}

/// What an allocator keeps for itself of each piece it gives.
const PIECE: usize = 16;

/// An element, the piece that its nodes are in, and its place among its siblings.
const ELEMENT: usize = size_of::<Element>() + 2 * PIECE + NODE;

/// The place of a node. While it is one of many that grow by doubling there may be three: one in the old piece, two in the
/// one they move to.
const NODE: usize = size_of::<Node>();
const GROWING: usize = 3;

/// An attribute without its value, in a piece of its own. An element has so few that their growing does not count.
const ATTRIBUTE: usize = size_of::<Attribute>() + 2 * PIECE;
const DECLARATION: usize = size_of::<(Arc<str>, Arc<str>)>() + PIECE;

/// A string without its bytes, and a name without its strings: the counts of those who share it, and its place in a set
/// that is half full.
const STRING: usize = 2 * size_of::<usize>() + PIECE + 4 * size_of::<Arc<str>>();
const NAME: usize = 6 * size_of::<usize>() + PIECE + 4 * size_of::<Name>();

/// A tree that is being built. It counts what it takes in memory as it goes, so that the bound holds at any time and not
/// only for the result.
#[derive(Debug)]
pub struct Builder {
    strings: BTreeSet<Arc<str>>,
    names: BTreeSet<Name>,
    open: Vec<Element>,
    /// The text behind the last node of the innermost open element.
    text: String,
    root: Option<Element>,
    left: usize,
    limit: usize,
}

impl Builder {
    /// Of a tree that takes so many bytes of memory at most.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self {
            strings: BTreeSet::new(),
            names: BTreeSet::new(),
            open: Vec::new(),
            text: String::new(),
            root: None,
            left: limit,
            limit,
        }
    }

    /// A prefix or a namespace, or the same one from before.
    ///
    /// # Errors
    /// When it is too long or there is no memory for it.
    pub fn string(&mut self, string: &str) -> Result<Arc<str>, TreeError> {
        if let Some(known) = self.strings.get(string) {
            return Ok(Arc::clone(known));
        }
        let (limit, found) = (NAME_BYTES_MAX, string.len());
        if found > limit {
            return Err(TreeError::Name { limit, found });
        }
        self.charge(STRING + found)?;
        let string: Arc<str> = string.into();
        self.strings.insert(Arc::clone(&string));
        Ok(string)
    }

    /// A name, or the same one from before.
    ///
    /// # Errors
    /// When it is too long or there is no memory for it.
    pub fn name(&mut self, namespace: &str, local: &str) -> Result<Name, TreeError> {
        let pair: &dyn Pair = &(namespace, local);
        if let Some(known) = self.names.get(pair) {
            return Ok(known.clone());
        }
        let name = Name::new(self.string(namespace)?, self.string(local)?);
        self.charge(NAME)?;
        self.names.insert(name.clone());
        Ok(name)
    }

    /// The value of an attribute.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn attribute(&mut self, name: Name, value: &str) -> Result<Attribute, TreeError> {
        self.charge(ATTRIBUTE + value.len())?;
        let value = value.into();
        Ok(Attribute { name, value })
    }

    /// A namespace declaration.
    ///
    /// # Errors
    /// When it is too long or there is no memory for it.
    pub fn declaration(
        &mut self,
        prefix: &str,
        uri: &str,
    ) -> Result<(Arc<str>, Arc<str>), TreeError> {
        self.charge(DECLARATION)?;
        Ok((self.string(prefix)?, self.string(uri)?))
    }

    /// The namespace that a prefix stands for by the elements that are open.
    #[must_use]
    pub fn declared(&self, prefix: &str) -> Option<&str> {
        self.open
            .iter()
            .rev()
            .find_map(|element| element.declared(prefix))
    }

    /// How many elements are open.
    #[must_use]
    pub const fn depth(&self) -> usize {
        self.open.len()
    }

    /// Whether the outermost element is done.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.root.is_some()
    }

    /// Opens an element, whose names and attributes are of this tree.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn start(&mut self, mut element: Element) -> Result<(), TreeError> {
        self.charge(ELEMENT + (GROWING - 1) * NODE)?;
        self.end_text();
        element.attributes.shrink_to_fit();
        element.declarations.shrink_to_fit();
        self.open.push(element);
        Ok(())
    }

    /// Text in the innermost open element; several in a row are one.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn text(&mut self, text: &str) -> Result<(), TreeError> {
        if self.text.is_empty() && !text.is_empty() {
            self.charge(PIECE + GROWING * NODE)?;
        }
        self.charge(GROWING * text.len())?;
        self.text.push_str(text);
        Ok(())
    }

    /// Closes the innermost open element.
    pub fn end(&mut self) {
        self.end_text();
        let Some(mut done) = self.open.pop() else {
            return;
        };
        done.nodes.shrink_to_fit();
        self.left += (GROWING - 1) * NODE * done.nodes.len();
        match self.open.last_mut() {
            Some(parent) => parent.push(done),
            None => self.root = Some(done),
        }
    }

    /// The outermost element, once it is closed.
    #[must_use]
    pub fn finish(self) -> Option<Element> {
        self.root
    }

    fn end_text(&mut self) {
        let text = std::mem::take(&mut self.text);
        self.left += (GROWING - 1) * text.len();
        if let Some(element) = self.open.last_mut()
            && !text.is_empty()
        {
            element.nodes.push(Node::Text(text.into_boxed_str()));
        }
    }

    fn charge(&mut self, bytes: usize) -> Result<(), TreeError> {
        let limit = self.limit;
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or(TreeError::Memory { limit })?;
        Ok(())
    }
}

/// A namespace and a name in it, so that names can be looked for before they are made.
trait Pair {
    fn pair(&self) -> (&str, &str);
}

impl Pair for (&str, &str) {
    fn pair(&self) -> (&str, &str) {
        *self
    }
}

impl Pair for Name {
    fn pair(&self) -> (&str, &str) {
        (self.namespace(), self.local())
    }
}

impl<'a> Borrow<dyn Pair + 'a> for Name {
    fn borrow(&self) -> &(dyn Pair + 'a) {
        self
    }
}

impl Ord for dyn Pair + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        self.pair().cmp(&other.pair())
    }
}

impl PartialOrd for dyn Pair + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for dyn Pair + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.pair() == other.pair()
    }
}

impl Eq for dyn Pair + '_ {}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(tree: &mut Builder, namespace: &str, local: &str) -> Element {
        Element::named(tree.name(namespace, local).unwrap(), None)
    }

    #[test]
    fn what_is_the_same_is_there_once() {
        let mut tree = Builder::new(1 << 16);
        let (one, same) = (tree.name("u", "a").unwrap(), tree.name("u", "a").unwrap());
        assert!(std::ptr::eq(one.local(), same.local()));
        let other = tree.name("u", "b").unwrap();
        assert!(std::ptr::eq(one.namespace(), other.namespace()));
        assert_ne!(tree.name("v", "a").unwrap(), one);
    }

    #[test]
    fn texts_in_a_row_are_one_and_stand_where_they_came() {
        let mut tree = Builder::new(1 << 16);
        let root = element(&mut tree, "", "r");
        tree.start(root).unwrap();
        for text in ["a", "", "b"] {
            tree.text(text).unwrap();
        }
        let child = element(&mut tree, "", "c");
        tree.start(child).unwrap();
        tree.end();
        tree.text("d").unwrap();
        assert!(!tree.is_complete());
        tree.end();
        let expected = Element::new("", "r")
            .with_text("ab")
            .with(Element::new("", "c"))
            .with_text("d");
        assert_eq!(tree.finish(), Some(expected));
    }

    #[test]
    fn what_only_growing_took_is_given_back() {
        let mut tree = Builder::new(1 << 16);
        let root = element(&mut tree, "", "r");
        let before = tree.left;
        tree.start(root).unwrap();
        for _ in 0..10 {
            let child = element(&mut tree, "", "r");
            tree.start(child).unwrap();
            tree.text("0123456789").unwrap();
            tree.end();
        }
        tree.end();
        let leaf = ELEMENT + NODE + PIECE + 10;
        // The root's own place is counted as one among siblings.
        assert_eq!(
            before - tree.left,
            ELEMENT + (GROWING - 1) * NODE + 10 * leaf
        );
    }

    #[test]
    fn nothing_is_taken_past_the_limit() {
        let mut tree = Builder::new(ELEMENT + NAME + 3 * STRING);
        let root = element(&mut tree, "", "r");
        tree.start(root).unwrap();
        let limit = tree.limit;
        let before = tree.left;
        assert_eq!(
            tree.text(&"x".repeat(limit)),
            Err(TreeError::Memory { limit })
        );
        assert!(tree.text.is_empty() && tree.left <= before);
        let (limit, found) = (NAME_BYTES_MAX, NAME_BYTES_MAX + 1);
        assert_eq!(
            tree.name("", &"x".repeat(found)),
            Err(TreeError::Name { limit, found })
        );
    }
}
