//! Rows of a world that nothing has to do with.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::author::lint::{Evidence, Warning, WarningCode};
use crate::scenario::{
    Action, Case, Column, ColumnValue, EventItem, Expect, Initialize, ParametersChoice,
    PatternItem, PatternKind, RowRef, RowTarget, Scenario, ServerChoice, SetValue,
};
use crate::verdict::Span;
use crate::world::{End, RowKind};

/// The rows that are unused in every case they stand in. Rows of one `repeat` count as one.
pub(super) fn rows(scenario: &Scenario, evidence: &[Option<Evidence>]) -> Vec<Warning> {
    let mut rows: BTreeMap<Span, (RowKind, String, bool)> = BTreeMap::new();
    for (case, evidence) in scenario.cases.iter().zip(evidence) {
        let used = evidence.as_ref().map(|evidence| Used::by(case, evidence));
        let mut note = |kind: RowKind, index: usize, span: &Span, name: &str| {
            let is_used = used.as_ref().is_none_or(|used| used.holds(kind, index));
            rows.entry(*span)
                .or_insert_with(|| (kind, name.to_owned(), false))
                .2 |= is_used;
        };
        let world = &case.world;
        for (index, (row, span)) in world
            .servers
            .iter()
            .zip(&case.row_spans.servers)
            .enumerate()
        {
            note(RowKind::Server, index, span, &row.name);
        }
        let relations = world.relations.iter().zip(&case.row_spans.relations);
        for (index, (row, span)) in relations.enumerate() {
            note(RowKind::Relation, index, span, &row.name);
        }
        for (index, (row, span)) in world.scopes.iter().zip(&case.row_spans.scopes).enumerate() {
            note(RowKind::Scope, index, span, &row.name);
        }
    }
    rows.into_iter()
        .filter(|(_, (_, _, used))| !used)
        .map(|(span, (kind, name, _))| {
            Warning::new(
                WarningCode::UnusedRow,
                span,
                format!(
                    "{} `{name}`, which no operation, step, expectation or other row has to do with",
                    kind.name()
                ),
                "leave it out: a world is as small as the claim allows",
            )
        })
        .collect()
}

/// The rows of a world that something has to do with, by their places.
#[derive(Default)]
struct Used {
    servers: BTreeSet<usize>,
    relations: BTreeSet<usize>,
    scopes: BTreeSet<usize>,
}

impl Used {
    fn by(case: &Case, evidence: &Evidence) -> Self {
        let mut used = Self::default();
        used.by_world(case, evidence);
        for rule in &case.world.partner {
            used.servers.extend(rule.server);
            used.scopes.extend(rule.scope);
        }
        for step in &case.steps {
            match &step.action {
                Action::Replicate { initialize, .. } | Action::Initialize(initialize) => {
                    used.by_initialize(case, initialize);
                }
                Action::Change(change) => {
                    used.row(&change.row);
                    used.columns(case, &change.columns);
                }
                _ => {}
            }
            if let Some(expect) = &step.expect {
                used.by_expect(case, expect);
            }
        }
        used.by_expect(case, &case.expect);
        used
    }

    fn holds(&self, kind: RowKind, index: usize) -> bool {
        match kind {
            RowKind::Server => &self.servers,
            RowKind::Relation => &self.relations,
            RowKind::Scope => &self.scopes,
        }
        .contains(&index)
    }

    /// What the rows have to do with each other. A scope in a relation, or with a subnet or a ScopeName that another one has,
    /// is there to be met or to be left alone.
    fn by_world(&mut self, case: &Case, evidence: &Evidence) {
        let world = &case.world;
        let setup = world.set_up();
        let mut subnets: BTreeMap<IpAddr, usize> = BTreeMap::new();
        let mut names: BTreeMap<&str, usize> = BTreeMap::new();
        for scope in &world.scopes {
            *subnets.entry(scope.details.scope_id).or_default() += 1;
            *names.entry(&scope.details.scope_name).or_default() += 1;
        }
        self.scopes.extend(&case.row_spans.models);
        for (index, scope) in world.scopes.iter().enumerate() {
            self.servers.insert(scope.server);
            self.relations.extend(&scope.relations);
            let key = (world.family_of(scope), setup.scope_ids[index]);
            if let Some(other) = scope.same_id_as {
                self.scopes.extend([index, other]);
            }
            if !scope.relations.is_empty()
                || subnets
                    .get(&scope.details.scope_id)
                    .is_some_and(|count| *count > 1)
                || names
                    .get(&*scope.details.scope_name)
                    .is_some_and(|count| *count > 1)
                || evidence.scopes.contains(&key)
            {
                self.scopes.insert(index);
            }
        }
        for relation in &world.relations {
            for end in [relation.server1, relation.server2] {
                if let End::Server(server) = end {
                    self.servers.insert(server);
                }
            }
        }
        for (index, server) in world.servers.iter().enumerate() {
            if let Some(other) = server.same_id_as {
                self.servers.extend([index, other]);
            }
        }
    }

