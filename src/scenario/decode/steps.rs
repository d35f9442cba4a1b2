//! `[[steps]]`: what the client does, and on which session.

use crate::model::{Callback, Event};
use crate::scenario::decode::columns::{Arity, Columns};
use crate::scenario::decode::context::Context;
use crate::scenario::decode::expect;
use crate::scenario::decode::names::Names;
use crate::scenario::decode::world::{self, Decoded};
use crate::scenario::decode::{rows, values};
use crate::scenario::error::{LoadCode, LoadError};
use crate::scenario::limits::{KEEPALIVES_MAX, STEPS_MAX};
use crate::scenario::tree::{Entry, Kind, Node, Table};
use crate::scenario::{
    Action, After, Change, Initialize, OperationChoice, ParametersChoice, ServerChoice, SetValue,
    Spanned, Step,
};
use crate::spec::{IpamAdminOperationId, parameters};
use crate::verdict::Span;
use crate::world::RowKind;

/// The actions.
const ACTIONS: &[&str] = &[
    "replicate",
    "connect",
    "initialize",
    "start",
    "keepalive",
    "send_callback",
    "send_xml",
    "send_bytes",
    "close",
    "drop",
    "wait",
    "change",
];

const STEP_KEYS: &[&str] = &["session", "after", "expect"];

/// The steps of a case, with what is known when all are read.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub(super) steps: Vec<Step>,
    /// How many sessions they open.
    pub(super) sessions: usize,
    /// What `created` items named.
    pub(super) created: rows::Created,
    /// Where the first `expect` stands.
    pub(super) first_expect: Option<Span>,
    /// A step cannot be read and is left out.
    pub(super) has_gaps: bool,
}

/// Reads `[[steps]]`; a file without them has one `replicate`.
pub(super) fn decode(
    cx: &mut Context<'_>,
    node: Option<&Node>,
    world: &Decoded,
    default_at: Span,
) -> Steps {
    let mut steps = Steps::default();
    let mut names: Vec<String> = Vec::new();
    let items = cx.tables(node, "steps");
    if let Some((over, _)) = items.get(STEPS_MAX) {
        cx.errors.stop(
            LoadError::new(LoadCode::OverLimit, *over, "too many steps")
                .expected(format!("at most {STEPS_MAX}")),
        );
        return steps;
    }
    if items.is_empty() {
        // Where something else is wrong, the world or the steps may be there under a misspelt name.
        let has_mistakes = !cx.errors.is_empty();
        let reader = Actions {
            world,
            servers_may_exist: has_mistakes || world.servers_are_written,
        };
        let initialize = reader.initialize(cx, &Table::new(Vec::new()), default_at, &[]);
        steps.sessions = 1;
        steps.steps.push(Step {
            span: default_at,
            session: None,
            after: None,
            action: Action::Replicate {
                caller: None,
                initialize,
            },
            expect: None,
        });
    }
    for (span, table) in items {
        let reader = Actions {
            world,
            servers_may_exist: world.servers_are_written,
        };
        let action = reader.action(cx, table, span, &steps.created);
        let session = table.get("session").and_then(|node| {
            let name = cx.text(node)?;
            Some(Spanned::new(name, node.span))
        });
        if let Some(action) = &action {
            let speaks = !matches!(action, Action::Wait(_) | Action::Change(_));
            let opens = matches!(action, Action::Connect { .. } | Action::Replicate { .. })
                || (speaks && steps.sessions == 0);
            if opens {
                steps.sessions += 1;
            }
            if let Some(name) = &session {
                name_session(cx, name, opens, &mut names);
            }
        }
        let after = table.get("after").and_then(|node| after(cx, node));
        let expect = table.entry("expect").and_then(|entry| {
            let at = cx.header_or_key(entry);
            steps.first_expect.get_or_insert(at);
            let reader = expect::Reader {
                world,
                created: &steps.created,
                top_level: false,
            };
            reader.expect(cx, entry)
        });
        if let Some(expect) = &expect {
            steps.created.add(cx, expect, &world.names);
        }
        steps.has_gaps |= action.is_none();
        if let Some(action) = action {
            steps.steps.push(Step {
                span,
                session,
                after,
                action,
                expect,
            });
        }
    }
    steps
}

