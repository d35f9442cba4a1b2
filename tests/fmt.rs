//! `ipamconf fmt`: one layout, reached in one go, that changes nothing but the look.

#[path = "support/cli.rs"]
mod cli;
#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/tree.rs"]
mod tree;

use ipamconf::format::{FormatError, format};
use ipamconf::scenario::{Scenario, Source, read};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::cli::Cli;
use crate::tree::{Tree, quoted};

#[test]
fn the_corpus_is_in_its_one_layout() {
    let mut others = Vec::new();
    for file in corpus::files() {
        let text = std::fs::read_to_string(&file).expect("a readable file");
        if format(&text).as_deref() != Ok(text.as_str()) {
            others.push(file.display().to_string());
        }
    }
    assert!(others.is_empty(), "run `ipamconf fmt`: {others:#?}");
}

const UNTIDY: &str = r##"#:schema ../../schema/scenario.schema.json

# About the file.

'requirements'=['R-4-10']   # the most telling first
# The claim.
title='the "partner" takes it over'


description = 'plain'
[expect]    # what follows
# above changed
changed=[{lease='8d',scope="A on P1"}]
cites.changed = "R-4-10"
overall = "${overall}"
# said directly below

# said of the steps
[[steps]]
expect.overall = "${overall}"
replicate = {set={b=1,a=2},server="S"} # go
[[cases]]
x = [{ percent = 5, name = "AddSubTask" }]
relation = { server2 = "P1", server1 = "S", name = "R1" }
name = "one"
overall = "CompletedWithSuccess"
[world]

servers = [ # all of them
  {name="S"}, {name="P1"}   # a pair

  # the last
  # one
  , {host = 'x', name = "Q"}
  # nobody else
]
relations = [
"${relation}"]
scopes = [{ server="S", name = "A", "subnet" = "10.0.1.0/24", exclusions = [ "10.0.1.7", # taken
 ] }]

# the end
"##;

const TIDY: &str = r##"#:schema ../../schema/scenario.schema.json

# About the file.

# The claim.
title = 'the "partner" takes it over'

description = "plain"
requirements = ["R-4-10"]  # the most telling first

[world]
servers = [  # all of them
  { name = "S" },
  { name = "P1" },  # a pair

  # the last
  # one
  { name = "Q", host = "x" },
  # nobody else
]
relations = [
  "${relation}",
]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", exclusions = [
    "10.0.1.7",  # taken
  ] },
]

# said of the steps
[[steps]]
replicate = { server = "S", set = { b = 1, a = 2 } }  # go
expect.overall = "${overall}"

[expect]  # what follows
overall = "${overall}"
# above changed
changed = [{ scope = "A on P1", lease = "8d" }]
cites.changed = "R-4-10"
# said directly below

[[cases]]
name = "one"
x = [{ percent = 5, name = "AddSubTask" }]
relation = { name = "R1", server1 = "S", server2 = "P1" }
overall = "CompletedWithSuccess"

# the end
"##;

#[test]
fn comments_stay_with_what_they_are_about() {
    assert_eq!(format(UNTIDY).expect("TOML"), TIDY);
    assert_eq!(format(TIDY).expect("TOML"), TIDY);
}

#[test]
fn a_list_is_broken_up_when_it_is_long_or_the_author_did_so() {
    let long = "\"StartProgressCallback\", ".repeat(6);
    let text = format!("title = \"t\"\n\n[expect]\ncallbacks = [{long}]\n");
    let broken = format(&text).expect("TOML");
    assert_eq!(broken.lines().count(), 11, "{broken}");
    assert!(broken.contains("callbacks = [\n  \"StartProgressCallback\",\n"));
    assert_eq!(format(&broken).as_deref(), Ok(broken.as_str()));
    let short = "title = \"t\"\n\n[expect]\ncallbacks = [\n  \"...\",\n]\n";
    assert_eq!(format(short).as_deref(), Ok(short));
    let one = "title = \"t\"\n\n[expect]\ncallbacks = [\"...\"]\n";
    assert_eq!(format(one).as_deref(), Ok(one));
}

