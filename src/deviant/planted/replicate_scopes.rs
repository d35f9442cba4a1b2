//! Mistakes of ReplicateFailoverScopeDelegate ([MS-IPAMM2] 3.19.4.4.1.29): its parameters, its loop, its end.

use crate::deviant::planted::replication::{
    change_scopes, failure, first_source, members, owner_in, partner_in, scopes_where,
    tell_other_details,
};
use crate::deviant::planted::scope_tools::{
    end_of, failure_as_success, failure_untold, given_type, object, operation,
};
use crate::deviant::{Deviant, Hooks, Seam};
use crate::model::{DhcpScope, Event, RecordId, Terminal, Value};
use crate::spec::RequirementId::{
    R_29_1a, R_29_1b, R_29_2a, R_29_2b, R_29_3, R_29_3a, R_29_3b, R_29_3c, R_29_7, R_29_8,
};
use crate::spec::{AddressFamily, IpamAdminOperationId, IpamExceptionId};
use crate::store::DataStore;

const V4: AddressFamily = AddressFamily::InterNetwork;

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_29_1a,
        "takes NULL parameters for no scopes to replicate",
        Hooks {
            event: Some(|seam, session, event| {
                failure_as_success(seam, session, event, |seam, _| is_null_call(seam));
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_1a,
        "replicates every scope when the parameters are NULL",
        Hooks {
            parameters: Some(|seam, paramters| {
                if is_null_call(seam) {
                    *paramters = Some(every_scope(seam));
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_1b,
        "replicates no scope and tells success for parameters of another type",
        Hooks {
            event: Some(|seam, session, event| {
                failure_as_success(seam, session, event, |seam, _| {
                    is_of_scopes(seam)
                        && object(seam.memory.parameters.as_ref()).is_some()
                        && given_type(seam) != Some("ReplicateScopeParameters")
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_1b,
        "replicates the one scope of parameters of another operation",
        Hooks {
            parameters: Some(|seam, paramters| {
                if !is_of_scopes(seam) {
                    return;
                }
                if let Some(Value::Object(object)) = paramters
                    && let Some(scope) = object.member("Scope").cloned()
                {
                    object.type_name = Some("ReplicateScopeParameters".to_owned());
                    object.remove("Scope");
                    object.set("Scopes", Value::List(vec![scope]));
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_2a,
        "takes NULL scopes for nothing to do",
        Hooks {
            event: Some(|seam, session, event| {
                failure_as_success(seam, session, event, |seam, _| has_null_scopes(seam));
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_2a,
        "takes NULL scopes for all scopes",
        Hooks {
            parameters: Some(|seam, paramters| {
                if has_null_scopes(seam) {
                    *paramters = Some(every_scope(seam));
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_2b,
        "takes an empty collection for nothing to do",
        Hooks {
            event: Some(|seam, session, event| {
                failure_as_success(seam, session, event, |seam, _| has_no_scopes(seam));
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_2b,
        "takes an empty collection for all scopes",
        Hooks {
            parameters: Some(|seam, paramters| {
                if has_no_scopes(seam) {
                    *paramters = Some(every_scope(seam));
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_3,
        "replicates the first of the named scopes only",
        Hooks {
            parameters: Some(|_, paramters| change_scopes(paramters, |scopes| scopes.truncate(1))),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_3,
        "passes over the last of several named scopes",
        Hooks {
            parameters: Some(|_, paramters| {
                change_scopes(paramters, |scopes| {
                    if scopes.len() > 1 {
                        scopes.pop();
                    }
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_3,
        "replicates every scope of the server whose scope is named",
        Hooks {
            parameters: Some(|seam, paramters| {
                let all = scopes_where(seam, V4, |_| true).unwrap_or_default();
                change_scopes(paramters, |scopes| {
                    let named = scopes.iter().filter_map(|scope| object(Some(scope)));
                    let owners: Vec<_> = named
                        .filter_map(|scope| scope.member("ParentDhcpServerRecordId").cloned())
                        .collect();
                    let is_named = |scope: &DhcpScope| {
                        let id = Value::Text(scope.record_id.to_string());
                        let mut named = scopes.iter().filter_map(|scope| object(Some(scope)));
                        named.any(|scope| scope.member("RecordId") == Some(&id))
                    };
                    let beside: Vec<Value> = all
                        .iter()
                        .filter(|scope| {
                            let owner = Value::Text(scope.parent_dhcp_server_record_id.to_string());
                            owners.contains(&owner) && !is_named(scope)
                        })
                        .map(|scope| Value::Object(scope.encode()))
                        .collect();
                    scopes.extend(beside);
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_3a,
        "fails for a scope outside failover",
        Hooks {
            associations: Some(|seam, scope| {
                let found = seam.store.associations_of(scope);
                if found.is_empty() {
                    seam.count();
                }
                found
            }),
            event: Some(|seam, session, event| {
                let told = if end_of(&event) == Some(Terminal::Success) && any_counted(seam) {
                    failure(IpamExceptionId::FAILOVER_FAILED_TO_FETCH)
                } else {
                    event
                };
                seam.tell(session, told);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_3a,
        "leaves the loop at a scope outside failover",
        Hooks {
            parameters: Some(|seam, _| seam.memory.count.set(0)),
            associations: Some(|seam, scope| {
                let found = seam.store.associations_of(scope);
                if found.is_empty() {
                    seam.count();
                }
                if any_counted(seam) { Vec::new() } else { found }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_3a,
        "takes the first relationship for a scope outside failover",
        Hooks {
            associations: Some(|seam, scope| {
                let found = seam.store.associations_of(scope);
                let rows = &seam.store.tables().scope_failovers;
                match rows.values().next() {
                    Some(first) if found.is_empty() => vec![first.clone()],
                    _ => found,
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_3b,
        "fails for an association whose relationship is gone",
        Hooks {
            relation: Some(|seam, id| {
                let found = seam.store.relation(id);
                if found.is_none() {
                    seam.count();
                }
                found
            }),
            event: Some(|seam, session, event| {
                let told = if end_of(&event) == Some(Terminal::Success) && any_counted(seam) {
                    failure(IpamExceptionId::FAILOVER_FAILED_TO_FETCH)
                } else {
                    event
                };
                seam.tell(session, told);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_3b,
        "takes the first relationship where a scope's own is gone",
        Hooks {
            relation: Some(|seam, id| {
                let first = || seam.store.tables().relations.values().next().cloned();
                seam.store.relation(id).or_else(first)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_3c,
        "takes the first relationship of the scope's server",
        Hooks {
            relation: Some(|seam, id| {
                let own = seam.store.relation(id)?;
                let server = owner_in(seam, id)?;
                let mut relations = seam.store.tables().relations.values();
                let first = relations.find(|row| partner_in(row, server).is_some());
                Some(first.cloned().unwrap_or(own))
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_3c,
        "keeps the relationship of the first scope for all the others",
        Hooks {
            parameters: Some(|seam, _| seam.memory.count.set(0)),
            relation: Some(|seam, id| {
                let count = &seam.memory.count;
                if count.get() == 0 {
                    count.set(id.0.unsigned_abs());
                }
                let first = i64::try_from(count.get()).map_or(id, RecordId);
                seam.store
                    .relation(first)
                    .or_else(|| seam.store.relation(id))
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_3c,
        "makes the source the first server of its relationship",
        Hooks {
            update_scope: Some(|seam, row| {
                if let Some((source, relation)) = first_source(seam, &row)
                    && relation.server2_record_id == Some(source.dhcp_server_record_id)
                {
                    let mut turned = (*relation).clone();
                    std::mem::swap(&mut turned.server1_record_id, &mut turned.server2_record_id);
                    seam.store.put_relation(turned);
                }
                seam.store.update_scope(row);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_7,
        "tells the success of named scopes as a failure",
        Hooks {
            event: Some(|seam, session, event| {
                let told = if is_success(seam, &event) {
                    failure(IpamExceptionId::FAILED_TO_REPLICATE_SCOPES)
                } else {
                    event
                };
                seam.tell(session, told);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_7,
        "keeps the success of named scopes to itself",
        Hooks {
            event: Some(|seam, session, event| {
                if !is_success(seam, &event) {
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_8,
        "ends a failure of named scopes without a word",
        Hooks {
            event: Some(|seam, session, event| failure_untold(seam, session, event, is_of_scopes)),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_8,
        "tells every failure of named scopes as missing rights",
        Hooks {
            event: Some(|seam, session, event| {
                let id = IpamExceptionId::ACCESS_DENIED;
                tell_other_details(seam, session, event, is_of_scopes, id);
            }),
            ..Hooks::NONE
        },
    ),
];

fn is_of_scopes(seam: &Seam) -> bool {
    operation(seam) == Some(IpamAdminOperationId::ReplicateScope)
}

fn is_success(seam: &Seam, event: &Event) -> bool {
    is_of_scopes(seam) && end_of(event) == Some(Terminal::Success)
}

/// Whether the delegate was called directly with NULL.
fn is_null_call(seam: &Seam) -> bool {
    is_of_scopes(seam) && object(seam.memory.parameters.as_ref()).is_none()
}

fn has_null_scopes(seam: &Seam) -> bool {
    is_of_scopes(seam)
        && given_type(seam) == Some("ReplicateScopeParameters")
        && matches!(members(seam, "Scopes"), None | Some(Value::Nil))
}

fn has_no_scopes(seam: &Seam) -> bool {
    is_of_scopes(seam)
        && matches!(members(seam, "Scopes"), Some(Value::List(scopes)) if scopes.is_empty())
}

const fn any_counted(seam: &Seam) -> bool {
    seam.memory.count.get() > 0
}

/// ReplicateScopeParameters with every scope that there is.
fn every_scope(seam: &Seam) -> Value {
    let scopes = scopes_where(seam, V4, |_| true).unwrap_or_default();
    let scopes = scopes.iter().map(|scope| Value::Object(scope.encode()));
    Value::Object(
        crate::model::Object::of_type("ReplicateScopeParameters")
            .with("OperationId", "ReplicateScope")
            .with("Scopes", Value::List(scopes.collect())),
    )
}
