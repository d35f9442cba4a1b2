//! Set (e): what the other sets hold fixed, varied by one thing or two on one small world: the parameters of the delegates
//! that replication calls, the rights of a caller, the columns of a copy, two sessions.

mod calls;
mod copies;
mod rights;
mod sessions;

use crate::explore::build;
use crate::explore::skeleton::{Other, Skeleton};
use crate::scenario::{Case, Initialize, OperationChoice, ParametersChoice, ServerChoice};
use crate::spec::IpamAdminOperationId;
use crate::spec::parameters::{BASE_TYPE, parameters_type};
use crate::trace::Door;
use crate::world::World;

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
        sources: vec![vec![0], vec![0]],
        others: vec![copy(), other(2)],
        ..Skeleton::pair()
    })
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

/// The parameters of an operation on the source, of its own type.
fn call(operation: IpamAdminOperationId) -> Initialize {
    Initialize {
        operation: OperationChoice::Member(operation),
        parameters: ParametersChoice::Type(
            parameters_type(operation).unwrap_or(BASE_TYPE).to_owned(),
        ),
        ..build::initialize(ServerChoice::Row(0))
    }
}

/// A case of one call.
fn case(world: World, door: Door, initialize: Initialize) -> Case {
    Case {
        steps: vec![build::replicate(initialize)],
        ..build::case(world, vec![door])
    }
}
