//! What the body of an HTTP message says: an event, and how its envelope differs from what the document wants.
//!
//! Pure. Whatever is no message of the protocol becomes an event too, with a deviation of the requirement that the
//! message should have met: it gets a verdict, and ends no run.

use crate::door::remote::edge::{Answer, Failure};
use crate::door::soap::{due, form_of};
use crate::model::Event;
use crate::soap::{Envelope, read_event};
use crate::spec::{Grade, RequirementId};
use crate::trace::{Form, FormDeviation};

/// How much of what is no envelope is shown.
const EXCERPT_MAX: usize = 60;

/// What a request was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::door) enum Asked {
    /// InitializeOperationParameters.
    Initialize,
    /// StartOperationWithCallback.
    Start,
    /// A message by hand, of which nobody knows what its answer is to be.
    Raw,
}

impl Asked {
    /// What its answer has to satisfy, where there is one.
    pub(in crate::door) const fn form(self) -> RequirementId {
        match self {
            Self::Initialize => RequirementId::R_MSG_2,
            Self::Start => RequirementId::R_MSG_4,
            Self::Raw => RequirementId::R_TR_2,
        }
    }

    /// What asks for an answer at all.
    const fn presence(self) -> RequirementId {
        match self {
            Self::Initialize => RequirementId::R_INIT_6,
            Self::Start => RequirementId::R_START_3,
            Self::Raw => RequirementId::R_TR_2,
        }
    }

    const fn response(self) -> &'static str {
        match self {
            Self::Initialize => "InitializeOperationParametersResponse",
            Self::Start => "StartOperationWithCallbackResponse",
            Self::Raw => "a response or a fault",
        }
    }

    fn is_answered_by(self, event: &Event) -> bool {
        match event {
            Event::Fault(_) => true,
            Event::InitializeOperationParametersResponse => self != Self::Start,
            Event::StartOperationWithCallbackResponse => self != Self::Initialize,
            _ => false,
        }
    }
}

/// One difference in form.
pub(in crate::door) fn deviation(
    requirement: RequirementId,
    grade: Grade,
    path: &str,
    expected: impl Into<String>,
    found: impl Into<String>,
) -> FormDeviation {
    FormDeviation {
        requirement,
        grade,
        path: path.to_owned(),
        expected: expected.into(),
        found: found.into(),
    }
}

/// Something that is no message.
pub(in crate::door) fn unintelligible(
    requirement: RequirementId,
    path: &str,
    expected: &str,
    found: String,
) -> (Event, Form) {
    let form = Form {
        action: None,
        deviations: vec![deviation(
            requirement,
            Grade::Hard,
            path,
            expected,
            found.clone(),
        )],
        came: None,
    };
    (Event::Unintelligible(found), form)
}

/// What the answer to a request says; `None` where the answer is to come another way.
pub(in crate::door) fn reply(
    asked: Asked,
    message_id: Option<&str>,
    answer: &Result<Answer, Failure>,
) -> Option<(Event, Form)> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(failure) => {
            let requirement = if failure.is_absence() {
                asked.presence()
            } else {
                asked.form()
            };
            return Some(unintelligible(
                requirement,
                "the HTTP answer",
                &format!("{} or a fault", asked.response()),
                failure.to_string(),
            ));
        }
    };
    if is_empty(answer) && (200..300).contains(&answer.status) {
        // 200 has to have a body; 202 and 204 say that there is none.
        if answer.status != 200 {
            return None;
        }
    }
    Some(read_reply(asked, message_id, answer))
}

fn is_empty(answer: &Answer) -> bool {
    answer.body.iter().all(u8::is_ascii_whitespace)
}

