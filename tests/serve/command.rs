//! The command itself.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use crate::client::*;

pub(crate) struct Serving {
    child: Child,
    pub(crate) listening: Vec<String>,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ipamconf"));
    command
        .arg("serve")
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Starts it and waits until it says that it listens.
pub(crate) fn serve(arguments: &[&str], listeners: usize) -> Serving {
    let mut child = command(arguments).spawn().unwrap();
    let out = child.stdout.as_mut().unwrap();
    let listening = BufReader::new(out)
        .lines()
        .take(listeners)
        .map(|line| line.unwrap().strip_prefix("listening ").unwrap().to_owned())
        .collect();
    Serving { child, listening }
}

impl Drop for Serving {
    /// A test that fails leaves no server behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Serving {
    /// Sends a signal; the exit code and what stood on the standard error.
    pub(crate) fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        let mut said = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

#[tokio::test]
async fn it_serves_a_demonstration_says_where_and_stops_cleanly() {
    let served = serve(&["--http", "127.0.0.1:0", "--control", "localhost:0"], 2);
    let soap = served.listening[0].clone();
    assert!(
        soap.starts_with("http://127.0.0.1:") && soap.ends_with("/soap"),
        "{soap}"
    );
    assert!(!soap.contains(":0/"));
    assert_eq!(
        get(&format!("{}/capabilities", served.listening[1]))
            .await
            .status,
        200
    );
    let session = open(&soap, "").await;
    send(&soap, Some(&session), &start("")).await;
    let told = names(&events(&soap, &session, "").await);
    assert_eq!(
        told.iter().filter(|name| *name == "AddSubTask").count(),
        3,
        "{told:?}"
    );
    let (code, said) = served.stop("-TERM");
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("only this machine reaches this server"),
        "{said}"
    );
    assert!(
        said.contains("INFO -> InitializeOperationParameters session=default-s1"),
        "{said}"
    );
    assert!(
        said.contains("INFO <- StartOperationWithCallbackResponse session=default-s1"),
        "{said}"
    );
    assert!(said.contains("stopped; no session was open"), "{said}");
    assert!(!said.contains("Envelope"), "{said}");
}

#[tokio::test]
async fn an_interrupt_tells_open_sessions() {
    let served = serve(&["--http", "127.0.0.1:0", "--log", "trace"], 1);
    let soap = served.listening[0].clone();
    let session = open(&soap, "").await;
    let reading = tokio::spawn(async move { events(&soap, &session, "wait=30").await });
    let (code, said) = tokio::task::spawn_blocking(|| served.stop("-INT"))
        .await
        .unwrap();
    assert_eq!(code, Some(130), "{said}");
    assert!(
        said.contains("stopping: 1 open session is told so"),
        "{said}"
    );
    assert!(
        said.contains("<s:Envelope"),
        "whole messages at trace: {said}"
    );
    assert_eq!(names(&reading.await.unwrap()), ["ended"]);
}

#[test]
fn what_cannot_be_served_ends_with_its_exit_code() {
    for (arguments, code, says) in [
        (&["--http", "0.0.0.0:0"][..], 3, "--listen-anywhere"),
        (&["--http", "nonsense"], 3, "no address"),
        (&[], 3, "--http"),
        (
            &["--http", "127.0.0.1:0", "--world", "missing.toml"],
            3,
            "missing.toml",
        ),
        (
            &["--http", "127.0.0.1:0", "--world", "Cargo.toml"],
            2,
            "Cargo.toml",
        ),
        (&["--http", "127.0.0.1:0", "--reading", "OQ-0=x"], 3, "OQ-0"),
        (
            &["--http", "127.0.0.1:0", "--callback-allow", "a/b"],
            3,
            "HOST",
        ),
        (
            &["--http", "127.0.0.1:0", "--fault-status", "200"],
            3,
            "500",
        ),
    ] {
        let output = command(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
}

#[test]
fn a_busy_port_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = command(&["--http", &address]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(
        said.contains(&format!("cannot listen on {address}")),
        "{said}"
    );
}

#[tokio::test]
async fn the_world_of_a_file_is_served() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve-world.toml");
    let text = "title = \"t\"\nrequirements = [\"R-31-3a\"]\n[world]\nservers = [{ name = \"S\" }]\n[expect]\noverall = \"CompletedWithSuccess\"\n";
    std::fs::write(&file, text).unwrap();
    let served = serve(
        &[
            "--http",
            "127.0.0.1:0",
            "--log",
            "off",
            "--world",
            file.to_str().unwrap(),
        ],
        1,
    );
    let soap = served.listening[0].clone();
    let session = open(&soap, "").await;
    send(&soap, Some(&session), &start("")).await;
    let told = names(&events(&soap, &session, "").await);
    assert!(!told.contains(&"AddSubTask".to_owned()), "{told:?}");
    let (code, said) = served.stop("-TERM");
    assert_eq!(code, Some(0));
    assert!(!said.contains("INFO"), "{said}");
}
