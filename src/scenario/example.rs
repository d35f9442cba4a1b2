//! How each key that takes a table, or a list of tables, is written: short right examples.
//!
//! The reader shows one where something else stands there, and the reference of the language shows all of them. A test of
//! the schema holds that there is one for each such key, and reads each.

/// Keys and what is written behind them. Rows are those of a world with the servers `S` and `P1`, the relation `R1` and the
/// scopes `A` and `A on P1`.
pub const EXAMPLES: &[(&str, &str)] = &[
    ("readings", r#"{ OQ-1 = "literal" }"#),
    ("cases", r#"[{ name = "short", lease = "1h" }]"#),
    ("world", r#"{ servers = [{ name = "S" }] }"#),
    (
        "caller",
        r#"{ policies = [{ role = "IPAM MSM Administrator" }] }"#,
    ),
    ("policies", r#"[{ role = "IPAM MSM Administrator" }]"#),
    ("roles", r#"[{ name = "readers", operations = [] }]"#),
    ("servers", r#"[{ name = "S" }, { name = "P1" }]"#),
    (
        "relations",
        r#"[{ name = "R1", server1 = "S", server2 = "P1" }]"#,
    ),
    (
        "scopes",
        r#"[{ name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1" }]"#,
    ),
    ("partner", r#"[{ does = "refuse", on = "create" }]"#),
    ("option_definitions", "[{ id = 6 }]"),
    ("options", r#"[{ id = 6, value = "10.0.0.53" }]"#),
    ("steps", "[{ replicate = {} }]"),
    ("replicate", r#"{ server = "S" }"#),
    ("connect", "{}"),
    ("initialize", r#"{ server = "S" }"#),
    ("set", "{ RecordId = 7 }"),
    ("start", "{}"),
    ("keepalive", "{ times = 3 }"),
    ("send_callback", r#"{ name = "SetOverallStatus" }"#),
    ("send_xml", r#"{ action = "urn:a", body = "<a/>" }"#),
    ("send_bytes", r#"{ hex = "06 FF" }"#),
    ("close", "{}"),
    ("drop", "{}"),
    ("wait", r#"{ for = "5m" }"#),
    ("change", r#"{ scope = "A", lease = "2d" }"#),
    ("after", r#"{ event = "AddSubTask", nth = 2 }"#),
    ("expect", r#"{ overall = "CompletedWithSuccess" }"#),
    ("fault", r#"{ stage = "initialize" }"#),
    ("tracker", "{ subtasks = 1 }"),
    ("changed", r#"[{ scope = "A on P1", lease = "2d" }]"#),
    ("created", r#"[{ server = "P1", like = "A" }]"#),
    ("deleted", r#"[{ scope = "A on P1" }]"#),
    ("grades", r#"{ callbacks = "SOFT" }"#),
    ("cites", r#"{ overall = "R-31-2" }"#),
];

/// `key = value` as it may be written, for a key that takes a table or a list of tables.
#[must_use]
pub fn example(key: &str) -> Option<String> {
    EXAMPLES
        .iter()
        .find(|(name, _)| *name == key)
        .map(|(name, value)| format!("{name} = {value}"))
}
