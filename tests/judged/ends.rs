//! Changes of how an operation ends: every end in the place of the right one, with the store as it is left and as if
//! nothing had been written.

use ipamconf::model::{
    Callback, ClientMessage, CompletionStatus, Event, IpamException, Percentage, SoapFault,
    SubTaskInstance, Terminal,
};
use ipamconf::spec::{IpamExceptionId, SubTaskStatus};
use ipamconf::trace::{Record, Trace, What};

use crate::worlds::Run;

/// A name, and the events that come.
type Way = (&'static str, fn() -> Vec<Event>);

/// How an operation may end, rightly or wrongly.
const ENDS: &[Way] = &[
    ("success", || {
        let mut events = started();
        events.push(overall(Terminal::Success, None));
        events
    }),
    ("failure without details", || {
        let mut events = started();
        events.push(overall(Terminal::Failure, None));
        events
    }),
    ("failure", || {
        let mut events = started();
        events.push(overall(Terminal::Failure, Some(generic())));
        events
    }),
    ("failure, access denied", || {
        let mut events = started();
        events.push(overall(Terminal::Failure, Some(denied())));
        events
    }),
    ("success, access denied", || {
        let mut events = started();
        events.push(overall(Terminal::Success, Some(denied())));
        events
    }),
    ("failure after a failed subtask", || {
        let mut events = started();
        events.push(failed_subtask());
        events.push(overall(Terminal::Failure, Some(generic())));
        events
    }),
    ("success after a failed subtask", || {
        let mut events = started();
        events.push(failed_subtask());
        events.push(overall(Terminal::Success, None));
        events
    }),
    ("no end", started),
    ("no end after a failed subtask", || {
        let mut events = started();
        events.push(failed_subtask());
        events
    }),
    ("no answer", Vec::new),
    ("a fault", || vec![fault(generic())]),
    ("a fault, access denied", || vec![fault(denied())]),
    ("a fault after StartProgressCallback", || {
        vec![start_callback(), fault(generic())]
    }),
    ("a fault, then a failure", || {
        vec![
            start_callback(),
            fault(generic()),
            overall(Terminal::Failure, Some(generic())),
        ]
    }),
    ("the end before the answer", || {
        vec![
            start_callback(),
            overall(Terminal::Success, None),
            Event::StartOperationWithCallbackResponse,
        ]
    }),
    ("success twice", || {
        let mut events = started();
        events.push(overall(Terminal::Success, None));
        events.push(overall(Terminal::Success, None));
        events
    }),
];

fn generic() -> IpamException {
    IpamException::new(IpamExceptionId::GENERIC_ERROR, "no")
}

fn denied() -> IpamException {
    IpamException::new(IpamExceptionId::ACCESS_DENIED, "no")
}

fn fault(exception: IpamException) -> Event {
    Event::Fault(SoapFault::sender(Some(exception)))
}

const fn start_callback() -> Event {
    Event::Callback(Callback::StartProgressCallback {
        is_non_deterministic: Some(false),
    })
}

fn started() -> Vec<Event> {
    vec![start_callback(), Event::StartOperationWithCallbackResponse]
}

fn failed_subtask() -> Event {
    Event::Callback(Callback::SetSubTaskStatus {
        sub_task_instance: SubTaskInstance::default(),
        status: SubTaskStatus::CompletedWithError,
        percent_complete: Percentage::HUNDRED,
        completion_status: Some(generic()),
    })
}

fn overall(terminal: Terminal, error_info: Option<IpamException>) -> Event {
    let status = CompletionStatus::DhcpMsmOverallCompletionStatus {
        error_info,
        has_ipam_update_error: false,
    };
    Event::Callback(Callback::SetOverallStatus {
        overall_status: terminal.status(),
        completion_status: Some(status),
    })
}

/// The place of what asks for the last operation: a start on a session, or a call.
pub(crate) fn asked(trace: &Trace) -> Option<usize> {
    trace.log.iter().rposition(|record| {
        matches!(
            &record.what,
            What::Called { .. }
                | What::Sent {
                    message: ClientMessage::StartOperationWithCallback,
                    ..
                }
        )
    })
}

fn right_end(trace: &Trace, asked: usize) -> &'static str {
    let session = trace.log[asked].session;
    let events = trace.log[asked + 1..]
        .iter()
        .filter(|record| record.session == session);
    for record in events {
        match &record.what {
            What::Received(Event::Fault(_)) => return "a fault",
            What::Received(Event::Callback(callback)) => match callback.terminal() {
                Some(Terminal::Success) => return "success",
                Some(Terminal::Failure) => return "failure",
                None => {}
            },
            _ => {}
        }
    }
    "no end"
}

