//! What a right run is blamed for when one thing in it is changed: in the store that it leaves, in how it ends, in what
//! was asked for, in what could be seen.
//!
//! `tests/deviants.rs` has servers that make a mistake; here the mistake is made in the trace, so that every column of
//! every row can be wrong, alone, in hundreds of small worlds. What the checks say of each is a committed list: a
//! changed line is a changed verdict, or another requirement that an implementer is sent to.
//! `UPDATE_EXPECT=1 cargo test --test judged` takes over what is said now; whoever reads the difference has to be told
//! why.

mod ends;
mod forms;
mod sights;
mod stores;
mod swaps;
mod worlds;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use ipamconf::check::check;
use ipamconf::scenario::Case;
use ipamconf::spec::Readings;
use ipamconf::trace::Trace;
use ipamconf::verdict::{CheckResult, CheckVerdict};

use crate::worlds::Run;

/// What is said of each kind of change, by the set of findings.
#[derive(Default)]
struct Said(BTreeMap<String, BTreeMap<BTreeSet<String>, Runs>>);

/// How many runs there are, and the words for each finding in the first.
type Runs = (usize, BTreeMap<String, String>);

impl Said {
    fn add(&mut self, change: &str, case: &Case, trace: &Trace) {
        self.add_with(change, case, trace, |_| false);
    }

    /// With what passes among these.
    fn add_with(
        &mut self,
        change: &str,
        case: &Case,
        trace: &Trace,
        shows: impl Fn(&CheckResult) -> bool,
    ) {
        let results = check(case, trace, &Readings::default());
        let wrong = || {
            results
                .iter()
                .filter(|result| result.verdict != CheckVerdict::Pass || shows(result))
        };
        let found: BTreeSet<String> = wrong().map(finding).collect();
        let kinds = self.0.entry(change.to_owned()).or_default();
        let (count, words) = kinds.entry(found).or_default();
        *count += 1;
        if *count == 1 {
            for result in wrong().filter(|result| !result.expected.is_empty()) {
                words
                    .entry(finding(result))
                    .or_insert_with(|| words_of(result));
            }
        }
    }

    fn add_all(&mut self, other: Self) {
        for (change, kinds) in other.0 {
            let here = self.0.entry(change).or_default();
            for (found, (count, words)) in kinds {
                let (sum, first) = here.entry(found).or_default();
                if *sum == 0 {
                    *first = words;
                }
                *sum += count;
            }
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (change, kinds) in &self.0 {
            writeln!(text, "{change}").expect("a string takes all");
            let mut shown: BTreeSet<&str> = BTreeSet::new();
            for (found, (count, words)) in kinds {
                let found: Vec<&str> = found.iter().map(String::as_str).collect();
                let found = match found.join(", ") {
                    none if none.is_empty() => "nothing".to_owned(),
                    some => some,
                };
                writeln!(text, "{count:>7} {found}").expect("a string takes all");
                // Once for each change is enough to see them.
                for (_, words) in words.iter().filter(|(found, _)| shown.insert(found)) {
                    writeln!(text, "          {words}").expect("a string takes all");
                }
            }
        }
        text
    }
}

/// What a check found, without the names of its world.
fn finding(result: &CheckResult) -> String {
    let verdict = match result.verdict {
        CheckVerdict::Pass => "passes",
        CheckVerdict::Fail => "fails",
        CheckVerdict::Deviates => "deviates",
        CheckVerdict::NotObservable => "cannot be seen",
        CheckVerdict::NotReached => "was not reached",
    };
    let reading = result
        .reading
        .map(|(question, value)| format!(" ({question}={value})"));
    format!(
        "{} {} {} {verdict}{}",
        result.requirement,
        result.check,
        result.grade,
        reading.unwrap_or_default()
    )
}

/// What it says.
fn words_of(result: &CheckResult) -> String {
    let event = result.event.map(|event| format!(" [event {event}]"));
    format!(
        "{}: {} | {}{}",
        result.requirement,
        result.expected,
        result.found,
        event.unwrap_or_default()
    )
}

/// What is said of all runs, in threads; in the order of the runs, whoever is first.
fn said(look: impl Fn(&Run, &mut Said) + Sync) -> Said {
    let runs = &*worlds::RUNS;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let parts: Vec<Said> = std::thread::scope(|scope| {
        let look = &look;
        let threads: Vec<_> = runs
            .chunks(runs.len().div_ceil(threads))
            .map(|part| {
                scope.spawn(move || {
                    let mut said = Said::default();
                    for run in part {
                        look(run, &mut said);
                    }
                    said
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("it has not panicked"))
            .collect()
    });
    let mut all = Said::default();
    for part in parts {
        all.add_all(part);
    }
    all
}

/// Compares with the committed list, or writes it.
fn compare(name: &str, now: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/judged")
        .join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, now).expect("the list can be written");
    }
    let then = std::fs::read_to_string(&path).expect("the list is there");
    for (line, (now, then)) in now.lines().zip(then.lines()).enumerate() {
        assert_eq!(now, then, "tests/judged/{name}:{}", line + 1);
    }
    assert_eq!(now.lines().count(), then.lines().count(), "{name}");
}

#[test]
fn a_right_run_passes_the_checks_of_the_committed_list_and_no_other() {
    let mut passed: BTreeMap<(String, String), usize> = BTreeMap::new();
    for Run { case, trace, .. } in &*worlds::RUNS {
        for result in check(case, trace, &Readings::default()) {
            assert_eq!(result.verdict, CheckVerdict::Pass, "{}", words_of(&result));
            let found = (finding(&result), result.found);
            *passed.entry(found).or_default() += 1;
        }
    }
    let text: String = passed
        .iter()
        .map(|((finding, found), count)| format!("{count:>7} {finding} {found}\n"))
        .map(|line| line.replace(" \n", "\n"))
        .collect();
    compare("right.txt", &text);
}

#[test]
fn a_row_that_is_wrong_is_blamed_on_what_the_committed_list_says() {
    let said = said(|run, said| {
        // There are a hundred changes of each; a third of the drawn worlds says what all say.
        if !run.is_authored && !run.number.is_multiple_of(3) {
            return;
        }
        for (change, after) in stores::changes(run) {
            said.add(&change, &run.case, &run.with_store(after));
        }
    });
    compare("stores.txt", &said.text());
}

#[test]
fn a_wrong_end_is_blamed_on_what_the_committed_list_says() {
    let said = said(|run, said| {
        for (change, trace) in ends::changes(run) {
            said.add(&change, &run.case, &trace);
        }
    });
    compare("ends.txt", &said.text());
}

#[test]
fn what_cannot_be_seen_or_was_disturbed_is_judged_as_the_committed_list_says() {
    let said = said(|run, said| {
        for (change, trace) in sights::changes(run) {
            said.add(&change, &run.case, &trace);
        }
    });
    compare("sights.txt", &said.text());
}

#[test]
fn doing_what_was_asked_elsewhere_is_blamed_on_what_the_committed_list_says() {
    let said = said(|run, said| {
        for (change, case, trace) in swaps::changes(run) {
            said.add(&change, &case, &trace);
        }
    });
    compare("swaps.txt", &said.text());
}

#[test]
fn a_wrong_envelope_is_blamed_on_what_the_committed_list_says() {
    let said = said(|run, said| {
        for (change, trace) in forms::changes(run) {
            said.add_with(&change, &run.case, &trace, forms::is_of_envelopes);
        }
    });
    compare("forms.txt", &said.text());
}
