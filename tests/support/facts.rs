//! What a trace says about its sessions and operations, and what plain tables say about servers and their partners.
//!
//! Written for the properties, without the suite's own cutting of traces, without its oracle and without the store.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use ipamconf::model::{
    AdmDhcpScopesRow, Callback, ClassRow, ClientMessage, Event, IpamException, RecordId, RowKey,
    ScopeDetails, SerDuration, SoapFault, SubTaskDetails, Tables, Terminal, Value,
};
use ipamconf::spec::{
    AddressFamily, DhcpFailoverConfigSyncStatus, DhcpLeaseDurationType, DhcpScopeStatus,
    DhcpServingClientsType, IpamAdminOperationId, SubTaskStatus,
};
use ipamconf::trace::{Trace, What};

/// What came on one session.
#[derive(Debug)]
pub(crate) struct Session {
    /// Its place in the trace.
    pub(crate) index: usize,
    /// Everything, in order.
    pub(crate) events: Vec<Event>,
    /// The callbacks among them.
    pub(crate) callbacks: Vec<Callback>,
    /// The client closed it or lost it.
    pub(crate) client_left: bool,
}

/// The sessions of a trace, in order.
pub(crate) fn sessions(trace: &Trace) -> Vec<Session> {
    (0..trace.sessions())
        .map(|index| {
            let records = || {
                trace
                    .log
                    .iter()
                    .filter(move |record| record.session == Some(index))
            };
            let events: Vec<Event> = records()
                .filter_map(|record| match &record.what {
                    What::Received(event) => Some(event.clone()),
                    _ => None,
                })
                .collect();
            let callbacks: Vec<Callback> =
                events.iter().filter_map(Event::callback).cloned().collect();
            Session {
                index,
                client_left: records()
                    .any(|record| matches!(record.what, What::ClosedByClient | What::Dropped)),
                events,
                callbacks,
            }
        })
        .collect()
}

impl Session {
    /// The first Completed value and the exception that came with it.
    pub(crate) fn end(&self) -> Option<(Terminal, Option<&IpamException>)> {
        self.callbacks.iter().find_map(|callback| {
            let terminal = callback.terminal()?;
            let Callback::SetOverallStatus {
                completion_status, ..
            } = callback
            else {
                return None;
            };
            Some((
                terminal,
                completion_status
                    .as_ref()
                    .and_then(|status| status.exception()),
            ))
        })
    }

    /// The fault replies.
    pub(crate) fn faults(&self) -> Vec<&SoapFault> {
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::Fault(fault) => Some(fault),
                _ => None,
            })
            .collect()
    }

    /// Whether parameters were accepted.
    pub(crate) fn was_initialized(&self) -> bool {
        self.events
            .contains(&Event::InitializeOperationParametersResponse)
    }
}

/// One `replicate` step, or one direct call.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The operation that was asked for, where it is a member.
    pub(crate) operation: Option<IpamAdminOperationId>,
    /// The parameters object as sent.
    pub(crate) paramters: Option<Value>,
    /// The tables before its step.
    pub(crate) before: Arc<Tables>,
    /// The tables after its step.
    pub(crate) after: Arc<Tables>,
    /// What came.
    session: Session,
}

/// The operations of a trace whose every operation is one step: one session each.
pub(crate) fn operations(trace: &Trace) -> Vec<Operation> {
    let mut found: Vec<Operation> = Vec::new();
    for session in sessions(trace) {
        let index = session.index;
        let asked = trace
            .log
            .iter()
            .filter(|record| record.session == Some(index))
            .find_map(|record| {
                let (operation, paramters) = match &record.what {
                    What::Called {
                        operation,
                        paramters,
                        ..
                    } => (Some(*operation), paramters.clone()),
                    What::Sent {
                        message: ClientMessage::InitializeOperationParameters { paramters },
                        ..
                    } => (operation_of(paramters.as_ref()), paramters.clone()),
                    _ => return None,
                };
                Some((record.step, operation, paramters))
            });
        let Some((step, operation, paramters)) = asked else {
            continue;
        };
        let step = &trace.steps[step];
        let (Some(before), Some(after)) = (step.before.clone(), step.after.clone()) else {
            continue;
        };
        found.push(Operation {
            operation,
            paramters,
            before,
            after,
            session,
        });
    }
    found
}

fn operation_of(paramters: Option<&Value>) -> Option<IpamAdminOperationId> {
    let Some(Value::Object(object)) = paramters else {
        return None;
    };
    match object.member("OperationId") {
        Some(Value::Text(name)) => IpamAdminOperationId::from_name(name),
        _ => None,
    }
}

impl Operation {
    /// How it ended, where it did.
    pub(crate) fn terminal(&self) -> Option<Terminal> {
        self.session.end().map(|(terminal, _)| terminal)
    }

