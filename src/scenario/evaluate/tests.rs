//! Tests of the evaluation: helpers that build cases and traces by hand.

mod created;
mod patterns;
mod searches;
mod sessions;
mod stores;

use std::sync::Arc;

use crate::model::{
    Callback, CompletionStatus, Event, IpamException, Percentage, SerDuration, SoapFault,
    SubTaskDetails, SubTaskInstance, Tables,
};
use crate::scenario::evaluate::evaluate;
use crate::scenario::{
    Action, Case, Expect, Initialize, OneOrMore, OperationChoice, ParametersChoice, RowSpans,
    ServerChoice, Spanned, Step,
};
use crate::spec::{
    DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpFailoverMode, DhcpLeaseDurationType,
    DhcpScopeStatus, DhcpServingClientsType, Enablement, IpamAdminOperationId, IpamExceptionId,
    OverallProgressStatus, Readings, RequirementId, SubTaskStatus,
};
use crate::trace::{
    ClientState, Door, OverallState, Record, Reply, StepOutcome, StepRecord, Trace, TrackerState,
    What,
};
use crate::verdict::{CheckResult, CheckVerdict, Span};
use crate::world::{End, Relation, Scope, Server, Setup, World};

/// A place in the file, told apart by its number.
pub(super) fn at(place: usize) -> Span {
    Span {
        start: place,
        end: place + 1,
    }
}

pub(super) fn spanned<T>(value: T, place: usize) -> Spanned<T> {
    Spanned::new(value, at(place))
}

/// A list whose values stand at `place`, `place + 1`, and so on.
pub(super) fn one_or_more<T>(place: usize, values: impl IntoIterator<Item = T>) -> OneOrMore<T> {
    let values: Vec<_> = values
        .into_iter()
        .enumerate()
        .map(|(index, value)| spanned(value, place + index))
        .collect();
    OneOrMore {
        span: at(place),
        values,
    }
}

pub(super) fn requirement(name: &str) -> RequirementId {
    RequirementId::from_name(name).unwrap()
}

/// A scope as the defaults of the language have it.
pub(super) fn scope(name: &str, server: usize, third: u8, relations: &[usize]) -> Scope {
    let address = |last: u8| format!("10.0.{third}.{last}").parse().unwrap();
    Scope {
        name: name.to_owned(),
        server,
        details: crate::model::ScopeDetails {
            scope_id: address(0),
            subnet_mask: Some("255.255.255.0".parse().unwrap()),
            prefix_length: 24,
            start_address: address(1),
            end_address: address(254),
            scope_name: format!("10.0.{third}.0"),
            description: String::new(),
            status: DhcpScopeStatus::Activated,
            subnet_delay: 0,
            lease_duration_type: DhcpLeaseDurationType::Limited,
            lease_duration: SerDuration::from_days(8),
            serving_clients_type: DhcpServingClientsType::Dhcp,
            bootp_lease_duration_type: DhcpLeaseDurationType::Limited,
            bootp_lease_duration: SerDuration::from_days(30),
            dns_update_type: DhcpDnsUpdateType::DynamicUpdateOnRequestByClient,
            dns_name_protection_status: Enablement::Disabled,
            discard_dns_record_on_lease_deletion_status: Enablement::Disabled,
            dns_not_requesting_clients_update_type: Enablement::Disabled,
            exclusion_ranges: std::collections::BTreeSet::new(),
            number_of_active_leases: 0,
            failover_config_sync_status: DhcpFailoverConfigSyncStatus::Unknown,
        },
        relations: relations.to_vec(),
        options: Vec::new(),
        superscope: None,
        access_scope: "Global".to_owned(),
        managed_by: "MSDHCP".to_owned(),
        managed_by_entity: None,
        missing: false,
        same_id_as: None,
    }
}

/// Servers S, P1, X; R1 = {S, P1}; A and B of S in R1, C of S in none, A on P1 (1 day), Z on X.
pub(super) fn world() -> World {
    let mut copy = scope("A on P1", 1, 1, &[0]);
    copy.details.lease_duration = SerDuration::from_days(1);
    World {
        servers: ["S", "P1", "X"].map(Server::named).to_vec(),
        relations: vec![Relation {
            name: "R1".to_owned(),
            server1: End::Server(0),
            server2: End::Server(1),
            mode: DhcpFailoverMode::LoadBalance,
            missing: false,
        }],
        scopes: vec![
            scope("A", 0, 1, &[0]),
            scope("B", 0, 2, &[0]),
            scope("C", 0, 3, &[]),
            copy,
            scope("Z", 2, 9, &[]),
        ],
        ..World::default()
    }
}

pub(super) fn replicate(server: usize) -> Action {
    Action::Replicate {
        caller: None,
        initialize: Initialize {
            operation: OperationChoice::Member(IpamAdminOperationId::ReplicateServer),
            parameters: ParametersChoice::Type("ReplicateServerParameters".to_owned()),
            server: ServerChoice::Row(server),
            scopes: None,
            scope: None,
            relation: None,
            set: Vec::new(),
        },
    }
}

pub(super) fn step(action: Action, expect: Option<Expect>) -> Step {
    Step {
        span: at(0),
        session: None,
        after: None,
        action,
        expect,
    }
}

/// A case over [`world`] with one `replicate`; rows stand at 9000 and on (servers), 9100 (relations), 9200 (scopes).
pub(super) fn case(expect: Expect) -> Case {
    case_over(world(), expect)
}

