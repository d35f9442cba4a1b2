//! Places in scenario files drawn with carets: one look for mistakes at load and for failures in a report.
//!
//! Only ASCII is drawn around the user's text, lines are cut to a window around the place, and texts of strangers
//! are made safe first.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use crate::report::excerpt::Excerpt;
use crate::report::text;
use crate::scenario::Source;
use crate::verdict::Span;

/// The most code points of a title or a note's line.
const LINE_MAX: usize = 400;
/// The most code points of the words beside a caret.
const LABEL_MAX: usize = 80;
/// The most lines of a note.
const NOTE_LINES_MAX: usize = 12;
/// The most notes that are shown.
const NOTES_MAX: usize = 12;
/// The most columns left out before a window: no scenario file is larger.
const BLANKS_MAX: usize = 4 << 20;
/// The width lines are trimmed to where nobody says otherwise.
pub(super) const WIDTH: usize = 140;

/// Draws a mistake in a scenario file: `error[CODE]: title`, `file:line:column`, the line with carets, a second
/// place if there is one, and the notes (what was found, what was expected, what helps), each on a line of its own.
#[must_use]
pub fn diagnostic(
    code: &str,
    title: &str,
    source: &Source,
    primary: (Span, &str),
    secondary: Option<(Span, &str)>,
    notes: &[String],
    colour: bool,
) -> String {
    let level = Level::ERROR;
    drawn(
        level, code, title, source, primary, secondary, notes, colour,
    )
}

/// Draws a warning about a scenario file in the same way: `warning[CODE]: title` and so on.
#[must_use]
pub fn warning(
    code: &str,
    title: &str,
    source: &Source,
    primary: (Span, &str),
    secondary: Option<(Span, &str)>,
    notes: &[String],
    colour: bool,
) -> String {
    let level = Level::WARNING;
    drawn(
        level, code, title, source, primary, secondary, notes, colour,
    )
}

#[expect(
    clippy::too_many_arguments,
    reason = "those of the two functions above, and the level"
)]
fn drawn(
    level: Level<'_>,
    code: &str,
    title: &str,
    source: &Source,
    primary: (Span, &str),
    secondary: Option<(Span, &str)>,
    notes: &[String],
    colour: bool,
) -> String {
    let mark = |(span, label): (Span, &str)| {
        let (position, excerpt) = Excerpt::of(source, span);
        Mark::new(position.line, position.column, excerpt, label)
    };
    let drawing = Drawing {
        level,
        code: Some(code),
        title,
        path: &source.path,
        primary: mark(primary),
        secondary: secondary.map(mark),
        notes: notes
            .iter()
            .take(NOTES_MAX)
            .map(|note| (None, text::lines(note, NOTE_LINES_MAX, LINE_MAX)))
            .collect(),
    };
    drawing.render(colour, WIDTH)
}

/// A place to mark, with a few words on it.
pub(super) struct Mark {
    line: usize,
    column: usize,
    excerpt: Excerpt,
    label: String,
}

impl Mark {
    /// A place, the line there, and the words beside the caret.
    pub(super) fn new(line: usize, column: usize, excerpt: Excerpt, label: &str) -> Self {
        Self {
            line,
            column,
            excerpt,
            label: text::line(label, LABEL_MAX),
        }
    }

    /// Whether both can be marked on one drawing of the line.
    fn shares_line_with(&self, other: &Self) -> bool {
        self.line == other.line
            && self.excerpt.first_column == other.excerpt.first_column
            && self.excerpt.text == other.excerpt.text
    }

    /// The line, and the bytes to mark. What is left out before the window is blanks, which the renderer trims; so
    /// the column it counts is that of the file.
    fn drawn(&self) -> (String, std::ops::Range<usize>) {
        let (shown, range) = self.excerpt.marked(self.column);
        let blanks = (self.excerpt.first_column.saturating_sub(1)).min(BLANKS_MAX);
        (
            format!("{}{shown}", " ".repeat(blanks)),
            range.start + blanks..range.end + blanks,
        )
    }

    fn annotation(&self, kind: AnnotationKind) -> Annotation<'_> {
        let annotation = kind.span(self.drawn().1);
        if self.label.is_empty() {
            annotation
        } else {
            annotation.label(self.label.as_str())
        }
    }
}

/// Everything one drawing shows.
pub(super) struct Drawing<'a> {
    /// The first word, and its colour.
    pub(super) level: Level<'a>,
    /// The code in brackets.
    pub(super) code: Option<&'a str>,
    /// The title.
    pub(super) title: &'a str,
    /// The file.
    pub(super) path: &'a str,
    /// The place.
    pub(super) primary: Mark,
    /// A second place.
    pub(super) secondary: Option<Mark>,
    /// Lines below, each with a name or none; made safe by the caller.
    pub(super) notes: Vec<(Option<&'static str>, Vec<String>)>,
}

