//! Mistakes in the callbacks and in the end of an operation ([MS-IPAMM2] 3.19.1.1, 3.19.4.4.1).

use crate::deviant::{Deviant, Hooks};
use crate::model::{Callback, Event, Percentage};
use crate::spec::OverallProgressStatus;
use crate::spec::RequirementId::{R_PROC_2, R_SM_5, R_SM_8};

/// Whether an event is SetOverallStatus with a Completed value.
fn is_end(event: &Event) -> bool {
    event
        .callback()
        .is_some_and(|callback| callback.terminal().is_some())
}

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_SM_8,
        "tells the end twice",
        Hooks {
            event: Some(|seam, session, event| {
                if is_end(&event) {
                    seam.tell(session, event.clone());
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_5,
        "sends a percentage after the end",
        Hooks {
            event: Some(|seam, session, event| {
                let ends = is_end(&event);
                seam.tell(session, event);
                if ends {
                    let late = Callback::SetCompletionPercentage {
                        completion_percentage: Percentage::HUNDRED,
                    };
                    seam.tell(session, Event::Callback(late));
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PROC_2,
        "tells a failure as success",
        Hooks {
            event: Some(|seam, session, mut event| {
                if let Event::Callback(Callback::SetOverallStatus {
                    overall_status,
                    completion_status,
                }) = &mut event
                {
                    *overall_status = OverallProgressStatus::CompletedWithSuccess;
                    *completion_status = None;
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
];
