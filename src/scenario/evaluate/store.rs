//! What changed in the store: `changed`, `created`, `deleted`, and that nothing else did.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use crate::model::{RowKey, Tables};
use crate::scenario::evaluate::grades::{Roles, of_copy};
use crate::scenario::evaluate::rows::{Cell, Changes, Delta, Part, RowId};
use crate::scenario::evaluate::{Asked, CreatedNames, key_of, words};
use crate::scenario::{
    Column, ColumnValue, CreatedExpect, DeletedExpect, REPLICATED, RowExpect, RowRef, RowTarget,
};
use crate::spec::{Grade, RequirementId};
use crate::verdict::{CheckResult, Span};
use crate::world::RowKind;

/// The most unlisted rows that get a result of their own.
pub(super) const UNLISTED_MAX: usize = 20;

/// Judges the keys that speak of the store.
pub(super) fn check(asked: &Asked<'_>, named: &mut CreatedNames, results: &mut Vec<CheckResult>) {
    let expect = asked.expect;
    let keys = [
        ("changed", expect.changed.as_ref().map(|rows| rows.span)),
        ("created", expect.created.as_ref().map(|rows| rows.span)),
        ("deleted", expect.deleted.as_ref().map(|rows| rows.span)),
    ];
    let mut written = keys
        .into_iter()
        .filter_map(|(key, span)| Some((key, span?)));
    let Some((_, others)) = written.clone().next() else {
        return;
    };
    let Some((before, after)) = states(asked) else {
        let why = "this door does not show the store";
        results.extend(
            written
                .by_ref()
                .map(|(key, span)| asked.unseen(key, span, why)),
        );
        if !expect.others_any {
            results.push(asked.unseen("others", others, why));
        }
        return;
    };
    let mut judge = StoreJudge {
        asked,
        changes: Changes::new(before, after, &asked.trace.setup.names),
        roles: Roles::new(asked, before, after),
        named,
        listed: BTreeSet::new(),
        results,
    };
    for items in expect.created.iter() {
        judge.created(&items.value);
    }
    for item in expect.changed.iter().flat_map(|items| &items.value) {
        judge.changed(item);
    }
    for item in expect.deleted.iter().flat_map(|items| &items.value) {
        judge.deleted(item);
    }
    if !expect.others_any {
        judge.others(others);
    }
}

/// The store before and after, where the door shows both.
fn states<'a>(asked: &Asked<'a>) -> Option<(&'a Tables, &'a Tables)> {
    let trace = asked.trace;
    match asked.step {
        None => Some((&trace.setup.tables, trace.after.as_deref()?)),
        Some(step) => {
            let record = trace.steps.get(step)?;
            Some((record.before.as_deref()?, record.after.as_deref()?))
        }
    }
}

struct StoreJudge<'j, 'a> {
    asked: &'j Asked<'a>,
    changes: Changes<'a>,
    roles: Roles,
    named: &'j mut CreatedNames,
    /// Rows that an item speaks of.
    listed: BTreeSet<RowId>,
    results: &'j mut Vec<CheckResult>,
}

/// How a column compares with the values an author gives it.
enum Met {
    First,
    /// By this value, which is not the first.
    Other(Span, String),
    /// By none; whether the range row is wrong too.
    Not {
        in_range: bool,
    },
}

fn met(column: &ColumnValue, cell: &Cell) -> Met {
    let same = |text: &str| cell.row == text && cell.range == text;
    match column.values.iter().position(|value| same(&value.value)) {
        Some(0) => Met::First,
        Some(at) => {
            let value = &column.values[at];
            Met::Other(
                value.span,
                format!("{} `{}`", column.column.key(), value.value),
            )
        }
        None => Met::Not {
            in_range: cell.is_range_off(column.values.iter().map(|v| v.value.as_str())),
        },
    }
}

/// What the items of one row came to.
#[derive(Default)]
struct RowOutcome {
    wrong: Vec<Wrong>,
    other: Option<(Span, String)>,
}

struct Wrong {
    grade: Grade,
    /// What of the range row it is, where it is nothing of the scope row.
    range: Option<RangePart>,
    span: Span,
    expected: String,
    found: String,
}

/// What of a range row is wrong, where the scope row is right. An expectation speaks of the scope; the range row that goes
/// with it has steps of its own in .3 and .4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RangePart {
    /// R-3-12, R-4-12.
    Values,
    /// R-3-13, R-4-13.
    CustomFields,
}

impl RangePart {
    /// `alone`: the range row has another value than the scope row, and the scope row's is right.
    const fn of(column: Column, alone: bool) -> Option<Self> {
        match column {
            Column::ManagedBy | Column::ManagedByEntity => Some(Self::CustomFields),
            _ if alone => Some(Self::Values),
            _ => None,
        }
    }

