//! `[expect]` and `expect = {…}` on a step: what must follow.

use crate::model::FaultCode;
use crate::scenario::FaultStage;
use crate::schema::kind::{Condition, Key, Kind, Rule, Table};
use crate::schema::tables::pattern::pattern;
use crate::schema::tables::rows::{Use, repeat, stated};
use crate::schema::tables::steps::{ROW_GROUPS, row_keys, row_or_column, row_rules};
use crate::schema::tables::values::{exception_id, percent, requirement};
use crate::spec::OverallProgressStatus;
use crate::trace::{ClientState, OverallState, Reply};

pub(super) fn tables() -> Vec<Table> {
    vec![
        expect(
            "expect",
            "`[expect]`",
            "What must follow. The keys of the store compare the world before the first step with the world at the end; the others speak of the only session.",
            false,
        ),
        expect(
            "stepExpect",
            "`expect` on a step",
            "What must follow from a step.",
            true,
        ),
        fault(),
        tracker(),
        changed(),
        created(),
        deleted(),
        grades(),
        cites(),
    ]
}

const GRADED: &[&str] = &[
    "overall",
    "fault",
    "reply",
    "callbacks",
    "events",
    "never",
    "percentages",
    "closed",
    "tracker",
    "changed",
    "created",
    "deleted",
];

fn expect(name: &'static str, title: &'static str, meaning: &'static str, on_step: bool) -> Table {
    let replies: Vec<&str> = Reply::ALL.iter().map(|reply| reply.name()).collect();
    let mut keys = vec![
        Key::new(
            "overall",
            Kind::one_or_more(Kind::words(&[
                "CompletedWithSuccess",
                "CompletedWithFailure",
            ])),
            "HARD. The value of SetOverallStatus.",
        ),
        Key::new(
            "fault",
            Kind::Table("fault"),
            "At what stage a fault comes, and which.",
        ),
    ];
    if on_step {
        keys.push(Key::new(
            "reply",
            Kind::one_or_more(Kind::words(&replies)),
            "HARD. How the step was answered.",
        ));
    }
    keys.extend([
        Key::new(
            "callbacks",
            pattern("callbacks"),
            "The pattern of all callbacks of the session, or of those that the step caused.",
        ),
        Key::new(
            "events",
            pattern("events"),
            "The pattern of all that the client sees: answers, faults and the end of the session, too.",
        ),
        Key::new(
            "never",
            pattern("never"),
            "No callback matches any of these items. SOFT for callbacks of progress, HARD for others.",
        ),
        Key::new(
            "percentages",
            Kind::words(&["rising", "rising to 100", "none"]),
            "SOFT. `rising` never falls; `none` is no SetCompletionPercentage at all.",
        ),
        Key::new("closed", Kind::Flag, "SOFT. The server closed the session."),
        Key::new("tracker", Kind::Table("tracker"), "HARD. What our client's ProgressTracker holds."),
        Key::new(
            "changed",
            Kind::list(Kind::Table("changedItem")),
            "The rows that changed. As soon as `changed`, `created` or `deleted` is written, nothing else may change.",
        ),
        Key::new("created", Kind::list(Kind::Table("createdItem")), "The scopes that are new."),
        Key::new("deleted", Kind::list(Kind::Table("deletedItem")), "The rows that are gone."),
        Key::new(
            "others",
            Kind::words(&["unchanged", "any"]),
            "`any` leaves the rows that are not listed to the oracle.",
        )
        .default("unchanged"),
        Key::new("grades", Kind::Table("grades"), "Another grade for a key of this table."),
        Key::new("cites", Kind::Table("cites"), "Another requirement for a key of this table."),
    ]);
    Table::new(name, Some(title), meaning, keys)
}

fn fault() -> Table {
    let stages: Vec<&str> = FaultStage::ALL.iter().map(|stage| stage.name()).collect();
    let codes: Vec<&str> = FaultCode::ALL.iter().map(|code| code.name()).collect();
    let keys = vec![
        Key::new(
            "stage",
            Kind::one_or_more(Kind::words(&stages)),
            "HARD. `initialize`: a fault to that request, no callback; `start`: a fault before StartProgressCallback, no callback; `processing`: CompletedWithFailure; `none`: success.",
        ),
        Key::new(
            "code",
            Kind::one_or_more(Kind::words(&codes)),
            "HARD. The code of the fault; checked only where a SOAP fault is seen.",
        ),
        Key::new(
            "detail",
            Kind::one_or_more(Kind::Either(vec![
                exception_id(),
                Kind::words(&["IpamException", "none"]),
            ])),
            "SOFT. An IpamExceptionId, outermost or inner; `IpamException` for any, `none` for none.",
        ),
    ];
    Table::new("fault", Some("`fault`"), "A fault that is expected.", keys)
}

