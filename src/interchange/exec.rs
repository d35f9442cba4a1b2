//! What goes over the pipe of an `exec` target: one JSON object a line, each request answered by one line.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::interchange::form::{
    At, Definitions, Fields, FormError, FormErrorKind, JsonForm, object_schema, record, tagged,
    tagged_schema, words,
};
use crate::interchange::world::{WorldForm, write_world};
use crate::model::{ClientMessage, Event, Tables};
use crate::spec::Readings;
use crate::suite::StoreChange;
use crate::trace::SessionIndex;
use crate::world::{Caller, Setup};

/// The version of the protocol.
pub const PROTOCOL: u32 = 1;

/// A request that no version has. Whoever answers it with anything but `unsupported` passes over what it does not know,
/// and nothing that it says can be relied on.
pub const INVENTED: &str = "ipamconf-unknown";

/// What a target can do beside the least: stand for a world, and one session in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capability {
    /// More than one session in a case.
    Sessions,
    /// Callers other than an IPAM MSM administrator, and own roles.
    Callers,
    /// Its store can be changed behind its back.
    Changes,
    /// Its time is virtual: it passes when it is told.
    Clock,
    /// Its store can be seen.
    Store,
    /// A failover partner that follows rules.
    Partner,
    /// It follows the readings that a world comes with.
    Readings,
}

impl Capability {
    /// Every capability.
    pub const ALL: &'static [Self] = &[
        Self::Sessions,
        Self::Callers,
        Self::Changes,
        Self::Clock,
        Self::Store,
        Self::Partner,
        Self::Readings,
    ];

    /// The word of the protocol.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Callers => "callers",
            Self::Changes => "changes",
            Self::Clock => "clock",
            Self::Store => "store",
            Self::Partner => "partner",
            Self::Readings => "readings",
        }
    }
}

words!(Capability);

/// What we ask of a target.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Who are you, and what can you do? The first request.
    Hello,
    /// Forget everything, take this world.
    Reset(Box<WorldForm>),
    /// A new session of that caller; sessions count from 0 in each world.
    Open(Caller),
    /// The client says this.
    Send(SessionIndex, ClientMessage),
    /// What happens next? A target whose time is real waits so long for something to happen.
    Next(Duration),
    /// Virtual time passes.
    Advance(Duration),
    /// The client closed the session, or lost it.
    End(SessionIndex),
    /// Somebody else changes the store.
    Change(StoreChange),
    /// What does the store hold?
    World {
        /// The version of the store that we have: nothing more has to be said if that is still the one.
        unless: Option<String>,
    },
    /// Nothing follows; the input is closed.
    Bye,
}

const REQUESTS: &str =
    "`hello`, `reset`, `open`, `send`, `next`, `advance`, `end`, `change`, `world` or `bye`";

impl Request {
    /// The word in `do`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Reset(_) => "reset",
            Self::Open(_) => "open",
            Self::Send(..) => "send",
            Self::Next(_) => "next",
            Self::Advance(_) => "advance",
            Self::End(_) => "end",
            Self::Change(_) => "change",
            Self::World { .. } => "world",
            Self::Bye => "bye",
        }
    }

    /// The JSON form, without the number of the request.
    #[must_use]
    pub fn to_json(&self) -> Json {
        self.write()
    }

    /// `reset` with a world that stays ours.
    #[must_use]
    pub fn reset_to_json(setup: &Setup, readings: &Readings) -> Json {
        tagged("do", "reset", vec![("world", write_world(setup, readings))])
    }

    /// Reads a request.
    ///
    /// # Errors
    /// When it is none that we make.
    pub fn from_json(json: &Json) -> Result<Self, FormError> {
        Self::read(&At::root(json))
    }

    /// The number of a request, which its answer repeats.
    ///
    /// # Errors
    /// When it has none.
    pub fn id_of(json: &Json) -> Result<u64, FormError> {
        At::root(json).any_members().get("id")
    }
}

