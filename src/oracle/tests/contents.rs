//! What a copy holds: options by meaning, exclusions, DNS settings (OQ-12).

use super::*;
use crate::oracle::{Copy, OptionMeaning, Taken};

fn option(id: u32, value: &str) -> OptionValue {
    OptionValue {
        id,
        values: vec![value.to_owned()],
        vendor_class: None,
        user_class: None,
    }
}

fn texts(options: Option<&Vec<OptionMeaning>>) -> Vec<String> {
    let options = options.expect("something is said about the options");
    options.iter().map(ToString::to_string).collect()
}

fn copies(allowed: &Allowed, fate: usize) -> Vec<&Copy> {
    let of = |choice: &'_ Choice| matches!(choice, Choice::Write(_));
    let choices = allowed.fates[fate].choices.iter().filter(|c| of(c));
    choices
        .map(|choice| match choice {
            Choice::Write(write) => &write.copy,
            _ => unreachable!(),
        })
        .collect()
}

fn range(first: u8, last: u8) -> (IpAddr, IpAddr) {
    let at = |last| IpAddr::V4(Ipv4Addr::new(10, 0, 1, last));
    (at(first), at(last))
}

/// A with options 6 (also for two classes), its copy with options 3 and 6; ids differ between the servers.
fn with_options() -> World {
    let mut world = world(vec![scope("A", 0, 1, &[0]), scope("A on P1", 1, 1, &[0])]);
    let mut vendor = option(6, "vendor");
    vendor.vendor_class = Some("phones".to_owned());
    let mut user = option(6, "user");
    user.user_class = Some("phones".to_owned());
    world.scopes[0].options = vec![option(6, "10.0.0.1"), vendor, user];
    world.scopes[0].details.exclusion_ranges = BTreeSet::from([range(1, 9)]);
    world.scopes[1].options = vec![option(3, "10.0.0.2"), option(6, "10.0.0.2")];
    world.scopes[1].details.exclusion_ranges = BTreeSet::from([range(20, 29)]);
    world.scopes[1].details.description = "partner".to_owned();
    world
}

#[test]
fn the_whole_configuration_goes_over_by_meaning() {
    let world = with_options();
    let allowed = Fixture::of(&world).replicate();
    only(&allowed, SUCCESS, R::R_31_4);
    let [copy] = copies(&allowed, 0)[..] else {
        panic!("{allowed:?}");
    };
    // by the letters of the text vendor and user class look alike, by meaning they do not
    assert_eq!(
        texts(copy.options.as_ref()),
        ["6=10.0.0.1", "6/phones=user", "6/phones=vendor"]
    );
    let classes: Vec<_> = copy
        .options
        .iter()
        .flatten()
        .map(|option| (option.vendor_class.is_some(), option.user_class.is_some()))
        .collect();
    assert_eq!(classes, [(false, false), (false, true), (true, false)]);
    assert_eq!(copy.exclusions, Some(BTreeSet::from([range(1, 9)])));
    assert_eq!(
        (copy.configuration, copy.dns),
        (Taken::Source, Taken::Source)
    );
}

#[test]
fn by_the_letter_the_partner_keeps_what_is_not_listed() {
    let mut world = with_options();
    // nothing is tracked, so nothing can be unknown
    world.servers[1].user_classes = Some(Vec::new());
    let fixture = Fixture::of(&world).reading("OQ-12", "literal");
    let allowed = fixture.replicate();
    only(&allowed, SUCCESS, R::R_31_4);
    let [copy] = copies(&allowed, 0)[..] else {
        panic!("{allowed:?}");
    };
    assert_eq!(texts(copy.options.as_ref()), ["3=10.0.0.2", "6=10.0.0.2"]);
    assert_eq!(copy.exclusions, Some(BTreeSet::from([range(20, 29)])));
    assert_eq!((copy.configuration, copy.dns), (Taken::Own, Taken::Own));
    world.scopes.pop();
    let fixture = Fixture::of(&world).reading("OQ-12", "literal");
    let allowed = fixture.replicate();
    let [copy] = copies(&allowed, 0)[..] else {
        panic!("{allowed:?}");
    };
    assert_eq!((&copy.options, &copy.exclusions), (&None, &None));
}

