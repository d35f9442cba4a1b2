//! The grammar of a session: what holds on every session, whatever is asked ([MS-IPAMM2] 3.19.1.1, 3.19.4, 3.21.4).

mod answers;
mod callbacks;

use std::collections::BTreeSet;

use crate::check::operation::{Operation, Request};
use crate::model::{Callback, ClientMessage, Event, FaultCode, Percentage, SoapFault, Terminal};
use crate::spec::{Grade, OverallProgressStatus, Question, Readings, RequirementId};
use crate::trace::{Door, Shows, Trace};
use crate::verdict::{CheckResult, CheckVerdict, Judge};

/// Judges every operation of a trace.
pub(super) fn judge(
    trace: &Trace,
    operations: &[Operation<'_>],
    readings: &Readings,
) -> Vec<CheckResult> {
    let mut results = Vec::new();
    for operation in operations {
        let mut judge = Grammar {
            door: trace.door,
            shows: trace.shows,
            operation,
            readings,
            results: Vec::new(),
        };
        judge.operation();
        for mut result in judge.results {
            result.step.get_or_insert(operation.step);
            results.push(result);
        }
    }
    results
}

struct Grammar<'a> {
    door: Door,
    shows: Shows,
    operation: &'a Operation<'a>,
    readings: &'a Readings,
    results: Vec<CheckResult>,
}

impl Grammar<'_> {
    /// A comparison: the same words for the check whichever way it goes.
    fn expect(
        &mut self,
        holds: bool,
        requirement: RequirementId,
        grade: Grade,
        check: &'static str,
        event: Option<usize>,
        words: impl FnOnce() -> (String, String),
    ) {
        let result = if holds {
            CheckResult::pass(requirement, grade, Judge::Grammar, check)
        } else {
            let (expected, found) = words();
            CheckResult::differs(requirement, grade, Judge::Grammar, check, expected, found)
        };
        self.results.push(result.about_event(event));
    }

    /// What this target cannot show: nobody is blamed for it.
    fn unseen(&mut self, requirement: RequirementId, grade: Grade, check: &'static str) {
        let mut result = CheckResult::pass(requirement, grade, Judge::Grammar, check);
        result.verdict = CheckVerdict::NotObservable;
        self.results.push(result);
    }

    fn operation(&mut self) {
        let operation = self.operation;
        self.answers();
        match operation.request {
            Request::Open => self.no_callbacks(RequirementId::R_SM_1, "before any request"),
            Request::Initialize(_) => {
                let requirement = if operation.faulted() {
                    RequirementId::R_SM_2
                } else {
                    RequirementId::R_SM_3
                };
                self.no_callbacks(requirement, "before StartOperationWithCallback");
                if operation.faulted() && !operation.after_end {
                    self.closed(RequirementId::R_INIT_7, "the fault");
                }
            }
            Request::Raw => {
                if operation.faulted() {
                    self.no_callbacks(RequirementId::R_SM_2, "after a message that was refused");
                }
            }
            Request::Late {
                name,
                after_completion,
            } => self.late(name, after_completion),
            Request::Start(_) | Request::Call(..) => self.started_operation(),
        }
    }

    /// What comes after the start: refused while the operation runs (SOFT: OQ-17), and not processed once it is over.
    fn late(&mut self, name: &str, after_completion: bool) {
        let operation = self.operation;
        let refused = operation.faulted() || operation.after_end || operation.answer.is_none();
        let grade = if after_completion {
            Grade::Hard
        } else {
            Grade::Soft
        };
        self.expect(
            refused,
            RequirementId::R_SM_6,
            grade,
            "nothing-starts-twice",
            operation.answer.map(|(number, _)| number),
            || {
                (
                    format!("a fault in answer to a late {name}"),
                    "a response".to_owned(),
                )
            },
        );
        if after_completion {
            self.no_callbacks(RequirementId::R_SM_6, "after the end of the operation");
        }
    }

    fn no_callbacks(&mut self, requirement: RequirementId, when: &str) {
        let first = self.operation.callbacks.first();
        self.expect(
            first.is_none(),
            requirement,
            Grade::Hard,
            "no-callback-outside-an-operation",
            first.map(|(number, _)| *number),
            || {
                let name = first.map_or("", |(_, callback)| callback.name());
                (format!("no callback {when}"), name.to_owned())
            },
        );
    }

    fn closed(&mut self, requirement: RequirementId, after: &str) {
        if !self.shows.session_end {
            return self.unseen(requirement, Grade::Soft, "session-closed");
        }
        let closed = self.operation.closed;
        self.expect(
            closed.is_some(),
            requirement,
            Grade::Soft,
            "session-closed",
            closed,
            || {
                (
                    format!("the server closes the session after {after}"),
                    "the session stays open".to_owned(),
                )
            },
        );
    }

    fn started_operation(&mut self) {
        use RequirementId as R;
        let operation = self.operation;
        let sessions = self.door != Door::Delegate;
        let Some(started) = operation.started() else {
            if operation.after_end {
                return self.no_callbacks(R::R_SM_6, "after the end of the session");
            }
            if operation.faulted() {
                // R-PRE-5: faults of this stage precede every callback.
                self.no_callbacks(
                    R::R_PRE_5,
                    "after a fault in answer to StartOperationWithCallback",
                );
                self.closed(R::R_SM_2, "the fault");
            } else if sessions && !operation.cut_short {
                self.expect(false, R::R_START_1, Grade::Hard, "started", None, || {
                    (
                        "StartProgressCallback, or a fault reply".to_owned(),
                        "neither".to_owned(),
                    )
                });
            }
            if !operation.faulted() {
                self.no_callbacks(R::R_START_1, "without StartProgressCallback");
            }
            return;
        };
        if sessions {
            self.start_callback(started);
        }
        self.end();
        self.progress();
        if sessions && !operation.cut_short {
            self.reply(started);
            self.closed(R::R_SM_6, "SetOverallStatus");
        }
    }
}
