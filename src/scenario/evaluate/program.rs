//! A pattern laid out for matching: its items as numbered nodes, events reduced to what fields can ask.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::model::{Callback, Event, IpamException, Percentage};
use crate::scenario::evaluate::{Seen, words};
use crate::scenario::{Case, EventItem, Pattern, PatternItem, PatternKind, StatusName};
use crate::spec::IpamExceptionId;

/// An event as patterns look at it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    /// Its number in the trace.
    pub(super) number: usize,
    pub(super) event: &'a Event,
    /// Whether it only tells progress.
    pub(super) progress: bool,
    /// SubTaskInstanceId.
    pub(super) task: Option<i32>,
    /// The scope its subtask tells of, here or when it was added.
    pub(super) told: Option<(IpAddr, &'a str)>,
}

impl<'a> Token<'a> {
    /// The events of a session. A subtask that does not tell its scope again has the one it was added with.
    pub(super) fn all(seen: &[Seen<'a>]) -> Vec<Self> {
        let mut added = HashMap::new();
        seen.iter()
            .map(|s| {
                let instance = words::sub_task(s.event);
                let task = instance.map(|instance| instance.sub_task_instance_id);
                let details = instance.and_then(|i| i.sub_task_instance_details.as_ref());
                let mut told = words::told(details);
                let place = (s.session, task);
                if matches!(s.event, Event::Callback(Callback::AddSubTask { .. })) {
                    added.insert(place, told);
                } else if told.is_none() && task.is_some() {
                    told = added.get(&place).copied().flatten();
                }
                Self {
                    number: s.number,
                    event: s.event,
                    progress: s.event.callback().is_some_and(Callback::is_progress),
                    task,
                    told,
                }
            })
            .collect()
    }
}

/// Whether an event has the name and the fields of an item; its `task` is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Yes,
    No,
    /// It would, if its subtask told of the scope asked for; it tells of none.
    Silent,
}

/// Whether an event has the name and the fields of an item.
pub(super) fn fit(item: &EventItem, token: &Token<'_>, case: &Case) -> Fit {
    if item.name != token.event.name() {
        return Fit::No;
    }
    let status = item
        .status
        .as_ref()
        .is_none_or(|wanted| wanted.values.iter().any(|s| has_status(s.value, token)));
    let percent = item.percent.as_ref().is_none_or(|wanted| {
        let (least, most) = wanted.value;
        percent_of(token.event).is_some_and(|percent| (least..=most).contains(&percent))
    });
    let nondeterministic = item
        .nondeterministic
        .as_ref()
        .is_none_or(|wanted| match token.event {
            Event::Callback(Callback::StartProgressCallback {
                is_non_deterministic,
            }) => is_non_deterministic.unwrap_or(false) == wanted.value,
            _ => false,
        });
    let detail = item
        .detail
        .as_ref()
        .is_none_or(|wanted| wanted.values.iter().any(|id| has_detail(id.value, token)));
    if !(status && percent && nondeterministic && detail) {
        return Fit::No;
    }
    let Some(scope) = &item.scope else {
        return Fit::Yes;
    };
    match (token.told, case.world.scopes.get(scope.value)) {
        (Some((address, host)), Some(scope)) if words::is_scope(scope, address, host, case) => {
            Fit::Yes
        }
        (Some(_), _) => Fit::No,
        (None, _) if token.task.is_some() => Fit::Silent,
        (None, _) => Fit::No,
    }
}

/// Whether a list of an item was met by another value than its first: the list's word and the value.
pub(super) fn other_value(item: &EventItem, token: &Token<'_>) -> Option<String> {
    let status = item.status.as_ref().and_then(|wanted| {
        let at = wanted
            .values
            .iter()
            .position(|s| has_status(s.value, token))?;
        (at > 0).then(|| words::status(wanted.values[at].value).to_owned())
    });
    let detail = || {
        let wanted = item.detail.as_ref()?;
        let at = wanted
            .values
            .iter()
            .position(|id| has_detail(id.value, token))?;
        (at > 0).then(|| wanted.values[at].value.name().to_owned())
    };
    status.or_else(detail)
}

