//! Taking rows and steps out of a case, with all that refers to them, and numbering anew what is left.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::scenario::{
    Action, Case, Column, ColumnValue, EventItem, Expect, Initialize, PatternItem, PatternKind,
    RowRef, RowTarget, ServerChoice,
};
use crate::world::{End, RowKind, World};

/// The rows to take out, by their places.
#[derive(Debug, Default)]
pub(super) struct Removed {
    servers: BTreeSet<usize>,
    relations: BTreeSet<usize>,
    scopes: BTreeSet<usize>,
}

impl Removed {
    pub(super) fn servers(mut self, places: Range<usize>) -> Self {
        self.servers.extend(places);
        self
    }

    pub(super) fn relations(mut self, places: Range<usize>) -> Self {
        self.relations.extend(places);
        self
    }

    pub(super) fn scopes(mut self, places: Range<usize>) -> Self {
        self.scopes.extend(places);
        self
    }
}

/// Takes rows out. A server takes its scopes and relationships along; rules, steps and expectations about a row go with
/// it; what only mentions it does so no more.
pub(super) fn without_rows(case: &mut Case, mut removed: Removed) {
    let world = &case.world;
    for (place, relation) in world.relations.iter().enumerate() {
        let is_gone =
            |end: End| matches!(end, End::Server(server) if removed.servers.contains(&server));
        if is_gone(relation.server1) || is_gone(relation.server2) {
            removed.relations.insert(place);
        }
    }
    for (place, scope) in world.scopes.iter().enumerate() {
        if removed.servers.contains(&scope.server) {
            removed.scopes.insert(place);
        }
    }
    let left = Left::of(world, &removed);
    rows_of_world(Arc::make_mut(&mut case.world), &left);
    let spans = Arc::make_mut(&mut case.row_spans);
    keep(&mut spans.servers, &left.servers);
    keep(&mut spans.relations, &left.relations);
    keep(&mut spans.scopes, &left.scopes);
    spans.models = spans
        .models
        .iter()
        .filter_map(|place| left.scope(*place))
        .collect();
    case.steps.retain_mut(|step| {
        if let Some(expect) = &mut step.expect {
            in_expect(expect, &left);
        }
        match &mut step.action {
            Action::Replicate { initialize, .. } | Action::Initialize(initialize) => {
                in_initialize(initialize, &left);
                true
            }
            Action::Change(change) => {
                let had_columns = !change.columns.is_empty();
                in_columns(&mut change.columns, &left);
                row(&mut change.row, &left)
                    && (change.delete || !had_columns || !change.columns.is_empty())
            }
            _ => true,
        }
    });
    in_expect(&mut case.expect, &left);
}

/// Takes rules of the partner out.
pub(super) fn without_rules(case: &mut Case, places: Range<usize>) {
    Arc::make_mut(&mut case.world).partner.drain(places);
}

/// Takes steps out, and with a step that opens a named session all that is said on it. A file has one step at least: of
/// all steps the first stays.
pub(super) fn without_steps(case: &mut Case, places: Range<usize>) {
    let opened: BTreeSet<&str> = case.steps[places.clone()]
        .iter()
        .enumerate()
        .filter_map(|(nth, step)| {
            let name = step.session.as_ref()?.value.as_str();
            let earlier = &case.steps[..places.start + nth];
            let is_first = earlier.iter().all(|step| {
                step.session
                    .as_ref()
                    .is_none_or(|other| other.value != name)
            });
            is_first.then_some(name)
        })
        .collect();
    let keeps: Vec<bool> = case
        .steps
        .iter()
        .enumerate()
        .map(|(place, step)| {
            let is_cut_off = step
                .session
                .as_ref()
                .is_some_and(|name| opened.contains(name.value.as_str()));
            !places.contains(&place) && !is_cut_off
        })
        .collect();
    let all_go = !keeps.contains(&true);
    let mut place = 0;
    case.steps.retain(|_| {
        let stays = keeps[place] || (all_go && place == 0);
        place += 1;
        stays
    });
}

/// Where the rows that are left have moved to.
struct Left {
    servers: Vec<Option<usize>>,
    relations: Vec<Option<usize>>,
    scopes: Vec<Option<usize>>,
    has_servers: bool,
    /// Names that stand for nothing any more.
    server_names: BTreeSet<String>,
    relation_names: BTreeSet<String>,
}

impl Left {
    fn of(world: &World, removed: &Removed) -> Self {
        fn places(length: usize, removed: &BTreeSet<usize>) -> Vec<Option<usize>> {
            let mut next = 0;
            (0..length)
                .map(|place| {
                    let stays = !removed.contains(&place);
                    next += usize::from(stays);
                    stays.then(|| next - 1)
                })
                .collect()
        }
        let servers = places(world.servers.len(), &removed.servers);
        let server_names = removed
            .servers
            .iter()
            .filter_map(|at| world.servers.get(*at));
        let relation_names = removed
            .relations
            .iter()
            .filter_map(|at| world.relations.get(*at));
        Self {
            has_servers: servers.iter().any(Option::is_some),
            server_names: server_names.map(|row| row.name.clone()).collect(),
            relation_names: relation_names.map(|row| row.name.clone()).collect(),
            servers,
            relations: places(world.relations.len(), &removed.relations),
            scopes: places(world.scopes.len(), &removed.scopes),
        }
    }

    fn server(&self, place: usize) -> Option<usize> {
        self.servers.get(place).copied().flatten()
    }

