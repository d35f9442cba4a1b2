//! Writing documents record by record, as deployed peers do.

use thiserror::Error;

use super::array::item_type;
use super::cursor::push_integer;
use super::event::{Attribute, Event};
use super::names::{forbidden_character, is_name, may_declare};
use super::record;
use super::value::Value;
use super::write_text::{array_item, push_fixed, push_value};
use crate::wire::dictionary;

/// Ids for strings.
pub trait Interned {
    /// The id of a string that the reader knows, or can be told.
    fn id(&mut self, string: &str) -> Option<u32>;
}

/// The strings of [MC-NBFS] alone.
impl Interned for () {
    fn id(&mut self, string: &str) -> Option<u32> {
        dictionary::id(string)
    }
}

/// Why something cannot be written. A writer that failed has written something else than was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// An attribute or declaration outside of a start tag.
    #[error(
        "expected attributes and declarations right after their element's name, found one later"
    )]
    AttributeTooLate,
    /// A text or an end outside of any element.
    #[error("expected an open element, found none")]
    NothingOpen,
    /// The document is to be finished while elements are open.
    #[error("expected every element to have ended, found {open} open")]
    Unclosed {
        /// How many.
        open: usize,
    },
    /// No name of XML.
    #[error("expected a name, found `{found}`")]
    Name {
        /// The text.
        found: String,
    },
    /// A declaration that namespaces in XML forbid.
    #[error("expected a namespace that `{prefix}` may stand for, found `{found}`")]
    Declaration {
        /// The prefix.
        prefix: String,
        /// The namespace.
        found: String,
    },
    /// A character that XML cannot have.
    #[error("expected a character that XML may have, found U+{:04X}", u32::from(*.found))]
    Character {
        /// The character.
        found: char,
    },
    /// 2.2.3.19: a list in a list.
    #[error("expected no list in a list")]
    NestedList,
    /// 2.3.3: values that are not of one type of fixed length, or none.
    #[error("expected values of one type of fixed length for an array, found others")]
    NotAnArray,
    /// Longer than any record can say.
    #[error("expected at most {} bytes, found {found}", i32::MAX)]
    TooLong {
        /// The length.
        found: usize,
    },
}

/// Writes records into a buffer: one-letter prefixes and dictionary ids where there are any, each text in its
/// shortest record, the end of an element in the text before it.
pub struct Writer<'d> {
    out: Vec<u8>,
    dictionary: &'d mut dyn Interned,
    /// Where the record began that may take the end of its element, if the last one was a text.
    text_at: Option<usize>,
    in_start: bool,
    in_array: bool,
    open: usize,
}

/// The records of elements or of attributes.
struct Records {
    in_dictionary: Kinds,
    in_full: Kinds,
}

/// Those of them for names that are in a dictionary, or that are not.
struct Kinds {
    /// Without a prefix.
    short: u8,
    /// With the prefix a; those with other letters follow.
    letter_a: u8,
    /// With any other prefix.
    prefixed: u8,
}

const ELEMENTS: Records = Records {
    in_dictionary: Kinds {
        short: record::SHORT_DICTIONARY_ELEMENT,
        letter_a: record::PREFIX_DICTIONARY_ELEMENT_A,
        prefixed: record::DICTIONARY_ELEMENT,
    },
    in_full: Kinds {
        short: record::SHORT_ELEMENT,
        letter_a: record::PREFIX_ELEMENT_A,
        prefixed: record::ELEMENT,
    },
};

const ATTRIBUTES: Records = Records {
    in_dictionary: Kinds {
        short: record::SHORT_DICTIONARY_ATTRIBUTE,
        letter_a: record::PREFIX_DICTIONARY_ATTRIBUTE_A,
        prefixed: record::DICTIONARY_ATTRIBUTE,
    },
    in_full: Kinds {
        short: record::SHORT_ATTRIBUTE,
        letter_a: record::PREFIX_ATTRIBUTE_A,
        prefixed: record::ATTRIBUTE,
    },
};

impl<'d> Writer<'d> {
    /// Writes with those strings.
    pub fn new(dictionary: &'d mut dyn Interned) -> Self {
        Self {
            out: Vec::new(),
            dictionary,
            text_at: None,
            in_start: false,
            in_array: false,
            open: 0,
        }
    }

