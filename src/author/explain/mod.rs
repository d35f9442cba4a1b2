//! What a case comes to, in words: its world with everything filled in, what the client says, what is allowed to
//! follow and why, and what our simulator does.

mod allowed;
mod messages;
mod world;

use std::collections::BTreeSet;

use crate::author::text::{Page, Part, ends};
use crate::report::snapshot;
use crate::scenario::{Case, Scenario};
use crate::spec::{Question, Readings, RequirementId};
use crate::trace::{Door, Trace};

/// A case and what our simulator shows of it.
#[derive(Debug, Clone, Copy)]
pub struct Explained<'a> {
    /// The file.
    pub scenario: &'a Scenario,
    /// The case.
    pub case: &'a Case,
    /// An earlier case that is explained before this one, over the same world.
    pub same_world_as: Option<&'a Case>,
    /// All readings in force.
    pub readings: &'a Readings,
    /// The run, or why there is none.
    pub run: Result<&'a Trace, &'a str>,
}

/// The ids that a text names, to be told in words below it.
#[derive(Debug, Default)]
struct Cited {
    requirements: BTreeSet<RequirementId>,
    questions: BTreeSet<Question>,
}

/// What stands above the cases of a file.
#[must_use]
pub fn head(scenario: &Scenario) -> String {
    let mut page = Page::default();
    page.line(0, &scenario.source.path);
    page.line(0, &scenario.title.value);
    if let Some(description) = &scenario.description {
        page.hanging(2, 2, description);
    }
    page.into_text()
}

/// One case of it.
#[must_use]
pub fn case(explained: &Explained<'_>) -> String {
    let Explained {
        scenario,
        case,
        readings,
        ..
    } = explained;
    let mut page = Page::default();
    if let Some(name) = &case.name {
        page.line(0, &format!("== case `{name}`"));
    }
    about(case, &mut page);
    let setup = case.world.set_up();
    match explained.same_world_as {
        Some(other) => {
            page.heading("World");
            let name = other.name.as_deref().unwrap_or_default();
            page.line(2, &format!("the same as in the case `{name}`"));
        }
        None => world::world(&case.world, &setup, &mut page),
    }
    world::caller(case, &mut page);
    world::partner(&case.world, &mut page);
    doors(scenario, case, &mut page);
    in_force(readings, &mut page);
    messages::steps(case, explained.run.ok(), &mut page);
    match explained.run {
        Ok(trace) => {
            let mut cited = Cited::default();
            allowed::allowed(trace, readings, &mut cited, &mut page);
            legend(&cited, &mut page);
            simulator(trace, &mut page);
        }
        Err(reason) => {
            page.heading("What is allowed, and what our simulator does");
            page.line(2, &format!("cannot be told: {reason}"));
        }
    }
    page.into_text()
}

fn about(case: &Case, page: &mut Page) {
    if case.requirements.is_empty() {
        return;
    }
    page.heading("About");
    for id in &case.requirements {
        requirement(*id, page);
    }
}

fn requirement(id: RequirementId, page: &mut Page) {
    let row = id.requirement();
    let strength = row.strength.name();
    page.hanging(
        2,
        13,
        &format!(
            "{:<10} {}, {strength}: {}",
            id.name(),
            row.section,
            row.step
        ),
    );
}

fn doors(scenario: &Scenario, case: &Case, page: &mut Page) {
    page.heading("Doors");
    for door in Door::ALL {
        let what = if case.doors.contains(door) {
            "carries it".to_owned()
        } else if let Some(cannot) = case.cannot.iter().find(|cannot| cannot.door == *door) {
            let line = scenario.source.position(cannot.span.start).line;
            format!("cannot: {} (line {line})", cannot.reason)
        } else {
            "could carry it, but `doors` does not name it".to_owned()
        };
        page.hanging(2, 12, &format!("{:<9} {what}", door.name()));
    }
}

fn in_force(readings: &Readings, page: &mut Page) {
    page.heading("Readings");
    let mut differing = readings.differing().peekable();
    if differing.peek().is_none() {
        page.line(2, "our rulings on every open question");
    }
    for (question, reading) in differing {
        let ours = question.ruling().readings[0];
        page.line(
            2,
            &format!(
                "{question}={}: {} (ours is {}: {})",
                reading.name, reading.meaning, ours.name, ours.meaning
            ),
        );
    }
}

/// The ids of the text above in words.
fn legend(cited: &Cited, page: &mut Page) {
    if !cited.requirements.is_empty() {
        page.heading("Why");
    }
    for id in &cited.requirements {
        requirement(*id, page);
    }
    for question in &cited.questions {
        let asks = question.ruling().asks;
        page.hanging(2, 13, &format!("{:<10} {asks}", question.name()));
    }
}

fn simulator(trace: &Trace, page: &mut Page) {
    page.heading(&format!(
        "What our simulator does, through the door {}",
        trace.door
    ));
    let text = snapshot(trace);
    let (events, store) = text.split_once("\nstore:\n").unwrap_or((&text, ""));
    let lines = |text: &str, page: &mut Page| {
        let all: Vec<&str> = text.lines().collect();
        // A long trace was cut before; that line counts for those it stands for.
        let cut = |line: &str| -> Option<usize> {
            let (told, _) = line
                .strip_prefix("... ")?
                .split_once(" more lines, digest ")?;
            told.parse().ok()
        };
        let before: usize = all
            .iter()
            .filter_map(|line| cut(line))
            .map(|count| count - 1)
            .sum();
        for part in ends(&all) {
            match part {
                Part::Item(line) => page.hanging(2, 6, line),
                Part::LeftOut(count) => {
                    page.line(2, &format!("... {} more lines ...", count + before));
                }
            }
        }
    };
    lines(events, page);
    page.heading("The store afterwards");
    lines(store, page);
}

/// A name inside a sentence: one that is not a single word stands in back-ticks.
fn name(text: &str) -> String {
    if text
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && !text.is_empty()
    {
        text.to_owned()
    } else {
        format!("`{text}`")
    }
}
