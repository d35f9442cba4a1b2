//! Simulators with one planted mistake, to show that a property is able to fail.
//!
//! A mistake is planted between the simulator and the runner: what it says is changed on the way, or its store is
//! written when it reports the end; or the simulator itself is given another reading or another partner.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use ipamconf::door::{DelegateTarget, SessionTarget};
use ipamconf::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpScopesRow, AdmIpRangeRow, Callback, ClientMessage, Event,
    Percentage, RecordId, Tables, Value,
};
use ipamconf::spec::{IpamAdminOperationId, OverallProgressStatus, Readings};
use ipamconf::suite::{Progress, StoreChange, Target, TargetError};
use ipamconf::trace::{Door, SessionIndex};
use ipamconf::world::{Caller, Does, Setup};

/// What a deviant does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// SetOverallStatus is sent twice.
    EndToldTwice,
    /// SetOverallStatus is not sent.
    EndNotTold,
    /// SetCompletionPercentage follows SetOverallStatus.
    ProgressAfterTheEnd,
    /// CompletedWithFailure comes without details.
    DetailsLost,
    /// CompletedWithFailure is told as CompletedWithSuccess.
    FailureToldAsSuccess,
    /// A callback follows a fault.
    CallbackWithAFault,
    /// The first scope of the first server is written when an operation ends.
    FirstServerWritten,
    /// Every scope is written when an operation ends.
    EveryScopeWritten,
    /// Each end of an operation leaves another description on every scope: no two runs are alike.
    Growing,
    /// At the door `delegate` percentages are lost.
    SilentDelegate,
    /// isNonDeterministic is told by the number of cases before.
    Counting,
    /// The scopes after one that failed are replicated all the same (OQ-15).
    GoesOn,
    /// What the partner refuses is written all the same.
    RefusedAndWritten,
    /// Every scope that is not the first server's gets a superscope when an operation ends.
    IdentityOverwritten,
    /// A relationship names a server that there is not, from the first subtask to the end.
    KeyDangles,
}

impl Mistake {
    /// Those that break a rule of the document in a single run.
    pub(crate) const ALL: &'static [Self] = &[
        Self::EndToldTwice,
        Self::EndNotTold,
        Self::ProgressAfterTheEnd,
        Self::DetailsLost,
        Self::FailureToldAsSuccess,
        Self::CallbackWithAFault,
        Self::FirstServerWritten,
        Self::EveryScopeWritten,
    ];
}

/// The simulator behind a mistake.
#[derive(Debug)]
pub(crate) struct Deviant<T> {
    inner: T,
    mistake: Mistake,
    queue: VecDeque<(SessionIndex, Event)>,
    cases: u32,
    ends: u32,
}

/// A deviant at a door.
pub(crate) fn target(door: Door, mistake: Mistake) -> Box<dyn Target> {
    match door {
        Door::Delegate => Box::new(Deviant::new(DelegateTarget::default(), mistake)),
        _ => Box::new(Deviant::new(SessionTarget::default(), mistake)),
    }
}

/// A simulator whose second run is another one.
pub(crate) fn growing(door: Door) -> Box<dyn Target> {
    target(door, Mistake::Growing)
}

/// A simulator whose doors differ.
pub(crate) fn silent_delegate(door: Door) -> Box<dyn Target> {
    target(door, Mistake::SilentDelegate)
}

/// A simulator that writes the first row it has, whatever that is.
pub(crate) fn first_come(door: Door) -> Box<dyn Target> {
    target(door, Mistake::FirstServerWritten)
}

/// A simulator that remembers the case before.
pub(crate) fn counting(door: Door) -> Box<dyn Target> {
    target(door, Mistake::Counting)
}

impl<T: Target> Deviant<T> {
    fn new(inner: T, mistake: Mistake) -> Self {
        Self {
            inner,
            mistake,
            queue: VecDeque::new(),
            cases: 0,
            ends: 0,
        }
    }

    /// What becomes of an event; `None` where it is swallowed.
    fn spoil(&mut self, session: SessionIndex, event: Event) -> Option<Event> {
        let is_end = event
            .callback()
            .is_some_and(|callback| callback.terminal().is_some());
        self.ends += u32::from(is_end);
        let mut event = event;
        match (self.mistake, &mut event) {
            (Mistake::EndToldTwice, _) if is_end => self.queue.push_back((session, event.clone())),
            (Mistake::EndNotTold, _) if is_end => return None,
            (Mistake::ProgressAfterTheEnd, _) if is_end => {
                let completion_percentage = Percentage::HUNDRED;
                let late = Callback::SetCompletionPercentage {
                    completion_percentage,
                };
                self.queue.push_back((session, Event::Callback(late)));
            }
            (
                Mistake::DetailsLost,
                Event::Callback(Callback::SetOverallStatus {
                    completion_status, ..
                }),
            ) => *completion_status = None,
            (
                Mistake::FailureToldAsSuccess,
                Event::Callback(Callback::SetOverallStatus {
                    overall_status,
                    completion_status,
                }),
            ) => {
                *overall_status = OverallProgressStatus::CompletedWithSuccess;
                *completion_status = None;
            }
            (Mistake::CallbackWithAFault, Event::Fault(_)) => {
                let started = Callback::StartProgressCallback {
                    is_non_deterministic: None,
                };
                self.queue.push_back((session, Event::Callback(started)));
            }
            (Mistake::FirstServerWritten, _) if is_end => self.write(Some(RecordId(1)), "spoilt"),
            (Mistake::EveryScopeWritten, _) if is_end => self.write(None, "spoilt"),
            (Mistake::Growing, _) if is_end => self.write(None, &format!("run {}", self.ends)),
            (
                Mistake::SilentDelegate,
                Event::Callback(Callback::SetCompletionPercentage { .. }),
            ) if self.inner.door() == Door::Delegate => return None,
            (
                Mistake::Counting,
                Event::Callback(Callback::StartProgressCallback {
                    is_non_deterministic,
                }),
            ) => *is_non_deterministic = Some(self.cases.is_multiple_of(2)),
            (Mistake::IdentityOverwritten, _) if is_end => self.take_into_a_superscope(),
            (Mistake::KeyDangles, Event::Callback(Callback::AddSubTask { .. })) => {
                self.name_nobody(true);
            }
            (Mistake::KeyDangles, _) if is_end => self.name_nobody(false),
            _ => {}
        }
        Some(event)
    }

