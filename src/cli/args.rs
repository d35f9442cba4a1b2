//! The arguments of every command.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::author;
use crate::cli::partition::Partition;
use crate::cli::target::TargetAddress;
use crate::door::remote::HttpAddress;
use crate::door::server::{CallbackAllow, NET_TCP_PATH};
use crate::model::SerDuration;
use crate::spec::{Readings, RequirementId};
use crate::trace::Door;

/// Conformance harness and simulator for ReplicateServer, an operation of [MS-IPAMM2].
#[derive(Debug, Parser)]
#[command(name = "ipamconf", version, about, max_term_width = 100, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 conformant, 1 a requirement failed, 2 a scenario, baseline or snapshot file is wrong, \
    3 usage or nothing selected, 4 the run could not be carried out, 5 a bug of ours, \
    6 a stale baseline entry, an orphaned or pending snapshot, 130 interrupted.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run scenarios and judge what they show.
    Run(Box<RunArguments>),
    /// Look at a target: is it there, does it answer, can it say "unsupported", can its world be set.
    Doctor(DoctorArguments),
    /// List scenarios, the requirements they are about and the doors that can carry them.
    List(ListArguments),
    /// List the requirements, and which of them the scenarios test.
    Requirements(RequirementsArguments),
    /// Show that the suite catches wrong servers: our simulator with one planted mistake at a time.
    Deviants(DeviantsArguments),
    /// Look at snapshots that wait for a decision, accept or reject them.
    Snapshots(SnapshotsArguments),
    /// Explain a scenario: its world, its messages, what is allowed and why, what our simulator does.
    Explain(ExplainArguments),
    /// Make a failing scenario as small as it gets, in a file of its own.
    Minimize(MinimizeArguments),
    /// Look for mistakes in scenario files, and for what is odd about them.
    #[command(after_help = author::WarningCode::listed())]
    Lint(LintArguments),
    /// Write a first scenario file that passes.
    New(NewArguments),
    /// Print the JSON Schema of scenario files, for editors.
    Schema(SchemaArguments),
    /// Write scenario files in their one layout: order of keys, blank lines, quotes; comments stay.
    Fmt(FmtArguments),
    /// Explore every small world, or worlds drawn by seed, against the oracle.
    Explore(ExploreArguments),
    /// Show what was sent over net.tcp, record by record, with the XML of its envelopes.
    Decode(DecodeArguments),
    /// Serve our simulator to SOAP clients over HTTP, until it is told to stop.
    Serve(ServeArguments),
    /// End as a bug of ours would, so that scripts can be tried against it.
    #[command(hide = true)]
    Panic,
}

/// Which scenarios and cases.
#[derive(Debug, Args)]
pub(super) struct Selection {
    /// Scenario files, or folders of them; `embedded:` names the built-in ones [default: scenarios, else embedded:]
    pub(super) paths: Vec<PathBuf>,
    /// Only cases about a requirement of this section of the document, such as 3.19.4.4.1.31
    #[arg(long, value_name = "SECTION")]
    pub(super) section: Vec<String>,
    /// Only cases about this requirement, such as R-31-2
    #[arg(long, value_name = "ID", value_parser = requirement)]
    pub(super) requirement: Vec<RequirementId>,
    /// Only scenarios with this tag
    #[arg(long, value_name = "TAG")]
    pub(super) tag: Vec<String>,
    /// Only cases whose scenario or name contains this text
    #[arg(long, value_name = "TEXT")]
    pub(super) filter: Vec<String>,
    /// Only cases of exactly this name
    #[arg(long, value_name = "NAME")]
    pub(super) case: Vec<String>,
}

impl Selection {
    /// Whether the whole of the default corpus is meant.
    pub(super) const fn is_everything(&self) -> bool {
        self.paths.is_empty()
            && self.section.is_empty()
            && self.requirement.is_empty()
            && self.tag.is_empty()
            && self.filter.is_empty()
            && self.case.is_empty()
    }
}

