//! The fuzzer's corpus, and broken copies of it.

#[path = "support/any_envelope.rs"]
mod any_envelope;

use std::path::Path;

/// How many broken copies of each file are tried.
const COPIES: usize = 300;

#[test]
fn every_envelope_of_the_corpus_and_every_broken_copy_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/fuzz/corpus/envelope");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the corpus")
        .map(|file| file.expect("a file").path())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "{files:?}");
    let all: Vec<_> = files
        .iter()
        .map(|file| std::fs::read(file).expect("a file"))
        .collect();
    let mut state: u64 = 7;
    let mut below = |bound: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % bound.max(1)
    };
    for bytes in &all {
        any_envelope::hold(bytes);
        for _ in 0..COPIES {
            let mut copy = bytes.clone();
            for _ in 0..=below(3) {
                let (from, to) = (below(copy.len()), below(copy.len()));
                match below(4) {
                    0 => copy.truncate(from),
                    1 => drop(copy.drain(from.min(to)..from.max(to))),
                    2 => {
                        let part = copy[from.min(to)..from.max(to)].to_vec();
                        copy.splice(from..from, part);
                    }
                    _ => {
                        let other = &all[below(all.len())];
                        let end = below(other.len());
                        copy.splice(from..from, other[end / 2..end].iter().copied());
                    }
                }
            }
            any_envelope::hold(&copy);
        }
    }
}
