//! The runs that are changed: some of every set that `ipamconf explore` has, as our simulator takes them.

use std::sync::{Arc, LazyLock};

use ipamconf::door::{DelegateTarget, SessionTarget};
use ipamconf::explore::{Set, Size, Worlds};
use ipamconf::model::Tables;
use ipamconf::scenario::{Case, read_bytes};
use ipamconf::spec::{RULINGS, Readings};
use ipamconf::suite::{Target, run_case};
use ipamconf::trace::{Door, Trace};

/// A case and what our simulator showed.
pub(crate) struct Run {
    /// Its place among the runs.
    pub(crate) number: usize,
    /// Whether its world is written here.
    pub(crate) is_authored: bool,
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

/// Worlds with what those of the sets lack, or have too rarely to be drawn: options that go over by number and class,
/// exclusions to be removed, a scope in two relationships, a subnet twice on one server, partners that fail.
const AUTHORED: &[(&str, &str)] = &[
    (
        "options and exclusions that differ",
        r#"
servers = [{ name = "S" }, { name = "P1" }]
relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1", exclusions = ["10.0.1.1-10.0.1.20", "10.0.1.40"], options = [{ id = 3, value = "10.0.1.1" }, { id = 60, value = "x", vendor_class = "Acme" }] },
  { name = "A on P1", server = "P1", like = "A", lease = "1h", exclusions = ["10.0.1.1-10.0.1.20", "10.0.1.60"], options = [{ id = 3, value = "10.0.1.9" }, { id = 42, value = "10.0.1.9" }] },
  { name = "B", server = "S", subnet = "10.0.2.0/24", relation = "R1", exclusions = ["10.0.2.1"], options = [{ id = 3, value = "10.0.2.1", user_class = "laptops" }] },
]
"#,
    ),
    (
        "an option that the partner does not know",
        r#"
servers = [{ name = "S" }, { name = "P1", option_definitions = [{ id = 6 }] }]
relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1", options = [{ id = 3, value = "10.0.1.1" }] },
  { name = "A on P1", server = "P1", like = "A", lease = "1h", options = [] },
]
"#,
    ),
    (
        "a scope in two relationships, and a subnet twice",
        r#"
servers = [{ name = "S" }, { name = "P1" }, { name = "P2" }]
relations = [
  { name = "R1", server1 = "S", server2 = "P1" },
  { name = "R2", server1 = "P2", server2 = "S" },
]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = ["R1", "R2"] },
  { name = "A on P1", server = "P1", like = "A", lease = "1h" },
  { name = "A on P2", server = "P2", like = "A", lease = "2h" },
  { name = "B", server = "S", subnet = "10.0.2.0/24", relation = "R1" },
  { name = "C", server = "S", subnet = "10.0.3.0/24", relation = "R2" },
  { name = "C on P2", server = "P2", like = "C" },
]
"#,
    ),
    (
        "a partner that refuses the second of three",
        r#"
servers = [{ name = "S" }, { name = "P1" }]
relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" },
  { name = "A on P1", server = "P1", like = "A", lease = "1h" },
  { name = "B", server = "S", subnet = "10.0.2.0/24", relation = "R1" },
  { name = "C", server = "S", subnet = "10.0.3.0/24", relation = "R1" },
  { name = "C on P1", server = "P1", like = "C", lease = "1h" },
]
partner = [{ does = "refuse", scope = "B" }]
"#,
    ),
    (
        "a partner whose answer is lost",
        r#"
servers = [{ name = "S" }, { name = "P1" }]
relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" },
  { name = "A on P1", server = "P1", like = "A", lease = "1h" },
  { name = "B", server = "S", subnet = "10.0.2.0/24", relation = "R1" },
]
partner = [{ does = "lose-answer", server = "P1", times = 1 }]
"#,
    ),
    (
        "copies that replicate each other, in step and not",
        r#"
servers = [{ name = "S" }, { name = "P1" }]
relations = [
  { name = "R1", server1 = "S", server2 = "P1" },
  { name = "R2", server1 = "S", server2 = "P1" },
]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" },
  { name = "A on P1", server = "P1", like = "A", relation = "R1" },
  { name = "B", server = "S", subnet = "10.0.2.0/24", relation = "R2" },
  { name = "B on P1", server = "P1", like = "B", relation = "R1", lease = "1h" },
  { name = "D on P1", server = "P1", subnet = "10.0.4.0/24", relation = "R2" },
]
"#,
    ),
];

/// Readings under which each of them is taken.
const READINGS: &[(&str, &str)] = &[
    ("OQ-1", "partner"),
    ("OQ-1", "literal"),
    ("OQ-11", "attach"),
    ("OQ-12", "literal"),
    ("OQ-15", "continue"),
    ("OQ-22", "highest"),
];

/// What is asked for besides ReplicateServer, under our rulings.
const OTHER_CALLS: &[&str] = &[
    r#"{ operation = "ReplicateScope", server = "S" }"#,
    r#"{ operation = "EditDhcpScope", scope = "A", set = { Scope = { LeaseDuration = "P2D" } } }"#,
    r#"{ operation = "EditDhcpScope", parameters = "ReplicateServerParameters", server = "S" }"#,
];

/// Two calls, of which the first fails.
const TWICE: &str = r#"
[[steps]]
replicate = { server = "S" }
[[steps]]
replicate = { server = "S" }
[world]
servers = [{ name = "S" }, { name = "P1" }]
relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" },
  { name = "A on P1", server = "P1", like = "A", lease = "1h" },
  { name = "B", server = "S", subnet = "10.0.2.0/24", relation = "R1" },
]
partner = [{ does = "refuse", scope = "A", times = 1 }, { does = "lose-answer", server = "P1", times = 1 }]
"#;

