//! What a session showed: the overall status, faults, the reply, percentages, its end, the client's tracker.

use crate::model::{Callback, Event, FaultCode, IpamException, Percentage, SoapFault, Terminal};
use crate::scenario::evaluate::{Asked, Request, Seen, words};
use crate::scenario::{FaultDetail, FaultStage, OneOrMore, Percentages, TrackerExpect};
use crate::spec::{Grade, Question};
use crate::trace::{Door, Reply, StepOutcome, TrackerState};
use crate::verdict::CheckResult;

/// Judges every key that speaks of a session, except patterns and `never`.
pub(super) fn check(asked: &Asked<'_>, seen: &[Seen<'_>], results: &mut Vec<CheckResult>) {
    let expect = asked.expect;
    if let Some(wanted) = &expect.overall {
        results.push(overall(asked, seen, wanted));
    }
    if let Some(fault) = &expect.fault {
        results.extend(
            fault
                .stage
                .as_ref()
                .map(|wanted| stage(asked, seen, wanted)),
        );
        results.extend(fault.code.as_ref().map(|wanted| code(asked, seen, wanted)));
        results.extend(
            fault
                .detail
                .as_ref()
                .map(|wanted| detail(asked, seen, wanted)),
        );
    }
    if let Some(wanted) = &expect.reply {
        results.push(reply(asked, wanted));
    }
    if let Some(wanted) = &expect.percentages {
        results.push(percentages(asked, seen, wanted.value).at(wanted.span));
    }
    if let Some(wanted) = &expect.closed {
        let closing = seen.iter().find(|s| *s.event == Event::SessionClosed);
        let say = |closed: bool| {
            let not = if closed { "" } else { "not " };
            format!("the session {not}closed by the server")
        };
        results.push(if at_delegate(asked) {
            asked.unseen("closed", wanted.span, NO_SESSION)
        } else if !asked.trace.shows.session_end {
            asked.unseen(
                "closed",
                wanted.span,
                "this target does not show the end of a session",
            )
        } else if closing.is_some() == wanted.value {
            let found = say(closing.is_some());
            let grade = asked.grade("closed", Grade::Soft);
            asked.pass("closed", grade, wanted.span, say(wanted.value), found)
        } else {
            let found = say(closing.is_some());
            asked
                .differs("closed", Grade::Soft, wanted.span, say(wanted.value), found)
                .about_event(closing.map(|s| s.number))
        });
    }
    if let Some(wanted) = &expect.tracker {
        tracker(asked, wanted, results);
    }
}

/// Why a door without sessions cannot show something.
pub(super) const NO_SESSION: &str = "the door `delegate` has no session";

/// Whether the run went through the door without sessions.
pub(super) fn at_delegate(asked: &Asked<'_>) -> bool {
    asked.trace.door == Door::Delegate
}

/// The Completed value that ends the operation, and its event: the first, where the client stops listening; under the
/// literal reading of OQ-2 the last, which is that of the outermost delegate.
fn terminal(asked: &Asked<'_>, seen: &[Seen<'_>]) -> Option<(Terminal, usize)> {
    let mut all = seen
        .iter()
        .filter_map(|s| Some((s.event.callback()?.terminal()?, s.number)));
    if asked.case.readings.is(Question::OQ2, "literal") {
        all.next_back()
    } else {
        all.next()
    }
}

fn overall(asked: &Asked<'_>, seen: &[Seen<'_>], wanted: &OneOrMore<Terminal>) -> CheckResult {
    let name = |t: &Terminal| t.to_string();
    let found = terminal(asked, seen);
    let last_other = seen.iter().rev().find_map(|s| match s.event.callback()? {
        Callback::SetOverallStatus { overall_status, .. } => Some((overall_status, s.number)),
        _ => None,
    });
    let (text, event) = match (found, last_other) {
        (Some((terminal, number)), _) => (terminal.to_string(), Some(number)),
        (None, Some((status, number))) => (format!("only {status}"), Some(number)),
        (None, None) => ("no SetOverallStatus".to_owned(), None),
    };
    let met = |t: &Terminal| found.is_some_and(|(terminal, _)| terminal == *t);
    asked
        .one_of("overall", Grade::Hard, wanted, met, name, text)
        .about_event(event)
}

/// The SOAP faults with their places.
fn faults<'s, 'a>(seen: &'s [Seen<'a>]) -> impl Iterator<Item = (&'s Seen<'a>, &'a SoapFault)> {
    seen.iter().filter_map(|s| match s.event {
        Event::Fault(fault) => Some((s, fault)),
        _ => None,
    })
}