/// A session is named by the step that opens it; other steps speak on a session already named.
fn name_session(
    cx: &mut Context<'_>,
    name: &Spanned<String>,
    opens: bool,
    names: &mut Vec<String>,
) {
    let known = names.contains(&name.value);
    if opens && known {
        cx.push(
            LoadError::new(LoadCode::NameTwice, name.span, "name given twice")
                .found(&name.value)
                .expected("another name for the new session"),
        );
    } else if opens {
        names.push(name.value.clone());
    } else if !known {
        cx.unknown_name(
            name.span,
            "session",
            &name.value,
            names.iter().map(String::as_str),
        );
    }
}

fn after(cx: &mut Context<'_>, node: &Node) -> Option<After> {
    let event = |cx: &mut Context<'_>, node: &Node| {
        let name = cx.member(node, "event", Event::NAMES, |word| {
            Event::NAMES.contains(&word).then(|| word.to_owned())
        })?;
        Some(Spanned::new(name, node.span))
    };
    match &node.kind {
        Kind::Table(table) => {
            cx.keys(table, &["event", "nth"]);
            let name = cx
                .required(table, node.span, "event")
                .and_then(|node| event(cx, node));
            let nth = table.get("nth").map_or(Some(1), |node| {
                cx.count_between(node, 1, u64::from(u32::MAX))
            });
            Some(After {
                event: name?,
                nth: u32::try_from(nth?).ok()?,
            })
        }
        Kind::Text(_) | Kind::Counted(_) => Some(After {
            event: event(cx, node)?,
            nth: 1,
        }),
        _ => {
            cx.wrong_type_for(node, "an event's name, or a table", "after");
            None
        }
    }
}

const INITIALIZE_KEYS: &[&str] = &[
    "operation",
    "parameters",
    "server",
    "scopes",
    "scope",
    "relation",
    "set",
];

struct Actions<'a> {
    world: &'a Decoded,
    /// Servers that cannot be read were complained about already.
    servers_may_exist: bool,
}

