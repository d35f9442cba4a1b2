//! [MC-NBFX] 2.2.3: reading text records.

use std::borrow::Cow;

use super::cursor::Cursor;
use super::error::{Fault, NbfxError};
use super::names::{forbidden_character, is_name};
use super::reader::{Form, Strings};
use super::record;
use super::value::{DateTime, DateTimeKind, Decimal, Value};

/// What text is read by.
pub(super) struct Texts<'a> {
    pub(super) strings: &'a dyn Strings,
    pub(super) form: Form,
}

impl<'a> Texts<'a> {
    /// The string with the id that comes next.
    pub(super) fn dictionary(&self, cursor: &mut Cursor<'a>) -> Result<&'a str, NbfxError> {
        let at = cursor.at();
        let id = cursor.integer()?;
        self.strings
            .string(id)
            .ok_or_else(|| Fault::UnknownString { found: id }.at(at))
    }

    /// One text or one list, of a record whose type, already read, is `found` (without an end of element in it).
    pub(super) fn value(
        &self,
        cursor: &mut Cursor<'a>,
        found: u8,
        at: usize,
        marks: &mut dyn FnMut(usize),
    ) -> Result<Value<'a>, NbfxError> {
        if found != record::START_LIST_TEXT {
            return self.single(cursor, found, at);
        }
        let mut values = Vec::new();
        loop {
            let at = cursor.at();
            marks(at);
            let found = cursor.u8()?;
            if found == record::END_LIST_TEXT {
                return Ok(Value::List(values));
            }
            if record::is_reserved(found) {
                return Err(Fault::ReservedRecord { found }.at(at));
            }
            if found < record::ZERO_TEXT
                || record::ends_element(found)
                || found == record::START_LIST_TEXT
            {
                let expected = "a text of the list, or its end";
                return Err(Fault::Record { expected, found }.at(at));
            }
            values.push(self.single(cursor, found, at)?);
        }
    }

    fn single(
        &self,
        cursor: &mut Cursor<'a>,
        found: u8,
        at: usize,
    ) -> Result<Value<'a>, NbfxError> {
        Ok(match found {
            record::CHARS8_TEXT | record::CHARS16_TEXT | record::CHARS32_TEXT => {
                let length = length(cursor, found - record::CHARS8_TEXT)?;
                let start = cursor.at();
                self.chars(Cow::Borrowed(cursor.utf8(length)?), start)?
            }
            record::BYTES8_TEXT | record::BYTES16_TEXT | record::BYTES32_TEXT => {
                let length = length(cursor, found - record::BYTES8_TEXT)?;
                Value::Bytes(Cow::Borrowed(cursor.take(length)?))
            }
            record::UNICODE_CHARS8_TEXT
            | record::UNICODE_CHARS16_TEXT
            | record::UNICODE_CHARS32_TEXT => {
                let length = length(cursor, found - record::UNICODE_CHARS8_TEXT)?;
                let start = cursor.at();
                let text = utf16(cursor.take(length)?).map_err(|fault| fault.at(start))?;
                self.chars(Cow::Owned(text), start)?
            }
            record::EMPTY_TEXT => Value::Chars(Cow::Borrowed("")),
            record::DICTIONARY_TEXT => {
                let start = cursor.at();
                let text = self.dictionary(cursor)?;
                self.chars(Cow::Borrowed(text), start)?
            }
            record::QNAME_DICTIONARY_TEXT => {
                let start = cursor.at();
                let letter = cursor.u8()?;
                if letter > 25 {
                    let expected = "the number of a prefix, 0 to 25";
                    let found = u64::from(letter);
                    return Err(Fault::Value { expected, found }.at(start));
                }
                let at = cursor.at();
                let local = self.dictionary(cursor)?;
                if !is_name(local) {
                    let found = local.to_owned();
                    return Err(Fault::Name { found }.at(at));
                }
                let prefix = record::letter(letter, 0);
                Value::QName { prefix, local }
            }
            _ => return fixed(cursor, found, at),
        })
    }

    fn chars(&self, text: Cow<'a, str>, at: usize) -> Result<Value<'a>, NbfxError> {
        if self.form == Form::Document
            && let Some(found) = forbidden_character(&text)
        {
            return Err(Fault::Character { found }.at(at));
        }
        Ok(Value::Chars(text))
    }
}

