//! The blocks that tell of one failure each, for terminals and for the text of JUnit failures.
//!
//! A block is at most 40 lines; each part of it has its own bound, and a test adds them up.

use annotate_snippets::Level;

use crate::report::data::{
    Accepted, CaseVerdict, CheckReport, Flaky, PointsAt, Report, ScenarioReport, Snapshot,
};
use crate::report::diagnostic::{Drawing, Mark};
use crate::report::text;
use crate::verdict::{CheckVerdict, Judge};

/// The most blocks of one case; the rest is told on a line each.
pub(super) const BLOCKS_MAX: usize = 3;
/// The most lines of the text of what was expected, and of what was found.
const TEXT_LINES_MAX: usize = 4;
/// The most code points of a line of text.
const LINE_MAX: usize = 300;
/// The most code points of a name.
const NAME_MAX: usize = 120;
/// The most code points of a command.
const COMMAND_MAX: usize = 1000;
/// The most events shown around the one concerned.
const EVENTS_MAX: usize = 6;
/// The most lines of store differences.
const DIFFERENCE_MAX: usize = 4;
/// The most lines of a changed snapshot.
const DIFF_LINES_MAX: usize = 24;

/// How blocks are drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// With ANSI colours.
    pub(super) colour: bool,
    /// Source lines are trimmed to this width.
    pub(super) width: usize,
}

