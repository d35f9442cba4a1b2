//! What must hold of any bytes as a message of a session: no panic, no more memory than the limits say, and of what is
//! read that it can be written and read again as the same.

use ipamconf::soap::Element;
use ipamconf::wire::infoset;
use ipamconf::wire::nbfse::{Decoder, Encoder, NbfseError};
use ipamconf::wire::nbfx::{Event, Fault, Form, Limits, NbfxError, Reader, to_xml};

/// Panics if it does not hold.
pub(crate) fn hold(bytes: &[u8]) {
    let fragment = Reader::new(bytes, 0, &(), Limits::default(), Form::Fragment).read_all();
    if let Err(error) = fragment {
        assert!(error.at <= bytes.len(), "{error}");
    }
    let mut session = Decoder::default();
    match session.events(bytes, Limits::default()) {
        Ok(events) => {
            again(&events);
            meet(bytes);
        }
        Err(error) => assert!(error.at() <= bytes.len(), "{error}"),
    }
}

/// Written and read again it is the same, and written once more it has the same bytes.
fn again(events: &[Event<'_>]) {
    let written = write(events);
    let mut session = Decoder::default();
    let read = session
        .events(&written, Limits::default())
        .expect("what we write can be read");
    assert_eq!(to_xml(&read), to_xml(events));
    assert_eq!(write(&read), written, "{}", to_xml(events));
}

/// As a message of a session of its own.
pub(crate) fn write(events: &[Event<'_>]) -> Vec<u8> {
    Encoder::default()
        .message(|writer| events.iter().try_for_each(|event| writer.event(event)))
        .expect("what was read can be written")
}

/// The element of a message is that of its XML text, and survives being written in either form.
fn meet(bytes: &[u8]) {
    let limits = Limits::default();
    let element = match infoset::decode(&mut Decoder::default(), bytes, limits) {
        Ok(element) => element,
        // A tree has limits of its own.
        Err(NbfseError::Document(NbfxError {
            fault: Fault::Tree(_),
            ..
        })) => return,
        Err(error) => panic!("{error}: it was read"),
    };
    let message = infoset::encode(&mut Encoder::default(), &element).expect("it was read");
    let again = infoset::decode(&mut Decoder::default(), &message, limits);
    let again = again.expect("what we write can be read");
    assert_same(&again, &element);
    if let Ok(from_text) = Element::read(&element.to_xml()) {
        assert_same(&from_text, &element);
    }
}

/// The same but for prefixes and where they are declared.
pub(crate) fn assert_same(one: &Element, other: &Element) {
    assert_eq!(one.name, other.name);
    assert_eq!(one.attributes, other.attributes);
    assert_eq!(one.type_name, other.type_name);
    assert_eq!(one.text(), other.text());
    assert_eq!(one.children().count(), other.children().count());
    for (one, other) in one.children().zip(other.children()) {
        assert_same(one, other);
    }
}
