//! Partner rules: what is certain and what is not.

use super::*;

fn with_rules(scopes: Vec<Scope>, rules: Vec<PartnerRule<usize>>) -> Fixture {
    let mut world = world(scopes);
    world.partner = rules;
    Fixture::of(&world)
}

#[test]
fn a_refusal_of_the_only_create_is_certain() {
    let scopes = vec![
        scope("A", 0, 1, &[0]),
        scope("B", 0, 2, &[0]),
        scope("A on P1", 1, 1, &[0]),
    ];
    let mut fixture = with_rules(scopes, vec![refuse(Some(RequestKind::Create), 0, Some(1))]);
    let allowed = fixture.replicate();
    only(&allowed, FAILURE, R::R_3_20);
    assert_eq!(kinds(&allowed, 0), ["update"]);
    assert_eq!(kinds(&allowed, 1), ["fault"]);
    assert_eq!(allowed.taken.taken, [(1, 1)]);
    fixture.taken = allowed.taken;
    let again = fixture.replicate();
    only(&again, SUCCESS, R::R_31_4);
    assert_eq!(again.taken.taken, [(1, 1)]);
}

#[test]
fn one_of_two_is_refused_and_nobody_knows_which() {
    let scopes = vec![scope("A", 0, 1, &[0]), scope("B", 0, 2, &[0])];
    let fixture = with_rules(scopes, vec![refuse(None, 0, Some(1))]);
    let allowed = fixture.replicate();
    only(&allowed, FAILURE, R::R_3_20);
    assert_eq!(kinds(&allowed, 0), ["fault", "create"]);
    assert_eq!(kinds(&allowed, 1), ["create", "fault"]);
    assert_eq!(allowed.at_most_written, [(vec![0, 1], 1)]);
    assert_eq!(allowed.taken.taken, [(1, 1)]);
}

#[test]
fn a_rule_that_lets_enough_through_hits_nothing() {
    let scopes = || vec![scope("A", 0, 1, &[0]), scope("B", 0, 2, &[0])];
    let enough = with_rules(scopes(), vec![refuse(None, 2, Some(1))]).replicate();
    only(&enough, SUCCESS, R::R_31_4);
    assert_eq!(enough.taken.taken, [(2, 2)]);
    let one = with_rules(scopes(), vec![refuse(None, 1, None)]).replicate();
    only(&one, FAILURE, R::R_3_20);
    assert_eq!(kinds(&one, 0), ["create", "fault"]);
    assert_eq!(kinds(&one, 1), ["fault", "create"]);
    assert_eq!(one.at_most_written, [(vec![0, 1], 1)]);
    assert_eq!(one.taken.taken, [(2, 2)]);
}

#[test]
fn a_lost_answer_fails_and_writes() {
    let mut rule = refuse(None, 0, None);
    rule.does = Does::LoseAnswer;
    let allowed = with_rules(vec![scope("A", 0, 1, &[0])], vec![rule]).replicate();
    only(&allowed, FAILURE, R::R_3_20);
    assert_eq!(kinds(&allowed, 0), ["fault, written"]);
    assert!(allowed.at_most_written.is_empty());
}

#[test]
fn a_rule_behind_one_that_takes_all_is_never_reached() {
    let mut accept = refuse(None, 0, None);
    accept.does = Does::Accept;
    let rules = vec![accept, refuse(None, 0, None)];
    let allowed = with_rules(vec![scope("A", 0, 1, &[0])], rules).replicate();
    only(&allowed, SUCCESS, R::R_31_4);
    assert_eq!(allowed.taken.taken, [(1, 1), (0, 0)]);
}

#[test]
fn a_rule_that_was_spent_before_lets_nothing_through() {
    let mut accept = refuse(None, 0, Some(1));
    accept.does = Does::Accept;
    let mut fixture = with_rules(
        vec![scope("A", 0, 1, &[0])],
        vec![accept, refuse(None, 0, None)],
    );
    only(&fixture.replicate(), SUCCESS, R::R_31_4);
    fixture.taken = PartnerBounds {
        taken: vec![(1, 1), (0, 0)],
    };
    let allowed = fixture.replicate();
    only(&allowed, FAILURE, R::R_3_20);
    assert_eq!(kinds(&allowed, 0), ["fault"]);
}

