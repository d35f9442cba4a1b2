//! Writing a tree as XML text: prefixes are kept where they still fit and made where they do not.

use std::sync::Arc;

use crate::soap::element::{Element, Name, Node};
use crate::soap::names::{INSTANCE, XML, usual_prefix};

impl Element {
    /// The element as XML text, without a declaration in front and without any white space of its own.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut writer = Writer {
            out: String::new(),
            scope: vec![("xml".into(), XML.into())],
        };
        writer.element(self);
        writer.out
    }
}

struct Writer {
    out: String,
    /// Every declaration in force, the innermost last; an empty prefix is the default namespace.
    scope: Vec<(Arc<str>, Arc<str>)>,
}

impl Writer {
    fn element(&mut self, element: &Element) {
        let outside = self.scope.len();
        self.scope.extend(
            element
                .declarations
                .iter()
                .filter(|(prefix, uri)| !self.stands_for(prefix, uri))
                .cloned()
                .collect::<Vec<_>>(),
        );
        // A type in no namespace can only be said where no default namespace is.
        if let Some(name) = &element.type_name
            && name.namespace().is_empty()
            && !name.local().contains(':')
            && self.uri("").is_some_and(|uri| !uri.is_empty())
        {
            self.declare("", "", outside);
        }
        let name = self.element_name(element, outside);
        let mut attributes = String::new();
        if let Some(type_name) = &element.type_name {
            let key = self.attribute_name(&Name::new(INSTANCE, "type"), outside);
            let value = self.type_text(type_name, outside);
            push_attribute(&mut attributes, &key, &value);
        }
        for attribute in &element.attributes {
            let key = self.attribute_name(&attribute.name, outside);
            push_attribute(&mut attributes, &key, &attribute.value);
        }
        self.out.push('<');
        self.out.push_str(&name);
        for (prefix, uri) in &self.scope[outside..] {
            let key = if prefix.is_empty() {
                "xmlns".to_owned()
            } else {
                format!("xmlns:{prefix}")
            };
            push_attribute(&mut self.out, &key, uri);
        }
        self.out.push_str(&attributes);
        if element.nodes.is_empty() {
            self.out.push_str("/>");
        } else {
            self.out.push('>');
            for node in &element.nodes {
                match node {
                    Node::Element(child) => self.element(child),
                    Node::Text(text) => escape(&mut self.out, text, false),
                }
            }
            self.out.push_str("</");
            self.out.push_str(&name);
            self.out.push('>');
        }
        self.scope.truncate(outside);
    }

    /// What a prefix stands for here.
    fn uri(&self, prefix: &str) -> Option<&str> {
        self.scope
            .iter()
            .rev()
            .find(|(declared, _)| **declared == *prefix)
            .map(|(_, uri)| &**uri)
    }

    fn stands_for(&self, prefix: &str, namespace: &str) -> bool {
        self.uri(prefix).unwrap_or("") == namespace
    }

    /// A prefix that stands for that namespace here.
    fn prefix_of(&self, namespace: &str) -> Option<String> {
        self.scope
            .iter()
            .rev()
            .find(|(prefix, uri)| {
                !prefix.is_empty() && **uri == *namespace && self.stands_for(prefix, namespace)
            })
            .map(|(prefix, _)| prefix.as_ref().to_owned())
    }

    /// Declares a prefix on the element being written, unless it declares that prefix already.
    fn declare(&mut self, prefix: &str, namespace: &str, outside: usize) -> bool {
        if self.scope[outside..]
            .iter()
            .any(|(declared, _)| **declared == *prefix)
        {
            return false;
        }
        self.scope.push((prefix.into(), namespace.into()));
        true
    }

    /// Declares some prefix for a namespace.
    fn declare_any(&mut self, wanted: Option<&str>, namespace: &str, outside: usize) -> String {
        let wanted = wanted.filter(|prefix| is_plain(prefix));
        for prefix in wanted.into_iter().chain(usual_prefix(namespace)) {
            // A prefix in use further out is not taken away from what may need it still.
            if self.uri(prefix).is_none() && self.declare(prefix, namespace, outside) {
                return prefix.to_owned();
            }
        }
        let prefix = (1..)
            .map(|number| format!("p{number}"))
            .find(|prefix| self.uri(prefix).is_none())
            .unwrap_or_default();
        self.declare(&prefix, namespace, outside);
        prefix
    }

