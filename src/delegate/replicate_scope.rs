//! [MS-IPAMM2] 3.19.4.4.1.29 ReplicateFailoverScopeDelegate: each scope of a collection, to its partner.

use std::collections::VecDeque;

use crate::delegate::configuration::track_configuration;
use crate::delegate::execution::overall_status;
use crate::delegate::{
    Context, Replication, Step, Stored, create_scope, invalid_parameter, update_scope,
};
use crate::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpScopesRow, Callback, DhcpScope, IpamException,
    ParametersObject, Percentage, RecordId, SubTaskDetails, SubTaskInstance,
};
use crate::spec::parameters::DNS_PROPERTIES;
use crate::spec::{
    AddressFamily, DhcpFailoverConfigSyncStatus, IpamExceptionId, Question, SubTaskStatus,
};
use crate::store::DataStore;

/// The loop of .29: one scope a turn.
#[derive(Debug, Clone)]
pub(super) struct ReplicateScope {
    scopes: Vec<DhcpScope>,
    /// Whether the scopes were read from the table, and not sent by the client (OQ-20).
    from_table: bool,
    /// How many scopes are through.
    done: usize,
    /// How many subtasks were announced.
    subtasks: i32,
    /// The first fault, where the others are still replicated (OQ-15).
    fault: Option<IpamException>,
}

/// Where a scope's copy goes (R-29-4).
enum Destination {
    /// To this server.
    Server(RecordId),
    /// The owner is in neither position, or in both: nowhere.
    Nowhere,
    /// The relationship does not say.
    Unset,
}

impl ReplicateScope {
    /// The collection of ReplicateScopeParameters.
    ///
    /// # Errors
    /// When the parameters are NULL (R-29-1a) or of another type (R-29-1b), or as [`ReplicateScope::new`].
    pub(super) fn from_parameters(object: Option<ParametersObject>) -> Result<Self, IpamException> {
        // R-29-0, R-29-1a, R-29-1b
        let scopes = match object {
            None => Err(invalid_parameter("the parameters are NULL")),
            Some(ParametersObject::ReplicateScopeParameters { scopes }) => Ok(scopes),
            Some(other) => {
                let found = other.type_name();
                Err(invalid_parameter(&format!(
                    "{found} are not ReplicateScopeParameters"
                )))
            }
        };
        scopes.and_then(Self::begin).map_err(outermost)
    }

    /// A collection that .31 made.
    ///
    /// # Errors
    /// When it is NULL (R-29-2a) or empty (R-29-2b).
    pub(super) fn new(scopes: Option<Vec<DhcpScope>>) -> Result<Self, IpamException> {
        let collection = Self::begin(scopes).map_err(outermost)?;
        Ok(Self {
            from_table: true,
            ..collection
        })
    }

    /// A collection without scopes, where that is no fault (OQ-3).
    pub(super) const fn nothing() -> Self {
        Self {
            scopes: Vec::new(),
            from_table: false,
            done: 0,
            subtasks: 0,
            fault: None,
        }
    }

    fn begin(scopes: Option<Vec<DhcpScope>>) -> Result<Self, IpamException> {
        // R-29-2a, R-29-2b
        match scopes {
            None => Err(invalid_parameter("Scopes is NULL")),
            Some(scopes) if scopes.is_empty() => Err(invalid_parameter("Scopes is empty")),
            Some(scopes) => Ok(Self {
                scopes,
                ..Self::nothing()
            }),
        }
    }

