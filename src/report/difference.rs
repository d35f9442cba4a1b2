//! The difference between two stores, a line for each row, with rows by name.

use std::collections::BTreeSet;

use crate::model::{AdmDhcpScopesRow, AdmIpRangeRow, RowKey, Tables};
use crate::scenario::{
    Column, ColumnView, RELATION_COLUMNS, SCOPE_COLUMNS, SERVER_COLUMNS, relation_text, server_text,
};
use crate::spec::AddressFamily;
use crate::store::difference;
use crate::world::Names;

/// The lines: `~` a row that changed, `+` a new one, `-` one that is gone; servers, relationships, then scopes with
/// what belongs to them. Equal stores give none.
#[must_use]
pub fn difference_lines(before: &Tables, after: &Tables, names: &Names) -> Vec<String> {
    let found = difference(before, after);
    if found.is_empty() {
        return Vec::new();
    }
    let old_view = ColumnView::new(before, names);
    let new_view = ColumnView::new(after, names);
    let mut lines = Vec::new();
    for (old, new) in &found.servers.changed {
        let changes = changes(SERVER_COLUMNS, |column| {
            (server_text(old, column), server_text(new, column))
        });
        let changes = if changes.is_empty() {
            "definitions or classes".to_owned()
        } else {
            changes
        };
        lines.push(format!(
            "~ server {}: {changes}",
            names.server((old.family, old.record_id))
        ));
    }
    for row in &found.servers.created {
        lines.push(format!(
            "+ server {}",
            names.server((row.family, row.record_id))
        ));
    }
    for row in &found.servers.deleted {
        lines.push(format!(
            "- server {}",
            names.server((row.family, row.record_id))
        ));
    }
    for (old, new) in &found.relations.changed {
        let changes = changes(RELATION_COLUMNS, |column| {
            (
                relation_text(old, column, names),
                relation_text(new, column, names),
            )
        });
        lines.push(format!(
            "~ relation {}: {changes}",
            names.relation(old.record_id)
        ));
    }
    for row in &found.relations.created {
        lines.push(format!("+ relation {}", names.relation(row.record_id)));
    }
    for row in &found.relations.deleted {
        lines.push(format!("- relation {}", names.relation(row.record_id)));
    }
    // Rows that belong to a scope may differ though its own row does not.
    let mut keys: BTreeSet<RowKey> = found
        .scopes
        .changed
        .iter()
        .map(|(row, _)| (row.family, row.record_id))
        .collect();
    keys.extend(
        found
            .ranges
            .rows()
            .map(|row| (row.family, row.scope_record_id)),
    );
    keys.extend(
        found
            .options
            .rows()
            .map(|row| (row.family, row.scope_record_id)),
    );
    keys.extend(
        found
            .scope_failovers
            .rows()
            .map(|row| (AddressFamily::InterNetwork, row.scope_id)),
    );
    for key in &keys {
        if let (Some(old), Some(new)) = (before.scopes.get(key), after.scopes.get(key)) {
            let mut text = changes(SCOPE_COLUMNS, |column| {
                (old_view.text(old, column), new_view.text(new, column))
            });
            let owner =
                |row: &AdmDhcpScopesRow| names.server((row.family, row.dhcp_server_record_id));
            if old.dhcp_server_record_id != new.dhcp_server_record_id {
                text = join(&text, &format!("server {} -> {}", owner(old), owner(new)));
            }
            let (old_range, new_range) = (range_text(&old_view, old), range_text(&new_view, new));
            if old_range != new_range {
                text = join(&text, &format!("range row {old_range} -> {new_range}"));
            }
            if !text.is_empty() {
                lines.push(format!("~ scope {}: {text}", names.scope(old)));
            }
        }
    }
    for row in &found.scopes.created {
        let columns: Vec<String> = SCOPE_COLUMNS
            .iter()
            .map(|column| (column, new_view.text(row, *column)))
            .filter(|(_, text)| !text.is_empty())
            .map(|(column, text)| format!("{}={text}", column.key()))
            .collect();
        let range = range_text(&new_view, row);
        lines.push(format!(
            "+ scope {}: {}; range row {range}",
            names.scope(row),
            columns.join("; ")
        ));
    }
    for row in &found.scopes.deleted {
        lines.push(format!("- scope {}", names.scope(row)));
    }
    for row in found.ranges.rows() {
        let key = (row.family, row.scope_record_id);
        if !before.scopes.contains_key(&key) && !after.scopes.contains_key(&key) {
            lines.push(format!(
                "~ a range row of no scope: {}",
                range_row_text(row)
            ));
        }
    }
    lines
}

fn range_text(view: &ColumnView<'_>, scope: &AdmDhcpScopesRow) -> String {
    match view.range_rows(scope) {
        [] => "none".to_owned(),
        rows => rows
            .iter()
            .map(|row| range_row_text(row))
            .collect::<Vec<_>>()
            .join(" and "),
    }
}

fn range_row_text(row: &AdmIpRangeRow) -> String {
    format!(
        "{}-{}/{} of {} `{}`",
        row.start_ip_address, row.end_ip_address, row.prefix_length, row.subnet_id, row.description
    )
}

fn changes(columns: &[Column], texts: impl Fn(Column) -> (String, String)) -> String {
    let mut out = String::new();
    for column in columns {
        let (old, new) = texts(*column);
        if old != new {
            out = join(
                &out,
                &format!("{} {} -> {}", column.key(), shown(&old), shown(&new)),
            );
        }
    }
    out
}

fn shown(text: &str) -> &str {
    if text.is_empty() { "(empty)" } else { text }
}

fn join(first: &str, second: &str) -> String {
    if first.is_empty() {
        second.to_owned()
    } else {
        format!("{first}; {second}")
    }
}
