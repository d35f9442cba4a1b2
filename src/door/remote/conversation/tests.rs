//! What is due on a session, for how long, and in which order it is told.

use super::session::STEP_TIMEOUTS_MAX;
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
