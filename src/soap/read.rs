//! Reading XML text into a tree, within limits. No document type, no entities but the five of XML itself.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::attributes::Attribute as RawAttribute;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{PrefixDeclaration, QName, ResolveResult};
use quick_xml::reader::NsReader;

use crate::soap::element::{Element, Name};
use crate::soap::limits::{Limits, NAME_BYTES_MAX};
use crate::soap::names::INSTANCE;
use crate::soap::tree::{Builder, TreeError};

/// Why a text is no XML that we read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the fields are")]
pub enum XmlError {
    /// More bytes than allowed.
    #[error("the message has {found} bytes, {limit} are allowed")]
    TooLarge { limit: usize, found: usize },
    /// More elements than allowed.
    #[error("the message has more than {limit} elements")]
    TooManyElements { limit: usize },
    /// Elements nest too deep.
    #[error("elements nest deeper than {limit} levels")]
    TooDeep { limit: usize },
    /// An element has more attributes than allowed.
    #[error("the element `{element}` has more than {limit} attributes")]
    TooManyAttributes { limit: usize, element: String },
    /// The tree would take too much.
    #[error("byte {offset}: {error}")]
    Tree { offset: u64, error: TreeError },
    /// Not well-formed.
    #[error("not well-formed XML at byte {offset}: {error}")]
    NotXml { offset: u64, error: String },
    /// A character that XML does not have.
    #[error("byte {offset}: the character U+{code:04X} is not allowed in XML")]
    Character { offset: usize, code: u32 },
    /// A malformed attribute.
    #[error("malformed attribute: {error}")]
    Attribute { error: String },
    /// An element or an attribute without a name.
    #[error("`{name}` is no name of an element or an attribute")]
    Name { name: String },
    /// A prefix without a declaration.
    #[error("the prefix `{prefix}` is not declared")]
    Prefix { prefix: String },
    /// An entity that XML does not define by itself.
    #[error("the entity `{name}` is not defined")]
    Entity { name: String },
    /// SOAP allows no document type.
    #[error("a document type declaration is not allowed")]
    DocumentType,
    /// No element at all.
    #[error("there is no element")]
    Empty,
    /// The text ends inside an element.
    #[error("the text ends inside an element")]
    Unclosed,
    /// Two elements where one belongs.
    #[error("there is a second element beside the first")]
    SecondRoot,
    /// Text outside the root element.
    #[error("there is text outside the element")]
    TextOutside,
}

impl Element {
    /// Reads a document.
    ///
    /// # Errors
    /// When it is not well-formed, has a document type, or passes a limit.
    pub fn read(xml: &str) -> Result<Self, XmlError> {
        Self::read_within(xml, &Limits::DEFAULT)
    }

    /// Reads a document within limits of one's own.
    ///
    /// # Errors
    /// As [`Element::read`].
    pub fn read_within(xml: &str, limits: &Limits) -> Result<Self, XmlError> {
        if xml.len() > limits.bytes {
            return Err(XmlError::TooLarge {
                limit: limits.bytes,
                found: xml.len(),
            });
        }
        characters(xml)?;
        let mut reader = NsReader::from_str(xml.strip_prefix('\u{feff}').unwrap_or(xml));
        reader.config_mut().expand_empty_elements = true;
        let mut tree = Tree {
            builder: Builder::new(limits.memory),
            elements: 0,
        };
        loop {
            let event = reader.read_event().map_err(|error| XmlError::NotXml {
                offset: reader.error_position(),
                error: error.to_string(),
            })?;
            let done = tree
                .take(event, &reader, limits)
                .map_err(|error| match error {
                    Refused::Xml(error) => error,
                    Refused::Tree(error) => XmlError::Tree {
                        offset: reader.buffer_position(),
                        error,
                    },
                })?;
            if done {
                return tree.finish();
            }
        }
    }
}

/// What is wrong with a part of the text.
enum Refused {
    Xml(XmlError),
    /// The place is where the reader is.
    Tree(TreeError),
}

impl From<XmlError> for Refused {
    fn from(error: XmlError) -> Self {
        Self::Xml(error)
    }
}

impl From<TreeError> for Refused {
    fn from(error: TreeError) -> Self {
        Self::Tree(error)
    }
}

/// The tree, and how many elements it has.
struct Tree {
    builder: Builder,
    elements: usize,
}

