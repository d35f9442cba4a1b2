//! The store after an operation against what the oracle allows: every difference has to be explained.

mod copies;
mod fates;
mod instead;
mod leftovers;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use crate::check::operation::Operation;
use crate::check::rows::fates::Missing;
use crate::check::rows::instead::Instead;
use crate::model::{
    AdmDhcpOptionsRow, AdmDhcpScopesRow, AdmIpRangeRow, Callback, RecordId, RowKey, ScopeDetails,
    SubTaskDetails, Tables, Terminal,
};
use crate::oracle::{
    Allowed, Choice, Copy, Fate, OptionMeaning, PartnerBounds, Stage, Taken, Write, WriteKind,
};
use crate::scenario::{Column, ColumnView};
use crate::spec::{
    AddressFamily, DhcpFailoverConfigSyncStatus, Grade, IpamAdminOperationId, RequirementId,
};
use crate::store::{Difference, difference};
use crate::trace::Trace;
use crate::verdict::{CheckResult, CheckVerdict, Judge};
use crate::world::Names;

/// How many differences of one kind are shown one by one.
const SHOWN_MAX: usize = 20;

/// The seven columns of R-3-10 and R-4-10, which every copy has to have from its source.
const SEVEN: &[Column] = &[
    Column::ScopeName,
    Column::Status,
    Column::SubnetDelay,
    Column::Lease,
    Column::Serving,
];

/// The rest of the configuration (OQ-12).
const CONFIGURATION: &[Column] = &[
    Column::Subnet,
    Column::Mask,
    Column::Range,
    Column::Description,
    Column::BootpLease,
];

/// The DNS settings of R-3-15 and R-4-15 (OQ-12).
const DNS: &[Column] = &[
    Column::DnsUpdate,
    Column::DnsNameProtection,
    Column::DnsDiscardRecords,
    Column::DnsNotRequesting,
];

/// The exclusion ranges of R-3-17a and R-4-17a (OQ-12).
const EXCLUSIONS: &[Column] = &[Column::Exclusions];

/// What belongs to a row itself and is not taken over (OQ-11, OQ-12).
const OWN: &[Column] = &[
    Column::Superscope,
    Column::AccessScope,
    Column::ActiveLeases,
    Column::Sync,
];

/// What the table of IPv6 scopes has no columns for ([MS-IPAMM2] 3.1.1.1.13).
const IPV4_ONLY: &[Column] = &[
    Column::Mask,
    Column::SubnetDelay,
    Column::Lease,
    Column::Serving,
    Column::BootpLease,
    Column::DnsNotRequesting,
    Column::Sync,
];

const IN_SYNC: DhcpFailoverConfigSyncStatus = DhcpFailoverConfigSyncStatus::InSync;

/// Judges the difference that an operation made.
pub(super) fn judge(
    trace: &Trace,
    operation: &Operation<'_>,
    allowed: &Allowed,
    end: Option<Stage>,
) -> Vec<CheckResult> {
    let Some(ruling) = allowed.ends.first() else {
        return Vec::new();
    };
    let (Some(before), Some(after)) = (&operation.before, &operation.after) else {
        let mut result = CheckResult::pass(
            ruling.requirement,
            Grade::Hard,
            Judge::Oracle,
            "store-difference",
        );
        result.verdict = CheckVerdict::NotObservable;
        return if trace.shows.store {
            Vec::new()
        } else {
            vec![result]
        };
    };
    // Two at a time, or a change from outside: whose difference it is cannot be told.
    if operation.disturbed {
        return Vec::new();
    }
    let asked = Asked {
        nothing: None,
        operation: operation.id(),
        told: told(operation),
    };
    states(&trace.setup.names, before, after, allowed, end, asked)
}

/// Judges the difference that nothing was asked for: there should be none.
pub(super) fn unchanged(
    names: &Names,
    before: &Tables,
    after: &Tables,
    requirement: RequirementId,
) -> Vec<CheckResult> {
    let nothing = Allowed {
        ends: Vec::new(),
        fates: Vec::new(),
        at_most_written: Vec::new(),
        taken: PartnerBounds::default(),
    };
    let asked = Asked {
        nothing: Some(requirement),
        ..Asked::default()
    };
    states(names, before, after, &nothing, None, asked)
}

/// What bears on the reason why a row is wrong.
#[derive(Debug, Default)]
struct Asked {
    /// What a change breaks where no operation was run.
    nothing: Option<RequirementId>,
    /// The operation that was run, where it is known.
    operation: Option<IpamAdminOperationId>,
    /// The subnets of the scopes that subtasks were announced for.
    told: BTreeSet<String>,
}

/// The subnets of the scopes that subtasks were announced for.
fn told(operation: &Operation<'_>) -> BTreeSet<String> {
    let instances = operation.callbacks.iter().filter_map(|(_, callback)| {
        let Callback::AddSubTask { sub_task_instance } = callback else {
            return None;
        };
        match &sub_task_instance.sub_task_instance_details {
            Some(SubTaskDetails::ScopeDataFormatter { scope_id, .. }) => Some(scope_id.clone()),
            _ => None,
        }
    });
    instances.collect()
}

/// The step that a call of .3 or .4 by the client stands for: it replicates nothing, so no requirement of .29 can be
/// broken by it.
const fn stores_directly(operation: Option<IpamAdminOperationId>) -> Option<RequirementId> {
    match operation {
        Some(IpamAdminOperationId::CreateDhcpScope) => Some(RequirementId::R_3_10),
        Some(IpamAdminOperationId::EditDhcpScope) => Some(RequirementId::R_4_10),
        _ => None,
    }
}