impl Actions<'_> {
    fn names(&self) -> &Names {
        &self.world.names
    }

    fn action(
        &self,
        cx: &mut Context<'_>,
        table: &Table,
        span: Span,
        created: &rows::Created,
    ) -> Option<Action> {
        let mut chosen: Option<&Entry> = None;
        let mut has_unknown_key = false;
        for entry in &table.entries {
            if ACTIONS.contains(&&*entry.key) {
                match chosen {
                    None => chosen = Some(entry),
                    Some(first) => cx.exclusive(first, entry),
                }
            } else if !STEP_KEYS.contains(&&*entry.key) {
                let known: Vec<&str> = ACTIONS.iter().chain(STEP_KEYS).copied().collect();
                cx.unknown_key(entry, &known);
                has_unknown_key = true;
            }
        }
        let Some(entry) = chosen else {
            // A misspelt action is one mistake, not two.
            if has_unknown_key {
                return None;
            }
            cx.push(
                LoadError::new(LoadCode::Exclusive, span, "step without an action")
                    .expected(crate::scenario::error::one_of(ACTIONS.iter().copied())),
            );
            return None;
        };
        let node = &entry.value;
        let table = cx.table(node, &entry.key)?;
        let at = node.span;
        Some(match &*entry.key {
            "replicate" => Action::Replicate {
                caller: self.caller(cx, table),
                initialize: self.initialize(cx, table, span, &["caller"]),
            },
            "connect" => {
                cx.keys(table, &["caller"]);
                Action::Connect {
                    caller: self.caller(cx, table),
                }
            }
            "initialize" => Action::Initialize(self.initialize(cx, table, span, &[])),
            "keepalive" => {
                cx.keys(table, &["times"]);
                let times = table
                    .get("times")
                    .map_or(Some(1), |node| cx.count_between(node, 1, KEEPALIVES_MAX));
                Action::Keepalive {
                    times: u32::try_from(times.unwrap_or(1)).unwrap_or(1),
                }
            }
            "send_callback" => {
                cx.keys(table, &["name"]);
                let name = cx.required(table, at, "name")?;
                Action::SendCallback {
                    name: cx.member(name, "callback", Callback::NAMES, |word| {
                        Callback::NAMES.contains(&word).then(|| word.to_owned())
                    })?,
                }
            }
            "send_xml" => send_xml(cx, table, at)?,
            "send_bytes" => {
                cx.keys(table, &["hex"]);
                let node = cx.required(table, at, "hex")?;
                let text = cx.text(node)?;
                let bytes = values::hex(&text);
                if bytes.is_none() {
                    cx.malformed(node, "malformed hex", "pairs of hex digits such as `06 FF`");
                }
                Action::SendBytes { bytes: bytes? }
            }
            "wait" => {
                cx.keys(table, &["for"]);
                let node = cx.required(table, at, "for")?;
                Action::Wait(world::duration(cx, node)?)
            }
            "change" => Action::Change(self.change(cx, table, at, created)?),
            word => {
                cx.keys(table, &[]);
                match word {
                    "start" => Action::Start,
                    "close" => Action::Close,
                    _ => Action::Drop,
                }
            }
        })
    }

    fn caller(&self, cx: &mut Context<'_>, table: &Table) -> Option<crate::world::Caller> {
        table
            .get("caller")
            .and_then(|node| world::caller(cx, node, &self.world.world))
    }

    fn initialize(
        &self,
        cx: &mut Context<'_>,
        table: &Table,
        step: Span,
        other_keys: &[&str],
    ) -> Initialize {
        let known: Vec<&str> = INITIALIZE_KEYS.iter().chain(other_keys).copied().collect();
        cx.keys(table, &known);
        let operation = match table.get("operation").map(|node| cx.text(node)) {
            None => OperationChoice::Member(IpamAdminOperationId::ReplicateServer),
            Some(text) => match text.as_deref() {
                Some("absent") => OperationChoice::Absent,
                Some(text) => IpamAdminOperationId::from_name(text).map_or_else(
                    || OperationChoice::Text(text.to_owned()),
                    OperationChoice::Member,
                ),
                None => OperationChoice::Absent,
            },
        };
        let parameters = match table.get("parameters").map(|node| cx.text(node)) {
            None => {
                let of_operation = match operation {
                    OperationChoice::Member(member) => parameters::parameters_type(member),
                    _ => None,
                };
                ParametersChoice::Type(
                    of_operation
                        .unwrap_or("ReplicateServerParameters")
                        .to_owned(),
                )
            }
            Some(text) => match text.as_deref() {
                Some("nil") => ParametersChoice::Nil,
                Some("absent") | None => ParametersChoice::Absent,
                Some(text) => ParametersChoice::Type(text.to_owned()),
            },
        };
        let needs_server = matches!(parameters, ParametersChoice::Type(_));
        let server = self.server(cx, table.get("server"), step, needs_server);
        let scopes = table.get("scopes").and_then(|node| {
            let items = cx.list(node, "scopes")?;
            let places = items
                .iter()
                .filter_map(|item| self.names().resolve(cx, RowKind::Scope, item));
            Some(places.collect())
        });
        let one = |cx: &mut Context<'_>, key: &str, kind: RowKind| {
            table
                .get(key)
                .and_then(|node| self.names().resolve(cx, kind, node))
        };
        let scope = one(cx, "scope", RowKind::Scope);
        let relation = one(cx, "relation", RowKind::Relation);
        let set = table
            .get("set")
            .and_then(|node| cx.table(node, "set"))
            .map_or_else(Vec::new, |table| members(cx, table));
        Initialize {
            operation,
            parameters,
            server,
            scopes,
            scope,
            relation,
            set,
        }
    }

    fn server(
        &self,
        cx: &mut Context<'_>,
        node: Option<&Node>,
        step: Span,
        needs_server: bool,
    ) -> ServerChoice {
        let is_empty = self.world.world.servers.is_empty();
        let none = |cx: &mut Context<'_>, at: Span| {
            if !self.servers_may_exist {
                cx.push(
                    LoadError::new(LoadCode::UnknownName, at, "world without a server")
                        .expected("a server whose object can be sent, or `server = \"absent\"`"),
                );
            }
            ServerChoice::Absent
        };
        let Some(node) = node else {
            return match (is_empty, needs_server) {
                (false, _) => ServerChoice::Row(0),
                (true, true) => none(cx, step),
                (true, false) => ServerChoice::Absent,
            };
        };
        match &node.kind {
            Kind::Int(0) if is_empty => none(cx, node.span),
            Kind::Int(0) => ServerChoice::Zero,
            Kind::Int(_) => {
                cx.malformed(
                    node,
                    "no record id but 0 can be written",
                    "a server's name, 0, `\"unknown\"`, `\"absent\"` or `\"nil\"`",
                );
                ServerChoice::Absent
            }
            Kind::Text(text) => match &**text {
                "unknown" if is_empty => none(cx, node.span),
                "unknown" => ServerChoice::Unknown,
                "absent" => ServerChoice::Absent,
                "nil" => ServerChoice::Nil,
                _ => self
                    .names()
                    .resolve(cx, RowKind::Server, node)
                    .map_or(ServerChoice::Absent, ServerChoice::Row),
            },
            _ => {
                cx.wrong_type(
                    node,
                    "a server's name, 0, `\"unknown\"`, `\"absent\"` or `\"nil\"`",
                );
                ServerChoice::Absent
            }
        }
    }

    fn change(
        &self,
        cx: &mut Context<'_>,
        table: &Table,
        at: Span,
        created: &rows::Created,
    ) -> Option<Change> {
        let row = rows::row(cx, table, at, self.names(), created);
        let (kind, _) = rows::kind(table)?;
        let mut others = rows::row_keys(kind).to_vec();
        others.push("delete");
        let columns = Columns {
            names: self.names(),
            world: &self.world.world,
            arity: Arity::One,
        }
        .read(cx, table, rows::columns(kind), &others, row.as_ref());
        let delete = cx.flag(table, "delete");
        if delete && let (Some(entry), Some(column)) = (table.entry("delete"), columns.first()) {
            let column = table
                .entries
                .iter()
                .find(|entry| entry.key_span == column.key_span)?;
            cx.exclusive(entry, column);
        }
        Some(Change {
            row: row?,
            columns,
            delete,
        })
    }
}

