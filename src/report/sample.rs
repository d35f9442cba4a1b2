//! A small scenario and what a run of it might show, for the tests of the report's readers.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use crate::model::{
    Callback, CompletionStatus, Event, IpamException, Percentage, ScopeDetails, SerDuration,
    SubTaskDetails, SubTaskInstance, Terminal,
};
use crate::report::{
    CaseContext, Report, RunInfo, ScenarioReport, Target, case_verdict, command_again,
};
use crate::scenario::{Action, Case, Expect, RowSpans, Scenario, Source, Spanned, Step, Written};
use crate::spec::{
    AddressFamily, DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpLeaseDurationType,
    DhcpScopeStatus, DhcpServingClientsType, Enablement, Grade, IpamExceptionId, Question,
    Readings, RequirementId,
};
use crate::trace::{Door, Record, StepOutcome, StepRecord, Trace, What};
use crate::verdict::{CheckResult, Judge, Span};
use crate::world::{Scope, Server, World};

/// The text of the scenario.
pub(super) const TEXT: &str = r#"title = "the partner's copy takes over the lease time"
requirements = ["R-4-10", "R-31-4"]

[world]
servers = [{ name = "S" }, { name = "P1" }]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", lease = "8d" },
  { name = "A on P1", server = "P1", like = "A", lease = "1h" },
]

[[steps]]
start = {}

[expect]
overall = "CompletedWithSuccess"
changed = [{ scope = "A on P1", lease = "${lease}" }]

[[cases]]
name = "eight days"
lease = "8d"
"#;

/// The place of the first occurrence of a text.
pub(super) fn span(needle: &str) -> Span {
    let start = TEXT.find(needle).expect("the sample has that text");
    Span {
        start,
        end: start + needle.len(),
    }
}

/// The scenario with one case.
pub(super) fn scenario() -> Scenario {
    let case = Case {
        name: Some("eight days".to_owned()),
        span: span("[[cases]]"),
        requirements: vec![RequirementId::R_4_10, RequirementId::R_31_4],
        requirement_spans: Vec::new(),
        doors: vec![Door::Delegate, Door::Session],
        cannot: Vec::new(),
        readings: Readings::default(),
        seed: None,
        world: Arc::new(World::default()),
        row_spans: Arc::new(RowSpans::default()),
        steps: vec![Step {
            span: span("[[steps]]"),
            session: None,
            after: None,
            action: Action::Start,
            expect: None,
        }],
        expect: Expect::default(),
    };
    Scenario {
        id: "replicate-server/lease-time".to_owned(),
        source: Arc::new(Source::new(
            "scenarios/replicate-server/lease-time.toml",
            TEXT,
        )),
        title: Spanned::new(
            "the partner's copy takes over the lease time".to_owned(),
            span("\"the partner's copy takes over the lease time\""),
        ),
        description: None,
        tags: Vec::new(),
        cases: vec![case],
        written: Written::default(),
    }
}

/// The scenario's case through the door `session`.
pub(super) fn context(scenario: &Scenario) -> CaseContext<'_> {
    let case = &scenario.cases[0];
    let name = case.name.as_deref();
    let file = &scenario.source.path;
    CaseContext {
        scenario,
        case,
        door: Door::Session,
        seed: 7,
        strict: false,
        command: command_again(file, name, Door::Session, 7, &Readings::default(), false),
    }
}

/// A server with one scope.
fn world() -> World {
    let address = |last| IpAddr::V4(Ipv4Addr::new(10, 0, 1, last));
    let details = ScopeDetails {
        scope_id: address(0),
        subnet_mask: Some(IpAddr::V4(Ipv4Addr::new(255, 255, 255, 0))),
        prefix_length: 24,
        start_address: address(1),
        end_address: address(254),
        scope_name: "10.0.1.0".to_owned(),
        description: String::new(),
        status: DhcpScopeStatus::ALL[0],
        subnet_delay: 0,
        lease_duration_type: DhcpLeaseDurationType::ALL[0],
        lease_duration: SerDuration::from_days(8),
        serving_clients_type: DhcpServingClientsType::ALL[0],
        bootp_lease_duration_type: DhcpLeaseDurationType::ALL[0],
        bootp_lease_duration: SerDuration::from_days(30),
        dns_update_type: DhcpDnsUpdateType::ALL[0],
        dns_name_protection_status: Enablement::ALL[0],
        discard_dns_record_on_lease_deletion_status: Enablement::ALL[0],
        dns_not_requesting_clients_update_type: Enablement::ALL[0],
        exclusion_ranges: std::collections::BTreeSet::new(),
        number_of_active_leases: 0,
        failover_config_sync_status: DhcpFailoverConfigSyncStatus::ALL[0],
    };
    let scope = Scope {
        name: "A".to_owned(),
        server: 0,
        details,
        relations: Vec::new(),
        options: Vec::new(),
        superscope: None,
        access_scope: "Global".to_owned(),
        managed_by: "MSDHCP".to_owned(),
        managed_by_entity: None,
        missing: false,
        same_id_as: None,
    };
    let server = Server {
        family: AddressFamily::InterNetwork,
        ..Server::named("S")
    };
    World {
        servers: vec![server],
        scopes: vec![scope],
        ..World::default()
    }
}

