//! Stopping: open sessions are told.

use std::time::Duration;

use crate::client::*;

#[tokio::test]
async fn readers_of_open_sessions_are_told_that_they_end() {
    let running = server().await;
    let soap = running.soap_url().unwrap().to_owned();
    let mut readers = Vec::new();
    for _ in 0..3 {
        let session = open(&soap, "").await;
        let soap = soap.clone();
        readers.push(tokio::spawn(async move {
            events(&soap, &session, "wait=60").await
        }));
    }
    assert_eq!(running.open_sessions(), 3);
    let stopped = running.stop().await;
    assert_eq!((stopped.open, stopped.untold), (3, 0));
    for reader in readers {
        assert_eq!(names(&reader.await.unwrap()), ["ended"]);
    }
    let (authority, _) = parts(&soap);
    assert!(tokio::net::TcpStream::connect(authority).await.is_err());
}

#[tokio::test]
async fn who_does_not_ask_is_not_waited_for_without_end() {
    let running = server_with(|config| config.limits.stop_time = Duration::from_millis(100)).await;
    let soap = running.soap_url().unwrap().to_owned();
    let mut kept = Kept::open(&soap).await;
    kept.send("/soap", &initialize("")).await;
    let stopped = running.stop().await;
    assert_eq!((stopped.open, stopped.untold), (1, 1));
}

#[tokio::test]
async fn while_it_stops_ends_can_be_read_and_nothing_is_begun() {
    let running = server().await;
    let soap = running.soap_url().unwrap().to_owned();
    let session = open(&soap, "").await;
    let (stopped, ()) = tokio::join!(running.stop(), async {
        // The first poll of the other side has begun to stop it.
        assert_eq!(send(&soap, None, &initialize("")).await.status, 503);
        assert_eq!(names(&events(&soap, &session, "").await), ["ended"]);
    });
    assert_eq!((stopped.open, stopped.untold), (1, 0));
}

#[tokio::test]
async fn a_message_that_waits_for_its_answer_is_told_that_none_comes() {
    let running = server_with(|config| {
        config.readings.choose("OQ-10", "last").unwrap();
        config.setup.partner = late();
    })
    .await;
    let soap = running.soap_url().unwrap().to_owned();
    let session = open(&soap, "").await;
    let reading = tokio::spawn({
        let (soap, session) = (soap.clone(), session.clone());
        async move { send(&soap, Some(&session), &start("")).await }
    });
    let first = events(&soap, &session, "wait=10").await;
    assert_eq!(names(&first)[0], "StartProgressCallback");
    let (stopped, told) = tokio::join!(running.stop(), events(&soap, &session, ""));
    assert_eq!(names(&told).last().unwrap(), "ended");
    assert_eq!(stopped.untold, 0);
    assert_eq!(reading.await.unwrap().status, 503);
}

fn late() -> Vec<ipamconf::world::PartnerRule<ipamconf::model::RecordId>> {
    vec![ipamconf::world::PartnerRule {
        does: ipamconf::world::Does::Late,
        server: None,
        scope: None,
        on: None,
        after: 0,
        times: None,
        delay: Duration::from_secs(3600),
        detail: None,
    }]
}
