//! The JSON forms: what is written is read back the same, the published schema says yes to it, and mistakes are told
//! with their place.
//!
//! `UPDATE_EXPECT=1 cargo test --test interchange` writes the schema anew.

#[path = "support/cli.rs"]
mod cli;
#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/worlds.rs"]
mod worlds;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use ipamconf::door::SessionTarget;
use ipamconf::interchange::exec::{Answer, Capability, Hello, INVENTED, Request};
use ipamconf::interchange::{
    SCHEMA_FILE, change_from_json, change_to_json, event_from_json, event_to_json, json_schema,
    limits, message_from_json, message_to_json, parse, tables_from_json, tables_to_json,
    world_from_json, world_to_json,
};
use ipamconf::model::Callback;
use ipamconf::model::{
    ClientMessage, CompletionStatus, Event, FaultCode, IpamException, Object, Percentage, RecordId,
    SoapFault, SubTaskDetails, SubTaskInstance, Tables, Value,
};
use ipamconf::spec::{
    AddressFamily, IpamAdminOperationId, IpamExceptionId, OverallProgressStatus, Readings,
    SubTaskStatus,
};
use ipamconf::suite::{Progress, StoreChange, Target, TargetError, run_case};
use ipamconf::trace::{Door, SessionIndex};
use ipamconf::world::{Caller, RowKind, Setup};
use jsonschema::Validator;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    let schema: Json = serde_json::from_str(&json_schema()).expect("the schema is JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("a schema of draft 2020-12");
    jsonschema::draft202012::new(&schema).expect("a schema that can be used")
});

/// A line as it goes over the pipe, checked by the schema and read by the strict reader.
fn line(json: &Json) -> Json {
    if let Err(error) = VALIDATOR.validate(json) {
        panic!("{error} at {}: {json}", error.instance_path());
    }
    parse(&json.to_string()).expect("a document within the limits")
}

fn asked(request: &Request) {
    let mut json = request.to_json();
    json["id"] = 7.into();
    let json = line(&json);
    assert_eq!(Request::from_json(&json).as_ref(), Ok(request));
    assert_eq!(Request::id_of(&json), Ok(7));
}

fn answered(request: &Request, answer: &Answer) {
    let json = line(&answer.to_json(7));
    assert_eq!(Answer::from_json(request, 7, &json).as_ref(), Ok(answer));
}

/// What of a world is ours alone: a target knows rows by their ids.
fn without_names(setup: &Setup) -> Setup {
    Setup {
        names: ipamconf::world::Names::default(),
        server_ids: Vec::new(),
        relation_ids: Vec::new(),
        scope_ids: Vec::new(),
        ..setup.clone()
    }
}

/// Passes everything on to our simulator, and by way of JSON as well.
#[derive(Default)]
struct Looking {
    simulator: SessionTarget,
    lines: usize,
}

impl Target for Looking {
    fn door(&self) -> Door {
        Door::Session
    }

    fn reset(&mut self, setup: &Setup, readings: &Readings) -> Result<(), TargetError> {
        let world = world_to_json(setup, readings);
        let (read, read_readings) = world_from_json(&world).expect("a world");
        assert_eq!(read, without_names(setup));
        assert!(read_readings.all().eq(readings.all()));
        let request = Request::reset_to_json(setup, readings);
        assert_eq!(request["world"], world);
        let mut request = request;
        request["id"] = 1.into();
        line(&request);
        self.lines += 1;
        self.simulator.reset(&read, &read_readings)
    }

    fn open(&mut self, caller: &Caller) -> Result<SessionIndex, TargetError> {
        asked(&Request::Open(caller.clone()));
        let session = self.simulator.open(caller)?;
        answered(&Request::Open(caller.clone()), &Answer::Session(session));
        Ok(session)
    }

    fn send(&mut self, session: SessionIndex, message: &ClientMessage) -> Result<(), TargetError> {
        asked(&Request::Send(session, message.clone()));
        let json = message_to_json(message);
        assert_eq!(message_from_json(&json).as_ref(), Ok(message));
        self.simulator.send(session, message)
    }

    fn call(
        &mut self,
        operation: IpamAdminOperationId,
        paramters: Option<&Value>,
    ) -> Result<SessionIndex, TargetError> {
        self.simulator.call(operation, paramters)
    }

