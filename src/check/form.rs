//! The form of the envelopes that brought the events ([MS-IPAMM2] 3.19.4.3.1 to 3.19.4.9.1, 2.2.2.1), where a door
//! shows envelopes at all.

use std::collections::BTreeMap;

use crate::model::{Callback, Event};
use crate::soap::CallbackPrefix;
use crate::soap::names::{CALLBACK, SERVICE};
use crate::spec::{Grade, Question, Readings, RequirementId};
use crate::trace::{Form, SessionIndex, Trace};
use crate::verdict::{CheckResult, Judge};

/// The action prefixes that 3.19.4.5 to .9 and 3.21.4.2 to .6 give the same callbacks (OQ-9): each with the word of
/// its reading.
const PREFIXES: [(&str, &str); 2] = [(SERVICE, "service"), (CALLBACK, "callback")];

/// Judges the form of every event that came as an envelope.
pub(super) fn judge(trace: &Trace, readings: &Readings) -> Vec<CheckResult> {
    let mut results = Vec::new();
    let mut prefixes: BTreeMap<SessionIndex, &'static str> = BTreeMap::new();
    for (number, record, event) in trace.events() {
        let Some(form) = trace.forms.get(&number) else {
            continue;
        };
        let first = results.len();
        if let Some(own) = bears_on(event)
            && form.deviations.iter().all(|found| found.requirement != own)
        {
            let pass = CheckResult::pass(own, Grade::Hard, Judge::Grammar, "envelope");
            results.push(pass);
        }
        results.extend(form.deviations.iter().map(differs));
        if let Event::Callback(callback) = event {
            let session = record.session.unwrap_or_default();
            action(callback, form, readings, &mut results);
            mixed(form, prefixes.entry(session), &mut results);
        }
        for result in &mut results[first..] {
            result.event = Some(number);
            result.step = Some(record.step);
        }
    }
    results
}

/// What the form of an event says something about.
const fn bears_on(event: &Event) -> Option<RequirementId> {
    match event {
        Event::InitializeOperationParametersResponse => Some(RequirementId::R_MSG_2),
        Event::StartOperationWithCallbackResponse => Some(RequirementId::R_MSG_4),
        Event::Fault(_) => Some(RequirementId::R_TR_2),
        Event::Callback(_) => Some(RequirementId::R_MSG_6),
        Event::SessionClosed | Event::Unintelligible(_) => None,
    }
}

fn differs(deviation: &crate::trace::FormDeviation) -> CheckResult {
    CheckResult::differs(
        deviation.requirement,
        deviation.grade,
        Judge::Grammar,
        "envelope",
        format!("{}: {}", deviation.path, deviation.expected),
        deviation.found.clone(),
    )
}

/// The prefix of the action, with the word of its reading, where it is one of the two that the document gives.
fn prefix(form: &Form) -> Option<(&'static str, &'static str)> {
    let action = form.action.as_deref()?;
    let (prefix, _) = action.rsplit_once('/')?;
    PREFIXES
        .into_iter()
        .find(|(known, _)| known.strip_suffix('/') == Some(prefix))
}

/// A callback's action is that of its name, under one of the two prefixes.
fn action(callback: &Callback, form: &Form, readings: &Readings, results: &mut Vec<CheckResult>) {
    let usual = CallbackPrefix::of(readings).uri();
    let name = callback.name();
    let found = form.action.as_deref().unwrap_or("no action");
    let other = prefix(form).filter(|(prefix, _)| found.strip_prefix(prefix) == Some(name));
    let expected = format!("the action {usual}{name}");
    results.push(match other {
        Some((prefix, reading)) => {
            let mut result = CheckResult::pass(
                RequirementId::R_MSG_5,
                Grade::Either,
                Judge::Grammar,
                "callback-action",
            );
            if prefix != usual {
                result.expected = expected;
                found.clone_into(&mut result.found);
                result.reading = Some((Question::OQ9, reading));
            }
            result
        }
        None => CheckResult::differs(
            RequirementId::R_MSG_5,
            Grade::Hard,
            Judge::Grammar,
            "callback-action",
            expected,
            found,
        ),
    });
}