#[test]
fn a_request_that_is_never_sent_counts_nowhere() {
    let mut bad = scope("A", 0, 1, &[0]);
    bad.details.prefix_length = 0;
    let allowed = with_rules(vec![bad], vec![refuse(None, 0, None)]).replicate();
    only(&allowed, FAILURE, R::R_VAL_1);
    assert_eq!(allowed.taken.taken, [(0, 0)]);
}

#[test]
fn a_fault_elsewhere_leaves_open_what_was_sent() {
    let mut bad = scope("B", 0, 2, &[0]);
    bad.details.prefix_length = 0;
    let scopes = vec![scope("A", 0, 1, &[0]), bad];
    let allowed = with_rules(scopes, vec![refuse(None, 1, Some(1))]).replicate();
    only(&allowed, FAILURE, R::R_VAL_1);
    assert_eq!(allowed.taken.taken, [(0, 1)]);
}

#[test]
fn an_uncertain_past_allows_both_ends() {
    let mut fixture = with_rules(vec![scope("A", 0, 1, &[0])], vec![refuse(None, 0, Some(1))]);
    fixture.taken.taken = vec![(0, 1)];
    let allowed = fixture.replicate();
    both(&allowed, FAILURE, Question::OQ15);
    assert_eq!(kinds(&allowed, 0), ["fault", "create"]);
    assert_eq!(allowed.at_most_written, [(vec![0], 0)]);
    assert_eq!(allowed.taken.taken, [(1, 1)]);
}

/// Plays every order of the scopes, stopping at the first fault and going on, and holds the outcome against the
/// bounds.
#[test]
fn no_order_of_requests_leaves_the_bounds() {
    let kinds = [Does::Accept, Does::Refuse, Does::LoseAnswer];
    let scopes = || {
        vec![
            scope("A", 0, 1, &[0]),
            scope("B", 0, 2, &[0]),
            scope("C", 0, 3, &[1]),
            scope("A on P1", 1, 1, &[0]),
        ]
    };
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    let filters: [fn(&mut PartnerRule<usize>); 4] = [
        |_| {},
        |rule| rule.on = Some(RequestKind::Create),
        |rule| rule.server = Some(1),
        |rule| rule.scope = Some(0),
    ];
    let mut variants = Vec::new();
    for does in kinds {
        for filter in filters {
            for (after, times) in [(0, None), (0, Some(1)), (1, Some(1)), (2, None)] {
                let mut rule = refuse(None, after, times);
                rule.does = does;
                filter(&mut rule);
                variants.push(rule);
            }
        }
    }
    let pairs = variants
        .iter()
        .flat_map(|first| variants.iter().map(move |second| vec![first, second]));
    let alone = variants.iter().map(|rule| vec![rule]);
    let mut exact = Exact::default();
    for rules in alone.chain(pairs) {
        let fixture = with_rules(scopes(), rules.iter().copied().cloned().collect());
        let allowed = fixture.replicate();
        let mut played = Vec::new();
        for order in orders {
            for stops in [true, false] {
                played.push(play(&fixture, &allowed, order, stops));
            }
        }
        let seen: BTreeSet<bool> = played.iter().map(|played| played.failed).collect();
        let ends: BTreeSet<bool> = allowed
            .ends
            .iter()
            .map(|end| end.stage == FAILURE)
            .collect();
        assert_eq!(seen, ends, "{rules:?}");
        exact.of += 1;
        exact.written += usize::from(most_written(&played) == most_allowed(&allowed));
        exact.taken += usize::from(
            allowed
                .taken
                .taken
                .iter()
                .enumerate()
                .all(|(rule, bounds)| {
                    let taken = || played.iter().map(|played| played.taken[rule]);
                    (taken().min(), taken().max()) == (Some(bounds.0), Some(bounds.1))
                }),
        );
    }
    // Bounds may be wide where two rules meet. How often they are is known, so that they do not get wider.
    let expected = Exact {
        of: 2352,
        written: 2336,
        taken: 2178,
    };
    assert_eq!(exact, expected);
}

/// For how many sets of rules the bounds are what some order reaches.
#[derive(Debug, Default, PartialEq, Eq)]
struct Exact {
    of: usize,
    written: usize,
    taken: usize,
}

/// What one order led to.
struct Played {
    failed: bool,
    written: [bool; 3],
    taken: [u64; 2],
}