/// Where the fault, or the success, shows (OQ-8), and the event that tells; or what was seen instead.
fn observed_stage(
    asked: &Asked<'_>,
    seen: &[Seen<'_>],
) -> Result<(FaultStage, usize), (String, Option<usize>)> {
    let any_callback = seen.iter().any(|s| s.event.callback().is_some());
    let fault = faults(seen).next();
    if let (Some((fault, _)), false) = (fault, any_callback) {
        match fault.answers {
            Request::Initialize => return Ok((FaultStage::Initialize, fault.number)),
            Request::Start => return Ok((FaultStage::Start, fault.number)),
            Request::Other => {}
        }
    }
    match (terminal(asked, seen), fault) {
        (Some((Terminal::Failure, number)), _) => Ok((FaultStage::Processing, number)),
        (Some((Terminal::Success, number)), _) => Ok((FaultStage::None, number)),
        (None, Some((fault, _))) => {
            let text = if any_callback {
                "a fault after callbacks, and no SetOverallStatus with a Completed value"
            } else {
                "a fault in answer to neither operation"
            };
            Err((text.to_owned(), Some(fault.number)))
        }
        (None, None) => {
            let text = seen.last().map_or_else(
                || "nothing".to_owned(),
                |last| {
                    let name = last.event.name();
                    format!("neither a fault nor a Completed value; the last event is `{name}`")
                },
            );
            Err((text, seen.last().map(|last| last.number)))
        }
    }
}

fn stage(asked: &Asked<'_>, seen: &[Seen<'_>], wanted: &OneOrMore<FaultStage>) -> CheckResult {
    const CHECK: &str = "fault-stage";
    let mut wanted = wanted.clone();
    if at_delegate(asked) {
        // A call of the delegate begins where these two stages are over.
        wanted
            .values
            .retain(|s| matches!(s.value, FaultStage::Processing | FaultStage::None));
        if wanted.values.is_empty() {
            return asked.unseen(CHECK, wanted.span, NO_SESSION);
        }
    }
    let name = |s: &FaultStage| format!("{} (stage `{}`)", s.shows_as(), s.name());
    let (stage, text, event) = match observed_stage(asked, seen) {
        Ok((stage, number)) => (Some(stage), name(&stage), Some(number)),
        Err((text, event)) => (None, text, event),
    };
    let met = |s: &FaultStage| stage == Some(*s);
    asked
        .one_of(CHECK, Grade::Hard, &wanted, met, name, text)
        .about_event(event)
}

fn code(asked: &Asked<'_>, seen: &[Seen<'_>], wanted: &OneOrMore<FaultCode>) -> CheckResult {
    const CHECK: &str = "fault-code";
    let Some((place, fault)) = faults(seen).next() else {
        return asked.unseen(CHECK, wanted.span, "no SOAP fault was seen");
    };
    let name = |c: &FaultCode| c.name().to_owned();
    let met = |c: &FaultCode| *c == fault.code;
    asked
        .one_of(CHECK, Grade::Hard, wanted, met, name, fault.code.name())
        .about_event(Some(place.number))
}

fn detail(asked: &Asked<'_>, seen: &[Seen<'_>], wanted: &OneOrMore<FaultDetail>) -> CheckResult {
    let of_fault = faults(seen).find_map(|(s, fault)| Some((fault.detail.as_ref()?, s.number)));
    let of_status = || {
        seen.iter()
            .find_map(|s| Some((completion_exception(s.event)?, s.number)))
    };
    let found: Option<(&IpamException, usize)> = of_fault.or_else(of_status);
    let exception = found.map(|(exception, _)| exception);
    let met = |wanted: &FaultDetail| match wanted {
        FaultDetail::Id(id) => exception.is_some_and(|e| e.ids().any(|seen| seen == *id)),
        FaultDetail::Any => exception.is_some(),
        FaultDetail::None => exception.is_none(),
    };
    let text = exception.map_or_else(|| "no IpamException".to_owned(), ToString::to_string);
    let name = |d: &FaultDetail| words::detail(*d);
    asked
        .one_of("fault-detail", Grade::Soft, wanted, met, name, text)
        .about_event(found.map(|(_, number)| number))
}

fn completion_exception(event: &Event) -> Option<&IpamException> {
    match event.callback()? {
        Callback::SetOverallStatus {
            completion_status, ..
        } => completion_status.as_ref()?.exception(),
        _ => None,
    }
}

