//! The doors: ways in to a target.
//!
//! Floor 5. Those in process do no IO; `exec` starts processes.

mod delegate;
mod exec;
mod own;
mod session;

pub use delegate::DelegateTarget;
pub use exec::{ExecCommand, ExecRefused, ExecTarget, ExecTargets};
pub use own::{OwnDelegate, OwnTarget};
pub use session::SessionTarget;
