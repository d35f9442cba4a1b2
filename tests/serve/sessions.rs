//! Sessions: how they are named, what is told on them, and that none sees another's.

use crate::client::*;

#[tokio::test]
async fn an_operation_is_answered_and_told() {
    let running = server().await;
    let soap = running.soap_url().unwrap();
    let id = "<a:MessageID>urn:uuid:1</a:MessageID>";
    let reply = send(soap, None, &initialize(id)).await;
    assert_eq!(reply.status, 200);
    assert!(reply.body.contains("<a:RelatesTo>urn:uuid:1</a:RelatesTo>"));
    let session = reply.session().to_owned();
    let cookie = reply.header("set-cookie").unwrap();
    assert!(cookie.starts_with(&format!("ipamconf-session={session}; Path=/;")));
    let reply = send(soap, Some(&session), &start("")).await;
    assert!(reply.body.contains("StartOperationWithCallbackResponse"));
    assert_eq!(reply.header("set-cookie"), None);

    let told = events(soap, &session, "").await;
    assert_eq!(names(&told), whole());
    let numbers: Vec<u64> = told
        .iter()
        .filter_map(|event| event["seq"].as_u64())
        .collect();
    assert_eq!(numbers, (1..=11).collect::<Vec<u64>>());
    let overall = told[9]["envelope"].as_str().unwrap();
    assert!(overall.contains("CompletedWithSuccess"), "{overall}");
    // What was read is gone, the end is told to whoever asks.
    assert_eq!(
        names(&events(soap, &session, "after=9").await),
        ["SetOverallStatus", "ended"]
    );
    assert_eq!(names(&events(soap, &session, "after=11").await), ["ended"]);
    for (query, status) in [("after=12", 400), ("after=x", 400), ("wait=-1", 400)] {
        assert_eq!(
            get(&events_url(soap, &session, query)).await.status,
            status,
            "{query}"
        );
    }
    assert_eq!(get(&events_url(soap, "default-s99", "")).await.status, 404);
}

