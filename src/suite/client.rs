//! The client's end of a session, as the runner uses it.

use crate::model::Event;
use crate::session::ClientSession;
use crate::trace::TrackerState;

/// A client: takes what comes in on its session, and says what it knows.
pub trait Client {
    /// Something came in.
    fn handle(&mut self, event: &Event);

    /// The connection is gone (R-CB-11).
    fn drop_connection(&mut self);

    /// The client itself closed the session in an orderly way.
    fn close(&mut self);

    /// Its state and its ProgressTracker ([MS-IPAMM2] 3.21.1.1, 3.21.1.2).
    fn state(&self) -> TrackerState;
}

impl Client for ClientSession {
    fn handle(&mut self, event: &Event) {
        Self::handle(self, event);
    }

    fn drop_connection(&mut self) {
        Self::drop_connection(self);
    }

    fn close(&mut self) {
        Self::close(self);
    }

    fn state(&self) -> TrackerState {
        Self::state(self)
    }
}
