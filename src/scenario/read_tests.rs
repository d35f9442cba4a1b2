//! What well-formed files mean: defaults, `like`, `repeat`, variables, columns, sessions and doors.

use crate::model::SerDuration;
use crate::scenario::{
    Action, Case, Column, ColumnView, OperationChoice, ParametersChoice, PatternKind, RowTarget,
    Scenario, ServerChoice, SetValue, Source, read,
};
use crate::spec::{
    DhcpLeaseDurationType, Enablement, IpamAdminOperationId, Question, RequirementId,
};
use crate::trace::Door;
use crate::world::{Caller, End};

fn scenario(text: &str) -> Scenario {
    match read("test", Source::new("test.toml", text)) {
        Ok(scenario) => scenario,
        Err(rejected) => panic!("{rejected}"),
    }
}

fn only_case(text: &str) -> Case {
    let mut cases = scenario(text).cases;
    assert_eq!(cases.len(), 1);
    cases.remove(0)
}

fn codes(text: &str) -> Vec<String> {
    let rejected = read("test", Source::new("test.toml", text)).expect_err("a malformed file");
    rejected
        .errors
        .iter()
        .map(|error| {
            format!(
                "{} {}",
                error.code,
                rejected.source.position(error.span.start)
            )
        })
        .collect()
}

const TITLE: &str = "title = \"t\"\nrequirements = [\"R-31-2\"]\n";
const WORLD: &str = r#"
[world]
servers = [{ name = "S" }, { name = "P1" }]
relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" },
  { name = "A on P1", server = "P1", like = "A", lease = "1h" },
]
"#;

#[test]
fn a_title_and_a_world_are_one_replicate_of_the_first_server_through_every_door() {
    let scenario = scenario(&format!("{TITLE}{WORLD}"));
    assert_eq!(scenario.title.value, "t");
    let case = &scenario.cases[0];
    assert_eq!(case.name, None);
    assert_eq!(case.doors, Door::ALL);
    assert_eq!(
        case.requirements,
        RequirementId::from_name("R-31-2")
            .into_iter()
            .collect::<Vec<_>>()
    );
    assert_eq!(case.world.caller, Caller::default());
    let Action::Replicate {
        caller: None,
        initialize,
    } = &case.steps[0].action
    else {
        panic!("{:?}", case.steps);
    };
    assert_eq!(
        initialize.operation,
        OperationChoice::Member(IpamAdminOperationId::ReplicateServer)
    );
    assert_eq!(
        initialize.parameters,
        ParametersChoice::Type("ReplicateServerParameters".to_owned())
    );
    assert_eq!(initialize.server, ServerChoice::Row(0));
}

#[test]
fn what_a_scope_leaves_out_has_the_defaults_of_the_language() {
    let case = only_case(&format!("{TITLE}{WORLD}"));
    let scope = &case.world.scopes[0];
    let details = &scope.details;
    assert_eq!(details.scope_name, "10.0.1.0");
    assert_eq!(details.start_address.to_string(), "10.0.1.1");
    assert_eq!(details.end_address.to_string(), "10.0.1.254");
    assert_eq!(
        details.subnet_mask.map(|mask| mask.to_string()).as_deref(),
        Some("255.255.255.0")
    );
    assert_eq!(details.lease_duration, SerDuration::from_days(8));
    assert_eq!(details.bootp_lease_duration, SerDuration::from_days(30));
    assert_eq!(details.dns_name_protection_status, Enablement::Disabled);
    assert_eq!(
        (scope.managed_by.as_str(), &scope.managed_by_entity),
        ("MSDHCP", &None)
    );
    assert_eq!(scope.access_scope, "Global");
    assert_eq!(scope.relations, [0]);
    assert_eq!(case.world.relations[0].server2, End::Server(1));
    assert_eq!(case.world.servers[0].host, "S");
}

