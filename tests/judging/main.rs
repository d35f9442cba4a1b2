//! Traces that are changed at one place: the check that speaks of it finds it, and finds nothing in the right one.
//!
//! What a server does wrong as a whole is the affair of `tests/deviants.rs`; here stand the single sentences of the
//! grammar of a session, also those that no server of ours can be made to break.

mod idle;

use std::collections::BTreeSet;
use std::sync::Arc;

use ipamconf::check::check;
use ipamconf::door::{DelegateTarget, SessionTarget};
use ipamconf::model::{
    AdmDhcpScopesRow, Callback, ClientMessage, Event, Percentage, SoapFault, Tables,
};
use ipamconf::scenario::read_bytes;
use ipamconf::spec::Readings;
use ipamconf::suite::{Target, run_case};
use ipamconf::trace::{Record, Trace, What};
use ipamconf::verdict::{CheckResult, CheckVerdict, Judge};

/// One scope that goes to its partner.
const ONE_SCOPE: &str = r#"
[world]
servers = [{ name = "S" }, { name = "P1" }]
relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
scopes = [{ name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" }]
"#;

/// What the grammar says of a scenario's trace that is changed.
fn judged(steps: &str, change: impl FnOnce(&mut Vec<Record>)) -> Vec<CheckResult> {
    let mut target = SessionTarget::default();
    let mut results = judged_at(&mut target, steps, |trace| change(&mut trace.log));
    results.retain(|result| result.judge == Judge::Grammar);
    results
}

/// What every check says of it.
fn judged_at(
    target: &mut dyn Target,
    steps: &str,
    change: impl FnOnce(&mut Trace),
) -> Vec<CheckResult> {
    let text = format!("title = \"a trace\"\nrequirements = [\"R-SM-1\"]\n{ONE_SCOPE}{steps}");
    let scenario = read_bytes("judging", "judging.toml", text.as_bytes())
        .unwrap_or_else(|rejected| panic!("{rejected}"));
    let readings = Readings::default();
    let case = &scenario.cases[0];
    let mut trace = run_case(case, target, &readings).expect("the simulator can run it");
    change(&mut trace);
    check(case, &trace, &readings)
}

/// The checks that found something, with requirement and verdict.
fn found(results: &[CheckResult]) -> Vec<String> {
    let found: BTreeSet<String> = results
        .iter()
        .filter(|result| result.verdict != CheckVerdict::Pass)
        .map(|result| {
            let verdict = match result.verdict {
                CheckVerdict::Fail => "fail",
                CheckVerdict::Deviates => "deviates",
                other => panic!("{other:?}"),
            };
            format!("{} {}: {verdict}", result.check, result.requirement)
        })
        .collect();
    found.into_iter().collect()
}

fn passes(results: &[CheckResult], check: &str, requirement: &str) -> bool {
    results.iter().any(|result| {
        result.verdict == CheckVerdict::Pass
            && result.check == check
            && result.requirement.to_string() == requirement
    })
}

/// One `replicate`, which is what a scenario without steps is.
const REPLICATE: &str = "";

fn place(log: &[Record], is_it: impl Fn(&What) -> bool) -> usize {
    log.iter()
        .position(|record| is_it(&record.what))
        .expect("it is in the trace")
}

fn event(log: &[Record], name: &str) -> usize {
    place(
        log,
        |what| matches!(what, What::Received(event) if event.name() == name),
    )
}

fn callback(log: &[Record], name: &str) -> usize {
    place(
        log,
        |what| matches!(what, What::Received(Event::Callback(callback)) if callback.name() == name),
    )
}

fn start(log: &[Record]) -> usize {
    place(log, |what| {
        matches!(
            what,
            What::Sent {
                message: ClientMessage::StartOperationWithCallback,
                ..
            }
        )
    })
}

/// Puts a record in front of a place, on its session.
fn put(log: &mut Vec<Record>, at: usize, what: What) {
    let like = log.get(at).unwrap_or_else(|| &log[log.len() - 1]);
    let record = Record {
        step: like.step,
        session: like.session,
        what,
    };
    log.insert(at, record);
}

fn send(message: ClientMessage) -> What {
    What::Sent {
        message,
        before: None,
    }
}

fn fault() -> What {
    What::Received(Event::Fault(SoapFault::sender(None)))
}

#[test]
fn a_right_trace_is_accepted() {
    let results = judged(REPLICATE, |_| {});
    assert_eq!(found(&results), [""; 0]);
    for (check, requirement) in [
        ("answered-once", "R-KA-1"),
        ("answered-once", "R-INIT-6"),
        ("initialize-answered", "R-INIT-6"),
        ("start-answered", "R-START-3"),
        ("start-progress-first", "R-START-1"),
        ("start-progress-once", "R-SM-3"),
        ("session-closed", "R-SM-6"),
    ] {
        assert!(
            passes(&results, check, requirement),
            "{check} {requirement}"
        );
    }
}

#[test]
fn a_session_stays_open_after_a_refused_initialize() {
    let steps = "[[steps]]\ninitialize = { parameters = \"nil\" }\n";
    let results = judged(steps, |_| {});
    assert!(passes(&results, "session-closed", "R-INIT-7"));
    let results = judged(steps, |log| {
        log.remove(event(log, "SessionClosed"));
    });
    assert_eq!(found(&results), ["session-closed R-INIT-7: deviates"]);
}

#[test]
fn nothing_is_owed_to_a_request_on_a_session_that_is_over() {
    for message in [
        ClientMessage::InitializeOperationParameters { paramters: None },
        ClientMessage::StartOperationWithCallback,
    ] {
        let results = judged(REPLICATE, |log| {
            put(log, log.len(), send(message));
        });
        assert_eq!(found(&results), [""; 0]);
    }
    let refused = "[[steps]]\ninitialize = { parameters = \"nil\" }\n";
    let results = judged(refused, |log| {
        let again = ClientMessage::InitializeOperationParameters { paramters: None };
        put(log, log.len(), send(again));
    });
    assert_eq!(found(&results), [""; 0]);
}

#[test]
fn a_late_start_that_is_answered_with_a_response_is_found() {
    let answer = What::Received(Event::StartOperationWithCallbackResponse);
    let results = judged(REPLICATE, |log| {
        let at = callback(log, "AddSubTask");
        put(log, at, answer);
        put(log, at, send(ClientMessage::StartOperationWithCallback));
    });
    assert_eq!(found(&results), ["nothing-starts-twice R-SM-6: deviates"]);
    let results = judged(REPLICATE, |log| {
        let at = callback(log, "AddSubTask");
        put(log, at, fault());
        put(log, at, send(ClientMessage::StartOperationWithCallback));
    });
    assert!(passes(&results, "nothing-starts-twice", "R-SM-6"));
}

#[test]
fn a_start_without_an_answer_is_found() {
    let results = judged(REPLICATE, |log| {
        log.remove(event(log, "StartOperationWithCallbackResponse"));
    });
    assert_eq!(found(&results), ["start-answered R-START-3: fail"]);
}

#[test]
fn what_asks_for_no_answer_gets_none() {
    let operation = || ClientMessage::CallbackOperation {
        name: "SetCompletionPercentage".into(),
    };
    let response = || What::Received(Event::InitializeOperationParametersResponse);
    for (message, answer, expected) in [
        (
            ClientMessage::Keepalive,
            response(),
            "answered-once R-KA-1: fail",
        ),
        (operation(), response(), "answered-once R-SM-9: fail"),
        (operation(), fault(), "answered-once R-SM-9: deviates"),
    ] {
        let results = judged(REPLICATE, |log| {
            let at = start(log);
            // another answer than that to the initialize, so that it is not taken for a second one
            log.remove(event(log, "InitializeOperationParametersResponse"));
            put(log, at - 1, fault());
            put(log, at, answer);
            put(log, at, send(message));
        });
        assert!(
            found(&results).contains(&expected.to_owned()),
            "{expected}: {:?}",
            found(&results)
        );
    }
}

#[test]
fn a_start_that_nothing_follows_is_found_unless_the_client_has_closed() {
    let silent = |end: Option<What>| {
        let results = judged(REPLICATE, |log| {
            let at = start(log);
            log.truncate(at + 1);
            if let Some(end) = end {
                put(log, at + 1, end);
            }
        });
        found(&results)
    };
    assert_eq!(
        silent(None),
        ["start-answered R-START-3: fail", "started R-START-1: fail"]
    );
    assert_eq!(silent(Some(What::ClosedByClient)), [""; 0]);
}

#[test]
fn callbacks_without_a_start_or_before_it_or_with_two_are_found() {
    let results = judged(REPLICATE, |log| {
        log.remove(callback(log, "StartProgressCallback"));
    });
    let expected = "no-callback-outside-an-operation R-START-1: fail".to_owned();
    assert!(found(&results).contains(&expected), "{:?}", found(&results));
    let results = judged(REPLICATE, |log| {
        let first = callback(log, "StartProgressCallback");
        let second = callback(log, "AddSubTask");
        log.swap(first, second);
    });
    let expected = "start-progress-first R-START-1: fail".to_owned();
    assert!(found(&results).contains(&expected), "{:?}", found(&results));
    let results = judged(REPLICATE, |log| {
        let again = log[callback(log, "StartProgressCallback")].what.clone();
        put(log, callback(log, "AddSubTask"), again);
    });
    assert_eq!(found(&results), ["start-progress-once R-SM-3: fail"]);
}

#[test]
fn a_second_equal_end_may_be_that_of_a_nested_delegate() {
    let ends = |again: bool| {
        let results = judged(REPLICATE, |log| {
            let at = callback(log, "SetOverallStatus");
            if again {
                put(log, at, log[at].what.clone());
            }
        });
        let mut ends = results.into_iter();
        ends.find(|result| result.check == "one-terminal-status")
            .expect("it is always judged")
    };
    assert_eq!(ends(false).verdict, CheckVerdict::Pass);
    assert!(ends(false).reading.is_none());
    assert_eq!(ends(true).verdict, CheckVerdict::Fail);
    assert!(ends(true).reading.is_some());
}

#[test]
fn an_operation_that_never_ends_is_found() {
    let results = judged(REPLICATE, |log| {
        log.remove(callback(log, "SetOverallStatus"));
    });
    assert_eq!(found(&results), ["one-terminal-status R-SM-8: fail"]);
    let results = judged(REPLICATE, |log| {
        log.remove(callback(log, "SetOverallStatus"));
        let at = event(log, "StartOperationWithCallbackResponse");
        log[at].what = fault();
    });
    let expected = "one-terminal-status R-PROC-2: fail".to_owned();
    assert!(found(&results).contains(&expected), "{:?}", found(&results));
}

/// A SetCompletionPercentage of so many in a hundred.
fn percent(percent: usize) -> What {
    What::Received(Event::Callback(Callback::SetCompletionPercentage {
        completion_percentage: Percentage::of(percent, 100),
    }))
}

#[test]
fn percentages_may_stay_and_rise_but_not_fall() {
    let told = |percentages: [usize; 2]| {
        let results = judged(REPLICATE, |log| {
            let at = callback(log, "AddSubTask");
            put(log, at, percent(percentages[1]));
            put(log, at, percent(percentages[0]));
        });
        assert!(
            results
                .iter()
                .any(|result| result.check == "percentage-rises")
        );
        found(&results)
    };
    assert_eq!(told([10, 20]), [""; 0]);
    assert_eq!(told([20, 20]), [""; 0]);
    assert_eq!(told([20, 10]), ["percentage-rises R-SM-4: deviates"]);
}

#[test]
fn percentages_are_looked_at_where_no_subtask_is_told() {
    let results = judged(REPLICATE, |log| {
        let is_about_subtasks = |record: &Record| {
            matches!(
                record.what,
                What::Received(Event::Callback(
                    Callback::AddSubTask { .. } | Callback::SetSubTaskStatus { .. }
                ))
            )
        };
        log.retain(|record| !is_about_subtasks(record));
    });
    assert!(passes(&results, "percentage-in-range", "R-SM-4"));
}

#[test]
fn a_reply_before_the_first_callback_is_another_reading() {
    let reply = |first: bool| {
        let results = judged(REPLICATE, |log| {
            let (at, started) = (
                event(log, "StartOperationWithCallbackResponse"),
                callback(log, "StartProgressCallback"),
            );
            if first {
                log.swap(at, started);
            }
        });
        let mut replies = results.into_iter();
        replies
            .find(|result| result.check == "start-progress-before-reply")
            .expect("it is always judged")
    };
    assert_eq!(reply(false).verdict, CheckVerdict::Pass);
    assert!(reply(false).reading.is_none());
    assert_eq!(reply(true).verdict, CheckVerdict::Deviates);
    assert!(reply(true).reading.is_some());
}

#[test]
fn an_operation_that_has_ended_is_not_cut_short_by_the_client() {
    let results = judged(REPLICATE, |log| {
        log.remove(event(log, "SessionClosed"));
        put(log, log.len(), What::ClosedByClient);
    });
    assert_eq!(found(&results), ["session-closed R-SM-6: deviates"]);
}

#[test]
fn events_are_counted_over_the_whole_trace() {
    let number = |elsewhere: bool| {
        let results = judged(REPLICATE, |log| {
            if elsewhere {
                put(log, 0, What::Received(Event::SessionClosed));
                log[0].session = None;
            }
        });
        let mut results = results.into_iter();
        results
            .find(|result| result.check == "start-progress-first")
            .and_then(|result| result.event)
            .expect("it is always judged")
    };
    assert_eq!((number(false), number(true)), (1, 2));
}

#[test]
fn details_that_a_failure_lacks_are_missed_by_the_delegate_that_was_asked_for() {
    for (request, requirement) in [
        ("server = \"P1\"", "R-PROC-2"),
        ("operation = \"CreateDhcpScope\", scope = \"A\"", "R-3-20"),
        (
            "operation = \"EditDhcpScope\", scope = \"A\", set = { Scope = { RecordId = 999 } }",
            "R-4-20",
        ),
    ] {
        let steps = format!("[[steps]]\nreplicate = {{ {request} }}\n");
        let results = judged(&steps, |log| {
            let at = callback(log, "SetOverallStatus");
            if let What::Received(Event::Callback(Callback::SetOverallStatus {
                completion_status,
                ..
            })) = &mut log[at].what
            {
                assert!(completion_status.take().is_some());
            }
        });
        assert_eq!(
            found(&results),
            [format!("failure-details {requirement}: deviates")]
        );
    }
}

#[test]
fn a_second_answer_belongs_to_the_request_or_to_the_keepalive_after_it() {
    let response = || What::Received(Event::StartOperationWithCallbackResponse);
    let own = "answered-once R-START-3: fail";
    let keepalive = "answered-once R-KA-1: fail";
    for (first, keepalive_first, second, expected) in [
        (response(), false, response(), own),
        (response(), true, response(), own),
        (response(), false, fault(), keepalive),
        (response(), true, fault(), keepalive),
        (fault(), false, fault(), keepalive),
        (fault(), true, fault(), own),
    ] {
        let words = format!("{first:?} {keepalive_first} {second:?}");
        let results = judged(REPLICATE, |log| {
            let at = event(log, "StartOperationWithCallbackResponse");
            put(log, at + 1, second);
            log[at].what = first;
            let sent = if keepalive_first { at } else { at + 1 };
            put(log, sent, send(ClientMessage::Keepalive));
        });
        let mut found = found(&results);
        found.retain(|found| found.starts_with("answered-once"));
        assert_eq!(found, [expected], "{words}");
    }
}

#[test]
fn a_response_answers_the_request_that_it_names_in_whatever_order_they_come() {
    let results = judged(REPLICATE, |log| {
        let response = event(log, "InitializeOperationParametersResponse");
        let response = log.remove(response).what;
        let at = event(log, "StartOperationWithCallbackResponse");
        put(log, at + 1, response);
    });
    assert_eq!(found(&results), [""; 0]);
    // one to a message that was written by hand
    let results = judged(REPLICATE, |log| {
        let at = start(log) + 1;
        let response = What::Received(Event::InitializeOperationParametersResponse);
        put(log, at, response);
        let by_hand = ClientMessage::Raw {
            action: None,
            xml: String::new(),
        };
        put(log, at, send(by_hand));
    });
    assert!(passes(&results, "answer-belongs-to-request", "R-START-3"));
}

#[test]
fn a_fault_answers_the_late_request_while_the_operation_runs() {
    let results = judged(REPLICATE, |log| {
        let at = event(log, "StartOperationWithCallbackResponse");
        put(log, at, fault());
        put(log, at, send(ClientMessage::StartOperationWithCallback));
    });
    assert!(passes(&results, "nothing-starts-twice", "R-SM-6"));
    assert!(passes(&results, "response-on-success", "R-START-3"));
}

#[test]
fn a_message_by_hand_leaves_a_running_operation_its_callbacks() {
    let by_hand = || {
        send(ClientMessage::Raw {
            action: None,
            xml: "<a/>".to_owned(),
        })
    };
    let results = judged(REPLICATE, |log| {
        let at = callback(log, "StartProgressCallback") + 1;
        put(log, at, by_hand());
    });
    assert_eq!(found(&results), [""; 0]);
    let results = judged(REPLICATE, |log| {
        let at = callback(log, "StartProgressCallback") + 1;
        put(log, at, by_hand());
        let end = callback(log, "SetOverallStatus");
        log.remove(end);
    });
    assert!(
        found(&results).contains(&"one-terminal-status R-SM-8: fail".to_owned()),
        "{:?}",
        found(&results)
    );
}

const WHOLE: &str = "[[steps]]\nreplicate = { server = \"S\" }\n";

#[test]
fn what_was_initialized_by_hand_may_be_anything() {
    let mut target = SessionTarget::default();
    let results = judged_at(&mut target, WHOLE, |trace| {
        let sent = place(&trace.log, |what| matches!(what, What::Sent { .. }));
        trace.log[sent].what = send(ClientMessage::Raw {
            action: None,
            xml: "<a/>".to_owned(),
        });
    });
    assert_eq!(found(&results), [""; 0]);
}

#[test]
fn of_many_rows_that_changed_twenty_are_shown() {
    let mut target = SessionTarget::default();
    let mut results = judged_at(&mut target, WHOLE, |trace| {
        let mut tables = Tables::clone(trace.steps[0].after.as_ref().expect("it is seen"));
        let (key, row) = tables.scopes.first_key_value().expect("there is a scope");
        let (key, row) = (*key, Arc::clone(row));
        for number in 0..30 {
            let mut other = AdmDhcpScopesRow::clone(&row);
            other.record_id.0 += 100 + number;
            other.details.scope_id = format!("10.0.{}.0", 100 + number)
                .parse()
                .expect("an address");
            tables
                .scopes
                .insert((key.0, other.record_id), Arc::new(other));
        }
        trace.steps[0].after = Some(Arc::new(tables));
    });
    results.retain(|result| result.verdict == CheckVerdict::Fail);
    assert_eq!(results.len(), 20);
}

#[test]
fn what_was_started_by_hand_has_its_callbacks() {
    let mut target = SessionTarget::default();
    let results = judged_at(&mut target, WHOLE, |trace| {
        let start = start(&trace.log);
        trace.log[start].what = send(ClientMessage::Raw {
            action: None,
            xml: "<a/>".to_owned(),
        });
    });
    assert_eq!(found(&results), [""; 0]);
}
