//! Who may run an operation ([MS-IPAMM2] 3.19.6.1), from the caller's groups and policies.

use crate::model::Object;
use crate::oracle::Case;
use crate::oracle::objects::{self, Found};
use crate::spec::authorization::{
    AUTHORIZATION_MAPPINGS, AuthorizedObject, BUILT_IN_ROLES, IPAM_ADMINISTRATORS,
    IPAM_MSM_ADMINISTRATORS,
};
use crate::spec::{AddressFamily, IpamAdminOperationId, parameters};

/// What the document says about a caller and an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    /// The caller may.
    Allowed,
    /// The caller may not.
    Denied,
    /// Denied by the letter, with room for another view (OQ-13).
    Open,
    /// The digest has no mapping for the operation, so that its rights are not known.
    Untold,
}

/// Whether the caller may run the operation with that object ([MS-IPAMM2] 3.19.6.1).
pub(super) fn right(
    case: &Case<'_>,
    operation: IpamAdminOperationId,
    parameters: &Object,
) -> Right {
    // R-AUTH-4
    let Some(mapping) = AUTHORIZATION_MAPPINGS
        .iter()
        .find(|mapping| mapping.operation == operation)
    else {
        return Right::Untold;
    };
    // R-AUTH-5, R-AUTH-7: every mapping has AdminOnly and NonRBAC FALSE and asks the MSM administrators
    if is_msm_administrator(case) {
        return Right::Allowed;
    }
    // R-AUTH-9, R-AUTH-15: the policies of the user and those of the groups count alike
    let mut entries = case
        .caller
        .policies
        .iter()
        .filter(|policy| role_contains(case, &policy.role, mapping.authorization))
        .peekable();
    let by_policy = match mapping.object {
        // R-AUTH-10
        AuthorizedObject::ScopeAgnostic => entries.peek().map_or(Right::Denied, |_| Right::Allowed),
        AuthorizedObject::DhcpServer | AuthorizedObject::DhcpScope if entries.peek().is_none() => {
            Right::Denied
        }
        // R-AUTH-8
        AuthorizedObject::DhcpServer | AuthorizedObject::DhcpScope => {
            match access_scope_of_object(case, operation, parameters) {
                // what GetAccessScopeForObjectIdAndType gives for an object that is not there is not stated
                None => Right::Open,
                // R-AUTH-10
                Some(scope) if entries.any(|policy| policy.access_scope == scope) => Right::Allowed,
                Some(_) => Right::Denied,
            }
        }
    };
    // R-AUTH-11; R-AUTH-14 keeps a flag for local administrators that no step asks for (OQ-13)
    if by_policy == Right::Denied && case.caller.local_administrator {
        return Right::Open;
    }
    by_policy
}

/// IsIpamMsmAdministrator, which IPAM administrators have as well (R-AUTH-14).
pub(super) fn is_msm_administrator(case: &Case<'_>) -> bool {
    case.caller
        .groups
        .iter()
        .any(|group| group == IPAM_MSM_ADMINISTRATORS || group == IPAM_ADMINISTRATORS)
}

fn role_contains(case: &Case<'_>, role: &str, authorization: &str) -> bool {
    let own = case.roles.iter().any(|own| {
        own.name == role
            && own
                .operations
                .iter()
                .any(|operation| operation == authorization)
    });
    let built_in = BUILT_IN_ROLES.iter().any(|built_in| {
        built_in.name == role
            && built_in
                .operations()
                .any(|operation| operation == authorization)
    });
    own || built_in
}

/// The access scope of the object that the parameters speak of; `None` where they name no row.
fn access_scope_of_object<'a>(
    case: &Case<'a>,
    operation: IpamAdminOperationId,
    object: &Object,
) -> Option<&'a str> {
    // only these two have objects that the digest describes
    if !matches!(
        operation,
        IpamAdminOperationId::CreateDhcpScope | IpamAdminOperationId::EditDhcpScope
    ) || parameters::parameters_type(operation) != Some(objects::type_name(object))
    {
        return None;
    }
    let Found::Given(scope) = objects::scope(object) else {
        return None;
    };
    let family: AddressFamily = scope.family;
    if operation == IpamAdminOperationId::CreateDhcpScope {
        let row = case.tables.servers.get(&(family, scope.parent))?;
        Some(&row.access_scope)
    } else {
        let row = case.tables.scopes.get(&(family, scope.record_id))?;
        Some(&row.access_scope)
    }
}
