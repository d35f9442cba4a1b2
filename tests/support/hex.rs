//! Bytes written in hexadecimal.

/// The bytes; white space counts for nothing.
pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).unwrap_or_else(|| panic!("`{c}` in {hex}")))
        .collect();
    let (pairs, rest) = digits.as_chunks::<2>();
    assert!(rest.is_empty(), "half a byte in {hex}");
    pairs
        .iter()
        .map(|[high, low]| u8::try_from(high * 16 + low).expect("two digits are a byte"))
        .collect()
}
