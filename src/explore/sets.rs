//! The pinned sets: which worlds they have, in units that can be explored one by one, small worlds first.

use crate::explore::skeleton::{Rows, Skeletons};
use crate::explore::{Shape, build, fixed, orders, variation};
use crate::scenario::Case;
use crate::trace::Door;

/// One of the sets that are pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Set {
    /// Whole rows: up to 3 servers, 3 scopes, 3 relationships.
    A,
    /// Rows that are gone, and ends with the id 0: up to 3 servers, 3 scopes, 2 relationships.
    B,
    /// Up to 2 of each, crossed with callers, parameters, partners and defects.
    C,
    /// One small world, with every order of what a client may do on a session.
    D,
    /// What the others hold fixed, one thing or two at a time.
    E,
}

impl Set {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::A, Self::B, Self::C, Self::D, Self::E];

    /// The word on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
            Self::D => "d",
            Self::E => "e",
        }
    }

    /// How large its worlds are.
    #[must_use]
    pub const fn size(self) -> Size {
        match self {
            Self::A => Size {
                servers: 3,
                relations: 3,
                scopes: 3,
            },
            Self::B => Size {
                servers: 3,
                relations: 2,
                scopes: 3,
            },
            Self::C => Size {
                servers: 2,
                relations: 2,
                scopes: 2,
            },
            Self::D => Size {
                servers: 2,
                relations: 1,
                scopes: 2,
            },
            Self::E => Size {
                servers: 2,
                relations: 1,
                scopes: 4,
            },
        }
    }

    /// How many worlds it has.
    #[must_use]
    pub const fn worlds(self) -> u64 {
        match self {
            Self::A => 3_408_331,
            Self::B => 1_209_511,
            Self::C => 153_142,
            Self::D => orders::COUNT,
            Self::E => fixed::COUNT,
        }
    }

    /// The classes it reaches under our rulings, one a line.
    #[must_use]
    pub const fn expected(self) -> &'static str {
        match self {
            Self::A => include_str!("classes/a.txt"),
            Self::B => include_str!("classes/b.txt"),
            Self::C => include_str!("classes/c.txt"),
            Self::D => include_str!("classes/d.txt"),
            Self::E => include_str!("classes/e.txt"),
        }
    }
}

/// The most rows of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Servers.
    pub servers: usize,
    /// Relationships.
    pub relations: usize,
    /// Scopes.
    pub scopes: usize,
}

/// The worlds of a set. A unit holds those with the same servers and relationships.
#[derive(Debug)]
pub struct Worlds {
    set: Set,
    shapes: Vec<(Shape, Skeletons)>,
    /// For each unit its shape and its frame; before them, in set (c), the unit of the calls.
    units: Vec<Unit>,
}

#[derive(Debug, Clone, Copy)]
enum Unit {
    Calls,
    Orders(usize),
    Fixed(usize),
    Frame { shape: usize, frame: usize },
}

impl Worlds {
    /// Those of a set up to its pinned size.
    #[must_use]
    pub fn of(set: Set) -> Self {
        Self::up_to(set, set.size())
    }

    /// Those of a set up to another size.
    #[must_use]
    pub fn up_to(set: Set, size: Size) -> Self {
        let alone: Option<Vec<Unit>> = match set {
            Set::D => Some((0..orders::UNITS).map(Unit::Orders).collect()),
            Set::E => Some((0..fixed::UNITS).map(Unit::Fixed).collect()),
            Set::A | Set::B | Set::C => None,
        };
        if let Some(units) = alone {
            return Self {
                set,
                shapes: Vec::new(),
                units,
            };
        }
        let rows = match set {
            Set::A | Set::C | Set::D | Set::E => Rows::Whole,
            Set::B => Rows::Dangling,
        };
        let shapes: Vec<(Shape, Skeletons)> =
            Shape::up_to(size.servers, size.relations, size.scopes)
                .into_iter()
                .map(|shape| (shape, Skeletons::of(shape, rows)))
                .collect();
        let calls = (set == Set::C).then_some(Unit::Calls);
        let frames = shapes.iter().enumerate().flat_map(|(shape, (_, found))| {
            (0..found.frames()).map(move |frame| Unit::Frame { shape, frame })
        });
        let units = calls.into_iter().chain(frames).collect();
        Self { set, shapes, units }
    }

    /// Which set.
    #[must_use]
    pub const fn set(&self) -> Set {
        self.set
    }

    /// How many units there are.
    #[must_use]
    pub const fn units(&self) -> usize {
        self.units.len()
    }

    /// The shape of a unit's worlds; `None` where the worlds are not made from one.
    #[must_use]
    pub fn shape(&self, unit: usize) -> Option<Shape> {
        match self.units.get(unit)? {
            Unit::Calls | Unit::Orders(_) | Unit::Fixed(_) => None,
            Unit::Frame { shape, .. } => Some(self.shapes[*shape].0),
        }
    }

    /// The cases of a unit, in order.
    pub fn cases(&self, unit: usize) -> Box<dyn Iterator<Item = Case> + '_> {
        let skeletons = |shape: usize, frame| self.shapes[shape].1.of_frame(frame);
        match (self.set, self.units.get(unit).copied()) {
            (_, None) => Box::new(std::iter::empty()),
            (_, Some(Unit::Calls)) => Box::new(variation::calls().into_iter()),
            (_, Some(Unit::Orders(unit))) => Box::new(orders::of_unit(unit)),
            (_, Some(Unit::Fixed(unit))) => Box::new(fixed::of_unit(unit).into_iter()),
            (Set::A | Set::B, Some(Unit::Frame { shape, frame })) => {
                Box::new(skeletons(shape, frame).map(|skeleton| {
                    build::case(build::world(&skeleton), vec![Door::Delegate, Door::Session])
                }))
            }
            (Set::C | Set::D | Set::E, Some(Unit::Frame { shape, frame })) => Box::new(
                skeletons(shape, frame)
                    .filter(variation::is_tight)
                    .flat_map(|skeleton| variation::of_world(&skeleton)),
            ),
        }
    }

    /// How many cases a unit has, counted without making them.
    #[must_use]
    pub fn count(&self, unit: usize) -> usize {
        match (self.set, self.units.get(unit).copied()) {
            (Set::A | Set::B, Some(Unit::Frame { shape, frame })) => {
                self.shapes[shape].1.of_frame(frame).count()
            }
            _ => self.cases(unit).count(),
        }
    }
}
