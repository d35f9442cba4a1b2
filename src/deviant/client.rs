//! Our client with a mistake planted in it: a hook in front of everything that reaches it.

use crate::deviant::Hooks;
use crate::model::Event;
use crate::session::ClientSession;
use crate::spec::Readings;
use crate::suite::Client;
use crate::trace::TrackerState;
use crate::world::Caller;

/// What reaches a client.
#[derive(Debug, Clone, Copy)]
pub enum ClientInput<'a> {
    /// Its session was opened by that caller.
    Opened(&'a Caller),
    /// This came in.
    Event(&'a Event),
    /// The connection is gone.
    Dropped,
    /// It closed the session itself.
    Closed,
}

impl ClientInput<'_> {
    /// What the client makes of it where nothing is planted.
    pub fn reach(self, client: &mut ClientSession) {
        match self {
            Self::Opened(_) => {}
            Self::Event(event) => client.handle(event),
            Self::Dropped => client.drop_connection(),
            Self::Closed => client.close(),
        }
    }
}

/// The client that a deviant has.
#[must_use]
pub fn deviant_client(hooks: Hooks, readings: &Readings, caller: &Caller) -> Box<dyn Client> {
    let mut client = ClientSession::new(readings);
    let Some(hook) = hooks.client else {
        return Box::new(client);
    };
    hook(&mut client, ClientInput::Opened(caller));
    Box::new(Planted { client, hook })
}

struct Planted {
    client: ClientSession,
    hook: fn(&mut ClientSession, ClientInput<'_>),
}

impl Client for Planted {
    fn handle(&mut self, event: &Event) {
        (self.hook)(&mut self.client, ClientInput::Event(event));
    }

    fn drop_connection(&mut self) {
        (self.hook)(&mut self.client, ClientInput::Dropped);
    }

    fn close(&mut self) {
        (self.hook)(&mut self.client, ClientInput::Closed);
    }

    fn state(&self) -> TrackerState {
        self.client.state()
    }
}
