//! Whether two cases say the same, wherever in their files they say it.

use crate::scenario::{
    Action, Case, ColumnValue, EventItem, Expect, OneOrMore, Pattern, PatternItem, PatternKind,
    RowRef, Spanned, Step,
};
use crate::verdict::Span;
use crate::world::{PartnerRule, World};

/// The part in which they differ, if there is one. Names, requirements and doors are not compared.
pub(super) fn same(one: &Case, other: &Case) -> Result<(), &'static str> {
    if one.seed != other.seed {
        return Err("seed");
    }
    if !one.readings.all().eq(other.readings.all()) {
        return Err("readings");
    }
    if !same_worlds(&one.world, &other.world) {
        return Err("world");
    }
    let steps = |case: &Case| case.steps.iter().map(without_places).collect::<Vec<_>>();
    if steps(one) != steps(other) {
        return Err("steps");
    }
    let expect = |case: &Case| {
        let mut expect = case.expect.clone();
        in_expect(&mut expect);
        expect
    };
    if expect(one) != expect(other) {
        return Err("expectations");
    }
    Ok(())
}

fn same_worlds(one: &World, other: &World) -> bool {
    // The delay of a rule that does not wait means nothing, and is not written.
    let same_rules = |one: &PartnerRule<usize>, other: &PartnerRule<usize>| {
        let delay = if one.does.waits() {
            one.delay
        } else {
            other.delay
        };
        PartnerRule {
            delay,
            ..one.clone()
        } == *other
    };
    one.partner.len() == other.partner.len()
        && one
            .partner
            .iter()
            .zip(&other.partner)
            .all(|(one, other)| same_rules(one, other))
        && one.provisioned == other.provisioned
        && one.schema_conversion_required == other.schema_conversion_required
        && one.caller == other.caller
        && one.roles == other.roles
        && one.access_scopes == other.access_scopes
        && one.servers == other.servers
        && one.relations == other.relations
        && one.scopes == other.scopes
}

fn without_places(step: &Step) -> Step {
    let mut step = step.clone();
    step.span = Span::default();
    if let Some(session) = &mut step.session {
        spanned(session);
    }
    if let Some(after) = &mut step.after {
        spanned(&mut after.event);
    }
    if let Action::Change(change) = &mut step.action {
        row(&mut change.row);
        columns(&mut change.columns);
    }
    if let Some(expect) = &mut step.expect {
        in_expect(expect);
    }
    step
}

fn spanned<T>(value: &mut Spanned<T>) {
    value.span = Span::default();
}

fn all<T>(values: &mut Option<OneOrMore<T>>) {
    if let Some(values) = values {
        values.span = Span::default();
        values.values.iter_mut().for_each(spanned);
    }
}

fn row(row: &mut RowRef) {
    row.span = Span::default();
}

/// The order in which columns are written means nothing.
fn columns(columns: &mut [ColumnValue]) {
    columns.sort_by_key(|column| column.column);
    for column in columns {
        column.key_span = Span::default();
        column.values.iter_mut().for_each(spanned);
    }
}

fn in_expect(expect: &mut Expect) {
    expect.span = Span::default();
    all(&mut expect.overall);
    all(&mut expect.reply);
    if let Some(fault) = &mut expect.fault {
        fault.span = Span::default();
        all(&mut fault.stage);
        all(&mut fault.code);
        all(&mut fault.detail);
    }
    expect.callbacks.iter_mut().for_each(pattern);
    expect.events.iter_mut().for_each(pattern);
    expect.never.iter_mut().for_each(event);
    expect.percentages.iter_mut().for_each(spanned);
    expect.closed.iter_mut().for_each(spanned);
    if let Some(tracker) = &mut expect.tracker {
        tracker.span = Span::default();
        tracker.state.iter_mut().for_each(spanned);
        tracker.overall.iter_mut().for_each(spanned);
        tracker.subtasks.iter_mut().for_each(spanned);
        tracker.percent.iter_mut().for_each(spanned);
    }
    expect.changed.iter_mut().for_each(spanned);
    for item in expect.changed.iter_mut().flat_map(|rows| &mut rows.value) {
        item.span = Span::default();
        row(&mut item.row);
        columns(&mut item.columns);
        item.like.iter_mut().for_each(row);
    }
    expect.created.iter_mut().for_each(spanned);
    for item in expect.created.iter_mut().flat_map(|rows| &mut rows.value) {
        item.span = Span::default();
        item.name_span = Span::default();
        row(&mut item.server);
        columns(&mut item.columns);
        item.like.iter_mut().for_each(row);
    }
    expect.deleted.iter_mut().for_each(spanned);
    for item in expect.deleted.iter_mut().flat_map(|rows| &mut rows.value) {
        item.span = Span::default();
        row(&mut item.row);
    }
}

fn pattern(pattern: &mut Pattern) {
    pattern.span = Span::default();
    pattern.items.iter_mut().for_each(item);
}

fn item(item: &mut PatternItem) {
    item.span = Span::default();
    match &mut item.kind {
        PatternKind::AnyProgress => {}
        PatternKind::Event { item, .. } => event(item),
        PatternKind::AnyOrder(items) | PatternKind::InOrder(items) => {
            items.iter_mut().for_each(self::item);
        }
    }
}

fn event(item: &mut EventItem) {
    item.span = Span::default();
    all(&mut item.status);
    all(&mut item.detail);
    item.percent.iter_mut().for_each(spanned);
    item.nondeterministic.iter_mut().for_each(spanned);
    item.scope.iter_mut().for_each(spanned);
    item.task.iter_mut().for_each(spanned);
}
