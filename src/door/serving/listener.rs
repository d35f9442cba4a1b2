//! A listener: its connections taken within bounds, and given time to finish when the server closes.

use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{debug, warn};

use crate::door::serving::Shared;

/// How long connections get to finish what they are in the middle of, when the server stops.
pub(in crate::door) const CLOSING_TIME: Duration = Duration::from_secs(1);

/// Takes connections until the server closes. Each is served while it holds one of the server's places; what becomes of
/// one that is too many is up to `turn_away`.
pub(in crate::door) async fn accept<S>(
    shared: &Shared,
    listener: TcpListener,
    mut closing: watch::Receiver<bool>,
    serve: impl Fn(TcpStream) -> S,
    turn_away: impl Fn(TcpStream, &mut JoinSet<()>),
) where
    S: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => match shared.connections.take() {
                    Some(slot) => {
                        let _ = stream.set_nodelay(true);
                        let served = serve(stream);
                        connections.spawn(async move {
                            served.await;
                            drop(slot);
                        });
                    }
                    None => {
                        debug!("a connection is turned away: there are too many");
                        turn_away(stream, &mut connections);
                    }
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
