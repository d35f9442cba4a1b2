//! Mistakes in the DNS settings and the exclusions that .3 and .4 store ([MS-IPAMM2] 3.19.4.4.1.3 and .4; R-3-15, R-3-17a,
//! R-3-17b, R-4-15, R-4-17a, R-4-17b).

use crate::deviant::planted::scope_tools::{
    asks_to_create, asks_to_edit, change_exclusions, given_scope, insert, is_keyed, rekey,
    scope_mut, texts, update,
};
use crate::deviant::{Deviant, Hooks};
use crate::model::{ScopeDetails, Value};
use crate::spec::RequirementId::{R_3_15, R_3_17a, R_3_17b, R_4_15, R_4_17a, R_4_17b};
use crate::spec::{DhcpDnsUpdateType, Enablement, parameters};

/// Takes over the DNS settings of another.
fn dns_of(from: &ScopeDetails, to: &mut ScopeDetails) {
    to.dns_update_type = from.dns_update_type;
    to.dns_name_protection_status = from.dns_name_protection_status;
    to.discard_dns_record_on_lease_deletion_status =
        from.discard_dns_record_on_lease_deletion_status;
    to.dns_not_requesting_clients_update_type = from.dns_not_requesting_clients_update_type;
}

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_3_15,
        "creates a copy with the default DNS settings",
        Hooks {
            insert_scope: Some(|seam, row| {
                insert(seam, row, |new| {
                    new.dns_update_type = DhcpDnsUpdateType::DynamicUpdateOnRequestByClient;
                    new.dns_name_protection_status = Enablement::Disabled;
                    new.discard_dns_record_on_lease_deletion_status = Enablement::Disabled;
                    new.dns_not_requesting_clients_update_type = Enablement::Disabled;
                })
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_15,
        "creates a copy without any DNS setting",
        Hooks {
            insert_scope: Some(|seam, row| {
                insert(seam, row, |new| {
                    new.dns_update_type = DhcpDnsUpdateType::None;
                    new.dns_name_protection_status = Enablement::None;
                    new.discard_dns_record_on_lease_deletion_status = Enablement::None;
                    new.dns_not_requesting_clients_update_type = Enablement::None;
                })
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_15,
        "mixes up two DNS settings of a new scope",
        Hooks {
            insert_scope: Some(|seam, row| {
                insert(seam, row, |new| {
                    std::mem::swap(
                        &mut new.dns_name_protection_status,
                        &mut new.discard_dns_record_on_lease_deletion_status,
                    );
                })
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_17a,
        "creates a copy without exclusions",
        Hooks {
            insert_scope: Some(|seam, row| insert(seam, row, |new| new.exclusion_ranges.clear())),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_17a,
        "stores only the first exclusion of a new scope",
        Hooks {
            insert_scope: Some(|seam, row| {
                insert(seam, row, |new| {
                    new.exclusion_ranges =
                        new.exclusion_ranges.first().copied().into_iter().collect();
                })
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_17a,
        "adds the exclusions of a new scope before it deletes any",
        Hooks {
            parameters: Some(|seam, paramters| {
                if asks_to_create(seam) {
                    change_exclusions(paramters, |pairs| {
                        pairs.sort_by_key(|pair| is_keyed(pair, "Delete"));
                    });
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_17b,
        "keeps the exclusions of a new scope that are deleted again",
        Hooks {
            parameters: Some(|seam, paramters| {
                if asks_to_create(seam) {
                    change_exclusions(paramters, |pairs| {
                        pairs.retain(|pair| !is_keyed(pair, "Delete"));
                    });
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_15,
        "never updates DNS settings",
        Hooks {
            update_scope: Some(|seam, row| {
                update(seam, row, |there, row| {
                    dns_of(&there.details, &mut row.details)
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_15,
        "updates the DNS update type and forgets the other DNS settings",
        Hooks {
            update_scope: Some(|seam, row| {
                update(seam, row, |there, row| {
                    let update_type = row.details.dns_update_type;
                    dns_of(&there.details, &mut row.details);
                    row.details.dns_update_type = update_type;
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_15,
        "stores DNS settings that nobody flagged as modified",
        Hooks {
            parameters: Some(|seam, paramters| {
                if asks_to_edit(seam)
                    && let Some(scope) = scope_mut(paramters)
                {
                    let all = parameters::DNS_PROPERTIES
                        .iter()
                        .map(|name| (*name).into())
                        .collect();
                    scope.set("ModifiedProperties", Value::List(all));
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_15,
        "stores only the DNS settings that are flagged as modified",
        Hooks {
            update_scope: Some(|seam, row| {
                let is_asked = asks_to_edit(seam);
                let named = given_scope(seam)
                    .map(|scope| texts(scope, "ModifiedProperties"))
                    .unwrap_or_default();
                update(seam, row, |there, row| {
                    let is_kept = |name: &str| is_asked && !named.iter().any(|other| other == name);
                    let (own, new) = (&there.details, &mut row.details);
                    if is_kept("DnsUpdateType") {
                        new.dns_update_type = own.dns_update_type;
                    }
                    if is_kept("DnsNameProtectionStatus") {
                        new.dns_name_protection_status = own.dns_name_protection_status;
                    }
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_17a,
        "adds no exclusion to a scope that is there",
        Hooks {
            update_scope: Some(|seam, row| {
                update(seam, row, |there, row| {
                    let had = &there.details.exclusion_ranges;
                    row.details
                        .exclusion_ranges
                        .retain(|range| had.contains(range));
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_17a,
        "adds the first address of an exclusion only",
        Hooks {
            update_scope: Some(|seam, row| {
                update(seam, row, |there, row| {
                    let had = &there.details.exclusion_ranges;
                    let ranges = &row.details.exclusion_ranges;
                    row.details.exclusion_ranges = ranges
                        .iter()
                        .map(|range| {
                            if had.contains(range) {
                                *range
                            } else {
                                (range.0, range.0)
                            }
                        })
                        .collect();
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_17b,
        "removes no exclusion from a scope that is there",
        Hooks {
            update_scope: Some(|seam, row| {
                update(seam, row, |there, row| {
                    let had = there.details.exclusion_ranges.iter().copied();
                    row.details.exclusion_ranges.extend(had);
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_17b,
        "removes every exclusion where one is to be removed",
        Hooks {
            update_scope: Some(|seam, row| {
                let is_asked = asks_to_edit(seam);
                update(seam, row, |there, row| {
                    let had = &there.details.exclusion_ranges;
                    let ranges = &mut row.details.exclusion_ranges;
                    if is_asked && !had.is_subset(ranges) {
                        ranges.retain(|range| !had.contains(range));
                    }
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_17a,
        "adds exclusions to a scope that are tracked for the partner",
        Hooks {
            parameters: Some(|seam, paramters| {
                if asks_to_edit(seam) {
                    change_exclusions(paramters, |pairs| rekey(pairs, "PartnerAdd", "Add"));
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_17b,
        "removes exclusions of which nothing is tracked",
        Hooks {
            parameters: Some(|seam, paramters| {
                if asks_to_edit(seam) {
                    change_exclusions(paramters, |pairs| rekey(pairs, "None", "Delete"));
                }
            }),
            ..Hooks::NONE
        },
    ),
];
