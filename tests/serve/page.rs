//! Every command of `docs/serve.md`, in the order of the page, against a server of its own.

use std::path::Path;
use std::process::Command;

use crate::command::serve;

/// Whether a line is what a pattern says, in which `[..]` stands for any text.
fn fits(pattern: &str, line: &str) -> bool {
    let parts: Vec<&str> = pattern.split("[..]").collect();
    let (first, last) = (parts[0], parts[parts.len() - 1]);
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    for part in &parts[1..] {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    parts.len() == 1 && rest.is_empty() || parts.len() > 1 && line.ends_with(last)
}

#[test]
fn every_command_of_the_page_prints_what_the_page_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/serve.md")).unwrap();
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("serve-page-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    // The files of the page.
    for part in page.split("<!-- file: ").skip(1) {
        let (name, rest) = part.split_once(" -->").unwrap();
        let content = rest.split("```").nth(1).unwrap();
        let (_, content) = content.split_once('\n').unwrap();
        std::fs::write(folder.join(name), content).unwrap();
    }
    let served = serve(
        &[
            "--http",
            "127.0.0.1:0",
            "--control",
            "127.0.0.1:0",
            "--log",
            "off",
        ],
        2,
    );
    let place = |url: &str| {
        url.trim_start_matches("http://")
            .trim_end_matches("/soap")
            .to_owned()
    };
    let (soap, control) = (place(&served.listening[0]), place(&served.listening[1]));
    let mut lines = page.lines().peekable();
    let mut run = 0;
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("$ ") else {
            continue;
        };
        if command.starts_with("ipamconf serve ") {
            continue;
        }
        let shown = lines
            .next_if(|line| !line.starts_with(['$', '`']))
            .unwrap_or("");
        let command = command
            .replace("127.0.0.1:8080", &soap)
            .replace("127.0.0.1:8081", &control);
        let output = Command::new("sh")
            .args(["-c", &command])
            .current_dir(&folder)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        let begin: String = printed.chars().take(500).collect();
        assert!(output.status.success(), "{command}: {output:?}");
        assert!(
            fits(shown, printed.trim_end()),
            "{command}\nis shown to print\n{shown}\nbut prints\n{begin}"
        );
        run += 1;
    }
    assert!(run > 5, "only {run} commands were found");
    assert_eq!(served.stop("-TERM").0, Some(0));
    let _ = std::fs::remove_dir_all(&folder);
}
