//! The parameters objects of the operations, decoded from their form in a message, and back
//! ([MS-IPAMM2] 2.2.4.286 and the types that extend it).
//!
//! Follows the rules of data-contract readers: an absent member has its default, members nobody knows are passed
//! over, a stated type that nobody knows is an error. Addresses and durations stand in their text forms here; how
//! an envelope spells them is for the envelope writer.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::model::{AdmDhcpScopesRow, Object, RecordId, ScopeDetails, SerDuration, Value};
use crate::spec::{
    AddressFamily, CollectionOperations, DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus,
    DhcpLeaseDurationType, DhcpScopeStatus, DhcpServingClientsType, Enablement,
    IpamAdminOperationId, parameters,
};

/// [MS-IPAMM2] 2.2.4.286 IpamOperationWithProgressParameters of a concrete type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationParameters {
    /// OperationId: selects the delegate.
    pub operation_id: IpamAdminOperationId,
    /// The members of the concrete type.
    pub object: ParametersObject,
}

/// The concrete parameters types that our delegates tell apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParametersObject {
    /// [MS-IPAMM2] 2.2.4.355 ReplicateServerParameters.
    ReplicateServerParameters {
        /// Server: where replication starts from; `None` for NULL.
        server: Option<DhcpServerV4>,
    },
    /// [MS-IPAMM2] 2.2.4.352 ReplicateScopeParameters.
    ReplicateScopeParameters {
        /// Scopes; `None` for NULL.
        scopes: Option<Vec<DhcpScope>>,
    },
    /// [MS-IPAMM2] 2.2.4.73 CreateDhcpScopeParameters.
    CreateDhcpScopeParameters {
        /// Scope; `None` for NULL.
        scope: Option<DhcpScope>,
    },
    /// [MS-IPAMM2] 2.2.4.446 UpdateDhcpScopeParameters.
    UpdateDhcpScopeParameters {
        /// Scope; `None` for NULL.
        scope: Option<DhcpScope>,
    },
    /// Any other type that extends the base type, or the base type itself.
    Other {
        /// Its name.
        type_name: &'static str,
    },
}

impl ParametersObject {
    /// The type's name on the wire.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::ReplicateServerParameters { .. } => "ReplicateServerParameters",
            Self::ReplicateScopeParameters { .. } => "ReplicateScopeParameters",
            Self::CreateDhcpScopeParameters { .. } => "CreateDhcpScopeParameters",
            Self::UpdateDhcpScopeParameters { .. } => "UpdateDhcpScopeParameters",
            Self::Other { type_name } => type_name,
        }
    }
}

/// [MS-IPAMM2] 2.2.4.159 DhcpServerV4, of which the delegates read one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DhcpServerV4 {
    /// RecordId: the key of ADM_DHCPServersTable; 0 where the member is absent.
    pub record_id: RecordId,
}

/// [MS-IPAMM2] 2.2.4.141 DhcpScope as DhcpScopeV4 or DhcpScopeV6.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DhcpScope {
    /// Told by the concrete type.
    pub family: AddressFamily,
    /// RecordId; unset where the member is absent.
    pub record_id: RecordId,
    /// ParentDhcpServerRecordId, the same datum as the column DHCPServerRecordId; unset where absent.
    pub parent_dhcp_server_record_id: RecordId,
    /// The members that are columns of the table. A NULL address is the unspecified one.
    pub details: ScopeDetails,
    /// ModifiedProperties: the names of the members that were changed. Only the DNS settings ask for it (R-3-15).
    pub modified_properties: Vec<String>,
    /// Options.OperationTracker (R-3-16a, R-3-16b).
    pub option_operations: Vec<(CollectionOperations, DhcpOption)>,
    /// ExclusionRanges.OperationTracker: first and last address of each range (R-3-17a, R-3-17b).
    pub exclusion_operations: Vec<(CollectionOperations, (IpAddr, IpAddr))>,
}

/// [MS-IPAMM2] 2.2.4.120 DhcpOption, of which the delegates read three members. The ids are those of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DhcpOption {
    /// OptionDefinition.RecordId.
    pub option_definition_record_id: RecordId,
    /// UserClass.RecordId; `None` for the default user class.
    pub user_class_record_id: Option<RecordId>,
    /// Values, as text.
    pub values: Vec<String>,
}

