//! Documents record by record, with bytes worked out from the tables of [MC-NBFX].

use ipamconf::soap::Element;
use ipamconf::wire::infoset;
use ipamconf::wire::nbfse::{Decoder, Encoder};
use ipamconf::wire::nbfx::{Form, Limits, Reader, Value, WriteError, Writer, record, to_xml};

use crate::any_document::assert_same;
use crate::hex::bytes;

fn document(hex: &str) -> String {
    let message = bytes(hex);
    let events = Reader::document(&message, &(), Limits::default()).read_all();
    match events {
        Ok(events) => to_xml(&events),
        Err(error) => panic!("{hex}: {error}"),
    }
}

#[test]
fn every_text_is_read_with_its_characters_with_and_without_an_end() {
    for (record, shown) in [
        ("80", "0"),
        ("82", "1"),
        ("84", "false"),
        ("86", "true"),
        ("88 D6", "-42"),
        ("8A 2C01", "300"),
        ("8C A0860100", "100000"),
        ("8E 00F2052A01000000", "5000000000"),
        ("90 0000003F", "0.5"),
        ("92 000000000000E0BF", "-0.5"),
        ("94 0000 01 80 00000000 F901000000000000", "-50.5"),
        ("96 0000FF71DAD4D648", "2019-05-10T00:00:00Z"),
        ("98 02 6869", "hi"),
        ("9A 0200 6869", "hi"),
        ("9C 02000000 6869", "hi"),
        ("9E 02 FFFE", "//4="),
        ("A0 0200 FFFE", "//4="),
        ("A2 02000000 FFFE", "//4="),
        ("A8", ""),
        ("AA 14", "http://www.w3.org/2005/08/addressing/anonymous"),
        (
            "AC 0102030405060708090A0B0C0D0E0F10",
            "urn:uuid:04030201-0605-0807-090a-0b0c0d0e0f10",
        ),
        ("AE 40420F0000000000", "PT0.1S"),
        (
            "B0 0102030405060708090A0B0C0D0E0F10",
            "04030201-0605-0807-090a-0b0c0d0e0f10",
        ),
        ("B2 0000000000000080", "9223372036854775808"),
        ("B4 01", "true"),
        ("B6 04 6800 6900", "hi"),
        ("B8 0400 3DD8 00DE", "\u{1F600}"),
        ("BA 04000000 6800 6900", "hi"),
        ("BC 12 9001", "s:Reason"),
    ] {
        let plain = document(&format!("40 01 61 {record} 01"));
        assert_eq!(plain, format!("<a>{shown}</a>"));
        let mut with_end = bytes(&format!("40 01 61 {record}"));
        with_end[3] += 1;
        let events = Reader::document(&with_end, &(), Limits::default());
        assert_eq!(to_xml(&events.read_all().unwrap()), plain, "{record}");
        let attribute = document(&format!("40 01 61 04 01 62 {record} 01"));
        assert_eq!(attribute, format!("<a b=\"{shown}\"></a>"));
    }
}

#[test]
fn every_letter_is_a_prefix_of_elements_and_attributes() {
    for (number, letter) in (0..).zip(b'a'..=b'z') {
        let shown = char::from(letter);
        let declared = format!("0B 01 {letter:02X} 06");
        let (in_dictionary, inline) = (0x44 + number, 0x5E + number);
        let (dictionary_attribute, inline_attribute) = (0x0C + number, 0x26 + number);
        let uri = "http://www.w3.org/2005/08/addressing";
        for (element, name) in [
            (format!("{in_dictionary:02X} 02"), "Envelope"),
            (format!("{inline:02X} 01 78"), "x"),
        ] {
            let shown_name = format!("{shown}:{name}");
            assert_eq!(
                document(&format!(
                    "{element} {declared} {dictionary_attribute:02X} 00 82 01"
                )),
                format!(
                    "<{shown_name} xmlns:{shown}=\"{uri}\" {shown}:mustUnderstand=\"1\"></{shown_name}>"
                )
            );
            assert_eq!(
                document(&format!(
                    "{element} {inline_attribute:02X} 01 79 86 {declared} 01"
                )),
                format!("<{shown_name} {shown}:y=\"true\" xmlns:{shown}=\"{uri}\"></{shown_name}>")
            );
        }
        let mut writer_strings = ();
        let mut writer = Writer::new(&mut writer_strings);
        let prefix = shown.to_string();
        writer.start(&prefix, "Envelope").unwrap();
        writer.declaration(&prefix, uri).unwrap();
        writer.attribute(&prefix, "y", &Value::Bool(true)).unwrap();
        writer.start(&prefix, "x").unwrap();
        writer.attribute(&prefix, "Id", &Value::Int(7)).unwrap();
        writer.end().unwrap();
        writer.end().unwrap();
        let expected = format!(
            "{in_dictionary:02X} 02 {declared} {inline_attribute:02X} 01 79 86 {inline:02X} 01 78 \
             {dictionary_attribute:02X} 1C 88 07 01 01"
        );
        assert_eq!(writer.finish().unwrap(), bytes(&expected));
    }
}

