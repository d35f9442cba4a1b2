//! Columns as authors write them: as typed values for rows, as canonical texts for expectations.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::model::SerDuration;
use crate::scenario::decode::context::Context;
use crate::scenario::decode::names::Names;
use crate::scenario::decode::scope_keys::OptionSpans;
use crate::scenario::decode::servers::option_id;
use crate::scenario::decode::validity::{is_valid, misfit};
use crate::scenario::decode::values::{self, Subnet};
use crate::scenario::decode::world::{self, access_scope};
use crate::scenario::error::{LoadCode, LoadError};
use crate::scenario::tree::{Entry, Kind, Node, Table};
use crate::scenario::{Column, ColumnValue, RowRef, RowTarget, Spanned, lease_text};
use crate::spec::{
    DhcpDnsUpdateType, DhcpFailoverConfigSyncStatus, DhcpLeaseDurationType, DhcpScopeStatus,
    DhcpServingClientsType, Enablement,
};
use crate::verdict::Span;
use crate::world::{End, OptionValue, RowKind, World};

/// `10.0.1.0/24`.
pub(super) fn subnet(cx: &mut Context<'_>, node: &Node) -> Option<Subnet> {
    let text = cx.text(node)?;
    let subnet = Subnet::from_text(&text);
    if subnet.is_none() {
        cx.malformed(node, "malformed subnet", "a subnet such as `10.0.1.0/24`");
    }
    subnet
}

/// An address.
pub(super) fn address(cx: &mut Context<'_>, node: &Node) -> Option<IpAddr> {
    let text = cx.text(node)?;
    let address = text.parse().ok();
    if address.is_none() {
        cx.malformed(
            node,
            "malformed address",
            "an address such as `255.255.255.0`",
        );
    }
    address
}

/// `10.0.1.1-10.0.1.254`.
pub(super) fn range(cx: &mut Context<'_>, node: &Node) -> Option<(IpAddr, IpAddr)> {
    let text = cx.text(node)?;
    let range = values::range(&text);
    if range.is_none() {
        cx.malformed(
            node,
            "malformed range",
            "a range such as `10.0.1.1-10.0.1.254`",
        );
    }
    range
}

/// `Activated` or `Deactivated`.
pub(super) fn status(cx: &mut Context<'_>, node: &Node) -> Option<DhcpScopeStatus> {
    let words = ["Activated", "Deactivated"];
    cx.member(node, "DhcpScopeStatus", &words, |word| {
        DhcpScopeStatus::from_name(word).filter(|member| *member != DhcpScopeStatus::None)
    })
}

/// A duration or `unlimited`.
pub(super) fn lease(
    cx: &mut Context<'_>,
    node: &Node,
) -> Option<(DhcpLeaseDurationType, SerDuration)> {
    let text = cx.text(node)?;
    if text == "unlimited" {
        return Some((DhcpLeaseDurationType::Unlimited, SerDuration::ZERO));
    }
    let duration = values::duration(&text).and_then(SerDuration::from_duration);
    if duration.is_none() {
        cx.malformed(
            node,
            "malformed duration",
            "a duration such as `8d` or `1h30m`, or `unlimited`",
        );
    }
    Some((DhcpLeaseDurationType::Limited, duration?))
}

/// A whole number.
pub(super) fn subnet_delay(cx: &mut Context<'_>, node: &Node) -> Option<i64> {
    let delay = cx.count_between(node, 0, i64::MAX as u64)?;
    i64::try_from(delay).ok()
}

/// `Dhcp`, `Bootp` or `Both`.
pub(super) fn serving(cx: &mut Context<'_>, node: &Node) -> Option<DhcpServingClientsType> {
    let words = ["Dhcp", "Bootp", "Both"];
    cx.member(node, "DhcpServingClientsType", &words, |word| {
        DhcpServingClientsType::from_name(word)
            .filter(|member| *member != DhcpServingClientsType::None)
    })
}

