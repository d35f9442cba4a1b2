//! Values of TOML, and the one layout in which scenario files write them.
//!
//! The layout is that of `ipamconf fmt`; a test holds the two together.

/// The columns after which a list is broken up.
const WIDTH: usize = 120;
const INDENT: usize = 2;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Toml {
    /// Text as it is read, escapes not yet put in.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A number with a fraction, as it is written.
    Float(String),
    Bool(bool),
    /// A list, broken up where the line gets long.
    List(Vec<Self>),
    /// A list of rows: more than one stand on lines of their own.
    Rows(Vec<Self>),
    /// An inline table.
    Table(Entries),
}

/// The keys of a table with their values, in the order in which they are written.
pub(super) type Entries = Vec<(String, Toml)>;

impl Toml {
    /// Text where the values of cases could be put in: `${` is kept from meaning one.
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.replace("${", "$${"))
    }

    /// A number; one that TOML cannot say is text, which no reader takes for a number.
    pub(super) fn count(number: u64) -> Self {
        i64::try_from(number).map_or_else(|_| Self::Text(number.to_string()), Self::Int)
    }

    /// Whether it stands on one line wherever it can.
    fn is_short(&self) -> bool {
        match self {
            Self::Rows(items) => items.len() <= 1 && items.iter().all(Self::is_short),
            Self::List(items) => items.iter().all(Self::is_short),
            Self::Table(entries) => entries.iter().all(|(_, value)| value.is_short()),
            _ => true,
        }
    }

    /// Whether `key = value` is a line of a length that people read.
    pub(super) fn fits_beside(&self, key: &str) -> bool {
        self.is_short() && key.len() + 3 + self.on_one_line().chars().count() <= WIDTH
    }

    fn on_one_line(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Int(number) => number.to_string(),
            Self::Float(text) => text.clone(),
            Self::Bool(value) => value.to_string(),
            Self::List(items) | Self::Rows(items) => {
                let items: Vec<String> = items.iter().map(Self::on_one_line).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Table(entries) if entries.is_empty() => "{}".to_owned(),
            Self::Table(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(name, value)| format!("{} = {}", key(name), value.on_one_line()))
                    .collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }

    /// The value as it is written from that column on.
    fn lines(&self, indent: usize, column: usize) -> String {
        let line = self.on_one_line();
        let items = match self {
            Self::List(items) | Self::Rows(items) if items.len() > 1 => items,
            _ => return line,
        };
        let fits = column + line.chars().count() <= WIDTH;
        if fits && matches!(self, Self::List(_)) {
            return line;
        }
        let inner = indent + INDENT;
        let mut text = "[\n".to_owned();
        for item in items {
            text.push_str(&" ".repeat(inner));
            text.push_str(&item.lines(inner, inner));
            text.push_str(",\n");
        }
        text.push_str(&" ".repeat(indent));
        text.push(']');
        text
    }
}

/// A file as it grows: headers, and keys below them.
#[derive(Debug, Default)]
pub(super) struct Document {
    text: String,
}

impl Document {
    /// The keys below a header, `""` for the top of the file.
    pub(super) fn section(&mut self, header: &str, entries: &Entries) {
        if !header.is_empty() {
            if !self.text.is_empty() {
                self.text.push('\n');
            }
            self.text.push_str(header);
            self.text.push('\n');
        }
        for (name, value) in entries {
            let start = format!("{} = ", key(name));
            self.text.push_str(&start);
            self.text.push_str(&value.lines(0, start.chars().count()));
            self.text.push('\n');
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

fn key(name: &str) -> String {
    let is_bare = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if is_bare {
        name.to_owned()
    } else {
        escaped(name)
    }
}

/// Text in double quotes, except where single ones save escapes.
fn quoted(text: &str) -> String {
    let saves = text.contains(['"', '\\']);
    if saves && !text.contains('\'') && !text.chars().any(char::is_control) {
        format!("'{text}'")
    } else {
        escaped(text)
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_whatever_is_in_it() {
        for text in [
            "",
            "plain",
            "say \"no\"",
            "back\\slash",
            "both ' and \"",
            "a\nb\tc\r",
            "\u{0}\u{1f}\u{7f}\u{85}",
            "Zürich ☃",
            "'''\"\"\"",
        ] {
            let mut document = Document::default();
            let entries = vec![(text.to_owned(), Toml::Text(text.to_owned()))];
            document.section("", &entries);
            let written = document.finish();
            let table = toml::de::DeTable::parse(&written).unwrap();
            let (name, value) = table.get_ref().iter().next().unwrap();
            assert_eq!(name.get_ref(), text);
            assert_eq!(value.get_ref().as_str(), Some(text));
        }
    }

    #[test]
    fn rows_stand_on_lines_of_their_own_and_lists_where_they_have_to() {
        let item = |text: &str| Toml::Table(vec![("name".to_owned(), Toml::text(text))]);
        let entries = vec![
            ("rows".to_owned(), Toml::Rows(vec![item("A"), item("B")])),
            ("one".to_owned(), Toml::Rows(vec![item("A")])),
            ("list".to_owned(), Toml::List(vec![item("A"), item("B")])),
            (
                "long".to_owned(),
                Toml::List(vec![item(&"x".repeat(60)), item(&"y".repeat(60))]),
            ),
        ];
        let mut document = Document::default();
        document.section("[world]", &entries);
        let expected = format!(
            "[world]\nrows = [\n  {{ name = \"A\" }},\n  {{ name = \"B\" }},\n]\none = [{{ name = \"A\" }}]\n\
             list = [{{ name = \"A\" }}, {{ name = \"B\" }}]\nlong = [\n  {{ name = \"{}\" }},\n  {{ name = \"{}\" }},\n]\n",
            "x".repeat(60),
            "y".repeat(60)
        );
        assert_eq!(document.finish(), expected);
    }
}
