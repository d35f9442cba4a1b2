//! The oracle's claims, one world each.

mod contents;
mod delegates;
mod partners;
mod readings;
mod sessions;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use crate::model::{DhcpScope, Object, RecordId, ScopeDetails, SerDuration, Value};
use crate::oracle::ends::{FAILURE, SUCCESS};
use crate::oracle::{
    Allowed, Case, Choice, PartnerBounds, ReplyKind, Stage, WriteKind, call, initialize, start,
    start_without_parameters,
};
use crate::spec::authorization::{GLOBAL_ACCESS_SCOPE, IPAM_ADMINISTRATORS, IPAM_USERS};
use crate::spec::{
    AddressFamily, DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpFailoverMode,
    DhcpLeaseDurationType, DhcpScopeStatus, DhcpServingClientsType, Enablement, Grade,
    IpamAdminOperationId as Op, Question, Readings, RequirementId as R,
};
use crate::world::{
    Caller, Does, End, OptionDefinition, OptionValue, PartnerRule, Policy, Relation, RequestKind,
    Role, Scope, Server, Setup, Via, World,
};

fn details(third: u8) -> ScopeDetails {
    let at = |last| IpAddr::V4(Ipv4Addr::new(10, 0, third, last));
    ScopeDetails {
        scope_id: at(0),
        subnet_mask: Some(IpAddr::V4(Ipv4Addr::new(255, 255, 255, 0))),
        prefix_length: 24,
        start_address: at(1),
        end_address: at(254),
        scope_name: format!("scope {third}"),
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
        discard_dns_record_on_lease_deletion_status: Enablement::Enabled,
        dns_not_requesting_clients_update_type: Enablement::Disabled,
        exclusion_ranges: BTreeSet::new(),
        number_of_active_leases: 0,
        failover_config_sync_status: DhcpFailoverConfigSyncStatus::Unknown,
    }
}

fn scope(name: &str, server: usize, third: u8, relations: &[usize]) -> Scope {
    Scope {
        name: name.to_owned(),
        server,
        details: details(third),
        relations: relations.to_vec(),
        options: Vec::new(),
        superscope: None,
        access_scope: GLOBAL_ACCESS_SCOPE.to_owned(),
        managed_by: "MSDHCP".to_owned(),
        managed_by_entity: None,
        missing: false,
        same_id_as: None,
    }
}

fn relation(name: &str, server1: End, server2: End) -> Relation {
    Relation {
        name: name.to_owned(),
        server1,
        server2,
        mode: DhcpFailoverMode::LoadBalance,
        missing: false,
    }
}

/// Servers S (0), P1 (1), P2 (2); relations R1 = {S, P1}, R2 = {P2, S}.
fn world(scopes: Vec<Scope>) -> World {
    World {
        servers: ["S", "P1", "P2"].map(Server::named).to_vec(),
        relations: vec![
            relation("R1", End::Server(0), End::Server(1)),
            relation("R2", End::Server(2), End::Server(0)),
        ],
        scopes,
        ..World::default()
    }
}

fn refuse(on: Option<RequestKind>, after: u64, times: Option<u64>) -> PartnerRule<usize> {
    PartnerRule {
        does: Does::Refuse,
        server: None,
        scope: None,
        on,
        after,
        times,
        delay: Duration::ZERO,
        detail: None,
    }
}

struct Fixture {
    setup: Setup,
    readings: Readings,
    taken: PartnerBounds,
}

impl Fixture {
    fn of(world: &World) -> Self {
        Self {
            setup: world.set_up(),
            readings: Readings::default(),
            taken: PartnerBounds::default(),
        }
    }

    fn reading(mut self, question: &str, reading: &str) -> Self {
        self.readings.choose(question, reading).unwrap();
        self
    }

    fn case(&self) -> Case<'_> {
        Case {
            tables: &self.setup.tables,
            provisioned: self.setup.provisioned,
            schema_conversion_required: self.setup.schema_conversion_required,
            caller: &self.setup.caller,
            roles: &self.setup.roles,
            partner: &self.setup.partner,
            taken: &self.taken,
            readings: &self.readings,
        }
    }

    fn server(&self, index: usize) -> RecordId {
        self.setup.server_ids[index]
    }

    fn scope(&self, index: usize) -> RecordId {
        self.setup.scope_ids[index]
    }

    /// ReplicateServer of S by the delegate.
    fn replicate(&self) -> Allowed {
        let parameters = replicate_server(self.server(0).0);
        call(&self.case(), Op::ReplicateServer, Some(&parameters))
    }

    fn scope_object(&self, index: usize) -> DhcpScope {
        let id = self.scope(index);
        let row = self
            .setup
            .tables
            .scopes
            .values()
            .find(|row| row.record_id == id)
            .unwrap();
        DhcpScope {
            family: row.family,
            record_id: id,
            parent_dhcp_server_record_id: row.dhcp_server_record_id,
            details: row.details.clone(),
            modified_properties: Vec::new(),
            option_operations: Vec::new(),
            exclusion_operations: Vec::new(),
        }
    }
}

fn replicate_server(id: i64) -> Value {
    parameters(
        "ReplicateServerParameters",
        "ReplicateServer",
        "Server",
        server_object(id).into(),
    )
}

fn server_object(id: i64) -> Object {
    Object::default().with("RecordId", id.to_string())
}

fn parameters(type_name: &str, operation: &str, member: &str, value: Value) -> Value {
    Object::of_type(type_name)
        .with("OperationId", operation)
        .with(member, value)
        .into()
}

fn stages(allowed: &Allowed) -> Vec<Stage> {
    allowed.ends.iter().map(|end| end.stage).collect()
}

fn only(allowed: &Allowed, stage: Stage, requirement: R) {
    assert_eq!(stages(allowed), [stage], "{allowed:?}");
    assert_eq!(allowed.ends[0].requirement, requirement);
    assert_eq!(allowed.ends[0].grade, Grade::Hard);
    assert_eq!(allowed.ends[0].question, None);
}

fn both(allowed: &Allowed, first: Stage, question: Question) {
    assert_eq!(allowed.ends.len(), 2, "{:?}", allowed.ends);
    assert_eq!(allowed.ends[0].stage, first);
    for end in &allowed.ends {
        assert_eq!((end.grade, end.question), (Grade::Either, Some(question)));
    }
}

fn kinds(allowed: &Allowed, fate: usize) -> Vec<&'static str> {
    let name = |choice: &Choice| match choice {
        Choice::Skip { .. } => "skip",
        Choice::Write(write) => match write.kind {
            WriteKind::Update(_) => "update",
            WriteKind::Create => "create",
        },
        Choice::Fault { written: None, .. } => "fault",
        Choice::Fault { .. } => "fault, written",
    };
    allowed.fates[fate].choices.iter().map(name).collect()
}

fn requirement(allowed: &Allowed, fate: usize) -> R {
    match &allowed.fates[fate].choices[0] {
        Choice::Skip { requirement, .. } | Choice::Fault { requirement, .. } => *requirement,
        Choice::Write(write) => write.requirement,
    }
}
