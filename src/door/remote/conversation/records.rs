//! Callbacks as they are read: `GET …/events` answers with a JSON array of them.

use crate::door::remote::answer;
use crate::door::remote::edge::{Answer, Failure};

/// One record of what is read.
pub(super) struct Record {
    pub(super) seq: u64,
    /// `None` for the end of the session.
    pub(super) envelope: Option<String>,
}

/// The records in an answer, or what is there instead.
pub(super) fn records(answer: &Result<Answer, Failure>) -> Result<Vec<Record>, String> {
    let answer = answer.as_ref().map_err(ToString::to_string)?;
    let shown = || {
        let text = String::from_utf8_lossy(&answer.body);
        format!("HTTP {}: `{}`", answer.status, answer::excerpt(&text))
    };
    if answer.status == 204 {
        return Ok(Vec::new());
    }
    if answer.status != 200 {
        return Err(shown());
    }
    let list: Vec<serde_json::Value> = serde_json::from_slice(&answer.body).map_err(|_| shown())?;
    list.iter()
        .map(|record| {
            let seq = record.get("seq")?.as_u64()?;
            if record.get("ended").and_then(serde_json::Value::as_bool) == Some(true) {
                return Some(Record {
                    seq,
                    envelope: None,
                });
            }
            let envelope = record.get("envelope")?.as_str()?.to_owned();
            Some(Record {
                seq,
                envelope: Some(envelope),
            })
        })
        .collect::<Option<Vec<_>>>()
        .ok_or_else(shown)
}
