//! Where binary messages and text messages meet: documents as [`Element`]s, so that nobody above knows which they were.

use std::borrow::Cow;

use super::nbfse::{Decoder, Encoder, NbfseError};
use super::nbfx::{
    Attribute, Event, Fault, Limits, NbfxError, Reader, Start, Value, WriteError, Writer,
};
use crate::soap::names::{ADDRESSING, INSTANCE, SERIALIZATION, XML};
use crate::soap::tree::{Builder, TreeError};
use crate::soap::{Element, Name, Node};

/// Reads a message of a session.
///
/// # Errors
/// When its table or its document is wrong.
pub fn decode(
    session: &mut Decoder,
    message: &[u8],
    limits: Limits,
) -> Result<Element, NbfseError> {
    read(session.reader(message, limits)?).map_err(NbfseError::Document)
}

/// Writes a message of a session.
///
/// # Errors
/// For names and texts that XML does not have.
pub fn encode(session: &mut Encoder, element: &Element) -> Result<Vec<u8>, WriteError> {
    session.message(|writer| write(element, writer))
}

/// The element of a document. Comments are left out, texts are what their values have as characters.
///
/// # Errors
/// When the bytes are wrong, or the tree would take more memory than [`Limits::memory`].
pub fn read(mut reader: Reader<'_>) -> Result<Element, NbfxError> {
    let mut tree = Builder::new(reader.limits().memory);
    while let Some(event) = reader.read()? {
        take(event, &mut tree).map_err(|error| Fault::Tree(error).at(reader.at()))?;
    }
    // A reader that comes to its end has seen an element and its end.
    tree.finish().ok_or_else(|| Fault::Empty.at(reader.at()))
}

fn take(event: Event<'_>, tree: &mut Builder) -> Result<(), TreeError> {
    match event {
        Event::Start(start) => {
            let element = element(&start, tree)?;
            tree.start(element)
        }
        Event::Text(value) => tree.text(&value.characters()),
        Event::End => {
            tree.end();
            Ok(())
        }
        Event::Comment(_) => Ok(()),
    }
}

fn element(start: &Start<'_>, tree: &mut Builder) -> Result<Element, TreeError> {
    let prefix = match start.prefix {
        "" => None,
        prefix => Some(tree.string(prefix)?),
    };
    let mut element = Element::named(tree.name(start.namespace, start.local)?, prefix);
    let mut type_text = None;
    for attribute in &start.attributes {
        match attribute {
            Attribute::Declaration { prefix, uri } => {
                element.declarations.push(tree.declaration(prefix, uri)?);
            }
            Attribute::Plain {
                local: "type",
                namespace: INSTANCE,
                value,
                ..
            } => type_text = Some(value.characters()),
            Attribute::Plain {
                local,
                namespace,
                value,
                ..
            } => {
                let name = tree.name(namespace, local)?;
                let attribute = tree.attribute(name, &value.characters())?;
                element.attributes.push(attribute);
            }
        }
    }
    if let Some(text) = type_text {
        element.type_name = Some(type_name(text.trim(), &element, tree)?);
    }
    Ok(element)
}

/// A name in the value of `i:type`; the default namespace counts there. One whose prefix is not declared stays whole.
fn type_name(text: &str, element: &Element, tree: &mut Builder) -> Result<Name, TreeError> {
    let (prefix, local) = text.split_once(':').unwrap_or(("", text));
    let declared = element
        .declared(prefix)
        .or_else(|| tree.declared(prefix))
        .map(str::to_owned);
    match declared {
        Some(namespace) => tree.name(&namespace, local),
        None if prefix == "xml" => tree.name(XML, local),
        None => tree.name("", text),
    }
}

/// Writes an element as a document, or into the one that is being written: with its prefixes where they still fit and
/// others where they do not, every text in its shortest form.
///
/// # Errors
/// For names and texts that XML does not have.
pub fn write(element: &Element, writer: &mut Writer<'_>) -> Result<(), WriteError> {
    let mut names = Names::default();
    let mut open = vec![names.start(element, writer)?];
    while let Some(level) = open.last_mut() {
        match level.nodes.next() {
            Some(Node::Element(child)) => {
                let level = names.start(child, writer)?;
                open.push(level);
            }
            // Actions and addresses come again with every message.
            Some(Node::Text(text)) if level.repeats => writer.text_to_repeat(text)?,
            Some(Node::Text(text)) => writer.text(&Value::of_text(text))?,
            None => {
                names.declared.truncate(level.outside);
                writer.end()?;
                open.pop();
            }
        }
    }
    Ok(())
}

/// An element whose content is being written.
struct Level<'e> {
    nodes: std::slice::Iter<'e, Node>,
    /// How many declarations were in force around it.
    outside: usize,
    /// Whether later messages are likely to have its text too.
    repeats: bool,
}

/// The prefixes in force, the innermost last.
#[derive(Default)]
struct Names<'e> {
    declared: Vec<(Cow<'e, str>, &'e str)>,
}

