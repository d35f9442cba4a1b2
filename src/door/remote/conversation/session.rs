//! One session of a conversation: what is still due on it, and until when.

use std::time::Duration;

use crate::door::remote::answer::Asked;
use crate::door::remote::conversation::{Patience, Way};

/// How many times the time that silence may last a step may take as a whole, however busily a target talks.
pub(super) const STEP_TIMEOUTS_MAX: u32 = 6;

/// A request that has not been answered.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) number: u64,
    pub(super) message_id: Option<String>,
    pub(super) asked: Asked,
    /// The server has taken it and answers another way.
    pub(super) accepted: bool,
    /// Nobody waits for the answer any more; it is still taken when it comes.
    pub(super) given_up: bool,
}

/// What is known of an operation on a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    /// None was asked for.
    None,
    /// It was asked for; whether it started is not known.
    Asked,
    /// It goes on.
    Started,
    /// SetOverallStatus or a fault was its end.
    Over,
}

/// A session as far as HTTP knows it.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) cookies: Vec<(String, String)>,
    pub(super) id: Option<String>,
    pub(super) pending: Vec<Pending>,
    pub(super) operation: Operation,
    pub(super) called_back: bool,
    pub(super) ended: bool,
    /// Its end was read, and is told once the answers that are under way have come: they take another way.
    pub(super) end_read: bool,
    /// Callbacks cannot be read: it was said once.
    pub(super) unreadable: bool,
    /// Whether its callbacks were read at least once.
    pub(super) was_read: bool,
    pub(super) after: u64,
    /// When it last spoke, or was spoken to.
    pub(super) last: Duration,
    /// When it was last spoken to by a step.
    pub(super) spoken_to: Duration,
    /// When the server last heard anything of it.
    pub(super) alive: Duration,
    /// What was due did not come: nothing is waited for until it is spoken to again.
    pub(super) given_up: bool,
}

impl Session {
    pub(super) const fn new(now: Duration) -> Self {
        Self {
            cookies: Vec::new(),
            id: None,
            pending: Vec::new(),
            operation: Operation::None,
            called_back: false,
            ended: false,
            end_read: false,
            unreadable: false,
            was_read: false,
            after: 0,
            last: now,
            spoken_to: now,
            alive: now,
            given_up: false,
        }
    }

    /// Until when something is waited for, if anything is.
    pub(super) fn due(&self, patience: &Patience, way: Way) -> Option<Duration> {
        if self.given_up {
            return None;
        }
        let answers = self.pending.iter().any(|pending| !pending.given_up);
        // Nobody waits for what could not be heard.
        let heard = way != Way::Read || (self.id.is_some() && !self.unreadable);
        if !answers && !heard {
            return None;
        }
        let silence = if self.ended {
            // What is under way still arrives; nothing new is made.
            answers.then_some(patience.quiet)?
        } else if answers || matches!(self.operation, Operation::Asked | Operation::Started) {
            patience.timeout
        } else if self.operation == Operation::Over {
            patience.quiet
        } else {
            return None;
        };
        let whole = self.spoken_to + patience.timeout * STEP_TIMEOUTS_MAX;
        Some((self.last + silence).min(whole))
    }
}
