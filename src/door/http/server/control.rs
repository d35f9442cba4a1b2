//! The control plane: worlds made, looked at, changed and removed over HTTP and JSON.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Bytes, Incoming};
use hyper::header::{CACHE_CONTROL, ETAG, HeaderValue, IF_NONE_MATCH};
use hyper::{HeaderMap, Method, Request as HttpRequest, StatusCode};
use serde_json::{Value as Json, json};
use tracing::info;

use crate::door::http::server::answer::{self, Answer};
use crate::door::http::server::head::{self, MediaType};
use crate::door::serving::Shared;
use crate::door::serving::cell::Cell;
use crate::door::serving::limits::{ADVANCE_MAX, CALLERS_MAX, UNREAD, UNREAD_MAX};
use crate::door::serving::registry::NewWorld;
use crate::door::serving::room::Room;
use crate::door::serving::world::{SessionId, Turn};
use crate::interchange::{
    JsonForm, caller_from_json, change_from_json, parse, tables_to_json, world_from_json,
};

/// The version of this interface.
const VERSION: u32 = 1;

/// How long the answer to how many messages came in is held: they are under way, and nothing else is waited for.
const TAKEN_WAIT: Duration = Duration::from_secs(5);

/// Answers a request to a path of the control plane, given as its parts.
pub(in crate::door) async fn answer(
    shared: &Arc<Shared>,
    parts: &[&str],
    request: HttpRequest<Incoming>,
) -> Answer {
    let (head, body) = request.into_parts();
    let method = head.method;
    let wanted: &'static str = match parts {
        ["capabilities"] => "GET",
        ["worlds"] => "POST",
        ["worlds", _] => "GET, DELETE",
        ["worlds", _, "clock"] | ["worlds", _, "sessions", _] => "GET",
        ["worlds", _, "callers" | "changes" | "advance" | "sessions"]
        | ["worlds", _, "callers", _, "sessions"]
        | ["worlds", _, "sessions", _, "drop" | "next"] => "POST",
        _ => return answer::mistake(StatusCode::NOT_FOUND, "there is nothing at this path"),
    };
    if !wanted.split(", ").any(|wanted| method == wanted) {
        return answer::only(wanted);
    }
    let body = if method == Method::POST {
        match read(shared, &head.headers, body).await {
            Ok(body) => body,
            Err(answer) => return *answer,
        }
    } else {
        Body::default()
    };
    if let ["capabilities"] = parts {
        return capabilities();
    }
    let Some(name) = parts.get(1) else {
        return make_world(shared, body).await;
    };
    let Some(cell) = shared.registry.world(name) else {
        return answer::mistake(StatusCode::NOT_FOUND, "there is no such world");
    };
    match (&method, &parts[2..]) {
        (&Method::DELETE, []) => delete_world(shared, name),
        (_, []) => store(&cell, &head.headers).await,
        (_, ["clock"]) => {
            let waits = cell.with(|world| world.waits());
            answer::json(
                StatusCode::OK,
                &json!({ "next_ms": waits.map(|time| time.write()) }),
            )
        }
        (_, ["callers"]) => add_caller(&cell, name, &body),
        (_, ["changes"]) => change(&cell, &body),
        (_, ["advance"]) => advance(&cell, &body),
        (_, ["sessions"]) => open(&cell, name, 0),
        (_, ["callers", caller, "sessions"]) => match caller.parse() {
            Ok(caller) => open(&cell, name, caller),
            Err(_) => answer::mistake(StatusCode::NOT_FOUND, "there is no such caller"),
        },
        (_, ["sessions", id, "drop"]) => {
            let id = SessionId::named(id);
            match cell.with(|world| world.end(&id)) {
                Ok(()) => answer::empty(StatusCode::NO_CONTENT),
                Err(refused) => answer::mistake(StatusCode::NOT_FOUND, &refused.to_string()),
            }
        }
        (_, ["sessions", id, "next"]) => turn(&cell, &SessionId::named(id)),
        (_, ["sessions", id]) => {
            let query = head.uri.query().unwrap_or_default();
            taken(&cell, &SessionId::named(id), query).await
        }
        _ => answer::mistake(StatusCode::NOT_FOUND, "there is nothing at this path"),
    }
}

/// One event more for the connection of a session, or why there is none.
fn turn(cell: &Cell, id: &SessionId) -> Answer {
    match cell.with(|world| world.turn(id)) {
        Ok(turn) => answer::json(StatusCode::OK, &turn_to_json(turn)),
        Err(refused) => answer::mistake(StatusCode::NOT_FOUND, &refused.to_string()),
    }
}