fn send_xml(cx: &mut Context<'_>, table: &Table, at: Span) -> Option<Action> {
    cx.keys(table, &["envelope", "action", "body"]);
    if let Some(envelope) = table.entry("envelope") {
        for key in ["action", "body"] {
            if let Some(other) = table.entry(key) {
                cx.exclusive(envelope, other);
            }
        }
        return Some(Action::SendXml {
            action: None,
            xml: cx.text(&envelope.value)?,
        });
    }
    if table.get("action").is_none() && table.get("body").is_none() {
        cx.missing_key(at, "envelope");
        return None;
    }
    let action = cx
        .required(table, at, "action")
        .and_then(|node| cx.text(node));
    let body = cx
        .required(table, at, "body")
        .and_then(|node| cx.text(node));
    Some(Action::SendXml {
        action: Some(action?),
        xml: body?,
    })
}

/// Members put over those of an object, by wire name.
fn members(cx: &mut Context<'_>, table: &Table) -> Vec<(String, SetValue)> {
    table
        .entries
        .iter()
        .filter_map(|entry| Some((entry.key.to_string(), set_value(cx, &entry.value)?)))
        .collect()
}

fn set_value(cx: &mut Context<'_>, node: &Node) -> Option<SetValue> {
    Some(match &node.kind {
        Kind::Text(text) => match &**text {
            "absent" => SetValue::Absent,
            "nil" => SetValue::Nil,
            "unknown" => SetValue::Unknown,
            text => SetValue::Text(text.to_owned()),
        },
        Kind::Int(number) => SetValue::Text(number.to_string()),
        Kind::Float(text) => SetValue::Text(text.to_string()),
        Kind::Bool(value) => SetValue::Text(value.to_string()),
        Kind::List(list) => SetValue::List(
            list.items
                .iter()
                .filter_map(|item| set_value(cx, item))
                .collect(),
        ),
        Kind::Table(table) => SetValue::Members(members(cx, table)),
        Kind::Poison => return None,
        Kind::Counted(_) | Kind::Datetime => {
            cx.wrong_type(node, "text, a number, true or false, a list or a table");
            return None;
        }
    })
}
