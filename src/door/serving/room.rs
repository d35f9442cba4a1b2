//! The room in memory that large messages have, all of them together.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The bytes of a message that take no part in it.
const SMALL: usize = 64 * 1024;

/// What is left of the room.
#[derive(Debug)]
pub(in crate::door) struct Budget(Arc<Semaphore>);

impl Default for Budget {
    fn default() -> Self {
        // 256 MB, whoever sends them: one body of the control plane, or four of the largest envelopes.
        Self(Arc::new(Semaphore::new(4096)))
    }
}

/// What one message takes of it, to be held as long as the message is.
#[derive(Debug, Default)]
pub(in crate::door) struct Room(Vec<OwnedSemaphorePermit>);

impl Room {
    /// Takes what a message of so many bytes needs; false where not as much is left.
    pub(in crate::door) fn grow(&mut self, bytes: usize, budget: &Budget) -> bool {
        while bytes / SMALL > self.0.len() {
            let Ok(more) = Arc::clone(&budget.0).try_acquire_owned() else {
                return false;
            };
            self.0.push(more);
        }
        true
    }
}
