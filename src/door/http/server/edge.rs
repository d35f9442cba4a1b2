//! Connections over HTTP: requests brought to whom they concern, everything closed in the end.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::debug;

use crate::door::http::server::answer::{self, Answer};
use crate::door::http::server::endpoint::Endpoint;
use crate::door::http::server::{control, events, head};
use crate::door::serving::Shared;
use crate::door::serving::limits::HEADER_BYTES_MAX;
use crate::door::serving::listener::{self, CLOSING_TIME};
use crate::door::serving::path::Base;
use crate::door::serving::world::SessionId;

/// What a listener is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::door) enum Purpose {
    /// SOAP.
    Soap,
    /// The control plane, under that name, and SOAP as well.
    Control(String),
}

/// One connection: a session may be known by nothing else.
#[derive(Debug, Default)]
pub(in crate::door) struct Connection {
    session: Mutex<Option<String>>,
}

impl Connection {
    /// The session that spoke last on it.
    pub(in crate::door) fn session(&self) -> Option<String> {
        self.session
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// That session speaks on it.
    pub(in crate::door) fn remember(&self, id: &SessionId) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.as_str().to_owned());
    }
}

/// Takes connections until the server closes.
pub(in crate::door) async fn accept(
    shared: Arc<Shared>,
    listener: TcpListener,
    purpose: Arc<Purpose>,
    closing: watch::Receiver<bool>,
) {
    let serve = |stream| {
        serve(
            Arc::clone(&shared),
            Arc::clone(&purpose),
            closing.clone(),
            stream,
        )
    };
    let turn_away = |stream, connections: &mut JoinSet<()>| {
        if let Some(slot) = shared.turned_away.take() {
            connections.spawn(async move {
                let _ = tokio::time::timeout(CLOSING_TIME, turn_away(stream)).await;
                drop(slot);
            });
        }
    };
    listener::accept(&shared, listener, closing.clone(), serve, turn_away).await;
}

/// Says that there are too many connections; in the end the client closes, so that it can read what was said.
async fn turn_away(mut stream: TcpStream) -> std::io::Result<()> {
    let said = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 31\r\n\r\nthere are too many connections\n";
    stream.write_all(said.as_bytes()).await?;
    stream.shutdown().await?;
    let mut rest = [0; 1024];
    while tokio::io::AsyncReadExt::read(&mut stream, &mut rest).await? > 0 {}
    Ok(())
}

async fn serve(
    shared: Arc<Shared>,
    purpose: Arc<Purpose>,
    mut closing: watch::Receiver<bool>,
    stream: TcpStream,
) {
    let connection = Arc::new(Connection::default());
    let header_time = shared.config.limits.header_time;
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        let purpose = Arc::clone(&purpose);
        let connection = Arc::clone(&connection);
        async move { Ok::<_, Infallible>(answer(&shared, &purpose, &connection, request).await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_time)
        .max_buf_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(served);
    loop {
        tokio::select! {
            ended = served.as_mut() => {
                if let Err(error) = ended {
                    debug!("a connection ended: {error}");
                }
                return;
            }
            changed = closing.changed() => {
                served.as_mut().graceful_shutdown();
                if changed.is_err() {
                    return;
                }
            }
        }
    }
}

/// Brings a request to whom it concerns.
async fn answer(
    shared: &Arc<Shared>,
    purpose: &Purpose,
    connection: &Connection,
    request: Request<Incoming>,
) -> Answer {
    if let Purpose::Control(name) = purpose
        && let Err(why) = head::is_meant_for_us(request.headers(), name)
    {
        return answer::mistake(StatusCode::FORBIDDEN, why);
    }
    // A server that stops still says how its sessions ended.
    if shared.is_stopping() && request.method() != Method::GET {
        return answer::text(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping");
    }
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.strip_prefix('/').unwrap_or(&path).split('/').collect();
    let Some((base, rest)) = Base::of(&parts) else {
        return not_found();
    };
    match rest {
        ["soap"] | [""] if base.world.is_none() || rest == ["soap"] => {
            if let Some((cell, caller)) = base.find(shared) {
                let endpoint = Endpoint {
                    cell,
                    caller,
                    base: base.path(),
                };
                return endpoint.answer(shared, connection, request).await;
            }
        }
        ["sessions", id, "events"] => {
            if let Some((cell, caller)) = base.find(shared) {
                let query = request.uri().query().unwrap_or_default();
                return events::get(&cell, caller, id, request.method(), query).await;
            }
        }
        _ if matches!(purpose, Purpose::Control(_)) => {
            return control::answer(shared, &parts, request).await;
        }
        _ => {}
    }
    not_found()
}

fn not_found() -> Answer {
    answer::text(StatusCode::NOT_FOUND, "there is nothing at this path")
}
