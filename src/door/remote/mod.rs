//! What targets elsewhere have in common, whatever wire their messages take: the control plane beside them, which is
//! HTTP and JSON, and what has been said on their sessions.
//!
//! What was said, what is due and for how long stands in `conversation`, what a message means in `answer`; neither
//! does IO. `edge` has the connections of HTTP, `stage` the world that a case plays in.

pub(in crate::door) mod address;
pub(in crate::door) mod answer;
pub(in crate::door) mod control;
pub(in crate::door) mod conversation;
pub(in crate::door) mod edge;
pub(in crate::door) mod stage;

pub use address::{AddressError, HttpAddress};
pub use control::{Capabilities, Control, ControlError, Worlds};
pub use conversation::{Callbacks, Patience};
