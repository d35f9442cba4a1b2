//! Which world, caller and session the address in a preamble means.

use std::sync::Arc;

use crate::door::serving::Shared;
use crate::door::serving::cell::Cell;
use crate::door::serving::path::Base;
use crate::door::serving::world::SessionId;
use crate::wire::nmf::Via;

/// Where a session belongs.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The world.
    pub(super) cell: Arc<Cell>,
    /// The caller whose session it is.
    pub(super) caller: usize,
    /// The session that was opened for the connection beforehand.
    pub(super) session: Option<SessionId>,
}

/// The place that an address names; `None` where there is nothing. Host and port are not looked at: whoever came this
/// far has found us.
pub(super) fn find(shared: &Shared, via: &Via) -> Option<Place> {
    let path = via.path().trim_end_matches('/');
    let (world, caller, session) = if path == shared.config.net_tcp_path.trim_end_matches('/') {
        (None, 0, None)
    } else {
        let (world, caller, session) = parts(path)?;
        (Some(world), caller, session)
    };
    let base = Base {
        world,
        caller: Some(caller),
    };
    let (cell, caller) = base.find(shared)?;
    Some(Place {
        cell,
        caller,
        session: session.map(SessionId::named),
    })
}

/// The world, the caller and the session in `/worlds/W[/callers/C][/sessions/S]/soap`.
fn parts(path: &str) -> Option<(&str, usize, Option<&str>)> {
    let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    let (base, rest) = Base::of(&parts)?;
    let session = match rest {
        ["soap"] => None,
        ["sessions", session, "soap"] => Some(*session),
        _ => return None,
    };
    Some((base.world?, base.caller.unwrap_or(0), session))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_world_a_caller_and_a_session() {
        assert_eq!(parts("/worlds/w1/soap"), Some(("w1", 0, None)));
        assert_eq!(
            parts("/worlds/w1/callers/2/sessions/w1-s3/soap"),
            Some(("w1", 2, Some("w1-s3")))
        );
        for path in ["", "/soap", "/worlds/w1", "/worlds/w1/callers/x/soap"] {
            assert_eq!(parts(path), None, "{path}");
        }
    }
}
