//! What a message costs in binary XML and as text: time and bytes of one with 10,000 scopes, encoded and decoded.
//!
//! `cargo bench --bench wire`. Figures are for comparing rows of one run with each other, not runs on different machines.

use std::time::Instant;

use ipamconf::soap::Element;
use ipamconf::wire::infoset;
use ipamconf::wire::nbfse::{Decoder, Encoder};
use ipamconf::wire::nbfx::Limits;

#[global_allocator]
static ALLOCATOR: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

/// How many scopes the message has.
const SCOPES: usize = 10_000;

/// How often each is done; the fastest counts.
const ROUNDS: usize = 5;

fn main() {
    // `cargo test` builds benches and may run them; there is nothing to measure then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let envelope = envelope();
    let text = envelope.to_xml();
    let binary = encode(&envelope);
    let decoded = decode(&binary);
    assert_eq!(decoded.to_xml(), text, "both forms say the same");
    println!("a message with {SCOPES} scopes");
    println!("{:>16} {:>10} {:>10} {:>10}", "", "ms", "MB", "peak MB");
    row("encode binary", binary.len(), || encode(&envelope).len());
    row("encode text", text.len(), || envelope.to_xml().len());
    row("decode binary", binary.len(), || elements(&decode(&binary)));
    row("decode text", text.len(), || {
        elements(&Element::read(&text).expect("it was written by us"))
    });
}

fn row(name: &str, bytes: usize, work: impl Fn() -> usize) {
    let mut fastest = f64::INFINITY;
    let before = peak_alloc::PeakAlloc.current_usage();
    peak_alloc::PeakAlloc.reset_peak_usage();
    for _ in 0..ROUNDS {
        let clock = Instant::now();
        assert!(work() > SCOPES);
        fastest = fastest.min(clock.elapsed().as_secs_f64());
    }
    let peak = peak_alloc::PeakAlloc.peak_usage().saturating_sub(before);
    println!(
        "{name:>16} {:>10.1} {:>10.2} {:>10.1}",
        fastest * 1e3,
        bytes as f64 / 1e6,
        peak as f64 / 1e6
    );
}

fn encode(envelope: &Element) -> Vec<u8> {
    infoset::encode(&mut Encoder::default(), envelope).expect("it was read as XML")
}

fn decode(message: &[u8]) -> Element {
    infoset::decode(&mut Decoder::default(), message, Limits::default())
        .expect("it was written by us")
}

fn elements(element: &Element) -> usize {
    1 + element.children().map(elements).sum::<usize>()
}

/// A message of ours with one scope, and that scope again and again.
fn envelope() -> Element {
    let one = include_str!("../tools/fuzz/corpus/envelope/CreateDhcpScope.xml");
    let mut envelope = Element::read(one).expect("the corpus holds it");
    let mut element = &mut envelope;
    for local in ["Body", "InitializeOperationParameters", "paramters"] {
        element = child(element, local);
    }
    let scope = child(element, "Scope").clone();
    for _ in 1..SCOPES {
        element.push(scope.clone());
    }
    envelope
}

fn child<'e>(element: &'e mut Element, local: &str) -> &'e mut Element {
    element
        .nodes
        .iter_mut()
        .find_map(|node| match node {
            ipamconf::soap::Node::Element(child) if child.name.local() == local => Some(child),
            _ => None,
        })
        .expect("the message has it")
}
