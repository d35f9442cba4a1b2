//! Our simulator over net.tcp: connections taken within bounds. The worlds and sessions are those of [`http`].
//!
//! [`http`]: crate::door::http

mod connection;
mod endpoint;
mod link;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{debug, warn};

use crate::door::http::server::Shared;

/// How long connections get to finish what they are in the middle of, when the server stops.
const CLOSING_TIME: Duration = Duration::from_secs(1);

/// Takes connections until the server closes. One that is too many is closed at once: [MC-NMF] has no fault for the
/// time before the preamble.
pub(in crate::door) async fn accept(
    shared: Arc<Shared>,
    listener: TcpListener,
    mut closing: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => match shared.connections.take() {
                    Some(slot) => {
                        let _ = stream.set_nodelay(true);
                        let (shared, closing) = (Arc::clone(&shared), closing.clone());
                        connections.spawn(async move {
                            connection::serve(shared, stream, closing).await;
                            drop(slot);
                        });
                    }
                    None => debug!("a connection is turned away: there are too many"),
                },
                Err(error) => {
                    // Out of file handles, most likely: those that are open have to end first.
                    warn!("no connection can be taken: {error}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            _ = closing.changed() => break,
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(CLOSING_TIME, finished).await;
}
