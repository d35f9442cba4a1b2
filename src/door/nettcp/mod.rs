//! The protocol's own wire: SOAP 1.2 in binary XML over the framing of net.tcp, in duplex sessions ([MS-IPAMM2] 2.1).
//!
//! Without transport security. The byte stream under the framing is whatever reads and writes bytes, so that a secured
//! one can take its place.

pub(in crate::door) mod client;
mod follow;
pub(in crate::door) mod server;

pub use client::{NetTcpOptions, NetTcpTarget, reach};
