//! Objects as data contracts: between [`crate::model::Value`] and elements, by the type table.
//!
//! # What a reader does
//! It goes by the rules of data-contract readers, so that a test sees what a deployed peer would see:
//! - Members are taken in the order of the wire (base first, then the schema's order). An element that comes out of
//!   order, or a second time, counts as missing: it is passed over, and its member has its default.
//! - An element that is no member is passed over. Namespaces count; prefixes, white space between elements, comments
//!   and CDATA do not.
//! - `i:type` chooses the type. A type that nobody knows, or that cannot stand where it stands, is kept by name in
//!   [`crate::model::Object::type_name`]; whoever decodes the object judges it. A type outside the namespace of the
//!   protocol is `{namespace}name` there, so it is never one of ours.
//! - `z:Ref` stands for a copy of the object with that `z:Id`, which must have come before.
//!
//! # The form of values
//! An IP address is its text; so are durations, decimals, dates, booleans and bytes in base64, all in their lexical
//! form as they stand. An array is a list. The items of an array of anything are written as strings, and their type
//! is not kept when they are read: the definition of an option gives it.

mod address;
mod read;
mod write;

pub use read::ContractError;
pub(super) use read::{Reader, type_name};
pub(super) use write::Writer;
