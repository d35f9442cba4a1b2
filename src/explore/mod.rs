//! Every small world against the oracle, counted up to symmetry.
//!
//! Floor 4. Pure: which worlds there are, what one of them comes to, how counts add up. Files, threads and the clock are
//! the command's.
//!
//! # What a class is
//! Two worlds are in one class when one becomes the other by renaming: the servers other than the source, the
//! relationships, the subnets, and the scopes, as long as the source's scopes keep their order. That order is no
//! symmetry: scopes are replicated in the order of collection and the first fault ends the operation (R-29-3, OQ-15).
//! Neither is which end of a relationship stands first (OQ-1), nor which of two associations of a scope (OQ-22).
//! Scopes of other servers are never collected, so their order among themselves does not matter. Columns are not part
//! of a class: every scope has its own, so that a copy shows, and a copy may also have its source's already.
//!
//! # Which world stands for a class
//! A world is a [`Frame`] (which server rows are gone, the relationships), the source's scopes (the associations of each,
//! in order) and the others. It stands for its class when no renaming makes it smaller in the lexical order of the
//! three. [`Skeletons`] tries frames whose relationships ascend, drops those that a renaming of servers makes smaller, and
//! keeps for each the renamings that lead back to it. Only these can make a world of that frame smaller without making its
//! frame larger, so each choice of scopes is looked up under them, in a table made once for each shape. The others
//! are kept sorted, with new subnets named so that the sorted list is the smallest.
//!
//! # Why no class is lost
//! Of each class the smallest world is looked at: its relationships ascend, since sorting them is a renaming that makes the
//! frame no larger, and its others are sorted. And no class is counted twice, since two worlds of one class are not both
//! the smallest. A test does it the long way at small sizes: every labelled world, each brought to its smallest form
//! by trying all renamings, gives the same numbers.
//!
//! # What the sets hold
//! - (a) whole rows. A scope of the source is in no relationship, one or two; another server's scope in none or one.
//! - (b) at least one row gone that something refers to (a server, a relationship, the scope of an association), or an
//!   end with the id 0. Other servers' scopes are in no relationship: that nobody looks there is what (a) shows.
//! - (c) every caller with every kind of parameters on one world, since the rows have no part in it; and each world of
//!   up to 2, 2, 2 in which some scope goes to a partner and no row stands idle, crossed with what a partner may do and
//!   with what may be wrong with each scope of the source.
//! - (d) one world, and every order of up to five things that a client may do on its session. No two are alike, so each
//!   is counted.
//! - (e) one world or two, and what the other sets hold fixed, one thing or two at a time: the parameters of the delegates
//!   that replication calls, the groups and policies of a caller, the columns of a copy, two sessions at once.

mod build;
mod fixed;
mod judge;
mod orders;
mod path;
mod random;
mod rng;
mod sets;
mod shape;
mod shrink;
mod skeleton;
mod space;
mod tally;
mod variation;

pub use build::{case, initialize, replicate, world};
pub use judge::{Disagreement, Factory, Judged, judge};
pub use path::Class;
pub use random::{
    OPERATIONS_MAX, RELATIONS_MAX, Random, SCOPES_MAX, SERVERS_MAX, UNIT as RANDOM_UNIT,
};
pub use sets::{Set, Size, Worlds};
pub use shape::Shape;
pub use skeleton::{Ends, Frame, Other, Rows, Skeleton, Skeletons};
pub use space::{Found, Judging, Space};
pub use tally::{KEPT_MAX, Place, Tally, UnitTally};
