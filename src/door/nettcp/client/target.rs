//! [`NetTcpTarget`]: the runner's calls on one side, connections on the other.

mod next;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use crate::door::nettcp::client::link::{Input, Link, PIECE, connect};
use crate::door::nettcp::client::options::NetTcpOptions;
use crate::door::remote::answer::Asked;
use crate::door::remote::control::Capabilities;
use crate::door::remote::conversation::{Conversation, Way};
use crate::door::remote::stage::Stage;
use crate::model::{ClientMessage, Tables, Value};
use crate::soap::{Envelope, message_id, write_client_message};
use crate::spec::{IpamAdminOperationId, Readings, RequirementId};
use crate::suite::{Progress, StoreChange, Target, TargetError};
use crate::trace::{Door, Form, SessionIndex, Shows};
use crate::wire::infoset;
use crate::wire::nbfx::Limits;
use crate::wire::nmf::{InitiatorEvent, NmfFault, Via};
use crate::world::{Caller, Setup};

/// How many pieces are taken in before somebody looks at them.
const PIECES: usize = 64;

/// What came in on a connection.
#[derive(Debug)]
enum Came {
    Bytes(Vec<u8>),
    /// The connection ended, for that reason if it was none of the peer's doing.
    End(Option<String>),
}

/// A session's connection.
#[derive(Debug)]
struct Wire {
    link: Link,
    /// Where it was opened, as messages name it.
    to: String,
    reader: AbortHandle,
    /// The server's name for the session, where it goes on only when we say so.
    id: Option<String>,
    sent: u64,
    /// Whether bytes went out below the framing: the server may end the session by itself.
    garbled: bool,
}

/// A target behind the protocol's own wire.
#[derive(Debug)]
pub struct NetTcpTarget {
    options: NetTcpOptions,
    conversation: Conversation,
    wires: Vec<Wire>,
    /// The session that spoke last: the next in turn is asked first.
    last: SessionIndex,
    form: Option<Form>,
    messages: usize,
    origin: Instant,
    sender: mpsc::Sender<(SessionIndex, Came)>,
    inbox: mpsc::Receiver<(SessionIndex, Came)>,
    tasks: JoinSet<()>,
    /// Last, so that its runtime outlives what runs on it.
    stage: Stage,
}

impl NetTcpTarget {
    /// A target that nothing has been said to. Connections are made when sessions are opened.
    ///
    /// # Errors
    /// When the system gives no runtime.
    pub fn new(options: NetTcpOptions) -> std::io::Result<Self> {
        let stage = Stage::new(options.control.clone(), options.bounds())?;
        let (sender, inbox) = mpsc::channel(PIECES);
        Ok(Self {
            conversation: conversation(&options),
            options,
            wires: Vec::new(),
            last: 0,
            form: None,
            messages: 0,
            origin: Instant::now(),
            sender,
            inbox,
            tasks: JoinSet::new(),
            stage,
        })
    }

    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Whether a session can be spoken to.
    fn speaks(&self, session: SessionIndex) -> bool {
        session < self.conversation.sessions() && self.conversation.is_open(session)
    }

    const fn offers(&self) -> &Capabilities {
        self.stage.offers()
    }

    fn clear(&mut self) {
        self.tasks.abort_all();
        self.tasks = JoinSet::new();
        for session in 0..self.wires.len() {
            if self.conversation.is_open(session) {
                self.stage.runtime.block_on(self.wires[session].link.end());
            }
        }
        self.wires.clear();
        self.stage.clear();
        let (sender, inbox) = mpsc::channel(PIECES);
        (self.sender, self.inbox) = (sender, inbox);
        self.conversation = conversation(&self.options);
        self.last = 0;
        self.form = None;
    }

    /// Takes in what has come.
    fn absorb(&mut self) {
        while let Ok((session, came)) = self.inbox.try_recv() {
            self.take(session, came);
        }
    }

