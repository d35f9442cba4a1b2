//! [MC-NBFX] 2.2.3: the characters that a value has in XML text.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::number;
use super::value::{DateTime, DateTimeKind, Decimal, Value};

const TICKS_PER_SECOND: u64 = 10_000_000;
const TICKS_PER_DAY: u64 = 86_400 * TICKS_PER_SECOND;

impl Value<'_> {
    /// The text as XML has it.
    #[must_use]
    pub fn characters(&self) -> Cow<'_, str> {
        Cow::Owned(match self {
            Self::Chars(text) => return Cow::Borrowed(text),
            Self::Bool(value) => return Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Int(0) => return Cow::Borrowed("0"),
            Self::Int(value) => value.to_string(),
            Self::UInt64(value) => value.to_string(),
            Self::Float(value) => number::float(*value),
            Self::Double(value) => number::double(*value),
            Self::Decimal(value) => decimal(*value),
            Self::DateTime(value) => date_time(*value),
            Self::TimeSpan(value) => duration(*value),
            Self::UniqueId(bytes) => format!("urn:uuid:{}", uuid(bytes)),
            Self::Uuid(bytes) => uuid(bytes),
            Self::Bytes(bytes) => base64(bytes),
            Self::QName { prefix, local } => format!("{prefix}:{local}"),
            Self::List(values) => {
                let texts: Vec<_> = values.iter().map(Value::characters).collect();
                texts.join(" ")
            }
        })
    }

    /// An upper bound of the bytes of [`Value::characters`], without making them.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Chars(text) => text.len(),
            Self::Bytes(bytes) => bytes.len().div_ceil(3) * 4,
            Self::QName { prefix, local } => prefix.len() + local.len() + 1,
            Self::List(values) => values.iter().map(|value| value.weight() + 1).sum(),
            Self::Bool(_) => 5,
            Self::Int(value) => usize::from(*value < 0) + digits(value.unsigned_abs()),
            Self::UInt64(value) => digits(*value),
            Self::Float(_) => 16,
            Self::Double(_) => 24,
            Self::Decimal(_) | Self::DateTime(_) | Self::TimeSpan(_) => 33,
            Self::Uuid(_) => 36,
            Self::UniqueId(_) => 45,
        }
    }
}

fn digits(value: u64) -> usize {
    value.checked_ilog10().unwrap_or(0) as usize + 1
}

fn decimal(value: Decimal) -> String {
    let scale = usize::from(value.scale());
    let mut digits = format!("{:0>width$}", value.digits(), width = scale + 1);
    if scale > 0 {
        digits.insert(digits.len() - scale, '.');
    }
    // Zero has no sign in the text.
    if value.is_negative() && value.digits() != 0 {
        digits.insert(0, '-');
    }
    digits
}

fn date_time(value: DateTime) -> String {
    let (day, in_day) = (value.ticks() / TICKS_PER_DAY, value.ticks() % TICKS_PER_DAY);
    let (year, month, day) = date(day);
    let (seconds, fraction) = (in_day / TICKS_PER_SECOND, in_day % TICKS_PER_SECOND);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    push_fraction(&mut text, fraction);
    text.push_str(match value.kind() {
        DateTimeKind::Unspecified => "",
        DateTimeKind::Utc => "Z",
        DateTimeKind::Local => "+00:00",
    });
    text
}

