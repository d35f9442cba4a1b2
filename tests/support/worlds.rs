//! Generators of small worlds, of what a client may do in them, and of the readings to run under.
//!
//! Everything that a scenario file can say is built here as data, without the reader: up to three IPv4 servers and one
//! IPv6 server that may share an id, up to eight scopes on four subnets (so that servers have copies of each other's
//! scopes), relationships with every kind of end, partner rules of every kind, every kind of caller, and one to three
//! operations with changes of the store between them. Rows are drawn as plain numbers and brought into range when the
//! world is built, so that a failing sample shrinks row by row.
//!
//! Three families of samples:
//! - [`samples`]: everything, through both doors, under any readings;
//! - [`replications`]: `replicate` steps alone, so that the tables around each operation are those around its step;
//! - [`twins`]: one sequence of well-formed calls by somebody who may make them, for both doors.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use ipamconf::model::{ScopeDetails, SerDuration};
use ipamconf::scenario::{
    Action, After, Case, Change, Column, ColumnValue, Expect, Initialize, OperationChoice,
    ParametersChoice, RowRef, RowSpans, RowTarget, ServerChoice, SetValue, Spanned, Step,
};
use ipamconf::spec::authorization::{
    GLOBAL_ACCESS_SCOPE, IPAM_ADMINISTRATORS, IPAM_ASM_ADMINISTRATORS, IPAM_MSM_ADMINISTRATORS,
    IPAM_USERS,
};
use ipamconf::spec::parameters::{BASE_TYPE, PARAMETERS_TYPES, parameters_type};
use ipamconf::spec::{
    AddressFamily, DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpFailoverMode,
    DhcpLeaseDurationType, DhcpScopeStatus, DhcpServingClientsType, Enablement,
    IpamAdminOperationId, IpamExceptionId, RULINGS, Readings,
};
use ipamconf::trace::Door;
use ipamconf::verdict::Span;
use ipamconf::world::{
    Caller, Does, End, OptionDefinition, OptionValue, PartnerRule, Policy, Relation, RequestKind,
    Role, RowKind, Scope, Server, Via, World,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// A case, the door it goes through and the readings it runs under.
#[derive(Clone)]
pub(crate) struct Sample {
    /// The world and the steps.
    pub(crate) case: Case,
    /// `delegate` or `session`.
    pub(crate) door: Door,
    /// Of the simulator and of the checks.
    pub(crate) readings: Readings,
}

impl fmt::Debug for Sample {
    /// One line a row, so that a counterexample can be read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let world = &self.case.world;
        let differing: Vec<_> = self.readings.differing().collect();
        writeln!(f, "door {}, readings {differing:?}", self.door)?;
        if !world.provisioned || world.schema_conversion_required {
            writeln!(f, "provisioned {}", world.provisioned)?;
        }
        writeln!(f, "{:?}", world.caller)?;
        for server in &world.servers {
            writeln!(f, "{server:?}")?;
        }
        for relation in &world.relations {
            writeln!(f, "{relation:?}")?;
        }
        for scope in &world.scopes {
            writeln!(f, "{scope:?}")?;
        }
        for rule in &world.partner {
            writeln!(f, "{rule:?}")?;
        }
        for step in &self.case.steps {
            let after = step.after.as_ref().map(|after| after.event.value.as_str());
            writeln!(f, "after {after:?}: {:?}", step.action)?;
        }
        Ok(())
    }
}

/// Any world, any call, both doors, any readings.
pub(crate) fn samples() -> impl Strategy<Value = Sample> {
    let turns = prop::collection::vec((form(), turn(20)), 1..=3);
    (world(caller()), doors(), readings(true), turns).prop_map(|(world, door, readings, turns)| {
        let steps = steps(&world, door, turns);
        Sample {
            case: case(world, door, steps),
            door,
            readings,
        }
    })
}

/// Any world and any call under our rulings, each call as one `replicate` step.
pub(crate) fn replications() -> impl Strategy<Value = Sample> {
    let turns = prop::collection::vec((Just(Form::Replicate), turn(120)), 1..=3);
    (world(caller()), doors(), turns).prop_map(|(world, door, turns)| {
        let steps = steps(&world, door, turns);
        Sample {
            case: case(world, door, steps),
            door,
            readings: Readings::default(),
        }
    })
}

/// Well-formed calls by an administrator in a world that is provisioned; the door is for the caller to choose.
pub(crate) fn twins() -> impl Strategy<Value = Sample> {
    let well_formed = (
        operation_of_ours(20),
        parameters_that_decode(),
        server(),
        rows(),
        decodable_overrides(),
    )
        .prop_map(initialize_seed);
    let turn = (
        prop::option::weighted(0.4, change()),
        Just(None),
        well_formed,
    )
        .prop_map(|(change, caller, initialize)| Turn {
            change,
            caller,
            initialize,
        });
    let turns = prop::collection::vec((Just(Form::Replicate), turn), 1..=3);
    (world(Just(Caller::default())), readings(false), turns).prop_map(
        |(mut world, readings, turns)| {
            world.provisioned = true;
            world.schema_conversion_required = false;
            let mut steps = steps(&world, Door::Delegate, turns);
            for step in &mut steps {
                if let Action::Replicate { initialize, .. } = &mut step.action {
                    keep_decodable(initialize, &world);
                }
            }
            Sample {
                case: case(world, Door::Delegate, steps),
                door: Door::Delegate,
                readings,
            }
        },
    )
}

