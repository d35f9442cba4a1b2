//! A target that could not be made: it says why at the first thing that is asked of it.

use std::sync::Arc;
use std::time::Duration;

use crate::model::{ClientMessage, Tables, Value};
use crate::spec::{IpamAdminOperationId, Readings};
use crate::suite::{Progress, StoreChange, Target, TargetError};
use crate::trace::{Door, SessionIndex};
use crate::world::{Caller, Setup};

/// In place of a target that the system has no means for.
#[derive(Debug, Clone)]
pub struct AbsentTarget(pub TargetError);

impl Target for AbsentTarget {
    fn door(&self) -> Door {
        Door::Http
    }

    fn reset(&mut self, _setup: &Setup, _readings: &Readings) -> Result<(), TargetError> {
        Err(self.0.clone())
    }

    fn open(&mut self, _caller: &Caller) -> Result<SessionIndex, TargetError> {
        Err(self.0.clone())
    }

    fn send(&mut self, _: SessionIndex, _message: &ClientMessage) -> Result<(), TargetError> {
        Err(self.0.clone())
    }

    fn call(
        &mut self,
        _operation: IpamAdminOperationId,
        _paramters: Option<&Value>,
    ) -> Result<SessionIndex, TargetError> {
        Err(self.0.clone())
    }

    fn next(&mut self) -> Progress {
        Progress::Quiet
    }

    fn advance(&mut self, _by: Duration) {}

    fn end(&mut self, _session: SessionIndex) {}

    fn change(&mut self, _change: &StoreChange) -> Result<(), TargetError> {
        Err(self.0.clone())
    }

    fn tables(&mut self) -> Option<Arc<Tables>> {
        None
    }
}