/// The events of a run that fails at its end.
pub(super) fn events() -> Vec<Event> {
    let instance = SubTaskInstance {
        sub_task_instance_id: 4,
        sub_task_unique_id: 12,
        sub_task_name: Some("Replicate scope".to_owned()),
        sub_task_instance_details: Some(SubTaskDetails::ScopeDataFormatter {
            scope_id: "10.0.1.0".to_owned(),
            server_name: "S".to_owned(),
        }),
    };
    let outer = IpamExceptionId::FAILED_TO_REPLICATE_SERVER;
    let fault = IpamException::new(IpamExceptionId::INVALID_PARAMETER, "no such server")
        .wrapped_in(outer, "failed");
    vec![
        Event::InitializeOperationParametersResponse,
        Event::Callback(Callback::StartProgressCallback {
            is_non_deterministic: Some(false),
        }),
        Event::StartOperationWithCallbackResponse,
        Event::Callback(Callback::AddSubTask {
            sub_task_instance: instance,
        }),
        Event::Callback(Callback::SetCompletionPercentage {
            completion_percentage: Percentage::of(1, 3),
        }),
        Event::Callback(Callback::SetOverallStatus {
            overall_status: Terminal::Failure.status(),
            completion_status: Some(CompletionStatus::DhcpMsmOverallCompletionStatus {
                error_info: Some(fault),
                has_ipam_update_error: false,
            }),
        }),
        Event::SessionClosed,
    ]
}

/// A trace with these events.
pub(super) fn trace(events: Vec<Event>) -> Trace {
    let log = events.into_iter().map(|event| Record {
        step: 0,
        session: Some(0),
        what: What::Received(event),
    });
    Trace {
        door: Door::Session,
        setup: Arc::new(world().set_up()),
        log: log.collect(),
        steps: vec![StepRecord {
            outcome: StepOutcome::Done,
            session: Some(0),
            reply: None,
            before: None,
            after: None,
            tracker: None,
        }],
        after: None,
        trackers: Vec::new(),
        shows: crate::trace::Shows::ALL,
        forms: std::collections::BTreeMap::new(),
    }
}

/// A check that fails at the value of `lease`.
pub(super) fn lease_fails() -> CheckResult {
    let mut check = CheckResult::differs(
        RequirementId::R_4_10,
        Grade::Hard,
        Judge::Scenario,
        "changed",
        "lease of `A on P1` is 8d",
        "lease of `A on P1` is 1h, as before",
    )
    .at(Span {
        start: TEXT.len() - 5,
        end: TEXT.len() - 1,
    });
    check.label = Some((
        span("{ name = \"A on P1\", server = \"P1\", like = \"A\", lease = \"1h\" }"),
        "this row".to_owned(),
    ));
    check
}

/// A check of the oracle that fails at the sixth event.
pub(super) fn overall_fails() -> CheckResult {
    let mut check = CheckResult::differs(
        RequirementId::R_31_4,
        Grade::Hard,
        Judge::Oracle,
        "overall-status",
        "CompletedWithSuccess",
        "CompletedWithFailure",
    )
    .about_event(Some(5))
    .about_step(0);
    check.reading = Some((Question::OQ1, "literal"));
    check
}

/// A check that deviates.
pub(super) fn deviates() -> CheckResult {
    CheckResult::differs(
        RequirementId::R_31_4,
        Grade::Soft,
        Judge::Grammar,
        "told-100-percent",
        "SetCompletionPercentage(100) before SetOverallStatus",
        "33.3 as the last percentage",
    )
}

/// A check that passes.
pub(super) fn passes() -> CheckResult {
    CheckResult::pass(
        RequirementId::R_INIT_6,
        Grade::Hard,
        Judge::Grammar,
        "one-reply",
    )
}

/// The report on the sample case with these checks, run on the sample events.
pub(super) fn case_with(checks: &[CheckResult]) -> ScenarioReport {
    let scenario = scenario();
    let report =
        ScenarioReport::from_case(&context(&scenario), &trace(events()), checks, Vec::new());
    assert_eq!(report.verdict, case_verdict(checks, false));
    report
}

/// A report on these cases.
pub(super) fn report(scenarios: Vec<ScenarioReport>) -> Report {
    let run = RunInfo {
        target: Target {
            door: "session".to_owned(),
            address: "in-process".to_owned(),
        },
        seed: 7,
        strict: false,
        readings: Readings::default(),
    };
    Report::new(&run, scenarios)
}

/// What a baseline says of a check.
pub(super) fn accepted() -> crate::report::Accepted {
    crate::report::Accepted {
        reason: "vendor ticket".to_owned(),
        issue: "#12".to_owned(),
        expires: "2027-01-31".to_owned(),
    }
}
