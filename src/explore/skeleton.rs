//! Worlds without their columns: which rows there are and how they refer to each other, one for each class.

use crate::explore::Shape;
use crate::world::End;

/// What a world is, up to the columns of its rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skeleton {
    /// Servers and relationships.
    pub frame: Frame,
    /// For each scope of the source the relationships it is associated with, in the order of the associations.
    pub sources: Vec<Vec<usize>>,
    /// The other scopes, in order.
    pub others: Vec<Other>,
}

/// The servers and relationships of a world.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Frame {
    /// For each server whether its row is gone; the source comes first.
    pub gone: Vec<bool>,
    /// The relationships, in order.
    pub relations: Vec<Ends>,
}

/// A relationship's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ends {
    /// It is there, with these two ends; which stands first matters (OQ-1).
    Of(End, End),
    /// It is gone; what its ends were nobody can see.
    Gone,
}

/// What there is beside the source's own scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Other {
    /// A scope of another server.
    Scope {
        /// Its owner: not 0.
        server: usize,
        /// Its subnet: that of the source's scope of this number, or past those one of its own.
        subnet: usize,
        /// It has the configuration of the source's scope already.
        same: bool,
        /// The relationship it is associated with.
        relation: Option<usize>,
    },
    /// An association whose scope row is gone.
    Ghost {
        /// The relationship that the association names.
        relation: usize,
    },
}

/// What else than whole rows a world may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Every reference leads somewhere, or is NULL.
    Whole,
    /// At least one row that something refers to is gone, or an end is the id 0.
    Dangling,
}

impl Skeleton {
    /// Two servers and their relationship: the source has one scope, and its partner a copy of it.
    pub(super) fn pair() -> Self {
        Self {
            frame: Frame {
                gone: vec![false; 2],
                relations: vec![Ends::Of(End::Server(0), End::Server(1))],
            },
            sources: vec![vec![0]],
            others: vec![Other::Scope {
                server: 1,
                subnet: 0,
                same: false,
                relation: None,
            }],
        }
    }

    /// Whether something refers to a row that is gone, or an end is 0.
    #[must_use]
    pub fn dangles(&self) -> bool {
        let zero = |end: &End| *end == End::Zero;
        self.frame.gone.contains(&true)
            || self.frame.relations.iter().any(|ends| match ends {
                Ends::Gone => true,
                Ends::Of(first, second) => zero(first) || zero(second),
            })
            || self
                .others
                .iter()
                .any(|other| matches!(other, Other::Ghost { .. }))
    }
}

/// A renaming: of the servers other than the source, and of the relationships.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Renaming {
    servers: Vec<usize>,
    relations: Vec<usize>,
}

impl Renaming {
    fn all(shape: Shape) -> Vec<Self> {
        let mut all = Vec::new();
        for servers in permutations(shape.servers) {
            if servers[0] != 0 {
                continue;
            }
            for relations in permutations(shape.relations) {
                all.push(Self {
                    servers: servers.clone(),
                    relations,
                });
            }
        }
        all
    }

    fn end(&self, end: End) -> End {
        match end {
            End::Server(server) => End::Server(self.servers[server]),
            other => other,
        }
    }

    fn frame(&self, frame: &Frame) -> Frame {
        let mut renamed = frame.clone();
        for (server, gone) in frame.gone.iter().enumerate() {
            renamed.gone[self.servers[server]] = *gone;
        }
        for (relation, ends) in frame.relations.iter().enumerate() {
            renamed.relations[self.relations[relation]] = match ends {
                Ends::Gone => Ends::Gone,
                Ends::Of(first, second) => Ends::Of(self.end(*first), self.end(*second)),
            };
        }
        renamed
    }

    fn sources(&self, sources: &[Vec<usize>]) -> Vec<Vec<usize>> {
        sources
            .iter()
            .map(|list| {
                list.iter()
                    .map(|relation| self.relations[*relation])
                    .collect()
            })
            .collect()
    }

