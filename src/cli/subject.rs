//! What a run tests: our simulator through its two doors, or an implementer's own target in process.

use crate::door::{DelegateTarget, SessionTarget};
use crate::scenario::Case;
use crate::spec::Readings;
use crate::suite::{Target, TargetError, run_case};
use crate::trace::{Door, Trace};

/// The doors that our own simulator is reached through.
pub(super) const DOORS: &[Door] = &[Door::Delegate, Door::Session];

/// What is tested.
pub(super) struct Subject<'a> {
    make: &'a (dyn Fn(Door) -> Box<dyn Target> + Sync),
    /// The doors it is reached through.
    pub(super) doors: Vec<Door>,
    /// Whether it is our own simulator: then readings can be switched and traces have snapshots.
    pub(super) is_ours: bool,
}

impl Subject<'static> {
    /// Our own simulator.
    pub(super) fn simulator() -> Self {
        Self {
            make: &simulator,
            doors: DOORS.to_vec(),
            is_ours: true,
        }
    }
}

impl<'a> Subject<'a> {
    /// A target that somebody else made, with the door it is reached through.
    pub(super) fn own(make: &'a (dyn Fn(Door) -> Box<dyn Target> + Sync), door: Door) -> Self {
        Self {
            make,
            doors: vec![door],
            is_ours: false,
        }
    }

    /// A new target, reached through one of the doors.
    pub(super) fn target(&self, door: Door) -> Box<dyn Target> {
        (self.make)(door)
    }

    /// Runs a case through one of the doors, on a target of its own.
    pub(super) fn run(
        &self,
        case: &Case,
        door: Door,
        readings: &Readings,
    ) -> Result<Trace, TargetError> {
        run_case(case, &mut *self.target(door), readings)
    }
}

pub(super) fn simulator(door: Door) -> Box<dyn Target> {
    match door {
        Door::Delegate => Box::new(DelegateTarget::default()),
        _ => Box::new(SessionTarget::default()),
    }
}

/// Runs a case on our simulator through one of its doors.
pub(super) fn run_on_simulator(
    case: &Case,
    door: Door,
    readings: &Readings,
) -> Result<Trace, TargetError> {
    Subject::simulator().run(case, door, readings)
}
