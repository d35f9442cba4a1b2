//! Controls for scopes that are created and edited: what must not be accused, and what only its own reading excuses.

use crate::deviant::{Deviant, Hooks, Role};
use crate::model::{Callback, CompletionStatus, Event};
use crate::spec::Question;
use crate::spec::RequirementId::{R_3_12, R_4_15, R_4_20};
use crate::store::DataStore;

/// The controls of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant {
        name: "says in its own words why a scope was not stored",
        requirement: R_4_20,
        role: Role::Equal,
        hooks: Hooks {
            event: Some(|seam, session, mut event| {
                if let Event::Callback(Callback::SetOverallStatus {
                    completion_status:
                        Some(CompletionStatus::DhcpMsmOverallCompletionStatus {
                            error_info: Some(exception),
                            ..
                        }),
                    ..
                }) = &mut event
                {
                    exception.exception_message = Some("that did not work".to_owned());
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    },
    Deviant {
        name: "gives the range of a new scope the number of the scope",
        requirement: R_3_12,
        role: Role::Equal,
        hooks: Hooks {
            put_range: Some(|seam, mut row| {
                if !row.record_id.is_set() {
                    row.record_id = row.scope_record_id;
                }
                seam.store.put_range(row);
            }),
            ..Hooks::NONE
        },
    },
    Deviant {
        name: "copies what the steps list and nothing else",
        requirement: R_4_15,
        role: Role::Reading(Question::OQ12, "literal"),
        hooks: Hooks {
            reset: Some(|_, _, readings| {
                readings
                    .choose("OQ-12", "literal")
                    .expect("the table of rulings has it");
            }),
            ..Hooks::NONE
        },
    },
];
