//! [MC-NBFX] 2.3.3: an element that is repeated, once for each value of an array.

use super::cursor::Cursor;
use super::error::{Fault, NbfxError};
use super::event::{Event, Start};
use super::record;
use super::text::fixed;

/// An array whose elements are being given.
#[derive(Debug)]
pub(super) struct Array<'a> {
    start: Start<'a>,
    item: u8,
    left: u32,
    next: Part,
}

#[derive(Debug, Clone, Copy)]
enum Part {
    Start,
    Text,
    End,
}

/// Item types and the bytes of each value.
const ITEMS: [(u8, usize); 10] = [
    (record::BOOL_TEXT, 1),
    (record::INT16_TEXT, 2),
    (record::INT32_TEXT, 4),
    (record::INT64_TEXT, 8),
    (record::FLOAT_TEXT, 4),
    (record::DOUBLE_TEXT, 8),
    (record::DECIMAL_TEXT, 16),
    (record::DATE_TIME_TEXT, 8),
    (record::TIME_SPAN_TEXT, 8),
    (record::UUID_TEXT, 16),
];

impl<'a> Array<'a> {
    /// What stands after the element: its end, the type of the values, and how many follow.
    pub(super) fn read(cursor: &mut Cursor<'a>, start: Start<'a>) -> Result<Self, NbfxError> {
        let at = cursor.at();
        let found = cursor.u8()?;
        if found != record::END_ELEMENT {
            let expected = "the end of the array's element";
            return Err(Fault::Record { expected, found }.at(at));
        }
        let at = cursor.at();
        let found = cursor.u8()?;
        let item = found.wrapping_sub(1);
        let Some((_, size)) = ITEMS.iter().find(|(known, _)| *known == item) else {
            let expected = "the type of the values";
            let found = u32::from(found);
            return Err(Fault::Array { expected, found }.at(at));
        };
        let at = cursor.at();
        let count = cursor.integer()?;
        if count == 0 {
            let expected = "a positive number of values";
            return Err(Fault::Array { expected, found: 0 }.at(at));
        }
        let wanted = (count as usize).saturating_mul(*size);
        let left = cursor.left();
        if wanted > left {
            return Err(Fault::Truncated { wanted, left }.at(cursor.at()));
        }
        Ok(Self {
            start,
            item,
            left: count,
            next: Part::Start,
        })
    }

    /// The next event, and whether it is the last one.
    pub(super) fn event(
        &mut self,
        cursor: &mut Cursor<'a>,
    ) -> Result<(Event<'a>, bool), NbfxError> {
        Ok(match self.next {
            Part::Start => {
                self.next = Part::Text;
                (Event::Start(self.start.clone()), false)
            }
            Part::Text => {
                self.next = Part::End;
                let at = cursor.at();
                (Event::Text(fixed(cursor, self.item, at)?), false)
            }
            Part::End => {
                self.next = Part::Start;
                self.left -= 1;
                (Event::End, self.left == 0)
            }
        })
    }
}

/// The item type of a record, if arrays can hold it.
pub(super) fn item_type(found: u8) -> Option<u8> {
    ITEMS
        .iter()
        .any(|(known, _)| *known == found)
        .then_some(found + 1)
}
