//! The door `exec`: our simulator behind a pipe shows what it shows in process, and whatever a child does wrong ends
//! the case, never the run.
//!
//! This file is the child as well: `exec --as NAME` answers like our simulator, with one mistake.

#[path = "support/cli.rs"]
mod cli;
#[path = "support/corpus.rs"]
mod corpus;
#[path = "../examples/exec_simulator.rs"]
#[allow(dead_code, unreachable_pub, reason = "its `main` is for the example")]
mod exec_simulator;

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use ipamconf::check::check;
use ipamconf::door::{ExecCommand, ExecTargets, SessionTarget};
use ipamconf::interchange::exec::{Answer, Request};
use ipamconf::interchange::parse;
use ipamconf::spec::Readings;
use ipamconf::suite::{TargetError, run_case};
use ipamconf::trace::{Door, Trace};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value as Json, json};

fn main() {
    let words: Vec<String> = std::env::args().collect();
    if let Some(at) = words.iter().position(|word| word == "--as") {
        child(&words[at + 1], words.get(at + 2).map(Path::new));
        return;
    }
    let trial = |name: &str, run: fn()| {
        Trial::test(name, move || {
            std::panic::catch_unwind(run).map_err(|panic| {
                let text = panic.downcast_ref::<String>().cloned();
                Failed::from(text.unwrap_or_else(|| "it panicked".to_owned()))
            })
        })
    };
    let trials = vec![
        trial(
            "every_case_shows_the_same_through_a_pipe",
            every_case_shows_the_same_through_a_pipe,
        ),
        trial(
            "what_a_child_does_wrong_ends_the_case_and_not_the_run",
            what_a_child_does_wrong_ends_the_case_and_not_the_run,
        ),
        trial(
            "a_child_that_is_no_target_is_refused",
            a_child_that_is_no_target_is_refused,
        ),
        trial(
            "what_the_server_behind_it_does_wrong_is_judged",
            what_the_server_behind_it_does_wrong_is_judged,
        ),
        trial(
            "what_a_target_does_not_offer_is_skipped_with_the_reason",
            what_a_target_does_not_offer_is_skipped_with_the_reason,
        ),
        trial("a_line_without_end_is_cut", a_line_without_end_is_cut),
        trial(
            "a_child_that_breaks_again_and_again_is_given_up",
            a_child_that_breaks_again_and_again_is_given_up,
        ),
        trial(
            "a_child_is_ended_with_all_that_it_started",
            a_child_is_ended_with_all_that_it_started,
        ),
        trial(
            "a_child_that_does_not_end_is_ended",
            a_child_that_does_not_end_is_ended,
        ),
        trial(
            "an_address_that_is_none_is_a_mistake_of_usage",
            an_address_that_is_none_is_a_mistake_of_usage,
        ),
        trial(
            "python_adapter_passes_what_it_offers",
            python::passes_what_it_offers,
        ),
        trial(
            "python_adapter_with_a_mistake_fails_by_verdicts",
            python::with_a_mistake_fails_by_verdicts,
        ),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The simulator with one mistake. `once`: only in the first world of the first process, which makes that file.
#[allow(
    clippy::zombie_processes,
    reason = "one of the mistakes leaves a process behind"
)]
fn child(mistake: &str, once: Option<&Path>) {
    let mut wrong = match once {
        Some(file) if file.exists() => "none",
        Some(file) => {
            std::fs::write(file, "").expect("a marker");
            mistake
        }
        None => mistake,
    };
    let mut resets = 0;
    let mut simulator = SessionTarget::default();
    let mut out = std::io::stdout().lock();
    let mut say = |text: &str| {
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    };
    if wrong == "babble" {
        say("server is starting up\n");
    }
    if wrong == "leave" {
        let left = Command::new("sleep").arg("1000").spawn().expect("sleep");
        std::fs::write(
            std::env::var("LEFT").expect("a file"),
            left.id().to_string(),
        )
        .unwrap();
    }
    for line in std::io::stdin().lock().lines() {
        let json = parse(&line.expect("a line")).expect("JSON");
        let id = Request::id_of(&json).expect("an id");
        let request = Request::from_json(&json);
        let word = json["do"].as_str().unwrap_or_default();
        resets += u32::from(word == "reset");
        if once.is_some() && resets > 1 {
            wrong = "none";
        }
        let mut answer = match request {
            Err(_) => Answer::Unsupported(None).to_json(id),
            Ok(request) => exec_simulator::answer(&mut simulator, request)
                .expect("an answer")
                .to_json(id),
        };
        match (wrong, word) {
            ("crash", "send") => {
                eprintln!("cannot open the database");
                std::process::exit(3);
            }
            ("crash-at-bye", "bye") => std::process::exit(3),
            ("silent", "send") => std::thread::sleep(Duration::from_secs(1000)),
            ("late", "send") => std::thread::sleep(Duration::from_millis(1500)),
            ("no-json", "send") => {
                say("done\n");
                continue;
            }
            ("twice", "send") => say(&format!("{answer}\n")),
            ("half", "send") => {
                say("{\"id\":");
                return;
            }
            ("no-text", "send") => {
                let _ = std::io::stdout().write_all(b"\xff\xfe\n");
                continue;
            }
            ("huge", "send") => {
                say(&"x".repeat(200_000));
                continue;
            }
            ("wrong-id", "send") => answer["id"] = 0.into(),
            ("ok-for-next", "next") => answer = json!({ "id": id, "ok": true }),
            ("other-session", "next") => {
                answer = json!({ "id": id, "session": 7, "event": { "event": "SessionClosed" } });
            }
            ("huge-session", "open") => answer["session"] = 4_000_000_000_u32.into(),
            ("no-wait", "next") => answer = json!({ "id": id, "wait_ms": 0 }),
            ("waits-for-ever", "next") => answer = json!({ "id": id, "wait_ms": 1 }),
            ("misspelt", "next") if answer["event"]["event"] == "AddSubTask" => {
                answer["event"]["subtaskInstance"] = answer["event"]["subTaskInstance"].take();
            }
            ("bad-row", "world") => {
                answer["tables"]["ADM_DHCPScopesTable"][1]["LeaseDuration"] = "8 days".into();
            }
            ("gives-up", "reset") => answer = json!({ "id": id, "error": "no memory left" }),
            ("declines", "reset") => {
                answer = json!({ "id": id, "unsupported": true, "what": "more than one scope" });
            }
            ("unknown-status", "next") if answer["event"]["event"] == "SetOverallStatus" => {
                answer["event"]["overallStatus"] = "Done".into();
            }
            ("no-end", "next") if answer["event"]["event"] == "SetOverallStatus" => {
                answer = json!({ "id": id, "quiet": true });
            }
            ("obliging", "ipamconf-unknown") => answer = json!({ "id": id, "ok": true }),
            ("old", "hello") => answer["protocol"] = 2.into(),
            ("least", "hello") => answer["capabilities"] = json!([]),
            ("no-hello", "hello") => answer = json!({ "id": id, "unsupported": true }),
            _ => {}
        }
        say(&format!("{answer}\n"));
    }
    if wrong == "stay" {
        std::thread::sleep(Duration::from_secs(1000));
    }
}

