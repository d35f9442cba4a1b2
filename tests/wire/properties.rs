//! What holds of every document and of every stream.

use std::borrow::Cow;

use ipamconf::soap::Element;
use ipamconf::wire::infoset;
use ipamconf::wire::nbfse::Decoder;
use ipamconf::wire::nbfx::{
    Attribute, DateTime, DateTimeKind, Decimal, Event, Limits, Start, Value, to_xml,
};
use proptest::prelude::*;

use crate::any_document::{assert_same, hold, write};
use crate::any_stream;

/// An element as a generator makes it.
#[derive(Debug, Clone)]
struct Tree {
    prefix: usize,
    local: String,
    attributes: Vec<(usize, String, Value<'static>)>,
    redeclares: Option<(usize, String)>,
    nodes: Vec<Node>,
}

#[derive(Debug, Clone)]
enum Node {
    Tree(Tree),
    Text(Value<'static>),
    Comment(String),
}

/// Prefixes that the root declares.
const PREFIXES: [&str; 5] = ["", "a", "s", "q", "long"];

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z_][a-zA-Z0-9_.-]{0,12}"
            .prop_filter("not that of declarations", |name| name != "xmlns"),
        Just("Envelope".to_owned()),
        Just("mustUnderstand".to_owned()),
        Just("\u{E9}l\u{E9}ment".to_owned()),
    ]
}

fn characters() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,20}",
        "[\\t\\n\\r <>&\"']{0,6}",
        "[\u{4E00}-\u{4E10}]{0,300}",
        "[\u{E000}-\u{FFFD}\u{10000}-\u{10010}]{0,4}",
        Just("0".to_owned()),
        Just("http://www.w3.org/2005/08/addressing/anonymous".to_owned()),
        "[a-z]{250,260}",
    ]
}

fn single() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        characters().prop_map(|text| Value::Chars(Cow::Owned(text))),
        any::<i64>().prop_map(Value::Int),
        (-200_i64..200).prop_map(Value::Int),
        any::<u64>().prop_map(Value::UInt64),
        any::<bool>().prop_map(Value::Bool),
        any::<u32>().prop_map(|bits| Value::Float(f32::from_bits(bits))),
        any::<u64>().prop_map(|bits| Value::Double(f64::from_bits(bits))),
        (-100_i32..100).prop_map(|number| Value::Double(f64::from(number) / 4.0)),
        (any::<bool>(), 0_u128..1 << 96, 0_u8..29).prop_map(|(negative, digits, scale)| {
            Value::Decimal(Decimal::new(negative, digits, scale).expect("within the bounds"))
        }),
        (0..DateTime::TICKS_END, 0..3).prop_map(|(ticks, kind)| {
            let kinds = [
                DateTimeKind::Unspecified,
                DateTimeKind::Utc,
                DateTimeKind::Local,
            ];
            Value::DateTime(DateTime::new(ticks, kinds[kind as usize]).expect("within the bounds"))
        }),
        any::<i64>().prop_map(Value::TimeSpan),
        any::<[u8; 16]>().prop_map(Value::UniqueId),
        any::<[u8; 16]>().prop_map(Value::Uuid),
        prop::collection::vec(any::<u8>(), 0..300)
            .prop_map(|bytes| Value::Bytes(Cow::Owned(bytes))),
        Just(Value::QName {
            prefix: "i",
            local: "Envelope"
        }),
        Just(Value::QName {
            prefix: "d",
            local: "not in the dictionary"
        }),
    ]
}

fn value() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        6 => single(),
        1 => prop::collection::vec(single(), 0..4).prop_map(Value::List),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    let attributes = || {
        let attribute = (0..PREFIXES.len(), name(), value());
        prop::collection::vec(attribute, 0..4).prop_map(|mut attributes| {
            let mut seen = std::collections::BTreeSet::new();
            attributes.retain(|(_, local, _)| seen.insert(local.clone()));
            attributes
        })
    };
    let redeclares = || prop::option::of((0..PREFIXES.len(), "[a-z:/]{1,30}"));
    let leaf = (0..PREFIXES.len(), name(), attributes(), redeclares()).prop_map(
        |(prefix, local, attributes, redeclares)| Tree {
            prefix,
            local,
            attributes,
            redeclares,
            nodes: Vec::new(),
        },
    );
    leaf.prop_recursive(5, 40, 5, move |inner| {
        let node = prop_oneof![
            4 => inner.prop_map(Node::Tree),
            3 => value().prop_map(Node::Text),
            1 => "[a-z ]{0,9}".prop_map(Node::Comment),
        ];
        (
            0..PREFIXES.len(),
            name(),
            attributes(),
            redeclares(),
            prop::collection::vec(node, 0..5),
        )
            .prop_map(|(prefix, local, attributes, redeclares, nodes)| Tree {
                prefix,
                local,
                attributes,
                redeclares,
                nodes,
            })
    })
}

