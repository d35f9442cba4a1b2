//! The mistakes, by the part of the document that they break.

mod callbacks;
mod controls;
mod partner_faults;
mod replicate_scopes;
mod replicate_server;
mod replicated_copies;
mod replication;
mod replication_controls;
mod scope_columns;
mod scope_details;
mod scope_end;
mod scope_options;
mod scope_parameters;
mod scope_range;
mod scope_steps;
mod tools;
mod validation;

use crate::deviant::Deviant;

/// Every deviant, in the order of the requirements; controls last.
#[must_use]
pub fn deviants() -> Vec<Deviant> {
    [
        callbacks::DEVIANTS,
        replicate_server::DEVIANTS,
        replicate_scopes::DEVIANTS,
        replicated_copies::DEVIANTS,
        partner_faults::DEVIANTS,
        scope_parameters::DEVIANTS,
        scope_steps::DEVIANTS,
        scope_columns::DEVIANTS,
        scope_details::DEVIANTS,
        scope_range::DEVIANTS,
        scope_options::DEVIANTS,
        scope_end::DEVIANTS,
        validation::DEVIANTS,
        controls::DEVIANTS,
        replication_controls::DEVIANTS,
    ]
    .concat()
}
