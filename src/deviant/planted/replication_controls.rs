//! Controls of replication: what the document leaves open must not be accused, and other readings are excused by
//! nothing but themselves.

use crate::deviant::{Deviant, Hooks, Role};
use crate::spec::RequirementId::{
    self, R_29_2b, R_29_3, R_29_3a, R_29_4, R_29_6a, R_29_6b, R_29_8,
};
use crate::spec::{Question, Readings};
use crate::store::DataStore;

/// The controls.
pub(super) const DEVIANTS: &[Deviant] = &[
    equal(
        R_29_3,
        "replicates the scopes of a server from the last to the first",
        Hooks {
            scopes: Some(|seam, server, family| {
                let mut scopes = seam.store.get_scopes_for_server(server, family)?;
                scopes.reverse();
                Some(scopes)
            }),
            ..Hooks::NONE
        },
    ),
    equal(
        R_29_2b,
        "takes a server without scopes for replicated",
        Hooks {
            reset: Some(|_, _, readings| choose(readings, "OQ-3", "success")),
            ..Hooks::NONE
        },
    ),
    equal(
        R_29_4,
        "skips a scope whose relationship names no partner",
        Hooks {
            reset: Some(|_, _, readings| choose(readings, "OQ-14", "skip")),
            ..Hooks::NONE
        },
    ),
    equal(
        R_29_8,
        "replicates the other scopes when one has failed",
        Hooks {
            reset: Some(|_, _, readings| choose(readings, "OQ-15", "continue")),
            ..Hooks::NONE
        },
    ),
    equal(
        R_29_3a,
        "takes the last relationship of a scope that is in two",
        Hooks {
            reset: Some(|_, _, readings| choose(readings, "OQ-22", "highest")),
            ..Hooks::NONE
        },
    ),
    Deviant {
        name: "looks for a copy by the source's record id",
        requirement: R_29_6a,
        role: Role::Reading(Question::OQ4, "record-id"),
        hooks: Hooks {
            reset: Some(|_, _, readings| choose(readings, "OQ-4", "record-id")),
            ..Hooks::NONE
        },
    },
    Deviant {
        name: "stores the clone under the source's record id",
        requirement: R_29_6a,
        role: Role::Reading(Question::OQ5, "literal"),
        hooks: Hooks {
            reset: Some(|_, _, readings| choose(readings, "OQ-5", "literal")),
            ..Hooks::NONE
        },
    },
    Deviant {
        name: "attaches a new copy and marks both as in step",
        requirement: R_29_6b,
        role: Role::Reading(Question::OQ11, "attach"),
        hooks: Hooks {
            reset: Some(|_, _, readings| choose(readings, "OQ-11", "attach")),
            ..Hooks::NONE
        },
    },
];

const fn equal(clear_of: RequirementId, name: &'static str, hooks: Hooks) -> Deviant {
    Deviant {
        name,
        requirement: clear_of,
        role: Role::Equal,
        hooks,
    }
}

fn choose(readings: &mut Readings, question: &str, reading: &str) {
    readings
        .choose(question, reading)
        .expect("the table of rulings has it");
}
