//! The rows of the abstract data model, by the document's names of tables and columns ([MS-IPAMM2] 3.1.1.1).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::interchange::form::{
    At, Definitions, FormError, JsonForm, object_schema, parsed, record, words,
};
use crate::interchange::limits::{LISTED_MAX, ROWS_MAX};
use crate::model::{
    AdmDhcpFailoverRelationRow, AdmDhcpOptionsRow, AdmDhcpScopeFailoverRow, AdmDhcpScopesRow,
    AdmDhcpServersRow, AdmIpRangeRow, ClassRow, OptionDefinitionRow, RecordId, RowKey,
    ScopeDetails, SerDuration, Tables,
};
use crate::spec::{
    AddressFamily, DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpFailoverMode,
    DhcpLeaseDurationType, DhcpOptionType, DhcpScopeStatus, DhcpServingClientsType, Enablement,
};

words! {
    AddressFamily DhcpDnsUpdateType DhcpFailoverConfigSyncStatus DhcpFailoverMode DhcpLeaseDurationType
    DhcpOptionType DhcpScopeStatus DhcpServingClientsType Enablement
}

impl JsonForm for RecordId {
    fn write(&self) -> Json {
        self.0.into()
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        i64::read(at).map(Self)
    }

    fn schema(definitions: &mut Definitions) -> Json {
        definitions.refer("RecordId", |definitions| {
            let mut schema = i64::schema(definitions);
            schema["description"] =
                "The primary key of a row, unique in its simple table; 0 refers to nothing.".into();
            schema
        })
    }
}

impl JsonForm for SerDuration {
    fn write(&self) -> Json {
        self.to_string().into()
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        parsed(
            at,
            "a ser:duration such as `P8D` or `PT1H30M`",
            Self::from_lexical,
        )
    }

    fn schema(definitions: &mut Definitions) -> Json {
        definitions.refer("SerDuration", |_| {
            json!({
                "type": "string",
                "description": "A ser:duration, without years and months, such as P8D or PT1H30M.",
                "pattern": "^-?P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+(\\.[0-9]+)?S)?)?$",
            })
        })
    }
}

/// The first and the last address of a range.
impl JsonForm for (IpAddr, IpAddr) {
    const LIST_MAX: usize = ROWS_MAX;

    fn write(&self) -> Json {
        json!({ "StartAddress": self.0.write(), "EndAddress": self.1.write() })
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        let members = at.members(&["StartAddress", "EndAddress"])?;
        Ok((members.get("StartAddress")?, members.get("EndAddress")?))
    }

    fn schema(definitions: &mut Definitions) -> Json {
        definitions.refer("AddressRange", |definitions| {
            let address = IpAddr::schema(definitions);
            let keys = vec![
                ("StartAddress", address.clone(), true),
                ("EndAddress", address, true),
            ];
            object_schema("The first and the last address.", keys)
        })
    }
}

record! {
    /// An entry of VendorClasses or UserClasses.
    ClassRow, list of LISTED_MAX, { record_id: "RecordId", name: "Name", }
}

record! {
    /// An entry of ADM_DHCPServersTable.OptionDefinitions. Without VendorClassRecordId: of the default class.
    OptionDefinitionRow, list of LISTED_MAX, {
        record_id: "RecordId",
        option_id: "OptionId",
        name: "Name",
        option_type: "OptionType",
        vendor_class_record_id: "VendorClassRecordId",
    }
}

record! {
    /// A row of ADM_DHCPServersTable (3.1.1.1.17). Name is that of the host behind the server role, AccessScope the
    /// one that the server is assigned to, by name.
    AdmDhcpServersRow, list of ROWS_MAX, {
        record_id: "RecordId",
        family: "AddressFamily",
        name: "Name",
        access_scope: "AccessScope",
        option_definitions: "OptionDefinitions",
        vendor_classes: "VendorClasses",
        user_classes: "UserClasses",
    }
}

record! {
    /// Columns of ADM_DHCPScopesTable.ScopeDetails (3.1.1.1.13.1).
    ScopeDetails, list of ROWS_MAX, {
        scope_id: "ScopeId",
        subnet_mask: "SubnetMask",
        prefix_length: "PrefixLength",
        start_address: "StartAddress",
        end_address: "EndAddress",
        scope_name: "ScopeName",
        description: "Description",
        status: "Status",
        subnet_delay: "SubnetDelay",
        lease_duration_type: "LeaseDurationType",
        lease_duration: "LeaseDuration",
        serving_clients_type: "ServingClientsType",
        bootp_lease_duration_type: "BootpLeaseDurationType",
        bootp_lease_duration: "BootpLeaseDuration",
        dns_update_type: "DnsUpdateType",
        dns_name_protection_status: "DnsNameProtectionStatus",
        discard_dns_record_on_lease_deletion_status: "DiscardDnsRecordOnLeaseDeletionStatus",
        dns_not_requesting_clients_update_type: "DnsNotRequestingClientsUpdateType",
        exclusion_ranges: "ExclusionRanges",
        number_of_active_leases: "NumberOfActiveLeases",
        failover_config_sync_status: "FailoverConfigSyncStatus",
    }
}

record! {
    /// A row of ADM_DHCPScopesTable (3.1.1.1.13), the columns of ScopeDetails beside its own. Superscope and AccessScope
    /// are names.
    AdmDhcpScopesRow, list of ROWS_MAX, {
        record_id: "RecordId",
        family: "AddressFamily",
        dhcp_server_record_id: "DHCPServerRecordId",
        superscope: "Superscope",
        access_scope: "AccessScope",
        ; with details
    }
}