/// One server with one scope that has an exclusion, and an EditDhcpScope with the object that the row is.
pub(crate) fn edit_that_changes_nothing() -> Sample {
    let mut world = World {
        servers: vec![Server::named("S0")],
        ..World::default()
    };
    let columns = Columns {
        name: 0,
        description: false,
        status: DhcpScopeStatus::Activated,
        subnet_delay: 0,
        lease: (DhcpLeaseDurationType::Limited, SerDuration::from_days(8)),
        bootp_lease: (DhcpLeaseDurationType::Limited, SerDuration::from_days(30)),
        serving: DhcpServingClientsType::Dhcp,
        dns: (
            DhcpDnsUpdateType::Never,
            Enablement::Disabled,
            Enablement::Disabled,
            Enablement::Disabled,
        ),
        short: false,
        active_leases: 0,
        sync: DhcpFailoverConfigSyncStatus::Unknown,
        exclusion: true,
    };
    let scope = ScopeSeed {
        server: 0,
        subnet: 1,
        columns,
        relations: Vec::new(),
        defect: None,
        in_berlin: false,
        superscope: false,
        missing: false,
        shares_an_id: false,
        option: None,
    };
    add_scopes(&mut world, vec![scope]);
    let initialize = InitializeSeed {
        operation: OperationChoice::Member(IpamAdminOperationId::EditDhcpScope),
        parameters: None,
        server: ServerChoice::Row(0),
        scopes: None,
        scope: None,
        relation: None,
        set: Vec::new(),
    };
    let turn = Turn {
        change: None,
        caller: None,
        initialize,
    };
    let steps = steps(&world, Door::Session, vec![(Form::Replicate, turn)]);
    Sample {
        case: case(world, Door::Session, steps),
        door: Door::Session,
        readings: Readings::default(),
    }
}

pub(crate) fn case(world: World, door: Door, steps: Vec<Step>) -> Case {
    Case {
        requirement_spans: Vec::new(),
        cannot: Vec::new(),
        name: None,
        span: Span::default(),
        requirements: Vec::new(),
        doors: vec![door],
        readings: Readings::default(),
        seed: None,
        world: Arc::new(world),
        row_spans: Arc::new(RowSpans::default()),
        steps,
        expect: Expect::default(),
    }
}

pub(crate) fn doors() -> impl Strategy<Value = Door> {
    prop_oneof![2 => Just(Door::Session), 1 => Just(Door::Delegate)]
}

/// Our rulings, or one switchable reading put over them, or now and then several; `strict` lets OQ-8 be read so that
/// the two doors differ.
fn readings(strict: bool) -> impl Strategy<Value = Readings> {
    let others: Vec<(&'static str, &'static str)> = RULINGS
        .iter()
        .flat_map(|ruling| {
            ruling.readings[1..]
                .iter()
                .map(|reading| (ruling.question.name(), reading))
        })
        .filter(|(_, reading)| reading.switchable && (strict || reading.name != "strict"))
        .map(|(question, reading)| (question, reading.name))
        .collect();
    let some = others.clone();
    prop_oneof![
        5 => Just(Vec::new()),
        4 => select(others).prop_map(|one| vec![one]),
        1 => subsequence(some, 2..=3),
    ]
    .prop_map(|chosen| {
        let mut readings = Readings::default();
        for (question, reading) in chosen {
            readings
                .choose(question, reading)
                .expect("the table of rulings has it");
        }
        readings
    })
}

// ---------------------------------------------------------------------------------------------------------------------
// Worlds

/// The access scope beside the built-in one.
const BERLIN: &str = "Berlin";

pub(crate) fn world(caller: impl Strategy<Value = Caller>) -> impl Strategy<Value = World> {
    let servers = prop::collection::vec((rarely(0.05), rarely(0.2)), 1..=3);
    let ipv6_server = prop::option::weighted(0.4, (any::<bool>(), rarely(0.1)));
    let relations = prop_oneof![
        1 => prop::collection::vec(relation(), 0..=3),
        4 => prop::collection::vec(relation(), 1..=3),
    ];
    let scopes = prop_oneof![
        1 => prop::collection::vec(scope(), 0..=8),
        4 => prop::collection::vec(scope(), 3..=8),
    ];
    let partner = prop_oneof![
        2 => Just(Vec::new()),
        1 => prop::collection::vec(partner_rule(), 1..=3),
    ];
    let store = (prop::bool::weighted(0.97), rarely(0.03));
    (
        servers,
        ipv6_server,
        relations,
        scopes,
        partner,
        store,
        caller,
    )
        .prop_map(
            |(servers, ipv6_server, relations, scopes, partner, store, caller)| {
                let mut world = World {
                    provisioned: store.0,
                    schema_conversion_required: store.1,
                    caller,
                    roles: own_roles(),
                    access_scopes: vec![BERLIN.to_owned()],
                    ..World::default()
                };
                for (number, (missing, in_berlin)) in servers.into_iter().enumerate() {
                    let mut server = Server::named(&format!("S{number}"));
                    server.missing = missing;
                    if in_berlin {
                        server.access_scope = BERLIN.to_owned();
                    }
                    world.servers.push(server);
                }
                let ipv4 = world.servers.len();
                if let Some((shares_an_id, missing)) = ipv6_server {
                    let mut server = Server::named("V6");
                    server.family = AddressFamily::InterNetworkV6;
                    server.missing = missing;
                    server.same_id_as = shares_an_id.then_some(0);
                    world.servers.push(server);
                }
                for (number, seed) in relations.into_iter().enumerate() {
                    world.relations.push(seed.relation(number, ipv4));
                }
                add_scopes(&mut world, scopes);
                world.partner = partner
                    .into_iter()
                    .map(|rule| in_range(rule, &world))
                    .collect();
                world
            },
        )
}

fn rarely(probability: f64) -> impl Strategy<Value = bool> {
    prop::bool::weighted(probability)
}