#[test]
fn options_that_go_under_the_row_of_the_source_mean_nothing_there() {
    let options = |allowed: &Allowed| {
        let copies = copies(allowed, 0);
        assert!(!copies.is_empty());
        copies.iter().all(|copy| copy.options.is_some())
    };
    let literal = || Fixture::of(&with_options()).reading("OQ-5", "literal");
    assert!(!options(&literal().replicate()));
    // nothing is tracked for a scope of the table where only the listed columns go over
    let listed = literal().reading("OQ-12", "literal");
    assert!(options(&listed.replicate()));
    // what a client sends tracks what it says; on the owner itself the rows are known
    let fixture = literal().reading("OQ-1", "literal");
    let object = || fixture.scope_object(0).encode();
    assert!(options(&sent(&fixture, Op::ReplicateScope, object())));
    let option = tracked_option(definition(&fixture, 0, 6), &["new"]);
    let tracked = object().with("Options", tracker(vec![tracked("Set", option)]));
    assert!(!options(&sent(&fixture, Op::ReplicateScope, tracked)));
}

#[test]
fn what_the_partner_does_not_know_faults_before_anything_is_sent() {
    let mut world = with_options();
    world.partner = vec![refuse(None, 0, Some(1))];
    world.servers[1].user_classes = Some(Vec::new());
    let allowed = Fixture::of(&world).replicate();
    assert_eq!(allowed.ends[0].stage, FAILURE);
    assert_eq!(allowed.ends[0].requirement, R::R_4_16a);
    assert_eq!(kinds(&allowed, 0)[0], "fault");
    assert!(matches!(
        &allowed.fates[0].choices[0],
        Choice::Fault { detail: Some(detail), .. }
            if detail.name() == "IpamApiOptionAssociatedUserClassNotFound"
    ));
    assert_eq!(allowed.taken.taken[0].0, 0);
    // one that is not valid either cannot be written at all
    world.scopes[0].details.prefix_length = 0;
    let allowed = Fixture::of(&world).replicate();
    only(&allowed, FAILURE, R::R_4_16a);
    assert_eq!(kinds(&allowed, 0), ["fault", "fault"]);
    assert_eq!(allowed.taken.taken, [(0, 0)]);
}

#[test]
fn options_of_an_ipv6_scope_with_the_same_number_are_another_scopes() {
    let mut world = with_options();
    let mut server = Server::named("S6");
    server.family = AddressFamily::InterNetworkV6;
    server.same_id_as = Some(0);
    world.servers.push(server);
    let mut other = scope("A6", 3, 1, &[]);
    other.details.scope_id = "2001:db8::".parse().unwrap();
    other.details.subnet_mask = None;
    other.details.prefix_length = 64;
    other.details.start_address = "2001:db8::1".parse().unwrap();
    other.details.end_address = "2001:db8::ff".parse().unwrap();
    other.same_id_as = Some(0);
    other.options = vec![option(23, "::1")];
    world.scopes.push(other);
    let fixture = Fixture::of(&world);
    assert_eq!(fixture.scope(0), fixture.scope(2));
    let allowed = fixture.replicate();
    only(&allowed, SUCCESS, R::R_31_4);
    assert_eq!(allowed.fates.len(), 1);
    assert_eq!(texts(copies(&allowed, 0)[0].options.as_ref()).len(), 3);
}

fn tracked(key: &str, value: Object) -> Value {
    Object::default()
        .with("key", key)
        .with("value", value)
        .into()
}

