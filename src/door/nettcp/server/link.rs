//! What one connection says and hears, without the connection: bytes in, bytes out, and the session between them.

use std::sync::Arc;

use tracing::{Level, debug, enabled, info, trace, warn};

use crate::door::nettcp::server::endpoint::{self, Place};
use crate::door::serving::Shared;
use crate::door::serving::cell::Cell;
use crate::door::serving::envelope;
use crate::door::serving::session::{Record, Request};
use crate::door::serving::world::{Refused, SessionId};
use crate::model::{ClientMessage, Event};
use crate::session::refusal;
use crate::soap::{Element, Envelope, RequestError, read_client_message};
use crate::wire::infoset;
use crate::wire::nbfse::{Decoder, Encoder};
use crate::wire::nbfx::Limits;
use crate::wire::nmf::{FaultName, NmfLimits, Receiver, ReceiverConfig, ReceiverEvent, Unfinished};

/// How many bytes may wait to be sent before nothing more is taken.
const UNSENT_MAX: usize = 64 * 1024;

/// How far a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// A preamble is due.
    Preamble,
    /// A session goes on.
    Open,
    /// We have ended it; the client has not.
    Ended,
    /// Nothing more is read; what is left is sent.
    Over,
}

/// A connection's state.
#[derive(Debug)]
pub(super) struct Link {
    shared: Arc<Shared>,
    receiver: Receiver,
    encoder: Encoder,
    decoder: Decoder,
    place: Option<Place>,
    session: Option<(Arc<Cell>, SessionId)>,
    /// Why the session refuses to go on, for the fault that says so.
    why: Option<RequestError>,
    stage: Stage,
}

