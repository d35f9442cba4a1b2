//! The keys that speak of the store.

use super::*;
use crate::model::{AdmDhcpOptionsRow, AdmDhcpScopesRow, AdmIpRangeRow, RecordId, RowKey};
use crate::scenario::{Column, ColumnValue, CreatedExpect, RowExpect, RowRef, RowTarget};
use crate::spec::{AddressFamily, Grade};
use crate::world::{OptionValue, RowKind};

pub(super) const V4: AddressFamily = AddressFamily::InterNetwork;
pub(super) const S: usize = 0;
pub(super) const P1: usize = 1;
pub(super) const X: usize = 2;

pub(super) fn row_ref(kind: RowKind, index: usize, place: usize) -> RowRef {
    RowRef {
        kind,
        target: RowTarget::World(index),
        span: at(place),
    }
}

/// A scope of [`world`] by its name.
pub(super) fn scope_ref(name: &str, place: usize) -> RowRef {
    let index = world().scopes.iter().position(|scope| scope.name == name);
    row_ref(RowKind::Scope, index.unwrap(), place)
}

pub(super) fn column(column: Column, values: &[&str], place: usize) -> ColumnValue {
    ColumnValue {
        column,
        values: values
            .iter()
            .enumerate()
            .map(|(index, value)| spanned((*value).to_owned(), place + index))
            .collect(),
        key_span: at(place - 1),
    }
}

pub(super) fn changed(row: RowRef, columns: Vec<ColumnValue>, place: usize) -> RowExpect {
    RowExpect {
        span: at(place),
        row,
        columns,
        like: None,
        optional: false,
    }
}

pub(super) fn created(server: usize, like: Option<RowRef>, place: usize) -> CreatedExpect {
    CreatedExpect {
        span: at(place),
        server: row_ref(RowKind::Server, server, place + 1),
        like,
        columns: Vec::new(),
        name: None,
        name_span: at(place),
        optional: false,
    }
}

pub(super) fn expect(changed: Vec<RowExpect>, created: Vec<CreatedExpect>) -> Expect {
    Expect {
        changed: Some(spanned(changed, 500)),
        created: (!created.is_empty()).then(|| spanned(created, 600)),
        ..Expect::default()
    }
}

pub(super) fn key(setup: &Setup, name: &str) -> RowKey {
    let index = world().scopes.iter().position(|scope| scope.name == name);
    (V4, setup.scope_ids[index.unwrap()])
}

pub(super) fn edit(tables: &mut Tables, key: RowKey, change: impl FnOnce(&mut AdmDhcpScopesRow)) {
    change(Arc::make_mut(tables.scopes.get_mut(&key).unwrap()));
}

pub(super) fn edit_range(
    tables: &mut Tables,
    key: RowKey,
    change: impl FnOnce(&mut AdmIpRangeRow),
) {
    let range = tables
        .ranges
        .values_mut()
        .find(|r| r.scope_record_id == key.1);
    change(Arc::make_mut(range.unwrap()));
}

/// Puts a copy of a scope on a server, with its range row.
pub(super) fn copy(tables: &mut Tables, from: RowKey, server: RecordId, id: i64) -> RowKey {
    let mut row = (*tables.scopes[&from]).clone();
    (row.record_id, row.dhcp_server_record_id) = (RecordId(id), server);
    let range = tables.ranges.values().find(|r| r.scope_record_id == from.1);
    let mut range = (**range.unwrap()).clone();
    (range.record_id, range.scope_record_id) = (RecordId(id + 100_000), RecordId(id));
    tables.scopes.insert((V4, RecordId(id)), Arc::new(row));
    tables.ranges.insert((V4, range.record_id), Arc::new(range));
    (V4, RecordId(id))
}

pub(super) fn run(expect: Expect, change: impl FnOnce(&mut Tables, &Setup)) -> Vec<CheckResult> {
    let case = case(expect);
    let trace = trace_of(&case, Vec::new(), change);
    evaluate(&case, &trace)
}

fn eight_days(row: &mut AdmDhcpScopesRow) {
    row.details.lease_duration = SerDuration::from_days(8);
}

/// `changed = [{ scope = "A on P1", lease = "8d" }]`
pub(super) fn lease_of_copy() -> RowExpect {
    let lease = column(Column::Lease, &["8d"], 520);
    changed(scope_ref("A on P1", 510), vec![lease], 505)
}

use CheckVerdict::{Deviates, Fail, Pass};

#[test]
fn nothing_changed_and_nothing_was_to() {
    let results = run(expect(Vec::new(), Vec::new()), |_, _| {});
    assert_eq!(verdicts(&results), [("others", Pass)]);
    assert_eq!(results[0].span, Some(at(500)));
}

#[test]
fn a_listed_change_passes_and_so_does_the_rest() {
    let results = run(
        expect(vec![lease_of_copy()], Vec::new()),
        |tables, setup| {
            edit(tables, key(setup, "A on P1"), eight_days);
        },
    );
    assert_eq!(verdicts(&results), [("changed", Pass), ("others", Pass)]);
    assert_eq!(
        results[0].label,
        Some((at(9203), "scope `A on P1`".to_owned()))
    );
}

