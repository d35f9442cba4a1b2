//! What has been said on the sessions of a case, what is still waited for, and for how long.
//!
//! Without IO and without a clock: whoever calls says what came and what time it is, counted from any moment.

mod records;
mod session;

use std::collections::VecDeque;
use std::time::Duration;

use crate::door::remote::answer::{self, Asked};
use crate::door::remote::conversation::records::records;
use crate::door::remote::conversation::session::{Operation, Pending, Session};
use crate::door::remote::edge::{Answer, Failure};
use crate::model::{Callback, Event};
use crate::soap::Envelope;
use crate::spec::RequirementId;
use crate::trace::{Came, Form, SessionIndex};

/// How long a target may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long a target may be silent while something is due.
    pub timeout: Duration,
    /// How long it has to be silent after the end of an operation, for that to count as its last word.
    pub quiet: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            quiet: Duration::from_millis(500),
        }
    }
}

/// How callbacks reach us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callbacks {
    /// We read them.
    Polled,
    /// They are posted to us.
    Posted,
}

/// The way that callbacks take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::door) enum Way {
    /// They are read.
    Read,
    /// They are posted.
    Posted,
    /// They come on the connection of their session, as do the answers: net.tcp.
    Same,
}

impl From<Callbacks> for Way {
    fn from(callbacks: Callbacks) -> Self {
        match callbacks {
            Callbacks::Polled => Self::Read,
            Callbacks::Posted => Self::Posted,
        }
    }
}

/// The sessions of one case.
#[derive(Debug)]
pub(in crate::door) struct Conversation {
    patience: Patience,
    way: Way,
    sessions: Vec<Session>,
    events: VecDeque<(SessionIndex, Event, Form)>,
    requests: u64,
    /// How many more bytes of messages are kept as they came.
    room: usize,
    /// The message that brings the next event.
    came: Option<Came>,
}

impl Conversation {
    pub(in crate::door) const fn new(patience: Patience, way: Way) -> Self {
        Self {
            patience,
            way,
            sessions: Vec::new(),
            events: VecDeque::new(),
            requests: 0,
            room: 0,
            came: None,
        }
    }

    /// The same; messages are kept with their events as they come, up to so many bytes in all.
    pub(in crate::door) const fn keeping(mut self, bytes: usize) -> Self {
        self.room = bytes;
        self
    }

    /// Keeps a message for the event that it brings, where there is room for it.
    fn keep(&mut self, bytes: &[u8]) {
        self.came = None;
        if let Some(room) = self.room.checked_sub(bytes.len())
            && self.room > 0
            && !bytes.is_empty()
        {
            self.room = room;
            self.came = Some(match self.way {
                Way::Same => Came::Binary(bytes.into()),
                Way::Read | Way::Posted => Came::Text(bytes.into()),
            });
        }
    }

    /// A new session.
    pub(in crate::door) fn open(&mut self, now: Duration) -> SessionIndex {
        self.sessions.push(Session::new(now));
        self.sessions.len() - 1
    }

    /// How many there are.
    pub(in crate::door) const fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// The headers that tell the server which session a message belongs to.
    pub(in crate::door) fn headers(&self, session: SessionIndex) -> Vec<(&'static str, String)> {
        let session = &self.sessions[session];
        if !session.cookies.is_empty() {
            let pairs: Vec<String> = session
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            vec![("cookie", pairs.join("; "))]
        } else if let Some(id) = &session.id {
            vec![("ipamconf-session", id.clone())]
        } else {
            Vec::new()
        }
    }

    /// The server's name for a session.
    pub(in crate::door) fn id(&self, session: SessionIndex) -> Option<&str> {
        self.sessions[session].id.as_deref()
    }

    /// Whether a session can be spoken to: its end has not come.
    pub(in crate::door) fn is_open(&self, session: SessionIndex) -> bool {
        !self.sessions[session].ended
    }

    /// Whether an operation was asked for, and nothing has been heard of it yet.
    pub(in crate::door) fn is_asked(&self, session: SessionIndex) -> bool {
        self.sessions[session].operation == Operation::Asked
    }

    /// A message that owes no answer goes out.
    pub(in crate::door) fn tell(&mut self, session: SessionIndex, now: Duration) {
        let session = &mut self.sessions[session];
        session.spoken_to = now;
        session.alive = now;
        session.last = now;
        session.given_up = false;
    }

