//! `[[steps]]`: what the client does.

use crate::model::{Callback, Event};
use crate::scenario::limits::KEEPALIVES_MAX;
use crate::schema::kind::{Condition, Key, Kind, Rule, Table};
use crate::schema::tables::rows::{Use, stated, stated_of_others};
use crate::schema::tables::values::{duration, hex};

pub(super) fn tables() -> Vec<Table> {
    vec![
        step(),
        after(),
        replicate(),
        connect(),
        initialize(),
        set(),
        nothing(),
        keepalive(),
        send_callback(),
        send_xml(),
        send_bytes(),
        wait(),
        change(),
    ]
}

/// The actions: exactly one of them is in a step.
const ACTIONS: &[&[&str]] = &[
    &["replicate"],
    &["connect"],
    &["initialize"],
    &["start"],
    &["keepalive"],
    &["send_callback"],
    &["send_xml"],
    &["send_bytes"],
    &["close"],
    &["drop"],
    &["wait"],
    &["change"],
];

fn event_name() -> Kind {
    Kind::words(Event::NAMES)
}

fn step() -> Table {
    let action = |name, table, meaning: &str| Key::new(name, Kind::Table(table), meaning);
    let keys = vec![
        action(
            "replicate",
            "replicate",
            "A new session, `initialize` and `start`; done as `start`.",
        ),
        action("connect", "connect", "A new session; done when it is open."),
        action("initialize", "initialize", "InitializeOperationParameters; done at its answer."),
        action(
            "start",
            "nothing",
            "StartOperationWithCallback; done when the operation is over: SetOverallStatus and the reply, or a fault, or the end of the session.",
        ),
        action("keepalive", "keepalive", "Says that the client is still there; done when sent."),
        action(
            "send_callback",
            "sendCallback",
            "The client invokes a callback operation on the server (R-SM-9); done when sent.",
        ),
        action(
            "send_xml",
            "sendXml",
            "A message sent as it is written; done at an answer, the end of the session, or silence.",
        ),
        action("send_bytes", "sendBytes", "The same, below the framing."),
        action("close", "nothing", "An orderly end of the session."),
        action("drop", "nothing", "The connection is lost."),
        action("wait", "wait", "Virtual time passes."),
        action("change", "change", "The store is changed behind the server's back."),
        Key::new(
            "session",
            Kind::Name("session"),
            "Names the session that the step opens, or speaks on a session that an earlier step named.",
        )
        .default_words("the current one"),
        Key::new(
            "after",
            Kind::Either(vec![event_name(), Kind::Table("after")]),
            "Takes the step as soon as an event of that name arrives.",
        )
        .default_words("when the step before is done"),
        Key::new("expect", Kind::Table("stepExpect"), "What must follow from this step."),
    ];
    Table::new(
        "step",
        Some("`[[steps]]`"),
        "A step: exactly one action, and what goes with it. The first step opens a session; `connect` and `replicate` open a new one and make it the current one.",
        keys,
    )
    .any_of(ACTIONS)
}

fn after() -> Table {
    let keys = vec![
        Key::new("event", event_name(), "The name of the event.").required(),
        Key::new(
            "nth",
            Kind::count_to(1, i64::from(u32::MAX)),
            "The how-manieth of them.",
        )
        .default(1),
    ];
    Table::new("after", Some("`after`"), "Which event starts a step.", keys)
}

fn initialize_keys() -> Vec<Key> {
    vec![
        Key::new(
            "operation",
            Kind::Text,
            "The operation id: a member of IpamAdminOperationId, any other text, or `\"absent\"`.",
        )
        .default("ReplicateServer"),
        Key::new(
            "parameters",
            Kind::Text,
            "The name of the parameters' type, any other text, `\"absent\"`, or `\"nil\"`.",
        )
        .default_words("the type of the operation"),
        Key::new(
            "server",
            Kind::Either(vec![
                Kind::Name("server, `\"unknown\"`, `\"absent\"` or `\"nil\"`"),
                Kind::Zero,
            ]),
            "The server that is sent.",
        )
        .default_words("the first of the world"),
        Key::new(
            "scopes",
            Kind::list(Kind::Name("scope")),
            "The scopes that are sent, for types that carry them.",
        )
        .default_words("those of `server`"),
        Key::new(
            "scope",
            Kind::Name("scope"),
            "The scope that is sent, for types that carry one.",
        )
        .default_words("the first of `server`"),
        Key::new(
            "relation",
            Kind::Name("relation"),
            "The relation that is sent, for types that carry one.",
        )
        .default_words("the first"),
        Key::new(
            "set",
            Kind::Table("set"),
            "Members put over those of the parameters object, by their names on the wire.",
        ),
    ]
}

fn initialize() -> Table {
    Table::new(
        "initialize",
        Some("`initialize`"),
        "What InitializeOperationParameters carries.",
        initialize_keys(),
    )
}

fn replicate() -> Table {
    let mut keys = initialize_keys();
    keys.push(caller());
    Table::new(
        "replicate",
        Some("`replicate`"),
        "`connect`, `initialize` and `start` in one, with the keys of the first two.",
        keys,
    )
}

fn caller() -> Key {
    Key::new("caller", Kind::Table("caller"), "Who opens the session.")
        .default_words("that of the world")
}