fn tracker(pairs: Vec<Value>) -> Value {
    Object::default()
        .with("OperationTracker", Value::List(pairs))
        .into()
}

fn tracked_option(definition: i64, values: &[&str]) -> Object {
    let id = Object::default().with("RecordId", definition.to_string());
    let values = values.iter().map(|value| Value::from(*value)).collect();
    Object::default()
        .with("OptionDefinition", id)
        .with("UserClass", Value::Nil)
        .with("Values", Value::List(values))
}

fn tracked_range(first: u8, last: u8) -> Object {
    let (first, last) = range(first, last);
    Object::default()
        .with("StartAddress", first.to_string())
        .with("EndAddress", last.to_string())
}

/// The id of a definition without vendor class on a server of the fixture.
fn definition(fixture: &Fixture, server: usize, number: u32) -> i64 {
    let key = (AddressFamily::InterNetwork, fixture.server(server));
    fixture.setup.tables.servers[&key]
        .option_definitions
        .iter()
        .find(|one| one.option_id == number && one.vendor_class_record_id.is_none())
        .map(|one| one.record_id.0)
        .expect("the server has it")
}

fn sent(fixture: &Fixture, operation: Op, scope: Object) -> Allowed {
    let type_name = crate::spec::parameters::parameters_type(operation).unwrap();
    let (member, value) = if operation == Op::ReplicateScope {
        ("Scopes", Value::List(vec![scope.into()]))
    } else {
        ("Scope", scope.into())
    };
    let value = parameters(type_name, operation.name(), member, value);
    call(&fixture.case(), operation, Some(&value))
}

#[test]
fn tracked_changes_are_made_to_what_is_there() {
    let fixture = Fixture::of(&with_options());
    let id = |number| definition(&fixture, 1, number);
    let object = fixture.scope_object(1).encode();
    let object = object
        .with(
            "Options",
            tracker(vec![
                tracked("Set", tracked_option(id(6), &["1", "2"])),
                tracked("Delete", tracked_option(id(3), &[])),
                tracked("PartnerDelete", tracked_option(id(6), &[])),
                tracked("Add", tracked_option(id(3), &["again"])),
                tracked("None", Object::default()),
            ]),
        )
        .with(
            "ExclusionRanges",
            tracker(vec![
                tracked("Add", tracked_range(1, 2)),
                tracked("Delete", tracked_range(20, 29)),
                tracked("PartnerAdd", tracked_range(3, 4)),
            ]),
        );
    let allowed = sent(&fixture, Op::EditDhcpScope, object.clone());
    only(&allowed, SUCCESS, R::R_4_19);
    let [copy] = copies(&allowed, 0)[..] else {
        panic!("{allowed:?}");
    };
    assert_eq!(texts(copy.options.as_ref()), ["3=again", "6=1|2"]);
    assert_eq!(copy.exclusions, Some(BTreeSet::from([range(1, 2)])));
    assert_eq!(copy.dns, Taken::Either);
    let names = Value::List(vec!["ScopeName".into(), "DnsUpdateType".into()]);
    let mut object = object.with("ModifiedProperties", names);
    let allowed = sent(&fixture, Op::EditDhcpScope, object.clone());
    assert_eq!(copies(&allowed, 0)[0].dns, Taken::Source);
    // a scope that is new has what is added
    object.remove("RecordId");
    object.set("ScopeId", "10.0.9.0".into());
    object.set("StartAddress", "10.0.9.1".into());
    object.set("EndAddress", "10.0.9.9".into());
    let allowed = sent(&fixture, Op::CreateDhcpScope, object);
    only(&allowed, SUCCESS, R::R_3_19);
    let copy = copies(&allowed, 0)[0];
    assert_eq!(texts(copy.options.as_ref()), ["3=again", "6=1|2"]);
    assert_eq!(copy.exclusions, Some(BTreeSet::from([range(1, 2)])));
}

