//! The answers of a server, and reading a body within its limits.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes};
use hyper::header::{ALLOW, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};

use crate::door::serving::room::{Budget, Room};

/// What is sent back.
pub(in crate::door) type Answer = Response<Full<Bytes>>;

/// The content type of envelopes.
pub(in crate::door) const SOAP: &str = "application/soap+xml; charset=utf-8";

/// An answer of that type.
pub(in crate::door) fn of_type(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

/// A line for a person.
pub(in crate::door) fn text(status: StatusCode, line: &str) -> Answer {
    of_type(status, "text/plain; charset=utf-8", format!("{line}\n"))
}

/// A JSON value.
pub(in crate::door) fn json(status: StatusCode, value: &serde_json::Value) -> Answer {
    of_type(status, "application/json", format!("{value}\n"))
}

/// A mistake in a request to the control plane.
pub(in crate::door) fn mistake(status: StatusCode, what: &str) -> Answer {
    json(status, &serde_json::json!({ "error": what }))
}

/// Nothing but a status.
pub(in crate::door) fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}

/// The method is not one that the path takes.
pub(in crate::door) fn only(methods: &'static str) -> Answer {
    let mut answer = text(
        StatusCode::METHOD_NOT_ALLOWED,
        &format!("this path takes {methods}"),
    );
    answer
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(methods));
    answer
}

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::door) enum BodyError {
    /// Too many bytes.
    #[error("the body is larger than the {0} bytes that are taken")]
    TooLarge(usize),
    /// Too slow.
    #[error("the body did not come in {0:?}")]
    TooSlow(Duration),
    /// Other large bodies take all the room.
    #[error("other large messages are being read; try again")]
    NoRoom,
    /// Cut off, or no HTTP.
    #[error("the body could not be read to its end")]
    Broken,
}

impl BodyError {
    /// The answer; the connection ends with it, as the rest of the body would stand in the way of another request.
    pub(in crate::door) fn answer(self) -> Answer {
        let status = match self {
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow(_) => StatusCode::REQUEST_TIMEOUT,
            Self::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::BAD_REQUEST,
        };
        let mut answer = text(status, &self.to_string());
        answer
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
        answer
    }
}

/// The length that the head of a request announces.
pub(in crate::door) fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads a body of so many bytes at most, in so much time. What a large body takes of the room comes back with it, to be
/// held as long as the body is.
pub(in crate::door) async fn read<B>(
    headers: &HeaderMap,
    body: B,
    limit: usize,
    time: Duration,
    budget: &Budget,
) -> Result<(Bytes, Room), BodyError>
where
    B: Body<Data = Bytes>,
{
    // What is announced as too large is not read at all.
    if announced(headers).is_some_and(|length| length > limit as u64) {
        return Err(BodyError::TooLarge(limit));
    }
    let reading = async {
        let mut body = std::pin::pin!(body);
        let mut bytes = Vec::new();
        let mut room = Room::default();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| BodyError::Broken)?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if bytes.len() + data.len() > limit {
                return Err(BodyError::TooLarge(limit));
            }
            bytes.extend_from_slice(&data);
            if !room.grow(bytes.len(), budget) {
                return Err(BodyError::NoRoom);
            }
        }
        Ok((Bytes::from(bytes), room))
    };
    tokio::time::timeout(time, reading)
        .await
        .unwrap_or(Err(BodyError::TooSlow(time)))
}
