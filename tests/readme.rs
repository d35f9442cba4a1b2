//! What the README shows is what the tool prints.

#[path = "support/cli.rs"]
mod support;

use support::Cli;

/// The first block of that language after some words.
fn block<'a>(text: &'a str, after: &str, language: &str) -> &'a str {
    let from = text
        .find(after)
        .unwrap_or_else(|| panic!("the README does not say `{after}`"));
    let fence = format!("```{language}\n");
    let start = text[from..].find(&fence).expect("a block follows") + from + fence.len();
    let end = text[start..].find("```").expect("the block ends") + start;
    &text[start..end]
}

/// Times differ from run to run, and say nothing.
fn without_times(text: &str) -> String {
    text.lines()
        .map(|line| line.split(" in 0.").next().unwrap_or(line).trim_end())
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .to_owned()
}

#[test]
fn the_failing_example_prints_what_the_readme_shows() {
    let readme = include_str!("../README.md");
    let scenario = block(readme, "expects the wrong lease time", "toml");
    let shown = block(readme, "--door session", "text");
    let cli = Cli::in_folder("readme").with("lease.toml", scenario);
    let ran = cli.run(&["run", "lease.toml", "--door", "session"]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(
        without_times(&ran.out).starts_with(&without_times(shown)),
        "the README shows\n{shown}\nbut the tool prints\n{}",
        ran.out
    );
}

#[test]
fn the_mistyped_example_prints_what_the_readme_shows() {
    let readme = include_str!("../README.md");
    let scenario = block(readme, "expects the wrong lease time", "toml");
    let shown = block(readme, "with the nearest right word", "text");
    let mistyped = scenario
        .replace("relation = \"R1\"", "relation = \"R2\"")
        .replace("server = \"P1\", like", "sever = \"P1\", like");
    let cli = Cli::in_folder("readme-mistyped").with("lease.toml", mistyped);
    let ran = cli.run(&["run", "lease.toml"]);
    assert_eq!(ran.code, Some(2), "{}", ran.out);
    assert_eq!(without_times(&ran.err), without_times(shown));
}
