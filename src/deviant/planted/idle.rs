//! Writes that no operation asks for ([MS-IPAMM2] 3.19.4.3, 3.19.4.4, 3.19.1.1).

use std::sync::Arc;

use crate::deviant::planted::tools::{INITIALIZE, START, is_end};
use crate::deviant::{Deviant, Hooks, Seam};
use crate::model::{AdmDhcpScopesRow, ClientMessage, Event};
use crate::spec::RequirementId::{R_INIT_7, R_KA_1, R_SM_6, R_SM_9, R_START_2};
use crate::store::DataStore;

/// Gives every scope of the partner that a scope in failover has a copy in the name of that scope.
fn replicate_names(seam: &mut Seam) {
    let tables = seam.store.tables().clone();
    for association in tables.scope_failovers.values() {
        let sources = tables.scopes.values();
        let source = sources
            .clone()
            .find(|row| row.record_id == association.scope_id);
        let Some(source) = source else { continue };
        for copy in sources.filter(|row| row.details.scope_id == source.details.scope_id) {
            let mut row = AdmDhcpScopesRow::clone(copy);
            row.details
                .scope_name
                .clone_from(&source.details.scope_name);
            seam.store.update_scope(row);
        }
    }
}

/// Leaves a note on every scope.
fn note(seam: &mut Seam) {
    let rows: Vec<Arc<AdmDhcpScopesRow>> = seam.store.tables().scopes.values().cloned().collect();
    for row in rows {
        let mut row = AdmDhcpScopesRow::clone(&row);
        row.details.description.push_str(" (seen)");
        seam.store.update_scope(row);
    }
}

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_START_2,
        "replicates names as soon as it has parameters",
        Hooks {
            send: Some(|seam, _, message| {
                if message.name() == INITIALIZE {
                    replicate_names(seam);
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_START_2,
        "leaves a note on every scope when a client goes that has started nothing",
        Hooks {
            end: Some(|seam, session| {
                if !seam.was_sent(session, START) {
                    note(seam);
                }
                true
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_INIT_7,
        "leaves a note on every scope when it refuses parameters",
        Hooks {
            event: Some(|seam, session, event| {
                if matches!(event, Event::Fault(_)) && !seam.was_sent(session, START) {
                    note(seam);
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_KA_1,
        "leaves a note on every scope at a keepalive",
        Hooks {
            send: Some(|seam, session, message| {
                if message == ClientMessage::Keepalive && !seam.was_sent(session, START) {
                    note(seam);
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_9,
        "leaves a note on every scope at a callback operation that the client sends",
        Hooks {
            send: Some(|seam, session, message| {
                if matches!(message, ClientMessage::CallbackOperation { .. })
                    && !seam.was_sent(session, START)
                {
                    note(seam);
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_6,
        "leaves a note on every scope when time passes after the end",
        Hooks {
            event: Some(|seam, session, event| {
                if is_end(&event) {
                    seam.count();
                }
                seam.tell(session, event);
            }),
            advance: Some(|seam, time| {
                if seam.memory.count.get() > 0 {
                    note(seam);
                }
                time
            }),
            ..Hooks::NONE
        },
    ),
];
