//! The commands for those who write scenarios, as they use them: `explain`, `lint`, `new`.
//!
//! What `explain` prints for some files of the corpus is kept in `explained/`. A changed text is a change to the
//! product: look at it, then write the texts anew with `UPDATE_EXPECT=1 cargo test --test author`.

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/cli.rs"]
mod support;

use std::collections::BTreeSet;
use std::path::Path;

use corpus::root;
use ipamconf::author::{JUDGED_UNASKED, OPERATIONS, WarningCode};
use ipamconf::spec::RequirementId;
use ipamconf::verdict::Judge;
use support::{Cli, PASSING, Ran};

/// A name for each kept text, and the arguments that lead to it.
const EXPLAINED: &[(&str, &[&str])] = &[
    (
        "a-partner-that-refuses-once",
        &["scenarios/replicate-server/a-partner-that-refuses-once.toml"],
    ),
    (
        "a-large-server",
        &[
            "scenarios/replicate-server/a-large-server.toml",
            "--door",
            "delegate",
        ],
    ),
    (
        "a-relation-without-a-partner-read-otherwise",
        &[
            "scenarios/replicate-server/read-otherwise-what-fails-by-our-ruling.toml",
            "--case",
            "S8b OQ-14 a scope without a partner is skipped",
        ],
    ),
    (
        "half-a-record-on-the-wire",
        &["scenarios/replicate-server/half-a-record-on-the-wire.toml"],
    ),
];

fn in_project(arguments: &[&str]) -> Ran {
    let cli = Cli::in_folder("project");
    let mut command = cli.command(arguments);
    command.current_dir(root());
    command.output().expect("the binary can be run").into()
}

#[test]
fn explain_prints_what_is_kept() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let folder = root().join("tests/explained");
    let mut differences = Vec::new();
    for (name, arguments) in EXPLAINED {
        let ran = in_project(&[&["explain"], *arguments].concat());
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.err);
        let path = folder.join(format!("{name}.txt"));
        if update {
            std::fs::write(&path, &ran.out).expect("a writable file");
        } else if std::fs::read_to_string(&path).unwrap_or_default() != ran.out {
            differences.push(format!("--- {name}\n{}", ran.out));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    let kept: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the folder of the kept texts")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let known = EXPLAINED
        .iter()
        .map(|(name, _)| format!("{name}.txt"))
        .collect();
    assert_eq!(kept, known);
}

#[test]
fn everything_explained_fits_a_hundred_columns() {
    for file in corpus::files() {
        let path = file.to_string_lossy();
        let ran = in_project(&["explain", &path]);
        assert_eq!(ran.code, Some(0), "{path}: {}", ran.err);
        // The path of the file may be as long as it is.
        for line in ran.out.lines().skip_while(|line| line.contains('/')) {
            assert!(line.chars().count() <= 100, "{path}: {line}");
        }
    }
}

