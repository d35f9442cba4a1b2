//! Which doors can carry a case.

use crate::scenario::decode::context::Context;
use crate::scenario::decode::world::Decoded;
use crate::scenario::error::{LoadCode, LoadError};
use crate::scenario::{Action, CannotCarry, Expect, FaultStage, OperationChoice, Spanned, Step};
use crate::trace::Door;
use crate::verdict::Span;

/// The parts of a case that decide.
pub(super) struct Needs<'a> {
    pub(super) world: &'a Decoded,
    pub(super) steps: &'a [Step],
    pub(super) expect: &'a Expect,
}

/// Why a door cannot carry the case, and where.
type Reason = (String, Span);

impl Needs<'_> {
    /// The first reason why a door cannot carry the case.
    fn against(&self, door: Door) -> Option<Reason> {
        match door {
            Door::Delegate => self.against_delegate(),
            Door::Session | Door::Exec => self
                .steps
                .iter()
                .find(|step| matches!(step.action, Action::SendBytes { .. }))
                .map(|step| ("bytes need a wire".to_owned(), step.span)),
            Door::Http | Door::NetTcp => None,
        }
    }

    /// Every door that cannot carry the case.
    pub(super) fn against_any(&self) -> Vec<CannotCarry> {
        let against = |door: &Door| {
            let (reason, span) = self.against(*door)?;
            Some(CannotCarry {
                door: *door,
                reason,
                span,
            })
        };
        Door::ALL.iter().filter_map(against).collect()
    }

    fn against_delegate(&self) -> Option<Reason> {
        if let Some(span) = self.world.session_key {
            return Some(("callers and preconditions need a session".to_owned(), span));
        }
        self.against_steps().or_else(|| {
            let expects = self.steps.iter().filter_map(|step| step.expect.as_ref());
            expects.chain([self.expect]).find_map(against_expect)
        })
    }

    /// Only whole operations, one to a session: `replicate`, or at the start `initialize` and then `start`.
    fn against_steps(&self) -> Option<Reason> {
        let mut initialized: Option<Span> = None;
        let mut opened = false;
        for step in self.steps {
            if step.session.is_some() || step.after.is_some() {
                return Some(("`session` and `after` need a session".to_owned(), step.span));
            }
            let operation = match &step.action {
                Action::Wait(_) | Action::Change(_) => continue,
                Action::Replicate {
                    caller: None,
                    initialize,
                } if initialized.is_none() => {
                    opened = true;
                    Some(&initialize.operation)
                }
                Action::Initialize(initialize) if !opened => {
                    opened = true;
                    initialized = Some(step.span);
                    Some(&initialize.operation)
                }
                Action::Start if initialized.is_some() => {
                    initialized = None;
                    None
                }
                action => {
                    return Some((
                        format!("`{}` here needs a session", action.name()),
                        step.span,
                    ));
                }
            };
            if operation.is_some_and(|operation| !matches!(operation, OperationChoice::Member(_))) {
                return Some((
                    "an operation that is no member has no delegate".to_owned(),
                    step.span,
                ));
            }
        }
        initialized.map(|span| {
            (
                "`initialize` without `start` needs a session".to_owned(),
                span,
            )
        })
    }
}

fn against_expect(expect: &Expect) -> Option<Reason> {
    let reply = expect.reply.as_ref().map(|reply| ("reply", reply.span));
    let events = expect.events.as_ref().map(|events| ("events", events.span));
    let closed = expect.closed.as_ref().map(|closed| ("closed", closed.span));
    let tracker = expect
        .tracker
        .as_ref()
        .map(|tracker| ("tracker", tracker.span));
    if let Some((key, span)) = reply.or(events).or(closed).or(tracker) {
        return Some((format!("`{key}` is seen on a session only"), span));
    }
    let stage = expect.fault.as_ref()?.stage.as_ref()?;
    let only_before = stage
        .values
        .iter()
        .all(|stage| matches!(stage.value, FaultStage::Initialize | FaultStage::Start));
    only_before.then(|| {
        (
            "faults at `initialize` and `start` need a session".to_owned(),
            stage.span,
        )
    })
}

/// The doors of a case: those named, or all that can carry it.
pub(super) fn doors(
    cx: &mut Context<'_>,
    named: Option<&[Spanned<Door>]>,
    needs: &Needs<'_>,
    title: Span,
) -> Vec<Door> {
    let Some(named) = named else {
        let doors: Vec<Door> = Door::ALL
            .iter()
            .copied()
            .filter(|door| needs.against(*door).is_none())
            .collect();
        if doors.is_empty() {
            cx.push(LoadError::new(
                LoadCode::Door,
                title,
                "no door can carry this",
            ));
        }
        return doors;
    };
    for door in named {
        if let Some((reason, at)) = needs.against(door.value) {
            cx.push(
                LoadError::new(LoadCode::Door, door.span, "a door that cannot carry this")
                    .found(door.value.name())
                    .expected("a door that can, or no `doors` at all")
                    .label(at, reason),
            );
        }
    }
    Door::ALL
        .iter()
        .copied()
        .filter(|door| named.iter().any(|named| named.value == *door))
        .collect()
}
