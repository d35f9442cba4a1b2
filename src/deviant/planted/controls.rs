//! Controls: what must not be accused, and what only its own reading excuses.

use crate::deviant::planted::tools::{fail_while_processing, is_end, status};
use crate::deviant::{Deviant, Hooks, Role};
use crate::model::{Callback, ClientMessage, Event, IpamException, SoapFault};
use crate::session::ClientSession;
use crate::spec::RequirementId::{
    R_29_4, R_31_4, R_AUTH_7, R_CB_2, R_CB_4, R_FAULT_2, R_INIT_3, R_KA_2, R_PROC_2, R_SM_4,
    R_SM_8, R_SM_10, R_START_1, R_START_3, R_START_4,
};
use crate::spec::{IpamExceptionId, OverallProgressStatus, Question, RequirementId};

/// What equals the simulator in all that anybody may judge.
const fn equal(clear_of: RequirementId, name: &'static str, hooks: Hooks) -> Deviant {
    Deviant {
        name,
        requirement: clear_of,
        role: Role::Equal,
        hooks,
    }
}

/// What follows another reading.
const fn reading(
    requirement: RequirementId,
    question: Question,
    reading: &'static str,
    name: &'static str,
    hooks: Hooks,
) -> Deviant {
    Deviant {
        name,
        requirement,
        role: Role::Reading(question, reading),
        hooks,
    }
}

/// Says an exception and all within it in other words.
fn reword(exception: &mut IpamException) {
    exception.exception_message = None;
    if let Some(inner) = &mut exception.inner_ipam_exception {
        reword(inner);
    }
}

/// The controls.
pub(super) const DEVIANTS: &[Deviant] = &[
    equal(R_31_4, "is the simulator", Hooks::NONE),
    equal(
        R_FAULT_2,
        "has no words for its exceptions",
        Hooks {
            event: Some(|seam, session, mut event| {
                if let Event::Fault(SoapFault {
                    detail: Some(detail),
                    ..
                }) = &mut event
                {
                    reword(detail);
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    equal(
        R_SM_4,
        "does not say whether it can tell percentages",
        Hooks {
            event: Some(|seam, session, mut event| {
                if let Event::Callback(Callback::StartProgressCallback {
                    is_non_deterministic,
                }) = &mut event
                {
                    *is_non_deterministic = None;
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    equal(
        R_CB_4,
        "numbers its subtasks from a hundred",
        Hooks {
            event: Some(|seam, session, mut event| {
                if let Event::Callback(
                    Callback::AddSubTask { sub_task_instance }
                    | Callback::SetSubTaskStatus {
                        sub_task_instance, ..
                    },
                ) = &mut event
                {
                    sub_task_instance.sub_task_instance_id += 99;
                    sub_task_instance.sub_task_name = None;
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    equal(
        R_KA_2,
        "ends a silent session one tick later",
        Hooks {
            reset: Some(|seam, _, _| seam.memory.count.set(1)),
            advance: Some(|seam, time| {
                let is_first = seam.memory.count.replace(0) == 1;
                if is_first {
                    time.saturating_sub(crate::session::INACTIVITY_TICK)
                } else {
                    time
                }
            }),
            ..Hooks::NONE
        },
    ),
    equal(
        R_PROC_2,
        "raises a failure as a fault reply as well (OQ-8)",
        Hooks {
            reset: Some(|_, _, readings| {
                readings
                    .choose("OQ-8", "fault-reply")
                    .expect("the table of rulings has it");
            }),
            ..Hooks::NONE
        },
    ),
    equal(
        R_INIT_3,
        "refuses parameters of the wrong type at InitializeOperationParameters (OQ-8)",
        Hooks {
            reset: Some(|_, _, readings| {
                readings
                    .choose("OQ-8", "strict")
                    .expect("the table of rulings has it");
            }),
            ..Hooks::NONE
        },
    ),
    equal(
        R_START_4,
        "fails in the delegate where nobody initialized (OQ-17)",
        Hooks {
            send: Some(|seam, session, message| {
                let is_bare = message == ClientMessage::StartOperationWithCallback
                    && !seam.was_sent(session, "InitializeOperationParameters");
                if is_bare {
                    let id = IpamExceptionId::INVALID_PARAMETER;
                    fail_while_processing(seam, session, id);
                    seam.tell(session, Event::SessionClosed);
                    return None;
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
    equal(
        R_AUTH_7,
        "takes local administrators for administrators of everything (OQ-13)",
        Hooks {
            reset: Some(|_, _, readings| {
                readings
                    .choose("OQ-13", "local-administrators")
                    .expect("the table of rulings has it");
            }),
            ..Hooks::NONE
        },
    ),
    reading(
        R_29_4,
        Question::OQ1,
        "literal",
        "copies every scope onto itself",
        Hooks {
            reset: Some(|_, _, readings| {
                readings
                    .choose("OQ-1", "literal")
                    .expect("the table of rulings has it");
            }),
            ..Hooks::NONE
        },
    ),
    reading(
        R_SM_8,
        Question::OQ2,
        "literal",
        "lets every delegate of the chain tell the end",
        Hooks {
            reset: Some(|_, _, readings| {
                readings
                    .choose("OQ-2", "literal")
                    .expect("the table of rulings has it");
            }),
            ..Hooks::NONE
        },
    ),
    reading(
        R_SM_10,
        Question::OQ2,
        "in-progress",
        "tells InProgress before the end",
        Hooks {
            event: Some(|seam, session, event| {
                if is_end(&event) {
                    seam.tell(session, status(OverallProgressStatus::InProgress));
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    reading(
        R_START_1,
        Question::OQ10,
        "first",
        "answers the start before it announces the operation",
        Hooks {
            event: Some(|seam, session, event| match event {
                Event::Callback(Callback::StartProgressCallback { .. })
                    if seam.was_sent(session, "StartOperationWithCallback") =>
                {
                    seam.memory.held.push((session, event));
                }
                event => {
                    seam.tell(session, event);
                    seam.tell_held(session);
                }
            }),
            ..Hooks::NONE
        },
    ),
    reading(
        R_START_3,
        Question::OQ10,
        "last",
        "answers the start after the end",
        Hooks {
            reset: Some(|_, _, readings| {
                readings
                    .choose("OQ-10", "last")
                    .expect("the table of rulings has it");
            }),
            ..Hooks::NONE
        },
    ),
    reading(
        R_SM_4,
        Question::OQ16,
        "none",
        "reports no subtasks",
        Hooks {
            event: Some(|seam, session, event| {
                let is_progress = event.callback().is_some_and(Callback::is_progress);
                if !is_progress {
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
    reading(
        R_CB_2,
        Question::OQ6,
        "literal",
        "has a client that stays in Callback Initialized",
        Hooks {
            client: Some(|client, input| {
                let is_start = matches!(
                    input,
                    crate::deviant::ClientInput::Event(Event::Callback(
                        Callback::StartProgressCallback { .. }
                    ))
                );
                if is_start {
                    *client = ClientSession::default();
                } else {
                    input.reach(client);
                }
            }),
            ..Hooks::NONE
        },
    ),
];
