//! What a copy holds once .3 or .4 has written it (R-3-10 to R-3-17b, R-4-10 to R-4-17b, OQ-12).

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::model::{AdmDhcpOptionsRow, AdmDhcpScopesRow, AdmDhcpServersRow};
use crate::oracle::objects::{ScopeObject, Tracked};
use crate::oracle::{Case, Copy, OptionMeaning, Taken, options};
use crate::spec::{IpamExceptionId, Question};

/// The row that is written, as it is before; a row that is created has nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Before<'a> {
    pub(super) row: Option<&'a AdmDhcpScopesRow>,
    /// The server that the row belongs to.
    pub(super) server: Option<&'a AdmDhcpServersRow>,
    pub(super) options: &'a [&'a AdmDhcpOptionsRow],
}

impl Before<'_> {
    fn exclusions(&self) -> BTreeSet<(IpAddr, IpAddr)> {
        self.row
            .map(|row| row.details.exclusion_ranges.clone())
            .unwrap_or_default()
    }

    fn options(&self) -> Option<Vec<OptionMeaning>> {
        if self.options.is_empty() {
            return Some(Vec::new());
        }
        options::as_they_are(self.server?, self.options)
    }
}

/// Whether only what the steps list is stored (OQ-12).
pub(super) fn only_the_listed(case: &Case<'_>) -> bool {
    case.readings.is(Question::OQ12, "literal")
}

/// A copy of a row read from the table: it has no tracked changes of its own.
pub(super) fn of_row(
    case: &Case<'_>,
    source: &crate::model::ScopeDetails,
    options: Option<Vec<OptionMeaning>>,
    before: Before<'_>,
) -> Copy {
    if !only_the_listed(case) {
        return Copy {
            details: source.clone(),
            configuration: Taken::Source,
            dns: Taken::Source,
            exclusions: Some(source.exclusion_ranges.clone()),
            options,
        };
    }
    Copy {
        details: source.clone(),
        configuration: Taken::Own,
        dns: Taken::Own,
        exclusions: before.row.map(|_| before.exclusions()),
        options: before.row.and_then(|_| before.options()),
    }
}

/// A copy of an object that a client sent: its tracked changes are made to what is there.
pub(super) fn of_object(
    case: &Case<'_>,
    scope: &ScopeObject,
    dns: Taken,
    options: Option<Vec<OptionMeaning>>,
    before: Before<'_>,
) -> Copy {
    // R-3-17a to R-3-17b, R-4-17a to R-4-17b
    let mut exclusions = before.exclusions();
    for change in &scope.exclusions {
        match change {
            Tracked::Put(range) => exclusions.insert(*range),
            Tracked::Delete(range) => exclusions.remove(range),
        };
    }
    Copy {
        details: scope.details.clone(),
        configuration: if only_the_listed(case) {
            Taken::Own
        } else {
            Taken::Source
        },
        dns: if scope.dns_is_modified {
            Taken::Source
        } else {
            dns
        },
        exclusions: Some(exclusions),
        options,
    }
}

/// The options after the tracked changes of an object that goes to .3 or .4 directly (R-3-16a to R-4-16b).
pub(super) fn options_of_object(
    server: &AdmDhcpServersRow,
    scope: &ScopeObject,
    before: Before<'_>,
) -> Result<Option<Vec<OptionMeaning>>, IpamExceptionId> {
    if scope.options.is_empty() {
        return Ok(before.options());
    }
    let found = options::tracked_by_id(server, before.options, &scope.options)?;
    // rows of one server under a scope of another have no meaning that could be told
    let is_own = before
        .server
        .is_none_or(|own| own.record_id == server.record_id);
    Ok(found.filter(|_| is_own))
}

/// The options of a copy after the tracked changes of an object that .29 is handed.
#[derive(Debug)]
pub(super) struct Replicated {
    /// `None` where nothing can be said.
    pub(super) options: Option<Vec<OptionMeaning>>,
    /// Why they cannot be stored, by our reading.
    pub(super) fault: Option<IpamExceptionId>,
    /// Why they cannot be stored, read the other way.
    pub(super) other_fault: Option<IpamExceptionId>,
}

/// Whose ids a sent object's options bear is stated nowhere: those of the server it belongs to, so that they are
/// mapped (OQ-12), or those of the server it goes to. Where the two come to the same it is expected.
pub(super) fn options_of_replicated_object(
    case: &Case<'_>,
    source: Option<&AdmDhcpServersRow>,
    destination: &AdmDhcpServersRow,
    scope: &ScopeObject,
    before: Before<'_>,
) -> Replicated {
    let mut mapped =
        options::tracked_by_meaning(source, destination, before.options, &scope.options);
    let mut as_stands = options_of_object(destination, scope, before);
    if only_the_listed(case) {
        std::mem::swap(&mut mapped, &mut as_stands);
    }
    let options = match (&mapped, &as_stands) {
        (Ok(mapped), Ok(as_stands)) if mapped == as_stands => mapped.clone(),
        _ => None,
    };
    Replicated {
        options,
        fault: mapped.err(),
        other_fault: as_stands.err(),
    }
}
