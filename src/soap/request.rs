//! Reading a client's message from XML ([MS-IPAMM2] 3.19.4.3.1, 3.19.4.4.2, 2.2.2.2).

use quick_xml::reader::NsReader;

use crate::model::{Callback, ClientMessage, Object, Value};
use crate::soap::element::{Element, Name};

/// The namespace of the messages and most types.
const IPAM: &str = "http://Microsoft.Windows.Ipam";
const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
const SERVICE: &str = "http://Microsoft.Windows.Ipam/IIpamOperationWithProgress/";
const KEEPALIVE: &str = "Microsoft.WindowsServerSolutions.Common.ProviderFramework.Keepalive";

/// The members that are arrays; an element alone does not tell.
const ARRAYS: &[&str] = &[
    "Scopes",
    "ScopeIds",
    "ModifiedProperties",
    "SetProperties",
    "OperationTracker",
];

/// Why a message could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// More bytes than allowed.
    #[error("the message has {found} bytes, {limit} are allowed")]
    TooLarge {
        /// The limit.
        limit: usize,
        /// What was found.
        found: usize,
    },
    /// Elements nest too deep.
    #[error("elements nest deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// Not well-formed.
    #[error("not well-formed XML at byte {offset}: {error}")]
    NotXml {
        /// Where.
        offset: u64,
        /// What the XML reader says.
        error: String,
    },
    /// A malformed attribute.
    #[error("malformed attribute: {error}")]
    Attribute {
        /// What the XML reader says.
        error: String,
    },
    /// A prefix without a declaration.
    #[error("the prefix `{prefix}` is not declared")]
    Prefix {
        /// The prefix.
        prefix: String,
    },
    /// An entity that XML does not define by itself.
    #[error("the entity `{name}` is not defined")]
    Entity {
        /// Its name.
        name: String,
    },
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
    /// Not an envelope.
    #[error("expected {expected}, found `{found}`")]
    Unexpected {
        /// What belongs there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// The action names no operation of the port type, or another than the body.
    #[error("the action `{action}` does not go with the body `{body}`")]
    Action {
        /// The action.
        action: String,
        /// The body's element.
        body: String,
    },
}

impl RequestError {
    pub(super) fn not_xml(reader: &NsReader<&[u8]>, error: &quick_xml::Error) -> Self {
        Self::NotXml {
            offset: reader.error_position(),
            error: error.to_string(),
        }
    }
}

/// Reads a message from its action and its body's content, or from a whole envelope where `action` is left out.
///
/// # Errors
/// When it is no message of the port type.
pub fn read_request(action: Option<&str>, xml: &str) -> Result<ClientMessage, RequestError> {
    match action {
        Some(KEEPALIVE) if xml.trim().is_empty() => Ok(ClientMessage::Keepalive),
        Some(action) => message(action, Some(&Element::read(xml)?)),
        None => {
            let envelope = Element::read(xml)?;
            if !envelope.name.is(SOAP, "Envelope") {
                return Err(unexpected("a SOAP 1.2 envelope", &envelope.name));
            }
            let part = |name: &str| {
                envelope
                    .children
                    .iter()
                    .find(|child| child.name.is(SOAP, name))
            };
            let action = part("Header")
                .and_then(|header| {
                    header
                        .children
                        .iter()
                        .find(|child| child.name.is(ADDRESSING, "Action"))
                })
                .map_or("", |action| action.text.trim());
            let body = part("Body").ok_or_else(|| unexpected("a Body", &envelope.name))?;
            if body.children.len() > 1 {
                return Err(RequestError::SecondRoot);
            }
            message(action, body.children.first())
        }
    }
}

fn unexpected(expected: &'static str, found: &Name) -> RequestError {
    RequestError::Unexpected {
        expected,
        found: format!("{{{}}}{}", found.namespace, found.local),
    }
}

fn message(action: &str, body: Option<&Element>) -> Result<ClientMessage, RequestError> {
    let Some(body) = body else {
        return if action == KEEPALIVE {
            Ok(ClientMessage::Keepalive)
        } else {
            Err(RequestError::Action {
                action: action.to_owned(),
                body: "nothing".to_owned(),
            })
        };
    };
    if body.name.namespace != IPAM {
        return Err(unexpected(
            "an element in the namespace http://Microsoft.Windows.Ipam",
            &body.name,
        ));
    }
    let name = body.name.local.as_str();
    if action.strip_prefix(SERVICE) != Some(name) {
        return Err(RequestError::Action {
            action: action.to_owned(),
            body: name.to_owned(),
        });
    }
    match name {
        "InitializeOperationParameters" => {
            let paramters = body
                .children
                .iter()
                .find(|child| child.name.is(IPAM, "paramters"));
            Ok(ClientMessage::InitializeOperationParameters {
                paramters: paramters.map(parameters),
            })
        }
        "StartOperationWithCallback" => Ok(ClientMessage::StartOperationWithCallback),
        name if Callback::NAMES.contains(&name) => Ok(ClientMessage::CallbackOperation {
            name: name.to_owned(),
        }),
        _ => Err(unexpected(
            "an operation of IIpamOperationWithProgress",
            &body.name,
        )),
    }
}

