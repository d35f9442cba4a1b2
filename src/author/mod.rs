//! For those who write scenarios: what a file comes to ([`explain`]), what is odd about it ([`lint()`]), a first file
//! ([`template`]).
//!
//! Floor 4. Pure functions of a scenario and of what our simulator shows when it is run; running is the command
//! line's job.

pub mod explain;
mod lint;
mod template;
mod text;
mod unused;

pub use lint::{Evidence, JUDGED_UNASKED, Warning, WarningCode, lint};
pub use template::{Name, NameError, OPERATIONS, template};
