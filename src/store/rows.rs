//! The tables with their indexes, and the procedures that delegates call.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use crate::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpOptionsRow, AdmDhcpScopeFailoverRow, AdmDhcpScopesRow,
    AdmDhcpServersRow, AdmIpRangeRow, DhcpScope, RecordId, RowKey, Tables,
};
use crate::spec::AddressFamily;

/// What the delegates read from and write to the data store.
///
/// A trait, so that whoever tests the suite can stand between a delegate and its store.
pub trait DataStore {
    /// [MS-IPAMM2] 3.1.1.1.17 GetDHCPServerFromTable; `None` is NULL.
    fn get_dhcp_server_from_table(
        &self,
        id: RecordId,
        family: AddressFamily,
    ) -> Option<Arc<AdmDhcpServersRow>>;

    /// [MS-IPAMM2] 3.1.1.1.13.2 GetScopesForServer: the scopes in record-id order; `None`, not an empty collection,
    /// where the server has no rows.
    fn get_scopes_for_server(
        &self,
        server: RecordId,
        family: AddressFamily,
    ) -> Option<Vec<DhcpScope>>;

    /// The row of ADM_DHCPScopesTable with that key.
    fn scope(&self, key: RowKey) -> Option<Arc<AdmDhcpScopesRow>>;

    /// The row of a server that has that ScopeId; the pair is a key ([MS-IPAMM2] 3.3.4.18).
    fn scope_on_server(
        &self,
        family: AddressFamily,
        server: RecordId,
        scope_id: IpAddr,
    ) -> Option<RecordId>;

    /// The rows of ADM_DhcpScopeFailoverTable with that ScopeId, in record-id order.
    fn associations_of(&self, scope: RecordId) -> Vec<Arc<AdmDhcpScopeFailoverRow>>;

    /// The row of ADM_DhcpFailoverRelationTable with that RecordId.
    fn relation(&self, id: RecordId) -> Option<Arc<AdmDhcpFailoverRelationRow>>;

    /// The row of ADM_IPRangeTable whose ScopeRecordId is that scope.
    fn range_of(&self, scope: RowKey) -> Option<Arc<AdmIpRangeRow>>;

    /// The rows of ADM_DhcpOptionsTable whose ScopeRecordId is that scope, in record-id order.
    fn options_of(&self, scope: RowKey) -> Vec<Arc<AdmDhcpOptionsRow>>;

    /// Deletes an option row.
    fn delete_option(&mut self, key: RowKey);

    /// Inserts an option row under a RecordId of the store's own choice.
    fn insert_option(&mut self, row: AdmDhcpOptionsRow);

    /// Associates a scope with a relationship, under a RecordId of the store's own choice.
    fn insert_association(&mut self, relation: RecordId, scope: RecordId);

    /// Inserts a scope row under a RecordId of the store's own choice and returns it.
    fn insert_scope(&mut self, row: AdmDhcpScopesRow) -> RecordId;

    /// Puts a scope row in the place of the one with its RecordId.
    fn update_scope(&mut self, row: AdmDhcpScopesRow);

    /// Adds a range row, under a RecordId of the store's own choice where it has none, or updates the one it names.
    fn put_range(&mut self, row: AdmIpRangeRow);
}

/// A data store that holds a [`Store`]: the store itself, or something that stands between a delegate and it.
pub trait SimulatedStore: DataStore {
    /// The store behind it.
    fn store(&self) -> &Store;

    /// The store behind it, to be changed past whatever stands in between.
    fn store_mut(&mut self) -> &mut Store;
}

impl SimulatedStore for Store {
    fn store(&self) -> &Store {
        self
    }

    fn store_mut(&mut self) -> &mut Store {
        self
    }
}

/// A row cannot be deleted because others refer to it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{referrers} relationships still name server {server}; delete or change them first")]
pub struct ForeignKeyError {
    /// The server.
    pub server: RecordId,
    /// How many rows of ADM_DhcpFailoverRelationTable refer to it.
    pub referrers: usize,
}

