//! Patterns of events: `callbacks`, `events` and `never`.

use crate::model::{Callback, Event, Percentage};
use crate::scenario::decode::context::Context;
use crate::scenario::decode::names::Names;
use crate::scenario::decode::world::exception_id;
use crate::scenario::error::{LoadCode, LoadError};
use crate::scenario::limits::{PATTERN_GROUPS_MAX, PATTERN_ITEMS_MAX};
use crate::scenario::tree::{Kind, Node, Table};
use crate::scenario::{EventItem, Pattern, PatternItem, PatternKind, Spanned, StatusName};
use crate::spec::{OverallProgressStatus, SubTaskStatus};
use crate::world::RowKind;

/// Stands for any progress callbacks.
const ANY_PROGRESS: &str = "...";

/// The fields that an event has.
fn fields(event: &str) -> &'static [&'static str] {
    match event {
        "StartProgressCallback" => &["nondeterministic"],
        "AddSubTask" => &["scope", "task"],
        "SetSubTaskStatus" => &["status", "percent", "detail", "scope", "task"],
        "SetCompletionPercentage" => &["percent"],
        "SetOverallStatus" => &["status", "detail"],
        "Fault" => &["detail"],
        _ => &[],
    }
}

/// Reads patterns over some events.
pub(super) struct Reader<'a> {
    names: &'a Names,
    events: &'static [&'static str],
    items: usize,
}

impl<'a> Reader<'a> {
    /// Of callbacks only.
    pub(super) const fn callbacks(names: &'a Names) -> Self {
        Self {
            names,
            events: Callback::NAMES,
            items: 0,
        }
    }

    /// Of all events.
    pub(super) const fn events(names: &'a Names) -> Self {
        Self {
            names,
            events: Event::NAMES,
            items: 0,
        }
    }

    /// A whole sequence.
    pub(super) fn pattern(&mut self, cx: &mut Context<'_>, node: &Node) -> Option<Pattern> {
        let items = self.sequence(cx, node, 0, false)?;
        Some(Pattern {
            span: node.span,
            items,
        })
    }

    fn sequence(
        &mut self,
        cx: &mut Context<'_>,
        node: &Node,
        depth: usize,
        any_order: bool,
    ) -> Option<Vec<PatternItem>> {
        let nodes = cx.list(node, "events")?;
        let mut items: Vec<PatternItem> = Vec::new();
        for node in nodes {
            self.items += 1;
            if self.items > PATTERN_ITEMS_MAX {
                cx.push(
                    LoadError::new(
                        LoadCode::OverLimit,
                        node.span,
                        "too many items in a pattern",
                    )
                    .expected(format!("at most {PATTERN_ITEMS_MAX}")),
                );
                return None;
            }
            let Some(item) = self.item(cx, node, depth) else {
                continue;
            };
            let is_any = |item: &PatternItem| item.kind == PatternKind::AnyProgress;
            let doubled = if any_order {
                items.iter().any(is_any)
            } else {
                items.last().is_some_and(is_any)
            };
            if doubled && is_any(&item) {
                cx.push(
                    LoadError::new(LoadCode::Pattern, node.span, "`...` beside `...`")
                        .expected("one of them"),
                );
            }
            items.push(item);
        }
        Some(items)
    }

    fn item(&mut self, cx: &mut Context<'_>, node: &Node, depth: usize) -> Option<PatternItem> {
        let kind = match &node.kind {
            Kind::Table(table)
                if table.get("any_order").is_some() || table.get("in_order").is_some() =>
            {
                self.group(cx, node, table, depth)?
            }
            Kind::Text(text) if **text == *ANY_PROGRESS => PatternKind::AnyProgress,
            _ => {
                let item = self.event(cx, node, &["times", "optional"])?;
                let (least, most) = match &node.kind {
                    Kind::Table(table) => times(cx, table),
                    _ => (1, Some(1)),
                };
                PatternKind::Event { item, least, most }
            }
        };
        Some(PatternItem {
            span: node.span,
            kind,
        })
    }

