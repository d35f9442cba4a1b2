//! A reference for the simulator: which subnets each server has, what every session is about to say, and what passes
//! between them.
//!
//! Written from the document's steps and our rulings alone, over names and plain maps: no record ids, no tables. Three
//! servers, two relationships, IPv4 only; subtasks are told, percentages are not (OQ-7=status-only).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How many servers there are.
pub(crate) const SERVERS: usize = 3;
/// How many relationships there are.
pub(crate) const RELATIONS: usize = 2;
/// How many subnets scopes are made of.
pub(crate) const SUBNETS: u8 = 3;

/// A scope is told by its server and its subnet.
pub(crate) type Place = (usize, u8);

/// The columns of R-3-10 and R-4-10, beside ScopeId.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Columns {
    pub(crate) name: u8,
    pub(crate) activated: bool,
    pub(crate) subnet_delay: i64,
    /// Days; `None` for no end.
    pub(crate) lease: Option<u8>,
    pub(crate) bootp_only: bool,
}

/// A scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    /// Which row it is: rows that come later have a higher number, and none has it again.
    pub(crate) row: u32,
    pub(crate) columns: Columns,
    /// The relationships it is associated with, oldest first.
    pub(crate) relations: Vec<usize>,
}

/// What a partner does to a request that a rule takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Accepts,
    Refuses,
    AppliesAndFaults,
    /// So many seconds.
    TakesLong(u64),
}

/// A rule for the partners: it takes what goes to its server, lets some pass, then answers so, so many times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) server: Option<usize>,
    pub(crate) passes: u64,
    pub(crate) answer: Answer,
    pub(crate) times: Option<u64>,
    /// How many it has taken.
    pub(crate) taken: u64,
}

/// A scope as it stood when somebody looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) place: Place,
    pub(crate) row: u32,
    pub(crate) columns: Columns,
}

/// An operation and what it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Operation {
    ReplicateServer(usize),
    ReplicateScope(Vec<Place>),
    CreateDhcpScope(Place, Columns),
    EditDhcpScope(Place, Columns),
}

/// What happens to target and model alike.
#[derive(Debug, Clone)]
pub(crate) enum Transition {
    /// A session is opened, by an administrator or by nobody.
    Open {
        administrator: bool,
    },
    /// InitializeOperationParameters; the objects of scopes are as they stand now.
    Initialize(usize, Operation),
    /// StartOperationWithCallback.
    Start(usize),
    Keepalive(usize),
    /// The client is gone.
    Leave(usize),
    /// So many events are taken, or fewer if there are no more.
    Take(u8),
    /// So many seconds pass.
    Pass(u64),
    /// Somebody else edits a scope.
    Edit(Place, Columns),
    /// Somebody else gives a scope other associations.
    Associate(Place, Vec<usize>),
    /// Somebody else deletes a scope.
    Delete(Place),
    /// Somebody else changes the ends of a relationship.
    Relate(usize, Ends),
}

/// The two positions of a relationship; `None` is NULL.
pub(crate) type Ends = [Option<usize>; 2];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Opened,
    Initialized,
    Started,
    Ended,
}

/// What a session does next.
#[derive(Debug, Clone)]
enum Work {
    Begin(Request),
    Scopes(VecDeque<Seen>),
    /// The end was told.
    Told,
}

/// A request as it came: with the contents of the scopes at that time.
#[derive(Debug, Clone)]
enum Request {
    ReplicateServer(usize),
    ReplicateScope(Vec<Seen>),
    Create(Place, Columns),
    Edit(u32, Columns),
}

#[derive(Debug, Clone)]
struct Session {
    administrator: bool,
    state: State,
    request: Option<Request>,
    /// What is to be said: answers first, then what the operation has come to.
    answers: VecDeque<&'static str>,
    told: VecDeque<Say>,
    work: Option<Work>,
    waiting: u64,
    /// The inactivity timer (R-KA-2).
    heard: bool,
    grace: i32,
    until_tick: u64,
}