/// The store.
#[derive(Debug, Clone, Default)]
pub struct Store {
    tables: Tables,
    next_id: i64,
    /// Counts writes, so that whoever keeps copies knows when a new one is due.
    version: u64,
    scopes_by_server: BTreeMap<RowKey, BTreeSet<RecordId>>,
    scopes_by_subnet: BTreeMap<(AddressFamily, RecordId, IpAddr), BTreeSet<RecordId>>,
    associations_by_scope: BTreeMap<RecordId, BTreeSet<RecordId>>,
    range_by_scope: BTreeMap<RowKey, RecordId>,
    options_by_scope: BTreeMap<RowKey, BTreeSet<RecordId>>,
}

impl Store {
    /// A store that holds these rows. New rows get ids past the highest in use.
    #[must_use]
    pub fn new(tables: &Tables) -> Self {
        let mut store = Self {
            tables: tables.clone(),
            ..Self::default()
        };
        let compound = [
            tables.servers.keys().map(|key| key.1).max(),
            tables.scopes.keys().map(|key| key.1).max(),
            tables.ranges.keys().map(|key| key.1).max(),
            tables.options.keys().map(|key| key.1).max(),
            tables.relations.keys().next_back().copied(),
            tables.scope_failovers.keys().next_back().copied(),
        ];
        store.next_id = compound
            .into_iter()
            .flatten()
            .map(|id| id.0)
            .max()
            .unwrap_or(0)
            + 1;
        for (key, row) in &tables.scopes {
            store
                .scopes_by_server
                .entry((key.0, row.dhcp_server_record_id))
                .or_default()
                .insert(key.1);
            store
                .scopes_by_subnet
                .entry(subnet_key(row))
                .or_default()
                .insert(key.1);
        }
        for (id, row) in &tables.scope_failovers {
            store
                .associations_by_scope
                .entry(row.scope_id)
                .or_default()
                .insert(*id);
        }
        for (key, row) in &tables.ranges {
            store
                .range_by_scope
                .insert((key.0, row.scope_record_id), key.1);
        }
        for (key, row) in &tables.options {
            let scope = (key.0, row.scope_record_id);
            store
                .options_by_scope
                .entry(scope)
                .or_default()
                .insert(key.1);
        }
        store
    }

    /// The rows as they are now.
    #[must_use]
    pub const fn tables(&self) -> &Tables {
        &self.tables
    }

    /// A number that changes with every write.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// Puts a server row in the place of the one with its key, or adds it.
    pub fn put_server(&mut self, row: AdmDhcpServersRow) {
        self.write()
            .servers
            .insert((row.family, row.record_id), Arc::new(row));
    }

    /// Puts a relation row in the place of the one with its key, or adds it.
    pub fn put_relation(&mut self, row: AdmDhcpFailoverRelationRow) {
        self.write().relations.insert(row.record_id, Arc::new(row));
    }

    /// Deletes an association.
    pub fn delete_association(&mut self, id: RecordId) {
        if let Some(row) = self.write().scope_failovers.remove(&id) {
            remove_from(&mut self.associations_by_scope, &row.scope_id, id);
        }
    }

    /// Deletes a scope; associations, range and options go with it (delete: cascade).
    pub fn delete_scope(&mut self, key: RowKey) {
        let Some(row) = self.write().scopes.remove(&key) else {
            return;
        };
        remove_from(
            &mut self.scopes_by_server,
            &(key.0, row.dhcp_server_record_id),
            key.1,
        );
        remove_from(&mut self.scopes_by_subnet, &subnet_key(&row), key.1);
        if key.0 == AddressFamily::InterNetwork {
            for id in self
                .associations_by_scope
                .remove(&key.1)
                .unwrap_or_default()
            {
                self.write().scope_failovers.remove(&id);
            }
        }
        if let Some(range) = self.range_by_scope.remove(&key) {
            self.write().ranges.remove(&(key.0, range));
        }
        for option in self.options_by_scope.remove(&key).unwrap_or_default() {
            self.write().options.remove(&(key.0, option));
        }
    }

    /// Deletes a relationship; its associations go with it (delete: cascade).
    pub fn delete_relation(&mut self, id: RecordId) {
        self.write().relations.remove(&id);
        let associations: Vec<_> = self
            .tables
            .scope_failovers
            .values()
            .filter(|row| row.failover_relation_id == id)
            .map(|row| row.record_id)
            .collect();
        for association in associations {
            self.delete_association(association);
        }
    }