/// What may come in answer to InitializeOperationParameters, rightly or wrongly.
const ANSWERS: &[Way] = &[
    ("a response", || {
        vec![Event::InitializeOperationParametersResponse]
    }),
    ("a fault", || vec![fault(generic()), Event::SessionClosed]),
    ("a fault, access denied", || {
        vec![fault(denied()), Event::SessionClosed]
    }),
    ("a fault, and the session stays", || vec![fault(generic())]),
    ("the end of the session", || vec![Event::SessionClosed]),
    ("no answer", Vec::new),
    ("a callback", || vec![start_callback()]),
];

/// The run, had these events come after what stands at a place of the log, and nothing else on that session.
pub(crate) fn with_events(trace: &Trace, asked: usize, events: Vec<Event>) -> Trace {
    let mut changed = trace.clone();
    let Record { step, session, .. } = changed.log[asked];
    let closes = events.contains(&Event::SessionClosed);
    let mut place = 0;
    changed.log.retain(|record| {
        place += 1;
        let What::Received(event) = &record.what else {
            return true;
        };
        place <= asked || record.session != session || *event == Event::SessionClosed && !closes
    });
    let events = events.into_iter().map(|event| Record {
        step,
        session,
        what: What::Received(event),
    });
    changed.log.splice(asked + 1..asked + 1, events);
    changed
}

/// The run with each other end of its last operation, and a name for each.
pub(crate) fn changes(run: &Run) -> Vec<(String, Trace)> {
    let trace = &run.trace;
    let mut found = answers(trace);
    let Some(asked) = asked(trace) else {
        return found;
    };
    let at_door = matches!(trace.log[asked].what, What::Called { .. });
    let right = right_end(trace, asked);
    for (name, events) in ENDS {
        let mut events = events();
        if at_door {
            events.retain(|event| *event != Event::StartOperationWithCallbackResponse);
        }
        let mut changed = with_events(trace, asked, events);
        found.push((format!("{name}, not {right}"), changed.clone()));
        if let Some((last, before, after)) = run.last_step()
            && before != after
        {
            let before = before.clone();
            changed.steps[last].after = Some(before.clone());
            changed.after = Some(before);
            found.push((format!("{name}, not {right}, nothing written"), changed));
        }
    }
    found
}

/// The run with each other answer to its last InitializeOperationParameters, where nothing was asked after it.
fn answers(trace: &Trace) -> Vec<(String, Trace)> {
    let is_sent = |record: &Record| matches!(record.what, What::Sent { .. });
    let Some(asked) = trace.log.iter().rposition(is_sent) else {
        return Vec::new();
    };
    if !matches!(
        trace.log[asked].what,
        What::Sent {
            message: ClientMessage::InitializeOperationParameters { .. },
            ..
        }
    ) {
        return Vec::new();
    }
    let right = trace.log[asked..]
        .iter()
        .find_map(|record| match &record.what {
            What::Received(event) => Some(event.name()),
            _ => None,
        });
    let right = right.unwrap_or("no answer");
    let answers = ANSWERS.iter().map(|(name, events)| {
        let name = format!("initialize: {name}, not {right}");
        (name, with_events(trace, asked, events()))
    });
    answers.collect()
}
