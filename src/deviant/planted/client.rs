//! Mistakes in our own client: the callback server with its ProgressTracker ([MS-IPAMM2] 3.21).
//!
//! R-CB-2 has one here: that the tracker is reset shows on no session of the corpus, where StartProgressCallback comes
//! once, and a client that stays in its state follows another reading of OQ-6. R-CB-4 shows through servers only (see
//! `callbacks`), R-CB-8 not at all: our client has nothing to reply with.

use crate::deviant::planted::tools::is_msm_administrator;
use crate::deviant::{ClientInput, Deviant, Hooks};
use crate::model::{Callback, Event, Percentage, SubTaskInstance};
use crate::session::ClientSession;
use crate::spec::OverallProgressStatus;
use crate::spec::RequirementId::{R_CB_1, R_CB_2, R_CB_3, R_CB_5, R_CB_6, R_CB_7, R_CB_10};
use crate::trace::ClientState;

/// The callback in what reaches a client.
const fn callback<'a>(input: ClientInput<'a>) -> Option<&'a Callback> {
    match input {
        ClientInput::Event(event) => event.callback(),
        _ => None,
    }
}

const fn is_start(input: ClientInput<'_>) -> bool {
    matches!(
        callback(input),
        Some(Callback::StartProgressCallback { .. })
    )
}

const fn is_percentage(input: ClientInput<'_>) -> bool {
    matches!(
        callback(input),
        Some(Callback::SetCompletionPercentage { .. })
    )
}

/// The client is told that the operation stands so.
fn tell(client: &mut ClientSession, overall_status: OverallProgressStatus) {
    client.handle(&Event::Callback(Callback::SetOverallStatus {
        overall_status,
        completion_status: None,
    }));
}

/// The client is told of a subtask.
fn add(client: &mut ClientSession, sub_task_instance: SubTaskInstance) {
    client.handle(&Event::Callback(Callback::AddSubTask { sub_task_instance }));
}

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_CB_1,
        "has a client that is Started from the beginning",
        Hooks {
            client: Some(|client, input| match input {
                ClientInput::Opened(_) => {
                    client.handle(&Event::Callback(Callback::StartProgressCallback {
                        is_non_deterministic: None,
                    }));
                }
                input => input.reach(client),
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_1,
        "has a client that begins with a subtask in its tracker",
        Hooks {
            client: Some(|client, input| match input {
                ClientInput::Opened(_) => add(client, SubTaskInstance::default()),
                input => input.reach(client),
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_2,
        "has a client that is Started by the first subtask only",
        Hooks {
            client: Some(|client, input| {
                let is_first = matches!(callback(input), Some(Callback::AddSubTask { .. }))
                    && client.state().state == ClientState::CallbackInitialized;
                if is_first {
                    client.handle(&Event::Callback(Callback::StartProgressCallback {
                        is_non_deterministic: None,
                    }));
                }
                if !is_start(input) {
                    input.reach(client);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_3,
        "has a client that adds no subtask",
        Hooks {
            client: Some(|client, input| {
                if !matches!(callback(input), Some(Callback::AddSubTask { .. })) {
                    input.reach(client);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_3,
        "has a client that knows subtasks by their kind",
        Hooks {
            client: Some(|client, input| match callback(input) {
                Some(Callback::AddSubTask { sub_task_instance }) => {
                    let mut by_kind = sub_task_instance.clone();
                    by_kind.sub_task_instance_id = by_kind.sub_task_unique_id;
                    add(client, by_kind);
                }
                _ => input.reach(client),
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_5,
        "has a client that does not hear percentages",
        Hooks {
            client: Some(|client, input| {
                if !is_percentage(input) {
                    input.reach(client);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_5,
        "has a client that keeps the first percentage",
        Hooks {
            client: Some(|client, input| {
                let is_later = client.tracker().percentage != Percentage::ZERO;
                if !(is_later && is_percentage(input)) {
                    input.reach(client);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_6,
        "has a client that does not hear SetOverallStatus",
        Hooks {
            client: Some(|client, input| {
                if !matches!(callback(input), Some(Callback::SetOverallStatus { .. })) {
                    input.reach(client);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_6,
        "has a client that takes every end for success",
        Hooks {
            client: Some(|client, input| {
                if callback(input).is_some_and(|callback| callback.terminal().is_some()) {
                    tell(client, OverallProgressStatus::CompletedWithSuccess);
                } else {
                    input.reach(client);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_7,
        "has a client that does not notice a lost connection",
        Hooks {
            client: Some(|client, input| {
                if !matches!(input, ClientInput::Dropped) {
                    input.reach(client);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_7,
        "has a client that does not take a fault for the loss of the session",
        Hooks {
            client: Some(|client, input| {
                if !matches!(
                    input,
                    ClientInput::Event(Event::Fault(_) | Event::SessionClosed)
                ) {
                    input.reach(client);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_7,
        "has a client that forgets the end when the connection is lost",
        Hooks {
            client: Some(|client, input| {
                if matches!(
                    input,
                    ClientInput::Dropped | ClientInput::Event(Event::SessionClosed)
                ) {
                    *client = ClientSession::default();
                }
                input.reach(client);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_CB_10,
        "has a client that takes callbacks for MSM administrators only",
        Hooks {
            client: Some(|client, input| match input {
                ClientInput::Opened(caller) if !is_msm_administrator(caller) => client.close(),
                input => input.reach(client),
            }),
            ..Hooks::NONE
        },
    ),
];
