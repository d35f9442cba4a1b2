//! From a skeleton to a world: names, and columns that differ from scope to scope, so that a copy shows.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use crate::explore::skeleton::{Ends, Other, Skeleton};
use crate::model::{ScopeDetails, SerDuration};
use crate::scenario::{
    Action, Case, Expect, Initialize, OperationChoice, ParametersChoice, RowSpans, ServerChoice,
    Step,
};
use crate::spec::authorization::GLOBAL_ACCESS_SCOPE;
use crate::spec::{
    DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpFailoverMode, DhcpLeaseDurationType,
    DhcpScopeStatus, DhcpServingClientsType, Enablement, IpamAdminOperationId, Readings,
    RequirementId,
};
use crate::trace::Door;
use crate::verdict::Span;
use crate::world::{End, Relation, Scope, Server, World};

/// The world of a skeleton: the source is the first server.
#[must_use]
pub fn world(skeleton: &Skeleton) -> World {
    let mut world = World::default();
    for (number, gone) in skeleton.frame.gone.iter().enumerate() {
        let mut server = Server::named(&server_name(number));
        server.missing = *gone;
        world.servers.push(server);
    }
    for (number, ends) in skeleton.frame.relations.iter().enumerate() {
        let (server1, server2) = match *ends {
            Ends::Of(first, second) => (first, second),
            Ends::Gone => (End::Nil, End::Nil),
        };
        world.relations.push(Relation {
            name: format!("R{}", number + 1),
            server1,
            server2,
            mode: DhcpFailoverMode::LoadBalance,
            missing: *ends == Ends::Gone,
        });
    }
    for (number, relations) in skeleton.sources.iter().enumerate() {
        let mut scope = scope(
            format!("A{}", number + 1),
            0,
            details(number, Side::Source, number),
        );
        scope.relations.clone_from(relations);
        world.scopes.push(scope);
    }
    for (number, other) in skeleton.others.iter().enumerate() {
        let name = format!("B{}", number + 1);
        let scope = match *other {
            Other::Scope {
                server,
                subnet,
                same,
                relation,
            } => {
                let mut details = details(subnet, Side::Other, number);
                if same {
                    take_configuration(&mut details, &world.scopes[subnet].details);
                }
                let mut scope = scope(name, server, details);
                scope.relations.extend(relation);
                scope
            }
            Other::Ghost { relation } => {
                // Only its associations are there: its subnet is nobody's.
                let subnet = skeleton.sources.len() + skeleton.others.len() + number;
                let mut scope = scope(name, 0, details(subnet, Side::Other, number));
                scope.relations.push(relation);
                scope.missing = true;
                scope
            }
        };
        world.scopes.push(scope);
    }
    world
}

/// A case that replicates the first server of a world.
#[must_use]
pub fn case(world: World, doors: Vec<Door>) -> Case {
    Case {
        name: None,
        span: Span::default(),
        requirements: vec![RequirementId::R_31_3a],
        requirement_spans: vec![Span::default()],
        doors,
        cannot: Vec::new(),
        readings: Readings::default(),
        seed: None,
        row_spans: Arc::new(RowSpans {
            servers: vec![Span::default(); world.servers.len()],
            relations: vec![Span::default(); world.relations.len()],
            scopes: vec![Span::default(); world.scopes.len()],
            models: BTreeSet::new(),
        }),
        world: Arc::new(world),
        steps: vec![replicate(initialize(ServerChoice::Row(0)))],
        expect: Expect::default(),
    }
}

/// A step that replicates, with these parameters.
#[must_use]
pub fn replicate(initialize: Initialize) -> Step {
    step(Action::Replicate {
        caller: None,
        initialize,
    })
}

/// A step of the first kind there is: on the current session, at once, expecting nothing.
pub(super) const fn step(action: Action) -> Step {
    Step {
        span: Span { start: 0, end: 0 },
        session: None,
        after: None,
        action,
        expect: None,
    }
}

