//! Patterns: a table of patterns, sequences and verdicts; `never`; where a mismatch points.

use super::*;
use crate::scenario::{EventItem, Pattern, PatternItem, PatternKind, StatusName};
use crate::spec::Grade;

/// An item in short: its event as in [`super::events`] without numbers, then `@A` a scope, `#w` a task word, `*2..4`.
pub(super) fn item(text: &str) -> PatternItem {
    let kind = if text == "..." {
        PatternKind::AnyProgress
    } else {
        let (text, times) = text.split_once('*').unwrap_or((text, "1"));
        let (text, task) = text
            .split_once('#')
            .map_or((text, None), |(t, w)| (t, Some(w)));
        let (text, scope) = text
            .split_once('@')
            .map_or((text, None), |(t, s)| (t, Some(s)));
        let (least, most) = times.split_once("..").unwrap_or((times, times));
        let (name, rest) = text.split_at(1);
        let full = |letter: &str| match letter {
            "S" => "StartProgressCallback",
            "A" => "AddSubTask",
            "U" => "SetSubTaskStatus",
            "P" => "SetCompletionPercentage",
            "E" => "SetOverallStatus",
            "I" => "InitializeOperationParametersResponse",
            "R" => "StartOperationWithCallbackResponse",
            "F" => "Fault",
            _ => "SessionClosed",
        };
        let status = |letter: char| match (name, letter) {
            ("U", 'i') => StatusName::SubTask(SubTaskStatus::InProgress),
            ("U", '+') => StatusName::SubTask(SubTaskStatus::CompletedWithSuccess),
            ("U", _) => StatusName::SubTask(SubTaskStatus::CompletedWithError),
            (_, '+') => StatusName::Overall(OverallProgressStatus::CompletedWithSuccess),
            (_, 'i') => StatusName::Overall(OverallProgressStatus::InProgress),
            _ => StatusName::Overall(OverallProgressStatus::CompletedWithFailure),
        };
        let named = matches!(name, "U" | "E") && !rest.is_empty();
        let event = EventItem {
            span: Span::default(),
            name: full(name).to_owned(),
            status: named.then(|| one_or_more(0, rest.chars().map(status))),
            percent: (name == "P" && !rest.is_empty()).then(|| {
                let (least, most) = rest.split_once('-').unwrap_or((rest, rest));
                let bound = |text| Percentage::from_lexical(text).unwrap();
                spanned((bound(least), bound(most)), 0)
            }),
            nondeterministic: (name == "S" && !rest.is_empty()).then(|| spanned(rest == "t", 0)),
            detail: (name == "F" && !rest.is_empty())
                .then(|| one_or_more(0, [IpamExceptionId::from_name(&rest[1..]).unwrap()])),
            scope: scope.map(|name| {
                let place = ["A", "B", "C", "A on P1"].iter().position(|s| *s == name);
                spanned(place.unwrap(), 0)
            }),
            task: task.map(|word| spanned(word.to_owned(), 0)),
        };
        PatternKind::Event {
            item: event,
            least: least.parse().unwrap(),
            most: most.parse().ok(),
        }
    };
    PatternItem {
        span: Span::default(),
        kind,
    }
}

/// A pattern in short: items, `(…)` for in_order, `{…}` for any_order. Items stand at 100, 101, … as they are written.
pub(super) fn pattern(text: &str) -> Pattern {
    let spaced = ["(", ")", "{", "}"]
        .iter()
        .fold(text.to_owned(), |text, mark| {
            text.replace(mark, &format!(" {mark} "))
        });
    let mut words = spaced.split_whitespace();
    let mut place = 100;
    let items = group(&mut words, &mut place);
    Pattern {
        span: at(99),
        items,
    }
}

fn group<'t>(words: &mut impl Iterator<Item = &'t str>, place: &mut usize) -> Vec<PatternItem> {
    let mut items = Vec::new();
    while let Some(word) = words.next() {
        let span = at(*place);
        *place += 1;
        let kind = match word {
            "(" => PatternKind::InOrder(group(words, place)),
            "{" => PatternKind::AnyOrder(group(words, place)),
            ")" | "}" => {
                *place -= 1;
                return items;
            }
            _ => item(word).kind,
        };
        items.push(PatternItem { span, kind });
    }
    items
}

fn callbacks(text: &str) -> Expect {
    Expect {
        callbacks: Some(pattern(text)),
        ..Expect::default()
    }
}

