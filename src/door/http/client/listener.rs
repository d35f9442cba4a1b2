//! The place where a target posts callbacks to: a small server on loopback.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};

use crate::trace::SessionIndex;

/// The most connections at a time. A target posts one callback of a session at a time.
const CONNECTIONS_MAX: usize = 64;

/// What was posted.
#[derive(Debug)]
pub(in crate::door) struct Posted {
    /// The session whose place it is; `None` where it is nobody's.
    pub(in crate::door) session: Option<SessionIndex>,
    pub(in crate::door) path: String,
    pub(in crate::door) content_type: Option<String>,
    pub(in crate::door) body: Vec<u8>,
}

/// A listener, and the places below it.
#[derive(Debug)]
pub(in crate::door) struct Listener {
    address: SocketAddr,
    places: Arc<AtomicUsize>,
}

/// How far one request may go.
#[derive(Debug, Clone, Copy)]
pub(in crate::door) struct PostBounds {
    pub(in crate::door) bytes: usize,
    pub(in crate::door) time: Duration,
}

impl Listener {
    /// Listens on a free port of loopback, for as long as the runtime that this is called on lives.
    pub(in crate::door) async fn start(
        posted: mpsc::UnboundedSender<Posted>,
        bounds: PostBounds,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let places = Arc::new(AtomicUsize::new(0));
        tokio::spawn(accept(listener, Arc::clone(&places), posted, bounds));
        Ok(Self { address, places })
    }

    /// The place of a session: what its ReplyTo names.
    pub(in crate::door) fn place(&self, session: SessionIndex) -> String {
        self.places.fetch_max(session + 1, Ordering::Relaxed);
        format!("http://{}{}", self.address, path(session))
    }
}

fn path(session: SessionIndex) -> String {
    format!("/sessions/{session}/callbacks")
}

async fn accept(
    listener: TcpListener,
    places: Arc<AtomicUsize>,
    posted: mpsc::UnboundedSender<Posted>,
    bounds: PostBounds,
) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files, or a connection that was reset: the next one may do.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (places, posted) = (Arc::clone(&places), posted.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| take(request, &places, &posted, bounds));
            // A server that breaks off has said nothing that counts.
            let _ = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(bounds.time)
                .serve_connection(TokioIo::new(stream), service)
                .await;
            drop(slot);
        });
    }
}

async fn take(
    request: Request<Incoming>,
    places: &AtomicUsize,
    posted: &mpsc::UnboundedSender<Posted>,
    bounds: PostBounds,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let answer = |status| {
        let mut response = Response::new(Empty::new());
        *response.status_mut() = status;
        Ok(response)
    };
    if request.method() != Method::POST {
        return answer(StatusCode::METHOD_NOT_ALLOWED);
    }
    let named = request.uri().path().to_owned();
    let session = (0..places.load(Ordering::Relaxed)).find(|session| path(*session) == named);
    let content_type = request
        .headers()
        .get(hyper::header::CONTENT_TYPE)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let body = Limited::new(request.into_body(), bounds.bytes).collect();
    // What was cut, too long or too slow shows as what is there of it: nothing.
    let (body, status) = match tokio::time::timeout(bounds.time, body).await {
        Ok(Ok(body)) => (body.to_bytes().to_vec(), StatusCode::ACCEPTED),
        Ok(Err(_)) => (Vec::new(), StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => (Vec::new(), StatusCode::REQUEST_TIMEOUT),
    };
    let known = session.is_some();
    let _ = posted.send(Posted {
        session,
        path: named,
        content_type,
        body,
    });
    answer(if known { status } else { StatusCode::NOT_FOUND })
}