    /// A request goes out; gives the number that its answer is brought under.
    pub(in crate::door) fn ask(
        &mut self,
        session: SessionIndex,
        asked: Asked,
        message_id: Option<String>,
        now: Duration,
    ) -> u64 {
        self.tell(session, now);
        self.requests += 1;
        let session = &mut self.sessions[session];
        session.pending.push(Pending {
            number: self.requests,
            message_id,
            asked,
            accepted: false,
            given_up: false,
        });
        if asked != Asked::Initialize {
            session.operation = match (asked, session.operation) {
                (Asked::Start, Operation::None | Operation::Over) => Operation::Asked,
                (_, operation) => operation,
            };
        }
        self.requests
    }

    /// The HTTP answer to a request came, or cannot come any more.
    pub(in crate::door) fn answered(
        &mut self,
        session: SessionIndex,
        number: u64,
        answer: &Result<Answer, Failure>,
        now: Duration,
    ) {
        if let Ok(answer) = answer {
            self.named(session, answer);
        }
        let state = &mut self.sessions[session];
        let Some(place) = state.pending.iter().position(|p| p.number == number) else {
            return;
        };
        let pending = &mut state.pending[place];
        match answer::reply(pending.asked, pending.message_id.as_deref(), answer) {
            // A server that posts callbacks may post the answer as well.
            None => pending.accepted = true,
            Some((event, form)) => {
                state.pending.remove(place);
                self.keep(answer.as_ref().map_or(&[], |answer| &answer.body));
                self.take_answer(session, event, form, now);
                self.tell_end(session, now);
            }
        }
    }

    /// The answer to a message that owes none: only an event in it is of interest.
    pub(in crate::door) fn answered_unasked(
        &mut self,
        session: SessionIndex,
        answer: &Result<Answer, Failure>,
        now: Duration,
    ) {
        let Ok(answer) = answer else { return };
        self.named(session, answer);
        let nothing = answer.body.iter().all(u8::is_ascii_whitespace);
        if nothing || self.sessions[session].ended {
            return;
        }
        let as_result = Ok(answer.clone());
        if let Some((event @ (Event::Fault(_) | Event::Callback(_)), form)) =
            answer::reply(Asked::Raw, None, &as_result)
        {
            self.keep(&answer.body);
            self.push(session, event, form, now);
        }
    }

    /// What an answer says of the session that it belongs to.
    fn named(&mut self, session: SessionIndex, answer: &Answer) {
        let session = &mut self.sessions[session];
        for (name, value) in &answer.cookies {
            session.cookies.retain(|(known, _)| known != name);
            session.cookies.push((name.clone(), value.clone()));
        }
        let ours = session
            .cookies
            .iter()
            .find(|(name, _)| name == "ipamconf-session")
            .or_else(|| session.cookies.first())
            .map(|(_, value)| value.clone());
        let id = answer.session.clone().or(ours);
        if id.is_some() && id != session.id {
            session.id = id;
            // Another session of the server: its events count from the start.
            session.after = 0;
        }
    }

    fn take_answer(&mut self, session: SessionIndex, event: Event, form: Form, now: Duration) {
        let state = &mut self.sessions[session];
        match (&event, state.operation) {
            // An operation that goes on is not ended by the refusal of something else.
            (Event::Fault(_), Operation::Started) => {}
            (Event::Fault(_), _) => state.operation = Operation::Over,
            (Event::StartOperationWithCallbackResponse, Operation::None | Operation::Asked) => {
                state.operation = Operation::Started
            }
            _ => {}
        }
        let deaf = self.way == Way::Read
            && state.id.is_none()
            && event == Event::StartOperationWithCallbackResponse;
        self.push(session, event, form, now);
        if deaf {
            let (event, form) = answer::unintelligible(
                self.due_callback(session),
                "the HTTP answer",
                "a cookie, or the header Ipamconf-Session, with the name under which callbacks are read",
                "neither".to_owned(),
            );
            self.push(session, event, form, now);
        }
    }

