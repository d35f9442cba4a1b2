//! Streams shown to people.

use ipamconf::wire::{Direction, listing, listing_of_both};

use crate::hex::bytes;

#[test]
fn a_stream_is_shown_record_by_record_with_the_xml_of_its_envelopes() {
    let stream = bytes(
        "000100 0102 02 0C 6E65742E7463703A2F2F682F 0308 0C \
         06 10 04 03 6F6E65 42 01 04 01 62 82 40 01 63 87 01 07",
    );
    let expected = "\
00000000  000100                              Version Record: 1.0
00000003  0102                                Mode Record: 2 Duplex
00000005  020C6E65742E7463703A2F2F..+2        Via Record: net.tcp://h/
00000013  0308                                Known Encoding Record: 8 SOAP 1.2, binary with string tables
00000015  0C                                  Preamble End Record
00000016  0610                                Sized Envelope Record: 16 bytes
00000018  04036F6E65                            string table
                                                1 = one
0000001D  4201                                  ShortDictionaryElement one
0000001F  040162                                ShortAttribute
00000022  82                                    OneText
00000023  400163                                ShortElement c
00000026  87                                    TrueTextWithEndElement true
00000027  01                                    EndElement
          | <one b=\"1\">
          |   <c>true</c>
          | </one>
00000028  07                                  End Record
";
    assert_eq!(listing(&stream, Direction::FromInitiator), expected);
}

#[test]
fn what_is_wrong_is_shown_where_it_is() {
    for (hex, line) in [
        (
            "06 04 00 40 01 61",
            "00000006                                        error in the envelope: byte 4: expected the end of every element, found the end of the message with 1 of them open",
        ),
        (
            "06 02 05 01",
            "00000003  01                                    error in the envelope: string table: byte 1: expected 5 more bytes, found 1",
        ),
        (
            "0B 0D",
            "00000001  0D                                  error at byte 1: expected the type of a record, found the reserved 0x0D",
        ),
        (
            "06 05 00",
            "00000000  060500                              the stream ends inside this record",
        ),
        (
            "08 02 1B 5B",
            "00000000  08021B5B                            Fault Record: \\u{1b}[",
        ),
        (
            "0A 16 01",
            "00000001  1601                                2 bytes of the upgrade, not framing",
        ),
    ] {
        let shown = listing(&bytes(hex), Direction::FromReceiver);
        assert!(shown.lines().any(|found| found == line), "{shown}");
    }
}

#[test]
fn the_receivers_stream_has_the_encoding_that_the_initiator_named() {
    let from_initiator = bytes("000100 0102 02 0C 6E65742E7463703A2F2F682F 0303 0C");
    let from_receiver = [&[0x0B, 0x06, 0x04][..], b"<a/>"].concat();
    let shown = listing_of_both(&from_initiator, &from_receiver);
    assert!(shown.contains("          | <a/>\n"), "{shown}");
}
