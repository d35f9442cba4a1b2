//! The worked examples of the documents of net.tcp, a recorded session of a peer, and hostile inputs, from the folder
//! that `IPAMCONF_REFERENCE_DATA` names. They are no part of the project; without the folder these tests say so and
//! pass. What is our own and always runs stands in `tests/wire`.

use std::cell::Cell;
use std::path::PathBuf;

use ipamconf::soap::Element;
use ipamconf::wire::nbfse::{Decoder, Encoder};
use ipamconf::wire::nbfx::{Form, Limits, Reader, Strings, to_xml};
use ipamconf::wire::nmf::{
    self, Initiator, InitiatorConfig, InitiatorEvent, NmfFault, NmfLimits, Receiver,
    ReceiverConfig, ReceiverEvent, Record, Via,
};
use ipamconf::wire::{dictionary, infoset, listing_of_both};
use serde_json::Value as Json;

#[path = "support/hex.rs"]
mod hex;
#[path = "wire_reference/hostile.rs"]
mod hostile;
use hex::bytes;

/// The folder, or `None` with a word about it.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("IPAMCONF_REFERENCE_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!(
            "not run: set IPAMCONF_REFERENCE_DATA to the folder with vectors/ and nbfs-dictionary.tsv"
        );
    }
    folder
}

fn file(folder: &std::path::Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn vectors(folder: &std::path::Path, name: &str) -> Vec<Json> {
    let whole: Json = serde_json::from_str(&file(folder, &format!("vectors/{name}"))).unwrap();
    let list = whole.get("vectors").unwrap_or(&whole);
    list.as_array().unwrap().clone()
}

fn text<'a>(vector: &'a Json, key: &str) -> &'a str {
    vector[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} of {vector}"))
}

fn hex_of(vector: &Json) -> Vec<u8> {
    bytes(text(vector, "hex"))
}

/// Strings by a table of the example's.
struct Table(Vec<Option<String>>);

impl Strings for Table {
    fn string(&self, id: u32) -> Option<&str> {
        self.0.get(id as usize)?.as_deref()
    }
}

/// Takes any id, and keeps it.
struct Ids(Cell<Option<u32>>);

impl Strings for Ids {
    fn string(&self, id: u32) -> Option<&str> {
        self.0.set(Some(id));
        Some("a")
    }
}

fn fragment(bytes: &[u8], strings: &dyn Strings) -> String {
    let reader = Reader::new(bytes, 0, strings, Limits::default(), Form::Fragment);
    match reader.read_all() {
        Ok(events) => to_xml(&events),
        Err(error) => panic!("{bytes:02X?}: {error}"),
    }
}

#[test]
fn the_dictionary_is_that_of_the_document() {
    let Some(folder) = folder() else { return };
    let table = file(&folder, "nbfs-dictionary.tsv");
    let rows: Vec<_> = table.lines().skip(1).collect();
    assert_eq!(rows.len(), 487);
    for row in rows {
        let mut columns = row.splitn(3, '\t').skip(1);
        let id: u32 = columns.next().unwrap().parse().unwrap();
        let string = columns.next().unwrap();
        assert_eq!(dictionary::string(id), Some(string));
        assert_eq!(dictionary::id(string), Some(id));
    }
    assert_eq!(dictionary::string(0x3CE), None);
}

#[test]
fn integers_and_strings_are_read_as_stated() {
    let Some(folder) = folder() else { return };
    let all = vectors(&folder, "nbfx-s2.1-integers-strings.json");
    for vector in &all {
        let hex = hex_of(vector);
        if text(vector, "kind") == "String" {
            let comment = [&[0x02][..], &hex].concat();
            let expected = format!("<!--{}-->", text(vector, "decoded"));
            assert_eq!(fragment(&comment, &()), expected);
        } else {
            let ids = Ids(Cell::new(None));
            fragment(&[&[0x40, 1, b'a', 0xAB][..], &hex].concat(), &ids);
            let found = ids.0.get().map(u64::from);
            assert_eq!(found, vector["decoded"].as_u64(), "{vector}");
        }
    }
    assert_eq!(all.len(), 17);
}

