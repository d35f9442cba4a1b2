//! A target in process, every message of which goes through an envelope as XML text and back.
//!
//! What a client says is written, read as a server reads it and only then given to the target; what the target says
//! is written and read as a client reads it. No IO: it is what the doors with a wire share, on its own.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::model::{ClientMessage, Event, Tables, Value};
use crate::soap::{
    CallbackPrefix, Deviation, Element, Envelope, message_id, read_client_message, read_event,
    write_client_message, write_event,
};
use crate::spec::{Grade, IpamAdminOperationId, Readings, RequirementId};
use crate::suite::{Progress, StoreChange, Target, TargetError};
use crate::trace::{Door, Form, FormDeviation, SessionIndex, Shows};
use crate::world::{Caller, Setup};

/// What is done to the envelope that brings an event, before the client gets it.
pub type Rewrite = fn(&Event, &mut Element);

/// A target behind envelopes.
#[derive(Debug, Default)]
pub struct SoapTarget<T> {
    inner: T,
    door: Option<Door>,
    rewrite: Option<Rewrite>,
    prefix: CallbackPrefix,
    sessions: BTreeMap<SessionIndex, Ids>,
    form: Option<Form>,
}

/// The message ids of one session.
#[derive(Debug, Default)]
struct Ids {
    sent: usize,
    /// Requests that wait for their answer.
    unanswered: VecDeque<String>,
}

impl<T: Target> SoapTarget<T> {
    /// That target, behind envelopes.
    pub const fn new(inner: T) -> Self {
        Self {
            inner,
            door: None,
            rewrite: None,
            prefix: CallbackPrefix::Service,
            sessions: BTreeMap::new(),
            form: None,
        }
    }

    /// The same under the name of another door: of one whose messages are envelopes.
    #[must_use]
    pub const fn at(mut self, door: Door) -> Self {
        self.door = Some(door);
        self
    }

    /// The same with something in between that changes the server's envelopes.
    #[must_use]
    pub const fn rewriting(mut self, rewrite: Option<Rewrite>) -> Self {
        self.rewrite = rewrite;
        self
    }

    /// The event that the client makes of the envelope in which the server sends one.
    fn through_an_envelope(&mut self, session: SessionIndex, event: Event) -> Event {
        let ids = self.sessions.entry(session).or_default();
        let request = event
            .is_reply()
            .then(|| ids.unanswered.pop_front())
            .flatten();
        let Some(written) = write_event(&event, request.as_deref(), self.prefix) else {
            return event;
        };
        let mut written = written.to_element();
        if let Some(rewrite) = self.rewrite {
            rewrite(&event, &mut written);
        }
        match Envelope::read(&written.to_xml()) {
            Ok(envelope) => {
                let read = read_event(&envelope);
                let (read, form) = match read.event {
                    Ok(answer) => {
                        let mut form = form_of(&envelope, read.deviations);
                        if answer.is_reply() {
                            let related = relation(&envelope, request.as_deref(), due(&answer));
                            form.deviations.extend(related);
                        }
                        (answer, form)
                    }
                    Err(what) => {
                        let form = unlike(envelope.action, &event, &what);
                        (Event::Unintelligible(what), form)
                    }
                };
                self.form = Some(form);
                read
            }
            // No envelope: it breaks what the message that was due has to be.
            Err(error) => {
                self.form = Some(unlike(None, &event, &error.to_string()));
                Event::Unintelligible(error.to_string())
            }
        }
    }
}

/// The form of what is no message: it is not the one that was due.
fn unlike(action: Option<String>, event: &Event, found: &str) -> Form {
    Form {
        action,
        deviations: vec![FormDeviation {
            requirement: due(event),
            grade: Grade::Hard,
            path: "Envelope".to_owned(),
            expected: format!("a SOAP 1.2 envelope with {}", event.name()),
            found: found.to_owned(),
        }],
        came: None,
    }
}

/// What says how the message that brings an event looks.
pub(in crate::door) const fn due(event: &Event) -> RequirementId {
    match event {
        Event::InitializeOperationParametersResponse => RequirementId::R_MSG_2,
        Event::StartOperationWithCallbackResponse => RequirementId::R_MSG_4,
        Event::Callback(_) => RequirementId::R_MSG_6,
        Event::Fault(_) | Event::SessionClosed | Event::Unintelligible(_) => RequirementId::R_TR_2,
    }
}

/// The form of an envelope that brought an event.
#[must_use]
pub fn form_of(envelope: &Envelope, deviations: Vec<Deviation>) -> Form {
    Form {
        action: envelope.action.clone(),
        deviations: deviations
            .into_iter()
            .map(|deviation| FormDeviation {
                requirement: deviation.requirement,
                grade: Grade::Hard,
                path: deviation.path,
                expected: deviation.expected,
                found: deviation.found,
            })
            .collect(),
        came: None,
    }
}

/// An answer relates to its request (WS-Addressing 1.0, 3.4).
fn relation(
    envelope: &Envelope,
    request: Option<&str>,
    requirement: RequirementId,
) -> Option<FormDeviation> {
    let related = envelope.relates_to.as_deref();
    (related != request).then(|| FormDeviation {
        requirement,
        grade: Grade::Hard,
        path: "Header/RelatesTo".to_owned(),
        expected: request.unwrap_or("nothing").to_owned(),
        found: related.unwrap_or("nothing").to_owned(),
    })
}

impl<T: Target> Target for SoapTarget<T> {
    fn door(&self) -> Door {
        self.door.unwrap_or_else(|| self.inner.door())
    }

    fn reset(&mut self, setup: &Setup, readings: &Readings) -> Result<(), TargetError> {
        self.prefix = CallbackPrefix::of(readings);
        self.sessions.clear();
        self.form = None;
        self.inner.reset(setup, readings)
    }

    fn open(&mut self, caller: &Caller) -> Result<SessionIndex, TargetError> {
        self.inner.open(caller)
    }

    fn send(&mut self, session: SessionIndex, message: &ClientMessage) -> Result<(), TargetError> {
        let ids = self.sessions.entry(session).or_default();
        let id = message_id(0, session, ids.sent);
        ids.sent += 1;
        let written = write_client_message(message, &id, None, None);
        if message.is_request() {
            ids.unanswered.extend(written.message_id);
        }
        let read = Envelope::read(&written.xml)
            .map_err(Into::into)
            .and_then(|envelope| read_client_message(&envelope));
        match read {
            Ok(read) => self.inner.send(session, &read),
            // What cannot be read is refused by whoever gets it.
            Err(_) => self.inner.send(
                session,
                &ClientMessage::Raw {
                    action: None,
                    xml: written.xml,
                },
            ),
        }
    }

    fn call(
        &mut self,
        operation: IpamAdminOperationId,
        paramters: Option<&Value>,
    ) -> Result<SessionIndex, TargetError> {
        self.inner.call(operation, paramters)
    }

    fn next(&mut self) -> Progress {
        self.form = None;
        match self.inner.next() {
            Progress::Event(session, event) => {
                Progress::Event(session, self.through_an_envelope(session, event))
            }
            other => other,
        }
    }

    fn advance(&mut self, by: Duration) {
        self.inner.advance(by);
    }

    fn end(&mut self, session: SessionIndex) {
        self.inner.end(session);
    }

    fn change(&mut self, change: &StoreChange) -> Result<(), TargetError> {
        self.inner.change(change)
    }

    fn shows(&self) -> Shows {
        self.inner.shows()
    }

    fn form(&mut self) -> Option<Form> {
        self.form.take()
    }

    fn tables(&mut self) -> Option<Arc<Tables>> {
        self.inner.tables()
    }
}
