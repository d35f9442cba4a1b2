//! Mistakes in ValidateDhcpScope ([MS-IPAMM2] 3.1.4.9): scopes that a lax server stores, and one that a strict one
//! refuses.
//!
//! A rule is left out by showing the delegates data that keep it, and storing what was really asked for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::deviant::{Deviant, Hooks, Seam};
use crate::model::{
    AdmDhcpScopesRow, AdmIpRangeRow, DhcpScope, Object, RecordId, RowKey, ScopeDetails, Value,
};
use crate::spec::AddressFamily;
use crate::spec::RequirementId::{self, R_VAL_1, R_VAL_2, R_VAL_3, R_VAL_4};
use crate::store::DataStore;

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    lax::<AnyPrefix>(R_VAL_1, "stores any prefix length"),
    lax::<OneLongerPrefix>(R_VAL_1, "takes a prefix length of 31, or 128 for IPv6"),
    lax::<NoMask>(R_VAL_1, "works out a mask that is missing"),
    lax::<NoAddresses>(R_VAL_1, "stores a scope whose addresses are not given"),
    lax::<AnyStart>(R_VAL_2, "does not ask whether the start lies in the subnet"),
    lax::<MaskByPrefix>(R_VAL_2, "reads the mask off the prefix length"),
    lax::<AnyEnd>(R_VAL_3, "does not ask whether the end lies in the subnet"),
    lax::<EndByPrefix>(
        R_VAL_3,
        "compares the end by the prefix length, not by the mask",
    ),
    lax::<OneAddress>(R_VAL_4, "takes a range of a single address"),
    lax::<Backwards>(R_VAL_4, "takes a range that ends before it starts"),
];

/// What a server that leaves a rule out would have to be shown; `None` where the rule is kept.
trait Lax {
    fn instead(family: AddressFamily, asked: &ScopeDetails) -> Option<ScopeDetails>;
}

/// Takes every PrefixLength.
struct AnyPrefix;
/// The bound of PrefixLength is one too high.
struct OneLongerPrefix;
/// Takes a scope without a SubnetMask.
struct NoMask;
/// Takes addresses that are NULL, or of another family.
struct NoAddresses;
/// Does not look where the range starts.
struct AnyStart;
/// Takes the mask to be what the prefix length says.
struct MaskByPrefix;
/// Does not look where the range ends.
struct AnyEnd;
/// Takes the mask to be what the prefix length says.
struct EndByPrefix;
/// Compares with "at most" instead of "less than".
struct OneAddress;
/// Does not compare the two.
struct Backwards;

impl Lax for AnyPrefix {
    fn instead(family: AddressFamily, asked: &ScopeDetails) -> Option<ScopeDetails> {
        (!(1..=longest(family)).contains(&asked.prefix_length)).then(|| ScopeDetails {
            prefix_length: longest(family),
            ..asked.clone()
        })
    }
}

impl Lax for OneLongerPrefix {
    fn instead(family: AddressFamily, asked: &ScopeDetails) -> Option<ScopeDetails> {
        (asked.prefix_length == longest(family) + 1).then(|| ScopeDetails {
            prefix_length: longest(family),
            ..asked.clone()
        })
    }
}

impl Lax for NoMask {
    fn instead(family: AddressFamily, asked: &ScopeDetails) -> Option<ScopeDetails> {
        let missing = family == AddressFamily::InterNetwork && asked.subnet_mask.is_none();
        missing.then(|| ScopeDetails {
            subnet_mask: Some(mask_of(asked.prefix_length)),
            ..asked.clone()
        })
    }
}

impl Lax for NoAddresses {
    fn instead(family: AddressFamily, asked: &ScopeDetails) -> Option<ScopeDetails> {
        let is_given = |address: IpAddr| {
            !address.is_unspecified()
                && address.is_ipv4() == (family == AddressFamily::InterNetwork)
        };
        let (start, end) = (asked.start_address, asked.end_address);
        (!is_given(start) || !is_given(end)).then(|| ScopeDetails {
            start_address: after(asked.scope_id, 1),
            end_address: after(asked.scope_id, 2),
            ..asked.clone()
        })
    }
}

impl Lax for AnyStart {
    fn instead(_: AddressFamily, asked: &ScopeDetails) -> Option<ScopeDetails> {
        start_within(asked, asked.subnet_mask?)
    }
}

impl Lax for MaskByPrefix {
    fn instead(family: AddressFamily, asked: &ScopeDetails) -> Option<ScopeDetails> {
        let mask = mask_of(asked.prefix_length);
        let other = family == AddressFamily::InterNetwork
            && asked.subnet_mask.is_some_and(|asked| asked != mask);
        other.then(|| ScopeDetails {
            subnet_mask: Some(mask),
            ..asked.clone()
        })
    }
}

impl Lax for AnyEnd {
    fn instead(_: AddressFamily, asked: &ScopeDetails) -> Option<ScopeDetails> {
        end_within(asked, asked.subnet_mask?)
    }
}

impl Lax for EndByPrefix {
    fn instead(_: AddressFamily, asked: &ScopeDetails) -> Option<ScopeDetails> {
        let mask = mask_of(asked.prefix_length);
        if !is_within(asked.end_address, asked.scope_id, mask) {
            return None;
        }
        end_within(asked, asked.subnet_mask?)
    }
}

impl Lax for OneAddress {
    fn instead(_: AddressFamily, asked: &ScopeDetails) -> Option<ScopeDetails> {
        (asked.start_address == asked.end_address).then(|| in_order(asked))
    }
}

impl Lax for Backwards {
    fn instead(_: AddressFamily, asked: &ScopeDetails) -> Option<ScopeDetails> {
        (asked.start_address > asked.end_address).then(|| in_order(asked))
    }
}

