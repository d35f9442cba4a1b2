//! The side that was connected to (3.3.4).

use super::decoder::Unfinished;
use super::duplex::{Duplex, OpenEvent, Phase};
use super::error::{FaultName, NmfError, NmfFault, SendError};
use super::limits::NmfLimits;
use super::record::{ENCODING_BINARY_SESSION, MODE_DUPLEX, Record, RecordType};
use super::via::Via;

/// What a receiver offers.
#[derive(Debug, Clone)]
pub struct ReceiverConfig {
    /// The encoding of envelopes, a number of 2.2.3.4.1.
    pub encoding: u8,
    /// The upgrade that every session has to ask for; `None` offers none.
    pub upgrade: Option<String>,
    /// How long records may be.
    pub limits: NmfLimits,
}

impl Default for ReceiverConfig {
    fn default() -> Self {
        Self {
            encoding: ENCODING_BINARY_SESSION,
            upgrade: None,
            limits: NmfLimits::default(),
        }
    }
}

/// What a receiver learns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiverEvent {
    /// The endpoint that is asked for: [`Receiver::refuse`] it, or go on.
    Via(Via),
    /// An upgrade is agreed on. What [`Receiver::take_output`] has goes out first; [`Receiver::take_rest`] and all
    /// that comes then belong to the upgrade, until [`Receiver::upgraded`]. From then on what is fed and taken is
    /// what the upgrade protects.
    Upgrade,
    /// The session is open.
    Open,
    /// An envelope.
    Envelope(Vec<u8>),
    /// The peer sends no more envelopes; [`Receiver::end`] is due when we neither.
    EndReceived,
    /// Both sides have ended. The connection is to be closed, or, if there was no upgrade, a new session may come:
    /// [`Receiver::next_session`].
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Version,
    Mode,
    Via,
    Encoding,
    UpgradeOrEnd,
}

impl Step {
    fn expected(self) -> &'static [RecordType] {
        match self {
            Self::Version => &[RecordType::Version],
            Self::Mode => &[RecordType::Mode],
            Self::Via => &[RecordType::Via],
            Self::Encoding => &[RecordType::KnownEncoding, RecordType::ExtensibleEncoding],
            Self::UpgradeOrEnd => &[RecordType::UpgradeRequest, RecordType::PreambleEnd],
        }
    }
}

/// A session as its receiver sees it. The module's documentation has the order of calls.
#[derive(Debug)]
pub struct Receiver {
    config: ReceiverConfig,
    duplex: Duplex,
    step: Step,
    is_upgraded: bool,
}

impl Receiver {
    /// A connection on which nothing came yet.
    #[must_use]
    pub fn new(config: ReceiverConfig) -> Self {
        Self {
            duplex: Duplex::new(config.limits),
            config,
            step: Step::Version,
            is_upgraded: false,
        }
    }

