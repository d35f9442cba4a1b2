//! Indented XML text, written line by line.

/// XML text that is being written.
pub(super) struct Markup {
    text: String,
    depth: usize,
}

impl Markup {
    /// Nothing yet; the first element stands `depth` steps to the right.
    pub(super) const fn new(depth: usize) -> Self {
        Self {
            text: String::new(),
            depth,
        }
    }

    /// An element's start: what stands between `<` and `>`.
    pub(super) fn open(&mut self, start: &str) {
        self.line(&format!("<{start}>"));
        self.depth += 1;
    }

    /// The end of the innermost open element, whose name it is.
    pub(super) fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.line(&format!("</{name}>"));
    }

    /// An element without content.
    pub(super) fn leaf(&mut self, start: &str) {
        self.line(&format!("<{start}/>"));
    }

    /// Text that comes with its own indentation.
    pub(super) fn append(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// One line at this depth.
    pub(super) fn line(&mut self, line: &str) {
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Everything that was written.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// Text as the value of an attribute in double quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                out.push_str(&format!("&#{};", u32::from(character)));
            }
            // what XML 1.0 has no way to write
            '\0'..'\x20' | '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_xml_is_escaped() {
        assert_eq!(
            escaped("http://a/?b=\"1\"&c=<\u{1}>\n"),
            "http://a/?b=&quot;1&quot;&amp;c=&lt;\u{FFFD}&gt;&#10;"
        );
    }
}