fn read_reply(asked: Asked, message_id: Option<&str>, answer: &Answer) -> (Event, Form) {
    let failed = answer.status >= 400;
    // A status of 4xx or 5xx announces a fault: then it is the fault that is not as it should be.
    let requirement = if failed {
        RequirementId::R_TR_2
    } else {
        asked.form()
    };
    let expected = if failed {
        "a SOAP 1.2 fault".to_owned()
    } else {
        format!("a SOAP 1.2 envelope with {}", asked.response())
    };
    if (300..400).contains(&answer.status) {
        let to = answer.location.as_deref().unwrap_or("nowhere");
        let found = format!(
            "HTTP {}: a redirect to {}, which is not followed",
            answer.status,
            excerpt(to)
        );
        return unintelligible(asked.form(), "the HTTP answer", &expected, found);
    }
    let envelope = match envelope(&answer.body) {
        Ok(envelope) => envelope,
        Err(why) => {
            let found = format!("HTTP {}: {why}", answer.status);
            return unintelligible(requirement, "the HTTP answer", &expected, found);
        }
    };
    let (event, mut form) = event_of(&envelope, asked.form());
    if !matches!(event, Event::Unintelligible(_))
        && let Some(other) = something_else(asked, &event, &mut form)
    {
        return (other, form);
    }
    let fault = matches!(event, Event::Fault(_));
    let requirement = if fault {
        RequirementId::R_TR_2
    } else {
        asked.form()
    };
    if let Some(id) = message_id {
        relates(&envelope, id, requirement, &mut form);
    }
    if fault != failed {
        let wanted = if fault {
            "a status of 400 or 500, as SOAP 1.2 part 2 has it for a fault"
        } else {
            "the status 200"
        };
        form.deviations.push(deviation(
            requirement,
            Grade::Soft,
            "the HTTP status",
            wanted,
            answer.status.to_string(),
        ));
    }
    content_type(answer.content_type.as_deref(), requirement, &mut form);
    (event, form)
}

/// The answer names the request by its message id.
fn relates(envelope: &Envelope, id: &str, requirement: RequirementId, form: &mut Form) {
    const PATH: &str = "s:Envelope/s:Header/a:RelatesTo";
    match envelope.relates_to.as_deref() {
        Some(found) if found == id => {}
        // Over HTTP it is plain what the answer belongs to.
        None => form.deviations.push(deviation(
            requirement,
            Grade::Soft,
            PATH,
            id,
            "no such header",
        )),
        Some(found) => {
            form.deviations.push(deviation(
                requirement,
                Grade::Hard,
                PATH,
                id,
                excerpt(found),
            ));
        }
    }
}

fn content_type(found: Option<&str>, requirement: RequirementId, form: &mut Form) {
    let essence = found.and_then(|text| text.split(';').next()).map(str::trim);
    if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/soap+xml")) {
        form.deviations.push(deviation(
            requirement,
            Grade::Soft,
            "the HTTP header Content-Type",
            "application/soap+xml",
            found.map_or_else(|| "no such header".to_owned(), excerpt),
        ));
    }
}

/// What an envelope that should hold a callback says. `answers` tells whether a message id is that of a request whose
/// answer is to come this way.
pub(in crate::door) fn callback(
    text: &[u8],
    posted_as: Option<Option<&str>>,
    answers: impl FnOnce(&str) -> bool,
) -> (Event, Form) {
    const EXPECTED: &str = "a SOAP 1.2 envelope with a callback";
    let requirement = RequirementId::R_MSG_6;
    let envelope = match envelope(text) {
        Ok(envelope) => envelope,
        Err(why) => return unintelligible(requirement, "the callback", EXPECTED, why),
    };
    let (event, mut form) = event_of(&envelope, requirement);
    if let Some(found) = posted_as {
        content_type(found, requirement, &mut form);
    }
    match event {
        Event::Callback(_) => {
            if let Some(found) = &envelope.relates_to {
                form.deviations.push(deviation(
                    requirement,
                    Grade::Soft,
                    "s:Envelope/s:Header/a:RelatesTo",
                    "no such header: a callback answers nothing",
                    excerpt(found),
                ));
            }
            (event, form)
        }
        Event::Unintelligible(_) => (event, form),
        event if envelope.relates_to.as_deref().is_some_and(answers) => (event, form),
        event => {
            let found = format!("{}, which answers no request", event.name());
            unintelligible(requirement, "the callback", EXPECTED, found)
        }
    }
}

