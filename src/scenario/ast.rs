//! A scenario file, read: every value that can be complained about keeps its place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::model::{FaultCode, Percentage, Terminal};
use crate::scenario::Source;
use crate::spec::{
    Grade, IpamAdminOperationId, IpamExceptionId, OverallProgressStatus, Readings, RequirementId,
    SubTaskStatus,
};
use crate::trace::{ClientState, Door, OverallState, Reply};
use crate::verdict::Span;
use crate::world::{Caller, RowKind, World};

/// A value and its place in the file. A substituted value has its place in the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// One value or several: the first is our ruling, the others are accepted (grade EITHER). Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOrMore<T> {
    /// The values, in the order of the file.
    pub values: Vec<Spanned<T>>,
    /// The place of the whole.
    pub span: Span,
}

/// A scenario file.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// What it is called: its path below the scenarios folder without the ending, with `/`.
    pub id: String,
    /// The file and its text.
    pub source: Arc<Source>,
    /// The behaviour as a claim.
    pub title: Spanned<String>,
    /// Why, for the reader.
    pub description: Option<String>,
    /// For `--tag`.
    pub tags: Vec<String>,
    /// The cases; a file without `[[cases]]` has one, without a name.
    pub cases: Vec<Case>,
    /// What the cases do not show of how the file is written.
    pub written: Written,
}

/// What the cases of a file do not show of how it is written: for those who judge the writing, not the behaviour.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// `doors`, where it is written.
    pub doors: Option<Spanned<Vec<Door>>>,
    /// The variables that have the same value in every case, at their place in the first; of a single case, none.
    pub constants: Vec<Spanned<String>>,
}

/// Why a door cannot carry a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannotCarry {
    /// The door.
    pub door: Door,
    /// Why, in a few words.
    pub reason: String,
    /// The place in the file that is in the way.
    pub span: Span,
}

/// One case of a scenario: the file with the case's values put in.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name; `None` where the file has no cases.
    pub name: Option<String>,
    /// The place of the case's header, or of the file's title.
    pub span: Span,
    /// The requirements it is about, the most telling first.
    pub requirements: Vec<RequirementId>,
    /// Their places: of the file's `requirements`, or of the case's own.
    pub requirement_spans: Vec<Span>,
    /// The doors that can carry it, in the order of [`Door::ALL`]. Never empty.
    pub doors: Vec<Door>,
    /// The doors that cannot, whatever the file names.
    pub cannot: Vec<CannotCarry>,
    /// The readings it is judged under, put over those of the run.
    pub readings: Readings,
    /// Fixes message ids and every drawn choice; the run's where left out.
    pub seed: Option<u64>,
    /// What exists.
    pub world: Arc<World>,
    /// The places of the world's rows, for second labels.
    pub row_spans: Arc<RowSpans>,
    /// What the client does. A file without steps has one `replicate`.
    pub steps: Vec<Step>,
    /// What must follow, over the whole scenario.
    pub expect: Expect,
}

/// Where the rows of a world stand in the file, by their place in the world.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowSpans {
    /// Of the servers.
    pub servers: Vec<Span>,
    /// Of the relationships.
    pub relations: Vec<Span>,
    /// Of the scopes.
    pub scopes: Vec<Span>,
    /// The scopes that another one is `like`, by their place in the world.
    pub models: BTreeSet<usize>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The place of its header.
    pub span: Span,
    /// The session it speaks on; the current one where left out.
    pub session: Option<Spanned<String>>,
    /// Take the step as soon as this event arrives.
    pub after: Option<After>,
    /// What is done.
    pub action: Action,
    /// What must follow from it.
    pub expect: Option<Expect>,
}

/// An event that a step waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// The event's name.
    pub event: Spanned<String>,
    /// Which one of that name, from 1.
    pub nth: u32,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// `connect`, `initialize`, `start` in one.
    Replicate {
        /// Who opens the session; the world's caller where left out.
        caller: Option<Caller>,
        /// The parameters.
        initialize: Initialize,
    },
    /// A new session.
    Connect {
        /// Who opens it; the world's caller where left out.
        caller: Option<Caller>,
    },
    /// InitializeOperationParameters.
    Initialize(Initialize),
    /// StartOperationWithCallback.
    Start,
    /// Keepalive.
    Keepalive {
        /// How many.
        times: u32,
    },
    /// The client invokes a callback operation on the server.
    SendCallback {
        /// Its name.
        name: String,
    },
    /// A message as written.
    SendXml {
        /// The SOAP action; `None` where `xml` is a whole envelope.
        action: Option<String>,
        /// The body, or the envelope.
        xml: String,
    },
    /// Bytes below the framing.
    SendBytes {
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Orderly end of the session.
    Close,
    /// The connection is lost.
    Drop,
    /// Virtual time passes.
    Wait(Duration),
    /// The store is changed behind the server's back.
    Change(Change),
}

