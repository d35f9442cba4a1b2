//! Expectations of one table that no behaviour could meet together.

use crate::model::Terminal;
use crate::scenario::decode::context::Context;
use crate::scenario::error::{LoadCode, LoadError};
use crate::scenario::tree::{Entry, Kind, Table};
use crate::scenario::{
    EventItem, Expect, FaultDetail, FaultStage, PatternItem, PatternKind, Percentages,
};

/// Reports contradictions, each at the later of the two keys.
pub(super) fn check(cx: &mut Context<'_>, table: &Table, expect: &Expect) {
    let fault = table.get("fault").and_then(|node| match &node.kind {
        Kind::Table(table) => Some(&**table),
        _ => None,
    });
    let fault_entry = |key: &str| fault.and_then(|table| table.entry(key));
    let stages: Vec<FaultStage> = stages(expect);
    let stage = fault_entry("stage").filter(|_| !stages.is_empty());

    if let (Some(overall), Some(entry), Some(stage)) =
        (&expect.overall, table.entry("overall"), stage)
    {
        let possible = overall.values.iter().any(|end| match end.value {
            Terminal::Success => stages.contains(&FaultStage::None),
            Terminal::Failure => stages.contains(&FaultStage::Processing),
        });
        if !possible {
            contradict(cx, entry, stage, "no such end at this stage");
        }
    }
    if let Some(stage) = stage
        && stages.iter().all(|stage| *stage == FaultStage::None)
    {
        if let Some(code) = fault_entry("code") {
            contradict(cx, stage, code, "a code where there is no fault");
        }
        let details = expect
            .fault
            .as_ref()
            .and_then(|fault| fault.detail.as_ref());
        if let (Some(details), Some(entry)) = (details, fault_entry("detail"))
            && !details
                .values
                .iter()
                .any(|detail| detail.value == FaultDetail::None)
        {
            contradict(cx, stage, entry, "a detail where there is no fault");
        }
    }
    let before_processing = !stages.is_empty()
        && stages
            .iter()
            .all(|stage| matches!(stage, FaultStage::Initialize | FaultStage::Start));
    let processed = !stages.is_empty()
        && stages
            .iter()
            .all(|stage| matches!(stage, FaultStage::Processing | FaultStage::None));

    if let (Some(callbacks), Some(entry)) = (&expect.callbacks, table.entry("callbacks")) {
        let is_empty = matches!(&entry.value.kind, Kind::List(list) if list.items.is_empty());
        if let Some(overall) = table.entry("overall").filter(|_| is_empty) {
            contradict(
                cx,
                entry,
                overall,
                "no callback, and one that tells the end",
            );
        }
        if let Some(stage) = stage {
            if is_empty && processed {
                contradict(cx, entry, stage, "no callback, and one that tells the end");
            } else if before_processing
                && callbacks.items.iter().any(|item| requires(item, &|_| true))
            {
                contradict(
                    cx,
                    entry,
                    stage,
                    "callbacks after a fault before the first of them",
                );
            }
        }
        if let Some(never) = table.entry("never") {
            let forbidden = |item: &EventItem| {
                expect
                    .never
                    .iter()
                    .any(|never| never.name == item.name && is_bare(never))
            };
            if callbacks
                .items
                .iter()
                .any(|item| requires(item, &forbidden))
            {
                contradict(cx, entry, never, "a callback both required and forbidden");
            }
        }
    }
    if let (Some(percentages), Some(entry)) = (&expect.percentages, table.entry("percentages")) {
        let is_percentage = |item: &EventItem| item.name == "SetCompletionPercentage";
        for (key, pattern) in [("callbacks", &expect.callbacks), ("events", &expect.events)] {
            if let (Some(pattern), Some(other)) = (pattern, table.entry(key))
                && percentages.value == Percentages::None
                && pattern
                    .items
                    .iter()
                    .any(|item| requires(item, &is_percentage))
            {
                contradict(cx, entry, other, "a percentage where there is none");
            }
        }
        if let Some(never) = table.entry("never")
            && percentages.value == Percentages::RisingTo100
            && expect
                .never
                .iter()
                .any(|item| is_percentage(item) && is_bare(item))
        {
            contradict(cx, entry, never, "percentages both required and forbidden");
        }
    }
    if let (Some(overall), Some(never)) = (table.entry("overall"), table.entry("never"))
        && expect
            .never
            .iter()
            .any(|item| item.name == "SetOverallStatus" && is_bare(item))
    {
        contradict(cx, overall, never, "the end both required and forbidden");
    }
}

fn stages(expect: &Expect) -> Vec<FaultStage> {
    let stage = expect.fault.as_ref().and_then(|fault| fault.stage.as_ref());
    stage.map_or_else(Vec::new, |stage| {
        stage.values.iter().map(|stage| stage.value).collect()
    })
}

/// An item without fields matches every event of its name.
fn is_bare(item: &EventItem) -> bool {
    item.status.is_none()
        && item.percent.is_none()
        && item.nondeterministic.is_none()
        && item.detail.is_none()
        && item.scope.is_none()
        && item.task.is_none()
}

/// Whether a pattern cannot match without such an event.
fn requires(item: &PatternItem, wanted: &dyn Fn(&EventItem) -> bool) -> bool {
    match &item.kind {
        PatternKind::AnyProgress => false,
        PatternKind::Event { item, least, .. } => *least > 0 && wanted(item),
        PatternKind::AnyOrder(items) | PatternKind::InOrder(items) => {
            items.iter().any(|item| requires(item, wanted))
        }
    }
}

fn contradict(cx: &mut Context<'_>, one: &Entry, other: &Entry, why: &str) {
    let (first, second) = if one.key_span.start <= other.key_span.start {
        (one, other)
    } else {
        (other, one)
    };
    cx.push(
        LoadError::new(
            LoadCode::Contradiction,
            second.key_span,
            format!("expectations that contradict each other: {why}"),
        )
        .found_plain(format!("`{}` and `{}`", first.key, second.key))
        .label(first.key_span, "the other one"),
    );
}
