//! What the document allows: the set of allowed outcomes of a call, worked out from the plain rows.
//!
//! Floor 2. Never meets the delegates, the session, the store or the partner: it scans the rows of
//! [`Tables`](crate::model::Tables) and decides by sets and relations, so that a mistake made in one place is not
//! made in the other as well.

mod outcome;

pub use outcome::{
    Allowed, AllowedReply, Case, Choice, Copy, EitherEnd, Entry, Fate, PartnerBounds, ReplyKind,
    Stage, Write, WriteKind,
};
