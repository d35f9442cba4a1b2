//! Options and exclusions that a scope object tracks ([MS-IPAMM2] 3.19.4.4.1.3 and .4; R-3-16a to R-3-17b, R-4-16a
//! to R-4-17b).
//!
//! # What is not here
//! R-3-18 and R-4-18: the overlap flags and the address mapping that changed exclusions lead to are computed over all
//! ranges of an address space, which no world describes, and are compared nowhere (OQ-12).

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::model::{AdmDhcpOptionsRow, DhcpOption, DhcpScope, RecordId, RowKey};
use crate::spec::CollectionOperations;
use crate::spec::parameters::DNS_PROPERTIES;
use crate::store::DataStore;

/// Whether the object flags any DNS setting as modified.
pub(super) fn modifies_dns(scope: &DhcpScope) -> bool {
    scope
        .modified_properties
        .iter()
        .any(|name| DNS_PROPERTIES.contains(&name.as_str()))
}

/// The exclusions of a row once the tracked ones are added and removed. Other keys are passed over.
pub(super) fn track_exclusions(scope: &DhcpScope, ranges: &mut BTreeSet<(IpAddr, IpAddr)>) {
    for (operation, range) in &scope.exclusion_operations {
        match operation {
            // R-3-17a, R-4-17a
            CollectionOperations::Add => {
                ranges.insert(*range);
            }
            // R-3-17b, R-4-17b
            CollectionOperations::Delete => {
                ranges.remove(range);
            }
            _ => {}
        }
    }
}

/// Stores the tracked options of a scope under its row and its server.
pub(super) fn track_options(scope: &DhcpScope, record_id: RecordId, store: &mut dyn DataStore) {
    let key = (scope.family, record_id);
    for (operation, option) in &scope.option_operations {
        match operation {
            // R-3-16a, R-4-16a
            CollectionOperations::Add | CollectionOperations::Set => {
                delete(key, scope.parent_dhcp_server_record_id, option, store);
                store.insert_option(AdmDhcpOptionsRow {
                    record_id: RecordId::UNSET,
                    family: scope.family,
                    server_record_id: scope.parent_dhcp_server_record_id,
                    scope_record_id: record_id,
                    option_definition_record_id: option.option_definition_record_id,
                    user_class_record_id: option.user_class_record_id,
                    values: option.values.clone(),
                });
            }
            // R-3-16b, R-4-16b
            CollectionOperations::Delete => {
                delete(key, scope.parent_dhcp_server_record_id, option, store);
            }
            _ => {}
        }
    }
}

/// Deletes the rows with the same server, scope, definition and user class.
fn delete(scope: RowKey, server: RecordId, option: &DhcpOption, store: &mut dyn DataStore) {
    for row in store.options_of(scope) {
        if row.server_record_id == server
            && row.option_definition_record_id == option.option_definition_record_id
            && row.user_class_record_id == option.user_class_record_id
        {
            store.delete_option((row.family, row.record_id));
        }
    }
}