#[test]
fn a_column_that_is_not_met_points_at_its_value() {
    let results = run(
        expect(vec![lease_of_copy()], Vec::new()),
        |tables, setup| {
            edit(tables, key(setup, "A on P1"), |row| {
                row.details.lease_duration = SerDuration::from_days(2);
            });
        },
    );
    assert_eq!(verdicts(&results), [("changed", Fail), ("others", Pass)]);
    let result = &results[0];
    assert_eq!(result.span, Some(at(520)));
    assert_eq!(result.expected, "scope `A on P1`: lease `8d`");
    assert_eq!(result.found, "lease `2d`");
}

#[test]
fn a_row_that_did_not_change_points_at_the_item() {
    let results = run(expect(vec![lease_of_copy()], Vec::new()), |_, _| {});
    assert_eq!(verdicts(&results), [("changed", Fail), ("others", Pass)]);
    assert_eq!(results[0].span, Some(at(505)));
    assert_eq!(results[0].found, "it did not change");

    let mut item = lease_of_copy();
    item.optional = true;
    let results = run(expect(vec![item.clone()], Vec::new()), |_, _| {});
    assert_eq!(verdicts(&results), [("changed", Pass), ("others", Pass)]);
    // Optional or not, a row that changes does so as listed.
    let results = run(expect(vec![item], Vec::new()), |tables, setup| {
        edit(tables, key(setup, "A on P1"), |row| {
            row.details.scope_name = "other".to_owned();
        });
    });
    assert_eq!(
        verdicts(&results),
        [("changed", Fail), ("changed", Fail), ("others", Pass)]
    );
}

#[test]
fn a_soft_column_that_did_not_change_deviates() {
    let options = column(Column::Options, &["6=1.1.1.1"], 530);
    let item = changed(scope_ref("A on P1", 510), vec![options], 505);
    let results = run(expect(vec![item], Vec::new()), |_, _| {});
    assert_eq!(
        verdicts(&results),
        [("changed", Deviates), ("others", Pass)]
    );
}

#[test]
fn another_value_of_a_list_passes_and_tells() {
    let lease = column(Column::Lease, &["8d", "2d"], 520);
    let item = changed(scope_ref("A on P1", 510), vec![lease], 505);
    let results = run(expect(vec![item], Vec::new()), |tables, setup| {
        edit(tables, key(setup, "A on P1"), |row| {
            row.details.lease_duration = SerDuration::from_days(2);
        });
    });
    assert_eq!(
        (results[0].verdict, results[0].grade),
        (Pass, Grade::Either)
    );
    assert_eq!(
        (results[0].span, results[0].found.as_str()),
        (Some(at(521)), "lease `2d`")
    );
}

#[test]
fn columns_that_are_not_named_stay_as_they_were_and_count_by_what_they_are() {
    type Edit = fn(&mut Tables, RowKey);
    let cases: [(&str, Edit, CheckVerdict); 9] = [
        (
            "scope_name",
            |t, k| edit(t, k, |r| r.details.scope_name = "x".to_owned()),
            Fail,
        ),
        (
            "server",
            |t, k| edit(t, k, |r| r.dhcp_server_record_id = RecordId(3)),
            Fail,
        ),
        (
            "active_leases",
            |t, k| edit(t, k, |r| r.details.number_of_active_leases = 9),
            Deviates,
        ),
        (
            "sync",
            |t, k| {
                edit(t, k, |r| {
                    r.details.failover_config_sync_status = DhcpFailoverConfigSyncStatus::InSync;
                });
            },
            Deviates,
        ),
        (
            "description",
            |t, k| edit(t, k, |r| r.details.description = "x".to_owned()),
            Deviates,
        ),
        (
            "description",
            |t, k| edit_range(t, k, |r| r.description = "x".to_owned()),
            Fail,
        ),
        (
            "managed_by",
            |t, k| edit_range(t, k, |r| r.managed_by = "x".to_owned()),
            Fail,
        ),
        (
            "range",
            |t, k| {
                edit(t, k, |r| {
                    r.details.end_address = "10.0.1.9".parse().unwrap()
                })
            },
            Deviates,
        ),
        (
            "range",
            |t, k| {
                let row = t.ranges.values().find(|r| r.scope_record_id == k.1);
                let mut row = (**row.unwrap()).clone();
                row.record_id = RecordId(7000);
                t.ranges.insert((V4, row.record_id), Arc::new(row));
            },
            Fail,
        ),
    ];
    for (part, change, verdict) in cases {
        let results = run(
            expect(vec![lease_of_copy()], Vec::new()),
            |tables, setup| {
                let key = key(setup, "A on P1");
                edit(tables, key, eight_days);
                change(tables, key);
            },
        );
        assert_eq!(
            verdicts(&results),
            [("changed", verdict), ("others", Pass)],
            "{part}"
        );
        assert_eq!(results[0].span, Some(at(505)));
        assert!(results[0].found.starts_with(part), "{}", results[0].found);

        // The same where the row is not listed at all.
        let results = run(expect(Vec::new(), Vec::new()), |tables, setup| {
            change(tables, key(setup, "A on P1"));
        });
        assert_eq!(verdicts(&results), [("others", verdict)], "{part}");
        assert_eq!(
            results[0].label,
            Some((at(9203), "scope `A on P1`".to_owned()))
        );
    }
}

