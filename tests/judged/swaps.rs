//! Runs of a server that did what was asked for elsewhere: with another delegate, with the parameters of another
//! session or of an earlier message, with the rights of another caller, by another reading.

use ipamconf::explore::initialize;
use ipamconf::scenario::{Action, Case, Initialize, OperationChoice, ServerChoice, Spanned, Step};
use ipamconf::spec::{IpamAdminOperationId, Readings};
use ipamconf::trace::{Door, Trace, What};
use ipamconf::verdict::Span;
use ipamconf::world::Caller;

use crate::worlds::{self, Run};

/// What is asked, and what the server does instead.
struct Swap {
    name: String,
    asked: Case,
    done: Case,
}

/// Each run in which something else was done than was asked for: the case, and what it showed.
pub(crate) fn changes(run: &Run) -> Vec<(String, Case, Trace)> {
    let mut swaps = other_delegates(&run.case);
    swaps.extend(other_sessions(&run.case));
    if run.is_authored {
        swaps.extend(other_readings(&run.case));
    }
    let together = swaps.into_iter().filter_map(|swap| {
        let asked = taken(&swap.asked)?;
        let done = taken(&swap.done)?;
        Some((swap.name, swap.asked, as_if(&asked, done)?))
    });
    together.collect()
}

/// Every reading that is not the case's, where it asks for one, or ours.
fn other_readings(case: &Case) -> Vec<Swap> {
    let mut found = Vec::new();
    for other in worlds::other_readings() {
        let readings = case.readings.overlaid_with(&other);
        if readings != case.readings {
            let names: Vec<String> = other
                .differing()
                .map(|(question, reading)| format!("{question}={}", reading.name))
                .collect();
            found.push(Swap {
                name: format!("{} was followed", names.join(", ")),
                asked: case.clone(),
                done: Case {
                    readings,
                    ..case.clone()
                },
            });
        }
    }
    // Where the case asks for another reading, ours.
    if case.readings != Readings::default() {
        found.push(Swap {
            name: "our rulings were followed".to_owned(),
            asked: case.clone(),
            done: Case {
                readings: Readings::default(),
                ..case.clone()
            },
        });
    }
    found
}

fn taken(case: &Case) -> Option<Trace> {
    let door = case.doors.first().copied().unwrap_or(Door::Session);
    worlds::taken(case, door)
}

/// What was done, as if it had been asked for by the messages of the other; `None` where they are not as many.
fn as_if(asked: &Trace, mut done: Trace) -> Option<Trace> {
    let is_ours = |what: &What| !matches!(what, What::Received(_));
    let mut ours = asked.log.iter().filter(|record| is_ours(&record.what));
    for record in &mut done.log {
        if is_ours(&record.what) {
            let other = ours.next()?;
            match (&mut record.what, &other.what) {
                // The store is as it was when it was done.
                (What::Sent { message, .. }, What::Sent { message: other, .. }) => {
                    message.clone_from(other);
                }
                (
                    What::Called {
                        operation,
                        paramters,
                        ..
                    },
                    What::Called {
                        operation: other,
                        paramters: others,
                        ..
                    },
                ) => {
                    *operation = *other;
                    paramters.clone_from(others);
                }
                (what, other) => what.clone_from(other),
            }
        }
    }
    ours.next().is_none().then_some(done)
}

/// The delegate that another OperationId selects.
fn other_delegates(case: &Case) -> Vec<Swap> {
    const ASKED: &[IpamAdminOperationId] = &[
        IpamAdminOperationId::CreateDhcpScope,
        IpamAdminOperationId::EditDhcpScope,
        IpamAdminOperationId::ReplicateRelation,
        IpamAdminOperationId::ReplicateScope,
        IpamAdminOperationId::ReplicateServer,
    ];
    const DONE: [IpamAdminOperationId; 2] = [
        IpamAdminOperationId::ReplicateServer,
        IpamAdminOperationId::ReplicateScope,
    ];
    let mut found = Vec::new();
    for (place, step) in case.steps.iter().enumerate() {
        let Action::Replicate { initialize, caller } = &step.action else {
            continue;
        };
        let OperationChoice::Member(operation) = initialize.operation else {
            continue;
        };
        for asked in ASKED {
            if *asked == operation || !DONE.contains(&operation) {
                continue;
            }
            let mut other = case.clone();
            other.steps[place].action = Action::Replicate {
                caller: caller.clone(),
                initialize: Initialize {
                    operation: OperationChoice::Member(*asked),
                    ..initialize.clone()
                },
            };
            found.push(Swap {
                name: format!("{asked} was asked for, {operation} was done"),
                asked: other,
                done: case.clone(),
            });
        }
    }
    found
}

