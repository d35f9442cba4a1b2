//! Hostile peers in bulk: against `serve --net-tcp` over sockets, many at a time. While they are there and after they
//! are gone an honest client has its session, and what they cost in memory stays below what the server's limits allow.
//!
//! Server, peers and the measure share this process: the tests run one at a time. Nothing is said about how long
//! anything takes; the server's own limits are set so short that it is not long.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ipamconf::door::server::Limits;
use ipamconf::model::{Callback, ClientMessage, Event, Object};
use ipamconf::scenario::{Source, read};
use ipamconf::soap::{Element, write_client_message};
use ipamconf::spec::OverallProgressStatus;
use ipamconf::wire::infoset;
use ipamconf::wire::nbfse::{Encoder, TABLE_BYTES_MAX};
use ipamconf::wire::nmf::{InitiatorEvent, Record, Via};
use ipamconf::world::Setup;
use peak_alloc::PeakAlloc;

#[path = "support/by_hand.rs"]
mod by_hand;
#[path = "support/serving.rs"]
mod serving;

use by_hand::{Client, PATIENCE, Served, fault, preamble, with};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const KB: usize = 1024;
const MB: usize = 1024 * KB;

/// What a connection may cost by itself: the piece that is read at once, the buffer behind it, and its states.
const CONNECTION: usize = 96 * KB;

/// What a session may cost that ended and is kept for whoever still asks.
const ENDED_SESSION: usize = 4 * KB;

/// What may still be in use when the peers are gone: the sessions that one world keeps, and a few connections.
const KEPT: usize = 256 * ENDED_SESSION + 8 * CONNECTION;

/// What a byte of an envelope may become when it is decoded: a quarter of an element, which takes 150 bytes, and 8 bytes
/// of text (`nbfx::Limits`), which may stand in three places while it grows.
const DECODED: usize = 150 / 4 + 3 * 8;

/// The same of text, where no byte stands for more than itself, and the quarter of an element may become that of a value:
/// 72 bytes with its name, in three places while the values grow.
const DECODED_TEXT: usize = 150 / 4 + 3 * 72 / 4;

/// How many peers attack at a time.
const PEERS: usize = 100;

/// A server under attack, and what memory there was before.
struct Attacked {
    served: Served,
    before: usize,
    what: &'static str,
    _alone: MutexGuard<'static, ()>,
}

impl Attacked {
    fn new(what: &'static str, limits: Limits) -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let served = Served::of(setup(2), limits);
        // What is made at its first use is none of the peers' doing.
        replicate(&served);
        MEMORY.reset_peak_usage();
        Self {
            before: MEMORY.current_usage(),
            served,
            what,
            _alone: alone,
        }
    }

    /// Ends the attack: an honest client has its session, no more memory was in use at any time, and hardly any still is.
    fn cost_at_most(self, bound: usize) {
        let peak = MEMORY.peak_usage().saturating_sub(self.before);
        replicate(&self.served);
        println!(
            "{}: {} KB at most, {} KB are allowed",
            self.what,
            peak / KB,
            bound / KB
        );
        assert!(peak <= bound, "{}: {peak} bytes, not {bound}", self.what);
        // The last of them may be on their way out.
        let patience = Instant::now() + PATIENCE;
        let kept = || MEMORY.current_usage().saturating_sub(self.before);
        while kept() > KEPT && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(kept() <= KEPT, "{}: {} bytes stay", self.what, kept());
    }

    fn peers(&self, bytes: &[u8]) -> Vec<TcpStream> {
        (0..PEERS)
            .map(|_| {
                let mut stream = self.served.connect();
                stream.write_all(bytes).unwrap();
                stream
            })
            .collect()
    }

    fn opened(&self) -> Vec<u8> {
        with(preamble(&self.served.via, 2, 8), &Record::PreambleEnd)
    }
}

/// Limits under which nobody waits for long, and honest clients have time.
fn limits() -> Limits {
    Limits {
        connections: 2 * PEERS,
        envelope_bytes: MB,
        preamble_time: Duration::from_secs(1),
        record_time: Duration::from_secs(1),
        end_time: Duration::from_millis(400),
        ..Limits::default()
    }
}

