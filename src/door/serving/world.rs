//! One world that is served: a store, the sessions over it, and the time that passes for them.
//!
//! Pure: whoever calls says what time it is.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::door::serving::callback::Address;
use crate::door::serving::limits::{ADVANCE_MAX, ANSWERS_MAX, CALLERS_MAX, ENDED_MAX};
use crate::door::serving::session::{Answer, Given, Record, Request, ServedSession};
use crate::door::serving::slots::{Slot, Slots};
use crate::door::session::Simulator;
use crate::model::{ClientMessage, SoapFault, Tables};
use crate::session::Frame;
use crate::spec::Readings;
use crate::store::Store;
use crate::suite::{StoreChange, TargetError};
use crate::world::{Caller, Role, Setup};

/// The name of a session: that of its world and a number, so that no two of a server share one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::door) struct SessionId(String);

impl SessionId {
    /// The id that somebody wrote.
    pub(in crate::door) fn named(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// Its text.
    pub(in crate::door) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How time passes in a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::door) enum Clock {
    /// Only when somebody says so.
    Manual,
    /// As it does for everybody; up to now it has come this far.
    Real(Duration),
}

/// Who makes a session go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// Whoever reads what it tells.
    Reader,
    /// Anybody else.
    Other,
}

/// Why a session cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::door) enum Refused {
    /// There are too many.
    #[error("there are as many sessions as this server holds; try again when some have ended")]
    Full,
    /// There is none of that name.
    #[error("there is no such session here")]
    Unknown,
    /// Its client does not read what it is told.
    #[error("more answers wait on this session than it holds; read them, then ask again")]
    Behind,
    /// The reader is ahead of what was told.
    #[error("nothing with that number was told yet: the last is {0}")]
    Ahead(u64),
}

/// What a session has for its connection next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::door) enum Turn {
    /// A record, which the connection may be told now.
    Record,
    /// Nothing until so much time has passed.
    Wait(Duration),
    /// Nothing until a message comes.
    Quiet,
    /// Nothing any more.
    Over,
}

/// A world that is served.
#[derive(Debug)]
pub(in crate::door) struct ServedWorld {
    name: String,
    simulator: Simulator<Store>,
    provisioned: bool,
    schema_conversion_required: bool,
    roles: Vec<Role>,
    callers: Vec<Caller>,
    clock: Clock,
    ahead: usize,
    sessions: BTreeMap<SessionId, (ServedSession, Slot)>,
    opened: u64,
    /// Whether anything happened since somebody asked.
    moved: bool,
    slots: Arc<Slots>,
}

impl ServedWorld {
    /// A world as it was set up. `ahead`: how many unread records a session may be ahead of its reader.
    pub(in crate::door) fn new(
        name: &str,
        setup: &Setup,
        readings: &Readings,
        clock: Clock,
        ahead: usize,
        slots: Arc<Slots>,
    ) -> Self {
        let mut simulator = Simulator::on(Store::default());
        simulator.reset(setup, readings);
        Self {
            name: name.to_owned(),
            simulator,
            provisioned: setup.provisioned,
            schema_conversion_required: setup.schema_conversion_required,
            roles: setup.roles.clone(),
            callers: vec![setup.caller.clone()],
            clock,
            ahead: ahead.max(1),
            sessions: BTreeMap::new(),
            opened: 0,
            moved: false,
            slots,
        }
    }

    /// The readings that it follows.
    pub(in crate::door) const fn readings(&self) -> &Readings {
        &self.simulator.readings
    }

    /// Adds a caller; the number of it. `None` when there are too many.
    pub(in crate::door) fn add_caller(&mut self, caller: Caller) -> Option<usize> {
        (self.callers.len() < CALLERS_MAX).then(|| {
            self.callers.push(caller);
            self.callers.len() - 1
        })
    }

    /// Whether it has that caller.
    pub(in crate::door) fn has_caller(&self, caller: usize) -> bool {
        caller < self.callers.len()
    }

    /// A new session of that caller.
    pub(in crate::door) fn open(&mut self, caller: usize) -> Result<SessionId, Refused> {
        let who = self.callers.get(caller).ok_or(Refused::Unknown)?;
        let session = ServedSession::open(who, caller);
        let slot = match self.slots.take() {
            Some(slot) => slot,
            None => {
                let ended = self.sessions.len() - self.open_sessions().len();
                self.forget_ended(ended / 2);
                self.slots.take().ok_or(Refused::Full)?
            }
        };
        self.forget_ended(ENDED_MAX);
        self.opened += 1;
        let id = SessionId(format!("{}-s{}", self.name, self.opened));
        self.sessions.insert(id.clone(), (session, slot));
        Ok(id)
    }