#[test]
fn arrays_are_the_elements_they_stand_for() {
    for (item, values, shown) in [
        ("B5", "00 01", ["false", "true"]),
        ("8B", "FFFF 0100", ["-1", "1"]),
        ("8D", "00000080 02000000", ["-2147483648", "2"]),
        (
            "8F",
            "0000000000000080 0300000000000000",
            ["-9223372036854775808", "3"],
        ),
        ("91", "0000803F 0000C0FF", ["1", "NaN"]),
        ("93", "000000000000F03F 000000000000F07F", ["1", "INF"]),
        (
            "95",
            "00000200 00000000 0A00000000000000 00000080 00000000 0100000000000000",
            ["0.10", "-1"],
        ),
        (
            "97",
            "0000000000000000 0000000000000080",
            ["0001-01-01T00:00:00", "0001-01-01T00:00:00+00:00"],
        ),
        ("AF", "0000000000000000 00C0692AC9000000", ["PT0S", "P1D"]),
        (
            "B1",
            "00000000000000000000000000000000 01000000000000000000000000000000",
            [
                "00000000-0000-0000-0000-000000000000",
                "00000001-0000-0000-0000-000000000000",
            ],
        ),
    ] {
        let shown: String = shown
            .iter()
            .map(|text| format!("<i k=\"1\">{text}</i>"))
            .collect();
        let hex = format!("40 01 61 03 40 01 69 04 01 6B 82 01 {item} 02 {values} 80 01");
        assert_eq!(document(&hex), format!("<a>{shown}0</a>"));
    }
}

#[test]
fn arrays_are_written_with_the_type_that_holds_all_values() {
    for (values, written) in [
        (vec![Value::Int(1), Value::Int(-1)], "8B 02 0100 FFFF"),
        (
            vec![Value::Int(1), Value::Int(70000)],
            "8D 02 01000000 70110100",
        ),
        (vec![Value::Bool(true)], "B5 01 01"),
        (vec![Value::TimeSpan(1)], "AF 01 0100000000000000"),
    ] {
        let mut strings = ();
        let mut writer = Writer::new(&mut strings);
        writer.start("", "x").unwrap();
        writer.start_array("", "i").unwrap();
        writer.end_array(&values).unwrap();
        writer.end().unwrap();
        let expected = bytes(&format!("40 01 78 03 40 01 69 01 {written} 01"));
        assert_eq!(writer.finish().unwrap(), expected);
    }
    for values in [
        vec![],
        vec![Value::Chars("x".into())],
        vec![Value::Int(1), Value::Bool(true)],
        vec![Value::UniqueId([0; 16])],
    ] {
        let mut strings = ();
        let mut writer = Writer::new(&mut strings);
        writer.start_array("", "i").unwrap();
        assert_eq!(writer.end_array(&values), Err(WriteError::NotAnArray));
    }
}

#[test]
fn texts_are_written_in_the_record_that_deployed_peers_choose() {
    let long = "x".repeat(256);
    let longer = "x".repeat(65536);
    let emoji = "\u{4E2D}\u{4E2D}";
    for (value, head) in [
        (Value::Chars("".into()), "A9"),
        (Value::Chars("0".into()), "81"),
        (Value::Chars("1".into()), "83"),
        (Value::Chars("true".into()), "99 04"),
        (Value::Chars("Action".into()), "AB 0A"),
        (Value::Chars(long.as_str().into()), "9B 0001 78"),
        (Value::Chars(longer.as_str().into()), "9D 00000100 78"),
        (Value::Chars(emoji.into()), "B7 04 2D4E"),
        (Value::Int(127), "89 7F"),
        (Value::Int(128), "8B 8000"),
        (Value::Int(-32769), "8D FF7FFFFF"),
        (Value::Int(1 << 40), "8F 0000000000010000"),
        (Value::Double(3.0), "89 03"),
        (Value::Double(0.5), "91 0000003F"),
        (Value::Double(0.1), "91 CDCCCC3D"),
        (Value::Double(-0.0), "91 00000080"),
        (Value::Double(f64::MAX), "93 FFFFFFFFFFFFEF7F"),
        (Value::Bytes((&[1, 2][..]).into()), "9F 02 0102"),
    ] {
        let mut strings = ();
        let mut writer = Writer::new(&mut strings);
        writer.start("", "x").unwrap();
        writer.text(&value).unwrap();
        writer.end().unwrap();
        let written = writer.finish().unwrap();
        let expected = bytes(&format!("40 01 78 {head}"));
        assert_eq!(
            written.get(..expected.len()),
            Some(&expected[..]),
            "{value:?}"
        );
    }
}

