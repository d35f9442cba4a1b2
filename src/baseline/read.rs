//! Reading a baseline file, with every independent mistake in it at its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::baseline::{Baseline, Date, Entry};
use crate::scenario::{LoadCode, LoadError, Rejected, Source, closest, parse_toml};
use crate::spec::{REQUIREMENTS, RequirementId};
use crate::trace::Door;
use crate::verdict::Span;

/// How many entries a file may have: more failures than that are no known target's, but no target's.
pub const ENTRIES_MAX: usize = 10_000;

/// The mistakes reported for one file: a person corrects the first few and tries again.
const ERRORS_MAX: usize = 200;

const TOP_KEYS: &[&str] = &["version", "accepted"];

const KEYS: &[&str] = &[
    "scenario",
    "case",
    "door",
    "requirement",
    "check",
    "expected",
    "found",
    "reason",
    "issue",
    "expires",
];

/// Reads a baseline from the bytes of its file.
///
/// # Errors
/// Every mistake in it, sorted by position; TOML mistakes come alone.
pub fn read_baseline(path: &str, bytes: &[u8]) -> Result<Baseline, Rejected> {
    let source = Source::from_bytes(path, bytes).map_err(|error| Rejected {
        source: Arc::new(Source::new(path, "")),
        errors: vec![error],
    })?;
    let source = Arc::new(source);
    let mut reader = Reader::default();
    let entries = match parse_toml(&source.text) {
        Ok(table) => reader.file(table.get_ref()),
        Err(error) => {
            reader.errors.push(error);
            Vec::new()
        }
    };
    if reader.errors.is_empty() {
        return Ok(Baseline { source, entries });
    }
    let mut errors = reader.errors;
    errors.sort_by_key(|error| error.span.start);
    errors.truncate(ERRORS_MAX);
    Err(Rejected { source, errors })
}

type Value<'a> = Spanned<DeValue<'a>>;

#[derive(Default)]
struct Reader {
    errors: Vec<LoadError>,
}