    fn next(&mut self) -> Progress {
        let progress = self.simulator.next();
        let answer = match &progress {
            Progress::Event(session, event) => {
                let json = event_to_json(event);
                assert_eq!(event_from_json(&json).as_ref(), Ok(event));
                Answer::Event(*session, event.clone())
            }
            Progress::Wait(time) => Answer::Wait(*time),
            Progress::Quiet => Answer::Quiet,
        };
        answered(&Request::Next(Duration::from_millis(500)), &answer);
        self.lines += 1;
        progress
    }

    fn advance(&mut self, by: Duration) {
        asked(&Request::Advance(by));
        self.simulator.advance(by);
    }

    fn end(&mut self, session: SessionIndex) {
        asked(&Request::End(session));
        self.simulator.end(session);
    }

    fn change(&mut self, change: &StoreChange) -> Result<(), TargetError> {
        asked(&Request::Change(change.clone()));
        assert_eq!(
            change_from_json(&change_to_json(change)).as_ref(),
            Ok(change)
        );
        self.simulator.change(change)
    }

    fn tables(&mut self) -> Option<Arc<Tables>> {
        let tables = self.simulator.tables()?;
        let json = tables_to_json(&tables);
        assert_eq!(tables_from_json(&json).as_ref(), Ok(&*tables));
        answered(
            &Request::World { unless: None },
            &Answer::Tables(Arc::clone(&tables), Some("3".to_owned())),
        );
        Some(tables)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn worlds_messages_changes_and_events_of_any_run_survive(sample in worlds::samples()) {
        let mut target = Looking::default();
        match run_case(&sample.case, &mut target, &sample.readings) {
            Ok(_) | Err(TargetError::Unsupported(_) | TargetError::Change(_)) => {}
            Err(error) => panic!("{error}"),
        }
        prop_assert!(target.lines > 0);
    }

    #[test]
    fn events_survive(event in events()) {
        let json = event_to_json(&event);
        prop_assert_eq!(event_from_json(&json), Ok(event.clone()));
        answered(&Request::Next(Duration::ZERO), &Answer::Event(3, event));
    }

    #[test]
    fn messages_survive(message in messages()) {
        asked(&Request::Send(1, message.clone()));
        prop_assert_eq!(message_from_json(&message_to_json(&message)), Ok(message));
    }
}

fn exceptions() -> impl Strategy<Value = IpamException> {
    let ids: Vec<IpamExceptionId> = IpamExceptionId::all().collect();
    let leaf =
        (select(ids.clone()), any::<Option<String>>()).prop_map(|(id, message)| IpamException {
            exception_id: id,
            exception_message: message,
            inner_ipam_exception: None,
        });
    leaf.prop_recursive(5, 5, 1, move |inner| {
        (select(ids.clone()), any::<Option<String>>(), inner).prop_map(|(id, message, inner)| {
            IpamException {
                exception_id: id,
                exception_message: message,
                inner_ipam_exception: Some(Box::new(inner)),
            }
        })
    })
}

fn percentages() -> impl Strategy<Value = Percentage> {
    (any::<i32>(), 0..1_000_000_u32).prop_map(|(whole, part)| {
        Percentage::from_lexical(&format!("{whole}.{part:06}")).expect("a decimal")
    })
}

fn sub_tasks() -> impl Strategy<Value = SubTaskInstance> {
    let details = prop_oneof![
        (any::<String>(), any::<String>()).prop_map(|(scope_id, server_name)| {
            SubTaskDetails::ScopeDataFormatter {
                scope_id,
                server_name,
            }
        }),
        "[A-Z][a-z]{1,5}".prop_map(|type_name| SubTaskDetails::Other { type_name }),
    ];
    (
        any::<i32>(),
        any::<i32>(),
        any::<Option<String>>(),
        prop::option::of(details),
    )
        .prop_map(|(id, kind, name, details)| SubTaskInstance {
            sub_task_instance_id: id,
            sub_task_unique_id: kind,
            sub_task_name: name,
            sub_task_instance_details: details,
        })
}

fn events() -> impl Strategy<Value = Event> {
    let completion = prop_oneof![
        (prop::option::of(exceptions()), any::<bool>()).prop_map(|(error_info, update)| {
            CompletionStatus::DhcpMsmOverallCompletionStatus {
                error_info,
                has_ipam_update_error: update,
            }
        }),
        "[A-Z][a-z]{1,5}".prop_map(|type_name| CompletionStatus::Other { type_name }),
    ];
    prop_oneof![
        Just(Event::InitializeOperationParametersResponse),
        Just(Event::StartOperationWithCallbackResponse),
        Just(Event::SessionClosed),
        any::<String>().prop_map(Event::Unintelligible),
        (
            select(FaultCode::ALL),
            any::<String>(),
            prop::option::of(exceptions())
        )
            .prop_map(|(code, reason, detail)| Event::Fault(SoapFault {
                code,
                reason,
                detail
            })),
        any::<Option<bool>>().prop_map(|flag| Event::Callback(Callback::StartProgressCallback {
            is_non_deterministic: flag
        })),
        sub_tasks().prop_map(|sub_task_instance| Event::Callback(Callback::AddSubTask {
            sub_task_instance
        })),
        (
            sub_tasks(),
            select(SubTaskStatus::ALL),
            percentages(),
            prop::option::of(exceptions())
        )
            .prop_map(
                |(sub_task_instance, status, percent_complete, completion_status)| {
                    Event::Callback(Callback::SetSubTaskStatus {
                        sub_task_instance,
                        status,
                        percent_complete,
                        completion_status,
                    })
                }
            ),
        percentages().prop_map(|completion_percentage| Event::Callback(
            Callback::SetCompletionPercentage {
                completion_percentage
            }
        )),
        (
            select(OverallProgressStatus::ALL),
            prop::option::of(completion)
        )
            .prop_map(|(overall_status, completion_status)| Event::Callback(
                Callback::SetOverallStatus {
                    overall_status,
                    completion_status
                }
            )),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(Value::Nil), any::<String>().prop_map(Value::Text)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let members = prop::collection::vec((any::<String>(), inner.clone()), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::List),
            (any::<Option<String>>(), members)
                .prop_map(|(type_name, members)| Value::Object(Object { type_name, members })),
        ]
    })
}

