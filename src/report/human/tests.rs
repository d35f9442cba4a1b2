//! What a person at a terminal sees.

use super::*;
use crate::report::sample;

fn text(report: &Report, options: &HumanOptions) -> String {
    let mut out = Vec::new();
    human(report, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Four cases: one fails, one deviates, one could not be carried out, one was skipped.
fn mixed() -> Report {
    let scenario = sample::scenario();
    let context = sample::context(&scenario);
    let failing = [
        sample::overall_fails(),
        sample::lease_fails(),
        sample::passes(),
    ];
    sample::report(vec![
        sample::case_with(&failing),
        sample::case_with(&[sample::passes(), sample::deviates()]),
        ScenarioReport::error(&context, "connection refused\nby the peer"),
        ScenarioReport::skipped(&context, "the world is neither set nor bound"),
    ])
}

#[test]
fn a_failing_run_reads_from_the_failure_to_the_summary() {
    let expected = r#"fail[R-31-4]: the partner's copy takes over the lease time
  --> scenarios/replicate-server/lease-time.toml:11:1
   |
11 | [[steps]]
   | ^^^^^^^^^ in this step
   |
   = case: replicate-server/lease-time, case `eight days`, door session
   = requirement: R-31-4, [MS-IPAMM2] 3.19.4.4.1.31, statement
                  SetOverallStatus, success, 100 percent
   = grade: HARD, by check `overall-status` of the oracle
   = expected: CompletedWithSuccess
   = found: CompletedWithFailure
   = sequence: event 5 of 0 to 6, step `start` of line 11
                 1 StartProgressCallback isNonDeterministic=false
                 2 StartOperationWithCallbackResponse
                 3 AddSubTask subTaskInstance=4 scope=A
                 4 SetCompletionPercentage completionPercentage=33.3
               > 5 SetOverallStatus overallStatus=CompletedWithFailure completionStatus={ErrorInfo=IpamApiDhcpFailoverFailedToReplicateServer < IpamApiInvalidParameter HasIpamUpdateError=false}
                 6 SessionClosed
   = reading: follows OQ-1=literal; accept with `--reading OQ-1=literal`
   = again: seed 7, `ipamconf run scenarios/replicate-server/lease-time.toml --door session --case 'eight days' --seed 7`

fail[R-4-10]: the partner's copy takes over the lease time
  --> scenarios/replicate-server/lease-time.toml:20:9
   |
20 | lease = "8d"
   |         ^^^^ expected here
   |
  ::: scenarios/replicate-server/lease-time.toml:8:3
   |
 8 |   { name = "A on P1", server = "P1", like = "A", lease = "1h" },
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
                 5 SetOverallStatus overallStatus=CompletedWithFailure completionStatus={ErrorInfo=IpamApiDhcpFailoverFailedToReplicateServer < IpamApiInvalidParameter HasIpamUpdateError=false}
                 6 SessionClosed
   = again: seed 7, `ipamconf run scenarios/replicate-server/lease-time.toml --door session --case 'eight days' --seed 7`

error: the case could not be carried out
  --> scenarios/replicate-server/lease-time.toml:18:1
   |
18 | [[cases]]
   | ^^^^^^^^^ this case
   |
   = case: replicate-server/lease-time, case `eight days`, door session
   = reason: connection refused
             by the peer
   = again: seed 7, `ipamconf run scenarios/replicate-server/lease-time.toml --door session --case 'eight days' --seed 7`

deviations (failures under --strict):
  scenarios/replicate-server/lease-time.toml:18:1: R-31-4 (deviates, SOFT): expected SetCompletionPercentage(100) before SetOverallStatus; found 33.3 as the last percentage

1 case skipped: the world is neither set nor bound

verdicts by requirement (in how many cases):
  fail     R-31-4 in 1 of 2, 3.19.4.4.1.31: SetOverallStatus, success, 100 percent
  fail     R-4-10 in 1 of 1, 3.19.4.4.1.4: update the row with RecordId: ScopeId, ScopeName, Status, SubnetDelay, LeaseDurationType, ... (182 characters)
  pass     3.19.4.3       R-INIT-6 (2)

3 requirements judged: 1 pass, 0 deviate, 2 fail
4 cases: 0 pass, 1 fail, 1 deviates, 1 error, 1 skipped
"#;
    assert_eq!(text(&mixed(), &HumanOptions::default()), expected);
}

#[test]
fn a_passing_run_is_short_and_verbose_lists_its_cases() {
    let mut either = sample::passes();
    either.grade = Grade::Either;
    either.found = "fault reply".to_owned();
    let report = sample::report(vec![sample::case_with(&[sample::passes(), either])]);
    let short = "\
verdicts by requirement (in how many cases):
  pass     3.19.4.3       R-INIT-6 (1)

1 requirement judged: 1 pass, 0 deviate, 0 fail
1 case: 1 pass
";
    assert_eq!(text(&report, &HumanOptions::default()), short);
    let verbose = HumanOptions {
        verbose: true,
        ..HumanOptions::default()
    };
    let listed = "\
pass      replicate-server/lease-time, case `eight days`, door session
          R-INIT-6 (EITHER): saw fault reply

";
    assert_eq!(text(&report, &verbose), format!("{listed}{short}"));
}

#[test]
fn an_empty_run_has_a_summary() {
    let report = sample::report(Vec::new());
    assert_eq!(text(&report, &HumanOptions::default()), "0 cases: 0 pass\n");
}

#[test]
fn other_readings_and_times_are_told_at_the_end() {
    let mut report = sample::report(vec![sample::case_with(&[sample::passes()])]);
    report.readings.0[0].1 = "literal".to_owned();
    let times = crate::report::Times {
        seconds_total: 1.25,
        seconds: vec![0.5],
    };
    let text = text(&report.timed(times), &HumanOptions::default());
    let end = "judged under OQ-1=literal\n1 case: 1 pass in 1.25 s\n";
    assert!(text.ends_with(end), "{text}");
}

#[test]
fn colour_is_all_that_colour_changes() {
    let coloured = HumanOptions {
        colour: true,
        verbose: true,
        ..HumanOptions::default()
    };
    let plain = HumanOptions {
        colour: false,
        ..coloured
    };
    let coloured = text(&mixed(), &coloured);
    let plain = text(&mixed(), &plain);
    assert!(!plain.contains('\u{1b}') && coloured.contains('\u{1b}'));
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, code)) = rest.split_once('\u{1b}') {
        bare.push_str(before);
        rest = code.split_once('m').unwrap().1;
    }
    bare.push_str(rest);
    let trimmed = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    };
    assert_eq!(trimmed(&bare), trimmed(&plain));
}