#[test]
fn like_copies_the_replicated_columns_and_nothing_else() {
    let text = r#"
title = "t"
[world]
servers = [{ name = "S" }, { name = "P1" }]
relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
access_scopes = ["EMEA"]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1", scope_name = "printers", range = "10.0.1.5-10.0.1.9", description = "d", exclusions = ["10.0.1.7"], options = [{ id = 3, value = "x" }], superscope = "super", access_scope = "EMEA", active_leases = 3, sync = "InSync", managed_by = "m", managed_by_entity = "e", dns_name_protection = true, lease = "unlimited" },
  { name = "B", server = "P1", like = "A", description = "own" },
]
"#;
    let case = only_case(text);
    let (a, b) = (&case.world.scopes[0], &case.world.scopes[1]);
    let mut expected = a.details.clone();
    expected.description = "own".to_owned();
    expected.number_of_active_leases = 0;
    expected.failover_config_sync_status = crate::spec::DhcpFailoverConfigSyncStatus::Unknown;
    assert_eq!(b.details, expected);
    assert_eq!(b.options, a.options);
    assert!(b.relations.is_empty() && b.superscope.is_none() && b.managed_by_entity.is_none());
    assert_eq!(
        (b.access_scope.as_str(), b.managed_by.as_str()),
        ("Global", "MSDHCP")
    );
    assert_eq!(
        b.details.lease_duration_type,
        DhcpLeaseDurationType::Unlimited
    );
    assert_eq!(b.details.lease_duration, SerDuration::ZERO);
}

#[test]
fn ipv6_comes_with_the_server_and_has_no_mask() {
    let text = "title = \"t\"\n[world]\nservers = [{ name = \"S\" }, { name = \"S6\", family = \"v6\", same_id_as = \"S\" }]\nscopes = [{ name = \"A\", server = \"S6\", subnet = \"fd00::/64\" }]\n";
    let case = only_case(text);
    let details = &case.world.scopes[0].details;
    assert_eq!(details.subnet_mask, None);
    assert_eq!(details.end_address.to_string(), "fd00::ffff:ffff:ffff:fffe");
    assert_eq!(case.world.servers[1].same_id_as, Some(0));
}

#[test]
fn repeated_rows_count_from_one_and_their_subnets_move_on() {
    let text = r#"
title = "t"
requirements = ["R-31-2"]
[world]
servers = [{ name = "S" }, { name = "P1" }]
scopes = [
  { name = "A${n}", server = "S", subnet = "10.0.0.0/24", repeat = 300, description = "no ${n}, $${n}", active_leases = "${n}" },
  { name = "A${n} on P1", server = "P1", like = "A${n}", repeat = 300 },
]
[expect]
changed = [{ scope = "A${n} on P1", lease = "8d", repeat = 2 }]
created = [{ server = "P1", subnet = "10.9.0.0/24", repeat = 2, name = "N${n}" }]
"#;
    let case = only_case(text);
    let scopes = &case.world.scopes;
    assert_eq!(scopes.len(), 600);
    assert_eq!(scopes[299].name, "A300");
    assert_eq!(scopes[299].details.scope_id.to_string(), "10.1.43.0");
    assert_eq!(scopes[1].details.description, "no 2, ${n}");
    assert_eq!(scopes[1].details.number_of_active_leases, 2);
    assert_eq!(scopes[599].details.scope_id, scopes[299].details.scope_id);
    let changed = case.expect.changed.expect("rows").value;
    assert_eq!(changed[1].row.target, RowTarget::World(301));
    let created = case.expect.created.expect("rows").value;
    assert_eq!(created[1].columns[0].values[0].value, "10.9.1.0/24");
    assert_eq!(created[1].name.as_deref(), Some("N2"));
}

#[test]
fn canonical_columns_are_the_texts_of_the_rows_they_describe() {
    let keys = r#"subnet = "10.0.1.0/24", scope_name = "n", range = "10.0.1.5-10.0.1.9", status = "Deactivated", lease = "1d2h", subnet_delay = 5, serving = "Both", description = "d", bootp_lease = "unlimited", dns_update = "Never", dns_name_protection = true, dns_discard_records = false, dns_not_requesting = true, exclusions = ["10.0.1.30", "10.0.1.7-10.0.1.8"], options = [{ id = 6, value = ["b", "c"], vendor_class = "V", user_class = "U" }, { id = 15, value = "x" }], relation = "R1", superscope = "s", access_scope = "Global", active_leases = 4, sync = "InSync", managed_by = "m", managed_by_entity = "e""#;
    let text = format!(
        "title = \"t\"\nrequirements = [\"R-31-2\"]\n[world]\nservers = [{{ name = \"S\" }}]\nrelations = [{{ name = \"R1\", server1 = \"S\", server2 = \"nil\" }}]\nscopes = [{{ name = \"A\", server = \"S\", {keys} }}]\n[expect]\nchanged = [{{ scope = \"A\", {keys} }}]\n"
    );
    let case = only_case(&text);
    let setup = case.world.set_up();
    let row = setup.tables.scopes.values().next().expect("the scope");
    let changed = &case.expect.changed.as_ref().expect("rows").value[0];
    assert_eq!(changed.columns.len(), 22);
    for column in &changed.columns {
        let value = &column.values[0].value;
        assert_eq!(
            *value,
            ColumnView::new(&setup.tables, &setup.names).text(row, column.column),
            "{:?}",
            column.column
        );
    }
}

