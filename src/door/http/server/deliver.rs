//! Posting callbacks to the address that a client gave: one at a time, in order, each awaited; nothing is sent twice.

use std::sync::{Arc, Weak};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tracing::{info, trace, warn};

use crate::door::http::server::answer::SOAP;
use crate::door::http::server::head::SESSION_HEADER;
use crate::door::serving::Shared;
use crate::door::serving::callback::Address;
use crate::door::serving::cell::Cell;
use crate::door::serving::envelope::{self, Written};
use crate::door::serving::session::Record;
use crate::door::serving::world::SessionId;
use crate::spec::Readings;

/// Posts what a session tells, until it has told everything or its client cannot be reached.
pub(in crate::door) async fn deliver(shared: Arc<Shared>, cell: Weak<Cell>, id: SessionId) {
    let mut line = Line::default();
    loop {
        let Some(cell) = cell.upgrade() else {
            return;
        };
        let next = cell
            .wait_for(|world| match world.next_post(&id) {
                Some((record, address)) => Some(Some((record, address, world.readings().clone()))),
                None if world.may_tell(&id) => None,
                None => Some(None),
            })
            .await;
        let Some((record, address, readings)) = next else {
            return;
        };
        let written = write(&record, &address.to_string(), &readings);
        info!(session = %id, "<- {} to {address}", name(&record));
        trace!(target: "ipamconf::message", "posted\n{}", written.xml);
        match line
            .post(&address, &written, &id, shared.config.limits.callback_time)
            .await
        {
            Ok(status) => {
                if !status.is_success() {
                    warn!(session = %id, "{address} answered {} with {status}", name(&record));
                }
                cell.with(|world| world.posted(&id, record.seq));
            }
            Err(error) => {
                // A client that is not there has lost its session, as if the connection were cut (R-SM-7).
                warn!(session = %id, "{} cannot be posted to {address}: {error}; the session ends", name(&record));
                cell.with(|world| world.abandon(&id));
                return;
            }
        }
    }
}

fn name(record: &Record) -> &'static str {
    let said = record.what.said();
    said.map_or("the end", |(event, _)| event.name())
}

fn write(record: &Record, to: &str, readings: &Readings) -> Written {
    let said = record.what.said();
    said.map_or_else(Written::default, |(event, relates_to)| {
        envelope::of(event, relates_to, Some(to), readings)
    })
}

/// Why a callback could not be posted.
#[derive(Debug, thiserror::Error)]
enum PostError {
    /// No connection.
    #[error("no connection: {0}")]
    Connect(#[from] std::io::Error),
    /// The name stands for no address that callbacks may go to.
    #[error("its name stands for no address of this machine")]
    Elsewhere,
    /// The exchange failed.
    #[error("no answer: {0}")]
    Exchange(#[from] hyper::Error),
    /// A header cannot be written.
    #[error("{0}")]
    Header(#[from] hyper::http::Error),
    /// Too slow.
    #[error("no answer within {0:?}")]
    Slow(Duration),
}

/// The connection that callbacks go over, as long as it stands.
#[derive(Default)]
struct Line {
    open: Option<(String, SendRequest<Full<Bytes>>)>,
}

impl Line {
    async fn post(
        &mut self,
        address: &Address,
        written: &Written,
        id: &SessionId,
        time: Duration,
    ) -> Result<hyper::StatusCode, PostError> {
        let exchange = async {
            let mut sender = self.connected(address).await?;
            let request = Request::builder()
                .method(Method::POST)
                .uri(&address.path)
                .header(HOST, address.authority())
                .header(
                    CONTENT_TYPE,
                    format!("{SOAP}; action=\"{}\"", written.action),
                )
                .header(SESSION_HEADER, id.as_str())
                .body(Full::new(Bytes::from(written.xml.clone())))?;
            let answer = sender.send_request(request).await?;
            let status = answer.status();
            if emptied(answer).await {
                self.open = Some((address.authority(), sender));
            }
            Ok(status)
        };
        tokio::time::timeout(time, exchange)
            .await
            .unwrap_or(Err(PostError::Slow(time)))
    }

    async fn connected(
        &mut self,
        address: &Address,
    ) -> Result<SendRequest<Full<Bytes>>, PostError> {
        if let Some((authority, mut sender)) = self.open.take()
            && authority == address.authority()
            && sender.ready().await.is_ok()
        {
            return Ok(sender);
        }
        let mut found = tokio::net::lookup_host(address.authority())
            .await?
            .filter(|found| address.permits(found))
            .peekable();
        if found.peek().is_none() {
            return Err(PostError::Elsewhere);
        }
        let mut last = None;
        for candidate in found {
            match TcpStream::connect(candidate).await {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
                    // It ends when the sender is dropped or the peer closes; either shows at the sender.
                    tokio::spawn(connection);
                    return Ok(sender);
                }
                Err(error) => last = Some(error),
            }
        }
        Err(last.map_or(PostError::Elsewhere, PostError::Connect))
    }
}

/// Reads an answer to its end, so that the connection can be used again; not one that is longer than any reason to be.
async fn emptied(answer: Response<Incoming>) -> bool {
    use http_body_util::BodyExt;
    let body = http_body_util::Limited::new(answer.into_body(), 64 * 1024);
    body.collect().await.is_ok()
}
