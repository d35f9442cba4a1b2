//! The store after an operation against what the oracle allows: every difference has to be explained.

mod instead;
mod leftovers;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use crate::check::operation::Operation;
use crate::check::rows::instead::{Instead, Progress};
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

/// The options of a scope by meaning, in order; `None` where one means nothing on the scope's server.
fn meanings(
    tables: &Tables,
    options: &HashMap<RowKey, Vec<&AdmDhcpOptionsRow>>,
    scope: &AdmDhcpScopesRow,
) -> Option<Vec<OptionMeaning>> {
    let Some(rows) = options.get(&(scope.family, scope.record_id)) else {
        return Some(Vec::new());
    };
    let owner = (scope.family, scope.dhcp_server_record_id);
    let server = tables.servers.get(&owner)?;
    let mut meanings = rows
        .iter()
        .map(|row| OptionMeaning::of(server, row))
        .collect::<Option<Vec<_>>>()?;
    meanings.sort();
    Some(meanings)
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

    /// How far from what was expected.
    fn distance(&self) -> (usize, usize) {
        let fails = |result: &&CheckResult| result.verdict == CheckVerdict::Fail;
        (
            self.results.iter().filter(fails).count(),
            self.results.len(),
        )
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

/// A copy that is as before though the operation succeeded.
struct Missing {
    /// The place of its fate.
    place: usize,
    write: Write,
    expected: String,
    found: &'static str,
}

/// What became of a write that a fate speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    /// The destination is as before; where the copy had the source's values already, it may have been written too.
    Untouched { might_be_written: bool },
    /// Something was written, right or wrong.
    Written,
}

/// A write that a fate allows, and what became of it.
#[derive(Debug, Clone, Copy)]
struct Seen<'a> {
    write: &'a Write,
    /// Whether the way the operation ended leaves room for it.
    counts: bool,
    /// What follows the write (OQ-11).
    follows: AfterEffects,
    done: Done,
}

/// Whether a written copy is associated and marked InSync (OQ-11), which only follows a write without a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AfterEffects {
    /// The write comes without a fault.
    Due,
    /// It may have come with a fault or without one.
    Possible,
    /// It comes with a fault.
    Never,
}

impl AfterEffects {
    /// What is known of a write that comes in two ways.
    fn or(self, other: Self) -> Self {
        if self == other { self } else { Self::Possible }
    }
}

impl Seen<'_> {
    /// Two writes with one target differ in what they leave there.
    fn is_to(&self, other: &Write) -> bool {
        let target = |write: &Write| (write.kind, write.server, write.scope_id);
        target(self.write) == target(other)
    }
}

/// A written copy.
#[derive(Debug, Clone, Copy)]
struct Written<'a> {
    fate: &'a Fate,
    write: &'a Write,
    expected: &'a AdmDhcpScopesRow,
    found: &'a AdmDhcpScopesRow,
    /// `None` where it was created.
    before: Option<&'a AdmDhcpScopesRow>,
    /// What follows the write.
    follows: AfterEffects,
}

