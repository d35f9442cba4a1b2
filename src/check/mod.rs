//! The checks: the grammar of a session, the oracle against the trace, the scenario's own expectations.
//!
//! Floor 3. Grammar and oracle judge every case, whatever it expects; none stops another.

mod foretell;
mod grammar;
mod operation;
mod oracle;
mod rows;

pub use foretell::{Foretold, What as ForetoldWhat, foretell};

use crate::scenario::{Case, evaluate};
use crate::spec::Readings;
use crate::trace::Trace;
use crate::verdict::CheckResult;

/// Judges a trace. `readings` are those of the run; the case's own are put over them.
#[must_use]
pub fn check(case: &Case, trace: &Trace, readings: &Readings) -> Vec<CheckResult> {
    let readings = readings.overlaid_with(&case.readings);
    let operations = operation::operations(trace, &readings);
    let mut results = evaluate(case, trace);
    results.extend(oracle::judge(trace, &operations, &readings));
    results.extend(grammar::judge(trace, &operations, &readings));
    results
}
