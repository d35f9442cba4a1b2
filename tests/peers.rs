//! A peer of another maker: Mono's WCF, over net.tcp, against our `serve` and under our `run`.
//!
//! The client and the server are in `tests/peers/`; `tests/peers/build.sh` compiles them. Without Mono these tests say
//! that they did not run; in CI (`CI=true`) that is a failure, unless `IPAMCONF_WITHOUT_MONO` says that it could not be
//! installed.

#[path = "support/cases.rs"]
mod cases;
#[path = "support/cli.rs"]
mod cli;
#[path = "support/serving.rs"]
mod serving;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use cases::{NULL_PARAMETERS, case};
use cli::Cli;
use ipamconf::door::SessionTarget;
use ipamconf::report::trace_lines;
use ipamconf::spec::Readings;
use ipamconf::suite::run_case;
use serving::Listening;

/// The folder with the two programs, or why there is none.
fn build() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/build.sh");
    let output = Command::new("sh")
        .arg(script)
        .arg(&folder)
        .output()
        .map_err(|error| format!("no sh: {error}"))?;
    match output.status.code() {
        Some(0) => Ok(folder),
        Some(3) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        _ => panic!(
            "the peers cannot be compiled: {}",
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}

/// The folder with the two programs; nothing where the tests are not to run.
fn peers() -> Option<&'static Path> {
    static PEERS: OnceLock<Option<PathBuf>> = OnceLock::new();
    let built = PEERS.get_or_init(|| match build() {
        Ok(folder) => Some(folder),
        Err(why) => {
            let ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
            let excused = std::env::var_os("IPAMCONF_WITHOUT_MONO").is_some();
            assert!(!ci || excused, "{why}");
            // not eprintln!, which the test runner keeps to itself
            let _ = writeln!(
                std::io::stderr(),
                "not run: Mono's WCF client against `serve`, and `run` against Mono's WCF server.\n{why}\
                 Then run `cargo test --test peers`."
            );
            None
        }
    });
    built.as_deref()
}

fn mono(program: &Path) -> Command {
    let mut command = Command::new("mono");
    command.arg(program);
    command
}

