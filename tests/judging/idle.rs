//! A store that changes at a step at which nothing may be running, and at one at which something may.

use super::*;

/// The store of every moment from the end of a step on is another, as if it had been written at that step.
fn write_at(trace: &mut Trace, step: usize) {
    let mut tables = Tables::clone(trace.steps[step].after.as_ref().expect("it is seen"));
    for row in tables.scopes.values_mut() {
        let mut other = AdmDhcpScopesRow::clone(row);
        other.details.description.push('x');
        *row = Arc::new(other);
    }
    let tables = Some(Arc::new(tables));
    for (number, taken) in trace.steps.iter_mut().enumerate() {
        if number > step {
            taken.before.clone_from(&tables);
        }
        if number >= step {
            taken.after.clone_from(&tables);
        }
    }
    for record in trace.log.iter_mut().filter(|record| record.step > step) {
        if let What::Sent { before, .. } | What::Called { before, .. } = &mut record.what {
            before.clone_from(&tables);
        }
    }
    trace.after = tables;
}

/// What is said of a store that changes at a step at which nothing may be running.
fn idle(target: &mut dyn Target, steps: &str, change: impl FnOnce(&mut Trace)) -> Vec<String> {
    let mut results = judged_at(target, steps, change);
    results.retain(|result| result.check == "nothing-changes");
    found(&results)
}

const CONNECT: &str = "[[steps]]\nconnect = {}\n";
const INITIALIZE: &str = "[[steps]]\ninitialize = { server = \"S\" }\n";
const REFUSED: &str = "[[steps]]\ninitialize = { parameters = \"nil\" }\n";
const KEEPALIVE: &str = "[[steps]]\nkeepalive = {}\n";
const SEND_CALLBACK: &str = "[[steps]]\nsend_callback = { name = \"SetOverallStatus\" }\n";
const START: &str = "[[steps]]\nstart = {}\n";
const WAIT: &str = "[[steps]]\nwait = { for = \"1s\" }\n";
const CLOSE: &str = "[[steps]]\nclose = {}\n";
#[test]
fn a_store_that_changes_while_no_operation_runs_is_found_by_what_was_done() {
    for (steps, at, requirement) in [
        (vec![CONNECT], 0, "R-START-2"),
        (vec![INITIALIZE], 0, "R-START-2"),
        (vec![REFUSED], 0, "R-INIT-7"),
        (vec![CONNECT, KEEPALIVE], 1, "R-KA-1"),
        (vec![CONNECT, SEND_CALLBACK], 1, "R-SM-9"),
        (vec![INITIALIZE, WAIT], 1, "R-START-2"),
        (vec![INITIALIZE, CLOSE], 1, "R-START-2"),
        (vec![WHOLE, WAIT], 1, "R-SM-6"),
        (vec![INITIALIZE, START, WAIT], 2, "R-SM-6"),
        (vec![WHOLE, CONNECT], 1, "R-SM-6"),
        // An operation of another session is over; this one is asked for anew.
        (vec![WHOLE, CONNECT, INITIALIZE], 2, "R-START-2"),
    ] {
        let mut target = SessionTarget::default();
        let told = idle(&mut target, &steps.concat(), |trace| write_at(trace, at));
        let wanted = [format!("nothing-changes {requirement}: fail")];
        assert_eq!(told, wanted, "{steps:?}");
        let told = idle(&mut target, &steps.concat(), |_| {});
        assert_eq!(told, [""; 0], "{steps:?}");
    }
}

#[test]
fn what_is_written_between_initialize_and_start_is_not_the_operations() {
    let mut target = SessionTarget::default();
    let told = idle(&mut target, WHOLE, |trace| {
        let start = start(&trace.log);
        let changed = trace.steps[0].after.clone();
        if let What::Sent { before, .. } = &mut trace.log[start].what {
            *before = changed;
        }
    });
    assert_eq!(told, ["nothing-changes R-START-2: fail"]);
}

