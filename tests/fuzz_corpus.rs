//! The corpus of the fuzzer of envelopes, and broken copies of it.

#[path = "support/any_envelope.rs"]
mod any_envelope;
#[path = "support/broken.rs"]
mod broken;

#[test]
fn every_envelope_of_the_corpus_and_every_broken_copy_holds() {
    broken::try_all("envelope", any_envelope::hold);
}
