//! What the document allows: the set of allowed outcomes of a call, worked out from the plain rows.
//!
//! Floor 2. Never meets the delegates, the session, the store or the partner: it scans the rows of
//! [`Tables`](crate::model::Tables) and decides by sets and relations, so that a mistake made in one place is not
//! made in the other as well.

mod authorization;
mod bounds;
mod call;
mod copy;
mod ends;
mod fates;
mod initialize;
mod objects;
mod options;
mod outcome;
mod partner;
mod single;
mod start;
#[cfg(test)]
mod tests;
mod validation;

pub use call::call;
pub use initialize::initialize;
pub use options::OptionMeaning;
pub use outcome::{
    Allowed, AllowedReply, Case, Choice, Copy, EitherEnd, Entry, Fate, PartnerBounds, ReplyKind,
    Stage, Taken, Write, WriteKind,
};
pub use start::{right_to_start, start, start_without_parameters};
