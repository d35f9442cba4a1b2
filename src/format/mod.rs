//! Scenario files in their one layout.
//!
//! Floor 4, pure. Keys stand in the order of the [language](crate::schema), one blank line stands between tables, inline
//! tables on one line, the items of a list on one line or each on its own; comments stay with what they are about.
//! Headers stay headers and inline tables stay inline tables: which of them reads better is for the author to say, as is
//! whether a list is broken up. Formatting what was formatted changes nothing, and formatting never changes what a file
//! means: the result is compared with the text before it is handed out.

mod order;
mod same;
mod trivia;
mod value;

use std::collections::BTreeMap;

use toml_edit::{DocumentMut, Item, Key, Table};

use crate::format::order::{Order, Tables};
use crate::format::trivia::{Line, comment, lines, paragraph, without_blank_start};
use crate::format::value::{Entry, Writer, entries, key_text};

/// Why a text has no layout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// It is not TOML; read it as a scenario to be told what is wrong with it.
    #[error("not TOML: {0}")]
    NotToml(String),
    /// The new text would have meant something else: a mistake of ours.
    #[error("the formatted text would mean something else")]
    Changed,
}

/// A scenario file in its one layout.
///
/// The text should be one that the [reader](crate::scenario::read) takes; of another, keys that the language does not
/// know come last.
///
/// # Errors
/// When it is not TOML, or by a mistake of ours.
pub fn format(text: &str) -> Result<String, FormatError> {
    let document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| FormatError::NotToml(error.message().to_owned()))?;
    let formatted = layout(&document);
    if same::same(text, &formatted) {
        Ok(formatted)
    } else {
        Err(FormatError::Changed)
    }
}

/// A header with what belongs to it, or the top of the file.
struct Section<'a> {
    /// Where it stands in the file; the top of the file comes before all.
    position: isize,
    /// Comments above the header.
    lead: Vec<Line>,
    /// Empty for the top of the file.
    header: String,
    entries: Vec<Entry<'a>>,
}

fn layout(document: &DocumentMut) -> String {
    let order = Order::of(document.as_table());
    let mut sections = Vec::new();
    let top = Section {
        position: -1,
        lead: Vec::new(),
        header: String::new(),
        entries: entries(document.as_table(), &order.root(), &order),
    };
    sections.push(top);
    collect(
        document.as_table(),
        &mut Vec::new(),
        &order.root(),
        &order,
        &mut sections,
    );

    let mut end = lines(document.trailing().as_str().unwrap_or_default(), true);
    let mut trailing = trailing_comments(&mut sections, &mut end);
    let mut writer = Writer::new(&order);
    let head = head_comments(&mut sections);
    writer.lines(&head, 0);
    for section in &sections {
        if !section.header.is_empty() {
            writer.blank_line();
            writer.lines(&section.lead, 0);
            writer.line(&section.header);
        }
        for (number, entry) in section.entries.iter().enumerate() {
            let is_first = number == 0 && (!section.header.is_empty() || head.is_empty());
            writer.entry(entry, is_first);
        }
        if let Some(lines) = trailing.remove(&section.position) {
            writer.lines(&lines, 0);
        }
    }
    if !end.is_empty() {
        writer.blank_line();
        writer.lines(&end, 0);
    }
    writer.finish()
}

/// The headers below a table, in the order of the language; those of a list of tables keep theirs.
fn collect<'a>(
    table: &'a Table,
    path: &mut Vec<&'a Key>,
    tables: &Tables,
    order: &Order,
    sections: &mut Vec<Section<'a>>,
) {
    for (key, item) in order.sorted(table, tables) {
        path.push(key);
        let inner = order.below(tables, key.get());
        match item {
            Item::Table(table) if table.is_dotted() => {
                collect(table, path, &inner, order, sections)
            }
            Item::Table(table) => section(table, path, false, &inner, order, sections),
            Item::ArrayOfTables(list) => {
                for table in list.iter() {
                    section(table, path, true, &inner, order, sections);
                }
            }
            Item::None | Item::Value(_) => {}
        }
        path.pop();
    }
}

fn section<'a>(
    table: &'a Table,
    path: &mut Vec<&'a Key>,
    is_item: bool,
    tables: &Tables,
    order: &Order,
    sections: &mut Vec<Section<'a>>,
) {
    if is_item || !table.is_implicit() {
        let name: Vec<String> = path.iter().map(|key| key_text(key)).collect();
        let name = name.join(".");
        let raw = |raw: Option<&'a toml_edit::RawString>| {
            raw.and_then(|raw| raw.as_str()).unwrap_or_default()
        };
        let header = if is_item {
            format!("[[{name}]]")
        } else {
            format!("[{name}]")
        };
        sections.push(Section {
            position: table.position().unwrap_or(isize::MAX),
            lead: lines(raw(table.decor().prefix()), false),
            header: format!("{header}{}", comment(raw(table.decor().suffix()))),
            entries: entries(table, tables, order),
        });
    }
    collect(table, path, tables, order, sections);
}

/// Takes the comments that follow directly on the last line of a section out of what comes next: out of the lead of
/// the next header, or the end of the file.
fn trailing_comments(
    sections: &mut [Section<'_>],
    end: &mut Vec<Line>,
) -> BTreeMap<isize, Vec<Line>> {
    let mut trailing = BTreeMap::new();
    let mut by_position: Vec<usize> = (0..sections.len()).collect();
    by_position.sort_by_key(|place| sections[*place].position);
    for pair in by_position.windows(2) {
        let before = &sections[pair[0]];
        // At the very top of a file there is nothing that a comment could follow on.
        if before.header.is_empty() && before.entries.is_empty() {
            continue;
        }
        let position = before.position;
        let lead = &mut sections[pair[1]].lead;
        // Without a blank line after them they are about the header.
        if let Some(lines) = paragraph(lead) {
            trailing.insert(position, lines);
        }
        without_blank_start(lead);
    }
    let last = by_position.last().map(|place| &sections[*place]);
    if let Some(last) = last
        && end.first().is_some_and(|line| *line != Line::Blank)
    {
        let lines = paragraph(end).unwrap_or_else(|| std::mem::take(end));
        trailing.insert(last.position, lines);
    }
    without_blank_start(end);
    while end.last() == Some(&Line::Blank) {
        end.pop();
    }
    trailing
}

/// Takes the comments that open the file off its first key, wherever that goes: what a blank line parts from the key,
/// and directives for editors.
fn head_comments(sections: &mut [Section<'_>]) -> Vec<Line> {
    let has_keys = sections.first().is_some_and(|top| !top.entries.is_empty());
    let lead = if has_keys {
        let first = sections
            .first_mut()
            .and_then(|top| top.entries.iter_mut().min_by_key(|entry| entry.position));
        first.map(|entry| &mut entry.lead)
    } else {
        let first = sections
            .iter_mut()
            .skip(1)
            .min_by_key(|section| section.position);
        first.map(|section| &mut section.lead)
    };
    let Some(lead) = lead else {
        return Vec::new();
    };
    without_blank_start(lead);
    let directives = lead
        .iter()
        .take_while(|line| matches!(line, Line::Comment(text) if text.starts_with("#:")))
        .count();
    let parted = lead
        .iter()
        .rposition(|line| *line == Line::Blank)
        .map_or(0, |place| place + 1);
    lead.drain(..directives.max(parted)).collect()
}