#[derive(Debug, Args)]
pub(super) struct RunArguments {
    #[command(flatten)]
    pub(super) selection: Selection,
    /// What to test: `in-process` is our own simulator, `net.tcp://HOST:PORT/PATH` or `http://HOST:PORT/PATH` a server, `exec:CMD` a process that answers on its standard output
    #[arg(long, value_name = "TARGET", default_value = "in-process")]
    pub(super) target: TargetAddress,
    /// How long an answer of a target elsewhere may take, such as 10s or 500ms
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time)]
    pub(super) timeout: Duration,
    /// How long a target in real time has to be silent until nothing more is expected
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = time)]
    pub(super) quiet: Duration,
    /// The control plane of a server: sets worlds, time and callers
    #[arg(long, value_name = "URL", value_parser = http_address)]
    pub(super) control: Option<HttpAddress>,
    /// What the store of a server without a control plane holds, and which scenarios may use it
    #[arg(long, value_name = "FILE", conflicts_with = "control")]
    pub(super) bind: Option<PathBuf>,
    /// Run cases that may write to the store of a server without a control plane
    #[arg(long)]
    pub(super) allow_writes: bool,
    /// How callbacks of a server come: `poll` reads them, `post` has them posted to a port of ours on loopback
    #[arg(long, value_enum, default_value_t = CallbackMode::Poll)]
    pub(super) callbacks: CallbackMode,
    /// List what goes over net.tcp on the standard error, record by record, while it goes
    #[arg(long)]
    pub(super) follow: bool,
    /// Only through this door: delegate or session, or the one of the target; can be given more than once
    #[arg(long, value_name = "DOOR", value_parser = any_door)]
    pub(super) door: Vec<Door>,
    /// Count deviations, and steps that were not reached, as failures
    #[arg(long)]
    pub(super) strict: bool,
    /// Judge by another reading of an open question, such as OQ-1=literal; all=literal takes the text word by word
    #[arg(long, value_name = "QUESTION=READING")]
    pub(super) reading: Vec<String>,
    /// Fixes every choice that is drawn
    #[arg(long, default_value_t = 0)]
    pub(super) seed: u64,
    /// How many cases run at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) jobs: Option<u16>,
    /// Only this part of the cases: every case is in exactly one of N parts, which one depends on nothing but its name
    #[arg(long, value_name = "K/N", value_parser = Partition::parse)]
    pub(super) partition: Option<Partition>,
    /// Run each case N times; a difference between the traces is a failure
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) repeat: u32,
    /// Accepted failures: what this file lists does not count, and what it lists in vain ends with exit code 6
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Write the failures as a new baseline, for somebody to give each a reason
    #[arg(long, value_name = "FILE")]
    pub(super) write_baseline: Option<PathBuf>,
    /// No colour, no progress, no pending snapshots written; also where the environment says CI=true
    #[arg(long)]
    pub(super) ci: bool,
    /// The form of the result on the standard output
    #[arg(long, value_enum, default_value_t = RunFormat::Human)]
    pub(super) format: RunFormat,
    /// Write a report file as well: junit=FILE, json=FILE or markdown=FILE; can be given more than once
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report_file)]
    pub(super) report: Vec<ReportFile>,
    /// Write every message as the SOAP envelope that it is on a wire, a file each, below this folder
    #[arg(long, value_name = "DIR")]
    pub(super) save_messages: Option<PathBuf>,
    /// Compare traces with the snapshots beside the scenarios folder, write them, or leave them alone
    #[arg(long, value_enum, default_value_t = SnapshotMode::Check)]
    pub(super) snapshots: SnapshotMode,
    /// Show every case, not only those that did not pass
    #[arg(short, long)]
    pub(super) verbose: bool,
}

/// How callbacks come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CallbackMode {
    /// We read them.
    Poll,
    /// They are posted to us.
    Post,
}

#[derive(Debug, Args)]
pub(super) struct DoctorArguments {
    /// The target: `http://HOST:PORT/PATH`, or `exec:CMD`
    #[arg(long, value_name = "TARGET")]
    pub(super) target: TargetAddress,
    /// Its control plane
    #[arg(long, value_name = "URL", value_parser = http_address)]
    pub(super) control: Option<HttpAddress>,
    /// How long an answer may take, such as 10s or 500ms
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time)]
    pub(super) timeout: Duration,
}

#[derive(Debug, Args)]
pub(super) struct DeviantsArguments {
    /// Scenario files, or folders of them; `embedded:` names the built-in ones [default: scenarios, else embedded:]
    pub(super) paths: Vec<PathBuf>,
    /// Only deviants whose name contains this text
    #[arg(long, value_name = "TEXT")]
    pub(super) filter: Vec<String>,
    /// Only deviants that break this requirement, such as R-31-2
    #[arg(long, value_name = "ID", value_parser = requirement)]
    pub(super) requirement: Vec<RequirementId>,
    /// How many deviants are judged at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) jobs: Option<u16>,
    /// The form of the kill matrix
    #[arg(long, value_enum, default_value_t = DeviantsFormat::Human)]
    pub(super) format: DeviantsFormat,
    /// A row for every deviant, and not only for those that are not as they should be
    #[arg(short, long)]
    pub(super) verbose: bool,
    /// Search for the smallest world in which each deviant disagrees with the oracle; `-v` and the other forms show it
    #[arg(long)]
    pub(super) smallest: bool,
    /// What `run` would print of the chosen deviants
    #[arg(long)]
    pub(super) show: bool,
}

