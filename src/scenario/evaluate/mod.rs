//! The evaluation of what a scenario itself expects, against what a run showed.
//!
//! Floor 3. Every expectation is evaluated and none stops another; each gives at least one result, also when it holds,
//! cannot be seen, or belongs to a step that was never taken. `session` looks at what the client saw, `pattern` (with
//! `matcher` and its `program`) at the order of events, `store` (with `rows` and `grades`) at the tables; `words` says
//! things for people. Results come step by step, then those of the whole scenario.

mod grades;
mod matcher;
mod pattern;
mod program;
mod rows;
mod session;
mod store;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::model::{ClientMessage, Event, RowKey};
use crate::scenario::{Case, Expect, OneOrMore};
use crate::spec::{Grade, REQUIREMENTS, RequirementId};
use crate::trace::{SessionIndex, StepOutcome, Trace, What};
use crate::verdict::{CheckResult, CheckVerdict, Judge, Span};
use crate::world::RowKind;

/// The results of every expectation of a case.
///
/// Time: linear in the trace, and in the rows of the tables for each `expect` that has store keys; patterns as
/// `matcher` documents.
#[must_use]
pub fn evaluate(case: &Case, trace: &Trace) -> Vec<CheckResult> {
    let seen = Seen::all(trace);
    let mut by_step: Vec<Vec<Seen<'_>>> = vec![Vec::new(); case.steps.len()];
    for event in &seen {
        let Some(events) = by_step.get_mut(event.step) else {
            continue;
        };
        let session = trace.steps.get(event.step).and_then(|step| step.session);
        if session.is_none() || event.session.is_none() || event.session == session {
            events.push(*event);
        }
    }
    let mut results = Vec::new();
    let mut created = CreatedNames::new();
    for (index, step) in case.steps.iter().enumerate() {
        let Some(expect) = &step.expect else { continue };
        let asked = Asked {
            case,
            trace,
            expect,
            step: Some(index),
        };
        let reached = trace
            .steps
            .get(index)
            .is_some_and(|record| record.outcome != StepOutcome::NotReached);
        if reached {
            asked.all(&by_step[index], &mut created, &mut results);
        } else {
            asked.not_reached(&mut results);
        }
    }
    let asked = Asked {
        case,
        trace,
        expect: &case.expect,
        step: None,
    };
    let of_session: Vec<Seen<'_>> = seen
        .iter()
        .filter(|event| event.session.is_none_or(|session| session == 0))
        .copied()
        .collect();
    asked.all(&of_session, &mut created, &mut results);
    results
}

/// The rows that `created` items named, for the expectations of later steps.
type CreatedNames = BTreeMap<String, RowKey>;

/// What a SOAP fault answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Request {
    /// InitializeOperationParameters.
    Initialize,
    /// StartOperationWithCallback.
    Start,
    /// Something written by hand, or nothing that was asked.
    Other,
}

impl Request {
    /// What a message asks for, if it asks at all. One written by hand counts as the operation it names.
    fn of(message: &ClientMessage) -> Option<Self> {
        match message {
            ClientMessage::InitializeOperationParameters { .. } => Some(Self::Initialize),
            ClientMessage::StartOperationWithCallback => Some(Self::Start),
            ClientMessage::Raw { action, xml } => {
                let text = action.as_ref().unwrap_or(xml);
                Some(if text.contains("InitializeOperationParameters") {
                    Self::Initialize
                } else if text.contains("StartOperationWithCallback") {
                    Self::Start
                } else {
                    Self::Other
                })
            }
            ClientMessage::Keepalive | ClientMessage::CallbackOperation { .. } => None,
        }
    }
}

/// An event with its place in the run.
#[derive(Debug, Clone, Copy)]
struct Seen<'a> {
    /// Its number among the events of the trace.
    number: usize,
    step: usize,
    session: Option<SessionIndex>,
    event: &'a Event,
    /// For a fault, what it answers: the oldest request of its session that has no answer yet.
    answers: Request,
}

impl<'a> Seen<'a> {
    fn all(trace: &'a Trace) -> Vec<Self> {
        let mut open: BTreeMap<Option<SessionIndex>, Vec<Request>> = BTreeMap::new();
        let mut seen = Vec::new();
        for record in &trace.log {
            let waiting = open.entry(record.session).or_default();
            match &record.what {
                What::Sent { message, .. } => waiting.extend(Request::of(message)),
                What::Received(event) => {
                    let at = match event {
                        Event::InitializeOperationParametersResponse => {
                            waiting.iter().position(|r| *r == Request::Initialize)
                        }
                        Event::StartOperationWithCallbackResponse => {
                            waiting.iter().position(|r| *r == Request::Start)
                        }
                        Event::Fault(_) if !waiting.is_empty() => Some(0),
                        _ => None,
                    };
                    let answers = at.map_or(Request::Other, |at| waiting.remove(at));
                    seen.push(Self {
                        number: seen.len(),
                        step: record.step,
                        session: record.session,
                        event,
                        answers,
                    });
                }
                _ => {}
            }
        }
        seen
    }
}

/// One table of expectations, with all that is needed to judge it.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    case: &'a Case,
    trace: &'a Trace,
    expect: &'a Expect,
    /// The step it stands on; `None` at the top level.
    step: Option<usize>,
}