/// A member of DhcpDnsUpdateType.
pub(super) fn dns_update(cx: &mut Context<'_>, node: &Node) -> Option<DhcpDnsUpdateType> {
    let words = [
        "Never",
        "DynamicUpdateOnRequestByClient",
        "DynamicUpdateAlways",
    ];
    cx.member(node, "DhcpDnsUpdateType", &words, |word| {
        DhcpDnsUpdateType::from_name(word).filter(|member| *member != DhcpDnsUpdateType::None)
    })
}

/// true for Enabled, false for Disabled.
pub(super) fn enablement(cx: &mut Context<'_>, node: &Node) -> Option<Enablement> {
    cx.boolean(node).map(|enabled| {
        if enabled {
            Enablement::Enabled
        } else {
            Enablement::Disabled
        }
    })
}

/// A member of DhcpFailoverConfigSyncStatus.
pub(super) fn sync(cx: &mut Context<'_>, node: &Node) -> Option<DhcpFailoverConfigSyncStatus> {
    let words: Vec<&str> = DhcpFailoverConfigSyncStatus::ALL
        .iter()
        .map(|member| member.name())
        .collect();
    cx.member(
        node,
        "DhcpFailoverConfigSyncStatus",
        &words,
        DhcpFailoverConfigSyncStatus::from_name,
    )
}

/// A list of ranges or addresses.
pub(super) fn exclusions(
    cx: &mut Context<'_>,
    node: &Node,
) -> Option<Vec<((IpAddr, IpAddr), Span)>> {
    let items = cx.list(node, "ranges and addresses")?;
    let mut exclusions = Vec::new();
    for item in items {
        let Some(text) = cx.text(item) else { continue };
        match values::exclusion(&text) {
            Some(range) => exclusions.push((range, item.span)),
            None => cx.malformed(
                item,
                "malformed range",
                "`10.0.1.1-10.0.1.9`, or `10.0.1.1`",
            ),
        }
    }
    Some(exclusions)
}

/// A list of option values; each option once.
pub(super) fn options(cx: &mut Context<'_>, node: &Node) -> Vec<(OptionValue, OptionSpans)> {
    let mut options: Vec<(OptionValue, OptionSpans)> = Vec::new();
    let listed = cx.listed(Some(node));
    for (span, table) in cx.tables(listed, "options") {
        cx.keys(table, &["id", "value", "vendor_class", "user_class"]);
        let id_node = cx.required(table, span, "id");
        let id = id_node.and_then(|node| option_id(cx, node));
        let values = cx
            .required(table, span, "value")
            .and_then(|node| match &node.kind {
                Kind::List(_) => Some(cx.texts(node)?.into_iter().map(|text| text.value).collect()),
                _ => cx.text(node).map(|text| vec![text]),
            });
        let class = |cx: &mut Context<'_>, key: &str| table.get(key).and_then(|node| cx.text(node));
        let vendor_class = class(cx, "vendor_class");
        let user_class = class(cx, "user_class");
        let (Some(id), Some(values), Some(id_node)) = (id, values, id_node) else {
            continue;
        };
        let option = OptionValue {
            id,
            values,
            vendor_class,
            user_class,
        };
        let twice = options.iter().find(|(other, _)| {
            other.id == id
                && other.vendor_class == option.vendor_class
                && other.user_class == option.user_class
        });
        if let Some((_, earlier)) = twice {
            cx.push(
                LoadError::new(LoadCode::NameTwice, id_node.span, "option given twice")
                    .found(id.to_string())
                    .label(earlier.id, "first value of that option"),
            );
        }
        let spans = OptionSpans {
            id: id_node.span,
            vendor_class: table.get("vendor_class").map(|node| node.span),
            user_class: table.get("user_class").map(|node| node.span),
        };
        options.push((option, spans));
    }
    options
}

