//! Conversations of two state machines, and streams that are wrong.

use ipamconf::wire::nmf::{
    Decoder, ENCODING_TEXT_UTF8, FaultName, Initiator, InitiatorConfig, InitiatorEvent, NmfFault,
    NmfLimits, Receiver, ReceiverConfig, ReceiverEvent, Record, RecordType, SendError,
    UPGRADE_NEGOTIATE, Via,
};

use crate::any_stream;
use crate::hex::bytes;

/// `net.tcp://h/` in Duplex with binary envelopes, as an initiator sends it.
const PREAMBLE: &str = "000100 0102 02 0C 6E65742E7463703A2F2F682F 0308";

fn via() -> Via {
    Via::read("net.tcp://h/").unwrap()
}

/// An open session of both.
fn session() -> (Initiator, Receiver) {
    let mut initiator = Initiator::new(InitiatorConfig::new(via()));
    let mut receiver = Receiver::new(ReceiverConfig::default());
    receiver.feed(&initiator.take_output());
    assert_eq!(receiver.next_event(), Ok(Some(ReceiverEvent::Via(via()))));
    assert_eq!(receiver.next_event(), Ok(Some(ReceiverEvent::Open)));
    initiator.feed(&receiver.take_output());
    assert_eq!(initiator.next_event(), Ok(Some(InitiatorEvent::Open)));
    (initiator, receiver)
}

/// A receiver that was given those bytes and asked until it had no more to say: what it answered, and its error.
fn refusal(config: ReceiverConfig, hex: &str) -> (Vec<u8>, String) {
    let mut receiver = Receiver::new(config);
    receiver.feed(&bytes(hex));
    loop {
        match receiver.next_event() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("{hex} is not refused"),
            Err(error) => return (receiver.take_output(), error.to_string()),
        }
    }
}

fn fault(name: FaultName) -> Vec<u8> {
    let mut out = Vec::new();
    Record::Fault(name.uri()).encode(&mut out);
    out
}

#[test]
fn envelopes_go_both_ways_until_both_have_ended() {
    let (mut initiator, mut receiver) = session();
    initiator.send(b"one").unwrap();
    initiator.send(b"two").unwrap();
    receiver.feed(&initiator.take_output());
    assert_eq!(
        receiver.next_event(),
        Ok(Some(ReceiverEvent::Envelope(b"one".to_vec())))
    );
    assert_eq!(
        receiver.next_event(),
        Ok(Some(ReceiverEvent::Envelope(b"two".to_vec())))
    );
    assert_eq!(receiver.next_event(), Ok(None));
    initiator.end().unwrap();
    assert_eq!(initiator.send(b"late"), Err(SendError::Ended));
    // What is on its way is still taken.
    receiver.send(b"three").unwrap();
    receiver.feed(&initiator.take_output());
    assert_eq!(receiver.next_event(), Ok(Some(ReceiverEvent::EndReceived)));
    receiver.send(b"four").unwrap();
    receiver.end().unwrap();
    assert!(receiver.is_closed());
    initiator.feed(&receiver.take_output());
    assert_eq!(
        initiator.next_event(),
        Ok(Some(InitiatorEvent::Envelope(b"three".to_vec())))
    );
    assert_eq!(
        initiator.next_event(),
        Ok(Some(InitiatorEvent::Envelope(b"four".to_vec())))
    );
    assert_eq!(initiator.next_event(), Ok(Some(InitiatorEvent::Done)));
    assert_eq!((initiator.eof(), receiver.eof()), (Ok(()), Ok(())));
}

#[test]
fn the_receiver_may_end_first() {
    let (mut initiator, mut receiver) = session();
    receiver.end().unwrap();
    initiator.feed(&receiver.take_output());
    assert_eq!(
        initiator.next_event(),
        Ok(Some(InitiatorEvent::EndReceived))
    );
    initiator.send(b"more").unwrap();
    initiator.end().unwrap();
    assert!(initiator.is_closed());
    receiver.feed(&initiator.take_output());
    assert_eq!(
        receiver.next_event(),
        Ok(Some(ReceiverEvent::Envelope(b"more".to_vec())))
    );
    assert_eq!(receiver.next_event(), Ok(Some(ReceiverEvent::Done)));
    assert_eq!(receiver.end(), Err(SendError::Ended));
}

