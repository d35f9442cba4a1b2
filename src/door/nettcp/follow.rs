//! `--follow`: what goes over a connection, listed on the standard error while it goes.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::wire::{Direction, LiveListing};

/// Which connection of the process it is: two lines of one belong together.
static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

/// Both directions of one connection.
#[derive(Debug)]
pub(super) struct Follower {
    number: u64,
    initiator: LiveListing,
    receiver: LiveListing,
}

impl Follower {
    /// A new connection, if it is to be followed.
    pub(super) fn if_wanted(follow: bool) -> Option<Self> {
        follow.then(|| Self {
            number: CONNECTIONS.fetch_add(1, Ordering::Relaxed) + 1,
            initiator: LiveListing::new(Direction::FromInitiator),
            receiver: LiveListing::new(Direction::FromReceiver),
        })
    }

    /// Those bytes went that way.
    pub(super) fn saw(&mut self, direction: Direction, bytes: &[u8]) {
        let (listing, who) = match direction {
            Direction::FromInitiator => (&mut self.initiator, "initiator"),
            Direction::FromReceiver => (&mut self.receiver, "receiver"),
        };
        let lines = listing.push(bytes);
        if !lines.is_empty() {
            eprint!("# connection {}, from the {who}\n{lines}", self.number);
        }
    }
}