/// The form of the kill matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DeviantsFormat {
    /// A table for a terminal.
    Human,
    /// One JSON object.
    Json,
    /// A page for a browser.
    Html,
}

#[derive(Debug, Args)]
pub(super) struct ListArguments {
    #[command(flatten)]
    pub(super) selection: Selection,
    /// Write the built-in scenarios out as a new folder
    #[arg(long, value_name = "DIR")]
    pub(super) export: Option<PathBuf>,
    /// The form of the list
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct RequirementsArguments {
    /// Only these requirements, such as R-31-2, told in full
    #[arg(value_parser = requirement)]
    pub(super) ids: Vec<RequirementId>,
    /// Scenario files, or folders of them, that count as tests [default: scenarios]
    #[arg(long, value_name = "PATH")]
    pub(super) scenarios: Vec<PathBuf>,
    /// The form of the list
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// The scenario file
    pub(super) file: PathBuf,
    /// Only the case of this name
    #[arg(long, value_name = "NAME")]
    pub(super) case: Option<String>,
    /// Through this door: delegate or session [default: session where it can carry the case]
    #[arg(long, value_name = "DOOR", value_parser = door)]
    pub(super) door: Option<Door>,
    /// By another reading of an open question, such as OQ-1=literal; all=literal takes the text word by word
    #[arg(long, value_name = "QUESTION=READING")]
    pub(super) reading: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct MinimizeArguments {
    /// The scenario file
    pub(super) file: PathBuf,
    /// The case of this name [default: the first that fails]
    #[arg(long, value_name = "NAME")]
    pub(super) case: Option<String>,
    /// Through this door: delegate or session [default: the first at which it fails]
    #[arg(long, value_name = "DOOR", value_parser = door)]
    pub(super) door: Option<Door>,
    /// The requirement that has to go on failing, such as R-31-2 [default: the first that fails]
    #[arg(long, value_name = "ID", value_parser = requirement)]
    pub(super) requirement: Option<RequirementId>,
    /// By another reading of an open question, such as OQ-1=literal; all=literal takes the text word by word
    #[arg(long, value_name = "QUESTION=READING")]
    pub(super) reading: Vec<String>,
    /// Count deviations as failures
    #[arg(long)]
    pub(super) strict: bool,
    /// The new file [default: FILE with the ending .min.toml]
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(super) struct LintArguments {
    /// Scenario files, or folders of them [default: scenarios]
    pub(super) paths: Vec<PathBuf>,
    /// End with exit code 2 if there is a warning, not only if there is a mistake
    #[arg(long)]
    pub(super) strict: bool,
}

#[derive(Debug, Args)]
pub(super) struct NewArguments {
    /// The behaviour in words, such as a-partner-that-refuses: the name of the file, and its title
    pub(super) name: String,
    /// The operation that the scenario calls
    #[arg(long, value_name = "OPERATION", default_value = "ReplicateServer", value_parser = author::OPERATIONS)]
    pub(super) operation: String,
    /// The folder of the new file; it is made if it is not there
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) dir: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// Print the reference of the language, in Markdown, instead
    #[arg(long)]
    pub(super) markdown: bool,
    /// Print the JSON Schema of what goes between ipamconf and a target of `exec:`, instead
    #[arg(long, conflicts_with = "markdown")]
    pub(super) exec: bool,
}

#[derive(Debug, Args)]
pub(super) struct FmtArguments {
    /// Scenario files, or folders of them [default: scenarios]
    pub(super) paths: Vec<PathBuf>,
    /// Write nothing: list the files that would change, and exit with 1 if there are any
    #[arg(long)]
    pub(super) check: bool,
}

#[derive(Debug, Args)]
pub(super) struct DecodeArguments {
    /// The stream of the side that connected, as bytes or hexadecimal digits; `-` is the standard input
    pub(super) initiator: Option<PathBuf>,
    /// The stream of the side that was connected to
    #[arg(long, value_name = "FILE")]
    pub(super) receiver: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ExploreArguments {
    /// Which set of worlds: a, whole rows; b, rows that are gone; c, callers, parameters, partners and defects; d, orders of messages; e, what the others hold fixed
    #[arg(long, value_enum, default_value_t = ExploreSet::All)]
    pub(super) set: ExploreSet,
    /// How many worlds are explored at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) jobs: Option<u16>,
    /// Only this part of the worlds: every world is in exactly one of N parts
    #[arg(long, value_name = "K/N", value_parser = Partition::parse)]
    pub(super) partition: Option<Partition>,
    /// So many larger worlds, drawn by the seed, in the place of a set
    #[arg(long, value_name = "COUNT", conflicts_with = "set", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub(super) random: Option<u64>,
    /// Fixes what is drawn
    #[arg(long, default_value_t = 0, requires = "random")]
    pub(super) seed: u64,
    /// Keep what is done in this file, and go on from it where it is there
    #[arg(long, value_name = "FILE")]
    pub(super) resume: Option<PathBuf>,
    /// Count deviations as disagreements
    #[arg(long)]
    pub(super) strict: bool,
    /// Follow and judge by another reading of an open question, such as OQ-1=literal
    #[arg(long, value_name = "QUESTION=READING")]
    pub(super) reading: Vec<String>,
    /// The form of the result
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
    /// The folder that scenario files with disagreements are written to
    #[arg(long, value_name = "DIR", default_value = "disagreements")]
    pub(super) output: PathBuf,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("listeners").args(["http", "net_tcp"]).required(true).multiple(true)))]
pub(super) struct ServeArguments {
    /// Where SOAP 1.2 over HTTP is spoken, such as 127.0.0.1:8080; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    pub(super) http: Option<String>,
    /// Where the protocol's own wire is spoken, without transport security; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    pub(super) net_tcp: Option<String>,
    /// The path of the endpoint over net.tcp
    #[arg(long, value_name = "PATH", default_value = NET_TCP_PATH, value_parser = path)]
    pub(super) net_tcp_path: String,
    /// List what goes over net.tcp on the standard error, record by record, while it goes
    #[arg(long, requires = "net_tcp")]
    pub(super) follow: bool,
    /// Where worlds can be made and looked at by HTTP and JSON
    #[arg(long, value_name = "ADDR")]
    pub(super) control: Option<String>,
    /// A scenario file whose world is served [default: a small one in which server 1 has several failover scopes]
    #[arg(long, value_name = "FILE")]
    pub(super) world: Option<PathBuf>,
    /// The case whose world it is, where the cases of the file differ in it
    #[arg(long, value_name = "NAME", requires = "world")]
    pub(super) case: Option<String>,
    /// Follow another reading of an open question, such as OQ-1=literal; all=literal takes the text word by word
    #[arg(long, value_name = "QUESTION=READING")]
    pub(super) reading: Vec<String>,
    /// An address that other machines reach is meant
    #[arg(long)]
    pub(super) listen_anywhere: bool,
    /// Post callbacks to this host, too; without it, to this machine only
    #[arg(long, value_name = "HOST[:PORT]", value_parser = CallbackAllow::parse)]
    pub(super) callback_allow: Vec<CallbackAllow>,
    /// The HTTP status of every fault, for clients that know no other [default: 400 where the sender is to blame, else 500]
    #[arg(long, value_name = "STATUS", value_parser = fault_status)]
    pub(super) fault_status: Option<hyper::StatusCode>,
    /// How many sessions there may be at the same time [default: 1024]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) sessions: Option<u16>,
    /// How many connections there may be at the same time [default: 512]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) connections: Option<u16>,
    /// What is logged on the standard error: at info one line a message, at trace the messages themselves
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = LogLevel::Info)]
    pub(super) log: LogLevel,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogLevel {
    /// Nothing.
    Off,
    /// What went wrong.
    Error,
    /// What may be wrong.
    Warn,
    /// One line for each message.
    Info,
    /// What was turned away.
    Debug,
    /// Whole messages.
    Trace,
}

