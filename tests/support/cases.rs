//! Cases that several tests put to servers.

#![allow(dead_code, reason = "each test uses a part of it")]

use ipamconf::scenario::{Case, Source, read};

/// An operation that ends in failure in every store.
pub(crate) const UNKNOWN_SERVER: &str = r#"
title = "a server that nobody knows has no scopes"
requirements = ["R-31-3a"]

[[steps]]
replicate = { server = "unknown" }

[world]
servers = [{ name = "S" }]

[expect]
overall = "CompletedWithFailure"
"#;

/// Parameters that are refused in every store.
pub(crate) const NULL_PARAMETERS: &str = r#"
title = "null parameters are refused"
requirements = ["R-INIT-2"]

[[steps]]
initialize = { parameters = "nil" }

[expect]
fault = { stage = "initialize" }
"#;

/// The one case of a scenario.
pub(crate) fn case(text: &str) -> Case {
    read("case", Source::new("case.toml", text))
        .unwrap_or_else(|rejected| panic!("{:?}", rejected.errors))
        .cases
        .remove(0)
}