#[test]
fn strict_shows_a_deviation_as_a_failure() {
    let scenario = sample::scenario();
    let context = crate::report::CaseContext {
        strict: true,
        ..sample::context(&scenario)
    };
    let checks = [sample::deviates(), sample::passes()];
    let trace = sample::trace(sample::events());
    let case = ScenarioReport::from_case(&context, &trace, &checks, Vec::new());
    let mut report = sample::report(Vec::new());
    report.strict = true;
    report.scenarios = vec![case];
    let text = text(&report, &HumanOptions::default());
    assert!(
        text.starts_with("deviates[R-31-4]: the partner's copy"),
        "{text}"
    );
    assert!(!text.contains("deviations ("), "{text}");
}

#[test]
fn the_most_telling_failure_comes_first_and_at_most_three_in_full() {
    let mut grammar = sample::overall_fails();
    grammar.judge = crate::verdict::Judge::Grammar;
    let mut elsewhere = sample::overall_fails();
    elsewhere.requirement = crate::spec::RequirementId::R_CB_1;
    let checks = [
        elsewhere.clone(),
        grammar,
        sample::overall_fails(),
        sample::deviates(),
        elsewhere,
        sample::lease_fails(),
    ];
    let report = sample::report(vec![sample::case_with(&checks)]);
    let text = text(&report, &HumanOptions::default());
    let heads: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("fail["))
        .collect();
    let claim = "the partner's copy takes over the lease time";
    assert_eq!(
        heads,
        [
            format!("fail[R-31-4]: {claim}"),
            format!("fail[R-CB-1]: {claim}"),
            format!("fail[R-CB-1]: {claim}")
        ]
    );
    let also = text
        .split("also in")
        .nth(1)
        .expect("the rest is told on a line each");
    let place = |words: &str| {
        also.find(words)
            .unwrap_or_else(|| panic!("{words}: {also}"))
    };
    assert!(
        place("R-31-4 (fail") < place("R-4-10 (fail"),
        "the grammar before the scenario: {text}"
    );
}

#[test]
fn a_changed_snapshot_shows_its_difference() {
    let snapshot = |verdict, diff: &str| crate::report::Snapshot {
        verdict,
        diff: diff.to_owned(),
    };
    let case = sample::case_with(&[sample::passes()]);
    let changed = case
        .clone()
        .with_snapshot(snapshot(SnapshotVerdict::Changed, "-a\n+b\u{1b}[2J\n"));
    let pending = case.with_snapshot(snapshot(SnapshotVerdict::Pending, ""));
    let text = text(
        &sample::report(vec![changed, pending]),
        &HumanOptions::default(),
    );
    assert!(
        text.starts_with("snapshot: the trace is not the accepted one\n"),
        "{text}"
    );
    assert!(
        text.contains("   = difference: -a\n                 +b\\u{1b}[2J\n"),
        "{text}"
    );
    assert!(
        text.contains("\n1 snapshot pending: no trace was accepted yet; "),
        "{text}"
    );
}