/// Judges two states of a store.
fn states(
    names: &Names,
    before: &Tables,
    after: &Tables,
    allowed: &Allowed,
    end: Option<Stage>,
    asked: Asked,
) -> Vec<CheckResult> {
    let direct = stores_directly(asked.operation);
    let difference = difference(before, after);
    let mut created: BTreeMap<Place, Vec<AdmDhcpScopesRow>> = BTreeMap::new();
    for row in &difference.scopes.created {
        let place = (row.family, row.dhcp_server_record_id, row.details.scope_id);
        let rows = created.entry(place).or_default();
        rows.push(AdmDhcpScopesRow::clone(row));
    }
    let mut rows = Rows {
        asked,
        names,
        before,
        after,
        before_view: ColumnView::new(before, names),
        after_view: ColumnView::new(after, names),
        before_options: options_of(before),
        after_options: options_of(after),
        options_changed: difference
            .options
            .rows()
            .map(|row| (row.family, row.scope_record_id))
            .collect(),
        associations: after
            .scope_failovers
            .values()
            .map(|row| (row.scope_id, row.failover_relation_id))
            .collect(),
        new_associations: difference
            .scope_failovers
            .created
            .iter()
            .map(|row| (row.scope_id, row.failover_relation_id))
            .collect(),
        difference,
        created,
        sources: allowed
            .fates
            .iter()
            .map(|fate| (fate.family, fate.source))
            .collect(),
        explained: BTreeSet::new(),
        attached: BTreeSet::new(),
        in_step: BTreeSet::new(),
        missing: Vec::new(),
        instead: OnceCell::new(),
        report: Report::default(),
    };
    rows.fates(allowed, end);
    rows.leftovers(allowed, direct);
    let Report {
        passes,
        mut results,
    } = rows.report;
    results.extend(passes.into_iter().map(|(requirement, check)| {
        CheckResult::pass(requirement, Grade::Hard, Judge::Oracle, check)
    }));
    results
}

fn options_of(tables: &Tables) -> HashMap<RowKey, Vec<&AdmDhcpOptionsRow>> {
    let mut options: HashMap<RowKey, Vec<&AdmDhcpOptionsRow>> = HashMap::new();
    for row in tables.options.values() {
        let scope = (row.family, row.scope_record_id);
        options.entry(scope).or_default().push(row);
    }
    options
}

/// What was found.
#[derive(Default)]
struct Report {
    /// What held, once for all scopes.
    passes: BTreeSet<(RequirementId, &'static str)>,
    results: Vec<CheckResult>,
}

impl Report {
    fn pass(&mut self, requirement: RequirementId, check: &'static str) {
        self.passes.insert((requirement, check));
    }

    fn differs(
        &mut self,
        requirement: RequirementId,
        grade: Grade,
        check: &'static str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        self.results.push(CheckResult::differs(
            requirement,
            grade,
            Judge::Oracle,
            check,
            expected,
            found,
        ));
    }

    fn add(&mut self, other: Self) {
        self.passes.extend(other.passes);
        self.results.extend(other.results);
    }

    /// How far from what was expected. What is HARD is the same for each write with one target.
    const fn distance(&self) -> usize {
        self.results.len()
    }
}

type Place = (AddressFamily, RecordId, IpAddr);

struct Rows<'a> {
    asked: Asked,
    names: &'a Names,
    before: &'a Tables,
    after: &'a Tables,
    before_view: ColumnView<'a>,
    after_view: ColumnView<'a>,
    before_options: HashMap<RowKey, Vec<&'a AdmDhcpOptionsRow>>,
    after_options: HashMap<RowKey, Vec<&'a AdmDhcpOptionsRow>>,
    /// Scopes with another row of options than before.
    options_changed: BTreeSet<RowKey>,
    /// Scopes with the relationships that they are associated with afterwards.
    associations: BTreeSet<(RecordId, RecordId)>,
    /// Those that are new.
    new_associations: BTreeSet<(RecordId, RecordId)>,
    difference: Difference,
    /// New scope rows by owner and subnet.
    created: BTreeMap<Place, Vec<AdmDhcpScopesRow>>,
    /// The scopes that the operation is asked to replicate.
    sources: BTreeSet<RowKey>,
    /// Scope rows whose difference a fate accounts for.
    explained: BTreeSet<RowKey>,
    /// Copies that are to be associated, with the relationship (OQ-11).
    attached: BTreeSet<(RecordId, RecordId)>,
    /// Sources that are to be marked InSync (OQ-11).
    in_step: BTreeSet<RecordId>,
    missing: Vec<Missing>,
    /// What was written instead, by subnet; made when something has to be explained.
    instead: OnceCell<Instead>,
    report: Report,
}

impl Rows<'_> {
    /// The source's name.
    fn source_name(&self, fate: &Fate) -> String {
        let key = (fate.family, fate.source);
        self.before.scopes.get(&key).map_or_else(
            || "the scope that was sent".to_owned(),
            |row| self.names.scope(row),
        )
    }

    fn scope_name(&self, fate: &Fate, write: &Write) -> String {
        let row = match write.kind {
            WriteKind::Update(id) => self.before.scopes.get(&(fate.family, id)),
            WriteKind::Create => None,
        };
        row.map_or_else(
            || {
                let server = self.names.server((fate.family, write.server));
                format!("a copy of {} on {server}", write.scope_id)
            },
            |row| self.names.scope(row),
        )
    }
}

#[cfg(test)]
mod tests;
