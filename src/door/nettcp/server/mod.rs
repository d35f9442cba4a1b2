//! Our simulator over net.tcp: connections taken within bounds. What it serves is in [`serving`].
//!
//! [`serving`]: crate::door::serving

mod connection;
mod endpoint;
mod link;

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::door::serving::Shared;
use crate::door::serving::listener;

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
