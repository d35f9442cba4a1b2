//! The suite on trial: every planted mistake is caught by the requirement that it breaks, nothing right is accused, and
//! what is said of a failure tells an implementer all that they need.
//!
//! `ipamconf deviants` shows the whole matrix; what is held here is what must not get lost.

#[path = "support/corpus.rs"]
mod corpus;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

use ipamconf::check::check;
use ipamconf::deviant::oracle::{contradiction, deviants as oracles};
use ipamconf::deviant::{
    AGREEING, Corpus, Deviant, Role, SmallWorlds, Sought, deviant_target, deviants, first_kill,
    judge, reason_to_agree, smallest,
};
use ipamconf::door::{DelegateTarget, SessionTarget};
use ipamconf::report::{HumanOptions, Report, human};
use ipamconf::scenario::{Scenario, read_bytes};
use ipamconf::spec::Readings;
use ipamconf::suite::{Target, run_case};
use ipamconf::trace::Door;
use ipamconf::verdict::CheckVerdict;

/// The most lines that a failure may take.
const LINES_MAX: usize = 40;

fn simulator(door: Door) -> Box<dyn Target> {
    match door {
        Door::Delegate => Box::new(DelegateTarget::default()),
        _ => Box::new(SessionTarget::default()),
    }
}

static SCENARIOS: LazyLock<Vec<Scenario>> = LazyLock::new(corpus::scenarios);

/// The corpus as the simulator runs it under our rulings, worked out once for all tests.
static CORPUS: LazyLock<Corpus<'static>> =
    LazyLock::new(|| Corpus::new(&SCENARIOS, &Readings::default(), &simulator));

/// Does the same with each item on every processor; what comes of it is in the order of the items.
fn with_each<T: Sync, R: Send>(items: &[T], look: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(place) else { break };
                    let result = look(item);
                    done.lock()
                        .expect("nobody panics here")
                        .insert(place, result);
                }
            });
        }
    });
    let done = done.into_inner().expect("nobody panics here");
    done.into_values().collect()
}

/// What is found wrong with each item.
fn troubles<T: Sync>(items: &[T], look: impl Fn(&T) -> Vec<String> + Sync) -> Vec<String> {
    let mut found = with_each(items, look).concat();
    found.sort();
    found
}

const NOTHING: [String; 0] = [];

#[test]
fn every_mistake_is_caught_by_the_requirement_that_it_breaks() {
    let mistakes: Vec<Deviant> = deviants()
        .into_iter()
        .filter(|deviant| deviant.role != Role::Equal)
        .collect();
    let survivors = troubles(&mistakes, |deviant| match first_kill(deviant, &CORPUS) {
        Some(_) => Vec::new(),
        None => vec![format!(
            "{} survives: {}",
            deviant.requirement, deviant.name
        )],
    });
    assert_eq!(survivors, NOTHING);
}

#[test]
fn what_breaks_nothing_is_not_accused() {
    let controls: Vec<Deviant> = deviants()
        .into_iter()
        .filter(|deviant| deviant.role == Role::Equal)
        .collect();
    assert!(!controls.is_empty());
    let accused = troubles(&controls, |deviant| {
        let row = judge(deviant, &CORPUS, &Readings::default()).row;
        let accused = row.cited.iter().map(|(id, cases)| {
            format!(
                "{} is accused of breaking {id} in {cases} cases",
                deviant.name
            )
        });
        accused.collect()
    });
    assert_eq!(accused, NOTHING);
}

#[test]
fn every_oracle_with_a_mistake_is_contradicted() {
    let unchallenged = troubles(oracles(), |oracle| match contradiction(oracle, &CORPUS) {
        Some(_) => Vec::new(),
        None => vec![oracle.name.to_owned()],
    });
    assert_eq!(unchallenged, NOTHING);
}

#[test]
fn no_two_deviants_have_the_same_name() {
    let mut names = BTreeSet::new();
    for deviant in deviants() {
        assert!(names.insert(deviant.name), "{} stands twice", deviant.name);
    }
}

