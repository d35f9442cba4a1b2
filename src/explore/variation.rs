//! Set (c): what a world is crossed with, where it can make a difference.
//!
//! Whether a caller may call, and whether parameters can be used, does not depend on the rows: these are crossed with
//! each other on one small world. What a partner does and what is wrong with a scope depends on the rows: these are
//! crossed with every world in which each row has a part in it.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use crate::explore::build;
use crate::explore::skeleton::{Ends, Other, Skeleton};
use crate::model::ScopeDetails;
use crate::scenario::{
    Case, Initialize, OperationChoice, ParametersChoice, ServerChoice, SetValue,
};
use crate::spec::authorization::{
    GLOBAL_ACCESS_SCOPE, IPAM_ADMINISTRATORS, IPAM_ASM_ADMINISTRATORS,
    IPAM_IP_AUDIT_ADMINISTRATORS, IPAM_MSM_ADMINISTRATORS, IPAM_USERS,
};
use crate::spec::parameters::BASE_TYPE;
use crate::spec::{DhcpOptionType, IpamAdminOperationId};
use crate::trace::Door;
use crate::world::{
    Caller, Does, End, OptionDefinition, OptionValue, PartnerRule, Policy, RequestKind, Role, Via,
    World,
};

/// The door that shows all of it.
const DOOR: Door = Door::Session;

/// Every caller with every kind of parameters, on a store that is ready and on two that are not.
pub(super) fn calls() -> Vec<Case> {
    let skeleton = Skeleton::pair();
    let mut cases = Vec::new();
    for (provisioned, conversion) in [(true, false), (false, false), (true, true)] {
        for caller in callers() {
            for initialize in parameters() {
                let mut world = build::world(&skeleton);
                world.provisioned = provisioned;
                world.schema_conversion_required = conversion;
                world.roles = roles();
                world.access_scopes = vec![BERLIN.to_owned()];
                world.caller = caller.clone();
                let mut case = build::case(world, vec![DOOR]);
                case.steps = vec![build::replicate(initialize)];
                cases.push(case);
            }
        }
    }
    cases
}

/// An access scope beside the built-in one.
pub(super) const BERLIN: &str = "Berlin";

pub(super) fn roles() -> Vec<Role> {
    let role = |name: &str, operations: &[&str]| Role {
        name: name.to_owned(),
        operations: operations.iter().map(|name| (*name).to_owned()).collect(),
    };
    vec![
        role("replicators", &["MsmDhcpReplicateOperation"]),
        role("scope makers", &["MsmDhcpCreateScope", "MsmDhcpEditScope"]),
    ]
}

/// Everybody about whom the authorization procedure comes to its answer in another way ([MS-IPAMM2] 3.19.6.1).
pub(super) fn callers() -> Vec<Caller> {
    let group = |name: &str| Caller {
        groups: vec![name.to_owned()],
        ..Caller::nobody()
    };
    let policy = |role: &str, access_scope: &str, via| Caller {
        policies: vec![Policy {
            role: role.to_owned(),
            access_scope: access_scope.to_owned(),
            via,
        }],
        ..Caller::nobody()
    };
    vec![
        group(IPAM_MSM_ADMINISTRATORS),
        group(IPAM_ADMINISTRATORS),
        policy("replicators", GLOBAL_ACCESS_SCOPE, Via::User),
        policy("replicators", BERLIN, Via::Group),
        policy("IPAM DHCP Administrator", GLOBAL_ACCESS_SCOPE, Via::User),
        policy("scope makers", GLOBAL_ACCESS_SCOPE, Via::User),
        group(IPAM_ASM_ADMINISTRATORS),
        group(IPAM_IP_AUDIT_ADMINISTRATORS),
        group(IPAM_USERS),
        Caller {
            local_administrator: true,
            ..Caller::nobody()
        },
        Caller::nobody(),
    ]
}

