//! Events through their envelopes.

use crate::model::{
    Callback, CompletionStatus, Event, FaultCode, IpamException, Percentage, SoapFault,
    SubTaskDetails, SubTaskInstance,
};
use crate::soap::names::{CALLBACK, IPAM, SERVICE};
use crate::soap::{CallbackPrefix, Envelope, Read, read_event, write_event};
use crate::spec::{IpamExceptionId, OverallProgressStatus, RequirementId, SubTaskStatus};

fn exception() -> IpamException {
    IpamException::new(IpamExceptionId::SCOPE_NOT_FOUND, "gone")
        .wrapped_in(IpamExceptionId::GENERIC_ERROR, "outer <&>")
}

fn instance(details: Option<SubTaskDetails>) -> SubTaskInstance {
    SubTaskInstance {
        sub_task_instance_id: 3,
        sub_task_unique_id: -7,
        sub_task_name: Some("a name".to_owned()),
        sub_task_instance_details: details,
    }
}

fn events() -> Vec<Event> {
    let formatter = SubTaskDetails::ScopeDataFormatter {
        scope_id: "10.0.1.0".to_owned(),
        server_name: "S".to_owned(),
    };
    let other = SubTaskDetails::Other {
        type_name: "FailoverDataFormatter".to_owned(),
    };
    let status = |completion_status| {
        Event::Callback(Callback::SetOverallStatus {
            overall_status: OverallProgressStatus::CompletedWithFailure,
            completion_status,
        })
    };
    vec![
        Event::InitializeOperationParametersResponse,
        Event::StartOperationWithCallbackResponse,
        Event::Fault(SoapFault::sender(Some(exception()))),
        Event::Fault(SoapFault::sender(None)),
        Event::Fault(SoapFault {
            code: FaultCode::MustUnderstand,
            reason: "a reason".to_owned(),
            detail: None,
        }),
        Event::Callback(Callback::StartProgressCallback {
            is_non_deterministic: None,
        }),
        Event::Callback(Callback::StartProgressCallback {
            is_non_deterministic: Some(true),
        }),
        Event::Callback(Callback::SetCompletionPercentage {
            completion_percentage: Percentage::of(1, 3),
        }),
        Event::Callback(Callback::AddSubTask {
            sub_task_instance: instance(Some(formatter.clone())),
        }),
        Event::Callback(Callback::AddSubTask {
            sub_task_instance: SubTaskInstance::default(),
        }),
        Event::Callback(Callback::SetSubTaskStatus {
            sub_task_instance: instance(Some(other)),
            status: SubTaskStatus::ALL[1],
            percent_complete: Percentage::HUNDRED,
            completion_status: None,
        }),
        Event::Callback(Callback::SetSubTaskStatus {
            sub_task_instance: instance(Some(formatter)),
            status: SubTaskStatus::ALL[2],
            percent_complete: Percentage::ZERO,
            completion_status: Some(exception()),
        }),
        status(None),
        status(Some(CompletionStatus::Other {
            type_name: "EntityStatusCollection".to_owned(),
        })),
        status(Some(CompletionStatus::DhcpMsmOverallCompletionStatus {
            error_info: Some(exception()),
            has_ipam_update_error: true,
        })),
        status(Some(CompletionStatus::DhcpMsmOverallCompletionStatus {
            error_info: None,
            has_ipam_update_error: false,
        })),
    ]
}

#[test]
fn every_event_survives_a_round_trip_without_deviations() {
    for prefix in [CallbackPrefix::Service, CallbackPrefix::Callback] {
        for event in events() {
            let envelope = write_event(&event, Some("urn:uuid:1"), prefix).unwrap();
            let text = envelope.to_xml();
            let read = read_event(&Envelope::read(&text).unwrap());
            let expected = Read {
                event: Ok(event),
                deviations: Vec::new(),
            };
            assert_eq!(read, expected, "{text}");
        }
    }
}

#[test]
fn only_answers_relate_to_a_request_and_only_callbacks_have_two_actions() {
    for event in events() {
        let envelope = write_event(&event, Some("urn:uuid:1"), CallbackPrefix::Callback).unwrap();
        let action = envelope.action.unwrap();
        let is_callback = event.callback().is_some();
        assert_eq!(envelope.relates_to.is_none(), is_callback);
        assert_eq!(action.starts_with(CALLBACK), is_callback);
    }
    assert_eq!(
        write_event(&Event::SessionClosed, None, CallbackPrefix::Service),
        None
    );
}

