//! Reads parameters objects from their form in a message, as far as the document's steps look at them.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use crate::model::{Object, RecordId, ScopeDetails, SerDuration, Value};
use crate::spec::{
    AddressFamily, DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpLeaseDurationType,
    DhcpScopeStatus, DhcpServingClientsType, Enablement, IpamAdminOperationId, parameters,
};

/// What stands in the place of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found<T> {
    /// Absent or nil.
    Null,
    /// Something that no data-contract reader takes for it.
    Unreadable,
    /// An object.
    Given(T),
}

/// The content of `paramters`.
pub(super) fn content(paramters: Option<&Value>) -> Found<&Object> {
    match paramters {
        None | Some(Value::Nil) => Found::Null,
        Some(Value::Object(object)) => Found::Given(object),
        Some(Value::Text(_) | Value::List(_)) => Found::Unreadable,
    }
}

/// The type of a parameters object; without `i:type` it is the declared one ([MS-IPAMM2] 2.2.4.286).
pub(super) fn type_name(object: &Object) -> &str {
    object.type_name.as_deref().unwrap_or(parameters::BASE_TYPE)
}

/// OperationId, with the first member where the element is absent (OQ-17); `Unreadable` where it is no member.
pub(super) fn operation_id(object: &Object) -> Found<IpamAdminOperationId> {
    match object.member("OperationId") {
        None => Found::Null,
        Some(Value::Text(name)) => {
            IpamAdminOperationId::from_name(name).map_or(Found::Unreadable, Found::Given)
        }
        Some(Value::Nil | Value::List(_) | Value::Object(_)) => Found::Unreadable,
    }
}

/// How a parameters type goes with an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It is the one the operation's delegate takes.
    Own,
    /// It is not.
    Other,
    /// Our digest does not tell the operation's type, and no other operation is known to take this one.
    Untold,
}

/// Whether an operation's delegate takes objects of that type (R-PROC-3).
pub(super) fn fit(operation: IpamAdminOperationId, type_name: &str) -> Fit {
    let is = |own: Option<&str>| own == Some(type_name);
    match parameters::parameters_type(operation) {
        Some(own) if own == type_name => Fit::Own,
        Some(_) => Fit::Other,
        None if !parameters::PARAMETERS_TYPES.contains(&type_name)
            || IpamAdminOperationId::ALL
                .iter()
                .any(|other| is(parameters::parameters_type(*other))) =>
        {
            Fit::Other
        }
        None => Fit::Untold,
    }
}

/// Server of ReplicateServerParameters ([MS-IPAMM2] 2.2.4.355).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ServerObject {
    /// RecordId; unset where absent.
    pub(super) record_id: RecordId,
    /// What `i:type` says.
    pub(super) stated: StatedServer,
}

/// The concrete type of a server object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StatedServer {
    /// As declared.
    V4,
    /// DhcpServerV6: no schema lets it stand there (OQ-19).
    V6,
    /// Anything else.
    Other,
}

/// The member Server.
pub(super) fn server(object: &Object) -> Found<ServerObject> {
    let server = match object.member("Server") {
        None | Some(Value::Nil) => return Found::Null,
        Some(Value::Object(server)) => server,
        Some(Value::Text(_) | Value::List(_)) => return Found::Unreadable,
    };
    let stated = match server.type_name.as_deref() {
        None | Some("DhcpServerV4") => StatedServer::V4,
        Some("DhcpServerV6") => StatedServer::V6,
        Some(_) => StatedServer::Other,
    };
    match number(server, "RecordId") {
        Some(id) => Found::Given(ServerObject {
            record_id: RecordId(id),
            stated,
        }),
        None => Found::Unreadable,
    }
}

/// A scope object that a client sends ([MS-IPAMM2] 2.2.4.141).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScopeObject {
    /// Told by the concrete type (R-3-4, R-4-4).
    pub(super) family: AddressFamily,
    /// RecordId; unset where absent.
    pub(super) record_id: RecordId,
    /// ParentDhcpServerRecordId; unset where absent.
    pub(super) parent: RecordId,
    /// The members that are columns; ExclusionRanges holds changes, not ranges, so that none stand here.
    pub(super) details: ScopeDetails,
    /// Whether ModifiedProperties names one of the DNS settings (R-3-15, R-4-15).
    pub(super) dns_is_modified: bool,
    /// Options.OperationTracker, without the keys that nobody handles.
    pub(super) options: Vec<Tracked<TrackedOption>>,
    /// ExclusionRanges.OperationTracker, likewise.
    pub(super) exclusions: Vec<Tracked<(IpAddr, IpAddr)>>,
}

