//! Properties that hold in every small world, for every call, through both doors in process.
//!
//! Each property is a function of what a run showed that says what is wrong, if anything; so the same function is
//! tried on runs of a correct simulator, where it must find nothing, and on runs of simulators with one planted
//! mistake, where it must find that. Companions count over a fixed seed that the interesting cases do occur.
//!
//! The properties are written from the document's rules over the plain trace: they use neither the checks of the
//! suite nor its oracle, except for the first, which is about these.
//!
//! The seed is fixed, so that nobody's run fails by chance; `PROPTEST_RNG_SEED` chooses another one and
//! `PROPTEST_CASES` another number of cases for every property:
//! `PROPTEST_CASES=200000 cargo test --release --test properties`.

#[path = "support/deviants.rs"]
mod deviants;
#[path = "support/facts.rs"]
mod facts;
#[path = "support/running.rs"]
mod running;
#[path = "support/worlds.rs"]
mod worlds;

use std::collections::BTreeSet;

use deviants::Mistake;
use facts::{Operation, differing_owners, operations, sessions, seven_columns};
use ipamconf::check::check;
use ipamconf::model::{Callback, Event, IpamException, Tables, Terminal};
use ipamconf::spec::{AddressFamily, IpamAdminOperationId, IpamExceptionId, SubTaskStatus};
use ipamconf::trace::{Door, Trace};
use ipamconf::verdict::{CheckVerdict, Judge};
use ipamconf::world::{Does, PartnerRule};
use running::{
    Finding, Tally, TargetOf, always, drawn, none, run, run_on, simulator, under_our_rulings,
    with_trace,
};
use worlds::{Sample, edit_that_changes_nothing, replications, samples, twins};

// ---------------------------------------------------------------------------------------------------------------------
// The properties

#[test]
fn the_oracle_never_disagrees_with_the_simulator() {
    always(1_500, &samples(), |sample| {
        with_trace(sample, |trace| agreement(sample, trace))
    });
}

/// The object that a client sends has no tracked exclusions, so R-4-17a and R-4-17b leave those of the row alone: an
/// edit that changes nothing is no failure.
#[test]
fn an_edit_that_changes_nothing_is_judged_without_the_exclusions_of_the_row() {
    let sample = edit_that_changes_nothing();
    let trace = run(&sample, simulator).expect("nothing is refused");
    assert_eq!(agreement(&sample, &trace), Ok(()));
}

#[test]
fn every_started_operation_ends_with_one_terminal_status_and_nothing_after_it() {
    always(500, &samples(), |sample| {
        let sample = &under_our_rulings(sample);
        with_trace(sample, one_terminal_status_last)
    });
}

#[test]
fn a_fault_in_processing_is_told_by_the_end_with_its_details() {
    always(500, &samples(), |sample| {
        let sample = &under_our_rulings(sample);
        with_trace(sample, failures_have_details)
    });
}

#[test]
fn a_fault_before_the_start_brings_no_callback() {
    always(500, &samples(), |sample| {
        with_trace(sample, no_callback_with_an_early_fault)
    });
}

#[test]
fn parameters_that_no_delegate_takes_end_in_failure_and_change_nothing() {
    always(600, &replications(), |sample| {
        with_trace(sample, unusable_parameters_fail)
    });
}

#[test]
fn the_source_never_changes_when_its_server_is_replicated() {
    always(600, &replications(), |sample| {
        with_trace(sample, source_stays)
    });
}

#[test]
fn only_partners_of_the_source_change_and_never_their_ipv6_rows() {
    always(600, &replications(), |sample| {
        with_trace(sample, only_partners_change)
    });
}

#[test]
fn after_success_each_copy_has_the_seven_columns_of_its_source() {
    always(600, &replications(), |sample| {
        with_trace(sample, copies_are_equal)
    });
}

#[test]
fn running_twice_equals_running_once() {
    always(600, &replications(), |sample| {
        second_run_changes_nothing(sample, simulator)
    });
}

#[test]
fn the_same_case_gives_the_same_trace_and_the_same_tables() {
    always(400, &samples(), |sample| same_again(sample, simulator));
}

#[test]
fn both_doors_show_the_same_callbacks_and_leave_the_same_tables() {
    always(400, &twins(), |sample| doors_agree(sample, simulator));
}

