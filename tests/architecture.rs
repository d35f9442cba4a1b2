//! The floors of the design, kept by a test: which module may know which, and which may do IO.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// For each module the modules it may name. Whatever is not listed here is a mistake, in either place.
const ALLOWED: &[(&str, &[&str])] = &[
    ("spec", &[]),
    ("model", &["spec"]),
    ("world", &["model", "spec"]),
    ("store", &["model", "spec", "world"]),
    ("soap", &["model", "spec"]),
    ("wire", &["soap"]),
    ("partner", &["model", "spec", "world"]),
    ("delegate", &["model", "partner", "spec", "store", "world"]),
    ("trace", &["model", "spec", "world"]),
    ("verdict", &["spec"]),
    (
        "session",
        &[
            "delegate", "model", "soap", "spec", "store", "trace", "world",
        ],
    ),
    ("oracle", &["model", "spec", "world"]),
    (
        "scenario",
        &["model", "spec", "store", "trace", "verdict", "world"],
    ),
    (
        "suite",
        &["model", "scenario", "session", "spec", "trace", "world"],
    ),
    (
        "check",
        &[
            "model", "oracle", "scenario", "soap", "spec", "store", "trace", "verdict", "world",
        ],
    ),
    (
        "report",
        &[
            "model", "scenario", "spec", "store", "trace", "verdict", "world",
        ],
    ),
    ("schema", &["model", "scenario", "spec", "trace", "world"]),
    ("format", &["schema"]),
    (
        "interchange",
        &["model", "scenario", "spec", "suite", "trace", "world"],
    ),
    ("minimize", &["scenario", "spec", "trace", "world"]),
    (
        "baseline",
        &["report", "scenario", "spec", "trace", "verdict"],
    ),
    (
        "door",
        &[
            "delegate",
            "interchange",
            "model",
            "partner",
            "scenario",
            "session",
            "soap",
            "spec",
            "store",
            "suite",
            "trace",
            "wire",
            "world",
        ],
    ),
    (
        "deviant",
        &[
            "check", "door", "explore", "minimize", "model", "oracle", "report", "scenario",
            "session", "soap", "spec", "store", "suite", "trace", "verdict", "world",
        ],
    ),
    (
        "author",
        &[
            "check", "model", "oracle", "report", "scenario", "spec", "trace", "verdict", "world",
        ],
    ),
    (
        "explore",
        &[
            "check", "minimize", "model", "oracle", "scenario", "spec", "suite", "trace",
            "verdict", "world",
        ],
    ),
    (
        "cli",
        &[
            "author",
            "baseline",
            "check",
            "deviant",
            "door",
            "explore",
            "format",
            "interchange",
            "minimize",
            "model",
            "report",
            "scenario",
            "schema",
            "soap",
            "spec",
            "suite",
            "trace",
            "verdict",
            "wire",
            "world",
        ],
    ),
];

/// The same for the modules below `door`: the two wires share what is below them, and neither names the other.
const DOORS: &[(&str, &[&str])] = &[
    ("delegate", &["session"]),
    ("exec", &[]),
    ("http", &["remote", "serving"]),
    ("nettcp", &["remote", "serving"]),
    ("own", &["delegate", "session"]),
    ("remote", &["soap"]),
    ("server", &["http", "nettcp", "serving"]),
    ("serving", &["session"]),
    ("session", &[]),
    ("soap", &[]),
];

/// Where IO, clocks and threads may be: everything else is a pure function of its input.
const MAY_DO_IO: &[&str] = &["door", "cli"];

/// What only those modules may name.
const IO: &[&str] = &[
    "std::fs",
    "std::thread",
    "std::env",
    "std::process",
    "std::io::stdout",
    "std::io::stderr",
    "std::io::stdin",
    "Instant",
    "SystemTime",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "tokio",
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
];

fn sources() -> Vec<(String, PathBuf, String)> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let below = path.strip_prefix(&root).unwrap();
            let module = below
                .iter()
                .next()
                .unwrap()
                .to_string_lossy()
                .trim_end_matches(".rs")
                .to_owned();
            let code = std::fs::read_to_string(&path).unwrap();
            (module, below.to_path_buf(), code)
        })
        .filter(|(module, ..)| module != "lib" && module != "main")
        .collect()
}

