//! The report for a person at a terminal: failures first, then deviations, then verdicts by requirement.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::report::block::{self, Look};
use crate::report::data::{
    CaseVerdict, Report, RequirementVerdict, ScenarioReport, SnapshotVerdict,
};
use crate::report::order::most_telling_first;
use crate::report::text;
use crate::spec::{Grade, Question};
use crate::verdict::CheckVerdict;

/// The most deviations listed where not everything is asked for.
const DEVIATIONS_MAX: usize = 40;

/// The most cases whose failures are shown in full where not everything is asked for: some ten screens.
const IN_FULL_MAX: usize = 10;

/// The most other failed cases that get a line.
const SHORT_MAX: usize = 100;

/// How the report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HumanOptions {
    /// With ANSI colours.
    pub colour: bool,
    /// Every case, and every deviation.
    pub verbose: bool,
    /// The width of the terminal; source lines are trimmed to it.
    pub width: usize,
}

impl Default for HumanOptions {
    fn default() -> Self {
        Self {
            colour: false,
            verbose: false,
            width: crate::report::diagnostic::WIDTH,
        }
    }
}

/// Writes the report for a person.
///
/// # Errors
/// When `out` cannot be written to.
pub fn human(report: &Report, options: &HumanOptions, out: &mut dyn Write) -> io::Result<()> {
    // Narrower than this, no source line could be read.
    let look = Look {
        colour: options.colour,
        width: options.width.max(60),
    };
    let ink = Ink(options.colour);
    if options.verbose {
        every_case(report, ink, out)?;
    }
    failures(report, options, look, out)?;
    deviations(report, options, ink, out)?;
    accepted(report, options, ink, out)?;
    not_judged(report, options, ink, out)?;
    requirements(report, look, ink, out)?;
    summary(report, ink, out)
}

/// The failures: of the first cases in full, of the others a line each.
fn failures(
    report: &Report,
    options: &HumanOptions,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut cases = 0;
    let mut short = Vec::new();
    let mut before: Option<&ScenarioReport> = None;
    for scenario in most_telling_first(report) {
        let changed = scenario
            .snapshot
            .as_ref()
            .filter(|snapshot| snapshot.verdict == SnapshotVerdict::Changed);
        let failed = matches!(scenario.verdict, CaseVerdict::Fail | CaseVerdict::Error);
        if !failed && changed.is_none() {
            continue;
        }
        let alike = before
            .replace(scenario)
            .filter(|other| block::fail_alike(other, scenario, report.strict));
        if alike.is_some() && changed.is_none() && cases <= IN_FULL_MAX {
            writeln!(out, "the same in {}\n", block::case_words(scenario))?;
            continue;
        }
        cases += 1;
        if cases > IN_FULL_MAX && !options.verbose {
            short.push(block::short(report, scenario));
            continue;
        }
        for text in block::of(report, scenario, look) {
            writeln!(out, "{text}")?;
        }
        if let Some(snapshot) = changed {
            writeln!(out, "{}", block::snapshot(scenario, snapshot, look))?;
        }
    }
    if short.is_empty() {
        return Ok(());
    }
    let more = text::counted(short.len(), "more case");
    writeln!(out, "{more} failed; `-v` shows them in full:")?;
    for line in short.iter().take(SHORT_MAX) {
        writeln!(out, "  {line}")?;
    }
    if short.len() > SHORT_MAX {
        writeln!(out, "  ... and {} more", short.len() - SHORT_MAX)?;
    }
    writeln!(out)
}

/// Colours for the verdicts, or none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink(pub(super) bool);

