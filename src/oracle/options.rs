//! Options by what they mean, and what a list of tracked changes makes of a scope's options (R-3-16a to R-4-16b).
//!
//! Ids of definitions and of classes are per server ([MS-IPAMM2] 3.1.1.1.17), so an option goes over by the number of
//! its definition, the name of its vendor class and the name of its user class (OQ-12).

use std::collections::BTreeMap;
use std::fmt;

use crate::model::{AdmDhcpOptionsRow, AdmDhcpServersRow, ClassRow, RecordId};
use crate::oracle::objects::{Tracked, TrackedOption};
use crate::spec::IpamExceptionId;

/// An option of a scope without the ids of its server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OptionMeaning {
    /// OptionId of the definition: the number in DHCP.
    pub number: u32,
    /// The name of the definition's vendor class; `None` for the default one.
    pub vendor_class: Option<String>,
    /// The name of the user class; `None` for the default one.
    pub user_class: Option<String>,
    /// Values.
    pub values: Vec<String>,
}

impl OptionMeaning {
    /// What a row means on the server it stands on; `None` where it refers to nothing there.
    #[must_use]
    pub fn of(server: &AdmDhcpServersRow, row: &AdmDhcpOptionsRow) -> Option<Self> {
        meaning(server, Ids::of(row))
            .ok()
            .map(|key| Self::from((key, row.values.clone())))
    }
}

impl From<(Key, Vec<String>)> for OptionMeaning {
    fn from(((number, vendor_class, user_class), values): (Key, Vec<String>)) -> Self {
        Self {
            number,
            vendor_class,
            user_class,
            values,
        }
    }
}

impl fmt::Display for OptionMeaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)?;
        for class in [&self.vendor_class, &self.user_class].into_iter().flatten() {
            write!(f, "/{class}")?;
        }
        write!(f, "={}", self.values.join("|"))
    }
}

/// Number, vendor class and user class: a scope has one option for each.
type Key = (u32, Option<String>, Option<String>);
/// The options of a scope by meaning.
type Meanings = BTreeMap<Key, Vec<String>>;

/// The definition and the user class of an option as a server numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ids {
    definition: RecordId,
    /// `None` for the default user class.
    user_class: Option<RecordId>,
}

impl Ids {
    fn new(definition: RecordId, user_class: Option<RecordId>) -> Self {
        Self {
            definition,
            user_class: user_class.filter(|id| id.is_set()),
        }
    }

    fn of(row: &AdmDhcpOptionsRow) -> Self {
        Self::new(row.option_definition_record_id, row.user_class_record_id)
    }
}

/// What those ids mean on a server, or the id of the fault where they mean nothing.
fn meaning(server: &AdmDhcpServersRow, ids: Ids) -> Result<Key, IpamExceptionId> {
    let definition = server
        .option_definitions
        .iter()
        .find(|definition| definition.record_id == ids.definition)
        .ok_or(IpamExceptionId::OPTION_DEFINITION_NOT_FOUND)?;
    let vendor_class = class_name(&server.vendor_classes, definition.vendor_class_record_id)
        .ok_or(IpamExceptionId::OPTION_DEFINITION_NOT_FOUND)?;
    let user_class = class_name(&server.user_classes, ids.user_class)
        .ok_or(IpamExceptionId::OPTION_USER_CLASS_NOT_FOUND)?;
    Ok((definition.option_id, vendor_class, user_class))
}

/// The name of a class, the default one having none; nothing where the id refers to nothing.
fn class_name(classes: &[ClassRow], id: Option<RecordId>) -> Option<Option<String>> {
    let Some(id) = id.filter(|id| id.is_set()) else {
        return Some(None);
    };
    let class = classes.iter().find(|class| class.record_id == id)?;
    Some(Some(class.name.clone()))
}

/// Whether a server has a definition and a user class of that meaning.
fn known(server: &AdmDhcpServersRow, key: &Key) -> Result<(), IpamExceptionId> {
    let (number, vendor_class, user_class) = key;
    let has_definition = server.option_definitions.iter().any(|definition| {
        definition.option_id == *number
            && class_name(&server.vendor_classes, definition.vendor_class_record_id).as_ref()
                == Some(vendor_class)
    });
    if !has_definition {
        return Err(IpamExceptionId::OPTION_DEFINITION_NOT_FOUND);
    }
    let has_class = user_class
        .as_ref()
        .is_none_or(|name| server.user_classes.iter().any(|class| class.name == *name));
    if has_class {
        Ok(())
    } else {
        Err(IpamExceptionId::OPTION_USER_CLASS_NOT_FOUND)
    }
}

