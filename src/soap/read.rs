//! Reading XML text into a tree, within limits. No document type, no entities but the five of XML itself.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::attributes::Attribute as RawAttribute;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{PrefixDeclaration, QName, ResolveResult};
use quick_xml::reader::NsReader;

use crate::soap::element::{Attribute, Element, Name, Node};
use crate::soap::limits::Limits;
use crate::soap::names::INSTANCE;

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
    /// Not well-formed.
    #[error("not well-formed XML at byte {offset}: {error}")]
    NotXml { offset: u64, error: String },
    /// A character that XML does not have.
    #[error("byte {offset}: the character U+{code:04X} is not allowed in XML")]
    Character { offset: usize, code: u32 },
    /// A malformed attribute.
    #[error("malformed attribute: {error}")]
    Attribute { error: String },
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
            open: Vec::new(),
            root: None,
            elements: 0,
        };
        loop {
            let event = reader.read_event().map_err(|error| XmlError::NotXml {
                offset: reader.error_position(),
                error: error.to_string(),
            })?;
            match event {
                Event::Start(start) => tree.start(element(&start, &reader, limits)?, limits)?,
                Event::End(_) => tree.end(),
                Event::Text(text) => tree.text(&text.xml10_content())?,
                Event::CData(data) => tree.text(&data.xml10_content())?,
                Event::GeneralRef(reference) => {
                    let name: &str = &reference;
                    let character = reference.resolve_char_ref().ok().flatten();
                    match character {
                        Some('\0' | '\u{fffe}' | '\u{ffff}') => {
                            return Err(XmlError::Entity {
                                name: name.to_owned(),
                            });
                        }
                        Some(character) => tree.text(character.encode_utf8(&mut [0; 4]))?,
                        None => match quick_xml::escape::resolve_predefined_entity(name) {
                            Some(text) => tree.text(text)?,
                            None => {
                                return Err(XmlError::Entity {
                                    name: name.to_owned(),
                                });
                            }
                        },
                    }
                }
                Event::DocType(_) => return Err(XmlError::DocumentType),
                Event::Eof => return tree.finish(),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }
}

/// The elements that are open, and the one that is done.
struct Tree {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn start(&mut self, element: Element, limits: &Limits) -> Result<(), XmlError> {
        if self.open.len() >= limits.nesting {
            return Err(XmlError::TooDeep {
                limit: limits.nesting,
            });
        }
        if self.elements >= limits.elements {
            return Err(XmlError::TooManyElements {
                limit: limits.elements,
            });
        }
        if self.root.is_some() {
            return Err(XmlError::SecondRoot);
        }
        self.elements += 1;
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) {
        let Some(mut done) = self.open.pop() else {
            return;
        };
        done.nodes.shrink_to_fit();
        match self.open.last_mut() {
            Some(parent) => parent.nodes.push(Node::Element(done)),
            None => self.root = Some(done),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        match self.open.last_mut() {
            Some(element) => element.push_text(text),
            None if text.trim().is_empty() => {}
            None => return Err(XmlError::TextOutside),
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, XmlError> {
        if self.open.is_empty() {
            self.root.ok_or(XmlError::Empty)
        } else {
            Err(XmlError::Unclosed)
        }
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
) -> Result<Element, XmlError> {
    let mut element = Element {
        name: resolve(start.name(), true, reader)?,
        prefix: start
            .name()
            .prefix()
            .map(|prefix| prefix.into_inner().to_owned()),
        ..Element::default()
    };
    let mut type_text = None;
    for (index, attribute) in start.attributes().enumerate() {
        if index == limits.attributes {
            return Err(XmlError::TooManyAttributes {
                limit: limits.attributes,
                element: element.name.to_string(),
            });
        }
        let attribute = attribute.map_err(|error| malformed(&error))?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| malformed(&error))?
            .into_owned();
        if let Some(declaration) = attribute.key.as_namespace_binding() {
            let prefix = match declaration {
                PrefixDeclaration::Default => "",
                PrefixDeclaration::Named(prefix) => prefix,
            };
            element.declarations.push((prefix.to_owned(), value));
            continue;
        }
        let name = resolve(attribute.key, false, reader)?;
        if element
            .attributes
            .iter()
            .any(|attribute| attribute.name == name)
        {
            return Err(malformed(&format!("`{name}` stands twice")));
        }
        if name.is(INSTANCE, "type") {
            type_text = Some(value);
        } else {
            element.attributes.push(Attribute { name, value });
        }
    }
    if let Some(text) = type_text {
        let text = text.trim();
        let name = resolve(QName(text), true, reader);
        element.type_name = Some(name.unwrap_or_else(|_| Name::new("", text)));
    }
    Ok(element)
}

fn resolve(name: QName<'_>, use_default: bool, reader: &NsReader<&[u8]>) -> Result<Name, XmlError> {
    let (namespace, local) = reader.resolver().resolve(name, use_default);
    let namespace = match namespace {
        ResolveResult::Bound(namespace) => namespace.0,
        ResolveResult::Unbound => "",
        ResolveResult::Unknown(prefix) => return Err(XmlError::Prefix { prefix }),
    };
    let mut name = Name::new(namespace, local.into_inner());
    // The resolver keeps declarations as they are written; a URI may be written with references.
    if namespace.contains(['&', '\t', '\r', '\n']) {
        let declaration = RawAttribute {
            key: QName("xmlns"),
            value: Cow::Borrowed(namespace),
        };
        name.namespace = declaration
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| malformed(&error))?
            .into_owned();
    }
    Ok(name)
}
