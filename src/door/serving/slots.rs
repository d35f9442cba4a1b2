//! A number of places that many share: who takes one holds it until it is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many places.
#[derive(Debug)]
pub(in crate::door) struct Slots {
    free: AtomicUsize,
}

/// One of the places, taken.
#[derive(Debug)]
pub(in crate::door) struct Slot(Arc<Slots>);

impl Slots {
    /// So many places, all free.
    pub(in crate::door) fn new(count: usize) -> Arc<Self> {
        Arc::new(Self {
            free: AtomicUsize::new(count),
        })
    }

    /// A place, if one is free.
    pub(in crate::door) fn take(self: &Arc<Self>) -> Option<Slot> {
        self.free
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |free| {
                free.checked_sub(1)
            })
            .ok()
            .map(|_| Slot(Arc::clone(self)))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.free.fetch_add(1, Ordering::AcqRel);
    }
}