impl Ink {
    fn paint(self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn verdict(self, verdict: CaseVerdict, text: &str) -> String {
        let code = match verdict {
            CaseVerdict::Pass => "32",
            CaseVerdict::Fail | CaseVerdict::Error => "1;31",
            CaseVerdict::Deviates => "33",
            CaseVerdict::Skipped | CaseVerdict::Unjudged => "36",
        };
        self.paint(code, text)
    }

    fn heading(self, text: &str) -> String {
        self.paint("1", text)
    }
}

fn every_case(report: &Report, ink: Ink, out: &mut dyn Write) -> io::Result<()> {
    for (index, scenario) in report.scenarios.iter().enumerate() {
        let verdict = ink.verdict(scenario.verdict, &format!("{:<8}", scenario.verdict.name()));
        let seconds = report
            .times
            .as_ref()
            .and_then(|times| times.seconds.get(index));
        let seconds = seconds.map_or_else(String::new, |seconds| format!(" ({seconds:.3} s)"));
        writeln!(out, "{verdict}  {}{seconds}", block::case_words(scenario))?;
        let seen = scenario.checks.iter().filter(|check| {
            check.grade == Grade::Either
                && check.verdict == CheckVerdict::Pass
                && !check.found.is_empty()
        });
        for check in seen {
            let found = text::line(&check.found, 200);
            writeln!(
                out,
                "          {} ({}): saw {found}",
                check.requirement, check.grade
            )?;
        }
    }
    writeln!(out)
}

/// Every deviation that fails no case, once, with the number of cases that show it.
fn deviations(
    report: &Report,
    options: &HumanOptions,
    ink: Ink,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut lines: Vec<(String, usize)> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for scenario in &report.scenarios {
        let deviating = scenario
            .checks
            .iter()
            .filter(|check| check.deviates(report.strict));
        let mut of_case: Vec<_> = deviating
            .map(|check| block::one_line(scenario, check))
            .collect();
        of_case.dedup();
        for line in of_case {
            match known.get(&line) {
                Some(index) => lines[*index].1 += 1,
                None => {
                    known.insert(line.clone(), lines.len());
                    lines.push((line, 1));
                }
            }
        }
    }
    let heading = "deviations (failures under --strict):";
    listed(heading, &lines, options, ink, out)
}

/// What the baseline accepts, a line each, with the number of cases that show it.
fn accepted(
    report: &Report,
    options: &HumanOptions,
    ink: Ink,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut lines: Vec<(String, usize)> = Vec::new();
    for scenario in &report.scenarios {
        for (check, accepted) in scenario.accepted() {
            let line = block::accepted_line(scenario, check, accepted);
            match lines.iter_mut().find(|(known, _)| *known == line) {
                Some((_, cases)) => *cases += 1,
                None => lines.push((line, 1)),
            }
        }
    }
    listed("accepted by the baseline:", &lines, options, ink, out)
}

fn listed(
    heading: &str,
    lines: &[(String, usize)],
    options: &HumanOptions,
    ink: Ink,
    out: &mut dyn Write,
) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", ink.heading(heading))?;
    let most = if options.verbose {
        usize::MAX
    } else {
        DEVIATIONS_MAX
    };
    for (line, cases) in lines.iter().take(most) {
        match cases {
            1 => writeln!(out, "  {line}")?,
            _ => writeln!(out, "  {line} [{cases} cases]")?,
        }
    }
    if lines.len() > most {
        writeln!(
            out,
            "  ... and {} more; `-v` lists them all",
            lines.len() - most
        )?;
    }
    writeln!(out)
}

/// Cases that were skipped, with the reasons, and cases of which nothing could be judged.
fn not_judged(
    report: &Report,
    options: &HumanOptions,
    ink: Ink,
    out: &mut dyn Write,
) -> io::Result<()> {
    let with = |verdict| {
        report
            .scenarios
            .iter()
            .filter(move |case| case.verdict == verdict)
    };
    let mut reasons: Vec<(&str, Vec<&ScenarioReport>)> = Vec::new();
    for scenario in with(CaseVerdict::Skipped) {
        let reason = scenario.reason.as_deref().unwrap_or("no reason was given");
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, cases)) => cases.push(scenario),
            None => reasons.push((reason, vec![scenario])),
        }
    }
    for (reason, cases) in &reasons {
        let count = text::counted(cases.len(), "case");
        let count = ink.verdict(CaseVerdict::Skipped, &format!("{count} skipped"));
        writeln!(out, "{count}: {}", text::line(reason, 300))?;
        for scenario in cases.iter().filter(|_| options.verbose) {
            writeln!(out, "  {}", block::case_words(scenario))?;
        }
    }
    let unjudged: Vec<_> = with(CaseVerdict::Unjudged).collect();
    if !unjudged.is_empty() {
        let count = text::counted(unjudged.len(), "case");
        let count = ink.verdict(CaseVerdict::Unjudged, &format!("{count} unjudged"));
        writeln!(out, "{count}: nothing they expect could be observed")?;
        for scenario in unjudged.iter().filter(|_| options.verbose) {
            writeln!(out, "  {}", block::case_words(scenario))?;
        }
    }
    let pending: Vec<_> = report
        .scenarios
        .iter()
        .filter(|case| has_snapshot(case, SnapshotVerdict::Pending))
        .collect();
    if !pending.is_empty() {
        const NAMED_MAX: usize = 5;
        let count = text::counted(pending.len(), "snapshot");
        writeln!(
            out,
            "{count} pending: no trace was accepted yet; `--snapshots update` accepts those of cases that pass"
        )?;
        let shown = if options.verbose {
            pending.len()
        } else {
            NAMED_MAX
        };
        for scenario in pending.iter().take(shown) {
            writeln!(out, "  {}", block::case_words(scenario))?;
        }
        if pending.len() > shown {
            writeln!(out, "  ... and {} more", pending.len() - shown)?;
        }
    }
    if !reasons.is_empty() || !unjudged.is_empty() || !pending.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

fn has_snapshot(case: &ScenarioReport, verdict: SnapshotVerdict) -> bool {
    case.snapshot
        .as_ref()
        .is_some_and(|snapshot| snapshot.verdict == verdict)
}

