//! Mistakes in what .3 and .4 check before they store anything ([MS-IPAMM2] 3.19.4.4.1.3 and .4; R-3-6 to R-3-8, R-4-6
//! to R-4-9).

use std::net::IpAddr;
use std::sync::Arc;

use crate::deviant::planted::scope_tools::{
    asks_to_create, asks_to_edit, failure_as_success, given_scope, given_type, id_in, retype,
    scope_mut, text_in,
};
use crate::deviant::{Deviant, Hooks, Seam};
use crate::model::{AdmDhcpServersRow, RecordId};
use crate::spec::RequirementId::{R_3_6, R_3_7b, R_3_8, R_4_6, R_4_7b, R_4_8, R_4_9};
use crate::spec::{AddressFamily, IpamAdminOperationId};
use crate::store::DataStore;

/// A row of a server that is not in the table.
fn made_up(id: RecordId, family: AddressFamily) -> Arc<AdmDhcpServersRow> {
    Arc::new(AdmDhcpServersRow {
        record_id: id,
        family,
        name: String::new(),
        access_scope: String::new(),
        option_definitions: Vec::new(),
        vendor_classes: Vec::new(),
        user_classes: Vec::new(),
    })
}

/// Whether the scope that the client sent is there: under its RecordId, or else by its subnet on its server.
fn is_there(seam: &Seam) -> bool {
    let family = AddressFamily::InterNetwork;
    given_scope(seam).is_some_and(|scope| match id_in(scope, "RecordId") {
        RecordId::UNSET => text_in(scope, "ScopeId")
            .and_then(|text| text.parse().ok())
            .is_some_and(|subnet: IpAddr| {
                let server = id_in(scope, "ParentDhcpServerRecordId");
                seam.store.scope_on_server(family, server, subnet).is_some()
            }),
        id => seam.store.scope((family, id)).is_some(),
    })
}

/// Whether a server of a relationship has no row, and whether copies are there all the same as that says.
fn partner_is_gone(seam: &Seam, relation: RecordId, with_copies: bool) -> bool {
    let Some(relation) = seam.store.relation(relation) else {
        return false;
    };
    let tables = seam.store.tables();
    let family = AddressFamily::InterNetwork;
    let partners = [relation.server1_record_id, relation.server2_record_id];
    partners.into_iter().flatten().any(|id| {
        let has_copies = tables
            .scopes
            .values()
            .any(|row| row.family == family && row.dhcp_server_record_id == id);
        id.is_set() && !tables.servers.contains_key(&(family, id)) && has_copies == with_copies
    })
}

