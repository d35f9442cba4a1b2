//! Events as XML text, for people and comparisons.

use super::event::{Attribute, Event};

/// The events on one line: nothing added, nothing left out, an end tag for every start tag. What XML cannot say is
/// there as it came: characters it forbids, and two dashes in a comment.
#[must_use]
pub fn to_xml(events: &[Event<'_>]) -> String {
    text(events, false)
}

/// The events as indented lines, which is white space that the document does not have.
#[must_use]
pub fn to_xml_lines(events: &[Event<'_>]) -> String {
    text(events, true)
}

fn text(events: &[Event<'_>], in_lines: bool) -> String {
    let mut out = String::new();
    let mut open: Vec<String> = Vec::new();
    // Text and tags around it stay on one line.
    let mut after_text = false;
    for (number, event) in events.iter().enumerate() {
        let begins = matches!(event, Event::Start(_) | Event::Comment(_))
            || *event == Event::End
                && matches!(events.get(number.wrapping_sub(1)), Some(Event::End));
        if in_lines && begins && number > 0 && !after_text {
            out.push('\n');
            let level = open.len() - usize::from(*event == Event::End);
            out.push_str(&"  ".repeat(level));
        }
        after_text = matches!(event, Event::Text(_));
        match event {
            Event::Start(start) => {
                let name = qualified(start.prefix, start.local);
                out.push('<');
                out.push_str(&name);
                for attribute in &start.attributes {
                    push_attribute(&mut out, attribute);
                }
                out.push('>');
                open.push(name);
            }
            Event::Text(value) => escape(&mut out, &value.characters(), false),
            Event::End => {
                let name = open.pop().unwrap_or_default();
                out.push_str("</");
                out.push_str(&name);
                out.push('>');
            }
            Event::Comment(comment) => {
                out.push_str("<!--");
                out.push_str(comment);
                out.push_str("-->");
            }
        }
    }
    out
}

fn push_attribute(out: &mut String, attribute: &Attribute<'_>) {
    out.push(' ');
    match attribute {
        Attribute::Plain {
            prefix,
            local,
            value,
            ..
        } => {
            out.push_str(&qualified(prefix, local));
            out.push_str("=\"");
            escape(out, &value.characters(), true);
        }
        Attribute::Declaration { prefix, uri } => {
            out.push_str(&match *prefix {
                "" => "xmlns".to_owned(),
                prefix => qualified("xmlns", prefix),
            });
            out.push_str("=\"");
            escape(out, uri, true);
        }
    }
    out.push('"');
}

fn qualified(prefix: &str, local: &str) -> String {
    match prefix {
        "" => local.to_owned(),
        prefix => format!("{prefix}:{local}"),
    }
}

fn escape(out: &mut String, text: &str, in_attribute: bool) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if in_attribute => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            '\n' | '\t' if in_attribute => {
                out.push_str(if character == '\n' { "&#xA;" } else { "&#x9;" });
            }
            other => out.push(other),
        }
    }
}