/// Why an object could not be read as parameters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: expected {expected}, found {found}")]
pub struct DecodeError {
    /// Where in the message, as member names from the outside in.
    pub path: String,
    /// What could have stood there.
    pub expected: String,
    /// What stands there.
    pub found: String,
    /// What kind of mistake it is.
    pub kind: DecodeErrorKind,
}

/// What kind of mistake keeps an object from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeErrorKind {
    /// `i:type` names a type that does not exist or cannot stand there.
    UnknownType,
    /// OperationId is no member of IpamAdminOperationId.
    UnknownOperationId,
    /// A value is not of its member's type.
    WrongValue,
}

impl OperationParameters {
    /// Reads the content of `paramters`; `Ok(None)` is NULL.
    ///
    /// # Errors
    /// When a stated type is not known, OperationId is no member, or a value is not of its type.
    pub fn decode(value: &Value) -> Result<Option<Self>, DecodeError> {
        let object = match value {
            Value::Nil => return Ok(None),
            Value::Object(object) => object,
            other => return Err(wrong("paramters", "an object", other)),
        };
        let stated = object.type_name.as_deref().unwrap_or(parameters::BASE_TYPE);
        let type_name = parameters::PARAMETERS_TYPES
            .iter()
            .copied()
            .chain([parameters::BASE_TYPE])
            .find(|known| *known == stated)
            .ok_or_else(|| DecodeError {
                path: "paramters/@i:type".to_owned(),
                expected: "a type that extends IpamOperationWithProgressParameters".to_owned(),
                found: format!("`{stated}`"),
                kind: DecodeErrorKind::UnknownType,
            })?;
        let operation_id = operation_id(object)?;
        let object = match type_name {
            "ReplicateServerParameters" => ParametersObject::ReplicateServerParameters {
                server: nullable(object, "Server", DhcpServerV4::decode)?,
            },
            "ReplicateScopeParameters" => ParametersObject::ReplicateScopeParameters {
                scopes: match object.member("Scopes") {
                    None | Some(Value::Nil) => None,
                    Some(Value::List(items)) => {
                        Some(items.iter().map(decode_scope).collect::<Result<_, _>>()?)
                    }
                    Some(other) => return Err(wrong("Scopes", "an array of DhcpScope", other)),
                },
            },
            "CreateDhcpScopeParameters" => ParametersObject::CreateDhcpScopeParameters {
                scope: nullable(object, "Scope", DhcpScope::decode)?,
            },
            "UpdateDhcpScopeParameters" => ParametersObject::UpdateDhcpScopeParameters {
                scope: nullable(object, "Scope", DhcpScope::decode)?,
            },
            _ => ParametersObject::Other { type_name },
        };
        Ok(Some(Self {
            operation_id,
            object,
        }))
    }
}

/// An absent OperationId is the first member of its enumeration (OQ-17).
fn operation_id(object: &Object) -> Result<IpamAdminOperationId, DecodeError> {
    let unknown = |found: String| DecodeError {
        path: "paramters/OperationId".to_owned(),
        expected: "a member of IpamAdminOperationId".to_owned(),
        found,
        kind: DecodeErrorKind::UnknownOperationId,
    };
    match object.member("OperationId") {
        None => Ok(IpamAdminOperationId::EditDhcpServer),
        Some(Value::Text(name)) => {
            IpamAdminOperationId::from_name(name).ok_or_else(|| unknown(format!("`{name}`")))
        }
        Some(other) => Err(unknown(describe(other))),
    }
}

fn nullable<T>(
    object: &Object,
    name: &str,
    decode: impl Fn(&Object) -> Result<T, DecodeError>,
) -> Result<Option<T>, DecodeError> {
    match object.member(name) {
        None | Some(Value::Nil) => Ok(None),
        Some(Value::Object(object)) => decode(object).map(Some),
        Some(other) => Err(wrong(name, "an object", other)),
    }
}

impl DhcpServerV4 {
    /// Reads the members that matter.
    ///
    /// # Errors
    /// When a stated type is another one, or RecordId is no number.
    pub fn decode(object: &Object) -> Result<Self, DecodeError> {
        expect_type(object, "Server", &["DhcpServerV4"], Some("DhcpServerV4"))?;
        Ok(Self {
            record_id: record_id(object, "RecordId")?,
        })
    }
}

