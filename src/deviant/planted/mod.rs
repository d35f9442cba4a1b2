//! The mistakes, by the part of the document that they break.

mod callbacks;
mod client;
mod controls;
mod envelopes;
mod frame;
mod idle;
mod initialize;
mod partner_faults;
mod replicate_scopes;
mod replicate_server;
mod replicated_copies;
mod replication;
mod replication_controls;
mod rights;
mod scope_columns;
mod scope_controls;
mod scope_details;
mod scope_end;
mod scope_options;
mod scope_parameters;
mod scope_range;
mod scope_steps;
mod scope_tools;
mod session;
mod start;
mod tools;
mod validation;

use crate::deviant::Deviant;

/// Every deviant, in the order of the requirements; controls last.
#[must_use]
pub fn deviants() -> Vec<Deviant> {
    [
        frame::DEVIANTS,
        initialize::DEVIANTS,
        start::DEVIANTS,
        session::DEVIANTS,
        idle::DEVIANTS,
        callbacks::DEVIANTS,
        replicate_server::DEVIANTS,
        replicate_scopes::DEVIANTS,
        replicated_copies::DEVIANTS,
        partner_faults::DEVIANTS,
        client::DEVIANTS,
        envelopes::DEVIANTS,
        rights::DEVIANTS,
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
        scope_controls::DEVIANTS,
    ]
    .concat()
}
