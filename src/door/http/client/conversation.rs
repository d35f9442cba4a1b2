//! What has been said on the sessions of a case, what is still waited for, and for how long.
//!
//! Without IO and without a clock: whoever calls says what came and what time it is, counted from any moment.

use std::collections::VecDeque;
use std::time::Duration;

use crate::door::http::client::answer::{self, Asked};
use crate::door::http::client::edge::{Answer, Failure};
use crate::model::{Callback, Event};
use crate::soap::Envelope;
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
    /// Its end was read, and is told once the answers that are under way have come: they take another way.
    end_read: bool,
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
            end_read: false,
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
    fn due(&self, patience: &Patience, way: Way) -> Option<Duration> {
        if self.given_up {
            return None;
        }
        let answers = self.pending.iter().any(|pending| !pending.given_up);
        // Nobody waits for what could not be heard.
        let heard = way != Way::Read || (self.id.is_some() && !self.unreadable);
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
pub(in crate::door) struct Conversation {
    patience: Patience,
    way: Way,
    sessions: Vec<Session>,
    events: VecDeque<(SessionIndex, Event, Form)>,
    requests: u64,
}

impl Conversation {
    pub(in crate::door) const fn new(patience: Patience, way: Way) -> Self {
        Self {
            patience,
            way,
            sessions: Vec::new(),
            events: VecDeque::new(),
            requests: 0,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SoapFault;
    use crate::soap::{CallbackPrefix, write_event};
    use crate::spec::OverallProgressStatus;

    const S: Duration = Duration::from_secs(1);
    const PATIENCE: Patience = Patience {
        timeout: Duration::from_secs(10),
        quiet: Duration::from_secs(1),
    };

    fn conversation(callbacks: Callbacks) -> Conversation {
        let mut conversation = Conversation::new(PATIENCE, callbacks.into());
        conversation.open(Duration::ZERO);
        conversation
    }

    fn envelope(event: &Event, relates_to: Option<&str>) -> Vec<u8> {
        let envelope = write_event(event, relates_to, CallbackPrefix::Service);
        envelope.expect("a message").to_xml().into_bytes()
    }

    fn answer(status: u16, event: &Event) -> Result<Answer, Failure> {
        Ok(Answer {
            status,
            content_type: Some("application/soap+xml".to_owned()),
            session: Some("s1".to_owned()),
            body: envelope(event, Some("m1")),
            ..Answer::default()
        })
    }

    fn ask(conversation: &mut Conversation, asked: Asked, now: Duration) -> u64 {
        conversation.ask(0, asked, Some("m1".to_owned()), now)
    }

    fn started() -> Event {
        Event::Callback(Callback::StartProgressCallback {
            is_non_deterministic: None,
        })
    }

    fn over() -> Event {
        Event::Callback(Callback::SetOverallStatus {
            overall_status: OverallProgressStatus::CompletedWithSuccess,
            completion_status: None,
        })
    }

    fn events(conversation: &mut Conversation) -> Vec<&'static str> {
        std::iter::from_fn(|| conversation.pop())
            .map(|(_, event, _)| event.name())
            .collect()
    }

    fn list(records: &str) -> Result<Answer, Failure> {
        Ok(Answer {
            status: 200,
            body: records.as_bytes().to_vec(),
            ..Answer::default()
        })
    }

    #[test]
    fn an_answer_is_due_for_so_long_and_taken_even_after_that() {
        let mut c = conversation(Callbacks::Polled);
        assert_eq!(c.due(Duration::ZERO), None);
        let number = ask(&mut c, Asked::Initialize, S);
        assert_eq!(c.due(2 * S), Some(11 * S));
        assert_eq!(c.due(11 * S), None);
        assert!(!c.awaits_answers());
        let late = answer(200, &Event::InitializeOperationParametersResponse);
        c.answered(0, number, &late, 12 * S);
        assert_eq!(events(&mut c), ["InitializeOperationParametersResponse"]);
        assert_eq!(c.due(12 * S), None, "no operation goes on");
    }

    #[test]
    fn an_operation_is_over_after_its_last_word_and_a_silence() {
        let mut c = conversation(Callbacks::Posted);
        let number = ask(&mut c, Asked::Start, S);
        let reply = answer(200, &Event::StartOperationWithCallbackResponse);
        c.answered(0, number, &reply, 2 * S);
        assert_eq!(c.due(2 * S), Some(12 * S), "callbacks are due");
        c.posted(0, None, &envelope(&started(), None), 3 * S);
        assert_eq!(c.due(3 * S), Some(13 * S));
        c.posted(0, None, &envelope(&over(), None), 4 * S);
        assert_eq!(c.due(4 * S), Some(5 * S), "the quiet after the end");
        assert_eq!(c.due(5 * S), None);
    }

    #[test]
    fn a_target_that_never_falls_silent_is_stopped() {
        let mut c = conversation(Callbacks::Posted);
        ask(&mut c, Asked::Start, Duration::ZERO);
        let mut now = Duration::ZERO;
        while c.due(now).is_some() {
            now += S;
            c.posted(0, None, &envelope(&started(), None), now);
        }
        assert_eq!(now, PATIENCE.timeout * STEP_TIMEOUTS_MAX);
    }

    #[test]
    fn the_end_of_a_session_ends_all_waiting() {
        let mut c = conversation(Callbacks::Polled);
        let number = ask(&mut c, Asked::Initialize, S);
        let fault = answer(400, &Event::Fault(SoapFault::sender(None)));
        c.answered(0, number, &fault, S);
        assert_eq!(c.due(S), Some(2 * S), "its end is looked for");
        assert_eq!(c.readable(), [(0, "s1".to_owned(), 0)]);
        c.read(0, &list(r#"[{"seq": 1, "ended": true}]"#), S);
        assert_eq!(events(&mut c), ["Fault", "SessionClosed"]);
        assert_eq!(c.due(S), None);
        assert!(!c.is_open(0) && c.readable().is_empty() && c.shows_end());
    }

    #[test]
    fn the_end_of_a_session_is_told_after_the_answer_that_is_under_way() {
        let mut c = conversation(Callbacks::Polled);
        let first = ask(&mut c, Asked::Initialize, S);
        let reply = answer(200, &Event::InitializeOperationParametersResponse);
        c.answered(0, first, &reply, S);
        let end = list(r#"[{"seq": 1, "ended": true}]"#);
        let second = ask(&mut c, Asked::Start, S);
        c.read(0, &end, S);
        let fault = answer(400, &Event::Fault(SoapFault::sender(None)));
        c.answered(0, second, &fault, S);
        assert_eq!(
            events(&mut c),
            [
                "InitializeOperationParametersResponse",
                "Fault",
                "SessionClosed"
            ]
        );
        // An answer that never comes does not hide it.
        let mut c = conversation(Callbacks::Polled);
        let first = ask(&mut c, Asked::Initialize, S);
        c.answered(0, first, &reply, S);
        ask(&mut c, Asked::Start, S);
        c.read(0, &end, S);
        assert_eq!(c.due(2 * S), Some(11 * S));
        assert_eq!(c.due(11 * S), None);
        assert_eq!(
            events(&mut c),
            ["InitializeOperationParametersResponse", "SessionClosed"]
        );
    }

    #[test]
    fn what_was_read_is_not_taken_twice() {
        let mut c = conversation(Callbacks::Polled);
        let number = ask(&mut c, Asked::Start, S);
        let reply = answer(200, &Event::StartOperationWithCallbackResponse);
        c.answered(0, number, &reply, S);
        let text = String::from_utf8(envelope(&started(), None)).unwrap();
        let records = serde_json::json!([{ "seq": 1, "envelope": text }]).to_string();
        c.read(0, &list(&records), S);
        c.read(0, &list(&records), S);
        assert_eq!(
            events(&mut c),
            [
                "StartOperationWithCallbackResponse",
                "StartProgressCallback"
            ]
        );
    }

    #[test]
    fn callbacks_that_nobody_can_read_are_not_waited_for() {
        let mut c = conversation(Callbacks::Polled);
        let number = ask(&mut c, Asked::Start, S);
        let mut reply = answer(200, &Event::StartOperationWithCallbackResponse);
        if let Ok(answer) = &mut reply {
            answer.session = None;
        }
        c.answered(0, number, &reply, S);
        assert_eq!(c.due(S), None);
        let (_, event, _) = c.pop().unwrap();
        assert_eq!(event, Event::StartOperationWithCallbackResponse);
        let (_, _, form) = c.pop().unwrap();
        assert_eq!(form.deviations[0].requirement, RequirementId::R_START_1);
    }

    #[test]
    fn a_session_of_its_own_connection_is_kept_alive_after_every_tick_of_silence() {
        let mut c = Conversation::new(PATIENCE, Way::Same);
        c.open(Duration::ZERO);
        assert!(c.silent_since(15 * S, 14 * S).is_empty());
        assert_eq!(c.silent_since(15 * S, 15 * S), [0]);
        c.kept_alive(0, 15 * S);
        assert!(c.silent_since(15 * S, 29 * S).is_empty());
        assert_eq!(c.silent_since(15 * S, 30 * S), [0]);
        c.closed(0, 31 * S);
        assert!(c.silent_since(15 * S, 60 * S).is_empty());
    }

    #[test]
    fn on_its_own_connection_an_answer_is_found_by_what_it_relates_to() {
        let heard = |relates_to: Option<&str>| {
            let mut c = Conversation::new(PATIENCE, Way::Same);
            c.open(Duration::ZERO);
            c.ask(0, Asked::Start, Some("m1".to_owned()), S);
            let started = write_event(&started(), None, CallbackPrefix::Service).unwrap();
            c.heard(0, &started, S);
            let reply = Event::StartOperationWithCallbackResponse;
            let reply = write_event(&reply, relates_to, CallbackPrefix::Service).unwrap();
            c.heard(0, &reply, S);
            let (_, first, _) = c.pop().unwrap();
            assert_eq!(first.name(), "StartProgressCallback");
            let (_, event, form) = c.pop().unwrap();
            assert_eq!(event, Event::StartOperationWithCallbackResponse);
            assert!(!c.awaits_answers());
            form.deviations.len()
        };
        assert_eq!(heard(Some("m1")), 0);
        assert_eq!(heard(Some("another")), 1);
        assert_eq!(heard(None), 1);
    }

    #[test]
    fn an_answer_that_is_posted_is_the_answer() {
        let mut c = conversation(Callbacks::Posted);
        let number = ask(&mut c, Asked::Initialize, S);
        let accepted = Ok(Answer {
            status: 202,
            ..Answer::default()
        });
        c.answered(0, number, &accepted, S);
        let reply = envelope(&Event::InitializeOperationParametersResponse, Some("m1"));
        c.posted(0, Some("application/soap+xml"), &reply, S);
        // A second one answers nothing any more.
        c.posted(0, Some("application/soap+xml"), &reply, S);
        assert_eq!(
            events(&mut c),
            ["InitializeOperationParametersResponse", "Unintelligible"]
        );
    }
}
