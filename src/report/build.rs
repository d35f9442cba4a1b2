//! From what a run showed and its checks found to the case's entry in the report.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::data::{
    Accepted, At, CaseVerdict, CheckReport, Flaky, Label, PointsAt, ReadingReport, ScenarioReport,
    Snapshot, StepReport,
};
use crate::report::event::events;
use crate::report::excerpt::Excerpt;
use crate::report::text;
use crate::scenario::{Case, Scenario, Source};
use crate::spec::Readings;
use crate::trace::{Door, StepOutcome, Trace};
use crate::verdict::{CheckResult, CheckVerdict, Judge, Span};

/// The most lines of store differences that a report keeps of a case.
const DIFFERENCE_MAX: usize = 1000;
/// The most events that checks speak of and that are listed for it.
const CONCERNED_MAX: usize = 100;
/// The most steps that a report lists of a case.
const STEPS_MAX: usize = 1000;

/// The verdict on a case: fail if a check fails, else deviates if one deviates (strict: fail), else pass.
/// What was not observable or not reached neither passes nor fails, but strict fails a not-reached. Where no
/// expectation of the scenario's own could be judged, though it has some, or no check at all, it is unjudged.
#[must_use]
pub fn case_verdict(checks: &[CheckResult], strict: bool) -> CaseVerdict {
    verdict_of(
        checks.iter().map(|check| (check.judge, check.verdict)),
        strict,
    )
}

fn verdict_of(
    checks: impl Iterator<Item = (Judge, CheckVerdict)> + Clone,
    strict: bool,
) -> CaseVerdict {
    let any = |wanted| checks.clone().any(|(_, verdict)| verdict == wanted);
    let mut own = checks
        .clone()
        .filter(|(judge, _)| *judge == Judge::Scenario)
        .peekable();
    if any(CheckVerdict::Fail)
        || strict && (any(CheckVerdict::Deviates) || any(CheckVerdict::NotReached))
    {
        CaseVerdict::Fail
    } else if any(CheckVerdict::Deviates) {
        CaseVerdict::Deviates
    } else if own.peek().is_some() && !own.any(|(_, verdict)| verdict.is_judged())
        || !checks.clone().any(|(_, verdict)| verdict.is_judged())
    {
        CaseVerdict::Unjudged
    } else {
        CaseVerdict::Pass
    }
}

/// The command that runs one case again, words quoted for a POSIX shell.
#[must_use]
pub fn command_again(
    file: &str,
    case: Option<&str>,
    door: Door,
    seed: u64,
    readings: &Readings,
    strict: bool,
) -> String {
    let mut words = vec!["ipamconf".to_owned(), "run".to_owned(), quoted(file)];
    words.extend(["--door".to_owned(), door.name().to_owned()]);
    if let Some(case) = case {
        words.extend(["--case".to_owned(), quoted(case)]);
    }
    words.extend(["--seed".to_owned(), seed.to_string()]);
    for (question, reading) in readings.differing() {
        words.extend([
            "--reading".to_owned(),
            format!("{question}={}", reading.name),
        ]);
    }
    if strict {
        words.push("--strict".to_owned());
    }
    words.join(" ")
}

/// A word as a POSIX shell takes it.
#[must_use]
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// What is known of a case before it is run.
#[derive(Debug, Clone)]
pub struct CaseContext<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The case.
    pub case: &'a Case,
    /// The door.
    pub door: Door,
    /// The seed in force: the case's own, else the run's.
    pub seed: u64,
    /// Whether deviations count as failures.
    pub strict: bool,
    /// The command that runs it again; see [`command_again`].
    pub command: String,
}

impl ScenarioReport {
    /// The report on a case that was run. `difference` is what differs in the store, a line each.
    #[must_use]
    pub fn from_case(
        context: &CaseContext<'_>,
        trace: &Trace,
        checks: &[CheckResult],
        difference: Vec<String>,
    ) -> Self {
        let concerned = checks
            .iter()
            .filter(|check| check.verdict != CheckVerdict::Pass)
            .filter_map(|check| check.event)
            .take(CONCERNED_MAX)
            .collect::<BTreeSet<_>>();
        let (events_total, events) = events(trace, &concerned);
        let mut report = Self::without_events(context, case_verdict(checks, context.strict));
        report.steps = steps(context, trace);
        report.events_total = events_total;
        report.events = events;
        report.difference = bounded(difference);
        report.checks = merged(checks.iter().map(|check| check_report(context, check)));
        report
    }

