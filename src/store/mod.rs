//! The simulated IPAM data store: the ADM tables with their keys, foreign keys and procedures ([MS-IPAMM2] 3.1.1.1).
//!
//! Floor 1. Sans IO; a copy costs one pointer a row.

mod difference;
mod rows;

pub use difference::{Difference, TableDifference, difference};
pub use rows::{DataStore, ForeignKeyError, SimulatedStore, Store};
