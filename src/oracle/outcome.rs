//! The form of the oracle's answer.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::model::{RecordId, ScopeDetails, Tables, Terminal};
use crate::oracle::OptionMeaning;
use crate::spec::{AddressFamily, Grade, IpamExceptionId, Question, Readings, RequirementId};
use crate::world::{Caller, PartnerRule, Role};

/// All that bears on what a call may do.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The rows when the call is made.
    pub tables: &'a Tables,
    /// ADM_IsIPAMConfigured.
    pub provisioned: bool,
    /// ADM_IsSchemaConversionRequired.
    pub schema_conversion_required: bool,
    /// Who opened the session.
    pub caller: &'a Caller,
    /// Own roles, beside the built-in ones.
    pub roles: &'a [Role],
    /// The partner's rules.
    pub partner: &'a [PartnerRule<RecordId>],
    /// How many requests each rule may have taken in earlier operations.
    pub taken: &'a PartnerBounds,
    /// The readings to judge by.
    pub readings: &'a Readings,
}

/// For each partner rule the least and the most requests it can have taken so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PartnerBounds {
    /// (least, most), one for each rule; a rule without an entry has taken none.
    pub taken: Vec<(u64, u64)>,
}

/// How a call comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// Through StartOperationWithCallback on a session: pre-operation processing comes first.
    Session,
    /// The delegate is called directly: no authorization, no provisioned check.
    Delegate,
}

/// An answer to InitializeOperationParameters that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllowedReply {
    /// Response or fault.
    pub reply: ReplyKind,
    /// The requirement that decides it.
    pub requirement: RequirementId,
    /// The question that leaves the choice, where there is one.
    pub question: Option<Question>,
}

/// Response or fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyKind {
    /// InitializeOperationParametersResponse.
    Response,
    /// A SOAP fault, and the session ends.
    Fault,
}

/// The set of allowed outcomes of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// The ways it may end, our ruling first. Never empty.
    pub ends: Vec<EitherEnd>,
    /// What may become of each scope that the operation is asked to replicate, in record-id order. Every row that
    /// no fate writes stays as it is.
    ///
    /// When the operation succeeds, each scope's outcome is one of its choices without a fault. When it fails, each
    /// scope is untouched or has the outcome of one of its choices. When it ends in a [`Stage::StartFault`], every
    /// scope is untouched.
    pub fates: Vec<Fate>,
    /// When the operation fails all of these hold, too: at most `.1` of the scopes in `.0` (places in `fates`) are written.
    pub at_most_written: Vec<(Vec<usize>, usize)>,
    /// What each partner rule can have taken once this operation is over.
    pub taken: PartnerBounds,
}

/// A way an operation may end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EitherEnd {
    /// Where it shows.
    pub stage: Stage,
    /// The requirement that decides it: the nearest one for the fault meant, R-31-4 and its like on success.
    pub requirement: RequirementId,
    /// The question that leaves the choice, where there is more than one way.
    pub question: Option<Question>,
    /// How it counts when our ruling is not followed: HARD where only this way is allowed, EITHER otherwise.
    pub grade: Grade,
    /// The ids that the fault's details are expected to name, outermost or inner (SOFT); empty on success.
    pub details: Vec<IpamExceptionId>,
}

/// Where the end of an operation shows (OQ-8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A fault in answer to StartOperationWithCallback, without any callback.
    StartFault,
    /// SetOverallStatus with that value, after StartProgressCallback.
    Processing(Terminal),
}

/// What may become of one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// The source row, as it is in the tables, or the RecordId of a scope object that the client sent.
    pub source: RecordId,
    /// Which simple table the source is in, and its copy.
    pub family: AddressFamily,
    /// The outcomes that are allowed, our ruling first. Never empty.
    pub choices: Vec<Choice>,
}

/// One allowed outcome for a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Nothing is written, and that is no error.
    Skip {
        /// Why.
        requirement: RequirementId,
        /// How it counts when something is written all the same.
        grade: Grade,
    },
    /// It is written on the destination.
    Write(Write),
    /// The operation faults at this scope.
    Fault {
        /// Why.
        requirement: RequirementId,
        /// The id its details are expected to name.
        detail: Option<IpamExceptionId>,
        /// What is written all the same (a partner that applies a request and loses the answer).
        written: Option<Write>,
    },
}

/// A scope written on its destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The server that the written row belongs to: the destination, except where the source is rewritten (OQ-5).
    pub server: RecordId,
    /// The name of the server in the parameters of .3 or .4: ManagedByEntity of the range row.
    pub server_name: String,
    /// The subnet address.
    pub scope_id: IpAddr,
    /// Whether a row is there already.
    pub kind: WriteKind,
    /// What the copy holds afterwards.
    pub copy: Copy,
    /// R-29-6a, R-29-6b, or the step of .3 and .4 called directly.
    pub requirement: RequirementId,
    /// The relationship that the copy is associated with afterwards, source and copy being marked InSync (OQ-11).
    ///
    /// `None` where neither is to happen; SOFT both ways.
    pub attach: Option<RecordId>,
}

/// Whether a scope is updated or created on its destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteKind {
    /// This row is updated.
    Update(RecordId),
    /// A row is created.
    Create,
}

/// What a copy holds once it is written, as far as anything is said about it.
///
/// The listed columns of R-3-10 and R-4-10 and the values of the range row are always the source's. Of an IPv6 copy
/// only the columns that its table has are meant. Whatever is not named here belongs to the row itself and stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The source's columns.
    pub details: ScopeDetails,
    /// Mask, prefix length, address range, description and Bootp lease of the scope row (OQ-12).
    pub configuration: Taken,
    /// The DNS settings (R-3-15, R-4-15).
    pub dns: Taken,
    /// The exclusion ranges afterwards (R-3-17a, R-4-17a); `None` where nothing is said about them.
    pub exclusions: Option<BTreeSet<(IpAddr, IpAddr)>>,
    /// The options afterwards, in order (R-3-16a, R-4-16a); `None` where nothing is said about them.
    pub options: Option<Vec<OptionMeaning>>,
}

/// Where columns of a written copy come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// They are the source's.
    Source,
    /// They stay as they are on an update; on a create nothing is said about them.
    Own,
    /// They are the source's or stay: both are allowed.
    Either,
}
