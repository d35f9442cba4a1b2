//! The child processes of a run: one for each case that runs at the same time, used again from case to case.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use crate::door::exec::child::Child;
use crate::door::exec::{ExecCommand, ExecTarget};
use crate::interchange::exec::{Answer, Capability, INVENTED, PROTOCOL, Request};
use crate::suite::TargetError;

/// The processes that may break, one after the other with no case in between that went well, until no more is started:
/// each may take the time of an answer, and a run of a thousand such cases would take hours.
const BROKEN_MAX: usize = 10;

/// A command is no target that can be tested.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExecRefused {
    /// It could not be started.
    #[error("the target's process `{program}` cannot be started: {error}")]
    Start {
        /// The program.
        program: String,
        /// What the system says.
        error: String,
    },
    /// It does not speak the protocol.
    #[error("{0}")]
    Protocol(String),
}

/// A target that is run as child processes.
#[derive(Debug)]
pub struct ExecTargets {
    pub(super) command: ExecCommand,
    name: String,
    capabilities: Vec<Capability>,
    idle: Mutex<Vec<Child>>,
    /// How many broke since a case last went well.
    broken: AtomicUsize,
}

impl ExecTargets {
    /// Starts a first process, and asks it who it is.
    ///
    /// # Errors
    /// When it cannot be started, or does not speak the protocol.
    pub fn start(command: ExecCommand) -> Result<Self, ExecRefused> {
        let first = greet(&command)?;
        Ok(Self {
            name: first.hello.name.clone(),
            capabilities: first.hello.capabilities.clone(),
            command,
            idle: Mutex::new(vec![first]),
            broken: AtomicUsize::new(0),
        })
    }

    /// What the target calls itself.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it follows the readings that a world comes with.
    #[must_use]
    pub fn follows_readings(&self) -> bool {
        self.capabilities.contains(&Capability::Readings)
    }

    /// A target for the next case: a process that has nothing to do, or a new one.
    #[must_use]
    pub fn target(self: &Arc<Self>) -> ExecTarget {
        let idle = self.lock().pop();
        let child = match idle {
            Some(child) => Ok(child),
            None if self.broken.load(Ordering::Relaxed) >= BROKEN_MAX => {
                Err(TargetError::Broken(format!(
                    "the target's process is not started again: {BROKEN_MAX} of them broke in a row"
                )))
            }
            None => greet(&self.command).map_err(|refused| {
                self.count_broken();
                TargetError::Broken(refused.to_string())
            }),
        };
        ExecTarget::new(Arc::clone(self), child)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Child>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count_broken(&self) {
        self.broken.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn give_back(&self, child: Child) {
        self.broken.store(0, Ordering::Relaxed);
        self.lock().push(child);
    }
}

impl Drop for ExecTargets {
    fn drop(&mut self) {
        let idle = std::mem::take(&mut *self.lock());
        for child in idle {
            child.end();
        }
    }
}

/// Starts a process, asks what it can do, and tries whether it owns up to what it cannot.
fn greet(command: &ExecCommand) -> Result<Child, ExecRefused> {
    let mut child = Child::start(command).map_err(|error| ExecRefused::Start {
        program: command.words.first().cloned().unwrap_or_default(),
        error: error.to_string(),
    })?;
    let refused = |child: &Child, what: &str| Err(ExecRefused::Protocol(child.complaint(what)));
    let hello = match child.ask(&Request::Hello, Request::Hello.to_json(), command.timeout) {
        Ok(Answer::Hello(hello)) => hello,
        Ok(Answer::Error(why)) => {
            return refused(&child, &format!("could not do `hello`: {why}"));
        }
        Ok(_) => return refused(&child, "does not know `hello`"),
        Err(trouble) => return refused(&child, &trouble.to_string()),
    };
    if hello.protocol != PROTOCOL {
        let what = format!(
            "speaks version {} of the protocol; this ipamconf speaks version {PROTOCOL}",
            hello.protocol
        );
        return refused(&child, &what);
    }
    child.hello = hello;
    let invented = json!({ "do": INVENTED });
    let answer = child
        .exchange(INVENTED, invented, command.timeout)
        .map(|(id, answer)| Answer::from_json(&Request::Bye, id, &answer));
    match answer {
        Ok(Ok(Answer::Unsupported(_))) => Ok(child),
        Ok(_) => refused(
            &child,
            &format!(
                "was asked for `{INVENTED}`, which does not exist, and did not answer \"unsupported\": true; \
                 a target has to say what it does not know, or what it seems to do cannot be relied on"
            ),
        ),
        Err(trouble) => refused(&child, &trouble.to_string()),
    }
}