    fn relation(&self, place: usize) -> Option<usize> {
        self.relations.get(place).copied().flatten()
    }

    fn scope(&self, place: usize) -> Option<usize> {
        self.scopes.get(place).copied().flatten()
    }
}

fn keep<T>(rows: &mut Vec<T>, places: &[Option<usize>]) {
    let mut place = 0;
    rows.retain(|_| {
        place += 1;
        places.get(place - 1).is_none_or(Option::is_some)
    });
}

fn rows_of_world(world: &mut World, left: &Left) {
    keep(&mut world.servers, &left.servers);
    keep(&mut world.relations, &left.relations);
    keep(&mut world.scopes, &left.scopes);
    for server in &mut world.servers {
        server.same_id_as = server.same_id_as.and_then(|place| left.server(place));
    }
    let end = |end: End| match end {
        End::Server(place) => left.server(place).map_or(End::Nil, End::Server),
        other => other,
    };
    for relation in &mut world.relations {
        relation.server1 = end(relation.server1);
        relation.server2 = end(relation.server2);
    }
    for scope in &mut world.scopes {
        scope.server = left.server(scope.server).unwrap_or_default();
        scope.relations = places(&scope.relations, |place| left.relation(place));
        scope.same_id_as = scope.same_id_as.and_then(|place| left.scope(place));
    }
    world.partner.retain_mut(|rule| {
        let server = rule.server.map(|place| left.server(place));
        let scope = rule.scope.map(|place| left.scope(place));
        rule.server = server.flatten();
        rule.scope = scope.flatten();
        server != Some(None) && scope != Some(None)
    });
}

fn places(rows: &[usize], moved: impl Fn(usize) -> Option<usize>) -> Vec<usize> {
    rows.iter().filter_map(|place| moved(*place)).collect()
}

fn in_initialize(initialize: &mut Initialize, left: &Left) {
    initialize.server = match initialize.server {
        ServerChoice::Row(place) => match left.server(place) {
            Some(place) => ServerChoice::Row(place),
            None if left.has_servers => ServerChoice::Row(0),
            None => ServerChoice::Absent,
        },
        // Both send the object of the first server.
        ServerChoice::Zero | ServerChoice::Unknown if !left.has_servers => ServerChoice::Absent,
        other => other,
    };
    initialize.scopes = initialize
        .scopes
        .as_ref()
        .map(|scopes| places(scopes, |place| left.scope(place)));
    initialize.scope = initialize.scope.and_then(|place| left.scope(place));
    initialize.relation = initialize.relation.and_then(|place| left.relation(place));
}

/// Moves a reference; false where its row is gone.
fn row(row: &mut RowRef, left: &Left) -> bool {
    let RowTarget::World(place) = row.target else {
        return true;
    };
    let moved = match row.kind {
        RowKind::Server => left.server(place),
        RowKind::Relation => left.relation(place),
        RowKind::Scope => left.scope(place),
    };
    row.target = RowTarget::World(moved.unwrap_or_default());
    moved.is_some()
}

/// Values that name rows that are gone go, and columns of which nothing is left.
fn in_columns(columns: &mut Vec<ColumnValue>, left: &Left) {
    columns.retain_mut(|column| {
        let gone = match column.column {
            Column::Relation => &left.relation_names,
            Column::Server1 | Column::Server2 => &left.server_names,
            _ => return true,
        };
        column.values.retain_mut(|value| {
            let names: Vec<&str> = value.value.split(", ").collect();
            let stay = names.iter().filter(|name| !gone.contains(**name));
            let stay: Vec<&str> = stay.copied().collect();
            let is_left = stay.len() == names.len() || !stay.is_empty();
            value.value = stay.join(", ");
            is_left
        });
        !column.values.is_empty()
    });
}

fn in_expect(expect: &mut Expect, left: &Left) {
    for pattern in [&mut expect.callbacks, &mut expect.events]
        .into_iter()
        .flatten()
    {
        in_items(&mut pattern.items, left);
    }
    for item in &mut expect.never {
        in_event(item, left);
    }
    if let Some(rows) = &mut expect.changed {
        rows.value.retain_mut(|item| {
            in_columns(&mut item.columns, left);
            if item.like.as_mut().is_some_and(|like| !row(like, left)) {
                item.like = None;
            }
            row(&mut item.row, left)
        });
    }
    if let Some(rows) = &mut expect.created {
        rows.value.retain_mut(|item| {
            in_columns(&mut item.columns, left);
            if item.like.as_mut().is_some_and(|like| !row(like, left)) {
                item.like = None;
            }
            let has_subnet = item
                .columns
                .iter()
                .any(|column| column.column == Column::Subnet);
            row(&mut item.server, left) && (has_subnet || item.like.is_some())
        });
    }
    if let Some(rows) = &mut expect.deleted {
        rows.value.retain_mut(|item| row(&mut item.row, left));
    }
}

fn in_items(items: &mut [PatternItem], left: &Left) {
    for item in items {
        match &mut item.kind {
            PatternKind::AnyProgress => {}
            PatternKind::Event { item, .. } => in_event(item, left),
            PatternKind::AnyOrder(items) | PatternKind::InOrder(items) => in_items(items, left),
        }
    }
}

fn in_event(item: &mut EventItem, left: &Left) {
    if let Some(scope) = &mut item.scope {
        match left.scope(scope.value) {
            Some(place) => scope.value = place,
            None => item.scope = None,
        }
    }
}
