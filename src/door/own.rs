//! The door `delegate` for an implementer's own delegate, in process.
//!
//! Implement [`OwnDelegate`], wrap it in [`OwnTarget`] and hand it to `cli::main_for`: the whole command line
//! then judges your delegate instead of ours.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::delegate::Context;
use crate::door::delegate::decode;
use crate::door::session::Simulator;
use crate::model::{Callback, ClientMessage, Event, OperationParameters, Tables, Value};
use crate::spec::{IpamAdminOperationId, Readings};
use crate::suite::{Progress, StoreChange, Target, TargetError};
use crate::trace::{Door, SessionIndex};
use crate::world::{Caller, Setup};

/// An implementer's delegates ([MS-IPAMM2] 3.19.4.4.1).
pub trait OwnDelegate {
    /// Runs the delegate of an operation to its end. `parameters` is `None` for NULL; an object that could not be
    /// read arrives as one of no type that any delegate takes.
    ///
    /// Everything the client is to see goes through `client`, in order, SetOverallStatus last. The store and the
    /// failover partner are those of the scenario: whoever writes a scope to a partner server asks
    /// [`Context::partner`] first what becomes of it. StartProgressCallback is not the delegate's affair: the frame
    /// around it has sent it.
    fn run(
        &mut self,
        operation: IpamAdminOperationId,
        parameters: Option<&OperationParameters>,
        context: &mut Context<'_>,
        client: &mut dyn FnMut(Callback),
    );
}

/// A target around an own delegate.
#[derive(Debug, Default)]
pub struct OwnTarget<D> {
    delegate: D,
    simulator: Simulator,
    calls: usize,
    events: VecDeque<Event>,
}

impl<D: OwnDelegate> OwnTarget<D> {
    /// Judges this delegate.
    pub fn new(delegate: D) -> Self {
        Self {
            delegate,
            simulator: Simulator::default(),
            calls: 0,
            events: VecDeque::new(),
        }
    }
}

impl<D: OwnDelegate> Target for OwnTarget<D> {
    fn door(&self) -> Door {
        Door::Delegate
    }

    fn reset(&mut self, setup: &Setup, readings: &Readings) -> Result<(), TargetError> {
        self.simulator.reset(setup, readings);
        self.calls = 0;
        self.events.clear();
        Ok(())
    }

    fn open(&mut self, _caller: &Caller) -> Result<SessionIndex, TargetError> {
        Err(TargetError::Unsupported("sessions"))
    }

    fn send(
        &mut self,
        _session: SessionIndex,
        _message: &ClientMessage,
    ) -> Result<(), TargetError> {
        Err(TargetError::Unsupported("sessions"))
    }

    fn call(
        &mut self,
        operation: IpamAdminOperationId,
        paramters: Option<&Value>,
    ) -> Result<SessionIndex, TargetError> {
        let parameters = decode(operation, paramters);
        let events = &mut self.events;
        events.push_back(Event::Callback(Callback::StartProgressCallback {
            is_non_deterministic: Some(false),
        }));
        let mut client = |callback| events.push_back(Event::Callback(callback));
        let mut context = self.simulator.context();
        self.delegate
            .run(operation, parameters.as_ref(), &mut context, &mut client);
        self.calls += 1;
        Ok(self.calls - 1)
    }

    fn next(&mut self) -> Progress {
        match (self.events.pop_front(), self.calls.checked_sub(1)) {
            (Some(event), Some(session)) => Progress::Event(session, event),
            _ => Progress::Quiet,
        }
    }

    fn advance(&mut self, _by: Duration) {}

    fn end(&mut self, _session: SessionIndex) {
        self.events.clear();
    }

    fn change(&mut self, change: &StoreChange) -> Result<(), TargetError> {
        self.simulator.change(change)
    }

    fn tables(&mut self) -> Option<Arc<Tables>> {
        Some(self.simulator.tables())
    }
}