fn list(meanings: Meanings) -> Vec<OptionMeaning> {
    meanings.into_iter().map(OptionMeaning::from).collect()
}

/// A scope's options as they are, by meaning; `None` where one refers to nothing on its server.
pub(super) fn as_they_are(
    server: &AdmDhcpServersRow,
    rows: &[&AdmDhcpOptionsRow],
) -> Option<Vec<OptionMeaning>> {
    let mut found = rows
        .iter()
        .map(|row| OptionMeaning::of(server, row))
        .collect::<Option<Vec<_>>>()?;
    found.sort();
    Some(found)
}

/// A scope's options by meaning, all of them known to the destination; else the id of the fault (OQ-12).
pub(super) fn taken_over(
    source: Option<&AdmDhcpServersRow>,
    rows: &[&AdmDhcpOptionsRow],
    destination: &AdmDhcpServersRow,
) -> Result<Vec<OptionMeaning>, IpamExceptionId> {
    let mut meanings = Meanings::new();
    for row in rows {
        let source = source.ok_or(IpamExceptionId::OPTION_DEFINITION_NOT_FOUND)?;
        let key = meaning(source, Ids::of(row))?;
        known(destination, &key)?;
        meanings.insert(key, row.values.clone());
    }
    Ok(list(meanings))
}

/// The options of a scope after tracked changes whose ids are those of the scope's own server.
///
/// `Ok(None)` where what was there before refers to nothing, so that nothing can be said.
pub(super) fn tracked_by_id(
    server: &AdmDhcpServersRow,
    before: &[&AdmDhcpOptionsRow],
    changes: &[Tracked<TrackedOption>],
) -> Result<Option<Vec<OptionMeaning>>, IpamExceptionId> {
    if changes.is_empty() {
        return Ok(as_they_are(server, before));
    }
    let mut rows: BTreeMap<Ids, Vec<String>> = before
        .iter()
        .map(|row| (Ids::of(row), row.values.clone()))
        .collect();
    for change in changes {
        let option = change.content();
        let ids = Ids::new(option.definition, option.user_class);
        if change.is_put() {
            meaning(server, ids)?;
            rows.insert(ids, option.values.clone());
        } else {
            rows.remove(&ids);
        }
    }
    let mut found = Vec::with_capacity(rows.len());
    for (ids, values) in rows {
        match meaning(server, ids) {
            Ok(key) => found.push(OptionMeaning::from((key, values))),
            Err(_) => return Ok(None),
        }
    }
    found.sort();
    Ok(Some(found))
}

/// The options of a copy after tracked changes whose ids are those of the source's server.
///
/// `Ok(None)` as in [`tracked_by_id`].
pub(super) fn tracked_by_meaning(
    source: Option<&AdmDhcpServersRow>,
    destination: &AdmDhcpServersRow,
    before: &[&AdmDhcpOptionsRow],
    changes: &[Tracked<TrackedOption>],
) -> Result<Option<Vec<OptionMeaning>>, IpamExceptionId> {
    let mut meanings = Some(Meanings::new());
    for row in before {
        match (meaning(destination, Ids::of(row)), &mut meanings) {
            (Ok(key), Some(meanings)) => {
                meanings.insert(key, row.values.clone());
            }
            _ => meanings = None,
        }
    }
    for change in changes {
        let option = change.content();
        let key = source
            .ok_or(IpamExceptionId::OPTION_DEFINITION_NOT_FOUND)
            .and_then(|source| meaning(source, Ids::new(option.definition, option.user_class)));
        if change.is_put() {
            let key = key?;
            known(destination, &key)?;
            if let Some(meanings) = &mut meanings {
                meanings.insert(key, option.values.clone());
            }
        } else if let (Ok(key), Some(meanings)) = (key, &mut meanings) {
            // deleting what means nothing deletes nothing
            meanings.remove(&key);
        }
    }
    Ok(meanings.map(list))
}