    /// The report on a case that was not run.
    #[must_use]
    pub fn skipped(context: &CaseContext<'_>, reason: &str) -> Self {
        let report = Self::without_events(context, CaseVerdict::Skipped);
        Self {
            reason: Some(text::kept(reason)),
            ..report
        }
    }

    /// The report on a case that could not be carried out.
    #[must_use]
    pub fn error(context: &CaseContext<'_>, reason: &str) -> Self {
        let report = Self::without_events(context, CaseVerdict::Error);
        Self {
            reason: Some(text::kept(reason)),
            ..report
        }
    }

    /// The same report with the comparison of its trace.
    #[must_use]
    pub fn with_snapshot(mut self, snapshot: Snapshot) -> Self {
        self.snapshot = Some(snapshot);
        self
    }

    /// The same report with what repeats of the case showed differently: the case fails by it.
    #[must_use]
    pub fn with_flaky(mut self, flaky: Flaky) -> Self {
        self.command = format!("{} --repeat {}", self.command, flaky.repeat);
        self.flaky = Some(flaky);
        self.verdict = CaseVerdict::Fail;
        self
    }

    /// The same report with checks that did not pass accepted where `accept` says why; its verdict ignores them.
    #[must_use]
    pub fn accepting(
        mut self,
        strict: bool,
        mut accept: impl FnMut(&CheckReport) -> Option<Accepted>,
    ) -> Self {
        for check in &mut self.checks {
            let differs = matches!(
                check.verdict,
                CheckVerdict::Fail | CheckVerdict::Deviates | CheckVerdict::NotReached
            );
            if differs {
                check.accepted = accept(check);
            }
        }
        let ran = !matches!(self.verdict, CaseVerdict::Error | CaseVerdict::Skipped);
        if ran && self.flaky.is_none() && self.accepted().next().is_some() {
            // What is accepted was judged, and counts as neither good nor bad.
            let checks = self.checks.iter().map(|check| match check.accepted {
                Some(_) => (check.judge, CheckVerdict::Pass),
                None => (check.judge, check.verdict),
            });
            self.verdict = verdict_of(checks, strict);
        }
        self
    }

    fn without_events(context: &CaseContext<'_>, verdict: CaseVerdict) -> Self {
        let scenario = context.scenario;
        let (position, source) = Excerpt::of(&scenario.source, context.case.span);
        Self {
            id: scenario.id.clone(),
            file: scenario.source.path.clone(),
            title: text::kept(&scenario.title.value),
            door: context.door,
            case: context.case.name.as_deref().map(text::kept),
            line: position.line,
            column: position.column,
            source,
            verdict,
            reason: None,
            seed: context.seed,
            command: context.command.clone(),
            requirements: context.case.requirements.clone(),
            steps: Vec::new(),
            events_total: 0,
            events: Vec::new(),
            difference: Vec::new(),
            checks: Vec::new(),
            snapshot: None,
            flaky: None,
        }
    }
}

fn steps(context: &CaseContext<'_>, trace: &Trace) -> Vec<StepReport> {
    let outcome = |number: usize| match trace.steps.get(number).map(|step| step.outcome) {
        Some(StepOutcome::Done) => "done",
        Some(StepOutcome::Closed) => "closed",
        Some(StepOutcome::NotReached) | None => "not-reached",
    };
    let steps = context.case.steps.iter().enumerate().take(STEPS_MAX);
    steps
        .map(|(number, step)| StepReport {
            number,
            action: step.action.name().to_owned(),
            line: context.scenario.source.position(step.span.start).line,
            outcome: outcome(number).to_owned(),
        })
        .collect()
}

fn bounded(mut lines: Vec<String>) -> Vec<String> {
    let total = lines.len();
    lines.truncate(DIFFERENCE_MAX);
    for line in &mut lines {
        *line = text::kept(line);
    }
    if total > DIFFERENCE_MAX {
        lines.push(format!("... and {} more", total - DIFFERENCE_MAX));
    }
    lines
}

