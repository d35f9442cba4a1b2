//! `run --target http://…` and `doctor`, through the binary, against `serve` in a process of its own.

#[path = "support/cases.rs"]
mod cases;
#[path = "support/serving.rs"]
mod serving;
#[path = "support/cli.rs"]
mod support;

use std::net::TcpListener;

use cases::NULL_PARAMETERS;
use serving::Listening;
use support::{Cli, PASSING, failing};

/// `serve` in a process, with the address of SOAP and, where it has one, that of the control plane.
fn serve(cli: &Cli, more: &[&str]) -> Listening {
    let arguments = [&["serve", "--http", "127.0.0.1:0"], more].concat();
    let count = 1 + usize::from(more.contains(&"--control"));
    Listening::start(&mut cli.command(&arguments), count)
}

fn nobody() -> String {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}/soap", free.local_addr().expect("an address"))
}

#[test]
fn worlds_are_set_through_the_control_plane_and_a_failure_says_how_to_run_it_again() {
    let cli = Cli::in_folder("remote-control")
        .with("good.toml", PASSING)
        .with("bad.toml", failing());
    let server = serve(&cli, &["--control", "127.0.0.1:0"]);
    let target = ["--target", &server.urls[0], "--control", &server.urls[1]];
    let run = |file: &str| cli.run(&[&["run", file, "--format", "json"], &target[..]].concat());

    let good = run("good.toml");
    assert_eq!(good.code, Some(0), "{}{}", good.out, good.err);
    let report: serde_json::Value = serde_json::from_str(&good.out).unwrap();
    assert_eq!(report["target"]["door"], "http");
    assert_eq!(report["target"]["address"], server.urls[0].as_str());
    assert_eq!(report["summary"]["pass"], 1);

    let bad = cli.run(&[&["run", "bad.toml"], &target[..]].concat());
    assert_eq!(bad.code, Some(1), "{}{}", bad.out, bad.err);
    let again = format!(
        "`ipamconf run bad.toml --door http --seed 0 --target {} --control {}/`",
        server.urls[0], server.urls[1]
    );
    assert!(bad.out.contains(&again), "{}", bad.out);
}