/// The checks of the suite, both of its judges that need no expectation: nothing fails, nothing deviates.
fn agreement(sample: &Sample, trace: &Trace) -> Finding {
    let wrong: Vec<String> = check(&sample.case, trace, &sample.readings)
        .into_iter()
        .filter(|result| matches!(result.judge, Judge::Oracle | Judge::Grammar))
        .filter(|result| matches!(result.verdict, CheckVerdict::Fail | CheckVerdict::Deviates))
        .map(|result| {
            format!(
                "{:?} {:?} {} step {:?}: expected {}, found {}",
                result.verdict,
                result.requirement,
                result.check,
                result.step,
                result.expected,
                result.found
            )
        })
        .collect();
    none(&wrong)
}

/// R-SM-8: of the callbacks of a session that has any, the first is StartProgressCallback, and SetOverallStatus comes
/// once, with a Completed value, and last. A client that leaves sees a beginning of that.
fn one_terminal_status_last(trace: &Trace) -> Finding {
    for session in sessions(trace) {
        let names: Vec<&str> = session
            .callbacks
            .iter()
            .map(|callback| callback.name())
            .collect();
        let ends = names
            .iter()
            .filter(|name| **name == "SetOverallStatus")
            .count();
        let starts = names
            .iter()
            .filter(|name| **name == "StartProgressCallback")
            .count();
        if names.is_empty() {
            continue;
        }
        if starts != 1 || names.first() != Some(&"StartProgressCallback") {
            return Err(format!(
                "session {}: not begun once: {names:?}",
                session.index
            ));
        }
        if session.client_left && ends == 0 {
            continue;
        }
        let last = session
            .callbacks
            .last()
            .and_then(|callback| callback.terminal());
        if ends != 1 || last.is_none() {
            return Err(format!(
                "session {}: not ended once: {names:?}",
                session.index
            ));
        }
    }
    Ok(())
}

/// R-PROC-2: CompletedWithFailure brings its IpamException; a subtask that failed makes the operation fail, and the
/// operation's exception leads to the subtask's; success brings no exception.
fn failures_have_details(trace: &Trace) -> Finding {
    for session in sessions(trace) {
        let Some((terminal, exception)) = session.end() else {
            continue;
        };
        let faults: Vec<&IpamException> = session
            .callbacks
            .iter()
            .filter_map(|callback| match callback {
                Callback::SetSubTaskStatus {
                    status: SubTaskStatus::CompletedWithError,
                    completion_status,
                    ..
                } => Some(completion_status.as_ref()),
                _ => None,
            })
            .collect::<Option<_>>()
            .ok_or("a subtask failed without details")?;
        match (terminal, exception) {
            (Terminal::Success, None) if faults.is_empty() => {}
            (Terminal::Success, _) => return Err("success with a fault".to_owned()),
            (Terminal::Failure, None) => return Err("failure without an IpamException".to_owned()),
            (Terminal::Failure, Some(exception)) => {
                let ids: BTreeSet<_> = exception.ids().collect();
                let untold = faults
                    .iter()
                    .flat_map(|fault| fault.ids())
                    .find(|id| !ids.contains(id));
                if let Some(id) = untold {
                    return Err(format!("{exception} does not tell of {id}"));
                }
            }
        }
    }
    Ok(())
}

/// OQ-8, stages 1 and 2: a session whose first fault comes before StartProgressCallback never shows a callback.
fn no_callback_with_an_early_fault(trace: &Trace) -> Finding {
    for session in sessions(trace) {
        let first = session
            .events
            .iter()
            .find(|event| matches!(event, Event::Fault(_) | Event::Callback(_)));
        if matches!(first, Some(Event::Fault(_))) && !session.callbacks.is_empty() {
            return Err(format!(
                "session {}: a fault, and then {:?}",
                session.index, session.callbacks
            ));
        }
    }
    Ok(())
}

/// R-31-1a, R-31-1b, R-31-2: NULL parameters, those of another operation, and a Server that is NULL.
fn unusable_parameters_fail(trace: &Trace) -> Finding {
    for operation in replications_of_a_server(trace) {
        if !operation.is_usable() && operation.was_started() {
            if operation.terminal() != Some(Terminal::Failure) {
                return Err(format!("not refused: {:?}", operation.paramters));
            }
            if operation.before != operation.after {
                return Err(format!("written for: {:?}", operation.paramters));
            }
        }
    }
    Ok(())
}

