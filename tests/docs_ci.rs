//! What `docs/ci.md` says is what the tool does: its `console` blocks are run, the options in its recipes exist.

// `sed -i` has another form elsewhere.
#![cfg(target_os = "linux")]

#[path = "support/cli.rs"]
mod support;

use std::collections::BTreeSet;

use support::{Cli, Ran};

const PAGE: &str = include_str!("../docs/ci.md");

/// The lines of every block of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in PAGE.lines() {
        if let Some(named) = line.strip_prefix("```") {
            inside = !inside && named == language;
        } else if inside {
            lines.push(line);
        }
    }
    lines
}

#[test]
fn every_command_does_what_the_page_says() {
    let readme = include_str!("../README.md");
    let scenario = readme
        .split_once("expects the wrong lease time")
        .and_then(|(_, rest)| rest.split_once("```toml\n"))
        .and_then(|(_, rest)| rest.split_once("```"))
        .expect("the README has the example")
        .0;
    let cli = Cli::in_folder("docs-ci").with("scenarios/lease.toml", scenario);
    let tool = std::path::Path::new(env!("CARGO_BIN_EXE_ipamconf"));
    let path = format!(
        "{}:{}",
        tool.parent().unwrap().display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let mut commands = 0;
    let mut last: Option<(&str, Ran)> = None;
    for line in blocks("console") {
        if let Some(command) = line.strip_prefix("$ ") {
            let output = std::process::Command::new("sh")
                .args(["-c", command])
                .current_dir(cli.folder())
                .env("PATH", &path)
                .env_remove("CI")
                .env_remove("NO_COLOR")
                .output()
                .unwrap();
            commands += 1;
            last = Some((command, output.into()));
            continue;
        }
        let (command, ran) = last.as_ref().expect("a command comes first");
        match line.strip_prefix("? ") {
            Some(code) => assert_eq!(
                ran.code.map(|code| code.to_string()).as_deref(),
                Some(code),
                "`{command}`:\n{}{}",
                ran.out,
                ran.err
            ),
            None => assert!(
                ran.out.contains(line) || ran.err.contains(line),
                "`{command}` does not print `{line}`:\n{}{}",
                ran.out,
                ran.err
            ),
        }
    }
    assert!(commands > 15, "only {commands} commands were found");
    // The entry that the page shows is the first that was written, but for its date.
    let written = std::fs::read_to_string(cli.folder().join("known.toml")).unwrap();
    for line in blocks("toml") {
        assert!(
            line.starts_with("expires = ") || written.contains(line),
            "`{line}` is not in\n{written}"
        );
    }
}

#[test]
fn every_option_of_the_recipes_exists() {
    let cli = Cli::in_folder("docs-ci-options");
    let help = cli.run(&["run", "--help"]).out;
    let words = [blocks("yaml"), blocks("sh")].concat().join(" ");
    let options: BTreeSet<&str> = words
        .split_whitespace()
        .filter(|word| word.starts_with("--") && !["--locked", "--path"].contains(word))
        .collect();
    assert!(options.len() >= 6, "{options:?}");
    for option in options {
        assert!(
            help.contains(&format!(" {option} ")) || help.contains(&format!(" {option}\n")),
            "{option}:\n{help}"
        );
    }
    for format in ["github", "junit=FILE", "markdown=FILE"] {
        assert!(help.contains(format), "{format}");
    }
}