    /// 2.2.1: begins an element; the prefix is empty where there is none.
    ///
    /// # Errors
    /// For what is no name.
    pub fn start(&mut self, prefix: &str, local: &str) -> Result<(), WriteError> {
        self.name(&ELEMENTS, prefix, local)?;
        self.text_at = None;
        self.in_start = true;
        self.in_array = false;
        self.open += 1;
        Ok(())
    }

    /// 2.2.2: an attribute of the element just begun.
    ///
    /// # Errors
    /// For what is no name, no text, or comes too late.
    pub fn attribute(
        &mut self,
        prefix: &str,
        local: &str,
        value: &Value<'_>,
    ) -> Result<(), WriteError> {
        self.check_in_start()?;
        self.name(&ATTRIBUTES, prefix, local)?;
        push_value(&mut self.out, value, self.dictionary)
    }

    /// 2.2.2.5 to 8: a declaration on the element just begun; the prefix is empty for the default namespace.
    ///
    /// # Errors
    /// For what namespaces in XML forbid, or comes too late.
    pub fn declaration(&mut self, prefix: &str, uri: &str) -> Result<(), WriteError> {
        self.check_in_start()?;
        if !may_declare(prefix, uri) {
            let (prefix, found) = (prefix.to_owned(), uri.to_owned());
            return Err(WriteError::Declaration { prefix, found });
        }
        check_characters(uri)?;
        let id = self.dictionary.id(uri);
        if prefix.is_empty() {
            self.out.push(match id {
                Some(_) => record::SHORT_DICTIONARY_XMLNS_ATTRIBUTE,
                None => record::SHORT_XMLNS_ATTRIBUTE,
            });
        } else {
            check_name(prefix)?;
            self.out.push(match id {
                Some(_) => record::DICTIONARY_XMLNS_ATTRIBUTE,
                None => record::XMLNS_ATTRIBUTE,
            });
            push_string(&mut self.out, prefix)?;
        }
        self.string_or_id(uri, id)
    }

    /// 2.2.3: a text in the innermost open element.
    ///
    /// # Errors
    /// When none is open, and for a text that cannot be written.
    pub fn text(&mut self, value: &Value<'_>) -> Result<(), WriteError> {
        self.content()?;
        let at = self.out.len();
        push_value(&mut self.out, value, self.dictionary)?;
        self.text_at = (self.out.get(at) != Some(&record::START_LIST_TEXT)).then_some(at);
        Ok(())
    }

    /// 2.2.3.21: a text that later messages are likely to repeat, through the dictionary if it takes it.
    ///
    /// # Errors
    /// As [`Writer::text`].
    pub fn text_to_repeat(&mut self, text: &str) -> Result<(), WriteError> {
        check_characters(text)?;
        match self.dictionary.id(text) {
            Some(id) => {
                self.content()?;
                self.text_at = Some(self.out.len());
                self.out.push(record::DICTIONARY_TEXT);
                push_integer(&mut self.out, id);
                Ok(())
            }
            None => self.text(&Value::Chars(text.into())),
        }
    }

    /// 2.3.1, 2.2.3.31: ends the innermost open element.
    ///
    /// # Errors
    /// When none is open.
    pub fn end(&mut self) -> Result<(), WriteError> {
        self.content()?;
        self.open -= 1;
        match self.text_at.take() {
            Some(at) => self.out[at] += 1,
            None => self.out.push(record::END_ELEMENT),
        }
        Ok(())
    }

    /// 2.3.2: a comment.
    ///
    /// # Errors
    /// For a character that XML cannot have.
    pub fn comment(&mut self, text: &str) -> Result<(), WriteError> {
        check_characters(text)?;
        self.in_start = false;
        self.text_at = None;
        self.out.push(record::COMMENT);
        push_string(&mut self.out, text)
    }

    /// 2.3.3: begins an element that is repeated for each of the values that [`Writer::end_array`] takes.
    ///
    /// # Errors
    /// As [`Writer::start`].
    pub fn start_array(&mut self, prefix: &str, local: &str) -> Result<(), WriteError> {
        self.out.push(record::ARRAY);
        self.start(prefix, local)?;
        self.in_array = true;
        Ok(())
    }

