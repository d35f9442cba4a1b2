//! What CI needs of the command line: baselines, annotations, snapshots to review, partitions, repeats, the built-in
//! corpus; all through the binary.

#[path = "support/cli.rs"]
mod support;

use std::collections::BTreeSet;

use support::{Cli, PASSING, failing};

fn read(cli: &Cli, path: &str) -> String {
    std::fs::read_to_string(cli.folder().join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn write(cli: &Cli, path: &str, text: &str) {
    std::fs::write(cli.folder().join(path), text).unwrap();
}

/// A folder with a failing scenario and a baseline that accepts it, filled in.
fn accepted(name: &str) -> Cli {
    let cli = Cli::in_folder(name).with("scenarios/a.toml", failing());
    let ran = cli.run(&["run", "--write-baseline", "known.toml"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    assert!(
        ran.err
            .contains("baseline: 2 failures written to known.toml"),
        "{}",
        ran.err
    );
    let text = read(&cli, "known.toml")
        .replace("TODO: why this is accepted", "rounds to days")
        .replace("TODO: where it is followed up", "TICKET-12");
    write(&cli, "known.toml", &text);
    cli
}

#[test]
fn what_a_baseline_accepts_does_not_fail_and_is_shown_with_its_reason() {
    let cli = accepted("accepted");
    let ran = cli.run(&[
        "run",
        "--baseline",
        "known.toml",
        "--report",
        "junit=out.xml",
        "--report",
        "json=out.json",
        "--report",
        "markdown=out.md",
    ]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(ran.err, "");
    for part in [
        "accepted by the baseline:\n  scenarios/a.toml:15:41: R-4-10 (fail, HARD)",
        ": rounds to days (TICKET-12) [2 cases]\n",
        "accepted R-4-10 in 2 of 2, 3.19.4.4.1.4",
        "2 cases: 2 pass",
        "; 2 differences accepted",
    ] {
        assert!(ran.out.contains(part), "`{part}` is missing in {}", ran.out);
    }
    let xml = read(&cli, "out.xml");
    assert!(
        xml.contains("skipped=\"2\"") && xml.contains("R-4-10: rounds to days (TICKET-12)\"/>"),
        "{xml}"
    );
    let json: serde_json::Value = serde_json::from_str(&read(&cli, "out.json")).unwrap();
    assert_eq!(json["summary"]["accepted"], 2);
    let checks = json["scenarios"][0]["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["check"] == "changed");
    let accepted = &check.unwrap()["accepted"];
    assert_eq!(accepted["reason"], "rounds to days");
    assert_eq!(accepted["issue"], "TICKET-12");
    let row = json["requirements"].as_array().unwrap().iter();
    let row = row.clone().find(|row| row["id"] == "R-4-10").unwrap();
    assert_eq!(row["verdict"], "accepted");
    assert!(read(&cli, "out.md").contains("| rounds to days (TICKET-12) |"));
}

#[test]
fn a_baseline_accepts_what_failed_and_not_that_it_failed() {
    let cli = accepted("other-failure");
    let text = read(&cli, "known.toml");
    // The same check of the same case finds something else.
    write(
        &cli,
        "known.toml",
        &text.replace("lease `8d`", "lease `7d`"),
    );
    let ran = cli.run(&["run", "--baseline", "known.toml"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("2 cases: 0 pass, 2 fail"), "{}", ran.out);
    for part in [
        "error[IC6001]: the baseline entry matches no failure\n --> known.toml:6:1",
        "found: it expects scope `A on P1`: lease `2d`, finds lease `8d`",
        "2 stale entries in known.toml",
    ] {
        assert!(ran.err.contains(part), "`{part}` is missing in {}", ran.err);
    }
    // Without `found`, whatever is found is accepted; without `door`, at each door.
    let open: String = text
        .lines()
        .filter(|line| !line.starts_with("found") && !line.starts_with("door"))
        .take(13)
        .map(|line| format!("{line}\n"))
        .collect();
    write(&cli, "known.toml", &open);
    let ran = cli.run(&["run", "--baseline", "known.toml"]);
    assert_eq!(ran.code, Some(0), "{open}{}{}", ran.out, ran.err);
}

#[test]
fn exit_6_when_a_baseline_entry_is_stale_or_expired() {
    let cli = accepted("stale");
    let text = read(&cli, "known.toml");
    // It does not fail any more.
    write(&cli, "scenarios/a.toml", PASSING);
    let ran = cli.run(&["run", "--baseline", "known.toml"]);
    assert_eq!(ran.code, Some(6), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("found: the check passes"), "{}", ran.err);
    assert!(ran.err.contains("known.toml:17:1"), "{}", ran.err);
    // It expired: it accepts nothing, and the failure counts before the staleness.
    write(&cli, "scenarios/a.toml", &failing());
    let old = replace_expiry(&text, "2001-02-03");
    write(&cli, "known.toml", &old);
    let ran = cli.run(&["run", "--baseline", "known.toml"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains(
            "error[IC6002]: the baseline entry has expired\n  --> known.toml:15:11\n   |\n15 | expires = 2001-02-03\n"
        ),
        "{}",
        ran.err
    );
    // Expired and mended.
    write(&cli, "scenarios/a.toml", PASSING);
    let ran = cli.run(&["run", "--baseline", "known.toml"]);
    assert_eq!(ran.code, Some(6), "{}{}", ran.out, ran.err);
    assert!(!ran.err.contains("IC6001"), "{}", ran.err);
    // The scenario is gone.
    write(&cli, "known.toml", &text.replace("\"a\"", "\"gone\""));
    let ran = cli.run(&["run", "--baseline", "known.toml"]);
    assert_eq!(ran.code, Some(6), "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("is about a case that there is not"),
        "{}",
        ran.err
    );
}

fn replace_expiry(text: &str, date: &str) -> String {
    text.lines()
        .map(|line| match line.strip_prefix("expires = ") {
            Some(_) => format!("expires = {date}\n"),
            None => format!("{line}\n"),
        })
        .collect()
}

#[test]
fn entries_about_what_was_not_selected_are_not_stale() {
    let cli = accepted("not-selected").with("scenarios/b.toml", PASSING);
    for selection in [
        &["scenarios/b.toml"][..],
        &["--filter", "b"][..],
        &["--door", "session"][..],
    ] {
        let arguments = [&["run", "--baseline", "known.toml"], selection].concat();
        let ran = cli.run(&arguments);
        assert_eq!(ran.code, Some(0), "{selection:?}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn exit_2_when_a_baseline_file_is_wrong_with_all_its_mistakes() {
    let cli = accepted("wrong-baseline");
    let text = read(&cli, "known.toml");
    let wrong = text
        .replacen("R-4-10", "R4-10", 1)
        .replacen("reason", "raeson", 1);
    write(&cli, "known.toml", &wrong);
    let ran = cli.run(&["run", "--baseline", "known.toml"]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert_eq!(
        ran.err,
        "\
error[IC2401]: unknown requirement
 --> known.toml:9:15
  |
9 | requirement = \"R4-10\"
  |               ^^^^^^^
  |
  = found: `R4-10`
  = help: did you mean `R-4-10`


error[IC2101]: unknown key
  --> known.toml:13:1
   |
13 | raeson = \"rounds to days\"
   | ^^^^^^
   |
   = found: `raeson`
   = help: did you mean `reason`


2 mistakes in known.toml
"
    );
    let ran = cli.run(&["run", "--baseline", "nowhere.toml"]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert_eq!(
        ran.err,
        "error: `nowhere.toml`: there is no such file: `--write-baseline nowhere.toml` writes one, of what fails\n"
    );
}

#[test]
fn a_new_baseline_never_replaces_a_file() {
    let cli = accepted("no-overwrite");
    let before = read(&cli, "known.toml");
    let ran = cli.run(&["run", "--write-baseline", "known.toml"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("`known.toml` exists"), "{}", ran.err);
    assert_eq!(read(&cli, "known.toml"), before);
    // What is accepted already is not written again.
    let ran = cli.run(&[
        "run",
        "--baseline",
        "known.toml",
        "--write-baseline",
        "more.toml",
    ]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(!read(&cli, "more.toml").contains("[[accepted]]"));
    let ran = cli.run(&["run", "--write-baseline", "no/such/x.toml"]);
    assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
}

#[test]
fn placeholders_are_pointed_out_until_somebody_fills_them_in() {
    let cli = Cli::in_folder("placeholders").with("scenarios/a.toml", failing());
    cli.run(&["run", "--write-baseline", "known.toml"]);
    let ran = cli.run(&["run", "--baseline", "known.toml"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(
        ran.err
            .contains("`TODO` still stands for the reason or the issue of 2 of 2 entries"),
        "{}",
        ran.err
    );
}

#[test]
fn strict_failures_can_be_accepted_too() {
    // Another reading than the one a scenario is written for makes it fail.
    let cli = Cli::in_folder("strict");
    let arguments = |more: &[&'static str]| {
        let begin = [
            "run",
            "embedded:replicate-scope",
            "--reading",
            "OQ-1=literal",
            "--strict",
            "--ci",
        ];
        [&begin[..], more].concat()
    };
    let ran = cli.run(&arguments(&["--write-baseline", "known.toml"]));
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    let ran = cli.run(&arguments(&["--baseline", "known.toml"]));
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    // Cut in parts, the same file serves each part.
    for part in ["1/3", "2/3", "3/3"] {
        let ran = cli.run(&arguments(&[
            "--baseline",
            "known.toml",
            "--partition",
            part,
        ]));
        assert_eq!(ran.code, Some(0), "{part}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn github_gets_an_annotation_for_each_failure_and_each_mistake() {
    let cli = accepted("github")
        .with("scenarios/bad.toml", PASSING.replace("lease =", "leese ="))
        .with("scenarios/fails.toml", failing());
    let ran = cli.run(&[
        "run",
        "--format",
        "github",
        "--door",
        "session",
        "--baseline",
        "known.toml",
    ]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    let kinds: Vec<&str> = ran
        .out
        .lines()
        .map(|line| line.split(",col=").next().unwrap())
        .collect();
    assert_eq!(
        kinds[..5],
        [
            "::error file=scenarios/bad.toml,line=9",
            "::error file=scenarios/bad.toml,line=10",
            "::error file=scenarios/bad.toml,line=15",
            "::notice file=scenarios/a.toml,line=15",
            "::error file=scenarios/fails.toml,line=15",
        ],
        "{}",
        ran.out
    );
    assert!(ran.out.contains("2 cases: 1 pass, 1 fail"), "{}", ran.out);
    write(&cli, "scenarios/a.toml", PASSING);
    let ran = cli.run(&["run", "--format", "github", "--baseline", "known.toml"]);
    assert!(
        ran.out.contains(
            "::error file=known.toml,line=6,col=1,title=the baseline entry matches no failure::"
        ),
        "{}",
        ran.out
    );
}

/// A folder whose accepted trace is not what a run shows, with one more case that has no accepted trace.
fn changed(name: &str) -> Cli {
    let cli = Cli::in_folder(name).with("scenarios/a.toml", PASSING);
    std::fs::create_dir(cli.folder().join("snapshots")).unwrap();
    assert_eq!(cli.run(&["run", "--snapshots", "update"]).code, Some(0));
    let text = read(&cli, "snapshots/a.snap").replace("lease 1h -> 8d", "lease 1h -> 9d");
    write(&cli, "snapshots/a.snap", &text);
    cli.with("scenarios/b.toml", PASSING)
}

fn snapshots(cli: &Cli) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(cli.folder().join("snapshots"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn new_and_changed_snapshots_are_reviewed_one_by_one() {
    let cli = changed("review");
    let ran = cli.run(&["run"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    assert_eq!(
        ran.err,
        "2 snapshots to review: `ipamconf snapshots diff`, then `accept` or `reject`\n"
    );
    assert_eq!(snapshots(&cli), ["a.snap", "a.snap.new", "b.snap.new"]);
    let ran = cli.run(&["snapshots", "diff"]);
    assert_eq!(ran.code, Some(6), "{}{}", ran.out, ran.err);
    for part in [
        "changed a\n",
        "    -~ scope A on P1: lease 1h -> 9d\n    +~ scope A on P1: lease 1h -> 8d\n",
        "new b\n",
        "2 snapshots pending",
    ] {
        assert!(ran.out.contains(part), "`{part}` is missing in {}", ran.out);
    }
    let ran = cli.run(&["snapshots", "accept", "a"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "accepted a\n"));
    assert_eq!(snapshots(&cli), ["a.snap", "b.snap.new"]);
    let ran = cli.run(&["snapshots", "reject"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "rejected b\n"));
    assert_eq!(snapshots(&cli), ["a.snap"]);
    assert_eq!(cli.run(&["run", "scenarios/a.toml"]).code, Some(0));
    let ran = cli.run(&["snapshots", "diff"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (Some(0), "no snapshot is pending\n")
    );
    let ran = cli.run(&["snapshots", "accept", "nobody"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
}

#[test]
fn in_ci_no_snapshot_is_written() {
    let cli = changed("ci-snapshots");
    assert_eq!(cli.run(&["run", "--ci"]).code, Some(1));
    assert_eq!(snapshots(&cli), ["a.snap"]);
    let output = cli.command(&["run"]).env("CI", "true").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(snapshots(&cli), ["a.snap"]);
}

#[test]
fn a_pending_snapshot_goes_when_the_trace_is_the_accepted_one_again() {
    let cli = changed("settled");
    cli.run(&["run"]);
    let text = read(&cli, "snapshots/a.snap").replace("lease 1h -> 9d", "lease 1h -> 8d");
    write(&cli, "snapshots/a.snap", &text);
    assert_eq!(cli.run(&["run", "scenarios/a.toml"]).code, Some(0));
    assert_eq!(snapshots(&cli), ["a.snap", "b.snap.new"]);
    assert_eq!(cli.run(&["run", "--snapshots", "update"]).code, Some(0));
    assert_eq!(snapshots(&cli), ["a.snap", "b.snap"]);
}

#[test]
fn pending_snapshots_that_insta_wrote_can_be_accepted() {
    let cli = Cli::in_folder("insta").with(
        "other/x.snap.new",
        "---\nsource: tests/x.rs\nassertion_line: 33\nexpression: y\n---\na\n",
    );
    let ran = cli.run(&["snapshots", "accept", "--folder", "other"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(
        read(&cli, "other/x.snap"),
        "---\nsource: tests/x.rs\nexpression: y\n---\na\n"
    );
    assert!(!cli.folder().join("other/x.snap.new").exists());
    let cli = cli.with("other/y.snap.new", "no head");
    let ran = cli.run(&["snapshots", "accept", "--folder", "other"]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("it is no snapshot"), "{}", ran.err);
    assert!(!cli.folder().join("other/y.snap").exists());
}

/// Which cases ran, by scenario, case and door.
fn cases(cli: &Cli, arguments: &[&str]) -> Vec<String> {
    let arguments = [&["run", "--ci", "--format", "json"], arguments].concat();
    let ran = cli.run(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let scenarios = json["scenarios"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.to_string();
    scenarios
        .iter()
        .map(|case| text(&case["id"]) + &text(&case["case"]) + &text(&case["door"]))
        .collect()
}

#[test]
fn parts_are_disjoint_and_complete_and_do_not_depend_on_what_else_there_is() {
    let cli = Cli::in_folder("parts");
    // All but the folder with the large worlds.
    let of = |more: &[&str]| {
        let folders = ["create-scope", "replicate-scope", "update-scope"];
        let folders = folders.map(|folder| format!("embedded:{folder}"));
        let folders = folders.each_ref().map(String::as_str);
        cases(&cli, &[&folders[..], more].concat())
    };
    let all: BTreeSet<String> = of(&[]).into_iter().collect();
    let mut seen = BTreeSet::new();
    for part in ["1/4", "2/4", "3/4", "4/4"] {
        let of_part = of(&["--partition", part]);
        assert!(
            of_part.len() > all.len() / 8,
            "{part} has {} of {}",
            of_part.len(),
            all.len()
        );
        for case in of_part {
            assert!(seen.insert(case.clone()), "{case} is in two parts");
        }
    }
    assert_eq!(seen, all);
    let fewer = cases(&cli, &["embedded:create-scope", "--partition", "2/4"]);
    let of_part: BTreeSet<String> = of(&["--partition", "2/4"]).into_iter().collect();
    assert!(!fewer.is_empty() && fewer.iter().all(|case| of_part.contains(case)));
    for wrong in ["0/4", "5/4", "x"] {
        assert_eq!(cli.run(&["run", "--partition", wrong]).code, Some(3));
    }
}

#[test]
fn repeats_of_a_case_are_one_result() {
    let cli = Cli::in_folder("repeat").with("scenarios/a.toml", PASSING);
    let ran = cli.run(&["run", "--repeat", "5"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("2 cases: 2 pass"), "{}", ran.out);
    let cli = cli.with("scenarios/b.toml", failing());
    let ran = cli.run(&["run", "--repeat", "5"]);
    assert!(ran.out.contains(" --repeat 5`"), "{}", ran.out);
    assert_eq!(cli.run(&["run", "--repeat", "0"]).code, Some(3));
}

#[test]
fn without_scenarios_the_built_in_ones_are_run_and_can_be_written_out() {
    let cli = Cli::in_folder("embedded");
    let ran = cli.run(&["list"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err
            .starts_with("note: there is no folder `scenarios` here: taking the "),
        "{}",
        ran.err
    );
    let listed = cli.run(&["list", "embedded:"]).out;
    assert_eq!(ran.out, listed);
    let one = "embedded:replicate-scope";
    let of_embedded = cases(&cli, &["--filter", "replicate-scope/"]);
    assert_eq!(of_embedded, cases(&cli, &[one]));
    let ran = cli.run(&["list", "--export", "scenarios"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("scenarios written to scenarios"));
    let ran = cli.run(&["list"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert_eq!(ran.out, listed);
    assert_eq!(cases(&cli, &["--filter", "replicate-scope/"]), of_embedded);
    // A folder with something in it is left alone.
    let ran = cli.run(&["list", "--export", "scenarios"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("is not empty"), "{}", ran.err);
    let ran = cli.run(&["list", "--export", "new", "--tag", "S1"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    assert_eq!(cli.run(&["run", "embedded:nothing"]).code, Some(3));
    let left = std::fs::read_dir(cli.folder()).unwrap().count();
    assert_eq!(left, 1, "only the folder that was written is left");
}

#[test]
fn the_built_in_corpus_is_that_of_the_project() {
    let cli = Cli::in_folder("corpus");
    cli.run(&["list", "--export", "out/corpus"]);
    let ran = cli.run(&["list", "--export", "corpus"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let listing = |folder: &std::path::Path| {
        let mut files = std::collections::BTreeMap::new();
        let mut folders = vec![folder.to_path_buf()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "toml") {
                    let name = path.strip_prefix(folder).unwrap().to_path_buf();
                    files.insert(name, std::fs::read_to_string(&path).unwrap());
                }
            }
        }
        files
    };
    assert!(listing(&root) == listing(&cli.folder().join("corpus")));
}

#[test]
fn many_failures_and_many_wrong_files_are_told_briefly() {
    let cli = (0..30).fold(Cli::in_folder("many"), |cli, number| {
        cli.with(&format!("scenarios/fails{number}.toml"), failing())
            .with(&format!("scenarios/wrong{number}.toml"), "titel = 1\n")
    });
    let ran = cli.run(&["run", "--door", "session"]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(ran.out.matches("fail[R-4-10]").count(), 10, "{}", ran.out);
    assert!(
        ran.out
            .contains("20 more cases failed; `-v` shows them in full:\n"),
        "{}",
        ran.out
    );
    assert_eq!(
        ran.out.matches(": R-4-10 (fail, HARD): expected").count(),
        20
    );
    assert!(ran.err.contains(" in 30 files"), "{}", ran.err);
    let short = ran
        .err
        .lines()
        .filter(|line| line.starts_with("scenarios/wrong"));
    assert_eq!(short.count(), 20, "{}", ran.err);
    let ran = cli.run(&["run", "--door", "session", "-v"]);
    assert_eq!(ran.out.matches("fail[R-4-10]").count(), 30);
}

#[test]
#[cfg(unix)]
fn a_report_can_be_sent_to_a_device() {
    let cli = Cli::in_folder("device").with("scenarios/a.toml", PASSING);
    let ran = cli.run(&["run", "--report", "markdown=/dev/stdout"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.starts_with("### ipamconf: passed\n"), "{}", ran.out);
}
