//! `created`, `deleted`, what is not listed, and steps that build on each other.

use super::stores::*;
use super::*;
use crate::model::RecordId;
use crate::scenario::evaluate::store::UNLISTED_MAX;
use crate::scenario::{Column, CreatedExpect, DeletedExpect, RowRef, RowTarget};
use crate::spec::Grade;
use crate::world::RowKind;
use CheckVerdict::{Deviates, Fail, NotObservable, NotReached, Pass};

#[test]
fn created_is_matched_by_server_and_subnet() {
    let wanted = || {
        expect(
            Vec::new(),
            vec![created(P1, Some(scope_ref("B", 611)), 610)],
        )
    };
    let results = run(wanted(), |tables, setup| {
        copy(tables, key(setup, "B"), setup.server_ids[P1], 900);
    });
    assert_eq!(verdicts(&results), [("created", Pass), ("others", Pass)]);

    let results = run(wanted(), |_, _| {});
    assert_eq!(verdicts(&results), [("created", Fail), ("others", Pass)]);
    assert_eq!(results[0].span, Some(at(610)));
    assert_eq!(results[0].expected, "a new scope 10.0.2.0 on server `P1`");
    assert_eq!(results[0].label, Some((at(9201), "scope `B`".to_owned())));

    // On the wrong server: one too few and one too many.
    let results = run(wanted(), |tables, setup| {
        copy(tables, key(setup, "B"), setup.server_ids[X], 900);
    });
    assert_eq!(verdicts(&results), [("created", Fail), ("others", Fail)]);
    assert_eq!(results[1].found, "scope `10.0.2.0/24 on X` was created");
    // `changed` is written too, so the rest points at it.
    assert_eq!(results[1].span, Some(at(500)));

    // Twice.
    let results = run(wanted(), |tables, setup| {
        copy(tables, key(setup, "B"), setup.server_ids[P1], 900);
        copy(tables, key(setup, "B"), setup.server_ids[P1], 901);
    });
    assert_eq!(verdicts(&results), [("created", Pass), ("others", Fail)]);

    let results = run(
        expect(
            Vec::new(),
            vec![created(P1, Some(scope_ref("A", 611)), 610)],
        ),
        |_, _| {},
    );
    assert_eq!(
        results[0].found,
        "that server had a scope of this subnet before"
    );
}

#[test]
fn columns_of_a_created_row_are_those_of_like_or_its_own_or_unasked() {
    let write = |tables: &mut Tables, setup: &Setup| {
        let key = copy(tables, key(setup, "B"), setup.server_ids[P1], 900);
        edit(tables, key, |row| {
            row.details.lease_duration = SerDuration::from_days(1);
            row.details.dns_name_protection_status = Enablement::Enabled;
            row.details.number_of_active_leases = 4;
        });
    };
    let item = created(P1, Some(scope_ref("B", 611)), 610);
    let results = run(expect(Vec::new(), vec![item.clone()]), write);
    assert_eq!(
        verdicts(&results),
        [("created", Fail), ("created", Deviates), ("others", Pass)]
    );
    assert_eq!(results[0].found, "lease `1d`");

    let own = CreatedExpect {
        columns: vec![
            column(Column::Lease, &["1d"], 620),
            column(Column::DnsNameProtection, &["false", "true"], 630),
        ],
        ..item.clone()
    };
    let results = run(expect(Vec::new(), vec![own]), write);
    assert_eq!(verdicts(&results), [("created", Pass), ("others", Pass)]);
    assert_eq!(
        (results[0].grade, results[0].span),
        (Grade::Either, Some(at(631)))
    );

    let subnet = CreatedExpect {
        columns: vec![column(Column::Subnet, &["10.0.2.0/24"], 620)],
        like: None,
        ..item.clone()
    };
    let results = run(expect(Vec::new(), vec![subnet.clone()]), write);
    assert_eq!(verdicts(&results), [("created", Pass), ("others", Pass)]);

    let optional = CreatedExpect {
        optional: true,
        ..item
    };
    let results = run(expect(Vec::new(), vec![optional]), |_, _| {});
    assert_eq!(verdicts(&results), [("created", Pass), ("others", Pass)]);

    // The right address under the wrong prefix is the row, with a column that is not met.
    let prefix = CreatedExpect {
        columns: vec![column(Column::Subnet, &["10.0.2.0/25"], 620)],
        ..subnet
    };
    let results = run(expect(Vec::new(), vec![prefix]), write);
    assert_eq!(verdicts(&results), [("created", Fail), ("others", Pass)]);
    assert_eq!(results[0].span, Some(at(620)));
}