impl Link {
    /// A connection on which nothing came yet.
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let limits = NmfLimits {
            envelope: shared.config.limits.envelope_bytes,
            ..NmfLimits::default()
        };
        let config = ReceiverConfig {
            limits,
            ..ReceiverConfig::default()
        };
        Self {
            shared,
            receiver: Receiver::new(config),
            encoder: Encoder::default(),
            decoder: Decoder::default(),
            place: None,
            session: None,
            why: None,
            stage: Stage::Preamble,
        }
    }

    /// How far it is.
    pub(super) const fn stage(&self) -> Stage {
        self.stage
    }

    /// The record that has begun and whose rest is missing.
    pub(super) fn unfinished(&self) -> Option<Unfinished> {
        self.receiver.unfinished()
    }

    /// Whether anything is to be read: not while a client that sends and does not read has answers waiting for it
    /// without end.
    pub(super) fn takes_more(&self) -> bool {
        self.stage != Stage::Over && self.receiver.output_len() < UNSENT_MAX && !self.is_behind()
    }

    fn is_behind(&self) -> bool {
        self.session
            .as_ref()
            .is_some_and(|(cell, id)| cell.with(|world| world.is_behind(id)))
    }

    /// What the client is to be given.
    pub(super) fn take_output(&mut self) -> Vec<u8> {
        self.receiver.take_output()
    }

    /// The session whose records this connection tells.
    pub(super) fn session(&self) -> Option<(Arc<Cell>, SessionId)> {
        self.session
            .as_ref()
            .filter(|_| self.stage == Stage::Open)
            .cloned()
    }

    /// Takes what came from the client.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        self.receiver.feed(bytes);
        self.go_on();
    }

    /// Goes on with what came, as far as more is taken.
    fn go_on(&mut self) {
        while self.takes_more() {
            match self.receiver.next_event() {
                Ok(None) => break,
                Ok(Some(event)) => self.happened(event),
                Err(error) => {
                    info!("a connection over net.tcp ends: {error}");
                    self.stage = Stage::Over;
                }
            }
        }
        if self.stage == Stage::Over {
            self.lose();
        }
    }

    fn happened(&mut self, event: ReceiverEvent) {
        match event {
            ReceiverEvent::Via(via) => {
                self.place = endpoint::find(&self.shared, &via);
                if self.shared.is_stopping() {
                    self.refuse(FaultName::EndpointUnavailable);
                } else if self.place.is_none() {
                    debug!("refused: there is nothing at {via}");
                    self.refuse(FaultName::EndpointNotFound);
                }
            }
            ReceiverEvent::Open => self.open(),
            ReceiverEvent::Envelope(bytes) => {
                let shared = Arc::clone(&self.shared);
                shared.budget.decode(bytes.len(), || self.envelope(&bytes));
            }
            // The client closes the session (3.19.1.1): nobody hears what is left of it.
            ReceiverEvent::EndReceived => {
                self.lose();
                let _ = self.receiver.end();
                self.between_sessions();
            }
            ReceiverEvent::Done => self.between_sessions(),
            // None is offered.
            ReceiverEvent::Upgrade => self.stage = Stage::Over,
        }
    }

    /// Ends the connection for another reason than what came on it.
    pub(super) fn refuse(&mut self, name: FaultName) {
        self.receiver.refuse(name);
        self.stage = Stage::Over;
        self.lose();
    }

    fn open(&mut self) {
        let Some(place) = self.place.take() else {
            return self.refuse(FaultName::EndpointNotFound);
        };
        let opened = place.cell.with(|world| match place.session {
            Some(id) if world.attach(&id, place.caller) => Ok(id),
            Some(_) => Err(Refused::Unknown),
            None => {
                let id = world.open(place.caller)?;
                world.attach(&id, place.caller);
                Ok(id)
            }
        });
        match opened {
            Ok(id) => {
                info!(session = %id, "open over net.tcp");
                self.session = Some((place.cell, id));
                self.stage = Stage::Open;
            }
            Err(Refused::Full) => self.refuse(FaultName::ServerTooBusy),
            Err(_) => self.refuse(FaultName::EndpointNotFound),
        }
    }

    /// A message came in.
    fn envelope(&mut self, bytes: &[u8]) {
        let element = match infoset::decode(&mut self.decoder, bytes, Limits::default()) {
            Ok(element) => element,
            // The string tables may be out of step now: nothing can be said on this connection any more.
            Err(error) => {
                info!("an envelope cannot be decoded: {error}");
                self.stage = Stage::Over;
                return;
            }
        };
        show("received", &element);
        let Some((cell, id)) = &self.session else {
            return;
        };
        let envelope = Envelope::from_element(element).map_err(RequestError::from);
        let message_id = envelope
            .as_ref()
            .ok()
            .and_then(|envelope| envelope.message_id.clone());
        let message = envelope.and_then(|envelope| read_client_message(&envelope));
        let name = message.as_ref().map_or(
            "a message that is none of the protocol",
            ClientMessage::name,
        );
        info!(session = %id, "-> {name}");
        // Every answer comes in its turn, among the callbacks.
        let request = Request {
            message_id,
            reply_to: None,
            asynchronous: true,
        };
        // A session that is over, or was forgotten, takes nothing.
        let _ = cell.with(|world| match &message {
            Ok(message) => world.message(id, message, request),
            Err(error) => world.reject(id, refusal(error), request),
        });
        if let Err(error) = message {
            self.why = Some(error);
        }
    }

    /// The session tells something; what had to wait for that goes on.
    pub(super) fn tell(&mut self, record: &Record) {
        self.put(record);
        self.go_on();
    }

    fn put(&mut self, record: &Record) {
        match record.what.said() {
            Some((event, relates_to)) => self.say(event, relates_to),
            None => {
                if let Some((_, id)) = self.session.take() {
                    info!(session = %id, "<- the end");
                }
                let _ = self.receiver.end();
                self.stage = Stage::Ended;
                if self.receiver.is_closed() {
                    self.between_sessions();
                }
            }
        }
    }

    fn say(&mut self, event: &Event, relates_to: Option<&str>) {
        let Some((cell, id)) = &self.session else {
            return;
        };
        let readings = cell.with(|world| world.readings().clone());
        let Some(element) = envelope::element_of(event, relates_to, self.why.as_ref(), &readings)
        else {
            return;
        };
        info!(session = %id, "<- {}", event.name());
        show("sent", &element);
        let sent = infoset::encode(&mut self.encoder, &element)
            .map_err(|error| error.to_string())
            .and_then(|bytes| {
                self.receiver
                    .send(&bytes)
                    .map_err(|error| error.to_string())
            });
        if let Err(error) = sent {
            warn!(session = %id, "{} cannot be sent: {error}; the session ends", event.name());
            self.stage = Stage::Over;
            self.lose();
        }
    }

    /// Both sides have ended: another session may come ([MS-NMFTB] 3.3.6.1), with string tables of its own.
    fn between_sessions(&mut self) {
        self.encoder = Encoder::default();
        self.decoder = Decoder::default();
        (self.place, self.session, self.why) = (None, None, None);
        self.stage = if self.receiver.next_session() {
            Stage::Preamble
        } else {
            Stage::Over
        };
    }

    /// The client is gone, or as good as gone: its session is over (R-SM-7).
    pub(super) fn lose(&mut self) {
        if let Some((cell, id)) = self.session.take() {
            cell.with(|world| world.abandon(&id));
        }
    }
}

fn show(what: &str, element: &Element) {
    if enabled!(target: "ipamconf::message", Level::TRACE) {
        trace!(target: "ipamconf::message", "{what}\n{}", element.to_xml());
    }
}
