//! The delegates of one scope, called by themselves: with every type of parameters, with lists of scopes, and with
//! scope objects in which one thing or two are changed.

use crate::explore::fixed::{self, call, case};
use crate::explore::variation::{exclude, rule};
use crate::scenario::{Case, Initialize, OperationChoice, ParametersChoice, SetValue};
use crate::spec::DhcpOptionType;
use crate::spec::IpamAdminOperationId::{
    self, CreateDhcpScope, EditDhcpScope, ReplicateRelation, ReplicateScope, ReplicateServer,
};
use crate::spec::parameters::{BASE_TYPE, parameters_type};
use crate::trace::Door;
use crate::world::{Does, OptionDefinition, PartnerRule, World};

/// Every list of up to two scopes, three of them, and lists that are none.
pub(super) fn replicate_scope() -> Vec<Case> {
    let own = call(ReplicateScope);
    let mut all: Vec<Initialize> = [SetValue::Nil, SetValue::Absent, SetValue::List(Vec::new())]
        .map(|scopes| with(&own, "Scopes", scopes))
        .into();
    let scopes = fixed::world().scopes.len();
    let named = |scopes: Vec<usize>| Initialize {
        scopes: Some(scopes),
        ..own.clone()
    };
    all.push(named(Vec::new()));
    all.extend((0..scopes).map(|scope| named(vec![scope])));
    for first in 0..scopes {
        all.extend((0..scopes).map(|second| named(vec![first, second])));
    }
    all.push(named(vec![0, 1, 2]));
    let mut cases = Vec::new();
    for rules in [Vec::new(), vec![refusal()]] {
        for initialize in &all {
            let mut world = fixed::world();
            world.partner.clone_from(&rules);
            cases.push(case(world, Door::Delegate, initialize.clone()));
        }
    }
    cases
}

/// Each operation with NULL, with nothing, and with the parameters of every other; and texts that are almost the name of
/// an operation.
pub(super) fn other_parameters() -> Vec<Case> {
    let operations = [
        ReplicateScope,
        CreateDhcpScope,
        EditDhcpScope,
        ReplicateServer,
        ReplicateRelation,
    ];
    let mut types: Vec<&str> = IpamAdminOperationId::ALL
        .iter()
        .filter_map(|operation| parameters_type(*operation))
        .collect();
    types.push(BASE_TYPE);
    types.sort_unstable();
    types.dedup();
    let mut cases = Vec::new();
    for operation in operations {
        let own = call(operation);
        let mut all = vec![Initialize {
            parameters: ParametersChoice::Nil,
            ..own.clone()
        }];
        for name in &types {
            let of_type = Initialize {
                parameters: ParametersChoice::Type((*name).to_owned()),
                ..own.clone()
            };
            if name.contains("DhcpScopeParameters") {
                for change in [
                    Change::new_subnet(),
                    Change::member("ScopeName", text("new")),
                ] {
                    all.push(with_scope(&of_type, change.members));
                }
                all.push(with(&of_type, "Scope", SetValue::Nil));
                all.push(with(&of_type, "Scope", SetValue::Absent));
            }
            all.push(of_type);
        }
        for initialize in all {
            for door in [Door::Delegate, Door::Session] {
                cases.push(case(fixed::world(), door, initialize.clone()));
            }
        }
    }
    let number = ReplicateServer as i32;
    for name in ["replicateserver", "REPLICATESERVER", &number.to_string()] {
        let initialize = Initialize {
            operation: OperationChoice::Text(name.to_owned()),
            ..call(ReplicateServer)
        };
        cases.push(case(fixed::world(), Door::Session, initialize));
    }
    cases
}

/// A scope object to create or to edit, of the source or of its partner, with up to two changes; in a world with
/// exclusions, and with a partner that refuses.
pub(super) fn scopes() -> Vec<Case> {
    let changes = Change::all();
    let mut lists: Vec<Vec<(String, SetValue)>> = vec![Vec::new()];
    for (number, first) in changes.iter().enumerate() {
        lists.push(first.members.clone());
        for second in &changes[number + 1..] {
            let mut both = first.members.clone();
            both.retain(|(name, _)| second.members.iter().all(|(other, _)| other != name));
            both.extend(second.members.iter().cloned());
            lists.push(both);
        }
    }
    let mut cases = options();
    for operation in [CreateDhcpScope, EditDhcpScope] {
        for scope in [0, 2] {
            let own = Initialize {
                scope: Some(scope),
                ..call(operation)
            };
            for (number, members) in lists.iter().enumerate() {
                let initialize = with_scope(&own, members.clone());
                let world = world_with_exclusions();
                cases.push(case(world.clone(), Door::Delegate, initialize.clone()));
                if number <= changes.len() {
                    let mut refused = world;
                    refused.partner.push(refusal());
                    cases.push(case(refused, Door::Delegate, initialize));
                }
            }
        }
    }
    cases
}

