//! Message ids (WS-Addressing 1.0, 3.1): unique in a run and the same in every run of the same seed.

/// The id of the `number`th message of a session: a UUID of version 8, drawn from what it is made of.
#[must_use]
pub fn message_id(seed: u64, session: usize, number: usize) -> String {
    let place = (session as u64) << 32 | number as u64;
    let high = mixed(mixed(seed).wrapping_add(place));
    let low = mixed(high ^ place);
    format!(
        "urn:uuid:{:08x}-{:04x}-8{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        0x8000 | (low >> 48 & 0x3fff),
        low & 0xffff_ffff_ffff,
    )
}

/// SplitMix64's output function.
const fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_by_seed_session_and_number_and_by_nothing_else() {
        let ids: std::collections::BTreeSet<_> = (0..10)
            .flat_map(|seed| (0..10).map(move |session| (seed, session)))
            .flat_map(|(seed, session)| {
                (0..10).map(move |number| message_id(seed, session, number))
            })
            .collect();
        assert_eq!(ids.len(), 1000);
        assert_eq!(message_id(1, 2, 3), message_id(1, 2, 3));
        let id = message_id(0, 0, 0);
        assert_eq!((id.len(), &id[23..24]), ("urn:uuid:".len() + 36, "8"));
    }
}