fn connect() -> Table {
    Table::new(
        "connect",
        Some("`connect`"),
        "A new session.",
        vec![caller()],
    )
}

fn set() -> Table {
    Table::new(
        "set",
        Some("`set`"),
        "Members of an object by their names on the wire, nested: `{ Server = { RecordId = 7, \"i:type\" = \"DhcpServerV6\" } }`. `\"absent\"` leaves a member out, `\"nil\"` makes it NULL, `\"unknown\"` is an id that no row has.",
        Vec::new(),
    )
    .rest("a member: text, a number, true or false, a list, or a table of members")
}

fn nothing() -> Table {
    Table::new(
        "nothing",
        Some("`start`, `close`, `drop`"),
        "Takes no keys: `start = {}`.",
        Vec::new(),
    )
}

fn keepalive() -> Table {
    let most = i64::try_from(KEEPALIVES_MAX).unwrap_or(i64::MAX);
    let keys = vec![Key::new("times", Kind::count_to(1, most), "How many are sent.").default(1)];
    Table::new("keepalive", Some("`keepalive`"), "Keepalives.", keys)
}

fn send_callback() -> Table {
    let keys = vec![
        Key::new(
            "name",
            Kind::words(Callback::NAMES),
            "The callback operation.",
        )
        .required(),
    ];
    Table::new(
        "sendCallback",
        Some("`send_callback`"),
        "A callback operation that the client invokes.",
        keys,
    )
}

fn send_xml() -> Table {
    let keys = vec![
        Key::new("envelope", Kind::Text, "The whole envelope."),
        Key::new(
            "action",
            Kind::Text,
            "The action of the message, where only its body is written.",
        ),
        Key::new(
            "body",
            Kind::Text,
            "The body of the message, with `action`.",
        ),
    ];
    Table::new(
        "sendXml",
        Some("`send_xml`"),
        "A message as it is written: an `envelope`, or an `action` and a `body`.",
        keys,
    )
    .any_of(&[&["envelope"], &["action", "body"]])
}

fn send_bytes() -> Table {
    let keys = vec![
        Key::new(
            "hex",
            hex(),
            "The bytes in hex; blanks and line ends mean nothing.",
        )
        .required(),
    ];
    Table::new(
        "sendBytes",
        Some("`send_bytes`"),
        "Bytes as they are written.",
        keys,
    )
}

fn wait() -> Table {
    let keys = vec![Key::new("for", duration(), "How long, in virtual time.").required()];
    Table::new("wait", Some("`wait`"), "Virtual time passes.", keys)
}

/// Names the row that a table speaks of.
pub(super) fn row_keys() -> Vec<Key> {
    vec![
        Key::new("scope", Kind::Name("scope"), "The scope that is meant."),
        Key::new("server", Kind::Name("server"), "The server that is meant."),
    ]
}

/// `relation` beside `scope` is a column, else it names the row: one place in the order of keys for both.
pub(super) fn row_or_column(mut keys: Vec<Key>, used: Use) -> Vec<Key> {
    let mut columns = stated(used);
    if let Some(key) = columns.iter_mut().find(|key| key.name == "relation") {
        key.meaning = "The relation that is meant; beside `scope`, the relation that the scope is in, or several, `\"\"` for none.".to_owned();
    }
    if let Some(place) = columns.iter().position(|key| key.name == "relation") {
        keys.push(columns.remove(place));
    }
    keys.extend(columns);
    keys.extend(stated_of_others(used));
    keys
}

/// Which columns go with which row; `more` are the keys that go with all of them, `of_scopes` those of scopes.
pub(super) fn row_rules(used: Use, more: &[&'static str], of_scopes: &[&'static str]) -> [Rule; 3] {
    let columns = stated(used);
    let mut scope: Vec<&'static str> = columns.iter().map(|key| key.name).collect();
    scope.push("scope");
    scope.extend(of_scopes);
    scope.extend(more);
    let mut server = vec!["server", "host", "access_scope"];
    server.extend(more);
    let mut relation = vec!["relation", "server1", "server2", "mode"];
    relation.extend(more);
    let rule = |when: Vec<Condition>, only: Vec<&'static str>| Rule {
        when,
        only,
        narrow: Vec::new(),
    };
    [
        rule(vec![Condition::Has("scope")], scope),
        rule(
            vec![Condition::Lacks("scope"), Condition::Has("server")],
            server,
        ),
        rule(
            vec![
                Condition::Lacks("scope"),
                Condition::Lacks("server"),
                Condition::Has("relation"),
            ],
            relation,
        ),
    ]
}

/// A row has to be named.
pub(super) const ROW_GROUPS: &[&[&str]] = &[&["scope"], &["server"], &["relation"]];

fn change() -> Table {
    let mut keys = row_or_column(row_keys(), Use::Change);
    keys.push(
        Key::new(
            "delete",
            Kind::Flag,
            "The row is deleted, and what its foreign keys take along; a row deleted and made again is a new row.",
        )
        .default(false),
    );
    row_rules(Use::Change, &["delete"], &[])
        .into_iter()
        .fold(
            Table::new(
                "change",
                Some("`change`"),
                "A row of the store, and the columns that are written to it.",
                keys,
            ),
            Table::rule,
        )
        .any_of(ROW_GROUPS)
}