    /// Deletes a server; its scopes go with it (delete: cascade).
    ///
    /// # Errors
    /// While a relationship names the server (delete: no action).
    pub fn delete_server(&mut self, key: RowKey) -> Result<(), ForeignKeyError> {
        let names_it = |row: &AdmDhcpFailoverRelationRow| {
            row.server1_record_id == Some(key.1) || row.server2_record_id == Some(key.1)
        };
        let referrers = if key.0 == AddressFamily::InterNetwork {
            self.tables
                .relations
                .values()
                .filter(|row| names_it(row))
                .count()
        } else {
            0
        };
        if referrers > 0 {
            return Err(ForeignKeyError {
                server: key.1,
                referrers,
            });
        }
        self.write().servers.remove(&key);
        for scope in self.scopes_by_server.get(&key).cloned().unwrap_or_default() {
            self.delete_scope((key.0, scope));
        }
        Ok(())
    }

    /// The rows, to be changed: the only way to them, so that no write is left uncounted.
    const fn write(&mut self) -> &mut Tables {
        self.version += 1;
        &mut self.tables
    }

    fn take_id(&mut self) -> RecordId {
        let id = RecordId(self.next_id);
        self.next_id += 1;
        id
    }
}

fn subnet_key(row: &AdmDhcpScopesRow) -> (AddressFamily, RecordId, IpAddr) {
    (row.family, row.dhcp_server_record_id, row.details.scope_id)
}

fn remove_from<K: Ord>(index: &mut BTreeMap<K, BTreeSet<RecordId>>, key: &K, id: RecordId) {
    if let Some(ids) = index.get_mut(key) {
        ids.remove(&id);
        if ids.is_empty() {
            index.remove(key);
        }
    }
}

impl DataStore for Store {
    fn get_dhcp_server_from_table(
        &self,
        id: RecordId,
        family: AddressFamily,
    ) -> Option<Arc<AdmDhcpServersRow>> {
        self.tables.servers.get(&(family, id)).cloned()
    }

    fn get_scopes_for_server(
        &self,
        server: RecordId,
        family: AddressFamily,
    ) -> Option<Vec<DhcpScope>> {
        let ids = self.scopes_by_server.get(&(family, server))?;
        Some(
            ids.iter()
                .filter_map(|id| self.scope((family, *id)))
                .map(|row| DhcpScope::from(&*row))
                .collect(),
        )
    }

    fn scope(&self, key: RowKey) -> Option<Arc<AdmDhcpScopesRow>> {
        self.tables.scopes.get(&key).cloned()
    }

    fn scope_on_server(
        &self,
        family: AddressFamily,
        server: RecordId,
        scope_id: IpAddr,
    ) -> Option<RecordId> {
        self.scopes_by_subnet
            .get(&(family, server, scope_id))?
            .first()
            .copied()
    }

    fn associations_of(&self, scope: RecordId) -> Vec<Arc<AdmDhcpScopeFailoverRow>> {
        self.associations_by_scope
            .get(&scope)
            .into_iter()
            .flatten()
            .filter_map(|id| self.tables.scope_failovers.get(id).cloned())
            .collect()
    }

    fn relation(&self, id: RecordId) -> Option<Arc<AdmDhcpFailoverRelationRow>> {
        self.tables.relations.get(&id).cloned()
    }

    fn range_of(&self, scope: RowKey) -> Option<Arc<AdmIpRangeRow>> {
        let id = self.range_by_scope.get(&scope)?;
        self.tables.ranges.get(&(scope.0, *id)).cloned()
    }

    fn options_of(&self, scope: RowKey) -> Vec<Arc<AdmDhcpOptionsRow>> {
        self.options_by_scope
            .get(&scope)
            .into_iter()
            .flatten()
            .filter_map(|id| self.tables.options.get(&(scope.0, *id)).cloned())
            .collect()
    }

    fn delete_option(&mut self, key: RowKey) {
        if let Some(row) = self.write().options.remove(&key) {
            remove_from(
                &mut self.options_by_scope,
                &(key.0, row.scope_record_id),
                key.1,
            );
        }
    }

    fn insert_option(&mut self, mut row: AdmDhcpOptionsRow) {
        row.record_id = self.take_id();
        let scope = (row.family, row.scope_record_id);
        self.options_by_scope
            .entry(scope)
            .or_default()
            .insert(row.record_id);
        self.write()
            .options
            .insert((row.family, row.record_id), Arc::new(row));
    }

