//! The requirements of ReplicateServer and of everything it reaches, as one table.
//!
//! Leaves out the requirements of delegates that ReplicateServer never calls (.5, .23 to .28, .30).

use std::fmt;

use crate::spec::ruling::Question::{self, *};

/// How strongly the document puts a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// Written with MUST.
    Must,
    /// Written with SHOULD.
    Should,
    /// A plain statement of what happens.
    Statement,
    /// Follows from other requirements; written nowhere as such.
    Derived,
}

impl Strength {
    /// The word used in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::Statement => "statement",
            Self::Derived => "derived",
        }
    }
}

/// One row of the requirement table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    /// The stable id.
    pub id: RequirementId,
    /// The section of [MS-IPAMM2] it restates.
    pub section: &'static str,
    /// How strongly the document puts it.
    pub strength: Strength,
    /// What has to happen, in our words.
    pub step: &'static str,
    /// What a peer or the data store shows of it; empty where nothing does.
    pub observable: &'static str,
    /// The open questions that bear on it.
    pub questions: &'static [Question],
}

macro_rules! requirements {
    ($($variant:ident = $id:literal, $section:literal, $strength:ident, $step:literal, $observable:literal, [$($question:ident),*];)*) => {
        /// The id of a requirement; the order is that of the table.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(non_camel_case_types, reason = "the ids are the document's own spelling with - as _")]
        #[expect(missing_docs, reason = "each variant is described by its row of the table")]
        pub enum RequirementId { $($variant,)* }

        /// Every requirement, in the order of the document's digest.
        pub static REQUIREMENTS: &[Requirement] = &[$(Requirement {
            id: RequirementId::$variant,
            section: $section,
            strength: Strength::$strength,
            step: $step,
            observable: $observable,
            questions: &[$($question),*],
        },)*];

        impl RequirementId {
            /// The id as it is written in scenarios and reports, such as `R-31-2`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }
        }
    };
}

impl RequirementId {
    /// The requirement's row.
    #[must_use]
    pub fn requirement(self) -> &'static Requirement {
        &REQUIREMENTS[self as usize]
    }

    /// The section of [MS-IPAMM2] that the requirement restates.
    #[must_use]
    pub fn section(self) -> &'static str {
        self.requirement().section
    }

    /// Why the suite does not test it, for those that nobody can observe.
    #[must_use]
    pub const fn excluded(self) -> Option<&'static str> {
        Some(match self {
            Self::R_TR_1 => "transport security is not part of the suite yet",
            Self::R_TR_3 => "what a client knows beforehand shows nowhere",
            Self::R_CB_8 => {
                "only a wire could show that our own client sends no reply: in process it has no message to reply with"
            }
            Self::R_AUTH_6 => {
                "every operation of the mapping in 3.19.6.1 is AdminOnly FALSE and NonRBAC FALSE in 3.1.1.1.36.1, or has no row there (filters and DNS)"
            }
            Self::R_3_18 | Self::R_4_18 => {
                "IsOverlapping, UseForUtilization and the address mapping are computed over every range of an address space, also those that no message of these operations shows, and OQ-12 exempts them from comparison"
            }
            _ => return None,
        })
    }

    /// The requirement that cannot hold unless this one does, for those that show through it alone.
    #[must_use]
    pub const fn implied_by(self) -> Option<Self> {
        Some(match self {
            Self::R_INIT_1 => Self::R_SM_3,
            Self::R_INIT_9 => Self::R_INIT_6,
            // Our own client keeps to them, and a server that does not take the message answers none of it.
            Self::R_MSG_3 => Self::R_START_3,
            Self::R_MSG_7 => Self::R_INIT_6,
            Self::R_CB_11 => Self::R_CB_7,
            Self::R_CB_12 => Self::R_CB_3,
            Self::R_AUTH_1 => Self::R_PRE_1,
            Self::R_AUTH_2 => Self::R_INIT_8,
            Self::R_AUTH_5 => Self::R_AUTH_7,
            Self::R_31_0 => Self::R_31_1b,
            Self::R_31_1c => Self::R_31_2,
            Self::R_31_3b => Self::R_29_3a,
            Self::R_31_3c => Self::R_29_2b,
            Self::R_29_0 => Self::R_29_1b,
            Self::R_3_0 => Self::R_3_1b,
            Self::R_3_3 | Self::R_3_4 => Self::R_3_10,
            Self::R_3_5 => Self::R_3_6,
            Self::R_3_7a => Self::R_3_8,
            Self::R_3_9 => Self::R_VAL_2,
            Self::R_3_11 | Self::R_3_14 => Self::R_3_12,
            Self::R_4_0 => Self::R_4_1b,
            Self::R_4_3 | Self::R_4_4 => Self::R_4_10,
            Self::R_4_5 => Self::R_4_6,
            Self::R_4_7a => Self::R_4_8,
            Self::R_4_11 | Self::R_4_14 => Self::R_4_12,
            _ => return None,
        })
    }

    /// The id with that name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        REQUIREMENTS
            .iter()
            .map(|r| r.id)
            .find(|id| id.name() == name)
    }
}

