//! JSON forms of worlds, stores, messages, events and changes: what `exec` and the control plane exchange with targets.
//!
//! Floor 4, pure. Tables and columns have the document's names, what scenarios say has the words of the scenario
//! language. Unknown keys, a key twice, and what is past a limit are refused, with the place:
//! `tables.ADM_DHCPScopesTable[3].LeaseDuration: expected …, found …`. One table for each type makes the writer, the
//! reader and the JSON Schema.

mod change;
mod event;
pub mod exec;
mod form;
pub mod limits;
mod message;
mod parse;
mod rows;
mod schema;
mod world;

use serde_json::Value as Json;

pub use form::{At, Definitions, FormError, FormErrorKind, Items, JsonForm, Members};
pub use parse::parse;
pub use rows::Row;
pub use schema::{SCHEMA_FILE, json_schema};
pub use world::WorldForm;

use crate::model::{ClientMessage, Event, Tables};
use crate::spec::Readings;
use crate::suite::StoreChange;
use crate::world::{Caller, Setup};

/// Reads a whole document as one type.
///
/// # Errors
/// When something else stands there.
pub fn from_json<T: JsonForm>(json: &Json) -> Result<T, FormError> {
    T::read(&At::root(json))
}

/// A world and the readings to follow. What the rows are called stays with us.
#[must_use]
pub fn world_to_json(setup: &Setup, readings: &Readings) -> Json {
    world::write_world(setup, readings)
}

/// The world that a document describes, without names.
///
/// # Errors
/// When it is not of that form.
pub fn world_from_json(json: &Json) -> Result<(Setup, Readings), FormError> {
    from_json(json).map(|WorldForm { setup, readings }| (setup, readings))
}

/// The two functions of a type.
macro_rules! both_ways {
    ($($about:literal $type:ty: $to:ident, $from:ident;)*) => {
        $(
            #[doc = concat!($about, " as JSON.")]
            #[must_use]
            pub fn $to(value: &$type) -> Json {
                value.write()
            }

            #[doc = concat!($about, " from JSON.")]
            ///
            /// # Errors
            /// When the document is not of that form.
            pub fn $from(json: &Json) -> Result<$type, FormError> {
                from_json(json)
            }
        )*
    };
}
both_ways! {
    "What a store holds" Tables: tables_to_json, tables_from_json;
    "An event" Event: event_to_json, event_from_json;
    "A message of a client" ClientMessage: message_to_json, message_from_json;
    "A change of a store" StoreChange: change_to_json, change_from_json;
    "Who opens a session" Caller: caller_to_json, caller_from_json;
}
