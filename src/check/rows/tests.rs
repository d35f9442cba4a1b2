//! Two states of a store against an answer of the oracle.

use std::sync::Arc;

use super::*;
use crate::model::{AdmDhcpScopeFailoverRow, Object, Value};
use crate::oracle::{Case, PartnerBounds, call};
use crate::spec::{IpamAdminOperationId, Readings};
use crate::world::{End, OptionValue, Relation, Scope, Server, Setup, World};

const V4: AddressFamily = AddressFamily::InterNetwork;
const SUCCESS: Stage = Stage::Processing(Terminal::Success);

fn details(third: u8) -> ScopeDetails {
    let value = Object::of_type("DhcpScopeV4")
        .with("ScopeId", format!("10.0.{third}.0"))
        .with("SubnetMask", "255.255.255.0")
        .with("PrefixLength", "24")
        .with("StartAddress", format!("10.0.{third}.1"))
        .with("EndAddress", format!("10.0.{third}.99"))
        .with("ScopeName", "name");
    crate::model::DhcpScope::decode(&value).unwrap().details
}

fn option(id: u32, value: &str) -> OptionValue {
    OptionValue {
        id,
        values: vec![value.to_owned()],
        vendor_class: None,
        user_class: None,
    }
}

fn scope(server: usize, relations: &[usize], options: Vec<OptionValue>) -> Scope {
    Scope {
        name: format!("scope on {server}"),
        server,
        details: details(1),
        relations: relations.to_vec(),
        options,
        superscope: None,
        access_scope: "\\Global".to_owned(),
        managed_by: "MSDHCP".to_owned(),
        managed_by_entity: None,
        missing: false,
        same_id_as: None,
    }
}

/// A on S with option 6; its copy on P with options 3 and 6, in no relationship.
fn setup() -> Setup {
    let world = World {
        servers: ["S", "P"].map(Server::named).to_vec(),
        relations: vec![Relation {
            name: "R".to_owned(),
            server1: End::Server(0),
            server2: End::Server(1),
            mode: crate::spec::DhcpFailoverMode::LoadBalance,
            missing: false,
        }],
        scopes: vec![
            scope(0, &[0], vec![option(6, "1")]),
            scope(1, &[], vec![option(3, "2"), option(6, "2")]),
        ],
        ..World::default()
    };
    world.set_up()
}

fn readings(chosen: &[(&str, &str)]) -> Readings {
    let mut readings = Readings::default();
    for (question, reading) in chosen {
        readings.choose(question, reading).unwrap();
    }
    readings
}

fn allowed(setup: &Setup, readings: &Readings) -> Allowed {
    let server = Object::default().with("RecordId", setup.server_ids[0].to_string());
    let parameters = Object::of_type("ReplicateServerParameters")
        .with("OperationId", "ReplicateServer")
        .with("Server", server);
    let case = Case {
        tables: &setup.tables,
        provisioned: true,
        schema_conversion_required: false,
        caller: &setup.caller,
        roles: &setup.roles,
        partner: &setup.partner,
        taken: &PartnerBounds::default(),
        readings,
    };
    let parameters = Value::from(parameters);
    call(
        &case,
        IpamAdminOperationId::ReplicateServer,
        Some(&parameters),
    )
}

fn judged(
    setup: &Setup,
    chosen: &[(&str, &str)],
    change: impl FnOnce(&mut Tables),
) -> Vec<CheckResult> {
    let mut after = Tables::clone(&setup.tables);
    change(&mut after);
    let allowed = allowed(setup, &readings(chosen));
    states(
        &setup.names,
        &setup.tables,
        &after,
        &allowed,
        Some(SUCCESS),
        Asked::default(),
    )
}

/// What was found to differ: check, requirement, verdict.
fn differing(results: &[CheckResult]) -> Vec<(&'static str, RequirementId, CheckVerdict)> {
    results
        .iter()
        .filter(|result| result.verdict != CheckVerdict::Pass)
        .map(|result| (result.check, result.requirement, result.verdict))
        .collect()
}

fn passes(results: &[CheckResult], check: &str, requirement: RequirementId) -> bool {
    results.iter().any(|result| {
        result.check == check
            && result.requirement == requirement
            && result.verdict == CheckVerdict::Pass
    })
}

/// Option 3 of the copy goes, option 6 gets the source's value; both by deleting and inserting.
fn write_options(tables: &mut Tables, setup: &Setup) {
    let copy = setup.scope_ids[1];
    let rows: Vec<_> = tables
        .options
        .values()
        .filter(|row| row.scope_record_id == copy)
        .cloned()
        .collect();
    let [three, six] = rows.as_slice() else {
        panic!("{rows:?}");
    };
    for row in [three, six] {
        tables.options.remove(&(V4, row.record_id));
    }
    let mut new = AdmDhcpOptionsRow::clone(six);
    new.record_id = RecordId(9000);
    new.values = vec!["1".to_owned()];
    tables.options.insert((V4, new.record_id), Arc::new(new));
}

