//! What our client made of the callbacks, and on which session they came ([MS-IPAMM2] 3.20.3, 3.21.4).
//!
//! The tracker is worked out here a second time, from the events of the trace alone: a client that drops, mixes up or
//! misreads a callback would otherwise hide what the server did.

use std::collections::BTreeSet;

use crate::model::{Callback, ClientMessage, Event, Percentage};
use crate::spec::{Grade, RequirementId};
use crate::trace::{ClientState, Door, OverallState, SessionIndex, Trace, What};
use crate::verdict::{CheckResult, Judge};

/// Judges every session of a trace. The door `delegate` has no client.
pub(super) fn judge(trace: &Trace) -> Vec<CheckResult> {
    if trace.door == Door::Delegate {
        return Vec::new();
    }
    let count = trace.sessions();
    let mut results = Vec::new();
    for session in 0..count {
        let told = Told::of(trace, session);
        tracker(trace, session, &told, &mut results);
        // One session alone cannot be mixed up with another.
        if count > 1
            && let Some((step, number)) = told.first
        {
            let result = compare(
                told.asked,
                RequirementId::R_CB_9,
                "callbacks-on-their-session",
                "callbacks only on a session whose client started an operation",
                "a callback on a session that started none",
            );
            results.push(result.about_step(step).about_event(Some(number)));
        }
    }
    results
}

/// What the callbacks of one session amount to.
#[derive(Default)]
struct Told {
    /// The instances that AddSubTask announced since the start; `None` where none was.
    sub_tasks: Option<BTreeSet<i32>>,
    /// The last SetCompletionPercentage since the start.
    percentage: Option<Percentage>,
    /// The first Completed value since the start.
    overall: Option<OverallState>,
    /// The step and the number of the first callback.
    first: Option<(usize, usize)>,
    /// The step and the number of the last one.
    last: Option<(usize, usize)>,
    /// Before the first callback the client sent what may start an operation.
    asked: bool,
}

impl Told {
    fn of(trace: &Trace, session: SessionIndex) -> Self {
        let mut told = Self::default();
        let mut number = 0;
        for record in &trace.log {
            let event_number = number;
            number += usize::from(matches!(record.what, What::Received(_)));
            if record.session != Some(session) {
                continue;
            }
            match &record.what {
                What::Sent { message, .. } if told.first.is_none() => {
                    told.asked |= matches!(
                        message,
                        ClientMessage::StartOperationWithCallback | ClientMessage::Raw { .. }
                    );
                }
                What::Received(Event::Callback(callback)) => {
                    let place = (record.step, event_number);
                    told.first.get_or_insert(place);
                    told.last = Some(place);
                    told.take(callback);
                }
                What::Received(Event::SessionClosed) | What::ClosedByClient | What::Dropped => {
                    break;
                }
                _ => {}
            }
        }
        told
    }

    fn take(&mut self, callback: &Callback) {
        match callback {
            Callback::StartProgressCallback { .. } => {
                self.sub_tasks = None;
                self.percentage = None;
                self.overall = None;
            }
            Callback::AddSubTask { sub_task_instance } => {
                let id = sub_task_instance.sub_task_instance_id;
                self.sub_tasks.get_or_insert_default().insert(id);
            }
            Callback::SetCompletionPercentage {
                completion_percentage,
            } => self.percentage = Some(*completion_percentage),
            Callback::SetOverallStatus { overall_status, .. } => {
                if callback.terminal().is_some() {
                    self.overall
                        .get_or_insert(OverallState::Status(*overall_status));
                }
            }
            Callback::SetSubTaskStatus { .. } => {}
        }
    }
}

fn compare(
    holds: bool,
    requirement: RequirementId,
    check: &'static str,
    expected: impl Into<String>,
    found: impl Into<String>,
) -> CheckResult {
    if holds {
        CheckResult::pass(requirement, Grade::Hard, Judge::Grammar, check)
    } else {
        CheckResult::differs(
            requirement,
            Grade::Hard,
            Judge::Grammar,
            check,
            expected.into(),
            found.into(),
        )
    }
}

