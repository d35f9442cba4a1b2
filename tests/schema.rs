//! The JSON Schema and the reference of the language: committed as they are printed, and of one mind with the reader.
//!
//! `UPDATE_EXPECT=1 cargo test --test schema` writes both files anew.

#[path = "support/cli.rs"]
mod cli;
#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/tree.rs"]
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use ipamconf::scenario::{EXAMPLES, LoadCode, Source, example, read, read_bytes};
use ipamconf::schema::{Language, SCHEMA_FILE, json_schema, language, markdown};
use jsonschema::Validator;

use crate::tree::Tree;

fn validator() -> Validator {
    let schema: serde_json::Value =
        serde_json::from_str(&json_schema()).expect("the schema is JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("the schema is one of draft 2020-12");
    jsonschema::draft202012::new(&schema).expect("a schema that can be used")
}

fn is_up_to_date(path: &str, text: &str) {
    let file = corpus::root().join(path);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&file, text).expect("a writable file");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == text,
        "{path} is not what the command prints: UPDATE_EXPECT=1 cargo test --test schema"
    );
}

#[test]
fn the_committed_schema_is_the_one_that_is_printed() {
    is_up_to_date(SCHEMA_FILE, &json_schema());
    let ran = cli::Cli::in_folder("schema").run(&["schema"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out == json_schema());
}

#[test]
fn the_committed_reference_is_the_one_that_is_printed() {
    is_up_to_date("docs/language.md", &markdown());
    let ran = cli::Cli::in_folder("schema-markdown").run(&["schema", "--markdown"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out == markdown());
}

#[test]
fn every_link_of_the_reference_leads_to_a_section() {
    let text = markdown();
    let sections: BTreeSet<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(|title| {
            let kept = title.to_lowercase();
            kept.chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect();
    let count = text.matches("\n## ").count();
    assert_eq!(sections.len(), count, "no two sections have one anchor");
    for (at, _) in text.match_indices("](#") {
        let anchor = text[at + 3..].split(')').next().unwrap_or_default();
        assert!(sections.contains(anchor), "#{anchor}");
    }
    assert!(!text.contains("| table |"), "every table has a section");
}

#[test]
fn every_table_says_what_it_is_and_what_its_keys_mean() {
    let language = language();
    let mut names = BTreeSet::new();
    for table in &language.tables {
        assert!(names.insert(table.name), "{} twice", table.name);
        assert!(table.meaning.ends_with('.'), "{}", table.name);
        let mut keys = BTreeSet::new();
        for key in &table.keys {
            assert!(keys.insert(key.name), "{}.{} twice", table.name, key.name);
            assert!(!key.meaning.is_empty(), "{}.{}", table.name, key.name);
        }
        for key in table.any_of.iter().flat_map(|group| group.iter()) {
            assert!(keys.contains(key), "{}.{key}", table.name);
        }
        for key in table.rules.iter().flat_map(|rule| rule.only.iter()) {
            assert!(keys.contains(key), "{}.{key}", table.name);
        }
    }
}

#[test]
fn the_corpus_names_the_schema_and_is_accepted_by_it() {
    let validator = validator();
    for file in corpus::files() {
        let text = std::fs::read_to_string(&file).expect("a readable file");
        let first = text.lines().next().unwrap_or_default();
        let named = first
            .strip_prefix("#:schema ")
            .unwrap_or_else(|| panic!("{}: line 1 does not name the schema", file.display()));
        let named = file.with_file_name("").join(named);
        assert_eq!(
            named.canonicalize().ok(),
            corpus::root().join(SCHEMA_FILE).canonicalize().ok(),
            "{}",
            file.display()
        );
        let tree = Tree::parse(&text).expect("TOML").to_json();
        if let Err(error) = validator.validate(&tree) {
            panic!("{}: {error} at {}", file.display(), error.instance_path());
        }
    }
}

/// The mistakes that a look at the form of a file can find.
const STRUCTURAL: &[LoadCode] = &[
    LoadCode::UnknownKey,
    LoadCode::WrongType,
    LoadCode::MissingKey,
    LoadCode::Malformed,
];

fn toml_files(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(corpus::root().join(folder))
        .expect("a folder of files")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Malformed files with a structural mistake that the schema lets pass, and why.
const LET_PASS: &[(&str, &str)] = &[
    ("mistake-inside-a-case", "the value is a case's"),
    ("repeat-past-the-last-address", "arithmetic with addresses"),
];

#[test]
fn the_schema_refuses_malformed_files_whose_mistake_is_one_of_form() {
    let validator = validator();
    let mut passed = BTreeSet::new();
    let mut refused = 0;
    for file in toml_files("tests/malformed") {
        let bytes = std::fs::read(&file).expect("a readable file");
        let rejected = read_bytes("x", "x.toml", &bytes).expect_err("a malformed file");
        let Some(tree) = std::str::from_utf8(&bytes).ok().and_then(Tree::parse) else {
            continue;
        };
        let is_structural = rejected
            .errors
            .iter()
            .any(|error| STRUCTURAL.contains(&error.code));
        if !is_structural {
            continue;
        }
        if validator.is_valid(&tree.to_json()) {
            passed.insert(file.file_stem().unwrap().to_string_lossy().into_owned());
        } else {
            refused += 1;
        }
    }
    let known: BTreeSet<String> = LET_PASS
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(passed, known);
    assert!(refused >= 25, "{refused}");
}

#[test]
fn wrong_files_are_refused_by_schema_and_reader_alike() {
    let validator = validator();
    for file in toml_files("tests/wrong-for-schema") {
        let name = file.display();
        let text = std::fs::read_to_string(&file).expect("a readable file");
        let rejected = read("x", Source::new("x.toml", text.clone())).expect_err("a wrong file");
        assert!(
            rejected
                .errors
                .iter()
                .all(|error| STRUCTURAL.contains(&error.code) || error.code == LoadCode::Exclusive),
            "{name}: {rejected}"
        );
        let tree = Tree::parse(&text).expect("TOML").to_json();
        assert!(!validator.is_valid(&tree), "{name}");
    }
}

/// Changes values of the corpus one by one, and asks both: what the reader takes the schema takes, what the reader
/// refuses for its form alone the schema refuses.
#[test]
fn reader_and_schema_agree_on_what_mistakes_make_of_the_corpus() {
    let validator = validator();
    let wrong = |number: usize| match number % 8 {
        0 => Tree::Flag(true),
        1 => Tree::Int(7),
        2 => Tree::Text("zzz".to_owned()),
        3 => Tree::List(Vec::new()),
        4 => Tree::Table(Vec::new()),
        5 => Tree::Int(-1),
        6 => Tree::Float(0.5),
        _ => Tree::List(vec![Tree::Text("zzz".to_owned())]),
    };
    let (mut taken, mut refused) = (0, 0);
    let mut let_pass = Vec::new();
    for (place, file) in corpus::files().into_iter().enumerate() {
        let text = std::fs::read_to_string(&file).expect("a readable file");
        let tree = Tree::parse(&text).expect("TOML");
        if text.contains("repeat = ") {
            continue;
        }
        for number in 1..tree.size() {
            // A part of them: each kind of change meets each kind of value many times over the corpus.
            if (number + place) % 3 != 0 {
                continue;
            }
            let mut changed = tree.clone();
            let value = changed.nth(number).expect("a value of that number");
            match (number + place) % 4 {
                0 => match value {
                    Tree::Table(entries) => entries.push(("zzz".to_owned(), Tree::Int(1))),
                    value => *value = wrong(number / 3),
                },
                1 => match value {
                    Tree::Table(entries) if !entries.is_empty() => {
                        entries.remove(number % entries.len());
                    }
                    value => *value = wrong(number / 3),
                },
                2 => *value = Tree::List(vec![value.clone()]),
                _ => *value = wrong(number / 3),
            }
            let written = changed.to_file();
            let by_schema = validator.is_valid(&changed.to_json());
            match read("x", Source::new("x.toml", written.clone())) {
                Ok(_) => {
                    taken += 1;
                    assert!(by_schema, "{}: {written}", file.display());
                }
                Err(rejected) => {
                    refused += 1;
                    // What a case gives is looked at where it is put in, and the schema cannot do that.
                    let is_form = rejected.errors.iter().all(|error| {
                        let line = rejected.source.position(error.span.start).line;
                        let of_case = written
                            .lines()
                            .nth(line - 1)
                            .is_some_and(|line| line.starts_with("\"cases\""));
                        STRUCTURAL.contains(&error.code) && !of_case
                    });
                    let is_form = is_form && changed.get("cases") == tree.get("cases");
                    if is_form && by_schema {
                        let_pass.push(format!("{}: {rejected}", file.display()));
                    }
                }
            }
        }
    }
    assert!(taken > 200 && refused > 2_000, "{taken} {refused}");
    assert!(let_pass.is_empty(), "{}", let_pass.join("\n"));
}

/// A place for each table of the language in a file; `@` is where a key goes.
const PLACES: &[(&str, &str)] = &[
    ("file", "@\ntitle = 't'\n"),
    ("world", "title = 't'\n[world]\n@\n"),
    ("caller", "title = 't'\n[world]\ncaller = { @ }\n"),
    (
        "policy",
        "title = 't'\n[world]\ncaller = { policies = [{ @ }] }\n",
    ),
    ("role", "title = 't'\n[world]\nroles = [{ @ }]\n"),
    ("partnerRule", "title = 't'\n[world]\npartner = [{ @ }]\n"),
    ("server", "title = 't'\n[world]\nservers = [{ @ }]\n"),
    (
        "optionDefinition",
        "title = 't'\n[world]\nservers = [{ option_definitions = [{ @ }] }]\n",
    ),
    ("relation", "title = 't'\n[world]\nrelations = [{ @ }]\n"),
    ("scope", "title = 't'\n[world]\nscopes = [{ @ }]\n"),
    (
        "option",
        "title = 't'\n[world]\nscopes = [{ options = [{ @ }] }]\n",
    ),
    ("step", "title = 't'\n[[steps]]\n@\n"),
    (
        "after",
        "title = 't'\n[[steps]]\ndrop = {}\nafter = { @ }\n",
    ),
    ("replicate", "title = 't'\n[[steps]]\nreplicate = { @ }\n"),
    ("connect", "title = 't'\n[[steps]]\nconnect = { @ }\n"),
    ("initialize", "title = 't'\n[[steps]]\ninitialize = { @ }\n"),
    ("nothing", "title = 't'\n[[steps]]\nstart = { @ }\n"),
    ("nothing", "title = 't'\n[[steps]]\nclose = { @ }\n"),
    ("nothing", "title = 't'\n[[steps]]\ndrop = { @ }\n"),
    ("keepalive", "title = 't'\n[[steps]]\nkeepalive = { @ }\n"),
    (
        "sendCallback",
        "title = 't'\n[[steps]]\nsend_callback = { @ }\n",
    ),
    ("sendXml", "title = 't'\n[[steps]]\nsend_xml = { @ }\n"),
    ("sendBytes", "title = 't'\n[[steps]]\nsend_bytes = { @ }\n"),
    ("wait", "title = 't'\n[[steps]]\nwait = { @ }\n"),
    (
        "change",
        "title = 't'\n[[steps]]\nchange = { scope = 'x', @ }\n",
    ),
    (
        "change",
        "title = 't'\n[[steps]]\nchange = { server = 'x', @ }\n",
    ),
    (
        "change",
        "title = 't'\n[[steps]]\nchange = { relation = 'x', @ }\n",
    ),
    ("expect", "title = 't'\n[expect]\n@\n"),
    (
        "stepExpect",
        "title = 't'\n[[steps]]\nstart = {}\nexpect = { @ }\n",
    ),
    ("fault", "title = 't'\n[expect]\nfault = { @ }\n"),
    ("tracker", "title = 't'\n[expect]\ntracker = { @ }\n"),
    (
        "changedItem",
        "title = 't'\n[expect]\nchanged = [{ scope = 'x', @ }]\n",
    ),
    (
        "changedItem",
        "title = 't'\n[expect]\nchanged = [{ server = 'x', @ }]\n",
    ),
    (
        "changedItem",
        "title = 't'\n[expect]\nchanged = [{ relation = 'x', @ }]\n",
    ),
    ("createdItem", "title = 't'\n[expect]\ncreated = [{ @ }]\n"),
    (
        "deletedItem",
        "title = 't'\n[expect]\ndeleted = [{ scope = 'x', @ }]\n",
    ),
    (
        "deletedItem",
        "title = 't'\n[expect]\ndeleted = [{ server = 'x', @ }]\n",
    ),
    (
        "deletedItem",
        "title = 't'\n[expect]\ndeleted = [{ relation = 'x', @ }]\n",
    ),
    ("grades", "title = 't'\n[expect]\ngrades = { @ }\n"),
    ("cites", "title = 't'\n[expect]\ncites = { @ }\n"),
    (
        "callbackItem",
        "title = 't'\n[expect]\ncallbacks = [{ name = 'StartProgressCallback', @ }]\n",
    ),
    (
        "callbackItem",
        "title = 't'\n[expect]\ncallbacks = [{ name = 'AddSubTask', @ }]\n",
    ),
    (
        "callbackItem",
        "title = 't'\n[expect]\ncallbacks = [{ name = 'SetSubTaskStatus', @ }]\n",
    ),
    (
        "callbackItem",
        "title = 't'\n[expect]\ncallbacks = [{ name = 'SetCompletionPercentage', @ }]\n",
    ),
    (
        "callbackItem",
        "title = 't'\n[expect]\ncallbacks = [{ name = 'SetOverallStatus', @ }]\n",
    ),
    (
        "callbackGroup",
        "title = 't'\n[expect]\ncallbacks = [{ any_order = ['...'], @ }]\n",
    ),
    (
        "eventItem",
        "title = 't'\n[expect]\nevents = [{ name = 'SetSubTaskStatus', @ }]\n",
    ),
    (
        "eventItem",
        "title = 't'\n[expect]\nevents = [{ name = 'StartProgressCallback', @ }]\n",
    ),
    (
        "eventItem",
        "title = 't'\n[expect]\nevents = [{ name = 'Fault', @ }]\n",
    ),
    (
        "eventItem",
        "title = 't'\n[expect]\nevents = [{ name = 'SessionClosed', @ }]\n",
    ),
    (
        "eventGroup",
        "title = 't'\n[expect]\nevents = [{ in_order = ['...'], @ }]\n",
    ),
    (
        "neverItem",
        "title = 't'\n[expect]\nnever = [{ name = 'StartProgressCallback', @ }]\n",
    ),
    (
        "neverItem",
        "title = 't'\n[expect]\nnever = [{ name = 'SetSubTaskStatus', @ }]\n",
    ),
];

/// Tables whose keys the reader does not list.
const UNLISTED: &[&str] = &["case", "readings", "set"];

/// Keys that the reader knows so that it can say something better of them than that they are unknown.
const ALWAYS_WRONG: &[(&str, &str)] = &[("relation", "same_id_as"), ("expect", "reply")];

#[test]
fn schema_and_reader_know_the_same_keys() {
    let mut by_reader: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let validator = validator();
    for (table, place) in PLACES {
        let text = place.replace('@', "zzzzzzzzzzzz = 1");
        let rejected = read("x", Source::new("x.toml", text)).expect_err("an unknown key");
        let error = rejected
            .errors
            .iter()
            .find(|error| error.found.as_deref() == Some("`zzzzzzzzzzzz`"))
            .unwrap_or_else(|| panic!("{place}: {rejected}"));
        let expected = error.expected.clone().unwrap_or_default();
        let keys = expected.split('`').skip(1).step_by(2).map(str::to_owned);
        let keys: BTreeSet<String> = keys.collect();
        // A key that the reader knows there is one that the schema knows there, whatever row or event it is.
        for key in &keys {
            let is_wrong = ALWAYS_WRONG.contains(&(table, key.as_str()));
            let names_a_row = ["scope", "server"].contains(&key.as_str());
            if is_wrong || names_a_row || place.contains(&format!("{key} =")) {
                continue;
            }
            let text = place.replace('@', &format!("{key} = '${{x}}'"));
            let tree = Tree::parse(&text).expect("TOML").to_json();
            let unknown = validator.iter_errors(&tree).any(|error| {
                let text = error.to_string();
                text.contains("Additional properties") || text.contains("False schema")
            });
            assert!(!unknown, "{text}");
        }
        by_reader.entry(table).or_default().extend(keys);
    }
    for (table, key) in ALWAYS_WRONG {
        assert!(
            by_reader.get_mut(table).expect("a table").remove(*key),
            "{table}.{key}"
        );
    }
    for table in &language().tables {
        if UNLISTED.contains(&table.name) {
            continue;
        }
        let keys: BTreeSet<String> = table.keys.iter().map(|key| key.name.to_owned()).collect();
        assert_eq!(by_reader.get(table.name), Some(&keys), "{}", table.name);
    }
}

/// A right file with `example` where the key stands in the table `parent`.
fn file_with(parent: &str, key: &str, example: &str) -> String {
    let inner = |key: &str, value: &str| {
        let value = value.replace('@', example);
        (key.to_owned(), format!("{key} = {value}"))
    };
    let mut rows = BTreeMap::from([
        inner("servers", "[{ name = 'S' }, { name = 'P1' }]"),
        inner(
            "relations",
            "[{ name = 'R1', server1 = 'S', server2 = 'P1' }]",
        ),
        inner(
            "scopes",
            "[{ name = 'A', server = 'S', subnet = '10.0.1.0/24', relation = 'R1' }, { name = 'A on P1', server = 'P1', like = 'A' }]",
        ),
    ]);
    let head = "title = 't'\nrequirements = ['R-31-2']";
    let mut rest = String::new();
    let mut top = String::new();
    match parent {
        "file" if key == "world" => return format!("{head}\n{example}\n"),
        "file" => {
            top = example.to_owned();
            if key == "cases" {
                rest = "[[steps]]\nconnect = {}\n[[steps]]\nchange = { scope = 'A', lease = '${lease}' }".to_owned();
            }
        }
        "case" => top = format!("cases = [{{ name = 'c', {example} }}]"),
        "world" if ["servers", "relations"].contains(&key) => {
            rows.insert(key.to_owned(), example.to_owned());
        }
        "world" if key == "scopes" => {
            let rows_of_example =
                example.replace("}]", "}, { name = 'A on P1', server = 'P1', like = 'A' }]");
            rows.insert(key.to_owned(), rows_of_example);
        }
        "world" => {
            rows.insert(key.to_owned(), example.to_owned());
        }
        "caller" => rows.extend([inner("caller", "{ @ }")]),
        "server" => rows.extend([inner("servers", "[{ name = 'S', @ }, { name = 'P1' }]")]),
        "scope" => rows.extend([inner(
            "scopes",
            "[{ name = 'A', server = 'S', subnet = '10.0.1.0/24', relation = 'R1', @ }]",
        )]),
        "step" => {
            let action = if ["after", "expect"].contains(&key) {
                "keepalive = {}\n"
            } else {
                ""
            };
            rest = format!("[[steps]]\nconnect = {{}}\n[[steps]]\n{action}{example}");
        }
        "replicate" | "initialize" | "connect" => {
            let first = if parent == "initialize" {
                "[[steps]]\nconnect = {}\n"
            } else {
                ""
            };
            rest = format!("{first}[[steps]]\n{parent} = {{ {example} }}");
        }
        "change" => {
            rest = format!(
                "[[steps]]\nconnect = {{}}\n[[steps]]\nchange = {{ scope = 'A', {example} }}"
            );
        }
        "changedItem" => rest = format!("[expect]\nchanged = [{{ scope = 'A on P1', {example} }}]"),
        "createdItem" => {
            rest = format!("[expect]\ncreated = [{{ server = 'P1', like = 'A', {example} }}]");
        }
        "expect" => rest = format!("[expect]\n{example}"),
        "stepExpect" => rest = format!("[[steps]]\nreplicate = {{}}\nexpect = {{ {example} }}"),
        _ => panic!("no file for {parent}.{key}"),
    }
    let rows: Vec<String> = rows.into_values().collect();
    format!("{head}\n{top}\n[world]\n{}\n{rest}\n", rows.join("\n"))
}

#[test]
fn every_key_that_takes_a_table_has_an_example_and_each_is_right_where_it_may_stand() {
    let language = language();
    let validator = validator();
    let mut keys = BTreeSet::new();
    for table in &language.tables {
        keys.extend(language.keys_that_take(table.name));
    }
    let with_example: BTreeSet<&str> = EXAMPLES.iter().map(|(key, _)| *key).collect();
    assert_eq!(keys, with_example);
    let mut read_as_example = 0;
    for parent in &language.tables {
        for key in parent.keys.iter().filter(|key| keys.contains(key.name)) {
            // `scopes` of `initialize` are names.
            let takes = |table: &&ipamconf::schema::Table| {
                Language {
                    tables: vec![(*parent).clone()],
                }
                .keys_that_take(table.name)
                .contains(key.name)
            };
            if !language.tables.iter().any(|table| takes(&table)) {
                continue;
            }
            let example = example(key.name).expect("an example");
            let text = file_with(parent.name, key.name, &example);
            if let Err(rejected) = read("x", Source::new("x.toml", text.clone())) {
                panic!("{}.{}: {rejected}\n{text}", parent.name, key.name);
            }
            let tree = Tree::parse(&text).expect("TOML").to_json();
            assert!(validator.is_valid(&tree), "{text}");
            read_as_example += 1;
        }
    }
    assert!(read_as_example > 40, "{read_as_example}");
}
