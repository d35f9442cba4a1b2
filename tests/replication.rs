//! Properties of what a replication leaves in the store, in every small world under our rulings.
//!
//! As in `tests/properties.rs`: each property says what is wrong in a run, if anything; it is tried on a correct
//! simulator, where it must find nothing, and on simulators with one planted mistake, where it must find that.
//! Companions count over a fixed seed that the interesting cases do occur.

#[path = "support/deviants.rs"]
mod deviants;
#[path = "support/facts.rs"]
mod facts;
#[path = "support/keys.rs"]
mod keys;
#[path = "support/orders.rs"]
mod orders;
#[path = "support/running.rs"]
mod running;
#[path = "support/worlds.rs"]
mod worlds;

use deviants::Mistake;
use facts::{Operation, configuration, copies, identity, operations, with_own_copy};
use ipamconf::model::{AdmDhcpScopesRow, RecordId, Terminal};
use ipamconf::spec::{AddressFamily, IpamAdminOperationId};
use ipamconf::trace::{Door, Trace};
use ipamconf::world::Does;
use keys::{Watched, dangling};
use orders::{TwoOrders, by_name, two_orders};
use running::{Finding, Tally, TargetOf, always, drawn, run, run_on, simulator, with_trace};
use worlds::{Sample, replications, samples};

// ---------------------------------------------------------------------------------------------------------------------
// The properties

#[test]
fn after_success_the_order_of_the_rows_does_not_show() {
    always(400, &two_orders(), |both| {
        order_does_not_show(both, simulator)
    });
}

#[test]
fn a_failure_leaves_each_scope_as_it_was_or_brought_over_as_far_as_it_came() {
    always(500, &replications(), |sample| {
        with_trace(sample, each_scope_is_whole)
    });
}

#[test]
fn the_whole_configuration_is_brought_over_and_nothing_that_is_the_rows_own() {
    always(500, &replications(), |sample| {
        with_trace(sample, only_the_configuration_goes_over)
    });
}

#[test]
fn no_key_comes_to_point_nowhere_at_any_moment() {
    always(500, &samples(), |sample| keys_hold(sample, simulator));
}

/// R-29-3: the loop has an order, what it leaves has none, up to the record ids.
fn order_does_not_show(both: &TwoOrders, target: TargetOf) -> Finding {
    let (Some(one), Some(other)) = (run(&both.one, target), run(&both.other, target)) else {
        return Ok(());
    };
    if !succeeds(&one) || !succeeds(&other) {
        return Ok(());
    }
    let left = |trace: &Trace| {
        trace
            .after
            .as_ref()
            .map(|tables| by_name(trace, tables))
            .unwrap_or_default()
    };
    let (one, other) = (left(&one), left(&other));
    match one.symmetric_difference(&other).next() {
        None => Ok(()),
        Some(row) => Err(format!("in one order only: {row}")),
    }
}

fn succeeds(trace: &Trace) -> bool {
    let operations = operations(trace);
    !operations.is_empty()
        && operations
            .iter()
            .all(|operation| operation.terminal() == Some(Terminal::Success))
}

/// How a scope's copy stands after an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Copied {
    /// Nothing was written, and something had to be.
    Old,
    /// It is what it should become.
    New,
    /// It was that already.
    Equal,
    /// Something else.
    Neither,
}

fn copied(operation: &Operation, scope: &AdmDhcpScopesRow, partner: RecordId) -> Copied {
    let (before, after) = (&operation.before, &operation.after);
    let subnet = scope.details.scope_id;
    let was = copies(before, partner, subnet).first().copied();
    let is = copies(after, partner, subnet).first().copied();
    let wanted = configuration(before, scope);
    let stays = was == is
        && was.map(|row| configuration(before, row)) == is.map(|row| configuration(after, row));
    let is_new = is.is_some_and(|row| configuration(after, row) == wanted);
    match (stays, is_new) {
        (true, true) => Copied::Equal,
        (true, false) => Copied::Old,
        (false, true) => Copied::New,
        (false, false) => Copied::Neither,
    }
}

/// OQ-15: on failure what was written stays, and nothing after the scope that failed is written. In record-id order,
/// which is our simulator's: up to that scope every copy is brought over, from it on every one is as it was. A partner
/// that loses its answer has written the scope that failed.
fn each_scope_is_whole(trace: &Trace) -> Finding {
    let loses_answers = trace
        .setup
        .partner
        .iter()
        .any(|rule| rule.does == Does::LoseAnswer);
    for (operation, source) in replications_of_a_server(trace) {
        if operation.terminal() != Some(Terminal::Failure) {
            continue;
        }
        let failing = failing_scope(&operation, source);
        for (scope, partner) in with_own_copy(&operation.before, source) {
            let found = copied(&operation, scope, partner);
            let id = scope.record_id;
            let fits = match (found, failing) {
                (Copied::Equal, _) => true,
                (Copied::Neither, _) => false,
                (Copied::New, Some(failing)) => id < failing || id == failing && loses_answers,
                (Copied::Old, Some(failing)) => id >= failing,
                (_, None) => found == Copied::Old,
            };
            if !fits {
                return Err(format!(
                    "scope {id}, where {failing:?} fails, is {found:?} on {partner}"
                ));
            }
        }
    }
    Ok(())
}

