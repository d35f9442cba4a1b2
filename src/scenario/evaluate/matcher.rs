//! Whether a sequence of events can be read as a pattern says.
//!
//! The general question is hard (interleaved groups whose task words must agree), the common one is not. The search
//! goes through the events once, keeping for every node one number (a leaf's count, a sequence's place) and for every
//! task word the id it is bound to. Where several nodes could take an event it tries them in turn and comes back to the
//! others later, undoing its steps by a trail; a state met before at the same event is not entered again.
//!
//! Most choices are no choices, and are not made:
//! - an item that must still take an event, and that no later event fits, takes this one;
//! - beside `...` in an `any_order`, a progress item that needs no new binding takes the event: whatever could follow
//!   had `...` taken it can follow now, with `...` taking the item's later event instead. Of a row of such items the
//!   last that can take it does;
//! - likewise an item between two `...` of a sequence;
//! - of two equal children of an `any_order` in the same state only the first is tried.
//!
//! Cost: (events) x (items open at one time) where no choice is left, which is the case for all items that scopes or
//! bound task words tell apart; otherwise that times the number of distinct states. Both are bounded by [`STATES_MAX`]
//! and [`WORK_MAX`], past which the answer is [`Answer::TooHard`].

use std::collections::{HashMap, HashSet};

use crate::scenario::Case;
use crate::scenario::evaluate::program::{Fit, Node, NodeId, NodeKind, Program, Token, fit};

/// The most states of a search beyond one for each event, with the choices that are still open.
pub(super) const STATES_MAX: usize = 500_000;

/// The most visits of nodes in a search.
pub(super) const WORK_MAX: u64 = 400_000_000;

/// What came of a search.
#[derive(Debug)]
pub(super) enum Answer {
    /// It matches; for each event the node that took it.
    Match(Vec<NodeId>),
    /// No reading matches.
    NoMatch(Stuck),
    /// The bounds were reached before it was known.
    TooHard,
}

/// Where the reading that got furthest could not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stuck {
    /// The place of the event that nothing took; the number of events where they are over.
    pub(super) at: usize,
    /// The item that had to come; `None` where the pattern was at its end.
    pub(super) wanted: Option<NodeId>,
    /// How many events it had taken by then.
    pub(super) taken: u32,
}

impl Stuck {
    /// Which of two readings got further: by the event, then by the item.
    fn rank(self) -> (usize, NodeId, u32) {
        (self.at, self.wanted.unwrap_or(NodeId::MAX), self.taken)
    }
}

/// A search for one pattern in one sequence of events.
#[derive(Debug)]
pub(super) struct Matcher<'a> {
    program: &'a Program<'a>,
    tokens: &'a [Token<'a>],
    case: &'a Case,
    /// Whether a subtask that does not tell its scope counts as telling the one asked for.
    lenient: bool,
    /// Whether there was such a subtask.
    pub(super) silent: bool,
    registers: Vec<u32>,
    bound: Vec<Option<i32>>,
    holders: HashMap<i32, usize>,
    trail: Vec<Undo>,
    /// Of all registers and bindings; 128 bits, so that two states never have the same in practice.
    hash: u128,
    last_fit: Vec<Option<Option<usize>>>,
    work: u64,
    /// How many takers the open choices hold.
    open: usize,
}

#[derive(Debug, Clone, Copy)]
enum Undo {
    Register(NodeId, u32),
    Word(usize),
}

/// Nodes that could take an event, of which some are still to be tried.
#[derive(Debug)]
struct Choice {
    at: usize,
    takers: Vec<NodeId>,
    next: usize,
    trail: usize,
}

