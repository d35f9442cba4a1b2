//! The traces of a run beside the accepted ones.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::cli::CliError;
use crate::cli::args::SnapshotMode;
use crate::cli::run::jobs::{Finished, Job};
use crate::cli::snapshots::{self, Policy};
use crate::cli::subject::DOORS;
use crate::report::{CaseVerdict, Snapshot, SnapshotVerdict, snapshot_name};
use crate::scenario::Scenario;
use crate::trace::Door;

/// Compares each case's trace with its snapshot: that of the door `session` where it has one. The door `delegate`
/// has to agree with it on what both show. Gives the names of those that are new or changed.
pub(super) fn visit_snapshots(
    jobs: &[Job<'_>],
    finished: &mut [(usize, Finished)],
    policy: Policy,
) -> Result<BTreeSet<String>, CliError> {
    let mut common: Option<(usize, usize, String)> = None;
    let mut to_review = BTreeSet::new();
    // Doors stand in the order of `Door::ALL`, so a case's delegate comes right before its session.
    for position in 0..finished.len() {
        let (index, result) = &finished[position];
        let job = &jobs[*index];
        let Some((text, shared)) = result.texts.clone() else {
            continue;
        };
        let is_primary = !job.case.doors.contains(&Door::Session) || job.door == Door::Session;
        if !is_primary {
            common = Some((*index, position, shared));
            continue;
        }
        let name = snapshot_name(&job.scenario.id, job.case.name.as_deref());
        if let Some(folder) = snapshots::folder_of(Path::new(&job.scenario.source.path)) {
            // The trace of a case that fails is nothing to accept.
            let failed = matches!(
                result.report.verdict,
                CaseVerdict::Fail | CaseVerdict::Error
            );
            let policy = match policy.mode {
                SnapshotMode::Update if failed => Policy {
                    mode: SnapshotMode::Check,
                    ..policy
                },
                _ => policy,
            };
            let visited = snapshots::visit(&folder, &name, &text, policy)?;
            if let Some(snapshot) = visited {
                if snapshot.verdict != SnapshotVerdict::Same {
                    to_review.insert(name);
                }
                attach(&mut finished[position].1, snapshot);
            }
        }
        if let Some((other, other_position, other_shared)) = common.take()
            && std::ptr::eq(jobs[other].case, job.case)
            && other_shared != shared
            && policy.mode != SnapshotMode::Off
        {
            let diff = snapshots::diff(&shared, &other_shared);
            let diff = format!("the doors `session` and `delegate` show different things\n{diff}");
            attach(
                &mut finished[other_position].1,
                Snapshot {
                    verdict: SnapshotVerdict::Changed,
                    diff,
                },
            );
        }
    }
    Ok(to_review)
}

fn attach(finished: &mut Finished, snapshot: Snapshot) {
    if finished.report.verdict != CaseVerdict::Error {
        finished.report = finished.report.clone().with_snapshot(snapshot);
    }
}

pub(super) fn leftovers(scenarios: &[Scenario], told: &BTreeSet<String>) -> Vec<String> {
    let mut names = BTreeSet::new();
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    for scenario in scenarios {
        folders.extend(snapshots::folder_of(Path::new(&scenario.source.path)));
        for case in scenario
            .cases
            .iter()
            .filter(|case| case.doors.iter().any(|door| DOORS.contains(door)))
        {
            names.insert(snapshot_name(&scenario.id, case.name.as_deref()));
        }
    }
    folders
        .iter()
        .flat_map(|folder| snapshots::leftovers(folder, &names, told))
        .collect()
}
