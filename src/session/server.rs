//! The server's end of a session ([MS-IPAMM2] 3.19.1.1, 3.19.4.3, 3.19.4.4, 3.1.4.2).
//!
//! ```text
//! Session Initialized --Initialize ok--> Initialized --Start--> Started --SetOverallStatus--> Completed --> ended
//!          |                                  |
//!          '--Initialize not ok: fault--> ended'--Start not allowed: fault--> ended
//! ```

use std::collections::VecDeque;
use std::time::Duration;

use crate::delegate::{Context, Execution, Step};
use crate::model::{
    Callback, ClientMessage, Event, FaultCode, IpamException, OperationParameters,
    ParametersObject, SoapFault, Value,
};
use crate::session::AdmUserAuthorizationData;
use crate::soap::{self, RequestError};
use crate::spec::{IpamExceptionId, Question};
use crate::world::{Caller, Role};

/// The length of the inactivity tick ([MS-IPAMM2] 3.1.5).
pub const INACTIVITY_TICK: Duration = Duration::from_secs(15);

/// The initial ADM_KeepaliveGraceCount ([MS-IPAMM2] 3.1.5).
const KEEPALIVE_GRACE_COUNT: i32 = 3;

/// The states of [MS-IPAMM2] 3.19.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServerState {
    /// Session Initialized.
    SessionInitialized,
    /// OperationWithProgress Initialized.
    Initialized,
    /// OperationWithProgress Started.
    Started,
    /// OperationWithProgress Completed.
    Completed,
    /// The session is over.
    Ended,
}

/// What surrounds every session of a server.
#[expect(
    missing_debug_implementations,
    reason = "a store behind a trait has none"
)]
pub struct Frame<'a> {
    /// What the delegates work with.
    pub context: Context<'a>,
    /// ADM_IsIPAMConfigured.
    pub provisioned: bool,
    /// ADM_IsSchemaConversionRequired.
    pub schema_conversion_required: bool,
    /// Own roles.
    pub roles: &'a [Role],
}

/// What a session has to say next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// This.
    Event(Event),
    /// Nothing until so much virtual time has passed.
    Wait(Duration),
    /// Nothing until a message comes.
    Quiet,
}

/// One session.
///
/// Give it messages with [`ServerSession::handle`], ask it for events with [`ServerSession::next`] until it is quiet,
/// and let virtual time pass with [`ServerSession::advance`].
#[derive(Debug, Clone)]
pub struct ServerSession {
    state: ServerState,
    authorization: AdmUserAuthorizationData,
    /// IpamOperationWithProgressParameter ([MS-IPAMM2] 3.19.1.2).
    parameters: Option<OperationParameters>,
    execution: Option<Execution>,
    /// Whether StartOperationWithCallback still waits for its answer.
    owes_answer: bool,
    /// Whether an answer that comes last is to be a fault (OQ-8).
    fault_answer: Option<IpamException>,
    outbox: VecDeque<Event>,
    waiting: Duration,
    message_received_since_last_timer_tick: bool,
    keepalive_grace_count: i32,
    until_tick: Duration,
}

impl ServerSession {
    /// A new session of that caller (R-SM-1, R-AUTH-13).
    #[must_use]
    pub fn open(caller: &Caller) -> Self {
        Self {
            state: ServerState::SessionInitialized,
            authorization: AdmUserAuthorizationData::of(caller),
            parameters: None,
            execution: None,
            owes_answer: false,
            fault_answer: None,
            outbox: VecDeque::new(),
            waiting: Duration::ZERO,
            message_received_since_last_timer_tick: false,
            keepalive_grace_count: KEEPALIVE_GRACE_COUNT,
            until_tick: INACTIVITY_TICK,
        }
    }

    /// Its state.
    #[must_use]
    pub const fn state(&self) -> ServerState {
        self.state
    }

    /// Takes a message. Nothing is processed once the session is over (R-SM-6, R-SM-7).
    pub fn handle(&mut self, message: &ClientMessage, frame: &mut Frame<'_>) {
        if self.state == ServerState::Ended {
            return;
        }
        // R-PRE-2
        self.message_received_since_last_timer_tick = true;
        match message {
            ClientMessage::InitializeOperationParameters { paramters } => {
                self.initialize(paramters.as_ref(), frame);
            }
            ClientMessage::StartOperationWithCallback => self.start(frame),
            // R-KA-1, R-SM-9
            ClientMessage::Keepalive | ClientMessage::CallbackOperation { .. } => {}
            ClientMessage::Raw { action, xml } => {
                match soap::read_request(action.as_deref(), xml) {
                    Ok(message) => self.handle(&message, frame),
                    Err(error) => self.refuse_with(refusal(&error)),
                }
            }
        }
    }

