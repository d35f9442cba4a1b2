//! A target over net.tcp.
//!
//! [`NetTcpTarget`] is the thin edge, as that of HTTP is; what was said and what is due stands in the same conversation.
//! `link` is one connection: the framing, the binary XML and the socket under them.

mod link;
mod options;
mod target;

pub use options::{NetTcpOptions, reach};
pub use target::NetTcpTarget;
