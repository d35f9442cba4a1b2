//! The foreign keys of the tables, and a target that is watched for keys that come to point nowhere.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ipamconf::model::{ClientMessage, RecordId, Tables, Value};
use ipamconf::spec::{AddressFamily, IpamAdminOperationId, Readings};
use ipamconf::suite::{Progress, StoreChange, Target, TargetError};
use ipamconf::trace::{Door, SessionIndex};
use ipamconf::world::{Caller, Setup};

/// A key that points nowhere: the row's table and id, the column, and the id it holds.
pub(crate) type Dangling = (&'static str, RecordId, &'static str, RecordId);

/// The keys of a store that point nowhere. 0 and NULL are no references.
pub(crate) fn dangling(tables: &Tables) -> BTreeSet<Dangling> {
    const V4: AddressFamily = AddressFamily::InterNetwork;
    let mut found = BTreeSet::new();
    let mut look = |there: bool, key: Dangling| {
        if !there && key.3.is_set() {
            found.insert(key);
        }
    };
    for (id, row) in &tables.relations {
        for (column, end) in [
            ("Server1RecordId", row.server1_record_id),
            ("Server2RecordId", row.server2_record_id),
        ] {
            let end = end.unwrap_or(RecordId::UNSET);
            look(
                tables.servers.contains_key(&(V4, end)),
                ("relation", *id, column, end),
            );
        }
    }
    for (id, row) in &tables.scope_failovers {
        let (relation, scope) = (row.failover_relation_id, row.scope_id);
        look(
            tables.relations.contains_key(&relation),
            ("association", *id, "FailoverRelationId", relation),
        );
        look(
            tables.scopes.contains_key(&(V4, scope)),
            ("association", *id, "ScopeId", scope),
        );
    }
    for ((family, id), row) in &tables.scopes {
        let server = row.dhcp_server_record_id;
        look(
            tables.servers.contains_key(&(*family, server)),
            ("scope", *id, "DHCPServerRecordId", server),
        );
    }
    for ((family, id), row) in &tables.ranges {
        let scope = row.scope_record_id;
        look(
            tables.scopes.contains_key(&(*family, scope)),
            ("range", *id, "ScopeRecordId", scope),
        );
    }
    for ((family, id), row) in &tables.options {
        let scope = row.scope_record_id;
        look(
            tables.scopes.contains_key(&(*family, scope)),
            ("option", *id, "ScopeRecordId", scope),
        );
        let server = tables.servers.get(&(*family, row.server_record_id));
        look(
            server.is_some(),
            ("option", *id, "ServerRecordId", row.server_record_id),
        );
        let definition = row.option_definition_record_id;
        let knows_definition = server.is_some_and(|server| {
            let mut definitions = server.option_definitions.iter();
            definitions.any(|known| known.record_id == definition)
        });
        look(
            knows_definition,
            ("option", *id, "OptionDefinitionRecordId", definition),
        );
        let class = row.user_class_record_id.unwrap_or(RecordId::UNSET);
        let knows_class = server.is_some_and(|server| {
            server
                .user_classes
                .iter()
                .any(|known| known.record_id == class)
        });
        look(knows_class, ("option", *id, "UserClassRecordId", class));
    }
    found
}

/// A target whose store is looked at after every event and every message.
pub(crate) struct Watched {
    inner: Box<dyn Target>,
    /// What points nowhere by the author's will: in the world, or after a change of the store.
    authored: BTreeSet<Dangling>,
    looked_at: Option<Arc<Tables>>,
    /// How many states of the store were looked at.
    pub(crate) states: usize,
    /// What came to point nowhere.
    pub(crate) broken: Vec<String>,
}

impl Watched {
    pub(crate) fn new(inner: Box<dyn Target>) -> Self {
        Self {
            inner,
            authored: BTreeSet::new(),
            looked_at: None,
            states: 0,
            broken: Vec::new(),
        }
    }

    fn accept(&mut self) {
        self.looked_at = self.inner.tables();
        self.authored = self.looked_at.as_deref().map(dangling).unwrap_or_default();
    }

    fn look(&mut self, when: &str) {
        let Some(tables) = self.inner.tables() else {
            return;
        };
        if let Some(last) = &self.looked_at
            && Arc::ptr_eq(last, &tables)
        {
            return;
        }
        self.states += 1;
        for key in dangling(&tables).difference(&self.authored) {
            self.broken.push(format!("{when}: {key:?} points nowhere"));
        }
        self.looked_at = Some(tables);
    }
}

impl Target for Watched {
    fn door(&self) -> Door {
        self.inner.door()
    }

    fn reset(&mut self, setup: &Setup, readings: &Readings) -> Result<(), TargetError> {
        self.inner.reset(setup, readings)?;
        self.accept();
        Ok(())
    }

    fn open(&mut self, caller: &Caller) -> Result<SessionIndex, TargetError> {
        self.inner.open(caller)
    }

    fn send(&mut self, session: SessionIndex, message: &ClientMessage) -> Result<(), TargetError> {
        self.inner.send(session, message)?;
        self.look("after a message");
        Ok(())
    }

    fn call(
        &mut self,
        operation: IpamAdminOperationId,
        paramters: Option<&Value>,
    ) -> Result<SessionIndex, TargetError> {
        let session = self.inner.call(operation, paramters)?;
        self.look("after a call");
        Ok(session)
    }

    fn next(&mut self) -> Progress {
        let progress = self.inner.next();
        self.look(&format!("after {progress:?}"));
        progress
    }

    fn advance(&mut self, by: Duration) {
        self.inner.advance(by);
        self.look("after a while");
    }

    fn end(&mut self, session: SessionIndex) {
        self.inner.end(session);
        self.look("after the client left");
    }

    fn change(&mut self, change: &StoreChange) -> Result<(), TargetError> {
        self.inner.change(change)?;
        self.accept();
        Ok(())
    }

    fn tables(&mut self) -> Option<Arc<Tables>> {
        self.inner.tables()
    }
}