/// The events of a tree, with every prefix declared on the root. Namespaces are left out: what reads them works them out.
fn events(tree: &Tree) -> Vec<Event<'_>> {
    let mut events = Vec::new();
    push(tree, true, &mut events);
    events
}

fn push<'t>(tree: &'t Tree, is_root: bool, events: &mut Vec<Event<'t>>) {
    let mut attributes = Vec::new();
    if is_root {
        attributes.extend(
            PREFIXES
                .iter()
                .filter(|prefix| !prefix.is_empty())
                .map(|prefix| {
                    let uri = "http://www.w3.org/2005/08/addressing";
                    Attribute::Declaration {
                        prefix,
                        uri: if *prefix == "q" { "urn:q" } else { uri },
                    }
                }),
        );
    } else if let Some((prefix, uri)) = &tree.redeclares {
        let prefix = PREFIXES[*prefix];
        attributes.push(Attribute::Declaration { prefix, uri });
    }
    attributes.extend(
        tree.attributes
            .iter()
            .map(|(prefix, local, value)| Attribute::Plain {
                prefix: PREFIXES[*prefix],
                local,
                namespace: "",
                value: value.clone(),
            }),
    );
    events.push(Event::Start(Start {
        prefix: PREFIXES[tree.prefix],
        local: &tree.local,
        namespace: "",
        attributes,
    }));
    for node in &tree.nodes {
        match node {
            Node::Tree(tree) => push(tree, false, events),
            Node::Text(value) => events.push(Event::Text(value.clone())),
            Node::Comment(text) => events.push(Event::Comment(text)),
        }
    }
    events.push(Event::End);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_as_the_same_document(tree in tree()) {
        let events = events(&tree);
        let message = write(&events);
        let mut session = Decoder::default();
        let read = session.events(&message, Limits::default());
        let read = read.expect("what we write can be read");
        prop_assert_eq!(to_xml(&read), to_xml(&events));
        prop_assert_eq!(write(&read), message);
    }

    #[test]
    fn a_document_is_the_same_element_in_binary_and_as_text(tree in tree()) {
        let events = events(&tree);
        let message = write(&events);
        let read = infoset::decode(&mut Decoder::default(), &message, Limits::default());
        let from_text = Element::read(&to_xml(&events)).expect("XML");
        assert_same(&read.expect("what we write can be read"), &from_text);
    }

    #[test]
    fn a_broken_document_is_refused_or_holds(
        tree in tree(),
        breaks in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        end in any::<prop::sample::Index>(),
    ) {
        let mut message = write(&events(&tree));
        for (at, byte) in breaks {
            let at = at.index(message.len());
            message[at] = byte;
        }
        hold(&message);
        message.truncate(end.index(message.len()));
        hold(&message);
    }

    #[test]
    fn any_bytes_are_refused_or_hold(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        hold(&bytes);
        any_stream::hold(&bytes);
    }

    #[test]
    fn a_session_is_the_same_in_whatever_pieces_it_comes(
        size in 1_u8..40,
        envelopes in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..300), 0..6),
        tail in prop::collection::vec(prop_oneof![0_u8..0x0E, any::<u8>()], 0..20),
    ) {
        let mut stream = vec![size];
        stream.extend(b"\x00\x01\x00\x01\x02\x02\x0Cnet.tcp://h/\x03\x08\x0C");
        for envelope in envelopes {
            ipamconf::wire::nmf::Record::SizedEnvelope(envelope).encode(&mut stream);
        }
        stream.extend(tail);
        any_stream::hold(&stream);
    }
}
