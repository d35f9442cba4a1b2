//! Every small world: that none is lost and none counted twice, that exploring finds what is wrong and says so in the
//! same way however it is divided, and that nothing is wrong with the simulator.

#[path = "support/brute.rs"]
mod brute;
#[path = "support/cli.rs"]
mod cli;
#[path = "support/deviants.rs"]
mod deviants;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::{Duration, Instant};

use cli::Cli;
use deviants::Mistake;
use ipamconf::check::check;
use ipamconf::cli::{Exit, main_for_with};
use ipamconf::door::{DelegateTarget, SessionTarget};
use ipamconf::explore::{Judging, Random, Rows, Set, Shape, Size, Skeletons, Space, Tally, Worlds};
use ipamconf::scenario::read_bytes;
use ipamconf::spec::Readings;
use ipamconf::suite::{Target, run_case};
use ipamconf::trace::Door;
use ipamconf::verdict::CheckVerdict;

const DOORS: &[Door] = &[Door::Delegate, Door::Session];

fn simulator(door: Door) -> Box<dyn Target> {
    match door {
        Door::Delegate => Box::new(DelegateTarget::default()),
        _ => Box::new(SessionTarget::default()),
    }
}

fn explored(space: &Space, make: &dyn Fn(Door) -> Box<dyn Target>) -> Tally {
    let readings = Readings::default();
    let judging = Judging {
        make: &make,
        doors: DOORS,
        readings: &readings,
        strict: true,
    };
    let mut all = Tally::default();
    for unit in 0..space.units() {
        all.add(space.explore(unit, &judging).expect("it takes any world"));
    }
    all
}

// ---------------------------------------------------------------------------------------------------------------------
// Counting

/// The classes of every shape of so many servers, relationships and scopes, by the enumeration.
fn enumerated(servers: usize, relations: usize, scopes: usize, rows: Rows) -> usize {
    (0..=scopes)
        .map(|sources| {
            let shape = Shape {
                servers,
                relations,
                sources,
                others: scopes - sources,
            };
            let found = Skeletons::of(shape, rows);
            (0..found.frames())
                .map(|frame| found.of_frame(frame).count())
                .sum::<usize>()
        })
        .sum()
}

#[test]
fn the_classes_of_whole_rows_are_those_that_trying_all_renamings_gives() {
    for (servers, relations, scopes, pinned) in [
        (1, 0, 0, 1),
        (1, 2, 1, 42),
        (2, 1, 1, 36),
        (2, 1, 2, 171),
        (2, 2, 1, 333),
        (3, 0, 3, 19),
        (3, 1, 1, 52),
        (3, 1, 2, 352),
        (3, 2, 0, 76),
        (3, 2, 1, 740),
    ] {
        let found = enumerated(servers, relations, scopes, Rows::Whole);
        let counted = brute::classes(servers, relations, scopes, false);
        assert_eq!(
            (found, counted),
            (pinned, pinned),
            "{servers} servers, {relations} relationships, {scopes} scopes"
        );
    }
}

#[test]
fn the_classes_with_rows_that_are_gone_are_those_that_trying_all_renamings_gives() {
    for (servers, relations, scopes, pinned) in [
        (1, 0, 0, 1),
        (1, 1, 2, 124),
        (2, 1, 1, 245),
        (2, 1, 2, 921),
        (2, 2, 0, 567),
        (3, 0, 2, 43),
        (3, 1, 1, 544),
    ] {
        let found = enumerated(servers, relations, scopes, Rows::Dangling);
        let counted = brute::classes(servers, relations, scopes, true);
        assert_eq!(
            (found, counted),
            (pinned, pinned),
            "{servers} servers, {relations} relationships, {scopes} scopes"
        );
    }
}

