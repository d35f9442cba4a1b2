//! The door `delegate`: our simulator's delegates, called directly.
//!
//! StartProgressCallback belongs to the frame around a delegate ([MS-IPAMM2] 3.19.4.4, step 1), so here the door
//! itself supplies it: what follows is the delegate's own.

use std::sync::Arc;
use std::time::Duration;

use crate::delegate::{Execution, Step};
use crate::door::session::Simulator;
use crate::model::{
    Callback, ClientMessage, Event, OperationParameters, ParametersObject, Tables, Value,
};
use crate::spec::{IpamAdminOperationId, Readings, parameters};
use crate::store::{SimulatedStore, Store};
use crate::suite::{Progress, StoreChange, Target, TargetError};
use crate::trace::{Door, SessionIndex};
use crate::world::{Caller, Setup};

/// Our simulator's delegates, over a data store of their own or one that somebody stands in front of. Each call is a
/// session of its own in the trace.
#[derive(Debug)]
pub struct DelegateTarget<S = Store> {
    simulator: Simulator<S>,
    calls: usize,
    running: Option<Execution>,
    starts: bool,
    waiting: Duration,
}

impl Default for DelegateTarget {
    fn default() -> Self {
        Self::on(Store::default())
    }
}

impl<S: SimulatedStore> DelegateTarget<S> {
    /// Our simulator's delegates over this data store.
    pub fn on(store: S) -> Self {
        Self {
            simulator: Simulator::on(store),
            calls: 0,
            running: None,
            starts: false,
            waiting: Duration::ZERO,
        }
    }

    /// The data store they run on.
    pub const fn data_store(&mut self) -> &mut S {
        &mut self.simulator.store
    }
}

impl<S: SimulatedStore> Target for DelegateTarget<S> {
    fn door(&self) -> Door {
        Door::Delegate
    }

    fn reset(&mut self, setup: &Setup, readings: &Readings) -> Result<(), TargetError> {
        self.simulator.reset(setup, readings);
        self.calls = 0;
        self.running = None;
        self.starts = false;
        self.waiting = Duration::ZERO;
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
        self.running = Some(Execution::new(operation, parameters));
        self.starts = true;
        self.calls += 1;
        Ok(self.calls - 1)
    }

    fn next(&mut self) -> Progress {
        let Some(session) = self.calls.checked_sub(1) else {
            return Progress::Quiet;
        };
        if std::mem::take(&mut self.starts) {
            let started = Callback::StartProgressCallback {
                is_non_deterministic: Some(false),
            };
            return Progress::Event(session, Event::Callback(started));
        }
        if !self.waiting.is_zero() {
            return Progress::Wait(self.waiting);
        }
        let Some(execution) = &mut self.running else {
            return Progress::Quiet;
        };
        match execution.next(&mut self.simulator.context()) {
            Some(Step::Callback(callback)) => Progress::Event(session, Event::Callback(callback)),
            Some(Step::Wait(time)) => {
                self.waiting = time;
                Progress::Wait(time)
            }
            None => {
                self.running = None;
                Progress::Quiet
            }
        }
    }

    fn advance(&mut self, by: Duration) {
        self.waiting = self.waiting.saturating_sub(by);
    }

    fn end(&mut self, _session: SessionIndex) {
        self.running = None;
    }

    fn change(&mut self, change: &StoreChange) -> Result<(), TargetError> {
        self.simulator.change(change)
    }

    fn tables(&mut self) -> Option<Arc<Tables>> {
        Some(self.simulator.tables())
    }
}

/// The parameters that a delegate is called with; `None` is NULL.
///
/// What cannot be decoded reaches it as an object of no type it knows (R-31-1b). Which delegate it is was settled by
/// the call: the object's own OperationId plays no part here.
pub(super) fn decode(
    operation: IpamAdminOperationId,
    paramters: Option<&Value>,
) -> Option<OperationParameters> {
    let value = match paramters? {
        Value::Object(object) => {
            let mut object = object.clone();
            object.set("OperationId", operation.name().into());
            Value::Object(object)
        }
        other => other.clone(),
    };
    OperationParameters::decode(&value).unwrap_or(Some(OperationParameters {
        operation_id: operation,
        object: ParametersObject::Other {
            type_name: parameters::BASE_TYPE,
        },
    }))
}
