//! What .29 has in store for each scope ([MS-IPAMM2] 3.19.4.4.1.29), before any partner has a say in it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::model::{AdmDhcpFailoverRelationRow, AdmDhcpOptionsRow, RecordId, ScopeDetails, Tables};
use crate::oracle::{Case, Copy, Write, WriteKind, options, validation};
use crate::spec::{AddressFamily, Grade, IpamExceptionId, Question, RequirementId};
use crate::world::RequestKind;

const V4: AddressFamily = AddressFamily::InterNetwork;

/// What may be tried with one scope; the first plan is our ruling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Planned {
    /// The scope's RecordId.
    pub(super) source: RecordId,
    /// Never empty.
    pub(super) plans: Vec<Plan>,
    /// The question that leaves more than one plan.
    pub(super) question: Option<Question>,
}

/// One thing that may be tried with a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plan {
    /// Nothing, and that is no error.
    Skip {
        requirement: RequirementId,
        grade: Grade,
    },
    /// A fault before anything reaches a partner.
    Fault {
        requirement: RequirementId,
        detail: Option<IpamExceptionId>,
    },
    /// A request to the partner.
    Send(Box<Request>),
}

/// A create or an update that reaches a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    /// What it writes when it is applied.
    pub(super) write: Write,
    /// `None` where it depends on an earlier request of the same operation.
    pub(super) kind: Option<RequestKind>,
}

/// A scope that .29 is handed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) record_id: RecordId,
    /// DHCPServerRecordId, or ParentDhcpServerRecordId as sent.
    pub(super) owner: RecordId,
    pub(super) details: &'a ScopeDetails,
    /// Whether the columns come from the client and not from the tables (OQ-20).
    pub(super) as_sent: bool,
}

/// What the tables hold, by the keys that .29 looks for; local to one call.
pub(super) struct Plain<'a> {
    tables: &'a Tables,
    /// IPv4 scopes by server and subnet (OQ-4).
    copies: BTreeMap<(RecordId, IpAddr), RecordId>,
    /// The relations a scope is associated with, in the order of the associations.
    relations_of: BTreeMap<RecordId, Vec<RecordId>>,
    /// The options of a scope.
    options_of: BTreeMap<RecordId, Vec<&'a AdmDhcpOptionsRow>>,
}

impl<'a> Plain<'a> {
    pub(super) fn of(tables: &'a Tables) -> Self {
        // backwards, so that of two rows with one key the one with the lower RecordId stays
        let copies = tables
            .scopes
            .values()
            .rev()
            .filter(|row| row.family == V4)
            .map(|row| {
                (
                    (row.dhcp_server_record_id, row.details.scope_id),
                    row.record_id,
                )
            })
            .collect();
        let mut relations_of: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for row in tables.scope_failovers.values() {
            relations_of
                .entry(row.scope_id)
                .or_default()
                .push(row.failover_relation_id);
        }
        let mut options_of: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for row in tables.options.values().filter(|row| row.family == V4) {
            options_of
                .entry(row.scope_record_id)
                .or_default()
                .push(row.as_ref());
        }
        Self {
            tables,
            copies,
            relations_of,
            options_of,
        }
    }

    /// The row of a subnet on a server (OQ-4).
    pub(super) fn copy_on(&self, server: RecordId, scope_id: IpAddr) -> Option<RecordId> {
        self.copies.get(&(server, scope_id)).copied()
    }
}

/// What may be tried with one IPv4 scope (R-29-3a to R-29-6b).
pub(super) fn plan(case: &Case<'_>, plain: &Plain<'_>, source: Source<'_>) -> Planned {
    let associations = plain
        .relations_of
        .get(&source.record_id)
        .map_or(&[][..], Vec::as_slice);
    let counted = match associations {
        // R-29-3a
        [] => {
            let skip = skip(RequirementId::R_29_3a, Grade::Hard);
            return planned(source.record_id, vec![skip], None);
        }
        // OQ-22
        [.., highest] if case.readings.is(Question::OQ22, "highest") => {
            std::slice::from_ref(highest)
        }
        all => all,
    };
    let mut plans: Vec<Plan> = Vec::new();
    let mut question = None;
    for relation in counted {
        let (found, left_by) = match plain.tables.relations.get(relation) {
            // R-29-3b
            None => (vec![skip(RequirementId::R_29_3b, Grade::Hard)], None),
            // R-29-3c
            Some(relation) => by_relation(case, plain, source, relation),
        };
        let before = plans.len();
        for plan in found {
            if !plans.contains(&plan) {
                plans.push(plan);
            }
        }
        if before > 0 && plans.len() > before {
            question = Some(Question::OQ22);
        }
        question = question.or(left_by);
    }
    planned(source.record_id, plans, question)
}

