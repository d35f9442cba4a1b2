//! What the planted mistakes share.

use crate::deviant::Seam;
use crate::model::{
    Callback, ClientMessage, CompletionStatus, Event, IpamException, Object, Percentage, RecordId,
    SoapFault, Value,
};
use crate::spec::authorization::{BUILT_IN_ROLES, IPAM_ADMINISTRATORS, IPAM_MSM_ADMINISTRATORS};
use crate::spec::{IpamExceptionId, OverallProgressStatus};
use crate::trace::SessionIndex;
use crate::world::{Caller, Policy, Setup};

/// The wire names of the two requests.
pub(super) const INITIALIZE: &str = "InitializeOperationParameters";
pub(super) const START: &str = "StartOperationWithCallback";

/// Whether an event is SetOverallStatus with a Completed value.
pub(super) fn is_end(event: &Event) -> bool {
    event
        .callback()
        .is_some_and(|callback| callback.terminal().is_some())
}

/// Whether an event is a fault that tells of a missing right.
pub(super) fn is_denial(event: &Event) -> bool {
    matches!(event, Event::Fault(SoapFault { detail: Some(detail), .. })
        if detail.exception_id == IpamExceptionId::INSUFFICIENT_PRIVILEGE)
}

/// A fault reply with these details.
pub(super) fn fault(id: IpamExceptionId) -> Event {
    Event::Fault(SoapFault::sender(Some(IpamException::new(
        id,
        "refused by a deviant",
    ))))
}

/// A fault reply, and the end of the session.
pub(super) fn refuse(seam: &mut Seam, session: SessionIndex, id: IpamExceptionId) {
    seam.tell(session, fault(id));
    seam.tell(session, Event::SessionClosed);
}

/// StartProgressCallback.
pub(super) const fn started() -> Event {
    Event::Callback(Callback::StartProgressCallback {
        is_non_deterministic: Some(false),
    })
}

/// SetCompletionPercentage.
pub(super) const fn percentage(completion_percentage: Percentage) -> Event {
    Event::Callback(Callback::SetCompletionPercentage {
        completion_percentage,
    })
}

/// SetOverallStatus without details.
pub(super) const fn status(overall_status: OverallProgressStatus) -> Event {
    Event::Callback(Callback::SetOverallStatus {
        overall_status,
        completion_status: None,
    })
}

/// SetOverallStatus(CompletedWithFailure) with these details.
pub(super) const fn failure(exception: IpamException) -> Event {
    Event::Callback(Callback::SetOverallStatus {
        overall_status: OverallProgressStatus::CompletedWithFailure,
        completion_status: Some(CompletionStatus::DhcpMsmOverallCompletionStatus {
            error_info: Some(exception),
            has_ipam_update_error: true,
        }),
    })
}

/// A session whose start was accepted, and whose delegate fails with that id.
pub(super) fn fail_while_processing(seam: &mut Seam, session: SessionIndex, id: IpamExceptionId) {
    seam.tell(session, started());
    seam.tell(session, Event::StartOperationWithCallbackResponse);
    seam.tell(
        session,
        failure(IpamException::new(id, "told by a deviant")),
    );
}

/// The object of ReplicateServer for the first server of the world.
pub(super) fn replicate_first_server(setup: &Setup) -> Value {
    let first = setup.tables.servers.keys().next();
    let record_id = first.map_or(RecordId::UNSET, |(_, record_id)| *record_id);
    let server = Object::default().with("RecordId", record_id.to_string());
    Object::of_type("ReplicateServerParameters")
        .with("OperationId", "ReplicateServer")
        .with("Server", Value::from(server))
        .into()
}

/// The object in InitializeOperationParameters.
pub(super) const fn object_of(message: &mut ClientMessage) -> Option<&mut Object> {
    match message {
        ClientMessage::InitializeOperationParameters {
            paramters: Some(Value::Object(object)),
        } => Some(object),
        _ => None,
    }
}

/// The text of a member.
pub(super) fn text<'a>(object: &'a Object, member: &str) -> Option<&'a str> {
    match object.member(member) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// Whether the role of a policy holds an operation.
pub(super) fn holds(setup: &Setup, policy: &Policy, operation: &str) -> bool {
    let own = setup.roles.iter().any(|role| {
        role.name == policy.role && role.operations.iter().any(|held| held == operation)
    });
    let built_in = BUILT_IN_ROLES
        .iter()
        .any(|role| role.name == policy.role && role.operations().any(|held| held == operation));
    own || built_in
}

/// Whether one of the caller's groups is enough for every operation.
pub(super) fn is_msm_administrator(caller: &Caller) -> bool {
    caller
        .groups
        .iter()
        .any(|group| group == IPAM_MSM_ADMINISTRATORS || group == IPAM_ADMINISTRATORS)
}
