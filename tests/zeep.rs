//! A client that a public SOAP library makes from what `serve --http` publishes gets the right answers.
//!
//! The library is zeep, from PyPI, in a virtual environment below the build folder; `tests/zeep/client.py` is the
//! client. Without python3 or PyPI the test says that it did not run; in CI (`CI=true`) that is a failure.

#[path = "support/serving.rs"]
mod serving;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use serving::Listening;

/// zeep and everything it needs, each with its version.
const REQUIREMENTS: &str = include_str!("zeep/requirements.txt");

const SERVICE: &str = "http://Microsoft.Windows.Ipam/IIpamOperationWithProgress/";

/// The Python of an environment that has zeep, or why there is none.
fn python() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("zeep");
    let python = folder.join("bin").join("python");
    // written last: without it, or with other versions in it, the environment is made anew
    let done = folder.join("installed.txt");
    if std::fs::read_to_string(&done).is_ok_and(|installed| installed == REQUIREMENTS) {
        return Ok(python);
    }
    let _ = std::fs::remove_dir_all(&folder);
    run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/zeep/requirements.txt");
    run(Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ])
        .arg(list))?;
    std::fs::write(&done, REQUIREMENTS).map_err(|error| error.to_string())?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ))
}

/// A server, which ends with the test, and where it listens.
fn served() -> (Listening, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ipamconf"));
    command.args(["serve", "--http", "127.0.0.1:0", "--log", "off"]);
    let server = Listening::start(&mut command, 1);
    let url = server.urls[0].clone();
    (server, url)
}

fn fault(id: &str) -> Value {
    json!({
        "fault": "s:Sender",
        "reason": "The creator of this fault did not specify a Reason.",
        "detail": [[id]],
    })
}

/// What an operation shows that fails once it has started.
fn fails_while_it_runs() -> Value {
    json!({
        "initialize": { "answer": null },
        "start": { "answer": null },
        "events": [
            {
                "is": "StartProgressCallback",
                "action": format!("{SERVICE}StartProgressCallback"),
                "isNonDeterministic": false,
            },
            {
                "is": "SetOverallStatus",
                "action": format!("{SERVICE}SetOverallStatus"),
                "overallStatus": "CompletedWithFailure",
                "completion": {
                    "type": "DhcpMsmOverallCompletionStatus",
                    "ids": ["IpamApiDhcpFailoverFailedToReplicateServer", "IpamApiInvalidParameter"],
                },
            },
            { "ended": true },
        ],
    })
}

/// What an operation shows that is refused at once.
fn refused(id: &str) -> Value {
    json!({ "initialize": fault(id), "events": [{ "ended": true }] })
}

/// A successful replication: its callbacks in short, so that the number of scopes in the world does not matter.
fn judge_success(name: &str, shown: &Value) {
    assert_eq!(
        shown["initialize"],
        json!({ "answer": null }),
        "{name}: {shown:#}"
    );
    assert_eq!(
        shown["start"],
        json!({ "answer": null }),
        "{name}: {shown:#}"
    );
    let events = shown["events"].as_array().expect("events");
    let mut kinds = String::new();
    for event in events {
        let kind = event["is"].as_str().unwrap_or("ended");
        kinds.push_str(kind);
        kinds.push(' ');
        if kind != "ended" {
            assert_eq!(event["action"], format!("{SERVICE}{kind}"), "{name}");
        }
    }
    assert!(
        kinds.starts_with("StartProgressCallback AddSubTask "),
        "{name}: {kinds}"
    );
    assert!(
        kinds.ends_with(" SetOverallStatus ended "),
        "{name}: {kinds}"
    );
    assert!(kinds.contains(" SetSubTaskStatus "), "{name}: {kinds}");
    let last = &events[events.len() - 2];
    assert_eq!(
        last["overallStatus"], "CompletedWithSuccess",
        "{name}: {shown:#}"
    );
    let subtask = events
        .iter()
        .find(|event| event["is"] == "AddSubTask")
        .expect("a subtask");
    assert_eq!(
        subtask["task"]["type"], "SubTaskInstance",
        "{name}: {shown:#}"
    );
}

/// The Python, or nothing where the test is not to run.
fn python_or_say_so() -> Option<PathBuf> {
    match python() {
        Ok(python) => Some(python),
        Err(why) if std::env::var_os("CI").is_some_and(|ci| ci == "true") => {
            panic!("zeep could not be installed: {why}")
        }
        Err(why) => {
            // not eprintln!, which the test runner keeps to itself
            let _ = writeln!(
                std::io::stderr(),
                "not run: a client made by zeep, which could not be installed: {why}\n\
                 It needs python3 with venv and pip, and PyPI; then run `cargo test --test zeep`."
            );
            None
        }
    }
}

/// What a program prints; it has to end well.
fn printed(program: &mut Command) -> String {
    // a proxy that the environment names knows nothing of this machine
    let output = program
        .env("NO_PROXY", "*")
        .output()
        .expect("the client runs");
    assert!(
        output.status.success(),
        "the client: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
}

fn the_right_answers(python: &Path) {
    let (_server, url) = served();
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/zeep/client.py");
    let wsdl = format!("{url}?wsdl");
    let shown = printed(Command::new(python).arg(client).args([&wsdl, "-", "-"]));
    let shown: Value = serde_json::from_str(&shown).expect("JSON");

    judge_success("positive", &shown["positive"]);
    judge_success("a server full of data", &shown["a server full of data"]);
    let expected = [
        (
            "null parameters, left out",
            refused("IpamApiInvalidParameter"),
        ),
        ("null parameters, nil", refused("IpamApiInvalidParameter")),
        ("null server, left out", fails_while_it_runs()),
        ("null server, nil", fails_while_it_runs()),
        ("wrong type", fails_while_it_runs()),
        ("base type", fails_while_it_runs()),
        (
            "start first",
            json!({ "start": fault("IpamApiInvalidParameter") }),
        ),
    ];
    for (name, expected) in expected {
        assert_eq!(shown[name], expected, "{name}: {:#}", shown[name]);
    }
}

/// The program of docs/wsdl.md prints what the page says.
fn the_page_is_right(python: &Path) {
    let page = include_str!("../docs/wsdl.md");
    let block = |language: &str| {
        page.split_once(&format!("```{language}\n"))
            .and_then(|(_, rest)| rest.split_once("```"))
            .map(|(block, _)| block)
            .expect("a block of that language")
    };
    let (_server, url) = served();
    let address = url.trim_end_matches("/soap");
    let program = block("python").replace("http://127.0.0.1:8080", address);
    assert!(program.contains(address), "the page names another address");
    // a server that never ends the session is not waited for without end
    let watched = format!(
        "import faulthandler\nfaulthandler.dump_traceback_later(120, exit=True)\n{program}"
    );
    let out = printed(Command::new(python).args(["-c", &watched]));
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    };
    assert_eq!(lines(&out), lines(block("text")));
}

/// One test, because both parts need the one environment, which only one may make.
#[test]
fn a_client_that_zeep_makes_gets_the_right_answers() {
    if let Some(python) = python_or_say_so() {
        the_right_answers(&python);
        the_page_is_right(&python);
    }
}
