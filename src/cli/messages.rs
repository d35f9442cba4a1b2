//! `run --save-messages`: the messages of a case as files, whatever door they went through.

use std::path::Path;

use crate::cli::CliError;
use crate::cli::files::write_whole_bytes;
use crate::model::ClientMessage;
use crate::scenario::{Case, Scenario};
use crate::soap::{CallbackPrefix, message_id, write_client_message, write_event};
use crate::spec::Readings;
use crate::trace::{Came, SessionIndex, Trace, What};

/// How many messages of one case are saved: more is nothing that anybody looks at.
const SAVED_MAX: usize = 100_000;

/// How long the part of a file's name may be that comes from a scenario: file systems end at 255 bytes.
const NAME_LENGTH_MAX: usize = 80;

/// Writes the messages of a case below a folder.
pub(super) fn save(
    folder: &Path,
    scenario: &Scenario,
    case: &Case,
    trace: &Trace,
    (seed, readings): (u64, &Readings),
) -> Result<(), CliError> {
    let prefix = CallbackPrefix::of(readings);
    let mut below = folder.to_path_buf();
    below.extend(scenario.id.split('/').map(plain));
    create(&below)?;
    let case = case_part(scenario, case);
    for (name, bytes) in envelopes(trace, seed, prefix).take(SAVED_MAX) {
        let path = below.join(format!("{case}-{}-{name}", plain(trace.door.name())));
        write_whole_bytes(&path, &bytes)?;
    }
    Ok(())
}

fn create(folder: &Path) -> Result<(), CliError> {
    std::fs::create_dir_all(folder).map_err(|error| CliError::Write {
        path: folder.display().to_string(),
        error,
    })
}

/// A message: its name, itself as XML, and its bytes where those are no text.
type Message = (String, Option<Vec<u8>>, Option<Vec<u8>>);

/// The files of the messages of a trace in order, each with the end of its name. A delegate that was called directly is
/// told by the message that would have brought it its parameters. What a server elsewhere sent is there as it came,
/// where it was kept.
fn envelopes(
    trace: &Trace,
    seed: u64,
    prefix: CallbackPrefix,
) -> impl Iterator<Item = (String, Vec<u8>)> {
    let mut unanswered: Vec<(Option<SessionIndex>, String)> = Vec::new();
    let mut sent = 0;
    let mut received = 0;
    let text = |name: &str, xml: String| -> Option<Message> {
        Some((name.to_owned(), Some(xml.into_bytes()), None))
    };
    let written = trace
        .log
        .iter()
        .filter_map(move |record| match &record.what {
            What::Sent { message, .. } => {
                let id = message_id(seed, record.session.unwrap_or_default(), sent);
                sent += 1;
                let written = write_client_message(message, &id, None, None);
                if let Some(id) = written.message_id.filter(|_| message.is_request()) {
                    unanswered.push((record.session, id));
                }
                let name = match message {
                    ClientMessage::Raw { .. } => "raw",
                    other => other.name(),
                };
                text(name, written.xml)
            }
            What::Called { paramters, .. } => {
                let message = ClientMessage::InitializeOperationParameters {
                    paramters: paramters.clone(),
                };
                let id = message_id(seed, record.session.unwrap_or_default(), sent);
                sent += 1;
                let written = write_client_message(&message, &id, None, None);
                text(message.name(), written.xml)
            }
            What::Received(event) => {
                let is_answer = event.callback().is_none();
                let request = unanswered
                    .iter()
                    .position(|(session, _)| is_answer && *session == record.session)
                    .map(|place| unanswered.remove(place).1);
                let understood = || {
                    write_event(event, request.as_deref(), prefix)
                        .map(|envelope| envelope.to_xml().into_bytes())
                };
                let came = trace
                    .forms
                    .get(&received)
                    .and_then(|form| form.came.as_ref());
                received += 1;
                let (xml, bytes) = match came {
                    None => (Some(understood()?), None),
                    Some(Came::Text(text)) => (Some(text.to_vec()), None),
                    Some(Came::Binary(bytes)) => (understood(), Some(bytes.to_vec())),
                };
                Some((event.name().to_owned(), xml, bytes))
            }
            What::Opened { .. }
            | What::ClosedByClient
            | What::Dropped
            | What::Waited(_)
            | What::StoreChanged => None,
        });
    written
        .enumerate()
        .flat_map(|(number, (name, xml, bytes))| {
            let stem = format!("{:03}-{}", number + 1, plain(&name));
            let xml = xml.map(|xml| (format!("{stem}.xml"), xml));
            let bytes = bytes.map(|bytes| (format!("{stem}.bin"), bytes));
            xml.into_iter().chain(bytes)
        })
}

/// The part of a file's name that tells the case: two cases of a scenario never have the same.
fn case_part(scenario: &Scenario, case: &Case) -> String {
    let of = |case: &Case| {
        case.name
            .as_deref()
            .map_or_else(|| "case".to_owned(), plain)
    };
    let own = of(case);
    let place = scenario
        .cases
        .iter()
        .position(|other| other.name == case.name && other.span == case.span);
    let is_taken = scenario
        .cases
        .iter()
        .filter(|other| of(other).eq_ignore_ascii_case(&own))
        .count()
        > 1;
    match place.filter(|_| is_taken) {
        Some(place) => format!("{own}-{}", place + 1),
        None => own,
    }
}

/// Text as a file's name on every system: ASCII letters and digits, and dashes for the rest.
fn plain(text: &str) -> String {
    let mut name = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || matches!(character, '.' | '_') && !name.is_empty() {
            name.push(character);
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
        if name.len() >= NAME_LENGTH_MAX {
            break;
        }
    }
    let name = name.trim_end_matches(['-', '.']);
    // Names that Windows keeps for devices, with or without an ending.
    let stem = name
        .split('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_device = matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || (stem.len() == 4
            && (stem.starts_with("com") || stem.starts_with("lpt"))
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    match name {
        "" => "x".to_owned(),
        name if is_device => format!("x-{name}"),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_on_every_system() {
        for (text, name) in [
            ("a case: with / and \\ and \u{e9}", "a-case-with-and-and"),
            ("../..", "x"),
            ("", "x"),
            ("NUL", "x-NUL"),
            ("com1.toml", "x-com1.toml"),
            ("net.tcp", "net.tcp"),
            ("trailing. ", "trailing"),
        ] {
            assert_eq!(plain(text), name, "{text}");
        }
        assert!(plain(&"long".repeat(100)).len() <= NAME_LENGTH_MAX);
    }
}
