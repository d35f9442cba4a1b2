//! Controls: what must not be accused, and what only its own reading excuses.

use crate::deviant::planted::tools::fail_while_processing;
use crate::deviant::{ClientInput, Deviant, Hooks, Role};
use crate::model::{Callback, ClientMessage, Event, IpamException, SoapFault};
use crate::session::ClientSession;
use crate::spec::RequirementId::{
    R_29_4, R_31_4, R_AUTH_7, R_CB_2, R_CB_4, R_FAULT_2, R_INIT_3, R_SM_4, R_SM_8, R_SM_10,
    R_START_1, R_START_3, R_START_4,
};
use crate::spec::{IpamExceptionId, Question, Readings, RequirementId};

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

/// Switches the simulator to a reading.
fn follow(readings: &mut Readings, question: Question, reading: &str) {
    readings
        .choose(question.name(), reading)
        .expect("the table of rulings has it");
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
        R_INIT_3,
        "refuses parameters of the wrong type at InitializeOperationParameters (OQ-8)",
        Hooks {
            reset: Some(|_, _, readings| {
                follow(readings, Question::OQ8, "strict");
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
    reading(
        R_29_4,
        Question::OQ1,
        "literal",
        "copies every scope onto itself",
        Hooks {
            reset: Some(|_, _, readings| follow(readings, Question::OQ1, "literal")),
            ..Hooks::NONE
        },
    ),
    reading(
        R_SM_8,
        Question::OQ2,
        "literal",
        "lets every delegate of the chain tell the end",
        Hooks {
            reset: Some(|_, _, readings| follow(readings, Question::OQ2, "literal")),
            ..Hooks::NONE
        },
    ),
    reading(
        R_SM_10,
        Question::OQ2,
        "in-progress",
        "tells InProgress before the end",
        Hooks {
            reset: Some(|_, _, readings| follow(readings, Question::OQ2, "in-progress")),
            ..Hooks::NONE
        },
    ),
    reading(
        R_SM_4,
        Question::OQ16,
        "none",
        "reports no subtasks",
        Hooks {
            reset: Some(|_, _, readings| follow(readings, Question::OQ16, "none")),
            ..Hooks::NONE
        },
    ),
    reading(
        R_START_3,
        Question::OQ8,
        "fault-reply",
        "raises a failure as a fault reply as well",
        Hooks {
            reset: Some(|_, _, readings| follow(readings, Question::OQ8, "fault-reply")),
            ..Hooks::NONE
        },
    ),
    reading(
        R_START_1,
        Question::OQ10,
        "first",
        "answers the start before it announces the operation",
        Hooks {
            reset: Some(|_, _, readings| follow(readings, Question::OQ10, "first")),
            ..Hooks::NONE
        },
    ),
    reading(
        R_START_3,
        Question::OQ10,
        "last",
        "answers the start after the end",
        Hooks {
            reset: Some(|_, _, readings| follow(readings, Question::OQ10, "last")),
            ..Hooks::NONE
        },
    ),
    reading(
        R_AUTH_7,
        Question::OQ13,
        "local-administrators",
        "takes local administrators for administrators of everything",
        Hooks {
            reset: Some(|_, _, readings| follow(readings, Question::OQ13, "local-administrators")),
            ..Hooks::NONE
        },
    ),
    reading(
        R_CB_2,
        Question::OQ6,
        "literal",
        "has a client that stays in Callback Initialized",
        Hooks {
            client: Some(|client, input| match input {
                ClientInput::Event(Event::Callback(Callback::StartProgressCallback { .. })) => {
                    *client = ClientSession::default();
                }
                input => input.reach(client),
            }),
            ..Hooks::NONE
        },
    ),
];
