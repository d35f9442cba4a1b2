//! The report for CI systems: JUnit XML, one suite for each scenario file, one test for each case and door.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use crate::report::block::{self, Look};
use crate::report::data::{CaseVerdict, Report, ScenarioReport, SnapshotVerdict};
use crate::report::diagnostic::WIDTH;
use crate::report::text;
use crate::verdict::CheckVerdict;

const LOOK: Look = Look {
    colour: false,
    width: WIDTH,
};
/// The most code points of a message or an attribute.
const LINE_MAX: usize = 600;

/// The report as JUnit XML. It has times only where the report has.
#[must_use]
pub fn junit(report: &Report) -> String {
    let mut suites: Vec<TestSuite> = Vec::new();
    for (index, scenario) in report.scenarios.iter().enumerate() {
        let name = text::line(&scenario.id, LINE_MAX);
        let seconds = report
            .times
            .as_ref()
            .and_then(|times| times.seconds.get(index));
        let case = test_case(report, scenario, seconds.copied());
        match suites.iter_mut().find(|suite| *suite.name == *name) {
            Some(suite) => suite.add_test_case(case),
            None => {
                let mut suite = TestSuite::new(name);
                suite
                    .extra
                    .insert("file".into(), text::line(&scenario.file, LINE_MAX).into());
                suite.add_test_case(case);
                suites.push(suite);
                continue;
            }
        };
    }
    // A file that could not be read is an error of its own: nothing in it was run.
    for file in &report.files {
        let name = text::line(&file.file, LINE_MAX);
        let lines: Vec<_> = file
            .mistakes
            .iter()
            .map(|mistake| {
                format!(
                    "{name}:{}:{}: {}",
                    mistake.line,
                    mistake.column,
                    text::line(&mistake.message, LINE_MAX)
                )
            })
            .collect();
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type("scenario file");
        status.set_message(lines.first().cloned().unwrap_or_default());
        status.set_description(lines.join("\n"));
        let mut case = TestCase::new("the file can be read", status);
        case.set_classname(name.clone());
        case.extra.insert("file".into(), name.clone().into());
        let mut suite = TestSuite::new(name);
        suite.add_test_case(case);
        suites.push(suite);
    }
    let mut xml = quick_junit::Report::new(&report.tool.name);
    if let Some(time) = report
        .times
        .as_ref()
        .and_then(|times| duration(times.seconds_total))
    {
        xml.set_time(time);
    }
    xml.add_test_suites(suites);
    xml.to_string().expect("text in memory can be written to")
}

fn duration(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok()
}

fn test_case(report: &Report, scenario: &ScenarioReport, seconds: Option<f64>) -> TestCase {
    let last = || scenario.id.rsplit('/').next().unwrap_or_default();
    let case = scenario.case.as_deref().unwrap_or_else(last);
    let name = format!("{} [{}]", text::line(case, LINE_MAX), scenario.door);
    let mut test = TestCase::new(name, status(report, scenario));
    test.set_classname(text::line(&scenario.id, LINE_MAX));
    test.extra
        .insert("file".into(), text::line(&scenario.file, LINE_MAX).into());
    test.extra
        .insert("line".into(), scenario.line.to_string().into());
    if let Some(time) = seconds.and_then(duration) {
        test.set_time(time);
    }
    for id in requirements(scenario) {
        test.add_property(Property::new("requirement", id.name()));
    }
    let shown: Vec<_> = scenario
        .checks
        .iter()
        .filter(|check| check.verdict == CheckVerdict::Deviates && check.accepted.is_none())
        .map(|check| block::one_line(scenario, check))
        .chain(
            scenario
                .accepted()
                .map(|(check, accepted)| block::accepted_line(scenario, check, accepted)),
        )
        .collect();
    if !shown.is_empty() {
        test.set_system_out(shown.join("\n"));
    }
    test
}

/// What the case is about, then what else did not pass.
fn requirements(scenario: &ScenarioReport) -> Vec<crate::spec::RequirementId> {
    let mut ids = scenario.requirements.clone();
    for check in &scenario.checks {
        let differs = matches!(check.verdict, CheckVerdict::Fail | CheckVerdict::Deviates);
        if differs && !ids.contains(&check.requirement) {
            ids.push(check.requirement);
        }
    }
    ids
}

