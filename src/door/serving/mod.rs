//! What both wires serve: worlds, their sessions, and the bounds of a server. Neither wire knows the other.
//!
//! The core is pure: [`session`], [`world`], [`callback`], [`envelope`], [`path`]. Around it stand [`cell`] with the
//! locks, [`registry`] with all the worlds, and [`listener`] with the sockets.

pub(in crate::door) mod callback;
pub(in crate::door) mod cell;
pub(in crate::door) mod envelope;
pub(in crate::door) mod limits;
pub(in crate::door) mod listener;
pub(in crate::door) mod path;
pub(in crate::door) mod registry;
pub(in crate::door) mod room;
pub(in crate::door) mod session;
pub(in crate::door) mod slots;
#[cfg(test)]
mod tests;
pub(in crate::door) mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper::StatusCode;

use crate::spec::Readings;
use crate::world::Setup;

pub use callback::CallbackAllow;
pub use limits::Limits;

use registry::Registry;
use room::Budget;
use slots::Slots;

/// What a server serves, and where.
#[derive(Debug, Clone)]
pub struct Config {
    /// `HOST:PORT` of the SOAP endpoint over HTTP, where there is to be one; port 0 takes a free one.
    pub http: Option<String>,
    /// `HOST:PORT` of the endpoint over net.tcp, where there is to be one.
    pub net_tcp: Option<String>,
    /// The path of the plain endpoint over net.tcp: the documents name none.
    pub net_tcp_path: String,
    /// Whether what goes over net.tcp is listed on the standard error while it goes.
    pub follow: bool,
    /// `HOST:PORT` of the control plane, where there is to be one.
    pub control: Option<String>,
    /// Whether listening on an address that other machines reach is meant.
    pub listen_anywhere: bool,
    /// The world of the plain endpoint.
    pub setup: Setup,
    /// The readings that its sessions follow.
    pub readings: Readings,
    /// The HTTP status of every fault; `None`: as SOAP 1.2 part 2 has it.
    pub fault_status: Option<StatusCode>,
    /// Where callbacks may be posted to beside this machine.
    pub callback_allow: Vec<CallbackAllow>,
    /// The bounds.
    pub limits: Limits,
}

impl Config {
    /// A server of that world on free ports of this machine, over HTTP and net.tcp and with a control plane.
    #[must_use]
    pub fn on_free_ports(setup: Setup) -> Self {
        Self {
            http: Some("127.0.0.1:0".to_owned()),
            net_tcp: Some("127.0.0.1:0".to_owned()),
            net_tcp_path: NET_TCP_PATH.to_owned(),
            follow: false,
            control: Some("127.0.0.1:0".to_owned()),
            listen_anywhere: false,
            setup,
            readings: Readings::default(),
            fault_status: None,
            callback_allow: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// The path of the plain endpoint over net.tcp, unless another is chosen.
pub const NET_TCP_PATH: &str = "/ipam";

/// What the parts of a server share.
#[derive(Debug)]
pub(in crate::door) struct Shared {
    pub(in crate::door) config: Config,
    pub(in crate::door) registry: Registry,
    pub(in crate::door) connections: Arc<Slots>,
    pub(in crate::door) turned_away: Arc<Slots>,
    pub(in crate::door) budget: Budget,
    pub(in crate::door) stopping: AtomicBool,
}

impl Shared {
    pub(in crate::door) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }
}
