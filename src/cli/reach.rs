//! The target that `run --target` names: looked at, and with what is known of it.

use std::sync::Arc;

use crate::cli::CliError;
use crate::cli::args::{CallbackMode, RunArguments};
use crate::cli::files::{read_bound_file, refuse_missing};
use crate::cli::remote::Remote;
use crate::cli::subject::Subject;
use crate::cli::target::TargetAddress;
use crate::door::http::{HttpOptions, reach};
use crate::door::nettcp::{self, NetTcpOptions};
use crate::door::remote::{Callbacks, Capabilities, HttpAddress, Patience};
use crate::door::{ExecCommand, ExecTargets};
use crate::scenario::Bound;
use crate::soap::ENVELOPE_BYTES_MAX;
use crate::wire::nmf::Via;

/// The subject that `--target` names, unless it is the one that is built in.
pub(super) fn subject_elsewhere(
    arguments: &RunArguments,
) -> Result<Option<Subject<'static>>, CliError> {
    let (text, words) = match &arguments.target {
        TargetAddress::Exec { text, words } => (text, words),
        TargetAddress::Http(address) => return http_subject(address, arguments).map(Some),
        TargetAddress::NetTcp(via) => return net_tcp_subject(via, arguments).map(Some),
        TargetAddress::InProcess => {
            let flag = [
                (arguments.control.is_some(), "--control"),
                (arguments.bind.is_some(), "--bind"),
                (arguments.allow_writes, "--allow-writes"),
                (arguments.follow, "--follow"),
            ];
            return match flag.iter().find(|(given, _)| *given) {
                Some((_, flag)) => Err(CliError::Usage(format!(
                    "`{flag}` is for targets such as `--target http://HOST:PORT/PATH`"
                ))),
                None => Ok(None),
            };
        }
    };
    let command = ExecCommand {
        timeout: arguments.timeout,
        quiet: arguments.quiet,
        ..ExecCommand::new(words.clone())
    };
    let targets =
        ExecTargets::start(command).map_err(|refused| CliError::Target(refused.to_string()))?;
    let mut again = vec!["--target".to_owned(), text.clone()];
    again.extend(patience_words(arguments));
    Ok(Some(Subject::exec(Arc::new(targets), text.clone(), again)))
}

/// A server that was looked at and is there.
fn http_subject(
    address: &HttpAddress,
    arguments: &RunArguments,
) -> Result<Subject<'static>, CliError> {
    let options = HttpOptions {
        callbacks: match arguments.callbacks {
            CallbackMode::Poll => Callbacks::Polled,
            CallbackMode::Post => Callbacks::Posted,
        },
        patience: patience(arguments),
        seed: arguments.seed,
        kept_bytes: kept_bytes(arguments),
        ..HttpOptions::at(address.clone())
    };
    let bound = bound(arguments)?;
    let options = reach(options, arguments.control.clone()).map_err(CliError::Target)?;
    let again = command(address.to_string(), arguments, &options.capabilities());
    let remote = Remote {
        offers: options.capabilities(),
        binary: false,
        bound,
        allow_writes: arguments.allow_writes,
    };
    Ok(Subject::http(options, remote, again))
}

/// A server over net.tcp that was looked at and is there.
fn net_tcp_subject(via: &Via, arguments: &RunArguments) -> Result<Subject<'static>, CliError> {
    let options = NetTcpOptions {
        patience: patience(arguments),
        seed: arguments.seed,
        follow: arguments.follow,
        kept_bytes: kept_bytes(arguments),
        ..NetTcpOptions::at(via.clone())
    };
    let bound = bound(arguments)?;
    let options = nettcp::reach(options, arguments.control.clone()).map_err(CliError::Target)?;
    let again = command(via.to_string(), arguments, &options.capabilities());
    let remote = Remote {
        offers: options.capabilities(),
        binary: true,
        bound,
        allow_writes: arguments.allow_writes,
    };
    Ok(Subject::net_tcp(options, remote, again))
}

/// Messages are kept only to be saved: those of a case up to the size that one may have.
const fn kept_bytes(arguments: &RunArguments) -> usize {
    if arguments.save_messages.is_some() {
        ENVELOPE_BYTES_MAX
    } else {
        0
    }
}

const fn patience(arguments: &RunArguments) -> Patience {
    Patience {
        timeout: arguments.timeout,
        quiet: arguments.quiet,
    }
}

/// What the store of the target holds, where a file says so.
fn bound(arguments: &RunArguments) -> Result<Option<Bound>, CliError> {
    let Some(path) = &arguments.bind else {
        return Ok(None);
    };
    refuse_missing(
        path,
        "it says what the store holds, as a scenario's `[world]` with record ids",
    )?;
    match read_bound_file(path) {
        Ok(bound) => Ok(Some(bound)),
        Err(rejected) => Err(CliError::Rejected(Box::new(rejected))),
    }
}

/// The words of a command line that name a target again.
fn command(address: String, arguments: &RunArguments, offers: &Capabilities) -> Vec<String> {
    if !offers.isolates_worlds() && arguments.jobs.is_some_and(|jobs| jobs > 1) {
        eprintln!("note: the target has one store for all: cases run one after the other");
    }
    let mut again = vec!["--target".to_owned(), address];
    let mut say = |flag: &str, value: String| again.extend([flag.to_owned(), value]);
    if let Some(control) = &arguments.control {
        say("--control", control.to_string());
    }
    if let Some(file) = &arguments.bind {
        say("--bind", file.display().to_string());
    }
    if arguments.callbacks == CallbackMode::Post {
        say("--callbacks", "post".to_owned());
    }
    again.extend(patience_words(arguments));
    if arguments.allow_writes {
        again.push("--allow-writes".to_owned());
    }
    again
}

/// How long answers and silence take, as words of a command line, where it is not as usual.
fn patience_words(arguments: &RunArguments) -> Vec<String> {
    let usual = Patience::default();
    [
        ("--timeout", arguments.timeout, usual.timeout),
        ("--quiet", arguments.quiet, usual.quiet),
    ]
    .into_iter()
    .filter(|(_, time, usual)| time != usual)
    .flat_map(|(flag, time, _)| [flag.to_owned(), format!("{}ms", time.as_millis())])
    .collect()
}
