//! The XML schemas of what the messages carry, from the table of types: one for each namespace.

use std::collections::BTreeSet;

use super::enumerations;
use super::markup::{Markup, escaped};
use crate::soap::names;
use crate::soap::types::{self, Content, Member, Namespace, Type};

/// The namespaces that have a schema, in the order in which they stand in the WSDL.
pub(super) const NAMESPACES: [Namespace; 8] = [
    Namespace::Ipam,
    Namespace::Ipam1,
    Namespace::Arrays,
    Namespace::Serialization,
    Namespace::Generic,
    Namespace::Net,
    Namespace::Sockets,
    Namespace::System,
];

/// Types whose objects may carry `ser:Id` and `ser:Ref` although they do not extend IpamObject, by Appendix B.
const ALSO_WITH_IDENTITY: [&str; 3] = [
    "DhcpOptionCollection",
    "DhcpUserClassCollection",
    "DhcpVendorClassCollection",
];

/// An element that is the body of a message.
pub(super) struct Message {
    /// Its name, in the namespace of the messages.
    pub(super) name: &'static str,
    parts: &'static [Part],
}

struct Part {
    name: &'static str,
    namespace: Namespace,
    declared: &'static str,
    nillable: bool,
}

const fn part(
    name: &'static str,
    namespace: Namespace,
    declared: &'static str,
    nillable: bool,
) -> Part {
    Part {
        name,
        namespace,
        declared,
        nillable,
    }
}

/// Every message of IIpamOperationWithProgress and its callback ([MS-IPAMM2] 3.19.4, 3.21.4).
#[rustfmt::skip]
pub(super) const MESSAGES: [Message; 9] = [
    Message { name: "InitializeOperationParameters", parts: &[
        part("paramters", Namespace::Ipam, "IpamOperationWithProgressParameters", true),
    ] },
    Message { name: "InitializeOperationParametersResponse", parts: &[] },
    Message { name: "StartOperationWithCallback", parts: &[] },
    Message { name: "StartOperationWithCallbackResponse", parts: &[] },
    Message { name: "StartProgressCallback", parts: &[
        part("isNonDeterministic", Namespace::Schema, "boolean", false),
    ] },
    Message { name: "SetCompletionPercentage", parts: &[
        part("completionPercentage", Namespace::Schema, "decimal", false),
    ] },
    Message { name: "SetSubTaskStatus", parts: &[
        part("subTaskInstance", Namespace::Ipam, "SubTaskInstance", true),
        part("status", Namespace::Ipam, "SubTaskStatus", false),
        part("percentComplete", Namespace::Schema, "decimal", false),
        part("completionStatus", Namespace::Ipam1, "IpamException", true),
    ] },
    Message { name: "SetOverallStatus", parts: &[
        part("overallStatus", Namespace::Ipam1, "OverallProgressStatus", false),
        part("completionStatus", Namespace::Ipam, "IpamObject", true),
    ] },
    Message { name: "AddSubTask", parts: &[
        part("subTaskInstance", Namespace::Ipam, "SubTaskInstance", true),
    ] },
];

/// The schema of one namespace, as a document: everything of it that the operation's messages can carry, and nothing
/// else. Left out are the parameters of operations other than the failover ones, whose members the tool does not know.
///
/// It imports other namespaces by name, without saying where they are.
#[must_use]
pub fn schema(namespace: &str) -> Option<String> {
    let namespace = NAMESPACES
        .into_iter()
        .find(|known| known.uri() == namespace)?;
    Some(format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{}",
        text(namespace, 0)
    ))
}

/// The schema of a namespace, without an XML declaration, indented by so many steps.
pub(super) fn text(namespace: Namespace, depth: usize) -> String {
    let mut writer = Writer {
        namespace,
        named: BTreeSet::new(),
        out: Markup::new(depth + 1),
    };
    if namespace == Namespace::Ipam {
        MESSAGES.iter().for_each(|message| writer.message(message));
    }
    if namespace == Namespace::Serialization {
        writer.serialization();
    }
    if namespace == Namespace::System {
        writer.exception();
    }
    if namespace == Namespace::Ipam1 {
        writer.fault();
    }
    types::all()
        .filter(|known| known.namespace == namespace && !known.is_open())
        .for_each(|known| writer.declare(known));
    writer.finish(depth)
}