#[test]
fn deleted_and_other_kinds_of_rows() {
    let deleted = |kind, index, optional| DeletedExpect {
        span: at(700),
        row: row_ref(kind, index, 701),
        optional,
    };
    let wanted = |optional| Expect {
        deleted: Some(spanned(vec![deleted(RowKind::Relation, 0, optional)], 690)),
        ..Expect::default()
    };
    let remove = |tables: &mut Tables, setup: &Setup| {
        tables.relations.remove(&setup.relation_ids[0]);
    };
    assert_eq!(
        verdicts(&run(wanted(false), remove)),
        [("deleted", Pass), ("others", Pass)]
    );
    let results = run(wanted(false), |_, _| {});
    assert_eq!(verdicts(&results), [("deleted", Fail), ("others", Pass)]);
    assert_eq!(
        (results[0].span, results[1].span),
        (Some(at(700)), Some(at(690)))
    );
    assert_eq!(
        verdicts(&run(wanted(true), |_, _| {})),
        [("deleted", Pass), ("others", Pass)]
    );

    let results = run(expect(Vec::new(), Vec::new()), |tables, setup| {
        remove(tables, setup);
        let server = tables.servers.get_mut(&(V4, setup.server_ids[S])).unwrap();
        Arc::make_mut(server).name = "new name".to_owned();
        Arc::make_mut(server)
            .vendor_classes
            .push(crate::model::ClassRow {
                record_id: RecordId(77),
                name: "class".to_owned(),
            });
    });
    assert_eq!(verdicts(&results), [("others", Fail), ("others", Fail)]);
    assert!(
        results[0]
            .found
            .starts_with("server `S` changed: host from `S` to `new name`; vendor")
    );
    assert_eq!(results[1].found, "relation `R1` was deleted");

    let host = changed(
        row_ref(RowKind::Server, S, 510),
        vec![column(Column::Host, &["new name"], 520)],
        505,
    );
    let results = run(expect(vec![host], Vec::new()), |tables, setup| {
        let server = tables.servers.get_mut(&(V4, setup.server_ids[S])).unwrap();
        Arc::make_mut(server).name = "new name".to_owned();
    });
    assert_eq!(verdicts(&results), [("changed", Pass), ("others", Pass)]);

    // A listed row that is gone.
    let results = run(
        expect(vec![lease_of_copy()], Vec::new()),
        |tables, setup| {
            tables.scopes.remove(&key(setup, "A on P1"));
        },
    );
    assert_eq!(verdicts(&results), [("changed", Fail), ("others", Pass)]);
    assert_eq!(
        (results[0].span, results[0].found.as_str()),
        (Some(at(505)), "it is gone")
    );
}

#[test]
fn unlisted_rows_are_shown_up_to_a_number() {
    let results = run(expect(Vec::new(), Vec::new()), |tables, setup| {
        for id in 0..30 {
            copy(tables, key(setup, "B"), setup.server_ids[P1], 900 + id);
        }
    });
    assert_eq!(results.len(), UNLISTED_MAX + 1);
    assert_eq!(
        results[UNLISTED_MAX].found,
        "10 more rows that are not listed"
    );
    assert!(results.iter().all(|result| result.verdict == Fail));

    let mut open = expect(
        Vec::new(),
        vec![created(P1, Some(scope_ref("B", 611)), 610)],
    );
    open.others_any = true;
    let results = run(open, |tables, setup| {
        for id in 0..30 {
            copy(tables, key(setup, "B"), setup.server_ids[P1], 900 + id);
        }
    });
    assert_eq!(verdicts(&results), [("created", Pass)]);
}

