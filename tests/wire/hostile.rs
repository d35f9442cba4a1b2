//! Documents that nobody honest writes: each is refused with the place and the reason.

use ipamconf::wire::nbfx::{Limits, Reader};

use crate::hex::bytes;

fn refusal(hex: &str) -> String {
    let message = bytes(hex);
    match Reader::document(&message, &(), Limits::default()).read_all() {
        Ok(events) => panic!("{hex}: taken as {events:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn each_wrong_document_is_refused_with_its_reason() {
    for (hex, reason) in [
        (
            "",
            "byte 0: expected an element, found the end of the message",
        ),
        (
            "02 01 78",
            "byte 3: expected an element, found the end of the message",
        ),
        ("40 02 61", "byte 2: expected 2 more bytes, found 1"),
        (
            "40 81 00 61",
            "byte 1: expected an integer in its shortest form, found a last byte of 0",
        ),
        (
            "40 FF FF FF FF 08",
            "byte 1: expected an integer of 31 bits in at most 5 bytes, found more",
        ),
        (
            "40 02 61 FF 01",
            "byte 3: expected text in UTF-8, found other bytes",
        ),
        ("40 03 61 20 62 01", "byte 1: expected a name, found `a b`"),
        ("40 01 31 01", "byte 1: expected a name, found `1`"),
        (
            "41 01 61 03 62 3A 63 01",
            "byte 3: expected a name, found `b:c`",
        ),
        (
            "42 04 01",
            "byte 1: expected a name, found `http://www.w3.org/2003/05/soap-envelope`",
        ),
        (
            "5D 00 01",
            "byte 0: expected a prefix that is declared, found `z`",
        ),
        (
            "40 01 61 26 01 78 80 01",
            "byte 0: expected a prefix that is declared, found `a`",
        ),
        (
            "40 01 61 0B 03 78 6D 6C 04 01",
            "byte 0: expected a namespace that `xml` may stand for, found `http://www.w3.org/2003/05/soap-envelope`",
        ),
        (
            "40 01 61 09 01 70 00 01",
            "byte 0: expected a namespace that `p` may stand for, found ``",
        ),
        (
            "40 01 61 0A 04 0A 06 01",
            "byte 0: expected each attribute once, found `xmlns:` again",
        ),
        (
            "40 01 61 0B 01 62 04 0B 01 63 04 0D 00 80 0E 00 80 01",
            "byte 0: expected each attribute once, found `mustUnderstand` again",
        ),
        (
            "40 01 61 04 01 62 A4 81 A6 01",
            "byte 7: expected a text of the list, or its end, found ZeroTextWithEndElement",
        ),
        (
            "40 01 61 04 01 62 7F",
            "byte 6: expected a record type, found the reserved 0x7F",
        ),
        (
            "40 01 61 A4 A5",
            "byte 4: expected a record type, found the reserved 0xA5",
        ),
        (
            "40 01 61 98 01 0B 01",
            "byte 5: expected a character that XML may have, found U+000B",
        ),
        (
            "40 01 61 02 01 00 01",
            "byte 4: expected a character that XML may have, found U+0000",
        ),
        (
            "40 01 61 B7 02 00 DC",
            "byte 5: expected text in UTF-16, found half of a surrogate pair",
        ),
        (
            "40 01 61 BA FF FF FF FF",
            "byte 4: expected a length, found -1",
        ),
        (
            "40 01 61 95 00 00 00 81",
            "byte 8: expected 4 more bytes, found 0",
        ),
        (
            "40 01 61 97 FF FF FF FF FF FF FF 7F",
            "byte 4: expected a time before the year 10000, found 0x3FFFFFFFFFFFFFFF",
        ),
        (
            "40 01 61 03 78",
            "byte 4: expected a record type, found the reserved 0x78",
        ),
        (
            "40 01 61 03 01",
            "byte 4: expected an element, found EndElement",
        ),
        (
            "40 01 61 03 40 01 62 8D 01 00 00 00 00",
            "byte 7: expected the end of the array's element, found Int32TextWithEndElement",
        ),
        (
            "40 01 61 03 40 01 62 01 8C 01 00 00 00 00",
            "byte 8: expected the type of the values of an array, found 0x8C",
        ),
        (
            "40 01 61 03 40 01 62 01 8D 00 01",
            "byte 9: expected a positive number of values of an array, found 0x0",
        ),
        (
            "40 01 61 03 40 01 62 01 8D FF FF FF FF 07 00 01",
            "byte 14: expected 8589934588 more bytes, found 2",
        ),
        (
            "40 01 61 03 40 01 62 01 B5 02 01 02 01",
            "byte 11: expected a boolean, 0 or 1, found 0x2",
        ),
        (
            "03 40 01 62 01 B5 01 01",
            "byte 0: expected an element, found Array",
        ),
        (
            "40 01 61 01 86",
            "byte 4: expected nothing after the document's element, found TrueText",
        ),
        (
            "40 01 61 01 01",
            "byte 4: expected nothing after the document's element, found EndElement",
        ),
        (
            "40 01 61 40 01 62",
            "byte 6: expected the end of every element, found the end of the message with 2 of them open",
        ),
    ] {
        assert_eq!(refusal(hex), reason, "{hex}");
    }
}

#[test]
fn after_an_error_nothing_more_is_read() {
    let message = bytes("40 01 61 00 01");
    let mut reader = Reader::document(&message, &(), Limits::default());
    assert!(reader.read().is_ok());
    assert!(reader.read().is_err());
    let error = reader.read().unwrap_err().to_string();
    assert!(error.contains("expected no further reading"), "{error}");
}

#[test]
fn nesting_attributes_declarations_and_elements_have_limits() {
    let within = |levels: usize| format!("{}{}", "40 01 61".repeat(levels), "01".repeat(levels));
    let limits = Limits::default();
    let message = bytes(&within(limits.nesting));
    assert!(Reader::document(&message, &(), limits).read_all().is_ok());
    let reason = format!(
        "byte {}: expected at most 64 levels of elements, found more",
        limits.nesting * 3
    );
    assert_eq!(refusal(&within(limits.nesting + 1)), reason);

    let attribute = |number: usize| {
        format!(
            "04 03 61 {:02X} {:02X} 80",
            0x61 + number / 26,
            0x61 + number % 26
        )
    };
    let many = |count: usize| {
        format!(
            "40 01 61 {} 01",
            (0..count).map(attribute).collect::<String>()
        )
    };
    assert!(
        Reader::document(&bytes(&many(64)), &(), limits)
            .read_all()
            .is_ok()
    );
    assert!(refusal(&many(65)).contains("expected at most 64 attributes of an element"));

    let declaration = |number: usize| {
        format!(
            "0B 02 {:02X} {:02X} 04",
            0x61 + number / 26,
            0x61 + number % 26
        )
    };
    let element = format!("40 01 61 {}", (0..60).map(declaration).collect::<String>());
    assert!(refusal(&element.repeat(5)).contains("expected at most 256 namespaces in force"));

    let few = Limits {
        elements: 3,
        ..limits
    };
    let message = bytes("40 01 61 40 01 61 01 40 01 61 01 40 01 61 01 01");
    let error = Reader::document(&message, &(), few).read_all().unwrap_err();
    assert_eq!(
        error.to_string(),
        "byte 11: expected at most 3 elements, found more"
    );
}

#[test]
fn a_short_message_cannot_stand_for_a_long_document() {
    // An element of a long name, once for each of many values of one byte.
    let array = |length: usize| {
        let name = "78".repeat(length);
        let values = "00".repeat(0x3FFF);
        format!("40 01 61 03 40 {length:02X} {name} 01 B5 FF7F {values} 01")
    };
    let reason = refusal(&array(120));
    assert!(reason.contains("bytes of names and texts in a message of its length"));
    // However short the name: an element takes room by itself.
    let reason = refusal(&array(1));
    assert!(reason.contains("elements, found more"), "{reason}");
    // A long namespace, repeated by elements of one letter.
    let uri = "78".repeat(0x2000);
    let element = "40 01 62 01".repeat(2000);
    let namespace = format!("40 01 61 08 80 40 {uri} {element} 01");
    assert!(refusal(&namespace).contains("bytes of names and texts in a message of its length"));
    // An honest array is long, but not longer than its names allow for.
    let honest = format!(
        "40 01 61 03 40 01 62 01 8D 80 08 {} 01",
        "01000000".repeat(1024)
    );
    let message = bytes(&honest);
    let events = Reader::document(&message, &(), Limits::default())
        .read_all()
        .unwrap();
    assert_eq!(events.len(), 3 * 1024 + 2);
}
