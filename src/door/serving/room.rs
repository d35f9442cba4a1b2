//! The room in memory that large messages have, all of them together.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The bytes of a message that take no part in it.
const SMALL: usize = 64 * 1024;

/// What is left of the room.
#[derive(Debug)]
pub(in crate::door) struct Budget {
    left: Arc<Semaphore>,
    /// Whose turn it is to be decoded.
    turn: Mutex<()>,
}

impl Default for Budget {
    fn default() -> Self {
        // 256 MB, whoever sends them: one body of the control plane, or four of the largest envelopes.
        Self {
            left: Arc::new(Semaphore::new(4096)),
            turn: Mutex::default(),
        }
    }
}

impl Budget {
    /// Decodes a message of so many bytes, which takes many times as much memory for as long as it lasts: large ones one
    /// after the other. It never waits for anything but another's decoding.
    pub(in crate::door) fn decode<T>(&self, bytes: usize, decode: impl FnOnce() -> T) -> T {
        let _turn =
            (bytes >= SMALL).then(|| self.turn.lock().unwrap_or_else(PoisonError::into_inner));
        decode()
    }
}

/// What one message takes of it, to be held as long as the message is.
#[derive(Debug, Default)]
pub(in crate::door) struct Room(Vec<OwnedSemaphorePermit>);

impl Room {
    /// Takes what a message of so many bytes needs; false where not as much is left.
    pub(in crate::door) fn grow(&mut self, bytes: usize, budget: &Budget) -> bool {
        while bytes / SMALL > self.0.len() {
            let Ok(more) = Arc::clone(&budget.left).try_acquire_owned() else {
                return false;
            };
            self.0.push(more);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn large_messages_are_decoded_one_after_the_other() {
        let budget = Budget::default();
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let decode = || {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // Long enough that another would come in between.
            std::thread::sleep(Duration::from_millis(5));
            // A small one waits for nobody.
            budget.decode(SMALL - 1, || now.fetch_sub(1, Ordering::SeqCst));
        };
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| budget.decode(SMALL, decode));
            }
        });
        assert_eq!(most.into_inner(), 1);
    }
}
