//! Reading elements as values.

use std::collections::BTreeMap;

use crate::model::{Object, Value};
use crate::soap::contract::address;
use crate::soap::element::{Element, Name};
use crate::soap::limits::{MEMORY_MAX, VALUES_MAX};
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
    /// The values, those that references stand for among them, take too much memory.
    #[error(
        "with its references followed, the values of the message take more than {limit} bytes of memory; expected fewer \
        of them: what it asks for can be divided among several messages"
    )]
    Memory {
        /// The limit.
        limit: usize,
    },
}

/// A value with its name, among others that grow by doubling: there may be three such places while they move.
const MEMBER: usize = size_of::<(String, Value)>();
const GROWING: usize = 3;

/// What an allocator keeps for itself of each piece it gives: of a text, and of the name and the members of an object.
const PIECE: usize = 16;

/// Reads the values of one message.
#[derive(Debug)]
pub(in crate::soap) struct Reader<'a> {
    /// The objects that have come, by `z:Id`, with the type they have; `None` while one is still being read.
    objects: BTreeMap<&'a str, Option<(&'a Element, Runtime)>>,
    values: usize,
    /// Bytes of memory that are left for them.
    memory: usize,
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
            memory: MEMORY_MAX,
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
        self.charge(GROWING * MEMBER + 2 * PIECE)?;
        if element.is_nil() {
            return Ok(Value::Nil);
        }
        if let Some(id) = element.reference() {
            return self.referred(id, declared);
        }
        let runtime = match &element.type_name {
            None => Runtime::Known(declared),
            Some(stated) => types::find(stated.namespace(), stated.local())
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
            Content::Text | Content::Enumeration | Content::Any if !has_elements => {
                self.text(element)
            }
            Content::Address(_) => match address::read(element) {
                Some(address) => Ok(Value::Text(address.to_string())),
                None => self.not_an_address(element),
            },
            // Text where members or items belong is kept, so that it can be told from an object without any.
            Content::Members(_) | Content::Unlisted | Content::Items(_)
                if !has_elements && !element.is_blank() =>
            {
                self.text(element)
            }
            Content::Members(_) | Content::Unlisted => self.object(element, stated, known),
            Content::Items(item) => {
                let namespace = known.namespace.uri();
                let mut items = Vec::new();
                for child in element.children() {
                    if child.name.is(namespace, item.name) {
                        items.push(self.value(child, item.declared)?);
                    }
                }
                items.shrink_to_fit();
                self.have_grown(items.len());
                Ok(Value::List(items))
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
                let name = self.name(member.name.to_owned())?;
                found.push((name, self.value(child, member.declared)?));
                next += place + 1;
            } else if known.is_open() {
                found.push(self.untyped(child)?);
            }
        }
        Ok(self.made(stated, found))
    }

    /// The content of an element of a type that nobody knows: text, or everything that is in it.
    fn unlisted(
        &mut self,
        element: &'a Element,
        stated: Option<String>,
    ) -> Result<Value, ContractError> {
        if stated.is_none() && element.children().next().is_none() {
            return self.text(element);
        }
        let mut members = Vec::new();
        for child in element.children() {
            members.push(self.untyped(child)?);
        }
        Ok(self.made(stated, members))
    }

    /// What has no declared type, by its name.
    fn untyped(&mut self, element: &'a Element) -> Result<(String, Value), ContractError> {
        let name = self.name(type_name(&element.name))?;
        Ok((name, self.value(element, types::untyped())?))
    }

    fn made(&mut self, type_name: Option<String>, mut members: Vec<(String, Value)>) -> Value {
        members.shrink_to_fit();
        self.have_grown(members.len());
        Value::Object(Object { type_name, members })
    }

    /// What stands where an address belongs: text that a decoder refuses, or an object. The text form of an address is
    /// not its wire form, so it is no address either.
    fn not_an_address(&mut self, element: &Element) -> Result<Value, ContractError> {
        let has_elements = element.children().next().is_some();
        if has_elements || element.text().trim().parse::<std::net::IpAddr>().is_ok() {
            Ok(Value::Object(Object::default()))
        } else {
            self.text(element)
        }
    }

    fn text(&mut self, element: &Element) -> Result<Value, ContractError> {
        let text = element.text();
        self.charge(PIECE + text.len())?;
        Ok(Value::Text(text))
    }

    fn name(&mut self, name: String) -> Result<String, ContractError> {
        self.charge(PIECE + name.len())?;
        Ok(name)
    }

    fn charge(&mut self, bytes: usize) -> Result<(), ContractError> {
        let limit = MEMORY_MAX;
        self.memory = self
            .memory
            .checked_sub(bytes)
            .ok_or(ContractError::Memory { limit })?;
        Ok(())
    }

    /// So many values are in their last place.
    fn have_grown(&mut self, values: usize) {
        self.memory += (GROWING - 1) * MEMBER * values;
    }
}

/// A name in the form of [`Object::type_name`].
pub(in crate::soap) fn type_name(name: &Name) -> String {
    if name.namespace() == IPAM {
        name.local().to_owned()
    } else {
        format!("{{{}}}{}", name.namespace(), name.local())
    }
}
