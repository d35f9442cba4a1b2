//! Mistakes in who may run an operation ([MS-IPAMM2] 3.1.4.3, 3.19.6.1).

use std::sync::Arc;
use std::time::Duration;

use crate::deviant::planted::tools::{
    fail_while_processing, holds, is_denial, is_msm_administrator, text,
};
use crate::deviant::{Deviant, Hooks, Seam};
use crate::model::{AdmDhcpScopesRow, AdmDhcpServersRow, Event, Object, Value};
use crate::spec::RequirementId::{
    R_AUTH_3, R_AUTH_4, R_AUTH_7, R_AUTH_8, R_AUTH_9, R_AUTH_10, R_AUTH_11, R_AUTH_12, R_AUTH_13,
    R_AUTH_14, R_AUTH_15,
};
use crate::spec::authorization::{
    GLOBAL_ACCESS_SCOPE, IPAM_ADMINISTRATORS, IPAM_ASM_ADMINISTRATORS,
    IPAM_IP_AUDIT_ADMINISTRATORS, IPAM_MSM_ADMINISTRATORS, IPAM_USERS,
};
use crate::spec::{IpamAdminOperationId, IpamExceptionId, parameters};
use crate::store::DataStore;
use crate::trace::SessionIndex;
use crate::world::{Caller, Does, PartnerRule, Policy, Via};

/// A role that holds every operation that matters here.
const ADMINISTRATOR: &str = "IPAM DHCP Administrator";

/// Whoever holds this operation may replicate, and nobody else.
fn by_operation(seam: &Seam, caller: &mut Caller, operation: &str) {
    let Some(setup) = seam.setup() else { return };
    caller.policies.retain(|policy| {
        !holds(setup, policy, "MsmDhcpReplicateOperation") || holds(setup, policy, operation)
    });
    for policy in &mut caller.policies {
        if holds(setup, policy, operation) {
            ADMINISTRATOR.clone_into(&mut policy.role);
        }
    }
}

/// The delegate's fault in the place of the refusal, where its parameters are such.
fn parameters_first(
    seam: &mut Seam,
    session: SessionIndex,
    event: Event,
    fails: fn(&Object) -> bool,
) {
    let is_first = is_denial(&event)
        && matches!(&seam.memory.parameters, Some(Value::Object(object)) if fails(object));
    if is_first {
        fail_while_processing(seam, session, IpamExceptionId::INVALID_PARAMETER);
    } else {
        seam.tell(session, event);
    }
}

/// A server as if it were of that access scope.
fn server_of(row: Arc<AdmDhcpServersRow>, access_scope: &str) -> Arc<AdmDhcpServersRow> {
    let mut row = Arc::unwrap_or_clone(row);
    access_scope.clone_into(&mut row.access_scope);
    Arc::new(row)
}

