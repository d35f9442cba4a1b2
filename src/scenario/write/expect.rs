//! `[expect]` and `expect = {…}`.

use crate::model::{Percentage, Terminal};
use crate::scenario::write::layout::{Entries, Toml};
use crate::scenario::write::steps::{row, row_name};
use crate::scenario::write::world::scope_name;
use crate::scenario::write::{Fields, NotWritable, columns};
use crate::scenario::{
    CreatedExpect, DeletedExpect, EventItem, Expect, FaultDetail, FaultExpect, OneOrMore, Pattern,
    PatternItem, PatternKind, Percentages, RowExpect, StatusName, TrackerExpect,
};
use crate::spec::Grade;
use crate::trace::OverallState;
use crate::world::World;

pub(super) fn expect(expect: &Expect, world: &World) -> Result<Entries, NotWritable> {
    let mut fields = Fields::default();
    let overall = expect.overall.as_ref();
    fields.some(
        "overall",
        overall.map(|values| one_or_more(values, |end| terminal(*end))),
    );
    fields.some("fault", expect.fault.as_ref().map(fault));
    let reply = expect.reply.as_ref();
    fields.some(
        "reply",
        reply.map(|values| one_or_more(values, |reply| Toml::text(reply.name()))),
    );
    let sequence = |pattern: &Option<Pattern>| {
        let pattern = pattern.as_ref();
        pattern
            .map(|pattern| items(&pattern.items, world))
            .transpose()
    };
    fields.some("callbacks", sequence(&expect.callbacks)?);
    fields.some("events", sequence(&expect.events)?);
    if !expect.never.is_empty() {
        let never: Result<_, _> = expect
            .never
            .iter()
            .map(|item| event(item, (1, Some(1)), world))
            .collect();
        fields.put("never", Toml::List(never?));
    }
    if let Some(percentages) = &expect.percentages {
        let word = match percentages.value {
            Percentages::Rising => "rising",
            Percentages::RisingTo100 => "rising to 100",
            Percentages::None => "none",
        };
        fields.put("percentages", Toml::text(word));
    }
    let closed = expect.closed.as_ref();
    fields.some("closed", closed.map(|closed| Toml::Bool(closed.value)));
    fields.some("tracker", expect.tracker.as_ref().map(tracker));
    if let Some(rows) = &expect.changed {
        let rows: Result<_, _> = rows.value.iter().map(|item| changed(item, world)).collect();
        fields.put("changed", Toml::List(rows?));
    }
    if let Some(rows) = &expect.created {
        let rows: Result<_, _> = rows.value.iter().map(|item| created(item, world)).collect();
        fields.put("created", Toml::List(rows?));
    }
    if let Some(rows) = &expect.deleted {
        let rows: Result<_, _> = rows.value.iter().map(|item| deleted(item, world)).collect();
        fields.put("deleted", Toml::List(rows?));
    }
    if expect.others_any {
        fields.put("others", Toml::text("any"));
    }
    if !expect.grades.is_empty() {
        fields.put(
            "grades",
            of_keys(
                expect
                    .grades
                    .iter()
                    .map(|(key, grade)| (key, grade_word(*grade))),
            ),
        );
    }
    if !expect.cites.is_empty() {
        fields.put(
            "cites",
            of_keys(expect.cites.iter().map(|(key, id)| (key, id.name()))),
        );
    }
    Ok(fields.0)
}

const fn grade_word(grade: Grade) -> &'static str {
    match grade {
        Grade::Hard => "HARD",
        Grade::Soft => "SOFT",
        Grade::Either => "EITHER",
    }
}

/// The keys that speak of other keys of the table, in their order there.
const ORDER: &[&str] = &[
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

fn of_keys<'a>(values: impl Iterator<Item = (&'a String, &'a str)>) -> Toml {
    let mut values: Vec<(&String, &str)> = values.collect();
    values.sort_by_key(|(key, _)| ORDER.iter().position(|other| other == key));
    let entries = values.into_iter();
    Toml::Table(
        entries
            .map(|(key, word)| (key.clone(), Toml::text(word)))
            .collect(),
    )
}

/// One value, or the list of those accepted.
fn one_or_more<T>(values: &OneOrMore<T>, write: impl Fn(&T) -> Toml) -> Toml {
    match values.values.as_slice() {
        [one] => write(&one.value),
        several => Toml::List(several.iter().map(|value| write(&value.value)).collect()),
    }
}

fn terminal(end: Terminal) -> Toml {
    Toml::text(match end {
        Terminal::Success => "CompletedWithSuccess",
        Terminal::Failure => "CompletedWithFailure",
    })
}

fn fault(fault: &FaultExpect) -> Toml {
    let mut fields = Fields::default();
    let stage = fault.stage.as_ref();
    fields.some(
        "stage",
        stage.map(|values| one_or_more(values, |stage| Toml::text(stage.name()))),
    );
    let code = fault.code.as_ref();
    fields.some(
        "code",
        code.map(|values| one_or_more(values, |code| Toml::text(code.name()))),
    );
    let detail = fault.detail.as_ref();
    fields.some(
        "detail",
        detail.map(|values| {
            one_or_more(values, |detail| {
                Toml::text(match detail {
                    FaultDetail::Id(id) => id.name(),
                    FaultDetail::Any => "IpamException",
                    FaultDetail::None => "none",
                })
            })
        }),
    );
    fields.table()
}

