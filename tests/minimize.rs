//! Failing cases made small: what is left still fails for the same requirement, and nothing single can be left out.

use std::cell::Cell;
use std::ffi::OsString;
use std::sync::atomic::{AtomicUsize, Ordering};

use ipamconf::check::check;
use ipamconf::cli::{Exit, main_for_with};
use ipamconf::door::{DelegateTarget, SessionTarget};
use ipamconf::minimize::minimize;
use ipamconf::scenario::{Case, Scenario, Source, read};
use ipamconf::spec::Readings;
use ipamconf::suite::{Target, run_case};
use ipamconf::trace::Door;
use ipamconf::verdict::{CheckResult, CheckVerdict, Judge};
use ipamconf::world::{End, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use toml::de::{DeTable, DeValue};

#[path = "support/cli.rs"]
mod cli;
#[path = "support/deviants.rs"]
mod deviants;
#[path = "support/worlds.rs"]
mod worlds;

use cli::{Cli, PASSING, Ran, failing};
use deviants::Mistake;

/// A scenario with much in it that no failure needs.
const CROWDED: &str = r#"
title = "a crowded world is replicated"
requirements = ["R-31-4"]
tags = ["crowd"]

[world]
access_scopes = ["Berlin"]
servers = [
  { name = "S", host = "dhcp-a.example.com" },
  { name = "P1", access_scope = "Berlin" },
  { name = "P2" },
]
relations = [
  { name = "R1", server1 = "S", server2 = "P1", mode = "HotStandby" },
  { name = "R2", server1 = "P2", server2 = "S" },
]
scopes = [
  { name = "alone", server = "S", subnet = "10.0.9.0/24", superscope = "all" },
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1", lease = "4d", description = "second floor" },
  { name = "B", server = "S", subnet = "10.0.2.0/24", relation = "R2", exclusions = ["10.0.2.7", "10.0.2.9"] },
  { name = "C", server = "S", subnet = "10.0.3.0/24", relation = ["R1", "R2"], subnet_delay = 700 },
  { name = "A on P1", server = "P1", like = "A", lease = "1h" },
  { name = "B on P2", server = "P2", like = "B", status = "Deactivated" },
]
partner = [{ does = "late", server = "P2", times = 3, delay = "5s" }]

[[steps]]
connect = {}

[[steps]]
keepalive = { times = 5 }

[[steps]]
initialize = { server = "S" }

[[steps]]
start = {}

[[steps]]
wait = { for = "1m" }

[expect]
overall = "CompletedWithSuccess"
percentages = "rising"
"#;

fn simulator(door: Door) -> Box<dyn Target> {
    match door {
        Door::Delegate => Box::new(DelegateTarget::default()),
        _ => Box::new(SessionTarget::default()),
    }
}

/// Runs the command line against somebody's own target.
fn own(arguments: &[&str], make: impl Fn() -> Box<dyn Target> + Sync) -> (Exit, String) {
    let arguments = ["own"].iter().chain(arguments).map(OsString::from);
    let mut out = Vec::new();
    let exit = main_for_with(arguments, make, &mut out);
    (exit, String::from_utf8(out).expect("text"))
}

fn loaded(text: &str) -> Option<Scenario> {
    read("tried", Source::new("tried.toml", text)).ok()
}

fn results(case: &Case, door: Door, target: &mut dyn Target) -> Vec<CheckResult> {
    let readings = Readings::default();
    run_case(case, target, &readings).map_or_else(
        |_| Vec::new(),
        |trace| {
            assert_eq!(trace.door, door);
            check(case, &trace, &readings)
        },
    )
}

/// Every text that lacks one key or one item of a list, beside the head of the file.
fn removals(text: &str) -> Vec<String> {
    fn cut(text: &str, start: usize, end: usize) -> String {
        let (before, after) = (&text[..start], &text[end..]);
        match (
            after.trim_start().strip_prefix(','),
            before.trim_end().strip_suffix(','),
        ) {
            (Some(after), _) => format!("{before}{after}"),
            (None, Some(before)) => format!("{before}{after}"),
            (None, None) => format!("{before}{after}"),
        }
    }
    fn of_table(text: &str, table: &DeTable<'_>, found: &mut Vec<String>) {
        for (key, value) in table.iter() {
            // A header is no single thing; what stands below it is.
            let is_header = text[value.span()].starts_with('[') && value.get_ref().is_table();
            if !is_header {
                found.push(cut(text, key.span().start, value.span().end));
            }
            of_value(text, value.get_ref(), found);
        }
    }
    fn of_value(text: &str, value: &DeValue<'_>, found: &mut Vec<String>) {
        match value {
            DeValue::Array(items) => {
                for item in items.iter() {
                    let span = item.span();
                    if text[span.clone()].starts_with("[[") {
                        // The step with all that stands below it.
                        let rest = &text[span.end..];
                        let length = rest.find("\n\n[[").or_else(|| rest.find("\n\n[expect]"));
                        let end = length.map_or(text.len(), |length| span.end + length);
                        found.push(format!("{}{}", &text[..span.start], &text[end..]));
                    } else {
                        found.push(cut(text, span.start, span.end));
                    }
                    of_value(text, item.get_ref(), found);
                }
            }
            DeValue::Table(table) => of_table(text, table, found),
            _ => {}
        }
    }
    let document = DeTable::parse(text).expect("TOML");
    let mut found = Vec::new();
    for (key, value) in document.get_ref().iter() {
        let key = key.get_ref().as_ref();
        if !["title", "description", "requirements", "tags", "doors"].contains(&key) {
            of_value(text, value.get_ref(), &mut found);
        }
    }
    found
}

/// That the file fails, and that no single removal of it does.
fn is_minimal(text: &str, door: Door, fails: impl Fn(&Case) -> bool) {
    let whole = loaded(text).expect("the smaller file is read");
    assert!(whole.cases[0].doors.contains(&door), "{text}");
    assert!(fails(&whole.cases[0]), "the smaller file passes:\n{text}");
    let removals = removals(text);
    assert!(removals.len() >= 3, "{text}");
    for removal in removals {
        if let Some(scenario) = loaded(&removal) {
            let case = &scenario.cases[0];
            let fails = case.doors.contains(&door) && fails(case);
            assert!(!fails, "less fails as well:\n{removal}\nwas\n{text}");
        }
    }
}

fn requirement_of(ran: &str) -> &str {
    let words = ["fails ", "deviates from "];
    let rest = words.iter().find_map(|word| ran.split_once(word));
    let rest = rest.unwrap_or_else(|| panic!("{ran}")).1;
    rest.split_whitespace().next().expect("a requirement")
}

#[test]
fn every_mistake_of_a_target_is_left_with_no_more_than_it_needs() {
    for (number, mistake) in Mistake::ALL.iter().enumerate() {
        let cli =
            Cli::in_folder(&format!("minimize-mistakes-{number}")).with("crowded.toml", CROWDED);
        let file = cli.folder().join("crowded.toml");
        let smaller = cli.folder().join("crowded.min.toml");
        let (exit, out) = own(&["minimize", file.to_str().expect("text")], || {
            deviants::target(Door::Session, *mistake)
        });
        // Nothing in this world is a fault.
        if exit == Exit::Usage {
            let needs_a_fault = [
                Mistake::DetailsLost,
                Mistake::FailureToldAsSuccess,
                Mistake::CallbackWithAFault,
            ];
            assert!(needs_a_fault.contains(mistake), "{mistake:?}");
            continue;
        }
        assert_eq!(exit, Exit::Conformant, "{mistake:?}: {out}");
        let text = std::fs::read_to_string(&smaller).expect("the smaller file");
        let requirement = requirement_of(&out);
        let is_own = out.contains("of the scenario");
        assert!(out.contains("nothing more can be left out"), "{out}");
        let broken = |case: &Case, target: &mut dyn Target| {
            results(case, Door::Session, target)
                .into_iter()
                .any(|result| {
                    result.verdict == CheckVerdict::Fail
                        && result.requirement.name() == requirement
                        && (result.judge == Judge::Scenario) == is_own
                })
        };
        is_minimal(&text, Door::Session, |case| {
            broken(case, &mut *deviants::target(Door::Session, *mistake))
                && (!is_own || !broken(case, &mut *simulator(Door::Session)))
        });
        let path = smaller.to_str().expect("text");
        let (exit, report) = own(&["run", path], || deviants::target(Door::Session, *mistake));
        assert_eq!(exit, Exit::Failed, "{mistake:?}");
        assert!(report.contains(&format!("fail[{requirement}]")), "{report}");
    }
}

#[test]
fn an_expectation_that_fails_is_kept_as_the_author_wrote_it() {
    let cli = Cli::in_folder("minimize-own").with("lease.toml", failing());
    let ran = cli.run(&["minimize", "lease.toml", "--door", "session"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(
        ran.out,
        "lease.toml fails R-4-10 through the door session, by check `changed` of the scenario\n\
         \n                  before   after\n\
         servers                2       2\n\
         relations              1       1\n\
         scopes                 2       2\n\
         steps                  1       1\n\
         expectations           4       3\n\
         other values           2       2\n\
         \n30 smaller cases tried; nothing more can be left out\n\
         written to lease.min.toml; to run it: `ipamconf run lease.min.toml --door session --seed 0`\n"
    );
    let text = std::fs::read_to_string(cli.folder().join("lease.min.toml")).expect("written");
    let kept = "\n[expect]\nchanged = [{ scope = \"A on P1\", lease = \"2d\" }]\n";
    assert!(text.ends_with(kept), "{text}");
    is_minimal(&text, Door::Session, |case| {
        results(case, Door::Session, &mut *simulator(Door::Session))
            .iter()
            .any(|result| {
                result.verdict == CheckVerdict::Fail
                    && result.requirement.name() == "R-4-10"
                    && result.expected.contains("lease `2d`")
                    && result.found.contains("lease `8d`")
            })
    });
    let again = cli.run(&["run", "lease.min.toml"]);
    assert_eq!(again.code, Some(1));
    assert!(again.out.contains("fail[R-4-10]"), "{}", again.out);
    let formatted = cli.run(&["fmt", "--check", "lease.min.toml"]);
    assert_eq!(
        formatted.code,
        Some(0),
        "{}{}",
        formatted.out,
        formatted.err
    );
    let linted = cli.run(&["lint", "lease.min.toml"]);
    assert_eq!(linted.code, Some(0), "{}{}", linted.out, linted.err);
}

#[test]
fn a_case_of_several_is_found_by_its_name_or_by_its_failing() {
    let text = failing().replace("\"2d\"", "\"${after}\"")
        + "\n[[cases]]\nname = \"right\"\nafter = \"8d\"\n\n[[cases]]\nname = \"wrong\"\nafter = \"2d\"\n";
    let cli = Cli::in_folder("minimize-cases").with("lease.toml", text);
    let ran = cli.run(&["minimize", "lease.toml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.out
            .starts_with("lease.toml, case `wrong`, fails R-4-10"),
        "{}",
        ran.out
    );
    let text = std::fs::read_to_string(cli.folder().join("lease.min.toml")).expect("written");
    assert!(text.starts_with("title = \"the partner's copy takes over the lease time: wrong\"\n"));
    let ran = cli.run(&["minimize", "lease.toml", "--case", "right", "--force"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("nothing fails"), "{}", ran.err);
}

fn refused(ran: &Ran, code: i32, why: &str) {
    assert_eq!(ran.code, Some(code), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains(why), "{}", ran.err);
}

#[test]
fn what_cannot_be_made_smaller_is_told_and_nothing_is_written() {
    let cli = Cli::in_folder("minimize-refused")
        .with("passing.toml", PASSING)
        .with("failing.toml", failing())
        .with("taken.toml", "mine")
        .with("broken.toml", "title = ")
        .with("binary.toml", [0xff, 0xfe, 0x00])
        .with("folder/x.toml", PASSING);
    let ran = cli.run(&["minimize", "passing.toml"]);
    refused(
        &ran,
        3,
        "`passing.toml` has nothing to make smaller: nothing fails",
    );
    let ran = cli.run(&["minimize", "failing.toml", "--requirement", "R-31-2"]);
    refused(&ran, 3, "R-31-2 does not fail; what fails is R-4-10");
    let ran = cli.run(&["minimize", "failing.toml", "--requirement", "R-0-0"]);
    refused(&ran, 3, "no such requirement");
    let ran = cli.run(&["minimize", "failing.toml", "--case", "x"]);
    refused(&ran, 3, "no case is called `x`: the file has no cases");
    let ran = cli.run(&["minimize", "failing.toml", "--output", "taken.toml"]);
    refused(&ran, 3, "`taken.toml` is there already");
    let ran = cli.run(&[
        "minimize",
        "failing.toml",
        "--output",
        "./failing.toml",
        "--force",
    ]);
    refused(&ran, 3, "is the file to make smaller");
    let ran = cli.run(&["minimize", "failing.toml", "--output", "nowhere/x.toml"]);
    refused(&ran, 4, "cannot write `nowhere/x.toml`");
    let ran = cli.run(&["minimize", "folder"]);
    refused(&ran, 3, "is a folder");
    let ran = cli.run(&["minimize", "broken.toml"]);
    refused(&ran, 2, "IC2002");
    let ran = cli.run(&["minimize", "binary.toml"]);
    refused(&ran, 2, "IC2001");
    let ran = cli.run(&["minimize", "absent.toml"]);
    refused(&ran, 3, "no file or folder `absent.toml`");
    let ran = cli.run(&["minimize", "failing.toml", "--reading", "OQ-1=upside-down"]);
    refused(&ran, 3, "OQ-1");
    let written = std::fs::read_to_string(cli.folder().join("taken.toml")).expect("there");
    assert_eq!(written, "mine");
    assert!(!cli.folder().join("failing.min.toml").exists());
    let ran = cli.run(&[
        "minimize",
        "failing.toml",
        "--output",
        "taken.toml",
        "--force",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

#[test]
fn a_case_that_does_not_fail_twice_is_called_flaky() {
    let cli = Cli::in_folder("minimize-flaky").with("crowded.toml", CROWDED);
    let file = cli.folder().join("crowded.toml");
    let made = AtomicUsize::new(0);
    let (exit, _) = own(&["minimize", file.to_str().expect("text")], || {
        // The first is made to ask for its door, the second is run.
        if made.fetch_add(1, Ordering::Relaxed) == 1 {
            deviants::target(Door::Session, Mistake::EndToldTwice)
        } else {
            simulator(Door::Session)
        }
    });
    assert_eq!(exit, Exit::Broken);
    assert!(!cli.folder().join("crowded.min.toml").exists());
}

/// That a smaller world is the larger one with rows left out: every reference still means the row it meant.
fn holds_together(small: &World, large: &World) {
    let server = |world: &World, place: usize| world.servers[place].name.clone();
    let relations = |world: &World, places: &[usize]| -> Vec<String> {
        let names = places
            .iter()
            .map(|place| world.relations[*place].name.clone());
        names.collect()
    };
    for scope in &small.scopes {
        let was = large.scopes.iter().find(|row| row.name == scope.name);
        let was = was.expect("a scope of the larger world");
        assert_eq!(server(small, scope.server), server(large, was.server));
        let before = relations(large, &was.relations);
        let after = relations(small, &scope.relations);
        assert!(after.iter().all(|name| before.contains(name)));
        if let Some(other) = scope.same_id_as {
            let before = was.same_id_as.expect("it shared an id");
            assert_eq!(small.scopes[other].name, large.scopes[before].name);
        }
    }
    let end = |world: &World, end: End| match end {
        End::Server(place) => server(world, place),
        other => format!("{other:?}"),
    };
    for relation in &small.relations {
        let was = large.relations.iter().find(|row| row.name == relation.name);
        let was = was.expect("a relation of the larger world");
        assert_eq!(end(small, relation.server1), end(large, was.server1));
        assert_eq!(end(small, relation.server2), end(large, was.server2));
    }
    for rule in &small.partner {
        let is_it = |was: &&ipamconf::world::PartnerRule<usize>| {
            let same_server = rule.server.is_none_or(|place| {
                was.server
                    .is_some_and(|was| server(large, was) == server(small, place))
            });
            let same_scope = rule.scope.is_none_or(|place| {
                was.scope
                    .is_some_and(|was| large.scopes[was].name == small.scopes[place].name)
            });
            was.does == rule.does && same_server && same_scope
        };
        assert!(large.partner.iter().any(|was| is_it(&was)), "{rule:?}");
    }
}

#[test]
fn generated_cases_shrink_to_the_same_small_one_and_hold_together_on_the_way() {
    let config = Config {
        cases: 60,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let shrunk = Cell::new(0);
    let result = runner.run(&worlds::samples(), |sample| {
        let subtasks = |case: &Case| {
            let trace = run_case(case, &mut *simulator(sample.door), &sample.readings);
            trace.is_ok_and(|trace| format!("{:?}", trace.log).contains("AddSubTask"))
        };
        if !subtasks(&sample.case) {
            return Ok(());
        }
        let small = minimize(&sample.case, |case| {
            holds_together(&case.world, &sample.case.world);
            subtasks(case)
        });
        prop_assert!(small.is_minimal, "{} tries", small.tries);
        prop_assert!(subtasks(&small.case));
        // One scope in one relation is what a subtask takes, however much there was.
        prop_assert!(small.case.world.scopes.len() <= 1);
        prop_assert!(small.case.world.servers.len() <= 2);
        prop_assert!(small.case.world.partner.is_empty());
        let again = minimize(&sample.case, subtasks);
        prop_assert_eq!(small.tries, again.tries);
        prop_assert_eq!(&small.case.world, &again.case.world);
        prop_assert_eq!(&small.case.steps, &again.case.steps);
        shrunk.set(shrunk.get() + 1);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(shrunk.get() >= 10, "only {} were made small", shrunk.get());
}

#[test]
fn of_a_case_that_fails_whatever_it_is_nothing_is_left() {
    let case = loaded(CROWDED).expect("it is read").cases.remove(0);
    let small = minimize(&case, |_| true);
    assert!(small.is_minimal);
    assert!(small.tries < 100, "{} tries", small.tries);
    let world = &small.case.world;
    assert!(world.scopes.is_empty() && world.relations.is_empty() && world.partner.is_empty());
    assert_eq!(small.case.steps.len(), 1);
    assert_eq!(small.case.expect.overall, None);
}

#[test]
fn of_a_case_that_needs_everything_everything_is_left() {
    let case = loaded(CROWDED).expect("it is read").cases.remove(0);
    let small = minimize(&case, |_| false);
    assert!(small.is_minimal);
    assert_eq!(small.case.world, case.world);
    assert_eq!(small.case.steps, case.steps);
}