impl LogLevel {
    /// The level; `None` where nothing is logged.
    pub(super) const fn level(self) -> Option<tracing::Level> {
        Some(match self {
            Self::Off => return None,
            Self::Error => tracing::Level::ERROR,
            Self::Warn => tracing::Level::WARN,
            Self::Info => tracing::Level::INFO,
            Self::Debug => tracing::Level::DEBUG,
            Self::Trace => tracing::Level::TRACE,
        })
    }
}

fn fault_status(text: &str) -> Result<hyper::StatusCode, String> {
    match text {
        "400" => Ok(hyper::StatusCode::BAD_REQUEST),
        "500" => Ok(hyper::StatusCode::INTERNAL_SERVER_ERROR),
        _ => Err("expected 400 or 500".to_owned()),
    }
}

/// The sets of `explore`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExploreSet {
    /// Whole rows.
    A,
    /// Rows that are gone.
    B,
    /// Callers, parameters, partners, defects.
    C,
    /// Orders of messages.
    D,
    /// What the others hold fixed.
    E,
    /// All five.
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Text for people.
    Human,
    /// One JSON object.
    Json,
}

/// The forms of a run's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RunFormat {
    /// Text for people.
    Human,
    /// One JSON object.
    Json,
    /// Annotations for GitHub Actions, then the summary.
    Github,
}

