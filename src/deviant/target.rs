//! A deviant as a target: the simulator with hooks on what goes in and on what comes out.

use std::sync::Arc;
use std::time::Duration;

use crate::deviant::seam::Injected;
use crate::deviant::{Hooks, Memory, Seam};
use crate::door::{DelegateTarget, SessionTarget, SoapTarget};
use crate::model::{ClientMessage, Event, Tables, Value};
use crate::spec::{IpamAdminOperationId, Readings};
use crate::suite::{Progress, StoreChange, Target, TargetError};
use crate::trace::{Door, SessionIndex};
use crate::world::{Caller, Setup};

/// The simulator with these hooks, behind a door in process; at the door `http` everything goes through envelopes.
#[must_use]
pub fn deviant_target(hooks: Hooks, door: Door) -> Box<dyn Target> {
    let seam = Seam::new(hooks);
    match door {
        Door::Delegate => Box::new(Planted::around(DelegateTarget::on(seam))),
        Door::Http => {
            let planted = Planted::around(SessionTarget::on(seam));
            Box::new(SoapTarget::new(planted).at(door).rewriting(hooks.envelope))
        }
        _ => Box::new(Planted::around(SessionTarget::on(seam))),
    }
}

/// A simulator whose store is a seam.
trait Seamed: Target {
    fn seam(&mut self) -> &mut Seam;
}

impl Seamed for DelegateTarget<Seam> {
    fn seam(&mut self) -> &mut Seam {
        self.data_store()
    }
}

impl Seamed for SessionTarget<Seam> {
    fn seam(&mut self) -> &mut Seam {
        self.data_store()
    }
}

#[derive(Debug)]
struct Planted<T> {
    target: T,
    /// For each session of the client, the simulator's.
    inner: Vec<SessionIndex>,
    /// For each session of the simulator, the client's.
    outer: Vec<SessionIndex>,
}

impl<T: Seamed> Planted<T> {
    const fn around(target: T) -> Self {
        Self {
            target,
            inner: Vec::new(),
            outer: Vec::new(),
        }
    }

    fn inner(&self, session: SessionIndex) -> SessionIndex {
        self.inner.get(session).copied().unwrap_or(session)
    }

    fn inject(&mut self, session: SessionIndex, injected: Injected) -> Result<(), TargetError> {
        match injected {
            Injected::Message(message) => self.pass_on(session, message),
            Injected::Reopen(caller) => {
                let new = self.target.open(&caller)?;
                self.outer.resize(new + 1, session);
                if let Some(inner) = self.inner.get_mut(session) {
                    *inner = new;
                }
                Ok(())
            }
        }
    }

    fn change_parameters(&mut self, paramters: &mut Option<Value>) {
        let seam = self.target.seam();
        seam.memory.parameters.clone_from(paramters);
        if let Some(hook) = seam.hooks.parameters {
            hook(seam, paramters);
        }
    }

    fn pass_on(
        &mut self,
        session: SessionIndex,
        message: ClientMessage,
    ) -> Result<(), TargetError> {
        let message = match message {
            ClientMessage::InitializeOperationParameters { mut paramters } => {
                self.change_parameters(&mut paramters);
                ClientMessage::InitializeOperationParameters { paramters }
            }
            other => other,
        };
        let session = self.inner(session);
        self.target.send(session, &message)
    }

    fn take_event(&mut self, session: SessionIndex, event: Event) {
        let inner = session;
        let session = self.outer.get(inner).copied().unwrap_or(inner);
        // What a session still has to say that was replaced concerns nobody.
        if self.inner(session) != inner {
            return;
        }
        let seam = self.target.seam();
        if event == Event::SessionClosed {
            seam.memory.closed.push(session);
        }
        match seam.hooks.event {
            Some(hook) => hook(seam, session, event),
            None => seam.tell(session, event),
        }
    }
}

