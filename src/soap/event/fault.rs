//! SOAP faults in the shape of [MS-IPAMM2] 2.2.2.1.

use crate::model::{FaultCode, SoapFault};
use crate::soap::contract::Writer;
use crate::soap::element::Element;
use crate::soap::exception::{self, Problem};
use crate::soap::names::{IPAM1, SOAP, XML};

/// The fault as the content of a body. A fault without an IpamException has an empty Detail.
pub(super) fn write(fault: &SoapFault) -> Element {
    let part = |name: &str| Element::new(SOAP, name);
    let mut detail = part("Detail");
    if let Some(exception) = &fault.detail {
        let mut element = Element::new(IPAM1, exception::ELEMENT);
        element.prefix = None;
        detail.push(exception::write(element, exception, &mut Writer::default()));
    }
    let text = part("Text")
        .with_attribute(XML, "lang", "en-US")
        .with_text(&fault.reason);
    let mut element = part("Fault")
        .with(part("Code").with(part("Value").with_text(&format!("s:{}", fault.code))))
        .with(part("Reason").with(text))
        .with(detail);
    // The value of the code names the prefix.
    element.declare("s", SOAP);
    element
}

/// The fault that a body holds.
pub(super) fn read(fault: &Element, problems: &mut Vec<Problem>) -> SoapFault {
    let mut problem = |path: &str, expected: &str, found: String| {
        problems.push(Problem::new(path, expected, found));
    };
    let code = match code(fault) {
        Ok(code) => {
            // The codes that SOAP itself demands are right where it demands them.
            if code == FaultCode::Receiver {
                problem("Fault/Code/Value", "Sender", code.to_string());
            }
            code
        }
        Err(found) => {
            problem("Fault/Code/Value", "Sender", found);
            FaultCode::Sender
        }
    };
    let text = fault
        .child(SOAP, "Reason")
        .and_then(|reason| reason.child(SOAP, "Text"));
    if text.is_none() {
        problem("Fault/Reason/Text", "a text", "nothing".to_owned());
    } else if text.is_some_and(|text| text.attribute(XML, "lang").is_none()) {
        problem(
            "Fault/Reason/Text/@xml:lang",
            "a language",
            "nothing".to_owned(),
        );
    }
    let mut in_detail = fault
        .child(SOAP, "Detail")
        .into_iter()
        .flat_map(Element::children);
    let detail = match in_detail.next() {
        None => None,
        Some(element) if element.name.is(IPAM1, exception::ELEMENT) => {
            exception::read(element, "Fault/Detail/IpamException", problems)
        }
        Some(other) => {
            problem(
                "Fault/Detail",
                "an IpamException",
                format!("`{}`", other.name),
            );
            None
        }
    };
    SoapFault {
        code,
        reason: text.map(Element::text).unwrap_or_default(),
        detail,
    }
}

/// The code; the text of what is there instead.
fn code(fault: &Element) -> Result<FaultCode, String> {
    let nothing = || "nothing".to_owned();
    let code = fault.child(SOAP, "Code").ok_or_else(nothing)?;
    let value = code.child(SOAP, "Value").ok_or_else(nothing)?;
    let text = value.text();
    let (prefix, local) = text
        .trim()
        .split_once(':')
        .unwrap_or_else(|| ("", text.trim()));
    let namespace = [value, code, fault]
        .iter()
        .find_map(|element| element.declared(prefix));
    FaultCode::ALL
        .iter()
        .copied()
        .find(|code| code.name() == local && namespace == Some(SOAP))
        .ok_or_else(|| format!("`{}`", text.trim()))
}
