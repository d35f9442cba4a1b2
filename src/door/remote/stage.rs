//! The world that a target behind a wire was set to, and the runtime on which it is asked: what the targets over HTTP
//! and over net.tcp have in common.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::door::remote::address::HttpAddress;
use crate::door::remote::control::{Capabilities, Control, ControlError, RemoteWorld};
use crate::door::remote::edge::Bounds;
use crate::model::Tables;
use crate::spec::Readings;
use crate::suite::{StoreChange, TargetError};
use crate::world::{Caller, Setup};

/// The world of a case, where the target takes one.
#[derive(Debug)]
pub(in crate::door) struct Stage {
    control: Option<Arc<Control>>,
    offers: Capabilities,
    bounds: Bounds,
    world: Option<RemoteWorld>,
    caller: Caller,
    /// What went wrong where the runner cannot be told.
    broken: Option<TargetError>,
    /// Works only while somebody waits for it.
    pub(in crate::door) runtime: Runtime,
}

impl Stage {
    /// A stage that nothing was put on.
    ///
    /// # Errors
    /// When the system gives no runtime.
    pub(in crate::door) fn new(
        control: Option<Arc<Control>>,
        bounds: Bounds,
    ) -> std::io::Result<Self> {
        // Whatever a server has sent or closed is seen at every turn.
        let runtime = Builder::new_current_thread()
            .enable_all()
            .event_interval(1)
            .build()?;
        Ok(Self {
            offers: offers(control.as_deref()),
            control,
            bounds,
            world: None,
            caller: Caller::default(),
            broken: None,
            runtime,
        })
    }

    /// What the control plane offers: nothing, where there is none.
    pub(in crate::door) const fn offers(&self) -> &Capabilities {
        &self.offers
    }

    /// Sets the target to a world, if it takes any; the paths that it names are those of `target`.
    pub(in crate::door) fn set(
        &mut self,
        target: impl FnOnce() -> Result<HttpAddress, TargetError>,
        setup: &Setup,
        readings: &Readings,
    ) -> Result<(), TargetError> {
        self.caller = setup.caller.clone();
        if self.offers.sets_worlds()
            && let Some(control) = self.control.clone()
        {
            let bounds = self.bounds;
            let target = target()?;
            let setting = RemoteWorld::set(control, &target, setup, readings, bounds);
            self.world = Some(self.runtime.block_on(setting)?);
        }
        Ok(())
    }

    /// The world is not needed any more.
    pub(in crate::door) fn clear(&mut self) {
        if let Some(world) = self.world.take() {
            self.runtime.block_on(world.delete());
        }
        self.broken = None;
    }

    /// Whether a world was set.
    pub(in crate::door) const fn has_world(&self) -> bool {
        self.world.is_some()
    }

    /// Asks the world something, or says that there is none.
    pub(in crate::door) fn ask<T>(
        &mut self,
        what: &'static str,
        ask: impl AsyncFnOnce(&mut RemoteWorld) -> Result<T, ControlError>,
    ) -> Result<T, TargetError> {
        let world = self.world.as_mut().ok_or(TargetError::Unsupported(what))?;
        Ok(self.runtime.block_on(ask(world))?)
    }

    /// Where sessions of that caller are opened, by the world; `None` where none was set.
    pub(in crate::door) fn endpoint(
        &mut self,
        caller: &Caller,
    ) -> Result<Option<HttpAddress>, TargetError> {
        match &self.world {
            None => Ok(None),
            Some(world) if *caller == self.caller => Ok(Some(world.endpoint.clone())),
            Some(_) if !self.offers.callers => {
                Err(TargetError::Unsupported("sessions of another caller"))
            }
            Some(_) => self
                .ask("callers", async |world| world.endpoint_of(caller).await)
                .map(Some),
        }
    }

    /// How long until something happens by itself, if anything does.
    pub(in crate::door) fn due(&mut self) -> Result<Option<Duration>, TargetError> {
        match &mut self.world {
            Some(world) => Ok(self.runtime.block_on(world.next())?),
            None => Ok(None),
        }
    }

    /// Time passes: that of the world, or ours.
    pub(in crate::door) fn advance(&mut self, by: Duration) {
        if self.offers.sets_time() {
            let told = self.ask("time", async |world| world.advance(by).await);
            self.note_failure(told);
        } else {
            self.runtime
                .block_on(async { tokio::time::sleep(by).await });
        }
    }

    /// The client of a session is gone.
    pub(in crate::door) fn drop_session(&mut self, session: &str) {
        let told = self.ask("sessions", async |world| world.drop_session(session).await);
        self.note_failure(told);
    }

    /// Somebody else changes the store.
    pub(in crate::door) fn change(&mut self, change: &StoreChange) -> Result<(), TargetError> {
        self.ask("changes of the store", async |world| {
            world.change(change).await
        })
    }

    /// Whether the store can be looked at.
    pub(in crate::door) fn shows_store(&self) -> bool {
        self.has_world() && self.offers.store
    }

    /// The store as it is, where it can be looked at.
    pub(in crate::door) fn tables(&mut self) -> Option<Arc<Tables>> {
        if !self.shows_store() {
            return None;
        }
        let tables = self.ask("the store", async |world| world.tables().await);
        tables.map_err(|error| self.note(error)).ok()
    }

    /// Keeps what went wrong, until somebody asks for it. What comes after the first follows from it.
    pub(in crate::door) fn note(&mut self, error: TargetError) {
        self.broken.get_or_insert(error);
    }

    fn note_failure(&mut self, told: Result<(), TargetError>) {
        if let Err(error) = told {
            self.note(error);
        }
    }

    /// Whether something went wrong.
    pub(in crate::door) const fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// What went wrong.
    pub(in crate::door) fn failure(&mut self) -> Option<TargetError> {
        self.broken.take()
    }
}

/// What a control plane offers: nothing, where there is none.
pub(in crate::door) fn offers(control: Option<&Control>) -> Capabilities {
    control
        .map(|control| control.capabilities.clone())
        .unwrap_or_default()
}
