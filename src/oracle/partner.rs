//! What a partner's rules may do to the requests of one operation, whatever their order.
//!
//! The document prescribes no order of scopes (R-29-3) and not what follows a fault (OQ-15), so what is worked out
//! here are bounds over every order and every stop. They are never too tight; they are exact for one rule.

use crate::model::RecordId;
use crate::oracle::bounds::{at_most_written, lets_all_through, taken_afterwards};
use crate::oracle::fates::{Plan, Planned, Request};
use crate::oracle::{Case, Choice, PartnerBounds, WriteKind};
use crate::spec::{IpamExceptionId, RequirementId};
use crate::world::{PartnerRule, RequestKind};

/// What the rules make of the plans.
pub(super) struct Judged {
    /// The choices of each scope, our ruling first.
    pub(super) choices: Vec<Vec<Choice>>,
    /// Whether all scopes can be brought over without a fault.
    pub(super) may_succeed: bool,
    /// Whether some scope can end in a fault.
    pub(super) may_fail: bool,
    /// See [`Allowed::at_most_written`](crate::oracle::Allowed::at_most_written).
    pub(super) at_most_written: Vec<(Vec<usize>, usize)>,
    /// The bounds afterwards.
    pub(super) taken: PartnerBounds,
}

/// A rule with what is known of its past and of what can reach it.
pub(super) struct Known<'a> {
    pub(super) rule: &'a PartnerRule<RecordId>,
    pub(super) least: u64,
    pub(super) most: u64,
    /// How many requests spend it.
    pub(super) end: Option<u64>,
    /// The most requests of this operation that can reach it.
    pub(super) reached_by: u64,
}

impl Known<'_> {
    pub(super) fn is_spent_at(&self, taken: u64) -> bool {
        self.end.is_some_and(|end| taken >= end)
    }

    fn is_certainly_spent(&self) -> bool {
        self.is_spent_at(self.least)
    }

    /// How many more it takes, counted from that many; `None` without end.
    pub(super) fn room(&self, taken: u64) -> Option<u64> {
        self.end.map(|end| end.saturating_sub(taken))
    }

    pub(super) fn may_fault(&self) -> bool {
        let Some(last_place) = self.end.map_or(Some(u64::MAX), |end| end.checked_sub(1)) else {
            return false;
        };
        let start = self.most.min(last_place);
        let last_taken = start
            .saturating_add(self.reached_by.saturating_sub(1))
            .min(last_place);
        self.rule.does.faults()
            && !self.is_certainly_spent()
            && self.reached_by > 0
            && last_taken >= self.rule.after
    }

    fn may_accept(&self) -> bool {
        !self.rule.does.faults() || self.least < self.rule.after
    }

    /// Whether a request can find it spent by others.
    fn may_pass_on(&self) -> bool {
        self.is_spent_at(self.most.saturating_add(self.reached_by.saturating_sub(1)))
    }

    /// How many of so many requests it hits, when it has taken that many before.
    pub(super) fn hits(&self, taken: u64, requests: u64) -> u64 {
        let last = taken
            .saturating_add(requests)
            .min(self.end.unwrap_or(u64::MAX));
        last.saturating_sub(self.rule.after.max(taken))
    }
}

pub(super) fn may_match(rule: &PartnerRule<RecordId>, source: RecordId, request: &Request) -> bool {
    rule.server.is_none_or(|server| server == request.to)
        && rule.scope.is_none_or(|scope| scope == source)
        && (request.kind.is_none() || rule.on.is_none() || rule.on == request.kind)
}

pub(super) fn must_match(
    rule: &PartnerRule<RecordId>,
    source: RecordId,
    request: &Request,
) -> bool {
    may_match(rule, source, request) && (rule.on.is_none() || rule.on == request.kind)
}

pub(super) fn requests(planned: &Planned) -> impl Iterator<Item = &Request> {
    planned.plans.iter().filter_map(|plan| match plan {
        Plan::Send(request) => Some(request.as_ref()),
        Plan::Skip { .. } | Plan::Fault { .. } => None,
    })
}

/// What the rules make of the plans of one operation.
pub(super) fn judge(case: &Case<'_>, all: &[Planned]) -> Judged {
    let rules = known_rules(case, all);
    let mut counts: Vec<u64> = rules.iter().map(|rule| rule.least).collect();
    let choices: Vec<Vec<Choice>> = all
        .iter()
        .map(|planned| {
            let ruling = play(&rules, &mut counts, planned);
            choices_of(&rules, planned, ruling)
        })
        .collect();
    let is_fault = |choice: &Choice| matches!(choice, Choice::Fault { .. });
    let may_fail = choices.iter().flatten().any(is_fault);
    let may_succeed = choices
        .iter()
        .all(|choices| choices.iter().any(|choice| !is_fault(choice)))
        && (0..rules.len()).all(|index| lets_all_through(&rules, index, all));
    Judged {
        at_most_written: at_most_written(&rules, all, &choices),
        taken: taken_afterwards(case, &rules, all, may_succeed, may_fail),
        choices,
        may_succeed,
        may_fail,
    }
}