fn options_text(options: &[(OptionValue, OptionSpans)]) -> String {
    let class = |class: &Option<String>| {
        class
            .as_ref()
            .map_or_else(String::new, |name| format!("/{name}"))
    };
    let mut texts: Vec<String> = options
        .iter()
        .map(|(option, _)| {
            format!(
                "{}{}{}={}",
                option.id,
                class(&option.vendor_class),
                class(&option.user_class),
                option.values.join("|")
            )
        })
        .collect();
    texts.sort();
    texts.join(", ")
}

fn exclusions_text(exclusions: &[((IpAddr, IpAddr), Span)]) -> String {
    let sorted: BTreeSet<(IpAddr, IpAddr)> = exclusions.iter().map(|(range, _)| *range).collect();
    let texts: Vec<String> = sorted
        .iter()
        .map(|(first, last)| format!("{first}-{last}"))
        .collect();
    texts.join(", ")
}

/// How many values a column may be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arity {
    /// The one to set.
    One,
    /// One, or a list of those accepted.
    OneOrMore,
}

/// Reads columns into canonical texts.
pub(super) struct Columns<'a> {
    pub(super) names: &'a Names,
    pub(super) world: &'a World,
    pub(super) arity: Arity,
}

impl Columns<'_> {
    /// The columns of a table, leaving out the keys that mean something else there; others are reported.
    pub(super) fn read(
        &self,
        cx: &mut Context<'_>,
        table: &Table,
        columns: &[Column],
        other_keys: &[&str],
        row: Option<&RowRef>,
    ) -> Vec<ColumnValue> {
        let mut values = Vec::new();
        for entry in &table.entries {
            if other_keys.contains(&&*entry.key) {
                continue;
            }
            let Some(column) = columns
                .iter()
                .copied()
                .find(|column| column.key() == &*entry.key)
            else {
                let mut known: Vec<&str> = other_keys.to_vec();
                known.extend(columns.iter().map(|column| column.key()));
                cx.unknown_key(entry, &known);
                continue;
            };
            values.extend(self.column(cx, entry, column));
        }
        self.check_ranges(cx, table, row);
        values
    }

    fn column(&self, cx: &mut Context<'_>, entry: &Entry, column: Column) -> Option<ColumnValue> {
        let node = &entry.value;
        let is_one_list = matches!(column, Column::Exclusions | Column::Options)
            || (column == Column::Relation && self.arity == Arity::One);
        let values = if is_one_list || self.arity == Arity::One {
            vec![Spanned::new(self.value(cx, node, column)?, node.span)]
        } else {
            cx.one_or_more(node, |cx, node| self.value(cx, node, column))?
                .values
        };
        Some(ColumnValue {
            column,
            values,
            key_span: entry.key_span,
        })
    }

    fn value(&self, cx: &mut Context<'_>, node: &Node, column: Column) -> Option<String> {
        match column {
            Column::Subnet => {
                let subnet = subnet(cx, node)?;
                if !subnet.is_network() {
                    let (first, _) = subnet.ends();
                    cx.push(
                        LoadError::new(LoadCode::Subnet, node.span, "subnet with host bits set")
                            .found(subnet.to_string())
                            .expected(format!("`{first}/{}`", subnet.prefix)),
                    );
                }
                Some(subnet.to_string())
            }
            Column::Mask => match cx.text_of(node).as_deref() {
                Some("none") => Some("none".to_owned()),
                _ => address(cx, node).map(|address| address.to_string()),
            },
            Column::Range => {
                let (first, last) = range(cx, node)?;
                if first >= last {
                    cx.push(
                        LoadError::new(
                            LoadCode::Range,
                            node.span,
                            "range backwards or of one address",
                        )
                        .found(format!("{first}-{last}"))
                        .expected("the lower address first"),
                    );
                }
                Some(format!("{first}-{last}"))
            }
            Column::Status => status(cx, node).map(|member| member.name().to_owned()),
            Column::Lease | Column::BootpLease => {
                lease(cx, node).map(|(kind, duration)| lease_text(kind, duration))
            }
            Column::SubnetDelay => subnet_delay(cx, node).map(|delay| delay.to_string()),
            Column::Serving => serving(cx, node).map(|member| member.name().to_owned()),
            Column::DnsUpdate => dns_update(cx, node).map(|member| member.name().to_owned()),
            Column::DnsNameProtection | Column::DnsDiscardRecords | Column::DnsNotRequesting => {
                cx.boolean(node).map(|enabled| enabled.to_string())
            }
            Column::Exclusions => {
                exclusions(cx, node).map(|exclusions| exclusions_text(&exclusions))
            }
            Column::Options => {
                let options = options(cx, node);
                Some(options_text(&options))
            }
            Column::Relation => self.relation(cx, node),
            Column::AccessScope => access_scope(cx, node, self.world),
            Column::ActiveLeases => cx
                .count_between(node, 0, i64::MAX as u64)
                .map(|leases| leases.to_string()),
            Column::Sync => sync(cx, node).map(|member| member.name().to_owned()),
            Column::ScopeName
            | Column::Description
            | Column::Superscope
            | Column::ManagedBy
            | Column::ManagedByEntity
            | Column::Host => cx.text(node),
            Column::Server1 | Column::Server2 => {
                let end = world::relation_end(cx, node, self.names)?;
                Some(match end {
                    End::Nil => "nil".to_owned(),
                    End::Zero => "0".to_owned(),
                    End::Server(_) => cx.text_of(node)?,
                })
            }
            Column::Mode => world::failover_mode(cx, node).map(|member| member.name().to_owned()),
        }
    }

    /// A relationship's name, `""` for none; where one value is set, also the list of all of them.
    fn relation(&self, cx: &mut Context<'_>, node: &Node) -> Option<String> {
        let items = match &node.kind {
            Kind::List(list) => list.items.as_slice(),
            _ if cx.text_of(node).as_deref() == Some("") => &[],
            _ => std::slice::from_ref(node),
        };
        let mut names = Vec::new();
        for item in items {
            self.names.resolve(cx, RowKind::Relation, item)?;
            names.extend(cx.text_of(item));
        }
        names.sort();
        names.dedup();
        Some(names.join(", "))
    }

    /// Ranges and exclusions lie in the subnet that the item names, or else in that of the world's row, if it is valid.
    fn check_ranges(&self, cx: &mut Context<'_>, table: &Table, row: Option<&RowRef>) {
        let written = table.get("subnet").map(|node| cx.text_of(node));
        let subnet = match (written, row) {
            (Some(text), _) => text.and_then(|text| Subnet::from_text(&text)),
            (
                None,
                Some(RowRef {
                    kind: RowKind::Scope,
                    target: RowTarget::World(place),
                    ..
                }),
            ) if table.get("like").is_none() => self.world.scopes.get(*place).and_then(|scope| {
                is_valid(&scope.details).then_some(Subnet {
                    network: scope.details.scope_id,
                    prefix: scope.details.prefix_length,
                })
            }),
            _ => None,
        };
        let Some(subnet) = subnet else { return };
        for (key, is_range) in [("range", true), ("exclusions", false)] {
            let Some(node) = table.get(key) else { continue };
            let items = match &node.kind {
                Kind::List(list) => list.items.as_slice(),
                _ => std::slice::from_ref(node),
            };
            for item in items {
                let Some(text) = cx.text_of(item) else {
                    continue;
                };
                let range = if is_range {
                    values::range(&text).filter(|(first, last)| first < last)
                } else {
                    values::exclusion(&text)
                };
                if let Some(error) =
                    range.and_then(|range| misfit(subnet, range, item.span, is_range))
                {
                    cx.push(error);
                }
            }
        }
    }
}