fn has_status(wanted: StatusName, token: &Token<'_>) -> bool {
    match (token.event, wanted) {
        (
            Event::Callback(Callback::SetOverallStatus { overall_status, .. }),
            StatusName::Overall(wanted),
        ) => *overall_status == wanted,
        (
            Event::Callback(Callback::SetSubTaskStatus { status, .. }),
            StatusName::SubTask(wanted),
        ) => *status == wanted,
        _ => false,
    }
}

fn percent_of(event: &Event) -> Option<Percentage> {
    match event.callback()? {
        Callback::SetSubTaskStatus {
            percent_complete, ..
        } => Some(*percent_complete),
        Callback::SetCompletionPercentage {
            completion_percentage,
        } => Some(*completion_percentage),
        _ => None,
    }
}

fn has_detail(wanted: IpamExceptionId, token: &Token<'_>) -> bool {
    let exception: Option<&IpamException> = match token.event {
        Event::Callback(Callback::SetOverallStatus {
            completion_status, ..
        }) => completion_status.as_ref().and_then(|s| s.exception()),
        Event::Callback(Callback::SetSubTaskStatus {
            completion_status, ..
        }) => completion_status.as_ref(),
        Event::Fault(fault) => fault.detail.as_ref(),
        _ => None,
    };
    exception.is_some_and(|exception| exception.ids().any(|id| id == wanted))
}

/// How a pattern is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// As written.
    Exact,
    /// Every item that names a progress callback as `...`, and StartOperationWithCallbackResponse left out.
    Loose,
}

/// The name of the reply whose place is open (OQ-10).
pub(super) const START_RESPONSE: &str = "StartOperationWithCallbackResponse";

/// A node's number. A node comes before what it contains, so that a group is a range of numbers.
pub(super) type NodeId = usize;

/// A pattern as numbered nodes. The root is a sequence and has the number 0.
#[derive(Debug)]
pub(super) struct Program<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    /// The distinct event descriptions, apart from their task words.
    pub(super) shapes: Vec<&'a EventItem>,
    /// How many task words there are.
    pub(super) words: usize,
}

/// One item of a pattern.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) kind: NodeKind,
    pub(super) parent: NodeId,
    /// Its place among its parent's children.
    pub(super) place: usize,
    /// One past the last node it contains.
    pub(super) end: NodeId,
    /// Whether it can stand for nothing at all.
    pub(super) nullable: bool,
    /// For a leaf: the child of an `any_order` with a `...` beside it whose progress it is part of, and which consists
    /// of nothing but progress callbacks in a row.
    pub(super) covered: Option<NodeId>,
    /// For a child of an `any_order`: the nearest one before it that is the same but for task words used nowhere else.
    pub(super) twin: Option<NodeId>,
    /// Whether task words occur in it.
    pub(super) wordy: bool,
    /// The item it was made from; the root has none.
    pub(super) item: Option<&'a PatternItem>,
}

/// What a node stands for.
#[derive(Debug)]
pub(super) enum NodeKind {
    Leaf {
        /// Its place in `shapes`.
        shape: usize,
        least: u32,
        most: Option<u32>,
        /// The number of its task word.
        word: Option<usize>,
    },
    /// `...`
    Progress,
    Sequence {
        children: Vec<NodeId>,
        /// From this place on all children are nullable.
        tail: usize,
    },
    Shuffle {
        children: Vec<NodeId>,
    },
}

impl<'a> Program<'a> {
    /// Lays a pattern out.
    pub(super) fn new(pattern: &'a Pattern, reading: Reading) -> Self {
        let mut builder = Builder {
            reading,
            program: Self {
                nodes: Vec::new(),
                shapes: Vec::new(),
                words: 0,
            },
            words: HashMap::new(),
            shapes: HashMap::new(),
        };
        builder.group(None, &pattern.items, 0, 0, false);
        let mut program = builder.program;
        program.words = builder.words.len();
        program.mark_covered();
        program.mark_twins();
        program
    }

