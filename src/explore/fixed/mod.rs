//! Set (e): what the other sets hold fixed, varied by one thing or two on one small world: the parameters of the delegates
//! that replication calls, the rights of a caller, the columns of a copy, two sessions.

mod calls;
mod copies;
mod rights;
mod sessions;

use crate::explore::build;
use crate::explore::skeleton::{Ends, Frame, Other, Skeleton};
use crate::scenario::Case;
use crate::world::{End, World};

/// The units, each with the cases of one part.
const PARTS: [fn() -> Vec<Case>; 6] = [
    calls::replicate_scope,
    calls::other_parameters,
    calls::scopes,
    copies::cases,
    rights::cases,
    sessions::cases,
];

/// How many cases there are.
pub(super) const COUNT: u64 = 8_840;

/// How many units there are.
pub(super) const UNITS: usize = PARTS.len();

/// The cases of a unit.
pub(super) fn of_unit(unit: usize) -> Vec<Case> {
    PARTS.get(unit).map_or_else(Vec::new, |part| part())
}

/// The source with two scopes, and its partner with a copy of the first and a scope of its own.
fn world() -> World {
    build::world(&Skeleton {
        frame: frame(),
        sources: vec![vec![0], vec![0]],
        others: vec![copy(), other(2)],
    })
}

fn frame() -> Frame {
    Frame {
        gone: vec![false; 2],
        relations: vec![Ends::Of(End::Server(0), End::Server(1))],
    }
}

const fn copy() -> Other {
    other(0)
}

const fn other(subnet: usize) -> Other {
    Other::Scope {
        server: 1,
        subnet,
        same: false,
        relation: None,
    }
}
