//! The delegates called directly.

use super::*;
use crate::oracle::ends::{self, Place};
use crate::oracle::objects::{Fit, fit};
use crate::spec::IpamExceptionId;

#[test]
fn every_failover_scope_goes_to_the_other_server() {
    let fixture = Fixture::of(&world(vec![
        scope("A", 0, 1, &[0]),
        scope("B", 0, 2, &[0]),
        scope("C", 0, 3, &[]),
        scope("D", 0, 4, &[1]),
        scope("A on P1", 1, 1, &[0]),
        scope("D on P2", 2, 4, &[1]),
        scope("A on P2", 2, 1, &[]),
    ]));
    let allowed = fixture.replicate();
    only(&allowed, SUCCESS, R::R_31_4);
    let sources: Vec<_> = allowed.fates.iter().map(|fate| fate.source).collect();
    assert_eq!(sources, fixture.setup.scope_ids[..4]);
    let targets: Vec<_> = allowed
        .fates
        .iter()
        .map(|fate| match fate.choices.as_slice() {
            [Choice::Write(write)] => Some((write.server, write.kind)),
            [
                Choice::Skip {
                    requirement: R::R_29_3a,
                    grade: Grade::Hard,
                },
            ] => None,
            other => panic!("{other:?}"),
        })
        .collect();
    let update = |index| WriteKind::Update(fixture.scope(index));
    assert_eq!(
        targets,
        [
            Some((fixture.server(1), update(4))),
            Some((fixture.server(1), WriteKind::Create)),
            None,
            Some((fixture.server(2), update(5))),
        ]
    );
}

#[test]
fn the_literal_destination_is_the_owner_and_its_own_row() {
    let fixture = Fixture::of(&world(vec![scope("A", 0, 1, &[0])])).reading("OQ-1", "literal");
    let allowed = fixture.replicate();
    let [Choice::Write(write)] = allowed.fates[0].choices.as_slice() else {
        panic!("{allowed:?}");
    };
    assert_eq!(write.server, fixture.server(0));
    assert_eq!(write.kind, WriteKind::Update(fixture.scope(0)));
    assert_eq!(write.copy.details, details(1));
}

#[test]
fn a_server_without_scopes_fails_or_succeeds_and_writes_nothing() {
    let fixture = Fixture::of(&world(vec![scope("A", 1, 1, &[0])]));
    for id in [fixture.server(0).0, 0, 999] {
        let parameters = replicate_server(id);
        let allowed = call(&fixture.case(), Op::ReplicateServer, Some(&parameters));
        both(&allowed, FAILURE, Question::OQ3);
        assert!(allowed.fates.is_empty());
    }
    let fixture = fixture.reading("OQ-3", "success");
    let allowed = fixture.replicate();
    both(&allowed, SUCCESS, Question::OQ3);
    assert_eq!(allowed.ends[0].requirement, R::R_31_4);
}

#[test]
fn null_and_foreign_parameters_are_hard_failures() {
    let fixture = Fixture::of(&world(vec![scope("A", 0, 1, &[0])]));
    let case = fixture.case();
    for (operation, null, other) in [
        (Op::ReplicateServer, R::R_31_1a, R::R_31_1b),
        (Op::ReplicateScope, R::R_29_1a, R::R_29_1b),
        (Op::CreateDhcpScope, R::R_3_1a, R::R_3_1b),
        (Op::EditDhcpScope, R::R_4_1a, R::R_4_1b),
    ] {
        only(&call(&case, operation, None), FAILURE, null);
        only(&call(&case, operation, Some(&Value::Nil)), FAILURE, null);
        for name in ["DhcpFailoverParameters", "ReplicateGalaxyParameters"] {
            let value = Value::Object(Object::of_type(name));
            only(&call(&case, operation, Some(&value)), FAILURE, other);
        }
        let base = Value::Object(Object::default());
        only(&call(&case, operation, Some(&base)), FAILURE, other);
    }
    for (operation, type_name, member, null) in [
        (
            Op::ReplicateServer,
            "ReplicateServerParameters",
            "Server",
            R::R_31_2,
        ),
        (
            Op::ReplicateScope,
            "ReplicateScopeParameters",
            "Scopes",
            R::R_29_2a,
        ),
        (
            Op::CreateDhcpScope,
            "CreateDhcpScopeParameters",
            "Scope",
            R::R_3_2,
        ),
        (
            Op::EditDhcpScope,
            "UpdateDhcpScopeParameters",
            "Scope",
            R::R_4_2,
        ),
    ] {
        let absent = Value::Object(Object::of_type(type_name));
        only(&call(&case, operation, Some(&absent)), FAILURE, null);
        let nil = parameters(type_name, operation.name(), member, Value::Nil);
        only(&call(&case, operation, Some(&nil)), FAILURE, null);
    }
}