    fn group(
        &mut self,
        cx: &mut Context<'_>,
        node: &Node,
        table: &Table,
        depth: usize,
    ) -> Option<PatternKind> {
        let mut entries = table
            .entries
            .iter()
            .filter(|entry| ["any_order", "in_order"].contains(&&*entry.key));
        let first = entries.next()?;
        if let Some(second) = entries.next() {
            cx.exclusive(first, second);
        }
        cx.keys(table, &["any_order", "in_order"]);
        if depth >= PATTERN_GROUPS_MAX {
            cx.push(
                LoadError::new(LoadCode::Pattern, node.span, "groups nested too deep")
                    .expected(format!("at most {PATTERN_GROUPS_MAX} in each other")),
            );
            return None;
        }
        let any_order = &*first.key == "any_order";
        let items = self.sequence(cx, &first.value, depth + 1, any_order)?;
        if matches!(&first.value.kind, Kind::List(list) if list.items.is_empty()) {
            cx.push(
                LoadError::new(LoadCode::Pattern, node.span, "empty group")
                    .expected("at least one item"),
            );
        }
        Some(if any_order {
            PatternKind::AnyOrder(items)
        } else {
            PatternKind::InOrder(items)
        })
    }

    /// The items of `never`: events with fields, and nothing about how often.
    pub(super) fn never(&mut self, cx: &mut Context<'_>, node: &Node) -> Vec<EventItem> {
        let nodes = cx.list(node, "events").unwrap_or_default();
        if let Some(over) = nodes.get(PATTERN_ITEMS_MAX) {
            cx.push(
                LoadError::new(
                    LoadCode::OverLimit,
                    over.span,
                    "too many items in a pattern",
                )
                .expected(format!("at most {PATTERN_ITEMS_MAX}")),
            );
        }
        nodes
            .iter()
            .take(PATTERN_ITEMS_MAX)
            .filter_map(|node| self.event(cx, node, &[]))
            .collect()
    }

    fn event(&self, cx: &mut Context<'_>, node: &Node, other_keys: &[&str]) -> Option<EventItem> {
        let mut item = EventItem {
            span: node.span,
            name: String::new(),
            status: None,
            percent: None,
            nondeterministic: None,
            detail: None,
            scope: None,
            task: None,
        };
        let table = match &node.kind {
            Kind::Table(table) => table,
            Kind::Text(_) | Kind::Counted(_) => {
                item.name = self.name(cx, node)?;
                return Some(item);
            }
            _ => {
                cx.wrong_type(node, "an event's name or a table");
                return None;
            }
        };
        let name = cx
            .required(table, node.span, "name")
            .and_then(|node| self.name(cx, node));
        let Some(name) = name else {
            // Without the event nobody knows its fields; those of no event are wrong all the same.
            let mut known = vec![
                "name",
                "status",
                "percent",
                "nondeterministic",
                "detail",
                "scope",
                "task",
            ];
            known.extend(other_keys);
            if other_keys.contains(&"times") {
                known.extend(["any_order", "in_order"]);
            }
            cx.keys(table, &known);
            return None;
        };
        let mut known = vec!["name"];
        known.extend(fields(&name));
        known.extend(other_keys);
        cx.keys(table, &known);
        let has = |key: &str| table.get(key).filter(|_| fields(&name).contains(&key));
        item.status =
            has("status").and_then(|node| cx.one_or_more(node, |cx, node| status(cx, node, &name)));
        item.percent = has("percent").and_then(|node| percent(cx, node));
        item.nondeterministic = has("nondeterministic")
            .and_then(|node| Some(Spanned::new(cx.boolean(node)?, node.span)));
        item.detail = has("detail").and_then(|node| cx.one_or_more(node, exception_id));
        item.scope = has("scope").and_then(|node| {
            let place = self.names.resolve(cx, RowKind::Scope, node)?;
            Some(Spanned::new(place, node.span))
        });
        item.task = has("task").and_then(|node| Some(Spanned::new(cx.text(node)?, node.span)));
        item.name = name;
        Some(item)
    }

