//! Mistakes in the envelopes of what a server says ([MS-IPAMM2] 3.19.4.3.1 to 3.19.4.9.1, 2.1).

use crate::deviant::{Deviant, Hooks};
use crate::model::{Callback, Event};
use crate::soap::names::{ADDRESSING, CALLBACK, IPAM, SERVICE, SOAP, SOAP_1_1};
use crate::soap::{Element, Name, Node};
use crate::spec::RequirementId::{R_MSG_2, R_MSG_4, R_MSG_5, R_MSG_6, R_TR_2};

/// The elements of an element.
fn children(element: &mut Element) -> impl Iterator<Item = &mut Element> {
    element.nodes.iter_mut().filter_map(|node| match node {
        Node::Element(child) => Some(&mut **child),
        Node::Text(_) => None,
    })
}

fn child<'a>(element: &'a mut Element, namespace: &str, local: &str) -> Option<&'a mut Element> {
    children(element).find(|child| child.name.is(namespace, local))
}

/// Writes another action.
fn set_action(envelope: &mut Element, action: &str) {
    let header = child(envelope, SOAP, "Header");
    if let Some(element) = header.and_then(|header| child(header, ADDRESSING, "Action")) {
        element.nodes.clear();
        element.push_text(action);
    }
}

/// Leaves out the elements of that name in an element.
fn drop_children(element: &mut Element, namespace: &str, local: &str) {
    element.nodes.retain(|node| match node {
        Node::Element(child) => !child.name.is(namespace, local),
        Node::Text(_) => true,
    });
}

/// Leaves a header out.
fn drop_header(envelope: &mut Element, local: &str) {
    if let Some(header) = child(envelope, SOAP, "Header") {
        drop_children(header, ADDRESSING, local);
    }
}

/// Changes the one element in the body.
fn with_body(envelope: &mut Element, change: impl FnOnce(&mut Element)) {
    let body = child(envelope, SOAP, "Body");
    if let Some(element) = body.and_then(|body| children(body).next()) {
        change(element);
    }
}

/// Calls the element in the body otherwise.
fn rename(envelope: &mut Element, namespace: &str, local: &str) {
    with_body(envelope, |element| {
        let inside = std::mem::take(&mut element.nodes);
        *element = Element {
            nodes: inside,
            attributes: std::mem::take(&mut element.attributes),
            ..Element::new(namespace, local)
        };
    });
}

/// Moves an element and everything in it from one namespace to another.
fn move_to(element: &mut Element, from: &str, to: &str) {
    if element.name.namespace() == from {
        element.name = Name::new(to, element.name.local());
        element.prefix = None;
        element.declarations.clear();
    }
    for child in children(element) {
        move_to(child, from, to);
    }
}

const fn envelope(rewrite: crate::door::Rewrite) -> Hooks {
    Hooks {
        envelope: Some(rewrite),
        ..Hooks::NONE
    }
}

const INITIALIZED: &Event = &Event::InitializeOperationParametersResponse;
const STARTED: &Event = &Event::StartOperationWithCallbackResponse;

/// The deviants of this part.
pub(super) const DEVIANTS: &[Deviant] = &[
    Deviant::mistake(
        R_TR_2,
        "writes its faults as SOAP 1.1",
        envelope(|event, whole| {
            if matches!(event, Event::Fault(_)) {
                move_to(whole, SOAP, SOAP_1_1);
            }
        }),
    ),
    Deviant::mistake(
        R_TR_2,
        "sends the IpamException of a fault without the fault around it",
        envelope(|event, whole| {
            if matches!(event, Event::Fault(_)) {
                rename(whole, SOAP, "Detail");
            }
        }),
    ),
    Deviant::mistake(
        R_TR_2,
        "writes faults without a code",
        envelope(|event, whole| {
            if matches!(event, Event::Fault(_)) {
                with_body(whole, |fault| drop_children(fault, SOAP, "Code"));
            }
        }),
    ),
    Deviant::mistake(
        R_MSG_2,
        "answers InitializeOperationParameters under the action of the request",
        envelope(|event, whole| {
            if event == INITIALIZED {
                set_action(whole, &format!("{SERVICE}InitializeOperationParameters"));
            }
        }),
    ),
    Deviant::mistake(
        R_MSG_2,
        "answers InitializeOperationParameters with an element in no namespace",
        envelope(|event, whole| {
            if event == INITIALIZED {
                rename(whole, "", "InitializeOperationParametersResponse");
            }
        }),
    ),
    Deviant::mistake(
        R_MSG_2,
        "answers InitializeOperationParameters without saying which request it answers",
        envelope(|event, whole| {
            if event == INITIALIZED {
                drop_header(whole, "RelatesTo");
            }
        }),
    ),
    Deviant::mistake(
        R_MSG_4,
        "answers StartOperationWithCallback without an action",
        envelope(|event, whole| {
            if event == STARTED {
                drop_header(whole, "Action");
            }
        }),
    ),
    Deviant::mistake(
        R_MSG_4,
        "answers StartOperationWithCallback with an empty body",
        envelope(|event, whole| {
            if event == STARTED
                && let Some(body) = child(whole, SOAP, "Body")
            {
                body.nodes.clear();
            }
        }),
    ),
    Deviant::mistake(
        R_MSG_5,
        "sends callbacks under their bare names",
        envelope(|event, whole| {
            if let Event::Callback(callback) = event {
                set_action(whole, callback.name());
            }
        }),
    ),
    Deviant::mistake(
        R_MSG_5,
        "sends every callback under the action of SetOverallStatus",
        envelope(|event, whole| {
            if matches!(event, Event::Callback(_)) {
                set_action(whole, &format!("{SERVICE}SetOverallStatus"));
            }
        }),
    ),
    Deviant::mistake(
        R_MSG_5,
        "takes turns between the two prefixes of callbacks",
        envelope(|event, whole| {
            if matches!(event, Event::Callback(Callback::SetOverallStatus { .. })) {
                set_action(whole, &format!("{CALLBACK}SetOverallStatus"));
            }
        }),
    ),
    Deviant::mistake(
        R_MSG_6,
        "sends AddSubTask with the element SubTaskInstance",
        envelope(|event, whole| {
            if matches!(event, Event::Callback(Callback::AddSubTask { .. })) {
                rename(whole, IPAM, "SubTaskInstance");
            }
        }),
    ),
    Deviant::mistake(
        R_MSG_6,
        "writes the parts of callbacks in no namespace",
        envelope(|event, whole| {
            if matches!(event, Event::Callback(_)) {
                with_body(whole, |element| {
                    for part in children(element) {
                        move_to(part, IPAM, "");
                    }
                });
            }
        }),
    ),
];