#[derive(Debug, Clone, Copy)]
enum Say {
    This(&'static str),
    Wait(u64),
}

/// An event: the session and what is said.
pub(crate) type Event = (usize, &'static str);

/// Everything there is.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) relations: [Ends; RELATIONS],
    pub(crate) scopes: BTreeMap<Place, Scope>,
    pub(crate) rules: Vec<Rule>,
    sessions: Vec<Session>,
    last: usize,
    rows: u32,
    /// What the last transition let be seen.
    pub(crate) events: Vec<Event>,
    /// What has occurred so far, for those who count.
    pub(crate) occurred: BTreeSet<String>,
}

const TICK: u64 = 15;
const GRACE: i32 = 3;
const SUCCESS: &str = "SetOverallStatus CompletedWithSuccess";
const FAILURE: &str = "SetOverallStatus CompletedWithFailure";

impl Model {
    pub(crate) fn new(
        relations: [Ends; RELATIONS],
        scopes: Vec<(Place, Columns, Vec<usize>)>,
        rules: Vec<Rule>,
    ) -> Self {
        let mut model = Self {
            relations,
            scopes: BTreeMap::new(),
            rules,
            sessions: Vec::new(),
            last: 0,
            rows: 0,
            events: Vec::new(),
            occurred: BTreeSet::new(),
        };
        for (place, columns, relations) in scopes {
            model.insert(place, columns, relations);
        }
        model
    }

    /// The scopes in the order of their rows.
    pub(crate) fn in_order(&self) -> Vec<(Place, &Scope)> {
        let mut scopes: Vec<_> = self.scopes.iter().map(|(at, scope)| (*at, scope)).collect();
        scopes.sort_by_key(|(_, scope)| scope.row);
        scopes
    }

    pub(crate) const fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// The sessions that wait for parameters.
    pub(crate) fn opened(&self) -> Vec<usize> {
        self.in_state(State::Opened)
    }

    /// The sessions that wait for their start, of those who may.
    pub(crate) fn initialized(&self) -> Vec<usize> {
        let mut found = self.in_state(State::Initialized);
        found.retain(|session| self.sessions[*session].administrator);
        found
    }

    fn in_state(&self, state: State) -> Vec<usize> {
        let is_so = |session: &usize| self.sessions[*session].state == state;
        (0..self.sessions.len()).filter(is_so).collect()
    }

    /// Whether something that a transition speaks of is there.
    pub(crate) fn allows(&self, transition: &Transition) -> bool {
        match transition {
            Transition::Open { .. } => self.sessions.len() < 6,
            Transition::Initialize(session, operation) => {
                let are_there = |places: &[Place]| {
                    let is_there = |place| self.scopes.contains_key(place);
                    places.iter().all(is_there)
                };
                *session < self.sessions.len()
                    && match operation {
                        Operation::ReplicateScope(places) => are_there(places),
                        Operation::EditDhcpScope(place, _) => are_there(&[*place]),
                        Operation::ReplicateServer(_) | Operation::CreateDhcpScope(..) => true,
                    }
            }
            Transition::Start(session)
            | Transition::Keepalive(session)
            | Transition::Leave(session) => *session < self.sessions.len(),
            Transition::Edit(place, _)
            | Transition::Associate(place, _)
            | Transition::Delete(place) => self.scopes.contains_key(place),
            Transition::Take(_) | Transition::Pass(_) | Transition::Relate(..) => true,
        }
    }

    pub(crate) fn apply(&mut self, transition: &Transition) {
        self.events.clear();
        match transition {
            Transition::Open { administrator } => self.sessions.push(Session {
                administrator: *administrator,
                state: State::Opened,
                request: None,
                answers: VecDeque::new(),
                told: VecDeque::new(),
                work: None,
                waiting: 0,
                heard: false,
                grace: GRACE,
                until_tick: TICK,
            }),
            Transition::Initialize(session, operation) => self.initialize(*session, operation),
            Transition::Start(session) => self.start(*session),
            Transition::Keepalive(session) => {
                self.hears(*session);
            }
            Transition::Leave(session) => {
                if self.sessions[*session].state == State::Started {
                    self.note("the client left a running operation");
                }
                self.sessions[*session].end();
            }
            Transition::Take(most) => {
                for _ in 0..*most {
                    match self.next() {
                        Some(event) => self.events.push(event),
                        None => break,
                    }
                }
            }
            Transition::Pass(seconds) => {
                for session in &mut self.sessions {
                    if session.pass(*seconds) {
                        self.occurred.insert("a session timed out".to_owned());
                    }
                }
            }
            Transition::Edit(place, columns) => {
                self.disturbs();
                if let Some(scope) = self.scopes.get_mut(place) {
                    scope.columns = *columns;
                }
            }
            Transition::Associate(place, relations) => {
                self.disturbs();
                if let Some(scope) = self.scopes.get_mut(place) {
                    scope.relations.clone_from(relations);
                }
            }
            Transition::Delete(place) => {
                self.disturbs();
                self.scopes.remove(place);
            }
            Transition::Relate(relation, ends) => {
                self.disturbs();
                self.relations[*relation] = *ends;
            }
        }
        if self.running() > 1 {
            self.note("two operations run at once");
        }
    }

    fn note(&mut self, what: &str) {
        self.occurred.insert(what.to_owned());
    }

