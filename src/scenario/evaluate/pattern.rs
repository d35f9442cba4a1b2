//! The order of events: `callbacks`, `events` and `never`, and how a mismatch counts.

use crate::model::Callback;
use crate::scenario::evaluate::matcher::{Answer, Matcher, Stuck};
use crate::scenario::evaluate::program::{
    Fit, NodeKind, Program, Reading, START_RESPONSE, Token, fit, is_progress, other_value,
};
use crate::scenario::evaluate::session::{NO_SESSION, at_delegate};
use crate::scenario::evaluate::{Asked, Seen, words};
use crate::scenario::{EventItem, Pattern, PatternItem, PatternKind};
use crate::spec::Grade;
use crate::verdict::{CheckResult, Span};
use crate::world::RowKind;

/// Judges the keys that speak of the order of events, and `never`.
pub(super) fn check(asked: &Asked<'_>, seen: &[Seen<'_>], results: &mut Vec<CheckResult>) {
    let expect = asked.expect;
    if expect.callbacks.is_none() && expect.events.is_none() && expect.never.is_empty() {
        return;
    }
    let all = Token::all(seen);
    let callbacks: Vec<Token<'_>> = all
        .iter()
        .filter(|token| token.event.callback().is_some())
        .copied()
        .collect();
    if let Some(pattern) = &expect.callbacks {
        results.push(sequence(asked, "callbacks", pattern, &callbacks));
    }
    if let Some(pattern) = &expect.events {
        results.push(if at_delegate(asked) {
            asked.unseen("events", pattern.span, NO_SESSION)
        } else {
            sequence(asked, "events", pattern, &all)
        });
    }
    for item in &expect.never {
        let tokens = if Callback::NAMES.contains(&item.name.as_str()) {
            &callbacks
        } else {
            &all
        };
        results.push(never(asked, item, tokens));
    }
}

