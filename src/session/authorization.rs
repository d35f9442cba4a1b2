//! User authorization ([MS-IPAMM2] 3.1.4.3, 3.19.6.1).

use std::collections::BTreeSet;

use crate::model::{ParametersObject, RecordId};
use crate::spec::authorization::{
    AUTHORIZATION_MAPPINGS, AuthorizedObject, BUILT_IN_ROLES, IPAM_ADMINISTRATORS,
    IPAM_ASM_ADMINISTRATORS, IPAM_IP_AUDIT_ADMINISTRATORS, IPAM_MSM_ADMINISTRATORS, IPAM_USERS,
};
use crate::spec::{AddressFamily, IpamAdminOperationId, Question, Readings};
use crate::store::DataStore;
use crate::world::{Caller, Policy, Role};

/// [MS-IPAMM2] 3.1.1.4 ADM_UserAuthorizationData: computed once, when the session is established (R-AUTH-13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmUserAuthorizationData {
    /// BUILTIN_ADMINISTRATORS is in the token.
    pub is_administrator: bool,
    /// The user may use IPAM at all.
    pub is_ipam_user: bool,
    /// Implies the four others.
    pub is_ipam_administrator: bool,
    /// Address space management.
    pub is_ipam_asm_administrator: bool,
    /// Multi-server management.
    pub is_ipam_msm_administrator: bool,
    /// IP audit.
    pub is_ipam_ip_audit_administrator: bool,
    /// The policy entries behind MappingPolicyIds: of the user's SID and of every group SID in the token (R-AUTH-15).
    pub policies: Vec<Policy>,
}

impl AdmUserAuthorizationData {
    /// [MS-IPAMM2] 3.1.4.3: what a token amounts to (R-AUTH-14, R-AUTH-15).
    #[must_use]
    pub fn of(caller: &Caller) -> Self {
        let has = |group: &str| caller.groups.iter().any(|found| found == group);
        let administrator = has(IPAM_ADMINISTRATORS);
        let asm = administrator || has(IPAM_ASM_ADMINISTRATORS);
        let msm = administrator || has(IPAM_MSM_ADMINISTRATORS);
        let audit = administrator || has(IPAM_IP_AUDIT_ADMINISTRATORS);
        Self {
            is_administrator: caller.local_administrator,
            is_ipam_user: has(IPAM_USERS) || asm || msm || audit || !caller.policies.is_empty(),
            is_ipam_administrator: administrator,
            is_ipam_asm_administrator: asm,
            is_ipam_msm_administrator: msm,
            is_ipam_ip_audit_administrator: audit,
            policies: caller.policies.clone(),
        }
    }

    /// [MS-IPAMM2] 3.19.6.1: may this session start that operation on that object (R-AUTH-3 to R-AUTH-11)?
    #[must_use]
    pub fn may_start(
        &self,
        operation: IpamAdminOperationId,
        object: Option<&ParametersObject>,
        roles: &[Role],
        readings: &Readings,
        store: &dyn DataStore,
    ) -> bool {
        // OQ-13
        if self.is_administrator && readings.is(Question::OQ13, "local-administrators") {
            return true;
        }
        // R-AUTH-6, R-AUTH-7: AdminOnly and NonRBAC are FALSE for every operation here, and the group is MSM.
        if self.is_ipam_msm_administrator {
            return true;
        }
        // R-AUTH-4, R-AUTH-5
        let Some(mapping) = AUTHORIZATION_MAPPINGS
            .iter()
            .find(|row| row.operation == operation)
        else {
            return false;
        };
        // R-AUTH-8
        let wanted = match mapping.object {
            AuthorizedObject::ScopeAgnostic => None,
            AuthorizedObject::DhcpServer | AuthorizedObject::DhcpScope => {
                // An object without an access scope is matched by no policy.
                let Some(found) = access_scope_of(mapping.object, object, store) else {
                    return false;
                };
                Some(found)
            }
        };
        // R-AUTH-9, R-AUTH-10, R-AUTH-11
        self.policies.iter().any(|policy| {
            operations_of(&policy.role, roles).contains(mapping.authorization)
                && wanted
                    .as_ref()
                    .is_none_or(|wanted| *wanted == policy.access_scope)
        })
    }
}

/// [MS-IPAMM2] 3.1.1.1.39 GetAllOperationsForRoleById.
fn operations_of<'a>(role: &str, roles: &'a [Role]) -> BTreeSet<&'a str> {
    let own = roles
        .iter()
        .filter(|found| found.name == role)
        .flat_map(|found| &found.operations);
    let built_in = BUILT_IN_ROLES
        .iter()
        .filter(|found| found.name == role)
        .flat_map(|found| found.operations());
    own.map(String::as_str)
        .chain(built_in.map(|name| -> &'a str { name }))
        .collect()
}

/// [MS-IPAMM2] 3.1.1.1.43 GetAccessScopeForObjectIdAndType, for the object that the parameters name.
fn access_scope_of(
    kind: AuthorizedObject,
    object: Option<&ParametersObject>,
    store: &dyn DataStore,
) -> Option<String> {
    let scope = match object? {
        ParametersObject::CreateDhcpScopeParameters { scope }
        | ParametersObject::UpdateDhcpScopeParameters { scope } => scope.as_ref()?,
        _ => return None,
    };
    let server = |id: RecordId, family: AddressFamily| {
        store
            .get_dhcp_server_from_table(id, family)
            .map(|row| row.access_scope.clone())
    };
    match kind {
        AuthorizedObject::ScopeAgnostic => None,
        AuthorizedObject::DhcpServer => server(scope.parent_dhcp_server_record_id, scope.family),
        AuthorizedObject::DhcpScope => store
            .scope((scope.family, scope.record_id))
            .map(|row| row.access_scope.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::world::Via;

    fn may(caller: &Caller, roles: &[Role]) -> bool {
        AdmUserAuthorizationData::of(caller).may_start(
            IpamAdminOperationId::ReplicateServer,
            None,
            roles,
            &Readings::default(),
            &Store::default(),
        )
    }

    fn with_role(role: &str) -> Caller {
        let policy = Policy {
            role: role.to_owned(),
            access_scope: "Elsewhere".to_owned(),
            via: Via::User,
        };
        Caller {
            policies: vec![policy],
            ..Caller::nobody()
        }
    }

    #[test]
    fn replicating_a_server_takes_the_group_or_a_role_with_the_operation() {
        assert!(may(&Caller::default(), &[]));
        let administrators = Caller {
            groups: vec![IPAM_ADMINISTRATORS.to_owned()],
            ..Caller::nobody()
        };
        assert!(may(&administrators, &[]));
        assert!(may(&with_role("IPAM DHCP Administrator"), &[]));
        assert!(!may(&with_role("IPAM DHCP Scope Administrator"), &[]));
        assert!(!may(&Caller::nobody(), &[]));
        let own = Role {
            name: "replicators".to_owned(),
            operations: vec!["MsmDhcpReplicateOperation".to_owned()],
        };
        assert!(may(&with_role("replicators"), &[own]));
    }

    #[test]
    fn a_local_administrator_in_no_ipam_group_has_no_right() {
        assert!(!may(
            &Caller {
                local_administrator: true,
                ..Caller::nobody()
            },
            &[]
        ));
    }
}
