//! `[[steps]]`: actions, with what stands beside them.

use crate::scenario::write::layout::{Document, Entries, Toml};
use crate::scenario::write::world::{caller, duration, relation_name, scope_name, server_name};
use crate::scenario::write::{Fields, NotWritable, columns, expect};
use crate::scenario::{
    Action, Case, Change, Initialize, OperationChoice, ParametersChoice, RowRef, RowTarget,
    ServerChoice, SetValue, Step,
};
use crate::spec::parameters::parameters_type;
use crate::world::{RowKind, World};

/// Whether the steps are those of a file that has none: one `replicate` of the first server.
pub(super) fn is_default(case: &Case) -> bool {
    let [step] = case.steps.as_slice() else {
        return false;
    };
    let Action::Replicate {
        caller: None,
        initialize,
    } = &step.action
    else {
        return false;
    };
    step.session.is_none()
        && step.after.is_none()
        && step.expect.is_none()
        && !case.world.servers.is_empty()
        && self::initialize(initialize, &case.world).is_ok_and(|fields| fields.0.is_empty())
}

pub(super) fn write(
    document: &mut Document,
    step: &Step,
    world: &World,
) -> Result<(), NotWritable> {
    let mut fields = Fields::default();
    fields.put(step.action.name(), action(&step.action, world)?);
    let session = step.session.as_ref();
    fields.some("session", session.map(|name| Toml::text(&name.value)));
    if let Some(after) = &step.after {
        let event = Toml::text(&after.event.value);
        let after = match after.nth {
            1 => event,
            nth => Toml::Table(vec![
                ("event".to_owned(), event),
                ("nth".to_owned(), Toml::Int(i64::from(nth))),
            ]),
        };
        fields.put("after", after);
    }
    let mut below: Option<Entries> = None;
    if let Some(expect) = &step.expect {
        let expect = expect::expect(expect, world)?;
        let table = Toml::Table(expect.clone());
        if table.fits_beside("expect") {
            fields.put("expect", table);
        } else {
            below = Some(expect);
        }
    }
    document.section("[[steps]]", &fields.0);
    if let Some(expect) = below {
        document.section("[steps.expect]", &expect);
    }
    Ok(())
}

fn action(action: &Action, world: &World) -> Result<Toml, NotWritable> {
    let mut fields = Fields::default();
    match action {
        Action::Replicate {
            caller: who,
            initialize: what,
        } => {
            fields = initialize(what, world)?;
            fields.some("caller", who.as_ref().map(caller));
        }
        Action::Connect { caller: who } => fields.some("caller", who.as_ref().map(caller)),
        Action::Initialize(what) => fields = initialize(what, world)?,
        Action::Start | Action::Close | Action::Drop => {}
        Action::Keepalive { times } => {
            if *times != 1 {
                fields.put("times", Toml::Int(i64::from(*times)));
            }
        }
        Action::SendCallback { name } => fields.put("name", Toml::text(name)),
        Action::SendXml { action: None, xml } => fields.put("envelope", Toml::text(xml)),
        Action::SendXml {
            action: Some(action),
            xml,
        } => {
            fields.put("action", Toml::text(action));
            fields.put("body", Toml::text(xml));
        }
        Action::SendBytes { bytes } => {
            let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            fields.put("hex", Toml::text(&bytes.join(" ")));
        }
        Action::Wait(time) => fields.put("for", duration(*time)?),
        Action::Change(what) => fields = change(what, world)?,
    }
    Ok(fields.table())
}

fn initialize(initialize: &Initialize, world: &World) -> Result<Fields, NotWritable> {
    let mut fields = Fields::default();
    let own_type = match &initialize.operation {
        OperationChoice::Member(operation) => {
            fields.text("operation", operation.name(), "ReplicateServer");
            parameters_type(*operation)
        }
        OperationChoice::Text(text) => {
            fields.put("operation", Toml::text(text));
            None
        }
        OperationChoice::Absent => {
            fields.put("operation", Toml::text("absent"));
            None
        }
    };
    let own_type = own_type.unwrap_or("ReplicateServerParameters");
    match &initialize.parameters {
        ParametersChoice::Type(name) => fields.text("parameters", name, own_type),
        ParametersChoice::Absent => fields.put("parameters", Toml::text("absent")),
        ParametersChoice::Nil => fields.put("parameters", Toml::text("nil")),
    }
    match initialize.server {
        ServerChoice::Row(0) if !world.servers.is_empty() => {}
        ServerChoice::Row(place) => fields.put("server", server_name(world, place)?),
        ServerChoice::Zero => fields.put("server", Toml::Int(0)),
        ServerChoice::Unknown => fields.put("server", Toml::text("unknown")),
        ServerChoice::Absent => fields.put("server", Toml::text("absent")),
        ServerChoice::Nil => fields.put("server", Toml::text("nil")),
    }
    if let Some(scopes) = &initialize.scopes {
        let names: Result<_, _> = scopes
            .iter()
            .map(|place| scope_name(world, *place))
            .collect();
        fields.put("scopes", Toml::List(names?));
    }
    if let Some(place) = initialize.scope {
        fields.put("scope", scope_name(world, place)?);
    }
    if let Some(place) = initialize.relation {
        fields.put("relation", relation_name(world, place)?);
    }
    if !initialize.set.is_empty() {
        fields.put("set", members(&initialize.set)?);
    }
    Ok(fields)
}

fn members(set: &[(String, SetValue)]) -> Result<Toml, NotWritable> {
    let mut entries = Entries::new();
    for (name, value) in set {
        if entries.iter().any(|(other, _)| other == name) {
            return Err(NotWritable::value(
                "a member that `set` gives twice",
                name.as_str(),
            ));
        }
        entries.push((name.clone(), set_value(value)?));
    }
    Ok(Toml::Table(entries))
}

fn set_value(value: &SetValue) -> Result<Toml, NotWritable> {
    Ok(match value {
        SetValue::Absent => Toml::text("absent"),
        SetValue::Nil => Toml::text("nil"),
        SetValue::Unknown => Toml::text("unknown"),
        SetValue::Text(text) => scalar(text),
        SetValue::Members(set) => members(set)?,
        SetValue::List(items) => Toml::List(items.iter().map(set_value).collect::<Result<_, _>>()?),
    })
}

/// Numbers and truth values are written as such where that is the text they stand for.
fn scalar(text: &str) -> Toml {
    if let Ok(number) = text.parse::<i64>()
        && number.to_string() == text
    {
        return Toml::Int(number);
    }
    match text {
        "true" => Toml::Bool(true),
        "false" => Toml::Bool(false),
        _ => Toml::text(text),
    }
}

fn change(change: &Change, world: &World) -> Result<Fields, NotWritable> {
    let mut fields = Fields::default();
    row(&mut fields, &change.row, world)?;
    columns::put(&mut fields, &change.columns, true, world)?;
    fields.flag("delete", change.delete, false);
    Ok(fields)
}

/// The key that names a row.
pub(super) fn row(fields: &mut Fields, row: &RowRef, world: &World) -> Result<(), NotWritable> {
    fields.put(row.kind.name(), row_name(row, world)?);
    Ok(())
}

pub(super) fn row_name(row: &RowRef, world: &World) -> Result<Toml, NotWritable> {
    match (&row.target, row.kind) {
        (RowTarget::Created(name), _) => Ok(Toml::text(name)),
        (RowTarget::World(place), RowKind::Server) => server_name(world, *place),
        (RowTarget::World(place), RowKind::Relation) => relation_name(world, *place),
        (RowTarget::World(place), RowKind::Scope) => scope_name(world, *place),
    }
}