    fn others(&self, others: &[Other], sources: usize) -> Vec<Other> {
        let renamed = others
            .iter()
            .map(|other| match *other {
                Other::Scope {
                    server,
                    subnet,
                    same,
                    relation,
                } => Other::Scope {
                    server: self.servers[server],
                    subnet,
                    same,
                    relation: relation.map(|relation| self.relations[relation]),
                },
                Other::Ghost { relation } => Other::Ghost {
                    relation: self.relations[relation],
                },
            })
            .collect();
        in_order(renamed, sources)
    }
}

/// The other scopes in their one order: neither their own order nor the names of new subnets matter.
fn in_order(others: Vec<Other>, sources: usize) -> Vec<Other> {
    permutations(others.len())
        .into_iter()
        .map(|names| {
            let mut renamed: Vec<Other> = others
                .iter()
                .map(|other| match *other {
                    Other::Scope {
                        server,
                        subnet,
                        same,
                        relation,
                    } if subnet >= sources => Other::Scope {
                        server,
                        subnet: sources + names[subnet - sources],
                        same,
                        relation,
                    },
                    other => other,
                })
                .collect();
            renamed.sort_unstable();
            renamed
        })
        .min()
        .unwrap_or_default()
}

fn permutations(of: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for place in 0..of {
        all = all
            .into_iter()
            .flat_map(|begun: Vec<usize>| {
                (0..=place).map(move |at| {
                    let mut longer = begun.clone();
                    longer.insert(at, place);
                    longer
                })
            })
            .collect();
    }
    all.sort_unstable();
    all
}

/// All worlds of one shape, one for each class: every frame with every choice for the scopes that no renaming of the
/// frame onto itself turns into a smaller one.
#[derive(Debug)]
pub struct Skeletons {
    frames: Vec<(Frame, Vec<usize>)>,
    sources: Vec<Vec<Vec<usize>>>,
    others: Vec<Vec<Other>>,
    /// For each renaming what it makes of each choice, by number.
    renamed: Vec<(Vec<usize>, Vec<usize>)>,
    rows: Rows,
}

impl Skeletons {
    /// Those of a shape.
    #[must_use]
    pub fn of(shape: Shape, rows: Rows) -> Self {
        let renamings = Renaming::all(shape);
        let sources = sources(shape);
        let others = others(shape, rows);
        let place_of = |sorted: &[Vec<Other>], list: &Vec<Other>| {
            sorted.binary_search(list).unwrap_or(usize::MAX)
        };
        let renamed = renamings
            .iter()
            .map(|renaming| {
                let of_sources = sources
                    .iter()
                    .map(|list| {
                        let list = renaming.sources(list);
                        sources.binary_search(&list).unwrap_or(usize::MAX)
                    })
                    .collect();
                let of_others = others
                    .iter()
                    .map(|list| place_of(&others, &renaming.others(list, shape.sources)))
                    .collect();
                (of_sources, of_others)
            })
            .collect();
        let frames = frames(shape, rows)
            .into_iter()
            .filter_map(|frame| {
                let mut onto_itself = Vec::new();
                for (number, renaming) in renamings.iter().enumerate() {
                    match renaming.frame(&frame).cmp(&frame) {
                        std::cmp::Ordering::Less => return None,
                        std::cmp::Ordering::Equal => onto_itself.push(number),
                        std::cmp::Ordering::Greater => {}
                    }
                }
                Some((frame, onto_itself))
            })
            .collect();
        Self {
            frames,
            sources,
            others,
            renamed,
            rows,
        }
    }

    /// How many frames there are.
    #[must_use]
    pub const fn frames(&self) -> usize {
        self.frames.len()
    }

    /// The worlds of one frame, in order.
    pub fn of_frame(&self, frame: usize) -> impl Iterator<Item = Skeleton> + '_ {
        let places = (0..self.sources.len())
            .flat_map(move |source| (0..self.others.len()).map(move |other| (source, other)));
        self.frames
            .get(frame)
            .into_iter()
            .flat_map(move |(frame, onto_itself)| {
                places.clone().filter_map(move |place| {
                    let smallest = onto_itself.iter().all(|renaming| {
                        let (sources, others) = &self.renamed[*renaming];
                        (sources[place.0], others[place.1]) >= place
                    });
                    let skeleton = || Skeleton {
                        frame: frame.clone(),
                        sources: self.sources[place.0].clone(),
                        others: self.others[place.1].clone(),
                    };
                    smallest
                        .then(skeleton)
                        .filter(|found| self.rows == Rows::Whole || found.dangles())
                })
            })
    }
}

