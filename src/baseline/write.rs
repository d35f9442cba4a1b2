//! The current failures of a run as the text of a baseline, for somebody to say why each is accepted.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::baseline::Date;
use crate::report::{CheckReport, Report, ScenarioReport};

/// What a written baseline says where somebody has to say more.
pub const PLACEHOLDER: &str = "TODO";

const HEAD: &str = "\
# Accepted failures. Each entry says what failed, why that is accepted, where it is followed up and until when.
# An entry that matches nothing any more, or has expired, ends the run with exit code 6.
# `case`, `door` and `found` may be left out: then any case, any door, anything found is accepted.
version = 1
";

/// A baseline with an entry for each check of the report that fails and is not accepted yet, and how many they are.
#[must_use]
pub fn baseline_text(report: &Report, expires: Date) -> (String, usize) {
    let mut text = HEAD.to_owned();
    let mut seen = BTreeSet::new();
    for scenario in &report.scenarios {
        for check in &scenario.checks {
            if !check.fails(report.strict) {
                continue;
            }
            let entry = entry(scenario, check, expires);
            if !seen.contains(&entry) {
                text.push_str(&entry);
                seen.insert(entry);
            }
        }
    }
    (text, seen.len())
}

fn entry(scenario: &ScenarioReport, check: &CheckReport, expires: Date) -> String {
    let mut text = "\n[[accepted]]\n".to_owned();
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(text, "{key} = {}", quoted(value));
    };
    line("scenario", &scenario.id);
    if let Some(case) = &scenario.case {
        line("case", case);
    }
    line("door", scenario.door.name());
    line("requirement", check.requirement.name());
    line("check", &check.check);
    line("expected", &check.expected);
    line("found", &check.found);
    line("reason", &format!("{PLACEHOLDER}: why this is accepted"));
    line("issue", &format!("{PLACEHOLDER}: where it is followed up"));
    let _ = writeln!(text, "expires = {expires}");
    text
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_survives_as_a_basic_string() {
        let hostile = "a\"\\\n\t\r\u{0}\u{1b}\u{7f}\u{85}\u{2028}日本'''\"\"\"";
        let text = format!("x = {}", quoted(hostile));
        let table = toml::de::DeTable::parse(&text).unwrap();
        let value = table.get_ref().get("x").unwrap().get_ref().as_str();
        assert_eq!(value, Some(hostile));
    }
}
