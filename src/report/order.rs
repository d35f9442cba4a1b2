//! What a reader is shown first.

use std::collections::BTreeMap;

use crate::report::block;
use crate::report::data::{CheckReport, Report, ScenarioReport};
use crate::spec::RequirementId;

/// The cases, those first that fail for the requirement which most cases fail for: one mistake fails many cases, and
/// some of them by way of something else. Otherwise in the order of the report.
pub(super) fn most_telling_first(report: &Report) -> Vec<&ScenarioReport> {
    let decides = |case: &ScenarioReport| {
        block::failures(case, report.strict)
            .first()
            .map(|check| check.requirement)
    };
    let mut counts: BTreeMap<RequirementId, usize> = BTreeMap::new();
    for requirement in report.scenarios.iter().filter_map(decides) {
        *counts.entry(requirement).or_default() += 1;
    }
    let weight = |case: &&ScenarioReport| {
        let count = decides(case)
            .and_then(|requirement| counts.get(&requirement))
            .copied();
        std::cmp::Reverse(count.unwrap_or(0))
    };
    let mut cases: Vec<&ScenarioReport> = report.scenarios.iter().collect();
    cases.sort_by_cached_key(weight);
    cases
}

/// The failure that [`human`](crate::report::human()) shows first: a case and its most telling check.
#[must_use]
pub fn first_failure(report: &Report) -> Option<(&ScenarioReport, &CheckReport)> {
    most_telling_first(report).into_iter().find_map(|case| {
        let check = block::failures(case, report.strict).into_iter().next()?;
        Some((case, check))
    })
}
