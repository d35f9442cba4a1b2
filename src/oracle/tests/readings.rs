//! The readings under which .29 writes other rows than by our rulings.

use super::*;

fn write(allowed: &Allowed, fate: usize) -> &crate::oracle::Write {
    match allowed.fates[fate].choices.as_slice() {
        [Choice::Write(write)] => write,
        other => panic!("{other:?}"),
    }
}

fn with_copy() -> Vec<Scope> {
    vec![scope("A", 0, 1, &[0]), scope("A on P1", 1, 1, &[0])]
}

#[test]
fn by_record_id_no_copy_is_ever_found() {
    let fixture = Fixture::of(&world(with_copy())).reading("OQ-4", "record-id");
    let allowed = fixture.replicate();
    only(&allowed, FAILURE, R::R_3_8);
    assert_eq!(kinds(&allowed, 0), ["fault"]);
    let fixture = Fixture::of(&world(vec![scope("A", 0, 1, &[0])])).reading("OQ-4", "record-id");
    let allowed = fixture.replicate();
    only(&allowed, SUCCESS, R::R_31_4);
    assert_eq!(write(&allowed, 0).kind, WriteKind::Create);
    assert_eq!(write(&allowed, 0).server, fixture.server(1));
}

#[test]
fn the_kept_record_id_rewrites_the_source_or_finds_it_in_the_way() {
    let mut world = world(with_copy());
    world.scopes.push(scope("B", 0, 2, &[0]));
    let fixture = Fixture::of(&world).reading("OQ-5", "literal");
    let allowed = fixture.replicate();
    only(&allowed, FAILURE, R::R_3_8);
    let rewritten = write(&allowed, 0);
    assert_eq!(rewritten.kind, WriteKind::Update(fixture.scope(0)));
    assert_eq!(rewritten.server, fixture.server(0));
    assert_eq!(rewritten.server_name, "P1");
    assert_eq!(rewritten.copy.details, details(1));
    assert_eq!(rewritten.requirement, R::R_29_6a);
    assert_eq!(kinds(&allowed, 1), ["fault"]);
    let fixture = fixture.reading("OQ-4", "record-id");
    let allowed = fixture.replicate();
    only(&allowed, FAILURE, R::R_3_8);
    assert_eq!(kinds(&allowed, 0), ["fault"]);
}

#[test]
fn a_rule_for_the_partner_holds_where_the_source_is_rewritten() {
    let mut world = world(with_copy());
    let mut rule = refuse(Some(RequestKind::Update), 0, None);
    rule.server = Some(1);
    world.partner = vec![rule];
    let fixture = Fixture::of(&world).reading("OQ-5", "literal");
    let allowed = fixture.replicate();
    only(&allowed, FAILURE, R::R_4_20);
    assert_eq!(allowed.taken.taken, [(1, 1)]);
    world.partner[0].server = Some(0);
    let fixture = Fixture::of(&world).reading("OQ-5", "literal");
    only(&fixture.replicate(), SUCCESS, R::R_31_4);
}

#[test]
fn what_exists_is_asked_before_what_is_valid_and_both_before_the_partner() {
    let mut world = world(with_copy());
    world.scopes[0].details.prefix_length = 0;
    world.partner = vec![refuse(None, 0, None)];
    let fixture = Fixture::of(&world).reading("OQ-4", "record-id");
    let allowed = fixture.replicate();
    only(&allowed, FAILURE, R::R_3_8);
    assert_eq!(allowed.taken.taken, [(0, 0)]);
    let fixture = Fixture::of(&world).reading("OQ-5", "literal");
    let allowed = fixture.replicate();
    only(&allowed, FAILURE, R::R_VAL_1);
    assert_eq!(allowed.taken.taken, [(0, 0)]);
}

#[test]
fn on_the_owner_every_reading_finds_the_scope_itself() {
    for (four, five) in [
        ("server-and-subnet", "partner-row"),
        ("server-and-subnet", "literal"),
        ("record-id", "partner-row"),
        ("record-id", "literal"),
    ] {
        let fixture = Fixture::of(&world(with_copy()))
            .reading("OQ-1", "literal")
            .reading("OQ-4", four)
            .reading("OQ-5", five);
        let allowed = fixture.replicate();
        only(&allowed, SUCCESS, R::R_31_4);
        assert_eq!(write(&allowed, 0).kind, WriteKind::Update(fixture.scope(0)));
        assert_eq!(write(&allowed, 0).server_name, "S");
    }
}

#[test]
fn attaching_names_the_relationship_of_the_source() {
    let mut world = world(vec![scope("A", 0, 1, &[0]), scope("D", 0, 4, &[1])]);
    let fixture = Fixture::of(&world);
    assert_eq!(write(&fixture.replicate(), 0).attach, None);
    let fixture = fixture.reading("OQ-11", "attach");
    let allowed = fixture.replicate();
    for fate in [0, 1] {
        let relation = fixture.setup.relation_ids[fate];
        assert_eq!(write(&allowed, fate).attach, Some(relation));
    }
    // a rule that loses the answer applies what is no success
    let mut rule = refuse(None, 0, None);
    rule.does = Does::LoseAnswer;
    world.partner = vec![rule];
    let fixture = Fixture::of(&world).reading("OQ-11", "attach");
    assert_eq!(kinds(&fixture.replicate(), 0), ["fault, written"]);
}

#[test]
fn a_copy_that_was_attached_on_the_way_is_replicated_back_or_skipped() {
    let scopes = vec![scope("A", 0, 1, &[0]), scope("A on P1", 1, 1, &[])];
    for (reading, expected) in [
        ("literal", vec!["skip"]),
        ("attach", vec!["update", "skip"]),
    ] {
        let fixture = Fixture::of(&world(scopes.clone())).reading("OQ-11", reading);
        let sent = [0, 1].map(|index| fixture.scope_object(index).encode());
        let items = sent.into_iter().map(Value::from).collect();
        let value = parameters(
            "ReplicateScopeParameters",
            "ReplicateScope",
            "Scopes",
            Value::List(items),
        );
        let allowed = call(&fixture.case(), Op::ReplicateScope, Some(&value));
        only(&allowed, SUCCESS, R::R_29_7);
        assert_eq!(kinds(&allowed, 1), expected);
    }
}

#[test]
fn a_local_administrator_is_allowed_only_by_the_reading() {
    let mut world = world(vec![scope("A", 0, 1, &[0])]);
    world.caller = Caller {
        groups: Vec::new(),
        policies: Vec::new(),
        local_administrator: true,
    };
    let value = |fixture: &Fixture| replicate_server(fixture.server(0).0);
    let fixture = Fixture::of(&world);
    let allowed = start(&fixture.case(), Some(&value(&fixture)));
    both(&allowed, Stage::StartFault, Question::OQ13);
    let fixture = fixture.reading("OQ-13", "local-administrators");
    let allowed = start(&fixture.case(), Some(&value(&fixture)));
    both(&allowed, SUCCESS, Question::OQ13);
    world.caller.local_administrator = false;
    let fixture = Fixture::of(&world).reading("OQ-13", "local-administrators");
    let allowed = start(&fixture.case(), Some(&value(&fixture)));
    only(&allowed, Stage::StartFault, R::R_AUTH_11);
}