/// OQ-12, the HARD part for the source: its scopes, with their ranges, associations and options.
fn source_stays(trace: &Trace) -> Finding {
    for operation in replications_of_a_server(trace) {
        let Some(source) = operation.source() else {
            continue;
        };
        let of_source = |tables: &Tables| facts::rows_of(tables, source);
        if of_source(&operation.before) != of_source(&operation.after) {
            return Err(format!("rows of server {source} changed"));
        }
    }
    Ok(())
}

/// R-29-4: what changes belongs to a server that a relationship pairs with the source, and is IPv4. The servers, the
/// relationships and (OQ-11) the associations never change.
fn only_partners_change(trace: &Trace) -> Finding {
    for operation in replications_of_a_server(trace) {
        let (before, after) = (&operation.before, &operation.after);
        if before.servers != after.servers
            || before.relations != after.relations
            || before.scope_failovers != after.scope_failovers
        {
            return Err("servers, relationships or associations changed".to_owned());
        }
        let partners = operation
            .source()
            .map(|source| facts::partners_of(before, source))
            .unwrap_or_default();
        for (family, owner) in differing_owners(before, after) {
            if family != AddressFamily::InterNetwork || !partners.contains(&owner) {
                return Err(format!(
                    "rows of {family} server {owner} changed; partners are {partners:?}"
                ));
            }
        }
    }
    Ok(())
}

/// R-29-6a, R-29-6b, R-4-10, R-3-10: each scope with one partner to go to is there, with the seven columns.
fn copies_are_equal(trace: &Trace) -> Finding {
    for operation in replications_of_a_server(trace) {
        if operation.terminal() != Some(Terminal::Success) {
            continue;
        }
        let Some(source) = operation.source() else {
            continue;
        };
        for (scope, partner) in facts::to_replicate(&operation.before, source) {
            let copies: Vec<_> = facts::copies(&operation.after, partner, scope.details.scope_id);
            let [copy] = copies.as_slice() else {
                return Err(format!(
                    "{} copies of {} on {partner}",
                    copies.len(),
                    scope.details.scope_id
                ));
            };
            if seven_columns(&copy.details) != seven_columns(&scope.details) {
                return Err(format!("{copy:?} is no copy of {scope:?}"));
            }
        }
    }
    Ok(())
}

/// The last call again, at once: where the first of the two succeeded the second writes what is there already, even
/// where a partner now refuses.
fn second_run_changes_nothing(sample: &Sample, target: TargetOf) -> Finding {
    let mut twice = sample.clone();
    let last = twice.case.steps.last().cloned();
    twice.case.steps.extend(last);
    let Some(trace) = run(&twice, target) else {
        return Ok(());
    };
    let operations = operations(&trace);
    let [.., first, second] = operations.as_slice() else {
        return Ok(());
    };
    if first.operation != Some(IpamAdminOperationId::ReplicateServer)
        || first.terminal() != Some(Terminal::Success)
    {
        return Ok(());
    }
    if first.after != second.after {
        return Err("the second run changed the tables".to_owned());
    }
    Ok(())
}

fn same_again(sample: &Sample, target: TargetOf) -> Finding {
    let mut reused = target(sample.door);
    let told = |trace: &Trace| format!("{:?} {:?}", trace.log, trace.after);
    let mut first = None;
    // On the same target, so that nothing is left over from the run before, and on a new one.
    for _ in 0..2 {
        let again = run_on(sample, reused.as_mut()).as_ref().map(told);
        if first.get_or_insert_with(|| again.clone()) != &again {
            return Err("a second run on the same target differs".to_owned());
        }
    }
    let anew = run(sample, target).as_ref().map(told);
    if first != Some(anew) {
        return Err("a run on a new target differs".to_owned());
    }
    Ok(())
}

