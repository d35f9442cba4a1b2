//! What decoding a message takes in memory, as measured: never more than its limit and a few times its bytes, in text and
//! in binary XML alike, whatever the message consists of.
//!
//! The measure is that of this process: the tests run one at a time.

use std::sync::{Mutex, PoisonError};

use ipamconf::soap::{self, Element, Envelope, MEMORY_MAX, read_client_message};
use ipamconf::wire::infoset;
use ipamconf::wire::nbfse::Decoder;
use ipamconf::wire::nbfx;
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const MB: usize = 1 << 20;

/// The bytes of each message.
const BYTES: usize = MB;

/// What its tree may take.
const LIMIT: usize = 3 * MB + MB / 4;

static ALONE: Mutex<()> = Mutex::new(());

/// What comes of a message.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Comes {
    /// It takes more than the limit.
    Over,
    /// Another limit is in its way.
    Refused,
    /// It has a tree.
    Read,
}

/// As often as it takes.
fn repeated(part: impl AsRef<[u8]>) -> Vec<u8> {
    let part = part.as_ref();
    part.repeat(BYTES / part.len())
}

/// The same with a number in each.
fn numbered(part: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in 0.. {
        if bytes.len() >= BYTES {
            break;
        }
        bytes.extend(part(number));
    }
    bytes
}

fn texts() -> Vec<(&'static str, Comes, String)> {
    let nest = "<a>".repeat(50) + &"</a>".repeat(50);
    let attributes: String = (0..60).map(|number| format!(" a{number}=''")).collect();
    let declarations: String = (0..60)
        .map(|number| format!(" xmlns:a{number}='u'"))
        .collect();
    let inside = [
        ("elements side by side", Comes::Over, repeated("<a/>")),
        ("elements in each other", Comes::Over, repeated(nest)),
        (
            "elements with a character",
            Comes::Over,
            repeated("<a>x</a>"),
        ),
        (
            "characters between elements",
            Comes::Over,
            repeated("x<a/>"),
        ),
        (
            "attributes",
            Comes::Over,
            repeated(format!("<a{attributes}/>")),
        ),
        (
            "declarations",
            Comes::Over,
            repeated(format!("<a{declarations}/>")),
        ),
        (
            "names",
            Comes::Over,
            numbered(|number| format!("<a{number}/>").into()),
        ),
        (
            "namespaces",
            Comes::Over,
            numbered(|number| format!("<a xmlns='{number}'/>").into()),
        ),
        (
            "types",
            Comes::Over,
            numbered(|number| format!("<a i:type='{number}'/>").into()),
        ),
        ("a long text", Comes::Read, repeated("x")),
        ("a text in pieces", Comes::Read, repeated("x&lt;")),
        ("a text with line ends", Comes::Read, repeated("x\r")),
        (
            "a long value",
            Comes::Read,
            [b"<a k='", &repeated("x")[..], b"'/>"].concat(),
        ),
        (
            "a long name",
            Comes::Refused,
            [b"<", &repeated("x")[..], b"/>"].concat(),
        ),
        (
            "a long namespace",
            Comes::Refused,
            [b"<a xmlns='", &repeated("x")[..], b"'/>"].concat(),
        ),
        (
            "a long type",
            Comes::Refused,
            [b"<a i:type='", &repeated("x")[..], b"'/>"].concat(),
        ),
        (
            "a comment",
            Comes::Read,
            [b"<!--", &repeated("x")[..], b"-->"].concat(),
        ),
        (
            "attributes of one element",
            Comes::Refused,
            [
                b"<a",
                &numbered(|number| format!(" a{number}=''").into())[..],
                b"/>",
            ]
            .concat(),
        ),
        (
            "declarations of one element",
            Comes::Refused,
            [
                b"<a",
                &numbered(|number| format!(" xmlns:a{number}='u'").into())[..],
                b"/>",
            ]
            .concat(),
        ),
    ];
    let whole = |(name, comes, inside)| {
        let inside = String::from_utf8(inside).unwrap();
        let xml = format!("<r xmlns:i='http://www.w3.org/2001/XMLSchema-instance'>{inside}</r>");
        (name, comes, xml)
    };
    inside.into_iter().map(whole).collect()
}