#[tokio::test]
async fn a_session_is_known_by_cookie_header_or_connection() {
    let running = server().await;
    let soap = running.soap_url().unwrap();
    let session = open(soap, "").await;
    let cookie = format!("{SOAP_TYPE}Cookie: a=b; ipamconf-session={session}\r\n");
    let reply = request("POST", soap, &cookie, start("")).await;
    assert_eq!((reply.status, reply.session()), (200, session.as_str()));

    let mut kept = Kept::open(soap).await;
    let first = kept.send("/soap", &initialize("")).await;
    let second = kept.send("/soap", &start("")).await;
    assert_eq!(second.status, 200);
    assert_eq!(first.session(), second.session());
    assert_ne!(first.session(), session);

    // The root is the endpoint as well.
    let (authority, _) = parts(soap);
    assert_eq!(
        send(&format!("http://{authority}/"), None, &initialize(""))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn initialize_after_the_end_opens_a_new_session() {
    let running = server().await;
    let soap = running.soap_url().unwrap();
    let over = replicate(soap).await;
    let reply = send(soap, Some(&over), &start("")).await;
    assert_eq!(reply.status, 400);
    assert!(reply.body.contains("Fault"), "{reply:?}");
    let reply = send(soap, Some(&over), &initialize("")).await;
    assert_eq!(reply.status, 200);
    assert_ne!(reply.session(), over);
    // On a connection just as well.
    let mut kept = Kept::open(soap).await;
    let first = kept.send("/soap", &initialize_with("", "")).await;
    assert_eq!(first.status, 400);
    let second = kept.send("/soap", &initialize("")).await;
    assert_eq!(second.status, 200);
    assert_ne!(first.session(), second.session());
}

#[tokio::test]
async fn a_faulted_initialize_leaves_a_session_that_has_ended() {
    let running = server().await;
    let soap = running.soap_url().unwrap();
    let reply = send(
        soap,
        None,
        &initialize_with("", r#"<paramters i:nil="true"/>"#),
    )
    .await;
    assert_eq!(reply.status, 400);
    assert!(
        reply.body.contains("Sender") && reply.body.contains("Fault"),
        "{reply:?}"
    );
    let session = reply.session().to_owned();
    assert!(reply.header("set-cookie").unwrap().contains(&session));
    assert_eq!(names(&events(soap, &session, "").await), ["ended"]);
}

#[tokio::test]
async fn faults_have_the_status_that_was_asked_for() {
    let running = server_with(|config| {
        config.fault_status = Some(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    })
    .await;
    let reply = send(running.soap_url().unwrap(), None, &initialize_with("", "")).await;
    assert_eq!(reply.status, 500);
}

#[tokio::test]
async fn what_nobody_answers_is_accepted_without_a_body() {
    let running = server().await;
    let soap = running.soap_url().unwrap();
    let session = open(soap, "").await;
    let callback = envelope(
        &format!("{SERVICE}SetCompletionPercentage"),
        "",
        &format!(r#"<SetCompletionPercentage xmlns="{IPAM}"/>"#),
    );
    for message in [envelope(KEEPALIVE, "", ""), callback] {
        let reply = send(soap, Some(&session), &message).await;
        assert_eq!((reply.status, reply.body.as_str()), (202, ""));
        // Nor on a session that is not there.
        assert_eq!(send(soap, Some("nobody"), &message).await.status, 202);
    }
    assert_eq!(send(soap, Some(&session), &start("")).await.status, 200);
    assert_eq!(names(&events(soap, &session, "").await), whole());
}

#[tokio::test]
async fn a_start_without_parameters_is_judged_as_in_process() {
    let running = server().await;
    let reply = send(running.soap_url().unwrap(), None, &start("")).await;
    // Our ruling of OQ-17: it opened a session, which has ended with a fault.
    assert_eq!(reply.status, 400, "{reply:?}");
    let told = events(running.soap_url().unwrap(), reply.session(), "").await;
    assert_eq!(names(&told), ["ended"]);
}

#[tokio::test]
async fn an_answer_that_comes_last_is_held_while_callbacks_are_read() {
    let running = server().await;
    let control = running.control_url().unwrap();
    let mut world = ipamconf::interchange::world_to_json(&setup(), &{
        let mut readings = ipamconf::spec::Readings::default();
        readings.choose("OQ-10", "last").unwrap();
        readings
    });
    world["clock"] = "manual".into();
    world["unread"] = 1.into();
    let (_, soap) = made(control, &world).await;
    let session = open(&soap, "").await;
    let starting = tokio::spawn({
        let (soap, session) = (soap.clone(), session.clone());
        async move { send(&soap, Some(&session), &start("")).await }
    });
    let mut told = Vec::new();
    while told
        .last()
        .is_none_or(|last: &serde_json::Value| last["ended"] != true)
    {
        let new = events(&soap, &session, &format!("after={}&wait=10", told.len())).await;
        assert!(new.len() <= 1, "one at a time");
        told.extend(new);
    }
    assert_eq!(names(&told), whole());
    let reply = starting.await.unwrap();
    assert_eq!(reply.status, 200);
    assert!(reply.body.contains("StartOperationWithCallbackResponse"));
}

#[tokio::test]
async fn a_reader_is_held_until_there_is_something_to_read() {
    let running = server().await;
    let soap = running.soap_url().unwrap();
    let session = open(soap, "").await;
    assert!(events(soap, &session, "").await.is_empty());
    let reading = tokio::spawn({
        let url = events_url(soap, &session, "after=0&wait=30");
        async move { get(&url).await }
    });
    assert_eq!(send(soap, Some(&session), &start("")).await.status, 200);
    let reply = reading.await.unwrap();
    assert_eq!(reply.json()[0]["seq"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sessions_at_once_see_their_own_and_nothing_else() {
    let running = server().await;
    let soap = running.soap_url().unwrap().to_owned();
    let control = running.control_url().unwrap().to_owned();
    let clients: Vec<_> = (0..64)
        .map(|number: usize| {
            let (soap, control) = (soap.clone(), control.clone());
            tokio::spawn(async move {
                for _ in 0..4 {
                    // Half of them share a world, the others have one each.
                    if number.is_multiple_of(2) {
                        replicate(&soap).await;
                        continue;
                    }
                    let world = ipamconf::interchange::world_to_json(&setup(), &Default::default());
                    let (url, soap) = made(&control, &world).await;
                    replicate(&soap).await;
                    let gone = request("DELETE", &url, "", "").await;
                    assert_eq!(gone.status, 204);
                }
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    assert_eq!(running.open_sessions(), 0);
}
