//! Mistakes of ReplicateFailoverServerDelegate ([MS-IPAMM2] 3.19.4.4.1.31, 2.2.4.355).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::deviant::planted::replication::{
    failure, partner_in, partners_of, scopes_where, server_parameters, source_of,
    tell_other_details,
};
use crate::deviant::planted::scope_tools::{
    end_of, failure_as_success, failure_untold, given_type, object, operation,
};
use crate::deviant::{Deviant, Hooks, Seam};
use crate::model::{
    AdmDhcpScopeFailoverRow, AdmDhcpScopesRow, DhcpScope, Event, RecordId, Terminal, Value,
};
use crate::spec::RequirementId::{
    R_31_1a, R_31_1b, R_31_2, R_31_3a, R_31_4, R_31_5, R_31_6, R_31_7,
};
use crate::spec::{AddressFamily, IpamAdminOperationId, IpamExceptionId};
use crate::store::DataStore;
use crate::world::Does;

const V4: AddressFamily = AddressFamily::InterNetwork;

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_31_1a,
        "takes NULL parameters for nothing to do",
        Hooks {
            event: Some(|seam, session, event| {
                failure_as_success(seam, session, event, |seam, _| is_null_call(seam));
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_1a,
        "replicates the first server when the parameters are NULL",
        Hooks {
            parameters: Some(|seam, paramters| {
                if is_null_call(seam) {
                    *paramters = first_server(seam).map(server_parameters);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_1b,
        "does nothing and tells success for parameters of another type",
        Hooks {
            event: Some(|seam, session, event| {
                failure_as_success(seam, session, event, |seam, _| is_of_another_type(seam));
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_1b,
        "replicates the scopes that the parameters of ReplicateScope name",
        Hooks {
            parameters: Some(|seam, paramters| {
                if names_scopes_to_replicate_a_server(seam)
                    && let Some(Value::Object(object)) = paramters
                {
                    object.set("OperationId", "ReplicateScope".into());
                }
            }),
            operation: Some(|seam, asked| {
                if names_scopes_to_replicate_a_server(seam) {
                    IpamAdminOperationId::ReplicateScope
                } else {
                    asked
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_2,
        "takes a NULL server for nothing to do",
        Hooks {
            event: Some(|seam, session, event| {
                failure_as_success(seam, session, event, |seam, _| is_without_server(seam));
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_2,
        "replicates the first server when none is named",
        Hooks {
            parameters: Some(|seam, paramters| {
                if is_without_server(seam) {
                    *paramters = first_server(seam).map(server_parameters);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_3a,
        "collects the scopes of every server",
        Hooks {
            scopes: Some(|seam, _, family| scopes_where(seam, family, |_| true)),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_3a,
        "forgets the last scope of the server",
        Hooks {
            scopes: Some(|seam, server, family| {
                let mut scopes = seam.store.get_scopes_for_server(server, family)?;
                if scopes.len() > 1 {
                    scopes.pop();
                }
                Some(scopes)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_3a,
        "collects the scopes as they were when the server was started",
        Hooks {
            scopes: Some(|seam, server, family| {
                let setup = seam.memory.setup.as_ref()?;
                let rows = setup.tables.scopes.values();
                let scopes: Vec<DhcpScope> = rows
                    .filter(|row| row.family == family && row.dhcp_server_record_id == server)
                    .map(|row| DhcpScope::from(&**row))
                    .collect();
                (!scopes.is_empty()).then_some(scopes)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_4,
        "tells the success of a server as a failure",
        Hooks {
            event: Some(|seam, session, event| {
                let told = if is_success(seam, &event) {
                    failure(IpamExceptionId::GENERIC_ERROR)
                } else {
                    event
                };
                seam.tell(session, told);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_4,
        "keeps the success of a server to itself",
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
        R_31_4,
        "gives a partner up that answers late",
        Hooks {
            reset: Some(|_, setup, _| {
                for rule in &mut setup.partner {
                    if rule.does == Does::Late {
                        rule.does = Does::Unreachable;
                    }
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_5,
        "fetches the configuration of the partner's copies",
        Hooks {
            scopes: Some(|seam, server, family| {
                let own = seam.store.get_scopes_for_server(server, family)?;
                let fetched = own.iter().map(|scope| {
                    copy_at_a_partner(seam, scope)
                        .map_or_else(|| scope.clone(), |copy| DhcpScope::from(&*copy))
                });
                Some(fetched.collect())
            }),
            associations: Some(associations_of_subnet),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_5,
        "replicates the scopes of the partners as well",
        Hooks {
            scopes: Some(|seam, server, family| {
                let own: BTreeSet<RecordId> = seam
                    .store
                    .get_scopes_for_server(server, family)?
                    .iter()
                    .map(|scope| scope.record_id)
                    .collect();
                let partners = partners_of(seam, server);
                scopes_where(seam, family, |row| {
                    own.contains(&row.record_id) || partners.contains(&row.dhcp_server_record_id)
                })
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_6,
        "selects the delegate by the type of the parameters",
        Hooks {
            parameters: Some(|seam, paramters| {
                if operation(seam).is_some()
                    && given_type(seam) == Some("ReplicateServerParameters")
                {
                    select(paramters);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_6,
        "has one delegate for replication, which goes by the type of the parameters",
        Hooks {
            parameters: Some(|seam, paramters| {
                if operation(seam) == Some(IpamAdminOperationId::ReplicateScope)
                    && given_type(seam) == Some("ReplicateServerParameters")
                {
                    select(paramters);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_7,
        "ends a failing server without a word",
        Hooks {
            event: Some(|seam, session, event| {
                failure_untold(seam, session, event, is_of_server);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_31_7,
        "tells every failure of a server as missing rights",
        Hooks {
            event: Some(|seam, session, event| {
                let id = IpamExceptionId::ACCESS_DENIED;
                tell_other_details(seam, session, event, is_of_server, id);
            }),
            ..Hooks::NONE
        },
    ),
];

fn is_of_server(seam: &Seam) -> bool {
    operation(seam) == Some(IpamAdminOperationId::ReplicateServer)
}

fn is_success(seam: &Seam, event: &Event) -> bool {
    is_of_server(seam) && end_of(event) == Some(Terminal::Success)
}

/// Whether the delegate was called directly with NULL.
fn is_null_call(seam: &Seam) -> bool {
    is_of_server(seam) && object(seam.memory.parameters.as_ref()).is_none()
}

fn is_of_another_type(seam: &Seam) -> bool {
    is_of_server(seam)
        && object(seam.memory.parameters.as_ref())
            .is_some_and(|_| given_type(seam) != Some("ReplicateServerParameters"))
}

fn names_scopes_to_replicate_a_server(seam: &Seam) -> bool {
    is_of_server(seam) && given_type(seam) == Some("ReplicateScopeParameters")
}

fn is_without_server(seam: &Seam) -> bool {
    is_of_server(seam)
        && given_type(seam) == Some("ReplicateServerParameters")
        && object(seam.memory.parameters.as_ref())
            .is_some_and(|object| matches!(object.member("Server"), None | Some(Value::Nil)))
}

/// The first server with a scope in failover.
fn first_server(seam: &Seam) -> Option<RecordId> {
    let tables = seam.store.tables();
    let association = tables.scope_failovers.values().next()?;
    let scope = tables.scopes.get(&(V4, association.scope_id))?;
    Some(scope.dhcp_server_record_id)
}

fn select(paramters: &mut Option<Value>) {
    if let Some(Value::Object(object)) = paramters {
        object.set("OperationId", "ReplicateServer".into());
    }
}

/// The row that the scope is replicated to, if it is there.
fn copy_at_a_partner(seam: &Seam, scope: &DhcpScope) -> Option<Arc<AdmDhcpScopesRow>> {
    let association = seam
        .store
        .associations_of(scope.record_id)
        .into_iter()
        .next()?;
    let relation = seam.store.relation(association.failover_relation_id)?;
    let partner = partner_in(&relation, scope.parent_dhcp_server_record_id)?;
    let copy = seam
        .store
        .scope_on_server(V4, partner, scope.details.scope_id)?;
    seam.store.scope((V4, copy))
}

/// The associations of a scope, or else those of the scope that it is the copy of.
fn associations_of_subnet(seam: &Seam, scope: RecordId) -> Vec<Arc<AdmDhcpScopeFailoverRow>> {
    let own = seam.store.associations_of(scope);
    if !own.is_empty() {
        return own;
    }
    let Some(row) = seam.store.scope((V4, scope)) else {
        return own;
    };
    source_of(seam, &row).map_or(own, |source| seam.store.associations_of(source.record_id))
}
