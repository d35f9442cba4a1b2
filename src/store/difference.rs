//! What differs between two states of a store: rows created, deleted and changed, table by table.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpOptionsRow, AdmDhcpScopeFailoverRow, AdmDhcpScopesRow,
    AdmDhcpServersRow, AdmIpRangeRow, Tables,
};

/// What differs in one table; each list is in the order of the rows' keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDifference<Row> {
    /// Rows whose key was not there before.
    pub created: Vec<Arc<Row>>,
    /// Rows whose key is no longer there.
    pub deleted: Vec<Arc<Row>>,
    /// Rows of the same key with other columns: before and after.
    pub changed: Vec<(Arc<Row>, Arc<Row>)>,
}

impl<Row> Default for TableDifference<Row> {
    fn default() -> Self {
        Self {
            created: Vec::new(),
            deleted: Vec::new(),
            changed: Vec::new(),
        }
    }
}

impl<Row> TableDifference<Row> {
    /// Whether the table is as before.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.created.is_empty() && self.deleted.is_empty() && self.changed.is_empty()
    }

    /// Every row that differs: the deleted and created ones, and both states of the changed ones.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.created
            .iter()
            .chain(&self.deleted)
            .chain(
                self.changed
                    .iter()
                    .flat_map(|(before, after)| [before, after]),
            )
            .map(AsRef::as_ref)
    }
}

/// What differs between two states of a store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// In ADM_DHCPServersTable.
    pub servers: TableDifference<AdmDhcpServersRow>,
    /// In ADM_DHCPScopesTable.
    pub scopes: TableDifference<AdmDhcpScopesRow>,
    /// In ADM_DhcpFailoverRelationTable.
    pub relations: TableDifference<AdmDhcpFailoverRelationRow>,
    /// In ADM_DhcpScopeFailoverTable.
    pub scope_failovers: TableDifference<AdmDhcpScopeFailoverRow>,
    /// In ADM_IPRangeTable.
    pub ranges: TableDifference<AdmIpRangeRow>,
    /// In ADM_DhcpOptionsTable.
    pub options: TableDifference<AdmDhcpOptionsRow>,
}

impl Difference {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.servers.is_empty()
            && self.scopes.is_empty()
            && self.relations.is_empty()
            && self.scope_failovers.is_empty()
            && self.ranges.is_empty()
            && self.options.is_empty()
    }
}

/// What differs between two states. Linear in their rows; a row that both states share is not looked into.
#[must_use]
pub fn difference(before: &Tables, after: &Tables) -> Difference {
    if std::ptr::eq(before, after) {
        return Difference::default();
    }
    Difference {
        servers: merge(&before.servers, &after.servers),
        scopes: merge(&before.scopes, &after.scopes),
        relations: merge(&before.relations, &after.relations),
        scope_failovers: merge(&before.scope_failovers, &after.scope_failovers),
        ranges: merge(&before.ranges, &after.ranges),
        options: merge(&before.options, &after.options),
    }
}

fn merge<Key: Ord, Row: PartialEq>(
    before: &BTreeMap<Key, Arc<Row>>,
    after: &BTreeMap<Key, Arc<Row>>,
) -> TableDifference<Row> {
    let mut found = TableDifference::default();
    let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return found,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((left, _)), Some((right, _))) => left.cmp(right),
        };
        let gone = order.is_le().then(|| old.next()).flatten();
        let come = order.is_ge().then(|| new.next()).flatten();
        match (gone, come) {
            (Some((_, old)), Some((_, new))) => {
                if !Arc::ptr_eq(old, new) && old != new {
                    found.changed.push((Arc::clone(old), Arc::clone(new)));
                }
            }
            (Some((_, old)), None) => found.deleted.push(Arc::clone(old)),
            (None, Some((_, new))) => found.created.push(Arc::clone(new)),
            (None, None) => return found,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RecordId;

    fn association(id: i64, scope: i64) -> (RecordId, Arc<AdmDhcpScopeFailoverRow>) {
        let row = AdmDhcpScopeFailoverRow {
            record_id: RecordId(id),
            failover_relation_id: RecordId(1),
            scope_id: RecordId(scope),
        };
        (RecordId(id), Arc::new(row))
    }

    fn tables(rows: &[(i64, i64)]) -> Tables {
        Tables {
            scope_failovers: rows
                .iter()
                .map(|(id, scope)| association(*id, *scope))
                .collect(),
            ..Tables::default()
        }
    }

    #[test]
    fn rows_are_created_deleted_changed_or_the_same() {
        let before = tables(&[(1, 10), (2, 20), (4, 40), (6, 60)]);
        let after = tables(&[(2, 20), (3, 30), (4, 41), (7, 70)]);
        let found = difference(&before, &after).scope_failovers;
        let ids = |rows: &[Arc<AdmDhcpScopeFailoverRow>]| -> Vec<i64> {
            rows.iter().map(|row| row.record_id.0).collect()
        };
        assert_eq!(ids(&found.created), [3, 7]);
        assert_eq!(ids(&found.deleted), [1, 6]);
        let changed: Vec<_> = found
            .changed
            .iter()
            .map(|(old, new)| (old.scope_id.0, new.scope_id.0))
            .collect();
        assert_eq!(changed, [(40, 41)]);
        assert_eq!(found.rows().count(), 6);
    }

    #[test]
    fn equal_states_do_not_differ_shared_or_not() {
        let before = tables(&[(1, 10), (2, 20)]);
        assert!(difference(&before, &before).is_empty());
        assert!(difference(&before, &before.clone()).is_empty());
        assert!(difference(&before, &tables(&[(1, 10), (2, 20)])).is_empty());
        assert!(!difference(&before, &Tables::default()).is_empty());
        assert!(!difference(&Tables::default(), &before).is_empty());
    }
}
