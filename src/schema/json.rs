//! The language as a JSON Schema.
//!
//! An object of our own keeps the order of keys, in which editors offer them.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::schema::kind::{Condition, Default, Key, Kind, Language, Rest, Rule, Table};

/// Text in which a variable stands somewhere.
const VARIABLE: &str = "variable";
/// Text that is nothing but a variable: a value of any type.
const WHOLE_VARIABLE: &str = "wholeVariable";

#[derive(Debug, Clone)]
enum Json {
    Leaf(Value),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Leaf(value) => value.serialize(serializer),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<T: Into<Value>> From<T> for Json {
    fn from(value: T) -> Self {
        Self::Leaf(value.into())
    }
}

fn object<const N: usize>(entries: [(&str, Json); N]) -> Json {
    Json::Object(
        entries
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Json {
    Json::List(words.into_iter().map(Json::from).collect())
}

fn reference(name: &str) -> Json {
    object([("$ref", format!("#/$defs/{name}").into())])
}

pub(super) fn schema(language: &Language) -> String {
    let mut writer = Writer::default();
    let root = language.root();
    let mut entries = vec![
        (
            "$schema".to_owned(),
            "https://json-schema.org/draft/2020-12/schema".into(),
        ),
        ("title".to_owned(), "ipamconf scenario".into()),
    ];
    let Json::Object(table) = writer.table(root) else {
        unreachable!("a table is an object")
    };
    entries.extend(table);
    let mut definitions: Vec<(String, Json)> = language
        .tables
        .iter()
        .skip(1)
        .map(|table| (table.name.to_owned(), writer.table(table)))
        .collect();
    definitions.extend(writer.definitions);
    definitions.push((
        VARIABLE.to_owned(),
        object([
            (
                "description",
                "Text in which `${x}` stands: what a case gives to `x` is put in.".into(),
            ),
            ("type", "string".into()),
            ("pattern", r"\$\{[^}]*\}".into()),
        ]),
    ));
    definitions.push((
        WHOLE_VARIABLE.to_owned(),
        object([
            (
                "description",
                "`${x}` alone stands for the value that a case gives to `x`, of whatever type; a case that gives none leaves the key or item out.".into(),
            ),
            ("type", "string".into()),
            ("pattern", r"^\$\{[^}]*\}$".into()),
        ]),
    ));
    entries.push(("$defs".to_owned(), Json::Object(definitions)));
    let mut text = serde_json::to_string_pretty(&Json::Object(entries))
        .expect("a schema of texts and numbers has a JSON form");
    text.push('\n');
    text
}

/// What a variable may be part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Variable {
    /// It must be the whole text.
    Whole,
    /// It may stand in longer text.
    Part,
    /// Any text is fine already.
    Covered,
}

#[derive(Default)]
struct Writer {
    definitions: BTreeMap<String, Json>,
}

impl Writer {
    fn table(&mut self, table: &Table) -> Json {
        let properties = table
            .keys
            .iter()
            .map(|key| (key.name.to_owned(), self.key(key, table.is_open)))
            .collect();
        let mut entries = vec![
            ("description".to_owned(), table.meaning.into()),
            ("type".to_owned(), "object".into()),
            ("properties".to_owned(), Json::Object(properties)),
        ];
        let required: Vec<&str> = table
            .keys
            .iter()
            .filter(|key| key.is_required)
            .map(|key| key.name)
            .collect();
        if !required.is_empty() {
            entries.push(("required".to_owned(), words(required)));
        }
        entries.push((
            "additionalProperties".to_owned(),
            (table.rest != Rest::Nothing).into(),
        ));
        if !table.any_of.is_empty() {
            let groups = table
                .any_of
                .iter()
                .map(|group| object([("required", words(group.iter().copied()))]))
                .collect();
            entries.push(("anyOf".to_owned(), Json::List(groups)));
        }
        if !table.rules.is_empty() {
            let rules = table
                .rules
                .iter()
                .map(|rule| self.rule(rule, table))
                .collect();
            entries.push(("allOf".to_owned(), Json::List(rules)));
        }
        Json::Object(entries)
    }

    fn key(&mut self, key: &Key, table_is_open: bool) -> Json {
        let Json::Object(kind) = self.kind(&key.kind, table_is_open || key.is_open) else {
            unreachable!("a kind is an object")
        };
        let mut entries = vec![("description".to_owned(), key.meaning.as_str().into())];
        entries.extend(kind);
        if let Default::Value(value) = &key.default {
            entries.push(("default".to_owned(), value.clone().into()));
        }
        Json::Object(entries)
    }

    fn rule(&mut self, rule: &Rule, table: &Table) -> Json {
        let mut required = Vec::new();
        let mut properties = Vec::new();
        let mut lacking = Vec::new();
        for condition in &rule.when {
            match condition {
                Condition::Is(key, word) => {
                    required.push(*key);
                    properties.push(((*key).to_owned(), object([("const", (*word).into())])));
                }
                Condition::Has(key) => {
                    required.push(*key);
                    properties.push((
                        (*key).to_owned(),
                        object([("not", reference(WHOLE_VARIABLE))]),
                    ));
                }
                Condition::Lacks(key) => lacking.push(object([("required", words([*key]))])),
            }
        }
        let mut when = vec![
            ("required".to_owned(), words(required)),
            ("properties".to_owned(), Json::Object(properties)),
        ];
        if !lacking.is_empty() {
            when.push(("not".to_owned(), object([("anyOf", Json::List(lacking))])));
        }
        let forbidden = table
            .keys
            .iter()
            .filter(|key| !rule.only.contains(&key.name))
            .map(|key| (key.name.to_owned(), false.into()));
        let mut then: Vec<(String, Json)> = forbidden.collect();
        for (key, kind) in &rule.narrow {
            then.push(((*key).to_owned(), self.kind(kind, table.is_open)));
        }
        object([
            ("if", Json::Object(when)),
            ("then", object([("properties", Json::Object(then))])),
        ])
    }

    fn kind(&mut self, kind: &Kind, is_open: bool) -> Json {
        let (mut alternatives, variable) = self.alternatives(kind, is_open);
        if is_open {
            match variable {
                Variable::Whole => alternatives.push(reference(WHOLE_VARIABLE)),
                Variable::Part => alternatives.push(reference(VARIABLE)),
                Variable::Covered => {}
            }
        }
        if alternatives.len() == 1 {
            alternatives.remove(0)
        } else {
            object([("anyOf", Json::List(alternatives))])
        }
    }

    fn alternatives(&mut self, kind: &Kind, is_open: bool) -> (Vec<Json>, Variable) {
        let integer = |entries: Vec<(String, Json)>| {
            let mut all = vec![("type".to_owned(), "integer".into())];
            all.extend(entries);
            Json::Object(all)
        };
        let (one, variable) = match kind {
            Kind::Text | Kind::Name(_) => (object([("type", "string".into())]), Variable::Covered),
            Kind::Words { name, words: list } => {
                let schema = object([
                    ("type", "string".into()),
                    ("enum", words(list.iter().copied())),
                ]);
                (self.named(*name, schema), Variable::Part)
            }
            Kind::Form { name, pattern, .. } => {
                let schema = object([
                    ("type", "string".into()),
                    ("pattern", pattern.as_str().into()),
                ]);
                (self.named(Some(name), schema), Variable::Part)
            }
            Kind::Count { least, most } => {
                let mut bounds = vec![("minimum".to_owned(), (*least).into())];
                if let Some(most) = most {
                    bounds.push(("maximum".to_owned(), (*most).into()));
                }
                (integer(bounds), Variable::Whole)
            }
            Kind::Zero => (
                integer(vec![("const".to_owned(), 0.into())]),
                Variable::Whole,
            ),
            Kind::Version => (
                integer(vec![("const".to_owned(), 1.into())]),
                Variable::Whole,
            ),
            Kind::Number => (object([("type", "number".into())]), Variable::Whole),
            Kind::Flag => (object([("type", "boolean".into())]), Variable::Whole),
            Kind::List { of, least, most } => {
                let mut entries = vec![
                    ("type".to_owned(), "array".into()),
                    ("items".to_owned(), self.kind(of, is_open)),
                ];
                if *least > 0 {
                    entries.push(("minItems".to_owned(), (*least).into()));
                }
                if let Some(most) = most {
                    entries.push(("maxItems".to_owned(), (*most).into()));
                }
                (Json::Object(entries), Variable::Whole)
            }
            Kind::OneOrMore(of) => {
                let (mut alternatives, variable) = self.alternatives(of, is_open);
                alternatives.push(object([
                    ("type", "array".into()),
                    ("items", self.kind(of, is_open)),
                    ("minItems", 1.into()),
                ]));
                return (alternatives, variable);
            }
            Kind::Either(kinds) => {
                let mut all = Vec::new();
                let mut widest = Variable::Whole;
                for kind in kinds {
                    let (alternatives, variable) = self.alternatives(kind, is_open);
                    all.extend(alternatives);
                    widest = widest.max(variable);
                }
                return (all, widest);
            }
            Kind::Table(name) => (reference(name), Variable::Whole),
        };
        (vec![one], variable)
    }

    fn named(&mut self, name: Option<&str>, schema: Json) -> Json {
        match name {
            None => schema,
            Some(name) => {
                self.definitions.insert(name.to_owned(), schema);
                reference(name)
            }
        }
    }
}
