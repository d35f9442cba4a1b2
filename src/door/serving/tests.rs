//! The sessions and worlds of a server, without sockets.

use std::time::Duration;

use crate::door::SessionTarget;
use crate::door::serving::callback::Address;
use crate::door::serving::limits::ANSWERS_MAX;
use crate::door::serving::session::{Answer, Given, Record, Request, Told};
use crate::door::serving::slots::Slots;
use crate::door::serving::world::{Clock, Refused, ServedWorld, SessionId};
use crate::model::{ClientMessage, Event, Object, SoapFault, Value};
use crate::scenario::{Source, read};
use crate::spec::Readings;
use crate::suite::{Progress, Target};
use crate::world::Setup;

const START: ClientMessage = ClientMessage::StartOperationWithCallback;

fn setup(late: bool) -> Setup {
    let partner = if late {
        "partner = [{ does = \"late\", delay = \"2s\" }]"
    } else {
        ""
    };
    let text = format!(
        r#"
title = "a world"
requirements = ["R-31-3a"]
[world]
servers = [{{ name = "S" }}, {{ name = "P" }}]
relations = [{{ name = "R", server1 = "S", server2 = "P" }}]
scopes = [
  {{ name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R" }},
  {{ name = "B", server = "S", subnet = "10.0.2.0/24", relation = "R" }},
]
{partner}
[expect]
overall = "CompletedWithSuccess"
"#
    );
    let scenario = read("world", Source::new("world.toml".to_owned(), text)).unwrap();
    scenario.cases[0].world.set_up()
}

fn initialize() -> ClientMessage {
    let server = Object::default().with("RecordId", "1");
    let object = Object::of_type("ReplicateServerParameters")
        .with("OperationId", "ReplicateServer")
        .with("Server", server);
    ClientMessage::InitializeOperationParameters {
        paramters: Some(Value::Object(object)),
    }
}

fn world(
    late: bool,
    readings: &Readings,
    clock: Clock,
    ahead: usize,
    places: usize,
) -> ServedWorld {
    ServedWorld::new(
        "w1",
        &setup(late),
        readings,
        clock,
        ahead,
        Slots::new(places),
    )
}

fn manual(ahead: usize) -> ServedWorld {
    world(false, &Readings::default(), Clock::Manual, ahead, 100)
}

fn send(world: &mut ServedWorld, id: &SessionId, message: &ClientMessage) -> Given {
    world.message(id, message, Request::default()).unwrap()
}

/// A session whose operation was started.
fn started(world: &mut ServedWorld) -> SessionId {
    let id = world.open(0).unwrap();
    let answer = Given::Answer(Event::InitializeOperationParametersResponse);
    assert_eq!(send(world, &id, &initialize()), answer);
    let answer = Given::Answer(Event::StartOperationWithCallbackResponse);
    assert_eq!(send(world, &id, &START), answer);
    id
}

fn told(records: &[Record]) -> Vec<&'static str> {
    records
        .iter()
        .map(|record| match &record.what {
            Told::Callback(event) | Told::Reply { event, .. } => event.name(),
            Told::Ended => "ended",
        })
        .collect()
}

/// Everything a session tells, read one record at a time.
fn read_on(world: &mut ServedWorld, id: &SessionId) -> Vec<Record> {
    let mut all: Vec<Record> = Vec::new();
    loop {
        let after = all.last().map_or(0, |record| record.seq);
        let records = world.read(id, after).unwrap();
        let Some(first) = records.first() else {
            match world.waits() {
                Some(time) => assert!(world.advance(time)),
                None => return all,
            }
            continue;
        };
        assert_eq!(first.seq, after + 1);
        all.push(first.clone());
        if first.what == Told::Ended {
            return all;
        }
    }
}

#[test]
fn a_session_read_record_by_record_shows_what_it_shows_in_process() {
    for late in [false, true] {
        let mut served = world(late, &Readings::default(), Clock::Manual, 1, 9);
        let id = started(&mut served);
        let read = read_on(&mut served, &id);

        let mut target = SessionTarget::default();
        target.reset(&setup(late), &Readings::default()).unwrap();
        let session = target.open(&setup(late).caller).unwrap();
        target.send(session, &initialize()).unwrap();
        target.send(session, &START).unwrap();
        let mut shown = Vec::new();
        loop {
            match target.next() {
                Progress::Event(_, Event::Callback(callback)) => {
                    shown.push(Told::Callback(Event::Callback(callback)));
                }
                Progress::Event(_, Event::SessionClosed) => shown.push(Told::Ended),
                Progress::Event(..) => {}
                Progress::Wait(time) => target.advance(time),
                Progress::Quiet => break,
            }
        }
        let read: Vec<Told> = read.into_iter().map(|record| record.what).collect();
        assert_eq!(read, shown, "late: {late}");
        assert_eq!(Some(served.tables().1), target.tables());
    }
}

#[test]
fn one_record_ahead_nothing_happens_before_it_is_read() {
    let mut served = manual(1);
    let id = started(&mut served);
    let before = served.version();
    let first = served.read(&id, 0).unwrap();
    assert_eq!(told(&first), ["StartProgressCallback"]);
    assert_eq!(
        served.read(&id, 0).unwrap(),
        first,
        "asking again changes nothing"
    );
    assert!(served.advance(Duration::from_secs(1)));
    assert_eq!(served.version(), before);
    // The first scope is taken up by the next read, not before.
    assert_eq!(told(&served.read(&id, 1).unwrap()), ["AddSubTask"]);
}

#[test]
fn further_ahead_the_operation_does_not_wait_for_its_reader() {
    let mut served = manual(1000);
    let id = started(&mut served);
    assert_eq!(served.goes_on(&id, 0), Some(false));
    let records = served.read(&id, 0).unwrap();
    assert_eq!(
        records.last().map(|record| &record.what),
        Some(&Told::Ended)
    );
    let last = records.len() as u64;
    assert_eq!(records.last().map(|record| record.seq), Some(last));
    // Who has read everything is told the end again, and what is not there yet cannot have been read.
    assert_eq!(told(&served.read(&id, last).unwrap()), ["ended"]);
    assert_eq!(served.read(&id, last + 1), Err(Refused::Ahead(last)));
}

#[test]
fn the_unread_are_bounded() {
    let mut served = manual(3);
    let id = started(&mut served);
    assert_eq!(served.read(&id, 0).unwrap().len(), 3);
    assert_eq!(served.goes_on(&id, 0), Some(true));
    assert_eq!(served.read(&id, 2).unwrap().len(), 3);
}

#[test]
fn who_asks_on_without_reading_has_to_read_first() {
    let mut world = manual(1);
    let id = world.open(0).unwrap();
    let request = |length: usize| Request {
        message_id: Some("x".repeat(length)),
        reply_to: None,
        asynchronous: true,
    };
    let mut taken = 0;
    while world.message(&id, &initialize(), request(10)).is_ok() {
        taken += 1;
    }
    assert_eq!(taken, 1 + ANSWERS_MAX);
    let refused = world.message(&id, &initialize(), request(10));
    assert_eq!(refused, Err(Refused::Behind));
    // An answer that repeats a long MessageID counts for many.
    let other = world.open(0).unwrap();
    let long = request(2 * ANSWERS_MAX * 1024);
    assert_eq!(
        world.message(&other, &initialize(), long),
        Ok(Given::Accepted)
    );
    assert!(world.is_behind(&other));
    world.read(&id, 1).unwrap();
    let given = world.message(&id, &initialize(), request(10));
    assert_eq!(given, Ok(Given::Accepted));
}

#[test]
fn an_answer_that_is_owed_comes_last() {
    let mut readings = Readings::default();
    readings.choose("OQ-10", "last").unwrap();
    let mut served = world(false, &readings, Clock::Manual, 1, 9);
    let id = served.open(0).unwrap();
    send(&mut served, &id, &initialize());
    assert_eq!(send(&mut served, &id, &START), Given::Later);
    assert_eq!(served.take_answer(&id), Answer::Pending);
    // Another start meanwhile is answered by itself.
    assert!(matches!(
        send(&mut served, &id, &START),
        Given::Answer(Event::Fault(_))
    ));
    let all = read_on(&mut served, &id);
    assert_eq!(told(&all).last(), Some(&"ended"));
    let answer = Event::StartOperationWithCallbackResponse;
    assert_eq!(served.take_answer(&id), Answer::Ready(answer));
    assert_eq!(served.take_answer(&id), Answer::Lost);
}

#[test]
fn a_lost_session_leaves_its_answer_lost() {
    let mut readings = Readings::default();
    readings.choose("OQ-10", "last").unwrap();
    let mut served = world(false, &readings, Clock::Manual, 1, 9);
    let id = served.open(0).unwrap();
    send(&mut served, &id, &initialize());
    assert_eq!(send(&mut served, &id, &START), Given::Later);
    served.end(&id).unwrap();
    assert_eq!(served.take_answer(&id), Answer::Lost);
    assert_eq!(
        told(&served.read(&id, 0).unwrap()),
        ["StartProgressCallback", "ended"]
    );
}

#[test]
fn who_does_not_wait_gets_replies_among_the_callbacks() {
    let mut served = manual(1000);
    let id = served.open(0).unwrap();
    let address = Address::of(Some("http://127.0.0.1:9/"), &[]).unwrap();
    let request = |id: &str| Request {
        message_id: Some(id.to_owned()),
        reply_to: address.clone(),
        asynchronous: true,
    };
    for (message, name) in [(initialize(), "urn:1"), (START, "urn:2")] {
        let given = served.message(&id, &message, request(name)).unwrap();
        assert_eq!(given, Given::Accepted);
    }
    assert!(served.begins_to_post(&id) && !served.begins_to_post(&id));
    let mut posted = Vec::new();
    while let Some((record, _)) = served.next_post(&id) {
        if let Told::Reply { event, relates_to } = &record.what {
            posted.push((event.name(), relates_to.clone().unwrap()));
        }
        served.posted(&id, record.seq);
    }
    let pair = |name, id: &str| (name, id.to_owned());
    assert_eq!(
        posted,
        [
            pair("InitializeOperationParametersResponse", "urn:1"),
            pair("StartOperationWithCallbackResponse", "urn:2")
        ]
    );
    assert!(!served.may_tell(&id));
    // Of a session whose callbacks are posted, only the end can be read.
    assert_eq!(told(&served.read(&id, 0).unwrap()), ["ended"]);
}

#[test]
fn the_latest_address_counts() {
    let mut served = manual(1);
    let id = served.open(0).unwrap();
    let at = |text: &str| Request {
        reply_to: Address::of(Some(text), &[]).unwrap(),
        ..Request::default()
    };
    served
        .message(&id, &initialize(), at("http://127.0.0.1:1/"))
        .unwrap();
    served
        .message(&id, &START, at("http://127.0.0.1:2/"))
        .unwrap();
    // What is not answered does not move it.
    served
        .message(&id, &ClientMessage::Keepalive, Request::default())
        .unwrap();
    let (_, address) = served.next_post(&id).unwrap();
    assert_eq!(address.to_string(), "http://127.0.0.1:2/");
}

#[test]
fn what_is_no_message_ends_the_session() {
    let mut served = manual(1);
    let id = served.open(0).unwrap();
    let fault = SoapFault::sender(None);
    let given = served
        .reject(&id, fault.clone(), Request::default())
        .unwrap();
    assert_eq!(given, Given::Answer(Event::Fault(fault.clone())));
    assert_eq!(told(&served.read(&id, 0).unwrap()), ["ended"]);
    assert_eq!(send(&mut served, &id, &initialize()), Given::Over);
    let given = served.reject(&id, fault, Request::default()).unwrap();
    assert_eq!(given, Given::Over);
}

#[test]
fn silence_ends_a_session_and_time_does_not_pass_by_itself_where_it_is_made() {
    let mut real = world(
        false,
        &Readings::default(),
        Clock::Real(Duration::ZERO),
        1,
        9,
    );
    let id = real.open(0).unwrap();
    assert_eq!(real.wakes_at(), Some(Duration::from_secs(15)));
    assert!(!real.advance(Duration::from_secs(100)));
    real.is_now(Duration::from_secs(59));
    assert_eq!(real.goes_on(&id, 0), Some(true));
    real.is_now(Duration::from_secs(60));
    assert_eq!(real.goes_on(&id, 0), Some(false));
    assert_eq!(told(&real.read(&id, 0).unwrap()), ["ended"]);
    assert_eq!(real.wakes_at(), None);

    let mut made = manual(1);
    let id = made.open(0).unwrap();
    made.is_now(Duration::from_secs(1000));
    assert_eq!(made.goes_on(&id, 0), Some(true));
    assert_eq!(made.wakes_at(), None);
    assert!(made.advance(Duration::from_secs(60)));
    assert_eq!(made.goes_on(&id, 0), Some(false));
}

#[test]
fn places_are_bounded_and_given_back() {
    let mut served = world(false, &Readings::default(), Clock::Manual, 1, 2);
    let first = served.open(0).unwrap();
    let second = served.open(0).unwrap();
    assert_eq!(served.open(0), Err(Refused::Full));
    // One that is over makes room for another.
    served.end(&first).unwrap();
    let third = served.open(0).unwrap();
    assert_eq!(served.goes_on(&first, 0), None);
    assert_eq!(served.goes_on(&second, 0), Some(true));
    assert_ne!(third, second);
}

#[test]
fn ended_sessions_are_forgotten_those_first_that_nobody_can_miss() {
    let mut served = world(false, &Readings::default(), Clock::Manual, 1000, 10_000);
    let unread = started(&mut served);
    for _ in 0..1000 {
        let id = served.open(0).unwrap();
        let _ = served.reject(&id, SoapFault::sender(None), Request::default());
    }
    assert_eq!(
        told(&served.read(&unread, 0).unwrap()).first(),
        Some(&"StartProgressCallback")
    );
}

#[test]
fn a_session_is_its_callers_alone() {
    let mut served = manual(1);
    let other = served.add_caller(crate::world::Caller::nobody()).unwrap();
    let id = served.open(other).unwrap();
    assert_eq!(served.goes_on(&id, 0), None);
    assert_eq!(served.goes_on(&id, other), Some(true));
    assert_eq!(served.open(other + 1), Err(Refused::Unknown));
    send(&mut served, &id, &initialize());
    assert!(matches!(
        send(&mut served, &id, &START),
        Given::Answer(Event::Fault(_))
    ));
}

#[test]
fn a_late_partner_is_waited_for() {
    let mut served = world(
        true,
        &Readings::default(),
        Clock::Real(Duration::ZERO),
        1000,
        9,
    );
    let id = started(&mut served);
    assert_eq!(served.waits(), Some(Duration::from_secs(2)));
    assert_eq!(served.wakes_at(), Some(Duration::from_secs(2)));
    let before = served.read(&id, 0).unwrap().len();
    served.is_now(Duration::from_millis(1999));
    assert_eq!(served.read(&id, 0).unwrap().len(), before);
    served.is_now(Duration::from_secs(2));
    assert!(served.read(&id, 0).unwrap().len() > before);
    served.is_now(Duration::from_secs(4));
    assert_eq!(served.goes_on(&id, 0), Some(false));
}

#[test]
fn stores_are_apart() {
    let mut one = manual(1000);
    let other = manual(1000);
    let before = other.version();
    started(&mut one);
    assert_ne!(one.version(), before);
    assert_eq!(other.version(), before);
}
