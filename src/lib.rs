//! ipamconf: a conformance harness and simulator for the operation ReplicateServer of the IPAM Management
//! Protocol Version 2 ([MS-IPAMM2] 3.19.4.4.1.31).
//!

//! Floors, from the bottom: [`spec`] and [`model`]; [`world`] and [`store`]; ...

pub mod check;
pub mod cli;
pub mod delegate;
pub mod door;
pub mod model;
pub mod oracle;
pub mod partner;
pub mod report;
pub mod scenario;
pub mod session;
pub mod soap;
pub mod spec;
pub mod store;
pub mod suite;
pub mod trace;
pub mod verdict;
pub mod world;