fn messages() -> impl Strategy<Value = ClientMessage> {
    prop_oneof![
        prop::option::of(values())
            .prop_map(|paramters| { ClientMessage::InitializeOperationParameters { paramters } }),
        Just(ClientMessage::StartOperationWithCallback),
        Just(ClientMessage::Keepalive),
        any::<String>().prop_map(|name| ClientMessage::CallbackOperation { name }),
        (any::<Option<String>>(), any::<String>())
            .prop_map(|(action, xml)| ClientMessage::Raw { action, xml }),
    ]
}

#[test]
fn every_case_of_the_corpus_survives() {
    let mut lines = 0;
    for scenario in corpus::scenarios() {
        for case in scenario
            .cases
            .iter()
            .filter(|case| case.doors.contains(&Door::Session))
        {
            if case.world.scopes.len() > 1000 {
                continue;
            }
            let mut target = Looking::default();
            run_case(case, &mut target, &Readings::default()).expect("a run");
            lines += target.lines;
        }
    }
    assert!(lines > 3000, "{lines}");
}

#[test]
fn the_rest_of_the_protocol_survives() {
    let next = Request::Next(Duration::from_millis(500));
    let hello = Answer::Hello(Hello {
        protocol: 1,
        name: "mine".to_owned(),
        capabilities: Capability::ALL.to_vec(),
    });
    let world = Request::World {
        unless: Some("3".to_owned()),
    };
    let family = AddressFamily::InterNetwork;
    let deletions = [RowKind::Server, RowKind::Relation, RowKind::Scope]
        .map(|kind| Request::Change(StoreChange::Delete(kind, (family, RecordId(4)))));
    asked(&Request::Hello);
    asked(&next);
    asked(&world);
    asked(&Request::World { unless: None });
    asked(&Request::Bye);
    deletions.iter().for_each(asked);
    answered(&Request::Hello, &hello);
    answered(&next, &Answer::Quiet);
    answered(&next, &Answer::Wait(Duration::from_secs(5)));
    answered(&world, &Answer::Unchanged);
    answered(&deletions[0], &Answer::Refused("it has scopes".to_owned()));
    for request in [&Request::Hello, &next, &world, &Request::Bye] {
        answered(request, &Answer::Unsupported(None));
        answered(request, &Answer::Unsupported(Some("IPv6".to_owned())));
        answered(request, &Answer::Error("no memory".to_owned()));
    }
    assert!(VALIDATOR.is_valid(&json!({ "do": INVENTED, "id": 0 })));
}

#[test]
fn the_committed_schema_is_the_one_that_is_printed() {
    let file = corpus::root().join(SCHEMA_FILE);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&file, json_schema()).expect("a writable file");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == json_schema(),
        "{SCHEMA_FILE} is not up to date: UPDATE_EXPECT=1 cargo test --test interchange"
    );
}

