//! Mistakes in StartOperationWithCallback and in how the end of the delegate is told ([MS-IPAMM2] 3.19.4.4, 3.19.4.4.1).

use crate::deviant::planted::tools::{
    INITIALIZE, fault, is_end, object_of, replicate_first_server, text,
};
use crate::deviant::{Deviant, Hooks};
use crate::model::{
    Callback, ClientMessage, CompletionStatus, Event, Percentage, SoapFault, Value,
};
use crate::spec::RequirementId::{R_PROC_1, R_PROC_2, R_PROC_3, R_START_1, R_START_3, R_START_4};
use crate::spec::{IpamAdminOperationId, IpamExceptionId, OverallProgressStatus};

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_START_1,
        "sends no StartProgressCallback",
        Hooks {
            event: Some(|seam, session, event| {
                if !matches!(
                    event,
                    Event::Callback(Callback::StartProgressCallback { .. })
                ) {
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_START_1,
        "sends StartProgressCallback as the second callback",
        Hooks {
            event: Some(|seam, session, event| match event {
                Event::Callback(Callback::StartProgressCallback { .. }) => {
                    seam.memory.held.push((session, event));
                }
                Event::Callback(_) => {
                    seam.tell(session, event);
                    seam.tell_held(session);
                }
                event => seam.tell(session, event),
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_START_3,
        "does not answer StartOperationWithCallback",
        Hooks {
            event: Some(|seam, session, event| {
                if event != Event::StartOperationWithCallbackResponse {
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_START_3,
        "answers StartOperationWithCallback twice",
        Hooks {
            event: Some(|seam, session, event| {
                if event == Event::StartOperationWithCallbackResponse {
                    seam.tell(session, event.clone());
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_START_3,
        "answers a start that succeeds with a fault",
        Hooks {
            event: Some(|seam, session, event| {
                seam.tell(
                    session,
                    if event == Event::StartOperationWithCallbackResponse {
                        fault(IpamExceptionId::GENERIC_ERROR)
                    } else {
                        event
                    },
                );
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_START_4,
        "starts what nobody initialized",
        Hooks {
            send: Some(|seam, session, message| {
                if message == ClientMessage::StartOperationWithCallback
                    && !seam.was_sent(session, INITIALIZE)
                    && let Some(paramters) = seam.setup().map(replicate_first_server)
                {
                    seam.memory.count.set(1);
                    seam.inject(
                        session,
                        ClientMessage::InitializeOperationParameters {
                            paramters: Some(paramters),
                        },
                    );
                }
                Some(message)
            }),
            event: Some(|seam, session, event| {
                let is_extra = event == Event::InitializeOperationParametersResponse
                    && seam.memory.count.replace(0) == 1;
                if !is_extra {
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_START_4,
        "answers a start without parameters with its response and no more",
        Hooks {
            send: Some(|seam, session, message| {
                if message == ClientMessage::StartOperationWithCallback
                    && !seam.was_sent(session, INITIALIZE)
                {
                    seam.tell(session, Event::StartOperationWithCallbackResponse);
                    return None;
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PROC_1,
        "succeeds at 99 percent",
        Hooks {
            event: Some(|seam, session, mut event| {
                if let Event::Callback(Callback::SetCompletionPercentage {
                    completion_percentage,
                }) = &mut event
                    && *completion_percentage == Percentage::HUNDRED
                {
                    *completion_percentage = Percentage::of(99, 100);
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PROC_1,
        "leaves out the last percentage",
        Hooks {
            event: Some(|seam, session, event| {
                if !matches!(
                    event,
                    Event::Callback(Callback::SetCompletionPercentage {
                        completion_percentage: Percentage::HUNDRED,
                    })
                ) {
                    seam.tell(session, event);
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
    Deviant::mistake(
        R_PROC_2,
        "tells a failure without its details",
        Hooks {
            event: Some(|seam, session, mut event| {
                if let Event::Callback(Callback::SetOverallStatus {
                    completion_status, ..
                }) = &mut event
                {
                    *completion_status = None;
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PROC_2,
        "raises the delegate's fault as a reply only",
        Hooks {
            // The reply to the start waits for the end.
            event: Some(|seam, session, event| match event {
                Event::StartOperationWithCallbackResponse => {
                    seam.memory.held.push((session, event));
                }
                Event::Callback(Callback::SetOverallStatus {
                    completion_status:
                        Some(CompletionStatus::DhcpMsmOverallCompletionStatus { error_info, .. }),
                    overall_status: OverallProgressStatus::CompletedWithFailure,
                }) if !seam.memory.held.is_empty() => {
                    seam.memory.held.clear();
                    seam.tell(session, Event::Fault(SoapFault::sender(error_info)));
                }
                event => {
                    if is_end(&event) {
                        seam.tell_held(session);
                    }
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PROC_3,
        "takes a missing OperationId for ReplicateServer",
        Hooks {
            send: Some(|_, _, mut message| {
                if let Some(object) = object_of(&mut message)
                    && object.member("OperationId").is_none()
                {
                    object.set("OperationId", "ReplicateServer".into());
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_PROC_3,
        "takes the object of ReplicateServer for what ReplicateRelation needs",
        Hooks {
            send: Some(|_, _, mut message| {
                if let Some(object) = object_of(&mut message)
                    && text(object, "OperationId") == Some("ReplicateRelation")
                    && object.type_name.as_deref() == Some("ReplicateServerParameters")
                {
                    object.set("OperationId", "ReplicateServer".into());
                }
                Some(message)
            }),
            operation: Some(|seam, operation| {
                let is_server = seam.memory.parameters.as_ref().is_some_and(|value| {
                    matches!(value, Value::Object(object)
                        if object.type_name.as_deref() == Some("ReplicateServerParameters"))
                });
                if operation == IpamAdminOperationId::ReplicateRelation && is_server {
                    IpamAdminOperationId::ReplicateServer
                } else {
                    operation
                }
            }),
            ..Hooks::NONE
        },
    ),
];