/// A tracked change that the steps handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tracked<T> {
    /// Keys Add and Set: in the place of what has the same key.
    Put(T),
    /// Key Delete.
    Delete(T),
}

impl<T> Tracked<T> {
    pub(super) const fn content(&self) -> &T {
        match self {
            Self::Put(content) | Self::Delete(content) => content,
        }
    }

    pub(super) const fn is_put(&self) -> bool {
        matches!(self, Self::Put(_))
    }
}

/// An option in a tracker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TrackedOption {
    /// OptionDefinition.RecordId; unset where there is none.
    pub(super) definition: RecordId,
    /// UserClass.RecordId; `None` for the default user class.
    pub(super) user_class: Option<RecordId>,
    /// Values.
    pub(super) values: Vec<String>,
}

/// The properties of R-3-15 and R-4-15.
const DNS_PROPERTIES: [&str; 5] = [
    "DiscardDnsRecordOnLeaseDeletionStatus",
    "DnsNameProtectionStatus",
    "DnsUpdateType",
    "DnsNotRequestingClientsUpdateType",
    "DnsDisableDynamicPtrUpdates",
];

/// The member Scope of CreateDhcpScopeParameters and UpdateDhcpScopeParameters.
pub(super) fn scope(object: &Object) -> Found<ScopeObject> {
    match object.member("Scope") {
        None | Some(Value::Nil) => Found::Null,
        Some(value) => read_scope(value).map_or(Found::Unreadable, Found::Given),
    }
}

/// The member Scopes of ReplicateScopeParameters, in the order sent.
pub(super) fn scopes(object: &Object) -> Found<Vec<ScopeObject>> {
    match object.member("Scopes") {
        None | Some(Value::Nil) => Found::Null,
        Some(Value::List(items)) => items
            .iter()
            .map(read_scope)
            .collect::<Option<Vec<_>>>()
            .map_or(Found::Unreadable, Found::Given),
        Some(Value::Text(_) | Value::Object(_)) => Found::Unreadable,
    }
}

fn read_scope(value: &Value) -> Option<ScopeObject> {
    let Value::Object(scope) = value else {
        return None;
    };
    let (family, unspecified) = match scope.type_name.as_deref()? {
        "DhcpScopeV4" => (
            AddressFamily::InterNetwork,
            IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        ),
        "DhcpScopeV6" => (
            AddressFamily::InterNetworkV6,
            IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        ),
        _ => return None,
    };
    let address_or_unspecified =
        |name: &str| address(scope, name).map(|found| found.unwrap_or(unspecified));
    let details = ScopeDetails {
        scope_id: address_or_unspecified("ScopeId")?,
        subnet_mask: address(scope, "SubnetMask")?,
        prefix_length: number(scope, "PrefixLength")?,
        start_address: address_or_unspecified("StartAddress")?,
        end_address: address_or_unspecified("EndAddress")?,
        scope_name: text(scope, "ScopeName")?,
        description: text(scope, "Description")?,
        status: member(
            scope,
            "Status",
            DhcpScopeStatus::None,
            DhcpScopeStatus::from_name,
        )?,
        subnet_delay: number(scope, "SubnetDelay")?,
        lease_duration_type: lease_type(scope, "LeaseDurationType")?,
        lease_duration: duration(scope, "LeaseDuration")?,
        serving_clients_type: member(
            scope,
            "ServingClientsType",
            DhcpServingClientsType::None,
            DhcpServingClientsType::from_name,
        )?,
        bootp_lease_duration_type: lease_type(scope, "BootpLeaseDurationType")?,
        bootp_lease_duration: duration(scope, "BootpLeaseDuration")?,
        dns_update_type: member(
            scope,
            "DnsUpdateType",
            DhcpDnsUpdateType::None,
            DhcpDnsUpdateType::from_name,
        )?,
        dns_name_protection_status: enablement(scope, "DnsNameProtectionStatus")?,
        discard_dns_record_on_lease_deletion_status: enablement(
            scope,
            "DiscardDnsRecordOnLeaseDeletionStatus",
        )?,
        dns_not_requesting_clients_update_type: enablement(
            scope,
            "DnsNotRequestingClientsUpdateType",
        )?,
        exclusion_ranges: BTreeSet::new(),
        number_of_active_leases: 0,
        failover_config_sync_status: member(
            scope,
            "FailoverConfigSyncStatus",
            DhcpFailoverConfigSyncStatus::Unknown,
            DhcpFailoverConfigSyncStatus::from_name,
        )?,
    };
    Some(ScopeObject {
        family,
        record_id: RecordId(number(scope, "RecordId")?),
        parent: RecordId(number(scope, "ParentDhcpServerRecordId")?),
        details,
        dns_is_modified: match scope.member("ModifiedProperties") {
            Some(Value::List(names)) => names.iter().any(
                |name| matches!(name, Value::Text(name) if DNS_PROPERTIES.contains(&name.trim())),
            ),
            _ => false,
        },
        options: tracker(scope, "Options", &["Add", "Set"], read_option)?,
        exclusions: tracker(scope, "ExclusionRanges", &["Add"], |range| {
            let end = |name: &str| address(range, name).map(|found| found.unwrap_or(unspecified));
            Some((end("StartAddress")?, end("EndAddress")?))
        })?,
    })
}

