//! ValidateDhcpScope ([MS-IPAMM2] 3.1.4.9), worked out on the columns of a scope.

use std::net::{IpAddr, Ipv4Addr};

use crate::model::ScopeDetails;
use crate::spec::{AddressFamily, IpamExceptionId, RequirementId};

/// The ids that fit a scope that is not valid; the document prescribes none (OQ-8).
pub(super) const DETAILS: [IpamExceptionId; 4] = [
    IpamExceptionId::INVALID_SCOPE_START,
    IpamExceptionId::INVALID_SCOPE_END,
    IpamExceptionId::INVALID_SCOPE_PREFIX,
    IpamExceptionId::INVALID_PARAMETER,
];

/// The first condition that the scope breaks, if any.
pub(super) fn first_broken(family: AddressFamily, scope: &ScopeDetails) -> Option<RequirementId> {
    match family {
        AddressFamily::InterNetwork => first_broken_v4(scope),
        AddressFamily::InterNetworkV6 => first_broken_v6(scope),
    }
}

fn first_broken_v4(scope: &ScopeDetails) -> Option<RequirementId> {
    // R-VAL-1
    let (IpAddr::V4(start), IpAddr::V4(end), Some(IpAddr::V4(mask))) =
        (scope.start_address, scope.end_address, scope.subnet_mask)
    else {
        return Some(RequirementId::R_VAL_1);
    };
    if !(1..=30).contains(&scope.prefix_length) {
        return Some(RequirementId::R_VAL_1);
    }
    // the mask is a column of its own: it may disagree with the prefix length, and it is what counts here
    let lies_in_subnet = |address| IpAddr::V4(address & mask) == scope.scope_id;
    // an address that is NULL is in no subnet, but what the scope lacks then is the address
    let outside = |address: Ipv4Addr, requirement| {
        if address.is_unspecified() {
            RequirementId::R_VAL_1
        } else {
            requirement
        }
    };
    // R-VAL-2
    if !lies_in_subnet(start) {
        return Some(outside(start, RequirementId::R_VAL_2));
    }
    // R-VAL-3
    if !lies_in_subnet(end) {
        return Some(outside(end, RequirementId::R_VAL_3));
    }
    // R-VAL-4
    (start >= end).then_some(RequirementId::R_VAL_4)
}

/// IPv6 scopes have no mask, so that R-VAL-2 and R-VAL-3 say nothing about them.
fn first_broken_v6(scope: &ScopeDetails) -> Option<RequirementId> {
    // R-VAL-1
    let (IpAddr::V6(start), IpAddr::V6(end)) = (scope.start_address, scope.end_address) else {
        return Some(RequirementId::R_VAL_1);
    };
    if !(1..=127).contains(&scope.prefix_length) {
        return Some(RequirementId::R_VAL_1);
    }
    // R-VAL-4
    (start >= end).then_some(RequirementId::R_VAL_4)
}