    /// 2.3.3: ends what [`Writer::start_array`] began.
    ///
    /// # Errors
    /// For values that are not of one type of fixed length, and when no array was begun.
    pub fn end_array(&mut self, values: &[Value<'_>]) -> Result<(), WriteError> {
        if !self.in_start || !self.in_array {
            return Err(WriteError::AttributeTooLate);
        }
        let item = array_item(values).and_then(|kind| Some((kind, item_type(kind)?)));
        let (kind, item) = item.ok_or(WriteError::NotAnArray)?;
        self.out.extend([record::END_ELEMENT, item]);
        push_integer(&mut self.out, length(values.len())?);
        for value in values {
            push_fixed(&mut self.out, kind, value);
        }
        self.in_start = false;
        self.open -= 1;
        Ok(())
    }

    /// Whatever the event says.
    ///
    /// # Errors
    /// As the methods for each kind of event.
    pub fn event(&mut self, event: &Event<'_>) -> Result<(), WriteError> {
        match event {
            Event::Start(start) => {
                self.start(start.prefix, start.local)?;
                for attribute in &start.attributes {
                    match attribute {
                        Attribute::Plain {
                            prefix,
                            local,
                            value,
                            ..
                        } => self.attribute(prefix, local, value)?,
                        Attribute::Declaration { prefix, uri } => self.declaration(prefix, uri)?,
                    }
                }
                Ok(())
            }
            Event::Text(value) => self.text(value),
            Event::End => self.end(),
            Event::Comment(text) => self.comment(text),
        }
    }

    /// The bytes.
    ///
    /// # Errors
    /// When elements are open.
    pub fn finish(self) -> Result<Vec<u8>, WriteError> {
        match self.open {
            0 => Ok(self.out),
            open => Err(WriteError::Unclosed { open }),
        }
    }

    fn content(&mut self) -> Result<(), WriteError> {
        self.in_start = false;
        if self.open == 0 {
            return Err(WriteError::NothingOpen);
        }
        Ok(())
    }

    fn check_in_start(&self) -> Result<(), WriteError> {
        if self.in_start {
            Ok(())
        } else {
            Err(WriteError::AttributeTooLate)
        }
    }

    /// The record of those that fits a name, and the name.
    fn name(&mut self, records: &Records, prefix: &str, local: &str) -> Result<(), WriteError> {
        check_name(local)?;
        let id = self.dictionary.id(local);
        let kinds = match id {
            Some(_) => &records.in_dictionary,
            None => &records.in_full,
        };
        if let Some(letter) = record::letter_number(prefix) {
            self.out.push(kinds.letter_a + letter);
        } else if prefix.is_empty() {
            self.out.push(kinds.short);
        } else {
            check_name(prefix)?;
            self.out.push(kinds.prefixed);
            push_string(&mut self.out, prefix)?;
        }
        self.string_or_id(local, id)
    }

    fn string_or_id(&mut self, string: &str, id: Option<u32>) -> Result<(), WriteError> {
        match id {
            Some(id) => push_integer(&mut self.out, id),
            None => push_string(&mut self.out, string)?,
        }
        Ok(())
    }
}

/// 2.1.3 String.
pub(crate) fn push_string(out: &mut Vec<u8>, text: &str) -> Result<(), WriteError> {
    push_integer(out, length(text.len())?);
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

/// A length that records can say.
pub(super) fn length(found: usize) -> Result<u32, WriteError> {
    i32::try_from(found)
        .map(i32::cast_unsigned)
        .map_err(|_| WriteError::TooLong { found })
}

pub(super) fn check_characters(text: &str) -> Result<(), WriteError> {
    match forbidden_character(text) {
        Some(found) => Err(WriteError::Character { found }),
        None => Ok(()),
    }
}

fn check_name(name: &str) -> Result<(), WriteError> {
    if is_name(name) {
        Ok(())
    } else {
        let found = name.to_owned();
        Err(WriteError::Name { found })
    }
}
