//! What one run of a scenario case showed: messages and events in order, and the store around them.
//!
//! Floor 2. Written by the runner, read by the checks; holds facts and no judgement.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{Callback, ClientMessage, Event, Percentage, Tables, Value};
use crate::spec::{Grade, IpamAdminOperationId, OverallProgressStatus, RequirementId};
use crate::world::{Caller, Setup};

/// The way in to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Door {
    /// The delegate is called directly.
    Delegate,
    /// The session state machines, in process.
    Session,
    /// SOAP 1.2 over HTTP.
    Http,
    /// The protocol's own wire.
    NetTcp,
    /// A child process.
    Exec,
}

impl Door {
    /// Every door.
    pub const ALL: &'static [Self] = &[
        Self::Delegate,
        Self::Session,
        Self::Http,
        Self::NetTcp,
        Self::Exec,
    ];

    /// The word scenarios and reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delegate => "delegate",
            Self::Session => "session",
            Self::Http => "http",
            Self::NetTcp => "net.tcp",
            Self::Exec => "exec",
        }
    }

    /// The door of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|door| door.name() == name)
    }
}

impl std::fmt::Display for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// The place of a session in a trace, from 0 in the order they were opened.
pub type SessionIndex = usize;

/// What one run showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The door it went through.
    pub door: Door,
    /// What the target was set to; holds the store before the first step.
    pub setup: Arc<Setup>,
    /// Everything that happened, in order.
    pub log: Vec<Record>,
    /// One entry for each step of the case.
    pub steps: Vec<StepRecord>,
    /// The store at the end; `None` where the door cannot show it.
    pub after: Option<Arc<Tables>>,
    /// Our client's state at the end of each session.
    pub trackers: Vec<TrackerState>,
    /// What the target could show at all.
    pub shows: Shows,
    /// The form of each event that came as an envelope, by the event's number.
    pub forms: BTreeMap<usize, Form>,
}

/// What a target can show: what it cannot is not observable, and nobody is blamed for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shows {
    /// Whether replies and callbacks come in one order (OQ-10): not where they take two ways.
    pub reply_order: bool,
    /// Whether the server's end of a session can be seen.
    pub session_end: bool,
    /// Whether the store can be looked at.
    pub store: bool,
}

impl Shows {
    /// Everything, as a target in process does.
    pub const ALL: Self = Self {
        reply_order: true,
        session_end: true,
        store: true,
    };
}

/// The form of an envelope that brought an event ([MS-IPAMM2] 3.19.4.3.1 to 3.19.4.9.1, 2.2.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// The SOAP action; `None` where the header is missing.
    pub action: Option<String>,
    /// What is not as the document has it, in the order of the envelope.
    pub deviations: Vec<FormDeviation>,
    /// The message itself, where somebody asked for it to be kept.
    pub came: Option<Came>,
}

/// A message of a server elsewhere, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// What should be XML as text.
    Text(Arc<[u8]>),
    /// What should be binary XML, whose strings can be those of messages before it.
    Binary(Arc<[u8]>),
}

/// One way in which an envelope is not as the document has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormDeviation {
    /// What it breaks.
    pub requirement: RequirementId,
    /// How it counts.
    pub grade: Grade,
    /// Where in the envelope, as element names from the outside in.
    pub path: String,
    /// What belongs there.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The step that was being taken, or for an event the step that caused it.
    pub step: usize,
    /// The session it belongs to; `None` for what happens beside all sessions.
    pub session: Option<SessionIndex>,
    /// What it was.
    pub what: What,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A session was opened by that caller.
    Opened {
        /// Who opened it.
        caller: Caller,
    },
    /// The client sent a message.
    Sent {
        /// The message.
        message: ClientMessage,
        /// The store as it was then; `None` where it cannot be seen.
        before: Option<Arc<Tables>>,
    },
    /// A delegate was called directly (door `delegate`).
    Called {
        /// Which delegate.
        operation: IpamAdminOperationId,
        /// The parameters object; `None` for NULL.
        paramters: Option<Value>,
        /// The store as it was then.
        before: Option<Arc<Tables>>,
    },
    /// The client saw an event.
    Received(Event),
    /// The client closed the session in an orderly way.
    ClosedByClient,
    /// The connection was lost.
    Dropped,
    /// Virtual time passed.
    Waited(Duration),
    /// The store was changed behind the server's back.
    StoreChanged,
}

