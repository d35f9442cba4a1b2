//! What a scenario says exists: rows by name, the caller, the partner's rules.
//!
//! Floor 1. Data only; [`World::set_up`] gives every row its record id and lays the world out as tables.

mod layout;
mod partner;
mod rows;

pub use layout::{Names, RowKind, Setup};
pub use partner::{Does, PartnerRule, RequestKind};
pub use rows::{
    Caller, End, OptionDefinition, OptionValue, Policy, RecordIds, Relation, Role, Scope, Server,
    Via, World,
};