fn setup(scopes: usize) -> Setup {
    let rows: Vec<_> = (0..scopes)
        .map(|number| {
            let (high, low) = (number / 256, number % 256);
            format!("{{ name = \"A{number}\", server = \"S\", subnet = \"10.{high}.{low}.0/24\", relation = \"R\" }}")
        })
        .collect();
    let text = format!(
        "title = \"x\"\nrequirements = [\"R-31-3a\"]\n[world]\nservers = [{{ name = \"S\" }}, {{ name = \"P\" }}]\n\
        relations = [{{ name = \"R\", server1 = \"S\", server2 = \"P\" }}]\nscopes = [{}]\n\
        [expect]\noverall = \"CompletedWithSuccess\"\n",
        rows.join(", ")
    );
    let scenario = read("x", Source::new("x.toml".to_owned(), &text)).expect("it is right");
    scenario.cases[0].world.set_up()
}

fn initialize() -> ClientMessage {
    let server = Object::default().with("RecordId", "1");
    let parameters = Object::of_type("ReplicateServerParameters")
        .with("OperationId", "ReplicateServer")
        .with("Server", server);
    ClientMessage::InitializeOperationParameters {
        paramters: Some(parameters.into()),
    }
}

/// A whole session of an honest client.
fn replicate(served: &Served) {
    let mut client = Client::open(served);
    client.send(&initialize());
    let response = client.event();
    assert_eq!(response, Some(Event::InitializeOperationParametersResponse));
    client.send(&ClientMessage::StartOperationWithCallback);
    loop {
        match client.event().expect("the operation goes on") {
            Event::Callback(Callback::SetOverallStatus { overall_status, .. }) => {
                assert_eq!(overall_status, OverallProgressStatus::CompletedWithSuccess);
                break;
            }
            Event::Fault(fault) => panic!("{fault:?}"),
            _ => {}
        }
    }
    assert_eq!(client.next(), Some(InitiatorEvent::EndReceived));
}

/// What else comes on a connection until the server closes it.
fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    match stream.read_to_end(&mut said) {
        Ok(_) => {}
        // It closed on what it had not read.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("the server does not let go: {error}"),
    }
    said
}

/// Every peer is let go with those last words.
fn are_let_go(peers: Vec<TcpStream>, said: &[u8]) {
    for mut peer in peers {
        assert_eq!(rest(&mut peer), said);
    }
}

/// The bytes of a message, as the first of a session.
fn encoded(message: &ClientMessage) -> Vec<u8> {
    let written = write_client_message(message, "urn:test:1", None, None);
    let element = Element::read(&written.xml).unwrap();
    infoset::encode(&mut Encoder::default(), &element).unwrap()
}

fn record(bytes: Vec<u8>) -> Vec<u8> {
    with(Vec::new(), &Record::SizedEnvelope(bytes))
}

/// A socket into which little fits, and which is reset when it is dropped if that is wanted.
fn odd_socket(served: &Served, bytes_held: Option<u32>, reset: bool) -> TcpStream {
    let via = Via::read(&served.via).unwrap();
    let address = format!("{}:{}", via.host(), via.port()).parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        if let Some(bytes) = bytes_held {
            socket.set_recv_buffer_size(bytes).unwrap();
        }
        if reset {
            socket.set_zero_linger().unwrap();
        }
        let stream = socket.connect(address).await.expect("it listens");
        stream.into_std().unwrap()
    });
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

#[test]
fn what_is_kept_shows_in_the_measure() {
    let attacked = Attacked::new("nothing but a megabyte", limits());
    let before = MEMORY.peak_usage();
    drop(std::hint::black_box(vec![1_u8; MB]));
    assert!(MEMORY.peak_usage() >= before.max(attacked.before + MB));
    attacked.cost_at_most(MB + CONNECTION);
}

#[test]
fn those_that_say_a_byte_and_stop_are_let_go() {
    let attacked = Attacked::new("100 that say one byte", limits());
    let peers = attacked.peers(&[0]);
    replicate(&attacked.served);
    are_let_go(peers, &[]);
    attacked.cost_at_most((PEERS + 2) * CONNECTION);
}