/// A sequence that matches passes; one that matches when nobody must send progress deviates; any other fails.
fn sequence(
    asked: &Asked<'_>,
    check: &'static str,
    pattern: &Pattern,
    tokens: &[Token<'_>],
) -> CheckResult {
    let exact = Program::new(pattern, Reading::Exact);
    let mut matcher = Matcher::new(&exact, tokens, asked.case, false);
    let strict = matcher.run();
    let silent = matcher.silent;
    let stuck = match strict {
        Answer::Match(path) => return matched(asked, check, pattern, &exact, tokens, &path),
        Answer::NoMatch(stuck) => Some(stuck),
        Answer::TooHard => None,
    };
    let lenient = silent.then(|| Matcher::new(&exact, tokens, asked.case, true).run());
    if matches!(lenient, Some(Answer::Match(_))) {
        let why = "it matches only if subtasks that do not tell their scope are the right ones";
        return asked.unseen(check, pattern.span, why);
    }

    // What no loose reading allows, no exact one does: this decides also where the exact search gave up.
    let loose = Program::new(pattern, Reading::Loose);
    let rest: Vec<Token<'_>> = tokens
        .iter()
        .filter(|token| token.event.name() != START_RESPONSE)
        .copied()
        .collect();
    if let Some(result) = replies(asked, check, pattern, tokens) {
        return result;
    }
    if !asked.trace.shows.reply_order && matches_elsewhere(asked, &exact, tokens) {
        let why = "it matches with the reply in another place, and replies take another way than callbacks here";
        return asked.unseen(check, pattern.span, why);
    }
    match Matcher::new(&loose, &rest, asked.case, false).run() {
        Answer::NoMatch(stuck) => {
            let place = Mismatch::of(asked, pattern, &loose, &rest, stuck);
            place.result(asked, check, Grade::Hard)
        }
        Answer::Match(_) => match (stuck, lenient) {
            (Some(stuck), None | Some(Answer::NoMatch(_))) => {
                let place = Mismatch::of(asked, pattern, &exact, tokens, stuck);
                place.result(asked, check, Grade::Soft)
            }
            _ => asked.unseen(check, pattern.span, TOO_HARD),
        },
        Answer::TooHard => asked.unseen(check, pattern.span, TOO_HARD),
    }
}

/// How many places are tried for a reply whose own cannot be seen.
const PLACES_MAX: usize = 200;

/// Whether the sequence matches with StartOperationWithCallbackResponse in another place.
fn matches_elsewhere(asked: &Asked<'_>, exact: &Program<'_>, tokens: &[Token<'_>]) -> bool {
    let Some(place) = tokens
        .iter()
        .position(|token| token.event.name() == START_RESPONSE)
    else {
        return false;
    };
    let mut moved = tokens.to_vec();
    let reply = moved.remove(place);
    (0..=moved.len().min(PLACES_MAX)).any(|other| {
        let mut tokens = moved.clone();
        tokens.insert(other, reply);
        matches!(
            Matcher::new(exact, &tokens, asked.case, false).run(),
            Answer::Match(_)
        )
    })
}

const TOO_HARD: &str = "the pattern leaves too many readings of this sequence to try them all; tell its items apart by scope or task";

/// It matches; where a list was met by another value than its first, the grade is EITHER.
fn matched(
    asked: &Asked<'_>,
    check: &'static str,
    pattern: &Pattern,
    program: &Program<'_>,
    tokens: &[Token<'_>],
    path: &[usize],
) -> CheckResult {
    let other = path.iter().zip(tokens).find_map(|(node, token)| {
        let NodeKind::Leaf { shape, .. } = program.nodes[*node].kind else {
            return None;
        };
        let value = other_value(program.shapes[shape], token)?;
        Some((program.nodes[*node].item?.span, value, token))
    });
    let expected = "the sequence as written";
    match other {
        None => {
            let found = format!("{} events, as written", tokens.len());
            let grade = asked.grade(check, Grade::Hard);
            asked.pass(check, grade, pattern.span, expected, found)
        }
        Some((span, value, token)) => {
            let found = format!("`{}` with {value}", token.event.name());
            asked
                .pass(check, Grade::Either, span, expected, found)
                .about_event(Some(token.number))
        }
    }
}

/// Where StartOperationWithCallbackResponse stands is open (OQ-10), how often it comes is not.
fn replies(
    asked: &Asked<'_>,
    check: &'static str,
    pattern: &Pattern,
    tokens: &[Token<'_>],
) -> Option<CheckResult> {
    let mut bounds = Bounds {
        least: 0,
        most: Some(0),
        span: None,
    };
    bounds.add(&pattern.items);
    let mut all = tokens
        .iter()
        .filter(|token| token.event.name() == START_RESPONSE);
    let count = all.clone().count() as u64;
    if count >= bounds.least && bounds.most.is_none_or(|most| count <= most) {
        return None;
    }
    let times = |count: u64| format!("`{START_RESPONSE}` {count} times");
    let expected = match bounds.most {
        Some(most) if most == bounds.least => times(most),
        Some(most) => format!("{} to {}", bounds.least, times(most)),
        None => format!("at least {}", times(bounds.least)),
    };
    let result = asked.differs(
        check,
        Grade::Hard,
        bounds.span.unwrap_or(pattern.span),
        expected,
        times(count),
    );
    Some(result.about_event(all.next_back().map(|token| token.number)))
}

/// How often StartOperationWithCallbackResponse may come.
struct Bounds {
    least: u64,
    /// No bound where an item has none.
    most: Option<u64>,
    span: Option<Span>,
}

impl Bounds {
    fn add(&mut self, items: &[PatternItem]) {
        for item in items {
            match &item.kind {
                PatternKind::Event {
                    item: event,
                    least,
                    most,
                } if event.name == START_RESPONSE => {
                    self.least += u64::from(*least);
                    let most = most.map(u64::from);
                    self.most = self.most.zip(most).map(|(sum, most)| sum + most);
                    self.span.get_or_insert(item.span);
                }
                PatternKind::AnyOrder(inner) | PatternKind::InOrder(inner) => {
                    self.add(inner);
                }
                PatternKind::Event { .. } | PatternKind::AnyProgress => {}
            }
        }
    }
}

/// A place that no reading got past, in words.
struct Mismatch {
    span: Span,
    expected: String,
    found: String,
    event: Option<usize>,
    label: Option<(Span, String)>,
}

impl Mismatch {
    fn of(
        asked: &Asked<'_>,
        pattern: &Pattern,
        program: &Program<'_>,
        tokens: &[Token<'_>],
        stuck: Stuck,
    ) -> Self {
        let node = stuck.wanted.map(|wanted| &program.nodes[wanted]);
        let item = node.and_then(|node| node.item);
        let event_item = item.and_then(|item| match &item.kind {
            PatternKind::Event { item, .. } => Some(item),
            _ => None,
        });
        let expected = match (event_item, node.map(|node| &node.kind)) {
            (Some(event), Some(NodeKind::Leaf { least, .. })) if *least > 1 => {
                let name = words::item(event, asked.case);
                format!("{name} ({} of {least})", stuck.taken + 1)
            }
            (Some(event), _) => words::item(event, asked.case),
            (None, _) => words::END.to_owned(),
        };
        let token = tokens.get(stuck.at);
        let scope = event_item
            .and_then(|event| Some(event.scope.as_ref()?.value))
            .or_else(|| {
                let (address, host) = token?.told?;
                words::world_scope(address, host, asked.case)
            });
        Self {
            span: item.map_or(pattern.span, |item| item.span),
            expected,
            found: token.map_or_else(
                || words::END.to_owned(),
                |token| words::event(token.event, token.told, asked.case),
            ),
            event: token.map(|token| token.number),
            label: scope.and_then(|scope| asked.label(RowKind::Scope, scope)),
        }
    }

    fn result(self, asked: &Asked<'_>, check: &'static str, usual: Grade) -> CheckResult {
        let mut result = asked.differs(check, usual, self.span, self.expected, self.found);
        result.label = self.label;
        result.about_event(self.event)
    }
}

/// SOFT for progress callbacks, HARD for others.
fn never(asked: &Asked<'_>, item: &EventItem, tokens: &[Token<'_>]) -> CheckResult {
    const CHECK: &str = "never";
    let usual = if is_progress(&item.name) {
        Grade::Soft
    } else {
        Grade::Hard
    };
    let expected = format!("no {}", words::item(item, asked.case));
    let fits = |wanted: Fit| {
        tokens
            .iter()
            .find(|token| fit(item, token, asked.case) == wanted)
    };
    let mut result = if let Some(token) = fits(Fit::Yes) {
        let found = words::event(token.event, token.told, asked.case);
        asked
            .differs(CHECK, usual, item.span, expected, found)
            .about_event(Some(token.number))
    } else if let Some(token) = fits(Fit::Silent) {
        let why = "a subtask does not tell its scope";
        asked
            .unseen(CHECK, item.span, why)
            .about_event(Some(token.number))
    } else {
        let grade = asked.grade(CHECK, usual);
        asked.pass(CHECK, grade, item.span, expected, "none")
    };
    result.label = item
        .scope
        .as_ref()
        .and_then(|scope| asked.label(RowKind::Scope, scope.value));
    result
}
