//! What the head of a request says: its content type, its session, who may have sent it. Pure.

use std::net::IpAddr;

use hyper::HeaderMap;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HOST, HeaderName, ORIGIN};

/// The name of the cookie, and in other spelling of the header, that names a session.
pub(in crate::door) const SESSION_COOKIE: &str = "ipamconf-session";

/// The header that names a session.
pub(in crate::door) const SESSION_HEADER: HeaderName = HeaderName::from_static("ipamconf-session");

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// A media type with its parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::door) struct MediaType {
    /// `type/subtype` in lower case.
    pub(in crate::door) essence: String,
    /// The parameter `charset` in lower case.
    pub(in crate::door) charset: Option<String>,
    /// The parameter `action` (RFC 3902).
    pub(in crate::door) action: Option<String>,
}

impl MediaType {
    /// The Content-Type of a request; `None` where there is none that can be read.
    pub(in crate::door) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
        let mut parts = parameters(text).into_iter();
        let mut found = Self {
            essence: parts.next()?.trim().to_ascii_lowercase(),
            ..Self::default()
        };
        for part in parts {
            let Some((name, value)) = part.split_once('=') else {
                continue;
            };
            let value = unquoted(value.trim());
            match name.trim().to_ascii_lowercase().as_str() {
                "charset" => found.charset = Some(value.to_ascii_lowercase()),
                "action" => found.action = Some(value),
                _ => {}
            }
        }
        Some(found)
    }

    /// Whether its text is what we read: UTF-8, or the part of it that is ASCII.
    pub(in crate::door) fn is_utf8(&self) -> bool {
        self.charset
            .as_deref()
            .is_none_or(|charset| matches!(charset, "utf-8" | "utf8" | "us-ascii"))
    }
}

/// Cuts at the semicolons that stand outside quotes.
fn parameters(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut quoted = false;
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn unquoted(text: &str) -> String {
    let Some(inner) = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    else {
        return text.to_owned();
    };
    let mut escaped = false;
    inner
        .chars()
        .filter(|character| {
            escaped = *character == '\\' && !escaped;
            !escaped
        })
        .collect()
}

/// Whether the body is compressed in some way.
pub(in crate::door) fn is_encoded(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// The session that a request names: by the header, else by the cookie.
pub(in crate::door) fn session(headers: &HeaderMap) -> Option<String> {
    let named = headers.get(SESSION_HEADER).and_then(|id| id.to_str().ok());
    let cookie = || {
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|cookies| cookies.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find(|(name, _)| *name == SESSION_COOKIE)
            .map(|(_, value)| unquoted(value))
    };
    named.map(|id| id.trim().to_owned()).or_else(cookie)
}

/// Whether the client asks not to be made to wait (RFC 7240).
pub(in crate::door) fn prefers_async(headers: &HeaderMap) -> bool {
    headers
        .get_all(PREFER)
        .iter()
        .filter_map(|prefer| prefer.to_str().ok())
        .flat_map(|prefer| prefer.split(','))
        .any(|prefer| {
            prefer
                .split(';')
                .next()
                .is_some_and(|word| word.trim().eq_ignore_ascii_case("respond-async"))
        })
}

/// Whether the request can only come from a program that means this server, and not from a page in a browser: the Host
/// is an address, `localhost` or the name that the listener was given, and the Origin, if there is one, is the server itself.
pub(in crate::door) fn is_meant_for_us(
    headers: &HeaderMap,
    own_name: &str,
) -> Result<(), &'static str> {
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .ok_or("the header Host is missing")?;
    let name = without_port(host);
    let is_address = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name)
        .parse::<IpAddr>()
        .is_ok();
    if !is_address
        && !name.eq_ignore_ascii_case("localhost")
        && !name.eq_ignore_ascii_case(own_name)
    {
        return Err("the header Host names another server");
    }
    let foreign = headers.get_all(ORIGIN).iter().any(|origin| {
        origin
            .to_str()
            .ok()
            .and_then(|origin| origin.strip_prefix("http://"))
            .is_none_or(|origin| !origin.eq_ignore_ascii_case(host))
    });
    if foreign {
        return Err("the header Origin names another server");
    }
    Ok(())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// The values of the keys of a query; percent signs are not needed in any, so they are not undone.
pub(in crate::door) fn query<'a>(query: &'a str, key: &str) -> Option<&'a str> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| *name == key)
        .map(|(_, value)| value)
}

/// The number that a key of a query has, 0 where the key is missing; `None` where it is no number.
pub(in crate::door) fn number(text: &str, key: &str) -> Option<u64> {
    query(text, key).map_or(Some(0), |number| number.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    hyper::header::HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    fn media_type(text: &'static str) -> MediaType {
        MediaType::of(&headers(&[("content-type", text)])).unwrap()
    }

    #[test]
    fn a_media_type_is_read_with_its_parameters() {
        let found = media_type(r#"Application/SOAP+XML; charset="UTF-8"; action="urn:a;b\"c""#);
        assert_eq!(found.essence, "application/soap+xml");
        assert!(found.is_utf8());
        assert_eq!(found.action.as_deref(), Some("urn:a;b\"c"));
        assert!(media_type("application/soap+xml").is_utf8());
        assert!(!media_type("application/soap+xml; charset=utf-16").is_utf8());
        assert_eq!(MediaType::of(&HeaderMap::new()), None);
    }

    #[test]
    fn the_header_names_the_session_before_the_cookie() {
        let cookie = ("cookie", "a=b; ipamconf-session=default-s1; c=d");
        assert_eq!(session(&headers(&[cookie])).as_deref(), Some("default-s1"));
        let both = headers(&[cookie, ("ipamconf-session", "w1-s2")]);
        assert_eq!(session(&both).as_deref(), Some("w1-s2"));
        assert_eq!(session(&headers(&[("cookie", "a=b")])), None);
    }

    #[test]
    fn a_page_in_a_browser_is_turned_away() {
        for host in [
            "localhost:8081",
            "127.0.0.1:8081",
            "[::1]:8081",
            "127.0.0.1",
            "Box:1",
        ] {
            assert_eq!(is_meant_for_us(&headers(&[("host", host)]), "box"), Ok(()));
        }
        for host in ["evil.example:8081", "localhost.evil.example", "[::1", ""] {
            assert!(
                is_meant_for_us(&headers(&[("host", host)]), "127.0.0.1").is_err(),
                "{host}"
            );
        }
        assert!(is_meant_for_us(&HeaderMap::new(), "127.0.0.1").is_err());
        let own = [("host", "localhost:1"), ("origin", "http://localhost:1")];
        assert_eq!(is_meant_for_us(&headers(&own), "x"), Ok(()));
        for origin in [
            "http://evil.example",
            "null",
            "http://localhost:2",
            "https://localhost:1",
        ] {
            let foreign = [("host", "localhost:1"), ("origin", origin)];
            assert!(
                is_meant_for_us(&headers(&foreign), "x").is_err(),
                "{origin}"
            );
        }
    }

    #[test]
    fn a_preference_is_found_among_others() {
        let asked = headers(&[("prefer", "wait=5, Respond-Async; x=1")]);
        assert!(prefers_async(&asked));
        assert!(!prefers_async(&headers(&[("prefer", "return=minimal")])));
    }
}