    fn of_delta(delta: &Delta) -> Option<Self> {
        let alone = delta.in_range() && delta.before.row == delta.after.row;
        match delta.part {
            Part::Column(column) => Self::of(column, alone),
            Part::Hidden(_) => None,
        }
    }

    const fn step(self, is_new: bool) -> RequirementId {
        match (self, is_new) {
            (Self::Values, true) => RequirementId::R_3_12,
            (Self::CustomFields, true) => RequirementId::R_3_13,
            (Self::Values, false) => RequirementId::R_4_12,
            (Self::CustomFields, false) => RequirementId::R_4_13,
        }
    }
}

impl StoreJudge<'_, '_> {
    /// The row an author means; `None` for one that an earlier `created` named and that was never seen.
    fn resolve(&self, row: &RowRef) -> Option<RowId> {
        let setup = &self.asked.trace.setup;
        let world = &self.asked.case.world;
        match &row.target {
            RowTarget::Created(name) => self.named.get(name).copied().map(RowId::Scope),
            RowTarget::World(index) => match row.kind {
                RowKind::Server => {
                    let family = world.servers.get(*index)?.family;
                    Some(RowId::Server((family, *setup.server_ids.get(*index)?)))
                }
                RowKind::Relation => setup.relation_ids.get(*index).copied().map(RowId::Relation),
                RowKind::Scope => {
                    let server = world.scopes.get(*index)?.server;
                    let family = world.servers.get(server)?.family;
                    Some(RowId::Scope((family, *setup.scope_ids.get(*index)?)))
                }
            },
        }
    }

    /// A row as the author calls it.
    fn say(&self, row: &RowRef) -> String {
        match (&row.target, self.resolve(row)) {
            (RowTarget::Created(name), _) => format!("{} `{name}`", row.kind.name()),
            (_, Some(id)) => self.changes.after.name(id),
            (_, None) => row.kind.name().to_owned(),
        }
    }

    fn label(&self, row: &RowRef) -> Option<(Span, String)> {
        match row.target {
            RowTarget::World(index) => self.asked.label(row.kind, index),
            RowTarget::Created(_) => None,
        }
    }

    fn push(&mut self, result: CheckResult, label: Option<(Span, String)>) {
        self.results.push(CheckResult { label, ..result });
    }

    /// Cites a step, unless the author says what the check is about.
    fn cite(&self, result: &mut CheckResult, step: RequirementId) {
        let is_told = self.asked.expect.cites.contains_key(key_of(result.check));
        if !is_told {
            result.requirement = step;
        }
    }

    /// The results of a row: one for each part that is wrong, or one that it is as expected.
    fn finish(
        &mut self,
        check: &'static str,
        item: Span,
        label: Option<(Span, String)>,
        name: String,
        outcome: RowOutcome,
    ) {
        if outcome.wrong.is_empty() {
            let result = match outcome.other {
                Some((span, found)) => {
                    let expected = format!("{name} as listed");
                    self.asked.pass(check, Grade::Either, span, expected, found)
                }
                None => {
                    let grade = self.asked.grade(check, Grade::Hard);
                    self.asked.pass(check, grade, item, name, "as listed")
                }
            };
            self.push(result, label);
            return;
        }
        for wrong in outcome.wrong {
            let expected = format!("{name}: {}", wrong.expected);
            let mut result =
                self.asked
                    .differs(check, wrong.grade, wrong.span, expected, wrong.found);
            if let Some(part) = wrong.range {
                self.cite(&mut result, part.step(check == "created"));
            }
            self.push(result, label.clone());
        }
    }

