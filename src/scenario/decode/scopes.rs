//! `world.scopes`: what is written, what `like` brings, what is left to the defaults, and whether it fits together.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use crate::model::{ScopeDetails, SerDuration};
use crate::scenario::RowSpans;
use crate::scenario::decode::context::Context;
use crate::scenario::decode::names::{Item, Names};
use crate::scenario::decode::scope_keys::{
    Keys, OptionSpans, SCOPE_KEYS, depends_on_count, read_keys,
};
use crate::scenario::decode::servers::SameIds;
use crate::scenario::decode::validity::{is_valid, misfit};
use crate::scenario::decode::values::{self, Subnet};
use crate::scenario::error::{LoadCode, LoadError};
use crate::spec::{
    AddressFamily, DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpLeaseDurationType,
    DhcpScopeStatus, DhcpServingClientsType, Enablement,
};
use crate::verdict::Span;
use crate::world::{RowKind, Scope, World};

/// ManagedBy of a range row that says nothing else.
pub(crate) const MANAGED_BY: &str = "MSDHCP";
const DEFAULT_LEASE_DAYS: u32 = 8;
const DEFAULT_BOOTP_LEASE_DAYS: u32 = 30;

/// Reads the scopes.
pub(super) fn decode(
    cx: &mut Context<'_>,
    items: &[Item<'_>],
    names: &Names,
    world: &mut World,
    spans: &mut RowSpans,
) {
    let mut seen: HashMap<(usize, IpAddr), Span> = HashMap::new();
    let mut ids = SameIds::default();
    let mut broken: HashSet<usize> = HashSet::new();
    for item in items {
        cx.keys(item.table, SCOPE_KEYS);
        cx.count = 1;
        if item.table.get("subnet").is_none() && item.table.get("like").is_none() {
            cx.missing_key(item.span, "subnet");
        }
        cx.required(item.table, item.span, "server");
        let depends_on_count = depends_on_count(item.table);
        let mut keys = read_keys(cx, item.table, names, world);
        for count in 1..=item.repeat {
            cx.count = count;
            if depends_on_count && count > 1 {
                keys = read_keys(cx, item.table, names, world);
            }
            let mut row = Row {
                broken: &broken,
                ran_out: false,
                found_before: cx.errors.found(),
                cx: &mut *cx,
                item,
                names,
                world,
                keys: &keys,
            };
            let mut scope = row.scope();
            let subnet_at = row.subnet_or_like().map(|(_, at)| at);
            let ran_out = row.ran_out;
            spans.models.extend(row.model());
            if row.is_broken() {
                broken.insert(world.scopes.len());
            }
            if let (Some(server), Some(at), false) = (keys.server, subnet_at, ran_out) {
                let key = (server, scope.details.scope_id);
                if let Some(earlier) = seen.get(&key) {
                    cx.push(
                        LoadError::new(
                            LoadCode::SubnetTwice,
                            at,
                            "network address twice on one server",
                        )
                        .found(scope.details.scope_id.to_string())
                        .label(*earlier, "first scope with that address"),
                    );
                } else {
                    seen.insert(key, at);
                }
            }
            if let Some(node) = item.table.get("same_id_as") {
                let family_of =
                    |scope: &Scope| world.servers.get(scope.server).map(|server| server.family);
                let family = family_of(&scope).unwrap_or(AddressFamily::InterNetwork);
                let place = world.scopes.len();
                let families = |place: usize| world.scopes.get(place).and_then(family_of);
                scope.same_id_as =
                    ids.resolve(cx, names, RowKind::Scope, node, place, family, families);
            }
            let held =
                scope.options.len() + scope.details.exclusion_ranges.len() + scope.relations.len();
            cx.weigh(held, text_bytes(&scope), item.table, item.span);
            if cx.errors.stopped {
                return;
            }
            world.scopes.push(scope);
            spans.scopes.push(item.span);
        }
        cx.count = 1;
    }
}

/// The text that a scope holds.
fn text_bytes(scope: &Scope) -> usize {
    let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let options = scope.options.iter().map(|option| {
        let values: usize = option.values.iter().map(String::len).sum();
        values + optional(&option.vendor_class) + optional(&option.user_class)
    });
    scope.details.scope_name.len()
        + scope.details.description.len()
        + optional(&scope.superscope)
        + scope.access_scope.len()
        + scope.managed_by.len()
        + optional(&scope.managed_by_entity)
        + options.sum::<usize>()
}

/// One row of the world in the making.
struct Row<'r, 'c> {
    /// Rows with a mistake in them: what others take from them is not judged.
    broken: &'r HashSet<usize>,
    /// The subnets of a `repeat` ran past the last address.
    ran_out: bool,
    /// The mistakes found before this row was put together.
    found_before: usize,
    cx: &'r mut Context<'c>,
    item: &'r Item<'r>,
    names: &'r Names,
    world: &'r World,
    keys: &'r Keys,
}

impl Row<'_, '_> {
    /// The subnet and the place that gives it: `subnet`, or else `like`.
    fn subnet_or_like(&self) -> Option<(Option<Subnet>, Span)> {
        let written = self.keys.subnet.map(|(subnet, at)| (Some(subnet), at));
        written.or_else(|| {
            let at = self.item.table.get("like")?.span;
            (!self.keys.subnet_is_written).then_some((None, at))
        })
    }

    /// Whether a mistake was found in putting it together, or it is like a row that has one.
    fn is_broken(&self) -> bool {
        self.keys.is_broken
            || self.cx.errors.found() > self.found_before
            || self
                .model()
                .is_some_and(|place| self.broken.contains(&place))
    }

    /// The place of the scope that `like` names, if there is one.
    fn model(&self) -> Option<usize> {
        let node = self.item.table.get("like")?;
        let name = self.cx.text_of(node)?;
        self.names.scopes.get(&name)
    }

    /// The scope that `like` names: declared earlier.
    fn like(&mut self) -> Option<&'_ Scope> {
        let node = self.item.table.get("like")?;
        let place = self.names.resolve(self.cx, RowKind::Scope, node)?;
        if place >= self.world.scopes.len() {
            let name = self.cx.text_of(node).unwrap_or_default();
            self.cx.push(
                LoadError::new(LoadCode::UnknownName, node.span, "scope not declared yet")
                    .found(name)
                    .expected("a scope declared earlier"),
            );
        }
        self.world.scopes.get(place)
    }

    fn moved(&mut self, subnet: Subnet) -> Subnet {
        let moved = subnet.moved(self.cx.count - 1);
        self.ran_out = moved.is_none();
        if moved.is_none()
            && let Some(node) = self.item.table.get("repeat")
        {
            self.cx.malformed(
                node,
                "repeated subnets run past the last address",
                "as many rows as there are subnets of this size",
            );
        }
        moved.unwrap_or(subnet)
    }

    fn scope(&mut self) -> Scope {
        let like = self.like().cloned();
        let keys = self.keys;
        let subnet = match keys.subnet {
            Some((subnet, _)) => self.moved(subnet),
            None => like.as_ref().map_or(PLACEHOLDER, |like| Subnet {
                network: like.details.scope_id,
                prefix: like.details.prefix_length,
            }),
        };
        let details = self.details(subnet, like.as_ref());
        let options = match (&keys.options, &like) {
            (Some(options), _) => options.iter().map(|(option, _)| option.clone()).collect(),
            (None, Some(like)) => like.options.clone(),
            (None, None) => Vec::new(),
        };
        let scope = Scope {
            name: self
                .item
                .table
                .get("name")
                .and_then(|node| self.cx.text_of(node))
                .unwrap_or_default(),
            server: keys.server.unwrap_or(0),
            details,
            relations: keys.relations.clone(),
            options,
            superscope: keys.superscope.clone(),
            access_scope: keys
                .access_scope
                .clone()
                .unwrap_or_else(|| crate::spec::authorization::GLOBAL_ACCESS_SCOPE.to_owned()),
            managed_by: keys
                .managed_by
                .clone()
                .unwrap_or_else(|| MANAGED_BY.to_owned()),
            managed_by_entity: keys.managed_by_entity.clone(),
            missing: keys.missing,
            same_id_as: None,
        };
        let has_subnet = keys.subnet.is_some() || (like.is_some() && !keys.subnet_is_written);
        if has_subnet {
            self.check_family(subnet);
            // An address that cannot be read was complained about: what is left does not tell whether the row is valid.
            if !self.is_broken() {
                self.check_validity(subnet, &scope, like.is_some());
            }
            self.check_options(&scope);
        }
        scope
    }

    fn details(&self, subnet: Subnet, like: Option<&Scope>) -> ScopeDetails {
        let keys = self.keys;
        let mut details = like.map_or_else(|| defaults(subnet), |like| like.details.clone());
        if keys.subnet.is_some() {
            details.scope_id = subnet.network;
            details.prefix_length = subnet.prefix;
            details.subnet_mask = subnet.network.is_ipv4().then(|| subnet.mask());
        }
        if let Some((mask, _)) = keys.mask {
            details.subnet_mask = Some(mask);
        }
        if let Some(((first, last), _)) = keys.range {
            details.start_address = first;
            details.end_address = last;
        }
        if let Some(name) = &keys.scope_name {
            details.scope_name.clone_from(name);
        }
        if let Some(description) = &keys.description {
            details.description.clone_from(description);
        }
        if let Some((kind, duration)) = keys.lease {
            details.lease_duration_type = kind;
            details.lease_duration = duration;
        }
        if let Some((kind, duration)) = keys.bootp_lease {
            details.bootp_lease_duration_type = kind;
            details.bootp_lease_duration = duration;
        }
        if let Some(exclusions) = &keys.exclusions {
            details.exclusion_ranges = exclusions.iter().map(|(range, _)| *range).collect();
        }
        put(&mut details.status, keys.status);
        put(&mut details.subnet_delay, keys.subnet_delay);
        put(&mut details.serving_clients_type, keys.serving);
        put(&mut details.dns_update_type, keys.dns_update);
        put(
            &mut details.dns_name_protection_status,
            keys.dns_name_protection,
        );
        put(
            &mut details.discard_dns_record_on_lease_deletion_status,
            keys.dns_discard_records,
        );
        put(
            &mut details.dns_not_requesting_clients_update_type,
            keys.dns_not_requesting,
        );
        // Not replicated, so never those of `like`.
        details.number_of_active_leases = keys.active_leases;
        details.failover_config_sync_status =
            keys.sync.unwrap_or(DhcpFailoverConfigSyncStatus::Unknown);
        details
    }

    fn check_family(&mut self, subnet: Subnet) {
        let server = self
            .keys
            .server
            .and_then(|place| self.world.servers.get(place));
        let (Some(server), Some((_, at))) = (server, self.subnet_or_like()) else {
            return;
        };
        if server.family != values::family(subnet.network) {
            let expected = match server.family {
                AddressFamily::InterNetwork => "an IPv4 subnet",
                AddressFamily::InterNetworkV6 => "an IPv6 subnet",
            };
            self.cx.push(
                LoadError::new(
                    LoadCode::Subnet,
                    at,
                    "address family does not fit the server",
                )
                .found(subnet.to_string())
                .expected(expected),
            );
        }
        for (address, at) in self.keys.mask.iter() {
            if values::family(*address) != values::family(subnet.network) {
                self.cx.push(
                    LoadError::new(
                        LoadCode::Subnet,
                        *at,
                        "address family does not fit the subnet",
                    )
                    .found(address.to_string()),
                );
            }
        }
    }

    /// The server that lists its definitions or classes has those that its scopes use.
    fn check_options(&mut self, scope: &Scope) {
        let Some(server) = self
            .keys
            .server
            .and_then(|place| self.world.servers.get(place))
        else {
            return;
        };
        let like = self.item.table.get("like").map(|node| node.span);
        for (number, option) in scope.options.iter().enumerate() {
            let spans = self
                .keys
                .options
                .as_ref()
                .and_then(|options| options.get(number));
            let place = |part: fn(&OptionSpans) -> Option<Span>| {
                spans
                    .map_or(like, |(_, spans)| part(spans))
                    .unwrap_or(self.item.span)
            };
            if let Some(definitions) = &server.option_definitions
                && !definitions
                    .iter()
                    .any(|known| known.id == option.id && known.vendor_class == option.vendor_class)
            {
                let class = option.vendor_class.as_ref();
                let found = match class {
                    None => option.id.to_string(),
                    Some(class) => format!("{}/{class}", option.id),
                };
                self.cx.push(
                    LoadError::new(
                        LoadCode::UnknownName,
                        place(|spans| Some(spans.id)),
                        "option without a definition on the server",
                    )
                    .found(found)
                    .expected("an option of `option_definitions`"),
                );
            }
            let classes = [
                (
                    "vendor class",
                    &option.vendor_class,
                    &server.vendor_classes,
                    place(|spans| spans.vendor_class),
                ),
                (
                    "user class",
                    &option.user_class,
                    &server.user_classes,
                    place(|spans| spans.user_class),
                ),
            ];
            for (what, class, listed, at) in classes {
                if let (Some(class), Some(listed)) = (class, listed)
                    && !listed.contains(class)
                {
                    self.cx
                        .unknown_name(at, what, class, listed.iter().map(String::as_str));
                }
            }
        }
    }

    /// What ValidateDhcpScope asks for, and that exclusions lie in the subnet.
    fn check_validity(&mut self, subnet: Subnet, scope: &Scope, has_like: bool) {
        let Some((_, at)) = self.subnet_or_like() else {
            return;
        };
        if let Some(invalid) = self.keys.invalid {
            if is_valid(&scope.details) {
                self.cx.push(
                    LoadError::new(
                        LoadCode::InvalidYetValid,
                        invalid,
                        "`invalid` on a row that is valid",
                    )
                    .expected("a subnet, mask or range that ValidateDhcpScope refuses"),
                );
            }
            return;
        }
        if let Some(entry) = self.item.table.entry("mask") {
            self.cx.push(
                LoadError::new(
                    LoadCode::Exclusive,
                    entry.key_span,
                    "keys that exclude each other",
                )
                .found("mask")
                .expected("`mask` only with `invalid = true`"),
            );
        }
        if !subnet.prefix_in_bounds() {
            let expected = if subnet.network.is_ipv4() {
                "a prefix from 1 to 30"
            } else {
                "a prefix from 1 to 127"
            };
            self.cx.push(
                LoadError::new(LoadCode::Subnet, at, "prefix out of bounds")
                    .found(subnet.to_string())
                    .expected(expected),
            );
            return;
        }
        if !subnet.is_network() {
            let (first, _) = subnet.ends();
            self.cx.push(
                LoadError::new(LoadCode::Subnet, at, "subnet with host bits set")
                    .found(subnet.to_string())
                    .expected(format!("`{first}/{}`", subnet.prefix)),
            );
            return;
        }
        let before = self.cx.errors.found();
        let range = (scope.details.start_address, scope.details.end_address);
        let range_at = self.keys.range.map_or(at, |(_, at)| at);
        let range_is_ours = self.keys.range_is_written || !has_like;
        if let Some(error) = misfit(subnet, range, range_at, true) {
            self.cx
                .push(if range_is_ours && self.keys.range_is_written {
                    error
                } else if range_is_ours {
                    error.help("this subnet has no default range: write `range`")
                } else {
                    error.help("`like` brings this range: write `range`, too")
                });
        }
        match &self.keys.exclusions {
            Some(exclusions) => {
                for (exclusion, at) in exclusions {
                    if let Some(error) = misfit(subnet, *exclusion, *at, false) {
                        self.cx.push(error);
                    }
                }
            }
            None => {
                for exclusion in &scope.details.exclusion_ranges {
                    if let Some(error) = misfit(subnet, *exclusion, at, false) {
                        self.cx.push(
                            error.help("`like` brings this exclusion: write `exclusions`, too"),
                        );
                    }
                }
            }
        }
        if self.cx.errors.found() == before && !is_valid(&scope.details) {
            self.cx.push(
                LoadError::new(LoadCode::Subnet, at, "a row that ValidateDhcpScope refuses")
                    .found(subnet.to_string())
                    .help("`like` brings a mask that does not fit: say `invalid = true`"),
            );
        }
    }
}

