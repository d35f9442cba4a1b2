//! What a run tests: our simulator through its two doors, an implementer's own target in process, or one elsewhere.

use std::sync::Arc;

use crate::door::{DelegateTarget, ExecTargets, SessionTarget};
use crate::scenario::Case;
use crate::spec::Readings;
use crate::suite::{Target, TargetError, run_case};
use crate::trace::{Door, Trace};

/// The doors that our own simulator is reached through.
pub(super) const DOORS: &[Door] = &[Door::Delegate, Door::Session];

/// What is tested.
pub(super) struct Subject<'a> {
    make: Box<dyn Fn(Door) -> Box<dyn Target> + Sync + 'a>,
    /// The doors it is reached through.
    pub(super) doors: Vec<Door>,
    /// Whether it is our own simulator, in process: then traces have snapshots.
    pub(super) is_ours: bool,
    /// Whether it follows the reading that a case is about.
    pub(super) follows_readings: bool,
    /// Where it is, for reports.
    pub(super) address: String,
}

impl Subject<'static> {
    /// Our own simulator.
    pub(super) fn simulator() -> Self {
        Self {
            make: Box::new(simulator),
            doors: DOORS.to_vec(),
            is_ours: true,
            follows_readings: true,
            address: "in-process".to_owned(),
        }
    }

    /// Child processes.
    pub(super) fn exec(targets: Arc<ExecTargets>, address: String) -> Self {
        Self {
            follows_readings: targets.follows_readings(),
            make: Box::new(move |_| Box::new(targets.target())),
            doors: vec![Door::Exec],
            is_ours: false,
            address,
        }
    }
}

impl<'a> Subject<'a> {
    /// A target that somebody else made, with the door it is reached through.
    pub(super) fn own(make: &'a (dyn Fn(Door) -> Box<dyn Target> + Sync), door: Door) -> Self {
        Self {
            make: Box::new(make),
            doors: vec![door],
            is_ours: false,
            follows_readings: false,
            address: "own".to_owned(),
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
