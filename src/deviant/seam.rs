//! What stands between the simulator and everything around it: the store behind its hooks, and what a mistake remembers.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use crate::deviant::Hooks;
use crate::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpOptionsRow, AdmDhcpScopeFailoverRow, AdmDhcpScopesRow,
    AdmDhcpServersRow, AdmIpRangeRow, ClientMessage, DhcpScope, Event, RecordId, RowKey,
    ScopeDetails, Value,
};
use crate::spec::{AddressFamily, IpamAdminOperationId};
use crate::store::{DataStore, SimulatedStore, Store};
use crate::trace::SessionIndex;
use crate::world::{Caller, Setup};

/// A data store with hooks in front of it, and all that the hooks of one deviant share.
#[derive(Debug)]
pub struct Seam {
    /// The store as the simulator would see it.
    pub store: Store,
    /// What the hooks remember of the case.
    pub memory: Memory,
    pub(super) hooks: Hooks,
    pub(super) out: VecDeque<(SessionIndex, Event)>,
    pub(super) injected: VecDeque<(SessionIndex, Injected)>,
}

/// What hooks make the simulator see.
#[derive(Debug)]
pub(super) enum Injected {
    /// A message, as if the client had sent it.
    Message(ClientMessage),
    /// A session from its beginning in the place of the one so far, opened by that caller.
    Reopen(Caller),
}

/// What hooks remember from one call to the next; empty at the start of each case.
#[derive(Debug, Default)]
pub struct Memory {
    /// The world as the runner gave it.
    pub setup: Option<Arc<Setup>>,
    /// A count for whatever is counted.
    pub count: Cell<u64>,
    /// Columns that a hook took away and has to put back, by the scope they belong to.
    pub columns: RefCell<BTreeMap<RowKey, ScopeDetails>>,
    /// The option row that was deleted last.
    pub deleted: Option<Arc<AdmDhcpOptionsRow>>,
    /// Events that are held back.
    pub held: Vec<(SessionIndex, Event)>,
    /// Who opened each session.
    pub callers: Vec<Caller>,
    /// The parameters that were given last.
    pub parameters: Option<Value>,
    /// The operation that was called directly last.
    pub operation: Option<IpamAdminOperationId>,
    /// How many events of each session were told.
    pub told: BTreeMap<SessionIndex, usize>,
    /// The sessions that the simulator has closed.
    pub closed: Vec<SessionIndex>,
    /// The messages that the client sent on each session, by name.
    pub sent: BTreeMap<SessionIndex, Vec<String>>,
}

impl Seam {
    /// An empty store behind these hooks.
    pub(super) fn new(hooks: Hooks) -> Self {
        Self {
            store: Store::default(),
            memory: Memory::default(),
            hooks,
            out: VecDeque::new(),
            injected: VecDeque::new(),
        }
    }

    /// The client sees this next.
    pub fn tell(&mut self, session: SessionIndex, event: Event) {
        self.out.push_back((session, event));
    }

    /// The client sees what was held back of that session.
    pub fn tell_held(&mut self, session: SessionIndex) {
        let held = std::mem::take(&mut self.memory.held);
        let (now, later): (Vec<_>, Vec<_>) = held.into_iter().partition(|(of, _)| *of == session);
        self.memory.held = later;
        self.out.extend(now);
    }

    /// The simulator is sent this, as if by the client.
    pub fn inject(&mut self, session: SessionIndex, message: ClientMessage) {
        self.injected
            .push_back((session, Injected::Message(message)));
    }

    /// The simulator begins that session anew, as one opened by that caller; the client notices nothing.
    pub fn reopen(&mut self, session: SessionIndex, caller: Caller) {
        self.injected.push_back((session, Injected::Reopen(caller)));
    }

    /// The world as the runner gave it; `None` before the first case.
    #[must_use]
    pub fn setup(&self) -> Option<&Setup> {
        self.memory.setup.as_deref()
    }

    /// Whether the client has sent a message of that name on the session, the one in hand included.
    #[must_use]
    pub fn was_sent(&self, session: SessionIndex, name: &str) -> bool {
        let sent = self.memory.sent.get(&session);
        sent.is_some_and(|sent| sent.iter().any(|sent| sent == name))
    }

    /// Counts, and says how often it was counted before.
    pub fn count(&self) -> u64 {
        self.memory.count.replace(self.memory.count.get() + 1)
    }
}

impl SimulatedStore for Seam {
    fn store(&self) -> &Store {
        &self.store
    }

    fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }
}

/// Each procedure asks its hook, or else the store.
macro_rules! hooked {
    ($seam:ident.$hook:ident($($argument:expr),*), $procedure:ident) => {
        match $seam.hooks.$hook {
            Some(hook) => hook($seam, $($argument),*),
            None => $seam.store.$procedure($($argument),*),
        }
    };
}

impl DataStore for Seam {
    fn get_dhcp_server_from_table(
        &self,
        id: RecordId,
        family: AddressFamily,
    ) -> Option<Arc<AdmDhcpServersRow>> {
        hooked!(self.server(id, family), get_dhcp_server_from_table)
    }

    fn get_scopes_for_server(
        &self,
        server: RecordId,
        family: AddressFamily,
    ) -> Option<Vec<DhcpScope>> {
        hooked!(self.scopes(server, family), get_scopes_for_server)
    }

    fn scope(&self, key: RowKey) -> Option<Arc<AdmDhcpScopesRow>> {
        hooked!(self.scope(key), scope)
    }

    fn scope_on_server(
        &self,
        family: AddressFamily,
        server: RecordId,
        scope_id: IpAddr,
    ) -> Option<RecordId> {
        hooked!(
            self.scope_on_server(family, server, scope_id),
            scope_on_server
        )
    }

    fn associations_of(&self, scope: RecordId) -> Vec<Arc<AdmDhcpScopeFailoverRow>> {
        hooked!(self.associations(scope), associations_of)
    }

    fn relation(&self, id: RecordId) -> Option<Arc<AdmDhcpFailoverRelationRow>> {
        hooked!(self.relation(id), relation)
    }

    fn range_of(&self, scope: RowKey) -> Option<Arc<AdmIpRangeRow>> {
        hooked!(self.range(scope), range_of)
    }

    fn options_of(&self, scope: RowKey) -> Vec<Arc<AdmDhcpOptionsRow>> {
        hooked!(self.options(scope), options_of)
    }

    fn delete_option(&mut self, key: RowKey) {
        hooked!(self.delete_option(key), delete_option);
    }

    fn insert_option(&mut self, row: AdmDhcpOptionsRow) {
        hooked!(self.insert_option(row), insert_option);
    }

    fn insert_association(&mut self, relation: RecordId, scope: RecordId) {
        hooked!(self.insert_association(relation, scope), insert_association);
    }

    fn insert_scope(&mut self, row: AdmDhcpScopesRow) -> RecordId {
        hooked!(self.insert_scope(row), insert_scope)
    }

    fn update_scope(&mut self, row: AdmDhcpScopesRow) {
        hooked!(self.update_scope(row), update_scope);
    }

    fn put_range(&mut self, row: AdmIpRangeRow) {
        hooked!(self.put_range(row), put_range);
    }
}