#[test]
fn messages_over_net_tcp_are_saved_with_the_bytes_that_came() {
    let cli = Cli::in_folder("remote-saved").with("null.toml", NULL_PARAMETERS);
    let server = Listening::start(&mut cli.command(&["serve", "--net-tcp", "127.0.0.1:0"]), 1);
    let ran = cli.run(&[
        "run",
        "null.toml",
        "--target",
        &server.urls[0],
        "--save-messages",
        "saved",
    ]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let read = |name: &str| {
        std::fs::read(cli.folder().join("saved/null").join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    // The element `Envelope` with the prefix `s`, from the dictionary ([MC-NBFX] 2.2.1.2, [MC-NBFS]).
    assert!(
        read("case-net.tcp-002-Fault.bin")
            .windows(2)
            .any(|pair| pair == [0x56, 0x02])
    );
    let xml = String::from_utf8(read("case-net.tcp-002-Fault.xml")).expect("text");
    assert!(xml.contains("Fault"), "{xml}");
    let sent = cli
        .folder()
        .join("saved/null/case-net.tcp-001-InitializeOperationParameters.bin");
    assert!(!sent.exists(), "what we send is written as it was said");
}

#[test]
fn without_a_world_only_what_goes_by_the_parameters_is_run() {
    let cli = Cli::in_folder("remote-bare")
        .with("null.toml", NULL_PARAMETERS)
        .with("store.toml", PASSING);
    let server = serve(&cli, &[]);
    let ran = cli.run(&[
        "run",
        "null.toml",
        "store.toml",
        "--target",
        &server.urls[0],
    ]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let reason = "1 case skipped: its world is neither set nor bound: `--control URL` sets it, `--bind FILE` says what the store holds";
    assert!(ran.out.contains(reason), "{}", ran.out);
    assert!(
        ran.out.contains("2 cases: 1 pass, 1 skipped"),
        "{}",
        ran.out
    );
    // A run in which nothing was judged is no pass.
    let ran = cli.run(&["run", "store.toml", "--target", &server.urls[0]]);
    assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
}

/// The world of [`PASSING`] with the record ids that `serve` gives: in the order of the file.
const BOUND: &str = r#"
for = ["store"]

[world]
servers = [{ name = "S", record_id = 1 }, { name = "P1", record_id = 2 }]
relations = [{ name = "R1", record_id = 3, server1 = "S", server2 = "P1" }]
scopes = [
  { name = "A", record_id = 4, server = "S", subnet = "10.0.1.0/24", relation = "R1", lease = "8d" },
  { name = "A on P1", record_id = 5, server = "P1", like = "A", lease = "1h" },
]
"#;

#[test]
fn a_bound_world_is_judged_and_is_written_to_only_by_permission() {
    let cli = Cli::in_folder("remote-bound")
        .with("store.toml", PASSING)
        .with("bound.toml", BOUND);
    let server = serve(&cli, &["--world", "store.toml"]);
    let run = |more: &[&str]| {
        let arguments = [
            "run",
            "store.toml",
            "--target",
            &server.urls[0],
            "--bind",
            "bound.toml",
        ];
        cli.run(&[&arguments[..], more].concat())
    };
    let careful = run(&[]);
    assert_eq!(careful.code, Some(4), "{}{}", careful.out, careful.err);
    let reason = "may write to the store: `--allow-writes` runs it";
    assert!(careful.out.contains(reason), "{}", careful.out);
    for callbacks in ["poll", "post"] {
        let ran = run(&["--allow-writes", "--callbacks", callbacks]);
        assert_eq!(ran.code, Some(0), "{callbacks}: {}{}", ran.out, ran.err);
        assert!(
            ran.out.contains("1 case: 1 pass"),
            "{callbacks}: {}",
            ran.out
        );
    }
}

#[test]
fn mistakes_in_a_bound_world_are_told_as_those_of_scenarios() {
    let wrong = BOUND.replace("server1 = \"S\"", "server1 = \"T\"");
    let cli = Cli::in_folder("remote-mistakes")
        .with("store.toml", PASSING)
        .with("bound.toml", wrong);
    let ran = cli.run(&[
        "run",
        "store.toml",
        "--target",
        &nobody(),
        "--bind",
        "bound.toml",
    ]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("error[IC2201]: unknown server"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("bound.toml:6:"), "{}", ran.err);
}

#[test]
fn a_target_that_is_not_there_is_told_once_and_ends_with_4() {
    let cli = Cli::in_folder("remote-nobody")
        .with("a.toml", NULL_PARAMETERS)
        .with("b.toml", NULL_PARAMETERS);
    let ran = cli.run(&["run", "a.toml", "b.toml", "--target", &nobody()]);
    assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
    assert_eq!(
        ran.err.matches("cannot be reached").count(),
        1,
        "{}",
        ran.err
    );
    assert!(ran.err.contains("start the server"), "{}", ran.err);
    assert_eq!(ran.out, "");
}

#[test]
fn what_is_for_servers_is_refused_in_process() {
    let cli = Cli::in_folder("remote-usage").with("a.toml", PASSING);
    for flag in [
        &["--control", "http://127.0.0.1:1/"][..],
        &["--bind", "a.toml"],
        &["--allow-writes"],
    ] {
        let ran = cli.run(&[&["run", "a.toml"], flag].concat());
        assert_eq!(ran.code, Some(3), "{flag:?}: {}", ran.err);
        assert!(ran.err.contains(flag[0]), "{flag:?}: {}", ran.err);
    }
    let ran = cli.run(&["run", "a.toml", "--target", "https://127.0.0.1/"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("TLS"), "{}", ran.err);
}

#[test]
fn doctor_finds_our_own_server_fit() {
    let cli = Cli::in_folder("doctor-fit");
    let server = serve(&cli, &["--control", "127.0.0.1:0"]);
    let ran = cli.run(&[
        "doctor",
        "--target",
        &server.urls[0],
        "--control",
        &server.urls[1],
    ]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let rows: Vec<&str> = ran
        .out
        .lines()
        .filter(|line| line.contains("  yes  "))
        .collect();
    assert_eq!(rows.len(), 6, "{}", ran.out);
    assert!(
        ran.out.contains("its store is empty as it should be"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("\nthe target can be tested: http://"),
        "{}",
        ran.out
    );
    // Without a control plane it says what that costs.
    let ran = cli.run(&["doctor", "--target", &server.urls[0]]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("  limited  none was named"), "{}", ran.out);
}

#[test]
fn doctor_says_what_to_do() {
    let cli = Cli::in_folder("doctor-unfit");
    let ran = cli.run(&["doctor", "--target", &nobody()]);
    assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("is it there"), "{}", ran.out);
    assert!(ran.out.contains("do: start the server"), "{}", ran.out);
    // There is no SOAP at that path, and the SOAP endpoint is no control plane.
    let server = serve(&cli, &[]);
    let nowhere = server.urls[0].replace("/soap", "/nowhere");
    let ran = cli.run(&["doctor", "--target", &nowhere, "--control", &server.urls[0]]);
    assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("do: correct the path of the address"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("do: correct `--control`"), "{}", ran.out);
}

#[test]
fn whatever_of_the_corpus_goes_by_the_parameters_alone_passes_on_our_server() {
    let cli = Cli::in_folder("remote-corpus");
    let server = serve(&cli, &[]);
    let ran = cli.run(&[
        "run",
        "embedded:",
        "--target",
        &server.urls[0],
        "--format",
        "json",
    ]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let count = |key: &str| report["summary"][key].as_u64().unwrap();
    assert!(count("pass") >= 40, "{}", report["summary"]);
    assert_eq!(
        count("fail") + count("error") + count("deviates"),
        0,
        "{}",
        report["summary"]
    );
    let unexplained = report["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|case| {
            case["verdict"] == "skipped" && case["reason"].as_str().is_none_or(str::is_empty)
        })
        .count();
    assert_eq!(unexplained, 0);
}
