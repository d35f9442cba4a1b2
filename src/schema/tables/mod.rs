//! The tables of the language, a file for each part of a scenario.

mod expect;
mod head;
mod pattern;
mod rows;
mod steps;
mod values;
mod world;

use crate::schema::kind::Language;

pub(super) fn language() -> Language {
    let parts = [
        head::tables(),
        world::tables(),
        rows::tables(),
        steps::tables(),
        expect::tables(),
        pattern::tables(),
    ];
    Language {
        tables: parts.into_iter().flatten().collect(),
    }
}