impl Reader {
    fn file(&mut self, table: &DeTable<'_>) -> Vec<Entry> {
        self.unknown_keys(table, TOP_KEYS);
        if let Some(value) = table.get("version") {
            let is_one =
                matches!(value.get_ref(), DeValue::Integer(number) if number.as_str() == "1");
            if !is_one {
                let error = LoadError::new(LoadCode::Malformed, span(value), "unknown version");
                self.errors.push(error.expected("1"));
            }
        }
        let Some(value) = table.get("accepted") else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(value, "a list of tables");
            return Vec::new();
        };
        if items.len() > ENTRIES_MAX {
            let error = LoadError::new(LoadCode::OverLimit, span(value), "too many entries")
                .found_plain(items.len().to_string())
                .expected(format!("at most {ENTRIES_MAX}"));
            self.errors.push(error);
            return Vec::new();
        }
        let entries: Vec<Entry> = items.iter().filter_map(|item| self.entry(item)).collect();
        self.given_twice(&entries);
        entries
    }

    fn entry(&mut self, item: &Value<'_>) -> Option<Entry> {
        let DeValue::Table(table) = item.get_ref() else {
            self.wrong_type(item, "a table");
            return None;
        };
        let misspelt = self.unknown_keys(table, KEYS);
        let whole = span(item);
        // A required key that was misspelt is one mistake, not two.
        let missing = |key: &str| !misspelt.iter().any(|meant| meant == key);
        let required = |reader: &mut Self, key: &'static str| match table.get(key) {
            Some(value) => reader.text(value),
            None => {
                if missing(key) {
                    reader.missing(whole, key);
                }
                None
            }
        };
        let scenario = required(self, "scenario");
        let requirement = required(self, "requirement");
        let check = required(self, "check");
        let expected = required(self, "expected");
        let reason = required(self, "reason");
        let issue = required(self, "issue");
        let requirement = requirement.and_then(|name| {
            let found = RequirementId::from_name(&name);
            if found.is_none() {
                let place = span(table.get("requirement")?);
                let names = REQUIREMENTS.iter().map(|row| row.id.name());
                let error =
                    LoadError::new(LoadCode::UnknownRequirement, place, "unknown requirement");
                self.errors
                    .push(error.found(&name).did_you_mean(closest(&name, names)));
            }
            found
        });
        for (key, text) in [("reason", &reason), ("issue", &issue)] {
            if text.as_ref().is_some_and(|text| text.trim().is_empty())
                && let Some(value) = table.get(key)
            {
                let title = format!("`{key}` says nothing");
                self.errors
                    .push(LoadError::new(LoadCode::Malformed, span(value), title));
            }
        }
        let mistakes = self.errors.len();
        let case = table.get("case").and_then(|value| self.text(value));
        let found = table.get("found").and_then(|value| self.text(value));
        let door = table.get("door").and_then(|value| self.door(value));
        let (expires, expires_span) = match table.get("expires") {
            Some(value) => (self.date(value), span(value)),
            None => {
                if missing("expires") {
                    self.missing(whole, "expires");
                }
                (None, whole)
            }
        };
        if self.errors.len() > mistakes {
            return None;
        }
        Some(Entry {
            span: whole,
            expires_span,
            scenario: scenario?,
            case,
            door,
            requirement: requirement?,
            check: check?,
            expected: expected?,
            found,
            reason: reason?,
            issue: issue?,
            expires: expires?,
        })
    }

    fn text(&mut self, value: &Value<'_>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => {
                self.wrong_type(value, "text");
                None
            }
        }
    }

    fn door(&mut self, value: &Value<'_>) -> Option<Door> {
        let name = self.text(value)?;
        let door = Door::from_name(&name);
        if door.is_none() {
            let names = Door::ALL.iter().map(|door| door.name());
            let error = LoadError::new(LoadCode::Malformed, span(value), "unknown door")
                .found(&name)
                .expected(names.clone().collect::<Vec<_>>().join(", "));
            self.errors.push(error.did_you_mean(closest(&name, names)));
        }
        door
    }

    fn date(&mut self, value: &Value<'_>) -> Option<Date> {
        let date = match value.get_ref() {
            DeValue::Datetime(given) if given.time.is_none() && given.offset.is_none() => {
                given.date
            }
            _ => None,
        };
        if date.is_none() {
            self.wrong_type(value, "a date without quotes, such as 2027-01-31");
        }
        date.map(|date| Date {
            year: i32::from(date.year),
            month: date.month,
            day: date.day,
        })
    }

    /// Complains of keys that a table does not know; gives the keys that were meant.
    fn unknown_keys(&mut self, table: &DeTable<'_>, known: &[&'static str]) -> Vec<String> {
        let mut meant = Vec::new();
        for (key, _) in table.iter() {
            let name: &str = key.get_ref();
            if known.contains(&name) {
                continue;
            }
            let range = key.span();
            let place = Span {
                start: range.start,
                end: range.end,
            };
            let close = closest(name, known.iter().copied());
            let error = LoadError::new(LoadCode::UnknownKey, place, "unknown key").found(name);
            self.errors.push(match close {
                Some(_) => error.did_you_mean(close),
                None => error.expected(known.join(", ")),
            });
            meant.extend(close.map(str::to_owned));
        }
        meant
    }

    fn missing(&mut self, place: Span, key: &str) {
        let title = format!("required key `{key}` is missing");
        self.errors
            .push(LoadError::new(LoadCode::MissingKey, place, title));
    }

    fn wrong_type(&mut self, value: &Value<'_>, expected: &str) {
        let found = match value.get_ref() {
            DeValue::String(_) => "text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let error = LoadError::new(LoadCode::WrongType, span(value), "wrong type");
        self.errors
            .push(error.found_plain(found).expected(expected));
    }

    fn given_twice(&mut self, entries: &[Entry]) {
        let mut seen = BTreeMap::new();
        for entry in entries {
            let key = (
                (&entry.scenario, &entry.case, entry.door),
                (entry.requirement, &entry.check),
                (&entry.expected, &entry.found),
            );
            if let Some(first) = seen.insert(key, entry.span) {
                let title = "the same failure is accepted twice";
                let error = LoadError::new(LoadCode::NameTwice, entry.span, title);
                self.errors.push(error.label(first, "first here"));
            }
        }
    }
}

