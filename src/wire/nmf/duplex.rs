//! What both sides do alike: the records of an open session, its end, and what ends it early (3.1.4.11 to 13).

use super::decoder::Decoder;
use super::error::{Expected, NmfError, NmfFault, SendError};
use super::limits::NmfLimits;
use super::record::{Record, RecordType, SIZE_MAX, push_sized};

/// What may come in an open session.
const OPEN: &[RecordType] = &[
    RecordType::SizedEnvelope,
    RecordType::End,
    RecordType::Fault,
];

/// One side's stream in and out, and how far an open session came.
#[derive(Debug)]
pub(super) struct Duplex {
    pub(super) decoder: Decoder,
    out: Vec<u8>,
    pub(super) phase: Phase,
}

/// 3.1.1.2: where a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The preamble is not acknowledged.
    Preamble,
    /// The bytes belong to an upgrade.
    Upgrade,
    /// Envelopes go both ways, until each side has sent its End Record.
    Open { end_sent: bool, end_received: bool },
    /// Both sides have ended.
    Done,
    /// The session ended in an error.
    Failed,
}

/// What an open session brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OpenEvent {
    Envelope(Vec<u8>),
    /// The peer sends no more; `done` when neither do we.
    End {
        done: bool,
    },
}

impl Duplex {
    pub(super) fn new(limits: NmfLimits) -> Self {
        Self {
            decoder: Decoder::new(limits),
            out: Vec::new(),
            phase: Phase::Preamble,
        }
    }

    pub(super) fn open(&mut self) {
        self.phase = Phase::Open {
            end_sent: false,
            end_received: false,
        };
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. })
    }

    pub(super) fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Done | Phase::Failed)
    }

    pub(super) fn push(&mut self, record: &Record) {
        record.encode(&mut self.out);
    }

    pub(super) fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    pub(super) fn output_len(&self) -> usize {
        self.out.len()
    }

    /// The next record, if it is one of those. A wrong one is refused by its type, before the rest of it came.
    pub(super) fn record(
        &mut self,
        expected: &'static [RecordType],
    ) -> Result<Option<(Record, u64)>, NmfError> {
        let at = self.decoder.at();
        let Some(found) = self.decoder.peek()? else {
            return Ok(None);
        };
        if !expected.contains(&found) && found != RecordType::Fault {
            let expected = Expected(expected);
            return Err(NmfFault::Sequence { expected, found }.at(at));
        }
        match self.decoder.record()? {
            // 3.1.4.2: a fault may come at any point.
            Some(Record::Fault(uri)) => Err(NmfFault::Fault { uri }.at(at)),
            Some(record) => Ok(Some((record, at))),
            None => Ok(None),
        }
    }

    /// The next event of an open session.
    pub(super) fn open_event(&mut self) -> Result<Option<OpenEvent>, NmfError> {
        let Phase::Open {
            end_sent,
            end_received,
        } = self.phase
        else {
            return Ok(None);
        };
        let expected = if end_received {
            &[RecordType::Fault]
        } else {
            OPEN
        };
        Ok(match self.record(expected)? {
            Some((Record::SizedEnvelope(bytes), _)) => Some(OpenEvent::Envelope(bytes)),
            Some((Record::End, _)) => {
                self.end_received(end_sent);
                Some(OpenEvent::End { done: end_sent })
            }
            // The types were looked at before.
            Some(_) | None => None,
        })
    }

    fn end_received(&mut self, end_sent: bool) {
        self.phase = if end_sent {
            Phase::Done
        } else {
            Phase::Open {
                end_sent,
                end_received: true,
            }
        };
    }

    pub(super) fn send(&mut self, envelope: &[u8]) -> Result<(), SendError> {
        self.may_send()?;
        if envelope.is_empty() || envelope.len() > SIZE_MAX {
            let found = envelope.len();
            return Err(SendError::Size { found });
        }
        self.out.push(RecordType::SizedEnvelope.number());
        push_sized(&mut self.out, envelope);
        Ok(())
    }

    pub(super) fn end(&mut self) -> Result<(), SendError> {
        let end_received = self.may_send()?;
        self.push(&Record::End);
        self.phase = if end_received {
            Phase::Done
        } else {
            Phase::Open {
                end_sent: true,
                end_received,
            }
        };
        Ok(())
    }

    /// Whether the peer ended already, if we did not.
    fn may_send(&self) -> Result<bool, SendError> {
        match self.phase {
            Phase::Preamble | Phase::Upgrade => Err(SendError::NotOpen),
            Phase::Done | Phase::Failed | Phase::Open { end_sent: true, .. } => {
                Err(SendError::Ended)
            }
            Phase::Open { end_received, .. } => Ok(end_received),
        }
    }

    /// Ends the session for that reason, and tells the peer if it is to be told.
    pub(super) fn fail(&mut self, error: NmfError) -> NmfError {
        if !self.is_closed()
            && let Some(name) = error.fault.answer()
        {
            self.push(&Record::Fault(name.uri()));
        }
        self.phase = Phase::Failed;
        error
    }

    /// The connection ended: an error, unless the session had too.
    pub(super) fn eof(&mut self, expected: &'static [RecordType]) -> Result<(), NmfError> {
        if self.is_closed() {
            return Ok(());
        }
        let expected = match self.phase {
            Phase::Open {
                end_received: true, ..
            } => Expected(&[]),
            Phase::Open { .. } => Expected(OPEN),
            _ => Expected(expected),
        };
        let fault = NmfFault::Aborted {
            expected,
            in_record: self.decoder.is_inside_record(),
        };
        self.phase = Phase::Failed;
        Err(fault.at(self.decoder.at()))
    }
}
