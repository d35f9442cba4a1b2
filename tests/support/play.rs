//! Playing servers: what a right one says in a case, taken from our simulator, and bytes as they go over the wire.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ipamconf::door::SessionTarget;
use ipamconf::model::Event;
use ipamconf::scenario::Case;
use ipamconf::soap::{CallbackPrefix, Envelope, write_event};
use ipamconf::spec::Readings;
use ipamconf::suite::run_case;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::serving::Background;

/// What a right server says in a case with one session.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) initialize: Event,
    pub(crate) start: Option<Event>,
    pub(crate) callbacks: Vec<Event>,
    /// Whether StartOperationWithCallback has come: no callback is there before.
    started: Arc<AtomicBool>,
}

impl Script {
    pub(crate) fn of(case: &Case) -> Self {
        let trace = run_case(case, &mut SessionTarget::default(), &Readings::default())
            .expect("it runs in process");
        let (callbacks, mut replies): (Vec<Event>, Vec<Event>) = trace
            .events()
            .map(|(_, _, event)| event.clone())
            .filter(|event| *event != Event::SessionClosed)
            .partition(|event| matches!(event, Event::Callback(_)));
        let initialize = replies.remove(0);
        Self {
            initialize,
            start: replies.pop(),
            callbacks,
            started: Arc::default(),
        }
    }

    /// The reply to a request, which relates to it.
    pub(crate) fn reply(&self, request: &[u8]) -> Envelope {
        let text = String::from_utf8_lossy(request);
        let id = Envelope::read(&text).expect("we send envelopes").message_id;
        let event = if text.contains("StartOperationWithCallback") {
            self.started.store(true, Ordering::Relaxed);
            self.start.as_ref().expect("it is started")
        } else {
            &self.initialize
        };
        write_event(event, id.as_deref(), CallbackPrefix::Service).expect("a message")
    }

    pub(crate) fn callback(&self, place: usize) -> String {
        write_event(&self.callbacks[place], None, CallbackPrefix::Service)
            .expect("a message")
            .to_xml()
    }

    /// Whether there is nothing to tell yet.
    pub(crate) fn waits(&self) -> bool {
        self.start.is_some() && !self.started.load(Ordering::Relaxed)
    }

    /// What is read past a number: all callbacks, and the end.
    pub(crate) fn events(&self, after: usize) -> String {
        if self.waits() {
            return "[]".to_owned();
        }
        let all: Vec<String> = (0..self.callbacks.len())
            .map(|place| self.callback(place))
            .collect();
        records(&all, after)
    }
}

/// Envelopes and the end behind them as they are read.
pub(crate) fn records(envelopes: &[String], after: usize) -> String {
    let mut records: Vec<serde_json::Value> = envelopes
        .iter()
        .enumerate()
        .map(|(place, envelope)| serde_json::json!({ "seq": place + 1, "envelope": envelope }))
        .collect();
    records.push(serde_json::json!({ "seq": envelopes.len() + 1, "ended": true }));
    serde_json::Value::from(records.split_off(after.min(records.len()))).to_string()
}

/// The number behind `after=`.
pub(crate) fn after(query: &str) -> usize {
    let (_, rest) = query.split_once("after=").expect("events are read after");
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// A request as it came over the wire.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn is_events(&self) -> bool {
        self.line.starts_with("GET ")
    }

    pub(crate) fn is_start(&self) -> bool {
        String::from_utf8_lossy(&self.body).contains("StartOperationWithCallback")
    }
}

/// What is written in answer.
#[derive(Debug, Clone)]
pub(crate) enum Wire {
    /// These bytes; the connection stays.
    Keep(Vec<u8>),
    /// These bytes, then the connection is closed.
    Close(Vec<u8>),
    /// These bytes one by one, with so much time between them.
    Drip(Vec<u8>, Duration),
    /// These bytes, then the last of them for ever.
    Endless(Vec<u8>),
}

/// An answer of HTTP with a body.
pub(crate) fn http(status: &str, content_type: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\nset-cookie: ipamconf-session=s1; Path=/\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub(crate) fn soap(status: &str, body: &str) -> Vec<u8> {
    http(status, "application/soap+xml; charset=utf-8", body)
}

/// A right answer to whatever is asked.
pub(crate) fn right(script: &Script, asked: &Asked) -> Wire {
    if asked.is_events() {
        let body = script.events(after(&asked.line));
        return Wire::Keep(http("200 OK", "application/json", &body));
    }
    let reply = script.reply(&asked.body);
    let fault = reply
        .body
        .as_ref()
        .is_some_and(|body| body.name.local() == "Fault");
    let status = if fault { "400 Bad Request" } else { "200 OK" };
    Wire::Keep(soap(status, &reply.to_xml()))
}

/// A server of bytes on a free port, for as long as this is held.
pub(crate) struct ByteServer {
    pub(crate) url: String,
    _background: Background,
}

impl ByteServer {
    pub(crate) fn start(answer: impl Fn(&Asked) -> Wire + Send + Sync + 'static) -> Self {
        let answer = Arc::new(answer);
        let (url, background) = Background::start(async move |tell, stopped| {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let address = listener.local_addr().expect("an address");
            tell.send(format!("http://{address}/soap")).expect("a test");
            tokio::pin!(stopped);
            loop {
                tokio::select! {
                    _ = &mut stopped => return,
                    accepted = listener.accept() => {
                        let (stream, _) = accepted.expect("a connection");
                        let answer = Arc::clone(&answer);
                        tokio::spawn(async move {
                            // The client may break off; that is what some tests are about.
                            let _ = serve(stream, &*answer).await;
                        });
                    }
                }
            }
        });
        Self {
            url,
            _background: background,
        }
    }
}

async fn serve(mut stream: TcpStream, answer: &impl Fn(&Asked) -> Wire) -> std::io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        let asked = loop {
            if let Some((asked, used)) = parsed(&buffer) {
                buffer.drain(..used);
                break asked;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        match answer(&asked) {
            Wire::Keep(bytes) => stream.write_all(&bytes).await?,
            Wire::Close(bytes) => {
                stream.write_all(&bytes).await?;
                return stream.shutdown().await;
            }
            Wire::Drip(bytes, pause) => {
                stream.set_nodelay(true)?;
                for byte in bytes {
                    stream.write_all(&[byte]).await?;
                    if pause.is_zero() {
                        tokio::task::yield_now().await;
                    } else {
                        tokio::time::sleep(pause).await;
                    }
                }
            }
            Wire::Endless(bytes) => {
                stream.write_all(&bytes).await?;
                let more = vec![b'x'; 64 * 1024];
                loop {
                    stream.write_all(&more).await?;
                }
            }
        }
    }
}

/// A whole request and its length, once it is there.
fn parsed(bytes: &[u8]) -> Option<(Asked, usize)> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .map_or(0, |length| length.trim().parse().expect("a length"));
    let line = String::from_utf8_lossy(&bytes[..head]);
    let line = line.lines().next().unwrap_or_default().to_owned();
    let body = bytes.get(head..head + length)?.to_vec();
    Some((Asked { line, body }, head + length))
}
