//! Every mistake an author can make is reported with its code, at its place, with what would have been right.
//!
//! Each `malformed/NAME.toml` is refused with exactly the list in `malformed/NAME.expected`. A changed message is a
//! change to the product: look at it, then write the lists anew with `UPDATE_EXPECT=1 cargo test --test malformed`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ipamconf::scenario::limits::{CASES_MAX, ERRORS_MAX, FILE_BYTES_MAX, NESTING_MAX, ROWS_MAX};
use ipamconf::scenario::{LoadCode, Position, Rejected, Scenario, Source, read, read_bytes};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/malformed")
}

fn files_ending_in(ending: &str) -> BTreeSet<String> {
    std::fs::read_dir(folder())
        .expect("the folder of malformed files")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .filter_map(|name| name.strip_suffix(ending).map(str::to_owned))
        .collect()
}

/// One line for each mistake: `code line:column message | found | expected | help | label`.
fn list(rejected: &Rejected) -> String {
    let mut text = String::new();
    for error in &rejected.errors {
        let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "-".to_owned());
        let label = error.label.as_ref().map_or_else(
            || "-".to_owned(),
            |(span, label)| format!("{} {label}", rejected.source.position(span.start)),
        );
        writeln!(
            text,
            "{} {} {} | {} | {} | {} | {label}",
            error.code,
            rejected.source.position(error.span.start),
            error.message,
            part(&error.found),
            part(&error.expected),
            part(&error.help),
        )
        .expect("text takes text");
    }
    text
}

fn refused(text: &str) -> Rejected {
    let result: Result<Scenario, Rejected> = read("hostile", Source::new("hostile.toml", text));
    result.expect_err("a malformed file")
}

fn only_error(rejected: &Rejected) -> (LoadCode, Position) {
    assert_eq!(rejected.errors.len(), 1, "{rejected}");
    let error = &rejected.errors[0];
    (error.code, rejected.source.position(error.span.start))
}

#[test]
fn every_malformed_file_is_refused_with_its_list_of_mistakes() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut differences = String::new();
    for name in files_ending_in(".toml") {
        let bytes = std::fs::read(folder().join(format!("{name}.toml"))).expect("a readable file");
        let found = match read_bytes(&name, &format!("{name}.toml"), &bytes) {
            Err(rejected) => list(&rejected),
            Ok(_) => {
                writeln!(differences, "--- {name}: loads").expect("text takes text");
                continue;
            }
        };
        let path = folder().join(format!("{name}.expected"));
        if update {
            std::fs::write(&path, &found).expect("a writable file");
        } else {
            let expected = std::fs::read_to_string(&path).unwrap_or_default();
            if expected != found {
                writeln!(
                    differences,
                    "--- {name}\nexpected:\n{expected}found:\n{found}"
                )
                .expect("text takes text");
            }
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn no_list_of_mistakes_is_without_its_file() {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return;
    }
    assert_eq!(files_ending_in(".expected"), files_ending_in(".toml"));
}

#[test]
fn every_code_is_shown_by_a_malformed_file() {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return;
    }
    let shown: BTreeSet<String> = files_ending_in(".expected")
        .iter()
        .flat_map(|name| {
            let text = std::fs::read_to_string(folder().join(format!("{name}.expected")))
                .expect("a readable file");
            text.lines()
                .filter_map(|line| line.split(' ').next().map(str::to_owned))
                .collect::<Vec<_>>()
        })
        .collect();
    let all: BTreeSet<String> = LoadCode::ALL
        .iter()
        .map(|code| code.name().to_owned())
        .collect();
    assert_eq!(shown, all);
}

#[test]
fn the_first_digit_of_every_code_is_the_exit_code() {
    for code in LoadCode::ALL {
        assert!(code.name().starts_with("IC2"), "{code}");
    }
}