fn decode_scope(value: &Value) -> Result<DhcpScope, DecodeError> {
    match value {
        Value::Object(object) => DhcpScope::decode(object),
        other => Err(wrong("Scopes/DhcpScope", "an object", other)),
    }
}

const UNSPECIFIED_V4: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
const UNSPECIFIED_V6: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

impl DhcpScope {
    /// Reads a scope of either family.
    ///
    /// # Errors
    /// When the stated type is no concrete scope type, or a value is not of its member's type.
    pub fn decode(object: &Object) -> Result<Self, DecodeError> {
        let type_name = expect_type(object, "Scope", &["DhcpScopeV4", "DhcpScopeV6"], None)?;
        let (family, unspecified) = if type_name == "DhcpScopeV4" {
            (AddressFamily::InterNetwork, UNSPECIFIED_V4)
        } else {
            (AddressFamily::InterNetworkV6, UNSPECIFIED_V6)
        };
        let address = |name: &str| match object.member(name) {
            None | Some(Value::Nil) => Ok(None),
            Some(Value::Text(text)) => text
                .parse::<IpAddr>()
                .map(Some)
                .map_err(|_| wrong(name, "an IP address", &Value::Text(text.clone()))),
            Some(other) => Err(wrong(name, "an IP address", other)),
        };
        let details = ScopeDetails {
            scope_id: address("ScopeId")?.unwrap_or(unspecified),
            subnet_mask: address("SubnetMask")?,
            prefix_length: parsed(object, "PrefixLength", "an int")?,
            start_address: address("StartAddress")?.unwrap_or(unspecified),
            end_address: address("EndAddress")?.unwrap_or(unspecified),
            scope_name: text(object, "ScopeName")?,
            description: text(object, "Description")?,
            status: member(
                object,
                "Status",
                DhcpScopeStatus::ALL,
                DhcpScopeStatus::name,
            )?,
            subnet_delay: parsed(object, "SubnetDelay", "a long")?,
            lease_duration_type: lease_type(object, "LeaseDurationType")?,
            lease_duration: duration(object, "LeaseDuration")?,
            serving_clients_type: member(
                object,
                "ServingClientsType",
                DhcpServingClientsType::ALL,
                DhcpServingClientsType::name,
            )?,
            bootp_lease_duration_type: lease_type(object, "BootpLeaseDurationType")?,
            bootp_lease_duration: duration(object, "BootpLeaseDuration")?,
            dns_update_type: member(
                object,
                "DnsUpdateType",
                DhcpDnsUpdateType::ALL,
                DhcpDnsUpdateType::name,
            )?,
            dns_name_protection_status: enablement(object, "DnsNameProtectionStatus")?,
            discard_dns_record_on_lease_deletion_status: enablement(
                object,
                "DiscardDnsRecordOnLeaseDeletionStatus",
            )?,
            dns_not_requesting_clients_update_type: enablement(
                object,
                "DnsNotRequestingClientsUpdateType",
            )?,
            exclusion_ranges: BTreeSet::new(),
            number_of_active_leases: 0,
            failover_config_sync_status: member(
                object,
                "FailoverConfigSyncStatus",
                DhcpFailoverConfigSyncStatus::ALL,
                DhcpFailoverConfigSyncStatus::name,
            )?,
        };
        Ok(Self {
            family,
            record_id: record_id(object, "RecordId")?,
            parent_dhcp_server_record_id: record_id(object, "ParentDhcpServerRecordId")?,
            details,
            modified_properties: texts(object, "ModifiedProperties")?,
            option_operations: tracker(object, "Options", decode_option)?,
            exclusion_operations: tracker(object, "ExclusionRanges", |range| {
                let end = |name: &str| {
                    parsed_text(range, name)?
                        .parse::<IpAddr>()
                        .map_err(|_| wrong(name, "an IP address", &Value::Text(String::new())))
                };
                Ok((end("StartAddress")?, end("EndAddress")?))
            })?,
        })
    }