/// What is missing from the block of a failure, if anything.
fn missing(block: &str) -> Vec<String> {
    let has_line = |start: &str, parts: &[&str]| {
        block.lines().any(|line| {
            line.trim_start().starts_with(start) && parts.iter().all(|part| line.contains(part))
        })
    };
    let wanted: [(&str, bool); 9] = [
        ("file:line:column", has_line("--> scenarios/", &[".toml:"])),
        (
            "requirement and section",
            has_line("= requirement: R-", &["[MS-IPAMM2] "]),
        ),
        (
            "grade",
            ["HARD", "SOFT", "EITHER"]
                .iter()
                .any(|grade| has_line("= grade: ", &[grade])),
        ),
        ("expected", has_line("= expected: ", &[])),
        ("found", has_line("= found: ", &[])),
        ("place in the sequence", has_line("= sequence: ", &[])),
        ("case and door", has_line("= case: ", &["door "])),
        ("seed", has_line("= again: seed ", &[])),
        (
            "command",
            has_line("= again: ", &["`ipamconf run scenarios/", "--seed "]),
        ),
    ];
    let mut missing: Vec<String> = wanted
        .iter()
        .filter(|(_, is_there)| !is_there)
        .map(|(what, _)| (*what).to_owned())
        .collect();
    let lines = block.lines().count();
    if lines > LINES_MAX {
        missing.push(format!("{lines} lines are more than {LINES_MAX}"));
    }
    missing
}

/// The blocks of failures in a report for a person.
fn blocks(report: &Report) -> Vec<String> {
    let mut text = Vec::new();
    let options = HumanOptions {
        verbose: true,
        ..HumanOptions::default()
    };
    human(report, &options, &mut text).expect("a vector takes everything");
    let text = String::from_utf8(text).expect("reports are text");
    text.split("\n\n")
        .map(str::trim_start)
        .filter(|block| {
            block.starts_with("fail[")
                || block.starts_with("deviates[")
                || block.starts_with("not-reached[")
        })
        .map(str::to_owned)
        .collect()
}

/// What is said of one mistake.
struct Said {
    /// A line of the committed list.
    blamed: String,
    /// How many failures were looked at.
    blocks: usize,
    /// What failures lack.
    troubles: Vec<String>,
}

/// What is said of every mistake, in their order; worked out once for all tests.
static SAID: LazyLock<Vec<Said>> = LazyLock::new(|| {
    with_each(&deviants(), |deviant| {
        let judged = judge(deviant, &CORPUS, &CORPUS.readings);
        let first = judged
            .row
            .first
            .map_or_else(String::new, |id| id.to_string());
        let cited: Vec<String> = judged
            .row
            .cited
            .iter()
            .map(|(id, _)| id.to_string())
            .collect();
        let mut troubles = Vec::new();
        let blocks = blocks(&judged.report);
        for block in &blocks {
            let missing = missing(block);
            if !missing.is_empty() && troubles.len() < 3 {
                troubles.push(format!(
                    "{}: no {}:\n{block}",
                    deviant.name,
                    missing.join(", no ")
                ));
            }
        }
        Said {
            blamed: format!(
                "{}\t{}\t{first}\t{}\n",
                deviant.requirement,
                deviant.name,
                cited.join(" ")
            ),
            blocks: blocks.len(),
            troubles,
        }
    })
});

/// Which requirements are cited where a mistake shows is part of what an implementer is told. What changes there is taken
/// over by `UPDATE_EXPECT=1 cargo test --test deviants`, and has to be explained to whoever reads the difference.
#[test]
fn every_mistake_is_blamed_on_the_requirements_of_the_committed_list() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/blamed.tsv");
    let mut blamed = String::from("# breaks\tmistake\tfirst failure printed\tall that are cited\n");
    blamed.extend(SAID.iter().map(|said| said.blamed.as_str()));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, &blamed).expect("the list can be written");
    }
    let committed = std::fs::read_to_string(path).expect("the list is there");
    for (line, (now, then)) in blamed.lines().zip(committed.lines()).enumerate() {
        assert_eq!(now, then, "tests/blamed.tsv:{}", line + 1);
    }
    assert_eq!(blamed.lines().count(), committed.lines().count());
}

