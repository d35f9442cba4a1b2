//! `ipamconf doctor`: whether a target can be tested, and what to do where it cannot.

use std::io::Write;

use crate::cli::args::DoctorArguments;
use crate::cli::target::TargetAddress;
use crate::cli::{CliError, Exit};
use crate::door::http::{Finding, Probe, State, probe};
use crate::door::nettcp::{NetTcpOptions, reach};
use crate::door::remote::{HttpAddress, Patience};
use crate::door::{ExecCommand, ExecTargets};

pub(super) fn doctor(arguments: &DoctorArguments, out: &mut dyn Write) -> Result<Exit, CliError> {
    let patience = Patience {
        timeout: arguments.timeout,
        ..Patience::default()
    };
    let found = match &arguments.target {
        TargetAddress::Http(address) => probe(address, arguments.control.as_ref(), patience)
            .map_err(|error| CliError::Target(error.to_string()))?,
        TargetAddress::Exec { words, .. } => look_at_process(ExecCommand {
            timeout: patience.timeout,
            quiet: patience.quiet,
            ..ExecCommand::new(words.clone())
        }),
        TargetAddress::NetTcp(via) => {
            let options = NetTcpOptions {
                patience,
                ..NetTcpOptions::at(via.clone())
            };
            look_at_net_tcp(options, arguments.control.clone())
        }
        TargetAddress::InProcess => {
            return Err(CliError::Usage(
                "`in-process` is part of ipamconf: `doctor` looks at targets such as `http://HOST:PORT/PATH`"
                    .to_owned(),
            ));
        }
    };
    write_table(&found, out)?;
    let verdict = if found.is_fit() {
        "the target can be tested"
    } else {
        "the target cannot be tested as it is"
    };
    writeln!(out, "\n{verdict}: {}", arguments.target)?;
    Ok(if found.is_fit() {
        Exit::Conformant
    } else {
        Exit::Broken
    })
}

/// A session is opened over net.tcp and ended again.
fn look_at_net_tcp(options: NetTcpOptions, control: Option<HttpAddress>) -> Probe {
    let (state, found, advice) = match reach(options, control) {
        Ok(options) => {
            let worlds = options.capabilities().sets_worlds();
            let (state, advice) = if worlds {
                (State::Good, "")
            } else {
                (
                    State::Limited,
                    "`--control URL` sets worlds, `--bind FILE` says what the store holds",
                )
            };
            (state, "it acknowledges the preamble".to_owned(), advice)
        }
        Err(why) => (
            State::Bad,
            why,
            "start the server, or correct the address; `ipamconf doctor` looks again",
        ),
    };
    one_finding("does it open a session", state, found, advice)
}

fn one_finding(check: &'static str, state: State, found: String, advice: &str) -> Probe {
    Probe {
        findings: vec![Finding {
            check,
            state,
            found,
            advice: advice.to_owned(),
        }],
    }
}

/// A process is asked who it is, and something that nobody knows, as soon as it is started.
fn look_at_process(command: ExecCommand) -> Probe {
    let (state, found, advice) = match ExecTargets::start(command) {
        Ok(targets) => {
            let found = format!(
                "{}: it answers, and says \"unsupported\" to an invented request",
                targets.name()
            );
            (State::Good, found, "")
        }
        Err(refused) => (
            State::Bad,
            refused.to_string(),
            "docs/exec.md shows what is asked, and what answers are expected",
        ),
    };
    one_finding("does it speak the protocol", state, found, advice)
}

fn write_table(found: &Probe, out: &mut dyn Write) -> std::io::Result<()> {
    let width = found
        .findings
        .iter()
        .map(|finding| finding.check.len())
        .max()
        .unwrap_or_default();
    for finding in &found.findings {
        let word = match finding.state {
            State::Good => "yes",
            State::Limited => "limited",
            State::Bad => "NO",
            State::Skipped => "-",
        };
        writeln!(out, "{:width$}  {word:7}  {}", finding.check, finding.found)?;
        if !finding.advice.is_empty() {
            writeln!(out, "{:width$}           do: {}", "", finding.advice)?;
        }
    }
    Ok(())
}