fn set_sync(tables: &mut Tables, scope: RecordId) {
    let row = Arc::make_mut(tables.scopes.get_mut(&(V4, scope)).unwrap());
    row.details.failover_config_sync_status = IN_SYNC;
}

fn attach(tables: &mut Tables, setup: &Setup, scope: RecordId) {
    let row = AdmDhcpScopeFailoverRow {
        record_id: RecordId(9001),
        failover_relation_id: setup.relation_ids[0],
        scope_id: scope,
    };
    tables.scope_failovers.insert(row.record_id, Arc::new(row));
}

const DEVIATION: CheckVerdict = CheckVerdict::Deviates;

#[test]
fn options_are_compared_by_meaning_and_softly() {
    let setup = setup();
    let results = judged(&setup, &[], |tables| write_options(tables, &setup));
    assert_eq!(differing(&results), []);
    assert!(passes(&results, "copy-options", RequirementId::R_4_16a));
    assert!(passes(&results, "copy-options", RequirementId::R_4_16b));
    // columns that are equal already do not hide them
    let results = judged(&setup, &[], |_| {});
    assert_eq!(
        differing(&results),
        [("copy-options", RequirementId::R_4_16a, DEVIATION)]
    );
    assert!(passes(&results, "copy-written", RequirementId::R_29_6a));
    let literal = [("OQ-12", "literal")];
    assert_eq!(differing(&judged(&setup, &literal, |_| {})), []);
    let results = judged(&setup, &literal, |tables| write_options(tables, &setup));
    assert_eq!(
        differing(&results),
        [("copy-options", RequirementId::R_4_16a, DEVIATION)]
    );
}

#[test]
fn options_of_another_scope_stay() {
    let setup = setup();
    let results = judged(&setup, &[], |tables| {
        write_options(tables, &setup);
        let source = setup.scope_ids[0];
        tables
            .options
            .retain(|_, row| row.scope_record_id != source);
    });
    assert_eq!(
        differing(&results),
        [(
            "nothing-else-changes",
            RequirementId::R_29_5a,
            CheckVerdict::Fail
        )]
    );
}

#[test]
fn exclusions_are_compared_softly() {
    let setup = setup();
    let results = judged(&setup, &[], |tables| {
        write_options(tables, &setup);
        let copy = tables.scopes.get_mut(&(V4, setup.scope_ids[1])).unwrap();
        let details = &mut Arc::make_mut(copy).details;
        let range = (details.start_address, details.start_address);
        details.exclusion_ranges.insert(range);
    });
    assert_eq!(
        differing(&results),
        [("copy-columns", RequirementId::R_4_17a, DEVIATION)]
    );
}

#[test]
fn attaching_and_not_attaching_are_both_deviations_of_the_other() {
    let setup = setup();
    let plain = |tables: &mut Tables| write_options(tables, &setup);
    let attaching = |tables: &mut Tables| {
        write_options(tables, &setup);
        attach(tables, &setup, setup.scope_ids[1]);
        for scope in &setup.scope_ids {
            set_sync(tables, *scope);
        }
    };
    let reading = [("OQ-11", "attach")];
    assert_eq!(differing(&judged(&setup, &[], plain)), []);
    let results = judged(&setup, &reading, attaching);
    assert_eq!(differing(&results), []);
    assert!(passes(&results, "copy-attached", RequirementId::R_29_6b));
    assert!(passes(&results, "copies-in-sync", RequirementId::R_29_6a));
    let results = judged(&setup, &reading, plain);
    assert_eq!(
        differing(&results),
        [
            ("copy-attached", RequirementId::R_29_6b, DEVIATION),
            ("copies-in-sync", RequirementId::R_29_6a, DEVIATION),
            ("copies-in-sync", RequirementId::R_29_6a, DEVIATION),
        ]
    );
    let results = judged(&setup, &[], attaching);
    assert_eq!(results.iter().filter(|r| r.verdict == DEVIATION).count(), 3);
    assert!(results.iter().all(|r| r.verdict != CheckVerdict::Fail));
}

#[test]
fn other_associations_may_not_change() {
    let setup = setup();
    let results = judged(&setup, &[], |tables| {
        write_options(tables, &setup);
        tables.scope_failovers.clear();
    });
    assert_eq!(
        differing(&results),
        [(
            "nothing-else-changes",
            RequirementId::R_29_6b,
            CheckVerdict::Fail
        )]
    );
}

#[test]
fn the_source_rewritten_is_explained_and_the_copy_is_not() {
    let setup = setup();
    let reading = [("OQ-5", "literal")];
    let results = judged(&setup, &reading, |tables| {
        let source = setup.scope_ids[0];
        let row = tables
            .ranges
            .values_mut()
            .find(|row| row.scope_record_id == source)
            .unwrap();
        Arc::make_mut(row).managed_by_entity = "P".to_owned();
    });
    assert_eq!(differing(&results), []);
    let results = judged(&setup, &reading, |tables| {
        let copy = tables.scopes.get_mut(&(V4, setup.scope_ids[1])).unwrap();
        Arc::make_mut(copy).details.scope_name = "other".to_owned();
    });
    assert!(results.iter().any(|r| r.verdict == CheckVerdict::Fail));
}
