//! One connection: reads, writes, and lets time run out. What is read and written means something to [`Link`] only.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::debug;

use crate::door::nettcp::follow::Follower;
use crate::door::nettcp::server::link::{Link, Stage};
use crate::door::serving::Limits;
use crate::door::serving::Shared;
use crate::door::serving::cell::Cell;
use crate::door::serving::room::Room;
use crate::door::serving::session::Record;
use crate::door::serving::world::SessionId;
use crate::wire::Direction;
use crate::wire::nmf::FaultName;

/// How much is read at once.
const PIECE: usize = 16 * 1024;

/// How long a client that was told goodbye may go on to send, so that it gets to read what it was told.
const LINGER: Duration = Duration::from_secs(1);

/// When each stage began that may not last for ever.
#[derive(Debug, Default)]
struct Since {
    preamble: Option<Instant>,
    /// Of each record anew: with the place where it begins.
    record: Option<(u64, Instant)>,
    writing: Option<Instant>,
    end: Option<Instant>,
}

impl Since {
    /// Notes what goes on now.
    fn look(&mut self, stage: Stage, record: Option<u64>, writing: bool, now: Instant) {
        let note = |since: &mut Option<Instant>, goes_on: bool| {
            *since = if goes_on { since.or(Some(now)) } else { None };
        };
        note(&mut self.preamble, stage == Stage::Preamble);
        note(&mut self.writing, writing);
        note(&mut self.end, stage == Stage::Ended);
        self.record = record.filter(|_| stage == Stage::Open).map(|at| {
            self.record
                .filter(|(before, _)| *before == at)
                .unwrap_or((at, now))
        });
    }

    /// When the first of them has lasted too long.
    fn until(&self, limits: &Limits) -> Option<Instant> {
        [
            (self.preamble, limits.preamble_time),
            (self.record.map(|(_, since)| since), limits.record_time),
            (self.writing, limits.record_time),
            (self.end, limits.end_time),
        ]
        .into_iter()
        .filter_map(|(since, time)| Some(since? + time))
        .min()
    }
}

/// What came about first.
enum Came {
    Read(std::io::Result<usize>),
    Written(std::io::Result<usize>),
    Told(Option<Record>),
    TooLate,
    Closing,
}

/// Serves a connection until it ends: the sessions on it, one after the other.
pub(super) async fn serve<S>(shared: Arc<Shared>, stream: S, mut closing: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite,
{
    let (mut input, mut output) = tokio::io::split(stream);
    let mut link = Link::new(Arc::clone(&shared));
    let mut follower = Follower::if_wanted(shared.config.follow);
    let mut since = Since::default();
    let mut room = Room::default();
    let mut record = None;
    let mut piece = vec![0; PIECE];
    let mut pending: Vec<u8> = Vec::new();
    let mut written = 0;
    loop {
        let unfinished = link.unfinished();
        // The room of a record is that of no other.
        if unfinished.map(|found| found.at) != record {
            record = unfinished.map(|found| found.at);
            room = Room::default();
        }
        if !room.grow(unfinished.map_or(0, |found| found.bytes), &shared.budget) {
            debug!("other large messages are being read");
            link.refuse(FaultName::ServerTooBusy);
        }
        if written == pending.len() {
            pending = link.take_output();
            written = 0;
            if let Some(follower) = &mut follower {
                follower.saw(Direction::FromReceiver, &pending);
            }
        }
        let writing = written < pending.len();
        if link.stage() == Stage::Over && !writing {
            break;
        }
        let reads = link.takes_more();
        since.look(
            link.stage(),
            record.filter(|_| reads),
            writing,
            Instant::now(),
        );
        let until = since.until(&shared.config.limits);
        let session = link.session().filter(|_| !writing);
        let came = tokio::select! {
            read = input.read(&mut piece), if reads => Came::Read(read),
            done = output.write(&pending[written..]), if writing => Came::Written(done),
            told = next(session.as_ref()), if session.is_some() => Came::Told(told),
            () = wait(until) => Came::TooLate,
            _ = closing.changed() => Came::Closing,
        };
        match came {
            Came::Read(Ok(0) | Err(_)) | Came::Written(Ok(0) | Err(_)) => {
                link.lose();
                return;
            }
            Came::Read(Ok(count)) => {
                if let Some(follower) = &mut follower {
                    follower.saw(Direction::FromInitiator, &piece[..count]);
                }
                link.take(&piece[..count]);
            }
            Came::Written(Ok(count)) => written += count,
            Came::Told(Some(record)) => link.tell(&record),
            // The session was forgotten.
            Came::Told(None) => link.refuse(FaultName::EndpointUnavailable),
            Came::TooLate => {
                debug!("a connection over net.tcp ends: its client took too long");
                link.lose();
                return;
            }
            Came::Closing => {
                link.lose();
                return;
            }
        }
    }
    link.lose();
    farewell(&mut input, &mut output, &mut piece).await;
}

/// The next thing that a session tells; `None` where there is no such session any more.
async fn next(session: Option<&(Arc<Cell>, SessionId)>) -> Option<Record> {
    let (cell, id) = session?;
    cell.wait_for(|world| match world.tell_connection(id) {
        Some(record) => Some(Some(record)),
        None if world.may_tell(id) => None,
        None => Some(None),
    })
    .await
}

async fn wait(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

/// Closes our side and reads what is still under way: closing on unread bytes would take our last word back.
async fn farewell<R, W>(input: &mut R, output: &mut W, piece: &mut [u8])
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let last = async {
        output.shutdown().await?;
        while input.read(piece).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    let _ = tokio::time::timeout(LINGER, last).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_has_its_own_time_and_bytes_of_the_same_one_win_none() {
        let limits = Limits::default();
        let begin = Instant::now();
        let late = begin + limits.record_time / 2;
        let mut since = Since::default();
        since.look(Stage::Open, Some(100), false, begin);
        since.look(Stage::Open, Some(100), false, late);
        assert_eq!(since.until(&limits), Some(begin + limits.record_time));
        since.look(Stage::Open, Some(200), false, late);
        assert_eq!(since.until(&limits), Some(late + limits.record_time));
        since.look(Stage::Open, None, false, late);
        assert_eq!(since.until(&limits), None);
    }
}
