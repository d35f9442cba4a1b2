//! Which way a call took through the document's steps, and how it ended: the classes that an exploration reaches.
//!
//! The way is what the oracle rules for each scope, in the order of collection, told by what happened up to the
//! fault that ended the call; the end is what the trace shows. Neither asks the target.

use std::fmt;

use crate::check::{Foretold, ForetoldWhat};
use crate::model::{Event, RecordId, Tables, Terminal};
use crate::oracle::{Allowed, Choice, Fate, Write, WriteKind};
use crate::spec::{AddressFamily, Question, Readings, RequirementId};
use crate::trace::{SessionIndex, Trace};

/// A way and its end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    way: Way,
    end: End,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// InitializeOperationParameters decides, by this requirement.
    Initialize(RequirementId),
    /// The call ends before any scope is looked at, by this requirement.
    Call(RequirementId),
    /// What became of the scopes: in one order, since each class says how often and not when; the fault that ended the
    /// call; and whether any were left.
    Scopes {
        passed: Vec<Branch>,
        fault: Option<Branch>,
        left: bool,
    },
}

/// What .29 does with one scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Branch {
    NoAssociation,
    NoRelation,
    Neither,
    Both,
    /// The other end is unset, and that is no fault (OQ-14).
    NoPartner,
    Update,
    /// The copy had everything already.
    UpdateSame,
    Create,
    Fault(RequirementId),
    /// The partner carries it out, and its answer is lost.
    Lost(RequirementId),
    Skip(RequirementId),
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAssociation => f.write_str("no association"),
            Self::NoRelation => f.write_str("no relation row"),
            Self::Neither => f.write_str("owner at neither end"),
            Self::Both => f.write_str("owner at both ends"),
            Self::NoPartner => f.write_str("no partner"),
            Self::Update => f.write_str("update"),
            Self::UpdateSame => f.write_str("update of an equal copy"),
            Self::Create => f.write_str("create"),
            Self::Fault(RequirementId::R_29_4) => f.write_str("fault: no partner"),
            Self::Fault(RequirementId::R_3_6) => f.write_str("fault: create, partner row gone"),
            Self::Fault(RequirementId::R_4_6) => f.write_str("fault: update, partner row gone"),
            Self::Fault(RequirementId::R_3_16a) => f.write_str("fault: create, option unmapped"),
            Self::Fault(RequirementId::R_4_16a) => f.write_str("fault: update, option unmapped"),
            Self::Fault(RequirementId::R_3_20) => f.write_str("fault: create refused"),
            Self::Fault(RequirementId::R_4_20) => f.write_str("fault: update refused"),
            Self::Fault(other) => write!(f, "fault: {other}"),
            Self::Lost(RequirementId::R_3_20) => f.write_str("fault: create, answer lost"),
            Self::Lost(RequirementId::R_4_20) => f.write_str("fault: update, answer lost"),
            Self::Lost(other) => write!(f, "fault: {other}, written"),
            Self::Skip(other) => write!(f, "skipped: {other}"),
        }
    }
}

/// How a call ended, as far as it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Terminal(Terminal),
    Fault,
    None,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Terminal(terminal) => terminal.fmt(f),
            Self::Fault => f.write_str("fault reply"),
            Self::None => f.write_str("no end"),
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.way {
            Way::Initialize(requirement) => write!(f, "initialize decides by {requirement}")?,
            Way::Call(requirement) => write!(f, "no scope is looked at, by {requirement}")?,
            Way::Scopes {
                passed,
                fault,
                left,
            } => {
                let mut parts: Vec<String> = Vec::new();
                let mut rest = passed.as_slice();
                while let Some(first) = rest.first() {
                    let count = rest.iter().take_while(|other| *other == first).count();
                    parts.push(match count {
                        1 => first.to_string(),
                        count => format!("{count} x {first}"),
                    });
                    rest = &rest[count..];
                }
                parts.extend(fault.map(|fault| fault.to_string()));
                if *left {
                    parts.push("others not reached".to_owned());
                }
                f.write_str(&parts.join("; "))?;
            }
        }
        write!(f, " -> {}", self.end)
    }
}

