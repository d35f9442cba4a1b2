//! Reading a client's message ([MS-IPAMM2] 3.19.4.3.1, 3.19.4.4.2, 2.2.2.2).

use crate::model::{Callback, ClientMessage, FaultCode};
use crate::soap::contract::{ContractError, Reader};
use crate::soap::element::{Element, Name};
use crate::soap::envelope::{Envelope, EnvelopeError};
use crate::soap::names::{IPAM, KEEPALIVE, SERVICE};
use crate::soap::read::XmlError;
use crate::soap::types;

/// Why a message could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The envelope, or the XML below it.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The body is in another namespace, or no operation has that name.
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
    /// The parameters.
    #[error(transparent)]
    Contract(#[from] ContractError),
}

impl From<XmlError> for RequestError {
    fn from(error: XmlError) -> Self {
        Self::Envelope(error.into())
    }
}

impl RequestError {
    /// The code of the SOAP fault that answers it.
    #[must_use]
    pub const fn fault_code(&self) -> FaultCode {
        match self {
            Self::Envelope(error) => error.fault_code(),
            _ => FaultCode::Sender,
        }
    }
}

/// Reads a message from its action and its body's content, or from a whole envelope where `action` is left out.
///
/// # Errors
/// When it is no message of the port type.
pub fn read_request(action: Option<&str>, xml: &str) -> Result<ClientMessage, RequestError> {
    match action {
        Some(KEEPALIVE) => Ok(ClientMessage::Keepalive),
        Some(action) => message(action, Some(&Element::read(xml)?)),
        None => read_client_message(&Envelope::read(xml)?),
    }
}

/// The message that an envelope brings to the server.
///
/// # Errors
/// When it is no message of the port type.
pub fn read_client_message(envelope: &Envelope) -> Result<ClientMessage, RequestError> {
    message(
        envelope.action.as_deref().unwrap_or_default(),
        envelope.body.as_ref(),
    )
}

fn unexpected(expected: &'static str, found: &Name) -> RequestError {
    RequestError::Unexpected {
        expected,
        found: found.to_string(),
    }
}

fn message(action: &str, body: Option<&Element>) -> Result<ClientMessage, RequestError> {
    // Its content is never looked at ([MS-IPAMM2] 2.2.2.2).
    if action == KEEPALIVE {
        return Ok(ClientMessage::Keepalive);
    }
    let Some(body) = body else {
        return Err(RequestError::Action {
            action: action.to_owned(),
            body: "nothing".to_owned(),
        });
    };
    if body.name.namespace() != IPAM {
        return Err(unexpected(
            "an element in the namespace http://Microsoft.Windows.Ipam",
            &body.name,
        ));
    }
    let name = body.name.local();
    if action.strip_prefix(SERVICE) != Some(name) {
        return Err(RequestError::Action {
            action: action.to_owned(),
            body: name.to_owned(),
        });
    }
    match name {
        "InitializeOperationParameters" => {
            let paramters = body
                .child(IPAM, "paramters")
                .map(|paramters| Reader::default().value(paramters, types::paramters()))
                .transpose()?;
            Ok(ClientMessage::InitializeOperationParameters { paramters })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Object, Value};
    use crate::soap::names::{ADDRESSING, SOAP};

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
            Err(RequestError::Envelope(EnvelopeError::Xml(
                XmlError::TooDeep { .. }
            )))
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
