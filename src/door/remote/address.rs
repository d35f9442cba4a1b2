//! Where a target is: the `http://` addresses that a command line, a control plane and a listener name.

use std::fmt;

/// An address of plain HTTP, with its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAddress {
    host: String,
    port: u16,
    path: String,
}

/// Why a text is no address that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Another scheme, or none.
    #[error("`{0}` does not begin with `http://`")]
    Scheme(String),
    /// TLS is not spoken.
    #[error("`{0}` asks for TLS, which ipamconf does not speak: put a proxy in front of it")]
    Tls(String),
    /// No host stands in it.
    #[error("`{0}` names no host: `http://HOST:PORT/PATH` is expected")]
    Host(String),
    /// The port is no number.
    #[error("`{0}`: the port is a number from 1 to 65535")]
    Port(String),
    /// A user, a fragment or a character that no address has.
    #[error("`{text}`: {what} does not belong in the address of a target")]
    Strange {
        /// The address.
        text: String,
        /// What does not belong there.
        what: &'static str,
    },
}

/// The longest address that is taken.
const ADDRESS_BYTES_MAX: usize = 2048;

impl HttpAddress {
    /// The address in a text, such as `http://127.0.0.1:8080/ipam`.
    ///
    /// # Errors
    /// When it is no address of plain HTTP.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let shown = || text.chars().take(200).collect::<String>();
        let strange = |what| AddressError::Strange {
            text: shown(),
            what,
        };
        if text.len() > ADDRESS_BYTES_MAX {
            return Err(strange("so much text"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(strange(
                "a space, a control character or a letter beyond ASCII",
            ));
        }
        let scheme_end = text
            .find("://")
            .ok_or_else(|| AddressError::Scheme(shown()))?;
        match text[..scheme_end].to_ascii_lowercase().as_str() {
            "http" => {}
            "https" => return Err(AddressError::Tls(shown())),
            _ => return Err(AddressError::Scheme(shown())),
        }
        let rest = &text[scheme_end + 3..];
        let (authority, path) = match rest.find(['/', '?', '#']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        if authority.contains('@') {
            return Err(strange("a user name"));
        }
        if path.contains('#') {
            return Err(strange("a fragment"));
        }
        let (host, port) = if let Some(inner) = authority.strip_prefix('[') {
            let (host, after) = inner
                .split_once(']')
                .ok_or_else(|| AddressError::Host(shown()))?;
            (host, after.strip_prefix(':'))
        } else {
            match authority.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (authority, None),
            }
        };
        if host.is_empty() {
            return Err(AddressError::Host(shown()));
        }
        let port = match port {
            None => 80,
            Some(port) => port
                .parse()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(|| AddressError::Port(shown()))?,
        };
        let path = match path {
            "" => "/".to_owned(),
            path if path.starts_with('/') => path.to_owned(),
            query => format!("/{query}"),
        };
        Ok(Self {
            host: host.to_owned(),
            port,
            path,
        })
    }

    /// The host: a name or an IP address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The path with its query, as a request line names it.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Host and port, as the header `Host` has them.
    #[must_use]
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Another path of the same server.
    #[must_use]
    pub fn at(&self, path: &str) -> Self {
        Self {
            path: format!("/{}", path.trim_start_matches('/')),
            ..self.clone()
        }
    }

    /// A path below this one.
    #[must_use]
    pub fn below(&self, path: &str) -> Self {
        let own = self.path.split('?').next().unwrap_or_default();
        self.at(&format!(
            "{}/{}",
            own.trim_matches('/'),
            path.trim_start_matches('/')
        ))
    }

    /// What a server's answer names: a whole address, or a path of the same server.
    ///
    /// # Errors
    /// When it is neither.
    pub fn resolve(&self, named: &str) -> Result<Self, AddressError> {
        if named.starts_with('/') && !named.starts_with("//") {
            Self::parse(&format!("http://{}{named}", self.authority()))
        } else {
            Self::parse(named)
        }
    }

    /// Where the callbacks of a session are read, for an endpoint at this address: beside an endpoint `…/soap`, else
    /// at the root.
    #[must_use]
    pub fn events(&self, session: &str, after: u64, wait: u64) -> Self {
        let own = self.path.split('?').next().unwrap_or_default();
        let before = own.strip_suffix("/soap").unwrap_or_default();
        let wait = match wait {
            0 => String::new(),
            wait => format!("&wait={wait}"),
        };
        self.at(&format!(
            "{before}/sessions/{}/events?after={after}{wait}",
            escaped(session)
        ))
    }
}

impl fmt::Display for HttpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority(), self.path)
    }
}

/// A segment of a path: whatever could end it is escaped.
pub(in crate::door) fn escaped(segment: &str) -> String {
    let mut text = String::new();
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_port_and_path_are_told_apart() {
        let parts = |text: &str| {
            let address = HttpAddress::parse(text).unwrap();
            (address.authority(), address.path().to_owned())
        };
        let pair = |authority: &str, path: &str| (authority.to_owned(), path.to_owned());
        assert_eq!(parts("http://a:81/b/c"), pair("a:81", "/b/c"));
        assert_eq!(parts("HTTP://a"), pair("a:80", "/"));
        assert_eq!(parts("http://[::1]:81/x?y=1"), pair("[::1]:81", "/x?y=1"));
        assert_eq!(parts("http://a?y"), pair("a:80", "/?y"));
    }

    #[test]
    fn what_is_no_address_of_a_target_is_refused() {
        for text in [
            "",
            "a:81",
            "ftp://a/",
            "https://a/",
            "http://",
            "http:///x",
            "http://a:0/",
            "http://a:x/",
            "http://a:65536/",
            "http://u@a/",
            "http://a/#f",
            "http://a/ b",
            "http://a/\r\nX: y",
            "http://[::1",
        ] {
            assert!(HttpAddress::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn events_are_read_beside_the_endpoint_or_at_the_root() {
        let events = |text: &str, wait| {
            HttpAddress::parse(text)
                .unwrap()
                .events("s/1", 2, wait)
                .path()
                .to_owned()
        };
        let root = "/sessions/s%2F1/events?after=2";
        assert_eq!(events("http://a/soap", 0), root);
        assert_eq!(events("http://a/ipam/service", 0), root);
        assert_eq!(
            events("http://a/worlds/w1/soap", 5),
            "/worlds/w1/sessions/s%2F1/events?after=2&wait=5"
        );
    }

    #[test]
    fn a_path_or_an_address_is_taken_from_an_answer() {
        let base = HttpAddress::parse("http://a:1/control").unwrap();
        let resolved = |named| base.resolve(named).map(|address| address.to_string());
        assert_eq!(
            resolved("/worlds/w1/soap").unwrap(),
            "http://a:1/worlds/w1/soap"
        );
        assert_eq!(resolved("http://b:2/x").unwrap(), "http://b:2/x");
        assert!(resolved("//b/x").is_err());
        assert_eq!(
            base.below("capabilities").to_string(),
            "http://a:1/control/capabilities"
        );
        let root = HttpAddress::parse("http://a:1").unwrap();
        assert_eq!(
            root.below("capabilities").to_string(),
            "http://a:1/capabilities"
        );
    }
}
