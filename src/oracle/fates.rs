//! What .29 has in store for each scope ([MS-IPAMM2] 3.19.4.4.1.29), before any partner has a say in it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpOptionsRow, AdmDhcpServersRow, RecordId, ScopeDetails,
    Tables,
};
use crate::oracle::copy::{self, Before};
use crate::oracle::objects::ScopeObject;
use crate::oracle::{Case, Copy, Taken, Write, WriteKind, options, validation};
use crate::spec::{AddressFamily, Grade, IpamExceptionId, Question, RequirementId};
use crate::world::RequestKind;

const V4: AddressFamily = AddressFamily::InterNetwork;

/// What may be tried with one scope; the first plan is our ruling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Planned {
    /// The scope's RecordId.
    pub(super) source: RecordId,
    pub(super) family: AddressFamily,
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
    /// The partner that is asked, whatever row is written then (OQ-5).
    pub(super) to: RecordId,
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
    /// The object that the client sent, where the scope is not read from the tables (OQ-20).
    pub(super) sent: Option<&'a ScopeObject>,
}

/// What the tables hold, by the keys that .29 looks for; local to one call.
pub(super) struct Plain<'a> {
    tables: &'a Tables,
    /// IPv4 scopes by server and subnet (OQ-4).
    copies: BTreeMap<(RecordId, IpAddr), RecordId>,
    /// The relations a scope is associated with, in the order of the associations.
    relations_of: BTreeMap<RecordId, Vec<RecordId>>,
    /// The relations that scopes may be associated with by an earlier scope of the same call (OQ-11).
    attached: BTreeMap<RecordId, Vec<RecordId>>,
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
            attached: BTreeMap::new(),
            options_of,
        }
    }

    /// What a scope that is planned may leave behind for the scopes after it.
    pub(super) fn follow(&mut self, planned: &Planned) {
        for plan in &planned.plans {
            let Plan::Send(request) = plan else {
                continue;
            };
            if let (WriteKind::Update(row), Some(relation)) =
                (request.write.kind, request.write.attach)
            {
                self.attached.entry(row).or_default().push(relation);
            }
        }
    }

    fn associations(&self, scope: RecordId) -> Vec<RecordId> {
        let list =
            |of: &BTreeMap<RecordId, Vec<RecordId>>| of.get(&scope).cloned().unwrap_or_default();
        let mut all = list(&self.relations_of);
        for relation in list(&self.attached) {
            if !all.contains(&relation) {
                all.push(relation);
            }
        }
        all
    }

    fn server(&self, id: RecordId) -> Option<&'a AdmDhcpServersRow> {
        self.tables.servers.get(&(V4, id)).map(AsRef::as_ref)
    }

    fn options(&self, scope: RecordId) -> &[&'a AdmDhcpOptionsRow] {
        self.options_of.get(&scope).map_or(&[], Vec::as_slice)
    }

    /// The row that a write meets.
    fn before(&self, kind: WriteKind) -> Before<'_> {
        let WriteKind::Update(id) = kind else {
            return Before::default();
        };
        let row = self.tables.scopes.get(&(V4, id)).map(AsRef::as_ref);
        Before {
            row,
            server: row.and_then(|row| self.server(row.dhcp_server_record_id)),
            options: self.options(id),
        }
    }

    /// The row of a subnet on a server (OQ-4).
    pub(super) fn copy_on(&self, server: RecordId, scope_id: IpAddr) -> Option<RecordId> {
        self.copies.get(&(server, scope_id)).copied()
    }
}

