//! What a message may stand for, by its length: arrays and dictionaries say much in few bytes.

use super::error::{Fault, NbfxError};
use super::event::{Attribute, Event};
use super::limits::Limits;

/// How many elements a message may have whatever its length.
const FREE_ELEMENTS: usize = 4096;

/// What is left of it.
#[derive(Debug)]
pub(super) struct Budget {
    elements: usize,
    elements_max: usize,
    bytes: usize,
    bytes_max: usize,
    text: usize,
    text_max: usize,
}

impl Budget {
    /// Of a message of so many bytes.
    pub(super) fn new(limits: &Limits, length: usize) -> Self {
        let beside = |per_byte| {
            let by_length = length.saturating_mul(per_byte);
            limits.expansion.saturating_add(by_length)
        };
        let bytes = beside(limits.expansion_per_byte);
        let text = beside(limits.text_per_byte);
        let elements = FREE_ELEMENTS + length / limits.bytes_per_element.max(1);
        let elements = limits.elements.min(elements);
        Self {
            elements,
            elements_max: elements,
            bytes,
            bytes_max: bytes,
            text,
            text_max: text,
        }
    }

    /// Takes what an event stands for.
    pub(super) fn charge(&mut self, event: &Event<'_>, at: usize) -> Result<(), NbfxError> {
        let bytes = match event {
            Event::Start(start) => {
                let Some(left) = self.elements.checked_sub(1) else {
                    return Err(limit("elements", self.elements_max).at(at));
                };
                self.elements = left;
                let attributes = start.attributes.iter();
                self.charge_text(attributes.clone().map(text).sum(), at)?;
                start.prefix.len()
                    + start.local.len()
                    + start.namespace.len()
                    + attributes.map(names).sum::<usize>()
            }
            Event::Text(value) => {
                let text = value.weight();
                self.charge_text(text, at)?;
                text
            }
            Event::End | Event::Comment(_) => 0,
        };
        let Some(left) = self.bytes.checked_sub(bytes) else {
            let what = "bytes of names and texts in a message of its length";
            return Err(limit(what, self.bytes_max).at(at));
        };
        self.bytes = left;
        Ok(())
    }

    fn charge_text(&mut self, bytes: usize, at: usize) -> Result<(), NbfxError> {
        let Some(left) = self.text.checked_sub(bytes) else {
            let what = "bytes of texts in a message of its length";
            return Err(limit(what, self.text_max).at(at));
        };
        self.text = left;
        Ok(())
    }
}

fn text(attribute: &Attribute<'_>) -> usize {
    match attribute {
        Attribute::Plain { value, .. } => value.weight(),
        Attribute::Declaration { .. } => 0,
    }
}

fn names(attribute: &Attribute<'_>) -> usize {
    match attribute {
        Attribute::Plain {
            prefix,
            local,
            namespace,
            ..
        } => prefix.len() + local.len() + namespace.len(),
        Attribute::Declaration { prefix, uri } => prefix.len() + uri.len(),
    }
}

pub(super) fn limit(what: &'static str, limit: usize) -> Fault {
    Fault::Limit { what, limit }
}
