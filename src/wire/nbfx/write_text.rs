//! [MC-NBFX] 2.2.3: writing text records, each value in the shortest one that has its characters.

use std::borrow::Cow;

use super::cursor::push_integer;
use super::names::is_name;
use super::record;
use super::value::{DateTime, DateTimeKind, Decimal, Value};
use super::writer::{Interned, WriteError, check_characters, length as u32_length};
use crate::wire::dictionary;

/// Writes a record without the end of its element.
pub(super) fn push_value(
    out: &mut Vec<u8>,
    value: &Value<'_>,
    dictionary: &mut dyn Interned,
) -> Result<(), WriteError> {
    let value = shorter(value);
    match &*value {
        Value::List(values) => {
            out.push(record::START_LIST_TEXT);
            for value in values {
                if matches!(value, Value::List(_)) {
                    return Err(WriteError::NestedList);
                }
                push_value(out, value, dictionary)?;
            }
            out.push(record::END_LIST_TEXT);
        }
        Value::Chars(text) => push_chars(out, text)?,
        Value::Bytes(bytes) => {
            push_length(out, record::BYTES8_TEXT, bytes.len())?;
            out.extend_from_slice(bytes);
        }
        Value::QName { prefix, local } => {
            let letter = record::letter_number(prefix).filter(|_| is_name(local));
            match letter.and_then(|letter| Some((letter, dictionary.id(local)?))) {
                Some((letter, id)) => {
                    out.extend([record::QNAME_DICTIONARY_TEXT, letter]);
                    push_integer(out, id);
                }
                None => push_chars(out, &value.characters())?,
            }
        }
        Value::Bool(value) => out.push(match value {
            true => record::TRUE_TEXT,
            false => record::FALSE_TEXT,
        }),
        Value::Int(0) => out.push(record::ZERO_TEXT),
        Value::Int(1) => out.push(record::ONE_TEXT),
        fixed => {
            let kind = fixed_record(fixed);
            out.push(kind);
            push_fixed(out, kind, fixed);
        }
    }
    Ok(())
}

/// The same characters with a shorter type: numbers with a point that are none. Deployed peers do the same, but
/// also where the characters differ.
fn shorter<'v, 'a>(value: &'v Value<'a>) -> Cow<'v, Value<'a>> {
    let (Value::Float(_) | Value::Double(_)) = value else {
        return Cow::Borrowed(value);
    };
    let characters = value.characters();
    if let Ok(integer) = characters.parse::<i64>()
        && integer.to_string() == characters
    {
        return Cow::Owned(Value::Int(integer));
    }
    if let Value::Double(double) = value {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "compared by its characters"
        )]
        let float = Value::Float(*double as f32);
        if float.characters() == characters {
            return Cow::Owned(float);
        }
    }
    Cow::Borrowed(value)
}

fn push_chars(out: &mut Vec<u8>, text: &str) -> Result<(), WriteError> {
    check_characters(text)?;
    match text {
        "" => out.push(record::EMPTY_TEXT),
        "0" => out.push(record::ZERO_TEXT),
        "1" => out.push(record::ONE_TEXT),
        _ => {
            if let Some(id) = dictionary::id(text) {
                out.push(record::DICTIONARY_TEXT);
                push_integer(out, id);
                return Ok(());
            }
            let units = text.encode_utf16().count();
            if text.len() / 2 > units {
                push_length(out, record::UNICODE_CHARS8_TEXT, units * 2)?;
                out.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            } else {
                push_length(out, record::CHARS8_TEXT, text.len())?;
                out.extend_from_slice(text.as_bytes());
            }
        }
    }
    Ok(())
}

/// The record with the shortest length in it, the length, but not what it is the length of.
fn push_length(out: &mut Vec<u8>, kind8: u8, found: usize) -> Result<(), WriteError> {
    if let Ok(length) = u8::try_from(found) {
        out.extend([kind8, length]);
    } else if let Ok(length) = u16::try_from(found) {
        out.push(kind8 + 2);
        out.extend(length.to_le_bytes());
    } else {
        out.push(kind8 + 4);
        out.extend(u32_length(found)?.to_le_bytes());
    }
    Ok(())
}

