//! The range row of a scope ([MS-IPAMM2] 3.19.4.4.1.3 and .4; R-3-11 to R-3-13, R-4-12, R-4-13).

use crate::model::{AdmIpRangeRow, DhcpScope, RecordId};

/// The value of the custom field ManagedBy for ranges of DHCP servers.
const MANAGED_BY_DHCP: &str = "MSDHCP";

/// The range row that belongs to a scope row, under its own RecordId or unset for a new one.
pub(super) fn scope_range(
    scope: &DhcpScope,
    scope_record_id: RecordId,
    record_id: RecordId,
    server_name: &str,
) -> AdmIpRangeRow {
    AdmIpRangeRow {
        record_id,
        family: scope.family,
        scope_record_id,
        start_ip_address: scope.details.start_address,
        end_ip_address: scope.details.end_address,
        prefix_length: scope.details.prefix_length,
        subnet_id: scope.details.scope_id,
        description: scope.details.description.clone(),
        managed_by: MANAGED_BY_DHCP.to_owned(),
        managed_by_entity: server_name.to_owned(),
    }
}
