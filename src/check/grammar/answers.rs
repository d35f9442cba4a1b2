//! The answers to requests: each request has one, of its own kind, and faults have their form.

use super::*;

impl Grammar<'_> {
    /// Each request is answered exactly once; what is no request, never.
    pub(super) fn answers(&mut self) {
        use RequirementId as R;
        let operation = self.operation;
        if self.door != Door::Delegate && !operation.after_end {
            let found = || "no answer, and no end of the session".to_owned();
            match operation.request {
                Request::Initialize(_) => {
                    let answered = operation.answer.is_some() || operation.closed.is_some();
                    self.expect(
                        answered,
                        R::R_INIT_6,
                        Grade::Hard,
                        "initialize-answered",
                        None,
                        || {
                            (
                                "InitializeOperationParametersResponse or a fault".to_owned(),
                                found(),
                            )
                        },
                    );
                }
                Request::Start(_) if !operation.cut_short => {
                    let answered = operation.answer.is_some();
                    self.expect(
                        answered,
                        R::R_START_3,
                        Grade::Hard,
                        "start-answered",
                        None,
                        || {
                            (
                                "StartOperationWithCallbackResponse or a fault".to_owned(),
                                found(),
                            )
                        },
                    );
                }
                _ => {}
            }
        }
        if let (Request::Initialize(_), Some((number, event))) =
            (operation.request, operation.answer)
        {
            let fits = !matches!(event, Event::StartOperationWithCallbackResponse);
            self.expect(
                fits,
                R::R_INIT_6,
                Grade::Hard,
                "answer-belongs-to-request",
                Some(number),
                || {
                    (
                        "InitializeOperationParametersResponse or a fault".to_owned(),
                        event.name().to_owned(),
                    )
                },
            );
        }
        if let (Request::Start(_), Some((number, event))) = (operation.request, operation.answer) {
            let fits = !matches!(event, Event::InitializeOperationParametersResponse);
            self.expect(
                fits,
                R::R_START_3,
                Grade::Hard,
                "answer-belongs-to-request",
                Some(number),
                || {
                    (
                        "StartOperationWithCallbackResponse or a fault".to_owned(),
                        event.name().to_owned(),
                    )
                },
            );
        }
        self.surplus_answers();
        if let Some((number, Event::Fault(fault))) = operation.answer {
            self.fault(number, fault);
        }
    }

    /// Keepalive and the callback operations are ignored; a request has one answer.
    pub(super) fn surplus_answers(&mut self) {
        use RequirementId as R;
        if self.door == Door::Delegate {
            return;
        }
        let operation = self.operation;
        let own = match operation.request {
            Request::Initialize(_) => R::R_INIT_6,
            Request::Open => R::R_KA_1,
            _ => R::R_START_3,
        };
        if operation.surplus_answers.is_empty() {
            return self.expect(
                true,
                own,
                Grade::Hard,
                "answered-once",
                None,
                Default::default,
            );
        }
        let mut cited = BTreeSet::new();
        for ((number, event), unasked) in &operation.surplus_answers {
            // A fault that says the action is not supported is only reported (scenario S9d).
            let (requirement, grade, expected) = match unasked {
                Some(ClientMessage::Keepalive) => {
                    (R::R_KA_1, Grade::Hard, "no answer to a Keepalive")
                }
                Some(ClientMessage::CallbackOperation { .. }) => {
                    let grade = match event {
                        Event::Fault(_) => Grade::Soft,
                        _ => Grade::Hard,
                    };
                    let expected = "no answer to a callback operation that a client sends";
                    (R::R_SM_9, grade, expected)
                }
                _ => (own, Grade::Hard, "one answer to each request"),
            };
            if cited.insert((requirement, grade)) {
                let found = match unasked {
                    Some(_) => (*event).name().to_owned(),
                    None => format!("{} beside the first answer", event.name()),
                };
                self.expect(
                    false,
                    requirement,
                    grade,
                    "answered-once",
                    Some(*number),
                    || (expected.to_owned(), found),
                );
            }
        }
    }

    /// [MS-IPAMM2] 2.2.2.1.
    pub(super) fn fault(&mut self, number: usize, fault: &SoapFault) {
        let sender = fault.code == FaultCode::Sender;
        self.expect(
            sender,
            RequirementId::R_FAULT_1,
            Grade::Hard,
            "fault-code",
            Some(number),
            || {
                (
                    "fault code Sender".to_owned(),
                    format!("fault code {}", fault.code),
                )
            },
        );
        let reason = fault.reason == SoapFault::REASON;
        self.expect(
            reason,
            RequirementId::R_FAULT_1,
            Grade::Soft,
            "fault-reason",
            Some(number),
            || {
                (
                    format!("the reason `{}`", SoapFault::REASON),
                    format!("the reason `{}`", fault.reason),
                )
            },
        );
        // A fault raised while the message is decoded need not carry an IpamException (OQ-8).
        if !matches!(
            self.operation.request,
            Request::Initialize(_) | Request::Raw
        ) {
            let told = fault.detail.is_some();
            self.expect(
                told,
                RequirementId::R_FAULT_2,
                Grade::Soft,
                "fault-detail",
                Some(number),
                || {
                    (
                        "an IpamException in the fault's detail".to_owned(),
                        "no detail".to_owned(),
                    )
                },
            );
        }
    }
}
