//! Hostile inputs, and the reaction that the reference data require.

use ipamconf::wire::nbfse::{Decoder, NbfseError};
use ipamconf::wire::nbfx::{Limits, Reader, to_xml};
use ipamconf::wire::nmf::{self, NmfLimits, Receiver, ReceiverConfig, ReceiverEvent, Record};

use crate::hex::bytes;
use crate::{folder, hex_of, text, vectors};

#[test]
fn hostile_streams_are_answered_as_required() {
    let Some(folder) = folder() else { return };
    let all = vectors(&folder, "hostile-nmf.json");
    for vector in &all {
        let hex = hex_of(vector);
        // In one piece, and byte by byte.
        for size in [hex.len(), 1] {
            let id = text(vector, "id");
            let mut config = ReceiverConfig::default();
            if id == "upgrade-skipped" {
                config.upgrade = Some(nmf::UPGRADE_NEGOTIATE.to_owned());
            }
            let expected = vector["fault"].as_str().map(str::to_owned);
            assert_eq!(reaction(config, &hex, size), expected, "{id}");
        }
    }
    assert_eq!(all.len(), 40);
}

/// The fault with which a receiver answers, after which it is closed; panics if it goes on.
fn reaction(config: ReceiverConfig, bytes: &[u8], size: usize) -> Option<String> {
    let mut receiver = Receiver::new(config);
    let mut session = Decoder::default();
    for piece in bytes.chunks(size) {
        receiver.feed(piece);
        loop {
            match receiver.next_event() {
                Ok(Some(ReceiverEvent::Via(via))) if via.path() != "/app/" => {
                    receiver.refuse(nmf::FaultName::EndpointNotFound);
                }
                Ok(Some(ReceiverEvent::Envelope(message))) => {
                    // A message that cannot be read ends the session without a fault.
                    session.events(&message, Limits::default()).unwrap_err();
                    return None;
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => break,
            }
        }
        if receiver.is_closed() {
            return fault(&receiver.take_output());
        }
    }
    // Nothing wrong so far but that it is not all.
    receiver.eof().unwrap_err();
    None
}

/// The fault record at the end of what a receiver sent.
fn fault(output: &[u8]) -> Option<String> {
    let mut decoder = nmf::Decoder::new(NmfLimits::default());
    decoder.feed(output);
    let mut found = None;
    while let Some(record) = decoder.record().unwrap() {
        if let Record::Fault(uri) = record {
            found = Some(uri);
        }
    }
    found
}

#[test]
fn hostile_documents_are_refused() {
    let Some(folder) = folder() else { return };
    let all = vectors(&folder, "hostile-nbfx.json");
    let mut refused = 0;
    for vector in &all {
        let hex = hex_of(vector);
        let outcome = Reader::document(&hex, &(), Limits::default()).read_all();
        match (text(vector, "id"), outcome) {
            // 40 levels are within our limit of 64; such a document is just no envelope.
            ("depth-bomb", Ok(_)) => {}
            (id, Err(error)) => {
                // An array is no document: those are refused within an element as well, for what they are.
                if id.starts_with("array-") && !id.contains("inside") {
                    let inside = [&[0x40, 1, b'a'][..], &hex, &[0x01]].concat();
                    let outcome = Reader::document(&inside, &(), Limits::default()).read_all();
                    assert!(outcome.unwrap_err().at > 3, "{id}");
                }
                assert!(error.at <= hex.len());
                refused += 1;
            }
            (id, Ok(events)) => panic!("{id}: taken as {}", to_xml(&events)),
        }
    }
    assert_eq!((all.len(), refused), (57, 56));
}

#[test]
fn hostile_string_tables_end_the_session() {
    let Some(folder) = folder() else { return };
    let all = vectors(&folder, "hostile-nbfse.json");
    for vector in &all {
        let mut session = Decoder::default();
        let mut outcome = Ok(());
        for message in vector["messages"].as_array().unwrap() {
            let message = bytes(message.as_str().unwrap());
            outcome = session.events(&message, Limits::default()).map(drop);
        }
        let id = text(vector, "id");
        if text(vector, "required").contains("or accept") {
            assert_eq!(outcome, Ok(()), "{id}");
            continue;
        }
        let error = outcome.expect_err(id);
        if id.starts_with("table-") && id != "table-empty-string" {
            assert!(matches!(error, NbfseError::Table(_)), "{id}: {error}");
            let next = session.events(&[0, 0x40, 1, b'a', 1], Limits::default());
            assert_eq!(next, Err(NbfseError::OutOfStep), "{id}");
        }
    }
    assert_eq!(all.len(), 12);
}
