//! ipamconf: a conformance harness and simulator for the operation ReplicateServer of the IPAM Management
//! Protocol Version 2 ([MS-IPAMM2] 3.19.4.4.1.31).
//!
//! # Floors
//! Lower knows nothing of higher; a test keeps it so. Everything up to the reports is free of IO, clocks, threads
//! and global state.
//!
//! | floor | modules |
//! | --- | --- |
//! | 0 | [`spec`]: the document's tables as data; [`model`]: wire types and rows |
//! | 1 | [`world`]: what a scenario says exists; [`store`]: the simulated data store; [`soap`]: messages as XML; [`wire`]: the formats of net.tcp |
//! | 2 | [`partner`], [`delegate`], [`session`]: our simulator; [`oracle`]: what the document allows; [`trace`], [`verdict`]: what a run showed, what a check finds |
//! | 3 | [`scenario`]: files and their expectations; [`check`]: judging a trace; [`suite`]: taking the steps of a case |
//! | 4 | [`explore`]: every small world against the oracle; [`report`]: one report and its readers; [`baseline`]: what of it is accepted; [`author`]: for those who write scenarios; [`schema`]: the scenario language as data; [`mod@format`]: scenario files in their one layout; [`interchange`]: JSON forms for targets elsewhere; [`mod@minimize`]: failing cases made small |
//! | 5 | [`door`]: the ways in to a target |
//! | 5 | [`deviant`]: the simulator with one planted mistake, and what the suite says of it |
//! | 6 | [`cli`]: arguments in, exit code out |

pub mod author;
pub mod baseline;
pub mod check;
pub mod cli;
pub mod delegate;
pub mod deviant;
pub mod door;
pub mod explore;
pub mod format;
pub mod interchange;
pub mod minimize;
pub mod model;
pub mod oracle;
pub mod partner;
pub mod report;
pub mod scenario;
pub mod schema;
pub mod session;
pub mod soap;
pub mod spec;
pub mod store;
pub mod suite;
pub mod trace;
pub mod verdict;
pub mod wire;
pub mod world;