#[test]
fn a_column_takes_several_values_and_the_list_of_options_is_one() {
    let text = format!(
        "{TITLE}{WORLD}[expect]\nchanged = [{{ scope = \"A on P1\", lease = [\"8d\", \"unlimited\"], exclusions = [], relation = [\"R1\", \"\"] }}]\n"
    );
    let case = only_case(&text);
    let columns = &case.expect.changed.as_ref().expect("rows").value[0].columns;
    let texts = |number: usize| -> Vec<&str> {
        columns[number]
            .values
            .iter()
            .map(|value| value.value.as_str())
            .collect()
    };
    assert_eq!(columns[0].column, Column::Lease);
    assert_eq!(texts(0), ["8d", "unlimited"]);
    assert_eq!(texts(1), [""]);
    assert_eq!(texts(2), ["R1", ""]);
}

#[test]
fn an_invalid_row_may_be_whatever_no_other_row_may() {
    let text = r#"
title = "t"
[world]
servers = [{ name = "S" }]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.7/24", invalid = true },
  { name = "B", server = "S", subnet = "10.0.2.0/31", invalid = true },
  { name = "C", server = "S", subnet = "10.0.3.0/24", range = "10.0.3.9-10.0.3.1", invalid = true },
  { name = "D", server = "S", subnet = "10.0.4.0/24", mask = "255.255.255.128", invalid = true },
  { name = "E", server = "S", subnet = "10.0.5.0/33", invalid = true },
  { name = "F", server = "S", subnet = "10.0.6.0/24", range = "10.0.7.1-10.0.7.9", invalid = true },
]
"#;
    let case = only_case(text);
    assert_eq!(case.world.scopes[1].details.prefix_length, 31);
    assert_eq!(case.world.scopes[4].details.prefix_length, 33);
    assert_eq!(case.world.set_up().tables.scopes.len(), 6);
}

#[test]
fn a_case_leaves_out_every_key_and_item_whose_variable_it_does_not_give() {
    let text = format!(
        "{TITLE}{WORLD}[[steps]]\nreplicate = {{ server = \"${{server}}\", scopes = [\"A\", \"${{scope}}\"] }}\n[expect]\noverall = \"${{overall}}\"\n[[cases]]\nname = \"a\"\nserver = 0\n[[cases]]\nname = \"b\"\nscope = \"A on P1\"\noverall = [\"CompletedWithFailure\", \"CompletedWithSuccess\"]\nrequirements = [\"R-29-2b\"]\nreadings = {{ OQ-2 = \"literal\" }}\n"
    );
    let cases = scenario(&text).cases;
    let initialize = |case: usize| match &cases[case].steps[0].action {
        Action::Replicate { initialize, .. } => initialize.clone(),
        action => panic!("{action:?}"),
    };
    assert_eq!(initialize(0).server, ServerChoice::Zero);
    assert_eq!(initialize(0).scopes, Some(vec![0]));
    assert_eq!(initialize(1).server, ServerChoice::Row(0));
    assert_eq!(initialize(1).scopes, Some(vec![0, 1]));
    assert!(cases[0].expect.overall.is_none());
    let overall = cases[1].expect.overall.as_ref().expect("a list");
    // Substituted values stand where the case gives them.
    assert!(text[overall.span.start..].starts_with("[\"CompletedWithFailure\""));
    assert_eq!(cases[1].readings.of(Question::OQ2), "literal");
    assert_eq!(cases[1].requirements[0].name(), "R-29-2b");
    assert_eq!(cases[0].requirements[0].name(), "R-31-2");
}

