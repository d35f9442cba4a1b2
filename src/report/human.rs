//! The report for a person at a terminal: failures first, then deviations, then verdicts by requirement.

mod requirements;

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::report::block::{self, Look};
use crate::report::data::{CaseVerdict, Report, ScenarioReport, SnapshotVerdict};
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
    requirements::requirements(report, look, ink, out)?;
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
mod tests;
