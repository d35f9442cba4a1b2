//! The control plane of a target: worlds, callers, changes, the clock and the store, as JSON over HTTP.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::door::remote::address::{HttpAddress, escaped};
use crate::door::remote::answer::excerpt;
use crate::door::remote::edge::{Answer, Bounds, Call, Failure, Line};
use crate::interchange::{caller_to_json, change_to_json, tables_from_json, world_to_json};
use crate::model::Tables;
use crate::spec::Readings;
use crate::suite::{StoreChange, TargetError};
use crate::world::{Caller, Setup};

/// How many unread callbacks a target may be ahead of us: one, so that what is done between two of them stands
/// exactly there.
const UNREAD: u64 = 1;

/// What a target says that it can do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// What it calls itself.
    pub name: String,
    /// Whether it can be set to a world.
    pub worlds: Worlds,
    /// Sessions of other callers than the world's.
    pub callers: bool,
    /// Changes of the store from outside.
    pub changes: bool,
    /// Time that passes only when it is told so.
    pub clock: bool,
    /// The store can be looked at.
    pub store: bool,
    /// It follows the readings that a world comes with.
    pub readings: bool,
    /// It stays a given number of callbacks ahead of their reader.
    pub pace: bool,
    /// Its sessions over net.tcp can be opened beforehand, and go on one event at a time.
    pub turns: bool,
}

impl Capabilities {
    /// Whether a world can be set.
    #[must_use]
    pub fn sets_worlds(&self) -> bool {
        self.worlds != Worlds::None
    }

    /// Whether each case has a store of its own.
    #[must_use]
    pub fn isolates_worlds(&self) -> bool {
        self.worlds == Worlds::Many
    }

    /// Whether time passes only when we say so.
    #[must_use]
    pub fn sets_time(&self) -> bool {
        self.sets_worlds() && self.clock
    }

    /// Whether a session over net.tcp goes on only when we say so.
    #[must_use]
    pub fn sets_turns(&self) -> bool {
        self.sets_time() && self.pace && self.turns
    }
}

/// What a session over net.tcp has next, where it goes on only when it is told so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::door) enum Turn {
    /// An event, which is under way.
    Event,
    /// Nothing until so much time has passed.
    Wait(Duration),
    /// Nothing until a message comes.
    Quiet,
    /// Nothing any more.
    Over,
}

/// How many worlds a target can stand for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Worlds {
    /// None can be set.
    #[default]
    None,
    /// One at a time: cases run one after the other.
    One,
    /// As many as are asked for, each apart from the others.
    Many,
}

/// The version of the control plane.
const VERSION: u64 = 1;

/// Where a control plane is, and what it offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Where its routes begin.
    pub address: HttpAddress,
    /// What it offers.
    pub capabilities: Capabilities,
}

/// A call to the control plane that did not come to what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the control plane: {what}: {found}")]
pub struct ControlError {
    what: String,
    found: String,
    /// Whether there is nobody at all.
    pub(in crate::door) absent: bool,
}

impl ControlError {
    fn of(call: &Call, answer: &Result<Answer, Failure>) -> Self {
        let found = match answer {
            Ok(answer) => {
                let text = String::from_utf8_lossy(&answer.body);
                format!("HTTP {} `{}`", answer.status, excerpt(&text))
            }
            Err(failure) => failure.to_string(),
        };
        Self {
            what: format!("{} {}", call.method, call.address),
            found,
            absent: matches!(answer, Err(Failure::NotConnected { .. })),
        }
    }
}

impl From<ControlError> for TargetError {
    fn from(error: ControlError) -> Self {
        if error.absent {
            Self::Unreachable(error.to_string())
        } else {
            Self::Broken(error.to_string())
        }
    }
}

/// The control plane at an address, with what it offers.
///
/// # Errors
/// A sentence with what to do, when there is none.
pub(in crate::door) async fn look(
    address: HttpAddress,
    bounds: &Bounds,
) -> Result<Arc<Control>, String> {
    let mut line = Line::default();
    let offered = capabilities(&mut line, &address, bounds).await;
    let capabilities = offered.map_err(|error| {
        format!(
            "{error}\n  expected HTTP 200 with version 1: correct `--control`, or leave it out and bind a world with `--bind`"
        )
    })?;
    Ok(Arc::new(Control {
        address,
        capabilities,
    }))
}

