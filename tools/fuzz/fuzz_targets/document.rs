//! Any bytes as a message of a session in binary XML.
#![no_main]

#[path = "../../../tests/support/any_document.rs"]
mod any_document;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| any_document::hold(bytes));
