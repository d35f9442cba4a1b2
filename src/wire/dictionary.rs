//! [MC-NBFS] 2.1: the strings that both ends of a connection know.

/// How many strings there are.
const COUNT: usize = 487;

/// The string number n has the id 2n. One of them is empty, and one begins with a space.
static STRINGS: [&str; COUNT] = split(include_str!("dictionary.txt"));

/// Slots of the index, a power of two well above [`COUNT`] so that probes are short.
const SLOTS: usize = 2048;

/// For each string its number plus one, in the slot its hash leads to or the next free one; 0 is a free slot.
static INDEX: [u16; SLOTS] = index();

/// The string with that id; `None` for odd ids, which are of the session, and for even ones that nobody assigned.
///
/// ```
/// assert_eq!(ipamconf::wire::dictionary::string(0x02), Some("Envelope"));
/// assert_eq!(ipamconf::wire::dictionary::string(0x3CE), None);
/// ```
#[must_use]
pub fn string(id: u32) -> Option<&'static str> {
    if id % 2 == 1 {
        return None;
    }
    let number = usize::try_from(id / 2).ok()?;
    STRINGS.get(number).copied()
}

/// The id of a string.
#[must_use]
pub fn id(string: &str) -> Option<u32> {
    let mut slot = hash(string.as_bytes());
    loop {
        let number = usize::from(INDEX[slot].checked_sub(1)?);
        if STRINGS[number] == string {
            return u32::try_from(number * 2).ok();
        }
        slot = (slot + 1) % SLOTS;
    }
}

const fn split(text: &'static str) -> [&'static str; COUNT] {
    let mut strings = [""; COUNT];
    let bytes = text.as_bytes();
    let mut rest = text;
    let mut start = 0;
    let mut at = 0;
    let mut number = 0;
    while at < bytes.len() {
        if bytes[at] == b'\n' {
            let (line, after) = rest.split_at(at - start);
            strings[number] = line;
            rest = after.split_at(1).1;
            start = at + 1;
            number += 1;
        }
        at += 1;
    }
    assert!(number == COUNT);
    strings
}

const fn index() -> [u16; SLOTS] {
    let mut slots = [0; SLOTS];
    let mut number = 0;
    while number < COUNT {
        let mut slot = hash(STRINGS[number].as_bytes());
        while slots[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        slots[slot] = number as u16 + 1;
        number += 1;
    }
    slots
}

/// FNV-1a, folded.
const fn hash(bytes: &[u8]) -> usize {
    let mut hash: u32 = 0x811C_9DC5;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    (hash ^ (hash >> 16)) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_string_is_found_by_its_id_and_its_text() {
        for number in 0..COUNT {
            let at = u32::try_from(number * 2).unwrap();
            let text = string(at).unwrap();
            assert_eq!(id(text), Some(at), "{text:?}");
        }
    }

    #[test]
    fn the_ids_that_envelopes_use_stand_where_the_document_has_them() {
        for (at, text) in [
            (0x00, "mustUnderstand"),
            (0x02, "Envelope"),
            (0x04, "http://www.w3.org/2003/05/soap-envelope"),
            (0x06, "http://www.w3.org/2005/08/addressing"),
            (0x0A, "Action"),
            (0x88, "MustUnderstand"),
            (0xA2, ""),
            (
                0x1A8,
                " http://schemas.xmlsoap.org/ws/2005/02/trust/tlsnego",
            ),
            (0x372, "http://www.w3.org/2001/XMLSchema-instance"),
            (0x376, "nil"),
        ] {
            assert_eq!(string(at), Some(text));
        }
    }

    #[test]
    fn ids_that_nobody_assigned_are_no_strings() {
        for at in [0x01, 0x3CD, 0x3CE, 0x7FFF_FFFE, u32::MAX] {
            assert_eq!(string(at), None);
        }
        assert!(string(0x3CC).is_some());
        assert_eq!(id("no such string"), None);
    }
}