/// Sizes that a test can count; `ipamconf explore` itself compares the whole sets with their pinned counts.
#[test]
fn the_sets_have_as_many_worlds_as_ever() {
    let of = |set, servers, relations, scopes| {
        let size = Size {
            servers,
            relations,
            scopes,
        };
        let worlds = Worlds::up_to(set, size);
        (0..worlds.units())
            .map(|unit| worlds.count(unit))
            .sum::<usize>()
    };
    assert_eq!(of(Set::A, 2, 2, 2), 3_992);
    assert_eq!(of(Set::A, 3, 2, 2), 14_716);
    assert_eq!(of(Set::B, 2, 1, 2), 1_444);
    assert_eq!(of(Set::B, 3, 2, 2), 162_612);
    assert_eq!(of(Set::C, 2, 1, 1), 930);
    assert_eq!(of(Set::E, 2, 1, 4) as u64, Set::E.worlds());
}

#[test]
fn small_worlds_come_first() {
    for set in [Set::A, Set::B] {
        let worlds = Worlds::of(set);
        let rows: Vec<usize> = (0..worlds.units())
            .filter_map(|unit| worlds.shape(unit))
            .map(Shape::rows)
            .collect();
        assert!(rows.is_sorted());
        assert_eq!(
            (rows.first(), rows.last().is_some_and(|most| *most >= 8)),
            (Some(&1), true)
        );
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Exploring

/// Sizes that a debug build goes through in a moment.
fn cut(set: Set) -> Space {
    let size = match set {
        Set::A => Size {
            servers: 2,
            relations: 1,
            scopes: 2,
        },
        Set::B | Set::C | Set::D | Set::E => Size {
            servers: 2,
            relations: 1,
            scopes: 1,
        },
    };
    Space::Set(Worlds::up_to(set, size))
}

#[test]
fn the_oracle_agrees_with_the_simulator_in_every_world_of_the_smallest_sizes() {
    for set in &[Set::A, Set::B, Set::C, Set::E] {
        let found = explored(&cut(*set), &simulator);
        assert_eq!(found.first, BTreeMap::new());
        assert_eq!(found.disagreements, 0);
        let expected: Vec<&str> = set.expected().lines().collect();
        for class in found.classes.keys() {
            assert!(
                expected.contains(&class.as_str()),
                "{class} is not expected of {set:?}"
            );
        }
    }
}

#[test]
fn the_oracle_agrees_with_the_simulator_in_every_order_of_three_messages() {
    let readings = Readings::default();
    let judging = Judging {
        make: &simulator,
        doors: DOORS,
        readings: &readings,
        strict: true,
    };
    let orders = Space::Set(Worlds::of(Set::D));
    let mut all = Tally::default();
    // units come by length, eight of each
    for unit in 0..24 {
        all.add(orders.explore(unit, &judging).expect("it takes any order"));
    }
    assert_eq!((all.worlds, all.disagreements), (8 + 64 + 512, 0));
    let classes: Vec<&str> = all.classes.keys().map(String::as_str).collect();
    assert_eq!(classes, Set::D.expected().lines().collect::<Vec<_>>());
}

#[test]
fn the_expected_classes_are_sorted_and_each_stands_once() {
    for set in Set::ALL {
        let lines: Vec<&str> = set.expected().lines().collect();
        let least = match set {
            Set::A | Set::B | Set::C => 50,
            Set::D => 5,
            Set::E => 40,
        };
        assert!(
            lines.len() >= least,
            "{set:?} expects {} classes",
            lines.len()
        );
        assert!(lines.windows(2).all(|pair| pair[0] < pair[1]), "{set:?}");
    }
}

#[test]
fn drawn_worlds_agree_too_and_come_again_from_their_seed() {
    let space = |seed| Space::Random(Random { seed, count: 120 });
    let found = explored(&space(7), &simulator);
    assert_eq!((found.worlds, found.first.len()), (120, 0));
    assert_eq!(found, explored(&space(7), &simulator));
    assert_ne!(found.classes, explored(&space(8), &simulator).classes);
}

#[test]
fn a_planted_mistake_is_found_in_a_smallest_world_and_written_as_a_file_that_shows_it() {
    let readings = Readings::default();
    for (mistake, set) in [
        (Mistake::FailureToldAsSuccess, Set::B),
        (Mistake::FirstServerWritten, Set::A),
        (Mistake::EveryScopeWritten, Set::A),
        (Mistake::EndToldTwice, Set::C),
    ] {
        let make = |door| deviants::target(door, mistake);
        let judging = Judging {
            make: &make,
            doors: DOORS,
            readings: &readings,
            strict: false,
        };
        let space = cut(set);
        let found = space
            .first_disagreement(&judging)
            .expect("it takes any world")
            .unwrap_or_else(|| panic!("{mistake:?} is not found"));
        let rows = |case: &ipamconf::scenario::Case| {
            case.world.servers.len() + case.world.relations.len() + case.world.scopes.len()
        };
        let (before, kind) = (rows(&found.case), found.disagreement.clone());
        let small = found.shrunk(&judging);
        assert!(rows(&small.case) <= before);
        assert!(small.disagreement.is_like(&kind));
        let text = small
            .text(&space, "ipamconf explore")
            .expect("it can be said");
        let scenario = read_bytes("found", "found.toml", text.as_bytes())
            .unwrap_or_else(|rejected| panic!("{:?}\n{text}", rejected.errors));
        let case = &scenario.cases[0];
        let fails = |target: &mut dyn Target| {
            let trace = run_case(case, target, &readings).expect("it can be run");
            check(case, &trace, &readings)
                .iter()
                .any(|result| result.verdict == CheckVerdict::Fail)
        };
        assert!(fails(&mut *make(small.door)), "{mistake:?}\n{text}");
        assert!(!fails(&mut *simulator(small.door)), "{mistake:?}\n{text}");
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// The command

fn without_times(text: &str) -> serde_json::Value {
    let mut value: serde_json::Value = serde_json::from_str(text).expect("one JSON object");
    value.as_object_mut().expect("an object").remove("times");
    value
}

#[test]
fn the_result_does_not_depend_on_the_number_of_jobs() {
    let cli = Cli::in_folder("explore-jobs");
    let run = |jobs: &str| {
        let ran = cli.run(&[
            "explore", "--random", "1200", "--seed", "7", "--format", "json", "--jobs", jobs,
        ]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        without_times(&ran.out)
    };
    let one = run("1");
    assert_eq!(one["worlds"], 1200);
    assert_eq!(one["disagreements"], 0);
    assert_eq!(one, run("5"));
}

#[test]
fn the_parts_are_the_whole() {
    let cli = Cli::in_folder("explore-parts");
    let run = |more: &[&str]| {
        let mut arguments = vec![
            "explore", "--random", "1800", "--seed", "3", "--format", "json",
        ];
        arguments.extend(more);
        let ran = cli.run(&arguments);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        without_times(&ran.out)
    };
    let classes = |report: &serde_json::Value| -> BTreeMap<String, u64> {
        serde_json::from_value(report["spaces"][0]["classes"].clone()).expect("counts")
    };
    let whole = run(&[]);
    let mut sum: BTreeMap<String, u64> = BTreeMap::new();
    let mut worlds = 0;
    for part in ["1/3", "2/3", "3/3"] {
        let report = run(&["--partition", part]);
        worlds += report["worlds"].as_u64().expect("a number");
        for (class, count) in classes(&report) {
            *sum.entry(class).or_default() += count;
        }
    }
    assert_eq!((worlds, sum), (1800, classes(&whole)));
}

#[test]
fn what_is_done_is_not_done_again() {
    let cli = Cli::in_folder("explore-resume");
    let arguments = [
        "explore",
        "--random",
        "700",
        "--seed",
        "5",
        "--format",
        "json",
        "--resume",
        "state.json",
    ];
    let first = cli.run(&arguments);
    assert_eq!(first.code, Some(0), "{}", first.err);
    // The counts are the file's: a second run that explored anything would give its own.
    let path = cli.folder().join("state.json");
    let state = std::fs::read_to_string(&path).expect("the state is kept");
    std::fs::write(&path, state.replacen("\"worlds\":700", "\"worlds\":701", 1)).expect("written");
    let again = cli.run(&arguments);
    let (first, again) = (without_times(&first.out), without_times(&again.out));
    assert_eq!(
        (&first["worlds"], &again["worlds"]),
        (&700.into(), &701.into())
    );
    assert_eq!(first["spaces"][0]["classes"], again["spaces"][0]["classes"]);
}

#[test]
fn the_state_of_another_exploration_is_refused_and_left_alone() {
    let cli = Cli::in_folder("explore-refused");
    let run = |seed: &str| {
        cli.run(&[
            "explore",
            "--random",
            "50",
            "--seed",
            seed,
            "--resume",
            "state.json",
        ])
    };
    assert_eq!(run("1").code, Some(0));
    let path = cli.folder().join("state.json");
    let state = std::fs::read_to_string(&path).expect("the state is kept");
    let other = run("2");
    assert_eq!(other.code, Some(2));
    assert!(
        other.err.contains("the state of another exploration"),
        "{}",
        other.err
    );
    assert_eq!(std::fs::read_to_string(&path).expect("still there"), state);
    for (text, says) in [
        ("[]", "not a state file"),
        ("{\"version\": 99}", "version 99"),
        ("{\"version\": 1}", "not a whole state file"),
    ] {
        std::fs::write(&path, text).expect("written");
        let ran = run("1");
        assert_eq!(ran.code, Some(2), "{text}");
        assert!(ran.err.contains(says), "{text}: {}", ran.err);
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_exploration_keeps_what_is_done_and_goes_on_from_there() {
    let cli = Cli::in_folder("explore-interrupt");
    let worlds = |state: &std::path::Path| {
        let text = std::fs::read_to_string(state).ok()?;
        let value: serde_json::Value = serde_json::from_str(&text).ok()?;
        value["tallies"][0]["worlds"].as_u64()
    };
    let path = cli.folder().join("state.json");
    let mut before = 0;
    for _ in 0..2 {
        let mut command = cli.command(&[
            "explore",
            "--random",
            "100000000",
            "--resume",
            "state.json",
            "--format",
            "json",
        ]);
        command.stdout(std::process::Stdio::piped());
        let child = command.spawn().expect("the binary can be run");
        let clock = Instant::now();
        // Until a state is written that has more than the last one.
        while worlds(&path).is_none_or(|worlds| worlds <= before) {
            assert!(
                clock.elapsed() < Duration::from_secs(300),
                "no state is written"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        let id = child.id().to_string();
        let killed = std::process::Command::new("kill")
            .args(["-INT", &id])
            .status();
        assert!(killed.expect("a signal can be sent").success());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(130));
        let report = without_times(&String::from_utf8_lossy(&output.stdout));
        assert_eq!(report["complete"], false);
        let kept = worlds(&path).expect("the state is kept");
        assert_eq!(report["worlds"], kept);
        assert!(kept > before);
        before = kept;
    }
}

#[test]
fn a_set_of_which_the_target_can_take_no_world_is_named_and_judges_nothing() {
    let own = |arguments: &[&str]| {
        let arguments = ["own"].iter().chain(arguments).map(OsString::from);
        let mut out = Vec::new();
        let make = || Box::new(DelegateTarget::default()) as Box<dyn Target>;
        let exit = main_for_with(arguments, make, &mut out);
        (exit, String::from_utf8(out).expect("text"))
    };
    let (exit, out) = own(&["explore", "--set", "d"]);
    assert_eq!(exit, Exit::Broken, "{out}");
    assert!(
        out.starts_with(
            "d: no world was explored: none can be taken through the door delegate, and this target has no other\n"
        ),
        "{out}"
    );
    let (exit, out) = own(&["explore", "--set", "d", "--format", "json"]);
    assert_eq!(exit, Exit::Broken, "{out}");
    let report: serde_json::Value = serde_json::from_str(&out).expect("a report");
    assert!(report["spaces"][0]["unexplored"].is_string(), "{out}");
}

#[test]
fn what_cannot_go_together_is_refused() {
    let cli = Cli::in_folder("explore-usage");
    for arguments in [
        &["explore", "--set", "f"][..],
        &["explore", "--seed", "7"],
        &["explore", "--random", "0"],
        &["explore", "--set", "a", "--random", "5"],
        &["explore", "--random", "5", "--partition", "3/2"],
        &["explore", "--random", "5", "--reading", "OQ-1=sideways"],
        &["explore", "--random", "5", "--reading", "OQ-9=callback"],
    ] {
        assert_eq!(cli.run(arguments).code, Some(3), "{arguments:?}");
    }
}
