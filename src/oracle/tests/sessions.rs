//! What comes before a delegate: InitializeOperationParameters, authorization, the state of the store.

use super::*;
use crate::oracle::authorization::decided_by;

fn replies(case: &Case<'_>, value: Option<&Value>) -> Vec<(ReplyKind, R)> {
    initialize(case, value)
        .iter()
        .map(|allowed| (allowed.reply, allowed.requirement))
        .collect()
}

const FAULT: ReplyKind = ReplyKind::Fault;
const RESPONSE: ReplyKind = ReplyKind::Response;

#[test]
fn initialize_answers_by_the_parameters_alone() {
    let fixture = Fixture::of(&world(vec![]));
    let case = fixture.case();
    let of = |value: &Value| replies(&case, Some(value));
    assert_eq!(replies(&case, None), [(FAULT, R::R_INIT_2)]);
    assert_eq!(of(&Value::Nil), [(FAULT, R::R_INIT_2)]);
    assert_eq!(of(&"text".into()), [(FAULT, R::R_INIT_3)]);
    assert_eq!(of(&replicate_server(1)), [(RESPONSE, R::R_INIT_6)]);
    let own = Object::of_type("ReplicateServerParameters");
    let bad_operation = own.clone().with("OperationId", "Nonsense");
    assert_eq!(of(&bad_operation.into()), [(FAULT, R::R_INIT_4)]);
    let no_operation = own.clone().with("Server", server_object(1));
    assert_eq!(
        of(&no_operation.into()),
        [(RESPONSE, R::R_INIT_6), (FAULT, R::R_INIT_4)]
    );
    let no_number = Object::default().with("RecordId", "seven");
    let no_number = own
        .with("OperationId", "ReplicateServer")
        .with("Server", no_number);
    assert_eq!(of(&no_number.into()), [(FAULT, R::R_INIT_3)]);
    let unknown =
        Object::of_type("ReplicateGalaxyParameters").with("OperationId", "ReplicateServer");
    assert_eq!(of(&unknown.into()), [(FAULT, R::R_INIT_3)]);
}

#[test]
fn a_strict_server_sees_a_wrong_type_at_initialize() {
    let null_server =
        Object::of_type("ReplicateServerParameters").with("OperationId", "ReplicateServer");
    let wrong_type =
        Object::of_type("DhcpFailoverParameters").with("OperationId", "ReplicateServer");
    let base_type = Object::default().with("OperationId", "ReplicateServer");
    let lenient = Fixture::of(&world(vec![]));
    let strict = Fixture::of(&world(vec![])).reading("OQ-8", "strict");
    for object in [null_server, wrong_type, base_type] {
        let value = Value::Object(object);
        assert_eq!(
            replies(&lenient.case(), Some(&value)),
            [(RESPONSE, R::R_INIT_6), (FAULT, R::R_INIT_3)]
        );
        assert_eq!(
            replies(&strict.case(), Some(&value)),
            [(FAULT, R::R_INIT_3)]
        );
    }
}

#[test]
fn a_strict_server_may_fault_where_there_is_no_scope() {
    let fixture = Fixture::of(&world(vec![scope("A", 0, 1, &[0])]));
    let of = |scopes: Value| {
        let value = parameters(
            "ReplicateScopeParameters",
            "ReplicateScope",
            "Scopes",
            scopes,
        );
        replies(&fixture.case(), Some(&value)).len()
    };
    assert_eq!(of(Value::Nil), 2);
    assert_eq!(of(Value::List(vec![])), 2);
    let object = fixture.scope_object(0).encode();
    assert_eq!(of(Value::List(vec![object.into()])), 1);
}

#[test]
fn a_store_that_is_not_ready_faults_everything() {
    let mut world = world(vec![scope("A", 0, 1, &[0])]);
    world.provisioned = false;
    let fixture = Fixture::of(&world);
    let value = replicate_server(1);
    assert_eq!(
        replies(&fixture.case(), Some(&value)),
        [(FAULT, R::R_PRE_3)]
    );
    only(
        &start(&fixture.case(), Some(&value)),
        Stage::StartFault,
        R::R_PRE_3,
    );
    only(
        &start_without_parameters(&fixture.case()),
        Stage::StartFault,
        R::R_PRE_3,
    );
    world.provisioned = true;
    world.schema_conversion_required = true;
    let fixture = Fixture::of(&world);
    assert_eq!(
        replies(&fixture.case(), Some(&value)),
        [(FAULT, R::R_PRE_4)]
    );
}