#[test]
fn rows_of_the_source_and_of_bystanders_are_hard_except_what_nobody_states() {
    type Edit = fn(&mut AdmDhcpScopesRow);
    let leases: Edit = |row| row.details.number_of_active_leases = 9;
    let sync: Edit =
        |row| row.details.failover_config_sync_status = DhcpFailoverConfigSyncStatus::InSync;
    let cases: [(&str, Edit, CheckVerdict); 5] = [
        ("A", leases, Fail),
        ("A", sync, Deviates),
        ("C", sync, Fail),
        ("Z", leases, Fail),
        ("Z", sync, Fail),
    ];
    for (name, change, verdict) in cases {
        let results = run(expect(Vec::new(), Vec::new()), |tables, setup| {
            edit(tables, key(setup, name), change);
        });
        assert_eq!(verdicts(&results), [("others", verdict)], "{name}");
    }
    // Which server is the source is what the step says: seen from P1, A is the copy.
    let mut case = case(expect(Vec::new(), Vec::new()));
    case.steps[0].action = replicate(P1);
    let trace = trace_of(&case, Vec::new(), |tables, setup| {
        edit(tables, key(setup, "A"), leases);
    });
    assert_eq!(only(evaluate(&case, &trace)).verdict, Deviates);
}

#[test]
fn like_takes_the_replicated_columns_as_they_are_afterwards() {
    let mut item = changed(scope_ref("A on P1", 510), Vec::new(), 505);
    item.like = Some(scope_ref("A", 515));
    let write = |tables: &mut Tables, setup: &Setup| {
        for name in ["A", "A on P1"] {
            edit(tables, key(setup, name), |row| {
                row.details.lease_duration = SerDuration::from_days(3);
                row.details.description = "new".to_owned();
            });
            edit_range(tables, key(setup, name), |row| {
                row.description = "new".to_owned()
            });
        }
    };
    let source = changed(
        scope_ref("A", 540),
        vec![
            column(Column::Lease, &["3d"], 542),
            column(Column::Description, &["new"], 544),
        ],
        539,
    );
    let both = || expect(vec![item.clone(), source.clone()], Vec::new());
    let results = run(both(), write);
    assert_eq!(
        verdicts(&results),
        [("changed", Pass), ("changed", Pass), ("others", Pass)]
    );

    let results = run(both(), |tables, setup| {
        write(tables, setup);
        edit(tables, key(setup, "A on P1"), |row| {
            row.details.subnet_delay = 7
        });
    });
    assert_eq!(
        verdicts(&results),
        [("changed", Fail), ("changed", Pass), ("others", Pass)]
    );
    assert_eq!(results[0].span, Some(at(515)));
    assert_eq!(
        results[0].expected,
        "scope `A on P1`: subnet_delay `0`, as scope `A`"
    );
}

#[test]
fn associations_and_options_belong_to_their_scope() {
    let results = run(expect(Vec::new(), Vec::new()), |tables, setup| {
        let row = crate::model::AdmDhcpScopeFailoverRow {
            record_id: RecordId(800),
            failover_relation_id: setup.relation_ids[0],
            scope_id: key(setup, "C").1,
        };
        tables.scope_failovers.insert(row.record_id, Arc::new(row));
    });
    assert_eq!(verdicts(&results), [("others", Deviates)]);
    assert_eq!(
        results[0].found,
        "scope `C` changed: relation from `` to `R1`"
    );

    // Options are sets of what they mean: a row deleted and inserted again is no difference.
    let mut world = world();
    world.scopes[0].options.push(OptionValue {
        id: 6,
        values: vec!["1.1.1.1".to_owned()],
        vendor_class: None,
        user_class: None,
    });
    let case = case_over(world, expect(Vec::new(), Vec::new()));
    let rewrite = |values: &str| {
        let values = vec![values.to_owned()];
        trace_of(&case, Vec::new(), move |tables, _| {
            let (key, row) = tables.options.pop_first().unwrap();
            let row = AdmDhcpOptionsRow {
                record_id: RecordId(5000),
                values,
                ..(*row).clone()
            };
            tables.options.insert((key.0, row.record_id), Arc::new(row));
        })
    };
    assert_eq!(only(evaluate(&case, &rewrite("1.1.1.1"))).verdict, Pass);
    let result = only(evaluate(&case, &rewrite("2.2.2.2")));
    assert_eq!(result.verdict, Fail);
    assert_eq!(
        result.found,
        "scope `A` changed: options from `6=1.1.1.1` to `6=2.2.2.2`"
    );
}
