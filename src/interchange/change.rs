//! Changes of a store behind the server's back, by the document's names of tables and columns.

use serde_json::{Value as Json, json};

use crate::interchange::form::{At, Definitions, FormError, JsonForm, tagged, tagged_schema};
use crate::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpScopesRow, AdmDhcpServersRow, AdmIpRangeRow, RecordId,
};
use crate::spec::AddressFamily;
use crate::suite::StoreChange;
use crate::world::RowKind;

const SERVERS: &str = "ADM_DHCPServersTable";
const RELATIONS: &str = "ADM_DhcpFailoverRelationTable";
const SCOPES: &str = "ADM_DHCPScopesTable";
const EXPECTED: &str =
    "`ADM_DHCPServersTable`, `ADM_DhcpFailoverRelationTable` or `ADM_DHCPScopesTable`";

const fn table(kind: RowKind) -> &'static str {
    match kind {
        RowKind::Server => SERVERS,
        RowKind::Relation => RELATIONS,
        RowKind::Scope => SCOPES,
    }
}

impl JsonForm for StoreChange {
    fn write(&self) -> Json {
        match self {
            Self::PutServer(row) => tagged("put", SERVERS, vec![("row", row.write())]),
            Self::PutRelation(row) => tagged("put", RELATIONS, vec![("row", row.write())]),
            Self::PutScope {
                row,
                range,
                relations,
            } => tagged(
                "put",
                SCOPES,
                vec![
                    ("row", row.write()),
                    ("range", range.write()),
                    ("relations", relations.write()),
                ],
            ),
            Self::Delete(kind, (family, id)) => tagged(
                "delete",
                table(*kind),
                vec![("AddressFamily", family.write()), ("RecordId", id.write())],
            ),
        }
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        if at.value().get("delete").is_some() {
            let kind = match at.word("delete", EXPECTED)? {
                SERVERS => RowKind::Server,
                RELATIONS => RowKind::Relation,
                SCOPES => RowKind::Scope,
                _ => return Err(at.wrong_word("delete", EXPECTED)),
            };
            let members = at.members(&["delete", "AddressFamily", "RecordId"])?;
            let key = (members.get("AddressFamily")?, members.get("RecordId")?);
            return Ok(Self::Delete(kind, key));
        }
        match at.word("put", EXPECTED)? {
            SERVERS => Ok(Self::PutServer(at.members(&["put", "row"])?.get("row")?)),
            RELATIONS => Ok(Self::PutRelation(at.members(&["put", "row"])?.get("row")?)),
            SCOPES => {
                let members = at.members(&["put", "row", "range", "relations"])?;
                Ok(Self::PutScope {
                    row: members.get("row")?,
                    range: members.get("range")?,
                    relations: members.get("relations")?,
                })
            }
            _ => Err(at.wrong_word("put", EXPECTED)),
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        definitions.refer("StoreChange", |definitions| {
            let put = |table, keys| tagged_schema("put", table, keys);
            let delete = |table, definitions: &mut Definitions| {
                let keys = vec![
                    ("AddressFamily", AddressFamily::schema(definitions), true),
                    ("RecordId", RecordId::schema(definitions), true),
                ];
                tagged_schema("delete", table, keys)
            };
            let scope = vec![
                ("row", AdmDhcpScopesRow::schema(definitions), true),
                ("range", AdmIpRangeRow::schema(definitions), true),
                ("relations", Option::<Vec<RecordId>>::schema(definitions), false),
            ];
            let server = vec![("row", AdmDhcpServersRow::schema(definitions), true)];
            let relation = vec![("row", AdmDhcpFailoverRelationRow::schema(definitions), true)];
            json!({
                "description": "What somebody else does to the store. `put`: the row takes the place of the one with its key; a scope whose RecordId is 0 is a new row, its range row is found by the scope, and `relations`, where given, are the relationships it is associated with from then on. `delete`: the row goes, and what its foreign keys take with it.",
                "oneOf": [
                    put(SERVERS, server),
                    put(RELATIONS, relation),
                    put(SCOPES, scope),
                    delete(SERVERS, definitions),
                    delete(RELATIONS, definitions),
                    delete(SCOPES, definitions),
                ],
            })
        })
    }
}
