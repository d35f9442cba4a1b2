//! Texts of XML as values: the type whose record is the shortest of those that have just these characters.

use std::borrow::Cow;

use super::value::{DateTime, DateTimeKind, Value};

impl<'a> Value<'a> {
    /// The value of a text whose type nobody knows, so that its record is short and its [`Value::characters`] are
    /// the text, byte for byte.
    ///
    /// ```
    /// use ipamconf::wire::nbfx::Value;
    /// assert_eq!(Value::of_text("true"), Value::Bool(true));
    /// assert_eq!(Value::of_text("-7"), Value::Int(-7));
    /// assert_eq!(Value::of_text("007"), Value::Chars("007".into()));
    /// ```
    #[must_use]
    pub fn of_text(text: &'a str) -> Self {
        let typed = match text.as_bytes() {
            [] => None,
            b"true" => Some(Self::Bool(true)),
            b"false" => Some(Self::Bool(false)),
            [b'0'..=b'9' | b'-', ..] if text.len() <= 20 && !text.contains('T') => integer(text),
            [_, _, _, _, b'-', ..] if text.contains('T') => date_time(text).map(Self::DateTime),
            _ => None,
        };
        // A UUID can look like the beginning of either of those.
        typed
            .or_else(|| uuid(text).map(Self::Uuid))
            .or_else(|| {
                text.strip_prefix("urn:uuid:")
                    .and_then(uuid)
                    .map(Self::UniqueId)
            })
            .unwrap_or(Self::Chars(Cow::Borrowed(text)))
    }
}

/// An integer in its only form, if that is shorter than its digits.
fn integer(text: &str) -> Option<Value<'static>> {
    let value: i64 = text.parse().ok()?;
    let bytes = match value {
        0 | 1 => 0,
        -128..=127 => 1,
        -32_768..=32_767 => 2,
        -2_147_483_648..=2_147_483_647 => 4,
        _ => 8,
    };
    (bytes <= text.len() && value.to_string() == text).then_some(Value::Int(value))
}

fn uuid(text: &str) -> Option<[u8; 16]> {
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    if text.len() != 36 {
        return None;
    }
    let mut digits = [0; 32];
    let mut count = 0;
    for (at, byte) in text.bytes().enumerate() {
        match (at, byte) {
            (8 | 13 | 18 | 23, b'-') => {}
            (8 | 13 | 18 | 23, _) => return None,
            (_, b'0'..=b'9') => digits[count] = byte - b'0',
            (_, b'a'..=b'f') => digits[count] = byte - b'a' + 10,
            _ => return None,
        }
        count += usize::from(byte != b'-');
    }
    let mut bytes = [0; 16];
    for (number, at) in ORDER.into_iter().enumerate() {
        bytes[at] = digits[2 * number] << 4 | digits[2 * number + 1];
    }
    Some(bytes)
}

/// A time with seconds, without an offset or with `Z`: other offsets are lost in the record.
fn date_time(text: &str) -> Option<DateTime> {
    let (rest, kind) = match text.strip_suffix('Z') {
        Some(rest) => (rest, DateTimeKind::Utc),
        None => (text, DateTimeKind::Unspecified),
    };
    let (date, time) = rest.split_once('T')?;
    let [year, month, day] = parts(date, '-')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    let [hour, minute, second] = parts(time, ':')?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || fraction.len() > 7 {
        return None;
    }
    let mut ticks = (hour * 60 + minute) * 60 + second;
    ticks *= 10_000_000;
    if !fraction.is_empty() {
        ticks += format!("{fraction:0<7}").parse::<u64>().ok()?;
    }
    // Years begin in March, so that leap days come last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year.checked_sub(1)?, month + 9)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    let days = days.checked_sub(306)?;
    let value = DateTime::new(days * 864_000_000_000 + ticks, kind)?;
    // A day that its month does not have, and an hour that no day has, read back as others.
    (Value::DateTime(value).characters() == text).then_some(value)
}

/// Three numbers of at most four digits.
fn parts(text: &str, between: char) -> Option<[u64; 3]> {
    let mut numbers = [0; 3];
    let mut parts = text.split(between);
    for number in &mut numbers {
        let part = parts.next()?;
        if part.len() > 4 {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_gets_a_type_only_if_the_type_gives_it_back() {
        for (text, is_typed) in [
            ("", false),
            ("0", true),
            ("1", true),
            ("10", true),
            ("+1", false),
            ("-0", false),
            ("01", false),
            ("9223372036854775807", true),
            ("9223372036854775808", false),
            ("true", true),
            ("True", false),
            ("2006-05-17T00:00:00", true),
            ("2000-02-29T23:59:59.5Z", true),
            ("1900-02-29T23:59:59", false),
            ("2006-05-17T24:00:00", false),
            ("2006-05-17T00:00:00+00:00", false),
            ("2006-05-17T00:00:00.50", false),
            ("2006-05-17", false),
            ("0000-00-00T00:00:00", false),
            ("33221100-5544-7766-8899-aabbccddeeff", true),
            ("33221100-5544-7766-8899-AABBCCDDEEFF", false),
            ("3322-100-5544-7766-8899-aabbccddeeff", false),
            ("urn:uuid:c5150214-3f8b-4814-bff1-f5c2cc78fd48", true),
            ("urn:uuid:", false),
            ("50.5", false),
        ] {
            let value = Value::of_text(text);
            assert_eq!(value.characters(), text);
            assert_eq!(!matches!(value, Value::Chars(_)), is_typed, "{text}");
        }
    }
}
