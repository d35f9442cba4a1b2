//! Steps: actions without what they need not say.

use std::time::Duration;

use crate::minimize::edits::{Edits, smaller, world};
use crate::scenario::{
    Action, Case, Change, Initialize, OperationChoice, ParametersChoice, ServerChoice, SetValue,
    Step,
};
use crate::spec::IpamAdminOperationId;
use crate::spec::parameters::parameters_type;
use crate::world::Caller;

const DEFAULT_TYPE: &str = "ReplicateServerParameters";

pub(super) fn edits(edits: &mut Edits, case: &Case) {
    let has_servers = !case.world.servers.is_empty();
    for place in 1..case.steps.len() {
        if is_operation(&case.steps[place - 1], &case.steps[place]) {
            edits.other(move |case| join(case, place - 1));
        }
    }
    for (place, step) in case.steps.iter().enumerate() {
        if step.session.is_some() {
            edits.value(move |case| case.steps[place].session = None);
        }
        if let Some(after) = &step.after {
            edits.value(move |case| case.steps[place].after = None);
            for nth in smaller(u64::from(after.nth), 1) {
                edits.other(move |case| {
                    if let Some(after) = &mut case.steps[place].after {
                        after.nth = u32::try_from(nth).unwrap_or(1);
                    }
                });
            }
        }
        action(edits, place, step, has_servers);
    }
}

/// Whether two steps are the `initialize` and the `start` of one operation, and say nothing else.
fn is_operation(one: &Step, other: &Step) -> bool {
    let is_plain =
        |step: &Step| step.session.is_none() && step.after.is_none() && step.expect.is_none();
    matches!(one.action, Action::Initialize(_))
        && matches!(other.action, Action::Start)
        && is_plain(one)
        && is_plain(other)
}

/// Makes one `replicate` of an `initialize` and a `start`.
fn join(case: &mut Case, place: usize) {
    if let Action::Initialize(initialize) = &case.steps[place].action {
        let initialize = initialize.clone();
        case.steps[place].action = Action::Replicate {
            caller: None,
            initialize,
        };
        case.steps.remove(place + 1);
    }
}

fn action(edits: &mut Edits, place: usize, step: &Step, has_servers: bool) {
    match &step.action {
        Action::Replicate { caller, initialize } => {
            who(edits, place, caller.as_ref());
            what(edits, place, initialize, has_servers);
        }
        Action::Connect { caller } => who(edits, place, caller.as_ref()),
        Action::Initialize(initialize) => what(edits, place, initialize, has_servers),
        Action::Keepalive { times } => {
            for times in smaller(u64::from(*times), 1) {
                edits.other(move |case| {
                    let times = u32::try_from(times).unwrap_or(1);
                    case.steps[place].action = Action::Keepalive { times };
                });
            }
        }
        Action::Wait(time) => {
            // Whole seconds say it, unless there is less to wait for.
            let whole = smaller(time.as_secs(), 1).map(Duration::from_secs);
            let rest = smaller(time.as_millis().try_into().unwrap_or(u64::MAX), 1)
                .map(Duration::from_millis)
                .filter(|_| time.as_secs() == 0);
            for time in whole.chain(rest) {
                edits.other(move |case| case.steps[place].action = Action::Wait(time));
            }
        }
        Action::SendBytes { bytes } => {
            for length in smaller(bytes.len() as u64, 0) {
                edits.other(move |case| {
                    if let Action::SendBytes { bytes } = &mut case.steps[place].action {
                        bytes.truncate(usize::try_from(length).unwrap_or_default());
                    }
                });
            }
        }
        Action::Change(change) => columns(edits, place, change),
        Action::Start
        | Action::SendCallback { .. }
        | Action::SendXml { .. }
        | Action::Close
        | Action::Drop => {}
    }
}

fn columns(edits: &mut Edits, place: usize, change: &Change) {
    // Without a column there is no change, and that is the step left out.
    for at in (0..change.columns.len()).filter(|_| change.columns.len() > 1) {
        edits.value(move |case| {
            if let Action::Change(change) = &mut case.steps[place].action {
                change.columns.remove(at);
            }
        });
    }
}

