//! The control plane.

use ipamconf::interchange::{caller_to_json, change_to_json, tables_from_json, world_to_json};
use ipamconf::spec::Readings;
use ipamconf::suite::StoreChange;
use ipamconf::world::{Caller, RowKind};
use serde_json::{Value as Json, json};

use crate::client::*;

fn world() -> Json {
    world_to_json(&setup(), &Readings::default())
}

fn paced() -> Json {
    let mut world = world();
    world["clock"] = "manual".into();
    world["unread"] = 1.into();
    world
}

#[tokio::test]
async fn it_says_what_it_can_do() {
    let running = server().await;
    let told = get(&format!("{}/capabilities", running.control_url().unwrap()))
        .await
        .json();
    assert_eq!(told["version"], 1);
    assert_eq!(told["worlds"], true);
    for capability in ["callers", "changes", "clock", "store", "pace"] {
        assert!(
            told["capabilities"]
                .as_array()
                .unwrap()
                .contains(&capability.into())
        );
    }
}

#[tokio::test]
async fn worlds_are_made_looked_at_and_removed_and_are_apart() {
    let running = server().await;
    let control = running.control_url().unwrap();
    let (one, soap) = made(control, &world()).await;
    let (other, _) = made(control, &world()).await;
    let before = get(&one).await;
    assert_eq!(
        tables_from_json(&before.json()).as_ref(),
        Ok(&*setup().tables)
    );
    let tag = before.header("etag").unwrap();
    let known = format!("If-None-Match: {tag}\r\n");
    assert_eq!(request("GET", &one, &known, "").await.status, 304);

    let session = replicate(&soap).await;
    assert_eq!(request("GET", &one, &known, "").await.status, 200);
    assert_eq!(request("GET", &other, &known, "").await.status, 304);
    assert_ne!(get(&one).await.body, before.body);
    // The endpoint is served on both listeners; a session is known in its world only.
    let (authority, _) = parts(running.soap_url().unwrap());
    let (_, path) = parts(&soap);
    let there = format!("http://{authority}{path}");
    assert_eq!(
        names(&events(&there, &session, "").await).last().unwrap(),
        "ended"
    );
    assert_eq!(
        get(&events_url(running.soap_url().unwrap(), &session, ""))
            .await
            .status,
        404
    );

    assert_eq!(request("DELETE", &one, "", "").await.status, 204);
    for url in [
        &one,
        &format!("{one}/clock"),
        &events_url(&soap, &session, ""),
    ] {
        assert_eq!(get(url).await.status, 404);
    }
    assert_eq!(send(&soap, None, &initialize("")).await.status, 404);
    assert_eq!(request("DELETE", &one, "", "").await.status, 404);
    let own = format!("{control}/worlds/default");
    assert_eq!(get(&own).await.status, 200);
    assert_eq!(request("DELETE", &own, "", "").await.status, 409);
}

#[tokio::test]
async fn a_world_that_is_deleted_tells_its_readers() {
    let running = server().await;
    let (url, soap) = made(running.control_url().unwrap(), &world()).await;
    let session = open(&soap, "").await;
    let reading = tokio::spawn(async move { get(&events_url(&soap, &session, "wait=30")).await });
    while running.open_sessions() > 0 {
        // The reader may or may not be there already: it is told either way, or finds nothing.
        assert_eq!(request("DELETE", &url, "", "").await.status, 204);
    }
    let reply = reading.await.unwrap();
    if reply.status != 404 {
        assert_eq!(names(reply.json().as_array().unwrap()), ["ended"]);
    }
}

#[tokio::test]
async fn a_store_can_be_changed_between_two_callbacks() {
    let running = server().await;
    let (url, soap) = made(running.control_url().unwrap(), &paced()).await;
    let session = open(&soap, "").await;
    send(&soap, Some(&session), &start("")).await;
    assert_eq!(
        names(&events(&soap, &session, "after=0").await),
        ["StartProgressCallback"]
    );
    // Nothing has been done yet: the scopes go, and there is nothing left to do.
    for scope in setup().scope_ids {
        let key = (ipamconf::spec::AddressFamily::InterNetwork, scope);
        let change = change_to_json(&StoreChange::Delete(RowKind::Scope, key));
        let reply = post_json(&format!("{url}/changes"), change.to_string()).await;
        assert_eq!(reply.status, 204, "{reply:?}");
    }
    let told = events(&soap, &session, "after=1").await;
    assert!(names(&told)[0].starts_with("Set"), "{told:?}");
}

