//! A server of our simulator: its listeners over HTTP and net.tcp, over one set of worlds, from its start to its stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::door::http::server::{self as http, Purpose};
use crate::door::nettcp::server as nettcp;
use crate::door::serving::Shared;
use crate::door::serving::limits::UNREAD;
use crate::door::serving::registry::{self, NewWorld, Registry};
use crate::door::serving::room::Budget;
use crate::door::serving::slots::Slots;

pub use crate::door::serving::{CallbackAllow, Config, Limits, NET_TCP_PATH};

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Not an address.
    #[error("`{address}` is no address to listen on, such as 127.0.0.1:8080: {error}")]
    Address {
        /// What was given.
        address: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// Other machines would reach it, which nobody asked for.
    #[error(
        "other machines reach `{0}`, and whoever reaches the server may use it: say `--listen-anywhere` if that is meant"
    )]
    NotLoopback(String),
    /// The address cannot be listened on: it is taken, most likely.
    #[error("cannot listen on {address}: {error}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        error: std::io::Error,
    },
}

/// A server of our simulator.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Starts a server in the runtime that this is called in. It accepts connections as soon as this returns.
    ///
    /// # Errors
    /// When it cannot listen where it should.
    pub async fn bind(config: Config) -> Result<Running, ServeError> {
        let anywhere = config.listen_anywhere;
        let http = listen(config.http.as_deref(), anywhere).await?;
        let net_tcp = listen(config.net_tcp.as_deref(), anywhere).await?;
        let control = listen(config.control.as_deref(), anywhere).await?;
        let control_name = config
            .control
            .as_deref()
            .map(|address| name_of(address).to_owned());
        let own = NewWorld {
            setup: config.setup.clone(),
            readings: config.readings.clone(),
            manual: false,
            unread: UNREAD,
        };
        let shared = Arc::new(Shared {
            registry: Registry::new(&own, &config.limits),
            connections: Slots::new(config.limits.connections),
            turned_away: Slots::new(TURNED_AWAY_MAX),
            budget: Budget::default(),
            stopping: AtomicBool::new(false),
            config,
        });
        let (closing, _) = watch::channel(false);
        let mut running = Running {
            soap: None,
            net_tcp: None,
            control: None,
            shared: Arc::clone(&shared),
            closing,
            listeners: Vec::new(),
        };
        if let Some((listener, address)) = http {
            running.soap = Some(format!("http://{address}/soap"));
            running.listen(listener, Purpose::Soap);
        }
        if let Some((listener, address)) = net_tcp {
            let path = &running.shared.config.net_tcp_path;
            running.net_tcp = Some(format!("net.tcp://{address}{path}"));
            running.listeners.push(tokio::spawn(nettcp::accept(
                Arc::clone(&running.shared),
                listener,
                running.closing.subscribe(),
            )));
        }
        if let (Some((listener, address)), Some(name)) = (control, control_name) {
            running.control = Some(format!("http://{address}"));
            running.listen(listener, Purpose::Control(name));
        }
        Ok(running)
    }
}

/// How many connections are told at the same time that there are too many.
const TURNED_AWAY_MAX: usize = 64;

/// Listens, where there is an address to listen on.
async fn listen(
    address: Option<&str>,
    anywhere: bool,
) -> Result<Option<(TcpListener, SocketAddr)>, ServeError> {
    let Some(address) = address else {
        return Ok(None);
    };
    let no_address = |error| ServeError::Address {
        address: address.to_owned(),
        error,
    };
    let mut found = tokio::net::lookup_host(address).await.map_err(no_address)?;
    let Some(place) = found.next() else {
        return Err(no_address(std::io::ErrorKind::NotFound.into()));
    };
    if !place.ip().is_loopback() && !anywhere {
        return Err(ServeError::NotLoopback(address.to_owned()));
    }
    let cannot = |error| ServeError::Bind {
        address: place,
        error,
    };
    let listener = TcpListener::bind(place).await.map_err(cannot)?;
    let bound = listener.local_addr().map_err(cannot)?;
    Ok(Some((listener, bound)))
}

/// The host of an address, as the header Host would name it.
fn name_of(address: &str) -> &str {
    address.rsplit_once(':').map_or(address, |(name, _)| name)
}

/// A server that runs. Dropping it closes every connection at once; [`Running::stop`] is the orderly way.
#[derive(Debug)]
pub struct Running {
    soap: Option<String>,
    net_tcp: Option<String>,
    control: Option<String>,
    shared: Arc<Shared>,
    closing: watch::Sender<bool>,
    listeners: Vec<JoinHandle<()>>,
}

impl Running {
    fn listen(&mut self, listener: TcpListener, purpose: Purpose) {
        self.listeners.push(tokio::spawn(http::accept(
            Arc::clone(&self.shared),
            listener,
            Arc::new(purpose),
            self.closing.subscribe(),
        )));
    }

    /// The address of the plain SOAP endpoint over HTTP.
    #[must_use]
    pub fn soap_url(&self) -> Option<&str> {
        self.soap.as_deref()
    }

    /// The address of the plain endpoint over net.tcp.
    #[must_use]
    pub fn net_tcp_url(&self) -> Option<&str> {
        self.net_tcp.as_deref()
    }

    /// The address of the control plane.
    #[must_use]
    pub fn control_url(&self) -> Option<&str> {
        self.control.as_deref()
    }

    /// How many sessions go on.
    #[must_use]
    pub fn open_sessions(&self) -> usize {
        self.shared
            .registry
            .all()
            .iter()
            .map(|cell| cell.with(|world| world.open_sessions().len()))
            .sum()
    }

    /// Stops: no new messages are taken, open sessions are ended and told so, then everything is closed. How many
    /// sessions were open, and how many of them nobody asked any more.
    pub async fn stop(mut self) -> Stopped {
        self.shared.stopping.store(true, Ordering::Release);
        let mut untold: Vec<_> = self
            .shared
            .registry
            .all()
            .into_iter()
            .flat_map(|cell| {
                registry::end_sessions(&cell)
                    .into_iter()
                    .map(move |id| (Arc::clone(&cell), id))
            })
            .collect();
        let open = untold.len();
        let until = Instant::now() + self.shared.config.limits.stop_time;
        while !untold.is_empty() && Instant::now() < until {
            tokio::time::sleep(LOOK_AGAIN).await;
            untold.retain(|(cell, id)| !cell.with(|world| world.is_told(id)));
        }
        self.closing.send_replace(true);
        for listener in std::mem::take(&mut self.listeners) {
            let _ = listener.await;
        }
        Stopped {
            open,
            untold: untold.len(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for listener in &self.listeners {
            listener.abort();
        }
    }
}

/// How long passes between two looks at whether everybody has been told.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_millis(20);

/// How a server stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// The sessions that went on when it was told to stop.
    pub open: usize,
    /// Those of them whose client did not come to read that they ended.
    pub untold: usize,
}
