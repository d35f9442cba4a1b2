//! The report as a short page of Markdown, for the summary that CI systems show of a job.

use std::fmt::Write as _;

use crate::report::block;
use crate::report::data::{
    CaseVerdict, Report, RequirementVerdict, ScenarioReport, SnapshotVerdict,
};
use crate::report::text;

/// The most rows of a table: a summary is not the report, and CI systems bound its size.
const ROWS_MAX: usize = 50;

/// The most code points of a cell.
const CELL_MAX: usize = 160;

/// The report as Markdown.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut out = String::new();
    let summary = &report.summary;
    let changed = report
        .scenarios
        .iter()
        .filter(|scenario| is_changed(scenario))
        .count();
    let verdict = if summary.fail > 0 || changed > 0 {
        "failed"
    } else if summary.error > 0 {
        "could not be carried out"
    } else if !report.is_judged() {
        "judged nothing"
    } else {
        "passed"
    };
    let _ = writeln!(out, "### ipamconf: {verdict}\n");
    let (names, counts): (Vec<_>, Vec<_>) = summary
        .counts()
        .into_iter()
        .map(|(verdict, count)| (verdict.name(), count.to_string()))
        .unzip();
    let judged = report
        .requirements
        .iter()
        .filter(|row| row.verdict != RequirementVerdict::NotJudged)
        .count();
    row(
        &mut out,
        ["cases"]
            .into_iter()
            .chain(names)
            .chain(["requirements judged"]),
    );
    let _ = writeln!(out, "|{}", " ---: |".repeat(8));
    let (cases, judged) = (summary.cases.to_string(), judged.to_string());
    row(
        &mut out,
        [cases.as_str()]
            .into_iter()
            .chain(counts.iter().map(String::as_str))
            .chain([judged.as_str()]),
    );
    table(
        &mut out,
        "Failures",
        ["requirement", "case", "place", "expected", "found"],
        failures(report),
    );
    table(
        &mut out,
        "Accepted by the baseline",
        ["requirement", "case", "place", "until", "reason"],
        accepted(report),
    );
    out
}

fn is_changed(scenario: &ScenarioReport) -> bool {
    scenario
        .snapshot
        .as_ref()
        .is_some_and(|snapshot| snapshot.verdict == SnapshotVerdict::Changed)
}

fn failures(report: &Report) -> Vec<[String; 5]> {
    let mut rows = Vec::new();
    for scenario in &report.scenarios {
        let case = || block::case_words(scenario);
        let whole = |what: &str, found: &str| {
            let place = format!("{}:{}", scenario.file, scenario.line);
            [
                what.to_owned(),
                case(),
                place,
                String::new(),
                found.to_owned(),
            ]
        };
        if scenario.verdict == CaseVerdict::Error {
            let reason = scenario.reason.as_deref().unwrap_or("no reason was given");
            rows.push(whole("error", reason));
        }
        for check in block::failures(scenario, report.strict) {
            rows.push([
                check.requirement.name().to_owned(),
                case(),
                format!("{}:{}", scenario.file, check.at.line),
                check.expected.clone(),
                check.found.clone(),
            ]);
        }
        if scenario.flaky.is_some() {
            rows.push(whole("flaky", block::FLAKY));
        }
        if is_changed(scenario) {
            rows.push(whole("snapshot", "the trace is not the accepted one"));
        }
    }
    rows
}

fn accepted(report: &Report) -> Vec<[String; 5]> {
    let of_case = |scenario: &ScenarioReport| -> Vec<[String; 5]> {
        scenario
            .accepted()
            .map(|(check, accepted)| {
                [
                    check.requirement.name().to_owned(),
                    block::case_words(scenario),
                    format!("{}:{}", scenario.file, check.at.line),
                    accepted.expires.clone(),
                    block::because(accepted),
                ]
            })
            .collect()
    };
    report.scenarios.iter().flat_map(of_case).collect()
}

fn table(out: &mut String, title: &str, heads: [&str; 5], rows: Vec<[String; 5]>) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n#### {title}\n");
    row(out, heads.into_iter());
    let _ = writeln!(out, "|{}", " --- |".repeat(heads.len()));
    for cells in rows.iter().take(ROWS_MAX) {
        let cells = cells.each_ref().map(|cell| escaped(cell));
        row(out, cells.iter().map(String::as_str));
    }
    if rows.len() > ROWS_MAX {
        let _ = writeln!(out, "\n… and {} more.", rows.len() - ROWS_MAX);
    }
}

fn row<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    out.push('|');
    for cell in cells {
        let _ = write!(out, " {cell} |");
    }
    out.push('\n');
}

/// Text of others as it stands in a cell: nothing in it is markup.
fn escaped(cell: &str) -> String {
    let mut out = String::new();
    for c in text::line(cell.lines().next().unwrap_or(""), CELL_MAX).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_summary_counts_and_names_what_failed_and_what_is_accepted() {
        let accepted = sample::case_with(&[sample::lease_fails()])
            .accepting(false, |_| Some(sample::accepted()));
        let report = sample::report(vec![
            sample::case_with(&[sample::overall_fails()]),
            accepted,
        ]);
        let expected = "\
### ipamconf: failed

| cases | pass | fail | deviates | error | skipped | unjudged | requirements judged |
| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| 2 | 1 | 1 | 0 | 0 | 0 | 0 | 2 |

#### Failures

| requirement | case | place | expected | found |
| --- | --- | --- | --- | --- |
| R-31-4 | replicate-server/lease-time, case \\`eight days\\`, door session | scenarios/replicate-server/lease-time.toml:11 | CompletedWithSuccess | CompletedWithFailure |

#### Accepted by the baseline

| requirement | case | place | until | reason |
| --- | --- | --- | --- | --- |
| R-4-10 | replicate-server/lease-time, case \\`eight days\\`, door session | scenarios/replicate-server/lease-time.toml:20 | 2027-01-31 | vendor ticket (\\#12) |
";
        assert_eq!(markdown(&report), expected);
    }

    #[test]
    fn text_of_others_is_no_markup() {
        assert_eq!(
            escaped("a|b <img> `x` **\\** @all\n| next row |"),
            "a\\|b &lt;img&gt; \\`x\\` \\*\\*\\\\\\*\\* &#64;all"
        );
    }
}
