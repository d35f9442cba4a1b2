//! Whether a scope's options can be stored on another server (OQ-12).

use crate::model::{AdmDhcpOptionsRow, AdmDhcpServersRow, ClassRow, RecordId, Tables};
use crate::spec::{AddressFamily, IpamExceptionId};

/// Why an option cannot be stored on the destination, if one of these cannot.
///
/// Ids of definitions and of classes are per server ([MS-IPAMM2] 3.1.1.1.17), so an option goes over by the number of
/// its definition, the name of its vendor class and the name of its user class (OQ-12).
pub(super) fn unmapped(
    tables: &Tables,
    options: &[&AdmDhcpOptionsRow],
    destination: &AdmDhcpServersRow,
) -> Option<IpamExceptionId> {
    options
        .iter()
        .find_map(|option| unmapped_option(tables, option, destination))
}

fn unmapped_option(
    tables: &Tables,
    option: &AdmDhcpOptionsRow,
    destination: &AdmDhcpServersRow,
) -> Option<IpamExceptionId> {
    let key = (AddressFamily::InterNetwork, option.server_record_id);
    let Some(source) = tables.servers.get(&key) else {
        return Some(IpamExceptionId::OPTION_DEFINITION_NOT_FOUND);
    };
    let definition = source
        .option_definitions
        .iter()
        .find(|definition| definition.record_id == option.option_definition_record_id);
    let is_known = definition.is_some_and(|definition| {
        let vendor_class = class_name(&source.vendor_classes, definition.vendor_class_record_id);
        destination.option_definitions.iter().any(|candidate| {
            candidate.option_id == definition.option_id
                && class_name(
                    &destination.vendor_classes,
                    candidate.vendor_class_record_id,
                ) == vendor_class
        })
    });
    if !is_known {
        return Some(IpamExceptionId::OPTION_DEFINITION_NOT_FOUND);
    }
    let user_class = option.user_class_record_id?;
    let is_known = source
        .user_classes
        .iter()
        .find(|class| class.record_id == user_class)
        .is_some_and(|class| {
            destination
                .user_classes
                .iter()
                .any(|candidate| candidate.name == class.name)
        });
    (!is_known).then_some(IpamExceptionId::OPTION_USER_CLASS_NOT_FOUND)
}

/// `None` is the default class; a reference to nothing is a class without a name that another could share.
fn class_name(classes: &[ClassRow], id: Option<RecordId>) -> Option<&str> {
    let id = id?;
    let found = classes.iter().find(|class| class.record_id == id);
    Some(found.map_or("", |class| class.name.as_str()))
}
