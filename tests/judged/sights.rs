//! Changes of what could be seen of a run, and of what happened beside it.

use std::time::Duration;

use ipamconf::model::{Callback, Event, Terminal};
use ipamconf::trace::{Record, Shows, StepOutcome, Trace, What};

use crate::ends;
use crate::worlds::Run;

/// What a target may be unable to show.
const HIDDEN: &[(&str, Shows)] = &[
    (
        "the store",
        Shows {
            store: false,
            ..Shows::ALL
        },
    ),
    (
        "the end of the session",
        Shows {
            session_end: false,
            ..Shows::ALL
        },
    ),
    (
        "the order of replies",
        Shows {
            reply_order: false,
            ..Shows::ALL
        },
    ),
];

/// What may happen beside an operation.
const BESIDE: &[(&str, What)] = &[
    ("the store was changed", What::StoreChanged),
    ("the client closed", What::ClosedByClient),
    ("the connection was lost", What::Dropped),
    ("an hour passed", What::Waited(Duration::from_secs(3600))),
];

/// Each change with its name.
pub(crate) fn changes(run: &Run) -> Vec<(String, Trace)> {
    let mut found = Vec::new();
    for (what, shows) in HIDDEN {
        for (name, mut changed) in ends_of(run) {
            changed.shows = *shows;
            if !shows.session_end {
                changed
                    .log
                    .retain(|record| record.what != What::Received(Event::SessionClosed));
            }
            if !shows.store {
                hide_store(&mut changed);
            }
            found.push((format!("{what} cannot be seen; {name}"), changed));
        }
    }
    // A target that says it shows the store, and then did not.
    let mut changed = run.trace.clone();
    hide_store(&mut changed);
    found.push(("the store was not shown; as it was".to_owned(), changed));
    let mut changed = run.trace.clone();
    if let Some(step) = changed.steps.last_mut() {
        step.outcome = StepOutcome::NotReached;
        found.push((
            "the last step was not reached; as it was".to_owned(),
            changed,
        ));
    }
    if let Some(asked) = ends::asked(&run.trace) {
        for (beside, what) in BESIDE {
            for (name, trace) in ends_of(run) {
                for (when, place, later) in [
                    ("at once", asked + 1, 1),
                    ("in the same step", asked + 1, 0),
                    ("at the end", trace.log.len(), 1),
                ] {
                    let mut changed = trace.clone();
                    let like = &changed.log[asked];
                    let record = Record {
                        step: like.step + later,
                        session: like.session,
                        what: what.clone(),
                    };
                    changed.log.insert(place, record);
                    found.push((format!("{beside} {when}; {name}"), changed));
                }
            }
        }
    }
    found
}

/// The run as it was, with the other end, and with none; and with another store.
fn ends_of(run: &Run) -> Vec<(&'static str, Trace)> {
    let mut found = vec![("as it was", run.trace.clone())];
    let is_end = |record: &Record| matches!(&record.what, What::Received(Event::Callback(callback)) if callback.terminal().is_some());
    if let Some(end) = run.trace.log.iter().rposition(is_end) {
        let mut changed = run.trace.clone();
        if let What::Received(Event::Callback(Callback::SetOverallStatus {
            overall_status, ..
        })) = &mut changed.log[end].what
        {
            let other = match overall_status.name() {
                "CompletedWithSuccess" => Terminal::Failure,
                _ => Terminal::Success,
            };
            *overall_status = other.status();
        }
        found.push(("the other end", changed));
        let mut changed = run.trace.clone();
        changed.log.truncate(end);
        found.push(("no end", changed));
    }
    if let Some((_, before, after)) = run.last_step()
        && before != after
    {
        let before = ipamconf::model::Tables::clone(before);
        found.push(("nothing written", run.with_store(before)));
    }
    found
}

fn hide_store(trace: &mut Trace) {
    trace.after = None;
    for step in &mut trace.steps {
        step.before = None;
        step.after = None;
    }
    for record in &mut trace.log {
        match &mut record.what {
            What::Sent { before, .. } | What::Called { before, .. } => *before = None,
            _ => {}
        }
    }
}
