//! A target behind SOAP 1.2 over HTTP.
//!
//! [`HttpTarget`] is the thin edge: connections, a clock, a runtime of its own that works only while somebody waits for
//! it. What was said and what it means is in [`remote`].
//!
//! [`remote`]: crate::door::remote

mod absent;
mod listener;
mod options;
mod probe;
mod target;

pub use absent::AbsentTarget;
pub use options::HttpOptions;
pub use probe::{Finding, Probe, State, probe, reach};
pub use target::HttpTarget;