#[test]
fn a_delegate_out_of_scope_only_checks_the_type() {
    let fixture = Fixture::of(&world(vec![]));
    let case = fixture.case();
    let value = replicate_server(1);
    only(
        &call(&case, Op::EditDhcpServer, Some(&value)),
        FAILURE,
        R::R_PROC_3,
    );
    let own = Value::Object(Object::of_type("ReplicateRelationParameters"));
    let allowed = call(&case, Op::ReplicateRelation, Some(&own));
    assert_eq!(stages(&allowed), [SUCCESS, FAILURE]);
    assert!(allowed.fates.is_empty());
}

#[test]
fn a_type_is_an_operations_own_another_ones_or_nobody_knows() {
    for (operation, type_name, expected) in [
        (Op::ReplicateServer, "ReplicateServerParameters", Fit::Own),
        (Op::ReplicateServer, "ReplicateScopeParameters", Fit::Other),
        (Op::EditDhcpServer, "ReplicateServerParameters", Fit::Other),
        (Op::EditDhcpServer, "NoSuchParameters", Fit::Other),
        (Op::EditDhcpServer, "CreateDnsZoneParameters", Fit::Untold),
    ] {
        assert_eq!(
            fit(operation, type_name),
            expected,
            "{operation} {type_name}"
        );
    }
}

#[test]
fn a_partner_without_a_row_is_a_hard_failure_and_writes_nothing() {
    let mut world = world(vec![scope("A", 0, 1, &[0]), scope("A on P1", 1, 1, &[])]);
    world.servers[1].missing = true;
    let fixture = Fixture::of(&world);
    let allowed = fixture.replicate();
    only(&allowed, FAILURE, R::R_4_6);
    assert_eq!(kinds(&allowed, 0), ["fault"]);
    world.scopes.pop();
    only(&Fixture::of(&world).replicate(), FAILURE, R::R_3_6);
}

#[test]
fn a_partner_without_an_id_is_a_fault_or_a_skip() {
    for end in [End::Nil, End::Zero] {
        let mut world = world(vec![scope("A", 0, 1, &[0])]);
        world.relations[0].server2 = end;
        let fixture = Fixture::of(&world);
        let allowed = fixture.replicate();
        both(&allowed, FAILURE, Question::OQ14);
        assert_eq!(kinds(&allowed, 0), ["fault", "skip"]);
        assert_eq!(allowed.ends[0].requirement, R::R_29_4);
        let skipping = fixture.reading("OQ-14", "skip").replicate();
        only(&skipping, SUCCESS, R::R_31_4);
    }
}

#[test]
fn relations_that_lead_nowhere_skip_the_scope() {
    let mut gone = world(vec![scope("A", 0, 1, &[0])]);
    gone.relations[0].missing = true;
    let allowed = Fixture::of(&gone).replicate();
    only(&allowed, SUCCESS, R::R_31_4);
    assert_eq!(requirement(&allowed, 0), R::R_29_3b);
    for ends in [
        (End::Server(1), End::Server(2)),
        (End::Server(0), End::Server(0)),
    ] {
        let mut world = world(vec![scope("A", 0, 1, &[0])]);
        (world.relations[0].server1, world.relations[0].server2) = ends;
        let allowed = Fixture::of(&world).replicate();
        only(&allowed, SUCCESS, R::R_31_4);
        assert!(matches!(
            allowed.fates[0].choices.as_slice(),
            [Choice::Skip {
                requirement: R::R_29_4,
                grade: Grade::Soft
            }]
        ));
    }
}

#[test]
fn a_scope_in_two_relations_goes_to_one_of_the_partners() {
    let world = world(vec![scope("A", 0, 1, &[0, 1])]);
    let fixture = Fixture::of(&world);
    let servers = |allowed: &Allowed| -> Vec<RecordId> {
        let choices = allowed.fates[0].choices.iter();
        choices
            .map(|choice| match choice {
                Choice::Write(write) => write.server,
                other => panic!("{other:?}"),
            })
            .collect()
    };
    let allowed = fixture.replicate();
    only(&allowed, SUCCESS, R::R_31_4);
    let (p1, p2) = (fixture.server(1), fixture.server(2));
    assert_eq!(servers(&allowed), [p1, p2]);
    let highest = fixture.reading("OQ-22", "highest").replicate();
    assert_eq!(servers(&highest), [p2]);
}