fn doors_agree(sample: &Sample, target: TargetOf) -> Finding {
    let [by_delegate, by_session] = [Door::Delegate, Door::Session].map(|door| {
        let mut case = sample.case.clone();
        case.doors = vec![door];
        run(
            &Sample {
                case,
                door,
                readings: sample.readings.clone(),
            },
            target,
        )
    });
    let (Some(by_delegate), Some(by_session)) = (by_delegate, by_session) else {
        return Ok(());
    };
    let callbacks = |trace: &Trace| -> Vec<Vec<Callback>> {
        sessions(trace)
            .into_iter()
            .map(|session| session.callbacks)
            .collect()
    };
    let (delegate, session) = (callbacks(&by_delegate), callbacks(&by_session));
    if delegate != session {
        return Err(format!("callbacks differ: {delegate:?} and {session:?}"));
    }
    if by_delegate.after != by_session.after {
        return Err("tables differ".to_owned());
    }
    Ok(())
}

fn replications_of_a_server(trace: &Trace) -> Vec<Operation> {
    let mut operations = operations(trace);
    operations
        .retain(|operation| operation.operation == Some(IpamAdminOperationId::ReplicateServer));
    operations
}

// ---------------------------------------------------------------------------------------------------------------------
// That they can fail

/// Goal: every property is able to fail. Each mistake is planted between the simulator and the runner; over a fixed
/// seed the property that speaks of it must find it at least once.
#[test]
fn each_property_finds_the_mistake_it_speaks_of() {
    let found = |mistake: Mistake, property: &dyn Fn(&Sample, &Trace) -> Finding| {
        drawn(300, &replications()).iter().any(|sample| {
            let mut target = deviants::target(sample.door, mistake);
            run_on(sample, target.as_mut()).is_some_and(|trace| property(sample, &trace).is_err())
        })
    };
    let trace_of =
        |property: fn(&Trace) -> Finding| move |_: &Sample, trace: &Trace| property(trace);
    assert!(found(
        Mistake::EndToldTwice,
        &trace_of(one_terminal_status_last)
    ));
    assert!(found(
        Mistake::EndNotTold,
        &trace_of(one_terminal_status_last)
    ));
    assert!(found(
        Mistake::ProgressAfterTheEnd,
        &trace_of(one_terminal_status_last)
    ));
    assert!(found(
        Mistake::DetailsLost,
        &trace_of(failures_have_details)
    ));
    assert!(found(
        Mistake::FailureToldAsSuccess,
        &trace_of(failures_have_details)
    ));
    assert!(found(
        Mistake::FailureToldAsSuccess,
        &trace_of(unusable_parameters_fail)
    ));
    assert!(found(
        Mistake::CallbackWithAFault,
        &trace_of(no_callback_with_an_early_fault)
    ));
    assert!(found(Mistake::FirstServerWritten, &trace_of(source_stays)));
    assert!(found(
        Mistake::EveryScopeWritten,
        &trace_of(only_partners_change)
    ));
    assert!(found(
        Mistake::EveryScopeWritten,
        &trace_of(copies_are_equal)
    ));
    for mistake in Mistake::ALL {
        assert!(
            found(*mistake, &agreement),
            "the checks of the suite miss {mistake:?}"
        );
    }
    let grows = |sample: &Sample| second_run_changes_nothing(sample, deviants::growing).is_err();
    assert!(drawn(300, &replications()).iter().any(grows));
    let forgets = |sample: &Sample| doors_agree(sample, deviants::silent_delegate).is_err();
    assert!(drawn(300, &twins()).iter().any(forgets));
    let remembers = |sample: &Sample| same_again(sample, deviants::counting).is_err();
    assert!(drawn(300, &samples()).iter().any(remembers));
}

// ---------------------------------------------------------------------------------------------------------------------
// That the interesting cases occur

