//! [MC-NMF] 2.2: the records.

use std::fmt;

/// 2.2.3.2: the mode in which both sides send envelopes of known size.
pub const MODE_DUPLEX: u8 = 0x02;
/// 2.2.3.4.1: SOAP 1.2 as text in UTF-8.
pub const ENCODING_TEXT_UTF8: u8 = 0x03;
/// 2.2.3.4.1: binary XML with a string table in each message ([MC-NBFSE]).
pub const ENCODING_BINARY_SESSION: u8 = 0x08;

/// 2.2.1: what a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum RecordType {
    /// 2.2.3.1
    Version = 0x00,
    /// 2.2.3.2
    Mode = 0x01,
    /// 2.2.3.3
    Via = 0x02,
    /// 2.2.3.4.1
    KnownEncoding = 0x03,
    /// 2.2.3.4.2
    ExtensibleEncoding = 0x04,
    /// 2.2.4.2
    UnsizedEnvelope = 0x05,
    /// 2.2.4.1
    SizedEnvelope = 0x06,
    /// 2.2.6
    End = 0x07,
    /// 2.2.5
    Fault = 0x08,
    /// 2.2.3.5
    UpgradeRequest = 0x09,
    /// 2.2.3.6
    UpgradeResponse = 0x0A,
    /// 2.2.3.8
    PreambleAck = 0x0B,
    /// 2.2.3.7
    PreambleEnd = 0x0C,
}

impl RecordType {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 13] = [
        Self::Version,
        Self::Mode,
        Self::Via,
        Self::KnownEncoding,
        Self::ExtensibleEncoding,
        Self::UnsizedEnvelope,
        Self::SizedEnvelope,
        Self::End,
        Self::Fault,
        Self::UpgradeRequest,
        Self::UpgradeResponse,
        Self::PreambleAck,
        Self::PreambleEnd,
    ];

    /// The type with that number; `None` for the reserved ones from 0x0D on.
    #[must_use]
    pub fn of(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }

    /// `a` or `an`, as its name wants it.
    pub(super) fn article(self) -> &'static str {
        match self {
            Self::ExtensibleEncoding
            | Self::UnsizedEnvelope
            | Self::End
            | Self::UpgradeRequest
            | Self::UpgradeResponse => "an",
            _ => "a",
        }
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Version => "Version Record",
            Self::Mode => "Mode Record",
            Self::Via => "Via Record",
            Self::KnownEncoding => "Known Encoding Record",
            Self::ExtensibleEncoding => "Extensible Encoding Record",
            Self::UnsizedEnvelope => "Unsized Envelope Record",
            Self::SizedEnvelope => "Sized Envelope Record",
            Self::End => "End Record",
            Self::Fault => "Fault Record",
            Self::UpgradeRequest => "Upgrade Request Record",
            Self::UpgradeResponse => "Upgrade Response Record",
            Self::PreambleAck => "Preamble Ack Record",
            Self::PreambleEnd => "Preamble End Record",
        })
    }
}

/// A record. Numbers that the document reserves are kept as they came, for those whose job it is to refuse them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// 2.2.3.1 Version Record.
    Version {
        /// Major version, 1.
        major: u8,
        /// Minor version, 0.
        minor: u8,
    },
    /// 2.2.3.2 Mode Record.
    Mode(u8),
    /// 2.2.3.3 Via Record: a URI.
    Via(String),
    /// 2.2.3.4.1 Known Encoding Record.
    KnownEncoding(u8),
    /// 2.2.3.4.2 Extensible Encoding Record: a MIME content type.
    ExtensibleEncoding(String),
    /// 2.2.4.2: one chunk of an Unsized Envelope Record.
    Chunk(Vec<u8>),
    /// 2.2.4.2: the end of an Unsized Envelope Record.
    LastChunk,
    /// 2.2.4.1 Sized Envelope Record.
    SizedEnvelope(Vec<u8>),
    /// 2.2.6 End Record.
    End,
    /// 2.2.5 Fault Record: a URI.
    Fault(String),
    /// 2.2.3.5 Upgrade Request Record: the name of the upgrade.
    UpgradeRequest(String),
    /// 2.2.3.6 Upgrade Response Record.
    UpgradeResponse,
    /// 2.2.3.8 Preamble Ack Record.
    PreambleAck,
    /// 2.2.3.7 Preamble End Record.
    PreambleEnd,
}

impl Record {
    /// What it is, or what it is part of.
    #[must_use]
    pub fn kind(&self) -> RecordType {
        match self {
            Self::Version { .. } => RecordType::Version,
            Self::Mode(_) => RecordType::Mode,
            Self::Via(_) => RecordType::Via,
            Self::KnownEncoding(_) => RecordType::KnownEncoding,
            Self::ExtensibleEncoding(_) => RecordType::ExtensibleEncoding,
            Self::Chunk(_) | Self::LastChunk => RecordType::UnsizedEnvelope,
            Self::SizedEnvelope(_) => RecordType::SizedEnvelope,
            Self::End => RecordType::End,
            Self::Fault(_) => RecordType::Fault,
            Self::UpgradeRequest(_) => RecordType::UpgradeRequest,
            Self::UpgradeResponse => RecordType::UpgradeResponse,
            Self::PreambleAck => RecordType::PreambleAck,
            Self::PreambleEnd => RecordType::PreambleEnd,
        }
    }

    /// Adds its bytes to those of a stream. The caller sees to it that texts and envelopes are not empty, and not
    /// longer than 0x7FFFFFFF, which no size can say; of one that is longer the rest is left out. The type of an
    /// Unsized Envelope Record, which stands before its chunks, is not part of any of them.
    pub fn encode(&self, out: &mut Vec<u8>) {
        if !matches!(self, Self::Chunk(_) | Self::LastChunk) {
            out.push(self.kind().number());
        }
        match self {
            Self::Version { major, minor } => out.extend([*major, *minor]),
            Self::Mode(number) | Self::KnownEncoding(number) => out.push(*number),
            Self::Via(text)
            | Self::ExtensibleEncoding(text)
            | Self::Fault(text)
            | Self::UpgradeRequest(text) => push_sized(out, text.as_bytes()),
            Self::Chunk(bytes) | Self::SizedEnvelope(bytes) => push_sized(out, bytes),
            Self::LastChunk => out.push(0),
            Self::End | Self::UpgradeResponse | Self::PreambleAck | Self::PreambleEnd => {}
        }
    }
}

/// The longest that a size can say (3.1.1.2).
pub(super) const SIZE_MAX: usize = 0x7FFF_FFFF;

/// 2.2.2: a size and so many bytes.
pub(super) fn push_sized(out: &mut Vec<u8>, bytes: &[u8]) {
    let bytes = &bytes[..bytes.len().min(SIZE_MAX)];
    let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    crate::wire::nbfx::cursor::push_integer(out, size);
    out.extend_from_slice(bytes);
}
