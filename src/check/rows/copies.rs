//! A written copy against its source: columns, options, range row, and what follows the write.

use super::*;
use crate::check::rows::fates::{AfterEffects, Seen};

/// A written copy.
#[derive(Debug, Clone, Copy)]
struct Written<'a> {
    fate: &'a Fate,
    write: &'a Write,
    expected: &'a AdmDhcpScopesRow,
    found: &'a AdmDhcpScopesRow,
    /// `None` where it was created.
    before: Option<&'a AdmDhcpScopesRow>,
    /// What follows the write.
    follows: AfterEffects,
}

impl Rows<'_> {
    /// A written copy: its columns one by one.
    pub(super) fn compare(&self, fate: &Fate, seen: &Seen<'_>) -> Report {
        let mut report = Report::default();
        let write = seen.write;
        let Some((id, found)) = self.copy_of(fate, write) else {
            report.differs(
                write.requirement,
                Grade::Hard,
                "copy-written",
                format!("{} is updated", self.scope_name(fate, write)),
                "the row is gone",
            );
            return report;
        };
        let created = self.created_rows(fate, write).len();
        if created > 1 {
            report.differs(
                write.requirement,
                Grade::Hard,
                "copy-written",
                format!("{} is created once", self.scope_name(fate, write)),
                format!("{created} new rows of that subnet"),
            );
        }
        let before = self.before.scopes.get(&(fate.family, id));
        let before = before.filter(|_| write.kind != WriteKind::Create);
        let mut expected = before.map_or_else(|| found.clone(), |row| row.as_ref().clone());
        take_over(&mut expected, &write.copy);
        let follows = match write.attach {
            Some(_) => seen.follows,
            None => AfterEffects::Never,
        };
        let columns = Written {
            fate,
            write,
            expected: &expected,
            found,
            before: before.map(AsRef::as_ref),
            follows,
        };
        self.columns(&columns, &mut report);
        self.options(&columns, &mut report);
        if let Some(relation) = write.attach
            && follows == AfterEffects::Due
        {
            self.after_effects(&columns, relation, &mut report);
        }
        report
    }

    fn columns(&self, written: &Written<'_>, report: &mut Report) {
        use RequirementId as R;
        let Written {
            fate,
            write,
            expected,
            found,
            before,
            ..
        } = *written;
        let update = before.is_some();
        let (seven, dns, added, removed, range, custom) = if update {
            (
                R::R_4_10,
                R::R_4_15,
                R::R_4_17a,
                R::R_4_17b,
                R::R_4_12,
                R::R_4_13,
            )
        } else {
            (
                R::R_3_10,
                R::R_3_15,
                R::R_3_17a,
                R::R_3_17b,
                R::R_3_12,
                R::R_3_13,
            )
        };
        report.pass(write.requirement, "copy-written");
        let name = self.names.scope(found);
        let server = |id| self.names.server((found.family, id));
        if found.dhcp_server_record_id == write.server {
            report.pass(R::R_29_5b, "copy-owner");
        } else {
            report.differs(
                R::R_29_5b,
                Grade::Hard,
                "copy-owner",
                format!("{name} belongs to {}", server(write.server)),
                server(found.dhcp_server_record_id),
            );
        }
        let (wanted, subnet) = (expected.details.scope_id, found.details.scope_id);
        if wanted != subnet {
            // one of the seven; its column has the prefix length beside it
            report.differs(
                seven,
                Grade::Hard,
                "copy-columns",
                format!("{name}: ScopeId = `{wanted}`"),
                format!("`{subnet}`"),
            );
        }
        let copy = &write.copy;
        let had = before.map(|row| &row.details.exclusion_ranges);
        let mut groups = vec![
            (SEVEN, seven, Grade::Hard, Taken::Source),
            (CONFIGURATION, seven, Grade::Soft, copy.configuration),
            (DNS, dns, Grade::Soft, copy.dns),
            (OWN, seven, Grade::Soft, Taken::Own),
        ];
        if let Some(wanted) = &copy.exclusions {
            let there = &found.details.exclusion_ranges;
            let wrongly_removed = is_about_removal(had, wanted, there);
            let requirement = if wrongly_removed { removed } else { added };
            groups.push((EXCLUSIONS, requirement, Grade::Soft, Taken::Source));
            if had.is_some_and(|had| !had.is_subset(wanted)) && wanted == there {
                report.pass(removed, "copy-columns");
            }
        }
        let source = self.source_name(fate);
        for (columns, requirement, grade, taken) in groups {
            if taken == Taken::Own && !update {
                continue;
            }
            let mut same = true;
            for column in columns {
                let is_absent = fate.family == AddressFamily::InterNetworkV6
                    && IPV4_ONLY.contains(column)
                    || *column == Column::Sync && written.follows == AfterEffects::Due
                    || *column == Column::Subnet && wanted != subnet;
                if is_absent {
                    continue;
                }
                let wanted = self.after_view.text(expected, *column);
                let text = self.after_view.text(found, *column);
                if wanted == text {
                    continue;
                }
                let as_before = before.map(|row| self.before_view.text(row, *column));
                same = false;
                if *column == Column::Sync
                    && written.follows == AfterEffects::Possible
                    && text == IN_SYNC.name()
                {
                    continue;
                }
                if taken == Taken::Either && as_before.is_none_or(|before| before == text) {
                    continue;
                }
                let why = match taken {
                    Taken::Own => "as before".to_owned(),
                    // tracked changes give what the source need not have
                    Taken::Source if columns == EXCLUSIONS => "as asked".to_owned(),
                    Taken::Source | Taken::Either => format!("as on {source}"),
                };
                report.differs(
                    requirement,
                    grade,
                    "copy-columns",
                    format!("{name}: {} = `{wanted}`, {why}", column.key()),
                    format!("`{text}`"),
                );
            }
            if same {
                report.pass(requirement, "copy-columns");
            }
        }
        self.range_row(&name, write, found, range, custom, report);
    }

    /// The options of a written copy by meaning: SOFT (OQ-12).
    fn options(&self, written: &Written<'_>, report: &mut Report) {
        use RequirementId as R;
        let Written {
            write,
            found,
            before,
            ..
        } = *written;
        let Some(wanted) = &write.copy.options else {
            return;
        };
        let (added, removed) = match before {
            Some(_) => (R::R_4_16a, R::R_4_16b),
            None => (R::R_3_16a, R::R_3_16b),
        };
        let had = before.map_or_else(
            || Some(Vec::new()),
            |row| meanings(self.before, &self.before_options, row),
        );
        let is_gone = had
            .iter()
            .flatten()
            .any(|option| !wanted.iter().any(|other| same_option(option, other)));
        let there = meanings(self.after, &self.after_options, found);
        if there.as_ref() == Some(wanted) {
            // a copy without options says nothing
            if !wanted.is_empty() {
                report.pass(added, "copy-options");
            }
            if is_gone {
                report.pass(removed, "copy-options");
            }
            return;
        }
        let name = self.names.scope(found);
        let list: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        // an old value beside the new one belongs to what is set
        let is_set =
            |option: &&OptionMeaning| wanted.iter().any(|other| same_option(option, other));
        let wrongly_removed = match (&had, &there) {
            (Some(had), Some(there)) => {
                let had = before.map(|_| had.iter().collect());
                is_about_removal(
                    had.as_ref(),
                    &wanted.iter().collect(),
                    &there.iter().collect(),
                ) && there.iter().filter(is_set).count() <= wanted.len()
            }
            _ => false,
        };
        report.differs(
            if wrongly_removed { removed } else { added },
            Grade::Soft,
            "copy-options",
            format!("{name}: options = `{}`", list.join(", ")),
            format!("`{}`", self.after_view.text(found, Column::Options)),
        );
    }

    /// What the reading `attach` adds: the association of the copy (R-29-6b, the requirement of a scope that is new to
    /// the partner) and InSync on both copies (R-29-6a); SOFT (OQ-11).
    fn after_effects(&self, written: &Written<'_>, relation: RecordId, report: &mut Report) {
        let Written { fate, found, .. } = *written;
        if self.associations.contains(&(found.record_id, relation)) {
            report.pass(RequirementId::R_29_6b, "copy-attached");
        } else {
            report.differs(
                RequirementId::R_29_6b,
                Grade::Soft,
                "copy-attached",
                format!(
                    "{} is associated with {}",
                    self.names.scope(found),
                    self.names.relation(relation)
                ),
                "it is not",
            );
        }
        let source = self.after.scopes.get(&(fate.family, fate.source));
        let source = source
            .map(AsRef::as_ref)
            .filter(|row| row.record_id != found.record_id);
        for row in source.into_iter().chain([found]) {
            let status = row.details.failover_config_sync_status;
            if status == IN_SYNC {
                report.pass(RequirementId::R_29_6a, "copies-in-sync");
            } else {
                report.differs(
                    RequirementId::R_29_6a,
                    Grade::Soft,
                    "copies-in-sync",
                    format!(
                        "{}: {} = `{}`",
                        self.names.scope(row),
                        Column::Sync.key(),
                        IN_SYNC.name()
                    ),
                    format!("`{}`", status.name()),
                );
            }
        }
    }

    /// The range row of a written copy: conceptual, so SOFT (OQ-12).
    fn range_row(
        &self,
        name: &str,
        write: &Write,
        found: &AdmDhcpScopesRow,
        range: RequirementId,
        custom: RequirementId,
        report: &mut Report,
    ) {
        let mut differs = |requirement, expected: String, found: String| {
            report.differs(requirement, Grade::Soft, "range-row", expected, found);
        };
        let Some(row) = self.after_view.range_rows(found).first().copied() else {
            differs(range, format!("a range row of {name}"), "none".to_owned());
            return;
        };
        let details = &write.copy.details;
        let values = |start: IpAddr, end: IpAddr, prefix: i32, subnet: IpAddr, text: &str| {
            format!("{start}-{end}, prefix {prefix}, subnet {subnet}, description `{text}`")
        };
        let wanted = values(
            details.start_address,
            details.end_address,
            details.prefix_length,
            details.scope_id,
            &details.description,
        );
        let text = values(
            row.start_ip_address,
            row.end_ip_address,
            row.prefix_length,
            row.subnet_id,
            &row.description,
        );
        if wanted == text {
            report.pass(range, "range-row");
        } else {
            differs(range, format!("range row of {name}: {wanted}"), text);
        }
        if row.managed_by == "MSDHCP" && row.managed_by_entity == write.server_name {
            report.pass(custom, "range-row");
        } else {
            let wanted = format!(
                "range row of {name}: managed by MSDHCP, {}",
                write.server_name
            );
            let text = format!("managed by {}, {}", row.managed_by, row.managed_by_entity);
            report.differs(custom, Grade::Soft, "range-row", wanted, text);
        }
    }
}

