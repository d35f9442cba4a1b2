//! What must hold of any bytes that come as an envelope.

use ipamconf::soap::{Element, Envelope, Limits, read_client_message, read_event};

/// The limits of the trials: the reader's own would let one input take hundreds of megabytes.
const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    elements: 1 << 14,
    ..Limits::DEFAULT
};

/// Nothing panics, and what is read is written so that it says the same.
pub(crate) fn hold(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(element) = Element::read_within(text, &LIMITS) else {
        return;
    };
    let written = element.to_xml();
    let again = Element::read(&written)
        .unwrap_or_else(|error| panic!("{error}: {written}"))
        .to_xml();
    assert_eq!(again, written);
    let Ok(envelope) = Envelope::from_element(element) else {
        return;
    };
    let same = Envelope::read(&envelope.to_xml()).expect("an envelope of ours");
    let request = read_client_message(&envelope);
    assert_eq!(read_client_message(&same), request);
    assert_eq!(read_event(&same), read_event(&envelope));
}
