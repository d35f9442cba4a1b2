//! Worlds in which the oracle and the simulator once disagreed, as small as they get: found by `tests/properties.rs`.
//!
//! Each is a scenario without expectations, so that the two judges that need none are alone: the oracle and the grammar
//! of sessions.

use ipamconf::check::check;
use ipamconf::door::SessionTarget;
use ipamconf::scenario::read_bytes;
use ipamconf::spec::Readings;
use ipamconf::suite::run_case;
use ipamconf::verdict::{CheckVerdict, Judge};

/// What the judges find wrong with our simulator in a scenario.
fn disagreements(scenario: &str) -> Vec<String> {
    let text = format!("title = \"a world\"\nrequirements = [\"R-29-3\"]\n{scenario}");
    let scenario = read_bytes("regression", "regression.toml", text.as_bytes())
        .unwrap_or_else(|rejected| panic!("{rejected}"));
    let mut found = Vec::new();
    for case in &scenario.cases {
        let mut target = SessionTarget::default();
        let readings = Readings::default().overlaid_with(&case.readings);
        let trace = run_case(case, &mut target, &readings).expect("the simulator can run it");
        found.extend(
            check(case, &trace, &readings)
                .into_iter()
                .filter(|result| matches!(result.judge, Judge::Oracle | Judge::Grammar))
                .filter(|result| {
                    matches!(result.verdict, CheckVerdict::Fail | CheckVerdict::Deviates)
                })
                .map(|result| format!("{}: {}, {}", result.check, result.expected, result.found)),
        );
    }
    found
}

