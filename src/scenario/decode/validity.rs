//! Whether a scope's row holds together: ranges in their subnet, and what ValidateDhcpScope asks for.

use std::net::IpAddr;

use crate::model::ScopeDetails;
use crate::scenario::decode::values::{self, Subnet};
use crate::scenario::error::{LoadCode, LoadError};
use crate::verdict::Span;

/// What is wrong with a range in a subnet. A scope's own range has at least two addresses (R-VAL: start < end).
pub(super) fn misfit(
    subnet: Subnet,
    (first, last): (IpAddr, IpAddr),
    at: Span,
    is_scope_range: bool,
) -> Option<LoadError> {
    let backwards = first > last || (is_scope_range && first == last);
    if !backwards && subnet.contains(first) && subnet.contains(last) {
        return None;
    }
    let message = match (backwards, is_scope_range) {
        (true, true) => "range backwards or of one address",
        (true, false) => "exclusion backwards",
        (false, true) => "range outside its subnet",
        (false, false) => "exclusion outside its subnet",
    };
    let (low, high) = subnet.ends();
    Some(
        LoadError::new(LoadCode::Range, at, message)
            .found(format!("{first}-{last}"))
            .expected(format!(
                "addresses from {low} to {high}, the lower one first"
            )),
    )
}

/// Whether ValidateDhcpScope takes the row: the start and the end masked give ScopeId, the start is before the end,
/// the prefix is in bounds.
pub(in crate::scenario) fn is_valid(details: &ScopeDetails) -> bool {
    let subnet = Subnet {
        network: details.scope_id,
        prefix: details.prefix_length,
    };
    let mask = details.subnet_mask.unwrap_or_else(|| subnet.mask());
    let masked = |address: IpAddr| {
        address.is_ipv4() == mask.is_ipv4()
            && address.is_ipv4() == details.scope_id.is_ipv4()
            && values::bits(address) & values::bits(mask) == values::bits(details.scope_id)
    };
    masked(details.start_address)
        && masked(details.end_address)
        && details.start_address < details.end_address
        && subnet.prefix_in_bounds()
}
