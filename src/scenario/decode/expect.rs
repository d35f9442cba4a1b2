//! `[expect]` and `expect = {…}`: what must follow.

use std::collections::{BTreeMap, HashMap};

use crate::model::{FaultCode, Terminal};
use crate::scenario::decode::columns::{Arity, Columns};
use crate::scenario::decode::context::Context;
use crate::scenario::decode::pattern;
use crate::scenario::decode::rows::{self, Created};
use crate::scenario::decode::world::{Decoded, exception_id};
use crate::scenario::decode::{contradictions, head};
use crate::scenario::error::{LoadCode, LoadError};
use crate::scenario::tree::{Entry, Kind, Node, Table};
use crate::scenario::{
    CreatedExpect, DeletedExpect, Expect, FaultDetail, FaultExpect, FaultStage, Percentages,
    RowExpect, RowRef, RowTarget, SCOPE_COLUMNS, Spanned, TrackerExpect,
};
use crate::spec::{Grade, OverallProgressStatus, RequirementId};
use crate::trace::{ClientState, OverallState, Reply};
use crate::verdict::Span;
use crate::world::RowKind;

/// The keys that speak of a session.
pub(super) const SESSION_KEYS: &[&str] = &[
    "overall",
    "fault",
    "reply",
    "callbacks",
    "events",
    "never",
    "percentages",
    "closed",
    "tracker",
];

/// The keys that speak of the store.
const STORE_KEYS: &[&str] = &["changed", "created", "deleted"];

/// Reads one `expect`.
pub(super) struct Reader<'a> {
    pub(super) world: &'a Decoded,
    pub(super) created: &'a Created,
    /// It speaks of the whole scenario, not of a step.
    pub(super) top_level: bool,
}

