//! [`HttpTarget`]: the runner's calls on one side, connections on the other.

mod next;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use crate::door::http::client::listener::{Listener, PostBounds, Posted};
use crate::door::http::client::options::HttpOptions;
use crate::door::remote::address::HttpAddress;
use crate::door::remote::answer::Asked;
use crate::door::remote::conversation::{Callbacks, Conversation};
use crate::door::remote::edge::{Answer, Call, Failure, Line};
use crate::door::remote::stage::Stage;
use crate::model::{ClientMessage, Tables, Value};
use crate::soap::{ENVELOPE_BYTES_MAX, Written, message_id, write_client_message};
use crate::spec::{IpamAdminOperationId, Readings};
use crate::suite::{Progress, StoreChange, Target, TargetError};
use crate::trace::{Door, Form, SessionIndex, Shows};
use crate::world::{Caller, Setup};

/// What is said on the sessions of one case.
fn conversation(options: &HttpOptions) -> Conversation {
    Conversation::new(options.patience, options.callbacks.into()).keeping(options.kept_bytes)
}

/// What came in from a task.
#[derive(Debug)]
enum Input {
    Answered(SessionIndex, u64, Result<Answer, Failure>, Line),
    Read(SessionIndex, Result<Answer, Failure>, Line),
    Told(SessionIndex, Result<Answer, Failure>, Line),
}

/// The connections of one session.
#[derive(Debug)]
struct Wire {
    endpoint: HttpAddress,
    /// Connections that nobody uses at the moment.
    idle: Vec<Line>,
    /// The connection on which callbacks are read; `None` while they are.
    reader: Option<Line>,
    /// The requests that were sent, to break them off.
    under_way: Vec<AbortHandle>,
}

/// A target behind SOAP 1.2 over HTTP.
#[derive(Debug)]
pub struct HttpTarget {
    options: HttpOptions,
    conversation: Conversation,
    wires: Vec<Wire>,
    /// The session that spoke last: the next in turn is asked first.
    last: SessionIndex,
    form: Option<Form>,
    /// Answers that came, until what can be read beside them has been read.
    held: Vec<Input>,
    /// Whether a request of which the first callback has just been read may be answered at any moment.
    answer_due: bool,
    messages: usize,
    reached: bool,
    origin: Instant,
    listener: Option<Listener>,
    sender: mpsc::UnboundedSender<Input>,
    inbox: mpsc::UnboundedReceiver<Input>,
    posted: mpsc::UnboundedReceiver<Posted>,
    tasks: JoinSet<()>,
    /// Last, so that its runtime outlives what runs on it.
    stage: Stage,
}

impl HttpTarget {
    /// A target that nothing has been said to. Connections are made when they are needed.
    ///
    /// # Errors
    /// When the system gives no runtime, or no port to listen on for posted callbacks.
    pub fn new(options: HttpOptions) -> std::io::Result<Self> {
        let stage = Stage::new(options.control.clone(), options.bounds())?;
        let (sender, inbox) = mpsc::unbounded_channel();
        let (post, posted) = mpsc::unbounded_channel();
        let listener = match options.callbacks {
            Callbacks::Polled => None,
            Callbacks::Posted => {
                let bounds = PostBounds {
                    bytes: ENVELOPE_BYTES_MAX,
                    time: options.patience.timeout,
                };
                Some(stage.runtime.block_on(Listener::start(post, bounds))?)
            }
        };
        Ok(Self {
            conversation: conversation(&options),
            options,
            wires: Vec::new(),
            last: 0,
            form: None,
            held: Vec::new(),
            answer_due: false,
            messages: 0,
            reached: false,
            origin: Instant::now(),
            listener,
            sender,
            inbox,
            posted,
            tasks: JoinSet::new(),
            stage,
        })
    }

    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    fn clear(&mut self) {
        self.tasks.abort_all();
        self.tasks = JoinSet::new();
        self.stage.clear();
        while self.inbox.try_recv().is_ok() {}
        while self.posted.try_recv().is_ok() {}
        self.wires.clear();
        self.conversation = conversation(&self.options);
        self.last = 0;
        self.form = None;
        self.held.clear();
        self.answer_due = false;
        self.reached = false;
    }

