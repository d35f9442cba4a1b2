//! Mistakes in the state machine of a session ([MS-IPAMM2] 3.19.1.1, 3.19.4).

use crate::deviant::planted::tools::{
    INITIALIZE, START, failure, fault, is_end, refuse, started, status,
};
use crate::deviant::{Deviant, Hooks, Seam};
use crate::model::{Callback, ClientMessage, Event, IpamException};
use crate::session::INACTIVITY_TICK;
use crate::spec::RequirementId::{R_SM_1, R_SM_2, R_SM_3, R_SM_6, R_SM_7, R_SM_9};
use crate::spec::{IpamExceptionId, OverallProgressStatus};
use crate::trace::SessionIndex;

/// Marks a session whose connection is lost, among what was sent on it.
const LOST: &str = "lost";

/// Answers what is asked on a session that the simulator has closed and the deviant keeps open.
fn fault_when_closed(seam: &mut Seam, session: SessionIndex, message: &ClientMessage) {
    if seam.memory.closed.contains(&session) && message.is_request() {
        seam.tell(session, fault(IpamExceptionId::GENERIC_ERROR));
    }
}

/// Whether a message is a sign of life on a session that has not asked for anything.
fn is_idle(seam: &Seam, session: SessionIndex, message: &ClientMessage) -> bool {
    *message == ClientMessage::Keepalive
        && !seam.was_sent(session, INITIALIZE)
        && !seam.was_sent(session, START)
}

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_SM_1,
        "announces an operation on a session that has not asked for one",
        Hooks {
            send: Some(|seam, session, message| {
                if is_idle(seam, session, &message) {
                    seam.tell(session, started());
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_1,
        "tells NotStarted on a session that has not asked for an operation",
        Hooks {
            send: Some(|seam, session, message| {
                if is_idle(seam, session, &message) {
                    seam.tell(session, status(OverallProgressStatus::NotStarted));
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_2,
        "tells a refusal of parameters by SetOverallStatus as well",
        Hooks {
            event: Some(|seam, session, event| {
                let of_initialize =
                    matches!(event, Event::Fault(_)) && !seam.was_sent(session, START);
                seam.tell(session, event);
                if of_initialize {
                    let id = IpamExceptionId::INVALID_PARAMETER;
                    seam.tell(session, failure(IpamException::new(id, "refused")));
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_2,
        "leaves the session open when it refuses a start",
        Hooks {
            send: Some(|seam, session, message| {
                fault_when_closed(seam, session, &message);
                Some(message)
            }),
            event: Some(|seam, session, event| match event {
                Event::Fault(_) if seam.was_sent(session, START) => {
                    seam.memory.count.set(1);
                    seam.tell(session, event);
                }
                Event::SessionClosed if seam.memory.count.replace(0) == 1 => {}
                event => seam.tell(session, event),
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_3,
        "sends StartProgressCallback twice",
        Hooks {
            event: Some(|seam, session, event| {
                if matches!(
                    event,
                    Event::Callback(Callback::StartProgressCallback { .. })
                ) {
                    seam.tell(session, event.clone());
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_3,
        "announces the operation when it is initialized",
        Hooks {
            event: Some(|seam, session, event| match event {
                Event::InitializeOperationParametersResponse => {
                    seam.tell(session, event);
                    seam.tell(session, started());
                }
                event => seam.tell(session, event),
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_6,
        "keeps the session open after the end",
        Hooks {
            send: Some(|seam, session, message| {
                fault_when_closed(seam, session, &message);
                Some(message)
            }),
            event: Some(|seam, session, event| {
                if is_end(&event) {
                    seam.memory.count.set(1);
                }
                if event != Event::SessionClosed || seam.memory.count.replace(0) == 0 {
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_6,
        "takes further operations on a session after the end",
        Hooks {
            event: Some(|seam, session, event| {
                if is_end(&event) {
                    seam.memory.count.set(1);
                }
                if event == Event::SessionClosed
                    && seam.memory.count.replace(0) == 1
                    && let Some(caller) = seam.memory.callers.get(session).cloned()
                {
                    return seam.reopen(session, caller);
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_7,
        "ends every session when one is lost",
        Hooks {
            end: Some(|seam, session| {
                for other in 0..seam.memory.callers.len() {
                    if other != session && !seam.memory.closed.contains(&other) {
                        seam.tell(other, Event::SessionClosed);
                    }
                }
                true
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_7,
        "starts what was initialized when the connection is lost",
        Hooks {
            end: Some(|seam, session| {
                let is_ready = seam.was_sent(session, INITIALIZE)
                    && !seam.was_sent(session, START)
                    && !seam.memory.closed.contains(&session);
                if is_ready {
                    seam.inject(session, ClientMessage::StartOperationWithCallback);
                    let sent = seam.memory.sent.entry(session).or_default();
                    sent.push(LOST.to_owned());
                }
                !is_ready
            }),
            event: Some(|seam, session, event| {
                if !seam.was_sent(session, LOST) {
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_7,
        "goes on calling back when the connection is lost",
        Hooks {
            end: Some(|seam, _| {
                seam.memory.count.set(1);
                false
            }),
            advance: Some(|seam, time| {
                if seam.memory.count.get() == 0 {
                    return time;
                }
                // Nobody keeps the lost session alive but the deviant.
                seam.inject(0, ClientMessage::Keepalive);
                time.min(INACTIVITY_TICK)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_9,
        "takes SetOverallStatus from the client for the end of the session",
        Hooks {
            send: Some(|seam, session, message| {
                let is_status = message.name() == "SetOverallStatus";
                if is_status && !seam.was_sent(session, START) {
                    seam.tell(session, Event::SessionClosed);
                    return None;
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_9,
        "answers a callback operation that the client sends",
        Hooks {
            send: Some(|seam, session, message| {
                if matches!(message, ClientMessage::CallbackOperation { .. })
                    && !seam.was_sent(session, START)
                {
                    seam.tell(session, Event::StartOperationWithCallbackResponse);
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_SM_9,
        "refuses a callback operation that the client sends, and the session with it",
        Hooks {
            send: Some(|seam, session, message| {
                if matches!(message, ClientMessage::CallbackOperation { .. })
                    && !seam.was_sent(session, START)
                {
                    refuse(seam, session, IpamExceptionId::INVALID_PARAMETER);
                    return None;
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
];