#[test]
fn the_generator_reaches_every_kind_of_outcome() {
    let mut seen = Tally::default();
    for sample in drawn(2_500, &samples()) {
        seen.count(&format!("door {}", sample.door));
        for (question, reading) in sample.readings.all() {
            seen.count(&format!("{question}={reading}"));
        }
        match run(&sample, simulator) {
            Some(trace) => seen.trace(&trace),
            None => seen.count("a change that the store refuses"),
        }
    }
    seen.expect_each(&[
        "door session",
        "door delegate",
        "success",
        "fault to initialize",
        "fault to start",
        "failure in processing",
        "fault while running",
        "client left",
        "subtask succeeded",
        "subtask failed",
        "three operations in one case",
        "creates",
        "updates",
        "success without a change",
        "failure after a write",
        "access denied",
        "not provisioned",
        "conversion required",
        "parameters refused in processing",
        "a slow partner, and something for it",
        "ipv6 server of the same id",
        "partner rule took effect",
        "missing partner row",
        "relationship without a partner",
        "invalid data",
        "scope in two relationships",
        "dangling relationship",
        "exists already",
        "not found",
        "another operation",
    ]);
    for ruling in ipamconf::spec::RULINGS {
        for reading in ruling.readings.iter().filter(|reading| reading.switchable) {
            seen.expect_each(&[&format!("{}={}", ruling.question, reading.name)]);
        }
    }
}

#[test]
fn replications_reach_what_their_properties_speak_of() {
    let mut seen = Tally::default();
    for sample in drawn(1_200, &replications()) {
        let Some(trace) = run(&sample, simulator) else {
            continue;
        };
        seen.trace(&trace);
        for operation in replications_of_a_server(&trace) {
            if !operation.was_started() {
                continue;
            }
            if !operation.is_usable() {
                seen.count("unusable parameters");
            }
            let Some(source) = operation.source() else {
                continue;
            };
            let scopes = facts::to_replicate(&operation.before, source);
            let partners: BTreeSet<_> = scopes.iter().map(|(_, partner)| *partner).collect();
            let before = &operation.before;
            let bystanders = before.scopes.values().any(|row| {
                row.dhcp_server_record_id != source
                    && !partners.contains(&row.dhcp_server_record_id)
            });
            let same_id = before.scopes.values().any(|row| {
                row.family == AddressFamily::InterNetworkV6 && row.dhcp_server_record_id == source
            });
            let wrote = before != &operation.after;
            let is_partner_of_another = before.scopes.values().any(|row| {
                row.dhcp_server_record_id != source
                    && facts::to_replicate(before, row.dhcp_server_record_id)
                        .iter()
                        .any(|(_, partner)| *partner == source)
            });
            for (holds, what) in [
                (wrote && bystanders, "written with bystanders"),
                (wrote && same_id, "written with ipv6 rows of the same id"),
                (wrote && partners.len() == 2, "written on two partners"),
                (
                    wrote && is_partner_of_another,
                    "written while a partner itself",
                ),
                (
                    operation.terminal() == Some(Terminal::Success) && scopes.len() > 1,
                    "several copies to compare",
                ),
                (
                    operation.terminal() == Some(Terminal::Success) && wrote,
                    "worth a second run",
                ),
            ] {
                if holds {
                    seen.count(what);
                }
            }
        }
    }
    seen.expect_each(&[
        "success",
        "failure in processing",
        "failure after a write",
        "unusable parameters",
        "written with bystanders",
        "written with ipv6 rows of the same id",
        "written on two partners",
        "written while a partner itself",
        "several copies to compare",
        "worth a second run",
        "partner rule took effect",
        "invalid data",
    ]);
}

#[test]
fn twins_reach_both_ends_and_every_operation_of_ours() {
    let mut seen = Tally::default();
    for sample in drawn(600, &twins()) {
        let Some(trace) = run(&sample, simulator) else {
            continue;
        };
        seen.trace(&trace);
        for operation in operations(&trace) {
            if let (Some(id), Some(terminal)) = (operation.operation, operation.terminal()) {
                seen.count(&format!("{id} {terminal}"));
            }
        }
    }
    let ends = [Terminal::Success, Terminal::Failure];
    for id in [
        IpamAdminOperationId::ReplicateServer,
        IpamAdminOperationId::ReplicateScope,
        IpamAdminOperationId::CreateDhcpScope,
        IpamAdminOperationId::EditDhcpScope,
    ] {
        for terminal in ends {
            seen.expect_each(&[&format!("{id} {terminal}")]);
        }
    }
    seen.expect_each(&["creates", "updates", "partner rule took effect"]);
}