    /// The object as GetScopeFromTable would build it ([MS-IPAMM2] 3.1.1.1.13.2), members in the schema's order.
    #[must_use]
    pub fn encode(&self) -> Object {
        let details = &self.details;
        let v4 = self.family == AddressFamily::InterNetwork;
        let mut object = Object::of_type(if v4 { "DhcpScopeV4" } else { "DhcpScopeV6" })
            .with("Description", details.description.as_str())
            .with(
                "DiscardDnsRecordOnLeaseDeletionStatus",
                details.discard_dns_record_on_lease_deletion_status.name(),
            )
            .with(
                "DnsNameProtectionStatus",
                details.dns_name_protection_status.name(),
            )
            .with("DnsUpdateType", details.dns_update_type.name())
            .with("EndAddress", details.end_address.to_string())
            .with(
                "ParentDhcpServerRecordId",
                self.parent_dhcp_server_record_id.to_string(),
            )
            .with("PrefixLength", details.prefix_length.to_string())
            .with("RecordId", self.record_id.to_string())
            .with("ScopeId", details.scope_id.to_string())
            .with("ScopeName", details.scope_name.as_str())
            .with("StartAddress", details.start_address.to_string())
            .with("Status", details.status.name())
            .with(
                "SubnetMask",
                details
                    .subnet_mask
                    .map_or(Value::Nil, |mask| Value::Text(mask.to_string())),
            );
        if v4 {
            object = object
                .with(
                    "BootpLeaseDuration",
                    details.bootp_lease_duration.to_string(),
                )
                .with(
                    "BootpLeaseDurationType",
                    details.bootp_lease_duration_type.name(),
                )
                .with(
                    "DnsNotRequestingClientsUpdateType",
                    details.dns_not_requesting_clients_update_type.name(),
                )
                .with(
                    "FailoverConfigSyncStatus",
                    details.failover_config_sync_status.name(),
                )
                .with("LeaseDuration", details.lease_duration.to_string())
                .with("LeaseDurationType", details.lease_duration_type.name())
                .with("ServingClientsType", details.serving_clients_type.name())
                .with("SubnetDelay", details.subnet_delay.to_string());
        }
        object
    }
}

impl From<&AdmDhcpScopesRow> for DhcpScope {
    /// [MS-IPAMM2] 3.1.1.1.13.2 GetScopeFromTable: the object that a row is.
    fn from(row: &AdmDhcpScopesRow) -> Self {
        Self {
            family: row.family,
            record_id: row.record_id,
            parent_dhcp_server_record_id: row.dhcp_server_record_id,
            details: row.details.clone(),
            // It fills neither ModifiedProperties nor any OperationTracker.
            modified_properties: Vec::new(),
            option_operations: Vec::new(),
            exclusion_operations: Vec::new(),
        }
    }
}

fn decode_option(object: &Object) -> Result<DhcpOption, DecodeError> {
    let id_in = |name: &str| match object.member(name) {
        None | Some(Value::Nil) => Ok(None),
        Some(Value::Object(inner)) => record_id(inner, "RecordId").map(Some),
        Some(other) => Err(wrong(name, "an object", other)),
    };
    Ok(DhcpOption {
        option_definition_record_id: id_in("OptionDefinition")?.unwrap_or_default(),
        user_class_record_id: id_in("UserClass")?,
        values: texts(object, "Values")?,
    })
}

/// The pairs of a collection's OperationTracker; a collection that is absent or NULL has none.
fn tracker<T>(
    object: &Object,
    collection: &str,
    decode: impl Fn(&Object) -> Result<T, DecodeError>,
) -> Result<Vec<(CollectionOperations, T)>, DecodeError> {
    let collection = match object.member(collection) {
        None | Some(Value::Nil) => return Ok(Vec::new()),
        Some(Value::Object(inner)) => inner,
        Some(other) => return Err(wrong(collection, "a collection", other)),
    };
    let pairs = match collection.member("OperationTracker") {
        None | Some(Value::Nil) => return Ok(Vec::new()),
        Some(Value::List(pairs)) => pairs,
        Some(other) => return Err(wrong("OperationTracker", "an array of pairs", other)),
    };
    pairs
        .iter()
        .map(|pair| match pair {
            Value::Object(pair) => {
                let key = member(
                    pair,
                    "key",
                    CollectionOperations::ALL,
                    CollectionOperations::name,
                )?;
                match pair.member("value") {
                    Some(Value::Object(value)) => Ok((key, decode(value)?)),
                    other => Err(wrong("value", "an object", other.unwrap_or(&Value::Nil))),
                }
            }
            other => Err(wrong("OperationTracker", "a pair", other)),
        })
        .collect()
}

