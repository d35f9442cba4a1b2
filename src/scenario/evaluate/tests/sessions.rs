//! The keys that speak of a session.

use super::*;
use crate::model::{ClientMessage, FaultCode, Terminal};
use crate::scenario::{FaultDetail, FaultExpect, FaultStage, Percentages, TrackerExpect};
use crate::spec::Grade;

fn overall(values: &[Terminal]) -> Expect {
    Expect {
        overall: Some(one_or_more(10, values.iter().copied())),
        ..Expect::default()
    }
}

#[test]
fn overall_passes_fails_and_tells_which() {
    use Terminal::{Failure, Success};
    let result = only(judge(overall(&[Success]), "S E+"));
    assert_eq!(
        (result.verdict, result.grade),
        (CheckVerdict::Pass, Grade::Hard)
    );
    assert_eq!((result.span, result.event), (Some(at(10)), Some(1)));
    assert_eq!(result.requirement, requirement("R-31-4"));

    let result = only(judge(overall(&[Success]), "S E-"));
    assert_eq!(result.verdict, CheckVerdict::Fail);
    assert_eq!(result.expected, "CompletedWithSuccess");
    assert_eq!(result.found, "CompletedWithFailure");

    let result = only(judge(overall(&[Failure, Success]), "S E+"));
    assert_eq!(
        (result.verdict, result.grade),
        (CheckVerdict::Pass, Grade::Either)
    );
    assert_eq!(
        (result.found.as_str(), result.span),
        ("CompletedWithSuccess", Some(at(11)))
    );

    let result = only(judge(overall(&[Success]), "S"));
    assert_eq!(result.verdict, CheckVerdict::Fail);
    assert_eq!(result.found, "no SetOverallStatus");
    assert_eq!(
        only(judge(overall(&[Success]), "S Ei")).found,
        "only InProgress"
    );
}

#[test]
fn overall_is_the_first_value_or_the_last_under_the_literal_reading() {
    let mut case = case(overall(&[Terminal::Failure]));
    let trace = trace_of(&case, events("S E+ E- E-"), |_, _| {});
    assert_eq!(only(evaluate(&case, &trace)).verdict, CheckVerdict::Fail);
    case.readings.choose("OQ-2", "literal").unwrap();
    assert_eq!(only(evaluate(&case, &trace)).verdict, CheckVerdict::Pass);
}

#[test]
fn grades_and_cites_of_a_key_are_the_authors() {
    let mut expect = overall(&[Terminal::Success]);
    expect.grades.insert("overall".to_owned(), Grade::Soft);
    expect
        .cites
        .insert("overall".to_owned(), requirement("R-29-7"));
    let result = only(judge(expect, "S E-"));
    assert_eq!(
        (result.verdict, result.grade),
        (CheckVerdict::Deviates, Grade::Soft)
    );
    assert_eq!(result.requirement, requirement("R-29-7"));
}

fn fault(stage: &[FaultStage], code: &[FaultCode], detail: &[FaultDetail]) -> Expect {
    fn list<T: Copy>(place: usize, values: &[T]) -> Option<OneOrMore<T>> {
        (!values.is_empty()).then(|| one_or_more(place, values.iter().copied()))
    }
    Expect {
        fault: Some(FaultExpect {
            span: at(20),
            stage: list(21, stage),
            code: list(31, code),
            detail: list(41, detail),
        }),
        ..Expect::default()
    }
}

fn stage_of(sent: &[ClientMessage], text: &str, wanted: &[FaultStage], door: Door) -> CheckResult {
    let case = case(fault(wanted, &[], &[]));
    let mut trace = trace_of(&case, events(text), |_, _| {});
    trace.door = door;
    for (index, message) in sent.iter().enumerate() {
        let sent = What::Sent {
            message: message.clone(),
            before: None,
        };
        // Each request before what answers it: here every event but the last belongs to the first one.
        let place = if index == 0 { 0 } else { 2 };
        trace
            .log
            .insert(place.min(trace.log.len()), record_of(0, sent));
    }
    only(evaluate(&case, &trace))
}

