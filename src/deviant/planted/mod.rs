//! The mistakes, by the part of the document that they break.

mod callbacks;
mod client;
mod controls;
mod frame;
mod initialize;
mod rights;
mod session;
mod start;
mod tools;

use crate::deviant::Deviant;

/// Every deviant, in the order of the requirements; controls last.
#[must_use]
pub fn deviants() -> Vec<Deviant> {
    [
        frame::DEVIANTS,
        initialize::DEVIANTS,
        start::DEVIANTS,
        session::DEVIANTS,
        callbacks::DEVIANTS,
        client::DEVIANTS,
        rights::DEVIANTS,
        controls::DEVIANTS,
    ]
    .concat()
}
