//! The operations of a trace: what was asked, what came back, and the store around it.

use std::sync::Arc;

use crate::model::{Callback, ClientMessage, Event, Tables, Terminal, Value};
use crate::spec::{IpamAdminOperationId, Question, Readings, RequirementId};
use crate::trace::{SessionIndex, Trace, What};
use crate::world::Caller;

/// An event with its number in the trace.
pub(super) type Numbered<'a, T> = (usize, &'a T);

/// One exchange with the server that is judged as a whole.
#[derive(Debug)]
pub(super) struct Operation<'a> {
    /// The session.
    pub(super) session: SessionIndex,
    /// The step that asked.
    pub(super) step: usize,
    /// Who opened the session.
    pub(super) caller: &'a Caller,
    /// What was asked.
    pub(super) request: Request<'a>,
    /// The store when it was asked.
    pub(super) before: Option<Arc<Tables>>,
    /// The store when it was over.
    pub(super) after: Option<Arc<Tables>>,
    /// The answer: response or fault.
    pub(super) answer: Option<Numbered<'a, Event>>,
    /// Answers beyond the first, or to nothing, and the message sent last if it is one that asks for none.
    pub(super) surplus_answers: Vec<(Numbered<'a, Event>, Option<&'a ClientMessage>)>,
    /// The callbacks from here up to the next operation of the session.
    pub(super) callbacks: Vec<Numbered<'a, Callback>>,
    /// The server's closing the session.
    pub(super) closed: Option<usize>,
    /// The session was over before this was asked.
    pub(super) after_end: bool,
    /// The client ended the session before the server could finish.
    pub(super) cut_short: bool,
    /// Somebody else wrote to the store meanwhile.
    pub(super) disturbed: bool,
    /// OQ-2 is read word by word.
    every_delegate_reports: bool,
}