fn by_relation(
    case: &Case<'_>,
    plain: &Plain<'_>,
    source: Source<'_>,
    relation: &AdmDhcpFailoverRelationRow,
) -> (Vec<Plan>, Option<Question>) {
    let position = |id: Option<RecordId>| id.filter(|id| id.is_set());
    let ends = (
        position(relation.server1_record_id),
        position(relation.server2_record_id),
    );
    let owner = position(Some(source.owner));
    let is_first = owner.is_some() && ends.0 == owner;
    let is_second = owner.is_some() && ends.1 == owner;
    // R-29-4, OQ-1
    let destination = match (is_first, is_second) {
        // OQ-14 c
        (false, false) => return (vec![skip(RequirementId::R_29_4, Grade::Soft)], None),
        _ if case.readings.is(Question::OQ1, "literal") => owner,
        (true, true) => return (vec![skip(RequirementId::R_29_4, Grade::Soft)], None),
        (true, false) => ends.1,
        (false, true) => ends.0,
    };
    let Some(destination) = destination else {
        // OQ-14 d
        let skip = skip(RequirementId::R_29_4, Grade::Hard);
        if case.readings.is(Question::OQ14, "skip") {
            return (vec![skip], None);
        }
        let fault = fault(
            RequirementId::R_29_4,
            Some(IpamExceptionId::FAILOVER_FAILED_TO_FETCH),
        );
        return (vec![fault, skip], Some(Question::OQ14));
    };
    to_destination(case, plain, source, destination)
}

fn to_destination(
    case: &Case<'_>,
    plain: &Plain<'_>,
    source: Source<'_>,
    destination: RecordId,
) -> (Vec<Plan>, Option<Question>) {
    // R-29-6a, R-29-6b: the subnet on the destination decides, never the clone's RecordId (OQ-4, OQ-5)
    let copy = plain.copy_on(destination, source.details.scope_id);
    let (kind, request, requirement) = match copy {
        Some(row) => (
            WriteKind::Update(row),
            RequestKind::Update,
            RequirementId::R_29_6a,
        ),
        None => (
            WriteKind::Create,
            RequestKind::Create,
            RequirementId::R_29_6b,
        ),
    };
    let by_request = |create, update| match request {
        RequestKind::Create => create,
        RequestKind::Update => update,
    };
    let Some(server) = plain.tables.servers.get(&(V4, destination)) else {
        // R-3-6, R-4-6 (OQ-14 e)
        let requirement = by_request(RequirementId::R_3_6, RequirementId::R_4_6);
        let detail = Some(IpamExceptionId::DHCP_SERVER_FAILED_TO_FETCH);
        return (vec![fault(requirement, detail)], None);
    };
    // R-3-9, R-4-9
    if let Some(broken) = validation::first_broken(V4, source.details) {
        return (vec![fault(broken, None)], None);
    }
    let send = Plan::Send(Box::new(Request {
        write: Write {
            server: destination,
            server_name: server.name.clone(),
            scope_id: source.details.scope_id,
            kind,
            copy: Copy {
                details: source.details.clone(),
            },
            requirement,
        },
        kind: Some(request),
    }));
    // R-3-16a, R-4-16a: by the letter no option of a scope read from the table is tracked, so none can be in the way
    let unmapped = plain
        .options_of
        .get(&source.record_id)
        .and_then(|options| options::unmapped(plain.tables, options, server))
        .filter(|_| !case.readings.is(Question::OQ12, "literal"));
    let Some(detail) = unmapped else {
        return (vec![send], None);
    };
    let requirement = by_request(RequirementId::R_3_16a, RequirementId::R_4_16a);
    let fault = fault(requirement, Some(detail));
    if source.as_sent {
        // the client's object says nothing of these options; only a server that reads the scope again meets them
        (vec![send, fault], Some(Question::OQ20))
    } else {
        (vec![fault, send], Some(Question::OQ12))
    }
}

/// Scopes of one call that go to the same subnet on the same server overwrite each other.
///
/// Whichever comes last stays, and only the first can be a create. Rows of one server never meet here, as a server
/// has one scope for a subnet; a client may send what it likes (OQ-20).
pub(super) fn reconcile(all: &mut [Planned]) {
    let mut writers: BTreeMap<(RecordId, IpAddr), Vec<(usize, Copy)>> = BTreeMap::new();
    for (index, planned) in all.iter().enumerate() {
        for plan in &planned.plans {
            if let Plan::Send(request) = plan {
                let key = (request.write.server, request.write.scope_id);
                let copy = request.write.copy.clone();
                writers.entry(key).or_default().push((index, copy));
            }
        }
    }
    writers.retain(|_, found| found.len() > 1);
    for planned in all {
        let mut plans: Vec<Plan> = Vec::with_capacity(planned.plans.len());
        for plan in planned.plans.drain(..) {
            let key = match &plan {
                Plan::Send(request) => (request.write.server, request.write.scope_id),
                Plan::Skip { .. } | Plan::Fault { .. } => {
                    plans.push(plan);
                    continue;
                }
            };
            let (Some(found), Plan::Send(request)) = (writers.get(&key), &plan) else {
                plans.push(plan);
                continue;
            };
            for (_, copy) in found.iter().rev() {
                let mut request = request.clone();
                request.write.copy = copy.clone();
                request.kind = request.kind.filter(|kind| *kind == RequestKind::Update);
                let plan = Plan::Send(request);
                if !plans.contains(&plan) {
                    plans.push(plan);
                }
            }
        }
        planned.plans = plans;
    }
}

const fn planned(source: RecordId, plans: Vec<Plan>, question: Option<Question>) -> Planned {
    Planned {
        source,
        plans,
        question,
    }
}

/// The plan to leave a scope alone.
pub(super) const fn skip(requirement: RequirementId, grade: Grade) -> Plan {
    Plan::Skip { requirement, grade }
}

const fn fault(requirement: RequirementId, detail: Option<IpamExceptionId>) -> Plan {
    Plan::Fault {
        requirement,
        detail,
    }
}
