//! XML compared by meaning: what two trees differ in, and where.
//!
//! Prefixes, where namespaces are declared, the order of attributes, comments, CDATA and white space between elements
//! carry no meaning. The ids of objects (`z:Id`) may be others, as long as each `z:Ref` means the same object.

use std::collections::BTreeMap;
use std::fmt;

use crate::soap::element::{Element, Name, Node};
use crate::soap::names::{INSTANCE, SERIALIZATION, SOAP};

/// The first difference between two trees, in the order of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where: local names from the outside in, with a number from 1 where several of that name stand side by side;
    /// `@` before an attribute.
    pub path: String,
    /// What one tree has there.
    pub expected: String,
    /// What the other has there.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "at {}: expected {}, found {}",
            self.path, self.expected, self.found
        )
    }
}

/// How much of a text a difference shows.
const SHOWN_MAX: usize = 80;

/// The first difference; `None` where both mean the same.
#[must_use]
pub fn first_difference(expected: &Element, found: &Element) -> Option<Difference> {
    let mut comparison = Comparison {
        path: vec![expected.name.local().to_owned()],
        ids: BTreeMap::new(),
        other_ids: BTreeMap::new(),
    };
    comparison
        .element(expected, found)
        .err()
        .map(|found| *found)
}

struct Comparison {
    path: Vec<String>,
    /// Which id of the found tree stands for one of the expected tree, and the other way round.
    ids: BTreeMap<String, String>,
    other_ids: BTreeMap<String, String>,
}

type Compared = Result<(), Box<Difference>>;

impl Comparison {
    fn differs<T>(
        &self,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Result<T, Box<Difference>> {
        Err(Box::new(Difference {
            path: self.path.join("/"),
            expected: expected.into(),
            found: found.into(),
        }))
    }

    fn element(&mut self, expected: &Element, found: &Element) -> Compared {
        if expected.name != found.name {
            return self.differs(element_words(expected), element_words(found));
        }
        self.attributes(expected, found)?;
        self.content(expected, found)
    }

    fn attributes(&mut self, expected: &Element, found: &Element) -> Compared {
        if expected.type_name != found.type_name {
            let words = |name: &Option<Name>| match name {
                Some(name) => format!("the type {name}"),
                None => "no stated type".to_owned(),
            };
            return self.at("@type", |this| {
                this.differs(words(&expected.type_name), words(&found.type_name))
            });
        }
        let theirs = attributes(found);
        let ours = attributes(expected);
        for (name, value) in &ours {
            self.at(&format!("@{}", name.local()), |this| {
                match theirs.get(name) {
                    None => this.differs(text_words(value), "no such attribute"),
                    Some(other) if is_identity(name) => this.identity(value, other),
                    Some(other) if other == value => Ok(()),
                    Some(other) => this.differs(text_words(value), text_words(other)),
                }
            })?;
        }
        match theirs.iter().find(|(name, _)| !ours.contains_key(*name)) {
            Some((name, value)) => self.at(&format!("@{}", name.local()), |this| {
                this.differs("no such attribute", text_words(value))
            }),
            None => Ok(()),
        }
    }

    /// An id may be any other as long as it always is the same one.
    fn identity(&mut self, expected: &str, found: &str) -> Compared {
        let ours = self
            .ids
            .entry(expected.to_owned())
            .or_insert_with(|| found.to_owned());
        let theirs = self
            .other_ids
            .entry(found.to_owned())
            .or_insert_with(|| expected.to_owned());
        if ours == found && theirs == expected {
            return Ok(());
        }
        let expected = format!("the object that `{expected}` stands for");
        self.differs(expected, format!("`{found}`, which is another object"))
    }

    fn content(&mut self, expected: &Element, found: &Element) -> Compared {
        let (ours, theirs) = (nodes(expected), nodes(found));
        let names = siblings(&ours);
        for (place, node) in ours.iter().enumerate() {
            let other = theirs.get(place).copied();
            match (node, other) {
                (Node::Text(text), Some(Node::Text(other))) if text == other => {}
                (Node::Text(text), Some(Node::Element(other))) => {
                    return self.differs(text_words(text), element_words(other));
                }
                (Node::Text(text), Some(Node::Text(other))) => {
                    return self.differs(text_words(text), text_words(other));
                }
                (Node::Text(text), None) => return self.differs(text_words(text), "nothing"),
                (Node::Element(element), other) => {
                    self.at(&names[place], |this| match other {
                        Some(Node::Element(other)) => this.element(element, other),
                        Some(Node::Text(other)) => {
                            this.differs(element_words(element), text_words(other))
                        }
                        None => this.differs(element_words(element), "nothing"),
                    })?;
                }
            }
        }
        match theirs.get(ours.len()) {
            None => Ok(()),
            Some(Node::Text(text)) => self.differs("nothing", text_words(text)),
            Some(Node::Element(element)) => {
                let name = siblings(&theirs)[ours.len()].clone();
                self.at(&name, |this| {
                    this.differs("nothing", element_words(element))
                })
            }
        }
    }

    fn at<T>(&mut self, name: &str, act: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name.to_owned());
        let result = act(self);
        self.path.pop();
        result
    }
}

/// Whether an attribute names an object rather than saying something of it.
fn is_identity(name: &Name) -> bool {
    name.is(SERIALIZATION, "Id") || name.is(SERIALIZATION, "Ref")
}