impl Action {
    /// Whether it is done only when the server has answered, or will not any more; the others are done when sent.
    #[must_use]
    pub const fn is_request(&self) -> bool {
        matches!(
            self,
            Self::Replicate { .. }
                | Self::Initialize(_)
                | Self::Start
                | Self::SendXml { .. }
                | Self::SendBytes { .. }
        )
    }

    /// The key that scenarios use.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Replicate { .. } => "replicate",
            Self::Connect { .. } => "connect",
            Self::Initialize(_) => "initialize",
            Self::Start => "start",
            Self::Keepalive { .. } => "keepalive",
            Self::SendCallback { .. } => "send_callback",
            Self::SendXml { .. } => "send_xml",
            Self::SendBytes { .. } => "send_bytes",
            Self::Close => "close",
            Self::Drop => "drop",
            Self::Wait(_) => "wait",
            Self::Change(_) => "change",
        }
    }
}

/// The content of InitializeOperationParameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initialize {
    /// OperationId.
    pub operation: OperationChoice,
    /// The parameters object.
    pub parameters: ParametersChoice,
    /// Server, for types that carry one.
    pub server: ServerChoice,
    /// Scopes, for types that carry them; `None`: those of `server`.
    pub scopes: Option<Vec<usize>>,
    /// Scope, for types that carry one; `None`: the first of `server`.
    pub scope: Option<usize>,
    /// Relation, for types that carry one; `None`: the first.
    pub relation: Option<usize>,
    /// Members put over those, by wire name.
    pub set: Vec<(String, SetValue)>,
}

/// What stands as OperationId.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationChoice {
    /// A member of IpamAdminOperationId.
    Member(IpamAdminOperationId),
    /// Any other text.
    Text(String),
    /// Left out.
    Absent,
}

/// What stands as `paramters`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParametersChoice {
    /// An object of that type, known or not. Where the author says nothing, the type of the operation.
    Type(String),
    /// The element is left out.
    Absent,
    /// `i:nil="true"`.
    Nil,
}

/// What stands as Server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerChoice {
    /// A server of the world.
    Row(usize),
    /// The first server's object with the id 0.
    Zero,
    /// The first server's object with an id that no row has.
    Unknown,
    /// Left out.
    Absent,
    /// `i:nil="true"`.
    Nil,
}

/// A member as the author overrides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetValue {
    /// The member is left out.
    Absent,
    /// `i:nil="true"`.
    Nil,
    /// An id that no row has.
    Unknown,
    /// Text, a number or a boolean, in its lexical form.
    Text(String),
    /// Members of the object that is there, overridden one by one.
    Members(Vec<(String, Self)>),
    /// The items of an array.
    List(Vec<Self>),
}

/// A change of the store behind the server's back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The row.
    pub row: RowRef,
    /// The columns to set; for a deleted row that is to be made again, none.
    pub columns: Vec<ColumnValue>,
    /// The row is deleted.
    pub delete: bool,
}

/// A row of the world, or one that an expectation named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowRef {
    /// The kind of row.
    pub kind: RowKind,
    /// The place in the world, or the name given by an earlier `created`.
    pub target: RowTarget,
    /// The place of the name.
    pub span: Span,
}

/// What a reference to a row means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowTarget {
    /// A row of the world, by its place there.
    World(usize),
    /// A row that a `created` item named.
    Created(String),
}

/// A column and the value (or values) an author gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnValue {
    /// The column.
    pub column: Column,
    /// The accepted values in their canonical text, our ruling first. Exactly one in a `change` step.
    pub values: Vec<Spanned<String>>,
    /// The place of the key.
    pub key_span: Span,
}