/// Parameters that some step of the document tells apart.
pub(super) fn parameters() -> Vec<Initialize> {
    let for_server = build::initialize;
    let of_type = |name: &str| Initialize {
        parameters: ParametersChoice::Type(name.to_owned()),
        ..for_server(ServerChoice::Row(0))
    };
    let with = |name: &str, value: SetValue| Initialize {
        set: vec![(name.to_owned(), value)],
        ..for_server(ServerChoice::Row(0))
    };
    let member = |name: &str, value: SetValue| {
        with("Server", SetValue::Members(vec![(name.to_owned(), value)]))
    };
    let text = |text: &str| SetValue::Text(text.to_owned());
    let operation = |operation| Initialize {
        operation,
        ..for_server(ServerChoice::Row(0))
    };
    let mut all = vec![
        for_server(ServerChoice::Row(0)),
        for_server(ServerChoice::Row(1)),
        for_server(ServerChoice::Zero),
        for_server(ServerChoice::Unknown),
        for_server(ServerChoice::Absent),
        for_server(ServerChoice::Nil),
        member("RecordId", SetValue::Absent),
        member("RecordId", text("many")),
        member("i:type", text("DhcpServerV6")),
        Initialize {
            parameters: ParametersChoice::Absent,
            ..for_server(ServerChoice::Row(0))
        },
        Initialize {
            parameters: ParametersChoice::Nil,
            ..for_server(ServerChoice::Row(0))
        },
    ];
    all.extend(
        [
            BASE_TYPE,
            "ReplicateScopeParameters",
            "ReplicateRelationParameters",
            "CreateDhcpScopeParameters",
            "UpdateDhcpScopeParameters",
            "DhcpFailoverParameters",
            "ReplicatePlanetParameters",
        ]
        .map(of_type),
    );
    all.extend(
        [
            OperationChoice::Absent,
            OperationChoice::Text("ReplicateEverything".to_owned()),
            OperationChoice::Member(IpamAdminOperationId::ReplicateScope),
            OperationChoice::Member(IpamAdminOperationId::EditDhcpServer),
        ]
        .map(operation),
    );
    all
}

/// Whether each row of a world can have a part in what set (c) varies: some scope goes to a partner, every relationship
/// is one that a scope of the source is associated with, and nothing else hangs from the other scopes.
pub(super) fn is_tight(skeleton: &Skeleton) -> bool {
    let sources = &skeleton.sources;
    let leads_to_a_partner = |relation: &usize| match skeleton.frame.relations[*relation] {
        Ends::Of(End::Server(first), End::Server(second)) => (first == 0) != (second == 0),
        Ends::Of(..) | Ends::Gone => false,
    };
    let is_used = |relation| sources.iter().any(|list| list.contains(&relation));
    sources
        .iter()
        .any(|list| list.first().is_some_and(leads_to_a_partner))
        && (0..skeleton.frame.relations.len()).all(is_used)
        && skeleton.others.iter().all(|other| match other {
            Other::Scope { relation, .. } => relation.is_none(),
            Other::Ghost { .. } => false,
        })
}

/// All that set (c) makes of one world: each server named, each partner's behaviour, each defect; the plain ones first.
pub(super) fn of_world(skeleton: &Skeleton) -> impl Iterator<Item = Case> + use<> {
    let world = build::world(skeleton);
    let sources = skeleton.sources.len();
    let servers = world.servers.len();
    let named = {
        let world = world.clone();
        (0..servers).map(move |server| {
            let mut case = build::case(world.clone(), vec![DOOR]);
            case.steps = vec![build::replicate(build::initialize(ServerChoice::Row(
                server,
            )))];
            case
        })
    };
    let partner = {
        let world = world.clone();
        partners(sources).into_iter().map(move |rules| {
            let mut world = world.clone();
            world.partner = rules;
            build::case(world, vec![DOOR])
        })
    };
    let defects =
        (1..Defect::ALL.len().pow(u32::try_from(sources).unwrap_or(0))).flat_map(move |number| {
            let world = with_defects(&world, sources, number);
            plain_partners().into_iter().map(move |rules| {
                let mut world = world.clone();
                world.partner = rules;
                build::case(world, vec![DOOR])
            })
        });
    named.chain(partner).chain(defects)
}

/// A rule without conditions.
pub(super) const fn rule(does: Does) -> PartnerRule<usize> {
    PartnerRule {
        does,
        server: None,
        scope: None,
        on: None,
        after: 0,
        times: None,
        delay: Duration::from_secs(30),
        detail: None,
    }
}

/// A partner that always does the same.
fn plain_partners() -> Vec<Vec<PartnerRule<usize>>> {
    vec![
        Vec::new(),
        vec![rule(Does::Refuse)],
        vec![rule(Does::LoseAnswer)],
        vec![rule(Does::Late)],
    ]
}

/// One rule of every kind, and an exception before a partner that refuses.
fn partners(sources: usize) -> Vec<Vec<PartnerRule<usize>>> {
    let mut all = Vec::new();
    let kinds = [None, Some(RequestKind::Create), Some(RequestKind::Update)];
    let scopes = || std::iter::once(None).chain((0..sources).map(Some));
    for does in [
        Does::Refuse,
        Does::Unreachable,
        Does::LoseAnswer,
        Does::Late,
    ] {
        for scope in scopes() {
            for on in kinds {
                for after in 0..u64::try_from(sources).unwrap_or(0) {
                    for times in [None, Some(1)] {
                        all.push(vec![PartnerRule {
                            scope,
                            on,
                            after,
                            times,
                            ..rule(does)
                        }]);
                    }
                }
            }
        }
    }
    for scope in scopes() {
        for on in kinds {
            for times in [None, Some(1)] {
                let accept = PartnerRule {
                    scope,
                    on,
                    times,
                    ..rule(Does::Accept)
                };
                all.push(vec![accept, rule(Does::Refuse)]);
            }
        }
    }
    all
}