    /// Compares the columns that an item gives, and those it takes over by `like`.
    fn compare(
        &self,
        row: RowId,
        columns: &[ColumnValue],
        like: Option<&RowRef>,
        grade: impl Fn(Column, bool) -> Grade,
    ) -> RowOutcome {
        let mut outcome = RowOutcome::default();
        for column in columns {
            let Some(cell) = self.changes.after.cell(row, column.column) else {
                continue;
            };
            match met(column, &cell) {
                Met::First => {}
                Met::Other(span, found) => outcome.other = Some((span, found)),
                Met::Not { in_range } => {
                    let key = column.column.key();
                    let values = column.values.iter().map(|v| words::quoted(&v.value));
                    let is_row_right = column.values.iter().any(|v| v.value == cell.row);
                    outcome.wrong.push(Wrong {
                        grade: grade(column.column, in_range),
                        range: RangePart::of(column.column, in_range && is_row_right),
                        span: column.values.first().map_or(column.key_span, |v| v.span),
                        expected: format!("{key} {}", words::either(values)),
                        found: format!("{key} {cell}"),
                    });
                }
            }
        }
        let Some(like) = like else { return outcome };
        let Some(model) = self
            .resolve(like)
            .filter(|row| self.changes.after.has(*row))
        else {
            outcome.wrong.push(Wrong {
                grade: Grade::Hard,
                range: None,
                span: like.span,
                expected: format!("the columns of {}", self.say(like)),
                found: "that row is not there".to_owned(),
            });
            return outcome;
        };
        let given = |column: &Column| columns.iter().any(|given| given.column == *column);
        for column in REPLICATED.iter().filter(|column| !given(column)) {
            let cells = self.changes.after.cell(row, *column);
            let Some((cell, wanted)) = cells.zip(self.changes.after.cell(model, *column)) else {
                continue;
            };
            if cell != wanted {
                let in_range = cell.is_range_off(std::iter::once(&*wanted.range));
                outcome.wrong.push(Wrong {
                    grade: grade(*column, in_range),
                    range: RangePart::of(*column, in_range && cell.row == wanted.row),
                    span: like.span,
                    expected: format!("{} {wanted}, as {}", column.key(), self.say(like)),
                    found: format!("{} {cell}", column.key()),
                });
            }
        }
        outcome
    }

    /// `created`: matched by server and subnet address.
    fn created(&mut self, items: &[CreatedExpect]) {
        let mut new: BTreeMap<(RowKey, IpAddr), Vec<RowKey>> = BTreeMap::new();
        for row in self.changes.created.iter().rev() {
            let RowId::Scope(key) = row else { continue };
            if let Some(row) = self.changes.after.scope(*key) {
                let server = (row.family, row.dhcp_server_record_id);
                new.entry((server, row.details.scope_id))
                    .or_default()
                    .push(*key);
            }
        }
        let before: BTreeSet<(RowKey, IpAddr)> = self
            .changes
            .before
            .tables
            .scopes
            .values()
            .map(|row| {
                (
                    (row.family, row.dhcp_server_record_id),
                    row.details.scope_id,
                )
            })
            .collect();
        for item in items {
            let places = self.places(item);
            let key = places
                .iter()
                .find_map(|place| new.get_mut(place).and_then(Vec::pop));
            let label = item
                .like
                .as_ref()
                .and_then(|like| self.label(like))
                .or_else(|| self.label(&item.server));
            if let Some(key) = key {
                let row = RowId::Scope(key);
                self.listed.insert(row);
                if let Some(name) = &item.name {
                    self.named.insert(name.clone(), key);
                }
                let outcome = self.compare(row, &item.columns, item.like.as_ref(), of_copy);
                let name = self.changes.after.name(row);
                self.finish("created", item.span, label, name, outcome);
                continue;
            }
            let subnet = places
                .first()
                .map_or_else(String::new, |(_, address)| format!(" {address}"));
            let expected = format!("a new scope{subnet} on {}", self.say(&item.server));
            let found = if places.iter().any(|place| before.contains(place)) {
                "that server had a scope of this subnet before"
            } else {
                "none was created"
            };
            let result = if item.optional {
                let grade = self.asked.grade("created", Grade::Hard);
                self.asked
                    .pass("created", grade, item.span, expected, found)
            } else {
                self.asked
                    .differs("created", Grade::Hard, item.span, expected, found)
            };
            self.push(result, label);
        }
    }

    /// The servers and subnet addresses at which a created scope may be.
    fn places(&self, item: &CreatedExpect) -> Vec<(RowKey, IpAddr)> {
        let Some(RowId::Server(server)) = self.resolve(&item.server) else {
            return Vec::new();
        };
        let given = item.columns.iter().find(|c| c.column == Column::Subnet);
        let addresses: Vec<IpAddr> = match given {
            Some(subnet) => subnet
                .values
                .iter()
                .filter_map(|value| value.value.split('/').next()?.parse().ok())
                .collect(),
            None => item
                .like
                .as_ref()
                .and_then(|like| self.resolve(like))
                .and_then(|row| match row {
                    RowId::Scope(key) => self.changes.after.scope(key),
                    _ => None,
                })
                .map(|row| row.details.scope_id)
                .into_iter()
                .collect(),
        };
        addresses
            .into_iter()
            .map(|address| (server, address))
            .collect()
    }

