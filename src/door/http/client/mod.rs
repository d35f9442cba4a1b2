//! A target behind SOAP 1.2 over HTTP.
//!
//! [`HttpTarget`] is the thin edge: connections, a clock, a runtime of its own that works only while somebody waits for
//! it. What was said, what is due and for how long stands in `conversation`, what a message means in `answer`; neither
//! does IO.

mod absent;
pub(in crate::door) mod address;
pub(in crate::door) mod answer;
pub(in crate::door) mod control;
pub(in crate::door) mod conversation;
pub(in crate::door) mod edge;
mod listener;
mod probe;
pub(in crate::door) mod stage;
mod target;

pub use absent::AbsentTarget;
pub use address::{AddressError, HttpAddress};
pub use control::{Capabilities, Control, ControlError, Worlds};
pub use conversation::{Callbacks, Patience};
pub use probe::{Finding, Probe, State, probe, reach};
pub use target::{HttpOptions, HttpTarget};
