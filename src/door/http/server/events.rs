//! `GET …/sessions/{id}/events`: what a session tells, for those who read it.

use hyper::header::{CACHE_CONTROL, HeaderValue};
use hyper::{Method, StatusCode};
use serde::Serialize;
use serde_json::json;
use tokio::time::Instant;

use crate::door::http::server::answer::{self, Answer};
use crate::door::http::server::head;
use crate::door::serving::cell::Cell;
use crate::door::serving::envelope;
use crate::door::serving::limits::WAIT_MAX;
use crate::door::serving::session::Record;
use crate::door::serving::world::{Refused, SessionId};
use crate::spec::Readings;

/// Answers a reader of the events of a session of that caller.
pub(in crate::door) async fn get(
    cell: &Cell,
    caller: usize,
    id: &str,
    method: &Method,
    query: &str,
) -> Answer {
    if method != Method::GET {
        return answer::only("GET");
    }
    let (Some(after), Some(wait)) = (head::number(query, "after"), seconds(query)) else {
        return answer::text(
            StatusCode::BAD_REQUEST,
            "expected `after=NUMBER` and `wait=SECONDS`, each of which may be left out",
        );
    };
    let id = SessionId::named(id);
    let until = Instant::now() + wait;
    let read = cell
        .wait_until(until, |world| {
            if world.goes_on(&id, caller).is_none() {
                return Some(Err(Refused::Unknown));
            }
            match world.read(&id, after) {
                Ok(records) if records.is_empty() && !wait.is_zero() => None,
                Ok(records) => Some(Ok((records, world.readings().clone()))),
                Err(refused) => Some(Err(refused)),
            }
        })
        .await;
    match read {
        Some(Ok((records, readings))) => {
            let shown: Vec<Shown> = records
                .iter()
                .map(|record| Shown::of(record, &readings))
                .collect();
            let text = serde_json::to_string(&shown).unwrap_or_default();
            let mut answer = answer::of_type(StatusCode::OK, "application/json", text + "\n");
            answer
                .headers_mut()
                .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            answer
        }
        None => answer::json(StatusCode::OK, &json!([])),
        Some(Err(refused @ Refused::Unknown)) => {
            answer::text(StatusCode::NOT_FOUND, &refused.to_string())
        }
        Some(Err(refused)) => answer::text(StatusCode::BAD_REQUEST, &refused.to_string()),
    }
}

/// How long to hold the answer: never longer than we hold anybody's.
fn seconds(query: &str) -> Option<std::time::Duration> {
    let seconds: f64 = head::query(query, "wait").map_or(Some(0.0), |text| text.parse().ok())?;
    (seconds.is_finite() && seconds >= 0.0).then(|| {
        WAIT_MAX.min(std::time::Duration::from_secs_f64(
            seconds.min(WAIT_MAX.as_secs_f64()),
        ))
    })
}

/// A record as readers see it.
#[derive(Serialize)]
struct Shown {
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    envelope: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    ended: bool,
}

impl Shown {
    fn of(record: &Record, readings: &Readings) -> Self {
        let written = record
            .what
            .said()
            .map(|(event, relates_to)| envelope::of(event, relates_to, None, readings));
        let (action, envelope) = written.map(|written| (written.action, written.xml)).unzip();
        Self {
            seq: record.seq,
            ended: envelope.is_none(),
            action,
            envelope,
        }
    }
}