#[test]
fn headers_stay_headers_and_text_of_several_lines_stays_so() {
    let text = "title = \"t\"\n\n[world]\nprovisioned = true\n\n[[world.servers]]\nname = \"S\"\n\n[[world.servers]]\nname = \"P\"\n\n[[steps]]\n\n[steps.send_xml]\nenvelope = '''\n<a b=\"c\"/>\n'''\n\n[steps.expect]\nclosed = true\n";
    assert_eq!(format(text).as_deref(), Ok(text));
    let crlf = text
        .replace('\n', "\r\n")
        .replace("'''", "\"\"\"")
        .replace("b=\"c\"", "");
    let formatted = format(&crlf).expect("TOML");
    assert!(
        formatted.starts_with("title = \"t\"\n\n[world]\n"),
        "{formatted}"
    );
    assert_eq!(format(&formatted).as_deref(), Ok(formatted.as_str()));
}

#[test]
fn what_is_not_toml_has_no_layout() {
    assert!(matches!(format("title = "), Err(FormatError::NotToml(_))));
    assert_eq!(format("").as_deref(), Ok("\n"));
}

/// What a scenario says, without places. The order of columns in an item means nothing, so lines are sorted.
fn said(scenario: &Scenario) -> Vec<String> {
    let places = |line: &str| {
        let trimmed = line.trim();
        trimmed.starts_with("start: ") || trimmed.starts_with("end: ")
    };
    let mut lines: Vec<String> = scenario
        .cases
        .iter()
        .enumerate()
        .flat_map(|(number, case)| {
            let text = format!("{case:#?}");
            text.lines()
                .filter(|line| !places(line))
                .map(|line| format!("{number} {line}"))
                .collect::<Vec<_>>()
        })
        .collect();
    lines.sort();
    lines
}

fn scenario(text: &str) -> Scenario {
    read("x", Source::new("x.toml", text)).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A file written in a way that nobody would write it.
struct Mess<'a> {
    random: &'a mut dyn FnMut(usize) -> usize,
    comments: usize,
}

