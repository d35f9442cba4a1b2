//! What a wire costs: whole ReplicateServer sessions a second against our own server, in this process and on a loopback
//! socket, from one client and from several at a time.
//!
//! `cargo bench --bench sessions`. Figures are for comparing rows of one run with each other, not runs on different
//! machines. Clients and server share the processors.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use ipamconf::door::SessionTarget;
use ipamconf::door::server::{Config, Server};
use ipamconf::model::{Callback, ClientMessage, Event, Object};
use ipamconf::scenario::{Source, read};
use ipamconf::soap::{Element, Envelope, read_event, write_client_message};
use ipamconf::spec::{OverallProgressStatus, Readings};
use ipamconf::suite::{Progress, Target};
use ipamconf::wire::infoset;
use ipamconf::wire::nbfse::{Decoder, Encoder};
use ipamconf::wire::nbfx::Limits;
use ipamconf::wire::nmf::{Initiator, InitiatorConfig, InitiatorEvent, Via};
use ipamconf::world::{Caller, Setup};

/// How long each row is measured at a time.
const MEASURED: Duration = Duration::from_millis(300);

/// How often each is measured; the fastest counts.
const ROUNDS: usize = 5;

/// How many clients are meant by several.
const SEVERAL: usize = 8;

/// How many sessions the target in process has before it forgets them.
const FORGOTTEN: usize = 100;

/// A client: each call is one session, from its begin until both sides have closed it.
type Client = Box<dyn FnMut()>;

fn main() {
    // `cargo test` builds benches and may run them; there is nothing to measure then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let running = runtime
        .block_on(Server::bind(Config::on_free_ports(setup())))
        .expect("free ports");
    let authority = running.soap_url().expect("an endpoint");
    let authority = authority.trim_start_matches("http://");
    let authority = authority.trim_end_matches("/soap").to_owned();
    let via = Via::read(running.net_tcp_url().expect("an endpoint")).expect("an address");

    println!(
        "{:>34} {:>12} {:>7} {:>12} {:>7}",
        "", "1 client", "ratio", "8 clients", "ratio"
    );
    let mut first = None;
    let mut row = |name: &str, client: &(dyn Fn() -> Client + Sync)| {
        let fastest = |clients| {
            (0..ROUNDS)
                .map(|_| measure(clients, client))
                .fold(0.0, f64::max)
        };
        let found = [fastest(1), fastest(SEVERAL)];
        let [one, several] = *first.get_or_insert(found);
        println!(
            "{name:>34} {:>12.0} {:>7.3} {:>12.0} {:>7.3}",
            found[0],
            found[0] / one,
            found[1],
            found[1] / several
        );
    };
    row("in process", &in_process);
    row("HTTP, a connection each", &|| http(&authority, false));
    row("HTTP, one connection", &|| http(&authority, true));
    row("net.tcp, a connection each", &|| net_tcp(&via, false));
    row("net.tcp, one connection", &|| net_tcp(&via, true));
    runtime.block_on(running.stop());
}

/// Sessions a second, of so many clients together.
fn measure(clients: usize, client: &(dyn Fn() -> Client + Sync)) -> f64 {
    let together = Barrier::new(clients);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..clients)
            .map(|_| {
                scope.spawn(|| {
                    let mut session = client();
                    session();
                    together.wait();
                    let clock = Instant::now();
                    let mut count = 0_u32;
                    while clock.elapsed() < MEASURED {
                        session();
                        count += 1;
                    }
                    f64::from(count) / clock.elapsed().as_secs_f64()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("every session went as it should"))
            .sum()
    })
}

/// A server with two failover scopes, and its partner.
fn setup() -> Setup {
    let text = "title = \"x\"\nrequirements = [\"R-31-3a\"]\n[world]\nservers = [{ name = \"S\" }, { name = \"P\" }]\n\
        relations = [{ name = \"R\", server1 = \"S\", server2 = \"P\" }]\nscopes = [\n\
        { name = \"A\", server = \"S\", subnet = \"10.0.1.0/24\", relation = \"R\" },\n\
        { name = \"B\", server = \"S\", subnet = \"10.0.2.0/24\", relation = \"R\" },\n]\n\
        [expect]\noverall = \"CompletedWithSuccess\"\n";
    let scenario = read("x", Source::new("x.toml".to_owned(), text)).expect("it is right");
    scenario.cases[0].world.set_up()
}

/// The messages of a session in their order.
fn messages() -> [ClientMessage; 2] {
    let server = Object::default().with("RecordId", "1");
    let parameters = Object::of_type("ReplicateServerParameters")
        .with("OperationId", "ReplicateServer")
        .with("Server", server);
    [
        ClientMessage::InitializeOperationParameters {
            paramters: Some(parameters.into()),
        },
        ClientMessage::StartOperationWithCallback,
    ]
}

fn envelopes() -> [String; 2] {
    messages().map(|message| {
        let id = "urn:uuid:00000000-0000-0000-0000-000000000001";
        write_client_message(&message, id, None, None).xml
    })
}

/// Whether an operation ended, which it has to do with success.
fn is_end(event: &Event) -> bool {
    match event {
        Event::Fault(fault) => panic!("{fault:?}"),
        Event::Callback(Callback::SetOverallStatus { overall_status, .. }) => {
            assert_eq!(*overall_status, OverallProgressStatus::CompletedWithSuccess);
            true
        }
        _ => false,
    }
}

