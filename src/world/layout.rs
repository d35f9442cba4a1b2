//! Laying a world out: record ids for every row, and the rows as tables.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpOptionsRow, AdmDhcpScopeFailoverRow, AdmDhcpScopesRow,
    AdmDhcpServersRow, AdmIpRangeRow, ClassRow, OptionDefinitionRow, RecordId, RowKey, Tables,
};
use crate::spec::{AddressFamily, DhcpOptionType};
use crate::world::{
    Caller, End, OptionDefinition, OptionValue, PartnerRule, RecordIds, Role, Scope, World,
};

/// All that a target needs to know to stand for a world: the tables, the caller, the partner's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The rows.
    pub tables: Arc<Tables>,
    /// ADM_IsIPAMConfigured.
    pub provisioned: bool,
    /// ADM_IsSchemaConversionRequired.
    pub schema_conversion_required: bool,
    /// Who opens the sessions, unless a step says otherwise.
    pub caller: Caller,
    /// Own roles.
    pub roles: Vec<Role>,
    /// Rules for the failover partner, by record id.
    pub partner: Vec<PartnerRule<RecordId>>,
    /// The record ids of the world's servers, by their place in the world; missing ones too.
    pub server_ids: Vec<RecordId>,
    /// The record ids of the world's relationships.
    pub relation_ids: Vec<RecordId>,
    /// The record ids of the world's scopes.
    pub scope_ids: Vec<RecordId>,
    /// An id that no row has, and that no store comes to hand out.
    pub unknown_id: RecordId,
    /// What the rows are called.
    pub names: Names,
}

/// The kinds of rows that have names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKind {
    /// ADM_DHCPServersTable.
    Server,
    /// ADM_DhcpFailoverRelationTable.
    Relation,
    /// ADM_DHCPScopesTable.
    Scope,
}

impl RowKind {
    /// The word scenarios use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Relation => "relation",
            Self::Scope => "scope",
        }
    }
}

/// What rows are called: record ids never show in what people read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    names: BTreeMap<(RowKind, RowKey), String>,
}

impl Names {
    /// The author's name for a row, if it has one.
    #[must_use]
    pub fn get(&self, kind: RowKind, key: RowKey) -> Option<&str> {
        self.names.get(&(kind, key)).map(String::as_str)
    }

    /// Names a row.
    pub fn insert(&mut self, kind: RowKind, key: RowKey, name: &str) {
        self.names.insert((kind, key), name.to_owned());
    }

    /// The name of a server; without one, its id in words.
    #[must_use]
    pub fn server(&self, key: RowKey) -> String {
        self.get(RowKind::Server, key)
            .map_or_else(|| format!("server {}", key.1), str::to_owned)
    }

    /// The name of a relationship; without one, its id in words.
    #[must_use]
    pub fn relation(&self, id: RecordId) -> String {
        self.get(RowKind::Relation, (AddressFamily::InterNetwork, id))
            .map_or_else(|| format!("relation {id}"), str::to_owned)
    }

    /// The name of a scope; one that has none is called by its subnet and its owner.
    #[must_use]
    pub fn scope(&self, row: &AdmDhcpScopesRow) -> String {
        let key = (row.family, row.record_id);
        self.get(RowKind::Scope, key).map_or_else(
            || {
                let server = self.server((row.family, row.dhcp_server_record_id));
                format!(
                    "{}/{} on {server}",
                    row.details.scope_id, row.details.prefix_length
                )
            },
            str::to_owned,
        )
    }
}

/// Gives out ids once over the whole world, from 1.
struct Counter(i64);

impl Counter {
    fn next(&mut self) -> RecordId {
        self.0 += 1;
        RecordId(self.0)
    }
}

