//! How a difference in the store counts: which rows are copies on a partner, and which columns of those matter.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::model::{AdmDhcpScopesRow, RecordId, RowKey, Tables};
use crate::scenario::evaluate::Asked;
use crate::scenario::evaluate::rows::{Delta, Part};
use crate::scenario::{Action, Column, Initialize, ServerChoice, Step};
use crate::spec::{AddressFamily, Grade};

/// The rows that take part in a replication.
#[derive(Debug, Default)]
pub(super) struct Roles {
    /// Where copies are: the partner server and the subnet address.
    copies: HashSet<(RowKey, IpAddr)>,
    /// Scopes of the source server that have a partner.
    sources: HashSet<RowKey>,
}

impl Roles {
    /// The rows that take part in what the steps concerned replicate.
    pub(super) fn new(asked: &Asked<'_>, before: &Tables, after: &Tables) -> Self {
        let servers = source_servers(asked);
        let mut roles = Self::default();
        for tables in [before, after] {
            for association in tables.scope_failovers.values() {
                roles.add(
                    &servers,
                    tables,
                    association.scope_id,
                    association.failover_relation_id,
                );
            }
        }
        roles
    }

    /// Failover is IPv4 only (OQ-19), and the partner is the other server of the relationship (OQ-1).
    fn add(
        &mut self,
        servers: &HashSet<RowKey>,
        tables: &Tables,
        scope: RecordId,
        relation: RecordId,
    ) {
        let key = (AddressFamily::InterNetwork, scope);
        let rows = (tables.scopes.get(&key), tables.relations.get(&relation));
        let (Some(scope), Some(relation)) = rows else {
            return;
        };
        let owner = scope.dhcp_server_record_id;
        if !servers.contains(&(AddressFamily::InterNetwork, owner)) {
            return;
        }
        let ends = [relation.server1_record_id, relation.server2_record_id];
        if !ends.contains(&Some(owner)) {
            return;
        }
        for partner in ends.into_iter().flatten().filter(|end| *end != owner) {
            let partner = (AddressFamily::InterNetwork, partner);
            self.copies.insert((partner, scope.details.scope_id));
            self.sources.insert(key);
        }
    }

    /// Whether a row is, or is where there would be, the copy of a replicated scope.
    pub(super) fn is_copy(&self, row: &AdmDhcpScopesRow) -> bool {
        let server = (row.family, row.dhcp_server_record_id);
        self.copies.contains(&(server, row.details.scope_id))
    }

    /// How a part of a scope counts that is not as it should be.
    pub(super) fn of_scope(&self, row: &AdmDhcpScopesRow, part: Part, in_range: bool) -> Grade {
        let is_source = self.sources.contains(&(row.family, row.record_id));
        match part {
            Part::Column(column) if self.is_copy(row) => of_copy(column, in_range),
            Part::Column(Column::Relation) => Grade::Soft,
            Part::Column(Column::Sync) if is_source => Grade::Soft,
            Part::Column(_) | Part::Hidden(_) => Grade::Hard,
        }
    }

    /// How the differences of a scope count together.
    pub(super) fn worst(&self, row: &AdmDhcpScopesRow, deltas: &[Delta]) -> Grade {
        let mut grades = deltas
            .iter()
            .map(|delta| self.of_scope(row, delta.part, delta.in_range()));
        if grades.any(|grade| grade == Grade::Hard) {
            Grade::Hard
        } else {
            Grade::Soft
        }
    }
}

/// How a column of a copy counts: the seven columns of R-4-10 and the range row HARD, the rest SOFT (OQ-11, OQ-12).
pub(super) const fn of_copy(column: Column, in_range: bool) -> Grade {
    match column {
        Column::Subnet
        | Column::ScopeName
        | Column::Status
        | Column::SubnetDelay
        | Column::Lease
        | Column::Serving
        | Column::ManagedBy
        | Column::ManagedByEntity => Grade::Hard,
        _ if in_range => Grade::Hard,
        _ => Grade::Soft,
    }
}

/// The servers that replication starts from: at the top level in any step, on a step in that step or the one that
/// initialized its session.
fn source_servers(asked: &Asked<'_>) -> HashSet<RowKey> {
    let steps = &asked.case.steps;
    let mut servers = HashSet::new();
    match asked.step {
        None => {
            for step in steps {
                add_servers(asked, initialize_of(step), &mut servers);
            }
        }
        Some(index) => {
            let until = steps.get(..=index).unwrap_or(steps);
            let session = |step: &Step| step.session.as_ref().map(|name| name.value.clone());
            let own = until.last().and_then(session);
            let back = || until.iter().rev().filter(|s| initialize_of(s).is_some());
            let step = back()
                .find(|step| session(step) == own)
                .or_else(|| back().next());
            add_servers(asked, step.and_then(initialize_of), &mut servers);
        }
    }
    servers
}

const fn initialize_of(step: &Step) -> Option<&Initialize> {
    match &step.action {
        Action::Replicate { initialize, .. } | Action::Initialize(initialize) => Some(initialize),
        _ => None,
    }
}

fn add_servers(asked: &Asked<'_>, from: Option<&Initialize>, servers: &mut HashSet<RowKey>) {
    let Some(from) = from else { return };
    let world = &asked.case.world;
    let named = match from.server {
        ServerChoice::Row(index) => Some(index),
        _ => None,
    };
    let scopes = from.scopes.iter().flatten().chain(&from.scope);
    let owners = scopes.filter_map(|scope| Some(world.scopes.get(*scope)?.server));
    for index in named.into_iter().chain(owners) {
        let id = asked.trace.setup.server_ids.get(index);
        let family = world.servers.get(index).map(|server| server.family);
        servers.extend(family.zip(id.copied()));
    }
}