fn this(mistake: &str) -> Vec<String> {
    let program = std::env::current_exe().expect("this program");
    vec![
        program.to_string_lossy().into_owned(),
        "--as".to_owned(),
        mistake.to_owned(),
    ]
}

fn address(words: &[String]) -> String {
    format!("exec:{}", words.join(" "))
}

/// Runs two cases, the first of them with the mistake.
fn run_two(mistake: &str, options: &[&str]) -> cli::Ran {
    let cli = cli::Cli::in_folder(&format!("exec-{mistake}"))
        .with("a.toml", cli::PASSING)
        .with("b.toml", cli::PASSING);
    let mut words = this(mistake);
    words.push(cli.folder().join("once").to_string_lossy().into_owned());
    let target = address(&words);
    let mut all = vec![
        "run", "a.toml", "b.toml", "--jobs", "1", "-v", "--target", &target,
    ];
    all.extend(options);
    cli.run(&all)
}

fn every_case_shows_the_same_through_a_pipe() {
    let targets = Arc::new(ExecTargets::start(ExecCommand::new(this("none"))).expect("a target"));
    let readings = Readings::default();
    let mut cases = 0;
    for scenario in corpus::scenarios() {
        for case in scenario
            .cases
            .iter()
            .filter(|case| case.doors.contains(&Door::Exec))
        {
            // Worlds of that size take a while as text; the next largest are here.
            if case.world.scopes.len() > 2000 || !case.doors.contains(&Door::Session) {
                continue;
            }
            let name = corpus::case_name(&scenario, case);
            let ours = run_case(case, &mut SessionTarget::default(), &readings)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let through = run_case(case, &mut targets.target(), &readings)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(
                check(case, &through, &readings),
                check(case, &ours, &readings),
                "{name}"
            );
            assert_eq!(
                Trace {
                    door: ours.door,
                    ..through
                },
                ours,
                "{name}"
            );
            cases += 1;
        }
    }
    assert!(cases > 400, "{cases}");
}

