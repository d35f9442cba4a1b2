//! The wire types and the rows of the abstract data model that ReplicateServer reaches.
//!
//! Floor 0. Types carry data and know how they are spelled; what happens to them is for the floors above.

pub mod duration;
pub mod event;
pub mod exception;
pub mod message;
pub mod parameters;
pub mod tables;
pub mod value;

pub use duration::SerDuration;
pub use event::{
    Callback, CompletionStatus, Event, FaultCode, Percentage, SoapFault, SubTaskDetails,
    SubTaskInstance, Terminal,
};
pub use exception::IpamException;
pub use message::ClientMessage;
pub use parameters::{
    DecodeError, DhcpOption, DhcpScope, DhcpServerV4, OperationParameters, ParametersObject,
};
pub use tables::{
    AdmDhcpFailoverRelationRow, AdmDhcpOptionsRow, AdmDhcpScopeFailoverRow, AdmDhcpScopesRow,
    AdmDhcpServersRow, AdmIpRangeRow, ClassRow, OptionDefinitionRow, RecordId, RowKey,
    ScopeDetails, Tables,
};
pub use value::{Object, Value};