impl Reader<'_> {
    pub(super) fn expect(&self, cx: &mut Context<'_>, entry: &Entry) -> Option<Expect> {
        let table = cx.table(&entry.value, "expect")?;
        let mut known: Vec<&str> = SESSION_KEYS.iter().chain(STORE_KEYS).copied().collect();
        let graded = known.clone();
        known.extend(["others", "grades", "cites"]);
        cx.keys(table, &known);
        let mut expect = Expect {
            span: cx.header_or_key(entry),
            ..Expect::default()
        };
        expect.overall = table
            .get("overall")
            .and_then(|node| cx.one_or_more(node, terminal));
        expect.fault = table.get("fault").and_then(|node| fault(cx, node));
        expect.reply = table.get("reply").and_then(|node| {
            cx.one_or_more(node, |cx, node| {
                let words: Vec<&str> = Reply::ALL.iter().map(|reply| reply.name()).collect();
                cx.member(node, "reply", &words, |word| {
                    Reply::ALL
                        .iter()
                        .copied()
                        .find(|reply| reply.name() == word)
                })
            })
        });
        if self.top_level
            && let Some(entry) = table.entry("reply")
        {
            cx.push(
                LoadError::new(
                    LoadCode::Contradiction,
                    entry.key_span,
                    "`reply` at the top level",
                )
                .expected("`reply` in the `expect` of a step"),
            );
        }
        let names = &self.world.names;
        expect.callbacks = table
            .get("callbacks")
            .and_then(|node| pattern::Reader::callbacks(names).pattern(cx, node));
        expect.events = table
            .get("events")
            .and_then(|node| pattern::Reader::events(names).pattern(cx, node));
        expect.never = table.get("never").map_or_else(Vec::new, |node| {
            pattern::Reader::callbacks(names).never(cx, node)
        });
        expect.percentages = table
            .get("percentages")
            .and_then(|node| percentages(cx, node));
        expect.closed = table
            .get("closed")
            .and_then(|node| Some(Spanned::new(cx.boolean(node)?, node.span)));
        expect.tracker = table.get("tracker").and_then(|node| tracker(cx, node));
        expect.changed = self.rows(cx, table, "changed", Self::changed);
        expect.created = self.rows(cx, table, "created", Self::created);
        expect.deleted = self.rows(cx, table, "deleted", Self::deleted);
        listed_twice(cx, &expect);
        if let Some(node) = table.get("others") {
            expect.others_any = cx
                .member(
                    node,
                    "word for the others",
                    &["unchanged", "any"],
                    |word| match word {
                        "unchanged" => Some(false),
                        "any" => Some(true),
                        _ => None,
                    },
                )
                .unwrap_or(false);
        }
        expect.grades = self.map(cx, table, "grades", &graded, |cx, node| {
            cx.member(node, "grade", &["HARD", "SOFT"], |word| match word {
                "HARD" => Some(Grade::Hard),
                "SOFT" => Some(Grade::Soft),
                _ => None,
            })
        });
        expect.cites = self.map(
            cx,
            table,
            "cites",
            &graded,
            |cx, node| -> Option<RequirementId> { head::requirement(cx, node) },
        );
        contradictions::check(cx, table, &expect);
        Some(expect)
    }

    fn map<T>(
        &self,
        cx: &mut Context<'_>,
        table: &Table,
        key: &str,
        known: &[&str],
        read: impl Fn(&mut Context<'_>, &Node) -> Option<T>,
    ) -> BTreeMap<String, T> {
        let Some(table) = table.get(key).and_then(|node| cx.table(node, key)) else {
            return BTreeMap::new();
        };
        cx.keys(table, known);
        table
            .entries
            .iter()
            .filter(|entry| known.contains(&&*entry.key))
            .filter_map(|entry| Some((entry.key.to_string(), read(cx, &entry.value)?)))
            .collect()
    }

    /// A list of rows, repeats unfolded.
    fn rows<T>(
        &self,
        cx: &mut Context<'_>,
        table: &Table,
        key: &str,
        read: impl Fn(&Self, &mut Context<'_>, &Table, Span) -> Option<T>,
    ) -> Option<Spanned<Vec<T>>> {
        let node = table.get(key)?;
        let tables = cx.tables(Some(node), key);
        if !matches!(node.kind, Kind::List(_)) {
            return None;
        }
        let mut rows = Vec::new();
        for (span, table) in tables {
            // `deleted` has no `repeat`: there the key is unknown, and counts for one row.
            let repeat = if key == "deleted" {
                1
            } else {
                cx.repeat(table, span)
            };
            for count in 1..=repeat {
                cx.count = count;
                let before = cx.errors.found();
                rows.extend(read(self, cx, table, span));
                if repeat > 1 {
                    let bytes = table.entries.iter().map(|entry| text_bytes(&entry.value));
                    cx.weigh(0, bytes.sum(), table, span);
                }
                // The other rows of a repeat would repeat the mistake.
                if cx.errors.found() > before {
                    break;
                }
            }
            cx.count = 1;
            if cx.errors.is_full() {
                break;
            }
        }
        Some(Spanned::new(rows, node.span))
    }

    fn columns(&self) -> Columns<'_> {
        Columns {
            names: &self.world.names,
            world: &self.world.world,
            arity: Arity::OneOrMore,
        }
    }

    fn like(&self, cx: &mut Context<'_>, table: &Table) -> Option<RowRef> {
        let node = table.get("like")?;
        rows::reference(cx, node, RowKind::Scope, &self.world.names, self.created)
    }

    fn changed(&self, cx: &mut Context<'_>, table: &Table, span: Span) -> Option<RowExpect> {
        let row = rows::row(cx, table, span, &self.world.names, self.created);
        let (kind, _) = rows::kind(table)?;
        let mut others = rows::row_keys(kind).to_vec();
        others.extend(["optional", "repeat"]);
        if kind == RowKind::Scope {
            others.push("like");
        }
        let columns = self
            .columns()
            .read(cx, table, rows::columns(kind), &others, row.as_ref());
        let like = if kind == RowKind::Scope {
            self.like(cx, table)
        } else {
            None
        };
        let optional = cx.flag(table, "optional");
        Some(RowExpect {
            span,
            row: row?,
            columns,
            like,
            optional,
        })
    }

    fn created(&self, cx: &mut Context<'_>, table: &Table, span: Span) -> Option<CreatedExpect> {
        let server = cx.required(table, span, "server").and_then(|node| {
            rows::reference(cx, node, RowKind::Server, &self.world.names, self.created)
        });
        if table.get("like").is_none() && table.get("subnet").is_none() {
            cx.missing_key(span, "like");
        }
        let others = ["server", "like", "optional", "repeat", "name"];
        let columns = self.columns().read(cx, table, SCOPE_COLUMNS, &others, None);
        let like = self.like(cx, table);
        let name = table.get("name");
        let name_span = name.map_or(span, |node| node.span);
        let name = name.and_then(|node| cx.text(node));
        let optional = cx.flag(table, "optional");
        let columns = self.move_subnet(cx, table, columns);
        Some(CreatedExpect {
            span,
            server: server?,
            like,
            columns,
            name,
            name_span,
            optional,
        })
    }

    /// `subnet` moves on with each row of a `repeat`, as it does in the world.
    fn move_subnet(
        &self,
        cx: &mut Context<'_>,
        table: &Table,
        mut columns: Vec<crate::scenario::ColumnValue>,
    ) -> Vec<crate::scenario::ColumnValue> {
        let Some(repeat) = table.get("repeat").filter(|_| cx.count > 1) else {
            return columns;
        };
        for column in &mut columns {
            if column.column != crate::scenario::Column::Subnet {
                continue;
            }
            for value in &mut column.values {
                let moved = super::values::Subnet::from_text(&value.value)
                    .and_then(|subnet| subnet.moved(cx.count - 1));
                match moved {
                    Some(subnet) => value.value = subnet.to_string(),
                    None => cx.malformed(
                        repeat,
                        "repeated subnets run past the last address",
                        "as many rows as there are subnets of this size",
                    ),
                }
            }
        }
        columns
    }

    fn deleted(&self, cx: &mut Context<'_>, table: &Table, span: Span) -> Option<DeletedExpect> {
        let row = rows::row(cx, table, span, &self.world.names, self.created);
        let (kind, _) = rows::kind(table)?;
        let mut known = rows::row_keys(kind).to_vec();
        known.push("optional");
        cx.keys(table, &known);
        let optional = cx.flag(table, "optional");
        Some(DeletedExpect {
            span,
            row: row?,
            optional,
        })
    }
}

