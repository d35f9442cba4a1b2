//! [MS-NMFTB] 3.1.1: addresses of endpoints.

use std::fmt;

use thiserror::Error;

/// The scheme of addresses, in front of `://`.
const SCHEME: &str = "net.tcp";

/// The port where an address names none.
const PORT: u16 = 808;

/// The address of an endpoint: `net.tcp://host:port/path`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    host: String,
    port: u16,
    path: String,
    uri: String,
}

impl Via {
    /// Reads an address. A query or a fragment is no part of the path.
    ///
    /// # Errors
    /// For what is no absolute URI of the scheme with a host and without user information.
    pub fn read(uri: &str) -> Result<Self, ViaError> {
        let (scheme, rest) = uri.split_once("://").ok_or(ViaError::NotAbsolute)?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Err(ViaError::Scheme);
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        if authority.contains('@') {
            return Err(ViaError::UserInformation);
        }
        // The colons of an IPv6 address stand in brackets.
        let colon = authority
            .rfind(':')
            .filter(|at| authority.rfind(']').is_none_or(|bracket| *at > bracket));
        let (host, port) = match colon {
            Some(at) => (&authority[..at], &authority[at + 1..]),
            None => (authority, ""),
        };
        if host.is_empty() || uri.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(ViaError::Host);
        }
        let port = match port {
            "" => PORT,
            port if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                port.parse().map_err(|_| ViaError::Port)?
            }
            _ => return Err(ViaError::Port),
        };
        let path = rest.split(['?', '#']).next().unwrap_or("");
        Ok(Self {
            host: host.to_owned(),
            port,
            path: if path.is_empty() {
                "/".to_owned()
            } else {
                path.to_owned()
            },
            uri: uri.to_owned(),
        })
    }

    /// The host, with brackets around an IPv6 address.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, 808 where none is named.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path, `/` at least.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// All of it as it was written.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.uri)
    }
}

/// Why a text is no address of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ViaError {
    /// It has no scheme and authority.
    #[error("expected an absolute URI like net.tcp://host/path")]
    NotAbsolute,
    /// Its scheme is another.
    #[error("expected the scheme net.tcp")]
    Scheme,
    /// Its authority has user information.
    #[error("expected no user information before the host")]
    UserInformation,
    /// It names no host, or has characters that no URI has.
    #[error("expected a host, and no white space")]
    Host,
    /// What stands behind the host is no port.
    #[error("expected a port from 0 to 65535")]
    Port,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_a_port_and_a_path() {
        for (uri, host, port, path) in [
            ("net.tcp://h/app/", "h", 808, "/app/"),
            ("NET.TCP://h:48885", "h", 48885, "/"),
            ("net.tcp://[::1]:1/a?b#c", "[::1]", 1, "/a"),
            ("net.tcp://[::1]", "[::1]", 808, "/"),
        ] {
            let via = Via::read(uri).unwrap();
            assert_eq!((via.host(), via.port(), via.path()), (host, port, path));
            assert_eq!(via.uri(), uri);
        }
    }

    #[test]
    fn other_texts_are_no_addresses() {
        for (uri, error) in [
            ("", ViaError::NotAbsolute),
            ("/app", ViaError::NotAbsolute),
            ("http://h/", ViaError::Scheme),
            ("net.tcp://u@h/", ViaError::UserInformation),
            ("net.tcp:///app", ViaError::Host),
            ("net.tcp://:1/", ViaError::Host),
            ("net.tcp://h /", ViaError::Host),
            ("net.tcp://h:65536/", ViaError::Port),
            ("net.tcp://h:+1/", ViaError::Port),
        ] {
            assert_eq!(Via::read(uri), Err(error), "{uri}");
        }
    }
}
