//! `[world]`: who asks, what exists beside rows, how the partner behaves.

use crate::scenario::limits::LISTED_MAX;
use crate::schema::kind::{Key, Kind, Table};
use crate::schema::tables::values::{duration, exception_id};
use crate::spec::authorization::{SECURITY_GROUPS, operations};
use crate::world::Does;

pub(super) fn tables() -> Vec<Table> {
    vec![world(), caller(), policy(), role(), partner()]
}

fn world() -> Table {
    let keys = vec![
        Key::new("provisioned", Kind::Flag, "false: the store is not configured (R-PRE-3).").default(true),
        Key::new(
            "schema_conversion_required",
            Kind::Flag,
            "The store's schema has to be converted first (R-PRE-4).",
        )
        .default(false),
        Key::new("caller", Kind::Table("caller"), "Who opens the sessions.")
            .default_words("an IPAM MSM administrator"),
        Key::new(
            "roles",
            Kind::list_to(Kind::Table("role"), LISTED_MAX),
            "Own roles; the built-in ones are known by name.",
        )
        .default(Vec::<String>::new()),
        Key::new(
            "access_scopes",
            Kind::list_to(Kind::Name("new name"), LISTED_MAX),
            "Access scopes beside the built-in `Global`.",
        )
        .default(Vec::<String>::new()),
        Key::new("servers", Kind::list(Kind::Table("server")), "The DHCP servers.")
            .default(Vec::<String>::new()),
        Key::new("relations", Kind::list(Kind::Table("relation")), "The failover relations between two servers.")
            .default(Vec::<String>::new()),
        Key::new("scopes", Kind::list(Kind::Table("scope")), "The scopes on the servers.")
            .default(Vec::<String>::new()),
        Key::new(
            "partner",
            Kind::list(Kind::Table("partnerRule")),
            "How the failover partner behaves: rules that are tried in order. Without one it accepts.",
        )
        .default(Vec::<String>::new()),
    ];
    Table::new(
        "world",
        Some("`[world]`"),
        "What the store holds, who asks, how the partner behaves. Every row has a name; record ids are never written.",
        keys,
    )
}

fn caller() -> Table {
    let keys = vec![
        Key::new(
            "groups",
            Kind::list_to(Kind::words(SECURITY_GROUPS), LISTED_MAX),
            "The security groups whose member the caller is.",
        )
        .default(Vec::<String>::new()),
        Key::new(
            "policies",
            Kind::list_to(Kind::Table("policy"), LISTED_MAX),
            "The roles that the caller has, and where.",
        )
        .default(Vec::<String>::new()),
        Key::new(
            "local_administrator",
            Kind::Flag,
            "The caller is a local administrator of the IPAM server.",
        )
        .default(false),
    ];
    Table::new(
        "caller",
        Some("`caller`"),
        "Who opens a session. A key left out is empty: `caller = {}` has no right at all.",
        keys,
    )
}

fn policy() -> Table {
    let keys = vec![
        Key::new(
            "role",
            Kind::Name("role"),
            "A role of the world, or a built-in one.",
        )
        .required(),
        Key::new(
            "access_scope",
            Kind::Name("access scope"),
            "Where the role is held.",
        )
        .default("Global"),
        Key::new(
            "via",
            Kind::words(&["user", "group"]),
            "Held by the caller, or by a group of theirs.",
        )
        .default("user"),
    ];
    Table::new(
        "policy",
        Some("`caller.policies`"),
        "A role that the caller holds.",
        keys,
    )
}

fn role() -> Table {
    let keys = vec![
        Key::new("name", Kind::Name("new name"), "What the role is called.").required(),
        Key::new(
            "operations",
            Kind::list(Kind::words(&operations().collect::<Vec<_>>())),
            "The authorization operations that the role allows.",
        )
        .required(),
    ];
    Table::new(
        "role",
        Some("`world.roles`"),
        "A role of the world's own.",
        keys,
    )
}

fn partner() -> Table {
    let does: Vec<&str> = Does::ALL.iter().map(|does| does.name()).collect();
    let keys = vec![
        Key::new(
            "does",
            Kind::words(&does),
            "`accept`; `refuse`: not applied, a fault; `unreachable`: not applied, a fault after a time-out; `late`: applied, answered after `delay`; `lose-answer`: applied, yet a fault for the delegate.",
        )
        .required(),
        Key::new("server", Kind::Name("server"), "Only requests to this partner server.").default_words("any"),
        Key::new("scope", Kind::Name("scope"), "Only requests for this source scope.").default_words("any"),
        Key::new("on", Kind::words(&["create", "update"]), "Only requests of this kind.").default_words("both"),
        Key::new("after", Kind::count(0), "How many matching requests are let through first.").default(0),
        Key::new("times", Kind::count(1), "How many requests it then hits before it is spent.")
            .default_words("no end"),
        Key::new("delay", duration(), "How long it takes, in virtual time; only with `late` and `unreachable`.")
            .default("30s"),
        Key::new("detail", exception_id(), "The IpamExceptionId of the fault.").default_words("by kind"),
    ];
    Table::new(
        "partnerRule",
        Some("`world.partner`"),
        "A rule for the partner. Of each create or update that reaches it, the first rule that matches and is not spent takes the request.",
        keys,
    )
}