impl<'a> Asked<'a> {
    fn all(&self, seen: &[Seen<'a>], created: &mut CreatedNames, results: &mut Vec<CheckResult>) {
        session::check(self, seen, results);
        pattern::check(self, seen, results);
        store::check(self, created, results);
    }

    /// Every key that is written, with its place and the check it belongs to.
    fn keys(&self) -> Vec<(&'static str, Span)> {
        let expect = self.expect;
        let fault = expect.fault.as_ref();
        let tracker = expect.tracker.as_ref();
        let mut keys = Vec::new();
        let mut add = |check, span: Option<Span>| keys.extend(span.map(|span| (check, span)));
        add("overall", expect.overall.as_ref().map(|e| e.span));
        add(
            "fault-stage",
            fault.and_then(|f| Some(f.stage.as_ref()?.span)),
        );
        add(
            "fault-code",
            fault.and_then(|f| Some(f.code.as_ref()?.span)),
        );
        add(
            "fault-detail",
            fault.and_then(|f| Some(f.detail.as_ref()?.span)),
        );
        add("reply", expect.reply.as_ref().map(|e| e.span));
        add("callbacks", expect.callbacks.as_ref().map(|e| e.span));
        add("events", expect.events.as_ref().map(|e| e.span));
        for item in &expect.never {
            add("never", Some(item.span));
        }
        add("percentages", expect.percentages.as_ref().map(|e| e.span));
        add("closed", expect.closed.as_ref().map(|e| e.span));
        add("tracker", tracker.map(|e| e.span));
        add("changed", expect.changed.as_ref().map(|e| e.span));
        add("created", expect.created.as_ref().map(|e| e.span));
        add("deleted", expect.deleted.as_ref().map(|e| e.span));
        keys
    }

    fn not_reached(&self, results: &mut Vec<CheckResult>) {
        for (check, span) in self.keys() {
            let mut result = self.unseen(check, span, "the step was never taken");
            result.verdict = CheckVerdict::NotReached;
            results.push(result);
        }
    }

    /// The requirement that a check cites: `cites` of its key, else the first of the case.
    fn requirement(&self, check: &str) -> RequirementId {
        self.expect
            .cites
            .get(key_of(check))
            .or_else(|| self.case.requirements.first())
            .copied()
            .unwrap_or(REQUIREMENTS[0].id)
    }

    /// The grade of a check, unless the author gave its key another.
    fn grade(&self, check: &str, usual: Grade) -> Grade {
        let given = self.expect.grades.get(key_of(check));
        given.copied().unwrap_or(usual)
    }

    fn finish(&self, mut result: CheckResult, span: Span) -> CheckResult {
        result.step = self.step;
        result.at(span)
    }

    /// What was expected was found.
    fn pass(
        &self,
        check: &'static str,
        grade: Grade,
        span: Span,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> CheckResult {
        let mut result = CheckResult::pass(self.requirement(check), grade, Judge::Scenario, check);
        result.expected = expected.into();
        result.found = found.into();
        self.finish(result, span)
    }

    /// Something else was found.
    fn differs(
        &self,
        check: &'static str,
        usual: Grade,
        span: Span,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> CheckResult {
        let grade = self.grade(check, usual);
        let requirement = self.requirement(check);
        let result =
            CheckResult::differs(requirement, grade, Judge::Scenario, check, expected, found);
        self.finish(result, span)
    }

    /// Nothing can be said, for that reason.
    fn unseen(&self, check: &'static str, span: Span, why: impl Into<String>) -> CheckResult {
        let mut result = self.pass(check, self.grade(check, Grade::Hard), span, "", why);
        result.verdict = CheckVerdict::NotObservable;
        result
    }

    /// One value of a list is to be met: the first is our ruling, another passes with the grade EITHER.
    fn one_of<T>(
        &self,
        check: &'static str,
        usual: Grade,
        wanted: &OneOrMore<T>,
        met: impl Fn(&T) -> bool,
        name: impl Fn(&T) -> String,
        found: impl Into<String>,
    ) -> CheckResult {
        let expected = words::either(wanted.values.iter().map(|value| name(&value.value)));
        match wanted.values.iter().position(|value| met(&value.value)) {
            Some(0) => self.pass(
                check,
                self.grade(check, usual),
                wanted.span,
                expected,
                found,
            ),
            Some(at) => {
                let span = wanted.values[at].span;
                self.pass(check, Grade::Either, span, expected, found)
            }
            None => self.differs(check, usual, wanted.span, expected, found),
        }
    }

    /// The place of a row of the world, as a second label.
    fn label(&self, kind: RowKind, index: usize) -> Option<(Span, String)> {
        let (world, spans) = (&self.case.world, &self.case.row_spans);
        let (span, name) = match kind {
            RowKind::Server => (spans.servers.get(index), &world.servers.get(index)?.name),
            RowKind::Relation => (
                spans.relations.get(index),
                &world.relations.get(index)?.name,
            ),
            RowKind::Scope => (spans.scopes.get(index), &world.scopes.get(index)?.name),
        };
        Some((*span?, format!("{} `{name}`", kind.name())))
    }
}

/// The key of `expect` that a check belongs to: `fault` for `fault-stage`.
fn key_of(check: &str) -> &str {
    check.split_once('-').map_or(check, |(key, _)| key)
}
