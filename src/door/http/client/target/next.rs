//! What happens next on the sessions of a target, by its own time or by ours.

use std::time::Duration;

use crate::door::http::client::listener::Posted;
use crate::door::http::client::target::{HttpTarget, Input};
use crate::door::remote::conversation::Callbacks;
use crate::door::remote::edge::Call;
use crate::model::{Callback, ClientMessage, Event};
use crate::session::INACTIVITY_TICK;
use crate::soap::write_client_message;
use crate::suite::{Progress, TargetError};

/// How long a reading of callbacks asks the server to hold, in seconds.
const HOLD: u64 = 1;

/// How soon a server that does not hold is asked again.
const ASKED_AGAIN: Duration = Duration::from_millis(25);

/// How long the answer to a request may be under way beside its first callback.
const ANSWER_BESIDE_CALLBACK: Duration = Duration::from_millis(250);

/// How long an answer may be under way before time is let pass.
const UNDER_WAY: Duration = Duration::from_millis(50);

impl HttpTarget {
    /// Waits for something to come in, for so long at most.
    fn wait_for_input(&mut self, time: Duration) {
        enum Came {
            Input(Input),
            Posted(Posted),
        }
        let (inbox, posted) = (&mut self.inbox, &mut self.posted);
        let waiting = async {
            tokio::select! {
                Some(input) = inbox.recv() => Some(Came::Input(input)),
                Some(posted) = posted.recv() => Some(Came::Posted(posted)),
                () = tokio::time::sleep(time) => None,
            }
        };
        match self.stage.runtime.block_on(waiting) {
            Some(Came::Input(input)) => self.take(input),
            Some(Came::Posted(posted)) => self.take_posted(&posted),
            None => {}
        }
        self.absorb();
    }

    fn pop(&mut self) -> Option<Progress> {
        let (session, event, form) = self.conversation.pop()?;
        self.form = (event != Event::SessionClosed).then_some(form);
        self.last = session;
        self.answer_due = matches!(
            event,
            Event::Callback(Callback::StartProgressCallback { .. })
        );
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
                    self.start_reading(HOLD);
                    let time = until.saturating_sub(now).min(INACTIVITY_TICK);
                    self.wait_for_input(time);
                }
                // Nothing is due; what came all the same is not passed over.
                None if !looked => {
                    looked = true;
                    if self.start_reading(0) {
                        self.wait_for_input(self.options.patience.timeout);
                    } else {
                        self.wait_for_input(Duration::ZERO);
                    }
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
            let call = self.request(session, &written);
            let mut line = self.wires[session].idle.pop().unwrap_or_default();
            let (sender, bounds) = (self.sender.clone(), self.options.bounds());
            self.tasks.spawn_on(
                async move {
                    let answer = line.exchange(&call, &bounds).await;
                    let _ = sender.send(Input::Told(session, answer, line));
                },
                self.stage.runtime.handle(),
            );
        }
    }

    /// Begins to read the callbacks of every session of which they are not being read; whether there was one.
    fn start_reading(&mut self, hold: u64) -> bool {
        let mut started = false;
        for (session, id, after) in self.conversation.readable() {
            let wire = &mut self.wires[session];
            let Some(mut line) = wire.reader.take() else {
                continue;
            };
            started = true;
            let call = Call::get(wire.endpoint.events(&id, after, hold));
            let mut bounds = self.options.bounds();
            bounds.head += Duration::from_secs(hold);
            let sender = self.sender.clone();
            self.tasks.spawn_on(
                async move {
                    let asked = tokio::time::Instant::now();
                    let answer = line.exchange(&call, &bounds).await;
                    let empty = answer.as_ref().is_ok_and(|answer| answer.body.len() <= 2);
                    if hold > 0 && empty {
                        tokio::time::sleep_until(asked + ASKED_AGAIN).await;
                    }
                    let _ = sender.send(Input::Read(session, answer, line));
                },
                self.stage.runtime.handle(),
            );
        }
        started
    }

    /// Time passes when we say so, and a session goes on when it is read: asks each in turn, and then the clock.
    pub(super) fn next_by_clock(&mut self) -> Result<Progress, TargetError> {
        let asked = self.now();
        let mut pause = Duration::from_millis(1);
        loop {
            self.absorb();
            self.release();
            if let Some(event) = self.pop() {
                return Ok(event);
            }
            // What a reading has set free may still be under way: an answer comes before what follows it.
            if std::mem::take(&mut self.answer_due) && self.conversation.awaits_answers() {
                self.wait_for_input(ANSWER_BESIDE_CALLBACK);
                continue;
            }
            let mut readable = self.conversation.readable();
            let last = self.last;
            readable.sort_by_key(|(session, ..)| (*session <= last, *session));
            for (session, ..) in readable {
                self.read_now(session);
                if let Some(event) = self.pop() {
                    return Ok(event);
                }
            }
            let now = self.now();
            let due = self.conversation.due(now);
            if let Some(event) = self.pop() {
                return Ok(event);
            }
            let posted = self.options.callbacks == Callbacks::Posted;
            let waits = due.is_some() && (posted || self.conversation.awaits_answers());
            if waits && now.saturating_sub(asked) < UNDER_WAY {
                self.wait_for_input(pause);
                pause = (pause * 2).min(UNDER_WAY);
                continue;
            }
            match self.stage.due()? {
                Some(time) => return Ok(Progress::Wait(time)),
                None if waits => {
                    let left = due.unwrap_or_default().saturating_sub(now);
                    self.wait_for_input(pause.min(left));
                    pause = (pause * 2).min(UNDER_WAY);
                }
                None => return Ok(Progress::Quiet),
            }
        }
    }
}
