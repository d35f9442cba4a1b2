//! One session as a door shows it: over HTTP replies on the answer to their request and everything else in a queue that
//! is read, over net.tcp everything in that queue.
//!
//! Pure: no sockets, no clock. The queue holds records by number; who reads it says up to where it has read.

use std::collections::VecDeque;
use std::time::Duration;

use crate::door::serving::callback::Address;
use crate::model::{ClientMessage, Event, SoapFault};
use crate::session::{Frame, Next, ServerSession};
use crate::world::Caller;

/// What is told on a session beside the answers to requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::door) struct Record {
    /// Its number, from 1.
    pub(in crate::door) seq: u64,
    /// What it is.
    pub(in crate::door) what: Told,
}

/// What a record tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::door) enum Told {
    /// A callback.
    Callback(Event),
    /// A reply or a fault that the client did not want to wait for.
    Reply {
        /// The reply.
        event: Event,
        /// The MessageID of the request.
        relates_to: Option<String>,
    },
    /// The session is over: always the last.
    Ended,
}

impl Told {
    /// What is said, and the MessageID that it answers; the end says nothing.
    pub(in crate::door) fn said(&self) -> Option<(&Event, Option<&str>)> {
        match self {
            Self::Callback(event) => Some((event, None)),
            Self::Reply { event, relates_to } => Some((event, relates_to.as_deref())),
            Self::Ended => None,
        }
    }
}

/// What a request brings beside its message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::door) struct Request {
    /// The a:MessageID.
    pub(in crate::door) message_id: Option<String>,
    /// Where callbacks go from now on; `None` where they are read.
    pub(in crate::door) reply_to: Option<Address>,
    /// The client does not wait for the reply: it is told as a record.
    pub(in crate::door) asynchronous: bool,
}

/// What the session says to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::door) enum Given {
    /// The answer to the request.
    Answer(Event),
    /// No answer belongs to it, or it will be told as a record.
    Accepted,
    /// The answer comes later: [`ServedSession::take_answer`].
    Later,
    /// The session was over before.
    Over,
}

/// How far a pending answer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::door) enum Answer {
    /// It is this.
    Ready(Event),
    /// It may still come.
    Pending,
    /// It will not come: the session ended without.
    Lost,
}

/// A request whose answer is still owed: there is one at most, a StartOperationWithCallback.
#[derive(Debug, Clone)]
struct Owed {
    request: Request,
    answer: Option<Event>,
}

/// What became of the answer to a request that was just taken.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Settled {
    /// This is it.
    Answer(Event),
    /// It is among the records.
    Told,
    /// There is none yet.
    Unanswered,
}

/// One session.
#[derive(Debug)]
pub(in crate::door) struct ServedSession {
    state: ServerSession,
    caller: usize,
    queue: VecDeque<Record>,
    told: u64,
    over: bool,
    owed: Option<Owed>,
    reply_to: Option<Address>,
    /// Whether somebody posts its records.
    delivering: bool,
    /// Whether a reader has been given the record that ends it.
    seen_to_end: bool,
    /// Whether a connection has it for its own.
    attached: bool,
    /// The messages that came in.
    taken: u64,
    /// The records that its connection may be told; nobody counts them once it was ended from outside.
    granted: usize,
}

impl ServedSession {
    /// A new session of a caller of its world.
    pub(in crate::door) fn open(caller: &Caller, index: usize) -> Self {
        Self {
            state: ServerSession::open(caller),
            caller: index,
            queue: VecDeque::new(),
            told: 0,
            over: false,
            owed: None,
            reply_to: None,
            delivering: false,
            seen_to_end: false,
            attached: false,
            taken: 0,
            granted: 0,
        }
    }

    /// A connection takes it for its own; false if another one has it, or it is over.
    pub(in crate::door) const fn attach(&mut self) -> bool {
        let free = !self.attached && !self.over;
        self.attached = true;
        free
    }

    /// How many messages came in.
    pub(in crate::door) const fn taken(&self) -> u64 {
        self.taken
    }

    /// Lets its connection be told one more record; false where there is none.
    pub(in crate::door) fn grant(&mut self) -> bool {
        let more = self.queue.len() > self.granted;
        self.granted += usize::from(more);
        more
    }