fn reply(asked: &Asked<'_>, wanted: &OneOrMore<Reply>) -> CheckResult {
    if at_delegate(asked) {
        return asked.unseen("reply", wanted.span, NO_SESSION);
    }
    let Some(record) = asked.step.and_then(|step| asked.trace.steps.get(step)) else {
        return asked.unseen("reply", wanted.span, "a reply belongs to a step");
    };
    let found = record.reply.unwrap_or(match record.outcome {
        StepOutcome::Closed => Reply::Closed,
        StepOutcome::Done | StepOutcome::NotReached => Reply::None,
    });
    let name = |r: &Reply| r.name().to_owned();
    let met = |r: &Reply| *r == found;
    asked.one_of("reply", Grade::Hard, wanted, met, name, found.name())
}

fn percentages(asked: &Asked<'_>, seen: &[Seen<'_>], wanted: Percentages) -> CheckResult {
    let all: Vec<(Percentage, usize)> = seen
        .iter()
        .filter_map(|s| match s.event.callback()? {
            Callback::SetCompletionPercentage {
                completion_percentage,
            } => Some((*completion_percentage, s.number)),
            _ => None,
        })
        .collect();
    let expected = match wanted {
        Percentages::Rising => "percentages that never fall",
        Percentages::RisingTo100 => "percentages that never fall, the last of them 100",
        Percentages::None => "no SetCompletionPercentage",
    };
    let differs = |found: String, number: usize| {
        asked
            .differs(
                "percentages",
                Grade::Soft,
                asked.expect.span,
                expected,
                found,
            )
            .about_event(Some(number))
    };
    let fall = all.windows(2).find(|pair| pair[1].0 < pair[0].0);
    match (wanted, fall, all.first(), all.last()) {
        (Percentages::None, _, Some((value, number)), _) => differs(
            format!("`SetCompletionPercentage` with {value} percent"),
            *number,
        ),
        (Percentages::Rising | Percentages::RisingTo100, Some(pair), ..) => {
            differs(format!("{} after {}", pair[1].0, pair[0].0), pair[1].1)
        }
        (Percentages::RisingTo100, None, _, Some((last, number)))
            if *last != Percentage::HUNDRED =>
        {
            differs(format!("the last is {last}"), *number)
        }
        // Nobody must send percentages (OQ-7): where there are none, none falls and none is a wrong last one.
        (_, _, _, last) => {
            let found = last.map_or_else(
                || "no SetCompletionPercentage".to_owned(),
                |(last, _)| format!("{} percentages, the last {last}", all.len()),
            );
            let grade = asked.grade("percentages", Grade::Soft);
            asked.pass("percentages", grade, asked.expect.span, expected, found)
        }
    }
}

fn tracker(asked: &Asked<'_>, wanted: &TrackerExpect, results: &mut Vec<CheckResult>) {
    const CHECK: &str = "tracker";
    let found: Option<&TrackerState> = match asked.step {
        None => asked.trace.trackers.first(),
        Some(step) => asked
            .trace
            .steps
            .get(step)
            .and_then(|record| record.tracker.as_ref()),
    };
    let Some(found) = found.filter(|_| !at_delegate(asked)) else {
        let why = if at_delegate(asked) {
            NO_SESSION
        } else {
            "our client had no session"
        };
        results.push(asked.unseen(CHECK, wanted.span, why));
        return;
    };
    let mut compare = |same: bool, span, expected: String, found: String| {
        results.push(if same {
            let grade = asked.grade(CHECK, Grade::Hard);
            asked.pass(CHECK, grade, span, expected, found)
        } else {
            asked.differs(CHECK, Grade::Hard, span, expected, found)
        });
    };
    if let Some(state) = &wanted.state {
        let say = |name: &str| format!("the client's state {name}");
        let same = state.value == found.state;
        compare(
            same,
            state.span,
            say(state.value.name()),
            say(found.state.name()),
        );
    }
    if let Some(overall) = &wanted.overall {
        let say = |name: &str| format!("the tracker's overall status {name}");
        let same = overall.value == found.overall;
        compare(
            same,
            overall.span,
            say(overall.value.name()),
            say(found.overall.name()),
        );
    }
    if let Some(subtasks) = &wanted.subtasks {
        let say = |count: u64| format!("{count} subtasks in the tracker");
        let count = u64::try_from(found.subtasks).unwrap_or(u64::MAX);
        compare(
            subtasks.value == count,
            subtasks.span,
            say(subtasks.value),
            say(count),
        );
    }
    if let Some(percent) = &wanted.percent {
        let (least, most) = percent.value;
        let wanted = if least == most {
            least.to_string()
        } else {
            format!("{least} to {most}")
        };
        let say = |percent: String| format!("{percent} percent in the tracker");
        compare(
            (least..=most).contains(&found.percentage),
            percent.span,
            say(wanted),
            say(found.percentage.to_string()),
        );
    }
}
