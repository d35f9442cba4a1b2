//! Reading a document as events, within limits and without recursion.

use super::array::Array;
use super::budget::{Budget, limit};
use super::cursor::Cursor;
use super::error::{Fault, NbfxError};
use super::event::{Attribute, Event, Start};
use super::limits::Limits;
use super::names::{forbidden_character, is_name};
use super::record;
use super::scope::Scope;
use super::text::Texts;
use super::value::Value;
use crate::wire::dictionary;

/// Strings that ids stand for.
pub trait Strings {
    /// The string with that id.
    fn string(&self, id: u32) -> Option<&str>;
}

/// The strings of [MC-NBFS] alone.
impl Strings for () {
    fn string(&self, id: u32) -> Option<&str> {
        dictionary::string(id)
    }
}

/// What is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One element, with comments around it at most, whose texts XML could have.
    Document,
    /// Whatever [MC-NBFX] allows: any number of elements, texts beside them, any character in a text.
    Fragment,
}

/// Gives the events of a message one by one. Memory is proportional to the open elements and the declarations in
/// force; strings are those of the message and of the dictionary.
pub struct Reader<'a> {
    cursor: Cursor<'a>,
    texts: Texts<'a>,
    limits: Limits,
    scope: Scope<'a>,
    array: Option<Array<'a>>,
    /// A text brought the end of its element with it.
    end_follows: bool,
    has_root: bool,
    stopped: bool,
    budget: Budget,
    /// Where each record began, if somebody asked.
    marks: Option<Vec<usize>>,
}

impl<'a> Reader<'a> {
    /// Reads one document that takes all of those bytes.
    #[must_use]
    pub fn document(bytes: &'a [u8], strings: &'a dyn Strings, limits: Limits) -> Self {
        Self::new(bytes, 0, strings, limits, Form::Document)
    }

    /// Reads from that byte on; offsets in errors count from the first byte.
    #[must_use]
    pub fn new(
        bytes: &'a [u8],
        at: usize,
        strings: &'a dyn Strings,
        limits: Limits,
        form: Form,
    ) -> Self {
        let at = at.min(bytes.len());
        Self {
            cursor: Cursor::new(bytes, at),
            texts: Texts { strings, form },
            limits,
            scope: Scope::default(),
            array: None,
            end_follows: false,
            has_root: false,
            stopped: false,
            budget: Budget::new(&limits, bytes.len() - at),
            marks: None,
        }
    }

    /// Also notes where each record begins, for [`Reader::take_marks`].
    #[must_use]
    pub fn with_marks(mut self) -> Self {
        self.marks = Some(Vec::new());
        self
    }

    /// Where the records begin that were read since this was asked last.
    pub fn take_marks(&mut self) -> Vec<usize> {
        self.marks.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// What bounds it.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The byte that comes next.
    #[must_use]
    pub fn at(&self) -> usize {
        self.cursor.at()
    }

    /// The next event; `None` at the end.
    ///
    /// # Errors
    /// When the bytes are wrong, with the place. Nothing can be read after that.
    pub fn read(&mut self) -> Result<Option<Event<'a>>, NbfxError> {
        if self.stopped {
            return Err(Fault::Stopped.at(self.cursor.at()));
        }
        let event = self.event();
        self.stopped = event.is_err();
        event
    }

