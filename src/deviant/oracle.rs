//! The oracle on trial: oracles with one planted mistake, each of which the simulator has to contradict.
//!
//! An oracle that errs on the lax side would let wrong servers pass, and one that errs on the strict side would accuse
//! right ones; a corpus that contradicts neither proves nothing about it. The mistakes are planted in what the oracle
//! is asked, or in what it answers.

use crate::check::{Authority, check_by};
use crate::deviant::Corpus;
use crate::model::{RecordId, Tables, Terminal, Value};
use crate::oracle::{
    self, Allowed, AllowedReply, Case, Choice, Fate, PartnerBounds, ReplyKind, Stage, Write,
    WriteKind,
};
use crate::scenario::Case as ScenarioCase;
use crate::spec::{IpamAdminOperationId, Readings, RequirementId};
use crate::trace::Door;
use crate::verdict::{CheckVerdict, Judge};
use crate::world::{Caller, PartnerRule, Role};

mod planted;

pub use planted::deviants;

/// What an oracle is asked about, to be changed.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The rows when the call is made.
    pub tables: Tables,
    /// ADM_IsIPAMConfigured.
    pub provisioned: bool,
    /// ADM_IsSchemaConversionRequired.
    pub schema_conversion_required: bool,
    /// Who opened the session.
    pub caller: Caller,
    /// Own roles.
    pub roles: Vec<Role>,
    /// The partner's rules.
    pub partner: Vec<PartnerRule<RecordId>>,
    /// What earlier operations took of them.
    pub taken: PartnerBounds,
    /// The readings to judge by.
    pub readings: Readings,
}

/// An oracle with one planted mistake.
#[derive(Debug, Clone, Copy)]
pub struct OracleDeviant {
    /// What it gets wrong, as one would say it of an oracle: `forgets the last scope`.
    pub name: &'static str,
    asked: Option<fn(&mut Asked)>,
    allowed: Option<fn(&mut Allowed)>,
    replies: Option<fn(&mut Vec<AllowedReply>)>,
}

/// Where the simulator contradicts an oracle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The scenario.
    pub scenario: String,
    /// The case.
    pub case: Option<String>,
    /// The door.
    pub door: Door,
    /// The requirement that the oracle would have us say is broken.
    pub requirement: RequirementId,
}

impl OracleDeviant {
    fn ask<T>(&self, case: &Case<'_>, ask: impl FnOnce(&Case<'_>) -> T) -> T {
        let Some(hook) = self.asked else {
            return ask(case);
        };
        let mut asked = Asked {
            tables: case.tables.clone(),
            provisioned: case.provisioned,
            schema_conversion_required: case.schema_conversion_required,
            caller: case.caller.clone(),
            roles: case.roles.to_vec(),
            partner: case.partner.to_vec(),
            taken: case.taken.clone(),
            readings: case.readings.clone(),
        };
        hook(&mut asked);
        ask(&Case {
            tables: &asked.tables,
            provisioned: asked.provisioned,
            schema_conversion_required: asked.schema_conversion_required,
            caller: &asked.caller,
            roles: &asked.roles,
            partner: &asked.partner,
            taken: &asked.taken,
            readings: &asked.readings,
        })
    }

    fn answer(&self, mut allowed: Allowed) -> Allowed {
        if let Some(hook) = self.allowed {
            hook(&mut allowed);
        }
        allowed
    }
}

impl Authority for OracleDeviant {
    fn initialize(&self, case: &Case<'_>, paramters: Option<&Value>) -> Vec<AllowedReply> {
        let mut replies = self.ask(case, |case| oracle::initialize(case, paramters));
        if let Some(hook) = self.replies {
            hook(&mut replies);
        }
        replies
    }

    fn start(&self, case: &Case<'_>, paramters: Option<Option<&Value>>) -> Allowed {
        let allowed = self.ask(case, |case| match paramters {
            Some(paramters) => oracle::start(case, paramters),
            None => oracle::start_without_parameters(case),
        });
        self.answer(allowed)
    }

    fn call(
        &self,
        case: &Case<'_>,
        operation: IpamAdminOperationId,
        paramters: Option<&Value>,
    ) -> Allowed {
        let allowed = self.ask(case, |case| oracle::call(case, operation, paramters));
        self.answer(allowed)
    }
}

/// The first case of the corpus in which the simulator contradicts that oracle.
#[must_use]
pub fn contradiction(deviant: &OracleDeviant, corpus: &Corpus<'_>) -> Option<Contradiction> {
    corpus.runs.iter().find_map(|run| {
        let case: &ScenarioCase = run.case;
        let found = check_by(deviant, case, &run.trace, &corpus.readings)
            .into_iter()
            .find(|check| check.judge == Judge::Oracle && check.verdict == CheckVerdict::Fail)?;
        Some(Contradiction {
            scenario: run.scenario.id.clone(),
            case: case.name.clone(),
            door: run.door,
            requirement: found.requirement,
        })
    })
}

/// The writes among what may become of the scopes.
fn writes(fates: &mut [Fate]) -> impl Iterator<Item = &mut Write> {
    fates
        .iter_mut()
        .flat_map(|fate| &mut fate.choices)
        .filter_map(|choice| match choice {
            Choice::Write(write) => Some(write),
            Choice::Fault { written, .. } => written.as_mut(),
            Choice::Skip { .. } => None,
        })
}

/// Leaves only that end.
fn only(allowed: &mut Allowed, stage: Stage) {
    allowed.ends.truncate(1);
    for end in &mut allowed.ends {
        end.stage = stage;
    }
}

/// Whether the operation may succeed.
fn may_succeed(allowed: &Allowed) -> bool {
    allowed
        .ends
        .iter()
        .any(|end| end.stage == Stage::Processing(Terminal::Success))
}

/// A create where an update is meant, and the other way round.
const fn other_kind(kind: WriteKind) -> WriteKind {
    match kind {
        WriteKind::Update(_) => WriteKind::Create,
        WriteKind::Create => WriteKind::Update(RecordId(1)),
    }
}

/// The other answer.
const fn other_reply(reply: ReplyKind) -> ReplyKind {
    match reply {
        ReplyKind::Response => ReplyKind::Fault,
        ReplyKind::Fault => ReplyKind::Response,
    }
}