/// What an envelope says that came where answers and callbacks come alike, and which of the requests without an answer
/// it answers.
///
/// An answer belongs to the request that it relates to. One that relates to none still is somebody's answer, and not as
/// it should be (WS-Addressing 1.0, 3.4).
pub(in crate::door) fn arrival(
    envelope: &Envelope,
    pending: &[(Asked, Option<&str>)],
) -> (Option<usize>, Event, Form) {
    let related = envelope.relates_to.as_deref();
    let named = pending
        .iter()
        .position(|(_, id)| id.is_some() && *id == related);
    let asked = named.map(|place| pending[place].0);
    let (event, mut form) = event_of(envelope, asked.map_or(RequirementId::R_MSG_6, Asked::form));
    const PATH: &str = "s:Envelope/s:Header/a:RelatesTo";
    match event {
        Event::Unintelligible(_) => (named, event, form),
        Event::Callback(_) => {
            if let Some(found) = related {
                form.deviations.push(deviation(
                    RequirementId::R_MSG_6,
                    Grade::Soft,
                    PATH,
                    "no such header: a callback answers nothing",
                    excerpt(found),
                ));
            }
            (None, event, form)
        }
        event => {
            if let Some(asked) = asked
                && let Some(other) = something_else(asked, &event, &mut form)
            {
                return (named, other, form);
            }
            let place = named.or_else(|| {
                pending
                    .iter()
                    .position(|(asked, _)| asked.is_answered_by(&event))
            });
            let wanted = place.map(|place| pending[place].1);
            // Of a message by hand nobody knows the id.
            if named.is_none() && wanted != Some(None) {
                form.deviations.push(deviation(
                    due(&event),
                    Grade::Hard,
                    PATH,
                    wanted.flatten().unwrap_or("the message id of a request"),
                    related.map_or_else(|| "no such header".to_owned(), excerpt),
                ));
            }
            (place, event, form)
        }
    }
}

/// The envelope in a body, or what is there instead.
fn envelope(body: &[u8]) -> Result<Envelope, String> {
    let text = std::str::from_utf8(body)
        .map_err(|error| format!("text that is no UTF-8, at byte {}", error.valid_up_to()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err("an empty body".to_owned());
    }
    Envelope::read(text).map_err(|error| format!("`{}`: {error}", excerpt(text)))
}

/// The event in an envelope. What is none breaks `requirement`, unless something is named already.
fn event_of(envelope: &Envelope, requirement: RequirementId) -> (Event, Form) {
    let read = read_event(envelope);
    let mut form = form_of(envelope, read.deviations);
    let event = read.event.unwrap_or_else(|instead| {
        if form.deviations.is_empty() {
            form.deviations.push(deviation(
                requirement,
                Grade::Hard,
                "s:Envelope/s:Body",
                "a message of the protocol",
                instead.clone(),
            ));
        }
        Event::Unintelligible(instead)
    });
    (event, form)
}

/// What an event is that does not answer such a request: no message here.
fn something_else(asked: Asked, event: &Event, form: &mut Form) -> Option<Event> {
    if asked.is_answered_by(event) {
        return None;
    }
    let found = event.name().to_owned();
    form.deviations.push(deviation(
        asked.form(),
        Grade::Hard,
        "s:Envelope/s:Body",
        format!("{} or a fault", asked.response()),
        found.clone(),
    ));
    Some(Event::Unintelligible(found))
}

/// The beginning of a text, on one line, without what a terminal would obey.
pub(in crate::door) fn excerpt(text: &str) -> String {
    let mut line = String::new();
    let mut letters = 0;
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        for letter in word.chars().filter(|letter| !letter.is_control()) {
            if letters == EXCERPT_MAX {
                line.push('…');
                return line;
            }
            line.push(letter);
            letters += 1;
        }
    }
    line
}
