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
mod human;
mod junit;
#[cfg(test)]
mod sample;
mod snapshot;
mod text;
mod words;

pub use assemble::{RunInfo, json};
pub use build::{CaseContext, case_verdict, command_again};
pub use data::{
    At, CaseVerdict, CheckReport, Label, PointsAt, ReadingReport, Report, RequirementReport,
    RequirementVerdict, ScenarioReport, Snapshot, SnapshotVerdict, StepReport, Summary, Target,
    Times, Tool, VERSION,
};
pub use diagnostic::{diagnostic, warning};
pub use difference::difference_lines;
pub use event::{EventKind, EventReport};
pub use excerpt::Excerpt;
pub use human::{HumanOptions, human};
pub use junit::junit;
pub use snapshot::{common_part, snapshot, snapshot_name};
pub use text::line as one_line;
pub use words::Ordered;