impl Rows<'_> {
    fn fates(&mut self, allowed: &Allowed, end: Option<Stage>) {
        let success = end == Some(Stage::Processing(Terminal::Success));
        let refused = end == Some(Stage::StartFault);
        let mut written = vec![false; allowed.fates.len()];
        for (index, fate) in allowed.fates.iter().enumerate() {
            written[index] = self.fate(index, fate, success, refused);
        }
        self.missing_copies(allowed, &written);
        // where no end shows the operation may have been left before it met a fault
        if end == Some(Stage::Processing(Terminal::Failure)) {
            for (places, most) in &allowed.at_most_written {
                let count = places
                    .iter()
                    .filter(|place| written.get(**place) == Some(&true))
                    .count();
                if count > *most
                    && let Some(end) = allowed.ends.first()
                {
                    self.report.differs(
                        end.requirement,
                        Grade::Hard,
                        "failing-scope-unwritten",
                        format!(
                            "at most {most} of {} scopes written, since the partner faulted",
                            places.len()
                        ),
                        format!("{count} written"),
                    );
                }
            }
        }
    }

    /// Says of each copy that is missing why it is.
    fn missing_copies(&mut self, allowed: &Allowed, written: &[bool]) {
        let missing = std::mem::take(&mut self.missing);
        if missing.is_empty() {
            return;
        }
        let progress = Progress::of(allowed, written);
        for missing in missing {
            let requirement = self
                .why_missing(allowed, &progress, &missing)
                .unwrap_or(missing.write.requirement);
            let (expected, found) = (missing.expected, missing.found);
            self.report
                .differs(requirement, Grade::Hard, "copy-written", expected, found);
        }
    }

    /// One scope; whether something was written for it.
    fn fate(&mut self, place: usize, fate: &Fate, success: bool, refused: bool) -> bool {
        let mut seen: Vec<Seen<'_>> = Vec::new();
        for choice in &fate.choices {
            let (write, counts, follows) = match choice {
                Choice::Write(write) => (write, true, AfterEffects::Due),
                Choice::Fault {
                    written: Some(write),
                    ..
                } => (write, !success, AfterEffects::Never),
                Choice::Skip { .. } | Choice::Fault { written: None, .. } => continue,
            };
            match seen.iter_mut().find(|other| other.write == write) {
                // of two ways to the same write the one that the end leaves no room for was not taken
                Some(other) if counts && other.counts => {
                    other.follows = other.follows.or(follows);
                }
                Some(other) if counts => {
                    other.counts = true;
                    other.follows = follows;
                }
                Some(_) => {}
                None => seen.push(Seen {
                    write,
                    counts,
                    follows,
                    done: self.done(fate, write),
                }),
            }
        }
        for other in &seen {
            if let WriteKind::Update(id) = other.write.kind {
                self.explained.insert((fate.family, id));
            }
            let rows = self.created_rows(fate, other.write);
            let keys: Vec<RowKey> = rows.iter().map(|row| (row.family, row.record_id)).collect();
            self.explained.extend(keys);
        }
        let written = seen.iter().any(|other| other.done == Done::Written);
        if written {
            self.written(fate, &seen, refused);
        } else {
            self.untouched(place, fate, &seen, success);
        }
        written
    }

    /// Nothing was written for a scope: allowed where it is skipped or faults, or where nothing had to change.
    fn untouched(&mut self, place: usize, fate: &Fate, seen: &[Seen<'_>], success: bool) {
        for choice in &fate.choices {
            if let Choice::Skip { requirement, .. } = choice {
                self.report.pass(*requirement, "scope-skipped");
                return;
            }
        }
        if !success {
            if let Some(Choice::Fault { requirement, .. }) = fate.choices.first() {
                self.report.pass(*requirement, "failing-scope-unwritten");
            }
            return;
        }
        let may_be = |other: &&Seen<'_>| {
            other.counts
                && other.done
                    == Done::Untouched {
                        might_be_written: true,
                    }
        };
        if let Some(first) = seen.iter().find(may_be) {
            self.best(fate, seen, first.write);
            return;
        }
        let Some(Seen { write, .. }) = seen.first() else {
            return;
        };
        let (verb, found) = match write.kind {
            WriteKind::Update(_) => ("takes over the configuration", "it is as before"),
            WriteKind::Create => ("is created", "there is no such scope"),
        };
        let copy = self.scope_name(fate, write);
        let expected = format!("{copy} {verb} of {}", self.source_name(fate));
        self.missing.push(Missing {
            place,
            write: Write::clone(write),
            expected,
            found,
        });
    }

    fn written(&mut self, fate: &Fate, seen: &[Seen<'_>], refused: bool) {
        // A scope in two relationships goes to one partner (OQ-22); more of them are SOFT.
        let mut targets: Vec<&Write> = Vec::new();
        let mut first = true;
        for other in seen {
            let write = other.write;
            if other.done != Done::Written || targets.iter().any(|target| other.is_to(target)) {
                continue;
            }
            targets.push(write);
            let counts = seen.iter().any(|other| other.is_to(write) && other.counts);
            if refused || !counts {
                self.forbidden(fate, write);
                continue;
            }
            if !first {
                let expected = format!("{} goes to one partner", self.source_name(fate));
                let found = format!("{} was written as well", self.scope_name(fate, write));
                self.report.differs(
                    RequirementId::R_29_3a,
                    Grade::Soft,
                    "one-destination",
                    expected,
                    found,
                );
            }
            first = false;
            self.best(fate, seen, write);
        }
    }

    fn forbidden(&mut self, fate: &Fate, write: &Write) {
        let requirement = fate.choices.iter().find_map(|choice| match choice {
            Choice::Skip { requirement, .. } | Choice::Fault { requirement, .. } => {
                Some(*requirement)
            }
            Choice::Write(_) => None,
        });
        let expected = format!("nothing is written for {}", self.source_name(fate));
        let found = format!("{} was written", self.scope_name(fate, write));
        self.report.differs(
            requirement.unwrap_or(write.requirement),
            Grade::Hard,
            "nothing-written",
            expected,
            found,
        );
    }

    fn created_rows(&self, fate: &Fate, write: &Write) -> &[AdmDhcpScopesRow] {
        if write.kind != WriteKind::Create {
            return &[];
        }
        self.created
            .get(&(fate.family, write.server, write.scope_id))
            .map_or(&[], Vec::as_slice)
    }

    fn done(&self, fate: &Fate, write: &Write) -> Done {
        match write.kind {
            WriteKind::Update(id) => {
                let key = (fate.family, id);
                let (Some(before), Some(after)) =
                    (self.before.scopes.get(&key), self.after.scopes.get(&key))
                else {
                    return Done::Written;
                };
                let same_range =
                    self.range(&self.before_view, before) == self.range(&self.after_view, after);
                let same_row = before == after || self.is_only_in_step(write, before, after);
                if !same_row
                    || self.is_newly_attached(write, id)
                    || !same_range
                    || self.options_changed.contains(&key)
                {
                    return Done::Written;
                }
                // only the seven columns have to be equal; the rest is looked at as that of a written copy
                let mut expected = before.details.clone();
                take_over_listed(&mut expected, before.family, &write.copy.details);
                Done::Untouched {
                    might_be_written: expected == before.details,
                }
            }
            WriteKind::Create if self.created_rows(fate, write).is_empty() => Done::Untouched {
                might_be_written: false,
            },
            WriteKind::Create => Done::Written,
        }
    }

    /// Whether a row was marked InSync as the source of a scope of the same call, and nothing else (OQ-11).
    fn is_only_in_step(
        &self,
        write: &Write,
        before: &AdmDhcpScopesRow,
        after: &AdmDhcpScopesRow,
    ) -> bool {
        let mut marked = before.clone();
        marked.details.failover_config_sync_status = IN_SYNC;
        write.attach.is_some()
            && self.sources.contains(&(after.family, after.record_id))
            && marked == *after
    }

    /// Whether a row was associated with the relationship that goes with a write (OQ-11).
    fn is_newly_attached(&self, write: &Write, id: RecordId) -> bool {
        write
            .attach
            .is_some_and(|relation| self.new_associations.contains(&(id, relation)))
    }

    fn range<'v>(
        &self,
        view: &'v ColumnView<'_>,
        row: &AdmDhcpScopesRow,
    ) -> Option<&'v AdmIpRangeRow> {
        view.range_rows(row).first().copied()
    }

    /// The copy against whichever of the writes with that target comes nearest to it.
    fn best(&mut self, fate: &Fate, seen: &[Seen<'_>], target: &Write) {
        let nearest = seen
            .iter()
            .filter(|other| other.counts && other.is_to(target))
            .map(|other| (other, self.compare(fate, other)))
            .min_by_key(|(_, report)| report.distance());
        let Some((other, report)) = nearest else {
            return;
        };
        self.report.add(report);
        if let Some(relation) = other.write.attach
            && other.follows != AfterEffects::Never
            && let Some((row, _)) = self.copy_of(fate, other.write)
        {
            self.attached.insert((row, relation));
            self.in_step.insert(fate.source);
        }
    }

    /// The written row's id, and the row as it is afterwards.
    fn copy_of(&self, fate: &Fate, write: &Write) -> Option<(RecordId, &AdmDhcpScopesRow)> {
        let row = match write.kind {
            WriteKind::Update(id) => self.after.scopes.get(&(fate.family, id))?.as_ref(),
            WriteKind::Create => self.created_rows(fate, write).first()?,
        };
        Some((row.record_id, row))
    }

    /// A written copy: its columns one by one.
    fn compare(&self, fate: &Fate, seen: &Seen<'_>) -> Report {
        let mut report = Report::default();
        let write = seen.write;
        let Some((id, found)) = self.copy_of(fate, write) else {
            report.differs(
                write.requirement,
                Grade::Hard,
                "copy-written",
                format!("{} is updated", self.scope_name(fate, write)),
                "the row is gone",
            );
            return report;
        };
        let created = self.created_rows(fate, write).len();
        if created > 1 {
            report.differs(
                write.requirement,
                Grade::Hard,
                "copy-written",
                format!("{} is created once", self.scope_name(fate, write)),
                format!("{created} new rows of that subnet"),
            );
        }
        let before = self.before.scopes.get(&(fate.family, id));
        let before = before.filter(|_| write.kind != WriteKind::Create);
        let mut expected = before.map_or_else(|| found.clone(), |row| row.as_ref().clone());
        take_over(&mut expected, &write.copy);
        let follows = match write.attach {
            Some(_) => seen.follows,
            None => AfterEffects::Never,
        };
        let columns = Written {
            fate,
            write,
            expected: &expected,
            found,
            before: before.map(AsRef::as_ref),
            follows,
        };
        self.columns(&columns, &mut report);
        self.options(&columns, &mut report);
        if let Some(relation) = write.attach
            && follows == AfterEffects::Due
        {
            self.after_effects(&columns, relation, &mut report);
        }
        report
    }

    fn columns(&self, written: &Written<'_>, report: &mut Report) {
        use RequirementId as R;
        let Written {
            fate,
            write,
            expected,
            found,
            before,
            ..
        } = *written;
        let update = before.is_some();
        let (seven, dns, added, removed, range, custom) = if update {
            (
                R::R_4_10,
                R::R_4_15,
                R::R_4_17a,
                R::R_4_17b,
                R::R_4_12,
                R::R_4_13,
            )
        } else {
            (
                R::R_3_10,
                R::R_3_15,
                R::R_3_17a,
                R::R_3_17b,
                R::R_3_12,
                R::R_3_13,
            )
        };
        report.pass(write.requirement, "copy-written");
        let name = self.names.scope(found);
        let server = |id| self.names.server((found.family, id));
        if found.dhcp_server_record_id == write.server {
            report.pass(R::R_29_5b, "copy-owner");
        } else {
            report.differs(
                R::R_29_5b,
                Grade::Hard,
                "copy-owner",
                format!("{name} belongs to {}", server(write.server)),
                server(found.dhcp_server_record_id),
            );
        }
        let (wanted, subnet) = (expected.details.scope_id, found.details.scope_id);
        if wanted != subnet {
            // one of the seven; its column has the prefix length beside it
            report.differs(
                seven,
                Grade::Hard,
                "copy-columns",
                format!("{name}: ScopeId = `{wanted}`"),
                format!("`{subnet}`"),
            );
        }
        let copy = &write.copy;
        let had = before.map(|row| &row.details.exclusion_ranges);
        let mut groups = vec![
            (SEVEN, seven, Grade::Hard, Taken::Source),
            (CONFIGURATION, seven, Grade::Soft, copy.configuration),
            (DNS, dns, Grade::Soft, copy.dns),
            (OWN, seven, Grade::Soft, Taken::Own),
        ];
        if let Some(wanted) = &copy.exclusions {
            let there = &found.details.exclusion_ranges;
            let wrongly_removed = is_about_removal(had, wanted, there);
            let requirement = if wrongly_removed { removed } else { added };
            groups.push((EXCLUSIONS, requirement, Grade::Soft, Taken::Source));
            if had.is_some_and(|had| !had.is_subset(wanted)) && wanted == there {
                report.pass(removed, "copy-columns");
            }
        }
        let source = self.source_name(fate);
        for (columns, requirement, grade, taken) in groups {
            if taken == Taken::Own && !update {
                continue;
            }
            let mut same = true;
            for column in columns {
                let is_absent = fate.family == AddressFamily::InterNetworkV6
                    && IPV4_ONLY.contains(column)
                    || *column == Column::Sync && written.follows == AfterEffects::Due
                    || *column == Column::Subnet && wanted != subnet;
                if is_absent {
                    continue;
                }
                let wanted = self.after_view.text(expected, *column);
                let text = self.after_view.text(found, *column);
                if wanted == text {
                    continue;
                }
                let as_before = before.map(|row| self.before_view.text(row, *column));
                same = false;
                if *column == Column::Sync
                    && written.follows == AfterEffects::Possible
                    && text == IN_SYNC.name()
                {
                    continue;
                }
                if taken == Taken::Either && as_before.is_none_or(|before| before == text) {
                    continue;
                }
                let why = match taken {
                    Taken::Own => "as before".to_owned(),
                    // tracked changes give what the source need not have
                    Taken::Source if columns == EXCLUSIONS => "as asked".to_owned(),
                    Taken::Source | Taken::Either => format!("as on {source}"),
                };
                report.differs(
                    requirement,
                    grade,
                    "copy-columns",
                    format!("{name}: {} = `{wanted}`, {why}", column.key()),
                    format!("`{text}`"),
                );
            }
            if same {
                report.pass(requirement, "copy-columns");
            }
        }
        self.range_row(&name, write, found, range, custom, report);
    }

    /// The options of a written copy by meaning: SOFT (OQ-12).
    fn options(&self, written: &Written<'_>, report: &mut Report) {
        use RequirementId as R;
        let Written {
            write,
            found,
            before,
            ..
        } = *written;
        let Some(wanted) = &write.copy.options else {
            return;
        };
        let (added, removed) = match before {
            Some(_) => (R::R_4_16a, R::R_4_16b),
            None => (R::R_3_16a, R::R_3_16b),
        };
        let had = before.map_or_else(
            || Some(Vec::new()),
            |row| meanings(self.before, &self.before_options, row),
        );
        let is_gone = had
            .iter()
            .flatten()
            .any(|option| !wanted.iter().any(|other| same_option(option, other)));
        let there = meanings(self.after, &self.after_options, found);
        if there.as_ref() == Some(wanted) {
            // a copy without options says nothing
            if !wanted.is_empty() {
                report.pass(added, "copy-options");
            }
            if is_gone {
                report.pass(removed, "copy-options");
            }
            return;
        }
        let name = self.names.scope(found);
        let list: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        // an old value beside the new one belongs to what is set
        let is_set =
            |option: &&OptionMeaning| wanted.iter().any(|other| same_option(option, other));
        let wrongly_removed = match (&had, &there) {
            (Some(had), Some(there)) => {
                let had = before.map(|_| had.iter().collect());
                is_about_removal(
                    had.as_ref(),
                    &wanted.iter().collect(),
                    &there.iter().collect(),
                ) && there.iter().filter(is_set).count() <= wanted.len()
            }
            _ => false,
        };
        report.differs(
            if wrongly_removed { removed } else { added },
            Grade::Soft,
            "copy-options",
            format!("{name}: options = `{}`", list.join(", ")),
            format!("`{}`", self.after_view.text(found, Column::Options)),
        );
    }

    /// What the reading `attach` adds: the association of the copy (R-29-6b, the requirement of a scope that is new to
    /// the partner) and InSync on both copies (R-29-6a); SOFT (OQ-11).
    fn after_effects(&self, written: &Written<'_>, relation: RecordId, report: &mut Report) {
        let Written { fate, found, .. } = *written;
        if self.associations.contains(&(found.record_id, relation)) {
            report.pass(RequirementId::R_29_6b, "copy-attached");
        } else {
            report.differs(
                RequirementId::R_29_6b,
                Grade::Soft,
                "copy-attached",
                format!(
                    "{} is associated with {}",
                    self.names.scope(found),
                    self.names.relation(relation)
                ),
                "it is not",
            );
        }
        let source = self.after.scopes.get(&(fate.family, fate.source));
        let source = source
            .map(AsRef::as_ref)
            .filter(|row| row.record_id != found.record_id);
        for row in source.into_iter().chain([found]) {
            let status = row.details.failover_config_sync_status;
            if status == IN_SYNC {
                report.pass(RequirementId::R_29_6a, "copies-in-sync");
            } else {
                report.differs(
                    RequirementId::R_29_6a,
                    Grade::Soft,
                    "copies-in-sync",
                    format!(
                        "{}: {} = `{}`",
                        self.names.scope(row),
                        Column::Sync.key(),
                        IN_SYNC.name()
                    ),
                    format!("`{}`", status.name()),
                );
            }
        }
    }

    /// The range row of a written copy: conceptual, so SOFT (OQ-12).
    fn range_row(
        &self,
        name: &str,
        write: &Write,
        found: &AdmDhcpScopesRow,
        range: RequirementId,
        custom: RequirementId,
        report: &mut Report,
    ) {
        let mut differs = |requirement, expected: String, found: String| {
            report.differs(requirement, Grade::Soft, "range-row", expected, found);
        };
        let Some(row) = self.after_view.range_rows(found).first().copied() else {
            differs(range, format!("a range row of {name}"), "none".to_owned());
            return;
        };
        let details = &write.copy.details;
        let values = |start: IpAddr, end: IpAddr, prefix: i32, subnet: IpAddr, text: &str| {
            format!("{start}-{end}, prefix {prefix}, subnet {subnet}, description `{text}`")
        };
        let wanted = values(
            details.start_address,
            details.end_address,
            details.prefix_length,
            details.scope_id,
            &details.description,
        );
        let text = values(
            row.start_ip_address,
            row.end_ip_address,
            row.prefix_length,
            row.subnet_id,
            &row.description,
        );
        if wanted == text {
            report.pass(range, "range-row");
        } else {
            differs(range, format!("range row of {name}: {wanted}"), text);
        }
        if row.managed_by == "MSDHCP" && row.managed_by_entity == write.server_name {
            report.pass(custom, "range-row");
        } else {
            let wanted = format!(
                "range row of {name}: managed by MSDHCP, {}",
                write.server_name
            );
            let text = format!("managed by {}, {}", row.managed_by, row.managed_by_entity);
            report.differs(custom, Grade::Soft, "range-row", wanted, text);
        }
    }

    /// What no fate accounts for has to be as before.
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

/// Whether what differs from what is wanted was there before: kept though it had to go, or gone though it had to stay. On
/// a create nothing was: there it is what was not taken away again.
fn is_about_removal<T: Ord>(
    had: Option<&BTreeSet<T>>,
    wanted: &BTreeSet<T>,
    there: &BTreeSet<T>,
) -> bool {
    wanted != there
        && match had {
            Some(had) => wanted
                .symmetric_difference(there)
                .all(|item| had.contains(item)),
            None => wanted.is_subset(there),
        }
}

/// Whether one option is another's, perhaps with other values.
fn same_option(one: &OptionMeaning, other: &OptionMeaning) -> bool {
    let key = |option: &'_ OptionMeaning| {
        (
            option.number,
            option.vendor_class.clone(),
            option.user_class.clone(),
        )
    };
    key(one) == key(other)
}

