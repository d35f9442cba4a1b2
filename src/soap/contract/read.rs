//! Reading elements as values.

use std::collections::BTreeMap;

use crate::model::{Object, Value};
use crate::soap::contract::address;
use crate::soap::element::{Element, Name};
use crate::soap::limits::VALUES_MAX;
use crate::soap::names::IPAM;
use crate::soap::types::{self, Content, Member, Type};

/// Why an element is no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContractError {
    /// `z:Ref` names an object that has not come yet.
    #[error("`z:Ref` names `{id}`, and no object before has that `z:Id`")]
    UnknownReference {
        /// The id.
        id: String,
    },
    /// `z:Ref` names an object it is part of.
    #[error("`z:Ref` names `{id}`, an object that it is part of itself")]
    CircularReference {
        /// The id.
        id: String,
    },
    /// The references stand for too much.
    #[error("with its references followed, the message has more than {limit} values")]
    TooManyValues {
        /// The limit.
        limit: usize,
    },
}

/// Reads the values of one message.
#[derive(Debug)]
pub(in crate::soap) struct Reader<'a> {
    /// The objects that have come, by `z:Id`, with the type they have; `None` while one is still being read.
    objects: BTreeMap<&'a str, Option<(&'a Element, Runtime)>>,
    values: usize,
}

/// The type of an object: what it states, or what is declared where it stands.
#[derive(Debug, Clone, PartialEq)]
enum Runtime {
    Known(&'static Type),
    Unknown(Name),
}

impl Default for Reader<'_> {
    fn default() -> Self {
        Self {
            objects: BTreeMap::new(),
            values: VALUES_MAX,
        }
    }
}

impl<'a> Reader<'a> {
    /// The value of an element of a declared type.
    ///
    /// # Errors
    /// When references lead nowhere, in a circle or to too much.
    pub(in crate::soap) fn value(
        &mut self,
        element: &'a Element,
        declared: &'static Type,
    ) -> Result<Value, ContractError> {
        self.values = self
            .values
            .checked_sub(1)
            .ok_or(ContractError::TooManyValues { limit: VALUES_MAX })?;
        if element.is_nil() {
            return Ok(Value::Nil);
        }
        if let Some(id) = element.reference() {
            return self.referred(id, declared);
        }
        let runtime = match &element.type_name {
            None => Runtime::Known(declared),
            Some(stated) => types::find(&stated.namespace, &stated.local)
                .map_or_else(|| Runtime::Unknown(stated.clone()), Runtime::Known),
        };
        let stated = element.type_name.as_ref().map(type_name);
        let Some(id) = element.id() else {
            return self.content(element, stated, &runtime);
        };
        self.objects.insert(id, None);
        let value = self.content(element, stated, &runtime)?;
        self.objects.insert(id, Some((element, runtime)));
        Ok(value)
    }

    fn referred(&mut self, id: &str, declared: &'static Type) -> Result<Value, ContractError> {
        let id_owned = || id.to_owned();
        match self.objects.get(id) {
            None => Err(ContractError::UnknownReference { id: id_owned() }),
            Some(None) => Err(ContractError::CircularReference { id: id_owned() }),
            Some(Some((element, runtime))) => {
                let (element, runtime) = (*element, runtime.clone());
                let stated = match &runtime {
                    Runtime::Known(known) if *known == declared => None,
                    Runtime::Known(known) => {
                        Some(type_name(&Name::new(known.namespace.uri(), known.name)))
                    }
                    Runtime::Unknown(name) => Some(type_name(name)),
                };
                self.content(element, stated, &runtime)
            }
        }
    }

    /// The content of an element whose type is known by now.
    fn content(
        &mut self,
        element: &'a Element,
        stated: Option<String>,
        runtime: &Runtime,
    ) -> Result<Value, ContractError> {
        let Runtime::Known(known) = runtime else {
            return self.unlisted(element, stated);
        };
        let has_elements = element.children().next().is_some();
        match known.content {
            Content::Text | Content::Enumeration if !has_elements => {
                Ok(Value::Text(element.text()))
            }
            Content::Any if !has_elements => Ok(Value::Text(element.text())),
            Content::Address(_) => Ok(match address::read(element) {
                Some(address) => Value::Text(address.to_string()),
                None => not_an_address(element),
            }),
            // Text where members or items belong is kept, so that it can be told from an object without any.
            Content::Members(_) | Content::Unlisted | Content::Items(_)
                if !has_elements && !element.is_blank() =>
            {
                Ok(Value::Text(element.text()))
            }
            Content::Members(_) | Content::Unlisted => self.object(element, stated, known),
            Content::Items(item) => {
                let namespace = known.namespace.uri();
                element
                    .children()
                    .filter(|child| child.name.is(namespace, item.name))
                    .map(|child| self.value(child, item.declared))
                    .collect::<Result<_, _>>()
                    .map(Value::List)
            }
            Content::Text | Content::Enumeration | Content::Any | Content::Exception => {
                self.unlisted(element, stated)
            }
        }
    }

    fn object(
        &mut self,
        element: &'a Element,
        stated: Option<String>,
        known: &'static Type,
    ) -> Result<Value, ContractError> {
        let members = known.members();
        let mut next = 0;
        let mut found: Vec<(String, Value)> = Vec::new();
        for child in element.children() {
            let place = members[next..]
                .iter()
                .position(|(namespace, member)| child.name.is(namespace.uri(), member.name));
            if let Some(place) = place {
                let (_, member): (_, &Member) = members[next + place];
                found.push((member.name.to_owned(), self.value(child, member.declared)?));
                next += place + 1;
            } else if known.is_open() {
                found.push((type_name(&child.name), self.value(child, types::untyped())?));
            }
        }
        Ok(Value::Object(Object {
            type_name: stated,
            members: found,
        }))
    }

    /// The content of an element of a type that nobody knows: text, or everything that is in it.
    fn unlisted(
        &mut self,
        element: &'a Element,
        stated: Option<String>,
    ) -> Result<Value, ContractError> {
        if stated.is_none() && element.children().next().is_none() {
            return Ok(Value::Text(element.text()));
        }
        let members = element
            .children()
            .map(|child| Ok((type_name(&child.name), self.value(child, types::untyped())?)))
            .collect::<Result<_, _>>()?;
        Ok(Value::Object(Object {
            type_name: stated,
            members,
        }))
    }
}

/// A name in the form of [`Object::type_name`].
pub(in crate::soap) fn type_name(name: &Name) -> String {
    if name.namespace == IPAM {
        name.local.clone()
    } else {
        format!("{{{}}}{}", name.namespace, name.local)
    }
}

/// What stands where an address belongs: text that a decoder refuses, or an object. The text form of an address is
/// not its wire form, so it is no address either.
fn not_an_address(element: &Element) -> Value {
    let text = element.text();
    if element.children().next().is_some() || text.trim().parse::<std::net::IpAddr>().is_ok() {
        Value::Object(Object::default())
    } else {
        Value::Text(text)
    }
}