/// The tracker at the end of the session holds what the callbacks said (R-CB-3, R-CB-5, R-CB-6, R-CB-7).
fn tracker(trace: &Trace, session: SessionIndex, told: &Told, results: &mut Vec<CheckResult>) {
    const CHECK: &str = "client-tracker";
    let (Some(found), Some((step, number))) = (trace.trackers.get(session), told.last) else {
        return;
    };
    let sub_tasks = told.sub_tasks.as_ref().map(|announced| {
        let say = |count: usize| format!("{count} subtasks in our client's tracker");
        compare(
            announced.len() == found.subtasks,
            RequirementId::R_CB_3,
            CHECK,
            say(announced.len()),
            say(found.subtasks),
        )
    });
    let percentage = told.percentage.map(|percentage| {
        let say = |percentage: Percentage| format!("{percentage} percent in our client's tracker");
        compare(
            percentage == found.percentage,
            RequirementId::R_CB_5,
            CHECK,
            say(percentage),
            say(found.percentage),
        )
    });
    let overall = told.overall.map(|overall| {
        let say = |overall: OverallState| format!("{} in our client's tracker", overall.name());
        // R-CB-7: a client that has completed loses nothing any more.
        let requirement = match (found.state, found.overall) {
            (ClientState::Completed, OverallState::SessionLost) => RequirementId::R_CB_7,
            _ => RequirementId::R_CB_6,
        };
        compare(
            overall == found.overall,
            requirement,
            CHECK,
            say(overall),
            say(found.overall),
        )
    });
    for result in [sub_tasks, percentage, overall].into_iter().flatten() {
        results.push(result.about_step(step).about_event(Some(number)));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::SubTaskInstance;
    use crate::spec::OverallProgressStatus;
    use crate::trace::{Record, TrackerState};
    use crate::verdict::CheckVerdict;
    use crate::world::World;

    /// What each session saw, every one of them started, and what its tracker holds.
    fn trace(sessions: &[(&[Callback], TrackerState)]) -> Trace {
        let mut log = Vec::new();
        for (session, (callbacks, _)) in sessions.iter().enumerate() {
            let record = |what| Record {
                step: session,
                session: Some(session),
                what,
            };
            log.push(record(What::Sent {
                message: ClientMessage::StartOperationWithCallback,
                before: None,
            }));
            let received = |callback: &Callback| What::Received(Event::Callback(callback.clone()));
            log.extend(callbacks.iter().map(received).map(record));
        }
        Trace {
            door: Door::Session,
            setup: Arc::new(World::default().set_up()),
            log,
            steps: Vec::new(),
            after: None,
            shows: crate::trace::Shows::ALL,
            forms: std::collections::BTreeMap::new(),
            trackers: sessions
                .iter()
                .map(|(_, tracker)| tracker.clone())
                .collect(),
        }
    }

    fn told() -> Vec<Callback> {
        let sub_task_instance = SubTaskInstance {
            sub_task_instance_id: 7,
            ..SubTaskInstance::default()
        };
        vec![
            Callback::StartProgressCallback {
                is_non_deterministic: None,
            },
            Callback::AddSubTask { sub_task_instance },
            Callback::SetCompletionPercentage {
                completion_percentage: Percentage::of(1, 2),
            },
            Callback::SetOverallStatus {
                overall_status: OverallProgressStatus::CompletedWithSuccess,
                completion_status: None,
            },
        ]
    }

    fn right() -> TrackerState {
        TrackerState {
            state: ClientState::Completed,
            overall: OverallState::Status(OverallProgressStatus::CompletedWithSuccess),
            subtasks: 1,
            percentage: Percentage::of(1, 2),
        }
    }

    fn failures(trace: &Trace) -> Vec<RequirementId> {
        judge(trace)
            .into_iter()
            .filter(|result| result.verdict == CheckVerdict::Fail)
            .map(|result| result.requirement)
            .collect()
    }

    #[test]
    fn a_tracker_that_follows_the_callbacks_passes() {
        let trace = trace(&[(&told(), right())]);
        assert_eq!(judge(&trace).len(), 3);
        assert!(failures(&trace).is_empty());
    }

    #[test]
    fn what_the_tracker_misses_is_found() {
        let wrong = [
            (
                TrackerState {
                    subtasks: 0,
                    ..right()
                },
                RequirementId::R_CB_3,
            ),
            (
                TrackerState {
                    percentage: Percentage::ZERO,
                    ..right()
                },
                RequirementId::R_CB_5,
            ),
            (
                TrackerState {
                    overall: OverallState::SessionLost,
                    ..right()
                },
                RequirementId::R_CB_7,
            ),
            (
                TrackerState {
                    overall: OverallState::Status(OverallProgressStatus::NotStarted),
                    ..right()
                },
                RequirementId::R_CB_6,
            ),
        ];
        for (tracker, requirement) in wrong {
            let trace = trace(&[(&told(), tracker)]);
            assert_eq!(failures(&trace), [requirement]);
        }
    }

    #[test]
    fn a_new_start_forgets_what_was_told() {
        let mut callbacks = told();
        callbacks.push(Callback::StartProgressCallback {
            is_non_deterministic: None,
        });
        let trace = trace(&[(&callbacks, right())]);
        assert!(judge(&trace).is_empty());
    }

    #[test]
    fn a_callback_on_another_session_is_found() {
        let mut trace = trace(&[(&told(), right()), (&told(), right())]);
        assert!(failures(&trace).is_empty());
        let started = |record: &Record| matches!(record.what, What::Sent { .. });
        trace
            .log
            .retain(|record| !(record.session == Some(1) && started(record)));
        assert_eq!(failures(&trace), [RequirementId::R_CB_9]);
    }

    #[test]
    fn a_start_that_comes_after_the_first_callback_did_not_ask_for_it() {
        let mut trace = trace(&[(&told(), right()), (&told(), right())]);
        let last = trace.log.len();
        trace.log.swap(last - 5, last - 4);
        assert_eq!(failures(&trace), [RequirementId::R_CB_9]);
    }

    #[test]
    fn what_comes_after_the_end_of_the_session_is_not_told() {
        let mut trace = trace(&[(&told(), right())]);
        let mut add = |what| {
            trace.log.push(Record {
                step: 0,
                session: Some(0),
                what,
            });
        };
        add(What::Received(Event::SessionClosed));
        add(What::Received(Event::Callback(
            Callback::SetCompletionPercentage {
                completion_percentage: Percentage::HUNDRED,
            },
        )));
        assert!(failures(&trace).is_empty());
    }

    #[test]
    fn a_result_is_about_the_last_callback_of_its_session() {
        let trace = trace(&[(&told(), right()), (&told(), right())]);
        let events: BTreeSet<_> = judge(&trace)
            .into_iter()
            .filter(|result| result.requirement != RequirementId::R_CB_9)
            .map(|result| result.event)
            .collect();
        assert_eq!(events, BTreeSet::from([Some(3), Some(7)]));
    }
}