/// What is special about a scope of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Defect {
    None,
    /// R-VAL-1: the prefix length is out of bounds.
    Prefix,
    /// R-VAL-1: the start is an IPv6 address.
    Family,
    /// R-VAL-2, R-VAL-3: a mask that the start and the end do not fit.
    Mask,
    /// R-VAL-2: the start lies outside.
    Start,
    /// R-VAL-3: the end lies outside.
    End,
    /// R-VAL-4: one address.
    OneAddress,
    /// R-VAL-4: the end lies before the start.
    Backwards,
    /// An option that the partner's server defines; the copy has another one.
    Mapped,
    /// An option that the partner's server does not define.
    Unmapped,
    /// Exclusions that differ from those of the copy.
    Exclusion,
}

impl Defect {
    const ALL: [Self; 11] = [
        Self::None,
        Self::Prefix,
        Self::Family,
        Self::Mask,
        Self::Start,
        Self::End,
        Self::OneAddress,
        Self::Backwards,
        Self::Mapped,
        Self::Unmapped,
        Self::Exclusion,
    ];

    fn put(self, world: &mut World, scope: usize) {
        let details = &mut world.scopes[scope].details;
        let v4 = |a, b, c, d| IpAddr::V4(Ipv4Addr::new(a, b, c, d));
        match self {
            Self::None => {}
            Self::Prefix => details.prefix_length = 31,
            Self::Family => details.start_address = "fd00::1".parse().unwrap_or(details.scope_id),
            Self::Mask => details.subnet_mask = Some(v4(255, 255, 255, 252)),
            Self::Start => details.start_address = v4(9, 0, 0, 1),
            Self::End => details.end_address = v4(11, 0, 0, 1),
            Self::OneAddress => details.end_address = details.start_address,
            Self::Backwards => {
                std::mem::swap(&mut details.start_address, &mut details.end_address);
            }
            Self::Mapped => world.scopes[scope].options.push(option(6)),
            Self::Unmapped => world.scopes[scope].options.push(option(7)),
            Self::Exclusion => {
                exclude(details, 40);
                let subnet = details.scope_id;
                for copy in &mut world.scopes {
                    if copy.server != 0 && copy.details.scope_id == subnet {
                        exclude(&mut copy.details, 60);
                    }
                }
            }
        }
        if self == Self::Mapped {
            let subnet = world.scopes[scope].details.scope_id;
            for copy in &mut world.scopes {
                if copy.server != 0 && copy.details.scope_id == subnet {
                    copy.options.push(option(3));
                }
            }
        }
    }
}

fn option(id: u32) -> OptionValue {
    OptionValue {
        id,
        values: vec![format!("10.9.9.{id}")],
        vendor_class: None,
        user_class: None,
    }
}

pub(super) fn exclude(details: &mut ScopeDetails, from: u8) {
    if let IpAddr::V4(subnet) = details.scope_id {
        let [a, b, c, _] = subnet.octets();
        let at = |last| IpAddr::V4(Ipv4Addr::new(a, b, c, last));
        details.exclusion_ranges.insert((at(from), at(from + 5)));
    }
}

/// The world with the defects of that number, one for each scope of the source.
fn with_defects(world: &World, sources: usize, number: usize) -> World {
    let mut world = world.clone();
    let mut rest = number;
    for scope in 0..sources {
        Defect::ALL[rest % Defect::ALL.len()].put(&mut world, scope);
        rest /= Defect::ALL.len();
    }
    if world.scopes.iter().any(|scope| !scope.options.is_empty()) {
        for server in world.servers.iter_mut().skip(1) {
            let definition = |id: u32| OptionDefinition {
                id,
                name: format!("option {id}"),
                option_type: DhcpOptionType::String,
                vendor_class: None,
            };
            server.option_definitions = Some(vec![definition(3), definition(6)]);
        }
    }
    world
}

/// Gives a scope one of the defects.
pub(super) fn spoil(world: &mut World, scope: usize, number: usize) {
    let defects: Vec<Defect> = Defect::ALL
        .into_iter()
        .filter(|defect| {
            !matches!(
                defect,
                Defect::Mapped | Defect::Unmapped | Defect::Exclusion
            )
        })
        .collect();
    defects[number % defects.len()].put(world, scope);
}

/// Whether the door `delegate` can carry a call with these parameters: of a delegate that there is.
pub(super) fn fits_a_call(initialize: &Initialize) -> bool {
    initialize.operation == OperationChoice::Member(IpamAdminOperationId::ReplicateServer)
}
