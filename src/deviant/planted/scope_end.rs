//! Mistakes in how .3 and .4 report their end ([MS-IPAMM2] 3.19.4.4.1.3 and .4; R-3-19, R-3-20, R-4-19, R-4-20).

use crate::deviant::planted::scope_tools::{asks_to_create, asks_to_edit, end_of};
use crate::deviant::{Deviant, Hooks, Seam};
use crate::model::{Callback, CompletionStatus, Event, IpamException, Terminal};
use crate::spec::RequirementId::{R_3_19, R_3_20, R_4_19, R_4_20};
use crate::spec::{IpamExceptionId, OverallProgressStatus, SubTaskStatus};
use crate::trace::SessionIndex;

/// Takes what a partner server refused with that fault for done: subtask and operation.
fn refusal_as_success(
    seam: &mut Seam,
    session: SessionIndex,
    mut event: Event,
    id: IpamExceptionId,
) {
    let is_refusal = |exception: Option<&IpamException>| {
        exception.is_some_and(|e| e.ids().any(|found| found == id))
    };
    match &mut event {
        Event::Callback(Callback::SetSubTaskStatus {
            status,
            completion_status,
            ..
        }) if is_refusal(completion_status.as_ref()) => {
            *status = SubTaskStatus::CompletedWithSuccess;
            *completion_status = None;
        }
        Event::Callback(Callback::SetOverallStatus {
            overall_status,
            completion_status,
        }) if is_refusal(
            completion_status
                .as_ref()
                .and_then(CompletionStatus::exception),
        ) =>
        {
            *overall_status = OverallProgressStatus::CompletedWithSuccess;
            *completion_status = None;
        }
        _ => {}
    }
    seam.tell(session, event);
}

/// Tells a success with that status where the condition holds.
fn success_as(
    seam: &mut Seam,
    session: SessionIndex,
    event: Event,
    status: OverallProgressStatus,
    condition: fn(&Seam) -> bool,
) {
    let told = if end_of(&event) == Some(Terminal::Success) && condition(seam) {
        let fault = IpamException::new(IpamExceptionId::GENERIC_ERROR, "it failed");
        Event::Callback(Callback::SetOverallStatus {
            overall_status: status,
            completion_status: (status == OverallProgressStatus::CompletedWithFailure).then_some(
                CompletionStatus::DhcpMsmOverallCompletionStatus {
                    error_info: Some(fault),
                    has_ipam_update_error: false,
                },
            ),
        })
    } else {
        event
    };
    seam.tell(session, told);
}

/// Tells a failure with these details where the condition holds.
fn failure_with(
    seam: &mut Seam,
    session: SessionIndex,
    mut event: Event,
    details: Option<IpamExceptionId>,
    condition: fn(&Seam) -> bool,
) {
    if end_of(&event) == Some(Terminal::Failure)
        && condition(seam)
        && let Event::Callback(Callback::SetOverallStatus {
            completion_status, ..
        }) = &mut event
    {
        *completion_status = details.map(|id| CompletionStatus::DhcpMsmOverallCompletionStatus {
            error_info: Some(IpamException::new(id, "it failed")),
            has_ipam_update_error: true,
        });
    }
    seam.tell(session, event);
}

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_3_19,
        "creates the scope and reports a failure",
        Hooks {
            event: Some(|seam, session, event| {
                let status = OverallProgressStatus::CompletedWithFailure;
                success_as(seam, session, event, status, asks_to_create);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_19,
        "leaves the creation of a scope in progress",
        Hooks {
            event: Some(|seam, session, event| {
                let status = OverallProgressStatus::InProgress;
                success_as(seam, session, event, status, asks_to_create);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_20,
        "takes a new copy for created though the partner server refused it",
        Hooks {
            event: Some(|seam, session, event| {
                let id = IpamExceptionId::SCOPE_FAILED_TO_ADD_REMOTE;
                refusal_as_success(seam, session, event, id);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_20,
        "does not say why a scope was not created",
        Hooks {
            event: Some(|seam, session, event| {
                failure_with(seam, session, event, None, asks_to_create);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_20,
        "says of a scope that was not created that a server could not be replicated",
        Hooks {
            event: Some(|seam, session, event| {
                let id = IpamExceptionId::FAILED_TO_REPLICATE_SERVER;
                failure_with(seam, session, event, Some(id), asks_to_create);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_19,
        "edits the scope and reports a failure",
        Hooks {
            event: Some(|seam, session, event| {
                let status = OverallProgressStatus::CompletedWithFailure;
                success_as(seam, session, event, status, asks_to_edit);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_19,
        "goes back to NotStarted once the scope is edited",
        Hooks {
            event: Some(|seam, session, event| {
                let status = OverallProgressStatus::NotStarted;
                success_as(seam, session, event, status, asks_to_edit);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_20,
        "takes a copy for updated though the partner server refused it",
        Hooks {
            event: Some(|seam, session, event| {
                let id = IpamExceptionId::SCOPE_FAILED_TO_UPDATE_REMOTE;
                refusal_as_success(seam, session, event, id);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_20,
        "does not say why a scope was not edited",
        Hooks {
            event: Some(|seam, session, event| {
                failure_with(seam, session, event, None, asks_to_edit);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_20,
        "says of a scope that was not edited that a server could not be replicated",
        Hooks {
            event: Some(|seam, session, event| {
                let id = IpamExceptionId::FAILED_TO_REPLICATE_SERVER;
                failure_with(seam, session, event, Some(id), asks_to_edit);
            }),
            ..Hooks::NONE
        },
    ),
];