fn own_roles() -> Vec<Role> {
    let role = |name: &str, operations: &[&str]| Role {
        name: name.to_owned(),
        operations: operations
            .iter()
            .map(|operation| (*operation).to_owned())
            .collect(),
    };
    vec![
        role("replicators", &["MsmDhcpReplicateOperation"]),
        role("scope makers", &["MsmDhcpCreateScope", "MsmDhcpEditScope"]),
        role("onlookers", &[]),
    ]
}

/// Every kind of caller: groups, policies by built-in and own roles on either access scope, local administrators, nobody.
fn caller() -> impl Strategy<Value = Caller> {
    let groups = |groups: &[&str]| Caller {
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        ..Caller::nobody()
    };
    let roles = vec![
        "IPAM DHCP Administrator",
        "IPAM DHCP Scope Administrator",
        "IPAM ASM Administrator",
        "replicators",
        "scope makers",
        "onlookers",
    ];
    let policy =
        (select(roles), any::<bool>(), any::<bool>()).prop_map(|(role, berlin, group)| Policy {
            role: role.to_owned(),
            access_scope: if berlin { BERLIN } else { GLOBAL_ACCESS_SCOPE }.to_owned(),
            via: if group { Via::Group } else { Via::User },
        });
    let by_policy = (
        prop::collection::vec(policy, 1..=2),
        rarely(0.2),
        rarely(0.2),
    )
        .prop_map(|(policies, local_administrator, user)| Caller {
            groups: if user {
                vec![IPAM_USERS.to_owned()]
            } else {
                Vec::new()
            },
            policies,
            local_administrator,
        });
    prop_oneof![
        24 => Just(groups(&[IPAM_MSM_ADMINISTRATORS])),
        2 => Just(groups(&[IPAM_ADMINISTRATORS])),
        1 => Just(groups(&[IPAM_ASM_ADMINISTRATORS, IPAM_USERS])),
        1 => Just(Caller { local_administrator: true, ..Caller::nobody() }),
        1 => Just(Caller::nobody()),
        4 => by_policy,
    ]
}

#[derive(Debug, Clone)]
struct RelationSeed {
    first: usize,
    step: usize,
    swapped: bool,
    far_end: Option<End>,
    near_end: Option<End>,
    mode: DhcpFailoverMode,
    missing: bool,
}

fn relation() -> impl Strategy<Value = RelationSeed> {
    let nowhere = || select(vec![End::Nil, End::Zero]);
    (
        0_usize..3,
        // 0 puts the same server in both positions.
        prop_oneof![1 => Just(0_usize), 9 => 1_usize..3],
        any::<bool>(),
        prop::option::weighted(0.1, nowhere()),
        prop::option::weighted(0.03, nowhere()),
        select(DhcpFailoverMode::ALL),
        rarely(0.07),
    )
        .prop_map(
            |(first, step, swapped, far_end, near_end, mode, missing)| RelationSeed {
                first,
                step,
                swapped,
                far_end,
                near_end,
                mode,
                missing,
            },
        )
}

impl RelationSeed {
    fn relation(self, number: usize, ipv4: usize) -> Relation {
        let near = self.near_end.unwrap_or(End::Server(self.first % ipv4));
        let far = self
            .far_end
            .unwrap_or(End::Server((self.first + self.step) % ipv4));
        let (server1, server2) = if self.swapped {
            (far, near)
        } else {
            (near, far)
        };
        Relation {
            name: format!("R{number}"),
            server1,
            server2,
            mode: self.mode,
            missing: self.missing,
        }
    }
}

#[derive(Debug, Clone)]
struct ScopeSeed {
    server: usize,
    subnet: u8,
    columns: Columns,
    relations: Vec<usize>,
    defect: Option<Defect>,
    in_berlin: bool,
    superscope: bool,
    missing: bool,
    shares_an_id: bool,
    option: Option<bool>,
}

/// What breaks ValidateDhcpScope.
#[derive(Debug, Clone, Copy)]
enum Defect {
    Mask,
    ReversedRange,
    OneAddress,
    StartOutside,
    EndOutside,
    OtherFamily,
    LongPrefix,
    NoPrefix,
}

fn scope() -> impl Strategy<Value = ScopeSeed> {
    let any_relation = || prop_oneof![3 => Just(0_usize), 1 => Just(1_usize), 1 => Just(2_usize)];
    let defect = select(vec![
        Defect::Mask,
        Defect::ReversedRange,
        Defect::OneAddress,
        Defect::StartOutside,
        Defect::EndOutside,
        Defect::OtherFamily,
        Defect::LongPrefix,
        Defect::NoPrefix,
    ]);
    (
        // The first server owns more than the others: it is the one most calls name.
        prop_oneof![3 => Just(0_usize), 4 => 0_usize..4],
        0_u8..4,
        columns(),
        prop_oneof![
            1 => Just(Vec::new()),
            5 => prop::collection::vec(any_relation(), 1),
            1 => prop::collection::vec(any_relation(), 2),
        ],
        prop::option::weighted(0.05, defect),
        (rarely(0.2), rarely(0.2)),
        rarely(0.05),
        rarely(0.4),
        prop::option::weighted(0.05, any::<bool>()),
    )
        .prop_map(
            |(server, subnet, columns, relations, defect, own, missing, shares_an_id, option)| {
                ScopeSeed {
                    server,
                    subnet,
                    columns,
                    relations,
                    defect,
                    in_berlin: own.0,
                    superscope: own.1,
                    missing,
                    shares_an_id,
                    option,
                }
            },
        )
}

