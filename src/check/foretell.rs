//! What the oracle allows for each operation of a trace, for those who want to read it rather than judge by it.

use std::sync::Arc;

use crate::check::operation::{self, Request};
use crate::check::oracle::{Document, allowed, taken_by};
use crate::model::Tables;
use crate::oracle::{self, Allowed, AllowedReply, Case, PartnerBounds};
use crate::spec::Readings;
use crate::trace::{SessionIndex, Trace};

/// What is allowed to follow from one request.
#[derive(Debug, Clone)]
pub struct Foretold {
    /// The step that asks.
    pub step: usize,
    /// The session it asks on.
    pub session: SessionIndex,
    /// What may follow.
    pub what: What,
    /// The store when it is asked.
    pub before: Arc<Tables>,
}

/// What may follow from a request.
#[derive(Debug, Clone)]
pub enum What {
    /// Answers to InitializeOperationParameters, our ruling first.
    Replies(Vec<AllowedReply>),
    /// Outcomes of an operation.
    Outcomes(Allowed),
}

/// What the oracle allows for the requests of a trace, in their order. Requests it knows nothing about (written by
/// hand, too late, on a session that is over) are left out. `readings` are all those in force.
#[must_use]
pub fn foretell(trace: &Trace, readings: &Readings) -> Vec<Foretold> {
    let mut taken = PartnerBounds::default();
    let mut found = Vec::new();
    for operation in operation::operations(trace, readings) {
        let Some(before) = operation.before.clone().filter(|_| !operation.after_end) else {
            continue;
        };
        let case = Case {
            tables: &before,
            provisioned: trace.setup.provisioned,
            schema_conversion_required: trace.setup.schema_conversion_required,
            caller: operation.caller,
            roles: &trace.setup.roles,
            partner: &trace.setup.partner,
            taken: &taken,
            readings,
        };
        let what = match operation.request {
            Request::Initialize(paramters) => What::Replies(oracle::initialize(&case, paramters)),
            _ => match allowed(&operation, &case, &Document) {
                Some(allowed) => What::Outcomes(allowed),
                None => continue,
            },
        };
        if let What::Outcomes(allowed) = &what {
            taken = taken_by(&operation, allowed, &taken);
        }
        found.push(Foretold {
            step: operation.step,
            session: operation.session,
            what,
            before,
        });
    }
    found
}