impl Mess<'_> {
    fn chance(&mut self, of: usize) -> bool {
        (self.random)(of) == 0
    }

    fn blanks(&mut self) -> String {
        " ".repeat((self.random)(3))
    }

    fn comment(&mut self) -> String {
        self.comments += 1;
        format!("# comment {}", self.comments)
    }

    fn shuffled<'t>(&mut self, entries: &'t [(String, Tree)]) -> Vec<&'t (String, Tree)> {
        let mut entries: Vec<_> = entries.iter().collect();
        for place in (1..entries.len()).rev() {
            entries.swap(place, (self.random)(place + 1));
        }
        entries
    }

    fn text(&mut self, text: &str) -> String {
        let is_plain = !text.contains(['\'', '\n']) && !text.chars().any(char::is_control);
        match (self.random)(4) {
            0 if is_plain => format!("'{text}'"),
            1 if is_plain && !text.is_empty() => format!("'''{text}'''"),
            2 if !text.contains(['"', '\\', '\r']) => format!("\"\"\"\n{text}\"\"\""),
            _ => quoted(text),
        }
    }

    fn key(&mut self, key: &str) -> String {
        let is_bare = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if is_bare && !self.chance(4) {
            key.to_owned()
        } else {
            self.text(key)
                .replace("'''", "'")
                .replace("\"\"\"\n", "\"")
                .replace("\"\"\"", "\"")
        }
    }

    /// White space in a list, with comments and line ends as they come.
    fn gap(&mut self) -> String {
        match (self.random)(6) {
            0 => format!("{} {}\n{}", self.blanks(), self.comment(), self.blanks()),
            1 => format!("\n\n{}\n {}", self.comment(), self.blanks()),
            2 => "\n".to_owned(),
            _ => self.blanks(),
        }
    }

    fn value(&mut self, value: &Tree, keep_order: bool) -> String {
        match value {
            Tree::Text(text) => self.text(text),
            Tree::List(items) => {
                let mut text = String::from("[");
                for (number, item) in items.iter().enumerate() {
                    if number > 0 {
                        text.push(',');
                    }
                    text.push_str(&self.gap());
                    text.push_str(&self.value(item, keep_order));
                    text.push_str(&self.gap());
                }
                if !items.is_empty() && self.chance(2) {
                    text.push(',');
                    text.push_str(&self.gap());
                }
                text + "]"
            }
            Tree::Table(entries) => {
                let entries = if keep_order {
                    entries.iter().collect()
                } else {
                    self.shuffled(entries)
                };
                let mut parts = Vec::new();
                for (key, value) in entries {
                    let keep_order = keep_order || key == "set";
                    let (key, value) = (self.key(key), self.value(value, keep_order));
                    parts.push(format!(
                        "{}{key}{}={}{value}{}",
                        self.blanks(),
                        self.blanks(),
                        self.blanks(),
                        self.blanks()
                    ));
                }
                format!("{{{}}}", parts.join(","))
            }
            other => other.to_toml(),
        }
    }

    fn pair(&mut self, key: &str, value: &Tree) -> String {
        let mut text = String::new();
        while self.chance(4) {
            text.push_str(&if self.chance(2) {
                "\n".to_owned()
            } else {
                format!("{}{}\n", self.blanks(), self.comment())
            });
        }
        let keep_order = key == "set";
        let (key, value) = (self.key(key), self.value(value, keep_order));
        text.push_str(&format!(
            "{}{key}{}={}{value}",
            self.blanks(),
            self.blanks(),
            self.blanks()
        ));
        if self.chance(4) {
            text.push_str(&format!(" {}", self.comment()));
        }
        text + "\n"
    }

    fn below(&mut self, header: &str, entries: &[(String, Tree)]) -> String {
        let mut text = String::new();
        while self.chance(3) {
            text.push_str(&if self.chance(2) {
                "\n".to_owned()
            } else {
                format!("{}\n", self.comment())
            });
        }
        text.push_str(header);
        if self.chance(4) {
            text.push_str(&format!(" {}", self.comment()));
        }
        text.push('\n');
        for (key, value) in self.shuffled(entries) {
            text.push_str(&self.pair(key, value));
        }
        text
    }

    fn file(&mut self, file: &Tree) -> String {
        let Tree::Table(entries) = file else {
            panic!("a file is a table")
        };
        let mut top = String::new();
        let mut below = Vec::new();
        for (key, value) in self.shuffled(entries) {
            let inline = self.chance(3);
            match value {
                Tree::Table(entries) if !inline => {
                    below.push(self.below(&format!("[{key}]"), entries))
                }
                Tree::List(items)
                    if !inline
                        && !items.is_empty()
                        && items.iter().all(|item| matches!(item, Tree::Table(_))) =>
                {
                    let mut text = String::new();
                    for item in items {
                        if let Tree::Table(entries) = item {
                            text.push_str(&self.below(&format!("[[{key}]]"), entries));
                        }
                    }
                    below.push(text);
                }
                value => top.push_str(&self.pair(key, value)),
            }
        }
        let mut text = top + &below.concat();
        while self.chance(3) {
            text.push_str(&if self.chance(2) {
                "\n".to_owned()
            } else {
                format!("{}\n", self.comment())
            });
        }
        text
    }
}