    fn element_name(&mut self, element: &Element, outside: usize) -> String {
        let (namespace, local) = (element.name.namespace(), element.name.local());
        let qualified = |prefix: &str| format!("{prefix}:{local}");
        match &element.prefix {
            Some(prefix) if !namespace.is_empty() && self.stands_for(prefix, namespace) => {
                return qualified(prefix);
            }
            Some(_) if !namespace.is_empty() => {}
            _ => {
                if self.stands_for("", namespace) || self.declare("", namespace, outside) {
                    return local.to_owned();
                }
            }
        }
        let prefix = self
            .prefix_of(namespace)
            .unwrap_or_else(|| self.declare_any(element.prefix.as_deref(), namespace, outside));
        qualified(&prefix)
    }

    fn attribute_name(&mut self, name: &Name, outside: usize) -> String {
        if name.namespace().is_empty() {
            return name.local().to_owned();
        }
        let prefix = self
            .prefix_of(name.namespace())
            .unwrap_or_else(|| self.declare_any(None, name.namespace(), outside));
        format!("{prefix}:{}", name.local())
    }

    /// A name as the value of `i:type`; the default namespace counts there.
    fn type_text(&mut self, name: &Name, outside: usize) -> String {
        if self.stands_for("", name.namespace()) || name.namespace().is_empty() {
            return name.local().to_owned();
        }
        let prefix = self
            .prefix_of(name.namespace())
            .unwrap_or_else(|| self.declare_any(None, name.namespace(), outside));
        format!("{prefix}:{}", name.local())
    }
}

fn is_plain(prefix: &str) -> bool {
    prefix.starts_with(|c: char| c.is_ascii_alphabetic())
        && prefix.chars().all(|c| c.is_ascii_alphanumeric())
        && !prefix.to_ascii_lowercase().starts_with("xml")
}

fn push_attribute(out: &mut String, key: &str, value: &str) {
    out.push(' ');
    out.push_str(key);
    out.push_str("=\"");
    escape(out, value, true);
    out.push('"');
}

/// Writes text so that a reader gets the same text back: line ends and the white space of attributes as references.
fn escape(out: &mut String, text: &str, in_attribute: bool) {
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' if in_attribute => out.push_str("&quot;"),
            '\t' | '\n' if !in_attribute => out.push(character),
            // No reader takes the last of these; nothing better can be said in XML.
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                out.push_str(&format!("&#x{:X};", u32::from(character)));
            }
            _ => out.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::names::{ARRAYS, IPAM};

    #[test]
    fn prefixes_are_declared_once_and_where_they_are_needed() {
        let element = Element::new(IPAM, "a")
            .with(
                Element::new(IPAM, "b")
                    .with_type(IPAM, "T")
                    .with(Element::new(ARRAYS, "string").with_text("x < y\r")),
            )
            .with(Element::new("", "none").with_type("urn:x", "U"));
        let xml = element.to_xml();
        assert_eq!(
            xml,
            r#"<a xmlns="http://Microsoft.Windows.Ipam"><b xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="T"><b:string xmlns:b="http://schemas.microsoft.com/2003/10/Serialization/Arrays">x &lt; y&#xD;</b:string></b><none xmlns="" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:p1="urn:x" i:type="p1:U"/></a>"#
        );
    }

    #[test]
    fn what_is_written_is_read_back() {
        let element = Element::new("urn:one", "a")
            .with_attribute("urn:two", "k", "tab\t \"quoted\" <&>\n")
            .with_text("text ]]> \r\n\t")
            .with(Element::new("urn:two", "b").with_type("", "bare"))
            .with(Element::new("", "c").with_type("", "odd:name"));
        let read = Element::read(&element.to_xml()).unwrap();
        assert_eq!(stripped(&read), stripped(&element));
    }

    #[test]
    fn references_in_a_namespace_are_what_they_stand_for() {
        let read = Element::read(r#"<p:a xmlns:p="&#117;rn:x&amp;y"/>"#).unwrap();
        assert_eq!(read.name, Name::new("urn:x&y", "a"));
        assert_eq!(Element::read(&read.to_xml()), Ok(read));
    }

    /// Without what says the same in other words.
    fn stripped(element: &Element) -> Element {
        Element {
            prefix: None,
            declarations: Vec::new(),
            nodes: element
                .nodes
                .iter()
                .map(|node| match node {
                    Node::Element(child) => Node::Element(Box::new(stripped(child))),
                    text => text.clone(),
                })
                .collect(),
            ..element.clone()
        }
    }
}