macro_rules! columns {
    ($($(#[$meta:meta])* $variant:ident = $key:literal),* $(,)?) => {
        /// A column that scenarios can name. Values are compared in their canonical text, which
        /// [`crate::scenario::ColumnView::text`] gives for a row.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column { $($(#[$meta])* $variant),* }

        impl Column {
            /// Every column.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The key that scenarios use.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key),* }
            }
        }
    };
}

columns! {
    /// ScopeId and PrefixLength, as `10.0.1.0/24`.
    Subnet = "subnet",
    /// SubnetMask, as an address; `none` where there is none.
    Mask = "mask",
    /// ScopeName.
    ScopeName = "scope_name",
    /// StartAddress and EndAddress, as `a-b`.
    Range = "range",
    /// Status.
    Status = "status",
    /// LeaseDuration and LeaseDurationType: a duration as authors write it, or `unlimited`.
    Lease = "lease",
    /// SubnetDelay.
    SubnetDelay = "subnet_delay",
    /// ServingClientsType.
    Serving = "serving",
    /// Description.
    Description = "description",
    /// BootpLeaseDuration and BootpLeaseDurationType, as `lease`.
    BootpLease = "bootp_lease",
    /// DnsUpdateType.
    DnsUpdate = "dns_update",
    /// DnsNameProtectionStatus: `true`, `false`, or the member where it is None.
    DnsNameProtection = "dns_name_protection",
    /// DiscardDnsRecordOnLeaseDeletionStatus, likewise.
    DnsDiscardRecords = "dns_discard_records",
    /// DnsNotRequestingClientsUpdateType, likewise.
    DnsNotRequesting = "dns_not_requesting",
    /// ExclusionRanges, sorted, as `a-b, c-d`; empty text for none.
    Exclusions = "exclusions",
    /// The scope's option rows, sorted, each `id[/vendor class][/user class]=value|value`, joined by `, `.
    Options = "options",
    /// The relationships it is associated with, by name, sorted, joined by `, `.
    Relation = "relation",
    /// SuperscopeId, by name; empty text for none.
    Superscope = "superscope",
    /// The access scope, by name.
    AccessScope = "access_scope",
    /// NumberOfActiveLeases.
    ActiveLeases = "active_leases",
    /// FailoverConfigSyncStatus.
    Sync = "sync",
    /// ManagedBy of the range row.
    ManagedBy = "managed_by",
    /// ManagedByEntity of the range row.
    ManagedByEntity = "managed_by_entity",
    /// ParentServer.Name of a server.
    Host = "host",
    /// Server1RecordId of a relationship: a server's name, `nil` or `0`.
    Server1 = "server1",
    /// Server2RecordId, likewise.
    Server2 = "server2",
    /// Mode of a relationship.
    Mode = "mode",
}

/// What must follow. Keys left out ask nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expect {
    /// The place of the header or of the key `expect`.
    pub span: Span,
    /// The value of SetOverallStatus.
    pub overall: Option<OneOrMore<Terminal>>,
    /// Where a fault shows, and its details.
    pub fault: Option<FaultExpect>,
    /// The answer to the step's request.
    pub reply: Option<OneOrMore<Reply>>,
    /// All callbacks.
    pub callbacks: Option<Pattern>,
    /// All that the client sees.
    pub events: Option<Pattern>,
    /// No callback matches any of these.
    pub never: Vec<EventItem>,
    /// How percentages move.
    pub percentages: Option<Spanned<Percentages>>,
    /// The server closed the session.
    pub closed: Option<Spanned<bool>>,
    /// Our client's tracker.
    pub tracker: Option<TrackerExpect>,
    /// Rows that changed; with its place, since `[]` says something too.
    pub changed: Option<Spanned<Vec<RowExpect>>>,
    /// Rows that are new.
    pub created: Option<Spanned<Vec<CreatedExpect>>>,
    /// Rows that are gone.
    pub deleted: Option<Spanned<Vec<DeletedExpect>>>,
    /// Rows that are not listed are left to the oracle (`others = "any"`).
    pub others_any: bool,
    /// Another grade for a key of this table.
    pub grades: BTreeMap<String, Grade>,
    /// Another requirement for a key of this table.
    pub cites: BTreeMap<String, RequirementId>,
}

/// `fault = {…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultExpect {
    /// The place of the table.
    pub span: Span,
    /// Where it shows.
    pub stage: Option<OneOrMore<FaultStage>>,
    /// The SOAP fault's code.
    pub code: Option<OneOrMore<FaultCode>>,
    /// Its IpamExceptionId, outermost or inner.
    pub detail: Option<OneOrMore<FaultDetail>>,
}

/// Where a fault shows (OQ-8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultStage {
    /// A fault in answer to InitializeOperationParameters, and no callback.
    Initialize,
    /// A fault before StartProgressCallback, and no callback.
    Start,
    /// CompletedWithFailure.
    Processing,
    /// Success.
    None,
}

impl FaultStage {
    /// Every stage.
    pub const ALL: &'static [Self] = &[Self::Initialize, Self::Start, Self::Processing, Self::None];

