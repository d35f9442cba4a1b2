//! SOAP 1.2 envelopes with the headers of WS-Addressing 1.0 ([MS-IPAMM2] 2.2.1).

use crate::model::FaultCode;
use crate::soap::element::{Element, Name, Node};
use crate::soap::limits::Limits;
use crate::soap::names::{ADDRESSING, SOAP};
use crate::soap::read::XmlError;

/// An envelope, with the headers that the protocol uses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Envelope {
    /// a:Action.
    pub action: Option<String>,
    /// a:MessageID.
    pub message_id: Option<String>,
    /// a:RelatesTo.
    pub relates_to: Option<String>,
    /// a:To.
    pub to: Option<String>,
    /// The address in a:ReplyTo.
    pub reply_to: Option<String>,
    /// The one element in s:Body, with all declarations that hold where it stands; `None` where the body is empty.
    pub body: Option<Element>,
}

/// Why something is no envelope that we take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Not XML, or past a limit.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// An envelope of another SOAP version.
    #[error("expected a SOAP 1.2 envelope, found one in the namespace {found}")]
    VersionMismatch {
        /// Its namespace.
        found: String,
    },
    /// Something else.
    #[error("expected a SOAP 1.2 envelope, found `{found}`")]
    NotAnEnvelope {
        /// Its name.
        found: String,
    },
    /// Header blocks that must be understood, and that nobody here understands.
    #[error("the headers {} must be understood, and are not", names(.headers))]
    MustUnderstand {
        /// Their names.
        headers: Vec<Name>,
    },
    /// A header that may stand once stands twice.
    #[error("the header `{header}` stands twice")]
    RepeatedHeader {
        /// Its name.
        header: &'static str,
    },
    /// No body.
    #[error("the envelope has no Body")]
    NoBody,
    /// Something that belongs nowhere in an envelope, a second header or body among them.
    #[error("expected {expected}, found `{found}`")]
    Unexpected {
        /// What could stand there.
        expected: &'static str,
        /// What does.
        found: String,
    },
    /// More than one element in the body.
    #[error("expected one element in the Body, found `{found}` after the first")]
    SecondBodyElement {
        /// The second one.
        found: String,
    },
}

fn names(headers: &[Name]) -> String {
    headers
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

impl EnvelopeError {
    /// The code of the SOAP fault that answers it (SOAP 1.2 part 1, 5.4.6).
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::VersionMismatch { .. } | Self::NotAnEnvelope { .. } => FaultCode::VersionMismatch,
            Self::MustUnderstand { .. } => FaultCode::MustUnderstand,
            _ => FaultCode::Sender,
        }
    }
}

impl Envelope {
    /// Reads an envelope.
    ///
    /// # Errors
    /// When it is none that we take.
    pub fn read(xml: &str) -> Result<Self, EnvelopeError> {
        Self::read_within(xml, &Limits::DEFAULT)
    }

    /// Reads an envelope within limits of one's own.
    ///
    /// # Errors
    /// As [`Envelope::read`].
    pub fn read_within(xml: &str, limits: &Limits) -> Result<Self, EnvelopeError> {
        Self::from_element(Element::read_within(xml, limits)?)
    }

    /// The envelope that an element is.
    ///
    /// # Errors
    /// As [`Envelope::read`].
    pub fn from_element(element: Element) -> Result<Self, EnvelopeError> {
        if element.name.local() == "Envelope" && element.name.namespace() != SOAP {
            return Err(EnvelopeError::VersionMismatch {
                found: element.name.namespace().to_owned(),
            });
        }
        if element.name.local() != "Envelope" {
            return Err(EnvelopeError::NotAnEnvelope {
                found: element.name.to_string(),
            });
        }
        let mut envelope = Self::default();
        let mut parts = elements(element.nodes).peekable();
        if let Some(header) = parts.next_if(|part| part.name.is(SOAP, "Header")) {
            envelope.headers(&header)?;
        }
        let body = match parts.next() {
            None => return Err(EnvelopeError::NoBody),
            Some(part) if part.name.is(SOAP, "Body") => part,
            Some(part) => {
                return Err(EnvelopeError::Unexpected {
                    expected: "a Body",
                    found: part.name.to_string(),
                });
            }
        };
        if let Some(part) = parts.next() {
            return Err(EnvelopeError::Unexpected {
                expected: "nothing after the Body",
                found: part.name.to_string(),
            });
        }
        let outside = [element.declarations, body.declarations];
        let mut content = elements(body.nodes);
        envelope.body = content.next();
        if let Some(second) = content.next() {
            return Err(EnvelopeError::SecondBodyElement {
                found: second.name.to_string(),
            });
        }
        if let Some(body) = &mut envelope.body {
            for (prefix, uri) in outside.into_iter().rev().flatten() {
                if body.declared(&prefix).is_none() {
                    body.declarations.push((prefix, uri));
                }
            }
        }
        Ok(envelope)
    }

