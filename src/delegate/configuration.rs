//! What .29 puts into the clone of a scope, so that .3 and .4 store its whole configuration (OQ-12).

use crate::model::{
    AdmDhcpOptionsRow, AdmDhcpServersRow, ClassRow, DhcpOption, DhcpScope, IpamException, RecordId,
    RowKey,
};
use crate::spec::{CollectionOperations, IpamExceptionId};
use crate::store::DataStore;

/// Tracks every option and exclusion in which the copy differs: what the source has is set, what only the copy has is
/// deleted.
///
/// # Errors
/// When the destination server does not know an option's definition or user class.
pub(super) fn track_configuration(
    clone: &mut DhcpScope,
    source: RowKey,
    copy: Option<RowKey>,
    destination: &AdmDhcpServersRow,
    store: &dyn DataStore,
) -> Result<(), IpamException> {
    let there = copy.and_then(|copy| store.scope(copy));
    let excluded = there
        .map(|row| row.details.exclusion_ranges.clone())
        .unwrap_or_default();
    let wanted = &clone.details.exclusion_ranges;
    let gone = excluded
        .difference(wanted)
        .map(|range| (CollectionOperations::Delete, *range));
    let new = wanted
        .difference(&excluded)
        .map(|range| (CollectionOperations::Add, *range));
    clone.exclusion_operations = gone.chain(new).collect();

    let theirs: Vec<DhcpOption> = copy
        .map(|copy| store.options_of(copy))
        .unwrap_or_default()
        .iter()
        .map(|row| DhcpOption {
            option_definition_record_id: row.option_definition_record_id,
            user_class_record_id: row.user_class_record_id,
            values: row.values.clone(),
        })
        .collect();
    let mut wanted = Vec::new();
    for option in store.options_of(source) {
        wanted.push(map_option(&option, destination, store)?);
    }
    let is_same = |a: &DhcpOption, b: &DhcpOption| {
        a.option_definition_record_id == b.option_definition_record_id
            && a.user_class_record_id == b.user_class_record_id
    };
    let gone: Vec<_> = theirs
        .iter()
        .filter(|option| !wanted.iter().any(|wanted| is_same(wanted, option)))
        .map(|option| (CollectionOperations::Delete, option.clone()))
        .collect();
    // One that the copy has already needs no new row.
    let set = wanted
        .into_iter()
        .filter(|option| !theirs.contains(option))
        .map(|option| (CollectionOperations::Set, option));
    let operations = gone.into_iter().chain(set).collect();
    clone.option_operations = operations;
    Ok(())
}

/// Ids of definitions and classes are per server ([MS-IPAMM2] 3.1.1.1.17): an option goes over by its number and by
/// the names of its classes.
fn map_option(
    option: &AdmDhcpOptionsRow,
    destination: &AdmDhcpServersRow,
    store: &dyn DataStore,
) -> Result<DhcpOption, IpamException> {
    let no_definition = || {
        IpamException::new(
            IpamExceptionId::OPTION_DEFINITION_NOT_FOUND,
            "the partner server does not know an option's definition",
        )
    };
    let owner = store
        .get_dhcp_server_from_table(option.server_record_id, option.family)
        .ok_or_else(no_definition)?;
    let definition = owner
        .option_definitions
        .iter()
        .find(|definition| definition.record_id == option.option_definition_record_id)
        .ok_or_else(no_definition)?;
    let vendor_class = name_of(&owner.vendor_classes, definition.vendor_class_record_id);
    let theirs = destination
        .option_definitions
        .iter()
        .find(|theirs| {
            theirs.option_id == definition.option_id
                && name_of(&destination.vendor_classes, theirs.vendor_class_record_id)
                    == vendor_class
        })
        .ok_or_else(no_definition)?;
    let user_class_record_id = match name_of(&owner.user_classes, option.user_class_record_id) {
        None => None,
        Some(name) => Some(id_of(&destination.user_classes, name).ok_or_else(|| {
            IpamException::new(
                IpamExceptionId::OPTION_USER_CLASS_NOT_FOUND,
                "the partner server does not know an option's user class",
            )
        })?),
    };
    Ok(DhcpOption {
        option_definition_record_id: theirs.record_id,
        user_class_record_id,
        values: option.values.clone(),
    })
}

/// The name of a class; the default class has none, and a class that is gone has an empty one.
fn name_of(classes: &[ClassRow], id: Option<RecordId>) -> Option<&str> {
    let id = id?;
    Some(
        classes
            .iter()
            .find(|class| class.record_id == id)
            .map_or("", |class| class.name.as_str()),
    )
}

fn id_of(classes: &[ClassRow], name: &str) -> Option<RecordId> {
    classes
        .iter()
        .find(|class| class.name == name)
        .map(|class| class.record_id)
}