/// The tracked changes of a member that the steps handle; `None` where a change cannot be read.
///
/// Keys None, PartnerAdd, PartnerSet and PartnerDelete are passed over, and so is whatever goes with them.
fn tracker<T>(
    object: &Object,
    name: &str,
    puts: &[&str],
    read: impl Fn(&Object) -> Option<T>,
) -> Option<Vec<Tracked<T>>> {
    let collection = match object.member(name) {
        None | Some(Value::Nil) => return Some(Vec::new()),
        Some(Value::Object(collection)) => collection,
        Some(Value::Text(_) | Value::List(_)) => return None,
    };
    let pairs = match collection.member("OperationTracker") {
        None | Some(Value::Nil) => return Some(Vec::new()),
        Some(Value::List(pairs)) => pairs,
        Some(Value::Text(_) | Value::Object(_)) => return None,
    };
    let mut changes = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let Value::Object(pair) = pair else {
            return None;
        };
        let key = match pair.member("key") {
            None => continue,
            Some(Value::Text(key)) => key.trim(),
            Some(_) => return None,
        };
        let change = if puts.contains(&key) {
            Tracked::Put
        } else if key == "Delete" {
            Tracked::Delete
        } else {
            continue;
        };
        let Some(Value::Object(content)) = pair.member("value") else {
            return None;
        };
        changes.push(change(read(content)?));
    }
    Some(changes)
}

fn read_option(option: &Object) -> Option<TrackedOption> {
    let reference = |name: &str| match option.member(name) {
        None | Some(Value::Nil) => Some(RecordId::UNSET),
        Some(Value::Object(object)) => number(object, "RecordId").map(RecordId),
        Some(Value::Text(_) | Value::List(_)) => None,
    };
    let values = match option.member("Values") {
        None | Some(Value::Nil) => Vec::new(),
        Some(Value::List(values)) => values
            .iter()
            .map(|value| match value {
                Value::Text(text) => Some(text.clone()),
                Value::Nil | Value::List(_) | Value::Object(_) => None,
            })
            .collect::<Option<_>>()?,
        Some(Value::Text(_) | Value::Object(_)) => return None,
    };
    Some(TrackedOption {
        definition: reference("OptionDefinition")?,
        user_class: Some(reference("UserClass")?).filter(|id| id.is_set()),
        values,
    })
}

/// The readers below give `None` for a value that is not of its type, and the default where the member is absent.
fn number<T: FromStr + Default>(object: &Object, name: &str) -> Option<T> {
    match object.member(name) {
        None => Some(T::default()),
        // xsd numbers collapse the white space around them
        Some(Value::Text(text)) => text.trim().parse().ok(),
        Some(_) => None,
    }
}

fn address(object: &Object, name: &str) -> Option<Option<IpAddr>> {
    match object.member(name) {
        None | Some(Value::Nil) => Some(None),
        Some(Value::Text(text)) => text.parse().ok().map(Some),
        Some(_) => None,
    }
}

fn text(object: &Object, name: &str) -> Option<String> {
    match object.member(name) {
        None | Some(Value::Nil) => Some(String::new()),
        Some(Value::Text(text)) => Some(text.clone()),
        Some(_) => None,
    }
}

fn duration(object: &Object, name: &str) -> Option<SerDuration> {
    match object.member(name) {
        None => Some(SerDuration::ZERO),
        Some(Value::Text(text)) => SerDuration::from_lexical(text),
        Some(_) => None,
    }
}

fn member<T>(
    object: &Object,
    name: &str,
    first: T,
    from_name: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    match object.member(name) {
        None => Some(first),
        Some(Value::Text(text)) => from_name(text),
        Some(_) => None,
    }
}

fn enablement(object: &Object, name: &str) -> Option<Enablement> {
    member(object, name, Enablement::None, Enablement::from_name)
}

fn lease_type(object: &Object, name: &str) -> Option<DhcpLeaseDurationType> {
    member(
        object,
        name,
        DhcpLeaseDurationType::None,
        DhcpLeaseDurationType::from_name,
    )
}
