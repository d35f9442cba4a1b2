//! Lists the scenario files for the binary to carry: `src/cli/embedded.rs` includes the list.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=scenarios");
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let folder = root.join("scenarios");
    let mut files = Vec::new();
    collect(&folder, &mut files);
    files.sort();
    let mut code = String::from("&[\n");
    for file in files {
        let below = file.strip_prefix(&folder).expect("it was found there");
        let name: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        let path = file.to_str().expect("the path of the project is UTF-8");
        let _ = writeln!(code, "    ({:?}, include_str!({path:?})),", name.join("/"));
    }
    code.push_str("]\n");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    std::fs::write(out.join("corpus.rs"), code).expect("the list can be written");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the corpus can be listed") {
        let path = entry.expect("the corpus can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            files.push(path);
        }
    }
}
