//! What is wrong with a stream of records, and the faults that tell the peer.

use std::fmt;

use thiserror::Error;

use super::record::RecordType;
use super::via::ViaError;

/// What every fault of [MC-NMF] 2.2.5 begins with.
pub const FAULTS: &str = "http://schemas.microsoft.com/ws/2006/05/framing/faults/";

/// [MC-NMF] 2.2.5: the faults, each named as at the end of its URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the names say it, and the document says no more"
)]
pub enum FaultName {
    ConnectionDispatchFailed,
    ContentTypeInvalid,
    ContentTypeTooLong,
    EndpointAccessDenied,
    EndpointNotFound,
    EndpointPaused,
    EndpointUnavailable,
    InvalidRecordSequence,
    MaxMessageSizeExceededFault,
    ServerTooBusy,
    ServiceActivationFailed,
    UnsupportedMode,
    UnsupportedVersion,
    UpgradeInvalid,
    ViaTooLong,
}

impl FaultName {
    /// Its URI.
    #[must_use]
    pub fn uri(self) -> String {
        format!("{FAULTS}{self:?}")
    }
}

/// Why a session cannot go on: the byte of the stream from one side, and what was expected and found.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("byte {at}: {fault}")]
pub struct NmfError {
    /// The byte where the offending record or part of it begins, from the start of the stream.
    pub at: u64,
    /// What is wrong.
    pub fault: NmfFault,
}

/// The ways in which a stream can be wrong. Sections are those of [MC-NMF].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NmfFault {
    /// 2.2.1: a type that is reserved; the stream may be no framing at all.
    #[error("expected the type of a record, found the reserved {found:#04X}")]
    ReservedType {
        /// The type.
        found: u8,
    },
    /// 3.1.4.1: a size of nothing.
    #[error("expected {} {record} that is not empty, found a size of 0", .record.article())]
    SizeZero {
        /// The record.
        record: RecordType,
    },
    /// 3.1.1.2: a size with a needless last byte.
    #[error("expected a size in its shortest form, found a last byte of 0")]
    SizeOverlong,
    /// 3.1.1.2: a size above 0x7FFFFFFF, or of more than five bytes.
    #[error("expected a size of 31 bits in at most 5 bytes, found more")]
    SizeTooLarge,
    /// A size above what is taken.
    #[error("expected {} {record} of at most {limit} bytes, found one of {found}", .record.article())]
    OverLimit {
        /// The record.
        record: RecordType,
        /// The limit.
        limit: usize,
        /// The size.
        found: usize,
    },
    /// Text that is not UTF-8.
    #[error("expected UTF-8 in {} {record}, found other bytes", .record.article())]
    NotUtf8 {
        /// The record.
        record: RecordType,
    },
    /// 3.1.1.2: a record that may not come there.
    #[error("expected {expected}, found {} {found}", .found.article())]
    Sequence {
        /// What may come.
        expected: Expected,
        /// What came.
        found: RecordType,
    },
    /// 3.1.4.3
    #[error("expected version 1.0, found {major}.{minor}")]
    Version {
        /// Major version.
        major: u8,
        /// Minor version.
        minor: u8,
    },
    /// 3.1.4.4
    #[error("expected mode 2 (Duplex), found {found}")]
    Mode {
        /// The mode.
        found: u8,
    },
    /// 3.1.4.5, [MS-NMFTB] 3.1.1
    #[error("expected the address of an endpoint, found `{found}`: {error}")]
    Via {
        /// The URI.
        found: String,
        /// What is wrong with it.
        error: ViaError,
    },
    /// 3.1.4.6
    #[error("expected encoding {expected:#04X}, found {found:#04X}")]
    Encoding {
        /// The encoding that is offered.
        expected: u8,
        /// The encoding that came.
        found: u8,
    },
    /// 3.1.4.6
    #[error("expected a known encoding, found the content type `{found}`")]
    ContentType {
        /// The content type.
        found: String,
    },
    /// 3.1.4.7
    #[error("expected {}, found a request for the upgrade `{found}`", match .offered {
        Some(name) => format!("a request for the upgrade `{name}`, once"),
        None => "no upgrade".to_owned(),
    })]
    Upgrade {
        /// What is offered.
        offered: Option<String>,
        /// What was asked for.
        found: String,
    },
    /// 3.3.4.2
    #[error("expected the upgrade `{expected}` before the end of the preamble, found none")]
    UpgradeMissing {
        /// The upgrade that is required.
        expected: String,
    },
    /// 3.1.4.11: the peer ended the session with a fault.
    #[error("the peer says `{uri}`")]
    Fault {
        /// The URI of the fault.
        uri: String,
    },
    /// We ended the session with a fault.
    #[error("refused with {name:?}")]
    Refused {
        /// The fault that was sent.
        name: FaultName,
    },
    /// 3.1.7.1: the connection ended before the session did.
    #[error("expected {expected}, found the end of the stream{}", if *.in_record { " inside a record" } else { "" })]
    Aborted {
        /// What should have come.
        expected: Expected,
        /// Whether part of a record had come.
        in_record: bool,
    },
}

