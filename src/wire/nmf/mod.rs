//! [MC-NMF]: a stream cut into records, and a duplex session of them.
//!
//! [`Decoder`] takes bytes in pieces of any size and gives [`Record`]s. [`Receiver`] and [`Initiator`] are the two
//! state machines over it, for mode Duplex, as [MS-NMFTB] binds them to net.tcp. Both have the same shape:
//!
//! 1. `feed` what came from the peer,
//! 2. ask `next_event` until it gives nothing more,
//! 3. `send` envelopes and `end` the session as you like,
//! 4. give the peer what `take_output` has, after each of these,
//! 5. say `eof` when the peer closed the connection.
//!
//! After an error the session is over: what `take_output` has then is the fault record to send, if there is one, and
//! the connection is to be closed.

mod decoder;
mod duplex;
mod error;
mod initiator;
mod limits;
mod receiver;
mod record;
mod via;

pub use decoder::{Decoder, Unfinished};
pub use error::{Expected, FAULTS, FaultName, NmfError, NmfFault, SendError};
pub use initiator::{Initiator, InitiatorConfig, InitiatorEvent};
pub use limits::NmfLimits;
pub use receiver::{Receiver, ReceiverConfig, ReceiverEvent};
pub use record::{ENCODING_BINARY_SESSION, ENCODING_TEXT_UTF8, MODE_DUPLEX, Record, RecordType};
pub use via::{Via, ViaError};

/// [MS-NNS]'s name as an upgrade: the stream is then signed and encrypted.
pub const UPGRADE_NEGOTIATE: &str = "application/negotiate";
