//! [MC-NBFX] 2.2 and 2.3: the types of records.

/// 2.3.1 EndElement.
pub const END_ELEMENT: u8 = 0x01;
/// 2.3.2 Comment.
pub const COMMENT: u8 = 0x02;
/// 2.3.3 Array.
pub const ARRAY: u8 = 0x03;
/// 2.2.2.1: the first attribute record; the last one is [`PREFIX_ATTRIBUTE_Z`].
pub const SHORT_ATTRIBUTE: u8 = 0x04;
/// 2.2.2.2 Attribute.
pub const ATTRIBUTE: u8 = 0x05;
/// 2.2.2.3 ShortDictionaryAttribute.
pub const SHORT_DICTIONARY_ATTRIBUTE: u8 = 0x06;
/// 2.2.2.4 DictionaryAttribute.
pub const DICTIONARY_ATTRIBUTE: u8 = 0x07;
/// 2.2.2.5 ShortXmlnsAttribute.
pub const SHORT_XMLNS_ATTRIBUTE: u8 = 0x08;
/// 2.2.2.6 XmlnsAttribute.
pub const XMLNS_ATTRIBUTE: u8 = 0x09;
/// 2.2.2.7 ShortDictionaryXmlnsAttribute.
pub const SHORT_DICTIONARY_XMLNS_ATTRIBUTE: u8 = 0x0A;
/// 2.2.2.8 DictionaryXmlnsAttribute.
pub const DICTIONARY_XMLNS_ATTRIBUTE: u8 = 0x0B;
/// 2.2.2.9 PrefixDictionaryAttributeA; Z is 25 further.
pub const PREFIX_DICTIONARY_ATTRIBUTE_A: u8 = 0x0C;
/// 2.2.2.10 PrefixAttributeA; Z is 25 further.
pub const PREFIX_ATTRIBUTE_A: u8 = 0x26;
/// 2.2.2.10 PrefixAttributeZ: the last attribute record.
pub const PREFIX_ATTRIBUTE_Z: u8 = 0x3F;
/// 2.2.1.1 ShortElement.
pub const SHORT_ELEMENT: u8 = 0x40;
/// 2.2.1.2 Element.
pub const ELEMENT: u8 = 0x41;
/// 2.2.1.3 ShortDictionaryElement.
pub const SHORT_DICTIONARY_ELEMENT: u8 = 0x42;
/// 2.2.1.4 DictionaryElement.
pub const DICTIONARY_ELEMENT: u8 = 0x43;
/// 2.2.1.5 PrefixDictionaryElementA; Z is 25 further.
pub const PREFIX_DICTIONARY_ELEMENT_A: u8 = 0x44;
/// 2.2.1.6 PrefixElementA; Z is 25 further.
pub const PREFIX_ELEMENT_A: u8 = 0x5E;
/// 2.2.1.6 PrefixElementZ: the last element record.
pub const PREFIX_ELEMENT_Z: u8 = 0x77;
/// 2.2.3.1 ZeroText: the first text record.
pub const ZERO_TEXT: u8 = 0x80;
/// 2.2.3.2 OneText.
pub const ONE_TEXT: u8 = 0x82;
/// 2.2.3.3 FalseText.
pub const FALSE_TEXT: u8 = 0x84;
/// 2.2.3.4 TrueText.
pub const TRUE_TEXT: u8 = 0x86;
/// 2.2.3.5 Int8Text.
pub const INT8_TEXT: u8 = 0x88;
/// 2.2.3.6 Int16Text.
pub const INT16_TEXT: u8 = 0x8A;
/// 2.2.3.7 Int32Text.
pub const INT32_TEXT: u8 = 0x8C;
/// 2.2.3.8 Int64Text.
pub const INT64_TEXT: u8 = 0x8E;
/// 2.2.3.9 FloatText.
pub const FLOAT_TEXT: u8 = 0x90;
/// 2.2.3.10 DoubleText.
pub const DOUBLE_TEXT: u8 = 0x92;
/// 2.2.3.11 DecimalText.
pub const DECIMAL_TEXT: u8 = 0x94;
/// 2.2.3.12 DateTimeText.
pub const DATE_TIME_TEXT: u8 = 0x96;
/// 2.2.3.13 Chars8Text; Chars16Text and Chars32Text are 2 and 4 further.
pub const CHARS8_TEXT: u8 = 0x98;
/// 2.2.3.14 Chars16Text.
pub const CHARS16_TEXT: u8 = 0x9A;
/// 2.2.3.15 Chars32Text.
pub const CHARS32_TEXT: u8 = 0x9C;
/// 2.2.3.16 Bytes8Text; Bytes16Text and Bytes32Text are 2 and 4 further.
pub const BYTES8_TEXT: u8 = 0x9E;
/// 2.2.3.17 Bytes16Text.
pub const BYTES16_TEXT: u8 = 0xA0;
/// 2.2.3.18 Bytes32Text.
pub const BYTES32_TEXT: u8 = 0xA2;
/// 2.2.3.19 StartListText.
pub const START_LIST_TEXT: u8 = 0xA4;
/// 2.2.3.19 EndListText.
pub const END_LIST_TEXT: u8 = 0xA6;
/// 2.2.3.20 EmptyText.
pub const EMPTY_TEXT: u8 = 0xA8;
/// 2.2.3.21 DictionaryText.
pub const DICTIONARY_TEXT: u8 = 0xAA;
/// 2.2.3.22 UniqueIdText.
pub const UNIQUE_ID_TEXT: u8 = 0xAC;
/// 2.2.3.23 TimeSpanText.
pub const TIME_SPAN_TEXT: u8 = 0xAE;
/// 2.2.3.24 UuidText.
pub const UUID_TEXT: u8 = 0xB0;
/// 2.2.3.25 UInt64Text.
pub const UINT64_TEXT: u8 = 0xB2;
/// 2.2.3.26 BoolText.
pub const BOOL_TEXT: u8 = 0xB4;
/// 2.2.3.27 UnicodeChars8Text; UnicodeChars16Text and UnicodeChars32Text are 2 and 4 further.
pub const UNICODE_CHARS8_TEXT: u8 = 0xB6;
/// 2.2.3.28 UnicodeChars16Text.
pub const UNICODE_CHARS16_TEXT: u8 = 0xB8;
/// 2.2.3.29 UnicodeChars32Text.
pub const UNICODE_CHARS32_TEXT: u8 = 0xBA;
/// 2.2.3.30 QNameDictionaryText.
pub const QNAME_DICTIONARY_TEXT: u8 = 0xBC;
/// The last text record, QNameDictionaryTextWithEndElement.
pub const TEXT_LAST: u8 = 0xBD;

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