#[test]
fn those_that_say_a_byte_now_and_then_are_let_go_all_the_same() {
    let attacked = Attacked::new("100 that say a byte now and then", limits());
    // A Via that is almost as long as any may be; an envelope that is.
    let slow_preamble = [0, 1, 0, 1, 2, 2, 0xFF, 0x0F];
    let mut slow_record = attacked.opened();
    slow_record.extend([0x06, 0x80, 0x80, 0x40]);
    for (begin, said) in [(&slow_preamble[..], &[][..]), (&slow_record, &[0x0B])] {
        let mut peers = attacked.peers(begin);
        replicate(&attacked.served);
        let mut gone = Vec::new();
        while !peers.is_empty() {
            let mut left = Vec::new();
            for mut peer in peers {
                // Once the server has closed, a byte or two later it says so.
                match peer.write_all(b"n") {
                    Ok(()) => left.push(peer),
                    Err(_) => gone.push(peer),
                }
            }
            peers = left;
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(gone.len(), PEERS);
        for mut peer in gone {
            let heard = rest(&mut peer);
            assert!(heard.is_empty() || heard == said, "{heard:?}");
        }
    }
    attacked.cost_at_most((PEERS + 2) * CONNECTION);
}

#[test]
fn those_that_leave_a_session_half_open_are_let_go() {
    let attacked = Attacked::new("100 that never say their end", limits());
    let mut bytes = attacked.opened();
    let wrong = ClientMessage::InitializeOperationParameters { paramters: None };
    bytes.extend(record(encoded(&wrong)));
    let peers = attacked.peers(&bytes);
    replicate(&attacked.served);
    for mut peer in peers {
        // The fault, the server's End Record, and the end of the connection: none of it is answered.
        let said = rest(&mut peer);
        assert_eq!(said[..2], [0x0B, 0x06]);
        assert_eq!(said.last(), Some(&0x07));
    }
    attacked.cost_at_most((PEERS + 2) * CONNECTION + 256 * ENDED_SESSION);
}

#[test]
fn connections_that_are_half_closed_or_reset_leave_nothing_behind() {
    let attacked = Attacked::new("300 half-closed, 400 reset inside a record", limits());
    let mut inside = attacked.opened();
    inside.extend([0x06, 0x80, 0x80, 0x40]);
    inside.extend(vec![0; 32 * KB]);
    for begin in [&[][..], &[0, 1], &inside] {
        let peers = attacked.peers(begin);
        for peer in &peers {
            peer.shutdown(Shutdown::Write).unwrap();
        }
        replicate(&attacked.served);
        for mut peer in peers {
            // Who has said its last is not always told that it was well begun.
            assert!([&[][..], &[0x0B]].contains(&&rest(&mut peer)[..]));
        }
    }
    for number in 0..400 {
        let mut peer = odd_socket(&attacked.served, None, true);
        peer.write_all(&inside).unwrap();
        let mut ack = [0];
        peer.read_exact(&mut ack).unwrap();
        drop(peer);
        if number % 200 == 0 {
            replicate(&attacked.served);
        }
    }
    attacked.cost_at_most((PEERS + 2) * CONNECTION + 256 * ENDED_SESSION);
}

#[test]
fn very_many_tiny_records_are_taken_one_by_one() {
    // Decoding takes ten times as long in a debug build.
    let count = if cfg!(debug_assertions) {
        50_000
    } else {
        1_000_000
    };
    let attacked = Attacked::new("tiny records", limits());
    let mut client = Client::open(&attacked.served);
    client.send(&ClientMessage::Keepalive);
    // Its table is known now.
    let written = write_client_message(&ClientMessage::Keepalive, "", None, None);
    let element = Element::read(&written.xml).unwrap();
    let keepalive = record(infoset::encode(&mut client.encoder, &element).unwrap());
    let many = keepalive.repeat(100);
    // Never at the end of a record: each has the time and the room of one all the same.
    client.stream.write_all(&many[..1]).unwrap();
    for _ in 0..count / 100 {
        client.stream.write_all(&many[1..]).unwrap();
        client.stream.write_all(&many[..1]).unwrap();
    }
    client.stream.write_all(&keepalive[1..]).unwrap();
    replicate(&attacked.served);
    client.send(&initialize());
    let response = client.event();
    assert_eq!(response, Some(Event::InitializeOperationParametersResponse));
    // Whole sessions of which nobody reads anything.
    let mut session = attacked.opened();
    session.push(0x07);
    let mut peer = attacked.served.connect();
    let many = session.repeat(100);
    for _ in 0..20 {
        peer.write_all(&many).unwrap();
    }
    peer.shutdown(Shutdown::Write).unwrap();
    assert_eq!(rest(&mut peer), [0x0B, 0x07].repeat(2000));
    // Those that are none end their session.
    for tiny in [&[0x06, 0][..], &[0x06, 1, 0], &[0x06, 1, 0xFF]] {
        let mut bytes = attacked.opened();
        bytes.extend(tiny.repeat(100));
        are_let_go(attacked.peers(&bytes), &[0x0B]);
    }
    attacked.cost_at_most((PEERS + 2) * CONNECTION + 256 * ENDED_SESSION);
}

#[test]
fn string_tables_over_the_quota_end_their_session() {
    let attacked = Attacked::new("300 string tables over the quota", limits());
    let table = |bytes: usize, strings: usize| {
        let mut message = Vec::new();
        push_integer(&mut message, bytes);
        for _ in 0..strings {
            push_integer(&mut message, 0);
        }
        message
    };
    // Of empty strings, each of which takes more room than it has bytes.
    let one_too_many = record(table(TABLE_BYTES_MAX + 1, TABLE_BYTES_MAX + 1));
    let of_a_megabyte = record(table(MB - 16, MB - 16));
    let keepalive = encoded(&ClientMessage::Keepalive);
    let first = record(keepalive);
    // Little by little.
    let mut slowly = Vec::new();
    for _ in 0..300 {
        let mut next = vec![10, 9];
        next.extend(b"123456789");
        // A document of one element: no envelope, and none is needed.
        next.extend([0x40, 1, b'a', 1]);
        slowly.extend(record(next));
    }
    for flood in [&one_too_many, &of_a_megabyte, &slowly] {
        let mut bytes = attacked.opened();
        if std::ptr::eq(flood, &one_too_many) {
            bytes.extend(&first);
        }
        bytes.extend(flood.iter());
        for _ in 0..PEERS {
            let mut peer = attacked.served.connect();
            // Who refuses may close before everything is sent.
            let _ = peer.write_all(&bytes);
            let said = rest(&mut peer);
            assert_eq!(said.first().copied().unwrap_or(0x0B), 0x0B);
            assert!(!said.contains(&0x08), "no fault: {said:?}");
        }
        replicate(&attacked.served);
    }
    attacked.cost_at_most(4 * MB + (PEERS + 2) * CONNECTION + 256 * ENDED_SESSION);
}

fn push_integer(bytes: &mut Vec<u8>, mut value: usize) {
    while value > 0x7F {
        bytes.push(u8::try_from(value & 0x7F).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
}

#[test]
fn documents_that_unfold_stay_within_their_bounds() {
    let attacked = Attacked::new("nests, arrays and long names, 1 MB each", limits());
    let element = [0x40, 1, b'a'];
    let nest = element.repeat((MB - 16) / 3);
    // 300,000 empty elements side by side.
    let mut wide = element.to_vec();
    wide.extend([0x40, 1, b'a', 1].repeat((MB - 32) / 4));
    wide.push(1);
    // An array of a million booleans in as many elements.
    let mut array = element.to_vec();
    array.extend([0x03, 0x40, 1, b'a', 1, 0xB5]);
    push_integer(&mut array, MB - 64);
    array.extend(vec![1; MB - 64]);
    array.push(1);
    // The longest string of the dictionary, again and again.
    let mut text = element.to_vec();
    text.extend([0xAA, 0xB6, 0x03].repeat((MB - 32) / 3));
    text.push(1);
    for document in [nest, wide, array, text] {
        let mut message = vec![0];
        message.extend(document);
        let mut bytes = attacked.opened();
        bytes.extend(record(message));
        let mut peer = attacked.served.connect();
        let _ = peer.write_all(&bytes);
        // Whether it is refused where it is decoded or answered with a fault: the session ends.
        let _ = peer.shutdown(Shutdown::Write);
        let _ = rest(&mut peer);
        replicate(&attacked.served);
    }
    attacked.cost_at_most(DECODED * MB);
}

/// What is answered to that envelope over HTTP.
fn posted(served: &Served, xml: &str) -> String {
    let (host, path) = served.soap["http://".len()..].split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
        Content-Type: application/soap+xml; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
        xml.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(xml.as_bytes()).unwrap();
    String::from_utf8(rest(&mut stream)).unwrap()
}

#[test]
fn texts_that_unfold_stay_within_their_bounds() {
    let attacked = Attacked::new("nests, attributes and names as text, 1 MB each", limits());
    let repeated = |part: &str| part.repeat((MB - KB) / part.len());
    let numbered = |part: &dyn Fn(usize) -> String| {
        let parts = (0..).map(part);
        let mut all = String::new();
        for part in parts.take_while(|part| part.len() < KB) {
            if all.len() + part.len() > MB - KB {
                break;
            }
            all.push_str(&part);
        }
        all
    };
    let attributes: String = (10..70).map(|number| format!(" a{number}=''")).collect();
    let nest = "<a>".repeat(50) + &"</a>".repeat(50);
    let of_one = numbered(&|number| format!(" a{number}=''"));
    let (second, no_message) = ("after the first", "found `a`");
    for (inside, reason) in [
        (repeated("<a>"), "nest deeper than 64 levels"),
        (repeated("<a/>"), second),
        (repeated(&nest), second),
        (repeated("<a>x</a>"), second),
        (repeated(&format!("<a{attributes}/>")), second),
        (format!("<a{of_one}/>"), "more than 64 attributes"),
        (numbered(&|number| format!("<a{number}/>")), second),
        (numbered(&|number| format!("<a xmlns='{number}'/>")), second),
        (format!("<a>{}</a>", repeated("x")), no_message),
        (format!("<a>{}</a>", repeated("&lt;")), no_message),
        // Each of them becomes a value as well.
        (
            format!(
                "<InitializeOperationParameters xmlns='http://Microsoft.Windows.Ipam'><paramters i:type='a'>{}\
                </paramters></InitializeOperationParameters>",
                repeated("<a/>")
            ),
            "<s:Detail/>",
        ),
    ] {
        let xml = format!(
            "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' \
            xmlns:i='http://www.w3.org/2001/XMLSchema-instance' xmlns:w='http://www.w3.org/2005/08/addressing'>\
            <s:Header><w:Action>http://Microsoft.Windows.Ipam/IIpamOperationWithProgress/InitializeOperationParameters\
            </w:Action></s:Header><s:Body>{inside}</s:Body></s:Envelope>"
        );
        let answer = posted(&attacked.served, &xml);
        assert!(answer.contains(reason), "{answer}");
        replicate(&attacked.served);
    }
    attacked.cost_at_most(DECODED_TEXT * MB);
}

#[test]
fn sizes_that_lie_take_no_memory() {
    let attacked = Attacked::new("300 sizes that lie", limits());
    // Two gigabytes are refused at once.
    let mut bytes = attacked.opened();
    bytes.extend([0x06, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]);
    let mut said = vec![0x0B];
    said.extend(fault("MaxMessageSizeExceededFault"));
    are_let_go(attacked.peers(&bytes), &said);
    // As much as may be is waited for, and not set aside before it comes.
    let mut bytes = attacked.opened();
    bytes.extend([0x06, 0x80, 0x80, 0x40, 0, 0, 0]);
    let peers = attacked.peers(&bytes);
    replicate(&attacked.served);
    are_let_go(peers, &[0x0B]);
    // What is more than was said is the next record, and none of those that may come.
    let mut bytes = attacked.opened();
    let keepalive = encoded(&ClientMessage::Keepalive);
    bytes.extend(record(keepalive));
    bytes.extend([0x0C; 100]);
    let mut said = vec![0x0B];
    said.extend(fault("InvalidRecordSequence"));
    are_let_go(attacked.peers(&bytes), &said);
    attacked.cost_at_most((PEERS + 2) * CONNECTION + 256 * ENDED_SESSION);
}

#[test]
fn a_flood_of_connections_is_kept_out() {
    let limits = Limits {
        connections: 50,
        ..limits()
    };
    let attacked = Attacked::new("1000 connections where 50 may be", limits);
    let mut peers = Vec::new();
    for _ in 0..10 {
        peers.extend((0..100).map(|_| attacked.served.connect()));
        // No further ahead of the server than the system lets anybody wait.
        if let Some(mut last) = peers.pop() {
            assert!(rest(&mut last).is_empty());
        }
    }
    are_let_go(peers, &[]);
    attacked.cost_at_most((50 + 2) * CONNECTION);
}

#[test]
fn a_client_that_asks_and_does_not_read_waits_for_its_turn() {
    let limits = Limits {
        // It is memory that has to stop it.
        record_time: PATIENCE,
        stop_time: Duration::ZERO,
        ..limits()
    };
    let attacked = Attacked::new("requests whose answers nobody reads", limits);
    let mut peer = odd_socket(&attacked.served, Some(2048), false);
    peer.write_all(&attacked.opened()).unwrap();
    // Each answer repeats the MessageID.
    let id = format!("urn:test:{}", "x".repeat(16 * KB));
    let written = write_client_message(&initialize(), &id, None, None);
    let element = Element::read(&written.xml).unwrap();
    let mut encoder = Encoder::default();
    let mut request = || record(infoset::encode(&mut encoder, &element).unwrap());
    peer.write_all(&request()).unwrap();
    let request = request();
    peer.set_nonblocking(true).unwrap();
    let (mut sent, mut stuck) = (0, 0);
    while sent < 64 * MB && stuck < 100 {
        // Requests one after the other, wherever the last write stopped in one.
        match peer.write(&request[sent % request.len()..]) {
            Ok(count) => (sent, stuck) = (sent + count, 0),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                stuck += 1;
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
    assert!(sent < 64 * MB, "the server takes whatever comes");
    replicate(&attacked.served);
    println!("  {} KB of requests went out", sent / KB);
    drop(peer);
    // A thousand records that a session runs ahead and a thousand answers, each of a kilobyte at most.
    attacked.cost_at_most(3 * MB);
}
