//! The formats of net.tcp by vectors worked out from the rules, conversations, and properties. Those of the documents
//! themselves are in `wire_reference.rs`.

#[path = "../support/any_document.rs"]
mod any_document;
#[path = "../support/any_stream.rs"]
mod any_stream;
#[path = "../support/broken.rs"]
mod broken;
mod corpora;
mod documents;
mod framing;
#[path = "../support/hex.rs"]
mod hex;
mod hostile;
mod listing;
mod properties;
mod tables;
