//! ser:duration: a length of time without years and months ([MS-IPAMM2] Appendix B).

use std::fmt;
use std::time::Duration;

/// A ser:duration, kept in units of 100 nanoseconds as its peers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SerDuration(i64);

const TICKS_PER_SECOND: i64 = 10_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// The units that people write, the largest first, with their length.
const SHORT_UNITS: &[(&str, i64)] = &[
    ("d", SECONDS_PER_DAY * TICKS_PER_SECOND),
    ("h", 3600 * TICKS_PER_SECOND),
    ("m", 60 * TICKS_PER_SECOND),
    ("s", TICKS_PER_SECOND),
    ("ms", TICKS_PER_SECOND / 1000),
];

impl SerDuration {
    /// No time at all, `P0D`.
    pub const ZERO: Self = Self(0);

    /// So many whole days.
    #[must_use]
    pub const fn from_days(days: u32) -> Self {
        Self(days as i64 * SECONDS_PER_DAY * TICKS_PER_SECOND)
    }

    /// That length of time, if it fits (about 29,000 years do).
    #[must_use]
    pub fn from_duration(duration: Duration) -> Option<Self> {
        i64::try_from(duration.as_nanos() / 100).ok().map(Self)
    }

    /// The same length of time, unless it is negative.
    #[must_use]
    pub fn to_duration(self) -> Option<Duration> {
        u64::try_from(self.0)
            .ok()
            .map(|ticks| Duration::from_nanos(ticks.saturating_mul(100)))
    }

    /// Reads the form that people write: `8d`, `1h30m`, `250ms`; whole numbers with units, the larger unit first,
    /// each at most once.
    #[must_use]
    pub fn from_short(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut next_unit = 0;
        let mut ticks: i64 = 0;
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            let number_length = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, after) = rest.split_at(number_length);
            let unit_length = after.bytes().take_while(u8::is_ascii_alphabetic).count();
            let (unit, after) = after.split_at(unit_length);
            let place = SHORT_UNITS.iter().position(|(name, _)| *name == unit)?;
            if place < next_unit {
                return None;
            }
            next_unit = place + 1;
            let part = digits(number)?.checked_mul(SHORT_UNITS[place].1)?;
            ticks = ticks.checked_add(part)?;
            rest = after;
        }
        Some(Self(ticks))
    }

    /// The form that people write; the lexical form where that cannot say it.
    #[must_use]
    pub fn to_short(self) -> String {
        if self.0 <= 0 || self.0 % SHORT_UNITS[SHORT_UNITS.len() - 1].1 != 0 {
            return if self.0 == 0 {
                "0d".to_owned()
            } else {
                self.to_string()
            };
        }
        let mut rest = self.0;
        let mut text = String::new();
        for (name, length) in SHORT_UNITS {
            if rest >= *length {
                text.push_str(&format!("{}{name}", rest / length));
                rest %= length;
            }
        }
        text
    }

    /// Reads the lexical form `-P1DT2H3M4.5S`.
    #[must_use]
    pub fn from_lexical(text: &str) -> Option<Self> {
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let rest = rest.strip_prefix('P')?;
        let (date, time) = match rest.split_once('T') {
            Some((_, "")) => return None,
            Some((date, time)) => (date, time),
            None => (rest, ""),
        };
        if date.is_empty() && time.is_empty() {
            return None;
        }
        let mut ticks: i64 = 0;
        if !date.is_empty() {
            let days: i64 = digits(date.strip_suffix('D')?)?;
            ticks = days.checked_mul(SECONDS_PER_DAY * TICKS_PER_SECOND)?;
        }
        let mut rest = time;
        for (unit, seconds) in [('H', 3600), ('M', 60), ('S', 1)] {
            let Some((number, after)) = rest.split_once(unit) else {
                continue;
            };
            let (whole, fraction) = match number.split_once('.') {
                Some((whole, fraction)) if unit == 'S' => (whole, fraction_ticks(fraction)?),
                Some(_) => return None,
                None => (number, 0),
            };
            let whole = digits(whole)?.checked_mul(seconds * TICKS_PER_SECOND)?;
            ticks = ticks.checked_add(whole)?.checked_add(fraction)?;
            rest = after;
        }
        rest.is_empty().then_some(Self(sign * ticks))
    }
}

fn digits(text: &str) -> Option<i64> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn fraction_ticks(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > 18 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let padded = format!("{text:0<7}");
    padded.get(..7)?.parse().ok()
}

impl fmt::Display for SerDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let ticks = self.0.unsigned_abs();
        let per_second = TICKS_PER_SECOND.unsigned_abs();
        let (seconds, fraction) = (ticks / per_second, ticks % per_second);
        let (days, rest) = (seconds / 86_400, seconds % 86_400);
        f.write_str("P")?;
        if days > 0 || ticks == 0 {
            write!(f, "{days}D")?;
        }
        if rest > 0 || fraction > 0 {
            f.write_str("T")?;
            let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
            if hours > 0 {
                write!(f, "{hours}H")?;
            }
            if minutes > 0 {
                write!(f, "{minutes}M")?;
            }
            if fraction > 0 {
                let digits = format!("{fraction:07}");
                write!(f, "{seconds}.{}S", digits.trim_end_matches('0'))?;
            } else if seconds > 0 {
                write!(f, "{seconds}S")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lexical_form_survives_a_round_trip() {
        for text in [
            "P0D",
            "P8D",
            "PT1H",
            "P1DT2H3M4.5S",
            "PT0.0000001S",
            "-PT5M",
        ] {
            assert_eq!(
                SerDuration::from_lexical(text)
                    .map(|d| d.to_string())
                    .as_deref(),
                Some(text)
            );
        }
    }

    #[test]
    fn the_short_form_survives_a_round_trip() {
        for text in ["0d", "8d", "1h30m", "250ms", "1d1h1m1s1ms"] {
            assert_eq!(
                SerDuration::from_short(text)
                    .map(SerDuration::to_short)
                    .as_deref(),
                Some(text)
            );
        }
        for text in ["", "d", "8", "1h1d", "1h1h", "1w", "-1d", "99999999999999d"] {
            assert_eq!(SerDuration::from_short(text), None, "{text}");
        }
        let odd = SerDuration::from_lexical("PT0.0000001S").unwrap();
        assert_eq!(odd.to_short(), "PT0.0000001S");
    }

    #[test]
    fn malformed_durations_are_refused() {
        for text in [
            "",
            "P",
            "PT",
            "8D",
            "P1Y",
            "P1.5D",
            "PT1S1M",
            "P99999999999999999999D",
            "PT-1S",
        ] {
            assert_eq!(SerDuration::from_lexical(text), None, "{text}");
        }
    }
}
