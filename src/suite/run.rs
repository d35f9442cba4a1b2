//! Taking the steps of a case on a target in process, and recording what shows.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{ClientMessage, Event, RecordId, RowKey, Tables, Value};
use crate::scenario::{Action, Case, Change, Initialize, OperationChoice, RowTarget, Step};
use crate::session::{ClientSession, INACTIVITY_TICK};
use crate::spec::{IpamAdminOperationId, Readings};
use crate::suite::change::{row_key, store_change};
use crate::suite::message::paramters;
use crate::suite::{Client, Progress, Target, TargetError};
use crate::trace::{Door, Form, Record, Reply, SessionIndex, StepOutcome, StepRecord, Trace, What};
use crate::world::{Caller, RowKind, Setup};

/// The most events a case may show before the run is given up: a target that never falls silent has to be stopped.
/// A million scopes with four callbacks each stay below it.
pub const EVENTS_MAX: usize = 10_000_000;

/// The longest that virtual time is let run while nothing happens: past it a target is silent for good.
const PATIENCE: Duration = Duration::from_secs(7 * 24 * 3600);

/// Runs one case through a target's door. The readings of the case are put over those given.
///
/// # Errors
/// When the target cannot do what a step asks: nothing can be judged then.
pub fn run_case(
    case: &Case,
    target: &mut dyn Target,
    readings: &Readings,
) -> Result<Trace, TargetError> {
    run_case_for(case, target, readings, &|readings, _| {
        Box::new(ClientSession::new(readings))
    })
}

/// The same with another client at the other end: `client` makes one for each session, of the caller who opens it.
///
/// # Errors
/// When the target cannot do what a step asks: nothing can be judged then.
pub fn run_case_for(
    case: &Case,
    target: &mut dyn Target,
    readings: &Readings,
    client: &dyn Fn(&Readings, &Caller) -> Box<dyn Client>,
) -> Result<Trace, TargetError> {
    let setup = Arc::new(case.world.set_up());
    let readings = readings.overlaid_with(&case.readings);
    target.reset(&setup, &readings)?;
    let runner = Runner {
        case,
        target,
        client,
        setup,
        readings,
        log: Vec::new(),
        steps: Vec::new(),
        sessions: Vec::new(),
        current: None,
        named: BTreeMap::new(),
        remembered: None,
        events: 0,
        forms: BTreeMap::new(),
    };
    runner.run()
}

struct Runner<'a> {
    case: &'a Case,
    target: &'a mut dyn Target,
    client: &'a dyn Fn(&Readings, &Caller) -> Box<dyn Client>,
    setup: Arc<Setup>,
    readings: Readings,
    log: Vec<Record>,
    steps: Vec<Taken>,
    sessions: Vec<Session>,
    current: Option<SessionIndex>,
    named: BTreeMap<String, SessionIndex>,
    /// At the door `delegate`: the delegate and the parameters that the next `start` calls it with.
    remembered: Option<(IpamAdminOperationId, Option<Value>)>,
    events: usize,
    forms: BTreeMap<usize, Form>,
}

/// A session as the client knows it.
struct Session {
    client: Box<dyn Client>,
    ended: bool,
    /// Requests without an answer: the step, in the order they were sent.
    unanswered: Vec<usize>,
    /// The step that callbacks are put down to: the one that started the operation.
    started_by: Option<usize>,
    /// The last step that spoke on the session.
    last_step: usize,
    /// How many events of each name arrived.
    seen: BTreeMap<&'static str, u32>,
    /// Whether the last InitializeOperationParameters was answered with its response.
    initialized: bool,
}

/// A step that was taken, or passed over.
struct Taken {
    record: StepRecord,
    /// Whether its effects may still be under way.
    open: bool,
    /// `replicate`: its start is still to be sent.
    start_pending: bool,
}