fn check_report(context: &CaseContext<'_>, check: &CheckResult) -> CheckReport {
    let source: &Source = &context.scenario.source;
    let step_span = || Some(context.case.steps.get(check.step?)?.span);
    let (span, points_at) = match (check.span, step_span()) {
        (Some(span), _) => (span, PointsAt::Expectation),
        (None, Some(span)) => (span, PointsAt::Step),
        (None, None) => (context.case.span, PointsAt::Case),
    };
    let (position, excerpt) = Excerpt::of(source, span);
    let requirement = check.requirement.requirement();
    CheckReport {
        requirement: check.requirement,
        section: requirement.section.to_owned(),
        strength: requirement.strength,
        check: check.check.to_owned(),
        judge: check.judge,
        verdict: check.verdict,
        grade: check.grade,
        count: 1,
        at: At {
            line: position.line,
            column: position.column,
            points_at,
            event: check.event,
            step: check.step,
            source: (check.verdict != CheckVerdict::Pass).then_some(excerpt),
        },
        expected: text::kept(&check.expected),
        found: text::kept(&check.found),
        label: check
            .label
            .as_ref()
            .map(|(span, words)| label(source, *span, words)),
        reading: check.reading.map(|(question, reading)| ReadingReport {
            question: question.name().to_owned(),
            reading: reading.to_owned(),
        }),
        accepted: None,
    }
}

fn label(source: &Source, span: Span, words: &str) -> Label {
    let (position, excerpt) = Excerpt::of(source, span);
    Label {
        line: position.line,
        column: position.column,
        text: text::kept(words),
        source: excerpt,
    }
}

