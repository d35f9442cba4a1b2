//! Mistakes in the options that .3 and .4 store ([MS-IPAMM2] 3.19.4.4.1.3 and .4; R-3-16a, R-3-16b, R-4-16a, R-4-16b).

use crate::deviant::planted::scope_tools::twin;
use crate::deviant::{Deviant, Hooks, Seam};
use crate::model::{AdmDhcpOptionsRow, AdmDhcpScopesRow, OptionDefinitionRow, RecordId};
use crate::spec::RequirementId::{R_3_16a, R_3_16b, R_4_16a, R_4_16b};
use crate::store::DataStore;

/// Notes that the scope whose options follow is new.
fn create(seam: &mut Seam, row: AdmDhcpScopesRow) -> RecordId {
    seam.memory.count.set(1);
    seam.store.insert_scope(row)
}

/// Notes that the scope whose options follow is not new.
fn edit(seam: &mut Seam, row: AdmDhcpScopesRow) {
    seam.memory.count.set(0);
    seam.store.update_scope(row);
}

/// What tells new scopes from others.
const NOTED: Hooks = Hooks {
    insert_scope: Some(create),
    update_scope: Some(edit),
    ..Hooks::NONE
};

/// Whether the scope whose options are written was created just now.
fn is_new(seam: &Seam) -> bool {
    seam.memory.count.get() == 1
}

/// The id that an option's definition has on the source server.
fn source_definition(seam: &Seam, option: &AdmDhcpOptionsRow) -> Option<RecordId> {
    let store = &seam.store;
    let own = store.scope((option.family, option.scope_record_id))?;
    let source = twin(seam, &own)?;
    let servers = [&own, &source]
        .map(|row| store.get_dhcp_server_from_table(row.dhcp_server_record_id, row.family));
    let [Some(there), Some(here)] = servers else {
        return None;
    };
    let definition = there
        .option_definitions
        .iter()
        .find(|definition| definition.record_id == option.option_definition_record_id)?;
    here.option_definitions
        .iter()
        .find(|other| other.option_id == definition.option_id)
        .map(|other| other.record_id)
}