    /// The word scenarios use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Initialize => "initialize",
            Self::Start => "start",
            Self::Processing => "processing",
            Self::None => "none",
        }
    }

    /// What the client sees of it, for a person.
    #[must_use]
    pub const fn shows_as(self) -> &'static str {
        match self {
            Self::Initialize => "a fault in answer to InitializeOperationParameters",
            Self::Start => "a fault in answer to StartOperationWithCallback, and no callback",
            Self::Processing => "SetOverallStatus with CompletedWithFailure",
            Self::None => "SetOverallStatus with CompletedWithSuccess",
        }
    }
}

/// What a fault's details may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultDetail {
    /// This id, outermost or inner.
    Id(IpamExceptionId),
    /// Any IpamException.
    Any,
    /// No IpamException.
    None,
}

/// How percentages move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Percentages {
    /// They never fall.
    Rising,
    /// They never fall, and the last is 100.
    RisingTo100,
    /// There is no SetCompletionPercentage.
    None,
}

/// `tracker = {…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackerExpect {
    /// The place of the table.
    pub span: Span,
    /// The client's state.
    pub state: Option<Spanned<ClientState>>,
    /// The overall status it holds.
    pub overall: Option<Spanned<OverallState>>,
    /// How many subtasks it knows.
    pub subtasks: Option<Spanned<u64>>,
    /// The percentage of the whole operation that it holds, or bounds for it.
    pub percent: Option<Spanned<(Percentage, Percentage)>>,
}

/// An item of `changed`, repeats unfolded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowExpect {
    /// The place of the item.
    pub span: Span,
    /// The row.
    pub row: RowRef,
    /// The columns that change and their values afterwards.
    pub columns: Vec<ColumnValue>,
    /// The replicated columns are those of this scope.
    pub like: Option<RowRef>,
    /// It need not have changed.
    pub optional: bool,
}

/// An item of `created`, repeats unfolded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedExpect {
    /// The place of the item.
    pub span: Span,
    /// The owner of the new scope.
    pub server: RowRef,
    /// The replicated columns are those of this scope.
    pub like: Option<RowRef>,
    /// Columns with a value of their own; `subnet` among them unless `like` is given.
    pub columns: Vec<ColumnValue>,
    /// A name for the new row, for later steps.
    pub name: Option<String>,
    /// The place of that name; of the item where there is none.
    pub name_span: Span,
    /// It need not be there.
    pub optional: bool,
}

/// An item of `deleted`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedExpect {
    /// The place of the item.
    pub span: Span,
    /// The row.
    pub row: RowRef,
    /// It need not be gone.
    pub optional: bool,
}

/// A sequence of events, from first to last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The place of the list.
    pub span: Span,
    /// The items.
    pub items: Vec<PatternItem>,
}

/// One item of a pattern, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternItem {
    /// The place of the item.
    pub span: Span,
    /// What it stands for.
    pub kind: PatternKind,
}

/// What an item of a pattern stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every item is an event, and a pattern has a thousand items at most"
)]
pub enum PatternKind {
    /// `"..."`: any number of progress callbacks.
    AnyProgress,
    /// An event, so many times.
    Event {
        /// The event.
        item: EventItem,
        /// The least times.
        least: u32,
        /// The most times; no bound where left out.
        most: Option<u32>,
    },
    /// All of these, in any order, mixed.
    AnyOrder(Vec<PatternItem>),
    /// These in this order; inside `AnyOrder`, others may come between.
    InOrder(Vec<PatternItem>),
}

/// An event by its name and fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventItem {
    /// The place of the item.
    pub span: Span,
    /// The event's name.
    pub name: String,
    /// A member of SubTaskStatus or OverallProgressStatus.
    pub status: Option<OneOrMore<StatusName>>,
    /// A percentage, or bounds for one.
    pub percent: Option<Spanned<(Percentage, Percentage)>>,
    /// isNonDeterministic.
    pub nondeterministic: Option<Spanned<bool>>,
    /// The IpamExceptionId in the event's completionStatus, outermost or inner.
    pub detail: Option<OneOrMore<IpamExceptionId>>,
    /// The scope that the subtask tells of, by its place in the world.
    pub scope: Option<Spanned<usize>>,
    /// Same word, same SubTaskInstanceId; another word, another id.
    pub task: Option<Spanned<String>>,
}

/// A status by its name; which enumeration it is of follows from the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatusName {
    /// Of SetOverallStatus.
    Overall(OverallProgressStatus),
    /// Of SetSubTaskStatus.
    SubTask(SubTaskStatus),
}
