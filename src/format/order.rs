//! The order of keys: which table of the language a table of the file is.

use std::collections::BTreeMap;

use toml_edit::{Item, Key, Table, TableLike, Value};

use crate::schema::{self, Kind, Language};

/// The tables of the language that a value may be; empty for those that nobody knows.
pub(super) type Tables = Vec<&'static str>;

/// What the order of keys is taken from.
pub(super) struct Order {
    language: Language,
    /// What the variables of cases stand for.
    variables: BTreeMap<String, Tables>,
}

impl Order {
    pub(super) fn of(file: &Table) -> Self {
        let mut order = Self {
            language: schema::language(),
            variables: BTreeMap::new(),
        };
        let mut found = BTreeMap::new();
        for (key, item) in file.iter().filter(|(key, _)| *key != "cases") {
            let tables = order.below(&order.root(), key);
            order.find_variables(item, &tables, &mut found);
        }
        order.variables = found;
        order
    }

    pub(super) fn root(&self) -> Tables {
        vec![self.language.root().name]
    }

    fn find_variables(&self, item: &Item, tables: &Tables, found: &mut BTreeMap<String, Tables>) {
        match item {
            Item::None => {}
            Item::Value(value) => self.find_in_value(value, tables, found),
            Item::Table(table) => self.find_in_table(table, tables, found),
            Item::ArrayOfTables(list) => {
                for table in list.iter() {
                    self.find_in_table(table, tables, found);
                }
            }
        }
    }

    fn find_in_table(&self, table: &Table, tables: &Tables, found: &mut BTreeMap<String, Tables>) {
        let names = key_names(table);
        for (key, item) in table.iter() {
            let inner = self.below_keys(tables, key, &names);
            self.find_variables(item, &inner, found);
        }
    }

    fn find_in_value(&self, value: &Value, tables: &Tables, found: &mut BTreeMap<String, Tables>) {
        match value {
            Value::String(text) => {
                let name = text
                    .value()
                    .strip_prefix("${")
                    .and_then(|text| text.strip_suffix('}'));
                if let Some(name) = name {
                    found.entry(name.to_owned()).or_default().extend(tables);
                }
            }
            Value::Array(list) => {
                for value in list {
                    self.find_in_value(value, tables, found);
                }
            }
            Value::InlineTable(table) => {
                let names = key_names(table);
                for (key, value) in table.iter() {
                    let inner = self.below_keys(tables, key, &names);
                    self.find_in_value(value, &inner, found);
                }
            }
            _ => {}
        }
    }

    /// Of the tables that it may be, the one that has all its keys.
    fn chosen(&self, tables: &Tables, keys: &[&str]) -> Option<&schema::Table> {
        let mut candidates = tables.iter().filter_map(|name| self.language.table(name));
        let fits = |table: &&schema::Table| {
            table.rest != schema::Rest::Nothing || keys.iter().all(|key| table.key(key).is_some())
        };
        candidates.clone().find(fits).or_else(|| candidates.next())
    }

    /// The keys and values of a table in the order in which they are written.
    pub(super) fn sorted<'a>(
        &self,
        table: &'a dyn TableLike,
        tables: &Tables,
    ) -> Vec<(&'a Key, &'a Item)> {
        let chosen = self.chosen(tables, &key_names(table));
        let mut items: Vec<(&Key, &Item)> = table
            .iter()
            .filter_map(|(name, item)| Some((table.key(name)?, item)))
            .collect();
        if let Some(chosen) = chosen {
            items.sort_by_key(|(key, _)| chosen.place(key.get()));
        }
        items
    }

    /// What the value of a key may be.
    pub(super) fn below(&self, tables: &Tables, key: &str) -> Tables {
        self.below_keys(tables, key, &[key])
    }

    /// What the value of a key may be, in a table of those keys.
    pub(super) fn below_keys(&self, tables: &Tables, key: &str, keys: &[&str]) -> Tables {
        let Some(chosen) = self.chosen(tables, keys) else {
            return Tables::new();
        };
        match chosen.key(key) {
            Some(key) => tables_of(&key.kind),
            // A variable of a case is what it is put in for.
            None if chosen.name == "case" => self.variables.get(key).cloned().unwrap_or_default(),
            None => Tables::new(),
        }
    }
}

pub(super) fn key_names(table: &dyn TableLike) -> Vec<&str> {
    table.iter().map(|(key, _)| key).collect()
}

fn tables_of(kind: &Kind) -> Tables {
    match kind {
        Kind::Table(name) => vec![name],
        Kind::List { of, .. } | Kind::OneOrMore(of) => tables_of(of),
        Kind::Either(kinds) => kinds.iter().flat_map(tables_of).collect(),
        _ => Tables::new(),
    }
}