#[test]
fn a_table_of_patterns_and_sequences() {
    use CheckVerdict::{Deviates, Fail, NotObservable, Pass};
    for (text, sequence, verdict) in [
        ("", "", Pass),
        ("", "S", Fail),
        ("", "P1", Fail),
        ("S ... E", "S E+", Pass),
        ("S ... E", "S A1 U1i U1+ P100 E+", Pass),
        ("S ... E", "S A1 E+ E+", Fail),
        ("S ... E", "A1 S E+", Fail),
        ("S ... E", "S A1", Fail),
        ("S ... E-", "S A1 E+", Fail),
        ("S ...", "S A1 P2", Pass),
        ("S E", "S A1 E+", Fail),
        // Progress that is asked for and does not come, or comes in another order.
        ("S A U+ E", "S E+", Deviates),
        ("S A U+ E", "S U1+ A1 E+", Deviates),
        ("S A U+ E", "S A1 U1- E+", Deviates),
        ("S A U+ E-", "S A1 U1- E+", Fail),
        ("S P0-50 P100 E", "S P50 P100 E+", Pass),
        ("S P0-50 P100 E", "S P50.1 P100 E+", Deviates),
        // Times.
        ("S A*3 E", "S A1 A2 A3 E+", Pass),
        ("S A*3 E", "S A1 A2 A3 A4 E+", Deviates),
        ("S A*2..3 E", "S A1 A2 E+", Pass),
        ("S A*2..3 E", "S A1 E+", Deviates),
        ("S A*2.. E", "S A1 A2 A3 A4 A5 E+", Pass),
        ("S A*0..1 U E", "S U1i E+", Pass),
        ("S A*0..1 A E", "S A1 E+", Pass),
        ("S A*0.. A*2 E", "S A1 A2 A3 E+", Pass),
        ("S A*0.. A*2 E", "S A1 E+", Deviates),
        ("S E*4", "S E+ E+ E+ E+", Pass),
        ("S E*4", "S E+ E+ E+", Fail),
        // `...` must not swallow what comes after it.
        ("S ... A ... E", "S A1 E+", Pass),
        ("S ... U+ ... E", "S A1 U1i U1+ P1 E+", Pass),
        ("S ... U+ U+ ... E", "S U1+ A1 U1+ U2+ E+", Pass),
        ("S ... U+ U+ ... E", "S U1+ A1 U1+ A2 E+", Deviates),
        ("S ... A*2 ... E", "S A1 P1 A2 A3 E+", Pass),
        ("S ... A*2 ... E", "S A1 P1 A2 P1 A3 E+", Deviates),
        ("S ... P100 E", "S P100 P50 P100 E+", Pass),
        ("S ... P100 E", "S P100 P50 E+", Deviates),
        ("S ... A*2 U ... E", "S A1 A2 A3 U1i E+", Pass),
        // Any order.
        ("S {A*3 ...} E", "S A1 P1 A2 U1i A3 E+", Pass),
        ("S {A*3 ...} E", "S A1 P1 A2 E+", Deviates),
        ("S {A*3 ...} E", "S A1 A2 A3 A4 E+", Pass),
        ("S {A*2 P} E", "S A1 P3 A2 E+", Pass),
        ("S {A*2 P} E", "S A1 P3 A2 P4 E+", Deviates),
        ("S {E*2 ...}", "S P1 E+ A1 E+ P2", Pass),
        ("S {E*2 ...}", "S P1 E+", Fail),
        ("S {E+ E-}", "S E- E+", Pass),
        ("S {E+ E+}", "S E- E+", Fail),
        ("{S (A U+)} E", "A1 S U1+ E+", Pass),
        ("{S (A U+)} E", "U1+ S A1 E+", Deviates),
        ("{S {A U+}} E", "U1+ S A1 E+", Pass),
        (
            "S {(A Ui U+) (A Ui U+)} E",
            "S A1 A2 U1i U2i U2+ U1+ E+",
            Pass,
        ),
        (
            "S {(A Ui U+) (A Ui U+)} E",
            "S A1 A2 U1i U1+ U2+ U2i E+",
            Deviates,
        ),
        ("S {(A Ui) (P10 P20)} E", "S P10 A1 P20 U1i E+", Pass),
        ("S {(A ... U+) P50} E", "S A1 U1i P50 P60 U1+ E+", Pass),
        // The first percentage may belong to either; only one choice works.
        ("S {(P0-50 U+) P0-10} E", "S P5 P40 U1+ E+", Pass),
        ("S {(P0-50 U+) P0-10} E", "S P40 P5 U1+ E+", Pass),
        ("S {(P0-50 U+) P0-10} E", "S P5 U1+ P40 E+", Deviates),
        ("S {(P0-10 U+) (P0-10 U-)} E", "S P5 P6 U1- U1+ E+", Pass),
        ("S ({(A U+) P} {A P}) E", "S A1 P1 U1+ P2 A2 E+", Pass),
        // Task words.
        ("S A#a A#b U+#b U+#a E", "S A1 A2 U2+ U1+ E+", Pass),
        ("S A#a A#b U+#b U+#a E", "S A1 A2 U1+ U2+ E+", Deviates),
        ("S A#a A#b E", "S A7 A7 E+", Deviates),
        ("S A#a A#a E", "S A7 A7 E+", Pass),
        ("S {(A#a U+#a) (A#b U-#b)} E", "S A1 A2 U1- U2+ E+", Pass),
        (
            "S {(A#a U+#a) (A#b U-#b)} E",
            "S A1 A2 U1- U1+ E+",
            Deviates,
        ),
        ("S {(A#a U+#a) ...} E", "S A1 A2 U1i U2+ E+", Pass),
        ("S {(A#a U+#a) ...} E", "S A1 A2 U1i U3+ E+", Deviates),
        ("S ... A#a ... U+#a ... E", "S A1 A2 A3 U2+ E+", Pass),
        ("S {(A#a U+#a) (A#b U+#b)} E", "S A1 A2 U2+ U1+ E+", Pass),
        (
            "S {(A#a U+#a) (A#b U+#b)} E",
            "S A1 A2 U2+ U2+ E+",
            Deviates,
        ),
        ("S P#a E", "S P1 E+", Deviates),
        // Scopes.
        ("S {A@A A@B} E", "S A1@B A2@A E+", Pass),
        ("S {A@A A@B} E", "S A1@A A2@A E+", Deviates),
        (
            "S {(A@A#a U+#a) (A@B#b U-#b)} E",
            "S A1@B A2@A U1- U2+ E+",
            Pass,
        ),
        ("S A Ui@A E", "S A1@A U1i E+", Pass),
        ("S A@A E", "S A1 E+", NotObservable),
        ("S A@A E-", "S A1 E+", Fail),
        ("S A@A E", "S A1@P E+", Deviates),
        // Fields.
        ("St E", "St E+", Pass),
        ("St E", "Sf E+", Fail),
        ("Sf E", "S E+", Pass),
        ("S U+- E", "S U1- E+", Pass),
        ("S E+-", "S E-", Pass),
    ] {
        let result = only(judge(callbacks(text), sequence));
        assert_eq!(
            result.verdict, verdict,
            "[{text}] over {sequence}: {result:#?}"
        );
    }
}

