//! What a server must survive: after each of these it still answers a good client.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::*;

const INITIALIZE: &str =
    "http://Microsoft.Windows.Ipam/IIpamOperationWithProgress/InitializeOperationParameters";

/// What is wrong, the message, the status it gets, what the answer says.
fn messages() -> Vec<(&'static str, String, u16, &'static str)> {
    let body = format!(r#"<InitializeOperationParameters xmlns="{IPAM}"/>"#);
    let good = initialize("");
    let nested = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let bomb = format!(
        r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>{}"#,
        good.replace("ReplicateServer<", "&b;<")
    );
    let attribute = good.replace(
        "<s:Body>",
        &format!(r#"<s:Body x="{}">"#, "a".repeat(1 << 20)),
    );
    let attributes: String = (0..10_000).map(|n| format!(r#" a{n}="""#)).collect();
    let unknown = r#"<x:Pay xmlns:x="urn:x" s:mustUnderstand="1"/>"#;
    vec![
        ("nothing", String::new(), 400, "Sender"),
        ("no XML", "hello".to_owned(), 400, "Sender"),
        ("cut off", good[..good.len() / 2].to_owned(), 400, "Sender"),
        (
            "a wrong end tag",
            good.replace("</s:Body>", "</s:Bodi>"),
            400,
            "Sender",
        ),
        (
            "an unknown prefix",
            good.replace("<s:Body>", "<q:Body>"),
            400,
            "Sender",
        ),
        (
            "a document type",
            format!("<!DOCTYPE x>{good}"),
            400,
            "Sender",
        ),
        ("an entity bomb", bomb, 400, "Sender"),
        (
            "an unknown entity",
            good.replace("ReplicateServer<", "&e;<"),
            400,
            "Sender",
        ),
        ("deep nesting", nested, 400, "Sender"),
        (
            "many attributes",
            good.replace("<s:Body>", &format!("<s:Body{attributes}>")),
            400,
            "Sender",
        ),
        ("a second root", format!("{good}{good}"), 400, "Sender"),
        ("no envelope", "<a/>".to_owned(), 500, "VersionMismatch"),
        (
            "another SOAP",
            good.replace(SOAP, "http://www.w3.org/2001/12/soap-envelope"),
            500,
            "SupportedEnvelope",
        ),
        (
            "SOAP 1.1",
            good.replace(SOAP, "http://schemas.xmlsoap.org/soap/envelope/"),
            500,
            "e:VersionMismatch",
        ),
        (
            "no body",
            format!(r#"<s:Envelope xmlns:s="{SOAP}"/>"#),
            400,
            "Sender",
        ),
        (
            "two elements in Body",
            envelope(INITIALIZE, "", &body.repeat(2)),
            400,
            "Sender",
        ),
        ("an empty body", envelope(INITIALIZE, "", ""), 400, "Sender"),
        (
            "no action",
            good.replace("a:Action", "a:From"),
            400,
            "Sender",
        ),
        (
            "two actions",
            initialize("<a:Action>x</a:Action>"),
            400,
            "Sender",
        ),
        (
            "the action of another",
            good.replace(
                "/InitializeOperationParameters</a",
                "/StartOperationWithCallback</a",
            ),
            400,
            "Sender",
        ),
        (
            "an unknown operation",
            good.replace("InitializeOperationParameters", "StopOperation"),
            400,
            "Sender",
        ),
        (
            "another namespace",
            good.replace(IPAM, "urn:x"),
            400,
            "Sender",
        ),
        (
            "a header that must be understood",
            initialize(unknown),
            500,
            "NotUnderstood",
        ),
        (
            "a giant attribute that is none of ours",
            attribute,
            200,
            "Response",
        ),
    ]
}

#[tokio::test]
async fn every_bad_message_gets_its_fault_and_the_server_lives_on() {
    let running = server().await;
    let soap = running.soap_url().unwrap();
    for (what, message, status, says) in messages() {
        let reply = send(soap, None, &message).await;
        assert_eq!(
            reply.status,
            status,
            "{what}: {}",
            &reply.body[..reply.body.len().min(600)]
        );
        assert!(reply.body.contains(says), "{what}: {}", reply.body);
        if status == 400 {
            assert!(
                reply.body.contains("Invalid") || reply.body.contains("Detail"),
                "{what}: {}",
                reply.body
            );
        }
        replicate(soap).await;
    }
}

#[tokio::test]
async fn a_bad_message_ends_its_session_as_in_process() {
    let running = server().await;
    let soap = running.soap_url().unwrap();
    let session = open(soap, "").await;
    assert_eq!(send(soap, Some(&session), "<a>").await.status, 400);
    assert_eq!(names(&events(soap, &session, "").await), ["ended"]);
    // One that was refused before it was looked at does not.
    let session = open(soap, "").await;
    let headers = format!("Content-Type: text/plain\r\nIpamconf-Session: {session}\r\n");
    assert_eq!(request("POST", soap, &headers, start("")).await.status, 415);
    assert_eq!(send(soap, Some(&session), &start("")).await.status, 200);
}

#[tokio::test]
async fn content_types_methods_and_paths_are_checked() {
    let running = server().await;
    let soap = running.soap_url().unwrap();
    for (headers, status) in [
        ("", 415),
        ("Content-Type: text/plain\r\n", 415),
        ("Content-Type: application/json\r\n", 415),
        ("Content-Type: text/xml\r\n", 415),
        (
            "Content-Type: application/soap+xml; charset=utf-16\r\n",
            415,
        ),
        (
            "Content-Type: application/soap+xml; charset=iso-8859-1\r\n",
            415,
        ),
        (
            "Content-Type: application/soap+xml\r\nContent-Encoding: gzip\r\n",
            415,
        ),
        (
            "Content-Type: application/soap+xml; action=\"urn:other\"\r\n",
            400,
        ),
        (
            "Content-Type: Application/SOAP+XML;charset=\"UTF-8\"\r\n",
            200,
        ),
    ] {
        let reply = request("POST", soap, headers, initialize("")).await;
        assert_eq!(reply.status, status, "{headers}");
    }
    let old = initialize("").replace(SOAP, "http://schemas.xmlsoap.org/soap/envelope/");
    let reply = request("POST", soap, "Content-Type: text/xml\r\n", old).await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (500, Some("text/xml; charset=utf-8"))
    );
    assert!(reply.body.contains("Upgrade"), "{reply:?}");

    // Bytes that are no UTF-8.
    let bytes = [initialize("").as_bytes(), b"\xff"].concat();
    assert_eq!(request("POST", soap, SOAP_TYPE, bytes).await.status, 400);

    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        let reply = request(method, soap, SOAP_TYPE, "").await;
        assert_eq!(
            (reply.status, reply.header("allow")),
            (405, Some("POST")),
            "{method}"
        );
    }
    for path in [
        "/x",
        "/soap/",
        "/worlds/w9/soap",
        "/worlds",
        "/capabilities",
        "/sessions",
        "//soap",
    ] {
        let (authority, _) = parts(soap);
        let url = format!("http://{authority}{path}");
        assert_eq!(
            request("POST", &url, SOAP_TYPE, initialize(""))
                .await
                .status,
            404,
            "{path}"
        );
    }
    replicate(soap).await;
}

#[tokio::test]
async fn what_is_too_large_is_not_read() {
    let running = server_with(|config| config.limits.envelope_bytes = 100_000).await;
    let soap = running.soap_url().unwrap();
    let (authority, _) = parts(soap);
    let large = initialize(&format!("<!--{}-->", "x".repeat(200_000)));
    assert_eq!(send(soap, None, &large).await.status, 413);
    // Announced, and never sent.
    let head =
        format!("POST /soap HTTP/1.1\r\nHost: x\r\n{SOAP_TYPE}Content-Length: 99999999999\r\n\r\n");
    assert_eq!(raw(authority, head).await.status, 413);
    // Without saying how long it is.
    let head =
        format!("POST /soap HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{SOAP_TYPE}\r\n");
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    assert_eq!(
        raw(authority, format!("{head}{chunk}{chunk}")).await.status,
        413
    );
    // Headers without an end.
    let head = format!(
        "POST /soap HTTP/1.1\r\nHost: x\r\nX: {}",
        "x".repeat(1 << 20)
    );
    assert_eq!(raw(authority, head).await.status, 431);
    replicate(soap).await;
}

#[tokio::test]
async fn who_is_too_slow_is_cut_off() {
    let running = server_with(|config| {
        config.limits.header_time = Duration::from_millis(200);
        config.limits.body_time = Duration::from_millis(200);
    })
    .await;
    let soap = running.soap_url().unwrap();
    let (authority, _) = parts(soap);
    let half =
        format!("POST /soap HTTP/1.1\r\nHost: x\r\n{SOAP_TYPE}Content-Length: 1000\r\n\r\n<s:Env");
    assert_eq!(raw(authority, half).await.status, 408);
    // Half a head, no head at all, and nothing after a good one: the connection is closed.
    for text in ["POST /soap HTTP/1.1\r\nHo", ""] {
        let mut stream = TcpStream::connect(authority).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    }
    replicate(soap).await;
}

#[tokio::test]
async fn what_is_no_http_is_refused() {
    let running = server().await;
    let soap = running.soap_url().unwrap();
    let (authority, _) = parts(soap);
    for bytes in [
        &b"\x00\x01\x00\x01\x02\x02"[..],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"POST /soap HTTP/9.9\r\n\r\n",
        b"POST /soap HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST /soap HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(authority).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let text = String::from_utf8_lossy(&answer);
        assert!(text.is_empty() || text.contains(" 400 "), "{text}");
    }
    // Cut off in the middle of a body.
    let half =
        format!("POST /soap HTTP/1.1\r\nHost: x\r\n{SOAP_TYPE}Content-Length: 1000\r\n\r\n<s:Env");
    let mut stream = TcpStream::connect(authority).await.unwrap();
    stream.write_all(half.as_bytes()).await.unwrap();
    drop(stream);
    replicate(soap).await;
}

#[tokio::test]
async fn connections_and_sessions_are_bounded() {
    let running = server_with(|config| {
        config.limits.connections = 4;
        config.limits.sessions = 3;
    })
    .await;
    let soap = running.soap_url().unwrap();
    let (authority, _) = parts(soap);
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(Kept::open(soap).await);
    }
    // They are taken in order: the answer to the last says that all are.
    let session = held[3]
        .send("/soap", &initialize(""))
        .await
        .session()
        .to_owned();
    let reply = raw(authority, "").await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.body, "there are too many connections\n");

    for kept in &mut held[..2] {
        assert_eq!(kept.send("/soap", &initialize("")).await.status, 200);
    }
    let reply = held[2].send("/soap", &initialize("")).await;
    assert_eq!(reply.status, 503, "{reply:?}");
    // One that ends makes room.
    assert_eq!(held[3].send("/soap", &start("")).await.session(), session);
    assert_eq!(held[2].send("/soap", &initialize("")).await.status, 200);
}
