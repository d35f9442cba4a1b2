//! Controls: what must not be accused, and what only its own reading excuses.

use crate::deviant::{Deviant, Hooks, Role};
use crate::spec::Question;
use crate::spec::RequirementId::{R_29_4, R_31_4};

/// The controls.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant {
        name: "is the simulator",
        requirement: R_31_4,
        role: Role::Equal,
        hooks: Hooks::NONE,
    },
    Deviant {
        name: "copies every scope onto itself",
        requirement: R_29_4,
        role: Role::Reading(Question::OQ1, "literal"),
        hooks: Hooks {
            reset: Some(|_, _, readings| {
                readings
                    .choose("OQ-1", "literal")
                    .expect("the table of rulings has it");
            }),
            ..Hooks::NONE
        },
    },
];