#[derive(Debug, Args)]
pub(super) struct SnapshotsArguments {
    /// What to do with them
    #[arg(value_enum)]
    pub(super) action: SnapshotAction,
    /// Names of snapshots, or ids of scenarios [default: all that are pending]
    pub(super) names: Vec<String>,
    /// The folder of the snapshots
    #[arg(long, value_name = "DIR", default_value = "snapshots")]
    pub(super) folder: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SnapshotAction {
    /// Show what would change; exit code 6 if anything is pending.
    Diff,
    /// Put each in the place of the accepted one.
    Accept,
    /// Delete them.
    Reject,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SnapshotMode {
    /// Compare; a difference is a failure. Outside CI, what differs is written for `ipamconf snapshots`.
    Check,
    /// Write what is new or different.
    Update,
    /// Do nothing.
    Off,
}

/// A report to write beside the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReportFile {
    pub(super) form: ReportForm,
    pub(super) path: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReportForm {
    JUnit,
    Json,
    Markdown,
}

fn requirement(text: &str) -> Result<RequirementId, String> {
    RequirementId::from_name(text)
        .ok_or_else(|| "no such requirement; `ipamconf requirements` lists them".to_owned())
}

fn door(text: &str) -> Result<Door, String> {
    match Door::from_name(text) {
        Some(door @ (Door::Delegate | Door::Session)) => Ok(door),
        Some(_) => {
            Err("our own simulator is reached through `delegate` and `session` only".to_owned())
        }
        None => Err("the doors are `delegate` and `session`".to_owned()),
    }
}

/// A door of whatever target is tested.
fn any_door(text: &str) -> Result<Door, String> {
    let names: Vec<_> = Door::ALL.iter().map(|door| door.name()).collect();
    Door::from_name(text).ok_or_else(|| format!("the doors are {}", names.join(", ")))
}

fn http_address(text: &str) -> Result<HttpAddress, String> {
    HttpAddress::parse(text).map_err(|error| error.to_string())
}

/// A path of an address.
fn path(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'?' && byte != b'#';
    if text.starts_with('/') && text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("expected a path, such as /ipam".to_owned())
    }
}

/// A length of time as scenarios write it.
fn time(text: &str) -> Result<Duration, String> {
    SerDuration::from_short(text)
        .and_then(SerDuration::to_duration)
        .filter(|time| !time.is_zero())
        .ok_or_else(|| "expected a length of time, such as 10s or 500ms".to_owned())
}

fn report_file(text: &str) -> Result<ReportFile, String> {
    let (form, path) = text
        .split_once('=')
        .ok_or_else(|| "expected FORMAT=FILE, such as junit=report.xml".to_owned())?;
    let form = match form {
        "junit" => ReportForm::JUnit,
        "json" => ReportForm::Json,
        "markdown" => ReportForm::Markdown,
        other => {
            return Err(format!(
                "no report format is called `{other}`; there are junit, json and markdown"
            ));
        }
    };
    if path.is_empty() {
        return Err("the name of the file is missing".to_owned());
    }
    Ok(ReportFile {
        form,
        path: PathBuf::from(path),
    })
}

/// The readings that a command line chooses.
///
/// # Errors
/// With what is wrong, for the user.
pub(super) fn readings(given: &[String]) -> Result<Readings, String> {
    let mut readings = Readings::default();
    for text in given {
        let (question, reading) = text.split_once('=').ok_or_else(|| {
            format!("`--reading {text}`: expected QUESTION=READING, such as OQ-1=literal")
        })?;
        if question == "all" {
            let mut found = false;
            for ruling in crate::spec::RULINGS
                .iter()
                .filter(|ruling| ruling.reading(reading).is_some())
            {
                found |= readings.choose(ruling.question.name(), reading).is_ok();
            }
            if !found {
                return Err(format!(
                    "`--reading {text}`: no question has a reading `{reading}`"
                ));
            }
        } else {
            readings
                .choose(question, reading)
                .map_err(|error| format!("`--reading {text}`: {error}"))?;
        }
    }
    Ok(readings)
}
