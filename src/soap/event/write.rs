//! Writing what a server says.

use crate::model::{
    Callback, CompletionStatus, Event, IpamException, Object, SubTaskDetails, SubTaskInstance,
    Value,
};
use crate::soap::contract::Writer;
use crate::soap::element::Element;
use crate::soap::envelope::Envelope;
use crate::soap::event::fault;
use crate::soap::exception;
use crate::soap::names::{ANONYMOUS, CALLBACK, FAULT_ACTION, IPAM, SERVICE};
use crate::soap::types::{self, Namespace};
use crate::spec::{Question, Readings};

/// What the action of a callback begins with: the document gives two prefixes for the same messages (OQ-9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CallbackPrefix {
    /// That of IIpamOperationWithProgress, by 3.19.4.5 to 3.19.4.9 and the worked examples.
    #[default]
    Service,
    /// That of IIpamOperationWithProgressCallback, by 3.21.4.2 to 3.21.4.6.
    Callback,
}

impl CallbackPrefix {
    /// The one that those readings choose.
    #[must_use]
    pub fn of(readings: &Readings) -> Self {
        if readings.is(Question::OQ9, "callback") {
            Self::Callback
        } else {
            Self::Service
        }
    }

    /// The prefix.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Service => SERVICE,
            Self::Callback => CALLBACK,
        }
    }
}

/// The envelope of an event. `relates_to` is the id of the request that a reply or fault answers; callbacks answer
/// none. What is no message has no envelope.
#[must_use]
pub fn write_event(
    event: &Event,
    relates_to: Option<&str>,
    prefix: CallbackPrefix,
) -> Option<Envelope> {
    let reply = |action: String, body: Element| Envelope {
        action: Some(action),
        relates_to: relates_to.map(str::to_owned),
        to: Some(ANONYMOUS.to_owned()),
        body: Some(body),
        ..Envelope::default()
    };
    Some(match event {
        Event::InitializeOperationParametersResponse
        | Event::StartOperationWithCallbackResponse => reply(
            format!("{SERVICE}{}", event.name()),
            Element::new(IPAM, event.name()),
        ),
        Event::Fault(fault) => reply(FAULT_ACTION.to_owned(), fault::write(fault)),
        Event::Callback(callback) => Envelope {
            relates_to: None,
            ..reply(
                format!("{}{}", prefix.uri(), callback.name()),
                body(callback),
            )
        },
        Event::SessionClosed | Event::Unintelligible(_) => return None,
    })
}

fn member(name: &str) -> Element {
    Element::new(IPAM, name)
}

fn optional(name: &str, text: Option<&str>) -> Element {
    match text {
        Some(text) => member(name).with_text(text),
        None => member(name).nil(),
    }
}

fn body(callback: &Callback) -> Element {
    let mut writer = Writer::default();
    let element = member(callback.name());
    match callback {
        Callback::StartProgressCallback {
            is_non_deterministic,
        } => match is_non_deterministic {
            Some(value) => element.with(member("isNonDeterministic").with_text(&value.to_string())),
            None => element,
        },
        Callback::SetCompletionPercentage {
            completion_percentage,
        } => element
            .with(member("completionPercentage").with_text(&completion_percentage.to_string())),
        Callback::AddSubTask { sub_task_instance } => {
            element.with(instance(sub_task_instance, &mut writer))
        }
        Callback::SetSubTaskStatus {
            sub_task_instance,
            status,
            percent_complete,
            completion_status,
        } => element
            .with(instance(sub_task_instance, &mut writer))
            .with(member("status").with_text(status.name()))
            .with(member("percentComplete").with_text(&percent_complete.to_string()))
            .with(exception_member(
                "completionStatus",
                completion_status.as_ref(),
                &mut writer,
            )),
        Callback::SetOverallStatus {
            overall_status,
            completion_status,
        } => element
            .with(member("overallStatus").with_text(overall_status.name()))
            .with(match completion_status {
                Some(status) => completion(status, &mut writer),
                None => member("completionStatus").nil(),
            }),
    }
}

fn exception_member(name: &str, exception: Option<&IpamException>, writer: &mut Writer) -> Element {
    match exception {
        Some(exception) => exception::write(member(name), exception, writer),
        None => member(name).nil(),
    }
}

/// [MS-IPAMM2] 2.2.4.399 SubTaskInstance.
fn instance(instance: &SubTaskInstance, writer: &mut Writer) -> Element {
    let element = writer.identify(member("subTaskInstance"));
    let details = match &instance.sub_task_instance_details {
        None => Value::Nil,
        Some(SubTaskDetails::ScopeDataFormatter {
            scope_id,
            server_name,
        }) => Object::of_type("ScopeDataFormatter")
            .with("ScopeId", scope_id.as_str())
            .with("ServerName", server_name.as_str())
            .into(),
        Some(SubTaskDetails::Other { type_name }) => Object::of_type(type_name).into(),
    };
    element
        .with(writer.value(
            Namespace::Ipam,
            "SubTaskInstanceDetails",
            types::ipam_object(),
            &details,
        ))
        .with(member("SubTaskInstanceId").with_text(&instance.sub_task_instance_id.to_string()))
        .with(optional("SubTaskName", instance.sub_task_name.as_deref()))
        .with(member("SubTaskUniqueId").with_text(&instance.sub_task_unique_id.to_string()))
}

/// [MS-IPAMM2] 2.2.4.119 DhcpMsmOverallCompletionStatus, or an object of another type.
fn completion(status: &CompletionStatus, writer: &mut Writer) -> Element {
    match status {
        CompletionStatus::DhcpMsmOverallCompletionStatus {
            error_info,
            has_ipam_update_error,
        } => {
            let element =
                member("completionStatus").with_type(IPAM, "DhcpMsmOverallCompletionStatus");
            writer
                .identify(element)
                .with(member("EntityStatusCollectionObject").nil())
                .with(exception_member("ErrorInfo", error_info.as_ref(), writer))
                .with(member("HasIpamUpdateError").with_text(&has_ipam_update_error.to_string()))
                .with(member("ReturnObject").nil())
        }
        CompletionStatus::Other { type_name } => writer.value(
            Namespace::Ipam,
            "completionStatus",
            types::ipam_object(),
            &Object::of_type(type_name).into(),
        ),
    }
}
