//! The side that connects (3.2.4).

use super::duplex::{Duplex, OpenEvent, Phase};
use super::error::{NmfError, SendError};
use super::limits::NmfLimits;
use super::record::{ENCODING_BINARY_SESSION, MODE_DUPLEX, Record, RecordType};
use super::via::Via;

/// What an initiator asks for.
#[derive(Debug, Clone)]
pub struct InitiatorConfig {
    /// The endpoint.
    pub via: Via,
    /// The encoding of envelopes, a number of 2.2.3.4.1.
    pub encoding: u8,
    /// The upgrade to ask for.
    pub upgrade: Option<String>,
    /// How long records may be.
    pub limits: NmfLimits,
}

impl InitiatorConfig {
    /// A session with that endpoint, in binary XML and without an upgrade.
    #[must_use]
    pub fn new(via: Via) -> Self {
        Self {
            via,
            encoding: ENCODING_BINARY_SESSION,
            upgrade: None,
            limits: NmfLimits::default(),
        }
    }
}

/// What an initiator learns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InitiatorEvent {
    /// The upgrade is agreed on: [`Initiator::take_rest`] and all that comes belong to it, until
    /// [`Initiator::upgraded`]. From then on what is fed and taken is what the upgrade protects.
    Upgrade,
    /// The session is open.
    Open,
    /// An envelope.
    Envelope(Vec<u8>),
    /// The peer sends no more envelopes; [`Initiator::end`] is due when we neither.
    EndReceived,
    /// Both sides have ended; the connection is to be closed.
    Done,
}

/// A session as its initiator sees it. The module's documentation has the order of calls.
#[derive(Debug)]
pub struct Initiator {
    duplex: Duplex,
    awaits_upgrade: bool,
}

impl Initiator {
    /// A connection just made: the preamble is in [`Initiator::take_output`].
    #[must_use]
    pub fn new(config: InitiatorConfig) -> Self {
        let mut duplex = Duplex::new(config.limits);
        duplex.push(&Record::Version { major: 1, minor: 0 });
        duplex.push(&Record::Mode(MODE_DUPLEX));
        duplex.push(&Record::Via(config.via.uri().to_owned()));
        duplex.push(&Record::KnownEncoding(config.encoding));
        let awaits_upgrade = config.upgrade.is_some();
        duplex.push(&match config.upgrade {
            Some(name) => Record::UpgradeRequest(name),
            None => Record::PreambleEnd,
        });
        Self {
            duplex,
            awaits_upgrade,
        }
    }

    /// Takes what came from the receiver.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.duplex.decoder.feed(bytes);
    }

    /// What the bytes so far mean, one thing after the other; `None` when more have to come.
    ///
    /// # Errors
    /// When the session cannot go on: give the receiver what [`Initiator::take_output`] has, and close.
    pub fn next_event(&mut self) -> Result<Option<InitiatorEvent>, NmfError> {
        let event = match self.duplex.phase {
            Phase::Preamble => self.preamble(),
            Phase::Open { .. } => self.duplex.open_event().map(|event| {
                event.map(|event| match event {
                    OpenEvent::Envelope(bytes) => InitiatorEvent::Envelope(bytes),
                    OpenEvent::End { done: false } => InitiatorEvent::EndReceived,
                    OpenEvent::End { done: true } => InitiatorEvent::Done,
                })
            }),
            Phase::Upgrade | Phase::Done | Phase::Failed => Ok(None),
        };
        event.map_err(|error| self.duplex.fail(error))
    }

    /// Sends an envelope.
    ///
    /// # Errors
    /// When the session is not open, or the envelope empty.
    pub fn send(&mut self, envelope: &[u8]) -> Result<(), SendError> {
        self.duplex.send(envelope)
    }

    /// Sends no more envelopes. The session is [`InitiatorEvent::Done`] once the receiver says the same, and at once
    /// if it did: [`Initiator::is_closed`]. Some deployed receivers close the connection instead.
    ///
    /// # Errors
    /// When the session is not open.
    pub fn end(&mut self) -> Result<(), SendError> {
        self.duplex.end()
    }

    /// What the receiver is to be given.
    #[must_use]
    pub fn take_output(&mut self) -> Vec<u8> {
        self.duplex.take_output()
    }

    /// What came behind the last record; see [`InitiatorEvent::Upgrade`].
    #[must_use]
    pub fn take_rest(&mut self) -> Vec<u8> {
        self.duplex.decoder.take_rest()
    }

    /// The upgrade is complete: the preamble ends inside of it.
    pub fn upgraded(&mut self) {
        if self.duplex.phase == Phase::Upgrade {
            self.duplex.phase = Phase::Preamble;
            self.duplex.push(&Record::PreambleEnd);
        }
    }

    /// The receiver closed the connection.
    ///
    /// # Errors
    /// When the session had not ended.
    pub fn eof(&mut self) -> Result<(), NmfError> {
        let expected = self.expected();
        self.duplex.eof(expected)
    }

    /// Whether envelopes go both ways.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.duplex.is_open()
    }

    /// Whether the session is over.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.duplex.is_closed()
    }

    fn expected(&self) -> &'static [RecordType] {
        if self.awaits_upgrade {
            &[RecordType::UpgradeResponse]
        } else {
            &[RecordType::PreambleAck]
        }
    }

    fn preamble(&mut self) -> Result<Option<InitiatorEvent>, NmfError> {
        Ok(match self.duplex.record(self.expected())? {
            Some((Record::UpgradeResponse, _)) => {
                self.awaits_upgrade = false;
                self.duplex.phase = Phase::Upgrade;
                Some(InitiatorEvent::Upgrade)
            }
            Some((Record::PreambleAck, _)) => {
                self.duplex.open();
                Some(InitiatorEvent::Open)
            }
            // The types were looked at before.
            Some(_) | None => None,
        })
    }
}