#[test]
fn another_session_may_follow_one_that_both_ended() {
    let mut receiver = Receiver::new(ReceiverConfig::default());
    let whole = format!("{PREAMBLE} 0C 06 01 61 07");
    receiver.feed(&bytes(&format!("{whole} {whole}")));
    for round in 0..2 {
        assert!(!receiver.next_session());
        for event in [
            ReceiverEvent::Via(via()),
            ReceiverEvent::Open,
            ReceiverEvent::Envelope(b"a".to_vec()),
            ReceiverEvent::EndReceived,
        ] {
            assert_eq!(receiver.next_event(), Ok(Some(event)), "{round}");
        }
        receiver.end().unwrap();
        assert_eq!(receiver.take_output(), bytes("0B 07"));
        assert!(receiver.next_session());
    }
    // A connection may end where a session could begin.
    assert_eq!(receiver.eof(), Ok(()));
    let mut failed = Receiver::new(ReceiverConfig::default());
    failed.feed(&bytes("0D"));
    assert!(failed.next_event().is_err());
    assert!(!failed.next_session());
}

#[test]
fn nothing_is_sent_before_the_session_is_open() {
    let mut initiator = Initiator::new(InitiatorConfig::new(via()));
    assert_eq!(initiator.send(b"x"), Err(SendError::NotOpen));
    assert_eq!(initiator.end(), Err(SendError::NotOpen));
    let (mut initiator, _) = session();
    assert_eq!(initiator.send(b""), Err(SendError::Size { found: 0 }));
}

#[test]
fn an_upgrade_comes_between_the_preamble_and_its_end() {
    let mut config = InitiatorConfig::new(via());
    config.upgrade = Some(UPGRADE_NEGOTIATE.to_owned());
    let mut initiator = Initiator::new(config);
    let mut receiver = Receiver::new(ReceiverConfig {
        upgrade: Some(UPGRADE_NEGOTIATE.to_owned()),
        ..ReceiverConfig::default()
    });
    let preamble = initiator.take_output();
    assert!(preamble.ends_with(b"\x09\x15application/negotiate"));
    receiver.feed(&preamble);
    // What comes behind the request is of the handshake, even if it looks like a record.
    receiver.feed(&bytes("0C 16"));
    assert_eq!(receiver.next_event(), Ok(Some(ReceiverEvent::Via(via()))));
    assert_eq!(receiver.next_event(), Ok(Some(ReceiverEvent::Upgrade)));
    assert_eq!(receiver.next_event(), Ok(None));
    assert_eq!(receiver.take_rest(), bytes("0C 16"));
    assert_eq!(receiver.take_output(), bytes("0A"));
    initiator.feed(&bytes("0A 16 01"));
    assert_eq!(initiator.next_event(), Ok(Some(InitiatorEvent::Upgrade)));
    assert_eq!(initiator.take_rest(), bytes("16 01"));
    assert!(initiator.take_output().is_empty());
    initiator.upgraded();
    receiver.upgraded();
    receiver.feed(&initiator.take_output());
    assert_eq!(receiver.next_event(), Ok(Some(ReceiverEvent::Open)));
    initiator.feed(&receiver.take_output());
    assert_eq!(initiator.next_event(), Ok(Some(InitiatorEvent::Open)));
    // What was upgraded does not carry another session.
    initiator.end().unwrap();
    receiver.end().unwrap();
    receiver.feed(&initiator.take_output());
    assert_eq!(receiver.next_event(), Ok(Some(ReceiverEvent::Done)));
    assert!(!receiver.next_session());
}

