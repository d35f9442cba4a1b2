//! What stands between values: comments and blank lines.

/// A line without a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// Several of them count as one.
    Blank,
    /// From its `#` on.
    Comment(String),
}

/// The lines of what stands before something. The last piece is that thing's own line, except `at_end` of the file.
pub(super) fn lines(raw: &str, at_end: bool) -> Vec<Line> {
    let mut pieces: Vec<&str> = raw.split('\n').collect();
    let is_nothing = pieces.last().is_some_and(|piece| piece.trim().is_empty());
    if !at_end || is_nothing {
        pieces.pop();
    }
    let mut found = Vec::new();
    for piece in pieces {
        let line = match piece.trim() {
            "" => Line::Blank,
            text => Line::Comment(text.to_owned()),
        };
        if line != Line::Blank || found.last() != Some(&Line::Blank) {
            found.push(line);
        }
    }
    found
}

/// Takes the comments off the start that a blank line parts from the rest, if there are any.
pub(super) fn paragraph(lines: &mut Vec<Line>) -> Option<Vec<Line>> {
    let end = lines.iter().position(|line| *line == Line::Blank)?;
    (end > 0).then(|| lines.drain(..end).collect())
}

pub(super) fn without_blank_start(lines: &mut Vec<Line>) {
    if lines.first() == Some(&Line::Blank) {
        lines.remove(0);
    }
}

/// The comment at the end of a line as it is written there, or nothing.
pub(super) fn comment(raw: &str) -> String {
    match raw.trim() {
        "" => String::new(),
        text => format!("  {text}"),
    }
}

/// What stands between two items of a list, or at its ends: the comment on the line of what is before, and the lines
/// after it.
#[derive(Debug, Default)]
pub(super) struct Gap {
    pub(super) on_line: String,
    pub(super) lines: Vec<Line>,
}

impl Gap {
    pub(super) fn of(raw: &str) -> Self {
        match raw.split_once('\n') {
            None => Self {
                on_line: raw.trim().to_owned(),
                lines: Vec::new(),
            },
            Some((first, rest)) => Self {
                on_line: first.trim().to_owned(),
                lines: lines(rest, false),
            },
        }
    }

    /// Two gaps with nothing but a comma between them.
    pub(super) fn then(mut self, other: Self) -> Self {
        if self.lines.is_empty() {
            self.on_line = [self.on_line, other.on_line].join(" ").trim().to_owned();
            self.lines = other.lines;
        } else {
            if !other.on_line.is_empty() {
                self.lines.push(Line::Comment(other.on_line));
            }
            self.lines.extend(other.lines);
        }
        self
    }
}
