//! The seams of the simulator at which a mistake can be planted.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::deviant::{ClientInput, Seam};
use crate::door::Rewrite;
use crate::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpOptionsRow, AdmDhcpScopeFailoverRow, AdmDhcpScopesRow,
    AdmDhcpServersRow, AdmIpRangeRow, ClientMessage, DhcpScope, Event, RecordId, RowKey, Value,
};
use crate::session::ClientSession;
use crate::spec::{AddressFamily, IpamAdminOperationId, Readings};
use crate::trace::SessionIndex;
use crate::world::{Caller, Setup};

/// What is planted at each seam; `None` leaves the simulator as it is there.
///
/// A hook that reads or writes takes the place of the call: it asks [`Seam::store`] for what the simulator would get.
/// A hook of [`Hooks::event`] or [`Hooks::send`] says by [`Seam::tell`] what the client sees.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::type_complexity,
    reason = "the signatures are those of the calls that the hooks take the place of"
)]
pub struct Hooks {
    /// What the target is told of the world, before the simulator is.
    pub reset: Option<fn(&mut Seam, &mut Setup, &mut Readings)>,
    /// Who opens a session, before the simulator knows.
    pub open: Option<fn(&mut Seam, &mut Caller)>,
    /// A message of the client; what is returned reaches the simulator.
    pub send: Option<fn(&mut Seam, SessionIndex, ClientMessage) -> Option<ClientMessage>>,
    /// The object that is given to InitializeOperationParameters, or to a delegate that is called directly.
    pub parameters: Option<fn(&mut Seam, &mut Option<Value>)>,
    /// The delegate that is called directly.
    pub operation: Option<fn(&mut Seam, IpamAdminOperationId) -> IpamAdminOperationId>,
    /// Virtual time; what is returned passes for the simulator.
    pub advance: Option<fn(&mut Seam, Duration) -> Duration>,
    /// The client ends a session; whether the simulator is told.
    pub end: Option<fn(&mut Seam, SessionIndex) -> bool>,
    /// Something that the simulator says; only what the hook tells reaches the client.
    pub event: Option<fn(&mut Seam, SessionIndex, Event)>,
    /// The envelope in which something that the simulator says reaches the client; shows at doors that have envelopes.
    pub envelope: Option<Rewrite>,
    /// The simulator has nothing more to say; for what comes late.
    pub quiet: Option<fn(&mut Seam)>,
    /// What reaches our own client; the hook hands on what it lets pass ([`ClientInput::reach`]).
    pub client: Option<fn(&mut ClientSession, ClientInput<'_>)>,
    /// GetDHCPServerFromTable.
    pub server: Option<fn(&Seam, RecordId, AddressFamily) -> Option<Arc<AdmDhcpServersRow>>>,
    /// GetScopesForServer.
    pub scopes: Option<fn(&Seam, RecordId, AddressFamily) -> Option<Vec<DhcpScope>>>,
    /// A scope's row.
    pub scope: Option<fn(&Seam, RowKey) -> Option<Arc<AdmDhcpScopesRow>>>,
    /// The scope of a server with that ScopeId.
    pub scope_on_server: Option<fn(&Seam, AddressFamily, RecordId, IpAddr) -> Option<RecordId>>,
    /// The associations of a scope.
    pub associations: Option<fn(&Seam, RecordId) -> Vec<Arc<AdmDhcpScopeFailoverRow>>>,
    /// A relationship.
    pub relation: Option<fn(&Seam, RecordId) -> Option<Arc<AdmDhcpFailoverRelationRow>>>,
    /// The range row of a scope.
    pub range: Option<fn(&Seam, RowKey) -> Option<Arc<AdmIpRangeRow>>>,
    /// The options of a scope.
    pub options: Option<fn(&Seam, RowKey) -> Vec<Arc<AdmDhcpOptionsRow>>>,
    /// An option is deleted.
    pub delete_option: Option<fn(&mut Seam, RowKey)>,
    /// An option is inserted.
    pub insert_option: Option<fn(&mut Seam, AdmDhcpOptionsRow)>,
    /// A scope is associated with a relationship.
    pub insert_association: Option<fn(&mut Seam, RecordId, RecordId)>,
    /// A scope is inserted.
    pub insert_scope: Option<fn(&mut Seam, AdmDhcpScopesRow) -> RecordId>,
    /// A scope is updated.
    pub update_scope: Option<fn(&mut Seam, AdmDhcpScopesRow)>,
    /// A range row is written.
    pub put_range: Option<fn(&mut Seam, AdmIpRangeRow)>,
}

impl Hooks {
    /// Nothing planted.
    pub const NONE: Self = Self {
        reset: None,
        open: None,
        send: None,
        parameters: None,
        operation: None,
        advance: None,
        end: None,
        event: None,
        envelope: None,
        quiet: None,
        client: None,
        server: None,
        scopes: None,
        scope: None,
        scope_on_server: None,
        associations: None,
        relation: None,
        range: None,
        options: None,
        delete_option: None,
        insert_option: None,
        insert_association: None,
        insert_scope: None,
        update_scope: None,
        put_range: None,
    };
}
