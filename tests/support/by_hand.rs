//! Our server over net.tcp in this process, and a client of it by hand.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use ipamconf::door::server::{Config, Limits};
use ipamconf::model::{ClientMessage, Event};
use ipamconf::soap::{Element, Envelope, read_event, write_client_message};
use ipamconf::wire::infoset;
use ipamconf::wire::nbfse::{Decoder, Encoder};
use ipamconf::wire::nbfx;
use ipamconf::wire::nmf::{FAULTS, Initiator, InitiatorConfig, InitiatorEvent, Record, Via};
use ipamconf::world::{Setup, World};

use crate::serving::{Background, simulator};

/// How long a test waits for what has to come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server of ours, for as long as it is held.
pub(crate) struct Served {
    pub(crate) via: String,
    /// The address of the same world over HTTP.
    pub(crate) soap: String,
    _background: Background,
}

impl Served {
    /// Of an empty world.
    pub(crate) fn start(limits: Limits) -> Self {
        Self::of(World::default().set_up(), limits)
    }

    pub(crate) fn of(setup: Setup, limits: Limits) -> Self {
        let (urls, background) = simulator(Config {
            control: None,
            net_tcp_path: "/app/".to_owned(),
            limits,
            ..Config::on_free_ports(setup)
        });
        Self {
            via: urls.net_tcp.expect("an endpoint"),
            soap: urls.soap.expect("an endpoint"),
            _background: background,
        }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let via = Via::read(&self.via).unwrap();
        let stream = TcpStream::connect((via.host(), via.port())).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// What comes back on those bytes until the server closes.
    pub(crate) fn answer_to(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        // A reset after the last word is as good as an end.
        let _ = stream.read_to_end(&mut answer);
        answer
    }

    /// Whether a new client gets what it asks for.
    pub(crate) fn is_well(&self) -> bool {
        let mut client = Client::open(self);
        client.send(&ClientMessage::InitializeOperationParameters { paramters: None });
        matches!(client.event(), Some(Event::Fault(_)))
    }
}

pub(crate) fn preamble(via: &str, mode: u8, encoding: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    for record in [
        Record::Version { major: 1, minor: 0 },
        Record::Mode(mode),
        Record::Via(via.to_owned()),
        Record::KnownEncoding(encoding),
    ] {
        record.encode(&mut bytes);
    }
    bytes
}

pub(crate) fn with(mut bytes: Vec<u8>, record: &Record) -> Vec<u8> {
    record.encode(&mut bytes);
    bytes
}

/// The bytes of a Fault Record.
pub(crate) fn fault(name: &str) -> Vec<u8> {
    with(Vec::new(), &Record::Fault(format!("{FAULTS}{name}")))
}

/// A client by hand.
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    pub(crate) initiator: Initiator,
    pub(crate) encoder: Encoder,
    decoder: Decoder,
    sent: usize,
}

impl Client {
    pub(crate) fn open(served: &Served) -> Self {
        let mut client = Self {
            stream: served.connect(),
            initiator: Initiator::new(InitiatorConfig::new(Via::read(&served.via).unwrap())),
            encoder: Encoder::default(),
            decoder: Decoder::default(),
            sent: 0,
        };
        client.flush();
        assert_eq!(client.next(), Some(InitiatorEvent::Open));
        client
    }

    pub(crate) fn flush(&mut self) {
        self.stream
            .write_all(&self.initiator.take_output())
            .unwrap();
    }

    pub(crate) fn next(&mut self) -> Option<InitiatorEvent> {
        let mut piece = [0; 4096];
        loop {
            if let Some(event) = self.initiator.next_event().expect("records in their order") {
                return Some(event);
            }
            match self.stream.read(&mut piece).expect("something in time") {
                0 => return None,
                count => self.initiator.feed(&piece[..count]),
            }
        }
    }

    pub(crate) fn send(&mut self, message: &ClientMessage) -> String {
        self.sent += 1;
        let id = format!("urn:test:{}", self.sent);
        let written = write_client_message(message, &id, None, None);
        let element = Element::read(&written.xml).unwrap();
        let bytes = infoset::encode(&mut self.encoder, &element).unwrap();
        self.initiator.send(&bytes).unwrap();
        self.flush();
        id
    }

    pub(crate) fn envelope(&mut self) -> Option<Envelope> {
        match self.next()? {
            InitiatorEvent::Envelope(bytes) => {
                let limits = nbfx::Limits::default();
                let element = infoset::decode(&mut self.decoder, &bytes, limits).unwrap();
                Some(Envelope::from_element(element).unwrap())
            }
            _ => None,
        }
    }

    pub(crate) fn event(&mut self) -> Option<Event> {
        self.envelope()
            .map(|envelope| read_event(&envelope).event.expect("an event"))
    }
}
