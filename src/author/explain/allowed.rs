//! What the oracle allows to follow from each request, and why.

use crate::author::explain::{Cited, name};
use crate::author::text::{Page, Part, ends};
use crate::check::{Foretold, ForetoldWhat, foretell};
use crate::model::{RecordId, Tables};
use crate::oracle::{
    Allowed, AllowedReply, Choice, EitherEnd, Fate, ReplyKind, Stage, Write, WriteKind,
};
use crate::spec::{AddressFamily, Grade, Question, Readings, RequirementId};
use crate::trace::Trace;
use crate::world::{RowKind, Setup};

pub(super) fn allowed(trace: &Trace, readings: &Readings, cited: &mut Cited, page: &mut Page) {
    page.heading("What is allowed");
    let foretold = foretell(trace, readings);
    if foretold.is_empty() {
        page.line(
            2,
            "no request that the oracle knows about; the grammar of a session judges alone",
        );
    }
    for part in ends(&foretold) {
        match part {
            Part::Item(one) => request(one, &trace.setup, cited, page),
            Part::LeftOut(count) => page.line(2, &format!("... {count} more requests ...")),
        }
    }
}

fn request(one: &Foretold, setup: &Setup, cited: &mut Cited, page: &mut Page) {
    match &one.what {
        ForetoldWhat::Replies(replies) => {
            let step = one.step + 1;
            page.line(
                2,
                &format!("step {step}: the answer to InitializeOperationParameters is"),
            );
            for (place, reply) in replies.iter().enumerate() {
                let place = Place::of(place, replies.len());
                of_reply(*reply, place, cited, page);
            }
        }
        ForetoldWhat::Outcomes(allowed) => outcomes(one, allowed, setup, cited, page),
    }
}

/// Where one of several stands: the first is our ruling.
#[derive(Clone, Copy)]
enum Place {
    Only,
    Ruling,
    Other,
}

impl Place {
    const fn of(place: usize, count: usize) -> Self {
        match (place, count) {
            (0, 1) => Self::Only,
            (0, _) => Self::Ruling,
            _ => Self::Other,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Only => "only",
            Self::Ruling => "our ruling",
            Self::Other => "also accepted",
        }
    }
}

fn of_reply(reply: AllowedReply, place: Place, cited: &mut Cited, page: &mut Page) {
    let what = match reply.reply {
        ReplyKind::Response => "InitializeOperationParametersResponse",
        ReplyKind::Fault => "a SOAP fault, and the session ends",
    };
    let why = why(reply.requirement, reply.question, cited);
    page.line(4, &format!("{}: {what} {why}", place.words()));
}

/// `(R-29-2b; left open by OQ-3)`.
fn why(requirement: RequirementId, question: Option<Question>, cited: &mut Cited) -> String {
    cited.requirements.insert(requirement);
    match question {
        None => format!("({requirement})"),
        Some(question) => {
            cited.questions.insert(question);
            format!("({requirement}; left open by {question})")
        }
    }
}

fn outcomes(one: &Foretold, allowed: &Allowed, setup: &Setup, cited: &mut Cited, page: &mut Page) {
    page.line(2, &format!("step {}: the operation ends in", one.step + 1));
    for (place, end) in allowed.ends.iter().enumerate() {
        of_end(end, Place::of(place, allowed.ends.len()), cited, page);
    }
    let may_succeed = allowed
        .ends
        .iter()
        .any(|end| end.stage == crate::oracle::Stage::Processing(crate::model::Terminal::Success));
    if allowed.fates.is_empty() {
        page.line(4, "no scope is written");
        return;
    }
    page.line(4, "each scope that it is asked for:");
    let names = Naming {
        setup,
        tables: &one.before,
    };
    for part in ends(&allowed.fates) {
        match part {
            Part::Item(fate) => page.line(6, &names.fate(fate, cited)),
            Part::LeftOut(count) => page.line(6, &format!("... {count} more scopes ...")),
        }
    }
    if may_succeed && allowed.ends.len() > 1 {
        page.line(4, "on success each has an outcome that is no failure; on failure it may also be left as it was");
    } else if !may_succeed {
        page.line(
            4,
            "since the operation fails, each may also be left as it was",
        );
    }
    for (places, most) in &allowed.at_most_written {
        let told: Vec<String> = ends(places)
            .filter_map(|part| match part {
                Part::Item(place) => {
                    let fate = allowed.fates.get(*place)?;
                    Some(names.scope(fate.source))
                }
                Part::LeftOut(count) => Some(format!("{count} more")),
            })
            .collect();
        let which = match most {
            0 => "none is written".to_owned(),
            1 => "at most one is written".to_owned(),
            most => format!("at most {most} are written"),
        };
        page.line(4, &format!("on failure, of {} {which}", told.join(", ")));
    }
    page.line(4, "every other row stays as it is");
}

