//! A stream as a listing for people: where each record stands, what it is, and the XML of its envelopes.

use std::fmt::Write as _;

use super::nbfse::Decoder as Tables;
use super::nbfx::{Event, Form, Limits, Reader, Strings, record, to_xml_lines};
use super::nmf::{Decoder, ENCODING_BINARY_SESSION, NmfLimits, Record, UPGRADE_NEGOTIATE};

/// Who sent a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The side that connected; its stream begins with a preamble.
    FromInitiator,
    /// The side that was connected to.
    FromReceiver,
}

/// How many bytes of a record are shown; the listing says how many there are.
const BYTES_SHOWN: usize = 12;

/// How many characters of a text are shown beside its record; the XML has all of them.
const CHARACTERS_SHOWN: usize = 60;

/// The stream that one side sent, record by record. Wrong ones are shown up to where they go wrong, with the reason.
/// Of the side that was connected to nothing says which encoding it has: [`listing_of_both`] knows it.
#[must_use]
pub fn listing(bytes: &[u8], direction: Direction) -> String {
    Listing::new(ENCODING_BINARY_SESSION).stream(bytes, direction)
}

/// Both streams of a connection, one after the other.
#[must_use]
pub fn listing_of_both(from_initiator: &[u8], from_receiver: &[u8]) -> String {
    let mut initiator = Listing::new(ENCODING_BINARY_SESSION);
    let sent = initiator.stream(from_initiator, Direction::FromInitiator);
    let received = Listing::new(initiator.encoding).stream(from_receiver, Direction::FromReceiver);
    format!("# from the initiator\n{sent}\n# from the receiver\n{received}")
}

/// The stream that one side sends, listed while it comes.
#[derive(Debug)]
pub struct LiveListing {
    listing: Listing,
    decoder: Decoder,
    direction: Direction,
    /// The bytes of a record that is not complete.
    unfinished: Vec<u8>,
    /// Where they begin.
    at: usize,
    /// Whether what follows is not framing, or not to be read.
    is_over: bool,
}

impl LiveListing {
    /// A stream of which nothing came yet, in binary XML unless its preamble says otherwise.
    #[must_use]
    pub fn new(direction: Direction) -> Self {
        Self {
            listing: Listing::new(ENCODING_BINARY_SESSION),
            decoder: Decoder::new(NmfLimits::default()),
            direction,
            unfinished: Vec::new(),
            at: 0,
            is_over: false,
        }
    }

    /// The lines of the records that are complete with these bytes. After one that is wrong, or an upgrade, there are
    /// none.
    #[must_use]
    pub fn push(&mut self, bytes: &[u8]) -> String {
        if self.is_over {
            return String::new();
        }
        self.decoder.feed(bytes);
        self.unfinished.extend_from_slice(bytes);
        let (taken, stop) =
            self.listing
                .records(&mut self.decoder, &self.unfinished, self.at, self.direction);
        if stop == Stop::More {
            self.unfinished.drain(..taken);
            self.at += taken;
        } else {
            self.is_over = true;
            self.unfinished = Vec::new();
        }
        std::mem::take(&mut self.listing.out)
    }
}

/// Why no record comes any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// There are no bytes for one.
    More,
    /// What follows belongs to an upgrade.
    Upgrade,
    /// What follows is no record, and was told to be none.
    Wrong,
}

#[derive(Debug)]
struct Listing {
    encoding: u8,
    tables: Tables,
    out: String,
}

impl Listing {
    fn new(encoding: u8) -> Self {
        Self {
            encoding,
            tables: Tables::default(),
            out: String::new(),
        }
    }

    fn stream(&mut self, bytes: &[u8], direction: Direction) -> String {
        let mut decoder = Decoder::new(NmfLimits::default());
        decoder.feed(bytes);
        let (taken, stop) = self.records(&mut decoder, bytes, 0, direction);
        let rest = &bytes[taken..];
        match stop {
            Stop::More if decoder.is_inside_record() => {
                self.line(taken, rest, "the stream ends inside this record");
            }
            Stop::Upgrade if !rest.is_empty() => {
                let what = format!("{} bytes of the upgrade, not framing", rest.len());
                self.line(taken, rest, &what);
            }
            _ => {}
        }
        std::mem::take(&mut self.out)
    }

