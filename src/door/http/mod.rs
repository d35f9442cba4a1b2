//! SOAP 1.2 over HTTP.

mod client;

pub use client::{
    AbsentTarget, AddressError, Callbacks, Capabilities, Control, ControlError, Finding,
    HttpAddress, HttpOptions, HttpTarget, Patience, Probe, State, Worlds, probe, reach,
};