fn binaries() -> Vec<(&'static str, Comes, Vec<u8>)> {
    let named = |number: usize| {
        let name = format!("a{number}");
        [&[0x40, u8::try_from(name.len()).unwrap()], name.as_bytes()].concat()
    };
    let mut array = vec![0x03, 0x40, 1, b'a', 1, 0xB5];
    let mut length = BYTES;
    while length > 0x7F {
        array.push(u8::try_from(length & 0x7F).unwrap() | 0x80);
        length >>= 7;
    }
    array.push(u8::try_from(length).unwrap());
    array.extend(vec![1; BYTES]);
    let attributes: Vec<u8> = (b'A'..=b'Z')
        .flat_map(|name| [0x04, 1, name, 0xA8])
        .collect();
    let declarations: Vec<u8> = (b'A'..=b'Z')
        .flat_map(|name| [0x09, 1, name, 1, b'u'])
        .collect();
    let inside = [
        (
            "elements side by side",
            Comes::Over,
            repeated([0x40, 1, b'a', 1]),
        ),
        (
            "elements with a text",
            Comes::Over,
            repeated([0x40, 1, b'a', 0x83]),
        ),
        ("an array", Comes::Over, array),
        (
            "attributes",
            Comes::Over,
            repeated([&[0x40, 1, b'a'], &attributes[..], &[1]].concat()),
        ),
        (
            "declarations",
            Comes::Over,
            repeated([&[0x40, 1, b'a'], &declarations[..], &[1]].concat()),
        ),
        (
            "names",
            Comes::Over,
            numbered(|number| [named(number), vec![1]].concat()),
        ),
        (
            "namespaces",
            Comes::Over,
            numbered(|number| {
                let uri = named(number)[1..].to_vec();
                [vec![0x40, 1, b'a', 0x08], uri, vec![1]].concat()
            }),
        ),
        // The longest string of the dictionary.
        (
            "a text of long strings",
            Comes::Over,
            repeated([0xAA, 0xB6, 0x03]),
        ),
        (
            "a text of characters",
            Comes::Read,
            repeated([0x98, 1, b'x']),
        ),
    ];
    let whole = |(name, comes, inside): (_, _, Vec<u8>)| {
        (
            name,
            comes,
            [&[0, 0x40, 1, b'r'], &inside[..], &[1]].concat(),
        )
    };
    inside.into_iter().map(whole).collect()
}

/// What came of it, and how much memory it took meanwhile.
fn measured(decode: impl FnOnce() -> Result<Element, (bool, String)>) -> (Comes, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let decoded = decode();
    let peak = MEMORY.peak_usage().saturating_sub(before);
    let comes = match decoded {
        Ok(_) => Comes::Read,
        Err((true, error)) => {
            assert!(error.contains("byte "), "{error}");
            assert!(
                error.contains(&format!("more than {LIMIT} bytes")),
                "{error}"
            );
            Comes::Over
        }
        Err((false, _)) => Comes::Refused,
    };
    (comes, peak)
}

fn decode_text(xml: &str) -> Result<Element, (bool, String)> {
    let limits = soap::Limits {
        memory: LIMIT,
        ..soap::Limits::DEFAULT
    };
    Element::read_within(xml, &limits)
        .map_err(|error| (error.to_string().contains("of memory"), error.to_string()))
}

fn decode_binary(message: &[u8]) -> Result<Element, (bool, String)> {
    let limits = nbfx::Limits {
        memory: LIMIT,
        ..nbfx::Limits::default()
    };
    infoset::decode(&mut Decoder::default(), message, limits)
        .map_err(|error| (error.to_string().contains("of memory"), error.to_string()))
}

#[test]
fn no_message_takes_more_than_the_limit_and_a_few_times_its_bytes() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let texts = texts()
        .into_iter()
        .map(|(name, expected, xml)| (name, "text", expected, measured(|| decode_text(&xml))));
    let binaries = binaries().into_iter().map(|(name, expected, bytes)| {
        (name, "binary", expected, measured(|| decode_binary(&bytes)))
    });
    let mut wrong = Vec::new();
    for (name, form, expected, (comes, peak)) in texts.chain(binaries) {
        println!("{name} ({form}): {comes:?}, {} KB", peak / 1024);
        // A value with its escapes resolved, and what an error repeats of it, are beside the tree.
        let most = LIMIT + BYTES / 2;
        // What is counted is what is taken: a message that is refused for it has taken a good part.
        let least = if expected == Comes::Over {
            LIMIT / 4
        } else {
            0
        };
        if comes != expected || peak > most || peak < least {
            wrong.push(format!("{name} ({form}): {comes:?}, {peak} bytes"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_message_with_ten_thousand_scopes_has_room() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let one = include_str!("../tools/fuzz/corpus/envelope/CreateDhcpScope.xml");
    let (before, rest) = one.split_at(one.find("<Scope ").expect("a scope"));
    let (scope, after) = rest.split_at(rest.find("</Scope>").expect("its end") + "</Scope>".len());
    let scopes = scope
        .replace("<Scope ", "<DhcpScope ")
        .replace("</Scope>", "</DhcpScope>")
        .repeat(1_000);
    let before = before.replace("CreateDhcpScopeParameters", "ReplicateScopeParameters");
    let xml = format!("{before}<Scopes>{scopes}</Scopes>{after}");
    // A tenth of them, in a tenth of what may be taken: with room for what each has beside this one.
    let most = MEMORY_MAX / 10 * 3 / 4;
    let (comes, peak) = measured(|| Element::read(&xml).map_err(|error| (true, error.to_string())));
    println!(
        "the tree of 1,000 scopes: {} KB of {}",
        peak / 1024,
        most / 1024
    );
    assert_eq!(comes, Comes::Read);
    assert!(peak < most, "{peak}");
    let envelope = Envelope::read(&xml).unwrap();
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let message = read_client_message(&envelope);
    let peak = MEMORY.peak_usage().saturating_sub(before);
    println!(
        "the values of 1,000 scopes: {} KB of {}",
        peak / 1024,
        most / 1024
    );
    assert!(message.is_ok());
    assert!(peak < most && peak > most / 10, "{peak}");
}
