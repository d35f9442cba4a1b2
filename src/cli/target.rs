//! What `--target` names.

use std::fmt;
use std::str::FromStr;

use crate::door::remote::HttpAddress;
use crate::wire::nmf::Via;

/// The address of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TargetAddress {
    /// What is built in: our own simulator, or an implementer's own target.
    InProcess,
    /// `exec:CMD`: a child process, by its program and arguments.
    Exec {
        /// As it was written.
        text: String,
        /// The program and its arguments.
        words: Vec<String>,
    },
    /// `http://HOST:PORT/PATH`: a server behind SOAP over HTTP.
    Http(HttpAddress),
    /// `net.tcp://HOST:PORT/PATH`: a server behind the protocol's own wire.
    NetTcp(Via),
}

impl FromStr for TargetAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "in-process" {
            return Ok(Self::InProcess);
        }
        let Some(command) = text.strip_prefix("exec:") else {
            if text.to_ascii_lowercase().starts_with("net.tcp:") {
                return Via::read(text)
                    .map(Self::NetTcp)
                    .map_err(|error| error.to_string());
            }
            let scheme = text
                .split_once("://")
                .map(|(scheme, _)| scheme.to_ascii_lowercase());
            if matches!(scheme.as_deref(), Some("http" | "https")) {
                return HttpAddress::parse(text)
                    .map(Self::Http)
                    .map_err(|error| error.to_string());
            }
            return Err(
                "expected `in-process`, `net.tcp://HOST:PORT/PATH`, `http://HOST:PORT/PATH`, or `exec:` and a command, such as `exec:python3 adapter.py`"
                    .to_owned(),
            );
        };
        match shlex::split(command) {
            None => Err("a quotation mark in the command is not closed".to_owned()),
            Some(words) if words.is_empty() => Err("there is no command after `exec:`".to_owned()),
            Some(words) => Ok(Self::Exec {
                text: text.to_owned(),
                words,
            }),
        }
    }
}

impl fmt::Display for TargetAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InProcess => f.write_str("in-process"),
            Self::Exec { text, .. } => f.write_str(text),
            Self::Http(address) => address.fmt(f),
            Self::NetTcp(via) => via.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_as_a_shell_does_and_nothing_in_it_is_run() {
        let words = |text: &str| match text.parse() {
            Ok(TargetAddress::Exec { words, .. }) => words,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            words("exec:python3 'my adapter.py'"),
            ["python3", "my adapter.py"]
        );
        assert_eq!(words("exec:a $(b) >c;d"), ["a", "$(b)", ">c;d"]);
        for text in ["", "exec", "exec:", "exec:a 'b", "https//x", "ftp://x"] {
            assert!(text.parse::<TargetAddress>().is_err(), "{text}");
        }
    }
}
