//! The world: rows as the language leaves them.

use std::sync::Arc;

use crate::minimize::edits::{Edits, smaller};
use crate::scenario::{Case, PARTNER_DELAY, scope_defaults};
use crate::spec::authorization::GLOBAL_ACCESS_SCOPE;
use crate::spec::{AddressFamily, DhcpFailoverMode, DhcpOptionType};
use crate::world::{Caller, PartnerRule, Relation, Scope, Server, Via, World};

fn world(case: &mut Case) -> &mut World {
    Arc::make_mut(&mut case.world)
}

/// Adds an edit of the world wherever something is not as it would be if nothing were said.
macro_rules! reset {
    ($edits:ident, $row:ident = $list:ident [$place:expr], $($is:expr => $change:expr),* $(,)?) => {
        $(if $is {
            let place = $place;
            $edits.value(move |case| {
                let $row = &mut world(case).$list[place];
                $change;
            });
        })*
    };
}

pub(super) fn edits(edits: &mut Edits, all: &World) {
    if !all.provisioned {
        edits.value(|case| world(case).provisioned = true);
    }
    if all.schema_conversion_required {
        edits.value(|case| world(case).schema_conversion_required = false);
    }
    if all.caller != Caller::default() {
        edits.other(|case| world(case).caller = Caller::default());
        caller(edits, &all.caller, |case| Some(&mut world(case).caller));
    }
    for place in 0..all.roles.len() {
        edits.value(move |case| {
            let role = world(case).roles.remove(place);
            let policies = &mut world(case).caller.policies;
            policies.retain(|policy| policy.role != role.name);
        });
        for operation in 0..all.roles[place].operations.len() {
            edits.value(move |case| {
                world(case).roles[place].operations.remove(operation);
            });
        }
    }
    for place in 0..all.access_scopes.len() {
        edits.value(move |case| without_access_scope(world(case), place));
    }
    for (place, server) in all.servers.iter().enumerate() {
        server_edits(edits, place, server, all);
    }
    for (place, relation) in all.relations.iter().enumerate() {
        relation_edits(edits, place, relation);
    }
    for (place, scope) in all.scopes.iter().enumerate() {
        scope_edits(edits, place, scope);
    }
    for (place, rule) in all.partner.iter().enumerate() {
        rule_edits(edits, place, rule);
    }
}

/// The parts of a caller. `of` finds it in the case.
pub(super) fn caller(
    edits: &mut Edits,
    caller: &Caller,
    of: impl Fn(&mut Case) -> Option<&mut Caller> + Copy + 'static,
) {
    let mut part = |change: Box<dyn Fn(&mut Caller)>| {
        edits.value(move |case| {
            if let Some(caller) = of(case) {
                change(caller);
            }
        });
    };
    for place in 0..caller.groups.len() {
        part(Box::new(move |caller| {
            caller.groups.remove(place);
        }));
    }
    for (place, policy) in caller.policies.iter().enumerate() {
        part(Box::new(move |caller| {
            caller.policies.remove(place);
        }));
        if policy.access_scope != GLOBAL_ACCESS_SCOPE {
            part(Box::new(move |caller| {
                GLOBAL_ACCESS_SCOPE.clone_into(&mut caller.policies[place].access_scope);
            }));
        }
        if policy.via != Via::User {
            part(Box::new(move |caller| {
                caller.policies[place].via = Via::User;
            }));
        }
    }
    if caller.local_administrator {
        part(Box::new(|caller| caller.local_administrator = false));
    }
}

/// Whoever named it is on the access scope that is always there.
fn without_access_scope(world: &mut World, place: usize) {
    let gone = world.access_scopes.remove(place);
    let servers = world.servers.iter_mut().map(|row| &mut row.access_scope);
    let scopes = world.scopes.iter_mut().map(|row| &mut row.access_scope);
    let policies = world.caller.policies.iter_mut();
    let policies = policies.map(|policy| &mut policy.access_scope);
    for name in servers.chain(scopes).chain(policies) {
        if *name == gone {
            GLOBAL_ACCESS_SCOPE.clone_into(name);
        }
    }
}

fn server_edits(edits: &mut Edits, place: usize, server: &Server, all: &World) {
    let is_v6 = server.family == AddressFamily::InterNetworkV6;
    let is_bare = server.same_id_as.is_none() && all.scopes.iter().all(|row| row.server != place);
    reset!(edits, row = servers[place],
        server.missing => row.missing = false,
        server.same_id_as.is_some() => row.same_id_as = None,
        is_v6 && is_bare => row.family = AddressFamily::InterNetwork,
        server.host != server.name => row.host.clone_from(&row.name),
        server.access_scope != GLOBAL_ACCESS_SCOPE
            => GLOBAL_ACCESS_SCOPE.clone_into(&mut row.access_scope),
        server.option_definitions.is_some() => row.option_definitions = None,
        server.vendor_classes.is_some() => row.vendor_classes = None,
        server.user_classes.is_some() => row.user_classes = None,
    );
    type Listed = (usize, fn(&mut Server, usize));
    let lists: [Listed; 3] = [
        (
            server.option_definitions.as_ref().map_or(0, Vec::len),
            |row, at| {
                row.option_definitions.as_mut().map(|list| list.remove(at));
            },
        ),
        (
            server.vendor_classes.as_ref().map_or(0, Vec::len),
            |row, at| {
                row.vendor_classes.as_mut().map(|list| list.remove(at));
            },
        ),
        (
            server.user_classes.as_ref().map_or(0, Vec::len),
            |row, at| {
                row.user_classes.as_mut().map(|list| list.remove(at));
            },
        ),
    ];
    for (length, remove) in lists {
        for at in 0..length {
            edits.value(move |case| remove(&mut world(case).servers[place], at));
        }
    }
    for (at, definition) in server.option_definitions.iter().flatten().enumerate() {
        let mut change = |change: fn(&mut crate::world::OptionDefinition)| {
            edits.value(move |case| {
                let row = &mut world(case).servers[place];
                row.option_definitions
                    .iter_mut()
                    .flat_map(|list| list.get_mut(at))
                    .for_each(change);
            });
        };
        if definition.name != format!("option {}", definition.id) {
            change(|row| row.name = format!("option {}", row.id));
        }
        if definition.option_type != DhcpOptionType::String {
            change(|row| row.option_type = DhcpOptionType::String);
        }
        if definition.vendor_class.is_some() {
            change(|row| row.vendor_class = None);
        }
    }
}

