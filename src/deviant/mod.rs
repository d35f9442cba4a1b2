//! Deviants: our simulator with one planted mistake each, which the suite must catch by the requirement that it breaks.
//!
//! Floor 5, beside the doors; does no IO. A mistake is planted at the seams of the simulator: in what goes in
//! ([`Hooks::reset`], [`Hooks::open`], [`Hooks::send`], [`Hooks::parameters`]), in what a delegate reads from the store
//! and writes to it, in the passing of time, in what comes out ([`Hooks::event`]), and in what reaches our own client
//! ([`Hooks::client`]). The simulator itself knows
//! nothing of it.

mod client;
mod corpus;
mod hooks;
mod listing;
mod matrix;
pub mod oracle;
mod planted;
mod readers;
mod seam;
mod smallest;
mod target;

use crate::spec::{Question, RequirementId};

pub use client::{ClientInput, deviant_client};
pub use corpus::{Corpus, Run};
pub use hooks::Hooks;
pub use listing::{
    ListedDeviant, ListedOracle, ListedWorld, Listing, OnTrial, SmallWorldsFound, Trouble,
};
pub use matrix::{Failure, Judged, Row, first_kill, judge};
pub use planted::deviants;
pub use readers::{html, table};
pub use seam::{Memory, Seam};
pub use smallest::{
    AGREEING, DRAWN, SEED, SmallWorlds, Smallest, Sought, reason_to_agree, smallest,
};
pub use target::deviant_target;

/// A simulator with something planted in it.
#[derive(Clone, Copy)]
pub struct Deviant {
    /// What it does, as one would say it of a server: `tells success twice`. No two have the same.
    pub name: &'static str,
    /// The requirement that it breaks; of one that equals the simulator, the one it stays clear of.
    pub requirement: RequirementId,
    /// What it is there for.
    pub role: Role,
    /// What is planted, and where.
    pub hooks: Hooks,
}

impl std::fmt::Debug for Deviant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}, {:?})", self.name, self.requirement, self.role)
    }
}

/// What a deviant is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It is wrong, and has to be caught.
    Mistake,
    /// It differs in nothing that a requirement speaks of, and must not be accused.
    Equal,
    /// It follows another reading: caught under our ruling, not accused under its own.
    Reading(Question, &'static str),
}

impl Deviant {
    /// A mistake that breaks a requirement.
    #[must_use]
    pub const fn mistake(requirement: RequirementId, name: &'static str, hooks: Hooks) -> Self {
        Self {
            name,
            requirement,
            role: Role::Mistake,
            hooks,
        }
    }
}
