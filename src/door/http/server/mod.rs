//! Our simulator over HTTP: SOAP 1.2, and the control plane. What it serves is in [`serving`].
//!
//! [`head`] is pure; [`endpoint`], [`events`], [`control`] and [`deliver`] stand with what they read and write, [`edge`]
//! with the sockets.
//!
//! [`serving`]: crate::door::serving

mod answer;
mod control;
mod deliver;
mod describe;
mod edge;
mod endpoint;
mod events;
mod head;

pub(in crate::door) use edge::{Purpose, accept};