/// Seven digits of a second, without the zeros at their end.
fn push_fraction(text: &mut String, ticks: u64) {
    if ticks > 0 {
        let digits = format!("{ticks:07}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
}

/// Year, month and day of a number of days after 0001-01-01.
fn date(days: u64) -> (u64, u64, u64) {
    // Counted from the first of March before, so that leap days come at the end of a year.
    let days = days + 306;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (era * 400 + year + next, month, day)
}

/// The form of xs:duration.
fn duration(ticks: i64) -> String {
    let mut text = String::from(if ticks < 0 { "-P" } else { "P" });
    let ticks = ticks.unsigned_abs();
    let (days, in_day) = (ticks / TICKS_PER_DAY, ticks % TICKS_PER_DAY);
    if days > 0 {
        let _ = write!(text, "{days}D");
    }
    if in_day > 0 || days == 0 {
        text.push('T');
        let (seconds, fraction) = (in_day / TICKS_PER_SECOND, in_day % TICKS_PER_SECOND);
        for (count, unit) in [(seconds / 3600, 'H'), (seconds / 60 % 60, 'M')] {
            if count > 0 {
                let _ = write!(text, "{count}{unit}");
            }
        }
        if seconds % 60 > 0 || fraction > 0 || ticks == 0 {
            let _ = write!(text, "{}", seconds % 60);
            push_fraction(&mut text, fraction);
            text.push('S');
        }
    }
    text
}

fn uuid(bytes: &[u8; 16]) -> String {
    // The first three fields are little-endian.
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let mut text = String::with_capacity(36);
    for (count, at) in ORDER.into_iter().enumerate() {
        if matches!(count, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let _ = write!(text, "{:02x}", bytes[at]);
    }
    text
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            text.push(if digit > three.len() {
                '='
            } else {
                char::from(DIGITS[(bits >> (18 - 6 * digit) & 63) as usize])
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn characters(value: &Value<'_>) -> String {
        let text = value.characters().into_owned();
        assert!(text.len() <= value.weight(), "{value:?}");
        text
    }

    #[test]
    fn no_text_is_longer_than_it_is_counted() {
        for value in [0, 1, -1, 9, 10, -10, 99, i64::MAX, i64::MIN] {
            characters(&Value::Int(value));
        }
        characters(&Value::UInt64(u64::MAX));
        for value in [
            f32::MIN,
            f32::MIN_POSITIVE,
            f32::NEG_INFINITY,
            -1.175_494_4e-38,
        ] {
            characters(&Value::Float(value));
        }
        for value in [
            f64::MIN,
            f64::NEG_INFINITY,
            -2.225_073_858_507_201_4e-308,
            -0.000_123_456_789_012_345_68,
        ] {
            characters(&Value::Double(value));
        }
        characters(&Value::UniqueId([255; 16]));
        characters(&Value::Uuid([255; 16]));
    }

    #[test]
    fn decimals_keep_the_digits_they_were_written_with() {
        for (negative, digits, scale, text) in [
            (false, 5_123_456, 6, "5.123456"),
            (true, 5, 1, "-0.5"),
            (false, 1_10, 2, "1.10"),
            (true, 0, 2, "0.00"),
            (false, (1 << 96) - 1, 0, "79228162514264337593543950335"),
            (true, 1, 28, "-0.0000000000000000000000000001"),
        ] {
            let decimal = Decimal::new(negative, digits, scale).unwrap();
            assert_eq!(characters(&Value::Decimal(decimal)), text);
        }
        assert_eq!(Decimal::new(false, 1, 29), None);
        assert_eq!(Decimal::new(false, 1 << 96, 0), None);
    }

    #[test]
    fn times_have_no_zeros_at_the_end_of_a_second() {
        let day = TICKS_PER_DAY;
        for (ticks, kind, text) in [
            (0, DateTimeKind::Unspecified, "0001-01-01T00:00:00"),
            (
                58 * day + day / 2,
                DateTimeKind::Utc,
                "0001-02-28T12:00:00Z",
            ),
            (59 * day, DateTimeKind::Unspecified, "0001-03-01T00:00:00"),
            (
                730_178 * day + 10,
                DateTimeKind::Unspecified,
                "2000-02-29T00:00:00.000001",
            ),
            (
                730_179 * day,
                DateTimeKind::Local,
                "2000-03-01T00:00:00+00:00",
            ),
            (
                DateTime::TICKS_END - 1,
                DateTimeKind::Unspecified,
                "9999-12-31T23:59:59.9999999",
            ),
        ] {
            let time = DateTime::new(ticks, kind).unwrap();
            assert_eq!(characters(&Value::DateTime(time)), text);
        }
        assert_eq!(DateTime::new(DateTime::TICKS_END, DateTimeKind::Utc), None);
    }

    #[test]
    fn time_spans_are_durations() {
        for (ticks, text) in [
            (0, "PT0S"),
            (1, "PT0.0000001S"),
            (120_000_000_000, "PT3H20M"),
            (-3_440_000_000, "-PT5M44S"),
            (864_000_000_000, "P1D"),
            (864_015_000_000, "P1DT1.5S"),
            (i64::MIN, "-P10675199DT2H48M5.4775808S"),
            (i64::MAX, "P10675199DT2H48M5.4775807S"),
        ] {
            assert_eq!(characters(&Value::TimeSpan(ticks)), text);
        }
    }

    #[test]
    fn bytes_are_base64() {
        for (bytes, text) in [
            (&b""[..], ""),
            (&[0xFF], "/w=="),
            (&[1, 2], "AQI="),
            (&[1, 2, 3], "AQID"),
            (&[0xFB, 0xEF, 0xBE, 0xFF], "++++/w=="),
        ] {
            let value = Value::Bytes(bytes.into());
            assert_eq!(characters(&value), text);
        }
    }
}