/// Stands for a subnet that cannot be read, so that the rest of the row can.
const PLACEHOLDER: Subnet = Subnet {
    network: IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED),
    prefix: 24,
};

fn put<T>(column: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *column = value;
    }
}

/// The columns of a scope of which nothing is said but its subnet.
pub(in crate::scenario) fn defaults(subnet: Subnet) -> ScopeDetails {
    let (start_address, end_address) = subnet.default_range();
    ScopeDetails {
        scope_id: subnet.network,
        subnet_mask: subnet.network.is_ipv4().then(|| subnet.mask()),
        prefix_length: subnet.prefix,
        start_address,
        end_address,
        scope_name: subnet.network.to_string(),
        description: String::new(),
        status: DhcpScopeStatus::Activated,
        subnet_delay: 0,
        lease_duration_type: DhcpLeaseDurationType::Limited,
        lease_duration: SerDuration::from_days(DEFAULT_LEASE_DAYS),
        serving_clients_type: DhcpServingClientsType::Dhcp,
        bootp_lease_duration_type: DhcpLeaseDurationType::Limited,
        bootp_lease_duration: SerDuration::from_days(DEFAULT_BOOTP_LEASE_DAYS),
        dns_update_type: DhcpDnsUpdateType::DynamicUpdateOnRequestByClient,
        dns_name_protection_status: Enablement::Disabled,
        discard_dns_record_on_lease_deletion_status: Enablement::Disabled,
        dns_not_requesting_clients_update_type: Enablement::Disabled,
        exclusion_ranges: BTreeSet::new(),
        number_of_active_leases: 0,
        failover_config_sync_status: DhcpFailoverConfigSyncStatus::Unknown,
    }
}
