//! IpamException ([MS-IPAMM2] 2.2.4.247): its data and its inner exception are elements in no namespace, and whatever
//! else stands beside them is passed over.

use crate::model::IpamException;
use crate::soap::contract::Writer;
use crate::soap::element::{Element, Name};
use crate::soap::names::{IPAM, IPAM1};
use crate::soap::types;
use crate::spec::IpamExceptionId;

/// The element of a fault's detail.
pub(super) const ELEMENT: &str = "IpamException";
const DATA: &str = "IpamExceptionData";
const INNER: &str = "InnerIpamException";
/// The prefix of the protocol's namespace inside the data, where the default namespace is none.
const PREFIX: &str = "k";

/// Something in a message that is not as the document has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) path: String,
    pub(super) expected: String,
    pub(super) found: String,
}

impl Problem {
    pub(super) fn new(
        path: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            expected: expected.into(),
            found: found.into(),
        }
    }
}

/// The content of an exception, into an element that has none.
pub(super) fn write(element: Element, exception: &IpamException, writer: &mut Writer) -> Element {
    let member = |name: &str| Element {
        prefix: Some(PREFIX.into()),
        ..Element::new(IPAM, name)
    };
    let message = member("ExceptionMessage");
    let mut data = writer.identify(Element::new("", DATA).with_type(IPAM, DATA));
    data.declare("", "");
    data.declare(PREFIX, IPAM);
    data.push(member("ExceptionId").with_text(exception.exception_id.name()));
    data.push(match &exception.exception_message {
        Some(text) => message.with_text(text),
        None => message.nil(),
    });
    let inner = Element::new("", INNER);
    let inner = match &exception.inner_ipam_exception {
        Some(exception) => write(inner.with_type(IPAM1, ELEMENT), exception, writer),
        None => inner.nil(),
    };
    element.with(data).with(inner)
}

/// The exception that an element holds; `None` where it is NULL, or where it cannot be read, which is then one of
/// the problems.
pub(super) fn read(
    element: &Element,
    path: &str,
    problems: &mut Vec<Problem>,
) -> Option<IpamException> {
    if element.is_nil() {
        return None;
    }
    let data_path = format!("{path}/{DATA}");
    let Some(data) = element.child("", DATA) else {
        problems.push(Problem::new(data_path, "an IpamExceptionData", "nothing"));
        return None;
    };
    if let Some(stated) = data.type_name.as_ref().filter(|stated| !is_data(stated)) {
        problems.push(Problem::new(
            format!("{data_path}/@i:type"),
            "IpamExceptionData or a type derived from it",
            format!("`{stated}`"),
        ));
        return None;
    }
    let members = ordered(data);
    let exception_id = match members[0].map(|id| id.text().trim().to_owned()) {
        None => IpamExceptionId::all().next()?,
        Some(name) => {
            let Some(id) = IpamExceptionId::from_name(&name) else {
                problems.push(Problem::new(
                    format!("{data_path}/ExceptionId"),
                    "a member of IpamExceptionId",
                    format!("`{name}`"),
                ));
                return None;
            };
            id
        }
    };
    let exception_message = members[1]
        .filter(|message| !message.is_nil())
        .map(Element::text);
    let inner_ipam_exception = element
        .child("", INNER)
        .and_then(|inner| read(inner, &format!("{path}/{INNER}"), problems))
        .map(Box::new);
    Some(IpamException {
        exception_id,
        exception_message,
        inner_ipam_exception,
    })
}

/// ExceptionId and ExceptionMessage; what comes out of order is missing.
fn ordered(data: &Element) -> [Option<&Element>; 2] {
    let mut found = [None; 2];
    for child in data.children() {
        if child.name.is(IPAM, "ExceptionId") && found == [None; 2] {
            found[0] = Some(child);
        } else if child.name.is(IPAM, "ExceptionMessage") && found[1].is_none() {
            found[1] = Some(child);
        }
    }
    found
}

fn is_data(name: &Name) -> bool {
    let data = types::find(IPAM, DATA);
    types::find(name.namespace(), name.local())
        .zip(data)
        .is_some_and(|(stated, data)| stated.is(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(exception: &IpamException) -> Option<IpamException> {
        let element = write(
            Element::new(IPAM1, ELEMENT),
            exception,
            &mut Writer::default(),
        );
        let mut problems = Vec::new();
        let read = read(
            &Element::read(&element.to_xml()).unwrap(),
            "Detail",
            &mut problems,
        );
        assert_eq!(problems, []);
        read
    }

    #[test]
    fn exceptions_survive_a_round_trip_at_any_depth() {
        let mut exception = IpamException::new(IpamExceptionId::SCOPE_NOT_FOUND, "no <scope>");
        exception.exception_message = None;
        for _ in 0..10 {
            assert_eq!(round_trip(&exception).as_ref(), Some(&exception));
            exception = exception.wrapped_in(IpamExceptionId::GENERIC_ERROR, "");
        }
    }

    #[test]
    fn what_the_platform_adds_is_passed_over() {
        let xml = format!(
            r#"<IpamException xmlns="{IPAM1}" xmlns:m="{IPAM}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><ClassName xmlns="">X</ClassName><HResult xmlns="">-1</HResult><IpamExceptionData xmlns="" i:type="m:ConflictingIPBlockFailureIpamExceptionData"><m:ExceptionId>IpamApiInvalidParameter</m:ExceptionId><m:IPBlock/></IpamExceptionData></IpamException>"#
        );
        let mut problems = Vec::new();
        let read = read(&Element::read(&xml).unwrap(), "", &mut problems).unwrap();
        assert_eq!(read.exception_id, IpamExceptionId::INVALID_PARAMETER);
        assert_eq!((read.exception_message, problems), (None, Vec::new()));
    }

    #[test]
    fn what_is_no_exception_is_told() {
        let unknown = r#"<E><IpamExceptionData><m:ExceptionId xmlns:m="http://Microsoft.Windows.Ipam">Nobody</m:ExceptionId></IpamExceptionData></E>"#;
        let wrong = r#"<E><IpamExceptionData xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:m="http://Microsoft.Windows.Ipam" i:type="m:DhcpScopeV4"/></E>"#;
        for (xml, found) in [
            ("<E/>", "nothing"),
            (unknown, "`Nobody`"),
            (wrong, "`{http://Microsoft.Windows.Ipam}DhcpScopeV4`"),
        ] {
            let mut problems = Vec::new();
            assert_eq!(read(&Element::read(xml).unwrap(), "E", &mut problems), None);
            assert_eq!(problems[0].found, found);
        }
    }
}
