//! SOAP 1.2 over HTTP.

mod client;
mod server;

pub use client::{
    AbsentTarget, AddressError, Callbacks, Capabilities, Control, ControlError, Finding,
    HttpAddress, HttpOptions, HttpTarget, Patience, Probe, State, Worlds, probe, reach,
};
pub use server::{CallbackAllow, Config, Limits, Running, ServeError, Server, Stopped};