    fn insert_association(&mut self, relation: RecordId, scope: RecordId) {
        let record_id = self.take_id();
        let row = AdmDhcpScopeFailoverRow {
            record_id,
            failover_relation_id: relation,
            scope_id: scope,
        };
        self.associations_by_scope
            .entry(scope)
            .or_default()
            .insert(record_id);
        self.write()
            .scope_failovers
            .insert(record_id, Arc::new(row));
    }

    fn insert_scope(&mut self, mut row: AdmDhcpScopesRow) -> RecordId {
        row.record_id = self.take_id();
        let id = row.record_id;
        self.update_scope(row);
        id
    }

    fn update_scope(&mut self, row: AdmDhcpScopesRow) {
        let key = (row.family, row.record_id);
        if let Some(old) = self.tables.scopes.get(&key) {
            remove_from(
                &mut self.scopes_by_server,
                &(key.0, old.dhcp_server_record_id),
                key.1,
            );
            remove_from(&mut self.scopes_by_subnet, &subnet_key(old), key.1);
        }
        self.scopes_by_server
            .entry((key.0, row.dhcp_server_record_id))
            .or_default()
            .insert(key.1);
        self.scopes_by_subnet
            .entry(subnet_key(&row))
            .or_default()
            .insert(key.1);
        self.write().scopes.insert(key, Arc::new(row));
    }

    fn put_range(&mut self, mut row: AdmIpRangeRow) {
        if !row.record_id.is_set() {
            row.record_id = self.take_id();
        }
        self.range_by_scope
            .insert((row.family, row.scope_record_id), row.record_id);
        self.write()
            .ranges
            .insert((row.family, row.record_id), Arc::new(row));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{End, Relation, Server, World};

    fn world() -> World {
        let mut world = World {
            servers: vec![Server::named("S"), Server::named("P1")],
            ..World::default()
        };
        world.relations.push(Relation {
            name: "R1".to_owned(),
            server1: End::Server(0),
            server2: End::Server(1),
            mode: crate::spec::DhcpFailoverMode::LoadBalance,
            missing: false,
        });
        world
    }

    #[test]
    fn a_server_that_a_relationship_names_cannot_be_deleted() {
        let setup = world().set_up();
        let mut store = Store::new(&setup.tables);
        let key = (AddressFamily::InterNetwork, setup.server_ids[1]);
        assert_eq!(store.delete_server(key).unwrap_err().referrers, 1);
        store.delete_relation(setup.relation_ids[0]);
        store.delete_server(key).unwrap();
        assert_eq!(store.tables().servers.len(), 1);
    }

    #[test]
    fn a_server_without_scopes_yields_null_and_not_an_empty_collection() {
        let setup = world().set_up();
        let store = Store::new(&setup.tables);
        assert_eq!(
            store.get_scopes_for_server(setup.server_ids[0], AddressFamily::InterNetwork),
            None
        );
    }

    #[test]
    fn a_server_is_named_by_a_relationship_at_either_end_and_in_its_own_family_only() {
        let mut world = world();
        world.servers.push(Server::named("P2"));
        let setup = world.set_up();
        let mut store = Store::new(&setup.tables);
        let key = |place: usize| (AddressFamily::InterNetwork, setup.server_ids[place]);
        for end in [0, 1] {
            assert_eq!(store.delete_server(key(end)).unwrap_err().referrers, 1);
        }
        store.delete_server(key(2)).unwrap();
        let of_another_family = (AddressFamily::InterNetworkV6, setup.server_ids[0]);
        store.delete_server(of_another_family).unwrap();
    }

    #[test]
    fn a_server_that_is_put_is_there_and_every_write_gives_another_version() {
        let setup = world().set_up();
        let mut store = Store::new(&setup.tables);
        let key = (AddressFamily::InterNetwork, setup.server_ids[0]);
        let mut row = AdmDhcpServersRow::clone(&setup.tables.servers[&key]);
        let mut versions = BTreeSet::from([store.version()]);
        for name in ["one", "two", "three"] {
            row.name = name.to_owned();
            store.put_server(row.clone());
            assert_eq!(*store.tables().servers[&key], row);
            assert!(versions.insert(store.version()));
        }
    }
}