/// The options of a scope by meaning, in order; `None` where one means nothing on the scope's server.
fn meanings(
    tables: &Tables,
    options: &HashMap<RowKey, Vec<&AdmDhcpOptionsRow>>,
    scope: &AdmDhcpScopesRow,
) -> Option<Vec<OptionMeaning>> {
    let Some(rows) = options.get(&(scope.family, scope.record_id)) else {
        return Some(Vec::new());
    };
    let owner = (scope.family, scope.dhcp_server_record_id);
    let server = tables.servers.get(&owner)?;
    let mut meanings = rows
        .iter()
        .map(|row| OptionMeaning::of(server, row))
        .collect::<Option<Vec<_>>>()?;
    meanings.sort();
    Some(meanings)
}

/// Whether what differs from what is wanted was there before: kept though it had to go, or gone though it had to stay. On
/// a create nothing was: there it is what was not taken away again.
fn is_about_removal<T: Ord>(
    had: Option<&BTreeSet<T>>,
    wanted: &BTreeSet<T>,
    there: &BTreeSet<T>,
) -> bool {
    wanted != there
        && match had {
            Some(had) => wanted
                .symmetric_difference(there)
                .all(|item| had.contains(item)),
            None => wanted.is_subset(there),
        }
}

/// Whether one option is another's, perhaps with other values.
fn same_option(one: &OptionMeaning, other: &OptionMeaning) -> bool {
    let key = |option: &'_ OptionMeaning| {
        (
            option.number,
            option.vendor_class.clone(),
            option.user_class.clone(),
        )
    };
    key(one) == key(other)
}