    /// `changed`: the row changed, to what the item says, and in nothing else.
    fn changed(&mut self, item: &RowExpect) {
        const CHECK: &str = "changed";
        let name = self.say(&item.row);
        let label = self.label(&item.row);
        let row = self.resolve(&item.row);
        let there = |row: RowId| (self.changes.before.has(row), self.changes.after.has(row));
        let missing = match row.map(there) {
            Some((true, true)) => None,
            Some((true, false)) => Some(("it is gone", false)),
            Some((false, true)) => Some(("it was created", false)),
            Some((false, false)) => Some(("there is no such row", true)),
            None => Some(("it was never created", true)),
        };
        let row = match (missing, row) {
            (None, Some(row)) => row,
            (missing, row) => {
                let (found, none) = missing.unwrap_or(("there is no such row", true));
                self.listed.extend(row);
                let result = if none && item.optional {
                    let grade = self.asked.grade(CHECK, Grade::Hard);
                    self.asked.pass(CHECK, grade, item.span, name, found)
                } else {
                    let expected = format!("{name} changed");
                    self.asked
                        .differs(CHECK, Grade::Hard, item.span, expected, found)
                };
                self.push(result, label);
                return;
            }
        };
        self.listed.insert(row);
        let deltas = self.changes.deltas(row);
        if deltas.is_empty() && item.optional {
            let grade = self.asked.grade(CHECK, Grade::Hard);
            let result = self
                .asked
                .pass(CHECK, grade, item.span, name, "it did not change");
            self.push(result, label);
            return;
        }
        let grade = |part: Part, in_range: bool| self.grade(row, part, in_range);
        let mut outcome = self.compare(row, &item.columns, item.like.as_ref(), |column, range| {
            grade(Part::Column(column), range)
        });
        if deltas.is_empty() {
            outcome = self.unchanged(item, outcome);
        }
        let like = item.like.is_some();
        let given = |part: Part| match part {
            Part::Column(column) => {
                item.columns.iter().any(|given| given.column == column)
                    || (like && REPLICATED.contains(&column))
            }
            Part::Hidden(_) => false,
        };
        for delta in deltas.iter().filter(|delta| !given(delta.part)) {
            let key = delta.part.name();
            outcome.wrong.push(Wrong {
                grade: grade(delta.part, delta.in_range()),
                range: RangePart::of_delta(delta),
                span: item.span,
                expected: format!("{key} {}, as before", delta.before),
                found: format!("{key} {}", delta.after),
            });
        }
        self.finish(CHECK, item.span, label, name, outcome);
    }

    /// The row did not change at all: that is one mistake, whatever the item says, and it points at the item.
    fn unchanged(&self, item: &RowExpect, compared: RowOutcome) -> RowOutcome {
        let soft = |wrong: &Wrong| wrong.grade == Grade::Soft;
        let grade = if !compared.wrong.is_empty() && compared.wrong.iter().all(soft) {
            Grade::Soft
        } else {
            Grade::Hard
        };
        let columns = item.columns.iter().map(|column| {
            let values = column.values.iter().map(|v| words::quoted(&v.value));
            format!("{} {}", column.column.key(), words::either(values))
        });
        let like = item
            .like
            .iter()
            .map(|like| format!("the columns of {}", self.say(like)));
        let to: Vec<String> = columns.chain(like).collect();
        let to = if to.is_empty() {
            String::new()
        } else {
            format!(" to {}", to.join(", "))
        };
        RowOutcome {
            wrong: vec![Wrong {
                grade,
                range: None,
                span: item.span,
                expected: format!("a change{to}"),
                found: "it did not change".to_owned(),
            }],
            other: None,
        }
    }

    /// How a part of a row counts that is not as it should be.
    fn grade(&self, row: RowId, part: Part, in_range: bool) -> Grade {
        match row {
            RowId::Scope(key) => {
                let scope = self
                    .changes
                    .before
                    .scope(key)
                    .or_else(|| self.changes.after.scope(key));
                scope.map_or(Grade::Hard, |scope| {
                    self.roles.of_scope(scope, part, in_range)
                })
            }
            RowId::Server(_) | RowId::Relation(_) => Grade::Hard,
        }
    }

    fn deleted(&mut self, item: &DeletedExpect) {
        const CHECK: &str = "deleted";
        let row = self.resolve(&item.row);
        let label = self.label(&item.row);
        let expected = format!("{} deleted", self.say(&item.row));
        let gone = row.is_some_and(|row| self.changes.deleted.contains(&row));
        let found = match row {
            Some(_) if gone => "it was",
            Some(row) if self.changes.after.has(row) => "it is still there",
            _ => "it was not there before",
        };
        self.listed.extend(row.filter(|_| gone));
        let result = if gone || item.optional {
            let grade = self.asked.grade(CHECK, Grade::Hard);
            self.asked.pass(CHECK, grade, item.span, expected, found)
        } else {
            self.asked
                .differs(CHECK, Grade::Hard, item.span, expected, found)
        };
        self.push(result, label);
    }