#[test]
fn scalars_stand_in_longer_text_and_are_not_substituted_again() {
    let text = "title = \"t\"\n[[steps]]\nsend_xml = { action = \"a/${x}/$${x}\", body = '${y}' }\n[[cases]]\nname = \"a\"\nx = 7\ny = \"<${x}/>\"\n";
    let case = only_case(text);
    let Action::SendXml { action, xml } = &case.steps[0].action else {
        panic!("{:?}", case.steps);
    };
    assert_eq!(action.as_deref(), Some("a/7/${x}"));
    assert_eq!(xml, "<${x}/>");
}

#[test]
fn set_keeps_reserved_words_and_numbers_apart_from_text() {
    let text = format!(
        "{TITLE}{WORLD}[[steps]]\nreplicate = {{ set = {{ Server = {{ RecordId = 7, \"i:type\" = \"DhcpServerV6\" }}, Id = \"unknown\", Other = [true, 1.5, \"nil\"] }} }}\n"
    );
    let case = only_case(&text);
    let Action::Replicate { initialize, .. } = &case.steps[0].action else {
        panic!("{:?}", case.steps);
    };
    let member = |name: &str, value: SetValue| (name.to_owned(), value);
    let words = |text: &str| SetValue::Text(text.to_owned());
    assert_eq!(
        initialize.set,
        [
            member(
                "Server",
                SetValue::Members(vec![
                    member("RecordId", words("7")),
                    member("i:type", words("DhcpServerV6"))
                ])
            ),
            member("Id", SetValue::Unknown),
            member(
                "Other",
                SetValue::List(vec![words("true"), words("1.5"), SetValue::Nil])
            ),
        ]
    );
}

#[test]
fn initialize_without_parameters_needs_no_server() {
    let case = only_case(
        "title = \"t\"\n[[steps]]\ninitialize = { parameters = \"nil\", operation = \"Nothing\" }\n",
    );
    assert_eq!(
        case.doors,
        [Door::Session, Door::Http, Door::NetTcp, Door::Exec]
    );
    assert_eq!(
        codes("title = \"t\"\n[[steps]]\ninitialize = {}\n"),
        ["IC2201 2:1"]
    );
    assert_eq!(
        codes("title = \"t\"\n[[steps]]\ninitialize = { server = 0 }\n"),
        ["IC2201 3:25"]
    );
}

#[test]
fn a_door_that_cannot_carry_a_case_is_dropped_from_it() {
    let doors = |steps: &str| only_case(&format!("{TITLE}{WORLD}{steps}")).doors;
    let all = Door::ALL;
    let no_delegate = [Door::Session, Door::Http, Door::NetTcp, Door::Exec];
    assert_eq!(
        doors(
            "[[steps]]\ninitialize = {}\n[[steps]]\nchange = { scope = \"A\", delete = true }\n[[steps]]\nstart = {}\n[[steps]]\nwait = { for = \"1d\" }\n[[steps]]\nreplicate = {}\n"
        ),
        all
    );
    assert_eq!(doors("[[steps]]\ninitialize = {}\n"), no_delegate);
    assert_eq!(
        doors("[[steps]]\nreplicate = {}\n[[steps]]\nstart = {}\n"),
        no_delegate
    );
    assert_eq!(
        doors("[[steps]]\nreplicate = { caller = {} }\n"),
        no_delegate
    );
    assert_eq!(
        doors("[[steps]]\nreplicate = {}\nsession = \"s\"\n"),
        no_delegate
    );
    assert_eq!(doors("[[steps]]\nkeepalive = {}\n"), no_delegate);
    assert_eq!(
        doors("[expect]\nfault = { stage = [\"initialize\", \"start\"] }\n"),
        no_delegate
    );
    assert_eq!(
        doors("[expect]\nfault = { stage = [\"processing\", \"start\"] }\n"),
        all
    );
    assert_eq!(doors("[expect]\nclosed = false\n"), no_delegate);
    assert_eq!(
        doors("[[steps]]\nsend_bytes = { hex = \"\" }\n"),
        [Door::Http, Door::NetTcp]
    );
}