/// The parameters object: never plain text, even when it is empty.
fn parameters(element: &Element) -> Value {
    match value(element) {
        Value::Text(text) if text.trim().is_empty() => Value::Object(Object {
            type_name: element.type_name.as_ref().map(type_name),
            members: Vec::new(),
        }),
        value => value,
    }
}

/// A type of another namespace is no type of ours, whatever its local name.
fn type_name(name: &Name) -> String {
    if name.namespace == IPAM {
        name.local.clone()
    } else {
        format!("{{{}}}{}", name.namespace, name.local)
    }
}

fn value(element: &Element) -> Value {
    if element.is_nil() {
        return Value::Nil;
    }
    if ARRAYS.contains(&element.name.local.as_str()) {
        return Value::List(element.children.iter().map(value).collect());
    }
    if element.children.is_empty() && element.type_name.is_none() {
        return Value::Text(element.text.clone());
    }
    if let Some(address) = ipv4_address(element) {
        return Value::Text(address.to_string());
    }
    Value::Object(Object {
        type_name: element.type_name.as_ref().map(type_name),
        members: element
            .children
            .iter()
            .map(|child| {
                // `Server` and `Scope` without members are objects still.
                let value = match value(child) {
                    Value::Text(text)
                        if text.trim().is_empty()
                            && matches!(child.name.local.as_str(), "Server" | "Scope") =>
                    {
                        Value::Object(Object::default())
                    }
                    value => value,
                };
                (child.name.local.clone(), value)
            })
            .collect(),
    })
}

/// A sysnet:IPAddress of IPv4: the four octets as a little-endian number.
fn ipv4_address(element: &Element) -> Option<std::net::Ipv4Addr> {
    let text = |name: &str| {
        element
            .children
            .iter()
            .find(|child| child.name.local == name)
            .map(|child| child.text.trim())
    };
    if text("m_Family")? != "InterNetwork" {
        return None;
    }
    let number: u32 = text("m_Address")?.parse().ok()?;
    Some(std::net::Ipv4Addr::from(number.to_le_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INITIALIZE: &str =
        "http://Microsoft.Windows.Ipam/IIpamOperationWithProgress/InitializeOperationParameters";

    fn initialize(paramters: &str) -> Result<ClientMessage, RequestError> {
        let xml = format!(
            r#"<InitializeOperationParameters xmlns="{IPAM}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">{paramters}</InitializeOperationParameters>"#
        );
        read_request(Some(INITIALIZE), &xml)
    }

    #[test]
    fn parameters_are_read_in_the_form_of_the_wire() {
        let message = initialize(
            r#"<paramters i:type="ReplicateServerParameters"><OperationId>ReplicateServer</OperationId><Server><RecordId>7</RecordId></Server></paramters>"#,
        );
        let server = Object::default().with("RecordId", "7");
        let object = Object::of_type("ReplicateServerParameters")
            .with("OperationId", "ReplicateServer")
            .with("Server", server);
        assert_eq!(
            message,
            Ok(ClientMessage::InitializeOperationParameters {
                paramters: Some(object.into())
            })
        );
    }

    #[test]
    fn a_type_of_another_namespace_is_not_ours() {
        let Ok(ClientMessage::InitializeOperationParameters {
            paramters: Some(Value::Object(object)),
        }) = initialize(r#"<paramters xmlns:x="urn:x" i:type="x:ReplicateServerParameters"/>"#)
        else {
            panic!("expected parameters");
        };
        assert_eq!(
            object.type_name.as_deref(),
            Some("{urn:x}ReplicateServerParameters")
        );
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let body = format!(r#"<StopOperation xmlns="{IPAM}"/>"#);
        let stop = format!("{SERVICE}StopOperation");
        assert!(matches!(
            read_request(Some(&stop), &body),
            Err(RequestError::Unexpected { .. })
        ));
        assert!(matches!(
            read_request(Some(INITIALIZE), &body),
            Err(RequestError::Action { .. })
        ));
        let foreign = r#"<InitializeOperationParameters xmlns="urn:x"/>"#;
        assert!(matches!(
            read_request(Some(INITIALIZE), foreign),
            Err(RequestError::Unexpected { .. })
        ));
        for xml in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
            "<p:a/>",
        ] {
            assert!(read_request(Some(INITIALIZE), xml).is_err(), "{xml}");
        }
        let deep = "<a>".repeat(100_000);
        assert!(matches!(
            read_request(Some(INITIALIZE), &deep),
            Err(RequestError::TooDeep { .. })
        ));
    }

    #[test]
    fn a_whole_envelope_is_read_too() {
        let xml = format!(
            r#"<s:Envelope xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}"><s:Header><a:Action>{SERVICE}StartOperationWithCallback</a:Action></s:Header><s:Body><StartOperationWithCallback xmlns="{IPAM}"/></s:Body></s:Envelope>"#
        );
        assert_eq!(
            read_request(None, &xml),
            Ok(ClientMessage::StartOperationWithCallback)
        );
    }
}