struct Writer {
    namespace: Namespace,
    /// The namespaces that something in the schema names.
    named: BTreeSet<Namespace>,
    out: Markup,
}

impl Writer {
    /// A name in a namespace, with its prefix.
    fn name(&mut self, namespace: Namespace, name: &str) -> String {
        self.named.insert(namespace);
        format!("{}:{name}", prefix(namespace))
    }

    fn message(&mut self, message: &Message) {
        self.out
            .open(&format!("xs:element name=\"{}\"", message.name));
        self.out.open("xs:complexType");
        self.sequence(message.parts, |writer, part| {
            writer.element(
                part.name,
                part.namespace,
                part.declared,
                part.nillable,
                " minOccurs=\"0\"",
            );
        });
        self.out.close("xs:complexType");
        self.out.close("xs:element");
    }

    /// A duration, the attributes of object identity, and the one that names what makes an exception.
    fn serialization(&mut self) {
        self.out.open("xs:simpleType name=\"duration\"");
        self.out.open("xs:restriction base=\"xs:duration\"");
        let facets = [
            ("pattern", r"\-?P(\d*D)?(T(\d*H)?(\d*M)?(\d*(\.\d*)?S)?)?"),
            ("minInclusive", "-P10675199DT2H48M5.4775808S"),
            ("maxInclusive", "P10675199DT2H48M5.4775807S"),
        ];
        for (facet, value) in facets {
            self.out.leaf(&format!("xs:{facet} value=\"{value}\""));
        }
        self.out.close("xs:restriction");
        self.out.close("xs:simpleType");
        for (name, kind) in [("FactoryType", "QName"), ("Id", "ID"), ("Ref", "IDREF")] {
            self.out
                .leaf(&format!("xs:attribute name=\"{name}\" type=\"xs:{kind}\""));
        }
    }

    /// What an IpamException extends: its content is in no namespace ([MS-IPAMM2] 2.2.4.247).
    fn exception(&mut self) {
        self.out.open("xs:complexType name=\"Exception\"");
        self.out.open("xs:sequence");
        self.out.leaf(
            "xs:any minOccurs=\"0\" maxOccurs=\"unbounded\" namespace=\"##local\" processContents=\"skip\"",
        );
        self.out.close("xs:sequence");
        self.attribute("FactoryType");
        self.out.close("xs:complexType");
    }

    /// The element that the detail of a fault holds ([MS-IPAMM2] 2.2.2.1).
    fn fault(&mut self) {
        let declared = self.name(Namespace::Ipam1, "IpamException");
        self.out.leaf(&format!(
            "xs:element name=\"IpamException\" nillable=\"true\" type=\"{declared}\""
        ));
    }

    fn attribute(&mut self, name: &str) {
        let name = self.name(Namespace::Serialization, name);
        self.out.leaf(&format!("xs:attribute ref=\"{name}\""));
    }

    fn declare(&mut self, known: &'static Type) {
        match known.content {
            Content::Enumeration => self.enumeration(known),
            Content::Members(own) | Content::Address(own) => self.complex(known, |writer| {
                writer.sequence(own, |writer, member| {
                    writer.member(member, occurs(known.namespace));
                });
            }),
            Content::Items(item) => self.complex(known, |writer| {
                writer.sequence(std::slice::from_ref(item), |writer, item| {
                    writer.member(item, " minOccurs=\"0\" maxOccurs=\"unbounded\"");
                });
            }),
            Content::Exception => {
                let base = self.name(Namespace::System, "Exception");
                self.out
                    .open(&format!("xs:complexType name=\"{}\"", known.name));
                self.out.open("xs:complexContent");
                self.out.leaf(&format!("xs:extension base=\"{base}\""));
                self.out.close("xs:complexContent");
                self.out.close("xs:complexType");
            }
            // XML Schema's own; the duration, which `serialization` declares; what is not known
            Content::Text | Content::Any | Content::Unlisted => {}
        }
    }

    fn enumeration(&mut self, known: &Type) {
        self.out
            .open(&format!("xs:simpleType name=\"{}\"", known.name));
        self.out.open("xs:restriction base=\"xs:string\"");
        let numbers = enumerations::numbers(known);
        for (place, member) in enumerations::members(known).into_iter().enumerate() {
            let start = format!("xs:enumeration value=\"{member}\"");
            match numbers {
                None => self.out.leaf(&start),
                Some(numbers) => {
                    self.out.open(&start);
                    self.annotation("EnumerationValue", &numbers[place].to_string());
                    self.out.close("xs:enumeration");
                }
            }
        }
        self.out.close("xs:restriction");
        self.out.close("xs:simpleType");
    }

