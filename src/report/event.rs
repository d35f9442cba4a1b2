//! Events of a trace as a report lists them, with rows by name.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::{
    Callback, CompletionStatus, Event, IpamException, Percentage, SubTaskDetails, SubTaskInstance,
};
use crate::report::text;
use crate::report::words::Ordered;
use crate::trace::Trace;
use crate::world::Setup;

/// The most events of a case that a report lists: the first, the last, and those around what was found.
const LISTED_MAX: usize = 1000;
/// How many events around one that a check speaks of are listed in any case.
const AROUND: usize = 5;
/// The most exceptions, one inside the other, that are listed of an event.
const EXCEPTIONS_MAX: usize = 32;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventReport {
    /// Its number among the events of the case, from 0.
    pub number: usize,
    /// The session it was seen on, from 0.
    pub session: Option<usize>,
    /// The step that caused it, from 0.
    pub step: usize,
    /// What it is.
    pub kind: EventKind,
    /// Its name.
    pub name: String,
    /// Its fields, by the names of the document; `scope` is the row that a subtask tells of.
    #[serde(flatten)]
    pub fields: Ordered<Value>,
}

/// The kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// A response.
    Reply,
    /// A SOAP fault.
    Fault,
    /// A callback.
    Callback,
    /// The end of the session.
    Closed,
    /// Something that is no message of the protocol.
    Unintelligible,
}

impl EventReport {
    /// The event on one line, without its number.
    #[must_use]
    pub fn text(&self) -> String {
        line(&self.name, &self.fields)
    }
}

fn line(name: &str, fields: &Ordered<Value>) -> String {
    let mut out = name.to_owned();
    let has_scope = fields.get("scope").is_some();
    for (key, value) in fields.iter() {
        out.push_str(&format!(" {key}={}", value_text(value)));
        // The row's name says more than the object it was found by.
        if let Some(details) = value.get("SubTaskInstanceDetails").filter(|_| !has_scope) {
            out.push_str(&format!(" details={}", value_text(details)));
        }
    }
    out
}

fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) if text.contains([' ', '"']) => format!("{text:?}"),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(value_text).collect();
            items.join(" < ")
        }
        Value::Object(members) => {
            if let Some(Value::String(id)) = members.get("ExceptionId") {
                return id.clone();
            }
            if let Some(id) = members.get("SubTaskInstanceId") {
                return id.to_string();
            }
            let members: Vec<_> = members
                .iter()
                .map(|(key, value)| format!("{key}={}", value_text(value)))
                .collect();
            format!("{{{}}}", members.join(" "))
        }
        other => other.to_string(),
    }
}

/// The events of a trace; where there are very many, not those far from the ends and from the events in `around`.
pub(super) fn events(trace: &Trace, around: &BTreeSet<usize>) -> (usize, Vec<EventReport>) {
    let total = trace.events().count();
    let near = |number: usize| {
        around
            .range(number.saturating_sub(AROUND)..=number + AROUND)
            .next()
            .is_some()
    };
    let listed = |number: usize| {
        total <= LISTED_MAX
            || number < LISTED_MAX / 2
            || number >= total - LISTED_MAX / 2
            || near(number)
    };
    let chosen: Vec<_> = trace
        .events()
        .filter(|(number, ..)| listed(*number))
        .collect();
    let scopes = ScopeNames::of(&trace.setup, chosen.iter().map(|(_, _, event)| *event));
    let events = chosen
        .into_iter()
        .map(|(number, record, event)| EventReport {
            number,
            session: record.session,
            step: record.step,
            kind: kind(event),
            name: event.name().to_owned(),
            fields: fields(event, &scopes),
        })
        .collect();
    (total, events)
}

/// Turns the events of a trace into lines, with rows by name.
pub(super) struct EventTexts(ScopeNames);

impl EventTexts {
    /// For the events of this trace.
    pub(super) fn of(trace: &Trace) -> Self {
        Self(ScopeNames::of(
            &trace.setup,
            trace.events().map(|(_, _, event)| event),
        ))
    }

    /// One event on one line.
    pub(super) fn text(&self, event: &Event) -> String {
        line(event.name(), &fields(event, &self.0))
    }
}