impl Drawing<'_> {
    /// The drawing as text, ending in a line end.
    pub(super) fn render(&self, colour: bool, width: usize) -> String {
        let path = text::line(self.path, LINE_MAX);
        let snippet = |mark: &Mark| {
            Snippet::source(mark.drawn().0)
                .path(path.clone())
                .line_start(mark.line)
        };
        let mut title = self
            .level
            .clone()
            .primary_title(text::line(self.title, LINE_MAX));
        if let Some(code) = self.code {
            title = title.id(text::line(code, LABEL_MAX));
        }
        let mut first =
            snippet(&self.primary).annotation(self.primary.annotation(AnnotationKind::Primary));
        let mut second = None;
        match &self.secondary {
            Some(mark) if mark.shares_line_with(&self.primary) => {
                first = first.annotation(mark.annotation(AnnotationKind::Context));
            }
            Some(mark) => {
                second = Some(snippet(mark).annotation(mark.annotation(AnnotationKind::Context)));
            }
            None => {}
        }
        let mut group = Group::with_title(title).element(first).elements(second);
        for (name, lines) in &self.notes {
            let level = match name {
                Some(name) => Level::NOTE.with_name(*name),
                None => Level::NOTE.no_name(),
            };
            group = group.element(level.message(lines.join("\n")));
        }
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let drawn = renderer.term_width(width).render(&[group]);
        let mut out: String = drawn
            .lines()
            .flat_map(|line| [line.trim_end(), "\n"])
            .collect();
        if out.is_empty() {
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{TEXT, span};

    fn source(text: &str) -> Source {
        Source::new("a.toml", text)
    }

    #[test]
    fn a_mistake_shows_its_place_and_a_second_one() {
        let text = diagnostic(
            "IC2201",
            "no scope is called `A on P2`",
            &source(TEXT),
            (span("\"A on P1\", lease = \"$"), "no such scope"),
            Some((span("scopes = ["), "the scopes are here")),
            &[
                "found: `A on P2`".to_owned(),
                "help: did you mean\n`A on P1`?".to_owned(),
            ],
            false,
        );
        assert_eq!(
            text,
            "\
error[IC2201]: no scope is called `A on P2`
  --> a.toml:16:22
   |
16 | changed = [{ scope = \"A on P1\", lease = \"${lease}\" }]
   |                      ^^^^^^^^^^^^^^^^^^^^^ no such scope
   |
  ::: a.toml:6:1
   |
 6 | scopes = [
   | ---------- the scopes are here
   |
   = found: `A on P2`
   = help: did you mean
     `A on P1`?
"
        );
    }

    #[test]
    fn two_places_on_one_line_share_it() {
        let text = diagnostic(
            "IC2202",
            "two servers are called `S`",
            &source("servers = [{ name = \"S\" }, { name = \"S\" }]"),
            (Span { start: 37, end: 40 }, "again here"),
            Some((Span { start: 20, end: 23 }, "first here")),
            &[],
            false,
        );
        assert_eq!(
            text,
            "\
error[IC2202]: two servers are called `S`
 --> a.toml:1:38
  |
1 | servers = [{ name = \"S\" }, { name = \"S\" }]
  |                     --- first here   ^^^ again here
"
        );
    }

    #[test]
    fn wide_text_and_tabs_keep_the_caret_under_its_place() {
        let text = diagnostic(
            "IC2102",
            "wrong type",
            &source("title = 1\n\tname = \"日本\", x\n"),
            (Span { start: 28, end: 29 }, ""),
            None,
            &[],
            false,
        );
        assert_eq!(
            text,
            "\
error[IC2102]: wrong type
 --> a.toml:2:15
  |
2 |     name = \"日本\", x
  |                    ^
"
        );
    }

    #[test]
    fn a_very_long_line_is_shown_around_the_place_with_its_true_column() {
        let long = format!(
            "a = [{}\"x\"{}]",
            "1, ".repeat(33_000),
            ", 2".repeat(33_000)
        );
        let start = 5 + 99_000;
        let place = (
            Span {
                start,
                end: start + 3,
            },
            "text",
        );
        let text = diagnostic(
            "IC2102",
            "wrong type",
            &source(&long),
            place,
            None,
            &[],
            false,
        );
        assert!(text.contains("--> a.toml:1:99006\n"), "{text}");
        assert!(text.contains("1, \"x\", 2"), "{text}");
        assert!(
            text.lines().all(|line| line.chars().count() <= WIDTH),
            "{text}"
        );
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[3].find("\"x\""), lines[4].find("^^^ text"), "{text}");
    }

    #[test]
    fn no_place_and_no_text_is_too_odd_to_draw() {
        let wide = "日本\u{301}👩\u{200d}👩".repeat(25);
        let texts = [
            "",
            "\n",
            "\r\n",
            "\u{1b}[31m\u{202e}x",
            "a\tb",
            wide.as_str(),
        ];
        for text in texts {
            for start in 0..=text.len() + 1 {
                for length in [0, 1, 7, 4000] {
                    for colour in [false, true] {
                        let span = Span {
                            start,
                            end: start + length,
                        };
                        let other = Some((
                            Span {
                                start: 0,
                                end: start,
                            },
                            "b\u{1b}c",
                        ));
                        let drawn = diagnostic(
                            "IC2002",
                            "t\u{7}\u{202e}",
                            &source(text),
                            (span, "label"),
                            other,
                            &["n\u{0}".to_owned()],
                            colour,
                        );
                        let stray = |c: char| c != '\n' && c != '\u{1b}' && text::is_unsafe(c);
                        assert!(!drawn.contains(stray), "{drawn:?}");
                        assert!(colour || !drawn.contains('\u{1b}'), "{drawn:?}");
                        let place = format!("a.toml:{}\n", source(text).position(start));
                        assert!(drawn.contains(&place), "{place}{drawn}");
                    }
                }
            }
        }
    }
}
