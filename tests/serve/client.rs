//! A client that writes and reads HTTP by hand, and a server for it to talk to.

use ipamconf::door::server::{Config, Running, Server};
use ipamconf::scenario::{Source, read};
use ipamconf::world::Setup;
use serde_json::Value as Json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const IPAM: &str = "http://Microsoft.Windows.Ipam";
pub(crate) const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
pub(crate) const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
pub(crate) const SERVICE: &str = "http://Microsoft.Windows.Ipam/IIpamOperationWithProgress/";
pub(crate) const KEEPALIVE: &str =
    "Microsoft.WindowsServerSolutions.Common.ProviderFramework.Keepalive";
pub(crate) const SOAP_TYPE: &str = "Content-Type: application/soap+xml; charset=utf-8\r\n";
pub(crate) const JSON_TYPE: &str = "Content-Type: application/json\r\n";

/// A world in which server 1 has two failover scopes, one of which its partner has already.
pub(crate) fn setup() -> Setup {
    let text = r#"
title = "a world"
requirements = ["R-31-3a"]
[world]
servers = [{ name = "S" }, { name = "P" }]
relations = [{ name = "R", server1 = "S", server2 = "P" }]
scopes = [
  { name = "A", server = "S", subnet = "10.0.1.0/24", relation = "R" },
  { name = "B", server = "S", subnet = "10.0.2.0/24", relation = "R" },
  { name = "A on P", server = "P", like = "A", lease = "1h" },
]
[expect]
overall = "CompletedWithSuccess"
"#;
    let scenario = read("world", Source::new("world.toml".to_owned(), text)).unwrap();
    scenario.cases[0].world.set_up()
}

/// A server of that world on free ports.
pub(crate) async fn server() -> Running {
    server_with(|_| {}).await
}

