//! One world in two orders: the same rows, put down in another order, so that they get other record ids.

use std::collections::{BTreeMap, BTreeSet};

use ipamconf::model::{AdmDhcpServersRow, RecordId, Tables};
use ipamconf::scenario::{
    Action, Initialize, OperationChoice, ParametersChoice, ServerChoice, Step,
};
use ipamconf::spec::{AddressFamily, IpamAdminOperationId, Readings};
use ipamconf::trace::{Door, Trace};
use ipamconf::world::{Caller, End, Relation, World};
use proptest::prelude::*;

use crate::facts::configuration;
use crate::worlds::{Sample, case, doors, step, world};

/// ReplicateServer for one server of a world, twice: the rows in one order and in another.
#[derive(Debug, Clone)]
pub(crate) struct TwoOrders {
    /// The world as drawn.
    pub(crate) one: Sample,
    /// Its rows in another order.
    pub(crate) other: Sample,
}

impl TwoOrders {
    /// Whether the second world has any row in another place.
    pub(crate) fn differ(&self) -> bool {
        self.one.case.world != self.other.case.world
    }
}

/// Worlds by an administrator, each in two orders.
pub(crate) fn two_orders() -> impl Strategy<Value = TwoOrders> {
    let order = |count: usize| Just((0..count).collect::<Vec<usize>>()).prop_shuffle();
    let orders = (order(3), order(3), order(8));
    (world(Just(Caller::default())), doors(), 0_usize..3, orders).prop_map(
        |(mut world, door, server, (servers, relations, scopes))| {
            world.provisioned = true;
            world.schema_conversion_required = false;
            let is_ipv4 = |server: &usize| world.servers[*server].family == V4;
            let ipv4 = (0..world.servers.len()).filter(is_ipv4).count();
            let server = server % ipv4;
            let places = Places::of(&world, &servers, &relations, &scopes);
            let other = places.apply(&world);
            TwoOrders {
                other: sample(other, door, places.servers[server]),
                one: sample(world, door, server),
            }
        },
    )
}

const V4: AddressFamily = AddressFamily::InterNetwork;

fn sample(world: World, door: Door, server: usize) -> Sample {
    let operation = IpamAdminOperationId::ReplicateServer;
    let initialize = Initialize {
        operation: OperationChoice::Member(operation),
        parameters: ParametersChoice::Type("ReplicateServerParameters".to_owned()),
        server: ServerChoice::Row(server),
        scopes: None,
        scope: None,
        relation: None,
        set: Vec::new(),
    };
    let replicate: Step = step(Action::Replicate {
        caller: None,
        initialize,
    });
    Sample {
        case: case(world, door, vec![replicate]),
        door,
        readings: Readings::default(),
    }
}

/// The new place of each row. IPv6 rows keep theirs, behind the IPv4 rows whose ids they may share.
struct Places {
    servers: Vec<usize>,
    relations: Vec<usize>,
    scopes: Vec<usize>,
}

impl Places {
    fn of(world: &World, servers: &[usize], relations: &[usize], scopes: &[usize]) -> Self {
        let is_ipv4 = |server: usize| world.servers[server].family == V4;
        Self {
            servers: new_places(servers, world.servers.len(), is_ipv4),
            relations: new_places(relations, world.relations.len(), |_| true),
            scopes: new_places(scopes, world.scopes.len(), |scope| {
                is_ipv4(world.scopes[scope].server)
            }),
        }
    }

    fn apply(&self, world: &World) -> World {
        let mut other = world.clone();
        other.servers = rearranged(&world.servers, &self.servers);
        for server in &mut other.servers {
            server.same_id_as = server.same_id_as.map(|place| self.servers[place]);
        }
        other.relations = rearranged(&world.relations, &self.relations);
        let end = |end: End| match end {
            End::Server(server) => End::Server(self.servers[server]),
            nowhere => nowhere,
        };
        for relation in &mut other.relations {
            *relation = Relation {
                server1: end(relation.server1),
                server2: end(relation.server2),
                ..relation.clone()
            };
        }
        other.scopes = rearranged(&world.scopes, &self.scopes);
        for scope in &mut other.scopes {
            scope.server = self.servers[scope.server];
            scope.same_id_as = scope.same_id_as.map(|place| self.scopes[place]);
            // in the order of the author, which decides the association that counts (OQ-22)
            for relation in &mut scope.relations {
                *relation = self.relations[*relation];
            }
        }
        for rule in &mut other.partner {
            *rule = rule.map_rows(|server| self.servers[*server], |scope| self.scopes[*scope]);
        }
        other
    }
}

/// For each row its place when those that move stand in this order, and the others behind them as before.
fn new_places(order: &[usize], count: usize, moves: impl Fn(usize) -> bool) -> Vec<usize> {
    let moving = order
        .iter()
        .copied()
        .filter(|row| *row < count && moves(*row));
    let staying = (0..count).filter(|row| !moves(*row));
    let mut places = vec![0; count];
    for (place, row) in moving.chain(staying).enumerate() {
        places[row] = place;
    }
    places
}

fn rearranged<T: Clone>(rows: &[T], places: &[usize]) -> Vec<T> {
    let by_place: BTreeMap<usize, &T> = places.iter().copied().zip(rows).collect();
    by_place.into_values().cloned().collect()
}

/// What a store holds, by names and natural keys alone: no record id shows.
pub(crate) fn by_name(trace: &Trace, tables: &Tables) -> BTreeSet<String> {
    let names = &trace.setup.names;
    let server = |id: RecordId| names.server((V4, id));
    let mut rows = BTreeSet::new();
    for row in tables.servers.values() {
        rows.insert(server_by_name(row));
    }
    for row in tables.relations.values() {
        let ends = [row.server1_record_id, row.server2_record_id].map(|end| end.map(server));
        rows.insert(format!(
            "relation {} {ends:?} {:?}",
            row.relationship_name, row.mode
        ));
    }
    for row in tables.scopes.values() {
        let owner = names.server((row.family, row.dhcp_server_record_id));
        let relations: Vec<String> = tables
            .scope_failovers
            .values()
            .filter(|found| row.family == V4 && found.scope_id == row.record_id)
            .map(|found| names.relation(found.failover_relation_id))
            .collect();
        let range = tables
            .ranges
            .values()
            .find(|range| range.family == row.family && range.scope_record_id == row.record_id)
            .map(|range| (&range.managed_by, &range.managed_by_entity));
        rows.insert(format!(
            "scope on {owner}: {:?} {:?} {:?} {} {:?} {relations:?} {range:?} {:?}",
            row.details.number_of_active_leases,
            row.details.failover_config_sync_status,
            row.superscope,
            row.access_scope,
            row.family,
            configuration(tables, row)
        ));
    }
    let count = |what: &str, count: usize| format!("{count} {what}");
    rows.insert(count("scopes", tables.scopes.len()));
    rows.insert(count("ranges", tables.ranges.len()));
    rows.insert(count("associations", tables.scope_failovers.len()));
    rows.insert(count("options", tables.options.len()));
    rows
}

fn server_by_name(row: &AdmDhcpServersRow) -> String {
    let definitions: BTreeSet<_> = row
        .option_definitions
        .iter()
        .map(|definition| (definition.option_id, &definition.name))
        .collect();
    let classes: BTreeSet<_> = row.user_classes.iter().map(|class| &class.name).collect();
    format!(
        "server {} {:?} {} {definitions:?} {classes:?}",
        row.name, row.family, row.access_scope
    )
}