/// What Mono's client sees of our server in a world.
fn client_sees(cli: &Cli, file: &str, case: &str) -> Option<Vec<String>> {
    let peers = peers()?;
    let server = Listening::start(
        &mut cli.command(&["serve", "--net-tcp", "127.0.0.1:0", "--world", file]),
        1,
    );
    let output = mono(&peers.join("client.exe"))
        .args([&server.urls[0], case])
        .output()
        .expect("mono runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(text.lines().map(str::to_owned).collect())
}

/// The trace of the same in process.
fn trace_shows(text: &str) -> Vec<String> {
    let case = case(text);
    let trace = run_case(&case, &mut SessionTarget::default(), &Readings::default())
        .expect("the case runs");
    trace_lines(&trace)
        .into_iter()
        .take_while(|line| line != "store:")
        .collect()
}

/// Scopes are called by their subnets, because that is what a client sees of them.
fn world(parameters: &str, scopes: &str, more: &str) -> String {
    format!(
        r#"
title = "what a client of another maker sees"
requirements = ["R-31-4"]

[world]
servers = [{{ name = "S" }}, {{ name = "P1" }}]
relations = [{{ name = "R1", server1 = "S", server2 = "P1" }}]
scopes = [
  {scopes}
]
{more}

[[steps]]
{parameters}
"#
    )
}

const THREE: &str = r#"{ name = "10.0.1.0", server = "S", subnet = "10.0.1.0/24", relation = "R1" },
  { name = "10.0.2.0", server = "S", subnet = "10.0.2.0/24", relation = "R1" },
  { name = "10.0.3.0", server = "S", subnet = "10.0.3.0/24", relation = "R1" },"#;

/// The client prints replies on another thread than callbacks: each of the two is in order, not one against the other.
fn assert_the_same(folder: &str, text: &str, case: &str) -> Vec<String> {
    let ours = trace_shows(text);
    let cli = Cli::in_folder(folder).with("world.toml", text);
    let Some(seen) = client_sees(&cli, "world.toml", case) else {
        return Vec::new();
    };
    let calls = |lines: &[String]| -> Vec<String> {
        lines
            .iter()
            .filter(|line| line.starts_with("> ") || line.ends_with("Response"))
            .cloned()
            .collect()
    };
    let callbacks = |lines: &[String]| -> Vec<String> {
        lines
            .iter()
            .filter(|line| {
                line.starts_with("< ") && !line.ends_with("Response") && *line != "< SessionClosed"
            })
            .cloned()
            .collect()
    };
    assert_eq!(calls(&seen), calls(&ours), "{seen:#?}");
    assert_eq!(callbacks(&seen), callbacks(&ours), "{seen:#?}");
    assert_eq!(seen.first().map(String::as_str), Some("open"));
    assert_eq!(seen.last().map(String::as_str), Some("end"));
    seen
}

#[test]
fn mono_sees_the_callbacks_of_a_replication_in_the_order_of_the_trace() {
    let text = world(r#"replicate = { server = "S" }"#, THREE, "");
    let seen = assert_the_same("peers-valid", &text, "valid");
    assert!(
        seen.is_empty()
            || seen
                .iter()
                .any(|line| line == "< SetOverallStatus overallStatus=CompletedWithSuccess"),
        "{seen:#?}"
    );
}

#[test]
fn mono_gets_the_typed_fault_for_null_parameters() {
    let text = world(r#"initialize = { parameters = "nil" }"#, THREE, "");
    let seen = assert_the_same("peers-null", &text, "null-parameter");
    assert!(
        seen.is_empty()
            || seen
                .iter()
                .any(|line| line.starts_with("< Fault code=Sender")
                    && line.ends_with("detail=IpamApiInvalidParameter")),
        "{seen:#?}"
    );
}

#[test]
fn mono_sees_a_wrong_type_fail_after_it_started() {
    let step =
        r#"replicate = { operation = "ReplicateServer", parameters = "ReplicateScopeParameters" }"#;
    assert_the_same("peers-type", &world(step, THREE, ""), "wrong-type");
}

#[test]
fn mono_sees_a_null_server_fail_after_it_started() {
    let step = r#"replicate = { server = "nil" }"#;
    assert_the_same("peers-server", &world(step, THREE, ""), "null-server");
}

#[test]
fn mono_sees_which_subtask_failed_when_the_partner_refuses() {
    let text = world(
        r#"replicate = { server = "S" }"#,
        THREE,
        r#"partner = [{ does = "refuse", server = "P1", on = "create" }]"#,
    );
    let seen = assert_the_same("peers-partner", &text, "partner-failure");
    assert!(
        seen.is_empty()
            || seen
                .iter()
                .any(|line| line.contains("status=CompletedWithError")),
        "{seen:#?}"
    );
}

/// Not more of them: Mono takes one message every 50 ms.
#[test]
fn mono_sees_many_callbacks_in_order() {
    let scopes = r#"{ name = "10.0.${n}.0", repeat = 30, server = "S", subnet = "10.0.1.0/24", relation = "R1" },"#;
    let text = world(r#"replicate = { server = "S" }"#, scopes, "");
    let seen = assert_the_same("peers-many", &text, "many-callbacks");
    assert!(seen.is_empty() || seen.len() > 90, "{}", seen.len());
}

/// What Mono's server is asked for: to replicate a server with so many scopes, and NULL parameters.
fn asked(scopes: u32, overall: &str) -> Cli {
    // the record ids of a bound world are those of the server's own made-up one
    let world = |bound: bool| {
        let id = |id: u32| match bound {
            true => format!("record_id = {id}, "),
            false => String::new(),
        };
        let rows: String = (1..=scopes)
            .map(|n| {
                let id = id(3 + n);
                format!(r#"{{ {id}name = "A{n}", server = "S", subnet = "10.0.{n}.0/24", relation = "R1" }}, "#)
            })
            .collect();
        format!(
            r#"
[world]
servers = [{{ {}name = "S" }}, {{ {}name = "P1" }}]
relations = [{{ {}name = "R1", server1 = "S", server2 = "P1" }}]
scopes = [{rows}]
"#,
            id(1),
            id(2),
            id(3)
        )
    };
    let replicate = format!(
        "title = \"a replication\"\nrequirements = [\"R-31-4\"]\n{}[expect]\noverall = \"{overall}\"\n",
        world(false)
    );
    Cli::in_folder("peers-run")
        .with(
            "bound.toml",
            format!("for = [\"replicate\"]\n{}", world(true)),
        )
        .with("replicate.toml", replicate)
        .with("null.toml", null_parameters())
}

/// Null parameters, and the detail of the fault that answers them.
fn null_parameters() -> String {
    NULL_PARAMETERS.replace(
        r#"stage = "initialize""#,
        r#"stage = "initialize", detail = "IpamApiInvalidParameter""#,
    )
}

/// The exit code of `run` on one variant of Mono's server, and every check that did not pass.
fn judged(cli: &Cli, peers: &Path, variant: &str, file: &str) -> (Option<i32>, BTreeSet<String>) {
    let server = Listening::start(mono(&peers.join("server.exe")).arg(variant), 1);
    // one that closes is waited for, the others never do
    let quiet = if variant == "right-closes" {
        "10s"
    } else {
        "500ms"
    };
    let ran = cli.run(&[
        "run",
        file,
        "--target",
        &server.urls[0],
        "--bind",
        "bound.toml",
        "--allow-writes",
        "--snapshots",
        "off",
        "--format",
        "json",
        "--quiet",
        quiet,
    ]);
    let report: serde_json::Value = serde_json::from_str(&ran.out)
        .unwrap_or_else(|error| panic!("{variant}: {error}: {}{}", ran.out, ran.err));
    let word = |check: &serde_json::Value, key: &str| check[key].as_str().unwrap_or("?").to_owned();
    let wrong = report["scenarios"][0]["checks"]
        .as_array()
        .unwrap_or_else(|| panic!("{variant}: nothing was judged: {}", ran.out))
        .iter()
        .filter(|check| check["verdict"] != "pass")
        .map(|check| format!("{} {}", word(check, "requirement"), word(check, "verdict")))
        .collect();
    (ran.code, wrong)
}

/// Most leave the session open and deviate in that; a wrong one breaks what it is named for.
#[test]
fn sessions_of_monos_server_are_judged_rightly() {
    let Some(peers) = peers() else { return };
    let open = "R-SM-6 deviates";
    let refused_and_open = "R-INIT-7 deviates";
    let variants: &[(&str, &str, u32, &[&str])] = &[
        ("right", "replicate.toml", 3, &[open]),
        ("right", "null.toml", 3, &[refused_and_open]),
        ("right-reply-first", "replicate.toml", 3, &[open]),
        ("right-closes", "replicate.toml", 3, &[]),
        ("many-callbacks", "replicate.toml", 25, &[open]),
        ("partner-failure", "failing", 3, &[open]),
        ("success-twice", "replicate.toml", 3, &["R-SM-8 fail", open]),
        (
            "no-overall-status",
            "replicate.toml",
            3,
            &["R-31-4 fail", "R-SM-8 fail", open],
        ),
        (
            "callback-before-start",
            "replicate.toml",
            3,
            &["R-SM-3 fail", "R-START-1 fail"],
        ),
        ("wrong-action", "replicate.toml", 3, &["R-MSG-5 fail", open]),
        (
            "fault-without-detail",
            "null.toml",
            3,
            &["R-INIT-2 deviates", refused_and_open],
        ),
        (
            "callback-after-end",
            "replicate.toml",
            3,
            &["R-SM-5 fail", open],
        ),
    ];
    for (variant, file, scopes, expected) in variants {
        let (file, overall) = match *file {
            "failing" => ("replicate.toml", "CompletedWithFailure"),
            file => (file, "CompletedWithSuccess"),
        };
        let (code, wrong) = judged(&asked(*scopes, overall), peers, variant, file);
        let expected: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(wrong, expected, "{variant}");
        let fails = expected.iter().any(|check| check.ends_with(" fail"));
        assert_eq!(code, Some(i32::from(fails)), "{variant}");
    }
}
