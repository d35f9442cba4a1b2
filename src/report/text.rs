//! Text of strangers made safe to show: bounded, and without characters that move the cursor or hide others.

use std::fmt::Write as _;

/// The most code points of a text that a report keeps: enough for a whole message, and no more than a screenful
/// of screens.
pub(super) const KEPT_MAX: usize = 16 * 1024;

/// Whether a character must not reach a terminal or an XML file as it is: controls, bidirectional and other
/// invisible formatting, and what XML 1.0 has no place for.
pub(super) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}')
}

/// The text as one line of at most `most` code points; what is left out is said.
#[must_use]
pub fn line(text: &str, most: usize) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == most {
            let _ = write!(out, "... ({} characters)", text.chars().count());
            break;
        }
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if is_unsafe(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// The text as at most `most_lines` lines of at most `most` code points each; what is left out is said.
pub(super) fn lines(text: &str, most_lines: usize, most: usize) -> Vec<String> {
    let total = text.lines().count();
    let shown = if total > most_lines {
        most_lines.saturating_sub(1)
    } else {
        total
    };
    let mut out: Vec<_> = text
        .lines()
        .take(shown)
        .map(|one| line(one, most))
        .collect();
    if shown < total {
        out.push(format!("... and {} more lines", total - shown));
    }
    out
}

/// The text, cut to what a report keeps.
pub(super) fn kept(text: &str) -> String {
    match text.char_indices().nth(KEPT_MAX) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}... ({} characters)", &text[..at], text.chars().count()),
    }
}

/// `1 case`, `2 cases`.
pub(super) fn counted(count: usize, one: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {one}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_the_cursor_survives() {
        assert_eq!(
            line("a\u{1b}[2Jb\r\u{202e}c\td\n", 99),
            "a\\u{1b}[2Jb\\u{d}\\u{202e}c\\td\\n"
        );
        assert_eq!(line("日本 ä", 99), "日本 ä");
    }

    #[test]
    fn what_is_left_out_is_said() {
        assert_eq!(line("abcdef", 3), "abc... (6 characters)");
        assert_eq!(
            lines("a\nb\nc\nd", 3, 9),
            ["a", "b", "... and 2 more lines"]
        );
        assert_eq!(lines("a\nb", 2, 9), ["a", "b"]);
        assert!(kept(&"x".repeat(1 << 20)).len() < KEPT_MAX + 40);
    }
}