#[test]
fn the_command_prints_the_schema() {
    let ran = cli::Cli::in_folder("schema-exec").run(&["schema", "--exec"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out == json_schema());
}

/// The page for implementers shows an exchange: request, answer, request, answer.
#[test]
fn the_exchange_that_the_documentation_shows_is_one() {
    let page = std::fs::read_to_string(corpus::root().join("docs/exec.md")).expect("the page");
    let (_, rest) = page.split_once("```jsonl\n").expect("an exchange");
    let (exchange, _) = rest.split_once("\n```").expect("its end");
    let lines: Vec<Json> = exchange
        .lines()
        .map(|text| line(&parse(text).expect("JSON")))
        .collect();
    let mut done = Vec::new();
    for pair in lines.chunks(2) {
        let id = Request::id_of(&pair[0]).expect("an id");
        let request = match Request::from_json(&pair[0]) {
            Ok(request) => request,
            Err(_) if pair[0]["do"] == INVENTED => Request::Bye,
            Err(error) => panic!("{error}: {}", pair[0]),
        };
        let answer = Answer::from_json(&request, id, &pair[1]);
        assert!(answer.is_ok(), "{answer:?}");
        done.push(request.name());
    }
    for name in ["hello", "reset", "open", "send", "next", "world", "bye"] {
        assert!(done.contains(&name), "{name}");
        assert!(page.contains(&format!("| `{name}`")), "{name} is described");
    }
    for capability in Capability::ALL {
        assert!(page.contains(&format!("| `{}` |", capability.name())));
    }
}

/// A world with several scopes.
fn small_world() -> Json {
    let scenario = corpus::scenarios()
        .into_iter()
        .find(|scenario| scenario.cases[0].world.scopes.len() >= 4)
        .expect("a scenario with four scopes");
    world_to_json(&scenario.cases[0].world.set_up(), &Readings::default())
}

#[test]
fn mistakes_are_told_with_their_place() {
    let scopes = "/tables/ADM_DHCPScopesTable";
    let row = |rest: &str| format!("{scopes}/3/{rest}");
    let cases: Vec<(String, Json, &str)> = vec![
        (
            row("LeaseDuration"),
            json!("8 days"),
            "tables.ADM_DHCPScopesTable[3].LeaseDuration: expected a ser:duration such as `P8D` or `PT1H30M`, found the text \"8 days\"",
        ),
        (
            row("Lease"),
            json!(1),
            "tables.ADM_DHCPScopesTable[3].Lease: expected one of the keys `RecordId`, ",
        ),
        (
            row("ScopeId"),
            json!("10.0.0.256"),
            "tables.ADM_DHCPScopesTable[3].ScopeId: expected an IP address, found the text \"10.0.0.256\"",
        ),
        (
            row("PrefixLength"),
            json!(2_147_483_648_i64),
            "tables.ADM_DHCPScopesTable[3].PrefixLength: expected a whole number from -2147483648 to 2147483647, found 2147483648",
        ),
        (
            row("RecordId"),
            json!(1.5),
            "tables.ADM_DHCPScopesTable[3].RecordId: expected a whole number from -9223372036854775808 to 9223372036854775807, found 1.5",
        ),
        (
            row("Status"),
            json!("activated"),
            "tables.ADM_DHCPScopesTable[3].Status: expected a member of DhcpScopeStatus, found the text \"activated\"",
        ),
        (
            "/caller/policies".to_owned(),
            json!({}),
            "caller.policies: expected a list, found an object",
        ),
        (
            "/readings/OQ-1".to_owned(),
            json!("both"),
            "readings.OQ-1: expected a reading of it",
        ),
        (
            "/world".to_owned(),
            json!({}),
            "world: expected one of the keys `tables`, ",
        ),
        (
            "/roles".to_owned(),
            json!(vec![
                json!({ "name": "r", "operations": [] });
                limits::LISTED_MAX + 1
            ]),
            "roles: expected at most 1000 entries, found a list of 1001 entries",
        ),
    ];
    for (pointer, value, said) in cases {
        let mut world = small_world();
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        world.pointer_mut(parent).expect("a parent")[key] = value;
        let told = world_from_json(&world).expect_err(&pointer).to_string();
        assert!(told.starts_with(said), "{told}");
        assert!(
            !VALIDATOR.is_valid(&json!({ "do": "reset", "id": 1, "world": world }))
                || key == "ScopeId",
            "{pointer}"
        );
    }
}

#[test]
fn what_is_missing_or_there_twice_is_told() {
    let mut world = small_world();
    let rows = world["tables"]["ADM_DHCPScopesTable"]
        .as_array_mut()
        .expect("rows");
    rows[1].as_object_mut().expect("a row").remove("ScopeName");
    let told = world_from_json(&world)
        .expect_err("a column is missing")
        .to_string();
    assert_eq!(
        told,
        "tables.ADM_DHCPScopesTable[1].ScopeName: expected a text, found nothing"
    );
    let mut world = small_world();
    let rows = world["tables"]["ADM_DHCPScopesTable"]
        .as_array_mut()
        .expect("rows");
    rows[1] = rows[0].clone();
    let told = world_from_json(&world)
        .expect_err("a key twice")
        .to_string();
    assert_eq!(
        told,
        "tables.ADM_DHCPScopesTable[1]: expected a row with a key of its own, found one with the key of a row before it"
    );
    let mut world = small_world();
    world["tables"]
        .as_object_mut()
        .expect("tables")
        .remove("ADM_IPRangeTable");
    let told = world_from_json(&world)
        .expect_err("a table is missing")
        .to_string();
    assert_eq!(
        told,
        "tables.ADM_IPRangeTable: expected a list of rows, found nothing"
    );
}

#[test]
fn texts_that_are_no_document_are_refused() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let cases = [
        (
            "",
            "the document: expected one JSON document, found nothing",
        ),
        (
            "hello",
            "the document: expected one JSON document, found \"hello\"",
        ),
        (
            "{} {}",
            "the document: expected one JSON document, found \"{} {}\" (trailing characters",
        ),
        (
            r#"{"a":1,"a":2}"#,
            "the document: expected one JSON document, found \"{\\\"a\\\":1,\\\"a\\\":2}\" (the key `a` twice in one object",
        ),
        (
            deep.as_str(),
            "the document: expected one JSON document, found \"[[[",
        ),
    ];
    for (text, said) in cases {
        let told = parse(text).expect_err(text).to_string();
        assert!(told.starts_with(said), "{told}");
        assert!(told.len() < 400, "{told}");
    }
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(&nested(limits::NESTING_MAX)).is_ok());
    assert!(parse(&nested(limits::NESTING_MAX + 1)).is_err());
}