#[test]
fn the_first_byte_that_is_no_utf_8_is_pointed_at() {
    let rejected =
        read_bytes("x", "x.toml", b"title = \"\xC3\xA4\"\n# \xFF\xFE\n").expect_err("no UTF-8");
    assert_eq!(
        only_error(&rejected),
        (LoadCode::Unreadable, Position { line: 2, column: 3 })
    );
    let cut = read_bytes("x", "x.toml", b"# \xC3").expect_err("no UTF-8");
    assert_eq!(
        only_error(&cut),
        (LoadCode::Unreadable, Position { line: 1, column: 3 })
    );
}

#[test]
fn a_file_over_the_limit_is_refused_unread() {
    let rejected =
        read_bytes("x", "x.toml", &vec![b'#'; FILE_BYTES_MAX + 1]).expect_err("too large");
    assert_eq!(
        only_error(&rejected),
        (LoadCode::OverLimit, Position { line: 1, column: 1 })
    );
    let rejected = refused(&" ".repeat(FILE_BYTES_MAX + 1));
    assert_eq!(only_error(&rejected).0, LoadCode::OverLimit);
}

/// Runs on a small stack, as a thread of a server may have, and within a time no honest file needs.
fn survives(claim: &str, text: String) -> Rejected {
    let start = Instant::now();
    let rejected = std::thread::Builder::new()
        .stack_size(512 * 1024)
        .spawn(move || refused(&text))
        .expect("a thread")
        .join()
        .expect("no overflow and no panic");
    let took = start.elapsed();
    assert!(took < Duration::from_secs(60), "{claim}: {took:?}");
    rejected
}

#[test]
fn brackets_a_million_deep_are_over_the_limit() {
    for bracket in ["[", "{a=", "[{a="] {
        let rejected = survives(bracket, format!("a = {}", bracket.repeat(1_000_000)));
        assert_eq!(only_error(&rejected).0, LoadCode::OverLimit, "{bracket}");
    }
    let rejected = survives(
        "closed",
        format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000)),
    );
    let column = 5 + NESTING_MAX;
    assert_eq!(
        only_error(&rejected),
        (LoadCode::OverLimit, Position { line: 1, column })
    );
}

#[test]
fn dotted_keys_a_hundred_thousand_deep_are_over_the_limit() {
    let path = vec!["a"; 100_000].join(".");
    for text in [
        format!("{path} = 1\n"),
        format!("[{path}]\n"),
        format!("[[{path}]]\n"),
        format!("a = {{ {path} = 1 }}\n"),
        format!("{}\n", vec!["\"a\""; 100_000].join(" . ")) + "= 1",
    ] {
        let rejected = survives("dotted", text);
        assert_eq!(only_error(&rejected).0, LoadCode::OverLimit);
    }
}

#[test]
fn what_nests_as_deep_as_it_may_everywhere_at_once_overflows_no_stack() {
    let path = vec!["a"; NESTING_MAX].join(".");
    let mut text = String::new();
    for _ in 0..1_000 {
        writeln!(text, "[[{}]]\nb = 1", vec!["a"; NESTING_MAX - 2].join("."))
            .expect("text takes text");
    }
    survives("headers", text);
    survives(
        "keys in keys",
        format!("x = {}", format!("{{ {path} = ").repeat(30)),
    );
    let in_strings = format!("a = \"{}\n[{}", "[".repeat(10_000), "[".repeat(1_000));
    survives("unclosed text", in_strings);
}

#[test]
fn mebibytes_of_garbage_are_refused_fast() {
    for unit in [
        "}", "]", "=", "\"", "'", "\\", "a", "a\n", "a=\n", "[[\n", "[a]\n", "é", "\"\"\"",
        "'''\n", "a.b=1\n", ",", "#\r", "\0", "${",
    ] {
        let rejected = survives(unit, unit.repeat(FILE_BYTES_MAX / 4 / unit.len()));
        assert!(!rejected.errors.is_empty(), "{unit:?}");
    }
}

const HEAD: &str = "title = \"t\"\n[world]\nservers = [{ name = \"S\" }]\n";

