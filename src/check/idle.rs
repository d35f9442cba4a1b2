//! The store while no operation runs: nothing that a client says, and no time that passes, changes it.
//!
//! The delegate starts with StartOperationWithCallback ([MS-IPAMM2] 3.19.4.4), so a store that changes before it, at a
//! message that is to be ignored, or after the end was written by nobody who may.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::check::rows;
use crate::model::{ClientMessage, Event, Tables};
use crate::scenario::{Action, Case};
use crate::spec::RequirementId;
use crate::trace::{Record, Reply, SessionIndex, StepRecord, Trace, What};
use crate::verdict::CheckResult;

/// Judges the steps at which no operation can have been running.
pub(super) fn judge(case: &Case, trace: &Trace) -> Vec<CheckResult> {
    let mut results = Vec::new();
    let mut running = Running::default();
    let mut log = trace.log.as_slice();
    let by_hand: BTreeSet<usize> = log
        .iter()
        .filter(|record| is_by_hand(record))
        .map(|record| record.step)
        .collect();
    for (index, (step, taken)) in case.steps.iter().zip(&trace.steps).enumerate() {
        // What a message by hand starts, nobody knows.
        running.unknown |=
            matches!(step.action, Action::SendBytes { .. }) || by_hand.contains(&index);
        let is_own =
            |record: &Record| record.step == index && !matches!(record.what, What::Received(_));
        if let Some(place) = log.iter().position(is_own) {
            let (earlier, rest) = log.split_at(place);
            earlier.iter().for_each(|record| running.see(record));
            log = rest;
            // With `after` it is taken while others go on.
            if running.is_idle()
                && step.after.is_none()
                && let Some(requirement) = broken(&step.action, taken, &running)
                && let Some((before, after)) = around(index, taken, rest, &running)
            {
                let found = rows::unchanged(&trace.setup.names, before, after, requirement);
                results.extend(found.into_iter().map(|result| result.about_step(index)));
            }
        }
    }
    results
}

const fn is_by_hand(record: &Record) -> bool {
    matches!(
        record.what,
        What::Sent {
            message: ClientMessage::Raw { .. },
            ..
        }
    )
}

/// The store around what a step does before it starts an operation.
fn around<'a>(
    index: usize,
    taken: &'a StepRecord,
    log: &'a [Record],
    running: &Running,
) -> Option<(&'a Tables, &'a Tables)> {
    let start = log
        .iter()
        .filter(|record| record.step == index && !running.is_over(record.session))
        .find_map(|record| match &record.what {
            What::Sent {
                message: ClientMessage::StartOperationWithCallback,
                before,
            }
            | What::Called { before, .. } => Some(before.as_ref()),
            _ => None,
        });
    let after = start.unwrap_or(taken.after.as_ref());
    Some((taken.before.as_deref()?, after.map(Arc::as_ref)?))
}

/// What a store breaks that changes at this; `None` where a change is asked for.
fn broken(action: &Action, taken: &StepRecord, running: &Running) -> Option<RequirementId> {
    let refused = matches!(taken.reply, Some(Reply::Fault | Reply::Closed));
    match action {
        Action::Keepalive { .. } => Some(RequirementId::R_KA_1),
        Action::SendCallback { .. } => Some(RequirementId::R_SM_9),
        Action::Change(_) | Action::SendXml { .. } | Action::SendBytes { .. } => None,
        Action::Initialize(_) | Action::Start | Action::Replicate { .. }
            if running.is_over(taken.session) =>
        {
            Some(RequirementId::R_SM_6)
        }
        Action::Initialize(_) if refused => Some(RequirementId::R_INIT_7),
        Action::Initialize(_) | Action::Replicate { .. } => Some(RequirementId::R_START_2),
        Action::Start => None,
        Action::Connect { .. } | Action::Wait(_) | Action::Close | Action::Drop => {
            Some(if running.over.is_empty() {
                RequirementId::R_START_2
            } else {
                RequirementId::R_SM_6
            })
        }
    }
}

/// Which operations may be writing.
#[derive(Default)]
struct Running {
    /// The sessions on which an operation was started that has told no end.
    started: Vec<Started>,
    /// Those on which it has, or was refused.
    over: Vec<SessionIndex>,
    /// Something was sent of which nobody knows what it starts.
    unknown: bool,
}

struct Started {
    session: SessionIndex,
    /// A fault is an end only as the answer to the start, and only before StartProgressCallback.
    may_be_refused: bool,
}

impl Running {
    const fn is_idle(&self) -> bool {
        self.started.is_empty() && !self.unknown
    }

    fn is_over(&self, session: Option<SessionIndex>) -> bool {
        session.is_some_and(|session| self.over.contains(&session))
    }

    fn see(&mut self, record: &Record) {
        let Some(session) = record.session else {
            return;
        };
        let place = self
            .started
            .iter()
            .position(|other| other.session == session);
        match (&record.what, place) {
            (What::Called { .. }, _) => self.start(session),
            (What::Sent { message, .. }, None)
                if *message == ClientMessage::StartOperationWithCallback
                    && !self.over.contains(&session) =>
            {
                self.start(session);
            }
            (What::Sent { .. }, Some(place)) => self.started[place].may_be_refused = false,
            (What::Received(Event::Callback(callback)), Some(place)) => {
                self.started[place].may_be_refused = false;
                if callback.terminal().is_some() {
                    self.end(place);
                }
            }
            (What::Received(Event::Fault(_)), Some(place))
                if self.started[place].may_be_refused =>
            {
                self.end(place);
            }
            _ => {}
        }
    }

    fn start(&mut self, session: SessionIndex) {
        self.started.push(Started {
            session,
            may_be_refused: true,
        });
    }

    fn end(&mut self, place: usize) {
        let ended = self.started.swap_remove(place);
        self.over.push(ended.session);
    }
}