pub(super) fn case_over(world: World, expect: Expect) -> Case {
    let spans = |base: usize, count: usize| (base..base + count).map(at).collect();
    Case {
        name: None,
        span: at(0),
        requirements: vec![requirement("R-31-4"), requirement("R-4-10")],
        requirement_spans: Vec::new(),
        doors: Door::ALL.to_vec(),
        cannot: Vec::new(),
        readings: Readings::default(),
        seed: None,
        row_spans: Arc::new(RowSpans {
            servers: spans(9000, world.servers.len()),
            relations: spans(9100, world.relations.len()),
            scopes: spans(9200, world.scopes.len()),
            ..RowSpans::default()
        }),
        world: Arc::new(world),
        steps: vec![step(replicate(0), None)],
        expect,
    }
}

/// A trace of one step, one session and these events, with the store changed so.
pub(super) fn trace_of(
    case: &Case,
    events: Vec<Event>,
    change: impl FnOnce(&mut Tables, &Setup),
) -> Trace {
    let setup = Arc::new(case.world.set_up());
    let mut tables = (*setup.tables).clone();
    change(&mut tables, &setup);
    let after = Some(Arc::new(tables));
    let tracker = TrackerState {
        state: ClientState::Completed,
        overall: OverallState::Status(OverallProgressStatus::CompletedWithSuccess),
        subtasks: 2,
        percentage: Percentage::HUNDRED,
    };
    let record = StepRecord {
        outcome: StepOutcome::Done,
        session: Some(0),
        reply: Some(Reply::Response),
        before: Some(Arc::clone(&setup.tables)),
        after: after.clone(),
        tracker: Some(tracker.clone()),
    };
    Trace {
        door: Door::Session,
        log: events
            .into_iter()
            .map(|event| record_of(0, What::Received(event)))
            .collect(),
        steps: vec![record; case.steps.len()],
        after,
        trackers: vec![tracker],
        shows: crate::trace::Shows::ALL,
        forms: std::collections::BTreeMap::new(),
        setup,
    }
}

pub(super) fn record_of(step: usize, what: What) -> Record {
    Record {
        step,
        session: Some(0),
        what,
    }
}

pub(super) fn task(id: i32, scope: Option<(&str, &str)>) -> SubTaskInstance {
    SubTaskInstance {
        sub_task_instance_id: id,
        sub_task_instance_details: scope.map(|(address, server)| {
            SubTaskDetails::ScopeDataFormatter {
                scope_id: address.to_owned(),
                server_name: server.to_owned(),
            }
        }),
        ..SubTaskInstance::default()
    }
}

pub(super) fn exception(name: &str) -> IpamException {
    IpamException::new(IpamExceptionId::from_name(name).unwrap(), "text")
}

/// Events in short: `S`; `A5`, `A5@A` (tells scope A of [`world`]), `A5?` (tells another object); `U5i` (InProgress),
/// `U5+`, `U5-`; `P40`; `E+`, `E-`, `Ei` (InProgress); `I`, `R` (responses); `F`, `F:Id`; `X`.
pub(super) fn events(text: &str) -> Vec<Event> {
    text.split_whitespace().map(event).collect()
}

fn event(text: &str) -> Event {
    let (kind, rest) = text.split_at(1);
    let callback = match kind {
        "I" => return Event::InitializeOperationParametersResponse,
        "R" => return Event::StartOperationWithCallbackResponse,
        "X" => return Event::SessionClosed,
        "F" => {
            let detail = rest.strip_prefix(':').map(exception);
            return Event::Fault(SoapFault::sender(detail));
        }
        "S" => Callback::StartProgressCallback {
            is_non_deterministic: match rest {
                "t" => Some(true),
                "f" => Some(false),
                _ => None,
            },
        },
        "A" => Callback::AddSubTask {
            sub_task_instance: match rest.split_once('@') {
                Some((id, "A")) => task(id.parse().unwrap(), Some(("10.0.1.0", "S"))),
                Some((id, "B")) => task(id.parse().unwrap(), Some(("10.0.2.0", "s"))),
                Some((id, _)) => task(id.parse().unwrap(), Some(("10.0.1.0", "P1"))),
                None => task(rest.trim_end_matches('?').parse().unwrap(), None),
            },
        },
        "U" => {
            let (id, status) = rest.split_at(rest.len() - 1);
            Callback::SetSubTaskStatus {
                sub_task_instance: task(id.parse().unwrap(), None),
                status: match status {
                    "i" => SubTaskStatus::InProgress,
                    "+" => SubTaskStatus::CompletedWithSuccess,
                    _ => SubTaskStatus::CompletedWithError,
                },
                percent_complete: Percentage::ZERO,
                completion_status: None,
            }
        }
        "P" => Callback::SetCompletionPercentage {
            completion_percentage: Percentage::from_lexical(rest).unwrap(),
        },
        _ => Callback::SetOverallStatus {
            overall_status: match &rest[..1] {
                "+" => OverallProgressStatus::CompletedWithSuccess,
                "-" => OverallProgressStatus::CompletedWithFailure,
                _ => OverallProgressStatus::InProgress,
            },
            completion_status: rest.split_once(':').map(|(_, id)| {
                CompletionStatus::DhcpMsmOverallCompletionStatus {
                    error_info: Some(exception(id)),
                    has_ipam_update_error: true,
                }
            }),
        },
    };
    Event::Callback(callback)
}

/// The results of a case whose run showed these events and no change of the store.
pub(super) fn judge(expect: Expect, text: &str) -> Vec<CheckResult> {
    let case = case(expect);
    let trace = trace_of(&case, events(text), |_, _| {});
    evaluate(&case, &trace)
}

/// The only result.
pub(super) fn only(mut results: Vec<CheckResult>) -> CheckResult {
    assert_eq!(results.len(), 1, "{results:#?}");
    results.remove(0)
}

pub(super) fn verdicts(results: &[CheckResult]) -> Vec<(&'static str, CheckVerdict)> {
    results.iter().map(|r| (r.check, r.verdict)).collect()
}