/// The most scopes that are written in an operation that fails.
fn most_written(played: &[Played]) -> Option<usize> {
    let failed = played.iter().filter(|played| played.failed);
    failed
        .map(|played| played.written.iter().filter(|written| **written).count())
        .max()
}

/// The most that the oracle allows there.
fn most_allowed(allowed: &Allowed) -> Option<usize> {
    if !stages(allowed).contains(&FAILURE) {
        return None;
    }
    let may_be = |place: &usize| {
        allowed.fates[*place]
            .choices
            .iter()
            .any(|choice| match choice {
                Choice::Write(_) => true,
                Choice::Fault { written, .. } => written.is_some(),
                Choice::Skip { .. } => false,
            })
    };
    (0..8usize)
        .map(|set| {
            (0..3)
                .filter(|place| set >> place & 1 == 1)
                .collect::<Vec<usize>>()
        })
        .filter(|set| set.iter().all(may_be))
        .filter(|set| {
            let within =
                |places: &[usize]| set.iter().filter(|place| places.contains(place)).count();
            allowed
                .at_most_written
                .iter()
                .all(|(places, most)| within(places) <= *most)
        })
        .map(|set| set.len())
        .max()
}

/// What that order leads to; every scope's outcome has to be among its choices.
fn play(fixture: &Fixture, allowed: &Allowed, order: [usize; 3], stops: bool) -> Played {
    let mut taken = [0u64; 2];
    let mut written = [false; 3];
    let mut failed = false;
    for index in order {
        let fate = &allowed.fates[index];
        let write = fate.choices.iter().find_map(|choice| match choice {
            Choice::Write(write) => Some(write),
            Choice::Fault { written, .. } => written.as_ref(),
            Choice::Skip { .. } => None,
        });
        let server = fixture.server(if index == 2 { 2 } else { 1 });
        let kind = if index == 0 {
            RequestKind::Update
        } else {
            RequestKind::Create
        };
        let mut does = Does::Accept;
        for (rule, taken) in fixture.setup.partner.iter().zip(&mut taken) {
            let end = rule.times.map(|times| rule.after + times);
            if rule.server.is_none_or(|wanted| wanted == server)
                && rule.scope.is_none_or(|wanted| wanted == fate.source)
                && rule.on.is_none_or(|wanted| wanted == kind)
                && end.is_none_or(|end| *taken < end)
            {
                if *taken >= rule.after {
                    does = rule.does;
                }
                *taken += 1;
                break;
            }
        }
        written[index] = does.applies();
        let found = fate.choices.iter().any(|choice| match choice {
            Choice::Write(_) => !does.faults(),
            Choice::Fault { written, .. } => does.faults() && written.is_some() == does.applies(),
            Choice::Skip { .. } => false,
        });
        assert!(found, "{does:?} {fate:?} {:?}", fixture.setup.partner);
        assert!(write.is_none_or(|write| write.server == server));
        failed |= does.faults();
        if failed && stops {
            break;
        }
    }
    for (taken, (least, most)) in taken.iter().zip(&allowed.taken.taken) {
        assert!(
            (least..=most).contains(&taken),
            "{taken} not in {least}..={most}: {:?}",
            fixture.setup.partner
        );
    }
    if failed {
        for (places, most) in &allowed.at_most_written {
            let found = places.iter().filter(|place| written[**place]).count();
            assert!(found <= *most, "{:?}", fixture.setup.partner);
        }
    }
    Played {
        failed,
        written,
        taken,
    }
}

#[test]
fn a_large_world_is_judged_in_one_pass() {
    let scopes = (0..20_000u32)
        .map(|index| {
            let mut scope = scope(&index.to_string(), 0, 0, &[0]);
            let at = |last: u32| IpAddr::V4(Ipv4Addr::from_bits((10 << 24) + index * 256 + last));
            scope.details.scope_id = at(0);
            scope.details.start_address = at(1);
            scope.details.end_address = at(254);
            scope
        })
        .collect();
    let fixture = with_rules(scopes, vec![refuse(None, 10_000, Some(1))]);
    let allowed = fixture.replicate();
    only(&allowed, FAILURE, R::R_3_20);
    assert_eq!(allowed.fates.len(), 20_000);
    assert_eq!(allowed.at_most_written[0].1, 19_999);
    assert_eq!(allowed.taken.taken, [(10_001, 10_001)]);
}