fn tracker() -> Table {
    let states: Vec<&str> = ClientState::ALL.iter().map(|state| state.name()).collect();
    let mut overall: Vec<&str> = OverallProgressStatus::ALL
        .iter()
        .map(|member| member.name())
        .collect();
    overall.push(OverallState::SessionLost.name());
    let keys = vec![
        Key::new("state", Kind::words(&states), "The state of the client."),
        Key::new(
            "overall",
            Kind::words(&overall),
            "The overall status that it was told.",
        ),
        Key::new("subtasks", Kind::count(0), "How many subtasks it knows of."),
        Key::new(
            "percent",
            Kind::Either(vec![Kind::Number, percent()]),
            "The percentage of the whole operation that it was told, or bounds such as `\"0..50\"`.",
        ),
    ];
    Table::new(
        "tracker",
        Some("`tracker`"),
        "Our client's ProgressTracker.",
        keys,
    )
}

fn optional(meaning: &str) -> Key {
    Key::new("optional", Kind::Flag, meaning).default(false)
}

fn like() -> Key {
    Key::new(
        "like",
        Kind::Name("scope"),
        "The replicated columns are those that this scope has in the store by then, except those written beside it.",
    )
}

fn changed() -> Table {
    let mut keys = row_or_column(row_keys(), Use::Expect);
    keys.extend([
        like(),
        optional("The change may be there, need not."),
        repeat("That many items, in which `${n}` counts from 1."),
    ]);
    row_rules(Use::Expect, &["optional", "repeat"], &["like"])
        .into_iter()
        .fold(
            Table::new(
                "changedItem",
                Some("`changed`"),
                "A row that changed, and its columns afterwards. What is not named must be as before.",
                keys,
            ),
            Table::rule,
        )
        .any_of(ROW_GROUPS)
}

fn created() -> Table {
    let mut keys = vec![
        Key::new(
            "server",
            Kind::Name("server"),
            "The server that has the new scope.",
        )
        .required(),
        like(),
    ];
    keys.extend(stated(Use::Expect));
    keys.extend([
        optional("The scope may be there, need not."),
        repeat("That many scopes, in which `${n}` counts from 1 and `subnet` moves on."),
        Key::new(
            "name",
            Kind::Name("new name"),
            "Names the new scope for the expectations of later steps.",
        ),
    ]);
    Table::new(
        "createdItem",
        Some("`created`"),
        "A new scope. The columns that are not named must be those of `like`; where only `subnet` is given, they are left to the oracle.",
        keys,
    )
    .any_of(&[&["like"], &["subnet"]])
}

fn deleted() -> Table {
    let mut keys = row_keys();
    keys.push(Key::new(
        "relation",
        Kind::Name("relation"),
        "The relation that is meant.",
    ));
    keys.push(optional("The row may be gone, need not."));
    let rule = |when: Vec<Condition>, row: &'static str| Rule {
        when,
        only: vec![row, "optional"],
        narrow: Vec::new(),
    };
    Table::new(
        "deletedItem",
        Some("`deleted`"),
        "A row that is gone.",
        keys,
    )
    .rule(rule(vec![Condition::Has("scope")], "scope"))
    .rule(rule(
        vec![Condition::Lacks("scope"), Condition::Has("server")],
        "server",
    ))
    .any_of(ROW_GROUPS)
}

fn grades() -> Table {
    let keys = GRADED
        .iter()
        .map(|key| {
            Key::new(
                key,
                Kind::words(&["HARD", "SOFT"]),
                format!("The grade of `{key}`."),
            )
        })
        .collect();
    Table::new(
        "grades",
        Some("`grades`"),
        "HARD: a difference is a failure. SOFT: a difference is a deviation.",
        keys,
    )
}

fn cites() -> Table {
    let keys = GRADED
        .iter()
        .map(|key| {
            Key::new(
                key,
                requirement(),
                format!("The requirement that `{key}` cites."),
            )
        })
        .collect();
    Table::new(
        "cites",
        Some("`cites`"),
        "Which requirement a key of the expectations is about. Left out, it is the first of `requirements`; for a range row that is not as it should be beside a scope row that is, the step of .3 or .4 that stores it.",
        keys,
    )
}
