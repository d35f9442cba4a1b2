//! What happens next on the sessions of a target, by its own time or by ours.

use std::time::Duration;

use crate::door::nettcp::client::target::NetTcpTarget;
use crate::door::remote::control::Turn;
use crate::model::{ClientMessage, Event};
use crate::session::INACTIVITY_TICK;
use crate::soap::write_client_message;
use crate::suite::{Progress, TargetError};

/// How long what a server says may be under way before time is let pass.
const UNDER_WAY: Duration = Duration::from_millis(50);

impl NetTcpTarget {
    /// Waits for something to come in, for so long at most.
    fn wait_for_input(&mut self, time: Duration) {
        let inbox = &mut self.inbox;
        let came = self
            .stage
            .runtime
            .block_on(async { tokio::time::timeout(time, inbox.recv()).await });
        if let Ok(Some((session, came))) = came {
            self.take(session, came);
        }
        self.absorb();
    }

    fn pop(&mut self) -> Option<Progress> {
        let (session, event, form) = self.conversation.pop()?;
        self.form = (event != Event::SessionClosed).then_some(form);
        self.last = session;
        Some(Progress::Event(session, event))
    }

    /// Time passes by itself: waits for what is due, and no longer.
    pub(super) fn next_in_real_time(&mut self) -> Progress {
        let mut looked = false;
        loop {
            self.absorb();
            if let Some(event) = self.pop() {
                return event;
            }
            let now = self.now();
            match self.conversation.due(now) {
                Some(until) => {
                    self.keep_alive(now);
                    self.wait_for_input(until.saturating_sub(now).min(INACTIVITY_TICK));
                }
                // Nothing is due; what came all the same is not passed over.
                None if !looked => {
                    looked = true;
                    self.wait_for_input(Duration::from_millis(1));
                }
                None => return Progress::Quiet,
            }
        }
    }

    /// The client keeps its sessions alive while it waits ([MS-IPAMM2] 3.2.5).
    fn keep_alive(&mut self, now: Duration) {
        for session in self.conversation.silent_since(INACTIVITY_TICK, now) {
            self.conversation.kept_alive(session, now);
            let written = write_client_message(&ClientMessage::Keepalive, "", None, None);
            let sending = self.wires[session].link.send(&written.xml);
            self.stage.runtime.block_on(sending);
        }
    }

    /// Time passes when we say so, but events come when they like.
    pub(super) fn next_by_clock(&mut self) -> Result<Progress, TargetError> {
        let asked = self.now();
        loop {
            self.absorb();
            if let Some(event) = self.pop() {
                return Ok(event);
            }
            let now = self.now();
            let due = self.conversation.due(now);
            if due.is_some() && now.saturating_sub(asked) < UNDER_WAY {
                self.wait_for_input(UNDER_WAY);
                continue;
            }
            match (self.stage.due()?, due) {
                (Some(time), _) => return Ok(Progress::Wait(time)),
                (None, Some(until)) => {
                    self.wait_for_input(until.saturating_sub(now).min(UNDER_WAY));
                }
                (None, None) => return Ok(Progress::Quiet),
            }
        }
    }

    /// Every session goes on when we say so: asks each in turn, as a target in process does.
    pub(super) fn next_by_turns(&mut self) -> Result<Progress, TargetError> {
        self.absorb();
        let count = self.wires.len();
        let mut soonest: Option<Duration> = None;
        for turn in 1..=count {
            let session = (self.last + turn) % count;
            if self.wires[session].garbled && self.conversation.is_open(session) {
                self.wait_for_input(self.options.patience.quiet);
            }
            if let Some(event) = self.pop() {
                return Ok(event);
            }
            let id = self.wires[session].id.clone();
            let open = self.conversation.is_open(session);
            let Some(id) = id.filter(|_| open) else {
                continue;
            };
            let turn = self
                .stage
                .ask("sessions", async |world| world.turn(&id).await)?;
            match turn {
                Turn::Event | Turn::Over => {
                    let until = self.now() + self.options.patience.timeout;
                    loop {
                        if let Some(event) = self.pop() {
                            return Ok(event);
                        }
                        let left = until.saturating_sub(self.now());
                        if left.is_zero() {
                            self.stage.note(TargetError::Broken(format!(
                                "the control plane said that session {id} goes on, and nothing came on its connection"
                            )));
                            return Ok(Progress::Quiet);
                        }
                        self.wait_for_input(left);
                    }
                }
                Turn::Wait(time) => {
                    soonest = Some(soonest.map_or(time, |soonest| soonest.min(time)));
                }
                Turn::Quiet => {}
            }
        }
        Ok(soonest.map_or(Progress::Quiet, Progress::Wait))
    }
}
