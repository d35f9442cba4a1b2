//! What the mistakes in creating and editing scopes have in common.

use std::sync::Arc;

use crate::deviant::Seam;
use crate::model::{
    AdmDhcpScopesRow, AdmIpRangeRow, Callback, Event, Object, RecordId, ScopeDetails, Terminal,
    Value,
};
use crate::spec::IpamAdminOperationId;
use crate::store::DataStore;
use crate::trace::SessionIndex;

// What was asked.

/// The operation that was asked for last: that of a direct call, else the one that the parameters name.
pub(super) fn operation(seam: &Seam) -> Option<IpamAdminOperationId> {
    seam.memory.operation.or_else(|| {
        match object(seam.memory.parameters.as_ref())?.member("OperationId")? {
            Value::Text(name) => IpamAdminOperationId::from_name(name),
            _ => None,
        }
    })
}

/// Whether a new scope is what the client asks for, and not what a replication comes to.
pub(super) fn asks_to_create(seam: &Seam) -> bool {
    operation(seam) == Some(IpamAdminOperationId::CreateDhcpScope)
}

/// Whether the client asks for a scope to be changed, and not for a replication.
pub(super) fn asks_to_edit(seam: &Seam) -> bool {
    operation(seam) == Some(IpamAdminOperationId::EditDhcpScope)
}

/// The type of the parameters as they were given; `None` where they are NULL.
pub(super) fn given_type(seam: &Seam) -> Option<&str> {
    object(seam.memory.parameters.as_ref())?
        .type_name
        .as_deref()
}

/// Scope of the parameters as they were given; `None` where it is NULL.
pub(super) fn given_scope(seam: &Seam) -> Option<&Object> {
    object(object(seam.memory.parameters.as_ref())?.member("Scope"))
}

/// An id that stands in an object, unset where it is absent.
pub(super) fn id_in(object: &Object, name: &str) -> RecordId {
    match object.member(name) {
        Some(Value::Text(text)) => RecordId(text.parse().unwrap_or_default()),
        _ => RecordId::UNSET,
    }
}

/// The text of a member of an object.
pub(super) fn text_in<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    match object.member(name)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// The texts in an array of an object.
pub(super) fn texts(object: &Object, name: &str) -> Vec<String> {
    let Some(Value::List(items)) = object.member(name) else {
        return Vec::new();
    };
    items
        .iter()
        .filter_map(|item| match item {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        })
        .collect()
}

/// The object that a value is, if it is one.
pub(super) const fn object(value: Option<&Value>) -> Option<&Object> {
    match value {
        Some(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// Scope of parameters that are about to be given.
pub(super) fn scope_mut(paramters: &mut Option<Value>) -> Option<&mut Object> {
    let Some(Value::Object(object)) = paramters else {
        return None;
    };
    object
        .members
        .iter_mut()
        .find(|(name, _)| name == "Scope")
        .and_then(|(_, value)| match value {
            Value::Object(scope) => Some(scope),
            _ => None,
        })
}

/// Makes the parameters those of another operation.
pub(super) fn retype(
    paramters: &mut Option<Value>,
    operation: IpamAdminOperationId,
    type_name: &str,
) {
    if let Some(Value::Object(object)) = paramters {
        object.type_name = Some(type_name.to_owned());
        object.set("OperationId", operation.name().into());
    }
}

/// Changes the tracked exclusions of Scope.
pub(super) fn change_exclusions(paramters: &mut Option<Value>, change: impl Fn(&mut Vec<Value>)) {
    let Some(scope) = scope_mut(paramters) else {
        return;
    };
    let Some(Value::Object(mut ranges)) = scope.member("ExclusionRanges").cloned() else {
        return;
    };
    let Some(Value::List(mut pairs)) = ranges.member("OperationTracker").cloned() else {
        return;
    };
    change(&mut pairs);
    ranges.set("OperationTracker", Value::List(pairs));
    scope.set("ExclusionRanges", ranges.into());
}

/// Whether a tracked pair has that key.
pub(super) fn is_keyed(pair: &Value, key: &str) -> bool {
    object(Some(pair)).and_then(|pair| text_in(pair, "key")) == Some(key)
}

/// Takes one key of tracked pairs for another.
pub(super) fn rekey(pairs: &mut [Value], from: &str, to: &str) {
    for pair in pairs {
        if is_keyed(pair, from)
            && let Value::Object(pair) = pair
        {
            pair.set("key", to.into());
        }
    }
}

// What is told.

/// How an event says that the operation ended.
pub(super) fn end_of(event: &Event) -> Option<Terminal> {
    event.callback().and_then(Callback::terminal)
}

/// Tells a failure as a success where that condition holds, and everything else as it is.
pub(super) fn failure_as_success(
    seam: &mut Seam,
    session: SessionIndex,
    event: Event,
    condition: impl Fn(&Seam, &Event) -> bool,
) {
    let told = if end_of(&event) == Some(Terminal::Failure) && condition(seam, &event) {
        Event::Callback(Callback::SetOverallStatus {
            overall_status: Terminal::Success.status(),
            completion_status: None,
        })
    } else {
        event
    };
    seam.tell(session, told);
}

/// Keeps a failure to itself where that condition holds.
pub(super) fn failure_untold(
    seam: &mut Seam,
    session: SessionIndex,
    event: Event,
    condition: impl Fn(&Seam) -> bool,
) {
    if end_of(&event) == Some(Terminal::Failure) && condition(seam) {
        return;
    }
    seam.tell(session, event);
}

// What is written.

/// The scope of the same subnet on another server.
pub(super) fn twin(seam: &Seam, row: &AdmDhcpScopesRow) -> Option<Arc<AdmDhcpScopesRow>> {
    let tables = seam.store.tables();
    let is_twin = |other: &&Arc<AdmDhcpScopesRow>| {
        other.family == row.family
            && other.dhcp_server_record_id != row.dhcp_server_record_id
            && other.details.scope_id == row.details.scope_id
    };
    tables.scopes.values().find(is_twin).cloned()
}

/// Inserts a scope with other columns.
pub(super) fn insert(
    seam: &mut Seam,
    mut row: AdmDhcpScopesRow,
    change: impl Fn(&mut ScopeDetails),
) -> RecordId {
    change(&mut row.details);
    seam.store.insert_scope(row)
}

/// Updates a scope with other columns; the change is given the row as it is there.
pub(super) fn update(
    seam: &mut Seam,
    mut row: AdmDhcpScopesRow,
    change: impl Fn(&AdmDhcpScopesRow, &mut AdmDhcpScopesRow),
) {
    if let Some(there) = seam.store.scope((row.family, row.record_id)) {
        change(&there, &mut row);
    }
    seam.store.update_scope(row);
}

/// Writes a range row with other values where it is new, and as it is where it is there.
pub(super) fn new_range(
    seam: &mut Seam,
    mut row: AdmIpRangeRow,
    change: impl Fn(&mut AdmIpRangeRow),
) {
    if !row.record_id.is_set() {
        change(&mut row);
    }
    seam.store.put_range(row);
}

/// Writes a range row with other values where it is there; the change is given the row as it is there.
pub(super) fn old_range(
    seam: &mut Seam,
    mut row: AdmIpRangeRow,
    change: impl Fn(&AdmIpRangeRow, &mut AdmIpRangeRow),
) {
    let key = (row.family, row.scope_record_id);
    if let Some(there) = seam.store.range_of(key).filter(|_| row.record_id.is_set()) {
        change(&there, &mut row);
    }
    seam.store.put_range(row);
}
