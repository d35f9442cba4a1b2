//! The piece of a source line that a report shows under a place, bounded whatever the line's length.

use serde::{Deserialize, Serialize};

use crate::report::text::is_unsafe;
use crate::scenario::{Position, Source};
use crate::verdict::Span;

/// The most code points of a line that are shown.
const SHOWN_MAX: usize = 100;
/// How many of them stand before the place, where the line is longer.
const BEFORE: usize = 40;

/// A piece of one source line with a marked part. Columns count code points from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// The column in the file of the text's first code point; more than 1 where the line's beginning is left out.
    pub first_column: usize,
    /// The text; ends in `...` where the line goes on.
    pub text: String,
    /// How many code points are marked, from the place's column on; never 0.
    pub length: usize,
}

impl Excerpt {
    /// The position of a place, and the line there. Of a place that covers several lines, the first is taken.
    #[must_use]
    pub fn of(source: &Source, span: Span) -> (Position, Self) {
        let position = source.position(span.start);
        let text = &source.text;
        let mut start = span.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line = text[line_start..line_end].trim_end_matches('\r');

        let before = position.column - 1;
        let skipped = if line.chars().count() > SHOWN_MAX {
            before.saturating_sub(BEFORE)
        } else {
            0
        };
        let rest = skip(line, skipped);
        let mut shown: String = rest.chars().take(SHOWN_MAX).collect();
        let shown_length = shown.chars().count();
        if shown.len() < rest.len() {
            shown.push_str("...");
        }
        let end = span.end.clamp(start, line_end);
        let marked = text
            .get(start..end)
            .map_or(1, |marked| marked.trim_end_matches('\r').chars().count());
        let length = marked
            .min((skipped + shown_length).saturating_sub(before))
            .max(1);
        (
            position,
            Self {
                first_column: skipped + 1,
                text: shown,
                length,
            },
        )
    }

    /// The text as it may be shown, and the bytes of the marked part in it, for a place in that column.
    /// Every code point stays one, so that columns hold; a column that lies outside counts as the nearest end.
    pub(super) fn marked(&self, column: usize) -> (String, std::ops::Range<usize>) {
        let mut safe: String = self
            .text
            .chars()
            .map(|c| {
                if c != '\t' && is_unsafe(c) {
                    '\u{fffd}'
                } else {
                    c
                }
            })
            .collect();
        let offset = column.saturating_sub(self.first_column);
        // The line feed after a carriage return is a place of its own.
        if offset > safe.chars().count() {
            safe.push(' ');
        }
        let byte = |nth: usize| {
            safe.char_indices()
                .nth(nth)
                .map_or(safe.len(), |(at, _)| at)
        };
        let range = byte(offset)..byte(offset.saturating_add(self.length));
        (safe, range)
    }
}

/// The text without its first `count` code points.
fn skip(text: &str, count: usize) -> &str {
    text.char_indices()
        .nth(count)
        .map_or("", |(at, _)| &text[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(text: &str, start: usize, end: usize) -> (Position, Excerpt) {
        Excerpt::of(&Source::new("a.toml", text), Span { start, end })
    }

    #[test]
    fn a_short_line_is_shown_whole() {
        let (position, excerpt) = excerpt("a = 1\r\nbé = [ 2,\r\n3 ]\n", 13, 22);
        assert_eq!((position.line, position.column), (2, 6));
        assert_eq!(excerpt.text, "bé = [ 2,");
        assert_eq!((excerpt.first_column, excerpt.length), (1, 4));
    }

    #[test]
    fn a_long_line_is_cut_on_both_sides() {
        let text = format!("{}HERE{}", "é".repeat(50_000), "y".repeat(50_000));
        let (position, excerpt) = excerpt(&text, 100_000, 100_004);
        assert_eq!(position.column, 50_001);
        assert_eq!(excerpt.first_column, 49_961);
        assert_eq!(excerpt.text.chars().count(), SHOWN_MAX + 3);
        assert_eq!(excerpt.length, 4);
        let (safe, range) = excerpt.marked(position.column);
        assert_eq!(&safe[range], "HERE");
    }

    #[test]
    fn every_place_of_any_text_can_be_shown() {
        for text in ["", "\n", "é", "a\r\n\n\t日本\u{1b}", "\u{301}x"] {
            for start in 0..=text.len() + 2 {
                for end in start..=text.len() + 3 {
                    let (position, excerpt) = excerpt(text, start, end);
                    let (safe, range) = excerpt.marked(position.column);
                    assert!(
                        excerpt.length >= 1 && safe.get(range).is_some(),
                        "{text:?} {start}"
                    );
                }
            }
        }
    }
}