/// The place of a session.
impl JsonForm for SessionIndex {
    fn write(&self) -> Json {
        (*self).into()
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        Self::try_from(u32::read(at)?).map_err(|_| at.wrong("the number of a session"))
    }

    fn schema(definitions: &mut Definitions) -> Json {
        u32::schema(definitions)
    }
}

impl JsonForm for Request {
    fn write(&self) -> Json {
        let keys = match self {
            Self::Hello => vec![("protocol", PROTOCOL.into())],
            Self::Bye => Vec::new(),
            Self::Reset(world) => vec![("world", world.write())],
            Self::Open(caller) => vec![("caller", caller.write())],
            Self::Send(session, message) => {
                vec![("session", session.write()), ("message", message.write())]
            }
            Self::Next(quiet) => vec![("quiet_ms", quiet.write())],
            Self::Advance(by) => vec![("ms", by.write())],
            Self::End(session) => vec![("session", session.write())],
            Self::Change(change) => vec![("change", change.write())],
            Self::World { unless } => vec![("unless", unless.write())],
        };
        tagged("do", self.name(), keys)
    }

    fn read(at: &At<'_>) -> Result<Self, FormError> {
        let members = |keys: &[&str]| at.members(&[&["do", "id"], keys].concat());
        Ok(match at.word("do", REQUESTS)? {
            "hello" => {
                members(&["protocol"])?;
                Self::Hello
            }
            "reset" => Self::Reset(members(&["world"])?.get("world")?),
            "open" => Self::Open(members(&["caller"])?.get("caller")?),
            "send" => {
                let members = members(&["session", "message"])?;
                Self::Send(members.get("session")?, members.get("message")?)
            }
            "next" => Self::Next(members(&["quiet_ms"])?.get("quiet_ms")?),
            "advance" => Self::Advance(members(&["ms"])?.get("ms")?),
            "end" => Self::End(members(&["session"])?.get("session")?),
            "change" => Self::Change(members(&["change"])?.get("change")?),
            "world" => Self::World {
                unless: members(&["unless"])?.get("unless")?,
            },
            "bye" => {
                members(&[])?;
                Self::Bye
            }
            _ => return Err(at.wrong_word("do", REQUESTS)),
        })
    }

    fn schema(definitions: &mut Definitions) -> Json {
        definitions.refer("Request", |definitions| {
            let d = definitions;
            let id =
                json!({ "type": "integer", "minimum": 0, "description": "The answer repeats it." });
            let of = |word, keys: Vec<(&'static str, Json, bool)>| {
                let mut all = vec![("id", id.clone(), true)];
                all.extend(keys);
                tagged_schema("do", word, all)
            };
            let session = ("session", SessionIndex::schema(d), true);
            let version = json!({ "type": "integer", "minimum": 1 });
            let unless = json!({ "type": "string" });
            json!({ "description": "A line that the target reads.", "oneOf": [
                of("hello", vec![("protocol", version, true)]),
                of("reset", vec![("world", WorldForm::schema(d), true)]),
                of("open", vec![("caller", Caller::schema(d), true)]),
                of("send", vec![session.clone(), ("message", ClientMessage::schema(d), true)]),
                of("next", vec![("quiet_ms", Duration::schema(d), true)]),
                of("advance", vec![("ms", Duration::schema(d), true)]),
                of("end", vec![session]),
                of("change", vec![("change", StoreChange::schema(d), true)]),
                of("world", vec![("unless", unless, false)]),
                of("bye", Vec::new()),
                of(INVENTED, Vec::new()),
            ] })
        })
    }
}

/// Who a target is, and what it can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The version of the protocol that it speaks.
    pub protocol: u32,
    /// What it is called.
    pub name: String,
    /// What it can do.
    pub capabilities: Vec<Capability>,
}

record! {
    /// Who a target is, and what it can do.
    Hello, list of 1, { protocol: "protocol", name: "name", capabilities: "capabilities", }
}

