//! Any bytes as an envelope: `cargo test --test fuzz_corpus` tries the corpus, this looks for more.
#![no_main]

#[path = "../../../tests/support/any_envelope.rs"]
mod any_envelope;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| any_envelope::hold(bytes));
