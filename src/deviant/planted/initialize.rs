//! Mistakes in InitializeOperationParameters ([MS-IPAMM2] 3.19.4.3).

use crate::deviant::planted::tools::{
    INITIALIZE, START, fault, holds, is_msm_administrator, object_of, refuse,
    replicate_first_server, text,
};
use crate::deviant::{Deviant, Hooks, Seam};
use crate::model::{ClientMessage, Event, Value};
use crate::spec::RequirementId::{
    R_INIT_2, R_INIT_3, R_INIT_4, R_INIT_5, R_INIT_6, R_INIT_7, R_INIT_8,
};
use crate::spec::{IpamAdminOperationId, IpamExceptionId, parameters};
use crate::trace::SessionIndex;

/// Whether the caller of a session is in a group that is enough.
fn is_administrators(seam: &Seam, session: SessionIndex) -> bool {
    let caller = seam.memory.callers.get(session);
    caller.is_some_and(is_msm_administrator)
}

/// Changes the text of OperationId.
fn with_operation(
    mut message: ClientMessage,
    change: impl Fn(&str) -> Option<&'static str>,
) -> ClientMessage {
    if let Some(object) = object_of(&mut message)
        && let Some(found) = text(object, "OperationId").and_then(change)
    {
        object.set("OperationId", found.into());
    }
    message
}

/// Whether that is no member of IpamAdminOperationId.
fn is_no_member(name: &str) -> bool {
    IpamAdminOperationId::from_name(name).is_none()
}

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_INIT_2,
        "takes parameters that are NULL",
        Hooks {
            send: Some(|seam, session, message| match message {
                ClientMessage::InitializeOperationParameters {
                    paramters: Some(Value::Nil),
                } => {
                    seam.tell(session, Event::InitializeOperationParametersResponse);
                    None
                }
                message => Some(message),
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_INIT_2,
        "takes absent parameters for those of the first server",
        Hooks {
            send: Some(|seam, _, message| match message {
                ClientMessage::InitializeOperationParameters { paramters: None } => {
                    let paramters = seam.setup().map(replicate_first_server);
                    Some(ClientMessage::InitializeOperationParameters { paramters })
                }
                message => Some(message),
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_INIT_3,
        "takes a type it does not know for that of the operation",
        Hooks {
            send: Some(|_, _, mut message| {
                if let Some(object) = object_of(&mut message)
                    && let Some(name) = &object.type_name
                    && !parameters::is_parameters_type(name)
                {
                    object.type_name = Some("ReplicateServerParameters".to_owned());
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_INIT_3,
        "compares the names of types without their namespaces",
        Hooks {
            send: Some(|_, _, message| match message {
                ClientMessage::Raw { action, xml } => Some(ClientMessage::Raw {
                    action,
                    xml: xml.replace("i:type=\"x:", "i:type=\""),
                }),
                message => Some(message),
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_INIT_4,
        "takes an OperationId that is no member for the first member",
        Hooks {
            send: Some(|_, _, message| {
                let first = |name: &str| is_no_member(name).then_some("EditDhcpServer");
                Some(with_operation(message, first))
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_INIT_4,
        "compares OperationIds without regard to capitals",
        Hooks {
            send: Some(|_, _, message| {
                let same = |name: &str| {
                    name.eq_ignore_ascii_case("ReplicateServer")
                        .then_some("ReplicateServer")
                };
                Some(with_operation(message, same))
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_INIT_4,
        "takes the number of an operation for its name",
        Hooks {
            send: Some(|_, _, message| {
                let number = |name: &str| name.parse::<u8>().is_ok().then_some("ReplicateServer");
                Some(with_operation(message, number))
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_INIT_5,
        "keeps the first of two objects",
        Hooks {
            send: Some(|seam, session, message| {
                let again =
                    seam.memory.sent.get(&session).is_some_and(|sent| {
                        sent.iter().filter(|name| *name == INITIALIZE).count() > 1
                    });
                if again && !seam.was_sent(session, START) && message.name() == INITIALIZE {
                    seam.tell(session, Event::InitializeOperationParametersResponse);
                    return None;
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_INIT_5,
        "has one place for the object of all sessions",
        Hooks {
            // The object that came last goes to whichever session starts.
            send: Some(|seam, session, message| {
                let several = seam.memory.sent.len() > 1;
                if several
                    && message == ClientMessage::StartOperationWithCallback
                    && let Some(paramters) = seam.memory.parameters.clone()
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
        R_INIT_6,
        "does not answer InitializeOperationParameters",
        Hooks {
            event: Some(|seam, session, event| {
                if event != Event::InitializeOperationParametersResponse {
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_INIT_6,
        "answers InitializeOperationParameters twice",
        Hooks {
            event: Some(|seam, session, event| {
                if event == Event::InitializeOperationParametersResponse {
                    seam.tell(session, event.clone());
                }
                seam.tell(session, event);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_INIT_6,
        "answers InitializeOperationParameters with the response of the start",
        Hooks {
            event: Some(|seam, session, event| {
                if event == Event::InitializeOperationParametersResponse {
                    seam.tell(session, Event::StartOperationWithCallbackResponse);
                } else {
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_INIT_7,
        "leaves the session open when it refuses parameters",
        Hooks {
            send: Some(|seam, session, message| {
                if seam.memory.closed.contains(&session) && message.is_request() {
                    seam.tell(session, fault(IpamExceptionId::GENERIC_ERROR));
                }
                Some(message)
            }),
            event: Some(|seam, session, event| {
                if event != Event::SessionClosed || seam.was_sent(session, START) {
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_INIT_7,
        "closes the session without a fault when it refuses parameters",
        Hooks {
            event: Some(|seam, session, event| {
                let of_initialize = seam.was_sent(session, INITIALIZE)
                    && !seam.was_sent(session, START)
                    && seam.setup().is_some_and(|setup| {
                        setup.provisioned && !setup.schema_conversion_required
                    });
                if !(of_initialize && matches!(event, Event::Fault(_))) {
                    seam.tell(session, event);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_INIT_8,
        "asks at InitializeOperationParameters for the right to replicate",
        Hooks {
            send: Some(|seam, session, message| {
                let may = is_administrators(seam, session)
                    || seam.memory.callers.get(session).is_some_and(|caller| {
                        seam.setup().is_some_and(|setup| {
                            caller
                                .policies
                                .iter()
                                .any(|policy| holds(setup, policy, "MsmDhcpReplicateOperation"))
                        })
                    });
                if !may && message.name() == INITIALIZE {
                    refuse(seam, session, IpamExceptionId::INSUFFICIENT_PRIVILEGE);
                    return None;
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_INIT_8,
        "lets only MSM administrators initialize",
        Hooks {
            send: Some(|seam, session, message| {
                if !is_administrators(seam, session) && message.name() == INITIALIZE {
                    refuse(seam, session, IpamExceptionId::INSUFFICIENT_PRIVILEGE);
                    return None;
                }
                Some(message)
            }),
            ..Hooks::NONE
        },
    ),
];