#[test]
fn a_step_that_speaks_on_no_session_opens_none() {
    let text = format!(
        "{TITLE}{WORLD}[[steps]]\nchange = {{ scope = \"A\", lease = \"2d\", relation = [] }}\n[[steps]]\nreplicate = {{}}\n[expect]\noverall = \"CompletedWithSuccess\"\n"
    );
    let case = only_case(&text);
    let Action::Change(change) = &case.steps[0].action else {
        panic!("{:?}", case.steps);
    };
    let texts: Vec<&str> = change
        .columns
        .iter()
        .map(|column| column.values[0].value.as_str())
        .collect();
    assert_eq!(texts, ["2d", ""]);
}

#[test]
fn a_created_row_can_be_named_and_spoken_of_by_later_steps() {
    let text = format!(
        "{TITLE}{WORLD}[[steps]]\nreplicate = {{}}\nexpect = {{ created = [{{ server = \"S\", subnet = \"10.0.9.0/24\", name = \"new\" }}] }}\n[[steps]]\nchange = {{ scope = \"new\", lease = \"2d\" }}\n[[steps]]\nreplicate = {{}}\nexpect = {{ changed = [{{ scope = \"new\", like = \"A\" }}] }}\n[expect]\ncreated = [{{ server = \"S\", subnet = \"10.0.9.0/24\", name = \"new\" }}]\n"
    );
    let case = only_case(&text);
    let changed = &case.steps[2]
        .expect
        .as_ref()
        .and_then(|expect| expect.changed.as_ref())
        .expect("rows")
        .value[0];
    assert_eq!(changed.row.target, RowTarget::Created("new".to_owned()));
    assert_eq!(
        changed.like.as_ref().map(|row| &row.target),
        Some(&RowTarget::World(0))
    );
}

#[test]
fn patterns_keep_counts_groups_and_fields() {
    let text = format!(
        "{TITLE}{WORLD}[expect]\ncallbacks = [\"StartProgressCallback\", {{ any_order = [{{ name = \"AddSubTask\", times = \"2..\", scope = \"A\", task = \"a\" }}, \"...\"] }}, {{ name = \"SetCompletionPercentage\", percent = \"0..50.5\", optional = true }}, {{ name = \"SetOverallStatus\", status = [\"CompletedWithFailure\", \"CompletedWithSuccess\"], times = \"1..4\" }}]\n"
    );
    let case = only_case(&text);
    let items = &case.expect.callbacks.as_ref().expect("a pattern").items;
    let PatternKind::AnyOrder(group) = &items[1].kind else {
        panic!("{items:?}");
    };
    assert!(
        matches!(&group[0].kind, PatternKind::Event { item, least: 2, most: None } if item.scope.as_ref().is_some_and(|scope| scope.value == 0))
    );
    assert_eq!(group[1].kind, PatternKind::AnyProgress);
    assert!(matches!(
        &items[2].kind,
        PatternKind::Event {
            least: 0,
            most: Some(1),
            ..
        }
    ));
    assert!(
        matches!(&items[3].kind, PatternKind::Event { item, least: 1, most: Some(4) } if item.status.as_ref().is_some_and(|status| status.values.len() == 2))
    );
}

#[test]
fn written_tables_and_tables_with_headers_mean_the_same() {
    let inline = only_case(&format!(
        "{TITLE}{WORLD}[[steps]]\nreplicate = {{}}\nexpect = {{ overall = \"CompletedWithSuccess\" }}\n"
    ));
    let header = only_case(&format!(
        "{TITLE}{WORLD}[[steps]]\n[steps.replicate]\n[steps.expect]\noverall = \"CompletedWithSuccess\"\n"
    ));
    let dotted = only_case(&format!(
        "{TITLE}{WORLD}[[steps]]\nreplicate = {{}}\nexpect.overall = \"CompletedWithSuccess\"\n"
    ));
    let overall = |case: &Case| {
        case.steps[0]
            .expect
            .as_ref()
            .and_then(|expect| expect.overall.as_ref())
            .map(|overall| overall.values[0].value)
    };
    assert!(overall(&inline).is_some());
    assert_eq!(overall(&inline), overall(&header));
    assert_eq!(overall(&inline), overall(&dotted));
}
