//! The description of the service for generators of clients: a WSDL 1.1 document with its XML schemas in it, written
//! from the table of types.
//!
//! Everything stands in one document, because all generators take that, and not all follow links alike. The port type
//! IIpamOperationWithProgress has its two requests only: the document's own description adds the callbacks as
//! operations that begin with an output, which most generators refuse. They are the port type
//! IIpamOperationWithProgressCallback, one-way, for a client that has them posted to it; it has no port, because the
//! client is the server there. Keepalives are not in it: they have no body ([MS-IPAMM2] 2.2.2.2).

mod enumerations;
mod markup;
mod schema;

use markup::{Markup, escaped};
pub use schema::schema;

use crate::model::Callback;
use crate::soap::names;
use crate::soap::types::Namespace;

/// WSDL 1.1.
const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
/// The SOAP 1.2 binding of WSDL 1.1.
const SOAP_BINDING: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";
/// WS-Addressing 1.0 in WSDL.
const ADDRESSING_BINDING: &str = "http://www.w3.org/2006/05/addressing/wsdl";
/// SOAP over HTTP.
const HTTP: &str = "http://schemas.xmlsoap.org/soap/http";

/// The port type of the service ([MS-IPAMM2] 3.19).
const SERVICE_PORT_TYPE: &str = "IIpamOperationWithProgress";
/// The port type of the callbacks ([MS-IPAMM2] 3.21).
const CALLBACK_PORT_TYPE: &str = "IIpamOperationWithProgressCallback";
/// The operations of the service: each has a response.
const REQUESTS: [&str; 2] = [
    "InitializeOperationParameters",
    "StartOperationWithCallback",
];

/// The WSDL of a service at that address.
///
/// The actions of callbacks are those that the service sends unless it is told otherwise (OQ-9).
#[must_use]
pub fn wsdl(endpoint: &str) -> String {
    let mut out = Markup::new(0);
    out.line("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    let mut start = "wsdl:definitions name=\"IpamOperationWithProgress\"".to_owned();
    for (prefix, uri) in [
        ("wsdl", WSDL),
        ("soap12", SOAP_BINDING),
        ("wsaw", ADDRESSING_BINDING),
        ("ipam", names::IPAM),
        ("ipam1", names::IPAM1),
    ] {
        start.push_str(&format!(" xmlns:{prefix}=\"{uri}\""));
    }
    start.push_str(&format!(" targetNamespace=\"{}\"", names::IPAM));
    out.open(&start);
    types(&mut out);
    messages(&mut out);
    port_types(&mut out);
    binding(&mut out, SERVICE_PORT_TYPE, &REQUESTS, true);
    binding(&mut out, CALLBACK_PORT_TYPE, Callback::NAMES, false);
    out.open("wsdl:service name=\"IpamOperationWithProgress\"");
    out.open(&format!(
        "wsdl:port name=\"{SERVICE_PORT_TYPE}\" binding=\"ipam:{SERVICE_PORT_TYPE}\""
    ));
    out.leaf(&format!(
        "soap12:address location=\"{}\"",
        escaped(endpoint)
    ));
    out.close("wsdl:port");
    out.close("wsdl:service");
    out.close("wsdl:definitions");
    out.into_text()
}

fn types(out: &mut Markup) {
    out.open("wsdl:types");
    for namespace in schema::NAMESPACES {
        out.append(&schema::text(namespace, 2));
    }
    out.close("wsdl:types");
}

fn messages(out: &mut Markup) {
    let elements = schema::MESSAGES
        .iter()
        .map(|message| (message.name, Namespace::Ipam));
    for (name, namespace) in elements.chain([("IpamException", Namespace::Ipam1)]) {
        out.open(&format!("wsdl:message name=\"{name}\""));
        out.leaf(&format!(
            "wsdl:part name=\"{}\" element=\"{}:{name}\"",
            if name == "IpamException" {
                "detail"
            } else {
                "parameters"
            },
            schema::prefix(namespace),
        ));
        out.close("wsdl:message");
    }
}

fn port_types(out: &mut Markup) {
    let addressed = |direction: &str, action: &str, message: &str| {
        format!("wsdl:{direction} wsaw:Action=\"{action}\" message=\"{message}\"")
    };
    out.open(&format!("wsdl:portType name=\"{SERVICE_PORT_TYPE}\""));
    for name in REQUESTS {
        let response = format!("{name}Response");
        out.open(&format!("wsdl:operation name=\"{name}\""));
        for (direction, message) in [("input", name), ("output", &response)] {
            let action = format!("{}{message}", names::SERVICE);
            out.leaf(&addressed(direction, &action, &format!("ipam:{message}")));
        }
        out.leaf(&addressed(
            "fault name=\"IpamException\"",
            names::FAULT_ACTION,
            "ipam:IpamException",
        ));
        out.close("wsdl:operation");
    }
    out.close("wsdl:portType");
    out.open(&format!("wsdl:portType name=\"{CALLBACK_PORT_TYPE}\""));
    for name in Callback::NAMES {
        out.open(&format!("wsdl:operation name=\"{name}\""));
        let action = format!("{}{name}", names::SERVICE);
        out.leaf(&addressed("input", &action, &format!("ipam:{name}")));
        out.close("wsdl:operation");
    }
    out.close("wsdl:portType");
}

/// Document/literal SOAP 1.2 over HTTP, with the addressing headers that say which message it is.
fn binding(out: &mut Markup, port_type: &str, operations: &[&str], answered: bool) {
    out.open(&format!(
        "wsdl:binding name=\"{port_type}\" type=\"ipam:{port_type}\""
    ));
    out.leaf("wsaw:UsingAddressing");
    out.leaf(&format!(
        "soap12:binding transport=\"{HTTP}\" style=\"document\""
    ));
    for name in operations {
        out.open(&format!("wsdl:operation name=\"{name}\""));
        out.leaf(&format!(
            "soap12:operation soapAction=\"{}{name}\" style=\"document\"",
            names::SERVICE
        ));
        let directions: &[_] = if answered {
            &["input", "output"]
        } else {
            &["input"]
        };
        for direction in directions {
            out.open(&format!("wsdl:{direction}"));
            out.leaf("soap12:body use=\"literal\"");
            out.close(&format!("wsdl:{direction}"));
        }
        if answered {
            out.open("wsdl:fault name=\"IpamException\"");
            out.leaf("soap12:fault name=\"IpamException\" use=\"literal\"");
            out.close("wsdl:fault");
        }
        out.close("wsdl:operation");
    }
    out.close("wsdl:binding");
}