impl<'e> Names<'e> {
    fn start(
        &mut self,
        element: &'e Element,
        writer: &mut Writer<'_>,
    ) -> Result<Level<'e>, WriteError> {
        let outside = self.declared.len();
        for (prefix, uri) in &element.declarations {
            // An element in no namespace cannot have a default one.
            let hides = prefix.is_empty() && element.name.namespace().is_empty();
            if !hides && !self.stands_for(prefix, uri) && !self.is_own(prefix, outside) {
                self.declared.push((Cow::Borrowed(prefix), uri));
            }
        }
        let type_name = element.type_name.as_ref();
        // A type in no namespace can only be said where there is no default one.
        if let Some(name) = type_name
            && name.namespace().is_empty()
            && !name.local().contains(':')
            && !self.stands_for("", "")
            && !self.is_own("", outside)
        {
            self.declared.push((Cow::Borrowed(""), ""));
        }
        let wanted = element.prefix.as_deref().unwrap_or("");
        let prefix = self.prefix(wanted, element.name.namespace(), true, outside);
        let type_prefix = type_name.map(|name| {
            let key = self.prefix("i", INSTANCE, false, outside);
            let namespace = name.namespace();
            // Where the default namespace is not the type's it needs a prefix.
            let needs_none = namespace.is_empty() || self.stands_for("", namespace);
            let prefix = if needs_none {
                Cow::Borrowed("")
            } else {
                self.prefix("", namespace, false, outside)
            };
            (key, prefix)
        });
        let attributes: Vec<_> = element
            .attributes
            .iter()
            .map(|attribute| self.attribute_prefix(&attribute.name, outside))
            .collect();
        writer.start(&prefix, element.name.local())?;
        for (prefix, uri) in &self.declared[outside..] {
            writer.declaration(prefix, uri)?;
        }
        if let (Some(name), Some((key, prefix))) = (type_name, type_prefix) {
            let value = match &*prefix {
                "" => Value::Chars(name.local().into()),
                prefix => Value::QName {
                    prefix,
                    local: name.local(),
                },
            };
            writer.attribute(&key, "type", &value)?;
        }
        for (attribute, prefix) in element.attributes.iter().zip(attributes) {
            let value = Value::of_text(&attribute.value);
            writer.attribute(&prefix, attribute.name.local(), &value)?;
        }
        Ok(Level {
            nodes: element.nodes.iter(),
            outside,
            repeats: element.name.namespace() == ADDRESSING
                && matches!(element.name.local(), "Action" | "To"),
        })
    }

    fn uri(&self, prefix: &str) -> Option<&'e str> {
        self.declared
            .iter()
            .rev()
            .find(|(declared, _)| declared == prefix)
            .map(|(_, uri)| *uri)
    }

    /// Whether a prefix means that namespace here.
    fn stands_for(&self, prefix: &str, namespace: &str) -> bool {
        match self.uri(prefix) {
            Some(uri) => uri == namespace,
            None if prefix == "xml" => namespace == XML,
            None => prefix.is_empty() && namespace.is_empty(),
        }
    }

    /// Whether the element being written declares that prefix itself.
    fn is_own(&self, prefix: &str, outside: usize) -> bool {
        self.declared[outside..]
            .iter()
            .any(|(declared, _)| declared == prefix)
    }

    fn attribute_prefix(&mut self, name: &'e Name, outside: usize) -> Cow<'e, str> {
        let wanted = match name.namespace() {
            "" => return Cow::Borrowed(""),
            INSTANCE => "i",
            SERIALIZATION => "z",
            _ => "",
        };
        self.prefix(wanted, name.namespace(), false, outside)
    }

    /// A prefix for a namespace: the one that is wanted if it means that, another that does, or a new declaration.
    fn prefix(
        &mut self,
        wanted: &'e str,
        namespace: &'e str,
        may_have_none: bool,
        outside: usize,
    ) -> Cow<'e, str> {
        let is_usable = |prefix: &str| may_have_none || !prefix.is_empty();
        if namespace == XML {
            return Cow::Borrowed("xml");
        }
        if namespace.is_empty() {
            // No prefix can mean no namespace; the default one has to.
            if !self.stands_for("", "") && !self.is_own("", outside) {
                self.declared.push((Cow::Borrowed(""), ""));
            }
            return Cow::Borrowed("");
        }
        if is_usable(wanted) && self.stands_for(wanted, namespace) {
            return Cow::Borrowed(wanted);
        }
        // One that may stand without a prefix takes the default namespace before another's prefix.
        let may_declare = |names: &Self, prefix: &str| {
            is_usable(prefix) && prefix != "xml" && !names.is_own(prefix, outside)
        };
        if wanted.is_empty() && may_declare(self, "") {
            self.declared.push((Cow::Borrowed(""), namespace));
            return Cow::Borrowed("");
        }
        let known = self.declared.iter().rev().find(|(prefix, uri)| {
            !prefix.is_empty() && *uri == namespace && self.stands_for(prefix, namespace)
        });
        if let Some((prefix, _)) = known {
            return prefix.clone();
        }
        let prefix =
            if !wanted.is_empty() && self.uri(wanted).is_none() && may_declare(self, wanted) {
                Cow::Borrowed(wanted)
            } else {
                let mut number = 1_usize;
                while self.uri(&format!("p{number}")).is_some() {
                    number += 1;
                }
                Cow::Owned(format!("p{number}"))
            };
        self.declared.push((prefix.clone(), namespace));
        prefix
    }
}