    /// Takes what came from the initiator.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.duplex.decoder.feed(bytes);
    }

    /// What the bytes so far mean, one thing after the other; `None` when more have to come.
    ///
    /// # Errors
    /// When the session cannot go on: give the initiator what [`Receiver::take_output`] has, and close.
    pub fn next_event(&mut self) -> Result<Option<ReceiverEvent>, NmfError> {
        let event = match self.duplex.phase {
            Phase::Preamble => self.preamble(),
            Phase::Open { .. } => self.duplex.open_event().map(|event| {
                event.map(|event| match event {
                    OpenEvent::Envelope(bytes) => ReceiverEvent::Envelope(bytes),
                    OpenEvent::End { done: false } => ReceiverEvent::EndReceived,
                    OpenEvent::End { done: true } => ReceiverEvent::Done,
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

    /// Sends no more envelopes. The session is [`ReceiverEvent::Done`] once the initiator says the same, and at once
    /// if it did: [`Receiver::is_closed`].
    ///
    /// # Errors
    /// When the session is not open.
    pub fn end(&mut self) -> Result<(), SendError> {
        self.duplex.end()
    }

    /// Ends the session with a fault.
    pub fn refuse(&mut self, name: FaultName) -> NmfError {
        let at = self.duplex.decoder.at();
        self.duplex.fail(NmfFault::Refused { name }.at(at))
    }

    /// What the initiator is to be given.
    #[must_use]
    pub fn take_output(&mut self) -> Vec<u8> {
        self.duplex.take_output()
    }

    /// What came behind the last record; see [`ReceiverEvent::Upgrade`].
    #[must_use]
    pub fn take_rest(&mut self) -> Vec<u8> {
        self.duplex.decoder.take_rest()
    }

    /// The upgrade is complete.
    pub fn upgraded(&mut self) {
        if self.duplex.phase == Phase::Upgrade {
            self.duplex.phase = Phase::Preamble;
            self.is_upgraded = true;
        }
    }

    /// The initiator closed the connection.
    ///
    /// # Errors
    /// When the session had not ended.
    pub fn eof(&mut self) -> Result<(), NmfError> {
        // Between two sessions a connection may end.
        if self.duplex.phase == Phase::Preamble
            && self.step == Step::Version
            && !self.duplex.decoder.is_inside_record()
        {
            self.duplex.phase = Phase::Done;
        }
        self.duplex.eof(self.step.expected())
    }

    /// The record that has begun and is not complete, where [`Receiver::next_event`] gives nothing more.
    #[must_use]
    pub fn unfinished(&self) -> Option<Unfinished> {
        self.duplex.decoder.unfinished()
    }

    /// How many bytes wait for [`Receiver::take_output`].
    #[must_use]
    pub fn output_len(&self) -> usize {
        self.duplex.output_len()
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

    /// [MS-NMFTB] 3.3.6.1: waits for the preamble of another session, after one that both sides ended. What came
    /// already counts. `false` if the connection has to be closed instead: when the session is not over, ended in an
    /// error, or was upgraded.
    pub fn next_session(&mut self) -> bool {
        let may = self.duplex.phase == Phase::Done && !self.is_upgraded;
        if may {
            self.duplex.phase = Phase::Preamble;
            self.step = Step::Version;
        }
        may
    }

    fn preamble(&mut self) -> Result<Option<ReceiverEvent>, NmfError> {
        while let Some((record, at)) = self.duplex.record(self.step.expected())? {
            match record {
                Record::Version { major: 1, minor: 0 } => self.step = Step::Mode,
                Record::Version { major, minor } => {
                    return Err(NmfFault::Version { major, minor }.at(at));
                }
                Record::Mode(MODE_DUPLEX) => self.step = Step::Via,
                Record::Mode(found) => return Err(NmfFault::Mode { found }.at(at)),
                Record::Via(found) => {
                    self.step = Step::Encoding;
                    return match Via::read(&found) {
                        Ok(via) => Ok(Some(ReceiverEvent::Via(via))),
                        Err(error) => Err(NmfFault::Via { found, error }.at(at)),
                    };
                }
                Record::KnownEncoding(found) if found == self.config.encoding => {
                    self.step = Step::UpgradeOrEnd;
                }
                Record::KnownEncoding(found) => {
                    let expected = self.config.encoding;
                    return Err(NmfFault::Encoding { expected, found }.at(at));
                }
                Record::ExtensibleEncoding(found) => {
                    return Err(NmfFault::ContentType { found }.at(at));
                }
                Record::UpgradeRequest(found) => {
                    if self.is_upgraded || self.config.upgrade.as_ref() != Some(&found) {
                        let offered = self.config.upgrade.clone();
                        return Err(NmfFault::Upgrade { offered, found }.at(at));
                    }
                    self.duplex.push(&Record::UpgradeResponse);
                    self.duplex.phase = Phase::Upgrade;
                    return Ok(Some(ReceiverEvent::Upgrade));
                }
                Record::PreambleEnd => {
                    if let Some(expected) = &self.config.upgrade
                        && !self.is_upgraded
                    {
                        let expected = expected.clone();
                        return Err(NmfFault::UpgradeMissing { expected }.at(at));
                    }
                    self.duplex.push(&Record::PreambleAck);
                    self.duplex.open();
                    return Ok(Some(ReceiverEvent::Open));
                }
                // No step expects any of the others.
                _ => {}
            }
        }
        Ok(None)
    }
}
