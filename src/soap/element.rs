//! XML as a tree of elements with resolved names, read within limits.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{QName, ResolveResult};
use quick_xml::reader::NsReader;

use crate::soap::RequestError;

/// How deep elements may nest: the deepest message of the protocol has about ten levels.
pub const NESTING_MAX: usize = 64;

/// How long a message may be: the largest the peers accept by default.
pub const ENVELOPE_BYTES_MAX: usize = 1 << 20;

/// A name with its namespace; the namespace is empty where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Name {
    pub(super) namespace: String,
    pub(super) local: String,
}

impl Name {
    pub(super) fn is(&self, namespace: &str, local: &str) -> bool {
        self.namespace == namespace && self.local == local
    }
}

/// An element.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Element {
    pub(super) name: Name,
    /// Attributes other than namespace declarations.
    pub(super) attributes: Vec<(Name, String)>,
    /// The value of `i:type`, resolved where it stands.
    pub(super) type_name: Option<Name>,
    pub(super) children: Vec<Self>,
    pub(super) text: String,
}

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

impl Element {
    /// Whether `i:nil` says so.
    pub(super) fn is_nil(&self) -> bool {
        self.attributes
            .iter()
            .any(|(name, value)| name.is(XSI, "nil") && matches!(value.trim(), "true" | "1"))
    }

    /// Reads a document.
    pub(super) fn read(xml: &str) -> Result<Self, RequestError> {
        if xml.len() > ENVELOPE_BYTES_MAX {
            return Err(RequestError::TooLarge {
                limit: ENVELOPE_BYTES_MAX,
                found: xml.len(),
            });
        }
        let mut reader = NsReader::from_str(xml);
        reader.config_mut().expand_empty_elements = true;
        let mut open: Vec<Self> = Vec::new();
        let mut root: Option<Self> = None;
        loop {
            let event = reader
                .read_event()
                .map_err(|error| RequestError::not_xml(&reader, &error))?;
            match event {
                Event::Start(start) => {
                    if open.len() == NESTING_MAX {
                        return Err(RequestError::TooDeep { limit: NESTING_MAX });
                    }
                    if root.is_some() {
                        return Err(RequestError::SecondRoot);
                    }
                    open.push(element(&start, &reader)?);
                }
                Event::End(_) => {
                    let Some(done) = open.pop() else { continue };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => root = Some(done),
                    }
                }
                Event::Text(text) => push_text(&mut open, &text.xml10_content()),
                Event::CData(data) => push_text(&mut open, &data.xml10_content()),
                Event::GeneralRef(reference) => {
                    let name: &str = &reference;
                    let resolved = reference
                        .resolve_char_ref()
                        .ok()
                        .flatten()
                        .map(String::from);
                    let resolved = resolved.or_else(|| {
                        quick_xml::escape::resolve_predefined_entity(name).map(str::to_owned)
                    });
                    match resolved {
                        Some(text) => push_text(&mut open, &text),
                        None => {
                            return Err(RequestError::Entity {
                                name: name.to_owned(),
                            });
                        }
                    }
                }
                Event::DocType(_) => return Err(RequestError::DocumentType),
                Event::Eof => break,
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
        if open.is_empty() {
            root.ok_or(RequestError::Empty)
        } else {
            Err(RequestError::Unclosed)
        }
    }
}

fn push_text(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn element(start: &BytesStart<'_>, reader: &NsReader<&[u8]>) -> Result<Element, RequestError> {
    let mut element = Element {
        name: resolve(start.name(), true, reader)?,
        ..Element::default()
    };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| RequestError::Attribute {
            error: error.to_string(),
        })?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| RequestError::Attribute {
                error: error.to_string(),
            })?
            .into_owned();
        let name = resolve(attribute.key, false, reader)?;
        if name.is(XSI, "type") {
            element.type_name = Some(resolve(QName(value.trim()), true, reader)?);
        }
        element.attributes.push((name, value));
    }
    Ok(element)
}

fn resolve(
    name: QName<'_>,
    use_default: bool,
    reader: &NsReader<&[u8]>,
) -> Result<Name, RequestError> {
    let (namespace, local) = reader.resolver().resolve(name, use_default);
    let namespace = match namespace {
        ResolveResult::Bound(namespace) => namespace.0.to_owned(),
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(prefix) => return Err(RequestError::Prefix { prefix }),
    };
    Ok(Name {
        namespace,
        local: local.into_inner().to_owned(),
    })
}