    /// The records that are complete. The bytes stand at that place of the stream, and the decoder was fed all of them;
    /// gives how many of them are shown.
    fn records(
        &mut self,
        decoder: &mut Decoder,
        bytes: &[u8],
        at: usize,
        direction: Direction,
    ) -> (usize, Stop) {
        let mut taken = 0;
        loop {
            let record = match decoder.record() {
                Ok(Some(record)) => record,
                Ok(None) => return (taken, Stop::More),
                Err(error) => {
                    self.line(at + taken, &bytes[taken..], &format!("error at {error}"));
                    return (taken, Stop::Wrong);
                }
            };
            let end = usize::try_from(decoder.at()).unwrap_or(usize::MAX) - at;
            let is_upgrade = self.record(&record, &bytes[taken..end], at + taken, direction);
            taken = end;
            if is_upgrade {
                return (taken, Stop::Upgrade);
            }
        }
    }

    /// One record; whether what follows it belongs to an upgrade.
    fn record(&mut self, record: &Record, bytes: &[u8], at: usize, from: Direction) -> bool {
        let kind = record.kind();
        match record {
            Record::Version { major, minor } => {
                self.line(at, bytes, &format!("{kind}: {major}.{minor}"));
                // A session of its own, with tables of its own.
                self.tables = Tables::default();
            }
            Record::Mode(number) => {
                let name = [
                    "",
                    " Singleton-Unsized",
                    " Duplex",
                    " Simplex",
                    " Singleton-Sized",
                ];
                let name = name.get(usize::from(*number)).unwrap_or(&"");
                self.line(at, bytes, &format!("{kind}: {number}{name}"));
            }
            Record::KnownEncoding(number) => {
                self.encoding = *number;
                self.line(at, bytes, &format!("{kind}: {number}{}", encoding(*number)));
            }
            Record::Via(text) | Record::ExtensibleEncoding(text) | Record::Fault(text) => {
                self.line(at, bytes, &format!("{kind}: {text}"));
            }
            Record::UpgradeRequest(text) => {
                self.line(at, bytes, &format!("{kind}: {text}"));
                return from == Direction::FromInitiator && text == UPGRADE_NEGOTIATE;
            }
            Record::SizedEnvelope(envelope) | Record::Chunk(envelope) => {
                let head = bytes.len() - envelope.len();
                let what = format!("{kind}: {} bytes", envelope.len());
                self.line(at, &bytes[..head], &what);
                self.envelope(envelope, at + head);
            }
            Record::UpgradeResponse => {
                self.line(at, bytes, &kind.to_string());
                return true;
            }
            Record::LastChunk | Record::End | Record::PreambleAck | Record::PreambleEnd => {
                self.line(at, bytes, &kind.to_string());
            }
        }
        false
    }

    fn envelope(&mut self, envelope: &[u8], at: usize) {
        if self.encoding != ENCODING_BINARY_SESSION {
            let text = String::from_utf8_lossy(envelope);
            self.block(&text);
            return;
        }
        let before = self.tables.len();
        let start = match self.tables.table(envelope) {
            Ok(start) => start,
            Err(error) => {
                let shown = &envelope[error.at().min(envelope.len())..];
                self.line(
                    at + error.at(),
                    shown,
                    &format!("  error in the envelope: {error}"),
                );
                return;
            }
        };
        self.line(at, &envelope[..start], "  string table");
        let tables = std::mem::take(&mut self.tables);
        for number in before..tables.len() {
            let id = 2 * number + 1;
            let text = u32::try_from(id).ok().and_then(|id| tables.string(id));
            let _ = writeln!(self.out, "{:46}  {id} = {}", "", text.unwrap_or_default());
        }
        self.document(envelope, start, at, &tables);
        self.tables = tables;
    }

