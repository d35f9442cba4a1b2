//! Floating-point numbers as deployed peers write them.

/// The shortest digits that read back as the same number, with an exponent where the number is longer than its type
/// is precise.
pub(super) fn double(value: f64) -> String {
    if value.is_finite() {
        shaped(&format!("{value:e}"), 15)
    } else {
        special(value).to_owned()
    }
}

/// The same for single precision.
pub(super) fn float(value: f32) -> String {
    if value.is_finite() {
        shaped(&format!("{value:e}"), 7)
    } else {
        special(f64::from(value)).to_owned()
    }
}

fn special(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value > 0.0 {
        "INF"
    } else {
        "-INF"
    }
}

/// Text like `-1.25e-7` in its final shape.
fn shaped(scientific: &str, precision: usize) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    // Digits before the point; none or fewer where there are zeros after it.
    let before = exponent + 1;
    let longest = i32::try_from(digits.len().max(precision)).unwrap_or(i32::MAX);
    if before > longest || before < -3 {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let direction = if exponent < 0 { '-' } else { '+' };
        return format!(
            "{sign}{first}{point}{rest}E{direction}{:02}",
            exponent.unsigned_abs()
        );
    }
    match usize::try_from(before) {
        Ok(0) | Err(_) => {
            let zeros = "0".repeat(usize::try_from(-before).unwrap_or(0));
            format!("{sign}0.{zeros}{digits}")
        }
        Ok(before) if before >= digits.len() => {
            format!("{sign}{digits}{}", "0".repeat(before - digits.len()))
        }
        Ok(before) => format!("{sign}{}.{}", &digits[..before], &digits[before..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_have_the_shortest_digits_and_an_exponent_where_they_are_long() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (100.0, "100"),
            (7.283_185_307_179_58, "7.28318530717958"),
            (0.000_1, "0.0001"),
            (0.000_01, "1E-05"),
            (-0.012_5, "-0.0125"),
            (100_000_000_000_000.0, "100000000000000"),
            (1e15, "1E+15"),
            (1_234_567_890_123_456.7, "1234567890123456.8"),
            (1.234_567_890_123_456_8e17, "1.2345678901234568E+17"),
            (1e300, "1E+300"),
            (f64::INFINITY, "INF"),
            (f64::NEG_INFINITY, "-INF"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(double(value), text);
        }
    }

    #[test]
    fn floats_are_less_precise() {
        for (value, text) in [
            (1.1, "1.1"),
            (32.45, "32.45"),
            (1e6, "1000000"),
            (1e7, "1E+07"),
            (-1.5e-6, "-1.5E-06"),
        ] {
            assert_eq!(float(value), text);
        }
    }
}