    /// The server that is named, or stands for one that is not; its scopes; what types of other operations are
    /// filled with.
    fn by_initialize(&mut self, case: &Case, initialize: &Initialize) {
        // NULL parameters stand for the same rows: they are there to be left alone.
        let is_own = matches!(&initialize.parameters, ParametersChoice::Type(name) if name == "ReplicateServerParameters");
        let server = match initialize.server {
            ServerChoice::Row(index) => Some(index),
            ServerChoice::Zero | ServerChoice::Unknown => Some(0),
            ServerChoice::Absent | ServerChoice::Nil => None,
        };
        self.servers.extend(server);
        let scopes = case.world.scopes.iter().enumerate();
        self.scopes.extend(
            scopes
                .filter(|(_, scope)| Some(scope.server) == server)
                .map(|(index, _)| index),
        );
        self.scopes.extend(initialize.scopes.iter().flatten());
        self.scopes.extend(initialize.scope);
        self.relations.extend(initialize.relation);
        if !is_own {
            self.relations.insert(0);
        }
        // A relation of the server, with scopes or without, must not lead anywhere it should not.
        let relations = case.world.relations.iter().enumerate();
        self.relations.extend(
            relations
                .filter(|(_, relation)| {
                    let ends = [relation.server1, relation.server2];
                    ends.iter()
                        .any(|end| matches!(end, End::Server(index) if Some(*index) == server))
                })
                .map(|(index, _)| index),
        );
        for (_, value) in &initialize.set {
            self.by_set(case, value);
        }
    }

    /// An address that the message states is that of a scope.
    fn by_set(&mut self, case: &Case, value: &SetValue) {
        match value {
            SetValue::Text(text) => {
                let scopes = case.world.scopes.iter().enumerate();
                self.scopes.extend(
                    scopes
                        .filter(|(_, scope)| scope.details.scope_id.to_string() == *text)
                        .map(|(index, _)| index),
                );
            }
            SetValue::Members(members) => {
                members
                    .iter()
                    .for_each(|(_, value)| self.by_set(case, value));
            }
            SetValue::List(items) => items.iter().for_each(|value| self.by_set(case, value)),
            SetValue::Absent | SetValue::Nil | SetValue::Unknown => {}
        }
    }

    fn row(&mut self, row: &RowRef) {
        if let RowTarget::World(index) = row.target {
            match row.kind {
                RowKind::Server => &mut self.servers,
                RowKind::Relation => &mut self.relations,
                RowKind::Scope => &mut self.scopes,
            }
            .insert(index);
        }
    }

    /// Columns whose values are the names of rows.
    fn columns(&mut self, case: &Case, columns: &[ColumnValue]) {
        for column in columns {
            let texts = column.values.iter().map(|value| value.value.as_str());
            match column.column {
                Column::Relation => {
                    for name in texts.flat_map(|text| text.split(", ")) {
                        let place = |row: &crate::world::Relation| row.name == name;
                        self.relations
                            .extend(case.world.relations.iter().position(place));
                    }
                }
                Column::Server1 | Column::Server2 => {
                    for name in texts {
                        let place = |row: &crate::world::Server| row.name == name;
                        self.servers
                            .extend(case.world.servers.iter().position(place));
                    }
                }
                _ => {}
            }
        }
    }

    fn by_expect(&mut self, case: &Case, expect: &Expect) {
        for item in expect.changed.iter().flat_map(|items| &items.value) {
            self.row(&item.row);
            item.like.iter().for_each(|row| self.row(row));
            self.columns(case, &item.columns);
        }
        for item in expect.created.iter().flat_map(|items| &items.value) {
            self.row(&item.server);
            item.like.iter().for_each(|row| self.row(row));
            self.columns(case, &item.columns);
        }
        for item in expect.deleted.iter().flat_map(|items| &items.value) {
            self.row(&item.row);
        }
        for pattern in [&expect.callbacks, &expect.events].into_iter().flatten() {
            self.pattern(&pattern.items);
        }
        expect.never.iter().for_each(|item| self.event(item));
    }

    fn pattern(&mut self, items: &[PatternItem]) {
        for item in items {
            match &item.kind {
                PatternKind::AnyProgress => {}
                PatternKind::Event { item, .. } => self.event(item),
                PatternKind::AnyOrder(items) | PatternKind::InOrder(items) => self.pattern(items),
            }
        }
    }

    fn event(&mut self, item: &EventItem) {
        self.scopes
            .extend(item.scope.as_ref().map(|scope| scope.value));
    }
}
