//! The door `exec`: a target in any language, run as a child process that answers one JSON object a line.
//!
//! The target is pulled: it says something only when it is asked ([`Request`]), so nothing is lost or reordered, and a
//! child that is our own simulator shows the same trace as the simulator in process. What the server behind the child
//! does wrong is an event or a store like any other, and judged. What the child itself does wrong (it ends, falls
//! silent, says what it was not asked) ends the case as an error, and the child with it: the next case gets a new one.

mod child;
mod pool;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;

pub use child::ExecCommand;
pub use pool::{ExecRefused, ExecTargets};

use crate::door::exec::child::Child;
use crate::interchange::exec::{Answer, Capability, Request};
use crate::model::{ClientMessage, Tables, Value};
use crate::spec::{IpamAdminOperationId, Readings};
use crate::suite::{Progress, StoreChange, Target, TargetError};
use crate::trace::{Door, SessionIndex, Shows};
use crate::world::{Caller, Setup};

/// The most events of a case. Each is a line over a pipe: a child that goes on for ever is stopped within a minute or
/// so, and a server of a hundred thousand scopes stays below it.
const EVENTS_MAX: usize = 1_000_000;

/// How often in a row a child may say that time has to pass before anything happens: a week of virtual time in the
/// slices in which our client keeps its sessions alive.
const WAITS_MAX: usize = 50_000;

/// A target that is a child process, for one case.
#[derive(Debug)]
pub struct ExecTarget {
    targets: Arc<ExecTargets>,
    child: Option<Child>,
    /// Why it goes no further.
    failure: Option<TargetError>,
    sessions: usize,
    events: usize,
    waits: usize,
    store: StoreSeen,
}

/// What is known of the child's store.
#[derive(Debug, Default)]
struct StoreSeen {
    tables: Option<Arc<Tables>>,
    version: Option<String>,
    /// Nothing was asked since that could have changed it.
    is_current: bool,
}

impl ExecTarget {
    fn new(targets: Arc<ExecTargets>, child: Result<Child, TargetError>) -> Self {
        let (child, failure) = match child {
            Ok(child) => (Some(child), None),
            Err(error) => (None, Some(error)),
        };
        Self {
            targets,
            child,
            failure,
            sessions: 0,
            events: 0,
            waits: 0,
            store: StoreSeen::default(),
        }
    }

    fn can(&self, capability: Capability) -> bool {
        self.child
            .as_ref()
            .is_some_and(|child| child.hello.capabilities.contains(&capability))
    }

    fn needs(&self, capability: Capability, what: &'static str) -> Result<(), TargetError> {
        if self.failure.is_none() && !self.can(capability) {
            return Err(TargetError::Unsupported(what));
        }
        Ok(())
    }

    /// Asks, and takes what cannot be judged for the end of the case.
    fn ask(&mut self, request: &Request, json: Json) -> Result<Answer, TargetError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        self.store.is_current &= matches!(request, Request::World { .. });
        let Some(child) = self.child.as_mut() else {
            return Err(TargetError::Broken("there is no process".to_owned()));
        };
        let limit = match request {
            Request::Next(quiet) => self.targets.command.timeout + *quiet,
            _ => self.targets.command.timeout,
        };
        let name = json["do"].as_str().unwrap_or_default().to_owned();
        let failure = match child.ask(request, json, limit) {
            Ok(Answer::Unsupported(what)) => {
                let what = what.unwrap_or_else(|| format!("`{name}`"));
                TargetError::Declined(what)
            }
            Ok(Answer::Refused(why)) => return Err(TargetError::Change(why)),
            Ok(Answer::Error(why)) => child.broke(&format!("could not do `{name}`: {why}")),
            Ok(answer) => return Ok(answer),
            Err(trouble) => child.broke(&trouble.to_string()),
        };
        self.fail(failure.clone());
        Err(failure)
    }

    fn ask_plainly(&mut self, request: &Request) -> Result<Answer, TargetError> {
        self.ask(request, request.to_json())
    }

    /// For what cannot tell: [`Target::failure`] does.
    fn ask_quietly(&mut self, request: &Request) -> Option<Answer> {
        self.ask_plainly(request).ok()
    }

    fn fail(&mut self, failure: TargetError) {
        // A child that says what it does not offer is in order, and can be reset.
        if !matches!(
            failure,
            TargetError::Declined(_) | TargetError::Unsupported(_)
        ) {
            self.child = None;
            self.targets.count_broken();
        }
        self.failure = Some(failure);
    }

    /// The child did not do its part, though its line could be read.
    fn broke(&mut self, expected: &str, found: &str) -> TargetError {
        let what = format!("was expected to answer `next` with {expected}, but found: {found}");
        let failure = self.child.as_ref().map_or_else(
            || TargetError::Broken(what.clone()),
            |child| child.broke(&what),
        );
        self.fail(failure.clone());
        failure
    }
}

impl Target for ExecTarget {
    fn door(&self) -> Door {
        Door::Exec
    }

