//! A served world among threads: its lock, and the bell that rings when something has happened in it.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::door::serving::world::ServedWorld;

/// A served world with its lock.
///
/// The lock is held for one step of the world and never while something is awaited.
#[derive(Debug)]
pub(in crate::door) struct Cell {
    world: Mutex<ServedWorld>,
    changed: Arc<Notify>,
    since: Instant,
}

impl Cell {
    /// A world whose time counts from that moment.
    pub(in crate::door) fn new(world: ServedWorld, since: Instant) -> Arc<Self> {
        Arc::new(Self {
            world: Mutex::new(world),
            changed: Arc::new(Notify::new()),
            since,
        })
    }

    /// Does something in the world as it is now. When anything happened in it, those who wait are told.
    pub(in crate::door) fn with<T>(&self, act: impl FnOnce(&mut ServedWorld) -> T) -> T {
        // A panic leaves one session in the middle of a message, and the others as they were.
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.is_now(self.since.elapsed());
        let done = act(&mut world);
        if world.has_moved() {
            self.changed.notify_waiters();
        }
        done
    }

    /// Looks again and again, whenever something has happened, until there is an answer.
    pub(in crate::door) async fn wait_for<T>(
        &self,
        mut look: impl FnMut(&mut ServedWorld) -> Option<T>,
    ) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Before the look, so that nothing is missed between the two. What the look itself moves makes one more.
            changed.as_mut().enable();
            if let Some(found) = self.with(&mut look) {
                return found;
            }
            changed.await;
        }
    }

    /// The same, until the time is up at most; there is at least one look.
    pub(in crate::door) async fn wait_until<T>(
        &self,
        until: Instant,
        look: impl FnMut(&mut ServedWorld) -> Option<T>,
    ) -> Option<T> {
        tokio::time::timeout_at(until, self.wait_for(look))
            .await
            .ok()
    }

    /// Lets time pass in a world of real time as long as somebody holds it, even when nobody asks.
    pub(in crate::door) async fn keep_time(cell: Weak<Self>) {
        let Some((changed, since)) = cell
            .upgrade()
            .map(|cell| (Arc::clone(&cell.changed), cell.since))
        else {
            return;
        };
        loop {
            let notified = changed.notified();
            let Some(cell) = cell.upgrade() else {
                return;
            };
            let wakes_at = cell.with(|world| world.wakes_at());
            drop(cell);
            match wakes_at {
                None => notified.await,
                Some(at) => {
                    // Either way it is time to look again.
                    let _ = tokio::time::timeout_at(since + at, notified).await;
                }
            }
        }
    }
}

impl Drop for Cell {
    /// Whoever keeps time for it finds that it is gone.
    fn drop(&mut self) {
        self.changed.notify_waiters();
    }
}