impl<T: Seamed> Target for Planted<T> {
    fn door(&self) -> Door {
        self.target.door()
    }

    fn reset(&mut self, setup: &Setup, readings: &Readings) -> Result<(), TargetError> {
        let seam = self.target.seam();
        seam.out.clear();
        seam.injected.clear();
        self.inner.clear();
        self.outer.clear();
        let seam = self.target.seam();
        let (mut changed, mut readings) = (setup.clone(), readings.clone());
        seam.memory = Memory {
            setup: Some(Arc::new(setup.clone())),
            ..Memory::default()
        };
        if let Some(hook) = seam.hooks.reset {
            hook(seam, &mut changed, &mut readings);
        }
        self.target.reset(&changed, &readings)
    }

    fn open(&mut self, caller: &Caller) -> Result<SessionIndex, TargetError> {
        let mut caller = caller.clone();
        let seam = self.target.seam();
        seam.memory.callers.push(caller.clone());
        if let Some(hook) = seam.hooks.open {
            hook(seam, &mut caller);
        }
        let inner = self.target.open(&caller)?;
        let outer = self.inner.len();
        self.inner.push(inner);
        self.outer.resize(inner + 1, outer);
        Ok(outer)
    }

    fn send(&mut self, session: SessionIndex, message: &ClientMessage) -> Result<(), TargetError> {
        let seam = self.target.seam();
        let sent = seam.memory.sent.entry(session).or_default();
        sent.push(message.name().to_owned());
        let message = match seam.hooks.send {
            Some(hook) => hook(seam, session, message.clone()),
            None => Some(message.clone()),
        };
        match message {
            // What was injected comes first.
            Some(message) if !seam.injected.is_empty() => {
                seam.inject(session, message);
                Ok(())
            }
            Some(message) => self.pass_on(session, message),
            None => Ok(()),
        }
    }

    fn call(
        &mut self,
        operation: IpamAdminOperationId,
        paramters: Option<&Value>,
    ) -> Result<SessionIndex, TargetError> {
        let mut paramters = paramters.cloned();
        self.target.seam().memory.operation = Some(operation);
        self.change_parameters(&mut paramters);
        let seam = self.target.seam();
        let operation = match seam.hooks.operation {
            Some(hook) => hook(seam, operation),
            None => operation,
        };
        self.target.call(operation, paramters.as_ref())
    }

    fn next(&mut self) -> Progress {
        loop {
            let seam = self.target.seam();
            if let Some((session, event)) = seam.out.pop_front() {
                *seam.memory.told.entry(session).or_default() += 1;
                return Progress::Event(session, event);
            }
            if let Some((session, message)) = seam.injected.pop_front() {
                // A seam that cannot carry the message has nothing to show for it.
                if self.inject(session, message).is_err() {
                    continue;
                }
            }
            match self.target.next() {
                Progress::Event(session, event) => self.take_event(session, event),
                Progress::Wait(time) => return Progress::Wait(time),
                Progress::Quiet => {
                    let seam = self.target.seam();
                    if let Some(hook) = seam.hooks.quiet {
                        hook(seam);
                    }
                    if seam.out.is_empty() && seam.injected.is_empty() {
                        return Progress::Quiet;
                    }
                }
            }
        }
    }

    fn advance(&mut self, by: Duration) {
        let seam = self.target.seam();
        let by = match seam.hooks.advance {
            Some(hook) => hook(seam, by),
            None => by,
        };
        self.target.advance(by);
    }

    fn end(&mut self, session: SessionIndex) {
        let seam = self.target.seam();
        let is_told = seam.hooks.end.is_none_or(|hook| hook(seam, session));
        if is_told {
            let session = self.inner(session);
            self.target.end(session);
        }
    }

    fn change(&mut self, change: &StoreChange) -> Result<(), TargetError> {
        self.target.change(change)
    }

    fn tables(&mut self) -> Option<Arc<Tables>> {
        self.target.tables()
    }
}