/// Code without comments: a doc link is no dependency.
fn without_comments(code: &str) -> String {
    code.lines()
        .map(|line| line.split("//").next().unwrap_or(""))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Every module that code names by a path from the crate's root, in `use` lines (grouped ones too) and elsewhere.
fn named_modules(code: &str) -> BTreeSet<String> {
    named_below("crate::", code)
}

/// Whatever code names by a path that begins so.
fn named_below(begin: &str, code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(begin) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + begin.len()..];
        let word = |text: &str| -> String {
            text.trim_start()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        };
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut start = true;
            for (index, character) in group.char_indices() {
                match character {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    _ if start && !character.is_whitespace() => {
                        found.insert(word(&group[index..]));
                        start = false;
                    }
                    _ => {}
                }
            }
        } else {
            found.insert(word(rest));
        }
    }
    found
}

#[test]
fn modules_name_only_those_they_are_allowed_to() {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let mut mistakes = Vec::new();
    let mut used: BTreeSet<(String, String)> = BTreeSet::new();
    for (module, path, code) in sources() {
        let Some(may) = allowed.get(module.as_str()) else {
            mistakes.push(format!(
                "{}: the module `{module}` is not in the list",
                path.display()
            ));
            continue;
        };
        for name in named_modules(&without_comments(&code)) {
            if name == module {
                continue;
            }
            used.insert((module.clone(), name.clone()));
            if !may.contains(&name.as_str()) {
                mistakes.push(format!("{}: `{module}` names `{name}`", path.display()));
            }
        }
    }
    for (module, names) in ALLOWED {
        for name in *names {
            if !used.contains(&((*module).to_owned(), (*name).to_owned())) {
                mistakes.push(format!(
                    "the list lets `{module}` name `{name}`, which it does not"
                ));
            }
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn doors_name_only_those_they_are_allowed_to() {
    let of = |path: &Path| {
        let below = path.strip_prefix("door").ok()?.iter().next()?;
        let name = below.to_string_lossy().trim_end_matches(".rs").to_owned();
        (name != "mod").then_some(name)
    };
    let files = sources();
    let doors: BTreeSet<String> = files.iter().filter_map(|(_, path, _)| of(path)).collect();
    let mut used: BTreeMap<&str, BTreeSet<String>> = doors
        .iter()
        .map(|door| (&**door, BTreeSet::new()))
        .collect();
    for (_, path, code) in &files {
        // Tests compare doors with each other.
        let Some(door) = of(path).filter(|_| !path.ends_with("tests.rs")) else {
            continue;
        };
        let names = named_below("crate::door::", &without_comments(code));
        let others = names.intersection(&doors).filter(|name| **name != door);
        used.get_mut(&*door).unwrap().extend(others.cloned());
    }
    let allowed: BTreeMap<&str, BTreeSet<String>> = DOORS
        .iter()
        .map(|(door, names)| (*door, names.iter().map(|name| (*name).to_owned()).collect()))
        .collect();
    assert_eq!(used, allowed);
}

#[test]
fn the_oracle_and_what_it_judges_never_meet() {
    for (module, names) in ALLOWED {
        let judged = ["delegate", "session", "partner", "store"];
        if *module == "oracle" {
            assert!(names.iter().all(|name| !judged.contains(name)));
        }
        if judged.contains(module) {
            assert!(!names.contains(&"oracle"), "{module}");
        }
    }
}

#[test]
fn only_the_edge_does_io() {
    let mut mistakes = Vec::new();
    for (module, path, code) in sources() {
        if MAY_DO_IO.contains(&module.as_str()) {
            continue;
        }
        let code = without_comments(&code);
        for word in IO {
            let named = code
                .match_indices(word)
                .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
            if named {
                mistakes.push(format!("{}: names `{word}`", path.display()));
            }
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn paths_are_found_however_they_are_written() {
    let code = "use crate::{model::{A, B}, spec::C};\nfn f() { crate::store::Store::new() }\nuse mycrate::oracle;";
    let found: Vec<_> = named_modules(code).into_iter().collect();
    assert_eq!(found, ["model", "spec", "store"]);
}