    /// Takes the next scope (R-29-3); `Some` when the collection is through or a fault ends it.
    pub(super) fn next_scope(
        &mut self,
        ctx: &mut Context<'_>,
        steps: &mut VecDeque<Step>,
    ) -> Option<Result<(), IpamException>> {
        let Some(scope) = self.scopes.get(self.done).cloned() else {
            return Some(
                self.fault
                    .take()
                    .map_or(Ok(()), |fault| Err(outermost(fault))),
            );
        };
        self.done += 1;
        // R-29-3a, R-29-3b, R-29-3c
        let relation = relation_of(&scope, ctx)?;
        let destination = match destination(&scope, &relation, ctx) {
            Destination::Nowhere => return None,
            Destination::Server(destination) => Some(destination),
            Destination::Unset if ctx.readings.is(Question::OQ14, "skip") => return None,
            Destination::Unset => None,
        };
        let subtask = self.announce(&scope, ctx, steps);
        let stored = destination.map_or_else(
            || {
                Stored::at_once(Err(IpamException::new(
                    IpamExceptionId::FAILOVER_FAILED_TO_FETCH,
                    "the relationship names no partner server",
                )))
            },
            |destination| store_on(&scope, self.from_table, &relation, destination, ctx),
        );
        if !stored.waited.is_zero() {
            steps.push_back(Step::Wait(stored.waited));
        }
        if destination.is_some() && ctx.readings.is(Question::OQ2, "literal") {
            steps.push_back(overall_status(stored.result.as_ref().err()));
        }
        self.report(subtask, stored.result.as_ref().err(), ctx, steps);
        match stored.result {
            Ok(_) => None,
            Err(fault) if ctx.readings.is(Question::OQ15, "continue") => {
                self.fault.get_or_insert(fault);
                None
            }
            Err(fault) => Some(Err(outermost(fault))),
        }
    }

    /// R-SM-4: a subtask for a scope that is about to be replicated.
    fn announce(
        &mut self,
        scope: &DhcpScope,
        ctx: &Context<'_>,
        steps: &mut VecDeque<Step>,
    ) -> Option<SubTaskInstance> {
        if !ctx.readings.is(Question::OQ16, "subtasks") {
            return None;
        }
        self.subtasks += 1;
        let server_name = ctx
            .store
            .get_dhcp_server_from_table(
                scope.parent_dhcp_server_record_id,
                AddressFamily::InterNetwork,
            )
            .map_or_else(String::new, |server| server.name.clone());
        let sub_task_instance = SubTaskInstance {
            sub_task_instance_id: self.subtasks,
            sub_task_unique_id: 1,
            sub_task_name: Some("Replicate scope".to_owned()),
            sub_task_instance_details: Some(SubTaskDetails::ScopeDataFormatter {
                scope_id: scope.details.scope_id.to_string(),
                server_name,
            }),
        };
        steps.push_back(Step::Callback(Callback::AddSubTask {
            sub_task_instance: sub_task_instance.clone(),
        }));
        steps.push_back(Step::Callback(Callback::SetSubTaskStatus {
            sub_task_instance: sub_task_instance.clone(),
            status: SubTaskStatus::InProgress,
            percent_complete: Percentage::ZERO,
            completion_status: None,
        }));
        Some(sub_task_instance)
    }

    fn report(
        &self,
        subtask: Option<SubTaskInstance>,
        fault: Option<&IpamException>,
        ctx: &Context<'_>,
        steps: &mut VecDeque<Step>,
    ) {
        let Some(sub_task_instance) = subtask else {
            return;
        };
        steps.push_back(Step::Callback(Callback::SetSubTaskStatus {
            sub_task_instance,
            status: if fault.is_some() {
                SubTaskStatus::CompletedWithError
            } else {
                SubTaskStatus::CompletedWithSuccess
            },
            percent_complete: Percentage::HUNDRED,
            completion_status: fault.cloned(),
        }));
        let stops = fault.is_some() && !ctx.readings.is(Question::OQ15, "continue");
        let last = self.done == self.scopes.len();
        if !stops && !last && ctx.readings.is(Question::OQ7, "percentage") {
            steps.push_back(Step::Callback(Callback::SetCompletionPercentage {
                completion_percentage: Percentage::of(self.done, self.scopes.len()),
            }));
        }
    }
}

fn outermost(fault: IpamException) -> IpamException {
    fault.wrapped_in(
        IpamExceptionId::FAILED_TO_REPLICATE_SCOPES,
        "the scopes could not all be replicated",
    )
}

/// The relationship of a scope; `None` where it has no association (R-29-3a) or the relation row is gone (R-29-3b).
fn relation_of(
    scope: &DhcpScope,
    ctx: &Context<'_>,
) -> Option<std::sync::Arc<AdmDhcpFailoverRelationRow>> {
    // Failover is IPv4 only: an IPv6 row may share the number.
    if scope.family != AddressFamily::InterNetwork {
        return None;
    }
    let associations = ctx.store.associations_of(scope.record_id);
    // OQ-22
    let association = if ctx.readings.is(Question::OQ22, "highest") {
        associations.last()
    } else {
        associations.first()
    };
    ctx.store.relation(association?.failover_relation_id)
}