fn of_end(end: &EitherEnd, place: Place, cited: &mut Cited, page: &mut Page) {
    let what = match end.stage {
        Stage::StartFault => {
            "a fault in answer to StartOperationWithCallback, without any callback".to_owned()
        }
        Stage::Processing(terminal) => format!("SetOverallStatus with {terminal}"),
    };
    let why = why(end.requirement, end.question, cited);
    page.line(4, &format!("{}: {what} {why}", place.words()));
    if !end.details.is_empty() {
        let ids: Vec<_> = end.details.iter().map(|id| id.name()).collect();
        page.line(
            6,
            &format!("its details should name one of (SOFT): {}", ids.join(", ")),
        );
    }
}

/// What rows are called when a request is made.
struct Naming<'a> {
    setup: &'a Setup,
    tables: &'a Tables,
}

const FAMILIES: [AddressFamily; 2] = [AddressFamily::InterNetwork, AddressFamily::InterNetworkV6];

impl Naming<'_> {
    fn scope(&self, id: RecordId) -> String {
        let row = FAMILIES
            .iter()
            .find_map(|family| self.tables.scopes.get(&(*family, id)));
        if let Some(row) = row {
            return name(&self.setup.names.scope(row));
        }
        let missing = FAMILIES
            .iter()
            .find_map(|family| self.setup.names.get(RowKind::Scope, (*family, id)));
        missing.map_or_else(|| "the scope in the message".to_owned(), name)
    }

    fn server(&self, id: RecordId) -> String {
        let known = FAMILIES
            .iter()
            .find_map(|family| self.setup.names.get(RowKind::Server, (*family, id)));
        known.map_or_else(|| format!("server {id}"), name)
    }

    fn fate(&self, fate: &Fate, cited: &mut Cited) -> String {
        let choices: Vec<String> = fate
            .choices
            .iter()
            .map(|choice| self.choice(choice, cited))
            .collect();
        format!("{} {}", self.scope(fate.source), choices.join("; or "))
    }

    fn choice(&self, choice: &Choice, cited: &mut Cited) -> String {
        match choice {
            Choice::Skip { requirement, grade } => {
                let soft = if *grade == Grade::Hard { "" } else { ", SOFT" };
                format!(
                    "is skipped: {} ({}{soft})",
                    skipped(*requirement),
                    cite(*requirement, cited)
                )
            }
            Choice::Write(write) => {
                let id = cite(write.requirement, cited);
                format!("{} ({id})", self.write(write))
            }
            Choice::Fault {
                requirement,
                detail,
                written,
            } => {
                let detail = detail.map_or_else(String::new, |id| format!(", {}", id.name()));
                let id = cite(*requirement, cited);
                let mut text = format!("fails: {} ({id}{detail})", failed(*requirement));
                if let Some(write) = written {
                    let id = cite(write.requirement, cited);
                    text.push_str(&format!(", yet {} ({id})", self.write(write)));
                }
                text
            }
        }
    }

    fn write(&self, write: &Write) -> String {
        let replicated = matches!(
            write.requirement,
            RequirementId::R_29_6a | RequirementId::R_29_6b
        );
        let server = self.server(write.server);
        let to = if replicated {
            "goes to"
        } else {
            "is stored on"
        };
        match write.kind {
            WriteKind::Update(row) => {
                format!("{to} {server}: updated, as {}", self.scope(row))
            }
            WriteKind::Create => format!("{to} {server}: created"),
        }
    }
}

fn cite(requirement: RequirementId, cited: &mut Cited) -> &'static str {
    cited.requirements.insert(requirement);
    requirement.name()
}

fn skipped(requirement: RequirementId) -> &'static str {
    match requirement {
        RequirementId::R_29_3a => "in no relation",
        RequirementId::R_29_3b => "its relation has no row",
        RequirementId::R_29_4 => "its relation leads to no partner",
        other => other.requirement().step,
    }
}

fn failed(requirement: RequirementId) -> &'static str {
    match requirement {
        RequirementId::R_29_4 => "its relation leads to no partner",
        RequirementId::R_3_6 | RequirementId::R_4_6 => "the server has no row",
        RequirementId::R_3_8 => "the server has a scope with that subnet",
        RequirementId::R_3_20 | RequirementId::R_4_20 => "the partner faults",
        RequirementId::R_VAL_1
        | RequirementId::R_VAL_2
        | RequirementId::R_VAL_3
        | RequirementId::R_VAL_4 => "its data do not validate",
        RequirementId::R_3_16a | RequirementId::R_4_16a => {
            "an option of it has no definition or class on the server"
        }
        other => other.requirement().step,
    }
}
