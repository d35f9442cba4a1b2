//! SOAP messages of the operation: so far, requests that a scenario's author wrote by hand.
//!
//! Floor 1.

mod element;
mod request;

pub use element::{ENVELOPE_BYTES_MAX, NESTING_MAX};
pub use request::{RequestError, read_request};