/// The columns that vary; the addresses follow from the subnet.
#[derive(Debug, Clone)]
struct Columns {
    name: u8,
    description: bool,
    status: DhcpScopeStatus,
    subnet_delay: i64,
    lease: (DhcpLeaseDurationType, SerDuration),
    bootp_lease: (DhcpLeaseDurationType, SerDuration),
    serving: DhcpServingClientsType,
    dns: (DhcpDnsUpdateType, Enablement, Enablement, Enablement),
    short: bool,
    active_leases: u64,
    sync: DhcpFailoverConfigSyncStatus,
    exclusion: bool,
}

fn columns() -> impl Strategy<Value = Columns> {
    let lease = || {
        select(vec![
            (DhcpLeaseDurationType::Limited, SerDuration::from_days(8)),
            (DhcpLeaseDurationType::Limited, SerDuration::from_days(1)),
            (DhcpLeaseDurationType::Unlimited, SerDuration::ZERO),
        ])
    };
    let switch = || select(vec![Enablement::Disabled, Enablement::Enabled]);
    (
        (
            0_u8..3,
            any::<bool>(),
            select(vec![
                DhcpScopeStatus::Activated,
                DhcpScopeStatus::Deactivated,
            ]),
        ),
        (select(vec![0_i64, 500]), lease(), lease()),
        select(vec![
            DhcpServingClientsType::Dhcp,
            DhcpServingClientsType::Bootp,
            DhcpServingClientsType::Both,
        ]),
        (select(DhcpDnsUpdateType::ALL), switch(), switch(), switch()),
        (
            rarely(0.1),
            select(vec![0_u64, 17]),
            select(DhcpFailoverConfigSyncStatus::ALL),
            any::<bool>(),
        ),
    )
        .prop_map(|(texts, times, serving, dns, rest)| Columns {
            name: texts.0,
            description: texts.1,
            status: texts.2,
            subnet_delay: times.0,
            lease: times.1,
            bootp_lease: times.2,
            serving,
            dns,
            short: rest.0,
            active_leases: rest.1,
            sync: rest.2,
            exclusion: rest.3,
        })
}

/// Scopes of IPv4 servers first, so that those of the IPv6 server can share their ids. One server has one scope for a
/// subnet, as the reader of scenarios demands.
fn add_scopes(world: &mut World, seeds: Vec<ScopeSeed>) {
    let count = world.servers.len();
    let family = |seed: &ScopeSeed| world.servers[seed.server % count].family;
    let (ipv4, ipv6): (Vec<_>, Vec<_>) = seeds
        .into_iter()
        .partition(|seed| family(seed) == AddressFamily::InterNetwork);
    let ipv4_is_over = ipv4.len();
    let mut seen = BTreeSet::new();
    let mut shared = 0;
    for (place, seed) in ipv4.into_iter().chain(ipv6).enumerate() {
        let server = seed.server % count;
        let is_ipv6 = place >= ipv4_is_over;
        let details = if is_ipv6 {
            seed.ipv6_details()
        } else {
            seed.ipv4_details()
        };
        if !seen.insert((server, details.scope_id)) {
            continue;
        }
        // Those that name the owner come first: a scope in one of the others is skipped.
        let names_owner = |row: &&usize| {
            let relation = &world.relations[**row];
            [relation.server1, relation.server2].contains(&End::Server(server))
        };
        let rows: Vec<usize> = (0..world.relations.len()).collect();
        let (near, far): (Vec<&usize>, Vec<&usize>) = rows.iter().partition(names_owner);
        let by_nearness: Vec<usize> = near.into_iter().chain(far).copied().collect();
        let mut relations = Vec::new();
        for relation in &seed.relations {
            if let Some(place) = relation.checked_rem(by_nearness.len())
                && !relations.contains(&by_nearness[place])
            {
                relations.push(by_nearness[place]);
            }
        }
        let first_ipv6 = world
            .scopes
            .iter()
            .position(|scope| scope.details.scope_id.is_ipv6());
        let ipv4_scopes = first_ipv6.unwrap_or(world.scopes.len());
        let same_id_as = (is_ipv6 && seed.shares_an_id && shared < ipv4_scopes).then_some(shared);
        shared += usize::from(same_id_as.is_some());
        let options = seed.option.map(|of_own_class| OptionValue {
            id: 6,
            values: vec!["10.9.9.9".to_owned()],
            vendor_class: None,
            user_class: of_own_class.then(|| "printers".to_owned()),
        });
        world.scopes.push(Scope {
            name: format!("A{}", world.scopes.len()),
            server,
            details,
            relations,
            options: options.into_iter().collect(),
            superscope: seed.superscope.then(|| "all".to_owned()),
            access_scope: if seed.in_berlin {
                BERLIN
            } else {
                GLOBAL_ACCESS_SCOPE
            }
            .to_owned(),
            managed_by: "MSDHCP".to_owned(),
            managed_by_entity: None,
            missing: seed.missing,
            same_id_as,
        });
    }
    // A server that lists its definitions may lack those that another one's scopes use.
    if let Some(server) = world.servers.get_mut(1)
        && server.family == AddressFamily::InterNetwork
        && world
            .scopes
            .iter()
            .any(|scope| scope.server == 0 && !scope.options.is_empty())
        && world
            .scopes
            .iter()
            .all(|scope| scope.server != 1 || scope.options.is_empty())
    {
        server.option_definitions = Some(vec![OptionDefinition {
            id: 3,
            name: "routers".to_owned(),
            option_type: ipamconf::spec::DhcpOptionType::IPAddress,
            vendor_class: None,
        }]);
        server.user_classes = Some(Vec::new());
    }
}