fn read(action: &str, body: &str) -> Read {
    let xml = format!(
        r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header><a:Action>{action}</a:Action></s:Header><s:Body>{body}</s:Body></s:Envelope>"#
    );
    read_event(&Envelope::read(&xml).unwrap())
}

#[test]
fn a_reply_is_known_by_its_body_or_its_action() {
    let action = format!("{SERVICE}InitializeOperationParametersResponse");
    let wrong_body = read(&action, r#"<Other xmlns="urn:x"/>"#);
    assert_eq!(
        wrong_body.event,
        Ok(Event::InitializeOperationParametersResponse)
    );
    assert_eq!(wrong_body.deviations.len(), 1);
    assert_eq!(wrong_body.deviations[0].requirement, RequirementId::R_MSG_2);
    let body = format!(r#"<StartOperationWithCallbackResponse xmlns="{IPAM}"/>"#);
    let wrong_action = read(&action, &body);
    assert_eq!(
        wrong_action.event,
        Ok(Event::StartOperationWithCallbackResponse)
    );
    assert_eq!(wrong_action.deviations[0].path, "Header/Action");
    assert_eq!(
        wrong_action.deviations[0].requirement,
        RequirementId::R_MSG_4
    );
}

#[test]
fn a_member_out_of_order_is_missing() {
    let body = format!(
        r#"<SetOverallStatus xmlns="{IPAM}"><completionStatus/><overallStatus>CompletedWithSuccess</overallStatus></SetOverallStatus>"#
    );
    let found = read(&format!("{SERVICE}SetOverallStatus"), &body);
    let Ok(Event::Callback(Callback::SetOverallStatus { overall_status, .. })) = found.event else {
        panic!("{found:?}");
    };
    assert_eq!(overall_status, OverallProgressStatus::ALL[0]);
    assert_eq!(found.deviations[0].path, "SetOverallStatus");
    assert_eq!(found.deviations[0].requirement, RequirementId::R_MSG_6);
}

#[test]
fn a_type_in_no_namespace_is_not_ours() {
    let body = format!(
        r#"<p:SetOverallStatus xmlns:p="{IPAM}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><p:overallStatus>CompletedWithSuccess</p:overallStatus><p:completionStatus i:type="DhcpMsmOverallCompletionStatus"/></p:SetOverallStatus>"#
    );
    let found = read(&format!("{SERVICE}SetOverallStatus"), &body);
    let paths: Vec<_> = found.deviations.iter().map(|d| d.path.as_str()).collect();
    assert_eq!(paths, ["SetOverallStatus/completionStatus/@i:type"]);
    let Ok(Event::Callback(Callback::SetOverallStatus {
        completion_status, ..
    })) = found.event
    else {
        panic!("{:?}", found.event);
    };
    let type_name = "{}DhcpMsmOverallCompletionStatus".to_owned();
    assert_eq!(
        completion_status,
        Some(CompletionStatus::Other { type_name })
    );
}

#[test]
fn what_cannot_be_read_says_where_and_what() {
    let body = format!(
        r#"<SetCompletionPercentage xmlns="{IPAM}"><completionPercentage>half</completionPercentage></SetCompletionPercentage>"#
    );
    let found = read("", &body);
    assert_eq!(
        found.event.unwrap_err(),
        "SetCompletionPercentage/completionPercentage: expected a decimal, found `half`"
    );
    let nothing = read("urn:x", "");
    assert_eq!(
        nothing.event.unwrap_err(),
        "an envelope with the action `urn:x` and the body (empty)"
    );
}

#[test]
fn a_fault_of_another_shape_is_told() {
    let body = r#"<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text>x</s:Text></s:Reason><s:Detail><x/></s:Detail></s:Fault>"#;
    let found = read("", body);
    let paths: Vec<_> = found.deviations.iter().map(|d| d.path.as_str()).collect();
    let expected = [
        "Fault/Code/Value",
        "Fault/Reason/Text/@xml:lang",
        "Fault/Detail",
    ];
    assert_eq!(paths, expected);
    assert!(matches!(found.event, Ok(Event::Fault(fault)) if fault.code == FaultCode::Receiver));
}
