//! Every small world against the oracle, counted up to symmetry.
//!
//! Floor 4. Pure: which worlds there are, what one of them comes to, how counts add up.

mod build;
mod judge;
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
