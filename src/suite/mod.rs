//! Running cases against a target: selecting, taking the steps, recording what shows.
//!
//! Floor 3.

mod change;
mod client;
mod message;
mod run;
mod target;

pub use change::StoreChange;
pub use client::Client;
pub use run::{EVENTS_MAX, run_case, run_case_for};
pub use target::{Progress, Target, TargetError};