impl World {
    /// Gives every row its record id, in the order of the file: servers, relationships, scopes, then associations,
    /// range rows, definitions and classes, options. No two rows share an id, except by `same_id_as`. Rows that are in
    /// a store already keep their ids, and the others get larger ones.
    #[must_use]
    pub fn set_up(&self) -> Setup {
        let given = self.record_ids.as_ref();
        let largest = given.and_then(RecordIds::largest);
        let mut ids = Counter(largest.map_or(0, |id| id.0));
        let given_to = |of: fn(&RecordIds) -> &[RecordId], place: usize| {
            given.and_then(|given| of(given).get(place).copied())
        };
        let mut names = Names::default();
        let mut server_ids: Vec<RecordId> = Vec::with_capacity(self.servers.len());
        for (place, server) in self.servers.iter().enumerate() {
            let id = server.same_id_as.map_or_else(
                || given_to(|given| &given.servers, place).unwrap_or_else(|| ids.next()),
                |other| server_ids[other],
            );
            names.insert(RowKind::Server, (server.family, id), &server.name);
            server_ids.push(id);
        }
        let relation_ids: Vec<RecordId> = (0..self.relations.len())
            .map(|place| given_to(|given| &given.relations, place).unwrap_or_else(|| ids.next()))
            .collect();
        for (relation, id) in self.relations.iter().zip(&relation_ids) {
            names.insert(
                RowKind::Relation,
                (AddressFamily::InterNetwork, *id),
                &relation.name,
            );
        }
        let mut scope_ids: Vec<RecordId> = Vec::with_capacity(self.scopes.len());
        for (place, scope) in self.scopes.iter().enumerate() {
            let id = scope.same_id_as.map_or_else(
                || given_to(|given| &given.scopes, place).unwrap_or_else(|| ids.next()),
                |other| scope_ids[other],
            );
            names.insert(RowKind::Scope, (self.family_of(scope), id), &scope.name);
            scope_ids.push(id);
        }

        let mut tables = Tables::default();
        self.lay_out_relations(&mut tables, &server_ids, &relation_ids);
        self.lay_out_scopes(
            &mut tables,
            &mut ids,
            &server_ids,
            &relation_ids,
            &scope_ids,
        );
        self.lay_out_servers(&mut tables, &mut ids, &server_ids);
        self.lay_out_options(&mut tables, &mut ids, &server_ids, &scope_ids);
        Setup {
            tables: Arc::new(tables),
            provisioned: self.provisioned,
            schema_conversion_required: self.schema_conversion_required,
            caller: self.caller.clone(),
            roles: self.roles.clone(),
            partner: self
                .partner
                .iter()
                .map(|rule| rule.map_rows(|server| server_ids[*server], |scope| scope_ids[*scope]))
                .collect(),
            unknown_id: RecordId(i64::MAX),
            server_ids,
            relation_ids,
            scope_ids,
            names,
        }
    }

    /// The address family of a scope: that of its owner.
    #[must_use]
    pub fn family_of(&self, scope: &Scope) -> AddressFamily {
        self.servers[scope.server].family
    }

    fn lay_out_relations(
        &self,
        tables: &mut Tables,
        server_ids: &[RecordId],
        relation_ids: &[RecordId],
    ) {
        let end = |end: End| match end {
            End::Server(index) => Some(server_ids[index]),
            End::Nil => None,
            End::Zero => Some(RecordId::UNSET),
        };
        for (relation, id) in self.relations.iter().zip(relation_ids) {
            if !relation.missing {
                let row = AdmDhcpFailoverRelationRow {
                    record_id: *id,
                    relationship_name: relation.name.clone(),
                    server1_record_id: end(relation.server1),
                    server2_record_id: end(relation.server2),
                    mode: relation.mode,
                };
                tables.relations.insert(*id, Arc::new(row));
            }
        }
    }

    fn lay_out_scopes(
        &self,
        tables: &mut Tables,
        ids: &mut Counter,
        server_ids: &[RecordId],
        relation_ids: &[RecordId],
        scope_ids: &[RecordId],
    ) {
        for (scope, id) in self.scopes.iter().zip(scope_ids) {
            for relation in &scope.relations {
                let record_id = ids.next();
                let row = AdmDhcpScopeFailoverRow {
                    record_id,
                    failover_relation_id: relation_ids[*relation],
                    scope_id: *id,
                };
                tables.scope_failovers.insert(record_id, Arc::new(row));
            }
        }
        for (scope, id) in self
            .scopes
            .iter()
            .zip(scope_ids)
            .filter(|(scope, _)| !scope.missing)
        {
            let family = self.family_of(scope);
            let record_id = ids.next();
            let details = &scope.details;
            let host = &self.servers[scope.server].host;
            let range = AdmIpRangeRow {
                record_id,
                family,
                scope_record_id: *id,
                start_ip_address: details.start_address,
                end_ip_address: details.end_address,
                prefix_length: details.prefix_length,
                subnet_id: details.scope_id,
                description: details.description.clone(),
                managed_by: scope.managed_by.clone(),
                managed_by_entity: scope.managed_by_entity.as_ref().unwrap_or(host).clone(),
            };
            tables.ranges.insert((family, record_id), Arc::new(range));
            let row = AdmDhcpScopesRow {
                record_id: *id,
                family,
                dhcp_server_record_id: server_ids[scope.server],
                superscope: scope.superscope.clone(),
                access_scope: scope.access_scope.clone(),
                details: details.clone(),
            };
            tables.scopes.insert((family, *id), Arc::new(row));
        }
    }