const fn kind(event: &Event) -> EventKind {
    match event {
        Event::InitializeOperationParametersResponse
        | Event::StartOperationWithCallbackResponse => EventKind::Reply,
        Event::Fault(_) => EventKind::Fault,
        Event::Callback(_) => EventKind::Callback,
        Event::SessionClosed => EventKind::Closed,
        Event::Unintelligible(_) => EventKind::Unintelligible,
    }
}

fn fields(event: &Event, scopes: &ScopeNames) -> Ordered<Value> {
    let mut fields = Ordered::default();
    match event {
        Event::Fault(fault) => {
            fields.push("code", fault.code.name());
            fields.push("reason", text::kept(&fault.reason));
            if let Some(detail) = &fault.detail {
                fields.push("detail", exceptions(detail));
            }
        }
        Event::Callback(callback) => callback_fields(callback, scopes, &mut fields),
        Event::Unintelligible(what) => fields.push("what", text::kept(what)),
        Event::InitializeOperationParametersResponse
        | Event::StartOperationWithCallbackResponse
        | Event::SessionClosed => {}
    }
    fields
}

fn callback_fields(callback: &Callback, scopes: &ScopeNames, fields: &mut Ordered<Value>) {
    match callback {
        Callback::StartProgressCallback {
            is_non_deterministic,
        } => {
            if let Some(value) = is_non_deterministic {
                fields.push("isNonDeterministic", *value);
            }
        }
        Callback::AddSubTask { sub_task_instance } => {
            push_sub_task(sub_task_instance, scopes, fields);
        }
        Callback::SetSubTaskStatus {
            sub_task_instance,
            status,
            percent_complete,
            completion_status,
        } => {
            push_sub_task(sub_task_instance, scopes, fields);
            fields.push("status", status.name());
            fields.push("percentComplete", percentage(*percent_complete));
            if let Some(exception) = completion_status {
                fields.push("completionStatus", exceptions(exception));
            }
        }
        Callback::SetCompletionPercentage {
            completion_percentage,
        } => {
            fields.push("completionPercentage", percentage(*completion_percentage));
        }
        Callback::SetOverallStatus {
            overall_status,
            completion_status,
        } => {
            fields.push("overallStatus", overall_status.name());
            match completion_status {
                Some(CompletionStatus::DhcpMsmOverallCompletionStatus {
                    error_info,
                    has_ipam_update_error,
                }) => fields.push(
                    "completionStatus",
                    json!({
                        "ErrorInfo": error_info.as_ref().map(exceptions),
                        "HasIpamUpdateError": has_ipam_update_error,
                    }),
                ),
                Some(CompletionStatus::Other { type_name }) => {
                    fields.push(
                        "completionStatus",
                        json!({ "i:type": text::kept(type_name) }),
                    );
                }
                None => {}
            }
        }
    }
}

fn push_sub_task(instance: &SubTaskInstance, scopes: &ScopeNames, fields: &mut Ordered<Value>) {
    let mut object = serde_json::Map::new();
    object.insert(
        "SubTaskInstanceId".to_owned(),
        instance.sub_task_instance_id.into(),
    );
    object.insert(
        "SubTaskUniqueId".to_owned(),
        instance.sub_task_unique_id.into(),
    );
    if let Some(name) = &instance.sub_task_name {
        object.insert("SubTaskName".to_owned(), text::kept(name).into());
    }
    match &instance.sub_task_instance_details {
        Some(SubTaskDetails::ScopeDataFormatter {
            scope_id,
            server_name,
        }) => {
            let details =
                json!({ "ScopeId": text::kept(scope_id), "ServerName": text::kept(server_name) });
            object.insert("SubTaskInstanceDetails".to_owned(), details);
        }
        Some(SubTaskDetails::Other { type_name }) => {
            let details = json!({ "i:type": text::kept(type_name) });
            object.insert("SubTaskInstanceDetails".to_owned(), details);
        }
        None => {}
    }
    fields.push("subTaskInstance", Value::Object(object));
    if let Some(name) = scopes.of_sub_task(instance) {
        fields.push("scope", name);
    }
}