/// A bound on what is written counted scopes that look written since another scope of the call wrote their copy.
#[test]
fn a_scope_that_is_sent_twice_hides_that_its_second_write_was_refused() {
    let found = disagreements(
        r#"
        [world]
        servers = [{ name = "S" }, { name = "P1" }]
        relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
        scopes = [{ name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" }]
        partner = [{ does = "refuse", after = 1 }]

        [[steps]]
        replicate = { operation = "ReplicateScope", scopes = ["A", "A"] }
        "#,
    );
    assert_eq!(found, Vec::<String>::new());
}

/// A write that may come with a fault or without one was taken to come with a fault: nothing followed from it.
#[test]
fn a_copy_that_may_be_written_with_or_without_an_answer_may_be_attached() {
    let found = disagreements(
        r#"
        readings = { OQ-11 = "attach" }
        [world]
        servers = [{ name = "S" }, { name = "P1" }]
        relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
        scopes = [
          { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" },
          { name = "B", server = "S", subnet = "10.0.2.0/24", relation = "R1" },
        ]
        partner = [{ does = "lose-answer", after = 1 }]
        "#,
    );
    assert_eq!(found, Vec::<String>::new());
}

/// The simulator attached the partner's row, where by this reading it had rewritten the source's.
#[test]
fn the_row_that_was_written_is_attached_and_no_other() {
    let found = disagreements(
        r#"
        readings = { OQ-5 = "literal", OQ-11 = "attach" }
        [world]
        servers = [{ name = "S" }, { name = "P1" }]
        relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
        scopes = [
          { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" },
          { name = "A on P1", server = "P1", like = "A" },
        ]
        "#,
    );
    assert_eq!(found, Vec::<String>::new());
}

/// A source that is marked InSync was taken for a copy that is written.
#[test]
fn a_copy_that_is_a_source_as_well_may_be_marked_as_such() {
    let found = disagreements(
        r#"
        readings = { OQ-11 = "attach" }
        [world]
        servers = [{ name = "S" }, { name = "P1" }, { name = "P2" }]
        relations = [
          { name = "R1", server1 = "P1", server2 = "P2" },
          { name = "R2", server1 = "S", server2 = "P1" },
        ]
        scopes = [
          { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R2" },
          { name = "A on P1", server = "P1", like = "A", relation = "R1" },
        ]

        [[steps]]
        replicate = { operation = "ReplicateScope", scopes = ["A", "A on P1"] }
        "#,
    );
    assert_eq!(found, Vec::<String>::new());
}

/// The one request that a rule hits was taken to be one of those that surely come its way.
#[test]
fn a_scope_that_may_be_skipped_may_take_the_only_refusal() {
    let found = disagreements(
        r#"
        readings = { OQ-15 = "continue" }
        [world]
        servers = [{ name = "S" }, { name = "P1" }]
        relations = [
          { name = "R1", server1 = "S", server2 = "P1" },
          { name = "R2", server1 = "S", server2 = "S" },
        ]
        scopes = [
          { name = "A", server = "S", subnet = "10.0.1.0/24", relation = ["R1", "R2"] },
          { name = "B", server = "S", subnet = "10.0.2.0/24", relation = "R1" },
          { name = "C", server = "S", subnet = "10.0.3.0/24", relation = "R1" },
        ]
        partner = [{ does = "refuse", times = 1 }]
        "#,
    );
    assert_eq!(found, Vec::<String>::new());
}

/// What a rule has taken was reckoned as if the operation had gone through all its scopes.
#[test]
fn an_operation_that_the_client_left_may_have_spent_less_of_a_rule() {
    let found = disagreements(
        r#"
        [world]
        servers = [{ name = "S" }, { name = "P1" }]
        relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
        scopes = [
          { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" },
          { name = "B", server = "S", subnet = "10.0.2.0/24", relation = "R1" },
        ]
        partner = [{ does = "accept", times = 2 }, { does = "refuse", on = "update" }]

        [[steps]]
        replicate = {}
        [[steps]]
        close = {}
        after = "AddSubTask"
        [[steps]]
        replicate = {}
        "#,
    );
    assert_eq!(found, Vec::<String>::new());
}

/// An operation without an end was judged by the bounds of one that failed.
#[test]
fn an_operation_that_the_client_left_need_not_have_met_a_fault() {
    let found = disagreements(
        r#"
        [world]
        servers = [{ name = "S" }, { name = "P1" }]
        relations = [
          { name = "R1", server1 = "S", server2 = "P1" },
          { name = "R2", server1 = "nil", server2 = "S" },
        ]
        scopes = [{ name = "A", server = "S", subnet = "10.0.1.0/24", relation = ["R1", "R2"] }]

        [[steps]]
        replicate = {}
        [[steps]]
        close = {}
        after = "AddSubTask"
        "#,
    );
    assert_eq!(found, Vec::<String>::new());
}

/// The simulator flagged the DNS settings only where the clone takes the partner row's RecordId.
#[test]
fn dns_settings_go_over_whatever_record_id_the_clone_carries() {
    let found = disagreements(
        r#"
        readings = { OQ-5 = "literal" }
        [world]
        servers = [{ name = "S" }, { name = "P1" }]
        relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
        scopes = [{ name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1", missing = true }]

        [[steps]]
        replicate = { operation = "ReplicateScope", scopes = ["A"] }
        "#,
    );
    assert_eq!(found, Vec::<String>::new());
}

/// .4 looks for the source's RecordId, which the row that .3 has just made does not have.
#[test]
fn a_scope_that_was_just_created_may_not_be_found_again() {
    let found = disagreements(
        r#"
        readings = { OQ-5 = "literal" }
        [world]
        servers = [{ name = "S" }, { name = "P1" }]
        relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
        scopes = [{ name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1", missing = true }]

        [[steps]]
        replicate = { operation = "ReplicateScope", scopes = ["A", "A"] }
        "#,
    );
    assert_eq!(found, Vec::<String>::new());
}

/// An association that is all that a write changes is a write.
#[test]
fn a_copy_that_only_had_to_be_attached_is_attached_by_its_write() {
    let found = disagreements(
        r#"
        readings = { OQ-11 = "attach" }
        [world]
        servers = [{ name = "S" }, { name = "P1" }]
        relations = [
          { name = "R1", server1 = "S", server2 = "P1" },
          { name = "R2", server1 = "S", server2 = "P1" },
        ]
        scopes = [
          { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" },
          { name = "A on P1", server = "P1", like = "A", relation = "R2" },
          { name = "B", server = "S", subnet = "10.0.2.0/24", relation = "R1" },
        ]
        partner = [{ does = "refuse", server = "S", after = 1 }]

        [[steps]]
        replicate = { server = "S" }
        [[steps]]
        replicate = { server = "P1" }
        "#,
    );
    assert_eq!(found, Vec::<String>::new());
}
