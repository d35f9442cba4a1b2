//! Mistakes in the columns that .3 and .4 store ([MS-IPAMM2] 3.19.4.4.1.3 and .4; R-3-10, R-4-10).

use crate::deviant::planted::scope_tools::{
    asks_to_create, asks_to_edit, given_scope, insert, texts, twin, update,
};
use crate::deviant::{Deviant, Hooks};
use crate::model::{AdmDhcpScopesRow, SerDuration};
use crate::spec::RequirementId::{R_3_10, R_4_10};
use crate::spec::{DhcpLeaseDurationType, DhcpScopeStatus, DhcpServingClientsType};
use crate::store::DataStore;

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_3_10,
        "activates every new scope",
        Hooks {
            insert_scope: Some(|seam, row| {
                insert(seam, row, |new| new.status = DhcpScopeStatus::Activated)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_10,
        "names a new scope after its subnet",
        Hooks {
            insert_scope: Some(|seam, row| {
                insert(seam, row, |new| new.scope_name = new.scope_id.to_string())
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_10,
        "starts a new scope without the subnet delay",
        Hooks {
            insert_scope: Some(|seam, row| insert(seam, row, |new| new.subnet_delay = 0)),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_10,
        "gives a new scope the default lease time",
        Hooks {
            insert_scope: Some(|seam, row| {
                insert(seam, row, |new| {
                    new.lease_duration_type = DhcpLeaseDurationType::Limited;
                    new.lease_duration = SerDuration::from_days(8);
                })
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_10,
        "stores an unlimited lease of a new scope as a limited one",
        Hooks {
            insert_scope: Some(|seam, row| {
                insert(seam, row, |new| {
                    new.lease_duration_type = DhcpLeaseDurationType::Limited;
                })
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_10,
        "lets a new scope serve DHCP clients only",
        Hooks {
            insert_scope: Some(|seam, row| {
                insert(seam, row, |new| {
                    new.serving_clients_type = DhcpServingClientsType::Dhcp;
                })
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_10,
        "inserts a scope that is asked for twice",
        Hooks {
            insert_scope: Some(|seam, row| {
                if asks_to_create(seam) {
                    seam.store.insert_scope(row.clone());
                }
                seam.store.insert_scope(row)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_10,
        "keeps the name that a scope had",
        Hooks {
            update_scope: Some(|seam, row| {
                update(seam, row, |there, row| {
                    row.details.scope_name.clone_from(&there.details.scope_name);
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_10,
        "never deactivates a scope",
        Hooks {
            update_scope: Some(|seam, row| {
                update(seam, row, |there, row| {
                    if there.details.status == DhcpScopeStatus::Activated {
                        row.details.status = DhcpScopeStatus::Activated;
                    }
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_10,
        "updates a lease time by days, without the hours",
        Hooks {
            update_scope: Some(|seam, row| {
                const DAY: u64 = 24 * 60 * 60;
                update(seam, row, |_, row| {
                    let lease = row.details.lease_duration.to_duration();
                    let days = lease.map_or(0, |lease| lease.as_secs() / DAY);
                    row.details.lease_duration =
                        SerDuration::from_days(u32::try_from(days).unwrap_or(u32::MAX));
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_10,
        "updates the lease time and keeps its type",
        Hooks {
            update_scope: Some(|seam, row| {
                update(seam, row, |there, row| {
                    row.details.lease_duration_type = there.details.lease_duration_type;
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_10,
        "leaves out the subnet delay when it updates a scope",
        Hooks {
            update_scope: Some(|seam, row| {
                update(seam, row, |there, row| {
                    row.details.subnet_delay = there.details.subnet_delay;
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_10,
        "leaves out which clients a scope serves when it updates it",
        Hooks {
            update_scope: Some(|seam, row| {
                update(seam, row, |there, row| {
                    row.details.serving_clients_type = there.details.serving_clients_type;
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_10,
        "stores only the columns that ModifiedProperties names",
        Hooks {
            update_scope: Some(|seam, row| {
                let is_asked = asks_to_edit(seam);
                let named = given_scope(seam)
                    .map(|scope| texts(scope, "ModifiedProperties"))
                    .unwrap_or_default();
                update(seam, row, |there, row| {
                    let is_kept = |name: &str| is_asked && !named.iter().any(|other| other == name);
                    let (own, new) = (&there.details, &mut row.details);
                    if is_kept("ScopeName") {
                        new.scope_name.clone_from(&own.scope_name);
                    }
                    if is_kept("Status") {
                        new.status = own.status;
                    }
                    if is_kept("SubnetDelay") {
                        new.subnet_delay = own.subnet_delay;
                    }
                    if is_kept("LeaseDurationType") {
                        new.lease_duration_type = own.lease_duration_type;
                    }
                    if is_kept("LeaseDuration") {
                        new.lease_duration = own.lease_duration;
                    }
                    if is_kept("ServingClientsType") {
                        new.serving_clients_type = own.serving_clients_type;
                    }
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_10,
        "does not move a scope to the subnet that it is given",
        Hooks {
            update_scope: Some(|seam, row| {
                update(seam, row, |there, row| {
                    row.details.scope_id = there.details.scope_id;
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_10,
        "edits the copy on the partner server as well",
        Hooks {
            update_scope: Some(|seam, row| {
                if let Some(copy) = twin(seam, &row).filter(|_| asks_to_edit(seam)) {
                    let mut copy = AdmDhcpScopesRow::clone(&copy);
                    copy.details = row.details.clone();
                    seam.store.update_scope(copy);
                }
                seam.store.update_scope(row);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_10,
        "takes over the superscope of the source",
        Hooks {
            update_scope: Some(|seam, row| {
                let source = twin(seam, &row);
                update(seam, row, |_, row| {
                    if let Some(source) = &source {
                        row.superscope.clone_from(&source.superscope);
                    }
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_10,
        "puts an updated copy into the access scope of its server",
        Hooks {
            update_scope: Some(|seam, row| {
                let server = seam
                    .store
                    .get_dhcp_server_from_table(row.dhcp_server_record_id, row.family);
                update(seam, row, |_, row| {
                    if let Some(server) = &server {
                        row.access_scope.clone_from(&server.access_scope);
                    }
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_10,
        "counts the active leases of an updated scope from zero",
        Hooks {
            update_scope: Some(|seam, row| {
                update(seam, row, |_, row| row.details.number_of_active_leases = 0);
            }),
            ..Hooks::NONE
        },
    ),
];
