//! The store while no operation runs: nothing that a client says, and no time that passes, changes it.
//!
//! The delegate starts with StartOperationWithCallback ([MS-IPAMM2] 3.19.4.4), so a store that changes before it, at a
//! message that is to be ignored, or after the end was written by nobody who may.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::check::operation::Operation;
use crate::check::oracle::seen_end;
use crate::check::rows;
use crate::model::{ClientMessage, Tables};
use crate::scenario::{Action, Case};
use crate::spec::RequirementId;
use crate::trace::{Record, Reply, StepRecord, Trace, What};
use crate::verdict::CheckResult;

/// Judges the steps at which no operation can have been running.
pub(super) fn judge(case: &Case, trace: &Trace, operations: &[Operation<'_>]) -> Vec<CheckResult> {
    let mut results = Vec::new();
    let by_hand = trace.log.iter().filter(|record| is_by_hand(record));
    let by_hand: BTreeSet<usize> = by_hand.map(|record| record.step).collect();
    let mut log = trace.log.as_slice();
    // How many events came before the step.
    let mut events = 0;
    for (index, (step, taken)) in case.steps.iter().zip(&trace.steps).enumerate() {
        // What a message by hand starts, nobody knows.
        if matches!(step.action, Action::SendBytes { .. }) || by_hand.contains(&index) {
            break;
        }
        let is_event = |record: &Record| matches!(record.what, What::Received(_));
        let is_own = |record: &Record| record.step == index && !is_event(record);
        let Some(place) = log.iter().position(is_own) else {
            continue;
        };
        let (earlier, rest) = log.split_at(place);
        events += earlier.iter().filter(|record| is_event(record)).count();
        log = rest;
        let mut started = operations
            .iter()
            .filter(|operation| operation.starts() && operation.step < index)
            .map(|operation| (operation.session, seen_end(operation)))
            .map(|(session, end)| (session, end.is_some_and(|(number, _)| number < events)));
        // With `after` it is taken while others go on.
        if step.after.is_some() || !started.clone().all(|(_, is_over)| is_over) {
            continue;
        }
        let over = Over {
            any: started.clone().next().is_some(),
            this: started.any(|(session, _)| Some(session) == taken.session),
        };
        if let Some(requirement) = broken(&step.action, taken, over)
            && let Some((before, after)) = around(index, taken, rest, over)
        {
            let found = rows::unchanged(&trace.setup.names, before, after, requirement);
            results.extend(found.into_iter().map(|result| result.about_step(index)));
        }
    }
    results
}

/// The operations that told their end, or were refused, before a step.
#[derive(Clone, Copy)]
struct Over {
    /// Whether there are any.
    any: bool,
    /// Whether one was on the step's session.
    this: bool,
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
    over: Over,
) -> Option<(&'a Tables, &'a Tables)> {
    let start = log
        .iter()
        .filter(|record| record.step == index && !over.this)
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
const fn broken(action: &Action, taken: &StepRecord, over: Over) -> Option<RequirementId> {
    let refused = matches!(taken.reply, Some(Reply::Fault | Reply::Closed));
    match action {
        Action::Keepalive { .. } => Some(RequirementId::R_KA_1),
        Action::SendCallback { .. } => Some(RequirementId::R_SM_9),
        Action::Change(_) | Action::SendXml { .. } | Action::SendBytes { .. } => None,
        Action::Initialize(_) | Action::Start | Action::Replicate { .. } if over.this => {
            Some(RequirementId::R_SM_6)
        }
        Action::Initialize(_) if refused => Some(RequirementId::R_INIT_7),
        Action::Initialize(_) | Action::Replicate { .. } => Some(RequirementId::R_START_2),
        Action::Start => None,
        Action::Connect { .. } | Action::Wait(_) | Action::Close | Action::Drop => {
            Some(if over.any {
                RequirementId::R_SM_6
            } else {
                RequirementId::R_START_2
            })
        }
    }
}
