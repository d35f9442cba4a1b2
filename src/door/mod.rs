//! The doors: ways in to a target.
//!
//! Floor 5. Those in process do no IO; `http` has sockets and a clock.

mod delegate;
pub mod http;
mod own;
mod session;

pub use delegate::DelegateTarget;
pub use own::{OwnDelegate, OwnTarget};
pub use session::SessionTarget;