    /// Forgets sessions that are over until so many of them are left: first those that nobody can miss, then the oldest.
    fn forget_ended(&mut self, left: usize) {
        let mut ended: Vec<(bool, u64, SessionId)> = self
            .sessions
            .iter()
            .filter(|(_, (session, _))| session.is_over())
            .map(|(id, (session, _))| (session.has_unread(), number(id), id.clone()))
            .collect();
        if ended.len() > left {
            ended.sort();
            let too_many = ended.len() - left;
            for (_, _, id) in ended.into_iter().take(too_many) {
                self.sessions.remove(&id);
            }
        }
    }

    /// Whether there is such a session of that caller, and it goes on.
    pub(in crate::door) fn goes_on(&self, id: &SessionId, caller: usize) -> Option<bool> {
        self.sessions
            .get(id)
            .filter(|(session, _)| session.caller() == caller)
            .map(|(session, _)| !session.is_over())
    }

    /// Lets one session do something with what surrounds it, and then go on as far as it may.
    ///
    /// One that may be a single record ahead goes on only when somebody reads: then what is done to the store between two
    /// reads stands exactly there.
    fn with<T>(
        &mut self,
        id: &SessionId,
        by: By,
        act: impl FnOnce(&mut ServedSession, &mut Frame<'_>) -> T,
    ) -> Result<T, Refused> {
        let mut frame = Frame {
            context: self.simulator.context(),
            provisioned: self.provisioned,
            schema_conversion_required: self.schema_conversion_required,
            roles: &self.roles,
        };
        let (session, _) = self.sessions.get_mut(id).ok_or(Refused::Unknown)?;
        let done = act(session, &mut frame);
        let ahead = if by == By::Reader || self.ahead > 1 {
            self.ahead
        } else {
            0
        };
        let moved = session.work(ahead, &mut frame);
        self.moved |= moved || by == By::Other;
        Ok(done)
    }

    /// Whether so many answers wait for the client of a session that it has to read before it asks again.
    pub(in crate::door) fn is_behind(&self, id: &SessionId) -> bool {
        self.sessions
            .get(id)
            .is_some_and(|(session, _)| session.unread() >= self.ahead + ANSWERS_MAX)
    }

    /// A message comes in on a session.
    pub(in crate::door) fn message(
        &mut self,
        id: &SessionId,
        message: &ClientMessage,
        request: Request,
    ) -> Result<Given, Refused> {
        if request.asynchronous && self.is_behind(id) {
            return Err(Refused::Behind);
        }
        self.with(id, By::Other, |session, frame| {
            session.message(message, request, frame)
        })
    }

    /// A message that is none of the protocol comes in on a session.
    pub(in crate::door) fn reject(
        &mut self,
        id: &SessionId,
        fault: SoapFault,
        request: Request,
    ) -> Result<Given, Refused> {
        self.with(id, By::Other, |session, frame| {
            session.reject(fault, request, frame)
        })
    }

    /// How far the answer is that comes later.
    pub(in crate::door) fn take_answer(&mut self, id: &SessionId) -> Answer {
        self.sessions
            .get_mut(id)
            .map_or(Answer::Lost, |(session, _)| session.take_answer())
    }

    /// What a session tells past a number; what comes up to it was read.
    pub(in crate::door) fn read(
        &mut self,
        id: &SessionId,
        after: u64,
    ) -> Result<Vec<Record>, Refused> {
        let (session, _) = self.sessions.get(id).ok_or(Refused::Unknown)?;
        if after > session.last() {
            return Err(Refused::Ahead(session.last()));
        }
        self.with(id, By::Reader, |session, _| {
            if !session.is_posted() {
                session.acknowledge(after);
            }
        })?;
        self.sessions
            .get_mut(id)
            .map(|(session, _)| session.records(after))
            .ok_or(Refused::Unknown)
    }

    /// The next record of a session to post, and where to.
    pub(in crate::door) fn next_post(&mut self, id: &SessionId) -> Option<(Record, Address)> {
        self.with(id, By::Reader, |_, _| ()).ok()?;
        self.sessions.get_mut(id)?.0.next_post()
    }

    /// A record was posted; the operation may go on.
    pub(in crate::door) fn posted(&mut self, id: &SessionId, seq: u64) {
        // A session that was forgotten in the meantime has nothing left to do.
        let _ = self.with(id, By::Reader, |session, _| session.acknowledge(seq));
    }

    /// A connection takes a session of that caller for its own; false if it cannot have it.
    pub(in crate::door) fn attach(&mut self, id: &SessionId, caller: usize) -> bool {
        self.sessions
            .get_mut(id)
            .filter(|(session, _)| session.caller() == caller)
            .is_some_and(|(session, _)| session.attach())
    }

    /// The next record for the connection of a session. In a world whose sessions may be a single record ahead, one
    /// that [`Self::turn`] has granted.
    pub(in crate::door) fn tell_connection(&mut self, id: &SessionId) -> Option<Record> {
        let granted = self.ahead == 1;
        if !granted {
            self.with(id, By::Reader, |_, _| ()).ok()?;
        }
        self.sessions.get_mut(id)?.0.tell_connection(granted)
    }

    /// Lets a session go on by one record, and grants it to its connection.
    pub(in crate::door) fn turn(&mut self, id: &SessionId) -> Result<Turn, Refused> {
        self.with(id, By::Reader, |_, _| ())?;
        let (session, _) = self.sessions.get_mut(id).ok_or(Refused::Unknown)?;
        Ok(if session.grant() {
            self.moved = true;
            Turn::Record
        } else if session.is_over() {
            Turn::Over
        } else {
            session.waits().map_or(Turn::Quiet, Turn::Wait)
        })
    }

    /// How many messages came in on a session, and whether it is over.
    pub(in crate::door) fn taken(&self, id: &SessionId) -> Result<(u64, bool), Refused> {
        self.sessions
            .get(id)
            .map(|(session, _)| (session.taken(), session.is_over()))
            .ok_or(Refused::Unknown)
    }

    /// The client of a session cannot be reached.
    pub(in crate::door) fn abandon(&mut self, id: &SessionId) {
        let _ = self.with(id, By::Other, |session, _| session.abandon());
    }

    /// The client of a session lost it.
    pub(in crate::door) fn end(&mut self, id: &SessionId) -> Result<(), Refused> {
        self.with(id, By::Other, |session, _| session.end())
    }

    /// The sessions that go on.
    pub(in crate::door) fn open_sessions(&self) -> Vec<SessionId> {
        self.sessions
            .iter()
            .filter(|(_, (session, _))| !session.is_over())
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// Whether the end of a session has been read, or there is nobody who could read it.
    pub(in crate::door) fn is_told(&self, id: &SessionId) -> bool {
        self.sessions
            .get(id)
            .is_none_or(|(session, _)| session.is_seen_to_end())
    }

    /// Whether anything happened in it since this was asked last.
    pub(in crate::door) const fn has_moved(&mut self) -> bool {
        std::mem::replace(&mut self.moved, false)
    }

    /// It is now so late: in a world of real time that passes for its sessions.
    pub(in crate::door) fn is_now(&mut self, now: Duration) {
        if let Clock::Real(before) = self.clock
            && now > before
        {
            self.clock = Clock::Real(now);
            self.pass(now - before);
        }
    }

    /// So much time passes by somebody's word; false in a world of real time, or when it is too much at once.
    pub(in crate::door) fn advance(&mut self, by: Duration) -> bool {
        let may = self.clock == Clock::Manual && by <= ADVANCE_MAX;
        if may {
            self.pass(by);
        }
        may
    }

    fn pass(&mut self, by: Duration) {
        let mut due = Vec::new();
        for (id, (session, _)) in &mut self.sessions {
            if session.until_next().is_some_and(|next| next <= by) {
                due.push(id.clone());
            }
            session.advance(by);
        }
        for id in due {
            // It is there: the list was made just now.
            let _ = self.with(&id, By::Other, |_, _| ());
        }
    }

    /// Whether somebody has to begin to post the records of a session; said once.
    pub(in crate::door) fn begins_to_post(&mut self, id: &SessionId) -> bool {
        self.sessions
            .get_mut(id)
            .is_some_and(|(session, _)| session.begins_to_post())
    }

    /// Whether a session is there that may still tell something.
    pub(in crate::door) fn may_tell(&self, id: &SessionId) -> bool {
        self.sessions
            .get(id)
            .is_some_and(|(session, _)| !session.is_seen_to_end())
    }

    /// When something happens by itself in a world of real time; `None` where nothing does, or time is made by hand.
    pub(in crate::door) fn wakes_at(&self) -> Option<Duration> {
        let Clock::Real(now) = self.clock else {
            return None;
        };
        self.sessions
            .values()
            .filter(|(session, _)| !session.is_over())
            .filter_map(|(session, _)| session.until_next())
            .min()
            .map(|time| now + time)
    }

    /// How long the operations that wait for the partner wait at least.
    pub(in crate::door) fn waits(&self) -> Option<Duration> {
        self.sessions
            .values()
            .filter_map(|(session, _)| session.waits())
            .min()
    }

    /// Somebody else changes the store.
    pub(in crate::door) fn change(&mut self, change: &StoreChange) -> Result<(), TargetError> {
        self.simulator.change(change)
    }

    /// The store as it is, and the number of writes it has seen.
    pub(in crate::door) fn tables(&mut self) -> (u64, Arc<Tables>) {
        (self.version(), self.simulator.tables())
    }

    /// The number of writes that the store has seen.
    pub(in crate::door) const fn version(&self) -> u64 {
        self.simulator.store.version()
    }
}

/// The number in the name of a session: the order in which they were opened.
fn number(id: &SessionId) -> u64 {
    id.0.rsplit_once("-s")
        .and_then(|(_, number)| number.parse().ok())
        .unwrap_or(0)
}
