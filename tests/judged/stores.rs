//! Changes of the store that a run leaves: each column of each row, rows that are gone, doubled or somewhere else, and
//! writes that did not happen or went the other way.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use ipamconf::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpOptionsRow, AdmDhcpScopeFailoverRow, AdmDhcpScopesRow,
    AdmDhcpServersRow, AdmIpRangeRow, RecordId, RowKey, ScopeDetails, SerDuration, Tables,
};

use crate::worlds::Run;

/// Changes of one row.
type Edits<T> = &'static [(&'static str, fn(&mut T))];

/// Another member of an enumeration.
fn toggle<T: Copy + PartialEq>(all: &[T], value: &mut T) {
    let other = all.iter().rev().find(|other| **other != *value);
    *value = *other.expect("it has two members");
}

macro_rules! toggled {
    ($row:ident, $($field:ident).+) => {
        toggle(all(&$row.$($field).+), &mut $row.$($field).+)
    };
}

/// The members of an enumeration.
trait Members: Sized + 'static {
    const MEMBERS: &'static [Self];
}

macro_rules! members {
    ($($name:ident),* $(,)?) => {
        $(impl Members for ipamconf::spec::$name {
            const MEMBERS: &'static [Self] = Self::ALL;
        })*
    };
}

members!(
    DhcpDnsUpdateType,
    DhcpFailoverConfigSyncStatus,
    DhcpFailoverMode,
    DhcpLeaseDurationType,
    DhcpScopeStatus,
    DhcpServingClientsType,
    Enablement,
);

const fn all<T: Members>(_: &T) -> &'static [T] {
    T::MEMBERS
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

const SCOPE: Edits<AdmDhcpScopesRow> = &[
    ("ScopeName", |row| row.details.scope_name.push('x')),
    ("Status", |row| toggled!(row, details.status)),
    ("SubnetDelay", |row| row.details.subnet_delay += 7),
    ("LeaseDurationType", |row| {
        toggled!(row, details.lease_duration_type)
    }),
    ("LeaseDuration", |row| {
        row.details.lease_duration = SerDuration::from_days(77)
    }),
    ("ServingClientsType", |row| {
        toggled!(row, details.serving_clients_type)
    }),
    ("ScopeId", |row| row.details.scope_id = address("10.9.9.0")),
    ("SubnetMask", |row| {
        row.details.subnet_mask = Some(address("255.255.0.0"))
    }),
    ("PrefixLength", |row| row.details.prefix_length += 1),
    ("StartAddress", |row| {
        row.details.start_address = address("10.9.9.9")
    }),
    ("Description", |row| row.details.description.push('x')),
    ("BootpLeaseDurationType", |row| {
        toggled!(row, details.bootp_lease_duration_type)
    }),
    ("BootpLeaseDuration", |row| {
        row.details.bootp_lease_duration = SerDuration::from_days(77)
    }),
    ("DnsUpdateType", |row| {
        toggled!(row, details.dns_update_type)
    }),
    ("DnsNameProtectionStatus", |row| {
        toggled!(row, details.dns_name_protection_status)
    }),
    ("DiscardDnsRecordOnLeaseDeletionStatus", |row| {
        toggled!(row, details.discard_dns_record_on_lease_deletion_status)
    }),
    ("DnsNotRequestingClientsUpdateType", |row| {
        toggled!(row, details.dns_not_requesting_clients_update_type)
    }),
    ("one exclusion range more", |row| {
        let range = (address("10.9.9.1"), address("10.9.9.2"));
        row.details.exclusion_ranges.insert(range);
    }),
    ("one exclusion range less", |row| {
        row.details.exclusion_ranges.pop_first();
    }),
    ("no exclusion ranges", |row| {
        row.details.exclusion_ranges.clear()
    }),
    ("NumberOfActiveLeases", |row| {
        row.details.number_of_active_leases += 7
    }),
    ("FailoverConfigSyncStatus", |row| {
        toggled!(row, details.failover_config_sync_status)
    }),
    ("superscope", |row| {
        row.superscope = Some("other".to_owned())
    }),
    ("access scope", |row| row.access_scope.push('x')),
];

const RANGE: Edits<AdmIpRangeRow> = &[
    ("Description", |row| row.description.push('x')),
    ("StartIPAddress", |row| {
        row.start_ip_address = address("10.9.9.9")
    }),
    ("PrefixLength", |row| row.prefix_length += 1),
    ("ManagedByValue", |row| row.managed_by.push('x')),
    ("ManagedByEntityValue", |row| {
        row.managed_by_entity.push('x')
    }),
    ("ScopeRecordId", |row| row.scope_record_id = RecordId(999)),
];

