//! The mistakes, by the part of the document that they break.

mod callbacks;
mod controls;

use crate::deviant::Deviant;

/// Every deviant, in the order of the requirements; controls last.
#[must_use]
pub fn deviants() -> Vec<Deviant> {
    [callbacks::DEVIANTS, controls::DEVIANTS].concat()
}
