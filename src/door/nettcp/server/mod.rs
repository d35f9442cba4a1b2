//! Our simulator over net.tcp: connections taken within bounds. The worlds and sessions are those of [`http`].
//!
//! [`http`]: crate::door::http

mod connection;
mod endpoint;
mod link;

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::door::http::server::Shared;
use crate::door::http::server::listener;

/// Takes connections until the server closes. One that is too many is closed at once: [MC-NMF] has no fault for the
/// time before the preamble.
pub(in crate::door) async fn accept(
    shared: Arc<Shared>,
    listener: TcpListener,
    closing: watch::Receiver<bool>,
) {
    let serve = |stream| connection::serve(Arc::clone(&shared), stream, closing.clone());
    let turn_away = |stream, _: &mut _| drop(stream);
    listener::accept(&shared, listener, closing.clone(), serve, turn_away).await;
}
