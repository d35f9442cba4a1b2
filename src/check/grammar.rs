//! The grammar of a session: what holds on every session, whatever is asked ([MS-IPAMM2] 3.19.1.1, 3.19.4, 3.21.4).

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

    /// Each request is answered exactly once; what is no request, never.
    fn answers(&mut self) {
        use RequirementId as R;
        let operation = self.operation;
        if self.door != Door::Delegate && !operation.after_end {
            let found = || "no answer, and no end of the session".to_owned();
            match operation.request {
                Request::Initialize(_) => {
                    let answered = operation.answer.is_some() || operation.closed.is_some();
                    self.expect(
                        answered,
                        R::R_INIT_6,
                        Grade::Hard,
                        "initialize-answered",
                        None,
                        || {
                            (
                                "InitializeOperationParametersResponse or a fault".to_owned(),
                                found(),
                            )
                        },
                    );
                }
                Request::Start(_) if !operation.cut_short => {
                    let answered = operation.answer.is_some();
                    self.expect(
                        answered,
                        R::R_START_3,
                        Grade::Hard,
                        "start-answered",
                        None,
                        || {
                            (
                                "StartOperationWithCallbackResponse or a fault".to_owned(),
                                found(),
                            )
                        },
                    );
                }
                _ => {}
            }
        }
        if let (Request::Initialize(_), Some((number, event))) =
            (operation.request, operation.answer)
        {
            let fits = !matches!(event, Event::StartOperationWithCallbackResponse);
            self.expect(
                fits,
                R::R_INIT_6,
                Grade::Hard,
                "answer-belongs-to-request",
                Some(number),
                || {
                    (
                        "InitializeOperationParametersResponse or a fault".to_owned(),
                        event.name().to_owned(),
                    )
                },
            );
        }
        if let (Request::Start(_), Some((number, event))) = (operation.request, operation.answer) {
            let fits = !matches!(event, Event::InitializeOperationParametersResponse);
            self.expect(
                fits,
                R::R_START_3,
                Grade::Hard,
                "answer-belongs-to-request",
                Some(number),
                || {
                    (
                        "StartOperationWithCallbackResponse or a fault".to_owned(),
                        event.name().to_owned(),
                    )
                },
            );
        }
        self.surplus_answers();
        if let Some((number, Event::Fault(fault))) = operation.answer {
            self.fault(number, fault);
        }
    }

    /// Keepalive and the callback operations are ignored; a request has one answer.
    fn surplus_answers(&mut self) {
        use RequirementId as R;
        if self.door == Door::Delegate {
            return;
        }
        let operation = self.operation;
        let own = match operation.request {
            Request::Initialize(_) => R::R_INIT_6,
            Request::Open => R::R_KA_1,
            _ => R::R_START_3,
        };
        if operation.surplus_answers.is_empty() {
            return self.expect(
                true,
                own,
                Grade::Hard,
                "answered-once",
                None,
                Default::default,
            );
        }
        let mut cited = BTreeSet::new();
        for ((number, event), unasked) in &operation.surplus_answers {
            // A fault that says the action is not supported is only reported (scenario S9d).
            let (requirement, grade, expected) = match unasked {
                Some(ClientMessage::Keepalive) => {
                    (R::R_KA_1, Grade::Hard, "no answer to a Keepalive")
                }
                Some(ClientMessage::CallbackOperation { .. }) => {
                    let grade = match event {
                        Event::Fault(_) => Grade::Soft,
                        _ => Grade::Hard,
                    };
                    let expected = "no answer to a callback operation that a client sends";
                    (R::R_SM_9, grade, expected)
                }
                _ => (own, Grade::Hard, "one answer to each request"),
            };
            if cited.insert((requirement, grade)) {
                let found = match unasked {
                    Some(_) => (*event).name().to_owned(),
                    None => format!("{} beside the first answer", event.name()),
                };
                self.expect(
                    false,
                    requirement,
                    grade,
                    "answered-once",
                    Some(*number),
                    || (expected.to_owned(), found),
                );
            }
        }
    }

    /// [MS-IPAMM2] 2.2.2.1.
    fn fault(&mut self, number: usize, fault: &SoapFault) {
        let sender = fault.code == FaultCode::Sender;
        self.expect(
            sender,
            RequirementId::R_FAULT_1,
            Grade::Hard,
            "fault-code",
            Some(number),
            || {
                (
                    "fault code Sender".to_owned(),
                    format!("fault code {}", fault.code),
                )
            },
        );
        let reason = fault.reason == SoapFault::REASON;
        self.expect(
            reason,
            RequirementId::R_FAULT_1,
            Grade::Soft,
            "fault-reason",
            Some(number),
            || {
                (
                    format!("the reason `{}`", SoapFault::REASON),
                    format!("the reason `{}`", fault.reason),
                )
            },
        );
        // A fault raised while the message is decoded need not carry an IpamException (OQ-8).
        if !matches!(
            self.operation.request,
            Request::Initialize(_) | Request::Raw
        ) {
            let told = fault.detail.is_some();
            self.expect(
                told,
                RequirementId::R_FAULT_2,
                Grade::Soft,
                "fault-detail",
                Some(number),
                || {
                    (
                        "an IpamException in the fault's detail".to_owned(),
                        "no detail".to_owned(),
                    )
                },
            );
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

    /// StartProgressCallback exactly once, and first.
    fn start_callback(&mut self, started: usize) {
        let operation = self.operation;
        let first = operation.callbacks.first().map(|(number, _)| *number);
        self.expect(
            first == Some(started),
            RequirementId::R_START_1,
            Grade::Hard,
            "start-progress-first",
            first,
            || {
                let name = operation
                    .callbacks
                    .first()
                    .map_or("", |(_, callback)| callback.name());
                (
                    "StartProgressCallback as the first callback".to_owned(),
                    format!("{name} before it"),
                )
            },
        );
        let second = operation
            .callbacks
            .iter()
            .filter(|(_, callback)| matches!(callback, Callback::StartProgressCallback { .. }))
            .nth(1)
            .map(|(number, _)| *number);
        self.expect(
            second.is_none(),
            RequirementId::R_SM_3,
            Grade::Hard,
            "start-progress-once",
            second,
            || {
                (
                    "StartProgressCallback exactly once".to_owned(),
                    "a second one".to_owned(),
                )
            },
        );
    }

    /// Exactly one SetOverallStatus with a Completed value, and nothing after it (R-SM-8).
    fn end(&mut self) {
        use RequirementId as R;
        let operation = self.operation;
        let terminals: Vec<(usize, Terminal)> = operation
            .callbacks
            .iter()
            .filter_map(|(number, callback)| {
                callback.terminal().map(|terminal| (*number, terminal))
            })
            .collect();
        let Some((end, value)) = terminals.first().copied() else {
            // The client itself ended the session: no end is owed.
            if operation.cut_short {
                return;
            }
            self.no_end();
            return;
        };
        let literal = self.readings.is(Question::OQ2, "literal");
        // Read word by word, every delegate of the chain reports, each for itself: the outermost speaks last.
        let equal = literal || terminals.iter().all(|(_, other)| *other == value);
        let second = terminals.get(1).map(|(number, _)| *number);
        if !equal {
            self.expect(
                false,
                R::R_SM_8,
                Grade::Hard,
                "terminal-statuses-contradict",
                second,
                || {
                    (
                        format!("one SetOverallStatus, {value}"),
                        format!("{} with contradicting values", terminals.len()),
                    )
                },
            );
        } else if literal {
            // The last of several equal ones is the end then; how many there are is the scenario's affair.
            self.expect(
                true,
                R::R_SM_8,
                Grade::Hard,
                "one-terminal-status",
                Some(end),
                Default::default,
            );
        } else {
            let count = terminals.len();
            self.expect(
                count == 1,
                R::R_SM_8,
                Grade::Hard,
                "one-terminal-status",
                second,
                || {
                    (
                        "SetOverallStatus with a Completed value exactly once".to_owned(),
                        format!("{count} of them, all {value}"),
                    )
                },
            );
            // At most one for each nested delegate: that is the text read word by word.
            if count > 1
                && let Some(result) = self.results.last_mut()
            {
                result.reading = Some((Question::OQ2, "literal"));
            }
        }
        let end = if literal {
            terminals.last().map_or(end, |(number, _)| *number)
        } else {
            end
        };
        let after = operation
            .callbacks
            .iter()
            .skip_while(|(number, _)| *number != end)
            .find(|(_, callback)| callback.terminal().is_none());
        self.expect(
            after.is_none(),
            R::R_SM_5,
            Grade::Hard,
            "nothing-after-the-end",
            after.map(|(number, _)| *number),
            || {
                let name = after.map_or("", |(_, callback)| callback.name());
                (
                    "no callback after SetOverallStatus with a Completed value".to_owned(),
                    name.to_owned(),
                )
            },
        );
        let early = operation.callbacks.iter().find(|(_, callback)| {
            matches!(
                callback,
                Callback::SetOverallStatus {
                    overall_status: OverallProgressStatus::NotStarted
                        | OverallProgressStatus::InProgress,
                    ..
                }
            )
        });
        if !self.readings.is(Question::OQ2, "in-progress") {
            let number = early.map(|(number, _)| *number);
            self.expect(
                early.is_none(),
                R::R_SM_10,
                Grade::Soft,
                "no-interim-status",
                number,
                || {
                    (
                        "SetOverallStatus only with a Completed value".to_owned(),
                        "SetOverallStatus with NotStarted or InProgress".to_owned(),
                    )
                },
            );
            if early.is_some()
                && let Some(result) = self.results.last_mut()
            {
                result.reading = Some((Question::OQ2, "in-progress"));
            }
        }
        let value = if literal {
            terminals.last().map_or(value, |(_, last)| *last)
        } else {
            value
        };
        if value == Terminal::Failure {
            let details = match operation.failure_details() {
                // the frame's own word outranks that of .31, and the SHOULD of .29
                R::R_31_7 | R::R_29_8 => R::R_PROC_2,
                requirement => requirement,
            };
            let told = operation
                .callbacks
                .iter()
                .any(|(_, callback)| match callback {
                    Callback::SetOverallStatus {
                        completion_status: Some(status),
                        ..
                    } => status.exception().is_some(),
                    _ => false,
                });
            self.expect(told, details, Grade::Soft, "failure-details", Some(end), || {
                (
                    "the fault's details in completionStatus (DhcpMsmOverallCompletionStatus.ErrorInfo)".to_owned(),
                    "no IpamException there".to_owned(),
                )
            });
        }
    }

    /// An operation that was started and never ended. A fault reply alone is no end (OQ-8).
    fn no_end(&mut self) {
        let operation = self.operation;
        let last = operation.callbacks.last();
        if let Some((number, Event::Fault(_))) = operation.answer {
            self.expect(
                false,
                RequirementId::R_PROC_2,
                Grade::Hard,
                "one-terminal-status",
                Some(number),
                || {
                    (
                        "SetOverallStatus with CompletedWithFailure beside the fault reply, or no \
                         callback before it"
                            .to_owned(),
                        "a fault reply after StartProgressCallback, and no SetOverallStatus"
                            .to_owned(),
                    )
                },
            );
            return;
        }
        let number = operation.closed.or_else(|| last.map(|(number, _)| *number));
        self.expect(
            false,
            RequirementId::R_SM_8,
            Grade::Hard,
            "one-terminal-status",
            number,
            || {
                let found = match (operation.closed, last) {
                    (Some(_), _) => "the session was closed without it".to_owned(),
                    (None, Some((_, callback))) => {
                        format!("nothing more after {}", callback.name())
                    }
                    (None, None) => "nothing".to_owned(),
                };
                (
                    "SetOverallStatus with CompletedWithSuccess or CompletedWithFailure".to_owned(),
                    found,
                )
            },
        );
    }

    /// Subtasks and percentages (OQ-16): never required, but right where they are sent.
    fn progress(&mut self) {
        use RequirementId as R;
        let operation = self.operation;
        let mut announced = BTreeSet::new();
        let mut unknown = None;
        let mut out_of_range = None;
        let mut falling = None;
        let mut last: Option<(usize, Percentage)> = None;
        let mut reported = false;
        for (number, callback) in &operation.callbacks {
            match callback {
                Callback::AddSubTask { sub_task_instance } => {
                    announced.insert(sub_task_instance.sub_task_instance_id);
                }
                Callback::SetSubTaskStatus {
                    sub_task_instance,
                    percent_complete,
                    ..
                } => {
                    reported = true;
                    if !announced.contains(&sub_task_instance.sub_task_instance_id) {
                        unknown.get_or_insert((*number, sub_task_instance.sub_task_instance_id));
                    }
                    if !percent_complete.is_in_range() {
                        out_of_range.get_or_insert((*number, *percent_complete));
                    }
                }
                Callback::SetCompletionPercentage {
                    completion_percentage,
                } => {
                    if !completion_percentage.is_in_range() {
                        out_of_range.get_or_insert((*number, *completion_percentage));
                    }
                    if let Some((_, before)) = last
                        && *completion_percentage < before
                    {
                        falling.get_or_insert((*number, *completion_percentage, before));
                    }
                    last = Some((*number, *completion_percentage));
                }
                Callback::StartProgressCallback { .. } | Callback::SetOverallStatus { .. } => {}
            }
        }
        if reported {
            let number = unknown.map(|(number, _)| number);
            self.expect(
                unknown.is_none(),
                R::R_CB_4,
                Grade::Hard,
                "subtask-was-announced",
                number,
                || {
                    let id = unknown.map_or(0, |(_, id)| id);
                    (
                        "SetSubTaskStatus only for an instance that AddSubTask announced"
                            .to_owned(),
                        format!("SubTaskInstanceId {id}, which nothing announced"),
                    )
                },
            );
        }
        if reported || last.is_some() {
            let number = out_of_range.map(|(number, _)| number);
            self.expect(
                out_of_range.is_none(),
                R::R_SM_4,
                Grade::Hard,
                "percentage-in-range",
                number,
                || {
                    let found = out_of_range
                        .map_or_else(String::new, |(_, percentage)| percentage.to_string());
                    ("percentages from 0 to 100".to_owned(), found)
                },
            );
        }
        if let Some((last_number, last_percentage)) = last {
            let number = falling.map(|(number, ..)| number);
            self.expect(
                falling.is_none(),
                R::R_SM_4,
                Grade::Soft,
                "percentage-rises",
                number,
                || {
                    let found = falling.map_or_else(String::new, |(_, now, before)| {
                        format!("{now} after {before}")
                    });
                    ("percentages that never fall".to_owned(), found)
                },
            );
            if matches!(operation.terminal(), Some((_, Terminal::Success))) {
                let complete = last_percentage == Percentage::HUNDRED;
                self.expect(
                    complete,
                    R::R_PROC_1,
                    Grade::Soft,
                    "percentage-ends-at-100",
                    Some(last_number),
                    || {
                        (
                            "100 as the last percentage of a success".to_owned(),
                            last_percentage.to_string(),
                        )
                    },
                );
            }
        }
    }

    /// The reply to StartOperationWithCallback: the response on success, either on failure, after the first callback.
    fn reply(&mut self, started: usize) {
        use RequirementId as R;
        let operation = self.operation;
        let Some((number, event)) = operation.answer else {
            return;
        };
        match operation.terminal() {
            Some((_, Terminal::Success)) => {
                let response = !matches!(event, Event::Fault(_));
                self.expect(
                    response,
                    R::R_START_3,
                    Grade::Hard,
                    "response-on-success",
                    Some(number),
                    || {
                        (
                            "StartOperationWithCallbackResponse".to_owned(),
                            "a fault, and success by callback".to_owned(),
                        )
                    },
                );
            }
            Some((_, Terminal::Failure)) => {
                self.expect(
                    true,
                    R::R_START_4,
                    Grade::Either,
                    "reply-on-failure",
                    Some(number),
                    Default::default,
                );
            }
            None => {}
        }
        if !self.shows.reply_order {
            self.unseen(R::R_START_1, Grade::Soft, "start-progress-before-reply");
        } else if !self.readings.is(Question::OQ10, "first") {
            let in_order = started < number;
            self.expect(
                in_order,
                R::R_START_1,
                Grade::Soft,
                "start-progress-before-reply",
                Some(number),
                || {
                    (
                        "StartProgressCallback before the reply".to_owned(),
                        "the reply first".to_owned(),
                    )
                },
            );
            if !in_order && let Some(result) = self.results.last_mut() {
                result.reading = Some((Question::OQ10, "first"));
            }
        }
    }
}
