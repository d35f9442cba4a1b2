//! What was written instead: which requirement a row breaks that nobody should have written, or a copy that is missing.

use super::*;
use crate::check::rows::fates::Missing;
use crate::model::{AdmDhcpFailoverRelationRow, AdmDhcpScopeFailoverRow};
use RequirementId as R;

const V4: AddressFamily = AddressFamily::InterNetwork;

/// Where to look for the reason of a difference.
#[derive(Debug, Default)]
pub(super) struct Instead {
    /// The places of the fates of IPv4 scopes, by subnet.
    fates: BTreeMap<IpAddr, Vec<usize>>,
    /// The servers that the scopes to be replicated are on.
    starts: BTreeSet<RecordId>,
    /// Scope rows that were written, by subnet.
    written: BTreeMap<IpAddr, Vec<RecordId>>,
    /// Scopes in failover, by subnet, with their relationship.
    associated: BTreeMap<IpAddr, Vec<(RecordId, RecordId)>>,
}

/// How far an operation came.
#[derive(Debug)]
pub(super) struct Progress<'a> {
    written: &'a [bool],
    /// The last fate that was written.
    last: Option<usize>,
    /// The steps of .29 that were taken at all.
    steps: BTreeSet<RequirementId>,
}

impl<'a> Progress<'a> {
    pub(super) fn of(allowed: &Allowed, written: &'a [bool]) -> Self {
        let fates = allowed.fates.iter().zip(written);
        let steps = fates.filter_map(|(fate, written)| match fate.choices.first() {
            Some(Choice::Write(write)) if *written => Some(write.requirement),
            _ => None,
        });
        Self {
            steps: steps.collect(),
            last: written.iter().rposition(|written| *written),
            written,
        }
    }
}

