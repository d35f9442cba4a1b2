//! Bounds on what an operation writes and on what a partner's rules take, whatever the order of requests.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::fates::{Plan, Planned, Target};
use crate::oracle::partner::{Known, count, may_match, must_match, requests};
use crate::oracle::{Case, Choice, PartnerBounds};

/// The fewest requests that reach a rule when every scope is tried and those of `sure` surely come its way.
fn least_arrivals(
    rules: &[Known<'_>],
    index: usize,
    all: &[Planned],
    sure: impl Fn(&Planned) -> bool,
    room: impl Fn(&Known<'_>) -> Option<u64>,
) -> u64 {
    let surely = count(all, &sure);
    let taken_before: u64 = rules[..index]
        .iter()
        .map(|earlier| {
            let shared = count(all, |planned| {
                sure(planned)
                    && requests(planned).any(|r| may_match(earlier.rule, planned.source, r))
            });
            room(earlier).map_or(shared, |room| room.min(shared))
        })
        .fold(0, u64::saturating_add);
    surely.saturating_sub(taken_before)
}

/// The fewest requests that reach a rule in an operation that succeeds: each earlier rule then only accepts.
fn least_arrivals_on_success(rules: &[Known<'_>], index: usize, all: &[Planned]) -> u64 {
    let rule = rules[index].rule;
    let sure = |planned: &Planned| {
        let mut tried = planned
            .plans
            .iter()
            .filter(|plan| !matches!(plan, Plan::Fault { .. }))
            .peekable();
        tried.peek().is_some()
            && tried.all(|plan| match plan {
                Plan::Send(request) => must_match(rule, planned.source, request),
                Plan::Skip { .. } | Plan::Fault { .. } => false,
            })
    };
    least_arrivals(rules, index, all, sure, |earlier| {
        if earlier.rule.does.faults() {
            Some(earlier.rule.after.saturating_sub(earlier.least))
        } else {
            earlier.room(earlier.least)
        }
    })
}

/// Whether a rule can let every request pass without a fault.
pub(super) fn lets_all_through(rules: &[Known<'_>], index: usize, all: &[Planned]) -> bool {
    let known = &rules[index];
    !known.rule.does.faults()
        || known.is_spent_at(known.most)
        || least_arrivals_on_success(rules, index, all)
            <= known.rule.after.saturating_sub(known.least)
}

/// Whether every plan of a scope is a request that the rule matches.
fn is_all_for(known: &Known<'_>, planned: &Planned) -> bool {
    planned.plans.iter().all(|plan| match plan {
        Plan::Send(request) => must_match(known.rule, planned.source, request),
        Plan::Skip { .. } | Plan::Fault { .. } => false,
    })
}

/// How many of which scopes can be written when the operation fails, beyond what each scope's choices say.
pub(super) fn at_most_written(
    rules: &[Known<'_>],
    all: &[Planned],
    choices: &[Vec<Choice>],
) -> Vec<(Vec<usize>, usize)> {
    let may_be_written = |choices: &[Choice]| {
        choices.iter().any(|choice| {
            matches!(
                choice,
                Choice::Write(_)
                    | Choice::Fault {
                        written: Some(_),
                        ..
                    }
            )
        })
    };
    let shared = sharing_a_target(all);
    let mut bounds: Vec<(Vec<usize>, usize)> = Vec::new();
    for (index, known) in rules.iter().enumerate() {
        if !known.rule.does.faults() || known.rule.does.applies() {
            continue;
        }
        // a rule hits no fewer of its requests when more of them are tried, so this holds wherever a target stops
        let sure = |planned: &Planned| is_all_for(known, planned);
        let arrivals = least_arrivals(rules, index, all, sure, |earlier| {
            earlier.room(earlier.least)
        });
        // those that may come as well may be the ones that are hit, wherever they come
        let others = count(all, |planned| {
            !sure(planned)
                && requests(planned).any(|request| may_match(known.rule, planned.source, request))
        });
        let hits = [known.least, known.most]
            .map(|taken| known.hits(taken, arrivals.saturating_add(others)))
            .into_iter()
            .min()
            .unwrap_or_default()
            .saturating_sub(others);
        let places: Vec<usize> = places(all, sure);
        // a scope that is hit looks written all the same where another one has its target
        let hidden = places.iter().filter(|place| shared.contains(place)).count();
        let shown = usize::try_from(hits)
            .unwrap_or(usize::MAX)
            .saturating_sub(hidden);
        let most = places.len().saturating_sub(shown);
        let could = places
            .iter()
            .filter(|place| may_be_written(&choices[**place]))
            .count();
        if can_be_broken(shown, could, most) {
            bounds.push((places, most));
        }
    }
    // an operation that failed met a fault somewhere, and where no fault comes with a write, that scope is not written
    let with_fault = |choices: &Vec<Choice>| {
        choices
            .iter()
            .any(|choice| matches!(choice, Choice::Fault { .. }))
    };
    let fault_writes = choices.iter().flatten().any(|choice| {
        matches!(
            choice,
            Choice::Fault {
                written: Some(_),
                ..
            }
        )
    });
    let doubtful: Vec<usize> = (0..choices.len())
        .filter(|place| with_fault(&choices[*place]))
        .collect();
    let all_may_be_written = doubtful
        .iter()
        .all(|place| may_be_written(&choices[*place]));
    if !doubtful.is_empty()
        && !fault_writes
        && all_may_be_written
        && doubtful.iter().all(|place| !shared.contains(place))
        && bounds.iter().all(|(places, _)| *places != doubtful)
    {
        let most = doubtful.len() - 1;
        bounds.push((doubtful, most));
    }
    bounds
}

/// Whether a bound is worth telling: some scope is held back, and more could be written than it lets.
const fn can_be_broken(held_back: usize, could: usize, most: usize) -> bool {
    held_back > 0 && could > most
}

/// The scopes whose copy may be that of another scope of the same call, too.
fn sharing_a_target(all: &[Planned]) -> BTreeSet<usize> {
    let targets_of = |planned: &Planned| -> BTreeSet<Target> {
        requests(planned)
            .map(|request| Target::of(&request.write))
            .collect()
    };
    let mut writers: BTreeMap<Target, usize> = BTreeMap::new();
    for target in all.iter().flat_map(targets_of) {
        *writers.entry(target).or_default() += 1;
    }
    let is_shared = |target: &Target| writers.get(target).is_some_and(|count| *count > 1);
    (0..all.len())
        .filter(|place| targets_of(&all[*place]).iter().any(is_shared))
        .collect()
}

fn places(all: &[Planned], condition: impl Fn(&Planned) -> bool) -> Vec<usize> {
    (0..all.len())
        .filter(|index| condition(&all[*index]))
        .collect()
}

/// What each rule can have taken afterwards, whichever allowed way the operation ends.
pub(super) fn taken_afterwards(
    case: &Case<'_>,
    rules: &[Known<'_>],
    all: &[Planned],
    may_succeed: bool,
    may_fail: bool,
) -> PartnerBounds {
    if rules.is_empty() {
        return case.taken.clone();
    }
    let faults_without_request = all
        .iter()
        .flat_map(|planned| &planned.plans)
        .any(|plan| matches!(plan, Plan::Fault { .. }));
    let faulting = rules.iter().filter(|known| known.may_fault()).count();
    let taken = rules
        .iter()
        .enumerate()
        .map(|(index, known)| {
            let most = known
                .most
                .saturating_add(known.reached_by)
                .min(known.end.unwrap_or(u64::MAX))
                .max(known.most);
            let on_success = may_succeed.then(|| {
                let arrivals = least_arrivals_on_success(rules, index, all);
                known
                    .least
                    .saturating_add(arrivals)
                    .min(known.end.unwrap_or(u64::MAX))
                    .max(known.least)
            });
            let on_failure = may_fail.then(|| {
                // only the fault that ended the operation is sure to have been met
                if !faults_without_request && faulting == 1 && known.may_fault() {
                    known.least.max(known.rule.after).saturating_add(1)
                } else {
                    known.least
                }
            });
            let least = on_success
                .into_iter()
                .chain(on_failure)
                .min()
                .unwrap_or(known.least);
            (least.min(most), most)
        })
        .collect();
    PartnerBounds { taken }
}
