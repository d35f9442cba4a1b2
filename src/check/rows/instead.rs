//! What was written instead: which requirement a row breaks that nobody should have written, or a copy that is missing.

use super::*;
use crate::model::{AdmDhcpFailoverRelationRow, AdmDhcpScopeFailoverRow};
use RequirementId as R;

const V4: AddressFamily = AddressFamily::InterNetwork;

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
        let is_of = |fate: &&Fate| {
            self.source(fate)
                .is_some_and(|source| source.details.scope_id == row.details.scope_id)
        };
        let mut fates = allowed.fates.iter().filter(is_of).peekable();
        if fates.peek().is_none() {
            return self.why_not_asked_for(allowed, row);
        }
        fates.find_map(|fate| self.why_not_there(fate, row))
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
        let links = |relation: &AdmDhcpFailoverRelationRow, server| {
            let ends = [relation.server1_record_id, relation.server2_record_id];
            ends.contains(&Some(source.dhcp_server_record_id)) && ends.contains(&Some(server))
        };
        let mut relations = self.before.relations.values();
        // Another relationship of the source's server leads there.
        relations
            .any(|relation| links(relation, place) && !links(relation, write.server))
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
        let is_a_start = |server| {
            let mut sources = allowed.fates.iter().filter_map(|fate| self.source(fate));
            sources.any(|source| source.dhcp_server_record_id == server)
        };
        // The partner's own scope came back.
        if collects && is_a_start(row.dhcp_server_record_id) {
            return Some(R::R_31_5);
        }
        // It is the copy of a scope that is replicated when it is asked for.
        let is_its_source = |association: &AdmDhcpScopeFailoverRow| {
            let source = self.before.scopes.get(&(V4, association.scope_id));
            let relation = self.before.relations.get(&association.failover_relation_id);
            source.zip(relation).is_some_and(|(source, relation)| {
                let ends = [relation.server1_record_id, relation.server2_record_id];
                source.details.scope_id == row.details.scope_id
                    && source.dhcp_server_record_id != row.dhcp_server_record_id
                    && ends.contains(&Some(source.dhcp_server_record_id))
                    && ends.contains(&Some(row.dhcp_server_record_id))
            })
        };
        let mut associations = self.before.scope_failovers.values();
        associations
            .any(|association| is_its_source(association))
            .then_some(if collects { R::R_31_3a } else { R::R_29_3 })
    }

    /// Whether a source was overwritten with what its copy had: replicated in the wrong direction.
    pub(super) fn is_fetched(&self, allowed: &Allowed, source: &AdmDhcpScopesRow) -> bool {
        let key = (source.family, source.record_id);
        let fate = allowed
            .fates
            .iter()
            .find(|fate| (fate.family, fate.source) == key);
        fate.is_some_and(|fate| {
            fate.choices.iter().any(|choice| match choice {
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
        written: &[bool],
        missing: &Missing,
    ) -> Option<RequirementId> {
        let Missing { source, write, .. } = missing;
        let (place, fate) = allowed
            .fates
            .iter()
            .enumerate()
            .find(|(_, fate)| (fate.family, fate.source) == *source)?;
        let row = self.before.scopes.get(source)?;
        // It went somewhere else.
        let changed = self.difference.scopes.changed.iter();
        let elsewhere = changed
            .map(|(_, after)| after)
            .chain(&self.difference.scopes.created)
            .find(|other| {
                other.family == source.0
                    && other.details.scope_id == row.details.scope_id
                    && !self.explained.contains(&(other.family, other.record_id))
            });
        if let Some(other) = elsewhere {
            if other.record_id != source.1 {
                return Some(self.why_not_there(fate, other).unwrap_or(R::R_29_4));
            }
            return self.took_over(fate, write, other).then_some(R::R_31_5);
        }
        // The loop was left at a scope that is only to be skipped.
        let skip = |place: usize| match allowed.fates[place].choices.first() {
            Some(Choice::Skip { requirement, .. }) => Some(*requirement),
            _ => None,
        };
        let (done, rest) = written.split_at(place);
        let owed = done
            .iter()
            .enumerate()
            .rev()
            .find(|(place, written)| **written || skip(*place).is_some());
        if let Some((before, false)) = owed.map(|(before, written)| (before, *written))
            && !rest.contains(&true)
        {
            return skip(before);
        }
        // It was passed over: of others something is told, or others were written in the same way.
        let is_told = self.asked.told.contains(&row.details.scope_id.to_string());
        let like_it = allowed.fates.iter().zip(written).any(|(other, written)| {
            *written
                && matches!(other.choices.first(), Some(Choice::Write(done))
                    if done.requirement == write.requirement)
        });
        let passed_over = if self.asked.told.is_empty() {
            like_it
        } else {
            !is_told
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
}
