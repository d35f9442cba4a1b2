//! Reading what a server says: the event, and what is not as the document has it.

use crate::model::{
    Callback, CompletionStatus, Event, IpamException, SubTaskDetails, SubTaskInstance, Value,
};
use crate::soap::contract::{Reader, type_name};
use crate::soap::element::Element;
use crate::soap::envelope::Envelope;
use crate::soap::event::members::Members;
use crate::soap::event::{COMPLETION_STATUS, SUB_TASK_INSTANCE, fault};
use crate::soap::exception::{self, Problem};
use crate::soap::names::{CALLBACK, IPAM, SERVICE, SOAP};
use crate::soap::types;
use crate::spec::{OverallProgressStatus, RequirementId, SubTaskStatus};

/// What an envelope from a server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The event; else what the envelope is instead, for people.
    pub event: Result<Event, String>,
    /// What is not as the document has it, in the order of the envelope.
    pub deviations: Vec<Deviation>,
}

/// One way in which an envelope is not as the document has it.
///
/// The action of a callback is none of them: which of two prefixes is right is a reading (OQ-9), and the whole
/// session has to be seen for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// What it breaks.
    pub requirement: RequirementId,
    /// Where, as element names from the outside in.
    pub path: String,
    /// What belongs there.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

const INITIALIZE: &str = "InitializeOperationParametersResponse";
const START: &str = "StartOperationWithCallbackResponse";

/// Reads what a server says. Data-contract rules hold: a member out of order is missing, and has its default.
#[must_use]
pub fn read_event(envelope: &Envelope) -> Read {
    let mut problems = Vec::new();
    let body = envelope.body.as_ref();
    if let Some(element) = body.filter(|body| body.name.is(SOAP, "Fault")) {
        let fault = fault::read(element, &mut problems);
        return done(Ok(Event::Fault(fault)), RequirementId::R_TR_2, problems);
    }
    let by_body = body
        .filter(|body| body.name.namespace() == IPAM)
        .and_then(|body| known(body.name.local()));
    let by_action = envelope.action.as_deref().and_then(named_by_action);
    let Some(name) = by_body.or(by_action) else {
        let what = format!(
            "an envelope with the action {} and the body {}",
            envelope
                .action
                .as_deref()
                .map_or_else(|| "(none)".to_owned(), |action| format!("`{action}`")),
            body.map_or_else(|| "(empty)".to_owned(), |body| format!("`{}`", body.name)),
        );
        return done(Err(what), RequirementId::R_MSG_6, problems);
    };
    if by_body.is_none() {
        problems.push(Problem::new(
            "Body",
            format!("the element {name}"),
            body.map_or_else(|| "nothing".to_owned(), |body| format!("`{}`", body.name)),
        ));
    }
    let reply = match name {
        INITIALIZE => Some((
            Event::InitializeOperationParametersResponse,
            RequirementId::R_MSG_2,
        )),
        START => Some((
            Event::StartOperationWithCallbackResponse,
            RequirementId::R_MSG_4,
        )),
        _ => None,
    };
    if let Some((event, requirement)) = reply {
        let expected = format!("{SERVICE}{name}");
        if envelope.action.as_ref() != Some(&expected) {
            let found = envelope.action.as_deref().unwrap_or("nothing");
            problems.insert(0, Problem::new("Header/Action", expected, found));
        }
        let _: Members<'_, 0> = Members::of(body, name, [], &mut problems);
        return done(Ok(event), requirement, problems);
    }
    if let Some(id) = &envelope.relates_to {
        problems.push(Problem::new(
            "Header/RelatesTo",
            "nothing: a callback answers no request",
            format!("`{id}`"),
        ));
    }
    let event = match callback(name, body, &mut problems) {
        Ok(callback) => Ok(Event::Callback(callback)),
        Err(problem) => {
            let Problem {
                path,
                expected,
                found,
            } = &problem;
            let what = format!("{path}: expected {expected}, found {found}");
            problems.push(problem);
            Err(what)
        }
    };
    done(event, RequirementId::R_MSG_6, problems)
}

fn done(event: Result<Event, String>, requirement: RequirementId, problems: Vec<Problem>) -> Read {
    let deviation = |problem: Problem| Deviation {
        requirement,
        path: problem.path,
        expected: problem.expected,
        found: problem.found,
    };
    Read {
        event,
        deviations: problems.into_iter().map(deviation).collect(),
    }
}

fn known(name: &str) -> Option<&'static str> {
    [INITIALIZE, START]
        .into_iter()
        .chain(Callback::NAMES.iter().copied())
        .find(|known| *known == name)
}

fn named_by_action(action: &str) -> Option<&'static str> {
    match action.strip_prefix(SERVICE) {
        Some(name) => known(name),
        None => known(action.strip_prefix(CALLBACK)?).filter(|name| Callback::NAMES.contains(name)),
    }
}

