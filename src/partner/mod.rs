//! The simulated failover partner: what becomes of a scope that is sent to it.
//!
//! Floor 2. Follows the rules of the world; time is virtual.

use std::time::Duration;

use crate::model::RecordId;
use crate::spec::IpamExceptionId;
use crate::world::{Does, PartnerRule, RequestKind};

/// The partner servers of a world, with the count of what each rule has taken.
#[derive(Debug, Clone, Default)]
pub struct Partner {
    rules: Vec<PartnerRule<RecordId>>,
    taken: Vec<u64>,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Whether the partner carries it out.
    pub applied: bool,
    /// The fault the delegate gets, if any.
    pub fault: Option<IpamExceptionId>,
    /// How long the answer takes; virtual time.
    pub delay: Duration,
}

impl Partner {
    /// Partners that follow these rules.
    #[must_use]
    pub fn new(rules: Vec<PartnerRule<RecordId>>) -> Self {
        let taken = vec![0; rules.len()];
        Self { rules, taken }
    }

    /// Sends a scope to a partner server. The first rule that matches and is not spent takes the request; without
    /// one it is accepted.
    pub fn request(&mut self, server: RecordId, scope: RecordId, kind: RequestKind) -> Answer {
        let accepted = Answer {
            applied: true,
            fault: None,
            delay: Duration::ZERO,
        };
        let matches = |rule: &PartnerRule<RecordId>| {
            rule.server.is_none_or(|wanted| wanted == server)
                && rule.scope.is_none_or(|wanted| wanted == scope)
                && rule.on.is_none_or(|wanted| wanted == kind)
        };
        let found = self
            .rules
            .iter()
            .zip(&mut self.taken)
            .find(|(rule, taken)| {
                let spent = rule
                    .times
                    .is_some_and(|times| **taken >= rule.after.saturating_add(times));
                matches(rule) && !spent
            });
        let Some((rule, taken)) = found else {
            return accepted;
        };
        *taken += 1;
        if *taken <= rule.after {
            return accepted;
        }
        let default_fault = match kind {
            RequestKind::Create => IpamExceptionId::SCOPE_FAILED_TO_ADD_REMOTE,
            RequestKind::Update => IpamExceptionId::SCOPE_FAILED_TO_UPDATE_REMOTE,
        };
        Answer {
            applied: rule.does.applies(),
            fault: rule
                .does
                .faults()
                .then(|| rule.detail.unwrap_or(default_fault)),
            delay: match rule.does {
                Does::Late | Does::Unreachable => rule.delay,
                Does::Accept | Does::Refuse | Does::LoseAnswer => Duration::ZERO,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(does: Does, after: u64, times: Option<u64>) -> PartnerRule<RecordId> {
        PartnerRule {
            does,
            server: None,
            scope: None,
            on: None,
            after,
            times,
            delay: Duration::from_secs(30),
            detail: None,
        }
    }

    fn faults(rules: Vec<PartnerRule<RecordId>>, requests: usize) -> Vec<bool> {
        let mut partner = Partner::new(rules);
        let mut ask = || {
            partner
                .request(RecordId(1), RecordId(2), RequestKind::Update)
                .fault
                .is_some()
        };
        (0..requests).map(|_| ask()).collect()
    }

    #[test]
    fn a_rule_lets_through_what_comes_first_then_hits_then_is_spent() {
        assert_eq!(
            faults(vec![rule(Does::Refuse, 1, Some(2))], 5),
            [false, true, true, false, false]
        );
    }

    #[test]
    fn only_the_first_rule_that_is_not_spent_counts_a_request() {
        let rules = vec![rule(Does::Accept, 0, Some(1)), rule(Does::Refuse, 1, None)];
        assert_eq!(faults(rules, 4), [false, false, true, true]);
    }

    #[test]
    fn a_lost_answer_is_applied_and_faults_all_the_same() {
        let mut partner = Partner::new(vec![rule(Does::LoseAnswer, 0, None)]);
        let answer = partner.request(RecordId(1), RecordId(2), RequestKind::Create);
        assert!(answer.applied && answer.fault.is_some());
        assert_eq!(answer.delay, Duration::ZERO);
    }
}
