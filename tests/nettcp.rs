//! `serve --net-tcp` and `run --target net.tcp://…`, over sockets: what a client by hand sees of the server, and what the
//! target makes of a server by hand.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use ipamconf::door::nettcp::{NetTcpOptions, NetTcpTarget, reach};
use ipamconf::door::remote::Patience;
use ipamconf::door::server::Limits;
use ipamconf::model::{ClientMessage, Event};
use ipamconf::soap::{CallbackPrefix, Envelope, read_event, write_event};
use ipamconf::spec::{Readings, RequirementId};
use ipamconf::suite::{Progress, Target};
use ipamconf::wire::infoset;
use ipamconf::wire::nbfse::{Decoder, Encoder};
use ipamconf::wire::nbfx;
use ipamconf::wire::nmf::{
    InitiatorEvent, NmfFault, Receiver, ReceiverConfig, ReceiverEvent, Record, Via,
};
use ipamconf::world::{Caller, World};

#[path = "support/by_hand.rs"]
mod by_hand;
#[path = "support/hex.rs"]
mod hex;
#[path = "support/serving.rs"]
mod serving;

use by_hand::{Client, Served, fault, preamble, with};

#[test]
fn a_session_has_its_answers_and_its_end_and_another_may_follow_on_the_connection() {
    let served = Served::start(Limits::default());
    let mut client = Client::open(&served);
    client.send(&ClientMessage::Keepalive);
    let id = client.send(&ClientMessage::InitializeOperationParameters { paramters: None });
    // Nothing answers the keepalive.
    let envelope = client.envelope().expect("a fault");
    assert_eq!(envelope.relates_to, Some(id));
    assert!(matches!(read_event(&envelope).event, Ok(Event::Fault(_))));
    assert_eq!(client.next(), Some(InitiatorEvent::EndReceived));
    client.initiator.end().unwrap();
    client.flush();
    // [MS-NMFTB] 3.3.6.1
    let again = with(preamble(&served.via, 2, 8), &Record::PreambleEnd);
    client.stream.write_all(&again).unwrap();
    let mut ack = [0];
    client.stream.read_exact(&mut ack).unwrap();
    assert_eq!(ack, [0x0B]);
}

#[test]
fn a_client_that_ends_is_answered_with_the_end() {
    let served = Served::start(Limits::default());
    let mut client = Client::open(&served);
    client.initiator.end().unwrap();
    client.flush();
    assert_eq!(client.next(), Some(InitiatorEvent::Done));
}

#[test]
fn what_is_not_offered_is_refused_with_its_fault() {
    let served = Served::start(Limits::default());
    let host = served.via.trim_end_matches("app/");
    let negotiate = Record::UpgradeRequest("application/negotiate".to_owned());
    for (bytes, name) in [
        (preamble(&served.via, 1, 8), "UnsupportedMode"),
        (preamble(&served.via, 2, 7), "ContentTypeInvalid"),
        (preamble(&format!("{host}other"), 2, 8), "EndpointNotFound"),
        (
            with(preamble(&served.via, 2, 8), &negotiate),
            "UpgradeInvalid",
        ),
        (b"GET / HTTP/1.1\r\n\r\n".to_vec(), "InvalidRecordSequence"),
    ] {
        assert_eq!(served.answer_to(&bytes), fault(name), "{name}");
    }
    assert!(served.is_well());
}

#[test]
fn a_client_that_stops_in_the_middle_is_let_go() {
    let limits = Limits {
        preamble_time: Duration::from_millis(50),
        record_time: Duration::from_millis(50),
        ..Limits::default()
    };
    let served = Served::start(limits);
    assert_eq!(served.answer_to(&[0, 1]), [] as [u8; 0]);
    let open = with(preamble(&served.via, 2, 8), &Record::PreambleEnd);
    let mut half = open;
    half.extend([0x06, 0x80]);
    assert_eq!(served.answer_to(&half), [0x0B]);
    // An envelope that cannot be decoded ends the session without a word: the tables may be out of step.
    let open = with(preamble(&served.via, 2, 8), &Record::PreambleEnd);
    let garbage = with(open, &Record::SizedEnvelope(vec![0, 0xFF]));
    assert_eq!(served.answer_to(&garbage), [0x0B]);
    assert!(served.is_well());
}

