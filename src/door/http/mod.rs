//! SOAP 1.2 over HTTP.

pub(in crate::door) mod client;
pub(in crate::door) mod server;

pub use client::{AbsentTarget, Finding, HttpOptions, HttpTarget, Probe, State, probe, reach};