impl Tally {
    fn trace(&mut self, trace: &Trace) {
        use IpamExceptionId as Id;
        let world = &trace.setup;
        let sessions = sessions(trace);
        if sessions.len() >= 3 {
            self.count("three operations in one case");
        }
        if trace
            .log
            .iter()
            .any(|record| matches!(record.what, ipamconf::trace::What::StoreChanged))
        {
            self.count("store changed");
        }
        let tables = &world.tables;
        let slow = |rule: &PartnerRule<_>| matches!(rule.does, Does::Late | Does::Unreachable);
        if world.partner.iter().any(slow)
            && sessions.iter().any(|session| session.callbacks.len() > 4)
        {
            self.count("a slow partner, and something for it");
        }
        let ids = |family| {
            tables
                .servers
                .keys()
                .filter(move |key| key.0 == family)
                .map(|key| key.1)
                .collect::<BTreeSet<_>>()
        };
        if !ids(AddressFamily::InterNetwork).is_disjoint(&ids(AddressFamily::InterNetworkV6)) {
            self.count("ipv6 server of the same id");
        }
        let associations: Vec<_> = tables.scope_failovers.values().collect();
        if associations
            .iter()
            .any(|row| !tables.relations.contains_key(&row.failover_relation_id))
        {
            self.count("dangling relationship");
        }
        let scopes: BTreeSet<_> = associations.iter().map(|row| row.scope_id).collect();
        if scopes.len() < associations.len() {
            self.count("scope in two relationships");
        }
        for session in &sessions {
            let faults = session.faults();
            if session.client_left {
                self.count("client left");
            }
            if let Some(fault) = faults.first() {
                self.count(
                    match (session.callbacks.is_empty(), session.was_initialized()) {
                        (true, false) => "fault to initialize",
                        (true, true) => "fault to start",
                        (false, _) => "fault while running",
                    },
                );
                for id in fault.detail.iter().flat_map(IpamException::ids) {
                    match id {
                        Id::INSUFFICIENT_PRIVILEGE => self.count("access denied"),
                        Id::NOT_PROVISIONED => self.count("not provisioned"),
                        Id::CONVERSION_REQUIRED => self.count("conversion required"),
                        _ => {}
                    }
                }
            }
            for callback in &session.callbacks {
                if let Callback::SetSubTaskStatus { status, .. } = callback {
                    match status {
                        SubTaskStatus::CompletedWithSuccess => self.count("subtask succeeded"),
                        SubTaskStatus::CompletedWithError => self.count("subtask failed"),
                        _ => {}
                    }
                }
            }
            let Some((terminal, exception)) = session.end() else {
                continue;
            };
            self.count(if terminal == Terminal::Success {
                "success"
            } else {
                "failure in processing"
            });
            let Some(exception) = exception else { continue };
            let innermost = exception.ids().last();
            match innermost {
                Some(Id::SCOPE_FAILED_TO_ADD_REMOTE | Id::SCOPE_FAILED_TO_UPDATE_REMOTE) => {
                    self.count("partner rule took effect");
                }
                Some(Id::DHCP_SERVER_FAILED_TO_FETCH) => self.count("missing partner row"),
                Some(Id::FAILOVER_FAILED_TO_FETCH) => self.count("relationship without a partner"),
                Some(
                    Id::INVALID_SCOPE_START | Id::INVALID_SCOPE_END | Id::INVALID_SCOPE_PREFIX,
                ) => {
                    self.count("invalid data");
                }
                Some(Id::SCOPE_NOT_FOUND) => self.count("not found"),
                Some(Id::GENERIC_ERROR) => self.count("another operation"),
                Some(Id::INVALID_PARAMETER) => {
                    let adds = exception.ids().any(|id| id == Id::SCOPE_FAILED_TO_ADD);
                    self.count(if adds {
                        "exists already"
                    } else {
                        "parameters refused in processing"
                    });
                }
                _ => {}
            }
        }
        for operation in operations(trace) {
            let Some(terminal) = operation.terminal() else {
                continue;
            };
            let (before, after) = (&operation.before, &operation.after);
            if after.scopes.len() > before.scopes.len() {
                self.count("creates");
            }
            if before
                .scopes
                .iter()
                .any(|(key, row)| after.scopes.get(key).is_some_and(|now| now != row))
            {
                self.count("updates");
            }
            match terminal {
                Terminal::Success if before == after => self.count("success without a change"),
                Terminal::Failure if before != after => self.count("failure after a write"),
                _ => {}
            }
        }
    }
}