    fn document(&mut self, envelope: &[u8], start: usize, at: usize, tables: &Tables) {
        let mut reader =
            Reader::new(envelope, start, tables, Limits::default(), Form::Document).with_marks();
        let mut events = Vec::new();
        let outcome = loop {
            let result = reader.read();
            // Each record ends where the next one begins.
            let marks = reader.take_marks();
            let ends = marks.iter().skip(1).copied().chain([reader.at()]);
            let mut content = result.as_ref().ok().and_then(Option::as_ref).map(content);
            for (begin, end) in marks.iter().zip(ends) {
                let bytes = &envelope[*begin..end.max(*begin)];
                let name = bytes.first().map(|found| record::name(*found));
                let name = name.unwrap_or_default();
                let content = content.take().unwrap_or_default();
                self.line(at + begin, bytes, format!("  {name} {content}").trim_end());
            }
            match result {
                Ok(Some(event)) => events.push(event),
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        if let Err(error) = outcome {
            let shown = &envelope[error.at.min(envelope.len())..];
            self.line(
                at + error.at,
                shown,
                &format!("  error in the envelope: {error}"),
            );
        }
        // Tags that are open where it went wrong are closed to be shown.
        let open = events.iter().fold(0_usize, |open, event| match event {
            Event::Start(_) => open + 1,
            Event::End => open - 1,
            Event::Text(_) | Event::Comment(_) => open,
        });
        events.extend(std::iter::repeat_n(Event::End, open));
        self.block(&to_xml_lines(&events));
    }

    fn line(&mut self, at: usize, bytes: &[u8], what: &str) {
        let mut hex = String::new();
        for byte in bytes.iter().take(BYTES_SHOWN) {
            let _ = write!(hex, "{byte:02X}");
        }
        if bytes.len() > BYTES_SHOWN {
            let _ = write!(hex, "..+{}", bytes.len() - BYTES_SHOWN);
        }
        let what: String = what.chars().flat_map(shown).collect();
        let _ = writeln!(self.out, "{at:08X}  {hex:34}  {what}");
    }

    fn block(&mut self, text: &str) {
        for line in text.lines() {
            let line: String = line.chars().flat_map(shown).collect();
            let _ = writeln!(self.out, "{:10}| {line}", "");
        }
    }
}

/// What a listing says of an event beside its record: so much of it as fits on a line.
fn content(event: &Event<'_>) -> String {
    let whole = match event {
        Event::Start(start) if start.prefix.is_empty() => start.local.to_owned(),
        Event::Start(start) => format!("{}:{}", start.prefix, start.local),
        Event::Text(value) => value.characters().into_owned(),
        Event::End => String::new(),
        Event::Comment(text) => (*text).to_owned(),
    };
    let mut shown: String = whole.chars().take(CHARACTERS_SHOWN).collect();
    if shown.len() < whole.len() {
        shown.push_str("...");
    }
    shown
}

/// A character as a terminal may have it.
fn shown(character: char) -> Vec<char> {
    if character.is_control() {
        character.escape_default().collect()
    } else {
        vec![character]
    }
}

fn encoding(number: u8) -> &'static str {
    match number {
        0x00..=0x02 => " SOAP 1.1, text",
        0x03..=0x05 => " SOAP 1.2, text",
        0x06 => " SOAP 1.2, MTOM",
        0x07 => " SOAP 1.2, binary",
        0x08 => " SOAP 1.2, binary with string tables",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_listed_alike_while_it_comes() {
        let mut bytes = vec![0, 1, 0, 1, 2];
        Record::Via("net.tcp://h/app/".to_owned()).encode(&mut bytes);
        bytes.extend([3, 8, 0x0C]);
        Record::SizedEnvelope(vec![0, 0x40, 1, b'a', 0x01]).encode(&mut bytes);
        // An envelope in chunks: their type stands before the first one.
        bytes.push(5);
        Record::Chunk(vec![0, 0x40, 1, b'b', 0x01]).encode(&mut bytes);
        Record::LastChunk.encode(&mut bytes);
        bytes.extend([7, 0x7F, 0]);
        let mut live = LiveListing::new(Direction::FromInitiator);
        let lines: String = bytes
            .iter()
            .take(bytes.len() - 1)
            .map(|byte| live.push(&[*byte]))
            .collect();
        let whole = listing(&bytes[..bytes.len() - 1], Direction::FromInitiator);
        assert_eq!(lines, whole);
        assert_eq!(live.push(&[0]), "", "nothing is read past what is wrong");
    }
}
