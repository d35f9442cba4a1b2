//! The report as workflow commands of GitHub Actions: annotations at the places that failed, then the summary.
//!
//! The form of a command is `::error file=…,line=…,col=…,title=…::message`, on a line of its own.

use std::io::{self, Write};

use crate::report::block;
use crate::report::data::{CaseVerdict, CheckReport, Report, ScenarioReport, SnapshotVerdict};
use crate::report::human::{Ink, summary};
use crate::report::text;

/// The most code points of a title or a message's line.
const LINE_MAX: usize = 600;

/// How grave an annotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Annotation {
    /// Something failed.
    Error,
    /// Something differs.
    Warning,
    /// Something to know.
    Notice,
}

impl Annotation {
    const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// One workflow command, ending in a line end.
#[must_use]
pub fn annotation(
    kind: Annotation,
    file: &str,
    (line, column): (usize, usize),
    title: &str,
    message: &[String],
) -> String {
    let message: Vec<_> = message
        .iter()
        .map(|one| text::line(one, LINE_MAX))
        .collect();
    format!(
        "::{} file={},line={line},col={column},title={}::{}\n",
        kind.name(),
        property(&text::line(file, LINE_MAX)),
        property(&text::line(title, LINE_MAX)),
        data(&message.join("\n")),
    )
}

/// Text after the last `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Writes an annotation for each check that failed, deviated or is accepted and for each case that could not be
/// carried out, then the summary.
///
/// # Errors
/// When `out` cannot be written to.
pub fn github(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for scenario in &report.scenarios {
        for command in of_case(report, scenario) {
            out.write_all(command.as_bytes())?;
        }
    }
    summary(report, Ink(false), out)
}

fn of_case(report: &Report, scenario: &ScenarioReport) -> Vec<String> {
    let mut commands = Vec::new();
    let whole = |kind, title: &str, message: &[String]| {
        let place = (scenario.line, scenario.column);
        let mut lines = vec![block::case_words(scenario)];
        lines.extend_from_slice(message);
        annotation(kind, &scenario.file, place, title, &lines)
    };
    if scenario.verdict == CaseVerdict::Error {
        let reason = scenario.reason.as_deref().unwrap_or("no reason was given");
        commands.push(whole(
            Annotation::Error,
            "the case could not be carried out",
            &text::lines(reason, 8, LINE_MAX),
        ));
    }
    for check in block::failures(scenario, report.strict) {
        commands.push(of_check(Annotation::Error, scenario, check, Vec::new()));
    }
    for check in &scenario.checks {
        if check.deviates(report.strict) {
            commands.push(of_check(Annotation::Warning, scenario, check, Vec::new()));
        }
    }
    for (check, accepted) in scenario.accepted() {
        let because = format!(
            "accepted until {}: {}",
            accepted.expires,
            block::because(accepted)
        );
        commands.push(of_check(Annotation::Notice, scenario, check, vec![because]));
    }
    if let Some(flaky) = &scenario.flaky {
        let shown = |line: &Option<String>| {
            line.clone()
                .unwrap_or_else(|| "(the trace has ended)".to_owned())
        };
        commands.push(whole(
            Annotation::Error,
            block::FLAKY,
            &[
                format!("repeat {}, line {} of the trace", flaky.repeat, flaky.line),
                format!("first run: {}", shown(&flaky.first)),
                format!("repeat: {}", shown(&flaky.then)),
            ],
        ));
    }
    match scenario.snapshot.as_ref() {
        Some(snapshot) if snapshot.verdict == SnapshotVerdict::Changed => commands.push(whole(
            Annotation::Error,
            "the trace is not the accepted one",
            &text::lines(&snapshot.diff, 24, LINE_MAX),
        )),
        Some(snapshot) if snapshot.verdict == SnapshotVerdict::Pending => {
            commands.push(whole(Annotation::Warning, "no trace was accepted yet", &[]));
        }
        _ => {}
    }
    commands
}

fn of_check(
    kind: Annotation,
    scenario: &ScenarioReport,
    check: &CheckReport,
    more: Vec<String>,
) -> String {
    let title = format!("{}: {}", check.requirement, scenario.title);
    let mut message = vec![
        format!("expected {}", one_line(&check.expected)),
        format!("found {}", one_line(&check.found)),
    ];
    message.extend(more);
    message.push(format!(
        "[MS-IPAMM2] {}, {}",
        check.section,
        block::case_words(scenario)
    ));
    message.push(format!("again: {}", scenario.command));
    let place = (check.at.line, check.at.column);
    annotation(kind, &scenario.file, place, &title, &message)
}

fn one_line(words: &str) -> &str {
    match words.lines().next() {
        None => "(not said)",
        Some(first) => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ScenarioReport, sample};

    fn text(report: &Report) -> String {
        let mut out = Vec::new();
        github(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn properties_and_messages_are_escaped_as_the_runner_reads_them() {
        let command = annotation(
            Annotation::Error,
            "a,b:c%.toml",
            (3, 7),
            "50%: x,\ny",
            &["a, b: 100%\r".to_owned(), "::error::c".to_owned()],
        );
        assert_eq!(
            command,
            "::error file=a%2Cb%3Ac%25.toml,line=3,col=7,title=50%25%3A x%2C\\ny::\
             a, b: 100%25\\u{d}%0A::error::c\n"
        );
    }

    #[test]
    fn a_failure_a_deviation_and_what_is_accepted_are_annotated_at_their_places() {
        let accepted = sample::case_with(&[sample::lease_fails()])
            .accepting(false, |_| Some(sample::accepted()));
        let scenario = sample::scenario();
        let broken = ScenarioReport::error(&sample::context(&scenario), "refused\nby the peer");
        let report = sample::report(vec![
            sample::case_with(&[sample::lease_fails(), sample::deviates()]),
            accepted,
            broken,
        ]);
        let text = text(&report);
        let file = "file=scenarios/replicate-server/lease-time.toml";
        let starts = [
            format!(
                "::error {file},line=20,col=9,title=R-4-10%3A the partner's copy takes over the lease time::expected lease of `A on P1` is 8d%0Afound lease of `A on P1` is 1h, as before%0A[MS-IPAMM2] 3.19.4.4.1.4, replicate-server/lease-time, case `eight days`, door session%0Aagain: ipamconf run "
            ),
            format!("::warning {file},line=18,col=1,title=R-31-4%3A "),
            format!("::notice {file},line=20,col=9,title=R-4-10%3A "),
            format!(
                "::error {file},line=18,col=1,title=the case could not be carried out::replicate-server/lease-time, case `eight days`, door session%0Arefused%0Aby the peer"
            ),
            "3 cases: 1 pass, 1 fail, 1 error; 1 difference accepted".to_owned(),
        ];
        assert_eq!(text.lines().count(), starts.len(), "{text}");
        for (line, start) in text.lines().zip(&starts) {
            assert!(line.starts_with(start), "{line}\nis not\n{start}");
        }
        assert!(
            text.contains("%0Aaccepted until 2027-01-31: vendor ticket (#12)%0A"),
            "{text}"
        );
    }
}
