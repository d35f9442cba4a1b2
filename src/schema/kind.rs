//! What a table of the language is made of.

use std::collections::BTreeSet;

use serde_json::Value;

/// The tables of a language; the first is the whole file.
#[derive(Debug, Clone)]
pub struct Language {
    /// Every table, in the order in which the reference shows them.
    pub tables: Vec<Table>,
}

impl Language {
    /// The table that a whole file is.
    ///
    /// # Panics
    /// When there is none: the language always has one.
    #[must_use]
    pub fn root(&self) -> &Table {
        self.tables.first().expect("a language has a table")
    }

    /// The keys that take a table of that name, or a list of such tables, each once.
    #[must_use]
    pub fn keys_that_take(&self, table: &str) -> BTreeSet<&'static str> {
        let keys = self.tables.iter().flat_map(|table| &table.keys);
        keys.filter(|key| key.kind.takes(table))
            .map(|key| key.name)
            .collect()
    }

    /// The table of that name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

/// A table and its keys, in the order in which they are written.
#[derive(Debug, Clone)]
pub struct Table {
    /// What the schema calls it.
    pub name: &'static str,
    /// What it is called over its section in the reference; tables without one are explained at another.
    pub title: Option<&'static str>,
    /// What it is, in a sentence or two.
    pub meaning: &'static str,
    /// Its keys.
    pub keys: Vec<Key>,
    /// Groups of keys of which at least one has to be there, whole.
    pub any_of: Vec<&'static [&'static str]>,
    /// What other keys may stand in it.
    pub rest: Rest,
    /// Which keys go with which.
    pub rules: Vec<Rule>,
    /// `${x}` may stand in its values.
    pub is_open: bool,
}

/// What keys a table takes beside those that it lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// None.
    Nothing,
    /// Any, with any value; the text says what they are.
    Anything(&'static str),
}

/// A key of a table.
#[derive(Debug, Clone)]
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// It has to be there.
    pub is_required: bool,
    /// What holds when it is left out.
    pub default: Default,
    /// What it means, in a sentence or two.
    pub meaning: String,
    /// `${x}` may stand in it although it may not elsewhere in the table.
    pub is_open: bool,
}

/// What holds when a key is left out.
#[derive(Debug, Clone, PartialEq)]
pub enum Default {
    /// Nothing that could be said.
    None,
    /// That value.
    Value(Value),
    /// What the words say.
    Words(&'static str),
}

/// What a value may be.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Any text.
    Text,
    /// The name of a row, of a role, of a session: text that is looked up in the file.
    Name(&'static str),
    /// One of a few words. Long lists have a name.
    Words {
        /// What the list is called, in the schema and in the reference.
        name: Option<&'static str>,
        /// The words.
        words: Vec<&'static str>,
    },
    /// Text of some form.
    Form {
        /// What the schema calls it.
        name: &'static str,
        /// What the reference calls it.
        called: &'static str,
        /// A regular expression for the whole of it.
        pattern: String,
    },
    /// A whole number.
    Count {
        /// The least.
        least: i64,
        /// The most, if there is a bound that anybody could meet.
        most: Option<i64>,
    },
    /// Any number.
    Number,
    /// The number 0.
    Zero,
    /// The one version there is.
    Version,
    /// true or false.
    Flag,
    /// A list.
    List {
        /// Of what.
        of: Box<Self>,
        /// Of how many at least.
        least: usize,
        /// Of how many at most.
        most: Option<usize>,
    },
    /// One value, or a list of at least one: the first is our ruling, the others are accepted.
    OneOrMore(Box<Self>),
    /// One of several.
    Either(Vec<Self>),
    /// A table of that name.
    Table(&'static str),
}

/// What the keys of a table ask of each other, where they are not put in by a case.
#[derive(Debug, Clone)]
pub struct Rule {
    /// When it holds: all of them.
    pub when: Vec<Condition>,
    /// The keys that may be there then.
    pub only: Vec<&'static str>,
    /// The keys that take something narrower then.
    pub narrow: Vec<(&'static str, Kind)>,
}

/// What a rule asks of a table.
#[derive(Debug, Clone, Copy)]
pub enum Condition {
    /// The key has that word as its value.
    Is(&'static str, &'static str),
    /// The key is there, and not put in by a case.
    Has(&'static str),
    /// The key is not there.
    Lacks(&'static str),
}

impl Table {
    pub(super) const fn new(
        name: &'static str,
        title: Option<&'static str>,
        meaning: &'static str,
        keys: Vec<Key>,
    ) -> Self {
        Self {
            name,
            title,
            meaning,
            keys,
            any_of: Vec::new(),
            rest: Rest::Nothing,
            rules: Vec::new(),
            is_open: true,
        }
    }

    /// `${x}` means nothing in it.
    pub(super) const fn closed(mut self) -> Self {
        self.is_open = false;
        self
    }

    pub(super) fn any_of(mut self, groups: &[&'static [&'static str]]) -> Self {
        self.any_of = groups.to_vec();
        self
    }

    pub(super) const fn rest(mut self, what: &'static str) -> Self {
        self.rest = Rest::Anything(what);
        self
    }

    pub(super) fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// The key of that name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The place of a key in the order of writing; keys that are not listed come last.
    #[must_use]
    pub fn place(&self, name: &str) -> usize {
        self.keys
            .iter()
            .position(|key| key.name == name)
            .unwrap_or(self.keys.len())
    }
}

impl Key {
    pub(super) fn new(name: &'static str, kind: Kind, meaning: impl Into<String>) -> Self {
        Self {
            name,
            kind,
            is_required: false,
            default: Default::None,
            meaning: meaning.into(),
            is_open: false,
        }
    }

    pub(super) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    pub(super) fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Default::Value(value.into());
        self
    }

    pub(super) fn default_words(mut self, words: &'static str) -> Self {
        self.default = Default::Words(words);
        self
    }

    pub(super) const fn open(mut self) -> Self {
        self.is_open = true;
        self
    }
}

impl Kind {
    pub(super) fn words(words: &[&'static str]) -> Self {
        Self::Words {
            name: None,
            words: words.to_vec(),
        }
    }

    pub(super) fn named_words(
        name: &'static str,
        words: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        Self::Words {
            name: Some(name),
            words: words.into_iter().collect(),
        }
    }

    pub(super) fn list(of: Self) -> Self {
        Self::List {
            of: Box::new(of),
            least: 0,
            most: None,
        }
    }

    pub(super) fn list_to(of: Self, most: usize) -> Self {
        Self::List {
            of: Box::new(of),
            least: 0,
            most: Some(most),
        }
    }

    pub(super) fn filled_list(of: Self, most: Option<usize>) -> Self {
        Self::List {
            of: Box::new(of),
            least: 1,
            most,
        }
    }

    pub(super) fn one_or_more(of: Self) -> Self {
        Self::OneOrMore(Box::new(of))
    }

    /// Whether a table of that name is right, by itself or as an item of a list.
    fn takes(&self, table: &str) -> bool {
        match self {
            Self::Table(name) => *name == table,
            Self::List { of, .. } => matches!(**of, Self::Table(name) if name == table),
            Self::Either(kinds) => kinds.iter().any(|kind| kind.takes(table)),
            _ => false,
        }
    }

    pub(super) const fn count(least: i64) -> Self {
        Self::Count { least, most: None }
    }

    pub(super) const fn count_to(least: i64, most: i64) -> Self {
        Self::Count {
            least,
            most: Some(most),
        }
    }
}