    /// The subnet of the scope whose subtask failed, where one did.
    pub(crate) fn failing_subnet(&self) -> Option<IpAddr> {
        self.session.callbacks.iter().find_map(|callback| {
            let Callback::SetSubTaskStatus {
                sub_task_instance,
                status: SubTaskStatus::CompletedWithError,
                ..
            } = callback
            else {
                return None;
            };
            match &sub_task_instance.sub_task_instance_details {
                Some(SubTaskDetails::ScopeDataFormatter { scope_id, .. }) => scope_id.parse().ok(),
                _ => None,
            }
        })
    }

    /// Whether the operation itself was reached.
    pub(crate) fn was_started(&self) -> bool {
        !self.session.callbacks.is_empty()
    }

    /// Whether the parameters are those of ReplicateServer, with a server.
    pub(crate) fn is_usable(&self) -> bool {
        match &self.paramters {
            Some(Value::Object(object)) => {
                object.type_name.as_deref() == Some("ReplicateServerParameters")
                    && matches!(object.member("Server"), Some(Value::Object(_)))
            }
            _ => false,
        }
    }

    /// Server.RecordId, where there is one that some row may have.
    pub(crate) fn source(&self) -> Option<RecordId> {
        let Some(Value::Object(object)) = &self.paramters else {
            return None;
        };
        let Some(Value::Object(server)) = object.member("Server") else {
            return None;
        };
        match server.member("RecordId") {
            Some(Value::Text(text)) => text.parse().ok().map(RecordId).filter(|id| id.is_set()),
            _ => None,
        }
    }
}

/// Every row that belongs to a server, of either family: its scopes with their ranges, associations and options.
pub(crate) fn rows_of(tables: &Tables, server: RecordId) -> String {
    let scopes: BTreeSet<RowKey> = tables
        .scopes
        .iter()
        .filter(|(_, row)| row.dhcp_server_record_id == server)
        .map(|(key, _)| *key)
        .collect();
    let rows: Vec<_> = tables
        .scopes
        .iter()
        .filter(|(key, _)| scopes.contains(key))
        .collect();
    let ranges: Vec<_> = tables
        .ranges
        .values()
        .filter(|row| scopes.contains(&(row.family, row.scope_record_id)))
        .collect();
    let associations: Vec<_> = tables
        .scope_failovers
        .values()
        .filter(|row| scopes.contains(&(AddressFamily::InterNetwork, row.scope_id)))
        .collect();
    let options: Vec<_> = tables
        .options
        .values()
        .filter(|row| scopes.contains(&(row.family, row.scope_record_id)))
        .collect();
    format!("{rows:?} {ranges:?} {associations:?} {options:?}")
}

/// The servers that some relationship pairs with this one.
pub(crate) fn partners_of(tables: &Tables, server: RecordId) -> BTreeSet<RecordId> {
    let mut partners = BTreeSet::new();
    for row in tables.relations.values() {
        let ends = [row.server1_record_id, row.server2_record_id];
        if ends.contains(&Some(server)) {
            partners.extend(ends.into_iter().flatten().filter(|end| *end != server));
        }
    }
    partners
}

/// The scopes of a server that have one partner to go to, with that partner: the association with the lowest RecordId
/// counts (OQ-22), and its relationship names the server in one position and another server in the other.
pub(crate) fn to_replicate(
    tables: &Tables,
    server: RecordId,
) -> Vec<(&AdmDhcpScopesRow, RecordId)> {
    let partner_of = |scope: &AdmDhcpScopesRow| {
        let association = tables
            .scope_failovers
            .values()
            .find(|row| row.scope_id == scope.record_id)?;
        let relation = tables.relations.get(&association.failover_relation_id)?;
        let partner = match (relation.server1_record_id, relation.server2_record_id) {
            (Some(first), Some(second)) if first == server && second != server => second,
            (Some(first), Some(second)) if second == server && first != server => first,
            _ => return None,
        };
        partner.is_set().then_some(partner)
    };
    tables
        .scopes
        .values()
        .filter(|row| {
            row.family == AddressFamily::InterNetwork && row.dhcp_server_record_id == server
        })
        .filter_map(|row| Some((&**row, partner_of(row)?)))
        .collect()
}

/// The IPv4 rows of a server for a subnet.
pub(crate) fn copies(
    tables: &Tables,
    server: RecordId,
    scope_id: IpAddr,
) -> Vec<&AdmDhcpScopesRow> {
    tables
        .scopes
        .values()
        .map(|row| &**row)
        .filter(|row| row.family == AddressFamily::InterNetwork)
        .filter(|row| row.dhcp_server_record_id == server && row.details.scope_id == scope_id)
        .collect()
}

/// The columns of R-3-10 and R-4-10, RecordId aside.
pub(crate) type SevenColumns<'a> = (
    IpAddr,
    &'a str,
    DhcpScopeStatus,
    i64,
    DhcpLeaseDurationType,
    SerDuration,
    DhcpServingClientsType,
);