fn span(value: &Value<'_>) -> Span {
    let range = value.span();
    Span {
        start: range.start,
        end: range.end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r##"version = 1

[[accepted]]
scenario = "a/b"
case = "nil"
door = "session"
requirement = "R-4-10"
check = "changed"
expected = "8d"
found = "1h"
reason = "known"
issue = "#1"
expires = 2027-01-31
"##;

    fn mistakes(text: &str) -> Vec<String> {
        let rejected = read_baseline("b.toml", text.as_bytes()).unwrap_err();
        rejected.to_string().lines().map(str::to_owned).collect()
    }

    #[test]
    fn an_entry_is_read_whole() {
        let baseline = read_baseline("b.toml", GOOD.as_bytes()).unwrap();
        let [entry] = &baseline.entries[..] else {
            panic!("{:?}", baseline.entries);
        };
        assert_eq!(entry.words(), "`a/b`, case `nil`, door session");
        assert_eq!(entry.requirement, RequirementId::R_4_10);
        assert_eq!(entry.found.as_deref(), Some("1h"));
        assert_eq!(entry.expires.to_string(), "2027-01-31");
        assert_eq!(baseline.source.locate(entry.span), "b.toml:3:1");
        let less = GOOD
            .replace("case = \"nil\"\n", "")
            .replace("door = \"session\"\n", "")
            .replace("found = \"1h\"\n", "");
        let less = read_baseline("b.toml", less.as_bytes()).unwrap();
        assert_eq!(less.entries[0].words(), "`a/b`");
        assert_eq!(less.entries[0].found, None);
        assert!(read_baseline("b.toml", b"").unwrap().entries.is_empty());
    }

    #[test]
    fn every_mistake_is_told_at_its_place() {
        let wrong = GOOD
            .replace("version = 1", "version = 2\nextra = true")
            .replace("door = \"session\"", "door = \"sesion\"")
            .replace("R-4-10", "R4-10")
            .replace("check =", "chek =")
            .replace("expected = \"8d\"", "expected = 8")
            .replace("reason = \"known\"\n", "")
            .replace("issue = \"#1\"", "issue = \" \"")
            .replace("2027-01-31", "\"soon\"");
        assert_eq!(
            mistakes(&wrong),
            [
                "b.toml:1:11: IC2104: unknown version, expected 1",
                "b.toml:2:1: IC2101: unknown key, found `extra`, expected version, accepted",
                "b.toml:4:1: IC2103: required key `reason` is missing",
                "b.toml:7:8: IC2104: unknown door, found `sesion`, expected delegate, session, http, net.tcp, exec; did you mean `session`",
                "b.toml:8:15: IC2401: unknown requirement, found `R4-10`; did you mean `R-4-10`",
                "b.toml:9:1: IC2101: unknown key, found `chek`; did you mean `check`",
                "b.toml:10:12: IC2102: wrong type, found a whole number, expected text",
                "b.toml:12:9: IC2104: `issue` says nothing",
                "b.toml:13:11: IC2102: wrong type, found text, expected a date without quotes, such as 2027-01-31",
            ]
        );
    }

    #[test]
    fn what_is_no_list_no_date_or_no_toml_is_refused() {
        assert_eq!(
            mistakes("accepted = 1"),
            ["b.toml:1:12: IC2102: wrong type, found a whole number, expected a list of tables"]
        );
        assert_eq!(
            mistakes("accepted = [1]"),
            ["b.toml:1:13: IC2102: wrong type, found a whole number, expected a table"]
        );
        let timed = GOOD.replace("2027-01-31", "2027-01-31T00:00:00Z");
        assert!(mistakes(&timed)[0].starts_with("b.toml:13:11: IC2102"));
        assert!(mistakes("a = [")[0].contains("IC2002"));
        assert!(mistakes(&format!("a = {}", "[".repeat(100_000)))[0].contains("IC2003"));
        let bytes = read_baseline("b.toml", b"\xff").unwrap_err();
        assert_eq!(bytes.errors[0].code, LoadCode::Unreadable);
    }

    #[test]
    fn the_same_failure_cannot_be_accepted_twice() {
        let twice = format!("{GOOD}{}", GOOD.replace("version = 1", ""));
        assert_eq!(
            mistakes(&twice),
            ["b.toml:16:1: IC2202: the same failure is accepted twice"]
        );
    }
}
