//! The session state machines of both ends, authorization, and the checks before every operation.
//!
//! Floor 2. Sans IO: messages and virtual time go in, events come out.

mod authorization;
mod client;
mod server;

pub use authorization::AdmUserAuthorizationData;
pub use client::{ClientSession, ProgressTracker, SubTaskProgress};
pub use server::{Frame, INACTIVITY_TICK, Next, ServerSession, ServerState, refusal};
