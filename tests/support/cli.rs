//! Running the binary as a user does.

#![allow(
    dead_code,
    clippy::redundant_pub_crate,
    reason = "each test uses a part of it"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The binary, in a folder of its own.
pub(crate) struct Cli {
    folder: PathBuf,
}

/// What came of a command.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Cli {
    /// An empty folder for one test, below the build folder.
    pub(crate) fn in_folder(name: &str) -> Self {
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        Self { folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Puts a file there.
    pub(crate) fn with(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(path, content).expect("a file for the test");
        self
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ipamconf"));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env_remove("NO_COLOR")
            .env_remove("CI");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments)
            .output()
            .expect("the binary can be run")
            .into()
    }
}

impl Drop for Cli {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// A scenario that passes on our simulator.
pub(crate) const PASSING: &str = r#"
title = "the partner's copy takes over the lease time"
requirements = ["R-4-10"]

[world]
servers = [{ name = "S" }, { name = "P1" }]
relations = [{ name = "R1", server1 = "S", server2 = "P1" }]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R1", lease = "8d" },
  { name = "A on P1", server = "P1", like = "A", lease = "1h" },
]

[expect]
overall = "CompletedWithSuccess"
changed = [{ scope = "A on P1", lease = "8d" }]
"#;

/// The same, expecting what our simulator does not do.
pub(crate) fn failing() -> String {
    PASSING.replace(
        r#"changed = [{ scope = "A on P1", lease = "8d" }]"#,
        r#"changed = [{ scope = "A on P1", lease = "2d" }]"#,
    )
}
