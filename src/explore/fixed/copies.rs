//! A scope and its copy, which differ in one column or two: what the rows of the other sets have in common.

use std::net::{IpAddr, Ipv4Addr};

use crate::explore::build;
use crate::explore::fixed::copy;
use crate::explore::skeleton::{Other, Skeleton};
use crate::explore::variation::{BERLIN, exclude};
use crate::model::SerDuration;
use crate::scenario::Case;
use crate::spec::{DhcpDnsUpdateType, DhcpLeaseDurationType, Enablement};
use crate::trace::Door;
use crate::world::{OptionValue, Scope, World};

type Change = fn(&mut Scope);

/// What a scope may have that is special; each on the source, and on the copy.
const CHANGES: &[Change] = &[
    |scope| "special".clone_into(&mut scope.details.scope_name),
    |scope| "special".clone_into(&mut scope.details.description),
    |scope| scope.details.lease_duration = SerDuration::from_short("60h").unwrap_or_default(),
    |scope| {
        scope.details.lease_duration_type = DhcpLeaseDurationType::Unlimited;
        scope.details.lease_duration = SerDuration::from_days(0);
    },
    |scope| scope.details.end_address = IpAddr::V4(Ipv4Addr::new(10, 0, 1, 90)),
    |scope| scope.superscope = Some("building".to_owned()),
    |scope| BERLIN.clone_into(&mut scope.access_scope),
    |scope| "IPAM".clone_into(&mut scope.managed_by),
    |scope| scope.managed_by_entity = Some("somebody else".to_owned()),
    |scope| scope.details.dns_update_type = DhcpDnsUpdateType::DynamicUpdateOnRequestByClient,
    |scope| scope.details.dns_name_protection_status = Enablement::None,
    |scope| exclude(&mut scope.details, 40),
    |scope| exclude(&mut scope.details, 60),
    |scope| scope.options.push(option(&["10.9.9.2", "10.9.9.1"], None)),
    |scope| scope.options.push(option(&["10.9.9.1", "10.9.9.2"], None)),
    |scope| scope.options.push(option(&["10.9.9.1"], Some("laptops"))),
];

fn option(values: &[&str], user_class: Option<&str>) -> OptionValue {
    OptionValue {
        id: 3,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        vendor_class: None,
        user_class: user_class.map(str::to_owned),
    }
}

fn same() -> Other {
    Other::Scope {
        server: 1,
        subnet: 0,
        same: true,
        relation: None,
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for others in [Vec::new(), vec![copy()], vec![same()]] {
        let world = build::world(&Skeleton {
            others,
            ..Skeleton::pair()
        });
        let of = |changes: &[(usize, usize)]| case(world.clone(), changes);
        let places: Vec<(usize, usize)> = (0..world.scopes.len())
            .flat_map(|scope| (0..CHANGES.len()).map(move |change| (scope, change)))
            .collect();
        cases.push(of(&[]));
        for (number, first) in places.iter().enumerate() {
            cases.push(of(&[*first]));
            for second in &places[number + 1..] {
                cases.push(of(&[*first, *second]));
            }
        }
    }
    cases
}

fn case(mut world: World, changes: &[(usize, usize)]) -> Case {
    world.access_scopes = vec![BERLIN.to_owned()];
    for (scope, change) in changes {
        CHANGES[*change](&mut world.scopes[*scope]);
    }
    for scope in &mut world.scopes {
        // Of two options with one number and class a scope has the first.
        let mut seen: Vec<Option<String>> = Vec::new();
        scope.options.retain(|option| {
            let is_new = !seen.contains(&option.user_class);
            seen.push(option.user_class.clone());
            is_new
        });
    }
    build::case(world, vec![Door::Session])
}