    /// What the session has to say next.
    pub fn next(&mut self, frame: &mut Frame<'_>) -> Next {
        loop {
            if let Some(event) = self.outbox.pop_front() {
                return Next::Event(event);
            }
            if !self.waiting.is_zero() {
                return Next::Wait(self.waiting);
            }
            let Some(execution) = &mut self.execution else {
                return Next::Quiet;
            };
            match execution.next(&mut frame.context) {
                Some(Step::Callback(callback)) => {
                    if let Some(fault) = failure_of(&callback) {
                        self.fault_answer = Some(fault);
                    }
                    return Next::Event(Event::Callback(callback));
                }
                Some(Step::Wait(time)) => self.waiting = time,
                None => self.complete(frame),
            }
        }
    }

    /// Whether it has something to say that takes no step of the operation: a reply, a fault, the end.
    #[must_use]
    pub fn has_ready(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// How long the operation waits for the partner, as far as it has come; `None` where it does not wait.
    #[must_use]
    pub fn waits(&self) -> Option<Duration> {
        (!self.waiting.is_zero()).then_some(self.waiting)
    }

    /// How long until the inactivity timer ticks; `None` once the session is over.
    #[must_use]
    pub fn until_tick(&self) -> Option<Duration> {
        (self.state != ServerState::Ended).then_some(self.until_tick)
    }

    /// A message came that is none of the protocol: this fault, and the session is over (R-FAULT-1).
    pub fn reject(&mut self, fault: SoapFault) {
        if self.state != ServerState::Ended {
            self.refuse_with(fault);
        }
    }

    /// Virtual time passes. The inactivity timer ticks (R-KA-2).
    pub fn advance(&mut self, by: Duration) {
        self.waiting = self.waiting.saturating_sub(by);
        let mut rest = by;
        while self.state != ServerState::Ended {
            if rest < self.until_tick {
                self.until_tick -= rest;
                return;
            }
            rest -= self.until_tick;
            self.until_tick = INACTIVITY_TICK;
            self.tick();
        }
    }

    /// The client closed the session, or the connection is lost (R-SM-7).
    pub fn end(&mut self) {
        self.state = ServerState::Ended;
        self.execution = None;
        self.waiting = Duration::ZERO;
        self.outbox.clear();
    }

    fn tick(&mut self) {
        if std::mem::take(&mut self.message_received_since_last_timer_tick) {
            self.keepalive_grace_count = KEEPALIVE_GRACE_COUNT;
            return;
        }
        self.keepalive_grace_count -= 1;
        if self.keepalive_grace_count < 0 {
            self.end();
            self.outbox.push_back(Event::SessionClosed);
        }
    }

    /// [MS-IPAMM2] 3.19.4.3 InitializeOperationParameters.
    fn initialize(&mut self, paramters: Option<&Value>, frame: &Frame<'_>) {
        // R-AUTH-2, R-INIT-8: everybody may.
        if let Some(fault) = unavailable(frame) {
            return self.refuse(Some(fault));
        }
        if self.state == ServerState::Started {
            // Not described; the running operation is not disturbed.
            let fault =
                IpamException::new(IpamExceptionId::GENERIC_ERROR, "the operation has started");
            return self
                .outbox
                .push_back(Event::Fault(SoapFault::sender(Some(fault))));
        }
        let invalid = |message: &str| {
            Some(IpamException::new(
                IpamExceptionId::INVALID_PARAMETER,
                message,
            ))
        };
        // R-INIT-2
        let Some(value) = paramters else {
            return self.refuse(invalid("paramters is absent"));
        };
        let parameters = match OperationParameters::decode(value) {
            Ok(Some(parameters)) => parameters,
            Ok(None) => return self.refuse(invalid("paramters is NULL")),
            // R-INIT-3, R-INIT-4: the message could not be decoded, so there is no IpamException to tell it.
            Err(_) => return self.refuse(None),
        };
        // OQ-8: a strict server looks at the object now.
        if frame.context.readings.is(Question::OQ8, "strict") && !fits(&parameters) {
            return self.refuse(invalid("the parameters are not those of the operation"));
        }
        // R-INIT-1, R-INIT-5, R-INIT-6, R-SM-2; a second one replaces the first (OQ-17).
        self.parameters = Some(parameters);
        self.state = ServerState::Initialized;
        self.outbox
            .push_back(Event::InitializeOperationParametersResponse);
    }

    /// [MS-IPAMM2] 3.19.4.4 StartOperationWithCallback.
    fn start(&mut self, frame: &Frame<'_>) {
        match self.state {
            ServerState::Initialized => {}
            // OQ-17
            ServerState::SessionInitialized => {
                if frame.context.readings.is(Question::OQ17, "fault")
                    || unavailable(frame).is_some()
                {
                    let fault = unavailable(frame).unwrap_or_else(|| {
                        IpamException::new(
                            IpamExceptionId::INVALID_PARAMETER,
                            "no parameters were given before the start",
                        )
                    });
                    return self.refuse(Some(fault));
                }
            }
            ServerState::Started | ServerState::Completed | ServerState::Ended => {
                let fault =
                    IpamException::new(IpamExceptionId::GENERIC_ERROR, "the operation has started");
                return self
                    .outbox
                    .push_back(Event::Fault(SoapFault::sender(Some(fault))));
            }
        }
        // R-PRE-1, R-PRE-5, R-AUTH-1, R-AUTH-12 as ruled in OQ-13
        let parameters = self.parameters.take();
        if let Some(parameters) = &parameters {
            let allowed = self.authorization.may_start(
                parameters.operation_id,
                Some(&parameters.object),
                frame.roles,
                frame.context.readings,
                frame.context.store,
            );
            if !allowed {
                return self.refuse(Some(IpamException::new(
                    IpamExceptionId::INSUFFICIENT_PRIVILEGE,
                    "the user may not run this operation",
                )));
            }
        }
        if let Some(fault) = unavailable(frame) {
            return self.refuse(Some(fault));
        }
        // R-START-1, R-START-2, R-SM-3
        let operation = parameters.as_ref().map_or(
            crate::spec::IpamAdminOperationId::ReplicateServer,
            |parameters| parameters.operation_id,
        );
        self.state = ServerState::Started;
        self.execution = Some(Execution::new(operation, parameters));
        let started = Event::Callback(Callback::StartProgressCallback {
            is_non_deterministic: Some(false),
        });
        // R-START-3 in the order of OQ-10
        let readings = frame.context.readings;
        let waits_for_the_end =
            readings.is(Question::OQ10, "last") || readings.is(Question::OQ8, "fault-reply");
        self.owes_answer = waits_for_the_end;
        if waits_for_the_end {
            self.outbox.push_back(started);
        } else if readings.is(Question::OQ10, "first") {
            self.outbox
                .push_back(Event::StartOperationWithCallbackResponse);
            self.outbox.push_back(started);
        } else {
            self.outbox.push_back(started);
            self.outbox
                .push_back(Event::StartOperationWithCallbackResponse);
        }
    }

    /// R-SM-5, R-SM-6: SetOverallStatus was sent; what is owed is answered, and the session is closed.
    fn complete(&mut self, frame: &Frame<'_>) {
        self.execution = None;
        self.state = ServerState::Completed;
        if std::mem::take(&mut self.owes_answer) {
            let fault = self
                .fault_answer
                .take()
                .filter(|_| frame.context.readings.is(Question::OQ8, "fault-reply"));
            self.outbox.push_back(
                fault.map_or(Event::StartOperationWithCallbackResponse, |fault| {
                    Event::Fault(SoapFault::sender(Some(fault)))
                }),
            );
        }
        self.outbox.push_back(Event::SessionClosed);
        self.state = ServerState::Ended;
    }

    /// R-FAULT-1, R-INIT-7: a fault reply, and the session is over.
    fn refuse(&mut self, detail: Option<IpamException>) {
        self.refuse_with(SoapFault::sender(detail));
    }

    fn refuse_with(&mut self, fault: SoapFault) {
        self.outbox.push_back(Event::Fault(fault));
        self.outbox.push_back(Event::SessionClosed);
        self.state = ServerState::Ended;
        self.execution = None;
    }
}

/// The fault that answers a message that is none of the protocol.
///
/// What SOAP itself does not let in is answered with SOAP's own code, and no detail: that would speak of the body.
#[must_use]
pub fn refusal(error: &RequestError) -> SoapFault {
    match error.fault_code() {
        FaultCode::Sender => SoapFault::sender(Some(IpamException::new(
            IpamExceptionId::INVALID_PARAMETER,
            error.to_string(),
        ))),
        code => SoapFault {
            code,
            reason: error.to_string(),
            detail: None,
        },
    }
}

/// R-PRE-3, R-PRE-4.
fn unavailable(frame: &Frame<'_>) -> Option<IpamException> {
    if !frame.provisioned {
        Some(IpamException::new(
            IpamExceptionId::NOT_PROVISIONED,
            "the data store is not provisioned",
        ))
    } else if frame.schema_conversion_required {
        Some(IpamException::new(
            IpamExceptionId::CONVERSION_REQUIRED,
            "the data store's schema has to be converted first",
        ))
    } else {
        None
    }
}

/// Whether parameters are of the type of their operation, with a server where one is needed (OQ-8, strict).
fn fits(parameters: &OperationParameters) -> bool {
    let object = &parameters.object;
    Some(object.type_name()) == crate::spec::parameters::parameters_type(parameters.operation_id)
        && !matches!(
            object,
            ParametersObject::ReplicateServerParameters { server: None }
        )
}

fn failure_of(callback: &Callback) -> Option<IpamException> {
    match callback {
        Callback::SetOverallStatus {
            completion_status: Some(status),
            ..
        } => status.exception().cloned(),
        _ => None,
    }
}
