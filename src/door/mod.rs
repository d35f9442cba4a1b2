//! The doors: ways in to a target.
//!
//! Floor 5. So far those in process, which do no IO.

mod delegate;
mod own;
mod session;
mod soap;

pub use delegate::DelegateTarget;
pub use own::{OwnDelegate, OwnTarget};
pub use session::SessionTarget;
pub use soap::{SoapTarget, form_of};