    fn reset(&mut self, setup: &Setup, readings: &Readings) -> Result<(), TargetError> {
        if matches!(
            self.failure,
            Some(TargetError::Declined(_) | TargetError::Unsupported(_))
        ) {
            self.failure = None;
        }
        self.sessions = 0;
        self.events = 0;
        self.waits = 0;
        self.store = StoreSeen::default();
        if setup.caller != Caller::default() || !setup.roles.is_empty() {
            self.needs(Capability::Callers, "callers with other rights")?;
        }
        if !setup.partner.is_empty() {
            self.needs(
                Capability::Partner,
                "a failover partner that can be told what to do",
            )?;
        }
        // `Bye` stands for any request that is answered with `ok`: the world is not copied into one.
        let json = Request::reset_to_json(setup, readings);
        self.ask(&Request::Bye, json).map(|_| ())
    }

    fn open(&mut self, caller: &Caller) -> Result<SessionIndex, TargetError> {
        if self.sessions > 0 {
            self.needs(Capability::Sessions, "several sessions")?;
        }
        if *caller != Caller::default() {
            self.needs(Capability::Callers, "callers with other rights")?;
        }
        let answer = self.ask_plainly(&Request::Open(caller.clone()))?;
        let expected = self.sessions;
        match answer {
            Answer::Session(session) if session == expected => {
                self.sessions += 1;
                Ok(session)
            }
            Answer::Session(other) => Err(self.broke(
                &format!("session {expected}, as sessions count from 0 in each world"),
                &format!("session {other}"),
            )),
            _ => Err(self.broke("a session", "something else")),
        }
    }

    fn send(&mut self, session: SessionIndex, message: &ClientMessage) -> Result<(), TargetError> {
        self.ask_plainly(&Request::Send(session, message.clone()))
            .map(|_| ())
    }

    fn call(
        &mut self,
        _operation: IpamAdminOperationId,
        _paramters: Option<&Value>,
    ) -> Result<SessionIndex, TargetError> {
        Err(TargetError::Unsupported("a delegate to call directly"))
    }

    fn next(&mut self) -> Progress {
        // A server in real time gets as long as `--quiet` says to come up with something.
        let quiet = if self.can(Capability::Clock) {
            Duration::ZERO
        } else {
            self.targets.command.quiet
        };
        match self.ask_quietly(&Request::Next(quiet)) {
            Some(Answer::Event(session, _)) if session >= self.sessions => {
                let expected = match self.sessions {
                    0 => "nothing on any session, as none is open".to_owned(),
                    sessions => format!("an event on a session below {sessions}"),
                };
                self.broke(&expected, &format!("one on session {session}"));
                Progress::Quiet
            }
            Some(Answer::Event(session, event)) => {
                self.events += 1;
                self.waits = 0;
                if self.events > EVENTS_MAX {
                    self.fail(TargetError::Endless(EVENTS_MAX));
                    return Progress::Quiet;
                }
                Progress::Event(session, event)
            }
            Some(Answer::Wait(time)) => {
                self.waits += 1;
                if !self.can(Capability::Clock) {
                    self.broke("no `wait_ms`, as it does not offer `clock`", "`wait_ms`");
                } else if time.is_zero() {
                    self.broke("a time to wait, or with what happens now", "`wait_ms` 0");
                } else if self.waits > WAITS_MAX {
                    let found = format!("`wait_ms` {WAITS_MAX} times in a row");
                    self.broke("something that happens in the end", &found);
                } else {
                    return Progress::Wait(time);
                }
                Progress::Quiet
            }
            _ => Progress::Quiet,
        }
    }

    fn advance(&mut self, by: Duration) {
        match self.needs(Capability::Clock, "virtual time") {
            Ok(()) => {
                self.ask_quietly(&Request::Advance(by));
            }
            Err(unsupported) => self.fail(unsupported),
        }
    }

    fn end(&mut self, session: SessionIndex) {
        self.ask_quietly(&Request::End(session));
    }

    fn change(&mut self, change: &StoreChange) -> Result<(), TargetError> {
        self.needs(Capability::Changes, "changes of its store by somebody else")?;
        self.ask_plainly(&Request::Change(change.clone()))
            .map(|_| ())
    }

    fn failure(&mut self) -> Option<TargetError> {
        self.failure.clone()
    }

    fn shows(&self) -> Shows {
        Shows {
            store: self.can(Capability::Store),
            ..Shows::ALL
        }
    }

    fn tables(&mut self) -> Option<Arc<Tables>> {
        if !self.can(Capability::Store) {
            return None;
        }
        if !self.store.is_current {
            let unless = self.store.version.clone();
            if let Answer::Tables(tables, version) = self.ask_quietly(&Request::World { unless })? {
                self.store.tables = Some(tables);
                self.store.version = version;
            }
            self.store.is_current = true;
        }
        self.store.tables.clone()
    }
}

impl Drop for ExecTarget {
    fn drop(&mut self) {
        if let Some(child) = self.child.take() {
            self.targets.give_back(child);
        }
    }
}
