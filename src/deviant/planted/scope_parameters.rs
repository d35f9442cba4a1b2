//! Mistakes in how .3 and .4 take their parameters ([MS-IPAMM2] 3.19.4.4.1.3 and .4; R-3-1a to R-3-2, R-4-1a to R-4-2).

use crate::deviant::planted::scope_tools::{
    asks_to_create, asks_to_edit, failure_as_success, failure_untold, given_scope, given_type,
    operation, retype,
};
use crate::deviant::{Deviant, Hooks, Seam};
use crate::model::Value;
use crate::spec::RequirementId::{R_3_1a, R_3_1b, R_3_2, R_4_1a, R_4_1b, R_4_2};
use crate::spec::parameters;

/// Whether the parameters are NULL.
fn is_null(seam: &Seam) -> bool {
    matches!(seam.memory.parameters, None | Some(Value::Nil))
}

/// Whether the parameters are of a type, but not of that of the operation.
fn is_of_another_type(seam: &Seam) -> bool {
    let own = operation(seam).and_then(parameters::parameters_type);
    !is_null(seam) && given_type(seam) != own
}

/// Whether Scope of parameters of the right type is NULL.
fn has_no_scope(seam: &Seam) -> bool {
    !is_null(seam) && !is_of_another_type(seam) && given_scope(seam).is_none()
}

/// Takes parameters of any type that has a Scope for those of the operation.
fn takes_any_type(seam: &mut Seam, paramters: &mut Option<Value>) {
    if let Some(operation) = operation(seam)
        && let Some(own) = parameters::parameters_type(operation)
        && given_scope(seam).is_some()
    {
        retype(paramters, operation, own);
    }
}

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_3_1a,
        "takes NULL parameters of a new scope for nothing to do",
        Hooks {
            event: Some(|seam, session, event| {
                failure_as_success(seam, session, event, |seam, _| {
                    asks_to_create(seam) && is_null(seam)
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_1a,
        "says nothing more once the parameters of a new scope are NULL",
        Hooks {
            event: Some(|seam, session, event| {
                failure_untold(seam, session, event, |seam| {
                    asks_to_create(seam) && is_null(seam)
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_1b,
        "creates the Scope of whatever parameters it is given",
        Hooks {
            parameters: Some(|seam, paramters| {
                if asks_to_create(seam) {
                    takes_any_type(seam, paramters);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_1b,
        "passes over the parameters of another operation when it is to create a scope",
        Hooks {
            event: Some(|seam, session, event| {
                failure_as_success(seam, session, event, |seam, _| {
                    asks_to_create(seam) && is_of_another_type(seam)
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_2,
        "takes a NULL Scope to create for nothing to do",
        Hooks {
            event: Some(|seam, session, event| {
                failure_as_success(seam, session, event, |seam, _| {
                    asks_to_create(seam) && has_no_scope(seam)
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_2,
        "says nothing more once the Scope to create is NULL",
        Hooks {
            event: Some(|seam, session, event| {
                failure_untold(seam, session, event, |seam| {
                    asks_to_create(seam) && has_no_scope(seam)
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_1a,
        "takes NULL parameters of a scope to edit for nothing to do",
        Hooks {
            event: Some(|seam, session, event| {
                failure_as_success(seam, session, event, |seam, _| {
                    asks_to_edit(seam) && is_null(seam)
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_1a,
        "says nothing more once the parameters of a scope to edit are NULL",
        Hooks {
            event: Some(|seam, session, event| {
                failure_untold(seam, session, event, |seam| {
                    asks_to_edit(seam) && is_null(seam)
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_1b,
        "edits the Scope of whatever parameters it is given",
        Hooks {
            parameters: Some(|seam, paramters| {
                if asks_to_edit(seam) {
                    takes_any_type(seam, paramters);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_1b,
        "passes over the parameters of another operation when it is to edit a scope",
        Hooks {
            event: Some(|seam, session, event| {
                failure_as_success(seam, session, event, |seam, _| {
                    asks_to_edit(seam) && is_of_another_type(seam)
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_2,
        "takes a NULL Scope to edit for nothing to do",
        Hooks {
            event: Some(|seam, session, event| {
                failure_as_success(seam, session, event, |seam, _| {
                    asks_to_edit(seam) && has_no_scope(seam)
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_2,
        "says nothing more once the Scope to edit is NULL",
        Hooks {
            event: Some(|seam, session, event| {
                failure_untold(seam, session, event, |seam| {
                    asks_to_edit(seam) && has_no_scope(seam)
                });
            }),
            ..Hooks::NONE
        },
    ),
];
