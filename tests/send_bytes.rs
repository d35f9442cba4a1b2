//! `send_bytes`, the step that speaks below the framing of net.tcp: which bytes go out, and what is made of what comes
//! back, from our own server and from servers by hand.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver as Told, channel};
use std::time::Duration;

use ipamconf::check::check;
use ipamconf::door::nettcp::{NetTcpOptions, NetTcpTarget};
use ipamconf::door::remote::Patience;
use ipamconf::door::server::Limits;
use ipamconf::door::{DelegateTarget, SessionTarget, SoapTarget};
use ipamconf::model::{ClientMessage, Event};
use ipamconf::scenario::{Source, read};
use ipamconf::spec::{Readings, RequirementId};
use ipamconf::suite::{Progress, Target, TargetError, run_case};
use ipamconf::verdict::CheckVerdict;
use ipamconf::wire::infoset;
use ipamconf::wire::nbfse::Decoder;
use ipamconf::wire::nbfx;
use ipamconf::wire::nmf::{NmfLimits, Receiver, ReceiverConfig, Record, Via};
use ipamconf::world::{Caller, World};

#[path = "support/by_hand.rs"]
mod by_hand;
#[path = "support/serving.rs"]
mod serving;

use by_hand::{Served, fault};

/// What a server by hand says once it has got bytes in an open session.
#[derive(Clone)]
enum Says {
    /// Those bytes, and closes.
    AndCloses(Vec<u8>),
    /// Those bytes, and nothing after them.
    AndStays(Vec<u8>),
}

/// A server by hand; what came on its first connection after the preamble is told when that ends.
fn by_hand(says: Says) -> (Via, Told<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut receiver = Receiver::new(ReceiverConfig::default());
        let mut piece = [0; 4096];
        while !receiver.is_open() {
            if receiver.next_event().unwrap().is_none() {
                let count = stream.read(&mut piece).unwrap();
                receiver.feed(&piece[..count]);
            }
        }
        stream.write_all(&receiver.take_output()).unwrap();
        let mut came = Vec::new();
        match says {
            Says::AndStays(bytes) => {
                stream.write_all(&bytes).unwrap();
                let _ = stream.read_to_end(&mut came);
            }
            Says::AndCloses(bytes) => {
                let count = stream.read(&mut piece).unwrap();
                came.extend(&piece[..count]);
                // What a server makes of bytes takes it a while.
                std::thread::sleep(Duration::from_millis(100));
                stream.write_all(&bytes).unwrap();
            }
        }
        let _ = tell.send(came);
    });
    let via = Via::read(&format!("net.tcp://{address}/ipam")).unwrap();
    (via, told)
}

fn target(via: Via) -> NetTcpTarget {
    let options = NetTcpOptions {
        patience: Patience {
            timeout: Duration::from_millis(1500),
            quiet: Duration::from_millis(50),
        },
        ..NetTcpOptions::at(via)
    };
    let mut target = NetTcpTarget::new(options).unwrap();
    target
        .reset(&World::default().set_up(), &Readings::default())
        .unwrap();
    target
}

fn events(target: &mut dyn Target) -> Vec<Event> {
    let mut events = Vec::new();
    while let Progress::Event(_, event) = target.next() {
        events.push(event);
    }
    events
}

#[test]
fn the_bytes_go_out_as_they_are_between_the_records() {
    let (via, told) = by_hand(Says::AndStays(Vec::new()));
    let mut target = target(via);
    let session = target.open(&Caller::default()).unwrap();
    target.send(session, &ClientMessage::Keepalive).unwrap();
    let bytes = [0x06, 0xFF, 0x00, 0x7F, 0x0C];
    target.send_bytes(session, &bytes).unwrap();
    target.send_bytes(session, &[]).unwrap();
    target.send(session, &ClientMessage::Keepalive).unwrap();
    target.end(session);
    // A session that is over takes nothing.
    target.send_bytes(session, &bytes).unwrap();
    drop(target);
    let came = told.recv().unwrap();

    // Two envelopes with the bytes between them, and the End Record.
    let mut decoder = ipamconf::wire::nmf::Decoder::new(NmfLimits::default());
    decoder.feed(&came);
    let mut strings = Decoder::default();
    let mut keepalive = |record: Option<Record>| {
        let Some(Record::SizedEnvelope(message)) = record else {
            panic!("no envelope: {record:?}");
        };
        // The bytes have not put the session's dictionary out of step.
        let limits = nbfx::Limits::default();
        let element = infoset::decode(&mut strings, &message, limits).unwrap();
        assert!(element.to_xml().contains("Keepalive"));
    };
    keepalive(decoder.record().unwrap());
    let at = usize::try_from(decoder.at()).unwrap();
    assert_eq!(came[at..at + bytes.len()], bytes);
    let mut decoder = ipamconf::wire::nmf::Decoder::new(NmfLimits::default());
    decoder.feed(&came[at + bytes.len()..]);
    keepalive(decoder.record().unwrap());
    assert_eq!(decoder.record().unwrap(), Some(Record::End));
    assert_eq!(decoder.record().unwrap(), None);
}

