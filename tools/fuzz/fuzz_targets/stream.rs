//! Any bytes as a stream of framing records, cut into pieces of the length that the first byte says.
#![no_main]

#[path = "../../../tests/support/any_stream.rs"]
mod any_stream;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| any_stream::hold(bytes));