fn callback(
    name: &'static str,
    body: Option<&Element>,
    problems: &mut Vec<Problem>,
) -> Result<Callback, Problem> {
    Ok(match name {
        "StartProgressCallback" => {
            let members = Members::of(body, name, ["isNonDeterministic"], problems);
            Callback::StartProgressCallback {
                is_non_deterministic: members.boolean(0)?,
            }
        }
        "SetCompletionPercentage" => {
            let members = Members::of(body, name, ["completionPercentage"], problems);
            Callback::SetCompletionPercentage {
                completion_percentage: members.percentage(0)?,
            }
        }
        "AddSubTask" => {
            let members = Members::of(body, name, ["subTaskInstance"], problems);
            Callback::AddSubTask {
                sub_task_instance: instance(&members, 0, problems)?,
            }
        }
        "SetSubTaskStatus" => {
            let names = [
                "subTaskInstance",
                "status",
                "percentComplete",
                "completionStatus",
            ];
            let members = Members::of(body, name, names, problems);
            let status = members.parse(1, "a member of SubTaskStatus", SubTaskStatus::from_name)?;
            Callback::SetSubTaskStatus {
                sub_task_instance: instance(&members, 0, problems)?,
                status: status.unwrap_or(SubTaskStatus::ALL[0]),
                percent_complete: members.percentage(2)?,
                completion_status: exception_at(&members, 3, problems),
            }
        }
        _ => {
            let members = Members::of(body, name, ["overallStatus", "completionStatus"], problems);
            let status = members.parse(
                0,
                "a member of OverallProgressStatus",
                OverallProgressStatus::from_name,
            )?;
            Callback::SetOverallStatus {
                overall_status: status.unwrap_or(OverallProgressStatus::ALL[0]),
                completion_status: members
                    .get(1)
                    .map(|element| completion(element, &members.path(1), problems))
                    .transpose()?,
            }
        }
    })
}

fn exception_at<const N: usize>(
    members: &Members<'_, N>,
    place: usize,
    problems: &mut Vec<Problem>,
) -> Option<IpamException> {
    let element = members.get(place)?;
    exception::read(element, &members.path(place), problems)
}

/// [MS-IPAMM2] 2.2.4.399 SubTaskInstance.
fn instance<const N: usize>(
    members: &Members<'_, N>,
    place: usize,
    problems: &mut Vec<Problem>,
) -> Result<SubTaskInstance, Problem> {
    let path = members.path(place);
    let Some(element) = members.get(place) else {
        return Err(Problem::new(path, "a SubTaskInstance", "nothing"));
    };
    if let Some(stated) = &element.type_name
        && !stated.is(IPAM, "SubTaskInstance")
    {
        problems.push(Problem::new(
            format!("{path}/@i:type"),
            "SubTaskInstance",
            format!("`{stated}`"),
        ));
    }
    let members = Members::of(Some(element), &path, SUB_TASK_INSTANCE, problems);
    Ok(SubTaskInstance {
        sub_task_instance_id: members.int(4)?,
        sub_task_unique_id: members.int(7)?,
        sub_task_name: members.get(5).map(Element::text),
        sub_task_instance_details: members
            .get(3)
            .map(|element| details(element, &members.path(3), problems))
            .transpose()?,
    })
}

/// The type that an object states, which must be one that exists.
fn object_type(element: &Element, path: &str, problems: &mut Vec<Problem>) -> String {
    let Some(stated) = &element.type_name else {
        return types::ipam_object().name.to_owned();
    };
    let known = types::find(stated.namespace(), stated.local());
    if !known.is_some_and(types::Type::has_identity) {
        problems.push(Problem::new(
            format!("{path}/@i:type"),
            "a type that extends IpamObject",
            format!("`{stated}`"),
        ));
    }
    type_name(stated)
}

fn details(
    element: &Element,
    path: &str,
    problems: &mut Vec<Problem>,
) -> Result<SubTaskDetails, Problem> {
    let type_name = object_type(element, path, problems);
    if type_name != "ScopeDataFormatter" {
        return Ok(SubTaskDetails::Other { type_name });
    }
    let value = Reader::default()
        .value(element, types::ipam_object())
        .map_err(|error| Problem::new(path, "an object", error.to_string()))?;
    let text = |name: &str| match &value {
        Value::Object(object) => match object.member(name) {
            Some(Value::Text(text)) => Ok(text.clone()),
            None | Some(Value::Nil) => Ok(String::new()),
            Some(_) => Err(Problem::new(
                format!("{path}/{name}"),
                "an IP address",
                "something else",
            )),
        },
        _ => Ok(String::new()),
    };
    Ok(SubTaskDetails::ScopeDataFormatter {
        scope_id: text("ScopeId")?,
        server_name: text("ServerName")?,
    })
}

/// [MS-IPAMM2] 2.2.4.119 DhcpMsmOverallCompletionStatus, or an object of another type.
fn completion(
    element: &Element,
    path: &str,
    problems: &mut Vec<Problem>,
) -> Result<CompletionStatus, Problem> {
    let type_name = object_type(element, path, problems);
    if type_name != "DhcpMsmOverallCompletionStatus" {
        return Ok(CompletionStatus::Other { type_name });
    }
    let members = Members::of(Some(element), path, COMPLETION_STATUS, problems);
    Ok(CompletionStatus::DhcpMsmOverallCompletionStatus {
        error_info: exception_at(&members, 1, problems),
        has_ipam_update_error: members.boolean(2)?.unwrap_or_default(),
    })
}
