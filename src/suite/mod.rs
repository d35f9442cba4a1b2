//! Running cases against a target: selecting, taking the steps, recording what shows.
//!
//! Floor 3.

mod change;
mod message;
mod run;
mod target;

pub use change::StoreChange;
pub use run::{EVENTS_MAX, run_case};
pub use target::{Progress, Target, TargetError};
