//! The worlds of a server: its own, and those that the control plane makes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use crate::door::serving::cell::Cell;
use crate::door::serving::limits::Limits;
use crate::door::serving::slots::Slots;
use crate::door::serving::world::{Clock, ServedWorld};
use crate::spec::Readings;
use crate::world::Setup;

/// The name of the server's own world.
pub(in crate::door) const OWN: &str = "default";

/// A world to be made.
#[derive(Debug, Clone)]
pub(in crate::door) struct NewWorld {
    /// What it holds.
    pub(in crate::door) setup: Setup,
    /// The readings it follows.
    pub(in crate::door) readings: Readings,
    /// Whether time passes by somebody's word only.
    pub(in crate::door) manual: bool,
    /// How many unread records a session may be ahead of its reader.
    pub(in crate::door) unread: usize,
}

/// The worlds.
#[derive(Debug)]
pub(in crate::door) struct Registry {
    own: Arc<Cell>,
    made: Mutex<Made>,
    slots: Arc<Slots>,
    since: Instant,
    limit: usize,
}

#[derive(Debug, Default)]
struct Made {
    worlds: BTreeMap<String, Arc<Cell>>,
    count: u64,
}

impl Registry {
    /// The worlds of a new server: its own.
    pub(in crate::door) fn new(own: &NewWorld, limits: &Limits) -> Self {
        let slots = Slots::new(limits.sessions);
        let since = Instant::now();
        Self {
            own: cell(OWN, own, &slots, since),
            made: Mutex::default(),
            slots,
            since,
            limit: limits.worlds,
        }
    }

    fn made(&self) -> std::sync::MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server's own world.
    pub(in crate::door) const fn own(&self) -> &Arc<Cell> {
        &self.own
    }

    /// The world of that name.
    pub(in crate::door) fn world(&self, name: &str) -> Option<Arc<Cell>> {
        if name == OWN {
            return Some(Arc::clone(&self.own));
        }
        self.made().worlds.get(name).cloned()
    }

    /// Makes a world; its name. `None` when there are too many.
    pub(in crate::door) fn make(&self, new: &NewWorld) -> Option<String> {
        let name = {
            let mut made = self.made();
            if made.worlds.len() >= self.limit {
                return None;
            }
            made.count += 1;
            format!("w{}", made.count)
        };
        // Without the lock: a large world takes a while to be laid out.
        let cell = cell(&name, new, &self.slots, self.since);
        let mut made = self.made();
        if made.worlds.len() >= self.limit {
            return None;
        }
        made.worlds.insert(name.clone(), cell);
        Some(name)
    }

    /// Removes a world, and ends its sessions. False for the server's own.
    pub(in crate::door) fn delete(&self, name: &str) -> bool {
        if name == OWN {
            return false;
        }
        let cell = self.made().worlds.remove(name);
        if let Some(cell) = cell {
            end_sessions(&cell);
        }
        true
    }

    /// Every world.
    pub(in crate::door) fn all(&self) -> Vec<Arc<Cell>> {
        let mut all = vec![Arc::clone(&self.own)];
        all.extend(self.made().worlds.values().cloned());
        all
    }
}

fn cell(name: &str, new: &NewWorld, slots: &Arc<Slots>, since: Instant) -> Arc<Cell> {
    let clock = if new.manual {
        Clock::Manual
    } else {
        Clock::Real(since.elapsed())
    };
    let world = ServedWorld::new(
        name,
        &new.setup,
        &new.readings,
        clock,
        new.unread,
        Arc::clone(slots),
    );
    let cell = Cell::new(world, since);
    if clock != Clock::Manual {
        tokio::spawn(Cell::keep_time(Arc::downgrade(&cell)));
    }
    cell
}

/// Ends what goes on in a world; the sessions that are told so.
pub(in crate::door) fn end_sessions(cell: &Cell) -> Vec<crate::door::serving::world::SessionId> {
    cell.with(|world| {
        let open = world.open_sessions();
        for id in &open {
            // It is there: nobody else had the world in the meantime.
            let _ = world.end(id);
        }
        open
    })
}