#[test]
fn a_writer_refuses_what_no_reader_could_take() {
    let mut strings = ();
    let mut writer = Writer::new(&mut strings);
    assert_eq!(writer.text(&Value::Int(0)), Err(WriteError::NothingOpen));
    assert_eq!(writer.end(), Err(WriteError::NothingOpen));
    writer.start("", "a").unwrap();
    let nested = Value::List(vec![Value::List(vec![])]);
    assert_eq!(
        writer.attribute("", "b", &nested),
        Err(WriteError::NestedList)
    );
    let found = '\u{1}';
    assert_eq!(
        writer.text(&Value::Chars("\u{1}".into())),
        Err(WriteError::Character { found })
    );
    assert_eq!(
        writer.declaration("p", "u"),
        Err(WriteError::AttributeTooLate)
    );
    for name in ["", "xmlns", "a b", "1", "a:b"] {
        let found = name.to_owned();
        assert_eq!(writer.start("", name), Err(WriteError::Name { found }));
    }
    assert_eq!(writer.finish(), Err(WriteError::Unclosed { open: 1 }));
}

#[test]
fn fragments_may_have_what_documents_may_not() {
    for hex in [
        "02 01 78",
        "86 80",
        "40 01 61 01 40 01 62 01",
        "40 01 61 99 01 00",
        "",
    ] {
        let message = bytes(hex);
        let fragment = Reader::new(&message, 0, &(), Limits::default(), Form::Fragment).read_all();
        assert!(fragment.is_ok(), "{hex}");
        assert!(
            Reader::document(&message, &(), Limits::default())
                .read_all()
                .is_err(),
            "{hex}"
        );
    }
}

#[test]
fn every_record_has_a_name_and_only_the_reserved_ones_say_so() {
    let mut seen = std::collections::BTreeSet::new();
    for found in 0..=u8::MAX {
        let name = record::name(found);
        assert_eq!(name.starts_with("the reserved"), record::is_reserved(found));
        assert!(seen.insert(name.clone()), "{name}");
    }
    assert_eq!(record::name(0x56), "PrefixDictionaryElementS");
    assert_eq!(record::name(0x99), "Chars8TextWithEndElement");
}

#[test]
fn an_element_keeps_its_meaning_in_binary_whatever_its_prefixes() {
    for xml in [
        "<a/>",
        "<a xmlns='u'><b xmlns=''/></a>",
        "<p:a xmlns:p='u' xmlns:q='u' q:x='1' y='2'><p:b xmlns:p='v'/></p:a>",
        "<a xml:lang='en'>x<b/>y<c>0</c>z</a>",
        "<a xmlns:i='http://www.w3.org/2001/XMLSchema-instance' xmlns:t='u' i:type='t:B' i:nil='true'/>",
        "<a xmlns='u' xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='B'><b i:type='no:C'/></a>",
        "<a>true</a>",
        "<a> 1 </a>",
        "<a>urn:uuid:c5150214-3f8b-4814-bff1-f5c2cc78fd48</a>",
    ] {
        let element = Element::read(xml).unwrap();
        let message = infoset::encode(&mut Encoder::default(), &element).unwrap();
        let read = infoset::decode(&mut Decoder::default(), &message, Limits::default()).unwrap();
        assert_same(&read, &element);
    }
}

#[test]
fn a_tree_has_the_limits_that_it_has_as_text() {
    let read = |inside: &[u8], memory| {
        let message = [&[0, 0x40, 1, b'a'], inside, &[1]].concat();
        let limits = Limits {
            memory,
            ..Limits::default()
        };
        infoset::decode(&mut Decoder::default(), &message, limits)
            .unwrap_err()
            .to_string()
    };
    let mut text = vec![0x98, 200];
    text.extend([b'x'; 200]);
    assert_eq!(
        read(&text, 700),
        "document: byte 206: the message takes more than 700 bytes of memory up to here; expected a smaller one: what it \
        asks for can be divided among several"
    );
    let mut name = vec![0x40, 0x88, 0x27];
    name.extend([b'x'; 5000]);
    name.push(1);
    assert_eq!(
        read(&name, 1 << 20),
        "document: byte 5007: expected names and namespaces of at most 4096 bytes, found one of 5000"
    );
    // A string of the dictionary again and again.
    assert_eq!(
        read(&[0xAA, 0xB6, 0x03].repeat(10_000), 1 << 30),
        "document: byte 14107: expected at most 305568 bytes of texts in a message of its length, found more"
    );
}

#[test]
fn an_element_made_without_prefixes_gets_some() {
    let element = Element::new("u", "a")
        .with_attribute("v", "x", "1")
        .with_attribute("w", "x", "2")
        .with_type("t", "T")
        .with(Element::new("", "b").with_type("", "T"))
        .with(Element::new("v", "c").with_text("50.5"));
    let message = infoset::encode(&mut Encoder::default(), &element).unwrap();
    let read = infoset::decode(&mut Decoder::default(), &message, Limits::default()).unwrap();
    assert_same(&read, &element);
}
