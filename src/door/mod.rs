//! The doors: ways in to a target.
//!
//! Floor 5. Those in process do no IO; `exec` starts processes, `http` and `nettcp` have sockets and a clock. What these
//! two share is below them: `serving` for [`server`], and [`remote`] for targets elsewhere.

mod delegate;
mod exec;
pub mod http;
pub mod nettcp;
mod own;
pub mod remote;
pub mod server;
mod serving;
mod session;
mod soap;

pub use delegate::DelegateTarget;
pub use exec::{ExecCommand, ExecRefused, ExecTarget, ExecTargets};
pub use own::{OwnDelegate, OwnTarget};
pub use session::SessionTarget;
pub use soap::{Rewrite, SoapTarget, form_of};
