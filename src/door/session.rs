//! The door `session`: our simulator's session state machines, in process.

use std::sync::Arc;
use std::time::Duration;

use crate::delegate::Context;
use crate::model::{AdmDhcpScopesRow, AdmIpRangeRow, ClientMessage, RecordId, Tables, Value};
use crate::partner::Partner;
use crate::session::{Frame, Next, ServerSession};
use crate::spec::{IpamAdminOperationId, Readings};
use crate::store::{DataStore, SimulatedStore, Store};
use crate::suite::{Progress, StoreChange, Target, TargetError};
use crate::trace::{Door, SessionIndex};
use crate::world::{Caller, Role, RowKind, Setup};

/// Our simulator behind its sessions, over a data store of its own or one that somebody stands in front of.
#[derive(Debug)]
pub struct SessionTarget<S = Store> {
    pub(super) simulator: Simulator<S>,
    provisioned: bool,
    schema_conversion_required: bool,
    roles: Vec<Role>,
    sessions: Vec<ServerSession>,
    /// The session that spoke last: the next in turn speaks first.
    last: usize,
}

/// What the simulator's sessions and delegates share.
#[derive(Debug, Default)]
pub(super) struct Simulator<S = Store> {
    pub(super) store: S,
    pub(super) partner: Partner,
    pub(super) readings: Readings,
    copy: Option<(u64, Arc<Tables>)>,
}

impl<S: SimulatedStore> Simulator<S> {
    pub(super) fn on(store: S) -> Self {
        Self {
            store,
            partner: Partner::default(),
            readings: Readings::default(),
            copy: None,
        }
    }

    pub(super) fn reset(&mut self, setup: &Setup, readings: &Readings) {
        let store = self.store.store_mut();
        *store = Store::new(&setup.tables);
        self.copy = Some((store.version(), Arc::clone(&setup.tables)));
        self.partner = Partner::new(setup.partner.clone());
        self.readings = readings.clone();
    }

    pub(super) fn context(&mut self) -> Context<'_> {
        Context {
            store: &mut self.store,
            partner: &mut self.partner,
            readings: &self.readings,
        }
    }

    /// A copy is made only when the store has changed since the last one.
    pub(super) fn tables(&mut self) -> Arc<Tables> {
        let store = self.store.store();
        let version = store.version();
        match &self.copy {
            Some((of, tables)) if *of == version => Arc::clone(tables),
            _ => {
                let tables = Arc::new(store.tables().clone());
                self.copy = Some((version, Arc::clone(&tables)));
                tables
            }
        }
    }

    pub(super) fn change(&mut self, change: &StoreChange) -> Result<(), TargetError> {
        let store = self.store.store_mut();
        match change {
            StoreChange::PutServer(row) => store.put_server(row.clone()),
            StoreChange::PutRelation(row) => store.put_relation(row.clone()),
            StoreChange::PutScope {
                row,
                range,
                relations,
            } => {
                let mut range = AdmIpRangeRow::clone(range);
                if row.record_id.is_set() {
                    store.update_scope(AdmDhcpScopesRow::clone(row));
                } else {
                    range.scope_record_id = store.insert_scope(AdmDhcpScopesRow::clone(row));
                    range.record_id = RecordId::UNSET;
                }
                let scope = range.scope_record_id;
                store.put_range(range);
                if let Some(relations) = relations {
                    for association in store.associations_of(scope) {
                        store.delete_association(association.record_id);
                    }
                    for relation in relations {
                        store.insert_association(*relation, scope);
                    }
                }
            }
            StoreChange::Delete(RowKind::Scope, key) => store.delete_scope(*key),
            StoreChange::Delete(RowKind::Relation, key) => store.delete_relation(key.1),
            StoreChange::Delete(RowKind::Server, key) => {
                store
                    .delete_server(*key)
                    .map_err(|error| TargetError::Change(error.to_string()))?;
            }
        }
        Ok(())
    }
}

impl Default for SessionTarget {
    fn default() -> Self {
        Self::on(Store::default())
    }
}

impl<S: SimulatedStore> SessionTarget<S> {
    /// Our simulator over this data store.
    pub fn on(store: S) -> Self {
        Self {
            simulator: Simulator::on(store),
            provisioned: true,
            schema_conversion_required: false,
            roles: Vec::new(),
            sessions: Vec::new(),
            last: 0,
        }
    }

    /// The data store it runs on.
    pub const fn data_store(&mut self) -> &mut S {
        &mut self.simulator.store
    }

    /// Lets one session do something with what surrounds it.
    fn with_session<T>(
        &mut self,
        session: SessionIndex,
        act: impl FnOnce(&mut ServerSession, &mut Frame<'_>) -> T,
    ) -> Option<T> {
        let mut frame = Frame {
            context: self.simulator.context(),
            provisioned: self.provisioned,
            schema_conversion_required: self.schema_conversion_required,
            roles: &self.roles,
        };
        self.sessions
            .get_mut(session)
            .map(|session| act(session, &mut frame))
    }
}

impl<S: SimulatedStore> Target for SessionTarget<S> {
    fn door(&self) -> Door {
        Door::Session
    }

    fn reset(&mut self, setup: &Setup, readings: &Readings) -> Result<(), TargetError> {
        self.simulator.reset(setup, readings);
        self.provisioned = setup.provisioned;
        self.schema_conversion_required = setup.schema_conversion_required;
        self.roles.clone_from(&setup.roles);
        self.sessions.clear();
        self.last = 0;
        Ok(())
    }

    fn open(&mut self, caller: &Caller) -> Result<SessionIndex, TargetError> {
        self.sessions.push(ServerSession::open(caller));
        Ok(self.sessions.len() - 1)
    }

    fn send(&mut self, session: SessionIndex, message: &ClientMessage) -> Result<(), TargetError> {
        self.with_session(session, |session, frame| session.handle(message, frame));
        Ok(())
    }

    fn call(
        &mut self,
        _operation: IpamAdminOperationId,
        _paramters: Option<&Value>,
    ) -> Result<SessionIndex, TargetError> {
        Err(TargetError::Unsupported("a delegate to call directly"))
    }

    fn next(&mut self) -> Progress {
        let count = self.sessions.len();
        let mut soonest: Option<Duration> = None;
        for turn in 1..=count {
            let session = (self.last + turn) % count;
            match self.with_session(session, ServerSession::next) {
                Some(Next::Event(event)) => {
                    self.last = session;
                    return Progress::Event(session, event);
                }
                Some(Next::Wait(time)) => {
                    soonest = Some(soonest.map_or(time, |soonest| soonest.min(time)));
                }
                Some(Next::Quiet) | None => {}
            }
        }
        soonest.map_or(Progress::Quiet, Progress::Wait)
    }

    fn advance(&mut self, by: Duration) {
        for session in &mut self.sessions {
            session.advance(by);
        }
    }

    fn end(&mut self, session: SessionIndex) {
        self.with_session(session, |session, _| session.end());
    }

    fn change(&mut self, change: &StoreChange) -> Result<(), TargetError> {
        self.simulator.change(change)
    }

    fn tables(&mut self) -> Option<Arc<Tables>> {
        Some(self.simulator.tables())
    }
}
