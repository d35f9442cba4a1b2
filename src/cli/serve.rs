//! `ipamconf serve`: our simulator as a server.

use std::io::Write;
use std::path::Path;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::args::{ServeArguments, readings};
use crate::cli::explain::selected;
use crate::cli::files::{load, render};
use crate::cli::run::colour;
use crate::cli::{CliError, Exit};
use crate::door::server::{Config, Limits, Server, Stopped};
use crate::scenario::{Case, Scenario, Source, read};
use crate::spec::Readings;

/// The world that is served where none is named: server 1 has several failover scopes.
const DEMONSTRATION: &str = include_str!("demonstration.toml");

pub(super) fn serve(arguments: &ServeArguments, out: &mut dyn Write) -> Result<Exit, CliError> {
    let chosen = readings(&arguments.reading).map_err(CliError::Usage)?;
    let scenario = match &arguments.world {
        Some(file) => match scenario(file)? {
            Some(scenario) => scenario,
            None => return Ok(Exit::WrongFile),
        },
        None => read(
            "demonstration",
            Source::new("demonstration.toml".to_owned(), DEMONSTRATION),
        )
        .map_err(|rejected| CliError::File {
            path: "demonstration.toml".to_owned(),
            what: render(&rejected, false),
        })?,
    };
    let case = case(&scenario, arguments.case.as_deref())?;
    let config = config(arguments, case, chosen.overlaid_with(&case.readings));
    if let Some(level) = arguments.log.level() {
        // Somebody else's may be there already, where this is called as a library.
        let _ = tracing_subscriber::fmt()
            .with_writer(std::io::stderr)
            .with_max_level(level)
            .with_target(false)
            .with_ansi(false)
            .try_init();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(until_stopped(config, out))
}

fn scenario(file: &Path) -> Result<Option<Scenario>, CliError> {
    if file.is_dir() {
        return Err(CliError::Usage(format!(
            "`{}` is a folder: serve takes one scenario file",
            file.display()
        )));
    }
    let loaded = load(&[file.to_path_buf()])?;
    for rejected in &loaded.rejected {
        eprint!("{}", render(rejected, colour(&std::io::stderr(), false)));
    }
    Ok(loaded.scenarios.into_iter().next())
}

/// The case whose world is served: the one of that name, or any where all have the same world.
fn case<'a>(scenario: &'a Scenario, name: Option<&str>) -> Result<&'a Case, CliError> {
    let cases = selected(scenario, name, None)?;
    let first = cases[0];
    if cases.iter().any(|case| case.world != first.world) {
        let names: Vec<&str> = cases
            .iter()
            .filter_map(|case| case.name.as_deref())
            .collect();
        return Err(CliError::Usage(format!(
            "the cases of this file have different worlds: choose one with `--case`, of `{}`",
            names.join("`, `")
        )));
    }
    Ok(first)
}

fn config(arguments: &ServeArguments, case: &Case, readings: Readings) -> Config {
    let usual = Limits::default();
    Config {
        http: arguments.http.clone(),
        net_tcp: arguments.net_tcp.clone(),
        net_tcp_path: arguments.net_tcp_path.clone(),
        follow: arguments.follow,
        control: arguments.control.clone(),
        listen_anywhere: arguments.listen_anywhere,
        setup: case.world.set_up(),
        readings,
        fault_status: arguments.fault_status,
        callback_allow: arguments.callback_allow.clone(),
        limits: Limits {
            sessions: arguments.sessions.map_or(usual.sessions, usize::from),
            connections: arguments.connections.map_or(usual.connections, usize::from),
            ..usual
        },
    }
}

async fn until_stopped(config: Config, out: &mut dyn Write) -> Result<Exit, CliError> {
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    let anywhere = config.listen_anywhere;
    let running = Server::bind(config).await?;
    if anywhere {
        eprintln!("note: whoever reaches this machine may use this server: there is no login");
    } else {
        eprintln!(
            "note: only this machine reaches this server; `--listen-anywhere` lets others in"
        );
    }
    if running.net_tcp_url().is_some() {
        eprintln!(
            "note: net.tcp goes without transport security here: nothing is signed or encrypted, and nobody says who he is"
        );
    }
    let listening = [
        running.soap_url(),
        running.net_tcp_url(),
        running.control_url(),
    ];
    for address in listening.into_iter().flatten() {
        writeln!(out, "listening {address}")?;
    }
    out.flush()?;
    let exit = tokio::select! {
        _ = interrupt.recv() => Exit::Interrupted,
        _ = terminate.recv() => Exit::Conformant,
    };
    let open = running.open_sessions();
    if open > 0 {
        let are = if open == 1 {
            "session is"
        } else {
            "sessions are"
        };
        eprintln!("stopping: {open} open {are} told so (once more to stop at once)");
    }
    let stopped = tokio::select! {
        stopped = running.stop() => stopped,
        () = again(&mut interrupt, &mut terminate) => std::process::exit(i32::from(exit.code())),
    };
    eprintln!("{}", ended(stopped));
    Ok(exit)
}

fn ended(stopped: Stopped) -> String {
    match (stopped.open, stopped.untold) {
        (0, _) => "stopped; no session was open".to_owned(),
        (_, 0) => "stopped; every open session was told".to_owned(),
        (open, untold) => {
            format!("stopped; of {open} open sessions, {untold} did not ask in time to be told")
        }
    }
}

async fn again(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