fn relation_edits(edits: &mut Edits, place: usize, relation: &Relation) {
    reset!(edits, row = relations[place],
        relation.missing => row.missing = false,
        relation.mode != DhcpFailoverMode::LoadBalance => row.mode = DhcpFailoverMode::LoadBalance,
    );
}

fn scope_edits(edits: &mut Edits, place: usize, scope: &Scope) {
    let details = &scope.details;
    let left_alone = scope_defaults(details.scope_id, details.prefix_length);
    if *details != left_alone {
        edits.other(move |case| {
            let row = &mut world(case).scopes[place];
            row.details = scope_defaults(row.details.scope_id, row.details.prefix_length);
        });
    }
    for at in 0..scope.relations.len() {
        edits.value(move |case| {
            world(case).scopes[place].relations.remove(at);
        });
    }
    reset!(edits, row = scopes[place],
        scope.missing => row.missing = false,
        scope.same_id_as.is_some() => row.same_id_as = None,
        scope.superscope.is_some() => row.superscope = None,
        scope.access_scope != GLOBAL_ACCESS_SCOPE
            => GLOBAL_ACCESS_SCOPE.clone_into(&mut row.access_scope),
        scope.managed_by != MANAGED_BY => MANAGED_BY.clone_into(&mut row.managed_by),
        scope.managed_by_entity.is_some() => row.managed_by_entity = None,
    );
    macro_rules! columns {
        ($($($column:ident)+),* $(,)?) => {
            $(if $(details.$column != left_alone.$column)||+ {
                let left_alone = left_alone.clone();
                edits.value(move |case| {
                    let row = &mut world(case).scopes[place].details;
                    $(row.$column.clone_from(&left_alone.$column);)+
                });
            })*
        };
    }
    columns!(
        scope_name,
        description,
        start_address end_address,
        subnet_mask,
        status,
        subnet_delay,
        lease_duration_type lease_duration,
        serving_clients_type,
        bootp_lease_duration_type bootp_lease_duration,
        dns_update_type,
        dns_name_protection_status,
        discard_dns_record_on_lease_deletion_status,
        dns_not_requesting_clients_update_type,
        number_of_active_leases,
        failover_config_sync_status,
    );
    for delay in smaller(u64::try_from(details.subnet_delay).unwrap_or_default(), 1) {
        edits.other(move |case| {
            let delay = i64::try_from(delay).unwrap_or_default();
            world(case).scopes[place].details.subnet_delay = delay;
        });
    }
    for leases in smaller(details.number_of_active_leases, 1) {
        edits.other(move |case| {
            world(case).scopes[place].details.number_of_active_leases = leases;
        });
    }
    for exclusion in &details.exclusion_ranges {
        let exclusion = *exclusion;
        edits.value(move |case| {
            let row = &mut world(case).scopes[place].details;
            row.exclusion_ranges.remove(&exclusion);
        });
    }
    for (at, option) in scope.options.iter().enumerate() {
        edits.value(move |case| {
            world(case).scopes[place].options.remove(at);
        });
        for value in (0..option.values.len()).filter(|_| option.values.len() > 1) {
            edits.value(move |case| {
                world(case).scopes[place].options[at].values.remove(value);
            });
        }
        if option.vendor_class.is_some() {
            edits.value(move |case| world(case).scopes[place].options[at].vendor_class = None);
        }
        if option.user_class.is_some() {
            edits.value(move |case| world(case).scopes[place].options[at].user_class = None);
        }
    }
}

/// ManagedBy of a range row where nothing is said.
const MANAGED_BY: &str = crate::scenario::MANAGED_BY;

fn rule_edits(edits: &mut Edits, place: usize, rule: &PartnerRule<usize>) {
    reset!(edits, row = partner[place],
        rule.server.is_some() => row.server = None,
        rule.scope.is_some() => row.scope = None,
        rule.on.is_some() => row.on = None,
        rule.after > 0 => row.after = 0,
        rule.times.is_some() => row.times = None,
        rule.delay != PARTNER_DELAY => row.delay = PARTNER_DELAY,
        rule.detail.is_some() => row.detail = None,
    );
    for after in smaller(rule.after, 1) {
        edits.other(move |case| world(case).partner[place].after = after);
    }
    for times in rule.times.into_iter().flat_map(|times| smaller(times, 1)) {
        edits.other(move |case| world(case).partner[place].times = Some(times));
    }
}
