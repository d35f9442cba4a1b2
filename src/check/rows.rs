//! The store after an operation against what the oracle allows: every difference has to be explained.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::check::operation::{Operation, Request};
use crate::check::oracle::shows_store;
use crate::model::{
    AdmDhcpScopesRow, AdmIpRangeRow, RecordId, RowKey, ScopeDetails, Tables, Terminal,
};
use crate::oracle::{Allowed, Choice, Fate, Stage, Write, WriteKind};
use crate::scenario::{Column, ColumnView};
use crate::spec::{AddressFamily, Grade, IpamAdminOperationId, RequirementId};
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
        return if shows_store(trace.door) {
            Vec::new()
        } else {
            vec![result]
        };
    };
    // Two at a time, or a change from outside: whose difference it is cannot be told.
    if operation.disturbed {
        return Vec::new();
    }
    let mut rows = Rows {
        names: &trace.setup.names,
        before,
        after,
        before_view: ColumnView::new(before, &trace.setup.names),
        after_view: ColumnView::new(after, &trace.setup.names),
        difference: difference(before, after),
        created: BTreeMap::new(),
        copies: BTreeMap::new(),
        explained: BTreeSet::new(),
        passes: BTreeSet::new(),
        results: Vec::new(),
    };
    for row in &rows.difference.scopes.created {
        let place = (row.family, row.dhcp_server_record_id, row.details.scope_id);
        rows.created
            .entry(place)
            .or_default()
            .push(AdmDhcpScopesRow::clone(row));
    }
    rows.fates(allowed, end);
    rows.leftovers(allowed, operation);
    let Rows {
        passes,
        mut results,
        ..
    } = rows;
    results.extend(passes.into_iter().map(|(requirement, check)| {
        CheckResult::pass(requirement, Grade::Hard, Judge::Oracle, check)
    }));
    results
}

type Unwritten = BTreeMap<(AddressFamily, IpAddr), Option<(RequirementId, String)>>;

type Place = (AddressFamily, RecordId, IpAddr);

struct Rows<'a> {
    names: &'a Names,
    before: &'a Tables,
    after: &'a Tables,
    before_view: ColumnView<'a>,
    after_view: ColumnView<'a>,
    difference: Difference,
    /// New scope rows by owner and subnet.
    created: BTreeMap<Place, Vec<AdmDhcpScopesRow>>,
    /// The copies that were to be updated.
    copies: BTreeMap<Place, String>,
    /// Scope rows whose difference a fate accounts for.
    explained: BTreeSet<RowKey>,
    /// What held, once for all scopes.
    passes: BTreeSet<(RequirementId, &'static str)>,
    results: Vec<CheckResult>,
}

/// What became of a write that a fate speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    /// The destination is as before; where the copy had the source's values already, it may have been written too:
    /// those of the seven columns, which alone are HARD (OQ-12), and all of them.
    Untouched { seven: bool, all: bool },
    /// Something was written, right or wrong.
    Written,
}