/// The verdicts by requirement: what did not pass on a line each, then what did, section by section.
fn requirements(report: &Report, look: Look, ink: Ink, out: &mut dyn Write) -> io::Result<()> {
    let judged: Vec<_> = report
        .requirements
        .iter()
        .filter(|row| row.verdict != RequirementVerdict::NotJudged)
        .collect();
    if judged.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "{}",
        ink.heading("verdicts by requirement (in how many cases):")
    )?;
    let mut rest: Vec<_> = judged
        .iter()
        .filter(|row| row.verdict != RequirementVerdict::Pass)
        .collect();
    // What failed most often says most.
    rest.sort_by_key(|row| (std::cmp::Reverse(row.verdict), std::cmp::Reverse(row.so_in)));
    for row in rest {
        let verdict = ink.verdict(
            case_like(row.verdict),
            &format!("{:<8}", row.verdict.name()),
        );
        let says = text::line(&row.says, look.width.saturating_sub(50));
        let section = text::line(&row.section, 40);
        writeln!(
            out,
            "  {verdict} {} in {} of {}, {section}: {says}",
            row.id, row.so_in, row.cases
        )?;
    }
    let mut sections: Vec<(&str, Vec<String>)> = Vec::new();
    for row in judged
        .iter()
        .filter(|row| row.verdict == RequirementVerdict::Pass)
    {
        let word = format!("{} ({})", row.id, row.cases);
        match sections
            .iter_mut()
            .find(|(section, _)| *section == row.section)
        {
            Some((_, words)) => words.push(word),
            None => sections.push((&row.section, vec![word])),
        }
    }
    for (section, words) in &sections {
        let head = format!(
            "  {} {:<14}",
            ink.verdict(CaseVerdict::Pass, "pass    "),
            text::line(section, 40)
        );
        let mut line = String::new();
        let mut head = Some(head);
        for word in words {
            if !line.is_empty() && line.len() + word.len() + 2 + 25 > look.width {
                writeln!(
                    out,
                    "{} {line}",
                    head.take().unwrap_or_else(|| " ".repeat(25))
                )?;
                line.clear();
            }
            if !line.is_empty() {
                line.push_str(", ");
            }
            line.push_str(word);
        }
        writeln!(
            out,
            "{} {line}",
            head.take().unwrap_or_else(|| " ".repeat(25))
        )?;
    }
    let count = |verdict| judged.iter().filter(|row| row.verdict == verdict).count();
    let accepted = match count(RequirementVerdict::Accepted) {
        0 => String::new(),
        accepted => format!(" {accepted} accepted,"),
    };
    writeln!(
        out,
        "\n{} judged: {} pass,{accepted} {} deviate, {} fail",
        text::counted(judged.len(), "requirement"),
        count(RequirementVerdict::Pass),
        count(RequirementVerdict::Deviates),
        count(RequirementVerdict::Fail),
    )
}

const fn case_like(verdict: RequirementVerdict) -> CaseVerdict {
    match verdict {
        RequirementVerdict::NotJudged => CaseVerdict::Unjudged,
        RequirementVerdict::Pass => CaseVerdict::Pass,
        RequirementVerdict::Accepted => CaseVerdict::Skipped,
        RequirementVerdict::Deviates => CaseVerdict::Deviates,
        RequirementVerdict::Fail => CaseVerdict::Fail,
    }
}

/// What was chosen that is not our own ruling, and cases by verdict; zeros but that of `pass` are left out.
pub(super) fn summary(report: &Report, ink: Ink, out: &mut dyn Write) -> io::Result<()> {
    let chosen: Vec<_> = report
        .readings
        .iter()
        .filter(|(question, reading)| {
            let ours = Question::from_name(question).map(|known| known.ruling().readings[0].name);
            ours != Some(reading.as_str())
        })
        .map(|(question, reading)| text::line(&format!("{question}={reading}"), 80))
        .collect();
    if !chosen.is_empty() {
        writeln!(out, "judged under {}", chosen.join(", "))?;
    }
    let counts: Vec<_> = report
        .summary
        .counts()
        .into_iter()
        .filter(|(verdict, count)| *count > 0 || *verdict == CaseVerdict::Pass)
        .map(|(verdict, count)| {
            let words = format!("{count} {}", verdict.name());
            if count > 0 {
                ink.verdict(verdict, &words)
            } else {
                words
            }
        })
        .collect();
    let mut counts = counts;
    let changed = report
        .scenarios
        .iter()
        .filter(|case| has_snapshot(case, SnapshotVerdict::Changed));
    let changed = changed.count();
    if changed > 0 {
        let words = format!("{} changed", text::counted(changed, "snapshot"));
        counts.push(ink.verdict(CaseVerdict::Fail, &words));
    }
    if !report.files.is_empty() {
        let files = text::counted(report.files.len(), "file");
        let words = format!("{files} not run, because of mistakes in them");
        writeln!(out, "{}", ink.verdict(CaseVerdict::Error, &words))?;
    }
    let cases = text::counted(report.summary.cases, "case");
    let accepted = match report.summary.accepted {
        0 => String::new(),
        accepted => format!("; {} accepted", text::counted(accepted, "difference")),
    };
    let time = report.times.as_ref();
    let time = time.map_or_else(String::new, |times| {
        format!(" in {:.2} s", times.seconds_total)
    });
    writeln!(out, "{cases}: {}{time}{accepted}", counts.join(", "))
}

#[cfg(test)]
mod tests {
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
}
