//! Worlds counted the long way: every labelled world, each brought to its smallest form by trying all renamings.
//!
//! Written apart from `explore`: it shares neither the choice of a representative nor the order of enumeration.

use std::collections::BTreeSet;

/// A relationship: its ends (servers by number, then NULL, then 0), or gone.
type Ends = Option<(usize, usize)>;

/// A scope: owner, subnet, whether it has the configuration of the source's scope of that subnet, associations; an
/// owner past the servers is an association whose scope is gone.
type Scope = (usize, usize, bool, Vec<usize>);

/// A labelled world: which servers are gone, relationships, scopes.
type World = (Vec<bool>, Vec<Ends>, Vec<Scope>);

/// How many classes there are with exactly so many rows. `dangling` as in set (b).
pub(crate) fn classes(servers: usize, relations: usize, scopes: usize, dangling: bool) -> usize {
    let mut found: BTreeSet<World> = BTreeSet::new();
    for gone in product(&[false, true][..if dangling { 2 } else { 1 }], servers) {
        for ends in product(&all_ends(servers, dangling), relations) {
            for list in product(&all_scopes(servers, relations, scopes, dangling), scopes) {
                let world = (gone.clone(), ends.clone(), list);
                if is_world(&world, servers) && (!dangling || dangles(&world, servers)) {
                    found.insert(smallest(&world, servers));
                }
            }
        }
    }
    found.len()
}

fn all_ends(servers: usize, dangling: bool) -> Vec<Ends> {
    let last = if dangling { servers + 1 } else { servers };
    let mut all: Vec<Ends> = (0..=last)
        .flat_map(|first| (0..=last).map(move |second| Some((first, second))))
        .collect();
    if dangling {
        all.push(None);
    }
    all
}

fn all_scopes(servers: usize, relations: usize, scopes: usize, dangling: bool) -> Vec<Scope> {
    let mut all = Vec::new();
    for subnet in 0..scopes {
        for owner in 0..servers {
            for same in [false, true] {
                all.push((owner, subnet, same, Vec::new()));
                for first in 0..relations {
                    all.push((owner, subnet, same, vec![first]));
                    for second in (0..relations).filter(|second| *second != first) {
                        all.push((owner, subnet, same, vec![first, second]));
                    }
                }
            }
        }
    }
    if dangling {
        all.extend((0..relations).map(|relation| (servers, 0, false, vec![relation])));
    }
    all.retain(|(owner, _, same, list)| {
        if *owner == 0 {
            !same
        } else if *owner == servers {
            true
        } else {
            list.len() <= usize::from(!dangling)
        }
    });
    all
}

/// A server has one scope for a subnet, and only a copy can be equal to the source's scope.
fn is_world((_, _, scopes): &World, servers: usize) -> bool {
    scopes.iter().enumerate().all(|(number, scope)| {
        let alone = scope.0 == servers
            || scopes[..number]
                .iter()
                .all(|other| (other.0, other.1) != (scope.0, scope.1));
        let copies = || {
            scopes
                .iter()
                .any(|other| other.0 == 0 && other.1 == scope.1)
        };
        alone && (!scope.2 || copies())
    })
}

fn dangles((gone, ends, scopes): &World, servers: usize) -> bool {
    gone.contains(&true)
        || ends
            .iter()
            .any(|ends| ends.is_none_or(|(first, second)| first > servers || second > servers))
        || scopes.iter().any(|scope| scope.0 == servers)
}

fn smallest(world: &World, servers: usize) -> World {
    let (gone, ends, scopes) = world;
    let mut all = Vec::new();
    for to_server in permutations(servers) {
        // The source stays the source.
        if to_server[0] != 0 {
            continue;
        }
        let server = |of: usize| to_server.get(of).copied().unwrap_or(of);
        for to_relation in permutations(ends.len()) {
            for to_subnet in permutations(scopes.len()) {
                let mut new_gone = gone.clone();
                for (of, is_gone) in gone.iter().enumerate() {
                    new_gone[server(of)] = *is_gone;
                }
                let mut new_ends = ends.clone();
                for (of, ends) in ends.iter().enumerate() {
                    new_ends[to_relation[of]] =
                        ends.map(|(first, second)| (server(first), server(second)));
                }
                let new_scopes: Vec<Scope> = scopes
                    .iter()
                    .map(|(owner, subnet, same, list)| {
                        let list = list.iter().map(|of| to_relation[*of]).collect();
                        let subnet = if *owner == servers {
                            0
                        } else {
                            to_subnet[*subnet]
                        };
                        (server(*owner), subnet, *same, list)
                    })
                    .collect();
                for order in permutations(scopes.len()) {
                    // The source's scopes are collected in their order: that is no renaming.
                    let of_source = order.iter().filter(|place| scopes[**place].0 == 0);
                    if !of_source.is_sorted() {
                        continue;
                    }
                    let ordered = order.iter().map(|place| new_scopes[*place].clone());
                    all.push((new_gone.clone(), new_ends.clone(), ordered.collect()));
                }
            }
        }
    }
    all.into_iter().min().expect("there is a renaming")
}

fn permutations(of: usize) -> Vec<Vec<usize>> {
    product(&(0..of).collect::<Vec<_>>(), of)
        .into_iter()
        .filter(|list| list.iter().collect::<BTreeSet<_>>().len() == of)
        .collect()
}

fn product<T: Clone>(items: &[T], length: usize) -> Vec<Vec<T>> {
    (0..length).fold(vec![Vec::new()], |lists, _| {
        lists
            .into_iter()
            .flat_map(|list| {
                items.iter().map(move |item| {
                    let mut longer: Vec<T> = list.clone();
                    longer.push(item.clone());
                    longer
                })
            })
            .collect()
    })
}
