//! `${x}`: the values of a case put into the file's tree, and the mistakes that can be made with them.
//!
//! Inside a table that has `repeat`, `${n}` is the count of its rows and is left for whoever unfolds them.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::scenario::error::{Errors, LoadCode, LoadError};
use crate::scenario::limits::SUBSTITUTED_BYTES_MAX;
use crate::scenario::suggest::closest;
use crate::scenario::tree::{CountedPart, Entry, Kind, List, Node, Table};
use crate::verdict::Span;

/// The name under which the rows of a `repeat` are counted.
const COUNT: &str = "n";

/// The variables of one case.
pub(super) struct Variables<'a> {
    /// The place of the case's header.
    pub(super) span: Span,
    values: HashMap<&'a str, &'a Entry>,
}

impl<'a> Variables<'a> {
    /// The variables that a case's table gives: every key that means nothing else.
    pub(super) fn of(span: Span, table: &'a Table, known: &[&str]) -> Self {
        let values = table
            .entries
            .iter()
            .filter(|entry| !known.contains(&&*entry.key))
            .map(|entry| (&*entry.key, entry))
            .collect();
        Self { span, values }
    }

    /// No variables at all.
    pub(super) fn none() -> Self {
        Self {
            span: Span::default(),
            values: HashMap::new(),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Variable(String),
    /// `${` without `}`.
    Open,
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        if let Some(kept) = before.strip_suffix('$') {
            plain.push_str(kept);
            plain.push_str("${");
            rest = after;
            continue;
        }
        plain.push_str(before);
        if !plain.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut plain)));
        }
        match after.split_once('}') {
            Some((name, after)) => {
                parts.push(Part::Variable(name.to_owned()));
                rest = after;
            }
            None => {
                parts.push(Part::Open);
                rest = "";
            }
        }
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    parts
}

/// The text of a scalar as it is put into longer text.
fn scalar_text(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Text(text) | Kind::Float(text) => Some(text.to_string()),
        Kind::Int(number) => Some(number.to_string()),
        Kind::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// What is known of a variable over all cases.
struct Known<'a> {
    /// The first case that does not give it.
    left_out_by: Option<Span>,
    /// The first value that is no scalar.
    no_scalar: Option<&'a Entry>,
    used: bool,
}