fn known_rules<'a>(case: &Case<'a>, all: &[Planned]) -> Vec<Known<'a>> {
    let mut rules: Vec<Known<'a>> = Vec::with_capacity(case.partner.len());
    for (index, rule) in case.partner.iter().enumerate() {
        let (least, most) = case.taken.taken.get(index).copied().unwrap_or_default();
        let mut known = Known {
            rule,
            least,
            most: most.max(least),
            end: rule.times.map(|times| rule.after.saturating_add(times)),
            reached_by: 0,
        };
        known.reached_by = most_arrivals(&rules, rule, all);
        rules.push(known);
    }
    rules
}

/// The most requests that can reach a rule behind those before it.
///
/// What an earlier rule has room for it takes before it lets anything pass, first from elsewhere if need be.
fn most_arrivals(before: &[Known<'_>], rule: &PartnerRule<RecordId>, all: &[Planned]) -> u64 {
    let matches = |planned: &Planned| requests(planned).any(|r| may_match(rule, planned.source, r));
    let matching = count(all, matches);
    before
        .iter()
        .map(|earlier| {
            let mut shared: u64 = 0;
            let mut elsewhere: u64 = 0;
            for planned in all {
                let source = planned.source;
                let all_go_there = requests(planned)
                    .filter(|r| may_match(rule, source, r))
                    .all(|r| must_match(earlier.rule, source, r));
                if matches(planned) && all_go_there {
                    shared += 1;
                } else if requests(planned).any(|r| may_match(earlier.rule, source, r)) {
                    elsewhere += 1;
                }
            }
            let kept = match earlier.room(earlier.most) {
                None => shared,
                Some(room) => room.saturating_sub(elsewhere).min(shared),
            };
            matching - kept
        })
        .min()
        .unwrap_or(matching)
}

pub(super) fn count(all: &[Planned], condition: impl Fn(&Planned) -> bool) -> u64 {
    all.iter().filter(|planned| condition(planned)).count() as u64
}

/// What happens to a scope by our ruling: in record-id order, each rule with the least it can have taken before.
fn play(rules: &[Known<'_>], counts: &mut [u64], planned: &Planned) -> Option<Choice> {
    let plan = planned.plans.first()?;
    let Plan::Send(request) = plan else {
        return without_request(plan);
    };
    let kind = kind_of(request);
    let actual = Request {
        to: request.to,
        write: request.write.clone(),
        kind: Some(kind),
    };
    for (known, taken) in rules.iter().zip(counts) {
        if known.is_spent_at(*taken) || !may_match(known.rule, planned.source, &actual) {
            continue;
        }
        let place = *taken;
        *taken = taken.saturating_add(1);
        if place >= known.rule.after && known.rule.does.faults() {
            return Some(rule_fault(known.rule, request));
        }
        break;
    }
    Some(Choice::Write(actual.write))
}

fn choices_of(rules: &[Known<'_>], planned: &Planned, ruling: Option<Choice>) -> Vec<Choice> {
    let mut choices: Vec<Choice> = ruling.into_iter().collect();
    let mut add = |choice: Choice| {
        if !choices.contains(&choice) {
            choices.push(choice);
        }
    };
    for plan in &planned.plans {
        let Plan::Send(request) = plan else {
            if let Some(choice) = without_request(plan) {
                add(choice);
            }
            continue;
        };
        let mut taken_for_sure = false;
        for known in rules {
            if known.is_certainly_spent()
                || known.reached_by == 0
                || !may_match(known.rule, planned.source, request)
            {
                continue;
            }
            if known.may_accept() {
                add(Choice::Write(request.write.clone()));
            }
            if known.may_fault() {
                add(rule_fault(known.rule, request));
            }
            if must_match(known.rule, planned.source, request) && !known.may_pass_on() {
                taken_for_sure = true;
                break;
            }
        }
        if !taken_for_sure {
            add(Choice::Write(request.write.clone()));
        }
    }
    choices
}

fn without_request(plan: &Plan) -> Option<Choice> {
    match plan {
        Plan::Skip { requirement, grade } => Some(Choice::Skip {
            requirement: *requirement,
            grade: *grade,
        }),
        Plan::Fault {
            requirement,
            detail,
        } => Some(Choice::Fault {
            requirement: *requirement,
            detail: *detail,
            written: None,
        }),
        Plan::Send(_) => None,
    }
}

const fn kind_of(request: &Request) -> RequestKind {
    match request.write.kind {
        WriteKind::Update(_) => RequestKind::Update,
        WriteKind::Create => RequestKind::Create,
    }
}

fn rule_fault(rule: &PartnerRule<RecordId>, request: &Request) -> Choice {
    let (requirement, usual) = match kind_of(request) {
        // R-3-20
        RequestKind::Create => (
            RequirementId::R_3_20,
            IpamExceptionId::SCOPE_FAILED_TO_ADD_REMOTE,
        ),
        // R-4-20
        RequestKind::Update => (
            RequirementId::R_4_20,
            IpamExceptionId::SCOPE_FAILED_TO_UPDATE_REMOTE,
        ),
    };
    Choice::Fault {
        requirement,
        detail: Some(rule.detail.unwrap_or(usual)),
        written: rule.does.applies().then(|| request.write.clone()),
    }
}
