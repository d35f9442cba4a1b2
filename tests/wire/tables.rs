//! String tables of a session.

use ipamconf::wire::nbfse::{Decoder, Encoder, NbfseError, TABLE_BYTES_MAX};
use ipamconf::wire::nbfx::{Limits, Strings, Value, to_xml};

use crate::hex::bytes;

fn read(session: &mut Decoder, hex: &str) -> Result<String, NbfseError> {
    let message = bytes(hex);
    let events = session.events(&message, Limits::default())?;
    Ok(to_xml(&events))
}

#[test]
fn strings_count_from_the_message_that_brings_them_to_the_end_of_the_session() {
    let mut session = Decoder::default();
    let shown = read(&mut session, "04 01 61 01 62  42 01 42 03 01 01");
    assert_eq!(shown.as_deref(), Ok("<a><b></b></a>"));
    let shown = read(&mut session, "02 01 63  42 05 42 01 01 01");
    assert_eq!(shown.as_deref(), Ok("<c><a></a></c>"));
    assert_eq!(session.len(), 3);
    // Static strings are those of every session.
    assert_eq!(session.string(0x02), Some("Envelope"));
    assert_eq!(session.string(7), None);
}

#[test]
fn a_wrong_document_leaves_its_strings_a_wrong_table_ends_the_session() {
    let mut session = Decoder::default();
    let error = read(&mut session, "02 01 61  42 01 FF").unwrap_err();
    assert_eq!(
        error.to_string(),
        "document: byte 5: expected a record type, found the reserved 0xFF"
    );
    assert_eq!(read(&mut session, "00 42 01 01").as_deref(), Ok("<a></a>"));
    let error = read(&mut session, "02 02 61  42 01 01").unwrap_err();
    assert_eq!(
        error.to_string(),
        "string table: byte 2: expected 2 more bytes, found 1"
    );
    assert_eq!(
        read(&mut session, "00 42 01 01"),
        Err(NbfseError::OutOfStep)
    );
}

#[test]
fn the_tables_of_a_session_have_a_quota() {
    // Two tables of 1,024 bytes each, strings and their lengths.
    let table = |letter: &str| format!("80 08  FE 07 {}  40 01 61 01", letter.repeat(1022));
    let mut session = Decoder::default();
    assert!(read(&mut session, &table("61")).is_ok());
    assert!(read(&mut session, &table("62")).is_ok());
    let error = read(&mut session, "01 00 40 01 61 01").unwrap_err();
    assert_eq!(
        error.to_string(),
        "string table: byte 1: expected at most 2048 bytes of string tables in a session, found more"
    );
}

#[test]
fn the_same_string_twice_has_two_ids() {
    let mut session = Decoder::default();
    let shown = read(&mut session, "04 01 61 01 61  42 01 42 03 01 01");
    assert_eq!(shown.as_deref(), Ok("<a><a></a></a>"));
}

#[test]
fn a_writer_tells_each_string_once_and_never_more_than_the_quota() {
    let mut sender = Encoder::default();
    let mut receiver = Decoder::default();
    let mut lengths = Vec::new();
    for round in 0..3 {
        for number in 0..60 {
            let name = format!("name-{number:040}");
            let message = sender.message(|writer| {
                writer.start("", &name)?;
                writer.end()
            });
            let message = message.unwrap();
            let shown = to_xml(&receiver.events(&message, Limits::default()).unwrap());
            assert_eq!(shown, format!("<{name}></{name}>"));
            if round == 2 {
                lengths.push(message.len());
            }
        }
    }
    // 44 names of 45 bytes and their lengths fit; the others go in full.
    let known = TABLE_BYTES_MAX / 46;
    assert_eq!(receiver.len(), known);
    assert!(
        lengths[..known].iter().all(|length| *length <= 5),
        "{lengths:?}"
    );
    assert!(
        lengths[known..].iter().all(|length| *length == 49),
        "{lengths:?}"
    );
}

#[test]
fn a_message_that_could_not_be_written_tells_nothing() {
    let mut sender = Encoder::default();
    let failed = sender.message(|writer| {
        writer.start("", "a")?;
        writer.text(&Value::Chars("\u{0}".into()))
    });
    assert!(failed.is_err());
    let message = sender.message(|writer| {
        writer.start("", "b")?;
        writer.end()
    });
    assert_eq!(message.unwrap(), bytes("02 01 62  42 01 01"));
}
