//! The command line: arguments in, exit code out.
//!
//! Floor 6. The one place that reads files, writes them, starts threads and looks at the clock.

mod args;
mod baseline;
mod decode;
mod deviants;
mod doctor;
mod embedded;
mod exit;
mod explain;
mod explore;
mod files;
mod fmt;
mod lint;
mod list;
mod messages;
mod minimize;
mod new;
mod partition;
mod progress;
mod reach;
mod remote;
mod requirements;
mod review;
mod run;
mod schema;
mod serve;
mod snapshots;
mod subject;
mod target;

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::Parser;

pub use exit::{Exit, Outcome};

use crate::cli::args::{Arguments, Command};
use crate::cli::subject::Subject;
use crate::door::server::ServeError;
use crate::suite::Target;

/// Why a command could not be carried out; each knows its exit code.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The command line asks for something that cannot be.
    #[error("{0}")]
    Usage(String),
    /// A file that was to be written could not be.
    #[error("cannot write `{path}`: {error}")]
    Write {
        /// The file.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// A file that was to be used is not what it has to be.
    #[error("`{path}`: {what}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        what: String,
    },
    /// A file has mistakes, each with its place.
    #[error("{} has mistakes", .0.source.path)]
    Rejected(Box<crate::scenario::Rejected>),
    /// The target cannot be tested.
    #[error("{0}")]
    Target(String),
    /// A server cannot be started.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The standard output could not be written to.
    #[error("cannot write the result: {0}")]
    Output(#[from] std::io::Error),
}

/// Parses the process's arguments, runs the command and tells how it ended.
#[must_use]
pub fn main() -> std::process::ExitCode {
    let mut out = std::io::stdout().lock();
    let exit = main_with(std::env::args_os(), &mut out);
    std::process::ExitCode::from(exit.code())
}

/// The same for an implementer's own target in process: `run` and `minimize` test what `make` makes, a new one for each
/// case.
/// Scenarios that the target's door cannot carry, and what it does not offer, are skipped with the reason.
#[must_use]
pub fn main_for(make: impl Fn() -> Box<dyn Target> + Sync) -> std::process::ExitCode {
    let mut out = std::io::stdout().lock();
    let exit = main_for_with(std::env::args_os(), make, &mut out);
    std::process::ExitCode::from(exit.code())
}

/// [`main_for`] with arguments and output handed in.
pub fn main_for_with(
    arguments: impl IntoIterator<Item = std::ffi::OsString>,
    make: impl Fn() -> Box<dyn Target> + Sync,
    out: &mut dyn Write,
) -> Exit {
    let door = make().door();
    let make = move |_| make();
    command(arguments, &Subject::own(&make, door), out)
}

/// [`main`] with arguments and output handed in.
pub fn main_with(
    arguments: impl IntoIterator<Item = std::ffi::OsString>,
    out: &mut dyn Write,
) -> Exit {
    command(arguments, &Subject::simulator(), out)
}

fn command(
    arguments: impl IntoIterator<Item = std::ffi::OsString>,
    subject: &Subject<'_>,
    out: &mut dyn Write,
) -> Exit {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // `--help` and `--version` are results; everything else is a mistake on the command line.
            let asked = !error.use_stderr();
            let _ = error.print();
            return if asked { Exit::Conformant } else { Exit::Usage };
        }
    };
    let result = catch_unwind(AssertUnwindSafe(|| match &arguments.command {
        Command::Run(arguments) => run::run(arguments, subject, out),
        Command::Doctor(arguments) => doctor::doctor(arguments, out),
        Command::List(arguments) => list::list(arguments, out),
        Command::Requirements(arguments) => requirements::requirements(arguments, out),
        Command::Deviants(arguments) => deviants::deviants(arguments, out),
        Command::Snapshots(arguments) => review::snapshots(arguments, out),
        Command::Explain(arguments) => explain::explain(arguments, out),
        Command::Minimize(arguments) => minimize::minimize(arguments, subject, out),
        Command::Lint(arguments) => lint::lint(arguments, out),
        Command::New(arguments) => new::new(arguments, out),
        Command::Schema(arguments) => schema::schema(arguments, out),
        Command::Fmt(arguments) => fmt::fmt(arguments, out),
        Command::Decode(arguments) => decode::decode(arguments, out),
        Command::Explore(arguments) => explore::explore(arguments, subject, out),
        Command::Serve(arguments) => serve::serve(arguments, out),
        Command::Panic => panic!("this is what a bug looks like"),
    }));
    match result {
        Ok(Ok(exit)) => exit,
        Ok(Err(error)) => {
            // Whoever reads our output has read enough.
            if matches!(&error, CliError::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
            {
                return Exit::Conformant;
            }
            eprintln!("error: {error}");
            match error {
                CliError::Usage(_)
                | CliError::Serve(ServeError::NotLoopback(_) | ServeError::Address { .. }) => {
                    Exit::Usage
                }
                CliError::File { .. } | CliError::Rejected(_) => Exit::WrongFile,
                CliError::Write { .. }
                | CliError::Output(_)
                | CliError::Target(_)
                | CliError::Serve(_) => Exit::Broken,
            }
        }
        Err(_) => {
            eprintln!("{}", exit::BUG_REPORT);
            Exit::Bug
        }
    }
}