#[test]
fn the_place_of_the_reply_is_open_and_its_number_is_not() {
    use CheckVerdict::{Deviates, Fail, Pass};
    for (text, sequence, verdict) in [
        ("I S R ... E X", "I S R P1 E+ X", Pass),
        ("I S R ... E X", "I R S P1 E+ X", Deviates),
        ("I S R ... E X", "I S P1 E+ R X", Deviates),
        ("I S R ... E X", "I S P1 E+ X", Fail),
        ("I S R ... E X", "I S R P1 E+ R X", Fail),
        ("I S R ... E", "I S R P1 E+ X", Fail),
        ("I S {R E (P50 P100)}", "I S P50 E+ R P100", Pass),
        ("I S {R*0..1 E}", "I S E+", Pass),
        ("F:IpamApiAccessDenied", "F:IpamApiAccessDenied", Pass),
        ("F:IpamApiAccessDenied", "F", Fail),
    ] {
        let expect = Expect {
            events: Some(pattern(text)),
            ..Expect::default()
        };
        let result = only(judge(expect, sequence));
        assert_eq!(
            result.verdict, verdict,
            "[{text}] over {sequence}: {result:#?}"
        );
    }
}

#[test]
fn a_mismatch_points_at_the_item_and_the_event() {
    let found = |text: &str, sequence: &str| {
        let result = only(judge(callbacks(text), sequence));
        let place = result.span.unwrap().start;
        (place, result.event, result.expected, result.found)
    };
    let own = |place, event, expected: &str, found: &str| {
        (place, event, expected.to_owned(), found.to_owned())
    };
    assert_eq!(
        found("S ... E+", "S P1 E-"),
        own(
            102,
            Some(2),
            "`SetOverallStatus` with status CompletedWithSuccess",
            "`SetOverallStatus` with status CompletedWithFailure"
        )
    );
    assert_eq!(
        found("S ... E", "S A1"),
        own(102, None, "`SetOverallStatus`", "the end of the sequence")
    );
    assert_eq!(
        found("S ... E", "S E+ A4@B"),
        own(
            99,
            Some(2),
            "the end of the sequence",
            "`AddSubTask` for scope `B`"
        )
    );
    assert_eq!(
        found("S {A*3 ...} E", "S A1 P1 A2 E+"),
        own(
            102,
            Some(4),
            "`AddSubTask` (3 of 3)",
            "`SetOverallStatus` with status CompletedWithSuccess"
        )
    );
    assert_eq!(
        found("S {A@A A@B} E", "S A1@A A2@A E+"),
        own(
            103,
            Some(2),
            "`AddSubTask` for scope `B`",
            "`AddSubTask` for scope `A`"
        )
    );
    // The failure shows where even the loose reading stops, not where progress differs.
    assert_eq!(found("S A U+ E-", "S U1+ E+").0, 103);
    // Only callbacks are looked at, yet events keep their numbers in the trace.
    assert_eq!(found("S E", "I S R P4 E+").1, Some(3));
}

