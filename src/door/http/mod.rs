//! SOAP 1.2 over HTTP.

pub(in crate::door) mod client;
pub(in crate::door) mod server;

pub use client::{
    AbsentTarget, AddressError, Callbacks, Capabilities, Control, ControlError, Finding,
    HttpAddress, HttpOptions, HttpTarget, Patience, Probe, State, Worlds, probe, reach,
};
pub use server::{
    CallbackAllow, Config, Limits, NET_TCP_PATH, Running, ServeError, Server, Stopped,
};