/// What was asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Request<'a> {
    /// The session was opened: whatever comes before any request.
    Open,
    /// InitializeOperationParameters.
    Initialize(Option<&'a Value>),
    /// StartOperationWithCallback, with the parameters that were accepted before, if any.
    Start(Stored<'a>),
    /// A second StartOperationWithCallback, or an InitializeOperationParameters after the start.
    Late {
        /// Which of the two.
        name: &'static str,
        /// The operation had ended before.
        after_completion: bool,
    },
    /// The delegate itself.
    Call(IpamAdminOperationId, Option<&'a Value>),
    /// A message written by hand.
    Raw,
}

/// The parameters in a session when its operation is started.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stored<'a> {
    /// None were accepted.
    Nothing,
    /// These.
    Accepted(Option<&'a Value>),
    /// Those of a message that was written by hand.
    Unknown,
}

impl Operation<'_> {
    /// Whether the request starts an operation whose end is reported by callbacks.
    pub(super) const fn starts(&self) -> bool {
        matches!(self.request, Request::Start(_) | Request::Call(..))
    }

    /// The first StartProgressCallback.
    pub(super) fn started(&self) -> Option<usize> {
        self.callbacks
            .iter()
            .find(|(_, callback)| matches!(callback, Callback::StartProgressCallback { .. }))
            .map(|(number, _)| *number)
    }

    /// The Completed value that ends the operation: the first; the last where every delegate of the chain reports
    /// (OQ-2, read word by word), since the outermost speaks last.
    pub(super) fn terminal(&self) -> Option<(usize, Terminal)> {
        let mut values = self.callbacks.iter().filter_map(|(number, callback)| {
            callback.terminal().map(|terminal| (*number, terminal))
        });
        if self.every_delegate_reports {
            values.next_back()
        } else {
            values.next()
        }
    }

    /// The operation that is run, where it is known.
    pub(super) fn id(&self) -> Option<IpamAdminOperationId> {
        match self.request {
            Request::Call(id, _) => Some(id),
            Request::Start(Stored::Accepted(Some(Value::Object(object)))) => {
                match object.member("OperationId") {
                    Some(Value::Text(name)) => IpamAdminOperationId::from_name(name),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The requirement that the details of a failure are told: that of the delegate which the client asked for.
    pub(super) fn failure_details(&self) -> RequirementId {
        match self.id() {
            Some(IpamAdminOperationId::ReplicateServer) => RequirementId::R_31_7,
            Some(IpamAdminOperationId::ReplicateScope) => RequirementId::R_29_8,
            Some(IpamAdminOperationId::CreateDhcpScope) => RequirementId::R_3_20,
            Some(IpamAdminOperationId::EditDhcpScope) => RequirementId::R_4_20,
            _ => RequirementId::R_PROC_2,
        }
    }

    /// Whether the answer is a fault.
    pub(super) const fn faulted(&self) -> bool {
        matches!(self.answer, Some((_, Event::Fault(_))))
    }
}

/// Cuts a trace into its operations, in the order they were asked for.
pub(super) fn operations<'a>(trace: &'a Trace, readings: &Readings) -> Vec<Operation<'a>> {
    let mut operations: Vec<Operation<'a>> = Vec::new();
    // For each session: its last operation of all, the requests without an answer, and what was accepted.
    let mut sessions: Vec<SessionView<'a>> = Vec::new();
    static DIRECT: Caller = Caller {
        groups: Vec::new(),
        policies: Vec::new(),
        local_administrator: false,
    };
    let mut number = 0;
    for record in &trace.log {
        let mut view = record.session.map(|session| {
            while sessions.len() <= session {
                sessions.push(SessionView::default());
            }
            &mut sessions[session]
        });
        let current = view.as_ref().and_then(|view| view.current);
        let current = current.map(|current| &operations[current]);
        let completed = current.is_some_and(is_over);
        let running = current.is_some_and(Operation::starts) && !completed;
        let mut open = |view: &SessionView<'a>, request, before| {
            operations.push(Operation {
                session: record.session.unwrap_or(0),
                step: record.step,
                caller: view.caller.unwrap_or(&DIRECT),
                request,
                before,
                after: None,
                answer: None,
                surplus_answers: Vec::new(),
                callbacks: Vec::new(),
                closed: None,
                after_end: view.ended,
                cut_short: false,
                disturbed: false,
                every_delegate_reports: readings.is(Question::OQ2, "literal"),
            });
            operations.len() - 1
        };
        match (&record.what, &mut view) {
            (What::Opened { caller }, Some(view)) => {
                view.caller = Some(caller);
                view.current = Some(open(view, Request::Open, None));
            }
            (What::Sent { message, before }, Some(view)) => {
                let request = view.request(message, completed);
                view.unasked = request.is_none().then_some(message);
                view.unasked_answered = false;
                if let Some(request) = request {
                    let index = open(view, request, before.clone());
                    view.unanswered.push(index);
                    // What callbacks belong to stays the running operation while one runs.
                    let takes_over = match request {
                        Request::Late { .. } => completed,
                        Request::Raw => !running,
                        _ => true,
                    };
                    if takes_over {
                        view.current = Some(index);
                    }
                    if matches!(request, Request::Start(_)) {
                        view.started = true;
                    }
                }
            }
            (
                What::Called {
                    operation,
                    paramters,
                    before,
                },
                Some(view),
            ) => {
                let request = Request::Call(*operation, paramters.as_ref());
                view.current = Some(open(view, request, before.clone()));
            }
            (What::Received(event), Some(view)) => {
                let event_number = number;
                number += 1;
                receive(view, &mut operations, event_number, event);
            }
            (What::Received(_), None) => number += 1,
            (What::ClosedByClient | What::Dropped, Some(view)) => {
                view.ended = true;
                for operation in operations
                    .iter_mut()
                    .filter(|operation| Some(operation.session) == record.session)
                {
                    operation.cut_short |= operation.starts() && operation.terminal().is_none();
                }
            }
            (What::StoreChanged, _) => {
                for operation in &mut operations {
                    operation.disturbed |=
                        operation.starts() && operation.step < record.step && !is_over(operation);
                }
            }
            _ => {}
        }
    }
    finish(trace, &mut operations);
    operations
}

#[derive(Default)]
struct SessionView<'a> {
    caller: Option<&'a Caller>,
    /// The operation that callbacks belong to.
    current: Option<usize>,
    unanswered: Vec<usize>,
    /// The last message, if it asks for no answer.
    unasked: Option<&'a ClientMessage>,
    /// Whether a request sent before it was answered after it.
    unasked_answered: bool,
    accepted: Option<Stored<'a>>,
    started: bool,
    ended: bool,
}

impl<'a> SessionView<'a> {
    fn request(&self, message: &'a ClientMessage, completed: bool) -> Option<Request<'a>> {
        let late = |name| {
            Some(Request::Late {
                name,
                after_completion: completed,
            })
        };
        match message {
            ClientMessage::InitializeOperationParameters { .. } if self.started => {
                late("InitializeOperationParameters")
            }
            ClientMessage::InitializeOperationParameters { paramters } => {
                Some(Request::Initialize(paramters.as_ref()))
            }
            ClientMessage::StartOperationWithCallback if self.started => {
                late("StartOperationWithCallback")
            }
            ClientMessage::StartOperationWithCallback => {
                Some(Request::Start(self.accepted.unwrap_or(Stored::Nothing)))
            }
            ClientMessage::Raw { .. } => Some(Request::Raw),
            ClientMessage::Keepalive | ClientMessage::CallbackOperation { .. } => None,
        }
    }
}

fn receive<'a>(
    view: &mut SessionView<'a>,
    operations: &mut [Operation<'a>],
    number: usize,
    event: &'a Event,
) {
    match event {
        Event::Callback(callback) => {
            if let Some(current) = view.current {
                operations[current].callbacks.push((number, callback));
            }
        }
        Event::SessionClosed => {
            view.ended = true;
            if let Some(current) = view.current {
                operations[current].closed = Some(number);
            }
        }
        // Its form is judged; whoever waits for an answer still does.
        Event::Unintelligible(_) => {}
        answer => {
            if view.unanswered.is_empty() {
                if let Some(current) = view.current {
                    let operation = &mut operations[current];
                    // A second response of the same kind is the request's own. So may a second fault be, if the first
                    // came after that message as well.
                    let fault = matches!(answer, Event::Fault(_));
                    let again = (view.unasked_answered || !fault)
                        && operation
                            .answer
                            .is_some_and(|(_, first)| first.name() == answer.name());
                    let unasked = view.unasked.filter(|_| !again);
                    operation.surplus_answers.push(((number, answer), unasked));
                }
                return;
            }
            // A response says which request it answers; a fault in process does not: it answers the last one that a
            // running operation leaves open, since that operation's own answer may come at its end.
            let fits = |operation: &Operation<'_>| match answer {
                Event::InitializeOperationParametersResponse => {
                    matches!(operation.request, Request::Initialize(_) | Request::Raw)
                }
                Event::StartOperationWithCallbackResponse => {
                    matches!(operation.request, Request::Start(_) | Request::Raw)
                }
                _ => true,
            };
            let open = || view.unanswered.iter().copied().enumerate();
            let is_over = |index: usize| operations[index].terminal().is_some();
            let late = open().find(|(_, index)| {
                matches!(answer, Event::Fault(_))
                    && matches!(operations[*index].request, Request::Late { .. })
                    && !view.current.is_some_and(is_over)
            });
            let place = late
                .or_else(|| open().find(|(_, index)| fits(&operations[*index])))
                .map_or(0, |(place, _)| place);
            let index = view.unanswered.remove(place);
            operations[index].answer = Some((number, answer));
            view.unasked_answered = view.unasked.is_some();
            match (operations[index].request, answer) {
                (Request::Initialize(paramters), Event::InitializeOperationParametersResponse) => {
                    view.accepted = Some(Stored::Accepted(paramters));
                }
                (Request::Raw, Event::InitializeOperationParametersResponse) => {
                    view.accepted = Some(Stored::Unknown);
                }
                _ => {}
            }
        }
    }
}

fn is_over(operation: &Operation<'_>) -> bool {
    operation.terminal().is_some() || (operation.started().is_none() && operation.faulted())
}

/// The store after an operation is that of its step, when the step asked for nothing later; two operations that ran
/// at the same time disturb each other.
fn finish(trace: &Trace, operations: &mut [Operation<'_>]) {
    let steps: Vec<usize> = operations.iter().map(|operation| operation.step).collect();
    let starting: Vec<usize> = operations
        .iter()
        .filter(|operation| operation.starts())
        .map(|operation| operation.step)
        .collect();
    for (index, operation) in operations.iter_mut().enumerate() {
        let record = trace.steps.get(operation.step);
        // The initialize of a `replicate` is over when its start is sent.
        let is_last_of_step = !steps[index + 1..].contains(&operation.step);
        operation.after = if is_last_of_step {
            record.and_then(|record| record.after.clone())
        } else {
            None
        };
        if operation.starts()
            && let Some(before) = record.and_then(|record| record.before.as_ref())
            && let Some(after) = &operation.after
        {
            // Steps whose effects settled together share one copy of the store.
            let overlapping = starting.iter().any(|other| {
                *other != operation.step
                    && trace.steps.get(*other).is_some_and(|record| {
                        record
                            .after
                            .as_ref()
                            .is_some_and(|other_after| Arc::ptr_eq(other_after, after))
                            && record.before.as_ref().is_some_and(|other_before| {
                                Arc::ptr_eq(other_before, before) && !Arc::ptr_eq(before, after)
                            })
                    })
            });
            operation.disturbed |= overlapping;
        }
    }
}
