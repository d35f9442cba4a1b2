//! Worlds beyond the pinned sizes, drawn by seed: more rows, options, exclusions, partners, callers, and several
//! operations in a row with changes of the store between them.

use std::time::Duration;

use crate::explore::build::{self, Side};
use crate::explore::rng::Rng;
use crate::explore::variation;
use crate::scenario::{
    Action, Case, Change, Column, ColumnValue, RowRef, RowTarget, ServerChoice, Spanned, Step,
};
use crate::spec::DhcpOptionType;
use crate::trace::Door;
use crate::verdict::Span;
use crate::world::{
    Does, End, OptionDefinition, OptionValue, PartnerRule, Relation, RequestKind, RowKind, Server,
    World,
};

/// The most servers of a drawn world.
pub const SERVERS_MAX: usize = 4;
/// The most scopes.
pub const SCOPES_MAX: usize = 8;
/// The most relationships.
pub const RELATIONS_MAX: usize = 4;
/// The most operations of a drawn case.
pub const OPERATIONS_MAX: usize = 4;

/// How many cases a unit has.
pub const UNIT: u64 = 500;

/// So many cases of a seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Random {
    /// The seed.
    pub seed: u64,
    /// How many.
    pub count: u64,
}

impl Random {
    /// How many units there are.
    #[must_use]
    pub fn units(self) -> usize {
        usize::try_from(self.count.div_ceil(UNIT)).unwrap_or(usize::MAX)
    }

    /// The cases of a unit.
    pub fn cases(self, unit: usize) -> impl Iterator<Item = Case> {
        let first = (unit as u64).saturating_mul(UNIT);
        (first..self.count.min(first.saturating_add(UNIT))).map(move |item| case(self.seed, item))
    }
}

/// One case: the item of that number.
fn case(seed: u64, item: u64) -> Case {
    let mut rng = Rng::of(seed, item);
    let door = if rng.chance(30) {
        Door::Delegate
    } else {
        Door::Session
    };
    let mut world = World {
        roles: variation::roles(),
        access_scopes: vec![variation::BERLIN.to_owned()],
        ..World::default()
    };
    rows(&mut rng, &mut world);
    if rng.chance(40) {
        for _ in 0..rng.between(1, 3) {
            let rule = partner(&mut rng, &world);
            world.partner.push(rule);
        }
    }
    let callers = variation::callers();
    let caller = |rng: &mut Rng| {
        if rng.chance(85) {
            callers[0].clone()
        } else {
            rng.pick(&callers)
        }
    };
    world.caller = caller(&mut rng);
    if rng.chance(2) {
        world.provisioned = false;
    }
    let mut steps: Vec<Step> = Vec::new();
    for number in 0..rng.between(1, OPERATIONS_MAX) {
        if number > 0 {
            steps.extend(change(&mut rng, &world));
        }
        let initialize = if rng.chance(90) {
            let server = if rng.chance(70) {
                0
            } else {
                rng.below(world.servers.len())
            };
            build::initialize(ServerChoice::Row(server))
        } else {
            let all: Vec<_> = variation::parameters()
                .into_iter()
                .filter(|initialize| match initialize.server {
                    ServerChoice::Row(server) => server < world.servers.len(),
                    _ => true,
                })
                .filter(|initialize| door == Door::Session || variation::fits_a_call(initialize))
                .collect();
            rng.pick(&all)
        };
        let caller = (door == Door::Session && rng.chance(10)).then(|| caller(&mut rng));
        steps.push(build::step(Action::Replicate { caller, initialize }));
    }
    let mut case = build::case(world, vec![door]);
    case.steps = steps;
    case.seed = Some(seed);
    case
}