#[test]
fn each_wrong_stream_is_refused_with_its_fault_and_reason() {
    let plain = ReceiverConfig::default;
    let negotiate = "09 15 6170706C69636174696F6E2F6E65676F7469617465";
    for (hex, name, reason) in [
        ("16 03 01", FaultName::InvalidRecordSequence, "byte 0: expected the type of a record, found the reserved 0x16".to_owned()),
        ("06 FF FF FF FF 07", FaultName::InvalidRecordSequence, "byte 0: expected a Version Record, found a Sized Envelope Record".to_owned()),
        ("00 01 01", FaultName::UnsupportedVersion, "byte 0: expected version 1.0, found 1.1".to_owned()),
        ("000100 01 03", FaultName::UnsupportedMode, "byte 3: expected mode 2 (Duplex), found 3".to_owned()),
        ("000100 0102 02 81 10", FaultName::ViaTooLong, "byte 6: expected a Via Record of at most 2048 bytes, found one of 2049".to_owned()),
        ("000100 0102 02 01 FF", FaultName::EndpointNotFound, "byte 7: expected UTF-8 in a Via Record, found other bytes".to_owned()),
        ("000100 0102 02 01 61", FaultName::EndpointNotFound, "byte 5: expected the address of an endpoint, found `a`: expected an absolute URI like net.tcp://host/path".to_owned()),
        (&PREAMBLE.replace("0308", "0303"), FaultName::ContentTypeInvalid, "byte 19: expected encoding 0x08, found 0x03".to_owned()),
        (&PREAMBLE.replace("0308", "0401 61"), FaultName::ContentTypeInvalid, "byte 19: expected a known encoding, found the content type `a`".to_owned()),
        (&PREAMBLE.replace("0308", "04 81 02"), FaultName::ContentTypeTooLong, "byte 20: expected a Extensible Encoding Record of at most 256 bytes, found one of 257".to_owned()),
        (&format!("{PREAMBLE} {negotiate}"), FaultName::UpgradeInvalid, "byte 21: expected no upgrade, found a request for the upgrade `application/negotiate`".to_owned()),
        (&format!("{PREAMBLE} 0C 07 06 01 61"), FaultName::InvalidRecordSequence, "byte 23: expected a Fault Record, found a Sized Envelope Record".to_owned()),
        (&format!("{PREAMBLE} 0C 05 00"), FaultName::InvalidRecordSequence, "byte 22: expected a Sized Envelope Record, a End Record or a Fault Record, found a Unsized Envelope Record".to_owned()),
        (&format!("{PREAMBLE} 0C 06 81 80 80 20"), FaultName::MaxMessageSizeExceededFault, "byte 23: expected a Sized Envelope Record of at most 67108864 bytes, found one of 67108865".to_owned()),
    ] {
        let (output, error) = refusal(plain(), hex);
        let acknowledged = if output.first() == Some(&0x0B) { 1 } else { 0 };
        assert_eq!(error, reason.replace(" a E", " an E").replace(" a U", " an U"), "{hex}");
        assert_eq!(output[acknowledged..], fault(name), "{hex}");
    }
    let upgrade = || ReceiverConfig {
        upgrade: Some(UPGRADE_NEGOTIATE.to_owned()),
        ..ReceiverConfig::default()
    };
    let (output, error) = refusal(upgrade(), &format!("{PREAMBLE} 0C"));
    assert_eq!(output, fault(FaultName::UpgradeInvalid));
    assert!(
        error.contains("expected the upgrade `application/negotiate`"),
        "{error}"
    );
}

#[test]
fn sizes_and_faults_are_not_answered() {
    for (hex, reason) in [
        (
            format!("{PREAMBLE} 0C 06 00"),
            "byte 23: expected a Sized Envelope Record that is not empty, found a size of 0",
        ),
        (
            format!("{PREAMBLE} 0C 06 81 00"),
            "byte 23: expected a size in its shortest form, found a last byte of 0",
        ),
        (
            format!("{PREAMBLE} 0C 06 FF FF FF FF 08"),
            "byte 23: expected a size of 31 bits in at most 5 bytes, found more",
        ),
        (
            format!("{PREAMBLE} 0C 08 01 75"),
            "byte 22: the peer says `u`",
        ),
        (format!("{PREAMBLE} 08 01 75"), "byte 21: the peer says `u`"),
    ] {
        let (output, error) = refusal(ReceiverConfig::default(), &hex);
        assert!(output.is_empty() || output == [0x0B], "{output:02X?}");
        assert_eq!(error, reason);
    }
}

