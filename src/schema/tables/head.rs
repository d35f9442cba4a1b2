//! The file as a whole, and its cases.

use crate::scenario::limits::{CASES_MAX, STEPS_MAX};
use crate::schema::kind::{Key, Kind, Table};
use crate::schema::tables::values::requirement;
use crate::spec::RULINGS;
use crate::trace::Door;

pub(super) fn tables() -> Vec<Table> {
    vec![file(), case(), readings()]
}

fn file() -> Table {
    let doors = Door::ALL.iter().map(|door| door.name()).collect();
    let keys = vec![
        Key::new("version", Kind::Version, "The version of this language.").default(1),
        Key::new("title", Kind::Text, "The behaviour as a claim; shown in every report.").required(),
        Key::new("description", Kind::Text, "Why, for the reader."),
        Key::new(
            "requirements",
            Kind::list(requirement()),
            "The requirements that the file is about, the most telling first: own expectations cite the first. Must not be empty where an `expect` exists.",
        )
        .default(Vec::<String>::new()),
        Key::new("tags", Kind::list(Kind::Text), "Words for `--tag`.").default(Vec::<String>::new()),
        Key::new(
            "doors",
            Kind::filled_list(Kind::Words { name: Some("door"), words: doors }, None),
            "The doors that the file is meant for. Left out, it runs through every door that can carry it.",
        )
        .default_words("all that can carry the file"),
        Key::new(
            "readings",
            Kind::Table("readings"),
            "Judges, and switches our simulator, under these readings of open questions. Another target is run only where `--reading` agrees.",
        )
        .default_words("our rulings"),
        Key::new("seed", Kind::count(0), "Fixes message ids and every choice that is drawn.")
            .default_words("the run's"),
        Key::new("world", Kind::Table("world"), "What exists before the first step.")
            .default_words("an empty world")
            .open(),
        Key::new(
            "steps",
            Kind::List {
                of: Box::new(Kind::Table("step")),
                least: 0,
                most: Some(STEPS_MAX),
            },
            "What the client does, in order.",
        )
        .default_words("one `replicate`")
        .open(),
        Key::new("expect", Kind::Table("expect"), "What must follow, for the whole scenario.")
            .default_words("only what the grammar and the oracle ask")
            .open(),
        Key::new(
            "cases",
            Kind::list_to(Kind::Table("case"), CASES_MAX),
            "Rows of values that are put into the file at `${…}`, each a run of its own.",
        )
        .default_words("one case without a name"),
    ];
    Table::new(
        "file",
        Some("The file"),
        "A scenario: one behaviour, what exists, what is done, what must follow.",
        keys,
    )
    .closed()
}

fn case() -> Table {
    let keys = vec![
        Key::new(
            "name",
            Kind::Text,
            "What the case is called; no two of a file are called the same.",
        )
        .required(),
        Key::new(
            "requirements",
            Kind::list(requirement()),
            "The requirements that the case is about, in place of the file's.",
        )
        .default_words("the file's"),
        Key::new(
            "readings",
            Kind::Table("readings"),
            "The readings of the case, in place of the file's.",
        )
        .default_words("the file's"),
    ];
    Table::new(
        "case",
        Some("`[[cases]]`"),
        "One run of the file with its own values. Every other key is a variable: `\"${x}\"` as a whole value becomes the case's value of `x` with its type, inside longer text scalars are put in as text, and `$${` is a plain `${`. A case that does not give `x` leaves out every key and every item that is `\"${x}\"`.",
        keys,
    )
    .rest("a variable, with the value to put in")
    .closed()
}

fn readings() -> Table {
    let keys = RULINGS
        .iter()
        .map(|ruling| {
            let names: Vec<&str> = ruling.readings.iter().map(|reading| reading.name).collect();
            let default = ruling.readings.first().map_or("", |reading| reading.name);
            Key::new(ruling.question.name(), Kind::words(&names), ruling.asks).default(default)
        })
        .collect();
    Table::new(
        "readings",
        Some("`readings`"),
        "Which reading of an open question of the document holds. The defaults are our rulings.",
        keys,
    )
    .closed()
}