/// The classes of a run: one for each session on which an operation was asked for.
pub(super) fn classes(trace: &Trace, foretold: &[Foretold], readings: &Readings) -> Vec<Class> {
    let mut found: Vec<(SessionIndex, Class)> = Vec::with_capacity(1);
    for one in foretold {
        let way = match &one.what {
            ForetoldWhat::Replies(replies) => match replies.first() {
                Some(reply) => Way::Initialize(reply.requirement),
                None => continue,
            },
            ForetoldWhat::Outcomes(allowed) => way(allowed, &one.before, readings),
        };
        let end = end(trace, one.session);
        let class = Class { way, end };
        // What the start leads to says more than that it was let through.
        match found.last_mut() {
            Some((session, last)) if *session == one.session => *last = class,
            _ => found.push((one.session, class)),
        }
    }
    found.into_iter().map(|(_, class)| class).collect()
}

fn end(trace: &Trace, session: SessionIndex) -> End {
    let mut end = End::None;
    for (_, record, event) in trace.events() {
        if record.session != Some(session) {
            continue;
        }
        match event {
            Event::Callback(callback) => {
                if let Some(terminal) = callback.terminal() {
                    return End::Terminal(terminal);
                }
            }
            Event::Fault(_) => end = End::Fault,
            _ => {}
        }
    }
    end
}

fn way(allowed: &Allowed, before: &Tables, readings: &Readings) -> Way {
    if allowed.fates.is_empty() {
        let requirement = allowed
            .ends
            .first()
            .map_or(RequirementId::R_31_4, |end| end.requirement);
        return Way::Call(requirement);
    }
    let stops = !readings.is(Question::OQ15, "continue");
    let mut passed = Vec::with_capacity(allowed.fates.len());
    for (place, fate) in allowed.fates.iter().enumerate() {
        let branch = branch(fate, before);
        if stops && matches!(branch, Branch::Fault(_) | Branch::Lost(_)) {
            passed.sort_unstable();
            return Way::Scopes {
                passed,
                fault: Some(branch),
                left: place + 1 < allowed.fates.len(),
            };
        }
        passed.push(branch);
    }
    passed.sort_unstable();
    Way::Scopes {
        passed,
        fault: None,
        left: false,
    }
}

fn branch(fate: &Fate, before: &Tables) -> Branch {
    match fate.choices.first() {
        None => Branch::Skip(RequirementId::R_29_3),
        Some(Choice::Skip { requirement, .. }) => match requirement {
            RequirementId::R_29_3a => Branch::NoAssociation,
            RequirementId::R_29_3b => Branch::NoRelation,
            RequirementId::R_29_4 => nowhere(fate, before),
            other => Branch::Skip(*other),
        },
        Some(Choice::Write(write)) => match write.kind {
            WriteKind::Create => Branch::Create,
            WriteKind::Update(row) if is_equal(fate, write, row, before) => Branch::UpdateSame,
            WriteKind::Update(_) => Branch::Update,
        },
        Some(Choice::Fault {
            requirement,
            written,
            ..
        }) => match written {
            None => Branch::Fault(*requirement),
            Some(_) => Branch::Lost(*requirement),
        },
    }
}

/// Whether the listed columns of the row are the source's already.
fn is_equal(fate: &Fate, write: &Write, row: RecordId, before: &Tables) -> bool {
    let source = &write.copy.details;
    before.scopes.get(&(fate.family, row)).is_some_and(|row| {
        row.details.scope_name == source.scope_name
            && row.details.lease_duration == source.lease_duration
    })
}

/// Why the copy of a scope goes nowhere: by the relationship that counts.
fn nowhere(fate: &Fate, before: &Tables) -> Branch {
    let owner = before
        .scopes
        .get(&(AddressFamily::InterNetwork, fate.source))
        .map(|row| row.dhcp_server_record_id);
    let relation = before
        .scope_failovers
        .values()
        .find(|row| row.scope_id == fate.source)
        .and_then(|row| before.relations.get(&row.failover_relation_id));
    let (Some(owner), Some(relation)) = (owner, relation) else {
        return Branch::Neither;
    };
    let is_owner = |end: Option<RecordId>| end == Some(owner);
    match (
        is_owner(relation.server1_record_id),
        is_owner(relation.server2_record_id),
    ) {
        (true, true) => Branch::Both,
        (false, false) => Branch::Neither,
        _ => Branch::NoPartner,
    }
}
