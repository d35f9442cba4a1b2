//! .3 and .4 called by a client for one scope ([MS-IPAMM2] 3.19.4.4.1.3, 3.19.4.4.1.4).
//!
//! No partner rule applies: nothing is replicated.

use crate::model::{AdmDhcpOptionsRow, AdmDhcpScopesRow, Object, RecordId, Tables};
use crate::oracle::call::{self, ADD, UPDATE};
use crate::oracle::copy::{self, Before};
use crate::oracle::ends::{self, FAILURE, SUCCESS};
use crate::oracle::objects::{self, Found, ScopeObject};
use crate::oracle::{Allowed, Case, Choice, EitherEnd, Fate, Taken, Write, WriteKind, validation};
use crate::spec::{Grade, IpamExceptionId, Question, RequirementId};

/// .3 CreateDhcpScopeDelegate ([MS-IPAMM2] 3.19.4.4.1.3).
pub(super) fn create(case: &Case<'_>, object: &Object) -> Allowed {
    // R-3-3, R-3-4
    let scope = match objects::scope(object) {
        // R-3-2
        Found::Null => return call::refused(case, RequirementId::R_3_2, ADD),
        Found::Unreadable => return call::refused(case, RequirementId::R_3_1b, ADD),
        Found::Given(scope) => scope,
    };
    let tables = case.tables;
    // R-3-5, R-3-6
    let Some(server) = tables.servers.get(&(scope.family, scope.parent)) else {
        let detail = IpamExceptionId::DHCP_SERVER_FAILED_TO_FETCH;
        let mut allowed = fault(case, &scope, ADD, RequirementId::R_3_6, Some(detail));
        if !scope.parent.is_set() {
            // what a scope without a server leads to is stated nowhere (OQ-14)
            for end in &mut allowed.ends {
                end.grade = Grade::Either;
                end.question = Some(Question::OQ14);
            }
        }
        return allowed;
    };
    let twin = row_of_subnet(tables, &scope, scope.parent);
    let exists = if scope.record_id.is_set() {
        // R-3-7a
        tables.scopes.contains_key(&(scope.family, scope.record_id))
    } else {
        // R-3-7b, only among the rows of the server (OQ-5 iii)
        twin.is_some()
    };
    // R-3-8
    if exists {
        return fault(case, &scope, ADD, RequirementId::R_3_8, None);
    }
    // R-3-9
    if let Some(broken) = validation::first_broken(scope.family, &scope.details) {
        return fault(case, &scope, ADD, broken, None);
    }
    // R-3-16a, R-3-16b
    let (options, unstorable) = match copy::options_of_object(server, &scope, Before::default()) {
        Ok(options) => (options, None),
        Err(detail) => (None, Some(detail)),
    };
    // R-3-10
    let write = Write {
        server: scope.parent,
        server_name: server.name.clone(),
        scope_id: scope.details.scope_id,
        kind: WriteKind::Create,
        copy: copy::of_object(case, &scope, Taken::Either, options, Before::default()),
        requirement: RequirementId::R_3_10,
        attach: None,
    };
    let mut faults = Vec::new();
    if twin.is_some() {
        // a RecordId of its own passes R-3-7a, yet a server has one scope for a subnet (OQ-4)
        faults.push((RequirementId::R_3_8, None, Question::OQ4));
    }
    if let Some(detail) = unstorable {
        faults.push((RequirementId::R_3_16a, Some(detail), Question::OQ12));
    }
    // R-3-19; where another server has the subnet, that only the scope's own counts
    let is_elsewhere = || {
        tables
            .scopes
            .values()
            .any(|row| row.family == scope.family && row.details.scope_id == scope.details.scope_id)
    };
    let done = if !scope.record_id.is_set() && is_elsewhere() {
        RequirementId::R_3_7b
    } else {
        RequirementId::R_3_19
    };
    perhaps(case, &scope, ADD, faults, done, write)
}

