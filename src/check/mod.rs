//! The checks: the grammar of a session, the oracle against the trace, the scenario's own expectations.
//!
//! Floor 3. Grammar and oracle judge every case, whatever it expects; none stops another.

mod client;
mod foretell;
mod form;
mod grammar;
mod idle;
mod operation;
mod oracle;
mod rows;
mod selection;
mod wrong_end;

pub use self::oracle::{Authority, Document};
pub use foretell::{Foretold, What as ForetoldWhat, foretell};

use crate::scenario::{Case, evaluate};
use crate::spec::{Grade, Readings};
use crate::trace::{StepOutcome, Trace};
use crate::verdict::{CheckResult, CheckVerdict, Judge};

/// Judges a trace. `readings` are those of the run; the case's own are put over them.
#[must_use]
pub fn check(case: &Case, trace: &Trace, readings: &Readings) -> Vec<CheckResult> {
    check_by(&Document, case, trace, readings)
}

/// The same by somebody else's word on what is allowed.
#[must_use]
pub fn check_by(
    authority: &dyn Authority,
    case: &Case,
    trace: &Trace,
    readings: &Readings,
) -> Vec<CheckResult> {
    judged(authority, case, trace, readings).0
}

/// Judges a trace as [`check`] does, and tells what the oracle allows as [`foretell`] does, worked out once.
#[must_use]
pub fn check_and_foretell(
    case: &Case,
    trace: &Trace,
    readings: &Readings,
) -> (Vec<CheckResult>, Vec<Foretold>) {
    judged(&Document, case, trace, readings)
}

fn judged(
    authority: &dyn Authority,
    case: &Case,
    trace: &Trace,
    readings: &Readings,
) -> (Vec<CheckResult>, Vec<Foretold>) {
    let readings = readings.overlaid_with(&case.readings);
    let operations = operation::operations(trace, &readings);
    let mut results = evaluate(case, trace);
    results.extend(steps_passed_over(case, trace));
    let (judged, foretold) = oracle::judge(trace, &operations, &readings, authority);
    results.extend(judged);
    results.extend(grammar::judge(trace, &operations, &readings));
    results.extend(form::judge(trace, &readings));
    results.extend(client::judge(trace));
    results.extend(idle::judge(case, trace, &operations));
    (results, foretold)
}

/// Steps that waited for an event that never came, and expect nothing of their own: said once, so that a file whose
/// point was never reached does not look like one that was.
fn steps_passed_over(case: &Case, trace: &Trace) -> Vec<CheckResult> {
    let Some(requirement) = case.requirements.first() else {
        return Vec::new();
    };
    let passed_over =
        case.steps
            .iter()
            .zip(&trace.steps)
            .enumerate()
            .filter(|(_, (step, taken))| {
                taken.outcome == StepOutcome::NotReached && step.expect.is_none()
            });
    passed_over
        .map(|(index, (step, _))| {
            let event = step
                .after
                .as_ref()
                .map_or("", |after| after.event.value.as_str());
            CheckResult {
                verdict: CheckVerdict::NotReached,
                expected: format!(
                    "`{event}`, for the step `{}` to follow it",
                    step.action.name()
                ),
                found: "it never came".to_owned(),
                ..CheckResult::pass(*requirement, Grade::Hard, Judge::Scenario, "step-reached")
            }
            .at(step.span)
            .about_step(index)
        })
        .collect()
}
