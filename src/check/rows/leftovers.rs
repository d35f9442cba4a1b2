//! What no scope's fate accounts for: it has to be as before.

use super::*;

impl Rows<'_> {
    pub(super) fn leftovers(&mut self, allowed: &Allowed, direct: Option<RequirementId>) {
        use RequirementId as R;
        let sources = &self.sources;
        let nothing = self.asked.nothing;
        let ruling = allowed.ends.first().map(|end| end.requirement);
        let ruling = nothing.or(ruling).unwrap_or(R::R_29_5a);
        let check = match nothing {
            Some(_) => "nothing-changes",
            None => "nothing-else-changes",
        };
        // A call that replicates nothing must not write at all, and that is its own requirement's affair.
        let succeeds = allowed
            .ends
            .iter()
            .any(|end| end.stage == Stage::Processing(Terminal::Success));
        let (outside, of_source) = match direct {
            Some(stored) if succeeds => (stored, stored),
            Some(_) => (ruling, ruling),
            None if allowed.fates.is_empty() => (ruling, R::R_29_5a),
            None => (R::R_29_4, R::R_29_5a),
        };
        let mut found: Vec<CheckResult> = Vec::new();
        let mut differs = |requirement, grade, expected: String, text: String| {
            if found.len() < SHOWN_MAX {
                found.push(CheckResult::differs(
                    requirement,
                    grade,
                    Judge::Oracle,
                    check,
                    expected,
                    text,
                ));
            }
        };
        for (before, after) in &self.difference.scopes.changed {
            if self.explained.contains(&(before.family, before.record_id)) {
                continue;
            }
            let is_source = sources.contains(&(before.family, before.record_id));
            let is_in_step = before.family == AddressFamily::InterNetwork
                && self.in_step.contains(&before.record_id);
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
                // by the reading that marks both copies
                if *column == Column::Sync && is_in_step && new == IN_SYNC.name() {
                    continue;
                }
                let requirement = if !is_source {
                    self.why_not(allowed, after).unwrap_or(outside)
                } else if self.is_fetched(allowed, after) {
                    R::R_31_5
                } else {
                    of_source
                };
                // Marking copies as in step is allowed (OQ-11), as are statistics.
                let exempt = match column {
                    Column::Sync => !allowed.fates.is_empty(),
                    Column::ActiveLeases => !allowed.fates.is_empty() || nothing.is_some(),
                    _ => false,
                };
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
                    if is_source { of_source } else { outside },
                    Grade::Hard,
                    format!("{name} stays on {}", owner(before)),
                    owner(after),
                );
            }
        }
        for row in &self.difference.scopes.created {
            if !self.explained.contains(&(row.family, row.record_id)) {
                differs(
                    self.why_not(allowed, row).unwrap_or(outside),
                    Grade::Hard,
                    "no other scope is created".to_owned(),
                    format!("{} is new", self.names.scope(row)),
                );
            }
        }
        for row in &self.difference.scopes.deleted {
            if !self.explained.contains(&(row.family, row.record_id)) {
                let requirement = if sources.contains(&(row.family, row.record_id)) {
                    of_source
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
        let requirement = if allowed.fates.is_empty() {
            ruling
        } else {
            R::R_29_6b
        };
        let associations = &self.difference.scope_failovers;
        for row in &associations.created {
            if self
                .attached
                .contains(&(row.scope_id, row.failover_relation_id))
            {
                continue;
            }
            let key = (AddressFamily::InterNetwork, row.scope_id);
            // Attaching a copy is allowed (OQ-11), but nothing else.
            let grade = if self.explained.contains(&key) {
                Grade::Soft
            } else {
                Grade::Hard
            };
            let scope = self.after.scopes.get(&key);
            let name = scope.map_or_else(|| "no scope".to_owned(), |scope| self.names.scope(scope));
            differs(
                requirement,
                grade,
                format!("the associations of {name} stay as they are"),
                format!(
                    "one with {} is new",
                    self.names.relation(row.failover_relation_id)
                ),
            );
        }
        if !associations.deleted.is_empty() || !associations.changed.is_empty() {
            differs(
                requirement,
                Grade::Hard,
                "the associations of scopes stay".to_owned(),
                "some are gone or differ".to_owned(),
            );
        }
        for row in self.difference.ranges.rows() {
            let key = (row.family, row.scope_record_id);
            if !self.explained.contains(&key) {
                let is_source = sources.contains(&key);
                let scope = self
                    .after
                    .scopes
                    .get(&key)
                    .or_else(|| self.before.scopes.get(&key));
                let name =
                    scope.map_or_else(|| "no scope".to_owned(), |scope| self.names.scope(scope));
                let why_not = scope.and_then(|scope| self.why_not(allowed, scope));
                differs(
                    if is_source {
                        of_source
                    } else {
                        why_not.unwrap_or(outside)
                    },
                    Grade::Hard,
                    format!("the range row of {name} stays as it is"),
                    "it differs".to_owned(),
                );
            }
        }
        let options = &self.difference.options;
        let gone = options.deleted.iter().map(|row| (row, R::R_4_16b));
        let others = options
            .created
            .iter()
            .chain(options.changed.iter().map(|(_, row)| row));
        for (row, step) in gone.chain(others.map(|row| (row, R::R_4_16a))) {
            let key = (row.family, row.scope_record_id);
            if self.explained.contains(&key) {
                continue;
            }
            // beside a scope that was written, its options went to, or were taken from, another one
            let requirement = match sources.contains(&key) {
                true => of_source,
                false if direct.is_none() && !self.explained.is_empty() => step,
                false => outside,
            };
            differs(
                requirement,
                Grade::Hard,
                "the options of other scopes stay as they are".to_owned(),
                "they differ".to_owned(),
            );
        }
        if found.is_empty() {
            self.report.pass(outside, check);
            if !sources.is_empty() {
                self.report.pass(of_source, check);
            }
        }
        self.report.results.extend(found);
    }
}
