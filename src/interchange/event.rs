//! Events: replies, faults, callbacks, the end of a session, with the document's names of their parts
//! ([MS-IPAMM2] 3.19.4, 2.2.2.1).

use serde_json::{Map, Value as Json, json};

use crate::interchange::form::{
    At, Definitions, FormError, FormErrorKind, JsonForm, object_schema, parsed, record, tagged,
    tagged_schema, words,
};
use crate::interchange::limits::LISTED_MAX;
use crate::model::{
    Callback, CompletionStatus, Event, FaultCode, IpamException, Percentage, SoapFault,
    SubTaskDetails, SubTaskInstance,
};
use crate::spec::{OverallProgressStatus, SubTaskStatus};

words!(FaultCode OverallProgressStatus SubTaskStatus);

record! {
    /// IpamException with its IpamExceptionData (2.2.4.247, 2.2.4.252).
    IpamException, list of LISTED_MAX, {
        exception_id: "ExceptionId",
        exception_message: "ExceptionMessage",
        inner_ipam_exception: "InnerIpamException",
    }
}

record! {
    /// SubTaskInstance (2.2.4.399).
    SubTaskInstance, list of LISTED_MAX, {
        sub_task_instance_id: "SubTaskInstanceId",
        sub_task_unique_id: "SubTaskUniqueId",
        sub_task_name: "SubTaskName",
        sub_task_instance_details: "SubTaskInstanceDetails",
    }
}

impl JsonForm for Percentage {
    fn write(&self) -> Json {
        self.to_string().into()
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        parsed(
            at,
            "a decimal as text, such as \"33.3\"",
            Self::from_lexical,
        )
    }

    fn schema(definitions: &mut Definitions) -> Json {
        definitions.refer("Percentage", |_| {
            json!({
                "type": "string",
                "description": "An xsd:decimal, as text.",
                "pattern": "^[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)$",
            })
        })
    }
}

/// Objects whose concrete type is one that we know, or another of which only the type is told.
macro_rules! known_or_other {
    ($type:ident: $known:ident { $($field:ident: $key:literal as $of:ty),* }) => {
        impl JsonForm for $type {
            fn write(&self) -> Json {
                match self {
                    Self::$known { $($field),* } => {
                        let mut map = Map::new();
                        map.insert("type".to_owned(), stringify!($known).into());
                        $(map.insert($key.to_owned(), $field.write());)*
                        Json::Object(map)
                    }
                    Self::Other { type_name } => json!({ "type": type_name }),
                }
            }

            fn read(at: &At<'_>) -> Result<Self, FormError> {
                let type_name = at.word("type", "the name of a type")?;
                if type_name == stringify!($known) {
                    let members = at.members(&["type", $($key),*])?;
                    Ok(Self::$known { $($field: members.get($key)?),* })
                } else {
                    at.members(&["type"])?;
                    Ok(Self::Other { type_name: type_name.to_owned() })
                }
            }

            fn schema(definitions: &mut Definitions) -> Json {
                definitions.refer(stringify!($type), |definitions| {
                    let keys = vec![$(($key, <$of>::schema(definitions), <$of>::absent().is_none())),*];
                    let other = json!({ "type": "string", "not": { "const": stringify!($known) } });
                    json!({ "oneOf": [
                        tagged_schema("type", stringify!($known), keys),
                        object_schema("An object of another type.", vec![("type", other, true)]),
                    ] })
                })
            }
        }
    };
}
known_or_other! {
    SubTaskDetails: ScopeDataFormatter { scope_id: "ScopeId" as String, server_name: "ServerName" as String }
}
known_or_other! {
    CompletionStatus: DhcpMsmOverallCompletionStatus {
        error_info: "ErrorInfo" as Option<IpamException>,
        has_ipam_update_error: "HasIpamUpdateError" as bool
    }
}

/// The forms of an event: its name, its parts with the types of their keys, and how the two become one another.
macro_rules! events {
    ($($name:literal, $pattern:pat => { $($part:ident: $key:literal as $of:ty),* } => $made:expr;)*) => {
        impl JsonForm for Event {
            fn write(&self) -> Json {
                match self {
                    $($pattern => tagged("event", $name, vec![$(($key, $part.write())),*]),)*
                }
            }

            fn read(at: &At<'_>) -> Result<Self, FormError> {
                match at.word("event", "the name of an event")? {
                    $($name => {
                        #[allow(unused_variables, reason = "some events have no parts")]
                        let members = at.members(&["event", $($key),*])?;
                        $(let $part: $of = members.get($key)?;)*
                        Ok($made)
                    })*
                    _ => {
                        let names: Vec<String> = Self::NAMES.iter().map(|name| format!("`{name}`")).collect();
                        let expected = format!("one of the events {}", names.join(", "));
                        Err(FormError { kind: FormErrorKind::NoMember, ..at.wrong_word("event", &expected) })
                    }
                }
            }

            fn schema(definitions: &mut Definitions) -> Json {
                definitions.refer("Event", |definitions| {
                    let forms: Vec<Json> = vec![$(
                        tagged_schema("event", $name, vec![
                            $(($key, <$of>::schema(definitions), <$of>::absent().is_none())),*
                        ])
                    ),*];
                    json!({ "description": "One thing that a client sees on its session.", "oneOf": forms })
                })
            }
        }
    };
}
events! {
    "InitializeOperationParametersResponse", Self::InitializeOperationParametersResponse => {}
        => Self::InitializeOperationParametersResponse;
    "StartOperationWithCallbackResponse", Self::StartOperationWithCallbackResponse => {}
        => Self::StartOperationWithCallbackResponse;
    "SessionClosed", Self::SessionClosed => {} => Self::SessionClosed;
    "Unintelligible", Self::Unintelligible(what) => { what: "what" as String } => Self::Unintelligible(what);
    "Fault", Self::Fault(SoapFault { code, reason, detail })
        => { code: "code" as FaultCode, reason: "reason" as String, detail: "detail" as Option<IpamException> }
        => Self::Fault(SoapFault { code, reason, detail });
    "StartProgressCallback", Self::Callback(Callback::StartProgressCallback { is_non_deterministic })
        => { is_non_deterministic: "isNonDeterministic" as Option<bool> }
        => Self::Callback(Callback::StartProgressCallback { is_non_deterministic });
    "AddSubTask", Self::Callback(Callback::AddSubTask { sub_task_instance })
        => { sub_task_instance: "subTaskInstance" as SubTaskInstance }
        => Self::Callback(Callback::AddSubTask { sub_task_instance });
    "SetSubTaskStatus",
        Self::Callback(Callback::SetSubTaskStatus { sub_task_instance, status, percent_complete, completion_status })
        => {
            sub_task_instance: "subTaskInstance" as SubTaskInstance,
            status: "status" as SubTaskStatus,
            percent_complete: "percentComplete" as Percentage,
            completion_status: "completionStatus" as Option<IpamException>
        }
        => Self::Callback(Callback::SetSubTaskStatus {
            sub_task_instance, status, percent_complete, completion_status,
        });
    "SetCompletionPercentage", Self::Callback(Callback::SetCompletionPercentage { completion_percentage })
        => { completion_percentage: "completionPercentage" as Percentage }
        => Self::Callback(Callback::SetCompletionPercentage { completion_percentage });
    "SetOverallStatus", Self::Callback(Callback::SetOverallStatus { overall_status, completion_status })
        => {
            overall_status: "overallStatus" as OverallProgressStatus,
            completion_status: "completionStatus" as Option<CompletionStatus>
        }
        => Self::Callback(Callback::SetOverallStatus { overall_status, completion_status });
}
