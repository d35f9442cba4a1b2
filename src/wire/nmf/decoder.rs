//! Cutting a stream into records, however it comes in pieces.

use super::error::{NmfError, NmfFault};
use super::limits::NmfLimits;
use super::record::{Record, RecordType};

/// Once so many bytes were taken from the front they are given back.
const SPENT_MAX: usize = 4096;

/// How much memory an empty buffer keeps.
const KEPT_MAX: usize = 1 << 16;

/// Takes bytes and gives records. It keeps what it was fed and has not given yet, no more: a record is as long as
/// the bytes that came of it, whatever its size says.
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    limits: NmfLimits,
    buffer: Vec<u8>,
    /// Bytes at the front of the buffer that belong to records already given.
    spent: usize,
    /// Bytes of the stream before the buffer.
    before: u64,
    in_chunks: bool,
}

/// A record that began and whose rest is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfinished {
    /// The byte of the stream where it begins.
    pub at: u64,
    /// How many bytes of it came.
    pub bytes: usize,
}

/// What is at the front: all of it, or the begin.
enum Part<T> {
    Whole(T),
    More,
}

/// The length of the bytes of a record, and where its contents begin.
struct Extent {
    contents: usize,
    end: usize,
}

impl Decoder {
    /// A stream of which nothing came yet.
    #[must_use]
    pub fn new(limits: NmfLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Takes the bytes that come next.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.spent > SPENT_MAX && self.spent * 2 > self.buffer.len() {
            self.buffer.drain(..self.spent);
            self.before += self.spent as u64;
            self.spent = 0;
            // What a long envelope took is not kept for the short ones after it.
            if self.buffer.capacity() > KEPT_MAX && self.buffer.is_empty() {
                self.buffer = Vec::new();
            }
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The byte of the stream where the next record begins.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.before + self.spent as u64
    }

    /// Whether part of a record came whose rest is missing.
    #[must_use]
    pub fn is_inside_record(&self) -> bool {
        self.in_chunks || self.spent < self.buffer.len()
    }

    /// The record that is being read, where [`Self::record`] gives nothing more.
    #[must_use]
    pub fn unfinished(&self) -> Option<Unfinished> {
        self.is_inside_record().then(|| Unfinished {
            at: self.at(),
            bytes: self.buffer.len() - self.spent,
        })
    }

    /// What the next record is, as soon as its first byte is there.
    ///
    /// # Errors
    /// For a type that is reserved.
    pub fn peek(&self) -> Result<Option<RecordType>, NmfError> {
        if self.in_chunks {
            return Ok(Some(RecordType::UnsizedEnvelope));
        }
        match self.buffer.get(self.spent) {
            None => Ok(None),
            Some(found) => RecordType::of(*found)
                .map(Some)
                .ok_or_else(|| NmfFault::ReservedType { found: *found }.at(self.at())),
        }
    }

    /// The next record, if all of it is there.
    ///
    /// # Errors
    /// For bytes that are no record. Nothing can be read after that.
    pub fn record(&mut self) -> Result<Option<Record>, NmfError> {
        let Some(kind) = self.peek()? else {
            return Ok(None);
        };
        if kind == RecordType::UnsizedEnvelope && !self.in_chunks {
            self.in_chunks = true;
            self.spent += 1;
        }
        let Part::Whole(extent) = self.extent(kind)? else {
            return Ok(None);
        };
        if extent.end > self.buffer.len() {
            return Ok(None);
        }
        let record = self.contents(kind, &extent)?;
        self.in_chunks = matches!(record, Record::Chunk(_));
        self.spent = extent.end;
        Ok(Some(record))
    }

    /// What came and was not given: after an upgrade was agreed on it belongs to the upgrade, not to the framing.
    #[must_use]
    pub fn take_rest(&mut self) -> Vec<u8> {
        let rest = self.buffer.split_off(self.spent);
        self.before += (self.spent + rest.len()) as u64;
        self.buffer.clear();
        self.spent = 0;
        rest
    }

    fn extent(&self, kind: RecordType) -> Result<Part<Extent>, NmfError> {
        let start = self.spent;
        let limit = match kind {
            RecordType::Version => return Ok(fixed(start, 2)),
            RecordType::Mode | RecordType::KnownEncoding => return Ok(fixed(start, 1)),
            RecordType::End
            | RecordType::UpgradeResponse
            | RecordType::PreambleAck
            | RecordType::PreambleEnd => return Ok(fixed(start, 0)),
            RecordType::Via => self.limits.via,
            RecordType::ExtensibleEncoding => self.limits.content_type,
            RecordType::UpgradeRequest => self.limits.upgrade,
            RecordType::Fault => self.limits.fault,
            RecordType::SizedEnvelope | RecordType::UnsizedEnvelope => self.limits.envelope,
        };
        // The type of chunks is gone already.
        let size_at = start + usize::from(kind != RecordType::UnsizedEnvelope);
        let position = self.before + size_at as u64;
        let Part::Whole((size, contents)) =
            self.size(size_at).map_err(|fault| fault.at(position))?
        else {
            return Ok(Part::More);
        };
        if size == 0 && kind != RecordType::UnsizedEnvelope {
            return Err(NmfFault::SizeZero { record: kind }.at(position));
        }
        if size > limit {
            let fault = NmfFault::OverLimit {
                record: kind,
                limit,
                found: size,
            };
            return Err(fault.at(position));
        }
        let end = contents + size;
        Ok(Part::Whole(Extent { contents, end }))
    }

    /// 2.2.2, 3.1.1.2: a size, and the place behind it.
    fn size(&self, at: usize) -> Result<Part<(usize, usize)>, NmfFault> {
        let mut value = 0;
        for number in 0..5 {
            let Some(byte) = self.buffer.get(at + number) else {
                return Ok(Part::More);
            };
            if number == 4 && *byte > 0x07 {
                return Err(NmfFault::SizeTooLarge);
            }
            value |= usize::from(byte & 0x7F) << (7 * number);
            if byte & 0x80 == 0 {
                return if *byte == 0 && number > 0 {
                    Err(NmfFault::SizeOverlong)
                } else {
                    Ok(Part::Whole((value, at + number + 1)))
                };
            }
        }
        Err(NmfFault::SizeTooLarge)
    }

    fn contents(&self, kind: RecordType, extent: &Extent) -> Result<Record, NmfError> {
        let bytes = &self.buffer[extent.contents..extent.end];
        let text = || {
            std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| {
                let at = self.before + extent.contents as u64;
                NmfFault::NotUtf8 { record: kind }.at(at)
            })
        };
        Ok(match kind {
            RecordType::Version => Record::Version {
                major: bytes[0],
                minor: bytes[1],
            },
            RecordType::Mode => Record::Mode(bytes[0]),
            RecordType::Via => Record::Via(text()?),
            RecordType::KnownEncoding => Record::KnownEncoding(bytes[0]),
            RecordType::ExtensibleEncoding => Record::ExtensibleEncoding(text()?),
            RecordType::UnsizedEnvelope if bytes.is_empty() => Record::LastChunk,
            RecordType::UnsizedEnvelope => Record::Chunk(bytes.to_vec()),
            RecordType::SizedEnvelope => Record::SizedEnvelope(bytes.to_vec()),
            RecordType::End => Record::End,
            RecordType::Fault => Record::Fault(text()?),
            RecordType::UpgradeRequest => Record::UpgradeRequest(text()?),
            RecordType::UpgradeResponse => Record::UpgradeResponse,
            RecordType::PreambleAck => Record::PreambleAck,
            RecordType::PreambleEnd => Record::PreambleEnd,
        })
    }
}

/// A record whose contents have always that length.
fn fixed(start: usize, length: usize) -> Part<Extent> {
    let contents = start + 1;
    let end = contents + length;
    Part::Whole(Extent { contents, end })
}