#[test]
fn a_repeat_of_a_million_millions_is_over_the_limit_at_its_value() {
    for number in ["1000000000000", "9223372036854775807", "2_000_001"] {
        let row = format!(
            "scopes = [{{ name = \"A${{n}}\", server = \"S\", subnet = \"::/64\", repeat = {number} }}]\n"
        );
        let rejected = survives(number, format!("{HEAD}{row}"));
        assert_eq!(
            only_error(&rejected),
            (
                LoadCode::OverLimit,
                Position {
                    line: 4,
                    column: 70
                }
            )
        );
    }
    let item = "[expect]\nchanged = [{ scope = \"A\", repeat = 1000000000000 }]\n";
    let rejected = survives("changed", format!("{HEAD}{item}"));
    assert!(
        rejected
            .errors
            .iter()
            .any(|error| error.code == LoadCode::OverLimit),
        "{rejected}"
    );
}

#[test]
fn rows_are_counted_over_all_cases() {
    let mut text = format!(
        "title = \"t\"\n[world]\nservers = [{{ name = \"S\" }}]\nscopes = [{{ name = \"A${{n}}\", server = \"S\", subnet = \"10.0.0.0/30\", repeat = {} }}]\n[[steps]]\nreplicate = {{ operation = \"${{x}}\" }}\n",
        ROWS_MAX / 100
    );
    for case in 0..CASES_MAX {
        writeln!(
            text,
            "[[cases]]\nname = \"{case}\"\nx = \"ReplicateServer\""
        )
        .expect("text takes text");
    }
    let rejected = survives("rows", text);
    assert_eq!(
        only_error(&rejected),
        (
            LoadCode::OverLimit,
            Position {
                line: 4,
                column: 76
            }
        )
    );
}

#[test]
fn a_thousand_cases_over_one_world_load_and_one_more_does_not() {
    let mut text = format!(
        "{HEAD}scopes = [{{ name = \"A${{n}}\", server = \"S\", subnet = \"10.0.0.0/24\", repeat = 1900 }}]\n[[steps]]\nreplicate = {{ operation = \"${{x}}\" }}\n"
    );
    for case in 0..CASES_MAX {
        writeln!(
            text,
            "[[cases]]\nname = \"{case}\"\nx = \"ReplicateServer\""
        )
        .expect("text takes text");
    }
    let scenario = read("x", Source::new("x.toml", text.clone())).expect("a scenario");
    assert_eq!(scenario.cases.len(), CASES_MAX);
    assert_eq!(scenario.cases[0].world.scopes.len(), 1900);
    text.push_str("[[cases]]\nname = \"one more\"\nx = \"ReplicateServer\"\n");
    let rejected = survives("cases", text);
    assert_eq!(only_error(&rejected).0, LoadCode::OverLimit);
}

#[test]
fn a_small_file_cannot_grow_large_by_its_cases() {
    let mut text = String::from("title = \"t\"\n[[steps]]\nsend_xml = { envelope = \"");
    text.push_str(&"${x}".repeat(1_000));
    text.push_str("!\" }\n");
    for case in 0..100 {
        writeln!(
            text,
            "[[cases]]\nname = \"{case}\"\nx = \"{}\"",
            "x".repeat(1_000)
        )
        .expect("text takes text");
    }
    let rejected = survives("text", text);
    assert_eq!(only_error(&rejected).0, LoadCode::OverLimit);

    let mut text = String::from("title = \"t\"\n");
    text.push_str(&"[[steps]]\nkeepalive = {}\n".repeat(9_000));
    text.push_str("[[steps]]\nconnect = { caller = \"${x}\" }\n");
    for case in 0..CASES_MAX {
        writeln!(text, "[[cases]]\nname = \"{case}\"\nx = {{}}").expect("text takes text");
    }
    let rejected = survives("steps", text);
    assert_eq!(only_error(&rejected).0, LoadCode::OverLimit);
}