    fn disturbs(&mut self) {
        let under_way = self.sessions.iter().any(
            |session| matches!(&session.work, Some(Work::Scopes(scopes)) if !scopes.is_empty()),
        );
        if under_way {
            self.note("the store is changed between two scopes");
        }
    }

    fn running(&self) -> usize {
        let has_scopes = |session: &&Session| matches!(session.work, Some(Work::Scopes(_)));
        self.sessions.iter().filter(has_scopes).count()
    }

    fn insert(&mut self, place: Place, columns: Columns, relations: Vec<usize>) {
        self.rows += 1;
        let scope = Scope {
            row: self.rows,
            columns,
            relations,
        };
        self.scopes.insert(place, scope);
    }

    fn see(&self, place: Place) -> Option<Seen> {
        self.scopes.get(&place).map(|scope| Seen {
            place,
            row: scope.row,
            columns: scope.columns,
        })
    }

    fn of_row(&self, row: u32) -> Option<Place> {
        let found = self.scopes.iter().find(|(_, scope)| scope.row == row);
        found.map(|(place, _)| *place)
    }

    /// A message reaches a session; whether it is still there to take it (R-SM-6, R-SM-7).
    fn hears(&mut self, session: usize) -> bool {
        let session = &mut self.sessions[session];
        session.heard |= session.state != State::Ended;
        session.state != State::Ended
    }

    fn initialize(&mut self, index: usize, operation: &Operation) {
        let request = match operation {
            Operation::ReplicateServer(server) => Request::ReplicateServer(*server),
            Operation::ReplicateScope(places) => {
                Request::ReplicateScope(places.iter().filter_map(|at| self.see(*at)).collect())
            }
            Operation::CreateDhcpScope(place, columns) => Request::Create(*place, *columns),
            Operation::EditDhcpScope(place, columns) => {
                let row = self.scopes.get(place).map_or(0, |scope| scope.row);
                Request::Edit(row, *columns)
            }
        };
        if !self.hears(index) {
            return;
        }
        let session = &mut self.sessions[index];
        if session.state == State::Started {
            session.answers.push_back("Fault");
            return;
        }
        // a second one takes the place of the first (OQ-17)
        session.state = State::Initialized;
        session.request = Some(request);
        session
            .answers
            .push_back("InitializeOperationParametersResponse");
    }

    fn start(&mut self, index: usize) {
        if !self.hears(index) {
            return;
        }
        let session = &mut self.sessions[index];
        match (session.state, session.request.take()) {
            (State::Initialized, Some(request)) if session.administrator => {
                session.state = State::Started;
                session.work = Some(Work::Begin(request));
                session.answers.extend([
                    "StartProgressCallback",
                    "StartOperationWithCallbackResponse",
                ]);
            }
            (State::Started, _) => session.answers.push_back("Fault"),
            // not allowed (R-PRE-1), or nothing to start (OQ-17)
            _ => {
                session.answers.extend(["Fault", "SessionClosed"]);
                session.state = State::Ended;
                self.note("a start is refused");
            }
        }
    }

    /// The next event: sessions take turns, beginning behind the one that spoke last.
    fn next(&mut self) -> Option<Event> {
        let count = self.sessions.len();
        for turn in 1..=count {
            let index = (self.last + turn) % count;
            if let Some(said) = self.speak(index) {
                self.last = index;
                return Some((index, said));
            }
        }
        None
    }

    fn speak(&mut self, index: usize) -> Option<&'static str> {
        loop {
            let session = &mut self.sessions[index];
            if let Some(answer) = session.answers.pop_front() {
                return Some(answer);
            }
            if session.waiting > 0 {
                return None;
            }
            match session.told.pop_front() {
                Some(Say::This(said)) => return Some(said),
                Some(Say::Wait(seconds)) => {
                    session.waiting = seconds;
                    continue;
                }
                None => {}
            }
            match session.work.take()? {
                Work::Told => {
                    session.answers.push_back("SessionClosed");
                    session.state = State::Ended;
                }
                Work::Begin(request) => self.begin(index, request),
                Work::Scopes(scopes) => self.next_scope(index, scopes),
            }
        }
    }