/// A value whose length its record type tells; those are also what arrays may hold.
pub(super) fn fixed<'a>(
    cursor: &mut Cursor<'a>,
    found: u8,
    at: usize,
) -> Result<Value<'a>, NbfxError> {
    let start = cursor.at();
    Ok(match found {
        record::ZERO_TEXT => Value::Int(0),
        record::ONE_TEXT => Value::Int(1),
        record::FALSE_TEXT => Value::Bool(false),
        record::TRUE_TEXT => Value::Bool(true),
        record::INT8_TEXT => Value::Int(i8::from_le_bytes(cursor.array()?).into()),
        record::INT16_TEXT => Value::Int(i16::from_le_bytes(cursor.array()?).into()),
        record::INT32_TEXT => Value::Int(i32::from_le_bytes(cursor.array()?).into()),
        record::INT64_TEXT => Value::Int(i64::from_le_bytes(cursor.array()?)),
        record::FLOAT_TEXT => Value::Float(f32::from_le_bytes(cursor.array()?)),
        record::DOUBLE_TEXT => Value::Double(f64::from_le_bytes(cursor.array()?)),
        record::DECIMAL_TEXT => Value::Decimal(decimal(cursor)?),
        record::DATE_TIME_TEXT => {
            let bits = u64::from_le_bytes(cursor.array()?);
            Value::DateTime(date_time(bits).map_err(|fault| fault.at(start))?)
        }
        record::UNIQUE_ID_TEXT => Value::UniqueId(cursor.array()?),
        record::TIME_SPAN_TEXT => Value::TimeSpan(i64::from_le_bytes(cursor.array()?)),
        record::UUID_TEXT => Value::Uuid(cursor.array()?),
        record::UINT64_TEXT => Value::UInt64(u64::from_le_bytes(cursor.array()?)),
        record::BOOL_TEXT => match cursor.u8()? {
            byte @ (0 | 1) => Value::Bool(byte == 1),
            byte => {
                let (expected, found) = ("a boolean, 0 or 1", u64::from(byte));
                return Err(Fault::Value { expected, found }.at(start));
            }
        },
        _ => {
            let expected = "a text";
            return Err(Fault::Record { expected, found }.at(at));
        }
    })
}

/// The length in front of characters and bytes: one, two or four bytes, as the type is 0, 2 or 4 after the first.
fn length(cursor: &mut Cursor<'_>, kind: u8) -> Result<usize, NbfxError> {
    let at = cursor.at();
    match kind {
        0 => Ok(cursor.u8()?.into()),
        2 => Ok(u16::from_le_bytes(cursor.array()?).into()),
        _ => {
            let found = i32::from_le_bytes(cursor.array()?);
            usize::try_from(found).map_err(|_| Fault::NegativeLength { found }.at(at))
        }
    }
}

fn utf16(bytes: &[u8]) -> Result<String, Fault> {
    let (units, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        let found = "an odd number of bytes";
        return Err(Fault::NotUtf16 { found });
    }
    char::decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit)))
        .collect::<Result<_, _>>()
        .map_err(|_| Fault::NotUtf16 {
            found: "half of a surrogate pair",
        })
}

/// 2.2.3.11: two bytes that mean nothing, scale, sign, and 96 bits with the high ones first.
fn decimal(cursor: &mut Cursor<'_>) -> Result<Decimal, NbfxError> {
    cursor.array::<2>()?;
    let at = cursor.at();
    let [scale, sign] = cursor.array()?;
    let high = u32::from_le_bytes(cursor.array()?);
    let low = u64::from_le_bytes(cursor.array()?);
    if sign & 0x7F != 0 {
        let (expected, found) = ("the sign of a decimal, 0 or 0x80", u64::from(sign));
        return Err(Fault::Value { expected, found }.at(at + 1));
    }
    let digits = u128::from(high) << 64 | u128::from(low);
    Decimal::new(sign != 0, digits, scale).ok_or_else(|| {
        let (expected, found) = ("the scale of a decimal, 0 to 28", u64::from(scale));
        Fault::Value { expected, found }.at(at)
    })
}

/// 2.2.3.12: 62 bits of ticks under two bits that say relative to what.
fn date_time(bits: u64) -> Result<DateTime, Fault> {
    let kind = match bits >> 62 {
        0 => DateTimeKind::Unspecified,
        1 => DateTimeKind::Utc,
        2 => DateTimeKind::Local,
        found => {
            let expected = "the kind of a time, 0 to 2";
            return Err(Fault::Value { expected, found });
        }
    };
    let found = bits & (u64::MAX >> 2);
    let expected = "a time before the year 10000";
    DateTime::new(found, kind).ok_or(Fault::Value { expected, found })
}
