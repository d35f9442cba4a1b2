//! What is tested, as the runner sees it.

use std::sync::Arc;
use std::time::Duration;

use crate::model::{ClientMessage, Event, Tables, Value};
use crate::spec::{IpamAdminOperationId, Readings};
use crate::suite::StoreChange;
use crate::trace::{Door, Form, SessionIndex, Shows};
use crate::world::{Caller, Setup};

/// A target could not do what was asked of it: the run is broken, nothing is judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Its events do not end.
    #[error("the target showed more than {0} events in one case; it is taken to have no end")]
    Endless(usize),
    /// The target does not offer it.
    #[error("this target does not offer {0}")]
    Unsupported(&'static str),
    /// The target says itself that it does not offer it.
    #[error("this target does not offer {0}")]
    Declined(String),
    /// The store refused a change.
    #[error("the store cannot be changed so: {0}")]
    Change(String),
    /// What stands between us and the server does not do its part: what was expected of it, and what it did.
    #[error("{0}")]
    Broken(String),
    /// Nobody is there.
    #[error("{0}")]
    Unreachable(String),
}

/// What a target has to say next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// This happened on that session.
    Event(SessionIndex, Event),
    /// Nothing until so much virtual time has passed.
    Wait(Duration),
    /// Nothing until it is given something to do.
    Quiet,
}

/// A target in process: messages and virtual time go in, events come out.
///
/// Methods come in this order: [`Target::reset`] once for each case; then [`Target::open`] and [`Target::send`], or
/// [`Target::call`]; [`Target::next`] until it is quiet; [`Target::tables`] at any time. A target does nothing by
/// itself: all its work happens inside these calls.
pub trait Target {
    /// The door it is reached through.
    fn door(&self) -> Door;

    /// Forgets everything, takes a world and follows these readings.
    ///
    /// # Errors
    /// When the target cannot stand for this world.
    fn reset(&mut self, setup: &Setup, readings: &Readings) -> Result<(), TargetError>;

    /// A new session of that caller. Sessions count from 0.
    ///
    /// # Errors
    /// When the target has no sessions.
    fn open(&mut self, caller: &Caller) -> Result<SessionIndex, TargetError>;

    /// The client says this. A session that is over takes nothing.
    ///
    /// # Errors
    /// When the target has no sessions.
    fn send(&mut self, session: SessionIndex, message: &ClientMessage) -> Result<(), TargetError>;

    /// The delegate of an operation is called directly; its events come on the session that is returned.
    ///
    /// # Errors
    /// When the target cannot be called so.
    fn call(
        &mut self,
        operation: IpamAdminOperationId,
        paramters: Option<&Value>,
    ) -> Result<SessionIndex, TargetError>;

    /// What happens next.
    fn next(&mut self) -> Progress;

    /// Virtual time passes.
    fn advance(&mut self, by: Duration);

    /// The client closed the session, or lost it.
    fn end(&mut self, session: SessionIndex);

    /// The client lost the session's connection, without a word.
    fn lose(&mut self, session: SessionIndex) {
        self.end(session);
    }

    /// The client sends bytes on the session's connection, below the framing.
    ///
    /// # Errors
    /// When the target has no such connections.
    fn send_bytes(&mut self, _session: SessionIndex, _bytes: &[u8]) -> Result<(), TargetError> {
        Err(TargetError::Unsupported("bytes below the framing"))
    }

    /// Somebody else changes the store.
    ///
    /// # Errors
    /// When the store refuses.
    fn change(&mut self, change: &StoreChange) -> Result<(), TargetError>;

    /// Why [`Target::next`], [`Target::advance`], [`Target::end`] or [`Target::tables`] could not do what was asked
    /// since the last reset; the case is given up then. In process nothing can come in between.
    fn failure(&mut self) -> Option<TargetError> {
        None
    }

    /// What it can show.
    fn shows(&self) -> Shows {
        Shows::ALL
    }

    /// The form of the event that [`Target::next`] gave last, where it came as an envelope.
    fn form(&mut self) -> Option<Form> {
        None
    }

    /// The store as it is; `None` where it cannot be seen. Equal stores may share one copy.
    fn tables(&mut self) -> Option<Arc<Tables>>;
}