#[test]
fn stages_are_told_apart() {
    let init = ClientMessage::InitializeOperationParameters { paramters: None };
    let start = ClientMessage::StartOperationWithCallback;
    let both = [init, start];
    for (sent, text, stage) in [
        (&both[..1], "F", "initialize"),
        (&both[..], "I F", "start"),
        (&both[..], "I S E- R", "processing"),
        (&both[..], "I S E- F", "processing"),
        (&both[..], "I S R E+", "none"),
        (
            &both[..],
            "I S F",
            "a fault after callbacks, and no SetOverallStatus with a Completed value",
        ),
        (&[], "F", "a fault in answer to neither operation"),
        (
            &both[..],
            "I S",
            "neither a fault nor a Completed value; the last event is `StartProgressCallback`",
        ),
        (&[], "", "nothing"),
    ] {
        for wanted in FaultStage::ALL {
            let result = stage_of(sent, text, &[*wanted], Door::Session);
            let met = wanted.name() == stage;
            // in words, with the word that the file uses behind them
            let words = FaultStage::ALL
                .iter()
                .find(|known| known.name() == stage)
                .map_or_else(
                    || stage.to_owned(),
                    |known| format!("{} (stage `{stage}`)", known.shows_as()),
                );
            assert_eq!(result.found, words, "{text}");
            assert_eq!(
                result.verdict == CheckVerdict::Pass,
                met,
                "{text} {wanted:?}"
            );
            assert_eq!(
                result.verdict == CheckVerdict::Fail,
                !met,
                "{text} {wanted:?}"
            );
        }
    }
    use FaultStage::{Initialize, Processing, Start};
    let result = stage_of(&both[..1], "F", &[Processing, Initialize], Door::Session);
    assert_eq!(
        (result.verdict, result.grade),
        (CheckVerdict::Pass, Grade::Either)
    );
    let result = stage_of(&[], "S E-", &[Initialize, Processing], Door::Delegate);
    assert_eq!(
        (result.verdict, result.grade),
        (CheckVerdict::Pass, Grade::Hard)
    );
    let result = stage_of(&[], "S E-", &[Initialize, Start], Door::Delegate);
    assert_eq!(result.verdict, CheckVerdict::NotObservable);
}

#[test]
fn code_is_judged_only_where_a_fault_is_seen() {
    let wanted = || fault(&[], &[FaultCode::Sender], &[]);
    assert_eq!(only(judge(wanted(), "F")).verdict, CheckVerdict::Pass);
    assert_eq!(
        only(judge(wanted(), "S E-")).verdict,
        CheckVerdict::NotObservable
    );
    let receiver = fault(&[], &[FaultCode::Receiver], &[]);
    assert_eq!(only(judge(receiver, "F")).verdict, CheckVerdict::Fail);
}

#[test]
fn detail_is_outermost_or_inner_and_of_either_channel() {
    let id = |name: &str| FaultDetail::Id(IpamExceptionId::from_name(name).unwrap());
    let wanted = || fault(&[], &[], &[id("IpamApiAccessDenied"), FaultDetail::Any]);
    for (text, verdict, grade) in [
        ("F:IpamApiAccessDenied", CheckVerdict::Pass, Grade::Soft),
        (
            "F:IpamApiInvalidParameter",
            CheckVerdict::Pass,
            Grade::Either,
        ),
        ("S E-:IpamApiAccessDenied", CheckVerdict::Pass, Grade::Soft),
        (
            "S E- F:IpamApiAccessDenied",
            CheckVerdict::Pass,
            Grade::Soft,
        ),
        ("S E-", CheckVerdict::Deviates, Grade::Soft),
        ("F", CheckVerdict::Deviates, Grade::Soft),
    ] {
        let result = only(judge(wanted(), text));
        assert_eq!((result.verdict, result.grade), (verdict, grade), "{text}");
    }
    let none = fault(&[], &[], &[FaultDetail::None]);
    assert_eq!(only(judge(none, "F")).verdict, CheckVerdict::Pass);

    let case = case(wanted());
    let inner =
        exception("IpamApiAccessDenied").wrapped_in(IpamExceptionId::GENERIC_ERROR, "outer");
    let fault = Event::Fault(SoapFault::sender(Some(inner)));
    let trace = trace_of(&case, vec![fault], |_, _| {});
    let result = only(evaluate(&case, &trace));
    assert_eq!(
        (result.verdict, result.grade),
        (CheckVerdict::Pass, Grade::Soft)
    );
    assert_eq!(
        result.found,
        "IpamApiGenericErrorOccurred < IpamApiAccessDenied"
    );
}