/// The parameters of ReplicateServer for a server.
#[must_use]
pub fn initialize(server: ServerChoice) -> Initialize {
    Initialize {
        operation: OperationChoice::Member(IpamAdminOperationId::ReplicateServer),
        parameters: ParametersChoice::Type("ReplicateServerParameters".to_owned()),
        server,
        scopes: None,
        scope: None,
        relation: None,
        set: Vec::new(),
    }
}

pub(super) fn server_name(number: usize) -> String {
    match number {
        0 => "S".to_owned(),
        number => format!("P{number}"),
    }
}

pub(super) fn scope(name: String, server: usize, details: ScopeDetails) -> Scope {
    Scope {
        name,
        server,
        details,
        relations: Vec::new(),
        options: Vec::new(),
        superscope: None,
        access_scope: GLOBAL_ACCESS_SCOPE.to_owned(),
        managed_by: "MSDHCP".to_owned(),
        managed_by_entity: None,
        missing: false,
        same_id_as: None,
    }
}

/// On which side of a replication a scope stands: what has two values only has one on each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Source,
    Other,
}

/// Columns that no scope of the other side shares, but for the subnet.
pub(super) fn details(subnet: usize, side: Side, number: usize) -> ScopeDetails {
    let third = u8::try_from(subnet % 200 + 1).unwrap_or(u8::MAX);
    let count = u8::try_from(number % 100).unwrap_or(u8::MAX);
    let at = |last: u8| IpAddr::V4(Ipv4Addr::new(10, 0, third, last));
    let source = side == Side::Source;
    let days = |from: u8| SerDuration::from_days(u32::from(from + count));
    let switch = if source {
        Enablement::Enabled
    } else {
        Enablement::Disabled
    };
    ScopeDetails {
        scope_id: at(0),
        subnet_mask: Some(IpAddr::V4(Ipv4Addr::new(
            255,
            255,
            255,
            if source { 0 } else { 128 },
        ))),
        prefix_length: if source { 24 } else { 25 },
        start_address: at(if source { 1 } else { 2 }),
        end_address: at((if source { 250 } else { 120 }) - count),
        scope_name: if source {
            ["first", "second", "third", "fourth"][number % 4]
        } else {
            ["other", "another", "one more", "yet another"][number % 4]
        }
        .to_owned(),
        description: if source { "as configured" } else { "as found" }.to_owned(),
        status: if source {
            DhcpScopeStatus::Activated
        } else {
            DhcpScopeStatus::Deactivated
        },
        subnet_delay: i64::from(count) * 10 + if source { 500 } else { 5 },
        lease_duration_type: DhcpLeaseDurationType::Limited,
        lease_duration: days(if source { 8 } else { 108 }),
        serving_clients_type: if source {
            DhcpServingClientsType::Both
        } else {
            DhcpServingClientsType::Dhcp
        },
        bootp_lease_duration_type: DhcpLeaseDurationType::Limited,
        bootp_lease_duration: days(if source { 30 } else { 130 }),
        dns_update_type: if source {
            DhcpDnsUpdateType::DynamicUpdateAlways
        } else {
            DhcpDnsUpdateType::Never
        },
        dns_name_protection_status: switch,
        discard_dns_record_on_lease_deletion_status: switch,
        dns_not_requesting_clients_update_type: switch,
        exclusion_ranges: BTreeSet::new(),
        number_of_active_leases: u64::from(count) + if source { 10 } else { 70 },
        failover_config_sync_status: if source {
            DhcpFailoverConfigSyncStatus::OutOfSync
        } else {
            DhcpFailoverConfigSyncStatus::Unknown
        },
    }
}

/// Makes a copy equal to its source in all that is replicated (OQ-12); statistics stay the row's own.
fn take_configuration(own: &mut ScopeDetails, source: &ScopeDetails) {
    let leases = own.number_of_active_leases;
    let sync = own.failover_config_sync_status;
    own.clone_from(source);
    own.number_of_active_leases = leases;
    own.failover_config_sync_status = sync;
}