impl ScopeSeed {
    fn ipv4_details(&self) -> ScopeDetails {
        let at = |last: u8| IpAddr::V4(Ipv4Addr::new(10, 0, self.subnet, last));
        let mask = |last: u8| Some(IpAddr::V4(Ipv4Addr::new(255, 255, 255, last)));
        let (prefix, last, mask_end) = if self.columns.short {
            (25, 126, 128)
        } else {
            (24, 254, 0)
        };
        let mut details = self.details(at(0), prefix, at(1), at(last), mask(mask_end));
        if self.columns.exclusion {
            details.exclusion_ranges.insert((at(10), at(20)));
        }
        match self.defect {
            None => {}
            Some(Defect::Mask) => details.subnet_mask = mask(252),
            Some(Defect::ReversedRange) => {
                std::mem::swap(&mut details.start_address, &mut details.end_address);
            }
            Some(Defect::OneAddress) => details.end_address = details.start_address,
            Some(Defect::StartOutside) => {
                details.start_address = IpAddr::V4(Ipv4Addr::new(9, 0, 0, 1));
            }
            Some(Defect::EndOutside) => {
                details.end_address = IpAddr::V4(Ipv4Addr::new(11, 0, 0, 1))
            }
            Some(Defect::OtherFamily) => details.start_address = IpAddr::V6(Ipv6Addr::LOCALHOST),
            Some(Defect::LongPrefix) => details.prefix_length = 31,
            Some(Defect::NoPrefix) => {
                details.scope_id = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
                details.subnet_mask = Some(details.scope_id);
                details.prefix_length = 0;
            }
        }
        details
    }

    fn ipv6_details(&self) -> ScopeDetails {
        let at = |last: u16| {
            IpAddr::V6(Ipv6Addr::new(
                0x2001,
                0xdb8,
                u16::from(self.subnet),
                0,
                0,
                0,
                0,
                last,
            ))
        };
        let mut details = self.details(at(0), 64, at(1), at(0xffff), None);
        match self.defect {
            Some(Defect::ReversedRange) => {
                std::mem::swap(&mut details.start_address, &mut details.end_address);
            }
            Some(Defect::LongPrefix) => details.prefix_length = 128,
            _ => {}
        }
        details
    }

    fn details(
        &self,
        scope_id: IpAddr,
        prefix_length: i32,
        start_address: IpAddr,
        end_address: IpAddr,
        subnet_mask: Option<IpAddr>,
    ) -> ScopeDetails {
        let columns = &self.columns;
        ScopeDetails {
            scope_id,
            subnet_mask,
            prefix_length,
            start_address,
            end_address,
            scope_name: format!("scope {}", columns.name),
            description: if columns.description {
                "second floor"
            } else {
                ""
            }
            .to_owned(),
            status: columns.status,
            subnet_delay: columns.subnet_delay,
            lease_duration_type: columns.lease.0,
            lease_duration: columns.lease.1,
            serving_clients_type: columns.serving,
            bootp_lease_duration_type: columns.bootp_lease.0,
            bootp_lease_duration: columns.bootp_lease.1,
            dns_update_type: columns.dns.0,
            dns_name_protection_status: columns.dns.1,
            discard_dns_record_on_lease_deletion_status: columns.dns.2,
            dns_not_requesting_clients_update_type: columns.dns.3,
            exclusion_ranges: BTreeSet::new(),
            number_of_active_leases: columns.active_leases,
            failover_config_sync_status: columns.sync,
        }
    }
}

/// Rows are drawn as numbers; [`in_range`] brings them into the world.
fn partner_rule() -> impl Strategy<Value = PartnerRule<usize>> {
    let details = select(vec![
        IpamExceptionId::GENERIC_ERROR,
        IpamExceptionId::ACCESS_DENIED,
    ]);
    (
        select(Does::ALL),
        prop::option::weighted(0.3, 0_usize..3),
        prop::option::weighted(0.3, 0_usize..8),
        prop::option::weighted(0.3, select(vec![RequestKind::Create, RequestKind::Update])),
        prop_oneof![2 => Just(0_u64), 2 => 1_u64..4],
        prop::option::of(1_u64..4),
        1_u64..100,
        prop::option::weighted(0.2, details),
    )
        .prop_map(
            |(does, server, scope, on, after, times, seconds, detail)| PartnerRule {
                does,
                server,
                scope,
                on,
                after,
                times,
                delay: Duration::from_secs(seconds),
                detail: detail.filter(|_| does.faults()),
            },
        )
}