fn turn_to_json(turn: Turn) -> Json {
    match turn {
        Turn::Record => json!({ "event": true }),
        Turn::Wait(time) => json!({ "wait_ms": time.write() }),
        Turn::Quiet => json!({ "quiet": true }),
        Turn::Over => json!({ "over": true }),
    }
}

/// How many messages came in on a session, held until it is as many as the client has sent, for a while at most.
async fn taken(cell: &Cell, id: &SessionId, query: &str) -> Answer {
    let Some(wanted) = head::number(query, "taken") else {
        return *bad(&"expected `taken=NUMBER`, or nothing");
    };
    let until = tokio::time::Instant::now() + TAKEN_WAIT;
    cell.wait_until(until, |world| match world.taken(id) {
        Ok((taken, over)) if taken < wanted && !over => None,
        other => Some(other),
    })
    .await;
    match cell.with(|world| world.taken(id)) {
        Ok((taken, over)) => answer::json(StatusCode::OK, &json!({ "taken": taken, "over": over })),
        Err(refused) => answer::mistake(StatusCode::NOT_FOUND, &refused.to_string()),
    }
}

/// A body that was read, with the room it takes.
#[derive(Default)]
struct Body {
    text: Bytes,
    _room: Room,
}

impl Body {
    fn json(&self) -> Result<Json, Box<Answer>> {
        let text = std::str::from_utf8(&self.text).map_err(|_| bad(&"the body is not UTF-8"))?;
        parse(text).map_err(|error| bad(&error))
    }
}

fn bad(error: &dyn std::fmt::Display) -> Box<Answer> {
    Box::new(answer::mistake(StatusCode::BAD_REQUEST, &error.to_string()))
}

async fn read(shared: &Shared, headers: &HeaderMap, body: Incoming) -> Result<Body, Box<Answer>> {
    let json = MediaType::of(headers)
        .is_some_and(|media| media.essence == "application/json" && media.is_utf8());
    if !json || head::is_encoded(headers) {
        return Err(Box::new(answer::mistake(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "expected the content type application/json, in UTF-8 and not compressed",
        )));
    }
    let limits = &shared.config.limits;
    answer::read(
        headers,
        body,
        limits.control_bytes,
        limits.body_time,
        &shared.budget,
    )
    .await
    .map(|(text, room)| Body { text, _room: room })
    .map_err(|error| Box::new(error.answer()))
}

fn capabilities() -> Answer {
    let told = json!({
        "version": VERSION,
        "name": concat!("ipamconf ", env!("CARGO_PKG_VERSION")),
        "worlds": true,
        "capabilities": [
            "callers", "changes", "clock", "store", "pace", "readings", "sessions", "turns",
        ],
    });
    answer::json(StatusCode::OK, &told)
}