    fn mark_covered(&mut self) {
        let is_progress_leaf = |program: &Self, node: NodeId| {
            matches!(program.nodes[node].kind, NodeKind::Leaf { shape, .. }
                if is_progress(&program.shapes[shape].name))
        };
        for group in 0..self.nodes.len() {
            let NodeKind::Shuffle { children } = &self.nodes[group].kind else {
                continue;
            };
            let children = children.clone();
            let dots = |node: &NodeId| matches!(self.nodes[*node].kind, NodeKind::Progress);
            if !children.iter().any(dots) {
                continue;
            }
            for child in children {
                let leaves = match &self.nodes[child].kind {
                    NodeKind::Leaf { .. } => vec![child],
                    NodeKind::Sequence { children, .. } => children.clone(),
                    NodeKind::Progress | NodeKind::Shuffle { .. } => continue,
                };
                if leaves.iter().all(|leaf| is_progress_leaf(self, *leaf)) {
                    for leaf in leaves {
                        self.nodes[leaf].covered = Some(child);
                    }
                }
            }
        }
    }

    fn mark_twins(&mut self) {
        let mut uses = vec![0_usize; self.words];
        for node in &self.nodes {
            if let NodeKind::Leaf {
                word: Some(word), ..
            } = node.kind
            {
                uses[word] += 1;
            }
        }
        for group in 0..self.nodes.len() {
            let NodeKind::Shuffle { children } = &self.nodes[group].kind else {
                continue;
            };
            let mut twins = Vec::new();
            let mut last_of: HashMap<Vec<u64>, NodeId> = HashMap::new();
            for child in children {
                let Some(shape) = self.shape_of(*child, &uses) else {
                    continue;
                };
                twins.extend(last_of.insert(shape, *child).map(|twin| (*child, twin)));
            }
            for (child, twin) in twins {
                self.nodes[child].twin = Some(twin);
            }
        }
    }

    /// What a subtree looks like, its own task words numbered by first use; `None` if it shares a word with others.
    fn shape_of(&self, node: NodeId, uses: &[usize]) -> Option<Vec<u64>> {
        let mut own: Vec<(usize, usize)> = Vec::new();
        let mut shape = Vec::new();
        for part in &self.nodes[node..self.nodes[node].end] {
            let size = (part.end - node) as u64;
            match &part.kind {
                NodeKind::Leaf {
                    shape: of,
                    least,
                    most,
                    word,
                } => {
                    let most = most.map_or(u64::MAX, u64::from);
                    shape.extend([0, size, *of as u64, u64::from(*least), most]);
                    let Some(word) = word else {
                        shape.push(u64::MAX);
                        continue;
                    };
                    let at = own.iter().position(|(own, _)| own == word);
                    let at = at.unwrap_or_else(|| {
                        own.push((*word, 0));
                        own.len() - 1
                    });
                    own[at].1 += 1;
                    shape.push(at as u64);
                }
                NodeKind::Progress => shape.extend([1, size]),
                NodeKind::Sequence { .. } => shape.extend([2, size]),
                NodeKind::Shuffle { .. } => shape.extend([3, size]),
            }
        }
        let private = own.iter().all(|(word, count)| uses[*word] == *count);
        private.then_some(shape)
    }
}

/// Whether a callback of that name only tells progress.
pub(super) fn is_progress(name: &str) -> bool {
    matches!(
        name,
        "AddSubTask" | "SetSubTaskStatus" | "SetCompletionPercentage"
    )
}

struct Builder<'a> {
    reading: Reading,
    program: Program<'a>,
    words: HashMap<&'a str, usize>,
    shapes: HashMap<String, usize>,
}

impl<'a> Builder<'a> {
    fn push(
        &mut self,
        kind: NodeKind,
        nullable: bool,
        parent: NodeId,
        place: usize,
        item: Option<&'a PatternItem>,
    ) -> NodeId {
        let id = self.program.nodes.len();
        let wordy = matches!(kind, NodeKind::Leaf { word: Some(_), .. });
        self.program.nodes.push(Node {
            kind,
            parent,
            place,
            end: id + 1,
            nullable,
            covered: None,
            twin: None,
            wordy,
            item,
        });
        id
    }

