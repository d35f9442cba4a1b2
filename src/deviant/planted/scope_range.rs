//! Mistakes in the range row of a scope and its custom fields ([MS-IPAMM2] 3.19.4.4.1.3 and .4; R-3-12, R-3-13, R-4-12,
//! R-4-13).

use std::net::{IpAddr, Ipv4Addr};

use crate::deviant::planted::scope_tools::{new_range, old_range, twin};
use crate::deviant::{Deviant, Hooks, Seam};
use crate::model::{AdmIpRangeRow, RecordId};
use crate::spec::RequirementId::{R_3_12, R_3_13, R_4_12, R_4_13};
use crate::store::DataStore;

/// The address before another.
fn before(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => IpAddr::V4(Ipv4Addr::from(u32::from(address).saturating_sub(1))),
        IpAddr::V6(_) => address,
    }
}

/// The name of a server that has a scope of the same subnet, but not of the range's own.
fn other_server(seam: &Seam, range: &AdmIpRangeRow) -> Option<String> {
    let own = seam.store.scope((range.family, range.scope_record_id))?;
    let twin = twin(seam, &own)?;
    let server = seam
        .store
        .get_dhcp_server_from_table(twin.dhcp_server_record_id, twin.family)?;
    Some(server.name.clone())
}

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_3_12,
        "gives a new scope no range row",
        Hooks {
            put_range: Some(|seam, row| {
                if row.record_id.is_set() {
                    seam.store.put_range(row);
                }
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_12,
        "ends the range of a new scope one address early",
        Hooks {
            put_range: Some(|seam, row| {
                new_range(seam, row, |new| {
                    new.end_ip_address = before(new.end_ip_address)
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_12,
        "writes the range of a new scope without its description",
        Hooks {
            put_range: Some(|seam, row| new_range(seam, row, |new| new.description.clear())),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_12,
        "takes the first address of a new range for its subnet",
        Hooks {
            put_range: Some(|seam, row| {
                new_range(seam, row, |new| new.subnet_id = new.start_ip_address);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_13,
        "names the source server as the manager of a new copy's range",
        Hooks {
            put_range: Some(|seam, row| {
                let other = other_server(seam, &row);
                new_range(seam, row, |new| {
                    if let Some(other) = &other {
                        new.managed_by_entity.clone_from(other);
                    }
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_3_13,
        "marks the range of a new scope as managed by IPAM itself",
        Hooks {
            put_range: Some(|seam, row| {
                new_range(seam, row, |new| "IPAM".clone_into(&mut new.managed_by));
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_12,
        "leaves the range row as it is when it updates a scope",
        Hooks {
            put_range: Some(|seam, row| {
                old_range(seam, row, |there, row| {
                    let custom = (row.managed_by.clone(), row.managed_by_entity.clone());
                    row.clone_from(there);
                    (row.managed_by, row.managed_by_entity) = custom;
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_12,
        "lets the range of an updated scope start one address early",
        Hooks {
            put_range: Some(|seam, row| {
                old_range(seam, row, |_, row| {
                    row.start_ip_address = before(row.start_ip_address);
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_12,
        "lets a range grow with its scope and never shrink",
        Hooks {
            put_range: Some(|seam, row| {
                old_range(seam, row, |there, row| {
                    row.start_ip_address = row.start_ip_address.min(there.start_ip_address);
                    row.end_ip_address = row.end_ip_address.max(there.end_ip_address);
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_12,
        "keeps the description that a range had",
        Hooks {
            put_range: Some(|seam, row| {
                old_range(seam, row, |there, row| {
                    row.description.clone_from(&there.description);
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_12,
        "adds a second range row when it updates a scope",
        Hooks {
            put_range: Some(|seam, mut row| {
                row.record_id = RecordId::UNSET;
                seam.store.put_range(row);
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_13,
        "names the source server as the manager of an updated copy's range",
        Hooks {
            put_range: Some(|seam, row| {
                let other = other_server(seam, &row);
                old_range(seam, row, |_, row| {
                    if let Some(other) = &other {
                        row.managed_by_entity.clone_from(other);
                    }
                });
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_13,
        "leaves the custom fields of a range as they are",
        Hooks {
            put_range: Some(|seam, row| {
                old_range(seam, row, |there, row| {
                    row.managed_by.clone_from(&there.managed_by);
                    row.managed_by_entity.clone_from(&there.managed_by_entity);
                });
            }),
            ..Hooks::NONE
        },
    ),
];
