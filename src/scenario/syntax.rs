//! Where a syntax mistake begins: the parser says where it could not go on, which may be lines after what is missing.

use toml::de::Error;

use crate::scenario::error::{LoadCode, LoadError};
use crate::scenario::nesting::{self, Bracket, LeftOpen};
use crate::verdict::Span;

/// The mistake that keeps a text from being TOML, at the place where an author would mend it.
pub(super) fn mistake(text: &str, error: &Error) -> LoadError {
    let range = error.span().unwrap_or(0..0);
    let start = range.start.min(text.len());
    let span = Span {
        start,
        end: range.end.clamp(start, text.len()),
    };
    let (message, expected) = match error.message().split_once(", expected ") {
        Some((message, expected)) => (message, Some(expected)),
        None => (error.message(), None),
    };
    let before = nesting::left_open(&text[..start]);
    if let Some(error) = unclosed(text, start, &before) {
        return error;
    }
    let after_last = match before.last {
        Some(at) if message.starts_with("missing ") && text[at..start].contains('\n') => {
            character(text, at)
        }
        _ => span,
    };
    let colon = before
        .last
        .filter(|at| message.starts_with("missing assignment") && text[*at..].starts_with(':'));
    let mut found = match colon {
        Some(at) => not_toml(character(text, at), message).found(":"),
        None => not_toml(after_last, message),
    };
    found.expected = expected.map(str::to_owned);
    found
}

fn not_toml(span: Span, message: &str) -> LoadError {
    LoadError::new(LoadCode::NotToml, span, format!("not TOML: {message}"))
}

/// A list or an inline table that was never closed: the mistake is where it should have ended.
fn unclosed(text: &str, start: usize, before: &LeftOpen) -> Option<LoadError> {
    // An inline table ends with its line.
    if let Some((Bracket::Table, opened)) = before.open.last().copied() {
        let next = text[start..].trim_start_matches([' ', '\t']).chars().next();
        let last = before.last?;
        let line_is_over = text[last..start].contains('\n');
        if line_is_over || matches!(next, None | Some(']' | '\n' | '\r' | '#')) {
            let end = character(text, last);
            return Some(
                not_toml(end, "an inline table that is not closed")
                    .expected("`}` on the same line")
                    .label(character(text, opened), "it begins here"),
            );
        }
        return None;
    }
    // A list may go on for lines: a header or a key at the start of one tells that it should have ended before.
    let (_, opened) = before
        .open
        .iter()
        .copied()
        .find(|(bracket, _)| *bracket == Bracket::List)?;
    let line = first_line_outside(text, opened, start)?;
    let ends_before = nesting::left_open(&text[..line.start]);
    // The line stands in a list of its own right, such as one of text in several lines.
    if ends_before.open.first() != before.open.first() {
        return None;
    }
    let end = character(text, ends_before.last?);
    Some(
        not_toml(end, "a list that is not closed")
            .expected(format!("`]` before `{}`", &text[line.start..line.end]))
            .label(character(text, opened), "it begins here"),
    )
}

/// The first line after the opening of a list, up to the one of the parser's mistake, that looks like a header or like
/// a key with its `=`: what of it says so.
fn first_line_outside(text: &str, opened: usize, start: usize) -> Option<Span> {
    let mut at = opened;
    while let Some(line_end) = text[at..].find('\n') {
        at += line_end + 1;
        if at > start {
            return None;
        }
        let line = text[at..].lines().next().unwrap_or("");
        let content = line.trim_start();
        let begin = at + line.len() - content.len();
        if let Some(length) = header_or_key(content) {
            return Some(Span {
                start: begin,
                end: begin + length,
            });
        }
    }
    None
}

/// The length of `[table]`, `[[list]]` or of a bare key that `=` follows.
fn header_or_key(line: &str) -> Option<usize> {
    let bare = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let name_from = line.len() - line.trim_start_matches('[').len();
    let name = &line[name_from..];
    let length = name.find(|c| !bare(c)).unwrap_or(name.len());
    let rest = &name[length..];
    // A number in a list is no key.
    if length == 0 || !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return None;
    }
    match name_from {
        0 => rest.trim_start().starts_with('=').then_some(length),
        1 | 2 => {
            let close = &"]]"[..name_from];
            let after = rest.strip_prefix(close)?.trim_start();
            (after.is_empty() || after.starts_with('#')).then_some(length + 2 * name_from)
        }
        _ => None,
    }
}

/// The character that begins there.
fn character(text: &str, at: usize) -> Span {
    let length = text[at..].chars().next().map_or(0, char::len_utf8);
    Span {
        start: at,
        end: at + length,
    }
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;

    /// Message, expectation, and the text from the mistake on to the end of its line.
    fn told(text: &str) -> (String, String, String) {
        let parsed = DeTable::parse(text).expect_err("it is wrong");
        let error = mistake(text, &parsed);
        let place = text[error.span.start..].lines().next().unwrap_or("");
        (
            error.message.replace("not TOML: ", ""),
            error.expected.unwrap_or_default(),
            place.to_owned(),
        )
    }

    fn is(text: &str, message: &str, expected: &str, place: &str) {
        let found = told(text);
        let found = (found.0.as_str(), found.1.as_str(), found.2.as_str());
        assert_eq!(found, (message, expected, place), "{text}");
    }

    #[test]
    fn a_list_that_is_not_closed_ends_where_the_next_header_or_key_begins() {
        let list = "a list that is not closed";
        is(
            "[world]\nscopes = [\n  { a = 1 },\n  { a = 2 },\n\n# all of it\n[expect]\nx = 1\n",
            list,
            "`]` before `[expect]`",
            ",",
        );
        is(
            "a = [{ b = 1 }\n\n[[steps]]\n",
            list,
            "`]` before `[[steps]]`",
            "}",
        );
        is("a = [1,\n2\nb = 3\n", list, "`]` before `b`", "2");
        is(
            "a = [[1],\n[2]\n[world]\n",
            list,
            "`]` before `[world]`",
            "]",
        );
    }

    #[test]
    fn an_inline_table_ends_with_its_line() {
        let table = "an inline table that is not closed";
        is(
            "a = [{ b = 1\n  c = 2 }]\n",
            table,
            "`}` on the same line",
            "1",
        );
        is("a = [{ b = 1 ]\n", table, "`}` on the same line", "1 ]");
        is("a = { b = 1 # é\n", table, "`}` on the same line", "1 # é");
    }

    #[test]
    fn what_is_missing_is_missing_after_what_stands_there() {
        is(
            "a = [\n  { b = 1 }\n  { b = 2 },\n]\n",
            "missing comma between array elements",
            "`,`",
            "}",
        );
        is(
            "a = { b: 1 }\n",
            "missing assignment between key-value pairs",
            "`=`",
            ": 1 }",
        );
    }

    #[test]
    fn lists_that_are_closed_are_left_alone() {
        is(
            "a = [\n  1,\n]\nb = \n",
            "string values must be quoted",
            "literal string",
            "",
        );
    }
}