fn tracker(tracker: &TrackerExpect) -> Toml {
    let mut fields = Fields::default();
    let state = tracker.state.as_ref();
    fields.some("state", state.map(|state| Toml::text(state.value.name())));
    let overall = tracker.overall.as_ref();
    fields.some(
        "overall",
        overall.map(|overall| {
            Toml::text(match overall.value {
                OverallState::Status(status) => status.name(),
                OverallState::SessionLost => OverallState::SessionLost.name(),
            })
        }),
    );
    let subtasks = tracker.subtasks.as_ref();
    fields.some("subtasks", subtasks.map(|count| Toml::count(count.value)));
    let bounds = tracker.percent.as_ref();
    fields.some("percent", bounds.map(|bounds| percent(bounds.value)));
    fields.table()
}

fn changed(item: &RowExpect, world: &World) -> Result<Toml, NotWritable> {
    let mut fields = Fields::default();
    row(&mut fields, &item.row, world)?;
    columns::put(&mut fields, &item.columns, true, world)?;
    if let Some(like) = &item.like {
        fields.put("like", row_name(like, world)?);
    }
    fields.flag("optional", item.optional, false);
    Ok(fields.table())
}

fn created(item: &CreatedExpect, world: &World) -> Result<Toml, NotWritable> {
    let mut fields = Fields::default();
    row(&mut fields, &item.server, world)?;
    if let Some(like) = &item.like {
        fields.put("like", row_name(like, world)?);
    }
    columns::put(&mut fields, &item.columns, false, world)?;
    fields.flag("optional", item.optional, false);
    fields.some("name", item.name.as_deref().map(Toml::text));
    Ok(fields.table())
}

fn deleted(item: &DeletedExpect, world: &World) -> Result<Toml, NotWritable> {
    let mut fields = Fields::default();
    row(&mut fields, &item.row, world)?;
    fields.flag("optional", item.optional, false);
    Ok(fields.table())
}

fn items(items: &[PatternItem], world: &World) -> Result<Toml, NotWritable> {
    let items: Result<_, _> = items.iter().map(|one| item(one, world)).collect();
    Ok(Toml::List(items?))
}

fn item(item: &PatternItem, world: &World) -> Result<Toml, NotWritable> {
    let group = |key: &str, inner: &[PatternItem]| {
        Ok(Toml::Table(vec![(key.to_owned(), items(inner, world)?)]))
    };
    match &item.kind {
        PatternKind::AnyProgress => Ok(Toml::text("...")),
        PatternKind::Event { item, least, most } => event(item, (*least, *most), world),
        PatternKind::AnyOrder(inner) => group("any_order", inner),
        PatternKind::InOrder(inner) => group("in_order", inner),
    }
}

/// An event: its name where there is nothing else to say.
fn event(item: &EventItem, times: (u32, Option<u32>), world: &World) -> Result<Toml, NotWritable> {
    let name = Toml::text(&item.name);
    let mut fields = Fields::default();
    let status = item.status.as_ref();
    fields.some(
        "status",
        status.map(|values| {
            one_or_more(values, |status| {
                Toml::text(match status {
                    StatusName::Overall(status) => status.name(),
                    StatusName::SubTask(status) => status.name(),
                })
            })
        }),
    );
    let bounds = item.percent.as_ref();
    fields.some("percent", bounds.map(|bounds| percent(bounds.value)));
    let nondeterministic = item.nondeterministic.as_ref();
    fields.some(
        "nondeterministic",
        nondeterministic.map(|value| Toml::Bool(value.value)),
    );
    let detail = item.detail.as_ref();
    fields.some(
        "detail",
        detail.map(|values| one_or_more(values, |id| Toml::text(id.name()))),
    );
    if let Some(scope) = &item.scope {
        fields.put("scope", scope_name(world, scope.value)?);
    }
    let task = item.task.as_ref();
    fields.some("task", task.map(|word| Toml::text(&word.value)));
    match times {
        (1, Some(1)) => {}
        (0, Some(1)) => fields.put("optional", Toml::Bool(true)),
        (least, Some(most)) if least == most => {
            fields.put("times", Toml::Int(i64::from(least)));
        }
        (least, Some(most)) => fields.put("times", Toml::text(&format!("{least}..{most}"))),
        (least, None) => fields.put("times", Toml::text(&format!("{least}.."))),
    }
    if fields.0.is_empty() {
        return Ok(name);
    }
    fields.0.insert(0, ("name".to_owned(), name));
    Ok(fields.table())
}

fn percent((least, most): (Percentage, Percentage)) -> Toml {
    if least != most {
        return Toml::text(&format!("{least}..{most}"));
    }
    let text = least.to_string();
    text.parse().map_or(Toml::Float(text), Toml::Int)
}