#[tokio::test]
async fn sessions_of_another_caller_are_opened_at_its_endpoint() {
    let running = server().await;
    let (url, soap) = made(running.control_url().unwrap(), &world()).await;
    let nobody = caller_to_json(&Caller::nobody()).to_string();
    let reply = post_json(&format!("{url}/callers"), nobody).await;
    assert_eq!(reply.status, 201);
    let endpoint = reply.json()["endpoint"].as_str().unwrap().to_owned();
    let theirs = format!("{}{endpoint}", running.control_url().unwrap());
    let reply = send(&theirs, None, &initialize("")).await;
    assert!(reply.header("set-cookie").unwrap().contains("/callers/1;"));
    let session = reply.session().to_owned();
    assert_eq!(send(&theirs, Some(&session), &start("")).await.status, 400);
    assert_eq!(names(&events(&theirs, &session, "").await), ["ended"]);
    assert_eq!(get(&events_url(&soap, &session, "")).await.status, 404);
    replicate(&soap).await;

    let opened = post_json(&format!("{url}/callers/1/sessions"), "").await;
    assert_eq!(opened.status, 201);
    let session = opened.json()["session"].as_str().unwrap().to_owned();
    assert_eq!(
        send(&theirs, Some(&session), &initialize(""))
            .await
            .session(),
        session
    );
    assert_eq!(
        post_json(&format!("{url}/callers/2/sessions"), "")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn time_is_made_by_hand_where_it_was_asked_for() {
    let mut world = paced();
    world["partner"] = json!([{ "does": "late", "after": 0, "delay_ms": 2000 }]);
    let running = server().await;
    let control = running.control_url().unwrap();
    let (url, soap) = made(control, &world).await;
    let session = open(&soap, "").await;
    send(&soap, Some(&session), &start("")).await;
    let mut told = Vec::new();
    let mut waits = Vec::new();
    while told.last().is_none_or(|last: &Json| last["ended"] != true) {
        let new = events(&soap, &session, &format!("after={}", told.len())).await;
        if new.is_empty() {
            let next = get(&format!("{url}/clock")).await.json()["next_ms"].clone();
            waits.push(next.as_u64().unwrap());
            let by = json!({ "ms": next }).to_string();
            assert_eq!(post_json(&format!("{url}/advance"), by).await.status, 204);
        }
        told.extend(new);
    }
    assert_eq!(names(&told), whole());
    assert_eq!(waits, [2000, 2000]);
    assert!(get(&format!("{url}/clock")).await.json()["next_ms"].is_null());

    let by = json!({ "ms": 1 }).to_string();
    assert_eq!(
        post_json(&format!("{control}/worlds/default/advance"), by)
            .await
            .status,
        409
    );
    for bad in [
        "{}",
        "[]",
        r#"{"ms":-1}"#,
        r#"{"ms":1,"s":1}"#,
        r#"{"ms":99999999999}"#,
    ] {
        assert_eq!(
            post_json(&format!("{url}/advance"), bad).await.status,
            400,
            "{bad}"
        );
    }
}

#[tokio::test]
async fn a_client_can_lose_its_connection() {
    let running = server().await;
    let (url, soap) = made(running.control_url().unwrap(), &paced()).await;
    let session = open(&soap, "").await;
    send(&soap, Some(&session), &start("")).await;
    assert_eq!(
        post_json(&format!("{url}/sessions/{session}/drop"), "")
            .await
            .status,
        204
    );
    let told = events(&soap, &session, "").await;
    assert_eq!(names(&told), ["StartProgressCallback", "ended"]);
    assert_eq!(
        post_json(&format!("{url}/sessions/w9-s9/drop"), "")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_page_in_a_browser_cannot_drive_it() {
    let running = server().await;
    let control = running.control_url().unwrap();
    let worlds = format!("{control}/worlds");
    let world = world().to_string();
    let (authority, _) = parts(control);
    for (headers, status) in [
        (JSON_TYPE.to_owned(), 201),
        (format!("{JSON_TYPE}Origin: http://{authority}\r\n"), 201),
        (format!("{JSON_TYPE}Origin: http://evil.example\r\n"), 403),
        (format!("{JSON_TYPE}Origin: null\r\n"), 403),
        (format!("{JSON_TYPE}Host: evil.example\r\n"), 403),
        (format!("{JSON_TYPE}Host: evil.example:80\r\n"), 403),
        ("Content-Type: text/plain\r\n".to_owned(), 415),
        (
            "Content-Type: application/x-www-form-urlencoded\r\n".to_owned(),
            415,
        ),
        (String::new(), 415),
        (
            "Content-Type: application/json; charset=utf-16\r\n".to_owned(),
            415,
        ),
    ] {
        assert_eq!(
            request("POST", &worlds, &headers, &world).await.status,
            status,
            "{headers}"
        );
    }
    let foreign = "Host: evil.example\r\n";
    assert_eq!(
        request("GET", &format!("{control}/worlds/default"), foreign, "")
            .await
            .status,
        403
    );
    let soap = format!("{control}/soap");
    let headers = format!("{SOAP_TYPE}{foreign}");
    assert_eq!(
        request("POST", &soap, &headers, initialize(""))
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn mistakes_are_told_with_their_place() {
    let running = server_with(|config| {
        config.limits.worlds = 2;
        config.limits.control_bytes = 1 << 20;
    })
    .await;
    let control = running.control_url().unwrap();
    let worlds = format!("{control}/worlds");
    let mut colour = world();
    colour["colour"] = "red".into();
    let mut clock = world();
    clock["clock"] = "sundial".into();
    let mut unread = world();
    unread["unread"] = 0.into();
    for (body, says) in [
        (String::new(), "JSON"),
        ("{".to_owned(), "JSON"),
        ("[]".to_owned(), "expected"),
        ("[".repeat(100_000), "JSON"),
        (colour.to_string(), "colour"),
        (clock.to_string(), "clock"),
        (unread.to_string(), "unread"),
    ] {
        let reply = post_json(&worlds, &body).await;
        assert_eq!(reply.status, 400, "{says}");
        let error = reply.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(says), "{error}");
    }
    assert_eq!(post_json(&worlds, " ".repeat(2 << 20)).await.status, 413);
    assert_eq!(get(&worlds).await.header("allow"), Some("POST"));
    for path in [
        "/",
        "/worlds/w1",
        "/worlds/default/x",
        "/worlds/default/callers/x/sessions",
        "/x",
    ] {
        assert_eq!(
            get(&format!("{control}{path}")).await.status / 100,
            4,
            "{path}"
        );
    }
    let (url, _) = made(control, &world()).await;
    made(control, &world()).await;
    assert_eq!(post_json(&worlds, world().to_string()).await.status, 503);
    assert_eq!(request("DELETE", &url, "", "").await.status, 204);
    made(control, &world()).await;
}
