//! Rules for the simulated failover partner, as data.

use std::time::Duration;

use crate::spec::IpamExceptionId;

/// What reaches a partner server: a scope to create or to update there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestKind {
    /// The partner has no copy of the scope yet.
    Create,
    /// The partner has a copy.
    Update,
}

impl RequestKind {
    /// The word scenarios use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
        }
    }
}

/// What a rule does to a request it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Does {
    /// Applied and answered.
    Accept,
    /// Not applied; a fault.
    Refuse,
    /// Not applied; a fault after a time-out.
    Unreachable,
    /// Applied, and answered after a delay.
    Late,
    /// Applied, yet a fault for the delegate.
    LoseAnswer,
}

impl Does {
    /// Every behaviour.
    pub const ALL: &'static [Self] = &[
        Self::Accept,
        Self::Refuse,
        Self::Unreachable,
        Self::Late,
        Self::LoseAnswer,
    ];

    /// The word scenarios use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::Unreachable => "unreachable",
            Self::Late => "late",
            Self::LoseAnswer => "lose-answer",
        }
    }

    /// Whether the request is carried out in the store.
    #[must_use]
    pub const fn applies(self) -> bool {
        matches!(self, Self::Accept | Self::Late | Self::LoseAnswer)
    }

    /// Whether the answer, or the time-out, takes time: the delay of other rules means nothing.
    #[must_use]
    pub const fn waits(self) -> bool {
        matches!(self, Self::Unreachable | Self::Late)
    }

    /// Whether the delegate gets a fault.
    #[must_use]
    pub const fn faults(self) -> bool {
        matches!(self, Self::Refuse | Self::Unreachable | Self::LoseAnswer)
    }
}

/// One rule. `Row` is the index of a row in the authored world, or its record id once the world is laid out.
///
/// For each request the rules are tried in order; the first that matches and is not spent takes the request and
/// alone counts it: while its `after` lasts it accepts, then it does what it says, `times` times; then it is spent.
/// A request no rule takes is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerRule<Row> {
    /// What it does.
    pub does: Does,
    /// The partner server; any where left out.
    pub server: Option<Row>,
    /// The source scope; any where left out.
    pub scope: Option<Row>,
    /// The kind of request; any where left out.
    pub on: Option<RequestKind>,
    /// How many matching requests it lets through first.
    pub after: u64,
    /// How many it then hits; no end where left out.
    pub times: Option<u64>,
    /// How long an answer takes with `late`, and a time-out with `unreachable`; virtual time.
    pub delay: Duration,
    /// The fault's id, where the author gives one.
    pub detail: Option<IpamExceptionId>,
}

impl<Row> PartnerRule<Row> {
    /// The same rule over other rows.
    pub fn map_rows<Other>(
        &self,
        server: impl Fn(&Row) -> Other,
        scope: impl Fn(&Row) -> Other,
    ) -> PartnerRule<Other> {
        PartnerRule {
            does: self.does,
            server: self.server.as_ref().map(server),
            scope: self.scope.as_ref().map(scope),
            on: self.on,
            after: self.after,
            times: self.times,
            delay: self.delay,
            detail: self.detail,
        }
    }
}