#[test]
fn a_whole_message_by_hand_is_answered_like_any_other() {
    let served = Served::start(Limits::default());
    let mut target = target(Via::read(&served.via).unwrap());
    let session = target.open(&Caller::default()).unwrap();
    // An empty string table, and an element that is no envelope.
    let message = vec![0, 0x40, 1, b'a', 0x01];
    let mut bytes = Vec::new();
    Record::SizedEnvelope(message).encode(&mut bytes);
    target.send_bytes(session, &bytes).unwrap();
    let events = events(&mut target);
    assert!(matches!(events[0], Event::Fault(_)), "{events:?}");
    assert_eq!(events[1..], [Event::SessionClosed]);
}

#[test]
fn our_server_ends_that_session_and_no_other() {
    let served = Served::start(Limits::default());
    let mut target = target(Via::read(&served.via).unwrap());
    let other = target.open(&Caller::default()).unwrap();
    let session = target.open(&Caller::default()).unwrap();
    target.send_bytes(session, &[0x7F]).unwrap();
    assert_eq!(events(&mut target), [Event::SessionClosed]);
    let message = ClientMessage::InitializeOperationParameters { paramters: None };
    target.send(other, &message).unwrap();
    let events = events(&mut target);
    assert!(matches!(events[0], Event::Fault(_)), "{events:?}");
}

/// What did not pass, of bytes after which the session has to end.
fn failed(via: Via) -> Vec<RequirementId> {
    let text = r#"
title = "a record type that does not exist"
requirements = ["R-TR-1"]
doors = ["net.tcp"]
[world]
servers = [{ name = "S" }]
[[steps]]
send_bytes = { hex = "7F" }
expect = { reply = ["fault", "closed"], callbacks = [] }
"#;
    let scenario = read("bytes", Source::new("bytes.toml".to_owned(), text)).unwrap();
    let case = &scenario.cases[0];
    let readings = Readings::default();
    let trace = run_case(case, &mut target(via), &readings).unwrap();
    check(case, &trace, &readings)
        .into_iter()
        .filter(|result| result.verdict == CheckVerdict::Fail)
        .map(|result| result.requirement)
        .collect()
}

#[test]
fn the_end_of_the_session_is_what_was_expected_however_it_comes() {
    for says in [
        Says::AndCloses(Vec::new()),
        Says::AndCloses(fault("InvalidRecordSequence")),
        Says::AndCloses(vec![0x07]),
    ] {
        assert_eq!(failed(by_hand(says).0), []);
    }
    let served = Served::start(Limits::default());
    assert_eq!(failed(Via::read(&served.via).unwrap()), []);
}

#[test]
fn a_server_that_goes_on_or_answers_with_half_a_record_fails() {
    let silent = by_hand(Says::AndStays(Vec::new())).0;
    assert_eq!(failed(silent), [RequirementId::R_TR_1]);
    // It breaks the framing itself.
    let broken = by_hand(Says::AndCloses(vec![0x06, 0x10])).0;
    assert_eq!(failed(broken), [RequirementId::R_TR_1]);
}

#[test]
fn no_other_door_has_bytes_below_the_framing() {
    let none = Err(TargetError::Unsupported("bytes below the framing"));
    let mut targets: [Box<dyn Target>; 3] = [
        Box::new(DelegateTarget::default()),
        Box::new(SessionTarget::default()),
        Box::new(SoapTarget::<SessionTarget>::default()),
    ];
    for target in &mut targets {
        assert_eq!(target.send_bytes(0, &[0x7F]), none);
    }
}
