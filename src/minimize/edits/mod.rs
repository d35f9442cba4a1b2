//! Everything single that can be made simpler in a case.
//!
//! Coarse edits stand before the fine ones they hold, so that most of a case goes in a few tries. Every edit leaves less
//! behind: applying edits for as long as there are any comes to an end.

mod expect;
mod steps;
mod world;

use crate::minimize::rows::{Removed, without_rows, without_rules, without_steps};
use crate::scenario::Case;
use crate::spec::Readings;

/// Which part of a case an edit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A row or a step: those are counted as such.
    Row,
    /// Something single that is expected.
    Expectation,
    /// A value that is not as the language leaves it.
    Value,
    /// Several of those at once, or one that only gets smaller.
    Other,
}

/// One way of making a case simpler.
pub(super) struct Edit {
    pub(super) part: Part,
    change: Box<dyn Fn(&mut Case)>,
}

impl Edit {
    pub(super) fn apply(&self, case: &mut Case) {
        (self.change)(case);
    }
}

/// Edits as they come together.
#[derive(Default)]
struct Edits(Vec<Edit>);

impl Edits {
    fn add(&mut self, part: Part, change: impl Fn(&mut Case) + 'static) {
        self.0.push(Edit {
            part,
            change: Box::new(change),
        });
    }

    fn row(&mut self, change: impl Fn(&mut Case) + 'static) {
        self.add(Part::Row, change);
    }

    fn value(&mut self, change: impl Fn(&mut Case) + 'static) {
        self.add(Part::Value, change);
    }

    fn expectation(&mut self, change: impl Fn(&mut Case) + 'static) {
        self.add(Part::Expectation, change);
    }

    fn other(&mut self, change: impl Fn(&mut Case) + 'static) {
        self.add(Part::Other, change);
    }
}

/// Every edit of a case, in a fixed order.
pub(super) fn edits(case: &Case) -> Vec<Edit> {
    let mut edits = Edits::default();
    for place in 0..case.world.scopes.len() {
        edits.row(move |case| without_rows(case, Removed::default().scopes(place..place + 1)));
    }
    for place in 0..case.world.servers.len() {
        edits.row(move |case| without_rows(case, Removed::default().servers(place..place + 1)));
    }
    for place in 0..case.world.relations.len() {
        edits.row(move |case| without_rows(case, Removed::default().relations(place..place + 1)));
    }
    for place in 0..case.world.partner.len() {
        edits.row(move |case| without_rules(case, place..place + 1));
    }
    // One step has to stay.
    for place in (0..case.steps.len()).filter(|_| case.steps.len() > 1) {
        edits.row(move |case| without_steps(case, place..place + 1));
    }
    expect::edits(&mut edits, case);
    world::edits(&mut edits, &case.world);
    steps::edits(&mut edits, case);
    for (question, _) in case.readings.differing() {
        edits.value(move |case| {
            let mut readings = Readings::default();
            for (other, reading) in case.readings.differing() {
                if other != question {
                    // It was chosen before: both are known.
                    let _ = readings.choose(other.name(), reading.name);
                }
            }
            case.readings = readings;
        });
    }
    if case.seed.is_some() {
        edits.value(|case| case.seed = None);
    }
    edits.0
}

/// Smaller numbers, the smallest first, then ever closer to the number.
fn smaller(number: u64, least: u64) -> impl Iterator<Item = u64> {
    let mut distance = number.saturating_sub(least);
    std::iter::from_fn(move || {
        let found = (distance > 0).then(|| number - distance);
        distance /= 2;
        found
    })
}

#[cfg(test)]
mod tests {
    use super::smaller;

    #[test]
    fn smaller_numbers_start_at_the_least_and_end_beside_the_number() {
        let of = |number, least| smaller(number, least).collect::<Vec<_>>();
        assert_eq!(of(17, 1), [1, 9, 13, 15, 16]);
        assert_eq!(of(2, 1), [1]);
        assert!(of(1, 1).is_empty());
        assert!(of(0, 1).is_empty());
    }
}
