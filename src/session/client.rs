//! The client's end of a session: the callback server with its ProgressTracker ([MS-IPAMM2] 3.21).

use std::collections::BTreeMap;

use crate::model::{Callback, CompletionStatus, Event, IpamException, Percentage};
use crate::spec::{OverallProgressStatus, Question, Readings, SubTaskStatus};
use crate::trace::{ClientState, OverallState, TrackerState};

/// [MS-IPAMM2] 3.21.1.2 ProgressTracker (R-CB-12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressTracker {
    /// SubTasksStatus, by SubTaskInstanceId.
    pub sub_tasks_status: BTreeMap<i32, SubTaskProgress>,
    /// OverallProgressStatus, or the reason tied to the session.
    pub overall: OverallState,
    /// The percentage of the whole operation.
    pub percentage: Percentage,
    /// Error or warning data of the whole operation.
    pub completion_status: Option<CompletionStatus>,
}

impl Default for ProgressTracker {
    fn default() -> Self {
        Self {
            sub_tasks_status: BTreeMap::new(),
            overall: OverallState::Status(OverallProgressStatus::NotStarted),
            percentage: Percentage::ZERO,
            completion_status: None,
        }
    }
}

/// What the tracker keeps of one subtask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubTaskProgress {
    /// Its status.
    pub status: SubTaskStatus,
    /// Its percentage.
    pub percentage: Percentage,
    /// Failure or warning data.
    pub completion_status: Option<IpamException>,
}

/// The state machine of [MS-IPAMM2] 3.21.1.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSession {
    state: ClientState,
    tracker: ProgressTracker,
    ended: bool,
    /// OQ-6 read word by word: StartProgressCallback leaves the state as it is.
    stays_initialized: bool,
}

impl Default for ClientSession {
    /// R-CB-1.
    fn default() -> Self {
        Self {
            state: ClientState::CallbackInitialized,
            tracker: ProgressTracker::default(),
            ended: false,
            stays_initialized: false,
        }
    }
}

impl ClientSession {
    /// A client that follows these readings.
    #[must_use]
    pub fn new(readings: &Readings) -> Self {
        Self {
            stays_initialized: readings.is(Question::OQ6, "literal"),
            ..Self::default()
        }
    }

    /// Takes what came in. Callbacks are never answered (R-CB-8).
    pub fn handle(&mut self, event: &Event) {
        if self.ended {
            return;
        }
        match event {
            Event::InitializeOperationParametersResponse
            | Event::StartOperationWithCallbackResponse
            | Event::Unintelligible(_) => {}
            Event::Fault(_) => self.lose_session(),
            Event::SessionClosed => {
                self.lose_session();
                self.ended = true;
            }
            Event::Callback(callback) => self.handle_callback(callback),
        }
    }

    /// The connection is gone (R-CB-11).
    pub fn drop_connection(&mut self) {
        self.lose_session();
        self.ended = true;
    }

    /// The client itself closed the session in an orderly way.
    pub const fn close(&mut self) {
        self.ended = true;
    }

    /// What the client knows now.
    #[must_use]
    pub fn state(&self) -> TrackerState {
        TrackerState {
            state: self.state,
            overall: self.tracker.overall,
            subtasks: self.tracker.sub_tasks_status.len(),
            percentage: self.tracker.percentage,
        }
    }

    /// The tracker.
    #[must_use]
    pub const fn tracker(&self) -> &ProgressTracker {
        &self.tracker
    }

    /// R-CB-7: in Completed nothing is lost any more.
    const fn lose_session(&mut self) {
        if !matches!(self.state, ClientState::Completed) {
            self.tracker.overall = OverallState::SessionLost;
        }
    }

    fn handle_callback(&mut self, callback: &Callback) {
        match callback {
            // R-CB-2 as ruled in OQ-6.
            Callback::StartProgressCallback { .. } => {
                self.tracker = ProgressTracker::default();
                if !self.stays_initialized {
                    self.state = ClientState::Started;
                }
            }
            // R-CB-3
            Callback::AddSubTask { sub_task_instance } => {
                self.tracker.sub_tasks_status.insert(
                    sub_task_instance.sub_task_instance_id,
                    SubTaskProgress {
                        status: SubTaskStatus::NotStarted,
                        percentage: Percentage::ZERO,
                        completion_status: None,
                    },
                );
            }
            // R-CB-4; an instance that was never announced has no entry to store to.
            Callback::SetSubTaskStatus {
                sub_task_instance,
                status,
                percent_complete,
                completion_status,
            } => {
                let id = sub_task_instance.sub_task_instance_id;
                if let Some(entry) = self.tracker.sub_tasks_status.get_mut(&id) {
                    entry.status = *status;
                    entry.percentage = *percent_complete;
                    entry.completion_status.clone_from(completion_status);
                }
            }
            // R-CB-5
            Callback::SetCompletionPercentage {
                completion_percentage,
            } => {
                self.tracker.percentage = *completion_percentage;
            }
            // R-CB-6; NotStarted and InProgress only update the tracker, and the first Completed value is the end
            // (OQ-2).
            Callback::SetOverallStatus {
                overall_status,
                completion_status,
            } => {
                if self.state == ClientState::Completed {
                    return;
                }
                self.tracker.overall = OverallState::Status(*overall_status);
                self.tracker.completion_status.clone_from(completion_status);
                if callback.terminal().is_some() {
                    self.state = ClientState::Completed;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SoapFault, SubTaskInstance, Terminal};

    fn overall(status: OverallProgressStatus) -> Event {
        Event::Callback(Callback::SetOverallStatus {
            overall_status: status,
            completion_status: None,
        })
    }

    fn started() -> ClientSession {
        let mut client = ClientSession::default();
        client.handle(&Event::Callback(Callback::StartProgressCallback {
            is_non_deterministic: None,
        }));
        client
    }

    #[test]
    fn the_first_completed_value_is_the_end() {
        let mut client = started();
        client.handle(&overall(OverallProgressStatus::InProgress));
        assert_eq!(client.state().state, ClientState::Started);
        client.handle(&overall(Terminal::Failure.status()));
        client.handle(&overall(Terminal::Success.status()));
        let expected = OverallState::Status(OverallProgressStatus::CompletedWithFailure);
        assert_eq!(
            (client.state().state, client.state().overall),
            (ClientState::Completed, expected)
        );
    }

    #[test]
    fn a_session_lost_before_the_end_is_the_overall_status() {
        for lose in [Event::Fault(SoapFault::sender(None)), Event::SessionClosed] {
            let mut client = started();
            client.handle(&lose);
            assert_eq!(client.state().overall, OverallState::SessionLost);
        }
        let mut client = started();
        client.handle(&overall(Terminal::Success.status()));
        client.drop_connection();
        assert_ne!(client.state().overall, OverallState::SessionLost);
    }

    #[test]
    fn the_start_resets_the_tracker() {
        let mut client = started();
        let sub_task_instance = SubTaskInstance {
            sub_task_instance_id: 4,
            ..SubTaskInstance::default()
        };
        client.handle(&Event::Callback(Callback::AddSubTask { sub_task_instance }));
        assert_eq!(client.state().subtasks, 1);
        client.handle(&Event::Callback(Callback::StartProgressCallback {
            is_non_deterministic: None,
        }));
        assert_eq!(client.state().subtasks, 0);
    }
}