/// R-29-4 as ruled in OQ-1: the other server of the relationship.
fn destination(
    scope: &DhcpScope,
    relation: &AdmDhcpFailoverRelationRow,
    ctx: &Context<'_>,
) -> Destination {
    let owner = Some(scope.parent_dhcp_server_record_id).filter(|id| id.is_set());
    let server1 = relation.server1_record_id.filter(|id| id.is_set());
    let server2 = relation.server2_record_id.filter(|id| id.is_set());
    let is_named = owner.is_some() && (server1 == owner || server2 == owner);
    if is_named && ctx.readings.is(Question::OQ1, "literal") {
        return Destination::Server(scope.parent_dhcp_server_record_id);
    }
    let other = match (
        owner.is_some() && server1 == owner,
        owner.is_some() && server2 == owner,
    ) {
        (true, false) => server2,
        (false, true) => server1,
        (false, false) | (true, true) => return Destination::Nowhere,
    };
    // OQ-14 d
    other.map_or(Destination::Unset, Destination::Server)
}

/// R-29-5a to R-29-6b.
fn store_on(
    scope: &DhcpScope,
    from_table: bool,
    relation: &AdmDhcpFailoverRelationRow,
    destination: RecordId,
    ctx: &mut Context<'_>,
) -> Stored {
    let replication = Some(Replication {
        source: scope.record_id,
        destination,
    });
    // R-29-5a, R-29-5b
    let mut scope_to_store = scope.clone();
    scope_to_store.parent_dhcp_server_record_id = destination;
    // OQ-4: the key is the subnet on the destination.
    let existing = if ctx.readings.is(Question::OQ4, "record-id") {
        let key = (scope.family, scope.record_id);
        let row = ctx
            .store
            .scope(key)
            .filter(|row| row.dhcp_server_record_id == destination);
        row.map(|row| row.record_id)
    } else {
        ctx.store
            .scope_on_server(scope.family, destination, scope.details.scope_id)
    };
    // OQ-5: the clone takes the partner row's id, or none.
    let takes_partner_row = ctx.readings.is(Question::OQ5, "partner-row");
    if takes_partner_row {
        scope_to_store.record_id = existing.unwrap_or(RecordId::UNSET);
    }
    // OQ-12: the DNS settings are flagged. Of the rest, what the client sent is stored as sent (OQ-20), and what is
    // tracked for a scope of the table speaks of the partner's row.
    if ctx.readings.is(Question::OQ12, "configuration") {
        scope_to_store.modified_properties = DNS_PROPERTIES
            .iter()
            .map(|name| (*name).to_owned())
            .collect();
        if from_table
            && takes_partner_row
            && let Some(server) = ctx
                .store
                .get_dhcp_server_from_table(destination, scope.family)
        {
            let source = (scope.family, scope.record_id);
            let copy = existing.map(|id| (scope.family, id));
            let tracked =
                track_configuration(&mut scope_to_store, source, copy, &server, ctx.store);
            if let Err(fault) = tracked {
                return Stored::at_once(Err(fault));
            }
        }
    }
    let stored = match existing {
        // R-29-6a
        Some(_) => update_scope::update(&scope_to_store, replication, ctx),
        // R-29-6b
        None => create_scope::create(&scope_to_store, replication, ctx),
    };
    if let Ok(copy) = stored.result
        && ctx.readings.is(Question::OQ11, "attach")
    {
        attach(scope, relation, copy, ctx.store);
    }
    stored
}

/// OQ-11: the copy is associated with the relationship, and both copies are in step.
fn attach(
    scope: &DhcpScope,
    relation: &AdmDhcpFailoverRelationRow,
    copy: RecordId,
    store: &mut dyn DataStore,
) {
    let is_associated = store
        .associations_of(copy)
        .iter()
        .any(|row| row.failover_relation_id == relation.record_id);
    if !is_associated {
        store.insert_association(relation.record_id, copy);
    }
    for id in [scope.record_id, copy] {
        if let Some(row) = store.scope((scope.family, id)) {
            let mut row = AdmDhcpScopesRow::clone(&row);
            row.details.failover_config_sync_status = DhcpFailoverConfigSyncStatus::InSync;
            store.update_scope(row);
        }
    }
}