/// The letter that stands in a record type, counted from that type of the letter a.
pub(super) fn letter(found: u8, first: u8) -> &'static str {
    let at = usize::from(found - first);
    &LETTERS[at..=at]
}

/// The number of a prefix of one small letter.
pub(super) fn letter_number(prefix: &str) -> Option<u8> {
    match prefix.as_bytes() {
        [letter @ b'a'..=b'z'] => Some(letter - b'a'),
        _ => None,
    }
}

/// 2.2.3.31: whether that is a text record with the end of its element in it.
#[must_use]
pub fn ends_element(found: u8) -> bool {
    (ZERO_TEXT..=TEXT_LAST).contains(&found) && found % 2 == 1
}

/// Whether that is the type of no record.
#[must_use]
pub fn is_reserved(found: u8) -> bool {
    matches!(found, 0x00 | 0x78..=0x7F | 0xA5 | 0xA7 | 0xBE..)
}

/// What the document calls records of that type.
#[must_use]
pub fn name(found: u8) -> String {
    let fixed = match found & 0xFE {
        ZERO_TEXT => "ZeroText",
        ONE_TEXT => "OneText",
        FALSE_TEXT => "FalseText",
        TRUE_TEXT => "TrueText",
        INT8_TEXT => "Int8Text",
        INT16_TEXT => "Int16Text",
        INT32_TEXT => "Int32Text",
        INT64_TEXT => "Int64Text",
        FLOAT_TEXT => "FloatText",
        DOUBLE_TEXT => "DoubleText",
        DECIMAL_TEXT => "DecimalText",
        DATE_TIME_TEXT => "DateTimeText",
        CHARS8_TEXT => "Chars8Text",
        CHARS16_TEXT => "Chars16Text",
        CHARS32_TEXT => "Chars32Text",
        BYTES8_TEXT => "Bytes8Text",
        BYTES16_TEXT => "Bytes16Text",
        BYTES32_TEXT => "Bytes32Text",
        START_LIST_TEXT => "StartListText",
        END_LIST_TEXT => "EndListText",
        EMPTY_TEXT => "EmptyText",
        DICTIONARY_TEXT => "DictionaryText",
        UNIQUE_ID_TEXT => "UniqueIdText",
        TIME_SPAN_TEXT => "TimeSpanText",
        UUID_TEXT => "UuidText",
        UINT64_TEXT => "UInt64Text",
        BOOL_TEXT => "BoolText",
        UNICODE_CHARS8_TEXT => "UnicodeChars8Text",
        UNICODE_CHARS16_TEXT => "UnicodeChars16Text",
        UNICODE_CHARS32_TEXT => "UnicodeChars32Text",
        QNAME_DICTIONARY_TEXT => "QNameDictionaryText",
        _ => "",
    };
    if is_reserved(found) {
        return format!("the reserved {found:#04X}");
    }
    if !fixed.is_empty() {
        let end = if ends_element(found) {
            "WithEndElement"
        } else {
            ""
        };
        return format!("{fixed}{end}");
    }
    let with_letter =
        |text: &str, first| format!("{text}{}", letter(found, first).to_ascii_uppercase());
    match found {
        END_ELEMENT => "EndElement".to_owned(),
        COMMENT => "Comment".to_owned(),
        ARRAY => "Array".to_owned(),
        SHORT_ATTRIBUTE => "ShortAttribute".to_owned(),
        ATTRIBUTE => "Attribute".to_owned(),
        SHORT_DICTIONARY_ATTRIBUTE => "ShortDictionaryAttribute".to_owned(),
        DICTIONARY_ATTRIBUTE => "DictionaryAttribute".to_owned(),
        SHORT_XMLNS_ATTRIBUTE => "ShortXmlnsAttribute".to_owned(),
        XMLNS_ATTRIBUTE => "XmlnsAttribute".to_owned(),
        SHORT_DICTIONARY_XMLNS_ATTRIBUTE => "ShortDictionaryXmlnsAttribute".to_owned(),
        DICTIONARY_XMLNS_ATTRIBUTE => "DictionaryXmlnsAttribute".to_owned(),
        PREFIX_DICTIONARY_ATTRIBUTE_A..PREFIX_ATTRIBUTE_A => {
            with_letter("PrefixDictionaryAttribute", PREFIX_DICTIONARY_ATTRIBUTE_A)
        }
        PREFIX_ATTRIBUTE_A..SHORT_ELEMENT => with_letter("PrefixAttribute", PREFIX_ATTRIBUTE_A),
        SHORT_ELEMENT => "ShortElement".to_owned(),
        ELEMENT => "Element".to_owned(),
        SHORT_DICTIONARY_ELEMENT => "ShortDictionaryElement".to_owned(),
        DICTIONARY_ELEMENT => "DictionaryElement".to_owned(),
        PREFIX_DICTIONARY_ELEMENT_A..PREFIX_ELEMENT_A => {
            with_letter("PrefixDictionaryElement", PREFIX_DICTIONARY_ELEMENT_A)
        }
        _ => with_letter("PrefixElement", PREFIX_ELEMENT_A),
    }
}
