//! The fuzzers' corpora, and broken copies of their files.

use std::path::Path;

/// How many broken copies of each file are tried.
const COPIES: usize = 300;

/// The files of a fuzzer's corpus, in the order of their names.
fn files(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tools/fuzz/corpus")
        .join(target);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the corpus")
        .map(|file| file.expect("a file").path())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "{files:?}");
    files
        .iter()
        .map(|file| std::fs::read(file).expect("a file"))
        .collect()
}

/// Tries what must hold on every file, and on copies of it with pieces left out, doubled, changed, or of another file.
pub(crate) fn try_all(target: &str, hold: fn(&[u8])) {
    let files = files(target);
    let mut state: u64 = 7;
    let mut below = |bound: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % bound.max(1)
    };
    for bytes in &files {
        hold(bytes);
        for _ in 0..COPIES {
            let mut copy = bytes.clone();
            for _ in 0..=below(3) {
                let (one, other) = (below(copy.len()), below(copy.len()));
                let (from, to) = (one.min(other), one.max(other));
                match below(5) {
                    0 => copy.truncate(from),
                    1 => drop(copy.drain(from..to)),
                    2 => {
                        let part = copy[from..to].to_vec();
                        copy.splice(from..from, part);
                    }
                    3 => {
                        if let Some(byte) = copy.get_mut(from) {
                            *byte = u8::try_from(below(256)).expect("a byte");
                        }
                    }
                    _ => {
                        let other = &files[below(files.len())];
                        let end = below(other.len());
                        copy.splice(from..from, other[end / 2..end].iter().copied());
                    }
                }
            }
            hold(&copy);
        }
    }
}