impl Runner<'_> {
    fn run(mut self) -> Result<Trace, TargetError> {
        let case = self.case;
        let mut next = 0;
        loop {
            if let Some(step) = case.steps.get(next)
                && self.is_due(step)
            {
                self.take(next, step)?;
                self.intact()?;
                if !step.action.is_request() {
                    // Done as soon as it is sent, whatever goes on beside it.
                    self.note_effects(next);
                }
                next += 1;
                continue;
            }
            if self.pump()? {
                continue;
            }
            // Quiet: everything that was going on is over.
            if self.start_pending()? {
                continue;
            }
            self.settle();
            if next == case.steps.len() {
                break;
            }
            if case.steps[next].after.is_some() && !self.is_due(&case.steps[next]) {
                self.pass_over();
                next += 1;
            }
        }
        let after = self.target.tables();
        self.intact()?;
        Ok(Trace {
            door: self.target.door(),
            setup: self.setup,
            log: self.log,
            steps: self.steps.into_iter().map(|taken| taken.record).collect(),
            after,
            shows: self.target.shows(),
            forms: self.forms,
            trackers: self
                .sessions
                .iter()
                .map(|session| session.client.state())
                .collect(),
        })
    }

    /// Whether the target could do all that was asked so far.
    fn intact(&mut self) -> Result<(), TargetError> {
        self.target.failure().map_or(Ok(()), Err)
    }

    /// Whether a step may be taken now: its event has come, or everything before it is over.
    fn is_due(&self, step: &Step) -> bool {
        match &step.after {
            None => self.steps.iter().all(|taken| !taken.open),
            Some(after) => self.session_of(step).is_some_and(|session| {
                let seen = self.sessions[session].seen.get(after.event.value.as_str());
                seen.is_some_and(|seen| *seen >= after.nth)
            }),
        }
    }

    fn session_of(&self, step: &Step) -> Option<SessionIndex> {
        match &step.session {
            Some(name) => self.named.get(&name.value).copied().or(self.current),
            None => self.current,
        }
    }

    fn take(&mut self, index: usize, step: &Step) -> Result<(), TargetError> {
        let before = self.target.tables();
        self.steps.push(Taken {
            record: StepRecord {
                outcome: StepOutcome::Done,
                session: None,
                reply: None,
                before,
                after: None,
                tracker: None,
            },
            open: true,
            start_pending: false,
        });
        if self.target.door() == Door::Delegate {
            return self.take_at_delegate(index, step);
        }
        match &step.action {
            Action::Connect { caller } => self.connect(index, step, caller.as_ref()).map(|_| ()),
            Action::Replicate { caller, initialize } => {
                let session = self.connect(index, step, caller.as_ref())?;
                self.initialize(index, session, initialize)?;
                self.steps[index].start_pending = true;
                Ok(())
            }
            Action::Wait(time) => {
                self.record(index, None, What::Waited(*time));
                self.wait(*time)
            }
            Action::Change(change) => self.change(index, change),
            _ => {
                let session = match self.session_of(step) {
                    Some(session) => session,
                    None => self.connect(index, step, None)?,
                };
                self.take_on_session(index, session, step)
            }
        }
    }

    fn take_on_session(
        &mut self,
        index: usize,
        session: SessionIndex,
        step: &Step,
    ) -> Result<(), TargetError> {
        self.steps[index].record.session = Some(session);
        if self.sessions[session].ended {
            self.steps[index].record.outcome = StepOutcome::Closed;
            let owes = !matches!(
                step.action,
                Action::Keepalive { .. }
                    | Action::SendCallback { .. }
                    | Action::Close
                    | Action::Drop
            );
            self.steps[index].record.reply = Some(if owes { Reply::Closed } else { Reply::None });
            return Ok(());
        }
        match &step.action {
            Action::Initialize(initialize) => self.initialize(index, session, initialize),
            Action::Start => self.send(index, session, ClientMessage::StartOperationWithCallback),
            Action::Keepalive { times } => {
                for _ in 0..*times {
                    self.send(index, session, ClientMessage::Keepalive)?;
                }
                Ok(())
            }
            Action::SendCallback { name } => self.send(
                index,
                session,
                ClientMessage::CallbackOperation { name: name.clone() },
            ),
            Action::SendXml { action, xml } => {
                let message = ClientMessage::Raw {
                    action: action.clone(),
                    xml: xml.clone(),
                };
                self.send(index, session, message)
            }
            Action::Close => {
                self.sessions[session].client.close();
                self.target.end(session);
                self.ended(index, session, What::ClosedByClient);
                Ok(())
            }
            Action::Drop => {
                self.sessions[session].client.drop_connection();
                self.target.lose(session);
                self.ended(index, session, What::Dropped);
                Ok(())
            }
            Action::SendBytes { bytes } => {
                let client = &mut self.sessions[session];
                client.last_step = index;
                client.unanswered.push(index);
                self.target.send_bytes(session, bytes)
            }
            Action::Connect { .. }
            | Action::Replicate { .. }
            | Action::Wait(_)
            | Action::Change(_) => Ok(()),
        }
    }

    /// At the door `delegate` an `initialize` with its `start` is one call.
    fn take_at_delegate(&mut self, index: usize, step: &Step) -> Result<(), TargetError> {
        let (operation, value) = match &step.action {
            Action::Replicate { initialize, .. } => self.delegate_call(initialize),
            Action::Initialize(initialize) => {
                self.remembered = Some(self.delegate_call(initialize));
                return Ok(());
            }
            Action::Start => self
                .remembered
                .take()
                .ok_or(TargetError::Unsupported("a start without an initialize"))?,
            Action::Connect { .. } => return Ok(()),
            Action::Wait(time) => {
                self.record(index, None, What::Waited(*time));
                return self.wait(*time);
            }
            Action::Change(change) => return self.change(index, change),
            _ => return Err(TargetError::Unsupported("sessions")),
        };
        let tables = self.target.tables();
        let session = self.target.call(operation, value.as_ref())?;
        self.grow_sessions(session, index, &Caller::nobody());
        self.sessions[session].started_by = Some(index);
        self.steps[index].record.session = Some(session);
        self.record(
            index,
            Some(session),
            What::Called {
                operation,
                paramters: value,
                before: tables,
            },
        );
        Ok(())
    }

    /// The delegate that an `initialize` selects, and the parameters it is called with.
    fn delegate_call(&mut self, initialize: &Initialize) -> (IpamAdminOperationId, Option<Value>) {
        let tables = self.target.tables();
        let value = self.paramters(initialize, tables.as_deref());
        // The parameters may name no operation: then it is the one the author left out or misspelt on purpose, and
        // the delegate under test is the one of ReplicateServer.
        let operation = match initialize.operation {
            OperationChoice::Member(operation) => operation,
            OperationChoice::Text(_) | OperationChoice::Absent => {
                IpamAdminOperationId::ReplicateServer
            }
        };
        // NULL parameters reach the delegate as NULL, absent ones too.
        (operation, value.filter(|value| *value != Value::Nil))
    }

    fn connect(
        &mut self,
        index: usize,
        step: &Step,
        caller: Option<&Caller>,
    ) -> Result<SessionIndex, TargetError> {
        let caller = caller.unwrap_or(&self.setup.caller).clone();
        let session = self.target.open(&caller)?;
        self.grow_sessions(session, index, &caller);
        self.current = Some(session);
        if let Some(name) = &step.session {
            self.named.insert(name.value.clone(), session);
        }
        self.steps[index].record.session = Some(session);
        self.record(index, Some(session), What::Opened { caller });
        Ok(session)
    }

    fn grow_sessions(&mut self, session: SessionIndex, step: usize, caller: &Caller) {
        while self.sessions.len() <= session {
            self.sessions.push(Session {
                client: (self.client)(&self.readings, caller),
                ended: false,
                unanswered: Vec::new(),
                started_by: None,
                last_step: step,
                seen: BTreeMap::new(),
                initialized: false,
            });
        }
    }

    fn paramters(&self, initialize: &Initialize, tables: Option<&Tables>) -> Option<Value> {
        let tables = tables.unwrap_or(&self.setup.tables);
        paramters(initialize, &self.case.world, &self.setup, tables)
    }

    fn initialize(
        &mut self,
        index: usize,
        session: SessionIndex,
        initialize: &Initialize,
    ) -> Result<(), TargetError> {
        let tables = self.target.tables();
        let paramters = self.paramters(initialize, tables.as_deref());
        self.sessions[session].initialized = false;
        self.send(
            index,
            session,
            ClientMessage::InitializeOperationParameters { paramters },
        )
    }

    fn send(
        &mut self,
        index: usize,
        session: SessionIndex,
        message: ClientMessage,
    ) -> Result<(), TargetError> {
        let before = self.target.tables();
        let client = &mut self.sessions[session];
        client.last_step = index;
        if message.is_request() {
            client.unanswered.push(index);
        }
        if message == ClientMessage::StartOperationWithCallback {
            client.started_by.get_or_insert(index);
        }
        self.target.send(session, &message)?;
        self.record(index, Some(session), What::Sent { message, before });
        Ok(())
    }

    fn ended(&mut self, index: usize, session: SessionIndex, what: What) {
        self.sessions[session].ended = true;
        self.sessions[session].last_step = index;
        for step in std::mem::take(&mut self.sessions[session].unanswered) {
            self.steps[step].record.reply.get_or_insert(Reply::Closed);
        }
        self.record(index, Some(session), what);
    }

    /// Once the initialize of a `replicate` is answered, its start is sent; after a refusal there is nothing to start.
    fn start_pending(&mut self) -> Result<bool, TargetError> {
        let Some(index) = self.steps.iter().position(|taken| taken.start_pending) else {
            return Ok(false);
        };
        self.steps[index].start_pending = false;
        if let Some(session) = self.steps[index].record.session
            && self.sessions[session].initialized
            && !self.sessions[session].ended
        {
            self.send(index, session, ClientMessage::StartOperationWithCallback)?;
        }
        Ok(true)
    }

    /// Takes the next event, or lets time pass; false when the target is quiet.
    fn pump(&mut self) -> Result<bool, TargetError> {
        match self.target.next() {
            Progress::Quiet => self.intact().map(|()| false),
            Progress::Event(session, event) => {
                self.receive(session, event)?;
                Ok(true)
            }
            Progress::Wait(time) if time > PATIENCE => Ok(false),
            Progress::Wait(time) => {
                // The client keeps its sessions alive while it waits ([MS-IPAMM2] 3.2.5).
                let slice = time.min(INACTIVITY_TICK);
                for session in 0..self.sessions.len() {
                    if self.target.door() != Door::Delegate && !self.sessions[session].ended {
                        self.target.send(session, &ClientMessage::Keepalive)?;
                    }
                }
                self.target.advance(slice);
                Ok(true)
            }
        }
    }

    /// An author's `wait`: nobody keeps anything alive.
    fn wait(&mut self, time: Duration) -> Result<(), TargetError> {
        let mut rest = time;
        while !rest.is_zero() {
            let slice = match self.target.next() {
                Progress::Event(session, event) => {
                    self.receive(session, event)?;
                    continue;
                }
                Progress::Wait(due) => due.min(rest).min(INACTIVITY_TICK),
                Progress::Quiet => rest,
            };
            self.target.advance(slice);
            rest -= slice;
        }
        Ok(())
    }

    fn receive(&mut self, index: SessionIndex, event: Event) -> Result<(), TargetError> {
        if let Some(form) = self.target.form() {
            self.forms.insert(self.events, form);
        }
        self.events += 1;
        if self.events > EVENTS_MAX {
            return Err(TargetError::Endless(EVENTS_MAX));
        }
        self.grow_sessions(index, self.steps.len().saturating_sub(1), &Caller::nobody());
        let session = &mut self.sessions[index];
        session.client.handle(&event);
        *session.seen.entry(event.name()).or_default() += 1;
        let answer = match &event {
            Event::InitializeOperationParametersResponse
            | Event::StartOperationWithCallbackResponse => Some(Reply::Response),
            Event::Fault(_) => Some(Reply::Fault),
            Event::SessionClosed | Event::Callback(_) | Event::Unintelligible(_) => None,
        };
        let step = if let Some(reply) = answer {
            if event == Event::InitializeOperationParametersResponse {
                session.initialized = true;
            }
            if session.unanswered.is_empty() {
                session.last_step
            } else {
                let step = session.unanswered.remove(0);
                self.steps[step].record.reply = Some(reply);
                step
            }
        } else if event == Event::SessionClosed {
            session.ended = true;
            let step = session.last_step;
            for step in std::mem::take(&mut session.unanswered) {
                self.steps[step].record.reply.get_or_insert(Reply::Closed);
            }
            step
        } else {
            session.started_by.unwrap_or(session.last_step)
        };
        self.record(step, Some(index), What::Received(event));
        Ok(())
    }

    /// Everything that was under way is over: what the steps did stands.
    fn settle(&mut self) {
        for index in 0..self.steps.len() {
            if std::mem::take(&mut self.steps[index].open) {
                self.note_effects(index);
            }
        }
        for session in &mut self.sessions {
            for step in std::mem::take(&mut session.unanswered) {
                self.steps[step].record.reply.get_or_insert(Reply::None);
            }
        }
        for taken in &mut self.steps {
            if taken.record.outcome == StepOutcome::Done && taken.record.session.is_some() {
                taken.record.reply.get_or_insert(Reply::None);
            }
        }
    }

    /// What a step that is done has led to; noted once.
    fn note_effects(&mut self, index: usize) {
        let tables = self.target.tables();
        let record = &mut self.steps[index].record;
        if record.after.is_none() {
            record.after = tables;
        }
        if let Some(session) = record.session {
            record
                .tracker
                .get_or_insert_with(|| self.sessions[session].client.state());
        }
    }

    fn pass_over(&mut self) {
        self.steps.push(Taken {
            record: StepRecord {
                outcome: StepOutcome::NotReached,
                session: None,
                reply: None,
                before: None,
                after: None,
                tracker: None,
            },
            open: false,
            start_pending: false,
        });
    }

    fn change(&mut self, index: usize, change: &Change) -> Result<(), TargetError> {
        let tables = self
            .target
            .tables()
            .unwrap_or_else(|| Arc::clone(&self.setup.tables));
        let key = self.key_of(change, &tables)?;
        let change = store_change(change, key, &self.case.world, &self.setup, &tables)?;
        self.target.change(&change)?;
        self.record(index, None, What::StoreChanged);
        Ok(())
    }

    /// The key of the row that a change names: by its id in the world, or the copy that a `created` item named.
    fn key_of(&self, change: &Change, tables: &Tables) -> Result<RowKey, TargetError> {
        match &change.row.target {
            RowTarget::World(row) => Ok(row_key(
                change.row.kind,
                *row,
                &self.case.world,
                &self.setup,
            )),
            RowTarget::Created(name) => self
                .created_key(name, tables)
                .ok_or_else(|| TargetError::Change(format!("no row `{name}` was created"))),
        }
    }

    fn created_key(&self, name: &str, tables: &Tables) -> Option<RowKey> {
        let created = self
            .case
            .steps
            .iter()
            .filter_map(|step| step.expect.as_ref())
            .chain([&self.case.expect])
            .filter_map(|expect| expect.created.as_ref())
            .flat_map(|created| &created.value)
            .find(|created| created.name.as_deref() == Some(name))?;
        let RowTarget::World(server) = created.server.target else {
            return None;
        };
        let (family, server) = row_key(RowKind::Server, server, &self.case.world, &self.setup);
        let subnet = match created.like.as_ref().map(|like| &like.target) {
            Some(RowTarget::World(scope)) => {
                Some(self.case.world.scopes[*scope].details.scope_id.to_string())
            }
            _ => None,
        };
        let stated = created
            .columns
            .iter()
            .find(|column| column.column == crate::scenario::Column::Subnet)
            .and_then(|column| column.values.first())
            .and_then(|value| {
                value
                    .value
                    .split_once('/')
                    .map(|(address, _)| address.to_owned())
            });
        let subnet = stated.or(subnet)?;
        let found = |id: RecordId| (family, id);
        tables
            .scopes
            .values()
            .find(|row| {
                row.family == family
                    && row.dhcp_server_record_id == server
                    && row.details.scope_id.to_string() == subnet
            })
            .map(|row| found(row.record_id))
    }

    fn record(&mut self, step: usize, session: Option<SessionIndex>, what: What) {
        self.log.push(Record {
            step,
            session,
            what,
        });
    }
}
