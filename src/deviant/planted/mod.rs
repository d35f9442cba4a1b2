//! The mistakes, by the part of the document that they break.

mod callbacks;
mod controls;
mod scope_columns;
mod scope_details;
mod scope_end;
mod scope_options;
mod scope_parameters;
mod scope_range;
mod scope_steps;
mod tools;

use crate::deviant::Deviant;

/// Every deviant, in the order of the requirements; controls last.
#[must_use]
pub fn deviants() -> Vec<Deviant> {
    [
        callbacks::DEVIANTS,
        scope_parameters::DEVIANTS,
        scope_steps::DEVIANTS,
        scope_columns::DEVIANTS,
        scope_details::DEVIANTS,
        scope_range::DEVIANTS,
        scope_options::DEVIANTS,
        scope_end::DEVIANTS,
        controls::DEVIANTS,
    ]
    .concat()
}
