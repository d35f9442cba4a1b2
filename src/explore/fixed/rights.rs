//! Up to two groups and policies of a caller, crossed with the access scopes of what the call is about.

use crate::explore::fixed::{self, call, case};
use crate::explore::variation::{BERLIN, roles};
use crate::scenario::Case;
use crate::spec::IpamAdminOperationId::{CreateDhcpScope, EditDhcpScope, ReplicateServer};
use crate::spec::authorization::{
    GLOBAL_ACCESS_SCOPE, IPAM_ASM_ADMINISTRATORS, IPAM_MSM_ADMINISTRATORS, IPAM_USERS,
};
use crate::trace::Door;
use crate::world::{Caller, Policy, Via};

/// Something that a caller may have.
#[derive(Clone)]
enum Has {
    Group(&'static str),
    Policy(Policy),
}

fn all() -> Vec<Has> {
    let mut all: Vec<Has> = [IPAM_MSM_ADMINISTRATORS, IPAM_ASM_ADMINISTRATORS, IPAM_USERS]
        .map(Has::Group)
        .into();
    for role in ["replicators", "scope makers"] {
        for access_scope in [GLOBAL_ACCESS_SCOPE, BERLIN] {
            for via in [Via::User, Via::Group] {
                all.push(Has::Policy(Policy {
                    role: role.to_owned(),
                    access_scope: access_scope.to_owned(),
                    via,
                }));
            }
        }
    }
    all
}

fn callers() -> Vec<Caller> {
    let has = all();
    let of = |list: &[&Has]| {
        let mut caller = Caller::nobody();
        for has in list {
            match has {
                Has::Group(name) => caller.groups.push((*name).to_owned()),
                Has::Policy(policy) => caller.policies.push(policy.clone()),
            }
        }
        caller
    };
    let mut callers = vec![Caller::nobody()];
    for first in &has {
        callers.push(of(&[first]));
    }
    for (number, first) in has.iter().enumerate() {
        for (other, second) in has.iter().enumerate() {
            let is_policy = |has: &Has| matches!(has, Has::Policy(_));
            // Their order matters among policies only.
            if number < other || number > other && is_policy(first) && is_policy(second) {
                callers.push(of(&[first, second]));
            }
        }
    }
    callers
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for operation in [ReplicateServer, CreateDhcpScope, EditDhcpScope] {
        let initialize = call(operation);
        for of_server in [GLOBAL_ACCESS_SCOPE, BERLIN] {
            for of_scope in [GLOBAL_ACCESS_SCOPE, BERLIN] {
                for caller in callers() {
                    let mut world = fixed::world();
                    world.roles = roles();
                    world.access_scopes = vec![BERLIN.to_owned()];
                    world.caller = caller;
                    of_server.clone_into(&mut world.servers[0].access_scope);
                    of_scope.clone_into(&mut world.scopes[0].access_scope);
                    cases.push(case(world, Door::Session, initialize.clone()));
                }
            }
        }
    }
    cases
}