#[test]
fn examples_in_the_text_are_read_as_stated() {
    let Some(folder) = folder() else { return };
    let all = vectors(&folder, "nbfx-s2.2-2.3-inline.json");
    for vector in &all {
        let mut strings = vec![None; 16];
        if let Some(dictionary) = vector["dictionary"].as_object() {
            for (id, string) in dictionary {
                strings[id.parse::<usize>().unwrap()] = string.as_str().map(str::to_owned);
            }
        }
        // One carries a character that XML has not, and shows it as something else.
        let shown = fragment(&hex_of(vector), &Table(strings)).replace('\0', " ");
        assert_eq!(
            shown,
            text(vector, "decoded").replace('\0', " "),
            "{vector}"
        );
    }
    assert_eq!(all.len(), 45);
}

#[test]
fn examples_of_every_record_are_read_as_stated() {
    let Some(folder) = folder() else { return };
    let all = vectors(&folder, "nbfx-s3-records.json");
    let strings = Table((0..1000).map(|id| Some(format!("str{id}"))).collect());
    for vector in &all {
        let shown = fragment(&hex_of(vector), &strings);
        assert_eq!(shown, text(vector, "expected"), "{vector}");
    }
    assert_eq!(all.len(), 83);
}

#[test]
fn messages_with_string_tables_are_read_as_stated() {
    let Some(folder) = folder() else { return };
    let all = vectors(&folder, "nbfs-nbfse-s3.json");
    let mut session = Decoder::default();
    let mut read = 0;
    for vector in &all {
        let Some(expected) = vector["expected"].as_str() else {
            continue;
        };
        let from_file = bytes(file(&folder, &format!("vectors/{}", text(vector, "file"))).trim());
        assert_eq!(from_file, hex_of(vector));
        let shown = if text(vector, "section").starts_with("MC-NBFS ") {
            fragment(&from_file, &())
        } else {
            let events = session.events(&from_file, Limits::default()).unwrap();
            to_xml(&events)
        };
        assert_eq!(shown, expected);
        read += 1;
    }
    assert_eq!(read, 3);
    assert_eq!(session.string(1), Some("action"));
    assert_eq!(session.string(3), Some("Inventory"));
}

#[test]
fn sizes_are_read_as_stated() {
    let Some(folder) = folder() else { return };
    let all = vectors(&folder, "nmf-s2.2.2-size.json");
    for vector in &all {
        // A limit of nothing makes the decoder say which size it read.
        let limits = NmfLimits {
            envelope: 0,
            ..NmfLimits::default()
        };
        let mut decoder = nmf::Decoder::new(limits);
        decoder.feed(&[&[0x06][..], &hex_of(vector)].concat());
        let fault = decoder.record().unwrap_err().fault;
        let value = usize::try_from(vector["value"].as_u64().unwrap()).unwrap();
        match fault {
            NmfFault::OverLimit { found, .. } => assert_eq!(found, value),
            // The table of 2.2.2 has 32 bits where the grammar has 31.
            NmfFault::SizeTooLarge => assert_eq!(value, 0xFFFF_FFFF),
            other => panic!("{vector}: {other}"),
        }
    }
    assert_eq!(all.len(), 11);
}

#[test]
fn the_worked_session_is_led_as_stated() {
    let Some(folder) = folder() else { return };
    let all = vectors(&folder, "nmf-s4.1-duplex.json");
    let part = |number: usize| {
        let from_file = file(&folder, &format!("vectors/{}", text(&all[number], "file")));
        assert_eq!(bytes(from_file.trim()), hex_of(&all[number]));
        hex_of(&all[number])
    };
    let via = Via::read("net.tcp://SampleServer/SampleApp/").unwrap();
    let mut initiator = Initiator::new(InitiatorConfig::new(via.clone()));
    assert_eq!(initiator.take_output(), [part(0), part(1)].concat());
    let mut receiver = Receiver::new(ReceiverConfig::default());
    receiver.feed(&[part(0), part(1)].concat());
    assert_eq!(receiver.next_event(), Ok(Some(ReceiverEvent::Via(via))));
    assert_eq!(receiver.next_event(), Ok(Some(ReceiverEvent::Open)));
    assert_eq!(receiver.take_output(), part(2));
    initiator.feed(&part(2));
    assert_eq!(initiator.next_event(), Ok(Some(InitiatorEvent::Open)));
    let mut session = Decoder::default();
    for number in [3, 4] {
        receiver.feed(&part(number));
        let Ok(Some(ReceiverEvent::Envelope(message))) = receiver.next_event() else {
            panic!("an envelope");
        };
        assert_eq!(Some(message.len() as u64), all[number]["size"].as_u64());
        // As printed, from the other side, the second one uses strings that side never sent.
        if number == 4 {
            assert!(
                Decoder::default()
                    .events(&message, Limits::default())
                    .is_err()
            );
        }
        let events = session.events(&message, Limits::default()).unwrap();
        assert_eq!(to_xml(&events), text(&all[number], "expected"));
        initiator.send(&message).unwrap();
        assert_eq!(initiator.take_output(), part(number));
    }
    initiator.end().unwrap();
    assert_eq!(initiator.take_output(), part(5));
    receiver.feed(&part(5));
    assert_eq!(receiver.next_event(), Ok(Some(ReceiverEvent::EndReceived)));
    receiver.end().unwrap();
    assert_eq!(receiver.take_output(), part(6));
    initiator.feed(&part(6));
    assert_eq!(initiator.next_event(), Ok(Some(InitiatorEvent::Done)));
    assert!(receiver.is_closed() && initiator.is_closed());
}