    /// Nothing else changed; what did is shown row by row, up to [`UNLISTED_MAX`].
    fn others(&mut self, span: Span) {
        const CHECK: &str = "others";
        const EXPECTED: &str = "nothing else changed";
        let unlisted = self.unlisted();
        if unlisted.is_empty() {
            let grade = self.asked.grade(CHECK, Grade::Hard);
            let result = self
                .asked
                .pass(CHECK, grade, span, EXPECTED, "nothing else did");
            self.push(result, None);
            return;
        }
        let places = self.places_in_world();
        for (grade, found, row) in unlisted.iter().take(UNLISTED_MAX) {
            let mut result = self.asked.differs(CHECK, *grade, span, EXPECTED, found);
            if let Some(part) = row.and_then(|row| self.wrong_range(row)) {
                self.cite(&mut result, part.step(false));
            }
            let label = row
                .and_then(|row| Some((row, *places.get(&row)?)))
                .and_then(|(row, index)| self.asked.label(row.kind(), index));
            self.push(result, label);
        }
        let rest = unlisted.get(UNLISTED_MAX..).unwrap_or_default();
        if !rest.is_empty() {
            let hard = rest.iter().any(|(grade, ..)| *grade == Grade::Hard);
            let grade = if hard { Grade::Hard } else { Grade::Soft };
            let found = format!("{} more rows that are not listed", rest.len());
            let result = self.asked.differs(CHECK, grade, span, EXPECTED, found);
            self.push(result, None);
        }
    }

    /// What of a copy's range row is wrong, where nothing else of the copy is. One that an earlier step created may have
    /// been wrong since then.
    fn wrong_range(&self, row: RowId) -> Option<RangePart> {
        let RowId::Scope(key) = row else { return None };
        let world = &self.asked.trace.setup.tables.scopes;
        if !world.contains_key(&key) {
            return None;
        }
        let scope = self.changes.before.scope(key)?;
        let deltas = self.changes.deltas(row);
        let mut parts = deltas.iter().map(RangePart::of_delta);
        let first = parts.next()??;
        let is_range = self.roles.is_copy(scope) && parts.all(|part| part.is_some());
        is_range.then_some(first)
    }

    /// Every row that differs and is not listed, with its grade and in words.
    fn unlisted(&self) -> Vec<(Grade, String, Option<RowId>)> {
        let changes = &self.changes;
        let mut found = Vec::new();
        for row in changes.touched.difference(&self.listed) {
            let deltas = changes.deltas(*row);
            if deltas.is_empty() {
                continue;
            }
            let grade = match row {
                RowId::Scope(key) => changes
                    .before
                    .scope(*key)
                    .map_or(Grade::Hard, |scope| self.roles.worst(scope, &deltas)),
                RowId::Server(_) | RowId::Relation(_) => Grade::Hard,
            };
            let what: Vec<String> = deltas.iter().map(ToString::to_string).collect();
            let text = format!("{} changed: {}", changes.after.name(*row), what.join("; "));
            found.push((grade, text, Some(*row)));
        }
        for row in changes.created.difference(&self.listed) {
            let text = format!("{} was created", changes.after.name(*row));
            found.push((Grade::Hard, text, Some(*row)));
        }
        for row in changes.deleted.difference(&self.listed) {
            let text = format!("{} was deleted", changes.before.name(*row));
            found.push((Grade::Hard, text, Some(*row)));
        }
        for stray in &changes.strays {
            let grade = if stray.starts_with("association") {
                Grade::Soft
            } else {
                Grade::Hard
            };
            found.push((grade, format!("changed: {stray}"), None));
        }
        found
    }

    /// Where the rows of the world stand in it.
    fn places_in_world(&self) -> HashMap<RowId, usize> {
        let world = &self.asked.case.world;
        let kinds = [
            (RowKind::Server, world.servers.len()),
            (RowKind::Relation, world.relations.len()),
            (RowKind::Scope, world.scopes.len()),
        ];
        let rows = kinds.into_iter().flat_map(|(kind, count)| {
            (0..count).map(move |index| RowRef {
                kind,
                target: RowTarget::World(index),
                span: Span::default(),
            })
        });
        rows.filter_map(|row| match row.target {
            RowTarget::World(index) => Some((self.resolve(&row)?, index)),
            RowTarget::Created(_) => None,
        })
        .collect()
    }
}