    fn push(&mut self, session: SessionIndex, event: Event, mut form: Form, now: Duration) {
        form.came = self.came.take();
        let state = &mut self.sessions[session];
        state.last = now;
        match &event {
            Event::Callback(callback) => {
                state.called_back = true;
                state.operation = if callback.terminal().is_some() {
                    Operation::Over
                } else {
                    match (state.operation, callback) {
                        (Operation::Over, Callback::StartProgressCallback { .. }) => {
                            Operation::Started
                        }
                        (Operation::Over, _) => Operation::Over,
                        _ => Operation::Started,
                    }
                };
            }
            Event::SessionClosed => {
                state.ended = true;
                state.operation = Operation::Over;
            }
            _ => {}
        }
        self.events.push_back((session, event, form));
    }

    /// Tells the end of a session that was read, unless an answer is still under way.
    fn tell_end(&mut self, session: SessionIndex, now: Duration) {
        let state = &self.sessions[session];
        let answers = state.pending.iter().any(|pending| !pending.given_up);
        if state.end_read && !state.ended && !answers {
            self.push(session, Event::SessionClosed, Form::default(), now);
        }
    }

    /// An envelope came on the way of callbacks.
    fn take_envelope(
        &mut self,
        session: SessionIndex,
        envelope: &[u8],
        posted_as: Option<Option<&str>>,
        now: Duration,
    ) {
        let pending = &self.sessions[session].pending;
        let mut answers = None;
        let (event, form) = answer::callback(envelope, posted_as, |id| {
            answers = pending
                .iter()
                .position(|p| p.accepted && p.message_id.as_deref() == Some(id));
            answers.is_some()
        });
        self.keep(envelope);
        if let Some(place) = answers
            && !matches!(event, Event::Callback(_))
        {
            self.sessions[session].pending.remove(place);
            self.take_answer(session, event, form, now);
        } else {
            self.push(session, event, form, now);
        }
    }

    /// A callback was posted to the place of a session.
    pub(in crate::door) fn posted(
        &mut self,
        session: SessionIndex,
        content_type: Option<&str>,
        body: &[u8],
        now: Duration,
    ) {
        self.take_envelope(session, body, Some(content_type), now);
    }

    /// Something was posted to a place that is nobody's.
    pub(in crate::door) fn posted_elsewhere(&mut self, path: &str, now: Duration) {
        let Some(session) = self.sessions.len().checked_sub(1) else {
            return;
        };
        let (event, form) = answer::unintelligible(
            self.due_callback(session),
            "the address of a callback",
            "the address in the ReplyTo of the session",
            format!("a message to `{}`", answer::excerpt(path)),
        );
        self.push(session, event, form, now);
    }

    /// The bytes of an envelope came on the connection of a session; what they mean is told next.
    pub(in crate::door) fn received(&mut self, bytes: &[u8]) {
        self.keep(bytes);
    }

    /// An envelope came on the connection of a session, as answers and callbacks alike do.
    pub(in crate::door) fn heard(
        &mut self,
        session: SessionIndex,
        envelope: &Envelope,
        now: Duration,
    ) {
        let pending = &mut self.sessions[session].pending;
        let asked: Vec<_> = pending
            .iter()
            .map(|pending| (pending.asked, pending.message_id.as_deref()))
            .collect();
        let (place, event, form) = answer::arrival(envelope, &asked);
        if let Some(place) = place {
            pending.remove(place);
        }
        if matches!(event, Event::Callback(_)) {
            self.push(session, event, form, now);
        } else {
            self.take_answer(session, event, form, now);
        }
    }

    /// What came on the connection of a session is no message: it breaks what the message that was due has to be, or
    /// `requirement`.
    pub(in crate::door) fn garbled(
        &mut self,
        session: SessionIndex,
        requirement: Option<RequirementId>,
        path: &str,
        expected: &str,
        found: String,
        now: Duration,
    ) {
        let due = self.sessions[session].pending.first();
        let requirement = requirement
            .or_else(|| due.map(|pending| pending.asked.form()))
            .unwrap_or(RequirementId::R_MSG_6);
        let (event, form) = answer::unintelligible(requirement, path, expected, found);
        self.push(session, event, form, now);
    }

    /// The server ended a session, or its connection: what was owed will not come.
    pub(in crate::door) fn closed(&mut self, session: SessionIndex, now: Duration) {
        if !self.sessions[session].ended {
            self.sessions[session].pending.clear();
            self.push(session, Event::SessionClosed, Form::default(), now);
        }
    }