#[test]
fn a_session_without_parameters_never_succeeds() {
    let fixture = Fixture::of(&world(vec![]));
    let allowed = start_without_parameters(&fixture.case());
    both(&allowed, Stage::StartFault, Question::OQ17);
    assert_eq!(allowed.ends[0].requirement, R::R_START_4);
    assert_eq!(allowed.ends[1].requirement, R::R_31_1a);
    let fixture = fixture.reading("OQ-17", "processing");
    both(
        &start_without_parameters(&fixture.case()),
        FAILURE,
        Question::OQ17,
    );
}

fn started_by(caller: Caller) -> Allowed {
    let mut world = world(vec![scope("A", 0, 1, &[0])]);
    world.caller = caller;
    world.roles = vec![Role {
        name: "replicators".to_owned(),
        operations: vec!["MsmDhcpReplicateOperation".to_owned()],
    }];
    let fixture = Fixture::of(&world);
    let value = replicate_server(fixture.server(0).0);
    start(&fixture.case(), Some(&value))
}

fn with_role(role: &str, access_scope: &str) -> Caller {
    Caller {
        policies: vec![Policy {
            role: role.to_owned(),
            access_scope: access_scope.to_owned(),
            via: Via::Group,
        }],
        ..Caller::nobody()
    }
}

fn in_group(group: &str) -> Caller {
    Caller {
        groups: vec![group.to_owned()],
        ..Caller::nobody()
    }
}

#[test]
fn who_may_replicate_is_decided_by_groups_and_roles() {
    for caller in [
        Caller::default(),
        in_group(IPAM_ADMINISTRATORS),
        with_role("IPAM DHCP Administrator", "anywhere"),
        with_role("replicators", GLOBAL_ACCESS_SCOPE),
    ] {
        only(&started_by(caller), SUCCESS, R::R_31_4);
    }
    for (caller, step) in [
        (Caller::nobody(), R::R_AUTH_11),
        (in_group(IPAM_USERS), R::R_AUTH_11),
        (
            with_role("IPAM DHCP Scope Administrator", GLOBAL_ACCESS_SCOPE),
            R::R_AUTH_4,
        ),
        (with_role("no such role", GLOBAL_ACCESS_SCOPE), R::R_AUTH_11),
    ] {
        let allowed = started_by(caller);
        only(&allowed, Stage::StartFault, step);
        assert!(allowed.fates.is_empty());
    }
    let local = Caller {
        local_administrator: true,
        ..Caller::nobody()
    };
    both(&started_by(local), Stage::StartFault, Question::OQ13);
}

#[test]
fn a_policy_for_one_scope_has_to_match_its_access_scope() {
    let mut world = world(vec![scope("A", 0, 1, &[])]);
    world.scopes[0].access_scope = "North".to_owned();
    world.servers[0].access_scope = "South".to_owned();
    for (operation, fits) in [(Op::EditDhcpScope, "North"), (Op::CreateDhcpScope, "South")] {
        for access_scope in ["North", "South"] {
            world.caller = with_role("IPAM DHCP Scope Administrator", access_scope);
            let fixture = Fixture::of(&world);
            let type_name = crate::spec::parameters::parameters_type(operation).unwrap();
            let object = fixture.scope_object(0).encode();
            let value = parameters(type_name, operation.name(), "Scope", object.into());
            let allowed = start(&fixture.case(), Some(&value));
            let denied = stages(&allowed) == [Stage::StartFault];
            assert_eq!(denied, access_scope != fits, "{operation} {access_scope}");
        }
    }
}

/// The step by which a caller may or may not run an operation on the scope A.
fn step_that_decides(operation: Op, caller: Caller) -> R {
    let mut world = world(vec![scope("A", 0, 1, &[0])]);
    world.caller = caller;
    let own = |name: &str, operations: &[&str]| Role {
        name: name.to_owned(),
        operations: operations.iter().map(|name| (*name).to_owned()).collect(),
    };
    let replicate = "MsmDhcpReplicateOperation";
    world.roles = vec![
        own("replicators", &[replicate]),
        own("creators too", &[replicate, "MsmDhcpCreateScope"]),
        own("editors too", &[replicate, "MsmDhcpEditScope"]),
        own("lookers", &[]),
    ];
    let fixture = Fixture::of(&world);
    let object = fixture.scope_object(0).encode();
    let type_name = crate::spec::parameters::parameters_type(operation).unwrap();
    let Value::Object(object) = parameters(type_name, operation.name(), "Scope", object.into())
    else {
        unreachable!("parameters are an object");
    };
    decided_by(&fixture.case(), operation, &object)
}