#[test]
fn a_store_that_changes_while_an_operation_may_run_accuses_nobody() {
    const CHANGE: &str = "[[steps]]\nchange = { scope = \"A\", lease = \"2d\" }\n";
    const BY_HAND: &str = "[[steps]]\nsend_xml = { action = \"x\", body = \"<a/>\" }\n";
    const MEANWHILE: &str = "[[steps]]\nafter = \"StartProgressCallback\"\nkeepalive = {}\n";
    let quiet = |steps: &[&str], change: &dyn Fn(&mut Trace)| {
        let mut target = SessionTarget::default();
        let told = idle(&mut target, &steps.concat(), |trace| change(trace));
        assert_eq!(told, [""; 0], "{steps:?}");
    };
    quiet(&[WHOLE], &|trace| write_at(trace, 0));
    quiet(&[INITIALIZE, START], &|trace| write_at(trace, 1));
    quiet(&[CHANGE], &|_| {});
    quiet(&[CONNECT, BY_HAND, WAIT], &|trace| {
        write_at(trace, 1);
        write_at(trace, 2);
    });
    quiet(&[WHOLE, MEANWHILE], &|trace| write_at(trace, 1));
    // An operation that told no end may go on.
    let without_end = |trace: &mut Trace| {
        let end = callback(&trace.log, "SetOverallStatus");
        trace.log.remove(end);
        write_at(trace, 1);
    };
    quiet(&[WHOLE, WAIT], &without_end);
    // Nor does a fault end it once it has begun, or where another message was sent meanwhile.
    quiet(&[WHOLE, WAIT], &|trace| {
        let end = callback(&trace.log, "SetOverallStatus");
        trace.log[end].what = fault();
        write_at(trace, 1);
    });
    quiet(&[WHOLE, WAIT], &|trace| {
        let end = callback(&trace.log, "SetOverallStatus");
        trace.log[end].what = fault();
        let at = callback(&trace.log, "StartProgressCallback");
        trace.log[at].what = send(ClientMessage::Keepalive);
        trace
            .log
            .retain(|record| !matches!(&record.what, What::Received(Event::Callback(_))));
        write_at(trace, 1);
    });
    let mut target = DelegateTarget::default();
    let told = idle(&mut target, &[WHOLE, WAIT].concat(), without_end);
    assert_eq!(told, [""; 0]);
}

#[test]
fn an_operation_that_was_refused_or_told_its_end_runs_no_more() {
    let mut target = SessionTarget::default();
    let told = idle(&mut target, &[WHOLE, WAIT].concat(), |trace| {
        let start = start(&trace.log);
        let session = trace.log[start].session;
        trace.log.retain(|record| {
            record.session != session || record.step > 0 || {
                !matches!(&record.what, What::Received(Event::Callback(_)))
            }
        });
        let answer = event(&trace.log, "StartOperationWithCallbackResponse");
        trace.log[answer].what = fault();
        write_at(trace, 1);
    });
    assert_eq!(told, ["nothing-changes R-SM-6: fail"]);
    let mut target = DelegateTarget::default();
    let told = idle(&mut target, &[WHOLE, WAIT].concat(), |trace| {
        write_at(trace, 1)
    });
    assert_eq!(told, ["nothing-changes R-SM-6: fail"]);
    // A session that stays open, and is asked to start once more.
    let mut target = SessionTarget::default();
    let told = idle(&mut target, &[WHOLE, START].concat(), |trace| {
        trace
            .log
            .retain(|record| record.what != What::Received(Event::SessionClosed));
        let record = Record {
            step: 1,
            session: trace.steps[1].session,
            what: send(ClientMessage::StartOperationWithCallback),
        };
        trace.log.push(record);
        write_at(trace, 1);
    });
    assert_eq!(told, ["nothing-changes R-SM-6: fail"]);
}
