//! The parameters object that an `initialize` stands for.

use crate::model::{DhcpScope, Object, RecordId, Tables, Value};
use crate::scenario::{Initialize, OperationChoice, ParametersChoice, ServerChoice, SetValue};
use crate::spec::parameters::DNS_PROPERTIES;
use crate::world::{Setup, World};

/// The content of `paramters`: `None` where the element is absent. Rows are taken from the store as it is, as
/// somebody who has just read them would send them.
pub(super) fn paramters(
    initialize: &Initialize,
    world: &World,
    setup: &Setup,
    tables: &Tables,
) -> Option<Value> {
    let type_name = match &initialize.parameters {
        ParametersChoice::Absent => return None,
        ParametersChoice::Nil => return Some(Value::Nil),
        ParametersChoice::Type(name) => name.as_str(),
    };
    // The base type is the declared one: it is not stated (S5b).
    let mut object = if type_name == crate::spec::parameters::BASE_TYPE {
        Object::default()
    } else {
        Object::of_type(type_name)
    };
    match &initialize.operation {
        OperationChoice::Member(operation) => object.set("OperationId", operation.name().into()),
        OperationChoice::Text(text) => object.set("OperationId", text.as_str().into()),
        OperationChoice::Absent => {}
    }
    let members = Members {
        initialize,
        world,
        setup,
        tables,
    };
    members.fill(type_name, &mut object);
    for (name, value) in &initialize.set {
        put(&mut object, name, value, setup);
    }
    Some(Value::Object(object))
}

struct Members<'a> {
    initialize: &'a Initialize,
    world: &'a World,
    setup: &'a Setup,
    tables: &'a Tables,
}

impl Members<'_> {
    /// Types of other operations are filled with real rows, so that a server that goes by the type is caught.
    fn fill(&self, type_name: &str, object: &mut Object) {
        match type_name {
            "ReplicateScopeParameters" | "ResetConfigSyncStatusParameters" => {
                object.set(
                    "Scopes",
                    Value::List(self.scopes().map(Value::Object).collect()),
                );
            }
            "CreateDhcpScopeParameters"
            | "UpdateDhcpScopeParameters"
            | "DeleteDhcpScopeParameters" => {
                if let Some(scope) = self.scope() {
                    object.set("Scope", Value::Object(scope));
                }
            }
            "DhcpFailoverWithScopesParameters"
            | "DhcpFailoverParameters"
            | "DhcpFailoverDeleteParameters" => {
                if let Some(relation) = self.relation() {
                    object.set("Failover", Value::Object(relation));
                }
                if type_name == "DhcpFailoverWithScopesParameters" {
                    object.set("ScopeIds", self.scope_ids());
                }
            }
            "DhcpFailoverRemoveScopesParameters" => object.set("ScopeIds", self.scope_ids()),
            "ReplicateRelationParameters" => {
                if let Some(relation) = self.relation() {
                    object.set("FailoverRelation", Value::Object(relation));
                }
            }
            // ReplicateServerParameters, and every other name: the member that ReplicateServer would want.
            _ => {
                if let Some(server) = self.server() {
                    object.set("Server", server);
                }
            }
        }
    }

    fn server(&self) -> Option<Value> {
        let first = (!self.world.servers.is_empty()).then_some(0);
        let (row, id) = match self.initialize.server {
            ServerChoice::Absent => return None,
            ServerChoice::Nil => return Some(Value::Nil),
            ServerChoice::Row(index) => (Some(index), self.setup.server_ids[index]),
            ServerChoice::Zero => (first, RecordId::UNSET),
            ServerChoice::Unknown => (first, self.setup.unknown_id),
        };
        let name = row.map_or("", |index| self.world.servers[index].host.as_str());
        let host = Object::default().with("Name", name);
        let role = Object::default().with("ParentServer", host);
        Some(
            Object::default()
                .with("RecordId", id.to_string())
                .with("ServerRoleInfo", role)
                .into(),
        )
    }

    /// The server that scopes are taken from: the one named, else the first.
    fn owner(&self) -> usize {
        match self.initialize.server {
            ServerChoice::Row(index) => index,
            _ => 0,
        }
    }

    fn indexes(&self) -> Vec<usize> {
        self.initialize.scopes.clone().unwrap_or_else(|| {
            let owner = self.owner();
            let of_owner = |index: &usize| self.world.scopes[*index].server == owner;
            (0..self.world.scopes.len()).filter(of_owner).collect()
        })
    }

    fn scopes(&self) -> impl Iterator<Item = Object> {
        self.indexes()
            .into_iter()
            .map(|index| self.object_of(index))
    }

    fn scope_ids(&self) -> Value {
        Value::List(
            self.indexes()
                .into_iter()
                .map(|index| Value::Text(self.setup.scope_ids[index].to_string()))
                .collect(),
        )
    }

    fn scope(&self) -> Option<Object> {
        let index = self
            .initialize
            .scope
            .or_else(|| self.indexes().first().copied())?;
        let mut object = self.object_of(index);
        // Whoever creates or edits a scope flags what was changed; only the DNS settings ask for it (R-3-15, R-4-15).
        let flagged = DNS_PROPERTIES
            .iter()
            .map(|name| Value::from(*name))
            .collect();
        object.set("ModifiedProperties", Value::List(flagged));
        Some(object)
    }

    /// The row in the store; a row that is missing there, as the author described it.
    fn object_of(&self, index: usize) -> Object {
        let scope = &self.world.scopes[index];
        let key = (self.world.family_of(scope), self.setup.scope_ids[index]);
        self.tables.scopes.get(&key).map_or_else(
            || {
                DhcpScope {
                    family: key.0,
                    record_id: key.1,
                    parent_dhcp_server_record_id: self.setup.server_ids[scope.server],
                    details: scope.details.clone(),
                    modified_properties: Vec::new(),
                    option_operations: Vec::new(),
                    exclusion_operations: Vec::new(),
                }
                .encode()
            },
            |row| DhcpScope::from(&**row).encode(),
        )
    }

    fn relation(&self) -> Option<Object> {
        let index = self.initialize.relation.unwrap_or(0);
        let relation = self.world.relations.get(index)?;
        let id = self.setup.relation_ids[index];
        let row = self.tables.relations.get(&id);
        let end = |server: Option<RecordId>| server.unwrap_or(RecordId::UNSET).to_string();
        Some(
            Object::default()
                .with("RecordId", id.to_string())
                .with("RelationshipName", relation.name.as_str())
                .with(
                    "Server1RecordId",
                    end(row.and_then(|row| row.server1_record_id)),
                )
                .with(
                    "Server2RecordId",
                    end(row.and_then(|row| row.server2_record_id)),
                ),
        )
    }
}