fn what_a_child_does_wrong_ends_the_case_and_not_the_run() {
    for (mistake, said) in [
        (
            "crash",
            "ended with exit code 3 instead of answering `send`",
        ),
        ("silent", "did not answer `send` within 300 ms"),
        ("late", "did not answer `send` within 300 ms"),
        (
            "no-json",
            "did not answer `send` as it has to: the document: expected one JSON document, found \"done\"",
        ),
        (
            "twice",
            "wrote a line that nobody asked for before|that of the request, found",
        ),
        ("half", "ended with exit code 0 instead of answering `send`"),
        ("no-text", "wrote what is no UTF-8 in answer to `send`"),
        ("wrong-id", "that of the request, found 0"),
        (
            "ok-for-next",
            "did not answer `next` as it has to: the document: expected `session` with `event`",
        ),
        (
            "other-session",
            "an event on a session below 1, but found: one on session 7",
        ),
        ("huge-session", "session 4000000000"),
        ("no-wait", "`wait_ms` 0"),
        ("waits-for-ever", "times in a row"),
        (
            "misspelt",
            "event.subtaskInstance: expected one of the keys `event`, `subTaskInstance`, found a key that means nothing",
        ),
        (
            "bad-row",
            "tables.ADM_DHCPScopesTable[1].LeaseDuration: expected a ser:duration",
        ),
        ("gives-up", "could not do `reset`: no memory left"),
    ] {
        let timeout = if mistake == "waits-for-ever" {
            "30s"
        } else {
            "300ms"
        };
        let ran = run_two(mistake, &["--timeout", timeout]);
        let text = format!("{}{}", ran.out, ran.err);
        let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(ran.code, Some(4), "{mistake}: {text}");
        assert!(
            said.split('|').any(|said| joined.contains(said)),
            "{mistake}: {text}"
        );
        assert!(
            text.contains("2 cases: 1 pass, 1 error"),
            "{mistake}: {text}"
        );
        if mistake == "crash" {
            assert!(text.contains("cannot open the database"), "{text}");
        }
    }
}

fn a_child_that_is_no_target_is_refused() {
    for (mistake, said) in [
        ("babble", "\"server is starting up"),
        (
            "obliging",
            "was asked for `ipamconf-unknown`, which does not exist",
        ),
        ("old", "speaks version 2 of the protocol"),
        ("no-hello", "does not know `hello`"),
    ] {
        let cli =
            cli::Cli::in_folder(&format!("exec-refused-{mistake}")).with("a.toml", cli::PASSING);
        let ran = cli.run(&["run", "a.toml", "--target", &address(&this(mistake))]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(4), ""), "{}", ran.err);
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    let cli = cli::Cli::in_folder("exec-nothing").with("a.toml", cli::PASSING);
    let ran = cli.run(&["run", "a.toml", "--target", "exec:./no-such-program --flag"]);
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    assert!(
        ran.err.contains("`./no-such-program` cannot be started"),
        "{}",
        ran.err
    );
}

fn what_the_server_behind_it_does_wrong_is_judged() {
    for mistake in ["unknown-status", "no-end"] {
        let ran = run_two(mistake, &["--timeout", "20s", "--quiet", "400ms"]);
        assert_eq!(ran.code, Some(1), "{mistake}: {}{}", ran.out, ran.err);
        assert!(
            ran.out.contains("2 cases: 1 pass, 1 fail"),
            "{mistake}: {}",
            ran.out
        );
        assert!(
            ran.out.contains("--target 'exec:")
                && ran.out.contains(" --timeout 20000ms --quiet 400ms`"),
            "the command to run it again: {}",
            ran.out
        );
    }
}