    fn headers(&mut self, header: &Element) -> Result<(), EnvelopeError> {
        let not_understood: Vec<_> = header
            .children()
            .filter(|block| block.name.namespace() != ADDRESSING && must_be_understood(block))
            .map(|block| block.name.clone())
            .collect();
        if !not_understood.is_empty() {
            return Err(EnvelopeError::MustUnderstand {
                headers: not_understood,
            });
        }
        let once = |name: &'static str| -> Result<Option<&Element>, EnvelopeError> {
            let mut blocks = header
                .children()
                .filter(|block| block.name.is(ADDRESSING, name));
            let first = blocks.next();
            if blocks.next().is_some() {
                return Err(EnvelopeError::RepeatedHeader { header: name });
            }
            Ok(first)
        };
        let text = |name| once(name).map(|block| block.map(|block| block.text().trim().to_owned()));
        self.action = text("Action")?;
        self.message_id = text("MessageID")?;
        self.relates_to = text("RelatesTo")?;
        self.to = text("To")?;
        self.reply_to = once("ReplyTo")?
            .and_then(|block| block.child(ADDRESSING, "Address"))
            .map(|address| address.text().trim().to_owned());
        Ok(())
    }

    /// The envelope as an element.
    #[must_use]
    pub fn to_element(&self) -> Element {
        let block = |name: &str, text: &str| Element::new(ADDRESSING, name).with_text(text);
        let understood = |block: Element| block.with_attribute(SOAP, "mustUnderstand", "1");
        let mut header = Element::new(SOAP, "Header");
        if let Some(action) = &self.action {
            header.push(understood(block("Action", action)));
        }
        if let Some(id) = &self.message_id {
            header.push(block("MessageID", id));
        }
        if let Some(id) = &self.relates_to {
            header.push(block("RelatesTo", id));
        }
        if let Some(address) = &self.reply_to {
            header.push(Element::new(ADDRESSING, "ReplyTo").with(block("Address", address)));
        }
        if let Some(address) = &self.to {
            header.push(understood(block("To", address)));
        }
        let mut body = Element::new(SOAP, "Body");
        if let Some(content) = &self.body {
            body.push(content.clone());
        }
        let mut envelope = Element::new(SOAP, "Envelope").with(header).with(body);
        envelope.declare("s", SOAP);
        envelope.declare("a", ADDRESSING);
        envelope
    }

    /// The envelope as XML text.
    #[must_use]
    pub fn to_xml(&self) -> String {
        self.to_element().to_xml()
    }
}

fn elements(nodes: Vec<Node>) -> impl Iterator<Item = Element> {
    nodes.into_iter().filter_map(|node| match node {
        Node::Element(element) => Some(*element),
        Node::Text(_) => None,
    })
}

/// Whether a header block is meant for whoever reads this, and must be understood (SOAP 1.2 part 1, 2.4).
fn must_be_understood(block: &Element) -> bool {
    let said = block.attribute(SOAP, "mustUnderstand").map(str::trim);
    let role = block.attribute(SOAP, "role").map(str::trim);
    let ours = role.is_none_or(|role| {
        role.is_empty() || role.ends_with("/role/ultimateReceiver") || role.ends_with("/role/next")
    });
    matches!(said, Some("1" | "true")) && ours
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::names::{ANONYMOUS, SOAP_1_1};

    fn read(inside: &str) -> Result<Envelope, EnvelopeError> {
        Envelope::read(&format!(
            r#"<e:Envelope xmlns:e="{SOAP}" xmlns:w="{ADDRESSING}" xmlns:u="urn:u">{inside}</e:Envelope>"#
        ))
    }

    #[test]
    fn envelopes_survive_a_round_trip() {
        let envelope = Envelope {
            action: Some("urn:a&b".to_owned()),
            message_id: Some("urn:uuid:1".to_owned()),
            relates_to: Some("urn:uuid:2".to_owned()),
            to: Some("http://x/".to_owned()),
            reply_to: Some(ANONYMOUS.to_owned()),
            body: None,
        };
        assert_eq!(Envelope::read(&envelope.to_xml()), Ok(envelope));
    }

    #[test]
    fn the_body_keeps_the_declarations_around_it() {
        let envelope = read(r#"<e:Body xmlns:u="urn:inner"><u:x/></e:Body>"#).unwrap();
        let body = envelope.body.unwrap();
        assert_eq!(body.declared("u"), Some("urn:inner"));
        assert_eq!(body.declared("e"), Some(SOAP));
        assert!(body.to_xml().starts_with("<u:x "));
    }

    #[test]
    fn what_is_no_envelope_is_answered_with_its_fault() {
        let body = "<e:Body/>";
        for (inside, code) in [
            (String::new(), FaultCode::Sender),
            (format!("{body}{body}"), FaultCode::Sender),
            ("<e:Body><a/><b/></e:Body>".to_owned(), FaultCode::Sender),
            (
                format!(r#"<e:Header><u:h e:mustUnderstand="1"/></e:Header>{body}"#),
                FaultCode::MustUnderstand,
            ),
            (
                format!("<e:Header><w:To/><w:To/></e:Header>{body}"),
                FaultCode::Sender,
            ),
        ] {
            assert_eq!(read(&inside).unwrap_err().fault_code(), code, "{inside}");
        }
        let old = format!(r#"<Envelope xmlns="{SOAP_1_1}"><Body/></Envelope>"#);
        for xml in [old.as_str(), "<a/>"] {
            let error = Envelope::read(xml).unwrap_err();
            assert_eq!(error.fault_code(), FaultCode::VersionMismatch);
        }
    }

    #[test]
    fn headers_for_others_and_headers_of_addressing_are_no_obstacle() {
        let header = r#"<e:Header><u:h e:mustUnderstand="1" e:role="urn:other"/><u:g/><w:From e:mustUnderstand="true"/></e:Header><e:Body/>"#;
        assert_eq!(read(header), Ok(Envelope::default()));
    }
}