impl NmfFault {
    pub(super) fn at(self, at: u64) -> NmfError {
        NmfError { at, fault: self }
    }

    /// The fault that tells the peer; `None` where nothing is to be sent. Sending one is optional (2.2.5).
    #[must_use]
    pub fn answer(&self) -> Option<FaultName> {
        Some(match self {
            Self::ReservedType { .. } | Self::Sequence { .. } => FaultName::InvalidRecordSequence,
            Self::OverLimit { record, .. } => match record {
                RecordType::Via => FaultName::ViaTooLong,
                RecordType::ExtensibleEncoding => FaultName::ContentTypeTooLong,
                RecordType::SizedEnvelope | RecordType::UnsizedEnvelope => {
                    FaultName::MaxMessageSizeExceededFault
                }
                _ => return None,
            },
            Self::NotUtf8 { record } => match record {
                RecordType::Via => FaultName::EndpointNotFound,
                RecordType::ExtensibleEncoding => FaultName::ContentTypeInvalid,
                RecordType::UpgradeRequest => FaultName::UpgradeInvalid,
                _ => return None,
            },
            Self::Version { .. } => FaultName::UnsupportedVersion,
            Self::Mode { .. } => FaultName::UnsupportedMode,
            Self::Via { .. } => FaultName::EndpointNotFound,
            Self::Encoding { .. } | Self::ContentType { .. } => FaultName::ContentTypeInvalid,
            Self::Upgrade { .. } | Self::UpgradeMissing { .. } => FaultName::UpgradeInvalid,
            Self::Refused { name } => *name,
            // 3.1.4.2: no fault in answer to a fault; none to sizes, which deployed peers do not answer either.
            Self::SizeZero { .. }
            | Self::SizeOverlong
            | Self::SizeTooLarge
            | Self::Fault { .. }
            | Self::Aborted { .. } => return None,
        })
    }
}

/// The records that may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected(pub &'static [RecordType]);

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        for (number, record) in self.0.iter().enumerate() {
            let between = match number {
                0 => "",
                _ if number + 1 == self.0.len() => " or ",
                _ => ", ",
            };
            write!(f, "{between}{} {record}", record.article())?;
        }
        Ok(())
    }
}

/// Why something cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SendError {
    /// The preamble is not acknowledged yet.
    #[error("expected an open session, found one whose preamble is not acknowledged")]
    NotOpen,
    /// An End Record went out already, or the session is over.
    #[error("expected an open session, found one that was ended")]
    Ended,
    /// 3.1.4.1: an envelope of nothing, or longer than a size can say.
    #[error("expected an envelope of 1 to 0x7FFFFFFF bytes, found one of {found}")]
    Size {
        /// Its length.
        found: usize,
    },
}