/// Named lines below the source.
type Notes = Vec<(Option<&'static str>, Vec<String>)>;

/// The checks that make a case fail, the most telling first: failures before what only strict counts; then what the
/// oracle and the grammar say before the scenario; then by the place of the requirement among those that the case is
/// about.
pub(super) fn failures(scenario: &ScenarioReport, strict: bool) -> Vec<&CheckReport> {
    let mut failures: Vec<_> = scenario
        .checks
        .iter()
        .filter(|check| check.fails(strict))
        .collect();
    failures.sort_by_key(|check| {
        let weight = match check.verdict {
            CheckVerdict::Fail => 0,
            CheckVerdict::Deviates => 1,
            _ => 2,
        };
        let telling = scenario
            .requirements
            .iter()
            .position(|id| *id == check.requirement)
            .unwrap_or(usize::MAX);
        // The document's own word first: it cites what decides. An author's expectation cites what the file is about.
        let judge = match check.judge {
            Judge::Oracle => 0,
            Judge::Grammar => 1,
            Judge::Scenario => 2,
        };
        (weight, judge, telling)
    });
    failures
}

/// `id, case, through door`: which case it is, in words.
pub(super) fn case_words(scenario: &ScenarioReport) -> String {
    let id = text::line(&scenario.id, NAME_MAX);
    match &scenario.case {
        Some(case) => {
            format!(
                "{id}, case `{}`, door {}",
                text::line(case, NAME_MAX),
                scenario.door
            )
        }
        None => format!("{id}, door {}", scenario.door),
    }
}

/// The block of a check that did not pass.
pub(super) fn failure(scenario: &ScenarioReport, check: &CheckReport, look: Look) -> String {
    let one = |text: &str| vec![text::line(text, LINE_MAX)];
    let requirement = check.requirement.requirement();
    let mut notes: Notes = vec![
        (Some("case"), vec![case_words(scenario)]),
        (
            Some("requirement"),
            vec![
                format!(
                    "{}, [MS-IPAMM2] {}, {}",
                    check.requirement,
                    text::line(&check.section, NAME_MAX),
                    check.strength.name()
                ),
                text::line(requirement.step, LINE_MAX),
            ],
        ),
        (
            Some("grade"),
            vec![format!(
                "{}, by check `{}` of the {}",
                check.grade,
                text::line(&check.check, NAME_MAX),
                check.judge.name()
            )],
        ),
        (Some("expected"), said(&check.expected)),
        (Some("found"), said(&check.found)),
        (Some("sequence"), sequence(scenario, check)),
    ];
    if check.at.event.is_none() && !scenario.difference.is_empty() {
        notes.push((Some("store"), difference(scenario)));
    }
    if check.judge == Judge::Scenario && nobody_else_objects(scenario) {
        notes.push((
            Some("oracle"),
            one("finds nothing wrong with what happened: look at the expectation first"),
        ));
    }
    if let Some(words) = reading_words(check) {
        notes.push((Some("reading"), one(&words)));
    }
    notes.push((Some("again"), vec![again(scenario)]));
    let (level, word) = match check.verdict {
        CheckVerdict::Fail => (Level::ERROR, "fail"),
        other => (Level::WARNING, other.name()),
    };
    let points_at = match check.at.points_at {
        PointsAt::Expectation => "expected here",
        PointsAt::Step => "in this step",
        PointsAt::Case => "in this case",
    };
    let excerpt = check.at.source.as_ref().unwrap_or(&scenario.source).clone();
    let drawing = Drawing {
        level: level.with_name(word),
        code: Some(check.requirement.name()),
        title: &text::line(&scenario.title, LINE_MAX),
        path: &scenario.file,
        primary: Mark::new(check.at.line, check.at.column, excerpt, points_at),
        secondary: check
            .label
            .as_ref()
            .map(|label| Mark::new(label.line, label.column, label.source.clone(), &label.text)),
        notes,
    };
    drawing.render(look.colour, look.width)
}

/// Whether only the file's own expectations failed: then the file may be wrong, and not what it tests.
fn nobody_else_objects(scenario: &ScenarioReport) -> bool {
    let judged_by = |judge| {
        scenario
            .checks
            .iter()
            .filter(move |check| check.judge == judge)
    };
    judged_by(Judge::Oracle).any(|check| check.verdict == CheckVerdict::Pass)
        && judged_by(Judge::Oracle)
            .chain(judged_by(Judge::Grammar))
            .all(|check| !matches!(check.verdict, CheckVerdict::Fail | CheckVerdict::Deviates))
}

/// Whether two runs of one case, through different doors, failed in the same way.
pub(super) fn fail_alike(first: &ScenarioReport, second: &ScenarioReport, strict: bool) -> bool {
    let telling = |scenario| -> Vec<_> {
        failures(scenario, strict)
            .iter()
            .map(|check| {
                (
                    check.requirement,
                    check.check.clone(),
                    check.at.line,
                    check.at.column,
                    check.found.clone(),
                )
            })
            .collect()
    };
    first.verdict == CaseVerdict::Fail
        && second.verdict == CaseVerdict::Fail
        && first.id == second.id
        && first.case == second.case
        && first.door != second.door
        && telling(first) == telling(second)
}

/// The block of a case that could not be carried out.
pub(super) fn error(scenario: &ScenarioReport, look: Look) -> String {
    let reason = scenario.reason.as_deref().unwrap_or("no reason was given");
    let notes = vec![
        (Some("case"), vec![case_words(scenario)]),
        (
            Some("reason"),
            text::lines(reason, 2 * TEXT_LINES_MAX, LINE_MAX),
        ),
        (Some("again"), vec![again(scenario)]),
    ];
    of_case(
        scenario,
        Level::ERROR,
        "the case could not be carried out",
        notes,
        look,
    )
}

/// The block of a case whose trace is not the accepted one.
pub(super) fn snapshot(scenario: &ScenarioReport, snapshot: &Snapshot, look: Look) -> String {
    let mut notes = vec![(Some("case"), vec![case_words(scenario)])];
    if !snapshot.diff.is_empty() {
        notes.push((
            Some("difference"),
            text::lines(&snapshot.diff, DIFF_LINES_MAX, LINE_MAX),
        ));
    }
    notes.push((Some("again"), vec![again(scenario)]));
    let level = Level::ERROR.with_name("snapshot");
    of_case(
        scenario,
        level,
        "the trace is not the accepted one",
        notes,
        look,
    )
}

/// The block of a case whose repeats show different things.
pub(super) fn flaky(scenario: &ScenarioReport, flaky: &Flaky, look: Look) -> String {
    let shown = |line: &Option<String>| match line {
        Some(line) => vec![text::line(line, LINE_MAX)],
        None => vec!["(the trace has ended)".to_owned()],
    };
    let notes = vec![
        (Some("case"), vec![case_words(scenario)]),
        (
            Some("differs"),
            vec![format!(
                "line {} of the trace, in repeat {}",
                flaky.line, flaky.repeat
            )],
        ),
        (Some("first run"), shown(&flaky.first)),
        (Some("repeat"), shown(&flaky.then)),
        (Some("again"), vec![again(scenario)]),
    ];
    let level = Level::ERROR.with_name("flaky");
    of_case(scenario, level, FLAKY, notes, look)
}

/// What is said of a case whose repeats show different things.
pub(super) const FLAKY: &str = "repeats of the case show different things";

/// One accepted check, on one line.
pub(super) fn accepted_line(
    scenario: &ScenarioReport,
    check: &CheckReport,
    accepted: &Accepted,
) -> String {
    format!(
        "{}; accepted until {}: {}",
        one_line(scenario, check),
        text::line(&accepted.expires, NAME_MAX),
        because(accepted)
    )
}

/// `reason (issue)`.
pub(super) fn because(accepted: &Accepted) -> String {
    format!(
        "{} ({})",
        text::line(&accepted.reason, LINE_MAX),
        text::line(&accepted.issue, LINE_MAX)
    )
}

fn of_case(
    scenario: &ScenarioReport,
    level: Level<'_>,
    title: &str,
    notes: Notes,
    look: Look,
) -> String {
    let excerpt = scenario.source.clone();
    let drawing = Drawing {
        level,
        code: None,
        title,
        path: &scenario.file,
        primary: Mark::new(scenario.line, scenario.column, excerpt, "this case"),
        secondary: None,
        notes,
    };
    drawing.render(look.colour, look.width)
}

/// One check that did not pass, on one line.
pub(super) fn one_line(scenario: &ScenarioReport, check: &CheckReport) -> String {
    let mut out = format!(
        "{}:{}:{}: {} ({}, {}): expected {}; found {}",
        text::line(&scenario.file, NAME_MAX),
        check.at.line,
        check.at.column,
        check.requirement,
        check.verdict.name(),
        check.grade,
        first_line(&check.expected),
        first_line(&check.found),
    );
    if let Some(reading) = &check.reading {
        let reading = format!("; follows {}={}", reading.question, reading.reading);
        out.push_str(&text::line(&reading, NAME_MAX));
    }
    out
}

/// The blocks and lines of a case that failed, or could not be carried out; empty for every other.
pub(super) fn of(report: &Report, scenario: &ScenarioReport, look: Look) -> Vec<String> {
    match scenario.verdict {
        CaseVerdict::Error => vec![error(scenario, look)],
        CaseVerdict::Fail => {
            let failures = failures(scenario, report.strict);
            let (full, rest) = failures.split_at(failures.len().min(BLOCKS_MAX));
            let mut out: Vec<_> = full
                .iter()
                .map(|check| failure(scenario, check, look))
                .collect();
            if !rest.is_empty() {
                out.push(also(scenario, rest));
            }
            out.extend(
                scenario
                    .flaky
                    .as_ref()
                    .map(|found| flaky(scenario, found, look)),
            );
            out
        }
        _ => Vec::new(),
    }
}

/// What failed of a case, on one line.
pub(super) fn short(report: &Report, scenario: &ScenarioReport) -> String {
    let what = match (scenario.verdict, failures(scenario, report.strict).first()) {
        (CaseVerdict::Error, _) => {
            let reason = scenario.reason.as_deref().unwrap_or("no reason was given");
            format!("error: {}", first_line(reason))
        }
        (_, Some(check)) => return one_line(scenario, check),
        (_, None) if scenario.flaky.is_some() => format!("flaky: {FLAKY}"),
        (_, None) => "snapshot: the trace is not the accepted one".to_owned(),
    };
    format!(
        "{}:{}:{}: {what}",
        text::line(&scenario.file, NAME_MAX),
        scenario.line,
        scenario.column
    )
}

fn also(scenario: &ScenarioReport, rest: &[&CheckReport]) -> String {
    const LISTED_MAX: usize = 10;
    let mut out = format!("also in {}:\n", case_words(scenario));
    for check in rest.iter().take(LISTED_MAX) {
        out.push_str(&format!("  {}\n", one_line(scenario, check)));
    }
    if rest.len() > LISTED_MAX {
        let more = text::counted(rest.len() - LISTED_MAX, "more check");
        out.push_str(&format!(
            "  ... and {more}; `--format json` lists them all\n"
        ));
    }
    out
}

/// The seed and the command.
fn again(scenario: &ScenarioReport) -> String {
    format!(
        "seed {}, `{}`",
        scenario.seed,
        text::line(&scenario.command, COMMAND_MAX)
    )
}

fn said(words: &str) -> Vec<String> {
    let lines = text::lines(words, TEXT_LINES_MAX, LINE_MAX);
    if lines.is_empty() {
        vec!["(not said)".to_owned()]
    } else {
        lines
    }
}

fn first_line(words: &str) -> String {
    const SHORT: usize = 120;
    match words.lines().next() {
        None => "(not said)".to_owned(),
        Some(first) => text::line(first, SHORT),
    }
}

fn difference(scenario: &ScenarioReport) -> Vec<String> {
    let lines = &scenario.difference;
    let shown = if lines.len() > DIFFERENCE_MAX {
        DIFFERENCE_MAX - 1
    } else {
        lines.len()
    };
    let mut out: Vec<_> = lines[..shown]
        .iter()
        .map(|line| text::line(line, LINE_MAX))
        .collect();
    if shown < lines.len() {
        out.push(format!("... and {} more lines", lines.len() - shown));
    }
    out
}

/// What switches the suite to the reading that the target follows.
fn reading_words(check: &CheckReport) -> Option<String> {
    let reading = check.reading.as_ref()?;
    let follows = format!("{}={}", reading.question, reading.reading);
    Some(format!(
        "follows {follows}; accept with `--reading {follows}`"
    ))
}

/// The place in the sequence: a line of words, then the events around it.
fn sequence(scenario: &ScenarioReport, check: &CheckReport) -> Vec<String> {
    let mut words = match (scenario.events_total, check.at.event) {
        (0, _) => "no event was seen".to_owned(),
        (1, Some(number)) => format!("event {number}, the only one"),
        (total, Some(number)) => format!("event {number} of 0 to {}", total - 1),
        (total, None) => text::counted(total, "event"),
    };
    if let Some(step) = check.at.step.and_then(|number| scenario.steps.get(number)) {
        words.push_str(&format!(", step `{}` of line {}", step.action, step.line));
    }
    let events = &scenario.events;
    // Without an event of its own, a check is about what its step caused, or about the whole.
    let centre = match (check.at.event, check.at.step) {
        (Some(number), _) => events.iter().position(|event| event.number >= number),
        (None, Some(step)) => events.iter().rposition(|event| event.step <= step),
        (None, None) => events.len().checked_sub(1),
    };
    let centre = centre.unwrap_or(events.len());
    let first = (centre + EVENTS_MAX / 2)
        .min(events.len())
        .saturating_sub(EVENTS_MAX);
    let sessions = events
        .iter()
        .any(|event| event.session.is_some_and(|session| session > 0));
    let digits = scenario.events_total.to_string().len();
    let shown = events[first..].iter().take(EVENTS_MAX).map(|event| {
        let arrow = if check.at.event == Some(event.number) {
            '>'
        } else {
            ' '
        };
        let session = match event.session {
            Some(session) if sessions => format!(" session {session}:"),
            _ => String::new(),
        };
        let words = text::line(&event.text(), LINE_MAX);
        format!("{arrow} {:>digits$}{session} {words}", event.number)
    });
    std::iter::once(words).chain(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    const LINES_MAX: usize = 40;
    const LOOK: Look = Look {
        colour: false,
        width: 140,
    };

    /// What a failure must name, whatever else it says (design 12).
    fn names_everything(block: &str, check: &CheckReport) {
        for part in [
            format!(".toml:{}:{}\n", check.at.line, check.at.column),
            format!("fail[{}]: ", check.requirement),
            format!(
                "= requirement: {}, [MS-IPAMM2] {}, ",
                check.requirement, check.section
            ),
            format!("= grade: {}", check.grade),
            "= expected: ".to_owned(),
            "= found: ".to_owned(),
            "= sequence: ".to_owned(),
            "= again: seed 7, `ipamconf run ".to_owned(),
            "^".to_owned(),
        ] {
            assert!(block.contains(&part), "no `{part}` in\n{block}");
        }
        assert!(block.lines().count() <= LINES_MAX, "{block}");
    }

    #[test]
    fn every_failure_names_what_it_must() {
        let checks = [sample::lease_fails(), sample::overall_fails()];
        let case = sample::case_with(&checks);
        for check in &case.checks {
            names_everything(&failure(&case, check, LOOK), check);
        }
        let bare = crate::verdict::CheckResult::differs(
            crate::spec::RequirementId::R_CB_1,
            crate::spec::Grade::Hard,
            Judge::Grammar,
            "any",
            "",
            "",
        );
        let case = sample::case_with(&[bare]);
        names_everything(&failure(&case, &case.checks[0], LOOK), &case.checks[0]);
        let mut silent = case;
        (silent.events, silent.events_total) = (Vec::new(), 0);
        let block = failure(&silent, &silent.checks[0], LOOK);
        names_everything(&block, &silent.checks[0]);
        assert!(block.contains("= sequence: no event was seen\n"), "{block}");
    }

    #[test]
    fn a_failure_with_everything_at_its_largest_stays_within_forty_lines() {
        let huge = "line \u{1b}[2J\u{202e}]]>\n".repeat(50_000);
        let wide = "x".repeat(1 << 20);
        for text in [huge, wide] {
            let mut case = sample::case_with(&[sample::overall_fails(), sample::lease_fails()]);
            case.difference = vec![text.clone(); 50];
            case.title.clone_from(&text);
            case.id.clone_from(&text);
            case.case = Some(text.clone());
            case.command = format!("ipamconf run {text}");
            for event in &mut case.events {
                event.name.clone_from(&text);
            }
            for check in &mut case.checks {
                check.expected.clone_from(&text);
                check.found.clone_from(&text);
                check.check.clone_from(&text);
                check.reading = Some(crate::report::ReadingReport {
                    question: text.clone(),
                    reading: text.clone(),
                });
                if let Some(label) = &mut check.label {
                    label.text.clone_from(&text);
                }
                // A second place on the line of the first takes the most lines.
                if let Some(source) = check.at.source.clone() {
                    let column = check.at.column;
                    check.label = Some(crate::report::Label {
                        line: check.at.line,
                        column,
                        text: text.clone(),
                        source,
                    });
                }
            }
            for check in &case.checks {
                let block = failure(&case, check, LOOK);
                names_everything(&block, check);
                assert!(block.len() < 16 * 1024, "{} bytes", block.len());
                let stray = |c: char| c != '\n' && crate::report::text::is_unsafe(c);
                assert!(!block.contains(stray), "{block}");
            }
            case.reason = Some(text.clone());
            case.snapshot = None;
            let changed = Snapshot {
                verdict: crate::report::SnapshotVerdict::Changed,
                diff: text,
            };
            for block in [error(&case, LOOK), snapshot(&case, &changed, LOOK)] {
                assert!(
                    block.lines().count() <= LINES_MAX && block.len() < 32 * 1024,
                    "{block}"
                );
            }
        }
    }

    #[test]
    fn the_events_shown_are_those_around_the_one_concerned() {
        let trace = sample::trace(vec![crate::model::Event::SessionClosed; 30]);
        let scenario = sample::scenario();
        let context = sample::context(&scenario);
        for (event, shown) in [(0, 0..6), (15, 12..18), (29, 24..30)] {
            let check = sample::overall_fails().about_event(Some(event));
            let case = ScenarioReport::from_case(&context, &trace, &[check], Vec::new());
            let lines = sequence(&case, &case.checks[0]);
            let expected: Vec<_> = shown
                .map(|number| {
                    let arrow = if number == event { '>' } else { ' ' };
                    format!("{arrow} {number:>2} SessionClosed")
                })
                .collect();
            assert_eq!(
                lines[0],
                format!("event {event} of 0 to 29, step `start` of line 11")
            );
            assert_eq!(&lines[1..], expected);
        }
    }
}
