//! `ipamconf decode`: what was sent over net.tcp, record by record.

use std::io::{Read, Write};
use std::path::Path;

use crate::cli::args::DecodeArguments;
use crate::cli::{CliError, Exit};
use crate::wire::{Direction, listing, listing_of_both};

/// How long a file may be: hexadecimal digits of a stream with an envelope of the largest size.
const BYTES_MAX: u64 = 256 << 20;

pub(super) fn decode(arguments: &DecodeArguments, out: &mut dyn Write) -> Result<Exit, CliError> {
    let stream = |path: &Option<_>| path.as_deref().map(read).transpose();
    let text = match (stream(&arguments.initiator)?, stream(&arguments.receiver)?) {
        (Some(initiator), Some(receiver)) => listing_of_both(&initiator, &receiver),
        (Some(initiator), None) => listing(&initiator, Direction::FromInitiator),
        (None, Some(receiver)) => listing(&receiver, Direction::FromReceiver),
        (None, None) => {
            let what =
                "name the stream of the side that connected, or that of the other as --receiver";
            return Err(CliError::Usage(what.to_owned()));
        }
    };
    out.write_all(text.as_bytes())?;
    Ok(Exit::Conformant)
}

/// The bytes of a stream, whichever way the file has them.
fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let wrong = |what: String| CliError::File {
        path: path.display().to_string(),
        what,
    };
    let mut bytes = Vec::new();
    let opened: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(path).map_err(|error| wrong(error.to_string()))?)
    };
    opened
        .take(BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| wrong(error.to_string()))?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(wrong(format!(
            "expected at most {BYTES_MAX} bytes, found more"
        )));
    }
    // No record begins with a digit or a letter, so that no stream looks like hexadecimal digits.
    let is_hex = |byte: &u8| byte.is_ascii_hexdigit() || byte.is_ascii_whitespace();
    if !bytes.iter().all(is_hex) {
        return Ok(bytes);
    }
    bytes.retain(u8::is_ascii_hexdigit);
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(wrong(
            "expected two hexadecimal digits for each byte, found an odd number".to_owned(),
        ));
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as u8;
    Ok(pairs
        .iter()
        .map(|[high, low]| digit(*high) << 4 | digit(*low))
        .collect())
}
