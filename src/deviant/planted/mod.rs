//! The mistakes, by the part of the document that they break.

mod callbacks;
mod controls;
mod replicate_server;
mod replication;
mod tools;
mod validation;

use crate::deviant::Deviant;

/// Every deviant, in the order of the requirements; controls last.
#[must_use]
pub fn deviants() -> Vec<Deviant> {
    [
        callbacks::DEVIANTS,
        replicate_server::DEVIANTS,
        validation::DEVIANTS,
        controls::DEVIANTS,
    ]
    .concat()
}