    fn name(&self, cx: &mut Context<'_>, node: &Node) -> Option<String> {
        let what = if self.events.len() == Callback::NAMES.len() {
            "callback"
        } else {
            "event"
        };
        cx.member(node, what, self.events, |word| {
            self.events.contains(&word).then(|| word.to_owned())
        })
    }
}

fn status(cx: &mut Context<'_>, node: &Node, event: &str) -> Option<StatusName> {
    if event == "SetOverallStatus" {
        let words: Vec<&str> = OverallProgressStatus::ALL
            .iter()
            .map(|member| member.name())
            .collect();
        cx.member(
            node,
            "OverallProgressStatus",
            &words,
            OverallProgressStatus::from_name,
        )
        .map(StatusName::Overall)
    } else {
        let words: Vec<&str> = SubTaskStatus::ALL
            .iter()
            .map(|member| member.name())
            .collect();
        cx.member(node, "SubTaskStatus", &words, SubTaskStatus::from_name)
            .map(StatusName::SubTask)
    }
}

/// A percentage, or bounds for one.
pub(super) fn percent(
    cx: &mut Context<'_>,
    node: &Node,
) -> Option<Spanned<(Percentage, Percentage)>> {
    let bounds = match &node.kind {
        Kind::Int(number) => {
            Percentage::from_lexical(&number.to_string()).map(|exact| (exact, exact))
        }
        Kind::Float(text) => Percentage::from_lexical(text).map(|exact| (exact, exact)),
        Kind::Text(text) => text.split_once("..").and_then(|(least, most)| {
            let (least, most) = (
                Percentage::from_lexical(least)?,
                Percentage::from_lexical(most)?,
            );
            (least <= most).then_some((least, most))
        }),
        _ => {
            cx.wrong_type(node, "a number, or bounds such as `\"0..50\"`");
            return None;
        }
    };
    if bounds.is_none() {
        cx.malformed(
            node,
            "malformed percentage",
            "a number, or bounds such as `0..50`",
        );
    }
    Some(Spanned::new(bounds?, node.span))
}

/// How often: `times` or `optional`.
fn times(cx: &mut Context<'_>, table: &Table) -> (u32, Option<u32>) {
    if let (Some(times), Some(optional)) = (table.entry("times"), table.entry("optional")) {
        cx.exclusive(times, optional);
    }
    if cx.flag(table, "optional") {
        return (0, Some(1));
    }
    let Some(node) = table.get("times") else {
        return (1, Some(1));
    };
    let bounds = match &node.kind {
        Kind::Int(number) => u32::try_from(*number)
            .ok()
            .map(|exact| (exact, Some(exact))),
        Kind::Text(text) => text.split_once("..").and_then(|(least, most)| {
            let least = digits(least)?;
            let most = if most.is_empty() {
                None
            } else {
                Some(digits(most)?)
            };
            Some((least, most))
        }),
        _ => {
            cx.wrong_type(node, "a count, or bounds such as `\"2..4\"` or `\"2..\"`");
            return (1, Some(1));
        }
    };
    match bounds {
        Some((least, Some(most))) if most < least => {
            cx.push(
                LoadError::new(LoadCode::Pattern, node.span, "`times` backwards")
                    .found(format!("{least}..{most}"))
                    .expected("the smaller count first"),
            );
            (1, Some(1))
        }
        Some((_, Some(0))) => {
            cx.malformed(
                node,
                "`times` of nothing",
                "at least 1; what must not come stands in `never`",
            );
            (1, Some(1))
        }
        Some(bounds) => bounds,
        None => {
            cx.malformed(
                node,
                "malformed count",
                "a count, or bounds such as `2..4` or `2..`",
            );
            (1, Some(1))
        }
    }
}

fn digits(text: &str) -> Option<u32> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}