    /// The next record for its connection: of those that were granted where `granted`, else any.
    pub(in crate::door) fn tell_connection(&mut self, granted: bool) -> Option<Record> {
        if granted {
            self.granted = self.granted.checked_sub(1)?;
        }
        let record = self.queue.pop_front()?;
        self.seen_to_end |= record.what == Told::Ended;
        Some(record)
    }

    /// Whose session it is: the number of the caller in its world.
    pub(in crate::door) const fn caller(&self) -> usize {
        self.caller
    }

    /// Whether nothing more will happen on it.
    pub(in crate::door) const fn is_over(&self) -> bool {
        self.over
    }

    /// Whether a reader has seen its end.
    pub(in crate::door) const fn is_seen_to_end(&self) -> bool {
        self.seen_to_end
    }

    /// Whether callbacks are posted; else they are read.
    pub(in crate::door) const fn is_posted(&self) -> bool {
        self.reply_to.is_some()
    }

    /// Whether there are callbacks left that somebody may want to read.
    pub(in crate::door) fn has_unread(&self) -> bool {
        !self.seen_to_end && self.queue.len() > 1
    }

    /// How many records wait for whoever reads them; one that repeats a long MessageID counts once more for each kilobyte.
    pub(in crate::door) fn unread(&self) -> usize {
        let weight = |record: &Record| match &record.what {
            Told::Reply { relates_to, .. } => 1 + relates_to.as_ref().map_or(0, String::len) / 1024,
            Told::Callback(_) | Told::Ended => 1,
        };
        self.queue.iter().map(weight).sum()
    }

    /// Whether somebody has to begin to post its records; said once.
    pub(in crate::door) const fn begins_to_post(&mut self) -> bool {
        let begins = self.reply_to.is_some() && !self.delivering;
        self.delivering |= begins;
        begins
    }

    /// How long the operation waits.
    pub(in crate::door) fn waits(&self) -> Option<Duration> {
        self.state.waits()
    }

    /// How long until something happens by itself, the inactivity timer counted.
    pub(in crate::door) fn until_next(&self) -> Option<Duration> {
        self.state
            .until_tick()
            .into_iter()
            .chain(self.waits())
            .min()
    }

    /// Time passes.
    pub(in crate::door) fn advance(&mut self, by: Duration) {
        self.state.advance(by);
    }

    /// A message comes in. What it does at once is in the answer; the operation itself goes on in [`Self::work`].
    pub(in crate::door) fn message(
        &mut self,
        message: &ClientMessage,
        request: Request,
        frame: &mut Frame<'_>,
    ) -> Given {
        self.take(request, message.is_request(), frame, |state, frame| {
            state.handle(message, frame);
        })
    }

    /// A message comes in that is none of the protocol: the fault is its answer, and the session is over.
    pub(in crate::door) fn reject(
        &mut self,
        fault: SoapFault,
        request: Request,
        frame: &mut Frame<'_>,
    ) -> Given {
        self.take(request, true, frame, |state, _| state.reject(fault))
    }