    /// Takes in what has come.
    fn absorb(&mut self) {
        while let Ok(input) = self.inbox.try_recv() {
            self.take(input);
        }
        while let Ok(posted) = self.posted.try_recv() {
            self.take_posted(&posted);
        }
    }

    fn take(&mut self, input: Input) {
        if let Input::Answered(session, _, Ok(answer), _) = &input
            && answer.status < 300
            && self.options.sets_time()
            && self.conversation.id(*session).is_some()
        {
            self.held.push(input);
        } else {
            self.take_now(input);
        }
    }

    /// Takes answers in, that of StartOperationWithCallback after its first callback: where both are ready at the same
    /// moment, the callback comes first whatever way was quicker.
    fn release(&mut self) {
        for input in std::mem::take(&mut self.held) {
            // Once its first callback was read, a reading would bring the next one.
            if let Input::Answered(session, ..) = &input
                && self.conversation.is_asked(*session)
            {
                self.read_now(*session);
            }
            self.take_now(input);
        }
    }

    /// Reads the callbacks of a session, where they can be read.
    fn read_now(&mut self, session: SessionIndex) {
        let readable = self.conversation.readable();
        let Some((_, id, after)) = readable.into_iter().find(|(at, ..)| *at == session) else {
            return;
        };
        let Some(mut line) = self.wires[session].reader.take() else {
            return;
        };
        let call = Call::get(self.wires[session].endpoint.events(&id, after, 0));
        let bounds = self.options.bounds();
        let answer = self.stage.runtime.block_on(line.exchange(&call, &bounds));
        self.wires[session].reader = Some(line);
        let now = self.now();
        self.conversation.read(session, &answer, now);
    }

    fn take_now(&mut self, input: Input) {
        let now = self.now();
        match input {
            Input::Answered(session, number, answer, line) => {
                self.wires[session].idle.push(line);
                self.conversation.answered(session, number, &answer, now);
            }
            Input::Told(session, answer, line) => {
                self.wires[session].idle.push(line);
                self.conversation.answered_unasked(session, &answer, now);
            }
            Input::Read(session, answer, line) => {
                self.wires[session].reader = Some(line);
                self.conversation.read(session, &answer, now);
            }
        }
    }

    fn take_posted(&mut self, posted: &Posted) {
        let now = self.now();
        match posted.session {
            Some(session) => {
                let content_type = posted.content_type.as_deref();
                self.conversation
                    .posted(session, content_type, &posted.body, now);
            }
            None => self.conversation.posted_elsewhere(&posted.path, now),
        }
    }

    /// The HTTP request that carries a message.
    fn request(&self, session: SessionIndex, written: &Written) -> Call {
        let wire = &self.wires[session];
        let mut content_type = "application/soap+xml; charset=utf-8".to_owned();
        let plain = |action: &&String| {
            action
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
        };
        if let Some(action) = written.action.as_ref().filter(plain) {
            content_type.push_str(&format!("; action=\"{action}\""));
        }
        let body = written.xml.clone().into_bytes();
        let mut call = Call::post(wire.endpoint.clone(), &content_type, body);
        for (name, value) in self.conversation.headers(session) {
            call = call.with(name, value);
        }
        call
    }
}

impl Drop for HttpTarget {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Target for HttpTarget {
    fn door(&self) -> Door {
        Door::Http
    }

    fn reset(&mut self, setup: &Setup, readings: &Readings) -> Result<(), TargetError> {
        self.clear();
        let address = &self.options.address;
        self.stage.set(|| Ok(address.clone()), setup, readings)
    }

    fn open(&mut self, caller: &Caller) -> Result<SessionIndex, TargetError> {
        let endpoint = self.stage.endpoint(caller)?;
        let endpoint = endpoint.unwrap_or_else(|| self.options.address.clone());
        self.wires.push(Wire {
            endpoint,
            idle: Vec::new(),
            reader: Some(Line::default()),
            under_way: Vec::new(),
        });
        Ok(self.conversation.open(self.now()))
    }

