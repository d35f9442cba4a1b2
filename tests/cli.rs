//! The command line: exit codes, bad input, reports, interruption; all through the binary.

#[path = "support/cli.rs"]
mod support;

use support::{Cli, PASSING, failing};

#[test]
fn exit_0_when_everything_passes() {
    let ran = Cli::in_folder("exit-0")
        .with("a.toml", PASSING)
        .run(&["run", "a.toml"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("2 cases: 2 pass"), "{}", ran.out);
}

#[test]
fn exit_1_when_an_expectation_fails_and_the_message_says_all() {
    let ran = Cli::in_folder("exit-1")
        .with("a.toml", failing())
        .run(&["run", "a.toml"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    for part in [
        "a.toml:15:41",
        "R-4-10",
        "3.19.4.4.1.4",
        "grade: HARD",
        "expected: ",
        "2d",
        "found: ",
        "8d",
        "sequence: ",
        "seed 0",
        "ipamconf run a.toml --door",
    ] {
        assert!(
            ran.out.contains(part),
            "`{part}` is missing in:\n{}",
            ran.out
        );
    }
}

#[test]
fn exit_2_when_a_scenario_file_is_wrong_and_the_others_still_run() {
    let cli = Cli::in_folder("exit-2")
        .with("scenarios/good.toml", PASSING)
        .with(
            "scenarios/bad.toml",
            PASSING.replace("lease = \"1h\"", "leese = \"1h\""),
        );
    let ran = cli.run(&["run"]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("IC2101") && ran.err.contains("scenarios/bad.toml:10:50"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("`lease`"), "{}", ran.err);
    assert!(ran.out.contains("2 cases: 2 pass"), "{}", ran.out);
}

#[test]
fn exit_3_when_the_command_line_is_wrong_or_nothing_is_selected() {
    let cli = Cli::in_folder("exit-3")
        .with("scenarios/a.toml", PASSING)
        .with("empty/readme.txt", "");
    for arguments in [
        &["run", "--frobnicate"][..],
        &[][..],
        &["run", "empty"][..],
        &["run", "--tag", "nothing-has-this-tag"][..],
        &["run", "--requirement", "R-31-99"][..],
        &["run", "--reading", "OQ-1=verbatim"][..],
        &["run", "--reading", "literal"][..],
        &["run", "--door", "http"][..],
        &["run", "--report", "pdf=x"][..],
        &["list", "--filter", "nothing-is-called-this"][..],
    ] {
        let ran = cli.run(arguments);
        assert_eq!(ran.code, Some(3), "{arguments:?}: {}{}", ran.out, ran.err);
        assert!(!ran.err.trim().is_empty(), "{arguments:?} says nothing");
    }
}

#[test]
fn exit_4_when_nothing_was_judged_or_a_report_cannot_be_written() {
    let wire_only = PASSING.replace("requirements =", "doors = [\"net.tcp\"]\nrequirements =");
    let cli = Cli::in_folder("exit-4")
        .with("a.toml", wire_only)
        .with("b.toml", PASSING);
    let ran = cli.run(&["run", "a.toml"]);
    assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("needs the door net.tcp"), "{}", ran.out);
    let ran = cli.run(&["run", "b.toml", "--report", "junit=no/such/folder/x.xml"]);
    assert_eq!(ran.code, Some(4), "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("cannot write `no/such/folder/x.xml`"),
        "{}",
        ran.err
    );
}

#[test]
fn exit_5_when_it_is_our_bug_with_what_to_report() {
    let ran = Cli::in_folder("exit-5").run(&["panic"]);
    assert_eq!(ran.code, Some(5), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("this is a bug in ipamconf"), "{}", ran.err);
    assert!(ran.err.contains("Please report it"), "{}", ran.err);
}

#[test]
fn exit_6_when_a_snapshot_is_pending_or_orphaned() {
    let cli = Cli::in_folder("exit-6")
        .with("scenarios/a.toml", PASSING)
        .with("snapshots/gone.snap", "---\nsource: x\n---\nold\n");
    let ran = cli.run(&["run", "scenarios/a.toml"]);
    assert_eq!(ran.code, Some(6), "pending: {}{}", ran.out, ran.err);
    let ran = cli.run(&["run", "--snapshots", "update"]);
    assert_eq!(ran.code, Some(6), "orphaned: {}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("gone.snap: no case of that name"),
        "{}",
        ran.err
    );
    std::fs::remove_file(cli.folder().join("snapshots/gone.snap")).unwrap();
    assert_eq!(cli.run(&["run"]).code, Some(0));
}

#[test]
fn a_changed_snapshot_is_a_failure_and_shows_the_difference() {
    let cli = Cli::in_folder("changed").with("scenarios/a.toml", PASSING);
    std::fs::create_dir(cli.folder().join("snapshots")).unwrap();
    assert_eq!(cli.run(&["run", "--snapshots", "update"]).code, Some(0));
    let path = cli.folder().join("snapshots/a.snap");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("lease 1h -> 8d", "lease 1h -> 9d")).unwrap();
    let ran = cli.run(&["run"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("-~ scope A on P1: lease 1h -> 9d"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("+~ scope A on P1: lease 1h -> 8d"),
        "{}",
        ran.out
    );
    assert_eq!(cli.run(&["run", "--snapshots", "off"]).code, Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn exit_130_when_interrupted_and_what_was_finished_is_reported_whole() {
    use std::time::Duration;
    // Many cases of some length each, one after the other: there is always one left to interrupt.
    let world = PASSING.replace(
        "{ name = \"A\", server = \"S\", subnet = \"10.0.1.0/24\", relation = \"R1\", lease = \"8d\" },\n  { name = \"A on P1\", server = \"P1\", like = \"A\", lease = \"1h\" },",
        "{ name = \"A${n}\", server = \"S\", subnet = \"10.0.0.0/24\", relation = \"R1\", repeat = 20000 },",
    );
    let world = world.replace(
        "changed = [{ scope = \"A on P1\", lease = \"8d\" }]",
        "others = \"any\"",
    );
    let cli = (0..60).fold(Cli::in_folder("interrupted"), |cli, number| {
        cli.with(&format!("scenarios/{number}.toml"), &world)
    });
    let child = cli
        .command(&[
            "run",
            "--jobs",
            "1",
            "--door",
            "session",
            "--report",
            "junit=out.xml",
        ])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    // SIGINT is signal 2, so its bit in the mask of caught signals is the second.
    let catches_interrupts = || {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let mask = text
            .lines()
            .find_map(|line| line.strip_prefix("SigCgt:"))
            .map(str::trim);
        mask.and_then(|mask| u64::from_str_radix(mask, 16).ok())
            .is_some_and(|mask| mask & 2 != 0)
    };
    while !catches_interrupts() {
        assert!(
            std::path::Path::new(&status).exists(),
            "the run ended before it could be interrupted"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let ran: support::Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.code, Some(130), "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("of 60 cases were finished and reported"),
        "{}",
        ran.err
    );
    let xml = std::fs::read_to_string(cli.folder().join("out.xml")).unwrap();
    assert!(
        xml.trim_end().ends_with("</testsuites>") || xml.trim_end().ends_with("/>"),
        "{xml}"
    );
    let left: Vec<_> = std::fs::read_dir(cli.folder())
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| !name.to_string_lossy().ends_with(".tmp")),
        "{left:?}"
    );
}

#[test]
fn a_file_that_is_missing_or_cannot_be_read_is_named_with_the_reason() {
    let cli = Cli::in_folder("unreadable");
    let ran = cli.run(&["run", "nowhere.toml"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    assert!(
        ran.err
            .contains("there is no file or folder `nowhere.toml`"),
        "{}",
        ran.err
    );
    // A link to nowhere cannot be read by anybody, root included.
    #[cfg(unix)]
    {
        std::fs::create_dir(cli.folder().join("scenarios")).unwrap();
        std::os::unix::fs::symlink("nowhere", cli.folder().join("scenarios/link.toml")).unwrap();
        let ran = cli.run(&["run"]);
        assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
        assert!(ran.err.contains("scenarios/link.toml:1:1"), "{}", ran.err);
    }
}

#[test]
fn hostile_files_are_refused_with_a_position() {
    let huge = vec![b'#'; 100 << 20];
    let deep = format!("title = \"x\"\nworld = {}", "[".repeat(1_000_000));
    let many = PASSING.replace(
        "{ name = \"A\", server",
        "{ name = \"A${n}\", repeat = 1000000000000, server",
    );
    let cli = Cli::in_folder("hostile")
        .with("huge.toml", huge)
        .with("deep.toml", deep)
        .with("bytes.toml", b"title = \"\xff\"\n")
        .with("many.toml", many);
    for (file, code, place) in [
        ("huge.toml", "IC2003", "huge.toml:1:1"),
        ("deep.toml", "IC2003", "deep.toml:2:"),
        ("bytes.toml", "IC2001", "bytes.toml:1:10"),
        ("many.toml", "IC2003", "many.toml:9:"),
    ] {
        let ran = cli.run(&["run", file]);
        assert_eq!(ran.code, Some(2), "{file}: {}{}", ran.out, ran.err);
        assert!(
            ran.err.contains(code) && ran.err.contains(place),
            "{file}: {}",
            ran.err
        );
        assert!(
            ran.err.len() < 4000,
            "{file}: {} bytes of message",
            ran.err.len()
        );
    }
}

#[test]
fn json_is_one_object_and_the_same_every_time() {
    let cli = Cli::in_folder("json").with("a.toml", PASSING);
    let report = |jobs: &str| {
        let ran = cli.run(&["run", "a.toml", "--format", "json", "--jobs", jobs]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let mut value: serde_json::Value = serde_json::from_str(&ran.out).expect("one JSON object");
        value.as_object_mut().unwrap().remove("times");
        value
    };
    let first = report("1");
    assert_eq!(first, report("8"));
    assert_eq!(first["version"], 1);
    assert_eq!(first["summary"]["pass"], 2);
    assert_eq!(first["scenarios"][0]["door"], "delegate");
    assert!(
        first["requirements"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["id"] == "R-4-10")
    );
}

#[test]
fn junit_has_a_test_for_each_case_with_its_requirements_and_place() {
    let cli = Cli::in_folder("junit").with("a.toml", failing());
    let ran = cli.run(&[
        "run",
        "a.toml",
        "--report",
        "junit=out.xml",
        "--report",
        "json=out.json",
    ]);
    assert_eq!(ran.code, Some(1));
    let xml = std::fs::read_to_string(cli.folder().join("out.xml")).unwrap();
    for part in [
        "file=\"a.toml\"",
        "line=\"",
        "name=\"requirement\" value=\"R-4-10\"",
        "<failure",
    ] {
        assert!(xml.contains(part), "`{part}` is missing in:\n{xml}");
    }
    assert!(cli.folder().join("out.json").exists());
}

#[test]
fn another_reading_fails_and_the_message_says_which_one_is_followed() {
    let literal = PASSING.replace(
        "requirements =",
        "readings = { OQ-3 = \"success\" }\nrequirements =",
    );
    let literal = literal.replace("relation = \"R1\", lease", "lease");
    let cli = Cli::in_folder("reading").with("a.toml", literal);
    let ran = cli.run(&["run", "a.toml"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    let ran = cli.run(&["run", "a.toml", "--reading", "OQ-1=literal"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
}

#[test]
fn list_and_requirements_speak_both_forms() {
    let cli = Cli::in_folder("list").with("scenarios/a.toml", PASSING);
    let ran = cli.run(&["list"]);
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.out
            .contains("a: the partner's copy takes over the lease time"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("1 scenarios, 1 cases"), "{}", ran.out);
    let ran = cli.run(&["requirements", "--format", "json"]);
    assert_eq!(ran.code, Some(0));
    let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let rows = value["requirements"].as_array().unwrap();
    let row = rows.iter().find(|row| row["id"] == "R-4-10").unwrap();
    assert_eq!(row["status"], "tested");
    assert_eq!(row["scenarios"][0], "a");
}

#[test]
fn a_reader_that_has_read_enough_is_no_failure() {
    use std::process::Stdio;
    let cli = Cli::in_folder("pipe").with("a.toml", PASSING);
    let mut child = cli
        .command(&["run", "a.toml", "--format", "json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_file_that_could_not_be_read_is_in_every_report() {
    let cli = Cli::in_folder("rejected")
        .with("scenarios/good.toml", PASSING)
        .with("scenarios/bad.toml", "title = 3\n");
    let ran = cli.run(&[
        "run",
        "--report",
        "junit=out.xml",
        "--report",
        "json=out.json",
    ]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert!(
        ran.out
            .contains("1 file not run, because of mistakes in them"),
        "{}",
        ran.out
    );
    let xml = std::fs::read_to_string(cli.folder().join("out.xml")).unwrap();
    assert!(
        xml.contains("errors=\"1\"") && xml.contains("scenarios/bad.toml:1:9: IC2102"),
        "{xml}"
    );
    let json = std::fs::read_to_string(cli.folder().join("out.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["files"][0]["file"], "scenarios/bad.toml");
    assert_eq!(report["files"][0]["mistakes"][0]["code"], "IC2102");
}

#[test]
fn the_trace_of_a_failing_case_is_not_accepted() {
    let cli = Cli::in_folder("not-accepted").with("scenarios/a.toml", failing());
    let ran = cli.run(&["run", "--snapshots", "update"]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    assert!(!cli.folder().join("snapshots/a.snap").exists());
}

#[test]
fn decode_shows_a_stream_from_bytes_or_digits() {
    let stream = b"\x00\x01\x00\x01\x02\x02\x0Cnet.tcp://h/\x03\x08\x0C\x06\x05\x00\x40\x01a\x01";
    let hex: String = stream.iter().map(|byte| format!("{byte:02x}\n")).collect();
    let cli = Cli::in_folder("decode")
        .with("bytes", stream)
        .with("digits", hex)
        .with("answer", [0x0B, 0x07])
        .with("odd", "0b0");
    let ran = cli.run(&["decode", "bytes"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    for part in ["Via Record: net.tcp://h/", "ShortElement a", "| <a></a>"] {
        assert!(ran.out.contains(part), "{}", ran.out);
    }
    assert_eq!(cli.run(&["decode", "digits"]).out, ran.out);
    let both = cli.run(&["decode", "digits", "--receiver", "answer"]).out;
    assert!(
        both.contains("# from the receiver\n00000000  0B "),
        "{both}"
    );
    assert!(both.contains("End Record"), "{both}");
    let odd = cli.run(&["decode", "odd"]);
    assert_eq!(odd.code, Some(2));
    assert!(odd.err.contains("an odd number"), "{}", odd.err);
    assert_eq!(cli.run(&["decode"]).code, Some(3));
    assert_eq!(cli.run(&["decode", "no-such-file"]).code, Some(2));
}
