//! What the path of an endpoint begins with: `[/worlds/W[/callers/C]]`.

use std::sync::Arc;

use crate::door::serving::Shared;
use crate::door::serving::cell::Cell;

/// The world and the caller that a path begins with; without a world the server's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::door) struct Base<'a> {
    pub(in crate::door) world: Option<&'a str>,
    pub(in crate::door) caller: Option<usize>,
}

impl<'a> Base<'a> {
    /// What a path begins with, and the rest of it.
    pub(in crate::door) fn of<'b>(parts: &'b [&'a str]) -> Option<(Self, &'b [&'a str])> {
        let (world, caller, rest) = match parts {
            ["worlds", world, "callers", caller, rest @ ..] if !rest.is_empty() => {
                (Some(*world), Some(caller.parse().ok()?), rest)
            }
            ["worlds", world, rest @ ..] if !rest.is_empty() => (Some(*world), None, rest),
            rest => (None, None, rest),
        };
        Some((Self { world, caller }, rest))
    }

    /// The path again.
    pub(in crate::door) fn path(&self) -> String {
        match (self.world, self.caller) {
            (None, _) => String::new(),
            (Some(world), None) => format!("/worlds/{world}"),
            (Some(world), Some(caller)) => format!("/worlds/{world}/callers/{caller}"),
        }
    }

    /// The world and the number of the caller, if they are there.
    pub(in crate::door) fn find(&self, shared: &Shared) -> Option<(Arc<Cell>, usize)> {
        let cell = match self.world {
            None => Arc::clone(shared.registry.own()),
            Some(world) => shared.registry.world(world)?,
        };
        let caller = self.caller.unwrap_or(0);
        cell.with(|world| world.has_caller(caller))
            .then_some((cell, caller))
    }
}