#[test]
fn an_answer_has_to_answer_its_request() {
    let next = Request::Next(Duration::ZERO);
    let cases = [
        (
            &next,
            json!({ "id": 7, "ok": true }),
            "the document: expected `session` with `event`, or `wait_ms`, or `quiet`, or `unsupported`, or `error`, found an object with `id`, `ok`",
        ),
        (
            &next,
            json!({ "quiet": true }),
            "the document: expected `id` 7, that of the request, found none",
        ),
        (
            &next,
            json!({ "id": 6, "quiet": true }),
            "the document: expected `id` 7, that of the request, found 6",
        ),
        (
            &next,
            json!({ "id": 7, "quiet": false }),
            "quiet: expected true, found false",
        ),
        (
            &next,
            json!({ "id": 7, "quiet": true, "wait_ms": 5 }),
            "quiet: expected one of the keys `id`, `wait_ms`, found a key that means nothing",
        ),
        (
            &next,
            json!([]),
            "the document: expected `id` 7, that of the request, found a list of 0 entries",
        ),
        (
            &Request::Bye,
            json!({ "id": 7, "quiet": true }),
            "the document: expected `ok`, or `unsupported`, or `error`, found an object with `id`, `quiet`",
        ),
        (
            &Request::World { unless: None },
            json!({ "id": 7, "unchanged": true }),
            "the document: expected `tables`, or `unchanged`",
        ),
        (
            &next,
            json!({ "id": 7, "session": 0, "event": { "event": "SessionClosed", "why": 1 } }),
            "event.why: expected no key but `event`, found a key that means nothing",
        ),
    ];
    for (request, json, said) in cases {
        let told = Answer::from_json(request, 7, &json)
            .expect_err("no answer")
            .to_string();
        assert!(told.starts_with(said), "{told}");
    }
}

#[test]
fn a_word_that_the_protocol_does_not_have_is_an_event_that_is_judged() {
    let next = Request::Next(Duration::ZERO);
    for event in [
        json!({ "event": "SetEverything" }),
        json!({ "event": "SetOverallStatus", "overallStatus": "Done" }),
        json!({ "event": "Fault", "code": "Sender", "reason": "", "detail": { "ExceptionId": "Oops" } }),
    ] {
        let json = json!({ "id": 7, "session": 2, "event": event });
        let answer = Answer::from_json(&next, 7, &json);
        assert!(
            matches!(answer, Ok(Answer::Event(2, Event::Unintelligible(_)))),
            "{answer:?}"
        );
    }
}
