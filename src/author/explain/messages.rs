//! What the client does, step by step, and the messages that it sends.

use crate::author::explain::{name, world};
use crate::author::text::{Page, Part, counted, ends};
use crate::model::{ClientMessage, Object, RecordId, Value};
use crate::scenario::{Action, Case, Change, RowTarget, Step};
use crate::spec::AddressFamily;
use crate::trace::{Record, StepOutcome, Trace, What};
use crate::world::{RowKind, Setup};

/// The most code points of a message written by hand that are shown.
const BY_HAND_MAX: usize = 300;

/// The steps of a case; with a trace, the messages they send.
pub(super) fn steps(case: &Case, trace: Option<&Trace>, page: &mut Page) {
    page.heading("Steps");
    let numbered: Vec<(usize, &Step)> = case.steps.iter().enumerate().collect();
    for part in ends(&numbered) {
        match part {
            Part::Item((index, step)) => {
                page.line(2, &format!("{}. {}", index + 1, heading(step, case)));
                if let Some(trace) = trace {
                    of_step(*index, case, trace, page);
                }
            }
            Part::LeftOut(count) => page.line(2, &format!("... {count} more steps ...")),
        }
    }
}

fn heading(step: &Step, case: &Case) -> String {
    let mut text = step.action.name().to_owned();
    match &step.action {
        Action::Wait(time) => text.push_str(&format!(" {} s of virtual time", time.as_secs_f64())),
        Action::Change(change) => text.push_str(&format!(": {}", change_words(change, case))),
        Action::SendBytes { bytes } => {
            text.push_str(&format!(": {}", counted(bytes.len(), "byte")));
        }
        _ => {}
    }
    if let Some(session) = &step.session {
        text.push_str(&format!(", on the session {}", name(&session.value)));
    }
    if let Some(after) = &step.after {
        let nth = match after.nth {
            1 => "first".to_owned(),
            nth => format!("{nth}th"),
        };
        text.push_str(&format!(
            ", as soon as the {nth} {} arrives",
            after.event.value
        ));
    }
    text
}

fn change_words(change: &Change, case: &Case) -> String {
    let row = match &change.row.target {
        RowTarget::World(index) => match change.row.kind {
            RowKind::Server => case.world.servers[*index].name.as_str(),
            RowKind::Relation => case.world.relations[*index].name.as_str(),
            RowKind::Scope => case.world.scopes[*index].name.as_str(),
        },
        RowTarget::Created(name) => name.as_str(),
    };
    let row = format!("{} {}", change.row.kind.name(), name(row));
    if change.delete {
        return format!("{row} is deleted behind the server's back");
    }
    let columns: Vec<String> = change
        .columns
        .iter()
        .map(|column| {
            let value = column
                .values
                .first()
                .map_or("", |value| value.value.as_str());
            format!("{} = {value}", column.column.key())
        })
        .collect();
    let columns = if columns.is_empty() {
        "is made again".to_owned()
    } else {
        columns.join(", ")
    };
    format!("{row}, behind the server's back: {columns}")
}

fn of_step(index: usize, case: &Case, trace: &Trace, page: &mut Page) {
    match trace.steps.get(index).map(|record| record.outcome) {
        Some(StepOutcome::NotReached) | None => {
            return page.line(6, "is not reached");
        }
        Some(StepOutcome::Closed) => return page.line(6, "finds its session over"),
        Some(StepOutcome::Done) => {}
    }
    let mut records = trace
        .log
        .iter()
        .filter(|record| record.step == index && !matches!(record.what, What::Received(_)))
        .peekable();
    while let Some(record) = records.next() {
        let mut times = 1;
        while records
            .next_if(|next| is_keepalive(record) && is_keepalive(next))
            .is_some()
        {
            times += 1;
        }
        of_record(record, times, case, trace, page);
    }
}

const fn is_keepalive(record: &Record) -> bool {
    matches!(
        record.what,
        What::Sent {
            message: ClientMessage::Keepalive,
            ..
        }
    )
}

