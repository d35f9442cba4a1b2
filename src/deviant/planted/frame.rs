//! Mistakes in the form of faults, before an operation, and in keeping sessions alive ([MS-IPAMM2] 2.1, 2.2.2, 3.1.4.2,
//! 3.1.5).

use std::time::Duration;

use crate::deviant::planted::tools::{
    INITIALIZE, START, fail_while_processing, failure, fault, is_denial, refuse, started,
};
use crate::deviant::{Deviant, Hooks, Seam};
use crate::model::{Callback, ClientMessage, CompletionStatus, Event, FaultCode, IpamException};
use crate::session::INACTIVITY_TICK;
use crate::spec::IpamExceptionId;
use crate::spec::RequirementId::{
    R_FAULT_1, R_FAULT_2, R_KA_1, R_KA_2, R_PRE_1, R_PRE_2, R_PRE_3, R_PRE_4, R_PRE_5, R_TR_2,
};
use crate::trace::SessionIndex;

/// Whether a message written by hand names an operation that the port type does not have.
fn is_unknown(message: &ClientMessage) -> bool {
    matches!(message, ClientMessage::Raw { action: Some(action), .. }
        if !action.ends_with(INITIALIZE) && !action.ends_with(START))
}

/// Leaves a check of the store to the start: Initialize is answered, the start is refused.
fn check_at_start(
    seam: &mut Seam,
    session: SessionIndex,
    message: ClientMessage,
    is_refused: bool,
    id: IpamExceptionId,
) -> Option<ClientMessage> {
    match message {
        ClientMessage::InitializeOperationParameters { .. } if is_refused => {
            seam.tell(session, Event::InitializeOperationParametersResponse);
            None
        }
        ClientMessage::StartOperationWithCallback if is_refused => {
            refuse(seam, session, id);
            None
        }
        message => Some(message),
    }
}

/// A clock of the deviant's own, until the start: counts seconds, and after a minute lets so much time pass that no
/// session outlives it.
fn end_after_a_minute(seam: &Seam, time: Duration) -> Duration {
    let silent = seam.memory.count.get() + time.as_secs();
    seam.memory.count.set(silent);
    let started = |sent: &Vec<String>| sent.iter().any(|name| name == START);
    if silent >= 60 && !seam.memory.sent.values().any(started) {
        Duration::from_secs(120)
    } else {
        time
    }
}

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_TR_2,
        "passes over an operation it does not know",
        Hooks {
            send: Some(|_, _, message| (!is_unknown(&message)).then_some(message)),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_TR_2,
        "answers an operation it does not know as if it had started",
        Hooks {
            send: Some(|seam, session, message| {
                if !is_unknown(&message) {
                    return Some(message);
                }
                seam.tell(session, Event::StartOperationWithCallbackResponse);
                None
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_FAULT_1,
        "faults with the code Receiver",
        Hooks {
            event: Some(|seam, session, mut event| {
                if let Event::Fault(fault) = &mut event {
                    fault.code = FaultCode::Receiver;
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_FAULT_1,
        "gives a reason of its own",
        Hooks {
            event: Some(|seam, session, mut event| {
                if let Event::Fault(fault) = &mut event {
                    "The request failed.".clone_into(&mut fault.reason);
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_FAULT_2,
        "leaves the detail out of its faults",
        Hooks {
            event: Some(|seam, session, mut event| {
                if let Event::Fault(fault) = &mut event {
                    fault.detail = None;
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_FAULT_2,
        "names every fault a generic error",
        Hooks {
            event: Some(|seam, session, mut event| {
                if let Event::Fault(fault) = &mut event {
                    fault.detail = Some(IpamException::new(
                        IpamExceptionId::GENERIC_ERROR,
                        "something went wrong",
                    ));
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_FAULT_2,
        "keeps the inner exceptions to itself",
        Hooks {
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
                    exception.inner_ipam_exception = None;
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PRE_1,
        "tells who has no right by SetOverallStatus",
        Hooks {
            event: Some(|seam, session, event| {
                if is_denial(&event) {
                    let id = IpamExceptionId::INSUFFICIENT_PRIVILEGE;
                    fail_while_processing(seam, session, id);
                } else {
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PRE_1,
        "closes the session of who has no right without a word",
        Hooks {
            event: Some(|seam, session, event| {
                if !is_denial(&event) {
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PRE_2,
        "counts keepalives alone as a sign of life",
        Hooks {
            send: Some(|seam, _, message| {
                if message == ClientMessage::Keepalive {
                    seam.memory.count.set(0);
                }
                Some(message)
            }),
            advance: Some(|seam, time| end_after_a_minute(seam, time)),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PRE_3,
        "never asks whether the store is provisioned",
        Hooks {
            reset: Some(|_, setup, _| setup.provisioned = true),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PRE_3,
        "asks only at the start whether the store is provisioned",
        Hooks {
            send: Some(|seam, session, message| {
                let is_refused = seam.setup().is_some_and(|setup| !setup.provisioned);
                let id = IpamExceptionId::NOT_PROVISIONED;
                check_at_start(seam, session, message, is_refused, id)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PRE_4,
        "never asks whether the store has to be converted",
        Hooks {
            reset: Some(|_, setup, _| setup.schema_conversion_required = false),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PRE_4,
        "asks only at the start whether the store has to be converted",
        Hooks {
            send: Some(|seam, session, message| {
                let is_refused = seam
                    .setup()
                    .is_some_and(|setup| setup.provisioned && setup.schema_conversion_required);
                let id = IpamExceptionId::CONVERSION_REQUIRED;
                check_at_start(seam, session, message, is_refused, id)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PRE_5,
        "asks for rights after StartProgressCallback",
        Hooks {
            event: Some(|seam, session, event| {
                if is_denial(&event) {
                    seam.tell(session, started());
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PRE_5,
        "tells a refusal by SetOverallStatus as well",
        Hooks {
            event: Some(|seam, session, event| {
                let denied = is_denial(&event);
                seam.tell(session, event);
                if denied {
                    let id = IpamExceptionId::INSUFFICIENT_PRIVILEGE;
                    seam.tell(session, failure(IpamException::new(id, "refused")));
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_KA_1,
        "faults at a keepalive before the start",
        Hooks {
            send: Some(|seam, session, message| {
                if message == ClientMessage::Keepalive && !seam.was_sent(session, START) {
                    seam.tell(session, fault(IpamExceptionId::GENERIC_ERROR));
                    return None;
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_KA_1,
        "answers a keepalive before the start like a request",
        Hooks {
            send: Some(|seam, session, message| {
                if message == ClientMessage::Keepalive && !seam.was_sent(session, START) {
                    seam.tell(session, Event::InitializeOperationParametersResponse);
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_KA_2,
        "never ends a silent session",
        Hooks {
            advance: Some(|_, time| time.min(INACTIVITY_TICK)),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_KA_2,
        "counts no keepalive before the start as a sign of life",
        Hooks {
            send: Some(|seam, session, message| {
                let counts = message != ClientMessage::Keepalive || seam.was_sent(session, START);
                counts.then_some(message)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_KA_2,
        "ends a session that was silent for a minute in all",
        Hooks {
            advance: Some(|seam, time| end_after_a_minute(seam, time)),
            ..Hooks::NONE
        },
    ),
];
