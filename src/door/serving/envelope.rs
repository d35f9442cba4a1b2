//! What the server says, as envelopes. Pure.

use hyper::StatusCode;

use crate::model::{Event, FaultCode, SoapFault};
use crate::soap::names::{SOAP, SOAP_1_1};
use crate::soap::{CallbackPrefix, Element, EnvelopeError, Name, Node, RequestError, write_event};
use crate::spec::Readings;

/// An envelope as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::door) struct Written {
    /// Its action.
    pub(in crate::door) action: String,
    /// Its text.
    pub(in crate::door) xml: String,
}

/// The envelope of an event that goes back on the connection it belongs to; `why` as [`of_fault`] has it. The end of a
/// session has none.
pub(in crate::door) fn element_of(
    event: &Event,
    relates_to: Option<&str>,
    why: Option<&RequestError>,
    readings: &Readings,
) -> Option<Element> {
    match event {
        Event::Fault(fault) => element_of_fault(fault, relates_to, why),
        event => write_event(event, relates_to, CallbackPrefix::of(readings))
            .map(|found| found.to_element()),
    }
}

/// The envelope of an event, to that address if it is not to go back on an exchange. The end of a session has none.
pub(in crate::door) fn of(
    event: &Event,
    relates_to: Option<&str>,
    to: Option<&str>,
    readings: &Readings,
) -> Written {
    let Some(mut envelope) = write_event(event, relates_to, CallbackPrefix::of(readings)) else {
        return Written::default();
    };
    if let Some(to) = to {
        envelope.to = Some(to.to_owned());
    }
    Written {
        xml: envelope.to_xml(),
        action: envelope.action.unwrap_or_default(),
    }
}

/// The envelope of a fault that answers something that is none of the protocol, with the headers that say what would be
/// understood (SOAP 1.2 part 1, 5.4.7 and 5.4.8).
pub(in crate::door) fn of_fault(
    fault: &SoapFault,
    relates_to: Option<&str>,
    why: Option<&RequestError>,
) -> String {
    element_of_fault(fault, relates_to, why).map_or_else(String::new, |element| element.to_xml())
}

fn element_of_fault(
    fault: &SoapFault,
    relates_to: Option<&str>,
    why: Option<&RequestError>,
) -> Option<Element> {
    let event = Event::Fault(fault.clone());
    let mut envelope = write_event(&event, relates_to, CallbackPrefix::Service)?.to_element();
    let blocks = match why {
        Some(RequestError::Envelope(EnvelopeError::MustUnderstand { headers })) => {
            headers.iter().map(not_understood).collect()
        }
        _ if fault.code == FaultCode::VersionMismatch => vec![upgrade()],
        _ => Vec::new(),
    };
    for node in &mut envelope.nodes {
        if let Node::Element(header) = node
            && header.name.is(SOAP, "Header")
        {
            for block in &blocks {
                header.push(block.clone());
            }
        }
    }
    Some(envelope)
}

/// An attribute whose value is a qualified name, with the declaration that it needs.
fn with_qname(mut element: Element, prefix: &str, name: &Name) -> Element {
    if name.namespace().is_empty() {
        return element.with_attribute("", "qname", name.local());
    }
    element.declare(prefix, name.namespace());
    element.with_attribute("", "qname", &format!("{prefix}:{}", name.local()))
}

fn not_understood(header: &Name) -> Element {
    with_qname(Element::new(SOAP, "NotUnderstood"), "n", header)
}

fn upgrade() -> Element {
    let supported = Element::new(SOAP, "SupportedEnvelope");
    Element::new(SOAP, "Upgrade").with(with_qname(supported, "n", &Name::new(SOAP, "Envelope")))
}

/// The answer to a SOAP 1.1 message, which its sender can read (SOAP 1.2 part 1, appendix A).
pub(in crate::door) fn for_soap_1_1() -> String {
    format!(
        r#"<e:Envelope xmlns:e="{SOAP_1_1}"><e:Header><n:Upgrade xmlns:n="{SOAP}"><n:SupportedEnvelope qname="n:Envelope"/></n:Upgrade></e:Header><e:Body><e:Fault><faultcode>e:VersionMismatch</faultcode><faultstring>This server speaks SOAP 1.2.</faultstring></e:Fault></e:Body></e:Envelope>"#
    )
}

/// Whether it was an envelope of SOAP 1.1.
pub(in crate::door) fn is_soap_1_1(why: &RequestError) -> bool {
    matches!(why, RequestError::Envelope(EnvelopeError::VersionMismatch { found }) if found == SOAP_1_1)
}

/// The HTTP status of a fault (SOAP 1.2 part 2, table 20).
pub(in crate::door) const fn status(code: FaultCode) -> StatusCode {
    match code {
        FaultCode::Sender => StatusCode::BAD_REQUEST,
        FaultCode::Receiver
        | FaultCode::MustUnderstand
        | FaultCode::VersionMismatch
        | FaultCode::DataEncodingUnknown => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