/// Makes a world. Reading a large one takes a while, and is done beside what answers the others.
async fn make_world(shared: &Arc<Shared>, body: Body) -> Answer {
    let server = Arc::clone(shared);
    let made =
        tokio::task::spawn_blocking(move || new_world(&body).map(|new| server.registry.make(&new)))
            .await;
    match made {
        Ok(Ok(Some(name))) => {
            info!("world {name} is made");
            let endpoint = format!("/worlds/{name}/soap");
            answer::json(
                StatusCode::CREATED,
                &json!({ "id": name, "endpoint": endpoint }),
            )
        }
        Ok(Ok(None)) => answer::mistake(
            StatusCode::SERVICE_UNAVAILABLE,
            "there are as many worlds as this server holds; delete one",
        ),
        Ok(Err(answer)) => *answer,
        Err(_) => answer::empty(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn new_world(body: &Body) -> Result<NewWorld, Box<Answer>> {
    let mut json = body.json()?;
    let (mut clock, mut unread) = (None, None);
    if let Json::Object(members) = &mut json {
        clock = members.remove("clock");
        unread = members.remove("unread");
    }
    let manual = match clock.as_ref().map(|clock| clock.as_str()) {
        None => false,
        Some(Some("manual")) => true,
        Some(Some("real")) => false,
        Some(_) => return Err(bad(&"clock: expected \"manual\" or \"real\"")),
    };
    let unread = match unread {
        None => UNREAD,
        Some(unread) => unread
            .as_u64()
            .and_then(|unread| usize::try_from(unread).ok())
            .filter(|unread| (1..=UNREAD_MAX).contains(unread))
            .ok_or_else(|| bad(&format!("unread: expected a number from 1 to {UNREAD_MAX}")))?,
    };
    let (setup, readings) = world_from_json(&json).map_err(|error| bad(&error))?;
    Ok(NewWorld {
        setup,
        readings,
        manual,
        unread,
    })
}

fn delete_world(shared: &Shared, name: &str) -> Answer {
    if shared.registry.delete(name) {
        info!("world {name} is deleted");
        answer::empty(StatusCode::NO_CONTENT)
    } else {
        answer::mistake(
            StatusCode::CONFLICT,
            "this is the server's own world, which stays",
        )
    }
}

/// The store as it is now, unless the client has it already.
async fn store(cell: &Arc<Cell>, headers: &HeaderMap) -> Answer {
    let (version, tables) = cell.with(crate::door::serving::world::ServedWorld::tables);
    let tag = format!("\"{version}\"");
    let known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .any(|known| known.trim() == tag);
    let mut answer = if known {
        answer::empty(StatusCode::NOT_MODIFIED)
    } else {
        // A large store takes a while to write.
        match tokio::task::spawn_blocking(move || tables_to_json(&tables).to_string()).await {
            Ok(text) => answer::of_type(StatusCode::OK, "application/json", text),
            Err(_) => answer::empty(StatusCode::INTERNAL_SERVER_ERROR),
        }
    };
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    answer
}

fn add_caller(cell: &Cell, name: &str, body: &Body) -> Answer {
    let caller = body
        .json()
        .and_then(|json| caller_from_json(&json).map_err(|error| bad(&error)));
    let caller = match caller {
        Ok(caller) => caller,
        Err(answer) => return *answer,
    };
    match cell.with(|world| world.add_caller(caller)) {
        Some(number) => answer::json(
            StatusCode::CREATED,
            &json!({ "endpoint": format!("/worlds/{name}/callers/{number}/soap") }),
        ),
        None => answer::mistake(
            StatusCode::SERVICE_UNAVAILABLE,
            &format!("a world has no more than {CALLERS_MAX} callers"),
        ),
    }
}

fn change(cell: &Cell, body: &Body) -> Answer {
    let change = body
        .json()
        .and_then(|json| change_from_json(&json).map_err(|error| bad(&error)));
    match change {
        Ok(change) => match cell.with(|world| world.change(&change)) {
            Ok(()) => answer::empty(StatusCode::NO_CONTENT),
            Err(error) => answer::mistake(StatusCode::CONFLICT, &error.to_string()),
        },
        Err(answer) => *answer,
    }
}

fn advance(cell: &Cell, body: &Body) -> Answer {
    let json = match body.json() {
        Ok(json) => json,
        Err(answer) => return *answer,
    };
    let time = json
        .as_object()
        .filter(|members| members.len() == 1)
        .and_then(|members| members.get("ms")?.as_u64())
        .map(Duration::from_millis)
        .filter(|time| *time <= ADVANCE_MAX);
    let Some(time) = time else {
        return *bad(&format!(
            "expected {{\"ms\": N}}, N up to {}",
            ADVANCE_MAX.as_millis()
        ));
    };
    if cell.with(|world| world.advance(time)) {
        answer::empty(StatusCode::NO_CONTENT)
    } else {
        answer::mistake(
            StatusCode::CONFLICT,
            "time passes by itself in this world: make it with \"clock\": \"manual\"",
        )
    }
}

fn open(cell: &Cell, name: &str, caller: usize) -> Answer {
    use crate::door::serving::world::Refused;
    match cell.with(|world| world.open(caller)) {
        Ok(id) => {
            // Where a connection of net.tcp takes it up.
            let of_caller = match caller {
                0 => String::new(),
                caller => format!("/callers/{caller}"),
            };
            let endpoint = format!("/worlds/{name}{of_caller}/sessions/{id}/soap");
            answer::json(
                StatusCode::CREATED,
                &json!({ "session": id.as_str(), "endpoint": endpoint }),
            )
        }
        Err(refused @ Refused::Full) => {
            answer::mistake(StatusCode::SERVICE_UNAVAILABLE, &refused.to_string())
        }
        Err(_) => answer::mistake(StatusCode::NOT_FOUND, "there is no such caller"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_as_long_as_was_said_has_waited_long_enough() {
        let told = |micros| turn_to_json(Turn::Wait(Duration::from_micros(micros)));
        assert_eq!(told(2_000_000), json!({ "wait_ms": 2000 }));
        assert_eq!(told(1_500), json!({ "wait_ms": 2 }));
        assert_eq!(told(1), json!({ "wait_ms": 1 }));
    }
}