fn in_process() -> Client {
    let setup = setup();
    let messages = messages();
    let mut target = SessionTarget::default();
    let mut count = 0;
    Box::new(move || {
        if count % FORGOTTEN == 0 {
            let readings = Readings::default();
            target.reset(&setup, &readings).expect("it takes any world");
        }
        count += 1;
        let session = target.open(&Caller::default()).expect("it has sessions");
        let mut ended = false;
        for message in &messages {
            target.send(session, message).expect("it has sessions");
            while let Progress::Event(_, event) = target.next() {
                ended |= is_end(&event);
            }
        }
        assert!(ended, "the operation ends");
        target.end(session);
    })
}

/// A session over HTTP: two messages, and the events in one long answer or more.
fn http(authority: &str, keep: bool) -> Client {
    let authority = authority.to_owned();
    let envelopes = envelopes();
    let mut kept = None;
    Box::new(move || {
        let mut stream = kept.take().unwrap_or_else(|| connect(&authority));
        let mut id = String::new();
        for envelope in &envelopes {
            let headers = format!(
                "Content-Type: application/soap+xml; charset=utf-8\r\n{}",
                if id.is_empty() {
                    String::new()
                } else {
                    format!("Ipamconf-Session: {id}\r\n")
                }
            );
            let (session, _) =
                request(&mut stream, &authority, "POST", "/soap", &headers, envelope);
            id = session.expect("the answer names the session");
        }
        let mut after = 0;
        let mut success = false;
        loop {
            let path = format!("/sessions/{id}/events?after={after}&wait=10");
            let (_, body) = request(&mut stream, &authority, "GET", &path, "", "");
            let events: serde_json::Value = serde_json::from_str(&body).expect("events");
            let events = events.as_array().expect("a list");
            for event in events {
                let text = event["envelope"].as_str().unwrap_or_default();
                success |= text.contains("CompletedWithSuccess");
                after = event["seq"].as_u64().expect("a number");
            }
            if events.last().is_some_and(|last| last["ended"] == true) {
                break;
            }
        }
        assert!(success, "the operation ends");
        kept = keep.then_some(stream);
    })
}

fn connect(authority: &str) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(authority).expect("it listens");
    stream.set_nodelay(true).expect("a socket");
    BufReader::new(stream)
}

/// The session that an answer names, and its body.
fn request(
    stream: &mut BufReader<TcpStream>,
    authority: &str,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> (Option<String>, String) {
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    let sent = stream.get_mut().write_all(request.as_bytes());
    sent.expect("it takes requests");
    let (mut session, mut length) = (None, 0);
    let mut line = String::new();
    stream.read_line(&mut line).expect("an answer");
    assert!(line.starts_with("HTTP/1.1 2"), "{line}");
    loop {
        line.clear();
        stream.read_line(&mut line).expect("a whole answer");
        let Some((name, value)) = line.trim().split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().expect("a number"),
            "ipamconf-session" => session = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("a whole answer");
    (session, String::from_utf8(body).expect("text"))
}

/// A session over net.tcp: everything on its connection, which ends with an End Record of each side.
fn net_tcp(via: &Via, keep: bool) -> Client {
    let via = via.clone();
    let envelopes = envelopes().map(|xml| Element::read(&xml).expect("we wrote it"));
    let mut kept = None;
    Box::new(move || {
        let mut stream = kept
            .take()
            .unwrap_or_else(|| connect(&format!("{}:{}", via.host(), via.port())));
        let mut initiator = Initiator::new(InitiatorConfig::new(via.clone()));
        let (mut encoder, mut decoder) = (Encoder::default(), Decoder::default());
        let mut unsent = envelopes.iter();
        let mut ended = false;
        flush(&mut initiator, &mut stream);
        loop {
            match hear(&mut initiator, &mut stream) {
                InitiatorEvent::Upgrade => panic!("none was asked for"),
                InitiatorEvent::Open => {}
                InitiatorEvent::Envelope(bytes) => {
                    let element = infoset::decode(&mut decoder, &bytes, Limits::default());
                    let envelope = Envelope::from_element(element.expect("binary XML"));
                    let event = read_event(&envelope.expect("an envelope")).event;
                    let event = event.expect("an event");
                    ended |= is_end(&event);
                    if !event.is_reply() {
                        continue;
                    }
                }
                InitiatorEvent::EndReceived => {
                    initiator.end().expect("the session is open");
                    flush(&mut initiator, &mut stream);
                    break;
                }
                InitiatorEvent::Done => break,
            }
            if let Some(envelope) = unsent.next() {
                let bytes = infoset::encode(&mut encoder, envelope).expect("we wrote it");
                initiator.send(&bytes).expect("the session is open");
                flush(&mut initiator, &mut stream);
            }
        }
        assert!(ended, "the operation ends");
        kept = keep.then_some(stream);
    })
}

fn flush(initiator: &mut Initiator, stream: &mut BufReader<TcpStream>) {
    let sent = stream.get_mut().write_all(&initiator.take_output());
    sent.expect("it takes records");
}

fn hear(initiator: &mut Initiator, stream: &mut BufReader<TcpStream>) -> InitiatorEvent {
    loop {
        if let Some(event) = initiator.next_event().expect("records in their order") {
            return event;
        }
        let bytes = stream.fill_buf().expect("something to read");
        let count = bytes.len();
        assert!(count > 0, "the server does not close a session so");
        initiator.feed(bytes);
        stream.consume(count);
    }
}
