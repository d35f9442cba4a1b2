//! Columns as steps write them and expectations state them: from their canonical texts back to what authors write.

use crate::model::SerDuration;
use crate::scenario::write::layout::Toml;
use crate::scenario::write::scopes::option;
use crate::scenario::write::{Fields, NotWritable};
use crate::scenario::{Column, ColumnValue, SCOPE_COLUMNS};
use crate::world::{OptionValue, World};

/// The order in which columns are written: `subnet` and `relation` first, then as in [`SCOPE_COLUMNS`], `mask` last of
/// them, then those of servers and relationships.
fn place(column: Column) -> usize {
    match column {
        Column::Subnet => 0,
        Column::Relation => 1,
        Column::Mask => 2 + SCOPE_COLUMNS.len(),
        other => SCOPE_COLUMNS
            .iter()
            .position(|column| *column == other)
            .map_or_else(|| 3 + SCOPE_COLUMNS.len() + other as usize, |at| 2 + at),
    }
}

/// Puts columns beside the row they are of. `relation_first` is for rows after whose name `relation` comes first.
pub(super) fn put(
    fields: &mut Fields,
    columns: &[ColumnValue],
    relation_first: bool,
    world: &World,
) -> Result<(), NotWritable> {
    let mut sorted: Vec<&ColumnValue> = columns.iter().collect();
    sorted.sort_by_key(|column| match column.column {
        Column::Relation if relation_first => 0,
        other => 1 + place(other),
    });
    for column in sorted {
        let mut values = column
            .values
            .iter()
            .map(|text| value(column.column, &text.value, world))
            .collect::<Result<Vec<_>, _>>()?;
        let value = if values.len() == 1 {
            values.remove(0)
        } else {
            Toml::List(values)
        };
        fields.put(column.column.key(), value);
    }
    Ok(())
}

fn value(column: Column, text: &str, world: &World) -> Result<Toml, NotWritable> {
    let unsayable = || NotWritable::value(format!("`{}`", column.key()), text);
    Ok(match column {
        Column::SubnetDelay | Column::ActiveLeases => {
            Toml::Int(text.parse().map_err(|_| unsayable())?)
        }
        Column::DnsNameProtection | Column::DnsDiscardRecords | Column::DnsNotRequesting => {
            Toml::Bool(text.parse().map_err(|_| unsayable())?)
        }
        Column::Lease | Column::BootpLease
            if text != "unlimited" && SerDuration::from_short(text).is_none() =>
        {
            return Err(unsayable());
        }
        Column::Exclusions => {
            let ranges = text.split(", ").filter(|range| !range.is_empty());
            Toml::List(ranges.map(|range| Toml::text(exclusion(range))).collect())
        }
        Column::Options => {
            let options = options(text, world).ok_or_else(unsayable)?;
            Toml::List(options.iter().map(option).collect())
        }
        Column::Relation if text.contains(", ") => {
            Toml::List(text.split(", ").map(Toml::text).collect())
        }
        Column::Server1 | Column::Server2 if text == "0" => Toml::Int(0),
        _ => Toml::text(text),
    })
}

/// A range of one address is written as the address.
fn exclusion(range: &str) -> &str {
    match range.split_once('-') {
        Some((first, last)) if first == last => first,
        _ => range,
    }
}

/// Options from `id[/vendor class][/user class]=value|value, …`. Of one class alone the text does not say which it is:
/// the world does, and where not even that, either gives the same text.
fn options(text: &str, world: &World) -> Option<Vec<OptionValue>> {
    let mut pieces: Vec<String> = Vec::new();
    for piece in text.split(", ").filter(|_| !text.is_empty()) {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let starts = digits > 0 && piece[digits..].starts_with(['/', '=']);
        match pieces.last_mut() {
            // The comma was one of a value.
            Some(last) if !starts => {
                last.push_str(", ");
                last.push_str(piece);
            }
            _ => pieces.push(piece.to_owned()),
        }
    }
    pieces
        .iter()
        .map(|piece| {
            let (key, values) = piece.split_once('=')?;
            let mut parts = key.splitn(3, '/');
            let id = parts.next()?.parse().ok()?;
            let (first, second) = (parts.next(), parts.next());
            let (vendor_class, user_class) = match (first, second) {
                (Some(class), None) if is_user_class(class, world) => (None, Some(class)),
                other => other,
            };
            Some(OptionValue {
                id,
                values: values.split('|').map(str::to_owned).collect(),
                vendor_class: vendor_class.map(str::to_owned),
                user_class: user_class.map(str::to_owned),
            })
        })
        .collect()
}

fn is_user_class(class: &str, world: &World) -> bool {
    let listed = world
        .servers
        .iter()
        .flat_map(|server| server.user_classes.iter().flatten());
    let used = world
        .scopes
        .iter()
        .flat_map(|scope| &scope.options)
        .filter_map(|option| option.user_class.as_ref());
    listed.chain(used).any(|name| name == class)
}
