//! The verdicts by requirement, for a person at a terminal.

use std::io::{self, Write};

use crate::report::block::Look;
use crate::report::data::{CaseVerdict, Report, RequirementVerdict};
use crate::report::human::Ink;
use crate::report::text;

/// The verdicts by requirement: what did not pass on a line each, then what did, section by section.
pub(super) fn requirements(
    report: &Report,
    look: Look,
    ink: Ink,
    out: &mut dyn Write,
) -> io::Result<()> {
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
