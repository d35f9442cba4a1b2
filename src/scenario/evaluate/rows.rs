//! Two states of a store as expectations see them: servers, relationships, and scopes with all that belongs to them.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::{AdmDhcpScopesRow, RecordId, RowKey, Tables};
use crate::scenario::{
    Column, ColumnView, RELATION_COLUMNS, SCOPE_COLUMNS, SERVER_COLUMNS, relation_text, server_text,
};
use crate::spec::AddressFamily;
use crate::store::{TableDifference, difference};
use crate::world::{Names, RowKind};

/// A row that expectations can speak of. A scope stands for its range row, options and associations too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum RowId {
    Server(RowKey),
    Relation(RecordId),
    Scope(RowKey),
}

impl RowId {
    /// Its kind.
    pub(super) const fn kind(self) -> RowKind {
        match self {
            Self::Server(_) => RowKind::Server,
            Self::Relation(_) => RowKind::Relation,
            Self::Scope(_) => RowKind::Scope,
        }
    }
}

/// What a column holds: in the row itself, and in the range row that repeats it.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) row: String,
    /// The same text as `row` where the range row has nothing of its own to say.
    pub(super) range: String,
    /// Whether range rows have such a column.
    repeated: bool,
}

impl Cell {
    fn plain(text: String) -> Self {
        Self {
            range: text.clone(),
            row: text,
            repeated: false,
        }
    }

    /// Whether the range row is concerned where none of these texts was to be there.
    pub(super) fn is_range_off<'t>(&self, mut wanted: impl Iterator<Item = &'t str>) -> bool {
        self.repeated && wanted.all(|text| text != self.range)
    }
}

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        (&self.row, &self.range) == (&other.row, &other.range)
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.row == self.range {
            write!(f, "`{}`", self.row)
        } else {
            write!(f, "`{}`, but in the range row `{}`", self.row, self.range)
        }
    }
}

/// One state of the store.
#[derive(Debug)]
pub(super) struct State<'a> {
    pub(super) tables: &'a Tables,
    names: &'a Names,
    columns: ColumnView<'a>,
}

impl<'a> State<'a> {
    fn new(tables: &'a Tables, names: &'a Names) -> Self {
        Self {
            tables,
            names,
            columns: ColumnView::new(tables, names),
        }
    }

    /// Whether the row is there.
    pub(super) fn has(&self, row: RowId) -> bool {
        match row {
            RowId::Server(key) => self.tables.servers.contains_key(&key),
            RowId::Relation(id) => self.tables.relations.contains_key(&id),
            RowId::Scope(key) => self.tables.scopes.contains_key(&key),
        }
    }

    /// A scope's row.
    pub(super) fn scope(&self, key: RowKey) -> Option<&'a AdmDhcpScopesRow> {
        self.tables.scopes.get(&key).map(AsRef::as_ref)
    }

    /// What a column of a row holds; `None` where the row is not there.
    pub(super) fn cell(&self, row: RowId, column: Column) -> Option<Cell> {
        Some(match row {
            RowId::Server(key) => Cell::plain(server_text(self.tables.servers.get(&key)?, column)),
            RowId::Relation(id) => {
                let row = self.tables.relations.get(&id)?;
                Cell::plain(relation_text(row, column, self.names))
            }
            RowId::Scope(key) => self.scope_cell(self.scope(key)?, column),
        })
    }

    fn scope_cell(&self, row: &AdmDhcpScopesRow, column: Column) -> Cell {
        let text = self.columns.text(row, column);
        let ranges = self.columns.range_rows(row);
        let mut repeated: Vec<String> = match column {
            Column::Range if ranges.is_empty() => vec!["no range row".to_owned()],
            Column::Range => ranges
                .iter()
                .map(|range| format!("{}-{}", range.start_ip_address, range.end_ip_address))
                .collect(),
            Column::Subnet => ranges
                .iter()
                .map(|range| format!("{}/{}", range.subnet_id, range.prefix_length))
                .collect(),
            Column::Description => ranges.iter().map(|r| r.description.clone()).collect(),
            _ => Vec::new(),
        };
        if repeated.is_empty() {
            return Cell::plain(text);
        }
        // Of several range rows it is enough that one column shows there are several.
        if column != Column::Range {
            repeated.dedup();
        }
        Cell {
            row: text,
            range: repeated.join(" and "),
            repeated: true,
        }
    }

    /// What a row is called.
    pub(super) fn name(&self, row: RowId) -> String {
        let name = match row {
            RowId::Server(key) => self.names.server(key),
            RowId::Relation(id) => self.names.relation(id),
            RowId::Scope(key) => self.scope(key).map_or_else(
                || {
                    let name = self.names.get(RowKind::Scope, key);
                    name.map_or_else(|| format!("scope {}", key.1), str::to_owned)
                },
                |row| self.names.scope(row),
            ),
        };
        format!("{} `{name}`", row.kind().name())
    }

    /// What of a row no column shows.
    fn hidden(&self, row: RowId) -> Vec<(&'static str, String)> {
        match row {
            RowId::Server(key) => self.tables.servers.get(&key).map_or_else(Vec::new, |row| {
                vec![
                    (
                        "option definitions",
                        format!("{:?}", row.option_definitions),
                    ),
                    ("vendor classes", format!("{:?}", row.vendor_classes)),
                    ("user classes", format!("{:?}", row.user_classes)),
                ]
            }),
            RowId::Relation(id) => self.tables.relations.get(&id).map_or_else(Vec::new, |row| {
                vec![("name", row.relationship_name.clone())]
            }),
            RowId::Scope(key) => self.scope(key).map_or_else(Vec::new, |row| {
                let server = (row.family, row.dhcp_server_record_id);
                vec![("server", self.names.server(server))]
            }),
        }
    }
}

