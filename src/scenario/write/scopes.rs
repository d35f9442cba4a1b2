//! `world.scopes`: a row with the columns that are not as the language leaves them.

use std::net::IpAddr;

use crate::model::{ScopeDetails, SerDuration};
use crate::scenario::decode::{MANAGED_BY, Subnet, defaults, is_valid};
use crate::scenario::write::layout::Toml;
use crate::scenario::write::world::{relation_name, scope_name, server_name};
use crate::scenario::write::{Fields, NotWritable};
use crate::spec::authorization::GLOBAL_ACCESS_SCOPE;
use crate::spec::{
    DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpLeaseDurationType, DhcpScopeStatus,
    DhcpServingClientsType, Enablement,
};
use crate::world::{OptionValue, Scope, World};

pub(super) fn scope(scope: &Scope, world: &World) -> Result<Toml, NotWritable> {
    let details = &scope.details;
    let unsayable = |what: &str, found: String| {
        NotWritable::value(format!("{what} of the scope `{}`", scope.name), found)
    };
    let mut fields = Fields::default();
    fields.put("name", Toml::text(&scope.name));
    fields.flag("missing", scope.missing, false);
    if let Some(other) = scope.same_id_as {
        fields.put("same_id_as", scope_name(world, other)?);
    }
    fields.put("server", server_name(world, scope.server)?);
    let subnet = Subnet {
        network: details.scope_id,
        prefix: details.prefix_length,
    };
    fields.put("subnet", Toml::text(&subnet.to_string()));
    match scope.relations.as_slice() {
        [] => {}
        [one] => fields.put("relation", relation_name(world, *one)?),
        several => {
            let names: Result<_, _> = several
                .iter()
                .map(|place| relation_name(world, *place))
                .collect();
            fields.put("relation", Toml::List(names?));
        }
    }
    columns(&mut fields, details, &defaults(subnet), &unsayable)?;
    if !scope.options.is_empty() {
        let options = scope.options.iter().map(option).collect();
        fields.put("options", Toml::List(options));
    }
    fields.some("superscope", scope.superscope.as_deref().map(Toml::text));
    fields.text("access_scope", &scope.access_scope, GLOBAL_ACCESS_SCOPE);
    if details.number_of_active_leases > 0 {
        fields.put(
            "active_leases",
            Toml::count(details.number_of_active_leases),
        );
    }
    if details.failover_config_sync_status != DhcpFailoverConfigSyncStatus::Unknown {
        fields.put(
            "sync",
            Toml::text(details.failover_config_sync_status.name()),
        );
    }
    fields.text("managed_by", &scope.managed_by, MANAGED_BY);
    fields.some(
        "managed_by_entity",
        scope.managed_by_entity.as_deref().map(Toml::text),
    );
    if details.subnet_mask != defaults(subnet).subnet_mask {
        let mask = details
            .subnet_mask
            .ok_or_else(|| unsayable("the missing mask", "none".to_owned()))?;
        fields.put("mask", Toml::text(&mask.to_string()));
    }
    fields.flag("invalid", !is_valid(details), false);
    Ok(fields.table())
}

/// The replicated columns, from the name to the exclusions.
fn columns(
    fields: &mut Fields,
    details: &ScopeDetails,
    left_alone: &ScopeDetails,
    unsayable: &dyn Fn(&str, String) -> NotWritable,
) -> Result<(), NotWritable> {
    fields.text("scope_name", &details.scope_name, &left_alone.scope_name);
    let range = (details.start_address, details.end_address);
    if range != (left_alone.start_address, left_alone.end_address) {
        fields.put("range", Toml::text(&range_text(range)));
    }
    if details.status != left_alone.status {
        if details.status == DhcpScopeStatus::None {
            return Err(unsayable("the status", "None".to_owned()));
        }
        fields.put("status", Toml::text(details.status.name()));
    }
    let lease = (details.lease_duration_type, details.lease_duration);
    if lease != (left_alone.lease_duration_type, left_alone.lease_duration) {
        fields.put("lease", lease_value(lease, "the lease", unsayable)?);
    }
    if details.subnet_delay != 0 {
        fields.put("subnet_delay", Toml::Int(details.subnet_delay));
    }
    if details.serving_clients_type != left_alone.serving_clients_type {
        if details.serving_clients_type == DhcpServingClientsType::None {
            return Err(unsayable("the clients served", "None".to_owned()));
        }
        fields.put("serving", Toml::text(details.serving_clients_type.name()));
    }
    fields.text("description", &details.description, "");
    let lease = (
        details.bootp_lease_duration_type,
        details.bootp_lease_duration,
    );
    if lease
        != (
            left_alone.bootp_lease_duration_type,
            left_alone.bootp_lease_duration,
        )
    {
        fields.put(
            "bootp_lease",
            lease_value(lease, "the BOOTP lease", unsayable)?,
        );
    }
    if details.dns_update_type != left_alone.dns_update_type {
        if details.dns_update_type == DhcpDnsUpdateType::None {
            return Err(unsayable("the way of DNS updates", "None".to_owned()));
        }
        fields.put("dns_update", Toml::text(details.dns_update_type.name()));
    }
    let switches = [
        ("dns_name_protection", details.dns_name_protection_status),
        (
            "dns_discard_records",
            details.discard_dns_record_on_lease_deletion_status,
        ),
        (
            "dns_not_requesting",
            details.dns_not_requesting_clients_update_type,
        ),
    ];
    for (key, value) in switches {
        match value {
            Enablement::Disabled => {}
            Enablement::Enabled => fields.put(key, Toml::Bool(true)),
            Enablement::None => return Err(unsayable(&format!("`{key}`"), "None".to_owned())),
        }
    }
    if !details.exclusion_ranges.is_empty() {
        let exclusions = details.exclusion_ranges.iter();
        let exclusions = exclusions.map(|range| Toml::text(&exclusion_text(*range)));
        fields.put("exclusions", Toml::List(exclusions.collect()));
    }
    Ok(())
}

fn range_text((first, last): (IpAddr, IpAddr)) -> String {
    format!("{first}-{last}")
}

fn exclusion_text((first, last): (IpAddr, IpAddr)) -> String {
    if first == last {
        first.to_string()
    } else {
        range_text((first, last))
    }
}

fn lease_value(
    (kind, duration): (DhcpLeaseDurationType, SerDuration),
    what: &str,
    unsayable: &dyn Fn(&str, String) -> NotWritable,
) -> Result<Toml, NotWritable> {
    match kind {
        DhcpLeaseDurationType::Unlimited if duration == SerDuration::ZERO => {
            Ok(Toml::text("unlimited"))
        }
        DhcpLeaseDurationType::Limited
            if SerDuration::from_short(&duration.to_short()) == Some(duration) =>
        {
            Ok(Toml::text(&duration.to_short()))
        }
        _ => Err(unsayable(what, format!("{} {duration}", kind.name()))),
    }
}

pub(super) fn option(option: &OptionValue) -> Toml {
    let mut fields = Fields::default();
    fields.put("id", Toml::Int(i64::from(option.id)));
    fields.put(
        "value",
        match option.values.as_slice() {
            [one] => Toml::text(one),
            values => Toml::List(values.iter().map(|value| Toml::text(value)).collect()),
        },
    );
    fields.some(
        "vendor_class",
        option.vendor_class.as_deref().map(Toml::text),
    );
    fields.some("user_class", option.user_class.as_deref().map(Toml::text));
    fields.table()
}
