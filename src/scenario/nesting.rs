//! A look at the text before it is parsed: how deep it nests, and whether it uses what TOML 1.0 does not have.
//!
//! Knows strings, comments, keys and brackets and nothing else, takes one pass and a stack of [`NESTING_MAX`]
//! entries, so that no later reader has to be afraid of the text. Text that is not TOML at all gets through: the
//! parser says so better.

use crate::scenario::error::{LoadCode, LoadError};
use crate::scenario::limits::NESTING_MAX;
use crate::verdict::Span;

/// What the look found.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// The first place that nests too deep.
    pub(super) too_deep: Option<LoadError>,
    /// The first place that only TOML 1.1 would take.
    pub(super) newer_toml: Option<LoadError>,
}

/// What a bracket opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bracket {
    /// `[`
    List,
    /// `{`
    Table,
}

/// What is open where a text ends.
#[derive(Debug)]
pub(super) struct LeftOpen {
    /// The brackets that were not closed, the outermost first, each with its place.
    pub(super) open: Vec<(Bracket, usize)>,
    /// The last character that is neither blank, line end nor comment.
    pub(super) last: Option<usize>,
}

struct Open {
    bracket: Bracket,
    /// The place of the bracket.
    at: usize,
    /// The depth of the container itself.
    depth: usize,
    /// In a table: a key is being read, not a value.
    in_key: bool,
    /// The parts of the key read so far.
    parts: usize,
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    stack: Vec<Open>,
    /// The depth of the table that the last header opened.
    table_depth: usize,
    /// Outside of brackets: before the `=` of a line.
    in_key: bool,
    parts: usize,
    /// The last character that is neither blank, line end nor comment.
    last_at: Option<usize>,
    look: Look,
}

/// Looks at the text.
pub(super) fn look_at(text: &str) -> Look {
    let mut scanner = Scanner::of(text);
    scanner.run();
    scanner.look
}

/// What the beginning of a text leaves open.
pub(super) fn left_open(text: &str) -> LeftOpen {
    let mut scanner = Scanner::of(text);
    scanner.run();
    LeftOpen {
        open: scanner
            .stack
            .iter()
            .map(|open| (open.bracket, open.at))
            .collect(),
        // text that ends inside a string may end inside a character of it
        last: scanner.last_at.map(|at| text.floor_char_boundary(at)),
    }
}