/// The text in a value, as it is kept once more for every row of a `repeat`.
fn text_bytes(node: &Node) -> usize {
    match &node.kind {
        Kind::Text(text) => text.len(),
        Kind::List(list) => list.items.iter().map(text_bytes).sum(),
        Kind::Table(table) => table
            .entries
            .iter()
            .map(|entry| text_bytes(&entry.value))
            .sum(),
        _ => 0,
    }
}

/// One row in two items: both cannot hold.
fn listed_twice(cx: &mut Context<'_>, expect: &Expect) {
    let changed = expect
        .changed
        .iter()
        .flat_map(|rows| rows.value.iter().map(|item| &item.row));
    let deleted = expect
        .deleted
        .iter()
        .flat_map(|rows| rows.value.iter().map(|item| &item.row));
    let mut listed: Vec<&RowRef> = changed.chain(deleted).collect();
    listed.sort_by_key(|row| row.span.start);
    let mut seen: HashMap<(RowKind, RowName<'_>), Span> = HashMap::new();
    for row in listed {
        let name = match &row.target {
            RowTarget::World(place) => RowName::World(*place),
            RowTarget::Created(name) => RowName::Created(name),
        };
        if let Some(earlier) = seen.insert((row.kind, name), row.span) {
            cx.push(
                LoadError::new(LoadCode::Contradiction, row.span, "one row listed twice")
                    .expected(format!("one item for each {}", row.kind.name()))
                    .label(earlier, "listed here already"),
            );
        }
    }
}

#[derive(PartialEq, Eq, Hash)]
enum RowName<'a> {
    World(usize),
    Created(&'a str),
}

fn terminal(cx: &mut Context<'_>, node: &Node) -> Option<Terminal> {
    let words = ["CompletedWithSuccess", "CompletedWithFailure"];
    cx.member(node, "end of an operation", &words, |word| match word {
        "CompletedWithSuccess" => Some(Terminal::Success),
        "CompletedWithFailure" => Some(Terminal::Failure),
        _ => None,
    })
}

fn fault(cx: &mut Context<'_>, node: &Node) -> Option<FaultExpect> {
    let table = cx.table(node, "fault")?;
    cx.keys(table, &["stage", "code", "detail"]);
    let stages: Vec<&str> = FaultStage::ALL.iter().map(|stage| stage.name()).collect();
    let codes: Vec<&str> = FaultCode::ALL.iter().map(|code| code.name()).collect();
    let stage = table.get("stage").and_then(|node| {
        cx.one_or_more(node, |cx, node| {
            cx.member(node, "stage of a fault", &stages, |word| {
                FaultStage::ALL
                    .iter()
                    .copied()
                    .find(|stage| stage.name() == word)
            })
        })
    });
    let code = table.get("code").and_then(|node| {
        cx.one_or_more(node, |cx, node| {
            cx.member(node, "fault code", &codes, |word| {
                FaultCode::ALL
                    .iter()
                    .copied()
                    .find(|code| code.name() == word)
            })
        })
    });
    let detail = table
        .get("detail")
        .and_then(|node| cx.one_or_more(node, fault_detail));
    Some(FaultExpect {
        span: node.span,
        stage,
        code,
        detail,
    })
}

fn fault_detail(cx: &mut Context<'_>, node: &Node) -> Option<FaultDetail> {
    match cx.text_of(node).as_deref() {
        Some("IpamException") => Some(FaultDetail::Any),
        Some("none") => Some(FaultDetail::None),
        _ => exception_id(cx, node).map(FaultDetail::Id),
    }
}

fn percentages(cx: &mut Context<'_>, node: &Node) -> Option<Spanned<Percentages>> {
    let words = ["rising", "rising to 100", "none"];
    let value = cx.member(node, "movement of percentages", &words, |word| match word {
        "rising" => Some(Percentages::Rising),
        "rising to 100" => Some(Percentages::RisingTo100),
        "none" => Some(Percentages::None),
        _ => None,
    })?;
    Some(Spanned::new(value, node.span))
}

fn tracker(cx: &mut Context<'_>, node: &Node) -> Option<TrackerExpect> {
    let table = cx.table(node, "tracker")?;
    cx.keys(table, &["state", "overall", "subtasks", "percent"]);
    let states: Vec<&str> = ClientState::ALL.iter().map(|state| state.name()).collect();
    let state = table.get("state").and_then(|node| {
        let state = cx.member(node, "state of the client", &states, |word| {
            ClientState::ALL
                .iter()
                .copied()
                .find(|state| state.name() == word)
        })?;
        Some(Spanned::new(state, node.span))
    });
    let mut words: Vec<&str> = OverallProgressStatus::ALL
        .iter()
        .map(|member| member.name())
        .collect();
    words.push(OverallState::SessionLost.name());
    let overall = table.get("overall").and_then(|node| {
        let overall = cx.member(node, "overall status", &words, |word| {
            if word == OverallState::SessionLost.name() {
                Some(OverallState::SessionLost)
            } else {
                OverallProgressStatus::from_name(word).map(OverallState::Status)
            }
        })?;
        Some(Spanned::new(overall, node.span))
    });
    let subtasks = table.get("subtasks").and_then(|node| {
        let subtasks = cx.count_between(node, 0, i64::MAX as u64)?;
        Some(Spanned::new(subtasks, node.span))
    });
    let percent = table
        .get("percent")
        .and_then(|node| pattern::percent(cx, node));
    Some(TrackerExpect {
        span: node.span,
        state,
        overall,
        subtasks,
        percent,
    })
}