fn of_record(record: &Record, times: usize, case: &Case, trace: &Trace, page: &mut Page) {
    match &record.what {
        What::Opened { caller } => {
            let session = record.session.map_or(0, |session| session + 1);
            if *caller == case.world.caller {
                page.line(6, &format!("opens session {session}"));
            } else {
                page.line(
                    6,
                    &format!("opens session {session} as another caller, who"),
                );
                let mut inner = Page::default();
                world::rights(caller, &case.world, &mut inner);
                for line in inner.into_text().lines() {
                    page.line(8, line.trim_start());
                }
            }
        }
        What::Sent { message, .. } => match message {
            ClientMessage::InitializeOperationParameters { paramters } => {
                page.line(6, "InitializeOperationParameters");
                match paramters {
                    None => page.line(8, "paramters  absent"),
                    Some(value) => member("paramters", value, &trace.setup, 8, None, page),
                }
            }
            ClientMessage::Raw { action, xml } => {
                let action = action.as_deref().map_or_else(
                    || "an envelope".to_owned(),
                    |action| format!("the action {action} with"),
                );
                let cut: String = xml.chars().take(BY_HAND_MAX).collect();
                let dots = if cut.len() < xml.len() { "..." } else { "" };
                page.line(6, &format!("as written: {action} {}{dots}", cut.trim()));
            }
            other if times > 1 => page.line(6, &format!("{} {times} times", other.name())),
            other => page.line(6, other.name()),
        },
        What::Called {
            operation,
            paramters,
            ..
        } => {
            page.line(6, &format!("calls the delegate of {operation}"));
            match paramters {
                None => page.line(8, "paramters  NULL"),
                Some(value) => member("paramters", value, &trace.setup, 8, None, page),
            }
        }
        What::ClosedByClient => page.line(6, "closes the session"),
        What::Dropped => page.line(6, "loses the connection"),
        What::Waited(_) | What::StoreChanged | What::Received(_) => {}
    }
}

/// A member and what is in it, one line each. `kind` is what a RecordId in it would be of.
fn member(
    key: &str,
    value: &Value,
    setup: &Setup,
    indent: usize,
    kind: Option<RowKind>,
    page: &mut Page,
) {
    let inner = match key {
        // these have ids of their own, which stand in no table here
        "OptionDefinition" | "UserClass" | "VendorClass" => None,
        _ => kind_of(key).or(kind),
    };
    match value {
        Value::Nil => page.line(indent, &format!("{key}  nil")),
        Value::Text(text) => {
            let note = note(key, text, setup, kind).unwrap_or_default();
            let text = if text.is_empty() { "(empty)" } else { text };
            page.line(indent, &format!("{key}  {text}{note}"));
        }
        Value::Object(object) => {
            let of = object
                .type_name
                .as_deref()
                .map_or_else(String::new, |name| format!("  of type {name}"));
            page.line(indent, &format!("{key}{of}"));
            members(object, setup, indent + 2, inner, page);
        }
        Value::List(items) => {
            page.line(indent, &format!("{key}  {}", counted(items.len(), "item")));
            let numbered: Vec<_> = items.iter().enumerate().collect();
            for part in ends(&numbered) {
                match part {
                    Part::Item((index, item)) => {
                        member(&format!("[{index}]"), item, setup, indent + 2, inner, page);
                    }
                    Part::LeftOut(count) => {
                        page.line(indent + 2, &format!("... {count} more ..."));
                    }
                }
            }
        }
    }
}

fn members(object: &Object, setup: &Setup, indent: usize, kind: Option<RowKind>, page: &mut Page) {
    if object.members.is_empty() {
        page.line(indent, "no member at all");
    }
    for (key, value) in &object.members {
        member(key, value, setup, indent, kind, page);
    }
}

/// What the RecordId inside a member is of.
fn kind_of(key: &str) -> Option<RowKind> {
    match key {
        "Server" => Some(RowKind::Server),
        "Scope" | "Scopes" | "ScopeIds" => Some(RowKind::Scope),
        "Failover" | "FailoverRelation" => Some(RowKind::Relation),
        _ => None,
    }
}

/// Whose id a number is.
fn note(key: &str, text: &str, setup: &Setup, kind: Option<RowKind>) -> Option<String> {
    let kind = match key {
        "RecordId" => kind?,
        "ParentDhcpServerRecordId" | "Server1RecordId" | "Server2RecordId" => RowKind::Server,
        key if key.starts_with('[') => kind?,
        _ => return None,
    };
    let id = RecordId(text.trim().parse().ok()?);
    if id == setup.unknown_id {
        return Some("  (an id that no row has)".to_owned());
    }
    if id == RecordId::UNSET {
        return Some("  (unset)".to_owned());
    }
    let families = [AddressFamily::InterNetwork, AddressFamily::InterNetworkV6];
    let found = families
        .iter()
        .find_map(|family| setup.names.get(kind, (*family, id)));
    Some(match found {
        Some(row) => format!("  (our id of {} {})", kind.name(), name(row)),
        None => format!("  (of no {})", kind.name()),
    })
}
