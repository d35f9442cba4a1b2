//! The runs that are changed: some of every set that `ipamconf explore` has, as our simulator takes them.

use std::sync::{Arc, LazyLock};

use ipamconf::door::{DelegateTarget, SessionTarget};
use ipamconf::explore::{Set, Size, Worlds};
use ipamconf::model::Tables;
use ipamconf::scenario::Case;
use ipamconf::spec::{RULINGS, Readings};
use ipamconf::suite::{Target, run_case};
use ipamconf::trace::{Door, Trace};

/// A case and what our simulator showed.
pub(crate) struct Run {
    /// Its place among the runs.
    pub(crate) number: usize,
    pub(crate) case: Case,
    pub(crate) trace: Trace,
}

/// Which worlds: of each set those up to a size, and of these every so-manieth. The distances have no common divisor
/// with the orders in which the sets go through what they vary.
const TAKEN: [(Set, Size, usize); 5] = [
    (Set::A, size(3, 2, 2), 397),
    (Set::B, size(2, 2, 2), 401),
    (Set::C, size(2, 2, 2), 5003),
    (Set::D, size(2, 1, 2), 3001),
    (Set::E, size(2, 1, 4), 101),
];

const fn size(servers: usize, relations: usize, scopes: usize) -> Size {
    Size {
        servers,
        relations,
        scopes,
    }
}

/// Every reading that is not our ruling, each alone.
fn other_readings() -> Vec<Readings> {
    let mut all = Vec::new();
    for ruling in RULINGS {
        for reading in ruling.readings.iter().skip(1) {
            let mut readings = Readings::default();
            readings
                .choose(ruling.question.name(), reading.name)
                .expect("it has that reading");
            all.push(readings);
        }
    }
    all
}

/// Every second run is under our rulings, the others are under each other reading in turn.
pub(crate) static RUNS: LazyLock<Vec<Run>> = LazyLock::new(|| {
    let mut runs: Vec<Run> = Vec::new();
    let mut others = other_readings().into_iter().cycle();
    for (set, size, distance) in TAKEN {
        let worlds = Worlds::up_to(set, size);
        let cases = (0..worlds.units()).flat_map(|unit| worlds.cases(unit));
        for (place, mut case) in cases.step_by(distance).enumerate() {
            if place % 2 == 1 {
                let other = others.next().expect("there are readings");
                case.readings = case.readings.overlaid_with(&other);
            }
            let door = case.doors[place / 2 % case.doors.len()];
            let mut target: Box<dyn Target> = match door {
                Door::Delegate => Box::new(DelegateTarget::default()),
                _ => Box::new(SessionTarget::default()),
            };
            let trace = run_case(&case, &mut *target, &Readings::default());
            // Some readings are not switched by the simulator.
            if let Ok(trace) = trace {
                let number = runs.len();
                runs.push(Run {
                    number,
                    case,
                    trace,
                });
            }
        }
    }
    runs
});

impl Run {
    /// The last step that left a store, with the stores around it.
    pub(crate) fn last_step(&self) -> Option<(usize, &Arc<Tables>, &Arc<Tables>)> {
        let steps = self.trace.steps.iter().enumerate().rev();
        steps
            .filter_map(|(place, step)| Some((place, step.before.as_ref()?, step.after.as_ref()?)))
            .next()
    }

    /// The run, had its last step left another store.
    pub(crate) fn with_store(&self, after: Tables) -> Trace {
        let mut trace = self.trace.clone();
        let after = Arc::new(after);
        if let Some((place, ..)) = self.last_step() {
            trace.steps[place].after = Some(Arc::clone(&after));
            trace.after = Some(after);
        }
        trace
    }
}