    /// All events that are left.
    ///
    /// # Errors
    /// As [`Reader::read`].
    pub fn read_all(mut self) -> Result<Vec<Event<'a>>, NbfxError> {
        let mut events = Vec::new();
        while let Some(event) = self.read()? {
            events.push(event);
        }
        Ok(events)
    }

    fn event(&mut self) -> Result<Option<Event<'a>>, NbfxError> {
        let at = self.cursor.at();
        if std::mem::take(&mut self.end_follows) {
            self.scope.close();
            return Ok(Some(Event::End));
        }
        if let Some(array) = &mut self.array {
            let (event, last) = array.event(&mut self.cursor)?;
            if last {
                self.array = None;
                self.scope.close();
            }
            self.budget.charge(&event, at)?;
            return Ok(Some(event));
        }
        let Some(found) = self.cursor.peek() else {
            return self.end_of_message();
        };
        self.mark(at);
        self.cursor.take(1)?;
        match found {
            _ if record::is_reserved(found) => Err(Fault::ReservedRecord { found }.at(at)),
            record::COMMENT => self.comment().map(Some),
            _ if self.is_complete() => Err(Fault::AfterDocument { found }.at(at)),
            record::END_ELEMENT if self.scope.depth() > 0 => {
                self.scope.close();
                Ok(Some(Event::End))
            }
            record::ARRAY if self.scope.depth() > 0 || self.texts.form == Form::Fragment => {
                let at = self.cursor.at();
                self.mark(at);
                let found = self.cursor.u8()?;
                let start = self.start(found, at)?;
                let mut array = Array::read(&mut self.cursor, start)?;
                let (event, _) = array.event(&mut self.cursor)?;
                self.array = Some(array);
                self.budget.charge(&event, at)?;
                Ok(Some(event))
            }
            record::SHORT_ELEMENT..=record::PREFIX_ELEMENT_Z => {
                let event = Event::Start(self.start(found, at)?);
                self.budget.charge(&event, at)?;
                Ok(Some(event))
            }
            record::ZERO_TEXT..
                if self.scope.depth() > 0
                    || self.texts.form == Form::Fragment && !record::ends_element(found) =>
            {
                let value = self.value(found & 0xFE, at)?;
                self.end_follows = record::ends_element(found);
                let event = Event::Text(value);
                self.budget.charge(&event, at)?;
                Ok(Some(event))
            }
            _ => {
                let expected = if self.scope.depth() > 0 {
                    "an element, a text, a comment or the end of the element"
                } else {
                    "an element"
                };
                Err(Fault::Record { expected, found }.at(at))
            }
        }
    }

    /// Whether a document's one element is behind us.
    fn is_complete(&self) -> bool {
        self.texts.form == Form::Document && self.has_root && self.scope.depth() == 0
    }

    fn end_of_message(&self) -> Result<Option<Event<'a>>, NbfxError> {
        let at = self.cursor.at();
        match self.scope.depth() {
            0 if self.has_root || self.texts.form == Form::Fragment => Ok(None),
            0 => Err(Fault::Empty.at(at)),
            open => Err(Fault::Unclosed { open }.at(at)),
        }
    }

    fn mark(&mut self, at: usize) {
        if let Some(marks) = &mut self.marks {
            marks.push(at);
        }
    }

    fn comment(&mut self) -> Result<Event<'a>, NbfxError> {
        let at = self.cursor.at();
        let text = self.cursor.string()?;
        if self.texts.form == Form::Document
            && let Some(found) = forbidden_character(text)
        {
            return Err(Fault::Character { found }.at(at));
        }
        Ok(Event::Comment(text))
    }

    fn value(&mut self, found: u8, at: usize) -> Result<Value<'a>, NbfxError> {
        let marks = &mut self.marks;
        let mut mark = |at| {
            if let Some(marks) = marks {
                marks.push(at);
            }
        };
        self.texts.value(&mut self.cursor, found, at, &mut mark)
    }

    /// 2.2.1: an element and the attributes behind it, of a record whose type is read.
    fn start(&mut self, found: u8, at: usize) -> Result<Start<'a>, NbfxError> {
        if self.scope.depth() >= self.limits.nesting {
            return Err(limit("levels of elements", self.limits.nesting).at(at));
        }
        let (prefix, local) = match found {
            record::SHORT_ELEMENT => ("", self.name()?),
            record::ELEMENT => (self.name()?, self.name()?),
            record::SHORT_DICTIONARY_ELEMENT => ("", self.dictionary_name()?),
            record::DICTIONARY_ELEMENT => (self.name()?, self.dictionary_name()?),
            record::PREFIX_DICTIONARY_ELEMENT_A..record::PREFIX_ELEMENT_A => (
                record::letter(found, record::PREFIX_DICTIONARY_ELEMENT_A),
                self.dictionary_name()?,
            ),
            record::PREFIX_ELEMENT_A..=record::PREFIX_ELEMENT_Z => (
                record::letter(found, record::PREFIX_ELEMENT_A),
                self.name()?,
            ),
            _ if record::is_reserved(found) => return Err(Fault::ReservedRecord { found }.at(at)),
            _ => {
                let expected = "an element";
                return Err(Fault::Record { expected, found }.at(at));
            }
        };
        let mut start = Start {
            prefix,
            local,
            ..Start::default()
        };
        let mut declarations = self.scope.len();
        while let Some(found @ record::SHORT_ATTRIBUTE..=record::PREFIX_ATTRIBUTE_Z) =
            self.cursor.peek()
        {
            let at = self.cursor.at();
            if start.attributes.len() >= self.limits.attributes {
                return Err(limit("attributes of an element", self.limits.attributes).at(at));
            }
            let attribute = self.attribute(found, at)?;
            declarations += usize::from(matches!(attribute, Attribute::Declaration { .. }));
            if declarations > self.limits.declarations {
                return Err(limit("namespaces in force", self.limits.declarations).at(at));
            }
            start.attributes.push(attribute);
        }
        self.scope.open(&mut start, at)?;
        self.has_root = true;
        Ok(start)
    }

    /// 2.2.2
    fn attribute(&mut self, found: u8, at: usize) -> Result<Attribute<'a>, NbfxError> {
        self.mark(at);
        self.cursor.take(1)?;
        let (prefix, local) = match found {
            record::SHORT_ATTRIBUTE => ("", self.name()?),
            record::ATTRIBUTE => (self.name()?, self.name()?),
            record::SHORT_DICTIONARY_ATTRIBUTE => ("", self.dictionary_name()?),
            record::DICTIONARY_ATTRIBUTE => (self.name()?, self.dictionary_name()?),
            record::SHORT_XMLNS_ATTRIBUTE => return self.declaration("", false),
            record::XMLNS_ATTRIBUTE => {
                let prefix = self.name()?;
                return self.declaration(prefix, false);
            }
            record::SHORT_DICTIONARY_XMLNS_ATTRIBUTE => return self.declaration("", true),
            record::DICTIONARY_XMLNS_ATTRIBUTE => {
                let prefix = self.name()?;
                return self.declaration(prefix, true);
            }
            record::PREFIX_DICTIONARY_ATTRIBUTE_A..record::PREFIX_ATTRIBUTE_A => (
                record::letter(found, record::PREFIX_DICTIONARY_ATTRIBUTE_A),
                self.dictionary_name()?,
            ),
            _ => (
                record::letter(found, record::PREFIX_ATTRIBUTE_A),
                self.name()?,
            ),
        };
        let at = self.cursor.at();
        self.mark(at);
        let found = self.cursor.u8()?;
        if record::is_reserved(found) {
            return Err(Fault::ReservedRecord { found }.at(at));
        }
        if found < record::ZERO_TEXT || record::ends_element(found) {
            let expected = "the text of the attribute";
            return Err(Fault::Record { expected, found }.at(at));
        }
        Ok(Attribute::Plain {
            prefix,
            local,
            namespace: "",
            value: self.value(found, at)?,
        })
    }

    fn declaration(
        &mut self,
        prefix: &'a str,
        in_dictionary: bool,
    ) -> Result<Attribute<'a>, NbfxError> {
        let at = self.cursor.at();
        let uri = if in_dictionary {
            self.texts.dictionary(&mut self.cursor)?
        } else {
            self.cursor.string()?
        };
        match forbidden_character(uri) {
            Some(found) => Err(Fault::Character { found }.at(at)),
            None => Ok(Attribute::Declaration { prefix, uri }),
        }
    }

    fn name(&mut self) -> Result<&'a str, NbfxError> {
        let at = self.cursor.at();
        let name = self.cursor.string()?;
        checked_name(name, at)
    }

    fn dictionary_name(&mut self) -> Result<&'a str, NbfxError> {
        let at = self.cursor.at();
        let name = self.texts.dictionary(&mut self.cursor)?;
        checked_name(name, at)
    }
}

fn checked_name(name: &str, at: usize) -> Result<&str, NbfxError> {
    if is_name(name) {
        Ok(name)
    } else {
        let found = name.to_owned();
        Err(Fault::Name { found }.at(at))
    }
}
