//! The delegates of [MS-IPAMM2] 3.19.4.4.1, as our simulator runs them: one file each.
//!
//! Floor 2. An [`Execution`] is asked for its next step until it is done; it never waits by itself, so that messages
//! can come in between, time is virtual, and the same world gives the same steps.
//!
//! # What is not here
//! The address mapping of R-3-18 and R-4-18, and every delegate that ReplicateServer does not reach.

mod configuration;
mod create_scope;
mod execution;
mod replicate_scope;
mod replicate_server;
mod scope_range;
mod tracked;
mod update_scope;
mod validate_scope;

use std::time::Duration;

pub use execution::Execution;

use crate::model::{Callback, IpamException, RecordId};
use crate::partner::Partner;
use crate::spec::{IpamExceptionId, Readings};
use crate::store::DataStore;
use crate::world::RequestKind;

/// What a delegate works with.
#[expect(
    missing_debug_implementations,
    reason = "a store behind a trait has none"
)]
pub struct Context<'a> {
    /// The data store.
    pub store: &'a mut dyn DataStore,
    /// The failover partners.
    pub partner: &'a mut Partner,
    /// The readings that the simulator follows.
    pub readings: &'a Readings,
}

/// The next thing a running delegate does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It invokes a callback on the client.
    Callback(Callback),
    /// It waits for a partner; virtual time.
    Wait(Duration),
}

/// The row of a scope that was stored by .3 or .4, or the fault that kept it from being stored, and how long that
/// took.
#[derive(Debug)]
struct Stored {
    result: Result<RecordId, IpamException>,
    waited: Duration,
}

impl Stored {
    const fn at_once(result: Result<RecordId, IpamException>) -> Self {
        Self {
            result,
            waited: Duration::ZERO,
        }
    }
}

/// A request that .29 makes through .3 or .4: the scope it comes from, and the partner server it goes to.
#[derive(Debug, Clone, Copy)]
struct Replication {
    source: RecordId,
    destination: RecordId,
}

/// Sends a scope to the partner and stores it as far as the partner applies it. A call of .3 or .4 by the client
/// itself is no replication and meets no partner.
fn store_through_partner(
    ctx: &mut Context<'_>,
    replication: Option<Replication>,
    kind: RequestKind,
    store: impl FnOnce(&mut dyn DataStore) -> RecordId,
) -> Stored {
    let Some(Replication {
        source,
        destination,
    }) = replication
    else {
        return Stored::at_once(Ok(store(ctx.store)));
    };
    let answer = ctx.partner.request(destination, source, kind);
    let row = answer.applied.then(|| store(ctx.store));
    let result = match (row, answer.fault) {
        (Some(row), None) => Ok(row),
        (_, fault) => Err(IpamException::new(
            fault.unwrap_or(IpamExceptionId::GENERIC_ERROR),
            "the partner server did not take the scope",
        )),
    };
    Stored {
        result,
        waited: answer.delay,
    }
}

/// The fault for parameters that are NULL or of another type (R-31-1a, R-31-1b and their like).
fn invalid_parameter(what: &str) -> IpamException {
    IpamException::new(IpamExceptionId::INVALID_PARAMETER, what)
}