    fn take_into_a_superscope(&mut self) {
        let Some(tables) = self.inner.tables() else {
            return;
        };
        let of_others = |row: &&Arc<AdmDhcpScopesRow>| row.dhcp_server_record_id != RecordId(1);
        for row in tables.scopes.values().filter(of_others) {
            let mut row = AdmDhcpScopesRow::clone(row);
            row.superscope = Some("spoilt".to_owned());
            self.put(row, &tables);
        }
    }

    /// Names a server that there is not as the first of every relationship, or none.
    fn name_nobody(&mut self, nobody: bool) {
        let Some(tables) = self.inner.tables() else {
            return;
        };
        for row in tables.relations.values() {
            let mut row = AdmDhcpFailoverRelationRow::clone(row);
            row.server1_record_id = nobody.then_some(RecordId(i64::MAX));
            self.inner
                .change(&StoreChange::PutRelation(row))
                .expect("a row that is there can be written");
        }
    }

    fn put(&mut self, row: AdmDhcpScopesRow, tables: &Tables) {
        let range = tables
            .ranges
            .values()
            .find(|range| range.family == row.family && range.scope_record_id == row.record_id);
        let Some(range) = range else { return };
        let change = StoreChange::PutScope {
            row: Box::new(row),
            range: Box::new(AdmIpRangeRow::clone(range)),
            relations: None,
        };
        self.inner
            .change(&change)
            .expect("a row that is there can be written");
    }

    /// Gives scopes another name: the first of that server, or each its own.
    fn write(&mut self, server: Option<RecordId>, name: &str) {
        let Some(tables) = self.inner.tables() else {
            return;
        };
        let rows = tables
            .scopes
            .values()
            .filter(|row| server.is_none_or(|id| row.dhcp_server_record_id == id));
        let most = if server.is_some() { 1 } else { usize::MAX };
        for row in rows.take(most) {
            let mut row = AdmDhcpScopesRow::clone(row);
            row.details.scope_name = format!("{name} {}", row.record_id);
            self.put(row, &tables);
        }
    }
}

impl<T: Target> Target for Deviant<T> {
    fn door(&self) -> Door {
        self.inner.door()
    }

    fn reset(&mut self, setup: &Setup, readings: &Readings) -> Result<(), TargetError> {
        self.queue.clear();
        self.cases += 1;
        let mut setup = setup.clone();
        let mut readings = readings.clone();
        if self.mistake == Mistake::GoesOn {
            readings
                .choose("OQ-15", "continue")
                .expect("the table of rulings has it");
        }
        if self.mistake == Mistake::RefusedAndWritten {
            for rule in setup.partner.iter_mut().filter(|rule| rule.does.faults()) {
                rule.does = Does::LoseAnswer;
            }
        }
        self.inner.reset(&setup, &readings)
    }

    fn open(&mut self, caller: &Caller) -> Result<SessionIndex, TargetError> {
        self.inner.open(caller)
    }

    fn send(&mut self, session: SessionIndex, message: &ClientMessage) -> Result<(), TargetError> {
        self.inner.send(session, message)
    }

    fn call(
        &mut self,
        operation: IpamAdminOperationId,
        paramters: Option<&Value>,
    ) -> Result<SessionIndex, TargetError> {
        self.inner.call(operation, paramters)
    }

    fn next(&mut self) -> Progress {
        loop {
            if let Some((session, event)) = self.queue.pop_front() {
                return Progress::Event(session, event);
            }
            match self.inner.next() {
                Progress::Event(session, event) => {
                    if let Some(event) = self.spoil(session, event) {
                        return Progress::Event(session, event);
                    }
                }
                other => return other,
            }
        }
    }

    fn advance(&mut self, by: Duration) {
        self.inner.advance(by);
    }

    fn end(&mut self, session: SessionIndex) {
        self.inner.end(session);
    }

    fn change(&mut self, change: &StoreChange) -> Result<(), TargetError> {
        self.inner.change(change)
    }

    fn tables(&mut self) -> Option<Arc<Tables>> {
        self.inner.tables()
    }
}
