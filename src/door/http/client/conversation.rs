//! What has been said on the sessions of a case, what is still waited for, and for how long.
//!
//! Without IO and without a clock: whoever calls says what came and what time it is, counted from any moment.

use std::collections::VecDeque;
use std::time::Duration;

use crate::door::http::client::answer::{self, Asked};
use crate::door::http::client::edge::{Answer, Failure};
use crate::model::{Callback, Event};
use crate::spec::RequirementId;
use crate::trace::{Form, SessionIndex};

/// How many times the time that silence may last a step may take as a whole, however busily a target talks.
const STEP_TIMEOUTS_MAX: u32 = 6;

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

/// A request that has not been answered.
#[derive(Debug)]
struct Pending {
    number: u64,
    message_id: Option<String>,
    asked: Asked,
    /// The server has taken it and answers another way.
    accepted: bool,
    /// Nobody waits for the answer any more; it is still taken when it comes.
    given_up: bool,
}

/// What is known of an operation on a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    /// None was asked for.
    None,
    /// It was asked for; whether it started is not known.
    Asked,
    /// It goes on.
    Started,
    /// SetOverallStatus or a fault was its end.
    Over,
}

/// A session as far as HTTP knows it.
#[derive(Debug)]
struct Session {
    cookies: Vec<(String, String)>,
    id: Option<String>,
    pending: Vec<Pending>,
    operation: Operation,
    called_back: bool,
    ended: bool,
    /// Callbacks cannot be read: it was said once.
    unreadable: bool,
    /// Whether its callbacks were read at least once.
    was_read: bool,
    after: u64,
    /// When it last spoke, or was spoken to.
    last: Duration,
    /// When it was last spoken to by a step.
    spoken_to: Duration,
    /// When the server last heard anything of it.
    alive: Duration,
    /// What was due did not come: nothing is waited for until it is spoken to again.
    given_up: bool,
}

impl Session {
    const fn new(now: Duration) -> Self {
        Self {
            cookies: Vec::new(),
            id: None,
            pending: Vec::new(),
            operation: Operation::None,
            called_back: false,
            ended: false,
            unreadable: false,
            was_read: false,
            after: 0,
            last: now,
            spoken_to: now,
            alive: now,
            given_up: false,
        }
    }

    /// Until when something is waited for, if anything is.
    fn due(&self, patience: &Patience, callbacks: Callbacks) -> Option<Duration> {
        if self.given_up {
            return None;
        }
        let answers = self.pending.iter().any(|pending| !pending.given_up);
        // Nobody waits for what could not be heard.
        let heard = callbacks == Callbacks::Posted || (self.id.is_some() && !self.unreadable);
        if !answers && !heard {
            return None;
        }
        let silence = if self.ended {
            // What is under way still arrives; nothing new is made.
            answers.then_some(patience.quiet)?
        } else if answers || matches!(self.operation, Operation::Asked | Operation::Started) {
            patience.timeout
        } else if self.operation == Operation::Over {
            patience.quiet
        } else {
            return None;
        };
        let whole = self.spoken_to + patience.timeout * STEP_TIMEOUTS_MAX;
        Some((self.last + silence).min(whole))
    }
}

/// The sessions of one case.
#[derive(Debug)]
pub(super) struct Conversation {
    patience: Patience,
    callbacks: Callbacks,
    sessions: Vec<Session>,
    events: VecDeque<(SessionIndex, Event, Form)>,
    requests: u64,
}

impl Conversation {
    pub(super) const fn new(patience: Patience, callbacks: Callbacks) -> Self {
        Self {
            patience,
            callbacks,
            sessions: Vec::new(),
            events: VecDeque::new(),
            requests: 0,
        }
    }

    /// A new session.
    pub(super) fn open(&mut self, now: Duration) -> SessionIndex {
        self.sessions.push(Session::new(now));
        self.sessions.len() - 1
    }

    /// How many there are.
    pub(super) const fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// The headers that tell the server which session a message belongs to.
    pub(super) fn headers(&self, session: SessionIndex) -> Vec<(&'static str, String)> {
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
    pub(super) fn id(&self, session: SessionIndex) -> Option<&str> {
        self.sessions[session].id.as_deref()
    }

    /// Whether a session can be spoken to: its end has not come.
    pub(super) fn is_open(&self, session: SessionIndex) -> bool {
        !self.sessions[session].ended
    }

    /// A message that owes no answer goes out.
    pub(super) fn tell(&mut self, session: SessionIndex, now: Duration) {
        let session = &mut self.sessions[session];
        session.spoken_to = now;
        session.alive = now;
        session.last = now;
        session.given_up = false;
    }

    /// A request goes out; gives the number that its answer is brought under.
    pub(super) fn ask(
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
    pub(super) fn answered(
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
                self.take_answer(session, event, form, now);
            }
        }
    }

