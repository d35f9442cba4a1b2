//! From the cases of a run to the whole report, and the report's JSON form.

use std::collections::BTreeMap;

use crate::report::data::{
    FileReport, MistakeReport, Report, RequirementReport, RequirementVerdict, ScenarioReport,
    Summary, Target, Times, Tool, VERSION,
};
use crate::report::words::Ordered;
use crate::scenario::Rejected;
use crate::spec::{Readings, RequirementId};

/// What is known of a run beside its cases.
#[derive(Debug, Clone)]
pub struct RunInfo {
    /// What was tested.
    pub target: Target,
    /// The seed of the run.
    pub seed: u64,
    /// Whether deviations count as failures.
    pub strict: bool,
    /// The readings in force.
    pub readings: Readings,
}

impl Report {
    /// The report on a run, its cases in the order they are to be shown in.
    #[must_use]
    pub fn new(run: &RunInfo, scenarios: Vec<ScenarioReport>) -> Self {
        let mut readings = Ordered::default();
        for (question, reading) in run.readings.all() {
            readings.push(question.name(), reading);
        }
        Self {
            version: VERSION,
            tool: Tool {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            target: run.target.clone(),
            seed: run.seed,
            strict: run.strict,
            readings,
            summary: Summary::of(&scenarios),
            requirements: requirements(&scenarios, run.strict),
            scenarios,
            files: Vec::new(),
            times: None,
        }
    }

    /// The same report with the files that could not be read.
    #[must_use]
    pub fn with_rejected(mut self, rejected: &[Rejected]) -> Self {
        let file = |rejected: &Rejected| FileReport {
            file: rejected.source.path.clone(),
            mistakes: rejected
                .errors
                .iter()
                .map(|error| {
                    let position = rejected.source.position(error.span.start);
                    MistakeReport {
                        code: error.code.name().to_owned(),
                        line: position.line,
                        column: position.column,
                        message: error.to_string(),
                    }
                })
                .collect(),
        };
        self.files = rejected.iter().map(file).collect();
        self
    }

    /// The same report with how long it took.
    #[must_use]
    pub fn timed(mut self, times: Times) -> Self {
        self.times = Some(times);
        self
    }

    /// The same report without what differs from run to run.
    #[must_use]
    pub fn without_times(mut self) -> Self {
        self.times = None;
        self
    }

    /// Whether any check of any case was judged; a run in which none was proves nothing.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        self.requirements
            .iter()
            .any(|row| row.verdict != RequirementVerdict::NotJudged)
    }
}

/// The report as one JSON object, for people to read too; ends in a line end.
#[must_use]
pub fn json(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(report)
        .expect("a report has only text keys and finite numbers");
    text.push('\n');
    text
}

fn requirements(scenarios: &[ScenarioReport], strict: bool) -> Vec<RequirementReport> {
    let mut rows: BTreeMap<RequirementId, RequirementReport> = BTreeMap::new();
    for scenario in scenarios {
        let mut worst: BTreeMap<RequirementId, RequirementVerdict> = BTreeMap::new();
        for check in &scenario.checks {
            let verdict = RequirementVerdict::of(check, strict);
            let entry = worst.entry(check.requirement).or_insert(verdict);
            *entry = verdict.max(*entry);
        }
        for (id, verdict) in worst {
            let row = rows.entry(id).or_insert_with(|| {
                let requirement = id.requirement();
                RequirementReport {
                    id,
                    section: requirement.section.to_owned(),
                    strength: requirement.strength,
                    says: requirement.step.to_owned(),
                    verdict: RequirementVerdict::NotJudged,
                    cases: 0,
                    so_in: 0,
                    scenarios: Vec::new(),
                }
            });
            if verdict != RequirementVerdict::NotJudged {
                if verdict > row.verdict {
                    row.verdict = verdict;
                    row.so_in = 0;
                }
                row.so_in += usize::from(verdict == row.verdict);
                row.cases += 1;
                if row.scenarios.last() != Some(&scenario.id)
                    && !row.scenarios.contains(&scenario.id)
                {
                    row.scenarios.push(scenario.id.clone());
                }
            }
        }
    }
    rows.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::verdict::CheckVerdict;

    fn report() -> Report {
        let scenario = sample::scenario();
        let context = sample::context(&scenario);
        sample::report(vec![
            sample::case_with(&[
                sample::overall_fails(),
                sample::passes(),
                sample::lease_fails(),
            ]),
            sample::case_with(&[sample::deviates(), sample::passes()]),
            ScenarioReport::skipped(&context, "no such capability"),
            ScenarioReport::error(&context, "connection refused"),
        ])
    }

    #[test]
    fn a_report_survives_its_json() {
        let report = report().timed(Times {
            seconds_total: 1.5,
            seconds: vec![0.5; 4],
        });
        let text = json(&report);
        assert!(text.ends_with("}\n"));
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
        let untimed = report.without_times();
        assert!(!json(&untimed).contains("seconds"));
        assert_eq!(
            serde_json::from_str::<Report>(&json(&untimed)).unwrap(),
            untimed
        );
    }

    #[test]
    fn the_minimum_shape_is_there_in_its_order() {
        let text = json(&report());
        let mut rest = text.as_str();
        for key in [
            "version",
            "tool",
            "target",
            "seed",
            "readings",
            "summary",
            "scenarios",
            "id",
            "file",
            "title",
            "door",
            "case",
            "verdict",
            "events",
            "kind",
            "name",
            "checks",
            "requirement",
            "verdict",
            "grade",
            "at",
            "line",
            "column",
            "event",
            "expected",
            "found",
        ] {
            let at = rest.find(&format!("\"{key}\":"));
            let at = at.unwrap_or_else(|| panic!("`{key}` is not where it should be"));
            rest = &rest[at + key.len()..];
        }
        let (_, requirements) = text.rsplit_once("\"requirements\": [").unwrap();
        for key in ["id", "section", "verdict", "scenarios"] {
            assert!(requirements.contains(&format!("\"{key}\":")), "{key}");
        }
    }

    #[test]
    fn a_requirement_is_as_good_as_the_worst_of_its_checks() {
        let mut unseen = sample::passes();
        unseen.requirement = RequirementId::R_SM_9;
        unseen.verdict = CheckVerdict::NotObservable;
        let cases = vec![
            sample::case_with(&[sample::deviates(), sample::passes(), unseen]),
            sample::case_with(&[sample::overall_fails()]),
        ];
        let summary = |report: &Report| -> Vec<_> {
            let rows = report.requirements.iter();
            rows.map(|row| (row.id, row.verdict, row.cases)).collect()
        };
        let report = sample::report(cases[..1].to_vec());
        assert_eq!(
            summary(&report),
            [
                (RequirementId::R_INIT_6, RequirementVerdict::Pass, 1),
                (RequirementId::R_SM_9, RequirementVerdict::NotJudged, 0),
                (RequirementId::R_31_4, RequirementVerdict::Deviates, 1),
            ]
        );
        let report = sample::report(cases);
        assert_eq!(
            summary(&report)[2],
            (RequirementId::R_31_4, RequirementVerdict::Fail, 2)
        );
        assert_eq!(
            report.requirements[2].scenarios,
            ["replicate-server/lease-time"]
        );
        assert_eq!((report.summary.fail, report.summary.deviates), (1, 1));
    }
}
