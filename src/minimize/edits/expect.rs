//! Expectations: whole tables, their keys, the items of lists, the values that are accepted beside the first.

use crate::minimize::edits::Edits;
use crate::scenario::{
    Case, ColumnValue, EventItem, Expect, OneOrMore, Pattern, PatternItem, PatternKind,
};

/// Where an `expect` stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    Top,
    Step(usize),
}

fn at(case: &mut Case, place: Place) -> Option<&mut Expect> {
    match place {
        Place::Top => Some(&mut case.expect),
        Place::Step(step) => case.steps.get_mut(step)?.expect.as_mut(),
    }
}

pub(super) fn edits(edits: &mut Edits, case: &Case) {
    let top = Expect {
        span: case.expect.span,
        ..Expect::default()
    };
    if case.expect != top {
        edits.other(|case| case.expect = Expect::default());
        Table {
            edits,
            place: Place::Top,
        }
        .keys(&case.expect);
    }
    for (step, expect) in case.steps.iter().enumerate() {
        if let Some(expect) = &expect.expect {
            edits.other(move |case| case.steps[step].expect = None);
            Table {
                edits,
                place: Place::Step(step),
            }
            .keys(expect);
        }
    }
}

struct Table<'e> {
    edits: &'e mut Edits,
    place: Place,
}