#[test]
fn two_relations_are_a_question_of_their_own_only_where_they_lead_to_different_ends() {
    let question = |second: End, third: End| {
        let mut world = world(vec![scope("A", 0, 1, &[2, 3])]);
        world.relations.push(relation("R3", End::Server(0), second));
        world.relations.push(relation("R4", End::Server(0), third));
        let allowed = Fixture::of(&world).replicate();
        assert_eq!(allowed.ends.len(), 2, "{allowed:?}");
        allowed.ends[0].question
    };
    let (partner, unset) = (End::Server(1), End::Nil);
    assert_eq!(question(partner, unset), Some(Question::OQ22));
    assert_eq!(question(unset, unset), Some(Question::OQ14));
}

#[test]
fn a_failure_names_the_delegates_from_the_outside_in() {
    let mut world = world(vec![scope("A", 0, 1, &[0])]);
    world.partner = vec![refuse(None, 0, None)];
    let details = &Fixture::of(&world).replicate().ends[0].details;
    assert_eq!(
        details[..2],
        [
            IpamExceptionId::FAILED_TO_REPLICATE_SERVER,
            IpamExceptionId::FAILED_TO_REPLICATE_SCOPES
        ]
    );
    assert!(details.contains(&IpamExceptionId::SCOPE_FAILED_TO_ADD_REMOTE));
}

#[test]
fn one_more_way_to_end_comes_first_or_last_and_never_twice() {
    let fixture = Fixture::of(&world(vec![]));
    let case = fixture.case();
    let end = |stage, requirement| ends::either(stage, requirement, None, &[]);
    let both = || {
        let both = vec![end(SUCCESS, R::R_31_4), end(FAILURE, R::R_29_2b)];
        ends::without_writes(&case, both)
    };
    let success = || ends::without_writes(&case, vec![end(SUCCESS, R::R_31_4)]);
    let with = |allowed, place| {
        let other = end(FAILURE, R::R_31_1b);
        let allowed = ends::or(&case, allowed, other, place, Question::OQ19);
        let ends = allowed.ends.iter();
        ends.map(|end| (end.stage, end.requirement))
            .collect::<Vec<_>>()
    };
    let (succeeds, fails) = ((SUCCESS, R::R_31_4), (FAILURE, R::R_31_1b));
    assert_eq!(with(both(), Place::First), [fails, succeeds]);
    assert_eq!(with(both(), Place::Last), [succeeds, (FAILURE, R::R_29_2b)]);
    assert_eq!(with(success(), Place::First), [fails, succeeds]);
    assert_eq!(with(success(), Place::Last), [succeeds, fails]);
}

#[test]
fn a_scope_that_is_not_valid_is_a_hard_failure() {
    type Spoil = fn(&mut ScopeDetails);
    let spoilt: [(Spoil, R); 8] = [
        (|d| d.prefix_length = 0, R::R_VAL_1),
        (|d| d.prefix_length = 31, R::R_VAL_1),
        (|d| d.subnet_mask = None, R::R_VAL_1),
        (|d| d.start_address = "::1".parse().unwrap(), R::R_VAL_1),
        (
            |d| d.start_address = "10.0.9.1".parse().unwrap(),
            R::R_VAL_2,
        ),
        (|d| d.end_address = "10.0.9.1".parse().unwrap(), R::R_VAL_3),
        (|d| d.end_address = d.start_address, R::R_VAL_4),
        (
            |d| d.subnet_mask = Some("255.255.255.240".parse().unwrap()),
            R::R_VAL_3,
        ),
    ];
    for (spoil, broken) in spoilt {
        let mut world = world(vec![scope("A", 0, 1, &[0]), scope("B", 0, 2, &[0])]);
        spoil(&mut world.scopes[0].details);
        let allowed = Fixture::of(&world).replicate();
        only(&allowed, FAILURE, broken);
        assert_eq!(kinds(&allowed, 0), ["fault"]);
        assert_eq!(kinds(&allowed, 1), ["create"]);
    }
    // the prefix length has no say in where the addresses lie
    let mut world = world(vec![scope("A", 0, 1, &[0])]);
    world.scopes[0].details.prefix_length = 8;
    only(&Fixture::of(&world).replicate(), SUCCESS, R::R_31_4);
}