    fn take(&mut self, session: SessionIndex, came: Came) {
        if !self.conversation.is_open(session) {
            return;
        }
        match came {
            Came::Bytes(bytes) => {
                self.wires[session].link.feed(&bytes);
                while self.conversation.is_open(session) && self.take_event(session) {}
            }
            Came::End(why) => {
                let now = self.now();
                // Deployed servers end a session so, without an End Record; inside a record nobody does.
                if let Err(error) = self.wires[session].link.eof()
                    && let NmfFault::Aborted {
                        in_record: true, ..
                    } = error.fault
                {
                    let found = why.unwrap_or_else(|| error.to_string());
                    self.garbled_framing(session, found, now);
                }
                self.conversation.closed(session, now);
            }
        }
    }

    fn garbled_framing(&mut self, session: SessionIndex, found: String, now: Duration) {
        let requirement = Some(RequirementId::R_TR_1);
        let (path, expected) = ("the framing", "records of [MC-NMF] in their order");
        self.conversation
            .garbled(session, requirement, path, expected, found, now);
    }

    /// Takes the next event that the bytes so far have; whether there was one.
    fn take_event(&mut self, session: SessionIndex) -> bool {
        let now = self.now();
        match self.wires[session].link.next_event() {
            Ok(None) => return false,
            Ok(Some(InitiatorEvent::Envelope(bytes))) => self.take_envelope(session, &bytes, now),
            Ok(Some(InitiatorEvent::EndReceived | InitiatorEvent::Done)) => {
                self.stage.runtime.block_on(self.wires[session].link.end());
                self.conversation.closed(session, now);
            }
            Ok(Some(InitiatorEvent::Open | InitiatorEvent::Upgrade)) => {}
            Err(error) => {
                // A server may end a session by a fault of the framing at any point ([MC-NMF] 3.1.4.11).
                if !matches!(error.fault, NmfFault::Fault { .. }) {
                    self.garbled_framing(session, error.to_string(), now);
                }
                let _ = self
                    .stage
                    .runtime
                    .block_on(self.wires[session].link.flush());
                self.hang_up(session);
                self.conversation.closed(session, now);
            }
        }
        true
    }

    fn take_envelope(&mut self, session: SessionIndex, bytes: &[u8], now: Duration) {
        self.conversation.received(bytes);
        let decoder = &mut self.wires[session].link.decoder;
        let expected = "a SOAP 1.2 envelope in binary XML";
        match infoset::decode(decoder, bytes, Limits::default()) {
            Ok(element) => match Envelope::from_element(element) {
                Ok(envelope) => self.conversation.heard(session, &envelope, now),
                Err(error) => {
                    let found = error.to_string();
                    self.conversation
                        .garbled(session, None, "the envelope", expected, found, now);
                }
            },
            Err(error) => {
                let found = error.to_string();
                self.conversation
                    .garbled(session, None, "the envelope", expected, found, now);
                // The string tables may be out of step: what follows could mean anything.
                self.hang_up(session);
                self.conversation.closed(session, now);
            }
        }
    }

    /// Lets go of a connection.
    fn hang_up(&mut self, session: SessionIndex) {
        let wire = &mut self.wires[session];
        wire.reader.abort();
        wire.link.drop_output();
    }

    /// Where sessions of that caller are opened, and the server's name for the one that is opened now.
    fn endpoint(&mut self, caller: &Caller) -> Result<(Via, Option<String>), TargetError> {
        let Some(endpoint) = self.stage.endpoint(caller)? else {
            return Ok((self.options.via.clone(), None));
        };
        if !self.offers().sets_turns() {
            return Ok((self.options.at_path(endpoint.path())?, None));
        }
        let (id, endpoint) = self.stage.ask("sessions", async |world| {
            world.open_session(&endpoint).await
        })?;
        Ok((self.options.at_path(endpoint.path())?, Some(id)))
    }

    /// The session is over for the client; the server learns it before anything else happens.
    fn leave(&mut self, session: SessionIndex) {
        self.conversation.end(session);
        if let Some(id) = &self.wires[session].id {
            self.stage.drop_session(id);
        }
    }
}

/// What is said on the sessions of one case.
const fn conversation(options: &NetTcpOptions) -> Conversation {
    Conversation::new(options.patience, Way::Same).keeping(options.kept_bytes)
}