/// The record of a value of fixed length.
fn fixed_record(value: &Value<'_>) -> u8 {
    match value {
        Value::Int(value) if i8::try_from(*value).is_ok() => record::INT8_TEXT,
        Value::Int(value) if i16::try_from(*value).is_ok() => record::INT16_TEXT,
        Value::Int(value) if i32::try_from(*value).is_ok() => record::INT32_TEXT,
        Value::Int(_) => record::INT64_TEXT,
        Value::UInt64(_) => record::UINT64_TEXT,
        Value::Bool(_) => record::BOOL_TEXT,
        Value::Float(_) => record::FLOAT_TEXT,
        Value::Double(_) => record::DOUBLE_TEXT,
        Value::Decimal(_) => record::DECIMAL_TEXT,
        Value::DateTime(_) => record::DATE_TIME_TEXT,
        Value::TimeSpan(_) => record::TIME_SPAN_TEXT,
        Value::UniqueId(_) => record::UNIQUE_ID_TEXT,
        Value::Uuid(_) => record::UUID_TEXT,
        Value::Bytes(_) => record::BYTES8_TEXT,
        Value::Chars(_) | Value::QName { .. } => record::CHARS8_TEXT,
        Value::List(_) => record::START_LIST_TEXT,
    }
}

/// The record that all of an array's values have, if they can have one; whether arrays take it is another matter.
pub(super) fn array_item(values: &[Value<'_>]) -> Option<u8> {
    let widest = |value: &Value<'_>| match fixed_record(value) {
        record::INT8_TEXT => record::INT16_TEXT,
        kind => kind,
    };
    let kind = values.iter().map(widest).max()?;
    let integers = record::INT16_TEXT..=record::INT64_TEXT;
    values
        .iter()
        .map(widest)
        .all(|each| each == kind || integers.contains(&each) && integers.contains(&kind))
        .then_some(kind)
}

/// The bytes of a value behind the type of such a record, which fits it.
pub(super) fn push_fixed(out: &mut Vec<u8>, kind: u8, value: &Value<'_>) {
    match value {
        Value::Int(value) => {
            let bytes = value.to_le_bytes();
            let count = match kind {
                record::INT8_TEXT => 1,
                record::INT16_TEXT => 2,
                record::INT32_TEXT => 4,
                _ => 8,
            };
            out.extend_from_slice(&bytes[..count]);
        }
        Value::UInt64(value) => out.extend(value.to_le_bytes()),
        Value::Bool(value) => out.push(u8::from(*value)),
        Value::Float(value) => out.extend(value.to_le_bytes()),
        Value::Double(value) => out.extend(value.to_le_bytes()),
        Value::Decimal(value) => push_decimal(out, *value),
        Value::DateTime(value) => out.extend(date_time_bits(*value).to_le_bytes()),
        Value::TimeSpan(value) => out.extend(value.to_le_bytes()),
        Value::UniqueId(bytes) | Value::Uuid(bytes) => out.extend_from_slice(bytes),
        // These have no fixed length: nobody comes here with them.
        Value::Bytes(_) | Value::Chars(_) | Value::QName { .. } | Value::List(_) => {}
    }
}

fn push_decimal(out: &mut Vec<u8>, value: Decimal) {
    let sign = if value.is_negative() { 0x80 } else { 0 };
    out.extend([0, 0, value.scale(), sign]);
    let digits = value.digits().to_le_bytes();
    out.extend_from_slice(&digits[8..12]);
    out.extend_from_slice(&digits[..8]);
}

fn date_time_bits(value: DateTime) -> u64 {
    let kind = match value.kind() {
        DateTimeKind::Unspecified => 0,
        DateTimeKind::Utc => 1,
        DateTimeKind::Local => 2,
    };
    value.ticks() | kind << 62
}