#[test]
fn every_failure_says_where_what_why_and_how_to_see_it_again() {
    let blocks: usize = SAID.iter().map(|said| said.blocks).sum();
    assert!(blocks > SAID.len(), "too few failures were looked at");
    let troubles: Vec<&str> = SAID
        .iter()
        .flat_map(|said| said.troubles.iter().map(String::as_str))
        .collect();
    assert!(troubles.is_empty(), "{}", troubles.join("\n\n"));
}

#[test]
fn a_block_that_lacks_something_is_noticed() {
    let whole = "fail[R-1]: t\n  --> scenarios/a.toml:1:2\n = case: a, door session\n = requirement: R-1, [MS-IPAMM2] 1\n\
        = grade: HARD, by\n = expected: x\n = found: y\n = sequence: event 1\n = again: seed 0, `ipamconf run scenarios/a.toml --seed 0`";
    assert_eq!(missing(whole), NOTHING);
    for (number, _) in whole.lines().enumerate().skip(1) {
        let without: Vec<_> = whole
            .lines()
            .enumerate()
            .filter(|(line, _)| *line != number)
            .map(|(_, line)| line)
            .collect();
        assert!(!missing(&without.join("\n")).is_empty(), "line {number}");
    }
    let long = format!("{whole}{}", "\nx".repeat(LINES_MAX));
    assert_eq!(missing(&long).len(), 1);
}

// ---------------------------------------------------------------------------------------------------------------------
// Against the oracle alone

fn named(name: &str) -> Deviant {
    deviants()
        .into_iter()
        .find(|deviant| deviant.name == name)
        .unwrap_or_else(|| panic!("{name} is none"))
}

/// Deviants with the rows and steps of their smallest world.
const SMALLEST: &[(&str, usize, usize)] = &[
    ("takes NULL scopes for nothing to do", 0, 1),
    ("looks at the first policy only", 0, 1),
    ("creates a subnet on a server that has it", 2, 1),
    ("passes over the last of several named scopes", 5, 1),
];

/// `ipamconf deviants --smallest` searches all of them; these show that what it says is so.
#[test]
fn the_smallest_world_of_a_deviant_is_small_and_its_file_fails_by_the_requirement_that_is_told() {
    let worlds = SmallWorlds::default();
    let readings = Readings::default();
    for (name, rows, steps) in SMALLEST {
        let deviant = named(name);
        let Sought::Found(found) = smallest(&deviant, false, &readings, &worlds) else {
            panic!("{name} disagrees nowhere");
        };
        assert_eq!(
            (found.rows(), found.size.steps, found.disagreement.cited()),
            (*rows, *steps, Some(deviant.requirement)),
            "{name}: {found}"
        );
        let text = found.text.as_ref().expect("the language can say it");
        let scenario = read_bytes("found", "found.toml", text.as_bytes())
            .unwrap_or_else(|rejected| panic!("{:?}\n{text}", rejected.errors));
        let case = &scenario.cases[0];
        let failed = |target: &mut dyn Target| -> BTreeSet<String> {
            let trace = run_case(case, target, &readings).expect("it can be run");
            check(case, &trace, &readings)
                .into_iter()
                .filter(|check| check.verdict == CheckVerdict::Fail)
                .map(|check| check.requirement.to_string())
                .collect()
        };
        let wrong = failed(&mut *deviant_target(deviant.hooks, found.door));
        assert!(wrong.contains(deviant.requirement.name()), "{name}\n{text}");
        assert!(failed(&mut *simulator(found.door)).is_empty(), "{text}");
    }
}

#[test]
fn what_is_listed_as_agreeing_is_there_and_breaks_something() {
    for (name, reason) in AGREEING {
        let deviant = named(name);
        assert_ne!(deviant.role, Role::Equal, "{name} need not be listed");
        assert_eq!(reason_to_agree(&deviant), Some(*reason));
    }
}
