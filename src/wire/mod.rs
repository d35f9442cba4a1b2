//! The formats of net.tcp, without sockets and clocks: framing, binary XML and its dictionaries.
//!
//! A message goes through three of them:
//!
//! | layer | job |
//! | --- | --- |
//! | [`nmf`] ([MC-NMF]) | cuts a stream into records; both state machines of a duplex session |
//! | [`nbfse`] ([MC-NBFSE]) | the string table in front of each message, and the strings it adds to those of [`dictionary`] ([MC-NBFS]) |
//! | [`nbfx`] ([MC-NBFX]) | records of binary XML, read as events and written from them |
//!
//! [`infoset`] makes a [`crate::soap::Element`] of events and events of an element, so that nobody above knows which
//! form a message had; [`listing()`] shows a stream to a reader. Each format is usable alone.
//!
//! Readers take all that is legal and refuse the rest with an error that says at which byte, what was expected and
//! what stood there. Writers write what deployed peers write. Nothing here allocates by a length that it was told:
//! memory is proportional to the bytes present and to the limits.
//!
//! # Not supported
//! Transport security: an upgrade of the stream is negotiated by [`nmf`], but the stream under it is the caller's.

pub mod dictionary;
pub mod infoset;
pub mod listing;
pub mod nbfse;
pub mod nbfx;
pub mod nmf;

pub use listing::{Direction, LiveListing, listing, listing_of_both};