record! {
    /// A row of ADM_DhcpFailoverRelationTable (3.1.1.1.44). A server that is null is one that IPAM does not manage.
    AdmDhcpFailoverRelationRow, list of ROWS_MAX, {
        record_id: "RecordId",
        relationship_name: "RelationshipName",
        server1_record_id: "Server1RecordId",
        server2_record_id: "Server2RecordId",
        mode: "Mode",
    }
}

record! {
    /// A row of ADM_DhcpScopeFailoverTable (3.1.1.1.45). ScopeId is the RecordId of a row of ADM_DHCPScopesTable.
    AdmDhcpScopeFailoverRow, list of ROWS_MAX, {
        record_id: "RecordId",
        failover_relation_id: "FailoverRelationId",
        scope_id: "ScopeId",
    }
}

record! {
    /// A row of ADM_IPRangeTable (3.1.1.1.1).
    AdmIpRangeRow, list of ROWS_MAX, {
        record_id: "RecordId",
        family: "AddressFamily",
        scope_record_id: "ScopeRecordId",
        start_ip_address: "StartIPAddress",
        end_ip_address: "EndIPAddress",
        prefix_length: "PrefixLength",
        subnet_id: "SubnetId",
        description: "Description",
        managed_by: "ManagedByValue",
        managed_by_entity: "ManagedByEntityValue",
    }
}

record! {
    /// A row of ADM_DhcpOptionsTable (3.1.1.1.18). Without UserClassRecordId: for the default user class.
    AdmDhcpOptionsRow, list of ROWS_MAX, {
        record_id: "RecordId",
        family: "AddressFamily",
        server_record_id: "ServerRecordId",
        scope_record_id: "ScopeRecordId",
        option_definition_record_id: "OptionDefinitionRecordId",
        user_class_record_id: "UserClassRecordId",
        values: "Values",
    }
}

/// A row that a table finds by its key.
pub trait Row: JsonForm {
    /// The type of its key.
    type Key: Ord;

    /// Its key.
    fn key(&self) -> Self::Key;
}

/// Rows of compound tables are found by family and id, those of simple ones by id.
macro_rules! keyed {
    ($($row:ident by $key:ty: $of:expr;)*) => {
        $(impl Row for $row {
            type Key = $key;
            fn key(&self) -> $key {
                let of: fn(&Self) -> $key = $of;
                of(self)
            }
        })*
    };
}
keyed! {
    AdmDhcpServersRow by RowKey: |row| (row.family, row.record_id);
    AdmDhcpScopesRow by RowKey: |row| (row.family, row.record_id);
    AdmIpRangeRow by RowKey: |row| (row.family, row.record_id);
    AdmDhcpOptionsRow by RowKey: |row| (row.family, row.record_id);
    AdmDhcpFailoverRelationRow by RecordId: |row| row.record_id;
    AdmDhcpScopeFailoverRow by RecordId: |row| row.record_id;
}

/// The rows of a table in the order of their keys; on the way in any order will do.
impl<R: Row> JsonForm for BTreeMap<R::Key, Arc<R>> {
    fn write(&self) -> Json {
        self.values().map(|row| row.write()).collect()
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        let mut rows = Self::new();
        at.items("a list of rows", ROWS_MAX)?.each(|item| {
            let row = R::read(item)?;
            match rows.insert(row.key(), Arc::new(row)) {
                None => Ok(()),
                Some(_) => Err(item.error(
                    "a row with a key of its own",
                    "one with the key of a row before it",
                )),
            }
        })?;
        Ok(rows)
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "type": "array", "items": R::schema(definitions), "maxItems": ROWS_MAX })
    }
}

/// The tables by the document's names.
macro_rules! tables {
    ($($field:ident: $name:literal,)*) => {
        /// The names of the tables.
        const NAMES: &[&str] = &[$($name),*];

        impl JsonForm for Tables {
            fn write(&self) -> Json {
                let mut map = Map::new();
                $(map.insert($name.to_owned(), self.$field.write());)*
                Json::Object(map)
            }

            fn read(at: &At<'_>) -> Result<Self, FormError> {
                let members = at.members(NAMES)?;
                let tables = Self { $($field: members.get($name)?,)* };
                let rows = [$(tables.$field.len()),*].into_iter().sum::<usize>();
                if rows > ROWS_MAX {
                    let found = format!("{rows} rows");
                    return Err(at.error(format!("at most {ROWS_MAX} rows in all tables together"), found));
                }
                Ok(tables)
            }

            fn schema(definitions: &mut Definitions) -> Json {
                definitions.refer("Tables", |definitions| {
                    fn of<T: JsonForm>(_: fn(&Tables) -> &T, definitions: &mut Definitions) -> Json {
                        T::schema(definitions)
                    }
                    let keys = vec![$(($name, of(|tables| &tables.$field, definitions), true)),*];
                    object_schema("What a data store holds (3.1.1.1).", keys)
                })
            }
        }
    };
}
tables! {
    servers: "ADM_DHCPServersTable",
    scopes: "ADM_DHCPScopesTable",
    relations: "ADM_DhcpFailoverRelationTable",
    scope_failovers: "ADM_DhcpScopeFailoverTable",
    ranges: "ADM_IPRangeTable",
    options: "ADM_DhcpOptionsTable",
}