    fn begin(&mut self, index: usize, request: Request) {
        let (name, done) = match request {
            Request::ReplicateServer(server) => {
                let scopes: VecDeque<Seen> = self
                    .in_order()
                    .into_iter()
                    .filter(|(place, _)| place.0 == server)
                    .filter_map(|(place, _)| self.see(place))
                    .collect();
                if !scopes.is_empty() {
                    self.sessions[index].work = Some(Work::Scopes(scopes));
                    return;
                }
                // OQ-3
                ("ReplicateServer of nothing", false)
            }
            Request::ReplicateScope(scopes) if scopes.is_empty() => ("ReplicateScope", false),
            Request::ReplicateScope(scopes) => {
                self.sessions[index].work = Some(Work::Scopes(scopes.into()));
                return;
            }
            Request::Create(place, columns) => {
                let is_free = !self.scopes.contains_key(&place);
                if is_free {
                    self.insert(place, columns, Vec::new());
                }
                ("CreateDhcpScope", is_free)
            }
            Request::Edit(row, columns) => {
                let place = self.of_row(row);
                if let Some(scope) = place.and_then(|place| self.scopes.get_mut(&place)) {
                    scope.columns = columns;
                }
                ("EditDhcpScope", place.is_some())
            }
        };
        self.note(&format!("{name} {}", if done { "done" } else { "failed" }));
        self.tell_end(index, done);
    }

    fn tell_end(&mut self, index: usize, success: bool) {
        let end = if success { SUCCESS } else { FAILURE };
        let session = &mut self.sessions[index];
        session.told.push_back(Say::This(end));
        session.work = Some(Work::Told);
    }

    /// R-29-3 for one scope; the first fault ends the operation (OQ-15).
    fn next_scope(&mut self, index: usize, mut scopes: VecDeque<Seen>) {
        let Some(scope) = scopes.pop_front() else {
            self.note("replicated");
            return self.tell_end(index, true);
        };
        self.sessions[index].work = Some(Work::Scopes(scopes));
        // R-29-3a; of several associations the oldest (OQ-22)
        let associations = self.of_row(scope.row).and_then(|at| self.scopes.get(&at));
        let Some(relation) = associations.and_then(|row| row.relations.first()) else {
            return;
        };
        // R-29-4: the other end (OQ-1)
        let owner = Some(scope.place.0);
        let destination = match self.relations[*relation] {
            [first, second] if first == owner && second != owner => second,
            [first, second] if second == owner && first != owner => first,
            _ => return,
        };
        self.say(index, "AddSubTask");
        self.say(index, "SetSubTaskStatus InProgress");
        let stored = destination.is_some_and(|server| self.store(index, server, &scope));
        if stored {
            self.say(index, "SetSubTaskStatus CompletedWithSuccess");
        } else {
            self.say(index, "SetSubTaskStatus CompletedWithError");
            self.note("a scope failed");
            self.tell_end(index, false);
        }
    }

    fn say(&mut self, index: usize, what: &'static str) {
        self.sessions[index].told.push_back(Say::This(what));
    }

    /// R-29-6a, R-29-6b, as far as the partner lets it.
    fn store(&mut self, index: usize, server: usize, scope: &Seen) -> bool {
        let answer = self.ask(server);
        let place = (server, scope.place.1);
        if answer != Answer::Refuses {
            match self.scopes.get_mut(&place) {
                Some(copy) => {
                    copy.columns = scope.columns;
                    self.note("a copy is updated");
                }
                None => {
                    self.insert(place, scope.columns, Vec::new());
                    self.note("a copy is created");
                }
            }
        }
        if let Answer::TakesLong(seconds) = answer {
            self.sessions[index].told.push_back(Say::Wait(seconds));
        }
        self.note(&format!("the partner: {answer:?}"));
        matches!(answer, Answer::Accepts | Answer::TakesLong(_))
    }

    /// The first rule that is for the server and not spent takes the request.
    fn ask(&mut self, server: usize) -> Answer {
        for rule in &mut self.rules {
            let is_spent = rule
                .times
                .is_some_and(|times| rule.taken >= rule.passes + times);
            if is_spent || rule.server.is_some_and(|wanted| wanted != server) {
                continue;
            }
            rule.taken += 1;
            return if rule.taken > rule.passes {
                rule.answer
            } else {
                Answer::Accepts
            };
        }
        Answer::Accepts
    }
}

impl Session {
    fn end(&mut self) {
        self.state = State::Ended;
        self.work = None;
        self.waiting = 0;
        self.answers.clear();
        self.told.clear();
    }

    /// Whether it ends for want of messages: with none in a tick it loses patience, three times, then it is over.
    fn pass(&mut self, seconds: u64) -> bool {
        self.waiting = self.waiting.saturating_sub(seconds);
        let mut rest = seconds;
        while self.state != State::Ended {
            if rest < self.until_tick {
                self.until_tick -= rest;
                return false;
            }
            rest -= self.until_tick;
            self.until_tick = TICK;
            if std::mem::take(&mut self.heard) {
                self.grace = GRACE;
                continue;
            }
            self.grace -= 1;
            if self.grace < 0 {
                self.end();
                self.answers.push_back("SessionClosed");
                return true;
            }
        }
        false
    }
}
