//! Plain text for terminals: wrapped lines, narrow tables, long lists cut in the middle.

use std::fmt::Write as _;

use crate::report::one_line;

/// The columns a line takes at most.
pub(super) const WIDTH: usize = 100;
/// The most rows of a kind that are shown in full.
const ROWS_MAX: usize = 40;
/// How many of the first and of the last rows are shown where there are more.
const ENDS: (usize, usize) = (5, 3);
/// The most code points of one cell.
const CELL_MAX: usize = 44;
/// What stands in a cell with nothing in it.
const EMPTY: &str = "-";
/// What stands between two columns.
const GAP: &str = "  ";

/// Lines that are put together one after the other.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    /// A line at an indent; what does not fit goes on below, two columns further in.
    pub(super) fn line(&mut self, indent: usize, text: &str) {
        self.hanging(indent, indent + 2, text);
    }

    /// A line whose continuation stands at another indent.
    pub(super) fn hanging(&mut self, indent: usize, rest: usize, text: &str) {
        let text = one_line(text, 16 * 1024);
        let mut line = " ".repeat(indent);
        let mut used = indent;
        let mut is_empty = true;
        for word in text.split(' ') {
            let mut word: &str = word;
            loop {
                let length = word.chars().count();
                let blank = usize::from(!is_empty);
                if used + blank + length <= WIDTH {
                    if !is_empty {
                        line.push(' ');
                    }
                    line.push_str(word);
                    used += blank + length;
                    is_empty = false;
                    break;
                }
                if !is_empty {
                    self.push(&line);
                    line = " ".repeat(rest);
                    used = rest;
                    is_empty = true;
                    continue;
                }
                // A word wider than the page is cut.
                let at = word
                    .char_indices()
                    .nth(WIDTH.saturating_sub(used).max(1))
                    .map_or(word.len(), |(at, _)| at);
                line.push_str(&word[..at]);
                self.push(&line);
                line = " ".repeat(rest);
                used = rest;
                word = &word[at..];
            }
        }
        self.push(&line);
    }

    /// An empty line, never two.
    pub(super) fn gap(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    /// A heading with an empty line before it.
    pub(super) fn heading(&mut self, text: &str) {
        self.gap();
        self.line(0, text);
    }

    fn push(&mut self, line: &str) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// A part of a list that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'a, T> {
    /// An item.
    Item(&'a T),
    /// So many are left out here.
    LeftOut(usize),
}

/// The items of a list; of a long one the first, a count, and the last.
pub(super) fn ends<T>(items: &[T]) -> impl Iterator<Item = Part<'_, T>> {
    let (first, last) = if items.len() <= ROWS_MAX {
        (items.len(), 0)
    } else {
        ENDS
    };
    let left_out = items.len() - first - last;
    let count = (left_out > 0).then_some(Part::LeftOut(left_out));
    let (head, tail) = (&items[..first], &items[items.len() - last..]);
    head.iter()
        .map(Part::Item)
        .chain(count)
        .chain(tail.iter().map(Part::Item))
}

