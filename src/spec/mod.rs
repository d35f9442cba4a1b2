//! The document's tables as data: requirements, enumerations, rulings, parameters types, authorization.
//!
//! Floor 0: knows nothing of the rest. Facts and names are those of [MS-IPAMM2]; the wording is ours.

pub mod authorization;
pub mod enums;
pub mod exception_id;
pub mod parameters;
pub mod requirement;
pub mod ruling;

pub use enums::*;
pub use exception_id::IpamExceptionId;
pub use requirement::{REQUIREMENTS, Requirement, RequirementId, Strength};
pub use ruling::{Grade, Question, RULINGS, Reading, ReadingError, Readings, Ruling};