/// The first scope of that subnet, on whichever server.
fn anywhere(seam: &Seam, family: AddressFamily, subnet: IpAddr) -> Option<RecordId> {
    let tables = seam.store.tables();
    tables
        .scopes
        .values()
        .find(|row| row.family == family && row.details.scope_id == subnet)
        .map(|row| row.record_id)
}

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_3_6,
        "creates a scope on a server that is not in the table",
        Hooks {
            server: Some(|seam, id, family| {
                let found = seam.store.get_dhcp_server_from_table(id, family);
                found.or_else(|| asks_to_create(seam).then(|| made_up(id, family)))
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_6,
        "creates a scope on the first server where its own is not in the table",
        Hooks {
            server: Some(|seam, id, family| {
                let found = seam.store.get_dhcp_server_from_table(id, family);
                let first = || seam.store.tables().servers.values().next().cloned();
                found.or_else(|| first().filter(|_| asks_to_create(seam)))
            }),
            insert_scope: Some(|seam, mut row| {
                let id = row.dhcp_server_record_id;
                if seam
                    .store
                    .get_dhcp_server_from_table(id, row.family)
                    .is_none()
                    && let Some(first) = seam.store.tables().servers.values().next()
                {
                    row.dhcp_server_record_id = first.record_id;
                }
                seam.store.insert_scope(row)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_6,
        "skips a scope that is new to a partner server which has no row",
        Hooks {
            relation: Some(|seam, id| {
                seam.store
                    .relation(id)
                    .filter(|_| !partner_is_gone(seam, id, false))
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_7b,
        "takes a subnet that another server has for one that is there",
        Hooks {
            scope_on_server: Some(|seam, family, server, subnet| {
                if asks_to_create(seam) {
                    anywhere(seam, family, subnet)
                } else {
                    seam.store.scope_on_server(family, server, subnet)
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_8,
        "creates a subnet on a server that has it",
        Hooks {
            scope_on_server: Some(|seam, family, server, subnet| {
                let found = seam.store.scope_on_server(family, server, subnet);
                found.filter(|_| !asks_to_create(seam))
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_8,
        "takes a scope that is to be created for new whatever its RecordId",
        Hooks {
            parameters: Some(|seam, paramters| {
                if asks_to_create(seam)
                    && let Some(scope) = scope_mut(paramters)
                {
                    scope.remove("RecordId");
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_8,
        "takes the same subnet with another prefix for another scope",
        Hooks {
            scope_on_server: Some(|seam, family, server, subnet| {
                let found = seam.store.scope_on_server(family, server, subnet)?;
                let row = seam.store.scope((family, found))?;
                let sent = given_scope(seam)
                    .filter(|_| asks_to_create(seam))
                    .and_then(|scope| text_in(scope, "PrefixLength"));
                let same = sent.is_none_or(|sent| sent == row.details.prefix_length.to_string());
                same.then_some(found)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_8,
        "updates a scope that it was asked to create",
        Hooks {
            parameters: Some(|seam, paramters| {
                if asks_to_create(seam) && is_there(seam) {
                    retype(
                        paramters,
                        IpamAdminOperationId::EditDhcpScope,
                        "UpdateDhcpScopeParameters",
                    );
                }
            }),
            operation: Some(|seam, operation| {
                if asks_to_create(seam) && is_there(seam) {
                    IpamAdminOperationId::EditDhcpScope
                } else {
                    operation
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_6,
        "edits a scope whose server is not in the table",
        Hooks {
            server: Some(|seam, id, family| {
                let found = seam.store.get_dhcp_server_from_table(id, family);
                found.or_else(|| asks_to_edit(seam).then(|| made_up(id, family)))
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_6,
        "asks for the server of the row and not for that of the object to edit",
        Hooks {
            parameters: Some(|seam, paramters| {
                let family = AddressFamily::InterNetwork;
                if asks_to_edit(seam)
                    && let Some(scope) = scope_mut(paramters)
                    && let Some(row) = seam.store.scope((family, id_in(scope, "RecordId")))
                {
                    let owner = row.dhcp_server_record_id.to_string();
                    scope.set("ParentDhcpServerRecordId", owner.into());
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_6,
        "skips a copy whose server has no row",
        Hooks {
            relation: Some(|seam, id| {
                seam.store
                    .relation(id)
                    .filter(|_| !partner_is_gone(seam, id, true))
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_7b,
        "edits no scope without its RecordId",
        Hooks {
            scope_on_server: Some(|seam, family, server, subnet| {
                let found = seam.store.scope_on_server(family, server, subnet);
                found.filter(|_| !asks_to_edit(seam))
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_7b,
        "edits the first scope of the subnet, on whichever server",
        Hooks {
            scope_on_server: Some(|seam, family, server, subnet| {
                if asks_to_edit(seam) {
                    anywhere(seam, family, subnet)
                } else {
                    seam.store.scope_on_server(family, server, subnet)
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_8,
        "creates a scope that it was asked to edit",
        Hooks {
            parameters: Some(|seam, paramters| {
                if asks_to_edit(seam) && !is_there(seam) {
                    retype(
                        paramters,
                        IpamAdminOperationId::CreateDhcpScope,
                        "CreateDhcpScopeParameters",
                    );
                }
            }),
            operation: Some(|seam, operation| {
                if asks_to_edit(seam) && !is_there(seam) {
                    IpamAdminOperationId::CreateDhcpScope
                } else {
                    operation
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_8,
        "takes a scope to edit that is not there for nothing to do",
        Hooks {
            event: Some(|seam, session, event| {
                failure_as_success(seam, session, event, |seam, _| {
                    asks_to_edit(seam)
                        && given_type(seam) == Some("UpdateDhcpScopeParameters")
                        && given_scope(seam).is_some()
                        && !is_there(seam)
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_8,
        "edits the scope of the subnet where the RecordId has no row",
        Hooks {
            parameters: Some(|seam, paramters| {
                if asks_to_edit(seam)
                    && !is_there(seam)
                    && let Some(scope) = scope_mut(paramters)
                {
                    scope.remove("RecordId");
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_9,
        "wants the data that are there to be valid before it updates them",
        Hooks {
            scope: Some(|seam, key| {
                seam.store
                    .scope(key)
                    .filter(|row| row.details.start_address < row.details.end_address)
            }),
            ..Hooks::NONE
        },
    ),
];