/// What a target answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// To `hello`.
    Hello(Hello),
    /// Done.
    Ok,
    /// To `open`: the number of the session.
    Session(SessionIndex),
    /// To `next`: this happened on that session.
    Event(SessionIndex, Event),
    /// To `next`: nothing until so much virtual time has passed.
    Wait(Duration),
    /// To `next`: nothing until there is something to do.
    Quiet,
    /// To `world`: the store, and its version where it counts them.
    Tables(Arc<Tables>, Option<String>),
    /// To `world` with `unless`: that is still the version.
    Unchanged,
    /// To `change`: the store does not take it, and why.
    Refused(String),
    /// To any: the target does not offer this; what it is, where it says so.
    Unsupported(Option<String>),
    /// To any: the target could not do it, and why.
    Error(String),
}

/// What answers a request, beside `unsupported` and `error`, which answer any.
const fn expected(request: &Request) -> &'static str {
    match request {
        Request::Hello => "`protocol`, `name` and `capabilities`",
        Request::Open(_) => "`session`",
        Request::Next(_) => "`session` with `event`, or `wait_ms`, or `quiet`",
        Request::World { .. } => "`tables`, or `unchanged`",
        Request::Change(_) => "`ok`, or `refused`",
        _ => "`ok`",
    }
}

/// A key that can only be true.
fn truth(members: &crate::interchange::Members<'_>, key: &str) -> Result<(), FormError> {
    let read = |at: &At<'_>| match at.value() {
        Json::Bool(true) => Ok(()),
        _ => Err(at.wrong("true")),
    };
    members.get_with(key, read, || None)
}

impl Answer {
    /// The JSON form, with the number of the request.
    #[must_use]
    pub fn to_json(&self, id: u64) -> Json {
        let mut json = match self {
            Self::Hello(hello) => hello.write(),
            Self::Ok => json!({ "ok": true }),
            Self::Session(session) => json!({ "session": session }),
            Self::Event(session, event) => json!({ "session": session, "event": event.write() }),
            Self::Wait(time) => json!({ "wait_ms": time.write() }),
            Self::Quiet => json!({ "quiet": true }),
            Self::Tables(tables, version) => match version {
                None => json!({ "tables": tables.write() }),
                Some(version) => json!({ "tables": tables.write(), "version": version }),
            },
            Self::Unchanged => json!({ "unchanged": true }),
            Self::Refused(why) => json!({ "refused": why }),
            Self::Unsupported(None) => json!({ "unsupported": true }),
            Self::Unsupported(Some(what)) => json!({ "unsupported": true, "what": what }),
            Self::Error(why) => json!({ "error": why }),
        };
        json["id"] = id.into();
        json
    }