#[test]
fn an_unknown_definition_in_a_tracker_faults_or_is_written() {
    let fixture = Fixture::of(&with_options());
    let unknown = tracker(vec![tracked("Add", tracked_option(9999, &["1"]))]);
    let object = fixture.scope_object(1).encode().with("Options", unknown);
    let allowed = sent(&fixture, Op::EditDhcpScope, object);
    both(&allowed, FAILURE, Question::OQ12);
    assert_eq!(allowed.ends[0].requirement, R::R_4_16a);
    assert_eq!(copies(&allowed, 0)[0].options, None);
    // deleting what is not there is no fault
    let unknown = tracker(vec![tracked("Delete", tracked_option(9999, &["1"]))]);
    let object = fixture.scope_object(1).encode().with("Options", unknown);
    only(
        &sent(&fixture, Op::EditDhcpScope, object),
        SUCCESS,
        R::R_4_19,
    );
}

#[test]
fn a_tracker_that_cannot_be_read_is_no_scope() {
    let fixture = Fixture::of(&with_options());
    for options in [
        Value::from("text"),
        Object::default().with("OperationTracker", "text").into(),
        tracker(vec!["text".into()]),
        tracker(vec![Object::default().with("key", "Add").into()]),
    ] {
        let object = fixture.scope_object(1).encode().with("Options", options);
        let allowed = sent(&fixture, Op::EditDhcpScope, object);
        only(&allowed, FAILURE, R::R_4_1b);
    }
}

#[test]
fn replicate_scope_changes_what_the_object_tracks_and_no_more() {
    let fixture = Fixture::of(&with_options());
    let object = || fixture.scope_object(0).encode();
    let allowed = sent(&fixture, Op::ReplicateScope, object());
    only(&allowed, SUCCESS, R::R_29_7);
    let copy = copies(&allowed, 0)[0];
    assert_eq!(texts(copy.options.as_ref()), ["3=10.0.0.2", "6=10.0.0.2"]);
    assert_eq!(copy.exclusions, Some(BTreeSet::from([range(20, 29)])));
    assert_eq!(copy.dns, Taken::Source);
    // ids of either server: nobody says whose they are, so a fault and a write are both allowed
    for (server, first) in [(0, "update"), (1, "fault")] {
        let option = tracked_option(definition(&fixture, server, 6), &["new"]);
        let options = tracker(vec![tracked("Set", option)]);
        let allowed = sent(
            &fixture,
            Op::ReplicateScope,
            object().with("Options", options),
        );
        assert_eq!(allowed.ends.len(), 2);
        assert_eq!(kinds(&allowed, 0)[0], first);
        assert_eq!(copies(&allowed, 0)[0].options, None);
    }
    // an option that is deleted by the id of one server is not deleted by the other's view
    for server in [0, 1] {
        let option = tracked_option(definition(&fixture, server, 6), &[]);
        let options = tracker(vec![tracked("Delete", option)]);
        let object = object().with("Options", options);
        let allowed = sent(&fixture, Op::ReplicateScope, object);
        for copy in copies(&allowed, 0) {
            assert_eq!(copy.options, None);
        }
    }
}

#[test]
fn scopes_sent_twice_with_other_changes_leave_the_sum_open() {
    let fixture = Fixture::of(&with_options());
    let sent = |first, last| {
        let exclusions = tracker(vec![tracked("Add", tracked_range(first, last))]);
        let object = fixture.scope_object(0).encode();
        Value::from(object.with("ExclusionRanges", exclusions))
    };
    let value = parameters(
        "ReplicateScopeParameters",
        "ReplicateScope",
        "Scopes",
        Value::List(vec![sent(1, 2), sent(3, 4)]),
    );
    let allowed = call(&fixture.case(), Op::ReplicateScope, Some(&value));
    for copy in copies(&allowed, 0) {
        assert_eq!(copy.exclusions, None);
        assert!(copy.options.is_some());
    }
}
