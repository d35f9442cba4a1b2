//! What a server says: replies, faults and callbacks ([MS-IPAMM2] 3.19.4.3 to 3.19.4.9, 3.21.4, 2.2.2.1).

mod fault;
mod members;
mod read;
mod write;

pub use read::{Deviation, Read, read_event};
pub use write::{CallbackPrefix, write_event};

/// The members of SubTaskInstance that the protocol's progress uses, after those of its base, in order.
const SUB_TASK_INSTANCE: [&str; 8] = [
    "FailedCompletionStatus",
    "IsNonDeterministicProgress",
    "ProgressStatusDescriptions",
    "SubTaskInstanceDetails",
    "SubTaskInstanceId",
    "SubTaskName",
    "SubTaskStatus",
    "SubTaskUniqueId",
];
/// The members of DhcpMsmOverallCompletionStatus.
const COMPLETION_STATUS: [&str; 4] = [
    "EntityStatusCollectionObject",
    "ErrorInfo",
    "HasIpamUpdateError",
    "ReturnObject",
];

#[cfg(test)]
mod tests;