#[test]
fn an_option_the_partner_does_not_know_fails_by_our_ruling() {
    let mut world = world(vec![scope("A", 0, 1, &[0])]);
    world.scopes[0].options = vec![OptionValue {
        id: 6,
        values: vec!["10.0.0.1".to_owned()],
        vendor_class: None,
        user_class: None,
    }];
    only(&Fixture::of(&world).replicate(), SUCCESS, R::R_31_4);
    world.servers[1].option_definitions = Some(Vec::<OptionDefinition>::new());
    let allowed = Fixture::of(&world).replicate();
    both(&allowed, FAILURE, Question::OQ12);
    assert_eq!(kinds(&allowed, 0), ["fault", "create"]);
    assert_eq!(allowed.ends[0].requirement, R::R_3_16a);
}

#[test]
fn a_server_of_the_other_family_is_refused_or_taken_for_its_number() {
    let fixture = Fixture::of(&world(vec![scope("A", 0, 1, &[0])]));
    let mut server = server_object(fixture.server(0).0);
    server.type_name = Some("DhcpServerV6".to_owned());
    let value = parameters(
        "ReplicateServerParameters",
        "ReplicateServer",
        "Server",
        server.into(),
    );
    let allowed = call(&fixture.case(), Op::ReplicateServer, Some(&value));
    both(&allowed, FAILURE, Question::OQ19);
    let replies = initialize(&fixture.case(), Some(&value));
    assert_eq!(replies[0].reply, ReplyKind::Fault);
    assert_eq!(replies.len(), 2);
}

fn scopes(fixture: &Fixture, objects: Vec<Object>) -> Allowed {
    let items = objects.into_iter().map(Value::from).collect();
    let value = parameters(
        "ReplicateScopeParameters",
        "ReplicateScope",
        "Scopes",
        Value::List(items),
    );
    call(&fixture.case(), Op::ReplicateScope, Some(&value))
}

#[test]
fn replicate_scope_believes_the_objects_it_is_sent() {
    let fixture = Fixture::of(&world(vec![scope("A", 0, 1, &[0]), scope("A'", 1, 1, &[])]));
    only(&scopes(&fixture, vec![]), FAILURE, R::R_29_2b);
    let mut sent = fixture.scope_object(0);
    sent.details.lease_duration = SerDuration::from_days(1);
    let allowed = scopes(&fixture, vec![sent.encode()]);
    only(&allowed, SUCCESS, R::R_29_7);
    let [Choice::Write(write)] = allowed.fates[0].choices.as_slice() else {
        panic!("{allowed:?}");
    };
    assert_eq!(write.copy.details, sent.details);
    assert_eq!(write.kind, WriteKind::Update(fixture.scope(1)));
}

#[test]
fn one_scope_sent_twice_leaves_one_of_the_two_contents() {
    let fixture = Fixture::of(&world(vec![scope("A", 0, 1, &[0])]));
    let first = fixture.scope_object(0);
    let mut second = first.clone();
    second.details.lease_duration = SerDuration::from_days(1);
    let allowed = scopes(&fixture, vec![first.encode(), second.encode()]);
    only(&allowed, SUCCESS, R::R_29_7);
    assert_eq!(kinds(&allowed, 0), ["create", "create"]);
    assert_eq!(allowed.fates[0].choices, allowed.fates[1].choices);
    assert!(matches!(
        &allowed.fates[0].choices[0],
        Choice::Write(write) if write.copy.details == second.details
    ));
}

#[test]
fn a_scope_sent_twice_meets_what_its_first_turn_has_made() {
    let twice = |fixture: &Fixture| {
        let object = fixture.scope_object(0);
        scopes(fixture, vec![object.encode(), object.encode()])
    };
    let new = || world(vec![scope("A", 0, 1, &[0])]);
    let there = || world(vec![scope("A", 0, 1, &[0]), scope("A'", 1, 1, &[])]);
    let with_rule = |mut world: World, on| {
        world.partner = vec![refuse(Some(on), 0, None)];
        Fixture::of(&world)
    };
    // the subnet finds the row that the first turn has created: the second may be an update
    let allowed = twice(&with_rule(new(), RequestKind::Update));
    assert_eq!(allowed.ends.len(), 2);
    // a row that was there is updated twice
    let allowed = twice(&with_rule(there(), RequestKind::Create));
    only(&allowed, SUCCESS, R::R_29_7);
    // one that is sent once creates its copy and nothing else
    let fixture = with_rule(new(), RequestKind::Update);
    let allowed = scopes(&fixture, vec![fixture.scope_object(0).encode()]);
    only(&allowed, SUCCESS, R::R_29_7);
    // a RecordId does not find it, and it is in the way
    let allowed = twice(&Fixture::of(&new()).reading("OQ-4", "record-id"));
    assert!(!kinds(&allowed, 0).contains(&"fault"));
    assert_eq!(kinds(&allowed, 1)[0], "fault");
    assert_eq!(requirement(&allowed, 1), R::R_3_8);
}