fn texts(object: &Object, name: &str) -> Result<Vec<String>, DecodeError> {
    match object.member(name) {
        None | Some(Value::Nil) => Ok(Vec::new()),
        Some(Value::List(items)) => items
            .iter()
            .map(|item| match item {
                Value::Text(text) => Ok(text.clone()),
                other => Err(wrong(name, "text", other)),
            })
            .collect(),
        Some(other) => Err(wrong(name, "an array", other)),
    }
}

fn parsed_text(object: &Object, name: &str) -> Result<String, DecodeError> {
    match object.member(name) {
        Some(Value::Text(text)) => Ok(text.clone()),
        other => Err(wrong(name, "text", other.unwrap_or(&Value::Nil))),
    }
}

fn expect_type<'a>(
    object: &'a Object,
    path: &str,
    allowed: &[&str],
    declared: Option<&'a str>,
) -> Result<&'a str, DecodeError> {
    let stated = object.type_name.as_deref().or(declared);
    match stated {
        Some(name) if allowed.contains(&name) => Ok(name),
        other => Err(DecodeError {
            path: format!("{path}/@i:type"),
            expected: allowed.join(" or "),
            found: other.map_or_else(|| "no type".to_owned(), |name| format!("`{name}`")),
            kind: DecodeErrorKind::UnknownType,
        }),
    }
}

fn describe(value: &Value) -> String {
    match value {
        Value::Nil => "nil".to_owned(),
        Value::Text(text) => format!("`{text}`"),
        Value::List(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

fn wrong(path: &str, expected: &str, found: &Value) -> DecodeError {
    DecodeError {
        path: path.to_owned(),
        expected: expected.to_owned(),
        found: describe(found),
        kind: DecodeErrorKind::WrongValue,
    }
}

fn parsed<T: std::str::FromStr + Default>(
    object: &Object,
    name: &str,
    expected: &str,
) -> Result<T, DecodeError> {
    match object.member(name) {
        None => Ok(T::default()),
        Some(Value::Text(text)) => text
            .trim()
            .parse()
            .map_err(|_| wrong(name, expected, &Value::Text(text.clone()))),
        Some(other) => Err(wrong(name, expected, other)),
    }
}

fn record_id(object: &Object, name: &str) -> Result<RecordId, DecodeError> {
    parsed(object, name, "a long").map(RecordId)
}

fn text(object: &Object, name: &str) -> Result<String, DecodeError> {
    match object.member(name) {
        None | Some(Value::Nil) => Ok(String::new()),
        Some(Value::Text(text)) => Ok(text.clone()),
        Some(other) => Err(wrong(name, "a string", other)),
    }
}

fn duration(object: &Object, name: &str) -> Result<SerDuration, DecodeError> {
    match object.member(name) {
        None => Ok(SerDuration::ZERO),
        Some(Value::Text(text)) => SerDuration::from_lexical(text)
            .ok_or_else(|| wrong(name, "a duration", &Value::Text(text.clone()))),
        Some(other) => Err(wrong(name, "a duration", other)),
    }
}

fn member<T: Copy>(
    object: &Object,
    name: &str,
    all: &[T],
    spelling: impl Fn(T) -> &'static str,
) -> Result<T, DecodeError> {
    match object.member(name) {
        None => Ok(all[0]),
        Some(value) => {
            let found = match value {
                Value::Text(text) => all.iter().copied().find(|member| spelling(*member) == text),
                _ => None,
            };
            found.ok_or_else(|| wrong(name, "a member of its enumeration", value))
        }
    }
}

fn enablement(object: &Object, name: &str) -> Result<Enablement, DecodeError> {
    member(object, name, Enablement::ALL, Enablement::name)
}

fn lease_type(object: &Object, name: &str) -> Result<DhcpLeaseDurationType, DecodeError> {
    member(
        object,
        name,
        DhcpLeaseDurationType::ALL,
        DhcpLeaseDurationType::name,
    )
}