/// What became of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRecord {
    /// Whether and how it was taken.
    pub outcome: StepOutcome,
    /// The session it spoke on, if any.
    pub session: Option<SessionIndex>,
    /// The answer to the step's (last) request; `None` where the step owes none or was not reached.
    pub reply: Option<Reply>,
    /// The store before the step; `None` where it cannot be seen.
    pub before: Option<Arc<Tables>>,
    /// The store when the step was done; `None` where it cannot be seen or the step was not reached.
    pub after: Option<Arc<Tables>>,
    /// Our client's state when the step was done, if it spoke on a session.
    pub tracker: Option<TrackerState>,
}

/// Whether and how a step was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepOutcome {
    /// It was taken.
    Done,
    /// Its session had ended before.
    Closed,
    /// The event it waited for never came.
    NotReached,
}

/// The answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reply {
    /// The response message.
    Response,
    /// A SOAP fault.
    Fault,
    /// The session was over, or ended instead of an answer.
    Closed,
    /// Nothing.
    None,
}

impl Reply {
    /// Every kind of answer.
    pub const ALL: &'static [Self] = &[Self::Response, Self::Fault, Self::Closed, Self::None];

    /// The word scenarios use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Fault => "fault",
            Self::Closed => "closed",
            Self::None => "none",
        }
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// Our client's ProgressTracker and state ([MS-IPAMM2] 3.21.1.1, 3.21.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackerState {
    /// The client's state.
    pub state: ClientState,
    /// OverallProgressStatus, or that the session was lost (R-CB-7).
    pub overall: OverallState,
    /// How many entries SubTasksStatus has.
    pub subtasks: usize,
    /// The percentage of the whole operation (R-CB-5).
    pub percentage: Percentage,
}

/// The states of [MS-IPAMM2] 3.21.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClientState {
    /// Callback Initialized.
    CallbackInitialized,
    /// Started.
    Started,
    /// Completed.
    Completed,
}

impl ClientState {
    /// Every state.
    pub const ALL: &'static [Self] = &[Self::CallbackInitialized, Self::Started, Self::Completed];

    /// The word scenarios use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CallbackInitialized => "CallbackInitialized",
            Self::Started => "Started",
            Self::Completed => "Completed",
        }
    }
}

/// What the tracker holds as the overall status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OverallState {
    /// A member of OverallProgressStatus.
    Status(OverallProgressStatus),
    /// The session faulted or was closed by force before the end (R-CB-7).
    SessionLost,
}

impl OverallState {
    /// The word scenarios use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Status(status) => status.name(),
            Self::SessionLost => "session lost",
        }
    }
}

impl Trace {
    /// How many sessions were opened.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.log
            .iter()
            .filter_map(|record| record.session)
            .max()
            .map_or(0, |last| last + 1)
    }

    /// The events in order, each with its number: its place among the events of the whole trace.
    pub fn events(&self) -> impl Iterator<Item = (usize, &Record, &Event)> {
        self.log
            .iter()
            .filter_map(|record| match &record.what {
                What::Received(event) => Some((record, event)),
                _ => None,
            })
            .enumerate()
            .map(|(number, (record, event))| (number, record, event))
    }

    /// The callbacks of one session in order, each with its event number.
    pub fn callbacks(&self, session: SessionIndex) -> impl Iterator<Item = (usize, &Callback)> {
        self.events().filter_map(move |(number, record, event)| {
            (record.session == Some(session))
                .then(|| event.callback().map(|callback| (number, callback)))?
        })
    }
}