fn single(fixture: &Fixture, operation: Op, scope: &DhcpScope) -> Allowed {
    let type_name = crate::spec::parameters::parameters_type(operation).unwrap();
    let value = parameters(type_name, operation.name(), "Scope", scope.encode().into());
    call(&fixture.case(), operation, Some(&value))
}

#[test]
fn creating_needs_a_server_and_a_free_subnet() {
    let fixture = Fixture::of(&world(vec![scope("A", 0, 1, &[0])]));
    let existing = fixture.scope_object(0);
    let create = |scope: &DhcpScope| single(&fixture, Op::CreateDhcpScope, scope);
    only(&create(&existing), FAILURE, R::R_3_8);
    let mut scope = existing;
    scope.record_id = RecordId::UNSET;
    only(&create(&scope), FAILURE, R::R_3_8);
    // the same subnet on another server is free (OQ-5)
    scope.parent_dhcp_server_record_id = fixture.server(1);
    let allowed = create(&scope);
    only(&allowed, SUCCESS, R::R_3_7b);
    assert_eq!(kinds(&allowed, 0), ["create"]);
    scope.details.prefix_length = 31;
    only(&create(&scope), FAILURE, R::R_VAL_1);
    scope.parent_dhcp_server_record_id = RecordId(999);
    only(&create(&scope), FAILURE, R::R_3_6);
    scope.parent_dhcp_server_record_id = RecordId::UNSET;
    let allowed = create(&scope);
    assert_eq!(allowed.ends[0].requirement, R::R_3_6);
    assert_eq!(allowed.ends[0].grade, Grade::Either);
}

#[test]
fn updating_needs_a_row_and_keeps_its_owner() {
    let fixture = Fixture::of(&world(vec![scope("A", 0, 1, &[0])]));
    let update = |scope: &DhcpScope| single(&fixture, Op::EditDhcpScope, scope);
    let mut scope = fixture.scope_object(0);
    let found_by = [(scope.record_id, R::R_4_19), (RecordId::UNSET, R::R_4_7b)];
    for (id, requirement) in found_by {
        scope.record_id = id;
        let allowed = update(&scope);
        only(&allowed, SUCCESS, requirement);
        assert_eq!(kinds(&allowed, 0), ["update"]);
    }
    scope.parent_dhcp_server_record_id = fixture.server(1);
    let allowed = update(&scope);
    only(&allowed, FAILURE, R::R_4_8);
    assert_eq!(
        allowed.ends[0].details[0],
        IpamExceptionId::SCOPE_FAILED_TO_UPDATE
    );
    scope.record_id = fixture.scope(0);
    let allowed = update(&scope);
    let [Choice::Write(write)] = allowed.fates[0].choices.as_slice() else {
        panic!("{allowed:?}");
    };
    assert_eq!(write.server, fixture.server(0));
    scope.record_id = RecordId(999);
    only(&update(&scope), FAILURE, R::R_4_8);
    scope.parent_dhcp_server_record_id = RecordId(999);
    only(&update(&scope), FAILURE, R::R_4_6);
    scope = fixture.scope_object(0);
    scope.parent_dhcp_server_record_id = RecordId::UNSET;
    both(&update(&scope), FAILURE, Question::OQ14);
}

#[test]
fn ipv6_scopes_have_no_mask_to_check() {
    let mut world = world(vec![scope("A", 0, 1, &[])]);
    world.servers[0].family = AddressFamily::InterNetworkV6;
    let details = &mut world.scopes[0].details;
    details.scope_id = "2001:db8::".parse().unwrap();
    details.subnet_mask = None;
    details.prefix_length = 64;
    details.start_address = "2001:db8::1".parse().unwrap();
    details.end_address = "2001:db8::ff".parse().unwrap();
    let fixture = Fixture::of(&world);
    let mut scope = fixture.scope_object(0);
    only(
        &single(&fixture, Op::EditDhcpScope, &scope),
        SUCCESS,
        R::R_4_19,
    );
    scope.details.prefix_length = 128;
    only(
        &single(&fixture, Op::EditDhcpScope, &scope),
        FAILURE,
        R::R_VAL_1,
    );
    // and ReplicateServer leaves them alone, even by the same number
    both(&fixture.replicate(), FAILURE, Question::OQ3);
}
