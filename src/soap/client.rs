//! Writing a client's message ([MS-IPAMM2] 3.19.4.3.1, 3.19.4.4.2, 2.2.2.2).

use crate::model::{ClientMessage, Value};
use crate::soap::contract::Writer;
use crate::soap::element::Element;
use crate::soap::envelope::Envelope;
use crate::soap::names::{ADDRESSING, ANONYMOUS, IPAM, KEEPALIVE, SERVICE, SOAP};
use crate::soap::types::{self, Namespace};

/// A message as it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its SOAP action; `None` where an author wrote the whole envelope.
    pub action: Option<String>,
    /// Its message id, which the answer relates to; `None` where none is stated or known.
    pub message_id: Option<String>,
    /// The envelope.
    pub xml: String,
}

/// Writes a message of the client.
///
/// Requests carry the id and a ReplyTo, anonymous unless one is given. A message by hand with an action is put into an
/// envelope as it stands; one without is the text as it is.
#[must_use]
pub fn write_client_message(
    message: &ClientMessage,
    message_id: &str,
    to: Option<&str>,
    reply_to: Option<&str>,
) -> Written {
    let request = |name: &str, body: Option<Element>| Envelope {
        action: Some(format!("{SERVICE}{name}")),
        message_id: Some(message_id.to_owned()),
        relates_to: None,
        to: to.map(str::to_owned),
        reply_to: Some(reply_to.unwrap_or(ANONYMOUS).to_owned()),
        body,
    };
    let envelope = match message {
        ClientMessage::InitializeOperationParameters { paramters } => request(
            message.name(),
            Some(initialize(message.name(), paramters.as_ref())),
        ),
        ClientMessage::StartOperationWithCallback => {
            request(message.name(), Some(Element::new(IPAM, message.name())))
        }
        // The document's keepalive has no header but its action.
        ClientMessage::Keepalive => Envelope {
            action: Some(KEEPALIVE.to_owned()),
            ..Envelope::default()
        },
        ClientMessage::CallbackOperation { name } => Envelope {
            message_id: None,
            reply_to: None,
            ..request(name, Some(Element::new(IPAM, name)))
        },
        ClientMessage::Raw { action: None, xml } => {
            return Written {
                action: None,
                message_id: None,
                xml: xml.clone(),
            };
        }
        ClientMessage::Raw {
            action: Some(action),
            xml,
        } => {
            let envelope = Envelope {
                action: Some(action.clone()),
                ..request("", None)
            };
            return Written {
                action: envelope.action.clone(),
                message_id: envelope.message_id.clone(),
                xml: around(&envelope, xml),
            };
        }
    };
    Written {
        xml: envelope.to_xml(),
        action: envelope.action,
        message_id: envelope.message_id,
    }
}

fn initialize(name: &str, paramters: Option<&Value>) -> Element {
    let mut body = Element::new(IPAM, name);
    if let Some(value) = paramters {
        let mut writer = Writer::default();
        body.push(writer.value(Namespace::Ipam, "paramters", types::paramters(), value));
    }
    body
}

/// The text as the body's content: it need not be well-formed, nor anything else.
fn around(envelope: &Envelope, content: &str) -> String {
    let empty = envelope.to_xml();
    let body = "<s:Body/>";
    debug_assert!(empty.contains(body) && empty.contains(SOAP) && empty.contains(ADDRESSING));
    empty.replacen(body, &format!("<s:Body>{content}</s:Body>"), 1)
}