/// Frames whose relationships stand in ascending order; others are a renaming of one of them.
fn frames(shape: Shape, rows: Rows) -> Vec<Frame> {
    let mut ends: Vec<End> = (0..shape.servers).map(End::Server).collect();
    ends.push(End::Nil);
    if rows == Rows::Dangling {
        ends.push(End::Zero);
    }
    let mut kinds: Vec<Ends> = ends
        .iter()
        .flat_map(|first| ends.iter().map(|second| Ends::Of(*first, *second)))
        .collect();
    if rows == Rows::Dangling {
        kinds.push(Ends::Gone);
    }
    let mut relations: Vec<Vec<Ends>> = vec![Vec::new()];
    for _ in 0..shape.relations {
        relations = relations
            .into_iter()
            .flat_map(|begun| {
                let from = begun.last().copied();
                kinds
                    .iter()
                    .filter(move |kind| from.is_none_or(|from| **kind >= from))
                    .map(move |kind| {
                        let mut longer = begun.clone();
                        longer.push(*kind);
                        longer
                    })
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    let gone: Vec<Vec<bool>> = match rows {
        Rows::Whole => vec![vec![false; shape.servers]],
        Rows::Dangling => (0..1_usize << shape.servers)
            .map(|bits| {
                (0..shape.servers)
                    .map(|server| bits >> server & 1 == 1)
                    .collect()
            })
            .collect(),
    };
    gone.iter()
        .flat_map(|gone| {
            relations.iter().map(|relations| Frame {
                gone: gone.clone(),
                relations: relations.clone(),
            })
        })
        .collect()
}

/// Each scope of the source is in no relationship, in one, or in two, of which either may be found first (OQ-22).
fn sources(shape: Shape) -> Vec<Vec<Vec<usize>>> {
    let mut lists: Vec<Vec<usize>> = vec![Vec::new()];
    for first in 0..shape.relations {
        lists.push(vec![first]);
        lists.extend(
            (0..shape.relations)
                .filter(|second| *second != first)
                .map(|second| vec![first, second]),
        );
    }
    let mut found = power(&lists, shape.sources);
    found.sort_unstable();
    found
}

fn others(shape: Shape, rows: Rows) -> Vec<Vec<Other>> {
    let mut kinds = Vec::new();
    // What only hangs from a scope that nobody collects is varied among whole rows.
    let related = match rows {
        Rows::Whole => shape.relations,
        Rows::Dangling => 0,
    };
    for server in 1..shape.servers {
        for subnet in 0..shape.sources + shape.others {
            for same in [false, true] {
                if same && subnet >= shape.sources {
                    continue;
                }
                for relation in std::iter::once(None).chain((0..related).map(Some)) {
                    kinds.push(Other::Scope {
                        server,
                        subnet,
                        same,
                        relation,
                    });
                }
            }
        }
    }
    if rows == Rows::Dangling {
        kinds.extend((0..shape.relations).map(|relation| Other::Ghost { relation }));
    }
    let mut found: Vec<Vec<Other>> = power(&kinds, shape.others)
        .into_iter()
        .filter(|list| list.is_sorted() && one_scope_for_a_subnet(list))
        .map(|list| in_order(list, shape.sources))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// A server has one scope for a subnet.
fn one_scope_for_a_subnet(others: &[Other]) -> bool {
    let place = |other: &Other| match other {
        Other::Scope { server, subnet, .. } => Some((*server, *subnet)),
        Other::Ghost { .. } => None,
    };
    others.iter().enumerate().all(|(number, other)| {
        place(other).is_none_or(|found| {
            others[..number]
                .iter()
                .all(|before| place(before) != Some(found))
        })
    })
}

fn power<T: Clone>(kinds: &[T], length: usize) -> Vec<Vec<T>> {
    let mut lists: Vec<Vec<T>> = vec![Vec::new()];
    for _ in 0..length {
        lists = lists
            .iter()
            .flat_map(|begun| {
                kinds.iter().map(|kind| {
                    let mut longer = begun.clone();
                    longer.push(kind.clone());
                    longer
                })
            })
            .collect();
    }
    lists
}
