//! What became of each scope that is to be replicated: written, left alone, or missing.

use super::*;
use crate::check::rows::copies::take_over_listed;
use crate::check::rows::instead::Progress;

/// A copy that is as before though the operation succeeded.
pub(super) struct Missing {
    /// The place of its fate.
    pub(super) place: usize,
    pub(super) write: Write,
    pub(super) expected: String,
    pub(super) found: &'static str,
}

/// What became of a write that a fate speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// The destination is as before; where the copy had the source's values already, it may have been written too.
    Untouched { might_be_written: bool },
    /// Something was written, right or wrong.
    Written,
}

/// A write that a fate allows, and what became of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) write: &'a Write,
    /// Whether the way the operation ended leaves room for it.
    pub(super) counts: bool,
    /// What follows the write (OQ-11).
    pub(super) follows: AfterEffects,
    pub(super) done: Done,
}

/// Whether a written copy is associated and marked InSync (OQ-11), which only follows a write without a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterEffects {
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

impl Rows<'_> {
    pub(super) fn fates(&mut self, allowed: &Allowed, end: Option<Stage>) {
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

    pub(super) fn created_rows(&self, fate: &Fate, write: &Write) -> &[AdmDhcpScopesRow] {
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
    pub(super) fn copy_of(
        &self,
        fate: &Fate,
        write: &Write,
    ) -> Option<(RecordId, &AdmDhcpScopesRow)> {
        let row = match write.kind {
            WriteKind::Update(id) => self.after.scopes.get(&(fate.family, id))?.as_ref(),
            WriteKind::Create => self.created_rows(fate, write).first()?,
        };
        Some((row.record_id, row))
    }
}
