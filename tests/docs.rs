//! What the documentation shows is what the tool does: every command of a `console` block in `README.md`,
//! `ARCHITECTURE.md` and `docs/*.md` is run, and what is printed below it is compared.
//!
//! Each page has a folder of its own, empty at first, in which its commands run in the order of the page:
//!
//! - `$ command` is run by a shell. It has to be a command that is known here, and to end with 0, or with the code that a
//!   line `? code` below it gives.
//! - The lines below are its whole output, standard output first. A line `...` stands for any lines, `[..]` for any text
//!   in a line; dates and how long a run took are not compared. Without any line the output is not compared.
//!
//! A comment before a block says more (it does not show on the rendered page):
//!
//! - `<!-- file: NAME -->`: the block is a file in the folder.
//! - `<!-- file: NAME, as OTHER in PAGE -->`: the file of another page; no block follows.
//! - `<!-- part of: NAME -->`: the block's lines stand in that file, which the commands have written.
//! - `<!-- before: COMMAND -->`: run first, and not shown.
//! - `<!-- not run: REASON -->`: a console or toml block that is only there to be read.

// `sed -i` has another form elsewhere.
#![cfg(target_os = "linux")]

#[path = "support/cli.rs"]
mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use support::{Cli, Ran};

/// The commands that may stand in a console block.
const KNOWN: &[&str] = &["ipamconf", "sed", "mkdir", "mv", "cat"];

struct Block {
    /// The number of its first line.
    line: usize,
    language: String,
    markers: Vec<String>,
    lines: Vec<String>,
}

impl Block {
    fn marker(&self, name: &str) -> Option<&str> {
        self.markers
            .iter()
            .find_map(|marker| marker.strip_prefix(name)?.strip_prefix(": "))
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every page, with its path from the root.
fn pages() -> Vec<(String, String)> {
    let mut names = vec!["README.md".to_owned(), "ARCHITECTURE.md".to_owned()];
    for entry in std::fs::read_dir(root().join("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".md") {
            names.push(format!("docs/{name}"));
        }
    }
    names.sort();
    names
        .into_iter()
        .map(|name| {
            let text = std::fs::read_to_string(root().join(&name)).unwrap();
            (name, text)
        })
        .collect()
}

/// The blocks of a page in order. A marker without a block is a block without a language.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut markers: Vec<String> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        let block = |language: &str, markers: Vec<String>| Block {
            line: index + 1,
            language: language.to_owned(),
            markers,
            lines: Vec::new(),
        };
        match (open, line.strip_prefix("```")) {
            (true, Some(_)) => open = false,
            (true, None) => blocks
                .last_mut()
                .expect("a block is open")
                .lines
                .push(line.to_owned()),
            (false, Some(language)) => {
                blocks.push(block(language, std::mem::take(&mut markers)));
                open = true;
            }
            (false, None) => {
                let marker = line
                    .strip_prefix("<!-- ")
                    .and_then(|rest| rest.strip_suffix(" -->"));
                match marker {
                    Some(marker) if marker.contains(", as ") => {
                        blocks.push(block("", vec![marker.to_owned()]));
                    }
                    Some(marker) => markers.push(marker.to_owned()),
                    None => {}
                }
            }
        }
    }
    assert!(!open, "a block is not closed");
    blocks
}

fn shell(command: &str, folder: &Path) -> Ran {
    let tool = Path::new(env!("CARGO_BIN_EXE_ipamconf"));
    let path = format!(
        "{}:{}",
        tool.parent().unwrap().display(),
        std::env::var("PATH").unwrap_or_default()
    );
    std::process::Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .env("PATH", path)
        .env_remove("CI")
        .env_remove("NO_COLOR")
        .output()
        .expect("a shell runs")
        .into()
}

/// Lines without what varies and says nothing: how long a run took, dates, blanks at the end, empty lines around.
fn plain(text: &str) -> Vec<String> {
    text.trim().lines().map(plain_line).collect()
}

fn plain_line(line: &str) -> String {
    let is_date = |word: &str| {
        word.len() == 10
            && word.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            })
    };
    let is_time = |word: &str| word.contains('.') && word.parse::<f64>().is_ok();
    let without = |word: &str| {
        let bare = word.trim_end_matches([',', ';', ':', '.']);
        if is_date(bare) {
            word.replace(bare, "DATE")
        } else if is_time(bare) {
            word.replace(bare, "TIME")
        } else {
            word.to_owned()
        }
    };
    let words: Vec<String> = line.trim_end().split(' ').map(without).collect();
    words.join(" ")
}