fn who(edits: &mut Edits, place: usize, caller: Option<&Caller>) {
    let Some(caller) = caller else { return };
    edits.other(move |case| {
        if let Some(caller) = caller_option(case, place) {
            *caller = None;
        }
    });
    world::caller(edits, caller, move |case| {
        caller_option(case, place)?.as_mut()
    });
}

fn caller_option(case: &mut Case, place: usize) -> Option<&mut Option<Caller>> {
    match &mut case.steps.get_mut(place)?.action {
        Action::Replicate { caller, .. } | Action::Connect { caller } => Some(caller),
        _ => None,
    }
}

fn with(case: &mut Case, place: usize, change: impl FnOnce(&mut Initialize)) {
    if let Some(step) = case.steps.get_mut(place)
        && let Action::Replicate { initialize, .. } | Action::Initialize(initialize) =
            &mut step.action
    {
        change(initialize);
    }
}

fn own_type(operation: &OperationChoice) -> &'static str {
    match operation {
        OperationChoice::Member(operation) => parameters_type(*operation).unwrap_or(DEFAULT_TYPE),
        _ => DEFAULT_TYPE,
    }
}

fn what(edits: &mut Edits, place: usize, initialize: &Initialize, has_servers: bool) {
    let mut add = |change: fn(&mut Initialize)| {
        edits.value(move |case| with(case, place, change));
    };
    let replicate_server = OperationChoice::Member(IpamAdminOperationId::ReplicateServer);
    if initialize.operation != replicate_server {
        add(|initialize| {
            let replicate_server = OperationChoice::Member(IpamAdminOperationId::ReplicateServer);
            let own = ParametersChoice::Type(own_type(&initialize.operation).to_owned());
            initialize.operation = replicate_server;
            // Where the type went without saying, it still does.
            if initialize.parameters == own {
                initialize.parameters = ParametersChoice::Type(DEFAULT_TYPE.to_owned());
            }
        });
    }
    let own = ParametersChoice::Type(own_type(&initialize.operation).to_owned());
    if initialize.parameters != own {
        add(|initialize| {
            let own = own_type(&initialize.operation).to_owned();
            initialize.parameters = ParametersChoice::Type(own);
        });
    }
    if has_servers && initialize.server != ServerChoice::Row(0) {
        add(|initialize| initialize.server = ServerChoice::Row(0));
    }
    if initialize.scopes.is_some() {
        add(|initialize| initialize.scopes = None);
    }
    if initialize.scope.is_some() {
        add(|initialize| initialize.scope = None);
    }
    if initialize.relation.is_some() {
        add(|initialize| initialize.relation = None);
    }
    for at in 0..initialize.scopes.as_ref().map_or(0, Vec::len) {
        edits.value(move |case| {
            with(case, place, |initialize| {
                initialize.scopes.as_mut().map(|scopes| scopes.remove(at));
            });
        });
    }
    if !initialize.set.is_empty() {
        edits.other(move |case| with(case, place, |initialize| initialize.set.clear()));
    }
    let mut paths = Vec::new();
    members(&initialize.set, &mut Vec::new(), &mut paths);
    for path in paths {
        edits.value(move |case| with(case, place, |initialize| remove(&mut initialize.set, &path)));
    }
}

/// The places of all overrides, from the outermost in; items of lists too.
fn members(set: &[(String, SetValue)], path: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
    for (at, (_, value)) in set.iter().enumerate() {
        path.push(at);
        found.push(path.clone());
        inside(value, path, found);
        path.pop();
    }
}

fn inside(value: &SetValue, path: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
    match value {
        SetValue::Members(set) => members(set, path, found),
        SetValue::List(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push(at);
                found.push(path.clone());
                inside(item, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

fn remove(set: &mut Vec<(String, SetValue)>, path: &[usize]) {
    match path {
        [] => {}
        [at] => {
            set.remove(*at);
        }
        [at, rest @ ..] => remove_inside(&mut set[*at].1, rest),
    }
}

fn remove_inside(value: &mut SetValue, path: &[usize]) {
    match (value, path) {
        (SetValue::Members(set), path) => remove(set, path),
        (SetValue::List(items), [at]) => {
            items.remove(*at);
        }
        (SetValue::List(items), [at, rest @ ..]) => remove_inside(&mut items[*at], rest),
        _ => {}
    }
}
