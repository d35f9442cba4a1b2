//! What stands beside world, steps and expectations: requirements and readings.

use crate::scenario::Spanned;
use crate::scenario::decode::context::Context;
use crate::scenario::error::{LoadCode, LoadError, one_of};
use crate::scenario::suggest::closest;
use crate::scenario::tree::Node;
use crate::spec::{Question, REQUIREMENTS, RULINGS, Readings, RequirementId};

/// A requirement's id.
pub(in crate::scenario) fn requirement(cx: &mut Context<'_>, node: &Node) -> Option<RequirementId> {
    let text = cx.text(node)?;
    let id = RequirementId::from_name(&text);
    if id.is_none() {
        let names = REQUIREMENTS.iter().map(|requirement| requirement.id.name());
        cx.push(
            LoadError::new(
                LoadCode::UnknownRequirement,
                node.span,
                "unknown requirement",
            )
            .found(&text)
            .did_you_mean(closest(&text, names)),
        );
    }
    id
}

/// A list of requirements.
pub(in crate::scenario) fn requirements(
    cx: &mut Context<'_>,
    node: &Node,
) -> Vec<Spanned<RequirementId>> {
    let items = cx.list(node, "requirement ids").unwrap_or_default();
    items
        .iter()
        .filter_map(|item| Some(Spanned::new(requirement(cx, item)?, item.span)))
        .collect()
}

/// A table of questions and readings.
pub(in crate::scenario) fn readings(cx: &mut Context<'_>, node: &Node) -> Readings {
    let mut readings = Readings::default();
    let Some(table) = cx.table(node, "readings") else {
        return readings;
    };
    for entry in &table.entries {
        let Some(question) = Question::from_name(&entry.key) else {
            let names = RULINGS.iter().map(|ruling| ruling.question.name());
            cx.push(
                LoadError::new(LoadCode::UnknownReading, entry.key_span, "unknown question")
                    .found(&entry.key)
                    .did_you_mean(closest(&entry.key, names)),
            );
            continue;
        };
        let Some(name) = cx.text(&entry.value) else {
            continue;
        };
        if readings.choose(question.name(), &name).is_err() {
            let names = || {
                question
                    .ruling()
                    .readings
                    .iter()
                    .map(|reading| reading.name)
            };
            cx.push(
                LoadError::new(
                    LoadCode::UnknownReading,
                    entry.value.span,
                    "unknown reading",
                )
                .found(&name)
                .expected(one_of(names()))
                .did_you_mean(closest(&name, names())),
            );
        }
    }
    readings
}
