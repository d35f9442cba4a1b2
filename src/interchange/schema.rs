//! The JSON Schema of what is exchanged.

use serde_json::json;

use crate::interchange::exec::{Answer, Request};
use crate::interchange::form::{Definitions, JsonForm};

/// Where the schema lies in the project.
pub const SCHEMA_FILE: &str = "schema/exec.schema.json";

/// The JSON Schema of a line of `exec`, draft 2020-12, with a line end at its end. Worlds, stores, events, messages and
/// changes are definitions in it.
#[must_use]
pub fn json_schema() -> String {
    let mut definitions = Definitions::default();
    let request = Request::schema(&mut definitions);
    let answer = Answer::schema(&mut definitions);
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line between ipamconf and a target that it runs as a child process",
        "anyOf": [request, answer],
        "$defs": definitions.into_json(),
    });
    format!("{schema:#}\n")
}