#[test]
fn percentages_rise_or_do_not() {
    let wanted = |value| Expect {
        percentages: Some(spanned(value, 50)),
        ..Expect::default()
    };
    use CheckVerdict::{Deviates, Pass};
    use Percentages::{None, Rising, RisingTo100};
    for (value, text, verdict, event) in [
        (Rising, "P10 P10 P50", Pass, Option::None),
        (Rising, "P10 P50 P40 P60", Deviates, Some(2)),
        (RisingTo100, "P10 P100", Pass, Option::None),
        (RisingTo100, "S P10 P99.9", Deviates, Some(2)),
        (RisingTo100, "S E+", Pass, Option::None),
        (None, "S E+", Pass, Option::None),
        (None, "S P0", Deviates, Some(1)),
    ] {
        let result = only(judge(wanted(value), text));
        assert_eq!((result.verdict, result.event), (verdict, event), "{text}");
        assert_eq!(result.span, Some(at(50)));
    }
}

#[test]
fn closed_and_tracker() {
    let wanted = |value| Expect {
        closed: Some(spanned(value, 60)),
        ..Expect::default()
    };
    assert_eq!(
        only(judge(wanted(true), "S E+ X")).verdict,
        CheckVerdict::Pass
    );
    assert_eq!(
        only(judge(wanted(true), "S E+")).verdict,
        CheckVerdict::Deviates
    );
    let result = only(judge(wanted(false), "S E+ X"));
    assert_eq!(
        (result.verdict, result.event),
        (CheckVerdict::Deviates, Some(2))
    );

    let tracker = Expect {
        tracker: Some(TrackerExpect {
            span: at(70),
            state: Some(spanned(ClientState::Completed, 71)),
            overall: Some(spanned(OverallState::SessionLost, 72)),
            subtasks: Some(spanned(3, 73)),
            percent: Some(spanned((Percentage::ZERO, Percentage::of(1, 2)), 74)),
        }),
        ..Expect::default()
    };
    let results = judge(tracker.clone(), "S");
    assert_eq!(
        verdicts(&results),
        [
            ("tracker", CheckVerdict::Pass),
            ("tracker", CheckVerdict::Fail),
            ("tracker", CheckVerdict::Fail),
            ("tracker", CheckVerdict::Fail),
        ]
    );
    assert_eq!(results[2].found, "2 subtasks in the tracker");
    assert_eq!(results[3].found, "100 percent in the tracker");
    assert_eq!(results[1].span, Some(at(72)));
    let case = case(tracker);
    let mut trace = trace_of(&case, Vec::new(), |_, _| {});
    trace.trackers.clear();
    assert_eq!(
        only(evaluate(&case, &trace)).verdict,
        CheckVerdict::NotObservable
    );
}

#[test]
fn steps_have_their_own_events_reply_and_end() {
    let expect = |reply| {
        Some(Expect {
            reply: Some(one_or_more(80, [reply])),
            overall: Some(one_or_more(90, [Terminal::Success])),
            ..Expect::default()
        })
    };
    let mut case = case(Expect::default());
    case.steps = vec![
        step(replicate(0), expect(Reply::Response)),
        step(Action::Keepalive { times: 1 }, expect(Reply::None)),
        step(Action::Start, expect(Reply::Closed)),
    ];
    let mut trace = trace_of(&case, events("S E+"), |_, _| {});
    let (failure, other) = (event("E-"), event("E+"));
    trace.log.push(record_of(1, What::Received(failure)));
    trace.log.push(Record {
        session: Some(5),
        ..record_of(1, What::Received(other))
    });
    trace.steps[1].reply = None;
    trace.steps[2].outcome = StepOutcome::NotReached;
    let results = evaluate(&case, &trace);
    use CheckVerdict::{Fail, NotReached, Pass};
    assert_eq!(
        verdicts(&results),
        [
            ("overall", Pass),
            ("reply", Pass),
            ("overall", Fail),
            ("reply", Pass),
            ("overall", NotReached),
            ("reply", NotReached),
        ]
    );
    assert_eq!(
        results.iter().map(|r| r.step).collect::<Vec<_>>(),
        [Some(0), Some(0), Some(1), Some(1), Some(2), Some(2)]
    );
    assert_eq!(results[2].event, Some(2));

    // A run that broke off has no record of the later steps.
    trace.steps.truncate(1);
    assert_eq!(evaluate(&case, &trace)[2].verdict, NotReached);
}

#[test]
fn a_door_without_sessions_shows_no_reply_no_end_and_no_tracker() {
    let mut case = case(Expect {
        closed: Some(spanned(true, 1)),
        ..Expect::default()
    });
    case.steps[0].expect = Some(Expect {
        reply: Some(one_or_more(80, [Reply::Response])),
        ..Expect::default()
    });
    let mut trace = trace_of(&case, events("S E+"), |_, _| {});
    trace.door = Door::Delegate;
    for result in evaluate(&case, &trace) {
        assert_eq!(result.verdict, CheckVerdict::NotObservable);
    }
}