fn what_a_target_does_not_offer_is_skipped_with_the_reason() {
    let ran = run_two("declines", &[]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(
        ran.out
            .contains("this target does not offer more than one scope"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("1 pass, 1 skipped"), "{}", ran.out);

    let cli = cli::Cli::in_folder("exec-least");
    let target = address(&this("least"));
    let options = [
        "run",
        "embedded:",
        "--target",
        &target,
        "--quiet",
        "1ms",
        "-v",
    ];
    let ran = cli.run(&options);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    for reason in [
        "does not offer several sessions",
        "does not offer callers with other rights",
        "does not offer changes of its store by somebody else",
        "does not offer virtual time",
        "does not offer a failover partner that can be told what to do",
        "needs the door delegate; this target has exec",
    ] {
        assert!(ran.out.contains(reason), "{reason}: {}", ran.out);
    }
}

fn a_line_without_end_is_cut() {
    let command = ExecCommand {
        line_bytes: 100_000,
        ..ExecCommand::new(this("huge"))
    };
    let targets = Arc::new(ExecTargets::start(command).expect("a target"));
    let scenario = corpus::scenarios().remove(0);
    let case = scenario
        .cases
        .iter()
        .find(|case| case.doors.contains(&Door::Exec));
    let case = case.expect("a case for this door");
    match run_case(case, &mut targets.target(), &Readings::default()) {
        Err(TargetError::Broken(why)) => {
            assert!(
                why.contains("wrote more than 100000 bytes without a line end"),
                "{why}"
            );
        }
        other => panic!("{other:?}"),
    }
}

fn a_child_that_breaks_again_and_again_is_given_up() {
    let mut cli = cli::Cli::in_folder("exec-given-up");
    for number in 0..14 {
        cli = cli.with(&format!("s{number}.toml"), cli::PASSING);
    }
    let target = address(&this("crash"));
    let ran = cli.run(&["run", ".", "--jobs", "1", "-v", "--target", &target]);
    assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
    assert_eq!(
        ran.out
            .matches("is not started again: 10 of them broke in a row")
            .count(),
        4,
        "{}",
        ran.out
    );
}

/// Whether a process is there and runs.
fn is_alive(id: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[cfg(target_os = "linux")]
fn a_child_is_ended_with_all_that_it_started() {
    let cli = cli::Cli::in_folder("exec-leave").with("a.toml", cli::PASSING);
    let left = cli.folder().join("left");
    let ran: cli::Ran = cli
        .command(&["run", "a.toml", "--target", &address(&this("leave"))])
        .env("LEFT", &left)
        .output()
        .expect("the binary can be run")
        .into();
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let id = std::fs::read_to_string(&left).expect("it was started");
    // A signal is delivered in its own time.
    for _ in 0..200 {
        if !is_alive(&id) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("process {id} is still there");
}

#[cfg(not(target_os = "linux"))]
fn a_child_is_ended_with_all_that_it_started() {
    let _ = is_alive;
}

fn a_child_that_does_not_end_is_ended() {
    for mistake in ["stay", "crash-at-bye"] {
        let cli = cli::Cli::in_folder(&format!("exec-{mistake}")).with("a.toml", cli::PASSING);
        let ran = cli.run(&["run", "a.toml", "--target", &address(&this(mistake))]);
        assert_eq!(ran.code, Some(0), "{mistake}: {}{}", ran.out, ran.err);
    }
}

fn an_address_that_is_none_is_a_mistake_of_usage() {
    let cli = cli::Cli::in_folder("exec-usage").with("a.toml", cli::PASSING);
    for target in ["exec:", "exec:a 'b", "somewhere", "ftp://x"] {
        let ran = cli.run(&["run", "a.toml", "--target", target]);
        assert_eq!(ran.code, Some(3), "{target}: {}", ran.err);
    }
    let ran = cli.run(&["run", "a.toml", "--timeout", "soon"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
}

/// The adapter in Python.
mod python {
    use super::{Json, Path, cli, parse};

    fn run(script: &str, options: &[&str]) -> Option<cli::Ran> {
        let python = std::process::Command::new("python3")
            .arg("--version")
            .output();
        if !python.is_ok_and(|ran| ran.status.success()) {
            let why = "the adapter in Python is not tested: it needs python3";
            let ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
            assert!(!ci, "{why}");
            eprintln!("not run: {why}. Then run `cargo test --test exec python`.");
            return None;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples")
            .join(script);
        let target = format!("exec:python3 '{}'", script.display());
        let cli = cli::Cli::in_folder(&format!("exec-python-{}", options.len()));
        let mut all = vec!["run", "embedded:", "--format", "json", "--target", &target];
        all.extend(options);
        Some(cli.run(&all))
    }

    fn summary(ran: &cli::Ran) -> Json {
        let report = parse(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err));
        report["summary"].clone()
    }

    pub(super) fn passes_what_it_offers() {
        let Some(ran) = run("exec_adapter.py", &["--strict"]) else {
            return;
        };
        let summary = summary(&ran);
        assert_eq!(ran.code, Some(0), "{summary}");
        assert_eq!(
            (summary["fail"].as_u64(), summary["error"].as_u64()),
            (Some(0), Some(0)),
            "{summary}"
        );
        assert!(summary["pass"].as_u64() > Some(280), "{summary}");
    }

    pub(super) fn with_a_mistake_fails_by_verdicts() {
        let Some(ran) = run("exec_adapter_wrong.py", &[]) else {
            return;
        };
        assert_eq!(ran.code, Some(1), "{}", ran.err);
        let summary = summary(&ran);
        assert_eq!(summary["error"].as_u64(), Some(0), "{summary}");
        let report = parse(&ran.out).expect("a report");
        let failed: Vec<&str> = report["requirements"]
            .as_array()
            .expect("requirements")
            .iter()
            .filter(|requirement| requirement["verdict"] == "fail")
            .filter_map(|requirement| requirement["id"].as_str())
            .collect();
        assert!(failed.contains(&"R-4-10"), "{failed:?}");
    }
}