/// Reports variables that nobody gives, that nobody uses, and those that cannot stand in longer text.
pub(super) fn check(roots: &[&Node], cases: &[Variables<'_>], errors: &mut Errors) {
    let mut known: HashMap<&str, Known<'_>> = HashMap::new();
    let mut names: Vec<&str> = Vec::new();
    for case in cases {
        let mut entries: Vec<_> = case.values.iter().collect();
        entries.sort_by_key(|(_, entry)| entry.key_span.start);
        for (name, entry) in entries {
            let variable = known.entry(name).or_insert_with(|| {
                names.push(name);
                Known {
                    left_out_by: None,
                    no_scalar: None,
                    used: false,
                }
            });
            if scalar_text(&entry.value).is_none() {
                variable.no_scalar.get_or_insert(entry);
            }
        }
    }
    for (name, variable) in &mut known {
        variable.left_out_by = cases
            .iter()
            .find(|case| !case.values.contains_key(name))
            .map(|case| case.span);
    }
    for root in roots {
        check_node(root, false, &mut known, &names, errors);
    }
    let mut reported = HashSet::new();
    for case in cases {
        for (name, entry) in &case.values {
            if known.get(name).is_some_and(|variable| !variable.used)
                && reported.insert(entry.key_span.start)
            {
                errors.push(
                    LoadError::new(
                        LoadCode::UnusedVariable,
                        entry.key_span,
                        "variable that nothing uses",
                    )
                    .found(name)
                    .expected(format!(
                        "`${{{name}}}` somewhere in `world`, `steps` or `expect`"
                    )),
                );
            }
        }
    }
}

/// Whether what a case gives could change a tree; the count of a `repeat` is no case's.
pub(super) fn uses_cases(node: &Node) -> bool {
    fn uses(node: &Node, in_repeat: bool) -> bool {
        node.has_variables()
            && match &node.kind {
                Kind::Text(text) => parts(text).iter().any(
                    |part| matches!(part, Part::Variable(name) if !(in_repeat && name == COUNT)),
                ),
                Kind::List(list) => list.items.iter().any(|item| uses(item, in_repeat)),
                Kind::Table(table) => {
                    let in_repeat = in_repeat || table.get("repeat").is_some();
                    let mut values = table.entries.iter().map(|entry| &entry.value);
                    values.any(|value| uses(value, in_repeat))
                }
                _ => false,
            }
    }
    uses(node, false)
}

fn check_node(
    node: &Node,
    in_repeat: bool,
    known: &mut HashMap<&str, Known<'_>>,
    names: &[&str],
    errors: &mut Errors,
) {
    if !node.has_variables() {
        return;
    }
    match &node.kind {
        Kind::Text(text) => {
            let parts = parts(text);
            let whole = parts.len() == 1;
            for part in &parts {
                match part {
                    Part::Text(_) => {}
                    Part::Open => errors.push(
                        LoadError::new(LoadCode::UnknownVariable, node.span, "`${` without `}`")
                            .found(text)
                            .expected("`${name}`, or `$${` for a plain `${`"),
                    ),
                    Part::Variable(name) if in_repeat && name == COUNT => {}
                    Part::Variable(name) => {
                        let Some(variable) = known.get_mut(name.as_str()) else {
                            let mut error = LoadError::new(
                                LoadCode::UnknownVariable,
                                node.span,
                                "variable that no case gives",
                            )
                            .found(format!("${{{name}}}"));
                            if !names.is_empty() && names.len() <= 20 {
                                error = error.expected(crate::scenario::error::one_of(
                                    names.iter().copied(),
                                ));
                            }
                            errors.push(error.did_you_mean(closest(name, names.iter().copied())));
                            continue;
                        };
                        variable.used = true;
                        if !whole {
                            check_in_text(node.span, name, variable, errors);
                        }
                    }
                }
            }
        }
        Kind::List(list) => {
            for item in &list.items {
                check_node(item, in_repeat, known, names, errors);
            }
        }
        Kind::Table(table) => {
            let in_repeat = in_repeat || table.get("repeat").is_some();
            for entry in &table.entries {
                check_node(&entry.value, in_repeat, known, names, errors);
            }
        }
        _ => {}
    }
}

fn check_in_text(span: Span, name: &str, variable: &Known<'_>, errors: &mut Errors) {
    if let Some(entry) = variable.no_scalar {
        errors.push(
            LoadError::new(
                LoadCode::VariableInText,
                span,
                "variable inside longer text is no scalar",
            )
            .found(format!("${{{name}}}"))
            .expected("text, a number or true or false in every case")
            .label(
                entry.value.span,
                format!("here it is {}", entry.value.type_name()),
            ),
        );
    } else if let Some(case) = variable.left_out_by {
        errors.push(
            LoadError::new(
                LoadCode::VariableInText,
                span,
                "variable inside longer text is not given by every case",
            )
            .found(format!("${{{name}}}"))
            .expected("a value in every case")
            .label(case, "this case does not give it"),
        );
    }
}

/// Puts the values of cases into trees, and keeps count of the text that this makes.
#[derive(Default)]
pub(super) struct Substitution {
    bytes: u64,
    /// More text came out than [`SUBSTITUTED_BYTES_MAX`].
    pub(super) too_much: bool,
}

impl Substitution {
    /// The node with the values put in; `None` where the case leaves it out.
    pub(super) fn apply(&mut self, node: &Node, case: &Variables<'_>) -> Option<Node> {
        self.node(node, case, false)
    }

    fn node(&mut self, node: &Node, case: &Variables<'_>, in_repeat: bool) -> Option<Node> {
        if !node.has_variables() {
            return Some(node.clone());
        }
        let kind = match &node.kind {
            Kind::Text(text) => return self.text(node.span, text, case, in_repeat),
            Kind::List(list) => {
                let items = list
                    .items
                    .iter()
                    .filter_map(|item| self.node(item, case, in_repeat))
                    .collect();
                Kind::List(Rc::new(List::new(items)))
            }
            Kind::Table(table) => {
                let in_repeat = in_repeat || table.get("repeat").is_some();
                let entries = table
                    .entries
                    .iter()
                    .filter_map(|entry| {
                        let value = self.node(&entry.value, case, in_repeat)?;
                        Some(Entry {
                            key: Rc::clone(&entry.key),
                            key_span: entry.key_span,
                            value,
                        })
                    })
                    .collect();
                Kind::Table(Rc::new(Table::new(entries)))
            }
            other => other.clone(),
        };
        Some(Node {
            span: node.span,
            kind,
        })
    }

    fn text(
        &mut self,
        span: Span,
        text: &str,
        case: &Variables<'_>,
        in_repeat: bool,
    ) -> Option<Node> {
        let poison = Node {
            span,
            kind: Kind::Poison,
        };
        let parts = parts(text);
        if let [Part::Variable(name)] = parts.as_slice()
            && !(in_repeat && name == COUNT)
        {
            return case
                .values
                .get(name.as_str())
                .map(|entry| entry.value.clone());
        }
        let mut counted: Vec<CountedPart> = Vec::new();
        let mut has_count = false;
        let mut plain = String::new();
        for part in parts {
            match part {
                Part::Text(text) => plain.push_str(&text),
                Part::Open => return Some(poison),
                Part::Variable(name) if in_repeat && name == COUNT => {
                    has_count = true;
                    counted.push(CountedPart::Text(std::mem::take(&mut plain)));
                    counted.push(CountedPart::Count);
                }
                Part::Variable(name) => {
                    let value = case
                        .values
                        .get(name.as_str())
                        .and_then(|entry| scalar_text(&entry.value));
                    let Some(value) = value else {
                        return Some(poison);
                    };
                    self.bytes += value.len() as u64;
                    if self.bytes > SUBSTITUTED_BYTES_MAX {
                        self.too_much = true;
                        return Some(poison);
                    }
                    plain.push_str(&value);
                }
            }
        }
        let kind = if has_count {
            counted.push(CountedPart::Text(plain));
            counted.retain(|part| *part != CountedPart::Text(String::new()));
            Kind::Counted(Rc::from(counted))
        } else {
            Kind::Text(Rc::from(plain))
        };
        Some(Node { span, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubled_dollar_is_a_plain_one() {
        assert_eq!(
            parts("a$${b}${c}"),
            [
                Part::Text("a${b}".to_owned()),
                Part::Variable("c".to_owned())
            ]
        );
        assert_eq!(parts("${a"), [Part::Open]);
        assert_eq!(parts("${}"), [Part::Variable(String::new())]);
    }
}