#[test]
fn whatever_a_file_looks_like_it_keeps_its_meaning_and_its_comments() {
    let files: Vec<(Tree, Vec<String>)> = corpus::files()
        .iter()
        .map(|file| std::fs::read_to_string(file).expect("a readable file"))
        .filter(|text| !text.contains("repeat = "))
        .map(|text| (Tree::parse(&text).expect("TOML"), said(&scenario(&text))))
        .collect();
    let config = Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let strategy = (
        0..files.len(),
        proptest::collection::vec(any::<u16>(), 1..400),
    );
    runner
        .run(&strategy, |(place, choices)| {
            let (tree, says) = &files[place];
            let mut next = choices.iter().cycle().enumerate();
            let mut random = |below: usize| {
                let (number, choice) = next.next().expect("a cycle has no end");
                (usize::from(*choice) + number / choices.len()) % below
            };
            let mut mess = Mess {
                random: &mut random,
                comments: 0,
            };
            let untidy = mess.file(tree);
            let comments = mess.comments;
            prop_assert_eq!(&said(&scenario(&untidy)), says);
            let tidy = format(&untidy)
                .map_err(|error| TestCaseError::fail(format!("{error}\n{untidy}")))?;
            prop_assert_eq!(&said(&scenario(&tidy)), says, "{}\n{}", untidy, tidy);
            let again = format(&tidy).expect("TOML");
            prop_assert_eq!(&again, &tidy, "\n{}", untidy);
            for number in 1..=comments {
                let found = tidy
                    .match_indices(&format!("# comment {number}"))
                    .filter(|(at, found)| {
                        !tidy[at + found.len()..].starts_with(|c: char| c.is_ascii_digit())
                    })
                    .count();
                prop_assert_eq!(
                    found,
                    1,
                    "comment {} of\n{}\nin\n{}",
                    number,
                    &untidy,
                    &tidy
                );
            }
            for line in tidy.lines() {
                prop_assert_eq!(line.trim_end(), line, "{}", tidy);
            }
            prop_assert!(
                !tidy.contains("\n\n\n") || untidy.contains("\"\"\""),
                "{}",
                tidy
            );
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn check_lists_what_would_change_and_writes_nothing() {
    let untidy = cli::PASSING.replace("title = ", "title   =   ");
    let cli = Cli::in_folder("fmt-check")
        .with("scenarios/untidy.toml", &untidy)
        .with("scenarios/tidy.toml", format(cli::PASSING).expect("TOML"));
    let ran = cli.run(&["fmt", "--check"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (Some(1), "scenarios/untidy.toml\n")
    );
    assert_eq!(ran.err, "1 of 2 files would change\n");
    let file = cli.folder().join("scenarios/untidy.toml");
    assert_eq!(std::fs::read_to_string(&file).expect("the file"), untidy);

    let ran = cli.run(&["fmt"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (Some(0), "scenarios/untidy.toml\n")
    );
    assert_eq!(
        Ok(std::fs::read_to_string(&file).expect("the file")),
        format(cli::PASSING)
    );
    let ran = cli.run(&["fmt", "--check"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""));
    let left: Vec<_> = std::fs::read_dir(cli.folder().join("scenarios"))
        .expect("the folder")
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_reported_and_left_alone() {
    let wrong = cli::PASSING.replace("lease =", "leese   =");
    let untidy = cli::PASSING.replace("title = ", "title   =   ");
    let cli = Cli::in_folder("fmt-wrong")
        .with("wrong.toml", &wrong)
        .with("untidy.toml", untidy);
    for arguments in [
        &["fmt", "wrong.toml", "untidy.toml", "--check"][..],
        &["fmt", "wrong.toml", "untidy.toml"],
    ] {
        let ran = cli.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), "untidy.toml\n"));
        assert!(
            ran.err.contains("error[IC2101]: unknown key"),
            "{}",
            ran.err
        );
    }
    let text = std::fs::read_to_string(cli.folder().join("wrong.toml")).expect("the file");
    assert_eq!(text, wrong);
    assert_eq!(cli.run(&["fmt", "nowhere.toml"]).code, Some(3));
    assert_eq!(cli.run(&["fmt"]).code, Some(3));
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay_as_they_are() {
    use std::os::unix::fs::PermissionsExt as _;
    let untidy = cli::PASSING.replace("title = ", "title   =   ");
    let cli = Cli::in_folder("fmt-links").with("real.toml", untidy);
    let (real, link) = (
        cli.folder().join("real.toml"),
        cli.folder().join("link.toml"),
    );
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).expect("a mode");
    std::os::unix::fs::symlink("real.toml", &link).expect("a link");
    assert_eq!(cli.run(&["fmt", "link.toml"]).code, Some(0));
    assert!(link.symlink_metadata().expect("the link").is_symlink());
    assert_eq!(
        real.metadata().expect("the file").permissions().mode() & 0o777,
        0o640
    );
    let text = std::fs::read_to_string(&real).expect("the file");
    assert_eq!(Ok(text), format(cli::PASSING));
}