#[test]
fn grades_and_other_values() {
    let mut expect = callbacks("S ... E+-");
    let result = only(judge(expect.clone(), "S E-"));
    assert_eq!(
        (result.verdict, result.grade),
        (CheckVerdict::Pass, Grade::Either)
    );
    assert_eq!(result.found, "`SetOverallStatus` with CompletedWithFailure");
    assert_eq!((result.span, result.event), (Some(at(102)), Some(1)));
    expect.grades.insert("callbacks".to_owned(), Grade::Soft);
    assert_eq!(only(judge(expect, "S S")).verdict, CheckVerdict::Deviates);
    let result = only(judge(callbacks("S A E"), "S E+"));
    assert_eq!(
        (result.verdict, result.grade),
        (CheckVerdict::Deviates, Grade::Soft)
    );
}

#[test]
fn never() {
    let never = |text: &str| {
        let PatternKind::Event { item: event, .. } = item(text).kind else {
            unreachable!("an event")
        };
        Expect {
            never: vec![EventItem {
                span: at(7),
                ..event
            }],
            ..Expect::default()
        }
    };
    use CheckVerdict::{Deviates, Fail, NotObservable, Pass};
    for (text, sequence, verdict, event) in [
        ("A", "S E+", Pass, None),
        ("A", "S A1 E+", Deviates, Some(1)),
        ("E-", "S E+", Pass, None),
        ("E-", "S E-", Fail, Some(1)),
        ("A@A", "S A1@B E+", Pass, None),
        ("A@A", "S A1@B A2@A E+", Deviates, Some(2)),
        ("A@A", "S A1@B A2 E+", NotObservable, Some(2)),
        ("F", "S F", Fail, Some(1)),
    ] {
        let result = only(judge(never(text), sequence));
        assert_eq!(
            (result.verdict, result.event),
            (verdict, event),
            "{text} {sequence}"
        );
        assert_eq!(result.span, Some(at(7)));
    }
    let label = only(judge(never("A@A"), "A1@A")).label;
    assert_eq!(label, Some((at(9200), "scope `A`".to_owned())));
}

#[test]
fn where_replies_take_another_way_than_callbacks_only_the_rest_of_the_order_is_judged() {
    let verdict = |shown: &str, reply_order: bool| {
        let case = case(Expect {
            events: Some(pattern("I S R E+")),
            ..Expect::default()
        });
        let mut trace = trace_of(&case, events(shown), |_, _| {});
        trace.shows.reply_order = reply_order;
        only(evaluate(&case, &trace)).verdict
    };
    assert_eq!(verdict("I R S E+", true), CheckVerdict::Deviates);
    assert_eq!(verdict("I R S E+", false), CheckVerdict::NotObservable);
    assert_eq!(verdict("I S R E+", false), CheckVerdict::Pass);
    assert_eq!(verdict("I R E+ S", false), CheckVerdict::Fail);
    assert_eq!(verdict("I S E+", false), CheckVerdict::Fail);
}
