//! The corpora of the fuzzers of documents and streams, and broken copies of their files.

use crate::{any_document, any_stream, broken};

#[test]
fn every_document_of_the_corpus_and_every_broken_copy_holds() {
    broken::try_all("document", any_document::hold);
}

#[test]
fn every_stream_of_the_corpus_and_every_broken_copy_holds() {
    broken::try_all("stream", any_stream::hold);
}