const OPTION: Edits<AdmDhcpOptionsRow> = &[
    ("Values", |row| row.values.push("x".to_owned())),
    ("OptionDefinitionRecordId", |row| {
        row.option_definition_record_id = RecordId(999)
    }),
    ("UserClassRecordId", |row| {
        row.user_class_record_id = match row.user_class_record_id {
            Some(_) => None,
            None => Some(RecordId(999)),
        }
    }),
];

const SERVER: Edits<AdmDhcpServersRow> = &[("Name", |row| row.name.push('x'))];
const RELATION: Edits<AdmDhcpFailoverRelationRow> = &[
    ("Mode", |row| toggled!(row, mode)),
    ("Server2RecordId", |row| row.server2_record_id = None),
];
const ASSOCIATION: Edits<AdmDhcpScopeFailoverRow> = &[
    ("FailoverRelationId", |row| {
        row.failover_relation_id = RecordId(999)
    }),
    ("ScopeId", |row| row.scope_id = RecordId(999)),
];

/// A name for what became of a scope row in the right run.
fn kind(before: &Tables, after: &Tables, key: &RowKey) -> &'static str {
    let row = &after.scopes[key];
    let was_written = |key: &RowKey| before.scopes.get(key) != after.scopes.get(key);
    let is_associated = before
        .scope_failovers
        .values()
        .any(|association| association.scope_id == row.record_id);
    match before.scopes.get(key) {
        None => "a copy that was made",
        Some(_) if was_written(key) => "a copy that was updated",
        Some(_) => {
            let is_copied = after.scopes.iter().any(|(other, found)| {
                found.details.scope_id == row.details.scope_id && was_written(other)
            });
            match (is_copied, is_associated) {
                (true, true) => "a source",
                (true, false) => "another scope of a copied subnet",
                (false, true) => "a scope in failover that was not copied",
                (false, false) => "a scope beside",
            }
        }
    }
}

/// Each change of the store that the last step left, with its name.
pub(crate) fn changes(run: &Run) -> Vec<(String, Tables)> {
    let Some((_, before, after)) = run.last_step() else {
        return Vec::new();
    };
    let mut changes = Changes {
        before,
        after,
        found: Vec::new(),
    };
    changes.scopes();
    changes.writes();
    changes.elsewhere();
    changes.others();
    changes.found
}

struct Changes<'a> {
    before: &'a Tables,
    after: &'a Tables,
    found: Vec<(String, Tables)>,
}

/// An id that no row has, the same for everything that is new.
const NEW: RecordId = RecordId(900);

impl<'a> Changes<'a> {
    fn add(&mut self, name: impl Into<String>, change: impl FnOnce(&mut Tables)) {
        let mut tables = self.after.clone();
        change(&mut tables);
        self.found.push((name.into(), tables));
    }