/// Whether a line is what a pattern with `[..]` says.
fn line_fits(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split("[..]");
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(skipped) = last.replace(part) {
            match rest.find(skipped) {
                Some(at) => rest = &rest[at + skipped.len()..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

/// Whether lines are what a pattern says, in which `...` stands for any lines.
fn fits(pattern: &[String], lines: &[String]) -> bool {
    match pattern.split_first() {
        None => lines.is_empty(),
        Some((any, rest)) if any == "..." => {
            (0..=lines.len()).any(|skipped| fits(rest, &lines[skipped..]))
        }
        Some((first, rest)) => lines
            .split_first()
            .is_some_and(|(line, more)| line_fits(first, line) && fits(rest, more)),
    }
}

/// A command with what is shown below it.
struct Shown {
    command: String,
    code: i32,
    output: Vec<String>,
}

fn shown(block: &Block) -> Result<Vec<Shown>, String> {
    let mut all: Vec<Shown> = Vec::new();
    for line in &block.lines {
        if let Some(command) = line.strip_prefix("$ ") {
            all.push(Shown {
                command: command.to_owned(),
                code: 0,
                output: Vec::new(),
            });
            continue;
        }
        let Some(last) = all.last_mut() else {
            return Err(format!("`{line}` stands before any command"));
        };
        match line.strip_prefix("? ") {
            Some(code) => last.code = code.parse().map_err(|_| format!("`{line}` is no code"))?,
            None => last.output.push(line.clone()),
        }
    }
    Ok(all)
}

/// Runs what a page shows; what is wrong with it, and how many commands were run.
fn walk(page: &str, text: &str) -> (Vec<String>, usize) {
    let cli = Cli::in_folder(&format!("docs-{}", page.replace(['/', '.'], "-")));
    let folder = cli.folder();
    let write = |name: &str, lines: &[String]| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, lines.join("\n") + "\n").unwrap();
    };
    let mut mistakes = Vec::new();
    let mut commands = 0;
    for block in blocks(text) {
        let mut wrong = |what: String| mistakes.push(format!("{page}:{}: {what}", block.line));
        if let Some(reason) = block.marker("not run") {
            if reason.len() < 10 {
                wrong(format!("`{reason}` is no reason"));
            }
            continue;
        }
        if let Some(command) = block.marker("before") {
            let ran = shell(command, folder);
            if ran.code != Some(0) {
                wrong(format!("`{command}`: {}{}", ran.out, ran.err));
            }
        }
        if let Some(file) = block.marker("file") {
            match file.split_once(", as ") {
                None => write(file, &block.lines),
                Some((name, from)) => {
                    let (other, of) = from.split_once(" in ").expect("`as OTHER in PAGE`");
                    let text = std::fs::read_to_string(root().join(of)).unwrap();
                    let there = blocks(&text)
                        .into_iter()
                        .find(|block| block.marker("file") == Some(other));
                    match there {
                        Some(there) => write(name, &there.lines),
                        None => wrong(format!("{of} has no file `{other}`")),
                    }
                }
            }
            continue;
        }
        if let Some(file) = block.marker("part of") {
            let written = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
            for line in &block.lines {
                let line = plain_line(line);
                let fits = |there: &str| line_fits(&line, &plain_line(there));
                if !written.lines().any(fits) {
                    wrong(format!("`{line}` is not in {file}:\n{written}"));
                }
            }
            continue;
        }
        match block.language.as_str() {
            "console" => {}
            "toml" | "" => {
                wrong("say by a comment what this is: see tests/docs.rs".to_owned());
                continue;
            }
            // examples in other languages, of which only the options are checked
            _ => continue,
        }
        let all = match shown(&block) {
            Ok(all) => all,
            Err(mistake) => {
                wrong(mistake);
                continue;
            }
        };
        for Shown {
            command,
            code,
            output,
        } in all
        {
            let program = command.split_whitespace().next().unwrap_or("");
            if !KNOWN.contains(&program) {
                wrong(format!(
                    "`{command}`: `{program}` is not known here; put `<!-- not run: REASON -->` before the block"
                ));
                continue;
            }
            let ran = shell(&command, folder);
            commands += 1;
            let printed = format!("{}\n{}", ran.out.trim_end(), ran.err);
            if ran.code != Some(code) {
                wrong(format!(
                    "`{command}` ends with {:?} and not with {code}:\n{printed}",
                    ran.code
                ));
            }
            let expected = plain(&output.join("\n"));
            if !expected.is_empty() && !fits(&expected, &plain(&printed)) {
                wrong(format!(
                    "`{command}` is shown to print\n{}\nbut prints\n{printed}",
                    output.join("\n")
                ));
            }
        }
    }
    (mistakes, commands)
}

#[test]
fn every_command_does_what_its_page_shows() {
    let mut mistakes = Vec::new();
    let mut commands = 0;
    for (page, text) in pages() {
        let (found, ran) = walk(&page, &text);
        mistakes.extend(found);
        commands += ran;
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n\n"));
    assert!(commands > 30, "only {commands} commands were found");
}

#[test]
fn a_page_that_shows_something_else_is_found() {
    for (page, said) in [
        (
            "```console\n$ frobnicate\n```\n",
            "`frobnicate` is not known here",
        ),
        (
            "```console\n$ ipamconf run nowhere\n```\n",
            "ends with Some(3)",
        ),
        (
            "```console\n$ ipamconf --version\nipamconf 9.9.9\n```\n",
            "but prints",
        ),
        (
            "```console\n$ ipamconf --version\nipamconf [..]\nmore\n```\n",
            "but prints",
        ),
        ("```toml\nx = 1\n```\n", "say by a comment what this is"),
        (
            "<!-- not run: no -->\n```console\n$ x\n```\n",
            "is no reason",
        ),
        (
            "<!-- file: a -->\n```toml\nx = 1\n```\n\n<!-- part of: a -->\n```toml\nx = 2\n```\n",
            "is not in a",
        ),
    ] {
        let (mistakes, _) = walk("a-wrong-page", page);
        assert_eq!(mistakes.len(), 1, "{page}: {mistakes:?}");
        assert!(mistakes[0].contains(said), "{}", mistakes[0]);
    }
    let right =
        "```console\n$ ipamconf --version\nipamconf [..]\n$ cat nothing 2>/dev/null\n? 1\n```\n";
    assert_eq!(walk("a-right-page", right), (Vec::new(), 2));
}

/// The options of a command line, for the subcommand that it names.
fn options(line: &str) -> Option<(&str, BTreeSet<&str>)> {
    let (_, rest) = line.split_once("ipamconf ")?;
    let command = rest
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .next()?;
    let options = rest
        .split(|c: char| c.is_whitespace() || "`\\|,;)".contains(c))
        .filter_map(|word| word.split('=').next())
        .filter(|word| word.starts_with("--") && word.len() > 2)
        .collect();
    Some((command, options))
}

#[test]
fn every_option_that_a_page_names_exists() {
    let cli = Cli::in_folder("docs-options");
    let mut named = 0;
    let mut mistakes = Vec::new();
    for (page, text) in pages() {
        // Code in the text, the rows of the table of commands, and the recipes, whose lines may be folded.
        let mut lines: Vec<String> = text
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|code| code.starts_with("ipamconf "))
            .map(str::to_owned)
            .collect();
        lines.extend(
            text.lines()
                .filter(|line| line.starts_with("| `ipamconf "))
                .map(str::to_owned),
        );
        for block in blocks(&text) {
            if ["yaml", "sh"].contains(&block.language.as_str()) {
                lines.extend(
                    block
                        .lines
                        .join(" ")
                        .split("ipamconf run ")
                        .skip(1)
                        .map(|rest| format!("ipamconf run {rest}")),
                );
            }
        }
        for (command, options) in lines.iter().filter_map(|line| options(line)) {
            let help = cli.run(&[command, "--help"]);
            if help.code != Some(0) {
                mistakes.push(format!("{page}: there is no command `{command}`"));
            }
            for option in options {
                named += 1;
                let there = help
                    .out
                    .split(|c: char| c.is_whitespace() || c == ',')
                    .any(|word| word == option);
                // `lint --help` and the like
                if !there && option != "--help" {
                    mistakes.push(format!("{page}: `{command}` has no option `{option}`"));
                }
            }
        }
    }
    mistakes.sort();
    mistakes.dedup();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    assert!(named > 20, "only {named} options were found");
}