#[test]
fn a_connection_too_many_is_closed_and_the_others_go_on() {
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let served = Served::start(limits);
    let mut client = Client::open(&served);
    assert_eq!(served.answer_to(&[]), [] as [u8; 0]);
    client.send(&ClientMessage::InitializeOperationParameters { paramters: None });
    assert!(matches!(client.event(), Some(Event::Fault(_))));
}

#[test]
fn hostile_peers_get_the_reaction_that_is_stated() {
    let Some(folder) = std::env::var_os("IPAMCONF_REFERENCE_DATA") else {
        eprintln!("not run: set IPAMCONF_REFERENCE_DATA to the folder with vectors/");
        return;
    };
    let file = std::path::Path::new(&folder).join("vectors/hostile-nmf.json");
    let text = std::fs::read_to_string(file).expect("the vectors");
    let whole: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let limits = Limits {
        preamble_time: Duration::from_millis(200),
        record_time: Duration::from_millis(200),
        envelope_bytes: 65536,
        ..Limits::default()
    };
    let served = Served::start(limits);
    let vectors = whole["vectors"].as_array().expect("a list");
    assert!(vectors.len() > 30);
    for vector in vectors {
        let id = vector["id"].as_str().expect("a name");
        // Of an endpoint with security.
        if id == "upgrade-skipped" {
            continue;
        }
        let mut stream = served.connect();
        stream
            .write_all(&hex::bytes(vector["hex"].as_str().expect("bytes")))
            .unwrap();
        if id.starts_with("eof-") {
            stream.shutdown(std::net::Shutdown::Write).unwrap();
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = answer.strip_prefix(&[0x0B]).unwrap_or(&answer);
        // The End Record that answers the client's is no reaction to what comes after it.
        let answer = answer.strip_prefix(&[0x07]).unwrap_or(answer);
        let expected = vector["fault"]
            .as_str()
            .map(|uri| with(Vec::new(), &Record::Fault(uri.to_owned())));
        assert_eq!(answer, expected.unwrap_or_default(), "{id}");
    }
    assert!(served.is_well());
}

/// What a server by hand does once a session is open.
type Script = fn(&mut Receiver, &mut TcpStream);

/// A server by hand, for one connection or more.
fn scripted(script: Script) -> Via {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut receiver = Receiver::new(ReceiverConfig::default());
            while !receiver.is_open() {
                if heard(&mut receiver, &mut stream).is_none() {
                    break;
                }
            }
            stream.write_all(&receiver.take_output()).unwrap();
            if receiver.is_open() {
                script(&mut receiver, &mut stream);
            }
        }
    });
    Via::read(&format!("net.tcp://{address}/ipam")).unwrap()
}

/// The next that a client says; `None` when it has said its last.
fn heard(receiver: &mut Receiver, stream: &mut TcpStream) -> Option<ReceiverEvent> {
    let mut piece = [0; 4096];
    loop {
        if let Ok(Some(event)) = receiver.next_event() {
            return Some(event);
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(count) => receiver.feed(&piece[..count]),
        }
    }
}

/// What a target makes of a server, after one message to it.
fn seen(script: Script) -> (Vec<Event>, Vec<RequirementId>) {
    let options = NetTcpOptions {
        patience: Patience {
            timeout: Duration::from_millis(500),
            quiet: Duration::from_millis(50),
        },
        ..NetTcpOptions::at(scripted(script))
    };
    let mut target = NetTcpTarget::new(options).unwrap();
    target
        .reset(&World::default().set_up(), &Readings::default())
        .unwrap();
    let session = target.open(&Caller::default()).unwrap();
    let message = ClientMessage::InitializeOperationParameters { paramters: None };
    target.send(session, &message).unwrap();
    let (mut events, mut broken) = (Vec::new(), Vec::new());
    while let Progress::Event(_, event) = target.next() {
        events.push(event);
        let form = target.form().unwrap_or_default();
        broken.extend(form.deviations.iter().map(|found| found.requirement));
    }
    (events, broken)
}