/// Rows with headings. Columns that hold the same in every row are told below it instead, but for the first few.
#[derive(Debug)]
pub(super) struct Table {
    headings: Vec<&'static str>,
    /// How many columns always stand in the table; the first is repeated when a table is too wide for one piece.
    fixed: usize,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(fixed: usize, headings: &[&'static str]) -> Self {
        Self {
            headings: headings.to_vec(),
            fixed,
            rows: Vec::new(),
        }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter().map(|cell| {
            if cell.is_empty() {
                EMPTY.to_owned()
            } else {
                shortened(&cell)
            }
        });
        self.rows.push(cells.collect());
    }

    /// Writes it at an indent; `of` names its rows, as in `scopes`.
    pub(super) fn write(&self, page: &mut Page, indent: usize, of: &str) {
        let Some(first) = self.rows.first() else {
            return page.line(indent, "none");
        };
        let differs = |column: &usize| self.rows.iter().any(|row| row[*column] != first[*column]);
        let (shown, same): (Vec<usize>, Vec<usize>) =
            (0..self.headings.len()).partition(|column| *column < self.fixed || differs(column));
        for piece in self.pieces(&shown, WIDTH - indent) {
            self.write_piece(page, indent, &piece, of);
        }
        if !same.is_empty() {
            let (filled, empty): (Vec<usize>, Vec<usize>) =
                same.iter().partition(|column| first[**column] != EMPTY);
            let mut told: Vec<String> = filled
                .iter()
                .map(|column| format!("{} {}", self.headings[*column], first[*column]))
                .collect();
            let empty: Vec<&str> = empty.iter().map(|column| self.headings[*column]).collect();
            if !empty.is_empty() {
                told.push(format!("no {}", empty.join(", ")));
            }
            let all = if self.rows.len() == 1 {
                "its "
            } else {
                "all: "
            };
            page.line(indent, &format!("{all}{}", told.join("; ")));
        }
    }

    fn width_of(&self, column: usize) -> usize {
        self.rows
            .iter()
            .map(|row| row[column].chars().count())
            .chain([self.headings[column].len()])
            .max()
            .unwrap_or(0)
    }

    /// The columns in pieces that fit, each beginning with the first column.
    fn pieces(&self, shown: &[usize], width: usize) -> Vec<Vec<usize>> {
        let mut pieces = Vec::new();
        let mut piece: Vec<usize> = Vec::new();
        let mut used = 0;
        for column in shown {
            let more = self.width_of(*column) + GAP.len();
            if used + more > width + GAP.len() && piece.len() > 1 {
                pieces.push(std::mem::replace(&mut piece, vec![shown[0]]));
                used = self.width_of(shown[0]) + GAP.len();
            }
            piece.push(*column);
            used += more;
        }
        pieces.push(piece);
        pieces
    }

    fn write_piece(&self, page: &mut Page, indent: usize, columns: &[usize], of: &str) {
        let line = |cells: &dyn Fn(usize) -> String| {
            let mut out = " ".repeat(indent);
            for column in columns {
                let cell = cells(*column);
                let padding = self.width_of(*column).saturating_sub(cell.chars().count());
                let _ = write!(out, "{cell}{}{GAP}", " ".repeat(padding));
            }
            out
        };
        page.push(&line(&|column| self.headings[column].to_owned()));
        for part in ends(&self.rows) {
            match part {
                Part::Item(row) => page.push(&line(&|column| row[column].clone())),
                Part::LeftOut(count) => page.line(indent, &format!("... {count} more {of} ...")),
            }
        }
    }
}

fn shortened(text: &str) -> String {
    let text = one_line(text, usize::MAX);
    match text.char_indices().nth(CELL_MAX) {
        None => text,
        Some(_) => {
            let kept: String = text.chars().take(CELL_MAX - 3).collect();
            format!("{kept}...")
        }
    }
}

/// `1 scope`, `2 scopes`.
pub(super) fn counted(count: usize, one: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {one}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_wrapped_and_words_too_wide_are_cut() {
        let mut page = Page::default();
        page.line(2, &"word ".repeat(30));
        page.line(0, &"x".repeat(250));
        page.line(0, "a\u{1b}[2Jb");
        let text = page.into_text();
        assert!(
            text.lines().all(|line| line.chars().count() <= WIDTH),
            "{text}"
        );
        assert_eq!(text.matches("word").count(), 30);
        assert_eq!(text.matches('x').count(), 250);
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn what_is_the_same_in_every_row_is_told_once() {
        let mut table = Table::new(1, &["name", "lease", "status"]);
        table.row(["A".to_owned(), "8d".to_owned(), "Activated".to_owned()]);
        table.row(["B".to_owned(), String::new(), "Activated".to_owned()]);
        let mut page = Page::default();
        table.write(&mut page, 2, "scopes");
        assert_eq!(
            page.into_text(),
            "  name  lease\n  A     8d\n  B     -\n  all: status Activated\n"
        );
    }

    #[test]
    fn a_table_that_is_too_wide_goes_on_below_and_a_long_one_is_cut_in_the_middle() {
        let mut table = Table::new(4, &["name", "one", "two", "three"]);
        for number in 0..50 {
            let wide = format!("{number}{}", "x".repeat(60));
            table.row([format!("A{number}"), wide.clone(), wide.clone(), wide]);
        }
        let mut page = Page::default();
        table.write(&mut page, 0, "scopes");
        let text = page.into_text();
        assert!(
            text.lines().all(|line| line.chars().count() <= WIDTH),
            "{text}"
        );
        assert_eq!(text.matches("... 42 more scopes ...").count(), 2, "{text}");
        assert!(
            text.contains("A4 ") && !text.contains("A5 ") && text.contains("A47"),
            "{text}"
        );
    }
}
