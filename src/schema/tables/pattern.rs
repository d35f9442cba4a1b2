//! Patterns of events: `callbacks`, `events` and `never`.

use crate::model::{Callback, Event};
use crate::scenario::limits::PATTERN_ITEMS_MAX;
use crate::schema::kind::{Condition, Key, Kind, Rule, Table};
use crate::schema::tables::values::{exception_id, percent, times};
use crate::spec::{OverallProgressStatus, SubTaskStatus};

pub(super) fn tables() -> Vec<Table> {
    vec![
        item(
            "callbackItem",
            Some("Items of `callbacks` and `events`"),
            Callback::NAMES,
        ),
        group(
            "callbackGroup",
            Some("Groups of `callbacks` and `events`"),
            "callbackItem",
        ),
        item("eventItem", None, Event::NAMES),
        group("eventGroup", None, "eventItem"),
        never(),
    ]
}

/// What a key of expectations takes: a list of items.
pub(super) fn pattern(key: &str) -> Kind {
    let of = match key {
        "callbacks" => sequence_item("callbackItem"),
        "events" => sequence_item("eventItem"),
        _ => Kind::Either(vec![Kind::words(Callback::NAMES), Kind::Table("neverItem")]),
    };
    Kind::list_to(of, PATTERN_ITEMS_MAX)
}

fn sequence_item(table: &'static str) -> Kind {
    let (names, group) = if table == "callbackItem" {
        (Callback::NAMES, "callbackGroup")
    } else {
        (Event::NAMES, "eventGroup")
    };
    let mut words = names.to_vec();
    words.push("...");
    Kind::Either(vec![
        Kind::words(&words),
        Kind::Table(table),
        Kind::Table(group),
    ])
}

fn status(members: Vec<&'static str>) -> Kind {
    Kind::one_or_more(Kind::Words {
        name: None,
        words: members,
    })
}

fn overall_status() -> Vec<&'static str> {
    OverallProgressStatus::ALL
        .iter()
        .map(|member| member.name())
        .collect()
}

fn subtask_status() -> Vec<&'static str> {
    SubTaskStatus::ALL
        .iter()
        .map(|member| member.name())
        .collect()
}

fn fields(names: &[&'static str]) -> Vec<Key> {
    let mut members = subtask_status();
    members.extend(
        overall_status()
            .into_iter()
            .filter(|name| !subtask_status().contains(name)),
    );
    vec![
        Key::new("name", Kind::words(names), "The event.").required(),
        Key::new(
            "status",
            status(members),
            "Of SetSubTaskStatus and SetOverallStatus: the status, or several that are accepted.",
        ),
        Key::new(
            "percent",
            Kind::Either(vec![Kind::Number, percent()]),
            "Of SetSubTaskStatus and SetCompletionPercentage: the percentage, or bounds such as `\"0..50\"`.",
        ),
        Key::new(
            "nondeterministic",
            Kind::Flag,
            "Of StartProgressCallback: whether it says so.",
        ),
        Key::new(
            "detail",
            Kind::one_or_more(exception_id()),
            "Of SetSubTaskStatus, SetOverallStatus and Fault: an IpamExceptionId in the event.",
        ),
        Key::new(
            "scope",
            Kind::Name("scope"),
            "Of AddSubTask and SetSubTaskStatus: the scope that the subtask tells of.",
        ),
        Key::new(
            "task",
            Kind::Text,
            "Of AddSubTask and SetSubTaskStatus: any word; the same word is the same subtask, another word another.",
        ),
    ]
}

/// The fields of each event; those without any are not listed.
const FIELDS: &[(&str, &[&str])] = &[
    ("StartProgressCallback", &["nondeterministic"]),
    ("AddSubTask", &["scope", "task"]),
    (
        "SetSubTaskStatus",
        &["status", "percent", "detail", "scope", "task"],
    ),
    ("SetCompletionPercentage", &["percent"]),
    ("SetOverallStatus", &["status", "detail"]),
    ("Fault", &["detail"]),
];

fn with_rules(table: Table, names: &[&'static str], more: &[&'static str]) -> Table {
    names.iter().fold(table, |table, event| {
        let fields = FIELDS
            .iter()
            .find(|(name, _)| name == event)
            .map_or(&[][..], |(_, fields)| fields);
        let mut only = vec!["name"];
        only.extend(fields);
        only.extend(more);
        let narrow = match *event {
            "SetOverallStatus" => vec![("status", status(overall_status()))],
            "SetSubTaskStatus" => vec![("status", status(subtask_status()))],
            _ => Vec::new(),
        };
        table.rule(Rule {
            when: vec![Condition::Is("name", event)],
            only,
            narrow,
        })
    })
}

fn item(name: &'static str, title: Option<&'static str>, names: &'static [&'static str]) -> Table {
    let mut keys = fields(names);
    keys.extend([
        Key::new(
            "times",
            Kind::Either(vec![Kind::count_to(1, i64::from(u32::MAX)), times()]),
            "How often: a count, or bounds such as `\"2..4\"` or `\"2..\"`.",
        )
        .default(1),
        Key::new("optional", Kind::Flag, "The same as `times = \"0..1\"`.").default(false),
    ]);
    let table = Table::new(
        name,
        title,
        "An event with what it says. The name alone stands for exactly one event of that name, `\"...\"` for any number of AddSubTask, SetSubTaskStatus and SetCompletionPercentage, also none. `events` also knows InitializeOperationParametersResponse, StartOperationWithCallbackResponse, Fault and SessionClosed; the items of `never` have no `times` and no `optional`.",
        keys,
    );
    with_rules(table, names, &["times", "optional"])
}

fn never() -> Table {
    let table = Table::new(
        "neverItem",
        None,
        "A callback that must not come.",
        fields(Callback::NAMES),
    );
    with_rules(table, Callback::NAMES, &[])
}

fn group(name: &'static str, title: Option<&'static str>, item: &'static str) -> Table {
    let items = || Kind::filled_list(sequence_item(item), Some(PATTERN_ITEMS_MAX));
    let keys = vec![
        Key::new("any_order", items(), "All of them, in any order, mixed."),
        Key::new(
            "in_order",
            items(),
            "These in this order; what stands beside them in an `any_order` may come between.",
        ),
    ];
    Table::new(
        name,
        title,
        "Several items with an order of their own. Groups nest at most four deep.",
        keys,
    )
    .any_of(&[&["any_order"], &["in_order"]])
}