fn in_order(asked: &ScopeDetails) -> ScopeDetails {
    ScopeDetails {
        start_address: after(asked.scope_id, 1),
        end_address: after(asked.scope_id, 2),
        ..asked.clone()
    }
}

/// A start in the subnet that lies before the end, where the one asked for is outside.
fn start_within(asked: &ScopeDetails, mask: IpAddr) -> Option<ScopeDetails> {
    (!is_within(asked.start_address, asked.scope_id, mask)).then(|| ScopeDetails {
        start_address: asked.scope_id,
        ..asked.clone()
    })
}

/// An end in the subnet that lies after the start, where the one asked for is outside.
fn end_within(asked: &ScopeDetails, mask: IpAddr) -> Option<ScopeDetails> {
    (!is_within(asked.end_address, asked.scope_id, mask)).then(|| ScopeDetails {
        end_address: after(asked.start_address, 1),
        ..asked.clone()
    })
}

fn is_within(address: IpAddr, subnet: IpAddr, mask: IpAddr) -> bool {
    match (address, subnet, mask) {
        (IpAddr::V4(address), IpAddr::V4(subnet), IpAddr::V4(mask)) => address & mask == subnet,
        _ => true,
    }
}

const fn longest(family: AddressFamily) -> i32 {
    match family {
        AddressFamily::InterNetwork => 30,
        AddressFamily::InterNetworkV6 => 127,
    }
}

fn mask_of(prefix_length: i32) -> IpAddr {
    let bits = u32::try_from(prefix_length.clamp(0, 32)).unwrap_or_default();
    IpAddr::V4(Ipv4Addr::from(
        u32::MAX.checked_shl(32 - bits).unwrap_or_default(),
    ))
}

fn after(address: IpAddr, by: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => IpAddr::V4(Ipv4Addr::from(
            u32::from(address).wrapping_add(u32::from(by)),
        )),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(
            u128::from(address).wrapping_add(u128::from(by)),
        )),
    }
}

const fn lax<L: Lax>(requirement: RequirementId, name: &'static str) -> Deviant {
    let hooks = Hooks {
        parameters: Some(|seam, paramters| disguise_sent::<L>(seam, paramters)),
        scopes: Some(|seam, server, family| {
            let mut scopes = seam.store.get_scopes_for_server(server, family)?;
            for scope in &mut scopes {
                disguise::<L>(seam, scope);
            }
            Some(scopes)
        }),
        insert_scope: Some(|seam, row| {
            let row = undisguised(seam, row);
            seam.store.insert_scope(row)
        }),
        update_scope: Some(|seam, row| {
            let row = undisguised(seam, row);
            seam.store.update_scope(row);
        }),
        put_range: Some(|seam, mut row: AdmIpRangeRow| {
            if let Some(asked) = asked_for(seam, row.family, row.subnet_id) {
                row.start_ip_address = asked.start_address;
                row.end_ip_address = asked.end_address;
                row.prefix_length = asked.prefix_length;
            }
            seam.store.put_range(row);
        }),
        ..Hooks::NONE
    };
    Deviant::mistake(requirement, name, hooks)
}

/// Disguises a scope, and remembers what was asked for by the row it is of.
fn disguise<L: Lax>(seam: &Seam, scope: &mut DhcpScope) -> bool {
    let Some(instead) = L::instead(scope.family, &scope.details) else {
        return false;
    };
    let asked = std::mem::replace(&mut scope.details, instead);
    let key: RowKey = (scope.family, scope.record_id);
    seam.memory.columns.borrow_mut().insert(key, asked);
    true
}

/// The same for the scope objects of a message.
fn disguise_sent<L: Lax>(seam: &Seam, paramters: &mut Option<Value>) {
    seam.memory.columns.borrow_mut().clear();
    let Some(Value::Object(object)) = paramters else {
        return;
    };
    for (name, value) in &mut object.members {
        match (name.as_str(), value) {
            ("Scope", Value::Object(sent)) => disguise_object::<L>(seam, sent),
            ("Scopes", Value::List(items)) => {
                for item in items {
                    if let Value::Object(sent) = item {
                        disguise_object::<L>(seam, sent);
                    }
                }
            }
            _ => {}
        }
    }
}

fn disguise_object<L: Lax>(seam: &Seam, sent: &mut Object) {
    let Ok(mut scope) = DhcpScope::decode(sent) else {
        return;
    };
    if disguise::<L>(seam, &mut scope) {
        let instead = scope.details;
        sent.set("StartAddress", instead.start_address.to_string().into());
        sent.set("EndAddress", instead.end_address.to_string().into());
        sent.set("PrefixLength", instead.prefix_length.to_string().into());
        if let Some(mask) = instead.subnet_mask {
            sent.set("SubnetMask", mask.to_string().into());
        }
    }
}

fn asked_for(seam: &Seam, family: AddressFamily, subnet: IpAddr) -> Option<ScopeDetails> {
    let columns = seam.memory.columns.borrow();
    columns
        .range((family, RecordId(i64::MIN))..=(family, RecordId(i64::MAX)))
        .map(|(_, asked)| asked)
        .find(|asked| asked.scope_id == subnet)
        .cloned()
}

fn undisguised(seam: &Seam, mut row: AdmDhcpScopesRow) -> AdmDhcpScopesRow {
    if let Some(asked) = asked_for(seam, row.family, row.details.scope_id) {
        row.details.start_address = asked.start_address;
        row.details.end_address = asked.end_address;
        row.details.prefix_length = asked.prefix_length;
        row.details.subnet_mask = asked.subnet_mask;
    }
    row
}
