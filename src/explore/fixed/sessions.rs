//! Two clients at once: every order of up to four things that they do, each for another server.

use crate::explore::{build, fixed};
use crate::scenario::{Action, Case, ServerChoice, Spanned, Step};
use crate::trace::Door;
use crate::verdict::Span;

const NAMES: [&str; 2] = ["one", "two"];

/// The longest order.
const LENGTH_MAX: u32 = 4;

fn actions(session: usize) -> Vec<Action> {
    vec![
        Action::Initialize(build::initialize(ServerChoice::Row(session))),
        Action::Start,
        Action::SendCallback {
            name: "StartProgressCallback".to_owned(),
        },
        Action::Drop,
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let letters: Vec<(usize, Action)> = (0..NAMES.len())
        .flat_map(|session| {
            actions(session)
                .into_iter()
                .map(move |action| (session, action))
        })
        .collect();
    let mut cases = Vec::new();
    for length in 1..=LENGTH_MAX {
        for mut number in 0..letters.len().pow(length) {
            let mut steps: Vec<Step> = (0..NAMES.len())
                .map(|session| step(session, Action::Connect { caller: None }))
                .collect();
            for _ in 0..length {
                let (session, action) = &letters[number % letters.len()];
                steps.push(step(*session, action.clone()));
                number /= letters.len();
            }
            cases.push(Case {
                steps,
                ..build::case(fixed::world(), vec![Door::Session])
            });
        }
    }
    cases
}

fn step(session: usize, action: Action) -> Step {
    Step {
        session: Some(Spanned::new(NAMES[session].to_owned(), Span::default())),
        ..build::step(action)
    }
}
