//! What bounds a server, each with its reason. What a user may need more of is an option of `serve`.

use std::time::Duration;

use crate::interchange::limits::DOCUMENT_BYTES_MAX;
use crate::soap;

/// The limits of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at the same time, over all listeners; one more is answered with 503 and closed. Each may hold one
    /// message in memory.
    pub connections: usize,
    /// Sessions at the same time, over all worlds, those that ended and were not forgotten yet among them.
    pub sessions: usize,
    /// Worlds at the same time, beside the server's own.
    pub worlds: usize,
    /// The bytes of one envelope.
    pub envelope_bytes: usize,
    /// The bytes of one request to the control plane.
    pub control_bytes: usize,
    /// How long the headers of a request may take, and how long a connection may stay idle between two.
    pub header_time: Duration,
    /// How long the body of a request may take.
    pub body_time: Duration,
    /// How long a client may take to accept a callback that is posted to it.
    pub callback_time: Duration,
    /// How long the preamble of a session over net.tcp may take, and how long a connection may stay idle between two.
    pub preamble_time: Duration,
    /// How long a client over net.tcp may take to take what is sent to it, and to finish a record that it began.
    pub record_time: Duration,
    /// How long a client over net.tcp may take to end a session that we have ended.
    pub end_time: Duration,
    /// How long a stopping server waits for open sessions to be told.
    pub stop_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            sessions: 1024,
            worlds: 256,
            envelope_bytes: soap::ENVELOPE_BYTES_MAX,
            control_bytes: DOCUMENT_BYTES_MAX,
            // The inactivity of a session takes a minute to show: a connection is given as long.
            header_time: Duration::from_secs(75),
            body_time: Duration::from_secs(30),
            callback_time: Duration::from_secs(10),
            preamble_time: Duration::from_secs(30),
            record_time: Duration::from_secs(30),
            end_time: Duration::from_secs(5),
            stop_time: Duration::from_secs(3),
        }
    }
}

/// How many unread records a session runs ahead of its reader, unless the world says otherwise: some 300 kilobytes.
pub(in crate::door) const UNREAD: usize = 1000;

/// The most that a world may say: the reader decides how far, our memory how much.
pub(in crate::door) const UNREAD_MAX: usize = 10_000;

/// How many answers wait, beside the records it runs ahead, for a client that goes on asking and does not read.
pub(in crate::door) const ANSWERS_MAX: usize = 1000;

/// The sessions of one world that ended and are kept for whoever still reads what they said.
pub(in crate::door) const ENDED_MAX: usize = 256;

/// The callers of one world.
pub(in crate::door) const CALLERS_MAX: usize = 256;

/// The longest a reader of events may ask to be held.
pub(in crate::door) const WAIT_MAX: Duration = Duration::from_secs(60);

/// The longest jump of a manual clock at once: a day of inactivity ticks is worked off in no time.
pub(in crate::door) const ADVANCE_MAX: Duration = Duration::from_secs(86_400);

/// The bytes of an address that a client gives: longer than any that works.
pub(in crate::door) const ADDRESS_BYTES_MAX: usize = 2048;

/// The bytes of all the headers of a request.
pub(in crate::door) const HEADER_BYTES_MAX: usize = 16 * 1024;