impl Table<'_> {
    fn single(&mut self, change: impl Fn(&mut Expect) + 'static) {
        let place = self.place;
        self.edits.expectation(move |case| {
            if let Some(expect) = at(case, place) {
                change(expect);
            }
        });
    }

    fn several(&mut self, change: impl Fn(&mut Expect) + 'static) {
        let place = self.place;
        self.edits.other(move |case| {
            if let Some(expect) = at(case, place) {
                change(expect);
            }
        });
    }

    /// Values beside the first: each may be the one that is not needed.
    fn alternatives<T: 'static>(
        &mut self,
        values: Option<&OneOrMore<T>>,
        of: impl Fn(&mut Expect) -> Option<&mut OneOrMore<T>> + Copy + 'static,
    ) {
        let count = values.map_or(0, |values| values.values.len());
        for value in (0..count).filter(|_| count > 1) {
            self.several(move |expect| {
                if let Some(values) = of(expect) {
                    values.values.remove(value);
                }
            });
        }
    }

    fn keys(&mut self, expect: &Expect) {
        if expect.overall.is_some() {
            self.single(|expect| expect.overall = None);
            self.alternatives(expect.overall.as_ref(), |expect| expect.overall.as_mut());
        }
        self.fault(expect);
        if expect.reply.is_some() {
            self.single(|expect| expect.reply = None);
            self.alternatives(expect.reply.as_ref(), |expect| expect.reply.as_mut());
        }
        self.pattern(expect.callbacks.as_ref(), |expect| &mut expect.callbacks);
        self.pattern(expect.events.as_ref(), |expect| &mut expect.events);
        for (place, item) in expect.never.iter().enumerate() {
            self.single(move |expect| {
                expect.never.remove(place);
            });
            self.event(item, move |expect| expect.never.get_mut(place));
        }
        if expect.percentages.is_some() {
            self.single(|expect| expect.percentages = None);
        }
        if expect.closed.is_some() {
            self.single(|expect| expect.closed = None);
        }
        if let Some(tracker) = &expect.tracker {
            self.several(|expect| expect.tracker = None);
            if tracker.state.is_some() {
                self.single(|expect| {
                    expect.tracker.iter_mut().for_each(|row| row.state = None);
                });
            }
            if tracker.overall.is_some() {
                self.single(|expect| {
                    expect.tracker.iter_mut().for_each(|row| row.overall = None);
                });
            }
            if tracker.percent.is_some() {
                self.single(|expect| {
                    expect.tracker.iter_mut().for_each(|row| row.percent = None);
                });
            }
            if tracker.subtasks.is_some() {
                self.single(|expect| {
                    let tracker = expect.tracker.iter_mut();
                    tracker.for_each(|row| row.subtasks = None);
                });
            }
        }
        self.store(expect);
        if expect.others_any {
            self.single(|expect| expect.others_any = false);
        }
        for key in expect.grades.keys() {
            let key = key.clone();
            self.several(move |expect| {
                expect.grades.remove(&key);
            });
        }
        for key in expect.cites.keys() {
            let key = key.clone();
            self.several(move |expect| {
                expect.cites.remove(&key);
            });
        }
    }

    fn fault(&mut self, expect: &Expect) {
        let Some(fault) = &expect.fault else { return };
        self.several(|expect| expect.fault = None);
        if fault.stage.is_some() {
            self.single(|expect| expect.fault.iter_mut().for_each(|fault| fault.stage = None));
            self.alternatives(fault.stage.as_ref(), |expect| {
                expect.fault.as_mut()?.stage.as_mut()
            });
        }
        if fault.code.is_some() {
            self.single(|expect| expect.fault.iter_mut().for_each(|fault| fault.code = None));
            self.alternatives(fault.code.as_ref(), |expect| {
                expect.fault.as_mut()?.code.as_mut()
            });
        }
        if fault.detail.is_some() {
            self.single(|expect| {
                expect
                    .fault
                    .iter_mut()
                    .for_each(|fault| fault.detail = None)
            });
            self.alternatives(fault.detail.as_ref(), |expect| {
                expect.fault.as_mut()?.detail.as_mut()
            });
        }
    }

    fn store(&mut self, expect: &Expect) {
        if let Some(rows) = &expect.changed {
            self.single(|expect| expect.changed = None);
            for (place, item) in rows.value.iter().enumerate() {
                self.single(move |expect| {
                    expect.changed.as_mut().map(|rows| rows.value.remove(place));
                });
                self.columns(&item.columns, move |expect| {
                    Some(&mut expect.changed.as_mut()?.value.get_mut(place)?.columns)
                });
                if item.like.is_some() {
                    self.single(move |expect| {
                        let rows = expect.changed.iter_mut().flat_map(|rows| &mut rows.value);
                        rows.skip(place).take(1).for_each(|item| item.like = None);
                    });
                }
                if item.optional {
                    self.several(move |expect| {
                        let rows = expect.changed.iter_mut().flat_map(|rows| &mut rows.value);
                        rows.skip(place)
                            .take(1)
                            .for_each(|item| item.optional = false);
                    });
                }
            }
        }
        if let Some(rows) = &expect.created {
            self.single(|expect| expect.created = None);
            for (place, item) in rows.value.iter().enumerate() {
                self.single(move |expect| {
                    expect.created.as_mut().map(|rows| rows.value.remove(place));
                });
                self.columns(&item.columns, move |expect| {
                    Some(&mut expect.created.as_mut()?.value.get_mut(place)?.columns)
                });
                let mut without = |change: fn(&mut crate::scenario::CreatedExpect)| {
                    self.several(move |expect| {
                        let rows = expect.created.iter_mut().flat_map(|rows| &mut rows.value);
                        rows.skip(place).take(1).for_each(change);
                    });
                };
                if item.like.is_some() {
                    without(|item| item.like = None);
                }
                if item.name.is_some() {
                    without(|item| item.name = None);
                }
                if item.optional {
                    without(|item| item.optional = false);
                }
            }
        }
        if let Some(rows) = &expect.deleted {
            self.single(|expect| expect.deleted = None);
            for (place, item) in rows.value.iter().enumerate() {
                self.single(move |expect| {
                    expect.deleted.as_mut().map(|rows| rows.value.remove(place));
                });
                if item.optional {
                    self.several(move |expect| {
                        let rows = expect.deleted.iter_mut().flat_map(|rows| &mut rows.value);
                        rows.skip(place)
                            .take(1)
                            .for_each(|item| item.optional = false);
                    });
                }
            }
        }
    }

    fn columns(
        &mut self,
        columns: &[ColumnValue],
        of: impl Fn(&mut Expect) -> Option<&mut Vec<ColumnValue>> + Copy + 'static,
    ) {
        for (column, stated) in columns.iter().enumerate() {
            self.single(move |expect| {
                of(expect).map(|columns| columns.remove(column));
            });
            let count = stated.values.len();
            for value in (0..count).filter(|_| count > 1) {
                self.several(move |expect| {
                    if let Some(columns) = of(expect) {
                        columns[column].values.remove(value);
                    }
                });
            }
        }
    }

    fn pattern(
        &mut self,
        pattern: Option<&Pattern>,
        of: impl Fn(&mut Expect) -> &mut Option<Pattern> + Copy + 'static,
    ) {
        let Some(pattern) = pattern else { return };
        self.single(move |expect| *of(expect) = None);
        self.items(&pattern.items, &[], move |expect| {
            of(expect).as_mut().map(|pattern| &mut pattern.items)
        });
    }

    /// The items of a sequence, and of the groups in it. `path` leads to the sequence.
    fn items(
        &mut self,
        items: &[PatternItem],
        path: &[usize],
        of: impl Fn(&mut Expect) -> Option<&mut Vec<PatternItem>> + Copy + 'static,
    ) {
        for (place, item) in items.iter().enumerate() {
            let to_list = path.to_vec();
            self.several(move |expect| {
                if let Some(items) = of(expect).and_then(|items| below(items, &to_list)) {
                    items.remove(place);
                }
            });
            match &item.kind {
                PatternKind::AnyProgress => {}
                PatternKind::Event { item, least, most } => {
                    let path = path.to_vec();
                    let event = path.clone();
                    if (*least, *most) != (1, Some(1)) {
                        self.several(move |expect| {
                            let items = of(expect).and_then(|items| below(items, &path));
                            let item = items.and_then(|items| items.get_mut(place));
                            if let Some(item) = item
                                && let PatternKind::Event { least, most, .. } = &mut item.kind
                            {
                                (*least, *most) = (1, Some(1));
                            }
                        });
                    }
                    self.event(item, move |expect| {
                        let item = below(of(expect)?, &event)?.get_mut(place)?;
                        match &mut item.kind {
                            PatternKind::Event { item, .. } => Some(item),
                            _ => None,
                        }
                    });
                }
                PatternKind::AnyOrder(inner) | PatternKind::InOrder(inner) => {
                    let mut path = path.to_vec();
                    path.push(place);
                    self.items(inner, &path, of);
                }
            }
        }
    }

    fn event(
        &mut self,
        item: &EventItem,
        of: impl Fn(&mut Expect) -> Option<&mut EventItem> + Clone + 'static,
    ) {
        type Field = (bool, fn(&mut EventItem));
        let fields: [Field; 6] = [
            (item.status.is_some(), |item| item.status = None),
            (item.percent.is_some(), |item| item.percent = None),
            (item.nondeterministic.is_some(), |item| {
                item.nondeterministic = None;
            }),
            (item.detail.is_some(), |item| item.detail = None),
            (item.scope.is_some(), |item| item.scope = None),
            (item.task.is_some(), |item| item.task = None),
        ];
        for (_, change) in fields.into_iter().filter(|(is_said, _)| *is_said) {
            let of = of.clone();
            self.several(move |expect| of(expect).into_iter().for_each(change));
        }
    }
}

/// The sequence that a path of groups leads to.
fn below<'p>(items: &'p mut Vec<PatternItem>, path: &[usize]) -> Option<&'p mut Vec<PatternItem>> {
    let Some((first, rest)) = path.split_first() else {
        return Some(items);
    };
    match &mut items.get_mut(*first)?.kind {
        PatternKind::AnyOrder(inner) | PatternKind::InOrder(inner) => below(inner, rest),
        _ => None,
    }
}
