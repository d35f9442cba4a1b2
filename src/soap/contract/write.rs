//! Writing values as elements.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::model::{Object, Value};
use crate::soap::contract::address;
use crate::soap::element::Element;
use crate::soap::names::{IPAM, SERIALIZATION, usual_prefix};
use crate::soap::types::{self, Content, Namespace, Type};

/// Writes the values of one message; counts the objects in it.
#[derive(Debug, Default)]
pub(in crate::soap) struct Writer {
    ids: usize,
}

impl Writer {
    /// A value of a declared type, as the element of that name.
    ///
    /// A value that does not fit its type is written as it is: a scenario says so on purpose.
    pub(in crate::soap) fn value(
        &mut self,
        namespace: Namespace,
        name: &str,
        declared: &'static Type,
        value: &Value,
    ) -> Element {
        let mut element = Element::new(namespace.uri(), &element_name(name));
        match value {
            Value::Nil => return element.nil(),
            Value::Text(text) => match declared.content {
                Content::Address(_) => match text.parse::<IpAddr>() {
                    Ok(parsed) => address::write(&mut element, parsed),
                    Err(_) => element.push_text(text),
                },
                Content::Any => {
                    element = element
                        .with_type(Namespace::Schema.uri(), "string")
                        .with_text(text);
                }
                _ => element.push_text(text),
            },
            Value::List(items) => self.items(&mut element, declared, items),
            Value::Object(object) => return self.object(element, declared, object),
        }
        element
    }

    /// An identity for an object.
    pub(in crate::soap) fn identify(&mut self, element: Element) -> Element {
        self.ids += 1;
        element.with_attribute(SERIALIZATION, "Id", &format!("i{}", self.ids))
    }

    fn items(&mut self, element: &mut Element, declared: &'static Type, items: &[Value]) {
        let (namespace, name, declared) = match declared.content {
            Content::Items(item) => (declared.namespace, item.name, item.declared),
            // There is no array here, so an item has no name of its own.
            _ => (Namespace::Ipam, "item", untyped()),
        };
        declare(element, namespace);
        for item in items {
            element.push(self.value(namespace, name, declared, item));
        }
    }

    fn object(
        &mut self,
        mut element: Element,
        declared: &'static Type,
        object: &Object,
    ) -> Element {
        let runtime = match &object.type_name {
            None => Some(declared),
            Some(stated) => {
                let (namespace, name) = split(stated);
                element.type_name = Some(crate::soap::Name::new(namespace, name));
                types::find(namespace, name)
            }
        };
        let runtime = runtime.unwrap_or_else(untyped);
        if runtime.has_identity() {
            element = self.identify(element);
        }
        let mut written = BTreeSet::new();
        for (namespace, member) in runtime.members() {
            let place = object
                .members
                .iter()
                .position(|(name, _)| name == member.name);
            let Some(place) = place else { continue };
            written.insert(place);
            declare(&mut element, namespace);
            let value = &object.members[place].1;
            element.push(self.value(namespace, member.name, member.declared, value));
        }
        for (place, (name, value)) in object.members.iter().enumerate() {
            if !written.contains(&place) {
                element.push(self.value(Namespace::Ipam, name, untyped(), value));
            }
        }
        element
    }
}

/// What stands for a type that nobody knows: one without members of its own.
fn untyped() -> &'static Type {
    types::untyped()
}

/// Declares the prefix of a namespace once for all that follow.
fn declare(element: &mut Element, namespace: Namespace) {
    if let Some(prefix) = usual_prefix(namespace.uri())
        && element.declared(prefix).is_none()
    {
        element.declare(prefix, namespace.uri());
    }
}

/// A type name in the form of [`Object::type_name`]: bare in the namespace of the protocol, else `{namespace}name`.
pub(super) fn split(stated: &str) -> (&str, &str) {
    stated
        .strip_prefix('{')
        .and_then(|rest| rest.split_once('}'))
        .unwrap_or((IPAM, stated))
}

/// The name of a member as an element's name. A scenario may give any text; what XML does not allow in a name is
/// written as the platform's XmlConvert.EncodeName does.
fn element_name(name: &str) -> String {
    let starts = |c: char| c.is_alphabetic() || c == '_';
    let continues = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut encoded = String::with_capacity(name.len());
    for (place, character) in name.chars().enumerate() {
        if (place == 0 && starts(character)) || (place > 0 && continues(character)) {
            encoded.push(character);
        } else {
            encoded.push_str(&format!("_x{:04X}_", u32::from(character)));
        }
    }
    if encoded.is_empty() {
        encoded.push('_');
    }
    encoded
}