    /// Reads what should answer a request of that number.
    ///
    /// # Errors
    /// When it does not.
    pub fn from_json(request: &Request, id: u64, json: &Json) -> Result<Self, FormError> {
        let at = At::root(json);
        let any = at.any_members();
        // An answer to another request says nothing about this one, whatever it is.
        let found: Option<u64> = any.get("id")?;
        if found != Some(id) {
            let found = found.map_or_else(|| describe_without_id(&at), |found| found.to_string());
            return Err(at.error(format!("`id` {id}, that of the request"), found));
        }
        let members = |keys: &[&str]| at.members(&[&["id"], keys].concat());
        let read = if any.has("unsupported") {
            let members = members(&["unsupported", "what"])?;
            truth(&members, "unsupported")?;
            Self::Unsupported(members.get("what")?)
        } else if any.has("error") {
            Self::Error(members(&["error"])?.get("error")?)
        } else {
            match request {
                Request::Hello if any.has("protocol") => {
                    Self::Hello(Hello::read_fields(&members(&Hello::keys())?)?)
                }
                Request::Open(_) if any.has("session") => {
                    Self::Session(members(&["session"])?.get("session")?)
                }
                Request::Next(_) if any.has("event") => {
                    let members = members(&["session", "event"])?;
                    // A word that the protocol does not have is the server's mistake, and judged; anything else wrong
                    // with the form is the adapter's.
                    let event = match members.get("event") {
                        Err(error) if error.kind == FormErrorKind::NoMember => {
                            Event::Unintelligible(error.to_string())
                        }
                        other => other?,
                    };
                    Self::Event(members.get("session")?, event)
                }
                Request::Next(_) if any.has("wait_ms") => {
                    Self::Wait(members(&["wait_ms"])?.get("wait_ms")?)
                }
                Request::Next(_) if any.has("quiet") => {
                    truth(&members(&["quiet"])?, "quiet")?;
                    Self::Quiet
                }
                Request::World { .. } if any.has("tables") => {
                    let members = members(&["tables", "version"])?;
                    Self::Tables(Arc::new(members.get("tables")?), members.get("version")?)
                }
                Request::World { unless: Some(_) } if any.has("unchanged") => {
                    truth(&members(&["unchanged"])?, "unchanged")?;
                    Self::Unchanged
                }
                Request::Change(_) if any.has("refused") => {
                    Self::Refused(members(&["refused"])?.get("refused")?)
                }
                Request::Hello | Request::Open(_) | Request::Next(_) | Request::World { .. } => {
                    return Err(no_answer(&at, request));
                }
                _ if any.has("ok") => {
                    truth(&members(&["ok"])?, "ok")?;
                    Self::Ok
                }
                _ => return Err(no_answer(&at, request)),
            }
        };
        Ok(read)
    }

    /// The schema of an answer, whatever it answers.
    pub(super) fn schema(definitions: &mut Definitions) -> Json {
        definitions.refer("Answer", |d| {
            let id =
                json!({ "type": "integer", "minimum": 0, "description": "That of the request." });
            let of = |keys: Vec<(&'static str, Json, bool)>| {
                let mut all = vec![("id", id.clone(), true)];
                all.extend(keys);
                object_schema("", all)
            };
            let text = json!({ "type": "string" });
            let truth = json!({ "const": true });
            let session = ("session", SessionIndex::schema(d), true);
            let version = json!({ "type": ["string", "null"] });
            json!({ "description": "A line that the target writes.", "oneOf": [
                of(vec![
                    ("protocol", json!({ "type": "integer", "minimum": 1 }), true),
                    ("name", text.clone(), true),
                    ("capabilities", Vec::<Capability>::schema(d), true),
                ]),
                of(vec![("ok", truth.clone(), true)]),
                of(vec![session.clone()]),
                of(vec![session, ("event", Event::schema(d), true)]),
                of(vec![("wait_ms", Duration::schema(d), true)]),
                of(vec![("quiet", truth.clone(), true)]),
                of(vec![("tables", Tables::schema(d), true), ("version", version.clone(), false)]),
                of(vec![("unchanged", truth.clone(), true)]),
                of(vec![("refused", text.clone(), true)]),
                of(vec![("unsupported", truth, true), ("what", version, false)]),
                of(vec![("error", text, true)]),
            ] })
        })
    }
}

/// What has no `id`.
fn describe_without_id(at: &At<'_>) -> String {
    match at.value() {
        Json::Object(_) => "none".to_owned(),
        _ => at.wrong("").found,
    }
}

/// The mistake that something is no answer to a request.
fn no_answer(at: &At<'_>, request: &Request) -> FormError {
    let expected = format!("{}, or `unsupported`, or `error`", expected(request));
    match at.value().as_object() {
        None => at.wrong(expected),
        Some(map) => {
            let keys: Vec<_> = map
                .keys()
                .take(10)
                .map(|key| format!("`{}`", super::form::clipped(key)))
                .collect();
            at.error(expected, format!("an object with {}", keys.join(", ")))
        }
    }
}
