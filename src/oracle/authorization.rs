//! Who may run an operation ([MS-IPAMM2] 3.19.6.1), from the caller's groups and policies.

use crate::model::Object;
use crate::oracle::Case;
use crate::oracle::objects::{self, Found};
use crate::spec::authorization::{
    AUTHORIZATION_MAPPINGS, AuthorizedObject, BUILT_IN_ROLES, IPAM_ADMINISTRATORS,
    IPAM_MSM_ADMINISTRATORS,
};
use crate::spec::{AddressFamily, IpamAdminOperationId, RequirementId, parameters};
use crate::world::Via;

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

/// The step that decides whether the caller may run the operation with that object: where a server goes wrong that
/// decides otherwise.
pub(super) fn decided_by(
    case: &Case<'_>,
    operation: IpamAdminOperationId,
    parameters: &Object,
) -> RequirementId {
    use RequirementId as R;
    let caller = case.caller;
    let Some(mapping) = AUTHORIZATION_MAPPINGS
        .iter()
        .find(|mapping| mapping.operation == operation)
    else {
        return R::R_AUTH_4;
    };
    if is_msm_administrator(case) {
        // R-AUTH-14: by the flag that another group sets, or with other flags beside it
        let by_group_alone =
            matches!(caller.groups.as_slice(), [only] if only == IPAM_MSM_ADMINISTRATORS);
        return if by_group_alone {
            R::R_AUTH_7
        } else {
            R::R_AUTH_14
        };
    }
    let holds = |authorization: &str| {
        caller
            .policies
            .iter()
            .filter(|policy| role_contains(case, &policy.role, authorization))
            .count()
    };
    let entries = holds(mapping.authorization);
    if entries == 0 {
        // R-AUTH-4: a role holds another operation than the one that counts
        let another = AUTHORIZATION_MAPPINGS
            .iter()
            .any(|other| holds(other.authorization) > 0);
        return if another { R::R_AUTH_4 } else { R::R_AUTH_11 };
    }
    if right(case, operation, parameters) != Right::Allowed {
        return R::R_AUTH_10;
    }
    if !caller.groups.is_empty() {
        // the search goes on where no group is enough
        return R::R_AUTH_7;
    }
    if caller
        .policies
        .iter()
        .any(|policy| policy.via == Via::Group)
    {
        return R::R_AUTH_15;
    }
    if entries < caller.policies.len() {
        return R::R_AUTH_9;
    }
    let edits_scopes = holds("MsmDhcpCreateScope") + holds("MsmDhcpEditScope") > 0;
    match mapping.object {
        AuthorizedObject::ScopeAgnostic if edits_scopes => R::R_AUTH_10,
        // R-AUTH-12: the nested operations ask no right of their own (OQ-13)
        AuthorizedObject::ScopeAgnostic => R::R_AUTH_12,
        AuthorizedObject::DhcpServer | AuthorizedObject::DhcpScope => R::R_AUTH_8,
    }
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