    fn kind(&self, key: &RowKey) -> &'static str {
        kind(self.before, self.after, key)
    }

    /// Scope rows that were written, with what they were before.
    fn written(&self) -> Vec<(RowKey, Option<&'a Arc<AdmDhcpScopesRow>>)> {
        let written = self.after.scopes.iter().filter_map(|(key, row)| {
            let before = self.before.scopes.get(key);
            (before != Some(row)).then_some((*key, before))
        });
        written.collect()
    }

    fn scopes(&mut self) {
        let mut seen = BTreeSet::new();
        for (key, row) in &self.after.scopes {
            let kind = self.kind(key);
            // One row of a kind is like the next.
            if !seen.insert(kind) {
                continue;
            }
            for (name, edit) in SCOPE {
                let mut other = AdmDhcpScopesRow::clone(row);
                edit(&mut other);
                if other != **row {
                    self.add(format!("{kind}: {name}"), |tables| {
                        tables.scopes.insert(*key, Arc::new(other));
                    });
                }
            }
            self.add(format!("{kind}: gone"), |tables| {
                tables.scopes.remove(key);
            });
        }
    }

    /// Writes that did not happen, stopped early, or went the other way.
    fn writes(&mut self) {
        let written = self.written();
        self.found
            .push(("nothing was written".to_owned(), self.before.clone()));
        for (place, (key, _)) in written.iter().enumerate() {
            let kind = self.kind(key);
            self.add(format!("{kind}: not written"), |tables| {
                undo(tables, self.before, &[*key]);
            });
            let rest: Vec<RowKey> = written[place..].iter().map(|(key, _)| *key).collect();
            if place > 0 && rest.len() > 1 {
                self.add(
                    format!("{kind}: not written, nor what came after it"),
                    |tables| undo(tables, self.before, &rest),
                );
            }
        }
        for (key, _) in &written {
            let copy = &self.after.scopes[key];
            let others = self.after.scopes.iter().filter(|(other, row)| {
                *other != key && row.details.scope_id == copy.details.scope_id
            });
            for (other, row) in others {
                let kind = self.kind(other);
                let mut too = AdmDhcpScopesRow::clone(row);
                seven(&mut too.details, &copy.details);
                if too != **row {
                    self.add(format!("{kind}: written like the copy"), |tables| {
                        tables.scopes.insert(*other, Arc::new(too));
                    });
                }
            }
        }
        for (key, before) in &written {
            let Some(before) = before else { continue };
            let sources = self.after.scopes.iter().filter(|(other, row)| {
                *other != key && row.details.scope_id == before.details.scope_id
            });
            for (source, row) in sources {
                let mut fetched = AdmDhcpScopesRow::clone(row);
                seven(&mut fetched.details, &before.details);
                let fetched = Arc::new(fetched);
                self.add("a source has what its copy had", |tables| {
                    tables.scopes.insert(*source, Arc::clone(&fetched));
                });
                self.add(
                    "a source has what its copy had, and the copy is as before",
                    |tables| {
                        tables.scopes.insert(*source, fetched);
                        undo(tables, self.before, &[*key]);
                    },
                );
            }
        }
    }

    /// Rows that are new, or where they should not be.
    fn elsewhere(&mut self) {
        for (key, row) in &self.after.scopes {
            let kind = self.kind(key);
            for server in self.after.servers.keys() {
                let own = row.dhcp_server_record_id == server.1;
                let which = if own { "its server" } else { "another server" };
                let mut other = AdmDhcpScopesRow::clone(row);
                other.dhcp_server_record_id = server.1;
                if !own {
                    let moved = Arc::new(other.clone());
                    self.add(format!("{kind}: moved to {which}"), |tables| {
                        tables.scopes.insert(*key, moved);
                    });
                }
                other.record_id = NEW;
                let other = Arc::new(other);
                self.add(format!("{kind}: once more on {which}"), |tables| {
                    tables.scopes.insert((key.0, NEW), Arc::clone(&other));
                });
                if self.before.scopes.get(key) != Some(row) && !own {
                    self.add(
                        format!("{kind}: not written, and made on {which}"),
                        |tables| {
                            undo(tables, self.before, &[*key]);
                            tables.scopes.insert((key.0, NEW), other);
                        },
                    );
                }
            }
        }
        let written = self.written();
        for (key, _) in &written {
            let details = &self.after.scopes[key].details;
            for (other, row) in &self.after.scopes {
                if other == key || row.details.scope_id == details.scope_id {
                    continue;
                }
                let kind = self.kind(other);
                let mut overwritten = AdmDhcpScopesRow::clone(row);
                let subnet = row.details.scope_id;
                seven(&mut overwritten.details, details);
                overwritten.details.scope_id = subnet;
                self.add(
                    format!("a copy is not written, but {kind} instead"),
                    |tables| {
                        undo(tables, self.before, &[*key]);
                        tables.scopes.insert(*other, Arc::new(overwritten));
                    },
                );
            }
        }
        for server in self.after.servers.keys() {
            let Some((key, row)) = self.after.scopes.first_key_value() else {
                continue;
            };
            let mut other = AdmDhcpScopesRow::clone(row);
            other.record_id = NEW;
            other.dhcp_server_record_id = server.1;
            other.details.scope_id = address("10.9.9.0");
            self.add("a scope that nobody asked for", |tables| {
                tables.scopes.insert((key.0, NEW), Arc::new(other));
            });
        }
    }

    /// The other tables.
    fn others(&mut self) {
        let of_scope = |scope: RowKey| match self.after.scopes.get(&scope) {
            Some(_) => kind(self.before, self.after, &scope),
            None => "no scope",
        };
        let after = self.after;
        let ranges = |row: &AdmIpRangeRow| {
            let scope = of_scope((row.family, row.scope_record_id));
            format!("the range row of {scope}")
        };
        let options = |row: &AdmDhcpOptionsRow| {
            let scope = of_scope((row.family, row.scope_record_id));
            format!("an option of {scope}")
        };
        let associations = |row: &AdmDhcpScopeFailoverRow| {
            let families = after.scopes.keys().map(|(family, _)| *family);
            let scope = families
                .map(|family| (family, row.scope_id))
                .find(|key| after.scopes.contains_key(key))
                .map_or("no scope", of_scope);
            format!("an association of {scope}")
        };
        let mut found = Vec::new();
        edited(
            &after.ranges,
            RANGE,
            ranges,
            |table| &mut table.ranges,
            after,
            &mut found,
        );
        edited(
            &after.options,
            OPTION,
            options,
            |table| &mut table.options,
            after,
            &mut found,
        );
        edited(
            &after.scope_failovers,
            ASSOCIATION,
            associations,
            |table| &mut table.scope_failovers,
            after,
            &mut found,
        );
        let server = |_: &AdmDhcpServersRow| "a server".to_owned();
        edited(
            &after.servers,
            SERVER,
            server,
            |table| &mut table.servers,
            after,
            &mut found,
        );
        let relation = |_: &AdmDhcpFailoverRelationRow| "a relationship".to_owned();
        edited(
            &after.relations,
            RELATION,
            relation,
            |table| &mut table.relations,
            after,
            &mut found,
        );
        self.found.extend(found);
        for key in after.scopes.keys() {
            let kind = self.kind(key);
            for relation in after.relations.keys() {
                self.add(format!("an association more of {kind}"), |tables| {
                    let row = AdmDhcpScopeFailoverRow {
                        record_id: NEW,
                        failover_relation_id: *relation,
                        scope_id: key.1,
                    };
                    tables.scope_failovers.insert(NEW, Arc::new(row));
                });
            }
            let servers = after
                .servers
                .values()
                .filter(|server| server.family == key.0);
            for definition in servers
                .flat_map(|server| &server.option_definitions)
                .take(2)
            {
                self.add(format!("an option more of {kind}"), |tables| {
                    let row = AdmDhcpOptionsRow {
                        record_id: NEW,
                        family: key.0,
                        server_record_id: tables.scopes[key].dhcp_server_record_id,
                        scope_record_id: key.1,
                        option_definition_record_id: definition.record_id,
                        user_class_record_id: None,
                        values: vec!["x".to_owned()],
                    };
                    tables.options.insert((key.0, NEW), Arc::new(row));
                });
            }
        }
    }
}