/// One session keeps to one of the two prefixes.
fn mixed(
    form: &Form,
    first: std::collections::btree_map::Entry<'_, SessionIndex, &'static str>,
    results: &mut Vec<CheckResult>,
) {
    let Some((prefix, _)) = prefix(form) else {
        return;
    };
    let first = *first.or_insert(prefix);
    results.push(if first == prefix {
        CheckResult::pass(
            RequirementId::R_MSG_5,
            Grade::Soft,
            Judge::Grammar,
            "one-action-prefix",
        )
    } else {
        CheckResult::differs(
            RequirementId::R_MSG_5,
            Grade::Soft,
            Judge::Grammar,
            "one-action-prefix",
            format!("the prefix of the session's first callback, {first}"),
            prefix,
        )
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::trace::{Door, FormDeviation, Record, Shows, What};
    use crate::verdict::CheckVerdict;
    use crate::world::World;

    fn trace(events: Vec<(Event, Form)>) -> Trace {
        let (events, forms): (Vec<_>, Vec<_>) = events.into_iter().unzip();
        Trace {
            door: Door::Http,
            setup: Arc::new(World::default().set_up()),
            log: events
                .into_iter()
                .map(|event| Record {
                    step: 0,
                    session: Some(0),
                    what: What::Received(event),
                })
                .collect(),
            steps: Vec::new(),
            after: None,
            trackers: Vec::new(),
            shows: Shows::ALL,
            forms: forms.into_iter().enumerate().collect(),
        }
    }

    fn start(action: &str) -> (Event, Form) {
        let callback = Callback::StartProgressCallback {
            is_non_deterministic: None,
        };
        let form = Form {
            action: Some(action.to_owned()),
            deviations: Vec::new(),
            came: None,
        };
        (Event::Callback(callback), form)
    }

    fn verdicts(events: Vec<(Event, Form)>) -> Vec<(RequirementId, &'static str, CheckVerdict)> {
        judge(&trace(events), &Readings::default())
            .into_iter()
            .filter(|result| result.verdict != CheckVerdict::Pass)
            .map(|result| (result.requirement, result.check, result.verdict))
            .collect()
    }

    #[test]
    fn both_prefixes_of_the_document_pass_and_no_other() {
        for prefix in [SERVICE, CALLBACK] {
            let own = format!("{prefix}StartProgressCallback");
            assert_eq!(verdicts(vec![start(&own)]), []);
        }
        let wrong = (
            RequirementId::R_MSG_5,
            "callback-action",
            CheckVerdict::Fail,
        );
        for action in [
            format!("{SERVICE}AddSubTask"),
            "urn:StartProgressCallback".to_owned(),
            "StartProgressCallback".to_owned(),
        ] {
            assert_eq!(verdicts(vec![start(&action)]), [wrong], "{action}");
        }
    }

    #[test]
    fn a_session_that_mixes_the_prefixes_deviates() {
        let both =
            [SERVICE, CALLBACK].map(|prefix| start(&format!("{prefix}StartProgressCallback")));
        assert_eq!(
            verdicts(both.to_vec()),
            [(
                RequirementId::R_MSG_5,
                "one-action-prefix",
                CheckVerdict::Deviates
            )]
        );
    }

    #[test]
    fn what_is_no_message_fails_for_what_it_should_have_been() {
        let form = Form {
            action: None,
            deviations: vec![FormDeviation {
                requirement: RequirementId::R_MSG_2,
                grade: Grade::Hard,
                path: "the answer".to_owned(),
                expected: "a SOAP 1.2 envelope".to_owned(),
                found: "a page of HTML".to_owned(),
            }],
            came: None,
        };
        let page = Event::Unintelligible("a page of HTML".to_owned());
        assert_eq!(
            verdicts(vec![(page, form)]),
            [(RequirementId::R_MSG_2, "envelope", CheckVerdict::Fail)]
        );
    }
}
