//! One case: run it, judge it, say which classes it reached.

use crate::check::check_and_foretell;
use crate::explore::path::{self, Class};
use crate::scenario::Case;
use crate::spec::{Readings, RequirementId};
use crate::suite::{Target, TargetError, run_case};
use crate::trace::Door;
use crate::verdict::CheckVerdict;

/// Makes a target for a door; a new one for each case.
pub type Factory<'a> = dyn Fn(Door) -> Box<dyn Target> + 'a;

/// What a case came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The classes it reached: one for each operation.
    pub classes: Vec<Class>,
    /// The first check that the target does not pass.
    pub disagreement: Option<Disagreement>,
}

/// A check that a target does not pass.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Disagreement {
    /// The requirement it cites.
    pub requirement: String,
    /// The check.
    pub check: String,
    /// What the document allows.
    pub expected: String,
    /// What was found.
    pub found: String,
}

/// Runs a case through a door and judges it: by failures, with `strict` by deviations as well.
///
/// # Errors
/// When the target cannot take the case.
pub fn judge(
    case: &Case,
    door: Door,
    make: &Factory<'_>,
    readings: &Readings,
    strict: bool,
) -> Result<Judged, TargetError> {
    let trace = run_case(case, &mut *make(door), readings)?;
    let (results, foretold) = check_and_foretell(case, &trace, readings);
    let counts = |verdict| match verdict {
        CheckVerdict::Fail => true,
        CheckVerdict::Deviates => strict,
        _ => false,
    };
    let disagreement = results
        .iter()
        .filter(|result| counts(result.verdict))
        // A failure says more than a deviation beside it.
        .min_by_key(|result| result.verdict != CheckVerdict::Fail)
        .map(|result| Disagreement {
            requirement: result.requirement.to_string(),
            check: result.check.to_owned(),
            expected: result.expected.clone(),
            found: result.found.clone(),
        });
    let in_force = readings.overlaid_with(&case.readings);
    Ok(Judged {
        classes: path::classes(&trace, &foretold, &in_force),
        disagreement,
    })
}

impl Disagreement {
    /// Whether it is of the same requirement and check.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        self.requirement == other.requirement && self.check == other.check
    }

    /// The requirement that is cited, for those who want more than its name.
    #[must_use]
    pub fn cited(&self) -> Option<RequirementId> {
        RequirementId::from_name(&self.requirement)
    }
}
