//! The accepted traces: one snapshot for each case, the same files that `ipamconf run` compares with.

#[path = "support/corpus.rs"]
mod corpus;

use std::collections::BTreeSet;

use ipamconf::report::{common_part, snapshot, snapshot_name};
use ipamconf::trace::Door;

#[test]
fn every_trace_is_the_accepted_one() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for scenario in corpus::scenarios() {
            for case in &scenario.cases {
                let ours = |door: &Door| case.doors.contains(door);
                let door = match (ours(&Door::Session), ours(&Door::Delegate)) {
                    (true, _) => Door::Session,
                    (false, true) => Door::Delegate,
                    (false, false) => continue,
                };
                let (trace, _) = corpus::run(case, door);
                let name = snapshot_name(&scenario.id, case.name.as_deref());
                insta::assert_snapshot!(name, snapshot(&trace));
            }
        }
    });
}

#[test]
fn every_snapshot_belongs_to_a_case() {
    let mut names = BTreeSet::new();
    for scenario in corpus::scenarios() {
        for case in &scenario.cases {
            let name = snapshot_name(&scenario.id, case.name.as_deref());
            assert!(
                names.insert(name.clone()),
                "two cases share the snapshot {name}"
            );
        }
    }
    for entry in std::fs::read_dir(corpus::root().join("snapshots")).unwrap() {
        let file = entry.unwrap().file_name().to_string_lossy().into_owned();
        let name = file.strip_suffix(".snap");
        assert!(
            name.is_some_and(|name| names.contains(name)),
            "{file} belongs to no case"
        );
    }
}

#[test]
fn the_doors_agree_on_what_both_show() {
    for scenario in corpus::scenarios() {
        for case in &scenario.cases {
            if case.doors.contains(&Door::Session) && case.doors.contains(&Door::Delegate) {
                let [delegate, session] = [Door::Delegate, Door::Session]
                    .map(|door| common_part(&corpus::run(case, door).0));
                assert_eq!(delegate, session, "{}", corpus::case_name(&scenario, case));
            }
        }
    }
}
