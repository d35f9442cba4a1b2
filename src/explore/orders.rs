//! Set (d): every order of what a client may do on a session, on one small world.

use std::time::Duration;

use crate::explore::build;
use crate::explore::skeleton::Skeleton;
use crate::scenario::{Action, Case, Initialize, ParametersChoice, ServerChoice, Step};
use crate::trace::Door;

/// The longest order. What a session remembers of its messages shows in fewer.
const LENGTH_MAX: usize = 5;

/// How many things a client may do.
const LETTERS: usize = 8;

/// How many orders there are: 8 + 8^2 + ... + 8^5.
pub(super) const COUNT: u64 = 37_448;

/// A unit for each length and first letter.
pub(super) const UNITS: usize = LENGTH_MAX * LETTERS;

/// The orders of one length that begin with one letter.
pub(super) fn of_unit(unit: usize) -> impl Iterator<Item = Case> {
    let (length, first) = (unit / LETTERS + 1, unit % LETTERS);
    let rest = LETTERS.pow(u32::try_from(length - 1).unwrap_or(u32::MAX));
    (0..rest).map(move |mut number| {
        let mut steps = vec![letter(first)];
        for _ in 1..length {
            steps.push(letter(number % LETTERS));
            number /= LETTERS;
        }
        Case {
            steps,
            ..build::case(world(), vec![Door::Session])
        }
    })
}

/// What a client may do.
fn letter(number: usize) -> Step {
    let right = build::initialize(ServerChoice::Row(0));
    build::step(match number {
        0 => Action::Initialize(right),
        1 => Action::Start,
        2 => Action::Keepalive { times: 1 },
        3 => Action::Wait(Duration::from_secs(50)),
        4 => Action::Initialize(Initialize {
            parameters: ParametersChoice::Nil,
            ..right
        }),
        5 => Action::Initialize(Initialize {
            server: ServerChoice::Nil,
            ..right
        }),
        6 => Action::SendCallback {
            name: "SetOverallStatus".to_owned(),
        },
        _ => Action::Close,
    })
}

/// A server with one scope, and its partner with the copy.
fn world() -> crate::world::World {
    build::world(&Skeleton::pair())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_counted_once() {
        let mut seen = std::collections::BTreeSet::new();
        for case in (0..UNITS).flat_map(of_unit) {
            let steps: Vec<_> = case
                .steps
                .iter()
                .map(|step| format!("{:?}", step.action))
                .collect();
            assert!(seen.insert(steps));
        }
        assert_eq!(seen.len() as u64, COUNT);
    }
}
