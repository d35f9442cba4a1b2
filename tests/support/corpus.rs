//! The corpus as tests read it: every scenario file of the project, and a way to run a case.

#![allow(
    dead_code,
    clippy::redundant_pub_crate,
    reason = "each test uses a part of it"
)]

use std::path::{Path, PathBuf};

use ipamconf::check::check;
use ipamconf::door::{DelegateTarget, SessionTarget, SoapTarget};
use ipamconf::scenario::{Case, Scenario, read_bytes};
use ipamconf::spec::Readings;
use ipamconf::suite::{Target, run_case};
use ipamconf::trace::{Door, Trace};
use ipamconf::verdict::CheckResult;

/// The project's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every scenario file, in the order of their names.
pub(crate) fn files() -> Vec<PathBuf> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("the corpus can be listed") {
            let path = entry.expect("the corpus can be listed").path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                found.push(path);
            }
        }
    }
    let mut files = Vec::new();
    collect(&root().join("scenarios"), &mut files);
    files.sort();
    files
}

/// Every scenario of the corpus; a file that cannot be read ends the test with its mistakes.
pub(crate) fn scenarios() -> Vec<Scenario> {
    files()
        .iter()
        .map(|file| {
            let below = file
                .strip_prefix(root())
                .expect("the corpus is below the root");
            let id = below
                .strip_prefix("scenarios")
                .expect("a scenario")
                .with_extension("");
            let id = id
                .iter()
                .map(|part| part.to_string_lossy())
                .collect::<Vec<_>>()
                .join("/");
            let bytes = std::fs::read(file).expect("a scenario can be read");
            read_bytes(&id, &below.to_string_lossy(), &bytes)
                .unwrap_or_else(|rejected| panic!("{rejected}"))
        })
        .collect()
}

/// The doors that the simulator is reached through in process.
pub(crate) const DOORS: &[Door] = &[Door::Delegate, Door::Session];

/// Runs a case of the corpus through a door of the simulator.
pub(crate) fn run(case: &Case, door: Door) -> (Trace, Vec<CheckResult>) {
    let mut delegate = DelegateTarget::default();
    let mut session = SessionTarget::default();
    let mut envelopes = SoapTarget::new(SessionTarget::default()).at(door);
    let target: &mut dyn Target = match door {
        Door::Delegate => &mut delegate,
        Door::Http => &mut envelopes,
        _ => &mut session,
    };
    let readings = Readings::default();
    let trace = run_case(case, target, &readings).expect("the simulator can run the corpus");
    let checks = check(case, &trace, &readings);
    (trace, checks)
}

/// What people call a case.
pub(crate) fn case_name(scenario: &Scenario, case: &Case) -> String {
    match &case.name {
        Some(name) => format!("{}: {name}", scenario.id),
        None => scenario.id.clone(),
    }
}
