//! What planted mistakes of replication have in common.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::deviant::Seam;
use crate::deviant::planted::scope_tools::{end_of, object};
use crate::deviant::planted::tools;
use crate::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpScopesRow, DhcpScope, Event, IpamException, Object,
    RecordId, Terminal, Value,
};
use crate::spec::{AddressFamily, IpamExceptionId};
use crate::store::DataStore;
use crate::trace::SessionIndex;

const V4: AddressFamily = AddressFamily::InterNetwork;

/// ReplicateServerParameters that name a server.
pub(super) fn server_parameters(server: RecordId) -> Value {
    let server = Object::of_type("DhcpServerV4").with("RecordId", server.to_string());
    Value::Object(
        Object::of_type("ReplicateServerParameters")
            .with("OperationId", "ReplicateServer")
            .with("Server", server),
    )
}

/// The scopes of a family whose rows are so; NULL where none is.
pub(super) fn scopes_where(
    seam: &Seam,
    family: AddressFamily,
    condition: impl Fn(&AdmDhcpScopesRow) -> bool,
) -> Option<Vec<DhcpScope>> {
    let rows = seam.store.tables().scopes.values();
    let scopes: Vec<DhcpScope> = rows
        .filter(|row| row.family == family && condition(row))
        .map(|row| DhcpScope::from(&**row))
        .collect();
    (!scopes.is_empty()).then_some(scopes)
}

/// The other server of a relationship; `None` where the server is not in it, or alone.
pub(super) fn partner_in(
    relation: &AdmDhcpFailoverRelationRow,
    server: RecordId,
) -> Option<RecordId> {
    let (one, two) = (relation.server1_record_id, relation.server2_record_id);
    if one == Some(server) {
        two
    } else {
        one.filter(|_| two == Some(server))
    }
}

/// The partners of a server in all its relationships.
pub(super) fn partners_of(seam: &Seam, server: RecordId) -> BTreeSet<RecordId> {
    let relations = seam.store.tables().relations.values();
    relations
        .filter_map(|relation| partner_in(relation, server))
        .collect()
}

/// The scope of the same subnet whose relationship makes this row its copy, and the relationship.
pub(super) fn first_source(
    seam: &Seam,
    copy: &AdmDhcpScopesRow,
) -> Option<(Arc<AdmDhcpScopesRow>, Arc<AdmDhcpFailoverRelationRow>)> {
    if copy.family != V4 {
        return None;
    }
    let (store, subnet) = (&seam.store, copy.details.scope_id);
    store.tables().relations.values().find_map(|relation| {
        let owner = partner_in(relation, copy.dhcp_server_record_id)?;
        let source = store.scope_on_server(V4, owner, subnet)?;
        let associations = store.associations_of(source);
        let is_its = associations
            .iter()
            .any(|association| association.failover_relation_id == relation.record_id);
        let row = store.scope((V4, source)).filter(|_| is_its)?;
        Some((row, Arc::clone(relation)))
    })
}

/// The server of the first scope in a relationship.
pub(super) fn owner_in(seam: &Seam, relation: RecordId) -> Option<RecordId> {
    let mut rows = seam.store.tables().scope_failovers.values();
    let association = rows.find(|row| row.failover_relation_id == relation)?;
    let scope = seam.store.scope((V4, association.scope_id))?;
    Some(scope.dhcp_server_record_id)
}

/// The scope of the same subnet whose relationship makes this row its copy.
pub(super) fn source_of(seam: &Seam, copy: &AdmDhcpScopesRow) -> Option<Arc<AdmDhcpScopesRow>> {
    first_source(seam, copy).map(|(source, _)| source)
}

/// A member of the parameters as they were given.
pub(super) fn members<'a>(seam: &'a Seam, name: &str) -> Option<&'a Value> {
    object(seam.memory.parameters.as_ref())?.member(name)
}

/// Changes the collection of ReplicateScopeParameters that are about to be given.
pub(super) fn change_scopes(paramters: &mut Option<Value>, change: impl FnOnce(&mut Vec<Value>)) {
    let Some(Value::Object(object)) = paramters else {
        return;
    };
    let scopes = object.members.iter_mut().find(|(name, _)| name == "Scopes");
    if let Some((_, Value::List(scopes))) = scopes {
        change(scopes);
    }
}

/// The end of an operation that failed for this reason.
pub(super) fn failure(id: IpamExceptionId) -> Event {
    tools::failure(IpamException::new(id, "it could not be done"))
}

/// Tells a failure with other details where that condition holds.
pub(super) fn tell_other_details(
    seam: &mut Seam,
    session: SessionIndex,
    event: Event,
    condition: impl Fn(&Seam) -> bool,
    id: IpamExceptionId,
) {
    let told = if end_of(&event) == Some(Terminal::Failure) && condition(seam) {
        failure(id)
    } else {
        event
    };
    seam.tell(session, told);
}