/// Options that a scope object tracks: one that is added, another, and the first one deleted again.
fn options() -> Vec<Case> {
    let mut world = fixed::world();
    let definitions = [3, 6].map(|id| OptionDefinition {
        id,
        name: format!("option {id}"),
        option_type: DhcpOptionType::String,
        vendor_class: None,
    });
    world.servers[0].option_definitions = Some(definitions.to_vec());
    let setup = world.set_up();
    let servers = setup.tables.servers.values();
    let ids: Vec<String> = servers
        .take(1)
        .flat_map(|server| &server.option_definitions)
        .map(|row| row.record_id.to_string())
        .collect();
    let value = |number: usize| {
        let definition = vec![("RecordId".to_owned(), text(&ids[number % ids.len()]))];
        SetValue::Members(vec![
            ("OptionDefinition".to_owned(), SetValue::Members(definition)),
            ("Values".to_owned(), SetValue::List(vec![text("10.9.9.9")])),
        ])
    };
    let pairs = [("Add", value(0)), ("Set", value(1)), ("Delete", value(0))];
    let mut cases = Vec::new();
    for operation in [CreateDhcpScope, EditDhcpScope] {
        for count in 1..=pairs.len() {
            let mut members = Change::tracked("Options", &pairs[..count]).members;
            if operation == CreateDhcpScope {
                members.extend(Change::new_subnet().members);
            }
            let initialize = with_scope(&call(operation), members);
            cases.push(case(world.clone(), Door::Delegate, initialize));
        }
    }
    cases
}

fn world_with_exclusions() -> World {
    let mut world = fixed::world();
    for scope in &mut world.scopes {
        exclude(&mut scope.details, 20);
        exclude(&mut scope.details, 40);
    }
    world
}

/// What is changed in a scope object.
struct Change {
    members: Vec<(String, SetValue)>,
}

impl Change {
    fn of(members: &[(&str, SetValue)]) -> Self {
        let members = members
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        Self { members }
    }

    fn member(name: &str, value: SetValue) -> Self {
        Self::of(&[(name, value)])
    }

    fn subnet(third: u8) -> Self {
        let at = |last: u8| text(&format!("10.0.{third}.{last}"));
        Self::of(&[
            ("ScopeId", at(0)),
            ("StartAddress", at(1)),
            ("EndAddress", at(100)),
        ])
    }

    fn new_subnet() -> Self {
        let mut change = Self::subnet(9);
        change.members.push(("RecordId".to_owned(), text("0")));
        change
    }

    fn tracked(list: &str, pairs: &[(&str, SetValue)]) -> Self {
        let pairs = pairs
            .iter()
            .map(|(key, value)| {
                SetValue::Members(vec![
                    ("key".to_owned(), text(key)),
                    ("value".to_owned(), value.clone()),
                ])
            })
            .collect();
        let tracker = ("OperationTracker".to_owned(), SetValue::List(pairs));
        Self::member(list, SetValue::Members(vec![tracker]))
    }

    fn all() -> Vec<Self> {
        let flags = |names: &[&str]| SetValue::List(names.iter().map(|name| text(name)).collect());
        let range = |from: u8| {
            let at = |last: u8| text(&format!("10.0.1.{last}"));
            SetValue::Members(vec![
                ("StartAddress".to_owned(), at(from)),
                ("EndAddress".to_owned(), at(from + 5)),
            ])
        };
        vec![
            Self::new_subnet(),
            Self::member("RecordId", text("0")),
            Self::member("RecordId", SetValue::Absent),
            Self::member("RecordId", SetValue::Unknown),
            Self::subnet(9),
            // the subnet of the partner's own scope
            Self::subnet(3),
            Self::member("ParentDhcpServerRecordId", SetValue::Unknown),
            Self::of(&[
                ("PrefixLength", text("26")),
                ("SubnetMask", text("255.255.255.192")),
                ("EndAddress", text("10.0.1.60")),
            ]),
            Self::member("SubnetMask", SetValue::Nil),
            Self::member("ScopeName", text("new")),
            Self::member("Description", text("new")),
            Self::member("Status", text("Deactivated")),
            Self::member("SubnetDelay", text("20")),
            Self::member("ServingClientsType", text("Bootp")),
            Self::member("LeaseDuration", text("P2DT12H")),
            Self::of(&[
                ("LeaseDuration", text("P0D")),
                ("LeaseDurationType", text("Unlimited")),
            ]),
            Self::member("StartAddress", text("10.0.1.50")),
            Self::member("ModifiedProperties", SetValue::Nil),
            Self::of(&[
                ("ModifiedProperties", flags(&["DnsUpdateType"])),
                ("DnsUpdateType", text("DynamicUpdateAlways")),
                ("DnsNameProtectionStatus", text("Enabled")),
                ("DiscardDnsRecordOnLeaseDeletionStatus", text("Disabled")),
            ]),
            Self::of(&[
                ("ModifiedProperties", flags(&["ScopeName"])),
                ("DnsUpdateType", text("DynamicUpdateAlways")),
                ("DnsNameProtectionStatus", text("Disabled")),
            ]),
            Self::tracked("ExclusionRanges", &[("Add", range(60)), ("Add", range(80))]),
            Self::tracked(
                "ExclusionRanges",
                &[("Add", range(60)), ("Delete", range(60))],
            ),
            Self::tracked(
                "ExclusionRanges",
                &[("Delete", range(60)), ("Add", range(60))],
            ),
            Self::tracked("ExclusionRanges", &[("PartnerAdd", range(60))]),
            Self::tracked("ExclusionRanges", &[("Delete", range(20))]),
            Self::tracked("ExclusionRanges", &[("None", range(20))]),
        ]
    }
}

fn text(text: &str) -> SetValue {
    SetValue::Text(text.to_owned())
}

fn with(initialize: &Initialize, name: &str, value: SetValue) -> Initialize {
    let mut changed = initialize.clone();
    changed.set.push((name.to_owned(), value));
    changed
}

fn with_scope(initialize: &Initialize, members: Vec<(String, SetValue)>) -> Initialize {
    if members.is_empty() {
        return initialize.clone();
    }
    with(initialize, "Scope", SetValue::Members(members))
}

const fn refusal() -> PartnerRule<usize> {
    rule(Does::Refuse)
}
