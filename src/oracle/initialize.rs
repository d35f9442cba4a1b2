//! The allowed answers to InitializeOperationParameters ([MS-IPAMM2] 3.19.4.3).

use crate::model::{Object, Value};
use crate::oracle::objects::{self, Fit, Found, StatedServer};
use crate::oracle::{AllowedReply, Case, ReplyKind};
use crate::spec::{IpamAdminOperationId, Question, RequirementId, parameters};

/// The allowed answers to InitializeOperationParameters ([MS-IPAMM2] 3.19.4.3), our ruling first; never empty.
///
/// Everybody may initialize (R-INIT-8), so the caller does not matter here.
#[must_use]
pub fn initialize(case: &Case<'_>, paramters: Option<&Value>) -> Vec<AllowedReply> {
    // R-PRE-3
    if !case.provisioned {
        return vec![fault(RequirementId::R_PRE_3, None)];
    }
    // R-PRE-4
    if case.schema_conversion_required {
        return vec![fault(RequirementId::R_PRE_4, None)];
    }
    match objects::content(paramters) {
        // R-INIT-2
        Found::Null => vec![fault(RequirementId::R_INIT_2, None)],
        // R-INIT-3
        Found::Unreadable => vec![fault(RequirementId::R_INIT_3, None)],
        Found::Given(object) => of_object(case, object),
    }
}

fn of_object(case: &Case<'_>, object: &Object) -> Vec<AllowedReply> {
    let type_name = objects::type_name(object);
    // R-INIT-3
    if !parameters::is_parameters_type(type_name) {
        return vec![fault(RequirementId::R_INIT_3, None)];
    }
    let operation = match objects::operation_id(object) {
        Found::Given(operation) => Some(operation),
        Found::Null => None,
        // R-INIT-4
        Found::Unreadable => return vec![fault(RequirementId::R_INIT_4, None)],
    };
    let contents = Contents::of(object, type_name);
    // R-INIT-3
    if contents == Contents::Unreadable {
        return vec![fault(RequirementId::R_INIT_3, None)];
    }
    // OQ-17: an absent element decodes to the first member, which is valid
    let Some(operation) = operation else {
        let question = Some(Question::OQ17);
        return vec![response(question), fault(RequirementId::R_INIT_4, question)];
    };
    if contents == Contents::OtherServer {
        let question = Some(Question::OQ19);
        return vec![fault(RequirementId::R_INIT_3, question), response(question)];
    }
    let question = Some(Question::OQ8);
    let lenient_or_strict = || vec![response(question), fault(RequirementId::R_INIT_3, question)];
    let told_by_strict = match objects::fit(operation, type_name) {
        Fit::Own => contents == Contents::NoServer,
        Fit::Other => true,
        Fit::Untold => return lenient_or_strict(),
    };
    if told_by_strict && case.readings.is(Question::OQ8, "strict") {
        // R-INIT-3
        return vec![fault(RequirementId::R_INIT_3, question)];
    }
    if told_by_strict || contents == Contents::NoScopes {
        return lenient_or_strict();
    }
    // R-INIT-6
    vec![response(None)]
}

/// What a decoder finds in the members of a parameters object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Contents {
    /// Nothing to object to.
    Fine,
    /// A value is not of its member's type.
    Unreadable,
    /// Server is NULL.
    NoServer,
    /// Server is of a type that cannot stand there.
    OtherServer,
    /// Scope or Scopes is NULL, or Scopes is empty.
    NoScopes,
}

impl Contents {
    /// The members that count are those of the stated type, whatever the operation.
    fn of(object: &Object, type_name: &str) -> Self {
        let own_type = |operation| parameters::parameters_type(operation) == Some(type_name);
        if own_type(IpamAdminOperationId::ReplicateServer) {
            match objects::server(object) {
                Found::Null => Self::NoServer,
                Found::Unreadable => Self::Unreadable,
                Found::Given(server) if server.stated == StatedServer::V4 => Self::Fine,
                Found::Given(_) => Self::OtherServer,
            }
        } else if own_type(IpamAdminOperationId::ReplicateScope) {
            match objects::scopes(object) {
                Found::Null => Self::NoScopes,
                Found::Unreadable => Self::Unreadable,
                Found::Given(scopes) if scopes.is_empty() => Self::NoScopes,
                Found::Given(_) => Self::Fine,
            }
        } else if own_type(IpamAdminOperationId::CreateDhcpScope)
            || own_type(IpamAdminOperationId::EditDhcpScope)
        {
            match objects::scope(object) {
                Found::Null => Self::NoScopes,
                Found::Unreadable => Self::Unreadable,
                Found::Given(_) => Self::Fine,
            }
        } else {
            Self::Fine
        }
    }
}

const fn response(question: Option<Question>) -> AllowedReply {
    AllowedReply {
        reply: ReplyKind::Response,
        requirement: RequirementId::R_INIT_6,
        question,
    }
}

const fn fault(requirement: RequirementId, question: Option<Question>) -> AllowedReply {
    AllowedReply {
        reply: ReplyKind::Fault,
        requirement,
        question,
    }
}