fn put(object: &mut Object, name: &str, value: &SetValue, setup: &Setup) {
    if name == "i:type" {
        match value {
            SetValue::Text(text) => object.type_name = Some(text.clone()),
            _ => object.type_name = None,
        }
        return;
    }
    match value {
        SetValue::Absent => object.remove(name),
        SetValue::Members(members) => {
            let mut inner = match object.member(name) {
                Some(Value::Object(inner)) => inner.clone(),
                _ => Object::default(),
            };
            for (name, value) in members {
                put(&mut inner, name, value, setup);
            }
            object.set(name, Value::Object(inner));
        }
        other => object.set(name, plain(other, setup)),
    }
}

fn plain(value: &SetValue, setup: &Setup) -> Value {
    match value {
        SetValue::Absent | SetValue::Nil => Value::Nil,
        SetValue::Unknown => Value::Text(setup.unknown_id.to_string()),
        SetValue::Text(text) => Value::Text(text.clone()),
        SetValue::List(items) => Value::List(items.iter().map(|item| plain(item, setup)).collect()),
        SetValue::Members(members) => {
            let mut object = Object::default();
            for (name, value) in members {
                put(&mut object, name, value, setup);
            }
            Value::Object(object)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::IpamAdminOperationId;
    use crate::world::Server;

    #[test]
    fn overrides_reach_into_the_object_that_is_there() {
        let world = World {
            servers: vec![Server::named("S")],
            ..World::default()
        };
        let setup = world.set_up();
        let initialize = Initialize {
            operation: OperationChoice::Member(IpamAdminOperationId::ReplicateServer),
            parameters: ParametersChoice::Type("ReplicateServerParameters".to_owned()),
            server: ServerChoice::Row(0),
            scopes: None,
            scope: None,
            relation: None,
            set: vec![(
                "Server".to_owned(),
                SetValue::Members(vec![
                    ("RecordId".to_owned(), SetValue::Absent),
                    (
                        "i:type".to_owned(),
                        SetValue::Text("DhcpServerV6".to_owned()),
                    ),
                ]),
            )],
        };
        let Some(Value::Object(object)) = paramters(&initialize, &world, &setup, &setup.tables)
        else {
            panic!("expected an object");
        };
        let Some(Value::Object(server)) = object.member("Server") else {
            panic!("expected a server")
        };
        assert_eq!(server.member("RecordId"), None);
        assert_eq!(server.type_name.as_deref(), Some("DhcpServerV6"));
        assert!(server.member("ServerRoleInfo").is_some());
    }
}