/// Whether the server that has the other scope of the subnet defines an option of that number.
fn is_known_to_partner(seam: &Seam, option: &AdmDhcpOptionsRow) -> bool {
    let store = &seam.store;
    let defined_on = |server: RecordId, is_it: &dyn Fn(&OptionDefinitionRow) -> bool| {
        store
            .get_dhcp_server_from_table(server, option.family)
            .and_then(|server| server.option_definitions.iter().find(|d| is_it(d)).cloned())
    };
    let own = store.scope((option.family, option.scope_record_id));
    let other = own.and_then(|own| twin(seam, &own));
    let number = defined_on(option.server_record_id, &|definition| {
        definition.record_id == option.option_definition_record_id
    });
    let (Some(other), Some(number)) = (other, number) else {
        return true;
    };
    defined_on(other.dhcp_server_record_id, &|definition| {
        definition.option_id == number.option_id
    })
    .is_some()
}

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_3_16a,
        "creates a copy without options",
        Hooks {
            insert_option: Some(|seam, row| {
                if !is_new(seam) {
                    seam.store.insert_option(row);
                }
            }),
            ..NOTED
        },
    ),
    Deviant::mistake(
        R_3_16a,
        "gives the options of a new copy the source server's ids",
        Hooks {
            insert_option: Some(|seam, mut row| {
                if is_new(seam)
                    && let Some(id) = source_definition(seam, &row)
                {
                    row.option_definition_record_id = id;
                }
                seam.store.insert_option(row);
            }),
            ..NOTED
        },
    ),
    Deviant::mistake(
        R_3_16a,
        "forgets the user class of a new copy's options",
        Hooks {
            insert_option: Some(|seam, mut row| {
                if is_new(seam) {
                    row.user_class_record_id = None;
                }
                seam.store.insert_option(row);
            }),
            ..NOTED
        },
    ),
    Deviant::mistake(
        R_3_16b,
        "keeps the options of a new scope that are deleted again",
        Hooks {
            delete_option: Some(|seam, key| {
                if !is_new(seam) {
                    seam.store.delete_option(key);
                }
            }),
            ..NOTED
        },
    ),
    Deviant::mistake(
        R_4_16a,
        "adds no option to a copy that is there",
        Hooks {
            insert_option: Some(|seam, row| {
                if is_new(seam) {
                    seam.store.insert_option(row);
                }
            }),
            ..NOTED
        },
    ),
    Deviant::mistake(
        R_4_16a,
        "inserts an option beside the one with the old value",
        Hooks {
            // what is deleted and not set again is put off until the next row is written
            delete_option: Some(|seam, key| {
                let row = seam.store.tables().options.get(&key).cloned();
                seam.store.delete_option(key);
                seam.memory.deleted = row;
            }),
            insert_option: Some(|seam, row| {
                if let Some(old) = seam.memory.deleted.take()
                    && old.option_definition_record_id == row.option_definition_record_id
                    && old.user_class_record_id == row.user_class_record_id
                {
                    seam.store.insert_option(AdmDhcpOptionsRow::clone(&old));
                }
                seam.store.insert_option(row);
            }),
            ..NOTED
        },
    ),
    Deviant::mistake(
        R_4_16a,
        "sets only the first value of an option of a copy that is there",
        Hooks {
            insert_option: Some(|seam, mut row| {
                if !is_new(seam) {
                    row.values.truncate(1);
                }
                seam.store.insert_option(row);
            }),
            ..NOTED
        },
    ),
    Deviant::mistake(
        R_4_16a,
        "sorts the values of an option of a copy that is there",
        Hooks {
            insert_option: Some(|seam, mut row| {
                if !is_new(seam) {
                    row.values.sort();
                }
                seam.store.insert_option(row);
            }),
            ..NOTED
        },
    ),
    Deviant::mistake(
        R_4_16a,
        "leaves out options whose definition the partner server does not know",
        Hooks {
            options: Some(|seam, scope| {
                let mut options = seam.store.options_of(scope);
                options.retain(|option| is_known_to_partner(seam, option));
                options
            }),
            ..Hooks::NONE
        },
    ),
    Deviant::mistake(
        R_4_16b,
        "keeps the options that only the partner has",
        Hooks {
            delete_option: Some(|seam, key| {
                seam.memory.deleted = seam.store.tables().options.get(&key).cloned();
                if is_new(seam) {
                    seam.store.delete_option(key);
                }
            }),
            insert_option: Some(|seam, row| {
                if let Some(old) = seam.memory.deleted.take()
                    && old.option_definition_record_id == row.option_definition_record_id
                    && old.user_class_record_id == row.user_class_record_id
                {
                    seam.store.delete_option((old.family, old.record_id));
                }
                seam.store.insert_option(row);
            }),
            ..NOTED
        },
    ),
    Deviant::mistake(
        R_4_16b,
        "deletes the option of that number from every scope of the partner",
        Hooks {
            delete_option: Some(|seam, key| {
                let tables = seam.store.tables();
                let Some(row) = tables.options.get(&key).cloned() else {
                    return;
                };
                let alike: Vec<_> = tables
                    .options
                    .iter()
                    .filter(|(_, other)| {
                        other.server_record_id == row.server_record_id
                            && other.option_definition_record_id == row.option_definition_record_id
                    })
                    .map(|(key, _)| *key)
                    .collect();
                for key in alike {
                    seam.store.delete_option(key);
                }
            }),
            ..NOTED
        },
    ),
    Deviant::mistake(
        R_4_16b,
        "deletes only the first of the options that a copy has too many",
        Hooks {
            delete_option: Some(|seam, key| {
                if seam.count() % 2 == 0 {
                    seam.store.delete_option(key);
                }
            }),
            ..Hooks::NONE
        },
    ),
];
