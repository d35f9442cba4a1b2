//! [MS-IPAMM2] 3.1.4.9 ValidateDhcpScope.

use std::net::{IpAddr, Ipv4Addr};

use crate::model::{DhcpScope, IpamException};
use crate::spec::{AddressFamily, IpamExceptionId};

/// Checks a scope object before it is stored.
///
/// # Errors
/// With the fault of the first rule it breaks (R-VAL-1 to R-VAL-4).
pub(super) fn validate_dhcp_scope(scope: &DhcpScope) -> Result<(), IpamException> {
    let details = &scope.details;
    let fault = |id, message: &str| Err(IpamException::new(id, message));
    // R-VAL-1
    let (longest, of_family): (i32, fn(&IpAddr) -> bool) = match scope.family {
        AddressFamily::InterNetwork => (30, IpAddr::is_ipv4),
        AddressFamily::InterNetworkV6 => (127, IpAddr::is_ipv6),
    };
    if !of_family(&details.start_address) {
        return fault(
            IpamExceptionId::INVALID_SCOPE_START,
            "StartAddress is of another address family",
        );
    }
    if !of_family(&details.end_address) {
        return fault(
            IpamExceptionId::INVALID_SCOPE_END,
            "EndAddress is of another address family",
        );
    }
    if !(1..=longest).contains(&details.prefix_length) {
        return fault(
            IpamExceptionId::INVALID_SCOPE_PREFIX,
            "PrefixLength is out of bounds",
        );
    }
    // IPv6 scopes have no mask, so the next two have nothing to compare there.
    if scope.family == AddressFamily::InterNetwork {
        let Some(IpAddr::V4(mask)) = details.subnet_mask else {
            return fault(
                IpamExceptionId::INVALID_SCOPE_PREFIX,
                "SubnetMask is missing",
            );
        };
        // R-VAL-2
        if masked(details.start_address, mask) != Some(details.scope_id) {
            return fault(
                IpamExceptionId::INVALID_SCOPE_START,
                "StartAddress is not in the subnet",
            );
        }
        // R-VAL-3
        if masked(details.end_address, mask) != Some(details.scope_id) {
            return fault(
                IpamExceptionId::INVALID_SCOPE_END,
                "EndAddress is not in the subnet",
            );
        }
    }
    // R-VAL-4
    if details.start_address >= details.end_address {
        return fault(
            IpamExceptionId::INVALID_SCOPE_END,
            "EndAddress does not lie after StartAddress",
        );
    }
    Ok(())
}

fn masked(address: IpAddr, mask: Ipv4Addr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => Some(IpAddr::V4(Ipv4Addr::from(
            u32::from(address) & u32::from(mask),
        ))),
        IpAddr::V6(_) => None,
    }
}