    /// What asks for the callback that is due.
    fn due_callback(&self, session: SessionIndex) -> RequirementId {
        if self.sessions[session].called_back {
            RequirementId::R_SM_8
        } else {
            RequirementId::R_START_1
        }
    }

    /// The sessions whose callbacks can be read now, with the server's name for each and the number of the last one
    /// that was read.
    pub(in crate::door) fn readable(&self) -> Vec<(SessionIndex, String, u64)> {
        if self.way != Way::Read {
            return Vec::new();
        }
        self.sessions
            .iter()
            .enumerate()
            .filter(|(_, session)| !session.ended && !session.end_read && !session.unreadable)
            .filter_map(|(index, session)| Some((index, session.id.clone()?, session.after)))
            .collect()
    }

    /// What came where callbacks are read.
    pub(in crate::door) fn read(
        &mut self,
        session: SessionIndex,
        answer: &Result<Answer, Failure>,
        now: Duration,
    ) {
        match records(answer) {
            Ok(records) => {
                self.sessions[session].was_read = true;
                let after = self.sessions[session].after;
                for record in records.into_iter().filter(|record| record.seq > after) {
                    if self.sessions[session].ended {
                        break;
                    }
                    let state = &mut self.sessions[session];
                    state.after = state.after.max(record.seq);
                    match record.envelope {
                        Some(envelope) => {
                            self.take_envelope(session, envelope.as_bytes(), None, now);
                        }
                        None => {
                            state.end_read = true;
                            break;
                        }
                    }
                }
                self.tell_end(session, now);
            }
            Err(found) => {
                let due = matches!(
                    self.sessions[session].operation,
                    Operation::Asked | Operation::Started
                );
                self.sessions[session].unreadable = true;
                if due {
                    let (event, form) = answer::unintelligible(
                        self.due_callback(session),
                        "the answer to GET …/events",
                        "a JSON array of callbacks",
                        found,
                    );
                    self.push(session, event, form, now);
                }
            }
        }
    }

    /// The client closed a session, or lost it: it hears nothing more of it, not even what was under way.
    pub(in crate::door) fn end(&mut self, session: SessionIndex) {
        self.events.retain(|(of, ..)| *of != session);
        let session = &mut self.sessions[session];
        session.ended = true;
        session.pending.clear();
        session.operation = Operation::Over;
    }

    /// The next event.
    pub(in crate::door) fn pop(&mut self) -> Option<(SessionIndex, Event, Form)> {
        self.events.pop_front()
    }

    /// Until when something is waited for; `None` where nothing is due. What is overdue is given up.
    pub(in crate::door) fn due(&mut self, now: Duration) -> Option<Duration> {
        let (patience, way) = (self.patience, self.way);
        for index in 0..self.sessions.len() {
            let session = &mut self.sessions[index];
            let until = session.due(&patience, way);
            if until.is_some_and(|until| until <= now) {
                session.given_up = true;
                for pending in &mut session.pending {
                    pending.given_up = true;
                }
                self.tell_end(index, now);
            }
        }
        self.sessions
            .iter()
            .filter_map(|session| session.due(&patience, way))
            .max()
    }

    /// Whether the answer to a request is waited for.
    pub(in crate::door) fn awaits_answers(&self) -> bool {
        self.sessions
            .iter()
            .flat_map(|session| &session.pending)
            .any(|pending| !pending.given_up && !pending.accepted)
    }

    /// The sessions that have to be kept alive: nothing was said to them for so long.
    pub(in crate::door) fn silent_since(
        &self,
        for_so_long: Duration,
        now: Duration,
    ) -> Vec<SessionIndex> {
        (0..self.sessions.len())
            .filter(|index| {
                let session = &self.sessions[*index];
                let waits = session.id.is_some() && session.operation == Operation::Started;
                (self.way == Way::Same || waits)
                    && !session.ended
                    && now.saturating_sub(session.alive) >= for_so_long
            })
            .collect()
    }

    /// A sign of life went out; nothing new is due for it.
    pub(in crate::door) fn kept_alive(&mut self, session: SessionIndex, now: Duration) {
        self.sessions[session].alive = now;
    }

    /// Whether the end of every session could be seen.
    pub(in crate::door) fn shows_end(&self) -> bool {
        self.way == Way::Read
            && self
                .sessions
                .iter()
                .all(|session| session.was_read && !session.unreadable)
    }
}

#[cfg(test)]
mod tests;
