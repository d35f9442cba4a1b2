//! Namespaces in force, and the names of a start tag resolved by them.

use super::error::{Fault, NbfxError};
use super::event::{Attribute, Start};
use super::names::{XML, XML_PREFIX, may_declare};

/// The declarations of all open elements.
#[derive(Debug, Default)]
pub(super) struct Scope<'a> {
    /// Prefix and namespace, the innermost last.
    declared: Vec<(&'a str, &'a str)>,
    /// For each open element how many there were outside of it.
    outside: Vec<usize>,
}

impl<'a> Scope<'a> {
    pub(super) fn depth(&self) -> usize {
        self.outside.len()
    }

    /// How many declarations are in force.
    pub(super) fn len(&self) -> usize {
        self.declared.len()
    }

    /// Opens an element: takes its declarations, then resolves its names.
    pub(super) fn open(&mut self, start: &mut Start<'a>, at: usize) -> Result<(), NbfxError> {
        self.outside.push(self.declared.len());
        for attribute in &start.attributes {
            if let Attribute::Declaration { prefix, uri } = attribute {
                if !may_declare(prefix, uri) {
                    let (prefix, found) = ((*prefix).to_owned(), (*uri).to_owned());
                    return Err(Fault::Declaration { prefix, found }.at(at));
                }
                self.declared.push((prefix, uri));
            }
        }
        let undeclared = |prefix: &str| {
            let found = prefix.to_owned();
            Fault::UndeclaredPrefix { found }.at(at)
        };
        start.namespace = self
            .namespace(start.prefix)
            .ok_or_else(|| undeclared(start.prefix))?;
        for attribute in &mut start.attributes {
            // The default namespace is none of attributes'.
            if let Attribute::Plain {
                prefix, namespace, ..
            } = attribute
                && !prefix.is_empty()
            {
                *namespace = self.namespace(prefix).ok_or_else(|| undeclared(prefix))?;
            }
        }
        unique(&start.attributes).map_err(|fault| fault.at(at))
    }

    /// Closes the innermost element.
    pub(super) fn close(&mut self) {
        if let Some(count) = self.outside.pop() {
            self.declared.truncate(count);
        }
    }

    fn namespace(&self, prefix: &str) -> Option<&'a str> {
        if prefix == XML_PREFIX {
            return Some(XML);
        }
        self.declared
            .iter()
            .rev()
            .find(|(declared, _)| *declared == prefix)
            .map(|(_, uri)| *uri)
            .or(if prefix.is_empty() { Some("") } else { None })
    }
}

fn unique(attributes: &[Attribute<'_>]) -> Result<(), Fault> {
    for (number, attribute) in attributes.iter().enumerate() {
        let same = |other: &Attribute<'_>| match (attribute, other) {
            (
                Attribute::Plain {
                    local, namespace, ..
                },
                Attribute::Plain {
                    local: other_local,
                    namespace: other_namespace,
                    ..
                },
            ) => local == other_local && namespace == other_namespace,
            (
                Attribute::Declaration { prefix, .. },
                Attribute::Declaration { prefix: other, .. },
            ) => prefix == other,
            _ => false,
        };
        if attributes[..number].iter().any(same) {
            let found = match attribute {
                Attribute::Plain { local, .. } => (*local).to_owned(),
                Attribute::Declaration { prefix, .. } => format!("xmlns:{prefix}"),
            };
            return Err(Fault::DuplicateAttribute { found });
        }
    }
    Ok(())
}
