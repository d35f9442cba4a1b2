//! What a run came to: one [`Report`] value, its JSON form, and its readers for terminals and CI systems.
//!
//! Floor 4. Pure functions of data: no IO but the writer handed in, no clock, and no reader judges anything again.

mod assemble;
mod block;
mod build;
mod data;
mod diagnostic;
mod difference;
mod event;
mod excerpt;
mod github;
mod human;
mod junit;
mod markdown;
mod order;
#[cfg(test)]
mod sample;
mod snapshot;
mod text;
mod words;

pub use assemble::{RunInfo, json};
pub use build::{CaseContext, case_verdict, command_again, quoted};
pub use data::{
    Accepted, At, CaseVerdict, CheckReport, FileReport, Flaky, Label, MistakeReport, PointsAt,
    ReadingReport, Report, RequirementReport, RequirementVerdict, ScenarioReport, Snapshot,
    SnapshotVerdict, StepReport, Summary, Target, Times, Tool, VERSION,
};
pub use diagnostic::{diagnostic, warning};
pub use difference::difference_lines;
pub use event::{EventKind, EventReport};
pub use excerpt::Excerpt;
pub use github::{Annotation, annotation, github};
pub use human::{HumanOptions, human};
pub use junit::junit;
pub use markdown::markdown;
pub use order::first_failure;
pub use snapshot::{common_part, snapshot, snapshot_name, trace_lines};
pub use text::line as one_line;
pub use words::Ordered;