/// Every row of a table changed in every way, and gone.
fn edited<K: Copy + Ord, T: Clone + PartialEq>(
    rows: &BTreeMap<K, Arc<T>>,
    edits: Edits<T>,
    name: impl Fn(&T) -> String,
    table: fn(&mut Tables) -> &mut BTreeMap<K, Arc<T>>,
    after: &Tables,
    found: &mut Vec<(String, Tables)>,
) {
    for (key, row) in rows {
        let name = name(row);
        let mut gone = after.clone();
        table(&mut gone).remove(key);
        found.push((format!("{name}: gone"), gone));
        for (what, edit) in edits {
            let mut other = T::clone(row);
            edit(&mut other);
            let mut changed = after.clone();
            table(&mut changed).insert(*key, Arc::new(other));
            found.push((format!("{name}: {what}"), changed));
        }
    }
}

/// Puts scopes back to what they were, with what belongs to them.
fn undo(tables: &mut Tables, before: &Tables, keys: &[RowKey]) {
    for key in keys {
        match before.scopes.get(key) {
            Some(row) => tables.scopes.insert(*key, Arc::clone(row)),
            None => tables.scopes.remove(key),
        };
    }
    let is_of = |family, scope| keys.contains(&(family, scope));
    tables
        .ranges
        .retain(|_, row| !is_of(row.family, row.scope_record_id));
    tables
        .options
        .retain(|_, row| !is_of(row.family, row.scope_record_id));
    let ranges = before.ranges.iter();
    let ranges = ranges.filter(|(_, row)| is_of(row.family, row.scope_record_id));
    tables
        .ranges
        .extend(ranges.map(|(key, row)| (*key, Arc::clone(row))));
    let options = before.options.iter();
    let options = options.filter(|(_, row)| is_of(row.family, row.scope_record_id));
    tables
        .options
        .extend(options.map(|(key, row)| (*key, Arc::clone(row))));
}

/// Takes over the columns that every copy takes over.
fn seven(own: &mut ScopeDetails, other: &ScopeDetails) {
    own.scope_id = other.scope_id;
    own.scope_name.clone_from(&other.scope_name);
    own.status = other.status;
    own.subnet_delay = other.subnet_delay;
    own.lease_duration_type = other.lease_duration_type;
    own.lease_duration = other.lease_duration;
    own.serving_clients_type = other.serving_clients_type;
}