    fn send(&mut self, session: SessionIndex, message: &ClientMessage) -> Result<(), TargetError> {
        self.absorb();
        if session >= self.conversation.sessions() || !self.conversation.is_open(session) {
            return Ok(());
        }
        let id = message_id(self.options.seed, session, self.messages);
        self.messages += 1;
        let to = self.wires[session].endpoint.to_string();
        let reply_to = self
            .listener
            .as_ref()
            .map(|listener| listener.place(session));
        let written = write_client_message(message, &id, Some(&to), reply_to.as_deref());
        let call = self.request(session, &written);
        let mut line = self.wires[session].idle.pop().unwrap_or_default();
        let mut bounds = self.options.bounds();
        let connected = self
            .stage
            .runtime
            .block_on(line.connect(&call.address, &bounds));
        match connected {
            Ok(()) => self.reached = true,
            Err(failure) if !self.reached => {
                return Err(TargetError::Unreachable(failure.to_string()));
            }
            // It was there a moment ago: what follows shows in the exchange.
            Err(_) => {}
        }
        let asked = match message {
            ClientMessage::InitializeOperationParameters { .. } => Asked::Initialize,
            ClientMessage::StartOperationWithCallback => Asked::Start,
            ClientMessage::Raw { .. } => Asked::Raw,
            ClientMessage::Keepalive | ClientMessage::CallbackOperation { .. } => {
                self.conversation.tell(session, self.now());
                let answer = self.stage.runtime.block_on(line.exchange(&call, &bounds));
                self.take(Input::Told(session, answer, line));
                return Ok(());
            }
        };
        let now = self.now();
        let number = self
            .conversation
            .ask(session, asked, written.message_id, now);
        // The answer may stay away while callbacks come: the rules of the conversation say how long.
        bounds.head = bounds.head.saturating_mul(1000);
        let sender = self.sender.clone();
        let task = self.tasks.spawn_on(
            async move {
                let answer = line.exchange(&call, &bounds).await;
                let _ = sender.send(Input::Answered(session, number, answer, line));
            },
            self.stage.runtime.handle(),
        );
        self.wires[session].under_way.push(task);
        Ok(())
    }

    fn call(
        &mut self,
        _operation: IpamAdminOperationId,
        _paramters: Option<&Value>,
    ) -> Result<SessionIndex, TargetError> {
        Err(TargetError::Unsupported("a delegate to call directly"))
    }

    fn next(&mut self) -> Progress {
        if self.stage.is_broken() {
            return Progress::Quiet;
        }
        if self.options.sets_time() {
            self.next_by_clock().unwrap_or_else(|error| {
                self.stage.note(error);
                Progress::Quiet
            })
        } else {
            self.next_in_real_time()
        }
    }

    fn advance(&mut self, by: Duration) {
        self.stage.advance(by);
    }

    fn end(&mut self, session: SessionIndex) {
        let id = self.conversation.id(session).map(str::to_owned);
        self.conversation.end(session);
        // Every connection of the session is closed, with what is under way on it.
        let wire = &mut self.wires[session];
        wire.idle.clear();
        wire.reader = None;
        for task in wire.under_way.drain(..) {
            task.abort();
        }
        if let Some(id) = id.filter(|_| self.stage.has_world()) {
            self.stage.drop_session(&id);
        }
    }

    fn change(&mut self, change: &StoreChange) -> Result<(), TargetError> {
        self.stage.change(change)
    }

    fn failure(&mut self) -> Option<TargetError> {
        self.stage.failure()
    }

    fn shows(&self) -> Shows {
        Shows {
            reply_order: false,
            session_end: self.conversation.shows_end(),
            store: self.stage.shows_store(),
        }
    }

    fn form(&mut self) -> Option<Form> {
        self.form.take()
    }

    fn tables(&mut self) -> Option<Arc<Tables>> {
        self.stage.tables()
    }
}
