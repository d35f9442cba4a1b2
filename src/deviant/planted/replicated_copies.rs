//! Mistakes of ReplicateFailoverScopeDelegate ([MS-IPAMM2] 3.19.4.4.1.29): where the copy goes, and what it is.

use std::sync::Arc;

use crate::deviant::planted::replication::{first_source, owner_in, partner_in, source_of};
use crate::deviant::planted::scope_tools::{asks_to_create, asks_to_edit};
use crate::deviant::{Deviant, Hooks, Seam};
use crate::model::{AdmDhcpFailoverRelationRow, AdmDhcpScopesRow, RecordId};
use crate::spec::RequirementId::{R_29_4, R_29_5a, R_29_5b, R_29_6a, R_29_6b};
use crate::spec::{AddressFamily, DhcpScopeStatus};
use crate::store::DataStore;

const V4: AddressFamily = AddressFamily::InterNetwork;

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_29_4,
        "copies to the last server that is there",
        Hooks {
            relation: Some(|seam, id| {
                let own = seam.store.relation(id)?;
                let mut servers = seam.store.tables().servers.keys();
                let last = servers.rfind(|key| key.0 == V4)?.1;
                Some(with_partner(seam, &own, last))
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_4,
        "updates every server that has the subnet",
        Hooks {
            update_scope: Some(|seam, row| {
                if let Some(source) = source_of(seam, &row) {
                    for other in others_of_subnet(seam, &row, &source) {
                        let mut other = (*other).clone();
                        other.details = row.details.clone();
                        seam.store.update_scope(other);
                    }
                }
                seam.store.update_scope(row);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_4,
        "copies to the first server of a relationship that the owner is not in",
        Hooks {
            relation: Some(|seam, id| {
                let own = seam.store.relation(id)?;
                let owner = owner_in(seam, id)?;
                let ends = [own.server1_record_id, own.server2_record_id];
                if ends.contains(&Some(owner)) {
                    return Some(own);
                }
                let mut joined = (*own).clone();
                joined.server2_record_id = Some(owner);
                Some(Arc::new(joined))
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_4,
        "copies from the first server of a relationship to the second only",
        Hooks {
            relation: Some(|seam, id| {
                let mut turned = (*seam.store.relation(id)?).clone();
                if owner_in(seam, id) != turned.server1_record_id {
                    turned.server1_record_id = None;
                    turned.server2_record_id = None;
                }
                Some(Arc::new(turned))
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_5a,
        "moves the scope to the partner instead of a clone",
        Hooks {
            update_scope: Some(|seam, row| {
                if let Some(mut source) = source_to_change(seam, &row) {
                    source.dhcp_server_record_id = row.dhcp_server_record_id;
                    seam.store.update_scope(source);
                }
                seam.store.update_scope(row);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_5a,
        "clears the exclusions of the source",
        Hooks {
            update_scope: Some(|seam, row| {
                if let Some(mut source) = source_to_change(seam, &row) {
                    source.details.exclusion_ranges.clear();
                    seam.store.update_scope(source);
                }
                seam.store.update_scope(row);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_5a,
        "deactivates the source when its copy is new",
        Hooks {
            insert_scope: Some(|seam, row| {
                if let Some(mut source) = source_to_change(seam, &row) {
                    source.details.status = DhcpScopeStatus::Deactivated;
                    seam.store.update_scope(source);
                }
                seam.store.insert_scope(row)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_5a,
        "marks the range of the source as the partner's",
        Hooks {
            put_range: Some(|seam, row| {
                let copy = seam.store.scope((row.family, row.scope_record_id));
                let source = copy.and_then(|copy| source_to_change(seam, &copy));
                if let Some(source) = source
                    && let Some(range) = seam.store.range_of((source.family, source.record_id))
                {
                    let mut range = (*range).clone();
                    range.managed_by_entity.clone_from(&row.managed_by_entity);
                    seam.store.put_range(range);
                }
                seam.store.put_range(row);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_5b,
        "takes an existing copy over to the source's server",
        Hooks {
            update_scope: Some(|seam, mut row| {
                if let Some(source) = source_to_change(seam, &row) {
                    row.dhcp_server_record_id = source.dhcp_server_record_id;
                }
                seam.store.update_scope(row);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_5b,
        "creates a missing copy on the source's own server",
        Hooks {
            insert_scope: Some(|seam, mut row| {
                if let Some(source) = source_to_change(seam, &row) {
                    row.dhcp_server_record_id = source.dhcp_server_record_id;
                }
                seam.store.insert_scope(row)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_6a,
        "leaves a copy that is there as it is",
        Hooks {
            update_scope: Some(|seam, row| {
                if asks_to_edit(seam) {
                    seam.store.update_scope(row);
                }
            }),
            put_range: Some(|seam, row| {
                if asks_to_edit(seam) || !row.record_id.is_set() {
                    seam.store.put_range(row);
                }
            }),
            options: Some(|seam, scope| {
                if is_copy(seam, scope) {
                    Vec::new()
                } else {
                    seam.store.options_of(scope)
                }
            }),
            insert_option: Some(|seam, row| {
                if !is_copy(seam, (row.family, row.scope_record_id)) {
                    seam.store.insert_option(row);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_6a,
        "replaces a copy that is there by a new scope",
        Hooks {
            update_scope: Some(|seam, row| {
                if source_to_change(seam, &row).is_none() {
                    return seam.store.update_scope(row);
                }
                seam.store.delete_scope((row.family, row.record_id));
                let id = seam.store.insert_scope(row);
                seam.memory.count.set(id.0.unsigned_abs());
            }),
            put_range: Some(|seam, mut row| {
                if seam
                    .store
                    .scope((row.family, row.scope_record_id))
                    .is_none()
                {
                    row.scope_record_id = replaced(seam);
                    row.record_id = RecordId::UNSET;
                }
                seam.store.put_range(row);
            }),
            insert_option: Some(|seam, mut row| {
                if seam
                    .store
                    .scope((row.family, row.scope_record_id))
                    .is_none()
                {
                    row.scope_record_id = replaced(seam);
                }
                seam.store.insert_option(row);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_6a,
        "knows a copy by the name of its scope",
        Hooks {
            scope_on_server: Some(|seam, family, server, subnet| {
                let found = seam.store.scope_on_server(family, server, subnet)?;
                let row = seam.store.scope((family, found))?;
                let known = source_of(seam, &row)
                    .is_none_or(|source| source.details.scope_name == row.details.scope_name);
                known.then_some(found)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_6b,
        "passes over a scope that the partner does not have",
        Hooks {
            insert_scope: Some(|seam, row| {
                if asks_to_create(seam) {
                    seam.store.insert_scope(row)
                } else {
                    RecordId::UNSET
                }
            }),
            put_range: Some(|seam, row| {
                if row.scope_record_id.is_set() {
                    seam.store.put_range(row);
                }
            }),
            insert_option: Some(|seam, row| {
                if row.scope_record_id.is_set() {
                    seam.store.insert_option(row);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_6b,
        "creates a missing copy twice",
        Hooks {
            insert_scope: Some(|seam, row| {
                if source_to_change(seam, &row).is_some() {
                    seam.store.insert_scope(row.clone());
                }
                seam.store.insert_scope(row)
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_29_6b,
        "moves the association from the source to the new copy",
        Hooks {
            insert_scope: Some(|seam, row| {
                let source = first_source(seam, &row);
                let id = seam.store.insert_scope(row);
                if let Some((source, relation)) = source {
                    for association in seam.store.associations_of(source.record_id) {
                        seam.store.delete_association(association.record_id);
                    }
                    seam.store.insert_association(relation.record_id, id);
                }
                id
            }),
            ..Hooks::NONE
        },
    ),
];

/// The relationship with another server in the partner's place.
fn with_partner(
    seam: &Seam,
    relation: &Arc<AdmDhcpFailoverRelationRow>,
    partner: RecordId,
) -> Arc<AdmDhcpFailoverRelationRow> {
    let owner = owner_in(seam, relation.record_id);
    let Some(owner) = owner.filter(|owner| {
        *owner != partner && partner_in(relation, *owner).is_some_and(RecordId::is_set)
    }) else {
        return Arc::clone(relation);
    };
    let mut other = (**relation).clone();
    other.server1_record_id = Some(owner);
    other.server2_record_id = Some(partner);
    Arc::new(other)
}

/// The source of a row that is written by a replication.
fn source_to_change(seam: &Seam, copy: &AdmDhcpScopesRow) -> Option<AdmDhcpScopesRow> {
    if asks_to_create(seam) || asks_to_edit(seam) {
        return None;
    }
    source_of(seam, copy).map(|source| (*source).clone())
}

fn is_copy(seam: &Seam, scope: crate::model::RowKey) -> bool {
    let row = seam.store.scope(scope);
    row.is_some_and(|row| source_to_change(seam, &row).is_some())
}

fn replaced(seam: &Seam) -> RecordId {
    RecordId(i64::try_from(seam.memory.count.get()).unwrap_or_default())
}

/// Rows of the subnet that are neither the source nor its copy.
fn others_of_subnet(
    seam: &Seam,
    copy: &AdmDhcpScopesRow,
    source: &AdmDhcpScopesRow,
) -> Vec<Arc<AdmDhcpScopesRow>> {
    let servers = seam.store.tables().servers.keys();
    servers
        .filter(|key| key.0 == V4)
        .filter_map(|key| seam.store.scope_on_server(V4, key.1, copy.details.scope_id))
        .filter(|id| *id != copy.record_id && *id != source.record_id)
        .filter_map(|id| seam.store.scope((V4, id)))
        .collect()
}