/// Whole cases, each with the readings that it needs.
const SPECIAL: &[(&[(&str, &str)], &str)] = &[
    // Both relationships lead to one partner: two writes with one target that differ in what follows.
    (
        &[("OQ-11", "attach")],
        r#"
[[steps]]
replicate = { server = "S" }
[world]
servers = [{ name = "S" }, { name = "P1" }]
relations = [
  { name = "R1", server1 = "S", server2 = "P1" },
  { name = "R2", server1 = "S", server2 = "P1" },
]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = ["R1", "R2"] },
  { name = "B", server = "S", subnet = "10.0.2.0/24", relation = ["R1", "R2"] },
  { name = "B on P1", server = "P1", like = "B", lease = "1h" },
]
"#,
    ),
    // Whether the second rule was used up by the first call cannot be known.
    (&[("OQ-11", "attach"), ("OQ-15", "continue")], TWICE),
    (&[("OQ-11", "attach"), ("OQ-15", "stop")], TWICE),
    // A copy that is itself a source of the same call.
    (
        &[("OQ-11", "attach")],
        r#"
[[steps]]
replicate = { operation = "ReplicateScope", server = "S", scopes = ["A", "A on P1"] }
[world]
servers = [{ name = "S" }, { name = "P1" }]
relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" },
  { name = "A on P1", server = "P1", like = "A", relation = "R1", lease = "1h" },
]
"#,
    ),
    // A loop may be left at a scope that is only to be skipped.
    (
        &[],
        r#"
[[steps]]
replicate = { server = "S" }
[world]
servers = [{ name = "S" }, { name = "P1" }]
relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" },
  { name = "B", server = "S", subnet = "10.0.2.0/24" },
  { name = "C", server = "S", subnet = "10.0.3.0/24", relation = "R1" },
  { name = "D", server = "S", subnet = "10.0.4.0/24", relation = "R1" },
]
"#,
    ),
    // The right to replicate, and none on scopes.
    (
        &[],
        r#"
[[steps]]
replicate = { server = "S" }
[world]
caller = { policies = [{ role = "replicators" }] }
roles = [{ name = "replicators", operations = ["MsmDhcpReplicateOperation"] }]
servers = [{ name = "S" }, { name = "P1" }]
relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
scopes = [{ name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" }]
"#,
    ),
    // What IPv6 rows have no columns for.
    (
        &[],
        r#"
[[steps]]
replicate = { operation = "EditDhcpScope", scope = "A", set = { Scope = { ScopeName = "new" } } }
[world]
servers = [{ name = "S", family = "v6" }]
scopes = [{ name = "A", server = "S", subnet = "2001:db8:1::/64" }]
"#,
    ),
];

fn authored() -> Vec<Case> {
    let mut cases = Vec::new();
    for (title, world) in AUTHORED {
        let case = |call: &str| {
            read(&format!(
                "title = \"{title}\"\nrequirements = [\"R-31-4\"]\n[[steps]]\nreplicate = {call}\n[world]{world}"
            ))
        };
        for (question, reading) in READINGS {
            let mut case = case(r#"{ server = "S" }"#);
            case.readings
                .choose(question, reading)
                .expect("it has that reading");
            cases.push(case);
        }
        cases.extend(OTHER_CALLS.iter().map(|call| case(call)));
    }
    for (readings, text) in SPECIAL {
        let mut case = read(&format!(
            "title = \"special\"\nrequirements = [\"R-31-4\"]{text}"
        ));
        case.doors = vec![Door::Session];
        for (question, reading) in *readings {
            case.readings
                .choose(question, reading)
                .expect("it has that reading");
        }
        cases.push(case);
    }
    cases
}

/// The one case of a scenario.
fn read(text: &str) -> Case {
    let scenario = read_bytes("judged", "judged.toml", text.as_bytes());
    let mut scenario = scenario.unwrap_or_else(|rejected| panic!("{rejected}"));
    scenario.cases.remove(0)
}

/// Every reading that is not our ruling, each alone.
pub(crate) fn other_readings() -> Vec<Readings> {
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

/// What our simulator shows of a case; `None` where it does not switch the reading.
pub(crate) fn taken(case: &Case, door: Door) -> Option<Trace> {
    let mut target: Box<dyn Target> = match door {
        Door::Delegate => Box::new(DelegateTarget::default()),
        _ => Box::new(SessionTarget::default()),
    };
    run_case(case, &mut *target, &Readings::default()).ok()
}

/// A run of a case by our simulator; `None` where it does not switch the reading.
fn run(number: usize, is_authored: bool, door: Door, case: Case) -> Option<Run> {
    let trace = taken(&case, door)?;
    Some(Run {
        number,
        is_authored,
        case,
        trace,
    })
}

/// Of those from the sets every second is under our rulings, the others are under each other reading in turn.
pub(crate) static RUNS: LazyLock<Vec<Run>> = LazyLock::new(|| {
    let mut runs: Vec<Run> = Vec::new();
    for (place, case) in authored().into_iter().enumerate() {
        let is_called = place % 2 == 1 && case.doors.contains(&Door::Delegate);
        let door = if is_called {
            Door::Delegate
        } else {
            Door::Session
        };
        runs.extend(run(runs.len(), true, door, case));
    }
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
            runs.extend(run(runs.len(), false, door, case));
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