/// .4 UpdateDhcpScopeDelegate ([MS-IPAMM2] 3.19.4.4.1.4).
pub(super) fn update(case: &Case<'_>, object: &Object) -> Allowed {
    // R-4-3, R-4-4
    let scope = match objects::scope(object) {
        // R-4-2
        Found::Null => return call::refused(case, RequirementId::R_4_2, UPDATE),
        Found::Unreadable => return call::refused(case, RequirementId::R_4_1b, UPDATE),
        Found::Given(scope) => scope,
    };
    let tables = case.tables;
    // R-4-5, R-4-6
    let server = tables.servers.get(&(scope.family, scope.parent));
    let no_server = IpamExceptionId::DHCP_SERVER_FAILED_TO_FETCH;
    if server.is_none() && scope.parent.is_set() {
        return fault(case, &scope, UPDATE, RequirementId::R_4_6, Some(no_server));
    }
    let row = if scope.record_id.is_set() {
        // R-4-7a
        let key = (scope.family, scope.record_id);
        tables.scopes.get(&key).map(AsRef::as_ref)
    } else {
        // R-4-7b, only among the rows of the server (OQ-5 iii)
        row_of_subnet(tables, &scope, scope.parent)
    };
    // R-4-8
    let Some(row) = row else {
        let detail = Some(IpamExceptionId::SCOPE_NOT_FOUND);
        return fault(case, &scope, UPDATE, RequirementId::R_4_8, detail);
    };
    // R-4-9
    if let Some(broken) = validation::first_broken(scope.family, &scope.details) {
        return fault(case, &scope, UPDATE, broken, None);
    }
    let owner = (scope.family, row.dhcp_server_record_id);
    let server_name = server
        .or_else(|| tables.servers.get(&owner))
        .map_or_else(String::new, |server| server.name.clone());
    let options: Vec<&AdmDhcpOptionsRow> = tables
        .options
        .values()
        .map(AsRef::as_ref)
        .filter(|option| option.family == scope.family && option.scope_record_id == row.record_id)
        .collect();
    let owner = tables.servers.get(&owner).map(AsRef::as_ref);
    let before = Before {
        row: Some(row),
        server: owner,
        options: &options,
    };
    // R-4-16a, R-4-16b: on the server that is given, which need not be the owner
    let stored = match server.map(AsRef::as_ref).or(owner) {
        Some(server) => copy::options_of_object(server, &scope, before),
        None => Ok(None),
    };
    let (options, unstorable) = match stored {
        Ok(options) => (options, None),
        Err(detail) => (None, Some(detail)),
    };
    // R-4-7b: which row it is
    let (found, done) = if scope.record_id.is_set() {
        (RequirementId::R_4_10, RequirementId::R_4_19)
    } else {
        (RequirementId::R_4_7b, RequirementId::R_4_7b)
    };
    // R-4-10: the owner is no column of that list
    let write = Write {
        server: row.dhcp_server_record_id,
        server_name,
        scope_id: scope.details.scope_id,
        kind: WriteKind::Update(row.record_id),
        copy: copy::of_object(case, &scope, Taken::Either, options, before),
        requirement: found,
        attach: None,
    };
    let mut faults = Vec::new();
    if server.is_none() {
        // no server is given: by the letter the steps go on without one (OQ-14)
        faults.push((RequirementId::R_4_6, Some(no_server), Question::OQ14));
    }
    let twin = row_of_subnet(tables, &scope, row.dhcp_server_record_id);
    if twin.is_some_and(|twin| twin.record_id != row.record_id) {
        // the subnet moves to where the server has another scope (OQ-4)
        faults.push((RequirementId::R_4_8, None, Question::OQ4));
    }
    if let Some(detail) = unstorable {
        faults.push((RequirementId::R_4_16a, Some(detail), Question::OQ12));
    }
    // R-4-19
    perhaps(case, &scope, UPDATE, faults, done, write)
}

/// The row of the scope's subnet on a server, in the scope's family; one look, so a scan does.
fn row_of_subnet<'a>(
    tables: &'a Tables,
    scope: &ScopeObject,
    server: RecordId,
) -> Option<&'a AdmDhcpScopesRow> {
    tables.scopes.values().map(AsRef::as_ref).find(|row| {
        row.family == scope.family
            && row.dhcp_server_record_id == server
            && row.details.scope_id == scope.details.scope_id
    })
}

fn allowed(
    case: &Case<'_>,
    scope: &ScopeObject,
    choices: Vec<Choice>,
    ends: Vec<EitherEnd>,
) -> Allowed {
    Allowed {
        ends,
        fates: vec![Fate {
            source: scope.record_id,
            family: scope.family,
            choices,
        }],
        at_most_written: Vec::new(),
        taken: case.taken.clone(),
    }
}

fn details(outermost: IpamExceptionId) -> Vec<IpamExceptionId> {
    let mut details = vec![
        outermost,
        IpamExceptionId::DHCP_SERVER_FAILED_TO_FETCH,
        IpamExceptionId::SCOPE_NOT_FOUND,
    ];
    details.extend(validation::DETAILS);
    details
}

/// R-3-20, R-4-20: the requirement nearest to the fault is cited.
fn fault(
    case: &Case<'_>,
    scope: &ScopeObject,
    outermost: IpamExceptionId,
    requirement: RequirementId,
    detail: Option<IpamExceptionId>,
) -> Allowed {
    let ends = vec![ends::hard(FAILURE, requirement, &details(outermost))];
    let choice = Choice::Fault {
        requirement,
        detail,
        written: None,
    };
    allowed(case, scope, vec![choice], ends)
}

/// A write, or else one of these faults by our ruling and the write accepted as well.
fn perhaps(
    case: &Case<'_>,
    scope: &ScopeObject,
    outermost: IpamExceptionId,
    faults: Vec<(RequirementId, Option<IpamExceptionId>, Question)>,
    done: RequirementId,
    write: Write,
) -> Allowed {
    let Some((nearest, _, question)) = faults.first().copied() else {
        let ends = vec![ends::hard(SUCCESS, done, &[])];
        return allowed(case, scope, vec![Choice::Write(write)], ends);
    };
    let question = Some(question);
    let mut details = details(outermost);
    details.extend(faults.iter().filter_map(|(_, detail, _)| *detail));
    let ends = vec![
        ends::either(FAILURE, nearest, question, &details),
        ends::either(SUCCESS, done, question, &[]),
    ];
    let mut choices: Vec<Choice> = faults
        .into_iter()
        .map(|(requirement, detail, _)| Choice::Fault {
            requirement,
            detail,
            written: None,
        })
        .collect();
    choices.push(Choice::Write(write));
    let mut allowed = allowed(case, scope, choices, ends);
    // the operation that fails has written nothing
    allowed.at_most_written.push((vec![0], 0));
    allowed
}