fn rows(rng: &mut Rng, world: &mut World) {
    for number in 0..rng.between(1, SERVERS_MAX) {
        let mut server = Server::named(&build::server_name(number));
        server.missing = rng.chance(4);
        world.servers.push(server);
    }
    let servers = world.servers.len();
    for number in 0..rng.between(0, RELATIONS_MAX) {
        let end = |rng: &mut Rng| match rng.below(100) {
            0..5 => End::Nil,
            5..8 => End::Zero,
            _ => End::Server(rng.below(servers)),
        };
        let near = if rng.chance(60) {
            End::Server(0)
        } else {
            end(rng)
        };
        let far = end(rng);
        let swapped = rng.chance(50);
        world.relations.push(Relation {
            name: format!("R{}", number + 1),
            server1: if swapped { far } else { near },
            server2: if swapped { near } else { far },
            mode: crate::spec::DhcpFailoverMode::LoadBalance,
            missing: rng.chance(4),
        });
    }
    let mut taken: Vec<(usize, usize)> = Vec::new();
    for number in 0..rng.between(0, SCOPES_MAX) {
        let server = if rng.chance(45) {
            0
        } else {
            rng.below(servers)
        };
        let place = (server, rng.below(4));
        // A server has one scope for a subnet.
        if taken.contains(&place) {
            continue;
        }
        taken.push(place);
        let side = if server == 0 || rng.chance(20) {
            Side::Source
        } else {
            Side::Other
        };
        let mut details = build::details(place.1, side, number);
        if rng.chance(15) {
            variation::exclude(&mut details, 40 + 10 * u8::from(rng.chance(50)));
        }
        let mut scope = build::scope(format!("A{}", number + 1), server, details);
        let relations = world.relations.len();
        if relations > 0 && rng.chance(75) {
            scope.relations.push(rng.below(relations));
            let second = rng.below(relations);
            if rng.chance(12) && !scope.relations.contains(&second) {
                scope.relations.push(second);
            }
        }
        if rng.chance(15) {
            let id = rng.pick(&[3, 6, 7]);
            scope.options.push(OptionValue {
                id,
                values: vec![format!("10.9.{}.{id}", rng.below(2))],
                vendor_class: None,
                user_class: None,
            });
        }
        scope.missing = rng.chance(3);
        world.scopes.push(scope);
        if rng.chance(4) {
            let last = world.scopes.len() - 1;
            variation::spoil(world, last, rng.below(100));
        }
    }
    // A server that lists its definitions may lack what another one's scopes use, but never what its own do.
    for server in 1..servers {
        if rng.chance(30) {
            let mut ids: Vec<u32> = vec![3];
            for scope in world.scopes.iter().filter(|scope| scope.server == server) {
                ids.extend(scope.options.iter().map(|option| option.id));
            }
            ids.sort_unstable();
            ids.dedup();
            let definition = |id: &u32| OptionDefinition {
                id: *id,
                name: format!("option {id}"),
                option_type: DhcpOptionType::String,
                vendor_class: None,
            };
            world.servers[server].option_definitions = Some(ids.iter().map(definition).collect());
        }
    }
}

fn partner(rng: &mut Rng, world: &World) -> PartnerRule<usize> {
    let does = rng.pick(Does::ALL);
    let scopes = world.scopes.len();
    PartnerRule {
        does,
        server: rng.chance(30).then(|| rng.below(world.servers.len())),
        scope: (scopes > 0 && rng.chance(30)).then(|| rng.below(scopes)),
        on: rng
            .chance(30)
            .then(|| rng.pick(&[RequestKind::Create, RequestKind::Update])),
        after: if rng.chance(50) {
            0
        } else {
            rng.between(1, 3) as u64
        },
        times: rng.chance(50).then(|| rng.between(1, 3) as u64),
        delay: Duration::from_secs(rng.between(1, 99) as u64),
        detail: None,
    }
}

/// Somebody writes to the store between two operations.
fn change(rng: &mut Rng, world: &World) -> Option<Step> {
    let scopes: Vec<usize> = (0..world.scopes.len())
        .filter(|scope| {
            !world.scopes[*scope].missing && !world.servers[world.scopes[*scope].server].missing
        })
        .collect();
    if scopes.is_empty() || rng.chance(60) {
        return None;
    }
    let span = Span::default();
    let scope = rng.pick(&scopes);
    let (column, value) = match rng.below(3) {
        0 => (Column::ScopeName, "renamed".to_owned()),
        1 => (Column::Lease, format!("{}d", rng.between(2, 5))),
        _ => (
            Column::Status,
            rng.pick(&["Activated", "Deactivated"]).to_owned(),
        ),
    };
    let columns = vec![ColumnValue {
        column,
        values: vec![Spanned::new(value, span)],
        key_span: span,
    }];
    Some(build::step(Action::Change(Change {
        row: RowRef {
            kind: RowKind::Scope,
            target: RowTarget::World(scope),
            span,
        },
        columns,
        delete: false,
    })))
}