    fn lay_out_servers(&self, tables: &mut Tables, ids: &mut Counter, server_ids: &[RecordId]) {
        let used = Used::by(self.scopes.iter().flat_map(|scope| &scope.options));
        for (server, id) in self
            .servers
            .iter()
            .zip(server_ids)
            .filter(|(server, _)| !server.missing)
        {
            let mut classes =
                |listed: Option<&Vec<String>>, used: &BTreeSet<String>| -> Vec<ClassRow> {
                    let names: Vec<String> =
                        listed.map_or_else(|| used.iter().cloned().collect(), Clone::clone);
                    names
                        .into_iter()
                        .map(|name| ClassRow {
                            record_id: ids.next(),
                            name,
                        })
                        .collect()
                };
            let vendor_classes = classes(server.vendor_classes.as_ref(), &used.vendor_classes);
            let user_classes = classes(server.user_classes.as_ref(), &used.user_classes);
            let definitions = server
                .option_definitions
                .clone()
                .unwrap_or_else(|| used.definitions.iter().cloned().collect());
            let option_definitions = definitions
                .into_iter()
                .map(|definition| OptionDefinitionRow {
                    record_id: ids.next(),
                    option_id: definition.id,
                    name: definition.name,
                    option_type: definition.option_type,
                    vendor_class_record_id: class_id(
                        &vendor_classes,
                        definition.vendor_class.as_deref(),
                    ),
                })
                .collect();
            let row = AdmDhcpServersRow {
                record_id: *id,
                family: server.family,
                name: server.host.clone(),
                access_scope: server.access_scope.clone(),
                option_definitions,
                vendor_classes,
                user_classes,
            };
            tables.servers.insert((server.family, *id), Arc::new(row));
        }
    }

    /// An option whose definition its own server lacks is left out: the author's file is refused before it gets here.
    fn lay_out_options(
        &self,
        tables: &mut Tables,
        ids: &mut Counter,
        server_ids: &[RecordId],
        scope_ids: &[RecordId],
    ) {
        for (scope, id) in self
            .scopes
            .iter()
            .zip(scope_ids)
            .filter(|(scope, _)| !scope.missing)
        {
            let family = self.family_of(scope);
            let server_id = server_ids[scope.server];
            let Some(server) = tables.servers.get(&(family, server_id)).cloned() else {
                continue;
            };
            for option in &scope.options {
                let vendor_class = class_id(&server.vendor_classes, option.vendor_class.as_deref());
                let definition = server.option_definitions.iter().find(|definition| {
                    definition.option_id == option.id
                        && definition.vendor_class_record_id == vendor_class
                });
                let Some(definition) = definition else {
                    continue;
                };
                let record_id = ids.next();
                let row = AdmDhcpOptionsRow {
                    record_id,
                    family,
                    server_record_id: server_id,
                    scope_record_id: *id,
                    option_definition_record_id: definition.record_id,
                    user_class_record_id: class_id(
                        &server.user_classes,
                        option.user_class.as_deref(),
                    ),
                    values: option.values.clone(),
                };
                tables.options.insert((family, record_id), Arc::new(row));
            }
        }
    }
}

fn class_id(classes: &[ClassRow], name: Option<&str>) -> Option<RecordId> {
    let name = name?;
    classes
        .iter()
        .find(|class| class.name == name)
        .map(|class| class.record_id)
}

/// The definitions and classes that the options of a world use.
#[derive(Default)]
struct Used {
    definitions: BTreeSet<OptionDefinition>,
    vendor_classes: BTreeSet<String>,
    user_classes: BTreeSet<String>,
}

impl Used {
    fn by<'a>(options: impl Iterator<Item = &'a OptionValue>) -> Self {
        let mut used = Self::default();
        for option in options {
            used.vendor_classes.extend(option.vendor_class.clone());
            used.user_classes.extend(option.user_class.clone());
            used.definitions.insert(OptionDefinition {
                id: option.id,
                name: format!("option {}", option.id),
                option_type: DhcpOptionType::String,
                vendor_class: option.vendor_class.clone(),
            });
        }
        used
    }
}
