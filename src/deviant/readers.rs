//! The kill matrix for people: as a table for a terminal, and as a page.

use std::fmt::Write;

use crate::deviant::{ListedDeviant, Listing};

/// The matrix for a terminal: what is not as it should be, with `verbose` every row, and the counts.
#[must_use]
pub fn table(listing: &Listing, verbose: bool) -> String {
    let mut text = String::new();
    for row in &listing.deviants {
        if row.trouble.is_empty() && !verbose {
            continue;
        }
        line(
            &mut text,
            format_args!(
                "{:<10} {}: {} ({} of {} cases that differ; first failure {})",
                row.requirement,
                row.name,
                row.verdict(),
                row.kills,
                row.differing,
                row.first_failure.unwrap_or("none")
            ),
        );
        if let Some(words) = smallest(row) {
            line(&mut text, format_args!("           {words}"));
        }
        for trouble in &row.trouble {
            line(&mut text, format_args!("           {trouble}"));
        }
        if !row.trouble.is_empty() && !row.cited.is_empty() {
            line(
                &mut text,
                format_args!("           cited instead: {}", cited(&row.cited)),
            );
        }
    }
    for oracle in &listing.oracles {
        match (&oracle.by, oracle.requirement) {
            (Some(by), Some(requirement)) if verbose => line(
                &mut text,
                format_args!(
                    "oracle     {}: contradicted by {by}, where it would blame {requirement}",
                    oracle.name
                ),
            ),
            (Some(_), _) => {}
            (None, _) => line(
                &mut text,
                format_args!("oracle     {}: nothing contradicts it", oracle.name),
            ),
        }
    }
    line(
        &mut text,
        format_args!(
            "{} deviants: {} caught by the requirement that they break, {} not; of {} the first failure printed is their own",
            listing.total, listing.killed, listing.survived, listing.first_failure_own
        ),
    );
    if let Some(words) = small_worlds(listing) {
        line(&mut text, format_args!("{words}"));
    }
    line(
        &mut text,
        format_args!(
            "{} oracles with a mistake: {} contradicted by the simulator",
            listing.oracles.len(),
            listing.contradicted()
        ),
    );
    text
}

/// What the search for a small world came to for one deviant.
fn smallest(row: &ListedDeviant) -> Option<String> {
    match (&row.smallest, row.agrees_because) {
        (Some(world), _) => {
            let strict = if world.strict { " under --strict" } else { "" };
            Some(format!("smallest world: {}{strict}", world.words))
        }
        (None, Some(reason)) => Some(format!("no smallest world: {reason}")),
        (None, None) => None,
    }
}

/// What the search for small worlds came to for all.
fn small_worlds(listing: &Listing) -> Option<String> {
    let found = listing.small_worlds?;
    Some(format!(
        "{} of {} that change what a server shows disagree with the oracle in a small world, of at most {} rows and {} steps; \
        in {} their own requirement fails",
        found.disagreeing, found.searched, found.rows_max, found.steps_max, found.own
    ))
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let _ = writeln!(text, "{content}");
}

fn cited(cited: &[(&str, usize)]) -> String {
    let cited: Vec<String> = cited
        .iter()
        .map(|(id, cases)| format!("{id} ({cases})"))
        .collect();
    cited.join(", ")
}

const STYLE: &str = "body{font:15px/1.4 sans-serif;margin:2em;max-width:90em}table{border-collapse:collapse}\
    td,th{border:1px solid #bbb;padding:.2em .5em;text-align:left;vertical-align:top}\
    tr.trouble{background:#fdd}small{color:#555}";

/// The matrix as one page of HTML that needs nothing beside it.
#[must_use]
pub fn html(listing: &Listing) -> String {
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>ipamconf: deviants</title>\
        <style>{STYLE}</style></head><body>\n<h1>Deviants</h1>\n<p>{} deviants: {} caught by the requirement that they \
        break, {} not; of {} the first failure printed is their own. {} oracles with a mistake: {} contradicted by the \
        simulator.{}</p>\n<table>\n<tr><th>requirement</th><th>section</th><th>what it does</th><th>role</th>\
        <th>verdict</th><th>cases that differ</th><th>caught in</th><th>first caught in</th><th>first failure</th>\
        <th>cited</th>{}</tr>\n",
        listing.total,
        listing.killed,
        listing.survived,
        listing.first_failure_own,
        listing.oracles.len(),
        listing.contradicted(),
        small_worlds(listing).map_or_else(String::new, |words| format!(" {words}.")),
        listing
            .small_worlds
            .map_or("", |_| "<th>smallest world</th>")
    );
    for row in &listing.deviants {
        let class = if row.trouble.is_empty() {
            ""
        } else {
            " class=\"trouble\""
        };
        let trouble: String = row
            .trouble
            .iter()
            .map(|trouble| format!("<br><small>{}</small>", escaped(trouble)))
            .collect();
        let world = match (&row.smallest, listing.small_worlds) {
            (_, None) => String::new(),
            (Some(world), _) => format!(
                "<td><details><summary>{}</summary><pre>{}</pre></details></td>",
                escaped(&world.words),
                escaped(world.scenario.as_deref().unwrap_or(""))
            ),
            (None, _) => format!("<td>{}</td>", escaped(row.agrees_because.unwrap_or("none"))),
        };
        line(
            &mut page,
            format_args!(
                "<tr{class}><td>{}</td><td>{}</td><td>{}{trouble}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>\
                <td>{}</td><td>{}</td><td>{}</td>{world}</tr>",
                row.requirement,
                row.section,
                escaped(row.name),
                escaped(&row.role),
                row.verdict(),
                row.differing,
                row.kills,
                escaped(row.first_kill.as_deref().unwrap_or("")),
                row.first_failure.unwrap_or(""),
                cited(&row.cited)
            ),
        );
    }
    page.push_str("</table>\n<h1>Oracles with a mistake</h1>\n<table>\n<tr><th>what it gets wrong</th><th>contradicted by</th><th>would blame</th></tr>\n");
    for oracle in &listing.oracles {
        line(
            &mut page,
            format_args!(
                "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
                escaped(oracle.name),
                escaped(oracle.by.as_deref().unwrap_or("nothing")),
                oracle.requirement.unwrap_or("")
            ),
        );
    }
    page.push_str("</table>\n</body></html>\n");
    page
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