#[test]
fn steps_compare_their_own_states_and_pass_names_on() {
    let mut first = created(P1, Some(scope_ref("B", 611)), 610);
    first.name = Some("B on P1".to_owned());
    let named = |place| RowRef {
        kind: RowKind::Scope,
        target: RowTarget::Created("B on P1".to_owned()),
        span: at(place),
    };
    let second = changed(named(710), vec![column(Column::Lease, &["2d"], 720)], 705);
    let mut case = case(Expect::default());
    case.steps = vec![
        step(replicate(S), Some(expect(Vec::new(), vec![first]))),
        step(Action::Start, Some(expect(vec![second], Vec::new()))),
        step(Action::Start, Some(expect(Vec::new(), Vec::new()))),
    ];
    let mut trace = trace_of(&case, Vec::new(), |tables, setup| {
        copy(tables, key(setup, "B"), setup.server_ids[P1], 900);
    });
    let between = trace.after.clone().unwrap();
    let mut last = (*between).clone();
    edit(&mut last, (V4, RecordId(900)), |row| {
        row.details.lease_duration = SerDuration::from_days(2);
    });
    trace.steps[1].before = Some(between);
    trace.steps[1].after = Some(Arc::new(last));
    trace.steps[2].after = None;
    let results = evaluate(&case, &trace);
    assert_eq!(
        verdicts(&results),
        [
            ("created", Pass),
            ("others", Pass),
            ("changed", Pass),
            ("others", Pass),
            ("changed", NotObservable),
            ("others", NotObservable),
        ]
    );
    trace.steps[0].outcome = StepOutcome::NotReached;
    let results = evaluate(&case, &trace);
    assert_eq!(results[0].verdict, NotReached);
    let result = results.iter().find(|r| r.step == Some(1)).unwrap();
    assert_eq!(
        (result.verdict, result.found.as_str()),
        (Fail, "it was never created")
    );
    assert_eq!((result.check, result.span), ("changed", Some(at(705))));
}

#[test]
fn ten_thousand_rows_changed_and_created() {
    const COUNT: usize = 10_000;
    let mut world = world();
    world.scopes.clear();
    let wide = |name: String, server: usize, index: usize| {
        let mut scope = scope(&name, server, 0, &[0]);
        let base = 0x0a00_0000_u32 + u32::try_from(index).unwrap() * 256;
        let address = |offset: u32| std::net::IpAddr::V4((base + offset).into());
        let details = &mut scope.details;
        details.scope_id = address(0);
        (details.start_address, details.end_address) = (address(1), address(254));
        scope
    };
    for index in 0..COUNT {
        world.scopes.push(wide(format!("A{index}"), S, index));
    }
    for index in 0..COUNT / 2 {
        world
            .scopes
            .push(wide(format!("A{index} on P1"), P1, index));
    }
    let scope = |index: usize| row_ref(RowKind::Scope, index, index);
    let items = (COUNT..COUNT + COUNT / 2)
        .map(|index| changed(scope(index), vec![column(Column::Lease, &["9d"], 520)], 505))
        .collect();
    let news = (COUNT / 2..COUNT)
        .map(|index| created(P1, Some(scope(index)), 610))
        .collect();
    let case = case_over(world, expect(items, news));
    let trace = trace_of(&case, Vec::new(), |tables, setup| {
        for id in &setup.scope_ids[COUNT..] {
            edit(tables, (V4, *id), |row| {
                row.details.lease_duration = SerDuration::from_days(9)
            });
        }
        let mut next = 1_000_000;
        let ranges: std::collections::BTreeMap<_, _> = tables
            .ranges
            .values()
            .map(|range| (range.scope_record_id, Arc::clone(range)))
            .collect();
        for id in &setup.scope_ids[COUNT / 2..COUNT] {
            next += 1;
            let mut row = (*tables.scopes[&(V4, *id)]).clone();
            row.dhcp_server_record_id = setup.server_ids[P1];
            row.record_id = RecordId(next);
            tables.scopes.insert((V4, row.record_id), Arc::new(row));
            let mut range = (*ranges[id]).clone();
            (range.record_id, range.scope_record_id) = (RecordId(next + 1_000_000), RecordId(next));
            tables.ranges.insert((V4, range.record_id), Arc::new(range));
        }
    });
    let results = evaluate(&case, &trace);
    assert_eq!(results.len(), COUNT + 1);
    let wrong = results.iter().find(|result| result.verdict != Pass);
    assert!(wrong.is_none(), "{wrong:#?}");
}