/// What of a row differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Column(Column),
    /// Something that no column shows, such as a scope's owner.
    Hidden(&'static str),
}

impl Part {
    /// What it is called.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Column(column) => column.key(),
            Self::Hidden(name) => name,
        }
    }
}

/// One part of a row that is not as it was.
#[derive(Debug, Clone)]
pub(super) struct Delta {
    pub(super) part: Part,
    pub(super) before: Cell,
    pub(super) after: Cell,
}

impl Delta {
    /// Whether the range row took part in it.
    pub(super) fn in_range(&self) -> bool {
        self.after
            .is_range_off(std::iter::once(self.before.range.as_str()))
    }
}

impl fmt::Display for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} from {} to {}",
            self.part.name(),
            self.before,
            self.after
        )
    }
}

/// Two states and the rows that may differ in them.
#[derive(Debug)]
pub(super) struct Changes<'a> {
    pub(super) before: State<'a>,
    pub(super) after: State<'a>,
    pub(super) created: BTreeSet<RowId>,
    pub(super) deleted: BTreeSet<RowId>,
    /// Rows that are in both, of which something was touched.
    pub(super) touched: BTreeSet<RowId>,
    /// Rows that belong to a scope which is in neither state, in words.
    pub(super) strays: Vec<String>,
}

impl<'a> Changes<'a> {
    /// Compares two states. Linear in their rows.
    pub(super) fn new(before: &'a Tables, after: &'a Tables, names: &'a Names) -> Self {
        let found = difference(before, after);
        let mut changes = Self {
            before: State::new(before, names),
            after: State::new(after, names),
            created: BTreeSet::new(),
            deleted: BTreeSet::new(),
            touched: BTreeSet::new(),
            strays: Vec::new(),
        };
        changes.add(&found.servers, |row| {
            RowId::Server((row.family, row.record_id))
        });
        changes.add(&found.relations, |row| RowId::Relation(row.record_id));
        changes.add(&found.scopes, |row| {
            RowId::Scope((row.family, row.record_id))
        });
        for row in found.ranges.rows() {
            changes.touch((row.family, row.scope_record_id), "range row");
        }
        for row in found.options.rows() {
            changes.touch((row.family, row.scope_record_id), "option row");
        }
        for row in found.scope_failovers.rows() {
            changes.touch((AddressFamily::InterNetwork, row.scope_id), "association");
        }
        changes
    }

    fn add<Row>(&mut self, found: &TableDifference<Row>, id: impl Fn(&Row) -> RowId) {
        self.created.extend(found.created.iter().map(|row| id(row)));
        self.deleted.extend(found.deleted.iter().map(|row| id(row)));
        let changed = found.changed.iter().map(|(_, row)| id(row));
        self.touched.extend(changed);
    }

    /// Something that belongs to a scope differs: part of its creation or deletion, or a change of it.
    fn touch(&mut self, scope: RowKey, what: &str) {
        let row = RowId::Scope(scope);
        match (self.before.has(row), self.after.has(row)) {
            (true, true) => {
                self.touched.insert(row);
            }
            (false, false) => {
                let stray = format!("{what} of {}, which is not there", self.after.name(row));
                if self.strays.last() != Some(&stray) {
                    self.strays.push(stray);
                }
            }
            _ => {}
        }
    }

    /// What of a row that is in both states differs.
    pub(super) fn deltas(&self, row: RowId) -> Vec<Delta> {
        if !self.touched.contains(&row) {
            return Vec::new();
        }
        let columns = match row {
            RowId::Server(_) => SERVER_COLUMNS,
            RowId::Relation(_) => RELATION_COLUMNS,
            RowId::Scope(_) => SCOPE_COLUMNS,
        };
        let shown = columns.iter().filter_map(|column| {
            let before = self.before.cell(row, *column)?;
            let after = self.after.cell(row, *column)?;
            (before != after).then_some(Delta {
                part: Part::Column(*column),
                before,
                after,
            })
        });
        let hidden = self
            .before
            .hidden(row)
            .into_iter()
            .zip(self.after.hidden(row));
        let hidden = hidden.filter_map(|((name, before), (_, after))| {
            (before != after).then(|| Delta {
                part: Part::Hidden(name),
                before: Cell::plain(before),
                after: Cell::plain(after),
            })
        });
        shown.chain(hidden).collect()
    }
}
