//! The report as data: everything that any of its readers shows.
//!
//! Field order is that of the JSON. Event and step numbers are those of the trace, from 0.

use serde::{Deserialize, Serialize};

use crate::report::event::EventReport;
use crate::report::excerpt::Excerpt;
use crate::report::words::{self, Ordered};
use crate::spec::{Grade, RequirementId, Strength};
use crate::trace::Door;
use crate::verdict::{CheckVerdict, Judge};

/// The version of the report's form. What is only added keeps it.
pub const VERSION: u32 = 1;

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The version of this form.
    pub version: u32,
    /// What made the report.
    pub tool: Tool,
    /// What was tested.
    pub target: Target,
    /// The seed of the run.
    pub seed: u64,
    /// Whether deviations count as failures.
    pub strict: bool,
    /// Every question and the reading in force.
    pub readings: Ordered<String>,
    /// Cases by verdict.
    pub summary: Summary,
    /// One entry for each door and case.
    pub scenarios: Vec<ScenarioReport>,
    /// The files that could not be read, and so were not run.
    #[serde(default)]
    pub files: Vec<FileReport>,
    /// One entry for each requirement that a check cites, in the order of the requirement table.
    pub requirements: Vec<RequirementReport>,
    /// How long it took: the one part that differs from run to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<Times>,
}

/// What made a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
}

/// What was tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The doors it was reached through, such as `delegate, session`.
    pub door: String,
    /// Its address as the user gave it.
    pub address: String,
}

/// Cases by verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each field counts the verdict it is named for")]
pub struct Summary {
    /// All of them.
    pub cases: usize,
    pub pass: usize,
    pub fail: usize,
    pub deviates: usize,
    pub error: usize,
    pub skipped: usize,
    pub unjudged: usize,
    /// Checks, not cases: those that did not pass and are accepted by the baseline.
    #[serde(default)]
    pub accepted: usize,
}

impl Summary {
    /// Every verdict with its count, in the order of the fields.
    #[must_use]
    pub const fn counts(&self) -> [(CaseVerdict, usize); 6] {
        [
            (CaseVerdict::Pass, self.pass),
            (CaseVerdict::Fail, self.fail),
            (CaseVerdict::Deviates, self.deviates),
            (CaseVerdict::Error, self.error),
            (CaseVerdict::Skipped, self.skipped),
            (CaseVerdict::Unjudged, self.unjudged),
        ]
    }

    pub(super) fn of(scenarios: &[ScenarioReport]) -> Self {
        let mut summary = Self {
            cases: scenarios.len(),
            ..Self::default()
        };
        for scenario in scenarios {
            summary.accepted += scenario.accepted().count();
            *match scenario.verdict {
                CaseVerdict::Pass => &mut summary.pass,
                CaseVerdict::Fail => &mut summary.fail,
                CaseVerdict::Deviates => &mut summary.deviates,
                CaseVerdict::Error => &mut summary.error,
                CaseVerdict::Skipped => &mut summary.skipped,
                CaseVerdict::Unjudged => &mut summary.unjudged,
            } += 1;
        }
        summary
    }
}

/// The verdict on a case, through one door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaseVerdict {
    /// All as expected.
    Pass,
    /// A requirement is broken.
    Fail,
    /// Something differs that is only to be shown.
    Deviates,
    /// It could not be carried out.
    Error,
    /// It was not run.
    Skipped,
    /// Nothing that it expects could be observed.
    Unjudged,
}

impl CaseVerdict {
    /// The word used in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Deviates => "deviates",
            Self::Error => "error",
            Self::Skipped => "skipped",
            Self::Unjudged => "unjudged",
        }
    }
}

/// A scenario file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    /// The file.
    pub file: String,
    /// Its mistakes, by position.
    pub mistakes: Vec<MistakeReport>,
}

/// A mistake in a scenario file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MistakeReport {
    /// Such as `IC2101`.
    pub code: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong, what was found, what would have been right.
    pub message: String,
}

/// One case through one door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioReport {
    /// What the scenario is called.
    pub id: String,
    /// Its file as the user knows it.
    pub file: String,
    /// The behaviour as a claim.
    pub title: String,
    /// The door.
    #[serde(with = "words::door")]
    pub door: Door,
    /// The case's name; `null` where the file has no cases.
    pub case: Option<String>,
    /// The line of the case in the file.
    pub line: usize,
    /// The column there.
    pub column: usize,
    /// The line's text.
    pub source: Excerpt,
    /// What came out.
    pub verdict: CaseVerdict,
    /// Why it was skipped or could not be carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The seed in force.
    pub seed: u64,
    /// How to run it again.
    pub command: String,
    /// The requirements it is about, the most telling first.
    #[serde(with = "words::requirements")]
    pub requirements: Vec<RequirementId>,
    /// The steps.
    pub steps: Vec<StepReport>,
    /// How many events there were; more than are listed where there were very many.
    pub events_total: usize,
    /// The events in order.
    pub events: Vec<EventReport>,
    /// What differs in the store between the beginning and the end, a line each.
    pub difference: Vec<String>,
    /// What the checks found, in their order.
    pub checks: Vec<CheckReport>,
    /// The comparison with the accepted trace, if it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<Snapshot>,
    /// The first difference between repeats of the case; where there is one, the case fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaky: Option<Flaky>,
}

impl ScenarioReport {
    /// The checks that did not pass and are accepted, each with why.
    pub fn accepted(&self) -> impl Iterator<Item = (&CheckReport, &Accepted)> {
        self.checks
            .iter()
            .filter_map(|check| Some((check, check.accepted.as_ref()?)))
    }
}

