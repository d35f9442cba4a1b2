//! [MC-NBFSE]: the string table in front of each message, and the session's strings.
//!
//! A message is the length of a table, the table, and a document. The strings of a direction's tables are numbered 1,
//! 3, 5 and so on through the session, and count from the message that brings them. Each direction has its own: what
//! the one side sent means nothing in what the other side sends.

use std::collections::BTreeMap;

use thiserror::Error;

use super::dictionary;
use super::nbfx::cursor::{Cursor, push_integer};
use super::nbfx::{
    Event, Fault, Form, Interned, Limits, NbfxError, Reader, Strings, WriteError, Writer,
};

/// How many bytes the tables of one direction may have in all, the lengths of the strings included. It is what
/// deployed peers take; the session of one that sends more is unusable for them.
pub const TABLE_BYTES_MAX: usize = 2048;

/// Why a message cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NbfseError {
    /// The table is wrong; no later message of the session can be read.
    #[error("string table: {0}")]
    Table(NbfxError),
    /// The document is wrong. Its table counts nevertheless.
    #[error("document: {0}")]
    Document(NbfxError),
    /// A table before this message was wrong, so that ids mean something else for the sender.
    #[error("expected no further message, as a string table before this one was wrong")]
    OutOfStep,
}

impl NbfseError {
    /// The byte of the message where it shows.
    #[must_use]
    pub fn at(&self) -> usize {
        match self {
            Self::Table(error) | Self::Document(error) => error.at,
            Self::OutOfStep => 0,
        }
    }
}

/// What one direction's tables have brought so far.
#[derive(Debug, Clone)]
pub struct Decoder {
    strings: Vec<String>,
    bytes_left: usize,
    bytes_max: usize,
    is_out_of_step: bool,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(TABLE_BYTES_MAX)
    }
}

impl Strings for Decoder {
    fn string(&self, id: u32) -> Option<&str> {
        if id.is_multiple_of(2) {
            return dictionary::string(id);
        }
        let number = usize::try_from(id / 2).ok()?;
        self.strings.get(number).map(String::as_str)
    }
}

impl Decoder {
    /// A direction at the begin of a session, with so many bytes of tables at most.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self {
            strings: Vec::new(),
            bytes_left: bytes_max,
            bytes_max,
            is_out_of_step: false,
        }
    }

    /// How many strings there are; the next one gets twice that number plus one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.strings.len()
    }

    /// Whether no table brought any string yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.strings.is_empty()
    }

    /// Takes the table of a message and gives a reader of its document.
    ///
    /// # Errors
    /// When the table is wrong, which ends the session.
    pub fn reader<'a>(
        &'a mut self,
        message: &'a [u8],
        limits: Limits,
    ) -> Result<Reader<'a>, NbfseError> {
        let at = self.table(message)?;
        Ok(Reader::new(message, at, self, limits, Form::Document))
    }

    /// Takes the table of a message; gives the byte after it.
    ///
    /// # Errors
    /// When it is wrong, which ends the session.
    pub fn table(&mut self, message: &[u8]) -> Result<usize, NbfseError> {
        if self.is_out_of_step {
            return Err(NbfseError::OutOfStep);
        }
        self.strings_of_table(message).map_err(|error| {
            self.is_out_of_step = true;
            NbfseError::Table(error)
        })
    }

    /// All of a message.
    ///
    /// # Errors
    /// When the table or the document is wrong.
    pub fn events<'a>(
        &'a mut self,
        message: &'a [u8],
        limits: Limits,
    ) -> Result<Vec<Event<'a>>, NbfseError> {
        self.reader(message, limits)?
            .read_all()
            .map_err(NbfseError::Document)
    }

    fn strings_of_table(&mut self, message: &[u8]) -> Result<usize, NbfxError> {
        let mut cursor = Cursor::new(message, 0);
        let size = cursor.integer()? as usize;
        let start = cursor.at();
        let end = start + cursor.take(size)?.len();
        let Some(left) = self.bytes_left.checked_sub(size) else {
            let (what, limit) = ("bytes of string tables in a session", self.bytes_max);
            return Err(Fault::Limit { what, limit }.at(start));
        };
        self.bytes_left = left;
        // Strings have to fill the table exactly: one that goes past it meets its end.
        let mut cursor = Cursor::new(&message[..end], start);
        while cursor.left() > 0 {
            self.strings.push(cursor.string()?.to_owned());
        }
        Ok(end)
    }
}

/// What one direction's tables have told the reader so far.
#[derive(Debug, Clone)]
pub struct Encoder {
    ids: BTreeMap<String, u32>,
    bytes_left: usize,
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new(TABLE_BYTES_MAX)
    }
}

impl Encoder {
    /// A direction at the begin of a session, with so many bytes of tables at most. What does not fit goes into each
    /// message in full.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self {
            ids: BTreeMap::new(),
            bytes_left: bytes_max,
        }
    }

    /// A message: what `document` writes, behind a table of the strings that are new with it.
    ///
    /// # Errors
    /// Those of `document`, and that of [`Writer::finish`]. The session's strings are then as they were before.
    pub fn message(
        &mut self,
        document: impl FnOnce(&mut Writer<'_>) -> Result<(), WriteError>,
    ) -> Result<Vec<u8>, WriteError> {
        let mut table = Table {
            encoder: self,
            strings: BTreeMap::new(),
            bytes: Vec::new(),
        };
        let mut writer = Writer::new(&mut table);
        document(&mut writer)?;
        let document = writer.finish()?;
        let Table { strings, bytes, .. } = table;
        self.bytes_left -= bytes.len();
        self.ids.extend(strings);
        let mut message = Vec::with_capacity(bytes.len() + document.len() + 5);
        // The quota keeps the length of a table far below what an integer can say.
        push_integer(&mut message, u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        message.extend(bytes);
        message.extend(document);
        Ok(message)
    }
}

/// The table of a message that is being written.
struct Table<'e> {
    encoder: &'e Encoder,
    strings: BTreeMap<String, u32>,
    bytes: Vec<u8>,
}

impl Interned for Table<'_> {
    fn id(&mut self, string: &str) -> Option<u32> {
        if let Some(id) = dictionary::id(string) {
            return Some(id);
        }
        if let Some(id) = self
            .encoder
            .ids
            .get(string)
            .or_else(|| self.strings.get(string))
        {
            return Some(*id);
        }
        let before = self.bytes.len();
        let length = u32::try_from(string.len()).ok()?;
        // No more than a quota's worth is copied only to be taken back.
        if string.is_empty() || before + string.len() >= self.encoder.bytes_left {
            return None;
        }
        push_integer(&mut self.bytes, length);
        self.bytes.extend_from_slice(string.as_bytes());
        if self.bytes.len() > self.encoder.bytes_left {
            self.bytes.truncate(before);
            return None;
        }
        let number = self.encoder.ids.len() + self.strings.len();
        let id = u32::try_from(2 * number + 1).ok()?;
        self.strings.insert(string.to_owned(), id);
        Some(id)
    }
}