fn in_range(rule: PartnerRule<usize>, world: &World) -> PartnerRule<usize> {
    let scopes = world.scopes.len();
    PartnerRule {
        server: rule.server.map(|server| server % world.servers.len()),
        scope: rule.scope.and_then(|scope| scope.checked_rem(scopes)),
        ..rule
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Steps

/// How one operation is brought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// One `replicate`.
    Replicate,
    /// `connect`, `initialize`, `start`.
    OneByOne,
    /// A start that nothing was given for.
    StartAlone,
    /// Two initializes before the start: the same twice, or a call for the first server before the one drawn.
    InitializeTwice,
    /// A second start once the operation is over.
    StartAgain,
    /// A second start, and an initialize, while the operation runs.
    StartWhileRunning,
    /// Keepalives and callback operations between the messages.
    Chatter,
    /// The client leaves while the operation runs.
    Leave {
        /// Without a word.
        drop: bool,
    },
    /// The store is changed while the operation runs.
    ChangeWhileRunning,
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![
        10 => Just(Form::Replicate),
        4 => Just(Form::OneByOne),
        1 => Just(Form::StartAlone),
        1 => Just(Form::InitializeTwice),
        1 => Just(Form::StartAgain),
        1 => Just(Form::StartWhileRunning),
        1 => Just(Form::Chatter),
        1 => any::<bool>().prop_map(|drop| Form::Leave { drop }),
        1 => Just(Form::ChangeWhileRunning),
    ]
}

/// One operation, and what happens to the store before it.
#[derive(Debug, Clone)]
struct Turn {
    change: Option<ChangeSeed>,
    caller: Option<Caller>,
    initialize: InitializeSeed,
}

fn turn(replicate_server: u32) -> impl Strategy<Value = Turn> {
    let initialize = initialize(replicate_server);
    (
        prop::option::weighted(0.3, change()),
        prop::option::weighted(0.1, caller()),
        initialize,
    )
        .prop_map(|(change, caller, initialize)| Turn {
            change,
            caller,
            initialize,
        })
}

#[derive(Debug, Clone)]
struct InitializeSeed {
    operation: OperationChoice,
    /// `None`: the type of the operation.
    parameters: Option<ParametersChoice>,
    server: ServerChoice,
    scopes: Option<Vec<usize>>,
    scope: Option<usize>,
    relation: Option<usize>,
    set: Vec<(String, SetValue)>,
}

type Rows = (Option<Vec<usize>>, Option<usize>, Option<usize>);
type InitializeParts = (
    OperationChoice,
    Option<ParametersChoice>,
    ServerChoice,
    Rows,
    Vec<(String, SetValue)>,
);

fn initialize(replicate_server: u32) -> impl Strategy<Value = InitializeSeed> {
    let operation = prop_oneof![
        30 => operation_of_ours(replicate_server),
        1 => Just(OperationChoice::Text("ReplicateEverything".to_owned())),
        1 => Just(OperationChoice::Absent),
    ];
    let parameters = prop_oneof![
        40 => parameters_that_decode(),
        1 => Just(Some(ParametersChoice::Type("ReplicatePlanetParameters".to_owned()))),
        1 => Just(Some(ParametersChoice::Absent)),
        1 => Just(Some(ParametersChoice::Nil)),
    ];
    let set = prop_oneof![12 => decodable_overrides(), 1 => undecodable_overrides()];
    (operation, parameters, server(), rows(), set).prop_map(initialize_seed)
}

fn initialize_seed((operation, parameters, server, rows, set): InitializeParts) -> InitializeSeed {
    InitializeSeed {
        operation,
        parameters,
        server,
        scopes: rows.0,
        scope: rows.1,
        relation: rows.2,
        set,
    }
}

fn operation_of_ours(replicate_server: u32) -> impl Strategy<Value = OperationChoice> {
    use IpamAdminOperationId as Id;
    prop_oneof![
        replicate_server => Just(Id::ReplicateServer),
        5 => Just(Id::ReplicateScope),
        3 => Just(Id::CreateDhcpScope),
        3 => Just(Id::EditDhcpScope),
        2 => select(Id::ALL),
    ]
    .prop_map(OperationChoice::Member)
}

/// The operation's own type, now and then another one or the base type.
fn parameters_that_decode() -> impl Strategy<Value = Option<ParametersChoice>> {
    let of_type = |name: &str| Some(ParametersChoice::Type(name.to_owned()));
    let near = [
        "ReplicateServerParameters",
        "ReplicateScopeParameters",
        "ReplicateRelationParameters",
        "CreateDhcpScopeParameters",
        "UpdateDhcpScopeParameters",
    ];
    prop_oneof![
        40 => Just(None),
        1 => select(near.to_vec()).prop_map(of_type),
        1 => select(PARAMETERS_TYPES).prop_map(of_type),
        1 => Just(of_type(BASE_TYPE)),
    ]
}

fn server() -> impl Strategy<Value = ServerChoice> {
    prop_oneof![
        18 => Just(ServerChoice::Row(0)),
        10 => (0_usize..4).prop_map(ServerChoice::Row),
        1 => Just(ServerChoice::Zero),
        1 => Just(ServerChoice::Unknown),
        1 => Just(ServerChoice::Absent),
        1 => Just(ServerChoice::Nil),
    ]
}

fn rows() -> impl Strategy<Value = Rows> {
    (
        prop::option::weighted(0.3, prop::collection::vec(0_usize..8, 0..=4)),
        prop::option::of(0_usize..8),
        prop::option::of(0_usize..3),
    )
}

fn members(name: &str, member: &str, value: SetValue) -> Vec<(String, SetValue)> {
    vec![(
        name.to_owned(),
        SetValue::Members(vec![(member.to_owned(), value)]),
    )]
}

fn text(value: &str) -> SetValue {
    SetValue::Text(value.to_owned())
}

/// Members that a data-contract reader takes.
fn decodable_overrides() -> impl Strategy<Value = Vec<(String, SetValue)>> {
    let strange = vec![
        members("Server", "RecordId", SetValue::Absent),
        members("Server", "i:type", text("DhcpServerV4")),
        members("Server", "Colour", text("red")),
        vec![("Scopes".to_owned(), SetValue::Absent)],
        vec![("Scopes".to_owned(), SetValue::Nil)],
        vec![("Scopes".to_owned(), SetValue::List(Vec::new()))],
        vec![("Scope".to_owned(), SetValue::Absent)],
        vec![("Scope".to_owned(), SetValue::Nil)],
    ];
    // What makes .3 and .4 do something with the objects of rows that are there.
    let scope_members = vec![
        ("RecordId", SetValue::Absent),
        ("RecordId", SetValue::Unknown),
        ("ParentDhcpServerRecordId", SetValue::Absent),
        ("ParentDhcpServerRecordId", SetValue::Unknown),
        ("ParentDhcpServerRecordId", text("1")),
        ("ParentDhcpServerRecordId", text("2")),
        ("ScopeId", SetValue::Absent),
        ("ScopeId", text("10.0.1.0")),
        ("EndAddress", text("10.0.1.200")),
        ("EndAddress", text("11.0.0.1")),
        ("StartAddress", SetValue::Absent),
        ("ScopeName", text("renamed")),
        ("LeaseDuration", text("P3D")),
        ("PrefixLength", text("31")),
    ];
    let of_scope = prop::collection::vec(select(scope_members), 1..=3).prop_map(|members| {
        let members = members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        vec![("Scope".to_owned(), SetValue::Members(members))]
    });
    // A new subnet for the server with the id 1: a create that has nothing in its way.
    let fresh = Just(vec![(
        "Scope".to_owned(),
        SetValue::Members(
            [
                ("RecordId", SetValue::Absent),
                ("ParentDhcpServerRecordId", text("1")),
                ("i:type", text("DhcpScopeV4")),
                ("ScopeId", text("10.0.77.0")),
                ("SubnetMask", text("255.255.255.0")),
                ("PrefixLength", text("24")),
                ("StartAddress", text("10.0.77.1")),
                ("EndAddress", text("10.0.77.9")),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec(),
        ),
    )]);
    prop_oneof![
        10 => Just(Vec::new()),
        4 => of_scope,
        1 => fresh,
        1 => select(strange),
    ]
}

fn undecodable_overrides() -> impl Strategy<Value = Vec<(String, SetValue)>> {
    select(vec![
        members("Server", "RecordId", text("many")),
        members("Server", "i:type", text("DhcpServerV6")),
        members("Server", "i:type", text("DnsServer")),
        members("Scope", "PrefixLength", text("twenty-four")),
        members("Scope", "i:type", text("DhcpScope")),
        vec![("Scopes".to_owned(), text("all"))],
        vec![("Scope".to_owned(), text("all"))],
        vec![("Server".to_owned(), text("S0"))],
        vec![("OperationId".to_owned(), SetValue::Nil)],
    ])
}

impl InitializeSeed {
    fn initialize(&self, world: &World) -> Initialize {
        let server = match self.server {
            ServerChoice::Row(server) => ServerChoice::Row(server % world.servers.len()),
            other => other,
        };
        let parameters = self.parameters.clone().unwrap_or_else(|| {
            let own = match self.operation {
                OperationChoice::Member(operation) => parameters_type(operation),
                _ => None,
            };
            ParametersChoice::Type(own.unwrap_or("ReplicateServerParameters").to_owned())
        });
        let scope = |scope: &usize| scope.checked_rem(world.scopes.len());
        Initialize {
            operation: self.operation.clone(),
            parameters,
            server,
            scopes: self
                .scopes
                .as_ref()
                .map(|scopes| scopes.iter().filter_map(scope).collect()),
            scope: self.scope.as_ref().and_then(scope),
            relation: self
                .relation
                .and_then(|relation| relation.checked_rem(world.relations.len())),
            set: self.set.clone(),
        }
    }
}

/// Where no scope stands behind the member Scope, overriding members of it makes an object without a type, which only
/// a door with messages cannot decode.
fn keep_decodable(initialize: &mut Initialize, world: &World) {
    initialize.scope = initialize
        .scope
        .or_else(|| (!world.scopes.is_empty()).then_some(0));
    if initialize.scope.is_none() {
        initialize.set.retain(|(_, value)| match value {
            SetValue::Members(members) => members.iter().any(|(name, _)| name == "i:type"),
            _ => true,
        });
    }
}

#[derive(Debug, Clone)]
enum ChangeSeed {
    Scope {
        scope: usize,
        column: Column,
        value: &'static str,
    },
    Associations {
        scope: usize,
        relation: Option<usize>,
    },
    DeleteScope(usize),
    Relation {
        relation: usize,
        first: bool,
        server: Option<usize>,
    },
    DeleteRelation(usize),
    Host(usize),
    DeleteServer(usize),
}

fn change() -> impl Strategy<Value = ChangeSeed> {
    let columns = vec![
        (Column::Lease, "2d"),
        (Column::Lease, "unlimited"),
        (Column::Description, "attic"),
        (Column::ScopeName, "moved"),
        (Column::Status, "Deactivated"),
        (Column::SubnetDelay, "750"),
        (Column::Mask, "255.0.0.0"),
    ];
    prop_oneof![
        6 => (0_usize..8, select(columns))
            .prop_map(|(scope, (column, value))| ChangeSeed::Scope { scope, column, value }),
        3 => (0_usize..8, prop::option::of(0_usize..3))
            .prop_map(|(scope, relation)| ChangeSeed::Associations { scope, relation }),
        2 => (0_usize..8).prop_map(ChangeSeed::DeleteScope),
        3 => (0_usize..3, any::<bool>(), prop::option::of(0_usize..3))
            .prop_map(|(relation, first, server)| ChangeSeed::Relation { relation, first, server }),
        1 => (0_usize..3).prop_map(ChangeSeed::DeleteRelation),
        1 => (0_usize..4).prop_map(ChangeSeed::Host),
        1 => (0_usize..4).prop_map(ChangeSeed::DeleteServer),
    ]
}

impl ChangeSeed {
    /// `None` where the world has no such row to change.
    fn change(&self, world: &World) -> Option<Change> {
        let existing = |scope: &usize| {
            let scope = scope.checked_rem(world.scopes.len())?;
            (!world.scopes[scope].missing).then_some(scope)
        };
        let related = |relation: &usize| relation.checked_rem(world.relations.len());
        let column = |column, value: String| {
            vec![ColumnValue {
                column,
                values: vec![Spanned::new(value, Span::default())],
                key_span: Span::default(),
            }]
        };
        let (kind, row, columns, delete) = match self {
            Self::Scope {
                scope,
                column: key,
                value,
            } => {
                let scope = existing(scope)?;
                let is_ipv6 = world.scopes[scope].details.scope_id.is_ipv6();
                if is_ipv6 && *key == Column::Mask {
                    return None;
                }
                (
                    RowKind::Scope,
                    scope,
                    column(*key, (*value).to_owned()),
                    false,
                )
            }
            Self::Associations { scope, relation } => {
                let name = relation
                    .as_ref()
                    .and_then(related)
                    .map(|row| world.relations[row].name.clone());
                let columns = column(Column::Relation, name.unwrap_or_default());
                (RowKind::Scope, existing(scope)?, columns, false)
            }
            Self::DeleteScope(scope) => (RowKind::Scope, existing(scope)?, Vec::new(), true),
            Self::Relation {
                relation,
                first,
                server,
            } => {
                let relation = related(relation)?;
                let ipv4 = world
                    .servers
                    .iter()
                    .filter(|server| server.family == AddressFamily::InterNetwork);
                let end = server.map_or_else(
                    || "nil".to_owned(),
                    |server| world.servers[server % ipv4.count()].name.clone(),
                );
                let key = if *first {
                    Column::Server1
                } else {
                    Column::Server2
                };
                (!world.relations[relation].missing).then_some((
                    RowKind::Relation,
                    relation,
                    column(key, end),
                    false,
                ))?
            }
            Self::DeleteRelation(relation) => {
                (RowKind::Relation, related(relation)?, Vec::new(), true)
            }
            Self::Host(server) => {
                let server = server % world.servers.len();
                (!world.servers[server].missing).then_some((
                    RowKind::Server,
                    server,
                    column(Column::Host, "renamed".to_owned()),
                    false,
                ))?
            }
            Self::DeleteServer(server) => {
                let server = server % world.servers.len();
                let named = |end: End| end == End::Server(server);
                let is_named = world
                    .relations
                    .iter()
                    .any(|relation| named(relation.server1) || named(relation.server2));
                (!is_named).then_some((RowKind::Server, server, Vec::new(), true))?
            }
        };
        let row = RowRef {
            kind,
            target: RowTarget::World(row),
            span: Span::default(),
        };
        Some(Change {
            row,
            columns,
            delete,
        })
    }
}

fn steps(world: &World, door: Door, turns: Vec<(Form, Turn)>) -> Vec<Step> {
    let mut steps = Vec::new();
    for (form, turn) in turns {
        let Turn {
            change,
            caller,
            initialize,
        } = turn;
        let change = change.and_then(|change| change.change(world));
        let mut initialize = initialize.initialize(world);
        let mut form = form;
        if door == Door::Delegate {
            // The door carries whole calls of a delegate that there is.
            if !matches!(initialize.operation, OperationChoice::Member(_)) {
                initialize.operation =
                    OperationChoice::Member(IpamAdminOperationId::ReplicateServer);
            }
            if form != Form::OneByOne {
                form = Form::Replicate;
            }
        }
        if form != Form::ChangeWhileRunning
            && let Some(change) = &change
        {
            steps.push(step(Action::Change(change.clone())));
        }
        let first_server = || Initialize {
            server: ServerChoice::Row(0),
            set: Vec::new(),
            ..initialize.clone()
        };
        match form {
            Form::Replicate => steps.push(step(Action::Replicate { caller, initialize })),
            Form::OneByOne => {
                steps.push(step(Action::Connect { caller }));
                steps.push(step(Action::Initialize(initialize)));
                steps.push(step(Action::Start));
            }
            Form::StartAlone => {
                steps.push(step(Action::Connect { caller }));
                steps.push(step(Action::Start));
            }
            Form::InitializeTwice => {
                steps.push(step(Action::Connect { caller }));
                steps.push(step(Action::Initialize(first_server())));
                steps.push(step(Action::Initialize(initialize)));
                steps.push(step(Action::Start));
            }
            Form::StartAgain => {
                steps.push(step(Action::Replicate { caller, initialize }));
                steps.push(step(Action::Start));
            }
            Form::StartWhileRunning => {
                let again = first_server();
                steps.push(step(Action::Replicate { caller, initialize }));
                steps.push(step_after("AddSubTask", Action::Start));
                steps.push(step_after("AddSubTask", Action::Initialize(again)));
            }
            Form::Chatter => {
                steps.push(step(Action::Connect { caller }));
                steps.push(step(Action::Keepalive { times: 2 }));
                steps.push(step(Action::Initialize(initialize)));
                steps.push(step(Action::SendCallback {
                    name: "SetOverallStatus".to_owned(),
                }));
                steps.push(step(Action::Start));
                steps.push(step_after(
                    "StartProgressCallback",
                    Action::Keepalive { times: 1 },
                ));
            }
            Form::Leave { drop } => {
                let leave = if drop { Action::Drop } else { Action::Close };
                steps.push(step(Action::Replicate { caller, initialize }));
                steps.push(step_after("AddSubTask", leave));
            }
            Form::ChangeWhileRunning => {
                steps.push(step(Action::Replicate { caller, initialize }));
                if let Some(change) = change {
                    steps.push(step_after("AddSubTask", Action::Change(change)));
                }
            }
        }
    }
    steps
}

pub(crate) fn step(action: Action) -> Step {
    Step {
        span: Span::default(),
        session: None,
        after: None,
        action,
        expect: None,
    }
}

fn step_after(event: &str, action: Action) -> Step {
    let event = Spanned::new(event.to_owned(), Span::default());
    Step {
        after: Some(After { event, nth: 1 }),
        ..step(action)
    }
}