#[test]
fn explain_says_where_each_scope_goes_and_why() {
    let cli = Cli::in_folder("explain").with("lease.toml", PASSING);
    let ran = cli.run(&["explain", "lease.toml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    for said in [
        "A goes to P1: updated, as `A on P1` (R-29-6a)",
        "only: SetOverallStatus with CompletedWithSuccess (R-31-4)",
        "RecordId  1  (our id of server S)",
        "~ scope A on P1: lease 1h -> 8d",
        "is in IPAM MSM Administrators",
    ] {
        assert!(ran.out.contains(said), "{said}\n{}", ran.out);
    }
    let literal = cli.run(&["explain", "lease.toml", "--reading", "OQ-1=literal"]);
    assert!(
        literal.out.contains("A goes to S: updated, as A"),
        "{}",
        literal.out
    );
}

#[test]
fn explain_refuses_what_it_cannot_show() {
    let cli = Cli::in_folder("explain-wrong")
        .with("lease.toml", PASSING)
        .with("wrong.toml", "titel = 1\n")
        .with(
            "session.toml",
            "title = \"a claim\"\n[[steps]]\nkeepalive = {}\n",
        );
    for (arguments, code, said) in [
        (
            &["explain", "nowhere.toml"][..],
            3,
            "there is no file or folder `nowhere.toml`",
        ),
        (
            &["explain", "lease"],
            3,
            "there is no file or folder `lease`; did you mean `lease.toml`",
        ),
        (&["explain", "wrong.toml"], 2, "did you mean `title`"),
        (&["explain", "."], 3, "is a folder"),
        (
            &["explain", "lease.toml", "--case", "x"],
            3,
            "the file has no cases",
        ),
        (&["explain", "lease.toml", "--door", "http"], 3, "session"),
        (
            &["explain", "session.toml", "--door", "delegate"],
            3,
            "`keepalive` here needs a session",
        ),
        (
            &["explain", "lease.toml", "--reading", "OQ-1=odd"],
            3,
            "has no reading `odd`",
        ),
        (&["explain"], 3, "Usage"),
    ] {
        let ran = cli.run(arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
        assert_eq!(ran.out, "", "{arguments:?}");
    }
}

#[test]
fn the_corpus_is_clean_under_strict_lint() {
    let ran = in_project(&["lint", "--strict"]);
    assert_eq!(ran.code, Some(0), "{}", ran.out);
    assert!(
        ran.out.ends_with(" 0 mistakes, 0 warnings\n"),
        "{}",
        ran.out
    );
}

/// One file that earns every warning.
const ODD: &str = r#"title = "test of the lease time."
requirements = ["R-29-3a"]
doors = ["delegate", "session", "http", "net.tcp", "exec"]

[world]
servers = [{ name = "S" }, { name = "P1" }, { name = "lonely" }]
relations = [{ name = "R1", server1 = "S", server2 = "P1" }, { name = "idle", server1 = "P1", server2 = "nil" }]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1", lease = "${lease}" },
  { name = "Q", server = "P1", subnet = "10.0.9.0/24" },
]

[expect]
fault = { detail = ["IpamException", "none"] }
cites = { fault = "R-31-4" }

[[cases]]
name = "one"
lease = "8d"

[[cases]]
name = "two"
lease = "8d"
"#;

#[test]
fn every_warning_is_told_at_its_place() {
    let cli = Cli::in_folder("lint").with("Odd_1.toml", ODD);
    let ran = cli.run(&["lint", "Odd_1.toml"]);
    assert_eq!(
        ran.code,
        Some(0),
        "warnings alone are no mistakes: {}",
        ran.err
    );
    let places: Vec<(String, String)> = ran
        .out
        .lines()
        .zip(ran.out.lines().skip(1))
        .filter_map(|(title, place)| {
            let code = title.strip_prefix("warning[")?.split(']').next()?;
            Some((code.to_owned(), place.trim().to_owned()))
        })
        .collect();
    let expected = [
        ("IC2708", "1:1"),
        ("IC2707", "1:9"),
        ("IC2703", "2:17"),
        ("IC2706", "3:9"),
        ("IC2701", "6:45"),
        ("IC2701", "7:62"),
        ("IC2701", "10:3"),
        ("IC2702", "14:20"),
        ("IC2705", "19:1"),
        ("IC2704", "21:1"),
    ]
    .map(|(code, place)| (code.to_owned(), format!("--> Odd_1.toml:{place}")));
    assert_eq!(places, expected, "{}", ran.out);
    let told: BTreeSet<&str> = expected.iter().map(|(code, _)| code.as_str()).collect();
    let all: BTreeSet<&str> = WarningCode::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(told, all);
    assert!(
        ran.out.ends_with("1 file: 0 mistakes, 10 warnings\n"),
        "{}",
        ran.out
    );

    assert_eq!(cli.run(&["lint", "--strict", "Odd_1.toml"]).code, Some(2));
    let help = cli.run(&["lint", "--help"]).out;
    assert!(all.iter().all(|code| help.contains(code)), "{help}");
}

#[test]
fn lint_shows_mistakes_and_warnings_together() {
    let cli = Cli::in_folder("lint-both")
        .with("all/good-one.toml", PASSING)
        .with("all/wrong-one.toml", PASSING.replace("server2", "serve2"))
        .with(
            "all/odd-one.toml",
            PASSING.replace("lease time", "lease time."),
        );
    let ran = cli.run(&["lint", "all"]);
    assert_eq!(ran.code, Some(2), "{}", ran.out);
    assert!(
        ran.out.contains("error[IC2101]") && ran.out.contains("warning[IC2707]"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.ends_with("3 files: 1 mistake, 1 warning\n"),
        "{}",
        ran.out
    );
    assert_eq!(
        cli.run(&["lint", "all/good-one.toml", "--strict"]).code,
        Some(0)
    );
    // A folder without any file.
    std::fs::create_dir(cli.folder().join("empty")).expect("a folder");
    assert_eq!(cli.run(&["lint", "empty"]).code, Some(3));
}

#[test]
fn what_lint_takes_to_be_judged_unasked_is_so_in_the_corpus() {
    let mut seen: BTreeSet<RequirementId> = BTreeSet::new();
    for scenario in corpus::scenarios() {
        for case in &scenario.cases {
            for door in case
                .doors
                .iter()
                .filter(|door| corpus::DOORS.contains(door))
            {
                let (_, checks) = corpus::run(case, *door);
                seen.extend(
                    checks
                        .iter()
                        .filter(|check| check.judge != Judge::Scenario && check.verdict.is_judged())
                        .map(|check| check.requirement),
                );
            }
        }
    }
    let unknown: Vec<_> = JUDGED_UNASKED
        .iter()
        .filter(|id| !seen.contains(id))
        .collect();
    assert!(
        unknown.is_empty(),
        "neither grammar nor oracle judges {unknown:?}"
    );
}

#[test]
fn a_new_scenario_passes_at_once_and_is_clean() {
    for operation in OPERATIONS {
        let cli = Cli::in_folder(&format!("new-{operation}"));
        let arguments = [
            "new",
            "what has to hold",
            "--operation",
            operation,
            "--dir",
            "mine",
        ];
        let ran = cli.run(&arguments);
        assert_eq!(ran.code, Some(0), "{operation}: {}", ran.err);
        let file = Path::new("mine").join("what-has-to-hold.toml");
        let file = file.to_string_lossy();
        assert!(
            ran.out.contains(&format!("ipamconf run {file}")),
            "{}",
            ran.out
        );
        let run = cli.run(&["run", "--strict", &file]);
        assert_eq!(run.code, Some(0), "{operation}: {}{}", run.out, run.err);
        let lint = cli.run(&["lint", "--strict", &file]);
        assert_eq!(lint.code, Some(0), "{operation}: {}", lint.out);
        let again = cli.run(&arguments);
        assert_eq!(again.code, Some(3));
        assert!(again.err.contains("is there already"), "{}", again.err);
    }
}

#[test]
fn a_new_scenario_is_written_nowhere_else_and_never_over_another() {
    let cli = Cli::in_folder("new-wrong").with("a-claim.toml", "mine\n");
    for name in [
        "../a-claim",
        "a/claim",
        "/etc/claim",
        "a-claim.toml",
        "..",
        "",
        "-",
        "a\nclaim",
    ] {
        let ran = cli.run(&["new", "--", name]);
        assert_eq!(ran.code, Some(3), "{name:?}: {}", ran.out);
        assert!(ran.err.contains("a name "), "{name:?}: {}", ran.err);
    }
    assert_eq!(cli.run(&["new", "a claim"]).code, Some(3));
    let entries: Vec<_> = std::fs::read_dir(cli.folder())
        .expect("the folder")
        .collect();
    assert_eq!(entries.len(), 1, "nothing else is left behind");
    let text = std::fs::read_to_string(cli.folder().join("a-claim.toml")).expect("the file");
    assert_eq!(text, "mine\n");
    assert_eq!(
        cli.run(&["new", "a claim", "--operation", "FormatDisk"])
            .code,
        Some(3)
    );
    // A file in the place of the folder.
    let ran = cli.run(&["new", "another claim", "--dir", "a-claim.toml"]);
    assert_eq!(ran.code, Some(4), "{}", ran.err);
}

#[test]
fn where_traces_are_kept_new_says_how_to_accept_one() {
    let cli = Cli::in_folder("new-kept").with("snapshots/.keep", "");
    let ran = cli.run(&["new", "a claim", "--dir", "scenarios"]);
    assert!(ran.out.contains("--snapshots update"), "{}", ran.out);
    assert_eq!(
        cli.run(&["run", "scenarios/a-claim.toml", "--snapshots", "update"])
            .code,
        Some(0)
    );
    assert_eq!(cli.run(&["run", "scenarios/a-claim.toml"]).code, Some(0));
}