#[test]
fn a_long_text_in_many_rows_is_over_the_limit() {
    let text = "x".repeat(1_000_000);
    for row in [
        format!(
            "scopes = [{{ name = \"A${{n}}\", server = \"S\", subnet = \"::/64\", description = \"{text}\", repeat = 2000 }}]\n"
        ),
        format!(
            "relations = [{{ name = \"{text}${{n}}\", server1 = \"S\", server2 = 0, repeat = 2000 }}]\n"
        ),
    ] {
        let rejected = survives(
            "text",
            format!(
                "{}{row}",
                HEAD.replace("\"S\" }", "\"S\", family = \"v6\" }")
            ),
        );
        assert_eq!(only_error(&rejected).0, LoadCode::OverLimit);
    }
}

#[test]
fn long_lists_in_the_world_are_over_the_limit() {
    let options: String = (0..1_001)
        .map(|id| format!("{{ id = {id}, value = \"\" }}, "))
        .collect();
    let row = format!(
        "scopes = [{{ name = \"A\", server = \"S\", subnet = \"10.0.1.0/24\", options = [{options}] }}]\n"
    );
    assert_eq!(
        only_error(&survives("options", format!("{HEAD}{row}"))).0,
        LoadCode::OverLimit
    );
    let roles: String = (0..50_000)
        .map(|id| format!("{{ name = \"{id}\", operations = [] }}, "))
        .collect();
    assert_eq!(
        only_error(&survives("roles", format!("{HEAD}roles = [{roles}]\n"))).0,
        LoadCode::OverLimit
    );
}

#[test]
fn many_names_that_are_one_are_refused_fast() {
    let rows: String = (0..100_000).map(|_| "{ name = \"B\" }, ").collect();
    survives(
        "names",
        format!("title = \"t\"\n[world]\nservers = [{{ name = \"A\" }}, {rows}]\n"),
    );
    let rows = "name = \"A\", server = \"S\", like = \"Z${n}\", repeat = 5000";
    survives("repeats", format!("{HEAD}scopes = [{{ {rows} }}]\n"));
}

#[test]
fn the_steps_of_a_case_are_limited() {
    let rejected = survives(
        "steps",
        format!(
            "title = \"t\"\n{}",
            "[[steps]]\nkeepalive = {}\n".repeat(10_001)
        ),
    );
    assert_eq!(
        only_error(&rejected),
        (
            LoadCode::OverLimit,
            Position {
                line: 20_002,
                column: 1
            }
        )
    );
}

#[test]
fn the_items_of_a_pattern_are_limited() {
    let items = "\"AddSubTask\", ".repeat(1_001);
    let rejected = survives(
        "items",
        format!(
            "title = \"t\"\nrequirements = [\"R-31-2\"]\n{}[expect]\ncallbacks = [{items}]\n",
            &HEAD[12..]
        ),
    );
    assert_eq!(
        only_error(&rejected),
        (
            LoadCode::OverLimit,
            Position {
                line: 6,
                column: 14_014
            }
        )
    );
}

#[test]
fn no_more_mistakes_are_reported_than_anybody_reads() {
    let rejected = survives(
        "mistakes",
        format!(
            "title = \"t\"\n[world]\nservers = [{}]\n",
            "{ nam = 1 }, ".repeat(50_000)
        ),
    );
    assert_eq!(rejected.errors.len(), ERRORS_MAX);
}

#[test]
fn a_mistake_is_reported_once_whatever_the_cases_and_repeats() {
    let text = "title = \"t\"\n[world]\nservers = [{ name = \"S${n}\", repeat = 50, host = \"${x}\" }]\nscopes = [{ name = \"A${n}\", server = \"Z${n}\", subnet = \"10.0.0.0/24\", repeat = 50 }]\n[[cases]]\nname = \"1\"\nx = \"a\"\n[[cases]]\nname = \"2\"\nx = \"b\"\n";
    let rejected = refused(text);
    assert_eq!(
        only_error(&rejected),
        (
            LoadCode::UnknownName,
            Position {
                line: 4,
                column: 38
            }
        )
    );
}