impl<'a> Matcher<'a> {
    /// A search.
    pub(super) fn new(
        program: &'a Program<'a>,
        tokens: &'a [Token<'a>],
        case: &'a Case,
        lenient: bool,
    ) -> Self {
        Self {
            program,
            tokens,
            case,
            lenient,
            silent: false,
            registers: vec![0; program.nodes.len()],
            bound: vec![None; program.words],
            holders: HashMap::new(),
            trail: Vec::new(),
            hash: 0,
            last_fit: vec![None; program.shapes.len()],
            work: 0,
            open: 0,
        }
    }

    /// Searches.
    pub(super) fn run(&mut self) -> Answer {
        let states_max = STATES_MAX.saturating_add(self.tokens.len());
        let mut visited: HashSet<u128> = HashSet::new();
        let mut choices: Vec<Choice> = Vec::new();
        let mut path: Vec<NodeId> = Vec::new();
        let mut best: Option<Stuck> = None;
        let mut takers: Vec<NodeId> = Vec::new();
        loop {
            let at = path.len();
            takers.clear();
            // Before the first choice no state can come again: events only go forward.
            if choices.is_empty() || visited.insert(self.hash ^ mix(at as u64, u64::MAX)) {
                if let Some(token) = self.tokens.get(at) {
                    self.collect(0, token, &mut takers);
                    self.prune(at, &mut takers);
                } else if self.satisfied(0) {
                    return Answer::Match(path);
                }
                if takers.is_empty() {
                    let stuck = self.stuck(at);
                    if best.is_none_or(|best| best.rank() < stuck.rank()) {
                        best = Some(stuck);
                    }
                }
            }
            if self.work > WORK_MAX || visited.len() + self.open > states_max {
                return Answer::TooHard;
            }
            match takers.as_slice() {
                [] => {
                    let Some(taker) = self.go_back(&mut choices, &mut path) else {
                        let start = Stuck {
                            at: 0,
                            wanted: None,
                            taken: 0,
                        };
                        return Answer::NoMatch(best.unwrap_or(start));
                    };
                    self.take(taker, path.len());
                    path.push(taker);
                }
                [taker, rest @ ..] => {
                    if !rest.is_empty() {
                        self.open += takers.len();
                        choices.push(Choice {
                            at,
                            takers: takers.clone(),
                            next: 1,
                            trail: self.trail.len(),
                        });
                    } else if choices.is_empty() {
                        self.trail.clear();
                    }
                    self.take(*taker, at);
                    path.push(*taker);
                }
            }
        }
    }

    /// Undoes everything since the last choice that has a taker left, and gives that taker.
    fn go_back(&mut self, choices: &mut Vec<Choice>, path: &mut Vec<NodeId>) -> Option<NodeId> {
        loop {
            let choice = choices.last_mut()?;
            let Some(taker) = choice.takers.get(choice.next).copied() else {
                self.open -= choice.takers.len();
                choices.pop();
                continue;
            };
            choice.next += 1;
            let (trail, at) = (choice.trail, choice.at);
            while self.trail.len() > trail {
                match self.trail.pop() {
                    Some(Undo::Register(node, old)) => self.put(node, old),
                    Some(Undo::Word(word)) => self.unbind(word),
                    None => break,
                }
            }
            path.truncate(at);
            return Some(taker);
        }
    }

    fn node(&self, node: NodeId) -> &'a Node<'a> {
        &self.program.nodes[node]
    }

    fn put(&mut self, node: NodeId, value: u32) {
        let old = std::mem::replace(&mut self.registers[node], value);
        self.hash ^= register_hash(node, old) ^ register_hash(node, value);
    }

    fn set(&mut self, node: NodeId, value: u32) {
        let old = self.registers[node];
        if old != value {
            self.trail.push(Undo::Register(node, old));
            self.put(node, value);
        }
    }

    fn bind(&mut self, word: usize, id: i32) {
        self.trail.push(Undo::Word(word));
        self.bound[word] = Some(id);
        self.holders.insert(id, word);
        self.hash ^= word_hash(word, id);
    }

    fn unbind(&mut self, word: usize) {
        if let Some(id) = self.bound[word].take() {
            self.holders.remove(&id);
            self.hash ^= word_hash(word, id);
        }
    }

    /// Lets a leaf or `...` take the event there: sequences above it move on to it.
    fn take(&mut self, node: NodeId, at: usize) {
        let (mut child, mut parent) = (node, self.node(node).parent);
        while child != 0 {
            if let NodeKind::Sequence { children, .. } = &self.node(parent).kind {
                let (from, to) = (self.registers[parent] as usize, self.node(child).place);
                if from != to {
                    // What is left behind is over, and its numbers mean nothing any more.
                    for passed in children[from]..self.node(children[from]).end {
                        self.set(passed, 0);
                    }
                    self.set(parent, u32::try_from(to).unwrap_or(u32::MAX));
                }
            }
            (child, parent) = (parent, self.node(parent).parent);
        }
        if let NodeKind::Leaf {
            least, most, word, ..
        } = self.node(node).kind
        {
            // Without an upper bound only the way to the lower one matters; 1 still tells that it was begun.
            let top = most.unwrap_or_else(|| least.max(1));
            let count = self.registers[node].saturating_add(1).min(top);
            self.set(node, count);
            if let (Some(word), Some(id)) = (word, self.tokens[at].task)
                && self.bound[word].is_none()
            {
                self.bind(word, id);
            }
        }
    }

    /// Every leaf and `...` that could take the event.
    fn collect(&mut self, node: NodeId, token: &Token<'a>, takers: &mut Vec<NodeId>) {
        self.work += 1;
        match &self.node(node).kind {
            NodeKind::Leaf {
                shape, most, word, ..
            } => {
                let full = most.is_some_and(|most| self.registers[node] >= most);
                if !full && self.task_fits(*word, token) && self.fits(*shape, token) {
                    takers.push(node);
                }
            }
            NodeKind::Progress => takers.extend(token.progress.then_some(node)),
            NodeKind::Sequence { children, .. } => {
                for child in &children[self.registers[node] as usize..] {
                    self.collect(*child, token, takers);
                    if !self.satisfied(*child) {
                        break;
                    }
                }
            }
            NodeKind::Shuffle { children } => {
                for child in children {
                    if !self.stands_like_its_twin(*child) {
                        self.collect(*child, token, takers);
                    }
                }
            }
        }
    }

    /// Whether an earlier child is the same and as far, so that trying it is enough.
    fn stands_like_its_twin(&mut self, child: NodeId) -> bool {
        let node = self.node(child);
        let Some(twin) = node.twin else { return false };
        let size = node.end - child;
        self.work += size as u64;
        let own = &self.registers[child..child + size];
        own == &self.registers[twin..twin + size]
            && (!node.wordy || own.iter().all(|register| *register == 0))
    }

    fn task_fits(&self, word: Option<usize>, token: &Token<'_>) -> bool {
        let Some(word) = word else { return true };
        let Some(id) = token.task else { return false };
        match self.bound[word] {
            Some(bound) => bound == id,
            None => !self.holders.contains_key(&id),
        }
    }

    fn fits(&mut self, shape: usize, token: &Token<'_>) -> bool {
        match fit(self.program.shapes[shape], token, self.case) {
            Fit::Yes => true,
            Fit::No => false,
            Fit::Silent => {
                self.silent = true;
                self.lenient
            }
        }
    }

    /// Whether the node has had all it must have.
    fn satisfied(&mut self, node: NodeId) -> bool {
        self.work += 1;
        match &self.node(node).kind {
            NodeKind::Leaf { least, .. } => self.registers[node] >= *least,
            NodeKind::Progress => true,
            NodeKind::Sequence { children, tail } => {
                let place = self.registers[node] as usize;
                place + 1 >= *tail
                    && children
                        .get(place)
                        .is_none_or(|child| self.satisfied(*child))
            }
            NodeKind::Shuffle { children } => children.iter().all(|child| self.satisfied(*child)),
        }
    }

    /// Drops takers that need not be tried; see the head of the module.
    fn prune(&mut self, at: usize, takers: &mut Vec<NodeId>) {
        if takers.len() < 2 {
            return;
        }
        for taker in takers.iter() {
            if self.needs_one(*taker) && self.last_fit(*taker) <= Some(at) {
                *takers = vec![*taker];
                return;
            }
        }
        let free = |matcher: &Self, node: NodeId| match matcher.node(node).kind {
            NodeKind::Leaf { word, .. } => word.is_none_or(|word| matcher.bound[word].is_some()),
            _ => false,
        };
        let mut dropped: HashSet<NodeId> = HashSet::new();
        for taker in takers.iter().filter(|taker| free(self, **taker)) {
            let node = self.node(*taker);
            if let Some(child) = node.covered {
                // Its group's `...`, and whatever stands before it in its own row.
                let group = self.node(child).parent;
                dropped.extend(takers.iter().filter(|other| {
                    let kind = &self.node(**other).kind;
                    let dots = matches!(kind, NodeKind::Progress);
                    let beside = dots && self.node(**other).parent == group;
                    beside || (child..*taker).contains(*other)
                }));
            }
            if let Some(dots) = self.dots_around(*taker) {
                dropped.insert(dots);
            }
        }
        takers.retain(|taker| !dropped.contains(taker));
    }

    /// The `...` before an item that has another one after it and takes a single event to be done.
    fn dots_around(&self, leaf: NodeId) -> Option<NodeId> {
        let node = self.node(leaf);
        let NodeKind::Leaf { least: 0..=1, .. } = node.kind else {
            return None;
        };
        let NodeKind::Sequence { children, .. } = &self.node(node.parent).kind else {
            return None;
        };
        let before = *children.get(node.place.checked_sub(1)?)?;
        let after = *children.get(node.place + 1)?;
        let dots = |node: NodeId| matches!(self.node(node).kind, NodeKind::Progress);
        (dots(before) && dots(after)).then_some(before)
    }

    fn needs_one(&self, node: NodeId) -> bool {
        matches!(self.node(node).kind, NodeKind::Leaf { least, .. } if self.registers[node] < least)
    }

    /// The last event that fits a leaf, whatever its task.
    fn last_fit(&mut self, node: NodeId) -> Option<usize> {
        let NodeKind::Leaf { shape, .. } = self.node(node).kind else {
            return None;
        };
        if let Some(known) = self.last_fit[shape] {
            return known;
        }
        let tokens = self.tokens;
        let last = (0..tokens.len())
            .rev()
            .find(|at| self.fits(shape, &tokens[*at]));
        self.work += (tokens.len() - last.unwrap_or(0)) as u64;
        self.last_fit[shape] = Some(last);
        last
    }

    fn stuck(&mut self, at: usize) -> Stuck {
        let wanted = self.wanted(0);
        let taken = wanted.map_or(0, |node| self.registers[node]);
        Stuck { at, wanted, taken }
    }

    /// The first item that has yet to come.
    fn wanted(&mut self, node: NodeId) -> Option<NodeId> {
        match &self.node(node).kind {
            NodeKind::Leaf { .. } => (!self.satisfied(node)).then_some(node),
            NodeKind::Progress => None,
            NodeKind::Sequence { children, .. } => {
                let open = &children[self.registers[node] as usize..];
                open.iter().find_map(|child| self.wanted(*child))
            }
            NodeKind::Shuffle { children } => children.iter().find_map(|child| self.wanted(*child)),
        }
    }
}

/// A number that stands for a pair, spread over 128 bits.
fn mix(left: u64, right: u64) -> u128 {
    let half = |seed: u64| u128::from(spread(spread(left ^ seed) ^ right));
    (half(0x243f_6a88_85a3_08d3) << 64) | half(0x1319_8a2e_0370_7344)
}

/// The output function of splitmix64: a permutation of the 64-bit numbers.
fn spread(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// 0 for the value 0, so that the state at the start has the hash 0.
fn register_hash(node: NodeId, value: u32) -> u128 {
    if value == 0 {
        0
    } else {
        mix(node as u64, u64::from(value))
    }
}

fn word_hash(word: usize, id: i32) -> u128 {
    let id = u64::from(u32::from_ne_bytes(id.to_ne_bytes()));
    mix(word as u64, (1 << 63) | (id << 1) | 1)
}