    /// Lays a group out; an `any_order` right inside another is part of it.
    fn group(
        &mut self,
        item: Option<&'a PatternItem>,
        items: &'a [PatternItem],
        parent: NodeId,
        place: usize,
        shuffle: bool,
    ) -> NodeId {
        let id = self.push(NodeKind::Progress, false, parent, place, item);
        let mut children: Vec<NodeId> = Vec::new();
        self.fill(id, items, shuffle, &mut children);
        let nodes = &mut self.program.nodes;
        let nullable = |node: &NodeId| nodes[*node].nullable;
        let all_nullable = children.iter().all(nullable);
        let must = children.iter().rposition(|child| !nullable(child));
        let wordy = children.iter().any(|child| nodes[*child].wordy);
        let end = nodes.len();
        let kind = if shuffle {
            NodeKind::Shuffle { children }
        } else {
            let tail = must.map_or(0, |last| last + 1);
            NodeKind::Sequence { children, tail }
        };
        let node = &mut nodes[id];
        (node.kind, node.nullable, node.wordy, node.end) = (kind, all_nullable, wordy, end);
        id
    }

    fn fill(
        &mut self,
        id: NodeId,
        items: &'a [PatternItem],
        shuffle: bool,
        children: &mut Vec<NodeId>,
    ) {
        for item in items {
            let place = children.len();
            let child = match &item.kind {
                PatternKind::AnyProgress => self.dots(id, place, item, shuffle, children),
                PatternKind::Event {
                    item: event,
                    least,
                    most,
                } => {
                    let loose = self.reading == Reading::Loose;
                    if loose && is_progress(&event.name) {
                        self.dots(id, place, item, shuffle, children)
                    } else if loose && event.name == START_RESPONSE {
                        None
                    } else {
                        let kind = NodeKind::Leaf {
                            shape: self.shape(event),
                            least: *least,
                            most: *most,
                            word: event.task.as_ref().map(|task| self.word(&task.value)),
                        };
                        Some(self.push(kind, *least == 0, id, place, Some(item)))
                    }
                }
                PatternKind::AnyOrder(inner) if shuffle => {
                    self.fill(id, inner, true, children);
                    None
                }
                PatternKind::AnyOrder(inner) => {
                    Some(self.group(Some(item), inner, id, place, true))
                }
                PatternKind::InOrder(inner) => {
                    Some(self.group(Some(item), inner, id, place, false))
                }
            };
            children.extend(child);
        }
    }

    /// `...`, once where it would stand beside itself.
    fn dots(
        &mut self,
        id: NodeId,
        place: usize,
        item: &'a PatternItem,
        shuffle: bool,
        children: &[NodeId],
    ) -> Option<NodeId> {
        let is_dots =
            |child: &NodeId| matches!(self.program.nodes[*child].kind, NodeKind::Progress);
        let there = if shuffle {
            children.iter().any(is_dots)
        } else {
            children.last().is_some_and(is_dots)
        };
        (!there).then(|| self.push(NodeKind::Progress, true, id, place, Some(item)))
    }

    fn word(&mut self, word: &'a str) -> usize {
        let next = self.words.len();
        *self.words.entry(word).or_insert(next)
    }

    fn shape(&mut self, event: &'a EventItem) -> usize {
        let status: Vec<_> = event.status.iter().flat_map(|s| &s.values).collect();
        let detail: Vec<_> = event.detail.iter().flat_map(|d| &d.values).collect();
        let key = format!(
            "{}|{:?}|{:?}|{:?}|{:?}|{:?}",
            event.name,
            status.iter().map(|s| s.value).collect::<Vec<_>>(),
            event.percent.as_ref().map(|p| p.value),
            event.nondeterministic.as_ref().map(|n| n.value),
            detail.iter().map(|d| d.value).collect::<Vec<_>>(),
            event.scope.as_ref().map(|s| s.value),
        );
        let next = self.program.shapes.len();
        *self.shapes.entry(key).or_insert_with(|| {
            self.program.shapes.push(event);
            next
        })
    }
}