    fn take(
        &mut self,
        request: Request,
        wants_answer: bool,
        frame: &mut Frame<'_>,
        act: impl FnOnce(&mut ServerSession, &mut Frame<'_>),
    ) -> Given {
        self.taken += 1;
        // What is ready belongs to what came before.
        self.settle(None, frame);
        if self.over {
            return Given::Over;
        }
        if wants_answer {
            self.reply_to.clone_from(&request.reply_to);
        }
        act(&mut self.state, frame);
        match self.settle(Some(&request), frame) {
            Settled::Answer(answer) => Given::Answer(answer),
            Settled::Unanswered if wants_answer && !self.over => {
                let given = if request.asynchronous {
                    Given::Accepted
                } else {
                    Given::Later
                };
                self.owed = Some(Owed {
                    request,
                    answer: None,
                });
                given
            }
            Settled::Told | Settled::Unanswered => Given::Accepted,
        }
    }

    /// Records what is ready, but the answer to a request that was just taken.
    fn settle(&mut self, taken: Option<&Request>, frame: &mut Frame<'_>) -> Settled {
        let mut settled = Settled::Unanswered;
        while self.state.has_ready() {
            let Next::Event(event) = self.state.next(frame) else {
                break;
            };
            match taken {
                Some(request) if event.is_reply() && settled == Settled::Unanswered => {
                    if request.asynchronous {
                        let relates_to = request.message_id.clone();
                        self.tell(Told::Reply { event, relates_to });
                        settled = Settled::Told;
                    } else {
                        settled = Settled::Answer(event);
                    }
                }
                _ => self.record(event),
            }
        }
        settled
    }

    /// Lets the operation go on until it is `ahead` records ahead of its reader, waits, or has nothing more to do.
    /// Whether anything came of it.
    pub(in crate::door) fn work(&mut self, ahead: usize, frame: &mut Frame<'_>) -> bool {
        let waited = self.waits();
        let mut moved = false;
        while !self.over && (self.state.has_ready() || self.queue.len() < ahead) {
            match self.state.next(frame) {
                Next::Event(event) => self.record(event),
                Next::Wait(_) | Next::Quiet => break,
            }
            moved = true;
        }
        moved || waited != self.waits()
    }

    fn record(&mut self, event: Event) {
        match event {
            Event::SessionClosed => self.finish(),
            event if event.is_reply() => match &mut self.owed {
                Some(owed) if owed.request.asynchronous => {
                    let relates_to = owed.request.message_id.clone();
                    self.owed = None;
                    self.tell(Told::Reply { event, relates_to });
                }
                Some(owed) => owed.answer = Some(event),
                // Nobody waits for it any more.
                None => {}
            },
            event => self.tell(Told::Callback(event)),
        }
    }

    fn tell(&mut self, what: Told) {
        self.told += 1;
        self.queue.push_back(Record {
            seq: self.told,
            what,
        });
    }

    fn finish(&mut self) {
        if !self.over {
            self.over = true;
            self.tell(Told::Ended);
        }
    }

    /// The client lost the connection, or the server stops: what was not read stays, nothing more comes.
    pub(in crate::door) fn end(&mut self) {
        self.state.end();
        self.finish();
        self.granted = usize::MAX;
    }

    /// The client cannot be reached: nothing of what is left will be taken.
    pub(in crate::door) fn abandon(&mut self) {
        self.end();
        self.queue.retain(|record| record.what == Told::Ended);
        self.seen_to_end = true;
    }

    /// How far the answer is that came [`Given::Later`].
    pub(in crate::door) fn take_answer(&mut self) -> Answer {
        match &mut self.owed {
            Some(owed) => match owed.answer.take() {
                Some(event) => {
                    self.owed = None;
                    Answer::Ready(event)
                }
                None if self.over => Answer::Lost,
                None => Answer::Pending,
            },
            None => Answer::Lost,
        }
    }

    /// The number of the last record.
    pub(in crate::door) const fn last(&self) -> u64 {
        self.told
    }

    /// The reader has read up to this record: those are forgotten.
    pub(in crate::door) fn acknowledge(&mut self, after: u64) {
        // The end stays: whoever asks again is told again.
        let is_read = |record: &mut Record| record.seq <= after && record.what != Told::Ended;
        while self.queue.pop_front_if(is_read).is_some() {}
    }

    /// The records past that number; of a session whose callbacks are posted only the end.
    pub(in crate::door) fn records(&mut self, after: u64) -> Vec<Record> {
        // The end is the last record, so that it comes first only when everything else was posted.
        let is_end = |record: &Record| record.what == Told::Ended;
        if self.is_posted() && !self.queue.front().is_some_and(is_end) {
            return Vec::new();
        }
        let records: Vec<Record> = self
            .queue
            .iter()
            .filter(|record| record.seq > after || is_end(record))
            .cloned()
            .collect();
        self.seen_to_end |= records.last().is_some_and(is_end);
        records
    }

    /// The next record to post, with the address it goes to; `None` where there is nothing to post now.
    pub(in crate::door) fn next_post(&mut self) -> Option<(Record, Address)> {
        let address = self.reply_to.clone()?;
        let record = self.queue.front()?.clone();
        if record.what == Told::Ended {
            // Nothing is posted for the end: who has been posted everything has been told.
            self.seen_to_end = true;
            return None;
        }
        Some((record, address))
    }
}
