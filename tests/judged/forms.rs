//! Changes of the envelopes in which a run came: their actions, and what is not as the document has it.

use ipamconf::door::{SessionTarget, SoapTarget};
use ipamconf::model::Event;
use ipamconf::soap::names::{CALLBACK, SERVICE};
use ipamconf::spec::{Grade, Readings, RequirementId};
use ipamconf::suite::run_case;
use ipamconf::trace::{Door, Form, FormDeviation, Trace};
use ipamconf::verdict::CheckResult;

use crate::worlds::Run;

/// A name, and what is made of an action.
type Action = (&'static str, fn(&str) -> Option<String>);

/// What the action of a callback may be instead.
const ACTIONS: &[Action] = &[
    ("none", |_| None),
    ("its bare name", |action| {
        action.rsplit('/').next().map(str::to_owned)
    }),
    ("that of no callback", |action| {
        let (prefix, _) = action.rsplit_once('/')?;
        Some(format!("{prefix}/SetNothing"))
    }),
    ("under a prefix of its own", |action| {
        action
            .rsplit('/')
            .next()
            .map(|name| format!("http://x/{name}"))
    }),
    ("under the prefix of the service", |action| {
        let name = action.rsplit('/').next()?;
        Some(format!("{SERVICE}{name}"))
    }),
    ("under the prefix of the callbacks", |action| {
        let name = action.rsplit('/').next()?;
        Some(format!("{CALLBACK}{name}"))
    }),
];

/// What an envelope may break.
const DEVIATIONS: &[(RequirementId, Grade)] = &[
    (RequirementId::R_TR_2, Grade::Hard),
    (RequirementId::R_MSG_2, Grade::Hard),
    (RequirementId::R_MSG_4, Grade::Soft),
    (RequirementId::R_MSG_6, Grade::Hard),
];

/// Whether a check is about envelopes.
pub(crate) fn is_of_envelopes(result: &CheckResult) -> bool {
    ["envelope", "callback-action", "one-action-prefix"].contains(&result.check)
}

/// Each change with its name. A run is taken once more, at the door that has envelopes.
pub(crate) fn changes(run: &Run) -> Vec<(String, Trace)> {
    // The envelopes of one run are like those of the next.
    if run.trace.door != Door::Session || !run.number.is_multiple_of(7) {
        return Vec::new();
    }
    let mut target: SoapTarget<SessionTarget> = SoapTarget::default();
    let Ok(right) = run_case(&run.case, &mut target, &Readings::default()) else {
        return Vec::new();
    };
    let mut found = vec![("as it was".to_owned(), right.clone())];
    let callbacks: Vec<usize> = right
        .events()
        .filter(|(_, _, event)| matches!(event, Event::Callback(_)))
        .map(|(number, ..)| number)
        .collect();
    for (name, action) in ACTIONS {
        let change = |numbers: &[usize]| {
            let mut changed = right.clone();
            for number in numbers {
                if let Some(form) = changed.forms.get_mut(number) {
                    form.action = form.action.as_deref().and_then(action);
                }
            }
            changed
        };
        if let Some(last) = callbacks.last() {
            found.push((format!("the last action is {name}"), change(&[*last])));
            found.push((format!("every action is {name}"), change(&callbacks)));
        }
    }
    for (requirement, grade) in DEVIATIONS {
        for (number, _, event) in right.events() {
            let mut changed = right.clone();
            let form = changed.forms.entry(number).or_default();
            form.deviations.push(deviation(*requirement, *grade));
            let name = format!("{} breaks {requirement}", event.name());
            found.push((name, changed));
        }
    }
    let mut changed = right;
    changed.forms.values_mut().for_each(|form| {
        *form = Form::default();
    });
    found.push(("no envelope has an action".to_owned(), changed));
    found
}

fn deviation(requirement: RequirementId, grade: Grade) -> FormDeviation {
    FormDeviation {
        requirement,
        grade,
        path: "Envelope/Body".to_owned(),
        expected: "this".to_owned(),
        found: "that".to_owned(),
    }
}