/// What a target offers, as `GET /capabilities` says.
pub(in crate::door) async fn capabilities(
    line: &mut Line,
    address: &HttpAddress,
    bounds: &Bounds,
) -> Result<Capabilities, ControlError> {
    let call = Call::get(address.below("capabilities"));
    let answer = line.exchange(&call, bounds).await;
    let said = body_of(&answer, 200).filter(|said| said["version"].as_u64() == Some(VERSION));
    let said = said.ok_or_else(|| ControlError::of(&call, &answer))?;
    let offered: Vec<&str> = said["capabilities"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect();
    let offers = |word| offered.contains(&word);
    Ok(Capabilities {
        name: excerpt(said["name"].as_str().unwrap_or("a target without a name")),
        worlds: match &said["worlds"] {
            Json::Bool(true) => Worlds::Many,
            Json::String(word) if word == "one" => Worlds::One,
            _ => Worlds::None,
        },
        callers: offers("callers"),
        changes: offers("changes"),
        clock: offers("clock"),
        store: offers("store"),
        readings: offers("readings"),
        pace: offers("pace"),
        turns: offers("turns"),
    })
}

fn body_of(answer: &Result<Answer, Failure>, status: u16) -> Option<Json> {
    let answer = answer.as_ref().ok()?;
    (answer.status == status)
        .then(|| serde_json::from_slice(&answer.body).ok())
        .flatten()
}

/// A world that a target was set to.
#[derive(Debug)]
pub(in crate::door) struct RemoteWorld {
    control: Arc<Control>,
    line: Line,
    bounds: Bounds,
    id: String,
    /// Where its sessions are opened.
    pub(in crate::door) endpoint: HttpAddress,
    etag: Option<String>,
    tables: Option<Arc<Tables>>,
}

impl RemoteWorld {
    /// Sets the target to a world.
    pub(in crate::door) async fn set(
        control: Arc<Control>,
        target: &HttpAddress,
        setup: &Setup,
        readings: &Readings,
        bounds: Bounds,
    ) -> Result<Self, ControlError> {
        let mut world = world_to_json(setup, readings);
        if control.capabilities.clock {
            world["clock"] = json!("manual");
        }
        if control.capabilities.pace {
            world["unread"] = json!(UNREAD);
        }
        let call = post(control.address.below("worlds"), &world);
        let mut line = Line::default();
        let answer = line.exchange(&call, &bounds).await;
        let made = body_of(&answer, 201).and_then(|made| {
            let id = made["id"].as_str()?.to_owned();
            let endpoint = target.resolve(made["endpoint"].as_str()?).ok()?;
            Some((id, endpoint))
        });
        let (id, endpoint) = made.ok_or_else(|| ControlError::of(&call, &answer))?;
        Ok(Self {
            control,
            line,
            bounds,
            id,
            endpoint,
            etag: None,
            tables: None,
        })
    }

    fn address(&self, path: &str) -> HttpAddress {
        let id = escaped(&self.id);
        self.control.address.below(&format!("worlds/{id}{path}"))
    }

    async fn ask(&mut self, call: Call, status: u16) -> Result<Answer, ControlError> {
        let answer = self.line.exchange(&call, &self.bounds).await;
        match answer {
            Ok(answer) if answer.status == status => Ok(answer),
            answer => Err(ControlError::of(&call, &answer)),
        }
    }

    async fn ask_json(&mut self, call: Call, status: u16) -> Result<Json, ControlError> {
        let answer = Ok(self.ask(call.clone(), status).await?);
        body_of(&answer, status).ok_or_else(|| ControlError::of(&call, &answer))
    }

    /// Where sessions of another caller are opened.
    pub(in crate::door) async fn endpoint_of(
        &mut self,
        caller: &Caller,
    ) -> Result<HttpAddress, ControlError> {
        let call = post(self.address("/callers"), &caller_to_json(caller));
        let answer = self.line.exchange(&call, &self.bounds).await;
        body_of(&answer, 201)
            .or_else(|| body_of(&answer, 200))
            .and_then(|made| self.endpoint.resolve(made["endpoint"].as_str()?).ok())
            .ok_or_else(|| ControlError::of(&call, &answer))
    }

    /// Changes the store.
    pub(in crate::door) async fn change(
        &mut self,
        change: &StoreChange,
    ) -> Result<(), ControlError> {
        let call = post(self.address("/changes"), &change_to_json(change));
        self.ask(call, 204).await.map(|_| ())
    }

    /// How long until something happens by itself.
    pub(in crate::door) async fn next(&mut self) -> Result<Option<Duration>, ControlError> {
        let call = Call::get(self.address("/clock"));
        let clock = self.ask_json(call, 200).await?;
        Ok(clock["next_ms"].as_u64().map(Duration::from_millis))
    }

    /// Time passes.
    pub(in crate::door) async fn advance(&mut self, by: Duration) -> Result<(), ControlError> {
        let call = post(self.address("/advance"), &json!({ "ms": by.as_millis() }));
        self.ask(call, 204).await.map(|_| ())
    }

    /// The client of a session lost the connection.
    pub(in crate::door) async fn drop_session(
        &mut self,
        session: &str,
    ) -> Result<(), ControlError> {
        let path = format!("/sessions/{}/drop", escaped(session));
        let call = post(self.address(&path), &json!({}));
        let answer = self.line.exchange(&call, &self.bounds).await;
        match &answer {
            Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
            _ => Err(ControlError::of(&call, &answer)),
        }
    }

    /// Opens a session for a connection over net.tcp, beside that endpoint: its name, and where the connection goes.
    pub(in crate::door) async fn open_session(
        &mut self,
        endpoint: &HttpAddress,
    ) -> Result<(String, HttpAddress), ControlError> {
        let path = endpoint.path().strip_suffix("/soap").unwrap_or_default();
        let address = self.control.address.at(&format!("{path}/sessions"));
        let call = post(address, &json!({}));
        let answer = self.line.exchange(&call, &self.bounds).await;
        body_of(&answer, 201)
            .and_then(|made| {
                let id = made["session"].as_str()?.to_owned();
                let endpoint = endpoint.resolve(made["endpoint"].as_str()?).ok()?;
                Some((id, endpoint))
            })
            .ok_or_else(|| ControlError::of(&call, &answer))
    }

    /// Waits until so many messages have come in on a session, or it is over.
    pub(in crate::door) async fn taken(
        &mut self,
        session: &str,
        messages: u64,
    ) -> Result<(), ControlError> {
        let path = format!("/sessions/{}?taken={messages}", escaped(session));
        let call = Call::get(self.address(&path));
        let answer = self.line.exchange(&call, &self.bounds).await;
        let done = body_of(&answer, 200).filter(|told| {
            told["over"] == true
                || told["taken"]
                    .as_u64()
                    .is_some_and(|taken| taken >= messages)
        });
        done.map(|_| ())
            .ok_or_else(|| ControlError::of(&call, &answer))
    }

    /// Lets a session go on by one event.
    pub(in crate::door) async fn turn(&mut self, session: &str) -> Result<Turn, ControlError> {
        let path = format!("/sessions/{}/next", escaped(session));
        let call = post(self.address(&path), &json!({}));
        let answer = self.line.exchange(&call, &self.bounds).await;
        body_of(&answer, 200)
            .and_then(|told| {
                let wait = told["wait_ms"].as_u64().map(Duration::from_millis);
                match wait {
                    Some(time) => Some(Turn::Wait(time)),
                    None if told["event"] == true => Some(Turn::Event),
                    None if told["quiet"] == true => Some(Turn::Quiet),
                    None if told["over"] == true => Some(Turn::Over),
                    None => None,
                }
            })
            .ok_or_else(|| ControlError::of(&call, &answer))
    }

    /// The store as it is. An unchanged store is not sent again.
    pub(in crate::door) async fn tables(&mut self) -> Result<Arc<Tables>, ControlError> {
        let mut call = Call::get(self.address(""));
        if let (Some(etag), Some(_)) = (&self.etag, &self.tables) {
            call = call.with("if-none-match", etag.clone());
        }
        let answer = self.line.exchange(&call, &self.bounds).await;
        if let (Ok(Answer { status: 304, .. }), Some(tables)) = (&answer, &self.tables) {
            return Ok(Arc::clone(tables));
        }
        let json = body_of(&answer, 200).ok_or_else(|| ControlError::of(&call, &answer))?;
        let tables = tables_from_json(&json).map_err(|error| ControlError {
            what: format!("GET {}", call.address),
            found: error.to_string(),
            absent: false,
        })?;
        let tables = Arc::new(tables);
        self.etag = answer.ok().and_then(|answer| answer.etag);
        self.tables = Some(Arc::clone(&tables));
        Ok(tables)
    }

    /// The world is not needed any more.
    pub(in crate::door) async fn delete(mut self) {
        let mut call = Call::get(self.address(""));
        call.method = hyper::Method::DELETE;
        // A target that keeps it has only itself to look after.
        let _ = self.line.exchange(&call, &self.bounds).await;
    }
}

fn post(address: HttpAddress, body: &Json) -> Call {
    Call::post(address, "application/json", body.to_string().into_bytes())
}
