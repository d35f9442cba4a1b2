//! The trace of a case as text for a regression snapshot: what was said, what came, what changed.
//!
//! Names instead of record ids, no line numbers, no versions and no requirement lists, so that it changes only when
//! the behaviour does.

use crate::model::{ClientMessage, Event};
use crate::report::difference::difference_lines;
use crate::report::event::EventTexts;
use crate::trace::{StepOutcome, Trace, What};

/// How many lines of one part are kept; the rest is told by a count and a digest.
const LINES_MAX: usize = 120;

/// The snapshot of a trace.
#[must_use]
pub fn snapshot(trace: &Trace) -> String {
    let mut text = bounded(log_lines(trace));
    text.push_str("\nstore:\n");
    text.push_str(&store_text(trace));
    text
}

/// The whole of a trace, a line for each thing that happened and for each difference in the store.
#[must_use]
pub fn trace_lines(trace: &Trace) -> Vec<String> {
    let mut lines = log_lines(trace);
    lines.push("store:".to_owned());
    if let Some(after) = &trace.after {
        lines.extend(difference_lines(
            &trace.setup.tables,
            after,
            &trace.setup.names,
        ));
    }
    lines
}

fn log_lines(trace: &Trace) -> Vec<String> {
    let mut lines = Vec::new();
    let several = trace.sessions() > 1;
    let texts = EventTexts::of(trace);
    for record in &trace.log {
        let session = match record.session {
            Some(session) if several => format!("[{}] ", session + 1),
            _ => String::new(),
        };
        let text = match &record.what {
            What::Opened { .. } => "open".to_owned(),
            What::Sent { message, .. } => format!("> {}", message_text(message)),
            What::Called {
                operation,
                paramters,
                ..
            } => {
                format!(
                    "> call {operation} with {}",
                    paramters_text(paramters.as_ref())
                )
            }
            What::Received(event) => format!("< {}", texts.text(event)),
            What::ClosedByClient => "close".to_owned(),
            What::Dropped => "drop".to_owned(),
            What::Waited(time) => format!("wait {}s", time.as_secs_f64()),
            What::StoreChanged => "the store is changed".to_owned(),
        };
        lines.push(format!("{session}{text}"));
    }
    for (number, step) in trace.steps.iter().enumerate() {
        match step.outcome {
            StepOutcome::Done => {}
            StepOutcome::Closed => {
                lines.push(format!("step {} found its session over", number + 1))
            }
            StepOutcome::NotReached => lines.push(format!("step {} was not reached", number + 1)),
        }
    }
    lines
}

/// What the doors have in common: the callbacks and the difference in the store.
#[must_use]
pub fn common_part(trace: &Trace) -> String {
    let texts = EventTexts::of(trace);
    let callbacks: Vec<String> = trace
        .events()
        .filter_map(|(_, record, event)| match event {
            Event::Callback(_) => Some(format!("[{}] {}", record.step + 1, texts.text(event))),
            _ => None,
        })
        .collect();
    format!("{}store:\n{}", bounded(callbacks), store_text(trace))
}

fn store_text(trace: &Trace) -> String {
    match &trace.after {
        None => "not observable\n".to_owned(),
        Some(after) => {
            let lines = difference_lines(&trace.setup.tables, after, &trace.setup.names);
            if lines.is_empty() {
                "unchanged\n".to_owned()
            } else {
                bounded(lines)
            }
        }
    }
}

fn message_text(message: &ClientMessage) -> String {
    match message {
        ClientMessage::InitializeOperationParameters { paramters } => {
            let text = match paramters {
                None => "no paramters".to_owned(),
                Some(value) => paramters_text(Some(value)),
            };
            format!("InitializeOperationParameters with {text}")
        }
        other => other.name().to_owned(),
    }
}

fn paramters_text(value: Option<&crate::model::Value>) -> String {
    use crate::model::Value;
    match value {
        None | Some(Value::Nil) => "NULL".to_owned(),
        Some(Value::Object(object)) => {
            let operation = match object.member("OperationId") {
                Some(Value::Text(text)) => text.clone(),
                _ => "no OperationId".to_owned(),
            };
            let name = object
                .type_name
                .as_deref()
                .unwrap_or("an object of the declared type");
            format!("{name} ({operation})")
        }
        Some(Value::Text(_)) => "text".to_owned(),
        Some(Value::List(_)) => "an array".to_owned(),
    }
}

/// The first and the last lines, and between them a count and a digest of what is left out.
fn bounded(lines: Vec<String>) -> String {
    let mut out = String::new();
    let count = lines.len();
    if count <= LINES_MAX {
        for line in lines {
            out.push_str(&line);
            out.push('\n');
        }
        return out;
    }
    let (head, tail) = (LINES_MAX / 2, count - LINES_MAX / 2);
    let left_out = &lines[head..tail];
    let digest = left_out.iter().fold(FNV_OFFSET, |hash, line| {
        line.bytes().chain([b'\n']).fold(hash, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME)
        })
    });
    for line in &lines[..head] {
        out.push_str(line);
        out.push('\n');
    }
    out.push_str(&format!(
        "... {} more lines, digest {digest:016x} ...\n",
        left_out.len()
    ));
    for line in &lines[tail..] {
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// FNV-1a: a digest that is the same on every machine and in every version.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// The name of a case's snapshot: that of the scenario with `__` for `/`, then `@` and the case.
#[must_use]
pub fn snapshot_name(scenario: &str, case: Option<&str>) -> String {
    let mut name = scenario.replace('/', "__");
    if let Some(case) = case {
        name.push('@');
        let mut dash = false;
        for character in case.chars() {
            if character.is_alphanumeric() {
                name.extend(character.to_lowercase());
                dash = false;
            } else if !dash {
                name.push('-');
                dash = true;
            }
        }
    }
    name.trim_end_matches('-').to_owned()
}