impl Tree {
    /// Takes the next part of the text; gives whether it was the last.
    fn take(
        &mut self,
        event: Event<'_>,
        reader: &NsReader<&[u8]>,
        limits: &Limits,
    ) -> Result<bool, Refused> {
        match event {
            Event::Start(start) => {
                self.may_start(limits)?;
                let element = element(&start, reader, limits, &mut self.builder)?;
                self.builder.start(element)?;
            }
            Event::End(_) => self.builder.end(),
            Event::Text(text) => self.text(&text.xml10_content())?,
            Event::CData(data) => self.text(&data.xml10_content())?,
            Event::GeneralRef(reference) => {
                let name: &str = &reference;
                match reference.resolve_char_ref().ok().flatten() {
                    Some('\0' | '\u{fffe}' | '\u{ffff}') => return Err(entity(name).into()),
                    Some(character) => self.text(character.encode_utf8(&mut [0; 4]))?,
                    None => match quick_xml::escape::resolve_predefined_entity(name) {
                        Some(text) => self.text(text)?,
                        None => return Err(entity(name).into()),
                    },
                }
            }
            Event::DocType(_) => return Err(XmlError::DocumentType.into()),
            Event::Eof => return Ok(true),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        Ok(false)
    }

    fn may_start(&mut self, limits: &Limits) -> Result<(), XmlError> {
        if self.builder.depth() >= limits.nesting {
            let limit = limits.nesting;
            return Err(XmlError::TooDeep { limit });
        }
        if self.elements >= limits.elements {
            let limit = limits.elements;
            return Err(XmlError::TooManyElements { limit });
        }
        if self.builder.is_complete() {
            return Err(XmlError::SecondRoot);
        }
        self.elements += 1;
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Refused> {
        if self.builder.depth() > 0 {
            self.builder.text(text)?;
        } else if !text.trim().is_empty() {
            return Err(XmlError::TextOutside.into());
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, XmlError> {
        if self.builder.depth() > 0 {
            return Err(XmlError::Unclosed);
        }
        self.builder.finish().ok_or(XmlError::Empty)
    }
}

fn entity(name: &str) -> XmlError {
    XmlError::Entity {
        name: name.to_owned(),
    }
}

/// What XML 1.0 (2.2) does not allow anywhere, which the reader below does not look for.
fn characters(xml: &str) -> Result<(), XmlError> {
    let refused = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    match xml
        .char_indices()
        .find(|(_, character)| refused(*character))
    {
        Some((offset, character)) => Err(XmlError::Character {
            offset,
            code: character.into(),
        }),
        None => Ok(()),
    }
}

fn malformed(error: &dyn std::fmt::Display) -> XmlError {
    XmlError::Attribute {
        error: error.to_string(),
    }
}

fn element(
    start: &BytesStart<'_>,
    reader: &NsReader<&[u8]>,
    limits: &Limits,
    tree: &mut Builder,
) -> Result<Element, Refused> {
    let prefix = match start.name().prefix() {
        Some(prefix) => Some(tree.string(prefix.into_inner())?),
        None => None,
    };
    let mut element = Element::named(resolve(start.name(), true, reader, tree)?, prefix);
    let mut type_text = None;
    for (index, attribute) in start.attributes().enumerate() {
        if index == limits.attributes {
            let (limit, element) = (limits.attributes, element.name.to_string());
            return Err(XmlError::TooManyAttributes { limit, element }.into());
        }
        let attribute = attribute.map_err(|error| malformed(&error))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| malformed(&error))?;
        if let Some(declaration) = attribute.key.as_namespace_binding() {
            let prefix = match declaration {
                PrefixDeclaration::Default => "",
                PrefixDeclaration::Named(prefix) => prefix,
            };
            let declaration = tree.declaration(prefix, &value)?;
            element.declarations.push(declaration);
            continue;
        }
        let name = resolve(attribute.key, false, reader, tree)?;
        if element
            .attributes
            .iter()
            .any(|attribute| attribute.name == name)
        {
            return Err(malformed(&format!("`{name}` stands twice")).into());
        }
        if name.is(INSTANCE, "type") {
            type_text = Some(value);
        } else {
            element.attributes.push(tree.attribute(name, &value)?);
        }
    }
    if let Some(text) = type_text {
        let text = text.trim();
        element.type_name = Some(match resolve(QName(text), true, reader, tree) {
            Err(Refused::Xml(_)) => tree.name("", text)?,
            name => name?,
        });
    }
    Ok(element)
}

fn resolve(
    name: QName<'_>,
    use_default: bool,
    reader: &NsReader<&[u8]>,
    tree: &mut Builder,
) -> Result<Name, Refused> {
    let (namespace, local) = reader.resolver().resolve(name, use_default);
    // `<\n/>` has none for the parser, and could not be written again.
    if local.as_ref().is_empty() {
        let name = name.as_ref().to_owned();
        return Err(XmlError::Name { name }.into());
    }
    let (namespace, local) = match namespace {
        ResolveResult::Bound(namespace) => (namespace.0, local.into_inner()),
        ResolveResult::Unbound => ("", local.into_inner()),
        ResolveResult::Unknown(prefix) => return Err(XmlError::Prefix { prefix }.into()),
    };
    // The resolver keeps declarations as they are written; a URI may be written with references. One that is too long
    // is not looked at for each name in it.
    if namespace.len() <= NAME_BYTES_MAX && namespace.contains(['&', '\t', '\r', '\n']) {
        let declaration = RawAttribute {
            key: QName("xmlns"),
            value: Cow::Borrowed(namespace),
        };
        let namespace = declaration
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| malformed(&error))?;
        return Ok(tree.name(&namespace, local)?);
    }
    Ok(tree.name(namespace, local)?)
}