    /// What generators of data contracts read, and others pass over.
    fn annotation(&mut self, name: &str, value: &str) {
        self.out.open("xs:annotation");
        self.out.open("xs:appinfo");
        self.out.line(&format!(
            "<{name} xmlns=\"{}\">{value}</{name}>",
            names::SERIALIZATION
        ));
        self.out.close("xs:appinfo");
        self.out.close("xs:annotation");
    }

    fn complex(&mut self, known: &Type, content: impl FnOnce(&mut Self)) {
        self.out
            .open(&format!("xs:complexType name=\"{}\"", known.name));
        if known.namespace == Namespace::Generic && matches!(known.content, Content::Members(_)) {
            self.annotation("IsValueType", "true");
        }
        if let Some(base) = known.base {
            let base = self.name(base.namespace, base.name);
            self.out.open("xs:complexContent");
            self.out.open(&format!("xs:extension base=\"{base}\""));
            content(self);
            self.out.close("xs:extension");
            self.out.close("xs:complexContent");
        } else {
            content(self);
            if known.has_identity() || ALSO_WITH_IDENTITY.contains(&known.name) {
                self.attribute("Id");
                self.attribute("Ref");
            }
        }
        self.out.close("xs:complexType");
    }

    fn sequence<T>(&mut self, items: &'static [T], mut item: impl FnMut(&mut Self, &'static T)) {
        if items.is_empty() {
            self.out.leaf("xs:sequence");
            return;
        }
        self.out.open("xs:sequence");
        for one in items {
            item(self, one);
        }
        self.out.close("xs:sequence");
    }

    fn member(&mut self, member: &'static Member, occurs: &str) {
        let declared = member.declared;
        self.element(
            member.name,
            declared.namespace,
            declared.name,
            member.nillable,
            occurs,
        );
    }

    fn element(
        &mut self,
        name: &str,
        namespace: Namespace,
        declared: &str,
        nillable: bool,
        occurs: &str,
    ) {
        let declared = self.name(namespace, declared);
        let nillable = if nillable { " nillable=\"true\"" } else { "" };
        self.out.leaf(&format!(
            "xs:element{occurs} name=\"{name}\"{nillable} type=\"{declared}\""
        ));
    }

    fn finish(mut self, depth: usize) -> String {
        self.named.insert(self.namespace);
        self.named.remove(&Namespace::Schema);
        let mut start = format!("xs:schema xmlns:xs=\"{}\"", names::SCHEMA);
        for named in &self.named {
            start.push_str(&format!(
                " xmlns:{}=\"{}\"",
                prefix(*named),
                escaped(named.uri())
            ));
        }
        // the attributes of object identity are qualified because they are declared globally
        start.push_str(&format!(
            " elementFormDefault=\"qualified\" targetNamespace=\"{}\"",
            escaped(self.namespace.uri())
        ));
        let mut whole = Markup::new(depth);
        whole.open(&start);
        for named in self.named.iter().filter(|named| **named != self.namespace) {
            whole.leaf(&format!("xs:import namespace=\"{}\"", escaped(named.uri())));
        }
        whole.append(&self.out.into_text());
        whole.close("xs:schema");
        whole.into_text()
    }
}

/// How often a member can stand there. Everything can be left out, except members of what is not a data contract of
/// the protocol's own: pairs, tuples, addresses.
fn occurs(namespace: Namespace) -> &'static str {
    match namespace {
        Namespace::Ipam | Namespace::Ipam1 => " minOccurs=\"0\"",
        _ => "",
    }
}

/// The prefix of a namespace in what is published here.
pub(super) const fn prefix(namespace: Namespace) -> &'static str {
    match namespace {
        Namespace::Ipam => "ipam",
        Namespace::Ipam1 => "ipam1",
        Namespace::Arrays => "serarr",
        Namespace::Serialization => "ser",
        Namespace::Generic => "sysgen",
        Namespace::Net => "sysnet",
        Namespace::Sockets => "syssock",
        Namespace::System => "sys",
        Namespace::Schema => "xs",
    }
}
