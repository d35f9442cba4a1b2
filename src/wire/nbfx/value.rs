//! [MC-NBFX] 2.2.3: texts with their types.

use std::borrow::Cow;

/// A text as it was written. Two values are the same text when their [`Value::characters`] are: readers of numbers,
/// times and the like take any that has the right ones.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// 2.2.3.1 to 8: ZeroText, OneText, Int8Text to Int64Text, whichever is the shortest.
    Int(i64),
    /// 2.2.3.25 UInt64Text.
    UInt64(u64),
    /// 2.2.3.3, .4, .26: FalseText and TrueText, in arrays BoolText.
    Bool(bool),
    /// 2.2.3.9 FloatText.
    Float(f32),
    /// 2.2.3.10 DoubleText.
    Double(f64),
    /// 2.2.3.11 DecimalText.
    Decimal(Decimal),
    /// 2.2.3.12 DateTimeText.
    DateTime(DateTime),
    /// 2.2.3.23 TimeSpanText: units of 100 ns.
    TimeSpan(i64),
    /// 2.2.3.22 UniqueIdText: the 16 bytes as on the wire.
    UniqueId([u8; 16]),
    /// 2.2.3.24 UuidText: the 16 bytes as on the wire.
    Uuid([u8; 16]),
    /// 2.2.3.16 to 18: Bytes8Text to Bytes32Text.
    Bytes(Cow<'a, [u8]>),
    /// 2.2.3.13 to 15, 20, 21, 27 to 29: characters, in a dictionary or not, in UTF-8 or UTF-16, or none.
    Chars(Cow<'a, str>),
    /// 2.2.3.30 QNameDictionaryText: a prefix of one small letter, and a name from a dictionary.
    QName {
        /// The prefix.
        prefix: &'a str,
        /// The name.
        local: &'a str,
    },
    /// 2.2.3.19 StartListText to EndListText: texts with a space between them; no list in a list.
    List(Vec<Self>),
}

/// 2.2.3.11: a number of 96 bits, and how many of its decimals stand after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    scale: u8,
    digits: u128,
}

impl Decimal {
    /// Decimals after the point at most.
    pub const SCALE_MAX: u8 = 28;

    /// `digits` divided by ten to the power of `scale`; `None` for more than 96 bits or a scale above 28.
    #[must_use]
    pub fn new(negative: bool, digits: u128, scale: u8) -> Option<Self> {
        (digits < 1 << 96 && scale <= Self::SCALE_MAX).then_some(Self {
            negative,
            scale,
            digits,
        })
    }

    /// Whether it has a minus.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.negative
    }

    /// How many digits stand after the point.
    #[must_use]
    pub fn scale(self) -> u8 {
        self.scale
    }

    /// All its digits as a number.
    #[must_use]
    pub fn digits(self) -> u128 {
        self.digits
    }
}

/// 2.2.3.12: a point in time, and what it is relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime {
    ticks: u64,
    kind: DateTimeKind,
}

/// What a time is relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateTimeKind {
    /// Nobody says.
    Unspecified,
    /// UTC.
    Utc,
    /// The reader's own offset, which is UTC for a reader that has none.
    Local,
}

impl DateTime {
    /// The first number of ticks that is no time: midnight after 9999-12-31.
    pub const TICKS_END: u64 = 3_155_378_976_000_000_000;

    /// So many units of 100 ns after midnight before 0001-01-01; `None` after the year 9999.
    #[must_use]
    pub fn new(ticks: u64, kind: DateTimeKind) -> Option<Self> {
        (ticks < Self::TICKS_END).then_some(Self { ticks, kind })
    }

    /// Units of 100 ns.
    #[must_use]
    pub fn ticks(self) -> u64 {
        self.ticks
    }

    /// What they are relative to.
    #[must_use]
    pub fn kind(self) -> DateTimeKind {
        self.kind
    }
}