impl Rows<'_> {
    fn fates(&mut self, allowed: &Allowed, end: Option<Stage>) {
        let success = end == Some(Stage::Processing(Terminal::Success));
        let refused = end == Some(Stage::StartFault);
        let mut written = vec![false; allowed.fates.len()];
        for (index, fate) in allowed.fates.iter().enumerate() {
            written[index] = self.fate(fate, success, refused);
        }
        if !success {
            for (places, most) in &allowed.at_most_written {
                let count = places
                    .iter()
                    .filter(|place| written.get(**place) == Some(&true))
                    .count();
                if count > *most
                    && let Some(end) = allowed.ends.first()
                {
                    self.results.push(CheckResult::differs(
                        end.requirement,
                        Grade::Hard,
                        Judge::Oracle,
                        "failing-scope-unwritten",
                        format!(
                            "at most {most} of {} scopes written, since the partner faulted",
                            places.len()
                        ),
                        format!("{count} written"),
                    ));
                }
            }
        }
    }

    /// One scope; whether something was written for it.
    fn fate(&mut self, fate: &Fate, success: bool, refused: bool) -> bool {
        let mut writes: Vec<(&Write, bool)> = Vec::new();
        for choice in &fate.choices {
            let (write, counts) = match choice {
                Choice::Write(write) => (write, true),
                Choice::Fault {
                    written: Some(write),
                    ..
                } => (write, !success),
                Choice::Skip { .. } | Choice::Fault { written: None, .. } => continue,
            };
            if !writes.iter().any(|(other, _)| *other == write) {
                writes.push((write, counts));
            }
        }
        let states: Vec<Done> = writes.iter().map(|(write, _)| self.state(write)).collect();
        let written = states.contains(&Done::Written);
        if written {
            self.written(fate, &writes, &states, refused);
        } else {
            self.untouched(fate, &writes, &states, success);
        }
        written
    }

    /// Nothing was written for a scope: allowed where it is skipped or faults, or where nothing had to change.
    fn untouched(
        &mut self,
        fate: &Fate,
        writes: &[(&Write, bool)],
        states: &[Done],
        success: bool,
    ) {
        for choice in &fate.choices {
            if let Choice::Skip { requirement, .. } = choice {
                self.passes.insert((*requirement, "scope-skipped"));
                return;
            }
        }
        if !success {
            if let Some(Choice::Fault { requirement, .. }) = fate.choices.first() {
                self.passes
                    .insert((*requirement, "failing-scope-unwritten"));
            }
            return;
        }
        let may_be = |state: &Done| matches!(state, Done::Untouched { seven: true, .. });
        if let Some(place) = states.iter().position(may_be) {
            let (write, _) = writes[place];
            self.passes.insert((write.requirement, "copy-written"));
            if matches!(states[place], Done::Untouched { all: false, .. }) {
                self.compare(fate, write);
            }
            return;
        }
        let Some((write, _)) = writes.first() else {
            return;
        };
        let (copy, verb) = match write.kind {
            WriteKind::Update(id) => (
                self.scope_name(write, Some(id)),
                "takes over the configuration",
            ),
            WriteKind::Create => (self.scope_name(write, None), "is created"),
        };
        self.results.push(CheckResult::differs(
            write.requirement,
            Grade::Hard,
            Judge::Oracle,
            "copy-written",
            format!("{copy} {verb} of {}", self.source_name(fate)),
            match write.kind {
                WriteKind::Update(_) => "it is as before".to_owned(),
                WriteKind::Create => "there is no such scope".to_owned(),
            },
        ));
    }

    fn written(&mut self, fate: &Fate, writes: &[(&Write, bool)], states: &[Done], refused: bool) {
        // A scope in two relationships goes to one partner (OQ-22); more of them are SOFT.
        let mut first = true;
        for ((write, counts), state) in writes.iter().zip(states) {
            if *state != Done::Written {
                continue;
            }
            if refused || !counts {
                self.forbidden(fate, write);
                continue;
            }
            if !first {
                self.results.push(CheckResult::differs(
                    RequirementId::R_29_3a,
                    Grade::Soft,
                    Judge::Oracle,
                    "one-destination",
                    format!("{} goes to one partner", self.source_name(fate)),
                    format!("{} was written as well", self.scope_name(write, None)),
                ));
            }
            first = false;
            self.compare(fate, write);
        }
    }

    fn forbidden(&mut self, fate: &Fate, write: &Write) {
        let requirement = fate.choices.iter().find_map(|choice| match choice {
            Choice::Skip { requirement, .. } | Choice::Fault { requirement, .. } => {
                Some(*requirement)
            }
            Choice::Write(_) => None,
        });
        self.results.push(CheckResult::differs(
            requirement.unwrap_or(write.requirement),
            Grade::Hard,
            Judge::Oracle,
            "nothing-written",
            format!("nothing is written for {}", self.source_name(fate)),
            format!("{} was written", self.scope_name(write, None)),
        ));
    }

    fn family(write: &Write) -> AddressFamily {
        if write.scope_id.is_ipv4() {
            AddressFamily::InterNetwork
        } else {
            AddressFamily::InterNetworkV6
        }
    }

    fn state(&mut self, write: &Write) -> Done {
        let family = Self::family(write);
        match write.kind {
            WriteKind::Update(id) => {
                let key = (family, id);
                self.explained.insert(key);
                let name = self.scope_name(write, Some(id));
                let place = (family, write.server, write.scope_id);
                self.copies.insert(place, name);
                let (Some(before), Some(after)) =
                    (self.before.scopes.get(&key), self.after.scopes.get(&key))
                else {
                    return Done::Written;
                };
                let same_range =
                    self.range(&self.before_view, before) == self.range(&self.after_view, after);
                if before == after && same_range {
                    let mut expected = AdmDhcpScopesRow::clone(before);
                    take_over(&mut expected.details, &write.copy.details);
                    let same = |column: &Column| {
                        self.before_view.text(&expected, *column)
                            == self.before_view.text(before, *column)
                    };
                    Done::Untouched {
                        seven: SEVEN.iter().all(same),
                        all: expected.details == before.details,
                    }
                } else {
                    Done::Written
                }
            }
            WriteKind::Create => match self.created.get(&(family, write.server, write.scope_id)) {
                None => Done::Untouched {
                    seven: false,
                    all: false,
                },
                Some(rows) => {
                    self.explained
                        .extend(rows.iter().map(|row| (row.family, row.record_id)));
                    Done::Written
                }
            },
        }
    }

    fn range<'v>(
        &self,
        view: &'v ColumnView<'_>,
        row: &AdmDhcpScopesRow,
    ) -> Option<&'v AdmIpRangeRow> {
        view.range_rows(row).first().copied()
    }

    /// A written copy: its columns one by one.
    fn compare(&mut self, fate: &Fate, write: &Write) {
        let family = Self::family(write);
        match write.kind {
            WriteKind::Update(id) => {
                let key = (family, id);
                let (Some(before), Some(after)) = (
                    self.before.scopes.get(&key).cloned(),
                    self.after.scopes.get(&key).cloned(),
                ) else {
                    let place = (family, write.server, write.scope_id);
                    let anew = self.created.get(&place).and_then(|rows| rows.first());
                    let (requirement, found) = match anew {
                        None => (write.requirement, "the row is gone"),
                        // Deleted and made again is no update of the row with that RecordId.
                        Some(row) => {
                            self.explained.insert((row.family, row.record_id));
                            let words = "the row is gone, and another with a new RecordId is there";
                            (RequirementId::R_4_10, words)
                        }
                    };
                    let name = self.scope_name(write, Some(id));
                    self.results.push(CheckResult::differs(
                        requirement,
                        Grade::Hard,
                        Judge::Oracle,
                        "copy-written",
                        format!("{name} is updated and keeps its RecordId"),
                        found,
                    ));
                    return;
                };
                let mut expected = AdmDhcpScopesRow::clone(&before);
                take_over(&mut expected.details, &write.copy.details);
                self.columns(fate, write, &expected, &after, true);
            }
            WriteKind::Create => {
                let rows = self
                    .created
                    .get(&(family, write.server, write.scope_id))
                    .cloned()
                    .unwrap_or_default();
                if rows.len() > 1 {
                    self.results.push(CheckResult::differs(
                        write.requirement,
                        Grade::Hard,
                        Judge::Oracle,
                        "copy-written",
                        format!("{} is created once", self.scope_name(write, None)),
                        format!("{} new rows of that subnet", rows.len()),
                    ));
                }
                if let Some(row) = rows.first() {
                    let mut expected = row.clone();
                    take_over(&mut expected.details, &write.copy.details);
                    self.columns(fate, write, &expected, row, false);
                }
            }
        }
    }

    fn columns(
        &mut self,
        fate: &Fate,
        write: &Write,
        expected: &AdmDhcpScopesRow,
        found: &AdmDhcpScopesRow,
        update: bool,
    ) {
        use RequirementId as R;
        let (seven, dns, exclusions, range, custom) = if update {
            (R::R_4_10, R::R_4_15, R::R_4_17a, R::R_4_12, R::R_4_13)
        } else {
            (R::R_3_10, R::R_3_15, R::R_3_17a, R::R_3_12, R::R_3_13)
        };
        self.passes.insert((write.requirement, "copy-written"));
        let name = self.names.scope(found);
        if found.dhcp_server_record_id != write.server {
            self.results.push(CheckResult::differs(
                R::R_29_5b,
                Grade::Hard,
                Judge::Oracle,
                "copy-owner",
                format!(
                    "{name} belongs to {}",
                    self.names.server((found.family, write.server))
                ),
                self.names
                    .server((found.family, found.dhcp_server_record_id)),
            ));
        } else {
            self.passes.insert((R::R_29_5b, "copy-owner"));
        }
        let mut groups = vec![
            (SEVEN, seven, Grade::Hard),
            (CONFIGURATION, seven, Grade::Soft),
            (DNS, dns, Grade::Soft),
            (EXCLUSIONS, exclusions, Grade::Soft),
        ];
        if update {
            groups.push((OWN, seven, Grade::Soft));
        }
        let source = self.source_name(fate);
        for (columns, requirement, grade) in groups {
            let mut same = true;
            for column in columns {
                let wanted = self.after_view.text(expected, *column);
                let text = self.after_view.text(found, *column);
                if wanted != text {
                    same = false;
                    let why = if columns == OWN { "as before" } else { "as on" };
                    let of = if columns == OWN { "" } else { source.as_str() };
                    self.results.push(CheckResult::differs(
                        requirement,
                        grade,
                        Judge::Oracle,
                        "copy-columns",
                        format!("{name}: {} = `{wanted}`, {why} {of}", column.key())
                            .trim_end()
                            .to_owned(),
                        format!("`{text}`"),
                    ));
                }
            }
            if same {
                self.passes.insert((requirement, "copy-columns"));
            }
        }
        self.range_row(&name, write, found, range, custom);
    }

    /// The range row of a written copy: conceptual, so SOFT (OQ-12).
    fn range_row(
        &mut self,
        name: &str,
        write: &Write,
        found: &AdmDhcpScopesRow,
        range: RequirementId,
        custom: RequirementId,
    ) {
        let mut differs = |requirement, expected: String, found: String| {
            let result = CheckResult::differs(
                requirement,
                Grade::Soft,
                Judge::Oracle,
                "range-row",
                expected,
                found,
            );
            self.results.push(result);
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
            self.passes.insert((range, "range-row"));
        } else {
            differs(range, format!("range row of {name}: {wanted}"), text);
        }
        if row.managed_by == "MSDHCP" && row.managed_by_entity == write.server_name {
            self.passes.insert((custom, "range-row"));
        } else {
            let wanted = format!(
                "range row of {name}: managed by MSDHCP, {}",
                write.server_name
            );
            let text = format!("managed by {}, {}", row.managed_by, row.managed_by_entity);
            self.results.push(CheckResult::differs(
                custom,
                Grade::Soft,
                Judge::Oracle,
                "range-row",
                wanted,
                text,
            ));
        }
    }

    /// What no fate accounts for has to be as before.
    fn leftovers(&mut self, allowed: &Allowed, operation: &Operation<'_>) {
        use RequirementId as R;
        let sources: BTreeSet<RecordId> = allowed.fates.iter().map(|fate| fate.source).collect();
        let ruling = allowed
            .ends
            .first()
            .map_or(R::R_29_5a, |end| end.requirement);
        // A call that replicates nothing must not write at all, and that is its own requirement's affair; .3 and .4
        // called directly know neither a source nor a destination.
        let direct = matches!(
            operation.request,
            Request::Call(
                IpamAdminOperationId::CreateDhcpScope | IpamAdminOperationId::EditDhcpScope,
                _
            )
        );
        let outside = if allowed.fates.is_empty() || direct {
            ruling
        } else {
            R::R_29_4
        };
        let source = if direct { ruling } else { R::R_29_5a };
        // Another scope of the subnet of one that is skipped or faults is that one's affair.
        let unwritten = if direct {
            BTreeMap::new()
        } else {
            self.unwritten(allowed)
        };
        let blamed = |row: &AdmDhcpScopesRow| {
            unwritten
                .get(&(row.family, row.details.scope_id))
                .cloned()
                .flatten()
        };
        let mut found: Vec<CheckResult> = Vec::new();
        let mut differs = |requirement, grade, expected: String, text: String| {
            if found.len() < SHOWN_MAX {
                found.push(CheckResult::differs(
                    requirement,
                    grade,
                    Judge::Oracle,
                    "nothing-else-changes",
                    expected,
                    text,
                ));
            }
        };
        for (before, after) in &self.difference.scopes.changed {
            if self.explained.contains(&(before.family, before.record_id)) {
                continue;
            }
            let is_source =
                before.family == AddressFamily::InterNetwork && sources.contains(&before.record_id);
            for column in SEVEN
                .iter()
                .chain(CONFIGURATION)
                .chain(DNS)
                .chain(EXCLUSIONS)
                .chain(OWN)
            {
                let old = self.before_view.text(before, *column);
                let new = self.after_view.text(after, *column);
                if old == new {
                    continue;
                }
                let requirement = match blamed(before) {
                    _ if is_source => source,
                    Some((requirement, _)) => requirement,
                    None => outside,
                };
                // Marking copies as in step is allowed (OQ-11), as are statistics.
                let exempt = matches!(column, Column::Sync | Column::ActiveLeases)
                    && !allowed.fates.is_empty();
                let grade = if exempt { Grade::Soft } else { Grade::Hard };
                let name = self.names.scope(before);
                differs(
                    requirement,
                    grade,
                    format!("{name}: {} stays `{old}`", column.key()),
                    format!("`{new}`"),
                );
            }
            if before.dhcp_server_record_id != after.dhcp_server_record_id {
                let name = self.names.scope(before);
                let owner = |row: &AdmDhcpScopesRow| {
                    self.names.server((row.family, row.dhcp_server_record_id))
                };
                differs(
                    if is_source { source } else { outside },
                    Grade::Hard,
                    format!("{name} stays on {}", owner(before)),
                    owner(after),
                );
            }
        }
        for row in &self.difference.scopes.created {
            if self.explained.contains(&(row.family, row.record_id)) {
                continue;
            }
            let place = (row.family, row.dhcp_server_record_id, row.details.scope_id);
            let second = self.copies.get(&place).filter(|_| !direct);
            let (requirement, expected) = match (second, blamed(row)) {
                (Some(copy), _) => (
                    R::R_29_6a,
                    format!("{copy} is the only row of its subnet on its server"),
                ),
                (None, Some(blamed)) => blamed,
                (None, None) => (outside, "no other scope is created".to_owned()),
            };
            let found = format!("{} is new", self.names.scope(row));
            differs(requirement, Grade::Hard, expected, found);
        }
        for row in &self.difference.scopes.deleted {
            if !self.explained.contains(&(row.family, row.record_id)) {
                let requirement = if sources.contains(&row.record_id) {
                    source
                } else {
                    outside
                };
                let name = self.names.scope(row);
                differs(
                    requirement,
                    Grade::Hard,
                    format!("{name} stays"),
                    "it is gone".to_owned(),
                );
            }
        }
        for row in self.difference.servers.rows() {
            let name = self.names.server((row.family, row.record_id));
            differs(
                outside,
                Grade::Hard,
                format!("the server {name} stays as it is"),
                "it differs".to_owned(),
            );
        }
        for row in self.difference.relations.rows() {
            let name = self.names.relation(row.record_id);
            let requirement = if allowed.fates.is_empty() {
                ruling
            } else {
                R::R_29_3c
            };
            differs(
                requirement,
                Grade::Hard,
                format!("the relationship {name} stays as it is"),
                "it differs".to_owned(),
            );
        }
        // Attaching the new scope is allowed (OQ-11), if something was to be replicated at all.
        let grade = if allowed.fates.is_empty() {
            Grade::Hard
        } else {
            Grade::Soft
        };
        if !self.difference.scope_failovers.is_empty() {
            let requirement = if allowed.fates.is_empty() {
                ruling
            } else {
                R::R_29_6b
            };
            differs(
                requirement,
                grade,
                "the associations of scopes stay as they are".to_owned(),
                "they differ".to_owned(),
            );
        }
        for row in self.difference.ranges.rows() {
            let key = (row.family, row.scope_record_id);
            if !self.explained.contains(&key) {
                let is_source = sources.contains(&row.scope_record_id);
                let scope = self
                    .after
                    .scopes
                    .get(&key)
                    .or_else(|| self.before.scopes.get(&key));
                let name =
                    scope.map_or_else(|| "no scope".to_owned(), |scope| self.names.scope(scope));
                let requirement = match scope.and_then(|scope| blamed(scope)) {
                    _ if is_source => source,
                    Some((requirement, _)) => requirement,
                    None => outside,
                };
                differs(
                    requirement,
                    Grade::Hard,
                    format!("the range row of {name} stays as it is"),
                    "it differs".to_owned(),
                );
            }
        }
        for row in self.difference.options.rows() {
            let key = (row.family, row.scope_record_id);
            if !self.explained.contains(&key) {
                let is_source = sources.contains(&row.scope_record_id);
                differs(
                    if is_source { source } else { outside },
                    Grade::Hard,
                    "the options of other scopes stay as they are".to_owned(),
                    "they differ".to_owned(),
                );
            }
        }
        if found.is_empty() {
            self.passes.insert((outside, "nothing-else-changes"));
            if !sources.is_empty() {
                self.passes.insert((source, "nothing-else-changes"));
            }
        }
        self.results.extend(found);
    }

    /// By subnet, the scopes that must not be written anywhere: the requirement each is skipped or faults by, and
    /// words for that; `None` where another scope of the subnet may be written.
    fn unwritten(&self, allowed: &Allowed) -> Unwritten {
        let mut unwritten = Unwritten::new();
        for fate in &allowed.fates {
            let key = (AddressFamily::InterNetwork, fate.source);
            let Some(row) = self.before.scopes.get(&key) else {
                continue;
            };
            let may_be_written = |choice: &Choice| {
                matches!(
                    choice,
                    Choice::Write(_)
                        | Choice::Fault {
                            written: Some(_),
                            ..
                        }
                )
            };
            let kept = match fate.choices.first() {
                Some(Choice::Skip { requirement, .. } | Choice::Fault { requirement, .. })
                    if !fate.choices.iter().any(may_be_written) =>
                {
                    let words = format!("nothing is written for {}", self.source_name(fate));
                    Some((*requirement, words))
                }
                _ => None,
            };
            unwritten
                .entry((row.family, row.details.scope_id))
                .and_modify(|other| {
                    if kept.is_none() {
                        *other = None;
                    }
                })
                .or_insert(kept);
        }
        unwritten
    }

    fn source_name(&self, fate: &Fate) -> String {
        let key = (AddressFamily::InterNetwork, fate.source);
        self.before.scopes.get(&key).map_or_else(
            || "the scope that was sent".to_owned(),
            |row| self.names.scope(row),
        )
    }

    fn scope_name(&self, write: &Write, id: Option<RecordId>) -> String {
        let family = Self::family(write);
        id.and_then(|id| self.before.scopes.get(&(family, id)))
            .map_or_else(
                || {
                    format!(
                        "a copy of {} on {}",
                        write.scope_id,
                        self.names.server((family, write.server))
                    )
                },
                |row| self.names.scope(row),
            )
    }
}

/// Puts the replicated columns of a source over those of a copy.
fn take_over(copy: &mut ScopeDetails, source: &ScopeDetails) {
    let own = (
        copy.number_of_active_leases,
        copy.failover_config_sync_status,
    );
    *copy = source.clone();
    (
        copy.number_of_active_leases,
        copy.failover_config_sync_status,
    ) = own;
}
