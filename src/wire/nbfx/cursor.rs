//! [MC-NBFX] 2.1: integers, strings and runs of bytes, none longer than what is there.

use super::error::{Fault, NbfxError};

/// A place in a message.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// At that byte of the message.
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// The byte that comes next, from the start of the message.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(crate) fn u8(&mut self) -> Result<u8, NbfxError> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], NbfxError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// So many bytes.
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], NbfxError> {
        let rest = &self.bytes[self.at..];
        let Some(taken) = rest.get(..count) else {
            let fault = Fault::Truncated {
                wanted: count,
                left: rest.len(),
            };
            return Err(fault.at(self.at));
        };
        self.at += count;
        Ok(taken)
    }

    /// 2.1.2 MultiByteInt31.
    pub(crate) fn integer(&mut self) -> Result<u32, NbfxError> {
        let start = self.at;
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.u8()?;
            if shift == 28 && byte > 0x07 {
                return Err(Fault::IntegerTooLarge.at(start));
            }
            value |= u32::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return if byte == 0 && shift > 0 {
                    Err(Fault::IntegerOverlong.at(start))
                } else {
                    Ok(value)
                };
            }
        }
        Err(Fault::IntegerTooLarge.at(start))
    }

    /// 2.1.3 String.
    pub(crate) fn string(&mut self) -> Result<&'a str, NbfxError> {
        let length = self.integer()? as usize;
        self.utf8(length)
    }

    /// Text of so many bytes.
    pub(crate) fn utf8(&mut self, length: usize) -> Result<&'a str, NbfxError> {
        let start = self.at;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|error| Fault::NotUtf8.at(start + error.valid_up_to()))
    }
}

/// Writes a MultiByteInt31 ([MC-NBFX] 2.1.2); a size of [MC-NMF] 2.2.2 has the same form.
pub(crate) fn push_integer(out: &mut Vec<u8>, mut value: u32) {
    loop {
        let low = (value & 0x7F) as u8;
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_the_lengths_that_the_ranges_say() {
        for (value, bytes) in [
            (0, "00"),
            (0x11, "11"),
            (0x91, "9101"),
            (0x7F, "7F"),
            (0x80, "8001"),
            (0x3FFF, "FF7F"),
            (0x4000, "808001"),
            (0x1F_FFFF, "FFFF7F"),
            (0x20_0000, "80808001"),
            (0x0FFF_FFFF, "FFFFFF7F"),
            (0x1000_0000, "8080808001"),
            (0x7FFF_FFFF, "FFFFFFFF07"),
        ] {
            let mut out = Vec::new();
            push_integer(&mut out, value);
            let hex: String = out.iter().map(|byte| format!("{byte:02X}")).collect();
            assert_eq!(hex, bytes);
            assert_eq!(Cursor::new(&out, 0).integer(), Ok(value));
        }
    }

    #[test]
    fn integers_of_other_forms_are_refused_where_they_begin() {
        for (bytes, fault) in [
            (&[0x81, 0x00][..], Fault::IntegerOverlong),
            (&[0x80, 0x80, 0x80, 0x80, 0x00], Fault::IntegerOverlong),
            (&[0xFF, 0xFF, 0xFF, 0xFF, 0x0F], Fault::IntegerTooLarge),
            (
                &[0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
                Fault::IntegerTooLarge,
            ),
        ] {
            assert_eq!(Cursor::new(bytes, 0).integer(), Err(fault.at(0)));
        }
        let cut = Fault::Truncated { wanted: 1, left: 0 };
        assert_eq!(Cursor::new(&[0x80], 0).integer(), Err(cut.at(1)));
    }
}