pub(crate) async fn server_with(change: impl FnOnce(&mut Config)) -> Running {
    let mut config = Config::on_free_ports(setup());
    change(&mut config);
    Server::bind(config).await.unwrap()
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    /// Reads an answer that is there as a whole.
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Self {
            status: status.unwrap_or_else(|| panic!("no answer: {text}")),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub(crate) fn session(&self) -> &str {
        self.header("ipamconf-session").expect("a session")
    }

    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// `host:port` and the path of an address.
pub(crate) fn parts(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap();
    let at = rest.find('/').unwrap_or(rest.len());
    (&rest[..at], &rest[at..])
}

/// One request on a connection of its own.
pub(crate) async fn request(
    method: &str,
    url: &str,
    headers: &str,
    body: impl AsRef<[u8]>,
) -> Reply {
    let (authority, path) = parts(url);
    let host = if headers.contains("Host:") {
        String::new()
    } else {
        format!("Host: {authority}\r\n")
    };
    let length = body.as_ref().len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\n{host}Connection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    );
    raw(authority, [head.as_bytes(), body.as_ref()].concat()).await
}

/// These bytes, and what comes until the connection is closed.
pub(crate) async fn raw(authority: &str, bytes: impl AsRef<[u8]>) -> Reply {
    let mut stream = TcpStream::connect(authority).await.unwrap();
    // Who refuses may close before everything is sent.
    let _ = stream.write_all(bytes.as_ref()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    Reply::parse(&answer)
}

pub(crate) async fn get(url: &str) -> Reply {
    request("GET", url, "", "").await
}

pub(crate) async fn post_json(url: &str, body: impl AsRef<[u8]>) -> Reply {
    request("POST", url, JSON_TYPE, body).await
}

/// Sends an envelope on a session, if one is given.
pub(crate) async fn send(url: &str, session: Option<&str>, envelope: &str) -> Reply {
    let session = session.map_or_else(String::new, |id| format!("Ipamconf-Session: {id}\r\n"));
    request("POST", url, &format!("{SOAP_TYPE}{session}"), envelope).await
}

/// A connection that is used more than once.
pub(crate) struct Kept {
    stream: TcpStream,
    authority: String,
}

impl Kept {
    pub(crate) async fn open(url: &str) -> Self {
        let authority = parts(url).0.to_owned();
        let stream = TcpStream::connect(&authority).await.unwrap();
        Self { stream, authority }
    }

    pub(crate) async fn send(&mut self, path: &str, envelope: &str) -> Reply {
        let length = envelope.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {length}\r\n{SOAP_TYPE}\r\n",
            self.authority
        );
        self.stream
            .write_all(format!("{head}{envelope}").as_bytes())
            .await
            .unwrap();
        let mut bytes = Vec::new();
        loop {
            bytes.push(self.stream.read_u8().await.unwrap());
            if bytes.ends_with(b"\r\n\r\n") {
                break;
            }
        }
        let head = Reply::parse(&bytes);
        let length = head
            .header("content-length")
            .map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.unwrap();
        bytes.extend(body);
        Reply::parse(&bytes)
    }
}

/// An envelope with that action, further headers and that body.
pub(crate) fn envelope(action: &str, headers: &str, body: &str) -> String {
    format!(
        r#"<s:Envelope xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><s:Header><a:Action s:mustUnderstand="1">{action}</a:Action>{headers}</s:Header><s:Body>{body}</s:Body></s:Envelope>"#
    )
}

pub(crate) fn initialize_with(headers: &str, paramters: &str) -> String {
    envelope(
        &format!("{SERVICE}InitializeOperationParameters"),
        headers,
        &format!(
            r#"<InitializeOperationParameters xmlns="{IPAM}">{paramters}</InitializeOperationParameters>"#
        ),
    )
}

/// InitializeOperationParameters of ReplicateServer for server 1.
pub(crate) fn initialize(headers: &str) -> String {
    initialize_with(
        headers,
        r#"<paramters i:type="ReplicateServerParameters"><OperationId>ReplicateServer</OperationId><Server><RecordId>1</RecordId></Server></paramters>"#,
    )
}

pub(crate) fn start(headers: &str) -> String {
    envelope(
        &format!("{SERVICE}StartOperationWithCallback"),
        headers,
        &format!(r#"<StartOperationWithCallback xmlns="{IPAM}"/>"#),
    )
}

/// The address of a session's events, beside its endpoint.
pub(crate) fn events_url(soap: &str, session: &str, query: &str) -> String {
    format!(
        "{}/sessions/{session}/events?{query}",
        soap.strip_suffix("/soap").unwrap()
    )
}

pub(crate) async fn events(soap: &str, session: &str, query: &str) -> Vec<Json> {
    let reply = get(&events_url(soap, session, query)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json().as_array().expect("a list").clone()
}

/// What the events are called: the last part of the action, or `ended`.
pub(crate) fn names(events: &[Json]) -> Vec<String> {
    events
        .iter()
        .map(|event| match event["action"].as_str() {
            Some(action) => action.rsplit('/').next().unwrap().to_owned(),
            None => {
                assert_eq!(event["ended"], true);
                "ended".to_owned()
            }
        })
        .collect()
}

/// What one replication of server 1 in the world above tells.
pub(crate) fn whole() -> Vec<String> {
    [
        "StartProgressCallback",
        "AddSubTask",
        "SetSubTaskStatus",
        "SetSubTaskStatus",
        "SetCompletionPercentage",
        "AddSubTask",
        "SetSubTaskStatus",
        "SetSubTaskStatus",
        "SetCompletionPercentage",
        "SetOverallStatus",
        "ended",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// A world; its address at the control plane, and that of its endpoint.
pub(crate) async fn made(control: &str, world: &Json) -> (String, String) {
    let reply = post_json(&format!("{control}/worlds"), world.to_string()).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let told = reply.json();
    let url = format!("{control}/worlds/{}", told["id"].as_str().unwrap());
    (
        url,
        format!("{control}{}", told["endpoint"].as_str().unwrap()),
    )
}

/// Begins a session with those headers beside the message; its name.
pub(crate) async fn open(soap: &str, headers: &str) -> String {
    let reply = send(soap, None, &initialize(headers)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.session().to_owned()
}

/// A whole operation on that endpoint, and that it went as it should.
pub(crate) async fn replicate(soap: &str) -> String {
    let session = open(soap, "").await;
    let reply = send(soap, Some(&session), &start("")).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let told = events(soap, &session, "after=0").await;
    assert_eq!(names(&told), whole());
    session
}