#[test]
fn an_initiator_reports_the_fault_it_gets_for_an_answer() {
    let mut initiator = Initiator::new(InitiatorConfig::new(via()));
    initiator.feed(&fault(FaultName::EndpointNotFound));
    let uri = FaultName::EndpointNotFound.uri();
    let error = initiator.next_event().unwrap_err();
    assert_eq!(error.fault, NmfFault::Fault { uri });
    assert!(initiator.is_closed());
    let mut initiator = Initiator::new(InitiatorConfig::new(via()));
    initiator.feed(&bytes("0A"));
    let error = initiator.next_event().unwrap_err().to_string();
    assert_eq!(
        error,
        "byte 0: expected a Preamble Ack Record, found an Upgrade Response Record"
    );
}

#[test]
fn a_caller_may_refuse_with_a_fault() {
    let mut receiver = Receiver::new(ReceiverConfig::default());
    receiver.feed(&bytes(PREAMBLE));
    assert_eq!(receiver.next_event(), Ok(Some(ReceiverEvent::Via(via()))));
    receiver.refuse(FaultName::ServerTooBusy);
    assert_eq!(receiver.take_output(), fault(FaultName::ServerTooBusy));
    assert_eq!(receiver.next_event(), Ok(None));
    assert!(receiver.is_closed() && !receiver.next_session());
}

#[test]
fn a_connection_that_ends_early_aborts_the_session() {
    for (hex, reason) in [
        (
            "00",
            "byte 0: expected a Version Record, found the end of the stream inside a record",
        ),
        (
            "000100",
            "byte 3: expected a Mode Record, found the end of the stream",
        ),
        (
            "000100 0102 02 0C 6E",
            "byte 5: expected a Via Record, found the end of the stream inside a record",
        ),
    ] {
        let mut receiver = Receiver::new(ReceiverConfig::default());
        receiver.feed(&bytes(hex));
        assert_eq!(receiver.next_event(), Ok(None));
        assert_eq!(receiver.eof().unwrap_err().to_string(), reason);
        assert!(receiver.take_output().is_empty());
    }
    let (mut initiator, mut receiver) = session();
    let error = receiver.eof().unwrap_err().to_string();
    assert!(
        error.contains("expected a Sized Envelope Record, an End Record or a Fault Record"),
        "{error}"
    );
    // Deployed receivers close instead of saying End: it is for the caller to know that it ended first.
    initiator.end().unwrap();
    assert!(matches!(
        initiator.eof().unwrap_err().fault,
        NmfFault::Aborted { .. }
    ));
}

#[test]
fn text_may_be_the_encoding() {
    let config = ReceiverConfig {
        encoding: ENCODING_TEXT_UTF8,
        ..ReceiverConfig::default()
    };
    let mut receiver = Receiver::new(config);
    receiver.feed(&bytes(&PREAMBLE.replace("0308", "0303 0C")));
    assert_eq!(receiver.next_event(), Ok(Some(ReceiverEvent::Via(via()))));
    assert_eq!(receiver.next_event(), Ok(Some(ReceiverEvent::Open)));
}

#[test]
fn chunks_of_an_unsized_envelope_are_records_of_their_own() {
    let (records, error) = any_stream::records(&bytes("05 02 6162 01 63 00 07"), 1);
    assert_eq!(error, None);
    assert_eq!(
        records,
        [
            Record::Chunk(b"ab".to_vec()),
            Record::Chunk(b"c".to_vec()),
            Record::LastChunk,
            Record::End
        ]
    );
}

#[test]
fn a_million_tiny_records_are_taken_one_by_one() {
    let mut decoder = Decoder::new(NmfLimits::default());
    let piece = [0x06, 1, b'a'].repeat(1000);
    let mut count = 0;
    for _ in 0..1000 {
        decoder.feed(&piece);
        while let Some(record) = decoder.record().unwrap() {
            assert_eq!(record.kind(), RecordType::SizedEnvelope);
            count += 1;
        }
    }
    assert_eq!(count, 1_000_000);
    assert_eq!(decoder.at(), 3_000_000);
}