    /// The answer to a message that owes none: only an event in it is of interest.
    pub(super) fn answered_unasked(
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
        let deaf = self.callbacks == Callbacks::Polled
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

    fn push(&mut self, session: SessionIndex, event: Event, form: Form, now: Duration) {
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
    pub(super) fn posted(
        &mut self,
        session: SessionIndex,
        content_type: Option<&str>,
        body: &[u8],
        now: Duration,
    ) {
        self.take_envelope(session, body, Some(content_type), now);
    }

    /// Something was posted to a place that is nobody's.
    pub(super) fn posted_elsewhere(&mut self, path: &str, now: Duration) {
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
    pub(super) fn readable(&self) -> Vec<(SessionIndex, String, u64)> {
        if self.callbacks == Callbacks::Posted {
            return Vec::new();
        }
        self.sessions
            .iter()
            .enumerate()
            .filter(|(_, session)| !session.ended && !session.unreadable)
            .filter_map(|(index, session)| Some((index, session.id.clone()?, session.after)))
            .collect()
    }

    /// What came where callbacks are read.
    pub(super) fn read(
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
                        None => self.push(session, Event::SessionClosed, Form::default(), now),
                    }
                }
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

    /// The client closed a session, or lost it.
    pub(super) fn end(&mut self, session: SessionIndex) {
        let session = &mut self.sessions[session];
        session.ended = true;
        session.pending.clear();
        session.operation = Operation::Over;
    }

    /// The next event.
    pub(super) fn pop(&mut self) -> Option<(SessionIndex, Event, Form)> {
        self.events.pop_front()
    }

    /// Until when something is waited for; `None` where nothing is due. What is overdue is given up.
    pub(super) fn due(&mut self, now: Duration) -> Option<Duration> {
        let (patience, callbacks) = (self.patience, self.callbacks);
        for session in &mut self.sessions {
            if session
                .due(&patience, callbacks)
                .is_some_and(|until| until <= now)
            {
                session.given_up = true;
                for pending in &mut session.pending {
                    pending.given_up = true;
                }
            }
        }
        self.sessions
            .iter()
            .filter_map(|session| session.due(&patience, callbacks))
            .max()
    }

    /// Whether the answer to a request is waited for.
    pub(super) fn awaits_answers(&self) -> bool {
        self.sessions
            .iter()
            .flat_map(|session| &session.pending)
            .any(|pending| !pending.given_up && !pending.accepted)
    }

    /// The sessions that have to be kept alive: nothing was said to them for so long.
    pub(super) fn silent_since(&self, for_so_long: Duration, now: Duration) -> Vec<SessionIndex> {
        (0..self.sessions.len())
            .filter(|index| {
                let session = &self.sessions[*index];
                session.id.is_some()
                    && session.operation == Operation::Started
                    && !session.ended
                    && now.saturating_sub(session.alive) >= for_so_long
            })
            .collect()
    }

    /// A sign of life went out; nothing new is due for it.
    pub(super) fn kept_alive(&mut self, session: SessionIndex, now: Duration) {
        self.sessions[session].alive = now;
    }

    /// Whether the end of every session could be seen.
    pub(super) fn shows_end(&self) -> bool {
        self.callbacks == Callbacks::Polled
            && self
                .sessions
                .iter()
                .all(|session| session.was_read && !session.unreadable)
    }
}

/// One record of what is read.
struct Record {
    seq: u64,
    /// `None` for the end of the session.
    envelope: Option<String>,
}

/// The records in an answer, or what is there instead.
fn records(answer: &Result<Answer, Failure>) -> Result<Vec<Record>, String> {
    let answer = answer.as_ref().map_err(ToString::to_string)?;
    let shown = || {
        let text = String::from_utf8_lossy(&answer.body);
        format!("HTTP {}: `{}`", answer.status, answer::excerpt(&text))
    };
    if answer.status == 204 {
        return Ok(Vec::new());
    }
    if answer.status != 200 {
        return Err(shown());
    }
    let list: Vec<serde_json::Value> = serde_json::from_slice(&answer.body).map_err(|_| shown())?;
    list.iter()
        .map(|record| {
            let seq = record.get("seq")?.as_u64()?;
            if record.get("ended").and_then(serde_json::Value::as_bool) == Some(true) {
                return Some(Record {
                    seq,
                    envelope: None,
                });
            }
            let envelope = record.get("envelope")?.as_str()?.to_owned();
            Some(Record {
                seq,
                envelope: Some(envelope),
            })
        })
        .collect::<Option<Vec<_>>>()
        .ok_or_else(shown)
}