impl<'a> Scanner<'a> {
    const fn of(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
            stack: Vec::new(),
            table_depth: 0,
            in_key: true,
            parts: 1,
            last_at: None,
            look: Look {
                too_deep: None,
                newer_toml: None,
            },
        }
    }

    fn run(&mut self) {
        let mut line_start = true;
        // The last byte that is neither blank, line end nor comment.
        let mut last = b'\n';
        while self.look.too_deep.is_none() {
            let Some(&byte) = self.bytes.get(self.at) else {
                return;
            };
            let is_line_start = std::mem::replace(&mut line_start, false);
            match byte {
                b' ' | b'\t' | b'\r' => {
                    line_start = is_line_start;
                    self.at += 1;
                    continue;
                }
                b'\n' => {
                    line_start = self.stack.is_empty();
                    if line_start {
                        self.in_key = true;
                        self.parts = 1;
                    } else if self.innermost() == Some(Bracket::Table) {
                        self.newer("line end in an inline table", "a table on one line");
                    }
                    self.at += 1;
                    continue;
                }
                b'#' => {
                    self.skip_comment();
                    continue;
                }
                b'"' | b'\'' => {
                    self.skip_string(byte);
                    self.last_at = Some(self.at - 1);
                    last = byte;
                    continue;
                }
                b'[' if is_line_start && self.stack.is_empty() => {
                    self.header();
                    self.last_at = Some(self.at - 1);
                    last = b']';
                    continue;
                }
                b'[' => self.open(Bracket::List),
                b'{' => self.open(Bracket::Table),
                b']' => self.close(Bracket::List),
                b'}' => {
                    if last == b',' && self.innermost() == Some(Bracket::Table) {
                        self.newer("comma at the end of an inline table", "no comma before `}`");
                    }
                    self.close(Bracket::Table);
                }
                b'.' => self.dot(),
                b'=' => match self.stack.last_mut() {
                    Some(open) => open.in_key = false,
                    None => self.in_key = false,
                },
                b',' => {
                    if let Some(open) = self.stack.last_mut() {
                        open.in_key = open.bracket == Bracket::Table;
                        open.parts = 1;
                    }
                }
                _ => {}
            }
            last = byte;
            // the first byte of a character
            if byte & 0xC0 != 0x80 {
                self.last_at = Some(self.at);
            }
            self.at += 1;
        }
    }

    fn innermost(&self) -> Option<Bracket> {
        self.stack.last().map(|open| open.bracket)
    }

    /// The depth of a container that opens here.
    fn depth_here(&self) -> usize {
        match self.stack.last() {
            Some(open) if open.bracket == Bracket::Table => open.depth + open.parts,
            Some(open) => open.depth + 1,
            None => self.table_depth + self.parts,
        }
    }

    fn open(&mut self, bracket: Bracket) {
        let depth = self.depth_here();
        if depth > NESTING_MAX {
            self.too_deep();
            return;
        }
        self.stack.push(Open {
            bracket,
            at: self.at,
            depth,
            in_key: bracket == Bracket::Table,
            parts: 1,
        });
    }

    fn close(&mut self, bracket: Bracket) {
        if self.innermost() == Some(bracket) {
            self.stack.pop();
        }
    }

    fn dot(&mut self) {
        let (base, in_key, parts) = match self.stack.last_mut() {
            Some(open) => (open.depth, open.in_key, &mut open.parts),
            None => (self.table_depth, self.in_key, &mut self.parts),
        };
        if in_key {
            let depth = base + *parts;
            *parts += 1;
            if depth > NESTING_MAX {
                self.too_deep();
            }
        }
    }

    /// `[a.b]` or `[[a.b]]`: read to the end of the line, since a header has no line end in it.
    fn header(&mut self) {
        let is_list = self.bytes.get(self.at + 1) == Some(&b'[');
        let mut depth = if is_list { 2 } else { 1 };
        let start = self.at;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' | b'#' => break,
                b'"' | b'\'' => {
                    self.skip_string(byte);
                    continue;
                }
                b'.' => {
                    depth += 1;
                    if depth > NESTING_MAX {
                        self.too_deep();
                        return;
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
        if self.at == start {
            self.at += 1;
        }
        self.table_depth = depth;
    }

    fn skip_comment(&mut self) {
        while self.bytes.get(self.at).is_some_and(|byte| *byte != b'\n') {
            self.at += 1;
        }
    }

    fn skip_string(&mut self, quote: u8) {
        let long = self.bytes.get(self.at + 1) == Some(&quote)
            && self.bytes.get(self.at + 2) == Some(&quote);
        self.at += if long { 3 } else { 1 };
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\\' if quote == b'"' => {
                    match self.bytes.get(self.at + 1) {
                        Some(b'e') => self.newer("escape `\\e`", "`\\u001B`"),
                        Some(b'x') => self.newer("escape `\\x`", "`\\u00…`"),
                        // The line ends here whatever stands before it.
                        Some(b'\n') if !long => {
                            self.at += 1;
                            return;
                        }
                        _ => {}
                    }
                    self.at += 2;
                }
                b'\n' if !long => return,
                byte if byte == quote => {
                    let run = self.bytes[self.at..]
                        .iter()
                        .take(5)
                        .take_while(|byte| **byte == quote)
                        .count();
                    if !long {
                        self.at += 1;
                        return;
                    }
                    self.at += run;
                    if run >= 3 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    fn here(&self) -> Span {
        let mut end = self.at + 1;
        while self.bytes.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
            end += 1;
        }
        Span {
            start: self.at,
            end: end.min(self.bytes.len()),
        }
    }

    fn too_deep(&mut self) {
        let error = LoadError::new(LoadCode::OverLimit, self.here(), "nested too deep").expected(
            format!("at most {NESTING_MAX} tables and lists in each other"),
        );
        self.look.too_deep = Some(error);
    }

    fn newer(&mut self, found: &str, expected: &str) {
        if self.look.newer_toml.is_none() {
            let error = LoadError::new(LoadCode::NotToml, self.here(), "not TOML 1.0")
                .found_plain(found)
                .expected(expected);
            self.look.newer_toml = Some(error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deep(text: &str) -> Option<usize> {
        look_at(text).too_deep.map(|error| error.span.start)
    }

    #[test]
    fn brackets_are_counted_outside_of_strings_and_comments() {
        let brackets = "[".repeat(40);
        assert_eq!(
            deep(&format!(
                "a = \"{brackets}\" # {brackets}\nb = '''\n{brackets}'''\n"
            )),
            None
        );
        assert_eq!(deep(&format!("a = \"\\\"{brackets}\"")), None);
        assert_eq!(deep(&format!("a = {brackets}")), Some(4 + NESTING_MAX));
        assert_eq!(
            deep(&format!("a = \"\"\"x\"\"\"\"\"\nb = {brackets}")),
            Some(19 + NESTING_MAX - 1)
        );
    }

    #[test]
    fn dotted_keys_and_headers_nest_too() {
        let path = vec!["a"; 100].join(".");
        assert!(deep(&format!("{path} = 1")).is_some());
        assert!(deep(&format!("[{path}]")).is_some());
        assert!(deep(&format!("x = {{ {path} = 1 }}")).is_some());
        assert!(deep("x = 1.5\n[a.b.c]\nd.e = [[1], [2.5]]\n").is_none());
        let half = vec!["a"; 20].join(".");
        assert!(deep(&format!("[{half}]\n{half} = 1")).is_some());
    }

    #[test]
    fn many_siblings_are_not_deep() {
        assert_eq!(deep(&"[[steps]]\nstart = {}\n".repeat(100)), None);
        assert_eq!(deep(&format!("a = [{}]", "[1], ".repeat(100))), None);
    }

    #[test]
    fn what_only_toml_1_1_has_is_seen() {
        let newer = |text: &str| look_at(text).newer_toml.map(|error| error.span.start);
        assert_eq!(newer("a = { b = 1,\n c = 2 }"), Some(12));
        assert_eq!(newer("a = { b = 1, }"), Some(13));
        assert_eq!(newer("a = \"\\e\""), Some(5));
        assert_eq!(newer("a = [\n { b = [\n 1,\n ] },\n]\n"), None);
    }
}