/// Writes a scope with the access scope that its row really has.
fn update_with_own_access_scope(seam: &mut Seam, mut row: AdmDhcpScopesRow) {
    if let Some(own) = seam.store.scope((row.family, row.record_id)) {
        row.access_scope.clone_from(&own.access_scope);
    }
    seam.store.update_scope(row);
}

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_AUTH_3,
        "looks at the type of the parameters before the rights",
        Hooks {
            event: Some(|seam, session, event| {
                parameters_first(seam, session, event, |object| {
                    let operation =
                        text(object, "OperationId").and_then(IpamAdminOperationId::from_name);
                    object.type_name.as_deref() != operation.and_then(parameters::parameters_type)
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_3,
        "looks for the server before the rights",
        Hooks {
            event: Some(|seam, session, event| {
                parameters_first(seam, session, event, |object| {
                    matches!(object.member("Server"), Some(Value::Nil))
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_4,
        "asks for the right to edit relations where replication is asked for",
        Hooks {
            reset: Some(|_, setup, _| {
                for role in &mut setup.roles {
                    for operation in &mut role.operations {
                        let other = match operation.as_str() {
                            "MsmDhcpEditFailover" => "MsmDhcpReplicateOperation",
                            "MsmDhcpReplicateOperation" => "MsmDhcpEditFailover",
                            other => other,
                        };
                        *operation = other.to_owned();
                    }
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_4,
        "asks for the right to edit scopes where replication is asked for",
        Hooks {
            open: Some(|seam, caller| by_operation(seam, caller, "MsmDhcpEditScope")),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_7,
        "asks MSM administrators for a policy as well",
        Hooks {
            open: Some(|_, caller| {
                if caller.groups == [IPAM_MSM_ADMINISTRATORS] && caller.policies.is_empty() {
                    caller.groups.clear();
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_7,
        "looks at no policy of who is in a group",
        Hooks {
            open: Some(|_, caller| {
                if !caller.groups.is_empty() {
                    caller.policies.clear();
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_8,
        "takes every object to be on the access scope Global",
        Hooks {
            server: Some(|seam, id, family| {
                let row = seam.store.get_dhcp_server_from_table(id, family)?;
                Some(server_of(row, GLOBAL_ACCESS_SCOPE))
            }),
            scope: Some(|seam, key| {
                let mut row = Arc::unwrap_or_clone(seam.store.scope(key)?);
                GLOBAL_ACCESS_SCOPE.clone_into(&mut row.access_scope);
                Some(Arc::new(row))
            }),
            update_scope: Some(update_with_own_access_scope),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_8,
        "takes the access scope of the server for that of its scopes",
        Hooks {
            scope: Some(|seam, key| {
                let mut row = Arc::unwrap_or_clone(seam.store.scope(key)?);
                if let Some(server) = seam
                    .store
                    .get_dhcp_server_from_table(row.dhcp_server_record_id, row.family)
                {
                    row.access_scope.clone_from(&server.access_scope);
                }
                Some(Arc::new(row))
            }),
            update_scope: Some(update_with_own_access_scope),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_9,
        "looks at the first policy only",
        Hooks {
            open: Some(|_, caller| caller.policies.truncate(1)),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_9,
        "looks at the last policy only",
        Hooks {
            open: Some(|_, caller| {
                let last = caller.policies.pop();
                caller.policies = last.into_iter().collect();
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_10,
        "counts policies for replication on the access scope Global only",
        Hooks {
            open: Some(|seam, caller| {
                let Some(setup) = seam.setup() else { return };
                caller.policies.retain(|policy| {
                    policy.access_scope == GLOBAL_ACCESS_SCOPE
                        || !holds(setup, policy, "MsmDhcpReplicateOperation")
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_10,
        "counts policies whatever their access scope",
        Hooks {
            server: Some(|seam, id, family| {
                let row = seam.store.get_dhcp_server_from_table(id, family)?;
                let caller = seam.memory.callers.last();
                Some(match caller.and_then(|caller| caller.policies.first()) {
                    Some(policy) => server_of(row, &policy.access_scope),
                    None => row,
                })
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_11,
        "asks for no right",
        Hooks {
            open: Some(|_, caller| *caller = Caller::default()),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_11,
        "lets every IPAM group start",
        Hooks {
            open: Some(|_, caller| {
                if !caller.groups.is_empty() {
                    *caller = Caller::default();
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_12,
        "asks for the right to edit scopes as well",
        Hooks {
            open: Some(|seam, caller| {
                let Some(setup) = seam.setup() else { return };
                caller.policies.retain(|policy| {
                    !holds(setup, policy, "MsmDhcpReplicateOperation")
                        || holds(setup, policy, "MsmDhcpEditScope")
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_12,
        "fails at the first scope that the caller may not edit",
        Hooks {
            reset: Some(|_, setup, _| {
                let caller = &setup.caller;
                let may_edit = is_msm_administrator(caller)
                    || caller
                        .policies
                        .iter()
                        .any(|policy| holds(setup, policy, "MsmDhcpEditScope"));
                if !may_edit {
                    setup.partner.insert(
                        0,
                        PartnerRule {
                            does: Does::Refuse,
                            server: None,
                            scope: None,
                            on: None,
                            after: 0,
                            times: None,
                            delay: Duration::ZERO,
                            detail: Some(IpamExceptionId::ACCESS_DENIED),
                        },
                    );
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_13,
        "gives every session the rights of the first",
        Hooks {
            open: Some(|seam, caller| {
                if let Some(first) = seam.memory.callers.first() {
                    caller.clone_from(first);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_13,
        "adds the rights of earlier sessions to those of a new one",
        Hooks {
            open: Some(|seam, caller| {
                for earlier in &seam.memory.callers {
                    caller.groups.extend(earlier.groups.iter().cloned());
                    caller.policies.extend(earlier.policies.iter().cloned());
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_14,
        "does not take IPAM administrators for MSM administrators",
        Hooks {
            open: Some(|_, caller| caller.groups.retain(|group| group != IPAM_ADMINISTRATORS)),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_14,
        "sets the flag of one group and looks no further",
        Hooks {
            open: Some(|_, caller| {
                let flags = [
                    IPAM_ADMINISTRATORS,
                    IPAM_ASM_ADMINISTRATORS,
                    IPAM_MSM_ADMINISTRATORS,
                    IPAM_IP_AUDIT_ADMINISTRATORS,
                    IPAM_USERS,
                ];
                let set = flags
                    .into_iter()
                    .find(|flag| caller.groups.iter().any(|group| group == flag));
                caller.groups = set.map(str::to_owned).into_iter().collect();
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_15,
        "passes over the policies of groups",
        Hooks {
            open: Some(|_, caller| caller.policies.retain(|policy| policy.via == Via::User)),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_AUTH_15,
        "puts the policy of a group in the place of the user's",
        Hooks {
            open: Some(|_, caller| {
                let of_group = |policy: &Policy| policy.via == Via::Group;
                if caller.policies.iter().any(of_group) {
                    caller.policies.retain(of_group);
                }
            }),
            ..Hooks::NONE
        },
    ),
];
