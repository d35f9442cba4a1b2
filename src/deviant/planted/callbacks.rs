//! Mistakes in the callbacks of a running operation ([MS-IPAMM2] 3.19.1.1, 3.19.4.5 to 3.19.4.9, 3.21.4.5).

use crate::deviant::planted::tools::{is_end, percentage, status};
use crate::deviant::{Deviant, Hooks, Seam};
use crate::model::{Callback, Event, Percentage};
use crate::spec::RequirementId::{R_CB_4, R_CB_9, R_SM_4, R_SM_5, R_SM_8, R_SM_10};
use crate::spec::{OverallProgressStatus, SubTaskStatus};
use crate::trace::SessionIndex;

/// Whether an event is the last that is told of a subtask.
const fn ends_subtask(event: &Event) -> bool {
    matches!(
        event,
        Event::Callback(Callback::SetSubTaskStatus {
            status: SubTaskStatus::CompletedWithSuccess | SubTaskStatus::CompletedWithError,
            ..
        })
    )
}

/// Whether an event tells that an operation has started.
const fn is_start(event: &Event) -> bool {
    matches!(
        event,
        Event::Callback(Callback::StartProgressCallback { .. })
    )
}

/// Tells it on every open session but that.
fn tell_others(seam: &mut Seam, session: SessionIndex, event: &Event) {
    for other in 0..seam.memory.callers.len() {
        if other != session && !seam.memory.closed.contains(&other) {
            seam.tell(other, event.clone());
        }
    }
}

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_SM_4,
        "tells a thousand for a hundred percent",
        Hooks {
            event: Some(|seam, session, mut event| {
                if let Event::Callback(Callback::SetCompletionPercentage {
                    completion_percentage,
                }) = &mut event
                    && *completion_percentage == Percentage::HUNDRED
                    && let Some(thousand) = Percentage::from_lexical("1000")
                {
                    *completion_percentage = thousand;
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_4,
        "tells a subtask's percentage as minus one while it runs",
        Hooks {
            event: Some(|seam, session, mut event| {
                if let Event::Callback(Callback::SetSubTaskStatus {
                    status: SubTaskStatus::InProgress,
                    percent_complete,
                    ..
                }) = &mut event
                    && let Some(minus_one) = Percentage::from_lexical("-1")
                {
                    *percent_complete = minus_one;
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_4,
        "begins again at 0 percent with each scope",
        Hooks {
            event: Some(|seam, session, event| {
                if matches!(event, Event::Callback(Callback::AddSubTask { .. })) {
                    seam.tell(session, percentage(Percentage::ZERO));
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_4,
        "tells a subtask that failed as success",
        Hooks {
            event: Some(|seam, session, mut event| {
                if let Event::Callback(Callback::SetSubTaskStatus {
                    status: status @ SubTaskStatus::CompletedWithError,
                    completion_status,
                    ..
                }) = &mut event
                {
                    *status = SubTaskStatus::CompletedWithSuccess;
                    *completion_status = None;
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_4,
        "never tells that a subtask has ended",
        Hooks {
            event: Some(|seam, session, event| {
                if !ends_subtask(&event) {
                    seam.tell(session, event);
                }
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
                    seam.tell(session, percentage(Percentage::HUNDRED));
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_5,
        "tells the end before the last subtask has ended",
        Hooks {
            event: Some(|seam, session, event| {
                if ends_subtask(&event) {
                    seam.tell_held(session);
                    seam.memory.held.push((session, event));
                } else if is_end(&event) {
                    seam.tell(session, event);
                    seam.tell_held(session);
                } else {
                    if matches!(event, Event::Callback(Callback::AddSubTask { .. })) {
                        seam.tell_held(session);
                    }
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
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
        R_SM_8,
        "tells success after a failure",
        Hooks {
            event: Some(|seam, session, event| {
                let ends = is_end(&event);
                seam.tell(session, event);
                if ends {
                    let success = status(OverallProgressStatus::CompletedWithSuccess);
                    seam.tell(session, success);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_10,
        "tells NotStarted before the work begins",
        Hooks {
            event: Some(|seam, session, event| {
                let starts = is_start(&event);
                seam.tell(session, event);
                if starts {
                    seam.tell(session, status(OverallProgressStatus::NotStarted));
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_10,
        "tells InProgress with each subtask",
        Hooks {
            event: Some(|seam, session, event| {
                let adds = matches!(event, Event::Callback(Callback::AddSubTask { .. }));
                seam.tell(session, event);
                if adds {
                    seam.tell(session, status(OverallProgressStatus::InProgress));
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_4,
        "reports on subtasks that it never announces",
        Hooks {
            event: Some(|seam, session, event| {
                if !matches!(event, Event::Callback(Callback::AddSubTask { .. })) {
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_4,
        "counts subtasks from 1 when it adds them and from 0 when it reports",
        Hooks {
            event: Some(|seam, session, mut event| {
                if let Event::Callback(Callback::SetSubTaskStatus {
                    sub_task_instance, ..
                }) = &mut event
                {
                    sub_task_instance.sub_task_instance_id -= 1;
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_4,
        "announces a subtask after its first report",
        Hooks {
            event: Some(|seam, session, event| {
                if matches!(event, Event::Callback(Callback::AddSubTask { .. })) {
                    seam.memory.held.push((session, event));
                } else {
                    seam.tell(session, event);
                    seam.tell_held(session);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_9,
        "tells the progress of an operation on every open session",
        Hooks {
            event: Some(|seam, session, event| {
                if event.callback().is_some() {
                    tell_others(seam, session, &event);
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_9,
        "tells the end of an operation on every open session",
        Hooks {
            event: Some(|seam, session, event| {
                if is_end(&event) {
                    tell_others(seam, session, &event);
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
];