#[test]
fn messages_of_the_protocol_are_the_same_in_both_forms() {
    let Some(folder) = folder() else { return };
    let all = vectors(&folder, "ipam-envelopes.json");
    let mut sender = Encoder::default();
    let mut receiver = Decoder::default();
    let (mut theirs, mut ours) = (0, 0);
    for vector in &all {
        let infoset = text(vector, "infoset");
        let message = bytes(text(vector, "nbfse_hex"));
        let events = Decoder::default()
            .events(&message, Limits::default())
            .map(|events| to_xml(&events));
        assert_eq!(events.unwrap(), infoset);
        let from_text = Element::read(infoset).unwrap();
        let mut session = Decoder::default();
        let from_binary = infoset::decode(&mut session, &message, Limits::default()).unwrap();
        assert_eq!(from_binary, from_text, "{vector}");
        // Ours, all in one session.
        let written = infoset::encode(&mut sender, &from_text).unwrap();
        let read = infoset::decode(&mut receiver, &written, Limits::default()).unwrap();
        assert_eq!(
            Element::read(&read.to_xml()),
            Element::read(&from_text.to_xml()),
            "{vector}"
        );
        theirs += message.len();
        ours += written.len();
    }
    eprintln!(
        "{} messages: {theirs} bytes in the reference's form, {ours} in ours",
        all.len()
    );
    assert_eq!(all.len(), 12);
    assert!(ours < theirs, "tables and short records save bytes");
}

#[test]
fn a_recorded_session_of_a_peer_is_read_as_stated() {
    let Some(folder) = folder() else { return };
    let whole: Json =
        serde_json::from_str(&file(&folder, "vectors/peer-mono-duplex-session.json")).unwrap();
    let mut read = 0;
    let mut streams = Vec::new();
    for direction in ["client_to_server", "server_to_client"] {
        let mut stream = Vec::new();
        let mut session = Decoder::default();
        for record in whole[direction].as_array().unwrap() {
            let hex = hex_of(record);
            stream.extend_from_slice(&hex);
            let mut decoder = nmf::Decoder::new(NmfLimits::default());
            decoder.feed(&hex);
            let found = decoder.record().unwrap().unwrap();
            assert!(!decoder.is_inside_record());
            assert_eq!(
                format!("0x{:02X}", found.kind().number()),
                text(record, "record")
            );
            let mut again = Vec::new();
            found.encode(&mut again);
            assert_eq!(again, hex);
            match found {
                Record::Via(via) => assert_eq!(via, text(record, "via")),
                Record::SizedEnvelope(message) => {
                    let events = session.events(&message, Limits::default()).unwrap();
                    assert_eq!(to_xml(&events), text(record, "infoset"));
                    for (id, string) in record["new_ids"].as_object().unwrap() {
                        assert_eq!(session.string(id.parse().unwrap()), string.as_str());
                    }
                    read += 1;
                }
                _ => {}
            }
        }
        streams.push(stream);
    }
    assert_eq!(read, 6);
    let shown = listing_of_both(&streams[0], &streams[1]);
    assert!(!shown.contains("error"), "{shown}");
    assert!(
        shown.contains("<completionPercentage>50.5</completionPercentage>"),
        "{shown}"
    );
}
