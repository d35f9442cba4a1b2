//! Expected and found things in words that an author understands.

use std::net::IpAddr;

use crate::model::{Callback, Event, SubTaskDetails, SubTaskInstance};
use crate::scenario::{Case, EventItem, FaultDetail, StatusName};
use crate::world::Scope;

/// What stands where the sequence is over.
pub(super) const END: &str = "the end of the sequence";

/// `a`, `b` or `c`, for values that may each be met.
pub(super) fn either(names: impl Iterator<Item = String>) -> String {
    let names: Vec<_> = names.collect();
    names.join(" or ")
}

/// A text from the file or from a row, quoted.
pub(super) fn quoted(text: &str) -> String {
    format!("`{text}`")
}

/// A status by its member.
pub(super) const fn status(status: StatusName) -> &'static str {
    match status {
        StatusName::Overall(status) => status.name(),
        StatusName::SubTask(status) => status.name(),
    }
}

/// What a fault's details may be.
pub(super) fn detail(detail: FaultDetail) -> String {
    match detail {
        FaultDetail::Id(id) => id.name().to_owned(),
        FaultDetail::Any => "any IpamException".to_owned(),
        FaultDetail::None => "no IpamException".to_owned(),
    }
}

/// An item of a pattern or of `never`.
pub(super) fn item(item: &EventItem, case: &Case) -> String {
    let mut text = quoted(&item.name);
    let mut join = " with ";
    let mut with = |what: String| {
        text.push_str(join);
        text.push_str(&what);
        join = ", ";
    };
    if let Some(wanted) = &item.status {
        let names = either(wanted.values.iter().map(|s| status(s.value).to_owned()));
        with(format!("status {names}"));
    }
    if let Some(wanted) = &item.percent {
        let (least, most) = wanted.value;
        with(if least == most {
            format!("{least} percent")
        } else {
            format!("{least} to {most} percent")
        });
    }
    if let Some(wanted) = &item.nondeterministic {
        with(format!("isNonDeterministic {}", wanted.value));
    }
    if let Some(wanted) = &item.detail {
        let names = either(wanted.values.iter().map(|id| id.value.name().to_owned()));
        with(format!("detail {names}"));
    }
    if let Some(task) = &item.task {
        with(format!("task `{}`", task.value));
    }
    if let Some(scope) = &item.scope {
        let name = case.world.scopes.get(scope.value).map_or("?", |s| &s.name);
        text.push_str(&format!(" for scope `{name}`"));
    }
    text
}

/// An event as it was seen; `told` is the scope that its subtask tells of.
pub(super) fn event(event: &Event, told: Option<(IpAddr, &str)>, case: &Case) -> String {
    let name = quoted(event.name());
    let mut text = match event {
        Event::Callback(Callback::SetSubTaskStatus {
            status,
            percent_complete,
            ..
        }) => format!("{name} with status {status}, {percent_complete} percent"),
        Event::Callback(Callback::SetCompletionPercentage {
            completion_percentage,
        }) => format!("{name} with {completion_percentage} percent"),
        Event::Callback(Callback::SetOverallStatus {
            overall_status,
            completion_status,
        }) => {
            let ids = completion_status
                .as_ref()
                .and_then(|status| status.exception())
                .map_or_else(String::new, |exception| format!(", detail {exception}"));
            format!("{name} with status {overall_status}{ids}")
        }
        Event::Callback(Callback::StartProgressCallback {
            is_non_deterministic: Some(value),
        }) => format!("{name} with isNonDeterministic {value}"),
        Event::Fault(fault) => {
            let ids = fault
                .detail
                .as_ref()
                .map_or_else(String::new, |exception| format!(", detail {exception}"));
            format!("{name} with code {}{ids}", fault.code)
        }
        _ => name,
    };
    if let Some(instance) = sub_task(event) {
        text.push_str(&match told {
            Some((address, host)) => format!(" for scope {}", told_scope(address, host, case)),
            None => format!(" of subtask {}", instance.sub_task_instance_id),
        });
    }
    text
}

/// The subtask that an event is about.
pub(super) const fn sub_task(event: &Event) -> Option<&SubTaskInstance> {
    match event {
        Event::Callback(
            Callback::AddSubTask { sub_task_instance }
            | Callback::SetSubTaskStatus {
                sub_task_instance, ..
            },
        ) => Some(sub_task_instance),
        _ => None,
    }
}

/// The scope that a subtask's details tell of: its address and the server's name.
pub(super) fn told(details: Option<&SubTaskDetails>) -> Option<(IpAddr, &str)> {
    match details? {
        SubTaskDetails::ScopeDataFormatter {
            scope_id,
            server_name,
        } => {
            let address = scope_id.split('/').next()?.trim().parse().ok()?;
            (!server_name.is_empty()).then_some((address, server_name.as_str()))
        }
        SubTaskDetails::Other { .. } => None,
    }
}

/// The scope of the world that a subtask tells of.
pub(super) fn world_scope(address: IpAddr, host: &str, case: &Case) -> Option<usize> {
    case.world
        .scopes
        .iter()
        .position(|scope| is_scope(scope, address, host, case))
}

/// Whether a subtask that tells of that address and server means this scope.
pub(super) fn is_scope(scope: &Scope, address: IpAddr, host: &str, case: &Case) -> bool {
    scope.details.scope_id == address
        && case
            .world
            .servers
            .get(scope.server)
            .is_some_and(|server| server.host.eq_ignore_ascii_case(host))
}

fn told_scope(address: IpAddr, host: &str, case: &Case) -> String {
    world_scope(address, host, case).map_or_else(
        || format!("{address} on {host}"),
        |index| quoted(&case.world.scopes[index].name),
    )
}
