//! Callbacks that are posted to the address in ReplyTo.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::client::*;

/// A client's own little server: takes what is posted, answers with that status, tells path and action of each.
async fn listener(status: &'static str) -> (String, UnboundedReceiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (tell, told) = unbounded_channel();
    tokio::spawn(async move {
        let busy = Arc::new(AtomicBool::new(false));
        while let Ok((mut stream, _)) = listener.accept().await {
            let tell = tell.clone();
            let busy = Arc::clone(&busy);
            tokio::spawn(async move {
                let mut bytes = Vec::new();
                loop {
                    let mut more = [0; 4096];
                    let Ok(count @ 1..) = stream.read(&mut more).await else {
                        return;
                    };
                    if bytes.is_empty() {
                        assert!(!busy.swap(true, Ordering::SeqCst), "one at a time");
                    }
                    bytes.extend_from_slice(&more[..count]);
                    let text = String::from_utf8(bytes.clone()).unwrap();
                    if !text.contains("</s:Envelope>") {
                        continue;
                    }
                    bytes.clear();
                    let path = text.split(' ').nth(1).unwrap().to_owned();
                    let action = text.split("</a:Action>").next().unwrap();
                    let action = action.rsplit(['/', '>']).next().unwrap().to_owned();
                    let _ = tell.send((path, action));
                    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
                    busy.store(false, Ordering::SeqCst);
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    (address, told)
}

fn reply_to(address: &str) -> String {
    format!(
        "<a:MessageID>urn:uuid:7</a:MessageID><a:ReplyTo><a:Address>{address}</a:Address></a:ReplyTo>"
    )
}

fn callbacks() -> Vec<String> {
    let mut all = whole();
    all.pop();
    all
}

#[tokio::test]
async fn callbacks_are_posted_in_order_and_replies_stay_on_the_answer() {
    for status in [
        "202 Accepted",
        "500 Internal Server Error",
        "302 Found\r\nLocation: http://127.0.0.1:1/",
    ] {
        let running = server().await;
        let soap = running.soap_url().unwrap();
        let (address, mut told) = listener(status).await;
        let header = reply_to(&format!("{address}/here?x=1"));
        let session = open(soap, &header).await;
        let reply = send(soap, Some(&session), &start(&header)).await;
        assert!(reply.body.contains("StartOperationWithCallbackResponse"));
        for name in callbacks() {
            assert_eq!(
                told.recv().await.unwrap(),
                ("/here?x=1".to_owned(), name),
                "{status}"
            );
        }
        let end = events(soap, &session, "wait=10").await;
        assert_eq!(names(&end), ["ended"]);
        assert!(told.try_recv().is_err());
    }
}

#[tokio::test]
async fn who_does_not_wait_gets_the_replies_posted() {
    let running = server().await;
    let soap = running.soap_url().unwrap();
    let (address, mut told) = listener("202 Accepted").await;
    let prefer = format!("{SOAP_TYPE}Prefer: respond-async\r\n");
    let reply = request("POST", soap, &prefer, initialize(&reply_to(&address))).await;
    assert_eq!((reply.status, reply.body.as_str()), (202, ""));
    let (_, name) = told.recv().await.unwrap();
    assert_eq!(name, "InitializeOperationParametersResponse");
    let prefer = format!("{prefer}Ipamconf-Session: {}\r\n", reply.session());
    let reply = request("POST", soap, &prefer, start(&reply_to(&address))).await;
    assert_eq!(reply.status, 202);
    let mut expected = callbacks();
    expected.insert(1, "StartOperationWithCallbackResponse".to_owned());
    for name in expected {
        assert_eq!(told.recv().await.unwrap().1, name);
    }
    // Where there is no address, the preference means nothing.
    let reply = request(
        "POST",
        soap,
        &format!("{SOAP_TYPE}Prefer: respond-async\r\n"),
        initialize(""),
    )
    .await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn only_this_machine_is_called_back_unless_others_are_named() {
    let running = server().await;
    let soap = running.soap_url().unwrap();
    for address in [
        "http://192.0.2.1/",
        "http://example.com/",
        "https://127.0.0.1/",
        "ftp://x/",
        "nothing",
    ] {
        let reply = send(soap, None, &initialize(&reply_to(address))).await;
        assert_eq!(reply.status, 400, "{address}");
        assert!(reply.body.contains("callbacks"), "{reply:?}");
        assert_eq!(reply.header("ipamconf-session"), None);
    }
    let allow = ipamconf::door::server::CallbackAllow::parse("192.0.2.1:9").unwrap();
    let running = server_with(|config| config.callback_allow = vec![allow]).await;
    for (address, status) in [("http://192.0.2.1:9/", 200), ("http://192.0.2.1/", 400)] {
        let reply = send(
            running.soap_url().unwrap(),
            None,
            &initialize(&reply_to(address)),
        )
        .await;
        assert_eq!(reply.status, status, "{address}");
    }
}

#[tokio::test]
async fn a_client_that_cannot_be_reached_has_lost_its_session() {
    let running = server().await;
    let soap = running.soap_url().unwrap();
    // A port that was free a moment ago.
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", gone.local_addr().unwrap());
    drop(gone);
    let header = reply_to(&address);
    let session = open(soap, &header).await;
    assert_eq!(
        send(soap, Some(&session), &start(&header)).await.status,
        200
    );
    assert_eq!(names(&events(soap, &session, "wait=10").await), ["ended"]);
    replicate(soap).await;
}

#[tokio::test]
async fn the_latest_address_counts() {
    let running = server().await;
    let soap = running.soap_url().unwrap();
    let (first, mut told_first) = listener("202 Accepted").await;
    let (second, mut told_second) = listener("202 Accepted").await;
    let session = send(soap, None, &initialize(&reply_to(&first)))
        .await
        .session()
        .to_owned();
    send(soap, Some(&session), &start(&reply_to(&second))).await;
    for name in callbacks() {
        assert_eq!(told_second.recv().await.unwrap().1, name);
    }
    assert!(told_first.try_recv().is_err());
}