fn step(session: &str, action: Action) -> Step {
    Step {
        span: Span { start: 0, end: 0 },
        session: Some(Spanned::new(session.to_owned(), Span::default())),
        after: None,
        action,
        expect: None,
    }
}

fn connect(session: &str, caller: Option<Caller>) -> Step {
    step(session, Action::Connect { caller })
}

fn initialized(session: &str, server: usize) -> Step {
    let server = ServerChoice::Row(server);
    step(session, Action::Initialize(initialize(server)))
}

fn start(session: &str) -> Step {
    step(session, Action::Start)
}

/// What was said on another session, before on the same one, or who opened another one.
fn other_sessions(case: &Case) -> Vec<Swap> {
    if case.world.servers.len() < 2 || case.steps.len() != 1 {
        return Vec::new();
    }
    let with = |steps: Vec<Step>| Case {
        steps,
        doors: vec![Door::Session],
        ..case.clone()
    };
    let two_sessions = |first: usize, second: usize| {
        with(vec![
            connect("one", None),
            connect("two", None),
            initialized("one", first),
            initialized("two", second),
            start("two"),
        ])
    };
    let one_after_the_other = |first: usize, second: usize| {
        with(vec![
            connect("one", None),
            initialized("one", first),
            step("one", Action::Close),
            connect("two", None),
            initialized("two", second),
            start("two"),
        ])
    };
    let after_a_whole_one = |first: usize, second: usize| {
        with(vec![
            connect("one", None),
            initialized("one", first),
            start("one"),
            connect("two", None),
            initialized("two", second),
            start("two"),
        ])
    };
    let twice = |first: usize, second: usize| {
        with(vec![
            connect("one", None),
            initialized("one", first),
            initialized("one", second),
            start("one"),
        ])
    };
    let beside_and_before = |earlier: usize, last: usize| {
        with(vec![
            connect("one", None),
            initialized("one", 1),
            connect("two", None),
            initialized("two", earlier),
            initialized("two", last),
            start("two"),
        ])
    };
    let callers = |first: &Caller, second: &Caller| {
        with(vec![
            connect("one", Some(first.clone())),
            connect("two", Some(second.clone())),
            initialized("two", 0),
            start("two"),
        ])
    };
    let (able, unable) = (Caller::default(), Caller::nobody());
    let mut found = Vec::new();
    let mut swap = |name: &str, asked, done| {
        found.push(Swap {
            name: name.to_owned(),
            asked,
            done,
        });
    };
    swap(
        "the parameters of a session beside it",
        two_sessions(1, 0),
        two_sessions(0, 1),
    );
    swap(
        "the parameters of a session before it",
        one_after_the_other(1, 0),
        one_after_the_other(0, 1),
    );
    swap(
        "the parameters of a session that has ended",
        after_a_whole_one(1, 0),
        after_a_whole_one(0, 1),
    );
    swap(
        "the parameters that came before on the session",
        twice(1, 0),
        twice(0, 1),
    );
    swap(
        "the parameters that came before on the session, and beside it",
        beside_and_before(1, 0),
        beside_and_before(0, 1),
    );
    swap(
        "the rights of a session beside it, which has none",
        callers(&unable, &able),
        callers(&able, &unable),
    );
    swap(
        "the rights of a session beside it, which has all",
        callers(&able, &unable),
        callers(&unable, &able),
    );
    found
}