/// Answers with the response that is wanted.
fn respond(receiver: &mut Receiver, stream: &mut TcpStream, relates_to: Option<&str>) {
    let event = Event::InitializeOperationParametersResponse;
    let envelope = write_event(&event, relates_to, CallbackPrefix::Service).unwrap();
    let bytes = infoset::encode(&mut Encoder::default(), &envelope.to_element()).unwrap();
    receiver.send(&bytes).unwrap();
    stream.write_all(&receiver.take_output()).unwrap();
}

fn message_id(event: Option<ReceiverEvent>) -> Option<String> {
    let Some(ReceiverEvent::Envelope(bytes)) = event else {
        return None;
    };
    let limits = nbfx::Limits::default();
    let element = infoset::decode(&mut Decoder::default(), &bytes, limits).ok()?;
    Envelope::from_element(element).ok()?.message_id
}

#[test]
fn a_right_answer_is_seen_and_a_close_without_an_end_is_the_end() {
    let (events, broken) = seen(|receiver, stream| {
        let id = message_id(heard(receiver, stream));
        respond(receiver, stream, id.as_deref());
    });
    let names: Vec<_> = events.iter().map(Event::name).collect();
    assert_eq!(names[0], "InitializeOperationParametersResponse");
    assert_eq!(broken, []);
}

#[test]
fn an_answer_that_relates_to_nothing_is_told() {
    let (events, broken) = seen(|receiver, stream| {
        heard(receiver, stream);
        respond(receiver, stream, None);
    });
    assert_eq!(events[0], Event::InitializeOperationParametersResponse);
    assert_eq!(broken, [RequirementId::R_MSG_2]);
}

#[test]
fn what_is_no_envelope_breaks_the_message_that_was_due_and_ends_the_session() {
    let (events, broken) = seen(|receiver, stream| {
        heard(receiver, stream);
        receiver.send(&[0, 0xFF]).unwrap();
        stream.write_all(&receiver.take_output()).unwrap();
        heard(receiver, stream);
    });
    assert!(matches!(events[0], Event::Unintelligible(_)), "{events:?}");
    assert_eq!(events[1], Event::SessionClosed);
    assert_eq!(broken, [RequirementId::R_MSG_2]);
}

#[test]
fn what_is_no_record_breaks_the_framing_and_ends_the_session() {
    let (events, broken) = seen(|receiver, stream| {
        heard(receiver, stream);
        stream.write_all(&[0x7F]).unwrap();
        heard(receiver, stream);
    });
    assert!(matches!(events[0], Event::Unintelligible(_)), "{events:?}");
    assert_eq!(events[1], Event::SessionClosed);
    assert_eq!(broken, [RequirementId::R_TR_1]);
}

#[test]
fn silence_is_no_answer() {
    let (events, broken) = seen(|receiver, stream| {
        heard(receiver, stream);
        heard(receiver, stream);
    });
    assert_eq!((events.len(), broken.len()), (0, 0));
}

#[test]
fn a_server_that_wants_security_is_told_from_one_that_is_not_there() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let config = ReceiverConfig {
                upgrade: Some("application/negotiate".to_owned()),
                ..ReceiverConfig::default()
            };
            let mut receiver = Receiver::new(config);
            let mut piece = [0; 4096];
            let error = loop {
                match receiver.next_event() {
                    Err(error) => break error,
                    Ok(Some(_)) => {}
                    Ok(None) => {
                        let count = stream.read(&mut piece).unwrap();
                        receiver.feed(&piece[..count]);
                    }
                }
            };
            assert!(matches!(error.fault, NmfFault::UpgradeMissing { .. }));
            stream.write_all(&receiver.take_output()).unwrap();
        }
    });
    let via = |text: String| NetTcpOptions::at(Via::read(&text).unwrap());
    let error = reach(via(format!("net.tcp://{address}/ipam")), None).unwrap_err();
    assert!(error.contains("transport security"), "{error}");
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let error = reach(via(format!("net.tcp://{nobody}/ipam")), None).unwrap_err();
    assert!(error.contains("no connection"), "{error}");
}
