//! The messages of IIpamOperationWithProgress and of its callback as SOAP 1.2 with WS-Addressing 1.0
//! ([MS-IPAMM2] 2.1, 2.2, 3.19.4, 3.21.4).
//!
//! Floor 1: text or trees in, messages out, and back; no IO. Nothing here trusts what it reads: see [`limits`].
//!
//! - [`Element`] is XML with resolved names; [`Envelope`] an envelope around one element.
//! - [`types`] is the table of the types; [`contract`] goes by it between elements and [`crate::model::Value`].
//! - [`read_client_message`] and [`write_client_message`] are the two ends of what a client says, [`write_event`] and
//!   [`read_event`] of what a server says.

mod client;
mod compare;
pub mod contract;
mod element;
mod envelope;
mod event;
mod exception;
mod ids;
pub mod limits;
pub mod names;
mod read;
mod request;
pub mod tree;
pub mod types;
mod write;
pub mod wsdl;

pub use client::{Written, write_client_message};
pub use compare::{Difference, first_difference};
pub use element::{Attribute, Element, Name, Node};
pub use envelope::{Envelope, EnvelopeError};
pub use event::{CallbackPrefix, Deviation, Read, read_event, write_event};
pub use ids::message_id;
pub use limits::{ENVELOPE_BYTES_MAX, Limits, MEMORY_MAX, NESTING_MAX};
pub use read::XmlError;
pub use request::{RequestError, read_client_message, read_request};