/// Puts what a copy takes over in the place of what its row holds; on a create the row is the one that was found.
///
/// Of two values that are both allowed it is the source's; columns that an IPv6 row lacks stay.
fn take_over(row: &mut AdmDhcpScopesRow, copy: &Copy) {
    let v4 = row.family == AddressFamily::InterNetwork;
    let source = &copy.details;
    let own = &mut row.details;
    take_over_listed(own, row.family, source);
    if copy.configuration != Taken::Own {
        own.prefix_length = source.prefix_length;
        own.start_address = source.start_address;
        own.end_address = source.end_address;
        own.description.clone_from(&source.description);
        if v4 {
            own.subnet_mask = source.subnet_mask;
            own.bootp_lease_duration_type = source.bootp_lease_duration_type;
            own.bootp_lease_duration = source.bootp_lease_duration;
        }
    }
    if copy.dns != Taken::Own {
        own.dns_update_type = source.dns_update_type;
        own.dns_name_protection_status = source.dns_name_protection_status;
        own.discard_dns_record_on_lease_deletion_status =
            source.discard_dns_record_on_lease_deletion_status;
        if v4 {
            own.dns_not_requesting_clients_update_type =
                source.dns_not_requesting_clients_update_type;
        }
    }
    if let Some(exclusions) = &copy.exclusions {
        own.exclusion_ranges.clone_from(exclusions);
    }
}

/// The columns of R-3-10 and R-4-10.
pub(super) fn take_over_listed(
    own: &mut ScopeDetails,
    family: AddressFamily,
    source: &ScopeDetails,
) {
    own.scope_id = source.scope_id;
    own.scope_name.clone_from(&source.scope_name);
    own.status = source.status;
    if family == AddressFamily::InterNetwork {
        own.subnet_delay = source.subnet_delay;
        own.lease_duration_type = source.lease_duration_type;
        own.lease_duration = source.lease_duration;
        own.serving_clients_type = source.serving_clients_type;
    }
}