/// Two runs of the same case that showed different things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flaky {
    /// Which repeat differs from the first one, from 2.
    pub repeat: usize,
    /// The number of the first differing line of the trace, from 1.
    pub line: usize,
    /// What the first run shows there; `null` where its trace has ended.
    pub first: Option<String>,
    /// What the repeat shows there.
    pub then: Option<String>,
}

/// One step of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReport {
    /// Its number, from 0.
    pub number: usize,
    /// Its action.
    pub action: String,
    /// The line it stands on.
    pub line: usize,
    /// `done`, `closed` or `not-reached`.
    pub outcome: String,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// The requirement it cites.
    #[serde(with = "words::requirement")]
    pub requirement: RequirementId,
    /// The section of the document.
    pub section: String,
    /// How strongly the document puts it.
    #[serde(with = "words::strength")]
    pub strength: Strength,
    /// Which check it is.
    pub check: String,
    /// Which part of the suite made it.
    #[serde(with = "words::judge")]
    pub judge: Judge,
    /// What came out.
    #[serde(with = "words::check_verdict")]
    pub verdict: CheckVerdict,
    /// How a difference counts.
    #[serde(with = "words::grade")]
    pub grade: Grade,
    /// How many checks this entry stands for: passing ones that agree in all the rest are listed once.
    pub count: usize,
    /// The place.
    pub at: At,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
    /// A second place that helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    /// The reading under which it would have passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<ReadingReport>,
    /// Why it counts for nothing although it did not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
}

impl CheckReport {
    /// Whether the check makes its case fail.
    #[must_use]
    pub const fn fails(&self, strict: bool) -> bool {
        match self.verdict {
            _ if self.accepted.is_some() => false,
            CheckVerdict::Fail => true,
            CheckVerdict::Deviates | CheckVerdict::NotReached => strict,
            CheckVerdict::Pass | CheckVerdict::NotObservable => false,
        }
    }

    /// Whether it shows a difference that is only to be shown.
    #[must_use]
    pub fn deviates(&self, strict: bool) -> bool {
        self.verdict == CheckVerdict::Deviates && self.accepted.is_none() && !strict
    }
}

/// What a baseline says of a check that did not pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Why it is accepted.
    pub reason: String,
    /// Where that is followed up.
    pub issue: String,
    /// The last day it is accepted on, such as `2027-01-31`.
    pub expires: String,
}

/// A place in a scenario and in what happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// What stands there.
    pub points_at: PointsAt,
    /// The number of the event concerned.
    pub event: Option<usize>,
    /// The number of the step concerned.
    pub step: Option<usize>,
    /// The line's text, where the check did not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Excerpt>,
}

/// What a place in a scenario is the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PointsAt {
    /// Of the expectation that asks for it.
    Expectation,
    /// Of the step concerned; no expectation asks for it, the suite does.
    Step,
    /// Of the case.
    Case,
}

/// A second place, with a few words on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// The words.
    pub text: String,
    /// The line's text.
    pub source: Excerpt,
}

/// A question and one of its readings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingReport {
    /// The question.
    pub question: String,
    /// The reading.
    pub reading: String,
}

/// The comparison of a trace with the accepted one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// What came out.
    pub verdict: SnapshotVerdict,
    /// The differing lines; empty where there are none.
    pub diff: String,
}

/// How a trace compares with the accepted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SnapshotVerdict {
    /// The same.
    Same,
    /// Another.
    Changed,
    /// None was accepted yet.
    Pending,
}

/// The verdict on a requirement, over all cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequirementReport {
    /// The requirement.
    #[serde(with = "words::requirement")]
    pub id: RequirementId,
    /// The section of the document.
    pub section: String,
    /// How strongly the document puts it.
    #[serde(with = "words::strength")]
    pub strength: Strength,
    /// What has to happen, in our words.
    pub says: String,
    /// The worst of its checks.
    pub verdict: RequirementVerdict,
    /// In how many cases it was judged, through any door.
    pub cases: usize,
    /// In how many of them its verdict is the one above.
    #[serde(default)]
    pub so_in: usize,
    /// The scenarios that judged it, in the order they were run.
    pub scenarios: Vec<String>,
}

/// The verdict on a requirement: the worst of its checks. The order is from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequirementVerdict {
    /// Checks cite it, and none of them could be judged.
    NotJudged,
    /// All that were judged found what they expected.
    Pass,
    /// It is broken, but only where the baseline accepts it.
    Accepted,
    /// Something differs that is only to be shown.
    Deviates,
    /// It is broken.
    Fail,
}

impl RequirementVerdict {
    /// The word used in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotJudged => "not-judged",
            Self::Pass => "pass",
            Self::Accepted => "accepted",
            Self::Deviates => "deviates",
            Self::Fail => "fail",
        }
    }

    /// Whether it is broken, or differs in what is only to be shown.
    #[must_use]
    pub const fn is_wrong(self) -> bool {
        matches!(self, Self::Deviates | Self::Fail)
    }

    pub(super) const fn of(check: &CheckReport, strict: bool) -> Self {
        match check.verdict {
            _ if check.accepted.is_some() => Self::Accepted,
            CheckVerdict::Fail => Self::Fail,
            CheckVerdict::Deviates if strict => Self::Fail,
            CheckVerdict::Deviates => Self::Deviates,
            CheckVerdict::Pass => Self::Pass,
            CheckVerdict::NotObservable | CheckVerdict::NotReached => Self::NotJudged,
        }
    }
}

/// How long a run took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// The whole run.
    pub seconds_total: f64,
    /// Each entry of `scenarios`, in their order.
    pub seconds: Vec<f64>,
}
