//! Which requirements the corpus tests and by which checks, held against a committed list: nobody loses one unseen.
//!
//! The list is worked out from the checks that really judged something on our simulator. What is new there is taken
//! over by `UPDATE_EXPECT=1 cargo test --test accounting`; what is lost has to be explained to whoever reads the
//! difference.

#[path = "support/corpus.rs"]
mod corpus;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use ipamconf::scenario::Case;
use ipamconf::spec::{REQUIREMENTS, RequirementId};
use ipamconf::trace::Door;

/// The checks that judged something, by the requirement they cite: `oracle:end` and the like.
static FIRED: LazyLock<BTreeMap<RequirementId, BTreeSet<String>>> = LazyLock::new(|| {
    let mut fired: BTreeMap<RequirementId, BTreeSet<String>> = BTreeMap::new();
    for scenario in &corpus::scenarios() {
        for case in &scenario.cases {
            for door in case.doors.iter().filter(|door| counts(case, **door)) {
                let (_, checks) = corpus::run(case, *door);
                for check in checks.iter().filter(|check| check.verdict.is_judged()) {
                    fired.entry(check.requirement).or_default().insert(format!(
                        "{}:{}",
                        check.judge.name(),
                        check.check
                    ));
                }
            }
        }
    }
    fired
});

/// The doors in process, and the session behind envelopes where the world is small: a large one shows no other form.
fn counts(case: &Case, door: Door) -> bool {
    corpus::DOORS.contains(&door) || (door == Door::Http && case.world.scopes.len() <= 1000)
}

/// A line for each requirement: id, status, and the checks or the reason.
fn account() -> String {
    let fired = &*FIRED;
    let mut text =
        String::from("# requirement\tstatus\tchecks that judged it, or why there is none\n");
    for id in REQUIREMENTS.iter().map(|row| row.id) {
        let (status, by) = match (fired.get(&id), id.implied_by(), id.excluded()) {
            (Some(checks), ..) => {
                let checks: Vec<_> = checks.iter().map(String::as_str).collect();
                ("tested", checks.join(" "))
            }
            (None, Some(other), _) if fired.contains_key(&other) => {
                ("implied", format!("by {other}"))
            }
            (None, _, Some(reason)) => ("excluded", reason.to_owned()),
            (None, ..) => ("untested", String::new()),
        };
        text += &format!("{id}\t{status}\t{by}\n");
    }
    text
}

#[test]
fn no_requirement_and_no_check_is_lost() {
    let path = corpus::root().join("tests/accounting.tsv");
    let now = account();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &now).expect("the list can be written");
        return;
    }
    let committed = std::fs::read_to_string(&path).expect("the list is committed");
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (before, after) = (lines(&committed), lines(&now));
    let gone: Vec<_> = before.difference(&after).collect();
    let new: Vec<_> = after.difference(&before).collect();
    assert!(
        gone.is_empty() && new.is_empty(),
        "the checks that judge the corpus have changed.\nwas: {gone:#?}\nis: {new:#?}\n\
         If nothing is lost: UPDATE_EXPECT=1 cargo test --test accounting"
    );
}

#[test]
fn every_requirement_is_tested_implied_or_excluded() {
    let untested: Vec<_> = account()
        .lines()
        .filter(|line| line.contains("\tuntested\t"))
        .map(str::to_owned)
        .collect();
    assert_eq!(untested, Vec::<String>::new());
}

#[test]
fn what_implies_a_requirement_is_tested_itself() {
    let fired = &*FIRED;
    for id in REQUIREMENTS.iter().map(|row| row.id) {
        if let Some(other) = id.implied_by() {
            assert!(
                fired.contains_key(&other),
                "{id} is implied by {other}, which nothing tests"
            );
            assert!(
                !fired.contains_key(&id),
                "{id} is tested: it need not be implied by {other}"
            );
        }
    }
}