/// Reads a connection until it ends or nobody listens.
async fn read(mut input: Input, session: SessionIndex, sender: mpsc::Sender<(SessionIndex, Came)>) {
    let mut piece = vec![0; PIECE];
    loop {
        let came = match input.read(&mut piece).await {
            Ok(0) => Came::End(None),
            Ok(count) => Came::Bytes(piece[..count].to_vec()),
            Err(error) => Came::End(Some(error.to_string())),
        };
        let ended = matches!(came, Came::End(_));
        if sender.send((session, came)).await.is_err() || ended {
            return;
        }
    }
}

impl Drop for NetTcpTarget {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Target for NetTcpTarget {
    fn door(&self) -> Door {
        Door::NetTcp
    }

    fn reset(&mut self, setup: &Setup, readings: &Readings) -> Result<(), TargetError> {
        self.clear();
        let options = &self.options;
        self.stage.set(|| options.host(), setup, readings)
    }

    fn open(&mut self, caller: &Caller) -> Result<SessionIndex, TargetError> {
        let (via, id) = self.endpoint(caller)?;
        let (time, follow) = (self.options.patience.timeout, self.options.follow);
        let to = via.to_string();
        let opening = async {
            let stream = connect(&via, time).await?;
            Link::open(stream, via, time, follow).await
        };
        let (link, input) = self.stage.runtime.block_on(opening)?;
        let session = self.conversation.open(self.origin.elapsed());
        let reading = read(input, session, self.sender.clone());
        let reader = self.tasks.spawn_on(reading, self.stage.runtime.handle());
        self.wires.push(Wire {
            link,
            to,
            reader,
            id,
            sent: 0,
            garbled: false,
        });
        Ok(session)
    }

    fn send(&mut self, session: SessionIndex, message: &ClientMessage) -> Result<(), TargetError> {
        self.absorb();
        if !self.speaks(session) {
            return Ok(());
        }
        let id = message_id(self.options.seed, session, self.messages);
        self.messages += 1;
        let to = &self.wires[session].to;
        let written = write_client_message(message, &id, Some(to), None);
        let asked = match message {
            ClientMessage::InitializeOperationParameters { .. } => Some(Asked::Initialize),
            ClientMessage::StartOperationWithCallback => Some(Asked::Start),
            ClientMessage::Raw { .. } => Some(Asked::Raw),
            ClientMessage::Keepalive | ClientMessage::CallbackOperation { .. } => None,
        };
        let now = self.now();
        match asked {
            Some(asked) => {
                self.conversation
                    .ask(session, asked, written.message_id.clone(), now);
            }
            None => self.conversation.tell(session, now),
        }
        let wire = &mut self.wires[session];
        wire.sent += 1;
        self.stage.runtime.block_on(wire.link.send(&written.xml));
        // What is done next has to find the message there.
        if let Some(id) = wire.id.clone() {
            let sent = wire.sent;
            self.stage
                .ask("sessions", async |world| world.taken(&id, sent).await)?;
        }
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
        let next = if self.offers().sets_turns() {
            self.next_by_turns()
        } else if self.offers().sets_time() {
            self.next_by_clock()
        } else {
            return self.next_in_real_time();
        };
        next.unwrap_or_else(|error| {
            self.stage.note(error);
            Progress::Quiet
        })
    }

    fn advance(&mut self, by: Duration) {
        self.stage.advance(by);
    }

    fn end(&mut self, session: SessionIndex) {
        self.leave(session);
        self.stage.runtime.block_on(self.wires[session].link.end());
    }

    fn lose(&mut self, session: SessionIndex) {
        self.leave(session);
        self.hang_up(session);
    }

    fn send_bytes(&mut self, session: SessionIndex, bytes: &[u8]) -> Result<(), TargetError> {
        self.absorb();
        if !self.speaks(session) {
            return Ok(());
        }
        // As for a message by hand: an answer, the end or silence is waited for.
        let now = self.now();
        self.conversation.ask(session, Asked::Raw, None, now);
        let wire = &mut self.wires[session];
        wire.garbled = true;
        self.stage.runtime.block_on(wire.link.send_bytes(bytes));
        Ok(())
    }

    fn change(&mut self, change: &StoreChange) -> Result<(), TargetError> {
        self.stage.change(change)
    }

    fn failure(&mut self) -> Option<TargetError> {
        self.stage.failure()
    }

    fn shows(&self) -> Shows {
        Shows {
            reply_order: true,
            session_end: true,
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