impl Rows<'_> {
    /// Why a row that no fate writes may not be written; `None` where nothing tells how it came to that.
    pub(super) fn why_not(
        &self,
        allowed: &Allowed,
        row: &AdmDhcpScopesRow,
    ) -> Option<RequirementId> {
        if row.family != V4 || stores_directly(self.asked.operation).is_some() {
            return None;
        }
        let places = self.instead(allowed).fates.get(&row.details.scope_id);
        places.map_or_else(
            || self.why_not_asked_for(allowed, row),
            |places| {
                let mut fates = places.iter().map(|place| &allowed.fates[*place]);
                fates.find_map(|fate| self.why_not_there(fate, row))
            },
        )
    }

    /// A row of a subnet that is replicated, in another place than its copy.
    fn why_not_there(&self, fate: &Fate, row: &AdmDhcpScopesRow) -> Option<RequirementId> {
        let source = self.source(fate)?;
        let place = row.dhcp_server_record_id;
        let write = match fate.choices.first()? {
            // It is skipped, or it faults.
            Choice::Skip { requirement, .. } | Choice::Fault { requirement, .. } => {
                return Some(*requirement);
            }
            Choice::Write(write) => write,
        };
        if place == source.dhcp_server_record_id {
            // A second scope beside the source: the clone kept its server.
            return Some(R::R_29_5b);
        }
        if place == write.server {
            // A second copy beside the one that is there.
            return Some(write.requirement);
        }
        let leads_to = |relation: &AdmDhcpFailoverRelationRow, server| {
            is_between(relation, source.dhcp_server_record_id, server)
        };
        let mut relations = self.before.relations.values();
        // Another relationship of the source's server leads there.
        relations
            .any(|relation| leads_to(relation, place) && !leads_to(relation, write.server))
            .then_some(R::R_29_3c)
    }

    /// A row of a subnet that is not replicated.
    fn why_not_asked_for(
        &self,
        allowed: &Allowed,
        row: &AdmDhcpScopesRow,
    ) -> Option<RequirementId> {
        let collects = match self.asked.operation? {
            IpamAdminOperationId::ReplicateServer => true,
            IpamAdminOperationId::ReplicateScope => false,
            _ => return None,
        };
        let instead = self.instead(allowed);
        // The partner's own scope came back.
        if collects && instead.starts.contains(&row.dhcp_server_record_id) {
            return Some(R::R_31_5);
        }
        // It is the copy of a scope that is replicated when it is asked for.
        let is_its_source = |(scope, relation): &(RecordId, RecordId)| {
            let source = self.before.scopes.get(&(V4, *scope));
            let relation = self.before.relations.get(relation);
            source.zip(relation).is_some_and(|(source, relation)| {
                let (from, to) = (source.dhcp_server_record_id, row.dhcp_server_record_id);
                from != to && is_between(relation, from, to)
            })
        };
        instead
            .associated
            .get(&row.details.scope_id)?
            .iter()
            .any(is_its_source)
            .then_some(if collects { R::R_31_3a } else { R::R_29_3 })
    }

    /// Whether a source was overwritten with what its copy had: replicated in the wrong direction.
    pub(super) fn is_fetched(&self, allowed: &Allowed, source: &AdmDhcpScopesRow) -> bool {
        let instead = self.instead(allowed);
        let places = instead.fates.get(&source.details.scope_id);
        let mut fates = places.into_iter().flatten().map(|at| &allowed.fates[*at]);
        fates.any(|fate| {
            fate.source == source.record_id
                && fate.choices.iter().any(|choice| match choice {
                    Choice::Write(write) => self.took_over(fate, write, source),
                    Choice::Skip { .. } | Choice::Fault { .. } => false,
                })
        })
    }

    /// Whether the seven columns of a source are now those that its copy had.
    fn took_over(&self, fate: &Fate, write: &Write, source: &AdmDhcpScopesRow) -> bool {
        let own = self.source(fate);
        let copy = self.copy_before(fate, write);
        let collects = self.asked.operation == Some(IpamAdminOperationId::ReplicateServer);
        let Some((own, copy)) = own.zip(copy).filter(|_| collects) else {
            return false;
        };
        let mut changed = false;
        SEVEN.iter().all(|column| {
            let now = self.after_view.text(source, *column);
            changed |= now != self.before_view.text(own, *column);
            now == self.before_view.text(copy, *column)
        }) && changed
    }

    /// Why a copy is as before though the operation succeeded; `None` where only its own step is to blame.
    pub(super) fn why_missing(
        &self,
        allowed: &Allowed,
        progress: &Progress<'_>,
        missing: &Missing,
    ) -> Option<RequirementId> {
        let Missing { place, write, .. } = missing;
        let fate = allowed.fates.get(*place)?;
        let row = self.source(fate)?;
        // It went somewhere else.
        let written = self.instead(allowed).written.get(&row.details.scope_id);
        let mut written = written.into_iter().flatten().map(|id| (V4, *id));
        let elsewhere = written
            .find(|key| !self.explained.contains(key))
            .and_then(|key| self.after.scopes.get(&key));
        if let Some(other) = elsewhere {
            if other.record_id != row.record_id {
                return Some(self.why_not_there(fate, other).unwrap_or(R::R_29_4));
            }
            return self.took_over(fate, write, other).then_some(R::R_31_5);
        }
        // The loop was left at a scope that is only to be skipped.
        let skip = |place: usize| match allowed.fates[place].choices.first() {
            Some(Choice::Skip { requirement, .. }) => Some(*requirement),
            _ => None,
        };
        if progress.last.is_none_or(|last| last < *place) {
            let before = (0..*place)
                .rev()
                .find(|before| progress.written[*before] || skip(*before).is_some());
            if let Some(before) = before.filter(|before| !progress.written[*before]) {
                return skip(before);
            }
        }
        // It was passed over: of others something is told, or others were written in the same way.
        let passed_over = if self.asked.told.is_empty() {
            progress.steps.contains(&write.requirement)
        } else {
            !self.asked.told.contains(&row.details.scope_id.to_string())
        };
        passed_over.then_some(match self.asked.operation? {
            IpamAdminOperationId::ReplicateServer => R::R_31_3a,
            _ => R::R_29_3,
        })
    }

    fn source(&self, fate: &Fate) -> Option<&AdmDhcpScopesRow> {
        let key = (fate.family, fate.source);
        self.before.scopes.get(&key).map(AsRef::as_ref)
    }

    fn copy_before(&self, fate: &Fate, write: &Write) -> Option<&AdmDhcpScopesRow> {
        match write.kind {
            WriteKind::Update(id) => self.before.scopes.get(&(fate.family, id)),
            WriteKind::Create => None,
        }
        .map(AsRef::as_ref)
    }

    fn instead(&self, allowed: &Allowed) -> &Instead {
        self.instead.get_or_init(|| {
            let mut found = Instead::default();
            for (place, fate) in allowed.fates.iter().enumerate() {
                let Some(source) = self.source(fate).filter(|row| row.family == V4) else {
                    continue;
                };
                let subnet = source.details.scope_id;
                found.starts.insert(source.dhcp_server_record_id);
                found.fates.entry(subnet).or_default().push(place);
            }
            let changed = self
                .difference
                .scopes
                .changed
                .iter()
                .map(|(_, after)| after);
            let written = changed.chain(&self.difference.scopes.created);
            for row in written.filter(|row| row.family == V4) {
                let rows = found.written.entry(row.details.scope_id).or_default();
                rows.push(row.record_id);
            }
            for association in self.before.scope_failovers.values() {
                let AdmDhcpScopeFailoverRow {
                    scope_id,
                    failover_relation_id,
                    ..
                } = **association;
                if let Some(row) = self.before.scopes.get(&(V4, scope_id)) {
                    let scopes = found.associated.entry(row.details.scope_id).or_default();
                    scopes.push((scope_id, failover_relation_id));
                }
            }
            found
        })
    }
}

/// Whether a relationship is one of these two servers.
fn is_between(relation: &AdmDhcpFailoverRelationRow, one: RecordId, other: RecordId) -> bool {
    let ends = [relation.server1_record_id, relation.server2_record_id];
    ends.contains(&Some(one)) && ends.contains(&Some(other))
}
