//! The callbacks of an operation that runs: their order, their end, what they tell of progress.

use super::*;

impl Grammar<'_> {
    /// StartProgressCallback exactly once, and first.
    pub(super) fn start_callback(&mut self, started: usize) {
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
    pub(super) fn end(&mut self) {
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
    pub(super) fn no_end(&mut self) {
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
    pub(super) fn progress(&mut self) {
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
    pub(super) fn reply(&mut self, started: usize) {
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
