//! A case written as a file and read again is the same case: over the corpus, and over generated worlds and calls.

use ipamconf::door::{DelegateTarget, SessionTarget};
use ipamconf::format::format;
use ipamconf::report::snapshot;
use ipamconf::scenario::{
    Action, Case, Head, Initialize, NotWritable, Scenario, SetValue, Source, read, write,
};
use ipamconf::spec::{DhcpDnsUpdateType, Readings};
use ipamconf::suite::{Target, run_case};
use ipamconf::trace::Door;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/worlds.rs"]
mod worlds;

use worlds::Sample;

/// Generated cases of each family.
const CASES: u32 = 400;

fn head(scenario: &Scenario, case: &Case) -> Head {
    Head {
        title: scenario.title.value.clone(),
        description: scenario.description.clone(),
        requirements: case.requirements.clone(),
        tags: scenario.tags.clone(),
        doors: scenario
            .written
            .doors
            .as_ref()
            .map(|doors| doors.value.clone()),
    }
}

fn trace(case: &Case, door: Door, readings: &Readings) -> Option<String> {
    let mut target: Box<dyn Target> = match door {
        Door::Delegate => Box::new(DelegateTarget::default()),
        Door::Session => Box::new(SessionTarget::default()),
        _ => return None,
    };
    let trace = run_case(case, &mut *target, readings).ok()?;
    Some(snapshot(&trace))
}

fn read_back(text: &str) -> Scenario {
    read("back", Source::new("back.toml", text)).unwrap_or_else(|rejected| {
        panic!("{text}\n{}", rejected.errors[0]);
    })
}

#[test]
fn every_case_of_the_corpus_comes_back() {
    let mut cases = 0;
    for scenario in corpus::scenarios() {
        for case in &scenario.cases {
            let name = format!("{} {:?}", scenario.id, case.name);
            let head = head(&scenario, case);
            let text = write(&head, case).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(
                format(&text).expect("it is TOML"),
                text,
                "{name}: not in the layout of fmt"
            );
            let back = read_back(&text);
            let again = &back.cases[0];
            assert_eq!(back.title.value, head.title, "{name}");
            assert_eq!(back.description, head.description, "{name}");
            assert_eq!(back.tags, head.tags, "{name}");
            assert_eq!(again.requirements, case.requirements, "{name}");
            assert_eq!(again.doors, case.doors, "{name}");
            assert_eq!(again.world.set_up(), case.world.set_up(), "{name}");
            assert_eq!(write(&head, again).ok(), Some(text), "{name}");
            for door in &case.doors {
                let readings = Readings::default();
                let traces = [case, again].map(|case| trace(case, *door, &readings));
                assert_eq!(traces[0], traces[1], "{name}, door {door}");
            }
            cases += 1;
        }
    }
    assert!(cases > 300, "only {cases} cases");
}

/// Whether the language has words for all of it; where it has not, the writer has to say so.
fn is_sayable(case: &Case) -> bool {
    let details = || case.world.scopes.iter().map(|scope| &scope.details);
    details().all(|details| {
        let one_family = details.start_address.is_ipv4() == details.end_address.is_ipv4();
        one_family && details.dns_update_type != DhcpDnsUpdateType::None
    }) && case.steps.iter().all(|step| match &step.action {
        Action::Initialize(initialize) | Action::Replicate { initialize, .. } => {
            gives_members_once(initialize)
        }
        _ => true,
    })
}

fn gives_members_once(initialize: &Initialize) -> bool {
    fn once(set: &[(String, SetValue)]) -> bool {
        set.iter().enumerate().all(|(place, (name, value))| {
            let is_first = set[..place].iter().all(|(other, _)| other != name);
            is_first
                && match value {
                    SetValue::Members(inner) => once(inner),
                    _ => true,
                }
        })
    }
    once(&initialize.set)
}