/// The scope that a failed subtask names; a server has each subnet once, or else nobody can tell.
fn failing_scope(operation: &Operation, source: RecordId) -> Option<RecordId> {
    let subnet = operation.failing_subnet()?;
    match copies(&operation.before, source, subnet).as_slice() {
        [only] => Some(only.record_id),
        _ => None,
    }
}

/// OQ-12: after success each copy has the source's configuration; a copy that was there keeps what is its own, and one
/// that was not gets a RecordId of its own.
fn only_the_configuration_goes_over(trace: &Trace) -> Finding {
    for (operation, source) in replications_of_a_server(trace) {
        let (before, after) = (&operation.before, &operation.after);
        for (scope, partner) in with_own_copy(before, source) {
            let subnet = scope.details.scope_id;
            let was = copies(before, partner, subnet).first().copied();
            let is = copies(after, partner, subnet).first().copied();
            match (was, is) {
                (Some(was), Some(is)) if identity(was) != identity(is) => {
                    return Err(format!("{:?} became {:?}", identity(was), identity(is)));
                }
                (Some(was), None) => return Err(format!("{was:?} is gone")),
                (None, Some(is))
                    if before.scopes.contains_key(&(is.family, is.record_id))
                        || is.details.number_of_active_leases != 0 =>
                {
                    return Err(format!("{is:?} is no new row"));
                }
                _ => {}
            }
            if operation.terminal() == Some(Terminal::Success)
                && !matches!(
                    copied(&operation, scope, partner),
                    Copied::New | Copied::Equal
                )
            {
                return Err(format!("{is:?} is no copy of {scope:?}"));
            }
        }
    }
    Ok(())
}

/// After every event, message and moment: what pointed nowhere by the author's will may stay so, and nothing else may.
fn keys_hold(sample: &Sample, target: TargetOf) -> Finding {
    let mut watched = Watched::new(target(sample.door));
    run_on(sample, &mut watched);
    match watched.broken.first() {
        None => Ok(()),
        Some(broken) => Err(broken.clone()),
    }
}

fn replications_of_a_server(trace: &Trace) -> Vec<(Operation, RecordId)> {
    let is_one = |operation: &Operation| {
        operation.operation == Some(IpamAdminOperationId::ReplicateServer)
            && operation.is_usable()
            && operation.was_started()
    };
    operations(trace)
        .into_iter()
        .filter(is_one)
        .filter_map(|operation| {
            let source = operation.source()?;
            Some((operation, source))
        })
        .collect()
}

// ---------------------------------------------------------------------------------------------------------------------
// That they can fail

#[test]
fn each_property_finds_the_mistake_it_speaks_of() {
    let found = |mistake: Mistake, property: fn(&Trace) -> Finding| {
        drawn(600, &replications()).iter().any(|sample| {
            let mut target = deviants::target(sample.door, mistake);
            run_on(sample, target.as_mut()).is_some_and(|trace| property(&trace).is_err())
        })
    };
    assert!(found(Mistake::GoesOn, each_scope_is_whole));
    assert!(found(Mistake::RefusedAndWritten, each_scope_is_whole));
    assert!(found(Mistake::EveryScopeWritten, each_scope_is_whole));
    assert!(found(
        Mistake::EveryScopeWritten,
        only_the_configuration_goes_over
    ));
    assert!(found(
        Mistake::IdentityOverwritten,
        only_the_configuration_goes_over
    ));
    let shows_order = |both: &TwoOrders| order_does_not_show(both, deviants::first_come).is_err();
    assert!(drawn(300, &two_orders()).iter().any(shows_order));
    let dangles = |sample: &Sample| {
        let target: TargetOf = |door: Door| deviants::target(door, Mistake::KeyDangles);
        keys_hold(sample, target).is_err()
    };
    assert!(drawn(300, &samples()).iter().any(dangles));
}

// ---------------------------------------------------------------------------------------------------------------------
// That the interesting cases occur