/// Puts what a copy takes over in the place of what its row holds; on a create the row is the one that was found.
///
/// Of two values that are both allowed it is the source's; columns that an IPv6 row lacks stay.
fn take_over(row: &mut AdmDhcpScopesRow, copy: &Copy) {
    let v4 = row.family == AddressFamily::InterNetwork;
    let source = &copy.details;
    let own = &mut row.details;
    take_over_listed(own, row.family, source);
    if copy.configuration != Taken::Own {
        own.prefix_length = source.prefix_length;
        own.start_address = source.start_address;
        own.end_address = source.end_address;
        own.description.clone_from(&source.description);
        if v4 {
            own.subnet_mask = source.subnet_mask;
            own.bootp_lease_duration_type = source.bootp_lease_duration_type;
            own.bootp_lease_duration = source.bootp_lease_duration;
        }
    }
    if copy.dns != Taken::Own {
        own.dns_update_type = source.dns_update_type;
        own.dns_name_protection_status = source.dns_name_protection_status;
        own.discard_dns_record_on_lease_deletion_status =
            source.discard_dns_record_on_lease_deletion_status;
        if v4 {
            own.dns_not_requesting_clients_update_type =
                source.dns_not_requesting_clients_update_type;
        }
    }
    if let Some(exclusions) = &copy.exclusions {
        own.exclusion_ranges.clone_from(exclusions);
    }
}

/// The columns of R-3-10 and R-4-10.
fn take_over_listed(own: &mut ScopeDetails, family: AddressFamily, source: &ScopeDetails) {
    own.scope_id = source.scope_id;
    own.scope_name.clone_from(&source.scope_name);
    own.status = source.status;
    if family == AddressFamily::InterNetwork {
        own.subnet_delay = source.subnet_delay;
        own.lease_duration_type = source.lease_duration_type;
        own.lease_duration = source.lease_duration;
        own.serving_clients_type = source.serving_clients_type;
    }
}

#[cfg(test)]
mod tests;