fn comes_back(sample: &Sample, said: &mut u32) -> Result<(), TestCaseError> {
    let mut case = sample.case.clone();
    case.readings = sample.readings.clone();
    let head = Head {
        title: "found by chance".to_owned(),
        ..Head::default()
    };
    let text = match write(&head, &case) {
        Ok(text) => text,
        Err(NotWritable::Value { .. } | NotWritable::Refused(_)) if !is_sayable(&case) => {
            return Ok(());
        }
        Err(error) => return Err(TestCaseError::fail(error.to_string())),
    };
    *said += 1;
    prop_assert_eq!(&format(&text).expect("it is TOML"), &text);
    let back = read_back(&text);
    let again = &back.cases[0];
    // A caller and preconditions, which the door `delegate` passes over, are for doors with a session.
    prop_assert!(again.doors.contains(&Door::Session));
    let mut setups = [&case, again].map(|case| case.world.set_up());
    for setup in &mut setups {
        for rule in setup.partner.iter_mut().filter(|rule| !rule.does.waits()) {
            rule.delay = std::time::Duration::ZERO;
        }
    }
    prop_assert_eq!(&setups[0], &setups[1]);
    let readings = Readings::default();
    let traces = [&case, again].map(|case| trace(case, sample.door, &readings));
    prop_assert_eq!(&traces[0], &traces[1]);
    prop_assert_eq!(write(&head, again).ok(), Some(text));
    Ok(())
}

fn check(strategy: impl Strategy<Value = Sample>) {
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let said = std::cell::Cell::new(0);
    let result = runner.run(&strategy, |sample| {
        let mut count = said.get();
        let result = comes_back(&sample, &mut count);
        said.set(count);
        result
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(
        said.get() > CASES / 4,
        "only {} cases could be written",
        said.get()
    );
}

#[test]
fn generated_cases_come_back() {
    check(worlds::samples());
}

#[test]
fn generated_replications_come_back() {
    check(worlds::replications());
}

/// A case of the smallest world that replicates, changed as a test likes it.
fn small(change: impl FnOnce(&mut Case)) -> Case {
    let text = "title = \"t\"\n\n[world]\n\
        servers = [{ name = \"S\" }, { name = \"P1\" }]\n\
        relations = [{ name = \"R1\", server1 = \"S\", server2 = \"P1\" }]\n\
        scopes = [{ name = \"A\", server = \"S\", subnet = \"10.0.1.0/24\", relation = \"R1\" }]\n";
    let mut case = read_back(text).cases.remove(0);
    change(&mut case);
    case
}

fn world(case: &mut Case) -> &mut ipamconf::world::World {
    std::sync::Arc::make_mut(&mut case.world)
}

#[test]
fn what_is_as_the_language_leaves_it_is_left_out() {
    let case = small(|case| {
        case.seed = Some(7);
        let scope = &mut world(case).scopes[0];
        scope.details.subnet_delay = 5;
        scope.details.description = "costs ${price}, \"all in\"".to_owned();
        let mut copy = scope.clone();
        copy.name = "A on P1".to_owned();
        copy.server = 1;
        copy.relations.clear();
        copy.details.subnet_delay = 0;
        copy.details.description.clear();
        world(case).scopes.push(copy);
    });
    let head = Head {
        title: "a title".to_owned(),
        description: Some("found with seed 7".to_owned()),
        ..Head::default()
    };
    let expected = r#"title = "a title"
description = "found with seed 7"
seed = 7

[world]
servers = [{ name = "S" }, { name = "P1" }]
relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1", subnet_delay = 5, description = 'costs $${price}, "all in"' },
  { name = "A on P1", server = "P1", subnet = "10.0.1.0/24" },
]
"#;
    assert_eq!(write(&head, &case).expect("it can be said"), expected);
}

#[test]
fn what_the_language_cannot_say_is_an_error_and_no_file() {
    let refused = |change: fn(&mut Case)| {
        let case = small(change);
        let error = write(&Head::default(), &case).expect_err("this cannot be said");
        (error.to_string(), error)
    };
    let (text, error) = refused(|case| {
        world(case).scopes[0].details.dns_update_type = DhcpDnsUpdateType::None;
    });
    assert!(matches!(error, NotWritable::Value { .. }), "{text}");
    assert_eq!(
        text,
        "the scenario language cannot say the way of DNS updates of the scope `A`: found None"
    );
    let (text, error) = refused(|case| world(case).servers[1].name = "S".to_owned());
    assert!(matches!(error, NotWritable::Refused(_)), "{text}");
    let (text, error) = refused(|case| world(case).scopes[0].name = "nil".to_owned());
    assert!(matches!(error, NotWritable::Refused(_)), "{text}");
    let (text, error) = refused(|case| case.steps.clear());
    assert!(matches!(error, NotWritable::Differs("steps")), "{text}");
    let (text, error) = refused(|case| world(case).scopes[0].relations = vec![4]);
    assert!(matches!(error, NotWritable::Value { .. }), "{text}");
    let (text, error) = refused(|case| {
        world(case).scopes[0].details.description = "x".repeat(5 * 1024 * 1024);
    });
    assert!(matches!(error, NotWritable::TooLarge(_)), "{text}");
}