#[test]
fn worlds_in_two_orders_differ_and_succeed_and_write() {
    let mut seen = Tally::default();
    for both in drawn(400, &two_orders()) {
        let (Some(one), Some(other)) = (run(&both.one, simulator), run(&both.other, simulator))
        else {
            continue;
        };
        if !both.differ() || !succeeds(&one) || !succeeds(&other) {
            continue;
        }
        seen.count("both orders succeed");
        let Some(after) = &one.after else { continue };
        let before = &one.setup.tables;
        if after.scopes.len() > before.scopes.len() {
            seen.count("with a copy that is created");
        }
        if before
            .scopes
            .iter()
            .any(|(key, row)| after.scopes.get(key) != Some(row))
        {
            seen.count("with a copy that is updated");
        }
        if !after.options.is_empty() {
            seen.count("with options");
        }
        if !one.setup.partner.is_empty() {
            seen.count("with a partner that has rules");
        }
        if one.setup.scope_ids.len() > 4 {
            seen.count("with many scopes");
        }
        let twice = |row: &&std::sync::Arc<ipamconf::model::AdmDhcpScopeFailoverRow>| {
            let of_scope = |other: &&std::sync::Arc<_>| {
                let other: &ipamconf::model::AdmDhcpScopeFailoverRow = other;
                other.scope_id == row.scope_id
            };
            before.scope_failovers.values().filter(of_scope).count() > 1
        };
        if before.scope_failovers.values().any(|row| twice(&row)) {
            seen.count("with a scope in two relationships");
        }
    }
    seen.expect_each(&[
        "both orders succeed",
        "with a copy that is created",
        "with a copy that is updated",
        "with options",
        "with a partner that has rules",
        "with many scopes",
        "with a scope in two relationships",
    ]);
}

#[test]
fn replications_leave_copies_of_every_kind_behind() {
    let mut seen = Tally::default();
    for sample in drawn(1_500, &replications()) {
        let Some(trace) = run(&sample, simulator) else {
            continue;
        };
        for (operation, source) in replications_of_a_server(&trace) {
            let scopes = with_own_copy(&operation.before, source);
            let Some(terminal) = operation.terminal() else {
                continue;
            };
            let failing = failing_scope(&operation, source);
            let end = match (terminal, failing) {
                (Terminal::Success, _) => "success",
                (Terminal::Failure, Some(_)) => "failure at a scope",
                (Terminal::Failure, None) => "failure before any scope",
            };
            for (scope, partner) in scopes {
                let found = copied(&operation, scope, partner);
                seen.count(&format!("{end}: {found:?}"));
                if failing == Some(scope.record_id) {
                    seen.count(&format!("the failing scope itself: {found:?}"));
                }
                let was = copies(&operation.before, partner, scope.details.scope_id);
                let identities = |row: &&AdmDhcpScopesRow| identity(row).2 != identity(scope).2;
                if found == Copied::New && was.iter().any(identities) {
                    seen.count("another access scope");
                }
                if found == Copied::New && !scope.details.exclusion_ranges.is_empty() {
                    seen.count("exclusions");
                }
            }
        }
    }
    seen.expect_each(&[
        "success: New",
        "success: Equal",
        "failure at a scope: New",
        "failure at a scope: Old",
        "failure at a scope: Equal",
        "the failing scope itself: Old",
        "the failing scope itself: New",
        "another access scope",
        "exclusions",
    ]);
}

#[test]
fn the_keys_that_are_watched_are_of_every_kind() {
    let mut seen = Tally::default();
    for sample in drawn(1_000, &samples()) {
        let mut watched = Watched::new(simulator(sample.door));
        let Some(trace) = run_on(&sample, &mut watched) else {
            continue;
        };
        if watched.states > 2 {
            seen.count("several states in one case");
        }
        let before = dangling(&trace.setup.tables);
        for (table, _, column, _) in &before {
            seen.count(&format!("by the author: {table} {column}"));
        }
        let Some(after) = &trace.after else { continue };
        if watched.states > 0 {
            for (holds, what) in [
                (!after.scope_failovers.is_empty(), "associations"),
                (!after.relations.is_empty(), "relations"),
                (!after.options.is_empty(), "options"),
                (
                    after
                        .options
                        .values()
                        .any(|row| row.user_class_record_id.is_some()),
                    "options of a user class",
                ),
                (
                    after
                        .scopes
                        .keys()
                        .any(|key| key.0 == AddressFamily::InterNetworkV6),
                    "ipv6 scopes",
                ),
                (
                    after.scope_failovers.len() > trace.setup.tables.scope_failovers.len(),
                    "new associations",
                ),
                (
                    after.options.len() > trace.setup.tables.options.len(),
                    "new options",
                ),
            ] {
                if holds {
                    seen.count(what);
                }
            }
        }
    }
    seen.expect_each(&[
        "several states in one case",
        "by the author: relation Server1RecordId",
        "by the author: relation Server2RecordId",
        "by the author: association FailoverRelationId",
        "by the author: association ScopeId",
        "by the author: scope DHCPServerRecordId",
        "associations",
        "relations",
        "options",
        "options of a user class",
        "ipv6 scopes",
        "new associations",
        "new options",
    ]);
}