/// The seven columns of a scope.
pub(crate) fn seven_columns(details: &ScopeDetails) -> SevenColumns<'_> {
    (
        details.scope_id,
        &details.scope_name,
        details.status,
        details.subnet_delay,
        details.lease_duration_type,
        details.lease_duration,
        details.serving_clients_type,
    )
}

/// An option by what it means: number, vendor class, user class and values.
type Meaning = (Option<u32>, Option<String>, Option<String>, Vec<String>);

/// What replication brings over (OQ-12): the columns that are not a row's own, the values of its range and its options
/// by meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Configuration {
    details: ScopeDetails,
    range: Option<(IpAddr, IpAddr, i32, IpAddr, String)>,
    options: BTreeSet<Meaning>,
}

/// The configuration of a scope.
pub(crate) fn configuration(tables: &Tables, row: &AdmDhcpScopesRow) -> Configuration {
    let range = tables
        .ranges
        .values()
        .find(|range| range.family == row.family && range.scope_record_id == row.record_id);
    let options = tables
        .options
        .values()
        .filter(|option| option.family == row.family && option.scope_record_id == row.record_id)
        .map(|option| {
            let server = tables.servers.get(&(row.family, option.server_record_id));
            let definition = server.and_then(|server| {
                server
                    .option_definitions
                    .iter()
                    .find(|known| known.record_id == option.option_definition_record_id)
            });
            let class_name = |classes: &[ClassRow], id: Option<RecordId>| {
                let found = classes.iter().find(|class| Some(class.record_id) == id);
                found.map(|class| class.name.clone())
            };
            (
                definition.map(|known| known.option_id),
                server.zip(definition).and_then(|(server, known)| {
                    class_name(&server.vendor_classes, known.vendor_class_record_id)
                }),
                server.and_then(|server| {
                    class_name(&server.user_classes, option.user_class_record_id)
                }),
                option.values.clone(),
            )
        })
        .collect();
    Configuration {
        details: ScopeDetails {
            number_of_active_leases: 0,
            failover_config_sync_status: DhcpFailoverConfigSyncStatus::Unknown,
            ..row.details.clone()
        },
        range: range.map(|range| {
            (
                range.start_ip_address,
                range.end_ip_address,
                range.prefix_length,
                range.subnet_id,
                range.description.clone(),
            )
        }),
        options,
    }
}

/// What is a row's own and is taken over from nobody (OQ-11, OQ-12), beside its key and its server.
pub(crate) type Identity<'a> = (
    RowKey,
    RecordId,
    &'a str,
    Option<&'a str>,
    u64,
    DhcpFailoverConfigSyncStatus,
);

/// RecordId, DHCPServerRecordId, AccessScope, SuperscopeId, NumberOfActiveLeases, FailoverConfigSyncStatus.
pub(crate) fn identity(row: &AdmDhcpScopesRow) -> Identity<'_> {
    (
        (row.family, row.record_id),
        row.dhcp_server_record_id,
        &row.access_scope,
        row.superscope.as_deref(),
        row.details.number_of_active_leases,
        row.details.failover_config_sync_status,
    )
}

/// The scopes of [`to_replicate`] whose copy is nobody else's: no other scope of the server has the subnet, and the
/// partner has it at most once.
pub(crate) fn with_own_copy(
    tables: &Tables,
    server: RecordId,
) -> Vec<(&AdmDhcpScopesRow, RecordId)> {
    let mut scopes = to_replicate(tables, server);
    scopes.retain(|(scope, partner)| {
        copies(tables, server, scope.details.scope_id).len() == 1
            && copies(tables, *partner, scope.details.scope_id).len() <= 1
    });
    scopes
}

/// The owners of scope, range and option rows that are not the same in both tables; a range or an option whose scope
/// is in neither has the owner 0.
pub(crate) fn differing_owners(before: &Tables, after: &Tables) -> BTreeSet<RowKey> {
    let mut owners = BTreeSet::new();
    let owner = |family, scope| {
        let row = after
            .scopes
            .get(&(family, scope))
            .or_else(|| before.scopes.get(&(family, scope)));
        (
            family,
            row.map_or(RecordId::UNSET, |row| row.dhcp_server_record_id),
        )
    };
    for (one, other) in [(before, after), (after, before)] {
        for (key, row) in &one.scopes {
            if other.scopes.get(key) != Some(row) {
                owners.insert((row.family, row.dhcp_server_record_id));
            }
        }
        for (key, row) in &one.ranges {
            if other.ranges.get(key) != Some(row) {
                owners.insert(owner(row.family, row.scope_record_id));
            }
        }
        for (key, row) in &one.options {
            if other.options.get(key) != Some(row) {
                owners.insert(owner(row.family, row.scope_record_id));
            }
        }
    }
    owners
}
