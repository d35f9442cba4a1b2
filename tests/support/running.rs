//! Running samples on targets, trying properties on many of them, and counting what occurs.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeMap;
use std::fmt::Debug;

use ipamconf::door::{DelegateTarget, SessionTarget};
use ipamconf::suite::{Target, TargetError, run_case};
use ipamconf::trace::{Door, Trace};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed, TestCaseError, TestRunner};

use crate::worlds::Sample;

/// The seed of every run that does not choose another one.
pub(crate) const SEED: u64 = 31_944_431;

/// What a property finds wrong.
pub(crate) type Finding = Result<(), String>;

/// Makes a target for a door.
pub(crate) type TargetOf = fn(Door) -> Box<dyn Target>;

pub(crate) fn simulator(door: Door) -> Box<dyn Target> {
    match door {
        Door::Delegate => Box::new(DelegateTarget::default()),
        _ => Box::new(SessionTarget::default()),
    }
}

pub(crate) fn run(sample: &Sample, target: TargetOf) -> Option<Trace> {
    run_on(sample, target(sample.door).as_mut())
}

/// `None` where a step changes the store in a way that the store refuses: there is nothing to judge then.
pub(crate) fn run_on(sample: &Sample, target: &mut dyn Target) -> Option<Trace> {
    match run_case(&sample.case, target, &sample.readings) {
        Ok(trace) => Some(trace),
        Err(TargetError::Change(_)) => None,
        Err(error) => panic!("the case could not be run: {error}"),
    }
}

pub(crate) fn with_trace(sample: &Sample, property: impl Fn(&Trace) -> Finding) -> Finding {
    run(sample, simulator).map_or(Ok(()), |trace| property(&trace))
}

pub(crate) fn under_our_rulings(sample: &Sample) -> Sample {
    Sample {
        readings: ipamconf::spec::Readings::default(),
        ..sample.clone()
    }
}

pub(crate) fn none(wrong: &[String]) -> Finding {
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

/// Tries a property on so many cases, or as many as `PROPTEST_CASES` says.
pub(crate) fn always<S>(cases: u32, strategy: &S, property: impl Fn(&S::Value) -> Finding)
where
    S: Strategy<Value: Debug>,
{
    let outcome = TestRunner::new(config(cases)).run(strategy, |value| {
        property(&value).map_err(TestCaseError::fail)
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// So many values over the fixed seed, whatever the environment says.
pub(crate) fn drawn<S: Strategy>(count: usize, strategy: &S) -> Vec<S::Value> {
    let mut runner = TestRunner::new(Config {
        rng_seed: RngSeed::Fixed(SEED),
        ..Config::default()
    });
    (0..count)
        .map(|_| {
            strategy
                .new_tree(&mut runner)
                .expect("nothing is filtered")
                .current()
        })
        .collect()
}

fn config(cases: u32) -> Config {
    let from_environment = Config::default();
    Config {
        cases: if std::env::var_os("PROPTEST_CASES").is_some() {
            from_environment.cases
        } else {
            cases
        },
        rng_seed: match from_environment.rng_seed {
            RngSeed::Random => RngSeed::Fixed(SEED),
            fixed @ RngSeed::Fixed(_) => fixed,
        },
        // None where `PROPTEST_DISABLE_FAILURE_PERSISTENCE` is set.
        failure_persistence: from_environment.failure_persistence.as_ref().map(|_| {
            Box::new(FileFailurePersistence::Direct(concat!(
                "proptest-regressions/",
                env!("CARGO_CRATE_NAME"),
                ".txt"
            ))) as Box<_>
        }),
        ..from_environment
    }
}

/// How often what was seen.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counts: BTreeMap<String, u64>,
}

impl Tally {
    pub(crate) fn count(&mut self, what: &str) {
        *self.counts.entry(what.to_owned()).or_default() += 1;
    }

    /// Each was seen at least five times: more than luck.
    pub(crate) fn expect_each(&self, expected: &[&str]) {
        for what in expected {
            let seen = self.counts.get(*what).copied().unwrap_or(0);
            assert!(
                seen >= 5,
                "`{what}` was seen {seen} times of {:#?}",
                self.counts
            );
        }
    }
}