/// An exception and those inside it, from the outermost.
fn exceptions(exception: &IpamException) -> Value {
    let mut items = Vec::new();
    let mut next = Some(exception);
    while let Some(exception) = next.filter(|_| items.len() < EXCEPTIONS_MAX) {
        items.push(json!({
            "ExceptionId": exception.exception_id.name(),
            "ExceptionMessage": exception.exception_message.as_deref().map(text::kept),
        }));
        next = exception.inner_ipam_exception.as_deref();
    }
    Value::Array(items)
}

fn percentage(percentage: Percentage) -> Value {
    let text = percentage.to_string();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

/// What the scopes that subtasks tell of are called in the world.
struct ScopeNames {
    names: BTreeMap<(IpAddr, String), String>,
}

impl ScopeNames {
    fn of<'a>(setup: &Setup, events: impl Iterator<Item = &'a Event>) -> Self {
        let wanted: BTreeSet<_> = events
            .filter_map(|event| match event.callback()? {
                Callback::AddSubTask { sub_task_instance }
                | Callback::SetSubTaskStatus {
                    sub_task_instance, ..
                } => key(sub_task_instance),
                _ => None,
            })
            .collect();
        let mut names = BTreeMap::new();
        if !wanted.is_empty() {
            let tables = &setup.tables;
            for row in tables.scopes.values() {
                let owner = (row.family, row.dhcp_server_record_id);
                let Some(server) = tables.servers.get(&owner) else {
                    continue;
                };
                let key = (row.details.scope_id, server.name.clone());
                if wanted.contains(&key) {
                    names.insert(key, setup.names.scope(row));
                }
            }
        }
        Self { names }
    }

    fn of_sub_task(&self, instance: &SubTaskInstance) -> Option<&str> {
        self.names.get(&key(instance)?).map(String::as_str)
    }
}

fn key(instance: &SubTaskInstance) -> Option<(IpAddr, String)> {
    match instance.sub_task_instance_details.as_ref()? {
        SubTaskDetails::ScopeDataFormatter {
            scope_id,
            server_name,
        } => Some((scope_id.parse().ok()?, server_name.clone())),
        SubTaskDetails::Other { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn events_are_told_by_the_names_of_the_document_and_of_the_world() {
        let (total, events) = events(&sample::trace(sample::events()), &BTreeSet::new());
        let texts: Vec<_> = events.iter().map(EventReport::text).collect();
        assert_eq!(total, 7);
        assert_eq!(
            texts,
            [
                "InitializeOperationParametersResponse",
                "StartProgressCallback isNonDeterministic=false",
                "StartOperationWithCallbackResponse",
                "AddSubTask subTaskInstance=4 scope=A",
                "SetCompletionPercentage completionPercentage=33.3",
                "SetOverallStatus overallStatus=CompletedWithFailure completionStatus={ErrorInfo=\
                 IpamApiDhcpFailoverFailedToReplicateServer < IpamApiInvalidParameter \
                 HasIpamUpdateError=false}",
                "SessionClosed",
            ]
        );
    }

    #[test]
    fn of_a_very_long_run_the_ends_and_what_checks_speak_of_are_listed() {
        let trace = sample::trace(vec![Event::SessionClosed; 5000]);
        let (total, events) = events(&trace, &BTreeSet::from([2500, 4999]));
        let numbers: Vec<_> = events.iter().map(|event| event.number).collect();
        let expected: Vec<_> = (0..500).chain(2495..=2505).chain(4500..5000).collect();
        assert_eq!(total, 5000);
        assert_eq!(numbers, expected);
    }

    #[test]
    fn a_deeply_nested_exception_is_cut() {
        let mut exception = IpamException::new(crate::spec::IpamExceptionId::GENERIC_ERROR, "x");
        for _ in 0..1000 {
            exception = exception.wrapped_in(crate::spec::IpamExceptionId::GENERIC_ERROR, "y");
        }
        let listed = exceptions(&exception);
        assert_eq!(listed.as_array().map(Vec::len), Some(EXCEPTIONS_MAX));
    }
}