/// What may be tried with one IPv4 scope (R-29-3a to R-29-6b).
pub(super) fn plan(case: &Case<'_>, plain: &Plain<'_>, source: Source<'_>) -> Planned {
    let associations = plain.associations(source.record_id);
    let counted = match associations.as_slice() {
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
    if !plain.relations_of.contains_key(&source.record_id) {
        // only a copy that was written before is associated at all (OQ-11)
        plans.push(skip(RequirementId::R_29_3a, Grade::Soft));
        question = question.or(Some(Question::OQ11));
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
    to_destination(case, plain, source, relation, destination)
}

/// What .3 and .4 make of the clone, before the partner is asked (R-29-5a to R-29-6b).
fn to_destination(
    case: &Case<'_>,
    plain: &Plain<'_>,
    source: Source<'_>,
    relation: &AdmDhcpFailoverRelationRow,
    destination: RecordId,
) -> (Vec<Plan>, Option<Question>) {
    let scopes = &plain.tables.scopes;
    let own = scopes.get(&(V4, source.record_id));
    let twin = plain.copy_on(destination, source.details.scope_id);
    // R-29-6a, R-29-6b: the subnet on the destination decides, or the RecordId, which is the source's (OQ-4)
    let copy = if case.readings.is(Question::OQ4, "record-id") {
        own.filter(|row| row.dhcp_server_record_id == destination)
            .map(|row| row.record_id)
    } else {
        twin
    };
    let (request, requirement) = match copy {
        Some(_) => (RequestKind::Update, RequirementId::R_29_6a),
        None => (RequestKind::Create, RequirementId::R_29_6b),
    };
    let by_request = |create, update| match request {
        RequestKind::Create => create,
        RequestKind::Update => update,
    };
    let Some(server) = plain.server(destination) else {
        // R-3-6, R-4-6 (OQ-14 e)
        let requirement = by_request(RequirementId::R_3_6, RequirementId::R_4_6);
        let detail = Some(IpamExceptionId::DHCP_SERVER_FAILED_TO_FETCH);
        return (vec![fault(requirement, detail)], None);
    };
    let keeps_id = case.readings.is(Question::OQ5, "literal");
    let row = if keeps_id {
        own.map(|row| row.record_id)
    } else {
        // R-3-7b looks among the rows of the destination only (OQ-5 iii)
        copy.or(twin)
    };
    let kind = match (request, row) {
        (RequestKind::Update, Some(row)) => Ok(WriteKind::Update(row)),
        (RequestKind::Create, None) => Ok(WriteKind::Create),
        // R-3-8
        (RequestKind::Create, Some(_)) => Err(RequirementId::R_3_8),
        // R-4-8
        (RequestKind::Update, None) => Err(RequirementId::R_4_8),
    };
    let before = plain.before(kind.unwrap_or(WriteKind::Create));
    let Contents {
        mut copy,
        fault: unmapped,
        other_fault,
    } = contents(case, plain, source, server, before);
    let any_tracked = source.sent.map_or_else(
        || !copy::only_the_listed(case),
        |sent| !sent.options.is_empty(),
    );
    if keeps_id && any_tracked {
        // the partner's ids under the source's row: nobody can say what they mean there
        copy.options = None;
    }
    let step = match kind {
        Err(requirement) => fault(requirement, None),
        Ok(kind) => match validation::first_broken(V4, source.details) {
            // R-3-9, R-4-9
            Some(broken) => fault(broken, None),
            None => Plan::Send(Box::new(Request {
                to: destination,
                write: Write {
                    server: before
                        .row
                        .map_or(destination, |row| row.dhcp_server_record_id),
                    server_name: server.name.clone(),
                    scope_id: source.details.scope_id,
                    kind,
                    copy,
                    requirement,
                    attach: case
                        .readings
                        .is(Question::OQ11, "attach")
                        .then_some(relation.record_id),
                },
                kind: Some(request),
            })),
        },
    };
    // R-3-16a, R-4-16a
    let requirement = by_request(RequirementId::R_3_16a, RequirementId::R_4_16a);
    let unstorable = |detail| fault(requirement, Some(detail));
    match (unmapped, other_fault) {
        // options are mapped before .3 and .4 are called (OQ-12)
        (Some(detail), _) => (vec![unstorable(detail), step], Some(Question::OQ12)),
        (None, Some(detail)) => (vec![step, unstorable(detail)], Some(Question::OQ20)),
        (None, None) => (vec![step], None),
    }
}

/// What a copy is to hold, and why that may be impossible.
struct Contents {
    copy: Copy,
    /// Our ruling.
    fault: Option<IpamExceptionId>,
    /// Accepted as well.
    other_fault: Option<IpamExceptionId>,
}

fn contents(
    case: &Case<'_>,
    plain: &Plain<'_>,
    source: Source<'_>,
    destination: &AdmDhcpServersRow,
    before: Before<'_>,
) -> Contents {
    let own_server = plain.server(source.owner);
    // by the letter no option of a scope read from the table is tracked, so none can be in the way
    let stored = if copy::only_the_listed(case) {
        Ok(Vec::new())
    } else {
        options::taken_over(own_server, plain.options(source.record_id), destination)
    };
    let Some(sent) = source.sent else {
        let (options, fault) = match stored {
            Ok(options) => (Some(options), None),
            Err(detail) => (None, Some(detail)),
        };
        return Contents {
            copy: copy::of_row(case, source.details, options, before),
            fault,
            other_fault: None,
        };
    };
    let tracked = copy::options_of_replicated_object(case, own_server, destination, sent, before);
    let dns = if copy::only_the_listed(case) {
        Taken::Own
    } else {
        Taken::Source
    };
    Contents {
        copy: copy::of_object(case, sent, dns, tracked.options, before),
        fault: tracked.fault,
        // only a server that reads the scope again meets the options it has in the tables (OQ-20)
        other_fault: tracked.other_fault.or_else(|| stored.err()),
    }
}

/// What a write meets: scopes of one call that have the same one overwrite each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Row(RecordId),
    Place(RecordId, IpAddr),
}

impl Target {
    pub(super) const fn of(write: &Write) -> Self {
        match write.kind {
            WriteKind::Update(row) => Self::Row(row),
            WriteKind::Create => Self::Place(write.server, write.scope_id),
        }
    }
}

/// Scopes of one call that go to the same subnet on the same server overwrite each other.
///
/// Whichever comes last stays, and only the first can be a create. Rows of one server never meet here, as a server
/// has one scope for a subnet; a client may send what it likes (OQ-20).
pub(super) fn reconcile(case: &Case<'_>, all: &mut [Planned]) {
    let mut writers: BTreeMap<Target, Vec<Copy>> = BTreeMap::new();
    for plan in all.iter().flat_map(|planned| &planned.plans) {
        if let Plan::Send(request) = plan {
            let copies = writers.entry(Target::of(&request.write)).or_default();
            copies.push(request.write.copy.clone());
        }
    }
    writers.retain(|_, found| found.len() > 1);
    for copies in writers.values_mut() {
        // changes that differ add up in an order of their own
        let differs = |same: &dyn Fn(&Copy, &Copy) -> bool| {
            copies.windows(2).any(|pair| !same(&pair[0], &pair[1]))
        };
        let exclusions = differs(&|one, other| one.exclusions == other.exclusions);
        let options = differs(&|one, other| one.options == other.options);
        for copy in copies {
            if exclusions {
                copy.exclusions = None;
            }
            if options {
                copy.options = None;
            }
        }
    }
    // a RecordId never finds what an earlier scope of the call has created, and .3 then finds it in the way (OQ-4)
    let creates_twice = case.readings.is(Question::OQ4, "record-id");
    // the subnet finds it, and .4 looks for the source's RecordId, which the new row need not have (OQ-5)
    let misses_created = !creates_twice && case.readings.is(Question::OQ5, "literal");
    let mut created: BTreeSet<Target> = BTreeSet::new();
    for planned in all {
        let mut plans: Vec<Plan> = Vec::with_capacity(planned.plans.len());
        for plan in planned.plans.drain(..) {
            let Plan::Send(request) = &plan else {
                plans.push(plan);
                continue;
            };
            let target = Target::of(&request.write);
            let Some(found) = writers.get(&target) else {
                plans.push(plan);
                continue;
            };
            if matches!(target, Target::Place(..)) && !created.insert(target) {
                if creates_twice {
                    plans.push(fault(RequirementId::R_3_8, None));
                    planned.question = planned.question.or(Some(Question::OQ4));
                } else if misses_created {
                    plans.push(fault(RequirementId::R_4_8, None));
                    planned.question = planned.question.or(Some(Question::OQ5));
                }
            }
            for copy in found.iter().rev() {
                let mut request = request.clone();
                request.write.copy = copy.clone();
                request.kind = request
                    .kind
                    .filter(|kind| *kind == RequestKind::Update || creates_twice);
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
        family: V4,
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