/// The attributes by name; those that are truth values in one spelling, and `i:nil="false"` says nothing.
fn attributes(element: &Element) -> BTreeMap<&Name, &str> {
    element
        .attributes
        .iter()
        .filter_map(|attribute| {
            let name = &attribute.name;
            let nil = name.is(INSTANCE, "nil");
            if !nil && !name.is(SOAP, "mustUnderstand") {
                return Some((name, &*attribute.value));
            }
            match attribute.value.trim() {
                "true" | "1" => Some((name, "true")),
                "false" | "0" => None,
                other => Some((name, other)),
            }
        })
        .collect()
}

/// What counts of an element's content: white space only where there is nothing else and the element may hold text.
fn nodes(element: &Element) -> Vec<&Node> {
    let structure = element.children().next().is_some() || element.name.namespace() == SOAP;
    let counts = |node: &&Node| match node {
        Node::Text(text) => !structure || !text.trim().is_empty(),
        Node::Element(_) => true,
    };
    element.nodes.iter().filter(counts).collect()
}

/// What each node is called in a path.
fn siblings(nodes: &[&Node]) -> Vec<String> {
    let name = |node: &Node| match node {
        Node::Element(element) => element.name.local().to_owned(),
        Node::Text(_) => String::new(),
    };
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for node in nodes {
        *count.entry(name(node)).or_default() += 1;
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    nodes
        .iter()
        .map(|node| {
            let name = name(node);
            let place = seen.entry(name.clone()).or_default();
            *place += 1;
            if count[&name] > 1 {
                format!("{name}[{place}]")
            } else {
                name
            }
        })
        .collect()
}

fn element_words(element: &Element) -> String {
    format!("the element {}", element.name)
}

fn text_words(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("`{shown}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(expected: &str, found: &str) -> Option<String> {
        let read = |text| Element::read(text).unwrap();
        first_difference(&read(expected), &read(found)).map(|difference| difference.to_string())
    }

    #[test]
    fn prefixes_order_of_attributes_comments_and_white_space_carry_no_meaning() {
        let plain = r#"<a xmlns="urn:x" one="1" two="2"><b>text</b><c/></a>"#;
        for same in [
            r#"<p:a xmlns:p="urn:x" two='2' one="1"><p:b>text</p:b><p:c></p:c></p:a>"#,
            "<a xmlns=\"urn:x\" one=\"1\" two=\"2\">\n  <b><![CDATA[te]]>xt</b>\n  <!-- c --><c/>\n</a>",
            r#"<a xmlns="urn:x" one="1" two="2"><b>t&#101;xt</b><d:c xmlns:d="urn:x"/></a>"#,
        ] {
            assert_eq!(difference(plain, same), None, "{same}");
        }
    }

    #[test]
    fn the_first_difference_is_named_with_its_path() {
        let tree = |inside: &str| format!(r#"<a xmlns="urn:x"><b>{inside}</b></a>"#);
        let cases = [
            (
                "<c>1</c><c>2</c>",
                "<c>1</c><c>3</c>",
                "at a/b/c[2]: expected `2`, found `3`",
            ),
            (
                "<c/>",
                "<d/>",
                "at a/b/c: expected the element {urn:x}c, found the element {urn:x}d",
            ),
            (
                "<c/>",
                "",
                "at a/b/c: expected the element {urn:x}c, found nothing",
            ),
            (
                "<c/>",
                "<c/><c/>",
                "at a/b/c[2]: expected nothing, found the element {urn:x}c",
            ),
            (
                "<c k='v'/>",
                "<c/>",
                "at a/b/c/@k: expected `v`, found no such attribute",
            ),
            (
                "<c/>",
                "<c xmlns='urn:y'/>",
                "at a/b/c: expected the element {urn:x}c, found the element {urn:y}c",
            ),
            ("text", "text ", "at a/b: expected `text`, found `text `"),
        ];
        for (expected, found, difference_text) in cases {
            assert_eq!(
                difference(&tree(expected), &tree(found)).as_deref(),
                Some(difference_text)
            );
        }
    }

    #[test]
    fn ids_may_be_others_as_long_as_they_mean_the_same_object() {
        let tree = |ids: [&str; 3]| {
            let [one, two, reference] = ids;
            format!(
                r#"<a xmlns:z="{SERIALIZATION}"><b z:Id="{one}"/><b z:Id="{two}"/><b z:Ref="{reference}"/></a>"#
            )
        };
        let plain = tree(["i1", "i2", "i1"]);
        assert_eq!(difference(&plain, &tree(["x", "y", "x"])), None);
        assert_eq!(
            difference(&plain, &tree(["x", "y", "y"])).as_deref(),
            Some(
                "at a/b[3]/@Ref: expected the object that `i1` stands for, found `y`, which is another object"
            )
        );
    }

    #[test]
    fn a_truth_value_has_two_spellings_and_a_stated_type_its_namespace() {
        let nil = |value: &str| format!(r#"<a xmlns:i="{INSTANCE}" i:nil="{value}"/>"#);
        assert_eq!(difference(&nil("true"), &nil("1")), None);
        assert_eq!(difference(&nil("false"), "<a/>"), None);
        assert!(difference(&nil("true"), "<a/>").is_some());
        let typed =
            |uri: &str| format!(r#"<a xmlns:i="{INSTANCE}" xmlns:t="{uri}" i:type="t:T"/>"#);
        assert_eq!(
            difference(&typed("urn:x"), &typed("urn:y")).as_deref(),
            Some("at a/@type: expected the type {urn:x}T, found the type {urn:y}T")
        );
    }
}