fn status(report: &Report, scenario: &ScenarioReport) -> TestCaseStatus {
    let reason = scenario.reason.as_deref().unwrap_or("no reason was given");
    let blocks = || block::of(report, scenario, LOOK).join("\n");
    let mut status = match scenario.verdict {
        CaseVerdict::Fail => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let first = block::failures(scenario, report.strict).first().copied();
            let message = first.map_or_else(String::new, |check| {
                format!(
                    "{}: expected {}; found {}",
                    check.requirement, check.expected, check.found
                )
            });
            let message = match (first, &scenario.flaky) {
                (None, Some(_)) => block::FLAKY,
                _ => &message,
            };
            let other = if scenario.flaky.is_some() {
                "flaky"
            } else {
                "fail"
            };
            status.set_message(text::line(message, LINE_MAX));
            status.set_type(first.map_or(other, |check| check.requirement.name()));
            status.set_description(blocks());
            status
        }
        CaseVerdict::Error => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(text::line(reason, LINE_MAX));
            status.set_type("error");
            status.set_description(blocks());
            status
        }
        CaseVerdict::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(text::line(reason, LINE_MAX));
            status
        }
        CaseVerdict::Unjudged => {
            let mut status = TestCaseStatus::skipped();
            status.set_message("unjudged: nothing it expects could be observed");
            status
        }
        // A case that passes only because of the baseline is no success that anybody should count.
        CaseVerdict::Pass => match scenario.accepted().next() {
            Some((check, accepted)) => {
                let message = format!(
                    "accepted until {}: {}: {}",
                    accepted.expires,
                    check.requirement,
                    block::because(accepted)
                );
                let mut status = TestCaseStatus::skipped();
                status.set_message(text::line(&message, LINE_MAX));
                status
            }
            None => TestCaseStatus::success(),
        },
        CaseVerdict::Deviates => TestCaseStatus::success(),
    };
    if let Some(snapshot) = &scenario.snapshot
        && snapshot.verdict == SnapshotVerdict::Changed
        && matches!(scenario.verdict, CaseVerdict::Pass | CaseVerdict::Deviates)
    {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message("the trace is not the accepted one");
        status.set_type("snapshot");
        status.set_description(block::snapshot(scenario, snapshot, LOOK));
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Times, sample};

    fn cases(xml: &str) -> Vec<TestCase> {
        let report = quick_junit::Report::deserialize_from_str(xml).unwrap();
        report
            .test_suites
            .into_iter()
            .flat_map(|suite| suite.test_cases)
            .collect()
    }

    #[test]
    fn a_failing_case_reads_as_at_the_terminal() {
        let report = sample::report(vec![sample::case_with(&[sample::lease_fails()])]);
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="ipamconf" tests="1" skipped="0" failures="1" errors="0">
    <testsuite name="replicate-server/lease-time" tests="1" skipped="0" errors="0" failures="1" file="scenarios/replicate-server/lease-time.toml">
        <testcase name="eight days [session]" classname="replicate-server/lease-time" file="scenarios/replicate-server/lease-time.toml" line="18">
            <properties>
                <property name="requirement" value="R-4-10"/>
                <property name="requirement" value="R-31-4"/>
            </properties>
            <failure message="R-4-10: expected lease of `A on P1` is 8d; found lease of `A on P1` is 1h, as before" type="R-4-10">fail[R-4-10]: the partner&apos;s copy takes over the lease time
  --&gt; scenarios/replicate-server/lease-time.toml:20:9
   |
20 | lease = &quot;8d&quot;
   |         ^^^^ expected here
   |
  ::: scenarios/replicate-server/lease-time.toml:8:3
   |
 8 |   { name = &quot;A on P1&quot;, server = &quot;P1&quot;, like = &quot;A&quot;, lease = &quot;1h&quot; },
   |   ------------------------------------------------------------- this row
   |
   = case: replicate-server/lease-time, case `eight days`, door session
   = requirement: R-4-10, [MS-IPAMM2] 3.19.4.4.1.4, statement
                  update the row with RecordId: ScopeId, ScopeName, Status, SubnetDelay, LeaseDurationType, LeaseDuration, ServingClientsType. Unconditionally: ModifiedProperties is not consulted here
   = grade: HARD, by check `changed` of the scenario
   = expected: lease of `A on P1` is 8d
   = found: lease of `A on P1` is 1h, as before
   = sequence: 7 events
                 1 StartProgressCallback isNonDeterministic=false
                 2 StartOperationWithCallbackResponse
                 3 AddSubTask subTaskInstance=4 scope=A
                 4 SetCompletionPercentage completionPercentage=33.3
                 5 SetOverallStatus overallStatus=CompletedWithFailure completionStatus={ErrorInfo=IpamApiDhcpFailoverFailedToReplicateServer &lt; IpamApiInvalidParameter HasIpamUpdateError=false}
                 6 SessionClosed
   = again: seed 7, `ipamconf run scenarios/replicate-server/lease-time.toml --door session --case &apos;eight days&apos; --seed 7`
</failure>
        </testcase>
    </testsuite>
</testsuites>
"#;
        assert_eq!(junit(&report), expected);
    }

    #[test]
    fn failure_error_and_skipped_are_told_apart() {
        let scenario = sample::scenario();
        let context = sample::context(&scenario);
        let mut unjudged = sample::lease_fails();
        unjudged.verdict = CheckVerdict::NotObservable;
        let changed = crate::report::Snapshot {
            verdict: SnapshotVerdict::Changed,
            diff: "-a\n+b".to_owned(),
        };
        let report = sample::report(vec![
            sample::case_with(&[sample::passes()]),
            sample::case_with(&[sample::overall_fails()]),
            sample::case_with(&[sample::deviates()]),
            ScenarioReport::error(&context, "connection refused"),
            ScenarioReport::skipped(&context, "no control plane"),
            sample::case_with(&[unjudged]),
            sample::case_with(&[sample::passes()]).with_snapshot(changed),
        ]);
        let xml = junit(&report);
        let counts = "tests=\"7\" skipped=\"2\" failures=\"2\" errors=\"1\"";
        assert!(xml.contains(counts), "{xml}");
        let kinds: Vec<_> = cases(&xml)
            .into_iter()
            .map(|case| match case.status {
                TestCaseStatus::Success { .. } => ("pass", None),
                TestCaseStatus::NonSuccess {
                    kind: NonSuccessKind::Failure,
                    ty,
                    ..
                } => ("failure", ty),
                TestCaseStatus::NonSuccess {
                    kind: NonSuccessKind::Error,
                    ty,
                    ..
                } => ("error", ty),
                TestCaseStatus::Skipped { message, .. } => ("skipped", message),
            })
            .map(|(kind, text)| (kind, text.map(String::from)))
            .collect();
        let expected = [
            ("pass", None),
            ("failure", Some("R-31-4")),
            ("pass", None),
            ("error", Some("error")),
            ("skipped", Some("no control plane")),
            (
                "skipped",
                Some("unjudged: nothing it expects could be observed"),
            ),
            ("failure", Some("snapshot")),
        ];
        assert_eq!(
            kinds,
            expected.map(|(kind, text)| (kind, text.map(str::to_owned)))
        );
    }

    #[test]
    fn times_are_there_only_where_the_report_has_them() {
        let report = sample::report(vec![sample::case_with(&[sample::passes()])]);
        assert!(!junit(&report).contains(" time="));
        let timed = report.timed(Times {
            seconds_total: 2.0,
            seconds: vec![0.25],
        });
        let xml = junit(&timed);
        assert!(
            xml.contains("time=\"2.000\"") && xml.contains("time=\"0.250\""),
            "{xml}"
        );
    }

    #[test]
    fn hostile_text_stays_text() {
        let hostile =
            "a\u{0}\u{1b}[31m]]><failure/>&amp;\"\u{ffff}\u{85}\u{2028}日本\n".repeat(40_000);
        let scenario = sample::scenario();
        let context = sample::context(&scenario);
        let mut failing = sample::case_with(&[sample::lease_fails(), sample::deviates()]);
        failing.title.clone_from(&hostile);
        failing.case = Some(hostile.clone());
        failing.file.clone_from(&hostile);
        failing.id.clone_from(&hostile);
        failing.checks[0].found.clone_from(&hostile);
        failing.checks[1].found.clone_from(&hostile);
        let report = sample::report(vec![
            failing,
            ScenarioReport::error(&context, &hostile),
            ScenarioReport::skipped(&context, &hostile),
        ]);
        let xml = junit(&report);
        let stray = |c: char| c != '\n' && crate::report::text::is_unsafe(c);
        assert!(!xml.contains(stray), "{xml}");
        assert!(!xml.contains("]]>") && !xml.contains("<failure/>"), "{xml}");
        assert!(xml.len() < 64 * 1024, "{} bytes", xml.len());
        let cases = cases(&xml);
        assert_eq!(cases.len(), 3);
        let TestCaseStatus::NonSuccess {
            message: Some(message),
            ..
        } = &cases[0].status
        else {
            panic!("{:?}", cases[0].status);
        };
        assert!(message.contains("]]><failure/>&amp;\""), "{message:?}");
    }
}
