//! Where callbacks may be posted to. Pure.

use std::net::{IpAddr, SocketAddr};

use hyper::Uri;

use crate::door::serving::limits::ADDRESS_BYTES_MAX;

/// The address of WS-Addressing that means: on the same exchange.
const ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";

/// A host that callbacks may be posted to although it is not this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackAllow {
    host: String,
    port: Option<u16>,
}

impl CallbackAllow {
    /// Reads `HOST` or `HOST:PORT`; an IPv6 address stands in brackets.
    ///
    /// # Errors
    /// With what is wrong, for the user.
    pub fn parse(text: &str) -> Result<Self, String> {
        let authority: hyper::http::uri::Authority = text
            .parse()
            .map_err(|_| "expected HOST or HOST:PORT".to_owned())?;
        if text.contains('@') || authority.host().is_empty() {
            return Err("expected HOST or HOST:PORT".to_owned());
        }
        Ok(Self {
            host: authority.host().to_ascii_lowercase(),
            port: authority.port_u16(),
        })
    }

    fn covers(&self, address: &Address) -> bool {
        self.host == address.host && self.port.is_none_or(|port| port == address.port)
    }
}

/// Why callbacks are not posted to an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::door) enum AddressError {
    /// Not an address that a message can be posted to.
    #[error("callbacks cannot be posted to the address in ReplyTo: it has to be an http URL")]
    NotHttp,
    /// Not this machine.
    #[error(
        "callbacks are posted to this machine only, not to `{0}`: start the server with `--callback-allow {0}` if that is meant"
    )]
    NotAllowed(String),
}

/// An address that callbacks are posted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::door) struct Address {
    /// The host in lower case, an IPv6 address in brackets.
    host: String,
    port: u16,
    /// What follows the port.
    pub(in crate::door) path: String,
    /// Whether the host need not be this machine.
    allowed: bool,
}

impl Address {
    /// The address in a ReplyTo; `None` where callbacks are read.
    pub(in crate::door) fn of(
        text: Option<&str>,
        allow: &[CallbackAllow],
    ) -> Result<Option<Self>, AddressError> {
        let Some(text) = text.map(str::trim).filter(|text| *text != ANONYMOUS) else {
            return Ok(None);
        };
        if text.len() > ADDRESS_BYTES_MAX {
            return Err(AddressError::NotHttp);
        }
        let uri: Uri = text.parse().map_err(|_| AddressError::NotHttp)?;
        let host = uri.host().filter(|host| !host.is_empty());
        let userless = uri
            .authority()
            .is_some_and(|authority| !authority.as_str().contains('@'));
        let (Some("http"), Some(host), true) = (uri.scheme_str(), host, userless) else {
            return Err(AddressError::NotHttp);
        };
        let mut address = Self {
            host: host.to_ascii_lowercase(),
            port: uri.port_u16().unwrap_or(80),
            path: uri
                .path_and_query()
                .map_or_else(|| "/".to_owned(), ToString::to_string),
            allowed: false,
        };
        address.allowed = allow.iter().any(|allow| allow.covers(&address));
        let local = address.host == "localhost" || address.ip().is_some_and(|ip| ip.is_loopback());
        if address.allowed || local {
            Ok(Some(address))
        } else {
            Err(AddressError::NotAllowed(address.authority()))
        }
    }

    /// `host:port`, as to be connected to and as the header Host has it.
    pub(in crate::door) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Whether one of the addresses that the host's name stands for may be connected to: a name that is local must not
    /// turn out to be elsewhere.
    pub(in crate::door) fn permits(&self, found: &SocketAddr) -> bool {
        self.allowed || found.ip().is_loopback()
    }

    fn ip(&self) -> Option<IpAddr> {
        self.host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse()
            .ok()
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "http://{}{}", self.authority(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, allow: &[&str]) -> Result<Option<String>, AddressError> {
        let allow: Vec<CallbackAllow> = allow
            .iter()
            .map(|text| CallbackAllow::parse(text).unwrap())
            .collect();
        Address::of(Some(text), &allow).map(|found| found.map(|found| found.to_string()))
    }

    #[test]
    fn only_this_machine_is_called_back() {
        for (text, found) in [
            (
                "http://127.0.0.1:9000/cb?x=1",
                "http://127.0.0.1:9000/cb?x=1",
            ),
            ("http://LOCALHOST", "http://localhost:80/"),
            ("http://[::1]:9/", "http://[::1]:9/"),
        ] {
            assert_eq!(of(text, &[]), Ok(Some(found.to_owned())));
        }
        for text in [
            "http://10.0.0.1/",
            "http://169.254.169.254/latest",
            "http://localhost.evil.example/",
            "http://0.0.0.0/",
        ] {
            assert!(
                matches!(of(text, &[]), Err(AddressError::NotAllowed(_))),
                "{text}"
            );
        }
        for text in [
            "https://localhost/",
            "file:///etc/passwd",
            "localhost",
            "http://user@localhost/",
            "/cb",
            "",
            "http://www.w3.org/ 2005",
        ] {
            assert_eq!(of(text, &[]), Err(AddressError::NotHttp), "{text}");
        }
    }

    #[test]
    fn others_have_to_be_named() {
        assert!(of("http://box:9/", &["box"]).is_ok());
        assert!(of("http://box:9/", &["box:9"]).is_ok());
        assert!(of("http://box:8/", &["box:9"]).is_err());
        assert!(of("http://fox:9/", &["box:9"]).is_err());
        assert!(CallbackAllow::parse("http://box/").is_err());
        assert!(CallbackAllow::parse("a@box").is_err());
    }

    #[test]
    fn the_anonymous_address_is_none() {
        assert_eq!(of(ANONYMOUS, &[]), Ok(None));
        assert_eq!(Address::of(None, &[]), Ok(None));
    }
}