impl fmt::Debug for RequirementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for RequirementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl serde::Serialize for RequirementId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

requirements! {
    R_TR_1 = "R-TR-1", "2.1", Must, "SOAP 1.2 over the TCP framing of MS-NMFTB, transport security with sign and encrypt", "session set-up", [];
    R_TR_2 = "R-TR-2", "2.1", Must, "server faults are SOAP 1.2 faults", "envelope", [];
    R_FAULT_1 = "R-FAULT-1", "2.2.2.1", Statement, "fault = code s:Sender, fixed reason text, detail = one IpamException or derived", "envelope", [];
    R_PRE_1 = "R-PRE-1", "3.1.4.2", Must, "before any operation: user not authorized (1.5) -> SOAP fault", "fault reply, no callback", [OQ8, OQ13];
    R_PRE_2 = "R-PRE-2", "3.1.4.2", Statement, "mark the session as having received a message (inactivity timer)", "none", [];
    R_PRE_3 = "R-PRE-3", "3.1.4.2", Must, "store not configured -> fault for every operation of this port type", "fault reply", [];
    R_PRE_4 = "R-PRE-4", "3.1.4.2", Must, "schema conversion required -> fault for every operation of this port type", "fault reply", [];
    R_KA_1 = "R-KA-1", "2.2.2.2", Statement, "Keepalive is ignored by the server", "no reply, no state change", [];
    R_TR_3 = "R-TR-3", "2.1", Must, "the client knows the URI of the port type beforehand; nothing is discovered or negotiated (2.1)", "none", [];
    R_FAULT_2 = "R-FAULT-2", "2.2.4.247", Statement, "the detail is ipam1:IpamException or an extension: IpamExceptionData (or derived: ExceptionId, ExceptionMessage) and InnerIpamException, which nests (2.2.4.247)", "envelope", [OQ8];
    R_PRE_5 = "R-PRE-5", "3.1.4.2", Statement, "order inside pre-operation: authorization, activity mark, provisioned check, conversion check; then the operation's own steps", "faults of this stage precede every callback", [OQ8];
    R_KA_2 = "R-KA-2", "3.1.5", Statement, "15 s inactivity tick: after traffic the grace count is reset, without traffic it drops by 1; below 0 the session is aborted (3.1.5; initial count 3 by default, configurable)", "abort on the 4th silent tick", [];
    R_INIT_1 = "R-INIT-1", "3.19.4.3", Statement, "session state := OperationWithProgress Initialized (state table: only after successful validation)", "none", [OQ17];
    R_INIT_2 = "R-INIT-2", "3.19.4.3", Must, "paramters present and not NULL", "else SOAP fault reply", [];
    R_INIT_3 = "R-INIT-3", "3.19.4.3", Must, "paramters valid", "else SOAP fault reply", [OQ8];
    R_INIT_4 = "R-INIT-4", "3.19.4.3", Must, "OperationId is a valid IpamAdminOperationId", "else SOAP fault reply (MUST, stated twice)", [OQ17];
    R_INIT_5 = "R-INIT-5", "3.19.4.3", Statement, "store the object as the session's IpamOperationWithProgressParameter", "later steps use it", [];
    R_INIT_6 = "R-INIT-6", "3.19.4.3", Must, "success -> InitializeOperationParametersResponse (empty)", "reply", [];
    R_INIT_7 = "R-INIT-7", "3.19.4.3", Statement, "validation failure -> fault AND session closed (3.19.1.1)", "fault, then end of session", [];
    R_INIT_8 = "R-INIT-8", "3.19.4.3", Statement, "allowed for all users (3.19.6.1)", "no access fault here", [];
    R_INIT_9 = "R-INIT-9", "3.19.4.3", Statement, "it is the initiating operation (first one sent by the client)", "", [OQ17];
    R_START_1 = "R-START-1", "3.19.4.4", Statement, "invoke StartProgressCallback on the client", "first callback", [OQ10];
    R_START_2 = "R-START-2", "3.19.4.4", Statement, "start the delegate selected by OperationId", "", [];
    R_START_3 = "R-START-3", "3.19.4.4", Must, "both steps succeeded -> StartOperationWithCallbackResponse (empty)", "reply", [OQ8, OQ10];
    R_START_4 = "R-START-4", "3.19.4.4", Must, "a step failed -> SOAP fault", "fault reply", [OQ8];
    R_PROC_1 = "R-PROC-1", "3.19.4.4.1", Statement, "success -> SetOverallStatus(CompletedWithSuccess)", "callback", [OQ2, OQ7];
    R_PROC_2 = "R-PROC-2", "3.19.4.4.1", Must, "a fault during processing -> IpamException with the details \"is raised\" and SetOverallStatus(CompletedWithFailure) is called", "callback", [OQ7, OQ8];
    R_PROC_3 = "R-PROC-3", "3.19.4.4.1", Must, "stored object has the parameters type of its delegate", "else delegate step 1 fault", [];
    R_SM_1 = "R-SM-1", "3.19.1.1", Statement, "new session -> Session Initialized", "", [];
    R_SM_2 = "R-SM-2", "3.19.1.1", Statement, "Session Initialized + InitializeOperationParameters ok -> Initialized; not ok -> fault, close", "", [];
    R_SM_3 = "R-SM-3", "3.19.1.1", Statement, "Initialized + StartOperationWithCallback -> StartProgressCallback sent, operation triggered -> Started", "", [];
    R_SM_4 = "R-SM-4", "3.19.1.1", Statement, "Started: AddSubTask when a subtask is needed, SetSubTaskStatus when one progresses or ends, SetCompletionPercentage if the server tracks the overall percentage and it changes; state unchanged", "", [];
    R_SM_5 = "R-SM-5", "3.19.1.1", Statement, "Started: all subtasks and the whole operation finished -> SetOverallStatus -> Completed", "", [];
    R_SM_6 = "R-SM-6", "3.19.1.1", Statement, "Completed: nothing more is processed; session is closed", "", [];
    R_SM_7 = "R-SM-7", "3.19.1.1", Statement, "close or fault below at any time ends the machine", "", [];
    R_SM_8 = "R-SM-8", "3.19.1.1", Derived, "exactly one SetOverallStatus with a Completed... value per operation, and it is the last callback (from R-SM-5 + R-SM-6). OQ-2", "", [OQ2];
    R_SM_9 = "R-SM-9", "3.19.4", Must, "a client must not invoke the five callback operations on the server; the server MUST ignore them", "", [];
    R_SM_10 = "R-SM-10", "3.19", Statement, "the 3.19 introduction lets the server set the overall status while the operation runs, also by SetOverallStatus; NotStarted and InProgress exist as values (2.2.5.71). Conflicts with R-SM-5, R-CB-6. OQ-2", "", [OQ2];
    R_CB_1 = "R-CB-1", "3.21.3", Statement, "initial state Callback Initialized; tracker empty (3.21.3)", "", [];
    R_CB_2 = "R-CB-2", "3.21.4.6", Statement, "StartProgressCallback: reset the tracker (no subtasks, overall status initial); new state Started (3.21.1.1) but 3.21.4.6 says Callback Initialized. OQ-6", "", [OQ6];
    R_CB_3 = "R-CB-3", "3.21.4.2", Statement, "AddSubTask: add the instance to SubTasksStatus and initialize its status", "", [];
    R_CB_4 = "R-CB-4", "3.21.4.5", Statement, "SetSubTaskStatus: find the instance in SubTasksStatus; store status, percentage, completion status. Lookup key not stated (use SubTaskInstanceId)", "", [];
    R_CB_5 = "R-CB-5", "3.21.4.3", Statement, "SetCompletionPercentage: store the overall percentage", "", [];
    R_CB_6 = "R-CB-6", "3.21.4.4", Statement, "SetOverallStatus: store status and details; state Completed", "", [];
    R_CB_7 = "R-CB-7", "3.21.1.1", Statement, "SOAP fault received on the session, or session closed by force, while Callback Initialized or Started: overall status \"has to be\" set to a reason tied to the session. (In Completed: nothing)", "", [];
    R_CB_8 = "R-CB-8", "3.21.1.1", Statement, "callbacks are input-only: the client sends no reply", "", [];
    R_CB_9 = "R-CB-9", "3.20.3", Must, "the client provides the callback service on the same session (3.20, 3.20.3)", "", [];
    R_CB_10 = "R-CB-10", "3.21.6.1", Statement, "no extra authorization on callbacks (3.21.6.1)", "", [];
    R_CB_11 = "R-CB-11", "3.21.1.1", Statement, "session faulted or closed below, in any state: the machine ends (3.21.1.1)", "", [];
    R_CB_12 = "R-CB-12", "3.21.1.2", Statement, "the tracker keeps per subtask: status, percentage, failure or warning data; overall: status, percentage, error or warning data (3.21.1.2)", "", [];
    R_AUTH_1 = "R-AUTH-1", "3.19.6.1", Must, "not authorized -> access denied by SOAP fault", "", [OQ8];
    R_AUTH_2 = "R-AUTH-2", "3.19.6.1", Statement, "InitializeOperationParameters: everybody", "", [];
    R_AUTH_3 = "R-AUTH-3", "3.19.6.1", Statement, "StartOperationWithCallback: steps below, after the per-session data of 3.1.4.3 exist", "", [];
    R_AUTH_4 = "R-AUTH-4", "3.19.6.1", Statement, "map IpamAdminOperationId to the authorization OperationId: CreateDhcpScope->MsmDhcpCreateScope (object DhcpServer), EditDhcpScope->MsmDhcpEditScope (DhcpScope), DeleteDhcpScope->MsmDhcpDeleteScope (DhcpScope), CreateDhcpFailover->MsmDhcpCreateFailover (DhcpServer), EditDhcpFailover, AddDhcpFailoverScopes, RemoveDhcpFailoverScopes->MsmDhcpEditFailover (DhcpServer), DeleteDhcpFailover->MsmDhcpDeleteFailover (DhcpServer), ResetConfigSyncStatus, ReplicateScope, ReplicateRelation, ReplicateServer->MsmDhcpReplicateOperation (scope-agnostic)", "", [];
    R_AUTH_5 = "R-AUTH-5", "3.19.6.1", Statement, "GetOperationById gives AdminOnly, NonRBAC, ScopeAgnostic, required groups", "", [];
    R_AUTH_6 = "R-AUTH-6", "3.19.6.1", Statement, "AdminOnly or NonRBAC: allowed iff the session has one of the required group roles; else denied (final)", "", [];
    R_AUTH_7 = "R-AUTH-7", "3.19.6.1", Statement, "both FALSE: allowed if the session has one of the required group roles; else go on", "", [OQ13];
    R_AUTH_8 = "R-AUTH-8", "3.19.6.1", Statement, "not ScopeAgnostic: find the object's access scope by GetAccessScopeForObjectIdAndType", "", [];
    R_AUTH_9 = "R-AUTH-9", "3.19.6.1", Statement, "collect policy entries of all MappingPolicyIds; for each, the operations of its role", "", [];
    R_AUTH_10 = "R-AUTH-10", "3.19.6.1", Statement, "entry's role contains the operation AND (ScopeAgnostic OR entry's access scope = object's access scope) -> allowed", "", [];
    R_AUTH_11 = "R-AUTH-11", "3.19.6.1", Statement, "otherwise denied", "", [];
    R_AUTH_12 = "R-AUTH-12", "3.19.6.1", Statement, "operations on several objects or with suboperations are checked per object and per suboperation", "", [OQ13];
    R_AUTH_13 = "R-AUTH-13", "3.1.4.3", Statement, "the session's authorization data are computed once, when the session is established (3.1.4.1, 3.1.4.3); nothing recomputes them later", "", [];
    R_AUTH_14 = "R-AUTH-14", "3.1.4.3", Statement, "flags from the token: local administrators; IPAM Administrators (sets the ASM, MSM, IP audit and user flags as well); ASM, MSM, IP audit groups (each sets the user flag); IPAM Users (3.1.4.3)", "", [OQ13];
    R_AUTH_15 = "R-AUTH-15", "3.1.4.3", Statement, "MappingPolicyIds = policy of the user's SID plus policy of every group SID in the token; not empty -> user flag (3.1.4.3)", "", [];
    R_MSG_1 = "R-MSG-1", "3.19.4.3.1", Must, "InitializeOperationParameters: action P + name, body holds the element InitializeOperationParameters", "envelope", [];
    R_MSG_2 = "R-MSG-2", "3.19.4.3.1", Must, "its reply: action P + InitializeOperationParametersResponse, body holds that element", "envelope", [];
    R_MSG_3 = "R-MSG-3", "3.19.4.4.2", Must, "StartOperationWithCallback: action P + name, body holds the element StartOperationWithCallback", "envelope", [];
    R_MSG_4 = "R-MSG-4", "3.19.4.4.2", Must, "its reply: action P + StartOperationWithCallbackResponse, body holds that element", "envelope", [];
    R_MSG_5 = "R-MSG-5", "3.19.4.5", Must, "each callback is sent with action P + name by 3.19.4.5-.9, with C + name by 3.21.4.2-.6: two MUSTs that exclude each other", "envelope", [OQ9];
    R_MSG_6 = "R-MSG-6", "3.21.4.2", Must, "the callback's body holds the element of its name. (3.21.4.2.1.1 names SubTaskInstance for AddSubTask, 3.21.4.6.1.1 miscapitalizes: D-20)", "envelope", [];
    R_MSG_7 = "R-MSG-7", "2.2.4.286", Statement, "parameters are an IpamObject plus OperationId (2.2.4.286); the concrete type adds its own member", "envelope", [];
    R_31_0 = "R-31-0", "3.19.4.4.1.31", Must, "stored parameters are of type ReplicateServerParameters", "see R-31-1b", [];
    R_31_1a = "R-31-1a", "3.19.4.4.1.31", Statement, "parameters NULL -> fault", "failure status", [OQ8, OQ17];
    R_31_1b = "R-31-1b", "3.19.4.4.1.31", Statement, "other type -> fault", "failure status", [OQ8];
    R_31_1c = "R-31-1c", "3.19.4.4.1.31", Statement, "use them as ReplicateServerParameters", "", [];
    R_31_2 = "R-31-2", "3.19.4.4.1.31", Statement, "Server NULL (or absent) -> fault", "failure status, no table change", [OQ8];
    R_31_3a = "R-31-3a", "3.19.4.4.1.31", Statement, "collect all ADM_DHCPScopesTable rows with DHCPServerRecordId = Server.RecordId", "", [OQ19];
    R_31_3b = "R-31-3b", "3.19.4.4.1.31", Statement, "put them into one collection, also those not in failover", "", [];
    R_31_3c = "R-31-3c", "3.19.4.4.1.31", Statement, "call .29 with that collection", "", [OQ3];
    R_31_4 = "R-31-4", "3.19.4.4.1.31", Statement, "SetOverallStatus, success, 100 percent", "final callback", [OQ2, OQ7];
    R_31_5 = "R-31-5", "2.2.4.355", Statement, "Server is the server replication starts FROM; it goes to its partner servers, for the scopes in a failover relationship (2.2.4.355)", "direction of the copy", [OQ1];
    R_31_6 = "R-31-6", "2.2.4.355", Statement, "ReplicateServerParameters objects carry OperationId ReplicateServer (2.2.4.355); another OperationId selects another delegate, whose type check faults", "failure status", [OQ17];
    R_31_7 = "R-31-7", "3.19.4.4.1.31", Statement, "any fault in these steps -> SetOverallStatus with the fault details (MUST by R-PROC-2)", "final callback, failure", [OQ2, OQ8];
    R_29_0 = "R-29-0", "3.19.4.4.1.29", Must, "parameters are ReplicateScopeParameters", "see R-29-1b", [OQ3];
    R_29_1a = "R-29-1a", "3.19.4.4.1.29", Statement, "NULL -> fault", "failure", [OQ8];
    R_29_1b = "R-29-1b", "3.19.4.4.1.29", Statement, "other type -> fault", "failure", [OQ3];
    R_29_2a = "R-29-2a", "3.19.4.4.1.29", Statement, "Scopes NULL -> fault", "failure", [OQ3];
    R_29_2b = "R-29-2b", "3.19.4.4.1.29", Statement, "Scopes empty -> fault", "failure", [OQ3];
    R_29_3 = "R-29-3", "3.19.4.4.1.29", Statement, "for each scope, in collection order:", "", [OQ15];
    R_29_3a = "R-29-3a", "3.19.4.4.1.29", Statement, "find ADM_DhcpScopeFailoverTable row with ScopeId = scope RecordId; none -> skip this scope", "no change for it, not an error", [OQ22];
    R_29_3b = "R-29-3b", "3.19.4.4.1.29", Statement, "find relation row with RecordId = FailoverRelationId; none -> skip this scope", "same", [OQ14];
    R_29_3c = "R-29-3c", "3.19.4.4.1.29", Statement, "Relationship := that row", "", [];
    R_29_4 = "R-29-4", "3.19.4.4.1.29", Statement, "DestinationServer: as written, Server1RecordId if it equals the scope's server, Server2RecordId if that equals it. Read as: the OTHER server", "which server's rows change", [OQ1];
    R_29_5a = "R-29-5a", "3.19.4.4.1.29", Statement, "ScopeToStore := clone of the scope", "source untouched", [];
    R_29_5b = "R-29-5b", "3.19.4.4.1.29", Statement, "ScopeToStore's server := DestinationServer", "", [OQ5];
    R_29_6a = "R-29-6a", "3.19.4.4.1.29", Statement, "ScopeToStore exists on DestinationServer -> .4 with it", "partner row updated", [OQ4, OQ5];
    R_29_6b = "R-29-6b", "3.19.4.4.1.29", Statement, "else -> .3 with it", "partner row created", [OQ4, OQ5, OQ11];
    R_29_7 = "R-29-7", "3.19.4.4.1.29", Statement, "after the loop: SetOverallStatus success, 100 percent", "only when .29 is the outermost delegate", [OQ2];
    R_29_8 = "R-29-8", "3.19.4.4.1.29", Should, "any fault in these steps -> SetOverallStatus with the fault details (MUST by R-PROC-2)", "only when outermost; failure", [OQ2, OQ8];
    R_3_0 = "R-3-0", "3.19.4.4.1.3", Must, "parameters are CreateDhcpScopeParameters", "", [OQ5];
    R_3_1a = "R-3-1a", "3.19.4.4.1.3", Statement, "parameters NULL -> fault", "failure", [];
    R_3_1b = "R-3-1b", "3.19.4.4.1.3", Statement, "parameters of another type -> fault", "failure", [];
    R_3_2 = "R-3-2", "3.19.4.4.1.3", Statement, "Scope NULL -> fault", "failure", [];
    R_3_3 = "R-3-3", "3.19.4.4.1.3", Statement, "scopeToStore := Scope", "", [];
    R_3_4 = "R-3-4", "3.19.4.4.1.3", Statement, "family := InterNetwork for DhcpScopeV4, else InterNetworkV6", "", [];
    R_3_5 = "R-3-5", "3.19.4.4.1.3", Statement, "ParentDhcpServerRecordId given -> GetDHCPServerFromTable(id, family)", "", [OQ14];
    R_3_6 = "R-3-6", "3.19.4.4.1.3", Statement, "result NULL -> fault; else dhcpServer := result", "failure", [OQ14];
    R_3_7a = "R-3-7a", "3.19.4.4.1.3", Statement, "RecordId given -> scopeExists := a row with that RecordId exists", "", [OQ5];
    R_3_7b = "R-3-7b", "3.19.4.4.1.3", Statement, "RecordId not given, ScopeId given -> scopeExists := a row with that ScopeId exists (no server condition written)", "", [OQ5];
    R_3_8 = "R-3-8", "3.19.4.4.1.3", Must, "scopeExists TRUE -> fault", "failure, nothing inserted", [];
    R_3_9 = "R-3-9", "3.19.4.4.1.3", Must, "ValidateDhcpScope fails -> fault", "failure, nothing inserted", [];
    R_3_10 = "R-3-10", "3.19.4.4.1.3", Statement, "insert row: RecordId, ScopeId, ScopeName, Status, SubnetDelay, LeaseDurationType, LeaseDuration, ServingClientsType", "new scope row", [OQ12];
    R_3_11 = "R-3-11", "3.19.4.4.1.3", Statement, "new IPRange of the family := scopeRange", "", [];
    R_3_12 = "R-3-12", "3.19.4.4.1.3", Statement, "scopeRange: StartIPAddress, EndIPAddress, PrefixLength, SubnetId, ScopeId, Description -> ADM_IPRangeTable", "", [];
    R_3_13 = "R-3-13", "3.19.4.4.1.3", Statement, "scopeRange custom fields ManagedBy = MSDHCP, ManagedByEntity = server name", "", [];
    R_3_14 = "R-3-14", "3.19.4.4.1.3", Statement, "add or update scopeRange in ADM_IPRangeTable", "new range row", [];
    R_3_15 = "R-3-15", "3.19.4.4.1.3", Statement, "ModifiedProperties has any of DiscardDnsRecordOnLeaseDeletionStatus, DnsNameProtectionStatus, DnsUpdateType, DnsNotRequestingClientsUpdateType, DnsDisableDynamicPtrUpdates -> store DNS settings: V4 DnsNameProtectionStatus, DiscardDnsRecordOnLeaseDeletionStatus, DnsUpdateType, DnsNotRequestingClientsUpdateType; V6 the first three", "DNS columns", [OQ12];
    R_3_16a = "R-3-16a", "3.19.4.4.1.3", Statement, "each pair in Options.OperationTracker, key Add or Set: delete the row with the same (server, scope, definition, user class), insert server, scope, definition, user class, Values, OptionOwnerType", "option rows", [OQ12];
    R_3_16b = "R-3-16b", "3.19.4.4.1.3", Statement, "key Delete: delete that row", "", [];
    R_3_17a = "R-3-17a", "3.19.4.4.1.3", Statement, "each pair of ExclusionRanges, key Add: add the range to the row's ExclusionRanges", "", [];
    R_3_17b = "R-3-17b", "3.19.4.4.1.3", Statement, "key Delete: remove it", "", [];
    R_3_18 = "R-3-18", "3.19.4.4.1.3", Statement, "exclusions changed: ResetCurrentIPRangeMapping(scopeRange), then SetIPRangeMapping(scopeRange)", "overlap flags, address mapping", [];
    R_3_19 = "R-3-19", "3.19.4.4.1.3", Statement, "SetOverallStatus success, 100 percent", "only when outermost", [OQ2];
    R_3_20 = "R-3-20", "3.19.4.4.1.3", Statement, "any fault in these steps -> SetOverallStatus with the fault details (MUST by R-PROC-2)", "only when outermost; failure", [OQ2, OQ8];
    R_4_0 = "R-4-0", "3.19.4.4.1.4", Must, "parameters are UpdateDhcpScopeParameters", "", [OQ5];
    R_4_1a = "R-4-1a", "3.19.4.4.1.4", Statement, "parameters NULL -> fault", "failure", [];
    R_4_1b = "R-4-1b", "3.19.4.4.1.4", Statement, "parameters of another type -> fault", "failure", [];
    R_4_2 = "R-4-2", "3.19.4.4.1.4", Statement, "Scope NULL -> fault", "failure", [];
    R_4_3 = "R-4-3", "3.19.4.4.1.4", Statement, "scopeToStore := Scope", "", [];
    R_4_4 = "R-4-4", "3.19.4.4.1.4", Statement, "family from the concrete type, as R-3-4", "", [];
    R_4_5 = "R-4-5", "3.19.4.4.1.4", Statement, "ParentDhcpServerRecordId given -> GetDHCPServerFromTable(id, family)", "", [OQ14];
    R_4_6 = "R-4-6", "3.19.4.4.1.4", Statement, "result NULL -> fault; else dhcpServer := result", "failure", [OQ14];
    R_4_7a = "R-4-7a", "3.19.4.4.1.4", Statement, "RecordId given -> scopeExists := a row with that RecordId exists", "", [OQ5];
    R_4_7b = "R-4-7b", "3.19.4.4.1.4", Statement, "RecordId not given, ScopeId given -> scopeExists := a row with that ScopeId exists (no server condition written)", "", [OQ5];
    R_4_8 = "R-4-8", "3.19.4.4.1.4", Must, "scopeExists FALSE -> fault", "failure", [];
    R_4_9 = "R-4-9", "3.19.4.4.1.4", Must, "ValidateDhcpScope fails -> fault", "failure, no change", [];
    R_4_10 = "R-4-10", "3.19.4.4.1.4", Statement, "update the row with RecordId: ScopeId, ScopeName, Status, SubnetDelay, LeaseDurationType, LeaseDuration, ServingClientsType. Unconditionally: ModifiedProperties is not consulted here", "scope row", [OQ12];
    R_4_11 = "R-4-11", "3.19.4.4.1.4", Statement, "find range row with ScopeRecordId = RecordId; GetIPRangeFromTable -> scopeRange. Missing range: not stated", "", [];
    R_4_12 = "R-4-12", "3.19.4.4.1.4", Statement, "scopeRange values, as R-3-12", "range row", [];
    R_4_13 = "R-4-13", "3.19.4.4.1.4", Statement, "custom fields ManagedBy = MSDHCP, ManagedByEntity = server name", "range row", [];
    R_4_14 = "R-4-14", "3.19.4.4.1.4", Statement, "add or update scopeRange in ADM_IPRangeTable", "range row", [];
    R_4_15 = "R-4-15", "3.19.4.4.1.4", Statement, "as R-3-15, V4 list has DnsDisableDynamicPtrUpdates in addition", "DNS columns", [OQ12];
    R_4_16a = "R-4-16a", "3.19.4.4.1.4", Statement, "tracked options Add/Set, as R-3-16a (the inserted ScopeRecordId is garbled in the text, D-37)", "option rows", [OQ12];
    R_4_16b = "R-4-16b", "3.19.4.4.1.4", Statement, "tracked options Delete, as R-3-16b", "option rows", [OQ12];
    R_4_17a = "R-4-17a", "3.19.4.4.1.4", Statement, "tracked exclusions Add, as R-3-17a", "exclusion column", [OQ12];
    R_4_17b = "R-4-17b", "3.19.4.4.1.4", Statement, "tracked exclusions Delete, as R-3-17b", "exclusion column", [OQ12];
    R_4_18 = "R-4-18", "3.19.4.4.1.4", Statement, "exclusions changed: ResetCurrentIPRangeMapping, then SetIPRangeMapping", "overlap flags, address mapping", [];
    R_4_19 = "R-4-19", "3.19.4.4.1.4", Statement, "SetOverallStatus success, 100 percent", "only when outermost", [OQ2];
    R_4_20 = "R-4-20", "3.19.4.4.1.4", Statement, "any fault in these steps -> SetOverallStatus with the fault details (MUST by R-PROC-2)", "only when outermost; failure", [OQ2, OQ8];
    R_VAL_1 = "R-VAL-1", "3.1.4.9", Must, "the object is a valid DhcpScopeV4 or V6 (2.2.4.151, .153): V4 has IPv4 start and end, PrefixLength 1..30; V6 has IPv6 start and end, 1..127", "else fault of the caller, nothing written", [];
    R_VAL_2 = "R-VAL-2", "3.1.4.9", Must, "StartAddress AND SubnetMask = ScopeId", "same", [];
    R_VAL_3 = "R-VAL-3", "3.1.4.9", Must, "EndAddress AND SubnetMask = ScopeId", "same", [];
    R_VAL_4 = "R-VAL-4", "3.1.4.9", Must, "StartAddress < EndAddress", "same", [];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_finds_its_own_row() {
        for (index, row) in REQUIREMENTS.iter().enumerate() {
            assert_eq!(row.id as usize, index, "{}", row.id);
            assert_eq!(RequirementId::from_name(row.id.name()), Some(row.id));
            assert!(
                !row.step.is_empty() && row.section.starts_with(char::is_numeric),
                "{}",
                row.id
            );
        }
        assert_eq!(RequirementId::from_name("R-31-99"), None);
    }
}