#[test]
fn the_step_that_decides_on_a_right_is_the_one_a_server_goes_wrong_at() {
    let own = |roles: &[&str]| Caller {
        policies: roles
            .iter()
            .map(|role| Policy {
                role: (*role).to_owned(),
                access_scope: GLOBAL_ACCESS_SCOPE.to_owned(),
                via: Via::User,
            })
            .collect(),
        ..Caller::nobody()
    };
    let msm = crate::spec::authorization::IPAM_MSM_ADMINISTRATORS;
    let both_groups = Caller {
        groups: vec![IPAM_USERS.to_owned(), msm.to_owned()],
        ..Caller::nobody()
    };
    let group_and_role = Caller {
        groups: vec![IPAM_USERS.to_owned()],
        ..own(&["replicators"])
    };
    for (caller, step) in [
        (in_group(msm), R::R_AUTH_7),
        (both_groups, R::R_AUTH_14),
        (in_group(IPAM_ADMINISTRATORS), R::R_AUTH_14),
        (Caller::nobody(), R::R_AUTH_11),
        (own(&["lookers"]), R::R_AUTH_11),
        (own(&["IPAM DHCP Scope Administrator"]), R::R_AUTH_4),
        (group_and_role, R::R_AUTH_7),
        (with_role("replicators", GLOBAL_ACCESS_SCOPE), R::R_AUTH_15),
        (own(&["lookers", "replicators"]), R::R_AUTH_9),
        (own(&["replicators", "replicators"]), R::R_AUTH_12),
        (own(&["replicators"]), R::R_AUTH_12),
        (own(&["creators too"]), R::R_AUTH_10),
        (own(&["editors too"]), R::R_AUTH_10),
        (own(&["IPAM DHCP Administrator"]), R::R_AUTH_10),
    ] {
        let found = step_that_decides(Op::ReplicateServer, caller.clone());
        assert_eq!(found, step, "{caller:?}");
    }
    let editor = || own(&["IPAM DHCP Scope Administrator"]);
    let elsewhere = with_role("IPAM DHCP Scope Administrator", "elsewhere");
    let edit = |caller| step_that_decides(Op::EditDhcpScope, caller);
    assert_eq!(edit(editor()), R::R_AUTH_8);
    assert_eq!(edit(elsewhere), R::R_AUTH_10);
}

#[test]
fn whose_access_scope_counts_is_not_known_of_an_object_of_another_type() {
    let mut world = world(vec![scope("A", 0, 1, &[])]);
    world.caller = with_role("IPAM DHCP Scope Administrator", GLOBAL_ACCESS_SCOPE);
    let fixture = Fixture::of(&world);
    let object = || fixture.scope_object(0).encode();
    let stages_of = |type_name| {
        let value = parameters(type_name, "EditDhcpScope", "Scope", object().into());
        stages(&start(&fixture.case(), Some(&value)))
    };
    assert_eq!(stages_of("UpdateDhcpScopeParameters"), [SUCCESS]);
    let denied_or_failed = stages_of("CreateDhcpScopeParameters");
    assert_eq!(denied_or_failed, [Stage::StartFault, FAILURE]);
}

#[test]
fn who_has_no_right_is_denied_for_a_scope_that_is_gone_too() {
    let mut world = world(vec![scope("A", 0, 1, &[])]);
    world.caller = Caller::nobody();
    let fixture = Fixture::of(&world);
    let mut object = fixture.scope_object(0);
    object.record_id = RecordId(9999);
    let value = parameters(
        "UpdateDhcpScopeParameters",
        "EditDhcpScope",
        "Scope",
        object.encode().into(),
    );
    only(
        &start(&fixture.case(), Some(&value)),
        Stage::StartFault,
        R::R_AUTH_11,
    );
}

#[test]
fn an_absent_operation_runs_another_delegate_and_never_succeeds() {
    let fixture = Fixture::of(&world(vec![scope("A", 0, 1, &[0])]));
    let object = Object::of_type("ReplicateServerParameters").with("Server", server_object(1));
    let allowed = start(&fixture.case(), Some(&object.into()));
    assert_eq!(stages(&allowed), [FAILURE, Stage::StartFault]);
    assert!(allowed.fates.is_empty());
}