/// Passing checks that say nothing beyond the place they stand at are listed once, with their number: a case with
/// a hundred thousand scopes has as many of them.
fn merged(checks: impl Iterator<Item = CheckReport>) -> Vec<CheckReport> {
    let mut out: Vec<CheckReport> = Vec::new();
    let mut known = BTreeMap::new();
    for mut check in checks {
        let silent = check.expected.is_empty() && check.found.is_empty() && check.label.is_none();
        if check.verdict == CheckVerdict::Pass && silent {
            let key = (
                (
                    check.requirement,
                    check.judge,
                    check.grade,
                    check.check.clone(),
                ),
                (check.at.line, check.at.column, check.at.step),
            );
            if let Some(first) = known.get(&key) {
                let first: &mut CheckReport = &mut out[*first];
                first.count += 1;
                if first.at.event != check.at.event {
                    first.at.event = None;
                }
                continue;
            }
            known.insert(key, out.len());
            check.label = None;
        }
        out.push(check);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::spec::{Grade, RequirementId};

    fn check(judge: Judge, verdict: CheckVerdict) -> CheckResult {
        let check = CheckResult::pass(RequirementId::R_31_4, Grade::Hard, judge, "any");
        CheckResult { verdict, ..check }
    }

    #[test]
    fn the_verdict_on_a_case_follows_the_language() {
        use CheckVerdict::*;
        use Judge::{Oracle, Scenario};
        // The checks, the verdict, the verdict under strict.
        type Row = (&'static [(Judge, CheckVerdict)], CaseVerdict, CaseVerdict);
        let table: &[Row] = &[
            (
                &[(Scenario, Pass), (Oracle, Pass)],
                CaseVerdict::Pass,
                CaseVerdict::Pass,
            ),
            (
                &[(Scenario, Pass), (Oracle, Fail)],
                CaseVerdict::Fail,
                CaseVerdict::Fail,
            ),
            (
                &[(Scenario, Deviates), (Oracle, Fail)],
                CaseVerdict::Fail,
                CaseVerdict::Fail,
            ),
            (
                &[(Scenario, Pass), (Oracle, Deviates)],
                CaseVerdict::Deviates,
                CaseVerdict::Fail,
            ),
            (
                &[(Scenario, NotObservable), (Oracle, Pass)],
                CaseVerdict::Unjudged,
                CaseVerdict::Unjudged,
            ),
            (
                &[(Scenario, NotReached), (Oracle, Pass)],
                CaseVerdict::Unjudged,
                CaseVerdict::Fail,
            ),
            (
                &[(Scenario, NotReached), (Scenario, Pass)],
                CaseVerdict::Pass,
                CaseVerdict::Fail,
            ),
            (
                &[(Scenario, NotObservable), (Oracle, Fail)],
                CaseVerdict::Fail,
                CaseVerdict::Fail,
            ),
            (&[(Oracle, Pass)], CaseVerdict::Pass, CaseVerdict::Pass),
            (
                &[(Oracle, NotObservable)],
                CaseVerdict::Unjudged,
                CaseVerdict::Unjudged,
            ),
            (&[], CaseVerdict::Unjudged, CaseVerdict::Unjudged),
        ];
        for (checks, verdict, strict) in table {
            let results: Vec<_> = checks.iter().map(|(judge, v)| check(*judge, *v)).collect();
            assert_eq!(case_verdict(&results, false), *verdict, "{checks:?}");
            assert_eq!(case_verdict(&results, true), *strict, "strict, {checks:?}");
        }
    }

    #[test]
    fn the_command_is_safe_in_a_shell() {
        let mut readings = Readings::default();
        readings.choose("OQ-1", "literal").unwrap();
        let command = |case| command_again("a b.toml", case, Door::NetTcp, 3, &readings, true);
        assert_eq!(
            command(Some("it's; $(rm)")),
            "ipamconf run 'a b.toml' --door net.tcp --case 'it'\\''s; $(rm)' --seed 3 \
             --reading OQ-1=literal --strict"
        );
        assert_eq!(
            command(None),
            "ipamconf run 'a b.toml' --door net.tcp --seed 3 --reading OQ-1=literal --strict"
        );
    }

    #[test]
    fn silent_passing_checks_are_listed_once_with_their_number() {
        let mut second = sample::passes();
        second.event = Some(3);
        let case = sample::case_with(&[sample::passes(), second, sample::deviates()]);
        let counts: Vec<_> = case.checks.iter().map(|check| check.count).collect();
        assert_eq!(counts, [2, 1]);
        assert_eq!(case.checks[0].at.event, None);
    }

    #[test]
    fn a_verdict_ignores_what_is_accepted_and_nothing_else() {
        let checks = [
            sample::lease_fails(),
            sample::overall_fails(),
            sample::passes(),
        ];
        let accept = |requirements: &'static [RequirementId]| {
            let case = sample::case_with(&checks).accepting(false, |check| {
                requirements
                    .contains(&check.requirement)
                    .then(sample::accepted)
            });
            (case.verdict, case.accepted().count())
        };
        assert_eq!(accept(&[]), (CaseVerdict::Fail, 0));
        assert_eq!(accept(&[RequirementId::R_4_10]), (CaseVerdict::Fail, 1));
        // What passes cannot be accepted.
        let all = &[
            RequirementId::R_4_10,
            RequirementId::R_31_4,
            RequirementId::R_INIT_6,
        ];
        assert_eq!(accept(all), (CaseVerdict::Pass, 2));
    }

    #[test]
    fn a_flaky_case_fails_and_every_reader_says_so() {
        let case = || {
            sample::case_with(&[sample::passes()]).with_flaky(Flaky {
                repeat: 3,
                line: 5,
                first: Some("< SetOverallStatus".to_owned()),
                then: None,
            })
        };
        let accepting = case().accepting(false, |_| Some(sample::accepted()));
        assert_eq!(accepting.verdict, CaseVerdict::Fail);
        let report = sample::report(vec![case()]);
        let mut out = Vec::new();
        crate::report::human(&report, &crate::report::HumanOptions::default(), &mut out).unwrap();
        crate::report::github(&report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for part in [
            "flaky: repeats of the case show different things\n",
            "   = differs: line 5 of the trace, in repeat 3\n   = first run: < SetOverallStatus\n   = repeat: (the trace has ended)\n",
            "--seed 7 --repeat 3`",
            ",title=repeats of the case show different things::",
        ] {
            assert!(text.contains(part), "`{part}` is missing in {text}");
        }
        let xml = crate::report::junit(&report);
        assert!(
            xml.contains("message=\"repeats of the case show different things\" type=\"flaky\""),
            "{xml}"
        );
        assert!(crate::report::markdown(&report).contains("| flaky |"));
    }

    #[test]
    fn a_check_points_at_its_expectation_else_at_its_step_else_at_the_case() {
        let case = sample::case_with(&[
            sample::lease_fails(),
            sample::overall_fails(),
            sample::deviates(),
        ]);
        let places: Vec<_> = case
            .checks
            .iter()
            .map(|check| (check.at.line, check.at.column, check.at.points_at))
            .collect();
        assert_eq!(
            places,
            [
                (20, 9, PointsAt::Expectation),
                (11, 1, PointsAt::Step),
                (18, 1, PointsAt::Case)
            ]
        );
    }
}
